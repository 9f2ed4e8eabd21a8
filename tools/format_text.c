/*
 * Predictions as lines of text: csv and tsv with quotation marks where RFC 4180 asks for them,
 * jsonl with one object a line. Floats are written shortest that reads back the same.
 */
#include "format.h"
#include "json.h"

#include "../runtime/number.h"

#include <stdlib.h>
#include <string.h>

/* ---- Writer ---------------------------------------------------------------------------------- */

ortl_status ortl__writer_block(ortl__writer *writer, ortl_error *error) {
    if (!writer->has_begun) {
        ortl_status status =
            writer->format->begin == NULL ? ORTL_OK : writer->format->begin(writer, error);
        if (status != ORTL_OK) return status;
        writer->has_begun = true;
    }
    writer->format->block(writer);
    writer->n_rows += writer->rows->n_rows;
    return ortl__output_check(writer->output);
}

ortl_status ortl__writer_end(ortl__writer *writer, ortl_error *error) {
    if (!writer->has_begun || writer->format->end == NULL) return ORTL_OK;
    return writer->format->end(writer, error);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void put_character(ortl__output *output, char character) {
    ortl__output_reserve(output, 1)[0] = character;
    output->length++;
}

/* Writes a cell that is no text, at most ORTL__NUMBER_CHARS bytes. Returns their number. */
static size_t write_plain(ortl_type type, const void *data, size_t index, char *place) {
    switch (type) {
    case ORTL_FLOAT: return ortl__number_write_float(((const float *)data)[index], place);
    case ORTL_DOUBLE: return ortl__number_write_double(((const double *)data)[index], place);
    case ORTL_INT64: return ortl__number_write_int64(((const int64_t *)data)[index], place);
    case ORTL_INT16: return ortl__number_write_int64(((const int16_t *)data)[index], place);
    case ORTL_INT32: return ortl__number_write_int64(((const int32_t *)data)[index], place);
    case ORTL_BOOL: {
        bool is_true = ((const unsigned char *)data)[index] != 0;
        memcpy(place, is_true ? "true" : "false", is_true ? 4 : 5);
        return is_true ? 4 : 5;
    }
    case ORTL_STRING:
    case ORTL_UNDEFINED: break;
    }
    return 0;
}

static void put_plain(ortl__output *output, ortl_type type, const void *data, size_t index) {
    char *place = ortl__output_reserve(output, ORTL__NUMBER_CHARS);
    output->length += write_plain(type, data, index, place);
}

/* ---- csv and tsv ----------------------------------------------------------------------------- */

static bool needs_quotes(ortl_string text, char delimiter, bool is_only_column) {
    /* An empty line would be no record at all. */
    if (text.n_bytes == 0) return is_only_column;
    for (size_t i = 0; i < text.n_bytes; i++) {
        char letter = text.data[i];
        if (letter == delimiter || letter == '"' || letter == '\n' || letter == '\r') return true;
    }
    return false;
}

static void put_quoted(ortl__output *output, ortl_string text) {
    put_character(output, '"');
    for (size_t i = 0; i < text.n_bytes; i++) {
        if (text.data[i] == '"') put_character(output, '"');
        put_character(output, text.data[i]);
    }
    put_character(output, '"');
}

static size_t count_columns(const ortl__writer *writer) {
    return writer->rows->mapping->n_kept + writer->results->n_columns;
}

static void put_text(const ortl__writer *writer, ortl_string text) {
    if (needs_quotes(text, writer->format->delimiter, count_columns(writer) == 1))
        put_quoted(writer->output, text);
    else
        ortl__output_put(writer->output, text.data, text.n_bytes);
}

/* The name of a carried column: from the header, else its number. */
static ortl_string kept_name(const ortl__mapping *mapping, size_t index, char *number_room) {
    size_t field = mapping->kept[index];
    if (mapping->names != NULL) return mapping->names[field];
    size_t n_bytes = ortl__number_write_int64((int64_t)field + 1, number_room);
    return (ortl_string){number_room, n_bytes};
}

static int compare_names(const void *a, const void *b) {
    return ortl__texts_compare(*(const ortl_string *)a, *(const ortl_string *)b);
}

ortl_status ortl__writer_check_names(ortl__writer *writer, ortl_error *error) {
    const ortl__mapping *mapping = writer->rows->mapping;
    size_t n_kept = mapping->n_kept;
    size_t n_columns = count_columns(writer);
    ortl_status status = ORTL_OK;
    ortl_string *names = calloc(n_columns + 1, sizeof *names);
    char(*numbers)[ORTL__NUMBER_CHARS] = calloc(n_kept + 1, sizeof *numbers);
    if (names == NULL || numbers == NULL) {
        status = ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the columns' names");
        goto done;
    }
    for (size_t i = 0; i < n_columns; i++)
        names[i] =
            i < n_kept ? kept_name(mapping, i, numbers[i]) : writer->results->names[i - n_kept];
    qsort(names, n_columns, sizeof *names, compare_names);
    for (size_t i = 1; i < n_columns && status == ORTL_OK; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0)
            status = ortl__message_fail(
                error, ORTL_BAD_ARGUMENT,
                "two columns would be called \"%.*s\", which --format %s cannot tell apart (use csv"
                "%s)",
                (int)(names[i].n_bytes < 60 ? names[i].n_bytes : 60), names[i].data,
                writer->format->name, n_kept > 0 ? ", or --rename what is kept" : "");
done:
    free(names);
    free(numbers);
    return status;
}

static ortl_status begin_delimited(ortl__writer *writer, ortl_error *error) {
    (void)error;
    const ortl__mapping *mapping = writer->rows->mapping;
    char number[ORTL__NUMBER_CHARS];
    if (!writer->has_header) return ORTL_OK;
    for (size_t i = 0; i < count_columns(writer); i++) {
        if (i > 0) put_character(writer->output, writer->format->delimiter);
        put_text(writer, i < mapping->n_kept ? kept_name(mapping, i, number)
                                             : writer->results->names[i - mapping->n_kept]);
    }
    put_character(writer->output, '\n');
    return ORTL_OK;
}

/* The cells of one output in one row, each with a delimiter behind it. */
static void put_group(const ortl__writer *writer, const ortl__result_group *group, size_t row) {
    char delimiter = writer->format->delimiter;
    for (size_t j = 0; j < group->n_columns; j++) {
        size_t index = row * group->n_columns + j;
        if (group->type == ORTL_STRING)
            put_text(writer, ((const ortl_string *)group->data)[index]);
        else
            put_plain(writer->output, group->type, group->data, index);
        put_character(writer->output, delimiter);
    }
}

static void write_delimited(ortl__writer *writer) {
    const ortl__rows *rows = writer->rows;
    size_t n_kept = rows->mapping->n_kept;
    for (size_t i = 0; i < rows->n_rows; i++) {
        for (size_t j = 0; j < n_kept; j++) {
            put_text(writer, rows->kept[i * n_kept + j]);
            put_character(writer->output, writer->format->delimiter);
        }
        for (size_t j = 0; j < writer->results->n_groups; j++)
            put_group(writer, &writer->results->groups[j], i);
        /* The last delimiter, which is still in the buffer, gives way to the end of the line. */
        writer->output->buffer[writer->output->length - 1] = '\n';
    }
}

const ortl__format ortl__format_csv = {
    .name = "csv", .delimiter = ',', .begin = begin_delimited, .block = write_delimited};

const ortl__format ortl__format_tsv = {
    .name = "tsv", .delimiter = '\t', .begin = begin_delimited, .block = write_delimited};

/* ---- jsonl ----------------------------------------------------------------------------------- */

static void put_json_group(ortl__json *json, const ortl__result_group *group,
                           const ortl_string *names, size_t row) {
    char text[ORTL__NUMBER_CHARS];
    for (size_t j = 0; j < group->n_columns; j++) {
        size_t index = row * group->n_columns + j;
        ortl__json_key(json, names[j]);
        if (group->type == ORTL_STRING)
            ortl__json_text(json, NULL, ((const ortl_string *)group->data)[index]);
        else if (group->type == ORTL_BOOL)
            ortl__json_bool(json, NULL, ((const unsigned char *)group->data)[index] != 0);
        else
            ortl__json_number(json, NULL, text, write_plain(group->type, group->data, index, text));
    }
}

static void write_jsonl(ortl__writer *writer) {
    const ortl__rows *rows = writer->rows;
    const ortl__mapping *mapping = rows->mapping;
    char number[ORTL__NUMBER_CHARS];
    ortl__json json;
    ortl__json_begin(&json, writer->output, ORTL__JSON_LINE);
    for (size_t i = 0; i < rows->n_rows; i++) {
        const ortl_string *names = writer->results->names;
        ortl__json_object(&json, NULL);
        for (size_t j = 0; j < mapping->n_kept; j++) {
            ortl__json_key(&json, kept_name(mapping, j, number));
            ortl__json_text(&json, NULL, rows->kept[i * mapping->n_kept + j]);
        }
        for (size_t j = 0; j < writer->results->n_groups; j++) {
            put_json_group(&json, &writer->results->groups[j], names, i);
            names += writer->results->groups[j].n_columns;
        }
        ortl__json_object_end(&json);
        ortl__json_end(&json);
    }
}

const ortl__format ortl__format_jsonl = {
    .name = "jsonl", .begin = ortl__writer_check_names, .block = write_jsonl};
