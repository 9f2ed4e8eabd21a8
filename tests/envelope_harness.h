/*
 * Reading built bytes through the envelope, from memory or from a file through a window of any
 * size.
 */
#ifndef ENVELOPE_HARNESS_H
#define ENVELOPE_HARNESS_H

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "../onnx/source.h"
#include "../runtime/status.h"
#include "onnx_builder.h"

typedef struct harness {
    ortl__memory memory;
    ortl_limits limits;
    ortl_error error;
    ortl__graph graph;
    ortl__source *source;
} harness;

static inline void harness_begin(harness *h) {
    memset(h, 0, sizeof *h);
    ortl__limits_fill(&h->limits);
    ortl__memory_init(&h->memory, NULL, UINT64_MAX, "memory_bytes");
}

/* Frees all, and sees that nothing is left. */
static inline void harness_end(harness *h) {
    ortl__graph_free(&h->graph);
    ortl__source_close(h->source);
    h->source = NULL;
    ck_assert_uint_eq(h->memory.used, 0);
}

static inline ortl_status harness_read(harness *h) {
    ortl_status status =
        ortl__envelope_read(h->source, &h->memory, &h->limits, 0, &h->graph, &h->error);
    ortl__source_close(h->source);
    h->source = NULL;
    return status;
}

static inline ortl_status harness_read_memory(harness *h, const void *bytes, size_t n_bytes) {
    ortl_status status =
        ortl__source_memory(&h->memory, bytes, n_bytes, &h->limits, &h->source, &h->error);
    return status == ORTL_OK ? harness_read(h) : status;
}

/* Writes the bytes to a new file in the working directory, whose path is filled in. */
static inline void harness_write_file(const wire_builder *bytes, char path_out[32]) {
    strcpy(path_out, "test_envelope_XXXXXX");
    int file = mkstemp(path_out);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes->bytes, bytes->n_bytes), (ssize_t)bytes->n_bytes);
    close(file);
}

static inline ortl_status harness_read_file(harness *h, const wire_builder *bytes,
                                            size_t window_bytes) {
    char path[32];
    harness_write_file(bytes, path);
    ortl_status status =
        ortl__source_open_window(&h->memory, path, &h->limits, window_bytes, &h->source, &h->error);
    unlink(path);
    return status == ORTL_OK ? harness_read(h) : status;
}

#endif
