/*
 * The trees of an XGBoost model file: parallel arrays, one element for each node. They are walked
 * from the root, because nodes that pruning deleted stay in the arrays.
 */
#include <float.h>
#include <stddef.h>
#include <string.h>

#include "xgboost.h"

/* The arrays that are wanted of a tree. */
#define INTEGER_ARRAYS(X)                                                                          \
    X(left_children)                                                                               \
    X(right_children)                                                                              \
    X(split_indices)                                                                               \
    X(default_left)                                                                                \
    X(split_type)                                                                                  \
    X(categories)                                                                                  \
    X(categories_nodes)                                                                            \
    X(categories_segments)                                                                         \
    X(categories_sizes)
#define FLOAT_ARRAYS(X)                                                                            \
    X(split_conditions)                                                                            \
    X(sum_hessian)                                                                                 \
    X(leaf_weights)

/* XGBoost sends greater values to the left without a look at the set. */
#define CATEGORY_END 16777216

typedef struct tree_reader {
    ortl__xgboost *x;
    ortl_builder *builder;
    uint64_t number; /* of the tree */
    size_t offset;   /* of the tree in the file */
    float weight;    /* factor of its leaves */

#define INTEGER_MEMBER(name) ortl__integers name;
#define FLOAT_MEMBER(name)   ortl__floats name;
    INTEGER_ARRAYS(INTEGER_MEMBER)
    FLOAT_ARRAYS(FLOAT_MEMBER)
#undef INTEGER_MEMBER
#undef FLOAT_MEMBER
    size_t base_weights_at; /* offset of the array, 0: none */
    int64_t declared_id;    /* -1: none */
    int64_t declared_nodes; /* -1: none */
    int64_t n_values;       /* of a leaf: size_leaf_vector */

    int vectors_by_node; /* leaf_weights (nodes, n_values), else (leaves, n_values) */

    double *values;  /* (x->n_targets) of one leaf */
    uint32_t *stack; /* (stack_capacity) nodes to visit */
    uint64_t stack_capacity;
} tree_reader;

#define FAIL(r, status, ...)                                                                       \
    ortl__document_fail(&(r)->x->document, (r)->offset, status, __VA_ARGS__)

/* ---- Reading the arrays ---------------------------------------------------------------------- */

typedef struct array_key {
    const char *key;
    size_t member; /* offset in tree_reader */
} array_key;

#define ARRAY_KEY(name) {#name, offsetof(tree_reader, name)},
static const array_key integer_keys[] = {INTEGER_ARRAYS(ARRAY_KEY)};
static const array_key float_keys[] = {FLOAT_ARRAYS(ARRAY_KEY)};
#undef ARRAY_KEY

enum {
    N_INTEGER_KEYS = sizeof integer_keys / sizeof *integer_keys,
    N_FLOAT_KEYS = sizeof float_keys / sizeof *float_keys
};

/* The place of the array that is called key, NULL when it is not one of these. */
static void *find_array(tree_reader *r, const array_key *keys, size_t n_keys,
                        const ortl__token *key) {
    for (size_t i = 0; i < n_keys; i++)
        if (ortl__token_is(key, keys[i].key)) return (unsigned char *)r + keys[i].member;
    return NULL;
}

static void read_param(tree_reader *r) {
    ortl__document *document = &r->x->document;
    ortl__token key;
    if (!ortl__document_enter(document, ORTL__TOKEN_OBJECT)) return;
    while (ortl__document_key(document, &key))
        if (ortl__token_is(&key, "num_nodes"))
            r->declared_nodes = ortl__xgboost_integer(document);
        else if (ortl__token_is(&key, "size_leaf_vector"))
            r->n_values = ortl__xgboost_integer(document);
        else
            ortl__document_skip(document);
}

static void read_tree_field(tree_reader *r, const ortl__token *key) {
    ortl__document *document = &r->x->document;
    ortl__memory *memory = r->x->source->memory;
    ortl__integers *integers = find_array(r, integer_keys, N_INTEGER_KEYS, key);
    ortl__floats *floats = integers ? NULL : find_array(r, float_keys, N_FLOAT_KEYS, key);
    if (integers) {
        ortl__document_integers(document, memory, integers);
    } else if (floats) {
        ortl__document_floats(document, memory, floats);
    } else if (ortl__token_is(key, "tree_param")) {
        read_param(r);
    } else if (ortl__token_is(key, "id")) {
        r->declared_id = ortl__document_integer(document);
    } else {
        if (ortl__token_is(key, "base_weights")) r->base_weights_at = document->at;
        ortl__document_skip(document);
    }
}

static void forget_arrays(tree_reader *r) {
#define FORGET(name) r->name.n = 0;
    INTEGER_ARRAYS(FORGET)
    FLOAT_ARRAYS(FORGET)
#undef FORGET
    r->base_weights_at = 0;
    r->declared_id = r->declared_nodes = -1;
    r->n_values = 0;
}

static void read_arrays(tree_reader *r) {
    ortl__token key;
    forget_arrays(r);
    if (!ortl__document_enter(&r->x->document, ORTL__TOKEN_OBJECT)) return;
    while (ortl__document_key(&r->x->document, &key)) read_tree_field(r, &key);
}

static void free_reader(tree_reader *r) {
    ortl__memory *memory = r->x->source->memory;
#define FREE_INTEGERS(name) ortl__integers_free(&r->name, memory);
#define FREE_FLOATS(name)   ortl__floats_free(&r->name, memory);
    INTEGER_ARRAYS(FREE_INTEGERS)
    FLOAT_ARRAYS(FREE_FLOATS)
#undef FREE_INTEGERS
#undef FREE_FLOATS
    ortl__memory_free(memory, r->values, r->x->n_targets, sizeof *r->values);
    ortl__memory_free(memory, r->stack, r->stack_capacity, sizeof *r->stack);
}

/* ---- Checks of a tree as a whole ------------------------------------------------------------- */

static void check_length(tree_reader *r, const char *name, uint64_t n) {
    if (n != r->left_children.n)
        FAIL(r, ORTL_BAD_MODEL, "tree %llu: %s has %llu elements, left_children %llu",
             (unsigned long long)r->number, name, (unsigned long long)n,
             (unsigned long long)r->left_children.n);
}

static void check_lengths(tree_reader *r) {
    check_length(r, "right_children", r->right_children.n);
    check_length(r, "split_indices", r->split_indices.n);
    check_length(r, "default_left", r->default_left.n);
    check_length(r, "split_conditions", r->split_conditions.n);
    /* Older files do not have these. */
    if (r->split_type.n > 0) check_length(r, "split_type", r->split_type.n);
    if (r->sum_hessian.n > 0) check_length(r, "sum_hessian", r->sum_hessian.n);
    if (r->declared_nodes >= 0) check_length(r, "num_nodes", (uint64_t)r->declared_nodes);
    if (r->declared_id >= 0 && (uint64_t)r->declared_id != r->number)
        FAIL(r, ORTL_BAD_MODEL, "tree %llu has id %lld", (unsigned long long)r->number,
             (long long)r->declared_id);
}

/* One element of the three for each node that has a set, in ascending order of nodes. */
static void check_categories(tree_reader *r) {
    uint64_t n = r->categories_nodes.n;
    int is_good = r->categories_segments.n == n && r->categories_sizes.n == n;
    for (uint64_t i = 1; i < n && is_good; i++)
        is_good = r->categories_nodes.items[i - 1] < r->categories_nodes.items[i];
    for (uint64_t i = 0; i < n && is_good; i++) {
        int64_t begin = r->categories_segments.items[i], size = r->categories_sizes.items[i];
        is_good = begin >= 0 && size >= 0 && (uint64_t)begin <= r->categories.n &&
                  (uint64_t)size <= r->categories.n - (uint64_t)begin;
    }
    for (uint64_t i = 0; i < r->categories.n && is_good; i++)
        is_good = r->categories.items[i] >= 0 && r->categories.items[i] < CATEGORY_END;
    if (!is_good)
        FAIL(r, ORTL_BAD_MODEL, "tree %llu: the lists of categories do not fit each other",
             (unsigned long long)r->number);
}

/* Leaves with a value for each target: in leaf_weights since 3.2, in base_weights before. */
static void prepare_vectors(tree_reader *r) {
    ortl__document *document = &r->x->document;
    ortl__document again;
    if (document->status != ORTL_OK || r->n_values <= 1) return;
    if ((uint64_t)r->n_values != r->x->n_targets) {
        FAIL(r, ORTL_BAD_MODEL, "tree %llu: size_leaf_vector is %lld, the model has %llu outputs",
             (unsigned long long)r->number, (long long)r->n_values,
             (unsigned long long)r->x->n_targets);
        return;
    }
    r->vectors_by_node = r->leaf_weights.n == 0;
    if (!r->vectors_by_node || r->base_weights_at == 0) return;
    ortl__document_open_again(document, r->base_weights_at, &again);
    ortl__document_floats(&again, r->x->source->memory, &r->leaf_weights);
    document->status = again.status;
    ortl__document_close(&again);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* The index of the node among those with a set, or -1. */
static int64_t find_set(const tree_reader *r, uint32_t node) {
    uint64_t low = 0, high = r->categories_nodes.n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int64_t other = r->categories_nodes.items[middle];
        if (other == (int64_t)node) return (int64_t)middle;
        if (other < (int64_t)node)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* A category of the set goes right; one that is not, or that is negative, goes left. Before 1.6 the
 * value was truncated before it was looked at, so that -0.5 counted as 0. */
static ortl_status add_category_split(tree_reader *r, uint32_t node, size_t left, size_t right) {
    int64_t set = find_set(r, node);
    ortl_category_split split = {
        .feature = (size_t)r->split_indices.items[node],
        .member_node = right,
        .other_node = left,
        .rule =
            ortl__xgboost_is_before(r->x, 1, 6) ? ORTL_CATEGORY_TRUNCATED : ORTL_CATEGORY_FLOORED,
        .nan = r->default_left.items[node] ? ORTL_NAN_FALSE : ORTL_NAN_TRUE};
    if (set >= 0) {
        split.categories = r->categories.items + r->categories_segments.items[set];
        split.n_categories = (size_t)r->categories_sizes.items[set];
    }
    return ortl_builder_category_split(r->builder, node, &split, r->x->document.error);
}

static ortl_status add_split(tree_reader *r, uint32_t node, size_t left, size_t right) {
    ortl_split split = {.feature = (size_t)r->split_indices.items[node],
                        .comparison = ORTL_LESS,
                        .threshold = (double)r->split_conditions.items[node],
                        .true_node = left,
                        .false_node = right,
                        .nan = r->default_left.items[node] ? ORTL_NAN_TRUE : ORTL_NAN_FALSE};
    if (r->split_type.n > 0 && r->split_type.items[node] == 1)
        return add_category_split(r, node, left, right);
    return ortl_builder_split(r->builder, node, &split, r->x->document.error);
}

static ortl_status add_leaf_vector(tree_reader *r, uint32_t node) {
    int64_t row = r->vectors_by_node ? (int64_t)node : r->right_children.items[node];
    uint64_t n = (uint64_t)r->n_values;
    if (row < 0 || (uint64_t)row >= r->leaf_weights.n / n)
        return FAIL(r, ORTL_BAD_MODEL, "tree %llu, node %llu: there is no leaf %lld",
                    (unsigned long long)r->number, (unsigned long long)node, (long long)row);
    for (uint64_t i = 0; i < n; i++)
        r->values[i] = (double)(r->leaf_weights.items[(uint64_t)row * n + i] * r->weight);
    return ortl_builder_leaf_vector(r->builder, node, r->values, (size_t)n, r->x->document.error);
}

static ortl_status add_leaf(tree_reader *r, uint32_t node) {
    if (r->n_values > 1) return add_leaf_vector(r, node);
    return ortl_builder_leaf(r->builder, node,
                             (double)(r->split_conditions.items[node] * r->weight),
                             r->x->document.error);
}

/* XGBoost itself takes the node behind the left child for the right one. */
static ortl_status check_split(tree_reader *r, uint32_t node, int64_t left, int64_t right) {
    int64_t feature = r->split_indices.items[node];
    if (left < 0 || (uint64_t)left >= r->left_children.n || right != left + 1 ||
        (uint64_t)right >= r->left_children.n)
        return FAIL(r, ORTL_BAD_MODEL,
                    "tree %llu, node %llu: children %lld and %lld in a tree of %llu nodes",
                    (unsigned long long)r->number, (unsigned long long)node, (long long)left,
                    (long long)right, (unsigned long long)r->left_children.n);
    if (feature < 0 || feature >= r->x->n_features)
        return FAIL(r, ORTL_BAD_MODEL, "tree %llu, node %llu: feature %lld of a model with %lld",
                    (unsigned long long)r->number, (unsigned long long)node, (long long)feature,
                    (long long)r->x->n_features);
    return ORTL_OK;
}

static ortl_status add_node(tree_reader *r, uint32_t node, uint64_t *n_stack) {
    int64_t left = r->left_children.items[node], right = r->right_children.items[node];
    ortl_status status = ORTL_OK;
    if (left == -1) {
        status = add_leaf(r, node);
    } else {
        status = check_split(r, node, left, right);
        if (status != ORTL_OK) return status;
        status = add_split(r, node, (size_t)left, (size_t)right);
        r->stack[(*n_stack)++] = (uint32_t)right;
        r->stack[(*n_stack)++] = (uint32_t)left;
    }
    if (status == ORTL_OK && r->sum_hessian.n > 0 && r->sum_hessian.items[node] >= 0 &&
        r->sum_hessian.items[node] < FLT_MAX / 2)
        status = ortl_builder_cover(r->builder, node, (double)r->sum_hessian.items[node],
                                    r->x->document.error);
    return status;
}

/* The builder refuses a node that is reached twice, so the walk takes each node once at most, and
 * the stack never holds more than one node more than the tree has. */
static ortl_status walk(tree_reader *r) {
    uint64_t n_stack = 1;
    ortl_status status =
        ortl__memory_grow(r->x->source->memory, &r->stack, &r->stack_capacity,
                          r->left_children.n + 2, sizeof *r->stack, r->x->document.error);
    if (status != ORTL_OK) return status;
    r->stack[0] = 0;
    while (n_stack > 0 && status == ORTL_OK) status = add_node(r, r->stack[--n_stack], &n_stack);
    return status;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static ortl_status find_target(tree_reader *r, size_t *target_out) {
    int64_t target = r->x->tree_info.items[r->number];
    *target_out = r->n_values > 1 ? ORTL_ALL_TARGETS : (size_t)target;
    if (target >= 0 && (uint64_t)target < r->x->n_targets) return ORTL_OK;
    return FAIL(r, ORTL_BAD_MODEL, "tree %llu adds to output %lld of %llu",
                (unsigned long long)r->number, (long long)target,
                (unsigned long long)r->x->n_targets);
}

static void build_tree(tree_reader *r) {
    ortl__document *document = &r->x->document;
    size_t target;
    ortl_status status = find_target(r, &target);
    if (status == ORTL_OK)
        status = ortl_builder_tree_begin(r->builder, r->left_children.n, target, document->error);
    if (status == ORTL_OK) status = walk(r);
    if (status == ORTL_OK) status = ortl_builder_tree_end(r->builder, document->error);
    ortl__document_fail_within(document, r->offset, status);
}

static void read_tree(tree_reader *r) {
    ortl__document *document = &r->x->document;
    r->offset = document->at;
    r->weight = r->x->weight_drop.n > 0 ? r->x->weight_drop.items[r->number] : 1.0f;
    read_arrays(r);
    check_lengths(r);
    if (document->status == ORTL_OK) check_categories(r);
    prepare_vectors(r);
    if (document->status == ORTL_OK) build_tree(r);
}

ortl_status ortl__xgboost_trees(ortl__xgboost *x, ortl_builder *builder) {
    ortl__document *document = &x->document;
    tree_reader r;
    memset(&r, 0, sizeof r);
    r.x = x;
    r.builder = builder;
    document->status = ortl__memory_new(x->source->memory, x->n_targets, sizeof *r.values,
                                        &r.values, document->error);
    ortl__document_return(document, x->trees_at);
    if (ortl__document_enter(document, ORTL__TOKEN_ARRAY))
        for (; r.number < x->n_used && ortl__document_item(document); r.number++) read_tree(&r);
    free_reader(&r);
    return document->status;
}
