/*
 * Walking the node form (pack_nodes.h) for one type of reals. Parameters, defined by the file that
 * includes this:
 *   NAMED(x)  the name of function x for this type
 *   REAL      float or double
 *   BITS      unsigned integer of that size
 *   KEY       signed integer of that size
 *   NODE      ortl__node32 or ortl__node64
 *   LINK      type of the link of a NODE
 *   COMBINE   one vote, as ortl__votes_combine
 *   TO_KEY    bits -> key, IS_NAN bits -> NaN or not, KEY_LOW and KEY_HIGH: see cut.h
 */

/* ---- Keys ------------------------------------------------------------------------------------ */

static void NAMED(make_keys)(const uint32_t *columns, uint32_t n_columns, const void *row,
                             ptrdiff_t column_stride, void *keys_out) {
    KEY *keys = keys_out;
    for (uint32_t j = 0; j < n_columns; j++) {
        BITS bits;
        memcpy(&bits, (const REAL *)row + (ptrdiff_t)(columns[j] >> 1) * column_stride,
               sizeof bits);
        KEY of_nan = columns[j] & 1 ? KEY_LOW : KEY_HIGH;
        keys[j] = IS_NAN(bits) ? of_nan : TO_KEY(bits);
    }
}

/* ---- Walking --------------------------------------------------------------------------------- */

/* One step of a walk: where it goes on. */
INLINE uint32_t NAMED(step)(const NODE *nodes, uint32_t at, const KEY *keys, const unsigned bits) {
    const NODE *node = nodes + at;
    uint32_t skip = (uint32_t)((KEY)node->link >> bits);
    KEY key = keys[(uint32_t)node->link & ((1u << bits) - 1)];
    uint32_t is_high = key >= node->bound; /* as arithmetic: a branch would be mispredicted */
    return at + 1 + (skip & (0u - is_high));
}

/* GROUP walks to their leaves: places (GROUP), and key_stride keys between the walks' rows. */
INLINE void NAMED(walk)(const NODE *nodes, const KEY *keys, size_t key_stride, uint32_t *places,
                        const unsigned bits) {
    uint32_t moved;
    do {
        const KEY *row = keys;
        moved = 0;
        UNROLLED for (int i = 0; i < GROUP; i++, row += key_stride) {
            uint32_t at = places[i], next = NAMED(step)(nodes, at, row, bits);
            moved |= next ^ at;
            places[i] = next;
        }
    } while (moved != 0);
}

static void NAMED(walk_any)(const NODE *nodes, const KEY *keys, size_t key_stride, unsigned bits,
                            uint32_t *places) {
    switch (bits) {
    case 8: NAMED(walk)(nodes, keys, key_stride, places, 8); break;
    case 12: NAMED(walk)(nodes, keys, key_stride, places, 12); break;
    default: NAMED(walk)(nodes, keys, key_stride, places, 16); break;
    }
}

static void NAMED(walk_rows)(const void *nodes, uint32_t root, const void *keys, size_t key_stride,
                             size_t n, unsigned bits, uint32_t *places) {
    for (size_t i = 0; i < n; i += GROUP) {
        for (size_t k = 0; k < GROUP; k++) places[i + k] = root;
        NAMED(walk_any)(nodes, (const KEY *)keys + i * key_stride, key_stride, bits, places + i);
    }
}

static void NAMED(walk_trees)(const void *nodes, const uint32_t *roots, const void *keys,
                              unsigned bits, uint32_t *places) {
    memcpy(places, roots, GROUP * sizeof *places);
    NAMED(walk_any)(nodes, keys, 0, bits, places);
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

/* Adds what a leaf of the tree gives to the sums of a row, (n_targets). */
static inline void NAMED(add_leaf)(const ortl__node_pack *pack, uint32_t tree, NODE leaf,
                                   REAL *sums) {
    const ortl__votes *votes = &pack->votes;
    int is_first = votes->is_first[tree];
    if (votes->shape == ORTL__VOTES_ONE) {
        uint32_t target = ortl__votes_target(votes, tree);
        REAL value;
        memcpy(&value, &leaf.bound, sizeof value);
        sums[target] = COMBINE(votes->aggregate, sums[target], value, is_first);
        return;
    }
    const REAL *values = (const REAL *)pack->values + (size_t)leaf.bound * votes->n_targets;
    for (size_t i = 0; i < votes->n_targets; i++)
        sums[i] = COMBINE(votes->aggregate, sums[i], values[i], is_first);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* One row through all trees. */
static void NAMED(run_row)(const ortl__node_pack *pack, const KEY *keys, REAL *sums) {
    const NODE *nodes = pack->nodes;
    uint32_t places[ORTL__NODE_MOST_TREES], n_group = pack->loops->n_trees;
    for (uint32_t tree = 0; tree < pack->n_trees; tree += n_group) {
        uint32_t left = pack->n_trees - tree, n = left < n_group ? left : n_group;
        pack->loops->walk_trees(nodes, pack->roots + tree, keys, pack->column_bits, places);
        for (uint32_t i = 0; i < n; i++) NAMED(add_leaf)(pack, tree + i, nodes[places[i]], sums);
    }
}

/* n rows, a multiple of what the loops take, through all trees: keys (n, key_stride), sums (n,
 * n_targets). */
static void NAMED(run_groups)(const ortl__node_pack *pack, const KEY *keys, size_t key_stride,
                              size_t n, REAL *sums) {
    const NODE *nodes = pack->nodes;
    uint32_t places[MOST_BLOCK_ROWS];
    size_t n_targets = pack->votes.n_targets;
    for (uint32_t tree = 0; tree < pack->n_trees && n > 0; tree++) {
        pack->loops->walk_rows(nodes, pack->roots[tree], keys, key_stride, n, pack->column_bits,
                               places);
        for (size_t i = 0; i < n; i++)
            NAMED(add_leaf)(pack, tree, nodes[places[i]], sums + i * n_targets);
    }
}

/* A block of rows whose keys fit the scratch. */
static void NAMED(run_block)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                             KEY *keys) {
    size_t n_targets = pack->votes.n_targets, key_stride = (size_t)pack->n_columns + 1;
    size_t n = rows->n_rows, n_grouped = n / pack->loops->n_rows * pack->loops->n_rows;
    const REAL *row = rows->data;
    for (size_t i = 0; i < n; i++) {
        pack->loops->make_keys(pack->columns, pack->n_columns,
                               row + (ptrdiff_t)i * rows->row_stride, rows->column_stride,
                               keys + i * key_stride);
        keys[i * key_stride + pack->n_columns] = KEY_HIGH;
    }
    memset(sums, 0, n * n_targets * sizeof *sums);
    NAMED(run_groups)(pack, keys, key_stride, n_grouped, sums);
    for (size_t i = n_grouped; i < n; i++)
        NAMED(run_row)(pack, keys + i * key_stride, sums + i * n_targets);
}

static void NAMED(run)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                       void *scratch) {
    size_t n_block = block_rows(pack);
    for (size_t first = 0; first < rows->n_rows; first += n_block) {
        size_t left = rows->n_rows - first;
        const REAL *data = (const REAL *)rows->data + (ptrdiff_t)first * rows->row_stride;
        ortl__rows block = {data, left < n_block ? left : n_block, rows->row_stride,
                            rows->column_stride};
        NAMED(run_block)(pack, &block, sums + first * pack->votes.n_targets, scratch);
    }
}

/* ---- Building -------------------------------------------------------------------------------- */

/* The node of a test: the column and the way to the high child are known. */
static inline NODE NAMED(make_test)(const ortl__node_pack *pack, const ortl__cut *cut,
                                    uint64_t skip, uint32_t column) {
    return (NODE){(KEY)(cut->limit + 1), (LINK)(skip << pack->column_bits | column)};
}

/* The node of a leaf, which skips back to itself; number is that of the leaf in values. */
static inline NODE NAMED(make_leaf)(ortl__node_pack *pack, const ortl__forest *forest, uint32_t row,
                                    uint64_t number) {
    NODE node = {0, (LINK)(UINT64_MAX << pack->column_bits | pack->n_columns)};
    if (pack->votes.shape == ORTL__VOTES_ONE) {
        ortl__votes_copy(&pack->votes, forest, row, &node.bound);
    } else {
        node.bound = (KEY)number;
        ortl__votes_copy(&pack->votes, forest, row,
                         (REAL *)pack->values + number * pack->votes.n_targets);
    }
    return node;
}

/* Writes the nodes of the tree that was listed from nodes[begin] on. */
static void NAMED(pack_tree)(ortl__node_pack *pack, const ortl__preorder *preorder,
                             const uint32_t *sides, uint64_t begin, uint64_t first_leaf) {
    const ortl__forest *forest = preorder->forest;
    NODE *nodes = (NODE *)pack->nodes + begin;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        ortl__cut cut = {0};
        if (node->high == 0) {
            nodes[i] = NAMED(make_leaf)(pack, forest, node->row, first_leaf + node->leaf);
            continue;
        }
        ortl__cut_of(forest, node->row, &cut);
        nodes[i] = NAMED(make_test)(pack, &cut, node->high - (i + 1),
                                    column_of(forest, sides, node->row, &cut));
    }
}
