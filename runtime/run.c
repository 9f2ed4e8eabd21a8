/*
 * ortl_run: any inputs bound by name, any outputs handed out; and ortl_leaves and ortl_raw_scores,
 * which ask such a run for what its trees do besides.
 */
#include <pthread.h>
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

/* All but the data. */
static void tell_output(const ortl__tensor *tensor, ortl_tensor *output) {
    output->type = tensor->type;
    output->rank = tensor->rank;
    memcpy(output->shape, tensor->shape, sizeof output->shape);
    output->n_bytes = (size_t)ortl__tensor_bytes(tensor);
}

static ortl_status give_output(const ortl__tensor *tensor, ortl_tensor *output, ortl_error *error) {
    size_t available = output->n_bytes;
    tell_output(tensor, output);
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

/* The number of the graph's output that a caller asks for. */
static ortl_status find_output(const ortl_context *context, const ortl_tensor *output,
                               size_t position, size_t *number_out, ortl_error *error) {
    const ortl__graph *graph = &context->session->graph;
    *number_out = find_by_name(graph->outputs, graph->n_outputs, output->name, position);
    if (*number_out < graph->n_outputs) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "the model has no output \"%s\"",
                      output->name ? output->name : "(by position)");
}

static const ortl__tensor *output_of(const ortl_context *context, size_t number) {
    return &context->tensors[context->session->graph.outputs[number].value];
}

static ortl_status run_alone(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                             ortl_tensor *outputs, size_t n_outputs, ortl_error *error) {
    context->has_strides = 0;
    ortl_status status = bind_inputs(context, inputs, n_inputs, error);
    if (status == ORTL_OK) status = ortl__context_run(context, error);
    for (size_t i = 0; i < n_outputs && status == ORTL_OK; i++) {
        size_t number = 0;
        status = find_output(context, &outputs[i], i, &number, error);
        if (status == ORTL_OK) status = give_output(output_of(context, number), &outputs[i], error);
    }
    return status;
}

/* ---- Rows shared by threads ------------------------------------------------------------------ */

/* A call whose rows are cut into one slice for each context, and the first slice that failed. */
typedef struct shared_run {
    ortl_context *context;
    const ortl_tensor *inputs; /* (n_inputs) */
    size_t n_inputs;
    size_t n_rows;
    size_t n_slice;        /* rows of a slice; the last one may have fewer */
    pthread_mutex_t mutex; /* of the fields below */
    size_t failed_slice;   /* SIZE_MAX: none */
    ortl_error error;
} shared_run;

/* Whether an input is something that bind_inputs takes whatever its number of rows is. */
static int has_rows(const ortl_tensor *given, const ortl__graph_value *declared, size_t n_rows) {
    if (given->rank == 0 || given->rank > ORTL_MAX_RANK || !given->data ||
        given->shape[0] != (int64_t)n_rows || ortl_type_bytes(given->type) == 0)
        return 0;
    for (size_t i = 1; i < given->rank; i++)
        if (given->shape[i] < 0 || given->shape[i] > INT32_MAX) return 0;
    return !declared->has_shape || (declared->rank > 0 && declared->shape[0] < 0);
}

/* Rows of each thread's slice; 0 when one thread does all, which also words the errors. */
static size_t rows_of_slice(const ortl_context *context, const ortl_tensor *inputs,
                            size_t n_inputs) {
    const ortl__graph *graph = &context->session->graph;
    if (!context->helpers || n_inputs == 0 || n_inputs != graph->n_inputs || inputs[0].rank == 0)
        return 0;
    uint64_t n_rows = inputs[0].shape[0] > 0 ? (uint64_t)inputs[0].shape[0] : 0;
    if (n_rows > context->session->limits.rows) return 0;
    for (size_t i = 0; i < n_inputs; i++) {
        size_t at = find_by_name(graph->inputs, graph->n_inputs, inputs[i].name, i);
        if (at == graph->n_inputs || !has_rows(&inputs[i], &graph->inputs[at], (size_t)n_rows))
            return 0;
    }
    size_t n_slice = ortl__context_share(context, (size_t)n_rows);
    return n_slice < n_rows ? n_slice : 0;
}

/* Points the slice's inputs at its rows. */
static void cut_inputs(const shared_run *run, size_t slice, ortl_tensor *slices) {
    size_t first = slice * run->n_slice;
    size_t n = run->n_rows - first < run->n_slice ? run->n_rows - first : run->n_slice;
    for (size_t i = 0; i < run->n_inputs; i++) {
        size_t row_bytes = ortl_type_bytes(run->inputs[i].type);
        for (size_t j = 1; j < run->inputs[i].rank; j++)
            row_bytes *= (size_t)run->inputs[i].shape[j];
        slices[i] = run->inputs[i];
        slices[i].shape[0] = (int64_t)n;
        slices[i].data = (char *)run->inputs[i].data + first * row_bytes;
    }
}

/* Each slice has a context to itself, whichever thread takes it. */
static void run_slices(void *user, size_t worker, size_t first, size_t n_slices) {
    shared_run *run = user;
    (void)worker;
    for (size_t slice = first; slice < first + n_slices; slice++) {
        ortl_error error = {ORTL_OK, ""};
        ortl_context *context = ortl__context_of_worker(run->context, slice);
        cut_inputs(run, slice, context->slices);
        if (run_alone(context, context->slices, run->n_inputs, NULL, 0, &error) == ORTL_OK)
            continue;
        pthread_mutex_lock(&run->mutex);
        if (slice < run->failed_slice) {
            run->failed_slice = slice;
            run->error = error;
        }
        pthread_mutex_unlock(&run->mutex);
    }
}

/* The slices of an output as one tensor without data; 0 when they do not fit together. */
static int join_shapes(const shared_run *run, size_t n_slices, size_t number,
                       ortl__tensor *whole_out) {
    *whole_out = *output_of(run->context, number);
    whole_out->n_elements = 0;
    for (size_t i = 0; i < n_slices; i++) {
        const ortl__tensor *part = output_of(ortl__context_of_worker(run->context, i), number);
        size_t n_left = run->n_rows - i * run->n_slice;
        size_t n = n_left < run->n_slice ? n_left : run->n_slice;
        if (part->rank == 0 || part->rank != whole_out->rank || part->type != whole_out->type ||
            part->shape[0] != (int64_t)n ||
            memcmp(part->shape + 1, whole_out->shape + 1,
                   (part->rank - 1) * sizeof part->shape[0]) != 0)
            return 0;
        whole_out->n_elements += part->n_elements;
    }
    whole_out->shape[0] = (int64_t)run->n_rows;
    whole_out->data = NULL;
    return 1;
}

/* Copies the slices of an output to the caller's array, or to one of the context. */
static ortl_status join_output(const shared_run *run, size_t n_slices, size_t number,
                               ortl__tensor *whole, ortl_tensor *output, ortl_error *error) {
    ortl__buffer *joined = &run->context->joined[number];
    uint64_t n_bytes = ortl__tensor_bytes(whole);
    ortl_status status = ORTL_OK;
    if (!output->data || output->n_bytes < n_bytes) {
        status = ortl__buffer_reserve(run->context, joined, n_bytes, error);
        whole->data = joined->data;
        if (status == ORTL_OK) status = give_output(whole, output, error);
    } else {
        whole->data = output->data;
        tell_output(whole, output);
    }
    char *to = whole->data;
    for (size_t i = 0; i < n_slices && status == ORTL_OK; i++) {
        const ortl__tensor *part = output_of(ortl__context_of_worker(run->context, i), number);
        size_t part_bytes = (size_t)ortl__tensor_bytes(part);
        if (part_bytes) memcpy(to, part->data, part_bytes);
        to += part_bytes;
    }
    return status;
}

/* *is_done_out: 0 when the outputs do not have the rows of the inputs, so that one thread must do
 * all. */
static ortl_status run_shared(shared_run *run, ortl_tensor *outputs, size_t n_outputs,
                              int *is_done_out, ortl_error *error) {
    size_t n_slices = (run->n_rows - 1) / run->n_slice + 1;
    *is_done_out = 1;
    pthread_mutex_init(&run->mutex, NULL);
    ortl__pool_run(run->context->session->pool, n_slices, 1, run_slices, run);
    pthread_mutex_destroy(&run->mutex);
    if (run->failed_slice != SIZE_MAX) {
        if (error) *error = run->error;
        return run->error.status;
    }
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < n_outputs && status == ORTL_OK && *is_done_out; i++) {
        size_t number = 0;
        ortl__tensor whole;
        status = find_output(run->context, &outputs[i], i, &number, error);
        if (status != ORTL_OK) return status;
        *is_done_out = join_shapes(run, n_slices, number, &whole);
        if (*is_done_out) status = join_output(run, n_slices, number, &whole, &outputs[i], error);
    }
    return status;
}

ortl_status ortl_run(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                     ortl_tensor *outputs, size_t n_outputs, ortl_error *error) {
    if (!context || (!inputs && n_inputs) || (!outputs && n_outputs))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "context, inputs and outputs must not be NULL");
    size_t n_slice = rows_of_slice(context, inputs, n_inputs);
    if (n_slice > 0) {
        int is_done;
        shared_run run = {.context = context,
                          .inputs = inputs,
                          .n_inputs = n_inputs,
                          .n_rows = (size_t)inputs[0].shape[0],
                          .n_slice = n_slice,
                          .failed_slice = SIZE_MAX};
        ortl_status status = run_shared(&run, outputs, n_outputs, &is_done, error);
        if (is_done) return status;
    }
    return run_alone(context, inputs, n_inputs, outputs, n_outputs, error);
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
    for (uint32_t i = 0; i < session->plan.n_steps; i++)
        n_raw += ortl__trees_n_raw(&session->plan.steps[i]);
    return n_raw;
}

ortl_status ortl_raw_scores(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                            double *scores_out, size_t n_scores, ortl_error *error) {
    if (!context || (!inputs && n_inputs) || (!scores_out && n_scores))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "context, inputs and scores must not be NULL");
    ortl__tap tap = {NULL, scores_out, n_scores, ortl__session_n_raw(context->session), 0};
    return run_tapped(context, inputs, n_inputs, &tap, error);
}
