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
ORTL__DECLARE_FAMILY(arg)

/* cast.c */
ORTL__DECLARE_PREPARE(cast)
ORTL__DECLARE_RUN(cast)

/* columns.c: one value for each column */
ORTL__DECLARE_PREPARE(imputer)
ORTL__DECLARE_PREPARE(scaler)
ORTL__DECLARE_SHAPE(columns)
ORTL__DECLARE_RUN(imputer)
ORTL__DECLARE_RUN(scaler)

/* concat.c, constant.c */
ORTL__DECLARE_FAMILY(concat)
ORTL__DECLARE_FAMILY(constant)

/* elementwise.c: of version 1, which lists consumed inputs, and of versions 1 to 6 of two inputs,
 * which broadcast to one side, only prepare differs */
ORTL__DECLARE_FAMILY(elementwise)
ORTL__DECLARE_PREPARE(elementwise_consuming)
ORTL__DECLARE_PREPARE(elementwise_one_sided)

/* extractor.c, normalizer.c */
ORTL__DECLARE_FAMILY(extractor)
ORTL__DECLARE_FAMILY(normalizer)

/* shape.c */
ORTL__DECLARE_PREPARE(identity)
ORTL__DECLARE_PREPARE(reshape)
ORTL__DECLARE_SHAPE(reshape)

/* softmax.c, trees.c, zipmap.c */
ORTL__DECLARE_FAMILY(softmax)
ORTL__DECLARE_FAMILY(trees)
ORTL__DECLARE_FAMILY(zipmap)

void ortl__trees_forget(ortl__step *step);

#endif
