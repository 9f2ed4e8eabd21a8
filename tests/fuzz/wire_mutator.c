/*
 * A mutator that knows protobuf's wire format: it walks down to a field, deletes, doubles, swaps,
 * retypes, overwrites or misstates it, and puts the lengths around it right again, so that the
 * change arrives deep inside the reader. libFuzzer calls it in place of its own mutations, which it
 * falls back on in one case of four.
 */
#include <stdlib.h>
#include <string.h>

#include "../random_numbers.h"
#include "../wire_builder.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t n_bytes, size_t max_bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes, unsigned seed);

#define MAX_DEPTH  12
#define MAX_FIELDS 512 /* of one message that are looked at */

typedef struct field {
    size_t start, payload, end; /* payload: behind the tag, and the length of a LENGTH field */
    size_t length_at;           /* where the length stands */
    uint32_t number;
    int type;
} field;

/* A message being changed, and the way down to the field. */
typedef struct walk {
    const uint8_t *bytes; /* (n_bytes) */
    size_t n_bytes;
    uint64_t *state;
    field path[MAX_DEPTH]; /* (depth) LENGTH fields around the place */
    size_t depth;
    field fields[MAX_FIELDS]; /* (n_fields) of the innermost message */
    size_t n_fields;
    size_t chosen; /* one of them */
} walk;

static size_t below(uint64_t *state, size_t end) {
    return (size_t)(next_random(state) % end);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static int read_varint(const uint8_t *bytes, size_t *at, size_t end, uint64_t *value_out) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = bytes[(*at)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value_out = value;
            return 1;
        }
    }
    return 0;
}

static int read_field(const uint8_t *bytes, size_t at, size_t end, field *field_out) {
    uint64_t tag, value;
    field_out->start = at;
    if (!read_varint(bytes, &at, end, &tag) || tag >> 3 == 0 || tag >> 3 > 1000) return 0;
    field_out->number = (uint32_t)(tag >> 3);
    field_out->type = (int)(tag & 7);
    field_out->length_at = field_out->payload = at;
    switch (field_out->type) {
    case WIRE_VARINT:
        if (!read_varint(bytes, &at, end, &value)) return 0;
        break;
    case WIRE_FIXED64: at += 8; break;
    case WIRE_FIXED32: at += 4; break;
    case WIRE_LENGTH:
        if (!read_varint(bytes, &at, end, &value) || value > end - at) return 0;
        field_out->payload = at;
        at += (size_t)value;
        break;
    default: return 0;
    }
    field_out->end = at;
    return at <= end;
}

/* Lists the fields of the message; 0 when the bytes are none. */
static size_t list_fields(const uint8_t *bytes, size_t begin, size_t end, field *fields) {
    size_t n = 0;
    while (begin < end && n < MAX_FIELDS) {
        if (!read_field(bytes, begin, end, &fields[n])) return 0;
        begin = fields[n++].end;
    }
    return n;
}

/* Goes down to a message picked at random, and picks a field of it. */
static int go_down(walk *w) {
    size_t begin = 0, end = w->n_bytes;
    field inner[MAX_FIELDS];
    w->n_fields = list_fields(w->bytes, begin, end, w->fields);
    if (w->n_fields == 0) return 0;
    for (;;) {
        w->chosen = below(w->state, w->n_fields);
        const field *chosen = &w->fields[w->chosen];
        if (chosen->type != WIRE_LENGTH || w->depth == MAX_DEPTH || below(w->state, 5) == 0) break;
        size_t n = list_fields(w->bytes, chosen->payload, chosen->end, inner);
        if (n == 0) break;
        w->path[w->depth++] = *chosen;
        memcpy(w->fields, inner, n * sizeof *inner);
        w->n_fields = n;
    }
    return 1;
}

/* ---- Changing -------------------------------------------------------------------------------- */

static uint64_t interesting(uint64_t *state) {
    static const uint64_t values[] = {0,          1,
                                      2,          3,
                                      7,          8,
                                      127,        128,
                                      255,        256,
                                      65535,      65536,
                                      INT32_MAX,  0x80000000u,
                                      UINT32_MAX, (uint64_t)1 << 32,
                                      INT64_MAX,  (uint64_t)1 << 63,
                                      UINT64_MAX, UINT64_MAX - 1};
    size_t n = sizeof values / sizeof *values;
    size_t pick = below(state, n + 4);
    return pick < n ? values[pick] : next_random(state) >> below(state, 64);
}

static uint32_t interesting_float(uint64_t *state) {
    static const uint32_t values[] = {0,           0x80000000u, 0x7f800000u, 0xff800000u,
                                      0x7fc00000u, 1,           0x3f800000u, 0x7f7fffffu};
    size_t pick = below(state, 12);
    return pick < 8 ? values[pick] : (uint32_t)next_random(state);
}

static void put(wire_builder *made, const walk *w, size_t begin, size_t end) {
    wire_bytes(made, w->bytes + begin, end - begin);
}

static void put_with_length(wire_builder *made, const walk *w, const field *f, uint64_t length) {
    put(made, w, f->start, f->length_at);
    wire_varint(made, length);
    put(made, w, f->payload, f->end);
}

/* A packed list: one element gets another value; any other bytes: four of them do. */
static void change_element(wire_builder *made, const walk *w, const field *f) {
    size_t n = f->end - f->payload, at, end;
    wire_builder payload = {0};
    uint64_t value;
    if (n == 0) {
        put(made, w, f->start, f->end);
        return;
    }
    at = f->payload + below(w->state, n);
    if (below(w->state, 2) == 0) { /* a varint: from behind one end to the next */
        while (at > f->payload && w->bytes[at - 1] >= 0x80) at--;
        end = at;
        if (!read_varint(w->bytes, &end, f->end, &value)) end = f->end;
        put(&payload, w, f->payload, at);
        wire_varint(&payload, below(w->state, 3) == 0 ? value + below(w->state, 3) - 1
                                                      : interesting(w->state));
    } else {
        at -= (at - f->payload) % 4;
        end = f->end - at < 4 ? f->end : at + 4;
        put(&payload, w, f->payload, at);
        wire_fixed(&payload, interesting_float(w->state), 4);
    }
    put(&payload, w, end, f->end);
    put(made, w, f->start, f->length_at);
    wire_varint(made, payload.n_bytes);
    wire_bytes(made, payload.bytes, payload.n_bytes);
    wire_free(&payload);
}

/* libFuzzer's own mutation, of the payload alone. */
static void change_payload(wire_builder *made, const walk *w, const field *f) {
    size_t n = f->end - f->payload, room = n + 64;
    uint8_t *payload = malloc(room);
    if (payload == NULL) abort();
    memcpy(payload, w->bytes + f->payload, n);
    n = LLVMFuzzerMutate(payload, n, room);
    put(made, w, f->start, f->length_at);
    wire_varint(made, n);
    wire_bytes(made, payload, n);
    free(payload);
}

static void change_value(wire_builder *made, const walk *w, const field *f) {
    put(made, w, f->start, f->payload);
    switch (f->type) {
    case WIRE_VARINT: wire_varint(made, interesting(w->state)); break;
    case WIRE_FIXED32: wire_fixed(made, interesting_float(w->state), 4); break;
    default: wire_fixed(made, interesting(w->state), 8); break;
    }
}

static void retag(wire_builder *made, const walk *w, const field *f) {
    uint32_t number = below(w->state, 2) == 0 ? f->number : 1 + (uint32_t)below(w->state, 32);
    int type = number == f->number ? (int)below(w->state, 8) : f->type;
    wire_tag(made, number, type);
    put(made, w, f->length_at, f->end);
}

/* A field from anywhere in the file, in front of this one. */
static void transplant(wire_builder *made, const walk *w, const field *f) {
    walk other = {.bytes = w->bytes, .n_bytes = w->n_bytes, .state = w->state};
    if (go_down(&other)) {
        const field *graft = &other.fields[other.chosen];
        put(made, w, graft->start, graft->end);
    }
    if (below(w->state, 2) == 0) put(made, w, f->start, f->end);
}

/* Replaces the bytes from *begin to *end, which are the chosen field and perhaps its neighbour. */
static void change_field(wire_builder *made, const walk *w, size_t *begin, size_t *end) {
    const field *f = &w->fields[w->chosen];
    *begin = f->start;
    *end = f->end;
    switch (below(w->state, f->type == WIRE_LENGTH ? 10 : 7)) {
    case 0: break; /* deleted */
    case 1:
        for (size_t i = 0, n = 2 + below(w->state, 3); i < n; i++) put(made, w, f->start, f->end);
        break;
    case 2: { /* swapped with another of the same message */
        const field *g = &w->fields[below(w->state, w->n_fields)];
        const field *low = g->start < f->start ? g : f, *high = low == f ? g : f;
        *begin = low->start;
        *end = high->end;
        if (low == high) break;
        put(made, w, high->start, high->end);
        put(made, w, low->end, high->start);
        put(made, w, low->start, low->end);
        break;
    }
    case 3: retag(made, w, f); break;
    case 4: transplant(made, w, f); break;
    case 5:
    case 6:
        if (f->type != WIRE_LENGTH)
            change_value(made, w, f);
        else
            change_element(made, w, f);
        break;
    case 7: put_with_length(made, w, f, interesting(w->state)); break;
    case 8: put_with_length(made, w, f, f->end - f->payload + below(w->state, 5) - 2); break;
    default: change_payload(made, w, f); break;
    }
}

/* The whole file with the change in it and, mostly, the lengths around it put right. */
static void rebuild(const walk *w, wire_builder *file) {
    wire_builder made = {0}, outer = {0};
    size_t begin, end;
    change_field(&made, w, &begin, &end);
    int is_honest = below(w->state, 16) != 0;
    for (size_t depth = w->depth; depth-- > 0;) {
        const field *around = &w->path[depth];
        size_t n_inner = begin - around->payload + made.n_bytes + (around->end - end);
        put(&outer, w, around->start, around->length_at);
        wire_varint(&outer, is_honest ? n_inner : around->end - around->payload);
        put(&outer, w, around->payload, begin);
        wire_bytes(&outer, made.bytes, made.n_bytes);
        put(&outer, w, end, around->end);
        begin = around->start;
        end = around->end;
        wire_free(&made);
        made = outer;
        outer = (wire_builder){0};
    }
    put(file, w, 0, begin);
    wire_bytes(file, made.bytes, made.n_bytes);
    put(file, w, end, w->n_bytes);
    wire_free(&made);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes, unsigned seed) {
    uint64_t state = seed;
    if (below(&state, 4) == 0) return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    for (size_t i = 0, n = 1 + below(&state, 3); i < n; i++) {
        walk w = {.bytes = bytes, .n_bytes = n_bytes, .state = &state};
        wire_builder file = {0};
        if (!go_down(&w)) return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
        rebuild(&w, &file);
        if (file.n_bytes <= max_bytes && file.n_bytes > 0) {
            memcpy(bytes, file.bytes, file.n_bytes);
            n_bytes = file.n_bytes;
        }
        wire_free(&file);
    }
    return n_bytes;
}
