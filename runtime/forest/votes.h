/*
 * What the leaves of a forest give, in the two regular shapes that packed forms know: each tree
 * adds one value to one target (regression, binary and boosted multi-class models), or each leaf
 * has a value for every target (scikit-learn's forests). Anything else is left to kernel_plain.
 */
#ifndef ORTL_VOTES_H
#define ORTL_VOTES_H

#include "preorder.h"

typedef enum ortl__votes_shape {
    ORTL__VOTES_ONE,   /* all leaves of a tree vote once, for the same target */
    ORTL__VOTES_DENSE, /* all leaves vote for all targets, once each, in their order */
    ORTL__VOTES_IRREGULAR
} ortl__votes_shape;

typedef struct ortl__votes {
    ortl__memory *memory;
    ortl__votes_shape shape;
    ortl__aggregate aggregate;
    uint32_t n_targets;
    uint32_t n_trees;
    uint32_t *targets;  /* (n_trees) what the tree votes for (ONE); NULL with a single target */
    uint8_t *is_first;  /* (n_trees) no tree before votes for that target (those targets) */
    uint8_t *has_votes; /* (n_targets) some tree votes for it */
} ortl__votes;

/* Prepares for the trees of a forest, whose shape becomes known tree by tree. */
ortl_status ortl__votes_begin(ortl__votes *votes, const ortl__forest *forest, ortl_error *error);

/* Looks at the leaves of the tree that was listed. */
void ortl__votes_look(ortl__votes *votes, uint32_t tree, const ortl__preorder *preorder);

/* After the last tree. */
void ortl__votes_end(ortl__votes *votes);
void ortl__votes_free(ortl__votes *votes);

/* Values of a leaf: 1 or n_targets. */
static inline uint32_t ortl__votes_per_leaf(const ortl__votes *votes) {
    return votes->shape == ORTL__VOTES_DENSE ? votes->n_targets : 1;
}

/* The target of a tree, for ONE. */
static inline uint32_t ortl__votes_target(const ortl__votes *votes, uint32_t tree) {
    return votes->targets != NULL ? votes->targets[tree] : 0;
}

/* A copy of votes whose shape is known. */
ortl_status ortl__votes_copy_shape(ortl__votes *copy, const ortl__votes *votes, ortl_error *error);

/* One vote, as kernel_plain has it. */
static inline float ortl__votes_combine(ortl__aggregate aggregate, float so_far, float vote,
                                        int is_first) {
    switch (aggregate) {
    case ORTL__AGGREGATE_MIN: return is_first || vote < so_far ? vote : so_far;
    case ORTL__AGGREGATE_MAX: return is_first || vote > so_far ? vote : so_far;
    default: return so_far + vote;
    }
}

/* Adds what n trees from first_tree on give to one row (ONE): given (n), sums (n_targets). */
static inline void ortl__votes_add_trees(const ortl__votes *votes, uint32_t first_tree, uint32_t n,
                                         const float *given, float *sums) {
    if (votes->targets == NULL && votes->aggregate <= ORTL__AGGREGATE_SUM) {
        float sum = sums[0]; /* in a register: going through memory takes thrice as long */
        for (uint32_t i = 0; i < n; i++) sum += given[i];
        sums[0] = sum;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        float *sum = sums + ortl__votes_target(votes, first_tree + i);
        *sum =
            ortl__votes_combine(votes->aggregate, *sum, given[i], votes->is_first[first_tree + i]);
    }
}

/* Compares the values of a leaf of the tree (DENSE), which are not to be added, with the smallest
 * or greatest so far: values and sums (n_targets). */
static inline void ortl__votes_compare(const ortl__votes *votes, uint32_t tree, const float *values,
                                       float *sums) {
    for (size_t i = 0; i < votes->n_targets; i++)
        sums[i] = ortl__votes_combine(votes->aggregate, sums[i], values[i], votes->is_first[tree]);
}

/* Copies the values of the leaf in this row of the forest, Real, (ortl__votes_per_leaf). */
void ortl__votes_copy(const ortl__votes *votes, const ortl__forest *forest, uint32_t row,
                      void *values_out);

/* Fills in which targets have votes, the same for all rows: voted (n_rows, n_targets). NULL is
 * allowed. */
void ortl__votes_mark(const ortl__votes *votes, size_t n_rows, uint8_t *voted);

#endif
