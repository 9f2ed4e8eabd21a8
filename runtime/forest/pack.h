/*
 * Packing: a forest becomes the form (or two, for few and for many rows) that the fastest kernels
 * for this processor walk. Every kernel gives the bits that kernel_plain gives, which walks the
 * forest itself and is the fallback for whatever has no packed form.
 */
#ifndef ORTL_PACK_H
#define ORTL_PACK_H

#include "../cpu.h"
#include "kernel.h"

typedef struct ortl__pack_wish {
    ortl_rows_expected rows;
    const char *kernel; /* force this one, for tests and bench; NULL: the fastest. "plain" keeps the
                           forest as it is */
    ortl__cpu cpu;      /* features that kernels may use */
    int keeps_forest;   /* the arrays of the forest stay beside the packed form */
} ortl__pack_wish;

typedef struct ortl__pack ortl__pack;

/* Packs the forest, which must outlive the pack. Unless it keeps the forest, or the plain kernel is
 * chosen, the forest's arrays are freed and only its numbers remain. ORTL_BAD_ARGUMENT when there
 * is no kernel with the wanted name, or when it cannot walk this forest on this processor. On
 * failure *pack_out is NULL, and the forest is as it was or has no arrays. */
ortl_status ortl__pack_build(ortl__forest *forest, const ortl__pack_wish *wish,
                             ortl__pack **pack_out, ortl_error *error);

/* NULL is allowed. */
void ortl__pack_free(ortl__pack *pack);

/* Names of the kernels, "slices-avx2" or, for few and for many rows, "nodes-plain+slices-avx2". */
const char *ortl__pack_name(const ortl__pack *pack);

/* Scratch that ortl__pack_run needs for n_rows rows, or for fewer. */
uint64_t ortl__pack_scratch_bytes(const ortl__pack *pack, size_t n_rows);

/* As ortl__kernel_function (kernel.h). scratch has at least ortl__pack_scratch_bytes bytes and is
 * aligned for any type. */
void ortl__pack_run(const ortl__pack *pack, const ortl__rows *rows, void *sums, uint8_t *voted,
                    void *scratch);

/* Name of kernel number index, NULL past the last: "plain" is the first. For tests and bench. */
const char *ortl__pack_kernel_name(size_t index);

/* 1 when the forest can be walked by the kernel of that name on a processor with these features. */
int ortl__pack_can(const ortl__forest *forest, const char *kernel, ortl__cpu cpu);

#endif
