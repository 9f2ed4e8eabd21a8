/*
 * Walking the node form with AVX-512: 16 rows, or 16 trees, in the lanes of a register, nodes and
 * keys fetched by gathers. Several registers are walked at once, because a gather takes long but
 * the next one need not wait for it.
 */
#include "../pack_nodes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET   __attribute__((target("avx512f")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 4")

enum { LANES = 16, MOST_REGISTERS = 4 };

/* The bits of 16 columns of a row; those outside the mask are not read and 0. */
INLINE __m512i load_columns(const float *row, __m512i features, ptrdiff_t column_stride,
                            __mmask16 mask) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i offsets = _mm512_mullo_epi32(features, _mm512_set1_epi32((int)column_stride));
    return _mm512_mask_i32gather_epi32(zero, mask, offsets, row, 4);
}

TARGET static void make_keys(const uint32_t *columns, uint32_t n_columns, const void *row,
                             ptrdiff_t column_stride, void *keys_out) {
    const __m512i one = _mm512_set1_epi32(1), magnitude = _mm512_set1_epi32(INT32_MAX);
    const __m512i infinity = _mm512_set1_epi32(0x7F800000);
    int32_t *keys = keys_out;
    uint32_t last = n_columns > 0 ? columns[n_columns - 1] >> 1 : 0;
    if (column_stride > INT32_MAX / 4 / ((ptrdiff_t)last + 1) ||
        column_stride < -(INT32_MAX / 4 / ((ptrdiff_t)last + 1))) {
        ortl__node_loops_plain.make_keys(columns, n_columns, row, column_stride, keys_out);
        return;
    }
    for (uint32_t j = 0; j < n_columns; j += LANES) {
        uint32_t left = n_columns - j;
        __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
        __m512i column = _mm512_maskz_loadu_epi32(mask, columns + j);
        __m512i bits = load_columns(row, _mm512_srli_epi32(column, 1), column_stride, mask);
        __m512i size = _mm512_and_si512(bits, magnitude);
        __m512i flip = _mm512_srli_epi32(_mm512_srai_epi32(bits, 31), 1);
        __m512i key = _mm512_maskz_xor_epi32(_mm512_test_epi32_mask(size, size), bits, flip);
        __mmask16 is_nan = _mm512_cmpgt_epi32_mask(size, infinity);
        /* The greatest key, or one more, which wraps to the lowest. */
        __m512i of_nan = _mm512_add_epi32(magnitude, _mm512_and_si512(column, one));
        _mm512_mask_storeu_epi32(keys + j, mask, _mm512_mask_mov_epi32(key, is_nan, of_nan));
    }
}

/* Walks n_registers x LANES walks to their leaves. nodes: of all trees; places: where the walks
 * begin, and in the end the leaves; keys_at: where the keys of each walk begin in keys. */
INLINE void walk(const ortl__node32 *nodes, const int32_t *keys, const __m512i *keys_at,
                 __m512i *places, const int n_registers, unsigned bits) {
    const __m512i column_mask = _mm512_set1_epi32((int)((1u << bits) - 1));
    const __m512i one = _mm512_set1_epi32(1);
    const __m128i shift = _mm_cvtsi32_si128((int)bits);
    const int *base = (const int *)(const void *)nodes;
    unsigned moved;
    do {
        moved = 0;
        UNROLLED for (int i = 0; i < n_registers; i++) {
            __m512i bound = _mm512_i32gather_epi32(places[i], base, 8);
            __m512i link = _mm512_i32gather_epi32(places[i], base + 1, 8);
            __m512i column = _mm512_and_si512(link, column_mask);
            __m512i key = _mm512_i32gather_epi32(_mm512_add_epi32(keys_at[i], column), keys, 4);
            __mmask16 is_high = _mm512_cmpge_epi32_mask(key, bound);
            __m512i next = _mm512_add_epi32(places[i], one);
            next = _mm512_mask_add_epi32(next, is_high, next, _mm512_sra_epi32(link, shift));
            moved |= _mm512_cmpneq_epi32_mask(next, places[i]);
            places[i] = next;
        }
    } while (moved != 0);
}

/* n_registers x LANES rows down one tree. */
INLINE void walk_rows(const ortl__node32 *nodes, uint32_t root, const int32_t *keys,
                      size_t key_stride, uint32_t *places_out, const int n_registers,
                      unsigned bits) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i stride = _mm512_set1_epi32((int)key_stride);
    __m512i keys_at[MOST_REGISTERS], places[MOST_REGISTERS];
    UNROLLED for (int i = 0; i < n_registers; i++) {
        __m512i row = _mm512_add_epi32(lane, _mm512_set1_epi32(i * LANES));
        keys_at[i] = _mm512_mullo_epi32(row, stride);
        places[i] = _mm512_set1_epi32((int)root);
    }
    walk(nodes, keys, keys_at, places, n_registers, bits);
    UNROLLED for (int i = 0; i < n_registers; i++)
        _mm512_storeu_si512((void *)(places_out + i * LANES), places[i]);
}

TARGET static void walk_rows_avx512(const void *nodes, uint32_t root, const void *keys,
                                    size_t key_stride, size_t n, unsigned bits,
                                    uint32_t *places_out) {
    for (size_t i = 0; i < n; i += 64)
        walk_rows(nodes, root, (const int32_t *)keys + i * key_stride, key_stride, places_out + i,
                  4, bits);
}

TARGET static void walk_trees_avx512(const void *nodes, const uint32_t *roots, const void *keys,
                                     unsigned bits, uint32_t *places_out) {
    __m512i keys_at[MOST_REGISTERS], places[MOST_REGISTERS];
    UNROLLED for (int i = 0; i < 4; i++) {
        keys_at[i] = _mm512_setzero_si512();
        places[i] = _mm512_loadu_si512((const void *)(roots + i * LANES));
    }
    walk(nodes, keys, keys_at, places, 4, bits);
    UNROLLED for (int i = 0; i < 4; i++)
        _mm512_storeu_si512((void *)(places_out + i * LANES), places[i]);
}

const ortl__node_loops ortl__node_loops_avx512 = {
    make_keys, walk_rows_avx512, walk_trees_avx512, 64, 64, 0.65, 0.75};

#else
typedef int ortl__nodes_avx512_is_elsewhere;
#endif
