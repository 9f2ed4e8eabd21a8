/*
 * A written model and the source that it was made from, walked side by side.
 */
#ifndef ORTL_WALKED_MODEL_H
#define ORTL_WALKED_MODEL_H

#include "built_model.h"
#include "converters/source_walk.h"

/* Writes and frees the builder, and takes the source that it kept. */
collected write_with_source(ortl_builder *builder, ortl_source_walk **walk_out);

/* In how many trees the rows of input ([n_rows, n_features], float or double) reach another leaf in
 * the file than in the source, all rows together; of the first of them the fork in *fork_out, which
 * may be NULL. Fails the test when leaves cannot be had. */
size_t count_parted(const ortl_source_walk *walk, const collected *model, const ortl_tensor *input,
                    ortl_source_fork *fork_out);

/* Element i of a tensor of numbers. */
double number_at(const ortl_tensor *tensor, size_t i);

#endif
