/*
 * A runtime of peer.h as an engine of the benchmarks: BENCH_PEER, a macro given by CMake, says
 * which. Its library is opened under the name that bench_run --library gives, else its own.
 */
#include "engine.h"
#include "peer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

struct bench_engine {
    void *library;
    bench_peer_model *model;
};

static const bench_peer *const peer = &BENCH_PEER;

const char *bench_engine_name(void) {
    return peer->name;
}

bench_engine *bench_engine_open(const char *path, const bench_engine_wish *wish) {
    char error[BENCH_PEER_ERROR_BYTES] = "out of memory";
    const char *name = wish->library ? wish->library : peer->library;
    bench_engine *engine = calloc(1, sizeof *engine);
    if (!engine) goto failed;
    if (name) engine->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (name && !engine->library) {
        snprintf(error, sizeof error, "%s", dlerror());
        goto failed;
    }
    if (peer->start(engine->library, error) < 0) goto failed;
    engine->model = peer->open(path, error);
    if (engine->model) return engine;
failed:
    fprintf(stderr, "%s: %s: %s\n", peer->name, path, error);
    bench_engine_close(engine);
    return NULL;
}

void bench_engine_describe(const bench_engine *engine, bench_engine_info *info_out) {
    *info_out = (bench_engine_info){.n_features = peer->n_features(engine->model), .kernel = ""};
}

int bench_engine_prepare(bench_engine *engine, size_t n_rows) {
    char error[BENCH_PEER_ERROR_BYTES];
    if (peer->prepare(engine->model, n_rows, error) == 0) return 0;
    fprintf(stderr, "%s: %s\n", peer->name, error);
    return -1;
}

int bench_engine_predict(bench_engine *engine, const float *rows) {
    char error[BENCH_PEER_ERROR_BYTES];
    if (peer->predict(engine->model, rows, error) == 0) return 0;
    fprintf(stderr, "%s: %s\n", peer->name, error);
    return -1;
}

/* The library stays open: its threads may still end. */
void bench_engine_close(bench_engine *engine) {
    if (!engine) return;
    peer->close(engine->model);
    free(engine);
}
