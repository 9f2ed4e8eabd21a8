/*
 * Replays recorded cases through ortl_open and ortl_run. data/random holds random ensembles with
 * the answers of single-threaded onnxruntime (peers/record_random.py made them); data/conformance
 * holds chosen models of five exporters and hand-made ones, with the same answers, or the
 * specification's where onnxruntime departs from it, and 0 in cells that it leaves unwritten.
 *
 * A case is a folder with model.onnx, input_<k>.npy and output_<k>.npy. MANIFEST.tsv lists them:
 *     case    expect (ok; model, input or limit: refused with that exit code)    tolerance
 * A tolerance of 0 means the same bits, NaN apart; others are relative above 1, absolute below.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/ortlite.h"
#include "tools/npy.h"

enum { MAX_CASES = 400, MAX_TENSORS = 4, MAX_PATH = 1024 };

typedef struct recorded_case {
    char folder[16]; /* under data */
    char name[64];
    char expect[8];
    double tolerance;
} recorded_case;

static recorded_case cases[MAX_CASES];
static int n_cases;

/* ---- The list -------------------------------------------------------------------------------- */

/* Tolerances are 0 or 1e-<digit>. */
static double read_tolerance(const char *text) {
    double tolerance = 1;
    if (strncmp(text, "1e-", 3) != 0) return 0;
    for (long power = strtol(text + 3, NULL, 10); power > 0; power--) tolerance /= 10;
    return tolerance;
}

static void read_manifest(const char *folder) {
    char path[MAX_PATH];
    char line[256];
    char tolerance[16];
    snprintf(path, sizeof path, "%s/%s/MANIFEST.tsv", ORTL_TEST_DATA, folder);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    while (fgets(line, sizeof line, file) && n_cases < MAX_CASES) {
        recorded_case *recorded = &cases[n_cases];
        snprintf(recorded->folder, sizeof recorded->folder, "%s", folder);
        if (sscanf(line, "%63s %7s %15s", recorded->name, recorded->expect, tolerance) != 3) {
            fprintf(stderr, "%s: a line without three fields: %s\n", path, line);
            exit(1);
        }
        recorded->tolerance = read_tolerance(tolerance);
        n_cases++;
    }
    fclose(file);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static size_t count_elements(const ortl_tensor *tensor) {
    size_t n = 1;
    for (size_t i = 0; i < tensor->rank; i++) n *= (size_t)tensor->shape[i];
    return n;
}

static double element(const ortl_tensor *tensor, size_t i) {
    if (tensor->type == ORTL_FLOAT) return ((const float *)tensor->data)[i];
    return ((const double *)tensor->data)[i];
}

static int floats_agree(const ortl_tensor *expected, const ortl_tensor *found, size_t i,
                        double tolerance) {
    double a = element(expected, i);
    double b = element(found, i);
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    if (a == b) return tolerance > 0 || signbit(a) == signbit(b);
    return fabs(a - b) <= tolerance * fmax(1, fabs(a));
}

static int strings_agree(const ortl_tensor *expected, const ortl_tensor *found, size_t i) {
    const ortl_string *a = (const ortl_string *)expected->data + i;
    const ortl_string *b = (const ortl_string *)found->data + i;
    return a->n_bytes == b->n_bytes && memcmp(a->data, b->data, a->n_bytes) == 0;
}

static int elements_agree(const ortl_tensor *expected, const ortl_tensor *found, size_t i,
                          double tolerance) {
    size_t n_bytes = ortl_type_bytes(expected->type);
    switch (expected->type) {
    case ORTL_FLOAT:
    case ORTL_DOUBLE: return floats_agree(expected, found, i, tolerance);
    case ORTL_STRING: return strings_agree(expected, found, i);
    default:
        return memcmp((const char *)expected->data + i * n_bytes,
                      (const char *)found->data + i * n_bytes, n_bytes) == 0;
    }
}

static void check_output(const recorded_case *recorded, size_t output, const ortl_tensor *expected,
                         const ortl_tensor *found) {
    ck_assert_msg(expected->type == found->type, "%s output %zu: type %s, expected %s",
                  recorded->name, output, ortl_type_name(found->type),
                  ortl_type_name(expected->type));
    ck_assert_msg(
        expected->rank == found->rank &&
            memcmp(expected->shape, found->shape, expected->rank * sizeof expected->shape[0]) == 0,
        "%s output %zu: another shape", recorded->name, output);
    for (size_t i = 0; i < count_elements(expected); i++) {
        ck_assert_msg(elements_agree(expected, found, i, recorded->tolerance),
                      "%s output %zu: element %zu differs", recorded->name, output, i);
    }
}

/* ---- Replaying ------------------------------------------------------------------------------- */

/* The tensors <stem>_0.npy, <stem>_1.npy ... of the case; returns their number. */
static size_t read_tensors(const recorded_case *recorded, const char *stem,
                           ortl_tensor tensors_out[MAX_TENSORS]) {
    size_t n = 0;
    char path[MAX_PATH];
    ortl_error error;
    for (; n < MAX_TENSORS; n++) {
        snprintf(path, sizeof path, "%s/%s/%s/%s_%zu.npy", ORTL_TEST_DATA, recorded->folder,
                 recorded->name, stem, n);
        FILE *file = fopen(path, "rb");
        if (!file) break;
        fclose(file);
        ck_assert_msg(npy_read(path, &tensors_out[n], &error) == ORTL_OK, "%s: %s", path,
                      error.message);
    }
    return n;
}

static void free_tensors(ortl_tensor *tensors, size_t n_tensors) {
    for (size_t i = 0; i < n_tensors; i++) npy_free(&tensors[i]);
}

/* Opens and runs the case as far as it goes. */
static ortl_status run_case(const recorded_case *recorded, ortl_session **session_out,
                            ortl_context **context_out, ortl_tensor *outputs, size_t n_outputs,
                            ortl_error *error) {
    char path[MAX_PATH];
    ortl_tensor inputs[MAX_TENSORS];
    snprintf(path, sizeof path, "%s/%s/%s/model.onnx", ORTL_TEST_DATA, recorded->folder,
             recorded->name);
    ortl_status status = ortl_open(path, NULL, session_out, error);
    if (status != ORTL_OK) return status;
    status = ortl_context_new(*session_out, context_out, error);
    if (status != ORTL_OK) return status;
    size_t n_inputs = read_tensors(recorded, "input", inputs);
    status = ortl_run(*context_out, inputs, n_inputs, outputs, n_outputs, error);
    free_tensors(inputs, n_inputs);
    return status;
}

static void check_refusal(const recorded_case *recorded, ortl_status status,
                          const ortl_error *error) {
    const char *expect = recorded->expect;
    int agrees = 0;
    if (strcmp(expect, "model") == 0) {
        agrees = status == ORTL_BAD_MODEL || status == ORTL_UNSUPPORTED;
    } else if (strcmp(expect, "input") == 0) {
        agrees = status == ORTL_BAD_INPUT;
    } else if (strcmp(expect, "limit") == 0) {
        agrees = status == ORTL_LIMIT;
    }
    ck_assert_msg(agrees, "%s: status %d, expected to be refused as %s", recorded->name,
                  (int)status, expect);
    size_t length = strlen(error->message);
    ck_assert_msg(length >= 8 && length <= 200 && !strchr(error->message, '\n'),
                  "%s: not one clear line: %s", recorded->name, error->message);
}

START_TEST(replay_recorded_case) {
    const recorded_case *recorded = &cases[_i];
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    ortl_error error = {ORTL_OK, ""};
    ortl_tensor expected[MAX_TENSORS];
    ortl_tensor found[MAX_TENSORS] = {{0}};
    size_t n_outputs = read_tensors(recorded, "output", expected);
    /* Refused cases have no recorded outputs; asking for one is right for all of them. */
    size_t n_wanted = n_outputs ? n_outputs : 1;
    ortl_status status = run_case(recorded, &session, &context, found, n_wanted, &error);
    if (strcmp(recorded->expect, "ok") == 0) {
        ck_assert_msg(status == ORTL_OK, "%s: %s", recorded->name, error.message);
        ck_assert_msg(n_outputs > 0, "%s: no recorded outputs", recorded->name);
        for (size_t i = 0; i < n_outputs; i++) check_output(recorded, i, &expected[i], &found[i]);
    } else {
        check_refusal(recorded, status, &error);
    }
    free_tensors(expected, n_outputs);
    ortl_context_free(context);
    ortl_close(session);
}
END_TEST

int main(void) {
    read_manifest("random");
    read_manifest("conformance");
    if (n_cases < 300 || n_cases == MAX_CASES) {
        fprintf(stderr, "%d recorded cases\n", n_cases);
        return 1;
    }
    TCase *tests = tcase_create("recorded");
    tcase_add_loop_test(tests, replay_recorded_case, 0, n_cases);
    Suite *suite = suite_create("recorded");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
