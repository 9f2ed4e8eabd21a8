/*
 * The first record of a table: is it a header, and what do its fields name?
 *
 * With --header auto a record is a header when a field of it is neither a number nor a missing
 * value (nor, where the model reads bools, true or false) and none is a number. Numbers alone are
 * data, also 0, 1, 2 (ortl__header_is_numbering tells, for a warning). A mixture is a header when
 * it holds a name that the model knows or --rename is given; else it may be a first row with a
 * mistyped number, which must not vanish: the user must say. So too for a NUL byte, which no name
 * has. A model that reads text cannot be served that way: there a record is a header when one of
 * its first 64 fields is the name of a column of the model, or when it has a field for each column
 * and one in the place of a number is none; it is no header when all those are numbers; and when
 * that does not tell, the user must.
 */
#ifndef ORTL_TOOLS_HEADER_H
#define ORTL_TOOLS_HEADER_H

#include "columns.h"

ortl_status ortl__header_decide(const csv_record *first, const ortl__model_columns *columns,
                                const ortl__table_choices *choices, bool *has_header_out,
                                ortl_error *error);

/* Whether the fields are 0, 1, 2, ... in order, at least two: what pandas writes for columns
 * without names. */
bool ortl__header_is_numbering(const csv_record *first);

/* Stores the names, blanks around them dropped and renamed, in names_out (n_fields of first). */
ortl_status ortl__header_names(const csv_record *first, const ortl__table_choices *choices,
                               ortl__texts *texts, ortl_string *names_out, ortl_error *error);

#endif
