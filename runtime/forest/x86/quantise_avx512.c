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

#include "keys_avx512.h"

enum { LANES = 16, GROUPS = ORTL__CODE_ROWS / LANES };

/* Strides, in elements, up to which offsets of 16 rows fit the 32 bits that a gather takes. */
enum { MOST_STRIDE = 1 << 24 };

/* Features that are loaded at once where most are wanted and lie side by side: that takes less than
 * half the time of gathering each. */
enum { SIDE_BY_SIDE = 4 };

/* 64 values of a column. */
typedef struct values {
    __m512i keys[GROUPS];
    __mmask64 is_nan;
} values;

/* Loads n values, at most 64; lanes past them are 0 and their memory is not touched. */
INLINE void load_values(const float *data, size_t n, ptrdiff_t stride, values *values_out) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i offsets = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)stride));
    __mmask64 is_nan = 0;
#pragma GCC unroll 4
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
        is_nan |= (__mmask64)find_nan(bits) << g * LANES;
    }
    values_out->is_nan = is_nan;
}

/* Rows 0, 4, 8 and 12 from data on: 16 bytes of each. */
INLINE __m512i load_every_fourth(const float *data, ptrdiff_t stride) {
    __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const void *)data));
    x = _mm512_inserti32x4(x, _mm_loadu_si128((const void *)(data + 4 * stride)), 1);
    x = _mm512_inserti32x4(x, _mm_loadu_si128((const void *)(data + 8 * stride)), 2);
    return _mm512_inserti32x4(x, _mm_loadu_si128((const void *)(data + 12 * stride)), 3);
}

/* Loads 64 values of four features side by side, 16 bytes of a row: values_out (4). */
TARGET static void load_four(const float *data, ptrdiff_t stride, values *values_out) {
    __mmask64 is_nan[SIDE_BY_SIDE] = {0};
    for (int g = 0; g < GROUPS; g++, data += LANES * stride) {
        __m512i a = load_every_fourth(data, stride), b = load_every_fourth(data + stride, stride);
        __m512i c = load_every_fourth(data + 2 * stride, stride);
        __m512i d = load_every_fourth(data + 3 * stride, stride);
        __m512i low_ab = _mm512_unpacklo_epi32(a, b), high_ab = _mm512_unpackhi_epi32(a, b);
        __m512i low_cd = _mm512_unpacklo_epi32(c, d), high_cd = _mm512_unpackhi_epi32(c, d);
        __m512i bits[SIDE_BY_SIDE] = {
            _mm512_unpacklo_epi64(low_ab, low_cd), _mm512_unpackhi_epi64(low_ab, low_cd),
            _mm512_unpacklo_epi64(high_ab, high_cd), _mm512_unpackhi_epi64(high_ab, high_cd)};
#pragma GCC unroll 4
        for (int i = 0; i < SIDE_BY_SIDE; i++) {
            values_out[i].keys[g] = to_keys(bits[i]);
            is_nan[i] |= (__mmask64)find_nan(bits[i]) << g * LANES;
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < SIDE_BY_SIDE; i++) values_out[i].is_nan = is_nan[i];
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

/* The biased codes of 64 places on the level behind the last. */
INLINE __m512i to_codes(const __m512i *places, uint32_t n_levels) {
    const __m512i first = _mm512_set1_epi32((int)(1u << n_levels));
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i rank[GROUPS];
    for (int g = 0; g < GROUPS; g++) rank[g] = _mm512_xor_si512(places[g], first);
    __m512i bytes = _mm512_packus_epi16(_mm512_packus_epi32(rank[0], rank[1]),
                                        _mm512_packus_epi32(rank[2], rank[3]));
    return _mm512_xor_si512(_mm512_permutexvar_epi32(order, bytes), _mm512_set1_epi8((char)0x80));
}

INLINE void store_column(__m512i of_numbers, __mmask64 is_nan, uint32_t of_nan, int8_t *codes) {
    __m512i all = _mm512_mask_mov_epi8(of_numbers, is_nan, _mm512_set1_epi8((char)(of_nan ^ 0x80)));
    _mm512_storeu_si512((void *)codes, all);
}

TARGET static void quantise_rows(const ortl__quantiser *q, const ortl__rows *rows, size_t first,
                                 size_t n, int8_t *codes, size_t stride) {
    const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
    const uint32_t n_features = q->n_tables > 0 ? q->tables[q->n_tables - 1].feature + 1 : 0;
    const int is_dense = n == ORTL__CODE_ROWS && rows->column_stride == 1 &&
                         n_features >= SIDE_BY_SIDE && q->n_tables / 3 >= n_features / 4;
    const uint32_t n_loaded = is_dense ? SIDE_BY_SIDE : 1;
    uint32_t loaded = 0;
    values x[SIDE_BY_SIDE];
    __m512i places[GROUPS];
    for (uint32_t j = 0; j < q->n_tables; j++) {
        const ortl__rank_table *t = &q->tables[j];
        if (j == 0 || t->feature >= loaded + n_loaded) {
            loaded = t->feature + n_loaded <= n_features ? t->feature : n_features - n_loaded;
            const float *from = data + (ptrdiff_t)loaded * rows->column_stride;
            if (is_dense)
                load_four(from, rows->row_stride, x);
            else
                load_values(from, n, rows->row_stride, x);
        }
        const values *of_feature = &x[t->feature - loaded];
        search_table(q->keys + t->begin, t->n_levels, of_feature, places);
        const __m512i of_numbers = to_codes(places, t->n_levels);
        if (t->low_column != ORTL__NO_COLUMN)
            store_column(of_numbers, of_feature->is_nan, 0, codes + t->low_column * stride + first);
        if (t->high_column != ORTL__NO_COLUMN)
            store_column(of_numbers, of_feature->is_nan, t->n_limits,
                         codes + t->high_column * stride + first);
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
