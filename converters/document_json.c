/*
 * JSON as a document, by yajl. Yajl pushes what it finds, a document is pulled: the text is given
 * to yajl in pieces of about a KiB that end between two tokens, and what comes out of a piece waits
 * in a queue. No token is divided, so that the longest one bounds what yajl asks for.
 *
 * NaN, Infinity and -Infinity, which trainers write and JSON does not have, are seen here: yajl is
 * given a null in their place.
 */
#include <stdint.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "document.h"
#include "json_room.h"

enum {
    PIECE_BYTES = 1024,        /* and up to the end of a token; each has at least one byte */
    LONGEST_NUMBER = 1024,     /* bytes */
    LONGEST_TEXT = 1024 * 1024 /* bytes, as it stands in the file */
};

typedef struct event {
    ortl__token_kind kind;
    uint32_t n_bytes; /* of text */
    const char *text; /* KEY, TEXT, NUMBER */
    size_t end;       /* of the token in the file */
} event;

struct ortl__json_parser {
    yajl_handle handle;
    ortl__json_room room;
    const ortl__document *document;
    size_t fed;         /* yajl has all bytes before this offset */
    size_t piece_at;    /* offset of the last piece */
    size_t n_word;      /* not 0: the piece was a null for a word of this many bytes */
    yajl_status status; /* of the last piece */
    int is_complete;    /* yajl knows that the file has ended */
    char *texts;        /* (n_text_bytes) of the queue, those that are not in the file */
    size_t n_text_bytes;
    size_t last_end; /* of the last event before those in the queue, offset in the file */
    size_t n_events;
    size_t next; /* event that was not taken */
    event events[PIECE_BYTES + 1];
};

/* ---- What yajl finds ------------------------------------------------------------------------- */

/* Yajl hands out most tokens where they lie in the file, but texts with escapes and the first token
 * of a piece where it will put others. */
static const char *keep_text(ortl__json_parser *p, const char *text, size_t n_bytes) {
    const ortl__document *document = p->document;
    uintptr_t begin = (uintptr_t)document->bytes, at = (uintptr_t)text;
    char *copy = p->texts + p->n_text_bytes;
    if (at >= begin && at < begin + document->n_bytes) return text;
    memcpy(copy, text, n_bytes);
    p->n_text_bytes += n_bytes;
    return copy;
}

static int add(ortl__json_parser *p, ortl__token_kind kind, const char *text, size_t n_bytes) {
    event *e = &p->events[p->n_events++];
    e->kind = kind;
    e->text = text;
    e->n_bytes = (uint32_t)n_bytes;
    e->end = p->piece_at + yajl_get_bytes_consumed(p->handle);
    return 1;
}

static int add_text(ortl__json_parser *p, ortl__token_kind kind, const void *text, size_t n_bytes) {
    return add(p, kind, keep_text(p, text, n_bytes), n_bytes);
}

static int on_null(void *context) {
    ortl__json_parser *p = context;
    const char *word = (const char *)p->document->bytes + p->piece_at;
    if (p->n_word == 0) return add(p, ORTL__TOKEN_NULL, NULL, 0);
    add(p, ORTL__TOKEN_NUMBER, word, p->n_word);
    p->events[p->n_events - 1].end = p->piece_at + p->n_word;
    return 1;
}

static int on_boolean(void *context, int value) {
    return add(context, value ? ORTL__TOKEN_TRUE : ORTL__TOKEN_FALSE, NULL, 0);
}

static int on_number(void *context, const char *text, size_t n_bytes) {
    return add_text(context, ORTL__TOKEN_NUMBER, text, n_bytes);
}

static int on_text(void *context, const unsigned char *text, size_t n_bytes) {
    return add_text(context, ORTL__TOKEN_TEXT, text, n_bytes);
}

static int on_key(void *context, const unsigned char *text, size_t n_bytes) {
    return add_text(context, ORTL__TOKEN_KEY, text, n_bytes);
}

static int on_object(void *context) {
    return add(context, ORTL__TOKEN_OBJECT, NULL, 0);
}

static int on_array(void *context) {
    return add(context, ORTL__TOKEN_ARRAY, NULL, 0);
}

static int on_end(void *context) {
    return add(context, ORTL__TOKEN_END, NULL, 0);
}

static const yajl_callbacks callbacks = {.yajl_null = on_null,
                                         .yajl_boolean = on_boolean,
                                         .yajl_number = on_number,
                                         .yajl_string = on_text,
                                         .yajl_start_map = on_object,
                                         .yajl_map_key = on_key,
                                         .yajl_end_map = on_end,
                                         .yajl_start_array = on_array,
                                         .yajl_end_array = on_end};

/* ---- Pieces ---------------------------------------------------------------------------------- */

/* Bytes of the word that stands at offset, 0 when it is none. */
static size_t find_word(const ortl__document *document, size_t offset) {
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (n <= document->n_bytes - offset && memcmp(document->bytes + offset, words[i], n) == 0)
            return n;
    }
    return 0;
}

/* The offset behind the text whose opening quote is at offset; 0 after a failure. */
static size_t skip_text(ortl__document *document, size_t offset) {
    size_t n_bytes = document->n_bytes - offset, end = 1;
    const unsigned char *text = document->bytes + offset;
    if (n_bytes > LONGEST_TEXT) n_bytes = LONGEST_TEXT;
    while (end < n_bytes && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end < n_bytes) return offset + end + 1;
    if (n_bytes == LONGEST_TEXT)
        ortl__document_fail(document, offset, ORTL_LIMIT, "a text of more than %d bytes",
                            LONGEST_TEXT);
    else
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "the text does not end");
    return 0;
}

static int is_between(unsigned char c) {
    return c == ',' || c == ' ' || c == '\n' || c == '[' || c == ']' || c == '{' || c == '}' ||
           c == ':' || c == '\t' || c == '\r';
}

/* The end of the next piece: between two tokens, or before a word; 0 after a failure. */
static size_t find_piece_end(ortl__document *document, size_t begin) {
    const unsigned char *bytes = document->bytes;
    size_t at = begin;
    while (at < document->n_bytes && at - begin < PIECE_BYTES + LONGEST_NUMBER) {
        unsigned char c = bytes[at];
        if (c == '"') {
            at = skip_text(document, at);
            if (at == 0 || at - begin >= PIECE_BYTES) return at;
            continue;
        }
        if (at > begin && (c == 'N' || c == 'I')) {
            size_t word_at = at - (bytes[at - 1] == '-');
            if (find_word(document, word_at) > 0) return word_at;
        }
        at++;
        if (at - begin >= PIECE_BYTES && is_between(c)) return at;
    }
    if (at == document->n_bytes) return at;
    ortl__document_fail(document, begin + PIECE_BYTES, ORTL_LIMIT, "a number of more than %d bytes",
                        LONGEST_NUMBER);
    return 0;
}

static void feed(ortl__document *document, ortl__json_parser *p) {
    static const unsigned char null[] = "null";
    const unsigned char *piece = document->bytes + p->fed;
    size_t end;
    p->piece_at = p->fed;
    p->n_word = find_word(document, p->fed);
    if (p->fed == document->n_bytes) {
        p->is_complete = 1;
        p->status = yajl_complete_parse(p->handle);
    } else if (p->n_word > 0) {
        p->fed += p->n_word;
        p->status = yajl_parse(p->handle, null, sizeof null - 1);
    } else if ((end = find_piece_end(document, p->fed)) > 0) {
        p->fed = end;
        p->status = yajl_parse(p->handle, piece, end - p->piece_at);
    }
}

/* The next token begins behind blanks, commas, and the colon of a key. */
static size_t skip_between(const ortl__document *document, size_t at) {
    const unsigned char *bytes = document->bytes;
    while (at < document->n_bytes && (bytes[at] == ' ' || bytes[at] == ',' || bytes[at] == ':' ||
                                      (bytes[at] >= '\t' && bytes[at] <= '\r')))
        at++;
    return at;
}

/* At the token that yajl does not understand. */
static void fail_broken(ortl__document *document) {
    const char *message = (const char *)yajl_get_error(document->json->handle, 0, NULL, 0);
    ortl__document_fail(document, skip_between(document, document->json->last_end), ORTL_BAD_MODEL,
                        "%.*s", message ? (int)strcspn(message, "\n") : 0, message ? message : "");
}

/* Is there another event? At the end of the file there is none, and none after a failure. */
static int has_event(ortl__document *document) {
    ortl__json_parser *p = document->json;
    if (document->status != ORTL_OK) return 0;
    if (p->next < p->n_events) return 1;
    if (p->n_events > 0) p->last_end = p->events[p->n_events - 1].end;
    p->next = p->n_events = p->n_text_bytes = 0;
    while (document->status == ORTL_OK && p->n_events == 0) {
        if (p->status != yajl_status_ok)
            fail_broken(document);
        else if (p->is_complete)
            return 0;
        else
            feed(document, p);
    }
    return document->status == ORTL_OK;
}

/* ---- As a document --------------------------------------------------------------------------- */

static void take(ortl__document *document, ortl__token *token) {
    ortl__json_parser *p = document->json;
    token->offset = document->at;
    if (!has_event(document)) return;
    const event *e = &p->events[p->next++];
    token->kind = e->kind;
    token->text = e->text;
    token->n_bytes = e->n_bytes;
    document->at = skip_between(document, e->end);
}

static int more(ortl__document *document) {
    ortl__json_parser *p = document->json;
    ortl__token end;
    if (!has_event(document)) return 0;
    if (p->events[p->next].kind != ORTL__TOKEN_END) return 1;
    take(document, &end);
    ortl__document_pop(document);
    return 0;
}

static int is_whole(const ortl__token *token) {
    for (size_t i = 0; i < token->n_bytes; i++)
        if (token->text[i] != '-' && (token->text[i] < '0' || token->text[i] > '9')) return 0;
    return 1;
}

static void read_value(ortl__document *document, ortl__token *token) {
    take(document, token);
    if (token->kind == ORTL__TOKEN_OBJECT || token->kind == ORTL__TOKEN_ARRAY) {
        ortl__document_push(document, token->kind, token->offset);
        return;
    }
    if (token->kind == ORTL__TOKEN_NUMBER) token->is_integer = is_whole(token);
    ortl__document_value_done(document);
}

/* Without making tokens: most of a file is stepped over at first. */
static void skip(ortl__document *document) {
    ortl__json_parser *p = document->json;
    size_t depth = document->depth;
    while (has_event(document)) {
        const event *e = &p->events[p->next++];
        if (e->kind == ORTL__TOKEN_OBJECT || e->kind == ORTL__TOKEN_ARRAY) depth++;
        if (e->kind == ORTL__TOKEN_END) depth--;
        if (depth > ORTL__DOCUMENT_DEPTH) {
            ortl__document_fail_depth(document, e->end - 1);
        } else if (depth == document->depth) {
            document->at = skip_between(document, e->end);
            ortl__document_value_done(document);
            return;
        }
    }
}

/* ---- The parser ------------------------------------------------------------------------------ */

/* Bytes of the longest text that can be there. */
static size_t longest_text(const ortl__document *document) {
    return document->n_bytes < LONGEST_TEXT ? document->n_bytes : LONGEST_TEXT;
}

static size_t parser_bytes(const ortl__document *document) {
    size_t longest = longest_text(document);
    return sizeof(ortl__json_parser) + ortl__json_room_bytes(longest) + PIECE_BYTES +
           LONGEST_NUMBER + longest;
}

/* One block: the record, the memory of yajl, texts. */
static ortl__json_parser *new_parser(ortl__document *document) {
    ortl__json_parser *p;
    size_t n_bytes = parser_bytes(document);
    document->status = ortl__memory_new(document->memory, n_bytes, 1, &p, document->error);
    if (document->status != ORTL_OK) return NULL;
    p->room.bytes = (unsigned char *)(p + 1);
    p->room.n_bytes = ortl__json_room_bytes(longest_text(document));
    p->texts = (char *)p->room.bytes + p->room.n_bytes;
    return p;
}

/* A new parser of yajl in the same memory; yajl has nothing else to give back. */
static void restart(ortl__document *document, size_t offset) {
    ortl__json_parser *p = document->json;
    yajl_alloc_funcs functions;
    if (document->status == ORTL_OK && !p) p = document->json = new_parser(document);
    if (document->status != ORTL_OK) return;
    p->room.n_used = 0;
    functions = ortl__json_room_functions(&p->room);
    p->handle = yajl_alloc(&callbacks, &functions, p);
    yajl_config(p->handle, yajl_dont_validate_strings, 1);
    yajl_config(p->handle, yajl_allow_trailing_garbage, offset > 0);
    p->document = document;
    p->fed = p->last_end = offset;
    p->status = yajl_status_ok;
    p->is_complete = 0;
    p->next = p->n_events = 0;
    document->at = skip_between(document, offset);
}

static void close_parser(ortl__document *document) {
    ortl__memory_free(document->memory, document->json, parser_bytes(document), 1);
    document->json = NULL;
}

static const ortl__document_form json_form = {.more = more,
                                              .key = take,
                                              .value = read_value,
                                              .skip = skip,
                                              .restart = restart,
                                              .close = close_parser};

void ortl__document_json(ortl__document *document, ortl__memory *memory, const void *bytes,
                         size_t n_bytes, ortl_error *error) {
    memset(document, 0, sizeof *document);
    document->form = &json_form;
    document->bytes = bytes;
    document->n_bytes = n_bytes;
    document->memory = memory;
    document->error = error;
    restart(document, 0);
}
