/*
 * Builds the byte form and runs rows through it; the loops are in byte_plain.c and x86/byte_*.c.
 */
#include "pack_byte.h"

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
    uint32_t *node_begin;   /* (n_trees + 1); the leaves of tree t begin at node_begin[t] + t */
    ortl__byte_node *nodes; /* (n_nodes + 1) one more, because loops read ahead */
    float *values;          /* (n_values + ORTL__BYTE_LEAVES) likewise */
} byte_pack;

/* ---- Building -------------------------------------------------------------------------------- */

static int can_hold(const ortl__survey *survey) {
    return !survey->forest->is_double && survey->max_leaves <= ORTL__BYTE_LEAVES &&
           survey->n_leaves < UINT32_MAX;
}

static void pack_free(void *state) {
    byte_pack *pack = state;
    ortl__quantiser_free(&pack->quantiser);
    if (pack->votes.memory != NULL) ortl__votes_free(&pack->votes);
    ortl__memory_free(pack->memory, pack->node_begin, (uint64_t)pack->n_trees + 1,
                      sizeof *pack->node_begin);
    ortl__memory_free(pack->memory, pack->nodes, (uint64_t)pack->n_nodes + 1,
                      sizeof *pack->nodes);
    ortl__memory_free(pack->memory, pack->values, pack->n_values + ORTL__BYTE_LEAVES,
                      sizeof *pack->values);
    ortl__memory_free(pack->memory, pack, 1, sizeof *pack);
}

static ortl_status reserve(byte_pack *pack, const ortl__survey *survey, ortl_error *error) {
    pack->n_trees = survey->forest->n_trees;
    pack->n_nodes = (uint32_t)survey->n_tests;
    pack->n_values = survey->n_leaves * ortl__votes_per_leaf(&survey->votes);
    ortl_status status = ortl__memory_new(pack->memory, (uint64_t)pack->n_trees + 1,
                                          sizeof *pack->node_begin, &pack->node_begin, error);
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

/* Appends the tree that was listed; its tests begin at node_begin[tree]. */
static void pack_tree(byte_pack *pack, const ortl__preorder *preorder, uint32_t tree) {
    uint32_t at = pack->node_begin[tree], per_leaf = ortl__votes_per_leaf(&pack->votes);
    float *values = pack->values + ((uint64_t)at + tree) * per_leaf;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        if (node->high != 0)
            pack->nodes[at++] = pack_node(pack, preorder, node);
        else
            ortl__votes_copy(&pack->votes, preorder->forest, node->row,
                             values + (uint64_t)node->leaf * per_leaf);
    }
    pack->node_begin[tree + 1] = at;
}

static ortl_status pack_trees(byte_pack *pack, const ortl__forest *forest, ortl_error *error) {
    ortl__preorder preorder;
    ortl_status status = ORTL_OK;
    ortl__preorder_init(&preorder, forest);
    pack->node_begin[0] = 0;
    for (uint32_t tree = 0; tree < pack->n_trees && status == ORTL_OK; tree++) {
        int fits;
        status = ortl__preorder_tree(&preorder, tree, &fits, error);
        if (status == ORTL_OK) pack_tree(pack, &preorder, tree);
    }
    ortl__preorder_free(&preorder);
    return status;
}

static ortl_status build(ortl__survey *survey, ortl__forest *forest, int may_consume, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error) {
    byte_pack *pack = NULL;
    (void)may_consume;
    ortl_status status = ortl__memory_new_zero(forest->memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = forest->memory;
    pack->loops = kernel->loops;
    pack->quantise = ortl__quantise_choose(cpu);
    status = ortl__votes_copy_shape(&pack->votes, &survey->votes, error);
    if (status == ORTL_OK) status = ortl__quantiser_build(&pack->quantiser, forest, error);
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
    uint8_t *leaves; /* (stride) */
    float *sums;     /* (n_targets, stride), only for one vote a tree */
} pass;

static size_t pass_stride(size_t n_rows) {
    if (n_rows >= ORTL__BYTE_ROWS) return ORTL__BYTE_ROWS;
    return (n_rows + ORTL__CODE_ROWS - 1) / ORTL__CODE_ROWS * ORTL__CODE_ROWS;
}

static uint64_t scratch_bytes(const void *state, size_t n_rows) {
    const byte_pack *pack = state;
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    return pass_stride(n_rows) * (n_sums * sizeof(float) + pack->quantiser.n_columns + 1);
}

static pass plan_pass(const byte_pack *pack, size_t n_rows, void *scratch) {
    pass p = {.stride = pass_stride(n_rows)};
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    p.sums = scratch;
    p.codes = (int8_t *)scratch + p.stride * n_sums * sizeof(float);
    p.leaves = (uint8_t *)p.codes + p.stride * pack->quantiser.n_columns;
    return p;
}

/* Finds the leaves of a tree for all rows of the pass. */
static void walk_tree(const byte_pack *pack, const pass *p, uint32_t tree) {
    uint32_t begin = pack->node_begin[tree], end = pack->node_begin[tree + 1];
    pack->loops->walk(pack->nodes + begin, end - begin, p->codes, p->stride, p->stride, p->leaves);
}

static uint32_t leaf_begin(const byte_pack *pack, uint32_t tree) {
    return pack->node_begin[tree] + tree;
}

static void add_one(const byte_pack *pack, const pass *p, uint32_t tree) {
    const ortl__votes *votes = &pack->votes;
    const float *values = pack->values + leaf_begin(pack, tree);
    float *sums = p->sums + ortl__votes_target(votes, tree) * p->stride;
    uint32_t n_leaves = pack->node_begin[tree + 1] - pack->node_begin[tree] + 1;
    if (votes->aggregate <= ORTL__AGGREGATE_SUM) {
        pack->loops->add(values, n_leaves, p->leaves, p->stride, sums);
        return;
    }
    for (size_t i = 0; i < p->stride; i++)
        sums[i] = ortl__votes_combine(votes->aggregate, sums[i], values[p->leaves[i]],
                                      votes->is_first[tree]);
}

/* sums (n_rows, n_targets) */
static void add_dense(const byte_pack *pack, const pass *p, uint32_t tree, size_t n_rows,
                      float *sums) {
    const ortl__votes *votes = &pack->votes;
    size_t n_targets = votes->n_targets;
    const float *values = pack->values + (uint64_t)leaf_begin(pack, tree) * n_targets;
    for (size_t i = 0; i < n_rows; i++)
        ortl__votes_add(votes, tree, values + p->leaves[i] * n_targets, sums + i * n_targets);
}

static void run_dense(const byte_pack *pack, const pass *p, size_t n_rows, float *sums) {
    memset(sums, 0, n_rows * pack->votes.n_targets * sizeof *sums);
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        walk_tree(pack, p, tree);
        add_dense(pack, p, tree, n_rows, sums);
    }
}

static void run_one(const byte_pack *pack, const pass *p, size_t n_rows, float *sums) {
    size_t n_targets = pack->votes.n_targets;
    memset(p->sums, 0, n_targets * p->stride * sizeof *p->sums);
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        walk_tree(pack, p, tree);
        add_one(pack, p, tree);
    }
    for (size_t target = 0; target < n_targets; target++)
        for (size_t i = 0; i < n_rows; i++)
            sums[i * n_targets + target] = p->sums[target * p->stride + i];
}

static void run(const void *state, const ortl__rows *rows, void *sums, uint8_t *voted,
                void *scratch) {
    const byte_pack *pack = state;
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
    ortl__votes_mark(&pack->votes, rows->n_rows, voted);
}

/* ---- Figures --------------------------------------------------------------------------------- */

static uint64_t bytes(const void *state) {
    const byte_pack *pack = state;
    return sizeof *pack + ortl__quantiser_bytes(&pack->quantiser) +
           ortl__votes_bytes(&pack->votes) +
           ((uint64_t)pack->n_trees + 1) * sizeof *pack->node_begin +
           ((uint64_t)pack->n_nodes + 1) * sizeof *pack->nodes +
           (pack->n_values + ORTL__BYTE_LEAVES) * sizeof *pack->values;
}

/* A test costs a time that is the same for up to as many rows as a vector has bytes. */
static double cost(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows) {
    const ortl__byte_kernel *loops = kernel->loops;
    double padding = (double)pass_stride(n_rows) / (double)n_rows;
    return padding * ((double)survey->n_tests * loops->test_cost +
                      (double)survey->forest->n_trees * loops->leaf_cost);
}

const ortl__form ortl__form_byte = {can_hold, cost, build, run, scratch_bytes, bytes, pack_free};
