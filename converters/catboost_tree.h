/*
 * Trees of a CatBoost model: oblivious ones, whose nodes of one level all make the same split, and
 * those of the growing policies Depthwise and Lossguide, which are nested objects.
 */
#ifndef ORTL_CATBOOST_TREE_H
#define ORTL_CATBOOST_TREE_H

#include "builder.h"
#include "catboost_features.h"

typedef struct ortl__doubles {
    double *items; /* (n of capacity) */
    uint64_t n;
    uint64_t capacity;
} ortl__doubles;

typedef struct ortl__catboost_split ortl__catboost_split;
typedef struct ortl__catboost_node ortl__catboost_node;

/* Reads trees one after the other; zero everything but the first seven to begin with. */
typedef struct ortl__catboost_trees {
    ortl__document *document;
    ortl_builder *builder;
    ortl__memory *memory;
    const ortl__catboost_features *features;
    uint64_t dimension;      /* values of a leaf; 0: as many as the first tree has */
    const uint64_t *targets; /* (dimension) which raw scores they are; NULL: 0, 1, 2 ... */
    uint64_t n_targets;      /* raw scores, when targets is given */
    double *leaf;            /* (n_targets or dimension) */
    uint64_t n_leaf;
    ortl__doubles values;         /* of the leaves of the tree in work */
    ortl__doubles weights;        /* of the nodes: of the training rows that came there */
    ortl__catboost_split *splits; /* (n_splits of split_capacity) of an oblivious tree */
    uint64_t n_splits;
    uint64_t split_capacity;
    ortl__catboost_node *nodes; /* (n_nodes of node_capacity) of a nested tree */
    uint64_t n_nodes;
    uint64_t node_capacity;
    ortl__integers set; /* of a split by a category */
    uint64_t n_trees;
} ortl__catboost_trees;

/* Read the array of trees that comes next in the document. Failures go to the document. */
void ortl__catboost_read_oblivious(ortl__catboost_trees *trees);
void ortl__catboost_read_nested(ortl__catboost_trees *trees);

void ortl__catboost_trees_free(ortl__catboost_trees *trees);

/* Expects a number or an array of numbers and adds them to out. */
void ortl__catboost_add_doubles(ortl__document *document, ortl__memory *memory, ortl__doubles *out);

#endif
