/*
 * Single rows with AVX2: shuffles find the codes of 32 tests, 16 columns at a time; steps gather
 * them.
 */
#include "../pack_row.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET   __attribute__((target("avx2,popcnt")))
#define INLINE   TARGET __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 8")

INLINE __m256i load(const void *from) {
    return _mm256_loadu_si256(from);
}

/* How many of 16 limits are below the key. */
INLINE unsigned count_below(const int32_t *limits, __m256i key) {
    __m256i below = _mm256_packs_epi32(_mm256_cmpgt_epi32(key, load(limits)),
                                       _mm256_cmpgt_epi32(key, load(limits + 8)));
    return (unsigned)__builtin_popcount((unsigned)_mm256_movemask_epi8(below)) / 2;
}

TARGET static void rank_keys(const ortl__row_limits *tables, const int32_t *keys, uint32_t n_tables,
                             uint8_t *ranks) {
    for (uint32_t j = 0; j < n_tables; j++) {
        __m256i key = _mm256_set1_epi32(keys[j]);
        unsigned segment = count_below(tables[j].last, key);
        ranks[j] = (uint8_t)(segment * 16 + count_below(tables[j].limits[segment], key));
    }
}

/* The codes of a row by sixteens. */
typedef struct code_table {
    __m256i codes[ORTL__ROW_COLUMNS / 16]; /* twice the same half */
    int n_parts;
} code_table;

INLINE code_table make_table(const uint8_t *codes, uint32_t n_columns) {
    code_table table = {.n_parts = (int)(n_columns + 15) / 16};
    UNROLLED for (int i = 0; i < ORTL__ROW_COLUMNS / 16; i++) table.codes[i] =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)(codes + 16 * i)));
    return table;
}

/* All bits of a byte where the code is above the limit. */
INLINE __m256i are_above(const code_table *table, const uint8_t *columns, const uint8_t *limits) {
    const __m256i sixteen = _mm256_set1_epi8(16), outside = _mm256_set1_epi8(0x70);
    __m256i column = load(columns), limit = load(limits), code = _mm256_setzero_si256();
    for (int i = 0; i < table->n_parts; i++) {
        /* Columns of other parts get their highest bit set, for which a shuffle gives 0. */
        __m256i place = _mm256_adds_epu8(column, outside);
        code = _mm256_or_si256(code, _mm256_shuffle_epi8(table->codes[i], place));
        column = _mm256_sub_epi8(column, sixteen);
    }
    __m256i is_low = _mm256_cmpeq_epi8(_mm256_max_epu8(code, limit), limit);
    return _mm256_xor_si256(is_low, _mm256_set1_epi8(-1));
}

TARGET static void walk_levels(const ortl__row_level_group *groups, uint32_t n_groups,
                               const uint8_t *codes, uint32_t n_columns, uint8_t *leaves) {
    const code_table table = make_table(codes, n_columns);
    for (uint32_t i = 0; i < n_groups; i++) {
        UNROLLED for (int k = 0; k < ORTL__ROW_LEVEL_TREES; k += 4) {
            __m256i above = are_above(&table, groups[i].column[k], groups[i].limit[k]);
            int numbers = _mm256_movemask_epi8(above);
            memcpy(leaves + i * ORTL__ROW_LEVEL_TREES + k, &numbers, sizeof numbers);
        }
    }
}

/* The number of the lowest bit that is 0. */
INLINE __m256i first_zero(__m256i bits) {
    __m256i lowest = _mm256_andnot_si256(bits, _mm256_add_epi32(bits, _mm256_set1_epi32(1)));
    /* Bit 31 makes a negative number, whose sign the mask drops. */
    __m256i power = _mm256_castps_si256(_mm256_cvtepi32_ps(lowest));
    power = _mm256_and_si256(_mm256_srli_epi32(power, 23), _mm256_set1_epi32(0xFF));
    return _mm256_sub_epi32(power, _mm256_set1_epi32(127));
}

/* Adds to the leaves that are gone those of 8 trees, of which 8 bytes say yes or no. */
INLINE __m256i add_gone(__m256i gone, __m128i above, const uint32_t *low_leaves) {
    return _mm256_or_si256(gone, _mm256_and_si256(_mm256_cvtepi8_epi32(above), load(low_leaves)));
}

TARGET static void walk_leaves(const ortl__row_leaf_record *records, uint32_t n_records,
                               const uint8_t *codes, uint32_t n_columns, uint8_t *leaves) {
    const code_table table = make_table(codes, n_columns);
    __m256i gone[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (uint32_t i = 0; i < n_records; i++) {
        const ortl__row_leaf_record *record = &records[i];
        UNROLLED for (int k = 0; k < ORTL__ROW_LEAF_TESTS; k += 2) {
            __m256i above = are_above(&table, record->column[k], record->limit[k]);
            __m128i first = _mm256_castsi256_si128(above);
            __m128i second = _mm256_extracti128_si256(above, 1);
            gone[0] = add_gone(gone[0], first, record->low_leaves[k]);
            gone[1] = add_gone(gone[1], _mm_srli_si128(first, 8), record->low_leaves[k] + 8);
            gone[0] = add_gone(gone[0], second, record->low_leaves[k + 1]);
            gone[1] = add_gone(gone[1], _mm_srli_si128(second, 8), record->low_leaves[k + 1] + 8);
        }
    }
    __m256i numbers = _mm256_packs_epi32(first_zero(gone[0]), first_zero(gone[1]));
    numbers = _mm256_permute4x64_epi64(numbers, 0xD8);
    _mm_storeu_si128((void *)leaves, _mm_packus_epi16(_mm256_castsi256_si128(numbers),
                                                      _mm256_extracti128_si256(numbers, 1)));
}

/* Walks in one register, and registers that take turns. */
enum { LANES = 8, REGISTERS = 4, AT_ONCE = REGISTERS * LANES };

/* Gathers go into zeros: else each would wait for what its register held before. */
INLINE __m256i gather(const void *from, __m256i at) {
    return _mm256_mask_i32gather_epi32(_mm256_setzero_si256(), from, at, _mm256_set1_epi32(-1), 4);
}

/* Takes all walks to their leaves, which lead to themselves: words out. */
INLINE void descend(const uint32_t *steps, const uint32_t *codes, __m256i *places, __m256i *words) {
    const __m256i byte = _mm256_set1_epi32(0xFF), one = _mm256_set1_epi32(1);
    __m256i moved;
    do {
        moved = _mm256_setzero_si256();
        UNROLLED for (int i = 0; i < REGISTERS; i++) {
            words[i] = gather(steps, places[i]);
            __m256i code = gather(codes, _mm256_and_si256(words[i], byte));
            __m256i bound = _mm256_and_si256(_mm256_srli_epi32(words[i], 8), byte);
            __m256i is_low = _mm256_cmpgt_epi32(bound, code);
            __m256i skip = _mm256_srai_epi32(words[i], 16);
            __m256i way = _mm256_add_epi32(one, _mm256_andnot_si256(is_low, skip));
            places[i] = _mm256_add_epi32(places[i], way);
            moved = _mm256_or_si256(moved, way);
        }
    } while (!_mm256_testz_si256(moved, moved));
}

TARGET static void walk_steps(const uint32_t *steps, const uint32_t *begin, uint32_t n_trees,
                              const uint8_t *codes, uint8_t *leaves) {
    uint32_t wide[ORTL__ROW_COLUMNS], numbers[AT_ONCE];
    for (uint32_t i = 0; i < ORTL__ROW_COLUMNS; i++) wide[i] = codes[i];
    for (uint32_t first = 0; first < n_trees; first += AT_ONCE) {
        __m256i places[REGISTERS], words[REGISTERS];
        for (uint32_t i = 0; i < AT_ONCE; i++) /* the last tree as often as needed */
            numbers[i] = begin[first + i < n_trees ? first + i : n_trees - 1];
        UNROLLED for (int r = 0; r < REGISTERS; r++) places[r] = load(numbers + r * LANES);
        descend(steps, wide, places, words);
        UNROLLED for (int r = 0; r < REGISTERS; r++)
            _mm256_storeu_si256((void *)(numbers + r * LANES), words[r]);
        for (uint32_t i = 0; i < AT_ONCE; i++) leaves[first + i] = (uint8_t)(numbers[i] >> 8);
    }
}

const ortl__row_kernel ortl__row_kernel_avx2 = {
    .rank = rank_keys,
    .walk_levels = walk_levels,
    .walk_leaves = walk_leaves,
    .walk_steps = walk_steps,
    .code_cost = 1.5,
    .cost = {0, 0.5, 0.26, 1.5},
};

#else
typedef int ortl__row_avx2_is_elsewhere;
#endif
