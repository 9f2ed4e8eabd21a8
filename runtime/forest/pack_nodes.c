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

/* Bits that number so many rows, at most ORTL__NODE_ROWS. */
static unsigned bits_of_rows(size_t n_rows) {
    unsigned bits = 0;
    while (((size_t)1 << bits) < n_rows) bits++;
    return bits;
}

/* Scratch of at most so many rows, no more than ORTL__NODE_ROWS: keys, and sums by target. */
static uint64_t part_bytes(const ortl__node_pack *pack, size_t n_rows) {
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    return ((pack->key_stride + n_sums) << bits_of_rows(n_rows)) * key_bytes(pack);
}

/* Trees that 1 << row_bits rows walk down at a time: as few times as walks allow, and much the same
 * number each time. */
static uint32_t trees_at_once(const ortl__node_pack *pack, unsigned row_bits) {
    uint32_t n_trees = pack->n_trees, most = pack->loops->most_walks >> row_bits;
    uint32_t n_times = n_trees / most + (n_trees % most != 0);
    return n_times < 2 ? n_trees : n_trees / n_times + (n_trees % n_times != 0);
}

/* Scratch for what the walks of at most so many rows give, whole cache lines. */
static uint64_t given_bytes(const ortl__node_pack *pack, size_t n_rows) {
    unsigned row_bits = bits_of_rows(n_rows < ORTL__NODE_ROWS ? n_rows : ORTL__NODE_ROWS);
    uint64_t n_walks = (uint64_t)trees_at_once(pack, row_bits) << row_bits;
    return (n_walks * key_bytes(pack) + 63) / 64 * 64;
}

/* For each node of a tree that was listed, the tests in the subtree below it, and the number of the
 * pair of its children. */
typedef struct numbered {
    uint32_t n_tests;
    uint32_t pair;
} numbered;

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

void ortl__node_keys_by_row(const ortl__node_pack *pack, const ortl__rows *rows, unsigned row_bits,
                            void *keys) {
    keys_by_row_float(pack, rows, row_bits, keys);
}

void ortl__node_keys_by_column(const ortl__node_pack *pack, const ortl__rows *rows,
                               unsigned row_bits, void *keys) {
    put_keys_float(pack, rows, (size_t)1 << row_bits, 1, keys);
}

const ortl__node_loops ortl__node_loops_plain = {
    .make_keys = keys_by_row_float, .walk = walk_float, .visit_cost = 1.15, .most_walks = 4096};

static const ortl__node_loops loops_double = {
    .make_keys = keys_by_row_double, .walk = walk_double, .visit_cost = 1.15, .most_walks = 4096};

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

/* Turns to the loops for so many columns. */
static void choose_loops(ortl__node_pack *pack) {
    uint32_t most = pack->loops->most_columns;
    pack->key_stride = pack->n_columns;
    if (most == 0) return;
    if (pack->n_columns > most)
        pack->loops = pack->loops->with_more_columns;
    else
        for (pack->key_stride = 32; pack->key_stride < pack->n_columns;) pack->key_stride *= 2;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static size_t node_bytes(const ortl__node_pack *pack) {
    return pack->is_double ? sizeof(ortl__node64) : sizeof(ortl__node32);
}

/* Numbers the pairs: numbers (n_nodes). A test is followed by its larger side, where most rows go
 * on: so they stay in a cache line more often. */
static void number_pairs(const ortl__preorder *preorder, numbered *numbers) {
    const ortl__preorder_node *nodes = preorder->nodes;
    for (uint32_t i = preorder->n_nodes; i-- > 0;) {
        uint32_t high = nodes[i].high;
        numbers[i].n_tests = high != 0 ? 1 + numbers[i + 1].n_tests + numbers[high].n_tests : 0;
    }
    numbers[0].pair = 0;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        if (nodes[i].high == 0) continue;
        numbered *first = &numbers[i + 1], *second = &numbers[nodes[i].high];
        if (first->n_tests < second->n_tests) {
            first = second;
            second = &numbers[i + 1];
        }
        first->pair = numbers[i].pair + 1;
        second->pair = first->pair + first->n_tests;
    }
}

static ortl_status pack_trees(ortl__node_pack *pack, const ortl__forest *forest,
                              const uint32_t *sides, numbered *numbers, ortl_error *error) {
    ortl__preorder preorder;
    ortl_status status = ORTL_OK;
    ortl__preorder_init(&preorder, forest, NULL);
    memset(pack->nodes, 0, node_bytes(pack)); /* a leaf, for whoever has no walk */
    uint32_t root = 1, leaf = 0;
    for (uint32_t tree = 0; tree < pack->n_trees && status == ORTL_OK; tree++) {
        int fits;
        status = ortl__preorder_tree(&preorder, tree, &fits, error);
        if (status != ORTL_OK) break;
        number_pairs(&preorder, numbers);
        pack->roots[tree] = root;
        if (pack->is_double)
            pack_tree_double(pack, &preorder, sides, numbers, root, leaf);
        else
            pack_tree_float(pack, &preorder, sides, numbers, root, leaf);
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
    uint64_t n_sides = 2 * (uint64_t)forest->n_columns;
    uint64_t n_numbers = 2 * (uint64_t)survey->max_leaves;
    uint32_t *sides = NULL;
    numbered *numbers = NULL;
    ortl_status status = ortl__memory_new_zero(pack->memory, n_sides, sizeof *sides, &sides, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(pack->memory, n_numbers, sizeof *numbers, &numbers, error);
    if (status == ORTL_OK) status = number_columns(pack, forest, sides, error);
    if (status == ORTL_OK) choose_loops(pack);
    if (status == ORTL_OK) status = reserve(pack, error);
    if (status == ORTL_OK) status = pack_trees(pack, forest, sides, numbers, error);
    ortl__memory_free(pack->memory, numbers, n_numbers, sizeof *numbers);
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
    if (n_rows <= ORTL__NODE_ROWS) return given_bytes(state, n_rows) + part_bytes(state, n_rows);
    size_t n_parts = n_rows < most ? (n_rows - 1) / ORTL__NODE_ROWS + 1 : ORTL__NODE_PARTS;
    return given_bytes(state, n_rows) + n_parts * part_bytes(state, ORTL__NODE_ROWS);
}

/* Nanoseconds for a key, and for what comes with each tree, by rule of thumb. */
#define KEY_COST  0.5
#define TREE_COST 2.0

/* What a visit of a single row costs more: it waits for memory that many rows share. */
#define ROW_SURCHARGE 1.2

static double cost(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows) {
    const ortl__node_loops *loops = kernel->loops;
    if (loops->most_columns != 0 && survey->forest->n_features_used >= loops->most_columns)
        loops = loops->with_more_columns;
    double visit_cost = loops->visit_cost * (1 + ROW_SURCHARGE / (double)n_rows);
    return KEY_COST * survey->forest->n_features_used + TREE_COST * survey->forest->n_trees +
           (double)survey->forest->steps_per_row * visit_cost;
}

const ortl__form ortl__form_nodes = {can_hold, cost, build, run, scratch_bytes, pack_free};
