/*
 * The functions of libm that computing takes, as a table. Half a megabyte of libm is in memory from
 * the moment that it is opened, more than most models take; most graphs go without (exponential.h).
 * In the libraries the linker fills the table. The program is built with ORTL_OPENS_LIBM: there the
 * first step that needs libm opens it.
 */
#ifndef ORTL_LIBM_H
#define ORTL_LIBM_H

#include <fenv.h>

#include "ortlite.h"

/* X(type of the result, name, types of the arguments) */
#define ORTL__LIBM_MAP(X)                                                                          \
    X(double, ceil, (double))                                                                      \
    X(float, ceilf, (float))                                                                       \
    X(double, exp, (double))                                                                       \
    X(int, fegetenv, (fenv_t *))                                                                   \
    X(int, fesetenv, (const fenv_t *))                                                             \
    X(double, floor, (double))                                                                     \
    X(float, floorf, (float))                                                                      \
    X(double, log, (double))                                                                       \
    X(double, log10, (double))                                                                     \
    X(double, log1p, (double))                                                                     \
    X(float, logf, (float))                                                                        \
    X(double, pow, (double, double))                                                               \
    X(float, powf, (float, float))                                                                 \
    X(double, rint, (double))                                                                      \
    X(float, rintf, (float))                                                                       \
    X(double, tanh, (double))                                                                      \
    X(float, tanhf, (float))

typedef struct ortl__libm {
#define ORTL__LIBM_MEMBER(Result, name, arguments) Result(*name) arguments;
    ORTL__LIBM_MAP(ORTL__LIBM_MEMBER)
#undef ORTL__LIBM_MEMBER
    int is_open;
    void *library; /* of dlopen; NULL when the linker filled the table */
} ortl__libm;

/* Fills a table that is zeroed; an open one stays as it is. ORTL_IO or ORTL_NO_MEMORY when libm,
 * which lies beside the C library that runs, cannot be opened. Not for two threads at once; once
 * open, a table is constant. */
ortl_status ortl__libm_open(ortl__libm *libm, ortl_error *error);

/* Zeroed tables are allowed, and left behind. */
void ortl__libm_close(ortl__libm *libm);

/* The file that ortl__libm_open would open, so that a sandbox can let it be read: path_out, or NULL
 * when it opens none. */
enum { ORTL__LIBM_PATH_BYTES = 512 };
const char *ortl__libm_path(char path_out[ORTL__LIBM_PATH_BYTES]);

#endif
