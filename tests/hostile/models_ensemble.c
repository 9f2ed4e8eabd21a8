/*
 * Tree ensembles with one attribute spoiled: every attribute of the three operators, every way.
 */
#include "models.h"

#include "graphs.h"

#include <math.h>

/* ---- The ensembles before they are spoiled --------------------------------------------------- */

#define N_ROWS 5 /* of nodes */

/* How much of an attribute has to be right. */
enum {
    LENGTH = 1, /* as many elements as its companions */
    RANGE = 2,  /* its first element can be out of range */
    NEEDED = 4
};

typedef struct attribute {
    const char *name;
    int kind; /* KIND_INTS, KIND_FLOATS, KIND_STRINGS, KIND_INT or KIND_STRING */
    int strictness;
    size_t n; /* 1 for a single value */
    int64_t ints[N_ROWS];
    float floats[N_ROWS];
    const char *texts[N_ROWS];
} attribute;

#define INTS(name, strictness, ...)                                                                \
    {                                                                                              \
        name, KIND_INTS, strictness, N_ROWS, {__VA_ARGS__}, {0}, {                                 \
            0                                                                                      \
        }                                                                                          \
    }
#define VOTES(name, strictness, ...)                                                               \
    {                                                                                              \
        name, KIND_INTS, strictness, 3, {__VA_ARGS__}, {0}, {                                      \
            0                                                                                      \
        }                                                                                          \
    }
#define FLOATS(name, strictness, ...)                                                              \
    {                                                                                              \
        name, KIND_FLOATS, strictness, N_ROWS, {0}, {__VA_ARGS__}, {                               \
            0                                                                                      \
        }                                                                                          \
    }
#define WEIGHTS(name, strictness, ...)                                                             \
    {                                                                                              \
        name, KIND_FLOATS, strictness, 3, {0}, {__VA_ARGS__}, {                                    \
            0                                                                                      \
        }                                                                                          \
    }
#define TEXTS(name, strictness, ...)                                                               \
    {                                                                                              \
        name, KIND_STRINGS, strictness, N_ROWS, {0}, {0}, {                                        \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define ONE_INT(name, strictness, x)                                                               \
    {                                                                                              \
        name, KIND_INT, strictness, 1, {x}, {0}, {                                                 \
            0                                                                                      \
        }                                                                                          \
    }
#define ONE_TEXT(name, x)                                                                          \
    {                                                                                              \
        name, KIND_STRING, RANGE, 1, {0}, {0}, {                                                   \
            x                                                                                      \
        }                                                                                          \
    }

/* A tree of two tests and three leaves. */
#define NODES                                                                                      \
    INTS("nodes_treeids", LENGTH | NEEDED, 0, 0, 0, 0, 0),                                         \
        INTS("nodes_nodeids", LENGTH | RANGE | NEEDED, 0, 1, 2, 3, 4),                             \
        INTS("nodes_featureids", LENGTH | RANGE | NEEDED, 2, 0, 0, 0, 0),                          \
        TEXTS("nodes_modes", LENGTH | RANGE | NEEDED, "BRANCH_LEQ", "BRANCH_GT", "LEAF", "LEAF",   \
              "LEAF"),                                                                             \
        FLOATS("nodes_values", LENGTH | NEEDED, 0.5f, -1.25f, 0, 0, 0),                            \
        INTS("nodes_truenodeids", LENGTH | RANGE | NEEDED, 1, 3, 0, 0, 0),                         \
        INTS("nodes_falsenodeids", LENGTH | RANGE | NEEDED, 2, 4, 0, 0, 0),                        \
        INTS("nodes_missing_value_tracks_true", 0, 1, 0, 0, 0, 0),                                 \
        FLOATS("nodes_hitrates", 0, 1, 1, 1, 1, 1)

static const attribute regressor[] = {
    NODES,
    VOTES("target_treeids", LENGTH | RANGE | NEEDED, 0, 0, 0),
    VOTES("target_nodeids", LENGTH | RANGE | NEEDED, 2, 3, 4),
    VOTES("target_ids", LENGTH | RANGE | NEEDED, 0, 1, 0),
    WEIGHTS("target_weights", LENGTH | NEEDED, 1.5f, -2, 0.25f),
    ONE_INT("n_targets", RANGE, 2),
    ONE_TEXT("post_transform", "NONE"),
    ONE_TEXT("aggregate_function", "SUM"),
};

static const attribute classifier[] = {
    NODES,
    VOTES("class_treeids", LENGTH | RANGE | NEEDED, 0, 0, 0),
    VOTES("class_nodeids", LENGTH | RANGE | NEEDED, 2, 3, 4),
    VOTES("class_ids", LENGTH | RANGE | NEEDED, 0, 1, 2),
    WEIGHTS("class_weights", LENGTH | NEEDED, 1.5f, 2, 0.25f),
    VOTES("classlabels_int64s", NEEDED, 7, 8, 9),
    ONE_TEXT("post_transform", "SOFTMAX"),
};

/* TreeEnsemble keeps floats in tensors, so the spoiling of those is in models_graph.c. */
static const attribute modern[] = {
    {"nodes_featureids", KIND_INTS, LENGTH | RANGE | NEEDED, 2, {2, 0}, {0}, {0}},
    {"nodes_truenodeids", KIND_INTS, LENGTH | RANGE | NEEDED, 2, {1, 1}, {0}, {0}},
    {"nodes_trueleafs", KIND_INTS, LENGTH | NEEDED, 2, {0, 1}, {0}, {0}},
    {"nodes_falsenodeids", KIND_INTS, LENGTH | RANGE | NEEDED, 2, {0, 2}, {0}, {0}},
    {"nodes_falseleafs", KIND_INTS, LENGTH | NEEDED, 2, {1, 1}, {0}, {0}},
    {"leaf_targetids", KIND_INTS, LENGTH | RANGE | NEEDED, 3, {0, 1, 0}, {0}, {0}},
    {"tree_roots", KIND_INTS, RANGE, 1, {0}, {0}, {0}},
    {"n_targets", KIND_INT, RANGE | NEEDED, 1, {2}, {0}, {0}},
    {"post_transform", KIND_INT, RANGE, 1, {0}, {0}, {0}},
    {"aggregate_function", KIND_INT, RANGE, 1, {1}, {0}, {0}},
};

/* ---- Spoiling -------------------------------------------------------------------------------- */

enum {
    LEFT_OUT,
    ONE_FEWER,
    ONE_MORE,
    EMPTY,
    OTHER_KIND,
    HUGE_FIRST,
    NEGATIVE_FIRST,
    WRAPPED_FIRST, /* equal to the right value when it is cut to 32 bits */
    ODD_LAST,
    ALL_THE_SAME,
    TWICE,
    TYPE_LIES,
    N_SPOILS
};

static int64_t spoil_int(int64_t value, int spoil, size_t i, size_t n) {
    if (spoil == HUGE_FIRST && i == 0) return INT64_MAX;
    if (spoil == NEGATIVE_FIRST && i == 0) return INT64_MIN;
    if (spoil == WRAPPED_FIRST && i == 0) return value + (INT64_C(1) << 32);
    if (spoil == ODD_LAST && i == n - 1) return -1;
    return spoil == ALL_THE_SAME ? 1 : value;
}

static float spoil_float(float value, int spoil, size_t i, size_t n) {
    if (spoil == HUGE_FIRST && i == 0) return INFINITY;
    if (spoil == NEGATIVE_FIRST && i == 0) return -INFINITY;
    if (spoil == WRAPPED_FIRST && i == 0) return 3.4e38f;
    if (spoil == ODD_LAST && i == n - 1) return NAN;
    return spoil == ALL_THE_SAME ? -0.0f : value;
}

static const char *spoil_text(const char *text, int spoil, size_t i, size_t n) {
    if (spoil == HUGE_FIRST && i == 0) return "BRANCH_LEQ_OR_WHATEVER_ELSE_COMES_TO_SOMEONES_MIND";
    if (spoil == NEGATIVE_FIRST && i == 0) return "\033[31m\xff\xfe";
    if (spoil == WRAPPED_FIRST && i == 0) return "leaf";
    if (spoil == ODD_LAST && i == n - 1) return "";
    return spoil == ALL_THE_SAME ? "BRANCH_EQ" : text;
}

static void put_list(wire_builder *node, const attribute *a, int spoil) {
    size_t n = a->n;
    int64_t ints[N_ROWS + 1];
    float floats[N_ROWS + 1];
    const char *texts[N_ROWS + 1];
    for (size_t i = 0; i < N_ROWS + 1; i++) {
        size_t from = i < a->n ? i : 0;
        ints[i] = spoil_int(a->ints[from], spoil, i, n);
        floats[i] = spoil_float(a->floats[from], spoil, i, n);
        texts[i] = spoil_text(a->kind == KIND_STRINGS ? a->texts[from] : "x", spoil, i, n);
    }
    if (spoil == ONE_FEWER) n--;
    if (spoil == ONE_MORE) n++;
    if (spoil == EMPTY) n = 0;
    if (a->kind == KIND_INTS) onnx_ints(node, &packed, a->name, ints, n);
    if (a->kind == KIND_FLOATS) onnx_floats(node, &packed, a->name, floats, n);
    if (a->kind == KIND_STRINGS) onnx_strings(node, &packed, a->name, texts, n);
}

static void put_spoiled(wire_builder *node, const attribute *a, int spoil) {
    static const float halves[] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    if (spoil == LEFT_OUT) return;
    if (spoil == OTHER_KIND) {
        if (a->kind == KIND_FLOATS)
            onnx_ints(node, &packed, a->name, a->ints, a->n);
        else
            onnx_floats(node, &packed, a->name, halves, a->n);
    } else if (spoil == TYPE_LIES) {
        wire_builder lie = {0};
        wire_text(&lie, 1, a->name);
        wire_ints_packed(&lie, 8, a->ints, a->n);
        wire_int(&lie, 20, a->kind == KIND_INTS ? KIND_STRINGS : KIND_TENSOR);
        wire_message(node, 5, &lie);
    } else if (a->kind == KIND_INT) {
        onnx_int(node, &packed, a->name, spoil_int(a->ints[0], spoil, 0, 1));
    } else if (a->kind == KIND_STRING) {
        onnx_string(node, &packed, a->name, spoil_text(a->texts[0], spoil, 0, 1));
    } else {
        put_list(node, a, spoil);
    }
    if (spoil == TWICE) put_list(node, a, EMPTY);
}

/* Every attribute in turn, every way in turn. */
static void put_ensemble(wire_builder *node, const attribute *list, size_t n_attributes,
                         int variant) {
    const size_t spoiled = (size_t)variant / N_SPOILS;
    for (size_t i = 0; i < n_attributes; i++)
        put_spoiled(node, &list[i], i == spoiled ? variant % N_SPOILS : N_SPOILS);
}

static void put_regressor(wire_builder *file, int variant) {
    wire_builder node = {0};
    put_ensemble(&node, regressor, HOSTILE_COUNT(regressor), variant);
    put_one_node(file, "TreeEnsembleRegressor", "ai.onnx.ml", &node);
}

void models_put_good(wire_builder *file) {
    put_regressor(file, (int)HOSTILE_COUNT(regressor) * N_SPOILS);
}

void models_build_good(wire_builder *file, int variant) {
    (void)variant;
    models_put_good(file);
}

static void put_classifier(wire_builder *file, int variant) {
    wire_builder node = {0}, graph = {0};
    put_ensemble(&node, classifier, HOSTILE_COUNT(classifier), variant);
    put_node(&graph, 1, "TreeEnsembleClassifier", "ai.onnx.ml", "X", "label Y", &node);
    put_model(file, &graph);
}

static void put_modern(wire_builder *file, int variant) {
    static const float splits[] = {0.5f, -1.25f}, weights[] = {1.5f, -2, 0.25f};
    static const uint8_t modes[] = {0, 1};
    wire_builder node = {0}, graph = {0}, tensor = {0};
    put_ensemble(&node, modern, HOSTILE_COUNT(modern), variant);
    onnx_tensor_head(&tensor, NULL, TYPE_FLOAT, 2);
    wire_floats(&tensor, 4, splits, 2, WIRE_PACKED);
    onnx_tensor(&node, &packed, "nodes_splits", &tensor);
    onnx_tensor_head(&tensor, NULL, TYPE_FLOAT, 3);
    wire_floats(&tensor, 4, weights, 3, WIRE_PACKED);
    onnx_tensor(&node, &packed, "leaf_weights", &tensor);
    onnx_tensor_head(&tensor, NULL, TYPE_UINT8, 2);
    wire_blob(&tensor, 9, modes, 2);
    onnx_tensor(&node, &packed, "nodes_modes", &tensor);
    put_node(&graph, 1, "TreeEnsemble", "ai.onnx.ml", "X", "Y", &node);
    wire_text(&graph, 2, "graph");
    onnx_value(&graph, 11, "X", 3);
    onnx_value(&graph, 12, "Y", 2);
    wire_int(file, 1, 10);
    onnx_opset(file, "", 21);
    onnx_opset(file, "ai.onnx.ml", 5);
    wire_message(file, 7, &graph);
}

/* ---- What must be refused -------------------------------------------------------------------- */

static int must_be_refused(const attribute *a, int spoil) {
    switch (spoil) {
    case LEFT_OUT: return (a->strictness & NEEDED) != 0;
    case EMPTY: return a->n > 1 && (a->strictness & NEEDED) != 0;
    case ONE_FEWER:
    case ONE_MORE: return a->n > 1 && (a->strictness & LENGTH) != 0;
    case OTHER_KIND: return strcmp(a->name, "nodes_hitrates") != 0; /* which is never read */
    case HUGE_FIRST:
    case NEGATIVE_FIRST:
    case WRAPPED_FIRST: return (a->strictness & RANGE) != 0;
    default: return 0;
    }
}

/* The good ensemble is the variant behind the last spoiled one. */

static void run_family(hostile_judge *judge, const char *name, const attribute *list,
                       size_t n_attributes, void (*build)(wire_builder *, int)) {
    hostile_case good = {name, ACCEPTED, build, 1, 0};
    for (int i = 0; i < (int)n_attributes * N_SPOILS; i++) {
        const attribute *a = &list[i / N_SPOILS];
        char label[80];
        snprintf(label, sizeof label, "%s_%s", name, a->name);
        hostile_case spoiled = {label, must_be_refused(a, i % N_SPOILS) ? REFUSED : EITHER, build,
                                1, 0};
        hostile_run_variant(judge, &spoiled, i);
    }
    hostile_run_variant(judge, &good, (int)n_attributes * N_SPOILS);
}

void models_ensemble(hostile_judge *judge) {
    run_family(judge, "regressor", regressor, HOSTILE_COUNT(regressor), put_regressor);
    run_family(judge, "classifier", classifier, HOSTILE_COUNT(classifier), put_classifier);
    run_family(judge, "modern", modern, HOSTILE_COUNT(modern), put_modern);
}
