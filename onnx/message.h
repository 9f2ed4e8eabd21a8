/*
 * Hands one small message to protobuf-c. First its known fields are copied from the source, with
 * wire types, texts and nesting checked, so that protobuf-c sees nothing else; then it unpacks them
 * with an allocator that has a bound.
 */
#ifndef ORTL_MESSAGE_H
#define ORTL_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "wire.h"

/* What is kept from one message to the next. */
typedef struct ortl__message_room {
    ortl__memory *memory;
    uint64_t string_bytes; /* of all texts so far, and their limit */
    uint64_t max_string_bytes;
    unsigned char *copy; /* (n_copied of copy_capacity) the known fields of the message */
    uint64_t n_copied, copy_capacity;
    ProtobufCAllocator allocator;
    uint64_t unpack_bytes_left; /* that protobuf-c may still take for the message */
    ortl_status unpack_status;  /* why it got no memory, and */
    ortl_error *unpack_error;   /* where to say so */
} ortl__message_room;

/* The bit of a field number in the set of fields that is wanted of a message. */
#define ORTL__WANT(number) (UINT64_C(1) << (number))
#define ORTL__WANT_ALL     UINT64_MAX

void ortl__message_room_init(ortl__message_room *room, ortl__memory *memory,
                             const ortl_limits *limits);
void ortl__message_room_free(ortl__message_room *room);

/* Unpacks the wanted fields of the message at wire (by ORTL__WANT) and, within them, all that
 * descriptor knows. *message_out is to be freed by ortl__message_free. */
ortl_status ortl__message_unpack(ortl__message_room *room, ortl__wire wire,
                                 const ProtobufCMessageDescriptor *descriptor, uint64_t wanted,
                                 void *message_out, ortl_error *error);

/* NULL is allowed. */
void ortl__message_free(ortl__message_room *room, void *message);

/* Counts bytes of texts against the limit string_bytes. */
ortl_status ortl__message_count_text(ortl__message_room *room, uint64_t n_bytes, ortl_error *error);

#endif
