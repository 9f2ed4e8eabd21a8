/*
 * CatBoost's trees. A float split holds when x > border, both as float; a one-hot split when the
 * category's hash is the split's value. Of an oblivious tree split i is bit i of the number of the
 * leaf; in a nested tree the row goes right when the split holds.
 */
#include "catboost_tree.h"

#include <string.h>

typedef enum split_kind { SPLIT_NONE, SPLIT_FLOAT, SPLIT_ONE_HOT } split_kind;

struct ortl__catboost_split {
    size_t offset; /* in the file */
    split_kind kind;
    int64_t feature; /* among the features of its kind */
    float border;    /* FLOAT */
    uint32_t hash;   /* ONE_HOT */
};

struct ortl__catboost_node {
    size_t offset; /* in the file */
    ortl__catboost_split split;
    uint64_t parent;      /* the root: itself */
    uint64_t children[2]; /* left, right; 0: none */
    uint64_t value;       /* where the values of a leaf begin in values */
    uint64_t n_values;
};

static void fail(ortl__catboost_trees *trees, size_t offset, const char *message) {
    ortl__document_fail(trees->document, offset, ORTL_BAD_MODEL, "tree %llu: %s",
                        (unsigned long long)trees->n_trees, message);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static void add_double(ortl__document *document, ortl__memory *memory, ortl__doubles *out,
                       double value) {
    if (document->status != ORTL_OK) return;
    document->status = ortl__memory_grow(memory, &out->items, &out->capacity, out->n + 1,
                                         sizeof *out->items, document->error);
    if (document->status == ORTL_OK) out->items[out->n++] = value;
}

void ortl__catboost_add_doubles(ortl__document *document, ortl__memory *memory,
                                ortl__doubles *out) {
    ortl__token token = ortl__document_next(document);
    if (token.kind != ORTL__TOKEN_ARRAY) {
        double value = ortl__token_double(document, &token);
        add_double(document, memory, out, value);
        return;
    }
    while (ortl__document_item(document)) {
        double value = ortl__document_double(document);
        add_double(document, memory, out, value);
    }
}

/* ---- Splits ---------------------------------------------------------------------------------- */

static split_kind read_kind(ortl__document *document) {
    ortl__token token = ortl__document_next(document);
    if (token.kind == ORTL__TOKEN_TEXT && ortl__token_is(&token, "FloatFeature"))
        return SPLIT_FLOAT;
    if (token.kind == ORTL__TOKEN_TEXT && ortl__token_is(&token, "OneHotFeature"))
        return SPLIT_ONE_HOT;
    if (token.kind == ORTL__TOKEN_TEXT && ortl__token_is(&token, "OnlineCtr"))
        ortl__document_fail(document, token.offset, ORTL_UNSUPPORTED,
                            "a split tests a CTR, a statistic that CatBoost looks up for each "
                            "category; train with one_hot_max_size above the number of categories");
    else
        ortl__document_fail(document, token.offset, ORTL_UNSUPPORTED,
                            "a split tests something that is no float or one-hot feature");
    return SPLIT_NONE;
}

/* One-hot values are the 32 bits of the hash, as a signed number. */
static void read_hash(ortl__document *document, ortl__catboost_split *split) {
    size_t offset = document->at;
    int64_t value = ortl__document_integer(document);
    if (value < INT32_MIN || value > UINT32_MAX)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "the hash has more than 32 bits");
    else
        split->hash = (uint32_t)((uint64_t)value & UINT32_MAX);
}

static void read_split(ortl__document *document, ortl__catboost_split *split) {
    ortl__token key;
    memset(split, 0, sizeof *split);
    split->offset = document->at;
    split->feature = -1;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "split_type"))
            split->kind = read_kind(document);
        else if (ortl__token_is(&key, "float_feature_index") ||
                 ortl__token_is(&key, "cat_feature_index"))
            split->feature = ortl__document_integer(document);
        else if (ortl__token_is(&key, "border"))
            split->border = ortl__document_float(document);
        else if (ortl__token_is(&key, "value"))
            read_hash(document, split);
        else
            ortl__document_skip(document);
    }
    if (split->kind == SPLIT_NONE)
        ortl__document_fail(document, split->offset, ORTL_BAD_MODEL, "a split without split_type");
}

/* ---- Splits to the builder ------------------------------------------------------------------- */

/* The feature of a split, NULL after a failure. */
static const ortl__catboost_feature *find_feature(ortl__catboost_trees *trees,
                                                  const ortl__catboost_split *split) {
    const ortl__catboost_feature_list *list =
        split->kind == SPLIT_FLOAT ? &trees->features->floats : &trees->features->categorical;
    if (split->feature >= 0 && (uint64_t)split->feature < list->n)
        return &list->items[split->feature];
    ortl__document_fail(trees->document, split->offset, ORTL_BAD_MODEL,
                        "the split tests %s feature %lld, there are %llu",
                        split->kind == SPLIT_FLOAT ? "float" : "categorical",
                        (long long)split->feature, (unsigned long long)list->n);
    return NULL;
}

/* The numbers whose texts have the split's hash; 0 when a text is no number. */
static int collect_numbers(ortl__catboost_trees *trees, const ortl__catboost_split *split,
                           int64_t column) {
    ortl__document *document = trees->document;
    uint64_t first, n = ortl__catboost_find_texts(trees->features, split->hash, &first);
    if (n == 0)
        ortl__document_fail(document, split->offset, ORTL_UNSUPPORTED,
                            "cat_features_hash does not tell which category is meant; save the "
                            "model with save_model(name, format=\"json\", pool=training_pool)");
    if (document->status == ORTL_OK)
        document->status = ortl__memory_grow(trees->memory, &trees->set.items, &trees->set.capacity,
                                             n, sizeof *trees->set.items, document->error);
    trees->set.n = 0;
    for (uint64_t i = 0; i < n && document->status == ORTL_OK; i++) {
        const ortl__catboost_text *text = ortl__catboost_text_at(trees->features, first + i);
        if (text->is_number)
            trees->set.items[trees->set.n++] = text->number;
        else
            ortl__document_fail(document, split->offset, ORTL_UNSUPPORTED,
                                "column %lld is compared with the text \"%.40s\", but the input "
                                "is numbers: train with whole numbers in place of texts",
                                (long long)column, text->text);
    }
    return document->status == ORTL_OK;
}

static ortl_status build_one_hot(ortl__catboost_trees *trees, const ortl__catboost_split *split,
                                 const ortl__catboost_feature *feature, uint64_t node,
                                 const uint64_t children[2]) {
    ortl_category_split s = {.feature = (size_t)feature->column,
                             .member_node = (size_t)children[1],
                             .other_node = (size_t)children[0],
                             .rule = ORTL_CATEGORY_EXACT};
    if (!collect_numbers(trees, split, feature->column)) return trees->document->status;
    s.categories = trees->set.items;
    s.n_categories = (size_t)trees->set.n;
    return ortl_builder_category_split(trees->builder, (size_t)node, &s, trees->document->error);
}

static void build_split(ortl__catboost_trees *trees, const ortl__catboost_split *split,
                        uint64_t node, const uint64_t children[2]) {
    ortl__document *document = trees->document;
    const ortl__catboost_feature *feature = find_feature(trees, split);
    ortl_split s = {.comparison = ORTL_GREATER,
                    .threshold = (double)split->border,
                    .true_node = (size_t)children[1],
                    .false_node = (size_t)children[0]};
    ortl_status status;
    if (!feature) return;
    s.feature = (size_t)feature->column;
    s.nan = feature->nan_is_true ? ORTL_NAN_TRUE : ORTL_NAN_FALSE;
    status = split->kind == SPLIT_FLOAT
                 ? ortl_builder_split(trees->builder, (size_t)node, &s, document->error)
                 : build_one_hot(trees, split, feature, node, children);
    ortl__document_fail_within(document, split->offset, status);
}

/* ---- Leaves and trees to the builder --------------------------------------------------------- */

static ortl_status build_leaf_vector(ortl__catboost_trees *trees, uint64_t node,
                                     const double *values) {
    for (uint64_t i = 0; i < trees->dimension; i++)
        trees->leaf[trees->targets ? trees->targets[i] : i] = values[i];
    return ortl_builder_leaf_vector(trees->builder, (size_t)node, trees->leaf,
                                    (size_t)trees->n_leaf, trees->document->error);
}

static void build_leaf(ortl__catboost_trees *trees, size_t offset, uint64_t node,
                       const double *values) {
    ortl_status status = trees->n_leaf > 1 ? build_leaf_vector(trees, node, values)
                                           : ortl_builder_leaf(trees->builder, (size_t)node,
                                                               values[0], trees->document->error);
    ortl__document_fail_within(trees->document, offset, status);
}

/* The dimension is known from the first tree on at the latest; scores of classes that the training
 * rows did not have stay 0. */
static int settle_dimension(ortl__catboost_trees *trees, size_t offset, uint64_t dimension) {
    ortl__document *document = trees->document;
    if (trees->dimension == 0) trees->dimension = dimension;
    if (dimension != trees->dimension || dimension == 0) {
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "tree %llu: its leaves have %llu values, expected %llu",
                            (unsigned long long)trees->n_trees, (unsigned long long)dimension,
                            (unsigned long long)trees->dimension);
        return 0;
    }
    if (trees->leaf || document->status != ORTL_OK) return document->status == ORTL_OK;
    trees->n_leaf = trees->targets ? trees->n_targets : dimension;
    document->status = ortl__memory_new_zero(trees->memory, trees->n_leaf, sizeof *trees->leaf,
                                             &trees->leaf, document->error);
    return document->status == ORTL_OK;
}

static void begin_tree(ortl__catboost_trees *trees, size_t offset, uint64_t n_nodes) {
    ortl_status status =
        ortl_builder_tree_begin(trees->builder, (size_t)n_nodes,
                                trees->n_leaf > 1 ? ORTL_ALL_TARGETS : 0, trees->document->error);
    ortl__document_fail_within(trees->document, offset, status);
}

/* weights are those of the nodes, or there are none. */
static void end_tree(ortl__catboost_trees *trees, size_t offset, uint64_t n_nodes) {
    ortl_status status = ORTL_OK;
    if (trees->document->status != ORTL_OK) return;
    for (uint64_t i = 0; i < n_nodes && trees->weights.n == n_nodes && status == ORTL_OK; i++)
        status = ortl_builder_cover(trees->builder, (size_t)i, trees->weights.items[i],
                                    trees->document->error);
    if (status == ORTL_OK) status = ortl_builder_tree_end(trees->builder, trees->document->error);
    ortl__document_fail_within(trees->document, offset, status);
}

/* ---- Oblivious trees ------------------------------------------------------------------------- */

static void read_splits(ortl__catboost_trees *trees) {
    ortl__document *document = trees->document;
    ortl__document_enter(document, ORTL__TOKEN_ARRAY);
    while (ortl__document_item(document)) {
        ortl__catboost_split split;
        read_split(document, &split);
        if (document->status == ORTL_OK)
            document->status =
                ortl__memory_grow(trees->memory, &trees->splits, &trees->split_capacity,
                                  trees->n_splits + 1, sizeof split, document->error);
        if (document->status == ORTL_OK) trees->splits[trees->n_splits++] = split;
    }
}

static void read_oblivious(ortl__catboost_trees *trees) {
    ortl__document *document = trees->document;
    ortl__token key;
    trees->values.n = trees->weights.n = trees->n_splits = 0;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "splits"))
            read_splits(trees);
        else if (ortl__token_is(&key, "leaf_values"))
            ortl__catboost_add_doubles(document, trees->memory, &trees->values);
        else if (ortl__token_is(&key, "leaf_weights"))
            ortl__catboost_add_doubles(document, trees->memory, &trees->weights);
        else
            ortl__document_skip(document);
    }
}

/* Weights of the leaves, moved behind those of the n_inner nodes above them, which are sums. */
static void sum_weights(ortl__catboost_trees *trees, uint64_t n_inner) {
    ortl__document *document = trees->document;
    uint64_t n_leaves = n_inner + 1, n_nodes = n_inner + n_leaves;
    double *weights;
    if (trees->weights.n != n_leaves || document->status != ORTL_OK) return;
    document->status =
        ortl__memory_grow(trees->memory, &trees->weights.items, &trees->weights.capacity, n_nodes,
                          sizeof(double), document->error);
    if (document->status != ORTL_OK) return;
    weights = trees->weights.items;
    trees->weights.n = n_nodes;
    memmove(weights + n_inner, weights, n_leaves * sizeof *weights);
    for (uint64_t i = n_inner; i-- > 0;) weights[i] = weights[2 * i + 1] + weights[2 * i + 2];
}

/* As a full tree whose nodes are numbered level by level. The root makes the last split, which is
 * the highest bit of the leaf's number, so that the leaves come in their order. */
static void build_oblivious(ortl__catboost_trees *trees, size_t offset) {
    uint64_t depth = trees->n_splits, n_inner = ((uint64_t)1 << depth) - 1;
    uint64_t level = 0;
    begin_tree(trees, offset, 2 * n_inner + 1);
    for (uint64_t i = 0; i < n_inner && trees->document->status == ORTL_OK; i++) {
        uint64_t children[2] = {2 * i + 1, 2 * i + 2};
        if (i + 1 == (uint64_t)2 << level) level++;
        build_split(trees, &trees->splits[depth - 1 - level], i, children);
    }
    for (uint64_t i = 0; i <= n_inner && trees->document->status == ORTL_OK; i++)
        build_leaf(trees, offset, n_inner + i, trees->values.items + i * trees->dimension);
    sum_weights(trees, n_inner);
    end_tree(trees, offset, 2 * n_inner + 1);
}

static void add_oblivious(ortl__catboost_trees *trees) {
    enum { GREATEST_DEPTH = 30 };
    size_t offset = trees->document->at;
    uint64_t n_leaves;
    read_oblivious(trees);
    if (trees->document->status != ORTL_OK) return;
    n_leaves = (uint64_t)1 << (trees->n_splits < GREATEST_DEPTH ? trees->n_splits : GREATEST_DEPTH);
    if (trees->n_splits > GREATEST_DEPTH || trees->values.n % n_leaves != 0) {
        ortl__document_fail(trees->document, offset, ORTL_BAD_MODEL,
                            "tree %llu: %llu leaf values do not fit %llu splits",
                            (unsigned long long)trees->n_trees, (unsigned long long)trees->values.n,
                            (unsigned long long)trees->n_splits);
        return;
    }
    if (settle_dimension(trees, offset, trees->values.n / n_leaves)) build_oblivious(trees, offset);
    trees->n_trees++;
}

void ortl__catboost_read_oblivious(ortl__catboost_trees *trees) {
    ortl__document_enter(trees->document, ORTL__TOKEN_ARRAY);
    while (ortl__document_item(trees->document)) add_oblivious(trees);
}

/* ---- Nested trees ---------------------------------------------------------------------------- */

/* Adds a node that the document has just entered. Returns its number, or 0 on failure. */
static uint64_t add_node(ortl__catboost_trees *trees, size_t offset, uint64_t parent) {
    ortl__document *document = trees->document;
    ortl__catboost_node *node;
    if (document->status == ORTL_OK)
        document->status =
            ortl__memory_grow(trees->memory, &trees->nodes, &trees->node_capacity,
                              trees->n_nodes + 1, sizeof *trees->nodes, document->error);
    add_double(document, trees->memory, &trees->weights, 0);
    if (document->status != ORTL_OK) return 0;
    node = &trees->nodes[trees->n_nodes];
    memset(node, 0, sizeof *node);
    node->offset = offset;
    node->parent = parent;
    return trees->n_nodes++;
}

/* Enters the child of node `at`; returns its number. */
static uint64_t enter_child(ortl__catboost_trees *trees, uint64_t at, int is_right) {
    size_t offset = trees->document->at;
    uint64_t child;
    if (trees->nodes[at].children[is_right] != 0) fail(trees, offset, "a child is given twice");
    ortl__document_enter(trees->document, ORTL__TOKEN_OBJECT);
    child = add_node(trees, offset, at);
    if (child == 0) return at;
    trees->nodes[at].children[is_right] = child;
    return child;
}

static void read_values(ortl__catboost_trees *trees, ortl__catboost_node *node) {
    node->value = trees->values.n;
    ortl__catboost_add_doubles(trees->document, trees->memory, &trees->values);
    node->n_values = trees->values.n - node->value;
}

/* Walks the objects within each other without recursion: `at` is the node whose object is open. */
static void read_nodes(ortl__catboost_trees *trees) {
    ortl__document *document = trees->document;
    uint64_t at = add_node(trees, document->at, 0);
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (document->status == ORTL_OK) {
        ortl__token key;
        if (!ortl__document_key(document, &key)) {
            if (at == 0) return;
            at = trees->nodes[at].parent;
        } else if (ortl__token_is(&key, "left")) {
            at = enter_child(trees, at, 0);
        } else if (ortl__token_is(&key, "right")) {
            at = enter_child(trees, at, 1);
        } else if (ortl__token_is(&key, "split")) {
            read_split(document, &trees->nodes[at].split);
        } else if (ortl__token_is(&key, "value")) {
            read_values(trees, &trees->nodes[at]);
        } else if (ortl__token_is(&key, "weight")) {
            trees->weights.items[at] = ortl__document_double(document);
        } else {
            ortl__document_skip(document);
        }
    }
}

static void build_node(ortl__catboost_trees *trees, uint64_t i) {
    const ortl__catboost_node *node = &trees->nodes[i];
    int n_children = (node->children[0] != 0) + (node->children[1] != 0);
    if (node->split.kind != SPLIT_NONE && n_children == 2 && node->n_values == 0)
        build_split(trees, &node->split, i, node->children);
    else if (node->split.kind != SPLIT_NONE || n_children > 0)
        fail(trees, node->offset, "expected a node with split, left and right, or with value");
    else if (settle_dimension(trees, node->offset, node->n_values))
        build_leaf(trees, node->offset, i, trees->values.items + node->value);
}

/* Children stand behind their parents. */
static void add_up_weights(ortl__catboost_trees *trees) {
    double *weights = trees->weights.items;
    for (uint64_t i = trees->n_nodes; i-- > 1;) weights[trees->nodes[i].parent] += weights[i];
}

/* Values of the first leaf that comes, which says how many there are. */
static uint64_t first_dimension(const ortl__catboost_trees *trees) {
    uint64_t i = 0;
    while (i + 1 < trees->n_nodes && trees->nodes[i].n_values == 0) i++;
    return trees->nodes[i].n_values;
}

static void add_nested(ortl__catboost_trees *trees) {
    size_t offset = trees->document->at;
    trees->values.n = trees->weights.n = trees->n_nodes = 0;
    read_nodes(trees);
    if (trees->document->status != ORTL_OK) return;
    if (!settle_dimension(trees, offset, first_dimension(trees))) return;
    begin_tree(trees, offset, trees->n_nodes);
    for (uint64_t i = 0; i < trees->n_nodes && trees->document->status == ORTL_OK; i++)
        build_node(trees, i);
    add_up_weights(trees);
    end_tree(trees, offset, trees->n_nodes);
    trees->n_trees++;
}

void ortl__catboost_read_nested(ortl__catboost_trees *trees) {
    ortl__document_enter(trees->document, ORTL__TOKEN_ARRAY);
    while (ortl__document_item(trees->document)) add_nested(trees);
}

void ortl__catboost_trees_free(ortl__catboost_trees *trees) {
    ortl__memory *memory = trees->memory;
    ortl__memory_free(memory, trees->leaf, trees->n_leaf, sizeof *trees->leaf);
    ortl__memory_free(memory, trees->values.items, trees->values.capacity, sizeof(double));
    ortl__memory_free(memory, trees->weights.items, trees->weights.capacity, sizeof(double));
    ortl__memory_free(memory, trees->splits, trees->split_capacity, sizeof *trees->splits);
    ortl__memory_free(memory, trees->nodes, trees->node_capacity, sizeof *trees->nodes);
    ortl__integers_free(&trees->set, memory);
}
