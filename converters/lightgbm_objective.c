/*
 * LightGBM's objectives: their names, the parameters that change predictions, and the link from raw
 * scores to what LightGBM's predict gives.
 */
#include "lightgbm_objective.h"

#include <float.h>
#include <string.h>

#include "../runtime/number.h"
#include "../runtime/status.h"

typedef enum parameter {
    TAKES_NOTHING = 0,
    TAKES_SQRT = 1,   /* the bare word sqrt: trained on square roots */
    TAKES_SIGMOID = 2 /* sigmoid:k multiplies the raw score */
} parameter;

typedef enum shape {
    ONE_VALUE,   /* one raw score */
    TWO_CLASSES, /* one raw score, of class 1 */
    ALL_CLASSES, /* a raw score for each class */
    ANY_VALUES   /* as many raw scores as the header says */
} shape;

typedef struct objective {
    const char *name;
    shape shape;
    ortl_link link;
    parameter takes;
} objective;

/* LightGBM ignores sqrt in huber, poisson and its kin, and obeys it in the rest of the regression
 * family. The second half are other names that it takes, and that its first versions wrote. */
static const objective objectives[] = {
    {"regression", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"regression_l1", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"huber", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"fair", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"quantile", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"mape", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"poisson", ONE_VALUE, ORTL_LINK_EXP, TAKES_NOTHING},
    {"gamma", ONE_VALUE, ORTL_LINK_EXP, TAKES_NOTHING},
    {"tweedie", ONE_VALUE, ORTL_LINK_EXP, TAKES_NOTHING},
    {"binary", TWO_CLASSES, ORTL_LINK_SIGMOID, TAKES_SIGMOID},
    {"multiclass", ALL_CLASSES, ORTL_LINK_SOFTMAX, TAKES_NOTHING},
    {"multiclassova", ALL_CLASSES, ORTL_LINK_SIGMOID, TAKES_SIGMOID},
    {"cross_entropy", ONE_VALUE, ORTL_LINK_SIGMOID, TAKES_NOTHING},
    {"cross_entropy_lambda", ONE_VALUE, ORTL_LINK_LOG1P_EXP, TAKES_NOTHING},
    {"lambdarank", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"rank_xendcg", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"custom", ANY_VALUES, ORTL_LINK_IDENTITY, TAKES_NOTHING},

    {"regression_l2", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"mean_squared_error", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"mse", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"l2", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"l2_root", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"root_mean_squared_error", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"rmse", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"mean_absolute_error", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"l1", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"mae", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"mean_absolute_percentage_error", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_SQRT},
    {"softmax", ALL_CLASSES, ORTL_LINK_SOFTMAX, TAKES_NOTHING},
    {"multiclass_ova", ALL_CLASSES, ORTL_LINK_SIGMOID, TAKES_SIGMOID},
    {"ova", ALL_CLASSES, ORTL_LINK_SIGMOID, TAKES_SIGMOID},
    {"ovr", ALL_CLASSES, ORTL_LINK_SIGMOID, TAKES_SIGMOID},
    {"xentropy", ONE_VALUE, ORTL_LINK_SIGMOID, TAKES_NOTHING},
    {"xentlambda", ONE_VALUE, ORTL_LINK_LOG1P_EXP, TAKES_NOTHING},
    {"xendcg", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"xe_ndcg", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"xe_ndcg_mart", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"xendcg_mart", ONE_VALUE, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"none", ANY_VALUES, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"null", ANY_VALUES, ORTL_LINK_IDENTITY, TAKES_NOTHING},
    {"na", ANY_VALUES, ORTL_LINK_IDENTITY, TAKES_NOTHING},
};

static int word_is(ortl__lightgbm_word word, const char *text) {
    return word.n_bytes == strlen(text) && memcmp(word.text, text, word.n_bytes) == 0;
}

static ortl_status find_objective(const ortl__lightgbm_field *field, ortl__lightgbm_word name,
                                  const objective **objective_out, ortl_error *error) {
    size_t n = sizeof objectives / sizeof *objectives;
    for (size_t i = 0; i < n; i++) {
        if (!word_is(name, objectives[i].name)) continue;
        *objective_out = &objectives[i];
        return ORTL_OK;
    }
    ortl__fail(
        error, ORTL_UNSUPPORTED,
        "line %llu, column %llu: objective \"%.*s\" is unknown, so what predict makes of the "
        "scores is too (without the objective line the file converts to raw scores)",
        (unsigned long long)field->line.number,
        (unsigned long long)(name.text - field->line.text) + 1,
        (int)(name.n_bytes < 40 ? name.n_bytes : 40), name.text);
    return ORTL_UNSUPPORTED;
}

/* ---- Parameters ------------------------------------------------------------------------------ */

typedef struct parameters {
    int has_sqrt;
    double sigmoid;   /* 0: not given */
    double n_classes; /* num_class, 0: not given */
} parameters;

/* A positive number behind prefix; words that begin otherwise are left alone. */
static ortl_status read_parameter(const ortl__lightgbm_field *field, ortl__lightgbm_word word,
                                  const char *prefix, double *value_out, ortl_error *error) {
    size_t n = strlen(prefix), n_used;
    double value = 0;
    if (word.n_bytes < n || memcmp(word.text, prefix, n) != 0) return ORTL_OK;
    n_used = ortl__number_read_double(word.text + n, word.n_bytes - n, '.', &value);
    if (n_used > 0 && n + n_used == word.n_bytes && value > 0 && value <= (double)FLT_MAX) {
        *value_out = value;
        return ORTL_OK;
    }
    ortl__fail(error, ORTL_BAD_MODEL, "a number above 0 expected in \"%.*s\"",
               (int)(word.n_bytes < 40 ? word.n_bytes : 40), word.text);
    return ortl__lightgbm_fail_at(field, word.text, error);
}

static ortl_status read_parameters(const ortl__lightgbm_field *field, const char *next,
                                   parameters *p, ortl_error *error) {
    ortl_status status = ORTL_OK;
    *p = (parameters){0, 0, 0};
    for (;;) {
        ortl__lightgbm_word word = ortl__lightgbm_next_word(field, &next);
        if (word.n_bytes == 0 || status != ORTL_OK) return status;
        if (word_is(word, "sqrt")) p->has_sqrt = 1;
        status = read_parameter(field, word, "sigmoid:", &p->sigmoid, error);
        if (status == ORTL_OK)
            status = read_parameter(field, word, "num_class:", &p->n_classes, error);
    }
}

static ortl_status check(const ortl__lightgbm_field *field, const objective *o, const parameters *p,
                         size_t n_scores, ortl_error *error) {
    if (o->shape == ALL_CLASSES && (p->n_classes != (double)n_scores || n_scores < 2))
        ortl__fail(
            error, ORTL_BAD_MODEL,
            "%s needs num_class:K, K at least 2 and the same as the header's num_class, %llu",
            o->name, (unsigned long long)n_scores);
    else if (o->shape != ALL_CLASSES && o->shape != ANY_VALUES && n_scores != 1)
        ortl__fail(error, ORTL_BAD_MODEL, "%s has one score, the header's num_class is %llu",
                   o->name, (unsigned long long)n_scores);
    else if (o->takes == TAKES_SIGMOID && p->sigmoid == 0)
        ortl__fail(error, ORTL_BAD_MODEL, "%s needs sigmoid:K", o->name);
    else
        return ORTL_OK;
    return ortl__lightgbm_fail_at(field, field->value, error);
}

static void describe(const objective *o, const parameters *p, size_t n_scores, ortl_model *model) {
    int has_classes = o->shape == TWO_CLASSES || o->shape == ALL_CLASSES;
    model->task = has_classes ? ORTL_TASK_CLASSIFICATION : ORTL_TASK_REGRESSION;
    model->link = o->takes == TAKES_SQRT && p->has_sqrt ? ORTL_LINK_SIGNED_SQUARE : o->link;
    model->scale = o->takes == TAKES_SIGMOID ? p->sigmoid : 1.0;
    model->n_targets = n_scores;
    model->n_classes = !has_classes ? 0 : o->shape == TWO_CLASSES ? 2 : n_scores;
}

ortl_status ortl__lightgbm_objective(const ortl__lightgbm_field *field, size_t n_scores,
                                     ortl_model *model, ortl_error *error) {
    static const objective custom = {"custom", ANY_VALUES, ORTL_LINK_IDENTITY, TAKES_NOTHING};
    const objective *o = &custom;
    parameters p = {0, 0, 0};
    ortl_status status = ORTL_OK;
    if (field->key) {
        const char *next = field->value;
        ortl__lightgbm_word name = ortl__lightgbm_next_word(field, &next);
        status = find_objective(field, name, &o, error);
        if (status == ORTL_OK) status = read_parameters(field, next, &p, error);
        if (status == ORTL_OK) status = check(field, o, &p, n_scores, error);
    }
    if (status == ORTL_OK) describe(o, &p, n_scores, model);
    return status;
}
