/*
 * The sliced kernel with AVX2. Leaf values are read one by one: gathers are slow on some
 * processors.
 */
#include <string.h>

#include "../pack_slices.h"

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET       __attribute__((target("avx2")))
#define OR3(a, b, c) ((a) | (b) | (c))

TARGET static inline void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                                     size_t n_rows, float *sums) {
    (void)n_leaves;
    for (size_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
}

/* Leaves come in the order of the rows. */
TARGET static inline void sort_leaves(uint8_t *leaves, size_t n_rows) {
    (void)leaves;
    (void)n_rows;
}

typedef uint64_t four __attribute__((vector_size(32)));

#define NAMED(x) x##_word
#define WORD     uint64_t
#include "../slices_template.h"
#undef NAMED
#undef WORD

#define NAMED(x) x##_four
#define WORD     four
#include "../slices_template.h"

#define WIDTHS(X) X(1, _word, 1) X(4, _four, 1) X(8, _four, 2)
#include "../slices_widths.h"

const ortl__slice_kernel ortl__slice_kernel_avx2 = {
    make_masks, add_trees, find_leaves, ALL_WIDTHS, &ortl__row_kernel_avx2, 4.0, 4.0, 0.5};

#else
typedef int ortl__slices_avx2_is_elsewhere;
#endif
