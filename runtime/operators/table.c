/*
 * The table of operators and the search in it. Every row is one range of versions in which one set
 * of functions is right; where the meaning of an operator changed there is a row on either side.
 * Each names the newest version of the ONNX specification that has a text for it: that is the one
 * it follows.
 */
#include <string.h>

#include "../../onnx/ensemble_columns.h"
#include "elementwise.h"
#include "families.h"
#include "reductions.h"

#define ML        "ai.onnx.ml"
#define ANY       ORTL__ANY_VERSION
#define ROWS      ORTL__OPERATOR_ROW_WISE
#define PRODUCT   ORTL__OPERATOR_PRODUCT
#define ALIAS     ORTL__OPERATOR_ALIAS
#define AT_RUN    ORTL__OPERATOR_SIZED_AT_RUN
#define BY_DATA   ORTL__OPERATOR_SHAPED_BY_DATA
#define OF_SHAPES ORTL__OPERATOR_OF_SHAPES
#define STRIDED   ORTL__OPERATOR_STRIDED

/* domain, name, first and last version, version of the text, flags, family */
#define FAMILY(domain, name, first, last, text, flags, family)                                     \
    {                                                                                              \
        domain, name, first, last, text, flags, ortl__##family##_prepare, ortl__##family##_shape,  \
            ortl__##family##_run, NULL, 0                                                          \
    }

/* The same for outputs that are aliases, which have nothing to run. */
#define RENAMED(name, text, flags, family)                                                         \
    {                                                                                              \
        "", name, 1, ANY, text, ROWS | ALIAS | (flags), ortl__##family##_prepare,                  \
            ortl__##family##_shape, NULL, NULL, 0                                                  \
    }

/* name, first and last version, version of the text, prefix of the prepare function, operation */
#define ELEMENTWISE(name, first, last, text, family, operation)                                    \
    {                                                                                              \
        "", name, first, last, text, ROWS, ortl__##family##_prepare, ortl__elementwise_shape,      \
            ortl__elementwise_run, NULL, ORTL__ELEMENTWISE_##operation                             \
    }

/* The same for operators of two inputs, which broadcast to one side only before version 7. */
#define BINARY(name, old_text, text, operation)                                                    \
    ELEMENTWISE(name, 1, 6, old_text, elementwise_one_sided, operation),                           \
        ELEMENTWISE(name, 7, ANY, text, elementwise, operation)

/* The same for operators of one input, or of any number. */
#define CONSUMING(name, text, operation)                                                           \
    ELEMENTWISE(name, 1, 5, 1, elementwise_consuming, operation),                                  \
        ELEMENTWISE(name, 6, ANY, text, elementwise, operation)

/* name, version of the text, which extreme */
#define ARG(name, text, extreme)                                                                   \
    {                                                                                              \
        "", name, 1, ANY, text, ROWS, ortl__arg_prepare, ortl__arg_shape, ortl__arg_run, NULL,     \
            ORTL__ARG_##extreme                                                                    \
    }

/* name, version of the text, reduction */
#define REDUCE(name, text, reduction)                                                              \
    {                                                                                              \
        "", name, 1, ANY, text, ROWS | BY_DATA, ortl__reduce_prepare, ortl__reduce_shape,          \
            ortl__reduce_run, NULL, ORTL__REDUCE_##reduction                                       \
    }

/* name, first and last version, version of the text, kind of ensemble */
#define TREES(name, first, last, text, kind)                                                       \
    {                                                                                              \
        ML, name, first, last, text, ROWS | STRIDED, ortl__trees_prepare, ortl__trees_shape,       \
            ortl__trees_run, ortl__trees_forget, ORTL__ENSEMBLE_##kind                             \
    }

const ortl__operator ortl__operators[] = {
    CONSUMING("Abs", 13, ABS),
    BINARY("Add", 6, 14, ADD),
    BINARY("And", 1, 7, AND),
    ARG("ArgMax", 13, MAX),
    ARG("ArgMin", 13, MIN),
    {"", "Cast", 1, ANY, 28, ROWS, ortl__cast_prepare, ortl__shape_like_first, ortl__cast_run, NULL,
     0},
    CONSUMING("Ceil", 13, CEIL),
    FAMILY("", "Clip", 1, ANY, 13, ROWS, clip),
    FAMILY("", "Compress", 9, ANY, 28, ROWS | BY_DATA, compress),
    FAMILY("", "Concat", 1, ANY, 13, ROWS, concat),
    FAMILY("", "Constant", 1, ANY, 25, 0, constant),
    FAMILY("", "ConstantOfShape", 9, ANY, 25, BY_DATA, filler),
    {"", "CumSum", 11, ANY, 14, ROWS, ortl__cumsum_prepare, ortl__shape_like_first,
     ortl__cumsum_run, NULL, 0},
    BINARY("Div", 6, 14, DIVIDE),
    BINARY("Equal", 1, 19, EQUAL),
    CONSUMING("Exp", 13, EXP),
    FAMILY("", "Expand", 8, ANY, 13, ROWS | BY_DATA, expand),
    RENAMED("Flatten", 25, 0, flatten),
    CONSUMING("Floor", 13, FLOOR),
    FAMILY("", "Gather", 1, ANY, 13, ROWS, gather),
    FAMILY("", "GatherElements", 11, ANY, 13, ROWS, gather_elements),
    FAMILY("", "GatherND", 11, ANY, 13, 0, gather_nd),
    FAMILY("", "Gemm", 1, ANY, 13, ROWS | PRODUCT, gemm),
    BINARY("Greater", 1, 13, GREATER),
    ELEMENTWISE("GreaterOrEqual", 12, ANY, 16, elementwise, GREATER_OR_EQUAL),
    {"", "Identity", 1, ANY, 25, ROWS | ALIAS, ortl__identity_prepare, ortl__shape_like_first, NULL,
     NULL, 0},
    FAMILY("", "If", 1, ANY, 25, ROWS | BY_DATA, branch),
    ELEMENTWISE("IsNaN", 9, ANY, 20, elementwise, IS_NAN),
    BINARY("Less", 1, 13, LESS),
    ELEMENTWISE("LessOrEqual", 12, ANY, 16, elementwise, LESS_OR_EQUAL),
    CONSUMING("Log", 13, LOG),
    {"", "LpNormalization", 1, ANY, 22, ROWS, ortl__norm_prepare, ortl__shares_shape,
     ortl__shares_run, NULL, 0},
    FAMILY("", "MatMul", 1, ANY, 13, ROWS | PRODUCT, matmul),
    CONSUMING("Max", 13, MAX),
    CONSUMING("Min", 13, MIN),
    BINARY("Mul", 6, 14, MULTIPLY),
    CONSUMING("Neg", 13, NEGATE),
    FAMILY("", "NonZero", 9, ANY, 13, BY_DATA, nonzero),
    ELEMENTWISE("Not", 1, ANY, 1, elementwise, NOT),
    BINARY("Or", 1, 7, OR),
    BINARY("Pow", 1, 15, POWER),
    FAMILY("", "Range", 11, ANY, 27, AT_RUN, range),
    CONSUMING("Reciprocal", 13, RECIPROCAL),
    REDUCE("ReduceL1", 18, L1),
    REDUCE("ReduceL2", 18, L2),
    REDUCE("ReduceLogSum", 28, LOG_SUM),
    REDUCE("ReduceLogSumExp", 28, LOG_SUM_EXP),
    REDUCE("ReduceMax", 20, MAX),
    REDUCE("ReduceMean", 18, MEAN),
    REDUCE("ReduceMin", 20, MIN),
    REDUCE("ReduceProd", 18, PROD),
    REDUCE("ReduceSum", 13, SUM),
    REDUCE("ReduceSumSquare", 18, SUM_SQUARE),
    CONSUMING("Relu", 14, RELU),
    RENAMED("Reshape", 25, BY_DATA, reshape),
    ELEMENTWISE("Round", 11, ANY, 22, elementwise, ROUND),
    FAMILY("", "ScatterElements", 11, ANY, 18, 0, scatter_elements),
    FAMILY("", "ScatterND", 11, ANY, 18, 0, scatter_nd),
    {"", "SequenceConstruct", 11, ANY, 11, ROWS, ortl__sequence_prepare, ortl__concat_shape,
     ortl__concat_run, NULL, 0},
    FAMILY("", "Shape", 1, ANY, 25, OF_SHAPES, extents),
    CONSUMING("Sigmoid", 13, SIGMOID),
    ELEMENTWISE("Sign", 9, ANY, 13, elementwise, SIGN),
    FAMILY("", "Size", 1, ANY, 25, OF_SHAPES, size),
    FAMILY("", "Slice", 1, ANY, 13, ROWS | BY_DATA, slice),
    {"", "Softmax", 1, ANY, 13, ROWS, ortl__softmax_prepare, ortl__shares_shape, ortl__shares_run,
     NULL, 0},
    FAMILY("", "Split", 2, ANY, 18, ROWS | BY_DATA, split),
    CONSUMING("Sqrt", 13, SQRT),
    RENAMED("Squeeze", 25, BY_DATA, squeeze),
    FAMILY("", "StringNormalizer", 10, ANY, 10, ROWS | AT_RUN, string_normalizer),
    BINARY("Sub", 6, 14, SUBTRACT),
    CONSUMING("Sum", 13, SUM),
    CONSUMING("Tanh", 13, TANH),
    FAMILY("", "TfIdfVectorizer", 9, ANY, 9, ROWS, ngrams),
    FAMILY("", "Tile", 6, ANY, 13, ROWS | BY_DATA, tile),
    FAMILY("", "TopK", 1, ANY, 24, ROWS | BY_DATA, topk),
    FAMILY("", "Transpose", 1, ANY, 25, ROWS, transpose),
    RENAMED("Unsqueeze", 25, BY_DATA, unsqueeze),
    ELEMENTWISE("Where", 9, ANY, 16, elementwise, WHERE),
    BINARY("Xor", 1, 7, XOR),
    FAMILY(ML, "ArrayFeatureExtractor", 1, ANY, 1, ROWS, extractor),
    {ML, "Binarizer", 1, ANY, 1, ROWS, ortl__binarizer_prepare, ortl__columns_shape,
     ortl__binarizer_run, NULL, 0},
    {ML, "CategoryMapper", 1, ANY, 1, ROWS, ortl__categories_prepare, ortl__shape_like_first,
     ortl__labels_run, NULL, 0},
    FAMILY(ML, "FeatureVectorizer", 1, ANY, 1, ROWS, features),
    {ML, "Imputer", 1, ANY, 1, ROWS, ortl__imputer_prepare, ortl__columns_shape, ortl__imputer_run,
     NULL, 0},
    {ML, "LabelEncoder", 1, ANY, 4, ROWS, ortl__labels_prepare, ortl__shape_like_first,
     ortl__labels_run, NULL, 0},
    FAMILY(ML, "LinearClassifier", 1, ANY, 1, ROWS, linear_classifier),
    FAMILY(ML, "LinearRegressor", 1, ANY, 1, ROWS, linear_regressor),
    FAMILY(ML, "Normalizer", 1, ANY, 1, ROWS, normalizer),
    FAMILY(ML, "OneHotEncoder", 1, ANY, 1, ROWS, onehot),
    FAMILY(ML, "SVMClassifier", 1, ANY, 1, ROWS, svm_classifier),
    FAMILY(ML, "SVMRegressor", 1, ANY, 1, ROWS, svm_regressor),
    {ML, "Scaler", 1, ANY, 1, ROWS, ortl__scaler_prepare, ortl__columns_shape, ortl__scaler_run,
     NULL, 0},
    TREES("TreeEnsemble", 5, ANY, 5, V5),
    TREES("TreeEnsembleClassifier", 1, 4, 3, CLASSIFIER),
    TREES("TreeEnsembleRegressor", 1, 4, 3, REGRESSOR),
    FAMILY(ML, "ZipMap", 1, ANY, 1, ROWS | ALIAS, zipmap),
    FAMILY("com.microsoft", "Tokenizer", 1, ANY, 1, BY_DATA, tokenizer),
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
