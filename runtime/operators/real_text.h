/*
 * A real number as the text that onnxruntime's Cast to string gives: eight significant digits for
 * float and double alike, in the form of C's "%.8g", with NaN, INF and -INF. Shortest texts are
 * number.h's; these are exactly rounded and lossy.
 */
#ifndef ORTL_REAL_TEXT_H
#define ORTL_REAL_TEXT_H

#include <stddef.h>

#define ORTL__REAL_TEXT_CHARS 16 /* "-1.2345678e-308" and one to spare */

/* Writes the text without a NUL, returns its bytes. */
size_t ortl__real_text(double value, char text_out[ORTL__REAL_TEXT_CHARS]);

#endif
