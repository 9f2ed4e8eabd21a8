/*
 * The strided copy: axes merged where they advance together, runs of neighbours copied whole.
 */
#include "strided.h"

#include <string.h>

void ortl__strided_dense(const ortl__tensor *tensor, int64_t stride_out[ORTL_MAX_RANK]) {
    int64_t n = 1;
    for (uint32_t axis = tensor->rank; axis-- > 0; n *= tensor->shape[axis]) stride_out[axis] = n;
}

/* The loops of a copy, outermost first; at least one. */
typedef struct loops {
    uint32_t rank;
    int64_t extent[ORTL__STRIDED_RANK]; /* (rank) */
    int64_t stride[ORTL__STRIDED_RANK]; /* (rank) elements */
} loops;

/* Drops axes of extent 1 and merges those that advance together; returns the elements. */
static int64_t merge_axes(const ortl__strided *strided, loops *loops_out) {
    int64_t n_elements = 1;
    *loops_out = (loops){.rank = 0};
    for (uint32_t axis = 0; axis < strided->rank; axis++) {
        int64_t extent = strided->extent[axis], stride = strided->stride[axis];
        n_elements *= extent;
        if (extent == 1) continue;
        uint32_t last = loops_out->rank - 1;
        if (loops_out->rank && loops_out->stride[last] == stride * extent) {
            loops_out->extent[last] *= extent;
            loops_out->stride[last] = stride;
        } else {
            loops_out->extent[loops_out->rank] = extent;
            loops_out->stride[loops_out->rank++] = stride;
        }
    }
    if (loops_out->rank == 0) *loops_out = (loops){1, {1}, {1}};
    return n_elements;
}

/* One stretch of the innermost loop: count elements that lie step_bytes apart. Sizes that are
 * known to the compiler make it fast. */
static void copy_stretch(char *to, const char *from, ptrdiff_t step_bytes, size_t element_bytes,
                         uint64_t count) {
    if (step_bytes == (ptrdiff_t)element_bytes) {
        memcpy(to, from, count * element_bytes);
    } else if (element_bytes == 4) {
        for (uint64_t i = 0; i < count; i++, to += 4, from += step_bytes) memcpy(to, from, 4);
    } else if (element_bytes == 8) {
        for (uint64_t i = 0; i < count; i++, to += 8, from += step_bytes) memcpy(to, from, 8);
    } else {
        for (uint64_t i = 0; i < count; i++, to += element_bytes, from += step_bytes)
            memcpy(to, from, element_bytes);
    }
}

void ortl__strided_copy(const ortl__strided *strided, size_t element_bytes, void *output) {
    loops nest;
    int64_t index[ORTL__STRIDED_RANK] = {0}; /* of the outer loops */
    int64_t offset = 0;                      /* elements from the first */
    int64_t n_elements = merge_axes(strided, &nest);
    if (n_elements == 0) return;
    uint32_t innermost = nest.rank - 1;
    uint64_t count = (uint64_t)nest.extent[innermost];
    ptrdiff_t step_bytes = (ptrdiff_t)nest.stride[innermost] * (ptrdiff_t)element_bytes;
    char *to = output;
    for (uint64_t left = (uint64_t)n_elements / count; left > 0;
         left--, to += count * element_bytes) {
        const char *from = (const char *)strided->first + offset * (int64_t)element_bytes;
        copy_stretch(to, from, step_bytes, element_bytes, count);
        for (uint32_t axis = innermost; axis-- > 0;) {
            offset += nest.stride[axis];
            if (++index[axis] < nest.extent[axis]) break;
            offset -= nest.stride[axis] * nest.extent[axis];
            index[axis] = 0;
        }
    }
}
