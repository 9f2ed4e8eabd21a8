/*
 * Whether a tensor is what was expected, and if not, where they part.
 */
#ifndef ORTL_TOOLS_COMPARE_H
#define ORTL_TOOLS_COMPARE_H

#include "../runtime/ortlite.h"

#include <stdbool.h>

/* Reals a and b (expected) agree when |a - b| <= absolute + relative * |b|, or both are NaN, or the
 * same infinity. Everything else must be equal. */
typedef struct ortl__tolerance {
    double relative;
    double absolute;
} ortl__tolerance;

#define ORTL__DIFFERENCE_BYTES 160

/* When they differ, the first difference is told in text_out, unescaped. */
bool ortl__tensors_agree(const ortl_tensor *found, const ortl_tensor *expected,
                         const ortl__tolerance *tolerance, char text_out[ORTL__DIFFERENCE_BYTES]);

#endif
