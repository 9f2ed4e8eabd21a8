/*
 * Single rows with NEON: tables of 64 bytes find the codes of 16 tests. Steps are those of plain C.
 */
#include "../pack_row.h"

#if defined(__aarch64__)

#include <arm_neon.h>

/* How many of 16 limits are below the key. */
static inline unsigned count_below(const int32_t *limits, int32x4_t key) {
    uint32x4_t below = vdupq_n_u32(0);
    for (int i = 0; i < 16; i += 4) below = vsubq_u32(below, vcgtq_s32(key, vld1q_s32(limits + i)));
    return vaddvq_u32(below);
}

static void rank_keys(const ortl__row_limits *tables, const int32_t *keys, uint32_t n_tables,
                      uint8_t *ranks) {
    for (uint32_t j = 0; j < n_tables; j++) {
        int32x4_t key = vdupq_n_s32(keys[j]);
        unsigned segment = count_below(tables[j].last, key);
        ranks[j] = (uint8_t)(segment * 16 + count_below(tables[j].limits[segment], key));
    }
}

/* The codes of a row. */
typedef struct code_table {
    uint8x16x4_t low, high;
    int has_high;
} code_table;

static inline code_table make_table(const uint8_t *codes, uint32_t n_columns) {
    code_table table = {vld1q_u8_x4(codes), vld1q_u8_x4(codes + 64), n_columns > 64};
    return table;
}

/* All bits of a byte where the code is above the limit. */
static inline uint8x16_t are_above(const code_table *table, const uint8_t *columns,
                                   const uint8_t *limits) {
    uint8x16_t column = vld1q_u8(columns);
    uint8x16_t code = vqtbl4q_u8(table->low, column); /* 0 for other columns */
    if (table->has_high) code = vqtbx4q_u8(code, table->high, vsubq_u8(column, vdupq_n_u8(64)));
    return vcgtq_u8(code, vld1q_u8(limits));
}

static void walk_levels(const ortl__row_level_group *groups, uint32_t n_groups,
                        const uint8_t *codes, uint32_t n_columns, uint8_t *leaves) {
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const code_table table = make_table(codes, n_columns);
    for (uint32_t i = 0; i < n_groups; i++) {
        for (int k = 0; k < ORTL__ROW_LEVEL_TREES; k += 2) {
            uint8x16_t above = are_above(&table, groups[i].column[k], groups[i].limit[k]);
            above = vandq_u8(above, vld1q_u8(bits));
            *leaves++ = vaddv_u8(vget_low_u8(above));
            *leaves++ = vaddv_u8(vget_high_u8(above));
        }
    }
}

/* Adds to the leaves that are gone those of 16 trees, of which bytes say yes or no. */
static inline void add_gone(uint32x4_t gone[4], uint8x16_t above, const uint32_t *low_leaves) {
    int16x8_t low = vmovl_s8(vget_low_s8(vreinterpretq_s8_u8(above)));
    int16x8_t high = vmovl_s8(vget_high_s8(vreinterpretq_s8_u8(above)));
    const int32x4_t masks[4] = {vmovl_s16(vget_low_s16(low)), vmovl_s16(vget_high_s16(low)),
                                vmovl_s16(vget_low_s16(high)), vmovl_s16(vget_high_s16(high))};
    for (int i = 0; i < 4; i++)
        gone[i] = vorrq_u32(
            gone[i], vandq_u32(vreinterpretq_u32_s32(masks[i]), vld1q_u32(low_leaves + 4 * i)));
}

/* The number of the lowest bit that is 0. */
static inline uint16x4_t first_zero(uint32x4_t bits) {
    uint32x4_t lowest = vbicq_u32(vaddq_u32(bits, vdupq_n_u32(1)), bits);
    return vmovn_u32(vsubq_u32(vdupq_n_u32(31), vclzq_u32(lowest)));
}

static void walk_leaves(const ortl__row_leaf_record *records, uint32_t n_records,
                        const uint8_t *codes, uint32_t n_columns, uint8_t *leaves) {
    const code_table table = make_table(codes, n_columns);
    uint32x4_t gone[4] = {vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0)};
    for (uint32_t i = 0; i < n_records; i++)
        for (int k = 0; k < ORTL__ROW_LEAF_TESTS; k++)
            add_gone(gone, are_above(&table, records[i].column[k], records[i].limit[k]),
                     records[i].low_leaves[k]);
    vst1_u8(leaves, vmovn_u16(vcombine_u16(first_zero(gone[0]), first_zero(gone[1]))));
    vst1_u8(leaves + 8, vmovn_u16(vcombine_u16(first_zero(gone[2]), first_zero(gone[3]))));
}

const ortl__row_kernel ortl__row_kernel_neon = {
    .rank = rank_keys,
    .walk_levels = walk_levels,
    .walk_leaves = walk_leaves,
    .walk_steps = ortl__row_walk_steps,
    .code_cost = 2.0,
    .cost = {0, 0.8, 0.3, 2.7},
};

#else
typedef int ortl__row_neon_is_elsewhere;
#endif
