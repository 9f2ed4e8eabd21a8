/*
 * Clock, medians, /proc figures and child processes; see measure.h.
 */
#define _DEFAULT_SOURCE /* wait4 */

#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

double bench_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double bench_median(double *values, size_t n_values) {
    if (n_values == 0) return 0;
    qsort(values, n_values, sizeof values[0], compare_doubles);
    size_t middle = n_values / 2;
    return n_values % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/* The number behind key in a /proc file of lines "Key:   123 kB", in bytes; 0 when absent. */
static uint64_t read_proc_bytes(const char *path, const char *key) {
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    char line[256];
    uint64_t n_bytes = 0;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) != 0) continue;
        n_bytes = strtoull(line + strlen(key), NULL, 10) * 1024;
        break;
    }
    fclose(file);
    return n_bytes;
}

uint64_t bench_anonymous_bytes(void) {
    return read_proc_bytes("/proc/self/smaps_rollup", "Anonymous:");
}

uint64_t bench_resident_bytes(void) {
    /* smaps_rollup counts pages; the figure in status may lag behind by the pages that each
     * processor has not yet reported. */
    uint64_t n_bytes = read_proc_bytes("/proc/self/smaps_rollup", "Rss:");
    return n_bytes ? n_bytes : read_proc_bytes("/proc/self/status", "VmRSS:");
}

uint64_t bench_peak_bytes(void) {
    return read_proc_bytes("/proc/self/status", "VmHWM:");
}

/* Starts argv with its standard output in output_path; 0 or an errno value. */
static int spawn(char *const argv[], const char *output_path, pid_t *process_out) {
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed) return failed;
    failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_path,
                                              O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (!failed) failed = posix_spawnp(process_out, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

int bench_child_run(char *const argv[], const char *output_path, bench_child *child_out) {
    pid_t process;
    double start = bench_seconds();
    int failed = spawn(argv, output_path, &process);
    if (failed) {
        fprintf(stderr, "%s: cannot be started: %s\n", argv[0], strerror(failed));
        return -1;
    }
    int status;
    struct rusage usage;
    while (wait4(process, &status, 0, &usage) < 0) {
        if (errno != EINTR) return -1;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "%s: ended with %s %d\n", argv[0],
                WIFEXITED(status) ? "exit code" : "signal",
                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        return -1;
    }
    child_out->seconds = bench_seconds() - start;
    child_out->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return 0;
}

int bench_make_file(char path_out[BENCH_PATH_BYTES]) {
    snprintf(path_out, BENCH_PATH_BYTES, "/tmp/ort_lite_bench_XXXXXX");
    return mkstemp(path_out);
}
