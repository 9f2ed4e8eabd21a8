/*
 * Graph -> bytes: the messages of an ONNX file from Model down to Attribute. The encoding itself is
 * in wire_out.c, the columns of trees in writer_columns.c, files in writer_file.c.
 */
#include "writer.h"

#include <string.h>

#include "../runtime/status.h"
#include "wire_out.h"
#include "writer_columns.h"

enum { BUFFER_BYTES = 1 << 16 };

/* Protobuf readers give up at 2 GiB. */
#define GREATEST_FILE ((uint64_t)INT32_MAX)

/* ---- Tensors and attributes ------------------------------------------------------------------ */

/* Bytes of one element of a type of fixed size that converters write. */
static size_t element_bytes(int32_t element_type) {
    switch (element_type) {
    case ORTL_BOOL: return 1;
    case ORTL_FLOAT: return sizeof(float);
    case ORTL_INT64: return sizeof(int64_t);
    case ORTL_DOUBLE: return sizeof(double);
    default: return 0;
    }
}

static void put_packed_ints(ortl__wire_out *out, const void *what) {
    const ortl__attribute *attribute = what;
    for (uint64_t i = 0; i < attribute->count; i++)
        ortl__wire_put_varint(out, (uint64_t)attribute->as.ints[i]);
}

static void put_packed_floats(ortl__wire_out *out, const void *what) {
    const ortl__attribute *attribute = what;
    ortl__raw_values raw = {attribute->as.floats, attribute->count, sizeof(float)};
    ortl__writer_put_raw(out, &raw);
}

static void put_strings(ortl__wire_out *out, unsigned field, const ortl_string *strings,
                        uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        ortl__wire_put_bytes_field(out, field, strings[i].data, strings[i].n_bytes);
}

static void put_constant(ortl__wire_out *out, const void *what) {
    const ortl__constant *constant = what;
    ortl__raw_values raw = {constant->data, constant->n_elements,
                            element_bytes(constant->element_type)};
    for (uint32_t i = 0; i < constant->rank; i++)
        ortl__wire_put_int_field(out, ORTL__TENSOR_DIMS, constant->shape[i]);
    ortl__wire_put_int_field(out, ORTL__TENSOR_DATA_TYPE, constant->element_type);
    if (constant->element_type == ORTL__ELEMENT_STRING)
        put_strings(out, ORTL__TENSOR_STRING_DATA, constant->data, constant->n_elements);
    ortl__wire_put_text_field(out, ORTL__TENSOR_NAME, constant->name);
    if (constant->element_type != ORTL__ELEMENT_STRING)
        ortl__wire_put_message_field(out, ORTL__TENSOR_RAW_DATA, ortl__writer_put_raw, &raw);
}

static void put_attribute(ortl__wire_out *out, const void *what) {
    const ortl__attribute *a = what;
    ortl__wire_put_text_field(out, ORTL__ATTRIBUTE_NAME, a->name);
    switch (a->kind) {
    case ORTL__ATTRIBUTE_FLOAT:
        ortl__wire_put_float_field(out, ORTL__ATTRIBUTE_F, a->as.floats[0]);
        break;
    case ORTL__ATTRIBUTE_INT:
        ortl__wire_put_int_field(out, ORTL__ATTRIBUTE_I, a->as.ints[0]);
        break;
    case ORTL__ATTRIBUTE_STRING: put_strings(out, ORTL__ATTRIBUTE_S, a->as.strings, 1); break;
    case ORTL__ATTRIBUTE_TENSOR:
        ortl__wire_put_message_field(out, ORTL__ATTRIBUTE_T, put_constant, a->as.tensor);
        break;
    case ORTL__ATTRIBUTE_FLOATS:
        ortl__wire_put_message_field(out, ORTL__ATTRIBUTE_FLOAT_LIST, put_packed_floats, a);
        break;
    case ORTL__ATTRIBUTE_INTS:
        ortl__wire_put_message_field(out, ORTL__ATTRIBUTE_INT_LIST, put_packed_ints, a);
        break;
    case ORTL__ATTRIBUTE_STRINGS:
        put_strings(out, ORTL__ATTRIBUTE_STRING_LIST, a->as.strings, a->count);
        break;
    }
    ortl__wire_put_int_field(out, ORTL__ATTRIBUTE_TYPE, a->kind);
}

/* ---- Nodes and values ------------------------------------------------------------------------ */

typedef struct node_message {
    const ortl__graph *graph;
    const ortl__node *node;
} node_message;

static void put_value_names(ortl__wire_out *out, unsigned field, const ortl__graph *graph,
                            const uint32_t *values, uint32_t n_values) {
    for (uint32_t i = 0; i < n_values; i++)
        ortl__wire_put_text_field(out, field,
                                  values[i] == ORTL__NO_VALUE ? "" : graph->value_names[values[i]]);
}

static void put_node(ortl__wire_out *out, const void *what) {
    const node_message *m = what;
    const ortl__node *node = m->node;
    put_value_names(out, 1, m->graph, node->inputs, node->n_inputs);
    put_value_names(out, 2, m->graph, node->outputs, node->n_outputs);
    ortl__wire_put_text_field(out, 3, node->name);
    ortl__wire_put_text_field(out, 4, node->op_type);
    for (uint32_t i = 0; i < node->n_attributes; i++)
        ortl__wire_put_message_field(out, ORTL__NODE_ATTRIBUTE, put_attribute,
                                     &node->attributes[i]);
    if (node->columns) ortl__writer_put_columns(out, node->columns);
    ortl__wire_put_text_field(out, 7, node->domain);
}

typedef struct extent_message {
    int64_t extent; /* -1: unknown */
    uint32_t axis;
} extent_message;

/* An unknown number of rows gets a name, by which readers see that all outputs share it. */
static void put_extent(ortl__wire_out *out, const void *what) {
    const extent_message *m = what;
    if (m->extent >= 0)
        ortl__wire_put_int_field(out, 1, m->extent);
    else if (m->axis == 0)
        ortl__wire_put_text_field(out, 2, "N");
}

static void put_shape(ortl__wire_out *out, const void *what) {
    const ortl__graph_value *value = what;
    for (uint32_t i = 0; i < value->rank; i++) {
        extent_message m = {value->shape[i], i};
        ortl__wire_put_message_field(out, 1, put_extent, &m);
    }
}

static void put_tensor_type(ortl__wire_out *out, const void *what) {
    const ortl__graph_value *value = what;
    ortl__wire_put_int_field(out, 1, value->element_type);
    if (value->has_shape) ortl__wire_put_message_field(out, 2, put_shape, value);
}

static void put_type(ortl__wire_out *out, const void *what) {
    ortl__wire_put_message_field(out, 1, put_tensor_type, what);
}

static void put_graph_value(ortl__wire_out *out, const void *what) {
    const ortl__graph_value *value = what;
    ortl__wire_put_text_field(out, 1, value->name);
    ortl__wire_put_message_field(out, 2, put_type, value);
}

/* ---- Graph and model ------------------------------------------------------------------------- */

static void put_graph(ortl__wire_out *out, const void *what) {
    const ortl__graph *graph = what;
    for (uint32_t i = 0; i < graph->n_nodes; i++) {
        node_message m = {graph, &graph->nodes[i]};
        ortl__wire_put_message_field(out, 1, put_node, &m);
    }
    ortl__wire_put_text_field(out, 2, graph->name);
    for (uint32_t i = 0; i < graph->n_initializers; i++)
        ortl__wire_put_message_field(out, 5, put_constant, &graph->initializers[i]);
    for (uint32_t i = 0; i < graph->n_inputs; i++)
        ortl__wire_put_message_field(out, 11, put_graph_value, &graph->inputs[i]);
    for (uint32_t i = 0; i < graph->n_outputs; i++)
        ortl__wire_put_message_field(out, 12, put_graph_value, &graph->outputs[i]);
}

static void put_opset(ortl__wire_out *out, const void *what) {
    const ortl__opset *opset = what;
    ortl__wire_put_text_field(out, 1, opset->domain);
    ortl__wire_put_int_field(out, 2, opset->version);
}

static void put_metadata(ortl__wire_out *out, const void *what) {
    const ortl_string *key_and_value = what;
    ortl__wire_put_bytes_field(out, 1, key_and_value[0].data, key_and_value[0].n_bytes);
    ortl__wire_put_bytes_field(out, 2, key_and_value[1].data, key_and_value[1].n_bytes);
}

static void put_text_if_any(ortl__wire_out *out, unsigned field, const char *text) {
    if (text && text[0] != '\0') ortl__wire_put_text_field(out, field, text);
}

static void put_model(ortl__wire_out *out, const void *what) {
    const ortl__graph *graph = what;
    ortl__wire_put_int_field(out, 1, graph->ir_version);
    put_text_if_any(out, 2, graph->producer_name);
    put_text_if_any(out, 3, graph->producer_version);
    put_text_if_any(out, 4, graph->domain);
    if (graph->model_version != 0) ortl__wire_put_int_field(out, 5, graph->model_version);
    put_text_if_any(out, 6, graph->doc_string);
    ortl__wire_put_message_field(out, 7, put_graph, graph);
    for (uint32_t i = 0; i < graph->n_opsets; i++)
        ortl__wire_put_message_field(out, 8, put_opset, &graph->opsets[i]);
    for (uint32_t i = 0; i < graph->n_metadata; i++)
        ortl__wire_put_message_field(out, 14, put_metadata, &graph->metadata[(size_t)2 * i]);
}

/* What the neutral graph does not know well enough to write back. */
static ortl_status check_values(const ortl__graph *graph, ortl_error *error) {
    for (uint32_t i = 0; i < graph->n_outputs; i++)
        if (graph->outputs[i].is_map)
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "output \"%s\" is a sequence of maps, which cannot be written",
                              graph->outputs[i].name);
    for (uint32_t i = 0; i < graph->n_initializers; i++) {
        const ortl__constant *constant = &graph->initializers[i];
        if (constant->element_type != ORTL__ELEMENT_STRING &&
            element_bytes(constant->element_type) == 0)
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "initializer \"%s\" has element type %d, which cannot be written",
                              constant->name, (int)constant->element_type);
    }
    return ORTL_OK;
}

ortl_status ortl__writer_write(const ortl__graph *graph, ortl__memory *memory,
                               const ortl__byte_sink *sink, uint64_t *n_bytes_out,
                               ortl_error *error) {
    ortl__wire_out out = {.sink = sink, .capacity = BUFFER_BYTES, .error = error};
    uint64_t n_bytes = 0;
    ortl_status status = check_values(graph, error);
    if (status != ORTL_OK) return status;
    n_bytes = ortl__wire_measure(put_model, graph);
    if (n_bytes > GREATEST_FILE)
        return ortl__fail_limit(error, "model_bytes", GREATEST_FILE, n_bytes);
    status = ortl__memory_new(memory, out.capacity, 1, &out.buffer, error);
    if (status != ORTL_OK) return status;
    put_model(&out, graph);
    status = ortl__wire_flush(&out);
    ortl__memory_free(memory, out.buffer, out.capacity, 1);
    if (status == ORTL_OK && n_bytes_out) *n_bytes_out = n_bytes;
    return status;
}
