/*
 * Plots as SVG inside of a page: bars, and lines over two axes. Colours are the page's variables
 * --c0, --c1, ... and its classes; figures are words of the caller, because printf obeys the
 * locale.
 */
#ifndef ORTL_TOOLS_PLOT_H
#define ORTL_TOOLS_PLOT_H

#include "../runtime/libm.h"
#include "output.h"

/* One bar: its name, its length, what stands behind it. */
typedef struct ortl__bar {
    const char *name;
    double value;
    const char *text;
    int colour;
} ortl__bar;

/* Bars (n_bars) below each other, the longest as wide as the plot. */
void ortl__plot_bars(ortl__output *output, const char *label, const ortl__bar *bars, size_t n_bars);

/* One line through points (n_points). */
typedef struct ortl__line {
    const char *name; /* stands at its end */
    const double *x, *y;
    size_t n_points;
    int colour;
    bool has_marks;
} ortl__line;

/* A place on an axis and what is written there. */
typedef struct ortl__tick {
    double at;
    const char *text;
} ortl__tick;

/* Lines (n_lines) over an axis from the first to the last of the ticks; y is logarithmic with a
 * tick at every power of ten, for which word_y gives the text. x runs from 0 to 1. */
void ortl__plot_lines(ortl__output *output, const ortl__libm *libm, const char *label,
                      const char *x_name, const ortl__tick *ticks, size_t n_ticks,
                      const char *(*word_y)(int power, char text_out[40]), const ortl__line *lines,
                      size_t n_lines);

#endif
