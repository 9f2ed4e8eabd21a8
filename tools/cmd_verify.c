/*
 * ort-lite verify: score a model again, and compare with the score that it records.
 */
#include "figures.h"
#include "json.h"
#include "sandbox.h"
#include "verb.h"
#include "verify.h"

#include <string.h>

static ortl_status set_target(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((ortl__verify_settings *)settings)->table.choices.keep = text;
    return ORTL_OK;
}

static ortl_status set_tolerance(void *settings, const char *text, ortl_error *error) {
    return ortl__options_real("tolerance", text, &((ortl__verify_settings *)settings)->tolerance,
                              error);
}

/* ---- As text --------------------------------------------------------------------------------- */

static void print_measures(ortl__verification *v, ortl__output *output) {
    char figure[ORTL__FIGURE_CHARS];
    for (int i = 0; i < ORTL__N_MEASURES; i++) {
        double value;
        if (ortl__measures_get(&v->measures, (ortl__measure)i, &value))
            ortl__output_print(output, "%-10s %s\n", ortl__measure_name((ortl__measure)i),
                               ortl__figure_real(value, figure));
    }
}

static void print_recorded(const ortl__verification *v, ortl__output *output) {
    const ortl__recorded_score *r = &v->recorded;
    char value[ORTL__FIGURE_CHARS], tolerance[ORTL__FIGURE_CHARS];
    if (!r->is_there) {
        ortl__output_text(output, "recorded   no score (`ort-lite help verify` tells how)\n");
        return;
    }
    ortl__output_print(output, "recorded   %s %s: %s\n", ortl__measure_name(r->measure),
                       ortl__figure_real(r->value, value),
                       r->is_in_range   ? "met"
                       : r->is_measured ? "not met"
                                        : "not measured by these rows");
    ortl__output_print(output, "           within %s; %s\n",
                       ortl__figure_real(r->tolerance, tolerance),
                       !r->has_digest    ? "on what data is not recorded"
                       : r->is_same_data ? "the data are the recorded ones"
                                         : "the data are not the recorded ones");
}

static void print_text(ortl__verification *v, ortl__output *output) {
    char count[ORTL__FIGURE_CHARS], shown[ORTL__PLACE_BYTES];
    const char *input = v->settings->input;
    ortl__message_escape(input, strlen(input), shown, sizeof shown);
    ortl__output_print(output, "verified   %s row%s of %s\n",
                       ortl__figure_count(v->scoring.n_rows, count),
                       ortl__figure_plural(v->scoring.n_rows), shown);
    ortl__output_print(output, "sha256     %s\n", v->digest);
    print_measures(v, output);
    print_recorded(v, output);
}

/* ---- As JSON --------------------------------------------------------------------------------- */

static void print_json(ortl__verification *v, ortl__output *output) {
    const ortl__recorded_score *r = &v->recorded;
    ortl__json json;
    ortl__json_begin(&json, output, ORTL__JSON_INDENTED);
    ortl__json_object(&json, NULL);
    ortl__json_figure(&json, "rows", v->scoring.n_rows);
    ortl__json_text(&json, "data_sha256", ortl__texts_view(v->digest));
    ortl__json_object(&json, "measures");
    for (int i = 0; i < ORTL__N_MEASURES; i++) {
        double value;
        if (ortl__measures_get(&v->measures, (ortl__measure)i, &value))
            ortl__json_double(&json, ortl__measure_name((ortl__measure)i), value);
    }
    ortl__json_object_end(&json);
    if (r->is_there) {
        ortl__json_object(&json, "recorded");
        ortl__json_text(&json, "metric", r->metric);
        ortl__json_double(&json, "value", r->value);
        ortl__json_double(&json, "tolerance", r->tolerance);
        ortl__json_bool(&json, "is_in_range", r->is_in_range);
        if (r->has_digest) ortl__json_bool(&json, "is_same_data", r->is_same_data);
        ortl__json_object_end(&json);
    }
    ortl__json_object_end(&json);
    ortl__json_end(&json);
}

/* ---- The verb -------------------------------------------------------------------------------- */

static ortl_status verify(const ortl__verify_settings *settings, ortl__report *report) {
    ortl__verification verification;
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__verify(&verification, settings, report);
    if (status == ORTL_OK && (report->has_differences || !settings->table.common.is_quiet)) {
        status = ortl__output_open(&output, NULL, -1, &report->error);
        if (status == ORTL_OK)
            (settings->table.common.is_json ? print_json : print_text)(&verification, &output);
    }
    status = ortl__output_close(&output, status, report);
    ortl__verification_free(&verification);
    return status;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    ortl__verify_settings settings = {.tolerance = -1};
    int n_operands;
    bool is_done = false;
    ortl_status status = ortl__table_settings_begin(&settings.table, argc, &report->error);
    settings.table.choices.keep_option = "--target";
    if (status == ORTL_OK)
        status = ortl__verb_begin(&ortl__verb_verify, argc, argv, &settings, 2, 2, &n_operands,
                                  &is_done, report);
    if (status != ORTL_OK || is_done) goto done;
    status = ortl__table_settings_check(&settings.table, &report->error);
    if (status == ORTL_OK && settings.table.choices.keep == NULL)
        status = ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                    "verify: --target COLUMN is missing");
    settings.model = argv[1];
    settings.input = argv[2];
    ortl__sandbox sandbox;
    ortl__sandbox_begin(&sandbox, &settings.table.common);
    ortl__sandbox_read(&sandbox, settings.model);
    ortl__sandbox_read(&sandbox, settings.input);
    if (status == ORTL_OK) status = ortl__sandbox_enter(&sandbox, &report->error);
    if (status == ORTL_OK) status = verify(&settings, report);
done:
    ortl__table_settings_free(&settings.table);
    return status;
}

static const ortl__option options[] = {
    {"target", 't', "COLUMN", "the column with the truth; of several targets A,B,...", set_target},
    {"tolerance", 0, "X", "how far from the recorded score is in range", set_tolerance},
    ORTL__JSON_OPTION("print one JSON object"),
    ORTL__TABLE_OPTIONS,
    {"threads", 0, "N", "use N threads, 1 to 256", ortl__set_threads},
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_verify = {
    .name = "verify",
    .summary = "score a model again, compare with the score that it records",
    .synopsis = "MODEL.onnx DATA.csv --target COLUMN",
    .text =
        "Predicts the rows of the table and compares with the truth in one of its columns:\n"
        "accuracy, log_loss and auc of a classifier; rmse, mse, mae and r2 of a regressor. What\n"
        "the rows do not allow for (the auc of three classes) is left out. Columns are matched as\n"
        "in `predict`.\n"
        "\n"
        "Where the model's metadata record a score (score.metric, score.value), the exit code is\n"
        "1 when the score of these rows is not within --tolerance of it. Without that option it\n"
        "is half a unit of the recorded value's last digit, and at least a millionth of it. With\n"
        "score.data_sha256 recorded too, the report says whether the table is the recorded one.\n"
        "\n"
        "Examples\n"
        "  ort-lite verify model.onnx labelled.csv --target species\n"
        "  ort-lite meta model.onnx set score.metric=accuracy score.value=0.98 -o scored.onnx\n"
        "  ort-lite verify scored.onnx labelled.csv --target species\n"
        "  ort-lite verify scored.onnx labelled.csv --target species --tolerance 0.01 --json "
        "--threads 2\n"
        "  ort-lite verify model.onnx german.csv --target species --delimiter ';' --decimal ,\n"
        "  ort-lite verify model.onnx renamed.csv --target species --rename length=sepal_length\n"
        "  ort-lite verify model.onnx numbers.csv --target 5 --header no\n"
        "  ort-lite verify iris.onnx flowers.csv --target species --by-position\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
