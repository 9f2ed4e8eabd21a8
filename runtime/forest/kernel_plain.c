/*
 * The reference kernel: walks every forest, one tree at a time, straight from the arrays of
 * forest.h. Every other kernel equals it bit for bit.
 */
#include "kernel.h"

#include <string.h>

/* Rows that walk a tree at once. */
#define GROUP 8

#define REAL     float
#define NAMED(x) x##_float
#include "kernel_plain_template.h"
#undef REAL
#undef NAMED

#define REAL     double
#define NAMED(x) x##_double
#include "kernel_plain_template.h"
#undef REAL
#undef NAMED

static void run(const ortl__forest *forest, const ortl__rows *rows, void *sums, uint8_t *voted) {
    size_t n_cells = rows->n_rows * forest->n_targets;
    memset(sums, 0, n_cells * (forest->is_double ? sizeof(double) : sizeof(float)));
    if (voted != NULL) memset(voted, 0, n_cells);
    if (forest->is_double)
        add_trees_double(forest, rows, sums, voted);
    else
        add_trees_float(forest, rows, sums, voted);
}

const ortl__kernel ortl__kernel_plain = {"plain", run};

void ortl__leaves_plain(const ortl__forest *forest, const void *row, ptrdiff_t column_stride,
                        uint32_t *leaves) {
    ortl__rows rows = {row, 1, 0, column_stride};
    for (uint32_t tree = 0; tree < forest->n_trees; tree++) {
        uint32_t found[GROUP];
        if (forest->is_double)
            find_leaves_double(forest, forest->roots[tree], &rows, row, 1, found);
        else
            find_leaves_float(forest, forest->roots[tree], &rows, row, 1, found);
        leaves[tree] = found[0];
    }
}
