/*
 * Text from files that should be UTF-8 and may be anything.
 */
#ifndef ORTL_TOOLS_UTF8_H
#define ORTL_TOOLS_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define ORTL__UTF8_REPLACEMENT 0xfffdu

/* The code point at the start of the n_bytes > 0 bytes and its length; U+FFFD and 1 when there is
 * no UTF-8 (RFC 3629: no surrogates, no overlong forms). */
uint32_t ortl__utf8_read(const char *text, size_t n_bytes, size_t *n_used_out);

#endif
