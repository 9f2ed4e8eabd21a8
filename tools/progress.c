/*
 * Progress on a terminal.
 */
#include "progress.h"
#include "figures.h"

#include <stdio.h>
#include <unistd.h>

#define FIRST_SECONDS  1.0
#define REPEAT_SECONDS 0.5

void ortl__progress_begin(ortl__progress *progress, const ortl__common *common) {
    *progress = (ortl__progress){.is_on = !common->is_quiet && isatty(STDERR_FILENO) == 1 &&
                                          isatty(STDOUT_FILENO) == 0};
    if (progress->is_on) clock_gettime(CLOCK_MONOTONIC, &progress->begin);
}

void ortl__progress_show(ortl__progress *progress, uint64_t n_rows) {
    struct timespec now;
    char count[ORTL__FIGURE_CHARS];
    if (!progress->is_on) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - progress->begin.tv_sec) +
                     (double)(now.tv_nsec - progress->begin.tv_nsec) * 1e-9;
    if (seconds < FIRST_SECONDS || seconds < progress->shown_seconds + REPEAT_SECONDS) return;
    fprintf(stderr, "\r%s rows, %lu s", ortl__figure_count(n_rows, count), (unsigned long)seconds);
    fflush(stderr);
    progress->shown_seconds = seconds;
    progress->is_shown = true;
}

void ortl__progress_end(ortl__progress *progress) {
    if (!progress->is_shown) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->is_shown = false;
}
