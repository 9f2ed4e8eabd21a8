/*
 * Copies of elements that are picked at regular steps: what Transpose, Slice, Split, Expand and
 * Tile have in common.
 */
#ifndef ORTL_STRIDED_H
#define ORTL_STRIDED_H

#include "../tensor.h"

#define ORTL__STRIDED_RANK (2 * ORTL_MAX_RANK) /* Tile walks each axis twice */

/* Where the elements of a dense output, last axis fastest, lie in the input. */
typedef struct ortl__strided {
    const void *first;                  /* the element that belongs to output 0 */
    uint32_t rank;                      /* axes of the output */
    int64_t extent[ORTL__STRIDED_RANK]; /* (rank) */
    int64_t stride[ORTL__STRIDED_RANK]; /* (rank) in elements of the input; may be 0 or negative */
} ortl__strided;

/* Elements between neighbours along each axis of a dense tensor, into stride_out[rank]. */
void ortl__strided_dense(const ortl__tensor *tensor, int64_t stride_out[ORTL_MAX_RANK]);

/* Copies all elements, of element_bytes each, to output. */
void ortl__strided_copy(const ortl__strided *strided, size_t element_bytes, void *output);

#endif
