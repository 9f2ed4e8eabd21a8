/*
 * What the builder writes down for a source walk, beside its own work: every call as it came. All
 * functions take a NULL walk, for builders that keep no source, and then do nothing.
 */
#ifndef ORTL_SOURCE_RECORD_H
#define ORTL_SOURCE_RECORD_H

#include "../runtime/libm.h"
#include "../runtime/memory.h"
#include "source_walk.h"

typedef enum ortl__source_kind {
    ORTL__SOURCE_UNSET,
    ORTL__SOURCE_SPLIT,
    ORTL__SOURCE_LIST, /* a set given as a list */
    ORTL__SOURCE_BITS, /* a set given as bits */
    ORTL__SOURCE_LEAF,
    ORTL__SOURCE_VECTOR,
    ORTL__SOURCE_VOTE
} ortl__source_kind;

typedef struct ortl__source_node {
    uint8_t kind;        /* ortl__source_kind */
    uint8_t comparison;  /* SPLIT: ortl_comparison */
    uint8_t rule;        /* SPLIT: ortl_tiny_rule; sets: ortl_category_rule */
    uint8_t nan;         /* ortl_nan_rule */
    uint32_t feature;    /* of tests */
    uint32_t true_node;  /* within the tree */
    uint32_t false_node; /* within the tree */
    uint32_t parent;     /* within the tree; of the root: 0 */
    double number;       /* SPLIT: threshold; LEAF: value */
    uint64_t begin;      /* LIST: into categories; BITS: into words; VECTOR: into values; VOTE: the
                            target */
    uint64_t count;      /* LIST, BITS, VECTOR: elements there */
} ortl__source_node;

typedef struct ortl__source_tree {
    uint64_t begin; /* its node 0 */
    uint64_t n_nodes;
    size_t target; /* or ORTL_ALL_TARGETS */
} ortl__source_tree;

#define ORTL__SOURCE_NO_LEAF UINT32_MAX

struct ortl_source_walk {
    ortl__memory memory; /* of its own: it outlives the builder */
    ortl__arena arena;   /* what is known at once: weights, base, classes */
    ortl_type data_type;
    ortl__source_node *nodes; /* (n_nodes) of all trees */
    uint64_t n_nodes, node_capacity;
    ortl__source_tree *trees; /* (n_trees) */
    uint64_t n_trees, tree_capacity;
    int64_t *categories; /* (n_categories) as given: in any order, repeats included */
    uint64_t n_categories, category_capacity;
    uint32_t *words; /* (n_words) of sets of bits */
    uint64_t n_words, word_capacity;
    double *values; /* (n_values) of vector leaves */
    uint64_t n_values, value_capacity;
    double *weights; /* (n_weights) of a linear model: (features, targets), in the arena */
    uint64_t n_weights;
    int nan_is_zero; /* in a linear model */

    uint32_t *file_trees; /* (n_file_trees) the tree of the source that each tree of the file is */
    uint64_t n_file_trees, file_tree_capacity;
    uint32_t *file_leaves; /* (n_file_leaves) by row of the file (TreeEnsemble: by leaf): the leaf
                              of the source, or ORTL__SOURCE_NO_LEAF */
    uint64_t n_file_leaves, file_leaf_capacity;
    uint32_t first_leaf; /* ortl_leaves adds it to a leaf's place: tests of a TreeEnsemble, or 0 */

    size_t n_features;
    ortl_task task;
    ortl_link link;
    ortl__libm libm; /* open where the link needs it, once the walk was taken */
    size_t n_targets;
    double scale;
    double *base; /* (n_targets) in the arena */
    size_t n_classes;
    int64_t *class_values;    /* (n_classes) in the arena, NULL: they have names */
    const char **class_names; /* (n_classes) in the arena, or NULL */
};

ortl_status ortl__source_new(const ortl_allocator *allocator, uint64_t limit, ortl_type data_type,
                             ortl_source_walk **walk_out, ortl_error *error);

/* One for each call of the builder, with its arguments, after the builder has accepted them. */
ortl_status ortl__source_tree_begin(ortl_source_walk *walk, size_t n_nodes, size_t target,
                                    ortl_error *error);
ortl_status ortl__source_split(ortl_source_walk *walk, size_t node, const ortl_split *split,
                               ortl_error *error);
ortl_status ortl__source_category_split(ortl_source_walk *walk, size_t node,
                                        const ortl_category_split *split, ortl_error *error);
ortl_status ortl__source_leaf(ortl_source_walk *walk, size_t node, double value, ortl_error *error);
ortl_status ortl__source_leaf_vector(ortl_source_walk *walk, size_t node, const double *values,
                                     size_t n_values, ortl_error *error);
ortl_status ortl__source_leaf_vote(ortl_source_walk *walk, size_t node, size_t target,
                                   ortl_error *error);
ortl_status ortl__source_linear(ortl_source_walk *walk, const double *weights, size_t n_features,
                                size_t n_targets, int nan_is_zero, ortl_error *error);

/* The newest tree of the source becomes the next tree of the file. */
ortl_status ortl__source_file_tree(ortl_source_walk *walk, ortl_error *error);

/* Row `place` of the file (TreeEnsemble: leaf `place`) stands for leaf `node` of the newest tree.
 */
ortl_status ortl__source_file_leaf(ortl_source_walk *walk, uint64_t place, uint32_t node,
                                   ortl_error *error);

/* What the model means, before it is written. */
ortl_status ortl__source_finish(ortl_source_walk *walk, const ortl_model *model,
                                uint32_t first_leaf, ortl_error *error);

#endif
