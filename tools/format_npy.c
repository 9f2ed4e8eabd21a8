/*
 * Predictions as one NumPy array: [N] or [N, C] when all columns have the same type, else one
 * record a row with a named field for each column, which NumPy calls a structured array. How many
 * rows there are is known only at the end; the header leaves room for it and is written again then.
 */
#include "format.h"
#include "npy.h"

#include "../runtime/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_ALIGNMENT 64
#define PREFIX_BYTES     12 /* of format version 2.0: magic, version, length of the header */

static const char *type_code(ortl_type type) {
    switch (type) {
    case ORTL_FLOAT: return "<f4";
    case ORTL_DOUBLE: return "<f8";
    case ORTL_INT16: return "<i2";
    case ORTL_INT32: return "<i4";
    case ORTL_INT64: return "<i8";
    case ORTL_BOOL: return "|b1";
    case ORTL_STRING: return "<U";
    case ORTL_UNDEFINED: break;
    }
    return "";
}

static bool is_uniform(const ortl__results *results) {
    for (size_t i = 1; i < results->n_groups; i++)
        if (results->groups[i].type != results->groups[0].type) return false;
    return true;
}

/* ---- Header ---------------------------------------------------------------------------------- */

/* Text that grows; complete says whether memory sufficed. */
typedef struct growing_text {
    char *bytes; /* (capacity) */
    size_t length;
    size_t capacity;
    bool is_complete;
} growing_text;

static void append(growing_text *text, const char *bytes, size_t n_bytes) {
    if (n_bytes > text->capacity - text->length) {
        size_t capacity = 2 * text->capacity + n_bytes + 256;
        char *larger = realloc(text->bytes, capacity);
        text->is_complete = text->is_complete && larger != NULL;
        if (larger == NULL) return;
        text->bytes = larger;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->length, bytes, n_bytes);
    text->length += n_bytes;
}

static void append_text(growing_text *text, const char *added) {
    append(text, added, strlen(added));
}

/* A Python string in ASCII. */
static void append_name(growing_text *text, ortl_string name) {
    append_text(text, "'");
    while (name.n_bytes > 0) {
        char escaped[16];
        size_t n_used;
        uint32_t code = ortl__utf8_read_any(name.data, name.n_bytes, &n_used);
        if (code >= 0x20 && code < 0x7f && code != '\'' && code != '\\')
            append(text, name.data, 1);
        else {
            snprintf(escaped, sizeof escaped, "\\U%08lx", (unsigned long)code);
            append_text(text, escaped);
        }
        name.data += n_used;
        name.n_bytes -= n_used;
    }
    append_text(text, "'");
}

static void append_fields(growing_text *text, const ortl__results *results) {
    const ortl_string *name = results->names;
    for (size_t i = 0; i < results->n_groups; i++) {
        const ortl__result_group *group = &results->groups[i];
        char width[24] = "";
        if (group->type == ORTL_STRING)
            snprintf(width, sizeof width, "%llu", (unsigned long long)group->n_characters);
        for (size_t j = 0; j < group->n_columns; j++, name++) {
            append_text(text, name == results->names ? "(" : ", (");
            append_name(text, *name);
            append_text(text, ", '");
            append_text(text, type_code(group->type));
            append_text(text, width);
            append_text(text, "')");
        }
    }
}

/* Format version 2.0, whose header may be longer than 64 KiB. */
static void build_structured(growing_text *text, const ortl__results *results, uint64_t n_rows) {
    static const char spaces[HEADER_ALIGNMENT + 1] =
        "                                                                ";
    char shape[80];
    append(text, "\x93NUMPY\x02\x00____", PREFIX_BYTES);
    append_text(text, "{'descr': [");
    append_fields(text, results);
    /* As wide as any count, so that the header keeps its length. */
    snprintf(shape, sizeof shape, "], 'fortran_order': False, 'shape': (%20llu,), }",
             (unsigned long long)n_rows);
    append_text(text, shape);
    size_t n_padding = HEADER_ALIGNMENT - (text->length + 1) % HEADER_ALIGNMENT;
    append(text, spaces, n_padding % HEADER_ALIGNMENT);
    append_text(text, "\n");
    size_t n_header = text->length - PREFIX_BYTES;
    if (n_header > UINT32_MAX) text->is_complete = false;
    for (size_t i = 0; i < 4 && text->is_complete; i++)
        text->bytes[8 + i] = (char)(unsigned char)(n_header >> (8 * i) & 0xff);
}

/* The whole header into text, for that many rows. */
static ortl_status build_header(growing_text *text, const ortl__results *results, uint64_t n_rows,
                                ortl_error *error) {
    const ortl__result_group *first = &results->groups[0];
    if (is_uniform(results)) {
        char header[NPY_HEADER_BYTES];
        size_t n_bytes;
        const int64_t shape[2] = {(int64_t)n_rows, (int64_t)results->n_columns};
        ortl_status status =
            npy_header(first->type, first->n_characters, results->n_columns == 1 ? 1 : 2, shape,
                       header, &n_bytes, error);
        if (status != ORTL_OK) return status;
        append(text, header, n_bytes);
    } else {
        build_structured(text, results, n_rows);
    }
    if (text->is_complete) return ORTL_OK;
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the header of the array");
}

static ortl_status begin(ortl__writer *writer, ortl_error *error) {
    const ortl__results *results = writer->results;
    growing_text text = {NULL, 0, 0, true};
    for (size_t i = 0; i < results->n_groups; i++)
        if (results->groups[i].type == ORTL_STRING && results->groups[i].n_characters == 0)
            return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                      "an npy array cannot hold texts of unknown length (use "
                                      "--format csv or jsonl)");
    ortl_status status = is_uniform(results) ? ORTL_OK : ortl__writer_check_names(writer, error);
    if (status == ORTL_OK) status = build_header(&text, results, 0, error);
    if (status == ORTL_OK) ortl__output_put(writer->output, text.bytes, text.length);
    free(text.bytes);
    return status;
}

static ortl_status end(ortl__writer *writer, ortl_error *error) {
    growing_text text = {NULL, 0, 0, true};
    ortl_status status = build_header(&text, writer->results, writer->n_rows, error);
    if (status == ORTL_OK) status = ortl__output_patch(writer->output, 0, text.bytes, text.length);
    free(text.bytes);
    return status;
}

/* ---- Cells ----------------------------------------------------------------------------------- */

/* The lowest n_bytes bytes of bits, least significant first, whatever the machine's order. */
static void put_little_endian(ortl__output *output, uint64_t bits, size_t n_bytes) {
    char *place = ortl__output_reserve(output, n_bytes);
    for (size_t i = 0; i < n_bytes; i++) place[i] = (char)(unsigned char)(bits >> (8 * i) & 0xff);
    output->length += n_bytes;
}

/* UTF-32, filled up with zeros. */
static void put_text(ortl__output *output, ortl_string text, size_t n_characters) {
    for (size_t i = 0; i < n_characters; i++) {
        size_t n_used = 0;
        uint32_t code = 0;
        if (text.n_bytes > 0) code = ortl__utf8_read_any(text.data, text.n_bytes, &n_used);
        put_little_endian(output, code, 4);
        text.data += n_used;
        text.n_bytes -= n_used;
    }
}

static void put_cell(ortl__output *output, const ortl__result_group *group, size_t index) {
    size_t n_bytes = ortl_type_bytes(group->type);
    const char *cell = (const char *)group->data + index * n_bytes;
    uint32_t narrow = 0;
    uint64_t wide = 0;
    if (group->type == ORTL_STRING) {
        put_text(output, *(const ortl_string *)(const void *)cell, group->n_characters);
    } else if (n_bytes == sizeof wide) {
        memcpy(&wide, cell, sizeof wide);
        put_little_endian(output, wide, sizeof wide);
    } else if (n_bytes == sizeof narrow) {
        memcpy(&narrow, cell, sizeof narrow);
        put_little_endian(output, narrow, sizeof narrow);
    } else {
        put_little_endian(output, (unsigned char)cell[0], 1);
    }
}

static void block(ortl__writer *writer) {
    const ortl__results *results = writer->results;
    for (size_t i = 0; i < writer->rows->n_rows; i++)
        for (size_t j = 0; j < results->n_groups; j++)
            for (size_t k = 0; k < results->groups[j].n_columns; k++)
                put_cell(writer->output, &results->groups[j], i * results->groups[j].n_columns + k);
}

const ortl__format ortl__format_npy = {
    .name = "npy", .needs_seekable = true, .begin = begin, .block = block, .end = end};
