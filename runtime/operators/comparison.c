/*
 * The loops of operators that have to do with truth: comparisons, IsNaN, logic, and Where, which
 * chooses by it. A comparison with NaN is false.
 */
#include <string.h>

#include "elementwise.h"

/* Any byte other than 0 counts as true. */
#define COMPARISON_LOOPS(name, symbol)                                                             \
    ORTL__BINARY_LOOP(name##_float, float, uint8_t, a symbol b)                                    \
    ORTL__BINARY_LOOP(name##_double, double, uint8_t, a symbol b)                                  \
    ORTL__BINARY_LOOP(name##_int64, int64_t, uint8_t, a symbol b)                                  \
    ORTL__BINARY_LOOP(name##_int32, int32_t, uint8_t, a symbol b)

COMPARISON_LOOPS(equal, ==)
COMPARISON_LOOPS(less, <)
COMPARISON_LOOPS(less_or_equal, <=)
COMPARISON_LOOPS(greater, >)
COMPARISON_LOOPS(greater_or_equal, >=)

static int is_same_text(ortl_string a, ortl_string b) {
    return a.n_bytes == b.n_bytes && (a.n_bytes == 0 || memcmp(a.data, b.data, a.n_bytes) == 0);
}

ORTL__BINARY_LOOP(equal_bool, uint8_t, uint8_t, !a == !b)
ORTL__BINARY_LOOP(equal_string, ortl_string, uint8_t, (uint8_t)is_same_text(a, b))

#define LOOPS_OF(name)                                                                             \
    [ORTL_FLOAT] = name##_float, [ORTL_DOUBLE] = name##_double, [ORTL_INT64] = name##_int64,       \
    [ORTL_INT32] = name##_int32

#define COMPARISON(name, ...)                                                                      \
    const ortl__elementwise ortl__elementwise_##name = {                                           \
        .n_inputs = 2, .output_type = ORTL_BOOL, .loops = {__VA_ARGS__}}

COMPARISON(equal, LOOPS_OF(equal), [ORTL_BOOL] = equal_bool, [ORTL_STRING] = equal_string);
COMPARISON(less, LOOPS_OF(less));
COMPARISON(less_or_equal, LOOPS_OF(less_or_equal));
COMPARISON(greater, LOOPS_OF(greater));
COMPARISON(greater_or_equal, LOOPS_OF(greater_or_equal));

ORTL__UNARY_LOOP(is_nan_float, float, uint8_t, a != a)
ORTL__UNARY_LOOP(is_nan_double, double, uint8_t, a != a)

const ortl__elementwise ortl__elementwise_is_nan = {
    .n_inputs = 1,
    .output_type = ORTL_BOOL,
    .loops = {[ORTL_FLOAT] = is_nan_float, [ORTL_DOUBLE] = is_nan_double}};

/* ---- Logic ----------------------------------------------------------------------------------- */

ORTL__BINARY_LOOP(and_bool, uint8_t, uint8_t, a &&b)
ORTL__BINARY_LOOP(or_bool, uint8_t, uint8_t, a || b)
ORTL__BINARY_LOOP(xor_bool, uint8_t, uint8_t, !a != !b)
ORTL__UNARY_LOOP(not_bool, uint8_t, uint8_t, !a)

#define LOGIC(name, count)                                                                         \
    const ortl__elementwise ortl__elementwise_##name = {.n_inputs = count,                         \
                                                        .loops = {[ORTL_BOOL] = name##_bool}}

LOGIC(and, 2);
LOGIC(or, 2);
LOGIC(xor, 2);
LOGIC(not, 1);

/* ---- Where ----------------------------------------------------------------------------------- */

ORTL__CHOICE_LOOP(where_float, float, c ? a : b)
ORTL__CHOICE_LOOP(where_double, double, c ? a : b)
ORTL__CHOICE_LOOP(where_int64, int64_t, c ? a : b)
ORTL__CHOICE_LOOP(where_int32, int32_t, c ? a : b)
ORTL__CHOICE_LOOP(where_bool, uint8_t, c ? a : b)
ORTL__CHOICE_LOOP(where_string, ortl_string, c ? a : b)

const ortl__elementwise ortl__elementwise_where = {
    .n_inputs = 3,
    .n_conditions = 1,
    .loops = {LOOPS_OF(where), [ORTL_BOOL] = where_bool, [ORTL_STRING] = where_string}};
