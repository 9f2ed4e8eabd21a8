/*
 * The byte kernel with AVX2. Leaf values are read one by one: gathers are slow on some processors.
 */
#include <string.h>

#include "../pack_byte.h"

#if defined(__x86_64__) && defined(__GNUC__)

#define UNROLLED _Pragma("GCC unroll 8")

#define NAMED(x)  x##_32
#define TARGET    __attribute__((target("avx2")))
#define WIDTH     32
#define IN_FLIGHT 8
#include "../byte_template.h"

TARGET static void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                              size_t n_rows, float *sums) {
    (void)n_leaves;
    for (size_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
}

const ortl__byte_kernel ortl__byte_kernel_avx2 = {
    walk_32, walk_levels_32, add_values, NULL, NULL, 1.0, 1.3, 0.5};

#else
typedef int ortl__byte_avx2_is_elsewhere;
#endif
