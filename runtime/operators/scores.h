/*
 * What the linear and the support vector operators share: class labels, transforms of scores, and
 * rows as floats.
 */
#ifndef ORTL_SCORES_H
#define ORTL_SCORES_H

#include "../forest/outcome.h"
#include "operator.h"

/* The class labels of a classifier, integers or texts. */
typedef struct ortl__class_labels {
    uint64_t n;
    const int64_t *values;    /* (n) or NULL */
    const ortl_string *texts; /* (n) or NULL */
} ortl__class_labels;

/* Reads the attribute with integers, whose name differs among operators, and classlabels_strings,
 * of which one is to be there. */
ortl_status ortl__class_labels_read(const ortl__loading *loading, const char *integers,
                                    ortl__class_labels *labels_out, ortl_error *error);

ortl_type ortl__class_labels_type(const ortl__class_labels *labels);

/* Writes label number index to element i of the output of labels. */
void ortl__class_labels_write(const ortl__class_labels *labels, uint64_t index,
                              const ortl__tensor *output, uint64_t i);

/* Reads post_transform, and opens libm for PROBIT. */
ortl_status ortl__scores_transform(const ortl__loading *loading, ortl__transform *transform_out,
                                   ortl_error *error);

/* Transforms the n scores of a row in place; of a single one only PROBIT does anything. */
void ortl__scores_finish(ortl__transform transform, const ortl__libm *libm, float *scores,
                         uint32_t n);

/* The two scores of a row that has one: its complement by the transform, and itself. */
void ortl__scores_pair(ortl__transform transform, const ortl__libm *libm, float score,
                       float pair_out[2]);

/* Arity and types of an operator that reads rows of numbers. */
ortl_status ortl__rows_prepare(const ortl__loading *loading, ortl__step *step, uint32_t n_outputs,
                               ortl_error *error);

/* Rows and columns of input 0, of which there are to be n_columns; rank 1 is one row. */
ortl_status ortl__rows_count(const ortl__call *call, uint64_t n_columns, uint64_t *n_rows_out,
                             ortl_error *error);

/* The rows as floats: the input's own, or copied into floats_out. */
const float *ortl__rows_floats(const ortl__tensor *input, float *floats_out);

/* Output 1 of a classifier, a float matrix of the given shape, which may be left out: what is known
 * of it at load, its shape, and its data or NULL. */
void ortl__scores_derive(const ortl__loading *loading, const int64_t shape[2]);
ortl_status ortl__scores_shape(const ortl__call *call, const int64_t shape[2], ortl_error *error);
float *ortl__scores_data(const ortl__call *call);

#endif
