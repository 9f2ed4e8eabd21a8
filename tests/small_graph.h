/*
 * Puts nodes, constants and stumps into a graph that is built byte by byte, for tests of what a
 * plan makes of small graphs.
 */
#ifndef SMALL_GRAPH_H
#define SMALL_GRAPH_H

#include "onnx_builder.h"

static const onnx_style plain = {0};

static inline void put(wire_builder *graph, const char *op_type, const char *output,
                       const char *const *inputs, size_t n_inputs) {
    wire_builder node = {0};
    for (size_t i = 0; i < n_inputs; i++) wire_text(&node, 1, inputs[i]);
    onnx_node_head(&node, op_type, NULL, NULL, NULL, output);
    wire_message(graph, 1, &node);
}

/* A node of ai.onnx with any number of inputs. */
#define PUT(graph, op_type, output, ...)                                                           \
    put(graph, op_type, output, (const char *const[]){__VA_ARGS__},                                \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* One or two inputs, and an attribute. */
static inline void put_with_int(wire_builder *graph, const char *op_type, const char *first,
                                const char *second, const char *output, const char *attribute,
                                int64_t value) {
    wire_builder node = {0};
    wire_text(&node, 1, first);
    onnx_node_head(&node, op_type, NULL, NULL, second, output);
    onnx_int(&node, &plain, attribute, value);
    wire_message(graph, 1, &node);
}

static inline void put_constant(wire_builder *graph, const char *name, float value) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, name, TYPE_FLOAT, 1);
    wire_float(&tensor, 4, value);
    wire_message(graph, 5, &tensor);
}

static inline void put_stump_nodes(wire_builder *node, int64_t feature, float threshold) {
    static const int64_t trees[] = {0, 0, 0}, ids[] = {0, 1, 2}, on_true[] = {1, 0, 0};
    static const int64_t on_false[] = {2, 0, 0};
    static const char *const modes[] = {"BRANCH_LEQ", "LEAF", "LEAF"};
    const int64_t features[] = {feature, 0, 0};
    const float values[] = {threshold, 0, 0};
    onnx_ints(node, &plain, "nodes_treeids", trees, 3);
    onnx_ints(node, &plain, "nodes_nodeids", ids, 3);
    onnx_ints(node, &plain, "nodes_featureids", features, 3);
    onnx_strings(node, &plain, "nodes_modes", modes, 3);
    onnx_floats(node, &plain, "nodes_values", values, 3);
    onnx_ints(node, &plain, "nodes_truenodeids", on_true, 3);
    onnx_ints(node, &plain, "nodes_falsenodeids", on_false, 3);
}

/* A stump of TreeEnsembleRegressor with votes for the last of n_targets; NaN goes to the second
 * leaf. */
static inline void put_wide_stump(wire_builder *graph, const char *input, const char *output,
                                  int64_t feature, float threshold, float first, float second,
                                  int64_t n_targets) {
    static const int64_t trees[] = {0, 0}, leaves[] = {1, 2};
    const int64_t targets[] = {n_targets - 1, n_targets - 1};
    const float weights[] = {first, second};
    wire_builder node = {0};
    onnx_node_head(&node, "TreeEnsembleRegressor", "ai.onnx.ml", NULL, input, output);
    put_stump_nodes(&node, feature, threshold);
    onnx_int(&node, &plain, "n_targets", n_targets);
    onnx_ints(&node, &plain, "target_treeids", trees, 2);
    onnx_ints(&node, &plain, "target_nodeids", leaves, 2);
    onnx_ints(&node, &plain, "target_ids", targets, 2);
    onnx_floats(&node, &plain, "target_weights", weights, 2);
    wire_message(graph, 1, &node);
}

static inline void put_stump(wire_builder *graph, const char *input, const char *output,
                             int64_t feature, float threshold, float first, float second) {
    put_wide_stump(graph, input, output, feature, threshold, first, second, 1);
}

/* A stump of TreeEnsembleClassifier that is sure of class "a" up to the threshold and of "b"
 * behind it; label: NULL or "" when nobody asks for it. */
static inline void put_classifier(wire_builder *graph, const char *input, const char *label,
                                  const char *scores, int64_t feature, float threshold) {
    static const int64_t trees[] = {0, 0}, leaves[] = {1, 2}, classes[] = {1, 1};
    static const char *const names[] = {"a", "b"};
    static const float weights[] = {0, 1};
    wire_builder node = {0};
    wire_text(&node, 2, label != NULL ? label : "");
    onnx_node_head(&node, "TreeEnsembleClassifier", "ai.onnx.ml", NULL, input, scores);
    put_stump_nodes(&node, feature, threshold);
    onnx_strings(&node, &plain, "classlabels_strings", names, 2);
    onnx_ints(&node, &plain, "class_treeids", trees, 2);
    onnx_ints(&node, &plain, "class_nodeids", leaves, 2);
    onnx_ints(&node, &plain, "class_ids", classes, 2);
    onnx_floats(&node, &plain, "class_weights", weights, 2);
    wire_message(graph, 1, &node);
}

/* The model around a graph that leads from X (N, n_columns) to an output of each name, and which is
 * freed. */
static inline wire_builder finish_model(wire_builder *graph, int64_t n_columns,
                                        const char *const *outputs, size_t n_outputs) {
    wire_builder model = {0};
    wire_text(graph, 2, "graph");
    onnx_value(graph, 11, "X", n_columns);
    for (size_t i = 0; i < n_outputs; i++) onnx_value(graph, 12, outputs[i], 1);
    onnx_model(&model, &plain, graph);
    return model;
}

#endif
