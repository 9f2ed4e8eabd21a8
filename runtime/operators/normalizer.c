/*
 * Normalizer: each row divided by its norm. What the three norms mean for zero rows, signs and NaN
 * is the reference's, to the bit.
 */
#include <float.h>
#include <math.h>

#include "../status.h"
#include "elementwise.h"
#include "families.h"

/* In the order of the names below. */
typedef enum norm { NORM_MAX, NORM_L1, NORM_L2, N_NORMS } norm;
static const char *const norm_names[N_NORMS] = {"MAX", "L1", "L2"};

typedef struct normalizer_parameters {
    size_t norm;
} normalizer_parameters;

ortl_status ortl__normalizer_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    normalizer_parameters *parameters = NULL;
    const char *name = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "norm", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK) status = ortl__operator_string(loading, "norm", "MAX", &name, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_choice(loading, "norm", name, norm_names, N_NORMS,
                                       &parameters->norm, error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], ORTL_FLOAT, loading->inputs[0]);
    ortl__step_needs_rows(loading, step);
    return ORTL_OK;
}

ortl_status ortl__normalizer_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    if (input->rank != 1 && input->rank != 2)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank %lu, 1 or 2 expected",
                          (unsigned long)input->rank);
    return ortl__shape_like_first(call, error);
}

/* One row of n elements of some type into n floats. */
typedef void norm_loop(const void *input, float *row, uint64_t n);

/* Divides by the greatest element, not by the greatest absolute value; -inf and NaN never are it.
 */
static void divide_by_greatest(float *row, uint64_t n) {
    float greatest = -FLT_MAX;
    for (uint64_t j = 0; j < n; j++)
        if (row[j] > greatest) greatest = row[j];
    if (greatest == 0) return;
    for (uint64_t j = 0; j < n; j++) row[j] /= greatest;
}

static void divide_by_sum(float *row, uint64_t n) {
    float sum = 0;
    for (uint64_t j = 0; j < n; j++) sum += fabsf(row[j]);
    if (sum == 0) return;
    for (uint64_t j = 0; j < n; j++) row[j] /= sum;
}

/* Rounded once, from the exact product of floats. */
static float square(double x) {
    return (float)(x * x);
}

/* Defines the loops of one type. All norms are computed in float, but squares are taken before the
 * element is rounded, and the root is taken of each quotient, not of the sum. */
#define NORM_LOOPS(type, In)                                                                       \
    static void max_##type(const void *input, float *row, uint64_t n) {                            \
        for (uint64_t j = 0; j < n; j++) row[j] = (float)((const In *)input)[j];                   \
        divide_by_greatest(row, n);                                                                \
    }                                                                                              \
    static void l1_##type(const void *input, float *row, uint64_t n) {                             \
        for (uint64_t j = 0; j < n; j++) row[j] = (float)((const In *)input)[j];                   \
        divide_by_sum(row, n);                                                                     \
    }                                                                                              \
    static void l2_##type(const void *input, float *row, uint64_t n) {                             \
        const In *elements = input;                                                                \
        float sum = 0;                                                                             \
        for (uint64_t j = 0; j < n; j++) sum += square((double)elements[j]);                       \
        for (uint64_t j = 0; j < n; j++) {                                                         \
            float root = sqrtf(square((double)elements[j]) / sum);                                 \
            row[j] = sum == 0 ? (float)elements[j] : elements[j] < 0 ? -root : root;               \
        }                                                                                          \
    }

NORM_LOOPS(float, float)
NORM_LOOPS(double, double)
NORM_LOOPS(int64, int64_t)
NORM_LOOPS(int32, int32_t)

#define LOOPS_OF(norm)                                                                             \
    {                                                                                              \
        [ORTL_FLOAT] = norm##_float, [ORTL_DOUBLE] = norm##_double, [ORTL_INT64] = norm##_int64,   \
        [ORTL_INT32] = norm##_int32                                                                \
    }

static norm_loop *const loops[N_NORMS][ORTL__TYPE_END] = {
    [NORM_MAX] = LOOPS_OF(max), [NORM_L1] = LOOPS_OF(l1), [NORM_L2] = LOOPS_OF(l2)};

ortl_status ortl__normalizer_run(ortl__call *call, ortl_error *error) {
    const normalizer_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    norm_loop *loop = loops[parameters->norm][input->type];
    (void)error;
    if (input->n_elements == 0) return ORTL_OK;
    uint64_t n_columns = (uint64_t)input->shape[input->rank - 1];
    uint64_t n_rows = input->n_elements / n_columns;
    const char *row = input->data;
    float *out = call->outputs[0]->data;
    for (uint64_t i = 0; i < n_rows; i++, out += n_columns) {
        loop(row, out, n_columns);
        row += n_columns * ortl_type_bytes(input->type);
    }
    return ORTL_OK;
}
