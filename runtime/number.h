/*
 * Numbers as text and back: exact, fast, free of the locale. The CSV path, Cast, and the converters
 * all use these and nothing else.
 */
#ifndef ORTL_NUMBER_H
#define ORTL_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Longest text that the functions below write, without a NUL (they write none). */
#define ORTL__NUMBER_CHARS 32

/* Reads one number from the n_bytes at text: an optional sign, digits with at most one point (the
 * character `point`), an optional exponent; or, in any case of letters, nan, inf, infinity, with a
 * sign. The value is the float (double) nearest to the decimal value, ties to even; overflow gives
 * an infinity, underflow a zero or denormal, as strtof does. Nothing is skipped: no blanks, no
 * hexadecimal. Time is linear in n_bytes. Returns the bytes used, 0 when there is no number at the
 * start, and then *value_out is untouched. */
size_t ortl__number_read_float(const char *text, size_t n_bytes, char point, float *value_out);
size_t ortl__number_read_double(const char *text, size_t n_bytes, char point, double *value_out);

/* Reads an optional sign and decimal digits; 0 when there are none or the value does not fit,
 * and then *value_out is untouched. */
size_t ortl__number_read_int64(const char *text, size_t n_bytes, int64_t *value_out);

/* Writes the fewest digits that read back as the same value, nearest to it among those: 0.1, -0,
 * nan, inf, -inf. As in Python's repr, the decimal exponent e of the first digit chooses the
 * notation: plain for -5 < e < 16, filled up with zeros (0.0001, 1500, 9007199254740992), else
 * scientific with at least two exponent digits (1e-05, 1.5e+20); unlike there, no ".0" stands
 * behind whole numbers. The point is '.', a NaN has no sign. Returns the bytes. */
size_t ortl__number_write_float(float value, char text_out[ORTL__NUMBER_CHARS]);
size_t ortl__number_write_double(double value, char text_out[ORTL__NUMBER_CHARS]);
size_t ortl__number_write_int64(int64_t value, char text_out[ORTL__NUMBER_CHARS]);

#endif
