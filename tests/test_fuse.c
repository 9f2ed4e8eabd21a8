/*
 * Trees that the plan puts together give the bits of the trees as they stand in the file, which a
 * session opened with keep_forest runs: recorded exports, and small models around single rules.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/ortlite.h"
#include "small_graph.h"
#include "tools/npy.h"

#define N_ROWS    300
#define N_COLUMNS 3

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

/* The graph leads from X to Y, and to another output unless that is NULL. */
static size_t expect_same_model(const char *also) {
    const char *outputs[] = {"Y", also};
    const ortl_tensor input = {.type = ORTL_FLOAT,
                               .rank = 2,
                               .shape = {N_ROWS, N_COLUMNS},
                               .n_bytes = sizeof rows,
                               .data = rows};
    wire_builder model = finish_model(&graph, N_COLUMNS, outputs, also ? 2 : 1);
    size_t n_ensembles = expect_same_runs(model.bytes, model.n_bytes, NULL, &input);
    wire_free(&model);
    return n_ensembles;
}

START_TEST(what_follows_a_tree_is_computed_for_its_leaves) {
    put_constant(&graph, "c", 0.3f);
    put_stump(&graph, "X", "a", 0, 0.5f, 0.1f, -7);
    put_stump(&graph, "X", "b", 2, -0.5f, 1e8f, 3);
    put_stump(&graph, "X", "d", 1, 0, 0.7f, 1.3f);
    PUT(&graph, "Exp", "a1", "a");
    PUT(&graph, "Mul", "a2", "a1", "a1");
    PUT(&graph, "Add", "b1", "b", "c");
    PUT(&graph, "Sum", "Y", "b1", "a2", "d");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

START_TEST(two_columns_are_two_targets) {
    put_stump(&graph, "X", "a", 0, 0.5f, 0.1f, -7);
    put_stump(&graph, "X", "b", 2, -0.5f, 1e8f, 3);
    put_with_int(&graph, "Concat", "a", "a", "aa", "axis", 1);
    put_with_int(&graph, "Concat", "b", "b", "bb", "axis", 1);
    PUT(&graph, "Sum", "Y", "aa", "bb");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

/* Every leaf of both gives -0, and so does their Sum. */
START_TEST(a_sum_of_negative_zeros_stays_one) {
    put_stump(&graph, "X", "a", 0, 0.5f, 0, 0);
    put_stump(&graph, "X", "b", 1, 0.5f, 0, 0);
    PUT(&graph, "Neg", "a1", "a");
    PUT(&graph, "Neg", "b1", "b");
    PUT(&graph, "Sum", "Y", "a1", "b1");
    expect_same_model(NULL);
}
END_TEST

START_TEST(a_value_that_is_an_output_is_kept) {
    put_stump(&graph, "X", "a", 0, 0.5f, 1, 2);
    put_stump(&graph, "X", "b", 1, 0.5f, 3, 5);
    PUT(&graph, "Neg", "a1", "a");
    PUT(&graph, "Sum", "Y", "a1", "b");
    expect_same_model("a");
}
END_TEST

START_TEST(a_tree_that_is_read_twice_is_kept) {
    put_stump(&graph, "X", "a", 0, 0.5f, 1, 2);
    put_stump(&graph, "X", "b", 1, 0.5f, 3, 5);
    PUT(&graph, "Sum", "s", "a", "b");
    PUT(&graph, "Sum", "Y", "s", "a");
    expect_same_model(NULL);
}
END_TEST

START_TEST(trees_of_other_inputs_stay_apart) {
    put_stump(&graph, "X", "a", 0, 0.5f, 1, 2);
    PUT(&graph, "Neg", "x", "X");
    put_stump(&graph, "x", "b", 1, 0.5f, 3, 5);
    PUT(&graph, "Sum", "Y", "a", "b");
    ck_assert_uint_eq(expect_same_model(NULL), 2);
}
END_TEST

/* What follows refuses the first leaf of the first tree, which no row reaches: a division by 0. */
START_TEST(a_leaf_that_is_refused_leaves_all_as_it_was) {
    wire_builder dividend = {0};
    onnx_tensor_head(&dividend, "k", TYPE_INT64, 1);
    wire_int(&dividend, 7, 12);
    wire_message(&graph, 5, &dividend);
    put_stump(&graph, "X", "a", 0, -1e30f, 0, 3);
    put_stump(&graph, "X", "b", 1, 0.5f, 3, 5);
    put_with_int(&graph, "Cast", "a", NULL, "a1", "to", TYPE_INT64);
    PUT(&graph, "Div", "a2", "k", "a1");
    put_with_int(&graph, "Cast", "a2", NULL, "a3", "to", TYPE_FLOAT);
    PUT(&graph, "Sum", "Y", "a3", "b");
    expect_same_model(NULL);
}
END_TEST

/* Nodes that say the same are one. */
START_TEST(trees_behind_the_same_node_have_one_input) {
    put_constant(&graph, "c", 0.25f);
    PUT(&graph, "Add", "x1", "X", "c");
    PUT(&graph, "Add", "x2", "X", "c");
    put_stump(&graph, "x1", "a", 0, 0.5f, 1, 2);
    put_stump(&graph, "x2", "b", 1, 0.5f, 3, 5);
    PUT(&graph, "Sum", "Y", "a", "b");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

/* Both sides of the inner Sum are the tree's own. */
START_TEST(a_sum_of_one_tree_is_part_of_what_follows_it) {
    put_stump(&graph, "X", "a", 0, 0.5f, 0.1f, -7);
    put_stump(&graph, "X", "b", 1, 0.25f, 3, 5);
    PUT(&graph, "Exp", "a1", "a");
    PUT(&graph, "Sum", "a2", "a1", "a");
    PUT(&graph, "Sum", "Y", "a2", "b");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

START_TEST(optional_values_may_be_left_out) {
    put_constant(&graph, "most", 2);
    put_classifier(&graph, "X", NULL, "a", 0, 0.5f);
    put_classifier(&graph, "X", NULL, "b", 1, 0.25f);
    PUT(&graph, "Clip", "a1", "a", "", "most");
    PUT(&graph, "Sum", "Y", "a1", "b");
    ck_assert_uint_eq(expect_same_model(NULL), 1);
}
END_TEST

START_TEST(doubles_are_not_added_up_by_a_forest) {
    put_stump(&graph, "X", "a", 0, 0.5f, 0.1f, -7);
    put_stump(&graph, "X", "b", 1, 0.25f, 3, 5);
    put_with_int(&graph, "Cast", "a", NULL, "a1", "to", TYPE_DOUBLE);
    put_with_int(&graph, "Cast", "b", NULL, "b1", "to", TYPE_DOUBLE);
    PUT(&graph, "Sum", "s", "a1", "b1");
    put_with_int(&graph, "Cast", "s", NULL, "Y", "to", TYPE_FLOAT);
    expect_same_model(NULL);
}
END_TEST

START_TEST(what_is_spread_over_columns_stays_a_sum) {
    put_wide_stump(&graph, "X", "a", 0, 0.5f, 0.1f, -7, 2);
    put_stump(&graph, "X", "b", 1, 0.25f, 3, 5);
    PUT(&graph, "Sum", "Y", "a", "b");
    expect_same_model(NULL);
}
END_TEST

START_TEST(a_sum_of_single_numbers_stays_one) {
    put_stump(&graph, "X", "a", 0, 0.5f, 0.1f, -7);
    put_stump(&graph, "X", "b", 1, 0.25f, 3, 5);
    put_with_int(&graph, "ArgMax", "a", NULL, "a1", "keepdims", 0);
    put_with_int(&graph, "Cast", "a1", NULL, "a2", "to", TYPE_FLOAT);
    PUT(&graph, "Sum", "Y", "a2", "b");
    expect_same_model(NULL);
}
END_TEST

/* One leaf of zeros on either side, of which one is negative. */
START_TEST(zeros_of_both_signs_are_added_up) {
    put_stump(&graph, "X", "a", 0, 0.5f, 0, 3);
    put_stump(&graph, "X", "b", 1, 0.25f, 0, 5);
    PUT(&graph, "Neg", "b1", "b");
    PUT(&graph, "Sum", "Y", "a", "b1");
    expect_same_model(NULL);
}
END_TEST

START_TEST(very_many_targets_are_walked_apart) {
    put_wide_stump(&graph, "X", "Y", 0, 0.5f, 0.1f, -7, 600);
    put_wide_stump(&graph, "X", "Z", 1, 0.5f, 4, 5, 600);
    ck_assert_uint_eq(expect_same_model("Z"), 2);
}
END_TEST

/* Beyond so many different inputs nobody looks for trees of the same one. */
START_TEST(very_many_inputs_end_the_search) {
    enum { N_INPUTS = 70 };
    const char *sides[N_INPUTS];
    char names[N_INPUTS][3][8];
    for (int i = 0; i < N_INPUTS; i++) {
        snprintf(names[i][0], sizeof names[i][0], "c%d", i);
        snprintf(names[i][1], sizeof names[i][1], "x%d", i);
        snprintf(names[i][2], sizeof names[i][2], "y%d", i);
        put_constant(&graph, names[i][0], (float)i / 64 - 0.5f);
        PUT(&graph, "Add", names[i][1], "X", names[i][0]);
        put_stump(&graph, names[i][1], names[i][2], i % N_COLUMNS, 0.5f, 1, (float)i);
        sides[i] = names[i][2];
    }
    put(&graph, "Sum", "Y", sides, N_INPUTS);
    expect_same_model(NULL);
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
    tcase_add_test(tests, a_sum_of_one_tree_is_part_of_what_follows_it);
    tcase_add_test(tests, optional_values_may_be_left_out);
    tcase_add_test(tests, doubles_are_not_added_up_by_a_forest);
    tcase_add_test(tests, what_is_spread_over_columns_stays_a_sum);
    tcase_add_test(tests, a_sum_of_single_numbers_stays_one);
    tcase_add_test(tests, zeros_of_both_signs_are_added_up);
    tcase_add_test(tests, very_many_targets_are_walked_apart);
    tcase_add_test(tests, very_many_inputs_end_the_search);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
