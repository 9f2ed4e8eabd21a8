/*
 * The paths of a model's trees as contributions.c reads them: flat arrays, filled once by paths.c.
 */
#ifndef ORTL_TOOLS_PATHS_H
#define ORTL_TOOLS_PATHS_H

#include "contributions.h"

/* A test of a tree. Neighbouring tests for equality whose true sides are one node count as one set.
 */
typedef struct ortl__path_test {
    ortl_test test;
    bool missing_is_true;
    size_t feature;
    double threshold;
    size_t set_begin, set_end; /* of MEMBER and EQ: into members */
} ortl__path_test;

/* What a path wants of a test. */
typedef struct ortl__path_step {
    uint32_t test; /* within the tree */
    uint32_t holds;
} ortl__path_step;

/* All steps of a path with one feature. */
typedef struct ortl__path_element {
    size_t feature;
    double share;      /* of the training rows at these nodes that went the path's way */
    size_t begin, end; /* into steps */
} ortl__path_element;

typedef struct ortl__path_vote {
    size_t score;
    double value;
} ortl__path_vote;

typedef struct ortl__path {
    uint32_t leaf;     /* as ortl_leaves names it */
    size_t begin, end; /* into elements */
    size_t first_vote, end_vote;
} ortl__path;

typedef struct ortl__path_tree {
    size_t first_test, end_test;
    size_t first_path, end_path;
} ortl__path_tree;

struct ortl__paths {
    size_t n_columns, n_scores, n_trees;
    bool is_double;         /* the trees compare doubles */
    ortl__path_tree *trees; /* (n_trees) */
    ortl__path_test *tests;
    size_t n_tests, test_capacity;
    double *members;
    size_t n_members, member_capacity;
    ortl__path *paths;
    size_t n_paths, path_capacity;
    ortl__path_element *elements;
    size_t n_elements, element_capacity;
    ortl__path_step *steps;
    size_t n_steps, step_capacity;
    ortl__path_vote *votes;
    size_t n_votes, vote_capacity;
    double *expected;     /* (n_scores) base value and expected votes */
    uint64_t work;        /* tests looked at while gathering */
    size_t most_elements; /* of a path */
    size_t most_tests;    /* of a tree */
};

#endif
