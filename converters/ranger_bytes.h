/*
 * A bounds-checked walk through the bytes of a ranger forest: little-endian sizes, and vectors that
 * are a size of 8 bytes followed by that many items, which stay where they are.
 */
#ifndef ORTL_RANGER_BYTES_H
#define ORTL_RANGER_BYTES_H

#include "../runtime/memory.h"
#include "../runtime/status.h"

typedef struct ortl__ranger_bytes {
    const unsigned char *bytes; /* (n_bytes) */
    size_t n_bytes;
    size_t at; /* of the next byte */
} ortl__ranger_bytes;

typedef struct ortl__ranger_vector {
    const unsigned char *items; /* (n x their size) not aligned */
    uint64_t n;
    size_t offset; /* in the file, of the size in front */
} ortl__ranger_vector;

/* ORTL_BAD_MODEL with "byte 12: " in front of the message. */
ortl_status ortl__ranger_fail(size_t at, ortl_error *error, const char *format, ...)
    ORTL__PRINTF(3, 4);

/* Reads an unsigned number of n_bytes, 4 or 8. `what` is for the message. */
ortl_status ortl__ranger_size(ortl__ranger_bytes *bytes, size_t n_bytes, const char *what,
                              uint64_t *value_out, ortl_error *error);

/* Steps over a vector, which must lie within the file. */
ortl_status ortl__ranger_take(ortl__ranger_bytes *bytes, const char *what, size_t item_bytes,
                              ortl__ranger_vector *vector_out, ortl_error *error);

/* Item `index`, which exists, of a vector of 8-byte items. */
uint64_t ortl__ranger_integer(const ortl__ranger_vector *vector, uint64_t index);
double ortl__ranger_double(const ortl__ranger_vector *vector, uint64_t index);

#endif
