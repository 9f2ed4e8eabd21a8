/*
 * Random forests and rows for tests of the kernels, built straight into the arrays of forest.h, and
 * memory whose ends are guarded by pages that nobody may touch.
 */
#ifndef ORTL_RANDOM_FOREST_H
#define ORTL_RANDOM_FOREST_H

#include "runtime/forest/forest.h"

/* A small generator of random numbers; any state but 0. */
typedef struct random_source {
    uint64_t state;
} random_source;

uint32_t random_below(random_source *random, uint32_t end);
float random_float(random_source *random); /* nearly normal */

typedef enum tree_shape {
    SHAPE_RANDOM,   /* a leaf picked at random is split */
    SHAPE_CHAIN,    /* one leaf at each depth */
    SHAPE_PERFECT,  /* all leaves at one depth */
    SHAPE_SHALLOW,  /* no deeper than a perfect tree with room for all leaves, but uneven */
    SHAPE_OBLIVIOUS /* perfect, and the tests of one depth are the same */
} tree_shape;

typedef struct forest_recipe {
    const char *name;
    uint32_t n_trees;
    uint32_t most_leaves; /* of a tree; each has between a half of it and all, or exactly */
    uint32_t n_features;
    uint32_t n_thresholds; /* distinct ones of a feature, before special values */
    uint32_t n_targets;
    tree_shape shape;
    ortl__aggregate aggregate;
    unsigned is_dense : 1; /* every leaf votes for every target */
    unsigned one_mode : 1; /* all tests are <=, NaN goes one way */
    unsigned special : 1;  /* infinite, NaN, denormal and zero thresholds and votes */
    unsigned shuffled : 1; /* nodes do not lie in pre-order */
    unsigned shared : 1;   /* some subtrees have two parents */
    unsigned is_double : 1;
    unsigned equalities : 1; /* EQ, NEQ and MEMBER too */
    unsigned whole : 1;      /* votes are small whole numbers, so that no sum is denormal */
} forest_recipe;

/* Fills *forest; aborts the test program when memory runs out. Freed by ortl__forest_free. */
void random_forest(ortl__forest *forest, ortl__memory *memory, const forest_recipe *recipe,
                   random_source *random);

/* Real values for n_rows rows of n_columns, (n_rows, n_columns): numbers, thresholds of the forest
 * and their neighbours, NaN, infinities, zeros, denormals. */
void random_rows(const ortl__forest *forest, size_t n_rows, size_t n_columns, void *values,
                 random_source *random);

/* n_bytes of memory that end exactly (at_end) or begin exactly at a page that may not be touched.
 */
typedef struct guarded {
    void *data;
    void *pages;
    size_t n_page_bytes;
} guarded;

guarded guarded_new(size_t n_bytes, int at_end);
void guarded_free(guarded *block);

#endif
