/*
 * ortl_run: any inputs bound by name, any outputs handed out; and ortl_leaves and ortl_raw_scores,
 * which ask such a run for what its trees do besides.
 */
#include <string.h>

#include "context.h"
#include "operators/trees.h"
#include "status.h"

/* The index of a graph value by name or, without a name, by position; n when there is none. */
static size_t find_by_name(const ortl__graph_value *values, size_t n, const char *name,
                           size_t position) {
    if (!name || (position < n && strcmp(values[position].name, name) == 0))
        return position < n ? position : n;
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

static ortl_status check_rows(const ortl_context *context, const ortl_tensor *given,
                              ortl_error *error) {
    uint64_t limit = context->session->limits.rows;
    if (given->rank == 0 || given->shape[0] < 0 || (uint64_t)given->shape[0] <= limit)
        return ORTL_OK;
    return ortl__fail_limit(error, "rows", limit, (uint64_t)given->shape[0]);
}

static ortl_status bind_inputs(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                               ortl_error *error) {
    const ortl__graph *graph = &context->session->graph;
    if (graph->n_inputs > 0) memset(context->is_bound, 0, graph->n_inputs);
    for (size_t i = 0; i < n_inputs; i++) {
        size_t at = find_by_name(graph->inputs, graph->n_inputs, inputs[i].name, i);
        if (at == graph->n_inputs)
            return ortl__fail(error, ORTL_BAD_INPUT, "the model has no input \"%s\"",
                              inputs[i].name ? inputs[i].name : "(by position)");
        const ortl__graph_value *declared = &graph->inputs[at];
        if (context->is_bound[at])
            return ortl__fail(error, ORTL_BAD_INPUT, "input \"%s\" is given twice", declared->name);
        context->is_bound[at] = 1;
        ortl_status status = check_input_shape(declared, &inputs[i], error);
        if (status == ORTL_OK) status = check_rows(context, &inputs[i], error);
        if (status == ORTL_OK)
            status = ortl__context_bind(context, declared->value, inputs[i].type, inputs[i].rank,
                                        inputs[i].shape, inputs[i].data, error);
        if (status != ORTL_OK) return status;
        const ortl__tensor *bound = &context->tensors[declared->value];
        if (!bound->data && bound->n_elements)
            return ortl__fail(error, ORTL_BAD_ARGUMENT, "input \"%s\" has no data", declared->name);
    }
    for (uint32_t i = 0; i < graph->n_inputs; i++)
        if (!context->is_bound[i])
            return ortl__fail(error, ORTL_BAD_INPUT, "input \"%s\" is missing",
                              graph->inputs[i].name);
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

/* ---- What the trees say besides the outputs ---------------------------------------------------
 */

/* Runs the graph with a tap of that many columns on its tree operators. */
static ortl_status run_tapped(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                              ortl__tap *tap, ortl_error *error) {
    if (tap->n_columns == 0) return ortl__fail(error, ORTL_BAD_ARGUMENT, "the model has no trees");
    context->has_strides = 0;
    ortl_status status = bind_inputs(context, inputs, n_inputs, error);
    context->tap = tap;
    if (status == ORTL_OK) status = ortl__context_run(context, error);
    context->tap = NULL;
    return status;
}

static uint64_t count_trees(const ortl_session *session) {
    uint64_t n_trees = 0;
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__forest *forest = ortl__trees_forest(&session->plan.steps[i]);
        if (forest) n_trees += forest->n_trees;
    }
    return n_trees;
}

ortl_status ortl_leaves(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                        uint32_t *leaves_out, size_t n_leaves, ortl_error *error) {
    if (!context || (!inputs && n_inputs) || (!leaves_out && n_leaves))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "context, inputs and leaves must not be NULL");
    if (!context->session->keeps_forest)
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "leaves are known to sessions opened with keep_forest");
    ortl__tap tap = {leaves_out, NULL, n_leaves, count_trees(context->session), 0};
    return run_tapped(context, inputs, n_inputs, &tap, error);
}

uint64_t ortl__session_n_raw(const ortl_session *session) {
    uint64_t n_raw = 0;
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__outcome *outcome = ortl__trees_outcome(&session->plan.steps[i]);
        if (outcome) n_raw += ortl__outcome_n_raw(outcome);
    }
    return n_raw;
}

ortl_status ortl_raw_scores(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                            double *scores_out, size_t n_scores, ortl_error *error) {
    if (!context || (!inputs && n_inputs) || (!scores_out && n_scores))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "context, inputs and scores must not be NULL");
    ortl__tap tap = {NULL, scores_out, n_scores, ortl__session_n_raw(context->session), 0};
    return run_tapped(context, inputs, n_inputs, &tap, error);
}
