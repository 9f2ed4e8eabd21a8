/*
 * The loops of Add, Sub, Mul and Div, of Sum, Max and Min, and of Neg, Abs, Sign and Relu. Integers
 * wrap around as in two's complement, so that no input is undefined; a division by the integer 0 is
 * refused.
 */
#include <math.h>

#include "../status.h"
#include "elementwise.h"

/* Defines name_float ... name_int32 for an operator of C. */
#define ARITHMETIC_LOOPS(name, symbol)                                                             \
    ORTL__BINARY_LOOP(name##_float, float, float, a symbol b)                                      \
    ORTL__BINARY_LOOP(name##_double, double, double, a symbol b)                                   \
    ORTL__BINARY_LOOP(name##_int64, int64_t, int64_t, (int64_t)((uint64_t)a symbol(uint64_t) b))   \
    ORTL__BINARY_LOOP(name##_int32, int32_t, int32_t, (int32_t)((uint32_t)a symbol(uint32_t) b))

/* The lowest integer divided by -1 is itself, wrapped around. */
static int64_t quotient(int64_t a, int64_t b) {
    return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

ARITHMETIC_LOOPS(add, +)
ARITHMETIC_LOOPS(subtract, -)
ARITHMETIC_LOOPS(multiply, *)
ORTL__BINARY_LOOP(divide_float, float, float, a / b)
ORTL__BINARY_LOOP(divide_double, double, double, a / b)
ORTL__BINARY_LOOP(divide_int64, int64_t, int64_t, quotient(a, b))
ORTL__BINARY_LOOP(divide_int32, int32_t, int32_t, (int32_t)quotient(a, b))

/* The greater and the less; NaN when either is. Of equal ones b, which tells apart the zeros. */
#define IS_NAN(x) ((x) != (x))
#define EXTREME_LOOPS(name, symbol)                                                                \
    ORTL__BINARY_LOOP(name##_float, float, float, (IS_NAN(a) || a symbol b) ? a : b)               \
    ORTL__BINARY_LOOP(name##_double, double, double, (IS_NAN(a) || a symbol b) ? a : b)            \
    ORTL__BINARY_LOOP(name##_int64, int64_t, int64_t, a symbol b ? a : b)                          \
    ORTL__BINARY_LOOP(name##_int32, int32_t, int32_t, a symbol b ? a : b)

EXTREME_LOOPS(greater, >)
EXTREME_LOOPS(lesser, <)

/* The lowest integer is its own negative. */
ORTL__UNARY_LOOP(negate_float, float, float, -a)
ORTL__UNARY_LOOP(negate_double, double, double, -a)
ORTL__UNARY_LOOP(negate_int64, int64_t, int64_t, (int64_t)(0 - (uint64_t)a))
ORTL__UNARY_LOOP(negate_int32, int32_t, int32_t, (int32_t)(0 - (uint32_t)a))
ORTL__UNARY_LOOP(magnitude_float, float, float, fabsf(a))
ORTL__UNARY_LOOP(magnitude_double, double, double, fabs(a))
ORTL__UNARY_LOOP(magnitude_int64, int64_t, int64_t, a < 0 ? (int64_t)(0 - (uint64_t)a) : a)
ORTL__UNARY_LOOP(magnitude_int32, int32_t, int32_t, a < 0 ? (int32_t)(0 - (uint32_t)a) : a)

/* -1, 0 (also for -0) or 1; NaN stays. */
ORTL__UNARY_LOOP(sign_float, float, float, IS_NAN(a) ? a : (float)((a > 0) - (a < 0)))
ORTL__UNARY_LOOP(sign_double, double, double, IS_NAN(a) ? a : (double)((a > 0) - (a < 0)))
ORTL__UNARY_LOOP(sign_int64, int64_t, int64_t, (a > 0) - (a < 0))
ORTL__UNARY_LOOP(sign_int32, int32_t, int32_t, (a > 0) - (a < 0))

/* NaN and -0 stay. */
ORTL__UNARY_LOOP(relu_float, float, float, a < 0 ? 0 : a)
ORTL__UNARY_LOOP(relu_double, double, double, a < 0 ? 0 : a)
ORTL__UNARY_LOOP(relu_int64, int64_t, int64_t, a < 0 ? 0 : a)
ORTL__UNARY_LOOP(relu_int32, int32_t, int32_t, a < 0 ? 0 : a)

#define LOOPS_OF(name)                                                                             \
    {                                                                                              \
        [ORTL_FLOAT] = name##_float, [ORTL_DOUBLE] = name##_double, [ORTL_INT64] = name##_int64,   \
        [ORTL_INT32] = name##_int32                                                                \
    }

static ortl_status check_divisor(const ortl__call *call, ortl_error *error) {
    const ortl__tensor *divisor = call->inputs[1];
    const int64_t *wide = divisor->data;
    const int32_t *narrow = divisor->data;
    int is_wide = divisor->type == ORTL_INT64;
    if (!is_wide && divisor->type != ORTL_INT32) return ORTL_OK;
    if (call->outputs[0]->n_elements == 0) return ORTL_OK;
    for (uint64_t i = 0; i < divisor->n_elements; i++)
        if (is_wide ? wide[i] == 0 : narrow[i] == 0)
            return ortl__fail(error, ORTL_BAD_INPUT, "integer division by zero (element %llu)",
                              (unsigned long long)i);
    return ORTL_OK;
}

const ortl__elementwise ortl__elementwise_add = {.n_inputs = 2, .loops = LOOPS_OF(add)};
const ortl__elementwise ortl__elementwise_subtract = {.n_inputs = 2, .loops = LOOPS_OF(subtract)};
const ortl__elementwise ortl__elementwise_multiply = {.n_inputs = 2, .loops = LOOPS_OF(multiply)};
const ortl__elementwise ortl__elementwise_divide = {
    .n_inputs = 2, .loops = LOOPS_OF(divide), .check = check_divisor};

const ortl__elementwise ortl__elementwise_sum = {.is_variadic = 1, .loops = LOOPS_OF(add)};
const ortl__elementwise ortl__elementwise_max = {.is_variadic = 1, .loops = LOOPS_OF(greater)};
const ortl__elementwise ortl__elementwise_min = {.is_variadic = 1, .loops = LOOPS_OF(lesser)};

const ortl__elementwise ortl__elementwise_negate = {.n_inputs = 1, .loops = LOOPS_OF(negate)};
const ortl__elementwise ortl__elementwise_abs = {.n_inputs = 1, .loops = LOOPS_OF(magnitude)};
const ortl__elementwise ortl__elementwise_relu = {.n_inputs = 1, .loops = LOOPS_OF(relu)};
const ortl__elementwise ortl__elementwise_sign = {.n_inputs = 1, .loops = LOOPS_OF(sign)};
