/*
 * A block of rows: what the model reads, as one array for each of its inputs, and the texts that
 * are carried through.
 */
#ifndef ORTL_TOOLS_ROWS_H
#define ORTL_TOOLS_ROWS_H

#include "columns.h"
#include "scan.h"
#include "texts.h"

typedef struct ortl__rows {
    const ortl__model_columns *columns;
    const ortl__mapping *mapping;
    const ortl__scan *scan; /* the fastest, chosen when room is made first */
    char point;
    bool is_lenient; /* a bad or absent field of a float column becomes NaN */
    size_t n_rows;
    size_t capacity;
    void **data;       /* (n_groups), each (capacity, n_columns of the group) of its type */
    ortl_string *kept; /* (capacity, n_kept) */
    ortl__texts texts; /* of text columns and kept fields */
} ortl__rows;

#define ORTL__ROWS_INIT                                                                            \
    { .columns = NULL }

/* Gives an empty block room for capacity rows, or a filled one room for more. */
ortl_status ortl__rows_reserve(ortl__rows *rows, size_t capacity, ortl_error *error);

/* Bytes of a block with that capacity, texts aside; UINT64_MAX when no memory could hold it. */
uint64_t ortl__rows_bytes(const ortl__model_columns *columns, const ortl__mapping *mapping,
                          size_t capacity);

/* Appends a record; there must be room. A failure's message begins with "LINE: field N (name): ".
 */
ortl_status ortl__rows_add(ortl__rows *rows, const csv_record *record, ortl_error *error);

/* Forgets the rows, keeps the room. */
void ortl__rows_clear(ortl__rows *rows);

void ortl__rows_free(ortl__rows *rows);

#endif
