/*
 * The envelope's outer walk: the model and its graph. Fields may come in any order, so each message
 * is passed over several times, each time for one kind of field; passing over costs no reading of
 * what lies inside.
 */
#include "envelope.h"

#include <string.h>

#include "../runtime/status.h"
#include "onnx_ml.pb-c.h"
#include "reader.h"

/* ---- Texts and values ------------------------------------------------------------------------ */

ortl_status ortl__reader_text(ortl__reader *reader, const char *text, const char **text_out,
                              ortl_error *error) {
    *text_out = "";
    if (text == NULL || text[0] == '\0') return ORTL_OK;
    return ortl__arena_text(&reader->graph->arena, text, strlen(text), text_out, error);
}

ortl_status ortl__reader_domain(ortl__reader *reader, const char *domain, const char **text_out,
                                ortl_error *error) {
    if (domain != NULL && strcmp(domain, "ai.onnx") == 0) domain = NULL;
    return ortl__reader_text(reader, domain, text_out, error);
}

ortl_status ortl__reader_string(ortl__reader *reader, const ortl__element_text *text,
                                ortl_string *string_out, ortl_error *error) {
    char *copy = NULL;
    *string_out = (ortl_string){"", 0};
    ortl_status status = ortl__message_count_text(&reader->messages, text->n_bytes, error);
    if (status != ORTL_OK || text->n_bytes == 0) return status;
    status = ortl__arena_new(&reader->graph->arena, text->n_bytes + 1, 1, &copy, error);
    if (status != ORTL_OK) return status;
    if (text->bytes != NULL)
        memcpy(copy, text->bytes, (size_t)text->n_bytes);
    else
        status =
            ortl__source_read(reader->source, text->offset, (size_t)text->n_bytes, copy, error);
    *string_out = (ortl_string){copy, (size_t)text->n_bytes};
    return status;
}

ortl_status ortl__reader_new_value(ortl__reader *reader, const char *name, uint32_t *value_out,
                                   ortl_error *error) {
    int is_new;
    ortl_status status =
        ortl__names_add(reader->values, name, strlen(name), value_out, &is_new, error);
    if (status != ORTL_OK || is_new) return status;
    return ortl__fail(error, ORTL_BAD_MODEL, "value \"%s\" is made twice", name);
}

ortl_status ortl__reader_list_values(ortl__reader *reader, const char ***names_out, uint32_t *n_out,
                                     ortl_error *error) {
    const ortl__names *values = reader->values;
    ortl_status status = ortl__reader_array(reader, (uint32_t)values->n_entries, sizeof **names_out,
                                            names_out, n_out, error);
    for (uint32_t i = 0; status == ORTL_OK && i < *n_out; i++)
        (*names_out)[i] = values->entries[i].text;
    return status;
}

/* ---- Passing over a message ------------------------------------------------------------------ */

ortl_status ortl__reader_each(ortl__reader *reader, ortl__wire wire, uint32_t number,
                              uint32_t n_expected, ortl__field_reader *read, ortl_error *error) {
    ortl__wire_field field;
    ortl_status status;
    uint32_t index = 0;
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        ortl__wire inner;
        if (field.number != number) continue;
        if (index == n_expected) return ortl__source_changed(error);
        status = ortl__wire_enter(&wire, &field, &inner, error);
        if (status == ORTL_OK) status = read(reader, inner, index++, error);
        if (status != ORTL_OK) return status;
    }
    if (status == ORTL_OK && index != n_expected) status = ortl__source_changed(error);
    return status;
}

ortl_status ortl__reader_count(ortl__wire wire, uint32_t counts_out[ORTL__COUNTED_FIELDS],
                               uint32_t kept, ortl__wire_field *last_out, ortl_error *error) {
    ortl__wire_field field;
    ortl_status status;
    memset(counts_out, 0, ORTL__COUNTED_FIELDS * sizeof *counts_out);
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        if (field.number >= ORTL__COUNTED_FIELDS) continue;
        if (counts_out[field.number]++ == UINT32_MAX)
            return ortl__fail(error, ORTL_BAD_MODEL, "a message has more than 2^32 fields");
        if (field.number == kept) *last_out = field;
    }
    return status;
}

ortl_status ortl__reader_array(ortl__reader *reader, uint32_t n, size_t element_bytes,
                               void *array_out, uint32_t *n_out, ortl_error *error) {
    ortl_status status = ortl__arena_new(&reader->graph->arena, n, element_bytes, array_out, error);
    *n_out = status == ORTL_OK ? n : 0;
    return status;
}

/* ---- Graph ----------------------------------------------------------------------------------- */

static ortl_status read_initializer(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                    ortl_error *error) {
    ortl__graph *graph = reader->graph;
    ortl__constant *constant = &graph->initializers[index];
    ortl_status status = ortl__reader_constant(reader, wire, constant, error);
    if (status == ORTL_OK && constant->name[0] == '\0')
        status = ortl__fail(error, ORTL_BAD_MODEL, "it has no name");
    if (status == ORTL_OK)
        status = ortl__reader_new_value(reader, constant->name, &graph->initializer_values[index],
                                        error);
    if (status != ORTL_OK) ortl__fail_within(error, "initializer %lu: ", (unsigned long)index);
    return status;
}

/* Inputs that have an initializer are constants (usual up to ir_version 3) and not kept. They are
 * told from inputs given twice by their number, as initializers were read first. */
static ortl_status read_input(ortl__reader *reader, ortl__wire wire, uint32_t index,
                              ortl_error *error) {
    ortl__graph *graph = reader->graph;
    ortl__graph_value *input = &graph->inputs[graph->n_inputs];
    (void)index;
    ortl_status status = ortl__reader_value_info(reader, wire, input, error);
    if (status != ORTL_OK) return status;
    uint32_t known = ortl__names_find(reader->values, input->name, strlen(input->name));
    if (known < graph->n_initializers) {
        memset(input, 0, sizeof *input);
        return ORTL_OK;
    }
    graph->n_inputs++;
    if (input->is_map || input->is_sequence)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "input \"%s\" is a sequence, which is not supported", input->name);
    return ortl__reader_new_value(reader, input->name, &input->value, error);
}

static ortl_status read_node(ortl__reader *reader, ortl__wire wire, uint32_t index,
                             ortl_error *error) {
    return ortl__reader_node(reader, wire, index, &reader->graph->nodes[index], error);
}

static ortl_status read_output(ortl__reader *reader, ortl__wire wire, uint32_t index,
                               ortl_error *error) {
    ortl__graph_value *output = &reader->graph->outputs[index];
    ortl_status status = ortl__reader_value_info(reader, wire, output, error);
    if (status != ORTL_OK) return status;
    output->value = ortl__names_find(reader->values, output->name, strlen(output->name));
    if (output->value != ORTL__NO_NAME) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "output \"%s\" of the graph is made by no node",
                      output->name);
}

static ortl_status read_graph_name(ortl__reader *reader, ortl__wire wire, ortl_error *error) {
    Onnx__GraphProto *message = NULL;
    ortl_status status =
        ortl__message_unpack(&reader->messages, wire, &onnx__graph_proto__descriptor,
                             ORTL__WANT(ORTL__GRAPH_NAME), &message, error);
    if (status != ORTL_OK) return status;
    status = ortl__reader_text(reader, message->name, &reader->graph->name, error);
    ortl__message_free(&reader->messages, message);
    return status;
}

static ortl_status make_arrays(ortl__reader *reader, const uint32_t *counts, ortl_error *error) {
    ortl__graph *graph = reader->graph;
    uint32_t n_room;
    const uint32_t n_initializers = counts[ORTL__GRAPH_INITIALIZER];
    if (counts[ORTL__GRAPH_NODE] > reader->limits->graph_nodes)
        return ortl__fail_limit(error, "graph_nodes", reader->limits->graph_nodes,
                                counts[ORTL__GRAPH_NODE]);
    if (counts[ORTL__GRAPH_SPARSE_INITIALIZER] > 0)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "the graph has a sparse initializer, which is not supported");
    ortl_status status = ortl__reader_array(reader, n_initializers, sizeof *graph->initializers,
                                            &graph->initializers, &graph->n_initializers, error);
    if (status == ORTL_OK)
        status = ortl__reader_array(reader, n_initializers, sizeof *graph->initializer_values,
                                    &graph->initializer_values, &n_room, error);
    if (status == ORTL_OK) /* n_inputs grows as they are read */
        status = ortl__reader_array(reader, counts[ORTL__GRAPH_INPUT], sizeof *graph->inputs,
                                    &graph->inputs, &n_room, error);
    if (status == ORTL_OK)
        status = ortl__reader_array(reader, counts[ORTL__GRAPH_OUTPUT], sizeof *graph->outputs,
                                    &graph->outputs, &graph->n_outputs, error);
    if (status == ORTL_OK)
        status = ortl__reader_array(reader, counts[ORTL__GRAPH_NODE], sizeof *graph->nodes,
                                    &graph->nodes, &graph->n_nodes, error);
    return status;
}

static ortl_status read_graph(ortl__reader *reader, ortl__wire wire, ortl_error *error) {
    uint32_t counts[ORTL__COUNTED_FIELDS];
    ortl_status status = ortl__reader_count(wire, counts, 0, NULL, error);
    if (status == ORTL_OK) status = make_arrays(reader, counts, error);
    if (status == ORTL_OK) status = read_graph_name(reader, wire, error);
    if (status == ORTL_OK)
        status = ortl__reader_each(reader, wire, ORTL__GRAPH_INITIALIZER,
                                   counts[ORTL__GRAPH_INITIALIZER], read_initializer, error);
    if (status == ORTL_OK)
        status = ortl__reader_each(reader, wire, ORTL__GRAPH_INPUT, counts[ORTL__GRAPH_INPUT],
                                   read_input, error);
    if (status == ORTL_OK)
        status = ortl__reader_each(reader, wire, ORTL__GRAPH_NODE, counts[ORTL__GRAPH_NODE],
                                   read_node, error);
    if (status == ORTL_OK)
        status = ortl__reader_each(reader, wire, ORTL__GRAPH_OUTPUT, counts[ORTL__GRAPH_OUTPUT],
                                   read_output, error);
    if (status == ORTL_OK) status = ortl__reader_branches(reader, error);
    if (status == ORTL_OK)
        status = ortl__reader_list_values(reader, &reader->graph->value_names,
                                          &reader->graph->n_values, error);
    if (status == ORTL_OK) status = ortl__reader_inline(reader, error);
    return status;
}

/* ---- Model ----------------------------------------------------------------------------------- */

ortl_status ortl__reader_opset(ortl__reader *reader, ortl__wire wire, ortl__opset *opset_out,
                               ortl_error *error) {
    Onnx__OperatorSetIdProto *message = NULL;
    ortl_status status =
        ortl__message_unpack(&reader->messages, wire, &onnx__operator_set_id_proto__descriptor,
                             ORTL__WANT_ALL, &message, error);
    if (status != ORTL_OK) return status;
    status = ortl__reader_domain(reader, message->domain, &opset_out->domain, error);
    opset_out->version = message->version;
    ortl__message_free(&reader->messages, message);
    return status;
}

static ortl_status read_opset(ortl__reader *reader, ortl__wire wire, uint32_t index,
                              ortl_error *error) {
    return ortl__reader_opset(reader, wire, &reader->graph->opsets[index], error);
}

static ortl_status read_metadata(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                 ortl_error *error) {
    Onnx__StringStringEntryProto *message = NULL;
    ortl_string *entry = &reader->graph->metadata[2 * (size_t)index];
    ortl_status status =
        ortl__message_unpack(&reader->messages, wire, &onnx__string_string_entry_proto__descriptor,
                             ORTL__WANT_ALL, &message, error);
    if (status != ORTL_OK) return status;
    status = ortl__reader_text(reader, message->key, &entry[0].data, error);
    if (status == ORTL_OK)
        status = ortl__reader_text(reader, message->value, &entry[1].data, error);
    for (int i = 0; status == ORTL_OK && i < 2; i++) entry[i].n_bytes = strlen(entry[i].data);
    ortl__message_free(&reader->messages, message);
    return status;
}

static ortl_status read_model_texts(ortl__reader *reader, ortl__wire wire, ortl_error *error) {
    const uint64_t wanted =
        ORTL__WANT(ORTL__MODEL_IR_VERSION) | ORTL__WANT(ORTL__MODEL_PRODUCER_NAME) |
        ORTL__WANT(ORTL__MODEL_PRODUCER_VERSION) | ORTL__WANT(ORTL__MODEL_DOMAIN) |
        ORTL__WANT(ORTL__MODEL_VERSION) | ORTL__WANT(ORTL__MODEL_DOC);
    ortl__graph *graph = reader->graph;
    Onnx__ModelProto *model = NULL;
    ortl_status status = ortl__message_unpack(
        &reader->messages, wire, &onnx__model_proto__descriptor, wanted, &model, error);
    if (status != ORTL_OK) return status;
    const struct {
        const char *from;
        const char **to;
    } texts[] = {{model->producer_name, &graph->producer_name},
                 {model->producer_version, &graph->producer_version},
                 {model->domain, &graph->domain},
                 {model->doc_string, &graph->doc_string}};
    for (size_t i = 0; status == ORTL_OK && i < sizeof texts / sizeof texts[0]; i++)
        status = ortl__reader_text(reader, texts[i].from, texts[i].to, error);
    graph->ir_version = model->ir_version;
    graph->model_version = model->model_version;
    ortl__message_free(&reader->messages, model);
    if (status == ORTL_OK && graph->ir_version < 1)
        status = ortl__fail(error, ORTL_BAD_MODEL, "this is no ONNX model: it has no ir_version");
    return status;
}

static ortl_status check_model(const uint32_t *counts, ortl_error *error) {
    if (counts[ORTL__MODEL_GRAPH] != 1)
        return ortl__fail(error, ORTL_BAD_MODEL, "the model has %lu graphs instead of one",
                          (unsigned long)counts[ORTL__MODEL_GRAPH]);
    if (counts[ORTL__MODEL_OPSET] == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "the model imports no operator set");
    return ORTL_OK;
}

static ortl_status read_model(ortl__reader *reader, ortl__wire wire, ortl_error *error) {
    ortl__graph *graph = reader->graph;
    uint32_t counts[ORTL__COUNTED_FIELDS];
    ortl__wire_field graph_field = {0};
    ortl__wire inner;
    ortl_status status = ortl__reader_count(wire, counts, ORTL__MODEL_GRAPH, &graph_field, error);
    if (status == ORTL_BAD_MODEL)
        ortl__fail_within(error, "this is no ONNX model, or a damaged one: ");
    if (status == ORTL_OK) status = read_model_texts(reader, wire, error);
    if (status == ORTL_OK) status = check_model(counts, error);
    if (status == ORTL_OK)
        status = ortl__reader_array(reader, counts[ORTL__MODEL_OPSET], sizeof *graph->opsets,
                                    &graph->opsets, &graph->n_opsets, error);
    if (status == ORTL_OK)
        status =
            ortl__reader_each(reader, wire, ORTL__MODEL_OPSET, graph->n_opsets, read_opset, error);
    if (status == ORTL_OK)
        status =
            ortl__reader_array(reader, counts[ORTL__MODEL_METADATA], 2 * sizeof *graph->metadata,
                               &graph->metadata, &graph->n_metadata, error);
    if (status == ORTL_OK)
        status = ortl__reader_each(reader, wire, ORTL__MODEL_METADATA, graph->n_metadata,
                                   read_metadata, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&graph->arena, counts[ORTL__MODEL_FUNCTION],
                                 sizeof *reader->called, &reader->called, error);
    if (status == ORTL_OK)
        status = ortl__reader_each(reader, wire, ORTL__MODEL_FUNCTION, counts[ORTL__MODEL_FUNCTION],
                                   ortl__reader_function, error);
    if (status == ORTL_OK) status = ortl__wire_enter(&wire, &graph_field, &inner, error);
    if (status == ORTL_OK) status = read_graph(reader, inner, error);
    return status;
}

/* ---- Sources --------------------------------------------------------------------------------- */

/* A reader into an empty graph, and a cursor at the start of the source. */
static void begin(ortl__reader *reader, ortl__source *source, ortl__memory *memory,
                  const ortl_limits *limits, ortl__graph *graph, ortl__wire *wire_out) {
    memset(graph, 0, sizeof *graph);
    ortl__arena_init(&graph->arena, memory);
    graph->producer_name = graph->producer_version = graph->domain = graph->doc_string =
        graph->name = "";
    *reader = (ortl__reader){.source = source, .memory = memory, .limits = limits, .graph = graph};
    ortl__names_init(&reader->graph_values, memory);
    reader->values = &reader->graph_values;
    ortl__names_init(&reader->functions, memory);
    ortl__names_init(&reader->attributes, memory);
    ortl__names_init(&reader->operators, memory);
    ortl__message_room_init(&reader->messages, memory, limits);
    ortl__wire_init(wire_out, source, limits);
}

static void end(ortl__reader *reader) {
    ortl__message_room_free(&reader->messages);
    ortl__names_free(&reader->operators);
    ortl__names_free(&reader->attributes);
    ortl__names_free(&reader->functions);
    ortl__names_free(&reader->graph_values);
}

ortl_status ortl__envelope_read(ortl__source *source, ortl__memory *memory,
                                const ortl_limits *limits, int wants_hit_rates, ortl__graph *graph,
                                ortl_error *error) {
    ortl__reader reader;
    ortl__wire wire;
    begin(&reader, source, memory, limits, graph, &wire);
    reader.wants_hit_rates = wants_hit_rates;
    ortl_status status = read_model(&reader, wire, error);
    end(&reader);
    return status;
}

ortl_status ortl__envelope_read_tensor(ortl__source *source, ortl__memory *memory,
                                       const ortl_limits *limits, ortl__graph *graph,
                                       ortl__constant *constant_out, ortl_error *error) {
    ortl__reader reader;
    ortl__wire wire;
    begin(&reader, source, memory, limits, graph, &wire);
    memset(constant_out, 0, sizeof *constant_out);
    ortl_status status = ortl__reader_constant(&reader, wire, constant_out, error);
    end(&reader);
    return status;
}
