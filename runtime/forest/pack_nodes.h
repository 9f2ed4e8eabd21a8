/*
 * The node form: forests of any size, floats and doubles, for few rows and for many. Eight bytes a
 * node (sixteen for doubles), trees in pre-order so that the low child of a node is the next one.
 *
 *     nodes   | tree 0 | tree 1 | ...
 *     a test: | bound: key, 32 (64) bits | high child, counted from the root | column, 8 to 16 bits |
 *     a leaf: | its value, or its place in values | itself                   | the last column      |
 *
 * A row is first turned into keys (cut.h), a column for each feature and side that NaN takes; a test
 * is "key >= bound: high child, else the next node". The last column holds the greatest key, so that
 * a leaf's test leads to the leaf itself, whatever its value: walks need no look at what a node is,
 * and a group of walks goes on until none of them moves any more. Many rows walk one tree together,
 * or, for a single row, many trees; the processor overlaps their memory accesses.
 */
#ifndef ORTL_PACK_NODES_H
#define ORTL_PACK_NODES_H

#include "pack_form.h"

typedef struct ortl__node32 {
    int32_t bound;
    uint32_t link; /* high child << column bits | column */
} ortl__node32;

typedef struct ortl__node64 {
    int64_t bound;
    uint64_t link;
} ortl__node64;

/* A column of keys. */
typedef struct ortl__key_column {
    uint32_t feature;
    uint32_t nan_is_low;
} ortl__key_column;

typedef struct ortl__node_pack {
    ortl__memory *memory;
    ortl__votes votes;
    int is_double;
    uint32_t n_trees;
    uint32_t n_columns;   /* of keys, without the last that all leaves name */
    uint32_t column_bits; /* 8, 12 or 16 */
    uint64_t n_nodes;
    uint64_t n_values;
    ortl__key_column *columns; /* (n_columns) in order of features */
    uint64_t *roots;           /* (n_trees) */
    void *nodes;               /* (n_nodes) ortl__node32, or ortl__node64 when is_double */
    void *values;              /* (n_values) Real, leaves with several targets; else NULL */
} ortl__node_pack;

extern const ortl__form ortl__form_nodes;

#endif
