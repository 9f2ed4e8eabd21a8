/*
 * Where the bytes of a model come from. A file is read with pread through one sliding window, never
 * mapped: a file that shrinks meanwhile is an error, not a signal. Private to onnx/ and its tests;
 * opening and closing are declared in envelope.h.
 */
#ifndef ORTL_SOURCE_H
#define ORTL_SOURCE_H

#include "envelope.h"

/* The window of a file. Large enough to make system calls rare, small enough to stay in the second
 * level cache while it is decoded. */
#define ORTL__WINDOW_BYTES ((size_t)1 << 16)

/* Most bytes that ortl__source_look promises, and so the smallest window. */
#define ORTL__LOOK_BYTES 32

struct ortl__source {
    ortl__memory *memory;
    int file;                   /* descriptor, -1 when all bytes are in memory */
    uint64_t n_bytes;           /* of the model */
    const unsigned char *bytes; /* (n_in_window) the bytes from window_at on */
    uint64_t window_at;
    size_t n_in_window;    /* n_bytes when all are in memory */
    unsigned char *buffer; /* (buffer_bytes) what bytes points to, NULL for the caller's memory */
    size_t buffer_bytes;
};

/* ortl__source_open with a window of window_bytes, at least ORTL__LOOK_BYTES. */
ortl_status ortl__source_open_window(ortl__memory *memory, const char *path,
                                     const ortl_limits *limits, size_t window_bytes,
                                     ortl__source **source_out, ortl_error *error);

/* The bytes from offset on: at least n_wanted (at most ORTL__LOOK_BYTES, and inside the source), as
 * many as the window has. They stay until the next look or read. */
ortl_status ortl__source_look(ortl__source *source, uint64_t offset, size_t n_wanted,
                              const unsigned char **bytes_out, size_t *n_out, ortl_error *error);

/* Copies n_bytes bytes from offset on, which must be inside the source. */
ortl_status ortl__source_read(ortl__source *source, uint64_t offset, size_t n_bytes,
                              void *bytes_out, ortl_error *error);

/* The bytes of the window from offset on, without reading: *n_out is 0 when there are none. */
const unsigned char *ortl__source_peek(const ortl__source *source, uint64_t offset, size_t *n_out);

/* The failure of a second pass that finds other bytes than the first. */
ortl_status ortl__source_changed(ortl_error *error);

#endif
