/*
 * Transpose, Expand and Tile: the elements of the input in another order, or several times.
 */
#include "../status.h"
#include "families.h"
#include "integers.h"
#include "strided.h"

/* ---- Transpose ------------------------------------------------------------------------------- */

/* Axis i of the output is axis perm[i] of the input; without perm they are reversed. */
static int permute(const ortl__integers *perm, uint32_t rank, const int64_t *from,
                   int64_t to_out[ORTL_MAX_RANK]) {
    uint32_t axes = 0;
    if (perm->is_given && perm->n != rank) return 0;
    for (uint32_t i = 0; i < rank; i++) {
        int64_t axis = perm->is_given ? perm->values[i] : (int64_t)(rank - 1 - i);
        if (axis < 0 || axis >= (int64_t)rank || (axes >> axis & 1)) return 0;
        axes |= (uint32_t)1 << axis;
        to_out[i] = from[axis];
    }
    return 1;
}

ortl_status ortl__transpose_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__integers *perm = NULL;
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "perm", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *perm, &perm, error);
    if (status == ORTL_OK) status = ortl__integers_attribute(loading, "perm", perm, error);
    if (status != ORTL_OK) return status;
    int is_known = ortl__value_shape(loading->inputs[0], &rank, &shape);
    if (is_known && !permute(perm, rank, shape, derived))
        return ortl__fail(error, ORTL_BAD_MODEL, "perm is not an order of %lu axes",
                          (unsigned long)rank);
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, rank, is_known ? derived : NULL);
    if (!perm->n || perm->values[0] != 0) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__transpose_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK];
    if (!permute(call->step->parameters, input->rank, input->shape, shape))
        return ortl__fail(error, ORTL_BAD_INPUT, "perm is not an order of %lu axes",
                          (unsigned long)input->rank);
    return ortl__tensor_shape(call->outputs[0], input->type, input->rank, shape, error);
}

ortl_status ortl__transpose_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    ortl__strided strided = {.first = input->data, .rank = output->rank};
    int64_t dense[ORTL_MAX_RANK];
    (void)error;
    ortl__strided_dense(input, dense);
    permute(call->step->parameters, input->rank, dense, strided.stride);
    for (uint32_t i = 0; i < output->rank; i++) strided.extent[i] = output->shape[i];
    ortl__strided_copy(&strided, ortl_type_bytes(output->type), output->data);
    return ORTL_OK;
}

/* ---- Expand ---------------------------------------------------------------------------------- */

/* Arity and the list in input 1, which both Expand and Tile have. */
static ortl_status read_list(ortl__loading *loading, ortl__step *step, ortl__integers **list_out,
                             ortl_error *error) {
    ortl_status status = ortl__operator_arity(loading, 2, 2, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof **list_out, list_out, error);
    if (status == ORTL_OK) status = ortl__integers_input(loading, 1, *list_out, error);
    if (status == ORTL_OK) ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    return status;
}

ortl_status ortl__expand_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__integers *target = NULL;
    const int64_t *shape;
    uint32_t rank = 0;
    ortl_status status = read_list(loading, step, &target, error);
    if (status != ORTL_OK) return status;
    int has_rank = ortl__value_shape(loading->inputs[0], &rank, &shape);
    if (!has_rank || rank == 0 || !ortl__integers_are_known(target) || target->n > rank ||
        (target->n == rank && target->values[0] != 1))
        step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__expand_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    ortl__integers target;
    ortl__tensor wanted;
    const ortl__tensor *const pair[] = {input, &wanted};
    ortl_status status = ortl__integers_read(call, call->step->parameters, &target, error);
    if (status == ORTL_OK)
        status = ortl__tensor_shape(&wanted, input->type, target.n, target.values, error);
    if (status == ORTL_OK) status = ortl__broadcast_shape(pair, 2, call->outputs[0], error);
    return status;
}

ortl_status ortl__expand_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    uint32_t n_missing = output->rank - input->rank;
    ortl__strided strided = {.first = input->data, .rank = output->rank};
    int64_t dense[ORTL_MAX_RANK];
    (void)error;
    ortl__strided_dense(input, dense);
    for (uint32_t i = 0; i < output->rank; i++) {
        int is_repeated = i < n_missing || input->shape[i - n_missing] == 1;
        strided.extent[i] = output->shape[i];
        strided.stride[i] = is_repeated ? 0 : dense[i - n_missing];
    }
    ortl__strided_copy(&strided, ortl_type_bytes(output->type), output->data);
    return ORTL_OK;
}

/* ---- Tile ------------------------------------------------------------------------------------ */

ortl_status ortl__tile_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__integers *repeats = NULL;
    ortl_status status = read_list(loading, step, &repeats, error);
    if (status != ORTL_OK) return status;
    if (!ortl__integers_are_known(repeats) || !repeats->n || repeats->values[0] != 1)
        step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__tile_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK];
    ortl__integers repeats;
    ortl_status status = ortl__integers_read(call, call->step->parameters, &repeats, error);
    if (status != ORTL_OK) return status;
    if (repeats.n != input->rank)
        return ortl__fail(error, ORTL_BAD_INPUT, "%lu repeats for rank %lu",
                          (unsigned long)repeats.n, (unsigned long)input->rank);
    for (uint32_t i = 0; i < input->rank; i++) {
        int64_t extent = input->shape[i], n = repeats.values[i];
        if (n < 0 || (extent > 0 && n > INT64_MAX / extent))
            return ortl__fail(error, ORTL_BAD_INPUT, "axis %lu is repeated %lld times",
                              (unsigned long)i, (long long)n);
        shape[i] = extent * n;
    }
    return ortl__tensor_shape(call->outputs[0], input->type, input->rank, shape, error);
}

/* Each axis of the output is two loops: over the repeats, and over the extent. */
ortl_status ortl__tile_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    ortl__strided strided = {.first = input->data, .rank = 2 * output->rank};
    int64_t dense[ORTL_MAX_RANK];
    (void)error;
    if (output->n_elements == 0) return ORTL_OK;
    ortl__strided_dense(input, dense);
    for (uint32_t i = 0; i < output->rank; i++) {
        strided.extent[2 * i] = output->shape[i] / input->shape[i];
        strided.stride[2 * i] = 0;
        strided.extent[2 * i + 1] = input->shape[i];
        strided.stride[2 * i + 1] = dense[i];
    }
    ortl__strided_copy(&strided, ortl_type_bytes(output->type), output->data);
    return ORTL_OK;
}
