/*
 * What the field of a table means: a number, a missing value, or a text; and its value in the type
 * of the model's column.
 */
#ifndef ORTL_TOOLS_FIELDS_H
#define ORTL_TOOLS_FIELDS_H

#include "csv.h"
#include "texts.h"

#include <stdbool.h>

/* The field without the blanks and tabs around it. */
csv_field ortl__field_trim(csv_field field);

/* Whether the field, blanks around it aside, could be a value of that type: a number (nan and inf
 * are), a missing value (empty, NA, nan or null, in any case of letters), for bools also true and
 * false; a text anything. */
bool ortl__field_is_value(const csv_field *field, char point, ortl_type type);

/* Whether the field, blanks around it aside, is a missing value. */
bool ortl__field_is_missing(const csv_field *field);

/* Reads a field as the float nearest to it; a missing one is NaN. false: it is neither. */
bool ortl__field_read_float(const csv_field *field, char point, float *value_out);

/* Reads a field as type into *cell_out; a missing one is NaN, which only float and double have.
 * Texts are copied into the store as they are. NULL in *problem_out: it went well; else why the
 * field cannot be read, to follow the field in a message ("is not a number"). The status is that of
 * memory alone. */
ortl_status ortl__field_read(const csv_field *field, char point, ortl_type type, ortl__texts *texts,
                             void *cell_out, const char **problem_out, ortl_error *error);

#endif
