/*
 * The quantiser with AVX2: 64 rows at once in eight registers. The first five levels of a table of
 * limits are looked up in registers, the others are gathered.
 */
#include "../quantise.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET   __attribute__((target("avx2")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 8")

/* More groups of values than AT_ONCE do not fit the registers during a search. */
enum { LANES = 8, GROUPS = ORTL__CODE_ROWS / LANES, AT_ONCE = 4 };

/* Strides, in elements, up to which offsets of 8 rows fit the 32 bits that a gather takes. */
enum { MOST_STRIDE = 1 << 24 };

/* 64 values of a column; is_nan: all bits of a lane, or none. */
typedef struct values {
    __m256i keys[GROUPS];
    __m256i is_nan[GROUPS];
} values;

/* Loads n values, at most 64; lanes past them are 0 and their memory is not touched. */
INLINE void load_values(const float *data, size_t n, ptrdiff_t stride, values *values_out) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), zero = _mm256_setzero_si256();
    const __m256i offsets = _mm256_mullo_epi32(lane, _mm256_set1_epi32((int)stride));
    const __m256i magnitude = _mm256_set1_epi32(INT32_MAX);
    for (int g = 0; g < GROUPS; g++) {
        size_t done = (size_t)g * LANES, left = n > done ? n - done : 0;
        __m256i mask =
            _mm256_cmpgt_epi32(_mm256_set1_epi32(left > LANES ? LANES : (int)left), lane);
        const int *from = (const int *)(const void *)(data + (ptrdiff_t)done * (left ? stride : 0));
        __m256i bits = stride == 1 ? _mm256_maskload_epi32(from, mask)
                                   : _mm256_mask_i32gather_epi32(zero, from, offsets, mask, 4);
        __m256i size = _mm256_and_si256(bits, magnitude);
        __m256i flip = _mm256_srli_epi32(_mm256_srai_epi32(bits, 31), 1);
        __m256i is_zero = _mm256_cmpeq_epi32(size, zero);
        values_out->keys[g] = _mm256_andnot_si256(is_zero, _mm256_xor_si256(bits, flip));
        values_out->is_nan[g] = _mm256_cmpgt_epi32(size, _mm256_set1_epi32(0x7F800000));
    }
}

/* The limits of 8 places on a level; table: the first 32 keys. */
INLINE __m256i look_up(const int32_t *keys, const __m256i *table, const int level, __m256i place) {
    if (level <= 2) return _mm256_permutevar8x32_epi32(table[0], place);
    if (level == 3) return _mm256_permutevar8x32_epi32(table[1], place);
    if (level == 4) {
        __m256 low = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(table[2], place));
        __m256 high = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(table[3], place));
        __m256 is_high = _mm256_castsi256_ps(_mm256_slli_epi32(place, 28));
        return _mm256_castps_si256(_mm256_blendv_ps(low, high, is_high));
    }
    return _mm256_i32gather_epi32(keys, place, 4);
}

/* The places of 64 values, 2^n_levels more than their ranks. */
INLINE void search(const int32_t *keys, const int n_levels, const values *x, __m256i *places) {
    __m256i table[4];
    int32_t first[32] = {0};
    memcpy(first, keys, (n_levels < 5 ? sizeof *keys << n_levels : sizeof first));
    memcpy(table, first, sizeof table);
    _Pragma("GCC unroll 1") for (int from = 0; from < GROUPS; from += AT_ONCE) {
        const __m256i *keys_of = x->keys + from;
        __m256i place[AT_ONCE];
        UNROLLED for (int g = 0; g < AT_ONCE; g++) place[g] = _mm256_set1_epi32(1);
        UNROLLED for (int level = 0; level < n_levels; level++) {
            UNROLLED for (int g = 0; g < AT_ONCE; g++) {
                __m256i limit = look_up(keys, table, level, place[g]);
                __m256i is_above = _mm256_cmpgt_epi32(keys_of[g], limit);
                place[g] = _mm256_sub_epi32(_mm256_add_epi32(place[g], place[g]), is_above);
            }
        }
        UNROLLED for (int g = 0; g < AT_ONCE; g++) places[from + g] = place[g];
    }
}

TARGET __attribute__((noinline)) static void search_table(const int32_t *keys, uint32_t n_levels,
                                                          const values *x, __m256i *places) {
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

/* Codes of 64 rows; NaN gets the code given. */
INLINE void store_column(const __m256i *places, const values *x, uint32_t n_levels,
                         uint32_t nan_code, int8_t *codes) {
    const __m256i first = _mm256_set1_epi32((int)(1u << n_levels));
    const __m256i of_nan = _mm256_set1_epi32((int)nan_code);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    UNROLLED for (int g = 0; g < GROUPS; g += 4) {
        __m256i rank[4];
        UNROLLED for (int i = 0; i < 4; i++) rank[i] =
            _mm256_blendv_epi8(_mm256_sub_epi32(places[g + i], first), of_nan, x->is_nan[g + i]);
        __m256i bytes = _mm256_packus_epi16(_mm256_packus_epi32(rank[0], rank[1]),
                                            _mm256_packus_epi32(rank[2], rank[3]));
        bytes = _mm256_permutevar8x32_epi32(bytes, order);
        bytes = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)0x80));
        _mm256_storeu_si256((__m256i *)(void *)(codes + g * LANES), bytes);
    }
}

TARGET static void quantise_rows(const ortl__quantiser *q, const ortl__rows *rows, size_t first,
                                 size_t n, int8_t *codes, size_t stride) {
    const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
    values x;
    __m256i places[GROUPS];
    for (uint32_t j = 0; j < q->n_tables; j++) {
        const ortl__rank_table *t = &q->tables[j];
        if (j == 0 || t->feature != t[-1].feature)
            load_values(data + (ptrdiff_t)t->feature * rows->column_stride, n, rows->row_stride,
                        &x);
        search_table(q->keys + t->begin, t->n_levels, &x, places);
        if (t->low_column != ORTL__NO_COLUMN)
            store_column(places, &x, t->n_levels, 0, codes + t->low_column * stride + first);
        if (t->high_column != ORTL__NO_COLUMN)
            store_column(places, &x, t->n_levels, t->n_limits,
                         codes + t->high_column * stride + first);
    }
}

TARGET void ortl__quantise_avx2(const ortl__quantiser *quantiser, const ortl__rows *rows,
                                int8_t *codes, size_t stride) {
    if (rows->row_stride > MOST_STRIDE || rows->row_stride < -MOST_STRIDE)
        ortl__quantise_plain(quantiser, rows, codes, stride);
    else
        ortl__quantise_all(quantiser, rows, codes, stride, quantise_rows);
}

#else
typedef int ortl__quantise_avx2_is_elsewhere;
#endif
