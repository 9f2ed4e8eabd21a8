/*
 * Softmax: along one axis since version 13, over all axes from the given one on before.
 */
#include <math.h>

#include "../status.h"
#include "families.h"

typedef struct softmax_parameters {
    int64_t axis;
    int is_flattened; /* versions 1 to 12: axis and all behind it count as one */
} softmax_parameters;

ortl_status ortl__softmax_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type reals[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_UNDEFINED};
    softmax_parameters *parameters = NULL;
    int is_flattened = loading->version < 13;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "axis", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, reals, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_int(loading, "axis", is_flattened ? 1 : -1, &parameters->axis, error);
    if (status != ORTL_OK) return status;
    parameters->is_flattened = is_flattened;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    ortl__step_works_along(loading, step, parameters->axis);
    return ORTL_OK;
}

static ortl_status find_view(const ortl__call *call, ortl__axis_view *view_out, ortl_error *error) {
    const softmax_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK)
        *view_out =
            ortl__tensor_around(input, axis, parameters->is_flattened ? input->rank : axis + 1);
    return status;
}

ortl_status ortl__softmax_shape(ortl__call *call, ortl_error *error) {
    ortl__axis_view view;
    ortl_status status = find_view(call, &view, error);
    return status == ORTL_OK ? ortl__shape_like_first(call, error) : status;
}

/* Defines the softmax of n_along numbers that are n_inner apart. The greatest is subtracted, so
 * that no exponential overflows; a row with NaN or +inf, or of -inf alone, becomes NaN. */
#define SOFTMAX(name, Real, exponential)                                                           \
    static void name(const Real *input, Real *output, uint64_t n_along, uint64_t n_inner) {        \
        Real greatest = input[0], sum = 0;                                                         \
        for (uint64_t j = 1; j < n_along; j++)                                                     \
            if (input[j * n_inner] > greatest) greatest = input[j * n_inner];                      \
        for (uint64_t j = 0; j < n_along; j++) {                                                   \
            output[j * n_inner] = exponential(input[j * n_inner] - greatest);                      \
            sum += output[j * n_inner];                                                            \
        }                                                                                          \
        for (uint64_t j = 0; j < n_along; j++) output[j * n_inner] /= sum;                         \
    }

SOFTMAX(softmax_float, float, expf)
SOFTMAX(softmax_double, double, exp)

ortl_status ortl__softmax_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    ortl__axis_view view;
    ortl_status status = find_view(call, &view, error);
    if (status != ORTL_OK || input->n_elements == 0) return status;
    for (uint64_t i = 0; i < view.n_outer; i++)
        for (uint64_t k = 0; k < view.n_inner; k++) {
            uint64_t at = i * view.n_along * view.n_inner + k;
            if (input->type == ORTL_FLOAT)
                softmax_float((const float *)input->data + at, (float *)output->data + at,
                              view.n_along, view.n_inner);
            else
                softmax_double((const double *)input->data + at, (double *)output->data + at,
                               view.n_along, view.n_inner);
        }
    return ORTL_OK;
}
