/*
 * Trees that the plan puts together give the bits of the trees as they stand in the file, which a
 * session opened with keep_forest runs: recorded exports, and small models around single rules.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "onnx_builder.h"
#include "runtime/ortlite.h"
#include "tools/npy.h"

#define N_ROWS    300
#define N_COLUMNS 3

static const onnx_style plain = {0};
static wire_builder graph;
static float rows[N_ROWS * N_COLUMNS]; /* (N_ROWS, N_COLUMNS) */

static void begin(void) {
    uint32_t state = 99;
    for (int i = 0; i < N_ROWS * N_COLUMNS; i++) {
        state = state * 1664525u + 1013904223u;
        rows[i] = state % 13 == 0 ? NAN : (float)(state >> 8) / (float)(1 << 24) * 4 - 2;
    }
}

static void end(void) {
    wire_free(&graph);
}

/* ---- Both ways of running a model ------------------------------------------------------------ */

typedef struct run {
    ortl_session *session;
    ortl_context *context;
    ortl_description description;
    ortl_tensor outputs[3];
} run;

static void open_run(run *r, const void *bytes, size_t n_bytes, const char *path, int keeps_trees) {
    ortl_error error;
    ortl_options options = ORTL_OPTIONS_INIT;
    options.keep_forest = keeps_trees;
    ortl_status status = path ? ortl_open(path, &options, &r->session, &error)
                              : ortl_open_memory(bytes, n_bytes, &options, &r->session, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(ortl_context_new(r->session, &r->context, &error), ORTL_OK);
    r->description.struct_size = sizeof r->description;
    ck_assert_int_eq(ortl_describe(r->session, &r->description, &error), ORTL_OK);
}

static void close_run(run *r) {
    ortl_context_free(r->context);
    ortl_close(r->session);
}

static void run_once(run *r, const ortl_tensor *input) {
    ortl_error error;
    memset(r->outputs, 0, sizeof r->outputs);
    ortl_status status =
        ortl_run(r->context, input, 1, r->outputs, r->description.n_outputs, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
}

static void expect_same(const run *fused, const run *kept) {
    ck_assert_uint_eq(fused->description.n_trees, kept->description.n_trees);
    ck_assert_uint_eq(fused->description.n_classes, kept->description.n_classes);
    for (size_t i = 0; i < kept->description.n_outputs; i++) {
        const ortl_tensor *a = &fused->outputs[i], *b = &kept->outputs[i];
        ck_assert_int_eq(a->type, b->type);
        ck_assert_uint_eq(a->rank, b->rank);
        ck_assert_mem_eq(a->shape, b->shape, b->rank * sizeof *b->shape);
        ck_assert_mem_eq(a->data, b->data, b->n_bytes);
    }
}

/* The same bits for all rows at once and for single rows; the number of ensembles left. */
static size_t expect_same_runs(const void *bytes, size_t n_bytes, const char *path,
                               const ortl_tensor *input) {
    run fused, kept;
    open_run(&fused, bytes, n_bytes, path, 0);
    open_run(&kept, bytes, n_bytes, path, 1);
    run_once(&fused, input);
    run_once(&kept, input);
    expect_same(&fused, &kept);
    ortl_tensor row = *input;
    row.shape[0] = 1;
    for (int64_t i = 0; i < input->shape[0]; i += 17) {
        row.data = (float *)input->data + i * input->shape[1];
        run_once(&fused, &row);
        run_once(&kept, &row);
        expect_same(&fused, &kept);
    }
    size_t n_ensembles = fused.description.n_ensembles;
    close_run(&fused);
    close_run(&kept);
    return n_ensembles;
}

/* ---- Recorded exports ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    size_t n_ensembles; /* that are left */
} exports[] = {{"sklearn__ada_bin", 1},
               {"sklearn__ada_reg", 1},
               {"sklearn__bag_reg", 1},
               {"sklearn__iforest_samples", 1},
               {"sklearn__vote_soft", 2}};

START_TEST(exports_give_the_same_bits) {
    char path[512];
    ortl_tensor input;
    ortl_error error;
    snprintf(path, sizeof path, ORTL_TEST_DATA "/conformance/%s/input_0.npy", exports[_i].name);
    ck_assert_msg(npy_read(path, &input, &error) == ORTL_OK, "%s", error.message);
    snprintf(path, sizeof path, ORTL_TEST_DATA "/conformance/%s/model.onnx", exports[_i].name);
    ck_assert_uint_eq(expect_same_runs(NULL, 0, path, &input), exports[_i].n_ensembles);
    npy_free(&input);
}
END_TEST

/* ---- Small models ---------------------------------------------------------------------------- */

static void put(const char *op_type, const char *const *inputs, size_t n_inputs,
                const char *output) {
    wire_builder node = {0};
    for (size_t i = 0; i < n_inputs; i++) wire_text(&node, 1, inputs[i]);
    onnx_node_head(&node, op_type, NULL, NULL, NULL, output);
    wire_message(&graph, 1, &node);
}

/* One or two inputs, and an attribute. */
static void put_with_int(const char *op_type, const char *first, const char *second,
                         const char *output, const char *attribute, int64_t value) {
    wire_builder node = {0};
    wire_text(&node, 1, first);
    onnx_node_head(&node, op_type, NULL, NULL, second, output);
    onnx_int(&node, &plain, attribute, value);
    wire_message(&graph, 1, &node);
}

static void put_constant(const char *name, float value) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, name, TYPE_FLOAT, 1);
    wire_float(&tensor, 4, value);
    wire_message(&graph, 5, &tensor);
}

/* A stump of TreeEnsembleRegressor; NaN goes to the second leaf. */
static void put_stump(const char *input, const char *output, int64_t feature, float threshold,
                      float first, float second) {
    static const int64_t trees[] = {0, 0, 0}, ids[] = {0, 1, 2}, on_true[] = {1, 0, 0};
    static const int64_t on_false[] = {2, 0, 0}, leaves[] = {1, 2};
    static const char *const modes[] = {"BRANCH_LEQ", "LEAF", "LEAF"};
    const int64_t features[] = {feature, 0, 0};
    const float values[] = {threshold, 0, 0}, weights[] = {first, second};
    wire_builder node = {0};
    onnx_node_head(&node, "TreeEnsembleRegressor", "ai.onnx.ml", NULL, input, output);
    onnx_int(&node, &plain, "n_targets", 1);
    onnx_ints(&node, &plain, "nodes_treeids", trees, 3);
    onnx_ints(&node, &plain, "nodes_nodeids", ids, 3);
    onnx_ints(&node, &plain, "nodes_featureids", features, 3);
    onnx_strings(&node, &plain, "nodes_modes", modes, 3);
    onnx_floats(&node, &plain, "nodes_values", values, 3);
    onnx_ints(&node, &plain, "nodes_truenodeids", on_true, 3);
    onnx_ints(&node, &plain, "nodes_falsenodeids", on_false, 3);
    onnx_ints(&node, &plain, "target_treeids", trees, 2);
    onnx_ints(&node, &plain, "target_nodeids", leaves, 2);
    onnx_ints(&node, &plain, "target_ids", trees, 2);
    onnx_floats(&node, &plain, "target_weights", weights, 2);
    wire_message(&graph, 1, &node);
}

/* The graph leads from X to Y, and to another output unless that is NULL. */
static size_t expect_same_model(const char *also) {
    wire_builder model = {0};
    const ortl_tensor input = {.type = ORTL_FLOAT,
                               .rank = 2,
                               .shape = {N_ROWS, N_COLUMNS},
                               .n_bytes = sizeof rows,
                               .data = rows};
    wire_text(&graph, 2, "graph");
    onnx_value(&graph, 11, "X", N_COLUMNS);
    onnx_value(&graph, 12, "Y", 1);
    if (also) onnx_value(&graph, 12, also, 1);
    onnx_model(&model, &plain, &graph);
    size_t n_ensembles = expect_same_runs(model.bytes, model.n_bytes, NULL, &input);
    wire_free(&model);
    return n_ensembles;
}

#define PUT(op_type, output, ...)                                                                  \
    put(op_type, (const char *const[]){__VA_ARGS__},                                               \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), output)

START_TEST(what_follows_a_tree_is_computed_for_its_leaves) {
    put_constant("c", 0.3f);
    put_stump("X", "a", 0, 0.5f, 0.1f, -7);
    put_stump("X", "b", 2, -0.5f, 1e8f, 3);
    put_stump("X", "d", 1, 0, 0.7f, 1.3f);
    PUT("Exp", "a1", "a");
    PUT("Mul", "a2", "a1", "a1");
    PUT("Add", "b1", "b", "c");
    PUT("Sum", "Y", "b1", "a2", "d");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

START_TEST(two_columns_are_two_targets) {
    put_stump("X", "a", 0, 0.5f, 0.1f, -7);
    put_stump("X", "b", 2, -0.5f, 1e8f, 3);
    put_with_int("Concat", "a", "a", "aa", "axis", 1);
    put_with_int("Concat", "b", "b", "bb", "axis", 1);
    PUT("Sum", "Y", "aa", "bb");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

/* Every leaf of both gives -0, and so does their Sum. */
START_TEST(a_sum_of_negative_zeros_stays_one) {
    put_stump("X", "a", 0, 0.5f, 0, 0);
    put_stump("X", "b", 1, 0.5f, 0, 0);
    PUT("Neg", "a1", "a");
    PUT("Neg", "b1", "b");
    PUT("Sum", "Y", "a1", "b1");
    expect_same_model(NULL);
}
END_TEST

START_TEST(a_value_that_is_an_output_is_kept) {
    put_stump("X", "a", 0, 0.5f, 1, 2);
    put_stump("X", "b", 1, 0.5f, 3, 5);
    PUT("Neg", "a1", "a");
    PUT("Sum", "Y", "a1", "b");
    expect_same_model("a");
}
END_TEST

START_TEST(a_tree_that_is_read_twice_is_kept) {
    put_stump("X", "a", 0, 0.5f, 1, 2);
    put_stump("X", "b", 1, 0.5f, 3, 5);
    PUT("Sum", "s", "a", "b");
    PUT("Sum", "Y", "s", "a");
    expect_same_model(NULL);
}
END_TEST

START_TEST(trees_of_other_inputs_stay_apart) {
    put_stump("X", "a", 0, 0.5f, 1, 2);
    PUT("Neg", "x", "X");
    put_stump("x", "b", 1, 0.5f, 3, 5);
    PUT("Sum", "Y", "a", "b");
    ck_assert_uint_eq(expect_same_model(NULL), 2);
}
END_TEST

/* What follows refuses the first leaf of the first tree, which no row reaches: a division by 0. */
START_TEST(a_leaf_that_is_refused_leaves_all_as_it_was) {
    wire_builder dividend = {0};
    onnx_tensor_head(&dividend, "k", TYPE_INT64, 1);
    wire_int(&dividend, 7, 12);
    wire_message(&graph, 5, &dividend);
    put_stump("X", "a", 0, -1e30f, 0, 3);
    put_stump("X", "b", 1, 0.5f, 3, 5);
    put_with_int("Cast", "a", NULL, "a1", "to", TYPE_INT64);
    PUT("Div", "a2", "k", "a1");
    put_with_int("Cast", "a2", NULL, "a3", "to", TYPE_FLOAT);
    PUT("Sum", "Y", "a3", "b");
    expect_same_model(NULL);
}
END_TEST

/* Nodes that say the same are one. */
START_TEST(trees_behind_the_same_node_have_one_input) {
    put_constant("c", 0.25f);
    PUT("Add", "x1", "X", "c");
    PUT("Add", "x2", "X", "c");
    put_stump("x1", "a", 0, 0.5f, 1, 2);
    put_stump("x2", "b", 1, 0.5f, 3, 5);
    PUT("Sum", "Y", "a", "b");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fuse");
    TCase *tests = tcase_create("fuse");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, exports_give_the_same_bits, 0,
                        (int)(sizeof exports / sizeof exports[0]));
    tcase_add_test(tests, what_follows_a_tree_is_computed_for_its_leaves);
    tcase_add_test(tests, two_columns_are_two_targets);
    tcase_add_test(tests, a_sum_of_negative_zeros_stays_one);
    tcase_add_test(tests, a_value_that_is_an_output_is_kept);
    tcase_add_test(tests, a_tree_that_is_read_twice_is_kept);
    tcase_add_test(tests, trees_of_other_inputs_stay_apart);
    tcase_add_test(tests, a_leaf_that_is_refused_leaves_all_as_it_was);
    tcase_add_test(tests, trees_behind_the_same_node_have_one_input);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
