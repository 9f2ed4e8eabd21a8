/*
 * Helpers of the converters' tests: a trainer's file, written out in a test, is converted, opened
 * and asked, or must be refused.
 */
#ifndef ORTL_CONVERTED_MODEL_H
#define ORTL_CONVERTED_MODEL_H

#include "converters/convert.h"

/* A trainer's file. */
typedef struct source_file {
    const char *from; /* the trainer, NULL: to be found out */
    const void *bytes;
    size_t n_bytes;
} source_file;

/* A file that is a text without NUL. */
source_file text_file(const char *from, const char *text);

/* Converts the file and opens the result; fails the test with the message when it cannot. */
ortl_session *open_converted(const source_file *file);

/* Label and scores of one row; either may be NULL. */
void ask_converted(const source_file *file, const float *row, size_t n_columns, int64_t *label,
                   float *scores);

/* The file must be refused with this status and a message that contains words. */
void check_refused(const source_file *file, ortl_status status, const char *words);

/* Every file that is cut off at its end, down to nothing, must be refused with a message; n_kept
 * bytes from the end may be missing without harm. */
void check_cut_off(const source_file *file, size_t n_kept);

/* The conversion, which succeeds, must report ORTL_NO_MEMORY whichever allocation fails, and free
 * everything. */
void check_failing_memory(const source_file *file);

#endif
