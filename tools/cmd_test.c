/*
 * ort-lite test: folders in the form of ONNX's own test cases, model.onnx beside test_data_set_N
 * with input_K.pb and output_K.pb. Each case passes, is refused for something that is not
 * supported, or fails.
 */
#include "../runtime/number.h"
#include "compare.h"
#include "folders.h"
#include "json.h"
#include "model.h"
#include "output.h"
#include "sandbox.h"
#include "texts.h"
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct test_settings {
    ortl__common common; /* first: the shared options write here */
    ortl__tolerance tolerance;
} test_settings;

static ortl_status set_tolerance(double *value_out, const char *name, const char *text,
                                 ortl_error *error) {
    double value = 0;
    const size_t n_bytes = strlen(text);
    if (n_bytes > 0 && ortl__number_read_double(text, n_bytes, '.', &value) == n_bytes &&
        value >= 0) {
        *value_out = value;
        return ORTL_OK;
    }
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--%s \"%.40s\" is no number of 0 or more",
                              name, text);
}

static ortl_status set_relative(void *settings, const char *text, ortl_error *error) {
    return set_tolerance(&((test_settings *)settings)->tolerance.relative, "rtol", text, error);
}

static ortl_status set_absolute(void *settings, const char *text, ortl_error *error) {
    return set_tolerance(&((test_settings *)settings)->tolerance.absolute, "atol", text, error);
}

/* ---- The tensors of one data set ------------------------------------------------------------- */

typedef struct test_tensors {
    size_t n_tensors;
    ortl_tensor *tensors;        /* (n_tensors) */
    ortl_stored_tensor **stored; /* (n_tensors) what they belong to, NULL: not read */
} test_tensors;

static void free_tensors(test_tensors *list) {
    for (size_t i = 0; list->stored != NULL && i < list->n_tensors; i++)
        ortl_tensor_free(list->stored[i]);
    free(list->tensors);
    free(list->stored);
}

/* Reads FOLDER/PREFIX_0.pb and so on, n_tensors of them. */
static ortl_status read_tensors(test_tensors *list, size_t n_tensors, const char *folder,
                                const char *prefix, const test_settings *settings,
                                ortl_error *error) {
    list->tensors = calloc(n_tensors + 1, sizeof *list->tensors);
    list->stored = calloc(n_tensors + 1, sizeof(ortl_stored_tensor *));
    if (list->tensors == NULL || list->stored == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for %llu tensors",
                                  (unsigned long long)n_tensors);
    list->n_tensors = n_tensors;
    for (size_t i = 0; i < n_tensors; i++) {
        char file[64];
        snprintf(file, sizeof file, "%s_%llu.pb", prefix, (unsigned long long)i);
        char *path = ortl__folder_join(folder, file, error);
        if (path == NULL) return ORTL_NO_MEMORY;
        ortl_error cause;
        ortl_status status = ortl_tensor_read(path, &settings->common.library, &list->stored[i],
                                              &list->tensors[i], &cause);
        free(path);
        if (status != ORTL_OK)
            return ortl__message_fail(error, status, "%s: %s", file, cause.message);
        list->tensors[i].name = NULL; /* bound by position */
    }
    return ORTL_OK;
}

/* ---- One case -------------------------------------------------------------------------------- */

typedef struct test_case {
    const test_settings *settings;
    ortl__model model;
    ortl_context *context;
    test_tensors inputs, expected;
    ortl_tensor *outputs; /* (n_outputs of the model) */
} test_case;

static ortl_status compare_outputs(const test_case *test, ortl_error *error) {
    char difference[ORTL__DIFFERENCE_BYTES];
    for (size_t i = 0; i < test->expected.n_tensors; i++)
        if (!ortl__tensors_agree(&test->outputs[i], &test->expected.tensors[i],
                                 &test->settings->tolerance, difference))
            return ortl__message_fail(error, ORTL_BAD_INPUT, "output %llu: %s",
                                      (unsigned long long)i, difference);
    return ORTL_OK;
}

/* Files of sequences have another form than those of tensors. */
static ortl_status refuse_maps(const ortl__model *model, ortl_error *error) {
    for (size_t i = 0; i < model->description.n_outputs; i++) {
        ortl_value_info info;
        ortl_status status = ortl_output(model->session, i, &info, error);
        if (status != ORTL_OK) return status;
        if (info.is_map)
            return ortl__message_fail(
                error, ORTL_UNSUPPORTED,
                "output \"%.60s\" is a sequence of maps, which is not compared", info.name);
    }
    return ORTL_OK;
}

static ortl_status run_set(test_case *test, const char *folder, ortl_error *error) {
    const ortl_description *d = &test->model.description;
    ortl_status status =
        read_tensors(&test->inputs, d->n_inputs, folder, "input", test->settings, error);
    if (status == ORTL_OK)
        status =
            read_tensors(&test->expected, d->n_outputs, folder, "output", test->settings, error);
    if (status != ORTL_OK) goto done;
    test->outputs = calloc(d->n_outputs + 1, sizeof *test->outputs);
    if (test->outputs == NULL)
        status = ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the outputs");
    if (status == ORTL_OK)
        status = ortl_run(test->context, test->inputs.tensors, d->n_inputs, test->outputs,
                          d->n_outputs, error);
    if (status == ORTL_OK) status = compare_outputs(test, error);
done:
    free_tensors(&test->inputs);
    free_tensors(&test->expected);
    free(test->outputs);
    test->inputs = test->expected = (test_tensors){.n_tensors = 0};
    test->outputs = NULL;
    return status;
}

/* Runs test_data_set_0 and so on, of which there must be one. */
static ortl_status run_sets(test_case *test, const char *folder, ortl_error *error) {
    ortl_status status = refuse_maps(&test->model, error);
    for (unsigned n = 0; status == ORTL_OK; n++) {
        char name[32];
        snprintf(name, sizeof name, "test_data_set_%u", n);
        char *path = ortl__folder_join(folder, name, error);
        if (path == NULL) return ORTL_NO_MEMORY;
        const bool is_there = ortl__folder_exists(path);
        if (is_there) status = run_set(test, path, error);
        free(path);
        if (!is_there && n == 0)
            status = ortl__message_fail(error, ORTL_IO, "there is no test_data_set_0");
        if (!is_there) break;
    }
    return status;
}

static ortl_status run_case(const char *folder, const test_settings *settings, ortl_error *error) {
    ortl__report report = {.place = ""};
    test_case test = {.settings = settings, .model = ORTL__MODEL_INIT};
    char *path = ortl__folder_join(folder, "model.onnx", error);
    if (path == NULL) return ORTL_NO_MEMORY;
    ortl_status status = ortl__model_open(path, &settings->common, &test.model, &report);
    if (status == ORTL_OK)
        status = ortl_context_new(test.model.session, &test.context, &report.error);
    if (status == ORTL_OK) status = run_sets(&test, folder, &report.error);
    *error = report.error;
    ortl_context_free(test.context);
    ortl__model_close(&test.model);
    free(path);
    return status;
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

typedef struct verdicts {
    const ortl__common *common;
    ortl__output output;
    ortl__json json;
    unsigned long long n_passed, n_refused, n_failed;
} verdicts;

static ortl_status begin_verdicts(verdicts *v, ortl_error *error) {
    ortl_status status = ortl__output_open(&v->output, NULL, -1, error);
    if (status != ORTL_OK || !v->common->is_json) return status;
    ortl__json_begin(&v->json, &v->output, ORTL__JSON_INDENTED);
    ortl__json_object(&v->json, NULL);
    ortl__json_array(&v->json, "cases");
    return ORTL_OK;
}

static void print_verdict(verdicts *v, const char *word, const char *folder, const char *reason) {
    char shown[ORTL__PLACE_BYTES];
    if (v->common->is_json) {
        ortl__json_object(&v->json, NULL);
        ortl__json_text(&v->json, "case", ortl__texts_view(folder));
        ortl__json_text(&v->json, "verdict", ortl__texts_view(word));
        if (reason[0] != '\0') ortl__json_text(&v->json, "reason", ortl__texts_view(reason));
        ortl__json_object_end(&v->json);
    } else {
        ortl__message_escape(folder, strlen(folder), shown, sizeof shown);
        if (strcmp(word, "failed") == 0) word = "FAILED"; /* catches the eye */
        ortl__output_print(&v->output, "%-8s %s%s%s\n", word, shown, reason[0] ? ": " : "", reason);
    }
}

static void take_verdict(verdicts *v, const char *folder, ortl_status status,
                         const ortl_error *error) {
    const bool is_shown = v->common->is_json || !v->common->is_quiet;
    if (status == ORTL_OK) {
        v->n_passed++;
        if (is_shown) print_verdict(v, "passed", folder, "");
    } else if (status == ORTL_UNSUPPORTED) {
        v->n_refused++;
        if (is_shown) print_verdict(v, "refused", folder, error->message);
    } else {
        v->n_failed++;
        print_verdict(v, "failed", folder, error->message);
    }
}

static void end_verdicts(verdicts *v) {
    if (!v->common->is_json) {
        ortl__output_print(&v->output, "%llu passed, %llu refused, %llu failed\n", v->n_passed,
                           v->n_refused, v->n_failed);
        return;
    }
    ortl__json_array_end(&v->json);
    ortl__json_figure(&v->json, "passed", v->n_passed);
    ortl__json_figure(&v->json, "refused", v->n_refused);
    ortl__json_figure(&v->json, "failed", v->n_failed);
    ortl__json_object_end(&v->json);
    ortl__json_end(&v->json);
}

/* ---- All cases ------------------------------------------------------------------------------- */

static ortl_status run_all(char *const *operands, size_t n_operands, const test_settings *settings,
                           ortl__report *report) {
    verdicts all = {.common = &settings->common, .output = ORTL__OUTPUT_INIT};
    ortl__folders cases = {.n_paths = 0};
    ortl__sandbox sandbox;
    ortl__sandbox_begin(&sandbox, &settings->common);
    for (size_t i = 0; i < n_operands; i++) ortl__sandbox_read(&sandbox, operands[i]);
    ortl_status status = ortl__sandbox_enter(&sandbox, &report->error);
    for (size_t i = 0; i < n_operands && status == ORTL_OK; i++) {
        ortl__report_place(report, operands[i]);
        status = ortl__folders_with(&cases, operands[i], "model.onnx", &report->error);
    }
    if (status == ORTL_OK) ortl__report_place(report, NULL);
    if (status == ORTL_OK) status = begin_verdicts(&all, &report->error);
    for (size_t i = 0; i < cases.n_paths && status == ORTL_OK; i++) {
        ortl_error error = {.message = ""};
        ortl_status verdict = run_case(cases.paths[i], settings, &error);
        if (verdict == ORTL_NO_MEMORY) { /* which says nothing about the case */
            report->error = error;
            status = verdict;
        } else {
            take_verdict(&all, cases.paths[i], verdict, &error);
        }
    }
    if (status == ORTL_OK) end_verdicts(&all);
    report->has_differences = all.n_failed > 0;
    ortl__folders_free(&cases);
    return ortl__output_close(&all.output, status, report);
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    /* As the test runner of the onnx package. */
    test_settings settings = {.tolerance = {.relative = 1e-3, .absolute = 1e-7}};
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_test, argc, argv, &settings, 1, argc,
                                          &n_operands, &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    return run_all(argv + 1, (size_t)n_operands, &settings, report);
}

static const ortl__option options[] = {
    {"rtol", 0, "NUMBER", "relative tolerance of reals, 1e-3 unless given", set_relative},
    {"atol", 0, "NUMBER", "absolute tolerance of reals, 1e-7 unless given", set_absolute},
    ORTL__JSON_OPTION("print one JSON object"),
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_test = {
    .name = "test",
    .summary = "run ONNX test-case folders",
    .synopsis = "DIR ...",
    .text =
        "Each DIR is a test case, that is model.onnx beside test_data_set_0, ... with input_0.pb,\n"
        "... and output_0.pb, ..., or a folder of such cases. Every case gets a line: passed,\n"
        "refused (something in it is not supported) or FAILED, with the reason. Reals may differ\n"
        "by atol + rtol * |expected|; everything else must be equal. With --quiet only failures\n"
        "and the counts are printed. The exit code is 1 when a case failed.\n"
        "\n"
        "Examples\n"
        "  ort-lite test cases/add cases/labels\n"
        "  ort-lite test cases/add --rtol 1e-3 --atol 1e-6 --json\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
