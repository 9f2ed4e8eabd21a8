/*
 * Valid ensembles of every operator version from the bytes of a recipe, and rows that lie on their
 * thresholds and beside them.
 */
#ifndef ORTL_FUZZ_RANDOM_ENSEMBLE_H
#define ORTL_FUZZ_RANDOM_ENSEMBLE_H

#include "door.h"
#include "naive_forest.h"

/* Fills *forest, which is all zeros. */
void random_ensemble(naive_forest *forest, door_recipe *recipe);

/* A value for a column that the input's type holds exactly. */
double random_cell(const naive_forest *forest, door_recipe *recipe);

#endif
