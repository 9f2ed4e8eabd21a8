/*
 * The part of XML that OpenCV's FileStorage writes, as a document: an element whose content is
 * other elements is an object, one with elements called "_" or with several words is an array, one
 * with a word is a scalar. So an array of one number looks like that number. Attributes, comments
 * and what stands before the outermost element are stepped over; entities are left as they are.
 *
 * A frame's n_left is where the name of its element that was opened last stands in the file.
 */
#include <string.h>

#include "document.h"

static int peek(const ortl__document *document) {
    return document->at < document->n_bytes ? document->bytes[document->at] : -1;
}

static int is_blank(int c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int is_name_byte(int c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

static int stands_here(const ortl__document *document, const char *text) {
    size_t n = strlen(text);
    return document->n_bytes - document->at >= n &&
           memcmp(document->bytes + document->at, text, n) == 0;
}

static void expected(ortl__document *document, const char *what) {
    ortl__document_fail(document, document->at, ORTL_BAD_MODEL, "expected %s%s", what,
                        peek(document) < 0 ? ", but the file ends here" : "");
}

/* Steps behind the next `end`, or fails. */
static void skip_past(ortl__document *document, const char *end) {
    size_t begin = document->at;
    while (peek(document) >= 0 && !stands_here(document, end)) document->at++;
    if (peek(document) < 0)
        ortl__document_fail(document, begin, ORTL_BAD_MODEL, "\"%s\" is missing", end);
    else
        document->at += strlen(end);
}

/* Steps over blanks, comments and <? ?>; returns the byte that follows. */
static int skip_blanks(ortl__document *document) {
    while (document->status == ORTL_OK) {
        if (is_blank(peek(document)))
            document->at++;
        else if (stands_here(document, "<!--"))
            skip_past(document, "-->");
        else if (stands_here(document, "<?"))
            skip_past(document, "?>");
        else
            break;
    }
    return peek(document);
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static size_t name_bytes(const ortl__document *document, size_t at) {
    size_t end = at;
    while (end < document->n_bytes && is_name_byte(document->bytes[end])) end++;
    return end - at;
}

/* Attributes say nothing that the reader does not know; a '>' may stand in their quotes. */
static void skip_attributes(ortl__document *document) {
    int quote = 0, c;
    for (c = peek(document); c >= 0 && (quote || (c != '>' && c != '/')); c = peek(document)) {
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        document->at++;
    }
}

/* At '<': reads a tag up to behind its '>', or up to the "/>" of an empty element, which the value
 * is to find. */
static void open_tag(ortl__document *document, ortl__token *token) {
    size_t n;
    if (peek(document) != '<') {
        expected(document, "\"<\"");
        return;
    }
    document->at++;
    n = name_bytes(document, document->at);
    token->offset = document->at;
    token->text = (const char *)document->bytes + document->at;
    token->n_bytes = n;
    if (n == 0) expected(document, "the name of an element");
    document->at += n;
    skip_attributes(document);
    if (peek(document) == '>')
        document->at++;
    else if (!stands_here(document, "/>"))
        expected(document, "\">\"");
}

/* At "</": steps over the closing tag of the element whose name stands at `name`. */
static void close_tag(ortl__document *document, size_t name) {
    size_t offset = document->at, n;
    document->at += 2;
    n = name_bytes(document, document->at);
    if (n != name_bytes(document, name) ||
        memcmp(document->bytes + name, document->bytes + document->at, n) != 0) {
        n = name_bytes(document, name);
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "expected </%.*s>",
                            (int)(n < 60 ? n : 60), (const char *)document->bytes + name);
        return;
    }
    document->at += n;
    if (skip_blanks(document) != '>')
        expected(document, "\">\"");
    else
        document->at++;
}

/* Behind an opening tag, at whose value the reader has come back: where the tag's name stands. */
static size_t find_name_back(const ortl__document *document) {
    size_t at = document->at;
    while (at > 0 && document->bytes[at - 1] != '<') at--;
    return at;
}

/* Where the name of the element around the innermost frame, or around the value that is read,
 * stands. The outermost has no frame around it and is known by its own name. */
static size_t name_around(const ortl__document *document, size_t depth) {
    return depth > 0 ? (size_t)document->frames[depth - 1].n_left : document->outermost;
}

/* ---- Up to the next item or key -------------------------------------------------------------- */

static int more(ortl__document *document) {
    int c = skip_blanks(document);
    ortl__document_frame *frame;
    if (document->depth == 0 || document->status != ORTL_OK)
        return c >= 0 && document->status == ORTL_OK;
    frame = &document->frames[document->depth - 1];
    if (frame->is_ready) return 1;
    if (stands_here(document, "</")) {
        close_tag(document, name_around(document, document->depth - 1));
        ortl__document_pop(document);
        return 0;
    }
    if (c < 0) expected(document, "a closing tag");
    frame->is_ready = 1;
    return c >= 0;
}

static void read_key(ortl__document *document, ortl__token *token) {
    skip_blanks(document);
    open_tag(document, token);
    token->kind = ORTL__TOKEN_KEY;
    document->frames[document->depth - 1].n_left = token->offset;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void read_word(ortl__document *document, ortl__token *token) {
    size_t begin = document->at;
    if (peek(document) == '"') {
        document->at++;
        skip_past(document, "\"");
        if (document->status != ORTL_OK) return;
        token->kind = ORTL__TOKEN_TEXT;
        token->text = (const char *)document->bytes + begin + 1;
        token->n_bytes = document->at - begin - 2;
        return;
    }
    while (peek(document) >= 0 && peek(document) != '<' && !is_blank(peek(document)))
        document->at++;
    ortl__document_word(token, (const char *)document->bytes + begin, document->at - begin);
}

static void begin_container(ortl__document *document, ortl__token *token, ortl__token_kind kind) {
    token->kind = kind;
    ortl__document_push(document, kind, token->offset);
}

/* Words between two tags: one is a scalar, several are an array, which begins with the first. */
static void read_words(ortl__document *document, ortl__token *token, size_t name) {
    size_t begin = document->at;
    read_word(document, token);
    skip_blanks(document);
    if (stands_here(document, "</")) {
        close_tag(document, name);
        ortl__document_value_done(document);
    } else if (document->status == ORTL_OK) {
        document->at = begin;
        begin_container(document, token, ORTL__TOKEN_ARRAY);
    }
}

/* What stands behind the opening tag of the element whose name is at `name`. */
static void read_content(ortl__document *document, ortl__token *token, size_t name) {
    int c, is_empty = stands_here(document, "/>");
    if (is_empty) document->at += 2;
    c = is_empty ? 0 : skip_blanks(document);
    token->offset = document->at;
    if (is_empty || stands_here(document, "</")) {
        token->kind = ORTL__TOKEN_NULL;
        if (!is_empty) close_tag(document, name);
        ortl__document_value_done(document);
    } else if (c != '<') {
        read_words(document, token, name);
    } else {
        int is_array = stands_here(document, "<_") && name_bytes(document, document->at + 1) == 1;
        begin_container(document, token, is_array ? ORTL__TOKEN_ARRAY : ORTL__TOKEN_OBJECT);
    }
}

static void read_item(ortl__document *document, ortl__token *token) {
    if (skip_blanks(document) != '<') {
        read_word(document, token);
        ortl__document_value_done(document);
        return;
    }
    open_tag(document, token);
    if (document->status != ORTL_OK) return;
    document->frames[document->depth - 1].n_left = token->offset;
    if (!ortl__token_is(token, "_"))
        ortl__document_fail(document, token->offset, ORTL_BAD_MODEL, "expected <_>");
    else
        read_content(document, token, token->offset);
}

static void read_value(ortl__document *document, ortl__token *token) {
    token->offset = document->at;
    if (document->depth > 0 && !document->frames[document->depth - 1].is_object) {
        read_item(document, token);
        return;
    }
    if (document->depth == 0) {
        if (document->at == 0) {
            skip_blanks(document);
            open_tag(document, token);
        } else {
            token->offset = find_name_back(document);
        }
        document->outermost = token->offset;
    }
    if (document->status == ORTL_OK)
        read_content(document, token, name_around(document, document->depth));
}

static const ortl__document_form xml_form = {.more = more, .key = read_key, .value = read_value};

void ortl__document_xml(ortl__document *document, const void *bytes, size_t n_bytes,
                        ortl_error *error) {
    memset(document, 0, sizeof *document);
    document->form = &xml_form;
    document->bytes = bytes;
    document->n_bytes = n_bytes;
    document->error = error;
}
