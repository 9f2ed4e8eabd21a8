/*
 * The keys of floats (cut.h) with AVX-512, 16 at a time out of their bits. INLINE is defined by the
 * file that includes this.
 */
#ifndef ORTL_KEYS_AVX512_H
#define ORTL_KEYS_AVX512_H

#include <immintrin.h>

INLINE __m512i to_keys(__m512i bits) {
    const __m512i sign = _mm512_set1_epi32(INT32_MIN);
    __m512i flip = _mm512_srli_epi32(_mm512_srai_epi32(bits, 31), 1);
    __mmask16 is_not_zero =
        _mm512_test_epi32_mask(bits, _mm512_andnot_si512(sign, _mm512_set1_epi32(-1)));
    return _mm512_maskz_xor_epi32(is_not_zero, bits, flip);
}

INLINE __mmask16 find_nan(__m512i bits) {
    const __m512i magnitude = _mm512_and_si512(bits, _mm512_set1_epi32(INT32_MAX));
    return _mm512_cmpgt_epi32_mask(magnitude, _mm512_set1_epi32(0x7F800000));
}

#endif
