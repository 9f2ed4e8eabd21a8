/*
 * UTF-8, checked.
 */
#include "utf8.h"

#define MAX_CODE_POINT 0x10ffffu

uint32_t ortl__utf8_read(const char *text, size_t n_bytes, size_t *n_used_out) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length */
    unsigned char lead = (unsigned char)text[0];
    *n_used_out = 1;
    if (lead < 0x80) return lead;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > n_bytes) return ORTL__UTF8_REPLACEMENT;
    uint32_t code = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80) return ORTL__UTF8_REPLACEMENT;
        code = code << 6 | (byte & 0x3fu);
    }
    if (code < smallest[length] || code > MAX_CODE_POINT || (code >= 0xd800 && code < 0xe000))
        return ORTL__UTF8_REPLACEMENT;
    *n_used_out = length;
    return code;
}
