/*
 * Range: numbers from a start to below a limit, at equal steps.
 */
#include "../status.h"
#include "families.h"

ortl_status ortl__range_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    const int64_t unknown = -1;
    (void)step;
    ortl_status status = ortl__operator_arity(loading, 3, 3, 1, 1, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_attributes(loading, loading->version >= 27 ? "stash_type" : "", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK) status = ortl__operator_same_types(loading, 0, 3, error);
    if (status == ORTL_OK)
        ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 1, &unknown);
    return status;
}

static int64_t integer_of(const ortl__tensor *tensor) {
    return tensor->type == ORTL_INT64 ? *(const int64_t *)tensor->data
                                      : *(const int32_t *)tensor->data;
}

static double real_of(const ortl__tensor *tensor) {
    return tensor->type == ORTL_DOUBLE ? *(const double *)tensor->data
                                       : (double)*(const float *)tensor->data;
}

/* How many integers there are; the difference of two may need 64 bits without a sign. */
static uint64_t count_integers(int64_t start, int64_t limit, int64_t step) {
    if (step > 0 ? start >= limit : start <= limit) return 0;
    uint64_t distance =
        step > 0 ? (uint64_t)limit - (uint64_t)start : (uint64_t)start - (uint64_t)limit;
    uint64_t stride = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
    return (distance - 1) / stride + 1;
}

static ortl_status count(const ortl__call *call, uint64_t *n_out, ortl_error *error) {
    const ortl__tensor *const *in = call->inputs;
    const int is_real = in[0]->type == ORTL_FLOAT || in[0]->type == ORTL_DOUBLE;
    const uint64_t most = UINT64_C(1) << 62;
    for (uint32_t i = 0; i < 3; i++)
        if (in[i]->n_elements != 1)
            return ortl__fail(error, ORTL_BAD_INPUT, "input %lu has %llu elements, 1 expected",
                              (unsigned long)i, (unsigned long long)in[i]->n_elements);
    if (is_real ? real_of(in[2]) == 0 : integer_of(in[2]) == 0)
        return ortl__fail(error, ORTL_BAD_INPUT, "steps of 0");
    if (is_real) {
        const double n = (real_of(in[1]) - real_of(in[0])) / real_of(in[2]);
        *n_out = n >= (double)most ? most + 1 : n > 0 ? (uint64_t)n : 0;
        if (n > (double)*n_out) *n_out += 1; /* a last step that goes too far */
    } else {
        *n_out = count_integers(integer_of(in[0]), integer_of(in[1]), integer_of(in[2]));
    }
    if (*n_out <= most) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_INPUT, "more than 2^62 numbers");
}

ortl_status ortl__range_shape(ortl__call *call, ortl_error *error) {
    uint64_t n = 0;
    ortl_status status = count(call, &n, error);
    if (status != ORTL_OK) return status;
    const int64_t extent = (int64_t)n;
    return ortl__tensor_shape(call->outputs[0], call->outputs[0]->type, 1, &extent, error);
}

/* The sum of the steps so far, as onnxruntime has it; integers wrap around in Wide. */
#define FILL(Type, Wide)                                                                           \
    do {                                                                                           \
        Wide next = (Wide) * (const Type *)call->inputs[0]->data;                                  \
        const Wide step = (Wide) * (const Type *)call->inputs[2]->data;                            \
        for (uint64_t i = 0; i < output->n_elements; i++, next += step)                            \
            ((Type *)output->data)[i] = (Type)next;                                                \
    } while (0)

ortl_status ortl__range_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *output = call->outputs[0];
    (void)error;
    switch (output->type) {
    case ORTL_FLOAT: FILL(float, float); break;
    case ORTL_DOUBLE: FILL(double, double); break;
    case ORTL_INT64: FILL(int64_t, uint64_t); break;
    default: FILL(int32_t, uint32_t); break;
    }
    return ORTL_OK;
}
