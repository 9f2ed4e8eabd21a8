/*
 * Tensors of indices, int64 or int32, in which negative ones count from the end: what the operators
 * that gather and scatter have in common.
 */
#ifndef ORTL_INDICES_H
#define ORTL_INDICES_H

#include "operator.h"

/* ORTL_UNSUPPORTED unless input 1 holds indices. */
ortl_status ortl__indices_type(const ortl__loading *loading, ortl_error *error);

/* Index number i made nonnegative, or -1 when it lies outside of extent. */
int64_t ortl__indices_at(const ortl__tensor *indices, uint64_t i, int64_t extent);

/* ORTL_BAD_INPUT unless all lie inside. */
ortl_status ortl__indices_check(const ortl__tensor *indices, int64_t extent, ortl_error *error);

/* ORTL_BAD_INPUT unless the indices, of the rank of input, are at no axis but `axis` more. */
ortl_status ortl__indices_fit(const ortl__tensor *input, const ortl__tensor *indices, uint32_t axis,
                              ortl_error *error);

/* The element of input that index number i names: its place along axis, and beside it the place of
 * the index itself. The indices were checked and fit. */
uint64_t ortl__indices_element(const ortl__tensor *input, const ortl__tensor *indices,
                               uint32_t axis, uint64_t i);

#endif
