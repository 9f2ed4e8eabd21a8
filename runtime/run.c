/*
 * ortl_run: any inputs bound by name, any outputs handed out.
 */
#include <string.h>

#include "context.h"
#include "status.h"

/* The index of a graph value by name or, without a name, by position; n when there is none. */
static size_t find_by_name(const ortl__graph_value *values, size_t n, const char *name,
                           size_t position) {
    if (!name) return position < n ? position : n;
    size_t i = 0;
    while (i < n && strcmp(values[i].name, name) != 0) i++;
    return i;
}

static ortl_status check_input_shape(const ortl__graph_value *declared, const ortl_tensor *given,
                                     ortl_error *error) {
    if (given->rank > ORTL_MAX_RANK)
        return ortl__fail(error, ORTL_BAD_INPUT,
                          "input \"%s\" has rank %lu, at most %d is supported", declared->name,
                          (unsigned long)given->rank, ORTL_MAX_RANK);
    if ((ortl_type)declared->element_type != given->type)
        return ortl__fail(error, ORTL_BAD_INPUT, "input \"%s\" wants %s, %s was given",
                          declared->name, ortl_type_name((ortl_type)declared->element_type),
                          ortl_type_name(given->type));
    if (!declared->has_shape) return ORTL_OK;
    if (declared->rank != given->rank)
        return ortl__fail(error, ORTL_BAD_INPUT, "input \"%s\" wants rank %lu, rank %lu was given",
                          declared->name, (unsigned long)declared->rank,
                          (unsigned long)given->rank);
    for (uint32_t i = 0; i < declared->rank; i++)
        if (declared->shape[i] >= 0 && declared->shape[i] != given->shape[i])
            return ortl__fail(error, ORTL_BAD_INPUT,
                              "input \"%s\" wants extent %lld along axis %lu, %lld was given",
                              declared->name, (long long)declared->shape[i], (unsigned long)i,
                              (long long)given->shape[i]);
    return ORTL_OK;
}

static ortl_status bind_inputs(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                               ortl_error *error) {
    const ortl__graph *graph = &context->session->graph;
    for (uint32_t i = 0; i < graph->n_inputs; i++)
        context->tensors[graph->inputs[i].value].data = NULL;
    for (size_t i = 0; i < n_inputs; i++) {
        size_t at = find_by_name(graph->inputs, graph->n_inputs, inputs[i].name, i);
        if (at == graph->n_inputs)
            return ortl__fail(error, ORTL_BAD_INPUT, "the model has no input \"%s\"",
                              inputs[i].name ? inputs[i].name : "(by position)");
        const ortl__graph_value *declared = &graph->inputs[at];
        ortl_status status = check_input_shape(declared, &inputs[i], error);
        if (status == ORTL_OK)
            status = ortl__context_bind(context, declared->value, inputs[i].type, inputs[i].rank,
                                        inputs[i].shape, inputs[i].data, error);
        if (status != ORTL_OK) return status;
        const ortl__tensor *bound = &context->tensors[declared->value];
        if (!bound->data && bound->n_elements)
            return ortl__fail(error, ORTL_BAD_ARGUMENT, "input \"%s\" has no data", declared->name);
    }
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        const ortl__tensor *tensor = &context->tensors[graph->inputs[i].value];
        int is_given = tensor->data || (tensor->n_elements == 0 && n_inputs == graph->n_inputs);
        if (!is_given)
            return ortl__fail(error, ORTL_BAD_INPUT, "input \"%s\" is missing",
                              graph->inputs[i].name);
    }
    return ORTL_OK;
}

static ortl_status give_output(const ortl__tensor *tensor, ortl_tensor *output, ortl_error *error) {
    size_t available = output->n_bytes;
    output->type = tensor->type;
    output->rank = tensor->rank;
    memcpy(output->shape, tensor->shape, sizeof output->shape);
    output->n_bytes = (size_t)ortl__tensor_bytes(tensor);
    if (!output->data) {
        output->data = tensor->data;
    } else if (available < output->n_bytes) {
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "output \"%s\" needs %lu bytes, the buffer has %lu",
                          output->name ? output->name : "", (unsigned long)output->n_bytes,
                          (unsigned long)available);
    } else if (output->n_bytes) {
        memcpy(output->data, tensor->data, output->n_bytes);
    }
    return ORTL_OK;
}

ortl_status ortl_run(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                     ortl_tensor *outputs, size_t n_outputs, ortl_error *error) {
    if (!context || (!inputs && n_inputs) || (!outputs && n_outputs))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "context, inputs and outputs must not be NULL");
    const ortl__graph *graph = &context->session->graph;
    context->has_strides = 0;
    ortl_status status = bind_inputs(context, inputs, n_inputs, error);
    if (status == ORTL_OK) status = ortl__context_run(context, error);
    for (size_t i = 0; i < n_outputs && status == ORTL_OK; i++) {
        size_t at = find_by_name(graph->outputs, graph->n_outputs, outputs[i].name, i);
        if (at == graph->n_outputs)
            return ortl__fail(error, ORTL_BAD_ARGUMENT, "the model has no output \"%s\"",
                              outputs[i].name ? outputs[i].name : "(by position)");
        status = give_output(&context->tensors[graph->outputs[at].value], &outputs[i], error);
    }
    return status;
}
