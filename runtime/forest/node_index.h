/*
 * Finds the row of a node from its tree id and node id (ai.onnx.ml 1 to 4). Rows of one tree stand
 * together; within a tree the ids mostly count up or are a permutation, so that a subtraction or
 * one table look-up finds them.
 */
#ifndef ORTL_NODE_INDEX_H
#define ORTL_NODE_INDEX_H

#include "../../onnx/ensemble_columns.h"

#define ORTL__NO_ROW UINT32_MAX

/* How the ids of a tree lie. */
typedef enum ortl__id_order {
    ORTL__IDS_COUNT_UP, /* row begin + k has id first_id + k */
    ORTL__IDS_PERMUTED, /* the ids first_id .. first_id + rows - 1 in any order: see rows */
    ORTL__IDS_SPARSE    /* anything else: see keys */
} ortl__id_order;

/* The rows of one tree. */
typedef struct ortl__tree_span {
    uint32_t id;
    uint32_t begin, end; /* rows begin .. end-1 */
    uint32_t first_id;   /* the smallest node id */
    ortl__id_order order;
} ortl__tree_span;

typedef struct ortl__node_index {
    ortl__memory *memory;
    uint64_t n_rows;
    uint64_t n_trees, capacity;
    ortl__tree_span *trees; /* (capacity), n_trees used, in file order */
    uint64_t *trees_by_id;  /* (n_trees) id << 32 | position in trees, ascending */
    uint32_t *rows;         /* (n_rows) of a permuted tree: the row of id first_id + k at
                               begin + k; NULL without such trees */
    uint64_t *keys;         /* (n_rows) of a sparse tree: id << 32 | row, ascending, at begin ..
                               end-1; NULL without such trees */
} ortl__node_index;

/* Builds the index from NODE_TREES and NODE_IDS of columns. Refused: ids outside 0 .. 2^32-2, a
 * tree whose rows do not stand together, two rows with one (tree, node). Frees itself on failure.
 */
ortl_status ortl__node_index_build(ortl__node_index *index, const ortl__ensemble_columns *columns,
                                   uint64_t limit_trees, ortl_error *error);
void ortl__node_index_free(ortl__node_index *index);

/* The row of a node of trees[tree], or ORTL__NO_ROW. */
uint32_t ortl__node_index_row(const ortl__node_index *index, const ortl__tree_span *tree,
                              uint32_t id);

/* The tree called id, or NULL. guess is where to look first: the tree of the weight before. */
const ortl__tree_span *ortl__node_index_tree(const ortl__node_index *index, uint32_t id,
                                             const ortl__tree_span *guess);

/* The node id of a row, for messages: walks the column. */
uint32_t ortl__node_index_id(const ortl__ensemble_columns *columns, uint32_t row);

#endif
