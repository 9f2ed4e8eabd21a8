/*
 * The buffered writer. A pipe whose reader has gone is a failure without a message; a full disk is
 * one with it, also when only the last flush or the close reports it.
 */
#include "output.h"

#include "../runtime/saved_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool names_stdout(const char *path) {
    return path == NULL || strcmp(path, "-") == 0;
}

static bool is_stdout(const ortl__output *output) {
    return names_stdout(output->path);
}

/* Refuses path when it is the file, a regular one, that was looked at. */
static ortl_status refuse_same_file(const struct stat *input_file, const char *path,
                                    ortl_error *error) {
    struct stat named_file = {0};
    if (!S_ISREG(input_file->st_mode) || stat(path, &named_file) != 0 ||
        input_file->st_dev != named_file.st_dev || input_file->st_ino != named_file.st_ino)
        return ORTL_OK;
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "the output is the file that is being read (name another)");
}

ortl_status ortl__output_refuse_input(const char *output, const char *input, ortl_error *error) {
    struct stat input_file = {0};
    if (names_stdout(output)) return ORTL_OK;
    int failed =
        strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &input_file) : stat(input, &input_file);
    return failed ? ORTL_OK : refuse_same_file(&input_file, output, error);
}

typedef int file_opener(const char *path, char *temporary_out);

static ortl_status open_output(ortl__output *output, const char *path, int other_descriptor,
                               file_opener *open_file, ortl_error *error) {
    *output = (ortl__output)ORTL__OUTPUT_INIT;
    output->path = path;
    output->buffer = malloc(ORTL__OUTPUT_BYTES);
    if (output->buffer == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the output buffer");
    if (is_stdout(output)) {
        output->descriptor = STDOUT_FILENO;
        return ORTL_OK;
    }
    struct stat other_file = {0};
    if (other_descriptor >= 0 && fstat(other_descriptor, &other_file) == 0) {
        ortl_status status = refuse_same_file(&other_file, path, error);
        if (status != ORTL_OK) return status;
    }
    output->temporary = malloc(strlen(path) + ORTL__SAVED_SUFFIX_BYTES);
    if (output->temporary == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for a file name");
    output->descriptor = open_file(path, output->temporary);
    if (output->descriptor < 0) return ortl__message_fail_errno(error, "cannot be created");
    return ORTL_OK;
}

ortl_status ortl__output_open(ortl__output *output, const char *path, int other_descriptor,
                              ortl_error *error) {
    return open_output(output, path, other_descriptor, ortl__saved_open, error);
}

ortl_status ortl__output_open_in_place(ortl__output *output, const char *path, int other_descriptor,
                                       ortl_error *error) {
    return open_output(output, path, other_descriptor, ortl__saved_open_in_place, error);
}

/* Writes all bytes or remembers why not. */
static void write_all(ortl__output *output, const char *bytes, size_t n_bytes) {
    while (n_bytes > 0 && output->failure == 0) {
        ssize_t n_written = write(output->descriptor, bytes, n_bytes);
        if (n_written > 0) {
            bytes += n_written;
            n_bytes -= (size_t)n_written;
        } else if (n_written == 0 || errno != EINTR) {
            output->failure = n_written == 0 ? EIO : errno;
        }
    }
}

static void drain(ortl__output *output) {
    write_all(output, output->buffer, output->length);
    output->length = 0;
}

void ortl__output_put(ortl__output *output, const void *bytes, size_t n_bytes) {
    if (n_bytes > ORTL__OUTPUT_BYTES - output->length) {
        drain(output);
        if (n_bytes > ORTL__OUTPUT_BYTES) {
            write_all(output, bytes, n_bytes);
            return;
        }
    }
    memcpy(output->buffer + output->length, bytes, n_bytes);
    output->length += n_bytes;
}

void ortl__output_text(ortl__output *output, const char *text) {
    ortl__output_put(output, text, strlen(text));
}

void ortl__output_print(ortl__output *output, const char *format, ...) {
    char text[1000];
    va_list values;
    va_start(values, format);
    int n = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (n > 0)
        ortl__output_put(output, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

char *ortl__output_reserve(ortl__output *output, size_t n_bytes) {
    if (n_bytes > ORTL__OUTPUT_BYTES - output->length) drain(output);
    return output->buffer + output->length;
}

ortl_status ortl__output_check(const ortl__output *output) {
    return output->failure == 0 ? ORTL_OK : ORTL_IO;
}

ortl_status ortl__output_flush(ortl__output *output) {
    drain(output);
    return ortl__output_check(output);
}

bool ortl__output_is_seekable(const ortl__output *output) {
    /* Whatever else is wrong is told when it is written again. */
    return lseek(output->descriptor, 0, SEEK_CUR) >= 0 || errno != ESPIPE;
}

ortl_status ortl__output_patch(ortl__output *output, uint64_t offset, const void *bytes,
                               size_t n_bytes) {
    drain(output);
    if (output->failure == 0) {
        if (lseek(output->descriptor, (off_t)offset, SEEK_SET) < 0)
            output->failure = errno;
        else
            write_all(output, bytes, n_bytes);
    }
    return ortl__output_check(output);
}

/* A reader that closed our pipe gets no message: see ortl__output_is_closed_pipe. */
static ortl_status report_failure(const ortl__output *output, ortl__report *report) {
    ortl__report_place(report, is_stdout(output) ? "standard output" : output->path);
    errno = output->failure;
    ortl__message_fail_errno(&report->error, "cannot be written");
    if (output->failure == EPIPE) report->error.message[0] = '\0';
    return ORTL_IO;
}

/* Puts the file in its place, or leaves there what was before. */
static void settle_file(ortl__output *output, ortl_status status) {
    const bool failed_on_input = status == ORTL_BAD_INPUT || status == ORTL_LIMIT;
    if (output->failure == 0 && (status == ORTL_OK || (failed_on_input && output->keeps_rows))) {
        if (ortl__saved_finish(output->descriptor, output->temporary, output->path) != 0)
            output->failure = errno;
    } else {
        ortl__saved_discard(output->descriptor, output->temporary);
    }
}

ortl_status ortl__output_close(ortl__output *output, ortl_status status, ortl__report *report) {
    if (output->descriptor >= 0) {
        drain(output);
        if (!is_stdout(output)) settle_file(output, status);
    }
    if (output->failure != 0 && (status == ORTL_OK || status == ORTL_IO))
        status = report_failure(output, report);
    free(output->buffer);
    free(output->temporary);
    *output = (ortl__output)ORTL__OUTPUT_INIT;
    return status;
}

bool ortl__output_is_closed_pipe(ortl_status status, const ortl_error *error) {
    return status == ORTL_IO && error->message[0] == '\0';
}
