/*
 * Typed loops, each written once: a macro makes the function for one operation and one pair of
 * types, and ortl__loop_run walks the broadcast loop nest around it. A family lists its operations;
 * nothing is pasted per type.
 */
#ifndef ORTL_LOOPS_H
#define ORTL_LOOPS_H

#include "../libm.h"
#include "../tensor.h"

/* A stretch of the innermost axis: count results from inputs that each advance by one element or
 * stand still (dense tensors know no other step along the innermost loop). */
typedef struct ortl__stretch {
    const void *inputs[3]; /* (up to 3) of the loop's input type */
    int64_t stride[3];     /* (up to 3) 0 or 1, in elements */
    void *output;          /* (count) of the loop's output type */
    uint64_t count;
    const ortl__libm *libm; /* open for the loops that use it */
} ortl__stretch;

typedef void ortl__loop(const ortl__stretch *stretch);

/* Defines a static ortl__loop of one input; `expression` gives an Out from the In called a. The
 * output of these loops may be the same array as an input that has its shape. */
#define ORTL__UNARY_LOOP(name, In, Out, expression)                                                \
    static void name(const ortl__stretch *stretch) {                                               \
        const In *inputs = stretch->inputs[0];                                                     \
        Out *output = stretch->output;                                                             \
        for (uint64_t i = 0; i < stretch->count; i++) {                                            \
            const In a = inputs[i];                                                                \
            output[i] = (expression);                                                              \
        }                                                                                          \
    }

/* The same of two inputs, called a and b. Each way of advancing has its own loop, so that the
 * compiler can use vectors. */
#define ORTL__BINARY_LOOP(name, In, Out, expression)                                               \
    static void name(const ortl__stretch *stretch) {                                               \
        const In *left = stretch->inputs[0], *right = stretch->inputs[1];                          \
        Out *output = stretch->output;                                                             \
        if (stretch->stride[1] == 0) {                                                             \
            const In b = right[0];                                                                 \
            for (uint64_t i = 0; i < stretch->count; i++) {                                        \
                const In a = left[i];                                                              \
                output[i] = (expression);                                                          \
            }                                                                                      \
        } else if (stretch->stride[0] == 0) {                                                      \
            const In a = left[0];                                                                  \
            for (uint64_t i = 0; i < stretch->count; i++) {                                        \
                const In b = right[i];                                                             \
                output[i] = (expression);                                                          \
            }                                                                                      \
        } else {                                                                                   \
            for (uint64_t i = 0; i < stretch->count; i++) {                                        \
                const In a = left[i], b = right[i];                                                \
                output[i] = (expression);                                                          \
            }                                                                                      \
        }                                                                                          \
    }

/* The same of three inputs, the first of them a condition; called c, a and b. */
#define ORTL__CHOICE_LOOP(name, Type, expression)                                                  \
    static void name(const ortl__stretch *stretch) {                                               \
        const uint8_t *conditions = stretch->inputs[0];                                            \
        const Type *left = stretch->inputs[1], *right = stretch->inputs[2];                        \
        const int64_t *stride = stretch->stride;                                                   \
        Type *output = stretch->output;                                                            \
        for (uint64_t i = 0; i < stretch->count; i++) {                                            \
            const uint8_t c = *conditions;                                                         \
            const Type a = *left, b = *right;                                                      \
            output[i] = (expression);                                                              \
            conditions += stride[0];                                                               \
            left += stride[1];                                                                     \
            right += stride[2];                                                                    \
        }                                                                                          \
    }

/* Runs the loop over all elements of output, to whose shape the inputs (1 to 3) broadcast. libm may
 * be NULL for loops that do not use it. */
void ortl__loop_run(ortl__loop *loop, const ortl__libm *libm, const ortl__tensor *const *inputs,
                    size_t n_inputs, const ortl__tensor *output);

#endif
