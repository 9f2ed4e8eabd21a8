/*
 * The node form: forests of any size, floats and doubles, for few rows and for many. Eight bytes a
 * test (sixteen for doubles) and four (eight) a leaf; the tests of a tree lie in pre-order, so that
 * a low child that is a test is the next one.
 *
 *     tests  | tree 0 | tree 1 | ...        a test: bound | leap | column | low is leaf | high is
 *     values | tree 0 | tree 1 | ...        its leaves in order, one value or one for each target
 *
 *     the children are    low: next test is             high: next test is       leaf number is
 *     test, test          + 1                           + 1 + leap               -
 *     leaf, test          -                             + 1                      leap
 *     test, leaf          + 1                           -                        leap
 *     leaf, leaf          -                             -                        leap, leap + 1
 *
 * A row is first turned into keys (cut.h), a column for each feature and side that NaN takes; it
 * goes high where key >= bound. Many walks are under way at a time, of many rows down one tree, of
 * one row down many trees, or of some rows down some trees, and each takes its step in turn: so the
 * processor overlaps their memory accesses. Those that end are dropped from the list of walks.
 */
#ifndef ORTL_PACK_NODES_H
#define ORTL_PACK_NODES_H

#include "pack_form.h"

/* A test. link, from the highest bit: leap, column, flags. */
typedef struct ortl__node32 {
    int32_t bound;
    uint32_t link;
} ortl__node32;

typedef struct ortl__node64 {
    int64_t bound;
    uint64_t link;
} ortl__node64;

/* The flags of a link. Doubled where a walk goes high, a link has the flag of the side taken at
 * LOW_LEAF. */
enum { ORTL__LINK_HIGH_LEAF = 1, ORTL__LINK_LOW_LEAF = 2, ORTL__LINK_FLAGS = 2 };

/* Rows of a block, walks of one call, and walks that are under way at a time. */
enum {
    ORTL__NODE_ROW_BITS = 8,
    ORTL__NODE_ROWS = 1 << ORTL__NODE_ROW_BITS,
    ORTL__NODE_WALKS = 4096,
    ORTL__NODE_LIST = 384
};

/* Walks of some rows down some trees; walk number t << row_bits | i is that of row i down tree t.
 * n_trees << row_bits is at most ORTL__NODE_WALKS. */
typedef struct ortl__node_walks {
    const void *nodes;          /* of all trees */
    const uint32_t *node_begin; /* (n_trees + 1) in nodes */
    const void *keys;           /* (columns, 1 << row_bits) keys of the rows */
    uint32_t n_trees;
    uint32_t n_rows; /* 1 to 1 << row_bits */
    unsigned row_bits;
    unsigned column_bits;
    uint32_t *leaves; /* (n_trees << row_bits) out: number of the leaf in its tree */
} ortl__node_walks;

/* The loops of a kernel, for nodes and rows of float or of double. */
typedef struct ortl__node_loops {
    /* Keys of at most 1 << row_bits rows: columns (n_columns) as in ortl__node_pack, keys
     * (n_columns, 1 << row_bits). */
    void (*make_keys)(const uint32_t *columns, uint32_t n_columns, const ortl__rows *rows,
                      unsigned row_bits, void *keys);
    void (*walk)(const ortl__node_walks *walks);
    /* sums[i] += values[leaves[i]], Real, for n rows. */
    void (*add)(const void *values, const uint32_t *leaves, size_t n, void *sums);
    double visit_cost; /* nanoseconds */
} ortl__node_loops;

extern const ortl__node_loops ortl__node_loops_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__node_loops ortl__node_loops_avx2, ortl__node_loops_avx512;
#endif

typedef struct ortl__node_pack {
    ortl__memory *memory;
    ortl__votes votes;
    const ortl__node_loops *loops;
    int is_double;
    uint32_t n_trees;
    uint32_t n_columns; /* of keys */
    uint32_t column_bits;
    uint32_t n_nodes; /* tests */
    uint64_t n_values;
    uint32_t *columns;    /* (n_columns) ascending: feature << 1 | 1 where NaN has the lowest key */
    uint32_t *node_begin; /* (n_trees + 1) */
    uint32_t *leaf_begin; /* (n_trees + 1) */
    void *nodes;          /* (n_nodes) ortl__node32, or ortl__node64 when is_double */
    void *values;         /* (n_values) Real */
} ortl__node_pack;

extern const ortl__form ortl__form_nodes;

#endif
