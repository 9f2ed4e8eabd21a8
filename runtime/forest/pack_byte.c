/*
 * Builds the byte form and runs rows through it; the loops are in byte_plain.c and x86/byte_*.c.
 */
#include "pack_byte.h"

#include <math.h>
#include <string.h>

typedef struct byte_pack {
    ortl__memory *memory;
    const ortl__byte_kernel *loops;
    ortl__quantise_function *quantise;
    ortl__quantiser quantiser;
    ortl__votes votes;
    uint32_t n_trees;
    uint32_t n_nodes;
    uint64_t n_values;
    int has_levels;         /* the trees are oblivious: nodes are levels */
    uint32_t *node_begin;   /* (n_trees + 1) */
    uint32_t *leaf_begin;   /* (n_trees + 1) */
    ortl__byte_node *nodes; /* (n_nodes + 1) one more, because loops read ahead */
    size_t most_few_rows;   /* rows up to which they go one by one; 0: there are no steps */
    uint64_t n_steps;
    uint32_t *steps; /* (n_steps) of all trees: 2 x leaves - 1 of each */
    float *values;   /* (n_values + ORTL__BYTE_LEAVES) likewise */
} byte_pack;

/* ---- Costs ----------------------------------------------------------------------------------- */

/* Nanoseconds to code one value, to code one of a single row, to begin with a single row, and for
 * what comes with each tree of a single row, by rule of thumb. */
#define CODE_COST     0.6
#define ROW_CODE_COST 3.0
#define ROW_COST      30.0
#define ROW_TREE_COST 1.8

static size_t pass_stride(size_t n_rows) {
    if (n_rows >= ORTL__BYTE_ROWS) return ORTL__BYTE_ROWS;
    return (n_rows + ORTL__CODE_ROWS - 1) / ORTL__CODE_ROWS * ORTL__CODE_ROWS;
}

static int has_levels(const ortl__pack_kernel *kernel) {
    return kernel->form == &ortl__form_levels;
}

/* A row, when n_rows go together. */
static double cost_of_pass(const ortl__survey *survey, const ortl__pack_kernel *kernel,
                           size_t n_rows) {
    const ortl__byte_kernel *loops = kernel->loops;
    double rows = (double)n_rows, padded = (double)pass_stride(n_rows), n_passes = rows / padded;
    double n_tests = (double)(has_levels(kernel) ? survey->n_levels : survey->n_tests);
    if (n_passes < 1) n_passes = 1;
    double tests = n_tests * (loops->pass_cost + loops->test_cost * padded / ORTL__CODE_ROWS);
    double codes = CODE_COST * padded * survey->forest->n_features_used;
    double leaves = loops->leaf_cost * padded * survey->forest->n_trees;
    return n_passes * (tests + codes + leaves) / rows;
}

/* A row that goes by itself. */
static double cost_of_row(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    const ortl__byte_kernel *loops = kernel->loops;
    double n_trees = survey->forest->n_trees, n_groups = ceil(n_trees / ORTL__ROW_TREES);
    double depth = (double)survey->forest->steps_per_row / n_trees;
    return ROW_COST + ROW_CODE_COST * survey->forest->n_features_used + ROW_TREE_COST * n_trees +
           n_groups * ORTL__ROW_TREES * depth * loops->row->visit_cost;
}

static double cost(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows) {
    const ortl__byte_kernel *loops = kernel->loops;
    double many = cost_of_pass(survey, kernel, n_rows);
    /* Columns are two for a feature at most: with more, single rows may find no room. */
    if (loops->row == NULL || survey->votes.shape != ORTL__VOTES_ONE ||
        2 * survey->forest->n_features_used >= ORTL__ROW_COLUMNS)
        return many;
    double few = cost_of_row(survey, kernel);
    return few < many ? few : many;
}

/* ---- Building -------------------------------------------------------------------------------- */

static int can_hold(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    /* At most so many groups of limits have, with both sides of NaN, column numbers of 16 bits. */
    uint64_t most_groups = survey->forest->n_features_used + survey->n_tests / 255;
    if (has_levels(kernel) && !survey->is_oblivious) return 0;
    return !survey->forest->is_double && survey->max_leaves <= ORTL__BYTE_LEAVES &&
           survey->n_leaves < UINT32_MAX && 2 * most_groups <= UINT16_MAX;
}

static void pack_free(void *state) {
    byte_pack *pack = state;
    ortl__quantiser_free(&pack->quantiser);
    if (pack->votes.memory != NULL) ortl__votes_free(&pack->votes);
    ortl__memory_free(pack->memory, pack->node_begin, (uint64_t)pack->n_trees + 1,
                      sizeof *pack->node_begin);
    ortl__memory_free(pack->memory, pack->leaf_begin, (uint64_t)pack->n_trees + 1,
                      sizeof *pack->leaf_begin);
    ortl__memory_free(pack->memory, pack->steps, pack->n_steps, sizeof *pack->steps);
    ortl__memory_free(pack->memory, pack->nodes, (uint64_t)pack->n_nodes + 1, sizeof *pack->nodes);
    ortl__memory_free(pack->memory, pack->values, pack->n_values + ORTL__BYTE_LEAVES,
                      sizeof *pack->values);
    ortl__memory_free(pack->memory, pack, 1, sizeof *pack);
}

static ortl_status reserve(byte_pack *pack, const ortl__survey *survey, ortl_error *error) {
    pack->n_trees = survey->forest->n_trees;
    pack->n_nodes = (uint32_t)(pack->has_levels ? survey->n_levels : survey->n_tests);
    pack->n_values = survey->n_leaves * ortl__votes_per_leaf(&survey->votes);
    if (pack->most_few_rows > 0 && !pack->has_levels)
        pack->n_steps = survey->n_tests + survey->n_leaves;
    ortl_status status = ortl__memory_new(pack->memory, (uint64_t)pack->n_trees + 1,
                                          sizeof *pack->node_begin, &pack->node_begin, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(pack->memory, (uint64_t)pack->n_trees + 1,
                                  sizeof *pack->leaf_begin, &pack->leaf_begin, error);
    if (status == ORTL_OK)
        status =
            ortl__memory_new(pack->memory, pack->n_steps, sizeof *pack->steps, &pack->steps, error);
    if (status == ORTL_OK)
        status = ortl__memory_new_zero(pack->memory, (uint64_t)pack->n_nodes + 1,
                                       sizeof *pack->nodes, &pack->nodes, error);
    if (status == ORTL_OK)
        status = ortl__memory_new_zero(pack->memory, pack->n_values + ORTL__BYTE_LEAVES,
                                       sizeof *pack->values, &pack->values, error);
    return status;
}

static ortl__byte_node pack_node(const byte_pack *pack, const ortl__preorder *preorder,
                                 const ortl__preorder_node *node) {
    const ortl__forest *forest = preorder->forest;
    ortl__cut cut = {0};
    uint32_t column;
    uint8_t code;
    ortl__cut_of(forest, node->row, &cut);
    ortl__quantiser_find(&pack->quantiser, forest->feature[node->row], &cut, &column, &code);
    return (ortl__byte_node){.column = (uint16_t)column,
                             .limit = (int8_t)(uint8_t)(code ^ 0x80u),
                             .first = (uint8_t)node->leaf,
                             .skip = (uint8_t)(preorder->nodes[node->high].leaf - node->leaf)};
}

/* Column, bound and skip of a step: of a test that skips so many nodes, and of a leaf. */
static uint32_t test_step(ortl__byte_node test, uint32_t skip) {
    uint32_t bound = ((uint32_t)(uint8_t)test.limit ^ 0x80u) + 1;
    return skip << 16 | bound << 8 | test.column;
}

static uint32_t leaf_step(const byte_pack *pack, uint32_t leaf) {
    const uint32_t back_to_itself = 0xFFFF0000u;
    return back_to_itself | leaf << 8 | pack->quantiser.n_columns;
}

/* Whether a node of the list becomes a node of the form: all tests, or those of the low side. */
static int is_kept(const byte_pack *pack, const ortl__preorder_node *node) {
    return node->high != 0 && (!pack->has_levels || node->leaf == 0);
}

/* Appends the tree that was listed. */
static void pack_tree(byte_pack *pack, const ortl__preorder *preorder, uint32_t tree) {
    uint32_t at = pack->node_begin[tree], per_leaf = ortl__votes_per_leaf(&pack->votes);
    uint64_t first_leaf = pack->leaf_begin[tree], first_step = 2 * first_leaf - tree;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        uint32_t step = leaf_step(pack, node->leaf);
        if (is_kept(pack, node)) {
            pack->nodes[at] = pack_node(pack, preorder, node);
            step = test_step(pack->nodes[at++], node->high - (i + 1));
        } else if (node->high == 0) {
            ortl__votes_copy(&pack->votes, preorder->forest, node->row,
                             pack->values + (first_leaf + node->leaf) * per_leaf);
        }
        if (pack->n_steps > 0) pack->steps[first_step + i] = step;
    }
    pack->node_begin[tree + 1] = at;
    pack->leaf_begin[tree + 1] = pack->leaf_begin[tree] + preorder->n_leaves;
}

static ortl_status pack_trees(byte_pack *pack, const ortl__forest *forest, ortl_error *error) {
    ortl__preorder preorder;
    ortl_status status = ORTL_OK;
    ortl__preorder_init(&preorder, forest);
    pack->node_begin[0] = pack->leaf_begin[0] = 0;
    for (uint32_t tree = 0; tree < pack->n_trees && status == ORTL_OK; tree++) {
        int fits;
        status = ortl__preorder_tree(&preorder, tree, &fits, error);
        if (status == ORTL_OK) pack_tree(pack, &preorder, tree);
    }
    ortl__preorder_free(&preorder);
    return status;
}

/* Whether single rows can go their own way. */
static int can_step(const byte_pack *pack, const ortl__survey *survey) {
    return pack->loops->row != NULL && survey->votes.shape == ORTL__VOTES_ONE &&
           survey->n_leaves < INT32_MAX / 2 && pack->quantiser.n_columns < ORTL__ROW_COLUMNS;
}

/* Up to how many rows it is faster to take them one by one. */
static size_t count_few_rows(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    size_t n = 1;
    while (n < ORTL__CODE_ROWS &&
           cost_of_row(survey, kernel) <= cost_of_pass(survey, kernel, n + 1))
        n++;
    return n;
}

static ortl_status build(ortl__survey *survey, ortl__forest *forest, int may_consume, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error) {
    byte_pack *pack = NULL;
    (void)may_consume;
    ortl_status status = ortl__memory_new_zero(forest->memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = forest->memory;
    pack->loops = kernel->loops;
    pack->has_levels = has_levels(kernel);
    pack->quantise = ortl__quantise_choose(cpu);
    status = ortl__votes_copy_shape(&pack->votes, &survey->votes, error);
    if (status == ORTL_OK) status = ortl__quantiser_build(&pack->quantiser, forest, error);
    if (status == ORTL_OK && can_step(pack, survey))
        pack->most_few_rows = count_few_rows(survey, kernel);
    if (status == ORTL_OK) status = reserve(pack, survey, error);
    if (status == ORTL_OK) status = pack_trees(pack, forest, error);
    ortl__quantiser_finish(&pack->quantiser);
    if (status == ORTL_OK)
        *state_out = pack;
    else
        pack_free(pack);
    return status;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* The scratch of a pass over at most ORTL__BYTE_ROWS rows. */
typedef struct pass {
    size_t stride;   /* rows with the missing ones: a multiple of ORTL__CODE_ROWS */
    int8_t *codes;   /* (n_columns, stride) */
    uint8_t *leaves; /* (ORTL__BYTE_GROUP, stride) */
    float *sums;     /* (n_targets, stride), only for one vote a tree */
} pass;

static uint64_t scratch_bytes(const void *state, size_t n_rows) {
    const byte_pack *pack = state;
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    return pass_stride(n_rows) *
           (n_sums * sizeof(float) + pack->quantiser.n_columns + ORTL__BYTE_GROUP);
}

static pass plan_pass(const byte_pack *pack, size_t n_rows, void *scratch) {
    pass p = {.stride = pass_stride(n_rows)};
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    p.sums = scratch;
    p.codes = (int8_t *)scratch + p.stride * n_sums * sizeof(float);
    p.leaves = (uint8_t *)p.codes + p.stride * pack->quantiser.n_columns;
    return p;
}

/* Finds the leaves of a tree for all rows of the pass, or of several trees where that is faster:
 * their number. The leaves of the k-th lie at leaves + k * stride. */
static uint32_t walk_trees(const byte_pack *pack, const pass *p, uint32_t tree) {
    const uint32_t *begin = pack->node_begin + tree;
    ortl__byte_walk *walk = pack->has_levels ? pack->loops->walk_levels : pack->loops->walk;
    if (pack->loops->walk_group != NULL && !pack->has_levels && p->stride == ORTL__CODE_ROWS &&
        pack->n_trees - tree >= ORTL__BYTE_GROUP) {
        pack->loops->walk_group(pack->nodes, begin, p->codes, p->leaves);
        return ORTL__BYTE_GROUP;
    }
    walk(pack->nodes + begin[0], begin[1] - begin[0], p->codes, p->stride, p->stride, p->leaves);
    return 1;
}

static void add_one(const byte_pack *pack, const pass *p, uint32_t tree, const uint8_t *leaves) {
    const ortl__votes *votes = &pack->votes;
    const float *values = pack->values + pack->leaf_begin[tree];
    float *sums = p->sums + ortl__votes_target(votes, tree) * p->stride;
    uint32_t n_leaves = pack->leaf_begin[tree + 1] - pack->leaf_begin[tree];
    if (votes->aggregate <= ORTL__AGGREGATE_SUM) {
        pack->loops->add(values, n_leaves, leaves, p->stride, sums);
        return;
    }
    for (size_t i = 0; i < p->stride; i++)
        sums[i] = ortl__votes_combine(votes->aggregate, sums[i], values[leaves[i]],
                                      votes->is_first[tree]);
}

/* sums (n_rows, n_targets) */
static void add_dense(const byte_pack *pack, uint32_t tree, const uint8_t *leaves, size_t n_rows,
                      float *sums) {
    const ortl__votes *votes = &pack->votes;
    size_t n_targets = votes->n_targets;
    const float *values = pack->values + (uint64_t)pack->leaf_begin[tree] * n_targets;
    for (size_t i = 0; i < n_rows; i++)
        ortl__votes_add(votes, tree, values + leaves[i] * n_targets, sums + i * n_targets);
}

static void run_dense(const byte_pack *pack, const pass *p, size_t n_rows, float *sums) {
    memset(sums, 0, n_rows * pack->votes.n_targets * sizeof *sums);
    for (uint32_t tree = 0, n; tree < pack->n_trees; tree += n) {
        n = walk_trees(pack, p, tree);
        for (uint32_t k = 0; k < n; k++)
            add_dense(pack, tree + k, p->leaves + k * p->stride, n_rows, sums);
    }
}

static void run_one(const byte_pack *pack, const pass *p, size_t n_rows, float *sums) {
    size_t n_targets = pack->votes.n_targets;
    memset(p->sums, 0, n_targets * p->stride * sizeof *p->sums);
    for (uint32_t tree = 0, n; tree < pack->n_trees; tree += n) {
        n = walk_trees(pack, p, tree);
        for (uint32_t k = 0; k < n; k++) add_one(pack, p, tree + k, p->leaves + k * p->stride);
    }
    for (size_t target = 0; target < n_targets; target++)
        for (size_t i = 0; i < n_rows; i++)
            sums[i * n_targets + target] = p->sums[target * p->stride + i];
}

/* One row: sums (n_targets). */
static void run_row(const byte_pack *pack, const float *row, ptrdiff_t column_stride, float *sums) {
    const ortl__votes *votes = &pack->votes;
    const ortl__row_kernel *row_kernel = pack->loops->row;
    uint8_t codes[ORTL__ROW_COLUMNS];
    float given[ORTL__ROW_TREES];
    row_kernel->code_row(&pack->quantiser, row, column_stride, codes);
    codes[pack->quantiser.n_columns] = UINT8_MAX;
    memset(sums, 0, votes->n_targets * sizeof *sums);
    for (uint32_t tree = 0; tree < pack->n_trees; tree += ORTL__ROW_TREES) {
        uint32_t left = pack->n_trees - tree, n = left < ORTL__ROW_TREES ? left : ORTL__ROW_TREES;
        if (pack->has_levels)
            row_kernel->walk_levels(pack->nodes, pack->node_begin, pack->leaf_begin, tree, n, codes,
                                    pack->values, given);
        else
            row_kernel->walk_row(pack->steps, pack->leaf_begin, tree, n, codes, pack->values,
                                 given);
        ortl__votes_add_trees(votes, tree, n, given, sums);
    }
}

/* Whether the columns of a row lie within the 32-bit offsets that gathers take. */
static int fits_offsets(const byte_pack *pack, ptrdiff_t column_stride) {
    uint32_t n_tables = pack->quantiser.n_tables;
    ptrdiff_t last = n_tables > 0 ? (ptrdiff_t)pack->quantiser.tables[n_tables - 1].feature : 0;
    ptrdiff_t most = INT32_MAX / (last + 1);
    return column_stride <= most && column_stride >= -most;
}

static void run_rows(const byte_pack *pack, const ortl__rows *rows, float *sums) {
    for (size_t i = 0; i < rows->n_rows; i++)
        run_row(pack, (const float *)rows->data + (ptrdiff_t)i * rows->row_stride,
                rows->column_stride, sums + i * pack->votes.n_targets);
}

static void run(const void *state, const ortl__rows *rows, void *sums, uint8_t *voted,
                void *scratch) {
    const byte_pack *pack = state;
    ortl__votes_mark(&pack->votes, rows->n_rows, voted);
    if (rows->n_rows <= pack->most_few_rows && fits_offsets(pack, rows->column_stride)) {
        run_rows(pack, rows, sums);
        return;
    }
    pass p = plan_pass(pack, rows->n_rows, scratch);
    for (size_t first = 0; first < rows->n_rows; first += p.stride) {
        size_t left = rows->n_rows - first, n = left < p.stride ? left : p.stride;
        pass last = plan_pass(pack, n, scratch);
        const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
        ortl__rows block = {data, n, rows->row_stride, rows->column_stride};
        float *block_sums = (float *)sums + first * pack->votes.n_targets;
        pack->quantise(&pack->quantiser, &block, last.codes, last.stride);
        if (pack->votes.shape == ORTL__VOTES_DENSE)
            run_dense(pack, &last, n, block_sums);
        else
            run_one(pack, &last, n, block_sums);
    }
}

/* ---- Figures --------------------------------------------------------------------------------- */

static uint64_t bytes(const void *state) {
    const byte_pack *pack = state;
    return sizeof *pack + ortl__quantiser_bytes(&pack->quantiser) +
           ortl__votes_bytes(&pack->votes) +
           ((uint64_t)pack->n_trees + 1) * 2 * sizeof *pack->node_begin +
           pack->n_steps * sizeof *pack->steps +
           ((uint64_t)pack->n_nodes + 1) * sizeof *pack->nodes +
           (pack->n_values + ORTL__BYTE_LEAVES) * sizeof *pack->values;
}

const ortl__form ortl__form_byte = {can_hold, cost, build, run, scratch_bytes, bytes, pack_free};

const ortl__form ortl__form_levels = {can_hold, cost, build, run, scratch_bytes, bytes, pack_free};
