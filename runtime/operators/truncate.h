/*
 * Reals to integers, defined for every input: towards zero, and the lowest integer for NaN and for
 * what lies outside, which is what the reference gives on x86. The bounds are exact in double.
 */
#ifndef ORTL_TRUNCATE_H
#define ORTL_TRUNCATE_H

#include <stdint.h>

static inline int64_t ortl__real_to_int64(double x) {
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

static inline int32_t ortl__real_to_int32(double x) {
    return x > -0x1p31 - 1 && x < 0x1p31 ? (int32_t)x : INT32_MIN;
}

#endif
