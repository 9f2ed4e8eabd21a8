/*
 * If: takes the outputs of one branch or the other. The nodes of both stand before it in the graph,
 * executed under guards, so that its inputs are the outputs of `then`, those of `else`, and the
 * condition. Where that is constant the plan leaves the outputs of one branch alone.
 */
#include <string.h>

#include "../status.h"
#include "families.h"

/* 1 when the inputs are one branch, 2 when they are two and a condition. */
static uint32_t count_branches(const ortl__step *step) {
    return step->node->n_inputs == step->node->n_outputs ? 1 : 2;
}

/* What is known of both shapes. */
static void derive_shape(const ortl__value *left, const ortl__value *right, ortl__value *output) {
    const int64_t *shape, *other;
    uint32_t rank = 0, other_rank = 0;
    ortl__value_set(output, left->type, 0, NULL);
    if (!ortl__value_shape(left, &rank, &shape) || !ortl__value_shape(right, &other_rank, &other) ||
        rank != other_rank)
        return;
    ortl__value_set(output, left->type, rank, shape);
    for (uint32_t i = 0; i < rank; i++)
        if (shape[i] != other[i]) output->shape[i] = -1;
}

ortl_status ortl__branch_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type bool_only[] = {ORTL_BOOL, ORTL_UNDEFINED};
    const uint32_t n = step->node->n_outputs, n_branches = count_branches(step);
    ortl_status status = ORTL_OK;
    if (n_branches == 2) {
        step->is_row_wise = 0; /* the condition may tell of all rows */
        status = ortl__operator_types(loading, 2 * n, bool_only, error);
    }
    for (uint32_t i = 0; i < n && status == ORTL_OK; i++) {
        const ortl__value *left = loading->inputs[i],
                          *right = loading->inputs[(n_branches - 1) * n + i];
        if (!loading->outputs[i]) continue;
        derive_shape(left, right, loading->outputs[i]);
        if (left->type != right->type)
            status = ortl__fail(
                error, ORTL_UNSUPPORTED, "output %lu has type %s in one branch and %s in the other",
                (unsigned long)i, ortl_type_name(left->type), ortl_type_name(right->type));
    }
    return status;
}

/* The inputs that are taken. */
static const ortl__tensor *const *choose(const ortl__call *call) {
    const uint32_t n = call->step->node->n_outputs;
    int is_first = count_branches(call->step) == 1 || ortl__tensor_is_true(call->inputs[2 * n]);
    return call->inputs + (is_first ? 0 : n);
}

ortl_status ortl__branch_shape(ortl__call *call, ortl_error *error) {
    const uint32_t n = call->step->node->n_outputs;
    ortl_status status = ORTL_OK;
    if (count_branches(call->step) == 2 && call->inputs[2 * n]->n_elements != 1)
        return ortl__fail(error, ORTL_BAD_INPUT, "the condition has %llu elements, 1 expected",
                          (unsigned long long)call->inputs[2 * n]->n_elements);
    const ortl__tensor *const *taken = choose(call);
    for (uint32_t i = 0; i < n && status == ORTL_OK; i++)
        if (call->outputs[i])
            status = ortl__tensor_shape(call->outputs[i], taken[i]->type, taken[i]->rank,
                                        taken[i]->shape, error);
    return status;
}

ortl_status ortl__branch_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *const *taken = choose(call);
    (void)error;
    for (uint32_t i = 0; i < call->step->node->n_outputs; i++)
        if (call->outputs[i] && taken[i]->n_elements)
            memcpy(call->outputs[i]->data, taken[i]->data, (size_t)ortl__tensor_bytes(taken[i]));
    return ORTL_OK;
}
