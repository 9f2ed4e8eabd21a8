/*
 * Trees of OpenCV: a node with splits has two children, which follow it in pre-order; the first
 * split decides, the others stand in for it in training only.
 */
#include "opencv_tree.h"

#include <string.h>

#include "../runtime/number.h"

typedef enum split_kind { SPLIT_NONE, SPLIT_LE, SPLIT_IN, SPLIT_NOT_IN } split_kind;

struct ortl__opencv_node {
    size_t offset; /* in the file */
    split_kind kind;
    int64_t depth;       /* -1: not given */
    int64_t variable;    /* as the split has it, -1: not given */
    int64_t class_index; /* -1: not given */
    int has_value;
    double value;         /* of a leaf */
    float threshold;      /* LE */
    uint64_t set;         /* IN, NOT_IN: where its categories begin in sets */
    uint64_t n_set;       /* IN, NOT_IN */
    uint64_t parent;      /* the root: itself */
    uint64_t children[2]; /* left, right; 0: not there yet */
};

#define NO_NODE UINT64_MAX

static ortl_status fail(ortl__opencv_trees *trees, const ortl__opencv_node *node,
                        const char *message) {
    return ortl__document_fail(trees->document, node->offset, ORTL_BAD_MODEL,
                               "tree %llu, node %llu: %s", (unsigned long long)trees->n_trees,
                               (unsigned long long)(node - trees->nodes), message);
}

/* ---- Lists of integers ----------------------------------------------------------------------- */

static void add_integer(ortl__document *document, ortl__memory *memory, ortl__integers *out,
                        int64_t value) {
    if (document->status != ORTL_OK) return;
    document->status = ortl__memory_grow(memory, &out->items, &out->capacity, out->n + 1,
                                         sizeof *out->items, document->error);
    if (document->status == ORTL_OK) out->items[out->n++] = value;
}

void ortl__opencv_add_integers(ortl__document *document, ortl__memory *memory,
                               ortl__integers *out) {
    ortl__token token = ortl__document_next(document);
    if (token.kind == ORTL__TOKEN_NULL) return;
    if (token.kind != ORTL__TOKEN_ARRAY) {
        int64_t value = ortl__token_integer(document, &token);
        add_integer(document, memory, out, value);
        return;
    }
    while (ortl__document_item(document)) {
        int64_t value = ortl__document_integer(document);
        add_integer(document, memory, out, value);
    }
}

/* ---- Reading a node -------------------------------------------------------------------------- */

static void read_set(ortl__opencv_trees *trees, ortl__opencv_node *node, split_kind kind) {
    node->kind = kind;
    node->set = trees->sets.n;
    ortl__opencv_add_integers(trees->document, trees->memory, &trees->sets);
    node->n_set = trees->sets.n - node->set;
}

/* OpenCV reads le as double and keeps it as float. It writes gt in surrogates only. */
static void read_split(ortl__opencv_trees *trees, ortl__opencv_node *node) {
    ortl__document *document = trees->document;
    ortl__token key;
    size_t offset = document->at;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "var")) {
            node->variable = ortl__document_integer(document);
        } else if (ortl__token_is(&key, "le")) {
            node->threshold = (float)ortl__document_double(document);
            node->kind = SPLIT_LE;
        } else if (ortl__token_is(&key, "in")) {
            read_set(trees, node, SPLIT_IN);
        } else if (ortl__token_is(&key, "not_in")) {
            read_set(trees, node, SPLIT_NOT_IN);
        } else {
            ortl__document_skip(document);
        }
    }
    if (node->kind == SPLIT_NONE)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "expected a split with \"le\", \"in\" or \"not_in\"");
}

/* The first split decides. In a model that was trained with surrogates others follow. */
static void read_splits(ortl__opencv_trees *trees, ortl__opencv_node *node) {
    ortl__document *document = trees->document;
    if (!ortl__document_enter(document, ORTL__TOKEN_ARRAY)) return;
    if (!ortl__document_item(document)) return;
    read_split(trees, node);
    while (ortl__document_item(document)) ortl__document_skip(document);
}

static void read_node(ortl__opencv_trees *trees, ortl__opencv_node *node) {
    ortl__document *document = trees->document;
    ortl__token key;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "depth")) {
            node->depth = ortl__document_integer(document);
        } else if (ortl__token_is(&key, "value")) {
            node->value = ortl__document_double(document);
            node->has_value = 1;
        } else if (ortl__token_is(&key, "norm_class_idx")) {
            node->class_index = ortl__document_integer(document);
        } else if (ortl__token_is(&key, "splits")) {
            read_splits(trees, node);
        } else {
            ortl__document_skip(document);
        }
    }
}

/* ---- Pre-order ------------------------------------------------------------------------------- */

/* The next node is the left child of the last one, or the right child of the nearest ancestor that
 * lacks one. */
static void step_up(ortl__opencv_trees *trees) {
    const ortl__opencv_node *nodes = trees->nodes;
    uint64_t at = trees->open;
    while (at != NO_NODE && nodes[at].children[1] != 0)
        at = nodes[at].parent == at ? NO_NODE : nodes[at].parent;
    trees->open = at;
}

/* Puts the node that was read last, which is complete, in its place. */
static void place_node(ortl__opencv_trees *trees) {
    uint64_t own = trees->n_nodes - 1;
    ortl__opencv_node *node = &trees->nodes[own], *parent = NULL;
    if (own > 0) {
        if (trees->open == NO_NODE) {
            fail(trees, node, "the nodes before it are a whole tree");
            return;
        }
        parent = &trees->nodes[trees->open];
        parent->children[parent->children[0] != 0] = own;
    }
    node->parent = parent ? trees->open : own;
    if (node->depth >= 0 && node->depth != (parent ? parent->depth + 1 : 0) &&
        (!parent || parent->depth >= 0))
        fail(trees, node, "its depth does not fit the nodes before it");
    if (node->kind != SPLIT_NONE)
        trees->open = own;
    else if (own == 0)
        trees->open = NO_NODE;
    else
        step_up(trees);
}

static void add_node(ortl__opencv_trees *trees) {
    ortl__document *document = trees->document;
    ortl__opencv_node node = {.depth = -1, .variable = -1, .class_index = -1};
    node.offset = document->at;
    read_node(trees, &node);
    if (document->status != ORTL_OK) return;
    document->status = ortl__memory_grow(trees->memory, &trees->nodes, &trees->capacity,
                                         trees->n_nodes + 1, sizeof node, document->error);
    if (document->status != ORTL_OK) return;
    trees->nodes[trees->n_nodes++] = node;
    place_node(trees);
}

/* ---- To the builder -------------------------------------------------------------------------- */

/* The variable that a split tests, -1 after a failure. */
static int64_t find_variable(ortl__opencv_trees *trees, const ortl__opencv_node *node) {
    const ortl__opencv_variables *v = trees->variables;
    int64_t variable = node->variable;
    if (!v->is_global && v->idx.n > 0)
        variable = variable >= 0 && (uint64_t)variable < v->idx.n ? v->idx.items[variable] : -1;
    if (variable < 0 || (uint64_t)variable >= v->type.n || v->columns[variable] < 0) {
        fail(trees, node, "it splits by a variable that the model does not have");
        return -1;
    }
    if ((v->type.items[variable] != 0) == (node->kind != SPLIT_LE)) return variable;
    fail(trees, node,
         node->kind == SPLIT_LE ? "a categorical variable has a threshold"
                                : "an ordered variable has a set of categories");
    return -1;
}

/* Makes categories out of the indices that the file has. They end at cat_ofs. */
static int map_set(ortl__opencv_trees *trees, const ortl__opencv_node *node, int64_t variable) {
    const ortl__opencv_variables *v = trees->variables;
    int64_t begin = 0, end = 0;
    if ((uint64_t)variable < v->offsets.n / 2) {
        begin = v->offsets.items[2 * variable];
        end = v->offsets.items[2 * variable + 1];
    }
    if (begin < 0 || end < begin || (uint64_t)end > v->map.n) begin = end = 0;
    for (uint64_t i = node->set; i < node->set + node->n_set; i++) {
        int64_t index = trees->sets.items[i];
        if (index < 0 || index >= end - begin) {
            fail(trees, node, "a category of its split is not in cat_map");
            return 0;
        }
        trees->sets.items[i] = v->map.items[begin + index];
    }
    return 1;
}

/* OpenCV predicts nothing for categories it has not seen; here they are in no set. NaN goes right,
 * as at thresholds. */
static ortl_status build_set_split(ortl__opencv_trees *trees, const ortl__opencv_node *node,
                                   int64_t variable) {
    int left_is_member = node->kind == SPLIT_IN;
    ortl_category_split split = {.n_categories = (size_t)node->n_set,
                                 .rule = ORTL_CATEGORY_EXACT,
                                 .nan = left_is_member ? ORTL_NAN_FALSE : ORTL_NAN_TRUE};
    split.feature = (size_t)trees->variables->columns[variable];
    split.member_node = (size_t)node->children[!left_is_member];
    split.other_node = (size_t)node->children[left_is_member];
    if (!map_set(trees, node, variable)) return trees->document->status;
    if (node->n_set > 0) split.categories = trees->sets.items + node->set;
    return ortl_builder_category_split(trees->builder, (size_t)(node - trees->nodes), &split,
                                       trees->document->error);
}

static ortl_status build_split(ortl__opencv_trees *trees, const ortl__opencv_node *node) {
    int64_t variable = find_variable(trees, node);
    ortl_split split = {.comparison = ORTL_LESS_EQUAL,
                        .threshold = (double)node->threshold,
                        .true_node = (size_t)node->children[0],
                        .false_node = (size_t)node->children[1]};
    if (variable < 0) return trees->document->status;
    if (node->kind != SPLIT_LE) return build_set_split(trees, node, variable);
    split.feature = (size_t)trees->variables->columns[variable];
    return ortl_builder_split(trees->builder, (size_t)(node - trees->nodes), &split,
                              trees->document->error);
}

static ortl_status build_leaf(ortl__opencv_trees *trees, const ortl__opencv_node *node) {
    size_t own = (size_t)(node - trees->nodes);
    if (trees->leaf == ORTL__OPENCV_SUM) {
        if (!node->has_value) return fail(trees, node, "a leaf without \"value\"");
        return ortl_builder_leaf(trees->builder, own, node->value, trees->document->error);
    }
    if (node->class_index < 0 || (uint64_t)node->class_index >= trees->variables->labels.n)
        return fail(trees, node, "a leaf whose \"norm_class_idx\" is not in class_labels");
    return ortl_builder_leaf_vote(trees->builder, own, (size_t)node->class_index,
                                  trees->document->error);
}

static void build_tree(ortl__opencv_trees *trees, size_t offset) {
    ortl__document *document = trees->document;
    size_t target = trees->leaf == ORTL__OPENCV_VOTE ? ORTL_ALL_TARGETS : 0;
    ortl_status status =
        ortl_builder_tree_begin(trees->builder, (size_t)trees->n_nodes, target, document->error);
    ortl__document_fail_within(document, offset, status);
    for (uint64_t i = 0; i < trees->n_nodes && document->status == ORTL_OK; i++) {
        const ortl__opencv_node *node = &trees->nodes[i];
        status = node->kind == SPLIT_NONE ? build_leaf(trees, node) : build_split(trees, node);
        ortl__document_fail_within(document, node->offset, status);
    }
    if (document->status != ORTL_OK) return;
    status = ortl_builder_tree_end(trees->builder, document->error);
    ortl__document_fail_within(document, offset, status);
}

void ortl__opencv_read_tree(ortl__opencv_trees *trees) {
    ortl__document *document = trees->document;
    size_t offset = document->at;
    trees->n_nodes = 0;
    trees->sets.n = 0;
    trees->open = NO_NODE;
    if (!ortl__document_enter(document, ORTL__TOKEN_ARRAY)) return;
    while (ortl__document_item(document)) add_node(trees);
    if (document->status != ORTL_OK) return;
    if (trees->n_nodes == 0 || trees->open != NO_NODE)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "tree %llu: its %llu nodes are no whole tree",
                            (unsigned long long)trees->n_trees, (unsigned long long)trees->n_nodes);
    else
        build_tree(trees, offset);
    trees->n_trees++;
}

void ortl__opencv_trees_free(ortl__opencv_trees *trees) {
    ortl__memory_free(trees->memory, trees->nodes, trees->capacity, sizeof *trees->nodes);
    ortl__integers_free(&trees->sets, trees->memory);
}
