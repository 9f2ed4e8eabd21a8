/*
 * JSON strings (RFC 8259) and UTF-8 (RFC 3629: no surrogates, no overlong forms).
 */
#include "json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT    0xfffdu
#define MAX_CODE_POINT 0x10ffffu
#define ESCAPE_BYTES   6 /* of the longest form of one byte, \u001f or \ufffd */

uint32_t ortl__json_code_point(const char *text, size_t n_bytes, size_t *n_used_out) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length */
    unsigned char lead = (unsigned char)text[0];
    *n_used_out = 1;
    if (lead < 0x80) return lead;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > n_bytes) return REPLACEMENT;
    uint32_t code = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80) return REPLACEMENT;
        code = code << 6 | (byte & 0x3fu);
    }
    if (code < smallest[length] || code > MAX_CODE_POINT || (code >= 0xd800 && code < 0xe000))
        return REPLACEMENT;
    *n_used_out = length;
    return code;
}

/* Writes the start of the text as JSON; text_out has room for ESCAPE_BYTES and a NUL. Returns the
 * bytes written. */
static size_t escape_one(ortl_string text, size_t *n_used_out, char text_out[ESCAPE_BYTES + 1]) {
    unsigned char byte = (unsigned char)text.data[0];
    uint32_t code = ortl__json_code_point(text.data, text.n_bytes, n_used_out);
    if (byte == '"' || byte == '\\') {
        text_out[0] = '\\';
        text_out[1] = (char)byte;
        return 2;
    }
    if (code < 0x20 || code == 0x7f || (code == REPLACEMENT && *n_used_out == 1))
        return (size_t)snprintf(text_out, ESCAPE_BYTES + 1, "\\u%04x", (unsigned)code);
    memcpy(text_out, text.data, *n_used_out);
    return *n_used_out;
}

void ortl__json_put_text(ortl__output *output, ortl_string text) {
    char escaped[ESCAPE_BYTES + 1];
    ortl__output_put(output, "\"", 1);
    while (text.n_bytes > 0) {
        size_t n_used;
        size_t n_written = escape_one(text, &n_used, escaped);
        ortl__output_put(output, escaped, n_written);
        text.data += n_used;
        text.n_bytes -= n_used;
    }
    ortl__output_put(output, "\"", 1);
}

ortl_status ortl__json_key(ortl_string name, bool is_first, ortl__texts *texts,
                           ortl_string *key_out, ortl_error *error) {
    const ortl_string closing = {"\":", 2};
    char *bytes = name.n_bytes > SIZE_MAX / 8 ? NULL : malloc(2 + ESCAPE_BYTES * name.n_bytes + 1);
    if (bytes == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the names of the output");
    size_t length = 0;
    bytes[length++] = is_first ? '{' : ',';
    bytes[length++] = '"';
    while (name.n_bytes > 0) {
        size_t n_used;
        length += escape_one(name, &n_used, bytes + length);
        name.data += n_used;
        name.n_bytes -= n_used;
    }
    ortl_status status =
        ortl__texts_join(texts, (ortl_string){bytes, length}, closing, key_out, error);
    free(bytes);
    return status;
}
