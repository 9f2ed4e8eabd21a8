/*
 * The sliced kernel for words of 64 bits and for vectors of 16 bytes, which every processor of note
 * has in its base architecture (SSE2, NEON, VSX ...); elsewhere the compiler makes do with words.
 */
#include <string.h>

#include "pack_slices.h"

#define TARGET
#define OR3(a, b, c) ((a) | (b) | (c))
#define MUX(m, a, b) ((a) ^ (((a) ^ (b)) & (m)))

static inline void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                              size_t n_rows, float *sums) {
    (void)n_leaves;
    /* A shorter loop may take half as long again, where it happens to lie badly. */
    _Pragma("GCC unroll 4") for (size_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
}

/* Leaves come in the order of the rows. */
static inline void sort_leaves(uint8_t *leaves, size_t n_rows) {
    (void)leaves;
    (void)n_rows;
}

typedef uint64_t pair __attribute__((vector_size(16)));

#define NAMED(x) x##_word
#define WORD     uint64_t
#include "slices_template.h"
#undef NAMED
#undef WORD

#define NAMED(x) x##_pair
#define WORD     pair
#include "slices_template.h"

#define WIDTHS(X) X(1, _word, 1) X(2, _pair, 1) X(8, _pair, 4)
#include "slices_widths.h"

#define LOOPS_AND_COSTS                                                                            \
    .make_masks = make_masks, .add_trees = add_trees, .find_leaves = find_leaves,                  \
    .widths = ALL_WIDTHS, .code_cost = 20.0, .mask_costs = {1.5, 1.6, 4.0},                        \
    .test_costs = {2.2, 2.4, 6.0}, .place_costs = {0.9, 1.2, 4.0}, .tree_costs = {50, 50, 170},    \
    .leaf_cost = 0.8, .most_mask_bytes = 1 << 20

const ortl__slice_kernel ortl__slice_kernel_plain = {LOOPS_AND_COSTS,
                                                     .row = &ortl__row_kernel_plain};

#if defined(__aarch64__)
/* The same loops, which the compiler turns to NEON, with single rows of their own. */
const ortl__slice_kernel ortl__slice_kernel_neon = {LOOPS_AND_COSTS, .row = &ortl__row_kernel_neon};
#endif
