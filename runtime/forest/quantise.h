/*
 * Exact rank codes: each feature's value becomes the number of the feature's limits that lie below
 * it, one byte, and a test of a tree becomes "code <= rank of its limit". Nothing is lost: values
 * between the same two limits take the same way through every tree.
 *
 * A code column is (feature, group of at most 255 limits, side that NaN takes). NaN codes as 0 in
 * the low column and above all limits in the high one, so that trees need not know NaN. Both
 * columns of a group share one search; a feature with more limits has more groups.
 */
#ifndef ORTL_QUANTISE_H
#define ORTL_QUANTISE_H

#include "../cpu.h"
#include "cut.h"
#include "kernel.h"
#include "set_tests.h"

#define ORTL__NO_COLUMN UINT32_MAX

/* Rows are coded in multiples of this; room for the missing ones must be there. */
#define ORTL__CODE_ROWS 64

/* One search: a perfect tree of limits in level order. Node i (from 1) has the children 2i and
 * 2i + 1; after n_levels steps the number of the place reached, minus 2^n_levels, is the rank. */
typedef struct ortl__rank_table {
    uint32_t feature;
    uint32_t begin;       /* in keys: 2^n_levels entries, the first unused, then the levels */
    uint32_t n_levels;    /* 1 to 8 */
    uint32_t n_limits;    /* 1 to 255 */
    uint32_t low_column;  /* where NaN is 0, or ORTL__NO_COLUMN */
    uint32_t high_column; /* where NaN is n_limits, or ORTL__NO_COLUMN */
} ortl__rank_table;

/* Where the tables of a feature are. */
typedef struct ortl__rank_feature {
    uint32_t limit_begin, limit_end; /* in limits */
    uint32_t table_begin;            /* in tables; limits are spread evenly over them */
    uint32_t group_limits;           /* limits of a table, but for the last; 0: feature unused */
    uint32_t has_sets;               /* some test of the feature is no cut */
} ortl__rank_feature;

/* Which codes a column is compared with: bit c % 64 of word c / 64 for code c. */
typedef struct ortl__codes_asked {
    uint64_t bits[4];
} ortl__codes_asked;

typedef struct ortl__quantiser {
    ortl__memory *memory;
    uint32_t n_columns; /* code columns */
    uint32_t n_tables;
    uint32_t n_keys;
    ortl__rank_table *tables; /* (n_tables) in order of features */
    int32_t *keys;            /* (n_keys) */
    /* Only while packing; see ortl__quantiser_finish. */
    uint32_t n_features;
    uint32_t n_limits;
    ortl__rank_feature *features; /* (n_features) */
    int32_t *limits;              /* (n_limits) ascending within a feature, distinct in a table */
    ortl__codes_asked *asked;     /* (n_columns) */
    uint32_t n_asked;             /* distinct tests: bits set in asked */
} ortl__quantiser;

/* Collects the limits of the cuts in a forest of floats, and those with which the members of sets
 * get codes of their own (slice_sets.h). On failure *quantiser is empty. */
ortl_status ortl__quantiser_build(ortl__quantiser *quantiser, const ortl__forest *forest,
                                  const ortl__set_tests *sets, ortl_error *error);

/* The code column and the code limit of a cut of the forest: low side when code <= limit. */
void ortl__quantiser_find(const ortl__quantiser *quantiser, uint32_t feature, const ortl__cut *cut,
                          uint32_t *column_out, uint8_t *code_out);

/* The same for the test, a cut, in a row of the forest. */
void ortl__quantiser_find_test(const ortl__quantiser *quantiser, const ortl__forest *forest,
                               uint32_t row, uint32_t *column_out, uint8_t *code_out);

/* The table of a limit of a feature, and the code of numbers that equal it. */
void ortl__quantiser_find_key(const ortl__quantiser *quantiser, uint32_t feature, int32_t limit,
                              uint32_t *table_out, uint32_t *code_out);

/* Frees what only the functions that find need. */
void ortl__quantiser_finish(ortl__quantiser *quantiser);
void ortl__quantiser_free(ortl__quantiser *quantiser);

/* Codes of the rows: code of row i in column c is codes[c * stride + i] ^ 0x80, that is, codes are
 * kept with a bias of 128 because vector units compare signed bytes. stride is the number of rows
 * rounded up to a multiple of ORTL__CODE_ROWS, or more; codes past the last row are any. */
typedef void ortl__quantise_function(const ortl__quantiser *quantiser, const ortl__rows *rows,
                                     int8_t *codes, size_t stride);

/* The codes of n rows from row first on, at most ORTL__CODE_ROWS. */
typedef void ortl__quantise_rows_function(const ortl__quantiser *quantiser, const ortl__rows *rows,
                                          size_t first, size_t n, int8_t *codes, size_t stride);

/* The codes of all rows by a function for a few of them. */
void ortl__quantise_all(const ortl__quantiser *quantiser, const ortl__rows *rows, int8_t *codes,
                        size_t stride, ortl__quantise_rows_function *quantise_rows);

/* The fastest for this processor. */
ortl__quantise_function *ortl__quantise_choose(ortl__cpu cpu);

ortl__quantise_function ortl__quantise_plain;
#if defined(__x86_64__) && defined(__GNUC__)
ortl__quantise_function ortl__quantise_avx2, ortl__quantise_avx512;
#endif

#endif
