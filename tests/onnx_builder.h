/*
 * Builds small ONNX models on top of wire_builder.h, with every freedom that the format leaves to
 * whoever writes it: the spelling of lists and the order of fields.
 */
#ifndef ONNX_BUILDER_H
#define ONNX_BUILDER_H

#include "wire_builder.h"

/* Attribute types and tensor element types, as ONNX numbers them. */
enum {
    KIND_FLOAT = 1,
    KIND_INT,
    KIND_STRING,
    KIND_TENSOR,
    KIND_GRAPH,
    KIND_FLOATS,
    KIND_INTS,
    KIND_STRINGS
};
enum {
    TYPE_FLOAT = 1,
    TYPE_UINT8 = 2,
    TYPE_INT32 = 6,
    TYPE_INT64 = 7,
    TYPE_STRING = 8,
    TYPE_BOOL = 9,
    TYPE_FLOAT16 = 10,
    TYPE_DOUBLE = 11
};

typedef struct onnx_style {
    int spelling;        /* of lists */
    int name_is_last;    /* an attribute's name comes behind its data */
    int head_is_last;    /* a node's names come behind its attributes, a graph's nodes first */
    int opsets_are_last; /* of the model */
    int without_types;   /* attributes lack the field `type` */
} onnx_style;

/* Puts an attribute around the fields in data, which is freed. */
static inline void onnx_attribute(wire_builder *node, const onnx_style *style, const char *name,
                                  int kind, wire_builder *data) {
    wire_builder attribute = {0};
    if (!style->name_is_last) wire_text(&attribute, 1, name);
    wire_bytes(&attribute, data->bytes, data->n_bytes);
    if (!style->without_types) wire_int(&attribute, 20, kind);
    if (style->name_is_last) wire_text(&attribute, 1, name);
    wire_message(node, 5, &attribute);
    wire_free(data);
}

static inline void onnx_int(wire_builder *node, const onnx_style *style, const char *name,
                            int64_t value) {
    wire_builder data = {0};
    wire_int(&data, 3, value);
    onnx_attribute(node, style, name, KIND_INT, &data);
}

static inline void onnx_ints(wire_builder *node, const onnx_style *style, const char *name,
                             const int64_t *values, size_t n) {
    wire_builder data = {0};
    wire_ints(&data, 8, values, n, style->spelling);
    onnx_attribute(node, style, name, KIND_INTS, &data);
}

static inline void onnx_floats(wire_builder *node, const onnx_style *style, const char *name,
                               const float *values, size_t n) {
    wire_builder data = {0};
    wire_floats(&data, 7, values, n, style->spelling);
    onnx_attribute(node, style, name, KIND_FLOATS, &data);
}

static inline void onnx_strings(wire_builder *node, const onnx_style *style, const char *name,
                                const char *const *texts, size_t n) {
    wire_builder data = {0};
    for (size_t i = 0; i < n; i++) wire_text(&data, 9, texts[i]);
    onnx_attribute(node, style, name, KIND_STRINGS, &data);
}

static inline void onnx_string(wire_builder *node, const onnx_style *style, const char *name,
                               const char *text) {
    wire_builder data = {0};
    wire_text(&data, 4, text);
    onnx_attribute(node, style, name, KIND_STRING, &data);
}

/* tensor is freed. */
static inline void onnx_tensor(wire_builder *node, const onnx_style *style, const char *name,
                               wire_builder *tensor) {
    wire_builder data = {0};
    wire_message(&data, 5, tensor);
    onnx_attribute(node, style, name, KIND_TENSOR, &data);
}

/* A tensor of one axis, without data. */
static inline void onnx_tensor_head(wire_builder *tensor, const char *name, int type, int64_t n) {
    wire_int(tensor, 1, n);
    wire_int(tensor, 2, type);
    if (name != NULL) wire_text(tensor, 8, name);
}

/* The names of a node; NULL: left out. */
static inline void onnx_node_head(wire_builder *node, const char *op_type, const char *domain,
                                  const char *name, const char *input, const char *output) {
    if (input != NULL) wire_text(node, 1, input);
    if (output != NULL) wire_text(node, 2, output);
    if (name != NULL) wire_text(node, 3, name);
    if (op_type != NULL) wire_text(node, 4, op_type);
    if (domain != NULL) wire_text(node, 7, domain);
}

/* A graph's input (number 11) or output (12): a float matrix with any number of rows. */
static inline void onnx_value(wire_builder *graph, uint32_t number, const char *name,
                              int64_t n_columns) {
    wire_builder value = {0}, type = {0}, tensor = {0}, shape = {0}, rows = {0}, columns = {0};
    wire_text(&rows, 2, "N");
    wire_int(&columns, 1, n_columns);
    wire_message(&shape, 1, &rows);
    wire_message(&shape, 1, &columns);
    wire_int(&tensor, 1, TYPE_FLOAT);
    wire_message(&tensor, 2, &shape);
    wire_message(&type, 1, &tensor);
    wire_text(&value, 1, name);
    wire_message(&value, 2, &type);
    wire_message(graph, number, &value);
}

static inline void onnx_opset(wire_builder *model, const char *domain, int64_t version) {
    wire_builder opset = {0};
    wire_text(&opset, 1, domain);
    wire_int(&opset, 2, version);
    wire_message(model, 8, &opset);
}

static inline void onnx_metadata(wire_builder *model, const char *key, const char *value) {
    wire_builder entry = {0};
    wire_text(&entry, 1, key);
    wire_text(&entry, 2, value);
    wire_message(model, 14, &entry);
}

/* A model around a graph, which is freed. */
static inline void onnx_model(wire_builder *model, const onnx_style *style, wire_builder *graph) {
    if (style->opsets_are_last) wire_message(model, 7, graph);
    wire_int(model, 1, 8);
    wire_text(model, 2, "maker");
    onnx_opset(model, "", 17);
    onnx_opset(model, "ai.onnx.ml", 3);
    if (!style->opsets_are_last) wire_message(model, 7, graph);
}

/* A graph from X [N, 3] to Y [N, 1] around one node, which is freed. */
static inline void onnx_graph(wire_builder *graph, wire_builder *node) {
    wire_message(graph, 1, node);
    wire_text(graph, 2, "graph");
    onnx_value(graph, 11, "X", 3);
    onnx_value(graph, 12, "Y", 1);
}

/* ---- A model that uses most of what the reader knows ----------------------------------------- */

#define SAMPLE_NODES   5
#define SAMPLE_WEIGHTS 3

/* A regression tree of five nodes; the ids of leaves' children are outside of all ranges. */
static inline void onnx_sample_tree(wire_builder *node, const onnx_style *style) {
    static const int64_t trees[] = {0, 0, 0, 0, 0}, ids[] = {0, 1, 2, 3, 4};
    static const int64_t features[] = {2, 0, -2, -2, INT64_C(5000000000)};
    static const int64_t true_ids[] = {1, 3, -1, 0, 0}, false_ids[] = {2, 4, -1, 0, 300};
    static const int64_t missing[] = {1, 0, 2, 0, 0};
    static const float values[] = {0.5f, -1.25f, 0, 0, 0};
    static const float hitrates[] = {1, 1, 1};
    static const char *const modes[] = {"BRANCH_LEQ", "BRANCH_GT", "LEAF", "LEAF", "LEAF"};
    static const int64_t weight_trees[] = {0, 0, 0}, weight_nodes[] = {2, 3, 4};
    static const int64_t targets[] = {0, 0, 0};
    static const float weights[] = {1.5f, -2, 0.25f};
    onnx_int(node, style, "n_targets", 1);
    onnx_ints(node, style, "nodes_falsenodeids", false_ids, SAMPLE_NODES);
    onnx_ints(node, style, "nodes_featureids", features, SAMPLE_NODES);
    onnx_floats(node, style, "nodes_hitrates", hitrates, 3);
    onnx_ints(node, style, "nodes_missing_value_tracks_true", missing, SAMPLE_NODES);
    onnx_strings(node, style, "nodes_modes", modes, SAMPLE_NODES);
    onnx_ints(node, style, "nodes_nodeids", ids, SAMPLE_NODES);
    onnx_ints(node, style, "nodes_treeids", trees, SAMPLE_NODES);
    onnx_ints(node, style, "nodes_truenodeids", true_ids, SAMPLE_NODES);
    onnx_floats(node, style, "nodes_values", values, SAMPLE_NODES);
    onnx_string(node, style, "post_transform", "NONE");
    onnx_ints(node, style, "target_ids", targets, SAMPLE_WEIGHTS);
    onnx_ints(node, style, "target_nodeids", weight_nodes, SAMPLE_WEIGHTS);
    onnx_ints(node, style, "target_treeids", weight_trees, SAMPLE_WEIGHTS);
    onnx_floats(node, style, "target_weights", weights, SAMPLE_WEIGHTS);
}

/* Mul by the initializer S of three doubles, with a node of optional inputs, then the tree. */
static inline void onnx_sample(wire_builder *model, const onnx_style *style) {
    wire_builder graph = {0}, first = {0}, tree = {0}, scale = {0};
    onnx_tensor_head(&scale, "S", TYPE_DOUBLE, 3);
    for (int i = 0; i < 3; i++) wire_double(&scale, 10, 0.5 * i);
    if (style->head_is_last) onnx_sample_tree(&tree, style);
    onnx_node_head(&tree, "TreeEnsembleRegressor", "ai.onnx.ml", "tree", "scaled", "Y");
    if (!style->head_is_last) onnx_sample_tree(&tree, style);
    wire_text(&first, 1, "X");
    wire_text(&first, 1, "");
    onnx_node_head(&first, "Mul", "ai.onnx", NULL, "S", "scaled");
    if (!style->head_is_last) {
        wire_message(&graph, 5, &scale);
        onnx_value(&graph, 11, "S", 3); /* as up to ir_version 3 */
        onnx_value(&graph, 11, "X", 3);
        onnx_value(&graph, 12, "Y", 1);
    }
    wire_message(&graph, 1, &first);
    wire_message(&graph, 1, &tree);
    wire_text(&graph, 2, "graph");
    if (style->head_is_last) {
        onnx_value(&graph, 12, "Y", 1);
        onnx_value(&graph, 11, "X", 3);
        onnx_value(&graph, 11, "S", 3);
        wire_message(&graph, 5, &scale);
    }
    onnx_metadata(model, "key", "value");
    onnx_model(model, style, &graph);
    onnx_metadata(model, "empty", "");
}

#endif
