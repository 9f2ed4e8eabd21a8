/*
 * One row of a table through a trainer's own trees and through the ONNX file that was made from
 * them: the leaves, the scores, and what the trainer itself predicted.
 */
#ifndef ORTL_TOOLS_COMPARE_ROW_H
#define ORTL_TOOLS_COMPARE_ROW_H

#include "../converters/source_walk.h"
#include "findings.h"

/* A row as both sides have it. */
typedef struct ortl__compared_row {
    uint64_t line;            /* of the table */
    const double *cells;      /* (n_features) in the type of the file's input */
    const double *wide_cells; /* (n_features) as a trainer that holds doubles reads the table; NULL:
                                 the same as cells */
    const uint32_t *file_leaves;   /* (n_file_trees) as ortl_leaves names them */
    const float *scores;           /* (n_scores) of the file, NULL: none */
    const int64_t *label;          /* of the file, NULL: none, or a text */
    const ortl_string *label_text; /* of the file, or NULL */
    const ortl_string *expected;   /* (n_expected) what the trainer predicted, as text */
} ortl__compared_row;

typedef struct ortl__comparison {
    const ortl_source_walk *walk;
    ortl_source_summary summary;
    const ortl_string *names; /* (n_features) of the features, NULL: they have numbers */
    size_t n_file_trees;      /* all of the file's */
    size_t n_expected;        /* columns with predictions of the trainer, 0: none */
    bool expects_label;       /* the one such column may hold labels */
    bool expects_scores;      /* such columns may hold scores */

    uint64_t n_rows;
    ortl__findings parted; /* rows whose leaves differ */
    uint64_t n_rounded;    /* rows that the source would send elsewhere if it had wide_cells */
    uint64_t first_rounded_line; /* of the table, 0: none */
    ortl__findings scores;       /* rows whose leaves agree and whose scores differ */
    ortl__findings wrong_labels; /* rows whose label is not the expected one */
    ortl__findings wrong_scores; /* rows with a score that is not the expected one */
    uint64_t n_ties;             /* labels that differ where two classes score alike */
    uint64_t n_strangers;        /* expected texts that are no label */

    uint32_t *leaves, *wide_leaves;    /* (n_trees) of the row in hand */
    double *raw, *magnitude, *shifted; /* (n_targets) */
    double *wanted, *allowed, *bound;  /* (n_scores) what the source gives, and how far the float32
                                          arithmetic of the file may be from it */
} ortl__comparison;

/* n_expected columns of the table hold predictions. ORTL_BAD_ARGUMENT when the model gives another
 * number of them. */
ortl_status ortl__comparison_begin(ortl__comparison *comparison, const ortl_source_walk *walk,
                                   size_t n_file_trees, size_t n_expected, ortl_error *error);

ortl_status ortl__comparison_add(ortl__comparison *comparison, const ortl__compared_row *row,
                                 ortl_error *error);

/* Whether the column of expected values turned out to hold labels. */
bool ortl__comparison_has_labels(const ortl__comparison *comparison);

bool ortl__comparison_has_differences(const ortl__comparison *comparison);

void ortl__comparison_free(ortl__comparison *comparison);

#endif
