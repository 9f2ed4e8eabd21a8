/*
 * The byte form: any forest whose trees have at most 256 leaves, for many rows at once.
 *
 *     nodes   | tree 0: its tests in pre-order | tree 1 ...      6 bytes each
 *     values  | tree 0: its leaves, in order   | tree 1 ...      4 bytes each, or one for each target
 *
 *     a test:  column u16 | limit i8 | first u8 | skip u8 | -
 *
 * A row is a byte, the leftmost leaf that it can still reach, at first 0. Tests are applied to all
 * rows one after the other: "if the row is at `first` (the first leaf below this node) and its code
 * in `column` is above `limit`, add `skip`", which moves it to the first leaf of the high side. A
 * row is at `first` when a node comes up in pre-order exactly if it reaches that node: every node
 * before that it reached has moved it into the right half. No branches, no stack, and as many rows
 * as a vector has bytes.
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

/* Finds the leaves of n_rows rows (a multiple of ORTL__CODE_ROWS, at most ORTL__BYTE_ROWS) in a
 * tree of n_nodes tests: leaves (n_rows). Eight bytes at the last node may be read. */
typedef void ortl__byte_walk(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                             size_t stride, size_t n_rows, uint8_t *leaves);

/* sums[i] += values[leaves[i]] for n_rows rows, a multiple of ORTL__CODE_ROWS. n_leaves is that of
 * the tree; ORTL__BYTE_LEAVES floats may be read at values. */
typedef void ortl__byte_add(const float *values, uint32_t n_leaves, const uint8_t *leaves,
                            size_t n_rows, float *sums);

/* The two loops of a kernel, and what they cost by rule of thumb. */
typedef struct ortl__byte_kernel {
    ortl__byte_walk *walk;
    ortl__byte_add *add;
    double test_cost; /* nanoseconds for a row, when many come at once */
    double leaf_cost; /* nanoseconds for a row and tree */
} ortl__byte_kernel;

extern const ortl__byte_kernel ortl__byte_kernel_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__byte_kernel ortl__byte_kernel_avx2;
extern const ortl__byte_kernel ortl__byte_kernel_avx512;
#endif

extern const ortl__form ortl__form_byte;

#endif
