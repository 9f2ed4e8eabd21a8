/*
 * Models that each break one rule of the reader; test_envelope_hostile.c says with what status and
 * words they are refused.
 */
#ifndef ENVELOPE_CASES_H
#define ENVELOPE_CASES_H

#include "envelope_harness.h"

static const onnx_style plain = {0};

/* ---- Frames for the cases -------------------------------------------------------------------- */

/* Finishes a model whose graph has this node (freed); names are filled in. */
static void finish_node(wire_builder *model, wire_builder *node) {
    wire_builder graph = {0};
    onnx_node_head(node, "Op", NULL, "n", "X", "Y");
    onnx_graph(&graph, node);
    onnx_model(model, &plain, &graph);
}

/* Likewise with a tree operator. */
static void finish_tree(wire_builder *model, wire_builder *node, const char *op_type) {
    wire_builder graph = {0};
    onnx_node_head(node, op_type, "ai.onnx.ml", "n", "X", "Y");
    onnx_graph(&graph, node);
    onnx_model(model, &plain, &graph);
}

/* Likewise with more fields in the graph, in front of a sound node. */
static void finish_graph(wire_builder *model, wire_builder *graph) {
    wire_builder node = {0};
    onnx_node_head(&node, "Op", NULL, "n", "X", "Y");
    onnx_graph(graph, &node);
    onnx_model(model, &plain, graph);
}

/* Likewise with an initializer. */
static void finish_tensor(wire_builder *model, wire_builder *tensor) {
    wire_builder graph = {0};
    wire_message(&graph, 5, tensor);
    finish_graph(model, &graph);
}

/* Likewise with an attribute that has these fields. */
static void finish_attribute(wire_builder *model, int kind, wire_builder *data) {
    wire_builder node = {0};
    onnx_attribute(&node, &plain, "a", kind, data);
    finish_node(model, &node);
}

/* Likewise with the type of an output Y. */
static void finish_type(wire_builder *model, uint32_t number, wire_builder *type) {
    wire_builder graph = {0}, node = {0}, value = {0};
    onnx_node_head(&node, "Op", NULL, "n", "X", "Y");
    wire_message(&graph, 1, &node);
    onnx_value(&graph, 11, "X", 3);
    wire_text(&value, 1, "Y");
    wire_message(&value, 2, type);
    wire_message(&graph, number, &value);
    onnx_model(model, &plain, &graph);
}

/* ---- Cases: model ---------------------------------------------------------------------------- */

static void nothing(wire_builder *model) {
    (void)model;
}

static void text_file(wire_builder *model) {
    wire_bytes(model, "this is no model\n", 17);
}

static void no_graph(wire_builder *model) {
    wire_int(model, 1, 8);
    onnx_opset(model, "", 17);
}

static void two_graphs(wire_builder *model) {
    wire_builder graph = {0};
    onnx_sample(model, &plain);
    wire_message(model, 7, &graph);
}

static void no_ir_version(wire_builder *model) {
    wire_builder graph = {0};
    onnx_opset(model, "", 17);
    wire_message(model, 7, &graph);
}

static void no_opset(wire_builder *model) {
    wire_builder graph = {0};
    wire_int(model, 1, 8);
    wire_message(model, 7, &graph);
}

static void graph_of_wrong_wire_type(wire_builder *model) {
    wire_int(model, 1, 8);
    onnx_opset(model, "", 17);
    wire_int(model, 7, 1);
}

static void text_of_wrong_wire_type(wire_builder *model) {
    wire_int(model, 2, 1);
    onnx_sample(model, &plain);
}

static void zero_byte_in_a_name(wire_builder *model) {
    wire_blob(model, 2, "a\0b", 3);
    onnx_sample(model, &plain);
}

static void calls_an_empty_function(wire_builder *model) {
    wire_builder function = {0}, node = {0};
    wire_text(&function, 1, "Op");
    wire_message(model, 25, &function);
    finish_node(model, &node);
}

/* ---- Cases: graph ---------------------------------------------------------------------------- */

static void sparse_initializer(wire_builder *model) {
    wire_builder graph = {0};
    wire_blob(&graph, 15, "\xff\xff", 2); /* refused before anyone looks inside */
    finish_graph(model, &graph);
}

static void input_twice(wire_builder *model) {
    wire_builder graph = {0};
    onnx_value(&graph, 11, "X", 3);
    finish_graph(model, &graph);
}

static void initializer_twice(wire_builder *model) {
    wire_builder graph = {0};
    for (int i = 0; i < 2; i++) {
        wire_builder tensor = {0};
        onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 0);
        wire_message(&graph, 5, &tensor);
    }
    finish_graph(model, &graph);
}

static void node_makes_the_input(wire_builder *model) {
    wire_builder graph = {0}, node = {0};
    onnx_node_head(&node, "Op", NULL, "n", "X", "X");
    wire_message(&graph, 1, &node);
    finish_graph(model, &graph);
}

static void used_before_made(wire_builder *model) {
    wire_builder graph = {0}, node = {0};
    onnx_node_head(&node, "Op", NULL, "n", "Y", "Z");
    wire_message(&graph, 1, &node);
    finish_graph(model, &graph);
}

static void output_not_made(wire_builder *model) {
    wire_builder graph = {0};
    onnx_value(&graph, 12, "missing", 1);
    finish_graph(model, &graph);
}

static void input_without_name(wire_builder *model) {
    wire_builder graph = {0};
    onnx_value(&graph, 11, "", 1);
    finish_graph(model, &graph);
}

static void opaque_type(wire_builder *model) {
    wire_builder type = {0};
    wire_text(&type, 7, "\xff");
    finish_type(model, 12, &type);
}

static void sparse_type(wire_builder *model) {
    wire_builder type = {0};
    wire_text(&type, 8, "");
    finish_type(model, 12, &type);
}

static void optional_type(wire_builder *model) {
    wire_builder type = {0};
    wire_text(&type, 9, "");
    finish_type(model, 12, &type);
}

static void bare_map(wire_builder *model) {
    wire_builder type = {0};
    wire_text(&type, 5, "");
    finish_type(model, 12, &type);
}

static void two_types(wire_builder *model) {
    wire_builder type = {0};
    wire_text(&type, 1, "");
    wire_text(&type, 4, "");
    finish_type(model, 12, &type);
}

static void empty_sequence(wire_builder *model) {
    wire_builder type = {0};
    wire_text(&type, 4, "");
    finish_type(model, 12, &type);
}

static void input_sequence(wire_builder *model) {
    wire_builder type = {0}, sequence = {0}, element = {0};
    wire_text(&element, 1, "");
    wire_message(&sequence, 1, &element);
    wire_message(&type, 4, &sequence);
    finish_type(model, 11, &type);
}

static void nine_axes(wire_builder *model) {
    wire_builder type = {0}, tensor = {0}, shape = {0};
    for (int i = 0; i < 9; i++) wire_text(&shape, 1, "");
    wire_message(&tensor, 2, &shape);
    wire_message(&type, 1, &tensor);
    finish_type(model, 12, &type);
}

/* A type of 4,000 sequences in each other. */
static void deep_type(wire_builder *model) {
    wire_builder type = {0};
    for (int i = 0; i < 4000; i++) {
        wire_builder sequence = {0}, outer = {0};
        wire_message(&sequence, 1, &type);
        wire_message(&outer, 4, &sequence);
        type = outer;
    }
    finish_type(model, 12, &type);
}

static void deep_groups(wire_builder *model) {
    for (int i = 0; i < 4000; i++) wire_tag(model, 99, WIRE_GROUP);
    for (int i = 0; i < 4000; i++) wire_tag(model, 99, WIRE_GROUP_END);
    onnx_sample(model, &plain);
}

/* ---- Cases: tensors -------------------------------------------------------------------------- */

static void external_data(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 1);
    wire_int(&tensor, 14, 1);
    finish_tensor(model, &tensor);
}

static void external_entry(wire_builder *model) {
    wire_builder tensor = {0}, entry = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 1);
    wire_text(&entry, 1, "location");
    wire_text(&entry, 2, "/etc/passwd");
    wire_message(&tensor, 13, &entry);
    finish_tensor(model, &tensor);
}

static void segment(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 0);
    wire_text(&tensor, 3, "");
    finish_tensor(model, &tensor);
}

static void negative_extent(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, -1);
    finish_tensor(model, &tensor);
}

static void extents_overflow(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, INT64_C(1) << 32);
    wire_int(&tensor, 1, INT64_C(1) << 32);
    finish_tensor(model, &tensor);
}

/* The axis of no elements hides nothing, wherever it stands. */
static void empty_overflow(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 0);
    wire_int(&tensor, 1, INT64_C(1) << 40);
    wire_int(&tensor, 1, INT64_C(1) << 40);
    finish_tensor(model, &tensor);
}

static void empty_overflow_before(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, INT64_C(1) << 40);
    wire_int(&tensor, 1, INT64_C(1) << 40);
    wire_int(&tensor, 1, 0);
    finish_tensor(model, &tensor);
}

static void huge_without_data(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, INT64_C(1) << 40);
    finish_tensor(model, &tensor);
}

static void too_many_axes(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 1);
    for (int i = 0; i < 8; i++) wire_int(&tensor, 1, 1);
    finish_tensor(model, &tensor);
}

static void raw_and_typed(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 1);
    wire_float(&tensor, 4, 1);
    wire_blob(&tensor, 9, "1234", 4);
    finish_tensor(model, &tensor);
}

static void raw_of_wrong_size(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 1);
    wire_blob(&tensor, 9, "12345", 5);
    finish_tensor(model, &tensor);
}

static void raw_texts(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_STRING, 1);
    wire_blob(&tensor, 9, "12345678", 8);
    finish_tensor(model, &tensor);
}

static void too_few_elements(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_INT64, 3);
    wire_ints(&tensor, 7, (const int64_t[]){1, 2}, 2, WIRE_PACKED);
    finish_tensor(model, &tensor);
}

static void data_in_another_field(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_INT64, 1);
    wire_float(&tensor, 4, 1);
    finish_tensor(model, &tensor);
}

static void element_out_of_range(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", TYPE_UINT8, 2);
    wire_ints(&tensor, 5, (const int64_t[]){255, 256}, 2, WIRE_UNPACKED);
    finish_tensor(model, &tensor);
}

static void tensor_without_type(wire_builder *model) {
    wire_builder tensor = {0};
    wire_text(&tensor, 8, "S");
    finish_tensor(model, &tensor);
}

static void complex_numbers(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, "S", 14, 1);
    finish_tensor(model, &tensor);
}

static void tensor_without_name(wire_builder *model) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, NULL, TYPE_FLOAT, 0);
    finish_tensor(model, &tensor);
}

/* ---- Cases: nodes and attributes ------------------------------------------------------------- */

static void node_without_operator(wire_builder *model) {
    wire_builder graph = {0}, node = {0};
    onnx_node_head(&node, NULL, NULL, "n", "X", "Z");
    wire_message(&graph, 1, &node);
    finish_graph(model, &graph);
}

static void subgraph(wire_builder *model) {
    wire_builder graph = {0}, node = {0};
    wire_builder data = {0};
    wire_blob(&data, 6, "\xff\xff", 2); /* refused before anyone looks inside */
    onnx_attribute(&node, &plain, "body", KIND_GRAPH, &data);
    onnx_node_head(&node, "Loop", NULL, "x", "X", "Z");
    wire_message(&graph, 1, &node);
    finish_graph(model, &graph);
}

static void subgraph_by_type(wire_builder *model) {
    wire_builder data = {0};
    finish_attribute(model, KIND_GRAPH, &data);
}

static void list_of_subgraphs(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 11, "");
    finish_attribute(model, 10, &data);
}

static void sparse_attribute(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 22, "");
    finish_attribute(model, 11, &data);
}

static void type_attribute(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 14, "");
    finish_attribute(model, 13, &data);
}

static void list_of_tensors(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 10, "");
    finish_attribute(model, 9, &data);
}

static void attribute_twice(wire_builder *model) {
    wire_builder node = {0};
    onnx_int(&node, &plain, "a", 1);
    onnx_int(&node, &plain, "b", 1);
    onnx_int(&node, &plain, "a", 1);
    finish_node(model, &node);
}

static void attribute_without_name(wire_builder *model) {
    wire_builder node = {0}, attribute = {0};
    wire_int(&attribute, 3, 1);
    wire_message(&node, 5, &attribute);
    finish_node(model, &node);
}

static void attribute_with_two_names(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 1, "b");
    finish_attribute(model, KIND_INT, &data);
}

static void attribute_of_two_kinds(wire_builder *model) {
    wire_builder data = {0};
    wire_int(&data, 3, 1);
    wire_float(&data, 2, 1);
    finish_attribute(model, KIND_INT, &data);
}

static void attribute_of_another_type(wire_builder *model) {
    wire_builder data = {0};
    wire_int(&data, 8, 1);
    finish_attribute(model, KIND_FLOATS, &data);
}

static void attribute_of_unknown_type(wire_builder *model) {
    wire_builder data = {0};
    finish_attribute(model, 77, &data);
}

static void attribute_of_nothing(wire_builder *model) {
    wire_builder data = {0};
    finish_attribute(model, 0, &data);
}

static void attribute_without_tensor(wire_builder *model) {
    wire_builder data = {0};
    finish_attribute(model, KIND_TENSOR, &data);
}

static void attribute_with_two_tensors(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 5, "");
    wire_text(&data, 5, "");
    finish_attribute(model, KIND_TENSOR, &data);
}

static void attribute_of_a_function(wire_builder *model) {
    wire_builder data = {0};
    wire_text(&data, 21, "other");
    finish_attribute(model, KIND_INT, &data);
}

static void attribute_of_a_number(wire_builder *model) {
    wire_builder data = {0};
    wire_int(&data, 21, 1);
    finish_attribute(model, KIND_INT, &data);
}

/* ---- Cases: tree attributes ------------------------------------------------------------------ */

static void ints_as_modes(wire_builder *model) {
    wire_builder node = {0};
    onnx_ints(&node, &plain, "nodes_modes", (const int64_t[]){0}, 1);
    finish_tree(model, &node, "TreeEnsembleRegressor");
}

static void floats_as_ids(wire_builder *model) {
    wire_builder node = {0};
    onnx_floats(&node, &plain, "nodes_nodeids", (const float[]){0}, 1);
    finish_tree(model, &node, "TreeEnsembleRegressor");
}

static void ids_of_another_type(wire_builder *model) {
    const onnx_style style = {.without_types = 1};
    wire_builder node = {0}, data = {0};
    wire_int(&data, 20, KIND_FLOATS);
    onnx_attribute(&node, &style, "nodes_nodeids", KIND_FLOATS, &data);
    finish_tree(model, &node, "TreeEnsembleRegressor");
}

static void unknown_mode(wire_builder *model) {
    static const char *const modes[] = {"LEAF", "BRANCH_LEQ", "BRANCH_XX"};
    wire_builder node = {0};
    onnx_strings(&node, &plain, "nodes_modes", modes, 3);
    finish_tree(model, &node, "TreeEnsembleClassifier");
}

static void long_mode(wire_builder *model) {
    char mode[300];
    const char *const modes[] = {mode};
    wire_builder node = {0};
    memset(mode, 'x', sizeof mode - 1);
    mode[sizeof mode - 1] = '\0';
    onnx_strings(&node, &plain, "nodes_modes", modes, 1);
    finish_tree(model, &node, "TreeEnsembleClassifier");
}

static void empty_mode(wire_builder *model) {
    wire_builder node = {0};
    onnx_strings(&node, &plain, "nodes_modes", (const char *const[]){""}, 1);
    finish_tree(model, &node, "TreeEnsembleClassifier");
}

static wire_builder small_tensor(int type, uint32_t field, const void *bytes, size_t n_bytes) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, NULL, type, 1);
    wire_blob(&tensor, field, bytes, n_bytes);
    return tensor;
}

static void mode_7_of_version_5(wire_builder *model) {
    wire_builder node = {0}, tensor = small_tensor(TYPE_UINT8, 9, "\x07", 1);
    onnx_tensor(&node, &plain, "nodes_modes", &tensor);
    finish_tree(model, &node, "TreeEnsemble");
}

static void int_modes_of_version_5(wire_builder *model) {
    wire_builder node = {0}, tensor = small_tensor(TYPE_INT32, 9, "\x01\x00\x00\x00", 4);
    onnx_tensor(&node, &plain, "nodes_modes", &tensor);
    finish_tree(model, &node, "TreeEnsemble");
}

static void half_floats_of_version_5(wire_builder *model) {
    wire_builder node = {0}, tensor = small_tensor(TYPE_FLOAT16, 9, "\x01\x00", 2);
    onnx_tensor(&node, &plain, "nodes_splits", &tensor);
    finish_tree(model, &node, "TreeEnsemble");
}

static void ints_as_values(wire_builder *model) {
    wire_builder node = {0}, tensor = small_tensor(TYPE_INT64, 9, "12345678", 8);
    onnx_tensor(&node, &plain, "nodes_values_as_tensor", &tensor);
    finish_tree(model, &node, "TreeEnsembleRegressor");
}

/* Both forms of a column, in either order. */
static void both_forms(wire_builder *model, int is_list_first) {
    wire_builder node = {0}, tensor = small_tensor(TYPE_DOUBLE, 9, "12345678", 8);
    if (is_list_first) onnx_floats(&node, &plain, "base_values", (const float[]){1}, 1);
    onnx_tensor(&node, &plain, "base_values_as_tensor", &tensor);
    if (!is_list_first) onnx_floats(&node, &plain, "base_values", (const float[]){1}, 1);
    finish_tree(model, &node, "TreeEnsembleRegressor");
}

static void list_then_tensor(wire_builder *model) {
    both_forms(model, 1);
}

static void tensor_then_list(wire_builder *model) {
    both_forms(model, 0);
}

static void column_twice(wire_builder *model) {
    wire_builder node = {0};
    onnx_ints(&node, &plain, "nodes_nodeids", (const int64_t[]){0}, 1);
    onnx_ints(&node, &plain, "nodes_nodeids", (const int64_t[]){0}, 1);
    finish_tree(model, &node, "TreeEnsembleRegressor");
}

static void lists_as_splits(wire_builder *model) {
    wire_builder node = {0};
    onnx_floats(&node, &plain, "nodes_splits", (const float[]){1}, 1);
    finish_tree(model, &node, "TreeEnsemble");
}

#endif
