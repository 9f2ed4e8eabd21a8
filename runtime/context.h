/*
 * One thread's scratch: a tensor for each value, a growing buffer for each slot, and one prepared
 * call for each step, so that a run whose shapes are those of the run before does nothing but the
 * work.
 */
#ifndef ORTL_CONTEXT_H
#define ORTL_CONTEXT_H

#include "session.h"

typedef struct ortl__buffer {
    void *data;
    uint64_t n_bytes;
} ortl__buffer;

struct ortl_context {
    const ortl_session *session;
    ortl__memory memory;
    ortl__arena arena;     /* of the arrays below */
    ortl__arena texts;     /* strings made by the current run */
    ortl__tensor *tensors; /* (n_values) of the plan */
    ortl__call *calls;     /* (n_steps) */
    ortl__buffer *slots;   /* (n_slots) */
    ortl__buffer scratch;  /* shared by the steps, one after the other */
    ortl__buffer staging;  /* (n_block, n_features) float: rows gathered by ortl_predict */
    uint8_t *holds;        /* (n_guards) of the plan: 1 when the guard holds in the current run */
    uint8_t *is_bound;     /* (inputs of the graph) 1: given in the current call of ortl_run */
    int has_strides;       /* the input is not dense; only where all of its readers take strides */
    ptrdiff_t row_stride;  /* of that input, elements */
    ptrdiff_t column_stride;
    ortl_context **helpers; /* (threads of the pool, but the caller's) NULL: none */
    ortl_tensor *slices;    /* (inputs of the graph) this thread's, where threads share a call */
    ortl__buffer *joined;   /* (outputs of the graph) of a call of ortl_run that threads shared */
    ortl__tap *tap;         /* of the run in progress, NULL: none */
    uint64_t work;          /* of the steps whose shapes are known, see work.h */
    int are_shapes_valid; /* the tensors have the shapes and buffers of the inputs that they hold */
};

/* The context of a worker of the pool: 0 is the caller. */
static inline ortl_context *ortl__context_of_worker(ortl_context *context, size_t worker) {
    return worker == 0 ? context : context->helpers[worker - 1];
}

/* Makes room for n_bytes; the contents are not kept apart from what realloc keeps. */
ortl_status ortl__buffer_reserve(ortl_context *context, ortl__buffer *buffer, uint64_t n_bytes,
                                 ortl_error *error);

/* Gives a graph input its data and shape; the shapes of all that follows are kept when its own is
 * as before. */
ortl_status ortl__context_bind(ortl_context *context, uint32_t value, ortl_type type, size_t rank,
                               const int64_t *shape, const void *data, ortl_error *error);

/* Rows that each thread gets of a call with n_rows rows; n_rows when they are not shared. */
size_t ortl__context_share(const ortl_context *context, size_t n_rows);

/* Runs all steps on the inputs that are bound. */
ortl_status ortl__context_run(ortl_context *context, ortl_error *error);

/* Shapes and buffers for n_rows rows of every input, where the declared shapes tell the rest. */
ortl_status ortl__context_reserve(ortl_context *context, size_t n_rows, ortl_error *error);

/* The same for the blocks of ortl_predict, whose rows may have to be gathered. */
ortl_status ortl__context_reserve_block(ortl_context *context, ortl_error *error);

#endif
