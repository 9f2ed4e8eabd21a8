/*
 * The forms in which predictions are written: csv, tsv, jsonl, npy. Each is one row of a table;
 * format_text.c has those of text, format_npy.c the binary one.
 */
#ifndef ORTL_TOOLS_FORMAT_H
#define ORTL_TOOLS_FORMAT_H

#include "output.h"
#include "results.h"

typedef struct ortl__format ortl__format;

/* A table that is being written. */
typedef struct ortl__writer {
    const ortl__format *format;
    ortl__output *output;
    const ortl__results *results;
    const ortl__rows *rows;
    bool has_header;
    bool has_begun;
    uint64_t n_rows; /* written so far */
} ortl__writer;

struct ortl__format {
    const char *name;
    char delimiter;      /* of the forms that have one */
    bool needs_seekable; /* the file's start is written again at its end */
    /* What comes before the first block, and behind the last one; NULL: nothing. */
    ortl_status (*begin)(ortl__writer *writer, ortl_error *error);
    ortl_status (*end)(ortl__writer *writer, ortl_error *error);
    /* Writes the block in writer->rows with the results of its run. */
    void (*block)(ortl__writer *writer);
};

extern const ortl__format ortl__format_csv;
extern const ortl__format ortl__format_tsv;
extern const ortl__format ortl__format_jsonl;
extern const ortl__format ortl__format_npy;

/* Writes a block, and what comes before the first one. */
ortl_status ortl__writer_block(ortl__writer *writer, ortl_error *error);

/* Refuses columns of the same name, for forms that tell columns by their names alone. */
ortl_status ortl__writer_check_names(ortl__writer *writer, ortl_error *error);

/* Completes what has begun. */
ortl_status ortl__writer_end(ortl__writer *writer, ortl_error *error);
#endif
