/*
 * Decodes the elements of repeated fields in chunks. The tight loops run over what the window
 * holds; whatever crosses its edge takes the general path of wire.c, one element at a time.
 */
#include "elements.h"

#include <string.h>

#include "../runtime/status.h"

/* Texts are fewer to a chunk, as each takes 24 bytes of the stack. */
#define CHUNK_TEXTS (ORTL__CHUNK_ELEMENTS / 4)

/* The tag argument of packed elements, which have none. */
#define NO_TAG (-1)

typedef union chunk {
    int64_t ints[ORTL__CHUNK_ELEMENTS];
    float floats[ORTL__CHUNK_ELEMENTS];
    double doubles[ORTL__CHUNK_ELEMENTS];
    ortl__element_text texts[CHUNK_TEXTS];
} chunk;

/* A part of the window: bytes next .. end, whose first byte stands at offset in the source. */
typedef struct span {
    const unsigned char *next;
    const unsigned char *end;
    uint64_t offset;
} span;

/* Moves over the tag when the next byte is it. Fields of ONNX with many elements have numbers below
 * 16, hence tags of one byte; longer spellings of a tag are left to the general path. */
static inline int skip_tag(const unsigned char **next, const unsigned char *end, int tag) {
    if (*next == end) return 0;
    if (tag == NO_TAG) return 1;
    if (**next != tag) return 0;
    (*next)++;
    return 1;
}

static inline size_t decode_varint(const unsigned char *bytes, size_t n_bytes, uint64_t *value) {
    if (n_bytes >= 3) {
        if (bytes[0] < 0x80) {
            *value = bytes[0];
            return 1;
        }
        if (bytes[1] < 0x80) {
            *value = (uint64_t)(bytes[0] & 0x7f) | (uint64_t)bytes[1] << 7;
            return 2;
        }
        if (bytes[2] < 0x80) {
            *value = (uint64_t)(bytes[0] & 0x7f) | (uint64_t)(bytes[1] & 0x7f) << 7 |
                     (uint64_t)bytes[2] << 14;
            return 3;
        }
    }
    return ortl__wire_varint(bytes, n_bytes, value);
}

/* Each decoder takes elements from the span while they are whole and, unless packed, carry the tag;
 * it returns their number and leaves the span behind the last. */

static inline size_t decode_ints(span *from, int tag, int64_t *values) {
    size_t n = 0;
    const unsigned char *next = from->next, *const end = from->end;
    while (n < ORTL__CHUNK_ELEMENTS && skip_tag(&next, end, tag)) {
        uint64_t value;
        size_t n_used = decode_varint(next, (size_t)(end - next), &value);
        if (n_used == 0 || n_used > ORTL__VARINT_BYTES) break;
        next += n_used;
        values[n++] = (int64_t)value;
        from->next = next;
    }
    return n;
}

static inline size_t decode_floats(span *from, int tag, float *values) {
    size_t n = 0;
    const unsigned char *next = from->next, *const end = from->end;
    while (n < ORTL__CHUNK_ELEMENTS && skip_tag(&next, end, tag) && end - next >= 4) {
        uint32_t bits = ortl__wire_fixed32(next);
        memcpy(&values[n++], &bits, sizeof bits);
        from->next = next += 4;
    }
    return n;
}

static inline size_t decode_doubles(span *from, int tag, double *values) {
    size_t n = 0;
    const unsigned char *next = from->next, *const end = from->end;
    while (n < ORTL__CHUNK_ELEMENTS && skip_tag(&next, end, tag) && end - next >= 8) {
        uint64_t bits = ortl__wire_fixed64(next);
        memcpy(&values[n++], &bits, sizeof bits);
        from->next = next += 8;
    }
    return n;
}

static size_t decode_bytes(span *from, int64_t *values) {
    size_t n = 0;
    while (n < ORTL__CHUNK_ELEMENTS && from->next != from->end) values[n++] = *from->next++;
    return n;
}

/* Texts of less than 128 bytes, the others take the general path. */
static size_t decode_texts(span *from, int tag, ortl__element_text *texts) {
    size_t n = 0;
    const unsigned char *const begin = from->next, *next = begin, *const end = from->end;
    while (n < CHUNK_TEXTS && skip_tag(&next, end, tag)) {
        if (next == end || *next >= 0x80 || end - next - 1 < *next) break;
        size_t n_bytes = *next++;
        texts[n++] = (ortl__element_text){next, from->offset + (uint64_t)(next - begin), n_bytes};
        from->next = next += n_bytes;
    }
    return n;
}

static size_t decode_tagged(span *from, ortl__element_kind kind, int tag, chunk *out) {
    switch (kind) {
    case ORTL__ELEMENT_INT: return decode_ints(from, tag, out->ints);
    case ORTL__ELEMENT_FLOAT: return decode_floats(from, tag, out->floats);
    case ORTL__ELEMENT_DOUBLE: return decode_doubles(from, tag, out->doubles);
    case ORTL__ELEMENT_TEXT: return decode_texts(from, tag, out->texts);
    case ORTL__ELEMENT_BYTE: break;
    }
    return 0;
}

static size_t decode_packed(span *from, ortl__element_kind kind, chunk *out) {
    switch (kind) {
    case ORTL__ELEMENT_INT: return decode_ints(from, NO_TAG, out->ints);
    case ORTL__ELEMENT_FLOAT: return decode_floats(from, NO_TAG, out->floats);
    case ORTL__ELEMENT_DOUBLE: return decode_doubles(from, NO_TAG, out->doubles);
    case ORTL__ELEMENT_BYTE: return decode_bytes(from, out->ints);
    case ORTL__ELEMENT_TEXT: break;
    }
    return 0;
}

/* What the window holds of the message from wire->at on, without reading. */
static span peek(const ortl__wire *wire) {
    size_t n_bytes;
    const unsigned char *bytes = ortl__source_peek(wire->source, wire->at, &n_bytes);
    uint64_t n_left = wire->end - wire->at;
    if (bytes == NULL) return (span){NULL, NULL, wire->at};
    return (span){bytes, bytes + (n_left < n_bytes ? (size_t)n_left : n_bytes), wire->at};
}

/* Decodes the packed elements of one LENGTH field. */
static ortl_status read_packed(ortl__wire *wire, ortl__element_kind kind, ortl__element_sink *sink,
                               ortl_error *error) {
    chunk out;
    while (wire->at < wire->end) {
        const unsigned char *bytes;
        size_t n_bytes;
        uint64_t wanted = wire->end - wire->at;
        if (wanted > ORTL__VARINT_BYTES) wanted = ORTL__VARINT_BYTES;
        ortl_status status =
            ortl__source_look(wire->source, wire->at, (size_t)wanted, &bytes, &n_bytes, error);
        if (status != ORTL_OK) return status;
        span from = peek(wire);
        size_t n = decode_packed(&from, kind, &out);
        if (n == 0)
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "byte %llu: packed numbers end inside a number or one is too long",
                              (unsigned long long)wire->at);
        wire->at += (uint64_t)(from.next - bytes);
        status = sink->take(sink, &out, n, error);
        if (status != ORTL_OK) return status;
    }
    return ORTL_OK;
}

/* Hands on the one element that a field itself carries. */
static ortl_status take_one(const ortl__wire_field *field, ortl__element_kind kind,
                            ortl__element_sink *sink, ortl_error *error) {
    chunk one;
    uint32_t bits = (uint32_t)field->value;
    if (kind == ORTL__ELEMENT_INT) one.ints[0] = (int64_t)field->value;
    if (kind == ORTL__ELEMENT_FLOAT) memcpy(&one.floats[0], &bits, sizeof bits);
    if (kind == ORTL__ELEMENT_DOUBLE) memcpy(&one.doubles[0], &field->value, sizeof field->value);
    if (kind == ORTL__ELEMENT_TEXT)
        one.texts[0] = (ortl__element_text){NULL, field->begin, field->n_bytes};
    return sink->take(sink, &one, 1, error);
}

/* The wire type of an element that is not packed. */
static ortl__wire_type type_of(ortl__element_kind kind) {
    switch (kind) {
    case ORTL__ELEMENT_INT: return ORTL__WIRE_VARINT;
    case ORTL__ELEMENT_FLOAT: return ORTL__WIRE_FIXED32;
    case ORTL__ELEMENT_DOUBLE: return ORTL__WIRE_FIXED64;
    case ORTL__ELEMENT_BYTE:
    case ORTL__ELEMENT_TEXT: break;
    }
    return ORTL__WIRE_LENGTH;
}

/* At most so many elements does the field have, if fields like it fill the rest of its message. */
static uint64_t most_elements(const ortl__wire *wire, const ortl__wire_field *field,
                              ortl__element_kind kind) {
    uint64_t element_bytes = 1; /* at least: a varint or the length of a text */
    if (kind == ORTL__ELEMENT_FLOAT) element_bytes = 4;
    if (kind == ORTL__ELEMENT_DOUBLE) element_bytes = 8;
    if (field->type == ORTL__WIRE_LENGTH && kind != ORTL__ELEMENT_TEXT)
        return field->n_bytes / element_bytes;
    return (wire->end - field->at) / (1 + element_bytes); /* each has a tag of 1 byte or more */
}

static ortl_status count_elements(ortl__element_sink *sink, const void *values, size_t n,
                                  ortl_error *error) {
    (void)values;
    (void)error;
    ((ortl__element_counter *)sink)->count += n;
    return ORTL_OK;
}

void ortl__element_counter_init(ortl__element_counter *counter) {
    counter->sink.expect = NULL;
    counter->sink.take = count_elements;
    counter->count = 0;
}

/* Reads the element of a field that is not packed, and those in the fields that follow. */
static ortl_status read_single(ortl__wire *wire, const ortl__wire_field *field,
                               ortl__element_kind kind, ortl__element_sink *sink,
                               ortl_error *error) {
    chunk out;
    ortl_status status = ortl__wire_expect(field, type_of(kind), error);
    if (status == ORTL_OK) status = take_one(field, kind, sink, error);
    while (status == ORTL_OK && field->number < 16) {
        span from = peek(wire);
        const unsigned char *begin = from.next;
        int tag = (int)(field->number << 3 | (uint32_t)field->type);
        size_t n = decode_tagged(&from, kind, tag, &out);
        if (n == 0) break;
        wire->at += (uint64_t)(from.next - begin);
        status = sink->take(sink, &out, n, error);
    }
    return status;
}

ortl_status ortl__elements_read(ortl__wire *wire, const ortl__wire_field *field,
                                ortl__element_kind kind, ortl__element_sink *sink,
                                ortl_error *error) {
    if (sink->expect != NULL) {
        ortl_status status = sink->expect(sink, most_elements(wire, field, kind), error);
        if (status != ORTL_OK) return status;
    }
    if (field->type != ORTL__WIRE_LENGTH || kind == ORTL__ELEMENT_TEXT)
        return read_single(wire, field, kind, sink, error);
    ortl__wire packed = *wire;
    packed.at = field->begin;
    packed.end = field->begin + field->n_bytes;
    return read_packed(&packed, kind, sink, error);
}
