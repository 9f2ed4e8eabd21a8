/*
 * One operator, built by hand from literals: attributes and inputs in, prepare, shape and run as
 * the plan and a context would call them, outputs and errors out. For the tests of
 * runtime/operators.
 */
#ifndef OPERATOR_HARNESS_H
#define OPERATOR_HARNESS_H

#include "../runtime/operators/operator.h"

#define HARNESS_MAX 24 /* attributes, inputs, outputs */

typedef struct harness {
    ortl__memory memory;
    ortl__arena arena; /* of the session, and of the strings that a run makes */
    ortl_limits limits;
    ortl__algebra algebra;
    ortl__libm libm;
    ortl__attribute attributes[HARNESS_MAX];
    ortl__node node;
    ortl__loading loading;
    ortl__step step;
    ortl__call call;
    uint32_t numbers[2 * HARNESS_MAX]; /* of the values: inputs, then outputs */
    ortl__value values[2 * HARNESS_MAX];
    int64_t shapes[2 * HARNESS_MAX][ORTL_MAX_RANK]; /* of the values */
    ortl__value *value_places[2 * HARNESS_MAX];
    ortl__tensor tensors[2 * HARNESS_MAX];
    const ortl__tensor *inputs[HARNESS_MAX];
    ortl__tensor *outputs[HARNESS_MAX];
    ortl_error error; /* of the last failure */
    /* Gives the node of a tree operator its columns, which each load uses up; NULL: it has none. */
    ortl_status (*make_columns)(struct harness *h);
    const void *columns_source; /* of make_columns */
} harness;

/* An operator with one output; harness_outputs changes their number, which leaves out those that
 * have no place in value_places. */
void harness_open(harness *h, const char *domain, const char *name, int64_t version);
void harness_close(harness *h);
void harness_outputs(harness *h, uint32_t n_outputs);

/* Attributes; what they point to is not copied. */
void harness_attribute(harness *h, const char *name, ortl__attribute_kind kind, uint64_t count,
                       const void *values);
void harness_int(harness *h, const char *name, int64_t value);

/* The next input. A plain one is known at load by type and shape, with any number of rows; a
 * constant is known wholly; of an unknown one only the type. The data are not copied. */
void harness_input(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                   const void *data);
void harness_constant(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                      const void *data);
void harness_unknown(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                     const void *data);

/* The next input is left out. */
void harness_left_out(harness *h);

/* Finds the row of the table and prepares the step: what loading a model does. Tries that first
 * with each allocation failing in turn, which must leave nothing behind, and with each attribute of
 * another kind, which must do no harm. */
ortl_status harness_prepare(harness *h);

/* Only loads it. */
ortl_status harness_load(harness *h);

/* Loads the step unless that was done, then shape and run. */
ortl_status harness_run(harness *h);

/* The output has the type, shape and elements that are wanted: the same bits, but any NaN for a NaN
 * and, above a tolerance of 0, reals that differ by that part of the wanted ones. Fails the test
 * otherwise, with the place in front. */
void harness_expect_output(const harness *h, const char *place, uint32_t number,
                           const ortl__tensor *wanted, double tolerance);

/* A shape and its rank in one, for arguments that take both. */
#define SHAPE(...)                                                                                 \
    sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (const int64_t[]) {                        \
        __VA_ARGS__                                                                                \
    }
#define SCALAR 0, NULL

/* Arrays as literals. */
#define FLOATS(...)  ((const float[]){__VA_ARGS__})
#define DOUBLES(...) ((const double[]){__VA_ARGS__})
#define INT64S(...)  ((const int64_t[]){__VA_ARGS__})
#define INT32S(...)  ((const int32_t[]){__VA_ARGS__})
#define BOOLS(...)   ((const uint8_t[]){__VA_ARGS__})
#define TEXTS(...)   ((const char *const[]){__VA_ARGS__})

#endif
