/*
 * The sliced kernel for processors with AVX-512 VBMI and GFNI: Ice Lake, Zen 4 and later.
 */
#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET   __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,gfni")))
#define HAS_VBMI 1
#define KERNEL   ortl__slice_kernel_vbmi
#define ROW      &ortl__row_kernel_vbmi
#include "slices_avx512_template.h"

#else
typedef int ortl__slices_vbmi_is_elsewhere;
#endif
