/*
 * The proof that every walk through a forest ends: each node that a root reaches is visited once,
 * depth first, without recursion and without a stack, in linear time for any shape. Subtrees may be
 * shared; a node that is its own ancestor is refused. On the way heights and counts are found.
 */
#include <inttypes.h>
#include <string.h>

#include "../status.h"
#include "forest_work.h"

#define NO_ROW UINT32_MAX

/* Where the visit of a node stands. */
enum {
    FRESH,    /* not seen */
    ON_TRUE,  /* on the path, its true side being visited */
    ON_FALSE, /* on the path, its false side being visited */
    DONE      /* proved: no cycle below it */
};

typedef struct proof_work {
    ortl__forest_work *work;
    uint8_t *state;   /* (n_nodes) */
    uint32_t *height; /* (n_nodes) DONE: tests between the node and its deepest leaf; on the path:
                         the row above, NO_ROW for a root, so that the path needs no stack */
} proof_work;

/* Moves the visit of a node on: the child to look at next, or NO_ROW when both are done. */
static inline uint32_t next_child(proof_work *proof, uint32_t row) {
    const ortl__forest *forest = proof->work->forest;
    if (forest->test[row] == ORTL__MODE_LEAF || proof->state[row] == ON_FALSE) return NO_ROW;
    if (proof->state[row] == FRESH) {
        proof->state[row] = ON_TRUE;
        return forest->true_child[row];
    }
    proof->state[row] = ON_FALSE;
    return forest->false_child[row];
}

/* Both sides of a row are done: finds its height and counts it. */
static inline void finish_row(proof_work *proof, uint32_t row) {
    ortl__forest *forest = proof->work->forest;
    uint32_t height = 0;
    if (forest->test[row] == ORTL__MODE_LEAF) {
        forest->n_leaves++;
    } else {
        uint32_t on_true = proof->height[forest->true_child[row]];
        uint32_t on_false = proof->height[forest->false_child[row]];
        height = 1 + (on_true > on_false ? on_true : on_false);
        if (forest->feature[row] >= forest->n_columns) forest->n_columns = forest->feature[row] + 1;
    }
    proof->height[row] = height;
    proof->state[row] = DONE;
    forest->n_reachable++;
}

static ortl_status fail_cycle(const proof_work *proof, uint32_t tree, uint32_t row,
                              uint32_t child) {
    return ortl__fail(proof->work->error, ORTL_BAD_MODEL,
                      "tree number %" PRIu32 ": the node in row %" PRIu32
                      " has its own ancestor, row %" PRIu32 ", as child: a cycle",
                      tree, row, child);
}

/* Visits what the root of a tree reaches and no tree before it did. */
static ortl_status visit_tree(proof_work *proof, uint32_t tree) {
    ortl__forest *forest = proof->work->forest;
    uint32_t row = forest->roots[tree];
    if (proof->state[row] == DONE) {
        forest->has_shared_nodes = 1;
        return ORTL_OK;
    }
    proof->height[row] = NO_ROW;
    while (row != NO_ROW) {
        uint32_t child = next_child(proof, row);
        if (child == NO_ROW) {
            uint32_t above = proof->height[row];
            finish_row(proof, row);
            row = above;
        } else if (proof->state[child] == DONE) {
            forest->has_shared_nodes = 1;
        } else if (proof->state[child] != FRESH) {
            return fail_cycle(proof, tree, row, child);
        } else {
            proof->height[child] = row;
            row = child;
        }
    }
    return ORTL_OK;
}

static ortl_status visit_trees(proof_work *proof) {
    ortl__forest *forest = proof->work->forest;
    uint64_t limit = proof->work->limits->steps_per_row;
    for (uint32_t tree = 0; tree < forest->n_trees; tree++) {
        ortl_status status = visit_tree(proof, tree);
        if (status != ORTL_OK) return status;
        uint32_t height = proof->height[forest->roots[tree]];
        if (height > forest->max_depth) forest->max_depth = height;
        forest->steps_per_row += height;
    }
    if (forest->steps_per_row > limit)
        return ortl__fail_limit(proof->work->error, "steps_per_row", limit, forest->steps_per_row);
    return ORTL_OK;
}

/* Where the root was found by parentage, a first row that it does not reach belongs to a cycle. */
static ortl_status check_first_rows(const proof_work *proof) {
    const ortl__forest *forest = proof->work->forest;
    const uint32_t *first_rows = proof->work->first_rows;
    if (first_rows == NULL) return ORTL_OK;
    for (uint32_t tree = 0; tree < forest->n_trees; tree++)
        if (proof->state[first_rows[tree]] != DONE)
            return ortl__fail(proof->work->error, ORTL_BAD_MODEL,
                              "tree number %" PRIu32 ": its first row, %" PRIu32
                              ", is not reached from the only row without a parent, %" PRIu32
                              ": a cycle",
                              tree, first_rows[tree], forest->roots[tree]);
    return ORTL_OK;
}

/* Rows that no root reaches are never evaluated. As empty leaves they also cannot lead a reader of
 * the arrays astray. */
static void clear_unreachable(const proof_work *proof) {
    ortl__forest *forest = proof->work->forest;
    size_t real_bytes = ortl__work_real_bytes(proof->work);
    if (forest->n_reachable == forest->n_nodes) return;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (proof->state[row] == DONE) continue;
        forest->test[row] = ORTL__MODE_LEAF;
        forest->feature[row] = forest->true_child[row] = forest->false_child[row] = 0;
        memset((char *)forest->value + row * real_bytes, 0, real_bytes);
    }
}

/* How many columns are read by tests that have all bits of flags. */
static ortl_status count_features(const ortl__forest *forest, uint8_t flags,
                                  uint32_t *n_features_out, ortl_error *error) {
    uint64_t n_bytes = ((uint64_t)forest->n_columns + 7) / 8;
    uint8_t *seen = NULL; /* (n_bytes) bit j: column j is read */
    ortl_status status = ortl__memory_new_zero(forest->memory, n_bytes, 1, &seen, error);
    if (status != ORTL_OK) return status;
    uint32_t n_features = 0;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        uint8_t test = forest->test[row];
        if (test == ORTL__MODE_LEAF || (test & flags) != flags) continue;
        uint8_t *byte = &seen[forest->feature[row] / 8];
        unsigned bit = 1u << (forest->feature[row] % 8);
        if (!(*byte & bit)) n_features++;
        *byte |= (uint8_t)bit;
    }
    ortl__memory_free(forest->memory, seen, n_bytes, 1);
    *n_features_out = n_features;
    return ORTL_OK;
}

ortl_status ortl__forest_count_features(ortl__forest *forest, ortl_error *error) {
    ortl_status status = count_features(forest, 0, &forest->n_features_used, error);
    if (status != ORTL_OK) return status;
    return count_features(forest, ORTL__TEST_MISSING, &forest->n_features_missing, error);
}

ortl_status ortl__forest_prove(ortl__forest_work *work) {
    ortl__forest *forest = work->forest;
    ortl__memory *memory = forest->memory;
    proof_work proof = {.work = work};
    ortl_status status =
        ortl__memory_new_zero(memory, forest->n_nodes, 1, &proof.state, work->error);
    if (status == ORTL_OK)
        status =
            ortl__memory_new(memory, forest->n_nodes, sizeof(uint32_t), &proof.height, work->error);
    if (status == ORTL_OK) status = visit_trees(&proof);
    if (status == ORTL_OK) status = check_first_rows(&proof);
    if (status == ORTL_OK) clear_unreachable(&proof);
    ortl__memory_free(memory, proof.state, forest->n_nodes, 1);
    ortl__memory_free(memory, proof.height, forest->n_nodes, sizeof(uint32_t));
    if (status == ORTL_OK) status = ortl__forest_count_features(forest, work->error);
    return status;
}
