/*
 * What the program gives up before it reads a file that nobody vouches for, on kernels that can
 * take it away: every file that the command line did not name, sockets, other programs, new
 * privileges. Two steps: `enter` before the first byte is parsed, `tighten` once nothing more has
 * to be opened. The system calls that remain are listed in sandbox_calls.c.
 */
#ifndef ORTL_TOOLS_SANDBOX_H
#define ORTL_TOOLS_SANDBOX_H

#include "options.h"

typedef struct ortl__sandbox {
    ortl__sandbox_mode mode;
    bool is_verbose;
    int rules;           /* descriptor of the Landlock rules, -1: none */
    uint64_t rights;     /* what this kernel's Landlock can forbid */
    const char *missing; /* the first part that cannot be had, NULL: all is there */
    int reason;          /* errno that says why, 0: missing says it */
} ortl__sandbox;

/* Begins a set of rules that allows nothing but the libraries that a graph may need: libm,
 * OpenBLAS. To be entered or, when the verb fails before, left to the end of the process. */
void ortl__sandbox_begin(ortl__sandbox *sandbox, const ortl__common *common);

/* Allows reading the file at path, or all files below a folder. NULL and "-" are stdin, which is
 * open already; a path that is not there stays so. */
void ortl__sandbox_read(ortl__sandbox *sandbox, const char *path);

/* Allows writing the file at path; NULL and "-" are stdout. A new file takes the place of an old
 * one, so this allows writing, renaming and removing files of its folder, and reading them only
 * when the output is read back. */
void ortl__sandbox_write(ortl__sandbox *sandbox, const char *path, bool is_read_back);

/* Allows writing files into the folder at path. */
void ortl__sandbox_write_folder(ortl__sandbox *sandbox, const char *path);

/* The first step. ORTL_IO when the sandbox is required and a part of it cannot be had; with `auto`
 * the other parts are taken, and a note says so with --verbose. One thread must be running. */
ortl_status ortl__sandbox_enter(ortl__sandbox *sandbox, ortl_error *error);

/* Begins and enters for a verb that reads one file and writes another; either may be NULL. */
ortl_status ortl__sandbox_enter_for(ortl__sandbox *sandbox, const ortl__common *common,
                                    const char *input, const char *output, ortl_error *error);

/* The second step: from here on no file can be opened and no memory made executable. */
ortl_status ortl__sandbox_tighten(ortl__sandbox *sandbox, ortl_error *error);

/* sandbox_calls.c: installs the allow list of the first step, or of the second one. False, with a
 * reason in errno, when the kernel refuses. */
bool ortl__sandbox_filter(bool may_open);

#endif
