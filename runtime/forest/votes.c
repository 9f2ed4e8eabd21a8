/*
 * Finds out the shape of the votes and copies them.
 */
#include "votes.h"

#include <string.h>

ortl_status ortl__votes_begin(ortl__votes *votes, const ortl__forest *forest, ortl_error *error) {
    memset(votes, 0, sizeof *votes);
    votes->memory = forest->memory;
    votes->aggregate = forest->aggregate;
    votes->n_targets = forest->n_targets;
    votes->n_trees = forest->n_trees;
    votes->shape = ORTL__VOTES_ONE;
    ortl_status status =
        ortl__memory_new_zero(votes->memory, votes->n_trees, 1, &votes->is_first, error);
    if (status == ORTL_OK)
        status =
            ortl__memory_new_zero(votes->memory, votes->n_targets, 1, &votes->has_votes, error);
    if (status == ORTL_OK && votes->n_targets > 1)
        status = ortl__memory_new_zero(votes->memory, votes->n_trees, sizeof *votes->targets,
                                       &votes->targets, error);
    if (status != ORTL_OK) ortl__votes_free(votes);
    return status;
}

/* Whether the leaf in this row votes for every target once, in order. */
static int is_dense(const ortl__forest *forest, uint32_t row) {
    if (forest->false_child[row] != forest->n_targets)
        return 0; /* there may be no weights at all */
    const uint32_t *targets = forest->weight_target + forest->true_child[row];
    for (uint32_t i = 0; i < forest->n_targets; i++)
        if (targets[i] != i) return 0;
    return 1;
}

/* Whether the leaf votes once, for the target of its tree. */
static int is_one(const ortl__forest *forest, uint32_t row, uint32_t target) {
    return forest->false_child[row] == 1 &&
           forest->weight_target[forest->true_child[row]] == target;
}

void ortl__votes_look(ortl__votes *votes, uint32_t tree, const ortl__preorder *preorder) {
    const ortl__forest *forest = preorder->forest;
    int all_one = 1, all_dense = 1;
    if (votes->n_targets == 1) return;
    uint32_t last = preorder->nodes[preorder->n_nodes - 1].row; /* the last node is a leaf */
    if (forest->false_child[last] > 0)
        votes->targets[tree] = forest->weight_target[forest->true_child[last]];
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        uint32_t row = preorder->nodes[i].row;
        if (preorder->nodes[i].high != 0) continue;
        all_one = all_one && is_one(forest, row, votes->targets[tree]);
        all_dense = all_dense && is_dense(forest, row);
    }
    if (tree == 0 && all_dense) votes->shape = ORTL__VOTES_DENSE;
    if (votes->shape == ORTL__VOTES_DENSE ? !all_dense : !all_one)
        votes->shape = ORTL__VOTES_IRREGULAR;
}

/* Marks for each tree whether it is the first of its target, and for each target whether it has
 * votes at all. */
static void mark_targets(ortl__votes *votes) {
    for (uint32_t tree = 0; tree < votes->n_trees; tree++) {
        uint32_t target = ortl__votes_target(votes, tree);
        votes->is_first[tree] = !votes->has_votes[target];
        votes->has_votes[target] = 1;
    }
}

void ortl__votes_end(ortl__votes *votes) {
    if (votes->shape == ORTL__VOTES_DENSE) {
        if (votes->n_trees > 0) votes->is_first[0] = 1;
        memset(votes->has_votes, votes->n_trees > 0, votes->n_targets);
    } else {
        mark_targets(votes);
    }
}

ortl_status ortl__votes_copy_shape(ortl__votes *copy, const ortl__votes *votes, ortl_error *error) {
    *copy = *votes;
    copy->targets = NULL;
    copy->is_first = copy->has_votes = NULL;
    ortl_status status = ortl__memory_new(copy->memory, copy->n_trees, 1, &copy->is_first, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(copy->memory, copy->n_targets, 1, &copy->has_votes, error);
    if (status == ORTL_OK && votes->targets != NULL && votes->shape == ORTL__VOTES_ONE) {
        status = ortl__memory_new(copy->memory, copy->n_trees, sizeof *copy->targets,
                                  &copy->targets, error);
        if (status == ORTL_OK)
            memcpy(copy->targets, votes->targets, copy->n_trees * sizeof *copy->targets);
    }
    if (status == ORTL_OK) {
        memcpy(copy->is_first, votes->is_first, copy->n_trees);
        memcpy(copy->has_votes, votes->has_votes, copy->n_targets);
    } else {
        ortl__votes_free(copy);
    }
    return status;
}

void ortl__votes_free(ortl__votes *votes) {
    ortl__memory_free(votes->memory, votes->targets, votes->n_trees, sizeof *votes->targets);
    ortl__memory_free(votes->memory, votes->is_first, votes->n_trees, 1);
    ortl__memory_free(votes->memory, votes->has_votes, votes->n_targets, 1);
    votes->targets = NULL;
    votes->is_first = votes->has_votes = NULL;
}

void ortl__votes_copy(const ortl__votes *votes, const ortl__forest *forest, uint32_t row,
                      void *values_out) {
    size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
    const char *from = (const char *)forest->value + row * real_bytes;
    if (votes->n_targets > 1)
        from = (const char *)forest->weight + forest->true_child[row] * real_bytes;
    memcpy(values_out, from, ortl__votes_per_leaf(votes) * real_bytes);
}

void ortl__votes_mark(const ortl__votes *votes, size_t n_rows, uint8_t *voted) {
    if (voted == NULL) return;
    for (size_t i = 0; i < n_rows; i++)
        memcpy(voted + i * votes->n_targets, votes->has_votes, votes->n_targets);
}
