/*
 * Trees read node by node: walking them by the rules of ortlite.h ends in the leaves that
 * ortl_leaves gives, on every recorded model that is nothing but trees; raw scores are the
 * predictions where no transform stands between them.
 */
#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_numbers.h"
#include "runtime/ortlite.h"
#include "small_graph.h"

enum { N_ROWS = 40, MAX_FEATURES = 64, MAX_PATH = 1024 };

static ortl_error error;

static ortl_session *open_with_forest(const char *path) {
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *session = NULL;
    options.keep_forest = 1;
    return ortl_open(path, &options, &session, &error) == ORTL_OK ? session : NULL;
}

/* ---- Walking --------------------------------------------------------------------------------- */

static int is_member(const ortl_session *session, size_t tree, size_t node, size_t n, double x) {
    for (size_t i = 0; i < n; i++) {
        double value;
        ck_assert_int_eq(ortl_tree_member(session, tree, node, i, &value, &error), ORTL_OK);
        if (value == x) return 1;
    }
    return 0;
}

/* What the header says that a test means. */
static int holds(const ortl_session *session, size_t tree, size_t at, const ortl_tree_node *node,
                 double x) {
    if (isnan(x)) return node->missing_is_true;
    switch (node->test) {
    case ORTL_TEST_LEQ: return x <= node->threshold;
    case ORTL_TEST_LT: return x < node->threshold;
    case ORTL_TEST_GTE: return x >= node->threshold;
    case ORTL_TEST_GT: return x > node->threshold;
    case ORTL_TEST_EQ: return x == node->threshold;
    case ORTL_TEST_NEQ: return x != node->threshold;
    case ORTL_TEST_MEMBER: return is_member(session, tree, at, node->n_values, x);
    case ORTL_TEST_LEAF: break;
    }
    ck_abort_msg("a leaf asks nothing");
    return 0;
}

static size_t walk(const ortl_session *session, size_t tree, const float *row) {
    ortl_tree_info info = {.struct_size = sizeof info};
    ortl_tree_node node = {.struct_size = sizeof node};
    ck_assert_int_eq(ortl_tree(session, tree, &info, &error), ORTL_OK);
    size_t at = info.root;
    for (;;) {
        ck_assert_int_eq(ortl_tree_node_at(session, tree, at, &node, &error), ORTL_OK);
        if (node.test == ORTL_TEST_LEAF) return at;
        ck_assert_int_eq(info.reads_inputs, 1);
        at = holds(session, tree, at, &node, (double)row[node.feature]) ? node.true_child
                                                                        : node.false_child;
    }
}

/* Values near those that models are made with, and now and then a missing one or a threshold. */
static void fill_rows(const ortl_session *session, size_t n_features, float *rows) {
    uint64_t random = 20261;
    ortl_tree_info info = {.struct_size = sizeof info};
    ortl_tree_node root = {.struct_size = sizeof root};
    ck_assert_int_eq(ortl_tree(session, 0, &info, &error), ORTL_OK);
    ck_assert_int_eq(ortl_tree_node_at(session, 0, info.root, &root, &error), ORTL_OK);
    for (size_t i = 0; i < N_ROWS * n_features; i++) {
        uint64_t kind = next_random(&random) % 8;
        rows[i] = (float)(int64_t)(next_random(&random) % 2001 - 1000) / 250.0f;
        if (kind == 0) rows[i] = NAN;
        if (kind == 1) rows[i] = (float)root.threshold;
        if (kind == 2) rows[i] = (float)(next_random(&random) % 20);
    }
}

static void check_leaves(const ortl_session *session, ortl_context *context, const float *rows,
                         const ortl_description *d) {
    ortl_tensor input = {.type = ORTL_FLOAT, .rank = 2, .shape = {N_ROWS, (int64_t)d->n_features}};
    uint32_t *leaves = calloc(N_ROWS * d->n_trees, sizeof *leaves);
    memcpy(&input.data, &rows, sizeof rows);
    ck_assert_int_eq(ortl_leaves(context, &input, 1, leaves, N_ROWS * d->n_trees, &error), ORTL_OK);
    for (size_t i = 0; i < N_ROWS; i++)
        for (size_t tree = 0; tree < d->n_trees; tree++)
            ck_assert_uint_eq(walk(session, tree, rows + i * d->n_features),
                              leaves[i * d->n_trees + tree]);
    free(leaves);
}

/* Votes and base values make the raw scores; 1 when they are sums, one for each target. */
static int check_sums(const ortl_session *session, ortl_context *context, const float *rows,
                      const ortl_description *d) {
    ortl_tensor input = {.type = ORTL_FLOAT, .rank = 2, .shape = {N_ROWS, (int64_t)d->n_features}};
    ortl_tree_info info = {.struct_size = sizeof info};
    ck_assert_int_eq(ortl_tree(session, 0, &info, &error), ORTL_OK);
    size_t n = d->n_raw_scores;
    if (info.vote_scale == 0 || info.n_targets != n) return 0;
    double *raw = calloc(N_ROWS * n, sizeof *raw), *sums = calloc(n, sizeof *sums);
    memcpy(&input.data, &rows, sizeof rows);
    ck_assert_int_eq(ortl_raw_scores(context, &input, 1, raw, N_ROWS * n, &error), ORTL_OK);
    for (size_t i = 0; i < N_ROWS; i++) {
        double size = 1;
        for (size_t k = 0; k < n; k++)
            ck_assert_int_eq(ortl_tree_base(session, 0, k, &sums[k], &error), ORTL_OK);
        for (size_t tree = 0; tree < d->n_trees; tree++) {
            ortl_tree_node leaf = {.struct_size = sizeof leaf};
            size_t at = walk(session, tree, rows + i * d->n_features), target;
            ck_assert_int_eq(ortl_tree_node_at(session, tree, at, &leaf, &error), ORTL_OK);
            for (size_t v = 0; v < leaf.n_values; v++) {
                double value;
                ck_assert_int_eq(ortl_tree_vote(session, tree, at, v, &target, &value, &error),
                                 ORTL_OK);
                sums[target] += info.vote_scale * value;
                size += fabs(value);
            }
        }
        for (size_t k = 0; k < n; k++)
            if (isfinite(raw[i * n + k]) && isfinite(size))
                ck_assert_double_le(fabs(sums[k] - raw[i * n + k]), 1e-5 * size);
    }
    free(raw);
    free(sums);
    return 1;
}

/* A name ends in Regressor and no transform is set: then the raw scores are the predictions. */
static int check_raw(ortl_context *context, const float *rows, const ortl_description *d,
                     int is_plain) {
    ortl_tensor input = {.type = ORTL_FLOAT, .rank = 2, .shape = {N_ROWS, (int64_t)d->n_features}};
    float *scores = calloc(N_ROWS * d->n_scores + 1, sizeof *scores);
    double *raw = calloc(N_ROWS * d->n_raw_scores + 1, sizeof *raw);
    memcpy(&input.data, &rows, sizeof rows);
    ck_assert_int_eq(ortl_raw_scores(context, &input, 1, raw, N_ROWS * d->n_raw_scores, &error),
                     ORTL_OK);
    ck_assert_int_eq(
        ortl_predict(context, rows, N_ROWS, (ptrdiff_t)d->n_features, 1, NULL, scores, &error),
        ORTL_OK);
    int is_compared = is_plain && d->n_scores == d->n_raw_scores;
    for (size_t i = 0; i < N_ROWS * d->n_scores && is_compared; i++)
        ck_assert_msg((float)raw[i] == scores[i] || (isnan(raw[i]) && isnan(scores[i])),
                      "score %zu is %g, raw %g", i, (double)scores[i], raw[i]);
    free(scores);
    free(raw);
    return is_compared;
}

/* Returns 1 when the model is one of trees alone, on floats, and was walked. */
static int check_model(const char *path, int is_plain, int *n_raw, int *n_sums) {
    float rows[N_ROWS * MAX_FEATURES];
    ortl_description d = {.struct_size = sizeof d};
    ortl_value_info info;
    ortl_context *context = NULL;
    ortl_session *session = open_with_forest(path);
    if (session == NULL) return 0;
    ck_assert_int_eq(ortl_describe(session, &d, &error), ORTL_OK);
    ck_assert_int_eq(ortl_input(session, 0, &info, &error), ORTL_OK);
    int is_walked = d.n_inputs == 1 && d.n_operators == 1 && d.n_trees > 0 && d.n_features > 0 &&
                    d.n_features <= MAX_FEATURES && info.type == ORTL_FLOAT;
    if (is_walked) {
        fill_rows(session, d.n_features, rows);
        ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
        check_leaves(session, context, rows, &d);
        *n_raw += check_raw(context, rows, &d, is_plain);
        *n_sums += check_sums(session, context, rows, &d);
        ortl_context_free(context);
    }
    ortl_close(session);
    return is_walked;
}

START_TEST(recorded_models_are_walked_to_their_leaves) {
    static const char *const only_trees[] = {
        "reg__min_t3_base", "reg__special_thresholds_leq", "reg__special_thresholds_gt",
        "lightgbm__rf_reg", "reg__missing_value2",         "reg__mode_mixed_miss_partial"};
    DIR *folder = opendir(ORTL_TEST_DATA "/conformance");
    const struct dirent *entry;
    int n_walked = 0, n_raw = 0, n_sums = 0;
    ck_assert_ptr_nonnull(folder);
    while ((entry = readdir(folder)) != NULL) {
        char path[MAX_PATH];
        int is_plain = 0;
        for (size_t i = 0; i < sizeof only_trees / sizeof only_trees[0]; i++)
            if (strcmp(only_trees[i], entry->d_name) == 0) is_plain = 1;
        snprintf(path, sizeof path, ORTL_TEST_DATA "/conformance/%s/model.onnx", entry->d_name);
        n_walked += check_model(path, is_plain, &n_raw, &n_sums);
    }
    closedir(folder);
    ck_assert_int_ge(n_walked, 60);
    ck_assert_int_ge(n_raw, 5);
    ck_assert_int_ge(n_sums, 20);
}
END_TEST

/* ---- What is recorded besides ---------------------------------------------------------------- */

START_TEST(votes_covers_and_names_are_read) {
    ortl_session *session =
        open_with_forest(ORTL_TEST_DATA "/conformance/sklearn__rf_strings_multi/model.onnx");
    ortl_tree_info info = {.struct_size = sizeof info};
    ortl_tree_node node = {.struct_size = sizeof node};
    size_t target;
    double vote, sum = 0;
    ck_assert_ptr_nonnull(session);
    ck_assert_int_eq(ortl_tree(session, 1, &info, &error), ORTL_OK);
    ck_assert_uint_eq(info.n_targets, 3);
    ck_assert_int_eq(info.type, ORTL_FLOAT);
    ck_assert_int_eq(info.reads_inputs, 1);
    ck_assert_int_eq(ortl_tree_node_at(session, 1, info.root, &node, &error), ORTL_OK);
    ck_assert_int_eq(node.test, ORTL_TEST_LEQ);
    ck_assert(node.hit_rate == 1); /* what the exporter writes everywhere */
    size_t leaf = node.true_child;
    ck_assert_int_eq(ortl_tree_node_at(session, 1, leaf, &node, &error), ORTL_OK);
    ck_assert_int_eq(node.test, ORTL_TEST_LEAF);
    ck_assert_uint_eq(node.n_values, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(ortl_tree_vote(session, 1, leaf, i, &target, &vote, &error), ORTL_OK);
        ck_assert_uint_eq(target, i);
        sum += vote;
    }
    ck_assert(fabs(sum - 0.1) < 1e-6); /* one of ten trees */
    ck_assert_int_eq(ortl_tree_vote(session, 1, leaf, 3, &target, &vote, &error),
                     ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tree_vote(session, 1, info.root, 0, &target, &vote, &error),
                     ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tree_member(session, 1, info.root, 0, &vote, &error), ORTL_BAD_ARGUMENT);
    ortl_close(session);
}
END_TEST

START_TEST(shorter_hit_rates_end_in_nan) {
    ortl_session *session =
        open_with_forest(ORTL_TEST_DATA "/conformance/edge__len_hitrates_short/model.onnx");
    ortl_tree_node node = {.struct_size = sizeof node};
    ck_assert_ptr_nonnull(session);
    ck_assert_int_eq(ortl_tree_node_at(session, 0, 0, &node, &error), ORTL_OK);
    ck_assert(!isnan(node.hit_rate));
    ck_assert_int_eq(ortl_tree_node_at(session, 0, 2, &node, &error), ORTL_OK);
    ck_assert(isnan(node.hit_rate));
    ortl_close(session);
}
END_TEST

START_TEST(what_is_not_there_is_refused) {
    ortl_session *session = NULL;
    ortl_tree_info info = {.struct_size = sizeof info};
    ortl_tree_node node = {.struct_size = sizeof node};
    const char *path = ORTL_EXAMPLES "/iris/iris.onnx";
    ck_assert_int_eq(ortl_open(path, NULL, &session, &error), ORTL_OK);
    ck_assert_int_eq(ortl_tree(session, 0, &info, &error), ORTL_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "keep_forest"));
    ck_assert_int_eq(ortl_tree_node_at(session, 0, 0, &node, &error), ORTL_BAD_ARGUMENT);
    ortl_close(session);
    session = open_with_forest(path);
    ck_assert_int_eq(ortl_tree(session, 1000000, &info, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tree_node_at(session, 0, 1000000, &node, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tree(session, 0, NULL, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tree(NULL, 0, &info, &error), ORTL_BAD_ARGUMENT);
    info.struct_size = sizeof info + 1;
    ck_assert_int_eq(ortl_tree(session, 0, &info, &error), ORTL_BAD_ARGUMENT);
    ortl_close(session);
}
END_TEST

/* ---- Where the features come from ------------------------------------------------------------ */

/* Whether the model's tree, which reads x, is said to read the inputs of the graph. */
static int reads_inputs(wire_builder *graph) {
    static const char *const outputs[] = {"Y"};
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_tree_info info = {.struct_size = sizeof info};
    ortl_session *session = NULL;
    options.keep_forest = 1;
    put_stump(graph, "x", "Y", 0, 0.5f, 1, 2);
    wire_builder model = finish_model(graph, 3, outputs, 1);
    ortl_status status = ortl_open_memory(model.bytes, model.n_bytes, &options, &session, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(ortl_tree(session, 0, &info, &error), ORTL_OK);
    ortl_close(session);
    wire_free(&model);
    return info.reads_inputs;
}

START_TEST(columns_are_followed_through_what_keeps_them) {
    wire_builder graph = {0};
    put_with_int(&graph, "Cast", "X", NULL, "x1", "to", TYPE_DOUBLE);
    put_with_int(&graph, "Cast", "x1", NULL, "x", "to", TYPE_FLOAT);
    ck_assert_int_eq(reads_inputs(&graph), 1);
    PUT(&graph, "Add", "x", "X", "X");
    ck_assert_int_eq(reads_inputs(&graph), 0);
    put_with_int(&graph, "Concat", "X", NULL, "x", "axis", 1);
    ck_assert_int_eq(reads_inputs(&graph), 1);
    put_with_int(&graph, "Concat", "X", "X", "x", "axis", 1);
    ck_assert_int_eq(reads_inputs(&graph), 0);
    PUT(&graph, "Neg", "n", "X");
    put_with_int(&graph, "Concat", "n", NULL, "x", "axis", 1);
    ck_assert_int_eq(reads_inputs(&graph), 0);
}
END_TEST

/* Side by side in the order of the graph's inputs, or not. */
START_TEST(inputs_side_by_side_are_columns) {
    for (int is_turned = 0; is_turned < 2; is_turned++) {
        wire_builder graph = {0};
        onnx_value(&graph, 11, "W", 3);
        put_with_int(&graph, "Concat", is_turned ? "X" : "W", is_turned ? "W" : "X", "x", "axis",
                     1);
        ck_assert_int_eq(reads_inputs(&graph), !is_turned);
    }
}
END_TEST

START_TEST(constants_are_no_inputs) {
    wire_builder graph = {0}, tensor = {0};
    wire_int(&tensor, 1, 1);
    wire_int(&tensor, 1, 3);
    wire_int(&tensor, 2, TYPE_FLOAT);
    for (int i = 0; i < 3; i++) wire_float(&tensor, 4, (float)i);
    wire_text(&tensor, 8, "x");
    wire_message(&graph, 5, &tensor);
    ck_assert_int_eq(reads_inputs(&graph), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tree");
    TCase *tests = tcase_create("tree");
    tcase_add_test(tests, recorded_models_are_walked_to_their_leaves);
    tcase_add_test(tests, votes_covers_and_names_are_read);
    tcase_add_test(tests, shorter_hit_rates_end_in_nan);
    tcase_add_test(tests, what_is_not_there_is_refused);
    tcase_add_test(tests, columns_are_followed_through_what_keeps_them);
    tcase_add_test(tests, inputs_side_by_side_are_columns);
    tcase_add_test(tests, constants_are_no_inputs);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
