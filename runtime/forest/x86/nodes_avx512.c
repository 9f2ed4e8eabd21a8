/*
 * The node form with AVX-512: what nodes_vector_template.h wants, and the making of keys.
 */
#include "../pack_nodes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET   __attribute__((target("avx512f")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 8")

enum { LANES = 16 };

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Numbers without signs in the order of keys (cut.h). */
INLINE __m512i to_keys(__m512i bits, __m512i of_nan) {
    const __m512i zero = _mm512_set1_epi32(INT32_MIN);
    const __m512i magnitude = _mm512_set1_epi32(INT32_MAX),
                  infinity = _mm512_set1_epi32(0x7F800000);
    __m512i size = _mm512_and_si512(bits, magnitude);
    __m512i flip = _mm512_or_si512(_mm512_srai_epi32(bits, 31), zero);
    __m512i key = _mm512_mask_xor_epi32(zero, _mm512_test_epi32_mask(size, size), bits, flip);
    return _mm512_mask_mov_epi32(key, _mm512_cmpgt_epi32_mask(size, infinity), of_nan);
}

/* Whether 32-bit offsets reach from row 0 to row 15, and to the last column. */
static int fits_offsets(const uint32_t *columns, uint32_t n_columns, const ortl__rows *rows) {
    ptrdiff_t last = n_columns > 0 ? (ptrdiff_t)(columns[n_columns - 1] >> 1) : 0;
    ptrdiff_t column_stride = rows->column_stride, row_stride = rows->row_stride;
    ptrdiff_t most_column = INT32_MAX / 4 / (last + 1), most_row = INT32_MAX / 4 / LANES;
    return column_stride <= most_column && column_stride >= -most_column &&
           row_stride <= most_row && row_stride >= -most_row;
}

/* The keys of a single row: columns and keys from the second on. */
TARGET static void make_row_keys(const uint32_t *columns, uint32_t n_columns,
                                 const ortl__rows *rows, uint32_t *keys) {
    const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
    const __m512i stride = _mm512_set1_epi32((int)rows->column_stride);
    for (uint32_t j = 0; j < n_columns; j += LANES) {
        uint32_t left = n_columns - j;
        __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
        __m512i column = _mm512_maskz_loadu_epi32(mask, columns + j);
        __m512i offset = _mm512_mullo_epi32(_mm512_srli_epi32(column, 1), stride);
        __m512i bits = _mm512_mask_i32gather_epi32(zero, mask, offset, rows->data, 4);
        __m512i of_nan = _mm512_sub_epi32(zero, _mm512_andnot_si512(column, one));
        _mm512_mask_storeu_epi32(keys + j, mask, to_keys(bits, of_nan));
    }
}

TARGET static void make_keys(const uint32_t *columns, uint32_t n_columns, const ortl__rows *rows,
                             unsigned row_bits, void *keys_out) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    uint32_t *keys = keys_out;
    if (!fits_offsets(columns, n_columns, rows)) {
        ortl__node_keys_by_column(columns, n_columns, rows, row_bits, keys);
        return;
    }
    memset(keys, 0, sizeof *keys << row_bits);
    if (row_bits == 0) {
        make_row_keys(columns + 1, n_columns - 1, rows, keys + 1);
        return;
    }
    __m512i offset = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)rows->row_stride));
    for (uint32_t j = 1; j < n_columns; j++) {
        const float *from =
            (const float *)rows->data + (ptrdiff_t)(columns[j] >> 1) * rows->column_stride;
        uint32_t *to = keys + ((size_t)j << row_bits);
        __m512i of_nan = _mm512_set1_epi32(columns[j] & 1 ? 0 : -1);
        for (size_t i = 0; i < rows->n_rows; i += LANES, from += LANES * rows->row_stride) {
            size_t left = rows->n_rows - i;
            __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
            __m512i bits =
                rows->row_stride == 1
                    ? _mm512_maskz_loadu_epi32(mask, from)
                    : _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, offset, from, 4);
            _mm512_mask_storeu_epi32(to + i, mask, to_keys(bits, of_nan));
        }
    }
}

/* ---- Walking --------------------------------------------------------------------------------- */

#define VECTOR __m512i
#define SHIFT  __m128i
#define MASK   __mmask16

INLINE VECTOR v_set(int32_t x) {
    return _mm512_set1_epi32(x);
}

INLINE SHIFT v_shift(unsigned n_bits) {
    return _mm_cvtsi32_si128((int)n_bits);
}

INLINE VECTOR v_load(const void *from) {
    return _mm512_loadu_si512(from);
}

INLINE void v_store(void *to, VECTOR v) {
    _mm512_storeu_si512(to, v);
}

INLINE VECTOR v_and(VECTOR a, VECTOR b) {
    return _mm512_and_si512(a, b);
}

INLINE VECTOR v_add(VECTOR a, VECTOR b) {
    return _mm512_add_epi32(a, b);
}

INLINE VECTOR v_left(VECTOR a, SHIFT n_bits) {
    return _mm512_sll_epi32(a, n_bits);
}

INLINE VECTOR v_right(VECTOR a, SHIFT n_bits) {
    return _mm512_srl_epi32(a, n_bits);
}

INLINE VECTOR v_add_if(MASK mask, VECTOR a, VECTOR b) {
    return _mm512_mask_add_epi32(a, mask, a, b);
}

INLINE VECTOR v_pick(MASK mask, VECTOR a, VECTOR b) {
    return _mm512_mask_mov_epi32(a, mask, b);
}

INLINE MASK v_above(VECTOR a, VECTOR b) {
    return _mm512_cmpgt_epu32_mask(a, b);
}

INLINE MASK v_equal(VECTOR a, VECTOR b) {
    return _mm512_cmpeq_epi32_mask(a, b);
}

INLINE MASK m_and(MASK a, MASK b) {
    return a & b;
}

INLINE unsigned m_bits(MASK mask) {
    return mask;
}

INLINE void v_store_some(uint32_t *to, unsigned bits, VECTOR v) {
    v_store(to, _mm512_maskz_compress_epi32((MASK)bits, v));
}

/* Gathers go into zeros: else each would wait for what its register held before. */
INLINE VECTOR v_gather(VECTOR at, const void *from) {
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, at, from, 4);
}

INLINE __m512i gather_64(__m256i at, const void *from) {
    return _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), 0xFF, at, from, 8);
}

INLINE void v_gather_nodes(VECTOR places, const void *nodes, VECTOR *limit, VECTOR *link) {
    const __m512i even =
        _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    __m512i low = gather_64(_mm512_castsi512_si256(places), nodes);
    __m512i high = gather_64(_mm512_extracti64x4_epi64(places, 1), nodes);
    *limit = _mm512_permutex2var_epi32(low, even, high);
    *link = _mm512_permutex2var_epi32(low, odd, high);
}

#include "../nodes_vector_template.h"

const ortl__node_loops ortl__node_loops_avx512 = {make_keys, walk, 0.5};

#else
typedef int ortl__nodes_avx512_is_elsewhere;
#endif
