/*
 * Danger: memory runs out. For each recorded model and each seed of the converters' fuzz targets,
 * every allocation fails in turn, once, and some of them with all that follow: the answer is "out
 * of memory", or what it would have been, and nothing stays behind.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "converters/convert.h"
#include "fuzz/door.h"
#include "runtime/ortlite.h"
#include "tools/npy.h"

#define MAX_INPUTS 4
#define MAX_PATH   1024

/* At most so many allocations of a scenario are made to fail; of more, every second or third. */
#define MOST_FAILURES 4000

/* One try on a file, with this allocator. */
typedef ortl_status (*scenario)(const char *path, const ortl_allocator *allocator,
                                ortl_error *error);

static ortl_status try_once(scenario run, const char *path, watched_memory *memory) {
    ortl_allocator allocator = watched_allocator(memory);
    ortl_error error = {ORTL_OK, ""};
    ortl_status status = run(path, &allocator, &error);
    door_judge(status, &error);
    watched_require_empty(memory);
    return status;
}

static void fail_each_allocation(scenario run, const char *path) {
    watched_memory plenty = {0};
    ortl_status first = try_once(run, path, &plenty);
    uint64_t step = 1 + plenty.n_calls / MOST_FAILURES;
    for (uint64_t n = 1; n <= plenty.n_calls; n += step) {
        watched_memory scarce = {.fails_at = n, .keeps_failing = n / step % 5 == 0};
        ortl_status status = try_once(run, path, &scarce);
        ck_assert_msg(status == first || status == ORTL_NO_MEMORY, "%s: status %d, allocation %lu",
                      path, (int)status, (unsigned long)n);
    }
}

/* ---- Models ---------------------------------------------------------------------------------- */

/* The inputs recorded beside the model; read again for each try, as a run may not change them. */
static size_t read_inputs(const char *path, ortl_tensor *inputs_out) {
    size_t n = 0;
    int folder = (int)(strrchr(path, '/') - path);
    for (; n < MAX_INPUTS; n++) {
        char name[MAX_PATH];
        snprintf(name, sizeof name, "%.*s/input_%zu.npy", folder, path, n);
        if (npy_read(name, &inputs_out[n], NULL) != ORTL_OK) break;
    }
    return n;
}

static ortl_status run_recorded(ortl_context *context, const char *path, size_t n_outputs,
                                ortl_error *error) {
    ortl_tensor inputs[MAX_INPUTS];
    ortl_tensor *outputs = calloc(n_outputs + 1, sizeof *outputs);
    size_t n_inputs = read_inputs(path, inputs);
    ck_assert_ptr_nonnull(outputs);
    ortl_status status = ortl_run(context, inputs, n_inputs, outputs, n_outputs, error);
    for (size_t i = 0; i < n_inputs; i++) npy_free(&inputs[i]);
    free(outputs);
    return status;
}

static ortl_status use_model(const char *path, const ortl_allocator *allocator, ortl_error *error) {
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_description about = {.struct_size = sizeof about};
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    options.allocator = allocator;
    options.algebra = "plain"; /* OpenBLAS, once opened, keeps what it took */
    ortl_status status = ortl_open(path, &options, &session, error);
    if (status == ORTL_OK) status = ortl_describe(session, &about, error);
    if (status == ORTL_OK) status = ortl_context_new(session, &context, error);
    if (status == ORTL_OK) status = run_recorded(context, path, about.n_outputs, error);
    ortl_context_free(context);
    ortl_close(session);
    return status;
}

/* ---- Sources --------------------------------------------------------------------------------- */

static const ortl_convert_options *choices(const ortl_allocator *allocator, unsigned is_other) {
    static const char *const metadata[] = {"origin", "a test"};
    static ortl_convert_options options;
    options = (ortl_convert_options)ORTL_CONVERT_OPTIONS_INIT;
    options.allocator = allocator;
    options.opset_ml = is_other ? 5 : 3;
    options.input_type = is_other ? ORTL_DOUBLE : ORTL_FLOAT;
    options.rounds = is_other ? ORTL_ROUNDS_ALL : ORTL_ROUNDS_AUTO;
    options.metadata = is_other ? metadata : NULL;
    options.n_metadata = is_other;
    return &options;
}

static const char output_template[] = "/tmp/ort-lite-scarce-XXXXXX";
static char output_path[sizeof output_template];

static ortl_status convert(const char *path, const ortl_allocator *allocator, ortl_error *error) {
    return ortl_convert(path, output_path, choices(allocator, 0), NULL, error);
}

static ortl_status convert_otherwise(const char *path, const ortl_allocator *allocator,
                                     ortl_error *error) {
    return ortl_convert(path, output_path, choices(allocator, 1), NULL, error);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static glob_t models, sources;

START_TEST(models_when_memory_is_scarce) {
    fail_each_allocation(use_model, models.gl_pathv[_i]);
}
END_TEST

START_TEST(sources_when_memory_is_scarce) {
    memcpy(output_path, output_template, sizeof output_path);
    int descriptor = mkstemp(output_path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    fail_each_allocation(convert, sources.gl_pathv[_i]);
    fail_each_allocation(convert_otherwise, sources.gl_pathv[_i]);
    unlink(output_path);
}
END_TEST

int main(void) {
    glob(ORTL_TEST_DATA "/conformance/*/model.onnx", 0, NULL, &models);
    glob(ORTL_TEST_DATA "/random/*0/model.onnx", GLOB_APPEND, NULL, &models);
    for (size_t i = 0; ortl_convert_trainer(i, NULL) != NULL; i++) {
        char pattern[MAX_PATH];
        snprintf(pattern, sizeof pattern, "%s/../fuzz/seeds/%s/*", ORTL_TEST_DATA,
                 ortl_convert_trainer(i, NULL));
        glob(pattern, GLOB_APPEND, NULL, &sources);
    }
    if (models.gl_pathc < 100 || sources.gl_pathc < 20) return 1;
    TCase *tests = tcase_create("scarce");
    tcase_add_loop_test(tests, models_when_memory_is_scarce, 0, (int)models.gl_pathc);
    tcase_add_loop_test(tests, sources_when_memory_is_scarce, 0, (int)sources.gl_pathc);
    Suite *suite = suite_create("scarce");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    globfree(&models);
    globfree(&sources);
    return n_failed != 0;
}
