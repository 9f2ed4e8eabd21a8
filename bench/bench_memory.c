/*
 * Peak resident memory and time of any command as a whole process: the median of several runs, one
 * after the other.
 *
 *     bench_memory --engine ort-lite -- ort-lite predict iris.onnx iris.csv
 */
#include "measure.h"
#include "options.h"
#include "report.h"

#include <stdio.h>

enum { MAX_RUNS = 1000 };

/* Runs argv n_runs times and prints the medians; 0, or -1 when a run fails. */
static int measure_runs(char *const argv[], size_t n_runs, bench_figure figure, int as_json) {
    static double peaks[MAX_RUNS], times[MAX_RUNS];
    for (size_t i = 0; i < n_runs; i++) {
        bench_child child;
        if (bench_child_run(argv, "/dev/null", &child) < 0) return -1;
        peaks[i] = (double)child.peak_bytes / 1048576;
        times[i] = child.seconds * 1e3;
    }
    figure.measure = "process_peak";
    figure.unit = "MiB";
    figure.value = bench_median(peaks, n_runs);
    bench_report(&figure, as_json);
    figure.measure = "process_time";
    figure.unit = "ms";
    figure.value = bench_median(times, n_runs);
    bench_report(&figure, as_json);
    return 0;
}

int main(int argc, char **argv) {
    uint64_t n_runs = 9;
    int as_json = 0;
    const char *engine = NULL;
    const char *model = "";
    const bench_option options[] = {
        {"--engine", NULL, &engine, NULL, "name in the report; else the command's"},
        {"--model", NULL, &model, NULL, "model in the report"},
        {"--runs", &n_runs, NULL, NULL, "processes, 1 to 1000"},
        {"--json", NULL, NULL, &as_json, "one JSON object for each figure"},
    };
    const bench_usage usage = {"bench_memory",
                               "-- COMMAND [ARGUMENT ...]",
                               "Peak resident memory and time of a command, medians.",
                               options,
                               sizeof options / sizeof options[0],
                               1,
                               1};
    int first = bench_options_read(&usage, argc, argv);
    if (first < 0 || n_runs < 1 || n_runs > MAX_RUNS) return 2;
    bench_figure figure = {.engine = engine ? engine : argv[first], .model = model, .kernel = ""};
    return measure_runs(argv + first, (size_t)n_runs, figure, as_json) < 0 ? 1 : 0;
}
