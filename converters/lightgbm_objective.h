/*
 * What LightGBM's objective says about the model's outputs.
 */
#ifndef ORTL_LIGHTGBM_OBJECTIVE_H
#define ORTL_LIGHTGBM_OBJECTIVE_H

#include "builder.h"
#include "lightgbm_text.h"

/* Sets task, link, scale, n_targets and n_classes of the model from the value of the `objective`
 * line, such as "binary sigmoid:1". A field without key stands for a custom objective. n_scores is
 * the header's num_class: the trees of one iteration, which is also the raw scores of a row. */
ortl_status ortl__lightgbm_objective(const ortl__lightgbm_field *field, size_t n_scores,
                                     ortl_model *model, ortl_error *error);

#endif
