/*
 * Single rows with plain C: trees of any shape, eight at a time, and the ranks of the row's values.
 */
#include "pack_row.h"

/* Trees that are walked at a time: their steps do not wait for each other. */
enum { IN_FLIGHT = 8 };

#define UNROLLED _Pragma("GCC unroll 8")

static unsigned count_below(const int32_t *limits, int32_t key) {
    unsigned n = 0;
    for (int i = 0; i < 16; i++) n += limits[i] < key;
    return n;
}

static void rank_keys(const ortl__row_limits *tables, const int32_t *keys, uint32_t n_tables,
                      uint8_t *ranks) {
    for (uint32_t j = 0; j < n_tables; j++) {
        unsigned segment = count_below(tables[j].last, keys[j]);
        ranks[j] = (uint8_t)(segment * 16 + count_below(tables[j].limits[segment], keys[j]));
    }
}

/* Takes IN_FLIGHT trees to their leaves, which lead to themselves. */
static inline void descend(const uint32_t *steps, const uint8_t *codes, size_t *places) {
    size_t at[IN_FLIGHT], moved;
    UNROLLED for (int r = 0; r < IN_FLIGHT; r++) at[r] = places[r];
    do {
        moved = 0;
        UNROLLED for (int r = 0; r < IN_FLIGHT; r++) {
            uint32_t step = steps[at[r]];
            size_t is_high = codes[step & 0xFF] >= (step >> 8 & 0xFF);
            size_t skip = (size_t)(ptrdiff_t)((int32_t)step >> 16);
            size_t way = 1 + (skip & (0 - is_high));
            at[r] += way;
            moved |= way;
        }
    } while (moved != 0);
    UNROLLED for (int r = 0; r < IN_FLIGHT; r++) places[r] = at[r];
}

void ortl__row_walk_steps(const uint32_t *steps, const uint32_t *begin, uint32_t n_trees,
                          const uint8_t *codes, uint8_t *leaves) {
    for (uint32_t first = 0; first < n_trees; first += IN_FLIGHT) {
        size_t places[IN_FLIGHT];
        for (uint32_t r = 0; r < IN_FLIGHT; r++) /* the last tree as often as needed */
            places[r] = begin[first + r < n_trees ? first + r : n_trees - 1];
        descend(steps, codes, places);
        for (uint32_t r = 0; r < IN_FLIGHT; r++)
            leaves[first + r] = (uint8_t)(steps[places[r]] >> 8);
    }
}

const ortl__row_kernel ortl__row_kernel_plain = {
    .rank = rank_keys,
    .walk_steps = ortl__row_walk_steps,
    .code_cost = 5.0,
    .cost = {0, 0, 0, 2.7},
};
