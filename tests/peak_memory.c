/*
 * Runs a command some times and fails when the median of its peaks of resident memory is above a
 * limit: peak_memory LIMIT_KIB COMMAND [ARGUMENT...]. Linux counts pages in batches, so single runs
 * differ by some 100 KiB.
 */
#define _GNU_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 15 };

static int compare(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

/* Peak in KiB, -1 when the command failed. */
static long run(char **command) {
    struct rusage usage;
    int state = 0;
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0) execv(command[0], command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &state, 0, &usage) != child || state != 0) return -1;
    return usage.ru_maxrss;
}

int main(int argc, char **argv) {
    long peaks[RUNS];
    if (argc < 3) return 2;
    long limit = strtol(argv[1], NULL, 10);
    for (int i = 0; i < RUNS; i++)
        if ((peaks[i] = run(argv + 2)) < 0) return 2;
    qsort(peaks, RUNS, sizeof *peaks, compare);
    printf("peak %ld KiB, from %ld to %ld; allowed %ld\n", peaks[RUNS / 2], peaks[0],
           peaks[RUNS - 1], limit);
    return peaks[RUNS / 2] > limit;
}
