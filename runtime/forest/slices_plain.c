/*
 * The sliced kernel for words of 64 bits and for vectors of 16 bytes, which every processor of note
 * has in its base architecture (SSE2, NEON, VSX ...); elsewhere the compiler makes do with words.
 */
#include <string.h>

#include "pack_slices.h"

#define TARGET
#define OR3(a, b, c) ((a) | (b) | (c))

static inline void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                              size_t n_rows, float *sums) {
    (void)n_leaves;
    for (size_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
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

const ortl__slice_kernel ortl__slice_kernel_plain = {
    make_masks, add_trees, find_leaves, ALL_WIDTHS, NULL, 20.0, 4.0, 6.0, 0.8};

#if defined(__aarch64__)
/* The same loops, which the compiler turns to NEON, with single rows of their own. */
const ortl__slice_kernel ortl__slice_kernel_neon = {
    make_masks, add_trees, find_leaves, ALL_WIDTHS, &ortl__row_kernel_neon, 20.0, 4.0, 6.0, 0.8};
#endif
