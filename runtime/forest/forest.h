/*
 * The checked forest: the one meaning of a tree model, in flat arrays. Every index in it was proved
 * at load, so kernels need no checks. Building it consumes the columns of the file; nothing is
 * copied that can be taken over. README.md of this folder draws the arrays and tells the proof.
 */
#ifndef ORTL_FOREST_H
#define ORTL_FOREST_H

#include "../../onnx/ensemble_columns.h"
#include "../memory.h"
#include "../ortlite.h"

typedef enum ortl__aggregate {
    ORTL__AGGREGATE_AVERAGE = 0, /* numbers as in TreeEnsemble's aggregate_function */
    ORTL__AGGREGATE_SUM = 1,
    ORTL__AGGREGATE_MIN = 2,
    ORTL__AGGREGATE_MAX = 3
} ortl__aggregate;

/* A node's test byte: an ortl__mode, plus this when NaN goes to the true side. A leaf's byte is
 * ORTL__MODE_LEAF and nothing else. */
#define ORTL__TEST_MISSING 0x80u
#define ORTL__TEST_MODE    0x0Fu

/* Real below is float, or double when is_double: the type of thresholds, weights and sums
 * (double exactly when the input is double). */
typedef struct ortl__forest {
    ortl__memory *memory;
    int is_double;
    ortl__aggregate aggregate;
    uint32_t n_targets; /* score slots of a row: targets or classes, at least 1 */
    uint32_t n_columns; /* 1 + the highest feature that a test reads, 0 without tests */
    uint32_t n_nodes;   /* rows, unreachable ones included: those are leaves without weights */
    uint32_t n_trees;
    uint32_t n_weights;      /* 0 when n_targets is 1 */
    uint32_t n_sets;         /* MEMBER nodes */
    uint32_t n_members;      /* values of all sets */
    uint32_t *roots;         /* (n_trees) node rows, in the order of the sum */
    uint32_t *true_child;    /* (n_nodes) node row; of a leaf: its first weight */
    uint32_t *false_child;   /* (n_nodes) node row; of a leaf: the number of its weights */
    uint32_t *feature;       /* (n_nodes) column that the test reads; 0 for leaves */
    uint8_t *test;           /* (n_nodes) mode and ORTL__TEST_MISSING */
    void *value;             /* (n_nodes) Real: threshold; of a leaf with n_targets 1: what it adds;
                                of a MEMBER node: the bits of a uint32_t, the number of its set */
    uint32_t *weight_target; /* (n_weights) slot, < n_targets */
    void *weight;            /* (n_weights) Real, a leaf's weights side by side in file order */
    uint32_t *set_begin;     /* (n_sets + 1) into members */
    void *members;           /* (n_members) Real, ascending within a set, no NaN */
    float *hit_rate; /* (n_nodes) nodes_hitrates, NaN where the file has none; NULL: nowhere, or
                        not wanted */
    /* What the proof found out on the way. */
    uint32_t n_reachable; /* nodes, leaves included */
    uint32_t n_leaves;    /* reachable leaves */
    uint32_t max_depth;   /* tests between a root and its deepest leaf */
    uint32_t n_features_used;
    uint32_t n_features_missing; /* with a reachable test that carries ORTL__TEST_MISSING */
    uint64_t steps_per_row;      /* the depths of all trees together */
    int has_shared_nodes;        /* some node has more than one parent */
} ortl__forest;

/* Builds *forest from the columns of a v1 to v4 or v5 operator. n_targets and aggregate come from
 * the operator's attributes; is_double says that the input is double. The columns, whose memory
 * must be the same, are consumed, except BASE_VALUES, which is the caller's to read; on success and
 * on failure the caller still frees the (now empty) columns. On failure *forest is empty. Messages
 * name attribute, tree and node; the caller puts the operator in front. */
ortl_status ortl__forest_build(ortl__forest *forest, ortl__memory *memory,
                               ortl__ensemble_columns *columns, uint64_t n_targets,
                               ortl__aggregate aggregate, int is_double, const ortl_limits *limits,
                               ortl_error *error);

/* Frees the arrays; the struct is the caller's. */
void ortl__forest_free(ortl__forest *forest);

/* Heap bytes of the arrays. */
uint64_t ortl__forest_bytes(const ortl__forest *forest);

/* ORTL_BAD_MODEL when the elements of a column are not Real and do not become so: lists of floats
 * are widened for double input, tensors are not. */
ortl_status ortl__forest_check_reals(const ortl__ensemble_columns *columns, ortl__column_name name,
                                     int is_double, ortl_error *error);

#endif
