/*
 * Time of a prediction by batch size: nanoseconds for a row, and for a row and tree.
 * A figure is the median over windows; in each window the call is repeated until it has lasted long
 * enough for the clock. Calls walk through a pool of rows, because a processor learns the branches
 * of a row that it sees again and again.
 */
#include "engine.h"
#include "measure.h"
#include "options.h"
#include "random.h"
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WINDOWS = 1000, MAX_BATCHES = 16, POOL_ROWS = 8192 };

typedef struct run_settings {
    uint64_t n_windows;
    uint64_t window_milliseconds;
    uint64_t missing_percent;
    uint64_t tie_percent;
    uint64_t seed;
    uint64_t n_threads;
    bench_engine_wish wish;
    const char *rows;     /* NumPy file of float rows, NULL: made by the seed */
    const char *engine;   /* name in the report, NULL: the engine's own */
    const char *batches;  /* sizes separated by commas */
    const char *expected; /* a word of read_expected */
    int as_json;
} run_settings;

typedef struct row_pool {
    float *values; /* (n_rows, n_features) */
    size_t n_rows;
    size_t n_features;
} row_pool;

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Normal deviates; some missing, some rounded to hundredths so that they meet thresholds of
 * make_forest exactly. */
static void fill_rows(row_pool *pool, const run_settings *settings) {
    bench_random random;
    bench_random_seed(&random, settings->seed);
    for (size_t i = 0; i < pool->n_rows * pool->n_features; i++) {
        double value = bench_random_normal(&random);
        uint32_t percent = bench_random_below(&random, 100);
        if (percent < settings->missing_percent) {
            value = NAN;
        } else if (percent < settings->missing_percent + settings->tie_percent) {
            value = round(value * 100) / 100;
        }
        pool->values[i] = (float)value;
    }
}

/* Fills the pool with the rows of a NumPy file, little-endian float32 in C order, over and over; 0,
 * or -1 after a message. */
static int read_rows(row_pool *pool, const char *path) {
    unsigned char start[10]; /* magic, version 1.0, bytes of the header */
    char header[512] = "";
    size_t n_values = pool->n_rows * pool->n_features, n_read = 0;
    FILE *file = fopen(path, "rb");
    if (!file || fread(start, 1, sizeof start, file) != sizeof start) goto failed;
    size_t n_header = (size_t)start[8] | (size_t)start[9] << 8;
    if (n_header >= sizeof header || fread(header, 1, n_header, file) != n_header) goto failed;
    char shape[32];
    snprintf(shape, sizeof shape, ", %zu)", pool->n_features);
    if (!strstr(header, "<f4") || !strstr(header, "False") || !strstr(header, shape)) goto failed;
    n_read = fread(pool->values, sizeof *pool->values, n_values, file);
    n_read -= n_read % pool->n_features;
failed:
    if (file) fclose(file);
    if (n_read == 0) {
        fprintf(stderr, "%s: not an array of rows of %zu float32\n", path, pool->n_features);
        return -1;
    }
    for (size_t i = n_read; i < n_values; i++) pool->values[i] = pool->values[i - n_read];
    return 0;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

/* Seconds of n_calls calls of n_rows rows; negative on failure. */
static double time_calls(bench_engine *engine, const row_pool *pool, size_t n_rows,
                         size_t n_calls) {
    size_t row = 0;
    double start = bench_seconds();
    for (size_t i = 0; i < n_calls; i++) {
        if (bench_engine_predict(engine, pool->values + row * pool->n_features) < 0) return -1;
        row += n_rows;
        if (row + n_rows > pool->n_rows) row = 0;
    }
    return bench_seconds() - start;
}

/* Nanoseconds for a row, median over the windows; negative on failure. */
static double time_batch(bench_engine *engine, const row_pool *pool, size_t n_rows,
                         const run_settings *settings) {
    static double windows[MAX_WINDOWS];
    double wanted = (double)settings->window_milliseconds * 1e-3;
    size_t n_calls = 1;
    if (bench_engine_prepare(engine, n_rows) < 0) return -1;
    for (;;) { /* also warms the caches up */
        double seconds = time_calls(engine, pool, n_rows, n_calls);
        if (seconds < 0) return -1;
        if (seconds >= wanted) break;
        double factor = seconds > wanted / 100 ? wanted / seconds * 1.1 : 100;
        n_calls = (size_t)((double)n_calls * factor) + 1;
    }
    for (size_t i = 0; i < settings->n_windows; i++) {
        double seconds = time_calls(engine, pool, n_rows, n_calls);
        if (seconds < 0) return -1;
        windows[i] = seconds * 1e9 / (double)(n_calls * n_rows);
    }
    return bench_median(windows, (size_t)settings->n_windows);
}

static void report_batch(const bench_engine_info *info, const char *model, size_t n_rows,
                         double nanoseconds, const run_settings *settings) {
    char measure[32];
    snprintf(measure, sizeof measure, "batch_%zu", n_rows);
    const char *engine = settings->engine ? settings->engine : bench_engine_name();
    bench_figure figure = {engine, model, info->kernel, measure, nanoseconds, "ns/row"};
    bench_report(&figure, settings->as_json);
    if (info->n_trees == 0) return;
    figure.value = nanoseconds / (double)info->n_trees;
    figure.unit = "ns/(row.tree)";
    bench_report(&figure, settings->as_json);
}

/* ---- The program ----------------------------------------------------------------------------- */

/* "1,8,64" into sizes; their number, 0 after a message. */
static size_t read_batches(const char *text, size_t sizes_out[MAX_BATCHES]) {
    size_t n_sizes = 0;
    for (const char *at = text;; at++) {
        char *end;
        unsigned long size = strtoul(at, &end, 10);
        if (end == at || size == 0 || size > 100000000 || n_sizes == MAX_BATCHES) break;
        sizes_out[n_sizes++] = size;
        at = end;
        if (*at == 0) return n_sizes;
        if (*at != ',') break;
    }
    fprintf(stderr, "bench_run: --batches must be at most %d sizes separated by commas\n",
            MAX_BATCHES);
    return 0;
}

/* 0, or -1 after a message. */
static int read_expected(const char *word, bench_expected *expected_out) {
    static const char *const words[] = {"any", "few", "many"}; /* as in bench_expected */
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        *expected_out = (bench_expected)i;
        if (strcmp(word, words[i]) == 0) return 0;
    }
    fprintf(stderr, "bench_run: --expect must be any, few or many\n");
    return -1;
}

static int measure_batches(bench_engine *engine, const char *model, const size_t *sizes,
                           size_t n_sizes, const run_settings *settings) {
    bench_engine_info info;
    bench_engine_describe(engine, &info);
    row_pool pool = {NULL, POOL_ROWS, info.n_features};
    for (size_t i = 0; i < n_sizes; i++) {
        if (sizes[i] > pool.n_rows) pool.n_rows = sizes[i];
    }
    pool.values = calloc(pool.n_rows * pool.n_features + 1, sizeof *pool.values);
    if (!pool.values) return -1;
    int failed = 0;
    if (settings->rows)
        failed = read_rows(&pool, settings->rows) < 0;
    else
        fill_rows(&pool, settings);
    for (size_t i = 0; i < n_sizes && !failed; i++) {
        double nanoseconds = time_batch(engine, &pool, sizes[i], settings);
        failed = nanoseconds < 0;
        if (!failed) report_batch(&info, model, sizes[i], nanoseconds, settings);
    }
    free(pool.values);
    return failed ? -1 : 0;
}

int main(int argc, char **argv) {
    run_settings settings = {9, 50, 3, 2, 5, 1, {0}, NULL, NULL, "1,8,64,1000,100000", "any", 0};
    const bench_option options[] = {
        {"--batches", NULL, &settings.batches, NULL, "rows of a call, separated by commas"},
        {"--rows", NULL, &settings.rows, NULL, "float32 rows.npy, used over and over"},
        {"--expect", NULL, &settings.expected, NULL,
         "rows of a call the model is packed for: few, many or any"},
        {"--library", NULL, &settings.wish.library, NULL, "file of the runtime that is opened"},
        {"--engine", NULL, &settings.engine, NULL, "name in the report"},
        {"--kernel", NULL, &settings.wish.kernel, NULL, "force a kernel by name"},
        {"--without", NULL, &settings.wish.hidden_features, NULL,
         "processor features not to be used, as in avx512f,avx2, or all"},
        {"--windows", &settings.n_windows, NULL, NULL, "measurements for a median, 1 to 1000"},
        {"--window", &settings.window_milliseconds, NULL, NULL, "milliseconds of a measurement"},
        {"--missing", &settings.missing_percent, NULL, NULL, "percent of missing values"},
        {"--ties", &settings.tie_percent, NULL, NULL, "percent of values at hundredths"},
        {"--threads", &settings.n_threads, NULL, NULL, "that share the rows of a call"},
        {"--seed", &settings.seed, NULL, NULL, "seed of the rows"},
        {"--json", NULL, NULL, &settings.as_json, "one JSON object for each figure"},
    };
    const bench_usage usage = {"bench_run",
                               "MODEL.onnx",
                               "Time of predictions by batch size.",
                               options,
                               sizeof options / sizeof options[0],
                               1,
                               0};
    int first = bench_options_read(&usage, argc, argv);
    if (first < 0 || settings.n_windows < 1 || settings.n_windows > MAX_WINDOWS) return 2;
    size_t sizes[MAX_BATCHES];
    size_t n_sizes = read_batches(settings.batches, sizes);
    if (n_sizes == 0 || read_expected(settings.expected, &settings.wish.expected) < 0) return 2;
    settings.wish.n_threads = (size_t)settings.n_threads;
    bench_engine *engine = bench_engine_open(argv[first], &settings.wish);
    if (!engine) return 1;
    int failed = measure_batches(engine, argv[first], sizes, n_sizes, &settings) < 0;
    bench_engine_close(engine);
    return failed;
}
