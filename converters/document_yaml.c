/*
 * The part of YAML that OpenCV's FileStorage writes, as a document: objects and arrays in block
 * form, by indentation, or in flow form, in brackets; scalars on one line; comments and tags are
 * stepped over. No anchors, no texts of several lines.
 *
 * A frame's n_left is the column in which its keys or dashes stand (block form), counted from 0.
 */
#include <string.h>

#include "document.h"

static int byte_at(const ortl__document *document, size_t at) {
    return at < document->n_bytes ? document->bytes[at] : -1;
}

static int peek(const ortl__document *document) {
    return byte_at(document, document->at);
}

static int is_blank(int c) {
    return c < 0 || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_line(ortl__document *document) {
    while (peek(document) >= 0 && peek(document) != '\n') document->at++;
}

/* Steps over blanks and comments, and over the ends of lines too. *new_line_out becomes 1 when
 * there was one; it may be NULL. Returns the byte that follows. */
static int skip_blanks(ortl__document *document, int *new_line_out) {
    for (;;) {
        int c = peek(document);
        if (c == '#' && (document->at == 0 || is_blank(byte_at(document, document->at - 1))))
            skip_line(document);
        else if (c < 0 || !is_blank(c))
            return c;
        else
            document->at++;
        if (c == '\n' && new_line_out) *new_line_out = 1;
    }
}

/* Of document->at. Lines are indented by little, so that looking back for their start is cheap; a
 * dash moves the column of what stands behind it. */
static uint64_t column(const ortl__document *document) {
    size_t begin = document->at;
    while (begin > 0 && document->bytes[begin - 1] != '\n') begin--;
    return document->at - begin;
}

/* "---" or "..." at the start of a line. */
static int at_marker(const ortl__document *document, const char *marker) {
    return document->n_bytes - document->at >= 3 &&
           memcmp(document->bytes + document->at, marker, 3) == 0 &&
           is_blank(byte_at(document, document->at + 3)) && column(document) == 0;
}

static int at_dash(const ortl__document *document) {
    return peek(document) == '-' && is_blank(byte_at(document, document->at + 1));
}

static void expected(ortl__document *document, const char *what) {
    ortl__document_fail(document, document->at, ORTL_BAD_MODEL, "expected %s%s", what,
                        peek(document) < 0 ? ", but the file ends here" : "");
}

/* ---- Up to the next item or key -------------------------------------------------------------- */

static int more_in_flow(ortl__document *document, ortl__document_frame *frame) {
    int c = skip_blanks(document, NULL);
    if (c == (frame->is_object ? '}' : ']')) {
        document->at++;
        ortl__document_pop(document);
        return 0;
    }
    if (frame->has_items && c != ',') {
        expected(document, frame->is_object ? "\",\" or \"}\"" : "\",\" or \"]\"");
        return 0;
    }
    if (frame->has_items) document->at++;
    frame->has_items = frame->is_ready = 1;
    return 1;
}

/* A block ends where a line is indented less, or has no dash among dashes. */
static int more_in_block(ortl__document *document, ortl__document_frame *frame) {
    int c = skip_blanks(document, NULL);
    uint64_t here = c < 0 ? 0 : column(document);
    if (c < 0 || here < frame->n_left || at_marker(document, "...") || at_marker(document, "---") ||
        (!frame->is_object && here == frame->n_left && !at_dash(document))) {
        ortl__document_pop(document);
        return 0;
    }
    if (here > frame->n_left) {
        ortl__document_fail(
            document, document->at, ORTL_BAD_MODEL, "expected %s in column %llu or before",
            frame->is_object ? "a key" : "\"-\"", (unsigned long long)frame->n_left + 1);
        return 0;
    }
    if (!frame->is_object) document->at++;
    frame->is_ready = 1;
    return 1;
}

static int more(ortl__document *document) {
    ortl__document_frame *frame;
    if (document->depth == 0) {
        int c = skip_blanks(document, NULL);
        if (c >= 0 && at_marker(document, "...")) document->at += 3;
        return skip_blanks(document, NULL) >= 0;
    }
    frame = &document->frames[document->depth - 1];
    if (frame->is_ready) return 1;
    return frame->is_flow ? more_in_flow(document, frame) : more_in_block(document, frame);
}

/* ---- Keys and scalars ------------------------------------------------------------------------ */

static int is_key_byte(int c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-' || c == '.';
}

/* Bytes of the key at `at`, 0 when no key with its colon stands there. */
static size_t key_bytes(const ortl__document *document) {
    size_t end = document->at, behind;
    while (is_key_byte(byte_at(document, end))) end++;
    behind = end;
    while (byte_at(document, behind) == ' ') behind++;
    return byte_at(document, behind) == ':' ? end - document->at : 0;
}

static void read_key(ortl__document *document, ortl__token *token) {
    size_t n;
    skip_blanks(document, NULL);
    token->kind = ORTL__TOKEN_KEY;
    token->offset = document->at;
    n = key_bytes(document);
    if (n == 0) {
        expected(document, "a key with \":\" behind");
        return;
    }
    token->text = (const char *)document->bytes + document->at;
    token->n_bytes = n;
    document->at += n;
    while (peek(document) == ' ') document->at++;
    document->at++;
}

/* At the opening quote; escapes are left as they are. */
static void read_quoted(ortl__document *document, ortl__token *token) {
    int quote = peek(document), c;
    size_t begin = ++document->at;
    for (c = peek(document); c != quote; c = peek(document)) {
        if (c < 0 || c == '\n') {
            expected(document, "the end of the text");
            return;
        }
        document->at += c == '\\' && document->n_bytes - document->at > 1 ? 2 : 1;
    }
    token->kind = ORTL__TOKEN_TEXT;
    token->text = (const char *)document->bytes + begin;
    token->n_bytes = document->at - begin;
    document->at++;
}

/* Up to the end of the line, in flow form up to its punctuation. */
static void read_plain(ortl__document *document, int is_flow, ortl__token *token) {
    size_t begin = document->at, end = begin;
    int before = 0;
    for (int c = peek(document); c >= 0 && c != '\n'; c = peek(document)) {
        if ((c == '#' && is_blank(before)) || (is_flow && strchr(",]}", c) && c != 0)) break;
        document->at++;
        if (!is_blank(c)) end = document->at;
        before = c;
    }
    if (end == begin)
        expected(document, "a value");
    else
        ortl__document_word(token, (const char *)document->bytes + begin, end - begin);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* "%YAML:1.0" and "---" in front of the first document. */
static void skip_header(ortl__document *document) {
    while (skip_blanks(document, NULL) == '%') skip_line(document);
    if (at_marker(document, "---")) document->at += 3;
}

/* Tags such as !!opencv-matrix say what the reader knows already. */
static void skip_tag(ortl__document *document, int *new_line) {
    if (peek(document) != '!') return;
    while (!is_blank(peek(document))) document->at++;
    skip_blanks(document, new_line);
}

/* Is the line that begins here no more than the parent's next one, so that the value is empty? */
static int is_absent(const ortl__document *document, const ortl__document_frame *parent) {
    uint64_t here;
    if (peek(document) < 0 || at_marker(document, "...") || at_marker(document, "---")) return 1;
    if (!parent) return 0;
    here = column(document);
    return here < parent->n_left ||
           (here == parent->n_left && !(parent->is_object && at_dash(document)));
}

static void begin_container(ortl__document *document, ortl__token *token, ortl__token_kind kind,
                            int is_flow) {
    uint64_t here = is_flow ? 0 : column(document);
    ortl__document_frame *frame = ortl__document_push(document, kind, document->at);
    token->kind = kind;
    if (!frame) return;
    frame->is_flow = is_flow != 0;
    frame->n_left = here;
    document->at += is_flow != 0;
}

static void read_value(ortl__document *document, ortl__token *token) {
    const ortl__document_frame *parent =
        document->depth > 0 ? &document->frames[document->depth - 1] : NULL;
    int is_flow = parent && parent->is_flow;
    int new_line = !parent || !parent->is_object; /* may a key of an object stand here? */
    int was_new_line = 0, c;
    if (!parent && document->at == 0) skip_header(document);
    c = skip_blanks(document, &was_new_line);
    skip_tag(document, &was_new_line);
    c = peek(document);
    token->offset = document->at;
    if (!is_flow && was_new_line && is_absent(document, parent)) {
        token->kind = ORTL__TOKEN_NULL;
    } else if (c == '{' || c == '[') {
        begin_container(document, token, c == '{' ? ORTL__TOKEN_OBJECT : ORTL__TOKEN_ARRAY, 1);
        return;
    } else if (!is_flow && (new_line || was_new_line) && at_dash(document)) {
        begin_container(document, token, ORTL__TOKEN_ARRAY, 0);
        return;
    } else if (c == '"' || c == '\'') {
        read_quoted(document, token);
    } else if (!is_flow && (new_line || was_new_line) && key_bytes(document) > 0) {
        begin_container(document, token, ORTL__TOKEN_OBJECT, 0);
        return;
    } else {
        read_plain(document, is_flow, token);
    }
    ortl__document_value_done(document);
}

static const ortl__document_form yaml_form = {.more = more, .key = read_key, .value = read_value};

void ortl__document_yaml(ortl__document *document, const void *bytes, size_t n_bytes,
                         ortl_error *error) {
    memset(document, 0, sizeof *document);
    document->form = &yaml_form;
    document->bytes = bytes;
    document->n_bytes = n_bytes;
    document->error = error;
}
