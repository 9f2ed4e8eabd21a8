/*
 * ortl_predict on graphs that are more, or no more, than trees on an input: rows that are gathered
 * first, labels that are no classes, outputs of another extent, and threads that meet such a row.
 */
#include <check.h>
#include <stdint.h>
#include <string.h>

#include "runtime/ortlite.h"
#include "small_graph.h"

#define N_ROWS    1500
#define N_COLUMNS 3

static float rows[N_ROWS * N_COLUMNS]; /* (N_ROWS, N_COLUMNS) */
static wire_builder graph;
static ortl_session *session;
static ortl_context *context;
static ortl_error error;

static void begin(void) {
    for (int i = 0; i < N_ROWS * N_COLUMNS; i++) rows[i] = (float)(i % 17) / 16;
}

static void end(void) {
    ortl_context_free(context);
    ortl_close(session);
}

static void open_graph(size_t n_threads, const char *first, const char *second) {
    const char *outputs[] = {first, second};
    ortl_options options = ORTL_OPTIONS_INIT;
    options.n_threads = n_threads;
    wire_builder model = finish_model(&graph, N_COLUMNS, outputs, second != NULL ? 2 : 1);
    ortl_status status = ortl_open_memory(model.bytes, model.n_bytes, &options, &session, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
    wire_free(&model);
}

/* (n_rows, 1) scores of the rows as they are and of the same rows column after column. */
static void expect_same_by_column(size_t n_rows) {
    static float turned[N_ROWS * N_COLUMNS], scores[N_ROWS], again[N_ROWS];
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < N_COLUMNS; j++) turned[j * n_rows + i] = rows[i * N_COLUMNS + j];
    ck_assert_int_eq(ortl_predict(context, rows, n_rows, N_COLUMNS, 1, NULL, scores, &error),
                     ORTL_OK);
    ck_assert_int_eq(
        ortl_predict(context, turned, n_rows, 1, (ptrdiff_t)n_rows, NULL, again, &error), ORTL_OK);
    ck_assert_mem_eq(scores, again, n_rows * sizeof *scores);
}

START_TEST(rows_are_gathered_for_other_operators) {
    put_constant(&graph, "c", 0.25f);
    PUT(&graph, "Add", "x", "X", "c");
    put_stump(&graph, "x", "Y", 1, 0.7f, 1, 2);
    open_graph(1 + (size_t)_i, "Y", NULL);
    expect_same_by_column(7);
    expect_same_by_column(N_ROWS);
}
END_TEST

/* Trees alone, under another name: what ortl_run gives, with one thread and with several. */
START_TEST(trees_alone_give_what_a_run_gives) {
    static float scores[N_ROWS], again[N_ROWS];
    ortl_tensor input = {.type = ORTL_FLOAT, .rank = 2, .shape = {N_ROWS, N_COLUMNS}, .data = rows};
    ortl_tensor output = {.data = again, .n_bytes = sizeof again};
    put_stump(&graph, "X", "scores", 1, 0.7f, 1, 2);
    PUT(&graph, "Identity", "Y", "scores");
    open_graph(1 + (size_t)_i, "Y", NULL);
    expect_same_by_column(7);
    expect_same_by_column(N_ROWS);
    ck_assert_int_eq(ortl_predict(context, rows, N_ROWS, N_COLUMNS, 1, NULL, scores, &error),
                     ORTL_OK);
    ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, &error), ORTL_OK);
    ck_assert_mem_eq(scores, again, sizeof scores);
    for (int i = 0; i < N_ROWS; i++)
        ck_assert(scores[i] == (rows[i * N_COLUMNS + 1] <= 0.7f ? 1.0f : 2.0f));
}
END_TEST

/* A row's answer depends on the rows before it, so that all go through the graph at once. */
START_TEST(rows_that_belong_together_are_gathered_together) {
    wire_builder axis = {0};
    onnx_tensor_head(&axis, "axis", TYPE_INT64, 1);
    wire_int(&axis, 7, 0);
    wire_message(&graph, 5, &axis);
    PUT(&graph, "CumSum", "x", "X", "axis");
    put_stump(&graph, "x", "Y", 1, 40, 1, 2);
    open_graph(1, "Y", NULL);
    expect_same_by_column(7);
    expect_same_by_column(N_ROWS);
}
END_TEST

/* Labels a and b, of which b is given another name behind the trees. */
static void open_renaming(size_t n_threads) {
    static const char *const keys[] = {"a"}, *const values[] = {"a"};
    wire_builder node = {0};
    put_classifier(&graph, "X", "label", "scores", 0, 0.75f);
    onnx_node_head(&node, "LabelEncoder", "ai.onnx.ml", NULL, "label", "Y");
    onnx_strings(&node, &plain, "keys_strings", keys, 1);
    onnx_strings(&node, &plain, "values_strings", values, 1);
    onnx_string(&node, &plain, "default_string", "z");
    wire_message(&graph, 1, &node);
    open_graph(n_threads, "Y", "scores");
}

START_TEST(a_label_that_is_no_class_is_told) {
    static int64_t labels[N_ROWS];
    open_renaming(1 + (size_t)_i);
    for (int i = 0; i < N_ROWS; i++) rows[i * N_COLUMNS] = 0.5f;
    ortl_status status = ortl_predict(context, rows, N_ROWS, N_COLUMNS, 1, labels, NULL, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    for (int i = 0; i < N_ROWS; i++) ck_assert_int_eq(labels[i], 0);
    rows[(N_ROWS - 2) * N_COLUMNS] = 1;
    rows[(N_ROWS / 2) * N_COLUMNS] = 1;
    ck_assert_int_eq(ortl_predict(context, rows, N_ROWS, N_COLUMNS, 1, labels, NULL, &error),
                     ORTL_UNSUPPORTED);
    ck_assert_str_eq(error.message, "label \"z\" is none of the classes; use ortl_run");
    ck_assert_int_eq(ortl_predict(context, rows, N_ROWS, N_COLUMNS, 1, labels, NULL, NULL),
                     ORTL_UNSUPPORTED);
}
END_TEST

START_TEST(labels_or_scores_may_be_missing) {
    int64_t label = -1;
    float score = -1;
    put_stump(&graph, "X", "Y", 1, 0.7f, 1, 2);
    open_graph(1, "Y", NULL);
    ck_assert_int_eq(ortl_predict(context, rows, 1, N_COLUMNS, 1, &label, &score, &error),
                     ORTL_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "no labels"));
    ck_assert_int_eq(ortl_predict(context, rows, 1, N_COLUMNS, 1, NULL, NULL, &error), ORTL_OK);
    end();
    put_with_int(&graph, "ArgMax", "X", NULL, "Y", "axis", 1);
    open_graph(1, "Y", NULL);
    ck_assert_int_eq(ortl_predict(context, rows, 1, N_COLUMNS, 1, &label, &score, &error), ORTL_OK);
    ck_assert_int_eq(label, 2);
    ck_assert(score == -1);
}
END_TEST

START_TEST(outputs_of_another_extent_are_told) {
    int64_t labels[2 * N_COLUMNS];
    float scores[2];
    put_with_int(&graph, "Cast", "X", NULL, "L", "to", TYPE_INT64);
    open_graph(1, "L", NULL);
    ck_assert_int_eq(ortl_predict(context, rows, 2, N_COLUMNS, 1, labels, NULL, &error),
                     ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, "label output has 6 elements, 2 were expected");
    end();
    PUT(&graph, "NonZero", "n", "X"); /* of rows of zeros, none */
    put_with_int(&graph, "Cast", "n", NULL, "Y", "to", TYPE_FLOAT);
    open_graph(1, "Y", NULL);
    ck_assert_int_eq(ortl_predict(context, rows + N_COLUMNS, 1, N_COLUMNS, 1, NULL, scores, &error),
                     ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, "score output has 6 elements, 0 were expected");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("predict");
    TCase *tests = tcase_create("graphs");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, rows_are_gathered_for_other_operators, 0, 3);
    tcase_add_loop_test(tests, trees_alone_give_what_a_run_gives, 0, 3);
    tcase_add_test(tests, rows_that_belong_together_are_gathered_together);
    tcase_add_loop_test(tests, a_label_that_is_no_class_is_told, 0, 3);
    tcase_add_test(tests, labels_or_scores_may_be_missing);
    tcase_add_test(tests, outputs_of_another_extent_are_told);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
