/*
 * The two loops that reading a table of numbers spends its time in: where the delimiters are, and
 * fields as floats. Plain C, and vector instructions where the processor has them; all give the
 * same.
 */
#ifndef ORTL_TOOLS_SCAN_H
#define ORTL_TOOLS_SCAN_H

#include "csv.h"

/* Bytes that ortl__scan_find takes at once, so that a place fits in 16 bits. */
#define ORTL__SCAN_BYTES 1024

/* Places may be written this far behind the last one. */
#define ORTL__SCAN_SLACK 16

typedef struct ortl__scan {
    const char *name;
    /* Stores where delimiter is among the n_bytes (at most ORTL__SCAN_BYTES) bytes at text, which
     * is followed by CSV_BYTES_BEHIND bytes that may be read; returns how many there are.
     * places_out: (n_bytes + ORTL__SCAN_SLACK). */
    size_t (*find)(const char *text, size_t n_bytes, char delimiter, uint16_t *places_out);
    /* Reads the fields of a record (csv.h) with the numbers order[0] to order[n - 1] into
     * floats_out[0] to floats_out[n - 1], as ortl__number_read_float does; an empty one is NaN.
     * Stops at a field that is anything else but a number, or one that has no short cut; returns
     * how many were read. */
    size_t (*read_floats)(const csv_field *fields, const size_t *order, size_t n, char point,
                          float *floats_out);
} ortl__scan;

extern const ortl__scan ortl__scan_avx2; /* needs AVX2, BMI and POPCNT; x86 only */

/* Number index of those that this processor can run, the plain one first; NULL past the last. */
const ortl__scan *ortl__scan_number(size_t index);

/* The fastest for this processor: the last of them. */
const ortl__scan *ortl__scan_choose(void);

#endif
