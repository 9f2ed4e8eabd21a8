/*
 * Softmax and LpNormalization: what lies along an axis is divided by what it adds up to. Softmax
 * works along one axis since version 13, over all axes from the given one on before.
 */
#include <math.h>

#include "../exponential.h"
#include "../status.h"
#include "elementwise.h"
#include "families.h"

/* n_along numbers that are n_inner apart. */
typedef void share_loop(const ortl__libm *libm, const void *input, void *output, uint64_t n_along,
                        uint64_t n_inner);

typedef struct shares_parameters {
    int64_t axis;
    int is_flattened; /* axis and all behind it count as one */
    share_loop *loop;
} shares_parameters;

/* ---- Loops ----------------------------------------------------------------------------------- */

/* Softmax. The greatest is subtracted, so that no exponential overflows; a row with NaN or +inf, or
 * of -inf alone, becomes NaN. */
#define SOFTMAX(name, Real, exponential)                                                           \
    static void name(const ortl__libm *libm, const void *from, void *to, uint64_t n_along,         \
                     uint64_t n_inner) {                                                           \
        (void)libm;                                                                                \
        const Real *input = from;                                                                  \
        Real *output = to, greatest = input[0], sum = 0;                                           \
        for (uint64_t j = 1; j < n_along; j++)                                                     \
            if (input[j * n_inner] > greatest) greatest = input[j * n_inner];                      \
        for (uint64_t j = 0; j < n_along; j++) {                                                   \
            output[j * n_inner] = exponential(input[j * n_inner] - greatest);                      \
            sum += output[j * n_inner];                                                            \
        }                                                                                          \
        for (uint64_t j = 0; j < n_along; j++) output[j * n_inner] /= sum;                         \
    }

/* LpNormalization: `measure` of each x is added up, `finish` makes the norm of the sum. Where the
 * norm is 0 so are all results. */
#define NORM(name, Real, measure, finish)                                                          \
    static void name(const ortl__libm *libm, const void *from, void *to, uint64_t n_along,         \
                     uint64_t n_inner) {                                                           \
        const Real *input = from;                                                                  \
        Real *output = to, sum = 0;                                                                \
        for (uint64_t j = 0; j < n_along; j++) {                                                   \
            const Real x = input[j * n_inner];                                                     \
            sum += (measure);                                                                      \
        }                                                                                          \
        (void)libm;                                                                                \
        const Real norm = finish(sum);                                                             \
        for (uint64_t j = 0; j < n_along; j++)                                                     \
            output[j * n_inner] = norm == 0 ? 0 : input[j * n_inner] / norm;                       \
    }

SOFTMAX(softmax_float, float, ortl__expf)
SOFTMAX(softmax_double, double, libm->exp)
NORM(l1_float, float, fabsf(x), )
NORM(l1_double, double, fabs(x), )
NORM(l2_float, float, x *x, sqrtf)
NORM(l2_double, double, x *x, sqrt)

static share_loop *const softmax_loops[ORTL__TYPE_END] = {
    [ORTL_FLOAT] = softmax_float, [ORTL_DOUBLE] = softmax_double};
static share_loop *const norm_loops[2][ORTL__TYPE_END] = {
    {[ORTL_FLOAT] = l1_float, [ORTL_DOUBLE] = l1_double},
    {[ORTL_FLOAT] = l2_float, [ORTL_DOUBLE] = l2_double}};

/* ---- Prepare --------------------------------------------------------------------------------- */

static ortl_status prepare(ortl__loading *loading, ortl__step *step, const char *attributes,
                           int64_t axis, shares_parameters **parameters_out, ortl_error *error) {
    static const ortl_type reals[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_UNDEFINED};
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, reals, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof **parameters_out, parameters_out,
                                           error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", axis, &(*parameters_out)->axis, error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    return ortl__step_works_along(loading, step, (*parameters_out)->axis, error);
}

ortl_status ortl__softmax_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    shares_parameters *parameters = NULL;
    int is_flattened = loading->version < 13;
    ortl_status status = prepare(loading, step, "axis", is_flattened ? 1 : -1, &parameters, error);
    if (status != ORTL_OK) return status;
    parameters->is_flattened = is_flattened;
    parameters->loop = softmax_loops[loading->inputs[0]->type];
    if (loading->inputs[0]->type == ORTL_FLOAT) return ORTL_OK;
    return ortl__libm_open(loading->libm, error);
}

ortl_status ortl__norm_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    shares_parameters *parameters = NULL;
    int64_t p = 2;
    ortl_status status = prepare(loading, step, "axis p", -1, &parameters, error);
    if (status == ORTL_OK) status = ortl__operator_int(loading, "p", 2, &p, error);
    if (status != ORTL_OK) return status;
    if (p != 1 && p != 2)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"p\" is %lld, 1 or 2 expected",
                          (long long)p);
    parameters->loop = norm_loops[p - 1][loading->inputs[0]->type];
    return ORTL_OK;
}

/* ---- Shape and run --------------------------------------------------------------------------- */

static ortl_status find_view(const ortl__call *call, ortl__axis_view *view_out, ortl_error *error) {
    const shares_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK)
        *view_out =
            ortl__tensor_around(input, axis, parameters->is_flattened ? input->rank : axis + 1);
    return status;
}

ortl_status ortl__shares_shape(ortl__call *call, ortl_error *error) {
    ortl__axis_view view;
    ortl_status status = find_view(call, &view, error);
    return status == ORTL_OK ? ortl__shape_like_first(call, error) : status;
}

ortl_status ortl__shares_run(ortl__call *call, ortl_error *error) {
    const shares_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    const size_t element_bytes = ortl_type_bytes(input->type);
    ortl__axis_view view;
    ortl_status status = find_view(call, &view, error);
    if (status != ORTL_OK || input->n_elements == 0) return status;
    for (uint64_t i = 0; i < view.n_outer; i++)
        for (uint64_t k = 0; k < view.n_inner; k++) {
            size_t at = (size_t)(i * view.n_along * view.n_inner + k) * element_bytes;
            parameters->loop(call->libm, (const char *)input->data + at, (char *)output->data + at,
                             view.n_along, view.n_inner);
        }
    return ORTL_OK;
}
