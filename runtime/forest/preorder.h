/*
 * Walks the trees of a forest for packing: one tree at a time becomes a list of its nodes in
 * pre-order, low side first, so that the low child of a node is the next one. Of tests of equality
 * and membership the inner side is the high one, and a chain of them is one node. A node with
 * several parents is written out once for each path to it, within a budget.
 */
#ifndef ORTL_PREORDER_H
#define ORTL_PREORDER_H

#include "cut.h"
#include "set_tests.h"

typedef struct ortl__preorder_node {
    uint32_t row;  /* of the forest */
    uint32_t high; /* place of the high child in the list; 0 for a leaf */
    uint32_t leaf; /* leaves of the tree before this place */
} ortl__preorder_node;

typedef struct ortl__preorder {
    const ortl__forest *forest;
    const ortl__set_tests *sets; /* NULL or empty when all tests are cuts */
    uint64_t budget;             /* nodes that may still be written */
    uint32_t n_nodes;
    uint32_t n_leaves;
    uint64_t capacity;
    ortl__preorder_node *nodes; /* (capacity) n_nodes used */
} ortl__preorder;

void ortl__preorder_init(ortl__preorder *preorder, const ortl__forest *forest,
                         const ortl__set_tests *sets);
void ortl__preorder_free(ortl__preorder *preorder);

/* Lists a tree. *fits_out becomes 0 when the budget is exceeded: nodes
 * that are shared so much that writing them out would more than double the forest. */
ortl_status ortl__preorder_tree(ortl__preorder *preorder, uint32_t tree, int *fits_out,
                                ortl_error *error);

#endif
