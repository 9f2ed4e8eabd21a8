/*
 * The nodes of the open tree: splits, categories, leaves and covers, each checked as far as it can
 * be alone. Trees as a whole are checked in builder_tree.c.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "../runtime/status.h"
#include "builder.h"
#include "builder_state.h"
#include "categories.h"
#include "threshold.h"

/* A failure in the open tree, with its place in front. */
#define FAIL_AT(builder, node, status_name, ...)                                                   \
    (ortl__fail(&(builder)->failure, ORTL_##status_name, __VA_ARGS__),                             \
     ortl__fail_within(&(builder)->failure, "tree %llu, node %llu: ",                              \
                       (unsigned long long)((builder)->n_begun - 1), (unsigned long long)(node)))

/* The place of a node that is about to be set, NULL after a failure. */
static ortl__tree_node *set_node(ortl_builder *builder, size_t node, ortl__tree_node_kind kind) {
    ortl__tree_work *tree = &builder->tree;
    if (node >= tree->n_nodes) {
        FAIL_AT(builder, node, BAD_MODEL, "the tree has only %llu nodes",
                (unsigned long long)tree->n_nodes);
        return NULL;
    }
    if (tree->nodes[node].kind != ORTL__NODE_UNSET) {
        FAIL_AT(builder, node, BAD_MODEL, "is given twice");
        return NULL;
    }
    tree->nodes[node].kind = (uint8_t)kind;
    tree->n_set++;
    return &tree->nodes[node];
}

static ortl_status set_children(ortl_builder *builder, size_t node, ortl__tree_node *n,
                                size_t true_node, size_t false_node) {
    uint64_t n_nodes = builder->tree.n_nodes;
    if (true_node >= n_nodes || false_node >= n_nodes)
        return FAIL_AT(builder, node, BAD_MODEL,
                       "child %llu does not exist, the tree has %llu nodes",
                       (unsigned long long)(true_node >= n_nodes ? true_node : false_node),
                       (unsigned long long)n_nodes);
    n->true_node = (uint32_t)true_node;
    n->false_node = (uint32_t)false_node;
    return ORTL_OK;
}

static ortl_status set_column(ortl_builder *builder, size_t node, ortl__tree_node *n,
                              size_t feature, ortl__column_way way) {
    ortl_status status = ortl__builder_column(builder, feature, way, &n->column, &builder->failure);
    if (status != ORTL_OK)
        ortl__fail_within(&builder->failure,
                          "tree %llu, node %llu: ", (unsigned long long)(builder->n_begun - 1),
                          (unsigned long long)node);
    return status;
}

static ortl_status add_split(ortl_builder *builder, size_t node, const ortl_split *s) {
    ortl__tree_node *n;
    ortl__rounded_test test;
    ortl_status status;
    if ((unsigned)s->comparison > ORTL_GREATER || (unsigned)s->nan > ORTL_NAN_AS_ZERO ||
        (unsigned)s->tiny > ORTL_TINY_IS_NAN)
        return FAIL_AT(builder, node, BAD_ARGUMENT, "unknown comparison or rule");
    if (s->nan == ORTL_NAN_AS_ZERO && s->tiny == ORTL_TINY_IS_NAN)
        return FAIL_AT(builder, node, BAD_ARGUMENT, "NaN counts as 0 and 0 counts as NaN");
    if (isnan(s->threshold)) return FAIL_AT(builder, node, BAD_MODEL, "the threshold is NaN");
    n = set_node(builder, node, ORTL__NODE_SPLIT);
    if (!n) return builder->failure.status;
    status = set_children(builder, node, n, s->true_node, s->false_node);
    if (status != ORTL_OK) return status;
    test = ortl__threshold_round(s->comparison, s->threshold, s->tiny, builder->is_double);
    n->mode = (uint8_t)test.mode;
    n->number = test.threshold;
    n->missing =
        (uint8_t)(s->nan == ORTL_NAN_AS_ZERO ? ortl__compare(0.0, s->comparison, s->threshold)
                                             : s->nan == ORTL_NAN_TRUE);
    return set_column(builder, node, n, s->feature,
                      s->tiny == ORTL_TINY_IS_NAN ? ORTL__WAY_TINY_IS_NAN : ORTL__WAY_PLAIN);
}

ortl_status ortl_builder_split(ortl_builder *builder, size_t node, const ortl_split *split,
                               ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !split) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) {
        status = add_split(builder, node, split);
        if (status == ORTL_OK)
            status = ortl__source_split(builder->source, node, split, &builder->failure);
    }
    return ortl__builder_leave(builder, status, error);
}

static ortl_status add_category_split(ortl_builder *builder, size_t node,
                                      const ortl_category_split *s) {
    ortl__tree_node *n;
    ortl__column_way way;
    int has_zero;
    ortl_status status;
    if ((unsigned)s->rule > ORTL_CATEGORY_FLOORED || (unsigned)s->nan > ORTL_NAN_AS_ZERO)
        return FAIL_AT(builder, node, BAD_ARGUMENT, "unknown rule");
    if ((s->n_categories > 0 && !s->categories) || (s->n_words > 0 && !s->bits) ||
        (s->n_categories > 0 && s->n_words > 0))
        return FAIL_AT(builder, node, BAD_ARGUMENT, "give the categories as a list or as bits");
    n = set_node(builder, node, ORTL__NODE_CATEGORY);
    if (!n) return builder->failure.status;
    status = set_children(builder, node, n, s->member_node, s->other_node);
    if (status == ORTL_OK)
        status = ortl__categories_take(builder, s, n, &way, &has_zero, &builder->failure);
    if (status != ORTL_OK)
        return ortl__fail_within(
            &builder->failure, "tree %llu, node %llu: ", (unsigned long long)(builder->n_begun - 1),
            (unsigned long long)node);
    n->missing = (uint8_t)(s->nan == ORTL_NAN_AS_ZERO ? has_zero : s->nan == ORTL_NAN_TRUE);
    return set_column(builder, node, n, s->feature, way);
}

ortl_status ortl_builder_category_split(ortl_builder *builder, size_t node,
                                        const ortl_category_split *split, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !split) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) {
        status = add_category_split(builder, node, split);
        if (status == ORTL_OK)
            status = ortl__source_category_split(builder->source, node, split, &builder->failure);
    }
    return ortl__builder_leave(builder, status, error);
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

static ortl_status check_leaf_value(ortl_builder *builder, size_t node, double value) {
    if (!isfinite(value) || (!builder->is_double && fabs(value) > (double)FLT_MAX))
        return FAIL_AT(builder, node, BAD_MODEL, "the leaf value is not finite%s",
                       isfinite(value) ? " as float" : "");
    return ORTL_OK;
}

static ortl_status add_leaf(ortl_builder *builder, size_t node, double value) {
    ortl__tree_node *n;
    if (builder->tree.target == ORTL_ALL_TARGETS)
        return FAIL_AT(builder, node, BAD_ARGUMENT,
                       "the tree's leaves have a value for each target");
    n = set_node(builder, node, ORTL__NODE_LEAF);
    if (!n) return builder->failure.status;
    n->number = value;
    builder->has_other_leaves = 1;
    return check_leaf_value(builder, node, value);
}

ortl_status ortl_builder_leaf(ortl_builder *builder, size_t node, double value, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) {
        status = add_leaf(builder, node, value);
        if (status == ORTL_OK)
            status = ortl__source_leaf(builder->source, node, value, &builder->failure);
    }
    return ortl__builder_leave(builder, status, error);
}

static ortl_status add_leaf_vector(ortl_builder *builder, size_t node, const double *values,
                                   size_t n_values) {
    ortl__tree_work *tree = &builder->tree;
    ortl__tree_node *n;
    ortl_status status;
    if (tree->target != ORTL_ALL_TARGETS)
        return FAIL_AT(builder, node, BAD_ARGUMENT, "the tree's leaves have one value");
    if (n_values == 0 || (builder->n_vector != 0 && n_values != builder->n_vector))
        return FAIL_AT(builder, node, BAD_MODEL, "the leaf has %llu values, others have %llu",
                       (unsigned long long)n_values, (unsigned long long)builder->n_vector);
    if (n_values > builder->limits.outputs_per_row)
        return ortl__fail_limit(&builder->failure, "outputs_per_row",
                                builder->limits.outputs_per_row, n_values);
    n = set_node(builder, node, ORTL__NODE_LEAF_VECTOR);
    if (!n) return builder->failure.status;
    status = ortl__memory_grow(builder->memory, &tree->values, &tree->value_capacity,
                               tree->n_values + n_values, sizeof *tree->values, &builder->failure);
    for (size_t i = 0; i < n_values && status == ORTL_OK; i++) {
        tree->values[tree->n_values + i] = values[i];
        status = check_leaf_value(builder, node, values[i]);
    }
    n->begin = tree->n_values;
    tree->n_values += n_values;
    builder->n_vector = n_values;
    builder->has_other_leaves = 1;
    return status;
}

ortl_status ortl_builder_leaf_vector(ortl_builder *builder, size_t node, const double *values,
                                     size_t n_values, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !values) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) {
        status = add_leaf_vector(builder, node, values, n_values);
        if (status == ORTL_OK)
            status = ortl__source_leaf_vector(builder->source, node, values, n_values,
                                              &builder->failure);
    }
    return ortl__builder_leave(builder, status, error);
}

static ortl_status add_leaf_vote(ortl_builder *builder, size_t node, size_t target) {
    ortl__tree_node *n;
    if (builder->tree.target != ORTL_ALL_TARGETS)
        return FAIL_AT(builder, node, BAD_ARGUMENT, "the tree's leaves have one value");
    if (target >= builder->limits.outputs_per_row)
        return ortl__fail_limit(&builder->failure, "outputs_per_row",
                                builder->limits.outputs_per_row, target);
    n = set_node(builder, node, ORTL__NODE_LEAF_VOTE);
    if (!n) return builder->failure.status;
    n->begin = target;
    if (target >= builder->n_voted) builder->n_voted = target + 1;
    return ORTL_OK;
}

ortl_status ortl_builder_leaf_vote(ortl_builder *builder, size_t node, size_t target,
                                   ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) {
        status = add_leaf_vote(builder, node, target);
        if (status == ORTL_OK)
            status = ortl__source_leaf_vote(builder->source, node, target, &builder->failure);
    }
    return ortl__builder_leave(builder, status, error);
}

static ortl_status add_cover(ortl_builder *builder, size_t node, double cover) {
    if (node >= builder->tree.n_nodes)
        return FAIL_AT(builder, node, BAD_MODEL, "the tree has only %llu nodes",
                       (unsigned long long)builder->tree.n_nodes);
    if (!(cover >= 0 && cover <= 3e38))
        return FAIL_AT(builder, node, BAD_MODEL, "the cover is negative or not finite");
    builder->tree.nodes[node].cover = (float)cover;
    builder->tree.has_covers = 1;
    return ORTL_OK;
}

ortl_status ortl_builder_cover(ortl_builder *builder, size_t node, double cover,
                               ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) status = add_cover(builder, node, cover);
    return ortl__builder_leave(builder, status, error);
}
