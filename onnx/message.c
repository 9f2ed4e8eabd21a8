/*
 * Copying the known fields of a message, and unpacking the copy by protobuf-c. The copy is in the
 * same wire format, without unknown fields and groups, each number spelled the short way.
 */
#include "message.h"

#include <stdalign.h>
#include <string.h>

#include "../runtime/status.h"

/* Messages inside each other that protobuf-c may see. The deepest that is supported, the dimension
 * of a tensor in a map in a sequence, has 9. protobuf-c itself has no bound and recurses. */
#define MOST_LEVELS 12

/* What protobuf-c may allocate for a message: it takes about 32 bytes of scratch and up to 56 bytes
 * of struct for a field of 2 bytes. */
#define UNPACK_BYTES_BASE     4096
#define UNPACK_BYTES_PER_BYTE 128

/* Bytes that a length is copied with, so that it can be filled in afterwards. */
#define LENGTH_BYTES 5

/* ---- The allocator of protobuf-c ------------------------------------------------------------- */

/* Each block carries its size in front, because protobuf-c frees without one. */
#define BLOCK_HEAD_BYTES alignof(max_align_t)

static void *allocate(void *user, size_t n_bytes) {
    ortl__message_room *room = user;
    unsigned char *block = NULL;
    if (n_bytes > room->unpack_bytes_left) {
        room->unpack_status = ortl__fail(room->unpack_error, ORTL_LIMIT,
                                         "a message takes too much memory for its size");
        return NULL;
    }
    ortl_status status = ortl__memory_new(room->memory, (uint64_t)n_bytes + BLOCK_HEAD_BYTES, 1,
                                          &block, room->unpack_error);
    if (status != ORTL_OK) {
        room->unpack_status = status;
        return NULL;
    }
    room->unpack_bytes_left -= n_bytes;
    memcpy(block, &n_bytes, sizeof n_bytes);
    return block + BLOCK_HEAD_BYTES;
}

static void release(void *user, void *pointer) {
    ortl__message_room *room = user;
    size_t n_bytes;
    if (pointer == NULL) return;
    unsigned char *block = (unsigned char *)pointer - BLOCK_HEAD_BYTES;
    memcpy(&n_bytes, block, sizeof n_bytes);
    room->unpack_bytes_left += n_bytes;
    ortl__memory_free(room->memory, block, (uint64_t)n_bytes + BLOCK_HEAD_BYTES, 1);
}

void ortl__message_room_init(ortl__message_room *room, ortl__memory *memory,
                             const ortl_limits *limits) {
    memset(room, 0, sizeof *room);
    room->memory = memory;
    room->max_string_bytes = limits->string_bytes;
    room->allocator.alloc = allocate;
    room->allocator.free = release;
    room->allocator.allocator_data = room;
}

void ortl__message_room_free(ortl__message_room *room) {
    ortl__memory_free(room->memory, room->copy, room->copy_capacity, 1);
    room->copy = NULL;
    room->copy_capacity = 0;
}

ortl_status ortl__message_count_text(ortl__message_room *room, uint64_t n_bytes,
                                     ortl_error *error) {
    uint64_t left = room->max_string_bytes - room->string_bytes;
    if (n_bytes > left)
        return ortl__fail_limit(error, "string_bytes", room->max_string_bytes,
                                room->string_bytes + n_bytes);
    room->string_bytes += n_bytes;
    return ORTL_OK;
}

/* ---- Copying the known fields ---------------------------------------------------------------- */

/* One message around the place that is being copied. */
typedef struct level {
    ortl__wire wire;
    const ProtobufCMessageDescriptor *descriptor;
    uint64_t length_at; /* where in the copy its length is to be filled in */
} level;

static ortl_status make_room(ortl__message_room *room, uint64_t n_more, ortl_error *error) {
    return ortl__memory_grow(room->memory, &room->copy, &room->copy_capacity,
                             room->n_copied + n_more, 1, error);
}

/* Room was made. */
static void put_varint(ortl__message_room *room, uint64_t value) {
    for (; value >= 0x80; value >>= 7) room->copy[room->n_copied++] = (unsigned char)(value | 0x80);
    room->copy[room->n_copied++] = (unsigned char)value;
}

/* The contents of a text, bytes or packed field, for which room was made. */
static ortl_status put_contents(ortl__message_room *room, const ortl__wire *wire,
                                const ortl__wire_field *field, int is_text, ortl_error *error) {
    unsigned char *contents = room->copy + room->n_copied;
    size_t n_bytes = (size_t)field->n_bytes;
    ortl_status status = ortl__source_read(wire->source, field->begin, n_bytes, contents, error);
    if (status != ORTL_OK) return status;
    if (is_text && memchr(contents, '\0', n_bytes) != NULL)
        return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: a text contains a zero byte",
                          (unsigned long long)field->begin);
    room->n_copied += field->n_bytes;
    return ORTL_OK;
}

/* Fields of fixed width are never wanted: in ONNX they are the data of attributes and tensors,
 * which are streamed. */
static ortl__wire_type wire_type_of(const ProtobufCFieldDescriptor *known) {
    switch (known->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE: return ORTL__WIRE_LENGTH;
    default: return ORTL__WIRE_VARINT;
    }
}

static ortl_status check_type(const ortl__wire_field *field, const ProtobufCFieldDescriptor *known,
                              ortl_error *error) {
    ortl__wire_type type = wire_type_of(known);
    if (known->label == PROTOBUF_C_LABEL_REPEATED && field->type == ORTL__WIRE_LENGTH)
        type = ORTL__WIRE_LENGTH; /* packed */
    return ortl__wire_expect(field, type, error);
}

/* Copies a field that is not a message. */
static ortl_status copy_field(ortl__message_room *room, const ortl__wire *wire,
                              const ortl__wire_field *field, const ProtobufCFieldDescriptor *known,
                              ortl_error *error) {
    int is_text = known->type == PROTOBUF_C_TYPE_STRING;
    uint64_t n_contents = field->type == ORTL__WIRE_LENGTH ? field->n_bytes : 0;
    ortl_status status = ORTL_OK;
    if (is_text || known->type == PROTOBUF_C_TYPE_BYTES)
        status = ortl__message_count_text(room, n_contents, error);
    if (status == ORTL_OK) status = make_room(room, ORTL__FIELD_HEAD_BYTES + n_contents, error);
    if (status != ORTL_OK) return status;
    put_varint(room, (uint64_t)field->number << 3 | (uint64_t)field->type);
    if (field->type != ORTL__WIRE_LENGTH) {
        put_varint(room, field->value);
        return ORTL_OK;
    }
    put_varint(room, field->n_bytes);
    return put_contents(room, wire, field, is_text, error);
}

/* Begins the copy of a message inside the message of levels[*n_levels - 1]. */
static ortl_status open_level(ortl__message_room *room, level *levels, size_t *n_levels,
                              const ortl__wire_field *field, const ProtobufCFieldDescriptor *known,
                              ortl_error *error) {
    level *inner = &levels[*n_levels];
    if (*n_levels == MOST_LEVELS)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "byte %llu: messages nest deeper than in any type that is supported",
                          (unsigned long long)field->at);
    ortl_status status = ortl__wire_enter(&levels[*n_levels - 1].wire, field, &inner->wire, error);
    if (status == ORTL_OK) status = make_room(room, ORTL__FIELD_HEAD_BYTES + LENGTH_BYTES, error);
    if (status != ORTL_OK) return status;
    put_varint(room, (uint64_t)field->number << 3 | ORTL__WIRE_LENGTH);
    inner->descriptor = known->descriptor;
    inner->length_at = room->n_copied;
    room->n_copied += LENGTH_BYTES;
    ++*n_levels;
    return ORTL_OK;
}

/* Fills in the length of a message whose contents are copied, as a varint of full width: a copy is
 * below the limit string_bytes and thus far below 2^35 bytes. */
static void close_level(ortl__message_room *room, const level *inner) {
    uint64_t n_bytes = room->n_copied - inner->length_at - LENGTH_BYTES;
    for (int i = 0; i < LENGTH_BYTES; i++) {
        unsigned more = i < LENGTH_BYTES - 1 ? 0x80 : 0;
        room->copy[inner->length_at + (uint64_t)i] =
            (unsigned char)((n_bytes >> 7 * i & 0x7f) | more);
    }
}

static ortl_status copy_message(ortl__message_room *room, ortl__wire wire,
                                const ProtobufCMessageDescriptor *descriptor, uint64_t wanted,
                                ortl_error *error) {
    level levels[MOST_LEVELS] = {{wire, descriptor, 0}};
    size_t n_levels = 1;
    room->n_copied = 0;
    while (n_levels > 0) {
        level *here = &levels[n_levels - 1];
        ortl__wire_field field;
        ortl_status status = ortl__wire_next(&here->wire, &field, error);
        if (status != ORTL_OK) return status;
        if (field.number == 0) {
            if (--n_levels > 0) close_level(room, here);
            continue;
        }
        if (n_levels == 1 && (field.number > 63 || (wanted & ORTL__WANT(field.number)) == 0))
            continue;
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(here->descriptor, field.number);
        if (known == NULL) continue;
        status = check_type(&field, known, error);
        if (status == ORTL_OK && known->type == PROTOBUF_C_TYPE_MESSAGE)
            status = open_level(room, levels, &n_levels, &field, known, error);
        else if (status == ORTL_OK)
            status = copy_field(room, &here->wire, &field, known, error);
        if (status != ORTL_OK) return status;
    }
    return ORTL_OK;
}

ortl_status ortl__message_unpack(ortl__message_room *room, ortl__wire wire,
                                 const ProtobufCMessageDescriptor *descriptor, uint64_t wanted,
                                 void *message_out, ortl_error *error) {
    ProtobufCMessage *message = NULL;
    memcpy(message_out, &message, sizeof message);
    ortl_status status = copy_message(room, wire, descriptor, wanted, error);
    if (status != ORTL_OK) return status;
    room->unpack_bytes_left = UNPACK_BYTES_BASE + UNPACK_BYTES_PER_BYTE * room->n_copied;
    room->unpack_status = ORTL_OK;
    room->unpack_error = error;
    message =
        protobuf_c_message_unpack(descriptor, &room->allocator, (size_t)room->n_copied, room->copy);
    room->unpack_error = NULL;
    if (message == NULL && room->unpack_status != ORTL_OK) return room->unpack_status;
    if (message == NULL)
        return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: %s cannot be read",
                          (unsigned long long)wire.at, descriptor->short_name);
    memcpy(message_out, &message, sizeof message);
    return ORTL_OK;
}

void ortl__message_free(ortl__message_room *room, void *message) {
    protobuf_c_message_free_unpacked(message, &room->allocator);
}
