/*
 * ort-lite tree: one tree of a model, drawn.
 */
#include "drawing.h"
#include "sandbox.h"
#include "verb.h"

#include "../runtime/number.h"

#include <string.h>

typedef struct tree_settings {
    ortl__common common; /* first: the shared options write here */
    const char *output;
    /* NULL: no --format */
    ortl_status (*draw)(ortl__drawing *drawing, ortl__output *output, ortl_error *error);
    size_t max_depth;
    size_t tree;
} tree_settings;

static ortl_status set_output(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((tree_settings *)settings)->output = text;
    return ORTL_OK;
}

static ortl_status set_format(void *settings, const char *text, ortl_error *error) {
    static const char *const names[] = {"text", "dot", "svg"};
    size_t index = 0;
    ortl_status status = ortl__options_choose("format", text, names, 3, &index, error);
    ((tree_settings *)settings)->draw = index == 0   ? ortl__drawing_text
                                        : index == 1 ? ortl__drawing_dot
                                                     : ortl__drawing_svg;
    return status;
}

static ortl_status read_number(const char *what, const char *text, size_t *number_out,
                               ortl_error *error) {
    int64_t number;
    size_t n_bytes = strlen(text);
    if (n_bytes == 0 || ortl__number_read_int64(text, n_bytes, &number) != n_bytes || number < 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "%s \"%.40s\" is not a whole number",
                                  what, text);
    *number_out = (size_t)number;
    return ORTL_OK;
}

static ortl_status set_depth(void *settings, const char *text, ortl_error *error) {
    return read_number("--depth", text, &((tree_settings *)settings)->max_depth, error);
}

static ortl_status check_tree(size_t tree, uint64_t n_trees, ortl_error *error) {
    if (tree < n_trees) return ORTL_OK;
    if (n_trees == 0) return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "the model has no trees");
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "there is no tree %lu; the model has %lu, numbered from 0",
                              (unsigned long)tree, (unsigned long)n_trees);
}

static ortl_status draw(const char *path, const tree_settings *settings, ortl__report *report) {
    ortl__model model = ORTL__MODEL_INIT;
    ortl__drawing drawing = ORTL__DRAWING_INIT;
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl__common common = settings->common;
    common.library.keep_forest = 1;
    ortl__sandbox sandbox;
    ortl_status status = ortl__sandbox_enter_for(&sandbox, &settings->common, path,
                                                 settings->output, &report->error);
    if (status == ORTL_OK) status = ortl__model_open(path, &common, &model, report);
    if (status == ORTL_OK)
        status = check_tree(settings->tree, model.description.n_trees, &report->error);
    if (status == ORTL_OK)
        status = ortl__drawing_make(&drawing, &model, settings->tree, settings->max_depth,
                                    &report->error);
    if (status == ORTL_OK)
        status = ortl__output_refuse_input(settings->output, path, &report->error);
    if (status == ORTL_OK)
        status = ortl__output_open(&output, settings->output, -1, &report->error);
    if (status == ORTL_OK) status = settings->draw(&drawing, &output, &report->error);
    status = ortl__output_close(&output, status, report);
    ortl__drawing_free(&drawing);
    ortl__model_close(&model);
    return status;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    tree_settings settings = {.max_depth = 64};
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_tree, argc, argv, &settings, 2, 2,
                                          &n_operands, &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    if (settings.common.is_json && settings.draw != NULL)
        return ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                  "--format and --json exclude each other");
    if (settings.common.is_json) settings.draw = ortl__drawing_json;
    if (settings.draw == NULL) settings.draw = ortl__drawing_text;
    status = read_number("tree", argv[2], &settings.tree, &report->error);
    return status == ORTL_OK ? draw(argv[1], &settings, report) : status;
}

static const ortl__option options[] = {
    {"format", 'f', "FORMAT", "text, dot (for Graphviz) or svg", set_format},
    {"output", 'o', "FILE", "write there instead of stdout", set_output},
    ORTL__JSON_OPTION("the nodes as one JSON object"),
    {"depth", 0, "N", "draw N tests below each other at most (default 64)", set_depth},
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_tree = {
    .name = "tree",
    .summary = "one tree, drawn",
    .synopsis = "MODEL.onnx N [--format text|dot|svg] [-o FILE]",
    .text =
        "Draws tree number N, from 0: its tests with the features by name where the model records\n"
        "names, the side that missing values take, and what each leaf votes for. Where the file\n"
        "records how many training rows came by (nodes_hitrates, as `convert` does), these covers\n"
        "stand beside the nodes. A node with several parents is drawn below the first. #7 is the\n"
        "number of the node, as `predict --leaf` gives it.\n"
        "\n"
        "Examples\n"
        "  ort-lite tree iris.onnx 0\n"
        "  ort-lite tree iris.onnx 0 --format svg -o tree.svg\n"
        "  ort-lite tree iris.onnx 0 --depth 2\n"
        "  ort-lite tree iris.onnx 0 --json\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
