/*
 * How many rows go through the sliced form together: what blocks of each width cost, and which
 * widths, one after the other, cost the least for a number of rows.
 */
#ifndef ORTL_SLICE_PLAN_H
#define ORTL_SLICE_PLAN_H

#include "pack_slices.h"

typedef struct ortl__slice_plan {
    /* Words of the next block when the rows left fill w words, the last perhaps in part. */
    uint8_t next[ORTL__SLICE_WORDS + 1];
    /* Rows that are taken one by one when they are what is left beside w full words. */
    uint8_t most_few[ORTL__SLICE_WORDS];
} ortl__slice_plan;

/* The plan of a kernel of the slices or the levels form, for a forest that it can hold. */
void ortl__slice_plan_make(ortl__slice_plan *plan, const ortl__survey *survey,
                           const ortl__pack_kernel *kernel);

/* Nanoseconds for a row, by rule of thumb, when n_rows rows go by the plan. */
double ortl__slice_plan_cost(const ortl__survey *survey, const ortl__pack_kernel *kernel,
                             size_t n_rows);

/* Words of the next block, out of n_left > 0 rows, and how many rows it takes. 0 words: all that
 * are left go one by one. */
size_t ortl__slice_plan_next(const ortl__slice_plan *plan, size_t n_left, size_t *n_rows_out);

/* Words of the widest block that n_rows rows or fewer lead to. */
size_t ortl__slice_plan_most_words(const ortl__slice_plan *plan, size_t n_rows);

#endif
