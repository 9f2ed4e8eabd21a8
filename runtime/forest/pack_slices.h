/*
 * The sliced form: any forest whose trees have at most 256 leaves, for many rows at once. A slice
 * is one bit for each row of a block.
 *
 *     nodes   | tree 0: its tests, two levels in a node | tree 1 ...   10 bytes each
 *     values  | tree 0: its leaves, in order            | tree 1 ...   4 bytes each, or one for
 * each target
 *
 *     a node:  mask u16 | low mask u16 | high mask u16 | first, second, third, fourth u8
 *
 * The mask of a test is the slice of the rows that take its high side. Trees ask the same questions
 * again and again, so each distinct one is answered once for a block, for all trees. The rows that
 * are still to pass the tests below some point of a tree are kept, as a slice, at the number of the
 * first leaf below it. A node takes the rows at `first`, divides them by the test `mask`, and both
 * halves by the tests below it, and puts the quarters to the first leaves of what lies further
 * down. So there are no branches and no stack, and after the last node each leaf has the slice of
 * its rows. From these follow the bits of the leaf number of each row, and at last the numbers, a
 * byte for each row. Where there is no second test the mask is that of no rows, and the place of
 * the rows in it is that of the others, who come to it later.
 *
 * Trees that are nearly perfect (perfect.h) are kept as such, by the masks of their tests alone.
 * What is the same in all of them needs no numbers: the bits of leaf numbers are found from the
 * lowest tests upward, each test choosing between those of its two sides.
 *
 * Of oblivious trees (CatBoost's), whose tests are the same all over a level, one test a level is
 * kept. Its mask is a bit of the leaf number as it is; blocks of one word may do without masks. For
 * single rows the same trees may be kept once more (pack_row.h).
 */
#ifndef ORTL_PACK_SLICES_H
#define ORTL_PACK_SLICES_H

#include "pack_form.h"
#include "pack_row.h"
#include "perfect.h"
#include "slice_masks.h"
#include "votes.h"

typedef struct ortl__slice_node {
    uint16_t mask;
    uint16_t low_mask;  /* of the low child */
    uint16_t high_mask; /* of the high child */
    uint8_t first, second, third, fourth;
} ortl__slice_node;

typedef struct ortl__slice_level {
    uint16_t mask;
    uint16_t column; /* the codes that the mask is made of */
    uint8_t limit;   /* codes above it go high */
} ortl__slice_level;

enum {
    ORTL__SLICE_LEAVES = 256, /* most leaves of a tree */
    ORTL__SLICE_BITS = 8,     /* of the number of a leaf, and of a code */
    ORTL__SLICE_ROWS = 64,    /* in a word of a slice */
    ORTL__SLICE_WORDS = 8,    /* most words of a slice: codes and sums of a block stay in the
                                 first-level cache */
    ORTL__SLICE_WIDTHS = 3,   /* most widths that a kernel has */
    /* Slices of working space: one for each leaf, and the bits of leaf numbers, found in threes. */
    ORTL__SLICE_WORK = ORTL__SLICE_LEAVES + ORTL__SLICE_BITS + 1
};

/* The trees as kernels see them. */
typedef struct ortl__slice_trees {
    uint32_t n_trees;
    /* One of three, (node_begin[n_trees]); the others are NULL. */
    const ortl__slice_node *nodes;
    const uint16_t *tests;           /* of perfect trees: their masks */
    const ortl__slice_level *levels; /* of oblivious trees, from the root on */
    const uint32_t *node_begin;      /* (n_trees + 1) */
    const uint32_t *leaf_begin;      /* (n_trees + 1) */
    const float *values;     /* (leaf_begin[n_trees] + ORTL__SLICE_LEAVES, votes of a leaf) */
    const uint32_t *targets; /* (n_trees) see votes.h; NULL: all vote for target 0 */
} ortl__slice_trees;

/* The scratch of a block of rows. Slices lie at 64 bytes; the order of rows in them is the kernel's
 * own affair. */
typedef struct ortl__slice_block {
    size_t n_words;  /* of a slice; stride = n_words x ORTL__SLICE_ROWS */
    size_t n_rows;   /* stride or fewer: rows past them may be left out */
    int8_t *codes;   /* (n_columns, stride) */
    uint64_t *masks; /* (n_masks + 1, n_words) the last one is of no rows */
    uint64_t *work;  /* (ORTL__SLICE_WORK, n_words) */
    float *sums;     /* (n_targets, stride) */
} ortl__slice_block;

/* The loops of a kernel, and what they cost by rule of thumb. */
typedef struct ortl__slice_kernel {
    /* Answers all tests for the rows of a block: codes -> masks. */
    void (*make_masks)(const ortl__quantiser *quantiser, const ortl__slice_masks *masks,
                       const ortl__slice_block *block);
    /* Adds the vote of every tree to the sums of its target, for forests of one vote a tree. */
    void (*add_trees)(const ortl__slice_trees *trees, const ortl__slice_block *block);
    /* The same for oblivious trees and a block of one word, out of its codes, for which no masks
     * are made. NULL: they go as others do. */
    void (*add_levels)(const ortl__slice_trees *trees, const ortl__slice_block *block);
    /* The numbers of the leaves in one tree: leaves (stride). */
    void (*find_leaves)(const ortl__slice_trees *trees, uint32_t tree,
                        const ortl__slice_block *block, uint8_t *leaves);
    const ortl__row_kernel *row;        /* NULL: single rows go as many do */
    uint8_t widths[ORTL__SLICE_WIDTHS]; /* words that a slice may have, ascending; the last is
                                           ORTL__SLICE_WORDS */
    /* Nanoseconds for a block, by width: for a mask, for a test, for what comes with each tree. */
    double mask_costs[ORTL__SLICE_WIDTHS];
    double test_costs[ORTL__SLICE_WIDTHS];
    double place_costs[ORTL__SLICE_WIDTHS]; /* for a leaf of a perfect tree */
    double tree_costs[ORTL__SLICE_WIDTHS];
    double code_cost;         /* for a value that is coded */
    double leaf_cost;         /* for the value of a tree for a row */
    uint32_t most_mask_bytes; /* of a block wider than the narrowest: what the second-level cache
                                 gives quickly enough beside the trees */
} ortl__slice_kernel;

extern const ortl__slice_kernel ortl__slice_kernel_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__slice_kernel ortl__slice_kernel_avx2;
extern const ortl__slice_kernel ortl__slice_kernel_avx512;
extern const ortl__slice_kernel ortl__slice_kernel_vbmi;
#endif
#if defined(__aarch64__)
extern const ortl__slice_kernel ortl__slice_kernel_neon;
#endif

extern const ortl__form ortl__form_slices, ortl__form_perfect, ortl__form_levels;

#endif
