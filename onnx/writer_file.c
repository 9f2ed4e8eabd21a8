/*
 * A model into a file that appears complete or not at all: written under a temporary name in the
 * same directory, then renamed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Closing may be the first to tell that a disk is full. */
static ortl_status close_file(const file_sink *file, ortl_status status, ortl_error *error) {
    if (close(file->descriptor) != 0 && status == ORTL_OK)
        status = ortl__fail_errno(error, errno, "%s cannot be written", file->path);
    return status;
}

/* A pipe or a device cannot be replaced; its readers want the bytes. */
static ortl_status save_in_place(const char *path, ortl__produce *produce, const void *what,
                                 ortl_error *error) {
    file_sink file = {open(path, O_WRONLY | O_CLOEXEC), path};
    ortl__byte_sink sink = {&file, write_all};
    ortl_status status;
    if (file.descriptor < 0) return ortl__fail_errno(error, errno, "%s cannot be written", path);
    status = produce(what, &sink, error);
    return close_file(&file, status, error);
}

/* Opens a new file beside path; its name stays in temporary, which has room for n_bytes. */
static int open_beside(const char *path, char *temporary, size_t n_bytes) {
    enum { TRIES = 100 }; /* names left behind by killed processes */
    int descriptor = -1;
    for (int i = 0; i < TRIES; i++) {
        int n = snprintf(temporary, n_bytes, "%s.%ld.%d.tmp", path, (long)getpid(), i);
        if (n < 0 || (size_t)n >= n_bytes) break;
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) break;
    }
    return descriptor;
}

static ortl_status save_as(const char *path, char *temporary, size_t temporary_bytes,
                           const struct stat *before, ortl__produce *produce, const void *what,
                           ortl_error *error) {
    file_sink file = {open_beside(path, temporary, temporary_bytes), path};
    ortl__byte_sink sink = {&file, write_all};
    ortl_status status;
    if (file.descriptor < 0) return ortl__fail_errno(error, errno, "%s cannot be written", path);
    if (before) (void)fchmod(file.descriptor, before->st_mode & 0777);
    status = produce(what, &sink, error);
    status = close_file(&file, status, error);
    if (status == ORTL_OK && rename(temporary, path) != 0)
        status = ortl__fail_errno(error, errno, "%s cannot be replaced", path);
    if (status != ORTL_OK) (void)unlink(temporary);
    return status;
}

ortl_status ortl__file_replace(const char *path, ortl__memory *memory, ortl__produce *produce,
                               const void *what, ortl_error *error) {
    enum { SUFFIX_BYTES = 48 }; /* room for two numbers and the words between them */
    size_t n_bytes = strlen(path) + SUFFIX_BYTES;
    struct stat before;
    int exists = stat(path, &before) == 0;
    char *temporary = NULL;
    ortl_status status;
    if (exists && S_ISDIR(before.st_mode))
        return ortl__fail(error, ORTL_IO, "%s cannot be written, it is a directory", path);
    if (exists && !S_ISREG(before.st_mode)) return save_in_place(path, produce, what, error);
    status = ortl__memory_new(memory, n_bytes, 1, &temporary, error);
    if (status != ORTL_OK) return status;
    status = save_as(path, temporary, n_bytes, exists ? &before : NULL, produce, what, error);
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
