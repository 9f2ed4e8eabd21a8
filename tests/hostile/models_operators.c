/*
 * Operators that are asked for giant shapes, or whose attributes do not fit together.
 */
#include "models.h"

#include "graphs.h"

/* ---- Giant shapes ---------------------------------------------------------------------------- */

#define BIG ((int64_t)1 << 40)

/* An operator with an initialiser s of int64 values as second input (or as the only one). */
static void ask_for_shape(wire_builder *file, int variant) {
    static const struct {
        const char *op, *inputs;
        int n; /* -1: one value without axis */
        int64_t values[9];
    } rows[] = {
        {"Expand", "X s", 2, {BIG, 3}},
        {"Expand", "X s", 2, {INT64_MAX, 3}},
        {"Expand", "X s", 2, {-1, 3}},
        {"Expand", "X s", 2, {INT64_MIN, 3}},
        {"Expand", "X s", 9, {1, 1, 1, 1, 1, 1, 1, 1, 3}},
        {"Expand", "X s", 4, {1 << 20, 1 << 20, 1, 1}},
        {"Expand", "X s", 3, {100000, 1, 1}},
        {"Tile", "X s", 2, {BIG, BIG}},
        {"Tile", "X s", 2, {1, INT64_MAX}},
        {"Tile", "X s", 2, {-1, 1}},
        {"Tile", "X s", 1, {1}},
        {"Tile", "X s", 2, {1000, 1000}},
        {"Tile", "X s", 2, {1, 100000}},
        {"Tile", "X s", 2, {100000, 1}},
        {"ConstantOfShape", "s", 2, {BIG, BIG}},
        {"ConstantOfShape", "s", 1, {BIG}},
        {"ConstantOfShape", "s", 1, {-1}},
        {"ConstantOfShape", "s", 2, {1 << 16, 1 << 16}},
        {"ConstantOfShape", "s", 8, {256, 256, 256, 256, 256, 256, 256, 256}},
        {"ConstantOfShape", "s", 2, {0, BIG}},
        {"Reshape", "X s", 2, {-1, -1}},
        {"Reshape", "X s", 2, {BIG, -1}},
        {"Reshape", "X s", 1, {-2}},
        {"Reshape", "X s", 3, {0, 0, 0}},
        {"Reshape", "X s", 2, {INT64_MAX, INT64_MAX}},
        {"TopK", "X s", 1, {BIG}},
        {"TopK", "X s", 1, {-1}},
        {"Unsqueeze", "X s", 1, {INT64_MAX}},
        {"Unsqueeze", "X s", 7, {0, 1, 2, 3, 4, 5, 6}},
        {"Unsqueeze", "X s", 2, {0, 0}},
        {"Squeeze", "X s", 1, {INT64_MIN}},
        {"Squeeze", "X s", 2, {1, 1}},
        {"ReduceSum", "X s", 1, {INT64_MIN}},
        {"ReduceSum", "X s", 2, {1, 1}},
        {"Gather", "X s", 1, {INT64_MIN}},
        {"Gather", "X s", 1, {INT64_MAX}},
        {"Split", "X s", 2, {INT64_MAX, INT64_MIN}},
        {"CumSum", "X s", -1, {INT64_MIN}},
        {"Slice", "X s s s s", 1, {INT64_MIN}},
        {"Slice", "X s s s s", 1, {INT64_MAX}},
        {"Slice", "X s s", 2, {INT64_MIN, INT64_MAX}},
        {"Range", "s s s", -1, {0}},
        {"GatherND", "X s", 2, {INT64_MIN, 0}},
        {"GatherElements", "X s", 2, {INT64_MAX, 0}},
        {"ScatterElements", "X s X", 2, {INT64_MAX, 0}},
        {"ScatterND", "X s X", 2, {INT64_MAX, INT64_MIN}},
        {"Pad", "X s", 4, {BIG, BIG, BIG, BIG}},
        {"Trilu", "X s", -1, {INT64_MIN}},
        {"EyeLike", "s", 1, {BIG}},
        {"ArrayFeatureExtractor", "X s", 1, {INT64_MAX}},
        {"Where", "X s X", 1, {BIG}},
    };
    wire_builder graph = {0};
    if (variant < 0) variant = 0;
    put_int64s(&graph, "s", rows[variant].values, rows[variant].n);
    put_node(&graph, 1, rows[variant].op,
             strcmp(rows[variant].op, "ArrayFeatureExtractor") == 0 ? "ai.onnx.ml" : NULL,
             rows[variant].inputs, "Y", NULL);
    put_model(file, &graph);
}
#define N_SHAPES 51

/* Range from 0 to a far end, OneHot with a giant depth. */
static void ask_for_range(wire_builder *file, int variant) {
    static const int64_t values[][3] = {{0, INT64_MAX, 1},
                                        {INT64_MIN, INT64_MAX, 1},
                                        {0, 1 << 30, 1},
                                        {0, 10, 0},
                                        {INT64_MAX, INT64_MIN, -1}};
    static const char *const names[] = {"a", "b", "c"};
    wire_builder graph = {0};
    for (int i = 0; i < 3; i++) put_int64s(&graph, names[i], &values[variant % 5][i], -1);
    if (variant < 5) {
        put_node(&graph, 1, "Range", NULL, "a b c", "Y", NULL);
    } else {
        static const int64_t pair[] = {0, 1};
        put_int64s(&graph, "v", pair, 2);
        put_node(&graph, 1, "OneHot", NULL, "a b v", "Y", NULL);
    }
    put_model(file, &graph);
}

/* Each node doubles what the one before made: 2^n. */
static void put_doubling(wire_builder *file, int variant) {
    static const int64_t up[] = {2, 1}, flat[] = {-1};
    wire_builder graph = {0};
    const int n = variant % 2 ? 62 : 34;
    put_int64s(&graph, "up", up, 2);
    put_int64s(&graph, "flat", flat, 1);
    for (int i = 0; i < n; i++) {
        char from[16], to[16], both[40];
        snprintf(from, sizeof from, i == 0 ? "X" : "v%d", i);
        snprintf(to, sizeof to, i == n - 1 ? "Y" : "v%d", i + 1);
        snprintf(both, sizeof both, "%s %s", from, from);
        wire_builder attributes = {0};
        if (variant / 2 == 0) onnx_int(&attributes, &packed, "axis", i % 2);
        if (variant / 2 == 0) put_node(&graph, 1, "Concat", NULL, both, to, &attributes);
        if (variant / 2 == 1) {
            snprintf(both, sizeof both, "%s up", from);
            put_node(&graph, 1, "Tile", NULL, both, to, NULL);
        }
        if (variant / 2 == 2) { /* an outer sum: the square */
            char row[16], column[16], pair[40];
            static const int64_t first[] = {0}, last[] = {1};
            if (i == 0) put_int64s(&graph, "first", first, 1);
            if (i == 0) put_int64s(&graph, "last", last, 1);
            if (i > 7) break;
            snprintf(row, sizeof row, "r%d", i), snprintf(column, sizeof column, "c%d", i);
            snprintf(both, sizeof both, "%s flat", from);
            char line[16];
            snprintf(line, sizeof line, "l%d", i);
            put_node(&graph, 1, "Reshape", NULL, both, line, NULL);
            snprintf(pair, sizeof pair, "%s first", line);
            put_node(&graph, 1, "Unsqueeze", NULL, pair, row, NULL);
            snprintf(pair, sizeof pair, "%s last", line);
            put_node(&graph, 1, "Unsqueeze", NULL, pair, column, NULL);
            snprintf(pair, sizeof pair, "%s %s", row, column);
            put_node(&graph, 1, "Add", NULL, pair, i == 7 ? "Y" : to, NULL);
        }
    }
    put_model(file, &graph);
}

/* A constant that is folded at load, and grows there. */
static void put_constant_growth(wire_builder *file, int variant) {
    wire_builder graph = {0};
    static const int64_t shapes[][2] = {{1 << 13, 1 << 13}, {1 << 20, 1 << 10}, {1 << 20, 1 << 20}};
    static const int64_t repeats[] = {1000, 1000};
    put_int64s(&graph, "shape", shapes[variant], 2);
    put_int64s(&graph, "repeats", repeats, 2);
    put_node(&graph, 1, "ConstantOfShape", NULL, "shape", "zeros", NULL);
    put_node(&graph, 1, "Tile", NULL, "zeros repeats", "more", NULL);
    put_node(&graph, 1, "ReduceMax", NULL, "more", "greatest", NULL);
    put_node(&graph, 1, "Add", NULL, "X greatest", "Y", NULL);
    put_model(file, &graph);
}

/* Little memory, much time: many operators over one large value, computed at run or known at load;
 * large products. */
static void put_toil(wire_builder *file, int variant) {
    static const int64_t many[] = {3000000, 1, 1}, side[] = {2000, 2000}, few[] = {100000};
    wire_builder graph = {0};
    char from[16], to[16];
    int n = 0;
    put_int64s(&graph, "many", many, 3);
    put_int64s(&graph, "side", side, 2);
    put_int64s(&graph, "few", few, 1);
    if (variant == 0) put_node(&graph, 1, "Expand", NULL, "X many", "v0", NULL);
    if (variant == 1) put_node(&graph, 1, "ConstantOfShape", NULL, "few", "v0", NULL);
    if (variant == 2) {
        put_node(&graph, 1, "ReduceSum", NULL, "X", "one", NULL);
        put_node(&graph, 1, "Expand", NULL, "one side", "v0", NULL);
    }
    for (; n < (variant == 2 ? 3 : 20000); n++) {
        snprintf(from, sizeof from, variant == 2 ? "v%d v%d" : "v%d", n, n);
        snprintf(to, sizeof to, "v%d", n + 1);
        put_node(&graph, 1, variant == 2 ? "MatMul" : "Exp", NULL, from, to, NULL);
    }
    snprintf(from, sizeof from, "v%d", n);
    put_node(&graph, 1, "ReduceMax", NULL, from, "greatest", NULL);
    put_node(&graph, 1, "Add", NULL, "X greatest", "Y", NULL);
    put_model(file, &graph);
}

/* ---- Integers -------------------------------------------------------------------------------- */

/* Every attribute that is one integer, with integers that nothing is as large as. */
static void put_integer(wire_builder *file, int variant) {
    static const struct {
        const char *op, *domain, *name, *inputs;
    } rows[] = {
        {"Cast", NULL, "to", "X"},
        {"Concat", NULL, "axis", "X X"},
        {"Flatten", NULL, "axis", "X"},
        {"Softmax", NULL, "axis", "X"},
        {"ArgMax", NULL, "axis", "X"},
        {"Gather", NULL, "axis", "X X"},
        {"Split", NULL, "num_outputs", "X"},
        {"TopK", NULL, "axis", "X X"},
        {"Shape", NULL, "start", "X"},
        {"LogSoftmax", NULL, "axis", "X"},
        {"TreeEnsembleRegressor", "ai.onnx.ml", "n_targets", "X"},
        {"LinearRegressor", "ai.onnx.ml", "targets", "X"},
        {"SVMRegressor", "ai.onnx.ml", "n_supports", "X"},
        {"OneHotEncoder", "ai.onnx.ml", "zeros", "X"},
        {"FeatureVectorizer", "ai.onnx.ml", "inputdimensions", "X"},
    };
    static const int64_t values[] = {INT64_MAX, INT64_MIN, -1, 1 << 20, (int64_t)1 << 32};
    wire_builder attributes = {0};
    onnx_int(&attributes, &packed, rows[variant / 5].name, values[variant % 5]);
    wire_builder graph = {0};
    put_node(&graph, 1, rows[variant / 5].op, rows[variant / 5].domain, rows[variant / 5].inputs,
             "Y", &attributes);
    put_model(file, &graph);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

typedef struct list_row {
    const char *op;
    struct {
        const char *name;
        int kind;
        size_t n;
    } lists[7];
} list_row;

static void put_lists(wire_builder *file, int variant) {
    static const list_row rows[] = {
        {"Scaler", {{"offset", KIND_FLOATS, 2}, {"scale", KIND_FLOATS, 3}}},
        {"Scaler", {{"offset", KIND_FLOATS, 70000}, {"scale", KIND_FLOATS, 70000}}},
        {"Imputer", {{"imputed_value_floats", KIND_FLOATS, 2}}},
        {"Imputer", {{"imputed_value_int64s", KIND_INTS, 3}}},
        {"LinearRegressor", {{"coefficients", KIND_FLOATS, 2}}},
        {"LinearRegressor", {{"coefficients", KIND_FLOATS, 3}, {"intercepts", KIND_FLOATS, 5}}},
        {"LinearClassifier", {{"coefficients", KIND_FLOATS, 7}, {"intercepts", KIND_FLOATS, 2}}},
        {"LinearClassifier",
         {{"coefficients", KIND_FLOATS, 6},
          {"intercepts", KIND_FLOATS, 2},
          {"classlabels_ints", KIND_INTS, 5}}},
        {"SVMClassifier",
         {{"support_vectors", KIND_FLOATS, 7},
          {"coefficients", KIND_FLOATS, 2},
          {"vectors_per_class", KIND_INTS, 2},
          {"rho", KIND_FLOATS, 1},
          {"classlabels_ints", KIND_INTS, 2}}},
        {"SVMClassifier",
         {{"support_vectors", KIND_FLOATS, 6},
          {"coefficients", KIND_FLOATS, 1},
          {"vectors_per_class", KIND_INTS, 3},
          {"rho", KIND_FLOATS, 2},
          {"classlabels_ints", KIND_INTS, 3},
          {"prob_a", KIND_FLOATS, 1}}},
        {"SVMRegressor", {{"support_vectors", KIND_FLOATS, 5}, {"coefficients", KIND_FLOATS, 2}}},
        {"OneHotEncoder", {{"cats_int64s", KIND_INTS, 0}}},
        {"OneHotEncoder", {{"cats_int64s", KIND_INTS, 2}, {"cats_strings", KIND_STRINGS, 2}}},
        {"LabelEncoder", {{"keys_floats", KIND_FLOATS, 3}, {"values_floats", KIND_FLOATS, 2}}},
        {"LabelEncoder", {{"keys_floats", KIND_FLOATS, 3}, {"keys_int64s", KIND_INTS, 3}}},
        {"ZipMap", {{"classlabels_int64s", KIND_INTS, 0}}},
        {"ZipMap", {{"classlabels_int64s", KIND_INTS, 2}}},
        {"ZipMap",
         {{"classlabels_int64s", KIND_INTS, 3}, {"classlabels_strings", KIND_STRINGS, 3}}},
        {"TfIdfVectorizer",
         {{"ngram_counts", KIND_INTS, 2},
          {"ngram_indexes", KIND_INTS, 5},
          {"pool_int64s", KIND_INTS, 3},
          {"weights", KIND_FLOATS, 1}}},
        {"FeatureVectorizer", {{"inputdimensions", KIND_INTS, 5}}},
        {"CategoryMapper", {{"cats_int64s", KIND_INTS, 3}, {"cats_strings", KIND_STRINGS, 2}}},
        {"DictVectorizer", {{"int64_vocabulary", KIND_INTS, 3}}},
        {"StringNormalizer", {{"stopwords", KIND_STRINGS, 3}}},
        {"Tokenizer", {{"separators", KIND_STRINGS, 3}}},
    };
    static float floats[70000];
    static const int64_t ints[] = {INT64_MAX, -1, 2, INT64_MIN, 4, 5, 6};
    static const char *const texts[] = {"a", "", "\xff(((((", "d", "e"};
    wire_builder attributes = {0};
    const list_row *row = &rows[variant];
    for (size_t i = 0; i < 7 && row->lists[i].name != NULL; i++) {
        const char *name = row->lists[i].name;
        const size_t n = row->lists[i].n;
        if (row->lists[i].kind == KIND_FLOATS) onnx_floats(&attributes, &packed, name, floats, n);
        if (row->lists[i].kind == KIND_INTS) onnx_ints(&attributes, &packed, name, ints, n);
        if (row->lists[i].kind == KIND_STRINGS) onnx_strings(&attributes, &packed, name, texts, n);
    }
    const char *op = row->op;
    const int is_plain = strcmp(op, "TfIdfVectorizer") == 0 || strcmp(op, "StringNormalizer") == 0;
    put_one_node(file, op,
                 is_plain                       ? NULL
                 : strcmp(op, "Tokenizer") == 0 ? "com.microsoft"
                                                : "ai.onnx.ml",
                 &attributes);
}

/* Texts whose pattern takes a backtracking matcher for ever. */
static void put_pattern(wire_builder *file, int variant) {
    static const char *const patterns[] = {
        "(a*)*b", "(a|a)*b",       "((((((((((a*)*)*)*)*)*)*)*)*)*",
        "[",      "a{1000000000}", "(?=a)",
        "\\",     "[z-a]",         "(((((",
        "\\w+"};
    wire_builder attributes = {0}, graph = {0}, cast = {0};
    onnx_string(&attributes, &packed, "tokenexp", patterns[variant % 10]);
    onnx_string(&attributes, &packed, "pad_value", "");
    onnx_int(&attributes, &packed, "mark", 0);
    onnx_int(&attributes, &packed, "mincharnum", variant < 10 ? 1 : INT64_MIN);
    onnx_int(&cast, &packed, "to", TYPE_STRING);
    put_node(&graph, 1, "Cast", NULL, "X", "text", &cast);
    put_node(&graph, 1, "Tokenizer", "com.microsoft", "text", "Y", &attributes);
    put_model(file, &graph);
}

static const hostile_case cases[] = {
    {"shape", EITHER, ask_for_shape, N_SHAPES, 0},
    {"range", EITHER, ask_for_range, 10, 0},
    {"doubling", EITHER, put_doubling, 6, 0},
    {"toil", EITHER, put_toil, 3, 0},
    {"constant_growth", REFUSED, put_constant_growth, 3, 0},
    {"integer", EITHER, put_integer, 75, 0},
    {"lists", EITHER, put_lists, 24, 0},
    {"pattern", EITHER, put_pattern, 20, 0},
};

void models_operators(hostile_judge *judge) {
    hostile_run(judge, cases, HOSTILE_COUNT(cases));
}
