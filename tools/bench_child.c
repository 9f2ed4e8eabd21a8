/*
 * One runtime in its process: load, single rows, batches; memory before, after and at most.
 */
#include "bench.h"

#include "../bench/measure.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CALLS             100000 /* of one row, at most */
#define CALLS_SECONDS     0.7    /* and no longer, once there are MIN_CALLS */
#define MIN_CALLS         2000
#define TWELFTH_OF_DECADE 0.8254041852680184 /* 10^(-1/12) */
#define WINDOWS           5
#define WINDOW_SECONDS    0.03

typedef struct child {
    const ortl__bench *bench;
    const bench_peer *peer;
    const float *rows;
    uint64_t table_bytes;
    bench_peer_model *model;
    ortl__bench_result *result;
} child;

static uint64_t above_table(const child *c, uint64_t bytes) {
    return bytes > c->table_bytes ? bytes - c->table_bytes : 0;
}

/* Every page of the table becomes resident, so that it is in all figures alike. */
static float touch_rows(const child *c) {
    float sum = 0;
    for (size_t i = 0; i < c->bench->n_rows * c->bench->n_features; i++) sum += c->rows[i];
    return sum;
}

static int load(child *c, const ortl__bench_entry *entry) {
    void *library = NULL;
    if (c->peer->library != NULL) library = dlopen(entry->library, RTLD_NOW | RTLD_LOCAL);
    if (c->peer->library != NULL && library == NULL)
        return bench_peer_fail(c->result->error, "the library cannot be opened");
    if (c->peer->start(library, c->result->error) < 0) return -1;
    c->result->started_heap = bench_anonymous_bytes();
    double begin = bench_seconds();
    c->model = c->peer->open(entry->model, c->result->error);
    c->result->load_seconds = bench_seconds() - begin;
    if (c->model == NULL) return -1;
    if (c->peer->n_features(c->model) != c->bench->n_features)
        return bench_peer_fail(c->result->error, "this model has another number of features");
    if (c->peer->prepare(c->model, 1, c->result->error) < 0 ||
        c->peer->predict(c->model, c->rows, c->result->error) < 0)
        return -1;
    c->result->steady_heap = bench_anonymous_bytes();
    return 0;
}

/* ---- Single rows ----------------------------------------------------------------------------- */

static int compare_floats(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* What the clock itself takes. */
static double clock_seconds(void) {
    double least = 1;
    for (int i = 0; i < 1000; i++) {
        double begin = bench_seconds(), taken = bench_seconds() - begin;
        if (taken < least) least = taken;
    }
    return least;
}

static double quantile(const float *sorted, size_t n, double share) {
    size_t at = (size_t)(share * (double)n);
    return (double)sorted[at < n ? at : n - 1];
}

static int measure_calls(child *c, float *times /* (CALLS) */) {
    const size_t n_features = c->bench->n_features;
    double overhead = clock_seconds(), start = bench_seconds();
    size_t n = 0;
    if (c->peer->prepare(c->model, 1, c->result->error) < 0) return -1;
    for (size_t row = 0; n < CALLS; n++, row = row + 1 == c->bench->n_rows ? 0 : row + 1) {
        double begin = bench_seconds();
        if (c->peer->predict(c->model, c->rows + row * n_features, c->result->error) < 0) return -1;
        double end = bench_seconds();
        times[n] = (float)(end - begin > overhead ? end - begin - overhead : 0);
        if (n >= MIN_CALLS && end - start > CALLS_SECONDS) break;
    }
    /* The first calls fill caches and room; that is loading. */
    size_t n_warm = n / 10;
    qsort(times + n_warm, n - n_warm, sizeof *times, compare_floats);
    times += n_warm;
    n -= n_warm;
    c->result->n_calls = n;
    c->result->p50 = quantile(times, n, 0.5);
    c->result->p90 = quantile(times, n, 0.9);
    c->result->p99 = quantile(times, n, 0.99);
    c->result->p999 = quantile(times, n, 0.999);
    double rest = 1;
    for (size_t i = 0; i < ORTL__BENCH_CURVE; i++, rest *= TWELFTH_OF_DECADE)
        c->result->curve[i] = quantile(times, n, 1 - rest);
    return 0;
}

/* ---- Batches --------------------------------------------------------------------------------- */

/* Processor time of this process: on a busy machine the share of it that others take would fall on
 * the runtime with the longer calls. */
static double processor_seconds(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* Rows a second of n_calls calls of n rows; 0 on failure. */
static double time_window(child *c, size_t n, size_t n_calls) {
    size_t row = 0;
    double begin = processor_seconds();
    for (size_t i = 0; i < n_calls; i++) {
        const float *rows = c->rows + row * c->bench->n_features;
        if (c->peer->predict(c->model, rows, c->result->error) < 0) return 0;
        row = row + 2 * n > c->bench->n_rows ? 0 : row + n;
    }
    double seconds = processor_seconds() - begin;
    return seconds > 0 ? (double)(n * n_calls) / seconds : 1e12;
}

static int measure_batch(child *c, size_t n, double *rows_per_second_out) {
    double windows[WINDOWS];
    if (c->peer->prepare(c->model, n, c->result->error) < 0) return -1;
    double speed = time_window(c, n, 3);
    if (speed == 0) return -1;
    double wanted = speed * WINDOW_SECONDS / (double)n;
    size_t n_calls = wanted < 1e9 ? (size_t)wanted + 1 : (size_t)1e9;
    for (size_t i = 0; i < WINDOWS; i++) {
        windows[i] = time_window(c, n, n_calls);
        if (windows[i] == 0) return -1;
    }
    *rows_per_second_out = bench_median(windows, WINDOWS);
    return 0;
}

void ortl__bench_measure(const ortl__bench *bench, const ortl__bench_entry *entry,
                         const float *rows, ortl__bench_result *result) {
    child c = {.bench = bench, .peer = entry->peer, .rows = rows, .result = result};
    uint64_t before = bench_resident_bytes();
    volatile float seen = touch_rows(&c);
    (void)seen;
    uint64_t after = bench_resident_bytes();
    c.table_bytes = after > before ? after - before : 0;
    if (load(&c, entry) < 0) return;
    for (size_t i = 0; i < bench->n_batches; i++)
        if (measure_batch(&c, bench->batches[i], &result->rows_per_second[i]) < 0) return;
    result->steady_bytes = above_table(&c, bench_resident_bytes());
    result->peak_bytes = above_table(&c, bench_peak_bytes());
    /* Behind the memory figures, to which its list of times does not belong. */
    float *times = calloc(CALLS, sizeof *times);
    if (times == NULL) {
        bench_peer_fail(result->error, "out of memory");
        return;
    }
    result->is_measured = measure_calls(&c, times) == 0;
    free(times);
    c.peer->close(c.model);
}
