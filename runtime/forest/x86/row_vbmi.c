/*
 * One row through the sliced form with AVX-512 VBMI: the codes of the row lie in two registers,
 * where a permutation of bytes finds them, so that a visit costs a single gather, of the step. 64
 * trees are walked at once in four registers.
 */
#include "../pack_slices.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET   __attribute__((target("avx512f,avx512bw,avx512vbmi")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 4")

enum { LANES = 16, REGISTERS = ORTL__ROW_TREES / LANES };

/* ---- Codes ----------------------------------------------------------------------------------- */

/* Field number `field` of 16 rank tables; only those in the mask are read. */
INLINE __m512i load_field(const ortl__rank_table *tables, size_t field, __mmask16 mask) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const int words = sizeof *tables / sizeof(uint32_t);
    __m512i offsets = _mm512_mullo_epi32(lane, _mm512_set1_epi32(words));
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, offsets,
                                       (const uint32_t *)tables + field, 4);
}

/* Places of 16 keys in their tables, less 2^levels: ranks. */
INLINE __m512i search(const ortl__quantiser *q, const ortl__rank_table *tables, __m512i key,
                      __mmask16 mask) {
    const __m512i one = _mm512_set1_epi32(1);
    __m512i begin = load_field(tables, 1, mask), n_levels = load_field(tables, 2, mask);
    __m512i place = one;
    for (int level = 0; level < 8; level++) {
        __mmask16 goes_on = _mm512_mask_cmpgt_epi32_mask(mask, n_levels, _mm512_set1_epi32(level));
        __m512i limit =
            _mm512_mask_i32gather_epi32(one, goes_on, _mm512_add_epi32(begin, place), q->keys, 4);
        __mmask16 is_above = _mm512_mask_cmpgt_epi32_mask(goes_on, key, limit);
        place = _mm512_mask_add_epi32(place, goes_on, place, place);
        place = _mm512_mask_add_epi32(place, is_above, place, one);
    }
    return _mm512_sub_epi32(place, _mm512_sllv_epi32(one, n_levels));
}

/* The codes of a row without bias: codes (n_columns). */
TARGET static void code_row(const ortl__quantiser *q, const float *row, ptrdiff_t column_stride,
                            uint8_t *codes) {
    const __m512i magnitude = _mm512_set1_epi32(INT32_MAX);
    for (uint32_t j = 0; j < q->n_tables; j += LANES) {
        const ortl__rank_table *tables = q->tables + j;
        uint32_t ranks[LANES], n = q->n_tables - j < LANES ? q->n_tables - j : LANES;
        __mmask16 mask = (__mmask16)((1u << n) - 1);
        __m512i offsets =
            _mm512_mullo_epi32(load_field(tables, 0, mask), _mm512_set1_epi32((int)column_stride));
        __m512i bits = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, offsets, row, 4);
        __m512i size = _mm512_and_si512(bits, magnitude);
        __m512i flip = _mm512_srli_epi32(_mm512_srai_epi32(bits, 31), 1);
        __m512i key = _mm512_maskz_xor_epi32(_mm512_test_epi32_mask(size, size), bits, flip);
        unsigned is_nan = _mm512_cmpgt_epi32_mask(size, _mm512_set1_epi32(0x7F800000));
        _mm512_storeu_si512((void *)ranks, search(q, tables, key, mask));
        for (uint32_t i = 0; i < n; i++) {
            const ortl__rank_table *t = &tables[i];
            unsigned nan = is_nan >> i & 1;
            if (t->low_column != ORTL__NO_COLUMN)
                codes[t->low_column] = (uint8_t)(nan ? 0 : ranks[i]);
            if (t->high_column != ORTL__NO_COLUMN)
                codes[t->high_column] = (uint8_t)(nan ? t->n_limits : ranks[i]);
        }
    }
}

/* ---- Walking --------------------------------------------------------------------------------- */

/* Follows the steps of ORTL__ROW_TREES walks; *words_out: those of the leaves. */
INLINE void walk(const uint32_t *steps, __m512i low_codes, __m512i high_codes, __m512i *places,
                 __m512i *words_out) {
    const __m512i byte = _mm512_set1_epi32(0xFF), one = _mm512_set1_epi32(1);
    unsigned moved;
    do {
        moved = 0;
        UNROLLED for (int i = 0; i < REGISTERS; i++) {
            __m512i word = _mm512_i32gather_epi32(places[i], steps, 4);
            __m512i code = _mm512_permutex2var_epi8(low_codes, word, high_codes);
            __m512i bound = _mm512_and_si512(_mm512_srli_epi32(word, 8), byte);
            __mmask16 is_high = _mm512_cmpge_epi32_mask(_mm512_and_si512(code, byte), bound);
            __m512i next = _mm512_add_epi32(places[i], one);
            next = _mm512_mask_add_epi32(next, is_high, next, _mm512_srai_epi32(word, 16));
            moved |= _mm512_cmpneq_epi32_mask(next, places[i]);
            places[i] = next;
            words_out[i] = word;
        }
    } while (moved != 0);
}

TARGET static void walk_row(const uint32_t *steps, const uint32_t *leaf_begin, uint32_t first_tree,
                            uint32_t n_trees, const uint8_t *codes, const float *values,
                            float *votes_out) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i byte = _mm512_set1_epi32(0xFF);
    __m512i places[REGISTERS], words[REGISTERS], begin[REGISTERS];
    UNROLLED for (int i = 0; i < REGISTERS; i++) {
        __m512i tree = _mm512_add_epi32(lane, _mm512_set1_epi32((int)first_tree + i * LANES));
        uint32_t done = (uint32_t)i * LANES, left = n_trees > done ? n_trees - done : 0;
        __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
        begin[i] = _mm512_maskz_loadu_epi32(mask, leaf_begin + first_tree + done);
        /* A tree of n leaves has 2n - 1 steps. Lanes without a tree walk down the first one. */
        places[i] = _mm512_maskz_sub_epi32(mask, _mm512_add_epi32(begin[i], begin[i]), tree);
    }
    walk(steps, _mm512_loadu_si512((const void *)codes),
         _mm512_loadu_si512((const void *)(codes + 64)), places, words);
    UNROLLED for (int i = 0; i < REGISTERS; i++) {
        __m512i leaf = _mm512_and_si512(_mm512_srli_epi32(words[i], 8), byte);
        _mm512_storeu_ps(votes_out + i * LANES,
                         _mm512_i32gather_ps(_mm512_add_epi32(begin[i], leaf), values, 4));
    }
}

/* ---- Oblivious trees ------------------------------------------------------------------------- */

/* The leaves of 16 trees, whose depths differ: the test of each level doubles the number and adds 1
 * on the high side. begin and end: of the levels; lanes without a tree have none. */
INLINE __m512i walk_down(const ortl__slice_level *levels, __m512i begin, __m512i end,
                         __m512i low_codes, __m512i high_codes) {
    const __m512i byte = _mm512_set1_epi32(0xFF), one = _mm512_set1_epi32(1);
    const __m512i bias = _mm512_set1_epi32(0x80);
    __m512i leaf = _mm512_setzero_si512();
    for (__mmask16 left = _mm512_cmplt_epi32_mask(begin, end); left != 0;
         left = _mm512_cmplt_epi32_mask(begin, end)) {
        /* A level has 6 bytes, 3 units of the gather: column u16, limit i8, unused u8. */
        __m512i unit = _mm512_add_epi32(begin, _mm512_add_epi32(begin, begin));
        __m512i word = _mm512_mask_i32gather_epi32(begin, left, unit, levels, 2);
        __m512i code = _mm512_permutex2var_epi8(low_codes, word, high_codes);
        __m512i limit = _mm512_and_si512(_mm512_srli_epi32(word, 16), byte);
        __mmask16 is_high = _mm512_mask_cmpgt_epi32_mask(left, _mm512_and_si512(code, byte),
                                                         _mm512_xor_si512(limit, bias));
        leaf = _mm512_mask_add_epi32(leaf, left, leaf, leaf);
        leaf = _mm512_mask_add_epi32(leaf, is_high, leaf, one);
        begin = _mm512_add_epi32(begin, one);
    }
    return leaf;
}

TARGET static void walk_levels(const ortl__slice_level *levels, const uint32_t *node_begin,
                               const uint32_t *leaf_begin, uint32_t first_tree, uint32_t n_trees,
                               const uint8_t *codes, const float *values, float *votes_out) {
    const __m512i low = _mm512_loadu_si512((const void *)codes);
    const __m512i high = _mm512_loadu_si512((const void *)(codes + 64));
    for (uint32_t done = 0; done < n_trees; done += LANES) {
        uint32_t left = n_trees - done, tree = first_tree + done;
        __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
        __m512i begin = _mm512_maskz_loadu_epi32(mask, node_begin + tree);
        __m512i end = _mm512_maskz_loadu_epi32(mask, node_begin + tree + 1);
        __m512i leaf = walk_down(levels, begin, end, low, high);
        __m512i place = _mm512_add_epi32(leaf, _mm512_maskz_loadu_epi32(mask, leaf_begin + tree));
        _mm512_storeu_ps(votes_out + done, _mm512_i32gather_ps(place, values, 4));
    }
}

const ortl__row_kernel ortl__row_kernel_vbmi = {code_row, walk_row, walk_levels, 0.35};

#else
typedef int ortl__row_vbmi_is_elsewhere;
#endif
