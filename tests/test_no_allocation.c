/*
 * Predicting allocates nothing once a context exists: counted by the allocator that the session is
 * given, and by the linker, which turns every malloc, calloc, realloc and free of the library and
 * of this file into the functions below (-Wl,--wrap).
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/ortlite.h"

enum { MAX_ROWS = 300, MAX_FEATURES = 64, MAX_SCORES = 32 };

static size_t n_heap_calls; /* of the C library */
static size_t n_hook_calls; /* of the session's allocator */

/* ---- The C library's heap, counted ----------------------------------------------------------- */

void *__real_malloc(size_t n_bytes);
void *__real_calloc(size_t n, size_t n_bytes);
void *__real_realloc(void *block, size_t n_bytes);
void __real_free(void *block);
void *__wrap_malloc(size_t n_bytes);
void *__wrap_calloc(size_t n, size_t n_bytes);
void *__wrap_realloc(void *block, size_t n_bytes);
void __wrap_free(void *block);

void *__wrap_malloc(size_t n_bytes) {
    n_heap_calls++;
    return __real_malloc(n_bytes);
}

void *__wrap_calloc(size_t n, size_t n_bytes) {
    n_heap_calls++;
    return __real_calloc(n, n_bytes);
}

void *__wrap_realloc(void *block, size_t n_bytes) {
    n_heap_calls++;
    return __real_realloc(block, n_bytes);
}

void __wrap_free(void *block) {
    n_heap_calls++;
    __real_free(block);
}

/* ---- The session's allocator, counted -------------------------------------------------------- */

static void *hook_allocate(void *user, size_t n_bytes) {
    (void)user;
    n_hook_calls++;
    return malloc(n_bytes);
}

static void *hook_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    (void)user;
    (void)old_bytes;
    n_hook_calls++;
    return realloc(block, new_bytes);
}

static void hook_release(void *user, void *block, size_t n_bytes) {
    (void)user;
    (void)n_bytes;
    n_hook_calls++;
    free(block);
}

/* ---- Models ---------------------------------------------------------------------------------- */

/* One of each common form; all take float rows. */
static const char *const models[] = {
    ORTL_EXAMPLES "/iris/iris.onnx",
    ORTL_TEST_DATA "/conformance/catboost__bin_strings/model.onnx",
    ORTL_TEST_DATA "/conformance/lightgbm__lgbm_skl_bin/model.onnx",
    ORTL_TEST_DATA "/conformance/lightgbm__reg_gamma/model.onnx",
    ORTL_TEST_DATA "/conformance/multi__strings_utf8/model.onnx",
    ORTL_TEST_DATA "/conformance/reg__post_softmax_zero_t3/model.onnx",
    ORTL_TEST_DATA "/conformance/sklearn__hgb_nan_reg/model.onnx",
    ORTL_TEST_DATA "/conformance/sklearn__pipe_imp_median_rf/model.onnx",
    ORTL_TEST_DATA "/conformance/v5__agg0_t3/model.onnx",
    ORTL_TEST_DATA "/conformance/xgboost__colsample/model.onnx",
};

enum { N_MODELS = sizeof models / sizeof models[0] };

static const size_t batches[] = {1, 2, 7, 64, 65, 129, MAX_ROWS};

static float rows[MAX_ROWS * MAX_FEATURES];
static int64_t labels[MAX_ROWS];
static float scores[MAX_ROWS * MAX_SCORES];

static ortl_session *session;
static ortl_context *context;
static ortl_description description;

static void open_model(const char *path) {
    static const ortl_allocator allocator = {NULL, hook_allocate, hook_reallocate, hook_release};
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_error error;
    options.allocator = &allocator;
    ck_assert_msg(ortl_open(path, &options, &session, &error) == ORTL_OK, "%s: %s", path,
                  error.message);
    ck_assert_int_eq(ortl_context_new(session, &context, NULL), ORTL_OK);
    description.struct_size = sizeof description;
    ck_assert_int_eq(ortl_describe(session, &description, NULL), ORTL_OK);
    ck_assert_uint_ge(description.n_features, 1);
    ck_assert_uint_le(description.n_features, MAX_FEATURES);
    ck_assert_uint_le(description.n_scores, MAX_SCORES);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) rows[i] = (float)(i % 17) / 4 - 2;
}

static void close_model(void) {
    ortl_context_free(context);
    ortl_close(session);
}

/* Starts counting; the counters must have moved before, or they count nothing. */
static void start_counting(void) {
    ck_assert_uint_gt(n_heap_calls, 0);
    ck_assert_uint_gt(n_hook_calls, 0);
    n_heap_calls = 0;
    n_hook_calls = 0;
}

START_TEST(predicting_allocates_nothing) {
    open_model(models[_i]);
    start_counting();
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < sizeof batches / sizeof batches[0] && status == ORTL_OK; i++) {
        status = ortl_predict(context, rows, batches[i], (ptrdiff_t)description.n_features, 1,
                              description.label_output >= 0 ? labels : NULL,
                              description.n_scores ? scores : NULL, NULL);
    }
    size_t n_heap = n_heap_calls;
    size_t n_hook = n_hook_calls;
    ck_assert_int_eq(status, ORTL_OK);
    ck_assert_uint_eq(n_heap, 0);
    ck_assert_uint_eq(n_hook, 0);
    close_model();
}
END_TEST

START_TEST(running_in_reserved_room_allocates_nothing) {
    open_model(models[_i]);
    ortl_tensor input = {.type = ORTL_FLOAT, .rank = 2, .data = rows};
    ortl_tensor outputs[2] = {{0}};
    input.shape[0] = MAX_ROWS;
    input.shape[1] = (int64_t)description.n_features;
    ck_assert_int_eq(ortl_context_reserve(context, MAX_ROWS, NULL), ORTL_OK);
    start_counting();
    ortl_status status = ortl_run(context, &input, 1, outputs, description.n_outputs, NULL);
    size_t n_heap = n_heap_calls;
    size_t n_hook = n_hook_calls;
    ck_assert_int_eq(status, ORTL_OK);
    ck_assert_uint_eq(n_heap, 0);
    ck_assert_uint_eq(n_hook, 0);
    close_model();
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("allocation");
    tcase_add_loop_test(tests, predicting_allocates_nothing, 0, N_MODELS);
    tcase_add_loop_test(tests, running_in_reserved_room_allocates_nothing, 0, N_MODELS);
    Suite *suite = suite_create("no_allocation");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
