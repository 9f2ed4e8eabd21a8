/*
 * Reading fields. The usual case, a plain number without blanks, is decided by one call.
 */
#include "fields.h"

#include "../runtime/number.h"

#include <math.h>
#include <string.h>

csv_field ortl__field_trim(csv_field field) {
    while (field.n_bytes > 0 && (field.text[0] == ' ' || field.text[0] == '\t')) {
        field.text++;
        field.n_bytes--;
    }
    while (field.n_bytes > 0 &&
           (field.text[field.n_bytes - 1] == ' ' || field.text[field.n_bytes - 1] == '\t'))
        field.n_bytes--;
    return field;
}

static bool is_word(const csv_field *field, const char *lower_case_word) {
    if (field->n_bytes != strlen(lower_case_word)) return false;
    for (size_t i = 0; i < field->n_bytes; i++) {
        char letter = field->text[i];
        if (letter >= 'A' && letter <= 'Z') letter = (char)(letter - 'A' + 'a');
        if (letter != lower_case_word[i]) return false;
    }
    return true;
}

static bool is_missing_marker(const csv_field *trimmed) {
    return trimmed->n_bytes == 0 || is_word(trimmed, "na") || is_word(trimmed, "nan") ||
           is_word(trimmed, "null");
}

bool ortl__field_is_missing(const csv_field *field) {
    csv_field trimmed = ortl__field_trim(*field);
    return is_missing_marker(&trimmed);
}

bool ortl__field_is_value(const csv_field *field, char point, ortl_type type) {
    csv_field trimmed = ortl__field_trim(*field);
    double value;
    if (type == ORTL_STRING || is_missing_marker(&trimmed)) return true;
    if (type == ORTL_BOOL && (is_word(&trimmed, "true") || is_word(&trimmed, "false"))) return true;
    return ortl__number_read_double(trimmed.text, trimmed.n_bytes, point, &value) ==
           trimmed.n_bytes;
}

bool ortl__field_read_float(const csv_field *field, char point, float *value_out) {
    size_t n_used = ortl__number_read_float(field->text, field->n_bytes, point, value_out);
    if (n_used == field->n_bytes && n_used > 0) return true;
    csv_field trimmed = ortl__field_trim(*field);
    if (is_missing_marker(&trimmed)) {
        *value_out = NAN;
        return true;
    }
    return ortl__number_read_float(trimmed.text, trimmed.n_bytes, point, value_out) ==
           trimmed.n_bytes;
}

static bool read_double(const csv_field *trimmed, char point, double *value_out) {
    if (is_missing_marker(trimmed)) {
        *value_out = NAN;
        return true;
    }
    return ortl__number_read_double(trimmed->text, trimmed->n_bytes, point, value_out) ==
           trimmed->n_bytes;
}

/* Whole numbers are also taken in the forms 3.0 and 3e0, which is how tables with missing values
 * are often written; above 2^53 those could be rounded and are refused. */
static const char *read_integer(const csv_field *trimmed, char point, int64_t *value_out) {
    const double exact = 9007199254740992.0;
    double value;
    if (is_missing_marker(trimmed)) return "is missing, which a column of integers cannot hold";
    if (ortl__number_read_int64(trimmed->text, trimmed->n_bytes, value_out) == trimmed->n_bytes)
        return NULL;
    if (!read_double(trimmed, point, &value) || !(value >= -exact && value <= exact) ||
        value != (double)(int64_t)value)
        return "is not a whole number";
    *value_out = (int64_t)value;
    return NULL;
}

static const char *read_bool(const csv_field *trimmed, unsigned char *value_out) {
    if (is_missing_marker(trimmed)) return "is missing, which a column of bools cannot hold";
    if (is_word(trimmed, "1") || is_word(trimmed, "true"))
        *value_out = 1;
    else if (is_word(trimmed, "0") || is_word(trimmed, "false"))
        *value_out = 0;
    else
        return "is not true, false, 1 or 0";
    return NULL;
}

static const char *read_int32(const csv_field *trimmed, char point, int32_t *value_out) {
    int64_t value = 0;
    const char *problem = read_integer(trimmed, point, &value);
    if (problem == NULL && (value < INT32_MIN || value > INT32_MAX))
        problem = "does not fit in an int32";
    if (problem == NULL) *value_out = (int32_t)value;
    return problem;
}

static const char *read_int16(const csv_field *trimmed, char point, int16_t *value_out) {
    int64_t value = 0;
    const char *problem = read_integer(trimmed, point, &value);
    if (problem == NULL && (value < INT16_MIN || value > INT16_MAX))
        problem = "does not fit in an int16";
    if (problem == NULL) *value_out = (int16_t)value;
    return problem;
}

ortl_status ortl__field_read(const csv_field *field, char point, ortl_type type, ortl__texts *texts,
                             void *cell_out, const char **problem_out, ortl_error *error) {
    csv_field trimmed = ortl__field_trim(*field);
    *problem_out = NULL;
    switch (type) {
    case ORTL_FLOAT:
        if (!ortl__field_read_float(field, point, cell_out)) *problem_out = "is not a number";
        return ORTL_OK;
    case ORTL_DOUBLE:
        if (!read_double(&trimmed, point, cell_out)) *problem_out = "is not a number";
        return ORTL_OK;
    case ORTL_INT64: *problem_out = read_integer(&trimmed, point, cell_out); return ORTL_OK;
    case ORTL_INT16: *problem_out = read_int16(&trimmed, point, cell_out); return ORTL_OK;
    case ORTL_INT32: *problem_out = read_int32(&trimmed, point, cell_out); return ORTL_OK;
    case ORTL_BOOL: *problem_out = read_bool(&trimmed, cell_out); return ORTL_OK;
    case ORTL_STRING:
        return ortl__texts_join(texts, (ortl_string){field->text, field->n_bytes},
                                (ortl_string){NULL, 0}, cell_out, error);
    case ORTL_UNDEFINED: break;
    }
    *problem_out = "belongs to a column whose type is unknown";
    return ORTL_OK;
}
