/*
 * Nodes of the graph: protobuf-c reads their names, inputs and outputs, and the attributes are
 * walked one by one.
 */
#include <string.h>

#include "../runtime/status.h"
#include "onnx_ml.pb-c.h"
#include "reader.h"

static ortl_status find_input(ortl__reader *reader, const char *name, uint32_t *value_out,
                              ortl_error *error) {
    *value_out = ORTL__NO_VALUE;
    if (name[0] == '\0') return ORTL_OK;
    ortl_status status = ortl__reader_find_value(reader, name, value_out, error);
    if (status != ORTL_OK || *value_out != ORTL__NO_NAME) return status;
    return ortl__fail(error, ORTL_BAD_MODEL,
                      "input \"%s\" is made neither by the graph nor by an earlier node", name);
}

static ortl_status make_output(ortl__reader *reader, const char *text, uint32_t *value_out,
                               ortl_error *error) {
    const char *name;
    *value_out = ORTL__NO_VALUE;
    if (text[0] == '\0') return ORTL_OK;
    ortl_status status = ortl__reader_text(reader, text, &name, error);
    if (status != ORTL_OK) return status;
    return ortl__reader_new_value(reader, name, value_out, error);
}

/* Inputs and outputs lie in one array, as a node mostly has one of either. */
static ortl_status read_wires(ortl__reader *reader, const Onnx__NodeProto *message,
                              ortl__node *node, ortl_error *error) {
    const size_t n_in = message->n_input, n_out = message->n_output;
    uint32_t *wires;
    ortl_status status =
        ortl__arena_new(&reader->graph->arena, n_in + n_out, sizeof *wires, &wires, error);
    if (status != ORTL_OK) return status;
    node->n_inputs = (uint32_t)n_in;
    node->inputs = wires;
    for (size_t i = 0; i < n_in && status == ORTL_OK; i++)
        status = find_input(reader, message->input[i], &wires[i], error);
    if (status != ORTL_OK || n_out == 0) return status;
    node->n_outputs = (uint32_t)n_out;
    node->outputs = wires + n_in;
    for (size_t i = 0; i < n_out && status == ORTL_OK; i++)
        status = make_output(reader, message->output[i], &wires[n_in + i], error);
    return status;
}

/* The version of the node's domain where it stands. A function imports for itself; what it leaves
 * out is as in the graph. */
static int64_t find_version(const ortl__reader *reader, const char *domain) {
    const ortl__function *inside = ortl__reader_function_around(reader);
    const ortl__opset *opset =
        inside ? ortl__opset_find(inside->opsets, inside->n_opsets, domain) : NULL;
    return opset ? opset->version : ortl__graph_opset(reader->graph, domain);
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static ortl_status count_attributes(ortl__wire wire, uint64_t *n_out, ortl_error *error) {
    ortl__wire_field field;
    ortl_status status;
    *n_out = 0;
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0)
        *n_out += field.number == ORTL__NODE_ATTRIBUTE;
    return status;
}

/* Reads one attribute; *is_column_out tells that it became a column, or is one that is ignored. */
static ortl_status read_attribute(ortl__reader *reader, ortl__wire wire, ortl__node *node,
                                  ortl__attribute *attribute, int *is_column_out,
                                  ortl_error *error) {
    ortl__attribute_facts facts;
    uint32_t number;
    int is_new;
    *is_column_out = 0;
    ortl_status status = ortl__attribute_find_name(reader, wire, &facts, error);
    facts.is_of_if = node->domain[0] == '\0' && strcmp(node->op_type, "If") == 0;
    if (status == ORTL_OK)
        status = ortl__names_add(&reader->attributes, facts.name, strlen(facts.name), &number,
                                 &is_new, error);
    if (status != ORTL_OK) return status;
    if (!is_new)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is there twice", facts.name);
    if (node->columns != NULL)
        status = ortl__reader_column(reader, wire, node->columns, &facts, is_column_out, error);
    if (status != ORTL_OK || *is_column_out) return status;
    return ortl__reader_attribute(reader, wire, &facts, attribute, error);
}

static ortl_status read_attributes(ortl__reader *reader, ortl__wire wire, ortl__node *node,
                                   ortl_error *error) {
    ortl__attribute *attributes;
    ortl__wire_field field;
    uint64_t n_attributes = 0, n_read = 0;
    ortl_status status = count_attributes(wire, &n_attributes, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&reader->graph->arena, n_attributes, sizeof *attributes,
                                 &attributes, error);
    if (status != ORTL_OK) return status;
    node->attributes = attributes;
    ortl__names_clear(&reader->attributes);
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        ortl__wire inner;
        int is_column = 0;
        if (field.number != ORTL__NODE_ATTRIBUTE) continue;
        if (n_read++ == n_attributes) return ortl__source_changed(error);
        status = ortl__wire_enter(&wire, &field, &inner, error);
        if (status == ORTL_OK)
            status = read_attribute(reader, inner, node, &attributes[node->n_attributes],
                                    &is_column, error);
        if (status != ORTL_OK) return status;
        node->n_attributes += !is_column;
    }
    return status;
}

/* ---- The node -------------------------------------------------------------------------------- */

static ortl_status make_columns(ortl__reader *reader, ortl__node *node, ortl_error *error) {
    static const struct {
        const char *op_type;
        ortl__ensemble_kind kind;
    } trees[] = {{"TreeEnsembleClassifier", ORTL__ENSEMBLE_CLASSIFIER},
                 {"TreeEnsembleRegressor", ORTL__ENSEMBLE_REGRESSOR},
                 {"TreeEnsemble", ORTL__ENSEMBLE_V5}};
    if (strcmp(node->domain, "ai.onnx.ml") != 0) return ORTL_OK;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        if (strcmp(node->op_type, trees[i].op_type) == 0) {
            if (reader->inside)
                return ortl__fail(error, ORTL_UNSUPPORTED, "trees in a %s are not supported",
                                  reader->inside->is_branch ? "branch" : "function");
            return ortl__ensemble_columns_new(reader->memory, trees[i].kind, &node->columns, error);
        }
    return ORTL_OK;
}

/* The operator's name, once in the arena for all of its nodes. */
static ortl_status read_operator(ortl__reader *reader, const char *text, const char **name_out,
                                 ortl_error *error) {
    int is_new;
    *name_out = "";
    if (text == NULL || text[0] == '\0') return ORTL_OK;
    uint32_t number = ortl__names_find(&reader->operators, text, strlen(text));
    if (number != ORTL__NO_NAME) {
        *name_out = reader->operators.entries[number].text;
        return ORTL_OK;
    }
    ortl_status status = ortl__reader_text(reader, text, name_out, error);
    if (status != ORTL_OK) return status;
    return ortl__names_add(&reader->operators, *name_out, strlen(*name_out), &number, &is_new,
                           error);
}

static ortl_status read_names(ortl__reader *reader, const Onnx__NodeProto *message,
                              ortl__node *node, ortl_error *error) {
    ortl_status status = ortl__reader_text(reader, message->name, &node->name, error);
    if (status == ORTL_OK)
        status = read_operator(reader, message->op_type, &node->op_type, error);
    if (status == ORTL_OK)
        status = ortl__reader_domain(reader, message->domain, &node->domain, error);
    if (status == ORTL_OK && node->op_type[0] == '\0')
        status = ortl__fail(error, ORTL_BAD_MODEL, "it names no operator");
    if (status == ORTL_OK && message->overload != NULL && message->overload[0] != '\0')
        status = ortl__fail(error, ORTL_UNSUPPORTED, "overload \"%s\" is not supported",
                            message->overload);
    if (status == ORTL_OK) node->version = find_version(reader, node->domain);
    return status;
}

ortl_status ortl__reader_node(ortl__reader *reader, ortl__wire wire, uint32_t index,
                              ortl__node *node_out, ortl_error *error) {
    const uint64_t wanted = ORTL__WANT(ORTL__NODE_INPUT) | ORTL__WANT(ORTL__NODE_OUTPUT) |
                            ORTL__WANT(ORTL__NODE_NAME) | ORTL__WANT(ORTL__NODE_OPERATOR) |
                            ORTL__WANT(ORTL__NODE_DOMAIN) | ORTL__WANT(ORTL__NODE_OVERLOAD);
    Onnx__NodeProto *message = NULL;
    node_out->name = node_out->op_type = node_out->domain = "";
    ortl_status status = ortl__message_unpack(
        &reader->messages, wire, &onnx__node_proto__descriptor, wanted, &message, error);
    if (status == ORTL_OK) status = read_names(reader, message, node_out, error);
    if (status == ORTL_OK) status = make_columns(reader, node_out, error);
    if (status == ORTL_OK) status = read_attributes(reader, wire, node_out, error);
    if (status == ORTL_OK) status = read_wires(reader, message, node_out, error);
    ortl__message_free(&reader->messages, message);
    if (status != ORTL_OK)
        ortl__fail_within(error, "node %lu (%s \"%s\"): ", (unsigned long)index, node_out->op_type,
                          node_out->name);
    return status;
}
