/*
 * From the modes of ONNX to cuts.
 *
 *     x <= t   low is true,  limit key(t)         x > t    low is false, limit key(t)
 *     x <  t   low is true,  limit key(t) - 1     x >= t   low is false, limit key(t) - 1
 *
 * The key below that of -infinity is no number's, so limits may lie there. A threshold that is NaN
 * makes all four comparisons false: every number takes the false side.
 */
#include "cut.h"

#include <string.h>

/* The key of the threshold; 0 when it is NaN. *least_out and *greatest_out: of the infinities. */
static int threshold_key(const ortl__forest *forest, uint32_t row, int64_t *key_out,
                         int64_t *least_out, int64_t *greatest_out) {
    if (forest->is_double) {
        const uint64_t infinity = (uint64_t)0x7FF << 52;
        uint64_t bits;
        memcpy(&bits, (const double *)forest->value + row, sizeof bits);
        *key_out = ortl__key64(bits);
        *least_out = ortl__key64(infinity | (uint64_t)1 << 63);
        *greatest_out = ortl__key64(infinity);
        return !ortl__is_nan64(bits);
    }
    const uint32_t infinity = 0x7F800000u;
    uint32_t bits;
    memcpy(&bits, (const float *)forest->value + row, sizeof bits);
    *key_out = ortl__key32(bits);
    *least_out = ortl__key32(infinity | 0x80000000u);
    *greatest_out = ortl__key32(infinity);
    return !ortl__is_nan32(bits);
}

int ortl__cut_of(const ortl__forest *forest, uint32_t row, ortl__cut *cut_out) {
    unsigned test = forest->test[row], mode = test & ORTL__TEST_MODE;
    int64_t key, least, greatest;
    if (!ortl__is_cut(forest, row)) return 0;
    int is_number = threshold_key(forest, row, &key, &least, &greatest);
    int nan_is_true = (test & ORTL__TEST_MISSING) != 0;
    cut_out->low_is_true = mode == ORTL__MODE_LEQ || mode == ORTL__MODE_LT;
    cut_out->nan_is_low = nan_is_true == cut_out->low_is_true;
    if (is_number)
        cut_out->limit = mode == ORTL__MODE_LEQ || mode == ORTL__MODE_GT ? key : key - 1;
    else
        cut_out->limit = cut_out->low_is_true ? least - 1 : greatest;
    return 1;
}
