/*
 * The loops of Add, Sub, Mul and Div. Integers wrap around as in two's complement, so that no input
 * is undefined; a division by the integer 0 is refused.
 */
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

#define ARITHMETIC(name, check_function)                                                           \
    const ortl__elementwise ortl__elementwise_##name = {.n_inputs = 2,                             \
                                                        .loops = {[ORTL_FLOAT] = name##_float,     \
                                                                  [ORTL_DOUBLE] = name##_double,   \
                                                                  [ORTL_INT64] = name##_int64,     \
                                                                  [ORTL_INT32] = name##_int32},    \
                                                        .check = check_function}

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

ARITHMETIC(add, NULL);
ARITHMETIC(subtract, NULL);
ARITHMETIC(multiply, NULL);
ARITHMETIC(divide, check_divisor);
