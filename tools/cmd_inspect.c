/*
 * ort-lite inspect: what is in the file and what it will cost, before it is trusted.
 */
#include "inspect.h"
#include "sandbox.h"
#include "verb.h"

#include <string.h>
#include <sys/stat.h>

static void find_size(ortl__inspection *inspection) {
    struct stat info = {0};
    if (stat(inspection->path, &info) != 0 || !S_ISREG(info.st_mode)) return;
    inspection->n_file_bytes = (uint64_t)info.st_size;
    inspection->is_size_known = true;
}

static ortl_status inspect(ortl__inspection *inspection, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl__sandbox sandbox;
    ortl_status status = ortl__sandbox_enter_for(&sandbox, inspection->common, inspection->path,
                                                 NULL, &report->error);
    if (status == ORTL_OK)
        status = ortl__model_open(inspection->path, inspection->common, &inspection->model, report);
    if (status == ORTL_OK) find_size(inspection);
    if (status == ORTL_OK) status = ortl__sandbox_tighten(&sandbox, &report->error);
    if (status != ORTL_OK) goto done;
    status =
        ortl__model_feature_names(&inspection->model, &inspection->feature_names, &report->error);
    if (status != ORTL_OK) goto done;
    status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status != ORTL_OK) goto done;
    status = (inspection->common->is_json ? ortl__inspect_json : ortl__inspect_text)(
        &output, inspection, &report->error);
done:
    ortl__feature_names_free(&inspection->feature_names);
    ortl__model_close(&inspection->model);
    return ortl__output_close(&output, status, report);
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    ortl__common settings;
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_inspect, argc, argv, &settings, 1, 1,
                                          &n_operands, &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    ortl__inspection inspection = {.path = argv[1], .common = &settings};
    return inspect(&inspection, report);
}

static const ortl__option options[] = {
    ORTL__JSON_OPTION("every figure as one JSON object"),
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_inspect = {
    .name = "inspect",
    .summary = "what is in the file and what it will cost, before it is trusted",
    .synopsis = "MODEL.onnx [--json]",
    .text =
        "Loads the model under the limits, runs nothing, and prints one line for each aspect:\n"
        "graph, inputs, outputs, classes, trees, features, memory, steps a row. What the file\n"
        "records about itself is shown as \"recorded, not verified\".\n"
        "\n"
        "--json prints one object, keys always in the same order. Its figures have the names\n"
        "of ortl_description in ortlite.h (n_trees, resident_bytes, steps_per_row, ...); further\n"
        "keys are file, file_bytes (null when it is no regular file), inputs and outputs (name,\n"
        "type, shape with -1 for any, is_map), operators (domain, name, nodes), classes,\n"
        "feature_names, metadata (key, value, verified: always false) and limits.\n"
        "\n"
        "Examples\n"
        "  ort-lite inspect churn.onnx --json | jq .steps_per_row\n"
        "  ort-lite inspect churn.onnx\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
