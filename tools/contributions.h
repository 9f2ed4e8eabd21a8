/*
 * How much each feature adds to the raw scores of a row: Shapley values under the rows that the
 * trees were grown with, as their nodes' hit rates tell (TreeSHAP, Lundberg et al. 2018). They and
 * the expected score add up to the raw score.
 */
#ifndef ORTL_TOOLS_CONTRIBUTIONS_H
#define ORTL_TOOLS_CONTRIBUTIONS_H

#include "model.h"
#include "texts.h"

/* All paths of all trees; constant once made, so threads may share it. */
typedef struct ortl__paths ortl__paths;

/* Gathers the paths of a model that keeps its forest. ORTL_UNSUPPORTED when its trees are not the
 * sums of votes of one operator on the model's own columns (n_columns), or record no hit rates. */
ortl_status ortl__paths_new(const ortl__model *model, size_t n_columns, ortl__paths **paths_out,
                            ortl_error *error);

void ortl__paths_free(ortl__paths *paths);

/* Doubles of a row's contributions: for each raw score the columns, then the expected score. */
size_t ortl__paths_row_cells(const ortl__paths *paths);

/* What explaining rows takes, for one thread. */
typedef struct ortl__explainer ortl__explainer;

/* NULL: no memory. The paths must outlive it. */
ortl__explainer *ortl__explainer_new(const ortl__paths *paths);

void ortl__explainer_free(ortl__explainer *explainer);

/* The contributions to the raw scores of the rows that inputs hold, as for ortl_leaves, into cells
 * (n_rows, ortl__paths_row_cells). ORTL_UNSUPPORTED when a row does not end in the leaves that its
 * columns lead to, because the graph changes them before the trees see them. */
ortl_status ortl__explainer_run(ortl__explainer *explainer, ortl_context *context,
                                const ortl_tensor *inputs, size_t n_inputs, size_t n_rows,
                                double *cells, ortl_error *error);

#endif
