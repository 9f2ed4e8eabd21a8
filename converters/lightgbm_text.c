/*
 * Lines, fields and lists of numbers of LightGBM's text, with the place of every error.
 */
#include "lightgbm_text.h"

#include <string.h>

#include "../runtime/number.h"
#include "../runtime/status.h"

/* ---- Lines ----------------------------------------------------------------------------------- */

int ortl__lightgbm_next_line(ortl__lightgbm_lines *lines, ortl__lightgbm_line *line_out) {
    size_t n_left = (size_t)(lines->end - lines->next);
    const char *stop = n_left > 0 ? memchr(lines->next, '\n', n_left) : NULL;
    size_t n_bytes = stop ? (size_t)(stop - lines->next) : n_left;
    *line_out = (ortl__lightgbm_line){lines->next, n_bytes, lines->n_lines + 1};
    if (n_left == 0) return 0;
    if (n_bytes > 0 && line_out->text[n_bytes - 1] == '\r') line_out->n_bytes--;
    lines->next += stop ? n_bytes + 1 : n_bytes;
    lines->n_lines++;
    return 1;
}

int ortl__lightgbm_line_begins(const ortl__lightgbm_line *line, const char *text) {
    size_t n = strlen(text);
    return line->n_bytes >= n && memcmp(line->text, text, n) == 0;
}

int ortl__lightgbm_line_is(const ortl__lightgbm_line *line, const char *text) {
    return line->n_bytes == strlen(text) && ortl__lightgbm_line_begins(line, text);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

ortl_status ortl__lightgbm_file_line(const ortl__lightgbm_line *line, const char *const *keys,
                                     ortl__lightgbm_field *fields, size_t n_keys,
                                     ortl_error *error) {
    const char *equals = line->n_bytes > 0 ? memchr(line->text, '=', line->n_bytes) : NULL;
    size_t n_key = equals ? (size_t)(equals - line->text) : line->n_bytes;
    size_t n_behind = equals ? n_key + 1 : n_key;
    size_t k = 0;
    while (k < n_keys && !(strlen(keys[k]) == n_key && memcmp(keys[k], line->text, n_key) == 0))
        k++;
    if (k == n_keys) return ORTL_OK;
    if (fields[k].key)
        return ortl__fail(error, ORTL_BAD_MODEL, "line %llu: %s is given twice, first in line %llu",
                          (unsigned long long)line->number, keys[k],
                          (unsigned long long)fields[k].line.number);
    fields[k] =
        (ortl__lightgbm_field){keys[k], line->text + n_behind, line->n_bytes - n_behind, *line};
    return ORTL_OK;
}

ortl_status ortl__lightgbm_fail_at(const ortl__lightgbm_field *field, const char *at,
                                   ortl_error *error) {
    ortl__fail_within(error, "line %llu, column %llu: ", (unsigned long long)field->line.number,
                      (unsigned long long)(at - field->line.text) + 1);
    return ORTL_BAD_MODEL;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static const char *end_of(const ortl__lightgbm_field *field) {
    return field->value + field->n_bytes;
}

static const char *skip_blanks(const char *next, const char *end) {
    while (next < end && *next == ' ') next++;
    return next;
}

ortl__lightgbm_word ortl__lightgbm_next_word(const ortl__lightgbm_field *field, const char **next) {
    const char *end = end_of(field);
    const char *begin = skip_blanks(*next, end);
    const char *stop = begin < end ? memchr(begin, ' ', (size_t)(end - begin)) : end;
    *next = stop ? stop : end;
    return (ortl__lightgbm_word){begin, (size_t)(*next - begin)};
}

ortl_status ortl__lightgbm_copy(const ortl__lightgbm_field *field, const char *text, size_t n_bytes,
                                ortl__arena *arena, const char **copy_out, ortl_error *error) {
    const char *nul = n_bytes > 0 ? memchr(text, 0, n_bytes) : NULL;
    if (!nul) return ortl__arena_text(arena, text, n_bytes, copy_out, error);
    ortl__fail(error, ORTL_BAD_MODEL, "a NUL byte in the text");
    return ortl__lightgbm_fail_at(field, nul, error);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

ortl__lightgbm_values ortl__lightgbm_values_of(const ortl__lightgbm_field *field) {
    return (ortl__lightgbm_values){field, field->value, 0};
}

/* What stands at values->next in place of a number. */
static ortl_status fail_number(ortl__lightgbm_values *values, const char *expected,
                               ortl_error *error) {
    const ortl__lightgbm_field *field = values->field;
    const char *next = values->next;
    ortl__lightgbm_word found = ortl__lightgbm_next_word(field, &next);
    if (found.n_bytes == 0)
        ortl__fail(error, ORTL_BAD_MODEL, "%s ends after %llu value%s, more expected", field->key,
                   (unsigned long long)values->n_read, values->n_read == 1 ? "" : "s");
    else
        ortl__fail(error, ORTL_BAD_MODEL, "%s: %s expected, found \"%.*s\"", field->key, expected,
                   (int)(found.n_bytes < 40 ? found.n_bytes : 40), found.text);
    return ortl__lightgbm_fail_at(field, found.text, error);
}

static ortl_status fail_range(const ortl__lightgbm_values *values, int64_t value, int64_t least,
                              int64_t most, ortl_error *error) {
    const char *key = values->field->key;
    if (least == most)
        ortl__fail(error, ORTL_BAD_MODEL, "%s is %lld, expected %lld", key, (long long)value,
                   (long long)most);
    else
        ortl__fail(error, ORTL_BAD_MODEL, "%s is %lld, expected %lld to %lld", key,
                   (long long)value, (long long)least, (long long)most);
    return ortl__lightgbm_fail_at(values->field, values->next, error);
}

/* The number of n_used bytes at values->next is a word of its own. */
static int is_whole_word(const ortl__lightgbm_values *values, size_t n_used) {
    const char *behind = values->next + n_used;
    return n_used > 0 && (behind == end_of(values->field) || *behind == ' ');
}

ortl_status ortl__lightgbm_read_double(ortl__lightgbm_values *values, double *value_out,
                                       ortl_error *error) {
    const char *end = end_of(values->field);
    double value = 0;
    size_t n_used;
    values->next = skip_blanks(values->next, end);
    n_used = ortl__number_read_double(values->next, (size_t)(end - values->next), '.', &value);
    if (!is_whole_word(values, n_used)) return fail_number(values, "a number", error);
    values->next += n_used;
    values->n_read++;
    *value_out = value;
    return ORTL_OK;
}

ortl_status ortl__lightgbm_read_integer(ortl__lightgbm_values *values, int64_t least, int64_t most,
                                        int64_t *value_out, ortl_error *error) {
    const char *end = end_of(values->field);
    int64_t value = 0;
    size_t n_used;
    values->next = skip_blanks(values->next, end);
    n_used = ortl__number_read_int64(values->next, (size_t)(end - values->next), &value);
    if (!is_whole_word(values, n_used)) return fail_number(values, "a whole number", error);
    if (value < least || value > most) return fail_range(values, value, least, most, error);
    values->next += n_used;
    values->n_read++;
    *value_out = value;
    return ORTL_OK;
}

ortl_status ortl__lightgbm_end_values(ortl__lightgbm_values *values, ortl_error *error) {
    const char *next = skip_blanks(values->next, end_of(values->field));
    if (next == end_of(values->field)) return ORTL_OK;
    ortl__fail(error, ORTL_BAD_MODEL, "%s has more than the expected %llu value%s",
               values->field->key, (unsigned long long)values->n_read,
               values->n_read == 1 ? "" : "s");
    return ortl__lightgbm_fail_at(values->field, next, error);
}

ortl_status ortl__lightgbm_only_integer(const ortl__lightgbm_field *field, int64_t least,
                                        int64_t most, int64_t *value_out, ortl_error *error) {
    ortl__lightgbm_values values = ortl__lightgbm_values_of(field);
    ortl_status status = ortl__lightgbm_read_integer(&values, least, most, value_out, error);
    return status == ORTL_OK ? ortl__lightgbm_end_values(&values, error) : status;
}
