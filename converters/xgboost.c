/*
 * XGBoost's model files, JSON and UBJSON, versions 1.0 to 3.4: finds out what the model means and
 * tells the builder. Reading is left to document.h, the rest of the file to xgboost_survey.c and
 * xgboost_tree.c.
 */
#include <stdio.h>
#include <string.h>

#include "../runtime/number.h"
#include "xgboost.h"

/* ---- Is it one? ------------------------------------------------------------------------------ */

static int begins_with(const unsigned char *bytes, size_t n_bytes, const char *start,
                       size_t n_start) {
    return n_bytes >= n_start && memcmp(bytes, start, n_start) == 0;
}

static size_t count_blanks(const unsigned char *bytes, size_t n_bytes) {
    size_t n = 0;
    while (n < n_bytes &&
           (bytes[n] == ' ' || bytes[n] == '\n' || bytes[n] == '\r' || bytes[n] == '\t'))
        n++;
    return n;
}

typedef enum file_form { FORM_UNKNOWN, FORM_JSON, FORM_UBJSON, FORM_BINARY } file_form;

/* The binary form of before 3.1 begins with "binf" in a file, a Python pickle holds
 * "CONFIG-offset:". */
static file_form find_form(const unsigned char *bytes, size_t n_bytes) {
    size_t n_blanks = count_blanks(bytes, n_bytes);
    if (begins_with(bytes, n_bytes, "binf", 4) || begins_with(bytes, n_bytes, "CONFIG-offset:", 14))
        return FORM_BINARY;
    if (begins_with(bytes, n_bytes, "{L\0", 3) || begins_with(bytes, n_bytes, "{i", 2) ||
        begins_with(bytes, n_bytes, "{U", 2) || begins_with(bytes, n_bytes, "{#", 2))
        return FORM_UBJSON;
    return n_blanks < n_bytes && bytes[n_blanks] == '{' ? FORM_JSON : FORM_UNKNOWN;
}

static int sniff(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes) {
    size_t first_key = count_blanks(bytes, n_bytes) + 1;
    (void)file_bytes;
    switch (find_form(bytes, n_bytes)) {
    case FORM_BINARY: return 2;
    case FORM_UBJSON: return ortl__trainer_mentions(bytes, n_bytes, "learner") ? 2 : 0;
    case FORM_JSON:
        first_key += count_blanks(bytes + first_key, n_bytes - first_key);
        if (begins_with(bytes + first_key, n_bytes - first_key, "\"learner\"", 9)) return 2;
        return ortl__trainer_mentions(bytes, n_bytes, "\"learner\"");
    case FORM_UNKNOWN: break;
    }
    return 0;
}

static ortl_status open_document(ortl__xgboost *x, ortl_error *error) {
    const ortl__trainer_source *source = x->source;
    switch (find_form(source->bytes, source->n_bytes)) {
    case FORM_JSON:
        ortl__document_json(&x->document, source->memory, source->bytes, source->n_bytes, error);
        return x->document.status;
    case FORM_UBJSON:
        ortl__document_ubjson(&x->document, source->bytes, source->n_bytes, error);
        return ORTL_OK;
    case FORM_BINARY:
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "byte 0: XGBoost's old binary format is not read; load it with the "
                          "XGBoost that wrote it and save it with bst.save_model(\"model.ubj\")");
    case FORM_UNKNOWN: break;
    }
    return ortl__fail(error, ORTL_BAD_MODEL, "byte 0: neither JSON nor UBJSON begins like this");
}

/* ---- What the model means -------------------------------------------------------------------- */

static ortl_status find_objective(ortl__xgboost *x, ortl_error *error) {
    if (!x->objective_name || !x->booster)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "learner.%s.name is missing: not a model file of XGBoost",
                          x->booster ? "objective" : "gradient_booster");
    x->objective = ortl__xgboost_find_objective(x->objective_name);
    if (x->objective) return ORTL_OK;
    return ortl__fail(error, ORTL_UNSUPPORTED, "the objective \"%s\" is not known",
                      x->objective_name);
}

static ortl_status count_targets(ortl__xgboost *x, ortl_error *error) {
    uint64_t limit = x->source->limits->outputs_per_row;
    int64_t n = x->n_classes > x->n_labels ? x->n_classes : x->n_labels;
    if (x->n_classes < 0 || x->n_labels < 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "num_class or num_target is negative");
    if (x->n_classes > 1 && x->n_labels > 1)
        return ortl__fail(error, ORTL_BAD_MODEL, "%lld classes and %lld targets at once",
                          (long long)x->n_classes, (long long)x->n_labels);
    if (n > 0 && (uint64_t)n > limit)
        return ortl__fail_limit(error, "outputs_per_row", limit, (uint64_t)n);
    x->n_targets = n > 0 ? (size_t)n : 1;
    return ORTL_OK;
}

static ortl_status check_features(const ortl__xgboost *x, ortl_error *error) {
    uint64_t limit = x->source->limits->features;
    if (x->n_features <= 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "num_feature is missing: the model is not fitted");
    if ((uint64_t)x->n_features > limit)
        return ortl__fail_limit(error, "features", limit, (uint64_t)x->n_features);
    if (x->n_names > 0 && x->n_names != (uint64_t)x->n_features)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu feature_names for %lld features",
                          (unsigned long long)x->n_names, (long long)x->n_features);
    if (x->n_categories > 0)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "it takes categories by name, which a table of numbers does not hold; to "
                          "convert it for their codes, remove \"cats\" from its JSON file");
    return ORTL_OK;
}

/* Objectives that make several outputs depend on each other, which no link does. */
static ortl_status check_outputs(const ortl__xgboost *x, ortl_error *error) {
    int sorts =
        strcmp(x->objective->name, "reg:quantileerror") == 0 && !ortl__xgboost_is_before(x, 3, 4);
    int stacks = strcmp(x->objective->name, "reg:expectileerror") == 0;
    if (strncmp(x->objective->name, "multi:", 6) == 0 && x->n_targets < 2)
        return ortl__fail(error, ORTL_BAD_MODEL, "%s with num_class %lld", x->objective->name,
                          (long long)x->n_classes);
    if (x->n_targets == 1 || !(sorts || stacks)) return ORTL_OK;
    return ortl__fail(error, ORTL_UNSUPPORTED,
                      "%s with %llu outputs, which this version of XGBoost %s; train one model for "
                      "each",
                      x->objective->name, (unsigned long long)x->n_targets,
                      sorts ? "sorts" : "adds up");
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

static ortl_status check_trees(const ortl__xgboost *x, ortl_error *error) {
    if (x->tree_info.n != x->n_trees)
        return ortl__fail(error, ORTL_BAD_MODEL, "tree_info has %llu elements for %llu trees",
                          (unsigned long long)x->tree_info.n, (unsigned long long)x->n_trees);
    if (x->weight_drop.n > 0 && x->weight_drop.n != x->n_trees)
        return ortl__fail(error, ORTL_BAD_MODEL, "weight_drop has %llu elements for %llu trees",
                          (unsigned long long)x->weight_drop.n, (unsigned long long)x->n_trees);
    return ORTL_OK;
}

/* Reads a number that is wholly text; -1 when there is none. */
static int64_t read_count(const char *text) {
    int64_t value = -1;
    if (text && ortl__number_read_int64(text, strlen(text), &value) != strlen(text)) value = -1;
    return value;
}

/* Where the rounds after n_rounds begin. Files since 2.0 say so, 1.6 and 1.7 how many trees a round
 * has, and before only best_ntree_limit does. */
static uint64_t count_trees(const ortl__xgboost *x, uint64_t n_rounds) {
    uint64_t n_targets = x->n_targets, n_trees = x->n_trees;
    int64_t per_target = read_count(x->best_limit), end;
    if (x->rounds.n > 0) {
        if (n_rounds >= x->rounds.n) return n_trees;
        end = x->rounds.items[n_rounds];
        return end >= 0 && (uint64_t)end < n_trees ? (uint64_t)end : n_trees;
    }
    if (x->n_parallel > 0 && n_rounds <= n_trees && (uint64_t)x->n_parallel <= n_trees)
        per_target = (int64_t)n_rounds * x->n_parallel; /* at most 2^32 each, by the file's bytes */
    if (per_target <= 0 || (uint64_t)per_target >= n_trees / n_targets) return n_trees;
    return (uint64_t)per_target * n_targets;
}

/* As the wrapper of scikit-learn predicts: up to and with the best iteration. */
static void choose_trees(ortl__xgboost *x) {
    int64_t best = read_count(x->best_iteration);
    x->n_used = x->n_trees;
    if (x->source->best_rounds_only && best >= 0) x->n_used = count_trees(x, (uint64_t)best + 1);
}

/* ---- Telling the builder --------------------------------------------------------------------- */

/* A binary objective with several targets is about as many labels. */
static ortl_status set_model(ortl__xgboost *x, ortl_builder *builder, const double *base,
                             ortl_error *error) {
    ortl_model model = ORTL_MODEL_INIT;
    char version[3 * ORTL__NUMBER_CHARS] = "";
    int is_binary = strncmp(x->objective->name, "binary:", 7) == 0;
    size_t used = 0;
    for (uint64_t i = 0; i < x->version.n && i < 3; i++)
        used += (size_t)snprintf(version + used, sizeof version - used, "%s%lld", i > 0 ? "." : "",
                                 (long long)x->version.items[i]);
    model.trainer = "xgboost";
    model.trainer_version = used > 0 ? version : NULL;
    model.objective = x->objective->name;
    model.n_features = (size_t)x->n_features;
    model.feature_names = x->n_names > 0 ? x->names : NULL;
    model.task = x->objective->task;
    model.link = x->objective->link;
    model.n_targets = x->n_targets;
    if (is_binary && x->n_targets > 1 && model.task != ORTL_TASK_REGRESSION) {
        model.task = ORTL_TASK_MULTILABEL;
        if (x->objective->task == ORTL_TASK_CLASS) model.link = ORTL_LINK_STEP;
    }
    if (model.task == ORTL_TASK_CLASSIFICATION || model.task == ORTL_TASK_CLASS)
        model.n_classes = is_binary ? 2 : x->n_targets;
    model.base = base;
    model.base_first = 1;
    return ortl_builder_model(builder, &model, error);
}

static ortl_status set_metadata(const ortl__xgboost *x, ortl_builder *builder, ortl_error *error) {
    const char *const pairs[][2] = {{"booster", x->booster},
                                    {"best_iteration", x->best_iteration},
                                    {"best_score", x->best_score}};
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && status == ORTL_OK; i++)
        if (pairs[i][1]) status = ortl_builder_metadata(builder, pairs[i][0], pairs[i][1], error);
    return status;
}

/* weights has a row for each feature, then one that is added to every target. All targets start
 * from the first base score, which is what XGBoost's linear predictor does. */
static ortl_status set_linear(ortl__xgboost *x, ortl_builder *builder, double *base,
                              ortl_error *error) {
    uint64_t n_features = (uint64_t)x->n_features, n = (n_features + 1) * x->n_targets;
    uint64_t n_weights = n_features * x->n_targets;
    double *weights = NULL;
    ortl_status status;
    for (size_t t = 1; t < x->n_targets; t++) base[t] = base[0];
    if (x->weights.n == 0) return ORTL_OK; /* no round was trained */
    if (x->weights.n != n)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu weights for %lld features and %llu outputs",
                          (unsigned long long)x->weights.n, (long long)x->n_features,
                          (unsigned long long)x->n_targets);
    for (size_t t = 0; t < x->n_targets; t++)
        base[t] = (double)(x->weights.items[n_weights + t] + (float)base[t]);
    status = ortl__memory_new(x->source->memory, n_weights, sizeof *weights, &weights, error);
    for (uint64_t i = 0; i < n_weights && status == ORTL_OK; i++)
        weights[i] = (double)x->weights.items[i];
    if (status == ORTL_OK)
        status = ortl_builder_linear(builder, weights, (size_t)n_features, x->n_targets, 1, error);
    ortl__memory_free(x->source->memory, weights, n_weights, sizeof *weights);
    return status;
}

static ortl_status set_booster(ortl__xgboost *x, ortl_builder *builder, double *base,
                               ortl_error *error) {
    int has_trees = strcmp(x->booster, "gbtree") == 0 || strcmp(x->booster, "dart") == 0;
    ortl_status status;
    if (strcmp(x->booster, "gblinear") == 0) {
        status = set_linear(x, builder, base, error);
        return status == ORTL_OK ? set_model(x, builder, base, error) : status;
    }
    if (!has_trees)
        return ortl__fail(error, ORTL_UNSUPPORTED, "the booster \"%s\" is not known", x->booster);
    if (x->trees_at == 0) return ortl__fail(error, ORTL_BAD_MODEL, "there is no array of trees");
    status = check_trees(x, error);
    if (status == ORTL_OK) status = set_model(x, builder, base, error);
    if (status != ORTL_OK) return status;
    choose_trees(x);
    return ortl__xgboost_trees(x, builder);
}

static ortl_status build(ortl__xgboost *x, ortl_builder *builder, ortl_error *error) {
    double *base = NULL;
    ortl_status status = find_objective(x, error);
    if (status == ORTL_OK) status = count_targets(x, error);
    if (status == ORTL_OK) status = check_features(x, error);
    if (status == ORTL_OK) status = check_outputs(x, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(x->source->memory, x->n_targets, sizeof *base, &base, error);
    if (status == ORTL_OK) status = ortl__xgboost_base_scores(x, base, error);
    if (status == ORTL_OK) status = set_booster(x, builder, base, error);
    if (status == ORTL_OK) status = set_metadata(x, builder, error);
    ortl__memory_free(x->source->memory, base, x->n_targets, sizeof *base);
    return status;
}

static ortl_status read_model(const ortl__trainer_source *source, ortl_builder *builder,
                              ortl_error *error) {
    ortl__xgboost x;
    ortl_status status;
    memset(&x, 0, sizeof x);
    x.source = source;
    ortl__arena_init(&x.arena, source->memory);
    status = open_document(&x, error);
    if (status == ORTL_OK) status = ortl__xgboost_survey(&x);
    if (status == ORTL_OK) status = build(&x, builder, error);
    ortl__document_close(&x.document);
    ortl__integers_free(&x.version, source->memory);
    ortl__integers_free(&x.tree_info, source->memory);
    ortl__integers_free(&x.rounds, source->memory);
    ortl__floats_free(&x.weight_drop, source->memory);
    ortl__floats_free(&x.weights, source->memory);
    ortl__memory_free(source->memory, x.names, x.name_capacity, sizeof *x.names);
    ortl__arena_free(&x.arena);
    return status;
}

const ortl__trainer ortl__trainer_xgboost = {"xgboost", "JSON, UBJSON", ORTL_FLOAT, sniff,
                                             read_model};
