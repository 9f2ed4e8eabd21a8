/*
 * The sliced kernel for processors with AVX-512 of the first generations.
 */
#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET   __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl")))
#define HAS_VBMI 0
#define KERNEL   ortl__slice_kernel_avx512
#define ROW      &ortl__row_kernel_avx2
#include "slices_avx512_template.h"

#else
typedef int ortl__slices_avx512_is_elsewhere;
#endif
