/*
 * Finds the places of tests and leaves in perfect trees.
 */
#include "perfect.h"

enum { MOST_DEPTH = 8, MOST_NODES = 2 * 256 - 1 };

/* The depths of the listed nodes, from 0 on: depths (preorder->n_nodes). The greatest. */
static unsigned list_depths(const ortl__preorder *preorder, uint8_t *depths) {
    unsigned greatest = 0;
    depths[0] = 0;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        if (depths[i] > greatest) greatest = depths[i];
        if (preorder->nodes[i].high == 0) continue;
        depths[i + 1] = depths[preorder->nodes[i].high] = (uint8_t)(depths[i] + 1);
    }
    return greatest;
}

uint32_t ortl__perfect_leaves(const ortl__preorder *preorder) {
    uint8_t depths[MOST_NODES];
    if (preorder->n_nodes > MOST_NODES) return 0;
    unsigned depth = list_depths(preorder, depths);
    if (depth > MOST_DEPTH) return 0;
    return 1u << (depth < ORTL__PERFECT_BITS ? ORTL__PERFECT_BITS : depth);
}

/* Where a test lies that is number `path` from the low side among those of its depth, in a tree
 * with n_levels of tests. */
static uint8_t place_of(unsigned n_levels, unsigned depth, uint32_t path) {
    const unsigned n_upper = n_levels - ORTL__PERFECT_BITS;
    if (depth < n_upper)
        return (uint8_t)((1u << (depth + ORTL__PERFECT_BITS - n_upper)) - 1 + path);
    const unsigned below = depth - n_upper;
    const uint32_t in_block = (1u << below) - 1 + (path & ((1u << below) - 1));
    return (uint8_t)(((path >> below) + (n_upper > 0)) * ORTL__PERFECT_TESTS + in_block);
}

void ortl__perfect_spread(ortl__preorder *preorder, uint32_t n_leaves, uint8_t *places) {
    uint8_t depths[MOST_NODES];
    const unsigned n_levels = (unsigned)__builtin_ctz(n_leaves);
    list_depths(preorder, depths);
    preorder->nodes[0].leaf = 0;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        if (node->high == 0) continue;
        const unsigned n_below = n_levels - depths[i];
        places[i] = place_of(n_levels, depths[i], node->leaf >> n_below);
        preorder->nodes[i + 1].leaf = node->leaf;
        preorder->nodes[node->high].leaf = node->leaf + (1u << (n_below - 1));
    }
    preorder->n_leaves = n_leaves;
}
