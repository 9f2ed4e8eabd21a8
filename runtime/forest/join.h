/*
 * Several forests as one.
 */
#ifndef ORTL_JOIN_H
#define ORTL_JOIN_H

#include "forest.h"

typedef struct ortl__forest_part {
    const ortl__forest *forest; /* of floats */
    const float *values;        /* (leaves in the order of their rows, n_targets of the whole) what
                                   the leaves give to all targets; NULL: what they gave */
    uint32_t first_target;      /* of the whole, where those of the part begin */
} ortl__forest_part;

/* Builds *joined: the trees of all parts, one part after the other, added up. The parts stay as
 * they are. On failure *joined is empty. */
ortl_status ortl__forest_join(ortl__forest *joined, ortl__memory *memory,
                              const ortl__forest_part *parts, uint32_t n_parts, uint32_t n_targets,
                              ortl_error *error);

#endif
