/*
 * The stream: records are gathered into a block; when it is full, or the input pauses, the model
 * runs on it and the results are written. So rows leave in the order they came, in constant memory,
 * and none waits for the end of a pipe. A model whose rows depend on each other is the exception:
 * it gets the whole table as one block.
 */
#include "predict.h"
#include "header.h"
#include "pipeline.h"
#include "progress.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_ROWS             512
#define BLOCK_CELLS            65536                /* fewer rows when there are many columns */
#define BLOCK_SCRATCH          ((uint64_t)16 << 20) /* or when a row makes much of itself */
#define BLOCK_TEXT             ((size_t)256 * 1024) /* a block with more bytes of text is full */
#define LIMIT_OF(common, name) limit_or_default((common)->library.limits.name, #name)

typedef struct predict_state {
    const ortl__predict_settings *settings;
    ortl__report *report;
    ortl__model model;
    ortl__paths *paths; /* NULL: no contributions are wanted */
    ortl__feature_names feature_names;
    ortl__texts texts; /* of column names */
    ortl__model_columns columns;
    ortl__mapping mapping;
    ortl__rows *rows; /* of the block that is being filled */
    ortl__pipeline pipeline;
    ortl__output output;
    ortl__sandbox sandbox;
    ortl__writer writer;
    int descriptor; /* of the input */
    csv_reader *reader;
    uint64_t n_rows; /* handed over so far */
    ortl__progress progress;
    ortl_status source_status; /* of a block that was run while the reader asked for more input */
    ortl_error source_error;
} predict_state;

/* ---- Blocks ---------------------------------------------------------------------------------- */

static uint64_t limit_or_default(uint64_t given, const char *name) {
    if (given != 0) return given;
#define DEFAULT_LIMIT(limit, value, sentence)                                                      \
    if (strcmp(name, #limit) == 0) return (value);
    ORTL_LIMIT_MAP(DEFAULT_LIMIT)
#undef DEFAULT_LIMIT
    return UINT64_MAX;
}

/* Predicts and writes the rows at hand, now or soon; errors are those of any block so far. */
static ortl_status run_block(predict_state *state, ortl_error *error) {
    state->n_rows += state->rows->n_rows;
    ortl_status status = ortl__pipeline_hand_over(&state->pipeline, error);
    ortl__progress_show(&state->progress, state->n_rows);
    state->rows = ortl__pipeline_rows(&state->pipeline);
    return status;
}

/* Rows of a block when they can be taken in any portions. */
static size_t block_rows(const predict_state *state) {
    size_t n_rows = BLOCK_CELLS / (state->columns.n_columns + 1);
    const uint64_t row_bytes = state->model.description.context_bytes_per_row;
    const uint64_t limit = LIMIT_OF(&state->settings->table.common, rows);
    n_rows = n_rows > BLOCK_ROWS ? BLOCK_ROWS : n_rows < 1 ? 1 : n_rows;
    if (n_rows > limit) n_rows = (size_t)limit;
    if (row_bytes > BLOCK_SCRATCH / n_rows) n_rows = (size_t)(BLOCK_SCRATCH / row_bytes);
    return n_rows < 1 ? 1 : n_rows;
}

static ortl_status fail_limit(const char *name, uint64_t limit, uint64_t needed,
                              ortl_error *error) {
    return ortl__message_fail(
        error, ORTL_LIMIT,
        "rows of this model depend on each other, so the table is read whole; "
        "it needs %s of %llu, the limit is %llu (--limit %s=VALUE)",
        name, (unsigned long long)needed, (unsigned long long)limit, name);
}

/* Room for half as many rows again, within the limits on rows and on bytes. */
static ortl_status grow_table(predict_state *state, ortl_error *error) {
    uint64_t max_rows = LIMIT_OF(&state->settings->table.common, rows);
    uint64_t max_bytes = LIMIT_OF(&state->settings->table.common, context_bytes);
    if (state->rows->n_rows >= max_rows)
        return fail_limit("rows", max_rows, (uint64_t)state->rows->n_rows + 1, error);
    uint64_t capacity = (uint64_t)state->rows->n_rows + state->rows->n_rows / 2 + BLOCK_ROWS;
    if (capacity > max_rows) capacity = max_rows;
    uint64_t n_bytes = ortl__rows_bytes(&state->columns, &state->mapping, (size_t)capacity);
    if (n_bytes > max_bytes || state->rows->texts.n_bytes > max_bytes - n_bytes)
        return fail_limit("context_bytes", max_bytes, n_bytes, error);
    return ortl__rows_reserve(state->rows, (size_t)capacity, error);
}

/* Makes room for one more row. */
static ortl_status make_room(predict_state *state, ortl_error *error) {
    bool is_full = state->rows->n_rows == state->rows->capacity;
    if (!state->model.description.is_row_wise) return is_full ? grow_table(state, error) : ORTL_OK;
    ortl_status status = ORTL_OK;
    bool has_room = !is_full && state->rows->texts.n_bytes <= BLOCK_TEXT;
    if (!has_room && state->rows->capacity > 0) status = run_block(state, error);
    if (status == ORTL_OK && state->rows->capacity == 0)
        status = ortl__rows_reserve(state->rows, block_rows(state), error);
    return status;
}

/* ---- Input ----------------------------------------------------------------------------------- */

static bool has_input_waiting(int descriptor) {
    struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
    return poll(&waiting, 1, 0) > 0;
}

/* Lets the rows at hand go out. */
static ortl_status let_go(predict_state *state, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (state->rows->n_rows > 0) status = run_block(state, error);
    if (status == ORTL_OK) status = ortl__pipeline_drain(&state->pipeline, error);
    return status == ORTL_OK ? ortl__output_flush(&state->output) : status;
}

/* Gives the reader more input. When that has to be waited for, the rows at hand go out first. */
static ptrdiff_t read_source(void *user, char *bytes_out, size_t n_bytes) {
    predict_state *state = user;
    bool may_wait = state->settings->is_flushed || !has_input_waiting(state->descriptor);
    if (may_wait && state->model.description.is_row_wise) {
        state->source_status = let_go(state, &state->source_error);
        if (state->source_status != ORTL_OK) {
            errno = EIO; /* source_status tells what it really was */
            return -1;
        }
    }
    return csv_read_descriptor(&state->descriptor, bytes_out, n_bytes);
}

static ortl_status next_record(predict_state *state, csv_record *record_out) {
    ortl_status status = csv_next(state->reader, record_out, &state->report->error);
    if (state->source_status == ORTL_OK) return status;
    state->report->error = state->source_error;
    return state->source_status;
}

static const char *input_name(const predict_state *state) {
    return strcmp(state->settings->input, "-") == 0 ? "standard input" : state->settings->input;
}

static ortl_status open_input(predict_state *state) {
    const ortl__predict_settings *settings = state->settings;
    const csv_options options = {
        .delimiter = settings->table.delimiter,
        .max_line_bytes = (size_t)settings->table.common.csv_line_bytes,
        .max_columns = (size_t)settings->table.common.csv_columns,
    };
    ortl__report_place(state->report, input_name(state));
    state->descriptor = STDIN_FILENO;
    if (strcmp(settings->input, "-") != 0) state->descriptor = csv_open_file(settings->input);
    if (state->descriptor < 0)
        return ortl__message_fail_errno(&state->report->error, "cannot be opened");
    return csv_open(read_source, state, &options, &state->reader, &state->report->error);
}

/* ---- Output ---------------------------------------------------------------------------------- */

static ortl_status open_output(predict_state *state) {
    const ortl__predict_settings *settings = state->settings;
    ortl__report_place(state->report, settings->output);
    ortl_status status =
        ortl__output_refuse_input(settings->output, settings->model, &state->report->error);
    if (status == ORTL_OK)
        status = (settings->is_flushed ? ortl__output_open_in_place : ortl__output_open)(
            &state->output, settings->output, state->descriptor, &state->report->error);
    if (status == ORTL_OK && settings->format->needs_seekable &&
        !ortl__output_is_seekable(&state->output))
        status = ortl__message_fail(&state->report->error, ORTL_BAD_ARGUMENT,
                                    "--format %s needs -o on a file, not a pipe or a terminal",
                                    settings->format->name);
    if (status != ORTL_OK) return status;
    ortl__report_place(state->report, input_name(state));
    return ORTL_OK;
}

/* The blocks, and what writes them. */
static ortl_status open_pipeline(predict_state *state) {
    const ortl__predict_settings *settings = state->settings;
    const ortl__rows rows = {
        .columns = &state->columns,
        .mapping = &state->mapping,
        .point = settings->table.choices.point,
        .is_lenient = settings->is_lenient,
    };
    size_t n_threads = settings->table.common.library.n_threads;
    if (n_threads == 0 || !state->model.description.is_row_wise) n_threads = 1;
    state->writer = (ortl__writer){
        .format = settings->format,
        .output = &state->output,
        .has_header = settings->table.choices.header != ORTL__HEADER_NO,
    };
    ortl_status status =
        ortl__pipeline_begin(&state->pipeline, &state->model, settings->kind, &rows, &state->writer,
                             n_threads, &state->report->error);
    if (status == ORTL_OK) state->rows = ortl__pipeline_rows(&state->pipeline);
    return status;
}

/* ---- The stream ------------------------------------------------------------------------------ */

static ortl_status enter_sandbox(predict_state *state) {
    ortl__sandbox_begin(&state->sandbox, &state->settings->table.common);
    ortl__sandbox_read(&state->sandbox, state->settings->model);
    ortl__sandbox_read(&state->sandbox, state->settings->input);
    ortl__sandbox_write(&state->sandbox, state->settings->output, false);
    return ortl__sandbox_enter(&state->sandbox, &state->report->error);
}

static ortl_status open_model(predict_state *state) {
    ortl_error *error = &state->report->error;
    ortl__common common = state->settings->table.common;
    common.library.n_threads = 1; /* blocks are shared by threads, not the rows of one */
    common.library.keep_forest = state->settings->kind == ORTL__RESULTS_LEAVES ||
                                 state->settings->kind == ORTL__RESULTS_CONTRIBUTIONS;
    ortl__model_bound_scratch(&common, state->settings->model, &state->settings->input, 1);
    ortl_status status =
        ortl__model_open(state->settings->model, &common, &state->model, state->report);
    if (status == ORTL_OK)
        status = ortl__model_feature_names(&state->model, &state->feature_names, error);
    if (status == ORTL_OK)
        status = ortl__model_columns_find(&state->model, &state->feature_names, &state->texts,
                                          &state->columns, error);
    if (status == ORTL_OK && !common.is_quiet)
        ortl__model_columns_note(&state->columns, &state->feature_names);
    if (status == ORTL_OK && state->settings->kind == ORTL__RESULTS_CONTRIBUTIONS) {
        status = ortl__paths_new(&state->model, state->columns.n_columns, &state->paths, error);
        state->model.paths = state->paths;
    }
    return status;
}

/* Matches the columns; a first record that is no header is the first row. */
static ortl_status take_first_record(predict_state *state, csv_record *record) {
    ortl_error *error = &state->report->error;
    ortl_status status =
        ortl__mapping_find(record, &state->columns, &state->settings->table.choices, &state->texts,
                           &state->mapping, error);
    if (status != ORTL_OK) return status;
    if (state->settings->table.common.is_verbose)
        ortl__message_note("%s: columns matched by %s, %s", input_name(state),
                           state->mapping.is_by_name ? "name" : "position",
                           state->mapping.names != NULL ? "from the header"
                                                        : "the first line is data");
    if (state->mapping.names != NULL) return next_record(state, record);
    if (!state->settings->table.common.is_quiet &&
        state->settings->table.choices.header == ORTL__HEADER_AUTO &&
        ortl__header_is_numbering(record))
        ortl__message_note("%s: line %llu looks like column numbers; it was read as data (say "
                           "--header yes)",
                           input_name(state), (unsigned long long)record->line);
    return ORTL_OK;
}

static ortl_status take_records(predict_state *state) {
    ortl_error *error = &state->report->error;
    csv_record record;
    ortl_status status = next_record(state, &record);
    if (status == ORTL_OK && record.n_fields > 0) status = take_first_record(state, &record);
    while (status == ORTL_OK && record.n_fields > 0) {
        status = make_room(state, error);
        if (status == ORTL_OK) status = ortl__rows_add(state->rows, &record, error);
        if (status == ORTL_OK) status = next_record(state, &record);
    }
    return status;
}

/* Runs what is left of the rows; those before a bad one are written too. A table without rows still
 * gets its header. */
static ortl_status finish(predict_state *state, ortl_status status) {
    ortl_error error = {.message = ""};
    ortl_status before = ortl__pipeline_drain(&state->pipeline, &error);
    if (before != ORTL_OK) { /* of rows before the one that status is about */
        state->report->error = error;
        status = before;
    }
    bool is_bad_row = status == ORTL_BAD_INPUT || status == ORTL_LIMIT;
    ortl_status last = ORTL_OK;
    bool has_rows = state->rows->n_rows > 0;
    if ((status == ORTL_OK && (has_rows || !state->writer.has_begun)) ||
        (is_bad_row && has_rows && state->model.description.is_row_wise)) {
        if (state->rows->data == NULL) last = ortl__rows_reserve(state->rows, 1, &error);
        if (last == ORTL_OK) last = run_block(state, &error);
        if (last == ORTL_OK) last = ortl__pipeline_drain(&state->pipeline, &error);
    }
    if (last == ORTL_OK) last = ortl__writer_end(&state->writer, &error);
    if (status != ORTL_OK || last == ORTL_OK) return status;
    state->report->error = error;
    return last;
}

static void note_result(const predict_state *state) {
    if (!state->settings->table.common.is_verbose) return;
    ortl__message_note("%s: %llu rows in %llu blocks%s", input_name(state),
                       (unsigned long long)state->writer.n_rows,
                       (unsigned long long)state->pipeline.n_with_rows,
                       state->model.description.is_row_wise
                           ? ""
                           : " (rows depend on each other, so the table was held in memory)");
}

static void free_state(predict_state *state) {
    ortl__pipeline_free(&state->pipeline);
    csv_close(state->reader);
    if (state->descriptor > STDIN_FILENO) close(state->descriptor);
    ortl__mapping_free(&state->mapping);
    ortl__model_columns_free(&state->columns);
    ortl__feature_names_free(&state->feature_names);
    ortl__texts_free(&state->texts);
    ortl__paths_free(state->paths);
    ortl__model_close(&state->model);
}

ortl_status ortl__predict(const ortl__predict_settings *settings, ortl__report *report) {
    predict_state state = {.settings = settings, .report = report, .descriptor = -1};
    state.output = (ortl__output)ORTL__OUTPUT_INIT;
    ortl__progress_begin(&state.progress, &settings->table.common);
    ortl_status status = enter_sandbox(&state);
    if (status == ORTL_OK) status = open_model(&state);
    if (status == ORTL_OK) status = open_input(&state);
    if (status == ORTL_OK) status = open_output(&state);
    if (status == ORTL_OK) status = open_pipeline(&state);
    if (status == ORTL_OK) status = ortl__sandbox_tighten(&state.sandbox, &report->error);
    if (status == ORTL_OK) status = ortl__pipeline_start(&state.pipeline, &report->error);
    if (status == ORTL_OK) status = finish(&state, take_records(&state));
    ortl__progress_end(&state.progress);
    if (status == ORTL_OK) note_result(&state);
    state.output.keeps_rows = state.writer.n_rows > 0;
    status = ortl__output_close(&state.output, status, report);
    free_state(&state);
    return status;
}
