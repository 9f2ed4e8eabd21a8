/*
 * TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml 1 to 4): rows that name tree and
 * node become rows that name each other, and weights find their leaves. The order of the trees is
 * that of the file. Cycles are left to forest_proof.c.
 */
#include <inttypes.h>
#include <string.h>

#include "../status.h"
#include "forest_work.h"
#include "node_index.h"

/* What building from rows with ids needs beside the common part. */
typedef struct classic_work {
    ortl__forest_work *common;
    ortl__node_index index;
    uint8_t *parents; /* (n_nodes + 7) / 8: bit row is set when the row is somebody's child */
} classic_work;

static uint64_t n_parent_bytes(const ortl__forest *forest) {
    return ((uint64_t)forest->n_nodes + 7) / 8;
}

static int has_parent(const classic_work *work, uint32_t row) {
    return work->parents[row / 8] >> (row % 8) & 1;
}

static ortl_status check_counts(const ortl__forest_work *work) {
    static const ortl__column_name nodes[] = {ORTL__COLUMN_NODE_MODES,  ORTL__COLUMN_NODE_TREES,
                                              ORTL__COLUMN_NODE_IDS,    ORTL__COLUMN_NODE_FEATURES,
                                              ORTL__COLUMN_NODE_VALUES, ORTL__COLUMN_NODE_TRUE,
                                              ORTL__COLUMN_NODE_FALSE};
    static const ortl__column_name weights[] = {ORTL__COLUMN_WEIGHT_NODES,
                                                ORTL__COLUMN_WEIGHT_TREES,
                                                ORTL__COLUMN_WEIGHT_TARGETS, ORTL__COLUMN_WEIGHTS};
    ortl_status status = ortl__work_same_count(work, nodes, sizeof nodes / sizeof nodes[0]);
    if (status != ORTL_OK) return status;
    return ortl__work_same_count(work, weights, sizeof weights / sizeof weights[0]);
}

/* ---- Children -------------------------------------------------------------------------------- */

static ortl_status fail_child(const classic_work *work, const ortl__tree_span *tree, uint32_t row,
                              ortl__column_name name, uint32_t id) {
    const ortl__forest_work *common = work->common;
    uint32_t node = ortl__node_index_id(common->columns, row);
    const char *attribute = ortl__work_attribute(common, name);
    if (id >= common->forest->n_nodes && id != ORTL__ID_NONE)
        return ortl__fail(common->error, ORTL_BAD_MODEL,
                          "%s: tree %" PRIu32 ", node %" PRIu32 ": child id %" PRIu32
                          " must be below the number of node rows, %" PRIu32,
                          attribute, tree->id, node, id, common->forest->n_nodes);
    if (id == ORTL__ID_NONE)
        return ortl__fail(common->error, ORTL_BAD_MODEL,
                          "%s: tree %" PRIu32 ", node %" PRIu32 ": child id outside 0 .. 2^32-2",
                          attribute, tree->id, node);
    return ortl__fail(common->error, ORTL_BAD_MODEL,
                      "%s: tree %" PRIu32 ", node %" PRIu32 ": the tree has no node %" PRIu32
                      " that could be its child",
                      attribute, tree->id, node, id);
}

/* Makes a row number of the child id in *child. */
static inline ortl_status translate_child(classic_work *work, const ortl__tree_span *tree,
                                          uint32_t row, ortl__column_name name, uint32_t *child) {
    uint32_t id = *child, child_row = ORTL__NO_ROW;
    /* Ids are bounded by the number of rows, as onnxruntime bounds them. */
    if (id < work->common->forest->n_nodes)
        child_row = ortl__node_index_row(&work->index, tree, id);
    if (child_row == ORTL__NO_ROW) return fail_child(work, tree, row, name, id);
    work->parents[child_row / 8] |= (uint8_t)(1u << (child_row % 8));
    *child = child_row;
    return ORTL_OK;
}

static ortl_status translate_row(classic_work *work, const ortl__tree_span *tree, uint32_t row) {
    ortl__forest *forest = work->common->forest;
    if (forest->test[row] == ORTL__MODE_LEAF) {
        /* Exporters write -1, 0 or anything into the unused fields of leaves. */
        forest->feature[row] = forest->true_child[row] = forest->false_child[row] = 0;
        return ORTL_OK;
    }
    if (forest->test[row] > ORTL__MODE_NEQ)
        return ortl__fail(work->common->error, ORTL_BAD_MODEL,
                          "nodes_modes: row %" PRIu32 " has a test that this operator lacks", row);
    ortl_status status = ortl__work_check_feature(work->common, row);
    if (status == ORTL_OK)
        status = translate_child(work, tree, row, ORTL__COLUMN_NODE_TRUE, &forest->true_child[row]);
    if (status == ORTL_OK)
        status =
            translate_child(work, tree, row, ORTL__COLUMN_NODE_FALSE, &forest->false_child[row]);
    return status;
}

static ortl_status translate_rows(classic_work *work) {
    for (uint64_t i = 0; i < work->index.n_trees; i++) {
        const ortl__tree_span *tree = &work->index.trees[i];
        for (uint32_t row = tree->begin; row < tree->end; row++) {
            ortl_status status = translate_row(work, tree, row);
            if (status != ORTL_OK) return status;
        }
    }
    return ORTL_OK;
}

/* ---- Roots ----------------------------------------------------------------------------------- */

/* The first row, as onnxruntime has it, when nobody's child; else the only row that is nobody's,
 * provided that it reaches the first one, which the proof finds out. */
static ortl_status find_root(const classic_work *work, const ortl__tree_span *tree,
                             uint32_t *root_out) {
    uint32_t n_roots = 0;
    *root_out = tree->begin;
    if (!has_parent(work, tree->begin)) return ORTL_OK;
    for (uint32_t row = tree->begin; row < tree->end; row++) {
        if (has_parent(work, row)) continue;
        *root_out = row;
        n_roots++;
    }
    if (n_roots == 1) return ORTL_OK;
    if (n_roots == 0)
        return ortl__fail(work->common->error, ORTL_BAD_MODEL,
                          "tree %" PRIu32
                          " has no root: every node is somebody's child, so there is a cycle",
                          tree->id);
    return ortl__fail(work->common->error, ORTL_BAD_MODEL,
                      "tree %" PRIu32 " has no clear root: its first row is somebody's child and "
                      "%" PRIu32 " others are nobody's",
                      tree->id, n_roots);
}

static ortl_status find_roots(classic_work *work) {
    ortl__forest *forest = work->common->forest;
    uint64_t n_trees = work->index.n_trees;
    int all_first = 1;
    ortl_status status = ortl__memory_new(forest->memory, n_trees, sizeof(uint32_t), &forest->roots,
                                          work->common->error);
    if (status != ORTL_OK) return status;
    forest->n_trees = (uint32_t)n_trees;
    for (uint32_t i = 0; i < forest->n_trees; i++) {
        const ortl__tree_span *tree = &work->index.trees[i];
        status = find_root(work, tree, &forest->roots[i]);
        if (status != ORTL_OK) return status;
        if (forest->roots[i] != tree->begin) all_first = 0;
    }
    if (all_first) return ORTL_OK;
    uint32_t **first_rows = &work->common->first_rows;
    status = ortl__memory_new(forest->memory, n_trees, sizeof(uint32_t), first_rows,
                              work->common->error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < forest->n_trees; i++) (*first_rows)[i] = work->index.trees[i].begin;
    return ORTL_OK;
}

/* ---- Weights --------------------------------------------------------------------------------- */

/* Checks the slots that the weights vote for. */
static ortl_status check_weight_targets(const ortl__forest_work *work) {
    const ortl__column *column = ortl__work_column(work, ORTL__COLUMN_WEIGHT_TARGETS);
    const ortl__id_run *runs = column->data;
    uint32_t n_targets = work->forest->n_targets;
    for (uint64_t i = 0; i < column->n_stored; i++) {
        uint64_t last = runs[i].first;
        if (runs[i].step != 0) last += runs[i].count - 1;
        if (last < n_targets) continue;
        if (runs[i].first == ORTL__ID_NONE)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s: an id outside 0 .. 2^32-2, expected 0 .. %" PRIu32,
                              ortl__work_attribute(work, ORTL__COLUMN_WEIGHT_TARGETS),
                              n_targets - 1);
        return ortl__fail(
            work->error, ORTL_BAD_MODEL, "%s: id %" PRIu64 " found, expected 0 .. %" PRIu32,
            ortl__work_attribute(work, ORTL__COLUMN_WEIGHT_TARGETS), last, n_targets - 1);
    }
    return ORTL_OK;
}

/* Makes rows of the node ids of the weights, in place; ORTL__NO_ROW where the row is a test, whose
 * weights onnxruntime ignores. */
static ortl_status find_weight_rows(classic_work *work) {
    ortl__forest_work *common = work->common;
    const ortl__column *column = ortl__work_column(common, ORTL__COLUMN_WEIGHT_NODES);
    const ortl__tree_span *tree = NULL;
    uint32_t *rows = column->data;
    ortl__id_cursor trees;
    ortl__id_cursor_init(&trees, ortl__work_column(common, ORTL__COLUMN_WEIGHT_TREES));
    for (uint64_t i = 0; i < column->count; i++) {
        uint32_t tree_id = ortl__id_cursor_next(&trees), row = ORTL__NO_ROW;
        tree = ortl__node_index_tree(&work->index, tree_id, tree);
        if (tree != NULL) row = ortl__node_index_row(&work->index, tree, rows[i]);
        if (row == ORTL__NO_ROW)
            return ortl__fail(common->error, ORTL_BAD_MODEL,
                              "%s: weight %" PRIu64 " is for tree %" PRIu32 ", node %" PRIu32
                              ", which no node row has",
                              ortl__work_attribute(common, ORTL__COLUMN_WEIGHT_NODES), i, tree_id,
                              rows[i]);
        rows[i] = common->forest->test[row] == ORTL__MODE_LEAF ? row : ORTL__NO_ROW;
    }
    return ORTL_OK;
}

/* One target: the first weight of a leaf in the order of the file takes the place of its value, the
 * others are not used, and a leaf without weights keeps its nodes_values entry, as onnxruntime has
 * it. Going backwards leaves the first one standing. */
static void place_single_weights(ortl__forest *forest, const uint32_t *rows, const void *weights,
                                 uint64_t n) {
    for (uint64_t i = n; i-- > 0;) {
        if (rows[i] == ORTL__NO_ROW) continue;
        if (forest->is_double)
            ((double *)forest->value)[rows[i]] = ((const double *)weights)[i];
        else
            ((float *)forest->value)[rows[i]] = ((const float *)weights)[i];
    }
}

/* Counts the weights of each leaf into false_child and sets true_child to where they begin. */
static void lay_out_weights(ortl__forest *forest, const uint32_t *rows, uint64_t n) {
    uint32_t n_placed = 0;
    for (uint64_t i = 0; i < n; i++)
        if (rows[i] != ORTL__NO_ROW) forest->false_child[rows[i]]++;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (forest->test[row] != ORTL__MODE_LEAF) continue;
        forest->true_child[row] = n_placed;
        n_placed += forest->false_child[row];
    }
    forest->n_weights = n_placed;
}

/* Several targets: all weights of a leaf side by side, in the order of the file. */
static ortl_status place_weights(ortl__forest_work *work, const uint32_t *rows, const void *weights,
                                 uint64_t n) {
    ortl__forest *forest = work->forest;
    size_t real_bytes = ortl__work_real_bytes(work);
    ortl__id_cursor targets;
    ortl__id_cursor_init(&targets, ortl__work_column(work, ORTL__COLUMN_WEIGHT_TARGETS));
    lay_out_weights(forest, rows, n);
    ortl_status status = ortl__memory_new(forest->memory, forest->n_weights, sizeof(uint32_t),
                                          &forest->weight_target, work->error);
    if (status != ORTL_OK) return status;
    status = ortl__memory_new(forest->memory, forest->n_weights, real_bytes, &forest->weight,
                              work->error);
    if (status != ORTL_OK) return status;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t target = ortl__id_cursor_next(&targets);
        if (rows[i] == ORTL__NO_ROW) continue;
        uint32_t at = forest->true_child[rows[i]]++; /* set back below */
        forest->weight_target[at] = target;
        memcpy((char *)forest->weight + at * real_bytes, (const char *)weights + i * real_bytes,
               real_bytes);
    }
    for (uint32_t row = 0; row < forest->n_nodes; row++)
        if (forest->test[row] == ORTL__MODE_LEAF)
            forest->true_child[row] -= forest->false_child[row];
    return ORTL_OK;
}

static ortl_status attach_weights(classic_work *work) {
    ortl__forest_work *common = work->common;
    ortl__forest *forest = common->forest;
    uint64_t n = ortl__work_column(common, ORTL__COLUMN_WEIGHTS)->count;
    void *weights = NULL;
    ortl_status status = check_weight_targets(common);
    if (status == ORTL_OK) status = find_weight_rows(work);
    if (status != ORTL_OK) return status;
    ortl__node_index_free(&work->index);
    ortl__column_release(common->columns, ORTL__COLUMN_WEIGHT_TREES);
    status = ortl__work_take_reals(common, ORTL__COLUMN_WEIGHTS, 0, &weights);
    if (status != ORTL_OK) return status;
    const uint32_t *rows = ortl__work_column(common, ORTL__COLUMN_WEIGHT_NODES)->data;
    if (forest->n_targets == 1)
        place_single_weights(forest, rows, weights, n);
    else
        status = place_weights(common, rows, weights, n);
    ortl__memory_free(forest->memory, weights, n, ortl__work_real_bytes(common));
    ortl__column_release(common->columns, ORTL__COLUMN_WEIGHT_NODES);
    ortl__column_release(common->columns, ORTL__COLUMN_WEIGHT_TARGETS);
    return status;
}

/* ---- The story in order ---------------------------------------------------------------------- */

ortl_status ortl__forest_build_classic(ortl__forest_work *common) {
    ortl__forest *forest = common->forest;
    classic_work work = {.common = common};
    ortl_status status = check_counts(common);
    if (status != ORTL_OK) return status;
    status = ortl__work_take_nodes(common, ORTL__COLUMN_NODE_VALUES, 0);
    if (status != ORTL_OK) return status;
    status =
        ortl__node_index_build(&work.index, common->columns, common->limits->trees, common->error);
    if (status != ORTL_OK) return status;
    ortl__column_release(common->columns, ORTL__COLUMN_NODE_TREES);
    status = ortl__memory_new_zero(forest->memory, n_parent_bytes(forest), 1, &work.parents,
                                   common->error);
    if (status == ORTL_OK) status = translate_rows(&work);
    if (status == ORTL_OK) status = find_roots(&work);
    ortl__memory_free(forest->memory, work.parents, n_parent_bytes(forest), 1);
    if (status != ORTL_OK) goto done;
    ortl__column_release(common->columns, ORTL__COLUMN_NODE_IDS);
    ortl__work_mark_missing(common, forest->n_nodes);
    status = attach_weights(&work);
done:
    if (work.index.memory != NULL) ortl__node_index_free(&work.index);
    return status;
}
