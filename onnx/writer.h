/*
 * Writes the neutral graph as an ONNX file. The same graph always gives the same bytes. The large
 * tree attributes are encoded straight from their columns, so that writing needs one small buffer
 * and never a second copy of the forest.
 */
#ifndef ORTL_WRITER_H
#define ORTL_WRITER_H

#include "../runtime/memory.h"
#include "../runtime/ortlite.h"
#include "graph.h"

/* Where the bytes go, piece after piece, in order. */
typedef struct ortl__byte_sink {
    void *user; /* handed to write */
    ortl_status (*write)(void *user, const void *bytes, size_t n_bytes, ortl_error *error);
} ortl__byte_sink;

/* Writes the model. *n_bytes_out (may be NULL) becomes its size. ORTL_LIMIT when that is above
 * 2^31 - 1 bytes, which no protobuf reader accepts; the sink has seen nothing then. */
ortl_status ortl__writer_write(const ortl__graph *graph, ortl__memory *memory,
                               const ortl__byte_sink *sink, uint64_t *n_bytes_out,
                               ortl_error *error);

/* Hands the bytes of `what` to a sink. */
typedef ortl_status ortl__produce(const void *what, const ortl__byte_sink *sink, ortl_error *error);

/* Writes what is produced to path, in the way of ortl__writer_save. */
ortl_status ortl__file_replace(const char *path, ortl__memory *memory, ortl__produce *produce,
                               const void *what, ortl_error *error);

/* Writes the model to path, under a temporary name in the same directory that is renamed at the
 * end. On failure nothing is left behind and a file that was at path is untouched. What is no
 * regular file (a pipe, /dev/stdout) is written in place. */
ortl_status ortl__writer_save(const ortl__graph *graph, ortl__memory *memory, const char *path,
                              uint64_t *n_bytes_out, ortl_error *error);

#endif
