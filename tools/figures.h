/*
 * Figures and texts as people read them, made without the locale.
 */
#ifndef ORTL_TOOLS_FIGURES_H
#define ORTL_TOOLS_FIGURES_H

#include "../runtime/ortlite.h"

#define ORTL__FIGURE_CHARS 40

/* "46 998"; returns text_out. */
const char *ortl__figure_count(uint64_t count, char text_out[ORTL__FIGURE_CHARS]);

/* "612 bytes", "12.5 KiB", "1.9 MiB"; returns text_out. */
const char *ortl__figure_bytes(uint64_t n_bytes, char text_out[ORTL__FIGURE_CHARS]);

/* "0.966667": six digits that count, zeros at the end left out; returns text_out. */
const char *ortl__figure_real(double value, char text_out[ORTL__FIGURE_CHARS]);

/* "s" unless count is 1. */
/* 10 to a whole power. */
double ortl__figure_power(int64_t power);

const char *ortl__figure_plural(uint64_t count);

#endif
