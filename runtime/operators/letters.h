/*
 * UTF-8 characters, and letters in another case.
 */
#ifndef ORTL_LETTERS_H
#define ORTL_LETTERS_H

#include "../memory.h"

typedef enum ortl__letter_case {
    ORTL__CASE_KEPT,
    ORTL__CASE_LOWER,
    ORTL__CASE_UPPER
} ortl__letter_case;

/* Reads the character at the start of n_bytes bytes into *code_out; returns its bytes, 1 to 4, or 0
 * when there is no well-formed character. */
size_t ortl__character_read(const char *text, size_t n_bytes, uint32_t *code_out);

/* Which letters change: those of ASCII alone, or all that Unicode gives one letter of the other
 * case. */
typedef enum ortl__alphabet { ORTL__ALPHABET_ASCII, ORTL__ALPHABET_UNICODE } ortl__alphabet;

/* The text in that case: itself when nothing changes, else a copy in the arena. Unicode beyond
 * ASCII is ORTL_UNSUPPORTED unless the library was built with utf8proc, and ORTL_BAD_INPUT when it
 * is no UTF-8. */
ortl_status ortl__letters_change(ortl_string text, ortl__letter_case to, ortl__alphabet alphabet,
                                 ortl__arena *arena, ortl_string *text_out, ortl_error *error);

#endif
