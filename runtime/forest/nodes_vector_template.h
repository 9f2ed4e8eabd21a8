/*
 * Walking the float node form (pack_nodes.h) with vectors of 32-bit lanes, one walk in each, nodes
 * and keys fetched by gathers. Walks that have ended are dropped, so that registers stay full
 * however much the depths of the leaves differ. The top of a tree, where all walks of many rows
 * pass, needs no gathers. Parameters, defined by the file that includes this:
 *   TARGET, INLINE, UNROLLED  attributes of functions, of inlined ones, and of loops
 *   VECTOR, LANES, MASK       the vector, its lanes, and what says yes or no for each lane
 *   v_set, v_load, v_store    one number in all lanes; LANES numbers of memory, any alignment
 *   v_and, v_or               bit by bit
 *   v_left, v_right           shifts by a SHIFT, which v_shift makes
 *   v_add_if (mask, a, b)     a + b where the mask says so, else a
 *   v_pick (mask, a, b)       b where the mask says so, else a
 *   v_at_least (mask, a, b)   where the mask says so and a >= b; likewise
 *   v_equal, v_has            a == b; a has the one bit of b
 *   v_gather (mask, at, from) 32-bit numbers, 0 outside the mask
 *   v_gather_nodes            (mask, places, nodes, &bound, &link)
 *   v_store_some              (to, bits, v) the lanes of the bits side by side, then any others
 *   m_first (n)               the first n lanes, or all
 *   m_and, m_and_not, m_bits  a & b; a & ~b; as bits
 */

/* Steps between two looks at the list, registers that take turns, registers of a list. */
enum { STEPS = 2, TURNS = 6, LIST_VECTORS = ORTL__NODE_LIST / LANES, ROOM = TURNS * LANES };

/* Walks by id and place. Those that have ended are listed apart, with their leaves for places.
 * Registers are stored whole. */
typedef struct lists {
    uint32_t ids[ORTL__NODE_LIST + ROOM], places[ORTL__NODE_LIST + ROOM];
    uint32_t ended_ids[ORTL__NODE_LIST + ROOM], ended_places[ORTL__NODE_LIST + ROOM];
    unsigned going_on[LIST_VECTORS + TURNS]; /* lanes that have not ended, as bits */
} lists;

/* What all steps need. */
typedef struct guide {
    const void *nodes, *keys;
    VECTOR column_mask, row_mask, one, low_leaf;
    SHIFT column_shift, row_bits, leap_shift;
} guide;

INLINE guide make_guide(const ortl__node_walks *walks) {
    return (guide){.nodes = walks->nodes,
                   .keys = walks->keys,
                   .column_mask = v_set((int32_t)((1u << walks->column_bits) - 1)),
                   .row_mask = v_set((int32_t)((1u << walks->row_bits) - 1)),
                   .one = v_set(1),
                   .low_leaf = v_set(ORTL__LINK_LOW_LEAF),
                   .column_shift = v_shift(ORTL__LINK_FLAGS),
                   .row_bits = v_shift(walks->row_bits),
                   .leap_shift = v_shift(walks->column_bits + ORTL__LINK_FLAGS)};
}

/* One step of the walks in the mask; returns which of them end. Their places are then their
 * leaves. */
INLINE MASK step(const guide *g, MASK mask, VECTOR ids, VECTOR *places) {
    VECTOR bound, link;
    v_gather_nodes(mask, *places, g->nodes, &bound, &link);
    VECTOR column = v_and(v_right(link, g->column_shift), g->column_mask);
    VECTOR leap = v_right(link, g->leap_shift);
    VECTOR at = v_or(v_left(column, g->row_bits), v_and(ids, g->row_mask));
    MASK is_high = v_at_least(mask, v_gather(mask, at, g->keys), bound);
    MASK beside_leaf = v_has(is_high, link, g->low_leaf);
    MASK has_ended = v_has(mask, v_add_if(is_high, link, link), g->low_leaf);
    VECTOR next = v_add_if(mask, *places, g->one);
    next = v_add_if(m_and_not(is_high, beside_leaf), next, leap);
    next = v_pick(has_ended, next, leap);
    *places = v_add_if(m_and(has_ended, beside_leaf), next, g->one);
    return has_ended;
}

/* STEPS steps of the walks of n_registers registers from walk i on. The registers take turns,
 * because a processor does not see far enough ahead to overlap one's steps with the next one's. */
INLINE void advance_some(const guide *g, lists *l, uint32_t i, uint32_t n, const int n_registers) {
    VECTOR ids[TURNS], places[TURNS];
    MASK goes_on[TURNS];
    UNROLLED for (int r = 0; r < n_registers; r++) {
        goes_on[r] = m_first(n - i - (uint32_t)r * LANES);
        ids[r] = v_load(l->ids + i + r * LANES);
        places[r] = v_load(l->places + i + r * LANES);
    }
    UNROLLED for (int k = 0; k < STEPS; k++) {
        UNROLLED for (int r = 0; r < n_registers; r++) goes_on[r] =
            m_and_not(goes_on[r], step(g, goes_on[r], ids[r], &places[r]));
    }
    UNROLLED for (int r = 0; r < n_registers; r++) {
        v_store(l->places + i + r * LANES, places[r]);
        l->going_on[i / LANES + (uint32_t)r] = m_bits(goes_on[r]);
    }
}

/* STEPS steps of n walks. */
INLINE void advance(const guide *g, lists *l, uint32_t n) {
    uint32_t i = 0;
    for (; i + 5 * LANES < n; i += 6 * LANES) advance_some(g, l, i, n, 6);
    if (i + 4 * LANES < n)
        advance_some(g, l, i, n, 5);
    else if (i + 3 * LANES < n)
        advance_some(g, l, i, n, 4);
    else if (i + 2 * LANES < n)
        advance_some(g, l, i, n, 3);
    else if (i + LANES < n)
        advance_some(g, l, i, n, 2);
    else if (i < n)
        advance_some(g, l, i, n, 1);
}

/* Drops walks that have ended, and says how many. This is apart from their steps because gathers
 * wait until it is known where all stores before them go. */
INLINE uint32_t drop(lists *l, uint32_t n) {
    uint32_t n_left = 0, n_ended = 0;
    for (uint32_t i = 0; i < n; i += LANES) {
        unsigned goes_on = l->going_on[i / LANES];
        unsigned has_ended = m_bits(m_first(n - i)) & ~goes_on;
        VECTOR ids = v_load(l->ids + i), places = v_load(l->places + i);
        v_store_some(l->ended_ids + n_ended, has_ended, ids);
        v_store_some(l->ended_places + n_ended, has_ended, places);
        v_store_some(l->ids + n_left, goes_on, ids);
        v_store_some(l->places + n_left, goes_on, places);
        n_ended += (uint32_t)__builtin_popcount(has_ended);
        n_left += (uint32_t)__builtin_popcount(goes_on);
    }
    return n_ended;
}

/* ---- The top of a tree ----------------------------------------------------------------------- */

/* With fewer rows than TOP_ROWS registers would be too empty. */
enum { TOP_LEVELS = 4, MOST_TOP = (1 << TOP_LEVELS) - 1, TOP_ROWS = LANES * 3 / 4 };

/* A test near the root. */
typedef struct top_node {
    const int32_t *keys; /* its column */
    int32_t bound, place, leap;
} top_node;

/* Lists the tests of the first levels of a tree, parents first, but for those with a leaf: their
 * walks are left to step. Returns their number. */
static uint32_t list_top(const ortl__node_walks *walks, uint32_t tree, top_node *top) {
    const ortl__node32 *nodes = walks->nodes;
    const int32_t *keys = walks->keys;
    const uint32_t mask = (1u << walks->column_bits) - 1;
    uint32_t places[MOST_TOP], n_places = 1, n = 0;
    places[0] = walks->node_begin[tree];
    for (uint32_t i = 0; i < n_places; i++) {
        ortl__node32 node = nodes[places[i]];
        uint32_t leap = node.link >> (walks->column_bits + ORTL__LINK_FLAGS);
        if (node.link & (ORTL__LINK_LOW_LEAF | ORTL__LINK_HIGH_LEAF)) continue;
        top[n++] =
            (top_node){keys + ((size_t)(node.link >> ORTL__LINK_FLAGS & mask) << walks->row_bits),
                       node.bound, (int32_t)places[i], (int32_t)leap};
        if (i >= MOST_TOP / 2) continue;
        places[n_places++] = places[i] + 1;
        places[n_places++] = places[i] + 1 + leap;
    }
    return n;
}

/* Takes the rows of n_registers registers from the root down the top: places. */
INLINE void walk_top(const top_node *top, uint32_t n, uint32_t root, uint32_t first_row,
                     uint32_t *places, const int n_registers) {
    const VECTOR one = v_set(1);
    const MASK all = m_first(LANES);
    VECTOR at[TURNS];
    UNROLLED for (int r = 0; r < n_registers; r++) at[r] = v_set((int32_t)root);
    for (uint32_t i = 0; i < n; i++) {
        const VECTOR place = v_set(top[i].place), bound = v_set(top[i].bound);
        const VECTOR leap = v_set(top[i].leap);
        const int32_t *keys = top[i].keys + first_row;
        UNROLLED for (int r = 0; r < n_registers; r++) {
            MASK is_here = v_equal(all, at[r], place);
            MASK is_high = v_at_least(is_here, v_load(keys + r * LANES), bound);
            at[r] = v_add_if(is_here, at[r], one);
            at[r] = v_add_if(is_high, at[r], leap);
        }
    }
    UNROLLED for (int r = 0; r < n_registers; r++) v_store(places + r * LANES, at[r]);
}

/* ---- The door -------------------------------------------------------------------------------- */

/* Appends the walks of all rows down a tree to the n in the list; returns their number. */
INLINE uint32_t begin_tree(const ortl__node_walks *walks, uint32_t tree, lists *l, uint32_t n) {
    uint32_t root = walks->node_begin[tree], row = 0, n_rows = walks->n_rows;
    uint32_t *places = l->places + n;
    if (walks->node_begin[tree + 1] == root) { /* a single leaf */
        for (row = 0; row < n_rows; row++) walks->leaves[tree << walks->row_bits | row] = 0;
        return 0;
    }
    if (n_rows >= TOP_ROWS) {
        top_node top[MOST_TOP];
        uint32_t n_top = list_top(walks, tree, top);
        for (; row + 3 * LANES < n_rows; row += 4 * LANES)
            walk_top(top, n_top, root, row, places + row, 4);
        for (; row < n_rows; row += LANES) walk_top(top, n_top, root, row, places + row, 1);
    } else {
        for (row = 0; row < n_rows; row++) places[row] = root;
    }
    for (row = 0; row < n_rows; row++) l->ids[n + row] = tree << walks->row_bits | row;
    return n_rows;
}

TARGET static void walk(const ortl__node_walks *walks) {
    const guide g = make_guide(walks);
    lists l;
    uint32_t tree = 0, n = 0;
    do {
        while (tree < walks->n_trees && n + walks->n_rows <= ORTL__NODE_LIST)
            n += begin_tree(walks, tree++, &l, n);
        advance(&g, &l, n);
        uint32_t n_ended = drop(&l, n);
        for (uint32_t i = 0; i < n_ended; i++) walks->leaves[l.ended_ids[i]] = l.ended_places[i];
        n -= n_ended;
    } while (n > 0 || tree < walks->n_trees);
}
