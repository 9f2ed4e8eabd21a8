/*
 * The loops of operators on reals that take functions of the C library. Results agree with other
 * runtimes within the last places, not to the bit.
 */
#include <math.h>

#include "elementwise.h"

/* Neither branch overflows: the exponential is always of a number that is not positive. */
static double sigmoid(double x) {
    double e = exp(-fabs(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

static float sigmoid_of_float(float x) {
    float e = expf(-fabsf(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/* Defines the two loops and the description of an operation. */
#define MATHEMATICS(name, float_function, double_function)                                         \
    ORTL__UNARY_LOOP(name##_float, float, float, float_function(a))                                \
    ORTL__UNARY_LOOP(name##_double, double, double, double_function(a))                            \
    const ortl__elementwise ortl__elementwise_##name = {                                           \
        .n_inputs = 1, .loops = {[ORTL_FLOAT] = name##_float, [ORTL_DOUBLE] = name##_double}}

MATHEMATICS(exp, expf, exp);
MATHEMATICS(sigmoid, sigmoid_of_float, sigmoid);
