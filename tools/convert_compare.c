/*
 * The table of `convert --compare`, block by block: its rows as the trainer reads them and as the
 * file does, the leaves and outputs of the file, and the report at the end. One row is compared in
 * compare_row.c.
 */
#include "convert_compare.h"

#include "compare_row.h"
#include "figures.h"
#include "model.h"
#include "results.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_ROWS   256
#define BLOCK_LEAVES ((size_t)1 << 20) /* fewer rows when there are many trees */

typedef struct compare_state {
    const ortl__compare_settings *settings;
    ortl__report *report;
    ortl__comparison comparison;
    ortl__model model;
    ortl__feature_names feature_names;
    ortl__texts texts;
    ortl__model_columns columns;         /* of the file */
    ortl__column_group wide_group;       /* the same as doubles */
    ortl__model_columns wide_columns;    /* with wide_group; names belong to columns */
    ortl__mapping mapping, wide_mapping; /* the latter keeps nothing and shares the arrays */
    ortl__rows rows, wide_rows;
    bool has_wide_rows; /* the trainer holds doubles, the file floats */
    ortl__results results;
    csv_reader *reader;
    int descriptor;
    size_t block_rows;
    uint64_t *lines;  /* (block_rows) of the table */
    uint32_t *leaves; /* (block_rows, n_trees of the file) */
    double *cells;    /* (n_columns) of the row in hand */
} compare_state;

/* ---- Opening --------------------------------------------------------------------------------- */

static ortl_status open_model(compare_state *state) {
    ortl__common common = *state->settings->common;
    ortl_error *error = &state->report->error;
    common.library.keep_forest = 1;
    ortl_status status =
        ortl__model_open(state->settings->model, &common, &state->model, state->report);
    if (status == ORTL_OK)
        status = ortl__model_feature_names(&state->model, &state->feature_names, error);
    if (status == ORTL_OK)
        status = ortl__model_columns_find(&state->model, &state->feature_names, &state->texts,
                                          &state->columns, error);
    if (status == ORTL_OK)
        status = ortl__results_begin(&state->results, &state->model, ORTL__RESULTS_OUTPUTS, error);
    return status;
}

static const char *table_name(const compare_state *state) {
    return strcmp(state->settings->table, "-") == 0 ? "standard input" : state->settings->table;
}

static ortl_status open_table(compare_state *state) {
    const ortl__common *common = state->settings->common;
    const csv_options options = {.max_line_bytes = (size_t)common->csv_line_bytes,
                                 .max_columns = (size_t)common->csv_columns};
    ortl__report_place(state->report, table_name(state));
    state->descriptor = STDIN_FILENO;
    if (strcmp(state->settings->table, "-") != 0)
        state->descriptor = csv_open_file(state->settings->table);
    if (state->descriptor < 0)
        return ortl__message_fail_errno(&state->report->error, "cannot be opened");
    return csv_open(csv_read_descriptor, &state->descriptor, &options, &state->reader,
                    &state->report->error);
}

/* The same columns read as doubles: what a trainer that holds doubles makes of the table. */
static void widen_columns(compare_state *state) {
    state->has_wide_rows = state->columns.groups[0].type == ORTL_FLOAT &&
                           state->comparison.summary.data_type == ORTL_DOUBLE;
    state->wide_group = state->columns.groups[0];
    state->wide_group.type = ORTL_DOUBLE;
    state->wide_columns = state->columns;
    state->wide_columns.groups = &state->wide_group;
    state->wide_mapping = state->mapping;
    state->wide_mapping.n_kept = 0;
}

static ortl_status reserve_blocks(compare_state *state) {
    ortl_error *error = &state->report->error;
    size_t n_trees = state->model.description.n_trees;
    size_t n_columns = state->columns.n_columns;
    state->block_rows = n_trees > 0 ? BLOCK_LEAVES / n_trees : BLOCK_ROWS;
    if (state->block_rows > BLOCK_ROWS) state->block_rows = BLOCK_ROWS;
    if (state->block_rows == 0) state->block_rows = 1;
    state->rows.columns = &state->columns;
    state->rows.mapping = &state->mapping;
    state->wide_rows.columns = &state->wide_columns;
    state->wide_rows.mapping = &state->wide_mapping;
    state->rows.point = state->wide_rows.point = '.';
    state->lines = calloc(state->block_rows, sizeof *state->lines);
    state->leaves = calloc(state->block_rows * n_trees + 1, sizeof *state->leaves);
    state->cells = calloc(n_columns + 1, sizeof *state->cells);
    if (state->lines == NULL || state->leaves == NULL || state->cells == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the comparison");
    ortl_status status = ortl__rows_reserve(&state->rows, state->block_rows, error);
    if (status == ORTL_OK && state->has_wide_rows)
        status = ortl__rows_reserve(&state->wide_rows, state->block_rows, error);
    return status;
}

/* Matches the columns; is_data_out: the first record is no header. */
static ortl_status take_first_record(compare_state *state, const csv_record *record,
                                     const ortl_source_walk *walk, bool *is_data_out) {
    const ortl__compare_settings *settings = state->settings;
    const ortl__table_choices choices = {.is_by_position = settings->is_by_position,
                                         .point = '.',
                                         .renames = settings->renames,
                                         .n_renames = settings->n_renames,
                                         .keep = settings->expected,
                                         .keep_option = "--expected"};
    ortl_error *error = &state->report->error;
    ortl_status status = ortl__mapping_find(record, &state->columns, &choices, &state->texts,
                                            &state->mapping, error);
    if (status != ORTL_OK) return status;
    *is_data_out = state->mapping.names == NULL;
    status = ortl__comparison_begin(&state->comparison, walk, state->model.description.n_trees,
                                    state->mapping.n_kept, error);
    state->comparison.names = state->columns.names;
    widen_columns(state);
    if (status == ORTL_OK && state->comparison.summary.n_features != state->columns.n_columns)
        status = ortl__message_fail(error, ORTL_BAD_MODEL, "source and file differ in features");
    return status == ORTL_OK ? reserve_blocks(state) : status;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* Output number index of the file, when it has elements of that type. */
static const void *output_row(const compare_state *state, int index, ortl_type type, size_t row) {
    if (index < 0) return NULL;
    const ortl__result_group *group = &state->results.groups[index];
    if (group->type != type) return NULL;
    return (const char *)group->data + row * group->n_columns * ortl_type_bytes(type);
}

static ortl_status compare_one(compare_state *state, size_t row) {
    const ortl_description *d = &state->model.description;
    size_t n_columns = state->columns.n_columns;
    bool is_float = state->columns.groups[0].type == ORTL_FLOAT;
    const void *cells = state->rows.data[0];
    for (size_t j = 0; is_float && j < n_columns; j++)
        state->cells[j] = (double)((const float *)cells)[row * n_columns + j];
    ortl__compared_row compared = {
        .line = state->lines[row],
        .cells = is_float ? state->cells : (const double *)cells + row * n_columns,
        .file_leaves = state->leaves + row * d->n_trees,
        .scores = output_row(state, d->score_output, ORTL_FLOAT, row),
        .label = output_row(state, d->label_output, ORTL_INT64, row),
        .label_text = output_row(state, d->label_output, ORTL_STRING, row),
    };
    if (state->mapping.n_kept > 0)
        compared.expected = state->rows.kept + row * state->mapping.n_kept;
    if (state->has_wide_rows)
        compared.wide_cells = (const double *)state->wide_rows.data[0] + row * n_columns;
    return ortl__comparison_add(&state->comparison, &compared, &state->report->error);
}

static ortl_status find_leaves(compare_state *state) {
    size_t n_trees = state->model.description.n_trees;
    const ortl__column_group *group = &state->columns.groups[0];
    const ortl_tensor input = {.type = group->type,
                               .rank = 2,
                               .shape = {(int64_t)state->rows.n_rows, (int64_t)group->n_columns},
                               .data = state->rows.data[0]};
    if (n_trees == 0) return ORTL_OK;
    return ortl_leaves(state->results.context, &input, 1, state->leaves,
                       state->rows.n_rows * n_trees, &state->report->error);
}

static ortl_status run_block(compare_state *state) {
    ortl_status status = find_leaves(state);
    if (status == ORTL_OK)
        status = ortl__results_run(&state->results, &state->rows, &state->report->error);
    for (size_t i = 0; i < state->rows.n_rows && status == ORTL_OK; i++)
        status = compare_one(state, i);
    ortl__rows_clear(&state->rows);
    ortl__rows_clear(&state->wide_rows);
    return status;
}

static ortl_status take_records(compare_state *state, const ortl_source_walk *walk) {
    ortl_error *error = &state->report->error;
    csv_record record;
    bool is_data = true;
    ortl_status status = csv_next(state->reader, &record, error);
    if (status == ORTL_OK && record.n_fields == 0)
        status = ortl__message_fail(error, ORTL_BAD_INPUT, "the table is empty");
    if (status == ORTL_OK) status = take_first_record(state, &record, walk, &is_data);
    if (status == ORTL_OK && !is_data) status = csv_next(state->reader, &record, error);
    while (status == ORTL_OK && record.n_fields > 0) {
        state->lines[state->rows.n_rows] = record.line;
        status = ortl__rows_add(&state->rows, &record, error);
        if (status == ORTL_OK && state->has_wide_rows)
            status = ortl__rows_add(&state->wide_rows, &record, error);
        if (status == ORTL_OK && state->rows.n_rows == state->block_rows) status = run_block(state);
        if (status == ORTL_OK) status = csv_next(state->reader, &record, error);
    }
    if (status == ORTL_OK && state->rows.n_rows > 0) status = run_block(state);
    if (status == ORTL_OK && state->comparison.n_rows == 0)
        status = ortl__message_fail(error, ORTL_BAD_INPUT, "the table has no rows to compare");
    return status;
}

/* ---- The report ------------------------------------------------------------------------------ */

static void print_paths(const ortl__comparison *c, ortl__output *output) {
    char count[ORTL__FIGURE_CHARS];
    uint64_t n = c->parted.n_found;
    if (c->summary.n_trees == 0) return;
    if (n == 0) {
        ortl__output_text(output, "paths      the same leaf in every tree for every row\n");
        return;
    }
    ortl__output_print(output, "paths      %s row%s part%s from the source\n",
                       ortl__figure_count(n, count), ortl__figure_plural(n), n == 1 ? "s" : "");
    ortl__findings_print(&c->parted, output);
}

/* Not a difference: the rows are what the type of the file's input makes of the table. */
static void print_rounding(const ortl__comparison *c, ortl__output *output) {
    char count[ORTL__FIGURE_CHARS];
    if (c->n_rounded == 0) return;
    ortl__output_print(
        output,
        "note       %s row%s (the first in line %llu) would take other paths in a "
        "trainer that reads the table as\n"
        "           doubles: float32 rounds a number across a threshold (--precision "
        "double does not)\n",
        ortl__figure_count(c->n_rounded, count), ortl__figure_plural(c->n_rounded),
        (unsigned long long)c->first_rounded_line);
}

static void print_scores(const ortl__comparison *c, ortl__output *output) {
    char count[ORTL__FIGURE_CHARS];
    uint64_t n = c->scores.n_found;
    if (c->summary.n_scores == 0) return;
    if (n == 0 && c->parted.n_found == 0)
        ortl__output_text(output, "values     those of the source, within float32 rounding\n");
    if (n == 0) return;
    ortl__output_print(output, "values     %s row%s differ%s though the leaves are the same\n",
                       ortl__figure_count(n, count), ortl__figure_plural(n), n == 1 ? "s" : "");
    ortl__findings_print(&c->scores, output);
}

static void print_expected(const ortl__comparison *c, ortl__output *output) {
    char count[ORTL__FIGURE_CHARS];
    bool has_labels = ortl__comparison_has_labels(c);
    const ortl__findings *findings = has_labels ? &c->wrong_labels : &c->wrong_scores;
    const char *what = has_labels ? "label" : "value";
    uint64_t n = findings->n_found;
    if (c->n_expected == 0) return;
    if (n == 0)
        ortl__output_print(output, "expected   every %s is the trainer's\n", what);
    else
        ortl__output_print(output, "expected   %s row%s with another %s than the trainer's\n",
                           ortl__figure_count(n, count), ortl__figure_plural(n), what);
    ortl__findings_print(findings, output);
    if (has_labels && c->n_ties > 0)
        ortl__output_print(output, "           %s more where two classes score alike\n",
                           ortl__figure_count(c->n_ties, count));
}

static ortl_status print_report(const compare_state *state) {
    const ortl__comparison *c = &state->comparison;
    ortl__output output = ORTL__OUTPUT_INIT;
    char rows[ORTL__FIGURE_CHARS], trees[ORTL__FIGURE_CHARS], table[ORTL__PLACE_BYTES];
    char source[ORTL__PLACE_BYTES];
    ortl_status status = ortl__output_open(&output, NULL, -1, &state->report->error);
    if (status == ORTL_OK) {
        ortl__message_escape(table_name(state), strlen(table_name(state)), table, sizeof table);
        ortl__message_escape(state->settings->source, strlen(state->settings->source), source,
                             sizeof source);
        ortl__output_print(&output, "compared   %s row%s of %s, %s tree%s of %s\n",
                           ortl__figure_count(c->n_rows, rows), ortl__figure_plural(c->n_rows),
                           table, ortl__figure_count(c->summary.n_trees, trees),
                           ortl__figure_plural(c->summary.n_trees), source);
        print_paths(c, &output);
        print_scores(c, &output);
        print_expected(c, &output);
        print_rounding(c, &output);
    }
    return ortl__output_close(&output, status, state->report);
}

/* ---- The same as JSON ------------------------------------------------------------------------ */

void ortl__convert_json(ortl__json *json, const ortl_convert_report *done) {
    ortl__json_text(json, "trainer", ortl__texts_view(done->trainer));
    ortl__json_figure(json, "trees", done->n_trees);
    ortl__json_figure(json, "nodes", done->n_nodes);
    ortl__json_figure(json, "source_bytes", done->source_bytes);
    ortl__json_figure(json, "file_bytes", done->file_bytes);
    ortl__json_figure(json, "peak_bytes", done->peak_bytes);
}

static ortl_status print_json(const compare_state *state) {
    const ortl__comparison *c = &state->comparison;
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__output_open(&output, NULL, -1, &state->report->error);
    if (status == ORTL_OK) {
        ortl__json json;
        ortl__json_begin(&json, &output, ORTL__JSON_INDENTED);
        ortl__json_object(&json, NULL);
        ortl__convert_json(&json, state->settings->done);
        ortl__json_figure(&json, "rows", c->n_rows);
        ortl__findings_json(&json, "parted", &c->parted);
        ortl__findings_json(&json, "values", &c->scores);
        if (c->n_expected > 0)
            ortl__findings_json(&json, "expected",
                                ortl__comparison_has_labels(c) ? &c->wrong_labels
                                                               : &c->wrong_scores);
        ortl__json_figure(&json, "rounded", c->n_rounded);
        ortl__json_object_end(&json);
        ortl__json_end(&json);
    }
    return ortl__output_close(&output, status, state->report);
}

static void free_state(compare_state *state) {
    csv_close(state->reader);
    if (state->descriptor > STDIN_FILENO) close(state->descriptor);
    free(state->lines);
    free(state->leaves);
    free(state->cells);
    ortl__comparison_free(&state->comparison);
    ortl__results_free(&state->results);
    ortl__rows_free(&state->rows);
    ortl__rows_free(&state->wide_rows);
    ortl__mapping_free(&state->mapping);
    ortl__model_columns_free(&state->columns);
    ortl__feature_names_free(&state->feature_names);
    ortl__texts_free(&state->texts);
    ortl__model_close(&state->model);
}

ortl_status ortl__convert_compare(const ortl__compare_settings *settings,
                                  const ortl_source_walk *walk, ortl__report *report) {
    compare_state state = {.settings = settings, .report = report, .descriptor = -1};
    ortl_status status = open_model(&state);
    if (status == ORTL_OK) status = open_table(&state);
    if (status == ORTL_OK) status = take_records(&state, walk);
    if (status == ORTL_OK) {
        report->has_differences = ortl__comparison_has_differences(&state.comparison);
        if (settings->common->is_json)
            status = print_json(&state);
        else if (report->has_differences || !settings->common->is_quiet)
            status = print_report(&state);
    }
    free_state(&state);
    return status;
}
