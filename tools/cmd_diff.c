/*
 * ort-lite diff: do two models predict the same for a table? where do they part?
 */
#include "difference.h"
#include "figures.h"
#include "json.h"
#include "sandbox.h"
#include "verb.h"

#include <string.h>

static ortl_status set_tolerance(void *settings, const char *text, ortl_error *error) {
    return ortl__options_real("tolerance", text, &((ortl__diff_settings *)settings)->tolerance,
                              error);
}

/* ---- The report ------------------------------------------------------------------------------ */

static void print_kind(const char *word, const ortl__findings *findings, ortl__output *output) {
    char count[ORTL__FIGURE_CHARS];
    uint64_t n = findings->n_found;
    if (n == 0)
        ortl__output_print(output, "%-10s the same\n", word);
    else
        ortl__output_print(output, "%-10s %s row%s differ%s\n", word, ortl__figure_count(n, count),
                           ortl__figure_plural(n), n == 1 ? "s" : "");
    ortl__findings_print(findings, output);
}

static void print_place(const char *path, ortl__output *output) {
    char shown[ORTL__PLACE_BYTES];
    ortl__message_escape(path, strlen(path), shown, sizeof shown);
    ortl__output_text(output, shown);
}

static void print_text(const ortl__difference *d, ortl__output *output) {
    char figure[ORTL__FIGURE_CHARS];
    ortl__output_print(output, "compared   %s row%s of ", ortl__figure_count(d->a.n_rows, figure),
                       ortl__figure_plural(d->a.n_rows));
    print_place(d->settings->input, output);
    ortl__output_text(output, ": ");
    print_place(d->settings->model_a, output);
    ortl__output_text(output, ", ");
    print_place(d->settings->model_b, output);
    ortl__output_text(output, "\n");
    if (d->has_other_form) {
        ortl__output_print(output, "outputs    %lu columns, %lu, of other types or names\n",
                           (unsigned long)d->a.results.n_columns,
                           (unsigned long)d->b.results.n_columns);
        return;
    }
    print_kind("labels", &d->labels, output);
    print_kind("numbers", &d->numbers, output);
    if (d->greatest > 0 || d->greatest != d->greatest)
        ortl__output_print(output, "           at most by %s (line %llu)\n",
                           ortl__figure_real(d->greatest, figure),
                           (unsigned long long)d->greatest_line);
}

static void print_json(const ortl__difference *d, ortl__output *output) {
    ortl__json json;
    ortl__json_begin(&json, output, ORTL__JSON_INDENTED);
    ortl__json_object(&json, NULL);
    ortl__json_figure(&json, "rows", d->a.n_rows);
    ortl__json_bool(&json, "has_other_form", d->has_other_form);
    ortl__findings_json(&json, "labels", &d->labels);
    ortl__findings_json(&json, "numbers", &d->numbers);
    ortl__json_double(&json, "greatest_difference", d->greatest);
    ortl__json_object_end(&json);
    ortl__json_end(&json);
}

/* ---- The verb -------------------------------------------------------------------------------- */

static ortl_status diff(const ortl__diff_settings *settings, ortl__report *report) {
    ortl__difference difference;
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__difference_find(&difference, settings, report);
    if (status == ORTL_OK && !settings->table.common.is_quiet) {
        status = ortl__output_open(&output, NULL, -1, &report->error);
        if (status == ORTL_OK)
            (settings->table.common.is_json ? print_json : print_text)(&difference, &output);
    }
    status = ortl__output_close(&output, status, report);
    ortl__difference_free(&difference);
    return status;
}

static ortl_status check_operands(const ortl__diff_settings *settings, ortl_error *error) {
    const char *const places[] = {settings->model_a, settings->model_b, settings->input};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(places[i], "-") == 0)
            return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                      "diff reads the table once for each model: standard input "
                                      "cannot be read twice");
    return ORTL_OK;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    ortl__diff_settings settings = {.tolerance = 0};
    int n_operands;
    bool is_done = false;
    ortl_status status = ortl__table_settings_begin(&settings.table, argc, &report->error);
    if (status == ORTL_OK)
        status = ortl__verb_begin(&ortl__verb_diff, argc, argv, &settings, 3, 3, &n_operands,
                                  &is_done, report);
    if (status != ORTL_OK || is_done) goto done;
    settings.model_a = argv[1];
    settings.model_b = argv[2];
    settings.input = argv[3];
    status = ortl__table_settings_check(&settings.table, &report->error);
    if (status == ORTL_OK) status = check_operands(&settings, &report->error);
    ortl__sandbox sandbox;
    ortl__sandbox_begin(&sandbox, &settings.table.common);
    ortl__sandbox_read(&sandbox, settings.model_a);
    ortl__sandbox_read(&sandbox, settings.model_b);
    ortl__sandbox_read(&sandbox, settings.input);
    if (status == ORTL_OK) status = ortl__sandbox_enter(&sandbox, &report->error);
    if (status == ORTL_OK) status = diff(&settings, report);
done:
    ortl__table_settings_free(&settings.table);
    return status;
}

static const ortl__option options[] = {
    {"tolerance", 0, "X", "numbers may be this far from each other (default 0)", set_tolerance},
    ORTL__JSON_OPTION("print one JSON object"),
    ORTL__TABLE_OPTIONS,
    {"threads", 0, "N", "use N threads, 1 to 256", ortl__set_threads},
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_diff = {
    .name = "diff",
    .summary = "do two models predict the same? where do they part?",
    .synopsis = "A.onnx B.onnx DATA.csv",
    .text =
        "Predicts the rows of the table with both models and compares their columns, those of the\n"
        "same name with each other. The first ten rows that differ are shown, with the value of A\n"
        "and that of B, and where both have as many trees, the first tree whose leaves vote\n"
        "differently with the first test on the row's way that is another. The exit code is 1\n"
        "when anything differs.\n"
        "\n"
        "Examples\n"
        "  ort-lite diff iris.onnx iris.onnx iris.csv\n"
        "  ort-lite diff old.onnx new.onnx iris.csv --tolerance 1e-6\n"
        "  ort-lite diff old.onnx new.onnx iris.csv --header yes --by-position --threads 2 --json\n"
        "  ort-lite diff model.onnx whole.onnx german.csv --delimiter ';' --decimal ,\n"
        "  ort-lite diff model.onnx whole.onnx renamed.csv --rename length=sepal_length\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
