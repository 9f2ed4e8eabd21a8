/*
 * The table of operators and the search in it. Every row is one range of versions in which one set
 * of functions is right; where the meaning of an operator changed there is a row on either side.
 */
#include <string.h>

#include "../../onnx/ensemble_columns.h"
#include "elementwise.h"
#include "families.h"
#include "reductions.h"

#define ML        "ai.onnx.ml"
#define ANY       ORTL__ANY_VERSION
#define ROWS      ORTL__OPERATOR_ROW_WISE
#define ALIAS     ORTL__OPERATOR_ALIAS
#define AT_RUN    ORTL__OPERATOR_SIZED_AT_RUN
#define BY_DATA   ORTL__OPERATOR_SHAPED_BY_DATA
#define OF_SHAPES ORTL__OPERATOR_OF_SHAPES
#define STRIDED   ORTL__OPERATOR_STRIDED

/* domain, name, first and last version, flags, family */
#define FAMILY(domain, name, first, last, flags, family)                                           \
    {                                                                                              \
        domain, name, first, last, flags, ortl__##family##_prepare, ortl__##family##_shape,        \
            ortl__##family##_run, NULL, 0                                                          \
    }

/* The same for outputs that are aliases, which have nothing to run. */
#define RENAMED(name, flags, family)                                                               \
    {                                                                                              \
        "", name, 1, ANY, ROWS | ALIAS | (flags), ortl__##family##_prepare,                        \
            ortl__##family##_shape, NULL, NULL, 0                                                  \
    }

/* name, first and last version, prefix of the prepare function, operation */
#define ELEMENTWISE(name, first, last, family, operation)                                          \
    {                                                                                              \
        "", name, first, last, ROWS, ortl__##family##_prepare, ortl__elementwise_shape,            \
            ortl__elementwise_run, NULL, ORTL__ELEMENTWISE_##operation                             \
    }

/* The same for operators of two inputs, which broadcast to one side only before version 7. */
#define BINARY(name, operation)                                                                    \
    ELEMENTWISE(name, 1, 6, elementwise_one_sided, operation),                                     \
        ELEMENTWISE(name, 7, ANY, elementwise, operation)

/* The same for operators of one input, or of any number. */
#define CONSUMING(name, operation)                                                                 \
    ELEMENTWISE(name, 1, 5, elementwise_consuming, operation),                                     \
        ELEMENTWISE(name, 6, ANY, elementwise, operation)

/* name, which extreme */
#define ARG(name, extreme)                                                                         \
    {                                                                                              \
        "", name, 1, ANY, ROWS, ortl__arg_prepare, ortl__arg_shape, ortl__arg_run, NULL,           \
            ORTL__ARG_##extreme                                                                    \
    }

/* name, reduction */
#define REDUCE(name, reduction)                                                                    \
    {                                                                                              \
        "", name, 1, ANY, ROWS | BY_DATA, ortl__reduce_prepare, ortl__reduce_shape,                \
            ortl__reduce_run, NULL, ORTL__REDUCE_##reduction                                       \
    }

/* name, first and last version, kind of ensemble */
#define TREES(name, first, last, kind)                                                             \
    {                                                                                              \
        ML, name, first, last, ROWS | STRIDED, ortl__trees_prepare, ortl__trees_shape,             \
            ortl__trees_run, ortl__trees_forget, ORTL__ENSEMBLE_##kind                             \
    }

const ortl__operator ortl__operators[] = {
    CONSUMING("Abs", ABS),
    BINARY("Add", ADD),
    BINARY("And", AND),
    ARG("ArgMax", MAX),
    ARG("ArgMin", MIN),
    {"", "Cast", 1, ANY, ROWS, ortl__cast_prepare, ortl__shape_like_first, ortl__cast_run, NULL, 0},
    CONSUMING("Ceil", CEIL),
    FAMILY("", "Clip", 1, ANY, ROWS, clip),
    FAMILY("", "Compress", 9, ANY, ROWS | BY_DATA, compress),
    FAMILY("", "Concat", 1, ANY, ROWS, concat),
    FAMILY("", "Constant", 1, ANY, 0, constant),
    FAMILY("", "ConstantOfShape", 9, ANY, BY_DATA, filler),
    {"", "CumSum", 11, ANY, ROWS, ortl__cumsum_prepare, ortl__shape_like_first, ortl__cumsum_run,
     NULL, 0},
    BINARY("Div", DIVIDE),
    BINARY("Equal", EQUAL),
    CONSUMING("Exp", EXP),
    FAMILY("", "Expand", 8, ANY, ROWS | BY_DATA, expand),
    RENAMED("Flatten", 0, flatten),
    CONSUMING("Floor", FLOOR),
    FAMILY("", "Gather", 1, ANY, ROWS, gather),
    FAMILY("", "GatherElements", 11, ANY, ROWS, gather_elements),
    FAMILY("", "GatherND", 11, ANY, 0, gather_nd),
    FAMILY("", "Gemm", 1, ANY, ROWS, gemm),
    BINARY("Greater", GREATER),
    ELEMENTWISE("GreaterOrEqual", 12, ANY, elementwise, GREATER_OR_EQUAL),
    {"", "Identity", 1, ANY, ROWS | ALIAS, ortl__identity_prepare, ortl__shape_like_first, NULL,
     NULL, 0},
    FAMILY("", "If", 1, ANY, ROWS | BY_DATA, branch),
    ELEMENTWISE("IsNaN", 9, ANY, elementwise, IS_NAN),
    BINARY("Less", LESS),
    ELEMENTWISE("LessOrEqual", 12, ANY, elementwise, LESS_OR_EQUAL),
    CONSUMING("Log", LOG),
    FAMILY("", "MatMul", 1, ANY, ROWS, matmul),
    CONSUMING("Max", MAX),
    CONSUMING("Min", MIN),
    BINARY("Mul", MULTIPLY),
    CONSUMING("Neg", NEGATE),
    FAMILY("", "NonZero", 9, ANY, BY_DATA, nonzero),
    ELEMENTWISE("Not", 1, ANY, elementwise, NOT),
    BINARY("Or", OR),
    BINARY("Pow", POWER),
    FAMILY("", "Range", 11, ANY, AT_RUN, range),
    CONSUMING("Reciprocal", RECIPROCAL),
    REDUCE("ReduceL1", L1),
    REDUCE("ReduceL2", L2),
    REDUCE("ReduceLogSum", LOG_SUM),
    REDUCE("ReduceLogSumExp", LOG_SUM_EXP),
    REDUCE("ReduceMax", MAX),
    REDUCE("ReduceMean", MEAN),
    REDUCE("ReduceMin", MIN),
    REDUCE("ReduceProd", PROD),
    REDUCE("ReduceSum", SUM),
    REDUCE("ReduceSumSquare", SUM_SQUARE),
    RENAMED("Reshape", BY_DATA, reshape),
    ELEMENTWISE("Round", 11, ANY, elementwise, ROUND),
    FAMILY("", "ScatterElements", 11, ANY, 0, scatter_elements),
    FAMILY("", "ScatterND", 11, ANY, 0, scatter_nd),
    {"", "SequenceConstruct", 11, ANY, ROWS, ortl__sequence_prepare, ortl__concat_shape,
     ortl__concat_run, NULL, 0},
    FAMILY("", "Shape", 1, ANY, OF_SHAPES, extents),
    CONSUMING("Sigmoid", SIGMOID),
    ELEMENTWISE("Sign", 9, ANY, elementwise, SIGN),
    FAMILY("", "Size", 1, ANY, OF_SHAPES, size),
    FAMILY("", "Slice", 1, ANY, ROWS | BY_DATA, slice),
    FAMILY("", "Softmax", 1, ANY, ROWS, softmax),
    FAMILY("", "Split", 2, ANY, ROWS | BY_DATA, split),
    CONSUMING("Sqrt", SQRT),
    RENAMED("Squeeze", BY_DATA, squeeze),
    FAMILY("", "StringNormalizer", 10, ANY, ROWS | AT_RUN, string_normalizer),
    BINARY("Sub", SUBTRACT),
    CONSUMING("Sum", SUM),
    CONSUMING("Tanh", TANH),
    FAMILY("", "TfIdfVectorizer", 9, ANY, ROWS, ngrams),
    FAMILY("", "Tile", 6, ANY, ROWS | BY_DATA, tile),
    FAMILY("", "TopK", 1, ANY, ROWS | BY_DATA, topk),
    FAMILY("", "Transpose", 1, ANY, ROWS, transpose),
    RENAMED("Unsqueeze", BY_DATA, unsqueeze),
    ELEMENTWISE("Where", 9, ANY, elementwise, WHERE),
    BINARY("Xor", XOR),
    FAMILY(ML, "ArrayFeatureExtractor", 1, ANY, ROWS, extractor),
    {ML, "Binarizer", 1, ANY, ROWS, ortl__binarizer_prepare, ortl__columns_shape,
     ortl__binarizer_run, NULL, 0},
    {ML, "CategoryMapper", 1, ANY, ROWS, ortl__categories_prepare, ortl__shape_like_first,
     ortl__labels_run, NULL, 0},
    FAMILY(ML, "FeatureVectorizer", 1, ANY, ROWS, features),
    {ML, "Imputer", 1, ANY, ROWS, ortl__imputer_prepare, ortl__columns_shape, ortl__imputer_run,
     NULL, 0},
    {ML, "LabelEncoder", 1, ANY, ROWS, ortl__labels_prepare, ortl__shape_like_first,
     ortl__labels_run, NULL, 0},
    FAMILY(ML, "LinearClassifier", 1, ANY, ROWS, linear_classifier),
    FAMILY(ML, "LinearRegressor", 1, ANY, ROWS, linear_regressor),
    FAMILY(ML, "Normalizer", 1, ANY, ROWS, normalizer),
    FAMILY(ML, "OneHotEncoder", 1, ANY, ROWS, onehot),
    FAMILY(ML, "SVMClassifier", 1, ANY, ROWS, svm_classifier),
    FAMILY(ML, "SVMRegressor", 1, ANY, ROWS, svm_regressor),
    {ML, "Scaler", 1, ANY, ROWS, ortl__scaler_prepare, ortl__columns_shape, ortl__scaler_run, NULL,
     0},
    TREES("TreeEnsemble", 5, ANY, V5),
    TREES("TreeEnsembleClassifier", 1, 4, CLASSIFIER),
    TREES("TreeEnsembleRegressor", 1, 4, REGRESSOR),
    FAMILY(ML, "ZipMap", 1, ANY, ROWS | ALIAS, zipmap),
    FAMILY("com.microsoft", "Tokenizer", 1, ANY, BY_DATA, tokenizer),
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
