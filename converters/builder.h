/*
 * Builds an ONNX file from trees, whoever trained them. A program that grew its own trees, and each
 * reader of a trainer's model file, says what its trees test and what their leaves mean; the
 * builder does the rest: every check, every rounding of thresholds, missing values, categories, and
 * the choice of ONNX operators on which onnxruntime and the ONNX specification agree.
 *
 *     ortl_builder *builder;
 *     ortl_model model = ORTL_MODEL_INIT;
 *     model.task = ORTL_TASK_REGRESSION; model.n_features = 4; model.n_targets = 1;
 *     ortl_builder_new(NULL, &builder, &error);
 *     ortl_builder_model(builder, &model, &error);
 *     ortl_builder_tree_begin(builder, 3, 0, &error);
 *     ortl_builder_split(builder, 0, &(ortl_split){.feature = 2, .comparison = ORTL_LESS_EQUAL,
 *                        .threshold = 1.5, .true_node = 1, .false_node = 2}, &error);
 *     ortl_builder_leaf(builder, 1, -0.25, &error);
 *     ortl_builder_leaf(builder, 2, 0.75, &error);
 *     ortl_builder_tree_end(builder, &error);
 *     ortl_builder_save(builder, "model.onnx", &error);
 *     ortl_builder_free(builder);
 *
 * Once a call has failed, every later call fails with the same status, so that a program may look
 * at the last one alone; the message of the first failure is repeated. A builder serves one thread
 * at a time. See converters/README.md for a walk through.
 */
#ifndef ORTLITE_BUILDER_H
#define ORTLITE_BUILDER_H

#include "ortlite.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ortl_builder ortl_builder;
typedef struct ortl_source_walk ortl_source_walk; /* see source_walk.h */

/* ---- Making a builder ------------------------------------------------------------------------ */

/* Start from ORTL_BUILDER_OPTIONS_INIT; a field that is 0 stands for its default. */
typedef struct ortl_builder_options {
    size_t struct_size;   /* sizeof(ortl_builder_options) of the caller's header */
    ortl_type input_type; /* of the file's input: ORTL_FLOAT (default) or ORTL_DOUBLE, for data that
                             float32 cannot hold, such as times in seconds */
    ortl_type data_type;  /* in which the trainer itself holds a row: ORTL_FLOAT (default; XGBoost,
                             CatBoost, OpenCV) or ORTL_DOUBLE (LightGBM, ranger). Only matters for
                             double input: ORTL_FLOAT data is rounded to float first */
    int opset_ml;         /* 3 (default, runs everywhere) or 5 (TreeEnsemble) */
    ortl_limits limits;   /* memory_bytes 0: no limit; trees, tree_nodes, features, outputs_per_row
                             and string_bytes are checked */
    const ortl_allocator *allocator; /* NULL: malloc, realloc and free */
    int keeps_source; /* 1: the trees are also kept as they are given, for comparing the file with
                         them (ortl_source_walk_take); in memory_bytes once more */
} ortl_builder_options;

#define ORTL_BUILDER_OPTIONS_INIT                                                                  \
    { sizeof(ortl_builder_options), ORTL_FLOAT, ORTL_FLOAT, 3, {0}, NULL, 0 }

/* options may be NULL. On failure *builder_out is NULL. */
ORTL_API ortl_status ortl_builder_new(const ortl_builder_options *options,
                                      ortl_builder **builder_out, ortl_error *error);

/* Frees the builder, whatever was built so far; NULL is allowed. */
ORTL_API void ortl_builder_free(ortl_builder *builder);

/* ---- What the model means -------------------------------------------------------------------- */

/* The sum of the leaves of all trees (times scale, plus base) is a row's raw scores, one for each
 * target. The task says what outputs the file has, the link how they come from the raw scores. */
typedef enum ortl_task {
    ORTL_TASK_REGRESSION = 0,     /* prediction [N, n_targets]: link applied to each raw score */
    ORTL_TASK_CLASSIFICATION = 1, /* label [N] and probabilities [N, n_classes]. n_targets is
                                     n_classes: the label is the first class with the greatest raw
                                     score. Or n_targets is 1 and n_classes 2: link(raw) is the
                                     probability p of class 1, the columns are [1 - p, p], and the
                                     label is class 1 exactly when p is above one half */
    ORTL_TASK_MULTILABEL = 2,     /* as regression; the targets are independent probabilities */
    ORTL_TASK_CLASS = 3 /* label [N] alone: the first class with the greatest raw score, or
                           with one target class 1 exactly when the raw score is above 0 */
} ortl_task;

/* X(NAME, sentence) */
#define ORTL_LINK_MAP(X)                                                                           \
    X(IDENTITY, "raw")                                                                             \
    X(SIGMOID, "1 / (1 + exp(-raw)), each score by itself")                                        \
    X(SOFTMAX, "exp(raw) over the sum of exp(raw) of all targets")                                 \
    X(EXP, "exp(raw)")                                                                             \
    X(SIGNED_SQUARE, "sign(raw) * raw * raw")                                                      \
    X(LOG1P_EXP, "log(1 + exp(raw))")                                                              \
    X(VOTES, "votes of the trees for a class over the number of trees; leaves vote")               \
    X(MEAN_VARIANCE, "two targets: raw[0] and exp(2 * raw[1])")                                    \
    X(STEP, "1 when raw is above 0, else 0")

typedef enum ortl_link {
#define ORTL_LINK_ENUM(name, sentence) ORTL_LINK_##name,
    ORTL_LINK_MAP(ORTL_LINK_ENUM)
#undef ORTL_LINK_ENUM
} ortl_link;

/* Start from ORTL_MODEL_INIT. Everything is copied. */
typedef struct ortl_model {
    size_t struct_size;               /* sizeof(ortl_model) of the caller's header */
    const char *trainer;              /* "lightgbm"; NULL: unknown. Goes into the metadata, as do */
    const char *trainer_version;      /* the version, NULL: unknown, */
    const char *objective;            /* and the objective, NULL: unknown */
    size_t n_features;                /* columns of a row; 0: as many as the trees use */
    const char *const *feature_names; /* (n_features) UTF-8, or NULL. Kept in the metadata */
    ortl_task task;
    ortl_link link;
    size_t n_targets;            /* raw scores of a row */
    size_t n_classes;            /* tasks with labels: at least 2; others: 0 */
    const int64_t *class_values; /* (n_classes) integer labels, or NULL: 0, 1, 2 ... */
    const char *const
        *class_names;   /* (n_classes) string labels in place of class_values, or NULL */
    double scale;       /* multiplies the sum of the leaves, such as 1 / number of trees; 0: 1.
                           Not with ORTL_LINK_VOTES, which divides by itself */
    const double *base; /* (n_targets) is added to the scaled sums; NULL: nothing. Not with
                           ORTL_LINK_VOTES */
    int base_first;     /* 1: the sum starts from base (XGBoost); 0: base is added to the sum. They
                           differ in the last places when base is large */
} ortl_model;

#define ORTL_MODEL_INIT                                                                            \
    {                                                                                              \
        sizeof(ortl_model), NULL, NULL, NULL, 0, NULL, ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY,   \
            1, 0, NULL, NULL, 1.0, NULL, 0                                                         \
    }

/* Says what the model means; exactly once, before or after the trees. */
ORTL_API ortl_status ortl_builder_model(ortl_builder *builder, const ortl_model *model,
                                        ortl_error *error);

/* Records text in the file's metadata, in the order of the calls; a key that was set before gets
 * the new value. Both are UTF-8 and copied. */
ORTL_API ortl_status ortl_builder_metadata(ortl_builder *builder, const char *key,
                                           const char *value, ortl_error *error);

/* ---- Trees ----------------------------------------------------------------------------------- */

/* In place of a target: each leaf of the tree gives a value for every target, or votes. */
#define ORTL_ALL_TARGETS SIZE_MAX

/* Begins the next tree, in the order of the sum. Its nodes are 0 .. n_nodes - 1, node 0 is the
 * root, and they may be set in any order; each node that is reached from the root must be set
 * exactly once and have one parent, and no node may be set that is not reached (numbers that nobody
 * mentions are allowed, such as a trainer's deleted nodes). target is the raw score to which the
 * tree's leaves add, or ORTL_ALL_TARGETS. */
ORTL_API ortl_status ortl_builder_tree_begin(ortl_builder *builder, size_t n_nodes, size_t target,
                                             ortl_error *error);

/* The test of a numerical split: `value of the feature comparison threshold`. */
typedef enum ortl_comparison {
    ORTL_LESS_EQUAL = 0,
    ORTL_LESS = 1,
    ORTL_GREATER_EQUAL = 2,
    ORTL_GREATER = 3
} ortl_comparison;

/* Where a missing value (NaN) goes. */
typedef enum ortl_nan_rule {
    ORTL_NAN_FALSE = 0,  /* to false_node, or other_node of a categorical split */
    ORTL_NAN_TRUE = 1,   /* to true_node, or member_node */
    ORTL_NAN_AS_ZERO = 2 /* where 0 goes */
} ortl_nan_rule;

/* LightGBM's rules for values x with |x| <= 1e-35f. */
typedef enum ortl_tiny_rule {
    ORTL_TINY_PLAIN = 0,   /* they are numbers like any other */
    ORTL_TINY_IS_ZERO = 1, /* they count as 0 */
    ORTL_TINY_IS_NAN = 2   /* they are missing, zeros included, and go where NaN goes */
} ortl_tiny_rule;

/* A numerical split. threshold may be any double but NaN: the builder finds the threshold and the
 * comparison that send every value of the input type to the same side. New fields may be added at
 * the end with meaning 0 as now, so leave the rest zero. */
typedef struct ortl_split {
    size_t feature;
    ortl_comparison comparison;
    double threshold;
    size_t true_node;  /* when the comparison holds */
    size_t false_node; /* when it does not */
    ortl_nan_rule nan;
    ortl_tiny_rule tiny;
} ortl_split;

ORTL_API ortl_status ortl_builder_split(ortl_builder *builder, size_t node, const ortl_split *split,
                                        ortl_error *error);

/* Which category a value x stands for. */
typedef enum ortl_category_rule {
    ORTL_CATEGORY_EXACT = 0,     /* x itself: a fraction is in no set */
    ORTL_CATEGORY_TRUNCATED = 1, /* toward zero: 3.5 is 3 and -0.5 is 0; x <= -1 is in no set */
    ORTL_CATEGORY_FLOORED = 2    /* downward: 3.5 is 3; every x < 0 is in no set */
} ortl_category_rule;

/* A categorical split: is the feature's category in the set? Give the set as a list, in any order,
 * or as bits, not both; an empty set is allowed. Categories are whole numbers of magnitude up to
 * 2^53 (with opset_ml 5: 2^31 - 1), not negative unless the rule is EXACT. */
typedef struct ortl_category_split {
    size_t feature;
    const int64_t *categories; /* (n_categories) */
    size_t n_categories;
    const uint32_t *bits; /* (n_words) category c is bit c % 32 of word c / 32 */
    size_t n_words;
    size_t member_node; /* when the category is in the set */
    size_t other_node;  /* when it is not */
    ortl_category_rule rule;
    ortl_nan_rule nan; /* TRUE: to member_node */
} ortl_category_split;

ORTL_API ortl_status ortl_builder_category_split(ortl_builder *builder, size_t node,
                                                 const ortl_category_split *split,
                                                 ortl_error *error);

/* A leaf of a tree with one target. Values must be finite, also as float with float input. */
ORTL_API ortl_status ortl_builder_leaf(ortl_builder *builder, size_t node, double value,
                                       ortl_error *error);

/* A leaf with a value for every target, of a tree with ORTL_ALL_TARGETS; all such leaves of a
 * builder have the same n_values, which is the model's n_targets. */
ORTL_API ortl_status ortl_builder_leaf_vector(ortl_builder *builder, size_t node,
                                              const double *values, size_t n_values,
                                              ortl_error *error);

/* A leaf that votes for one class, of a tree with ORTL_ALL_TARGETS in a model with
 * ORTL_LINK_VOTES. */
ORTL_API ortl_status ortl_builder_leaf_vote(ortl_builder *builder, size_t node, size_t target,
                                            ortl_error *error);

/* How many training rows (or what weight of them) reached a node: recorded as nodes_hitrates.
 * Optional, at any time between begin and end of the tree. */
ORTL_API ortl_status ortl_builder_cover(ortl_builder *builder, size_t node, double cover,
                                        ortl_error *error);

/* Ends the tree: checks it as a whole. */
ORTL_API ortl_status ortl_builder_tree_end(ortl_builder *builder, ortl_error *error);

/* In place of trees: raw[t] = sum over features f of weights[f * n_targets + t] * x[f]. A missing
 * value counts as 0 when nan_is_zero. Scale must be 1. */
ORTL_API ortl_status ortl_builder_linear(ortl_builder *builder, const double *weights,
                                         size_t n_features, size_t n_targets, int nan_is_zero,
                                         ortl_error *error);

/* ---- Writing --------------------------------------------------------------------------------- */

/* Where the bytes go, piece after piece. write returns 0, or anything else to stop: the caller then
 * gets ORTL_IO. */
typedef struct ortl_sink {
    void *user; /* handed to write */
    int (*write)(void *user, const void *bytes, size_t n_bytes);
} ortl_sink;

/* Writes the model to the sink; once, after everything else. The same calls always give the same
 * bytes. */
ORTL_API ortl_status ortl_builder_write(ortl_builder *builder, const ortl_sink *sink,
                                        ortl_error *error);

/* Writes the model to path. The file appears complete or not at all: it is written under another
 * name in the same directory and renamed. */
ORTL_API ortl_status ortl_builder_save(ortl_builder *builder, const char *path, ortl_error *error);

/* What was built so far. */
typedef struct ortl_builder_summary {
    size_t struct_size;  /* set by the caller: sizeof(ortl_builder_summary) */
    uint64_t n_trees;    /* as begun by the caller */
    uint64_t n_nodes;    /* node rows of the file, leaves included */
    uint64_t heap_bytes; /* now */
    uint64_t peak_bytes; /* heap at most so far */
    uint64_t file_bytes; /* 0 until written */
} ortl_builder_summary;

ORTL_API ortl_status ortl_builder_summarize(const ortl_builder *builder,
                                            ortl_builder_summary *summary_out, ortl_error *error);

#ifdef __cplusplus
}
#endif

#endif
