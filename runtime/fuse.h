/*
 * Small ensembles put together. Trees that are added up become one ensemble. What follows a single
 * tree row by row, whatever it is, depends on the leaf that a row reaches and on nothing else: it
 * is computed at load, for each leaf. Where several such values of the same rows meet in a Sum,
 * they are the leaves of one forest, whose sum in the order of its trees has the same bits. Small
 * ensembles that are left and read the same input are walked together, each with its own outputs.
 */
#ifndef ORTL_FUSE_H
#define ORTL_FUSE_H

#include "plan.h"

/* Replaces steps of the plan; before any tree operator was finished. scratch is freed by the
 * caller. Only a lack of memory is an error. */
ortl_status ortl__fuse_trees(ortl__plan *plan, const ortl__graph *graph, ortl__loading *loading,
                             ortl__arena *scratch, ortl_error *error);

#endif
