/*
 * Corpora of hostile files: each case builds files of one danger, the judge runs the program on
 * them and looks at what comes of it. A corpus is one program of ctest.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "../wire_builder.h"

#include <stddef.h>

/* With sanitizers or under an emulator the program is slower and larger; the promises are about the
 * program as it is shipped. */
#ifndef HOSTILE_IS_SLOWED
#define HOSTILE_IS_SLOWED 0
#endif

typedef enum hostile_verdict {
    REFUSED,  /* every verb that reads it ends with the code of a bad file, or of a limit */
    ACCEPTED, /* every verb that reads it ends with 0 */
    EITHER    /* refused or accepted, but the same by all verbs that load it */
} hostile_verdict;

typedef struct hostile_case {
    const char *name;
    hostile_verdict verdict;
    void (*build)(wire_builder *file, int variant);
    int n_variants; /* at least 1 */
    size_t n_lines; /* on stdout of the first verb, when it accepts; 0: any number */
} hostile_case;

enum {
    HOSTILE_BAD_ROWS = 1, /* exit code 4: the rows do not fit the model */
    HOSTILE_BAD_NAMES = 2 /* exit code 2: the model has not the inputs of the command line */
};

/* A command line of the program; FILE, X=FILE and OUT stand for the hostile file and a folder for
 * output.
 */
typedef struct hostile_verb {
    const char *arguments[12]; /* ended by NULL */
    int allowed;               /* other ends than success, for a file that is not refused */
} hostile_verb;

/* Builds each file of the cases in the folder, runs each verb on it and prints what broke a
 * promise: a signal, an exit code that is not allowed, more than one line or more than 400
 * characters on stderr, more than two seconds of processor time, more than 64 MiB + 16 x file of
 * memory. refusal is the exit code of a bad file. Adds to the counts; returns how many files broke
 * one. */
typedef struct hostile_judge {
    const char *program, *folder;
    const char *only;          /* run cases whose name begins so; NULL: all */
    int stride;                /* of the files that need not be accepted, judge every stride-th */
    const hostile_verb *verbs; /* (n_verbs) */
    size_t n_verbs;
    int refusal;
    int is_lenient; /* 1: every case counts as EITHER, for other options than its verdict is about
                     */
    size_t n_seen, n_files, n_runs, n_broken;
    double longest_seconds;
    long largest_kib;
} hostile_judge;

void hostile_run(hostile_judge *judge, const hostile_case *cases, size_t n_cases);

/* The same for one file, whatever the case's number of variants. */
void hostile_run_variant(hostile_judge *judge, const hostile_case *test, int variant);

/* Builds the file of one case at path, in a process of its own: what a process ever needed counts
 * for those that it starts. Returns its size. */
size_t hostile_build(const hostile_case *test, int variant, const char *path);

/* Prints the counts; the exit code of the test. */
int hostile_finish(const hostile_judge *judge, size_t n_files_wanted);

#define HOSTILE_COUNT(list) (sizeof(list) / sizeof(list)[0])

#endif
