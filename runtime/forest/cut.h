/*
 * Node tests in the one form that packed kernels know: "the key of x is at most limit: low side,
 * else high side". A key is an integer in the order of the numbers, so that no kernel compares
 * floats and it does not matter whether the host program lets the processor flush denormals. NaN
 * has no place in the order; every cut says which side it takes.
 */
#ifndef ORTL_CUT_H
#define ORTL_CUT_H

#include "forest.h"

typedef struct ortl__cut {
    int64_t limit;   /* key of a float (fits int32_t) or of a double */
    int nan_is_low;  /* NaN takes the low side */
    int low_is_true; /* the low side is the true child */
} ortl__cut;

/* Keys of a float that is NaN, below and above all others and all limits; of infinity. */
#define ORTL__KEY32_LOW      INT32_MIN
#define ORTL__KEY32_HIGH     INT32_MAX
#define ORTL__KEY32_INFINITY 0x7F800000

/* The key of a float that is not NaN, given its bits; both zeros have key 0. Without a branch,
 * which signs that come as they like would mislead. */
static inline int32_t ortl__key32(uint32_t bits) {
    uint32_t flip = (0u - (bits >> 31)) >> 1;
    return (int32_t)((bits ^ flip) + (bits == 0x80000000u));
}

static inline int64_t ortl__key64(uint64_t bits) {
    uint64_t flip = (0u - (bits >> 63)) >> 1;
    return (int64_t)((bits ^ flip) + (bits == (uint64_t)1 << 63));
}

static inline int ortl__is_nan32(uint32_t bits) {
    return (bits & 0x7FFFFFFFu) > 0x7F800000u;
}

static inline int ortl__is_nan64(uint64_t bits) {
    return (bits & (uint64_t)INT64_MAX) > (uint64_t)0x7FF << 52;
}

/* Whether the test in this row, which must not be a leaf, is a cut: EQ, NEQ and MEMBER are none. */
static inline int ortl__is_cut(const ortl__forest *forest, uint32_t row) {
    return (forest->test[row] & ORTL__TEST_MODE) <= ORTL__MODE_GT;
}

/* The cut of the test in this row; 0 when it is none. */
int ortl__cut_of(const ortl__forest *forest, uint32_t row, ortl__cut *cut_out);

/* The child of a test in this row on its low (high) side. */
static inline uint32_t ortl__cut_low(const ortl__forest *forest, uint32_t row,
                                     const ortl__cut *cut) {
    return cut->low_is_true ? forest->true_child[row] : forest->false_child[row];
}

static inline uint32_t ortl__cut_high(const ortl__forest *forest, uint32_t row,
                                      const ortl__cut *cut) {
    return cut->low_is_true ? forest->false_child[row] : forest->true_child[row];
}

#endif
