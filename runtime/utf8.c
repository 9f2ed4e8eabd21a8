/*
 * UTF-8, checked.
 */
#include "utf8.h"

size_t ortl__utf8_read(const char *text, size_t n_bytes, uint32_t *code_out) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* by bytes: no longer form */
    if (n_bytes == 0) return 0;
    const unsigned char first = (unsigned char)text[0];
    size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (n == 0 || n > n_bytes || first > 0xf4) return 0;
    uint32_t code = n == 1 ? first : first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        const unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80) return 0;
        code = code << 6 | (next & 0x3f);
    }
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0;
    *code_out = code;
    return n;
}

uint32_t ortl__utf8_read_any(const char *text, size_t n_bytes, size_t *n_used_out) {
    uint32_t code = ORTL__UTF8_REPLACEMENT;
    size_t n_used = ortl__utf8_read(text, n_bytes, &code);
    *n_used_out = n_used > 0 ? n_used : 1;
    return code;
}
