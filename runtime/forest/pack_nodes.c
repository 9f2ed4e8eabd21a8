/*
 * Builds the node form, in place over the arrays of the forest where its nodes lie in pre-order
 * already, as exporters of deep forests write them; nodes_template.h walks it.
 */
#include "pack_nodes.h"

#include <string.h>

#define INLINE   __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 4")

/* Walks that overlap. */
enum { GROUP = 16 };

/* Keys of a block of rows stay in a first-level cache. */
enum { MOST_BLOCK_ROWS = 128, BLOCK_KEY_BYTES = 32768 };

static size_t key_bytes(const ortl__node_pack *pack) {
    return pack->is_double ? sizeof(int64_t) : sizeof(int32_t);
}

/* Rows of a block: a multiple of what the loops take. */
static size_t block_rows(const ortl__node_pack *pack) {
    size_t n = BLOCK_KEY_BYTES / (key_bytes(pack) * ((size_t)pack->n_columns + 1));
    if (n > MOST_BLOCK_ROWS) return MOST_BLOCK_ROWS;
    return n < pack->loops->n_rows ? pack->loops->n_rows
                                   : n / pack->loops->n_rows * pack->loops->n_rows;
}

static uint64_t n_roots(const ortl__node_pack *pack) {
    return (uint64_t)pack->n_trees + ORTL__NODE_MOST_TREES;
}

/* The column of a test. sides (2 x n_columns of the forest): columns by feature and side of NaN. */
static uint32_t column_of(const ortl__forest *forest, const uint32_t *sides, uint32_t row,
                          const ortl__cut *cut) {
    return sides[2 * (size_t)forest->feature[row] + (cut->nan_is_low != 0)];
}

static float combine_float(ortl__aggregate aggregate, float so_far, float vote, int is_first) {
    return ortl__votes_combine(aggregate, so_far, vote, is_first);
}

static double combine_double(ortl__aggregate aggregate, double so_far, double vote, int is_first) {
    switch (aggregate) {
    case ORTL__AGGREGATE_MIN: return is_first || vote < so_far ? vote : so_far;
    case ORTL__AGGREGATE_MAX: return is_first || vote > so_far ? vote : so_far;
    default: return so_far + vote;
    }
}

#define NAMED(x) x##_float
#define REAL     float
#define BITS     uint32_t
#define KEY      int32_t
#define NODE     ortl__node32
#define LINK     uint32_t
#define TO_KEY   ortl__key32
#define IS_NAN   ortl__is_nan32
#define KEY_LOW  ORTL__KEY32_LOW
#define KEY_HIGH ORTL__KEY32_HIGH
#define COMBINE  combine_float
#include "nodes_template.h"
#undef NAMED
#undef REAL
#undef BITS
#undef KEY
#undef NODE
#undef LINK
#undef TO_KEY
#undef IS_NAN
#undef KEY_LOW
#undef KEY_HIGH
#undef COMBINE

#define NAMED(x) x##_double
#define REAL     double
#define BITS     uint64_t
#define KEY      int64_t
#define NODE     ortl__node64
#define LINK     uint64_t
#define TO_KEY   ortl__key64
#define IS_NAN   ortl__is_nan64
#define KEY_LOW  ORTL__KEY64_LOW
#define KEY_HIGH ORTL__KEY64_HIGH
#define COMBINE  combine_double
#include "nodes_template.h"

const ortl__node_loops ortl__node_loops_plain = {
    make_keys_float, walk_rows_float, walk_trees_float, GROUP, GROUP, 1.6, 1.8};

static const ortl__node_loops loops_double = {
    make_keys_double, walk_rows_double, walk_trees_double, GROUP, GROUP, 1.6, 1.8};

/* ---- Columns --------------------------------------------------------------------------------- */

/* Column bits that leave room for the high children of every tree; 0 when there are none. */
static uint32_t bits_for(const ortl__survey *survey) {
    uint64_t most_columns = 2 * (uint64_t)survey->forest->n_features_used + 1;
    uint64_t most_nodes = 2 * (uint64_t)survey->max_leaves;
    for (uint32_t bits = 8; bits <= 16; bits += 4)
        if (most_columns <= (uint64_t)1 << bits &&
            (survey->forest->is_double || most_nodes <= (uint64_t)1 << (31 - bits)))
            return bits;
    return 0;
}

/* Numbers the columns that tests read, in order of features: sides as for column_of. */
static ortl_status number_columns(ortl__node_pack *pack, const ortl__forest *forest,
                                  uint32_t *sides, ortl_error *error) {
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        ortl__cut cut = {0};
        if (forest->test[row] == ORTL__MODE_LEAF || !ortl__cut_of(forest, row, &cut)) continue;
        sides[2 * (size_t)forest->feature[row] + (cut.nan_is_low != 0)] = 1;
    }
    for (size_t i = 0; i < 2 * (size_t)forest->n_columns; i++) pack->n_columns += sides[i];
    ortl_status status = ortl__memory_new(pack->memory, pack->n_columns, sizeof *pack->columns,
                                          &pack->columns, error);
    if (status != ORTL_OK) return status;
    uint32_t column = 0;
    for (uint32_t i = 0; i < 2 * forest->n_columns; i++) {
        if (!sides[i]) continue;
        pack->columns[column] = i;
        sides[i] = column++;
    }
    return ORTL_OK;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static size_t node_bytes(const ortl__node_pack *pack) {
    return pack->is_double ? sizeof(ortl__node64) : sizeof(ortl__node32);
}

/* Lists the trees one by one and copies them. */
static ortl_status copy_trees(ortl__node_pack *pack, const ortl__forest *forest,
                              const uint32_t *sides, ortl_error *error) {
    ortl__preorder preorder;
    uint64_t at = 0, leaf = 0;
    ortl_status status =
        ortl__memory_new(pack->memory, pack->n_nodes, node_bytes(pack), &pack->nodes, error);
    ortl__preorder_init(&preorder, forest);
    for (uint32_t tree = 0; tree < pack->n_trees && status == ORTL_OK; tree++) {
        int fits;
        status = ortl__preorder_tree(&preorder, tree, &fits, error);
        if (status != ORTL_OK) break;
        pack->roots[tree] = (uint32_t)at;
        if (pack->is_double)
            pack_tree_double(pack, &preorder, sides, at, leaf);
        else
            pack_tree_float(pack, &preorder, sides, at, leaf);
        at += preorder.n_nodes;
        leaf += preorder.n_leaves;
    }
    ortl__preorder_free(&preorder);
    return status;
}

/* Turns the rows of one tree, which lie in pre-order, into bounds (over value) and links (over
 * false_child). Returns the number of leaves so far. */
static uint64_t convert_tree(ortl__node_pack *pack, ortl__forest *forest, const uint32_t *sides,
                             uint64_t begin, uint64_t end, uint64_t n_leaves) {
    for (uint64_t i = begin; i < end; i++) {
        uint32_t row = (uint32_t)i;
        ortl__cut cut = {0};
        ortl__node32 node;
        if (forest->test[row] == ORTL__MODE_LEAF) {
            node = make_leaf_float(pack, forest, row, n_leaves++);
        } else {
            ortl__cut_of(forest, row, &cut);
            node = make_test_float(pack, &cut, ortl__cut_high(forest, row, &cut) - (i + 1),
                                   column_of(forest, sides, row, &cut));
        }
        memcpy((float *)forest->value + row, &node.bound, sizeof node.bound);
        forest->false_child[row] = node.link;
    }
    return n_leaves;
}

/* Frees an array of the forest that has n elements. */
static void drop_array(ortl__forest *forest, uint32_t **array, uint64_t n) {
    ortl__memory_free(forest->memory, *array, n, sizeof **array);
    *array = NULL;
}

/* Widens the bounds to whole nodes, from the last one back, with the links beside them. */
static ortl_status join_nodes(ortl__node_pack *pack, ortl__forest *forest, ortl_error *error) {
    void *block = forest->value;
    ortl_status status = ortl__memory_resize(pack->memory, &block, forest->n_nodes,
                                             2 * (uint64_t)forest->n_nodes, sizeof(int32_t), error);
    if (status != ORTL_OK) return status;
    forest->value = NULL;
    pack->nodes = block;
    pack->n_nodes = forest->n_nodes;
    for (uint64_t i = forest->n_nodes; i-- > 0;) {
        ortl__node32 node = {((const int32_t *)block)[i], forest->false_child[i]};
        memcpy((char *)block + i * sizeof node, &node, sizeof node);
    }
    drop_array(forest, &forest->false_child, forest->n_nodes);
    return ORTL_OK;
}

/* Makes the nodes where the arrays of the forest lie. */
static ortl_status convert_trees(ortl__node_pack *pack, ortl__forest *forest, const uint32_t *sides,
                                 ortl_error *error) {
    uint64_t n_leaves = 0;
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        uint64_t begin = forest->roots[tree];
        uint64_t end = tree + 1 < pack->n_trees ? forest->roots[tree + 1] : pack->n_nodes;
        pack->roots[tree] = (uint32_t)begin;
        n_leaves = convert_tree(pack, forest, sides, begin, end, n_leaves);
    }
    drop_array(forest, &forest->true_child, forest->n_nodes);
    drop_array(forest, &forest->feature, forest->n_nodes);
    drop_array(forest, &forest->weight_target, forest->n_weights);
    ortl__memory_free(forest->memory, forest->test, forest->n_nodes, 1);
    ortl__memory_free(forest->memory, forest->weight, forest->n_weights, sizeof(float));
    forest->test = NULL;
    forest->weight = NULL;
    return join_nodes(pack, forest, error);
}

/* ---- The form -------------------------------------------------------------------------------- */

static int can_hold(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    int has_loops = !survey->forest->is_double || kernel->loops == &ortl__node_loops_plain;
    return has_loops && bits_for(survey) != 0 && survey->n_tests + survey->n_leaves <= INT32_MAX;
}

static void pack_free(void *state) {
    ortl__node_pack *pack = state;
    size_t real_bytes = pack->is_double ? sizeof(double) : sizeof(float);
    if (pack->votes.memory != NULL) ortl__votes_free(&pack->votes);
    ortl__memory_free(pack->memory, pack->columns, pack->n_columns, sizeof *pack->columns);
    ortl__memory_free(pack->memory, pack->roots, n_roots(pack), sizeof *pack->roots);
    ortl__memory_free(pack->memory, pack->nodes, pack->n_nodes, node_bytes(pack));
    ortl__memory_free(pack->memory, pack->values, pack->n_values, real_bytes);
    ortl__memory_free(pack->memory, pack, 1, sizeof *pack);
}

static ortl_status fill(ortl__node_pack *pack, const ortl__survey *survey, ortl__forest *forest,
                        int may_consume, ortl_error *error) {
    uint64_t n_sides = 2 * (uint64_t)forest->n_columns;
    size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
    uint32_t *sides = NULL;
    if (survey->votes.shape == ORTL__VOTES_DENSE)
        pack->n_values = survey->n_leaves * forest->n_targets;
    ortl_status status = ortl__memory_new_zero(pack->memory, n_sides, sizeof *sides, &sides, error);
    if (status == ORTL_OK) status = number_columns(pack, forest, sides, error);
    if (status == ORTL_OK)
        status = ortl__memory_new_zero(pack->memory, n_roots(pack), sizeof *pack->roots,
                                       &pack->roots, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(pack->memory, pack->n_values, real_bytes, &pack->values, error);
    if (status == ORTL_OK) {
        if (may_consume && survey->is_preorder && !forest->is_double)
            status = convert_trees(pack, forest, sides, error);
        else
            status = copy_trees(pack, forest, sides, error);
    }
    ortl__memory_free(pack->memory, sides, n_sides, sizeof *sides);
    return status;
}

static ortl_status build(ortl__survey *survey, ortl__forest *forest, int may_consume, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error) {
    ortl__node_pack *pack = NULL;
    (void)cpu;
    ortl_status status = ortl__memory_new_zero(forest->memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = forest->memory;
    pack->is_double = forest->is_double;
    pack->loops = forest->is_double ? &loops_double : kernel->loops;
    pack->n_trees = forest->n_trees;
    pack->n_nodes = survey->n_tests + survey->n_leaves;
    pack->column_bits = bits_for(survey);
    status = ortl__votes_copy_shape(&pack->votes, &survey->votes, error);
    if (status == ORTL_OK) status = fill(pack, survey, forest, may_consume, error);
    if (status == ORTL_OK)
        *state_out = pack;
    else
        pack_free(pack);
    return status;
}

static void run(const void *state, const ortl__rows *rows, void *sums, uint8_t *voted,
                void *scratch) {
    const ortl__node_pack *pack = state;
    if (pack->is_double)
        run_double(pack, rows, sums, scratch);
    else
        run_float(pack, rows, sums, scratch);
    ortl__votes_mark(&pack->votes, rows->n_rows, voted);
}

static uint64_t scratch_bytes(const void *state, size_t n_rows) {
    const ortl__node_pack *pack = state;
    size_t n = n_rows < block_rows(pack) ? n_rows : block_rows(pack);
    return n * key_bytes(pack) * ((uint64_t)pack->n_columns + 1);
}

static uint64_t bytes(const void *state) {
    const ortl__node_pack *pack = state;
    size_t real_bytes = pack->is_double ? sizeof(double) : sizeof(float);
    return sizeof *pack + ortl__votes_bytes(&pack->votes) +
           pack->n_columns * (uint64_t)sizeof *pack->columns + n_roots(pack) * sizeof *pack->roots +
           pack->n_nodes * node_bytes(pack) + pack->n_values * real_bytes;
}

/* Nanoseconds for a key, and for what comes with each tree, by rule of thumb. */
#define KEY_COST  0.5
#define TREE_COST 2.0

/* A visit costs about the same in trees of all sizes that caches hold, and a group is walked as
 * long as its longest walk. */
static double cost(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows) {
    const ortl__node_loops *loops = kernel->loops;
    double visit_cost = n_rows < loops->n_rows ? loops->tree_cost : loops->row_cost;
    uint32_t n_groups = (survey->forest->n_trees + loops->n_trees - 1) / loops->n_trees;
    double n_trees = n_rows < loops->n_rows ? n_groups * loops->n_trees : survey->forest->n_trees;
    double depth = (double)survey->forest->steps_per_row / survey->forest->n_trees;
    return KEY_COST * 2 * survey->forest->n_features_used +
           n_trees * (TREE_COST + depth * visit_cost);
}

const ortl__form ortl__form_nodes = {can_hold, cost, build, run, scratch_bytes, bytes, pack_free};
