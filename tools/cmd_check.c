/*
 * ort-lite check: is the model valid, and is everything in it supported? Loading it answers both.
 */
#include "json.h"
#include "model.h"
#include "operators.h"
#include "output.h"
#include "sandbox.h"
#include "texts.h"
#include "verb.h"

#include <stdint.h>
#include <string.h>

static ortl_status print_verdict(const char *path, const ortl__model *model, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK) {
        char shown[ORTL__PLACE_BYTES];
        ortl__message_escape(path, strlen(path), shown, sizeof shown);
        ortl__output_print(&output, "%s: valid and supported: ", shown);
        status = ortl__operators_print(&output, model, SIZE_MAX, &report->error);
        ortl__output_text(&output, "\n");
    }
    return ortl__output_close(&output, status, report);
}

/* What became of loading, also where it failed; the failure stays what it is. */
static ortl_status print_json(const char *path, ortl_status verdict, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl__json json;
    ortl_error error = report->error;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK) {
        ortl__json_begin(&json, &output, ORTL__JSON_INDENTED);
        ortl__json_object(&json, NULL);
        ortl__json_text(&json, "file", ortl__texts_view(path));
        ortl__json_bool(&json, "is_good", verdict == ORTL_OK);
        ortl__json_text(&json, "status", ortl__texts_view(ortl_status_text(verdict)));
        if (verdict != ORTL_OK) ortl__json_text(&json, "reason", ortl__texts_view(error.message));
        ortl__json_object_end(&json);
        ortl__json_end(&json);
    }
    status = ortl__output_close(&output, status, report);
    if (status == ORTL_OK) report->error = error;
    return status == ORTL_OK ? verdict : status;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    ortl__common settings;
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_check, argc, argv, &settings, 1, 1,
                                          &n_operands, &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    ortl__model model = ORTL__MODEL_INIT;
    ortl__sandbox sandbox;
    status = ortl__sandbox_enter_for(&sandbox, &settings, argv[1], NULL, &report->error);
    if (status == ORTL_OK) status = ortl__model_open(argv[1], &settings, &model, report);
    if (status == ORTL_OK) status = ortl__sandbox_tighten(&sandbox, &report->error);
    if (settings.is_json)
        status = print_json(argv[1], status, report);
    else if (status == ORTL_OK && !settings.is_quiet)
        status = print_verdict(argv[1], &model, report);
    ortl__model_close(&model);
    return status;
}

static const ortl__option options[] = {
    ORTL__JSON_OPTION("print one JSON object: is_good, status, reason"),
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_check = {
    .name = "check",
    .summary = "valid and supported? reasons in words",
    .synopsis = "MODEL.onnx [--json]",
    .text =
        "Loads the model and prints \"valid and supported\" with its operators, or, on stderr,\n"
        "the reason why it is refused; the exit code is then 3, or 6 for a limit.\n"
        "With --quiet only the exit code speaks; with --json the reason is also on stdout.\n"
        "\n"
        "Examples\n"
        "  ort-lite check churn.onnx && ort-lite predict churn.onnx new.csv\n"
        "  ort-lite check churn.onnx --json\n"
        "  ort-lite check churn.onnx --limit trees=1000 --sandbox off --quiet\n"
        "  ort-lite check churn.onnx --verbose 2>log.txt\n"
        "  ort-lite check --help\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
