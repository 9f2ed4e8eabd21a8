/*
 * What a step costs, told from its shapes before it runs, in the unit of the limit steps_per_row: a
 * test of a tree, a byte that is read or made, a multiplication.
 */
#ifndef ORTL_WORK_H
#define ORTL_WORK_H

#include "operators/operator.h"

/* The work of a call whose inputs and outputs have their shapes. values (numbers as in the step):
 * of constants only what is made from them counts; NULL: they count like any input. */
uint64_t ortl__call_work(const ortl__call *call, const ortl__value *values);

/* Adds to *work_inout; ORTL_LIMIT naming steps_per_row when that exceeds the limit for n_rows rows.
 */
ortl_status ortl__work_add(uint64_t *work_inout, uint64_t more, uint64_t limit, uint64_t n_rows,
                           ortl_error *error);

#endif
