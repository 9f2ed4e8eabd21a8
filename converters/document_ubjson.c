/*
 * UBJSON (draft 12, ubjson.org) as a document: big-endian numbers behind a letter for their type,
 * texts and containers with a length in front. Arrays whose items are all numbers of one type, as
 * XGBoost writes them, come as one token.
 */
#include <string.h>

#include "document.h"

static size_t bytes_left(const ortl__document *document) {
    return document->n_bytes - document->at;
}

/* The byte at document->at, -1 at the end. Filling letters mean nothing. */
static int peek(ortl__document *document) {
    while (bytes_left(document) > 0 && document->bytes[document->at] == 'N') document->at++;
    return bytes_left(document) > 0 ? document->bytes[document->at] : -1;
}

static void fail_short(ortl__document *document, const char *what) {
    ortl__document_fail(document, document->at, ORTL_BAD_MODEL, "the file ends within %s", what);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

size_t ortl__ubjson_number_bytes(char type) {
    switch (type) {
    case 'i':
    case 'U': return 1;
    case 'I': return 2;
    case 'l':
    case 'd': return 4;
    case 'L':
    case 'D': return 8;
    default: return 0;
    }
}

static uint64_t read_big_endian(const unsigned char *bytes, size_t n) {
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) bits = bits << 8 | bytes[i];
    return bits;
}

/* The two's complement number in the lowest 8 * n bits. */
static int64_t sign_extend(uint64_t bits, size_t n) {
    uint64_t sign = (uint64_t)1 << (8 * n - 1);
    uint64_t magnitude = ~bits & (sign - 1); /* of -1 - value, when the sign is set */
    return bits & sign ? -1 - (int64_t)magnitude : (int64_t)bits;
}

void ortl__ubjson_number(const unsigned char *bytes, char type, ortl__token *token) {
    size_t n = ortl__ubjson_number_bytes(type);
    uint64_t bits = read_big_endian(bytes, n);
    memset(token, 0, sizeof *token);
    token->kind = ORTL__TOKEN_NUMBER;
    if (type == 'd') {
        uint32_t low = (uint32_t)bits;
        float real;
        memcpy(&real, &low, sizeof real);
        token->real = (double)real;
    } else if (type == 'D') {
        memcpy(&token->real, &bits, sizeof token->real);
    } else {
        token->is_integer = 1;
        token->integer = type == 'U' ? (int64_t)bits : sign_extend(bits, n);
    }
}

/* A length or count: a type of whole numbers and a number that is not negative. */
static uint64_t read_length(ortl__document *document) {
    size_t offset = document->at;
    int type = peek(document);
    size_t n = type < 0 || type == 'd' || type == 'D' ? 0 : ortl__ubjson_number_bytes((char)type);
    ortl__token number;
    if (n == 0) {
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "expected a length");
        return 0;
    }
    document->at++;
    if (bytes_left(document) < n) {
        fail_short(document, "a length");
        return 0;
    }
    ortl__ubjson_number(document->bytes + document->at, (char)type, &number);
    document->at += n;
    if (number.integer < 0)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "the length %lld is negative",
                            (long long)number.integer);
    return document->status == ORTL_OK ? (uint64_t)number.integer : 0;
}

/* Checks a count of things of at least n_bytes each against what is left of the file. */
static void check_count(ortl__document *document, size_t offset, uint64_t count, size_t n_bytes) {
    if (count > bytes_left(document) / n_bytes)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "%llu items do not fit into the %llu bytes that are left",
                            (unsigned long long)count, (unsigned long long)bytes_left(document));
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static void take_text(ortl__document *document, size_t offset, uint64_t n_bytes,
                      ortl__token *token) {
    check_count(document, offset, n_bytes, 1);
    if (document->status != ORTL_OK) return;
    token->text = (const char *)document->bytes + document->at;
    token->n_bytes = (size_t)n_bytes;
    document->at += (size_t)n_bytes;
}

static void read_key(ortl__document *document, ortl__token *token) {
    token->kind = ORTL__TOKEN_KEY;
    token->offset = document->at;
    take_text(document, token->offset, read_length(document), token);
}

/* ---- Objects and arrays ---------------------------------------------------------------------- */

static int more(ortl__document *document) {
    ortl__document_frame *frame;
    int c;
    if (document->depth == 0) return peek(document) >= 0;
    frame = &document->frames[document->depth - 1];
    if (frame->is_ready) return 1;
    c = frame->is_counted ? 0 : peek(document);
    if (frame->is_counted ? frame->n_left == 0 : c == (frame->is_object ? '}' : ']')) {
        document->at += !frame->is_counted;
        ortl__document_pop(document);
        return 0;
    }
    if (c < 0) fail_short(document, frame->is_object ? "an object" : "an array");
    if (frame->is_counted) frame->n_left--;
    frame->is_ready = 1;
    return document->status == ORTL_OK;
}

/* Behind "[$": the type of all items. Returns 0 on failure. */
static char read_item_type(ortl__document *document) {
    int type = peek(document);
    if (type >= 0 && ortl__ubjson_number_bytes((char)type) > 0) {
        document->at++;
        if (peek(document) == '#') return (char)type;
        ortl__document_fail(document, document->at, ORTL_BAD_MODEL,
                            "expected \"#\" behind the type of an array");
    } else if (type >= 0) {
        ortl__document_fail(document, document->at, ORTL_UNSUPPORTED,
                            "an array with items of type \"%c\" only", type);
    } else {
        fail_short(document, "an array");
    }
    return 0;
}

static void take_packed(ortl__document *document, char type, uint64_t n_items, ortl__token *token) {
    size_t n_bytes = ortl__ubjson_number_bytes(type);
    check_count(document, token->offset, n_items, n_bytes);
    if (document->status != ORTL_OK) return;
    token->item_type = type;
    token->n_items = n_items;
    token->text = (const char *)document->bytes + document->at;
    token->n_bytes = (size_t)n_items * n_bytes;
    document->at += token->n_bytes;
    ortl__document_value_done(document);
}

static void read_container(ortl__document *document, ortl__token *token) {
    ortl__document_frame *frame;
    int is_array = token->kind == ORTL__TOKEN_ARRAY;
    char type = 0;
    uint64_t count = 0;
    int is_counted;
    if (is_array && peek(document) == '$') {
        document->at++;
        type = read_item_type(document);
    }
    is_counted = document->status == ORTL_OK && peek(document) == '#';
    if (is_counted) {
        document->at++;
        count = read_length(document);
    }
    if (type && count > 0) {
        take_packed(document, type, count, token);
        return;
    }
    check_count(document, token->offset, count, is_array ? 1 : 3); /* a key and a value */
    frame = document->status == ORTL_OK ? ortl__document_push(document, token->kind, token->offset)
                                        : NULL;
    if (!frame) return;
    frame->is_counted = (uint8_t)is_counted;
    frame->n_left = count;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void read_number(ortl__document *document, char type, ortl__token *token) {
    size_t n = ortl__ubjson_number_bytes(type), offset = token->offset;
    if (n == 0) {
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "\"%c\" is no type of a value", type);
    } else if (bytes_left(document) < n) {
        fail_short(document, "a number");
    } else {
        ortl__ubjson_number(document->bytes + document->at, type, token);
        token->offset = offset;
        document->at += n;
    }
}

static void read_scalar(ortl__document *document, char type, ortl__token *token) {
    switch (type) {
    case 'Z': token->kind = ORTL__TOKEN_NULL; break;
    case 'T': token->kind = ORTL__TOKEN_TRUE; break;
    case 'F': token->kind = ORTL__TOKEN_FALSE; break;
    case 'C':
        token->kind = ORTL__TOKEN_TEXT;
        take_text(document, token->offset, 1, token);
        break;
    case 'S':
        token->kind = ORTL__TOKEN_TEXT;
        take_text(document, token->offset, read_length(document), token);
        break;
    default: read_number(document, type, token); break;
    }
}

static void read_value(ortl__document *document, ortl__token *token) {
    int c = peek(document);
    token->offset = document->at;
    if (c < 0) {
        fail_short(document, "a value");
        return;
    }
    document->at++;
    if (c == '{' || c == '[') {
        token->kind = c == '{' ? ORTL__TOKEN_OBJECT : ORTL__TOKEN_ARRAY;
        read_container(document, token);
    } else {
        read_scalar(document, (char)c, token);
        ortl__document_value_done(document);
    }
}

static const ortl__document_form ubjson_form = {
    .is_binary = 1, .more = more, .key = read_key, .value = read_value};

void ortl__document_ubjson(ortl__document *document, const void *bytes, size_t n_bytes,
                           ortl_error *error) {
    memset(document, 0, sizeof *document);
    document->form = &ubjson_form;
    document->bytes = bytes;
    document->n_bytes = n_bytes;
    document->error = error;
}
