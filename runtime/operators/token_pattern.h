/*
 * The regular expressions that exports of text models use to tell tokens apart: a sequence of
 * character sets, of which the last may repeat without a fixed count. Such a pattern is found in
 * one pass, without going back. Everything else that a regular expression can say is refused.
 */
#ifndef ORTL_TOKEN_PATTERN_H
#define ORTL_TOKEN_PATTERN_H

#include "../ortlite.h"

/* Characters: a bit for each of ASCII, one for all others together. */
typedef struct ortl__character_set {
    uint64_t ascii[2];
    int has_others;
} ortl__character_set;

#define ORTL__PATTERN_PARTS 16

typedef struct ortl__pattern_part {
    ortl__character_set set;
    uint32_t least, most; /* characters of the set; most UINT32_MAX: any number */
} ortl__pattern_part;

typedef struct ortl__pattern {
    ortl__pattern_part parts[ORTL__PATTERN_PARTS]; /* (n_parts) */
    uint32_t n_parts;
    int starts_word; /* no letter, digit or underscore of ASCII may stand before it */
} ortl__pattern;

/* Reads the expression that ends with NUL; ORTL_UNSUPPORTED, naming the place, for all that is not
 * of the form above. */
ortl_status ortl__pattern_read(const char *expression, ortl__pattern *pattern_out,
                               ortl_error *error);

/* One or more characters that are in none of the sets. */
void ortl__pattern_between(const ortl__character_set *sets, size_t n_sets,
                           ortl__pattern *pattern_out);

typedef struct ortl__token {
    size_t begin, end;     /* bytes of the text; equal: there is none */
    uint64_t n_characters; /* between them */
} ortl__token;

/* The first and longest place from byte `from` on where the pattern fits the text, which must be
 * UTF-8. */
ortl__token ortl__pattern_find(const ortl__pattern *pattern, ortl_string text, size_t from);

#endif
