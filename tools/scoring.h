/*
 * A table through a model, block after block, for verbs that look at the results instead of
 * writing them: verify, diff.
 *
 *     ortl__scoring scoring;
 *     status = ortl__scoring_open(&scoring, &settings, report);
 *     while (status == ORTL_OK && (status = ortl__scoring_next(&scoring, report)) == ORTL_OK &&
 *            scoring.rows.n_rows > 0)
 *         ... scoring.results, scoring.rows.kept, scoring.lines ...
 *     ortl__scoring_close(&scoring);
 */
#ifndef ORTL_TOOLS_SCORING_H
#define ORTL_TOOLS_SCORING_H

#include "progress.h"
#include "results.h"
#include "table_options.h"

#define ORTL__SCORING_ROWS 256 /* of a block */

typedef struct ortl__scoring_settings {
    const ortl__table_settings *table;
    const char *model; /* a path */
    const char *input; /* likewise, of the table; "-": stdin */
    bool is_silent;    /* shows no progress: another scoring does */
    bool keep_forest;  /* for ortl_leaves and ortl_tree */
    /* Shown every byte of the table in order; NULL: nobody looks. */
    void (*watch)(void *user, const char *bytes, size_t n_bytes);
    void *user;
} ortl__scoring_settings;

typedef struct ortl__scoring {
    const ortl__scoring_settings *settings;
    ortl__model model;
    ortl__feature_names feature_names;
    ortl__texts texts; /* of column names */
    ortl__model_columns columns;
    ortl__mapping mapping;
    ortl__rows rows;
    ortl__results results;
    uint64_t lines[ORTL__SCORING_ROWS]; /* of the rows in the table */
    uint64_t n_rows;                    /* of all blocks so far */
    csv_reader *reader;
    int descriptor;
    ortl__progress progress;
    csv_record record; /* the next one; n_fields is 0 at the end */
} ortl__scoring;

/* Opens model and table and matches the columns. settings must stay. Closed by the caller also
 * after a failure. */
ortl_status ortl__scoring_open(ortl__scoring *scoring, const ortl__scoring_settings *settings,
                               ortl__report *report);

/* The next block: rows, lines and results; no rows at the end. */
ortl_status ortl__scoring_next(ortl__scoring *scoring, ortl__report *report);

void ortl__scoring_close(ortl__scoring *scoring);

/* Output number index (-1: none) of row i of the block, when its type is that, else NULL. */
const void *ortl__scoring_cell(const ortl__scoring *scoring, int index, ortl_type type, size_t row);

#endif
