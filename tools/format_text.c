/*
 * Predictions as lines of text: csv and tsv with quotation marks where RFC 4180 asks for them,
 * jsonl with one object a line. Floats are written shortest that reads back the same.
 */
#include "format.h"
#include "json_text.h"

#include "../runtime/number.h"

#include <stdlib.h>
#include <string.h>

/* ---- Writer ---------------------------------------------------------------------------------- */

ortl_status ortl__writer_block(ortl__writer *writer, ortl_error *error) {
    if (!writer->has_begun) {
        ortl_status status = writer->format->begin(writer, error);
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

void ortl__writer_free(ortl__writer *writer) {
    free(writer->keys);
    ortl__texts_free(&writer->texts);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void put_character(ortl__output *output, char character) {
    ortl__output_reserve(output, 1)[0] = character;
    output->length++;
}

/* A cell that is no text. */
static void put_plain(ortl__output *output, ortl_type type, const void *data, size_t index) {
    char *place = ortl__output_reserve(output, ORTL__NUMBER_CHARS);
    size_t n_bytes = 0;
    switch (type) {
    case ORTL_FLOAT: n_bytes = ortl__number_write_float(((const float *)data)[index], place); break;
    case ORTL_DOUBLE:
        n_bytes = ortl__number_write_double(((const double *)data)[index], place);
        break;
    case ORTL_INT64:
        n_bytes = ortl__number_write_int64(((const int64_t *)data)[index], place);
        break;
    case ORTL_INT16:
        n_bytes = ortl__number_write_int64(((const int16_t *)data)[index], place);
        break;
    case ORTL_INT32:
        n_bytes = ortl__number_write_int64(((const int32_t *)data)[index], place);
        break;
    case ORTL_BOOL:
        n_bytes = ((const unsigned char *)data)[index] ? 4 : 5;
        memcpy(place, n_bytes == 4 ? "true" : "false", n_bytes);
        break;
    case ORTL_STRING:
    case ORTL_UNDEFINED: break;
    }
    output->length += n_bytes;
}

/* Whether JSON has no number for the cell: NaN and the infinities. Their difference from
 * themselves is not 0. */
static bool is_null(ortl_type type, const void *data, size_t index) {
    if (type == ORTL_FLOAT) {
        float value = ((const float *)data)[index];
        return !(value - value == 0);
    }
    if (type == ORTL_DOUBLE) {
        double value = ((const double *)data)[index];
        return !(value - value == 0);
    }
    return false;
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

/* The keys with all that stands between two values: {"a": and ,"b": */
static ortl_status begin_jsonl(ortl__writer *writer, ortl_error *error) {
    const ortl__mapping *mapping = writer->rows->mapping;
    char number[ORTL__NUMBER_CHARS];
    writer->keys = calloc(count_columns(writer) + 1, sizeof *writer->keys);
    if (writer->keys == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the names of the output");
    for (size_t i = 0; i < count_columns(writer); i++) {
        ortl_string name = i < mapping->n_kept ? kept_name(mapping, i, number)
                                               : writer->results->names[i - mapping->n_kept];
        ortl_status status = ortl__json_key(name, i == 0, &writer->texts, &writer->keys[i], error);
        if (status != ORTL_OK) return status;
    }
    return ORTL_OK;
}

static void put_json_group(const ortl__writer *writer, const ortl__result_group *group,
                           const ortl_string *keys, size_t row) {
    ortl__output *output = writer->output;
    for (size_t j = 0; j < group->n_columns; j++) {
        size_t index = row * group->n_columns + j;
        ortl__output_put(output, keys[j].data, keys[j].n_bytes);
        if (group->type == ORTL_STRING)
            ortl__json_put_text(output, ((const ortl_string *)group->data)[index]);
        else if (is_null(group->type, group->data, index))
            ortl__output_text(output, "null");
        else
            put_plain(output, group->type, group->data, index);
    }
}

static void write_jsonl(ortl__writer *writer) {
    const ortl__rows *rows = writer->rows;
    size_t n_kept = rows->mapping->n_kept;
    for (size_t i = 0; i < rows->n_rows; i++) {
        const ortl_string *keys = writer->keys;
        for (size_t j = 0; j < n_kept; j++, keys++) {
            ortl__output_put(writer->output, keys->data, keys->n_bytes);
            ortl__json_put_text(writer->output, rows->kept[i * n_kept + j]);
        }
        for (size_t j = 0; j < writer->results->n_groups; j++) {
            put_json_group(writer, &writer->results->groups[j], keys, i);
            keys += writer->results->groups[j].n_columns;
        }
        ortl__output_text(writer->output, "}\n");
    }
}

const ortl__format ortl__format_jsonl = {
    .name = "jsonl", .begin = begin_jsonl, .block = write_jsonl};
