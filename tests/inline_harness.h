/*
 * Building models with functions and branches, and asking what the graph looks like when they have
 * taken the place of their calls: what test_functions.c and test_branches.c share.
 */
#ifndef INLINE_HARNESS_H
#define INLINE_HARNESS_H

#include <stdio.h>
#include <stdlib.h>

#include "envelope_harness.h"

static harness h;
static wire_builder model, graph;
static const onnx_style plain = {0};

static inline void begin(void) {
    harness_begin(&h);
}

static inline void end(void) {
    harness_end(&h);
    wire_free(&model);
    wire_free(&graph);
}

/* ---- Building -------------------------------------------------------------------------------- */

/* Texts separated by blanks, each as a field of this number; "-" is a name that is left out. */
static inline void put_names(wire_builder *to, uint32_t number, const char *names) {
    char name[32];
    for (int n_used; sscanf(names, "%31s%n", name, &n_used) == 1; names += n_used)
        wire_text(to, number, strcmp(name, "-") == 0 ? "" : name);
}

/* A node of the domain "local" when its operator begins with a small letter. */
static inline void put_node(wire_builder *to, uint32_t number, const char *op_type,
                            const char *inputs, const char *outputs, wire_builder *attributes) {
    wire_builder node = {0};
    put_names(&node, 1, inputs);
    put_names(&node, 2, outputs);
    wire_text(&node, 4, op_type);
    if (op_type[0] >= 'a') wire_text(&node, 7, "local");
    if (attributes) wire_bytes(&node, attributes->bytes, attributes->n_bytes);
    if (attributes) wire_free(attributes);
    wire_message(to, number, &node);
}

static inline void call(const char *op_type, const char *inputs, const char *outputs,
                        wire_builder *attributes) {
    put_node(&graph, 1, op_type, inputs, outputs, attributes);
}

/* A function of the domain "local" without nodes. */
static inline wire_builder function_head(const char *name, const char *inputs,
                                         const char *outputs) {
    wire_builder function = {0};
    wire_text(&function, 1, name);
    wire_text(&function, 10, "local");
    put_names(&function, 4, inputs);
    put_names(&function, 5, outputs);
    return function;
}

static inline void add_function(wire_builder *function) {
    wire_message(&model, 25, function);
}

/* An attribute that stands for one of the call. */
static inline void put_reference(wire_builder *node, const char *name, const char *of, int kind) {
    wire_builder attribute = {0};
    wire_text(&attribute, 1, name);
    wire_text(&attribute, 21, of);
    wire_int(&attribute, 20, kind);
    wire_message(node, 5, &attribute);
}

/* The graph leads from X to Y. */
static inline void end_model(void) {
    onnx_value(&graph, 11, "X", 3);
    onnx_value(&graph, 12, "Y", 1);
    onnx_opset(&model, "local", 1);
    onnx_model(&model, &plain, &graph);
}

static inline ortl_status read_model(void) {
    end_model();
    return harness_read_memory(&h, model.bytes, model.n_bytes);
}

static inline void expect_read(void) {
    ck_assert_msg(read_model() == ORTL_OK, "%s", h.error.message);
}

/* Node `index` has this operator, and values with these names. */
static inline void expect_node(uint32_t index, const char *op_type, const char *inputs,
                               const char *outputs) {
    char found[2][128] = {"", ""};
    const ortl__node *node = &h.graph.nodes[index];
    ck_assert_uint_lt(index, h.graph.n_nodes);
    ck_assert_str_eq(node->op_type, op_type);
    for (uint32_t i = 0; i < node->n_inputs + node->n_outputs; i++) {
        const int is_output = i >= node->n_inputs;
        const uint32_t value = is_output ? node->outputs[i - node->n_inputs] : node->inputs[i];
        char *text = found[is_output];
        if (text[0]) strcat(text, " ");
        strcat(text, value == ORTL__NO_VALUE ? "-" : h.graph.value_names[value]);
    }
    ck_assert_str_eq(found[0], inputs);
    ck_assert_str_eq(found[1], outputs);
}

static inline void expect_refused(ortl_status status, const char *text) {
    ck_assert_int_eq(read_model(), status);
    ck_assert_msg(strstr(h.error.message, text) != NULL, "\"%s\" is not in \"%s\"", text,
                  h.error.message);
}

/* ---- Failing memory -------------------------------------------------------------------------- */

typedef struct failing {
    unsigned long n_left; /* allocations until they fail */
} failing;

static inline void *fail_allocate(void *user, size_t n_bytes) {
    failing *state = user;
    return state->n_left && state->n_left-- ? malloc(n_bytes) : NULL;
}

static inline void *fail_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    failing *state = user;
    (void)old_bytes;
    return state->n_left && state->n_left-- ? realloc(block, new_bytes) : NULL;
}

static inline void fail_release(void *user, void *block, size_t n_bytes) {
    (void)user, (void)n_bytes;
    free(block);
}

/* Reads the model again and again, each time with one allocation more before they fail. */
static inline void expect_every_allocation_fails(uint32_t n_nodes) {
    failing state = {0};
    const ortl_allocator allocator = {&state, fail_allocate, fail_reallocate, fail_release};
    ortl_status status = ORTL_NO_MEMORY;
    unsigned long n = 0;
    end_model();
    for (; status == ORTL_NO_MEMORY; n++) {
        harness_begin(&h);
        ortl__memory_init(&h.memory, &allocator, UINT64_MAX, "memory_bytes");
        state.n_left = n;
        status = harness_read_memory(&h, model.bytes, model.n_bytes);
        ck_assert_int_eq(h.graph.n_nodes, status == ORTL_OK ? n_nodes : h.graph.n_nodes);
        harness_end(&h);
    }
    ck_assert_int_eq(status, ORTL_OK);
    ck_assert_uint_gt(n, 10);
}

#endif
