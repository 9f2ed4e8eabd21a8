/*
 * JSON as a document: RFC 8259, and besides NaN, Infinity and -Infinity for numbers, which the
 * trainers write. Reads the text once, from front to back; numbers and texts are checked here and
 * understood only when they are wanted.
 */
#include <string.h>

#include "document.h"

static int peek(const ortl__document *document) {
    return document->at < document->n_bytes ? document->bytes[document->at] : -1;
}

static int skip_blanks(ortl__document *document) {
    int c = peek(document);
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        document->at++;
        c = peek(document);
    }
    return c;
}

static void expected(ortl__document *document, const char *what) {
    int c = peek(document);
    if (c < 0)
        ortl__document_fail(document, document->at, ORTL_BAD_MODEL,
                            "expected %s, but the file ends here", what);
    else if (c < 0x20 || c > 0x7E)
        ortl__document_fail(document, document->at, ORTL_BAD_MODEL,
                            "expected %s, found byte 0x%02X", what, (unsigned)c);
    else
        ortl__document_fail(document, document->at, ORTL_BAD_MODEL, "expected %s, found \"%c\"",
                            what, c);
}

/* ---- Objects and arrays ---------------------------------------------------------------------- */

static int more(ortl__document *document) {
    ortl__document_frame *frame;
    int c = skip_blanks(document);
    if (document->depth == 0) return c >= 0;
    frame = &document->frames[document->depth - 1];
    if (frame->is_ready) return 1;
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

/* ---- Texts ----------------------------------------------------------------------------------- */

static int hex_digit(int c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Steps over an escape; 0 when it is none. */
static int skip_escape(ortl__document *document) {
    int c;
    document->at++;
    c = peek(document);
    if (c < 0 || !strchr("\"\\/bfnrtu", c) || c == 0) return 0;
    document->at++;
    for (int i = 0; c == 'u' && i < 4; i++) {
        if (hex_digit(peek(document)) < 0) return 0;
        document->at++;
    }
    return 1;
}

/* At the opening quote. */
static void read_text(ortl__document *document, ortl__token *token) {
    size_t begin = ++document->at;
    int c = peek(document);
    while (c >= 0x20 && c != '"') {
        if (c == '\\') {
            size_t offset = document->at;
            token->has_escapes = 1;
            if (!skip_escape(document)) {
                ortl__document_fail(document, offset, ORTL_BAD_MODEL, "unknown escape in a text");
                return;
            }
        } else {
            document->at++;
        }
        c = peek(document);
    }
    if (c != '"') {
        expected(document, "the end of the text, '\"'");
        return;
    }
    token->text = (const char *)document->bytes + begin;
    token->n_bytes = document->at - begin;
    document->at++;
}

static uint32_t read_hex4(const char *text) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) value = value << 4 | (uint32_t)hex_digit(text[i]);
    return value;
}

static size_t write_utf8(uint32_t c, char *out) {
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)(leads[n] | c);
    return n;
}

/* A character in \u form, which may take two escapes; a surrogate alone is left for whoever checks
 * the UTF-8. Returns the bytes read. */
static size_t read_unicode(const char *text, size_t n_bytes, uint32_t *character_out) {
    uint32_t c = read_hex4(text + 2), low = 0;
    *character_out = c;
    if (c < 0xD800 || c >= 0xDC00 || n_bytes < 12 || text[6] != '\\' || text[7] != 'u') return 6;
    low = read_hex4(text + 8);
    if (low < 0xDC00 || low >= 0xE000) return 6;
    *character_out = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    return 12;
}

size_t ortl__json_unescape(const char *text, size_t n_bytes, char *out) {
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    size_t n = 0;
    for (size_t i = 0; i < n_bytes;) {
        if (text[i] != '\\') {
            out[n++] = text[i++];
        } else if (text[i + 1] == 'u') {
            uint32_t c;
            i += read_unicode(text + i, n_bytes - i, &c);
            n += write_utf8(c, out + n);
        } else {
            out[n++] = meanings[strchr(names, text[i + 1]) - names];
            i += 2;
        }
    }
    return n;
}

static void read_key(ortl__document *document, ortl__token *token) {
    token->kind = ORTL__TOKEN_KEY;
    if (skip_blanks(document) != '"') {
        expected(document, "a key in quotes");
        return;
    }
    token->offset = document->at;
    read_text(document, token);
    if (document->status == ORTL_OK && skip_blanks(document) != ':')
        expected(document, "\":\" behind the key");
    document->at++;
}

/* ---- Numbers and words ----------------------------------------------------------------------- */

/* Steps over decimal digits; 0 when there are none. */
static int skip_digits(ortl__document *document) {
    size_t begin = document->at;
    for (int c = peek(document); c >= '0' && c <= '9'; c = peek(document)) document->at++;
    return document->at > begin;
}

/* Steps over word when it stands here. */
static int skip_word(ortl__document *document, const char *word) {
    size_t n = strlen(word);
    if (n > document->n_bytes - document->at ||
        memcmp(document->bytes + document->at, word, n) != 0)
        return 0;
    document->at += n;
    return 1;
}

/* The part of a number behind its whole digits; 0 when it is broken. */
static int skip_fraction(ortl__document *document, ortl__token *token) {
    int c = peek(document);
    if (c == '.') {
        token->is_integer = 0;
        document->at++;
        if (!skip_digits(document)) return 0;
        c = peek(document);
    }
    if (c != 'e' && c != 'E') return 1;
    token->is_integer = 0;
    document->at++;
    c = peek(document);
    if (c == '+' || c == '-') document->at++;
    return skip_digits(document);
}

static void read_number(ortl__document *document, ortl__token *token) {
    size_t begin = document->at;
    int is_good;
    if (peek(document) == '-') document->at++;
    token->is_integer = 1;
    if (skip_word(document, "NaN") || skip_word(document, "Infinity")) {
        token->is_integer = 0;
        is_good = 1;
    } else if (peek(document) == '0') {
        document->at++;
        is_good = skip_fraction(document, token);
    } else {
        is_good = skip_digits(document) && skip_fraction(document, token);
    }
    if (!is_good) expected(document, "a digit");
    token->kind = ORTL__TOKEN_NUMBER;
    token->text = (const char *)document->bytes + begin;
    token->n_bytes = document->at - begin;
}

static void read_word(ortl__document *document, ortl__token *token) {
    if (skip_word(document, "true"))
        token->kind = ORTL__TOKEN_TRUE;
    else if (skip_word(document, "false"))
        token->kind = ORTL__TOKEN_FALSE;
    else if (skip_word(document, "null"))
        token->kind = ORTL__TOKEN_NULL;
    else
        expected(document, "a value");
}

static void read_value(ortl__document *document, ortl__token *token) {
    int c = skip_blanks(document);
    token->offset = document->at;
    if (c == '{' || c == '[') {
        token->kind = c == '{' ? ORTL__TOKEN_OBJECT : ORTL__TOKEN_ARRAY;
        document->at++;
        ortl__document_push(document, token->kind, token->offset);
        return;
    }
    if (c == '"') {
        token->kind = ORTL__TOKEN_TEXT;
        read_text(document, token);
    } else if (c == '-' || c == 'N' || c == 'I' || (c >= '0' && c <= '9')) {
        read_number(document, token);
    } else {
        read_word(document, token);
    }
    ortl__document_value_done(document);
}

static const ortl__document_form json_form = {0, more, read_key, read_value};

void ortl__document_json(ortl__document *document, const void *bytes, size_t n_bytes,
                         ortl_error *error) {
    memset(document, 0, sizeof *document);
    document->form = &json_form;
    document->bytes = bytes;
    document->n_bytes = n_bytes;
    document->error = error;
}
