/*
 * The node form: forests of any size, floats and doubles, for few rows and for many. Eight bytes a
 * node (sixteen for doubles), trees in pre-order so that the low child of a node is the next one.
 *
 *     nodes   | tree 0 | tree 1 | ...
 *     a test: | bound: key, 32 (64) bits       | nodes that the high side skips | column, 8 to 16
 * bits a leaf: | its value, or number in values | -1                             | the last column
 *
 * A row is first turned into keys (cut.h), a column for each feature and side that NaN takes; a
 * test is "go to the next node, and if key >= bound skip so many more". The last column holds the
 * greatest key, so that a leaf's test leads to the leaf itself, whatever its value: walks need no
 * look at what a node is, and a group of walks goes on until none of them moves any more. Many rows
 * walk one tree together, or, for a single row, many trees; the processor overlaps their memory
 * accesses.
 */
#ifndef ORTL_PACK_NODES_H
#define ORTL_PACK_NODES_H

#include "pack_form.h"

typedef struct ortl__node32 {
    int32_t bound;
    uint32_t link; /* skip << column bits | column; skip has a sign */
} ortl__node32;

typedef struct ortl__node64 {
    int64_t bound;
    uint64_t link;
} ortl__node64;

/* The loops of a kernel, for nodes and rows of float or of double. Walks say where the leaves are:
 * places. bits: of a column. */
typedef struct ortl__node_loops {
    /* The keys of one row: columns (n_columns) as in ortl__node_pack, keys (n_columns). */
    void (*make_keys)(const uint32_t *columns, uint32_t n_columns, const void *row,
                      ptrdiff_t column_stride, void *keys);
    /* n rows, a multiple of n_rows, down one tree: keys (n, key_stride). */
    void (*walk_rows)(const void *nodes, uint32_t root, const void *keys, size_t key_stride,
                      size_t n, unsigned bits, uint32_t *places);
    /* One row down n_trees trees: roots and places (n_trees). */
    void (*walk_trees)(const void *nodes, const uint32_t *roots, const void *keys, unsigned bits,
                       uint32_t *places);
    uint32_t n_rows;
    uint32_t n_trees; /* at most ORTL__NODE_MOST_TREES */
    double row_cost;  /* nanoseconds for a visit, many rows and one row */
    double tree_cost;
} ortl__node_loops;

enum { ORTL__NODE_MOST_TREES = 64 };

extern const ortl__node_loops ortl__node_loops_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__node_loops ortl__node_loops_avx512;
#endif

typedef struct ortl__node_pack {
    ortl__memory *memory;
    ortl__votes votes;
    const ortl__node_loops *loops;
    int is_double;
    uint32_t n_trees;
    uint32_t n_columns;   /* of keys, without the last that all leaves name */
    uint32_t column_bits; /* 8, 12 or 16 */
    uint64_t n_nodes;
    uint64_t n_values;
    uint32_t *columns; /* (n_columns) ascending: feature << 1 | 1 where NaN has the lowest key */
    uint32_t *roots;   /* (n_trees + ORTL__NODE_MOST_TREES) those past the last are 0 */
    void *nodes;       /* (n_nodes) ortl__node32, or ortl__node64 when is_double */
    void *values;      /* (n_values) Real, leaves with several targets; else NULL */
} ortl__node_pack;

extern const ortl__form ortl__form_nodes;

#endif
