/*
 * The functions of all families, for the table. What an operator means is told in the file of its
 * family.
 */
#ifndef ORTL_FAMILIES_H
#define ORTL_FAMILIES_H

#include "operator.h"

#define ORTL__DECLARE_PREPARE(family)                                                              \
    ortl_status ortl__##family##_prepare(ortl__loading *loading, ortl__step *step,                 \
                                         ortl_error *error);
#define ORTL__DECLARE_SHAPE(family)                                                                \
    ortl_status ortl__##family##_shape(ortl__call *call, ortl_error *error);
#define ORTL__DECLARE_RUN(family)                                                                  \
    ortl_status ortl__##family##_run(ortl__call *call, ortl_error *error);

#define ORTL__DECLARE_FAMILY(family)                                                               \
    ORTL__DECLARE_PREPARE(family)                                                                  \
    ORTL__DECLARE_SHAPE(family)                                                                    \
    ORTL__DECLARE_RUN(family)

/* arg.c */
enum { ORTL__ARG_MAX, ORTL__ARG_MIN };
ORTL__DECLARE_FAMILY(arg)

/* axes.c: aliases */
ORTL__DECLARE_PREPARE(flatten)
ORTL__DECLARE_PREPARE(squeeze)
ORTL__DECLARE_PREPARE(unsqueeze)
ORTL__DECLARE_SHAPE(flatten)
ORTL__DECLARE_SHAPE(squeeze)
ORTL__DECLARE_SHAPE(unsqueeze)

/* branch.c */
ORTL__DECLARE_FAMILY(branch)

/* cast.c */
ORTL__DECLARE_PREPARE(cast)
ORTL__DECLARE_RUN(cast)

/* choose.c, clip.c */
ORTL__DECLARE_FAMILY(compress)
ORTL__DECLARE_FAMILY(nonzero)
ORTL__DECLARE_FAMILY(clip)

/* columns.c: one value for each column */
ORTL__DECLARE_PREPARE(binarizer)
ORTL__DECLARE_PREPARE(imputer)
ORTL__DECLARE_PREPARE(scaler)
ORTL__DECLARE_SHAPE(columns)
ORTL__DECLARE_RUN(binarizer)
ORTL__DECLARE_RUN(imputer)
ORTL__DECLARE_RUN(scaler)

/* concat.c, constant.c */
ORTL__DECLARE_FAMILY(concat)
ORTL__DECLARE_PREPARE(sequence)
ORTL__DECLARE_FAMILY(constant)

/* cumsum.c */
ORTL__DECLARE_PREPARE(cumsum)
ORTL__DECLARE_RUN(cumsum)

/* elementwise.c: of version 1, which lists consumed inputs, and of versions 1 to 6 of two inputs,
 * which broadcast to one side, only prepare differs */
ORTL__DECLARE_FAMILY(elementwise)
ORTL__DECLARE_PREPARE(elementwise_consuming)
ORTL__DECLARE_PREPARE(elementwise_one_sided)

/* extents.c */
ORTL__DECLARE_FAMILY(extents)
ORTL__DECLARE_FAMILY(filler)
ORTL__DECLARE_FAMILY(size)

/* labels.c */
ORTL__DECLARE_PREPARE(categories)
ORTL__DECLARE_PREPARE(labels)
ORTL__DECLARE_RUN(labels)

/* ngrams.c, onehot.c, string_normalizer.c, tokenizer.c */
ORTL__DECLARE_FAMILY(ngrams)
ORTL__DECLARE_FAMILY(onehot)
ORTL__DECLARE_FAMILY(string_normalizer)
ORTL__DECLARE_FAMILY(tokenizer)

/* extractor.c, features.c, gather.c, normalizer.c */
ORTL__DECLARE_FAMILY(extractor)
ORTL__DECLARE_FAMILY(features)
ORTL__DECLARE_FAMILY(gather)
ORTL__DECLARE_FAMILY(gather_elements)
ORTL__DECLARE_FAMILY(normalizer)

/* range.c, rearrange.c, reduce.c */
ORTL__DECLARE_FAMILY(range)
ORTL__DECLARE_FAMILY(expand)
ORTL__DECLARE_FAMILY(tile)
ORTL__DECLARE_FAMILY(transpose)
ORTL__DECLARE_FAMILY(reduce)

/* linear.c, matrix.c, svm.c: products of matrices */
ORTL__DECLARE_FAMILY(linear_classifier)
ORTL__DECLARE_FAMILY(linear_regressor)
ORTL__DECLARE_FAMILY(gemm)
ORTL__DECLARE_FAMILY(matmul)
ORTL__DECLARE_FAMILY(svm_classifier)
ORTL__DECLARE_FAMILY(svm_regressor)

/* scatter.c */
ORTL__DECLARE_FAMILY(gather_nd)
ORTL__DECLARE_FAMILY(scatter_elements)
ORTL__DECLARE_FAMILY(scatter_nd)

/* shape.c */
ORTL__DECLARE_PREPARE(identity)
ORTL__DECLARE_PREPARE(reshape)
ORTL__DECLARE_SHAPE(reshape)

/* slice.c */
ORTL__DECLARE_FAMILY(slice)
ORTL__DECLARE_FAMILY(split)

/* shares.c */
ORTL__DECLARE_PREPARE(norm)
ORTL__DECLARE_PREPARE(softmax)
ORTL__DECLARE_SHAPE(shares)
ORTL__DECLARE_RUN(shares)

/* topk.c, trees.c, zipmap.c */
ORTL__DECLARE_FAMILY(topk)
ORTL__DECLARE_FAMILY(trees)
ORTL__DECLARE_FAMILY(zipmap)

void ortl__trees_forget(ortl__step *step);

#endif
