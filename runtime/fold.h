/*
 * Runs a step while the model is loaded, on inputs that are constants.
 */
#ifndef ORTL_FOLD_H
#define ORTL_FOLD_H

#include "plan.h"

/* The outputs become constants of the plan, with all that belongs to them in the arena. */
ortl_status ortl__fold_step(ortl__plan *plan, const ortl__step *step, ortl__arena *arena,
                            ortl_error *error);

#endif
