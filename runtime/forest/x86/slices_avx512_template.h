/*
 * The sliced kernel with AVX-512. Parameters, defined by the file that includes this:
 *   TARGET    the attribute that allows the instructions
 *   HAS_VBMI  1: permutations of bytes and GFNI too
 *   KERNEL    the name of the kernel
 *   ROW       its way with single rows, or NULL
 *
 * One bit each for 64 rows becomes a byte each by masked operations, or, with GFNI and for slices
 * of eight words, by transposing 8 x 8 bits. The bytes of 64 rows come in quads, row 16c + d at
 * place 4d + c, so that shifting 16 groups of four bytes right gives the numbers of the leaves of
 * 16 rows one after the other; the slices are made in the order of rows that leads to that.
 */
#include <immintrin.h>
#include <string.h>

#include "../pack_slices.h"

#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 16")
#define OR3(a, b, c)                                                                               \
    ((WORD)_mm512_ternarylogic_epi64((__m512i)(a), (__m512i)(b), (__m512i)(c), 0xFE))
#define MUX(m, a, b)                                                                               \
    ((WORD)_mm512_ternarylogic_epi64((__m512i)(m), (__m512i)(a), (__m512i)(b), 0xAC))

enum { LANES = 16, ROWS = ORTL__SLICE_ROWS };

typedef uint64_t four __attribute__((vector_size(32)));
typedef uint64_t eight __attribute__((vector_size(64)));

/* ---- Orders of bytes ------------------------------------------------------------------------- */

/* Transposes 4 x 4 bytes in each 128-bit lane. */
INLINE __m512i turn_bytes(__m512i x) {
    const __m128i pattern = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(pattern));
}

/* Transposes 4 x 4 groups of four bytes. */
INLINE __m512i turn_groups(__m512i x) {
    const __m512i pattern = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(pattern, x);
}

/* 64 bytes in order -> in quads, and back. */
INLINE __m512i to_quads(__m512i x) {
    return turn_bytes(turn_groups(x));
}

INLINE __m512i from_quads(__m512i x) {
    return turn_groups(turn_bytes(x));
}

/* Transposes 4 x 4 lanes of 128 bits. */
INLINE void turn_lanes(__m512i x[4]) {
    __m512i a = _mm512_shuffle_i32x4(x[0], x[1], 0x44), b = _mm512_shuffle_i32x4(x[0], x[1], 0xEE);
    __m512i c = _mm512_shuffle_i32x4(x[2], x[3], 0x44), d = _mm512_shuffle_i32x4(x[2], x[3], 0xEE);
    x[0] = _mm512_shuffle_i32x4(a, c, 0x88);
    x[1] = _mm512_shuffle_i32x4(a, c, 0xDD);
    x[2] = _mm512_shuffle_i32x4(b, d, 0x88);
    x[3] = _mm512_shuffle_i32x4(b, d, 0xDD);
}

/* ---- From codes to slices -------------------------------------------------------------------- */

/* n_words x 64 bytes in the order that their slices have: bit i of word w is that of byte i in
 * vector w. */
INLINE void load_bytes(const int8_t *bytes, __m512i *out, const int n_words) {
    UNROLLED for (int w = 0; w < n_words; w++) out[w] =
        to_quads(_mm512_loadu_si512((const void *)(bytes + w * ROWS)));
#if HAS_VBMI
    /* Undoes what interleaving the bytes of eight slices will do. */
    if (n_words == 8) {
        __m512i even[4] = {out[0], out[1], out[2], out[3]},
                odd[4] = {out[4], out[5], out[6], out[7]};
        turn_lanes(even);
        turn_lanes(odd);
        UNROLLED for (int i = 0; i < 4; i++) {
            out[2 * i] = even[i];
            out[2 * i + 1] = odd[i];
        }
    }
#endif
}

INLINE void make_slices(const int8_t *codes, uint64_t *bits, unsigned n_bits, const int n_words) {
    __m512i x[8];
    const __m128i unused = _mm_cvtsi32_si128((int)(ORTL__SLICE_BITS - n_bits));
    load_bytes(codes, x, n_words);
    UNROLLED for (int w = 0; w < n_words; w++) {
        __m512i left = _mm512_xor_si512(x[w], _mm512_set1_epi8((char)0x80));
        left = _mm512_sll_epi16(left, unused); /* what comes from the next byte is not looked at */
        for (unsigned b = n_bits; b-- > 0;) {
            bits[b * (unsigned)n_words + (unsigned)w] = _mm512_movepi8_mask(left);
            left = _mm512_add_epi8(left, left);
        }
    }
}

INLINE void find_differences(const int8_t *a, const int8_t *b, uint64_t *out, const int n_words) {
    __m512i x[8], y[8];
    load_bytes(a, x, n_words);
    load_bytes(b, y, n_words);
    UNROLLED for (int w = 0; w < n_words; w++) out[w] = _mm512_cmpneq_epi8_mask(x[w], y[w]);
}

/* ---- From slices to leaves ------------------------------------------------------------------- */

#if HAS_VBMI
/* Transposes 8 x 8 bits in each word, whose lowest byte becomes the highest bits. */
INLINE __m512i transpose_bits(__m512i x) {
    return _mm512_gf2p8affine_epi64_epi8(_mm512_set1_epi64((long long)0x8040201008040201u), x, 0);
}

/* The leaves of 8 x 64 rows, in quads. */
INLINE void read_eight(const uint64_t *const *slices, unsigned n_bits, __m512i *leaves) {
    __m512i p[8], twos[8], fours[8];
    /* The highest bit first, as transpose_bits has it. */
    UNROLLED for (unsigned b = 0; b < 8; b++) p[7 - b] =
        b < n_bits ? _mm512_loadu_si512((const void *)slices[b]) : _mm512_setzero_si512();
    UNROLLED for (int i = 0; i < 4; i++) {
        twos[2 * i] = _mm512_unpacklo_epi8(p[2 * i], p[2 * i + 1]);
        twos[2 * i + 1] = _mm512_unpackhi_epi8(p[2 * i], p[2 * i + 1]);
    }
    UNROLLED for (int i = 0; i < 4;
                  i++) { /* of the low (high) bytes of slices 0 to 3, and 4 to 7 */
        int at = (i & 2) * 2 + (i & 1);
        fours[(i & 2) * 2 + 2 * (i & 1)] = _mm512_unpacklo_epi16(twos[at], twos[at + 2]);
        fours[(i & 2) * 2 + 2 * (i & 1) + 1] = _mm512_unpackhi_epi16(twos[at], twos[at + 2]);
    }
    UNROLLED for (int i = 0; i < 4; i++) {
        leaves[2 * i] = _mm512_unpacklo_epi32(fours[i], fours[i + 4]);
        leaves[2 * i + 1] = _mm512_unpackhi_epi32(fours[i], fours[i + 4]);
    }
    UNROLLED for (int i = 0; i < 8; i++) leaves[i] = transpose_bits(leaves[i]);
}
#endif

/* The leaves of n_words x 64 rows, in quads. */
INLINE void read_slices(const uint64_t *const *slices, unsigned n_bits, __m512i *leaves,
                        const int n_words) {
#if HAS_VBMI
    if (n_words == 8) {
        read_eight(slices, n_bits, leaves);
        return;
    }
#endif
    UNROLLED for (int w = 0; w < n_words; w++) leaves[w] = _mm512_setzero_si512();
    for (unsigned b = 0; b < n_bits; b++) {
        const __m512i bit = _mm512_set1_epi8((char)(1 << b));
        UNROLLED for (int w = 0; w < n_words; w++) leaves[w] =
            _mm512_mask_add_epi8(leaves[w], slices[b][w], leaves[w], bit);
    }
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Values of 16 leaves, which are the lowest bytes of `leaf`, out of a table of n_registers
 * registers: a power of two. upper: the leaves with their highest byte in place of the lowest. */
INLINE __m512 look_up(const __m512 *table, const int n_registers, __m512i leaf, __m512i upper) {
    __m512 found[8];
    if (n_registers == 1) return _mm512_permutexvar_ps(leaf, table[0]);
    UNROLLED for (int i = 0; i < n_registers / 2; i++) found[i] =
        _mm512_permutex2var_ps(table[2 * i], leaf, table[2 * i + 1]);
    UNROLLED for (int n = n_registers / 2, bit = 5; n > 1; n /= 2, bit++) {
        __mmask16 is_upper = _mm512_movepi32_mask(_mm512_slli_epi32(upper, (unsigned)(7 - bit)));
        UNROLLED for (int i = 0; i < n / 2; i++) found[i] =
            _mm512_mask_blend_ps(is_upper, found[2 * i], found[2 * i + 1]);
    }
    return found[0];
}

INLINE void add_sixteen(float *sums, __m512 values) {
    _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_loadu_ps(sums), values));
}

/* Adds the values of the leaves of 64 rows, in quads, to sums (64). */
INLINE void add_quads(const __m512 *table, const int n_registers, __m512i leaves, float *sums) {
    UNROLLED for (unsigned c = 0; c < 4; c++)
        add_sixteen(sums + c * LANES, look_up(table, n_registers, _mm512_srli_epi32(leaves, 8 * c),
                                              _mm512_slli_epi32(leaves, 24 - 8 * c)));
}

INLINE void add_words(const float *values, const int n_registers, const uint8_t *leaves,
                      size_t n_rows, float *sums) {
    __m512 table[ORTL__SLICE_LEAVES / LANES];
    UNROLLED for (int i = 0; i < n_registers; i++) table[i] = _mm512_loadu_ps(values + i * LANES);
    for (size_t i = 0; i < n_rows; i += ROWS)
        add_quads(table, n_registers, _mm512_loadu_si512((const void *)(leaves + i)), sums + i);
}

#if HAS_VBMI
/* Values of more than 32 leaves lie in registers byte by byte: table (4 bytes of a value,
 * n_registers), 64 leaves in a register. */
INLINE void load_bytes_of_values(const float *values, __m512i *table, const int n_registers) {
    UNROLLED for (int i = 0; i < n_registers; i++) {
        __m512i x[4];
        UNROLLED for (int j = 0; j < 4; j++) x[j] =
            from_quads(_mm512_loadu_si512((const void *)(values + i * ROWS + j * LANES)));
        turn_lanes(x);
        UNROLLED for (int j = 0; j < 4; j++) table[j * n_registers + i] = x[j];
    }
}

/* One byte of the values of 64 leaves. is_upper: by bits 6 and 7 of the leaves. */
INLINE __m512i look_up_byte(const __m512i *table, const int n_registers, __m512i leaves,
                            const __mmask64 is_upper[2]) {
    __m512i a = _mm512_permutexvar_epi8(leaves, table[0]), b;
    if (n_registers == 1) return a;
    a = _mm512_mask_permutexvar_epi8(a, is_upper[0], leaves, table[1]);
    if (n_registers == 2) return a;
    b = _mm512_permutexvar_epi8(leaves, table[2]);
    b = _mm512_mask_permutexvar_epi8(b, is_upper[0], leaves, table[3]);
    return _mm512_mask_mov_epi8(a, is_upper[1], b);
}

/* Adds the values of the leaves of 64 rows, in quads, to sums (64). */
INLINE void add_bytes(const __m512i *table, const int n_registers, __m512i leaves, float *sums) {
    __m512i x[4], low, high, turned = turn_bytes(leaves);
    const __mmask64 is_upper[2] = {_mm512_movepi8_mask(_mm512_add_epi8(turned, turned)),
                                   _mm512_movepi8_mask(turned)};
    UNROLLED for (int j = 0; j < 4; j++) x[j] =
        look_up_byte(table + j * n_registers, n_registers, turned, is_upper);
    low = _mm512_unpacklo_epi8(x[0], x[1]);
    high = _mm512_unpacklo_epi8(x[2], x[3]);
    add_sixteen(sums, _mm512_castsi512_ps(_mm512_unpacklo_epi16(low, high)));
    add_sixteen(sums + LANES, _mm512_castsi512_ps(_mm512_unpackhi_epi16(low, high)));
    low = _mm512_unpackhi_epi8(x[0], x[1]);
    high = _mm512_unpackhi_epi8(x[2], x[3]);
    add_sixteen(sums + 2 * LANES, _mm512_castsi512_ps(_mm512_unpacklo_epi16(low, high)));
    add_sixteen(sums + 3 * LANES, _mm512_castsi512_ps(_mm512_unpackhi_epi16(low, high)));
}

INLINE void add_words_bytewise(const float *values, const int n_registers, const uint8_t *leaves,
                               size_t n_rows, float *sums) {
    __m512i table[4 * ORTL__SLICE_LEAVES / ROWS];
    load_bytes_of_values(values, table, n_registers);
    for (size_t i = 0; i < n_rows; i += ROWS)
        add_bytes(table, n_registers, _mm512_loadu_si512((const void *)(leaves + i)), sums + i);
}
#endif

TARGET static void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                              size_t n_rows, float *sums) {
#if HAS_VBMI
    if (n_leaves > 32 && n_rows > ROWS) { /* one word is not worth the preparation */
        if (n_leaves <= 64)
            add_words_bytewise(values, 1, leaves, n_rows, sums);
        else if (n_leaves <= 128)
            add_words_bytewise(values, 2, leaves, n_rows, sums);
        else
            add_words_bytewise(values, 4, leaves, n_rows, sums);
        return;
    }
#endif
    if (n_leaves <= 16)
        add_words(values, 1, leaves, n_rows, sums);
    else if (n_leaves <= 32)
        add_words(values, 2, leaves, n_rows, sums);
    else if (n_leaves <= 64)
        add_words(values, 4, leaves, n_rows, sums);
    else if (n_leaves <= 128)
        add_words(values, 8, leaves, n_rows, sums);
    else
        add_words(values, 16, leaves, n_rows, sums);
}

INLINE void store_leaves(const uint64_t *const *slices, unsigned n_bits, uint8_t *leaves,
                         const int n_words) {
    __m512i x[8];
    read_slices(slices, n_bits, x, n_words);
    UNROLLED for (int w = 0; w < n_words; w++)
        _mm512_storeu_si512((void *)(leaves + w * ROWS), x[w]);
}

TARGET static void sort_leaves(uint8_t *leaves, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i += ROWS) {
        __m512i x = from_quads(_mm512_loadu_si512((const void *)(leaves + i)));
        _mm512_storeu_si512((void *)(leaves + i), x);
    }
}

/* ---- The loops ------------------------------------------------------------------------------- */

#define OWN_BYTES
#define BYTES_FOR(words, suffix, word)                                                             \
    INLINE void to_slices##suffix(const int8_t *codes, word *bits, unsigned n_bits,                \
                                  const size_t n) {                                                \
        (void)n;                                                                                   \
        make_slices(codes, (uint64_t *)(void *)bits, n_bits, words);                               \
    }                                                                                              \
    INLINE void differ##suffix(const int8_t *a, const int8_t *b, word *out, const size_t n) {      \
        (void)n;                                                                                   \
        find_differences(a, b, (uint64_t *)(void *)out, words);                                    \
    }                                                                                              \
    INLINE void to_leaves##suffix(const word *const *bits, unsigned n_bits, uint8_t *leaves,       \
                                  const size_t n) {                                                \
        (void)n;                                                                                   \
        store_leaves((const uint64_t *const *)(const void *)bits, n_bits, leaves, words);          \
    }

BYTES_FOR(4, _four, four)
BYTES_FOR(8, _eight, eight)

#define NAMED(x) x##_eight
#define WORD     eight
#include "../slices_template.h"
#undef NAMED
#undef WORD
#undef OR3
#undef MUX

#define OR3(a, b, c) ((a) | (b) | (c))
#define MUX(m, a, b) ((a) ^ (((a) ^ (b)) & (m)))
#define NAMED(x)     x##_four
#define WORD         four
#include "../slices_template.h"
#undef NAMED
#undef WORD

#undef OWN_BYTES
#define NAMED(x) x##_scalar
#define WORD     uint64_t
#include "../slices_template.h"
#undef NAMED
#undef WORD

#include "slices_avx512_word.h"

#define WIDTHS(X) X(1, _word, 1) X(4, _four, 1) X(8, _eight, 1)
#include "../slices_widths.h"

TARGET static void add_any_trees(const ortl__slice_trees *trees, const ortl__slice_block *block) {
    if (block->n_words == 1)
        add_trees_word(trees, block);
    else
        add_trees(trees, block);
}

const ortl__slice_kernel KERNEL = {
    .make_masks = make_masks,
    .add_trees = add_any_trees,
    .find_leaves = find_leaves,
    .widths = ALL_WIDTHS,
    .row = ROW,
    .code_cost = 0.75,
    .mask_costs = {0.4, 0.45, 0.6},
    .test_costs = {1.0, 1.6, 1.95},
    .place_costs = {0.48, 0.8, 1.0},
    .tree_costs = {6, 20, 15},
    .leaf_cost = 0.1,
    .most_mask_bytes = 1 << 20,
};
