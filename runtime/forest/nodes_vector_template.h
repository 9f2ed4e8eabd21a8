/*
 * Walking the float node form (pack_nodes.h) with vectors of 32-bit lanes, one walk in each, nodes
 * and keys fetched by gathers. Walks that have ended are dropped, so that registers stay full
 * however much the depths of the leaves differ. The top of a tree, where all walks of many rows
 * pass, needs no gathers. Parameters, defined by the file that includes this:
 *   TARGET, INLINE, UNROLLED  attributes of functions, of inlined ones, and of loops
 *   STEP_LOOP                 UNROLLED, or NOT_UNROLLED where registers are many
 *   VECTOR, LANES, MASK       the vector, its lanes, and what says yes or no for each lane
 *   v_set, v_load, v_store    one number in all lanes; LANES numbers of memory, any alignment
 *   v_and, v_add              bit by bit; sums
 *   v_left, v_right           shifts by a SHIFT, which v_shift makes
 *   v_add_if (mask, a, b)     a + b where the mask says so, else a
 *   v_pick (mask, a, b)       b where the mask says so, else a
 *   v_above, v_equal          a > b without signs; a == b
 *   v_gather (at, from)       32-bit numbers
 *   v_gather_nodes            (places, nodes, &limit, &link)
 *   v_store_some              (to, bits, v) the lanes of the bits side by side, then any others
 *   m_and, m_bits             a & b; as bits
 */

/* Steps between two looks at the list, registers that take turns, registers of a list. */
enum { STEPS = 3, TURNS = 6, LIST = 384, LIST_VECTORS = LIST / LANES, ROOM = TURNS * LANES };

/* Walks by id and place. Those that have ended are listed apart, with what their leaves give.
 * Registers are loaded and stored whole. */
typedef struct lists {
    uint32_t ids[LIST + ROOM], places[LIST + ROOM];
    uint32_t ended_ids[LIST + ROOM], given[LIST + ROOM];
    unsigned has_ended[LIST_VECTORS + TURNS]; /* lanes, as bits */
} lists;

/* What all steps need. */
typedef struct guide {
    const void *nodes, *keys;
    VECTOR column_mask, row_mask, one;
    SHIFT column_bits, row_bits;
} guide;

INLINE guide make_guide(const ortl__node_walks *walks) {
    return (guide){.nodes = walks->nodes,
                   .keys = walks->keys,
                   .column_mask = v_set((int32_t)((1u << walks->column_bits) - 1)),
                   .row_mask = v_set((int32_t)((1u << walks->row_bits) - 1)),
                   .one = v_set(1),
                   .column_bits = v_shift(walks->column_bits),
                   .row_bits = v_shift(walks->row_bits)};
}

/* STEPS steps of the walks of n_registers registers from walk i on. The registers take turns,
 * because a processor does not see far enough ahead to overlap one's steps with the next one's. */
INLINE void advance_some(const guide *g, lists *l, uint32_t i, const int n_registers) {
    VECTOR rows[TURNS], places[TURNS], limits[TURNS], leaps[TURNS], links;
    UNROLLED for (int r = 0; r < n_registers; r++) {
        rows[r] = v_and(v_load(l->ids + i + r * LANES), g->row_mask);
        places[r] = v_load(l->places + i + r * LANES);
    }
    STEP_LOOP for (int k = 0; k < STEPS; k++) {
        UNROLLED for (int r = 0; r < n_registers; r++) {
            v_gather_nodes(places[r], g->nodes, &limits[r], &links);
            VECTOR column = v_and(links, g->column_mask);
            VECTOR key = v_gather(v_add(v_left(column, g->row_bits), rows[r]), g->keys);
            leaps[r] = v_right(links, g->column_bits);
            places[r] = v_add_if(v_above(key, limits[r]), v_add(places[r], leaps[r]), g->one);
        }
    }
    UNROLLED for (int r = 0; r < n_registers; r++) {
        MASK has_ended = v_equal(leaps[r], v_set(0));
        v_store(l->places + i + r * LANES, v_pick(has_ended, places[r], limits[r]));
        l->has_ended[i / LANES + (uint32_t)r] = m_bits(has_ended);
    }
}

/* STEPS steps of n walks. Lanes behind them stay at the leaf that is node 0. */
INLINE void advance(const guide *g, lists *l, uint32_t n) {
    const VECTOR zero = v_set(0);
    uint32_t i = 0;
    v_store(l->ids + n, zero);
    v_store(l->places + n, zero);
    for (; i + 5 * LANES < n; i += 6 * LANES) advance_some(g, l, i, 6);
    if (i + 4 * LANES < n)
        advance_some(g, l, i, 5);
    else if (i + 3 * LANES < n)
        advance_some(g, l, i, 4);
    else if (i + 2 * LANES < n)
        advance_some(g, l, i, 3);
    else if (i + LANES < n)
        advance_some(g, l, i, 2);
    else if (i < n)
        advance_some(g, l, i, 1);
}

/* Drops walks that have ended, and says how many. This is apart from their steps because gathers
 * wait until it is known where all stores before them go. */
INLINE uint32_t drop(lists *l, uint32_t n) {
    uint32_t n_left = 0, n_ended = 0;
    for (uint32_t i = 0; i < n; i += LANES) {
        unsigned are_walks = n - i >= LANES ? (1u << LANES) - 1 : (1u << (n - i)) - 1;
        unsigned has_ended = l->has_ended[i / LANES] & are_walks, goes_on = has_ended ^ are_walks;
        VECTOR ids = v_load(l->ids + i), places = v_load(l->places + i);
        v_store_some(l->ended_ids + n_ended, has_ended, ids);
        v_store_some(l->given + n_ended, has_ended, places);
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
    const uint32_t *keys; /* its column */
    uint32_t limit, place, leap;
} top_node;

/* Lists the tests of the first levels of a tree, parents first; returns their number. */
static uint32_t list_top(const ortl__node_walks *walks, uint32_t tree, top_node *top) {
    const ortl__node32 *nodes = walks->nodes;
    const uint32_t *keys = walks->keys;
    const uint32_t mask = (1u << walks->column_bits) - 1;
    uint32_t places[MOST_TOP], n_places = 1, n = 0;
    places[0] = walks->roots[tree];
    for (uint32_t i = 0; i < n_places; i++) {
        ortl__node32 node = nodes[places[i]];
        uint32_t leap = node.link >> walks->column_bits;
        if (leap == 0) continue;
        top[n++] = (top_node){keys + ((size_t)(node.link & mask) << walks->row_bits), node.limit,
                              places[i], leap};
        if (i >= MOST_TOP / 2) continue;
        places[n_places++] = places[i] + leap;
        places[n_places++] = places[i] + leap + 1;
    }
    return n;
}

/* Takes the rows of n_registers registers from the root down the top: places. */
INLINE void walk_top(const top_node *top, uint32_t n, uint32_t root, uint32_t first_row,
                     uint32_t *places, const int n_registers) {
    const VECTOR one = v_set(1);
    VECTOR at[TURNS];
    UNROLLED for (int r = 0; r < n_registers; r++) at[r] = v_set((int32_t)root);
    for (uint32_t i = 0; i < n; i++) {
        const VECTOR place = v_set((int32_t)top[i].place), limit = v_set((int32_t)top[i].limit);
        const VECTOR leap = v_set((int32_t)top[i].leap);
        const uint32_t *keys = top[i].keys + first_row;
        UNROLLED for (int r = 0; r < n_registers; r++) {
            MASK is_here = v_equal(at[r], place);
            MASK is_high = v_above(v_load(keys + r * LANES), limit);
            at[r] = v_add_if(is_here, at[r], leap);
            at[r] = v_add_if(m_and(is_here, is_high), at[r], one);
        }
    }
    UNROLLED for (int r = 0; r < n_registers; r++) v_store(places + r * LANES, at[r]);
}

/* ---- The door -------------------------------------------------------------------------------- */

static const uint32_t lane_numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* Appends the walks of all rows down a tree to the n in the list. */
INLINE void begin_tree(const ortl__node_walks *walks, uint32_t tree, lists *l, uint32_t n) {
    uint32_t root = walks->roots[tree], row = 0, n_rows = walks->n_rows;
    uint32_t *places = l->places + n;
    if (n_rows >= TOP_ROWS) {
        top_node top[MOST_TOP];
        uint32_t n_top = list_top(walks, tree, top);
        for (; row + 3 * LANES < n_rows; row += 4 * LANES)
            walk_top(top, n_top, root, row, places + row, 4);
        for (; row < n_rows; row += LANES) walk_top(top, n_top, root, row, places + row, 1);
    } else {
        for (; row < n_rows; row += LANES) v_store(places + row, v_set((int32_t)root));
    }
    VECTOR ids = v_add(v_set((int32_t)(tree << walks->row_bits)), v_load(lane_numbers));
    for (row = 0; row < n_rows; row += LANES, ids = v_add(ids, v_set(LANES)))
        v_store(l->ids + n + row, ids);
}

TARGET static void walk(const ortl__node_walks *walks) {
    const guide g = make_guide(walks);
    uint32_t *given = walks->given;
    lists l;
    uint32_t tree = 0, n = 0;
    do {
        for (; tree < walks->n_trees && n + walks->n_rows <= LIST; n += walks->n_rows)
            begin_tree(walks, tree++, &l, n);
        advance(&g, &l, n);
        uint32_t n_ended = drop(&l, n);
        UNROLLED for (uint32_t i = 0; i < n_ended; i++) given[l.ended_ids[i]] = l.given[i];
        n -= n_ended;
    } while (n > 0 || tree < walks->n_trees);
}
