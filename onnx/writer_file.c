/*
 * A model into a file, which runtime/saved_file.h lets appear complete or not at all.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../runtime/saved_file.h"
#include "../runtime/status.h"
#include "writer.h"

typedef struct file_sink {
    int descriptor;
    const char *path; /* as the caller named it, for messages */
} file_sink;

static ortl_status write_all(void *user, const void *bytes, size_t n_bytes, ortl_error *error) {
    const file_sink *file = user;
    const char *next = bytes;
    while (n_bytes > 0) {
        ssize_t n = write(file->descriptor, next, n_bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return ortl__fail_errno(error, errno, "%s cannot be written", file->path);
        next += n;
        n_bytes -= (size_t)n;
    }
    return ORTL_OK;
}

/* temporary has room for the temporary name. */
static ortl_status save_as(const char *path, char *temporary, ortl__produce *produce,
                           const void *what, ortl_error *error) {
    file_sink file = {ortl__saved_open(path, temporary), path};
    ortl__byte_sink sink = {&file, write_all};
    if (file.descriptor < 0) return ortl__fail_errno(error, errno, "%s cannot be written", path);
    ortl_status status = produce(what, &sink, error);
    if (status != ORTL_OK)
        ortl__saved_discard(file.descriptor, temporary);
    else if (ortl__saved_finish(file.descriptor, temporary, path) != 0)
        status = ortl__fail_errno(error, errno, "%s cannot be written", path);
    return status;
}

ortl_status ortl__file_replace(const char *path, ortl__memory *memory, ortl__produce *produce,
                               const void *what, ortl_error *error) {
    size_t n_bytes = strlen(path) + ORTL__SAVED_SUFFIX_BYTES;
    char *temporary = NULL;
    ortl_status status = ortl__memory_new(memory, n_bytes, 1, &temporary, error);
    if (status == ORTL_OK) status = save_as(path, temporary, produce, what, error);
    ortl__memory_free(memory, temporary, n_bytes, 1);
    return status;
}

typedef struct saved_graph {
    const ortl__graph *graph;
    ortl__memory *memory;
    uint64_t *n_bytes_out;
} saved_graph;

static ortl_status produce_graph(const void *what, const ortl__byte_sink *sink, ortl_error *error) {
    const saved_graph *saved = what;
    return ortl__writer_write(saved->graph, saved->memory, sink, saved->n_bytes_out, error);
}

ortl_status ortl__writer_save(const ortl__graph *graph, ortl__memory *memory, const char *path,
                              uint64_t *n_bytes_out, ortl_error *error) {
    const saved_graph saved = {graph, memory, n_bytes_out};
    return ortl__file_replace(path, memory, produce_graph, &saved, error);
}
