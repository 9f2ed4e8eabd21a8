/*
 * What pack.c knows of a packed form. Each form is one file pack_<form>.c; its kernels, one for
 * each instruction set, are rows of the table in pack.c.
 */
#ifndef ORTL_PACK_FORM_H
#define ORTL_PACK_FORM_H

#include "../cpu.h"
#include "kernel.h"
#include "survey.h"

typedef struct ortl__form ortl__form;

/* One kernel: a form and how to walk it. */
typedef struct ortl__pack_kernel {
    const char *name;
    ortl__cpu needs;
    const ortl__form *form;
    const void *loops; /* of the form's own type; NULL: it has but one kernel */
} ortl__pack_kernel;

struct ortl__form {
    /* Whether a forest can take this form, and the kernel walk it. */
    int (*can_hold)(const ortl__survey *survey, const ortl__pack_kernel *kernel);
    /* Nanoseconds for a row, by rule of thumb, when n_rows rows come at once. */
    double (*cost)(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows);
    /* Makes the form. */
    ortl_status (*build)(ortl__survey *survey, const ortl__forest *forest, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error);
    /* As ortl__kernel_function; scratch has scratch_bytes(state, n_rows) bytes, 64-byte aligned. */
    void (*run)(const void *state, const ortl__rows *rows, void *sums, uint8_t *voted,
                void *scratch);
    uint64_t (*scratch_bytes)(const void *state, size_t n_rows);
    void (*free)(void *state);
};

#endif
