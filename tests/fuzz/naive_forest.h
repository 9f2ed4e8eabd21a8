/*
 * An ensemble as the structured door makes it, and what it must answer: written once more from the
 * rules of the operators, without a look at the runtime's own arrays and kernels, in the simplest
 * form. Numbers are held as double and rounded to float wherever the operator computes in float.
 */
#ifndef ORTL_FUZZ_NAIVE_FOREST_H
#define ORTL_FUZZ_NAIVE_FOREST_H

#include "../../runtime/ortlite.h"

enum {
    NAIVE_MAX_TREES = 12,
    NAIVE_MAX_NODES = 600,
    NAIVE_MAX_VOTES = 1800,
    NAIVE_MAX_MEMBERS = 400,
    NAIVE_MAX_TARGETS = 6,
    NAIVE_MAX_COLUMNS = 8
};

typedef enum naive_kind { NAIVE_CLASSIFIER, NAIVE_REGRESSOR, NAIVE_V5 } naive_kind;

/* With the numbers of TreeEnsemble's nodes_modes. */
typedef enum naive_mode {
    NAIVE_LEQ,
    NAIVE_LT,
    NAIVE_GTE,
    NAIVE_GT,
    NAIVE_EQ,
    NAIVE_NEQ,
    NAIVE_MEMBER,
    NAIVE_LEAF
} naive_mode;

/* Likewise of aggregate_function and post_transform. */
typedef enum naive_aggregate { NAIVE_AVERAGE, NAIVE_SUM, NAIVE_MIN, NAIVE_MAX } naive_aggregate;
typedef enum naive_transform {
    NAIVE_NONE,
    NAIVE_SOFTMAX,
    NAIVE_LOGISTIC,
    NAIVE_SOFTMAX_ZERO,
    NAIVE_PROBIT
} naive_transform;

typedef struct naive_node {
    naive_mode mode;
    uint32_t feature;
    double value;                 /* threshold; of a leaf: what it adds when it has no vote */
    uint32_t on_true, on_false;   /* nodes */
    int is_missing_true;          /* NaN goes to the true side */
    uint32_t first_vote, n_votes; /* those of inner nodes count for nothing */
    uint32_t first_member, n_members;
} naive_node;

typedef struct naive_vote {
    uint32_t target;
    double weight;
} naive_vote;

/* Nodes first_node .. first_node + n_nodes - 1; children come before their parents, and the last
 * one is the root. Not all need to be reachable, and some have two parents. */
typedef struct naive_tree {
    uint32_t first_node, n_nodes;
} naive_tree;

typedef struct naive_forest {
    naive_kind kind;
    int64_t opset_ml;
    ortl_type input_type;
    int has_tensors; /* reals are given as tensors, which may be double; lists of floats are not */
    naive_aggregate aggregate;
    naive_transform transform;
    uint32_t n_targets, n_columns;
    int has_text_labels;
    int64_t labels[NAIVE_MAX_TARGETS]; /* (n_targets) */
    double base[NAIVE_MAX_TARGETS];    /* (n_base) */
    uint32_t n_base;
    naive_tree trees[NAIVE_MAX_TREES]; /* (n_trees) */
    uint32_t n_trees;
    naive_node nodes[NAIVE_MAX_NODES]; /* (n_nodes) */
    uint32_t n_nodes;
    naive_vote votes[NAIVE_MAX_VOTES]; /* (n_votes) */
    uint32_t n_votes;
    double members[NAIVE_MAX_MEMBERS]; /* (n_members) */
    uint32_t n_members;
} naive_forest;

/* What comes out for a row. */
typedef struct naive_answer {
    double scores[NAIVE_MAX_TARGETS]; /* (n_targets) as the output's type holds them */
    int64_t label;                    /* the class value, or for text labels its index */
    int has_label;                    /* 0: the whole run is refused, no class got a vote */
} naive_answer;

/* The sums of a row before base values, and who voted. */
typedef struct naive_sums {
    double sums[NAIVE_MAX_TARGETS];
    int voted[NAIVE_MAX_TARGETS];
} naive_sums;

/* Thresholds, weights and sums are double for double inputs, else float. */
int naive_is_double(const naive_forest *forest);
double naive_real(const naive_forest *forest, double value);

/* row (n_columns) holds the input's values exactly. */
naive_answer naive_evaluate(const naive_forest *forest, const double *row);

/* The second half: base values, labels, transforms. */
naive_answer naive_outcome(const naive_forest *forest, naive_sums sums);

#endif
