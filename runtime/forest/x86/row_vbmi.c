/*
 * Single rows with AVX-512 VBMI: a permutation of two registers finds the codes of 64 tests.
 */
#include "../pack_row.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET   __attribute__((target("avx512f,avx512bw,avx512vbmi,popcnt")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 4")

#include "keys_avx512.h"

enum { LANES = 16, REGISTERS = ORTL__ROW_TREES / LANES };

/* ---- Codes ----------------------------------------------------------------------------------- */

TARGET static void rank_keys(const ortl__row_limits *tables, const int32_t *keys, uint32_t n_tables,
                             uint8_t *ranks) {
    for (uint32_t j = 0; j < n_tables; j++) {
        const ortl__row_limits *table = &tables[j];
        __m512i key = _mm512_set1_epi32(keys[j]);
        unsigned are_below = _mm512_cmplt_epi32_mask(_mm512_loadu_si512(table->last), key);
        unsigned segment = (unsigned)__builtin_popcount(are_below);
        are_below = _mm512_cmplt_epi32_mask(_mm512_loadu_si512(table->limits[segment]), key);
        ranks[j] = (uint8_t)(segment * 16 + (unsigned)__builtin_popcount(are_below));
    }
}

TARGET static void code_row(const ortl__row_trees *row, const float *data, uint8_t *codes) {
    int32_t keys[ORTL__ROW_COLUMNS];
    uint8_t ranks[ORTL__ROW_COLUMNS] = {0};
    uint64_t is_nan[ORTL__ROW_COLUMNS / 64] = {0};
    for (uint32_t j = 0; j < row->n_tables; j += LANES) {
        __m512i bits = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF,
                                                   _mm512_loadu_si512(row->features + j), data, 4);
        _mm512_storeu_si512(keys + j, to_keys(bits));
        is_nan[j / 64] |= (uint64_t)find_nan(bits) << j % 64;
    }
    rank_keys(row->limits, keys, row->n_tables, ranks);
    ranks[row->n_tables] = UINT8_MAX;
    const __m512i low = _mm512_loadu_si512(ranks), low_nan = _mm512_movm_epi8(is_nan[0]);
    const __m512i high = _mm512_loadu_si512(ranks + 64), high_nan = _mm512_movm_epi8(is_nan[1]);
    for (uint32_t i = 0; i <= row->n_columns; i += 64) {
        __m512i table = _mm512_loadu_si512(row->table_of + i);
        __m512i rank = _mm512_permutex2var_epi8(low, table, high);
        __mmask64 nan = _mm512_movepi8_mask(_mm512_permutex2var_epi8(low_nan, table, high_nan));
        __m512i code = _mm512_mask_mov_epi8(rank, nan, _mm512_loadu_si512(row->nan_codes + i));
        _mm512_storeu_si512(codes + i, code);
    }
}

/* ---- Levels and leaves ----------------------------------------------------------------------- */

/* The codes of a row. */
typedef struct code_table {
    __m512i low, high;
    int has_high; /* else a permutation of one register does, which is quicker */
} code_table;

INLINE code_table load_codes(const uint8_t *codes, uint32_t n_columns) {
    return (code_table){_mm512_loadu_si512(codes), _mm512_loadu_si512(codes + 64), n_columns > 64};
}

/* Which of 64 codes are above their limits. */
INLINE __mmask64 are_above(const code_table *table, const uint8_t *columns, const uint8_t *limits) {
    __m512i column = _mm512_loadu_si512(columns);
    __m512i code = table->has_high ? _mm512_permutex2var_epi8(table->low, column, table->high)
                                   : _mm512_permutexvar_epi8(column, table->low);
    return _mm512_cmpgt_epu8_mask(code, _mm512_loadu_si512(limits));
}

TARGET static void walk_levels(const ortl__row_level_group *groups, uint32_t n_groups,
                               const uint8_t *codes, uint32_t n_columns, uint8_t *leaves) {
    const code_table table = load_codes(codes, n_columns);
    for (uint32_t i = 0; i < n_groups; i++) {
        uint64_t numbers = are_above(&table, groups[i].column[0], groups[i].limit[0]);
        memcpy(leaves + i * ORTL__ROW_LEVEL_TREES, &numbers, sizeof numbers);
    }
}

/* The number of the lowest bit that is 0. */
INLINE __m512i first_zero(__m512i bits) {
    __m512i lowest = _mm512_andnot_si512(bits, _mm512_add_epi32(bits, _mm512_set1_epi32(1)));
    __m512i power = _mm512_castps_si512(_mm512_cvtepu32_ps(lowest));
    return _mm512_sub_epi32(_mm512_srli_epi32(power, 23), _mm512_set1_epi32(127));
}

TARGET static void walk_leaves(const ortl__row_leaf_record *records, uint32_t n_records,
                               const uint8_t *codes, uint32_t n_columns, uint8_t *leaves) {
    const code_table table = load_codes(codes, n_columns);
    __m512i gone = _mm512_setzero_si512();
    for (uint32_t i = 0; i < n_records; i++) {
        const ortl__row_leaf_record *record = &records[i];
        __mmask64 above = are_above(&table, record->column[0], record->limit[0]);
        UNROLLED for (int k = 0; k < ORTL__ROW_LEAF_TESTS; k++) {
            __m512i low_leaves = _mm512_loadu_si512(record->low_leaves[k]);
            gone = _mm512_mask_or_epi32(gone, (__mmask16)(above >> 16 * k), gone, low_leaves);
        }
    }
    _mm_storeu_si128((__m128i *)(void *)leaves, _mm512_cvtepi32_epi8(first_zero(gone)));
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Follows the steps of the walks in the masks; words_out: those of the leaves. */
INLINE void walk(const uint32_t *steps, __m512i low_codes, __m512i high_codes,
                 const __mmask16 *masks, __m512i *places, __m512i *words_out) {
    const __m512i byte = _mm512_set1_epi32(0xFF), one = _mm512_set1_epi32(1);
    unsigned moved;
    do {
        moved = 0;
        UNROLLED for (int i = 0; i < REGISTERS; i++) {
            /* Into zeros: else a gather waits for what its register held before. */
            __m512i word =
                _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), masks[i], places[i], steps, 4);
            __m512i code = _mm512_permutex2var_epi8(low_codes, word, high_codes);
            __m512i bound = _mm512_and_si512(_mm512_srli_epi32(word, 8), byte);
            __mmask16 is_high = _mm512_cmpge_epi32_mask(_mm512_and_si512(code, byte), bound);
            __m512i next = _mm512_add_epi32(places[i], one);
            next = _mm512_mask_add_epi32(next, is_high, next, _mm512_srai_epi32(word, 16));
            moved |= _mm512_mask_cmpneq_epi32_mask(masks[i], next, places[i]);
            places[i] = next;
            words_out[i] = word;
        }
    } while (moved != 0);
}

TARGET static void walk_steps(const uint32_t *steps, const uint32_t *begin, uint32_t n_trees,
                              const uint8_t *codes, uint8_t *leaves) {
    __m512i places[REGISTERS], words[REGISTERS];
    __mmask16 masks[REGISTERS];
    UNROLLED for (int i = 0; i < REGISTERS; i++) {
        uint32_t done = (uint32_t)i * LANES, left = n_trees > done ? n_trees - done : 0;
        masks[i] = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
        places[i] = _mm512_maskz_loadu_epi32(masks[i], begin + done);
    }
    walk(steps, _mm512_loadu_si512(codes), _mm512_loadu_si512(codes + 64), masks, places, words);
    UNROLLED for (int i = 0; i < REGISTERS; i++)
        _mm_storeu_si128((__m128i *)(void *)(leaves + i * LANES),
                         _mm512_cvtepi32_epi8(_mm512_srli_epi32(words[i], 8)));
}

const ortl__row_kernel ortl__row_kernel_vbmi = {
    .rank = rank_keys,
    .code = code_row,
    .walk_levels = walk_levels,
    .walk_leaves = walk_leaves,
    .walk_steps = walk_steps,
    .code_cost = 1.0,
    .cost = {0, 0, 0.038, 0.32},
};

#else
typedef int ortl__row_vbmi_is_elsewhere;
#endif
