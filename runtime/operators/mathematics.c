/*
 * The loops of operators that take functions of the C library: of reals, and Pow. Where a function
 * is not rounded exactly, results agree with other runtimes within the last places.
 */
#include <math.h>

#include "../exponential.h"
#include "elementwise.h"
#include "truncate.h"

/* Neither branch overflows: the exponential is always of a number that is not positive. */
static double sigmoid(const ortl__libm *libm, double x) {
    double e = libm->exp(-fabs(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

static float sigmoid_of_float(float x) {
    float e = ortl__expf(-fabsf(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/* Defines the two loops and the description of an operation; the expressions are of a. */
#define MATHEMATICS(name, uses, float_expression, double_expression)                               \
    ORTL__UNARY_LOOP(name##_float, float, float, float_expression)                                 \
    ORTL__UNARY_LOOP(name##_double, double, double, double_expression)                             \
    const ortl__elementwise ortl__elementwise_##name = {                                           \
        .n_inputs = 1,                                                                             \
        .uses_libm = uses,                                                                         \
        .loops = {[ORTL_FLOAT] = name##_float, [ORTL_DOUBLE] = name##_double}}
#define OF_LIBM(name) MATHEMATICS(name, 1, stretch->libm->name##f(a), stretch->libm->name(a))

MATHEMATICS(exp, 1, ortl__expf(a), stretch->libm->exp(a));
OF_LIBM(log);
MATHEMATICS(sigmoid, 1, sigmoid_of_float(a), sigmoid(stretch->libm, a));
OF_LIBM(tanh);

/* These are exact or rounded once, and so the same to the bit everywhere. Round takes halves to the
 * even neighbour, which rint does in the rounding mode of every C program's start. */
OF_LIBM(ceil);
OF_LIBM(floor);
MATHEMATICS(reciprocal, 0, 1 / a, 1 / a);
MATHEMATICS(round, 1, stretch->libm->rintf(a), stretch->libm->rint(a));
MATHEMATICS(sqrt, 0, sqrtf(a), sqrt(a));

/* ---- Pow ------------------------------------------------------------------------------------- */

/* Defines the loop for a base In and an exponent of its own type. Where one exponent serves for
 * all, squares and cubes are products, whose integers wrap around in Wide; all else is the C
 * library's function, in double unless both are floats. */
#define POWER_LOOP(in, In, Wide, exponent, Exponent, function, to)                                 \
    static void power_##in##_##exponent(const ortl__stretch *stretch) {                            \
        const In *bases = stretch->inputs[0];                                                      \
        const Exponent *exponents = stretch->inputs[1];                                            \
        const int64_t *stride = stretch->stride;                                                   \
        int is_product =                                                                           \
            (stride[1] == 0 || stretch->count == 1) && (exponents[0] == 2 || exponents[0] == 3);   \
        In *output = stretch->output;                                                              \
        for (uint64_t i = 0; i < stretch->count;                                                   \
             i++, bases += stride[0], exponents += stride[1]) {                                    \
            const Wide a = (Wide)*bases;                                                           \
            if (is_product)                                                                        \
                output[i] = (In)(exponents[0] == 2 ? a * a : a * a * a);                           \
            else                                                                                   \
                output[i] = to(function(*bases, *exponents));                                      \
        }                                                                                          \
    }

#define POWER(a, b)       stretch->libm->pow((double)(a), (double)(b))
#define POWER_FLOAT(a, b) stretch->libm->powf(a, b)
#define POWER_LOOPS(in, In, Wide, function, to)                                                    \
    POWER_LOOP(in, In, Wide, float, float, function, to)                                           \
    POWER_LOOP(in, In, Wide, double, double, POWER, to)                                            \
    POWER_LOOP(in, In, Wide, int64, int64_t, POWER, to)                                            \
    POWER_LOOP(in, In, Wide, int32, int32_t, POWER, to)

#define POWERS_OF(in)                                                                              \
    {                                                                                              \
        [ORTL_FLOAT] = power_##in##_float, [ORTL_DOUBLE] = power_##in##_double,                    \
        [ORTL_INT64] = power_##in##_int64, [ORTL_INT32] = power_##in##_int32                       \
    }

POWER_LOOPS(float, float, float, POWER_FLOAT, (float))
POWER_LOOPS(double, double, double, POWER, (double))
POWER_LOOPS(int64, int64_t, uint64_t, POWER, ortl__real_to_int64)
POWER_LOOPS(int32, int32_t, uint32_t, POWER, ortl__real_to_int32)

static ortl__loop *const power_loops[ORTL__TYPE_END][ORTL__TYPE_END] = {
    [ORTL_FLOAT] = POWERS_OF(float),
    [ORTL_DOUBLE] = POWERS_OF(double),
    [ORTL_INT64] = POWERS_OF(int64),
    [ORTL_INT32] = POWERS_OF(int32),
};

const ortl__elementwise ortl__elementwise_power = {.n_inputs = 2,
                                                   .uses_libm = 1,
                                                   .loops = {[ORTL_FLOAT] = power_float_float,
                                                             [ORTL_DOUBLE] = power_double_double,
                                                             [ORTL_INT64] = power_int64_int64,
                                                             [ORTL_INT32] = power_int32_int32},
                                                   .mixed_loops = power_loops};
