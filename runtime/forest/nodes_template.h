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

static void NAMED(make_keys)(const uint32_t *columns, uint32_t n_columns, const ortl__rows *rows,
                             unsigned row_bits, void *keys_out) {
    for (uint32_t j = 0; j < n_columns; j++) {
        const REAL *from =
            (const REAL *)rows->data + (ptrdiff_t)(columns[j] >> 1) * rows->column_stride;
        KEY *keys = (KEY *)keys_out + ((size_t)j << row_bits);
        KEY of_nan = columns[j] & 1 ? KEY_LOW : KEY_HIGH;
        for (size_t i = 0; i < rows->n_rows; i++, from += rows->row_stride) {
            BITS bits;
            memcpy(&bits, from, sizeof bits);
            keys[i] = IS_NAN(bits) ? of_nan : TO_KEY(bits);
        }
    }
}

/* ---- Walking --------------------------------------------------------------------------------- */

/* One step of the n walks of a list. Those that end leave it, and the numbers of their leaves are
 * written; returns how many are left. No branch depends on the way of a walk. */
INLINE uint32_t NAMED(advance)(const ortl__node_walks *walks, uint32_t *ids, uint32_t *places,
                               uint32_t n, const unsigned column_bits, const unsigned row_bits) {
    const NODE *nodes = walks->nodes;
    const KEY *keys = walks->keys;
    const size_t row_mask = ((size_t)1 << row_bits) - 1;
    uint32_t n_left = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t id = ids[i], at = places[i];
        const LINK link = nodes[at].link;
        const size_t column = link >> ORTL__LINK_FLAGS & (((LINK)1 << column_bits) - 1);
        const uint32_t leap = (uint32_t)(link >> (column_bits + ORTL__LINK_FLAGS));
        const uint32_t is_high = keys[column << row_bits | (id & row_mask)] >= nodes[at].bound;
        const uint32_t low_is_leaf = (uint32_t)link / ORTL__LINK_LOW_LEAF & 1;
        const uint32_t high_is_leaf = (uint32_t)link & ORTL__LINK_HIGH_LEAF;
        const uint32_t has_ended = (is_high & high_is_leaf) | ((is_high ^ 1) & low_is_leaf);
        const uint32_t nowhere = ORTL__NODE_WALKS;
        walks->leaves[nowhere ^ ((nowhere ^ id) & (0u - has_ended))] =
            leap + (is_high & low_is_leaf);
        ids[n_left] = id;
        places[n_left] = at + 1 + (leap & (0u - (is_high & ~low_is_leaf)));
        n_left += has_ended ^ 1;
    }
    return n_left;
}

/* Appends the walks of all rows down a tree to the list of n; returns how many there are now. */
static uint32_t NAMED(begin_tree)(const ortl__node_walks *walks, uint32_t tree, uint32_t *ids,
                                  uint32_t *places, uint32_t n) {
    int has_tests = walks->node_begin[tree] < walks->node_begin[tree + 1];
    for (uint32_t row = 0; row < walks->n_rows; row++) {
        walks->leaves[tree << walks->row_bits | row] = 0;
        ids[n + row] = tree << walks->row_bits | row;
        places[n + row] = walks->node_begin[tree];
    }
    return has_tests ? n + walks->n_rows : n;
}

static void NAMED(walk)(const ortl__node_walks *walks) {
    uint32_t ids[ORTL__NODE_LIST], places[ORTL__NODE_LIST], tree = 0, n = 0;
    do {
        while (tree < walks->n_trees && n + walks->n_rows <= ORTL__NODE_LIST)
            n = NAMED(begin_tree)(walks, tree++, ids, places, n);
        if (walks->column_bits == 8 && walks->row_bits == ORTL__NODE_ROW_BITS)
            n = NAMED(advance)(walks, ids, places, n, 8, ORTL__NODE_ROW_BITS);
        else
            n = NAMED(advance)(walks, ids, places, n, walks->column_bits, walks->row_bits);
    } while (n > 0 || tree < walks->n_trees);
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

static void NAMED(add)(const void *values, const uint32_t *leaves, size_t n, void *sums) {
    for (size_t i = 0; i < n; i++) ((REAL *)sums)[i] += ((const REAL *)values)[leaves[i]];
}

/* Adds one value for each row, from one tree: sums (n_rows). */
static void NAMED(add_tree)(const ortl__node_pack *pack, uint32_t tree, const uint32_t *leaves,
                            uint32_t n_rows, REAL *sums) {
    const REAL *values = (const REAL *)pack->values + pack->leaf_begin[tree];
    const ortl__votes *votes = &pack->votes;
    if (votes->aggregate > ORTL__AGGREGATE_SUM) {
        for (uint32_t i = 0; i < n_rows; i++)
            sums[i] = COMBINE(votes->aggregate, sums[i], values[leaves[i]], votes->is_first[tree]);
    } else if (n_rows < FEW_ROWS) {
        for (uint32_t i = 0; i < n_rows; i++) sums[i] += values[leaves[i]];
    } else {
        pack->loops->add(values, leaves, n_rows, sums);
    }
}

/* The sums of a single row, (n_targets), in a register as long as trees have the same target: going
 * through memory takes thrice as long. */
static void NAMED(add_row)(const ortl__node_pack *pack, const ortl__node_walks *walks,
                           uint32_t first_tree, REAL *sums) {
    const uint32_t *leaf_begin = pack->leaf_begin + first_tree;
    uint32_t target = ortl__votes_target(&pack->votes, first_tree);
    REAL sum = sums[target];
    for (uint32_t t = 0; t < walks->n_trees; t++) {
        uint32_t next = ortl__votes_target(&pack->votes, first_tree + t);
        if (next != target) {
            sums[target] = sum;
            target = next;
            sum = sums[target];
        }
        sum += ((const REAL *)pack->values)[leaf_begin[t] + walks->leaves[t]];
    }
    sums[target] = sum;
}

/* Trees that give one value each, from first_tree on: sums (n_targets, 1 << row_bits). */
static void NAMED(add_one)(const ortl__node_pack *pack, const ortl__node_walks *walks,
                           uint32_t first_tree, REAL *sums) {
    const ortl__votes *votes = &pack->votes;
    const uint32_t *leaves = walks->leaves;
    if (walks->n_rows == 1 && votes->aggregate <= ORTL__AGGREGATE_SUM) {
        NAMED(add_row)(pack, walks, first_tree, sums);
        return;
    }
    for (uint32_t t = 0; t < walks->n_trees; t++, leaves += (size_t)1 << walks->row_bits) {
        size_t target = ortl__votes_target(votes, first_tree + t);
        NAMED(add_tree)
        (pack, first_tree + t, leaves, walks->n_rows, sums + (target << walks->row_bits));
    }
}

/* Trees that give one value for each target: sums (n_rows, n_targets). */
static void NAMED(add_dense)(const ortl__node_pack *pack, const ortl__node_walks *walks,
                             uint32_t first_tree, REAL *sums) {
    const ortl__votes *votes = &pack->votes;
    const size_t n_targets = votes->n_targets, stride = (size_t)1 << walks->row_bits;
    for (uint32_t t = 0; t < walks->n_trees; t++) {
        const REAL *values =
            (const REAL *)pack->values + pack->leaf_begin[first_tree + t] * n_targets;
        int is_first = votes->is_first[first_tree + t];
        for (uint32_t i = 0; i < walks->n_rows; i++) {
            const REAL *value = values + walks->leaves[t * stride + i] * n_targets;
            REAL *sum = sums + i * n_targets;
            if (votes->aggregate <= ORTL__AGGREGATE_SUM)
                for (size_t k = 0; k < n_targets; k++) sum[k] += value[k];
            else
                for (size_t k = 0; k < n_targets; k++)
                    sum[k] = COMBINE(votes->aggregate, sum[k], value[k], is_first);
        }
    }
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Walks of the rows whose keys were made down all trees. sums: of the shape of the votes. */
static void NAMED(run_trees)(const ortl__node_pack *pack, ortl__node_walks *walks, REAL *sums) {
    uint32_t most_trees = ORTL__NODE_WALKS >> walks->row_bits;
    for (uint32_t tree = 0; tree < pack->n_trees; tree += walks->n_trees) {
        uint32_t left = pack->n_trees - tree;
        walks->n_trees = left < most_trees ? left : most_trees;
        walks->node_begin = pack->node_begin + tree;
        pack->loops->walk(walks);
        if (pack->votes.shape == ORTL__VOTES_ONE)
            NAMED(add_one)(pack, walks, tree, sums);
        else
            NAMED(add_dense)(pack, walks, tree, sums);
    }
}

/* At most ORTL__NODE_ROWS rows through all trees. */
static void NAMED(run_block)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                             void *scratch) {
    uint32_t leaves[ORTL__NODE_WALKS + 1];
    size_t n_targets = pack->votes.n_targets;
    ortl__node_walks walks = {.nodes = pack->nodes,
                              .keys = scratch,
                              .n_rows = (uint32_t)rows->n_rows,
                              .row_bits = bits_of_rows(rows->n_rows),
                              .column_bits = pack->column_bits,
                              .leaves = leaves};
    pack->loops->make_keys(pack->columns, pack->n_columns, rows, walks.row_bits, scratch);
    if (pack->votes.shape == ORTL__VOTES_DENSE || n_targets == 1) {
        memset(sums, 0, rows->n_rows * n_targets * sizeof *sums);
        NAMED(run_trees)(pack, &walks, sums);
        return;
    }
    REAL *by_target = (REAL *)scratch + ((size_t)pack->n_columns << walks.row_bits);
    memset(by_target, 0, (n_targets << walks.row_bits) * sizeof *sums);
    NAMED(run_trees)(pack, &walks, by_target);
    for (size_t i = 0; i < rows->n_rows; i++)
        for (size_t k = 0; k < n_targets; k++)
            sums[i * n_targets + k] = by_target[(k << walks.row_bits) + i];
}

static void NAMED(run)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                       void *scratch) {
    for (size_t first = 0; first < rows->n_rows; first += ORTL__NODE_ROWS) {
        size_t left = rows->n_rows - first;
        const REAL *data = (const REAL *)rows->data + (ptrdiff_t)first * rows->row_stride;
        ortl__rows block = {data, left < ORTL__NODE_ROWS ? left : ORTL__NODE_ROWS, rows->row_stride,
                            rows->column_stride};
        NAMED(run_block)(pack, &block, sums + first * pack->votes.n_targets, scratch);
    }
}

/* ---- Building -------------------------------------------------------------------------------- */

/* The test at a place of the list, whose column is known. */
static NODE NAMED(make_test)(const ortl__node_pack *pack, const ortl__preorder_node *listed,
                             uint32_t place, const ortl__cut *cut, uint32_t column) {
    uint32_t low = place + 1, high = listed[place].high;
    int low_is_leaf = listed[low].high == 0, high_is_leaf = listed[high].high == 0;
    LINK link = (LINK)column << ORTL__LINK_FLAGS;
    LINK leap = (high - listed[high].leaf) - (low - listed[low].leaf); /* tests on the low side */
    if (low_is_leaf || high_is_leaf) leap = listed[low_is_leaf ? low : high].leaf;
    if (low_is_leaf) link |= ORTL__LINK_LOW_LEAF;
    if (high_is_leaf) link |= ORTL__LINK_HIGH_LEAF;
    link |= leap << (pack->column_bits + ORTL__LINK_FLAGS);
    return (NODE){(KEY)(cut->limit + 1), link};
}

/* Appends the tree that was listed. sides: see column_of. */
static void NAMED(pack_tree)(ortl__node_pack *pack, const ortl__preorder *preorder,
                             const uint32_t *sides, uint32_t tree) {
    const ortl__forest *forest = preorder->forest;
    NODE *nodes = (NODE *)pack->nodes; /* NULL when no tree has a test */
    size_t first = pack->node_begin[tree], n_values = ortl__votes_per_leaf(&pack->votes);
    REAL *values = (REAL *)pack->values + pack->leaf_begin[tree] * n_values;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        ortl__cut cut = {0};
        if (node->high == 0) {
            ortl__votes_copy(&pack->votes, forest, node->row, values + node->leaf * n_values);
            continue;
        }
        ortl__cut_of(forest, node->row, &cut);
        nodes[first + i - node->leaf] = NAMED(make_test)(
            pack, preorder->nodes, i, &cut, column_of(forest, sides, node->row, &cut));
    }
}
