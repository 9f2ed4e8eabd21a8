/*
 * ort-lite predict: the command line of the stream in predict.c.
 */
#include "predict.h"
#include "verb.h"

#include <string.h>

static ortl_status set_output(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((ortl__predict_settings *)settings)->output = text;
    return ORTL_OK;
}

static ortl_status set_keep(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((ortl__predict_settings *)settings)->table.choices.keep = text;
    return ORTL_OK;
}

static ortl_status set_format(void *settings, const char *text, ortl_error *error) {
    static const ortl__format *const formats[] = {&ortl__format_csv, &ortl__format_tsv,
                                                  &ortl__format_jsonl, &ortl__format_npy};
    enum { n_formats = sizeof formats / sizeof formats[0] };
    const char *names[n_formats];
    size_t index;
    for (size_t i = 0; i < n_formats; i++) names[i] = formats[i]->name;
    ortl_status status = ortl__options_choose("format", text, names, n_formats, &index, error);
    if (status == ORTL_OK) ((ortl__predict_settings *)settings)->format = formats[index];
    return status;
}

static ortl_status set_on_error(void *settings, const char *text, ortl_error *error) {
    static const char *const words[] = {"fail", "nan"};
    size_t index;
    ortl_status status = ortl__options_choose("on-error", text, words, 2, &index, error);
    if (status == ORTL_OK) ((ortl__predict_settings *)settings)->is_lenient = index == 1;
    return status;
}

static ortl_status set_kind(ortl__predict_settings *predict, ortl__results_kind kind,
                            ortl_error *error) {
    if (predict->kind != ORTL__RESULTS_OUTPUTS && predict->kind != kind)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--raw, --leaf and --contrib exclude each other");
    predict->kind = kind;
    return ORTL_OK;
}

static ortl_status set_raw(void *settings, const char *text, ortl_error *error) {
    (void)text;
    return set_kind(settings, ORTL__RESULTS_RAW, error);
}

static ortl_status set_leaf(void *settings, const char *text, ortl_error *error) {
    (void)text;
    return set_kind(settings, ORTL__RESULTS_LEAVES, error);
}

static ortl_status set_contrib(void *settings, const char *text, ortl_error *error) {
    (void)text;
    return set_kind(settings, ORTL__RESULTS_CONTRIBUTIONS, error);
}

static ortl_status set_flush(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((ortl__predict_settings *)settings)->is_flushed = true;
    return ORTL_OK;
}

/* What no option can see alone. */
static ortl_status check_settings(const ortl__predict_settings *settings, ortl_error *error) {
    if (strcmp(settings->model, "-") == 0 && strcmp(settings->input, "-") == 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "model and table cannot both come from standard input");
    if (!settings->format->needs_seekable) return ORTL_OK;
    if (settings->output == NULL || strcmp(settings->output, "-") == 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--format %s needs -o FILE",
                                  settings->format->name);
    if (settings->table.choices.keep != NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--format %s cannot carry columns through (--keep needs csv, tsv "
                                  "or jsonl)",
                                  settings->format->name);
    return ORTL_OK;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    int n_operands;
    bool is_done = false;
    ortl__predict_settings settings = {.format = &ortl__format_csv};
    ortl_status status = ortl__table_settings_begin(&settings.table, argc, &report->error);
    if (status == ORTL_OK)
        status = ortl__verb_begin(&ortl__verb_predict, argc, argv, &settings, 1, 2, &n_operands,
                                  &is_done, report);
    if (status != ORTL_OK || is_done) goto done;
    settings.table.choices.is_carrying = true;
    settings.model = argv[1];
    settings.input = n_operands == 2 ? argv[2] : "-";
    status = ortl__table_settings_check(&settings.table, &report->error);
    if (status == ORTL_OK) status = check_settings(&settings, &report->error);
    if (status == ORTL_OK) status = ortl__predict(&settings, report);
done:
    ortl__table_settings_free(&settings.table);
    return status;
}

static const ortl__option options[] = {
    {"output", 'o', "FILE", "write there instead of stdout", set_output},
    {"format", 'f', "FORMAT", "csv, tsv, jsonl, or npy (needs -o)", set_format},
    ORTL__TABLE_OPTIONS,
    {"keep", 0, "COLUMN,...", "carry columns through, in front of the predictions", set_keep},
    {"on-error", 0, "WHAT", "fail, or nan: a field that is no number is missing", set_on_error},
    {"raw", 0, NULL, "the trees' scores before the post transform, such as log-odds", set_raw},
    {"leaf", 0, NULL, "the node that each row ends in, one column for each tree", set_leaf},
    {"contrib", 0, NULL, "what each column adds to the trees' scores (TreeSHAP)", set_contrib},
    {"flush", 0, NULL, "write each row before waiting for more input, -o in place", set_flush},
    ORTL__THREADS_OPTION,
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_predict = {
    .name = "predict",
    .summary = "predictions for the rows of a table",
    .synopsis = "MODEL.onnx [INPUT.csv|-] [-o FILE]",
    .text =
        "Reads a table from a file or from stdin and writes one row for each of its rows, in\n"
        "order, in constant memory: a classifier's columns are label and probability_<class>, a\n"
        "regressor's prediction or prediction_0, ...; other graphs have their outputs' names.\n"
        "\n"
        "Header: with --header auto the first line is one when it holds a name that the model\n"
        "knows, or a field that is neither a number nor a missing value, and no number. So names\n"
        "like 0,1,2 need --header yes, and a mixture is refused: it may be a mistyped row.\n"
        "When a model reads text, a line is a header when it holds a name that the model knows\n"
        "or no number where the model wants one; where that does not tell, --header must. The\n"
        "output has a header unless --header no is given.\n"
        "\n"
        "Columns are matched by name when the table has a header and the model knows names: one\n"
        "input for each column, or the metadata entry feature_names. Their order is free, further\n"
        "columns are ignored. Otherwise they go by position, and a column that is no feature\n"
        "must be cut or named with --keep (without a header by its number, from 1).\n"
        "\n"
        "Missing values are empty fields, NA, nan and null in any case of letters. Fields that\n"
        "are no number end the run with exit code 4, after the rows before have been written;\n"
        "with --on-error nan they are missing, and so are the last fields of a short line. NaN\n"
        "and infinities are printed as nan, inf and -inf, in jsonl as null.\n"
        "\n"
        "--format npy writes an array [N] or [N, C], or a record array with named fields where\n"
        "the columns differ in type, as a classifier's do.\n"
        "\n"
        "--raw writes raw, raw_<class> or raw_0, ... instead: the sums of the trees in full\n"
        "precision. --leaf writes leaf_0, leaf_1, ...: node numbers, as `tree` shows them.\n"
        "\n"
        "--contrib writes contribution_<column> and expected (of several scores\n"
        "contribution_<class>_<column> and expected_<class>), which add up to what --raw writes:\n"
        "the Shapley values of LightGBM's and XGBoost's pred_contrib. They rest on the training\n"
        "rows of each node, which `convert` records; a file without them is refused.\n"
        "\n"
        "Examples\n"
        "  cat log.csv | ort-lite predict churn.onnx --keep id --flush\n"
        "  ort-lite predict model.onnx labelled.csv --contrib -o contributions.csv\n"
        "  ort-lite predict model.onnx labelled.csv --raw --format jsonl --threads 2\n"
        "  ort-lite predict model.onnx labelled.csv --leaf --format npy -o leaves.npy\n"
        "  ort-lite predict iris.onnx iris.csv --header yes --by-position\n"
        "  ort-lite predict model.onnx german.csv --delimiter ';' --decimal , --on-error nan\n"
        "  ort-lite predict model.onnx renamed.csv --rename length=sepal_length\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
