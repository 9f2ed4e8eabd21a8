/*
 * Demands of the reading and writing of numbers, in which strtof and strtod have the last word.
 */
#ifndef ORTL_FUZZ_NUMBER_JUDGE_H
#define ORTL_FUZZ_NUMBER_JUDGE_H

#include <stddef.h>

/* The text of a field (n_bytes), with this decimal point: as many bytes are a number as strtof
 * takes, and it is the number that strtof and strtod read. */
void number_judge(const char *field, size_t n_bytes, char point);

/* Written and read again, a number is itself. */
void number_judge_bits(float narrow, double wide);

#endif
