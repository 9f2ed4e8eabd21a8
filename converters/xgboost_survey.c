/*
 * XGBoost model files, everything but the trees: tables say which keys are wanted at which place.
 * The order of keys is free, and unknown ones are stepped over.
 */
#include <stddef.h>

#include "../runtime/number.h"
#include "xgboost.h"

typedef enum field_kind {
    FIELD_OBJECT,   /* with fields of its own */
    FIELD_TEXT,     /* const char * */
    FIELD_INTEGER,  /* int64_t, in the file a number or a text with one */
    FIELD_INTEGERS, /* ortl__integers */
    FIELD_FLOATS,   /* ortl__floats */
    FIELD_NAMES,    /* feature names */
    FIELD_TREES,    /* noted for later */
    FIELD_ENCODER   /* categories of the training data by name */
} field_kind;

typedef struct field {
    const char *key;
    field_kind kind;
    size_t member;              /* offset in ortl__xgboost */
    const struct field *fields; /* (n_fields) OBJECT */
    size_t n_fields;
} field;

#define MEMBER(name)  offsetof(ortl__xgboost, name)
#define FIELDS(table) 0, table, sizeof table / sizeof *(table)
#define NO_FIELDS     0, NULL, 0

static const field tree_model_param[] = {
    {"num_parallel_tree", FIELD_INTEGER, MEMBER(n_parallel), NULL, 0}};

static const field encoder[] = {{"enc", FIELD_ENCODER, NO_FIELDS}};

static const field model[] = {{"gbtree_model_param", FIELD_OBJECT, FIELDS(tree_model_param)},
                              {"tree_info", FIELD_INTEGERS, MEMBER(tree_info), NULL, 0},
                              {"iteration_indptr", FIELD_INTEGERS, MEMBER(rounds), NULL, 0},
                              {"weight_drop", FIELD_FLOATS, MEMBER(weight_drop), NULL, 0},
                              {"boosted_rounds", FIELD_INTEGER, MEMBER(n_rounds), NULL, 0},
                              {"weights", FIELD_FLOATS, MEMBER(weights), NULL, 0},
                              {"trees", FIELD_TREES, NO_FIELDS},
                              {"cats", FIELD_OBJECT, FIELDS(encoder)}};

static const field inner_booster[] = {{"model", FIELD_OBJECT, FIELDS(model)}};

static const field booster[] = {{"name", FIELD_TEXT, MEMBER(booster), NULL, 0},
                                {"model", FIELD_OBJECT, FIELDS(model)},
                                {"gbtree", FIELD_OBJECT, FIELDS(inner_booster)}, /* of dart */
                                {"weight_drop", FIELD_FLOATS, MEMBER(weight_drop), NULL, 0}};

static const field attributes[] = {{"best_iteration", FIELD_TEXT, MEMBER(best_iteration), NULL, 0},
                                   {"best_ntree_limit", FIELD_TEXT, MEMBER(best_limit), NULL, 0},
                                   {"best_score", FIELD_TEXT, MEMBER(best_score), NULL, 0}};

static const field learner_param[] = {
    {"base_score", FIELD_TEXT, MEMBER(base_score), NULL, 0},
    {"boost_from_average", FIELD_INTEGER, MEMBER(estimates_base), NULL, 0},
    {"num_class", FIELD_INTEGER, MEMBER(n_classes), NULL, 0},
    {"num_feature", FIELD_INTEGER, MEMBER(n_features), NULL, 0},
    {"num_target", FIELD_INTEGER, MEMBER(n_labels), NULL, 0}};

static const field objective[] = {{"name", FIELD_TEXT, MEMBER(objective_name), NULL, 0}};

static const field learner[] = {{"attributes", FIELD_OBJECT, FIELDS(attributes)},
                                {"feature_names", FIELD_NAMES, NO_FIELDS},
                                {"gradient_booster", FIELD_OBJECT, FIELDS(booster)},
                                {"learner_model_param", FIELD_OBJECT, FIELDS(learner_param)},
                                {"objective", FIELD_OBJECT, FIELDS(objective)}};

static const field root[] = {{"learner", FIELD_OBJECT, FIELDS(learner)},
                             {"version", FIELD_INTEGERS, MEMBER(version), NULL, 0}};

/* ---- One field ------------------------------------------------------------------------------- */

int64_t ortl__xgboost_integer(ortl__document *document) {
    ortl__token token = ortl__document_next(document);
    int64_t value = 0;
    if (token.kind != ORTL__TOKEN_TEXT) return ortl__token_integer(document, &token);
    if (ortl__number_read_int64(token.text, token.n_bytes, &value) != token.n_bytes ||
        token.n_bytes == 0)
        ortl__document_fail(document, token.offset, ORTL_BAD_MODEL,
                            "expected a whole number in quotes");
    return value;
}

static void read_names(ortl__xgboost *x) {
    ortl__document *document = &x->document;
    x->n_names = 0;
    if (!ortl__document_enter(document, ORTL__TOKEN_ARRAY)) return;
    while (ortl__document_item(document)) {
        const char *name = ortl__document_text(document, &x->arena);
        if (document->status == ORTL_OK)
            document->status = ortl__memory_grow(x->source->memory, &x->names, &x->name_capacity,
                                                 x->n_names + 1, sizeof *x->names, document->error);
        if (document->status == ORTL_OK) x->names[x->n_names++] = name;
    }
}

static void note_trees(ortl__xgboost *x) {
    x->trees_at = x->document.at;
    x->n_trees = ortl__document_count(&x->document);
}

/* A list of one encoder for each feature, which has no values when the feature is a number. */
static void read_encoder(ortl__xgboost *x) {
    ortl__document *document = &x->document;
    ortl__token key;
    if (!ortl__document_enter(document, ORTL__TOKEN_ARRAY)) return;
    while (ortl__document_item(document)) {
        if (!ortl__document_enter(document, ORTL__TOKEN_OBJECT)) return;
        while (ortl__document_key(document, &key))
            if (ortl__token_is(&key, "values"))
                x->n_categories += ortl__document_count(document);
            else
                ortl__document_skip(document);
    }
}

static void read_object(ortl__xgboost *x, const field *fields, size_t n_fields);

static void read_field(ortl__xgboost *x, const field *f) {
    void *member = (unsigned char *)x + f->member;
    ortl__document *document = &x->document;
    switch (f->kind) {
    case FIELD_OBJECT: read_object(x, f->fields, f->n_fields); break;
    case FIELD_TEXT: *(const char **)member = ortl__document_text(document, &x->arena); break;
    case FIELD_INTEGER: *(int64_t *)member = ortl__xgboost_integer(document); break;
    case FIELD_INTEGERS:
        ortl__document_integers(document, x->source->memory, (ortl__integers *)member);
        break;
    case FIELD_FLOATS:
        ortl__document_floats(document, x->source->memory, (ortl__floats *)member);
        break;
    case FIELD_NAMES: read_names(x); break;
    case FIELD_TREES: note_trees(x); break;
    case FIELD_ENCODER: read_encoder(x); break;
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* As deep as the tables, whatever the file holds. */
static void read_object(ortl__xgboost *x, const field *fields, size_t n_fields) {
    ortl__token key;
    if (!ortl__document_enter(&x->document, ORTL__TOKEN_OBJECT)) return;
    while (ortl__document_key(&x->document, &key)) {
        size_t i = 0;
        while (i < n_fields && !ortl__token_is(&key, fields[i].key)) i++;
        if (i < n_fields)
            read_field(x, &fields[i]);
        else
            ortl__document_skip(&x->document);
    }
}

int ortl__xgboost_is_before(const ortl__xgboost *x, int64_t major, int64_t minor) {
    const int64_t *version = x->version.items;
    if (x->version.n < 2) return 0;
    return version[0] < major || (version[0] == major && version[1] < minor);
}

ortl_status ortl__xgboost_survey(ortl__xgboost *x) {
    x->n_labels = 1;
    read_object(x, root, sizeof root / sizeof *root);
    return ortl__document_finish(&x->document);
}
