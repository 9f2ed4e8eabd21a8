/*
 * The byte kernel for vectors of 16 bytes, which every processor of note has in its base
 * architecture (SSE2, NEON, VSX ...); elsewhere the compiler makes do with words.
 */
#include <string.h>

#include "pack_byte.h"

#define UNROLLED _Pragma("GCC unroll 8")

#define NAMED(x) x##_16
#define TARGET
#define WIDTH     16
#define IN_FLIGHT 8
#include "byte_template.h"

static void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves, size_t n_rows,
                       float *sums) {
    (void)n_leaves;
    for (size_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
}

const ortl__byte_kernel ortl__byte_kernel_plain = {
    walk_16, walk_levels_16, add_values, NULL, NULL, 1.0, 2.5, 0.6};
