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

/* The keys of one row: keys (n_columns + 1). */
static void NAMED(make_keys)(const ortl__node_pack *pack, const REAL *row, ptrdiff_t column_stride,
                             KEY *keys) {
    for (uint32_t j = 0; j < pack->n_columns; j++) {
        const ortl__key_column column = pack->columns[j];
        BITS bits;
        memcpy(&bits, row + (ptrdiff_t)column.feature * column_stride, sizeof bits);
        KEY of_nan = column.nan_is_low ? KEY_LOW : KEY_HIGH;
        keys[j] = IS_NAN(bits) ? of_nan : TO_KEY(bits);
    }
    keys[pack->n_columns] = KEY_HIGH;
}

/* ---- Walking --------------------------------------------------------------------------------- */

/* One step of a walk: where it goes on, relative to the root. */
static inline size_t NAMED(step)(NODE node, size_t at, const KEY *keys, const unsigned bits) {
    size_t high = (size_t)(node.link >> bits), low = at + 1;
    size_t is_high = keys[node.link & ((1u << bits) - 1)] >= node.bound;
    return low + ((high - low) & (0 - is_high));
}

/* GROUP rows, key_stride keys apart, down one tree: places (GROUP) of the leaves. */
INLINE void NAMED(walk_rows)(const NODE *root, const KEY *keys, size_t key_stride, size_t *places,
                             const unsigned bits) {
    size_t moved;
    for (int i = 0; i < GROUP; i++) places[i] = 0;
    do {
        moved = 0;
        UNROLLED for (int i = 0; i < GROUP; i++) {
            size_t at = places[i];
            size_t next =
                NAMED(step)(root[at], at, keys + (size_t)i * key_stride, bits);
            moved |= next ^ at;
            places[i] = next;
        }
    } while (moved != 0);
}

/* One row down GROUP trees. */
INLINE void NAMED(walk_trees)(const NODE *const *roots, const KEY *keys, size_t *places,
                              const unsigned bits) {
    size_t moved;
    for (int i = 0; i < GROUP; i++) places[i] = 0;
    do {
        moved = 0;
        UNROLLED for (int i = 0; i < GROUP; i++) {
            size_t at = places[i];
            size_t next = NAMED(step)(roots[i][at], at, keys, bits);
            moved |= next ^ at;
            places[i] = next;
        }
    } while (moved != 0);
}

static void NAMED(walk_rows_any)(const ortl__node_pack *pack, const NODE *root, const KEY *keys,
                                 size_t key_stride, size_t *places) {
    switch (pack->column_bits) {
    case 8: NAMED(walk_rows)(root, keys, key_stride, places, 8); break;
    case 12: NAMED(walk_rows)(root, keys, key_stride, places, 12); break;
    default: NAMED(walk_rows)(root, keys, key_stride, places, 16); break;
    }
}

static void NAMED(walk_trees_any)(const ortl__node_pack *pack, const NODE *const *roots,
                                  const KEY *keys, size_t *places) {
    switch (pack->column_bits) {
    case 8: NAMED(walk_trees)(roots, keys, places, 8); break;
    case 12: NAMED(walk_trees)(roots, keys, places, 12); break;
    default: NAMED(walk_trees)(roots, keys, places, 16); break;
    }
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
    const NODE *nodes = pack->nodes, *roots[GROUP];
    size_t places[GROUP];
    for (uint32_t tree = 0; tree < pack->n_trees; tree += GROUP) {
        uint32_t left = pack->n_trees - tree, n = left < GROUP ? left : GROUP;
        for (uint32_t i = 0; i < GROUP; i++)
            roots[i] = nodes + pack->roots[tree + (i < n ? i : 0)];
        NAMED(walk_trees_any)(pack, roots, keys, places);
        for (uint32_t i = 0; i < n; i++)
            NAMED(add_leaf)(pack, tree + i, roots[i][places[i]], sums);
    }
}

/* n rows, a multiple of GROUP, through all trees: keys (n, key_stride), sums (n, n_targets). */
static void NAMED(run_groups)(const ortl__node_pack *pack, const KEY *keys, size_t key_stride,
                              size_t n, REAL *sums) {
    const NODE *nodes = pack->nodes;
    size_t places[GROUP], n_targets = pack->votes.n_targets;
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        const NODE *root = nodes + pack->roots[tree];
        for (size_t row = 0; row < n; row += GROUP) {
            NAMED(walk_rows_any)(pack, root, keys + row * key_stride, key_stride, places);
            for (size_t i = 0; i < GROUP; i++)
                NAMED(add_leaf)(pack, tree, root[places[i]], sums + (row + i) * n_targets);
        }
    }
}

/* A block of rows whose keys fit the scratch. */
static void NAMED(run_block)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                             KEY *keys) {
    size_t n_targets = pack->votes.n_targets, key_stride = (size_t)pack->n_columns + 1;
    size_t n = rows->n_rows, n_grouped = n / GROUP * GROUP;
    const REAL *row = rows->data;
    for (size_t i = 0; i < n; i++)
        NAMED(make_keys)(pack, row + (ptrdiff_t)i * rows->row_stride, rows->column_stride,
                         keys + i * key_stride);
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

/* The node of a test: high child and column are known. */
static inline NODE NAMED(make_test)(const ortl__node_pack *pack, const ortl__cut *cut,
                                    uint64_t high, uint32_t column) {
    return (NODE){(KEY)(cut->limit + 1), (LINK)(high << pack->column_bits | column)};
}

/* The node of a leaf at this place of its tree; number is that of the leaf in values. */
static inline NODE NAMED(make_leaf)(ortl__node_pack *pack, const ortl__forest *forest, uint32_t row,
                                    uint64_t place, uint64_t number) {
    NODE node = {0, (LINK)(place << pack->column_bits | pack->n_columns)};
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
            nodes[i] = NAMED(make_leaf)(pack, forest, node->row, i, first_leaf + node->leaf);
            continue;
        }
        ortl__cut_of(forest, node->row, &cut);
        nodes[i] = NAMED(make_test)(pack, &cut, node->high,
                                    column_of(forest, sides, node->row, &cut));
    }
}
