/*
 * Short lists of integers that say how an operator works: axes, starts, repeats, shapes. Older
 * versions have them as attributes, newer ones as inputs, which may be constant or computed.
 */
#ifndef ORTL_INTEGERS_H
#define ORTL_INTEGERS_H

#include "operator.h"

typedef struct ortl__integers {
    int is_given;   /* else the operator has a default */
    uint32_t input; /* read at each call from this input; ORTL__NO_VALUE: known at load */
    uint32_t n;
    int64_t values[ORTL_MAX_RANK]; /* (n) when known */
} ortl__integers;

/* The attribute, a list, of that name. */
ortl_status ortl__integers_attribute(const ortl__loading *loading, const char *name,
                                     ortl__integers *integers_out, ortl_error *error);

/* The input of that number, int64 or int32 of rank 0 or 1; not given when it is left out. */
ortl_status ortl__integers_input(const ortl__loading *loading, uint32_t index,
                                 ortl__integers *integers_out, ortl_error *error);

/* In shape and run: *integers with its values, wherever they come from. */
ortl_status ortl__integers_read(const ortl__call *call, const ortl__integers *integers,
                                ortl__integers *integers_out, ortl_error *error);

/* 1 when the values are known at load, also that there are none. */
int ortl__integers_are_known(const ortl__integers *integers);

/* Bit a of *axes_out for each axis a that is listed, negative ones counted from the end of rank. */
ortl_status ortl__integers_axes(const ortl__integers *integers, uint32_t rank, uint32_t *axes_out,
                                ortl_error *error);

#endif
