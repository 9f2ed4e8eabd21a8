/*
 * The processes of a comparison, one after the other.
 */
#include "bench.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the processes share; rows lie behind it. */
typedef struct shared_memory {
    ortl__bench bench; /* what ortl__bench_fill found */
    ortl_status status;
    ortl__report report;
    ortl__bench_result results[ORTL__BENCH_RUNS];
} shared_memory;

static ortl_status share(size_t n_bytes, void **memory_out, ortl_error *error) {
    *memory_out = mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (*memory_out != MAP_FAILED) return ORTL_OK;
    *memory_out = NULL;
    return ortl__message_fail_errno(error, "no memory for the rows");
}

/* Whether the process number child ended well. */
static bool wait_for(pid_t child) {
    int state;
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

/* Opening the model tells its size, so that is done twice: first for the number of columns. */
static ortl_status describe(ortl__bench *bench, shared_memory *shared, float *rows,
                            ortl__report *report) {
    pid_t child = fork();
    if (child < 0) return ortl__message_fail_errno(&report->error, "fork");
    if (child == 0) {
        shared->bench = *bench;
        shared->report = *report;
        shared->status = ortl__bench_fill(&shared->bench, rows, &shared->report);
        _exit(0);
    }
    if (!wait_for(child))
        return ortl__message_fail(&report->error, ORTL_NO_MEMORY,
                                  "the process that looked at the model ended early");
    if (shared->status == ORTL_OK) *bench = shared->bench;
    *report = shared->report;
    return shared->status;
}

/* ---- Medians --------------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const ortl__bench_result *results, size_t n, size_t offset) {
    double values[ORTL__BENCH_RUNS];
    for (size_t i = 0; i < n; i++) memcpy(&values[i], (const char *)&results[i] + offset, 8);
    qsort(values, n, sizeof values[0], compare_doubles);
    return values[n / 2];
}

static uint64_t median_bytes(const ortl__bench_result *results, size_t n, size_t offset) {
    double values[ORTL__BENCH_RUNS];
    for (size_t i = 0; i < n; i++) {
        uint64_t bytes;
        memcpy(&bytes, (const char *)&results[i] + offset, sizeof bytes);
        values[i] = (double)bytes;
    }
    qsort(values, n, sizeof values[0], compare_doubles);
    return (uint64_t)values[n / 2];
}

/* The median of every figure over the n processes. */
static ortl__bench_result summarize(const ortl__bench_result *results, size_t n) {
    ortl__bench_result all = results[0];
#define MEDIAN(field) all.field = median(results, n, offsetof(ortl__bench_result, field))
#define MEDIAN_BYTES(field)                                                                        \
    all.field = median_bytes(results, n, offsetof(ortl__bench_result, field))
    MEDIAN(load_seconds);
    MEDIAN(p50);
    MEDIAN(p90);
    MEDIAN(p99);
    MEDIAN(p999);
    MEDIAN_BYTES(started_heap);
    MEDIAN_BYTES(steady_heap);
    MEDIAN_BYTES(steady_bytes);
    MEDIAN_BYTES(peak_bytes);
#undef MEDIAN
#undef MEDIAN_BYTES
    for (size_t i = 0; i < ORTL__BENCH_CURVE; i++)
        all.curve[i] = median(results, n, offsetof(ortl__bench_result, curve) + i * sizeof(double));
    for (size_t i = 0; i < ORTL__BENCH_BATCHES; i++)
        all.rows_per_second[i] =
            median(results, n, offsetof(ortl__bench_result, rows_per_second) + i * sizeof(double));
    return all;
}

/* ---- The comparison -------------------------------------------------------------------------- */

static bool is_installed(const ortl__bench_entry *entry) {
    if (entry->peer->library == NULL) return true;
    pid_t child = fork(); /* a library that is opened here would stay in our memory */
    if (child == 0) _exit(dlopen(entry->library, RTLD_NOW | RTLD_LOCAL) != NULL ? 0 : 1);
    return child > 0 && wait_for(child);
}

static void measure_entry(const ortl__bench *bench, ortl__bench_entry *entry, shared_memory *shared,
                          const float *rows) {
    entry->is_installed = is_installed(entry);
    for (size_t i = 0; i < bench->n_runs && entry->is_installed; i++) {
        ortl__bench_result *result = &shared->results[i];
        memset(result, 0, sizeof *result);
        pid_t child = fork();
        if (child == 0) {
            ortl__bench_measure(bench, entry, rows, result);
            _exit(0);
        }
        bool ended_well = child > 0 && wait_for(child);
        if (!ended_well && result->error[0] == '\0')
            bench_peer_fail(result->error, "the process ended early");
        result->is_measured = result->is_measured && ended_well;
        if (!result->is_measured) {
            entry->result = *result;
            return;
        }
    }
    if (entry->is_installed) entry->result = summarize(shared->results, bench->n_runs);
}

static void choose_batches(ortl__bench *bench) {
    bench->n_batches = 0;
    for (size_t n = 1; n <= bench->n_rows && bench->n_batches < ORTL__BENCH_BATCHES;
         n = n < 64 ? 8 * n : 4 * n)
        bench->batches[bench->n_batches++] = n;
}

ortl_status ortl__bench_run(ortl__bench *bench, ortl__report *report) {
    void *memory = NULL, *table = NULL;
    ortl__report_place(report, bench->model);
    ortl_status status = share(sizeof(shared_memory), &memory, &report->error);
    if (status == ORTL_OK) status = describe(bench, memory, NULL, report);
    if (status != ORTL_OK) goto done;
    size_t row_bytes = bench->n_features * sizeof(float);
    if (bench->n_rows > SIZE_MAX / 2 / row_bytes) bench->n_rows = SIZE_MAX / 2 / row_bytes;
    size_t table_bytes = bench->n_rows * row_bytes;
    status = share(table_bytes, &table, &report->error);
    if (status == ORTL_OK) status = describe(bench, memory, table, report);
    choose_batches(bench);
    for (size_t i = 0; i < bench->n_entries && status == ORTL_OK; i++)
        measure_entry(bench, &bench->entries[i], memory, table);
    if (table != NULL) munmap(table, table_bytes);
done:
    if (memory != NULL) munmap(memory, sizeof(shared_memory));
    return status;
}

uint64_t ortl__bench_model_bytes(const ortl__bench_result *result) {
    return result->steady_heap > result->started_heap ? result->steady_heap - result->started_heap
                                                      : 0;
}
