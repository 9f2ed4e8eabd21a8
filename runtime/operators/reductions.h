/*
 * The loops of the Reduce operators: many elements to one. reduce.c finds out which elements belong
 * together; here is what is computed of them.
 */
#ifndef ORTL_REDUCTIONS_H
#define ORTL_REDUCTIONS_H

#include "elementwise.h"

/* X(name of the row's detail, name of the loops) */
#define ORTL__REDUCTION_MAP(X)                                                                     \
    X(L1, l1)                                                                                      \
    X(L2, l2)                                                                                      \
    X(LOG_SUM, log_sum)                                                                            \
    X(LOG_SUM_EXP, log_sum_exp)                                                                    \
    X(MAX, max)                                                                                    \
    X(MEAN, mean)                                                                                  \
    X(MIN, min)                                                                                    \
    X(PROD, prod)                                                                                  \
    X(SUM, sum)                                                                                    \
    X(SUM_SQUARE, sum_square)

enum {
#define ORTL__REDUCTION_ENUM(detail, loops) ORTL__REDUCE_##detail,
    ORTL__REDUCTION_MAP(ORTL__REDUCTION_ENUM)
#undef ORTL__REDUCTION_ENUM
        ORTL__REDUCE_END
};

/* Some axes of a tensor, as loops over the offsets of its elements. */
typedef struct ortl__axes {
    uint64_t n;   /* product of the extents */
    int has_last; /* the tensor's last axis is among them */
    uint32_t rank;
    int64_t extent[ORTL_MAX_RANK]; /* (rank) outermost first */
    int64_t stride[ORTL_MAX_RANK]; /* (rank) elements */
    const ortl__libm *libm;        /* open for the loops with logarithms */
} ortl__axes;

/* The next position of all loops but the innermost n_inner; 0 when it was the last. */
int ortl__axes_advance(const ortl__axes *axes, uint32_t n_inner, int64_t index[ORTL_MAX_RANK],
                       int64_t *offset);

/* Writes to *result what becomes of the elements that axes reaches from element `first` of data. */
typedef void ortl__reduction(const ortl__axes *axes, const void *data, uint64_t first,
                             void *result);

/* By detail and element type; NULL: not supported. */
extern ortl__reduction *const ortl__reductions[ORTL__REDUCE_END][ORTL__TYPE_END];

#endif
