/*
 * A kernel walks all trees of a forest for some rows and aggregates the leaves. kernel_plain is the
 * reference; every other kernel equals it bit for bit.
 */
#ifndef ORTL_KERNEL_H
#define ORTL_KERNEL_H

#include "forest.h"

/* Rows of Real (see forest.h): feature j of row i is data[i * row_stride + j * column_stride]. */
typedef struct ortl__rows {
    const void *data;
    size_t n_rows;
    ptrdiff_t row_stride;    /* elements */
    ptrdiff_t column_stride; /* elements */
} ortl__rows;

/* Writes for each row the aggregate of every target before base values and transforms: the
 * sequential sum in tree order, the smallest, the greatest (AVERAGE is summed here, divided later).
 *   sums   (n_rows, n_targets) Real, 0 where nothing voted
 *   voted  (n_rows, n_targets) 1 where some leaf voted for the target; NULL when n_targets is 1
 * Rows have at least forest->n_columns columns. Nothing is allocated. */
typedef void ortl__kernel_function(const ortl__forest *forest, const ortl__rows *rows, void *sums,
                                   uint8_t *voted);

/* Finds the leaf that one row reaches in each tree: leaves (n_trees) node rows. */
typedef void ortl__leaves_function(const ortl__forest *forest, const void *row,
                                   ptrdiff_t column_stride, uint32_t *leaves);

typedef struct ortl__kernel {
    const char *name;
    ortl__kernel_function *run;
} ortl__kernel;

extern const ortl__kernel ortl__kernel_plain;
ortl__leaves_function ortl__leaves_plain;

#endif
