/*
 * TreeEnsemble (ai.onnx.ml 5): tests and leaves are two lists of the file; the leaves become rows
 * behind the tests, so that a forest of version 5 looks like any other. Sets of MEMBER tests are
 * cut out of their NaN-separated list and sorted. Cycles are left to forest_proof.c.
 */
#include <inttypes.h>
#include <string.h>

#include "../sort.h"
#include "../status.h"
#include "forest_work.h"

ORTL__SORT_DEFINE(sort_floats, float, ORTL__IS_LESS)
ORTL__SORT_DEFINE(sort_doubles, double, ORTL__IS_LESS)

static ortl_status check_counts(const ortl__forest_work *work) {
    static const ortl__column_name tests[] = {
        ORTL__COLUMN_NODE_MODES,    ORTL__COLUMN_NODE_FEATURES, ORTL__COLUMN_V5_SPLITS,
        ORTL__COLUMN_NODE_TRUE,     ORTL__COLUMN_NODE_FALSE,    ORTL__COLUMN_V5_TRUE_LEAFS,
        ORTL__COLUMN_V5_FALSE_LEAFS};
    static const ortl__column_name leaves[] = {ORTL__COLUMN_V5_LEAF_WEIGHTS,
                                               ORTL__COLUMN_V5_LEAF_TARGETS};
    ortl_status status = ortl__work_same_count(work, tests, sizeof tests / sizeof tests[0]);
    if (status != ORTL_OK) return status;
    return ortl__work_same_count(work, leaves, sizeof leaves / sizeof leaves[0]);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

/* Makes a row number of a child: leaf i is row n_tests + i. */
static ortl_status translate_child(const ortl__forest_work *work, ortl__column_name name,
                                   ortl__column_name leaf_flags, uint32_t row, uint32_t n_tests,
                                   uint32_t *child) {
    const uint8_t *is_leaf = ortl__work_column(work, leaf_flags)->data;
    uint32_t n = is_leaf[row] ? work->forest->n_nodes - n_tests : n_tests;
    if (*child >= n)
        return ortl__fail(work->error, ORTL_BAD_MODEL,
                          "%s: node %" PRIu32 ": %s index outside 0 .. n-1, where n is %" PRIu32,
                          ortl__work_attribute(work, name), row, is_leaf[row] ? "leaf" : "node", n);
    if (is_leaf[row]) *child += n_tests;
    return ORTL_OK;
}

static ortl_status translate_tests(ortl__forest_work *work, uint32_t n_tests) {
    ortl__forest *forest = work->forest;
    ortl_status status = ORTL_OK;
    for (uint32_t row = 0; row < n_tests && status == ORTL_OK; row++) {
        if (forest->test[row] > ORTL__MODE_MEMBER)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "nodes_modes: node %" PRIu32 " has mode %u, expected 0 .. 6", row,
                              (unsigned)forest->test[row]);
        status = ortl__work_check_feature(work, row);
        if (status == ORTL_OK)
            status = translate_child(work, ORTL__COLUMN_NODE_TRUE, ORTL__COLUMN_V5_TRUE_LEAFS, row,
                                     n_tests, &forest->true_child[row]);
        if (status == ORTL_OK)
            status = translate_child(work, ORTL__COLUMN_NODE_FALSE, ORTL__COLUMN_V5_FALSE_LEAFS,
                                     row, n_tests, &forest->false_child[row]);
    }
    return status;
}

/* ---- Roots ----------------------------------------------------------------------------------- */

/* A root whose two children are one leaf stands for a tree that is only this leaf: its test is not
 * made. */
static ortl_status take_roots(ortl__forest_work *work, uint32_t n_tests) {
    ortl__forest *forest = work->forest;
    uint64_t n_trees = ortl__work_column(work, ORTL__COLUMN_V5_ROOTS)->count;
    if (n_trees > work->limits->trees)
        return ortl__fail_limit(work->error, "trees", work->limits->trees, n_trees);
    ortl_status status =
        ortl__work_take(work, ORTL__COLUMN_V5_ROOTS, 0, sizeof(uint32_t), &forest->roots);
    if (status != ORTL_OK) return status;
    forest->n_trees = (uint32_t)n_trees;
    for (uint32_t i = 0; i < forest->n_trees; i++) {
        uint32_t root = forest->roots[i];
        if (root >= n_tests)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s: root %" PRIu32
                              ": node index outside 0 .. n-1, where n is %" PRIu32,
                              ortl__work_attribute(work, ORTL__COLUMN_V5_ROOTS), i, n_tests);
        uint32_t child = forest->true_child[root];
        if (child >= n_tests && child == forest->false_child[root]) forest->roots[i] = child;
    }
    return ORTL_OK;
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

static ortl_status check_leaf_targets(const ortl__forest_work *work, uint32_t n_leaves) {
    const uint32_t *targets = ortl__work_column(work, ORTL__COLUMN_V5_LEAF_TARGETS)->data;
    for (uint32_t i = 0; i < n_leaves; i++)
        if (targets[i] >= work->forest->n_targets)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s: leaf %" PRIu32 ": target outside 0 .. %" PRIu32,
                              ortl__work_attribute(work, ORTL__COLUMN_V5_LEAF_TARGETS), i,
                              work->forest->n_targets - 1);
    return ORTL_OK;
}

/* Fills the rows behind the tests; each leaf has one weight. */
static void fill_leaf_rows(ortl__forest *forest, uint32_t n_tests) {
    int has_weights = forest->n_targets > 1;
    for (uint32_t row = n_tests; row < forest->n_nodes; row++) {
        forest->test[row] = ORTL__MODE_LEAF;
        forest->feature[row] = 0;
        forest->true_child[row] = has_weights ? row - n_tests : 0;
        forest->false_child[row] = has_weights ? 1 : 0;
    }
}

static ortl_status take_leaves(ortl__forest_work *work, uint32_t n_tests) {
    ortl__forest *forest = work->forest;
    uint32_t n_leaves = forest->n_nodes - n_tests;
    size_t real_bytes = ortl__work_real_bytes(work);
    void *weights = NULL;
    ortl_status status = check_leaf_targets(work, n_leaves);
    if (status == ORTL_OK)
        status = ortl__work_take_reals(work, ORTL__COLUMN_V5_LEAF_WEIGHTS, 0, &weights);
    if (status != ORTL_OK) return status;
    fill_leaf_rows(forest, n_tests);
    if (n_leaves > 0) { /* else the arrays may be NULL */
        char *leaf_values = (char *)forest->value + n_tests * real_bytes;
        memset(leaf_values, 0, n_leaves * real_bytes);
        if (forest->n_targets == 1) memcpy(leaf_values, weights, n_leaves * real_bytes);
    }
    if (forest->n_targets == 1) {
        ortl__memory_free(forest->memory, weights, n_leaves, real_bytes);
        ortl__column_release(work->columns, ORTL__COLUMN_V5_LEAF_TARGETS);
        return ORTL_OK;
    }
    forest->weight = weights;
    forest->n_weights = n_leaves;
    return ortl__work_take(work, ORTL__COLUMN_V5_LEAF_TARGETS, 0, sizeof(uint32_t),
                           &forest->weight_target);
}

/* ---- Sets of MEMBER tests -------------------------------------------------------------------- */

static double member_at(const ortl__forest *forest, uint64_t i) {
    return forest->is_double ? ((const double *)forest->members)[i]
                             : (double)((const float *)forest->members)[i];
}

static void move_member(ortl__forest *forest, uint64_t from, uint64_t to) {
    if (forest->is_double)
        ((double *)forest->members)[to] = ((double *)forest->members)[from];
    else
        ((float *)forest->members)[to] = ((float *)forest->members)[from];
}

static void sort_members(ortl__forest *forest, uint32_t begin, uint32_t end) {
    if (forest->is_double)
        sort_doubles((double *)forest->members + begin, end - begin);
    else
        sort_floats((float *)forest->members + begin, end - begin);
}

/* Stores the number of a set as the threshold of its test. */
static void set_number(const ortl__forest_work *work, uint32_t row, uint32_t number) {
    size_t real_bytes = ortl__work_real_bytes(work);
    char *place = (char *)work->forest->value + row * real_bytes;
    memset(place, 0, real_bytes);
    memcpy(place, &number, sizeof number);
}

/* Cuts the next set off the n_given members: *read is where it begins, its values move down to
 * *kept, so that the separators vanish. */
static void cut_set(ortl__forest *forest, uint64_t n_given, uint64_t *read, uint32_t *kept) {
    uint32_t begin = *kept;
    for (; *read < n_given; ++*read) {
        double value = member_at(forest, *read);
        if (value != value) break;
        move_member(forest, *read, (*kept)++);
    }
    if (*read < n_given) ++*read; /* the NaN behind the set */
    sort_members(forest, begin, *kept);
}

static uint32_t count_sets(const ortl__forest *forest, uint32_t n_tests) {
    uint32_t n_sets = 0;
    for (uint32_t row = 0; row < n_tests; row++)
        if (forest->test[row] == ORTL__MODE_MEMBER) n_sets++;
    return n_sets;
}

/* The sets follow one another in the order of the MEMBER tests in nodes_modes. */
static ortl_status cut_sets(ortl__forest_work *work, uint32_t n_tests) {
    ortl__forest *forest = work->forest;
    const char *attribute = ortl__work_attribute(work, ORTL__COLUMN_V5_MEMBERS);
    uint64_t read = 0, n_given = forest->n_members;
    uint32_t kept = 0, set = 0;
    for (uint32_t row = 0; row < n_tests; row++) {
        if (forest->test[row] != ORTL__MODE_MEMBER) continue;
        if (read >= n_given)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s has %" PRIu32 " sets but there are %" PRIu32 " MEMBER tests",
                              attribute, set, forest->n_sets);
        uint32_t begin = kept;
        forest->set_begin[set] = begin;
        cut_set(forest, n_given, &read, &kept);
        if (kept == begin)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s: set %" PRIu32 ", of the MEMBER test in node %" PRIu32
                              ", is empty",
                              attribute, set, row);
        set_number(work, row, set++);
    }
    forest->set_begin[set] = kept;
    if (read < n_given)
        return ortl__fail(work->error, ORTL_BAD_MODEL,
                          "%s has values behind the %" PRIu32 " sets of the MEMBER tests",
                          attribute, forest->n_sets);
    ortl_status status = ortl__memory_resize(forest->memory, &forest->members, n_given, kept,
                                             ortl__work_real_bytes(work), work->error);
    if (status == ORTL_OK) forest->n_members = kept;
    return status;
}

static ortl_status take_sets(ortl__forest_work *work, uint32_t n_tests) {
    ortl__forest *forest = work->forest;
    uint64_t n_given = ortl__work_column(work, ORTL__COLUMN_V5_MEMBERS)->count;
    forest->n_sets = count_sets(forest, n_tests);
    if (forest->n_sets == 0) {
        ortl__column_release(work->columns, ORTL__COLUMN_V5_MEMBERS);
        return ORTL_OK;
    }
    ortl_status status = ortl__memory_new(forest->memory, forest->n_sets + (uint64_t)1,
                                          sizeof(uint32_t), &forest->set_begin, work->error);
    if (status == ORTL_OK)
        status = ortl__work_take_reals(work, ORTL__COLUMN_V5_MEMBERS, 0, &forest->members);
    if (status != ORTL_OK) return status;
    forest->n_members = (uint32_t)n_given;
    return cut_sets(work, n_tests);
}

/* ---- The story in order ---------------------------------------------------------------------- */

ortl_status ortl__forest_build_v5(ortl__forest_work *work) {
    uint32_t n_leaves = (uint32_t)ortl__work_column(work, ORTL__COLUMN_V5_LEAF_WEIGHTS)->count;
    ortl_status status = check_counts(work);
    if (status != ORTL_OK) return status;
    status = ortl__work_take_nodes(work, ORTL__COLUMN_V5_SPLITS, n_leaves);
    if (status != ORTL_OK) return status;
    uint32_t n_tests = work->forest->n_nodes - n_leaves;
    status = translate_tests(work, n_tests);
    ortl__column_release(work->columns, ORTL__COLUMN_V5_TRUE_LEAFS);
    ortl__column_release(work->columns, ORTL__COLUMN_V5_FALSE_LEAFS);
    if (status == ORTL_OK) status = take_roots(work, n_tests);
    if (status == ORTL_OK) status = take_sets(work, n_tests);
    if (status != ORTL_OK) return status;
    ortl__work_mark_missing(work, n_tests);
    return take_leaves(work, n_tests);
}
