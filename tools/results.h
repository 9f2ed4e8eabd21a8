/*
 * Running the model on blocks of rows, and its outputs as columns of a table with names.
 */
#ifndef ORTL_TOOLS_RESULTS_H
#define ORTL_TOOLS_RESULTS_H

#include "contributions.h"
#include "rows.h"

/* One output of the graph. */
typedef struct ortl__result_group {
    ortl_type type;
    size_t n_columns;
    const void *data;    /* (n_rows of the block, n_columns) of type, until the next run */
    size_t n_characters; /* most code points of a text where that is known, else 0 */
} ortl__result_group;

/* What is wanted of the model. */
typedef enum ortl__results_kind {
    ORTL__RESULTS_OUTPUTS,      /* the outputs of the graph */
    ORTL__RESULTS_RAW,          /* raw_<class>: the scores before the post transform */
    ORTL__RESULTS_LEAVES,       /* leaf_<tree>: where each tree ends; the model keeps its forest */
    ORTL__RESULTS_CONTRIBUTIONS /* contribution_<column>: what each adds to the raw scores; likewise
                                 */
} ortl__results_kind;

typedef struct ortl__results {
    const ortl__model *model;
    ortl__results_kind kind;
    ortl_context *context;
    ortl_tensor *inputs;        /* (n_inputs of the graph) */
    ortl_tensor *outputs;       /* (n_groups) */
    ortl__result_group *groups; /* (n_groups), one for each output of the graph, or one for all
                                   leaves or raw scores */
    size_t n_groups;
    ortl_string *names; /* (n_columns) NULL: not known before the first run */
    size_t n_columns;   /* of all groups together */
    ortl__texts texts;  /* of the names */
    void *cells;        /* (n_cells, 8 bytes) raw scores and contributions as float or double, or
                           leaves as int64_t */
    size_t n_cells;
    ortl__explainer *explainer; /* of contributions, else NULL */
} ortl__results;

#define ORTL__RESULTS_INIT                                                                         \
    { .model = NULL }

/* The model must outlive the results. */
ortl_status ortl__results_begin(ortl__results *results, const ortl__model *model,
                                ortl__results_kind kind, ortl_error *error);

/* Runs the model on the block; the first run decides names and widths of the columns, and a later
 * one that differs is refused. A block without rows gives columns as the file declares them when
 * the graph cannot run on nothing. */
ortl_status ortl__results_run(ortl__results *results, const ortl__rows *rows, ortl_error *error);

/* Refuses results whose columns are not those of earlier ones of the same model. */
ortl_status ortl__results_compare(const ortl__results *results, const ortl__results *earlier,
                                  ortl_error *error);

void ortl__results_free(ortl__results *results);

#endif
