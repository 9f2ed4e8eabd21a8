/*
 * ort-lite check: is the model valid, and is everything in it supported? Loading it answers both.
 */
#include "model.h"
#include "operators.h"
#include "output.h"
#include "sandbox.h"
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

static ortl_status run(int argc, char **argv, ortl__report *report) {
    ortl__common common;
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_check, argc, argv, &common, 1, 1, &n_operands,
                                          &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    ortl__model model = ORTL__MODEL_INIT;
    ortl__sandbox sandbox;
    status = ortl__sandbox_enter_for(&sandbox, &common, argv[1], NULL, &report->error);
    if (status == ORTL_OK) status = ortl__model_open(argv[1], &common, &model, report);
    if (status == ORTL_OK) status = ortl__sandbox_tighten(&sandbox, &report->error);
    if (status == ORTL_OK && !common.is_quiet) status = print_verdict(argv[1], &model, report);
    ortl__model_close(&model);
    return status;
}

static const ortl__option options[] = {ORTL__COMMON_OPTIONS};

const ortl__verb ortl__verb_check = {
    .name = "check",
    .summary = "valid and supported? reasons in words",
    .synopsis = "MODEL.onnx",
    .text =
        "Loads the model and prints \"valid and supported\" with its operators, or, on stderr,\n"
        "the reason why it is refused; the exit code is then 3, or 6 for a limit.\n"
        "With --quiet only the exit code speaks.\n"
        "\n"
        "Example\n"
        "  ort-lite check churn.onnx && ort-lite predict churn.onnx new.csv\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
