/*
 * What the tree operators let others do with them once they are prepared: put together, pack, and
 * describe.
 */
#ifndef ORTL_TREES_H
#define ORTL_TREES_H

#include "../forest/outcome.h"
#include "operator.h"

/* Packs the trees of a step for the kernels, which it cannot run without; nothing for others. */
ortl_status ortl__trees_finish(const ortl__loading *loading, ortl__step *step, ortl_error *error);

/* ---- Predicting without a call ----------------------------------------------------------------
 */

/* Whether the step makes the value `labels`, of integers, and the value `scores` of rows of floats;
 * ORTL__NO_VALUE: not wanted. */
int ortl__trees_give(const ortl__step *step, uint32_t labels, uint32_t scores);

/* Labels and scores, either may be NULL, of rows that have all columns. scratch: as a call with so
 * many rows, or more, has it. Fails as the call does. */
ortl_status ortl__trees_predict(const ortl__step *step, const ortl__rows *rows, void *scratch,
                                int64_t *labels_out, float *scores_out);

/* ---- Giving leaves new values, before the trees are packed ------------------------------------
 */

/* The leaves of a step whose outputs depend on one leaf alone: a single tree that reads floats or
 * integers. 0 for all others. */
uint32_t ortl__trees_tabular_leaves(const ortl__step *step);

/* Fills outputs (step->node->n_outputs), whose rows stand for the leaves in their order, with what
 * the step gives for a row that reaches each; data NULL: not wanted. */
ortl_status ortl__trees_tabulate(const ortl__step *step, ortl__arena *arena,
                                 const ortl__tensor *outputs, ortl_error *error);

/* ---- Several steps as one ---------------------------------------------------------------------
 */

typedef struct ortl__tree_part {
    const ortl__step *step;
    const float *values; /* (leaves, n_targets) of a single tree; NULL: what its leaves give */
} ortl__tree_part;

/* Makes step a regressor that adds up the single trees of the parts, all of which read one input,
 * their leaves having these values. The parts stay as they are. */
ortl_status ortl__trees_join_values(const ortl__loading *loading, const ortl__tree_part *parts,
                                    uint32_t n_parts, uint32_t n_targets, ortl__step *step,
                                    ortl_error *error);

/* Larger ensembles gain nothing by being walked together. */
#define ORTL__MOST_JOINED_TREES 16

/* Whether the step is of few trees that can be walked together with others. */
int ortl__trees_may_join(const ortl__step *step);
uint32_t ortl__trees_targets(const ortl__step *step);

/* Makes step one that gives the outputs of all parts, which may join and read one input. */
ortl_status ortl__trees_join(const ortl__loading *loading, const ortl__tree_part *parts,
                             uint32_t n_parts, ortl__step *step, ortl_error *error);

/* ---- What a step tells about itself ------------------------------------------------------------
 */

/* Each is NULL (or 0) when the step is not a tree operator. */
const ortl__forest *ortl__trees_forest(const ortl__step *step);
const ortl__outcome *ortl__trees_outcome(const ortl__step *step);
const char *ortl__trees_kernel(const ortl__step *step);

/* Raw scores of a row, of all operators that the step stands for; 0 when it has no trees. */
uint64_t ortl__trees_n_raw(const ortl__step *step);

/* 1 for a classifier, with its n classes as integers or as texts; the other pointer becomes NULL.
 * They live as long as the session. */
int ortl__trees_classes(const ortl__step *step, size_t *n_out, const int64_t **values_out,
                        const ortl_string **texts_out);

#endif
