/*
 * The sliced kernel with AVX2. Leaf values are read one by one: gathers are slow on some
 * processors.
 */
#include <string.h>

#include "../pack_slices.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET       __attribute__((target("avx2")))
#define INLINE       TARGET __attribute__((always_inline)) static inline
#define UNROLLED     _Pragma("GCC unroll 8")
#define OR3(a, b, c) ((a) | (b) | (c))
#define MUX(m, a, b) ((a) ^ (((a) ^ (b)) & (m)))

/* ---- Values ---------------------------------------------------------------------------------- */

enum { TABLE_LEAVES = 16, PART_ROWS = 64 };

/* The values of leaves byte by byte: of leaves 16k to 16k + 15 byte j, twice, in table[4k + j]. */
INLINE void load_bytes_of_values(const float *values, __m256i *table, const int n_parts) {
    const __m128i pattern = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    UNROLLED for (int k = 0; k < n_parts; k++) {
        __m128i x[4], low[2], high[2];
        UNROLLED for (int i = 0; i < 4; i++) x[i] = _mm_shuffle_epi8(
            _mm_loadu_si128((const __m128i *)(const void *)(values + k * TABLE_LEAVES + i * 4)),
            pattern);
        UNROLLED for (int i = 0; i < 2; i++) {
            low[i] = _mm_unpacklo_epi32(x[2 * i], x[2 * i + 1]);
            high[i] = _mm_unpackhi_epi32(x[2 * i], x[2 * i + 1]);
        }
        table[4 * k] = _mm256_broadcastsi128_si256(_mm_unpacklo_epi64(low[0], low[1]));
        table[4 * k + 1] = _mm256_broadcastsi128_si256(_mm_unpackhi_epi64(low[0], low[1]));
        table[4 * k + 2] = _mm256_broadcastsi128_si256(_mm_unpacklo_epi64(high[0], high[1]));
        table[4 * k + 3] = _mm256_broadcastsi128_si256(_mm_unpackhi_epi64(high[0], high[1]));
    }
}

INLINE void add_eight(float *sums, __m256i values) {
    _mm256_storeu_ps(sums, _mm256_add_ps(_mm256_loadu_ps(sums), _mm256_castsi256_ps(values)));
}

/* Adds values that lie byte by byte, x (4), in the order of 32 rows. */
INLINE void add_bytes(const __m256i *x, float *sums) {
    __m256i a = _mm256_unpacklo_epi8(x[0], x[1]), b = _mm256_unpacklo_epi8(x[2], x[3]);
    __m256i c = _mm256_unpackhi_epi8(x[0], x[1]), d = _mm256_unpackhi_epi8(x[2], x[3]);
    __m256i first = _mm256_unpacklo_epi16(a, b), second = _mm256_unpackhi_epi16(a, b);
    __m256i third = _mm256_unpacklo_epi16(c, d), fourth = _mm256_unpackhi_epi16(c, d);
    add_eight(sums, _mm256_permute2x128_si256(first, second, 0x20));
    add_eight(sums + 8, _mm256_permute2x128_si256(third, fourth, 0x20));
    add_eight(sums + 16, _mm256_permute2x128_si256(first, second, 0x31));
    add_eight(sums + 24, _mm256_permute2x128_si256(third, fourth, 0x31));
}

/* Adds the values of the leaves of 64 rows, out of n_parts tables: a shuffle gives 0 for leaves of
 * other tables. */
INLINE void add_part(const __m256i *table, const int n_parts, const __m256i leaf[2], float *sums) {
    __m256i x[2][4];
    UNROLLED for (int h = 0; h < 2; h++) UNROLLED for (int j = 0; j < 4; j++) x[h][j] =
        _mm256_setzero_si256();
    UNROLLED for (int k = 0; k < n_parts; k++) {
        UNROLLED for (int h = 0; h < 2; h++) {
            __m256i place = _mm256_sub_epi8(leaf[h], _mm256_set1_epi8((char)(k * 16)));
            place = _mm256_adds_epu8(place, _mm256_set1_epi8(0x70));
            UNROLLED for (int j = 0; j < 4; j++) x[h][j] =
                _mm256_or_si256(x[h][j], _mm256_shuffle_epi8(table[4 * k + j], place));
        }
    }
    add_bytes(x[0], sums);
    add_bytes(x[1], sums + 32);
}

INLINE __m256i load(const void *from) {
    return _mm256_loadu_si256(from);
}

INLINE void add_parts(const float *values, const int n_parts, const uint8_t *leaves, size_t n_rows,
                      float *sums) {
    __m256i table[16];
    load_bytes_of_values(values, table, n_parts);
    for (size_t i = 0; i < n_rows; i += PART_ROWS) {
        const __m256i leaf[2] = {load(leaves + i), load(leaves + i + 32)};
        add_part(table, n_parts, leaf, sums + i);
    }
}

TARGET static void add_values(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                              size_t n_rows, float *sums) {
    if (n_leaves <= 16)
        add_parts(values, 1, leaves, n_rows, sums);
    else if (n_leaves <= 32)
        add_parts(values, 2, leaves, n_rows, sums);
    else if (n_leaves <= 64)
        add_parts(values, 4, leaves, n_rows, sums);
    else
        for (size_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
}

/* The same for 64 rows whose leaves lie in registers. */
INLINE void add_word(const float *values, const int n_parts, const __m256i leaf[2], float *sums) {
    __m256i table[16];
    load_bytes_of_values(values, table, n_parts);
    add_part(table, n_parts, leaf, sums);
}

INLINE void add_leaves(const float *values, uint32_t n_leaves, const __m256i leaf[2], float *sums) {
    if (n_leaves <= 16) {
        add_word(values, 1, leaf, sums);
    } else if (n_leaves <= 32) {
        add_word(values, 2, leaf, sums);
    } else if (n_leaves <= 64) {
        add_word(values, 4, leaf, sums);
    } else {
        _Alignas(32) uint8_t leaves[PART_ROWS];
        UNROLLED for (int h = 0; h < 2; h++)
            _mm256_store_si256((__m256i *)(void *)(leaves + 32 * h), leaf[h]);
        for (size_t i = 0; i < PART_ROWS; i++) sums[i] += values[leaves[i]];
    }
}

/* ---- The loops ------------------------------------------------------------------------------- */

/* Leaves come in the order of the rows. */
TARGET static inline void sort_leaves(uint8_t *leaves, size_t n_rows) {
    (void)leaves;
    (void)n_rows;
}

typedef uint64_t four __attribute__((vector_size(32)));

/* One word is moved to bytes and back by vectors: transposing it would be a chain of its own. */
INLINE __m256i load_half(const int8_t *codes, int half) {
    return load(codes + half * 32);
}

INLINE uint64_t join_halves(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

INLINE void to_slices_word(const int8_t *codes, uint64_t *bits, unsigned n_bits, const size_t n) {
    const __m256i bias = _mm256_set1_epi8((char)0x80);
    const __m128i unused = _mm_cvtsi32_si128((int)(ORTL__SLICE_BITS - n_bits));
    __m256i left[2];
    (void)n;
    UNROLLED for (int h = 0; h < 2; h++) /* what comes from the next byte is not looked at */
        left[h] = _mm256_sll_epi16(_mm256_xor_si256(load_half(codes, h), bias), unused);
    for (unsigned b = n_bits; b-- > 0;) {
        bits[b] = join_halves(left[0], left[1]);
        UNROLLED for (int h = 0; h < 2; h++) left[h] = _mm256_add_epi8(left[h], left[h]);
    }
}

INLINE void differ_word(const int8_t *a, const int8_t *b, uint64_t *out, const size_t n) {
    (void)n;
    *out = ~join_halves(_mm256_cmpeq_epi8(load_half(a, 0), load_half(b, 0)),
                        _mm256_cmpeq_epi8(load_half(a, 1), load_half(b, 1)));
}

INLINE void to_leaves_word(const uint64_t *const *bits, unsigned n_bits, uint8_t *leaves,
                           const size_t n) {
    const __m256i place = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                           2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i own_bit = _mm256_set1_epi64x((long long)0x8040201008040201u);
    __m256i found[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    (void)n;
    for (unsigned b = n_bits; b-- > 0;) {
        UNROLLED for (int h = 0; h < 2; h++) {
            __m256i x = _mm256_set1_epi32((int)(uint32_t)(*bits[b] >> h * 32));
            x = _mm256_and_si256(_mm256_shuffle_epi8(x, place), own_bit);
            x = _mm256_cmpeq_epi8(x, own_bit);
            found[h] = _mm256_sub_epi8(_mm256_add_epi8(found[h], found[h]), x);
        }
    }
    UNROLLED for (int h = 0; h < 2; h++)
        _mm256_storeu_si256((__m256i *)(void *)(leaves + h * 32), found[h]);
}

/* The levels of oblivious trees are hardly ever those of others, so that masks are not worth the
 * way to bits and back. */
TARGET static void add_levels(const ortl__slice_trees *trees, const ortl__slice_block *block) {
    for (uint32_t tree = 0; tree < trees->n_trees; tree++) {
        const ortl__slice_level *level = trees->levels + trees->node_begin[tree];
        const ortl__slice_level *end = trees->levels + trees->node_begin[tree + 1];
        uint32_t first_leaf = trees->leaf_begin[tree];
        size_t target = trees->targets != NULL ? trees->targets[tree] : 0;
        __m256i leaf[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
        for (; level < end; level++) {
            const int8_t *codes = block->codes + level->column * (size_t)PART_ROWS;
            const __m256i limit = _mm256_set1_epi8((char)(level->limit ^ 0x80));
            UNROLLED for (int h = 0; h < 2; h++) leaf[h] = _mm256_sub_epi8(
                _mm256_add_epi8(leaf[h], leaf[h]), _mm256_cmpgt_epi8(load_half(codes, h), limit));
        }
        add_leaves(trees->values + first_leaf, trees->leaf_begin[tree + 1] - first_leaf, leaf,
                   block->sums + target * PART_ROWS);
    }
}

#define OWN_BYTES
#define NAMED(x) x##_word
#define WORD     uint64_t
#include "../slices_template.h"
#undef NAMED
#undef WORD
#undef OWN_BYTES

#define NAMED(x) x##_four
#define WORD     four
#include "../slices_template.h"

#define WIDTHS(X) X(1, _word, 1) X(4, _four, 1) X(8, _four, 2)
#include "../slices_widths.h"

const ortl__slice_kernel ortl__slice_kernel_avx2 = {
    .make_masks = make_masks,
    .add_trees = add_trees,
    .add_levels = add_levels,
    .find_leaves = find_leaves,
    .widths = ALL_WIDTHS,
    .row = &ortl__row_kernel_avx2,
    .code_cost = 1.2,
    .mask_costs = {0.45, 0.7, 1.5},
    .test_costs = {1.2, 2.3, 4.5},
    .place_costs = {0.6, 1.2, 2.0},
    .tree_costs = {36, 45, 65},
    .leaf_cost = 0.25,
    .most_mask_bytes = 1 << 19,
};

#else
typedef int ortl__slices_avx2_is_elsewhere;
#endif
