/*
 * Ensembles for tests, written as rows: one line for each node, each weight or each leaf.
 */
#ifndef TESTS_FORESTS_H
#define TESTS_FORESTS_H

#include "../runtime/forest/forest.h"

/* A node row of ai.onnx.ml 1 to 4. */
typedef struct node_row {
    int64_t tree, node;
    ortl__mode mode;
    int64_t feature;
    double value;
    int64_t on_true, on_false;
    int64_t missing;
} node_row;

typedef struct weight_row {
    int64_t tree, node, target;
    double weight;
} weight_row;

/* A test of ai.onnx.ml 5; on_true and on_false are leaves where the flags are 1. */
typedef struct test_row {
    ortl__mode mode;
    int64_t feature;
    double split;
    int64_t on_true, true_is_leaf, on_false, false_is_leaf, missing;
} test_row;

typedef struct leaf_row {
    int64_t target;
    double weight;
} leaf_row;

/* A whole ensemble; counts beside the pointers. */
typedef struct ensemble {
    ortl__ensemble_kind kind;
    int is_double; /* the reals are double tensors */
    uint64_t n_targets;
    ortl__aggregate aggregate;
    const node_row *nodes; /* (n_nodes) */
    size_t n_nodes;
    const weight_row *weights; /* (n_weights) */
    size_t n_weights;
    const test_row *tests; /* (n_tests) */
    size_t n_tests;
    const leaf_row *leaves; /* (n_leaves) */
    size_t n_leaves;
    const int64_t *roots; /* (n_roots) */
    size_t n_roots;
    const double *members; /* (n_members) */
    size_t n_members;
} ensemble;

#define ROWS(array) (array), sizeof(array) / sizeof((array)[0])

/* Memory without a limit. */
void forests_memory(ortl__memory *memory);

/* Limits with their defaults. */
ortl_limits forests_limits(void);

/* The ensemble as columns; the test fails when there is no memory. */
ortl__ensemble_columns *forests_columns(ortl__memory *memory, const ensemble *given);

/* Builds and frees the columns. limits NULL: defaults. */
ortl_status forests_build(ortl__forest *forest, ortl__memory *memory, const ensemble *given,
                          const ortl_limits *limits, ortl_error *error);

#endif
