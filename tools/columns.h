/*
 * Which field of a table goes to which column of the model: by name where both sides have names,
 * else by position. Also which fields are carried through, and whether a first record is a header.
 */
#ifndef ORTL_TOOLS_COLUMNS_H
#define ORTL_TOOLS_COLUMNS_H

#include "csv.h"
#include "model.h"
#include "texts.h"

/* One input of the graph as columns of a table. */
typedef struct ortl__column_group {
    const char *name;
    ortl_type type;
    size_t rank;      /* 1: [N], else [N, n_columns] */
    size_t first;     /* number of its first column among all of the model's */
    size_t n_columns; /* 0: the file does not say, so all that a table has */
} ortl__column_group;

/* What the model reads. */
typedef struct ortl__model_columns {
    ortl__column_group *groups; /* (n_groups) */
    size_t n_groups;
    ortl_string *names; /* (n_columns) NULL: columns have no names, so they go by position */
    size_t n_columns;
    bool is_open; /* the only group has as many columns as the table */
} ortl__model_columns;

/* Names come from feature_names where there is one for each column, else from the inputs when
 * there are several or the only one is a single column. texts holds names that are made up
 * ("input_3"). */
ortl_status ortl__model_columns_find(const ortl__model *model,
                                     const ortl__feature_names *feature_names, ortl__texts *texts,
                                     ortl__model_columns *columns_out, ortl_error *error);

/* A note on stderr when names are recorded for another number of columns and so are of no use. */
void ortl__model_columns_note(const ortl__model_columns *columns,
                              const ortl__feature_names *feature_names);

void ortl__model_columns_free(ortl__model_columns *columns);

typedef enum ortl__header_choice {
    ORTL__HEADER_AUTO,
    ORTL__HEADER_YES,
    ORTL__HEADER_NO
} ortl__header_choice;

/* What the user says about the table. */
typedef struct ortl__table_choices {
    ortl__header_choice header;
    bool is_by_position;
    char point;           /* of decimal numbers */
    const char **renames; /* (n_renames) "A=B" */
    size_t n_renames;
    const char *keep; /* names, or without a header numbers, with commas between; NULL: none */
    const char *keep_option; /* what messages call it: "--keep" */
    bool is_carrying;        /* what is kept is written out, whatever it is */
} ortl__table_choices;

/* Which field goes where. */
typedef struct ortl__mapping {
    size_t n_fields; /* of each record */
    size_t *fields;  /* (n_columns of the model) index of the field that each column reads */
    size_t n_columns;
    size_t *kept; /* (n_kept) indices of the fields that are carried through */
    size_t n_kept;
    ortl_string *names; /* (n_fields) from the header, renamed; NULL: the table has no header */
    bool is_by_name;
} ortl__mapping;

/* Decides about the header and matches the columns, from the first record. texts keeps the names. A
 * model whose number of columns is open is closed by it. */
ortl_status ortl__mapping_find(const csv_record *first, ortl__model_columns *columns,
                               const ortl__table_choices *choices, ortl__texts *texts,
                               ortl__mapping *mapping_out, ortl_error *error);

void ortl__mapping_free(ortl__mapping *mapping);

#endif
