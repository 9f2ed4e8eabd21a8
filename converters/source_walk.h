/*
 * The trees as the trainer's file tells them, kept in memory beside the ONNX file that was built
 * from them, and walked row by row in double: what a written file is compared with. The walk shares
 * nothing with the builder's work: no rounded threshold, no prepared column, no chain of tests in
 * place of a set.
 *
 *     ortl_source_walk *walk = NULL;
 *     ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
 *     options.walk_out = &walk;
 *     ortl_convert("model.txt", "model.onnx", &options, NULL, &error);
 *     ortl_source_walk_row(walk, row, leaves, raw, NULL, &error);
 *     ortl_source_walk_free(walk);
 *
 * The leaves that the runtime reaches in the file (ortl_leaves of ortlite.h) are turned into leaves
 * of the source by ortl_source_walk_origin. A walk is constant: threads may share it.
 */
#ifndef ORTLITE_SOURCE_WALK_H
#define ORTLITE_SOURCE_WALK_H

#include "builder.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes over what a builder with keeps_source has recorded; once, after the model was written. On
 * failure *walk_out is NULL. The caller frees the walk, the builder may be freed before. */
ORTL_API ortl_status ortl_source_walk_take(ortl_builder *builder, ortl_source_walk **walk_out,
                                           ortl_error *error);

/* NULL is allowed. */
ORTL_API void ortl_source_walk_free(ortl_source_walk *walk);

typedef struct ortl_source_summary {
    size_t struct_size;  /* set by the caller: sizeof(ortl_source_summary) */
    size_t n_features;   /* doubles of a row */
    size_t n_trees;      /* of the source, 0: a linear model */
    size_t n_file_trees; /* of the ONNX file that were made from trees of the source; the file may
                            have more behind them, which add a base score */
    size_t n_targets;    /* raw scores of a row */
    size_t n_scores;     /* floats that the file gives for a row, 0: labels alone */
    size_t n_classes;    /* 0: no labels */
    ortl_type data_type; /* in which the trainer holds a row: values are rounded to it first */
    ortl_task task;
    ortl_link link;
} ortl_source_summary;

/* Fills *summary_out, whose struct_size the caller has set. */
ORTL_API ortl_status ortl_source_walk_summarize(const ortl_source_walk *walk,
                                                ortl_source_summary *summary_out,
                                                ortl_error *error);

/* Class number index: its name, or NULL and its integer. ORTL_BAD_ARGUMENT when there is none. */
ORTL_API ortl_status ortl_source_walk_class(const ortl_source_walk *walk, size_t index,
                                            int64_t *value_out, const char **name_out,
                                            ortl_error *error);

/* Walks all trees for one row.
 *   row            (n_features) NaN is a missing value
 *   leaves_out     (n_trees) the leaf reached, by the number that it was built with; NULL: not
 *                  wanted
 *   raw_out        (n_targets) raw scores: sums in double, with scale and base; NULL: not wanted
 *   magnitude_out  (n_targets) the same sums of absolute values, by which roundings are judged;
 *                  NULL: not wanted */
ORTL_API ortl_status ortl_source_walk_row(const ortl_source_walk *walk, const double *row,
                                          uint32_t *leaves_out, double *raw_out,
                                          double *magnitude_out, ortl_error *error);

/* Predictions or probabilities (n_scores) from raw scores (n_targets), in double. */
ORTL_API ortl_status ortl_source_walk_scores(const ortl_source_walk *walk, const double *raw,
                                             double *scores_out, ortl_error *error);

/* The tree and leaf of the source for leaf `file_leaf` of tree `file_tree` of the ONNX file, as
 * ortl_leaves names them. *tree_out is SIZE_MAX for a tree that the builder added. ORTL_BAD_MODEL
 * when the file has no such leaf in that tree. */
ORTL_API ortl_status ortl_source_walk_origin(const ortl_source_walk *walk, size_t file_tree,
                                             uint32_t file_leaf, size_t *tree_out,
                                             uint32_t *leaf_out, ortl_error *error);

/* The test at which two paths part. */
typedef struct ortl_source_fork {
    uint32_t node; /* by the number that it was built with */
    size_t feature;
    int is_categorical;
    ortl_comparison comparison; /* unless categorical: value comparison threshold */
    double threshold;
} ortl_source_fork;

/* The last node that the paths to two leaves of a tree have in common; they must differ. */
ORTL_API ortl_status ortl_source_walk_fork(const ortl_source_walk *walk, size_t tree,
                                           uint32_t leaf_a, uint32_t leaf_b,
                                           ortl_source_fork *fork_out, ortl_error *error);

#ifdef __cplusplus
}
#endif

#endif
