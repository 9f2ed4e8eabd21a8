/*
 * NumPy's .npy files, versions 1 to 3, to and from tensors: f4, f8, i2, i4, i8, b1 and U (as
 * UTF-8), S for reading only, in either byte order, in C or Fortran order. What a tensor means is
 * left to the caller.
 */
#ifndef ORTL_TOOLS_NPY_H
#define ORTL_TOOLS_NPY_H

#include "../runtime/ortlite.h"

#include <stdint.h>
#include <stdio.h>

/* Longest header that npy_header writes: with rank ORTL_MAX_RANK. */
#define NPY_HEADER_BYTES 512

/* Reads the file at path, which must be a regular file of just one array. The tensor is C order in
 * the byte order of the machine, its name NULL; npy_free frees its data. On failure
 * tensor_out->data is NULL; an array of another type or form is ORTL_BAD_INPUT, a directory
 * ORTL_IO. Memory is asked for only when the file is as long as its header says.
 */
ortl_status npy_read(const char *path, ortl_tensor *tensor_out, ortl_error *error);

/* The same from the n_bytes bytes that stream has left. */
ortl_status npy_read_stream(FILE *stream, uint64_t n_bytes, ortl_tensor *tensor_out,
                            ortl_error *error);

/* Frees what reading has allocated; a tensor whose data is NULL is left alone. */
void npy_free(ortl_tensor *tensor);

/* Stores the header, version 1.0, of little-endian C-order data of this type and shape, and its
 * length. n_characters is the width of strings, not used for other types. Byte for byte what NumPy
 * writes: it leaves room for any first extent, so that a program that writes rows as they come can
 * write the header again, with their count, at the end. */
ortl_status npy_header(ortl_type type, size_t n_characters, size_t rank, const int64_t *shape,
                       char header_out[NPY_HEADER_BYTES], size_t *n_bytes_out, ortl_error *error);

/* Writes header and data; strings get the width of the longest (at least 1) in code points. The
 * caller flushes and checks the stream's end. */
ortl_status npy_write_stream(FILE *stream, const ortl_tensor *tensor, ortl_error *error);

/* The same into the file at path, which is created or replaced only when all is written. */
ortl_status npy_write(const char *path, const ortl_tensor *tensor, ortl_error *error);

#endif
