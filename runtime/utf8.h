/*
 * UTF-8 (RFC 3629: no surrogates, no overlong forms), read character by character.
 */
#ifndef ORTL_UTF8_H
#define ORTL_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define ORTL__UTF8_REPLACEMENT 0xfffdu

/* Reads the character at the start of n_bytes bytes into *code_out; returns its bytes, 1 to 4, or 0
 * when there is no well-formed character, and then *code_out is untouched. */
size_t ortl__utf8_read(const char *text, size_t n_bytes, uint32_t *code_out);

/* The same of n_bytes > 0 bytes that may be anything: one byte that begins no character is read as
 * U+FFFD. */
uint32_t ortl__utf8_read_any(const char *text, size_t n_bytes, size_t *n_used_out);

#endif
