/*
 * Measured figures as people read them, for the table of `bench` and its page.
 */
#ifndef ORTL_TOOLS_BENCH_WORDS_H
#define ORTL_TOOLS_BENCH_WORDS_H

#include "figures.h"

/* "850 ns", "12.5 µs", "2.1 ms", "1.9 s"; returns text_out. */
const char *ortl__word_seconds(double seconds, char text_out[ORTL__FIGURE_CHARS]);

/* "1.85 million/s", "950/s". */
const char *ortl__word_speed(double rows_per_second, char text_out[ORTL__FIGURE_CHARS]);

/* "21.3 x", of a ratio. */
const char *ortl__word_ratio(double ratio, char text_out[ORTL__FIGURE_CHARS]);

/* The name of the processor, "" where the system does not say. */
const char *ortl__word_processor(char text_out[128]);

#endif
