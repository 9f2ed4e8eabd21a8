/*
 * Buffered, checked writing to stdout or a file. The first failure is kept and everything written
 * afterwards is dropped, so that a writer may check once for each block of rows.
 */
#ifndef ORTL_TOOLS_OUTPUT_H
#define ORTL_TOOLS_OUTPUT_H

#include "message.h"

#include <stdbool.h>

#define ORTL__OUTPUT_BYTES 65536

typedef struct ortl__output {
    int descriptor;
    const char *path; /* as the user named it; NULL or "-": stdout */
    int failure;      /* errno of the first failed write, 0: none */
    size_t length;    /* bytes waiting in the buffer */
    char *buffer;     /* (ORTL__OUTPUT_BYTES) NULL: not open */
    char *temporary;  /* what the file is called until it is complete; "": written in place */
    bool keeps_rows;  /* what is written so far is wanted even if the verb fails on its input */
} ortl__output;

#define ORTL__OUTPUT_INIT                                                                          \
    { -1, NULL, 0, 0, NULL, NULL, false }

/* Opens path for writing; NULL or "-" is stdout. A file appears there, or is replaced, only when
 * the output is closed with success (runtime/saved_file.h). One that is the same as what is open as
 * other_descriptor (-1: none) is refused. */
ortl_status ortl__output_open(ortl__output *output, const char *path, int other_descriptor,
                              ortl_error *error);

/* The same for a file that is read while it is written: it is emptied and written in place. */
ortl_status ortl__output_open_in_place(ortl__output *output, const char *path, int other_descriptor,
                                       ortl_error *error);

/* Refuses an output (NULL or "-": stdout) that is the same regular file as input, which is read
 * ("-": stdin), under whatever name: opening it would empty what the user still has to keep. */
ortl_status ortl__output_refuse_input(const char *output, const char *input, ortl_error *error);

/* Appends n_bytes bytes. */
void ortl__output_put(ortl__output *output, const void *bytes, size_t n_bytes);

/* Appends the text, ended by NUL. */
void ortl__output_text(ortl__output *output, const char *text);

/* Appends formatted text of at most 1000 bytes; no floats, they would obey the locale. */
void ortl__output_print(ortl__output *output, const char *format, ...) ORTL__MESSAGE_FORMAT(2, 3);

/* A place for n_bytes bytes (at most ORTL__OUTPUT_BYTES); the caller adds what it filled to
 * length. */
char *ortl__output_reserve(ortl__output *output, size_t n_bytes);

/* ORTL_IO when a write failed so far; ortl__output_close says more. */
ortl_status ortl__output_check(const ortl__output *output);

/* Writes the buffer out, then checks. */
ortl_status ortl__output_flush(ortl__output *output);

/* Whether bytes that are already written can be written again (a file, not a pipe). */
bool ortl__output_is_seekable(const ortl__output *output);

/* Writes n_bytes bytes again at offset of a seekable output. */
ortl_status ortl__output_patch(ortl__output *output, uint64_t offset, const void *bytes,
                               size_t n_bytes);

/* Flushes, closes and frees; one that is not open is left alone. Returns the status that is handed
 * in, which is what the verb came to so far; when that is ORTL_OK or ORTL_IO and a write failed,
 * ORTL_IO with place and message in *report. After any failure what was at path before is still
 * there, unless keeps_rows is set and it was the input that failed. */
ortl_status ortl__output_close(ortl__output *output, ortl_status status, ortl__report *report);

/* Whether an ORTL_IO came from a reader that closed its end of our pipe. It wants no more and is
 * not told: such a failure has no message, and the program ends quietly with 0. */
bool ortl__output_is_closed_pipe(ortl_status status, const ortl_error *error);

#endif
