/*
 * The node form with AVX-512. Where few columns are read, a register holds walks of one row down
 * 16 trees, so that the keys of that row are looked up in registers and only nodes are gathered.
 * Else the way of nodes_vector_template.h.
 */
#include "../pack_nodes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET       __attribute__((target("avx512f,popcnt")))
#define INLINE       TARGET __attribute__((always_inline)) static inline
#define UNROLLED     _Pragma("GCC unroll 8")
#define NOT_UNROLLED _Pragma("GCC unroll 1")
#define STEP_LOOP    NOT_UNROLLED

#include "keys_avx512.h"

enum { LANES = 16 };

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Numbers without signs in the order of keys. */
INLINE __m512i to_raised_keys(__m512i bits, __m512i of_nan) {
    __m512i raised = _mm512_xor_si512(to_keys(bits), _mm512_set1_epi32(INT32_MIN));
    return _mm512_mask_mov_epi32(raised, find_nan(bits), of_nan);
}

/* Whether 32-bit offsets reach from row 0 to row 15, and to the last column. */
static int fits_offsets(const ortl__node_pack *pack, const ortl__rows *rows) {
    ptrdiff_t last = (ptrdiff_t)(pack->columns[pack->n_columns - 1] >> 1);
    ptrdiff_t column_stride = rows->column_stride, row_stride = rows->row_stride;
    ptrdiff_t most_column = INT32_MAX / 4 / (last + 1), most_row = INT32_MAX / 4 / LANES;
    return column_stride <= most_column && column_stride >= -most_column &&
           row_stride <= most_row && row_stride >= -most_row;
}

/* The keys of one row. The first column is that of leaves, which is none of the row's. */
INLINE void make_row_keys(const ortl__node_pack *pack, const float *row, int column_stride,
                          uint32_t *keys) {
    const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
    for (uint32_t j = 0; j < pack->n_columns; j += LANES) {
        uint32_t left = pack->n_columns - j;
        unsigned lanes = left >= LANES ? 0xFFFFu : (1u << left) - 1;
        __mmask16 mask = (__mmask16)(j == 0 ? lanes & ~1u : lanes);
        __m512i column = _mm512_maskz_loadu_epi32(mask, pack->columns + j);
        __m512i offset = _mm512_srli_epi32(column, 1);
        if (column_stride != 1)
            offset = _mm512_mullo_epi32(offset, _mm512_set1_epi32(column_stride));
        __m512i bits = _mm512_mask_i32gather_epi32(zero, mask, offset, row, 4);
        __m512i of_nan = _mm512_sub_epi32(zero, _mm512_andnot_si512(column, one));
        _mm512_mask_storeu_epi32(keys + j, mask, to_raised_keys(bits, of_nan));
    }
    keys[0] = 0;
}

/* keys (1 << row_bits, key_stride). */
TARGET static void make_keys_by_row(const ortl__node_pack *pack, const ortl__rows *rows,
                                    unsigned row_bits, void *keys_out) {
    const float *row = rows->data;
    uint32_t *keys = keys_out;
    if (!fits_offsets(pack, rows)) {
        ortl__node_keys_by_row(pack, rows, row_bits, keys);
        return;
    }
    for (size_t i = 0; i < rows->n_rows; i++, row += rows->row_stride, keys += pack->key_stride)
        make_row_keys(pack, row, (int)rows->column_stride, keys);
}

/* keys (n_columns, 1 << row_bits). */
TARGET static void make_keys_by_column(const ortl__node_pack *pack, const ortl__rows *rows,
                                       unsigned row_bits, void *keys_out) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    uint32_t *keys = keys_out;
    if (!fits_offsets(pack, rows)) {
        ortl__node_keys_by_column(pack, rows, row_bits, keys);
        return;
    }
    if (row_bits == 0) {
        make_row_keys(pack, rows->data, (int)rows->column_stride, keys);
        return;
    }
    memset(keys, 0, sizeof *keys << row_bits);
    __m512i offset = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)rows->row_stride));
    for (uint32_t j = 1; j < pack->n_columns; j++) {
        const float *from =
            (const float *)rows->data + (ptrdiff_t)(pack->columns[j] >> 1) * rows->column_stride;
        uint32_t *to = keys + ((size_t)j << row_bits);
        __m512i of_nan = _mm512_set1_epi32(pack->columns[j] & 1 ? 0 : -1);
        for (size_t i = 0; i < rows->n_rows; i += LANES, from += LANES * rows->row_stride) {
            size_t left = rows->n_rows - i;
            __mmask16 mask = (__mmask16)(left >= LANES ? 0xFFFFu : (1u << left) - 1);
            __m512i bits =
                rows->row_stride == 1
                    ? _mm512_maskz_loadu_epi32(mask, from)
                    : _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, offset, from, 4);
            _mm512_mask_storeu_epi32(to + i, mask, to_raised_keys(bits, of_nan));
        }
    }
}

/* ---- Many columns ---------------------------------------------------------------------------- */

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

const ortl__node_loops ortl__node_loops_avx512_lists = {
    .make_keys = make_keys_by_column,
    .walk = walk,
    .visit_cost = 0.5,
    .most_walks = 4096,
};

/* ---- Few columns ----------------------------------------------------------------------------- */

/* Registers of walks under way, and steps between two looks at them. */
enum { SLOTS = 8, SLOT_STEPS = 4, MOST_ENDED = 256 };

/* Registers of keys. */
enum { MOST_REGISTERS = 8 };

/* With fewer walks most lanes would be empty; fewer trees that wait stay where they are. */
enum { FEW_WALKS = 2 * LANES, FEW_WAIT = LANES / 2 };

/* A register of walks of one row down some trees. Trees that wait take the lanes of those that have
 * ended. */
typedef struct slot {
    __m512i places;
    __m512i limits, leaps; /* of the nodes that the walks come from */
    __m512i ids;
    const uint32_t *keys;  /* of the row */
    const uint32_t *roots; /* (n_roots) of trees that wait */
    uint32_t n_roots;
    uint32_t first_id; /* number of the walk down the first of them */
} slot;

/* All that is under way, and the next row. */
typedef struct crew {
    const ortl__node_walks *walks;
    uint32_t row;
    slot slots[SLOTS];
} crew;

/* Walks that have ended, and what their leaves give. Registers are stored whole. */
typedef struct ended {
    uint32_t ids[MOST_ENDED + SLOTS * LANES], given[MOST_ENDED + SLOTS * LANES];
    uint32_t n;
} ended;

/* Keys of one row, in n_registers registers: those of the columns that the lowest bits say. */
INLINE __m512i find_keys(const uint32_t *keys, __m512i column, const int n_registers) {
    __m512i found[MOST_REGISTERS / 2];
    UNROLLED for (int i = 0; i < n_registers / 2; i++) found[i] = _mm512_permutex2var_epi32(
        v_load(keys + 2 * i * LANES), column, v_load(keys + (2 * i + 1) * LANES));
    UNROLLED for (int n = n_registers / 2, bit = 2 * LANES; n > 1; n /= 2, bit *= 2) {
        __mmask16 is_odd = _mm512_test_epi32_mask(column, v_set(bit));
        UNROLLED for (int i = 0; i < n / 2; i++) found[i] =
            v_pick(is_odd, found[2 * i], found[2 * i + 1]);
    }
    return found[0];
}

/* Steps of all slots, which take turns. */
INLINE void advance_slots(const ortl__node_walks *walks, slot *slots, const int n_registers) {
    const SHIFT column_bits = v_shift(walks->column_bits);
    const VECTOR one = v_set(1);
    VECTOR places[SLOTS];
    UNROLLED for (int i = 0; i < SLOTS; i++) places[i] = slots[i].places;
    NOT_UNROLLED for (int step = 0; step < SLOT_STEPS; step++) {
        UNROLLED for (int i = 0; i < SLOTS; i++) {
            VECTOR limits, links;
            v_gather_nodes(places[i], walks->nodes, &limits, &links);
            VECTOR leaps = v_right(links, column_bits);
            MASK is_high = v_above(find_keys(slots[i].keys, links, n_registers), limits);
            places[i] = v_add(places[i], leaps);
            places[i] = v_add_if(is_high, places[i], one);
            slots[i].limits = limits;
            slots[i].leaps = leaps;
        }
    }
    UNROLLED for (int i = 0; i < SLOTS; i++) slots[i].places = places[i];
}

TARGET static void advance_all(const ortl__node_walks *walks, slot *slots) {
    switch (walks->key_stride / LANES) {
    case 2: advance_slots(walks, slots, 2); break;
    case 4: advance_slots(walks, slots, 4); break;
    default: advance_slots(walks, slots, MOST_REGISTERS); break;
    }
}

/* Puts the roots of trees that wait into lanes. Those for which there are none come to node 0, a
 * leaf. */
INLINE void fill_lanes(const ortl__node_walks *walks, slot *s, MASK lanes) {
    uint32_t n = (uint32_t)_mm_popcnt_u32(lanes);
    if (n > s->n_roots) n = s->n_roots;
    VECTOR roots = _mm512_maskz_loadu_epi32((MASK)((1u << n) - 1), s->roots);
    VECTOR ids =
        v_add(v_left(v_load(lane_numbers), v_shift(walks->row_bits)), v_set((int32_t)s->first_id));
    s->places = _mm512_mask_expand_epi32(s->places, lanes, roots);
    s->ids = _mm512_mask_expand_epi32(s->ids, lanes, ids);
    s->roots += n;
    s->n_roots -= n;
    s->first_id += n << walks->row_bits;
}

/* Gives an empty slot the next row, or else half of the trees that wait where most do. */
INLINE void find_trees(crew *c, slot *s) {
    const ortl__node_walks *walks = c->walks;
    if (c->row < walks->n_rows) {
        s->keys = (const uint32_t *)walks->keys + (size_t)c->row * walks->key_stride;
        s->roots = walks->roots;
        s->n_roots = walks->n_trees;
        s->first_id = c->row++;
    } else {
        slot *other = &c->slots[0];
        for (int i = 1; i < SLOTS; i++)
            if (c->slots[i].n_roots > other->n_roots) other = &c->slots[i];
        if (other->n_roots < FEW_WAIT) return;
        s->n_roots = other->n_roots / 2;
        other->n_roots -= s->n_roots;
        s->keys = other->keys;
        s->roots = other->roots + other->n_roots;
        s->first_id = other->first_id + (other->n_roots << walks->row_bits);
    }
}

/* Lists walks that have ended, and begins others. */
INLINE void renew(crew *c, slot *s, ended *e) {
    MASK are_walks = _mm512_test_epi32_mask(s->places, s->places);
    MASK has_ended = _mm512_mask_testn_epi32_mask(are_walks, s->leaps, s->leaps);
    v_store_some(e->ids + e->n, has_ended, s->ids);
    v_store_some(e->given + e->n, has_ended, s->limits);
    e->n += (uint32_t)_mm_popcnt_u32(has_ended);
    fill_lanes(c->walks, s, has_ended);
    if (_mm512_test_epi32_mask(s->places, s->places) != 0) return;
    find_trees(c, s);
    fill_lanes(c->walks, s, 0xFFFF);
}

INLINE void write_ended(const ortl__node_walks *walks, ended *e) {
    uint32_t *given = walks->given;
    UNROLLED for (uint32_t i = 0; i < e->n; i++) given[e->ids[i]] = e->given[i];
    e->n = 0;
}

TARGET static void walk_slots(const ortl__node_walks *walks) {
    crew c = {.walks = walks};
    uint32_t n_left = walks->n_rows * walks->n_trees;
    ended e;
    e.n = 0;
    if (n_left < FEW_WALKS) {
        ortl__node_loops_plain.walk(walks);
        return;
    }
    for (int i = 0; i < SLOTS; i++) {
        c.slots[i] =
            (slot){.places = v_set(0), .ids = v_set(0), .keys = walks->keys, .roots = walks->roots};
        find_trees(&c, &c.slots[i]);
    }
    for (int i = 0; i < SLOTS; i++) fill_lanes(walks, &c.slots[i], 0xFFFF);
    while (n_left > 0) {
        advance_all(walks, c.slots);
        uint32_t n_before = e.n;
        for (int i = 0; i < SLOTS; i++) renew(&c, &c.slots[i], &e);
        n_left -= e.n - n_before;
        if (e.n > MOST_ENDED) write_ended(walks, &e);
    }
    write_ended(walks, &e);
}

const ortl__node_loops ortl__node_loops_avx512 = {
    .make_keys = make_keys_by_row,
    .walk = walk_slots,
    .visit_cost = 0.35,
    .most_walks = 8192,
    .most_columns = MOST_REGISTERS * LANES,
    .with_more_columns = &ortl__node_loops_avx512_lists,
};

#else
typedef int ortl__nodes_avx512_is_elsewhere;
#endif
