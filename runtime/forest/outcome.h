/*
 * From the sums of a row to what the operator gives: averages, base values, the label rule and the
 * post transforms, bit for bit as semantics of the ONNX tree operators and onnxruntime have them.
 */
#ifndef ORTL_OUTCOME_H
#define ORTL_OUTCOME_H

#include "../libm.h"
#include "forest.h"

typedef enum ortl__transform {
    ORTL__TRANSFORM_NONE = 0, /* numbers as in TreeEnsemble's post_transform (ai.onnx.ml 5) */
    ORTL__TRANSFORM_SOFTMAX = 1,
    ORTL__TRANSFORM_LOGISTIC = 2,
    ORTL__TRANSFORM_SOFTMAX_ZERO = 3,
    ORTL__TRANSFORM_PROBIT = 4
} ortl__transform;

typedef struct ortl__outcome {
    int is_classifier;
    int is_double;      /* type of the sums (Real of forest.h) */
    int writes_double;  /* scores are double: TreeEnsemble (5) on double input */
    uint32_t n_targets; /* slots of a row of sums */
    uint32_t n_scores;  /* scores of a row: n_targets */
    uint32_t n_trees;   /* divisor of AVERAGE */
    ortl__aggregate aggregate;
    ortl__transform transform;
    const ortl__libm *libm; /* open when transform is PROBIT */
    uint32_t n_base;        /* 0, 1 or n_targets */
    const double *base;     /* (n_base) exact in Real */
    int is_binary_case;     /* classifier with 2 labels whose votes all carry one class id */
    int votes_nonnegative;  /* no weight of the file is < 0 */
    const int64_t *labels;  /* (n_targets) class values; NULL: string classes, labels are indices */
} ortl__outcome;

/* Turns the sums of n_rows rows into scores and labels.
 *   sums    (n_rows, n_targets) Real as a kernel leaves them; overwritten
 *   voted   (n_rows, n_targets), NULL when n_targets is 1 (every tree votes then)
 *   labels_out  (n_rows) class values, or class indices; NULL: not wanted, always for regressors
 *   scores_out  (n_rows, n_scores) float, or double when writes_double; NULL: not wanted
 * ORTL_BAD_INPUT when a row of a classifier with three or more labels has no vote at all. */
ortl_status ortl__outcome_write(const ortl__outcome *outcome, void *sums, const uint8_t *voted,
                                size_t n_rows, int64_t *labels_out, void *scores_out,
                                ortl_error *error);

/* Raw scores of a row: one for each target, or the only one that a binary classifier has. */
uint32_t ortl__outcome_n_raw(const ortl__outcome *outcome);

/* The base value of a target; 0 when there is none. */
double ortl__outcome_base(const ortl__outcome *outcome, uint32_t target);

/* What the sum of votes is multiplied by: 1, or 1 by the number of trees; 0 where votes are not
 * summed. */
double ortl__outcome_scale(const ortl__outcome *outcome);

/* Copies the sums of n_rows rows, averaged and with their base values but neither transformed nor
 * arranged by class, into raw_out (n_rows, n_raw), whose rows begin row_stride elements apart. sums
 * and voted are those of ortl__outcome_write, before it. */
void ortl__outcome_raw(const ortl__outcome *outcome, const void *sums, const uint8_t *voted,
                       size_t n_rows, double *raw_out, size_t row_stride);

/* The transforms on one row of n scores in place, in float32 (also used by nothing else than
 * tests). */
void ortl__outcome_transform(ortl__transform transform, const ortl__libm *libm, float *scores,
                             uint32_t n);

#endif
