/*
 * What every benchmark measures with: a clock, medians, the memory of this process, and child
 * processes with their time and peak memory. Linux only (/proc, wait4); nothing of the library.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* Seconds of a clock that never goes back. */
double bench_seconds(void);

/* The middle value (mean of the two middle ones); sorts values. 0 when n_values is 0. */
double bench_median(double *values /* (n_values) */, size_t n_values);

/* Resident bytes of this process now, and at most since it started; 0 when /proc does not say. */
uint64_t bench_resident_bytes(void);
uint64_t bench_peak_bytes(void);

/* Resident bytes that no file stands behind: heap and stacks, without code and shared memory. */
uint64_t bench_anonymous_bytes(void);

/* What a finished child process cost. The kernel counts the image that started a child towards the
 * child's peak, so peak_bytes is never below the memory of the measuring program itself: these
 * programs are kept as small as a bare C process for that reason. */
typedef struct bench_child {
    double seconds;      /* wall time from start to end */
    uint64_t peak_bytes; /* resident at most */
} bench_child;

/* Runs argv, NULL-terminated, found along PATH, its standard output written to the file at
 * output_path. Returns 0, or -1 after a line on stderr when it cannot start or does not exit
 * with 0. */
int bench_child_run(char *const argv[], const char *output_path, bench_child *child_out);

enum { BENCH_PATH_BYTES = 32 };

/* Makes an empty scratch file and stores its name; an open descriptor, or -1. */
int bench_make_file(char path_out[BENCH_PATH_BYTES]);

#endif
