/*
 * One walk over the fields of the model, copying as it goes.
 */
#include "splice.h"

#include <string.h>

#include "../runtime/status.h"
#include "reader.h"
#include "wire_out.h"
#include "writer.h"

enum { KEY = 1, VALUE = 2, COPY_BYTES = 1 << 14, ENTRY_BUFFER_BYTES = 512 };

typedef struct splice {
    ortl__source *source;
    ortl__memory *memory;
    const ortl_limits *limits;
    const ortl__splice_change *changes; /* (n_changes) */
    size_t n_changes;
} splice;

typedef struct splice_state {
    const splice *splice;
    const ortl__byte_sink *sink;
    uint64_t n_copied; /* bytes of the source that are done with */
    char *key;         /* (n_key) of the entry in hand */
    uint64_t n_key;
    uint8_t *is_written; /* (n_changes) */
} splice_state;

/* Copies the source up to offset end. */
static ortl_status copy_until(splice_state *state, uint64_t end, ortl_error *error) {
    unsigned char bytes[COPY_BYTES];
    ortl_status status = ORTL_OK;
    while (state->n_copied < end && status == ORTL_OK) {
        uint64_t left = end - state->n_copied;
        size_t n = left < sizeof bytes ? (size_t)left : sizeof bytes;
        status = ortl__source_read(state->splice->source, state->n_copied, n, bytes, error);
        if (status == ORTL_OK) status = state->sink->write(state->sink->user, bytes, n, error);
        state->n_copied += n;
    }
    return status;
}

static void put_entry(ortl__wire_out *out, const void *what) {
    const ortl__splice_change *change = what;
    ortl__wire_put_bytes_field(out, KEY, change->key.data, change->key.n_bytes);
    ortl__wire_put_bytes_field(out, VALUE, change->value.data, change->value.n_bytes);
}

static ortl_status write_entry(splice_state *state, size_t index, ortl_error *error) {
    unsigned char buffer[ENTRY_BUFFER_BYTES];
    ortl__wire_out out = {
        .sink = state->sink, .buffer = buffer, .capacity = sizeof buffer, .error = error};
    ortl__wire_put_message_field(&out, ORTL__MODEL_METADATA, put_entry,
                                 &state->splice->changes[index]);
    state->is_written[index] = 1;
    return ortl__wire_flush(&out);
}

/* The key of an entry into state; the last one counts, as protobuf has it. */
static ortl_status read_key(splice_state *state, ortl__wire wire, ortl_error *error) {
    ortl__wire_field field, last = {.number = 0};
    ortl_status status;
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0)
        if (field.number == KEY && field.type == ORTL__WIRE_LENGTH) last = field;
    if (status != ORTL_OK) return status;
    if (last.n_bytes > state->splice->limits->string_bytes)
        return ortl__fail_limit(error, "string_bytes", state->splice->limits->string_bytes,
                                last.n_bytes);
    status = ortl__memory_resize(state->splice->memory, &state->key, state->n_key, last.n_bytes, 1,
                                 error);
    if (status != ORTL_OK) return status;
    state->n_key = last.n_bytes;
    if (state->n_key == 0) return ORTL_OK;
    return ortl__source_read(state->splice->source, last.begin, (size_t)state->n_key, state->key,
                             error);
}

/* The change for the key in hand; n_changes when there is none. */
static size_t find_change(const splice_state *state) {
    size_t i = 0;
    for (; i < state->splice->n_changes; i++) {
        const ortl_string *key = &state->splice->changes[i].key;
        if (key->n_bytes == state->n_key &&
            (state->n_key == 0 || memcmp(key->data, state->key, key->n_bytes) == 0))
            break;
    }
    return i;
}

static ortl_status splice_entry(splice_state *state, const ortl__wire *model,
                                const ortl__wire_field *field, ortl_error *error) {
    ortl__wire inner;
    ortl_status status = ortl__wire_enter(model, field, &inner, error);
    if (status == ORTL_OK) status = read_key(state, inner, error);
    if (status != ORTL_OK) return status;
    size_t index = find_change(state);
    if (index == state->splice->n_changes) return ORTL_OK;
    status = copy_until(state, field->at, error);
    if (status == ORTL_OK && state->splice->changes[index].value.data && !state->is_written[index])
        status = write_entry(state, index, error);
    state->n_copied = field->begin + field->n_bytes;
    return status;
}

static ortl_status splice_model(splice_state *state, ortl_error *error) {
    const splice *whole = state->splice;
    ortl__wire wire;
    ortl__wire_field field;
    ortl_status status;
    ortl__wire_init(&wire, whole->source, whole->limits);
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        if (field.number == ORTL__MODEL_METADATA)
            status = splice_entry(state, &wire, &field, error);
        if (status != ORTL_OK) return status;
    }
    if (status == ORTL_OK) status = copy_until(state, ortl__source_bytes(whole->source), error);
    for (size_t i = 0; i < whole->n_changes && status == ORTL_OK; i++)
        if (whole->changes[i].value.data && !state->is_written[i])
            status = write_entry(state, i, error);
    return status;
}

/* The ortl__produce of a splice. */
static ortl_status produce_splice(const void *what, const ortl__byte_sink *sink,
                                  ortl_error *error) {
    const splice *whole = what;
    splice_state state = {.splice = whole, .sink = sink};
    ortl_status status =
        ortl__memory_new_zero(whole->memory, whole->n_changes, 1, &state.is_written, error);
    if (status == ORTL_OK) status = splice_model(&state, error);
    ortl__memory_free(whole->memory, state.key, state.n_key, 1);
    ortl__memory_free(whole->memory, state.is_written, whole->n_changes, 1);
    return status;
}

ortl_status ortl__splice_save(const char *model_path, const char *output_path, ortl__memory *memory,
                              const ortl_limits *limits, const ortl__splice_change *changes,
                              size_t n_changes, ortl_error *error) {
    splice whole = {NULL, memory, limits, changes, n_changes};
    ortl_status status = ortl__source_open(memory, model_path, limits, &whole.source, error);
    if (status == ORTL_OK)
        status = ortl__file_replace(output_path, memory, produce_splice, &whole, error);
    ortl__source_close(whole.source);
    return status;
}
