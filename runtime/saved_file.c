/*
 * Temporary names and renaming. Whoever writes brings its own buffers and messages.
 */
#include "saved_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_retrying(const char *path, int flags) {
    int descriptor;
    do descriptor = open(path, flags | O_WRONLY | O_CLOEXEC | O_NOCTTY, 0666);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

int ortl__saved_open_in_place(const char *path, char *temporary_out) {
    temporary_out[0] = '\0';
    return open_retrying(path, O_CREAT | O_TRUNC);
}

/* Opens a new file beside path, under a name that is left in temporary_out. */
static int open_beside(const char *path, char *temporary_out) {
    enum { TRIES = 100 }; /* names left behind by killed processes */
    int descriptor = -1;
    for (int i = 0; i < TRIES; i++) {
        snprintf(temporary_out, strlen(path) + ORTL__SAVED_SUFFIX_BYTES, "%s.%ld.%d.tmp", path,
                 (long)getpid(), i);
        descriptor = open_retrying(temporary_out, O_CREAT | O_EXCL);
        if (descriptor >= 0 || errno != EEXIST) break;
    }
    return descriptor;
}

int ortl__saved_open(const char *path, char *temporary_out) {
    struct stat before = {0};
    const int exists = lstat(path, &before) == 0;
    if (exists && !S_ISREG(before.st_mode)) return ortl__saved_open_in_place(path, temporary_out);
    int descriptor = open_beside(path, temporary_out);
    if (descriptor >= 0) {
        if (exists) (void)fchmod(descriptor, before.st_mode & 0777);
        return descriptor;
    }
    if (errno == EACCES || errno == EPERM || errno == EROFS || errno == ENAMETOOLONG)
        return ortl__saved_open_in_place(path, temporary_out);
    temporary_out[0] = '\0';
    return -1;
}

void ortl__saved_discard(int descriptor, const char *temporary) {
    if (descriptor >= 0) (void)close(descriptor);
    if (temporary[0] != '\0') (void)unlink(temporary);
}

/* Closing may be the first to tell that a disk is full. */
int ortl__saved_finish(int descriptor, const char *temporary, const char *path) {
    int failed = descriptor >= 0 && close(descriptor) != 0;
    if (temporary[0] == '\0') return failed ? -1 : 0;
    if (!failed) failed = rename(temporary, path) != 0;
    if (!failed) return 0;
    const int reason = errno;
    (void)unlink(temporary);
    errno = reason;
    return -1;
}
