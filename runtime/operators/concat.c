/*
 * Concat: inputs of one type side by side along an axis, copied block by block. SequenceConstruct:
 * the same along the last axis, for a sequence of matrices is given as one matrix.
 */
#include <string.h>

#include "../status.h"
#include "families.h"

typedef struct concat_parameters {
    int64_t axis;
} concat_parameters;

/* The extents of input 0, and along the axis the sum where all are known. */
static void derive_shape(const ortl__loading *loading, int64_t axis) {
    int64_t shape[ORTL_MAX_RANK];
    const int64_t *extents = NULL;
    uint32_t rank = 0, along = 0;
    ortl__value *output = loading->outputs[0];
    ortl__value_set(output, loading->inputs[0]->type, 0, NULL);
    if (!ortl__value_shape(loading->inputs[0], &rank, &extents)) return;
    if (ortl__operator_axis(axis, rank, &along, NULL) != ORTL_OK) return;
    for (uint32_t i = 0; i < rank; i++) shape[i] = extents[i];
    for (uint32_t i = 1; i < loading->node->n_inputs && shape[along] >= 0; i++) {
        uint32_t other_rank = 0;
        int is_known = ortl__value_shape(loading->inputs[i], &other_rank, &extents) &&
                       other_rank == rank && extents[along] >= 0 &&
                       extents[along] <= INT64_MAX - shape[along];
        shape[along] = is_known ? shape[along] + extents[along] : -1;
    }
    ortl__value_set(output, output->type, rank, shape);
}

/* Rows stay apart when they do in all inputs; those of a constant are not those of a batch. */
static ortl_status prepare(ortl__loading *loading, ortl__step *step, const char *attributes,
                           int64_t fallback, ortl_error *error) {
    concat_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, UINT32_MAX, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK)
        status = ortl__operator_same_types(loading, 0, loading->node->n_inputs, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", fallback, &parameters->axis, error);
    if (status != ORTL_OK) return status;
    derive_shape(loading, parameters->axis);
    for (uint32_t i = 0; i < loading->node->n_inputs; i++)
        if (loading->inputs[i]->constant) step->is_row_wise = 0;
    return ortl__step_works_along(loading, step, parameters->axis, error);
}

ortl_status ortl__concat_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    if (loading->version >= 4 && !ortl__node_attribute(loading->node, "axis"))
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"axis\" is missing");
    return prepare(loading, step, "axis", 1, error);
}

ortl_status ortl__sequence_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    return prepare(loading, step, "", -1, error);
}

static ortl_status fail_mismatch(const ortl__call *call, uint32_t at, ortl_error *error) {
    char first[64], other[64];
    ortl__tensor_shape_text(call->inputs[0], first);
    ortl__tensor_shape_text(call->inputs[at], other);
    return ortl__fail(error, ORTL_BAD_INPUT, "input %lu of shape %s does not go with %s",
                      (unsigned long)at, other, first);
}

ortl_status ortl__concat_shape(ortl__call *call, ortl_error *error) {
    const concat_parameters *parameters = call->step->parameters;
    const ortl__tensor *first = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK];
    uint32_t along = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, first->rank, &along, error);
    if (status != ORTL_OK) return status;
    for (uint32_t axis = 0; axis < first->rank; axis++) shape[axis] = first->shape[axis];
    for (uint32_t i = 1; i < call->step->node->n_inputs; i++) {
        const ortl__tensor *input = call->inputs[i];
        if (input->rank != first->rank) return fail_mismatch(call, i, error);
        for (uint32_t axis = 0; axis < first->rank; axis++)
            if (axis != along && input->shape[axis] != shape[axis])
                return fail_mismatch(call, i, error);
        if (input->shape[along] > INT64_MAX - shape[along]) return fail_mismatch(call, i, error);
        shape[along] += input->shape[along];
    }
    return ortl__tensor_shape(call->outputs[0], first->type, first->rank, shape, error);
}

/* Copies n_blocks dense blocks to places that are pitch bytes apart. Columns of single elements are
 * the common case: their copies have a size that the compiler knows. */
static void scatter_blocks(char *to, size_t pitch, const char *from, size_t block_bytes,
                           uint64_t n_blocks) {
    if (block_bytes == 4) {
        for (uint64_t i = 0; i < n_blocks; i++) memcpy(to + i * pitch, from + i * 4, 4);
    } else if (block_bytes == 8) {
        for (uint64_t i = 0; i < n_blocks; i++) memcpy(to + i * pitch, from + i * 8, 8);
    } else {
        for (uint64_t i = 0; i < n_blocks; i++)
            memcpy(to + i * pitch, from + i * block_bytes, block_bytes);
    }
}

ortl_status ortl__concat_run(ortl__call *call, ortl_error *error) {
    const concat_parameters *parameters = call->step->parameters;
    const ortl__tensor *output = call->outputs[0];
    size_t element_bytes = ortl_type_bytes(output->type);
    uint32_t along = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, output->rank, &along, error);
    if (status != ORTL_OK || output->n_elements == 0) return status;
    ortl__axis_view whole = ortl__tensor_around(output, along, along + 1);
    size_t pitch = (size_t)(whole.n_along * whole.n_inner) * element_bytes;
    char *place = output->data;
    for (uint32_t i = 0; i < call->step->node->n_inputs; i++) {
        uint64_t n_along = (uint64_t)call->inputs[i]->shape[along];
        size_t block_bytes = (size_t)(n_along * whole.n_inner) * element_bytes;
        if (block_bytes)
            scatter_blocks(place, pitch, call->inputs[i]->data, block_bytes, whole.n_outer);
        place += block_bytes;
    }
    return ORTL_OK;
}
