/*
 * A runtime to measure, as a row of a table: ort-lite and, where their libraries are installed,
 * others through their C interfaces. The libraries are opened when they are measured, so nothing is
 * built against them; each of peers/peer_<name>.c declares the few functions that it calls.
 *
 * A peer is measured in a process of its own. It predicts with one thread.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stddef.h>

#define BENCH_PEER_ERROR_BYTES 256

typedef struct bench_peer_model bench_peer_model;

typedef struct bench_peer {
    const char *name;
    const char *library; /* what the dynamic loader looks for; NULL: linked in */
    const char *form;    /* of the model files that it reads: "ONNX", "LightGBM text", ... */
    int reads_onnx;      /* 0: it needs its own model file */
    /* Finds the functions in the library (dlopen's handle) and what they need before a model is
     * there, so that memory can be looked at in between. 0, or -1 with error set. */
    int (*start)(void *library, char error[BENCH_PEER_ERROR_BYTES]);
    /* Loads the model at path; NULL with error set. */
    bench_peer_model *(*open)(const char *path, char error[BENCH_PEER_ERROR_BYTES]);
    size_t (*n_features)(const bench_peer_model *model);
    /* Makes room for calls of n_rows rows. */
    int (*prepare)(bench_peer_model *model, size_t n_rows, char error[BENCH_PEER_ERROR_BYTES]);
    /* Predicts the n_rows rows prepared for, rows (n_rows, n_features). */
    int (*predict)(bench_peer_model *model, const float *rows, char error[BENCH_PEER_ERROR_BYTES]);
    void (*close)(bench_peer_model *model); /* NULL is allowed */
} bench_peer;

extern const bench_peer bench_peer_ortlite;
extern const bench_peer bench_peer_onnxruntime;
extern const bench_peer bench_peer_lightgbm;
extern const bench_peer bench_peer_xgboost;
extern const bench_peer bench_peer_compiled;

/* Writes the message; returns -1. */
int bench_peer_fail(char error[BENCH_PEER_ERROR_BYTES], const char *text);

/* The function of that name, stored in *function_out (a pointer to a pointer to a function); -1
 * with error set when the library has none. */
int bench_peer_find(void *library, const char *name, void *function_out,
                    char error[BENCH_PEER_ERROR_BYTES]);

#endif
