/*
 * Operators that compute each output element from the elements at the same place of broadcast
 * inputs. An operation is a description: its typed loops and its output type. The files
 * that define loops (arithmetic.c, comparison.c, mathematics.c) know nothing of nodes;
 * elementwise.c knows nothing of what is computed.
 */
#ifndef ORTL_ELEMENTWISE_H
#define ORTL_ELEMENTWISE_H

#include "loops.h"
#include "operator.h"

#define ORTL__TYPE_END (ORTL_DOUBLE + 1) /* length of arrays indexed by ortl_type */

typedef struct ortl__elementwise {
    uint32_t n_inputs;
    uint32_t n_conditions; /* the first inputs are bool, the others share one type */
    int is_variadic;       /* 1 or more inputs of one type, folded from the left by a loop of two */
    int uses_libm;         /* what the loops are given */
    ortl_type output_type; /* ORTL_UNDEFINED: the type that the inputs share */
    ortl__loop *loops[ORTL__TYPE_END]; /* by the type of the inputs; NULL: not supported */
    /* By the type of input 1 too, which may differ; NULL: it has the type of input 0. */
    ortl__loop *const (*mixed_loops)[ORTL__TYPE_END];
    ortl_status (*check)(const ortl__call *call, ortl_error *error); /* NULL: no input is refused */
} ortl__elementwise;

/* X(name of the row's detail, name of the description) */
#define ORTL__ELEMENTWISE_MAP(X)                                                                   \
    X(ABS, abs)                                                                                    \
    X(ADD, add)                                                                                    \
    X(AND, and)                                                                                    \
    X(CEIL, ceil)                                                                                  \
    X(DIVIDE, divide)                                                                              \
    X(EQUAL, equal)                                                                                \
    X(EXP, exp)                                                                                    \
    X(FLOOR, floor)                                                                                \
    X(GREATER, greater)                                                                            \
    X(GREATER_OR_EQUAL, greater_or_equal)                                                          \
    X(IS_NAN, is_nan)                                                                              \
    X(LESS, less)                                                                                  \
    X(LESS_OR_EQUAL, less_or_equal)                                                                \
    X(LOG, log)                                                                                    \
    X(MAX, max)                                                                                    \
    X(MIN, min)                                                                                    \
    X(MULTIPLY, multiply)                                                                          \
    X(NEGATE, negate)                                                                              \
    X(NOT, not )                                                                                   \
    X(OR, or)                                                                                      \
    X(POWER, power)                                                                                \
    X(RECIPROCAL, reciprocal)                                                                      \
    X(RELU, relu)                                                                                  \
    X(ROUND, round)                                                                                \
    X(SIGMOID, sigmoid)                                                                            \
    X(SIGN, sign)                                                                                  \
    X(SQRT, sqrt)                                                                                  \
    X(SUBTRACT, subtract)                                                                          \
    X(SUM, sum)                                                                                    \
    X(TANH, tanh)                                                                                  \
    X(WHERE, where)                                                                                \
    X(XOR, xor)

enum {
#define ORTL__ELEMENTWISE_ENUM(detail, description) ORTL__ELEMENTWISE_##detail,
    ORTL__ELEMENTWISE_MAP(ORTL__ELEMENTWISE_ENUM)
#undef ORTL__ELEMENTWISE_ENUM
};

#define ORTL__ELEMENTWISE_DECLARE(detail, description)                                             \
    extern const ortl__elementwise ortl__elementwise_##description;
ORTL__ELEMENTWISE_MAP(ORTL__ELEMENTWISE_DECLARE)
#undef ORTL__ELEMENTWISE_DECLARE

#endif
