/*
 * Walking the trees and adding up: see naive_forest.h.
 */
#include "naive_forest.h"

#include <math.h>

int naive_is_double(const naive_forest *forest) {
    return forest->input_type == ORTL_DOUBLE;
}

double naive_real(const naive_forest *forest, double value) {
    return naive_is_double(forest) ? value : (double)(float)value;
}

static int is_member(const naive_forest *forest, const naive_node *node, double x) {
    for (uint32_t i = 0; i < node->n_members; i++)
        if (forest->members[node->first_member + i] == x) return 1;
    return 0;
}

/* NaN compares false with everything, so only NEQ holds for it; the flag for missing values adds
 * the other tests. */
static int holds(const naive_forest *forest, const naive_node *node, double x) {
    if (isnan(x) && node->is_missing_true) return 1;
    switch (node->mode) {
    case NAIVE_LEQ: return x <= node->value;
    case NAIVE_LT: return x < node->value;
    case NAIVE_GTE: return x >= node->value;
    case NAIVE_GT: return x > node->value;
    case NAIVE_EQ: return x == node->value;
    case NAIVE_NEQ: return x != node->value;
    default: return is_member(forest, node, x);
    }
}

static const naive_node *find_leaf(const naive_forest *forest, const naive_tree *tree,
                                   const double *row) {
    const naive_node *node = &forest->nodes[tree->first_node + tree->n_nodes - 1];
    while (node->mode != NAIVE_LEAF) {
        double x = naive_real(forest, row[node->feature]);
        node = &forest->nodes[holds(forest, node, x) ? node->on_true : node->on_false];
    }
    return node;
}

static void add_vote(const naive_forest *forest, naive_sums *sums, uint32_t target, double weight) {
    double *sum = &sums->sums[target];
    int is_first = !sums->voted[target];
    sums->voted[target] = 1;
    switch (forest->aggregate) {
    case NAIVE_MIN: *sum = is_first || weight < *sum ? weight : *sum; break;
    case NAIVE_MAX: *sum = is_first || weight > *sum ? weight : *sum; break;
    default: *sum = naive_real(forest, *sum + weight); break;
    }
}

/* With a single target only the first weight of a leaf counts, and a leaf without one adds its
 * value. */
static void add_leaf(const naive_forest *forest, const naive_node *leaf, naive_sums *sums) {
    const naive_vote *votes = &forest->votes[leaf->first_vote];
    if (forest->n_targets == 1) {
        add_vote(forest, sums, 0, leaf->n_votes > 0 ? votes[0].weight : leaf->value);
        return;
    }
    for (uint32_t i = 0; i < leaf->n_votes; i++)
        add_vote(forest, sums, votes[i].target, votes[i].weight);
}

naive_answer naive_evaluate(const naive_forest *forest, const double *row) {
    naive_sums sums = {{0}, {0}};
    for (uint32_t i = 0; i < forest->n_trees; i++)
        add_leaf(forest, find_leaf(forest, &forest->trees[i], row), &sums);
    return naive_outcome(forest, sums);
}
