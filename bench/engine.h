/*
 * What a benchmark needs of a runtime. bench_load.c and bench_run.c are written against this
 * interface and are linked once with each runtime (engine_ortlite.c; engine_peer.c, which makes an
 * engine of each runtime of peers/), so that all are measured by the same code, each in a process
 * of its own.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>

typedef struct bench_engine bench_engine;

/* What is known of a loaded model; 0 or "" where the runtime does not tell. */
typedef struct bench_engine_info {
    size_t n_features;
    size_t n_trees;
    uint64_t heap_bytes;      /* kept by the runtime after loading */
    uint64_t heap_peak_bytes; /* at most while loading */
    const char *kernel;       /* text lives as long as the engine */
} bench_engine_info;

/* The name in reports. */
const char *bench_engine_name(void);

typedef enum bench_expected { BENCH_ANY_ROWS, BENCH_FEW_ROWS, BENCH_MANY_ROWS } bench_expected;

/* All but the last only ort-lite lets itself be asked for; peers ignore it. */
typedef struct bench_engine_wish {
    const char *kernel;          /* force one by name; NULL: the fastest */
    const char *hidden_features; /* of the processor, names separated by commas; NULL: none */
    size_t n_threads;            /* 0 and 1: the caller's */
    bench_expected expected;     /* rows of a call */
    const char *library; /* for runtimes that are opened: the file; NULL: under its usual name */
} bench_engine_wish;

/* Loads the model at path; peers always for one thread. Returns NULL after a message on stderr. */
bench_engine *bench_engine_open(const char *path, const bench_engine_wish *wish);

void bench_engine_describe(const bench_engine *engine, bench_engine_info *info_out);

/* Makes room for calls of n_rows rows; 0, or -1 after a message. */
int bench_engine_prepare(bench_engine *engine, size_t n_rows);

/* Predicts the n_rows rows prepared for, rows (n_rows, n_features), into the room made before; 0,
 * or -1 after a message. */
int bench_engine_predict(bench_engine *engine, const float *rows);

/* NULL is allowed. */
void bench_engine_close(bench_engine *engine);

#endif
