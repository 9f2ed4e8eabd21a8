/*
 * The masks of the sliced form: a number for each distinct test of a forest.
 */
#ifndef ORTL_SLICE_MASKS_H
#define ORTL_SLICE_MASKS_H

#include "slice_sets.h"

/* The masks as kernels see them: those of column c are number begin[c] to begin[c + 1] - 1, "the
 * code is above limits[i]", limits ascending; behind those of all columns are the masks of sets. */
typedef struct ortl__slice_masks {
    uint32_t n_columns;
    uint32_t n_cuts;  /* masks of columns */
    uint32_t n_masks; /* all */
    uint32_t *begin;  /* (n_columns + 1) */
    uint8_t *limits;  /* (n_cuts + 1) without bias; not NULL without cuts */
    ortl__slice_sets sets;
} ortl__slice_masks;

/* Numbers the cuts that are asked: by column, and within one by limit. On failure what was made is
 * to be freed. */
ortl_status ortl__slice_masks_number(ortl__slice_masks *masks, const ortl__quantiser *quantiser,
                                     ortl_error *error);

/* The mask of "the code in this column is above this one", which is asked. */
uint16_t ortl__slice_masks_find(const ortl__slice_masks *masks, const ortl__quantiser *quantiser,
                                uint32_t column, unsigned code);
void ortl__slice_masks_free(ortl__slice_masks *masks, ortl__memory *memory);

#endif
