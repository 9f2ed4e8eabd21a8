/*
 * Spelling of graphs for the hostile models, on top of onnx_builder.h: nodes with several inputs,
 * initialisers, whole files.
 */
#ifndef HOSTILE_GRAPHS_H
#define HOSTILE_GRAPHS_H

#include "../onnx_builder.h"

#include <stdio.h>

static const onnx_style packed = {.spelling = WIRE_PACKED};

/* Puts the words of a text as repeated fields; "-" is an empty name. */
static inline void put_words(wire_builder *to, uint32_t number, const char *words) {
    while (*words != '\0') {
        size_t n_bytes = strcspn(words, " ");
        wire_blob(to, number, words, n_bytes == 1 && words[0] == '-' ? 0 : n_bytes);
        words += n_bytes;
        words += *words == ' ';
    }
}

/* Appends a node to field `number` (1 of a graph, 7 of a function). attributes: NULL, or what
 * onnx_int and its like have put together, freed here. */
static inline void put_node(wire_builder *to, uint32_t number, const char *op_type,
                            const char *domain, const char *inputs, const char *outputs,
                            wire_builder *attributes) {
    wire_builder node = {0};
    put_words(&node, 1, inputs);
    put_words(&node, 2, outputs);
    wire_text(&node, 4, op_type);
    if (domain != NULL) wire_text(&node, 7, domain);
    if (attributes != NULL) {
        wire_bytes(&node, attributes->bytes, attributes->n_bytes);
        wire_free(attributes);
    }
    wire_message(to, number, &node);
}

/* An initialiser of one axis of int64, or of no axis when n is -1 (one value). */
static inline void put_int64s(wire_builder *graph, const char *name, const int64_t *values, int n) {
    wire_builder tensor = {0};
    if (n >= 0) wire_int(&tensor, 1, n);
    wire_int(&tensor, 2, TYPE_INT64);
    wire_ints_packed(&tensor, 7, values, (size_t)(n < 0 ? 1 : n));
    wire_text(&tensor, 8, name);
    wire_message(graph, 5, &tensor);
}

static inline void put_float_scalar(wire_builder *graph, const char *name, float value) {
    wire_builder tensor = {0};
    wire_int(&tensor, 2, TYPE_FLOAT);
    wire_float(&tensor, 4, value);
    wire_text(&tensor, 8, name);
    wire_message(graph, 5, &tensor);
}

/* A value of any type and shape; dimensions below 0 are left out. */
static inline void put_value(wire_builder *graph, uint32_t number, const char *name, int type,
                             const int64_t *shape, int rank) {
    wire_builder value = {0}, kind = {0}, tensor = {0}, axes = {0};
    for (int i = 0; i < rank; i++) {
        wire_builder axis = {0};
        if (shape[i] >= 0)
            wire_int(&axis, 1, shape[i]);
        else
            wire_text(&axis, 2, "N");
        wire_message(&axes, 1, &axis);
    }
    wire_int(&tensor, 1, type);
    wire_message(&tensor, 2, &axes);
    wire_message(&kind, 1, &tensor);
    wire_text(&value, 1, name);
    wire_message(&value, 2, &kind);
    wire_message(graph, number, &value);
}

/* The whole file around a graph, which is freed: X [N, 3] in, Y out, opsets 17 and 3. Where the
 * shape or type of Y is another one, the computed one counts. */
static inline void put_model(wire_builder *file, wire_builder *graph) {
    wire_text(graph, 2, "graph");
    onnx_value(graph, 11, "X", 3);
    onnx_value(graph, 12, "Y", 1);
    onnx_model(file, &packed, graph);
}

/* A model of one node from X to Y. */
static inline void put_one_node(wire_builder *file, const char *op_type, const char *domain,
                                wire_builder *attributes) {
    wire_builder graph = {0};
    put_node(&graph, 1, op_type, domain, "X", "Y", attributes);
    put_model(file, &graph);
}

#endif
