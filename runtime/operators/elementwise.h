/*
 * Operators that compute each output element from the elements at the same place of 1 to 3
 * broadcast inputs. An operation is a description: its typed loops and its output type. The files
 * that define loops (arithmetic.c, mathematics.c) know nothing of nodes; elementwise.c knows
 * nothing of what is computed.
 */
#ifndef ORTL_ELEMENTWISE_H
#define ORTL_ELEMENTWISE_H

#include "loops.h"
#include "operator.h"

#define ORTL__TYPE_END (ORTL_DOUBLE + 1) /* length of arrays indexed by ortl_type */

typedef struct ortl__elementwise {
    uint32_t n_inputs;
    ortl_type output_type;             /* ORTL_UNDEFINED: that of the inputs */
    ortl__loop *loops[ORTL__TYPE_END]; /* by the type of the inputs; NULL: not supported */
    ortl_status (*check)(const ortl__call *call, ortl_error *error); /* NULL: no input is refused */
} ortl__elementwise;

/* X(name of the row's detail, name of the description) */
#define ORTL__ELEMENTWISE_MAP(X)                                                                   \
    X(ADD, add)                                                                                    \
    X(SUBTRACT, subtract)                                                                          \
    X(MULTIPLY, multiply)                                                                          \
    X(DIVIDE, divide)                                                                              \
    X(EXP, exp)                                                                                    \
    X(SIGMOID, sigmoid)

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
