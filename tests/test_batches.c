/*
 * The bits of a row do not depend on the batch that it comes in, nor on how many threads share the
 * session: every split and every thread count gives what one call over all rows gives.
 */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "runtime/ortlite.h"
#include "small_graph.h"

#define N_ROWS    700
#define N_COLUMNS 4
#define N_CLASSES 3

static ortl_session *session;
static float rows[N_ROWS * N_COLUMNS];   /* (N_ROWS, N_COLUMNS) */
static int64_t labels[N_ROWS];           /* of one call over all rows */
static float scores[N_ROWS * N_CLASSES]; /* likewise (N_ROWS, N_CLASSES) */

/* Values around the thresholds of the model, with zeros, infinities and NaN among them. */
static void fill_rows(void) {
    static const uint32_t special[] = {0x7FC00000u, 0x7F800000u, 0xFF800000u,
                                       0x80000000u, 0x00000001u, 0x00000000u};
    uint32_t state = 12345;
    for (int i = 0; i < N_ROWS * N_COLUMNS; i++) {
        state = state * 1664525u + 1013904223u;
        rows[i] = (float)(state >> 8) / (float)(1 << 24) * 8.0f;
        if (state % 11 == 0) memcpy(&rows[i], &special[(state >> 16) % 6], sizeof rows[i]);
    }
}

static void predict(ortl_context *context, size_t first, size_t n, int64_t *labels_out,
                    float *scores_out) {
    ortl_error error;
    ortl_status status = ortl_predict(context, rows + first * N_COLUMNS, n, N_COLUMNS, 1,
                                      labels_out + first, scores_out + first * N_CLASSES, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
}

/* Predicts rows first .. first + n - 1 in calls of at most n_batch rows. */
static void predict_in_batches(size_t first, size_t n, size_t n_batch, int64_t *labels_out,
                               float *scores_out) {
    ortl_context *context;
    ck_assert_int_eq(ortl_context_new(session, &context, NULL), ORTL_OK);
    for (size_t at = 0; at < n; at += n_batch)
        predict(context, first + at, n - at < n_batch ? n - at : n_batch, labels_out, scores_out);
    ortl_context_free(context);
}

static void setup(void) {
    ortl_error error;
    ck_assert_msg(ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", NULL, &session, &error) == ORTL_OK,
                  "%s", error.message);
    fill_rows();
    predict_in_batches(0, N_ROWS, N_ROWS, labels, scores);
}

static void teardown(void) {
    ortl_close(session);
}

START_TEST(any_split_gives_the_same_bits) {
    static const size_t batches[] = {1,  2,  3,   5,   7,   8,   16,  31, 63,
                                     64, 65, 127, 255, 256, 257, 511, 699};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        static int64_t labels_now[N_ROWS];
        static float scores_now[N_ROWS * N_CLASSES];
        predict_in_batches(0, N_ROWS, batches[i], labels_now, scores_now);
        ck_assert_mem_eq(labels_now, labels, sizeof labels);
        ck_assert_mem_eq(scores_now, scores, sizeof scores);
    }
}
END_TEST

typedef struct share {
    size_t first, n;     /* rows */
    int64_t *labels_out; /* (N_ROWS) */
    float *scores_out;   /* (N_ROWS, N_CLASSES) */
} share;

static void *predict_share(void *user) {
    const share *s = user;
    for (size_t n_batch = 1; n_batch < 40; n_batch += 13)
        predict_in_batches(s->first, s->n, n_batch, s->labels_out, s->scores_out);
    return NULL;
}

START_TEST(threads_on_one_session_give_the_same_bits) {
    size_t n_threads = (size_t)_i;
    pthread_t threads[8];
    share shares[8];
    static int64_t labels_now[N_ROWS];
    static float scores_now[N_ROWS * N_CLASSES];
    memset(labels_now, 0, sizeof labels_now);
    memset(scores_now, 0, sizeof scores_now);
    for (size_t i = 0; i < n_threads; i++) {
        size_t first = N_ROWS * i / n_threads, end = N_ROWS * (i + 1) / n_threads;
        shares[i] = (share){first, end - first, labels_now, scores_now};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, predict_share, &shares[i]), 0);
    }
    for (size_t i = 0; i < n_threads; i++) ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_mem_eq(labels_now, labels, sizeof labels);
    ck_assert_mem_eq(scores_now, scores, sizeof scores);
}
END_TEST

/* ---- Threads of the session ------------------------------------------------------------------ */

static ortl_session *open_with_threads(size_t n_threads) {
    ortl_session *opened;
    ortl_error error;
    ortl_options options = ORTL_OPTIONS_INIT;
    options.n_threads = n_threads;
    ortl_status status = ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", &options, &opened, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    return opened;
}

/* Both ways to ask, several times: chunks fall to other threads each time. */
static void check_context(const ortl_session *threaded, size_t n_rows) {
    static const char zeros[sizeof labels];
    ortl_context *context;
    ortl_error error;
    ck_assert_int_eq(ortl_context_new(threaded, &context, NULL), ORTL_OK);
    for (int round = 0; round < 20; round++) {
        int64_t labels_now[N_ROWS] = {0};
        float scores_now[N_ROWS * N_CLASSES] = {0};
        predict(context, 0, n_rows, labels_now, scores_now);
        ck_assert_mem_eq(labels_now, labels, n_rows * sizeof *labels);
        ck_assert_mem_eq(scores_now, scores, n_rows * N_CLASSES * sizeof *scores);
        ck_assert_mem_eq(labels_now + n_rows, zeros, (N_ROWS - n_rows) * sizeof *labels);
        ortl_tensor input = {NULL, ORTL_FLOAT, 2, {(int64_t)n_rows, N_COLUMNS}, rows, 0};
        ortl_tensor outputs[2] = {{.data = NULL},
                                  {.data = scores_now, .n_bytes = sizeof scores_now}};
        ortl_status status = ortl_run(context, &input, 1, outputs, 2, &error);
        ck_assert_msg(status == ORTL_OK, "%s", error.message);
        ck_assert_int_eq(outputs[0].shape[0], (int64_t)n_rows);
        ck_assert_mem_eq(outputs[0].data, labels, n_rows * sizeof *labels);
        ck_assert_mem_eq(outputs[1].data, scores, n_rows * N_CLASSES * sizeof *scores);
    }
    ortl_context_free(context);
}

START_TEST(threads_of_the_session_give_the_same_bits) {
    ortl_session *threaded = open_with_threads((size_t)_i);
    static const size_t n_rows[] = {1, 511, 512, 513, N_ROWS};
    for (size_t i = 0; i < sizeof n_rows / sizeof *n_rows; i++) check_context(threaded, n_rows[i]);
    ortl_close(threaded);
}
END_TEST

static void *use_session(void *user) {
    check_context(user, N_ROWS);
    return NULL;
}

/* One of the calls has the threads, the others go alone. */
START_TEST(many_threads_may_call_a_session_with_threads) {
    ortl_session *threaded = open_with_threads(3);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_session, threaded), 0);
    for (size_t i = 0; i < 4; i++) ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ortl_close(threaded);
}
END_TEST

/* What is wrong is told as one thread tells it. */
START_TEST(errors_are_those_of_one_thread) {
    ortl_session *threaded = open_with_threads(2), *both[2] = {session, threaded};
    ortl_error errors[2];
    for (int i = 0; i < 2; i++) {
        ortl_context *context;
        ck_assert_int_eq(ortl_context_new(both[i], &context, NULL), ORTL_OK);
        ortl_tensor input = {NULL, ORTL_FLOAT, 2, {N_ROWS, N_COLUMNS + 1}, rows, 0};
        ortl_tensor output = {.data = NULL};
        ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, &errors[i]), ORTL_BAD_INPUT);
        input.shape[1] = N_COLUMNS;
        output.name = "nothing";
        ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, NULL), ORTL_BAD_ARGUMENT);
        int64_t label;
        output = (ortl_tensor){.data = &label, .n_bytes = sizeof label};
        ck_assert_int_eq(ortl_run(context, &input, 1, &output, 1, NULL), ORTL_BAD_ARGUMENT);
        ck_assert_uint_eq(output.n_bytes, sizeof labels);
        ortl_context_free(context);
    }
    ck_assert_str_eq(errors[0].message, errors[1].message);
    ortl_close(threaded);
    ortl_options options = ORTL_OPTIONS_INIT;
    options.n_threads = 257;
    ck_assert_int_eq(ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", &options, &threaded, NULL),
                     ORTL_BAD_ARGUMENT);
    options.n_threads = 1;
    options.rows_expected = ORTL_ROWS_EXPECTED_COUNT;
    ck_assert_int_eq(ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", &options, &threaded, NULL),
                     ORTL_BAD_ARGUMENT);
}
END_TEST

/* Inputs of every kind that is wrong, and what only looks it. */
START_TEST(wrong_inputs_are_told_as_by_one_thread) {
    static const ortl_tensor wrong[] = {
        {NULL, ORTL_FLOAT, 0, {0}, rows, 0},
        {NULL, ORTL_FLOAT, 1, {N_ROWS}, rows, 0},
        {NULL, ORTL_FLOAT, ORTL_MAX_RANK + 1, {N_ROWS, N_COLUMNS}, rows, 0},
        {NULL, ORTL_FLOAT, 2, {N_ROWS, N_COLUMNS}, NULL, 0},
        {NULL, ORTL_UNDEFINED, 2, {N_ROWS, N_COLUMNS}, rows, 0},
        {NULL, ORTL_FLOAT, 2, {N_ROWS, -1}, rows, 0},
        {NULL, ORTL_FLOAT, 2, {N_ROWS, INT64_C(1) << 40}, rows, 0},
        {NULL, ORTL_FLOAT, 2, {-1, N_COLUMNS}, rows, 0},
        {NULL, ORTL_FLOAT, 2, {INT64_C(1) << 40, N_COLUMNS}, rows, 0},
        {"nothing", ORTL_FLOAT, 2, {N_ROWS, N_COLUMNS}, rows, 0},
    };
    ortl_session *threaded = open_with_threads(2), *both[2] = {session, threaded};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        ortl_error errors[2];
        for (int i = 0; i < 2; i++) {
            ortl_context *context;
            ck_assert_int_eq(ortl_context_new(both[i], &context, NULL), ORTL_OK);
            ck_assert_int_ne(ortl_run(context, &wrong[k], 1, NULL, 0, &errors[i]), ORTL_OK);
            ortl_context_free(context);
        }
        ck_assert_int_eq(errors[0].status, errors[1].status);
        ck_assert_str_eq(errors[0].message, errors[1].message);
    }
    ortl_close(threaded);
}
END_TEST

/* An output that has no rows, inputs of which one has fixed rows: one thread does all. */
START_TEST(what_cannot_be_cut_is_run_by_one_thread) {
    static const char *const outputs[] = {"Y", "c"};
    wire_builder graph = {0};
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *threaded;
    ortl_context *context;
    ortl_error error;
    options.n_threads = 2;
    put_constant(&graph, "c", 0.25f);
    PUT(&graph, "Add", "Y", "X", "c");
    wire_builder model = finish_model(&graph, N_COLUMNS, outputs, 2);
    ortl_status status = ortl_open_memory(model.bytes, model.n_bytes, &options, &threaded, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(ortl_context_new(threaded, &context, NULL), ORTL_OK);
    ortl_tensor input = {NULL, ORTL_FLOAT, 2, {N_ROWS, N_COLUMNS}, rows, 0};
    ortl_tensor found[2] = {{.data = NULL}, {.data = NULL}};
    status = ortl_run(context, &input, 1, found, 2, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(found[0].shape[0], N_ROWS);
    ck_assert_uint_eq(found[1].n_bytes, sizeof(float));
    ck_assert(*(const float *)found[1].data == 0.25f);
    for (int i = 0; i < N_ROWS * N_COLUMNS; i++)
        ck_assert(isnan(rows[i]) || ((const float *)found[0].data)[i] == rows[i] + 0.25f);
    ortl_context_free(context);
    ortl_close(threaded);
    wire_free(&model);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("batches");
    TCase *tests = tcase_create("iris");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, any_split_gives_the_same_bits);
    tcase_add_loop_test(tests, threads_on_one_session_give_the_same_bits, 1, 9);
    tcase_add_loop_test(tests, threads_of_the_session_give_the_same_bits, 1, 5);
    tcase_add_test(tests, many_threads_may_call_a_session_with_threads);
    tcase_add_test(tests, errors_are_those_of_one_thread);
    tcase_add_test(tests, wrong_inputs_are_told_as_by_one_thread);
    tcase_add_test(tests, what_cannot_be_cut_is_run_by_one_thread);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
