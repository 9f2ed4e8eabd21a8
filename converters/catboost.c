/*
 * CatBoost's JSON models (save_model(..., format="json")): where the parts are, the loss function
 * and what it makes of the raw scores. Features are read in catboost_features.c, class labels in
 * catboost_labels.c, trees in catboost_tree.c.
 */
#include <string.h>

#include "../runtime/number.h"
#include "../runtime/status.h"
#include "catboost_features.h"
#include "catboost_labels.h"
#include "catboost_tree.h"
#include "trainer.h"

/* X(PART, key) */
#define PARTS(X)                                                                                   \
    X(FEATURES, "features_info")                                                                   \
    X(INFO, "model_info")                                                                          \
    X(OBLIVIOUS, "oblivious_trees")                                                                \
    X(NESTED, "trees")                                                                             \
    X(SCALE, "scale_and_bias")

#define ENUM(part, key) PART_##part,
#define TEXT(part, key) key,
enum part { PARTS(ENUM) N_PARTS };
static const char *const part_keys[] = {PARTS(TEXT)};
#undef ENUM
#undef TEXT

/* What a loss function makes of the raw scores. */
typedef enum meaning {
    MEANING_VALUES,  /* they are the prediction: every loss that is not in LOSSES */
    MEANING_BINARY,  /* one score for two classes */
    MEANING_CLASSES, /* one score for each class */
    MEANING_LABELS   /* one score for each of several labels, which do not exclude each other */
} meaning;

/* X(loss function, meaning, link) */
#define LOSSES(X)                                                                                  \
    X("Poisson", MEANING_VALUES, ORTL_LINK_EXP)                                                    \
    X("Tweedie", MEANING_VALUES, ORTL_LINK_EXP)                                                    \
    X("RMSEWithUncertainty", MEANING_VALUES, ORTL_LINK_MEAN_VARIANCE)                              \
    X("Logloss", MEANING_BINARY, ORTL_LINK_SIGMOID)                                                \
    X("CrossEntropy", MEANING_BINARY, ORTL_LINK_SIGMOID)                                           \
    X("Focal", MEANING_BINARY, ORTL_LINK_SIGMOID)                                                  \
    X("MultiClass", MEANING_CLASSES, ORTL_LINK_SOFTMAX)                                            \
    X("MultiClassOneVsAll", MEANING_CLASSES, ORTL_LINK_SIGMOID)                                    \
    X("MultiLogloss", MEANING_LABELS, ORTL_LINK_SIGMOID)                                           \
    X("MultiCrossEntropy", MEANING_LABELS, ORTL_LINK_SIGMOID)

typedef struct loss {
    const char *name;
    meaning its_meaning;
    ortl_link link;
} loss;

typedef struct reading {
    const ortl__trainer_source *source;
    ortl_builder *builder;
    ortl__document document;
    ortl__arena arena;
    size_t parts[N_PARTS]; /* offset in the file, 0: it has none */
    const char *version;   /* NULL: unknown */
    const char *loss_name; /* NULL: unknown */
    loss loss;
    ortl__catboost_features features;
    ortl__catboost_labels labels;
    double scale;
    ortl__doubles bias;
    ortl__doubles base; /* (raw scores of the builder) */
    ortl__catboost_trees trees;
} reading;

/* ---- Where the parts are --------------------------------------------------------------------- */

static void find_parts(reading *r) {
    ortl__document *document = &r->document;
    ortl__token key;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        for (size_t i = 0; i < N_PARTS; i++)
            if (ortl__token_is(&key, part_keys[i])) r->parts[i] = document->at;
        ortl__document_skip(document);
    }
    ortl__document_finish(document);
    if (r->parts[PART_FEATURES] == 0)
        ortl__document_fail(document, 0, ORTL_BAD_MODEL, "the model has no features_info");
    if ((r->parts[PART_OBLIVIOUS] == 0) == (r->parts[PART_NESTED] == 0))
        ortl__document_fail(document, 0, ORTL_BAD_MODEL,
                            "expected either oblivious_trees or trees");
}

/* ---- model_info ------------------------------------------------------------------------------ */

/* The text at offset. */
static const char *text_at(reading *r, size_t offset) {
    ortl__document_return(&r->document, offset);
    return ortl__document_text(&r->document, &r->arena);
}

static size_t find(reading *r, size_t object, const char *name) {
    return object > 0 ? ortl__catboost_find(&r->document, object, name) : 0;
}

/* Sums of models keep their loss function as JSON in a text. */
static const char *read_quoted_loss(reading *r, size_t offset) {
    const char *text = text_at(r, offset), *name = NULL;
    ortl__document inner;
    size_t type;
    if (!text) return NULL;
    ortl__document_json(&inner, r->source->memory, text, strlen(text), NULL);
    type = ortl__catboost_find(&inner, 0, "type");
    if (type > 0) {
        ortl__document_return(&inner, type);
        name = ortl__document_text(&inner, &r->arena);
    }
    ortl__document_close(&inner);
    if (!name)
        ortl__document_fail(&r->document, offset, ORTL_BAD_MODEL,
                            "expected JSON with a \"type\" in the text of loss_function");
    return name;
}

static const char *read_loss_name(reading *r, size_t info) {
    size_t offset = find(r, find(r, info, "params"), "loss_function");
    size_t type = find(r, offset, "type");
    if (type > 0) return text_at(r, type);
    offset = r->document.status == ORTL_OK ? find(r, info, "loss_function") : 0;
    return offset > 0 ? read_quoted_loss(r, offset) : NULL;
}

/* Without a known loss function the raw scores are the prediction, as in CatBoost itself. */
static void find_loss(reading *r) {
#define ROW(name, its_meaning, its_link) {name, its_meaning, its_link},
    static const loss losses[] = {LOSSES(ROW)};
#undef ROW
    r->loss = (loss){NULL, MEANING_VALUES, ORTL_LINK_IDENTITY};
    for (size_t i = 0; r->loss_name && i < sizeof losses / sizeof *losses; i++)
        if (strcmp(losses[i].name, r->loss_name) == 0) r->loss = losses[i];
}

/* "... Summary: CatBoost release 1.2.10. commit ..." */
static void read_version(reading *r, size_t info) {
    static const char mark[] = "CatBoost release ";
    size_t offset = find(r, info, "catboost_version_info"), n;
    const char *text = offset > 0 ? text_at(r, offset) : NULL;
    const char *begin = text ? strstr(text, mark) : NULL;
    if (!begin) return;
    begin += sizeof mark - 1;
    n = strspn(begin, "0123456789.");
    while (n > 0 && begin[n - 1] == '.') n--;
    if (n > 0)
        r->document.status = ortl__arena_text(&r->arena, begin, n, &r->version, r->document.error);
}

/* A threshold other than one half makes CatBoost's labels other than the greater probability. */
static void check_threshold(reading *r, size_t info) {
    size_t offset = find(r, info, "binclass_probability_threshold");
    const char *text = offset > 0 ? text_at(r, offset) : NULL;
    double threshold = 0;
    if (!text || r->loss.its_meaning != MEANING_BINARY) return;
    if (ortl__number_read_double(text, strlen(text), '.', &threshold) > 0 && threshold == 0.5)
        return;
    ortl__document_fail(&r->document, offset, ORTL_UNSUPPORTED,
                        "the probability threshold is %.20s, labels can be written for 0.5 alone; "
                        "reset it with set_probability_threshold(0.5)",
                        text);
}

static void read_info(reading *r) {
    size_t info = r->parts[PART_INFO];
    if (info == 0) {
        find_loss(r);
        return;
    }
    r->loss_name = read_loss_name(r, info);
    find_loss(r);
    if (r->document.status == ORTL_OK) read_version(r, info);
    if (r->document.status == ORTL_OK) check_threshold(r, info);
}

/* ---- Scale and bias -------------------------------------------------------------------------- */

/* [scale, bias] or [scale, [bias of each score]]. Files of older versions have neither. */
static void read_scale(reading *r) {
    ortl__document *document = &r->document;
    size_t offset = r->parts[PART_SCALE];
    r->scale = 1;
    if (offset == 0 || document->status != ORTL_OK) return;
    ortl__document_return(document, offset);
    ortl__document_enter(document, ORTL__TOKEN_ARRAY);
    r->scale = ortl__document_double(document);
    ortl__catboost_add_doubles(document, r->source->memory, &r->bias);
    if (document->status == ORTL_OK && ortl__document_item(document))
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "expected scale_and_bias to have two items");
    if (r->scale == 0)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL, "the scale of the sum is 0");
    if (r->bias.n > r->source->limits->outputs_per_row && document->status == ORTL_OK)
        document->status = ortl__fail_limit(document->error, "outputs_per_row",
                                            r->source->limits->outputs_per_row, r->bias.n);
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static void read_trees(reading *r) {
    ortl__catboost_trees *trees = &r->trees;
    trees->document = &r->document;
    trees->builder = r->builder;
    trees->features = &r->features;
    trees->dimension = r->bias.n;
    if (r->loss.its_meaning == MEANING_CLASSES) {
        trees->targets = r->labels.targets;
        trees->n_targets = r->labels.n;
    }
    if (r->document.status != ORTL_OK) return;
    if (r->parts[PART_OBLIVIOUS] > 0) {
        ortl__document_return(&r->document, r->parts[PART_OBLIVIOUS]);
        ortl__catboost_read_oblivious(trees);
    } else {
        ortl__document_return(&r->document, r->parts[PART_NESTED]);
        ortl__catboost_read_nested(trees);
    }
    if (trees->dimension == 0 && r->document.status == ORTL_OK)
        ortl__document_fail(&r->document, 0, ORTL_BAD_MODEL,
                            "neither trees nor bias tell how many scores there are");
}

/* ---- What it predicts ------------------------------------------------------------------------ */

/* A class without training rows has no score: its probability is 0, as in CatBoost. */
#define NEVER (-1e9)

static void make_base(reading *r, size_t n_targets) {
    ortl__document *document = &r->document;
    int has_labels = r->trees.targets != NULL;
    if (document->status == ORTL_OK)
        document->status = ortl__memory_new_zero(
            r->source->memory, n_targets, sizeof *r->base.items, &r->base.items, document->error);
    if (document->status != ORTL_OK) return;
    r->base.n = r->base.capacity = n_targets;
    for (size_t i = 0; i < n_targets && has_labels; i++) r->base.items[i] = NEVER;
    for (uint64_t i = 0; i < r->trees.dimension; i++)
        r->base.items[has_labels ? r->trees.targets[i] : i] = r->bias.n > 0 ? r->bias.items[i] : 0;
}

static void set_task(const reading *r, ortl_model *model) {
    static const ortl_task tasks[] = {ORTL_TASK_REGRESSION, ORTL_TASK_CLASSIFICATION,
                                      ORTL_TASK_CLASSIFICATION, ORTL_TASK_MULTILABEL};
    const ortl__catboost_labels *labels = &r->labels;
    model->task = tasks[r->loss.its_meaning];
    model->link = r->loss.link;
    model->n_targets = (size_t)r->trees.dimension;
    if (model->task != ORTL_TASK_CLASSIFICATION) return;
    model->n_classes = (size_t)labels->n;
    if (r->loss.its_meaning == MEANING_CLASSES) model->n_targets = model->n_classes;
    if (labels->is_text)
        model->class_names = labels->texts;
    else
        model->class_values = labels->values.items;
}

static void describe(reading *r) {
    ortl_model model = ORTL_MODEL_INIT;
    model.trainer = "catboost";
    model.trainer_version = r->version;
    model.objective = r->loss_name;
    model.n_features = (size_t)r->features.n_features;
    model.feature_names = r->features.names;
    model.scale = r->scale;
    set_task(r, &model);
    if (model.link == ORTL_LINK_MEAN_VARIANCE && model.n_targets != 2)
        ortl__document_fail(&r->document, r->parts[PART_SCALE], ORTL_BAD_MODEL,
                            "%.40s has two scores, found %llu", r->loss_name,
                            (unsigned long long)model.n_targets);
    make_base(r, model.n_targets);
    if (r->document.status != ORTL_OK) return;
    model.base = r->base.items;
    ortl__document_fail_within(&r->document, 0,
                               ortl_builder_model(r->builder, &model, r->document.error));
}

/* ---- The file -------------------------------------------------------------------------------- */

/* How many scores there are must be known before the labels are; files without bias are of times
 * when every class had one. */
static void read_labels(reading *r) {
    ortl__document *document = &r->document;
    int is_binary = r->loss.its_meaning == MEANING_BINARY;
    size_t info = r->parts[PART_INFO], params;
    if (document->status != ORTL_OK) return;
    if (!is_binary && r->loss.its_meaning != MEANING_CLASSES) return;
    if (is_binary ? r->bias.n > 1 : r->bias.n < 2) {
        ortl__document_fail(document, r->parts[PART_SCALE], ORTL_BAD_MODEL,
                            "the loss function %.40s with a bias for %llu scores", r->loss_name,
                            (unsigned long long)r->bias.n);
        return;
    }
    params = find(r, info, "class_params");
    ortl__catboost_read_labels(document, params, is_binary ? 1 : r->bias.n, &r->labels);
}

static void read_document(reading *r) {
    find_parts(r);
    if (r->document.status != ORTL_OK) return;
    ortl__document_return(&r->document, r->parts[PART_FEATURES]);
    ortl__catboost_read_features(&r->document, &r->features);
    if (r->document.status == ORTL_OK) read_info(r);
    read_scale(r);
    read_labels(r);
    read_trees(r);
    if (r->document.status == ORTL_OK) describe(r);
}

static ortl_status read_model(const ortl__trainer_source *source, ortl_builder *builder,
                              ortl_error *error) {
    reading r = {.source = source, .builder = builder};
    ortl__arena_init(&r.arena, source->memory);
    r.features.memory = r.labels.memory = r.trees.memory = source->memory;
    r.features.arena = r.labels.arena = &r.arena;
    ortl__document_json(&r.document, source->memory, source->bytes, source->n_bytes, error);
    read_document(&r);
    ortl__document_close(&r.document);
    ortl__memory_free(source->memory, r.bias.items, r.bias.capacity, sizeof *r.bias.items);
    ortl__memory_free(source->memory, r.base.items, r.base.capacity, sizeof *r.base.items);
    ortl__catboost_trees_free(&r.trees);
    ortl__catboost_labels_free(&r.labels);
    ortl__catboost_features_free(&r.features);
    ortl__arena_free(&r.arena);
    return r.document.status;
}

/* ---- Is it one? ------------------------------------------------------------------------------ */

/* CatBoost sorts the keys: ctr_data or features_info come first. */
static int sniff(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes) {
    (void)file_bytes;
    return ortl__trainer_mentions(bytes, n_bytes, "\"features_info\"") ||
                   ortl__trainer_mentions(bytes, n_bytes, "\"ctr_data\"") ||
                   ortl__trainer_mentions(bytes, n_bytes, "\"oblivious_trees\"")
               ? 2
               : 0;
}

const ortl__trainer ortl__trainer_catboost = {"catboost", "JSON", ORTL_FLOAT, sniff, read_model};
