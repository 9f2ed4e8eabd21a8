/*
 * Valid models through the envelope: what ends up in the graph and the columns does not depend on
 * the order of fields, the spelling of lists, or the window.
 */
#include <stdlib.h>

#include "envelope_harness.h"

static harness h;
static wire_builder model;

static void begin(void) {
    harness_begin(&h);
}

static void end(void) {
    harness_end(&h);
    wire_free(&model);
}

static void expect_ids(const ortl__column *column, const uint32_t *ids, size_t n) {
    ck_assert_uint_eq(column->count, n);
    ck_assert_uint_eq(column->n_stored, n);
    ck_assert_uint_eq(column->capacity, n);
    ck_assert_mem_eq(column->data, ids, n * sizeof *ids);
}

static void expect_run(const ortl__column *column, uint32_t first, uint32_t count, uint32_t step) {
    const ortl__id_run *run = column->data;
    ck_assert_uint_eq(column->count, count);
    ck_assert_uint_eq(column->n_stored, 1);
    ck_assert_uint_eq(run->first, first);
    ck_assert_uint_eq(run->count, count);
    ck_assert_uint_eq(run->step, step);
}

static void expect_sample_columns(const ortl__ensemble_columns *columns) {
    static const uint32_t features[] = {2, 0, ORTL__ID_NONE, ORTL__ID_NONE, ORTL__ID_NONE};
    static const uint32_t true_ids[] = {1, 3, ORTL__ID_NONE, 0, 0};
    static const uint32_t false_ids[] = {2, 4, ORTL__ID_NONE, 0, 300};
    static const uint32_t weight_nodes[] = {2, 3, 4};
    static const uint8_t modes[] = {ORTL__MODE_LEQ, ORTL__MODE_GT, ORTL__MODE_LEAF, ORTL__MODE_LEAF,
                                    ORTL__MODE_LEAF};
    static const uint8_t missing[] = {1, 0, 0, 0, 0};
    static const float values[] = {0.5f, -1.25f, 0, 0, 0};
    static const float weights[] = {1.5f, -2, 0.25f};
    const ortl__column *column = columns->columns;
    ck_assert_int_eq(columns->kind, ORTL__ENSEMBLE_REGRESSOR);
    ck_assert_int_eq(columns->values_are_nonnegative, 0);
    expect_run(&column[ORTL__COLUMN_NODE_TREES], 0, 5, 0);
    expect_run(&column[ORTL__COLUMN_NODE_IDS], 0, 5, 1);
    expect_ids(&column[ORTL__COLUMN_NODE_FEATURES], features, 5);
    expect_ids(&column[ORTL__COLUMN_NODE_TRUE], true_ids, 5);
    expect_ids(&column[ORTL__COLUMN_NODE_FALSE], false_ids, 5);
    expect_run(&column[ORTL__COLUMN_WEIGHT_TREES], 0, 3, 0);
    expect_ids(&column[ORTL__COLUMN_WEIGHT_NODES], weight_nodes, 3);
    expect_run(&column[ORTL__COLUMN_WEIGHT_TARGETS], 0, 3, 0);
    ck_assert_mem_eq(column[ORTL__COLUMN_NODE_MODES].data, modes, sizeof modes);
    ck_assert_mem_eq(column[ORTL__COLUMN_NODE_MISSING].data, missing, sizeof missing);
    ck_assert_mem_eq(column[ORTL__COLUMN_NODE_VALUES].data, values, sizeof values);
    ck_assert_mem_eq(column[ORTL__COLUMN_WEIGHTS].data, weights, sizeof weights);
    ck_assert_int_eq(column[ORTL__COLUMN_BASE_VALUES].is_present, 0);
    ck_assert_int_eq(column[ORTL__COLUMN_WEIGHTS].is_present, 1);
    ck_assert_int_eq(column[ORTL__COLUMN_WEIGHTS].is_tensor, 0);
}

static void expect_sample_nodes(const ortl__graph *graph) {
    static const double scale[] = {0, 0.5, 1};
    const ortl__node *mul = &graph->nodes[0], *tree = &graph->nodes[1];
    ck_assert_uint_eq(graph->n_initializers, 1);
    ck_assert_str_eq(graph->initializers[0].name, "S");
    ck_assert_int_eq(graph->initializers[0].element_type, TYPE_DOUBLE);
    ck_assert_uint_eq(graph->initializers[0].rank, 1);
    ck_assert_int_eq(graph->initializers[0].shape[0], 3);
    ck_assert_mem_eq(graph->initializers[0].data, scale, sizeof scale);
    ck_assert_uint_eq(graph->n_nodes, 2);
    ck_assert_str_eq(mul->op_type, "Mul");
    ck_assert_str_eq(mul->domain, "");
    ck_assert_uint_eq(mul->n_inputs, 3);
    ck_assert_uint_eq(mul->inputs[0], graph->inputs[0].value);
    ck_assert_uint_eq(mul->inputs[1], ORTL__NO_VALUE);
    ck_assert_uint_eq(mul->inputs[2], graph->initializer_values[0]);
    ck_assert_ptr_null(mul->columns);
    ck_assert_str_eq(tree->name, "tree");
    ck_assert_str_eq(tree->domain, "ai.onnx.ml");
    ck_assert_uint_eq(tree->inputs[0], mul->outputs[0]);
    ck_assert_str_eq(graph->value_names[tree->outputs[0]], "Y");
    ck_assert_uint_eq(tree->n_attributes, 2);
    const ortl__attribute *targets = ortl__node_attribute(tree, "n_targets");
    ck_assert_int_eq(targets->kind, ORTL__ATTRIBUTE_INT);
    ck_assert_int_eq(targets->as.ints[0], 1);
    ck_assert_str_eq(ortl__node_attribute(tree, "post_transform")->as.strings[0].data, "NONE");
    ck_assert_ptr_null(ortl__node_attribute(tree, "nodes_hitrates"));
    expect_sample_columns(tree->columns);
}

static void expect_sample(const ortl__graph *graph) {
    ck_assert_int_eq(graph->ir_version, 8);
    ck_assert_str_eq(graph->producer_name, "maker");
    ck_assert_str_eq(graph->producer_version, "");
    ck_assert_str_eq(graph->name, "graph");
    ck_assert_int_eq(ortl__graph_opset(graph, "ai.onnx"), 17);
    ck_assert_int_eq(ortl__graph_opset(graph, "ai.onnx.ml"), 3);
    ck_assert_int_eq(ortl__graph_opset(graph, "other"), 0);
    ck_assert_uint_eq(graph->n_metadata, 2);
    ck_assert_str_eq(graph->metadata[0].data, "key");
    ck_assert_str_eq(graph->metadata[1].data, "value");
    ck_assert_uint_eq(graph->metadata[3].n_bytes, 0);
    ck_assert_uint_eq(graph->n_inputs, 1);
    ck_assert_str_eq(graph->inputs[0].name, "X");
    ck_assert_int_eq(graph->inputs[0].has_shape, 1);
    ck_assert_int_eq(graph->inputs[0].shape[0], -1);
    ck_assert_int_eq(graph->inputs[0].shape[1], 3);
    ck_assert_uint_eq(graph->n_outputs, 1);
    ck_assert_uint_eq(graph->outputs[0].value, graph->nodes[1].outputs[0]);
    ck_assert_uint_eq(graph->n_values, 4);
    expect_sample_nodes(graph);
}

START_TEST(every_order_and_spelling_reads_the_same) {
    for (int i = 0; i < 16 * WIRE_SPELLINGS; i++) {
        const onnx_style style = {i / 16, i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3 & 1};
        onnx_sample(&model, &style);
        ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                      h.error.message);
        expect_sample(&h.graph);
        ortl__graph_free(&h.graph);
        wire_free(&model);
    }
}
END_TEST

START_TEST(every_window_reads_the_same) {
    for (int spelling = 0; spelling < WIRE_SPELLINGS; spelling++) {
        const onnx_style style = {.spelling = spelling, .name_is_last = spelling == WIRE_MIXED};
        onnx_sample(&model, &style);
        for (size_t window = 1; window < 2 * model.n_bytes; window += window < 200 ? 1 : 97) {
            ck_assert_msg(harness_read_file(&h, &model, window) == ORTL_OK, "%s", h.error.message);
            expect_sample(&h.graph);
            ortl__graph_free(&h.graph);
        }
        wire_free(&model);
    }
}
END_TEST

/* Unknown fields of all types, for any message. */
static void put_unknown(wire_builder *to) {
    wire_int(to, 1000, 7);
    wire_float(to, 1001, 7);
    wire_double(to, 1002, 7);
    wire_text(to, 1003, "unknown");
    wire_tag(to, 1004, WIRE_GROUP);
    wire_tag(to, 1, WIRE_GROUP);
    wire_text(to, 7, "in a group");
    wire_tag(to, 1, WIRE_GROUP_END);
    wire_tag(to, 1004, WIRE_GROUP_END);
}

START_TEST(unknown_fields_are_passed_over_in_every_message) {
    const onnx_style style = {0};
    wire_builder graph = {0}, node = {0}, tensor = {0}, value = {0}, type = {0}, inner = {0};
    put_unknown(&tensor);
    onnx_tensor_head(&tensor, "S", TYPE_FLOAT, 1);
    wire_float(&tensor, 4, 2.5f);
    put_unknown(&inner);
    wire_int(&inner, 1, TYPE_FLOAT);
    put_unknown(&type);
    wire_message(&type, 1, &inner);
    put_unknown(&value);
    wire_text(&value, 1, "Z");
    wire_message(&value, 2, &type);
    put_unknown(&node);
    onnx_node_head(&node, "Mul", NULL, NULL, "X", "Y");
    wire_builder data = {0};
    put_unknown(&data);
    wire_int(&data, 3, 4);
    onnx_attribute(&node, &style, "a", KIND_INT, &data);
    put_unknown(&graph);
    wire_message(&graph, 5, &tensor);
    wire_message(&graph, 11, &value);
    onnx_graph(&graph, &node);
    put_unknown(&model);
    onnx_model(&model, &style, &graph);
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    ck_assert_uint_eq(h.graph.n_inputs, 2);
    ck_assert_int_eq(h.graph.inputs[0].element_type, TYPE_FLOAT);
    ck_assert_int_eq(ortl__node_attribute(&h.graph.nodes[0], "a")->as.ints[0], 4);
    ck_assert(((const float *)h.graph.initializers[0].data)[0] == 2.5f);
}
END_TEST

START_TEST(the_last_of_several_scalars_counts_and_messages_merge) {
    const onnx_style style = {0};
    wire_builder graph = {0}, node = {0}, value = {0}, type = {0}, tensor = {0};
    onnx_node_head(&node, "First", "first", "first", "X", "Y");
    onnx_node_head(&node, "Last", "last", "last", NULL, NULL);
    wire_builder data = {0};
    wire_int(&data, 3, 4);
    wire_int(&data, 3, 5);
    onnx_attribute(&node, &style, "a", KIND_INT, &data);
    wire_message(&graph, 1, &node);
    wire_int(&tensor, 1, TYPE_FLOAT);
    wire_message(&type, 1, &tensor);
    wire_text(&value, 1, "Z");
    wire_text(&value, 1, "X");
    wire_message(&value, 2, &type);
    wire_builder again = {0}, shape = {0};
    wire_message(&again, 2, &shape);
    wire_message(&type, 1, &again);
    wire_message(&value, 2, &type);
    wire_message(&graph, 11, &value);
    onnx_value(&graph, 12, "Y", 1);
    wire_int(&model, 1, 3);
    onnx_model(&model, &style, &graph);
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    ck_assert_str_eq(h.graph.nodes[0].op_type, "Last");
    ck_assert_str_eq(h.graph.nodes[0].domain, "last");
    ck_assert_int_eq(h.graph.ir_version, 8);
    ck_assert_int_eq(h.graph.nodes[0].attributes[0].as.ints[0], 5);
    ck_assert_str_eq(h.graph.inputs[0].name, "X");
    ck_assert_int_eq(h.graph.inputs[0].element_type, TYPE_FLOAT);
    ck_assert_int_eq(h.graph.inputs[0].has_shape, 1);
    ck_assert_uint_eq(h.graph.inputs[0].rank, 0);
}
END_TEST

/* ---- Tensors --------------------------------------------------------------------------------- */

/* Reads a model whose node has the tensor as attribute "t". */
static const ortl__constant *read_tensor(wire_builder *tensor) {
    const onnx_style style = {0};
    wire_builder graph = {0}, node = {0};
    onnx_node_head(&node, "Constant", NULL, NULL, "X", "Y");
    onnx_tensor(&node, &style, "t", tensor);
    onnx_graph(&graph, &node);
    onnx_model(&model, &style, &graph);
    ck_assert_msg(harness_read_file(&h, &model, 32) == ORTL_OK, "%s", h.error.message);
    const ortl__attribute *attribute = ortl__node_attribute(&h.graph.nodes[0], "t");
    ck_assert_int_eq(attribute->kind, ORTL__ATTRIBUTE_TENSOR);
    return attribute->as.tensor;
}

START_TEST(raw_data_are_little_endian) {
    wire_builder tensor = {0}, raw = {0};
    onnx_tensor_head(&tensor, NULL, TYPE_INT64, 30);
    for (int i = 0; i < 30; i++) wire_fixed(&raw, (uint64_t)(INT64_C(-1000000007) * i), 8);
    wire_message(&tensor, 9, &raw);
    const ortl__constant *constant = read_tensor(&tensor);
    ck_assert_uint_eq(constant->n_elements, 30);
    for (int i = 0; i < 30; i++)
        ck_assert_int_eq(((const int64_t *)constant->data)[i], INT64_C(-1000000007) * i);
}
END_TEST

START_TEST(narrow_types_come_from_int32_data) {
    static const struct {
        int type;
        size_t n_bytes;
        int64_t values[3];
    } types[] = {{2, 1, {0, 1, 255}},
                 {3, 1, {-128, 0, 127}},
                 {4, 2, {0, 1, 65535}},
                 {5, 2, {-32768, 0, 32767}},
                 {6, 4, {INT32_MIN, 0, INT32_MAX}},
                 {10, 2, {0, 1, 0x7bff}},
                 {16, 2, {0, 1, 0x7f80}}};
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, NULL, types[_i].type, 3);
    wire_ints(&tensor, 5, types[_i].values, 3, WIRE_MIXED);
    const ortl__constant *constant = read_tensor(&tensor);
    for (size_t i = 0; i < 3; i++) {
        int64_t value = types[_i].values[i];
        int8_t as8 = (int8_t)value;
        int16_t as16 = (int16_t)value;
        int32_t as32 = (int32_t)value;
        const void *wanted = types[_i].n_bytes == 1   ? (const void *)&as8
                             : types[_i].n_bytes == 2 ? (const void *)&as16
                                                      : (const void *)&as32;
        ck_assert_mem_eq((const char *)constant->data + i * types[_i].n_bytes, wanted,
                         types[_i].n_bytes);
    }
}
END_TEST

START_TEST(bools_become_0_and_1) {
    wire_builder tensor = {0};
    onnx_tensor_head(&tensor, NULL, TYPE_BOOL, 3);
    if (_i == 0)
        wire_blob(&tensor, 9, "\x00\x01\x02", 3);
    else
        wire_blob(&tensor, 5, "\x00\x01\x02", 3);
    ck_assert_mem_eq(read_tensor(&tensor)->data, "\x00\x01\x01", 3);
}
END_TEST

START_TEST(texts_keep_their_zero_bytes) {
    wire_builder tensor = {0};
    char longer[100];
    memset(longer, 'x', sizeof longer);
    onnx_tensor_head(&tensor, NULL, TYPE_STRING, 3);
    wire_blob(&tensor, 6, "a\0b", 3);
    wire_blob(&tensor, 6, "", 0);
    wire_blob(&tensor, 6, longer, sizeof longer);
    const ortl_string *texts = read_tensor(&tensor)->data;
    ck_assert_uint_eq(texts[0].n_bytes, 3);
    ck_assert_mem_eq(texts[0].data, "a\0b", 4);
    ck_assert_uint_eq(texts[1].n_bytes, 0);
    ck_assert_uint_eq(texts[2].n_bytes, sizeof longer);
    ck_assert_mem_eq(texts[2].data, longer, sizeof longer);
}
END_TEST

START_TEST(a_tensor_may_be_empty_or_a_single_value) {
    wire_builder tensor = {0};
    if (_i == 0) {
        onnx_tensor_head(&tensor, NULL, TYPE_FLOAT, 0);
        wire_blob(&tensor, 9, "", 0);
        const ortl__constant *constant = read_tensor(&tensor);
        ck_assert_uint_eq(constant->n_elements, 0);
        ck_assert_ptr_null(constant->data);
    } else {
        wire_int(&tensor, 2, TYPE_FLOAT);
        wire_float(&tensor, 4, 7);
        const ortl__constant *constant = read_tensor(&tensor);
        ck_assert_uint_eq(constant->rank, 0);
        ck_assert_uint_eq(constant->n_elements, 1);
        ck_assert(((const float *)constant->data)[0] == 7);
    }
}
END_TEST

/* ---- Trees ----------------------------------------------------------------------------------- */

/* Reads a model with one tree operator, whose attributes are in `attributes` (freed). */
static ortl__ensemble_columns *read_tree(const char *op_type, wire_builder *attributes) {
    const onnx_style style = {0};
    wire_builder graph = {0};
    onnx_node_head(attributes, op_type, "ai.onnx.ml", NULL, "X", "Y");
    onnx_graph(&graph, attributes);
    onnx_model(&model, &style, &graph);
    ck_assert_msg(harness_read_file(&h, &model, 64) == ORTL_OK, "%s", h.error.message);
    ck_assert_ptr_nonnull(h.graph.nodes[0].columns);
    return h.graph.nodes[0].columns;
}

static wire_builder double_tensor(const double *values, size_t n, int is_raw) {
    wire_builder tensor = {0}, raw = {0};
    onnx_tensor_head(&tensor, NULL, TYPE_DOUBLE, (int64_t)n);
    for (size_t i = 0; i < n; i++) {
        if (is_raw)
            wire_fixed(&raw, wire_double_bits(values[i]), 8);
        else
            wire_double(&tensor, 10, values[i]);
    }
    if (is_raw) wire_message(&tensor, 9, &raw);
    return tensor;
}

START_TEST(doubles_come_as_tensors) {
    static const double values[] = {0.1, -0.0, 1e300};
    const onnx_style style = {0};
    wire_builder node = {0}, tensor = double_tensor(values, 3, _i);
    onnx_tensor(&node, &style, "nodes_values_as_tensor", &tensor);
    tensor = double_tensor(values, 2, _i);
    onnx_tensor(&node, &style, "class_weights_as_tensor", &tensor);
    ortl__ensemble_columns *columns = read_tree("TreeEnsembleClassifier", &node);
    const ortl__column *column = &columns->columns[ORTL__COLUMN_NODE_VALUES];
    ck_assert_uint_eq(column->count, 3);
    ck_assert_int_eq(column->is_double, 1);
    ck_assert_int_eq(column->is_tensor, 1);
    ck_assert_mem_eq(column->data, values, sizeof values);
    ck_assert_int_eq(columns->values_are_nonnegative, 1); /* -0 is not below 0 */
    ck_assert_uint_eq(columns->columns[ORTL__COLUMN_WEIGHTS].count, 2);
    ck_assert_uint_eq(h.graph.nodes[0].n_attributes, 0);
}
END_TEST

/* Forms of one column: list and tensor, in both orders, one of them empty. */
START_TEST(an_empty_form_gives_way_to_the_other) {
    static const float values[] = {1, 2};
    static const double doubles[] = {3, 4, 5};
    const onnx_style style = {.spelling = _i & 4 ? WIRE_PACKED : WIRE_UNPACKED};
    const int is_list_first = _i & 1, is_list_full = _i >> 1 & 1;
    wire_builder node = {0}, tensor = {0};
    if (is_list_full)
        wire_int(&tensor, 2, TYPE_FLOAT); /* no axes: absent */
    else
        tensor = double_tensor(doubles, 3, 0);
    if (is_list_first) onnx_floats(&node, &style, "nodes_values", values, is_list_full ? 2 : 0);
    onnx_tensor(&node, &style, "nodes_values_as_tensor", &tensor);
    if (!is_list_first) onnx_floats(&node, &style, "nodes_values", values, is_list_full ? 2 : 0);
    ortl__ensemble_columns *columns = read_tree("TreeEnsembleRegressor", &node);
    const ortl__column *column = &columns->columns[ORTL__COLUMN_NODE_VALUES];
    ck_assert_uint_eq(column->count, is_list_full ? 2 : 3);
    ck_assert_int_eq(column->is_double, !is_list_full);
    if (is_list_full)
        ck_assert_mem_eq(column->data, values, sizeof values);
    else
        ck_assert_mem_eq(column->data, doubles, sizeof doubles);
}
END_TEST

START_TEST(version_5_has_its_own_columns) {
    static const int64_t ones[] = {1, 0, 7}, roots[] = {0};
    static const uint8_t modes[] = {0, 6, 5};
    const onnx_style style = {0};
    wire_builder node = {0}, tensor = {0};
    onnx_tensor_head(&tensor, NULL, TYPE_UINT8, 3);
    if (_i == 0)
        wire_blob(&tensor, 9, modes, 3);
    else
        wire_blob(&tensor, 5, modes, 3);
    onnx_tensor(&node, &style, "nodes_modes", &tensor);
    onnx_tensor_head(&tensor, NULL, TYPE_FLOAT, 2);
    wire_floats(&tensor, 4, (const float[]){0.5f, 1.5f}, 2, WIRE_PACKED);
    onnx_tensor(&node, &style, "nodes_splits", &tensor);
    onnx_tensor_head(&tensor, NULL, TYPE_FLOAT, 1);
    wire_float(&tensor, 4, 1);
    onnx_tensor(&node, &style, "nodes_hitrates", &tensor);
    onnx_ints(&node, &style, "nodes_trueleafs", ones, 3);
    onnx_ints(&node, &style, "tree_roots", roots, 1);
    onnx_ints(&node, &style, "nodes_treeids", ones, 3); /* of the older operators alone */
    ortl__ensemble_columns *columns = read_tree("TreeEnsemble", &node);
    ck_assert_uint_eq(columns->columns[ORTL__COLUMN_NODE_MODES].count, 3);
    ck_assert_mem_eq(columns->columns[ORTL__COLUMN_NODE_MODES].data, modes, 3);
    ck_assert_uint_eq(columns->columns[ORTL__COLUMN_V5_SPLITS].count, 2);
    ck_assert_int_eq(columns->columns[ORTL__COLUMN_V5_SPLITS].is_double, 0);
    ck_assert_mem_eq(columns->columns[ORTL__COLUMN_V5_TRUE_LEAFS].data, "\x01\x00\x00", 3);
    ck_assert_uint_eq(columns->columns[ORTL__COLUMN_V5_ROOTS].count, 1);
    ck_assert_uint_eq(columns->columns[ORTL__COLUMN_NODE_TREES].count, 0);
    ck_assert_ptr_nonnull(ortl__node_attribute(&h.graph.nodes[0], "nodes_treeids"));
    ck_assert_ptr_null(ortl__node_attribute(&h.graph.nodes[0], "nodes_hitrates"));
}
END_TEST

/* ---- Graph ----------------------------------------------------------------------------------- */

START_TEST(a_missing_default_opset_is_the_newest) {
    wire_builder graph = {0}, node = {0};
    onnx_node_head(&node, "Identity", NULL, NULL, "X", "Y");
    onnx_graph(&graph, &node);
    wire_message(&model, 7, &graph);
    wire_int(&model, 1, 3);
    onnx_opset(&model, "ai.onnx.ml", 1);
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_OK);
    ck_assert_int_eq(ortl__graph_opset(&h.graph, ""), ORTL__NEWEST_OPSET);
    ck_assert_int_eq(ortl__graph_opset(&h.graph, "ai.onnx.ml"), 1);
    ck_assert_int_eq(ortl__graph_opset(&h.graph, "com.microsoft"), 0);
}
END_TEST

/* An output that is a sequence of maps (0) or of tensors (1). */
START_TEST(outputs_may_be_sequences) {
    const onnx_style style = {0};
    wire_builder graph = {0}, node = {0}, tensor = {0}, map = {0}, element = {0}, sequence = {0};
    wire_builder type = {0}, value = {0};
    onnx_node_head(&node, "ZipMap", "ai.onnx.ml", NULL, "X", "Y");
    wire_message(&graph, 1, &node);
    wire_int(&tensor, 1, TYPE_FLOAT);
    wire_message(&element, 1, &tensor);
    if (_i == 0) {
        wire_int(&map, 1, TYPE_INT64);
        wire_message(&map, 2, &element);
        wire_message(&element, 5, &map);
    }
    wire_message(&sequence, 1, &element);
    wire_message(&type, 4, &sequence);
    wire_text(&value, 1, "Y");
    wire_message(&value, 2, &type);
    wire_message(&graph, 12, &value);
    onnx_value(&graph, 11, "X", 3);
    onnx_model(&model, &style, &graph);
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    ck_assert_int_eq(h.graph.outputs[0].is_map, _i == 0);
    ck_assert_int_eq(h.graph.outputs[0].is_sequence, _i == 1);
    ck_assert_int_eq(h.graph.outputs[0].element_type, TYPE_FLOAT);
}
END_TEST

START_TEST(an_unused_function_does_no_harm) {
    const onnx_style style = {0};
    wire_builder function = {0};
    wire_text(&function, 1, "unused");
    wire_text(&function, 10, "local");
    onnx_sample(&model, &style);
    wire_message(&model, 25, &function);
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_OK);
    expect_sample(&h.graph);
}
END_TEST

START_TEST(many_unused_initializers_are_fast) {
    enum { N_INITIALIZERS = 50000 };
    const onnx_style style = {0};
    wire_builder graph = {0}, node = {0};
    char name[32];
    for (int i = 0; i < N_INITIALIZERS; i++) {
        wire_builder tensor = {0};
        snprintf(name, sizeof name, "unused_%d", i);
        onnx_tensor_head(&tensor, name, TYPE_FLOAT, 1);
        wire_float(&tensor, 4, (float)i);
        wire_message(&graph, 5, &tensor);
    }
    onnx_node_head(&node, "Identity", NULL, NULL, "X", "Y");
    onnx_graph(&graph, &node);
    onnx_model(&model, &style, &graph);
    h.memory.limit = ((uint64_t)1 << 20) + 10 * model.n_bytes;
    ck_assert_msg(harness_read_file(&h, &model, ORTL__WINDOW_BYTES) == ORTL_OK, "%s",
                  h.error.message);
    ck_assert_uint_eq(h.graph.n_initializers, N_INITIALIZERS);
    ck_assert_uint_eq(h.graph.n_values, N_INITIALIZERS + 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("envelope");
    TCase *tests = tcase_create("envelope");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, every_order_and_spelling_reads_the_same);
    tcase_add_test(tests, every_window_reads_the_same);
    tcase_add_test(tests, unknown_fields_are_passed_over_in_every_message);
    tcase_add_test(tests, the_last_of_several_scalars_counts_and_messages_merge);
    tcase_add_test(tests, raw_data_are_little_endian);
    tcase_add_loop_test(tests, narrow_types_come_from_int32_data, 0, 7);
    tcase_add_loop_test(tests, bools_become_0_and_1, 0, 2);
    tcase_add_test(tests, texts_keep_their_zero_bytes);
    tcase_add_loop_test(tests, a_tensor_may_be_empty_or_a_single_value, 0, 2);
    tcase_add_loop_test(tests, doubles_come_as_tensors, 0, 2);
    tcase_add_loop_test(tests, an_empty_form_gives_way_to_the_other, 0, 8);
    tcase_add_loop_test(tests, version_5_has_its_own_columns, 0, 2);
    tcase_add_test(tests, a_missing_default_opset_is_the_newest);
    tcase_add_loop_test(tests, outputs_may_be_sequences, 0, 2);
    tcase_add_test(tests, an_unused_function_does_no_harm);
    tcase_add_test(tests, many_unused_initializers_are_fast);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
