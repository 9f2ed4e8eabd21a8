/*
 * Opening, reading and closing the source of a model. What the bytes mean is left to wire.c and the
 * envelope.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../runtime/status.h"

static ortl_status new_source(ortl__memory *memory, ortl__source **source_out, ortl_error *error) {
    ortl_status status = ortl__memory_new_zero(memory, 1, sizeof **source_out, source_out, error);
    if (status != ORTL_OK) return status;
    (*source_out)->memory = memory;
    (*source_out)->file = -1;
    return ORTL_OK;
}

static int open_retrying(const char *path) {
    int file;
    do file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (file < 0 && errno == EINTR);
    return file;
}

/* One read at offset, or of the next bytes when offset is -1 (what cannot be sought). */
static ssize_t read_retrying(int file, void *bytes_out, size_t n_bytes, off_t offset) {
    ssize_t n_read;
    do
        n_read =
            offset < 0 ? read(file, bytes_out, n_bytes) : pread(file, bytes_out, n_bytes, offset);
    while (n_read < 0 && errno == EINTR);
    return n_read;
}

static ortl_status fail_reading(ortl_error *error) {
    return ortl__fail_errno(error, errno, "reading the model failed");
}

ortl_status ortl__source_changed(ortl_error *error) {
    return ortl__fail(error, ORTL_IO, "the model changed while it was read");
}

static ortl_status prepare_window(ortl__source *source, uint64_t n_bytes, size_t window_bytes,
                                  const ortl_limits *limits, ortl_error *error) {
    if (n_bytes > limits->model_bytes)
        return ortl__fail_limit(error, "model_bytes", limits->model_bytes, n_bytes);
    source->n_bytes = n_bytes;
    if (window_bytes < ORTL__LOOK_BYTES) window_bytes = ORTL__LOOK_BYTES;
    if (window_bytes > n_bytes) window_bytes = (size_t)n_bytes;
    ortl_status status = ortl__memory_new(source->memory, window_bytes, 1, &source->buffer, error);
    if (status != ORTL_OK) return status;
    source->buffer_bytes = window_bytes;
    source->bytes = source->buffer;
    return ORTL_OK;
}

/* Reads a FIFO to its end; the source then holds all bytes in memory. One byte more than the limit
 * is asked for, to see that there are too many. */
static ortl_status read_whole(ortl__source *source, const ortl_limits *limits, ortl_error *error) {
    uint64_t capacity = 0;
    ortl_status status = ORTL_OK;
    for (;;) {
        uint64_t n_used = source->n_bytes;
        if (n_used > limits->model_bytes)
            status = ortl__fail_limit(error, "model_bytes", limits->model_bytes, n_used);
        else if (n_used == capacity)
            status = ortl__memory_grow(source->memory, &source->buffer, &capacity,
                                       n_used + ORTL__WINDOW_BYTES, 1, error);
        source->buffer_bytes = (size_t)capacity;
        if (status != ORTL_OK) return status;
        ssize_t n_read =
            read_retrying(source->file, source->buffer + n_used, (size_t)(capacity - n_used), -1);
        if (n_read < 0) return fail_reading(error);
        if (n_read == 0) break;
        source->n_bytes += (uint64_t)n_read;
    }
    close(source->file);
    source->file = -1;
    source->bytes = source->buffer;
    source->n_in_window = (size_t)source->n_bytes;
    return ORTL_OK;
}

ortl_status ortl__source_open_window(ortl__memory *memory, const char *path,
                                     const ortl_limits *limits, size_t window_bytes,
                                     ortl__source **source_out, ortl_error *error) {
    struct stat facts = {0};
    ortl__source *source = NULL;
    *source_out = NULL;
    ortl_status status = new_source(memory, &source, error);
    if (status != ORTL_OK) goto done;
    source->file = open_retrying(path);
    if (source->file < 0 || fstat(source->file, &facts) != 0)
        status = ortl__fail_errno(error, errno, "cannot be opened");
    else if (S_ISREG(facts.st_mode))
        status = prepare_window(source, (uint64_t)facts.st_size, window_bytes, limits, error);
    else if (S_ISFIFO(facts.st_mode))
        status = read_whole(source, limits, error);
    else
        status = ortl__fail(error, ORTL_IO, "is %s, not a file",
                            S_ISDIR(facts.st_mode) ? "a directory" : "a device");
    if (status != ORTL_OK) goto done;
    *source_out = source;
    source = NULL;
done:
    ortl__source_close(source);
    return status;
}

ortl_status ortl__source_open(ortl__memory *memory, const char *path, const ortl_limits *limits,
                              ortl__source **source_out, ortl_error *error) {
    return ortl__source_open_window(memory, path, limits, ORTL__WINDOW_BYTES, source_out, error);
}

ortl_status ortl__source_memory(ortl__memory *memory, const void *bytes, size_t n_bytes,
                                const ortl_limits *limits, ortl__source **source_out,
                                ortl_error *error) {
    *source_out = NULL;
    if (n_bytes > limits->model_bytes)
        return ortl__fail_limit(error, "model_bytes", limits->model_bytes, n_bytes);
    ortl_status status = new_source(memory, source_out, error);
    if (status != ORTL_OK) return status;
    (*source_out)->bytes = bytes;
    (*source_out)->n_bytes = n_bytes;
    (*source_out)->n_in_window = n_bytes;
    return ORTL_OK;
}

uint64_t ortl__source_bytes(const ortl__source *source) {
    return source->n_bytes;
}

void ortl__source_close(ortl__source *source) {
    if (source == NULL) return;
    if (source->file >= 0) close(source->file);
    ortl__memory_free(source->memory, source->buffer, source->buffer_bytes, 1);
    ortl__memory_free(source->memory, source, 1, sizeof *source);
}

const unsigned char *ortl__source_peek(const ortl__source *source, uint64_t offset, size_t *n_out) {
    *n_out = 0;
    if (offset < source->window_at || offset - source->window_at >= source->n_in_window)
        return NULL;
    size_t skipped = (size_t)(offset - source->window_at);
    *n_out = source->n_in_window - skipped;
    return source->bytes + skipped;
}

/* Fills the window from offset on, as far as it reaches. */
static ortl_status slide(ortl__source *source, uint64_t offset, ortl_error *error) {
    size_t wanted = source->buffer_bytes;
    if (wanted > source->n_bytes - offset) wanted = (size_t)(source->n_bytes - offset);
    source->window_at = offset;
    source->n_in_window = 0;
    while (source->n_in_window < wanted) {
        ssize_t n_read =
            read_retrying(source->file, source->buffer + source->n_in_window,
                          wanted - source->n_in_window, (off_t)(offset + source->n_in_window));
        if (n_read < 0) return fail_reading(error);
        if (n_read == 0)
            return ortl__fail(error, ORTL_IO, "the model became shorter while it was read");
        source->n_in_window += (size_t)n_read;
    }
    return ORTL_OK;
}

ortl_status ortl__source_look(ortl__source *source, uint64_t offset, size_t n_wanted,
                              const unsigned char **bytes_out, size_t *n_out, ortl_error *error) {
    *bytes_out = ortl__source_peek(source, offset, n_out);
    if (*n_out >= n_wanted) return ORTL_OK;
    ortl_status status = slide(source, offset, error);
    if (status != ORTL_OK) return status;
    *bytes_out = ortl__source_peek(source, offset, n_out);
    return ORTL_OK;
}

ortl_status ortl__source_read(ortl__source *source, uint64_t offset, size_t n_bytes,
                              void *bytes_out, ortl_error *error) {
    unsigned char *next = bytes_out;
    while (n_bytes > 0) {
        const unsigned char *bytes;
        size_t n_there;
        ortl_status status = ortl__source_look(source, offset, 1, &bytes, &n_there, error);
        if (status != ORTL_OK) return status;
        if (n_there > n_bytes) n_there = n_bytes;
        memcpy(next, bytes, n_there);
        next += n_there;
        offset += n_there;
        n_bytes -= n_there;
    }
    return ORTL_OK;
}
