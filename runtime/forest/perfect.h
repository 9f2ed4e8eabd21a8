/*
 * Trees of depth 8 or less as perfect trees, in which every test has its place. Absent tests send
 * all rows to the low side, so that a leaf further up has the number of the first place below it.
 *
 *     depth 4 or less   15 tests
 *     up to 8           the 15 tests of the upper levels, of which a tree of depth 4 + k has the
 *                       lowest k levels on the far low side; then for each of 2^k blocks its 15
 *
 * Fifteen tests lie level by level: one, two, four, eight.
 */
#ifndef ORTL_PERFECT_H
#define ORTL_PERFECT_H

#include "preorder.h"

enum {
    ORTL__PERFECT_LEAVES = 16, /* of a block */
    ORTL__PERFECT_TESTS = 15,
    ORTL__PERFECT_BITS = 4 /* of the number of a leaf in a block */
};

/* Places for leaves, 16 to 256, of the tree that was listed as a perfect one; 0: it is too deep. */
uint32_t ortl__perfect_leaves(const ortl__preorder *preorder);

/* Tests that are kept of a tree with so many places for leaves. */
static inline uint32_t ortl__perfect_tests(uint32_t n_leaves) {
    const uint32_t n_blocks = n_leaves / ORTL__PERFECT_LEAVES;
    return (n_blocks + (n_blocks > 1)) * ORTL__PERFECT_TESTS;
}

/* Gives the leaves of the tree that was listed, of which n_leaves places are known, their numbers
 * in the perfect tree, as if it had all. places (preorder->n_nodes): where each test lies. */
void ortl__perfect_spread(ortl__preorder *preorder, uint32_t n_leaves, uint8_t *places);

#endif
