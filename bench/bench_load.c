/*
 * How long loading a model takes, what it needs at most and what it keeps. Every run is a process
 * of its own, which this program starts as `bench_load --child MODEL`; the medians are printed.
 * `--child` together with `--predict N` also predicts N rows before it ends, which makes the
 * smallest process that does the job: measure it with bench_memory.
 */
#include "engine.h"
#include "measure.h"
#include "options.h"
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_RUNS = 1000 };

/* What one process prints, in this order. */
typedef enum load_measure {
    LOAD_SECONDS,
    LOAD_PEAK,
    LOAD_KEPT,
    LOAD_HEAP_PEAK,
    LOAD_HEAP_KEPT,
    N_LOAD_MEASURES
} load_measure;

static const char *const measures[N_LOAD_MEASURES] = {"load_time", "load_peak", "load_kept",
                                                      "heap_peak", "heap_kept"};

/* ---- The child ------------------------------------------------------------------------------- */

static int predict_rows(bench_engine *engine, size_t n_features, size_t n_rows) {
    float *rows = calloc(n_rows * n_features + 1, sizeof *rows);
    int failed =
        !rows || bench_engine_prepare(engine, n_rows) < 0 || bench_engine_predict(engine, rows) < 0;
    free(rows);
    return failed ? -1 : 0;
}

/* Loads the model and prints the figures as integers: nanoseconds, then bytes. */
static int load_once(const char *path, const char *kernel, size_t n_rows) {
    const bench_engine_wish wish = {.kernel = kernel};
    double start = bench_seconds();
    bench_engine *engine = bench_engine_open(path, &wish);
    double seconds = bench_seconds() - start;
    if (!engine) return -1;
    uint64_t kept = bench_resident_bytes();
    uint64_t peak = bench_peak_bytes();
    bench_engine_info info;
    bench_engine_describe(engine, &info);
    int failed = n_rows ? predict_rows(engine, info.n_features, n_rows) : 0;
    printf("%.0f %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", seconds * 1e9, peak, kept,
           info.heap_peak_bytes, info.heap_bytes, info.kernel[0] ? info.kernel : "-");
    bench_engine_close(engine);
    return failed;
}

/* ---- The parent ------------------------------------------------------------------------------ */

typedef struct load_runs {
    double values[N_LOAD_MEASURES][MAX_RUNS];
    char kernel[64];
} load_runs;

/* Reads the line that a child left in the file at path as run number run. */
static int read_child(const char *path, size_t run, load_runs *runs) {
    uint64_t values[N_LOAD_MEASURES];
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    int n_read = fscanf(file, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %63s",
                        &values[0], &values[1], &values[2], &values[3], &values[4], runs->kernel);
    fclose(file);
    if (n_read != N_LOAD_MEASURES + 1) return -1;
    for (int i = 0; i < N_LOAD_MEASURES; i++) {
        runs->values[i][run] = (double)values[i] / (i == LOAD_SECONDS ? 1e9 : 1048576);
    }
    return 0;
}

static int run_children(char *const child[], size_t n_runs, load_runs *runs) {
    char path[BENCH_PATH_BYTES];
    int descriptor = bench_make_file(path);
    if (descriptor < 0) return -1;
    close(descriptor);
    int failed = 0;
    for (size_t i = 0; i < n_runs && !failed; i++) {
        bench_child cost;
        failed = bench_child_run(child, path, &cost) < 0 || read_child(path, i, runs) < 0;
    }
    unlink(path);
    return failed ? -1 : 0;
}

/* Figures that the runtime does not tell are left out. */
static void report_runs(load_runs *runs, size_t n_runs, const char *model, int as_json) {
    for (int i = 0; i < N_LOAD_MEASURES; i++) {
        bench_figure figure = {bench_engine_name(),
                               model,
                               runs->kernel,
                               measures[i],
                               bench_median(runs->values[i], n_runs),
                               i == LOAD_SECONDS ? "s" : "MiB"};
        if (figure.value > 0) bench_report(&figure, as_json);
    }
}

int main(int argc, char **argv) {
    static load_runs runs;
    uint64_t n_runs = 9;
    uint64_t n_rows = 0;
    int as_child = 0;
    int as_json = 0;
    const char *kernel = NULL;
    const bench_option options[] = {
        {"--runs", &n_runs, NULL, NULL, "processes, 1 to 1000"},
        {"--kernel", NULL, &kernel, NULL, "force a kernel by name"},
        {"--json", NULL, NULL, &as_json, "one JSON object for each figure"},
        {"--child", NULL, NULL, &as_child, "load once in this process"},
        {"--predict", &n_rows, NULL, NULL, "with --child: rows to predict after loading"},
    };
    const bench_usage usage = {"bench_load",
                               "MODEL.onnx",
                               "Time and memory of loading a model, medians.",
                               options,
                               sizeof options / sizeof options[0],
                               1,
                               0};
    int first = bench_options_read(&usage, argc, argv);
    if (first < 0 || n_runs < 1 || n_runs > MAX_RUNS) return 2;
    if (as_child) return load_once(argv[first], kernel, (size_t)n_rows) < 0 ? 1 : 0;
    char *child[] = {argv[0], "--child", argv[first], NULL, NULL, NULL};
    if (kernel) {
        child[2] = "--kernel";
        child[3] = (char *)kernel;
        child[4] = argv[first];
    }
    if (run_children(child, (size_t)n_runs, &runs) < 0) return 1;
    report_runs(&runs, (size_t)n_runs, argv[first], as_json);
    return 0;
}
