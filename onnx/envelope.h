/*
 * Reads an ONNX file in front of protobuf-c: walks Model > Graph > Node > Attribute on the wire
 * under limits, refuses what is not supported before looking inside, hands each small message to
 * protobuf-c, and streams the large tree attributes into columns.
 */
#ifndef ORTL_ENVELOPE_H
#define ORTL_ENVELOPE_H

#include "../runtime/memory.h"
#include "../runtime/ortlite.h"
#include "graph.h"

/* Where the bytes are: a file that is read through a window, or the caller's memory. */
typedef struct ortl__source ortl__source;

/* Opens path for reading. A directory, a device or a file above limits->model_bytes is refused;
 * what cannot be sought (a FIFO) is read whole under that limit. */
ortl_status ortl__source_open(ortl__memory *memory, const char *path, const ortl_limits *limits,
                              ortl__source **source_out, ortl_error *error);

/* The n_bytes at bytes, which must stay until the source is closed. */
ortl_status ortl__source_memory(ortl__memory *memory, const void *bytes, size_t n_bytes,
                                const ortl_limits *limits, ortl__source **source_out,
                                ortl_error *error);

/* Bytes of the model. */
uint64_t ortl__source_bytes(const ortl__source *source);

/* NULL is allowed. */
void ortl__source_close(ortl__source *source);

/* Reads a whole model into *graph, which is to be freed by ortl__graph_free also after a failure.
 * limits has no zero in it. wants_hit_rates says whether nodes_hitrates, which no prediction needs,
 * are read or passed over. Nothing of the source is kept. */
ortl_status ortl__envelope_read(ortl__source *source, ortl__memory *memory,
                                const ortl_limits *limits, int wants_hit_rates, ortl__graph *graph,
                                ortl_error *error);

/* Reads a source that is one TensorProto. Its texts and data are in the arena of *graph, which is
 * to be freed by ortl__graph_free and has nothing else. */
ortl_status ortl__envelope_read_tensor(ortl__source *source, ortl__memory *memory,
                                       const ortl_limits *limits, ortl__graph *graph,
                                       ortl__constant *constant_out, ortl_error *error);

#endif
