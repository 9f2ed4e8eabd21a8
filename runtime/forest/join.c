/*
 * Copies the arrays of the parts behind each other and shifts the numbers in them. What the proof
 * found out about the parts holds for their union.
 */
#include "join.h"

#include <string.h>

#include "../status.h"
#include "forest_work.h"

/* What a leaf gives. */
typedef struct leaf {
    uint32_t n_weights;
    const float *weights;    /* (n_weights) */
    const uint32_t *targets; /* (n_weights) of the part; NULL: one after the other */
} leaf;

/* The leaf in this row of a part, the one of that number there. */
static leaf leaf_of(const ortl__forest *joined, const ortl__forest_part *given, uint32_t row,
                    uint32_t number) {
    const ortl__forest *part = given->forest;
    const uint32_t first = part->true_child[row];
    if (given->values)
        return (leaf){joined->n_targets, given->values + (size_t)number * joined->n_targets, NULL};
    if (part->n_targets == 1) return (leaf){1, (const float *)part->value + row, NULL};
    return (leaf){part->false_child[row], (const float *)part->weight + first,
                  part->weight_target + first};
}

static ortl_status count(ortl__forest *joined, const ortl__forest_part *parts, uint32_t n_parts,
                         ortl_error *error) {
    uint64_t n_nodes = 0, n_trees = 0, n_sets = 0, n_members = 0, n_weights = 0;
    for (uint32_t i = 0; i < n_parts; i++) {
        const ortl__forest *part = parts[i].forest;
        n_nodes += part->n_nodes;
        n_trees += part->n_trees;
        n_sets += part->n_sets;
        n_members += part->n_members;
        for (uint32_t row = 0; row < part->n_nodes; row++)
            if (part->test[row] == ORTL__MODE_LEAF)
                n_weights += leaf_of(joined, &parts[i], row, 0).n_weights;
        joined->n_reachable += part->n_reachable;
        joined->n_leaves += part->n_leaves;
        joined->steps_per_row += part->steps_per_row;
        joined->has_shared_nodes |= part->has_shared_nodes;
        if (part->max_depth > joined->max_depth) joined->max_depth = part->max_depth;
        if (part->n_columns > joined->n_columns) joined->n_columns = part->n_columns;
    }
    if (joined->n_targets == 1) n_weights = 0;
    if (n_nodes >= UINT32_MAX || n_members >= UINT32_MAX || n_weights >= UINT32_MAX)
        return ortl__fail(error, ORTL_LIMIT, "more than 2^32 nodes");
    joined->n_nodes = (uint32_t)n_nodes;
    joined->n_trees = (uint32_t)n_trees;
    joined->n_sets = (uint32_t)n_sets;
    joined->n_members = (uint32_t)n_members;
    joined->n_weights = (uint32_t)n_weights;
    return ORTL_OK;
}

/* Where the arrays of the next part begin. */
typedef struct place {
    uint32_t tree, node, weight, set, member;
} place;

static void set_leaf(ortl__forest *joined, const ortl__forest_part *given, uint32_t row,
                     uint32_t number, place *at) {
    const leaf from = leaf_of(joined, given, row, number);
    const uint32_t to = at->node + row;
    float *value = (float *)joined->value + to, *weight = joined->weight;
    *value = joined->n_targets == 1 ? from.weights[0] : 0;
    if (joined->n_targets == 1) return;
    joined->true_child[to] = at->weight;
    joined->false_child[to] = from.n_weights;
    for (uint32_t i = 0; i < from.n_weights; i++, at->weight++) {
        uint32_t target = from.targets ? from.targets[i] : i;
        joined->weight_target[at->weight] = given->first_target + target;
        weight[at->weight] = from.weights[i];
    }
}

static void set_test(ortl__forest *joined, const ortl__forest *part, uint32_t row,
                     const place *at) {
    const uint32_t to = at->node + row;
    float value = ((const float *)part->value)[row];
    joined->feature[to] = part->feature[row];
    joined->true_child[to] = part->true_child[row] + at->node;
    joined->false_child[to] = part->false_child[row] + at->node;
    if ((part->test[row] & ORTL__TEST_MODE) == ORTL__MODE_MEMBER) {
        uint32_t set;
        memcpy(&set, &value, sizeof set);
        set += at->set;
        memcpy(&value, &set, sizeof value);
    }
    memcpy((float *)joined->value + to, &value, sizeof value);
}

static void append(ortl__forest *joined, const ortl__forest_part *given, place *at) {
    const ortl__forest *part = given->forest;
    uint32_t n_leaves = 0;
    for (uint32_t row = 0; row < part->n_nodes; row++) {
        joined->test[at->node + row] = part->test[row];
        if (part->test[row] == ORTL__MODE_LEAF)
            set_leaf(joined, given, row, n_leaves++, at);
        else
            set_test(joined, part, row, at);
    }
    for (uint32_t i = 0; i < part->n_trees; i++)
        joined->roots[at->tree + i] = part->roots[i] + at->node;
    for (uint32_t i = 0; i < part->n_sets; i++)
        joined->set_begin[at->set + i] = part->set_begin[i] + at->member;
    if (part->n_members)
        memcpy((float *)joined->members + at->member, part->members,
               part->n_members * sizeof(float));
    at->tree += part->n_trees;
    at->node += part->n_nodes;
    at->set += part->n_sets;
    at->member += part->n_members;
    joined->set_begin[at->set] = at->member;
}

ortl_status ortl__forest_join(ortl__forest *joined, ortl__memory *memory,
                              const ortl__forest_part *parts, uint32_t n_parts, uint32_t n_targets,
                              ortl_error *error) {
    place at = {0};
    memset(joined, 0, sizeof *joined);
    joined->memory = memory;
    joined->aggregate = ORTL__AGGREGATE_SUM;
    joined->n_targets = n_targets;
    ortl_status status = count(joined, parts, n_parts, error);
    if (status == ORTL_OK) status = ortl__forest_allocate(joined, error);
    for (uint32_t i = 0; i < n_parts && status == ORTL_OK; i++) append(joined, &parts[i], &at);
    if (status == ORTL_OK) status = ortl__forest_count_features(joined, error);
    if (status != ORTL_OK) ortl__forest_free(joined);
    return status;
}
