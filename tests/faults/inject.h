/*
 * What the injector, preloaded into the program, and the test that runs it tell each other.
 */
#ifndef FAULTS_INJECT_H
#define FAULTS_INJECT_H

/* FAULT_KIND in the environment. */
enum {
    FAULT_NOTHING,     /* count only */
    FAULT_MEMORY,      /* an allocation fails */
    FAULT_ERROR,       /* EIO */
    FAULT_INTERRUPTED, /* EINTR, where a signal can come */
    FAULT_FULL,        /* ENOSPC, where something is written */
    FAULT_SHORT,       /* one byte is read or written */
    FAULT_END,         /* the file ends here: it has shrunk */
    N_FAULTS
};

/* Written to the descriptor FAULT_FD when the program ends. */
typedef struct fault_report {
    long n_allocations;
    long n_calls; /* that can meet the kind of fault */
    long n_hits;
    long n_live;       /* blocks that were not freed */
    char last_hit[16]; /* name of the call that met the last fault */
} fault_report;

#endif
