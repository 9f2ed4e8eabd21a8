/*
 * ReduceSum, ReduceMean and their relatives: which axes are reduced, and the walk over those that
 * stay.
 */
#include "../status.h"
#include "families.h"
#include "integers.h"
#include "reductions.h"
#include "strided.h"

typedef struct reduce_parameters {
    ortl__reduction *loop;
    ortl__integers axes;
    int64_t keeps_axes;      /* with extent 1 */
    int64_t ignores_no_axes; /* no axes: none are reduced, instead of all */
} reduce_parameters;

/* The first version in which the axes are an input. */
static int64_t input_version(const ortl__step *step) {
    return step->operator->detail == ORTL__REDUCE_SUM ? 13 : 18;
}

static int takes_logarithms(const ortl__step *step) {
    return step->operator->detail == ORTL__REDUCE_LOG_SUM || step->operator->detail ==
        ORTL__REDUCE_LOG_SUM_EXP;
}

static ortl_status read_axes(const ortl__loading *loading, const ortl__step *step,
                             reduce_parameters *parameters, ortl_error *error) {
    if (loading->version < input_version(step))
        return ortl__integers_attribute(loading, "axes", &parameters->axes, error);
    ortl_status status =
        ortl__operator_int(loading, "noop_with_empty_axes", 0, &parameters->ignores_no_axes, error);
    if (status == ORTL_OK) status = ortl__integers_input(loading, 1, &parameters->axes, error);
    return status;
}

static ortl_status check_type(const ortl__loading *loading, const ortl__step *step,
                              ortl_error *error) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32, ORTL_BOOL};
    ortl_type supported[sizeof types / sizeof types[0] + 1];
    size_t n = 0;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ortl__reductions[step->operator->detail][types[i]]) supported[n++] = types[i];
    supported[n] = ORTL_UNDEFINED;
    return ortl__operator_types(loading, 0, supported, error);
}

/* The set of axes that are reduced. */
static ortl_status find_axes(const reduce_parameters *parameters, const ortl__integers *list,
                             uint32_t rank, uint32_t *axes_out, ortl_error *error) {
    *axes_out = parameters->ignores_no_axes ? 0 : ((uint32_t)1 << rank) - 1;
    return list->n ? ortl__integers_axes(list, rank, axes_out, error) : ORTL_OK;
}

/* The shape with the axes removed or of extent 1; returns its rank. */
static uint32_t reduce_shape(const reduce_parameters *parameters, const int64_t *shape,
                             uint32_t rank, uint32_t axes, int64_t shape_out[ORTL_MAX_RANK]) {
    uint32_t out_rank = 0;
    for (uint32_t i = 0; i < rank; i++) {
        int is_reduced = axes >> i & 1;
        if (!is_reduced)
            shape_out[out_rank++] = shape[i];
        else if (parameters->keeps_axes)
            shape_out[out_rank++] = 1;
    }
    return out_rank;
}

static ortl_status derive(const ortl__loading *loading, ortl__step *step,
                          const reduce_parameters *parameters, ortl_error *error) {
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0, axes = 1;
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    if (ortl__value_shape(loading->inputs[0], &rank, &shape) &&
        ortl__integers_are_known(&parameters->axes)) {
        ortl_status status = find_axes(parameters, &parameters->axes, rank, &axes, error);
        if (status != ORTL_OK) return status;
        rank = reduce_shape(parameters, shape, rank, axes, derived);
        ortl__value_set(loading->outputs[0], loading->inputs[0]->type, rank, derived);
    }
    if (axes & 1) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__reduce_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    reduce_parameters *parameters = NULL;
    int has_input = loading->version >= input_version(step);
    ortl_status status = ortl__operator_arity(loading, 1, has_input ? 2 : 1, 1, 1, error);
    if (status == ORTL_OK)
        status = ortl__operator_attributes(
            loading, has_input ? "keepdims noop_with_empty_axes" : "axes keepdims", error);
    if (status == ORTL_OK) status = check_type(loading, step, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "keepdims", 1, &parameters->keeps_axes, error);
    if (status == ORTL_OK) status = read_axes(loading, step, parameters, error);
    if (status == ORTL_OK && takes_logarithms(step)) status = ortl__libm_open(loading->libm, error);
    if (status != ORTL_OK) return status;
    parameters->loop = ortl__reductions[step->operator->detail][loading->inputs[0]->type];
    return derive(loading, step, parameters, error);
}

ortl_status ortl__reduce_shape(ortl__call *call, ortl_error *error) {
    const reduce_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK];
    ortl__integers list;
    uint32_t axes = 0;
    ortl_status status = ortl__integers_read(call, &parameters->axes, &list, error);
    if (status == ORTL_OK) status = find_axes(parameters, &list, input->rank, &axes, error);
    if (status != ORTL_OK) return status;
    uint32_t rank = reduce_shape(parameters, input->shape, input->rank, axes, shape);
    return ortl__tensor_shape(call->outputs[0], input->type, rank, shape, error);
}

/* The loops over the axes of the set; neighbours that advance together are one. */
static ortl__axes collect_axes(const ortl__tensor *tensor, uint32_t axes) {
    ortl__axes loops = {.n = 1, .has_last = tensor->rank && (axes >> (tensor->rank - 1) & 1)};
    int64_t dense[ORTL_MAX_RANK];
    ortl__strided_dense(tensor, dense);
    for (uint32_t i = 0; i < tensor->rank; i++) {
        int64_t extent = tensor->shape[i];
        if (!(axes >> i & 1)) continue;
        loops.n *= (uint64_t)extent;
        if (extent == 1) continue;
        if (loops.rank && loops.stride[loops.rank - 1] == dense[i] * extent) {
            loops.extent[loops.rank - 1] *= extent;
            loops.stride[loops.rank - 1] = dense[i];
        } else {
            loops.extent[loops.rank] = extent;
            loops.stride[loops.rank++] = dense[i];
        }
    }
    return loops;
}

ortl_status ortl__reduce_run(ortl__call *call, ortl_error *error) {
    const reduce_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    size_t element_bytes = ortl_type_bytes(output->type);
    int64_t index[ORTL_MAX_RANK] = {0}, offset = 0;
    ortl__integers list;
    uint32_t axes = 0;
    char *out = output->data;
    ortl_status status = ortl__integers_read(call, &parameters->axes, &list, error);
    if (status == ORTL_OK) status = find_axes(parameters, &list, input->rank, &axes, error);
    if (status != ORTL_OK || output->n_elements == 0) return status;
    ortl__axes reduced = collect_axes(input, axes), kept = collect_axes(input, ~axes);
    reduced.libm = call->libm;
    do {
        parameters->loop(&reduced, input->data, (uint64_t)offset, out);
        out += element_bytes;
    } while (ortl__axes_advance(&kept, 0, index, &offset));
    return ORTL_OK;
}
