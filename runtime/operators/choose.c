/*
 * Compress and NonZero: how large their outputs are depends on the values of their inputs, so shape
 * counts what run picks.
 */
#include <string.h>

#include "../status.h"
#include "families.h"

/* ---- Compress -------------------------------------------------------------------------------- */

typedef struct compress_parameters {
    int has_axis; /* else all elements in a row */
    int64_t axis;
} compress_parameters;

ortl_status ortl__compress_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type bool_only[] = {ORTL_BOOL, ORTL_UNDEFINED};
    compress_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 2, 2, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "axis", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 1, bool_only, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", 0, &parameters->axis, error);
    if (status != ORTL_OK) return status;
    parameters->has_axis = ortl__node_attribute(loading->node, "axis") != NULL;
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    if (!loading->inputs[1]->constant) step->is_row_wise = 0;
    return ortl__step_works_along(loading, step, parameters->axis, error);
}

/* The axis that is thinned out; without one the whole tensor is one axis. */
static ortl_status find_view(const ortl__call *call, ortl__axis_view *view_out, uint32_t *axis_out,
                             ortl_error *error) {
    const compress_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    *axis_out = 0;
    *view_out = (ortl__axis_view){1, input->n_elements, 1};
    if (!parameters->has_axis) return ORTL_OK;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, axis_out, error);
    if (status == ORTL_OK) *view_out = ortl__tensor_around(input, *axis_out, *axis_out + 1);
    return status;
}

/* Conditions may be fewer than the extent, which leaves the rest out, or more, which is ignored. */
static uint64_t count_conditions(const ortl__call *call, uint64_t n_along) {
    uint64_t n = call->inputs[1]->n_elements;
    return n < n_along ? n : n_along;
}

ortl_status ortl__compress_shape(ortl__call *call, ortl_error *error) {
    const compress_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const uint8_t *conditions = call->inputs[1]->data;
    int64_t shape[ORTL_MAX_RANK] = {0}, n_chosen = 0;
    ortl__axis_view view;
    uint32_t axis = 0;
    ortl_status status = find_view(call, &view, &axis, error);
    if (status != ORTL_OK) return status;
    uint64_t n = count_conditions(call, view.n_along);
    for (uint64_t j = 0; j < n; j++) n_chosen += conditions[j] != 0;
    for (uint32_t i = 0; i < input->rank; i++) shape[i] = input->shape[i];
    shape[axis] = n_chosen;
    uint32_t rank = parameters->has_axis ? input->rank : 1;
    return ortl__tensor_shape(call->outputs[0], input->type, rank, shape, error);
}

ortl_status ortl__compress_run(ortl__call *call, ortl_error *error) {
    const uint8_t *conditions = call->inputs[1]->data;
    const char *from = call->inputs[0]->data;
    char *to = call->outputs[0]->data;
    ortl__axis_view view;
    uint32_t axis = 0;
    ortl_status status = find_view(call, &view, &axis, error);
    if (status != ORTL_OK || call->outputs[0]->n_elements == 0) return status;
    size_t block_bytes = (size_t)view.n_inner * ortl_type_bytes(call->inputs[0]->type);
    uint64_t n = count_conditions(call, view.n_along);
    for (uint64_t i = 0; i < view.n_outer; i++, from += view.n_along * block_bytes)
        for (uint64_t j = 0; j < n; j++) {
            if (!conditions[j]) continue;
            memcpy(to, from + j * block_bytes, block_bytes);
            to += block_bytes;
        }
    return ORTL_OK;
}

/* ---- NonZero --------------------------------------------------------------------------------- */

ortl_status ortl__nonzero_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64,
                                      ORTL_INT32, ORTL_BOOL,   ORTL_UNDEFINED};
    (void)step;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK) ortl__value_set(loading->outputs[0], ORTL_INT64, 0, NULL);
    return status;
}

/* NaN is not zero, -0 is. */
static int is_nonzero(const ortl__tensor *tensor, uint64_t i) {
    switch (tensor->type) {
    case ORTL_FLOAT: return ((const float *)tensor->data)[i] != 0;
    case ORTL_DOUBLE: return ((const double *)tensor->data)[i] != 0;
    case ORTL_INT64: return ((const int64_t *)tensor->data)[i] != 0;
    case ORTL_INT32: return ((const int32_t *)tensor->data)[i] != 0;
    default: return ((const uint8_t *)tensor->data)[i] != 0;
    }
}

/* Row k has the index along axis k of each element that is not zero; a single value is seen as a
 * tensor of rank 1. */
ortl_status ortl__nonzero_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[2] = {input->rank ? (int64_t)input->rank : 1, 0};
    for (uint64_t i = 0; i < input->n_elements; i++) shape[1] += is_nonzero(input, i);
    return ortl__tensor_shape(call->outputs[0], ORTL_INT64, 2, shape, error);
}

ortl_status ortl__nonzero_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    uint64_t n_found = (uint64_t)output->shape[1];
    int64_t *column = output->data;
    (void)error;
    for (uint64_t i = 0; i < input->n_elements; i++) {
        uint64_t place = i;
        if (!is_nonzero(input, i)) continue;
        if (input->rank == 0) *column = 0;
        for (uint32_t axis = input->rank; axis-- > 0;) {
            column[axis * n_found] = (int64_t)(place % (uint64_t)input->shape[axis]);
            place /= (uint64_t)input->shape[axis];
        }
        column++;
    }
    return ORTL_OK;
}
