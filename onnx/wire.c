/*
 * The cursor over protobuf wire bytes: tags, varints, lengths, groups.
 */
#include "wire.h"

#include "../runtime/status.h"

static unsigned long long shown(uint64_t number) {
    return number;
}

void ortl__wire_init(ortl__wire *wire, ortl__source *source, const ortl_limits *limits) {
    wire->source = source;
    wire->at = 0;
    wire->end = source->n_bytes;
    wire->depth = 1;
    wire->max_depth = limits->nesting;
}

size_t ortl__wire_varint(const unsigned char *bytes, size_t n_bytes, uint64_t *value_out) {
    uint64_t value = 0;
    for (size_t i = 0; i < ORTL__VARINT_BYTES; i++) {
        if (i == n_bytes) return 0;
        value |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
        if (bytes[i] < 0x80) {
            *value_out = value;
            return i + 1;
        }
    }
    return ORTL__VARINT_BYTES + 1;
}

uint32_t ortl__wire_fixed32(const unsigned char *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

uint64_t ortl__wire_fixed64(const unsigned char *bytes) {
    return (uint64_t)ortl__wire_fixed32(bytes) | (uint64_t)ortl__wire_fixed32(bytes + 4) << 32;
}

static ortl_status fail_truncated(uint64_t at, ortl_error *error) {
    return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: the message ends inside a field",
                      shown(at));
}

/* Moves over one varint that begins n_skipped bytes behind a field's tag. */
static ortl_status take_varint(uint64_t at, const unsigned char *bytes, size_t n_bytes,
                               size_t *n_used, uint64_t *value_out, ortl_error *error) {
    size_t n = ortl__wire_varint(bytes + *n_used, n_bytes - *n_used, value_out);
    if (n == 0) return fail_truncated(at, error);
    if (n > ORTL__VARINT_BYTES)
        return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: a varint is longer than %d bytes",
                          shown(at), ORTL__VARINT_BYTES);
    *n_used += n;
    return ORTL_OK;
}

/* The value behind the tag, which ended at *n_used. */
static ortl_status take_value(ortl__wire_field *field, const unsigned char *bytes, size_t n_bytes,
                              size_t *n_used, ortl_error *error) {
    size_t width = field->type == ORTL__WIRE_FIXED32 ? 4 : 8;
    switch (field->type) {
    case ORTL__WIRE_VARINT:
        return take_varint(field->at, bytes, n_bytes, n_used, &field->value, error);
    case ORTL__WIRE_LENGTH:
        return take_varint(field->at, bytes, n_bytes, n_used, &field->n_bytes, error);
    case ORTL__WIRE_FIXED32:
    case ORTL__WIRE_FIXED64:
        if (n_bytes - *n_used < width) return fail_truncated(field->at, error);
        field->value =
            width == 4 ? ortl__wire_fixed32(bytes + *n_used) : ortl__wire_fixed64(bytes + *n_used);
        *n_used += width;
        return ORTL_OK;
    case ORTL__WIRE_GROUP:
    case ORTL__WIRE_GROUP_END: return ORTL_OK;
    }
    return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: field %lu has wire type %d",
                      shown(field->at), (unsigned long)field->number, (int)field->type);
}

/* One field of any type; groups come as their two ends. wire->at < wire->end. */
static ortl_status take_field(ortl__wire *wire, ortl__wire_field *field, ortl_error *error) {
    const unsigned char *bytes;
    uint64_t tag = 0, n_left = wire->end - wire->at;
    size_t n_bytes, n_used = 0;
    size_t wanted = n_left < ORTL__FIELD_HEAD_BYTES ? (size_t)n_left : ORTL__FIELD_HEAD_BYTES;
    ortl_status status = ortl__source_look(wire->source, wire->at, wanted, &bytes, &n_bytes, error);
    if (status != ORTL_OK) return status;
    field->at = wire->at;
    status = take_varint(field->at, bytes, wanted, &n_used, &tag, error);
    if (status != ORTL_OK) return status;
    if (tag >> 3 == 0 || tag >> 3 > ORTL__MAX_FIELD_NUMBER)
        return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: field number %llu is not allowed",
                          shown(field->at), shown(tag >> 3));
    field->number = (uint32_t)(tag >> 3);
    field->type = (ortl__wire_type)(tag & 7);
    status = take_value(field, bytes, wanted, &n_used, error);
    if (status != ORTL_OK) return status;
    wire->at += n_used;
    if (field->type != ORTL__WIRE_LENGTH) return ORTL_OK;
    if (field->n_bytes > wire->end - wire->at)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "byte %llu: field %lu has %llu bytes, but its message only %llu more",
                          shown(field->at), (unsigned long)field->number, shown(field->n_bytes),
                          shown(wire->end - wire->at));
    field->begin = wire->at;
    wire->at += field->n_bytes;
    return ORTL_OK;
}

static ortl_status check_depth(uint64_t depth, uint64_t max_depth, ortl_error *error) {
    if (depth <= max_depth) return ORTL_OK;
    return ortl__fail_limit(error, "nesting", max_depth, depth);
}

/* Passes over the rest of the group whose start is in field, and all groups in it. Only the number
 * of open groups is kept; that each end names its own start is checked for the outermost. */
static ortl_status skip_group(ortl__wire *wire, ortl__wire_field *field, ortl_error *error) {
    const uint64_t at = field->at;
    const uint32_t number = field->number;
    uint64_t n_open = 1;
    while (n_open > 0) {
        if (wire->at == wire->end) return fail_truncated(at, error);
        ortl_status status = take_field(wire, field, error);
        if (status != ORTL_OK) return status;
        if (field->type == ORTL__WIRE_GROUP) n_open++;
        if (field->type == ORTL__WIRE_GROUP_END) n_open--;
        status = check_depth(wire->depth + n_open, wire->max_depth, error);
        if (status != ORTL_OK) return status;
    }
    if (field->number == number) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: group %lu ends as group %lu", shown(at),
                      (unsigned long)number, (unsigned long)field->number);
}

ortl_status ortl__wire_next(ortl__wire *wire, ortl__wire_field *field_out, ortl_error *error) {
    while (wire->at < wire->end) {
        ortl_status status = take_field(wire, field_out, error);
        if (status != ORTL_OK) return status;
        if (field_out->type == ORTL__WIRE_GROUP_END)
            return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: a group ends that never began",
                              shown(field_out->at));
        if (field_out->type != ORTL__WIRE_GROUP) return ORTL_OK;
        status = skip_group(wire, field_out, error);
        if (status != ORTL_OK) return status;
    }
    field_out->number = 0;
    return ORTL_OK;
}

ortl_status ortl__wire_expect(const ortl__wire_field *field, ortl__wire_type type,
                              ortl_error *error) {
    if (field->type == type) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: field %lu has wire type %d instead of %d",
                      shown(field->at), (unsigned long)field->number, (int)field->type, (int)type);
}

ortl_status ortl__wire_enter(const ortl__wire *outer, const ortl__wire_field *field,
                             ortl__wire *inner_out, ortl_error *error) {
    ortl_status status = ortl__wire_expect(field, ORTL__WIRE_LENGTH, error);
    if (status != ORTL_OK) return status;
    status = check_depth(outer->depth + 1, outer->max_depth, error);
    if (status != ORTL_OK) return status;
    inner_out->source = outer->source;
    inner_out->at = field->begin;
    inner_out->end = field->begin + field->n_bytes;
    inner_out->depth = outer->depth + 1;
    inner_out->max_depth = outer->max_depth;
    return ORTL_OK;
}
