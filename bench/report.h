/*
 * One measured figure as one line: columns without blanks in them, which people and awk read alike,
 * or one JSON object. All programs of this room print in this form, so that compare.sh and results
 * of other runtimes can be joined line by line.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

typedef struct bench_figure {
    const char *engine;  /* which runtime */
    const char *model;   /* path; the file name without its ending is printed */
    const char *kernel;  /* "" when unknown */
    const char *measure; /* what was measured, such as "load" */
    double value;
    const char *unit;
} bench_figure;

/* Prints figure on standard output. */
void bench_report(const bench_figure *figure, int as_json);

#endif
