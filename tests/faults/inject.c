/*
 * Preloaded into the program, lets its allocations or its system calls fail: the FAULT_AT-th one,
 * or all from there on. What happened goes to the descriptor FAULT_FD at the end: see inject.h.
 */
#define _GNU_SOURCE
#include "inject.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static fault_report report;
static long fault_at = -1;
static int is_sticky, kind = FAULT_NOTHING, is_ready;

__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("FAULT_AT"), *wanted = getenv("FAULT_KIND");
    fault_at = at == NULL ? -1 : atol(at);
    kind = wanted == NULL ? FAULT_NOTHING : atoi(wanted);
    is_sticky = getenv("FAULT_STICKY") != NULL;
    report.n_allocations = report.n_calls = 0;
    is_ready = 1;
}

__attribute__((destructor)) static void end(void) {
    const char *text = getenv("FAULT_FD");
    is_ready = 0;
    if (text != NULL) (void)!write(atoi(text), &report, sizeof report);
}

static int is_hit(long n) {
    const int hit = is_sticky ? n >= fault_at : n == fault_at;
    report.n_hits += hit;
    return hit;
}

/* The function of libc behind ours. */
#define REAL(function)                                                                             \
    static __typeof__(function) *real;                                                             \
    if (real == NULL) {                                                                            \
        void *found = dlsym(RTLD_NEXT, #function);                                                 \
        memcpy(&real, &found, sizeof real);                                                        \
    }

/* ---- Allocations ----------------------------------------------------------------------------- */

extern void *__libc_malloc(size_t n_bytes);
extern void *__libc_calloc(size_t n, size_t n_bytes);
extern void *__libc_realloc(void *block, size_t n_bytes);
extern void __libc_free(void *block);

static int allocation_fails(void) {
    if (!is_ready) return 0;
    report.n_allocations++;
    if (kind != FAULT_MEMORY || !is_hit(report.n_allocations)) return 0;
    errno = ENOMEM;
    return 1;
}

static void *count_new(void *block) {
    if (is_ready && block != NULL) report.n_live++;
    return block;
}

EXPORT void *malloc(size_t n_bytes) {
    return allocation_fails() ? NULL : count_new(__libc_malloc(n_bytes));
}

EXPORT void *calloc(size_t n, size_t n_bytes) {
    return allocation_fails() ? NULL : count_new(__libc_calloc(n, n_bytes));
}

EXPORT void *realloc(void *block, size_t n_bytes) {
    if (allocation_fails()) return NULL;
    if (block == NULL) return count_new(__libc_realloc(NULL, n_bytes));
    return __libc_realloc(block, n_bytes);
}

EXPORT void free(void *block) {
    if (is_ready && block != NULL) report.n_live--;
    __libc_free(block);
}

/* ---- System calls ---------------------------------------------------------------------------- */

/* What a call can meet: which kinds of faults make sense for it. */
enum { CAN_FAIL = 1, CAN_BE_INTERRUPTED = 2, CAN_BE_FULL = 4, CAN_BE_SHORT = 8, CAN_END = 16 };

/* Counts the call. 1 with errno set when it is to fail; 2 when it is to be short, 3 when the file
 * is to end here. */
static int fault_of(const char *name, int possible) {
    if (!is_ready) return 0;
    const int wanted = kind == FAULT_ERROR         ? CAN_FAIL
                       : kind == FAULT_INTERRUPTED ? CAN_BE_INTERRUPTED
                       : kind == FAULT_FULL        ? CAN_BE_FULL
                       : kind == FAULT_SHORT       ? CAN_BE_SHORT
                       : kind == FAULT_END         ? CAN_END
                                                   : CAN_FAIL;
    if ((possible & wanted) == 0) return 0;
    report.n_calls++;
    if (kind == FAULT_NOTHING || kind == FAULT_MEMORY || !is_hit(report.n_calls)) return 0;
    snprintf(report.last_hit, sizeof report.last_hit, "%s", name);
    errno = kind == FAULT_ERROR ? EIO : kind == FAULT_INTERRUPTED ? EINTR : ENOSPC;
    return kind == FAULT_SHORT ? 2 : kind == FAULT_END ? 3 : 1;
}

EXPORT int open64(const char *path, int flags, ...) {
    REAL(open64)
    va_list values;
    va_start(values, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(values, mode_t) : 0;
    va_end(values);
    const int possible = CAN_FAIL | CAN_BE_INTERRUPTED | (flags & O_CREAT ? CAN_BE_FULL : 0);
    return fault_of("open", possible) ? -1 : real(path, flags, mode);
}

EXPORT ssize_t read(int file, void *bytes, size_t n_bytes) {
    REAL(read)
    int fault = fault_of("read", CAN_FAIL | CAN_BE_INTERRUPTED | CAN_BE_SHORT);
    if (fault == 1) return -1;
    return real(file, bytes, fault == 2 && n_bytes > 0 ? 1 : n_bytes);
}

EXPORT ssize_t pread64(int file, void *bytes, size_t n_bytes, off64_t offset) {
    REAL(pread64)
    int fault = fault_of("pread", CAN_FAIL | CAN_BE_INTERRUPTED | CAN_BE_SHORT | CAN_END);
    if (fault == 1) return -1;
    if (fault == 3) return 0;
    return real(file, bytes, fault == 2 && n_bytes > 0 ? 1 : n_bytes, offset);
}

EXPORT ssize_t write(int file, const void *bytes, size_t n_bytes) {
    REAL(write)
    if (file == STDERR_FILENO) return real(file, bytes, n_bytes);
    int fault = fault_of("write", CAN_FAIL | CAN_BE_INTERRUPTED | CAN_BE_FULL | CAN_BE_SHORT);
    if (fault == 1) return -1;
    return real(file, bytes, fault == 2 && n_bytes > 0 ? 1 : n_bytes);
}

/* Calls that do their work or fail: closing does both. */
#define PLAIN(type, name, possible, parameters, arguments, failed)                                 \
    EXPORT type name parameters {                                                                  \
        REAL(name)                                                                                 \
        return fault_of(#name, possible) ? failed : real arguments;                                \
    }

EXPORT int close(int file) {
    REAL(close)
    const int fault = fault_of("close", CAN_FAIL | CAN_BE_FULL);
    const int reason = errno, result = real(file);
    if (fault == 0) return result;
    errno = reason;
    return -1;
}

PLAIN(int, fstat64, CAN_FAIL, (int file, struct stat64 *out), (file, out), -1)
PLAIN(int, stat64, CAN_FAIL, (const char *path, struct stat64 *out), (path, out), -1)
PLAIN(int, lstat64, CAN_FAIL, (const char *path, struct stat64 *out), (path, out), -1)
PLAIN(int, rename, CAN_FAIL | CAN_BE_FULL, (const char *from, const char *to), (from, to), -1)
PLAIN(int, unlink, CAN_FAIL, (const char *path), (path), -1)
PLAIN(int, fchmod, CAN_FAIL, (int file, mode_t mode), (file, mode), -1)
PLAIN(int, mkdir, CAN_FAIL | CAN_BE_FULL, (const char *path, mode_t mode), (path, mode), -1)
PLAIN(off64_t, lseek64, CAN_FAIL, (int file, off64_t at, int from), (file, at, from), -1)
PLAIN(int, poll, CAN_FAIL | CAN_BE_INTERRUPTED, (struct pollfd * list, nfds_t n, int wait),
      (list, n, wait), -1)
PLAIN(DIR *, opendir, CAN_FAIL, (const char *path), (path), NULL)
PLAIN(struct dirent64 *, readdir64, CAN_FAIL, (DIR * folder), (folder), NULL)
PLAIN(FILE *, fopen64, CAN_FAIL, (const char *path, const char *mode), (path, mode), NULL)
PLAIN(FILE *, fdopen, CAN_FAIL, (int file, const char *mode), (file, mode), NULL)

EXPORT size_t fread(void *bytes, size_t size, size_t n, FILE *stream) {
    REAL(fread)
    return fault_of("fread", CAN_FAIL) ? 0 : real(bytes, size, n, stream);
}

EXPORT size_t fwrite(const void *bytes, size_t size, size_t n, FILE *stream) {
    REAL(fwrite)
    return fault_of("fwrite", CAN_FAIL | CAN_BE_FULL) ? 0 : real(bytes, size, n, stream);
}

EXPORT int fclose(FILE *stream) {
    REAL(fclose)
    const int fault = fault_of("fclose", CAN_FAIL | CAN_BE_FULL);
    const int reason = errno, result = real(stream);
    if (fault == 0) return result;
    errno = reason;
    return -1;
}

/* The calls of the sandbox, which libc has no names for. */
EXPORT long syscall(long number, ...) {
    REAL(syscall)
    long a[6];
    va_list values;
    va_start(values, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(values, long);
    va_end(values);
    return fault_of("syscall", CAN_FAIL) ? -1 : real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

EXPORT int prctl(int option, ...) {
    REAL(prctl)
    unsigned long a[4];
    va_list values;
    va_start(values, option);
    for (int i = 0; i < 4; i++) a[i] = va_arg(values, unsigned long);
    va_end(values);
    return fault_of("prctl", CAN_FAIL) ? -1 : real(option, a[0], a[1], a[2], a[3]);
}
