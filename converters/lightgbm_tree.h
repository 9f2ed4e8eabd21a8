/*
 * One tree of a LightGBM text model, read into the builder.
 */
#ifndef ORTL_LIGHTGBM_TREE_H
#define ORTL_LIGHTGBM_TREE_H

#include "../runtime/memory.h"
#include "builder.h"
#include "lightgbm_text.h"

/* Where the trees go, and room for the categories of one tree, which serves all of them. */
typedef struct ortl__lightgbm_trees {
    ortl_builder *builder;
    ortl__memory *memory;
    uint64_t n_features;
    uint64_t n_trees; /* so far */
    uint64_t *bounds; /* cat_boundaries: set k is words[bounds[k]] .. words[bounds[k + 1] - 1] */
    uint64_t bound_capacity;
    uint32_t *words; /* cat_threshold: category c is bit c % 32 of word c / 32 of its set */
    uint64_t word_capacity;
} ortl__lightgbm_trees;

/* Reads the next tree, from the line behind `Tree=` to the blank line that ends it; its leaves add
 * to the raw score `target`. */
ortl_status ortl__lightgbm_read_tree(ortl__lightgbm_trees *trees, ortl__lightgbm_lines *lines,
                                     size_t target, ortl_error *error);

void ortl__lightgbm_trees_free(ortl__lightgbm_trees *trees);

#endif
