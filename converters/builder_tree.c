/*
 * One tree: walks it from the root, checks that it is a tree, gives every node its rows, and
 * appends them to the columns. Nodes come out in preorder, whatever order they were set in.
 */
#include <math.h>

#include "../runtime/status.h"
#include "builder_state.h"
#include "categories.h"

void ortl__tree_free(ortl_builder *builder) {
    ortl__tree_work *tree = &builder->tree;
    ortl__memory *memory = builder->memory;
    ortl__memory_free(memory, tree->nodes, tree->node_capacity, sizeof *tree->nodes);
    ortl__memory_free(memory, tree->order, tree->order_capacity, sizeof *tree->order);
    ortl__memory_free(memory, tree->stack, tree->stack_capacity, sizeof *tree->stack);
    ortl__memory_free(memory, tree->categories, tree->category_capacity, sizeof *tree->categories);
    ortl__memory_free(memory, tree->values, tree->value_capacity, sizeof *tree->values);
    *tree = (ortl__tree_work){0};
}

static int is_leaf(const ortl__tree_node *node) {
    return node->kind >= ORTL__NODE_LEAF;
}

/* ---- The walk -------------------------------------------------------------------------------- */

static ortl_status check_reached(const ortl_builder *builder, uint32_t number, ortl_error *error) {
    const ortl__tree_node *node = &builder->tree.nodes[number];
    const char *problem = node->kind == ORTL__NODE_UNSET ? "is a child but was not given"
                          : node->is_reached             ? "is the child of two nodes"
                                                         : NULL;
    if (!problem) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "tree %llu, node %u: %s",
                      (unsigned long long)(builder->n_begun - 1), (unsigned)number, problem);
}

/* Lists the nodes in preorder, the true side first. */
static ortl_status walk(ortl_builder *builder, ortl_error *error) {
    ortl__tree_work *tree = &builder->tree;
    uint64_t n_stack = 1;
    ortl_status status = ortl__memory_grow(builder->memory, &tree->stack, &tree->stack_capacity, 1,
                                           sizeof *tree->stack, error);
    if (status == ORTL_OK)
        status = ortl__memory_grow(builder->memory, &tree->order, &tree->order_capacity,
                                   tree->n_nodes, sizeof *tree->order, error);
    if (status != ORTL_OK) return status;
    tree->stack[0] = 0;
    while (n_stack > 0) {
        uint32_t number = tree->stack[--n_stack];
        ortl__tree_node *node = &tree->nodes[number];
        status = check_reached(builder, number, error);
        if (status == ORTL_OK)
            status = ortl__memory_grow(builder->memory, &tree->stack, &tree->stack_capacity,
                                       n_stack + 2, sizeof *tree->stack, error);
        if (status != ORTL_OK) return status;
        node->is_reached = 1;
        tree->order[tree->n_reached++] = number;
        if (is_leaf(node)) continue;
        tree->stack[n_stack++] = node->false_node;
        tree->stack[n_stack++] = node->true_node;
    }
    return ORTL_OK;
}

static ortl_status check_all_reached(const ortl_builder *builder, ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    uint64_t number = 0;
    if (tree->n_reached == tree->n_set) return ORTL_OK;
    while (tree->nodes[number].kind == ORTL__NODE_UNSET || tree->nodes[number].is_reached) number++;
    return ortl__fail(error, ORTL_BAD_MODEL,
                      "tree %llu, node %llu: cannot be reached from the root",
                      (unsigned long long)(builder->n_begun - 1), (unsigned long long)number);
}

/* ---- Places ---------------------------------------------------------------------------------- */

/* Does the other side of a categorical split begin with one of the same column? onnxruntime folds
 * neighbouring equalities and small sets of one column when the first weights behind them are
 * equal, whatever their targets and further weights, so such tests must be kept apart. */
static int touches_category(const ortl__tree_work *tree, const ortl__tree_node *node) {
    const ortl__tree_node *other = &tree->nodes[node->false_node];
    return node->kind == ORTL__NODE_CATEGORY && other->kind == ORTL__NODE_CATEGORY &&
           other->column == node->column;
}

static ortl__category_chain chain_of(const ortl__tree_work *tree, const ortl__tree_node *node) {
    return ortl__category_chain_init(tree->categories + node->begin, node->count, node->is_whole,
                                     touches_category(tree, node));
}

/* Rows that a node takes in ai.onnx.ml 3. */
static uint64_t count_rows_v3(const ortl__tree_work *tree, const ortl__tree_node *node) {
    ortl__category_chain chain;
    ortl__category_test test;
    uint64_t n = 0;
    if (node->kind != ORTL__NODE_CATEGORY) return 1;
    chain = chain_of(tree, node);
    while (ortl__category_chain_next(&chain, &test)) n++;
    return n;
}

typedef struct tree_size {
    uint64_t n_rows;
    uint64_t n_leaves; /* TreeEnsemble, which lists them apart from the rows */
} tree_size;

static void place_v3(const ortl__tree_work *tree, ortl__tree_node *node, tree_size *size) {
    node->place = (uint32_t)size->n_rows;
    size->n_rows += count_rows_v3(tree, node);
}

static void place_v5(const ortl__tree_work *tree, ortl__tree_node *node, tree_size *size) {
    uint64_t *count = is_leaf(node) ? &size->n_leaves : &size->n_rows;
    node->place = (uint32_t)*count;
    ++*count;
    if (touches_category(tree, node)) { /* a separator and its leaf */
        node->break_leaf = (uint32_t)size->n_leaves++;
        size->n_rows++;
    }
}

/* Gives each node its first row (or leaf) within the tree. */
static ortl_status place_nodes(ortl_builder *builder, ortl_error *error) {
    ortl__tree_work *tree = &builder->tree;
    int is_v5 = builder->opset_ml == 5;
    uint64_t n_copies = is_v5 && tree->n_values > 0 ? builder->n_vector : 1;
    uint64_t limit = builder->limits.tree_nodes;
    tree_size size = {0, 0};
    if (limit > INT32_MAX) limit = INT32_MAX;
    for (uint64_t i = 0; i < tree->n_reached; i++) {
        ortl__tree_node *node = &tree->nodes[tree->order[i]];
        uint64_t n_all;
        if (is_v5)
            place_v5(tree, node, &size);
        else
            place_v3(tree, node, &size);
        n_all = n_copies * (size.n_rows + size.n_leaves) + builder->n_rows + builder->n_leaves;
        if (n_all > limit) return ortl__fail_limit(error, "tree_nodes", limit, n_all);
    }
    return ORTL_OK;
}

/* ---- Rows of ai.onnx.ml 3 -------------------------------------------------------------------- */

static ortl_status append_chain(ortl_builder *builder, const ortl__tree_node *node,
                                ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    uint32_t member = tree->nodes[node->true_node].place;
    uint32_t other = tree->nodes[node->false_node].place;
    ortl__category_chain chain = chain_of(tree, node);
    ortl__category_test test, next;
    ortl_status status = ORTL_OK;
    uint32_t row_id = node->place;
    int has_test = ortl__category_chain_next(&chain, &test);
    while (has_test && status == ORTL_OK) {
        int has_next = ortl__category_chain_next(&chain, &next);
        ortl__row row = {.mode = test.mode,
                         .column = node->column,
                         .value = test.value,
                         .true_id = test.to_member ? member : other,
                         .false_id = has_next ? ++row_id : other,
                         .missing = test.to_member && node->missing,
                         .cover = node->cover};
        status = ortl__builder_append_row(builder, &row, error);
        has_test = has_next;
        test = next;
    }
    return status;
}

static ortl_status append_split(ortl_builder *builder, const ortl__tree_node *node,
                                ortl_error *error) {
    const ortl__tree_node *nodes = builder->tree.nodes;
    ortl__row row = {.mode = (ortl__mode)node->mode,
                     .column = node->column,
                     .value = node->number,
                     .true_id = nodes[node->true_node].place,
                     .false_id = nodes[node->false_node].place,
                     .missing = node->missing,
                     .cover = node->cover};
    return ortl__builder_append_row(builder, &row, error);
}

static ortl_status append_weights(ortl_builder *builder, const ortl__tree_node *node,
                                  ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    ortl_status status = ORTL_OK;
    if (node->kind == ORTL__NODE_LEAF)
        return ortl__builder_append_weight(builder, node->place, tree->target, node->number, error);
    if (node->kind == ORTL__NODE_LEAF_VOTE)
        return ortl__builder_append_weight(builder, node->place, (size_t)node->begin, 1.0, error);
    for (uint64_t i = 0; i < builder->n_vector && status == ORTL_OK; i++)
        status = ortl__builder_append_weight(builder, node->place, (size_t)i,
                                             tree->values[node->begin + i], error);
    return status;
}

static ortl_status append_rows_v3(ortl_builder *builder, ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    ortl_status status = ortl__builder_open_tree(builder, error);
    for (uint64_t i = 0; i < tree->n_reached && status == ORTL_OK; i++) {
        const ortl__tree_node *node = &tree->nodes[tree->order[i]];
        if (node->kind == ORTL__NODE_CATEGORY) {
            status = append_chain(builder, node, error);
        } else if (node->kind == ORTL__NODE_SPLIT) {
            status = append_split(builder, node, error);
        } else {
            status =
                ortl__source_file_leaf(builder->source, builder->n_rows, tree->order[i], error);
            if (status == ORTL_OK)
                status = ortl__builder_append_leaf_row(builder, node->cover, error);
            if (status == ORTL_OK) status = append_weights(builder, node, error);
        }
    }
    builder->n_trees++;
    return status;
}

/* ---- Rows of TreeEnsemble -------------------------------------------------------------------- */

/* A set is one test; onnxruntime refuses an empty one, and one member is an equality. */
static ortl_status test_set(ortl_builder *builder, const ortl__tree_node *node, ortl__row *row,
                            ortl_error *error) {
    const int64_t *categories = builder->tree.categories + node->begin;
    ortl_status status = ORTL_OK;
    ortl__category_chain chain = ortl__category_chain_init(categories, node->count, 1, 0);
    if (node->count < 2) {
        ortl__category_test test = {ORTL__MODE_LT, 0, 1};
        ortl__category_chain_next(&chain, &test);
        row->mode = test.mode;
        row->value = test.value;
        return ORTL_OK;
    }
    row->mode = ORTL__MODE_MEMBER;
    for (uint64_t i = 0; i < node->count && status == ORTL_OK; i++)
        status = ortl__builder_append_real(builder, ORTL__COLUMN_V5_MEMBERS, (double)categories[i],
                                           error);
    if (status == ORTL_OK)
        status = ortl__builder_append_real(builder, ORTL__COLUMN_V5_MEMBERS, (double)NAN, error);
    return status;
}

static ortl_status append_row_v5(ortl_builder *builder, const ortl__tree_node *node,
                                 uint64_t first_leaf, ortl_error *error) {
    const ortl__tree_node *yes = &builder->tree.nodes[node->true_node];
    const ortl__tree_node *no = &builder->tree.nodes[node->false_node];
    ortl__row row = {
        .mode = (ortl__mode)node->mode,
        .column = node->column,
        .value = node->number,
        .true_id = (uint32_t)(yes->place + (is_leaf(yes) ? first_leaf : builder->first_row)),
        .false_id = (uint32_t)(no->place + (is_leaf(no) ? first_leaf : builder->first_row)),
        .true_is_leaf = is_leaf(yes),
        .false_is_leaf = is_leaf(no),
        .missing = node->missing,
        .cover = node->cover};
    ortl_status status = ORTL_OK;
    if (touches_category(&builder->tree, node)) {
        row.false_id = (uint32_t)(builder->n_rows + 1);
        row.false_is_leaf = 0;
    }
    if (node->kind == ORTL__NODE_CATEGORY) status = test_set(builder, node, &row, error);
    return status == ORTL_OK ? ortl__builder_append_row(builder, &row, error) : status;
}

/* A test that never holds, between two categorical ones. */
static ortl_status append_separator_v5(ortl_builder *builder, const ortl__tree_node *node,
                                       uint64_t first_leaf, size_t target, ortl_error *error) {
    const ortl__tree_node *no = &builder->tree.nodes[node->false_node];
    ortl__row row = {.mode = ORTL__MODE_LT,
                     .column = node->column,
                     .value = -INFINITY,
                     .true_id = (uint32_t)(first_leaf + node->break_leaf),
                     .true_is_leaf = 1,
                     .false_id = (uint32_t)(no->place + builder->first_row),
                     .cover = no->cover};
    ortl_status status = ortl__builder_append_row(builder, &row, error);
    if (status != ORTL_OK) return status;
    return ortl__builder_append_weight(builder, 0, target, 0.0, error);
}

static ortl_status append_leaf_v5(ortl_builder *builder, uint32_t number, uint64_t target,
                                  ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    const ortl__tree_node *node = &tree->nodes[number];
    int is_vector = node->kind == ORTL__NODE_LEAF_VECTOR;
    int is_vote = node->kind == ORTL__NODE_LEAF_VOTE;
    size_t own_target = is_vote ? (size_t)node->begin : is_vector ? (size_t)target : tree->target;
    double value = is_vote ? 1.0 : is_vector ? tree->values[node->begin + target] : node->number;
    ortl_status status = ortl__source_file_leaf(builder->source, builder->n_leaves, number, error);
    if (status != ORTL_OK) return status;
    return ortl__builder_append_weight(builder, 0, own_target, value, error);
}

/* A leaf of TreeEnsemble adds to one target, so a tree with vectors is written once for each. */
static ortl_status append_rows_v5(ortl_builder *builder, uint64_t target, ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    uint64_t first_leaf = builder->n_leaves;
    const ortl__tree_node *root = &tree->nodes[0];
    size_t separator_target = tree->target == ORTL_ALL_TARGETS ? (size_t)target : tree->target;
    ortl_status status = ortl__builder_open_tree(builder, error);
    if (status == ORTL_OK && is_leaf(root))
        status = ortl__builder_append_leaf_row(builder, root->cover, error);
    for (uint64_t i = 0; i < tree->n_reached && status == ORTL_OK; i++) {
        const ortl__tree_node *node = &tree->nodes[tree->order[i]];
        status = is_leaf(node) ? append_leaf_v5(builder, tree->order[i], target, error)
                               : append_row_v5(builder, node, first_leaf, error);
        if (status == ORTL_OK && touches_category(tree, node))
            status = append_separator_v5(builder, node, first_leaf, separator_target, error);
    }
    builder->n_trees++;
    return status;
}

/* ---- Which weights come first ---------------------------------------------------------------- */

static ortl_status note_first(ortl_builder *builder, uint64_t target, ortl__first_weights weights,
                              ortl_error *error) {
    ortl_status status =
        ortl__memory_grow(builder->memory, &builder->first, &builder->first_capacity, target + 1,
                          sizeof *builder->first, error);
    if (status != ORTL_OK) return status;
    while (builder->n_first <= target)
        builder->first[builder->n_first++] = (ortl__first_weights){0, 0, 1};
    if (builder->first[target].count == 0) builder->first[target] = weights;
    return ORTL_OK;
}

static uint64_t count_weights(const ortl_builder *builder) {
    return builder->columns
        ->columns[builder->opset_ml == 5 ? ORTL__COLUMN_V5_LEAF_WEIGHTS : ORTL__COLUMN_WEIGHTS]
        .count;
}

static ortl_status append_tree(ortl_builder *builder, ortl_error *error) {
    const ortl__tree_work *tree = &builder->tree;
    int is_v5 = builder->opset_ml == 5;
    int is_vector = tree->n_values > 0;
    uint64_t n_targets = is_vector ? builder->n_vector : 1;
    ortl_status status = ORTL_OK;
    for (uint64_t copy = 0; copy < (is_v5 ? n_targets : 1) && status == ORTL_OK; copy++) {
        uint64_t begin = count_weights(builder);
        status = ortl__source_file_tree(builder->source, error);
        if (status != ORTL_OK) return status;
        status = is_v5 ? append_rows_v5(builder, copy, error) : append_rows_v3(builder, error);
        uint64_t count = count_weights(builder) - begin;
        if (tree->target != ORTL_ALL_TARGETS && status == ORTL_OK)
            status =
                note_first(builder, tree->target, (ortl__first_weights){begin, count, 1}, error);
        else if (is_vector && is_v5 && status == ORTL_OK)
            status = note_first(builder, copy, (ortl__first_weights){begin, count, 1}, error);
        for (uint64_t t = 0; is_vector && !is_v5 && t < n_targets && status == ORTL_OK; t++)
            status = note_first(
                builder, t, (ortl__first_weights){begin + t, count / n_targets, n_targets}, error);
    }
    return status;
}

/* Leaves of a tree for all targets are vectors or votes, not both: then a target is sure of a
 * weight from every leaf, or of none. */
static ortl_status check_leaf_kinds(const ortl_builder *builder, ortl_error *error) {
    if (builder->n_voted > 0 && builder->has_other_leaves)
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "tree %llu: leaves that vote and leaves with values in one model",
                          (unsigned long long)(builder->n_begun - 1));
    return ORTL_OK;
}

ortl_status ortl__tree_finish(ortl_builder *builder, ortl_error *error) {
    ortl_status status = check_leaf_kinds(builder, error);
    if (status == ORTL_OK) status = walk(builder, error);
    if (status == ORTL_OK) status = check_all_reached(builder, error);
    if (status == ORTL_OK) status = place_nodes(builder, error);
    if (status == ORTL_OK) status = append_tree(builder, error);
    builder->tree.is_open = 0;
    return status;
}
