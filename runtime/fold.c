/*
 * One step at load: inputs, shapes, room for the outputs, and the run.
 */
#include "fold.h"

#include "status.h"
#include "work.h"

typedef struct folded {
    const ortl__tensor **inputs; /* (n_inputs) */
    ortl__tensor **outputs;      /* (n_outputs) */
    ortl__tensor *tensors;       /* (n_outputs) */
} folded;

static ortl_status wire(const ortl__plan *plan, const ortl__step *step, ortl__arena *arena,
                        folded *f, ortl_error *error) {
    ortl_status status =
        ortl__arena_new(arena, step->node->n_outputs, sizeof *f->tensors, &f->tensors, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, step->node->n_inputs, sizeof *f->inputs, &f->inputs, error);
    if (status == ORTL_OK)
        status =
            ortl__arena_new(arena, step->node->n_outputs, sizeof *f->outputs, &f->outputs, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < step->node->n_inputs; i++)
        if (step->node->inputs[i] != ORTL__NO_VALUE)
            f->inputs[i] = plan->values[step->node->inputs[i]].constant;
    for (uint32_t i = 0; i < step->node->n_outputs; i++)
        if (step->node->outputs[i] != ORTL__NO_VALUE) {
            f->outputs[i] = &f->tensors[i];
            f->tensors[i].type = plan->values[step->node->outputs[i]].type;
        }
    return ORTL_OK;
}

static ortl_status make_room(ortl__call *call, ortl__arena *arena, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < call->step->node->n_outputs && status == ORTL_OK; i++) {
        ortl__tensor *output = call->outputs[i];
        if (!output) continue;
        if (i == 0 && call->step->is_alias)
            output->data = call->inputs[0]->data;
        else
            status = ortl__arena_new(arena, ortl__tensor_bytes(output), 1, &output->data, error);
    }
    if (status == ORTL_OK && call->scratch_bytes)
        status = ortl__arena_new(arena, call->scratch_bytes, 1, &call->scratch, error);
    return status;
}

ortl_status ortl__fold_step(ortl__plan *plan, const ortl__step *step, ortl__arena *arena,
                            ortl_error *error) {
    folded f = {NULL, NULL, NULL};
    ortl_status status = wire(plan, step, arena, &f, error);
    if (status != ORTL_OK) return status;
    ortl__call call = {.step = step,
                       .inputs = f.inputs,
                       .outputs = f.outputs,
                       .libm = &plan->libm,
                       .texts = arena};
    status = step->operator->shape(&call, error);
    if (status == ORTL_OK)
        status =
            ortl__work_add(&plan->work, ortl__call_work(&call, NULL), plan->most_work, 1, error);
    if (status == ORTL_OK) status = make_room(&call, arena, error);
    if (status == ORTL_OK && step->operator->run) status = step->operator->run(&call, error);
    for (uint32_t i = 0; i < step->node->n_outputs && status == ORTL_OK; i++)
        if (f.outputs[i]) plan->values[step->node->outputs[i]].constant = f.outputs[i];
    return status;
}
