/*
 * Clip: elements held between two bounds. A bound that is left out is the greatest finite number on
 * its side, so infinities are cut to it, as in the reference; NaN stays, and as a bound it holds
 * nothing back.
 */
#include <float.h>

#include "../status.h"
#include "elementwise.h"
#include "families.h"

typedef struct clip_parameters {
    int has_attributes; /* the bounds of versions 1 to 10, of float */
    float least, most;
} clip_parameters;

static ortl_status read_bounds(const ortl__loading *loading, clip_parameters *parameters,
                               ortl_error *error) {
    parameters->has_attributes = 1;
    ortl_status status = ortl__operator_float(loading, "min", -FLT_MAX, &parameters->least, error);
    if (status == ORTL_OK)
        status = ortl__operator_float(loading, "max", FLT_MAX, &parameters->most, error);
    return status;
}

/* Bounds that are inputs have the type of input 0. */
static ortl_status check_bounds(const ortl__loading *loading, ortl_error *error) {
    const ortl_type type[] = {loading->inputs[0]->type, ORTL_UNDEFINED};
    ortl_status status = ORTL_OK;
    for (uint32_t i = 1; i < loading->node->n_inputs && status == ORTL_OK; i++)
        if (loading->inputs[i]) status = ortl__operator_types(loading, i, type, error);
    return status;
}

ortl_status ortl__clip_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    static const ortl_type float_only[] = {ORTL_FLOAT, ORTL_UNDEFINED};
    clip_parameters *parameters = NULL;
    int is_old = loading->version < 11;
    const char *attributes = loading->version < 6 ? "min max consumed_inputs"
                             : is_old             ? "min max"
                                                  : "";
    ortl_status status = ortl__operator_arity(loading, 1, is_old ? 1 : 3, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK)
        status = ortl__operator_types(loading, 0, is_old ? float_only : numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = is_old ? read_bounds(loading, parameters, error) : check_bounds(loading, error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    /* A bound that is computed might be that of one batch. */
    for (uint32_t i = 1; i < loading->node->n_inputs; i++)
        if (loading->inputs[i] && !loading->inputs[i]->constant) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__clip_shape(ortl__call *call, ortl_error *error) {
    for (uint32_t i = 1; i < call->step->node->n_inputs; i++)
        if (call->inputs[i] && (call->inputs[i]->rank > 1 || call->inputs[i]->n_elements != 1)) {
            char shape[64];
            ortl__tensor_shape_text(call->inputs[i], shape);
            return ortl__fail(error, ORTL_BAD_INPUT, "a bound has shape %s, one value expected",
                              shape);
        }
    return ortl__shape_like_first(call, error);
}

/* Bounds at least and most, NULL: the end of the type's range. */
typedef void clip_loop(const void *input, void *output, uint64_t n, const void *least,
                       const void *most);

#define CLIP_LOOP(name, Type, lowest, highest)                                                     \
    static void name(const void *input, void *output, uint64_t n, const void *least,               \
                     const void *most) {                                                           \
        const Type *in = input;                                                                    \
        const Type from = least ? *(const Type *)least : (lowest);                                 \
        const Type to = most ? *(const Type *)most : (highest);                                    \
        Type *out = output;                                                                        \
        for (uint64_t i = 0; i < n; i++) {                                                         \
            Type x = in[i];                                                                        \
            x = x < from ? from : x;                                                               \
            out[i] = x > to ? to : x;                                                              \
        }                                                                                          \
    }

CLIP_LOOP(clip_float, float, -FLT_MAX, FLT_MAX)
CLIP_LOOP(clip_double, double, -DBL_MAX, DBL_MAX)
CLIP_LOOP(clip_int64, int64_t, INT64_MIN, INT64_MAX)
CLIP_LOOP(clip_int32, int32_t, INT32_MIN, INT32_MAX)

static clip_loop *const loops[ORTL__TYPE_END] = {[ORTL_FLOAT] = clip_float,
                                                 [ORTL_DOUBLE] = clip_double,
                                                 [ORTL_INT64] = clip_int64,
                                                 [ORTL_INT32] = clip_int32};

static const void *bound_at(const ortl__call *call, uint32_t i) {
    return i < call->step->node->n_inputs && call->inputs[i] ? call->inputs[i]->data : NULL;
}

ortl_status ortl__clip_run(ortl__call *call, ortl_error *error) {
    const clip_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const void *least = parameters->has_attributes ? &parameters->least : bound_at(call, 1);
    const void *most = parameters->has_attributes ? &parameters->most : bound_at(call, 2);
    (void)error;
    loops[input->type](input->data, call->outputs[0]->data, input->n_elements, least, most);
    return ORTL_OK;
}
