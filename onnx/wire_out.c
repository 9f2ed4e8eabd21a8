/*
 * The protobuf encoder: varints, little-endian numbers, lengths. Knows nothing of ONNX.
 */
#include "wire_out.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_LENGTH = 2, WIRE_FIXED32 = 5 };

ortl_status ortl__wire_flush(ortl__wire_out *out) {
    if (out->status == ORTL_OK && out->n_buffered > 0)
        out->status = out->sink->write(out->sink->user, out->buffer, out->n_buffered, out->error);
    out->n_buffered = 0;
    return out->status;
}

void ortl__wire_put_bytes(ortl__wire_out *out, const void *bytes, size_t n_bytes) {
    const unsigned char *next = bytes;
    out->n_bytes += n_bytes;
    if (!out->sink) return;
    while (n_bytes > 0 && out->status == ORTL_OK) {
        size_t room = out->capacity - out->n_buffered;
        size_t n = n_bytes < room ? n_bytes : room;
        memcpy(out->buffer + out->n_buffered, next, n);
        out->n_buffered += n;
        next += n;
        n_bytes -= n;
        if (out->n_buffered == out->capacity) ortl__wire_flush(out);
    }
}

void ortl__wire_put_varint(ortl__wire_out *out, uint64_t value) {
    unsigned char bytes[10];
    size_t n = 0;
    if (!out->sink) {
        for (out->n_bytes++; value >= 0x80; value >>= 7) out->n_bytes++;
        return;
    }
    while (value >= 0x80) {
        bytes[n++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    bytes[n++] = (unsigned char)value;
    ortl__wire_put_bytes(out, bytes, n);
}

void ortl__wire_put_fixed32(ortl__wire_out *out, uint32_t value) {
    unsigned char bytes[4];
    for (unsigned i = 0; i < 4; i++) bytes[i] = (unsigned char)(value >> (8 * i));
    ortl__wire_put_bytes(out, bytes, sizeof bytes);
}

void ortl__wire_put_fixed64(ortl__wire_out *out, uint64_t value) {
    ortl__wire_put_fixed32(out, (uint32_t)value);
    ortl__wire_put_fixed32(out, (uint32_t)(value >> 32));
}

static void put_key(ortl__wire_out *out, unsigned field, unsigned wire_type) {
    ortl__wire_put_varint(out, (uint64_t)field << 3 | wire_type);
}

void ortl__wire_put_int_field(ortl__wire_out *out, unsigned field, int64_t value) {
    put_key(out, field, WIRE_VARINT);
    ortl__wire_put_varint(out, (uint64_t)value);
}

void ortl__wire_put_float_field(ortl__wire_out *out, unsigned field, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(out, field, WIRE_FIXED32);
    ortl__wire_put_fixed32(out, bits);
}

void ortl__wire_put_bytes_field(ortl__wire_out *out, unsigned field, const void *bytes,
                                size_t n_bytes) {
    put_key(out, field, WIRE_LENGTH);
    ortl__wire_put_varint(out, n_bytes);
    ortl__wire_put_bytes(out, bytes, n_bytes);
}

void ortl__wire_put_text_field(ortl__wire_out *out, unsigned field, const char *text) {
    ortl__wire_put_bytes_field(out, field, text, strlen(text));
}

uint64_t ortl__wire_measure(ortl__wire_message *message, const void *what) {
    ortl__wire_out counter = {0};
    message(&counter, what);
    return counter.n_bytes;
}

void ortl__wire_put_message_field(ortl__wire_out *out, unsigned field, ortl__wire_message *message,
                                  const void *what) {
    uint64_t n_bytes = ortl__wire_measure(message, what);
    put_key(out, field, WIRE_LENGTH);
    ortl__wire_put_varint(out, n_bytes);
    /* While counting, the length is all that is needed of the contents. */
    if (out->sink)
        message(out, what);
    else
        out->n_bytes += n_bytes;
}
