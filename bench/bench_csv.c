/*
 * Predicting on a table as a whole process: wall time, megabytes of text a second, peak resident
 * memory, and how far that is above the peak with the first row alone, which is what the model and
 * the program need by themselves. In the command, {table} stands for the table and {output} for a
 * scratch file:
 *
 *     bench_csv table.csv -- ort-lite predict model.onnx {table} -o {output}
 */
#include "measure.h"
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_RUNS = 100, MAX_ARGUMENTS = 64 };

typedef struct csv_paths {
    const char *table;
    char short_table[BENCH_PATH_BYTES]; /* header and first row of the table */
    char output[BENCH_PATH_BYTES];
} csv_paths;

typedef enum csv_measure { CSV_TIME, CSV_SPEED, CSV_PEAK, CSV_ABOVE, N_CSV_MEASURES } csv_measure;

static const char *const measures[N_CSV_MEASURES] = {"csv_time", "csv_speed", "csv_peak",
                                                     "csv_peak_above"};
static const char *const units[N_CSV_MEASURES] = {"s", "MB/s", "MiB", "MiB"};

/* ---- Files ----------------------------------------------------------------------------------- */

/* Copies the first two lines of table to short_table. */
static int copy_first_row(csv_paths *paths) {
    FILE *from = fopen(paths->table, "r");
    int descriptor = bench_make_file(paths->short_table);
    FILE *to = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    int failed = !from || !to;
    for (int n_lines = 0, byte; !failed && n_lines < 2 && (byte = getc(from)) != EOF;) {
        putc(byte, to);
        n_lines += byte == '\n';
    }
    if (from) fclose(from);
    if (to && fclose(to) != 0) failed = 1;
    if (failed) perror(paths->table);
    return failed ? -1 : 0;
}

static double file_bytes(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    long n_bytes = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0;
    fclose(file);
    return (double)n_bytes;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

/* Runs the command with its placeholders filled in. */
static int run_command(char *const command[], const char *table, const csv_paths *paths,
                       bench_child *child_out) {
    char *argv[MAX_ARGUMENTS + 1];
    size_t n = 0;
    for (; command[n] && n < MAX_ARGUMENTS; n++) {
        argv[n] = command[n];
        if (strcmp(command[n], "{table}") == 0) argv[n] = (char *)table;
        if (strcmp(command[n], "{output}") == 0) argv[n] = (char *)paths->output;
    }
    argv[n] = NULL;
    return bench_child_run(argv, "/dev/null", child_out);
}

static int measure_runs(char *const command[], const csv_paths *paths, size_t n_runs,
                        bench_figure figure, int as_json) {
    static double values[N_CSV_MEASURES][MAX_RUNS];
    double megabytes = file_bytes(paths->table) / 1e6;
    for (size_t i = 0; i < n_runs; i++) {
        bench_child whole, first_row;
        if (run_command(command, paths->short_table, paths, &first_row) < 0) return -1;
        if (run_command(command, paths->table, paths, &whole) < 0) return -1;
        values[CSV_TIME][i] = whole.seconds;
        values[CSV_SPEED][i] = megabytes / whole.seconds;
        values[CSV_PEAK][i] = (double)whole.peak_bytes / 1048576;
        values[CSV_ABOVE][i] = ((double)whole.peak_bytes - (double)first_row.peak_bytes) / 1048576;
    }
    for (int m = 0; m < N_CSV_MEASURES; m++) {
        figure.measure = measures[m];
        figure.unit = units[m];
        figure.value = bench_median(values[m], n_runs);
        bench_report(&figure, as_json);
    }
    return 0;
}

int main(int argc, char **argv) {
    uint64_t n_runs = 3;
    int as_json = 0;
    const char *engine = NULL;
    const char *model = "";
    const bench_option options[] = {
        {"--engine", NULL, &engine, NULL, "name in the report; else the command's"},
        {"--model", NULL, &model, NULL, "model in the report"},
        {"--runs", &n_runs, NULL, NULL, "processes, 1 to 100"},
        {"--json", NULL, NULL, &as_json, "one JSON object for each figure"},
    };
    const bench_usage usage = {"bench_csv",
                               "TABLE.csv -- COMMAND [ARGUMENT ...]",
                               "Time and memory of predicting on a table, medians.",
                               options,
                               sizeof options / sizeof options[0],
                               3,
                               1};
    int first = bench_options_read(&usage, argc, argv);
    if (first < 0 || n_runs < 1 || n_runs > MAX_RUNS) return 2;
    if (strcmp(argv[first + 1], "--") != 0) {
        fprintf(stderr, "bench_csv: \"%s\" behind TABLE.csv is not -- (options come first)\n",
                argv[first + 1]);
        return 2;
    }
    csv_paths paths = {.table = argv[first]};
    char *const *command = argv + first + 2;
    bench_figure figure = {.engine = engine ? engine : command[0], .model = model, .kernel = ""};
    int descriptor = bench_make_file(paths.output);
    if (descriptor >= 0) close(descriptor);
    int failed = descriptor < 0 || copy_first_row(&paths) < 0 ||
                 measure_runs(command, &paths, (size_t)n_runs, figure, as_json) < 0;
    unlink(paths.output);
    if (paths.short_table[0]) unlink(paths.short_table);
    return failed;
}
