/*
 * The walk in pre-order, without recursion and without a stack: while the low side of a node is
 * being listed, its field `high` links to the node above that waits likewise.
 */
#include "preorder.h"

#include <string.h>

#define NO_NODE UINT32_MAX

void ortl__preorder_init(ortl__preorder *preorder, const ortl__forest *forest,
                         const ortl__set_tests *sets) {
    memset(preorder, 0, sizeof *preorder);
    preorder->forest = forest;
    preorder->sets = sets;
    preorder->budget = 2 * (uint64_t)forest->n_reachable;
}

void ortl__preorder_free(ortl__preorder *preorder) {
    ortl__memory_free(preorder->forest->memory, preorder->nodes, preorder->capacity,
                      sizeof *preorder->nodes);
    preorder->nodes = NULL;
    preorder->capacity = 0;
}

/* Which child of a test comes first or second in the list. */
static uint32_t child_of(const ortl__preorder *preorder, uint32_t row, int is_high) {
    const ortl__forest *forest = preorder->forest;
    ortl__cut cut;
    if (!ortl__cut_of(forest, row, &cut)) {
        uint32_t inner, outer = ortl__set_tests_outer(preorder->sets, forest, row, &inner);
        return is_high ? inner : outer;
    }
    return is_high ? ortl__cut_high(forest, row, &cut) : ortl__cut_low(forest, row, &cut);
}

ortl_status ortl__preorder_tree(ortl__preorder *preorder, uint32_t tree, int *fits_out,
                                ortl_error *error) {
    const ortl__forest *forest = preorder->forest;
    uint32_t row = forest->roots[tree], waiting = NO_NODE, at = 0;
    preorder->n_leaves = 0;
    for (*fits_out = 0; preorder->budget > 0; preorder->budget--, at++) {
        ortl_status status =
            ortl__memory_grow(forest->memory, &preorder->nodes, &preorder->capacity,
                              (uint64_t)at + 1, sizeof *preorder->nodes, error);
        if (status != ORTL_OK) return status;
        preorder->nodes[at] = (ortl__preorder_node){row, waiting, preorder->n_leaves};
        if (forest->test[row] != ORTL__MODE_LEAF) {
            waiting = at;
            row = child_of(preorder, row, 0);
            continue;
        }
        preorder->nodes[at].high = 0;
        preorder->n_leaves++;
        if (waiting == NO_NODE) {
            *fits_out = 1;
            preorder->n_nodes = at + 1;
            break;
        }
        ortl__preorder_node *above = &preorder->nodes[waiting];
        waiting = above->high;
        above->high = at + 1;
        row = child_of(preorder, above->row, 1);
    }
    return ORTL_OK;
}
