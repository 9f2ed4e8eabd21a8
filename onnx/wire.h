/*
 * A bounds-checked cursor over protobuf wire bytes. It knows tags, varints, lengths and groups, not
 * what the fields mean; it neither recurses nor allocates. A nested message is another cursor.
 */
#ifndef ORTL_WIRE_H
#define ORTL_WIRE_H

#include "source.h"

typedef enum ortl__wire_type {
    ORTL__WIRE_VARINT = 0,
    ORTL__WIRE_FIXED64 = 1,
    ORTL__WIRE_LENGTH = 2, /* text, bytes, message or packed numbers */
    ORTL__WIRE_GROUP = 3,
    ORTL__WIRE_GROUP_END = 4,
    ORTL__WIRE_FIXED32 = 5
} ortl__wire_type;

/* Most bytes of a varint, of a tag with its varint, and the greatest field number. */
#define ORTL__VARINT_BYTES     10
#define ORTL__FIELD_HEAD_BYTES 20
#define ORTL__MAX_FIELD_NUMBER ((UINT32_C(1) << 29) - 1)

/* A cursor in one message: the bytes from at to end of the source are still to come. */
typedef struct ortl__wire {
    ortl__source *source;
    uint64_t at;
    uint64_t end;
    uint64_t depth;     /* messages around this one */
    uint64_t max_depth; /* the limit `nesting` */
} ortl__wire;

typedef struct ortl__wire_field {
    uint32_t number; /* 0: the message has ended */
    ortl__wire_type type;
    uint64_t at;      /* offset of the tag, for messages */
    uint64_t value;   /* VARINT, FIXED32, FIXED64 */
    uint64_t begin;   /* LENGTH: offset of the contents */
    uint64_t n_bytes; /* LENGTH: of the contents, all inside the message */
} ortl__wire_field;

/* The whole source as one message. */
void ortl__wire_init(ortl__wire *wire, ortl__source *source, const ortl_limits *limits);

/* The next field, or field_out->number 0 at the end of the message. The contents of a LENGTH field
 * are passed over unread; groups, which ONNX has none of, are passed over altogether. */
ortl_status ortl__wire_next(ortl__wire *wire, ortl__wire_field *field_out, ortl_error *error);

/* A cursor in the contents of a LENGTH field. ORTL_BAD_MODEL when the field is of another type,
 * ORTL_LIMIT when messages nest too deeply. */
ortl_status ortl__wire_enter(const ortl__wire *outer, const ortl__wire_field *field,
                             ortl__wire *inner_out, ortl_error *error);

/* ORTL_BAD_MODEL unless the field has this type. */
ortl_status ortl__wire_expect(const ortl__wire_field *field, ortl__wire_type type,
                              ortl_error *error);

/* Decodes one varint from the n_bytes at bytes: the bytes used, 0 when they end too early, or
 * ORTL__VARINT_BYTES + 1 when it is too long. Bits beyond 64 are dropped, as protobuf does. */
size_t ortl__wire_varint(const unsigned char *bytes, size_t n_bytes, uint64_t *value_out);

/* Little-endian numbers, on any machine. */
uint32_t ortl__wire_fixed32(const unsigned char *bytes);
uint64_t ortl__wire_fixed64(const unsigned char *bytes);

#endif
