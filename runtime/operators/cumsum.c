/*
 * CumSum: running sums along an axis that an input names.
 */
#include "../status.h"
#include "elementwise.h"
#include "families.h"
#include "integers.h"

typedef struct cumsum_parameters {
    ortl__integers axis;
    int64_t is_exclusive; /* a sum does not contain the element at its own place */
    int64_t is_reverse;   /* from the end */
} cumsum_parameters;

ortl_status ortl__cumsum_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    cumsum_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 2, 2, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "exclusive reverse", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = ortl__integers_input(loading, 1, &parameters->axis, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "exclusive", 0, &parameters->is_exclusive, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "reverse", 0, &parameters->is_reverse, error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    if (ortl__integers_are_known(&parameters->axis) && parameters->axis.n == 1)
        return ortl__step_works_along(loading, step, parameters->axis.values[0], error);
    step->is_row_wise = 0;
    return ORTL_OK;
}

static ortl_status find_axis(const ortl__call *call, uint32_t *axis_out, ortl_error *error) {
    const cumsum_parameters *parameters = call->step->parameters;
    ortl__integers axis;
    ortl_status status = ortl__integers_read(call, &parameters->axis, &axis, error);
    if (status != ORTL_OK) return status;
    if (axis.n != 1)
        return ortl__fail(error, ORTL_BAD_INPUT, "%lu axes, 1 expected", (unsigned long)axis.n);
    return ortl__operator_axis(axis.values[0], call->inputs[0]->rank, axis_out, error);
}

/* n_along elements that are step elements apart. */
typedef void sum_loop(const void *input, void *output, uint64_t n_along, ptrdiff_t step,
                      int is_exclusive);

/* Defines a sum_loop; integers wrap around in Wide. */
#define SUM_LOOP(name, Type, Wide)                                                                 \
    static void name(const void *input, void *output, uint64_t n_along, ptrdiff_t step,            \
                     int is_exclusive) {                                                           \
        const Type *in = input;                                                                    \
        Type *out = output;                                                                        \
        Wide sum = 0;                                                                              \
        for (uint64_t j = 0; j < n_along; j++, in += step, out += step) {                          \
            Wide before = sum;                                                                     \
            sum += (Wide)*in;                                                                      \
            *out = (Type)(is_exclusive ? before : sum);                                            \
        }                                                                                          \
    }

SUM_LOOP(sum_float, float, float)
SUM_LOOP(sum_double, double, double)
SUM_LOOP(sum_int64, int64_t, uint64_t)
SUM_LOOP(sum_int32, int32_t, uint32_t)

static sum_loop *const loops[ORTL__TYPE_END] = {[ORTL_FLOAT] = sum_float,
                                                [ORTL_DOUBLE] = sum_double,
                                                [ORTL_INT64] = sum_int64,
                                                [ORTL_INT32] = sum_int32};

ortl_status ortl__cumsum_run(ortl__call *call, ortl_error *error) {
    const cumsum_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    size_t element_bytes = ortl_type_bytes(input->type);
    uint32_t axis = 0;
    ortl_status status = find_axis(call, &axis, error);
    if (status != ORTL_OK || input->n_elements == 0) return status;
    ortl__axis_view view = ortl__tensor_around(input, axis, axis + 1);
    uint64_t last = (view.n_along - 1) * view.n_inner;
    ptrdiff_t step = (ptrdiff_t)view.n_inner;
    for (uint64_t i = 0; i < view.n_outer; i++)
        for (uint64_t k = 0; k < view.n_inner; k++) {
            uint64_t at = i * view.n_along * view.n_inner + k + (parameters->is_reverse ? last : 0);
            loops[input->type]((const char *)input->data + at * element_bytes,
                               (char *)call->outputs[0]->data + at * element_bytes, view.n_along,
                               parameters->is_reverse ? -step : step,
                               parameters->is_exclusive != 0);
        }
    return ORTL_OK;
}
