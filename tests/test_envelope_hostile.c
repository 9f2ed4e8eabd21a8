/*
 * Malformed and hostile models: each rule of the reader has one that breaks it, with the exact
 * status and the words that name the place; each limit, a model just inside and one just outside.
 */
#include <stdlib.h>

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

/* ---- The table ------------------------------------------------------------------------------- */

static const struct {
    void (*build)(wire_builder *model);
    ortl_status status;
    const char *words; /* that the message contains */
} cases[] = {
    {nothing, ORTL_BAD_MODEL, "this is no ONNX model: it has no ir_version"},
    {text_file, ORTL_BAD_MODEL, "this is no ONNX model, or a damaged one: byte 0: a group"},
    {no_graph, ORTL_BAD_MODEL, "the model has 0 graphs instead of one"},
    {two_graphs, ORTL_BAD_MODEL, "the model has 2 graphs instead of one"},
    {no_ir_version, ORTL_BAD_MODEL, "no ir_version"},
    {no_opset, ORTL_BAD_MODEL, "the model imports no operator set"},
    {graph_of_wrong_wire_type, ORTL_BAD_MODEL, "field 7 has wire type 0 instead of 2"},
    {text_of_wrong_wire_type, ORTL_BAD_MODEL, "field 2 has wire type 0 instead of 2"},
    {zero_byte_in_a_name, ORTL_BAD_MODEL, "a text contains a zero byte"},
    {calls_an_empty_function, ORTL_BAD_MODEL,
     "node 0 (Op \"n\"): a call of function \"Op\" has 1 inputs and 1 outputs, it has 0 and 0"},
    {sparse_initializer, ORTL_UNSUPPORTED, "sparse initializer, which is not supported"},
    {input_twice, ORTL_BAD_MODEL, "value \"X\" is made twice"},
    {initializer_twice, ORTL_BAD_MODEL, "initializer 1: value \"S\" is made twice"},
    {node_makes_the_input, ORTL_BAD_MODEL, "node 0 (Op \"n\"): value \"X\" is made twice"},
    {used_before_made, ORTL_BAD_MODEL,
     "node 0 (Op \"n\"): input \"Y\" is made neither by the graph nor by an earlier node"},
    {output_not_made, ORTL_BAD_MODEL, "output \"missing\" of the graph is made by no node"},
    {input_without_name, ORTL_BAD_MODEL, "an input or output of the graph has no name"},
    {opaque_type, ORTL_UNSUPPORTED, "\"Y\" is an opaque type, which is not supported"},
    {sparse_type, ORTL_UNSUPPORTED, "\"Y\" is a sparse tensor, which is not supported"},
    {optional_type, ORTL_UNSUPPORTED, "\"Y\" is an optional type, which is not supported"},
    {bare_map, ORTL_UNSUPPORTED, "\"Y\" is a map outside of a sequence, which is not supported"},
    {two_types, ORTL_BAD_MODEL, "\"Y\" has two types"},
    {empty_sequence, ORTL_UNSUPPORTED, "\"Y\" is a sequence of neither tensors nor maps"},
    {input_sequence, ORTL_UNSUPPORTED, "input \"Y\" is a sequence, which is not supported"},
    {nine_axes, ORTL_UNSUPPORTED, "\"Y\" has 9 axes, at most 8 are supported"},
    {deep_type, ORTL_UNSUPPORTED, "messages nest deeper than in any type that is supported"},
    {deep_groups, ORTL_LIMIT, "limit nesting"},
    {external_data, ORTL_UNSUPPORTED, "initializer 0: tensor \"S\" has its data in another file"},
    {external_entry, ORTL_UNSUPPORTED, "initializer 0: tensor \"S\" has its data in another file"},
    {segment, ORTL_UNSUPPORTED, "tensor \"S\" comes in segments"},
    {negative_extent, ORTL_BAD_MODEL, "tensor \"S\": axis 0 cannot have -1 elements"},
    {extents_overflow, ORTL_BAD_MODEL, "tensor \"S\": axis 1 cannot have 4294967296 elements"},
    {empty_overflow, ORTL_BAD_MODEL, "tensor \"S\": axis 2 cannot have 1099511627776 elements"},
    {empty_overflow_before, ORTL_BAD_MODEL, "\"S\": axis 1 cannot have 1099511627776 elements"},
    {huge_without_data, ORTL_BAD_MODEL, "its shape has 1099511627776 elements, its data have 0"},
    {too_many_axes, ORTL_UNSUPPORTED, "tensor \"S\" has 9 axes, at most 8 are supported"},
    {raw_and_typed, ORTL_BAD_MODEL, "tensor \"S\" has raw data and typed data"},
    {raw_of_wrong_size, ORTL_BAD_MODEL, "its shape has 1 elements, its data have 5 bytes"},
    {raw_texts, ORTL_BAD_MODEL, "tensor \"S\" has raw data for texts"},
    {too_few_elements, ORTL_BAD_MODEL, "its shape has 3 elements, its data have 2"},
    {data_in_another_field, ORTL_BAD_MODEL, "of type 7 has data in field 4 instead of 7"},
    {element_out_of_range, ORTL_BAD_MODEL, "element 1 is 256, which its type cannot hold"},
    {tensor_without_type, ORTL_BAD_MODEL, "element type 0, which is not supported"},
    {complex_numbers, ORTL_UNSUPPORTED, "element type 14, which is not supported"},
    {tensor_without_name, ORTL_BAD_MODEL, "initializer 0: it has no name"},
    {node_without_operator, ORTL_BAD_MODEL, "node 0 ( \"n\"): it names no operator"},
    {subgraph, ORTL_UNSUPPORTED,
     "node 0 (Loop \"x\"): attribute \"body\" is a subgraph, which is not supported"},
    {subgraph_by_type, ORTL_UNSUPPORTED, "attribute \"a\" is a subgraph"},
    {list_of_subgraphs, ORTL_UNSUPPORTED, "attribute \"a\" is a list of subgraphs"},
    {sparse_attribute, ORTL_UNSUPPORTED, "attribute \"a\" is a sparse tensor"},
    {type_attribute, ORTL_UNSUPPORTED, "attribute \"a\" is a type"},
    {list_of_tensors, ORTL_UNSUPPORTED, "attribute \"a\" is a list of tensors"},
    {attribute_twice, ORTL_BAD_MODEL, "attribute \"a\" is there twice"},
    {attribute_without_name, ORTL_BAD_MODEL, "an attribute has no name"},
    {attribute_with_two_names, ORTL_BAD_MODEL, "attribute \"a\" has a second name"},
    {attribute_of_two_kinds, ORTL_BAD_MODEL, "attribute \"a\" is both INT and FLOAT"},
    {attribute_of_another_type, ORTL_BAD_MODEL, "attribute \"a\" is both INTS and FLOATS"},
    {attribute_of_unknown_type, ORTL_BAD_MODEL, "attribute \"a\" has type 77, which is unknown"},
    {attribute_of_nothing, ORTL_BAD_MODEL, "attribute \"a\" has neither type nor value"},
    {attribute_without_tensor, ORTL_BAD_MODEL, "attribute \"a\" has no tensor"},
    {attribute_with_two_tensors, ORTL_BAD_MODEL, "attribute \"a\" has two tensors"},
    {attribute_of_a_function, ORTL_BAD_MODEL, "attribute \"a\" refers to one of a function"},
    {ints_as_modes, ORTL_BAD_MODEL, "attribute \"nodes_modes\" is INTS instead of STRINGS"},
    {floats_as_ids, ORTL_BAD_MODEL, "attribute \"nodes_nodeids\" is FLOATS instead of INTS"},
    {ids_of_another_type, ORTL_BAD_MODEL, "attribute \"nodes_nodeids\" is FLOATS instead of INTS"},
    {unknown_mode, ORTL_BAD_MODEL,
     "attribute \"nodes_modes\": element 2 is \"BRANCH_XX\", which is no mode"},
    {long_mode, ORTL_BAD_MODEL, "element 0 is \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", which"},
    {empty_mode, ORTL_BAD_MODEL, "element 0 is \"\", which is no mode"},
    {mode_7_of_version_5, ORTL_BAD_MODEL, "element 0 is 7, which is no mode"},
    {int_modes_of_version_5, ORTL_BAD_MODEL, "element type 6 instead of uint8 (2)"},
    {half_floats_of_version_5, ORTL_UNSUPPORTED, "element type 10 instead of float (1)"},
    {ints_as_values, ORTL_BAD_MODEL, "element type 7 instead of float (1) or double (11)"},
    {list_then_tensor, ORTL_BAD_MODEL, "\"base_values\" is given as list and as tensor"},
    {tensor_then_list, ORTL_BAD_MODEL, "\"base_values\" is given as list and as tensor"},
    {column_twice, ORTL_BAD_MODEL, "attribute \"nodes_nodeids\" is there twice"},
    {lists_as_splits, ORTL_BAD_MODEL, "attribute \"nodes_splits\" is FLOATS instead of TENSOR"},
};

static const int n_cases = (int)(sizeof cases / sizeof cases[0]);

static harness h;
static wire_builder model;

static void begin(void) {
    harness_begin(&h);
}

static void end(void) {
    harness_end(&h);
    wire_free(&model);
}

START_TEST(each_broken_rule_has_its_status_and_words) {
    cases[_i].build(&model);
    h.error.message[0] = '\0';
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), cases[_i].status);
    ck_assert_int_eq(h.error.status, cases[_i].status);
    ck_assert_msg(strstr(h.error.message, cases[_i].words) != NULL, "\"%s\" lacks \"%s\"",
                  h.error.message, cases[_i].words);
    ortl__graph_free(&h.graph);
    ck_assert_int_eq(harness_read_file(&h, &model, 32), cases[_i].status);
}
END_TEST

START_TEST(an_error_need_not_be_wanted) {
    for (int i = 0; i < n_cases; i++) {
        cases[i].build(&model);
        ck_assert_int_eq(
            ortl__source_memory(&h.memory, model.bytes, model.n_bytes, &h.limits, &h.source, NULL),
            ORTL_OK);
        ck_assert_int_eq(ortl__envelope_read(h.source, &h.memory, &h.limits, 0, &h.graph, NULL),
                         cases[i].status);
        harness_end(&h);
        wire_free(&model);
    }
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------- */

/* Sets one limit to what the sample just passes, then below. */
static void expect_limit(uint64_t *limit, uint64_t enough, const char *words) {
    onnx_sample(&model, &plain);
    *limit = enough;
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    harness_end(&h);
    *limit = enough - 1;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
    ck_assert_msg(strstr(h.error.message, words) != NULL, "%s", h.error.message);
}

START_TEST(the_number_of_nodes_is_limited) {
    expect_limit(&h.limits.graph_nodes, 2,
                 "limit graph_nodes (operators of the graph) exceeded: 1 allowed, 2 needed");
}
END_TEST

START_TEST(the_bytes_of_the_model_are_limited) {
    onnx_sample(&model, &plain);
    const uint64_t n_bytes = model.n_bytes;
    wire_free(&model);
    expect_limit(&h.limits.model_bytes, n_bytes, "limit model_bytes");
    ck_assert_int_eq(harness_read_file(&h, &model, 64), ORTL_LIMIT);
}
END_TEST

/* The model 1, graph 2, value 3, type 4, tensor 5, shape 6, dimension 7. */
START_TEST(nesting_is_limited) {
    expect_limit(&h.limits.nesting, 7, "limit nesting");
}
END_TEST

START_TEST(the_bytes_of_all_texts_are_limited) {
    char text[64];
    wire_builder node = {0};
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 3; i++) {
        wire_builder data = {0};
        char name[] = {(char)('a' + i), '\0'};
        wire_blob(&data, 4, text, sizeof text);
        onnx_attribute(&node, &plain, name, KIND_STRING, &data);
    }
    finish_node(&model, &node);
    /* maker, two domains, graph, Op, n, and X and Y each twice; three attributes. */
    const uint64_t n_text = 5 + 10 + 5 + 2 + 1 + 4 + 2 * 1 + 3 * (1 + sizeof text);
    h.limits.string_bytes = n_text;
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    harness_end(&h);
    h.limits.string_bytes = n_text - 1;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(h.error.message, "limit string_bytes"));
}
END_TEST

/* A node of a million empty inputs, each 2 bytes in the file and about 100 in protobuf-c. */
START_TEST(memory_stays_in_proportion_to_the_file) {
    wire_builder node = {0};
    for (int i = 0; i < 1000000; i++) wire_text(&node, 1, "");
    finish_node(&model, &node);
    h.memory.limit = ((uint64_t)1 << 20) + 10 * model.n_bytes;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
    ck_assert_uint_le(h.memory.peak, h.memory.limit);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("envelope_hostile");
    TCase *tests = tcase_create("envelope_hostile");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, each_broken_rule_has_its_status_and_words, 0, n_cases);
    tcase_add_test(tests, an_error_need_not_be_wanted);
    tcase_add_test(tests, the_number_of_nodes_is_limited);
    tcase_add_test(tests, the_bytes_of_the_model_are_limited);
    tcase_add_test(tests, nesting_is_limited);
    tcase_add_test(tests, the_bytes_of_all_texts_are_limited);
    tcase_add_test(tests, memory_stays_in_proportion_to_the_file);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
