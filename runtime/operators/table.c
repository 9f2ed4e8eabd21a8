/*
 * The table of operators and the search in it. Every row is one range of versions in which one set
 * of functions is right; where the meaning of an operator changed there is a row on either side.
 */
#include <string.h>

#include "../../onnx/ensemble_columns.h"
#include "elementwise.h"
#include "families.h"

#define ML      "ai.onnx.ml"
#define ANY     ORTL__ANY_VERSION
#define ROWS    ORTL__OPERATOR_ROW_WISE
#define ALIAS   ORTL__OPERATOR_ALIAS
#define BY_DATA ORTL__OPERATOR_SHAPED_BY_DATA
#define STRIDED ORTL__OPERATOR_STRIDED

/* domain, name, first and last version, flags, family */
#define FAMILY(domain, name, first, last, flags, family)                                           \
    {                                                                                              \
        domain, name, first, last, flags, ortl__##family##_prepare, ortl__##family##_shape,        \
            ortl__##family##_run, NULL, 0                                                          \
    }

/* name, first and last version, prefix of the prepare function, operation */
#define ELEMENTWISE(name, first, last, family, operation)                                          \
    {                                                                                              \
        "", name, first, last, ROWS, ortl__##family##_prepare, ortl__elementwise_shape,            \
            ortl__elementwise_run, NULL, ORTL__ELEMENTWISE_##operation                             \
    }

/* The same for operators of two inputs, which broadcast to one side only before version 7. */
#define ARITHMETIC(name, operation)                                                                \
    ELEMENTWISE(name, 1, 6, elementwise_one_sided, operation),                                     \
        ELEMENTWISE(name, 7, ANY, elementwise, operation)

/* The same for operators of one input. */
#define MATHEMATICS(name, operation)                                                               \
    ELEMENTWISE(name, 1, 5, elementwise_consuming, operation),                                     \
        ELEMENTWISE(name, 6, ANY, elementwise, operation)

/* name, first and last version, kind of ensemble */
#define TREES(name, first, last, kind)                                                             \
    {                                                                                              \
        ML, name, first, last, ROWS | STRIDED, ortl__trees_prepare, ortl__trees_shape,             \
            ortl__trees_run, ortl__trees_forget, ORTL__ENSEMBLE_##kind                             \
    }

const ortl__operator ortl__operators[] = {
    ARITHMETIC("Add", ADD),
    FAMILY("", "ArgMax", 1, ANY, ROWS, arg),
    {"", "Cast", 1, ANY, ROWS, ortl__cast_prepare, ortl__shape_like_first, ortl__cast_run, NULL, 0},
    FAMILY("", "Concat", 1, ANY, ROWS, concat),
    FAMILY("", "Constant", 1, ANY, 0, constant),
    ARITHMETIC("Div", DIVIDE),
    MATHEMATICS("Exp", EXP),
    {"", "Identity", 1, ANY, ROWS | ALIAS, ortl__identity_prepare, ortl__shape_like_first, NULL,
     NULL, 0},
    ARITHMETIC("Mul", MULTIPLY),
    {"", "Reshape", 1, ANY, ROWS | ALIAS | BY_DATA, ortl__reshape_prepare, ortl__reshape_shape,
     NULL, NULL, 0},
    MATHEMATICS("Sigmoid", SIGMOID),
    FAMILY("", "Softmax", 1, ANY, ROWS, softmax),
    ARITHMETIC("Sub", SUBTRACT),
    FAMILY(ML, "ArrayFeatureExtractor", 1, ANY, ROWS, extractor),
    {ML, "Imputer", 1, ANY, ROWS, ortl__imputer_prepare, ortl__columns_shape, ortl__imputer_run,
     NULL, 0},
    FAMILY(ML, "Normalizer", 1, ANY, ROWS, normalizer),
    {ML, "Scaler", 1, ANY, ROWS, ortl__scaler_prepare, ortl__columns_shape, ortl__scaler_run, NULL,
     0},
    TREES("TreeEnsemble", 5, ANY, V5),
    TREES("TreeEnsembleClassifier", 1, 4, CLASSIFIER),
    TREES("TreeEnsembleRegressor", 1, 4, REGRESSOR),
    FAMILY(ML, "ZipMap", 1, ANY, ROWS | ALIAS, zipmap),
};

const size_t ortl__n_operators = sizeof ortl__operators / sizeof ortl__operators[0];

static int compare_names(const ortl__operator *row, const char *domain, const char *name) {
    int order = strcmp(row->domain, domain);
    return order ? order : strcmp(row->name, name);
}

/* The first row that is not before the name. */
static size_t lower_bound(const char *domain, const char *name) {
    size_t first = 0, end = ortl__n_operators;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (compare_names(&ortl__operators[middle], domain, name) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

const ortl__operator *ortl__operator_find(const char *domain, const char *name, int64_t version,
                                          const ortl__operator **other_version_out) {
    const ortl__operator *other = NULL;
    if (strcmp(domain, "ai.onnx") == 0) domain = "";
    for (size_t i = lower_bound(domain, name); i < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i];
        if (compare_names(row, domain, name) != 0) break;
        if (version >= row->first_version && version <= row->last_version) return row;
        other = row;
    }
    *other_version_out = other;
    return NULL;
}
