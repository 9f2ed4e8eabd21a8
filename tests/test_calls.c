/*
 * Danger: calls of the C library fail. Those that the readers, the writers and the converters make
 * go through the functions below (-Wl,--wrap), where each fails in turn: for a signal, after which
 * all is as if nothing had been, for a device, or for want of memory. faults/ does the same to the
 * whole program, from outside.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* AT_EMPTY_PATH */
#endif
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "converters/convert.h"
#include "runtime/ortlite.h"
#include "tools/csv.h"
#include "tools/npy.h"

/* ---- Calls that fail ------------------------------------------------------------------------- */

typedef enum call { MEMORY, OPEN, READ, CLOSE, RENAME, LOOK, STREAM, N_CALLS } call;

static call failing;       /* the kind of call that fails */
static long n_calls;       /* of that kind, so far */
static long fails_at = -1; /* which of them; -1: none */
static int reason;         /* for errno */

static int is_refused(call kind) {
    if (kind != failing || n_calls++ != fails_at) return 0;
    errno = kind == MEMORY ? ENOMEM : reason; /* as malloc has it */
    return 1;
}

void *__real_malloc(size_t n_bytes);
void *__real_calloc(size_t n, size_t n_bytes);
void *__real_realloc(void *block, size_t n_bytes);
ssize_t __real_read(int descriptor, void *bytes, size_t n_bytes);
int __real_close(int descriptor);
int __real_rename(const char *from, const char *to);
int __real_fclose(FILE *stream);
FILE *__real_fdopen(int descriptor, const char *mode);
void *__wrap_malloc(size_t n_bytes);
void *__wrap_calloc(size_t n, size_t n_bytes);
void *__wrap_realloc(void *block, size_t n_bytes);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __wrap_read(int descriptor, void *bytes, size_t n_bytes);
int __wrap_close(int descriptor);
int __wrap_rename(const char *from, const char *to);
int __wrap_fstat(int descriptor, struct stat *about);
int __wrap_fstat64(int descriptor, struct stat *about);
FILE *__wrap_fdopen(int descriptor, const char *mode);
int __wrap_fclose(FILE *stream);

void *__wrap_malloc(size_t n_bytes) {
    return is_refused(MEMORY) ? NULL : __real_malloc(n_bytes);
}

void *__wrap_calloc(size_t n, size_t n_bytes) {
    return is_refused(MEMORY) ? NULL : __real_calloc(n, n_bytes);
}

void *__wrap_realloc(void *block, size_t n_bytes) {
    return is_refused(MEMORY) ? NULL : __real_realloc(block, n_bytes);
}

static int open_at(const char *path, int flags, va_list more) {
    int mode = (flags & O_CREAT) != 0 ? va_arg(more, int) : 0;
    return is_refused(OPEN) ? -1 : openat(AT_FDCWD, path, flags, mode);
}

int __wrap_open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int descriptor = open_at(path, flags, more);
    va_end(more);
    return descriptor;
}

/* With files of any size, the C library may call them so. */
int __wrap_open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int descriptor = open_at(path, flags, more);
    va_end(more);
    return descriptor;
}

ssize_t __wrap_read(int descriptor, void *bytes, size_t n_bytes) {
    return is_refused(READ) ? -1 : __real_read(descriptor, bytes, n_bytes);
}

/* Closing tells that a disk is full, and closes all the same. */
int __wrap_close(int descriptor) {
    int is_full = is_refused(CLOSE), closed = __real_close(descriptor);
    if (is_full) errno = reason;
    return is_full ? -1 : closed;
}

int __wrap_rename(const char *from, const char *to) {
    return is_refused(RENAME) ? -1 : __real_rename(from, to);
}

int __wrap_fstat(int descriptor, struct stat *about) {
    return is_refused(LOOK) ? -1 : fstatat(descriptor, "", about, AT_EMPTY_PATH);
}

int __wrap_fstat64(int descriptor, struct stat *about) {
    return __wrap_fstat(descriptor, about);
}

FILE *__wrap_fdopen(int descriptor, const char *mode) {
    return is_refused(STREAM) ? NULL : __real_fdopen(descriptor, mode);
}

int __wrap_fclose(FILE *stream) {
    int is_full = is_refused(CLOSE), closed = __real_fclose(stream);
    if (is_full) errno = reason;
    return is_full ? EOF : closed;
}

/* ---- What is done meanwhile ------------------------------------------------------------------ */

static char directory[] = "/tmp/ortl_calls_XXXXXX";
static char output[sizeof directory + 8], table[sizeof directory + 8];

/* A field longer than the reader's first buffer, and more fields than it first has room for. */
static void write_table(void) {
    FILE *file = fopen(table, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 300000; i++) fputc('1', file);
    fputc('\n', file);
    for (int i = 0; i < 3000; i++) fputs("2,", file);
    fputs("\"3\n4\"\n", file);
    ck_assert_int_eq(fclose(file), 0);
}

static void begin(void) {
    memcpy(directory + sizeof directory - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(output, sizeof output, "%s/out", directory);
    snprintf(table, sizeof table, "%s/table", directory);
    write_table();
}

static void end(void) {
    unlink(output);
    unlink(table);
    ck_assert_int_eq(rmdir(directory), 0);
}

static ortl_status read_table(ortl_error *error) {
    csv_reader *reader = NULL;
    csv_record record = {.n_fields = 1};
    int descriptor = csv_open_file(table);
    if (descriptor < 0) return ORTL_IO;
    ortl_status status = csv_open(csv_read_descriptor, &descriptor, NULL, &reader, error);
    while (status == ORTL_OK && record.n_fields > 0) status = csv_next(reader, &record, error);
    csv_close(reader);
    (void)close(descriptor);
    return status;
}

static ortl_status write_and_read(const ortl_tensor *tensor, ortl_error *error) {
    ortl_tensor again = {.data = NULL};
    ortl_status status = npy_write(output, tensor, error);
    if (status == ORTL_OK) status = npy_read(output, &again, error);
    npy_free(&again);
    return status;
}

static ortl_status use_numbers(ortl_error *error) {
    static double numbers[] = {1, 2, 3};
    const ortl_tensor tensor = {NULL, ORTL_DOUBLE, 1, {3}, numbers, sizeof numbers};
    return write_and_read(&tensor, error);
}

static ortl_status use_texts(ortl_error *error) {
    static ortl_string texts[] = {{"one", 3}, {"", 0}};
    const ortl_tensor tensor = {NULL, ORTL_STRING, 1, {2}, texts, sizeof texts};
    return write_and_read(&tensor, error);
}

static ortl_status convert(ortl_error *error) {
    return ortl_convert(ORTL_EXAMPLES "/iris/model.txt", output, NULL, NULL, error);
}

static ortl_status run_model(ortl_error *error) {
    ortl_session *session = NULL;
    ortl_status status = ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", NULL, &session, error);
    ortl_close(session);
    return status;
}

static ortl_status (*const scenarios[])(ortl_error *error) = {read_table, use_numbers, use_texts,
                                                              convert, run_model};
enum { N_SCENARIOS = sizeof scenarios / sizeof *scenarios };

/* ---- One after the other --------------------------------------------------------------------- */

static long n_made; /* calls of that kind, by the last try */

static ortl_status try_once(int scenario, call kind, long at, int why) {
    ortl_error error = {ORTL_OK, ""};
    failing = kind;
    fails_at = at;
    reason = why;
    n_calls = 0;
    ortl_status status = scenarios[scenario](&error);
    n_made = n_calls;
    fails_at = -1;
    return status;
}

START_TEST(each_call_fails_once) {
    for (int kind = MEMORY; kind < N_CALLS; kind++) {
        ortl_status wanted = kind == MEMORY ? ORTL_NO_MEMORY : ORTL_IO;
        ck_assert_int_eq(try_once(_i, (call)kind, -1, 0), ORTL_OK);
        for (long at = 0, n = n_made; at < n; at++) {
            ortl_status status = try_once(_i, (call)kind, at, EIO);
            /* A file that was read may be closed wrongly, and some memory only saves time. */
            int may_succeed = kind == CLOSE || kind == MEMORY;
            ck_assert_msg(status == wanted || (status == ORTL_OK && may_succeed),
                          "scenario %d, call %ld of kind %d: status %d", _i, at, kind, (int)status);
        }
    }
}
END_TEST

START_TEST(signals_make_no_difference) {
    for (int kind = OPEN; kind <= READ; kind++) {
        ck_assert_int_eq(try_once(_i, (call)kind, -1, 0), ORTL_OK);
        for (long at = 0, n = n_made; at < n; at++)
            ck_assert_int_eq(try_once(_i, (call)kind, at, EINTR), ORTL_OK);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("calls");
    TCase *tests = tcase_create("scenarios");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, each_call_fails_once, 0, N_SCENARIOS);
    tcase_add_loop_test(tests, signals_make_no_difference, 0, N_SCENARIOS);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
