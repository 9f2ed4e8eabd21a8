/*
 * Walking the node form (pack_nodes.h) for one type of reals. Parameters, defined by the file that
 * includes this:
 *   NAMED(x)  the name of function x for this type
 *   REAL      float or double
 *   BITS      unsigned integer of that size
 *   NODE      ortl__node32 or ortl__node64
 *   COMBINE   one vote, as ortl__votes_combine
 *   TO_KEY    bits -> key, IS_NAN bits -> NaN or not, see cut.h
 */

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Numbers without signs in the order of the keys and limits of cut.h, NaN the lowest or highest. */
#define RAISED(key) ((BITS)(key) ^ (BITS)1 << (8 * sizeof(BITS) - 1))

/* Keys of column j and row i at j * column_step + i * row_step. */
INLINE void NAMED(put_keys)(const ortl__node_pack *pack, const ortl__rows *rows, size_t column_step,
                            size_t row_step, BITS *keys) {
    const uint32_t *columns = pack->columns;
    for (size_t i = 0; i < rows->n_rows; i++, keys += row_step) {
        const REAL *row = (const REAL *)rows->data + (ptrdiff_t)i * rows->row_stride;
        keys[0] = 0;
        for (uint32_t j = 1; j < pack->n_columns; j++) {
            BITS bits;
            memcpy(&bits, row + (ptrdiff_t)(columns[j] >> 1) * rows->column_stride, sizeof bits);
            BITS of_nan = columns[j] & 1 ? 0 : (BITS)-1;
            keys[j * column_step] = IS_NAN(bits) ? of_nan : RAISED(TO_KEY(bits));
        }
    }
}

/* keys (1 << row_bits, key_stride). */
static void NAMED(keys_by_row)(const ortl__node_pack *pack, const ortl__rows *rows,
                               unsigned row_bits, void *keys) {
    (void)row_bits;
    NAMED(put_keys)(pack, rows, 1, pack->key_stride, keys);
}

/* ---- Walking --------------------------------------------------------------------------------- */

/* Takes IN_FLIGHT walks from their places to their leaves. */
INLINE void NAMED(descend)(const NODE *nodes, size_t *places, const BITS *const *keys,
                           const unsigned column_bits) {
    size_t at[IN_FLIGHT];
    size_t leaps;
    UNROLLED for (int r = 0; r < IN_FLIGHT; r++) at[r] = places[r];
    do {
        leaps = 0;
        UNROLLED for (int r = 0; r < IN_FLIGHT; r++) {
            const NODE node = nodes[at[r]];
            const size_t leap = (size_t)(node.link >> column_bits);
            const size_t column = (size_t)(node.link & (((BITS)1 << column_bits) - 1));
            at[r] += leap + (node.limit < keys[r][column]);
            leaps |= leap;
        }
    } while (leaps != 0);
    UNROLLED for (int r = 0; r < IN_FLIGHT; r++) places[r] = at[r];
}

static void NAMED(walk)(const ortl__node_walks *walks) {
    const uint32_t n = walks->n_trees * walks->n_rows;
    uint32_t tree = 0, row = 0;
    for (uint32_t i = 0; i < n; i += IN_FLIGHT) {
        size_t places[IN_FLIGHT], ids[IN_FLIGHT];
        const BITS *keys[IN_FLIGHT];
        for (uint32_t r = 0; r < IN_FLIGHT; r++) { /* the last walk as often as needed */
            ids[r] = (size_t)tree << walks->row_bits | row;
            places[r] = walks->roots[tree];
            keys[r] = (const BITS *)walks->keys + (size_t)row * walks->key_stride;
            if (i + r + 1 < n && ++row == walks->n_rows) row = 0, tree++;
        }
        if (walks->column_bits == 8)
            NAMED(descend)(walks->nodes, places, keys, 8);
        else
            NAMED(descend)(walks->nodes, places, keys, walks->column_bits);
        UNROLLED for (uint32_t r = 0; r < IN_FLIGHT; r++)((BITS *)walks->given)[ids[r]] =
            ((const NODE *)walks->nodes)[places[r]].limit;
    }
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

static inline REAL NAMED(real_of)(BITS bits) {
    REAL real;
    memcpy(&real, &bits, sizeof real);
    return real;
}

/* sums[i] += what n bits give. Eight at a time, which compilers turn into vectors. */
static void NAMED(add)(const BITS *restrict given, uint32_t n, REAL *restrict sums) {
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8)
        UNROLLED for (uint32_t k = i; k < i + 8; k++) sums[k] += NAMED(real_of)(given[k]);
    for (; i < n; i++) sums[i] += NAMED(real_of)(given[i]);
}

/* Adds one value for each row, from one tree: sums (n_rows). */
static void NAMED(add_tree)(const ortl__node_pack *pack, uint32_t tree, const BITS *given,
                            uint32_t n_rows, REAL *sums) {
    const ortl__votes *votes = &pack->votes;
    if (votes->aggregate > ORTL__AGGREGATE_SUM) {
        for (uint32_t i = 0; i < n_rows; i++)
            sums[i] =
                COMBINE(votes->aggregate, sums[i], NAMED(real_of)(given[i]), votes->is_first[tree]);
    } else {
        NAMED(add)(given, n_rows, sums);
    }
}

/* The sums of a single row, (n_targets), in a register as long as trees have the same target: going
 * through memory takes thrice as long. */
static void NAMED(add_row)(const ortl__node_pack *pack, const ortl__node_walks *walks,
                           uint32_t first_tree, REAL *sums) {
    const BITS *given = walks->given;
    uint32_t target = ortl__votes_target(&pack->votes, first_tree);
    REAL sum = sums[target];
    for (uint32_t t = 0; t < walks->n_trees; t++) {
        uint32_t next = ortl__votes_target(&pack->votes, first_tree + t);
        if (next != target) {
            sums[target] = sum;
            target = next;
            sum = sums[target];
        }
        sum += NAMED(real_of)(given[t]);
    }
    sums[target] = sum;
}

/* Trees that give one value each, from first_tree on: sums (n_targets, n_rows). */
static void NAMED(add_one)(const ortl__node_pack *pack, const ortl__node_walks *walks,
                           uint32_t first_tree, REAL *sums) {
    const ortl__votes *votes = &pack->votes;
    const BITS *given = walks->given;
    if (walks->n_rows == 1 && votes->aggregate <= ORTL__AGGREGATE_SUM) {
        NAMED(add_row)(pack, walks, first_tree, sums);
        return;
    }
    for (uint32_t t = 0; t < walks->n_trees; t++, given += (size_t)1 << walks->row_bits) {
        size_t target = ortl__votes_target(votes, first_tree + t);
        NAMED(add_tree)
        (pack, first_tree + t, given, walks->n_rows, sums + target * walks->n_rows);
    }
}

#define NAMED_VECTORS(x) NAMED(x##_vectors)
#define LEAF             BITS
#include "add_vectors_template.h"

/* Trees that give one value for each target: sums (n_rows, n_targets). */
static void NAMED(add_dense)(const ortl__node_pack *pack, const ortl__node_walks *walks,
                             uint32_t first_tree, REAL *sums) {
    const ortl__votes *votes = &pack->votes;
    const size_t n_targets = votes->n_targets;
    for (uint32_t t = 0; t < walks->n_trees; t++) {
        const BITS *given = (const BITS *)walks->given + ((size_t)t << walks->row_bits);
        int is_first = votes->is_first[first_tree + t];
        if (votes->aggregate <= ORTL__AGGREGATE_SUM) {
            NAMED(add_vectors)(pack->values, given, walks->n_rows, n_targets, sums);
            continue;
        }
        for (uint32_t i = 0; i < walks->n_rows; i++) {
            const REAL *value = (const REAL *)pack->values + (size_t)given[i] * n_targets;
            REAL *sum = sums + i * n_targets;
            for (size_t k = 0; k < n_targets; k++)
                sum[k] = COMBINE(votes->aggregate, sum[k], value[k], is_first);
        }
    }
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Some rows on their way. */
typedef struct NAMED(part) {
    ortl__node_walks walks;
    REAL *sums;     /* of the shape of the votes */
    REAL *sums_out; /* (n_rows, n_targets) the same, where the shape is that */
} NAMED(part);

/* Makes keys of at most ORTL__NODE_ROWS rows. */
static void NAMED(begin_part)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                              void *scratch, NAMED(part) * part) {
    const size_t n_targets = pack->votes.n_targets;
    const unsigned row_bits = bits_of_rows(rows->n_rows);
    *part = (NAMED(part)){.walks = {.nodes = pack->nodes,
                                    .keys = scratch,
                                    .n_rows = (uint32_t)rows->n_rows,
                                    .row_bits = row_bits,
                                    .key_stride = pack->key_stride,
                                    .column_bits = pack->column_bits},
                          .sums = sums,
                          .sums_out = sums};
    if (pack->votes.shape == ORTL__VOTES_ONE && n_targets > 1)
        part->sums = (REAL *)scratch + ((size_t)pack->key_stride << row_bits);
    memset(part->sums, 0, rows->n_rows * n_targets * sizeof *sums);
    pack->loops->make_keys(pack, rows, row_bits, scratch);
}

/* Walks of the rows of all parts down all trees, some trees at a time, which stay in a near cache
 * until all parts have passed. The first part has the most rows. */
static void NAMED(run_trees)(const ortl__node_pack *pack, NAMED(part) * parts, size_t n_parts,
                             BITS *given) {
    const uint32_t most_trees = trees_at_once(pack, parts[0].walks.row_bits);
    for (uint32_t tree = 0; tree < pack->n_trees; tree += most_trees) {
        uint32_t left = pack->n_trees - tree;
        for (size_t i = 0; i < n_parts; i++) {
            ortl__node_walks *walks = &parts[i].walks;
            walks->given = given;
            walks->n_trees = left < most_trees ? left : most_trees;
            walks->roots = pack->roots + tree;
            pack->loops->walk(walks);
            if (pack->votes.shape == ORTL__VOTES_ONE)
                NAMED(add_one)(pack, walks, tree, parts[i].sums);
            else
                NAMED(add_dense)(pack, walks, tree, parts[i].sums);
        }
    }
}

static void NAMED(end_part)(const ortl__node_pack *pack, const NAMED(part) * part) {
    const size_t n_targets = pack->votes.n_targets, n_rows = part->walks.n_rows;
    if (part->sums == part->sums_out) return;
    for (size_t i = 0; i < n_rows; i++)
        for (size_t k = 0; k < n_targets; k++)
            part->sums_out[i * n_targets + k] = part->sums[k * n_rows + i];
}

static void NAMED(run)(const ortl__node_pack *pack, const ortl__rows *rows, REAL *sums,
                       void *scratch) {
    NAMED(part) parts[ORTL__NODE_PARTS];
    char *first_part = (char *)scratch + given_bytes(pack, rows->n_rows);
    for (size_t first = 0; first < rows->n_rows;) {
        size_t n_parts = 0;
        for (; n_parts < ORTL__NODE_PARTS && first < rows->n_rows; n_parts++) {
            ortl__rows part = *rows;
            part.data = (const REAL *)rows->data + (ptrdiff_t)first * rows->row_stride;
            part.n_rows = rows->n_rows - first;
            if (part.n_rows > ORTL__NODE_ROWS) part.n_rows = ORTL__NODE_ROWS;
            NAMED(begin_part)
            (pack, &part, sums + first * pack->votes.n_targets,
             first_part + n_parts * part_bytes(pack, ORTL__NODE_ROWS), &parts[n_parts]);
            first += part.n_rows;
        }
        NAMED(run_trees)(pack, parts, n_parts, scratch);
        for (size_t i = 0; i < n_parts; i++) NAMED(end_part)(pack, &parts[i]);
    }
}

/* ---- Building -------------------------------------------------------------------------------- */

/* Writes a node of the list to its place. children: where those of a test lie; leaf: the number of
 * a leaf. */
static void NAMED(put_node)(const ortl__node_pack *pack, const ortl__preorder *preorder,
                            const uint32_t *sides, const ortl__preorder_node *listed,
                            uint32_t place, uint32_t children, uint32_t leaf) {
    const ortl__forest *forest = preorder->forest;
    NODE *node = (NODE *)pack->nodes + place;
    ortl__cut cut = {0};
    *node = (NODE){leaf, 0};
    if (listed->high != 0) {
        ortl__cut_of(forest, listed->row, &cut);
        node->limit = RAISED(cut.limit);
        node->link = (BITS)(children - place) << pack->column_bits |
                     column_of(forest, sides, listed->row, &cut);
    } else if (pack->votes.shape == ORTL__VOTES_ONE) {
        ortl__votes_copy(&pack->votes, forest, listed->row, &node->limit);
    } else {
        ortl__votes_copy(&pack->votes, forest, listed->row,
                         (REAL *)pack->values + (size_t)leaf * pack->votes.n_targets);
    }
}

/* Appends the tree that was listed. sides: see column_of; numbers: see number_pairs. */
static void NAMED(pack_tree)(const ortl__node_pack *pack, const ortl__preorder *preorder,
                             const uint32_t *sides, const numbered *numbers, uint32_t root,
                             uint32_t first_leaf) {
    const ortl__preorder_node *nodes = preorder->nodes;
#define CHILDREN(i) (root + 1 + 2 * numbers[i].pair)
#define PUT(i, place)                                                                              \
    NAMED(put_node)                                                                                \
    (pack, preorder, sides, &nodes[i], place, CHILDREN(i), first_leaf + nodes[i].leaf)
    PUT(0, root);
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        if (nodes[i].high == 0) continue;
        PUT(i + 1, CHILDREN(i));
        PUT(nodes[i].high, CHILDREN(i) + 1);
    }
#undef CHILDREN
#undef PUT
}

#undef RAISED
