/*
 * ArgMax and ArgMin: where along an axis the greatest or the least element stands.
 */
#include "../status.h"
#include "elementwise.h"
#include "families.h"

/* Finds the index for each place of the view around the axis: out (n_outer, n_inner). */
typedef void arg_loop(const void *data, ortl__axis_view view, int picks_last, int64_t *out);

/* Defines a loop; `better` compares a candidate v with the best so far. Among equals the first
 * wins, or the last. NaN compares false, so it wins only as the first element. */
#define ARG_LOOP(name, Type, better)                                                               \
    static void name(const void *data, ortl__axis_view view, int picks_last, int64_t *out) {       \
        for (uint64_t i = 0; i < view.n_outer; i++)                                                \
            for (uint64_t k = 0; k < view.n_inner; k++) {                                          \
                const Type *elements = (const Type *)data + i * view.n_along * view.n_inner + k;   \
                Type best = elements[0];                                                           \
                uint64_t at = 0;                                                                   \
                for (uint64_t j = 1; j < view.n_along; j++) {                                      \
                    Type v = elements[j * view.n_inner];                                           \
                    if ((better) || (picks_last && v == best)) {                                   \
                        best = v;                                                                  \
                        at = j;                                                                    \
                    }                                                                              \
                }                                                                                  \
                *out++ = (int64_t)at;                                                              \
            }                                                                                      \
    }

#define ARG_LOOPS(name, symbol)                                                                    \
    ARG_LOOP(name##_float, float, v symbol best)                                                   \
    ARG_LOOP(name##_double, double, v symbol best)                                                 \
    ARG_LOOP(name##_int64, int64_t, v symbol best)                                                 \
    ARG_LOOP(name##_int32, int32_t, v symbol best)

#define LOOPS_OF(name)                                                                             \
    {                                                                                              \
        [ORTL_FLOAT] = name##_float, [ORTL_DOUBLE] = name##_double, [ORTL_INT64] = name##_int64,   \
        [ORTL_INT32] = name##_int32                                                                \
    }

ARG_LOOPS(max, >)
ARG_LOOPS(min, <)

/* By the detail of the row. */
static arg_loop *const loops[][ORTL__TYPE_END] = {
    [ORTL__ARG_MAX] = LOOPS_OF(max), [ORTL__ARG_MIN] = LOOPS_OF(min)};

typedef struct arg_parameters {
    int64_t axis;
    int64_t keeps_axis; /* with extent 1 */
    int64_t picks_last;
} arg_parameters;

static ortl_status read_attributes(const ortl__loading *loading, arg_parameters *parameters,
                                   ortl_error *error) {
    ortl_status status = ortl__operator_int(loading, "axis", 0, &parameters->axis, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "keepdims", 1, &parameters->keeps_axis, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_int(loading, "select_last_index", 0, &parameters->picks_last, error);
    return status;
}

/* The shape with the axis removed or of extent 1; returns its rank. */
static uint32_t reduce_shape(const int64_t *shape, uint32_t rank, uint32_t axis, int keeps_axis,
                             int64_t shape_out[ORTL_MAX_RANK]) {
    uint32_t out_rank = 0;
    for (uint32_t i = 0; i < rank; i++) {
        if (i != axis)
            shape_out[out_rank++] = shape[i];
        else if (keeps_axis)
            shape_out[out_rank++] = 1;
    }
    return out_rank;
}

ortl_status ortl__arg_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    arg_parameters *parameters = NULL;
    const int64_t *shape;
    int64_t reduced[ORTL_MAX_RANK];
    uint32_t rank = 0, axis = 0;
    const char *attributes =
        loading->version >= 12 ? "axis keepdims select_last_index" : "axis keepdims";
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_attributes(loading, parameters, error);
    if (status != ORTL_OK) return status;
    ortl__value_set(loading->outputs[0], ORTL_INT64, 0, NULL);
    if (ortl__value_shape(loading->inputs[0], &rank, &shape) &&
        ortl__operator_axis(parameters->axis, rank, &axis, NULL) == ORTL_OK) {
        rank = reduce_shape(shape, rank, axis, parameters->keeps_axis != 0, reduced);
        ortl__value_set(loading->outputs[0], ORTL_INT64, rank, reduced);
    }
    return ortl__step_works_along(loading, step, parameters->axis, error);
}

ortl_status ortl__arg_shape(ortl__call *call, ortl_error *error) {
    const arg_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status != ORTL_OK) return status;
    uint32_t rank =
        reduce_shape(input->shape, input->rank, axis, parameters->keeps_axis != 0, shape);
    status = ortl__tensor_shape(call->outputs[0], ORTL_INT64, rank, shape, error);
    if (status == ORTL_OK && input->shape[axis] == 0 && call->outputs[0]->n_elements)
        status = ortl__fail(error, ORTL_BAD_INPUT, "axis %lu has no element to choose from",
                            (unsigned long)axis);
    return status;
}

ortl_status ortl__arg_run(ortl__call *call, ortl_error *error) {
    const arg_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status != ORTL_OK || input->n_elements == 0) return status;
    arg_loop *loop = loops[call->step->operator->detail][input->type];
    loop(input->data, ortl__tensor_around(input, axis, axis + 1), parameters->picks_last != 0,
         call->outputs[0]->data);
    return ORTL_OK;
}
