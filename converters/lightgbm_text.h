/*
 * LightGBM's text: lines of `key=value`, where many values are lists of numbers between blanks.
 * Nothing is copied; a list is read where it stands, so that no count in the file asks for memory.
 */
#ifndef ORTL_LIGHTGBM_TEXT_H
#define ORTL_LIGHTGBM_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "../runtime/memory.h"

/* One line, without its end. */
typedef struct ortl__lightgbm_line {
    const char *text; /* (n_bytes) */
    size_t n_bytes;
    uint64_t number; /* from 1 */
} ortl__lightgbm_line;

/* A walk through the lines of a text; starts with {bytes, bytes + n_bytes, 0}. */
typedef struct ortl__lightgbm_lines {
    const char *next;
    const char *end;
    uint64_t n_lines; /* so far */
} ortl__lightgbm_lines;

/* 0 at the end of the text, and then *line_out is empty, with the number behind the last one. A
 * line ends with \n, or \r\n, or the text. */
int ortl__lightgbm_next_line(ortl__lightgbm_lines *lines, ortl__lightgbm_line *line_out);

int ortl__lightgbm_line_is(const ortl__lightgbm_line *line, const char *text);
int ortl__lightgbm_line_begins(const ortl__lightgbm_line *line, const char *text);

/* A line that was filed under its key. */
typedef struct ortl__lightgbm_field {
    const char *key; /* NULL: the text does not have this key */
    const char *value;
    size_t n_bytes; /* of the value */
    ortl__lightgbm_line line;
} ortl__lightgbm_field;

/* Files the line in fields[k] when its key is keys[k], both (n_keys); a line without '=' is all
 * key. Other keys are passed over; one that comes twice is an error. */
ortl_status ortl__lightgbm_file_line(const ortl__lightgbm_line *line, const char *const *keys,
                                     ortl__lightgbm_field *fields, size_t n_keys,
                                     ortl_error *error);

/* Puts "line 12, column 34: " before the message that is in *error already; `at` is a place in the
 * field's line. Always ORTL_BAD_MODEL. */
ortl_status ortl__lightgbm_fail_at(const ortl__lightgbm_field *field, const char *at,
                                   ortl_error *error);

/* A walk through the numbers of a field that is there. */
typedef struct ortl__lightgbm_values {
    const ortl__lightgbm_field *field;
    const char *next;
    uint64_t n_read;
} ortl__lightgbm_values;

ortl__lightgbm_values ortl__lightgbm_values_of(const ortl__lightgbm_field *field);

ortl_status ortl__lightgbm_read_double(ortl__lightgbm_values *values, double *value_out,
                                       ortl_error *error);

/* The value must lie in least .. most. */
ortl_status ortl__lightgbm_read_integer(ortl__lightgbm_values *values, int64_t least, int64_t most,
                                        int64_t *value_out, ortl_error *error);

/* Fails when values are left. */
ortl_status ortl__lightgbm_end_values(ortl__lightgbm_values *values, ortl_error *error);

/* The field's only value. */
ortl_status ortl__lightgbm_only_integer(const ortl__lightgbm_field *field, int64_t least,
                                        int64_t most, int64_t *value_out, ortl_error *error);

/* A word of a field between blanks; n_bytes 0: there are no more. */
typedef struct ortl__lightgbm_word {
    const char *text;
    size_t n_bytes;
} ortl__lightgbm_word;

/* The next word at *next, which starts as field->value and moves behind the word. */
ortl__lightgbm_word ortl__lightgbm_next_word(const ortl__lightgbm_field *field, const char **next);

/* Copies n_bytes at text, a place in the field's line, into the arena with a NUL behind; a NUL
 * among them is an error. */
ortl_status ortl__lightgbm_copy(const ortl__lightgbm_field *field, const char *text, size_t n_bytes,
                                ortl__arena *arena, const char **copy_out, ortl_error *error);

#endif
