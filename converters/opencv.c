/*
 * Models of OpenCV's ml module that are trees: RTrees, Boost and DTrees, saved as YAML, XML or
 * JSON. What the model is and which variables it has is read here, single trees in opencv_tree.c.
 *
 * x equal to FLT_MAX is OpenCV's mark for a missing value, which it replaces by missing_subst; to
 * the converted model it is a number.
 */
#include <string.h>

#include "../runtime/status.h"
#include "document.h"
#include "opencv_tree.h"
#include "trainer.h"

typedef enum model_kind { KIND_RTREES, KIND_BOOST, KIND_DTREES } model_kind;

typedef struct reading {
    const ortl__trainer_source *source;
    ortl_builder *builder;
    ortl__document document;
    ortl__arena arena;
    model_kind kind;
    int is_classifier;
    int64_t format;
    int64_t n_variables; /* var_all: all of them, the response too */
    int64_t n_trees;     /* ntrees; -1: not given */
    size_t model_at;     /* in the file, for messages */
    size_t trees_at;     /* in the file, 0: not met */
    ortl__opencv_variables variables;
    ortl__opencv_trees trees;
} reading;

/* X(KIND, key in the file, objective) */
#define KINDS(X)                                                                                   \
    X(KIND_RTREES, "opencv_ml_rtrees", "RTrees")                                                   \
    X(KIND_BOOST, "opencv_ml_boost", "Boost")                                                      \
    X(KIND_DTREES, "opencv_ml_dtree", "DTrees")

static const char *objective_of(model_kind kind) {
#define NAME(id, key, objective) objective,
    static const char *const names[] = {KINDS(NAME)};
#undef NAME
    return names[kind];
}

static ortl_status fail(reading *r, ortl_status status, const char *message) {
    return ortl__document_fail(&r->document, r->model_at, status, "%s", message);
}

/* ---- Which model is it? ---------------------------------------------------------------------- */

static int find_kind(const ortl__token *key, model_kind *kind_out) {
#define TEST(id, text, objective)                                                                  \
    if (ortl__token_is(key, text)) {                                                               \
        *kind_out = id;                                                                            \
        return 1;                                                                                  \
    }
    KINDS(TEST)
#undef TEST
    return 0;
}

/* Enters the model, which is the file's first key. */
static int enter_model(reading *r) {
    ortl__document *document = &r->document;
    ortl__token key;
    int n_shown;
    if (!ortl__document_enter(document, ORTL__TOKEN_OBJECT)) return 0;
    if (!ortl__document_key(document, &key)) {
        fail(r, ORTL_BAD_MODEL, "the file is empty");
        return 0;
    }
    r->model_at = key.offset;
    if (find_kind(&key, &r->kind)) return ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    n_shown = (int)(key.n_bytes < 40 ? key.n_bytes : 40);
    ortl__document_fail(document, key.offset, ORTL_UNSUPPORTED,
                        "\"%.*s\" is no tree model; those of OpenCV 3 and 4 are opencv_ml_rtrees, "
                        "opencv_ml_boost and opencv_ml_dtree",
                        n_shown, key.text);
    return 0;
}

/* ---- Its parameters -------------------------------------------------------------------------- */

/* X(key, list of the variables) */
#define LISTS(X)                                                                                   \
    X("var_idx", idx)                                                                              \
    X("var_type", type)                                                                            \
    X("cat_ofs", offsets)                                                                          \
    X("cat_map", map)                                                                              \
    X("class_labels", labels)

static ortl__integers *find_list(reading *r, const ortl__token *key) {
#define TEST(text, list)                                                                           \
    if (ortl__token_is(key, text)) return &r->variables.list;
    LISTS(TEST)
#undef TEST
    return NULL;
}

static void read_number(reading *r, const ortl__token *key) {
    ortl__document *document = &r->document;
    if (ortl__token_is(key, "is_classifier"))
        r->is_classifier = ortl__document_integer(document) != 0;
    else if (ortl__token_is(key, "global_var_idx"))
        r->variables.is_global = ortl__document_integer(document) != 0;
    else if (ortl__token_is(key, "format"))
        r->format = ortl__document_integer(document);
    else if (ortl__token_is(key, "var_all"))
        r->n_variables = ortl__document_integer(document);
    else if (ortl__token_is(key, "ntrees"))
        r->n_trees = ortl__document_integer(document);
    else
        ortl__document_skip(document);
}

/* The trees are stepped over until everything else is known. */
static void read_parameters(reading *r) {
    ortl__document *document = &r->document;
    const char *trees_key = r->kind == KIND_DTREES ? "nodes" : "trees";
    ortl__token key;
    while (ortl__document_key(document, &key)) {
        ortl__integers *list = find_list(r, &key);
        if (list) {
            list->n = 0;
            ortl__opencv_add_integers(document, r->source->memory, list);
        } else if (ortl__token_is(&key, trees_key)) {
            r->trees_at = document->at;
            ortl__document_skip(document);
        } else {
            read_number(r, &key);
        }
    }
}

/* ---- Variables ------------------------------------------------------------------------------- */

/* In which column of a row is each variable? Of a model that was trained on a part of the
 * variables, OpenCV's predict wants rows of all columns, but reads variable var_idx[i] from column
 * i. */
static void find_columns(reading *r) {
    ortl__opencv_variables *v = &r->variables;
    ortl__document *document = &r->document;
    document->status =
        ortl__arena_new(&r->arena, v->type.n, sizeof *v->columns, &v->columns, document->error);
    if (document->status != ORTL_OK) return;
    for (uint64_t i = 0; i < v->type.n; i++)
        v->columns[i] = v->idx.n > 0 || i + 1 == v->type.n ? -1 : (int64_t)i;
    for (uint64_t i = 0; i < v->idx.n; i++) {
        int64_t variable = v->idx.items[i];
        if (variable < 0 || (uint64_t)variable >= v->type.n) {
            fail(r, ORTL_BAD_MODEL, "var_idx names a variable that var_type does not have");
            return;
        }
        v->columns[variable] = (int64_t)i;
    }
}

static ortl_status check_parameters(reading *r) {
    const ortl__opencv_variables *v = &r->variables;
    if (r->document.status != ORTL_OK) return r->document.status;
    if (r->format < 3)
        return fail(r, ORTL_UNSUPPORTED,
                    "saved by OpenCV 2; load it with OpenCV 3 and save it again");
    if (r->trees_at == 0) return fail(r, ORTL_BAD_MODEL, "the model has no trees");
    if (r->n_variables < 2 || v->type.n != (uint64_t)r->n_variables)
        return fail(r, ORTL_BAD_MODEL, "var_type has not var_all items, the last for the response");
    if (r->is_classifier && v->labels.n < 2)
        return fail(r, ORTL_UNSUPPORTED, "trained on less than two classes: nothing to predict");
    if (r->kind == KIND_BOOST && (!r->is_classifier || v->labels.n != 2))
        return fail(r, ORTL_BAD_MODEL, "a Boost model has two class_labels");
    return ORTL_OK;
}

/* ---- What it predicts ------------------------------------------------------------------------ */

/* RTrees and DTrees classify by votes, the first of several classes with the most votes wins; a
 * Boost model is its second class when the sum is above 0. */
static void describe(reading *r) {
    const ortl__opencv_variables *v = &r->variables;
    ortl__document *document = &r->document;
    ortl_model model = ORTL_MODEL_INIT;
    model.trainer = "opencv";
    model.objective = objective_of(r->kind);
    model.n_features = (size_t)(v->type.n - 1);
    if (r->is_classifier) {
        model.n_classes = (size_t)v->labels.n;
        model.class_values = v->labels.items;
    }
    if (r->kind == KIND_BOOST) {
        model.task = ORTL_TASK_CLASS;
    } else if (r->is_classifier) {
        model.task = ORTL_TASK_CLASSIFICATION;
        model.link = ORTL_LINK_VOTES;
        model.n_targets = model.n_classes;
    } else {
        model.scale = 1.0 / (double)r->trees.n_trees;
    }
    ortl__document_fail_within(document, r->model_at,
                               ortl_builder_model(r->builder, &model, document->error));
}

/* ---- Trees ----------------------------------------------------------------------------------- */

/* An item of "trees": an object whose "nodes" are the tree. */
static void read_wrapped_tree(reading *r) {
    ortl__document *document = &r->document;
    ortl__token key;
    if (!ortl__document_enter(document, ORTL__TOKEN_OBJECT)) return;
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "nodes"))
            ortl__opencv_read_tree(&r->trees);
        else
            ortl__document_skip(document);
    }
}

static void read_trees(reading *r) {
    ortl__document *document = &r->document;
    ortl__document_return(document, r->trees_at);
    r->trees.document = document;
    r->trees.builder = r->builder;
    r->trees.memory = r->source->memory;
    r->trees.variables = &r->variables;
    r->trees.leaf =
        r->is_classifier && r->kind != KIND_BOOST ? ORTL__OPENCV_VOTE : ORTL__OPENCV_SUM;
    if (r->kind == KIND_DTREES) {
        ortl__opencv_read_tree(&r->trees);
        return;
    }
    if (!ortl__document_enter(document, ORTL__TOKEN_ARRAY)) return;
    while (ortl__document_item(document)) read_wrapped_tree(r);
    if (r->n_trees >= 0 && (uint64_t)r->n_trees != r->trees.n_trees)
        ortl__document_fail(document, r->model_at, ORTL_BAD_MODEL, "ntrees is %lld, there are %llu",
                            (long long)r->n_trees, (unsigned long long)r->trees.n_trees);
    if (r->trees.n_trees == 0) fail(r, ORTL_BAD_MODEL, "the model has no trees");
}

/* ---- The file -------------------------------------------------------------------------------- */

static void open_document(reading *r, ortl_error *error) {
    const unsigned char *bytes = r->source->bytes;
    size_t n_bytes = r->source->n_bytes, at = 0;
    while (at < n_bytes && (bytes[at] == ' ' || (bytes[at] >= '\t' && bytes[at] <= '\r'))) at++;
    if (at < n_bytes && bytes[at] == '{')
        ortl__document_json(&r->document, r->source->memory, bytes, n_bytes, error);
    else if (at < n_bytes && bytes[at] == '<')
        ortl__document_xml(&r->document, bytes, n_bytes, error);
    else
        ortl__document_yaml(&r->document, bytes, n_bytes, error);
}

static void free_lists(reading *r) {
#define FREE(key, list) ortl__integers_free(&r->variables.list, r->source->memory);
    LISTS(FREE)
#undef FREE
    ortl__opencv_trees_free(&r->trees);
    ortl__arena_free(&r->arena);
}

/* The whole file is read once up to its end, and then the trees again. */
static void read_document(reading *r) {
    ortl__document *document = &r->document;
    ortl__token key;
    if (!enter_model(r)) return;
    read_parameters(r);
    while (ortl__document_key(document, &key)) ortl__document_skip(document);
    ortl__document_finish(document);
    if (check_parameters(r) == ORTL_OK) find_columns(r);
    if (document->status == ORTL_OK) read_trees(r);
    if (document->status == ORTL_OK) describe(r);
}

static ortl_status read_model(const ortl__trainer_source *source, ortl_builder *builder,
                              ortl_error *error) {
    reading r = {.source = source, .builder = builder, .n_trees = -1};
    r.trees.memory = source->memory;
    ortl__arena_init(&r.arena, source->memory);
    open_document(&r, error);
    read_document(&r);
    ortl__document_close(&r.document);
    free_lists(&r);
    return r.document.status;
}

/* ---- Is it one? ------------------------------------------------------------------------------ */

/* Models of the module that are no trees, and the names of OpenCV 2, are claimed too, to be refused
 * with the reason. */
static int sniff(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes) {
    (void)file_bytes;
    if (ortl__trainer_mentions(bytes, n_bytes, "opencv_ml_") ||
        ortl__trainer_mentions(bytes, n_bytes, "opencv-ml-"))
        return 2;
    return ortl__trainer_mentions(bytes, n_bytes, "<opencv_storage>") ||
           ortl__trainer_mentions(bytes, n_bytes, "%YAML:1.0");
}

const ortl__trainer ortl__trainer_opencv = {"opencv", "YAML, XML, JSON", ORTL_FLOAT, sniff,
                                            read_model};
