/*
 * Measuring runtimes on one model: each loads it and predicts in a process of its own, started from
 * this one while it is small. Rows and results lie in memory that all of them share.
 */
#ifndef ORTL_TOOLS_BENCH_H
#define ORTL_TOOLS_BENCH_H

#include "../bench/peer.h"
#include "../runtime/libm.h"
#include "options.h"

#include <stdbool.h>

#define ORTL__BENCH_PEERS   4
#define ORTL__BENCH_BATCHES 8
#define ORTL__BENCH_CURVE   49 /* points of the curve of latencies, 12 for each decade */
#define ORTL__BENCH_RUNS    9  /* processes for a median, at most */

/* What one process found. Memory is resident, without the table of rows. */
typedef struct ortl__bench_result {
    bool is_measured;
    char error[BENCH_PEER_ERROR_BYTES]; /* why not */
    double load_seconds;
    uint64_t started_heap; /* with the runtime, before the model: memory that is no file's */
    uint64_t steady_heap;  /* likewise with the model, after it predicted one row */
    uint64_t steady_bytes; /* all that is resident then */
    uint64_t peak_bytes;
    size_t n_calls; /* of one row each */
    /* Seconds that the share 1 - 10^(-i/12) of the calls of one row took at most. */
    double curve[ORTL__BENCH_CURVE];
    double p50, p90, p99, p999;
    double rows_per_second[ORTL__BENCH_BATCHES]; /* by batch size */
} ortl__bench_result;

/* One runtime of the comparison. */
typedef struct ortl__bench_entry {
    const bench_peer *peer;
    const char *model;   /* path of the model in its own form */
    const char *library; /* path, or the name that the dynamic loader looks for */
    bool is_installed;
    ortl__bench_result result; /* medians over the processes */
} ortl__bench_entry;

typedef struct ortl__bench {
    ortl__libm libm; /* open for the page */
    const ortl__common *common;
    const char *model; /* path */
    size_t n_rows;     /* of the table */
    size_t n_runs;
    ortl__bench_entry entries[ORTL__BENCH_PEERS];
    size_t n_entries;
    /* Filled by ortl__bench_run. */
    size_t batches[ORTL__BENCH_BATCHES]; /* (n_batches) rows of a call */
    size_t n_batches;
    size_t n_features, n_trees, n_nodes, max_depth;
    uint64_t file_bytes;
} ortl__bench;

/* Measures all entries; a runtime that is not installed or fails keeps the reason in its result.
 * The report fails when the model itself cannot be used. */
ortl_status ortl__bench_run(ortl__bench *bench, ortl__report *report);

/* Memory that the model takes: heap with it above that without. Code that is
 * read from files on the way counts for the runtime. */
uint64_t ortl__bench_model_bytes(const ortl__bench_result *result);

/* bench_child.c: in the process of its own: loads, predicts, fills *result. rows is
 * (n_rows, n_features). */
void ortl__bench_measure(const ortl__bench *bench, const ortl__bench_entry *entry,
                         const float *rows, ortl__bench_result *result);

/* bench_rows.c: likewise in a process of its own: fills rows with values near the thresholds of the
 * model, and what the model is in *bench. */
ortl_status ortl__bench_fill(ortl__bench *bench, float *rows, ortl__report *report);

/* bench_page.c: the report as a page that stands alone. */
ortl_status ortl__bench_page(const ortl__bench *bench, const char *path, ortl__report *report);

#endif
