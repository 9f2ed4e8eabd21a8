/*
 * Gather and GatherElements: elements that computed or constant indices choose along an axis.
 */
#include <string.h>

#include "../status.h"
#include "families.h"
#include "indices.h"

typedef struct gather_parameters {
    int64_t axis;
} gather_parameters;

static ortl_status prepare(ortl__loading *loading, ortl__step *step,
                           gather_parameters **parameters_out, ortl_error *error) {
    ortl_status status = ortl__operator_arity(loading, 2, 2, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "axis", error);
    if (status == ORTL_OK) status = ortl__indices_type(loading, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof **parameters_out, parameters_out,
                                           error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", 0, &(*parameters_out)->axis, error);
    return status;
}

/* ---- Gather ---------------------------------------------------------------------------------- */

/* Rows stay apart where constant indices choose along a later axis, and where each row has indices
 * of its own into a constant table. */
static int keeps_rows(const ortl__loading *loading, uint32_t axis) {
    const int64_t *shape;
    uint32_t rank = 0;
    if (axis > 0) return loading->inputs[1]->constant && !loading->inputs[0]->constant;
    return loading->inputs[0]->constant && ortl__value_shape(loading->inputs[1], &rank, &shape) &&
           rank > 0;
}

/* The axis gives way to the axes of the indices; returns the rank. */
static uint32_t replace_axis(const int64_t *shape, uint32_t rank, uint32_t axis,
                             const int64_t *index_shape, uint32_t index_rank,
                             int64_t shape_out[2 * ORTL_MAX_RANK]) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < axis; i++) shape_out[n++] = shape[i];
    for (uint32_t i = 0; i < index_rank; i++) shape_out[n++] = index_shape[i];
    for (uint32_t i = axis + 1; i < rank; i++) shape_out[n++] = shape[i];
    return n;
}

ortl_status ortl__gather_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    gather_parameters *parameters = NULL;
    const int64_t *shape, *index_shape;
    int64_t derived[2 * ORTL_MAX_RANK];
    uint32_t rank = 0, index_rank = 0, axis = 0;
    ortl_status status = prepare(loading, step, &parameters, error);
    if (status != ORTL_OK) return status;
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    if (!ortl__value_shape(loading->inputs[0], &rank, &shape)) {
        step->is_row_wise = 0;
        return ORTL_OK;
    }
    status = ortl__operator_axis(parameters->axis, rank, &axis, error);
    if (status != ORTL_OK) return status;
    if (!keeps_rows(loading, axis)) step->is_row_wise = 0;
    if (ortl__value_shape(loading->inputs[1], &index_rank, &index_shape)) {
        rank = replace_axis(shape, rank, axis, index_shape, index_rank, derived);
        ortl__value_set(loading->outputs[0], loading->inputs[0]->type, rank, derived);
    }
    return ORTL_OK;
}

ortl_status ortl__gather_shape(ortl__call *call, ortl_error *error) {
    const gather_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    int64_t shape[2 * ORTL_MAX_RANK];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status != ORTL_OK) return status;
    uint32_t rank =
        replace_axis(input->shape, input->rank, axis, indices->shape, indices->rank, shape);
    return ortl__tensor_shape(call->outputs[0], input->type, rank, shape, error);
}

ortl_status ortl__gather_run(ortl__call *call, ortl_error *error) {
    const gather_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) status = ortl__indices_check(indices, input->shape[axis], error);
    if (status != ORTL_OK || call->outputs[0]->n_elements == 0) return status;
    ortl__axis_view view = ortl__tensor_around(input, axis, axis + 1);
    size_t block_bytes = (size_t)view.n_inner * ortl_type_bytes(input->type);
    const char *from = input->data;
    char *to = call->outputs[0]->data;
    for (uint64_t i = 0; i < view.n_outer; i++, from += view.n_along * block_bytes)
        for (uint64_t j = 0; j < indices->n_elements; j++, to += block_bytes)
            memcpy(to,
                   from + (size_t)ortl__indices_at(indices, j, (int64_t)view.n_along) * block_bytes,
                   block_bytes);
    return ORTL_OK;
}

/* ---- GatherElements -------------------------------------------------------------------------- */

ortl_status ortl__gather_elements_prepare(ortl__loading *loading, ortl__step *step,
                                          ortl_error *error) {
    gather_parameters *parameters = NULL;
    ortl_status status = prepare(loading, step, &parameters, error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[1]);
    if (loading->inputs[0]->constant || loading->inputs[1]->constant) step->is_row_wise = 0;
    return ortl__step_works_along(loading, step, parameters->axis, error);
}

ortl_status ortl__gather_elements_shape(ortl__call *call, ortl_error *error) {
    const gather_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) status = ortl__indices_fit(input, indices, axis, error);
    if (status != ORTL_OK) return status;
    return ortl__tensor_shape(call->outputs[0], input->type, indices->rank, indices->shape, error);
}

ortl_status ortl__gather_elements_run(ortl__call *call, ortl_error *error) {
    const gather_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    size_t element_bytes = ortl_type_bytes(input->type);
    char *to = call->outputs[0]->data;
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) status = ortl__indices_check(indices, input->shape[axis], error);
    if (status != ORTL_OK) return status;
    for (uint64_t i = 0; i < indices->n_elements; i++, to += element_bytes) {
        uint64_t at = ortl__indices_element(input, indices, axis, i);
        memcpy(to, (const char *)input->data + (size_t)at * element_bytes, element_bytes);
    }
    return ORTL_OK;
}
