/*
 * ZipMap seen from the session: the keys of its columns are the classes of a model.
 */
#ifndef ORTL_ZIPMAP_H
#define ORTL_ZIPMAP_H

#include "operator.h"

/* 1 when the step is a ZipMap: the number of its keys, and the keys as integers or as strings, the
 * other one NULL. They live as long as the session. Otherwise 0 and nothing is set. */
int ortl__zipmap_classes(const ortl__step *step, size_t *n_out, const int64_t **values_out,
                         const ortl_string **texts_out);

#endif
