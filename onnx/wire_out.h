/*
 * Encodes protobuf's wire format into a sink through one small buffer. A message stands behind its
 * length, so each message function is run twice: once only counting, once writing.
 */
#ifndef ORTL_WIRE_OUT_H
#define ORTL_WIRE_OUT_H

#include "../runtime/ortlite.h"
#include "writer.h"

typedef struct ortl__wire_out {
    const ortl__byte_sink *sink; /* NULL: count only */
    unsigned char *buffer;       /* (capacity) NULL when counting */
    size_t capacity;
    size_t n_buffered;
    uint64_t n_bytes;   /* encoded so far, buffered ones included */
    ortl_status status; /* of the first failure; everything after it does nothing */
    ortl_error *error;
} ortl__wire_out;

/* Encodes the fields of one message. */
typedef void ortl__wire_message(ortl__wire_out *out, const void *what);

/* The bytes that a message takes, without its key and length. */
uint64_t ortl__wire_measure(ortl__wire_message *message, const void *what);

/* The raw pieces. */
void ortl__wire_put_bytes(ortl__wire_out *out, const void *bytes, size_t n_bytes);
void ortl__wire_put_varint(ortl__wire_out *out, uint64_t value);
void ortl__wire_put_fixed32(ortl__wire_out *out, uint32_t value); /* little endian */
void ortl__wire_put_fixed64(ortl__wire_out *out, uint64_t value); /* little endian */

/* Whole fields. */
void ortl__wire_put_int_field(ortl__wire_out *out, unsigned field, int64_t value);
void ortl__wire_put_float_field(ortl__wire_out *out, unsigned field, float value);
void ortl__wire_put_bytes_field(ortl__wire_out *out, unsigned field, const void *bytes,
                                size_t n_bytes);
/* A text that ends with NUL. */
void ortl__wire_put_text_field(ortl__wire_out *out, unsigned field, const char *text);
/* A message, or packed values: anything that is a length and then that many bytes. */
void ortl__wire_put_message_field(ortl__wire_out *out, unsigned field, ortl__wire_message *message,
                                  const void *what);

/* Hands what is buffered to the sink and returns the status of the whole. */
ortl_status ortl__wire_flush(ortl__wire_out *out);

#endif
