/*
 * Squeeze, Unsqueeze, Flatten: the same elements with axes taken out, put in or merged. Their
 * output is an alias, so only shapes are computed here.
 */
#include "../status.h"
#include "families.h"
#include "integers.h"

/* The list of axes is an attribute before version 13, input 1 from then on. */
static ortl_status read_axes(ortl__loading *loading, ortl__step *step, uint32_t min_inputs,
                             ortl__integers **axes_out, ortl_error *error) {
    int is_attribute = loading->version < 13;
    uint32_t n_least = is_attribute ? 1 : min_inputs;
    ortl_status status = ortl__operator_arity(loading, n_least, is_attribute ? 1 : 2, 1, 1, error);
    if (status == ORTL_OK)
        status = ortl__operator_attributes(loading, is_attribute ? "axes" : "", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof **axes_out, axes_out, error);
    if (status != ORTL_OK) return status;
    status = is_attribute ? ortl__integers_attribute(loading, "axes", *axes_out, error)
                          : ortl__integers_input(loading, 1, *axes_out, error);
    if (status == ORTL_OK && min_inputs == 2 && !(*axes_out)->is_given)
        status = ortl__fail(error, ORTL_BAD_MODEL, "the axes are missing");
    return status;
}

/* ---- Squeeze --------------------------------------------------------------------------------- */

/* Leaves out the axes of the set; returns the rank. */
static uint32_t leave_out(const int64_t *shape, uint32_t rank, uint32_t axes,
                          int64_t shape_out[ORTL_MAX_RANK]) {
    uint32_t out_rank = 0;
    for (uint32_t axis = 0; axis < rank; axis++)
        if (!(axes >> axis & 1)) shape_out[out_rank++] = shape[axis];
    return out_rank;
}

ortl_status ortl__squeeze_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__integers *list = NULL;
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0, axes = 1;
    ortl_status status = read_axes(loading, step, 1, &list, error);
    if (status != ORTL_OK) return status;
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    if (list->n && ortl__integers_are_known(list) &&
        ortl__value_shape(loading->inputs[0], &rank, &shape)) {
        status = ortl__integers_axes(list, rank, &axes, error);
        if (status != ORTL_OK) return status;
        rank = leave_out(shape, rank, axes, derived);
        ortl__value_set(loading->outputs[0], loading->inputs[0]->type, rank, derived);
    }
    if (axes & 1) step->is_row_wise = 0;
    return ORTL_OK;
}

/* Without a list of axes all that have extent 1. */
ortl_status ortl__squeeze_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    ortl__integers list;
    int64_t shape[ORTL_MAX_RANK];
    uint32_t axes = 0;
    ortl_status status = ortl__integers_read(call, call->step->parameters, &list, error);
    if (status == ORTL_OK) status = ortl__integers_axes(&list, input->rank, &axes, error);
    if (status != ORTL_OK) return status;
    for (uint32_t axis = 0; axis < input->rank; axis++) {
        if (list.n == 0 && input->shape[axis] == 1) axes |= (uint32_t)1 << axis;
        if ((axes >> axis & 1) && input->shape[axis] != 1)
            return ortl__fail(error, ORTL_BAD_INPUT, "axis %lu has extent %lld, 1 expected",
                              (unsigned long)axis, (long long)input->shape[axis]);
    }
    uint32_t rank = leave_out(input->shape, input->rank, axes, shape);
    return ortl__tensor_shape(call->outputs[0], input->type, rank, shape, error);
}

/* ---- Unsqueeze ------------------------------------------------------------------------------- */

/* Puts in axes of extent 1 so that they have the listed numbers in the output. */
static ortl_status put_in(const ortl__integers *list, const int64_t *shape, uint32_t rank,
                          int64_t shape_out[ORTL_MAX_RANK], uint32_t *axes_out, ortl_error *error) {
    uint32_t out_rank = rank + list->n, n_axes = 0, next = 0;
    if (out_rank > ORTL_MAX_RANK)
        return ortl__fail(error, ORTL_UNSUPPORTED, "rank %lu is above %d, the highest supported",
                          (unsigned long)out_rank, ORTL_MAX_RANK);
    ortl_status status = ortl__integers_axes(list, out_rank, axes_out, error);
    if (status != ORTL_OK) return status;
    for (uint32_t axis = 0; axis < out_rank; axis++) n_axes += *axes_out >> axis & 1;
    if (n_axes != list->n) return ortl__fail(error, ORTL_BAD_INPUT, "an axis is listed twice");
    for (uint32_t axis = 0; axis < out_rank; axis++)
        shape_out[axis] = *axes_out >> axis & 1 ? 1 : shape[next++];
    return ORTL_OK;
}

ortl_status ortl__unsqueeze_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__integers *list = NULL;
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0, axes = 1;
    ortl_status status = read_axes(loading, step, 2, &list, error);
    if (status != ORTL_OK) return status;
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    if (ortl__integers_are_known(list) && ortl__value_shape(loading->inputs[0], &rank, &shape) &&
        put_in(list, shape, rank, derived, &axes, NULL) == ORTL_OK)
        ortl__value_set(loading->outputs[0], loading->inputs[0]->type, rank + list->n, derived);
    if (axes & 1) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__unsqueeze_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    ortl__integers list;
    int64_t shape[ORTL_MAX_RANK];
    uint32_t axes = 0;
    ortl_status status = ortl__integers_read(call, call->step->parameters, &list, error);
    if (status == ORTL_OK) status = put_in(&list, input->shape, input->rank, shape, &axes, error);
    if (status != ORTL_OK) return status;
    return ortl__tensor_shape(call->outputs[0], input->type, input->rank + list.n, shape, error);
}

/* ---- Flatten --------------------------------------------------------------------------------- */

typedef struct flatten_parameters {
    int64_t axis; /* those before it are the rows, the others the columns */
} flatten_parameters;

ortl_status ortl__flatten_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    flatten_parameters *parameters = NULL;
    const int64_t *shape;
    uint32_t rank = 0, axis = 0;
    int64_t derived[2] = {-1, 1};
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "axis", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", 1, &parameters->axis, error);
    if (status != ORTL_OK) return status;
    int is_known = ortl__value_shape(loading->inputs[0], &rank, &shape);
    if (is_known && parameters->axis != (int64_t)rank)
        status = ortl__operator_axis(parameters->axis, rank, &axis, error);
    if (status != ORTL_OK) return status;
    is_known = is_known && parameters->axis == 1;
    for (uint32_t i = 1; i < rank && is_known; i++) {
        if (shape[i] < 0 || (shape[i] > 0 && derived[1] > INT64_MAX / shape[i])) is_known = 0;
        if (is_known) derived[1] *= shape[i];
    }
    if (!is_known) derived[1] = -1;
    if (is_known && rank > 0) derived[0] = shape[0];
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 2, derived);
    if (parameters->axis != 1) step->is_row_wise = 0;
    return ORTL_OK;
}

/* The axis may also be the rank itself: then all axes are rows. */
ortl_status ortl__flatten_shape(ortl__call *call, ortl_error *error) {
    const flatten_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint32_t axis = input->rank;
    ortl_status status = ORTL_OK;
    if (parameters->axis != (int64_t)input->rank)
        status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status != ORTL_OK) return status;
    ortl__axis_view view = ortl__tensor_around(input, axis, input->rank);
    int64_t shape[2] = {(int64_t)view.n_outer, (int64_t)view.n_along};
    return ortl__tensor_shape(call->outputs[0], input->type, 2, shape, error);
}
