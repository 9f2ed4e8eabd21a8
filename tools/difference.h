/*
 * Two models on one table: the columns of their results side by side, and for a row that differs
 * the first tree in which the models go different ways.
 */
#ifndef ORTL_TOOLS_DIFFERENCE_H
#define ORTL_TOOLS_DIFFERENCE_H

#include "findings.h"
#include "scoring.h"

typedef struct ortl__diff_settings {
    ortl__table_settings table; /* first: the shared options write here */
    const char *model_a, *model_b, *input;
    double tolerance; /* how far numbers may be from each other */
} ortl__diff_settings;

/* A column of the results, wherever it lies. */
typedef struct ortl__diff_column {
    size_t group, index;
} ortl__diff_column;

typedef struct ortl__difference {
    const ortl__diff_settings *settings;
    ortl__report *report;
    ortl__scoring a, b;
    ortl__diff_column *columns; /* (n_columns, 2) of A and of B, one below the other */
    size_t n_columns;
    bool has_other_form;    /* the outputs cannot be compared */
    ortl__findings labels;  /* rows whose texts, integers or truth values differ */
    ortl__findings numbers; /* rows whose floats differ by more than the tolerance */
    double greatest;        /* difference of two numbers, tolerated ones included */
    uint64_t greatest_line;
} ortl__difference;

/* Reads the whole table. To be freed by the caller also after a failure. */
ortl_status ortl__difference_find(ortl__difference *difference, const ortl__diff_settings *settings,
                                  ortl__report *report);

void ortl__difference_free(ortl__difference *difference);

/* Words where the trees of A and B part for that row of the block: into text_out, "" when their
 * trees cannot be told against each other. */
ortl_status ortl__parting_find(const ortl__scoring *a, const ortl__scoring *b, size_t row,
                               char *text_out, size_t room, ortl_error *error);

#endif
