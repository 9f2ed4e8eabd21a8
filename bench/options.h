/*
 * Command-line options of the bench programs, read from one table for each program.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* Exactly one of number, text and flag is set; it holds the default before reading. */
typedef struct bench_option {
    const char *name; /* with its dashes */
    uint64_t *number;
    const char **text;
    int *flag;
    const char *help;
} bench_option;

typedef struct bench_usage {
    const char *program;
    const char *arguments;       /* what follows the options, for the help text */
    const char *purpose;         /* one sentence */
    const bench_option *options; /* (n_options) */
    size_t n_options;
    int n_arguments;
    int ends_in_command; /* any number of arguments may follow the n_arguments */
} bench_usage;

/* Reads the options at the start of argv. Returns the index of the first argument behind them ("--"
 * ends them too), or -1 after a message on stderr, also when there are too few arguments or too
 * many. --help prints the table and returns -1. */
int bench_options_read(const bench_usage *usage, int argc, char **argv);

#endif
