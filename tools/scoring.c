/*
 * A table through a model, block after block.
 */
#include "scoring.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static ortl_status open_model(ortl__scoring *scoring, ortl__report *report) {
    const ortl__scoring_settings *settings = scoring->settings;
    ortl__common common = settings->table->common;
    common.library.keep_forest = settings->keep_forest;
    ortl__model_bound_scratch(&common, settings->model, &settings->input, 1);
    ortl_status status = ortl__model_open(settings->model, &common, &scoring->model, report);
    if (status == ORTL_OK)
        status =
            ortl__model_feature_names(&scoring->model, &scoring->feature_names, &report->error);
    if (status == ORTL_OK)
        status = ortl__model_columns_find(&scoring->model, &scoring->feature_names, &scoring->texts,
                                          &scoring->columns, &report->error);
    if (status == ORTL_OK && !common.is_quiet && !settings->is_silent)
        ortl__model_columns_note(&scoring->columns, &scoring->feature_names);
    if (status == ORTL_OK)
        status = ortl__results_begin(&scoring->results, &scoring->model, ORTL__RESULTS_OUTPUTS,
                                     &report->error);
    return status;
}

/* The csv_source: the descriptor, watched. */
static ptrdiff_t read_table(void *user, char *bytes_out, size_t n_bytes) {
    ortl__scoring *scoring = user;
    ptrdiff_t n = csv_read_descriptor(&scoring->descriptor, bytes_out, n_bytes);
    if (n > 0 && scoring->settings->watch != NULL)
        scoring->settings->watch(scoring->settings->user, bytes_out, (size_t)n);
    return n;
}

static ortl_status open_table(ortl__scoring *scoring, ortl__report *report) {
    const ortl__scoring_settings *settings = scoring->settings;
    bool is_stdin = strcmp(settings->input, "-") == 0;
    const csv_options options = {
        .delimiter = settings->table->delimiter,
        .max_line_bytes = (size_t)settings->table->common.csv_line_bytes,
        .max_columns = (size_t)settings->table->common.csv_columns,
    };
    ortl__report_place(report, is_stdin ? "standard input" : settings->input);
    scoring->descriptor = is_stdin ? STDIN_FILENO : csv_open_file(settings->input);
    if (scoring->descriptor < 0)
        return ortl__message_fail_errno(&report->error, "cannot be opened");
    return csv_open(read_table, scoring, &options, &scoring->reader, &report->error);
}

/* Decides about header and columns from the first record. */
static ortl_status match_columns(ortl__scoring *scoring, ortl__report *report) {
    ortl_error *error = &report->error;
    ortl_status status = csv_next(scoring->reader, &scoring->record, error);
    if (status == ORTL_OK && scoring->record.n_fields == 0)
        status = ortl__message_fail(error, ORTL_BAD_INPUT, "the table is empty");
    if (status == ORTL_OK)
        status = ortl__mapping_find(&scoring->record, &scoring->columns,
                                    &scoring->settings->table->choices, &scoring->texts,
                                    &scoring->mapping, error);
    if (status == ORTL_OK && scoring->mapping.names != NULL)
        status = csv_next(scoring->reader, &scoring->record, error);
    return status;
}

/* No more than one call may have. */
static size_t block_rows(const ortl__scoring_settings *settings) {
    const uint64_t limit = settings->table->common.library.limits.rows;
    return limit > 0 && limit < ORTL__SCORING_ROWS ? (size_t)limit : ORTL__SCORING_ROWS;
}

ortl_status ortl__scoring_open(ortl__scoring *scoring, const ortl__scoring_settings *settings,
                               ortl__report *report) {
    memset(scoring, 0, sizeof *scoring);
    scoring->settings = settings;
    scoring->descriptor = -1;
    if (!settings->is_silent) ortl__progress_begin(&scoring->progress, &settings->table->common);
    ortl_status status = open_model(scoring, report);
    if (status == ORTL_OK) status = open_table(scoring, report);
    if (status == ORTL_OK) status = match_columns(scoring, report);
    scoring->rows.columns = &scoring->columns;
    scoring->rows.mapping = &scoring->mapping;
    scoring->rows.point = settings->table->choices.point;
    if (status == ORTL_OK)
        status = ortl__rows_reserve(&scoring->rows, block_rows(settings), &report->error);
    return status;
}

ortl_status ortl__scoring_next(ortl__scoring *scoring, ortl__report *report) {
    ortl_error *error = &report->error;
    ortl_status status = ORTL_OK;
    ortl__rows_clear(&scoring->rows);
    while (status == ORTL_OK && scoring->record.n_fields > 0 &&
           scoring->rows.n_rows < scoring->rows.capacity) {
        scoring->lines[scoring->rows.n_rows] = scoring->record.line;
        status = ortl__rows_add(&scoring->rows, &scoring->record, error);
        if (status == ORTL_OK) status = csv_next(scoring->reader, &scoring->record, error);
    }
    if (status == ORTL_OK && scoring->record.n_fields > 0 &&
        !scoring->model.description.is_row_wise)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "rows of this model depend on each other, and the table has "
                                  "more than %zu",
                                  scoring->rows.capacity);
    scoring->n_rows += scoring->rows.n_rows;
    ortl__progress_show(&scoring->progress, scoring->n_rows);
    if (scoring->rows.n_rows == 0) ortl__progress_end(&scoring->progress);
    if (status == ORTL_OK && scoring->rows.n_rows > 0)
        status = ortl__results_run(&scoring->results, &scoring->rows, error);
    return status;
}

void ortl__scoring_close(ortl__scoring *scoring) {
    ortl__progress_end(&scoring->progress);
    csv_close(scoring->reader);
    if (scoring->descriptor > STDIN_FILENO) close(scoring->descriptor);
    ortl__results_free(&scoring->results);
    ortl__rows_free(&scoring->rows);
    ortl__mapping_free(&scoring->mapping);
    ortl__model_columns_free(&scoring->columns);
    ortl__feature_names_free(&scoring->feature_names);
    ortl__texts_free(&scoring->texts);
    ortl__model_close(&scoring->model);
}

const void *ortl__scoring_cell(const ortl__scoring *scoring, int index, ortl_type type,
                               size_t row) {
    if (index < 0) return NULL;
    const ortl__result_group *group = &scoring->results.groups[index];
    if (group->type != type) return NULL;
    return (const char *)group->data + row * group->n_columns * ortl_type_bytes(type);
}
