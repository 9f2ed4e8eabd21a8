/*
 * Exact comparison of a decimal text with a binary number, for the few texts that lie so close to
 * the middle between two floats that a 128-bit product cannot tell on which side.
 */
#ifndef ORTL_NUMBER_EXACT_H
#define ORTL_NUMBER_EXACT_H

#include <stddef.h>
#include <stdint.h>

/* -1, 0 or 1: digits x 10^power of ten is less than, equal to or greater than odd x 2^power of two.
 * Digits are the n_characters at digits read as one integer; the one character among them that is
 * no digit, the point, is skipped. Both numbers must lie near each other (within a factor of 4) and
 * in the range of double, or of half its smallest number. Time is linear in n_characters with a
 * bounded part on top. */
int ortl__number_compare(const char *digits, size_t n_characters, int64_t power_of_ten,
                         uint64_t odd, int power_of_two);

#endif
