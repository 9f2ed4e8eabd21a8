/*
 * How far a long run is, on a terminal: one line on stderr that is written over, from the second
 * second on and gone at the end. Nothing is written when stderr is no terminal, or when stdout is
 * one too, where the line would run into the data.
 */
#ifndef ORTL_TOOLS_PROGRESS_H
#define ORTL_TOOLS_PROGRESS_H

#include "options.h"

#include <time.h>

typedef struct ortl__progress {
    bool is_on;
    bool is_shown; /* a line stands there */
    struct timespec begin;
    double shown_seconds; /* when it was written last, from begin on */
} ortl__progress;

/* With --quiet it stays off. */
void ortl__progress_begin(ortl__progress *progress, const ortl__common *common);

/* n_rows rows are done. Cheap: the clock is read, and the line written twice a second. */
void ortl__progress_show(ortl__progress *progress, uint64_t n_rows);

/* Takes the line away. */
void ortl__progress_end(ortl__progress *progress);

#endif
