/*
 * What the tree operators tell about themselves once they are prepared: for describing a session
 * and for finding its classes.
 */
#ifndef ORTL_TREES_H
#define ORTL_TREES_H

#include "../forest/outcome.h"
#include "operator.h"

/* Each is NULL (or 0) when the step is not a tree operator. */
const ortl__forest *ortl__trees_forest(const ortl__step *step);
const ortl__outcome *ortl__trees_outcome(const ortl__step *step);
const char *ortl__trees_kernel(const ortl__step *step);

/* 1 for a classifier, with its n classes as integers or as texts; the other pointer becomes NULL.
 * They live as long as the session. */
int ortl__trees_classes(const ortl__step *step, size_t *n_out, const int64_t **values_out,
                        const ortl_string **texts_out);

#endif
