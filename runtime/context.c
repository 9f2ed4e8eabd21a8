/*
 * Makes contexts, gives every step its buffers, and executes the steps in order.
 */
#include "context.h"

#include <string.h>

#include "status.h"
#include "work.h"

/* ---- Making a context ------------------------------------------------------------------------ */

/* Points a step's inputs and outputs at the tensors of their values. */
static void wire_call(ortl_context *context, const ortl__step *step, ortl__call *call,
                      const ortl__tensor **inputs, ortl__tensor **outputs) {
    for (uint32_t i = 0; i < step->node->n_inputs; i++)
        if (step->node->inputs[i] != ORTL__NO_VALUE)
            inputs[i] = &context->tensors[step->node->inputs[i]];
    for (uint32_t i = 0; i < step->node->n_outputs; i++)
        if (step->node->outputs[i] != ORTL__NO_VALUE)
            outputs[i] = &context->tensors[step->node->outputs[i]];
    call->step = step;
    call->inputs = inputs;
    call->outputs = outputs;
    call->libm = &context->session->plan.libm;
    call->texts = &context->texts;
}

static ortl_status wire_calls(ortl_context *context, ortl_error *error) {
    const ortl__plan *plan = &context->session->plan;
    ortl__arena *arena = &context->arena;
    const ortl__tensor **inputs = NULL;
    ortl__tensor **outputs = NULL;
    ortl_status status =
        ortl__arena_new(arena, plan->n_values, sizeof *context->tensors, &context->tensors, error);
    if (status == ORTL_OK)
        status =
            ortl__arena_new(arena, plan->n_steps, sizeof *context->calls, &context->calls, error);
    if (status == ORTL_OK)
        status =
            ortl__arena_new(arena, plan->n_slots, sizeof *context->slots, &context->slots, error);
    if (status == ORTL_OK)
        status =
            ortl__arena_new(arena, context->session->graph.n_inputs, 1, &context->is_bound, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, plan->n_guards, 1, &context->holds, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, plan->n_wires, sizeof *inputs, &inputs, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, plan->n_wires, sizeof *outputs, &outputs, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < plan->n_values; i++) {
        if (plan->values[i].constant) context->tensors[i] = *plan->values[i].constant;
        context->tensors[i].type = plan->values[i].type;
    }
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        wire_call(context, &plan->steps[i], &context->calls[i], inputs, outputs);
        inputs += plan->steps[i].node->n_inputs;
        outputs += plan->steps[i].node->n_outputs;
    }
    return ORTL_OK;
}

ortl_status ortl__buffer_reserve(ortl_context *context, ortl__buffer *slot, uint64_t n_bytes,
                                 ortl_error *error) {
    if (n_bytes <= slot->n_bytes) return ORTL_OK;
    ortl_status status =
        ortl__memory_resize(&context->memory, &slot->data, slot->n_bytes, n_bytes, 1, error);
    if (status == ORTL_OK) slot->n_bytes = n_bytes;
    return status;
}

static void slot_free(ortl_context *context, ortl__buffer *slot) {
    ortl__memory_free(&context->memory, slot->data, slot->n_bytes, 1);
}

/* ---- Executing the steps --------------------------------------------------------------------- */

/* Of the call: those of the first input. */
static uint64_t count_rows(const ortl_context *context) {
    const ortl__graph *graph = &context->session->graph;
    if (graph->n_inputs == 0) return 1;
    const ortl__tensor *rows = &context->tensors[graph->inputs[0].value];
    return rows->rank == 0 ? 1 : (uint64_t)rows->shape[0];
}

/* Buffers for the outputs of a step whose shapes are known, when the work is within the limit; an
 * alias takes over its input's data. */
static ortl_status bind_outputs(ortl_context *context, ortl__call *call, ortl_error *error) {
    const ortl__step *step = call->step;
    const ortl_session *session = context->session;
    ortl_status status = ortl__work_add(&context->work, ortl__call_work(call, session->plan.values),
                                        session->limits.steps_per_row, count_rows(context), error);
    for (uint32_t i = 0; i < step->node->n_outputs && status == ORTL_OK; i++) {
        ortl__tensor *output = call->outputs[i];
        if (!output || (i == 0 && step->is_alias)) continue;
        ortl__buffer *slot = &context->slots[context->session->plan.slots[step->node->outputs[i]]];
        status = ortl__buffer_reserve(context, slot, ortl__tensor_bytes(output), error);
        output->data = slot->data;
    }
    if (status == ORTL_OK)
        status = ortl__buffer_reserve(context, &context->scratch, call->scratch_bytes, error);
    return status;
}

/* Growing a slot moves its data, so buffers are looked up once more where a run begins. */
static void rebind_outputs(ortl_context *context) {
    const ortl__plan *plan = &context->session->plan;
    for (uint32_t i = 0; i < plan->n_values; i++)
        if (plan->slots[i] != ORTL__NO_SLOT)
            context->tensors[i].data = context->slots[plan->slots[i]].data;
}

static ortl_status fail_at_step(const ortl__step *step, ortl_status status, ortl_error *error) {
    ortl__fail_within(error, ORTL__PLACE ": ",
                      ORTL__PLACE_OF(step->operator->name, step->node->name));
    return status;
}

static ortl_status run_step(ortl_context *context, ortl__call *call, ortl_error *error) {
    const ortl__step *step = call->step;
    if (step->is_alias && call->outputs[0]) call->outputs[0]->data = call->inputs[0]->data;
    if (!step->operator->run) return ORTL_OK;
    call->scratch = context->scratch.data;
    call->row_stride = context->row_stride;
    call->column_stride = context->column_stride;
    call->tap = context->tap;
    if ((step->operator->flags & ORTL__OPERATOR_STRIDED) &&
        (!context->has_strides ||
         step->node->inputs[0] != context->session->graph.inputs[0].value)) {
        const ortl__tensor *input = call->inputs[0];
        call->row_stride = input->rank == 2 ? (ptrdiff_t)input->shape[1] : 1;
        call->column_stride = 1;
    }
    return step->operator->run(call, error);
}

/* Shapes and buffers of all steps, of which only those run that compute something from shapes; for
 * plans that are not shaped by data. */
static ortl_status shape_steps(ortl_context *context, ortl_error *error) {
    const ortl__plan *plan = &context->session->plan;
    context->work = 0;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        ortl__call *call = &context->calls[i];
        ortl_status status = call->step->operator->shape(call, error);
        if (status == ORTL_OK) status = bind_outputs(context, call, error);
        if (status == ORTL_OK && call->step->is_of_shapes) status = run_step(context, call, error);
        if (status != ORTL_OK) return fail_at_step(call->step, status, error);
    }
    rebind_outputs(context);
    context->are_shapes_valid = 1;
    return ORTL_OK;
}

/* Settles the guards from *n_settled up to this one, whose conditions are known by now, unless they
 * do not count; 1 when it holds. */
static int settle_guards(ortl_context *context, uint32_t number, uint32_t *n_settled) {
    for (; *n_settled <= number; ++*n_settled) {
        const ortl__guard *guard = &context->session->plan.guards[*n_settled];
        int is_open = guard->around == 0 || context->holds[guard->around];
        context->holds[*n_settled] =
            is_open && ortl__tensor_is_true(&context->tensors[guard->condition]) == guard->wanted;
    }
    return context->holds[number];
}

ortl_status ortl__context_run(ortl_context *context, ortl_error *error) {
    const ortl__plan *plan = &context->session->plan;
    ortl_status status = ORTL_OK;
    uint32_t n_settled = 1;
    if (context->texts.newest) ortl__arena_free(&context->texts);
    if (!context->are_shapes_valid && !plan->is_shaped_by_data)
        status = shape_steps(context, error);
    if (status != ORTL_OK) return status;
    if (plan->is_shaped_by_data) context->work = 0;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        ortl__call *call = &context->calls[i];
        if (call->step->guard && !settle_guards(context, call->step->guard, &n_settled)) continue;
        if (plan->is_shaped_by_data) {
            status = call->step->operator->shape(call, error);
            if (status == ORTL_OK) status = bind_outputs(context, call, error);
        }
        if (status == ORTL_OK) status = run_step(context, call, error);
        if (status != ORTL_OK) return fail_at_step(call->step, status, error);
    }
    return ORTL_OK;
}

ortl_status ortl__context_bind(ortl_context *context, uint32_t value, ortl_type type, size_t rank,
                               const int64_t *shape, const void *data, ortl_error *error) {
    ortl__tensor *tensor = &context->tensors[value];
    if (tensor->rank != rank || tensor->type != type || tensor->n_elements == 0 ||
        memcmp(tensor->shape, shape, rank * sizeof *shape) != 0) {
        context->are_shapes_valid = 0;
        ortl_status status = ortl__tensor_shape(tensor, type, rank, shape, error);
        if (status != ORTL_OK) return status;
    }
    /* Inputs are never written; the tensor type has no const twin. */
    memcpy(&tensor->data, &data, sizeof data);
    return ORTL_OK;
}

/* ---- Context, from outside ------------------------------------------------------------------- */

ortl_status ortl__context_reserve(ortl_context *context, size_t n_rows, ortl_error *error) {
    const ortl_session *session = context->session;
    if (session->plan.is_shaped_by_data) return ORTL_OK;
    for (uint32_t i = 0; i < session->graph.n_inputs; i++) {
        const ortl__graph_value *input = &session->graph.inputs[i];
        int64_t shape[ORTL_MAX_RANK];
        for (uint32_t j = 0; j < input->rank; j++)
            shape[j] = j == 0 ? (int64_t)n_rows : input->shape[j];
        if (session->graph.n_inputs == 1 && input->rank == 2 && session->form.n_features)
            shape[1] = (int64_t)session->form.n_features;
        for (uint32_t j = 0; j < input->rank; j++)
            if (shape[j] < 0) return ORTL_OK;
        ortl_status status = ortl__context_bind(
            context, input->value, (ortl_type)input->element_type, input->rank, shape, NULL, error);
        if (status != ORTL_OK) return status;
    }
    context->are_shapes_valid = 0;
    return shape_steps(context, error);
}

size_t ortl__context_share(const ortl_context *context, size_t n_rows) {
    size_t n_threads = ortl__pool_threads(context->session->pool);
    int is_shared =
        context->helpers && context->session->plan.is_row_wise && n_rows >= ORTL__SHARED_ROWS;
    return is_shared ? (n_rows - 1) / n_threads + 1 : n_rows;
}

ortl_status ortl_context_reserve(ortl_context *context, size_t n_rows, ortl_error *error) {
    if (!context) return ortl__fail(error, ORTL_BAD_ARGUMENT, "context must not be NULL");
    const ortl_session *session = context->session;
    if (n_rows > session->limits.rows)
        return ortl__fail_limit(error, "rows", session->limits.rows, n_rows);
    size_t n_share = ortl__context_share(context, n_rows);
    ortl_status status = ortl__context_reserve(context, n_share, error);
    for (size_t i = 1; i < ortl__pool_threads(session->pool) && status == ORTL_OK; i++)
        status = ortl__context_reserve(ortl__context_of_worker(context, i), n_share, error);
    return status;
}

ortl_status ortl__context_reserve_block(ortl_context *context, ortl_error *error) {
    const ortl__predict_form *form = &context->session->form;
    ortl_status status = ortl__context_reserve(context, form->n_block, error);
    if (status == ORTL_OK && !form->is_strided)
        status =
            ortl__buffer_reserve(context, &context->staging,
                                 (uint64_t)form->n_block * form->n_features * sizeof(float), error);
    return status;
}

static ortl_status context_fill(ortl_context *context, ortl_error *error) {
    const ortl__predict_form *form = &context->session->form;
    ortl_status status = wire_calls(context, error);
    if (status == ORTL_OK && context->session->pool)
        status = ortl__arena_new(&context->arena, context->session->graph.n_inputs,
                                 sizeof *context->slices, &context->slices, error);
    if (status == ORTL_OK && form->n_features) status = ortl__context_reserve_block(context, error);
    return status;
}

/* The scratch of one thread. */
static ortl_status new_single(const ortl_session *session, ortl_context **context_out,
                              ortl_error *error) {
    ortl__memory memory;
    ortl_context *context;
    ortl__memory_init(&memory, &session->memory.allocator, session->limits.context_bytes,
                      "context_bytes");
    ortl_status status = ortl__memory_new_zero(&memory, 1, sizeof *context, &context, error);
    if (status != ORTL_OK) return status;
    context->session = session;
    context->memory = memory;
    ortl__arena_init(&context->arena, &context->memory);
    ortl__arena_init(&context->texts, &context->memory);
    status = context_fill(context, error);
    if (status == ORTL_OK)
        *context_out = context;
    else
        ortl_context_free(context);
    return status;
}

static ortl_status add_helpers(ortl_context *context, ortl_error *error) {
    const ortl_session *session = context->session;
    size_t n_helpers = ortl__pool_threads(session->pool) - 1;
    if (n_helpers == 0) return ORTL_OK;
    ortl_status status = ortl__arena_new(&context->arena, session->graph.n_outputs,
                                         sizeof *context->joined, &context->joined, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&context->arena, n_helpers, sizeof(ortl_context *),
                                 &context->helpers, error);
    for (size_t i = 0; i < n_helpers && status == ORTL_OK; i++)
        status = new_single(session, &context->helpers[i], error);
    return status;
}

ortl_status ortl_context_new(const ortl_session *session, ortl_context **context_out,
                             ortl_error *error) {
    if (context_out) *context_out = NULL;
    if (!session || !context_out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "session and context_out must not be NULL");
    ortl_context *context = NULL;
    ortl_status status = new_single(session, &context, error);
    if (status == ORTL_OK) status = add_helpers(context, error);
    if (status == ORTL_OK)
        *context_out = context;
    else
        ortl_context_free(context);
    return status;
}

void ortl_context_free(ortl_context *context) {
    if (!context) return;
    for (size_t i = 1; context->helpers && i < ortl__pool_threads(context->session->pool); i++)
        ortl_context_free(context->helpers[i - 1]);
    for (uint32_t i = 0; context->joined && i < context->session->graph.n_outputs; i++)
        slot_free(context, &context->joined[i]);
    for (uint32_t i = 0; context->slots && i < context->session->plan.n_slots; i++)
        slot_free(context, &context->slots[i]);
    slot_free(context, &context->scratch);
    slot_free(context, &context->staging);
    ortl__arena_free(&context->texts);
    ortl__arena_free(&context->arena);
    ortl__memory memory = context->memory;
    ortl__memory_free(&memory, context, 1, sizeof *context);
}

uint64_t ortl__context_bytes(const ortl_context *context) {
    return context->memory.used;
}
