/*
 * Documents, whatever their form: the order of tokens, entering and skipping, numbers and texts,
 * failures with their place. The forms themselves are in document_<form>.c.
 */
#include "document.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../runtime/number.h"

/* ---- Failures -------------------------------------------------------------------------------- */

/* "line 3, column 14: " or "byte 159: ". Lines are counted only when something failed. */
static void write_place(const ortl__document *document, size_t offset, char *out, size_t n_out) {
    unsigned long long line = 1, column = 1;
    if (document->form->is_binary) {
        snprintf(out, n_out, "byte %llu: ", (unsigned long long)offset);
        return;
    }
    for (size_t i = 0; i < offset && i < document->n_bytes; i++) {
        column = document->bytes[i] == '\n' ? 1 : column + 1;
        line += document->bytes[i] == '\n';
    }
    snprintf(out, n_out, "line %llu, column %llu: ", line, column);
}

enum { PLACE_BYTES = 64, MESSAGE_BYTES = 256 };

ortl_status ortl__document_fail(ortl__document *document, size_t offset, ortl_status status,
                                const char *format, ...) {
    char place[PLACE_BYTES], message[MESSAGE_BYTES];
    va_list values;
    if (document->status != ORTL_OK) return document->status;
    write_place(document, offset, place, sizeof place);
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    document->status = ortl__fail(document->error, status, "%s%s", place, message);
    return document->status;
}

ortl_status ortl__document_fail_within(ortl__document *document, size_t offset,
                                       ortl_status status) {
    char place[PLACE_BYTES];
    if (document->status != ORTL_OK || status == ORTL_OK) return document->status;
    write_place(document, offset, place, sizeof place);
    ortl__fail_within(document->error, "%s", place);
    document->status = status;
    return status;
}

static void expected(ortl__document *document, const ortl__token *found, const char *what) {
    static const char *const names[] = {"the end of the file",
                                        "an object",
                                        "an array",
                                        "an end",
                                        "a key",
                                        "a text",
                                        "a number",
                                        "true",
                                        "false",
                                        "null"};
    ortl__document_fail(document, found->offset, ORTL_BAD_MODEL, "expected %s, found %s", what,
                        names[found->kind]);
}

/* ---- The order of tokens --------------------------------------------------------------------- */

void ortl__document_fail_depth(ortl__document *document, size_t offset) {
    ortl__document_fail(document, offset, ORTL_LIMIT, "more than %d levels of nesting",
                        ORTL__DOCUMENT_DEPTH);
}

ortl__document_frame *ortl__document_push(ortl__document *document, ortl__token_kind kind,
                                          size_t offset) {
    ortl__document_frame *frame;
    if (document->depth == ORTL__DOCUMENT_DEPTH) {
        ortl__document_fail_depth(document, offset);
        return NULL;
    }
    frame = &document->frames[document->depth++];
    memset(frame, 0, sizeof *frame);
    frame->is_object = kind == ORTL__TOKEN_OBJECT;
    return frame;
}

void ortl__document_value_done(ortl__document *document) {
    ortl__document_frame *frame;
    if (document->depth == 0) {
        document->is_done = 1;
        return;
    }
    frame = &document->frames[document->depth - 1];
    frame->wants_value = frame->is_ready = 0;
}

void ortl__document_pop(ortl__document *document) {
    document->depth--;
    ortl__document_value_done(document);
}

ortl__token ortl__document_next(ortl__document *document) {
    ortl__token token = {.kind = ORTL__TOKEN_NONE, .offset = document->at};
    ortl__document_frame *frame =
        document->depth > 0 ? &document->frames[document->depth - 1] : NULL;
    if (document->status != ORTL_OK || (!frame && document->is_done)) return token;
    if (frame && !frame->wants_value && !frame->is_ready && !document->form->more(document)) {
        token.kind = ORTL__TOKEN_END;
    } else if (frame && frame->is_object && !frame->wants_value) {
        document->form->key(document, &token);
        frame->wants_value = 1;
    } else {
        document->form->value(document, &token);
    }
    if (document->status != ORTL_OK) token.kind = ORTL__TOKEN_NONE;
    return token;
}

int ortl__document_enter(ortl__document *document, ortl__token_kind kind) {
    ortl__token token = ortl__document_next(document);
    if (token.kind != kind)
        expected(document, &token, kind == ORTL__TOKEN_OBJECT ? "an object" : "an array");
    else if (token.item_type)
        ortl__document_fail(document, token.offset, ORTL_BAD_MODEL,
                            "expected an array of objects or texts, found one of numbers");
    return document->status == ORTL_OK;
}

int ortl__document_key(ortl__document *document, ortl__token *key_out) {
    *key_out = ortl__document_next(document);
    return key_out->kind == ORTL__TOKEN_KEY;
}

int ortl__document_item(ortl__document *document) {
    return document->status == ORTL_OK && document->form->more(document);
}

void ortl__document_skip(ortl__document *document) {
    size_t depth = document->depth;
    if (document->form->skip) {
        document->form->skip(document);
        return;
    }
    do ortl__document_next(document);
    while (document->depth > depth && document->status == ORTL_OK);
}

uint64_t ortl__document_count(ortl__document *document) {
    ortl__token array = ortl__document_next(document);
    uint64_t n_items = array.n_items;
    if (array.kind != ORTL__TOKEN_ARRAY) expected(document, &array, "an array");
    if (array.item_type) return n_items;
    for (; ortl__document_item(document); n_items++) ortl__document_skip(document);
    return n_items;
}

void ortl__document_return(ortl__document *document, size_t offset) {
    document->at = offset;
    document->depth = 0;
    document->is_done = 0;
    if (document->form->restart) document->form->restart(document, offset);
}

void ortl__document_open_again(const ortl__document *document, size_t offset,
                               ortl__document *again_out) {
    *again_out = *document;
    again_out->json = NULL;
    ortl__document_return(again_out, offset);
}

void ortl__document_close(ortl__document *document) {
    if (document->form && document->form->close) document->form->close(document);
}

ortl_status ortl__document_finish(ortl__document *document) {
    if (document->status == ORTL_OK && document->form->more(document))
        ortl__document_fail(document, document->at, ORTL_BAD_MODEL,
                            "the file goes on behind its value");
    return document->status;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

int ortl__token_is(const ortl__token *token, const char *name) {
    size_t n = strlen(name);
    return token->n_bytes == n && memcmp(token->text, name, n) == 0;
}

const char *ortl__document_text(ortl__document *document, ortl__arena *arena) {
    ortl__token token = ortl__document_next(document);
    const char *text = NULL;
    if (token.kind != ORTL__TOKEN_TEXT) {
        expected(document, &token, "a text");
        return NULL;
    }
    document->status = ortl__arena_text(arena, token.text, token.n_bytes, &text, document->error);
    if (document->status != ORTL_OK) return NULL;
    if (memchr(text, '\0', token.n_bytes))
        ortl__document_fail(document, token.offset, ORTL_BAD_MODEL, "the text has a NUL character");
    return document->status == ORTL_OK ? text : NULL;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

int64_t ortl__token_integer(ortl__document *document, const ortl__token *token) {
    int64_t value = token->integer;
    if (token->kind == ORTL__TOKEN_TRUE) return 1;
    if (token->kind == ORTL__TOKEN_FALSE) return 0;
    if (token->kind != ORTL__TOKEN_NUMBER)
        expected(document, token, "a number");
    else if (!token->is_integer)
        ortl__document_fail(document, token->offset, ORTL_BAD_MODEL, "expected a whole number");
    else if (token->text && ortl__number_read_int64(token->text, token->n_bytes, &value) == 0)
        ortl__document_fail(document, token->offset, ORTL_BAD_MODEL,
                            "the number does not fit 64 bits");
    return document->status == ORTL_OK ? value : 0;
}

double ortl__token_double(ortl__document *document, const ortl__token *token) {
    double value = token->is_integer ? (double)token->integer : token->real;
    if (token->kind != ORTL__TOKEN_NUMBER)
        expected(document, token, "a number");
    else if (token->text)
        ortl__number_read_double(token->text, token->n_bytes, '.', &value);
    return document->status == ORTL_OK ? value : 0;
}

/* Straight from the decimal text: by way of double the rounding could differ. */
static float token_float(ortl__document *document, const ortl__token *token) {
    float value = 0;
    if (token->kind != ORTL__TOKEN_NUMBER || !token->text)
        return (float)ortl__token_double(document, token);
    ortl__number_read_float(token->text, token->n_bytes, '.', &value);
    return value;
}

int64_t ortl__document_integer(ortl__document *document) {
    ortl__token token = ortl__document_next(document);
    return ortl__token_integer(document, &token);
}

float ortl__document_float(ortl__document *document) {
    ortl__token token = ortl__document_next(document);
    return token_float(document, &token);
}

double ortl__document_double(ortl__document *document) {
    ortl__token token = ortl__document_next(document);
    return ortl__token_double(document, &token);
}

void ortl__document_word(ortl__token *token, const char *text, size_t n_bytes) {
    double real;
    size_t n_digits = 0;
    token->text = text;
    token->n_bytes = n_bytes;
    token->kind = ORTL__TOKEN_TEXT;
    if (ortl__number_read_double(text, n_bytes, '.', &real) != n_bytes) return;
    token->kind = ORTL__TOKEN_NUMBER;
    while (n_digits < n_bytes && text[n_bytes - 1 - n_digits] >= '0' &&
           text[n_bytes - 1 - n_digits] <= '9')
        n_digits++;
    token->is_integer = n_digits == n_bytes || (n_digits + 1 == n_bytes && text[0] == '-');
}

/* ---- Arrays of numbers ----------------------------------------------------------------------- */

/* Walks an array of numbers, packed or not. */
typedef struct number_walk {
    ortl__token array;
    uint64_t n_read;
} number_walk;

static int begin_numbers(ortl__document *document, number_walk *walk) {
    walk->array = ortl__document_next(document);
    walk->n_read = 0;
    if (walk->array.kind != ORTL__TOKEN_ARRAY) expected(document, &walk->array, "an array");
    return document->status == ORTL_OK;
}

static int next_number(ortl__document *document, number_walk *walk, ortl__token *token_out) {
    const ortl__token *array = &walk->array;
    size_t n_bytes = ortl__ubjson_number_bytes(array->item_type);
    if (n_bytes == 0) {
        *token_out = ortl__document_next(document);
        walk->n_read++;
        return document->status == ORTL_OK && token_out->kind != ORTL__TOKEN_END;
    }
    if (walk->n_read == array->n_items) return 0;
    ortl__ubjson_number((const unsigned char *)array->text + walk->n_read * n_bytes,
                        array->item_type, token_out);
    token_out->offset = array->offset;
    walk->n_read++;
    return 1;
}

/* Makes room for the next number, and for all of a packed array at once. */
static int reserve_number(ortl__document *document, const number_walk *walk, ortl__memory *memory,
                          void *items, uint64_t *capacity, uint64_t n, size_t item_bytes) {
    uint64_t n_needed = walk->array.item_type ? walk->array.n_items : n + 1;
    if (n_needed <= *capacity) return 1;
    document->status =
        ortl__memory_grow(memory, items, capacity, n_needed, item_bytes, document->error);
    return document->status == ORTL_OK;
}

void ortl__document_integers(ortl__document *document, ortl__memory *memory, ortl__integers *out) {
    number_walk walk;
    ortl__token token;
    out->n = 0;
    if (!begin_numbers(document, &walk)) return;
    while (next_number(document, &walk, &token) &&
           reserve_number(document, &walk, memory, &out->items, &out->capacity, out->n,
                          sizeof *out->items))
        out->items[out->n++] = ortl__token_integer(document, &token);
}

void ortl__document_floats(ortl__document *document, ortl__memory *memory, ortl__floats *out) {
    number_walk walk;
    ortl__token token;
    out->n = 0;
    if (!begin_numbers(document, &walk)) return;
    while (next_number(document, &walk, &token) &&
           reserve_number(document, &walk, memory, &out->items, &out->capacity, out->n,
                          sizeof *out->items))
        out->items[out->n++] = token_float(document, &token);
}

void ortl__integers_free(ortl__integers *integers, ortl__memory *memory) {
    ortl__memory_free(memory, integers->items, integers->capacity, sizeof *integers->items);
    memset(integers, 0, sizeof *integers);
}

void ortl__floats_free(ortl__floats *floats, ortl__memory *memory) {
    ortl__memory_free(memory, floats->items, floats->capacity, sizeof *floats->items);
    memset(floats, 0, sizeof *floats);
}
