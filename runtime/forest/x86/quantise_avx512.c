/*
 * The quantiser with AVX-512: 64 rows at once in four registers, the table of limits in registers
 * too, looked up by permutations. A level of 2^l limits takes one register up to level 4, then 2, 4
 * and 8, of which the decisions of the first levels choose: they are the highest bits of the place.
 */
#include "../quantise.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw")))
#define INLINE TARGET __attribute__((always_inline)) static inline

enum { LANES = 16, GROUPS = ORTL__CODE_ROWS / LANES };

/* Strides, in elements, up to which offsets of 16 rows fit the 32 bits that a gather takes. */
enum { MOST_STRIDE = 1 << 24 };

/* 64 values of a column. */
typedef struct values {
    __m512i keys[GROUPS];
    __mmask16 is_nan[GROUPS];
} values;

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

/* Loads n values, at most 64; lanes past them are 0 and their memory is not touched. */
INLINE void load_values(const float *data, size_t n, ptrdiff_t stride, values *values_out) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i offsets = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)stride));
    for (int g = 0; g < GROUPS; g++) {
        size_t done = (size_t)g * LANES;
        size_t left = n > done ? n - done : 0;
        __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
        const float *from = data + (ptrdiff_t)done * (left > 0 ? stride : 0);
/* Without optimisation gcc's intrinsic is a macro that makes the mask a short behind any cast. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
        __m512i bits = stride == 1 ? _mm512_maskz_loadu_epi32(mask, from)
                                   : _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask,
                                                                 offsets, from, 4);
#pragma GCC diagnostic pop
        values_out->keys[g] = to_keys(bits);
        values_out->is_nan[g] = find_nan(bits);
    }
}

/* The limits at the given places of a level. upper[0], upper[1]: decisions of levels 0 and 1. */
INLINE __m512i look_up(const __m512i *table, int level, __m512i place, const __mmask16 upper[2]) {
    if (level <= 3) return _mm512_permutexvar_epi32(place, table[0]);
    if (level == 4) return _mm512_permutexvar_epi32(place, table[1]);
    if (level == 5) return _mm512_permutex2var_epi32(table[2], place, table[3]);
    if (level == 6)
        return _mm512_mask_blend_epi32(upper[0],
                                       _mm512_permutex2var_epi32(table[4], place, table[5]),
                                       _mm512_permutex2var_epi32(table[6], place, table[7]));
    return _mm512_mask_blend_epi32(
        upper[0],
        _mm512_mask_blend_epi32(upper[1], _mm512_permutex2var_epi32(table[8], place, table[9]),
                                _mm512_permutex2var_epi32(table[10], place, table[11])),
        _mm512_mask_blend_epi32(upper[1], _mm512_permutex2var_epi32(table[12], place, table[13]),
                                _mm512_permutex2var_epi32(table[14], place, table[15])));
}

/* The places of 64 values, 2^n_levels more than their ranks. */
INLINE void search(const int32_t *keys, const int n_levels, const values *x, __m512i *places) {
    __m512i table[16];
    __mmask16 upper[GROUPS][2];
    const __m512i one = _mm512_set1_epi32(1);
    const int n_registers = n_levels <= 4 ? 1 : 1 << (n_levels - 4);
    const __mmask16 used = (__mmask16)(n_levels >= 4 ? 0xFFFFu : (1u << (1 << n_levels)) - 1);
#pragma GCC unroll 16
    for (int i = 0; i < n_registers; i++)
        table[i] = _mm512_maskz_loadu_epi32(used, keys + i * LANES);
#pragma GCC unroll 4
    for (int g = 0; g < GROUPS; g++) places[g] = one;
#pragma GCC unroll 8
    for (int level = 0; level < n_levels; level++) {
#pragma GCC unroll 4
        for (int g = 0; g < GROUPS; g++) {
            __m512i limit = look_up(table, level, places[g], upper[g]);
            __mmask16 is_above = _mm512_cmpgt_epi32_mask(x->keys[g], limit);
            if (level < 2) upper[g][level] = is_above;
            __m512i doubled = _mm512_add_epi32(places[g], places[g]);
            places[g] = _mm512_mask_add_epi32(doubled, is_above, doubled, one);
        }
    }
}

TARGET __attribute__((noinline)) static void search_table(const int32_t *keys, uint32_t n_levels,
                                                          const values *x, __m512i *places) {
    switch (n_levels) {
    case 1: search(keys, 1, x, places); break;
    case 2: search(keys, 2, x, places); break;
    case 3: search(keys, 3, x, places); break;
    case 4: search(keys, 4, x, places); break;
    case 5: search(keys, 5, x, places); break;
    case 6: search(keys, 6, x, places); break;
    case 7: search(keys, 7, x, places); break;
    default: search(keys, 8, x, places); break;
    }
}

INLINE void store_column(const __m128i *biased, const values *x, uint32_t nan_code, int8_t *codes) {
    const __m128i code = _mm_set1_epi8((char)(nan_code ^ 0x80u));
    for (int g = 0; g < GROUPS; g++) {
        __m512i wide = _mm512_mask_mov_epi8(_mm512_castsi128_si512(biased[g]), x->is_nan[g],
                                            _mm512_castsi128_si512(code));
        _mm_storeu_si128((__m128i *)(void *)(codes + g * LANES), _mm512_castsi512_si128(wide));
    }
}

TARGET static void quantise_rows(const ortl__quantiser *q, const ortl__rows *rows, size_t first,
                                 size_t n, int8_t *codes, size_t stride) {
    const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
    values x;
    __m512i places[GROUPS];
    __m128i biased[GROUPS];
    for (uint32_t j = 0; j < q->n_tables; j++) {
        const ortl__rank_table *t = &q->tables[j];
        if (j == 0 || t->feature != t[-1].feature)
            load_values(data + (ptrdiff_t)t->feature * rows->column_stride, n, rows->row_stride,
                        &x);
        search_table(q->keys + t->begin, t->n_levels, &x, places);
        const __m512i bias = _mm512_set1_epi32((int)((1u << t->n_levels) ^ 0x80u));
        for (int g = 0; g < GROUPS; g++)
            biased[g] = _mm512_cvtepi32_epi8(_mm512_xor_si512(places[g], bias));
        if (t->low_column != ORTL__NO_COLUMN)
            store_column(biased, &x, 0, codes + t->low_column * stride + first);
        if (t->high_column != ORTL__NO_COLUMN)
            store_column(biased, &x, t->n_limits, codes + t->high_column * stride + first);
    }
}

TARGET void ortl__quantise_avx512(const ortl__quantiser *quantiser, const ortl__rows *rows,
                                  int8_t *codes, size_t stride) {
    if (rows->row_stride > MOST_STRIDE || rows->row_stride < -MOST_STRIDE)
        ortl__quantise_plain(quantiser, rows, codes, stride);
    else
        ortl__quantise_all(quantiser, rows, codes, stride, quantise_rows);
}

#else
typedef int ortl__quantise_avx512_is_elsewhere;
#endif
