/*
 * ort-lite as an engine of the benchmarks; see engine.h.
 */
#include "engine.h"

#include "../runtime/ortlite.h"

#include <stdio.h>
#include <stdlib.h>

struct bench_engine {
    ortl_session *session;
    ortl_context *context;
    ortl_description description;
    size_t n_rows;   /* prepared for */
    int64_t *labels; /* (n_rows) NULL without labels */
    float *scores;   /* (n_rows, n_scores) NULL without scores */
};

const char *bench_engine_name(void) {
    return "ort-lite";
}

bench_engine *bench_engine_open(const char *path, const bench_engine_wish *wish) {
    ortl_error error = {ORTL_NO_MEMORY, "out of memory"};
    ortl_options options = ORTL_OPTIONS_INIT;
    static const ortl_rows_expected expected[] = {[BENCH_ANY_ROWS] = ORTL_EXPECT_ANY_ROWS,
                                                  [BENCH_FEW_ROWS] = ORTL_EXPECT_FEW_ROWS,
                                                  [BENCH_MANY_ROWS] = ORTL_EXPECT_MANY_ROWS};
    options.rows_expected = expected[wish->expected];
    options.kernel = wish->kernel;
    options.hidden_features = wish->hidden_features;
    options.n_threads = wish->n_threads;
    bench_engine *engine = calloc(1, sizeof *engine);
    if (!engine) goto failed;
    engine->description.struct_size = sizeof engine->description;
    if (ortl_open(path, &options, &engine->session, &error) != ORTL_OK) goto failed;
    if (ortl_describe(engine->session, &engine->description, &error) != ORTL_OK) goto failed;
    if (ortl_context_new(engine->session, &engine->context, &error) != ORTL_OK) goto failed;
    return engine;
failed:
    fprintf(stderr, "%s: %s\n", path, error.message);
    bench_engine_close(engine);
    return NULL;
}

void bench_engine_describe(const bench_engine *engine, bench_engine_info *info_out) {
    info_out->n_features = engine->description.n_features;
    info_out->n_trees = engine->description.n_trees;
    info_out->heap_bytes = engine->description.resident_bytes;
    info_out->heap_peak_bytes = engine->description.load_peak_bytes;
    info_out->kernel = engine->description.kernel;
}

int bench_engine_prepare(bench_engine *engine, size_t n_rows) {
    const ortl_description *description = &engine->description;
    free(engine->labels);
    free(engine->scores);
    engine->n_rows = n_rows;
    engine->labels = description->label_output >= 0 ? calloc(n_rows, sizeof(int64_t)) : NULL;
    engine->scores = calloc(n_rows * description->n_scores + 1, sizeof(float));
    if (engine->scores && (engine->labels || description->label_output < 0)) return 0;
    fprintf(stderr, "out of memory\n");
    return -1;
}

int bench_engine_predict(bench_engine *engine, const float *rows) {
    ortl_error error;
    ortl_status status = ortl_predict(engine->context, rows, engine->n_rows,
                                      (ptrdiff_t)engine->description.n_features, 1, engine->labels,
                                      engine->description.n_scores ? engine->scores : NULL, &error);
    if (status == ORTL_OK) return 0;
    fprintf(stderr, "%s\n", error.message);
    return -1;
}

void bench_engine_close(bench_engine *engine) {
    if (!engine) return;
    ortl_context_free(engine->context);
    ortl_close(engine->session);
    free(engine->labels);
    free(engine->scores);
    free(engine);
}
