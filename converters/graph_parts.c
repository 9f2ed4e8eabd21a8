/*
 * Parts of a neutral graph. All of it lives in the graph's arena.
 */
#include "graph_parts.h"

#include <stdio.h>
#include <string.h>

#include "../runtime/status.h"

void *ortl__parts_take(ortl__parts *parts, uint64_t count, size_t element_bytes) {
    void *block = NULL;
    if (parts->status == ORTL_OK)
        parts->status =
            ortl__arena_new(&parts->graph->arena, count, element_bytes, &block, parts->error);
    return parts->status == ORTL_OK ? block : NULL;
}

static const char *copy_name(ortl__parts *parts, const char *name) {
    const char *copy = "";
    if (parts->status == ORTL_OK)
        parts->status =
            ortl__arena_text(&parts->graph->arena, name, strlen(name), &copy, parts->error);
    return parts->status == ORTL_OK ? copy : "";
}

ortl__parts ortl__parts_init(ortl__graph *graph, int is_double, ortl_error *error) {
    ortl__parts parts = {graph, is_double, ORTL_OK, error};
    graph->nodes = ortl__parts_take(&parts, ORTL__PARTS_NODES, sizeof *graph->nodes);
    graph->value_names = ortl__parts_take(&parts, ORTL__PARTS_VALUES, sizeof *graph->value_names);
    graph->initializers =
        ortl__parts_take(&parts, ORTL__PARTS_CONSTANTS, sizeof *graph->initializers);
    graph->initializer_values =
        ortl__parts_take(&parts, ORTL__PARTS_CONSTANTS, sizeof *graph->initializer_values);
    graph->inputs = ortl__parts_take(&parts, 1, sizeof *graph->inputs);
    graph->outputs = ortl__parts_take(&parts, 2, sizeof *graph->outputs);
    return parts;
}

/* Is there room for one more? */
static int has_room(ortl__parts *parts, uint32_t used, uint32_t n_more, uint32_t capacity) {
    if (parts->status == ORTL_OK && used + n_more > capacity)
        parts->status = ortl__fail_limit(parts->error, "graph_nodes", capacity, used + n_more);
    return parts->status == ORTL_OK;
}

uint32_t ortl__parts_value(ortl__parts *parts, const char *name) {
    ortl__graph *graph = parts->graph;
    if (!has_room(parts, graph->n_values, 1, ORTL__PARTS_VALUES)) return ORTL__NO_VALUE;
    graph->value_names[graph->n_values] = copy_name(parts, name);
    return graph->n_values++;
}

/* ---- Constants ------------------------------------------------------------------------------- */

/* A constant of the given shape whose data are to be filled in; NULL after a failure. */
static ortl__constant *add_constant(ortl__parts *parts, const char *name, ortl_type type,
                                    size_t element_bytes, uint32_t rank, uint64_t n_rows,
                                    uint64_t n_columns) {
    ortl__graph *graph = parts->graph;
    ortl__constant *constant;
    char numbered[64];
    uint64_t n_elements = rank == 0 ? 1 : rank == 1 ? n_columns : n_rows * n_columns;
    if (!has_room(parts, graph->n_initializers, 1, ORTL__PARTS_CONSTANTS)) return NULL;
    constant = &graph->initializers[graph->n_initializers];
    (void)snprintf(numbered, sizeof numbered, "%s_%u", name, (unsigned)graph->n_values);
    constant->name = copy_name(parts, numbered);
    constant->element_type = (int32_t)type;
    constant->rank = rank;
    constant->shape[0] = (int64_t)(rank == 2 ? n_rows : n_columns);
    constant->shape[1] = (int64_t)n_columns;
    constant->n_elements = n_elements;
    constant->data = ortl__parts_take(parts, n_elements, element_bytes);
    if (!constant->data) return NULL;
    graph->initializer_values[graph->n_initializers] = ortl__parts_value(parts, constant->name);
    graph->n_initializers++;
    return constant;
}

/* The value of the constant that was added last. */
static uint32_t last_constant(const ortl__parts *parts) {
    const ortl__graph *graph = parts->graph;
    if (parts->status != ORTL_OK) return ORTL__NO_VALUE;
    return graph->initializer_values[graph->n_initializers - 1];
}

uint32_t ortl__parts_reals(ortl__parts *parts, const char *name, uint64_t n_rows,
                           uint64_t n_columns, const double *values) {
    ortl_type type = parts->is_double ? ORTL_DOUBLE : ORTL_FLOAT;
    size_t element_bytes = parts->is_double ? sizeof(double) : sizeof(float);
    ortl__constant *constant =
        add_constant(parts, name, type, element_bytes, n_rows == 0 ? 0 : 2, n_rows, n_columns);
    if (!constant) return ORTL__NO_VALUE;
    for (uint64_t i = 0; i < constant->n_elements; i++) {
        if (parts->is_double)
            ((double *)constant->data)[i] = values[i];
        else
            ((float *)constant->data)[i] = (float)values[i];
    }
    return last_constant(parts);
}

uint32_t ortl__parts_ints(ortl__parts *parts, const char *name, uint64_t n, const int64_t *values) {
    ortl__constant *constant = add_constant(parts, name, ORTL_INT64, sizeof *values, 1, 0, n);
    if (constant) memcpy(constant->data, values, n * sizeof *values);
    return last_constant(parts);
}

uint32_t ortl__parts_bools(ortl__parts *parts, const char *name, uint64_t n,
                           const uint8_t *values) {
    ortl__constant *constant = add_constant(parts, name, ORTL_BOOL, sizeof *values, 2, 1, n);
    if (constant) memcpy(constant->data, values, n);
    return last_constant(parts);
}

/* ---- Attributes ------------------------------------------------------------------------------ */

ortl__attribute ortl__parts_int_attribute(ortl__parts *parts, const char *name, int64_t value) {
    int64_t *stored = ortl__parts_take(parts, 1, sizeof *stored);
    ortl__attribute attribute = {name, ORTL__ATTRIBUTE_INT, 1, {.ints = stored}};
    if (stored) *stored = value;
    return attribute;
}

ortl__attribute ortl__parts_text_attribute(ortl__parts *parts, const char *name, const char *text) {
    ortl__attribute attribute = ortl__parts_texts_attribute(parts, name, &text, 1);
    attribute.kind = ORTL__ATTRIBUTE_STRING;
    return attribute;
}

ortl__attribute ortl__parts_texts_attribute(ortl__parts *parts, const char *name,
                                            const char *const *texts, uint64_t n) {
    ortl_string *stored = ortl__parts_take(parts, n, sizeof *stored);
    ortl__attribute attribute = {name, ORTL__ATTRIBUTE_STRINGS, n, {.strings = stored}};
    for (uint64_t i = 0; stored && i < n; i++)
        stored[i] = (ortl_string){texts[i], strlen(texts[i])};
    return attribute;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* Names such as "sigmoid_3": the operator in small letters and the number of the value. */
static void numbered_name(const char *op_type, uint32_t number, char text_out[64]) {
    char lower[40];
    size_t n = 0;
    for (; op_type[n] && n + 1 < sizeof lower; n++) {
        int is_capital = op_type[n] >= 'A' && op_type[n] <= 'Z';
        lower[n] = (char)(is_capital ? op_type[n] - 'A' + 'a' : op_type[n]);
    }
    lower[n] = '\0';
    (void)snprintf(text_out, 64, "%s_%u", lower, (unsigned)number);
}

ortl__node *ortl__parts_node(ortl__parts *parts, const char *domain, const char *op_type,
                             const uint32_t *inputs, uint32_t n_inputs, uint32_t n_outputs,
                             const ortl__attribute *attributes, uint32_t n_attributes) {
    ortl__graph *graph = parts->graph;
    uint32_t *values = ortl__parts_take(parts, (uint64_t)n_inputs + n_outputs, sizeof *values);
    ortl__attribute *copies = ortl__parts_take(parts, n_attributes, sizeof *copies);
    ortl__node *node;
    char name[64];
    if (!has_room(parts, graph->n_nodes, 1, ORTL__PARTS_NODES)) return NULL;
    node = &graph->nodes[graph->n_nodes];
    memcpy(values, inputs, n_inputs * sizeof *values);
    for (uint32_t i = 0; i < n_outputs; i++) {
        numbered_name(op_type, graph->n_values, name);
        values[n_inputs + i] = ortl__parts_value(parts, name);
    }
    if (n_attributes > 0) memcpy(copies, attributes, n_attributes * sizeof *copies);
    numbered_name(op_type, graph->n_nodes, name);
    *node = (ortl__node){.name = copy_name(parts, name),
                         .domain = domain,
                         .op_type = op_type,
                         .n_inputs = n_inputs,
                         .n_outputs = n_outputs,
                         .inputs = values,
                         .outputs = values + n_inputs,
                         .n_attributes = n_attributes,
                         .attributes = copies};
    if (parts->status != ORTL_OK) return NULL;
    graph->n_nodes++;
    return node;
}

static uint32_t first_output(const ortl__node *node) {
    return node ? node->outputs[0] : ORTL__NO_VALUE;
}

uint32_t ortl__parts_unary(ortl__parts *parts, const char *op_type, uint32_t a) {
    return first_output(ortl__parts_node(parts, "", op_type, &a, 1, 1, NULL, 0));
}

uint32_t ortl__parts_binary(ortl__parts *parts, const char *op_type, uint32_t a, uint32_t b) {
    const uint32_t inputs[] = {a, b};
    return first_output(ortl__parts_node(parts, "", op_type, inputs, 2, 1, NULL, 0));
}

uint32_t ortl__parts_where(ortl__parts *parts, uint32_t condition, uint32_t a, uint32_t b) {
    const uint32_t inputs[] = {condition, a, b};
    return first_output(ortl__parts_node(parts, "", "Where", inputs, 3, 1, NULL, 0));
}

uint32_t ortl__parts_with_int(ortl__parts *parts, const char *op_type, const uint32_t *inputs,
                              uint32_t n_inputs, const char *attribute, int64_t value) {
    const ortl__attribute a = ortl__parts_int_attribute(parts, attribute, value);
    return first_output(ortl__parts_node(parts, "", op_type, inputs, n_inputs, 1, &a, 1));
}

void ortl__parts_output(ortl__parts *parts, uint32_t value, const char *name, ortl_type type,
                        uint64_t n_columns) {
    ortl__graph *graph = parts->graph;
    ortl__graph_value *output;
    if (parts->status != ORTL_OK) return;
    graph->value_names[value] = name;
    output = &graph->outputs[graph->n_outputs++];
    *output = (ortl__graph_value){.name = name,
                                  .value = value,
                                  .element_type = (int32_t)type,
                                  .rank = n_columns == 0 ? 1 : 2,
                                  .has_shape = 1,
                                  .shape = {-1, (int64_t)n_columns}};
}
