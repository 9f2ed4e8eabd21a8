/*
 * One tree of an OpenCV model: nodes in pre-order, which a document holds in any of its forms, go
 * to the builder.
 */
#ifndef ORTL_OPENCV_TREE_H
#define ORTL_OPENCV_TREE_H

#include "builder.h"
#include "document.h"

/* What a leaf gives. */
typedef enum ortl__opencv_leaf {
    ORTL__OPENCV_SUM, /* its value, which is summed */
    ORTL__OPENCV_VOTE /* a vote for its class */
} ortl__opencv_leaf;

/* The model's variables, of which some are columns of a row. */
typedef struct ortl__opencv_variables {
    ortl__integers idx;  /* var_idx: the variables in use, in the order of a row; may be empty */
    ortl__integers type; /* var_type: 1 for each categorical variable; the response is the last */
    ortl__integers offsets; /* cat_ofs: a pair for each variable, begin and end in cat_map */
    ortl__integers map;     /* cat_map: the categories themselves */
    ortl__integers labels;  /* class_labels */
    int is_global;          /* global_var_idx: splits name variables, not places in var_idx */
    int64_t *columns;       /* (type.n) of a row, -1: the variable is not used */
} ortl__opencv_variables;

typedef struct ortl__opencv_node ortl__opencv_node;

/* Reads trees one after the other; zero everything but the first four to begin with. */
typedef struct ortl__opencv_trees {
    ortl__document *document;
    ortl_builder *builder;
    ortl__memory *memory;
    const ortl__opencv_variables *variables;
    ortl__opencv_leaf leaf;
    ortl__opencv_node *nodes; /* (n_nodes of capacity) of the tree in work */
    uint64_t n_nodes;
    uint64_t capacity;
    ortl__integers sets; /* categories of the tree's splits, one set after the other */
    uint64_t open;       /* the node that lacks a child, n_nodes: none does */
    uint64_t n_trees;
} ortl__opencv_trees;

/* Reads the array of nodes that comes next in the document. Failures go to the document. */
void ortl__opencv_read_tree(ortl__opencv_trees *trees);

void ortl__opencv_trees_free(ortl__opencv_trees *trees);

/* Expects an array of numbers, or one number where XML cannot tell the difference, or nothing, and
 * adds them to out. */
void ortl__opencv_add_integers(ortl__document *document, ortl__memory *memory, ortl__integers *out);

#endif
