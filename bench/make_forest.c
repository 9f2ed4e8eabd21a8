/*
 * Writes a random TreeEnsembleRegressor as the Python exporters write one: repeated fields not
 * packed, attributes in alphabetical order, a mode string and a hit rate for every node. The
 * defaults give 2.29 million nodes in 92 MB. Each tree is grown again from its own seed for each
 * attribute, so memory does not grow with the number of trees.
 *
 * Protobuf wants the length of a message before its bytes. Every message is therefore emitted by a
 * function that can run twice: first into a sink that only counts, then into the file.
 */
#include "options.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct forest_shape {
    uint64_t n_trees;
    uint64_t n_leaves; /* of each tree */
    uint64_t n_features;
    uint64_t seed;
} forest_shape;

/* One tree of 2 * n_leaves - 1 nodes; node 0 is the root. Every array has n_nodes entries. */
typedef struct grown_tree {
    uint64_t id;
    size_t n_nodes;
    uint32_t *true_child; /* 0: a leaf */
    uint32_t *false_child;
    uint32_t *feature;
    float *threshold;
    float *weight;
    unsigned char *missing_goes_true;
    uint32_t *open; /* leaves that may still be split, oldest first */
} grown_tree;

/* ---- Growing --------------------------------------------------------------------------------- */

static void free_tree(grown_tree *tree) {
    free(tree->true_child);
    free(tree->false_child);
    free(tree->feature);
    free(tree->threshold);
    free(tree->weight);
    free(tree->missing_goes_true);
    free(tree->open);
}

static int allocate_tree(const forest_shape *shape, grown_tree *tree) {
    size_t n = 2 * (size_t)shape->n_leaves - 1;
    *tree = (grown_tree){.n_nodes = n};
    tree->true_child = malloc(n * sizeof *tree->true_child);
    tree->false_child = malloc(n * sizeof *tree->false_child);
    tree->feature = malloc(n * sizeof *tree->feature);
    tree->threshold = malloc(n * sizeof *tree->threshold);
    tree->weight = malloc(n * sizeof *tree->weight);
    tree->missing_goes_true = malloc(n);
    tree->open = malloc(n * sizeof *tree->open);
    return tree->true_child && tree->false_child && tree->feature && tree->threshold &&
                   tree->weight && tree->missing_goes_true && tree->open
               ? 0
               : -1;
}

/* Splits one of the eight oldest leaves again and again: mostly balanced trees with some long
 * branches, as gradient boosters grow them. */
static void grow_shape(grown_tree *tree, bench_random *random) {
    size_t first = 0;
    size_t n_open = 1;
    memset(tree->true_child, 0, tree->n_nodes * sizeof *tree->true_child);
    memset(tree->false_child, 0, tree->n_nodes * sizeof *tree->false_child);
    tree->open[0] = 0;
    for (uint32_t next = 1; next < tree->n_nodes; next += 2) {
        size_t chosen = bench_random_below(random, n_open < 8 ? (uint32_t)n_open : 8);
        uint32_t node = tree->open[first + chosen];
        for (size_t i = chosen; i > 0; i--) tree->open[first + i] = tree->open[first + i - 1];
        tree->true_child[node] = next;
        tree->false_child[node] = next + 1;
        tree->open[first + n_open] = next;
        tree->open[first + n_open + 1] = next + 1;
        first++;
        n_open++;
    }
}

static void grow_tree(grown_tree *tree, const forest_shape *shape, uint64_t id) {
    bench_random random;
    bench_random_seed(&random, shape->seed + (id << 32));
    tree->id = id;
    grow_shape(tree, &random);
    for (size_t i = 0; i < tree->n_nodes; i++) {
        int is_leaf = tree->true_child[i] == 0;
        uint32_t feature = bench_random_below(&random, (uint32_t)shape->n_features);
        double number = bench_random_normal(&random);
        unsigned char coin = bench_random_bits(&random) & 1;
        tree->feature[i] = is_leaf ? 0 : feature;
        tree->threshold[i] = is_leaf ? 0 : (float)(round(number * 100) / 100);
        tree->weight[i] = is_leaf ? (float)number : 0;
        tree->missing_goes_true[i] = is_leaf ? 0 : coin;
    }
}

/* ---- Protobuf wire format -------------------------------------------------------------------- */

typedef struct sink {
    FILE *file; /* NULL: count, and keep what fits into bytes */
    uint64_t n_bytes;
    unsigned char bytes[64];
} sink;

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

static void put_bytes(sink *out, const void *bytes, size_t n_bytes) {
    if (out->file) {
        fwrite(bytes, 1, n_bytes, out->file);
    } else if (out->n_bytes + n_bytes <= sizeof out->bytes) {
        memcpy(out->bytes + out->n_bytes, bytes, n_bytes);
    }
    out->n_bytes += n_bytes;
}

static void put_varint(sink *out, uint64_t value) {
    unsigned char bytes[10];
    size_t n_bytes = 0;
    do {
        bytes[n_bytes++] = (unsigned char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value);
    put_bytes(out, bytes, n_bytes);
}

static void put_tag(sink *out, unsigned field, unsigned wire_type) {
    put_varint(out, field << 3 | wire_type);
}

static void put_integer(sink *out, unsigned field, uint64_t value) {
    put_tag(out, field, WIRE_VARINT);
    put_varint(out, value);
}

static void put_float(sink *out, unsigned field, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++) bytes[i] = (unsigned char)(bits >> (8 * i));
    put_tag(out, field, WIRE_FIXED32);
    put_bytes(out, bytes, sizeof bytes);
}

static void put_text(sink *out, unsigned field, const char *text) {
    put_tag(out, field, WIRE_BYTES);
    put_varint(out, strlen(text));
    put_bytes(out, text, strlen(text));
}

/* A message that was put whole into message->bytes. */
static void put_message(sink *out, unsigned field, const sink *message) {
    put_tag(out, field, WIRE_BYTES);
    put_varint(out, message->n_bytes);
    put_bytes(out, message->bytes, (size_t)message->n_bytes);
}

/* ---- Attributes of the node ------------------------------------------------------------------ */

typedef enum element_kind { INTEGERS, FLOATS, MODES, ONE_INTEGER, ONE_TEXT } element_kind;

/* Which array of a tree an attribute lists. */
typedef enum tree_column {
    COLUMN_NONE,
    COLUMN_TREE,
    COLUMN_NODE,
    COLUMN_FEATURE,
    COLUMN_THRESHOLD,
    COLUMN_TRUE,
    COLUMN_FALSE,
    COLUMN_MISSING,
    COLUMN_ONE,
    COLUMN_ZERO,
    COLUMN_WEIGHT
} tree_column;

typedef struct node_attribute {
    const char *name;
    element_kind kind;
    tree_column column;
    int leaves_only;
    uint64_t integer;
    const char *text;
} node_attribute;

static const node_attribute attributes[] = {
    {"aggregate_function", ONE_TEXT, COLUMN_NONE, 0, 0, "SUM"},
    {"n_targets", ONE_INTEGER, COLUMN_NONE, 0, 1, NULL},
    {"nodes_falsenodeids", INTEGERS, COLUMN_FALSE, 0, 0, NULL},
    {"nodes_featureids", INTEGERS, COLUMN_FEATURE, 0, 0, NULL},
    {"nodes_hitrates", FLOATS, COLUMN_ONE, 0, 0, NULL},
    {"nodes_missing_value_tracks_true", INTEGERS, COLUMN_MISSING, 0, 0, NULL},
    {"nodes_modes", MODES, COLUMN_NONE, 0, 0, NULL},
    {"nodes_nodeids", INTEGERS, COLUMN_NODE, 0, 0, NULL},
    {"nodes_treeids", INTEGERS, COLUMN_TREE, 0, 0, NULL},
    {"nodes_truenodeids", INTEGERS, COLUMN_TRUE, 0, 0, NULL},
    {"nodes_values", FLOATS, COLUMN_THRESHOLD, 0, 0, NULL},
    {"post_transform", ONE_TEXT, COLUMN_NONE, 0, 0, "NONE"},
    {"target_ids", INTEGERS, COLUMN_ZERO, 1, 0, NULL},
    {"target_nodeids", INTEGERS, COLUMN_NODE, 1, 0, NULL},
    {"target_treeids", INTEGERS, COLUMN_TREE, 1, 0, NULL},
    {"target_weights", FLOATS, COLUMN_WEIGHT, 1, 0, NULL},
};

enum { N_ATTRIBUTES = sizeof attributes / sizeof attributes[0] };

static uint64_t integer_cell(const grown_tree *tree, tree_column column, size_t i) {
    switch (column) {
    case COLUMN_TREE: return tree->id;
    case COLUMN_NODE: return i;
    case COLUMN_FEATURE: return tree->feature[i];
    case COLUMN_TRUE: return tree->true_child[i];
    case COLUMN_FALSE: return tree->false_child[i];
    case COLUMN_MISSING: return tree->missing_goes_true[i];
    default: return 0;
    }
}

static float float_cell(const grown_tree *tree, tree_column column, size_t i) {
    if (column == COLUMN_ONE) return 1;
    return column == COLUMN_WEIGHT ? tree->weight[i] : tree->threshold[i];
}

/* AttributeProto: floats = 7, ints = 8, strings = 9. */
static void put_cells(sink *out, const node_attribute *attribute, const grown_tree *tree) {
    for (size_t i = 0; i < tree->n_nodes; i++) {
        int is_leaf = tree->true_child[i] == 0;
        if (attribute->leaves_only && !is_leaf) continue;
        if (attribute->kind == MODES) {
            put_text(out, 9, is_leaf ? "LEAF" : "BRANCH_LEQ");
        } else if (attribute->kind == FLOATS) {
            put_float(out, 7, float_cell(tree, attribute->column, i));
        } else {
            put_integer(out, 8, integer_cell(tree, attribute->column, i));
        }
    }
}

/* AttributeProto: name = 1, i = 3, s = 4, type = 20 (2 INT, 3 STRING, 6 FLOATS, 7 INTS,
 * 8 STRINGS). */
static void put_attribute(sink *out, const node_attribute *attribute, const forest_shape *shape,
                          grown_tree *tree) {
    static const unsigned char types[] = {
        [INTEGERS] = 7, [FLOATS] = 6, [MODES] = 8, [ONE_INTEGER] = 2, [ONE_TEXT] = 3};
    put_text(out, 1, attribute->name);
    if (attribute->kind == ONE_INTEGER) {
        put_integer(out, 3, attribute->integer);
    } else if (attribute->kind == ONE_TEXT) {
        put_text(out, 4, attribute->text);
    } else {
        for (uint64_t id = 0; id < shape->n_trees; id++) {
            grow_tree(tree, shape, id);
            put_cells(out, attribute, tree);
        }
    }
    put_integer(out, 20, types[attribute->kind]);
}

/* ---- Messages around it ---------------------------------------------------------------------- */

typedef struct forest_file {
    const forest_shape *shape;
    grown_tree *tree;
    uint64_t attribute_bytes[N_ATTRIBUTES]; /* counted before anything is written */
} forest_file;

/* ValueInfoProto: name = 1, type = 2 > tensor_type = 1 > elem_type = 1 (1 is float), shape = 2 >
 * dim = 1 > dim_value = 1. The first dimension, the rows, is left open. */
static void put_value_info(sink *out, unsigned field, const char *name, uint64_t n_columns) {
    sink rows = {0}, columns = {0}, shape = {0}, tensor = {0}, type = {0}, value = {0};
    put_integer(&columns, 1, n_columns);
    put_message(&shape, 1, &rows);
    put_message(&shape, 1, &columns);
    put_integer(&tensor, 1, 1);
    put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&value, 1, name);
    put_message(&value, 2, &type);
    put_message(out, field, &value);
}

/* NodeProto: input = 1, output = 2, op_type = 4, attribute = 5, domain = 7. */
static void put_node(sink *out, const forest_file *file) {
    put_text(out, 1, "X");
    put_text(out, 2, "variable");
    put_text(out, 4, "TreeEnsembleRegressor");
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        put_tag(out, 5, WIRE_BYTES);
        put_varint(out, file->attribute_bytes[i]);
        if (out->file) {
            put_attribute(out, &attributes[i], file->shape, file->tree);
        } else {
            out->n_bytes += file->attribute_bytes[i];
        }
    }
    put_text(out, 7, "ai.onnx.ml");
}

/* GraphProto: node = 1, name = 2, input = 11, output = 12. */
static void put_graph(sink *out, const forest_file *file) {
    sink node = {0};
    put_node(&node, file);
    put_tag(out, 1, WIRE_BYTES);
    put_varint(out, node.n_bytes);
    if (out->file) {
        put_node(out, file);
    } else {
        out->n_bytes += node.n_bytes;
    }
    put_text(out, 2, "forest");
    put_value_info(out, 11, "X", file->shape->n_features);
    put_value_info(out, 12, "variable", 1);
}

/* OperatorSetIdProto: domain = 1, version = 2. */
static void put_opset(sink *out, const char *domain, uint64_t version) {
    sink opset = {0};
    put_text(&opset, 1, domain);
    put_integer(&opset, 2, version);
    put_message(out, 8, &opset);
}

/* ModelProto: ir_version = 1, graph = 7, opset_import = 8. */
static void put_model(sink *out, const forest_file *file) {
    sink graph = {0};
    put_graph(&graph, file);
    put_integer(out, 1, 8);
    put_tag(out, 7, WIRE_BYTES);
    put_varint(out, graph.n_bytes);
    put_graph(out, file);
    put_opset(out, "", 17);
    put_opset(out, "ai.onnx.ml", 3);
}

/* 0, or -1 after a message. */
static int write_forest(const char *path, const forest_shape *shape) {
    grown_tree tree;
    sink out = {0};
    int failed = allocate_tree(shape, &tree) < 0;
    if (!failed) {
        forest_file file = {.shape = shape, .tree = &tree};
        for (size_t i = 0; i < N_ATTRIBUTES; i++) {
            sink counter = {0};
            put_attribute(&counter, &attributes[i], shape, &tree);
            file.attribute_bytes[i] = counter.n_bytes;
        }
        out.file = fopen(path, "wb");
        if (out.file) put_model(&out, &file);
        failed = !out.file || ferror(out.file);
    }
    if (out.file && fclose(out.file) != 0) failed = 1;
    if (failed) perror(path);
    free_tree(&tree);
    return failed ? -1 : 0;
}

int main(int argc, char **argv) {
    forest_shape shape = {560, 2048, 28, 11};
    const bench_option options[] = {
        {"--trees", &shape.n_trees, NULL, NULL, "trees"},
        {"--leaves", &shape.n_leaves, NULL, NULL, "leaves of each tree"},
        {"--features", &shape.n_features, NULL, NULL, "columns of a row"},
        {"--seed", &shape.seed, NULL, NULL, "seed of the random numbers"},
    };
    const bench_usage usage = {"make_forest",
                               "OUT.onnx",
                               "Writes a random regression forest as an ONNX file.",
                               options,
                               sizeof options / sizeof options[0],
                               1,
                               0};
    int first = bench_options_read(&usage, argc, argv);
    if (first < 0) return 2;
    if (shape.n_leaves < 1 || shape.n_leaves > 1000000 || shape.n_features < 1 ||
        shape.n_features > 1000000) {
        fprintf(stderr, "make_forest: --leaves and --features must be 1 to 1000000\n");
        return 2;
    }
    return write_forest(argv[first], &shape) < 0 ? 5 : 0;
}
