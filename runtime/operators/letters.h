/*
 * Letters in another case.
 */
#ifndef ORTL_LETTERS_H
#define ORTL_LETTERS_H

#include "../memory.h"

typedef enum ortl__letter_case {
    ORTL__CASE_KEPT,
    ORTL__CASE_LOWER,
    ORTL__CASE_UPPER
} ortl__letter_case;

/* Which letters change: those of ASCII alone, or all that Unicode gives one letter of the other
 * case. */
typedef enum ortl__alphabet { ORTL__ALPHABET_ASCII, ORTL__ALPHABET_UNICODE } ortl__alphabet;

/* The text in that case: itself when nothing changes, else a copy in the arena. Unicode beyond
 * ASCII is ORTL_UNSUPPORTED unless the library was built with utf8proc, and ORTL_BAD_INPUT when it
 * is no UTF-8. */
ortl_status ortl__letters_change(ortl_string text, ortl__letter_case to, ortl__alphabet alphabet,
                                 ortl__arena *arena, ortl_string *text_out, ortl_error *error);

#endif
