/*
 * The byte kernel with AVX-512: comparisons give masks, the second one under the mask of the first.
 * One unit alone makes masks, and it also spreads a byte over a register; so each tree is first
 * spread out into words of four equal bytes, which are loaded without that unit's help.
 */
#include <string.h>

#include "../pack_byte.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET   __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 16")

enum { LANES = 16 };

/* A test with its bytes repeated four times. */
typedef struct wide_node {
    uint32_t limit, first, skip;
    uint32_t column;
} wide_node;

INLINE void spread(const ortl__byte_node *nodes, size_t n_nodes, wide_node *wide) {
    const __m128i pattern = _mm_setr_epi8(2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 0, 1, -1, -1);
    for (size_t i = 0; i < n_nodes; i++) {
        __m128i node = _mm_loadl_epi64((const __m128i *)(const void *)(nodes + i));
        _mm_storeu_si128((__m128i *)(void *)(wide + i), _mm_shuffle_epi8(node, pattern));
    }
}

/* One test on 64 rows. */
INLINE __m512i apply(const wide_node *node, const int8_t *code_at, __m512i state,
                     const int has_levels) {
    const __m512i limit = _mm512_set1_epi32((int)node->limit);
    __mmask64 moves = _mm512_cmpgt_epi8_mask(_mm512_loadu_si512((const void *)code_at), limit);
    if (!has_levels)
        moves = _mm512_mask_cmpeq_epi8_mask(moves, state, _mm512_set1_epi32((int)node->first));
    return _mm512_mask_add_epi8(state, moves, state, _mm512_set1_epi32((int)node->skip));
}

INLINE void walk_vectors(const wide_node *nodes, size_t n_nodes, const int8_t *codes, size_t stride,
                         uint8_t *leaves, const int n_vectors, const int has_levels) {
    __m512i state[ORTL__BYTE_ROWS / 64];
    UNROLLED for (int i = 0; i < n_vectors; i++) state[i] = _mm512_setzero_si512();
    for (size_t node = 0; node < n_nodes; node++) {
        const int8_t *code_at = codes + nodes[node].column * stride;
        UNROLLED for (int i = 0; i < n_vectors; i++) state[i] =
            apply(&nodes[node], code_at + i * 64, state[i], has_levels);
    }
    UNROLLED for (int i = 0; i < n_vectors; i++)
        _mm512_storeu_si512((void *)(leaves + i * 64), state[i]);
}

INLINE void walk_rows(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                      size_t stride, size_t n_rows, uint8_t *leaves, const int has_levels) {
    wide_node wide[ORTL__BYTE_LEAVES];
    size_t done = 0;
    spread(nodes, n_nodes, wide);
    for (; n_rows - done >= 512; done += 512)
        walk_vectors(wide, n_nodes, codes + done, stride, leaves + done, 8, has_levels);
    for (; n_rows - done >= 256; done += 256)
        walk_vectors(wide, n_nodes, codes + done, stride, leaves + done, 4, has_levels);
    for (; n_rows - done >= 128; done += 128)
        walk_vectors(wide, n_nodes, codes + done, stride, leaves + done, 2, has_levels);
    for (; done < n_rows; done += 64)
        walk_vectors(wide, n_nodes, codes + done, stride, leaves + done, 1, has_levels);
}

TARGET static void walk(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                        size_t stride, size_t n_rows, uint8_t *leaves) {
    walk_rows(nodes, n_nodes, codes, stride, n_rows, leaves, 0);
}

TARGET static void walk_levels(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                               size_t stride, size_t n_rows, uint8_t *leaves) {
    walk_rows(nodes, n_nodes, codes, stride, n_rows, leaves, 1);
}

/* 64 rows fill but one register, whose tests wait for each other: so several trees take turns. The
 * shorter ones are filled up with tests that nothing passes. */
TARGET static void walk_group(const ortl__byte_node *nodes, const uint32_t *node_begin,
                              const int8_t *codes, uint8_t *leaves) {
    const wide_node never = {0x7F7F7F7F, 0, 0, 0};
    wide_node wide[ORTL__BYTE_GROUP][ORTL__BYTE_LEAVES];
    __m512i state[ORTL__BYTE_GROUP];
    uint32_t most = 0;
    UNROLLED for (int k = 0; k < ORTL__BYTE_GROUP; k++) {
        uint32_t n = node_begin[k + 1] - node_begin[k];
        spread(nodes + node_begin[k], n, wide[k]);
        state[k] = _mm512_setzero_si512();
        if (n > most) most = n;
    }
    UNROLLED for (int k = 0; k < ORTL__BYTE_GROUP;
                  k++) for (uint32_t i = node_begin[k + 1] - node_begin[k]; i < most; i++)
        wide[k][i] = never;
    for (uint32_t i = 0; i < most; i++)
        UNROLLED for (int k = 0; k < ORTL__BYTE_GROUP; k++) state[k] =
            apply(&wide[k][i], codes + wide[k][i].column * (size_t)64, state[k], 0);
    UNROLLED for (int k = 0; k < ORTL__BYTE_GROUP; k++)
        _mm512_storeu_si512((void *)(leaves + k * 64), state[k]);
}

/* Values of 16 leaves out of a table of n_registers registers: a power of two. */
INLINE __m512 look_up(const __m512 *table, const int n_registers, __m512i leaf) {
    __m512 found[8];
    if (n_registers == 1) return _mm512_permutexvar_ps(leaf, table[0]);
    UNROLLED for (int i = 0; i < n_registers / 2; i++) found[i] =
        _mm512_permutex2var_ps(table[2 * i], leaf, table[2 * i + 1]);
    UNROLLED for (int n = n_registers / 2, bit = 32; n > 1; n /= 2, bit *= 2) {
        __mmask16 is_upper = _mm512_test_epi32_mask(leaf, _mm512_set1_epi32(bit));
        UNROLLED for (int i = 0; i < n / 2; i++) found[i] =
            _mm512_mask_blend_ps(is_upper, found[2 * i], found[2 * i + 1]);
    }
    return found[0];
}

INLINE void add_from(const float *values, const uint8_t *leaves, size_t n_rows, float *sums,
                     const int n_registers) {
    __m512 table[ORTL__BYTE_LEAVES / LANES];
    UNROLLED for (int i = 0; i < n_registers; i++) table[i] = _mm512_loadu_ps(values + i * LANES);
    for (size_t i = 0; i < n_rows; i += LANES) {
        __m512i leaf =
            _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(leaves + i)));
        __m512 sum = _mm512_add_ps(_mm512_loadu_ps(sums + i), look_up(table, n_registers, leaf));
        _mm512_storeu_ps(sums + i, sum);
    }
}

TARGET static void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                              size_t n_rows, float *sums) {
    if (n_leaves <= 16)
        add_from(values, leaves, n_rows, sums, 1);
    else if (n_leaves <= 32)
        add_from(values, leaves, n_rows, sums, 2);
    else if (n_leaves <= 64)
        add_from(values, leaves, n_rows, sums, 4);
    else if (n_leaves <= 128)
        add_from(values, leaves, n_rows, sums, 8);
    else
        add_from(values, leaves, n_rows, sums, 16);
}

#define PASS_COST 0.7
#define TEST_COST 0.8
#define LEAF_COST 0.1

const ortl__byte_kernel ortl__byte_kernel_avx512 = {walk, walk_levels, add_values, walk_group,
                                                    NULL, PASS_COST,   TEST_COST,  LEAF_COST};

const ortl__byte_kernel ortl__byte_kernel_vbmi = {
    walk,      walk_levels, add_values, walk_group, &ortl__row_kernel_vbmi,
    PASS_COST, TEST_COST,   LEAF_COST};

#else
typedef int ortl__byte_avx512_is_elsewhere;
#endif
