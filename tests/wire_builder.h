/*
 * Builds protobuf wire bytes by hand, right or wrong, for the tests of the reader. A builder is a
 * growing buffer; a nested message is another builder that is put into the outer one.
 */
#ifndef WIRE_BUILDER_H
#define WIRE_BUILDER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct wire_builder {
    unsigned char *bytes; /* (n_bytes of capacity), freed by wire_free */
    size_t n_bytes, capacity;
} wire_builder;

enum {
    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_LENGTH = 2,
    WIRE_GROUP = 3,
    WIRE_GROUP_END = 4,
    WIRE_FIXED32 = 5
};

static inline void wire_free(wire_builder *to) {
    free(to->bytes);
    memset(to, 0, sizeof *to);
}

static inline void wire_bytes(wire_builder *to, const void *bytes, size_t n_bytes) {
    if (to->n_bytes + n_bytes > to->capacity) {
        to->capacity = 2 * to->capacity + n_bytes + 64;
        to->bytes = realloc(to->bytes, to->capacity);
        if (to->bytes == NULL) abort();
    }
    if (n_bytes > 0) memcpy(to->bytes + to->n_bytes, bytes, n_bytes);
    to->n_bytes += n_bytes;
}

static inline void wire_varint(wire_builder *to, uint64_t value) {
    for (;;) {
        unsigned char byte = (unsigned char)(value & 0x7f);
        value >>= 7;
        if (value != 0) byte |= 0x80;
        wire_bytes(to, &byte, 1);
        if (value == 0) return;
    }
}

static inline void wire_tag(wire_builder *to, uint32_t number, int type) {
    wire_varint(to, (uint64_t)number << 3 | (uint64_t)type);
}

static inline void wire_int(wire_builder *to, uint32_t number, int64_t value) {
    wire_tag(to, number, WIRE_VARINT);
    wire_varint(to, (uint64_t)value);
}

static inline void wire_blob(wire_builder *to, uint32_t number, const void *bytes, size_t n_bytes) {
    wire_tag(to, number, WIRE_LENGTH);
    wire_varint(to, n_bytes);
    wire_bytes(to, bytes, n_bytes);
}

static inline void wire_text(wire_builder *to, uint32_t number, const char *text) {
    wire_blob(to, number, text, strlen(text));
}

/* Puts a message and frees its builder. */
static inline void wire_message(wire_builder *to, uint32_t number, wire_builder *message) {
    wire_blob(to, number, message->bytes, message->n_bytes);
    wire_free(message);
}

/* Little-endian, on any machine. */
static inline void wire_fixed(wire_builder *to, uint64_t bits, int n_bytes) {
    for (int i = 0; i < n_bytes; i++) {
        unsigned char byte = (unsigned char)(bits >> 8 * i);
        wire_bytes(to, &byte, 1);
    }
}

static inline uint32_t wire_float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline uint64_t wire_double_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline void wire_float(wire_builder *to, uint32_t number, float value) {
    wire_tag(to, number, WIRE_FIXED32);
    wire_fixed(to, wire_float_bits(value), 4);
}

static inline void wire_double(wire_builder *to, uint32_t number, double value) {
    wire_tag(to, number, WIRE_FIXED64);
    wire_fixed(to, wire_double_bits(value), 8);
}

/* How the numbers of a list are spelled. */
enum { WIRE_UNPACKED, WIRE_PACKED, WIRE_MIXED, WIRE_SPELLINGS };

static inline void wire_ints_packed(wire_builder *to, uint32_t number, const int64_t *values,
                                    size_t n) {
    wire_builder packed = {0};
    for (size_t i = 0; i < n; i++) wire_varint(&packed, (uint64_t)values[i]);
    wire_message(to, number, &packed);
}

static inline void wire_ints(wire_builder *to, uint32_t number, const int64_t *values, size_t n,
                             int spelling) {
    size_t n_packed = spelling == WIRE_PACKED ? n : spelling == WIRE_MIXED ? n / 2 : 0;
    if (n_packed > 0) wire_ints_packed(to, number, values, n_packed);
    for (size_t i = n_packed; i < n; i++) wire_int(to, number, values[i]);
}

static inline void wire_floats(wire_builder *to, uint32_t number, const float *values, size_t n,
                               int spelling) {
    size_t n_packed = spelling == WIRE_PACKED ? n : spelling == WIRE_MIXED ? n / 2 : 0;
    wire_builder packed = {0};
    for (size_t i = 0; i < n_packed; i++) wire_fixed(&packed, wire_float_bits(values[i]), 4);
    if (n_packed > 0) wire_message(to, number, &packed);
    for (size_t i = n_packed; i < n; i++) wire_float(to, number, values[i]);
    wire_free(&packed);
}

#endif
