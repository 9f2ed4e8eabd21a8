/*
 * Functions of the model. Their names are listed before the graph is read; what is inside one is
 * read when a call of it is met, so that a function that nothing calls may say what it likes.
 */
#include <string.h>

#include "../runtime/status.h"
#include "onnx_ml.pb-c.h"
#include "reader.h"

/* ---- Names ----------------------------------------------------------------------------------- */

/* "domain NUL name", of n_bytes without a NUL behind it. */
static void join_key(char *key, const char *domain, const char *name) {
    const size_t domain_bytes = strlen(domain);
    memcpy(key, domain, domain_bytes);
    key[domain_bytes] = '\0';
    memcpy(key + domain_bytes + 1, name, strlen(name));
}

static size_t key_bytes(const char *domain, const char *name) {
    return strlen(domain) + 1 + strlen(name);
}

static ortl_status list_function(ortl__reader *reader, ortl__wire wire,
                                 const Onnx__FunctionProto *message, ortl_error *error) {
    const char *domain, *name;
    char *key;
    uint32_t number;
    int is_new;
    ortl_status status = ortl__reader_domain(reader, message->domain, &domain, error);
    if (status == ORTL_OK) status = ortl__reader_text(reader, message->name, &name, error);
    if (status != ORTL_OK) return status;
    const size_t n_bytes = key_bytes(domain, name);
    status = ortl__arena_new(&reader->graph->arena, n_bytes, 1, &key, error);
    if (status != ORTL_OK) return status;
    join_key(key, domain, name);
    status = ortl__names_add(&reader->functions, key, n_bytes, &number, &is_new, error);
    if (status != ORTL_OK) return status;
    if (!is_new) return ortl__fail(error, ORTL_BAD_MODEL, "function \"%s\" is there twice", name);
    reader->called[number].wire = wire;
    reader->called[number].name = name;
    return ORTL_OK;
}

/* Nodes with an overload are refused, so overloads of functions need not be known. */
ortl_status ortl__reader_function(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                  ortl_error *error) {
    const uint64_t wanted = ORTL__WANT(ORTL__FUNCTION_NAME) | ORTL__WANT(ORTL__FUNCTION_DOMAIN) |
                            ORTL__WANT(ORTL__FUNCTION_OVERLOAD);
    Onnx__FunctionProto *message = NULL;
    (void)index;
    ortl_status status = ortl__message_unpack(
        &reader->messages, wire, &onnx__function_proto__descriptor, wanted, &message, error);
    if (status != ORTL_OK) return status;
    if (message->overload == NULL || message->overload[0] == '\0')
        status = list_function(reader, wire, message, error);
    ortl__message_free(&reader->messages, message);
    return status;
}

ortl_status ortl__reader_find_function(ortl__reader *reader, const ortl__node *node,
                                       ortl__function **function_out, ortl_error *error) {
    const size_t n_bytes = key_bytes(node->domain, node->op_type);
    char *key;
    *function_out = NULL;
    if (reader->functions.n_entries == 0) return ORTL_OK;
    ortl_status status = ortl__memory_new(reader->memory, n_bytes, 1, &key, error);
    if (status != ORTL_OK) return status;
    join_key(key, node->domain, node->op_type);
    uint32_t number = ortl__names_find(&reader->functions, key, n_bytes);
    if (number != ORTL__NO_NAME) *function_out = &reader->called[number];
    ortl__memory_free(reader->memory, key, n_bytes, 1);
    return ORTL_OK;
}

const ortl__function *ortl__reader_function_around(const ortl__reader *reader) {
    const ortl__function *around = reader->inside;
    while (around && around->is_branch) around = around->around;
    return around;
}

/* ---- What is inside -------------------------------------------------------------------------- */

static ortl_status read_opset(ortl__reader *reader, ortl__wire wire, uint32_t index,
                              ortl_error *error) {
    return ortl__reader_opset(reader, wire, &reader->inside->opsets[index], error);
}

static ortl_status read_default(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                ortl_error *error) {
    ortl__attribute_facts facts;
    ortl_status status = ortl__attribute_find_name(reader, wire, &facts, error);
    facts.is_in_function = 0; /* it is the call's own value that is given here */
    if (status == ORTL_OK)
        status =
            ortl__reader_attribute(reader, wire, &facts, &reader->inside->defaults[index], error);
    return status;
}

static ortl_status read_node(ortl__reader *reader, ortl__wire wire, uint32_t index,
                             ortl_error *error) {
    return ortl__reader_node(reader, wire, index, &reader->inside->nodes[index], error);
}

static ortl_status copy_texts(ortl__reader *reader, char *const *from, size_t n,
                              const char ***texts_out, uint32_t *n_out, ortl_error *error) {
    ortl_status status =
        ortl__reader_array(reader, (uint32_t)n, sizeof **texts_out, texts_out, n_out, error);
    for (size_t i = 0; i < n && status == ORTL_OK; i++)
        status = ortl__reader_text(reader, from[i], &(*texts_out)[i], error);
    return status;
}

/* The inputs are the first locals. */
static ortl_status name_inputs(ortl__reader *reader, const Onnx__FunctionProto *message,
                               ortl_error *error) {
    const char **names = NULL;
    uint32_t number;
    ortl_status status = copy_texts(reader, message->input, message->n_input, &names,
                                    &reader->inside->n_inputs, error);
    for (size_t i = 0; i < message->n_input && status == ORTL_OK; i++)
        status = ortl__reader_new_value(reader, names[i], &number, error);
    return status;
}

static ortl_status find_outputs(ortl__reader *reader, const Onnx__FunctionProto *message,
                                ortl_error *error) {
    ortl__function *function = reader->inside;
    ortl_status status =
        ortl__reader_array(reader, (uint32_t)message->n_output, sizeof *function->outputs,
                           &function->outputs, &function->n_outputs, error);
    for (size_t i = 0; i < message->n_output && status == ORTL_OK; i++) {
        const char *name = message->output[i];
        function->outputs[i] = ortl__names_find(reader->values, name, strlen(name));
        if (function->outputs[i] == ORTL__NO_NAME)
            status =
                ortl__fail(error, ORTL_BAD_MODEL, "its output \"%s\" is made by no node", name);
    }
    return status;
}

static ortl_status read_lists(ortl__reader *reader, const uint32_t *counts, ortl_error *error) {
    ortl__function *function = reader->inside;
    if (counts[ORTL__FUNCTION_NODE] > reader->limits->graph_nodes)
        return ortl__fail_limit(error, "graph_nodes", reader->limits->graph_nodes,
                                counts[ORTL__FUNCTION_NODE]);
    const struct {
        uint32_t field;
        size_t element_bytes;
        void *array;
        uint32_t *n;
        ortl__field_reader *read;
    } lists[] = {{ORTL__FUNCTION_OPSET, sizeof *function->opsets, &function->opsets,
                  &function->n_opsets, read_opset},
                 {ORTL__FUNCTION_DEFAULT, sizeof *function->defaults, &function->defaults,
                  &function->n_defaults, read_default},
                 {ORTL__FUNCTION_NODE, sizeof *function->nodes, &function->nodes,
                  &function->n_nodes, read_node}};
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == ORTL_OK; i++) {
        const uint32_t n = counts[lists[i].field];
        status = ortl__reader_array(reader, n, lists[i].element_bytes, lists[i].array, lists[i].n,
                                    error);
        if (status == ORTL_OK)
            status =
                ortl__reader_each(reader, function->wire, lists[i].field, n, lists[i].read, error);
    }
    return status;
}

static ortl_status read_body(ortl__reader *reader, ortl_error *error) {
    const uint64_t wanted = ORTL__WANT(ORTL__FUNCTION_INPUT) | ORTL__WANT(ORTL__FUNCTION_OUTPUT) |
                            ORTL__WANT(ORTL__FUNCTION_ATTRIBUTE);
    ortl__function *function = reader->inside;
    Onnx__FunctionProto *message = NULL;
    uint32_t counts[ORTL__COUNTED_FIELDS];
    ortl_status status = ortl__reader_count(function->wire, counts, 0, NULL, error);
    if (status == ORTL_OK)
        status = ortl__message_unpack(&reader->messages, function->wire,
                                      &onnx__function_proto__descriptor, wanted, &message, error);
    if (status != ORTL_OK) return status;
    status = copy_texts(reader, message->attribute, message->n_attribute,
                        &function->attribute_names, &function->n_attributes, error);
    if (status == ORTL_OK) status = name_inputs(reader, message, error);
    if (status == ORTL_OK) status = read_lists(reader, counts, error);
    if (status == ORTL_OK) status = find_outputs(reader, message, error);
    if (status == ORTL_OK) status = ortl__reader_branches(reader, error);
    if (status == ORTL_OK)
        status =
            ortl__reader_list_values(reader, &function->local_names, &function->n_locals, error);
    ortl__message_free(&reader->messages, message);
    return status;
}

/* The names inside are apart from those of the graph. */
ortl_status ortl__reader_function_body(ortl__reader *reader, ortl__function *function,
                                       ortl_error *error) {
    if (function->is_read) return ORTL_OK;
    ortl__names_init(&function->values, reader->memory);
    reader->values = &function->values;
    reader->inside = function;
    ortl_status status = read_body(reader, error);
    ortl__names_free(&function->values);
    reader->values = &reader->graph_values;
    reader->inside = NULL;
    function->is_read = status == ORTL_OK;
    if (status != ORTL_OK) ortl__fail_within(error, "function \"%s\": ", function->name);
    return status;
}
