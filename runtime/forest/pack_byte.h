/*
 * The byte form: any forest whose trees have at most 256 leaves, for many rows at once.
 *
 *     nodes   | tree 0: its tests in pre-order | tree 1 ...      6 bytes each
 *     values  | tree 0: its leaves, in order   | tree 1 ...      4 bytes each, or one for each
 * target
 *
 *     a test:  column u16 | limit i8 | first u8 | skip u8 | -
 *
 * A row is a byte, the leftmost leaf that it can still reach, at first 0. Tests are applied to all
 * rows one after the other: "if the row is at `first` (the first leaf below this node) and its code
 * in `column` is above `limit`, add `skip`", which moves it to the first leaf of the high side. A
 * row is at `first` when a node comes up in pre-order exactly if it reaches that node: every node
 * before that it reached has moved it into the right half. No branches, no stack, and as many rows
 * as a vector has bytes.
 *
 * For single rows the same trees may be kept once more, as steps of 4 bytes in the manner of
 * pack_nodes.h, leaves included: a row walks down 64 trees at a time.
 *
 *     a test:  column u8 | bound u8       | nodes that the high side skips i16
 *     a leaf:  the last  | number of leaf | -1
 *
 * Of oblivious trees (CatBoost's), whose tests are the same all over a level, one test a level is
 * kept. It is applied to all rows whatever their state: "if the code is above `limit`, add `skip`".
 */
#ifndef ORTL_PACK_BYTE_H
#define ORTL_PACK_BYTE_H

#include "pack_form.h"
#include "quantise.h"
#include "votes.h"

typedef struct ortl__byte_node {
    uint16_t column; /* of the codes */
    int8_t limit;    /* biased like the codes */
    uint8_t first;
    uint8_t skip;
    uint8_t unused;
} ortl__byte_node;

/* Rows of a pass: codes and sums of a pass live in the first-level cache. */
#define ORTL__BYTE_ROWS 512

/* Most leaves of a tree. */
#define ORTL__BYTE_LEAVES 256

/* Trees that go together where rows are few. */
#define ORTL__BYTE_GROUP 2

/* Finds the leaves of n_rows rows (a multiple of ORTL__CODE_ROWS, at most ORTL__BYTE_ROWS) in a
 * tree of n_nodes tests: leaves (n_rows). Eight bytes at the last node may be read. */
typedef void ortl__byte_walk(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                             size_t stride, size_t n_rows, uint8_t *leaves);

/* sums[i] += values[leaves[i]] for n_rows rows, a multiple of ORTL__CODE_ROWS. n_leaves is that of
 * the tree; ORTL__BYTE_LEAVES floats may be read at values. */
typedef void ortl__byte_add(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                            size_t n_rows, float *sums);

/* How a single row goes: n_trees trees, at most ORTL__ROW_TREES, from first_tree on; codes are
 * without bias, and votes_out has room for ORTL__ROW_TREES. */
typedef struct ortl__row_kernel {
    void (*code_row)(const ortl__quantiser *quantiser, const float *row, ptrdiff_t column_stride,
                     uint8_t *codes);
    void (*walk_row)(const uint32_t *steps, const uint32_t *leaf_begin, uint32_t first_tree,
                     uint32_t n_trees, const uint8_t *codes, const float *values, float *votes_out);
    /* The same for oblivious trees, whose tests (levels) of tree t begin at nodes[node_begin[t]].
     */
    void (*walk_levels)(const ortl__byte_node *nodes, const uint32_t *node_begin,
                        const uint32_t *leaf_begin, uint32_t first_tree, uint32_t n_trees,
                        const uint8_t *codes, const float *values, float *votes_out);
    double visit_cost; /* nanoseconds */
} ortl__row_kernel;

/* Trees that a row walks at once, and most columns of codes, the last one included. */
enum { ORTL__ROW_TREES = 64, ORTL__ROW_COLUMNS = 128 };

/* The two loops of a kernel, and what they cost by rule of thumb. */
typedef struct ortl__byte_kernel {
    ortl__byte_walk *walk;
    ortl__byte_walk *walk_levels; /* of oblivious trees: n_nodes is their depth */
    ortl__byte_add *add;
    /* ORTL__BYTE_GROUP trees for ORTL__CODE_ROWS rows, which is also the stride: node_begin
     * (ORTL__BYTE_GROUP + 1), leaves (ORTL__BYTE_GROUP, ORTL__CODE_ROWS). NULL: one by one. */
    void (*walk_group)(const ortl__byte_node *nodes, const uint32_t *node_begin,
                       const int8_t *codes, uint8_t *leaves);
    const ortl__row_kernel *row; /* NULL: single rows go as many do */
    double pass_cost;            /* nanoseconds for a test, however few rows */
    double test_cost;            /* and for each ORTL__CODE_ROWS rows */
    double leaf_cost;            /* and, for each tree, for each row */
} ortl__byte_kernel;

extern const ortl__byte_kernel ortl__byte_kernel_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__byte_kernel ortl__byte_kernel_avx2;
extern const ortl__byte_kernel ortl__byte_kernel_avx512;
extern const ortl__byte_kernel ortl__byte_kernel_vbmi;
extern const ortl__row_kernel ortl__row_kernel_vbmi;
#endif

extern const ortl__form ortl__form_byte, ortl__form_levels;

#endif
