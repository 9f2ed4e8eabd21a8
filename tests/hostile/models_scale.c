/*
 * Large files, made to be slow: whatever takes more than linear time shows here.
 */
#include "models.h"

#include "graphs.h"

/* ---- Trees ----------------------------------------------------------------------------------- */

typedef struct tree_columns {
    int64_t *trees, *ids, *features, *true_ids, *false_ids;
    float *values;
    const char **modes;
    size_t n;
} tree_columns;

static tree_columns new_columns(size_t n) {
    tree_columns c = {calloc(n, 8),
                      calloc(n, 8),
                      calloc(n, 8),
                      calloc(n, 8),
                      calloc(n, 8),
                      calloc(n, 4),
                      calloc(n, sizeof(char *)),
                      n};
    for (size_t i = 0; i < n; i++) c.ids[i] = (int64_t)i, c.modes[i] = "LEAF";
    return c;
}

/* Writes the columns with one vote for each leaf, and frees them. */
static void put_trees(wire_builder *file, tree_columns *c) {
    wire_builder node = {0};
    int64_t *zeros = calloc(c->n, 8), *nodes = calloc(c->n, 8), *trees = calloc(c->n, 8);
    float *weights = calloc(c->n, 4);
    size_t n_leaves = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->modes[i], "LEAF") != 0) continue;
        nodes[n_leaves] = c->ids[i];
        trees[n_leaves] = c->trees[i];
        weights[n_leaves++] = (float)(i % 7);
    }
    onnx_int(&node, &packed, "n_targets", 1);
    onnx_ints(&node, &packed, "nodes_treeids", c->trees, c->n);
    onnx_ints(&node, &packed, "nodes_nodeids", c->ids, c->n);
    onnx_ints(&node, &packed, "nodes_featureids", c->features, c->n);
    onnx_ints(&node, &packed, "nodes_truenodeids", c->true_ids, c->n);
    onnx_ints(&node, &packed, "nodes_falsenodeids", c->false_ids, c->n);
    onnx_floats(&node, &packed, "nodes_values", c->values, c->n);
    onnx_strings(&node, &packed, "nodes_modes", c->modes, c->n);
    onnx_ints(&node, &packed, "target_ids", zeros, n_leaves);
    onnx_ints(&node, &packed, "target_nodeids", nodes, n_leaves);
    onnx_ints(&node, &packed, "target_treeids", trees, n_leaves);
    onnx_floats(&node, &packed, "target_weights", weights, n_leaves);
    free(c->trees), free(c->ids), free(c->features), free(c->true_ids), free(c->false_ids);
    free(c->values), free(c->modes), free(zeros), free(nodes), free(trees), free(weights);
    put_one_node(file, "TreeEnsembleRegressor", "ai.onnx.ml", &node);
}

/* Node i tests and has leaf i + 1 on one side and the rest on the other. */
static void put_chain(wire_builder *file, size_t n_tests, const char *mode, int is_true_side) {
    tree_columns c = new_columns(2 * n_tests + 1);
    for (size_t i = 0; i < n_tests; i++) {
        int64_t leaf = (int64_t)(2 * i + 1), rest = (int64_t)(2 * i + 2);
        c.modes[2 * i] = mode;
        c.values[2 * i] = (float)(i % 1000);
        c.true_ids[2 * i] = is_true_side ? rest : leaf;
        c.false_ids[2 * i] = is_true_side ? leaf : rest;
    }
    put_trees(file, &c);
}

void models_put_chain(wire_builder *file, size_t n) {
    put_chain(file, n, "BRANCH_EQ", 0);
}

static void put_chains(wire_builder *file, int variant) {
    static const char *const modes[] = {"BRANCH_EQ", "BRANCH_LEQ", "BRANCH_NEQ", "BRANCH_GT"};
    put_chain(file, 200000, modes[variant / 2], variant % 2);
}

static void put_million(wire_builder *file, int variant) {
    put_chain(file, 500000, "BRANCH_LEQ", variant);
}

/* Trees of one leaf: equal ids throughout, or ids that jump between extremes. */
static void put_leaves(wire_builder *file, int variant, size_t n) {
    tree_columns c = new_columns(n);
    for (size_t i = 0; i < c.n; i++) {
        c.ids[i] = 0;
        c.trees[i] = variant == 0   ? (int64_t)i
                     : variant == 1 ? (int64_t)(c.n - i)
                     : variant == 2 ? (i % 2 ? INT32_MAX - (int64_t)i : (int64_t)i)
                                    : 0; /* the same tree and node, again and again */
    }
    put_trees(file, &c);
}

static void put_roots(wire_builder *file, int variant) {
    put_leaves(file, variant, 100000);
}

static void put_equal_roots(wire_builder *file, int variant) {
    put_leaves(file, 3 + variant, 100000);
}

void models_put_roots(wire_builder *file, size_t n) {
    put_leaves(file, 0, n);
}

/* Every inner node has the next one as both children: 2^n paths. */
static void put_diamonds(wire_builder *file, int variant) {
    const size_t n = variant == 0 ? 60 : 100000;
    tree_columns c = new_columns(n + 1);
    for (size_t i = 0; i < n; i++) {
        c.modes[i] = "BRANCH_LEQ";
        c.true_ids[i] = c.false_ids[i] = (int64_t)i + 1;
    }
    put_trees(file, &c);
}

/* Rows in an order that a pairwise search would feel: all leaves first, ids backwards. */
static void put_backwards(wire_builder *file, int variant) {
    const size_t n = 1 << 18;
    tree_columns c = new_columns(2 * n - 1);
    (void)variant;
    for (size_t i = 0; i + 1 < n; i++) {
        c.modes[i] = "BRANCH_LEQ";
        c.values[i] = (float)(i % 100);
        c.true_ids[i] = (int64_t)(2 * i + 1);
        c.false_ids[i] = (int64_t)(2 * i + 2);
    }
    for (size_t i = 0; i < c.n / 2; i++) {
        size_t j = c.n - 1 - i;
        int64_t id = c.ids[i], t = c.true_ids[i], f = c.false_ids[i];
        const char *mode = c.modes[i];
        c.ids[i] = c.ids[j], c.true_ids[i] = c.true_ids[j], c.false_ids[i] = c.false_ids[j];
        c.modes[i] = c.modes[j];
        c.ids[j] = id, c.true_ids[j] = t, c.false_ids[j] = f, c.modes[j] = mode;
    }
    put_trees(file, &c);
}

/* ---- Sets ------------------------------------------------------------------------------------ */

/* One test for membership in n values, or n tests for one value each. */
static void put_members(wire_builder *file, int variant) {
    const size_t n_tests = variant == 0 ? 1 : 40000, n_values = variant == 0 ? 40000 : 1;
    wire_builder node = {0}, graph = {0}, members = {0}, weights = {0}, modes = {0}, splits = {0};
    int64_t *zeros = calloc(n_tests + 1, 8), *ones = calloc(n_tests + 1, 8);
    int64_t *next = calloc(n_tests + 1, 8);
    uint8_t *kinds = malloc(n_tests);
    float *values = calloc(n_tests * (n_values + 1), 4), *votes = calloc(2, 4);
    memset(kinds, 6, n_tests);
    for (size_t i = 0; i < n_tests; i++) {
        ones[i] = 1;
        next[i] = (int64_t)(i + 1 < n_tests ? i + 1 : 1);
        for (size_t j = 0; j < n_values; j++)
            values[i * (n_values + 1) + j] = (float)(j * 1001 % 40009);
        uint32_t nan = 0x7fc00000;
        memcpy(&values[i * (n_values + 1) + n_values], &nan, sizeof nan);
    }
    votes[0] = 1;
    onnx_int(&node, &packed, "n_targets", 1);
    onnx_ints(&node, &packed, "tree_roots", zeros, 1);
    onnx_ints(&node, &packed, "nodes_featureids", zeros, n_tests);
    onnx_ints(&node, &packed, "nodes_truenodeids", zeros, n_tests);
    onnx_ints(&node, &packed, "nodes_trueleafs", ones, n_tests);
    onnx_ints(&node, &packed, "nodes_falsenodeids", next, n_tests);
    memset(ones, 0, 8 * n_tests);
    ones[n_tests - 1] = 1;
    onnx_ints(&node, &packed, "nodes_falseleafs", ones, n_tests);
    onnx_ints(&node, &packed, "leaf_targetids", zeros, 2);
    onnx_tensor_head(&members, NULL, TYPE_FLOAT, (int64_t)(n_tests * (n_values + 1)));
    wire_floats(&members, 4, values, n_tests * (n_values + 1), WIRE_PACKED);
    onnx_tensor(&node, &packed, "membership_values", &members);
    onnx_tensor_head(&splits, NULL, TYPE_FLOAT, (int64_t)n_tests);
    memset(values, 0, 4 * n_tests);
    wire_floats(&splits, 4, values, n_tests, WIRE_PACKED);
    onnx_tensor(&node, &packed, "nodes_splits", &splits);
    onnx_tensor_head(&weights, NULL, TYPE_FLOAT, 2);
    wire_floats(&weights, 4, votes, 2, WIRE_PACKED);
    onnx_tensor(&node, &packed, "leaf_weights", &weights);
    onnx_tensor_head(&modes, NULL, TYPE_UINT8, (int64_t)n_tests);
    wire_blob(&modes, 9, kinds, n_tests);
    onnx_tensor(&node, &packed, "nodes_modes", &modes);
    put_node(&graph, 1, "TreeEnsemble", "ai.onnx.ml", "X", "Y", &node);
    wire_text(&graph, 2, "graph");
    onnx_value(&graph, 11, "X", 3);
    onnx_value(&graph, 12, "Y", 1);
    wire_int(file, 1, 10);
    onnx_opset(file, "", 21);
    onnx_opset(file, "ai.onnx.ml", 5);
    wire_message(file, 7, &graph);
    free(zeros), free(ones), free(next), free(kinds), free(values), free(votes);
}

/* ---- Graphs ---------------------------------------------------------------------------------- */

/* Tiny operators one after the other, or all side by side. prefix: of the names of values. */
static void put_many(wire_builder *file, int variant, int n, const char *prefix) {
    static const char *const ops[] = {"Neg", "Identity", "Abs"};
    wire_builder graph = {0};
    for (int i = 0; i < n; i++) {
        char from[40], to[40];
        snprintf(from, sizeof from, i == 0 || variant % 2 ? "X" : "%s%d", prefix, i);
        snprintf(to, sizeof to, i == n - 1 ? "Y" : "%s%d", prefix, i + 1);
        put_node(&graph, 1, ops[variant / 2], NULL, from, to, NULL);
    }
    put_model(file, &graph);
}

static void put_operators(wire_builder *file, int variant) {
    put_many(file, variant, 60000, "of_the_layer_before_");
}

void models_put_operators(wire_builder *file, size_t n) {
    put_many(file, 0, (int)n, "of_the_layer_before_");
}

/* As few bytes for an operator as can be: ten times as many must be enough for it in memory, but
 * for instrumented builds, where each thing has a block of its own. */
static void put_terse_operators(wire_builder *file, int variant) {
    put_many(file, variant, 60000, "");
}

static void put_too_many_operators(wire_builder *file, int variant) {
    put_many(file, variant, 65537, "of_the_layer_before_");
}

static void put_constants(wire_builder *file, int variant, int n) {
    wire_builder graph = {0};
    const int64_t value = 1;
    put_node(&graph, 1, "Neg", NULL, "X", "Y", NULL);
    for (int i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, variant ? "the_same" : "constant_%d", i);
        put_int64s(&graph, name, &value, variant ? -1 : 1);
    }
    put_model(file, &graph);
}

static void put_initialisers(wire_builder *file, int variant) {
    put_constants(file, variant, 50000);
}

void models_put_initialisers(wire_builder *file, size_t n) {
    put_constants(file, 0, (int)n);
}

static void put_metadata(wire_builder *file, int variant) {
    wire_builder graph = {0};
    put_node(&graph, 1, "Neg", NULL, "X", "Y", NULL);
    for (int i = 0; i < 100000; i++) {
        char key[24];
        snprintf(key, sizeof key, variant ? "k" : "key_%d", i);
        onnx_metadata(file, key, "");
    }
    put_model(file, &graph);
}

/* Many labels, equal or not; keys of an encoder. */
static void put_keys(wire_builder *file, int variant, size_t n) {
    wire_builder node = {0}, graph = {0};
    int64_t *values = calloc(n, 8);
    const char **texts = calloc(n, sizeof(char *));
    char(*names)[24] = calloc(n, 24);
    for (size_t i = 0; i < n; i++) {
        values[i] = variant % 2 ? 7 : (int64_t)(i * 7919 % n);
        snprintf(names[i], 24, "%zu", variant % 2 ? 7 : i);
        texts[i] = names[i];
    }
    if (variant / 2 == 0) {
        wire_builder cast = {0};
        onnx_ints(&node, &packed, "keys_int64s", values, n);
        onnx_strings(&node, &packed, "values_strings", texts, n);
        onnx_int(&cast, &packed, "to", TYPE_INT64);
        put_node(&graph, 1, "Cast", NULL, "X", "whole", &cast);
        put_node(&graph, 1, "LabelEncoder", "ai.onnx.ml", "whole", "Y", &node);
    } else if (variant / 2 == 1) {
        onnx_ints(&node, &packed, "cats_int64s", values, n);
        put_node(&graph, 1, "OneHotEncoder", "ai.onnx.ml", "X", "Y", &node);
    } else {
        onnx_strings(&node, &packed, "classlabels_strings", texts, n);
        put_node(&graph, 1, "ZipMap", "ai.onnx.ml", "X", "Y", &node);
    }
    put_model(file, &graph);
    free(values), free(texts), free(names);
}

static void put_labels(wire_builder *file, int variant) {
    put_keys(file, variant, 60000);
}

void models_put_labels(wire_builder *file, size_t n) {
    put_keys(file, 0, n);
}

static const hostile_case cases[] = {
    {"chain", ACCEPTED, put_chains, 8, 0},
    {"million", ACCEPTED, put_million, 2, 0},
    {"roots", ACCEPTED, put_roots, 3, 0},
    {"diamonds", ACCEPTED, put_diamonds, 2, 0},
    {"backwards", ACCEPTED, put_backwards, 1, 0},
    {"members", ACCEPTED, put_members, 2, 0},
    {"operators", ACCEPTED, put_operators, 6, 0},
    {"terse_operators", HOSTILE_IS_SLOWED ? EITHER : ACCEPTED, put_terse_operators, 6, 0},
    {"too_many_operators", REFUSED, put_too_many_operators, 2, 0},
    {"initialisers", EITHER, put_initialisers, 2, 0},
    {"metadata", EITHER, put_metadata, 2, 0},
    {"labels", EITHER, put_labels, 6, 0},
    {"equal_roots", REFUSED, put_equal_roots, 1, 0},
};

void models_scale(hostile_judge *judge) {
    hostile_run(judge, cases, HOSTILE_COUNT(cases));
}
