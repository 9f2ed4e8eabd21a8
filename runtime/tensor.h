/*
 * Typed shaped views of dense arrays: what flows between the operators. A tensor never owns its
 * data.
 */
#ifndef ORTL_TENSOR_H
#define ORTL_TENSOR_H

#include "ortlite.h"

typedef struct ortl__tensor {
    ortl_type type;
    uint32_t rank;
    int64_t shape[ORTL_MAX_RANK]; /* (rank) */
    uint64_t n_elements;          /* product of shape, 1 for rank 0 */
    void *data;                   /* (n_elements) of type; NULL while only the shape is known */
} ortl__tensor;

/* Sets type, rank, shape and n_elements, data to NULL. Rank above ORTL_MAX_RANK, a negative extent
 * or a product above 2^62 is ORTL_BAD_INPUT. */
ortl_status ortl__tensor_shape(ortl__tensor *tensor, ortl_type type, size_t rank,
                               const int64_t *shape, ortl_error *error);

/* Bytes of the data. */
uint64_t ortl__tensor_bytes(const ortl__tensor *tensor);

/* 1 when it is one boolean that is true. */
int ortl__tensor_is_true(const ortl__tensor *tensor);

/* "[3,4]", cut when it does not fit; for messages. */
void ortl__tensor_shape_text(const ortl__tensor *tensor, char text_out[64]);

/* A dense array seen around some neighbouring axes: element (i, j, k) of the view is number
 * (i * n_along + j) * n_inner + k. */
typedef struct ortl__axis_view {
    uint64_t n_outer; /* product of the extents before the axes */
    uint64_t n_along; /* of the axes */
    uint64_t n_inner; /* of those behind them */
} ortl__axis_view;

/* The view around the axes first_axis .. end_axis - 1. */
ortl__axis_view ortl__tensor_around(const ortl__tensor *tensor, uint32_t first_axis,
                                    uint32_t end_axis);

/* ---- Broadcasting (ONNX "multidirectional broadcasting", as NumPy's) ------------------------- */

/* The loop nest of an elementwise operator with up to 3 inputs: axes of extent 1 dropped and
 * neighbours that advance together merged, so that the common cases have rank 0 or 1. */
typedef struct ortl__broadcast {
    uint32_t rank;                    /* loops, outermost first; at least 1 */
    int64_t extent[ORTL_MAX_RANK];    /* (rank) */
    int64_t stride[3][ORTL_MAX_RANK]; /* (inputs, rank) in elements, 0 along a repeated axis */
    uint64_t n_outer;                 /* product of all extents but the last */
} ortl__broadcast;

/* The shape that the inputs broadcast to, into *out_shape (type left alone). */
ortl_status ortl__broadcast_shape(const ortl__tensor *const *inputs, size_t n_inputs,
                                  ortl__tensor *out_shape, ortl_error *error);

/* The loop nest for inputs (1 to 3) that broadcast to out. */
void ortl__broadcast_plan(const ortl__tensor *const *inputs, size_t n_inputs,
                          const ortl__tensor *out, ortl__broadcast *plan_out);

#endif
