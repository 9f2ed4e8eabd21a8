/*
 * Builds the node form; nodes_template.h and nodes_vector_template.h walk it.
 */
#include "pack_nodes.h"

#include <string.h>

#define INLINE   __attribute__((always_inline)) static inline
#define UNROLLED _Pragma("GCC unroll 8")

static size_t key_bytes(const ortl__node_pack *pack) {
    return pack->is_double ? sizeof(int64_t) : sizeof(int32_t);
}

/* Walks that are under way at a time in the plain loops. More wait for the deepest leaf of more. */
enum { IN_FLIGHT = 8 };

/* Levels near the root of a tree that lie level by level. */
enum { NEAR_LEVELS = 6 };

/* Bits that number so many rows, at most ORTL__NODE_ROWS. */
static unsigned bits_of_rows(size_t n_rows) {
    unsigned bits = 0;
    while (((size_t)1 << bits) < n_rows) bits++;
    return bits;
}

/* Scratch of at most so many rows, no more than ORTL__NODE_ROWS: keys, and sums by target. */
static uint64_t part_bytes(const ortl__node_pack *pack, size_t n_rows) {
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    return ((pack->n_columns + n_sums) << bits_of_rows(n_rows)) * key_bytes(pack);
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
#define NODE     ortl__node32
#define TO_KEY   ortl__key32
#define IS_NAN   ortl__is_nan32
#define COMBINE  combine_float
#include "nodes_template.h"
#undef NAMED
#undef REAL
#undef BITS
#undef NODE
#undef TO_KEY
#undef IS_NAN
#undef COMBINE

#define NAMED(x) x##_double
#define REAL     double
#define BITS     uint64_t
#define NODE     ortl__node64
#define TO_KEY   ortl__key64
#define IS_NAN   ortl__is_nan64
#define COMBINE  combine_double
#include "nodes_template.h"

void ortl__node_keys_by_column(const uint32_t *columns, uint32_t n_columns, const ortl__rows *rows,
                               unsigned row_bits, void *keys) {
    put_keys_float(columns, n_columns, rows, (size_t)1 << row_bits, 1, keys);
}

const ortl__node_loops ortl__node_loops_plain = {keys_by_row_float, walk_float, 1.15};

static const ortl__node_loops loops_double = {keys_by_row_double, walk_double, 1.15};

/* ---- Columns --------------------------------------------------------------------------------- */

/* Column bits that leave room for leaps over every tree; 0 when there are none. */
static uint32_t bits_for(const ortl__survey *survey) {
    uint64_t most_columns = 2 * (uint64_t)survey->forest->n_features_used + 1;
    uint32_t bits = 8;
    while (most_columns > (uint64_t)1 << bits) bits++;
    uint32_t leap_bits = survey->forest->is_double ? 32 : 32 - bits;
    return bits < 32 && 2 * (uint64_t)survey->max_leaves <= (uint64_t)1 << leap_bits ? bits : 0;
}

/* Numbers the columns that tests read, from 1 on, in order of features: sides as for column_of. */
static ortl_status number_columns(ortl__node_pack *pack, const ortl__forest *forest,
                                  uint32_t *sides, ortl_error *error) {
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        ortl__cut cut = {0};
        if (forest->test[row] == ORTL__MODE_LEAF || !ortl__cut_of(forest, row, &cut)) continue;
        sides[2 * (size_t)forest->feature[row] + (cut.nan_is_low != 0)] = 1;
    }
    for (size_t i = 0; i < 2 * (size_t)forest->n_columns; i++) pack->n_columns += sides[i];
    pack->n_columns++; /* the one of leaves */
    ortl_status status = ortl__memory_new(pack->memory, pack->n_columns, sizeof *pack->columns,
                                          &pack->columns, error);
    if (status != ORTL_OK) return status;
    uint32_t column = 0;
    pack->columns[column++] = 0;
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

/* Numbers the children of the tests that were listed: pairs (n_nodes). Those near the root come
 * level by level, because most rows pass there: so they share cache lines. */
static void number_pairs(const ortl__preorder *preorder, uint32_t *pairs) {
    const ortl__preorder_node *nodes = preorder->nodes;
    uint32_t next[NEAR_LEVELS + 2] = {0}; /* by level, all below the top as one */
    pairs[0] = 0;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        uint32_t level = pairs[i];
        if (nodes[i].high == 0) continue;
        next[level + 1]++;
        pairs[i + 1] = pairs[nodes[i].high] = level < NEAR_LEVELS ? level + 1 : NEAR_LEVELS;
    }
    for (uint32_t level = 1; level <= NEAR_LEVELS; level++) next[level] += next[level - 1];
    for (uint32_t i = 0; i < preorder->n_nodes; i++)
        if (nodes[i].high != 0) pairs[i] = next[pairs[i]]++;
}

static ortl_status pack_trees(ortl__node_pack *pack, const ortl__forest *forest,
                              const uint32_t *sides, uint32_t *pairs, ortl_error *error) {
    ortl__preorder preorder;
    ortl_status status = ORTL_OK;
    ortl__preorder_init(&preorder, forest, NULL);
    memset(pack->nodes, 0, node_bytes(pack)); /* a leaf, for whoever has no walk */
    uint32_t root = 1, leaf = 0;
    for (uint32_t tree = 0; tree < pack->n_trees && status == ORTL_OK; tree++) {
        int fits;
        status = ortl__preorder_tree(&preorder, tree, &fits, error);
        if (status != ORTL_OK) break;
        number_pairs(&preorder, pairs);
        pack->roots[tree] = root;
        if (pack->is_double)
            pack_tree_double(pack, &preorder, sides, pairs, root, leaf);
        else
            pack_tree_float(pack, &preorder, sides, pairs, root, leaf);
        root += preorder.n_nodes + 1;
        leaf += preorder.n_leaves;
    }
    ortl__preorder_free(&preorder);
    return status;
}

/* ---- The form -------------------------------------------------------------------------------- */

/* Every tree has an odd number of nodes. One more keeps pairs of children in one cache line. */
static uint64_t count_nodes(const ortl__survey *survey) {
    return survey->n_tests + survey->n_leaves + survey->forest->n_trees + 1;
}

static int can_hold(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    if (survey->has_sets) return 0;
    int has_loops = !survey->forest->is_double || kernel->loops == &ortl__node_loops_plain;
    return has_loops && bits_for(survey) != 0 && count_nodes(survey) <= INT32_MAX;
}

static size_t value_bytes(const ortl__node_pack *pack) {
    return pack->is_double ? sizeof(double) : sizeof(float);
}

static void pack_free(void *state) {
    ortl__node_pack *pack = state;
    if (pack->votes.memory != NULL) ortl__votes_free(&pack->votes);
    ortl__memory_free(pack->memory, pack->columns, pack->n_columns, sizeof *pack->columns);
    ortl__memory_free(pack->memory, pack->roots, pack->n_trees, sizeof *pack->roots);
    ortl__memory_free(pack->memory, pack->nodes, pack->n_nodes, node_bytes(pack));
    ortl__memory_free(pack->memory, pack->values, pack->n_values, value_bytes(pack));
    ortl__memory_free(pack->memory, pack, 1, sizeof *pack);
}

static ortl_status reserve(ortl__node_pack *pack, ortl_error *error) {
    ortl_status status =
        ortl__memory_new(pack->memory, pack->n_trees, sizeof *pack->roots, &pack->roots, error);
    if (status == ORTL_OK)
        status =
            ortl__memory_new(pack->memory, pack->n_nodes, node_bytes(pack), &pack->nodes, error);
    if (status == ORTL_OK)
        status =
            ortl__memory_new(pack->memory, pack->n_values, value_bytes(pack), &pack->values, error);
    return status;
}

static ortl_status fill(ortl__node_pack *pack, const ortl__survey *survey,
                        const ortl__forest *forest, ortl_error *error) {
    uint64_t n_sides = 2 * (uint64_t)forest->n_columns, n_pairs = 2 * (uint64_t)survey->max_leaves;
    uint32_t *sides = NULL, *pairs = NULL;
    ortl_status status = ortl__memory_new_zero(pack->memory, n_sides, sizeof *sides, &sides, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(pack->memory, n_pairs, sizeof *pairs, &pairs, error);
    if (status == ORTL_OK) status = number_columns(pack, forest, sides, error);
    if (status == ORTL_OK) status = reserve(pack, error);
    if (status == ORTL_OK) status = pack_trees(pack, forest, sides, pairs, error);
    ortl__memory_free(pack->memory, pairs, n_pairs, sizeof *pairs);
    ortl__memory_free(pack->memory, sides, n_sides, sizeof *sides);
    return status;
}

static ortl_status build(ortl__survey *survey, const ortl__forest *forest, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error) {
    ortl__node_pack *pack = NULL;
    (void)cpu;
    ortl_status status = ortl__memory_new_zero(forest->memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = forest->memory;
    pack->is_double = forest->is_double;
    pack->loops = forest->is_double ? &loops_double : kernel->loops;
    pack->n_trees = forest->n_trees;
    pack->n_nodes = (uint32_t)count_nodes(survey);
    if (survey->votes.shape == ORTL__VOTES_DENSE)
        pack->n_values = survey->n_leaves * survey->votes.n_targets;
    pack->column_bits = bits_for(survey);
    status = ortl__votes_copy_shape(&pack->votes, &survey->votes, error);
    if (status == ORTL_OK) status = fill(pack, survey, forest, error);
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
    const size_t most = (size_t)ORTL__NODE_ROWS * ORTL__NODE_PARTS;
    if (n_rows <= ORTL__NODE_ROWS) return part_bytes(state, n_rows);
    size_t n_parts = n_rows < most ? (n_rows - 1) / ORTL__NODE_ROWS + 1 : ORTL__NODE_PARTS;
    return n_parts * part_bytes(state, ORTL__NODE_ROWS);
}

/* Nanoseconds for a key, and for what comes with each tree, by rule of thumb. */
#define KEY_COST  0.5
#define TREE_COST 2.0

/* What a visit of a single row costs more: it waits for memory that many rows share. */
#define ROW_SURCHARGE 1.2

static double cost(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows) {
    const ortl__node_loops *loops = kernel->loops;
    double visit_cost = loops->visit_cost * (1 + ROW_SURCHARGE / (double)n_rows);
    return KEY_COST * survey->forest->n_features_used + TREE_COST * survey->forest->n_trees +
           (double)survey->forest->steps_per_row * visit_cost;
}

const ortl__form ortl__form_nodes = {can_hold, cost, build, run, scratch_bytes, pack_free};
