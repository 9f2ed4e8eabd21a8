/*
 * The public interface from outside: opening, describing, predicting and running the iris model,
 * and each way of calling it wrongly.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "onnx_builder.h"
#include "runtime/ortlite.h"

#define IRIS      ORTL_EXAMPLES "/iris/iris.onnx"
#define N_FLOWERS 3

/* (N_FLOWERS, 4) one flower of each kind */
static const float flowers[N_FLOWERS * 4] = {5.1f, 3.5f, 1.4f, 0.2f, 7.0f, 3.2f,
                                             4.7f, 1.4f, 6.3f, 3.3f, 6.0f, 2.5f};

static ortl_session *session;
static ortl_context *context;
static ortl_error error;

static void setup(void) {
    memset(&error, 0, sizeof error);
    ck_assert_msg(ortl_open(IRIS, NULL, &session, &error) == ORTL_OK, "%s", error.message);
    ck_assert_msg(ortl_context_new(session, &context, &error) == ORTL_OK, "%s", error.message);
}

static void teardown(void) {
    ortl_context_free(context);
    ortl_close(session);
    context = NULL;
    session = NULL;
}

static ortl_description describe(void) {
    ortl_description d;
    d.struct_size = sizeof d;
    ck_assert_int_eq(ortl_describe(session, &d, &error), ORTL_OK);
    return d;
}

START_TEST(describes_the_model) {
    ortl_description d = describe();
    ck_assert_uint_eq(d.n_features, 4);
    ck_assert_uint_eq(d.n_scores, 3);
    ck_assert_uint_eq(d.n_classes, 3);
    ck_assert_int_eq(d.label_kind, ORTL_LABELS_INT64);
    ck_assert_int_eq(d.label_output, 0);
    ck_assert_int_eq(d.score_output, 1);
    ck_assert_int_eq(d.is_row_wise, 1);
    ck_assert_uint_eq(d.n_ensembles, 1);
    ck_assert_uint_gt(d.n_trees, 100);
    ck_assert_uint_gt(d.n_nodes, d.n_leaves);
    ck_assert_uint_ge(d.steps_per_row, d.n_trees);
    ck_assert_uint_gt(d.resident_bytes, 0);
    ck_assert_uint_ge(d.load_peak_bytes, d.resident_bytes);
    ck_assert_uint_gt(d.context_bytes, 0);
    ck_assert_uint_gt(strlen(d.kernel), 0);
    ck_assert_str_eq(d.producer_name, "skl2onnx");
}
END_TEST

START_TEST(describes_inputs_outputs_and_classes) {
    ortl_value_info info;
    ck_assert_int_eq(ortl_input(session, 0, &info, &error), ORTL_OK);
    ck_assert_str_eq(info.name, "X");
    ck_assert_int_eq(info.type, ORTL_FLOAT);
    ck_assert_uint_eq(info.rank, 2);
    ck_assert_int_eq(info.shape[0], -1);
    ck_assert_int_eq(info.shape[1], 4);
    ck_assert_int_eq(ortl_output(session, 1, &info, &error), ORTL_OK);
    ck_assert_int_eq(info.is_map, 1);
    ck_assert_int_eq(ortl_input(session, 1, &info, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_output(session, 2, &info, &error), ORTL_BAD_ARGUMENT);
    int64_t value = -1;
    ortl_string text;
    ck_assert_int_eq(ortl_class(session, 2, &value, &text, &error), ORTL_OK);
    ck_assert_int_eq(value, 2);
    ck_assert_ptr_null(text.data);
    ck_assert_int_eq(ortl_class(session, 3, NULL, NULL, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_metadata(session, 10000, NULL, NULL, &error), ORTL_BAD_ARGUMENT);
}
END_TEST

START_TEST(names_the_operators) {
    ortl_operator_info info;
    ck_assert_int_eq(ortl_operator(session, 0, &info, &error), ORTL_OK);
    ck_assert_str_eq(info.name, "TreeEnsembleClassifier");
    ck_assert_str_eq(info.domain, "ai.onnx.ml");
    ck_assert_int_eq(ortl_operator(session, describe().n_operators, &info, &error),
                     ORTL_BAD_ARGUMENT);
    size_t n = 0;
    while (ortl_supported_operator(n, &info, NULL) == ORTL_OK) n++;
    ck_assert_uint_ge(n, 20);
}
END_TEST

START_TEST(predicts_and_runs_the_same) {
    int64_t labels[N_FLOWERS];
    float scores[N_FLOWERS * 3];
    ck_assert_int_eq(ortl_predict(context, flowers, N_FLOWERS, 4, 1, labels, scores, &error),
                     ORTL_OK);
    for (int i = 0; i < N_FLOWERS; i++) {
        ck_assert_int_eq(labels[i], i);
        ck_assert(scores[3 * i + i] > 0.9f);
    }
    ortl_tensor input = {"X", ORTL_FLOAT, 2, {N_FLOWERS, 4}, (void *)(uintptr_t)flowers, 0};
    ortl_tensor outputs[2] = {{0}, {0}};
    ck_assert_int_eq(ortl_run(context, &input, 1, outputs, 2, &error), ORTL_OK);
    ck_assert_int_eq(outputs[0].type, ORTL_INT64);
    ck_assert_uint_eq(outputs[0].rank, 1);
    ck_assert_mem_eq(outputs[0].data, labels, sizeof labels);
    ck_assert_uint_eq(outputs[1].rank, 2);
    ck_assert_uint_eq(outputs[1].n_bytes, sizeof scores);
    ck_assert_mem_eq(outputs[1].data, scores, sizeof scores);
}
END_TEST

START_TEST(reads_columns_and_gaps_without_a_copy) {
    float scores[N_FLOWERS * 3], again[N_FLOWERS * 3];
    float by_column[4 * N_FLOWERS], reversed[N_FLOWERS * 8];
    for (int i = 0; i < N_FLOWERS; i++)
        for (int j = 0; j < 4; j++) {
            by_column[j * N_FLOWERS + i] = flowers[i * 4 + j];
            reversed[(N_FLOWERS - 1 - i) * 8 + 2 * j] = flowers[i * 4 + j];
        }
    ck_assert_int_eq(ortl_predict(context, flowers, N_FLOWERS, 4, 1, NULL, scores, &error),
                     ORTL_OK);
    ck_assert_int_eq(ortl_predict(context, by_column, N_FLOWERS, 1, N_FLOWERS, NULL, again, &error),
                     ORTL_OK);
    ck_assert_mem_eq(scores, again, sizeof scores);
    ck_assert_int_eq(ortl_predict(context, reversed + (N_FLOWERS - 1) * 8, N_FLOWERS, -8, 2, NULL,
                                  again, &error),
                     ORTL_OK);
    ck_assert_mem_eq(scores, again, sizeof scores);
    ck_assert_int_eq(ortl_predict(context, flowers, N_FLOWERS, 0, 1, NULL, again, &error), ORTL_OK);
    for (int i = 0; i < N_FLOWERS; i++)
        ck_assert_mem_eq(again + 3 * i, scores, 3 * sizeof(float)); /* row 0 again and again */
}
END_TEST

START_TEST(no_rows_are_no_error) {
    ck_assert_int_eq(ortl_predict(context, NULL, 0, 4, 1, NULL, NULL, &error), ORTL_OK);
    ortl_tensor input = {NULL, ORTL_FLOAT, 2, {0, 4}, NULL, 0};
    ortl_tensor outputs[2] = {{0}, {0}};
    ck_assert_int_eq(ortl_run(context, &input, 1, outputs, 2, &error), ORTL_OK);
    ck_assert_int_eq(outputs[0].shape[0], 0);
    ck_assert_int_eq(outputs[1].shape[0], 0);
    ck_assert_int_eq(outputs[1].shape[1], 3);
}
END_TEST

START_TEST(refuses_wrong_inputs) {
    ortl_tensor input = {"X", ORTL_DOUBLE, 2, {1, 4}, (void *)(uintptr_t)flowers, 0};
    ck_assert_int_eq(ortl_run(context, &input, 1, NULL, 0, &error), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "double"));
    input.type = ORTL_FLOAT;
    input.shape[1] = 3;
    ck_assert_int_eq(ortl_run(context, &input, 1, NULL, 0, &error), ORTL_BAD_INPUT);
    input.rank = 3;
    ck_assert_int_eq(ortl_run(context, &input, 1, NULL, 0, &error), ORTL_BAD_INPUT);
    input.rank = ORTL_MAX_RANK + 1;
    ck_assert_int_eq(ortl_run(context, &input, 1, NULL, 0, &error), ORTL_BAD_INPUT);
    input.rank = 2;
    input.shape[1] = 4;
    input.name = "Y";
    ck_assert_int_eq(ortl_run(context, &input, 1, NULL, 0, &error), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "\"Y\""));
    input.name = "X";
    input.data = NULL;
    ck_assert_int_eq(ortl_run(context, &input, 1, NULL, 0, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_run(context, NULL, 0, NULL, 0, &error), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "missing"));
    input.data = (void *)(uintptr_t)flowers;
    ortl_tensor twice[2] = {input, input};
    ck_assert_int_eq(ortl_run(context, twice, 2, NULL, 0, &error), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "twice"));
    ck_assert_int_eq(ortl_predict(context, NULL, 1, 4, 1, NULL, NULL, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_predict(NULL, flowers, 1, 4, 1, NULL, NULL, NULL), ORTL_BAD_ARGUMENT);
}
END_TEST

START_TEST(a_small_buffer_learns_the_size) {
    ortl_tensor input = {"X", ORTL_FLOAT, 2, {N_FLOWERS, 4}, (void *)(uintptr_t)flowers, 0};
    float scores[N_FLOWERS * 3];
    ortl_value_info info;
    ck_assert_int_eq(ortl_output(session, 1, &info, &error), ORTL_OK);
    ortl_tensor output = {info.name, ORTL_UNDEFINED, 0, {0}, scores, sizeof scores - 1};
    ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, &error), ORTL_BAD_ARGUMENT);
    ck_assert_uint_eq(output.n_bytes, sizeof scores);
    ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, &error), ORTL_OK);
    output.name = "nothing";
    ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, &error), ORTL_BAD_ARGUMENT);
}
END_TEST

START_TEST(refuses_wrong_handles_and_sizes) {
    ortl_session *none = session;
    ck_assert_int_eq(ortl_open(NULL, NULL, &none, &error), ORTL_BAD_ARGUMENT);
    ck_assert_ptr_null(none);
    ck_assert_int_eq(ortl_open(IRIS, NULL, NULL, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_open("/nonexistent/x.onnx", NULL, &none, &error), ORTL_IO);
    ck_assert_int_eq(ortl_open("/", NULL, &none, &error), ORTL_IO);
    ck_assert_int_eq(ortl_open_memory("", 0, NULL, &none, &error), ORTL_BAD_MODEL);
    ck_assert_ptr_null(none);
    ortl_options options = ORTL_OPTIONS_INIT;
    options.struct_size = sizeof options + 1;
    ck_assert_int_eq(ortl_open(IRIS, &options, &none, &error), ORTL_BAD_ARGUMENT);
    options.struct_size = sizeof options;
    options.kernel = "no such kernel";
    ck_assert_int_eq(ortl_open(IRIS, &options, &none, &error), ORTL_BAD_ARGUMENT);
    options.kernel = NULL;
    options.hidden_features = "avx2,no such feature";
    ck_assert_int_eq(ortl_open(IRIS, &options, &none, &error), ORTL_BAD_ARGUMENT);
    ortl_description d;
    d.struct_size = 1;
    ck_assert_int_eq(ortl_describe(session, &d, &error), ORTL_BAD_ARGUMENT);
    ortl_context *nothing = context;
    ck_assert_int_eq(ortl_context_new(NULL, &nothing, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_ptr_null(nothing);
    ck_assert_int_eq(ortl_context_reserve(NULL, 1, NULL), ORTL_BAD_ARGUMENT);
    ortl_context_free(NULL);
    ortl_close(NULL);
}
END_TEST

/* Each limit, set just too low for the iris model, is named in the message with both numbers. */
START_TEST(limits_are_enforced_by_name) {
    static const char *const names[] = {
        "model_bytes", "memory_bytes",  "tree_nodes",   "trees",       "features",
        "nesting",     "steps_per_row", "string_bytes", "graph_nodes", "outputs_per_row"};
    const char *name = names[_i];
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *none = NULL;
#define SET_LIMIT(limit, value, sentence)                                                          \
    if (strcmp(name, #limit) == 0) options.limits.limit = 1;
    ORTL_LIMIT_MAP(SET_LIMIT)
#undef SET_LIMIT
    ck_assert_int_eq(ortl_open(IRIS, &options, &none, &error), ORTL_LIMIT);
    ck_assert_msg(strstr(error.message, name) != NULL, "%s: %s", name, error.message);
    ck_assert_ptr_null(none);
}
END_TEST

START_TEST(context_and_rows_have_limits_too) {
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *small = NULL;
    ortl_context *none = NULL;
    options.limits.context_bytes = 64;
    options.limits.rows = 2;
    ck_assert_int_eq(ortl_open(IRIS, &options, &small, &error), ORTL_OK);
    ck_assert_int_eq(ortl_context_new(small, &none, &error), ORTL_LIMIT);
    ck_assert_ptr_null(none);
    ck_assert_ptr_nonnull(strstr(error.message, "context_bytes"));
    ortl_close(small);
    options.limits.context_bytes = 0;
    ck_assert_int_eq(ortl_open(IRIS, &options, &small, &error), ORTL_OK);
    ck_assert_int_eq(ortl_context_new(small, &none, &error), ORTL_OK);
    ck_assert_int_eq(ortl_predict(none, flowers, 3, 4, 1, NULL, NULL, &error), ORTL_LIMIT);
    ck_assert_int_eq(ortl_context_reserve(none, 3, &error), ORTL_LIMIT);
    ortl_tensor input = {"X", ORTL_FLOAT, 2, {3, 4}, (void *)(uintptr_t)flowers, 0};
    ck_assert_int_eq(ortl_run(none, &input, 1, NULL, 0, &error), ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "rows"));
    ck_assert_int_eq(ortl_predict(none, flowers, 2, 4, 1, NULL, NULL, &error), ORTL_OK);
    ortl_context_free(none);
    ortl_close(small);
}
END_TEST

/* ---- The allocator hook: every byte comes from it and goes back, each call may fail ------------
 */

typedef struct counter {
    long n_calls;
    long fail_at; /* this call and all later ones fail; -1: none */
    size_t used;  /* bytes */
} counter;

static void *count_allocate(void *user, size_t n_bytes) {
    counter *c = user;
    if (c->fail_at >= 0 && c->n_calls++ >= c->fail_at) return NULL;
    c->used += n_bytes;
    return malloc(n_bytes);
}

static void *count_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    counter *c = user;
    if (c->fail_at >= 0 && c->n_calls++ >= c->fail_at) return NULL;
    c->used += new_bytes - old_bytes;
    return realloc(block, new_bytes);
}

static void count_release(void *user, void *block, size_t n_bytes) {
    counter *c = user;
    c->used -= n_bytes;
    free(block);
}

/* Opens, predicts, runs and closes; the first failure's status. */
static ortl_status live_once(const ortl_options *options) {
    ortl_session *s = NULL;
    ortl_context *c = NULL;
    float scores[N_FLOWERS * 3];
    double raw[N_FLOWERS * 3];
    ortl_tensor input = {"X", ORTL_FLOAT, 2, {N_FLOWERS, 4}, (void *)(uintptr_t)flowers, 0};
    ortl_status status = ortl_open(IRIS, options, &s, &error);
    if (status == ORTL_OK) status = ortl_context_new(s, &c, &error);
    if (status == ORTL_OK) status = ortl_predict(c, flowers, N_FLOWERS, 4, 1, NULL, scores, &error);
    if (status == ORTL_OK) status = ortl_context_reserve(c, 1000, &error);
    if (status == ORTL_OK) status = ortl_run(c, &input, 1, NULL, 0, &error);
    if (status == ORTL_OK) status = ortl_raw_scores(c, &input, 1, raw, N_FLOWERS * 3, &error);
    ortl_context_free(c);
    ortl_close(s);
    return status;
}

START_TEST(every_allocation_may_fail) {
    counter c = {0, -1, 0};
    ortl_allocator allocator = {&c, count_allocate, count_reallocate, count_release};
    ortl_options options = ORTL_OPTIONS_INIT;
    options.allocator = &allocator;
    options.n_threads = (size_t)_i;
    options.keep_forest = 1;
    ck_assert_int_eq(live_once(&options), ORTL_OK);
    ck_assert_uint_eq(c.used, 0);
    ortl_status status = ORTL_NO_MEMORY;
    for (c.fail_at = 0; status != ORTL_OK; c.fail_at++) {
        ck_assert_int_lt(c.fail_at, 10000);
        c.n_calls = 0;
        status = live_once(&options);
        ck_assert_msg(status == ORTL_OK || status == ORTL_NO_MEMORY, "call %ld: %s", c.fail_at,
                      error.message);
        ck_assert_uint_eq(c.used, 0);
    }
    ck_assert_int_gt(c.fail_at, 20);
}
END_TEST

/* Opens a graph from X [N, 3] to Y around one operator with an attribute. */
static ortl_status open_single(const char *op_type, const char *domain, const char *attribute,
                               int64_t value, ortl_session **session_out) {
    static const onnx_style plain = {0};
    wire_builder model = {0}, graph = {0}, node = {0};
    onnx_node_head(&node, op_type, domain, NULL, "X", "Y");
    onnx_int(&node, &plain, attribute, value);
    onnx_graph(&graph, &node);
    onnx_model(&model, &plain, &graph);
    ortl_status status = ortl_open_memory(model.bytes, model.n_bytes, NULL, session_out, &error);
    wire_free(&model);
    return status;
}

START_TEST(what_no_row_could_run_is_refused) {
    static const struct {
        const char *op_type;
        int64_t axis;
    } cases[] = {{"ArgMax", 5}, {"ArgMax", -3}, {"Softmax", 2}, {"Softmax", -4},
                 {"Concat", 3}, {"Split", 2},   {"Flatten", 5}};
    ortl_session *opened = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(open_single(cases[i].op_type, "", "axis", cases[i].axis, &opened),
                         ORTL_BAD_MODEL);
        ck_assert_int_eq(error.status, ORTL_BAD_MODEL);
        ck_assert_msg(strstr(error.message, "axis") != NULL, "%s", error.message);
        ck_assert_ptr_null(opened);
    }
    ck_assert_int_eq(open_single("ArgMax", "", "axis", -2, &opened), ORTL_OK);
    ortl_close(opened);
}
END_TEST

static Suite *session_suite(void) {
    Suite *suite = suite_create("session");
    TCase *tests = tcase_create("iris");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, describes_the_model);
    tcase_add_test(tests, describes_inputs_outputs_and_classes);
    tcase_add_test(tests, names_the_operators);
    tcase_add_test(tests, predicts_and_runs_the_same);
    tcase_add_test(tests, reads_columns_and_gaps_without_a_copy);
    tcase_add_test(tests, no_rows_are_no_error);
    tcase_add_test(tests, refuses_wrong_inputs);
    tcase_add_test(tests, a_small_buffer_learns_the_size);
    tcase_add_test(tests, refuses_wrong_handles_and_sizes);
    tcase_add_loop_test(tests, limits_are_enforced_by_name, 0, 10);
    tcase_add_test(tests, context_and_rows_have_limits_too);
    tcase_add_loop_test(tests, every_allocation_may_fail, 1, 4);
    tcase_add_test(tests, what_no_row_could_run_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void) {
    SRunner *runner = srunner_create(session_suite());
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
