/*
 * XGBoost's objectives: what a raw score means, and how the base score, which the file holds in the
 * space of the predictions, becomes one. In float, as XGBoost does it.
 */
#include <math.h>
#include <string.h>

#include "../runtime/libm.h"
#include "../runtime/number.h"
#include "xgboost.h"

static const ortl__xgboost_objective objectives[] = {
    {"reg:squarederror", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:linear", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:squaredlogerror", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:pseudohubererror", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:absoluteerror", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:expectileerror", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:quantileerror", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"reg:logistic", ORTL_TASK_REGRESSION, ORTL_LINK_SIGMOID, ORTL__BASE_LOGIT},
    {"reg:gamma", ORTL_TASK_REGRESSION, ORTL_LINK_EXP, ORTL__BASE_LOG},
    {"reg:tweedie", ORTL_TASK_REGRESSION, ORTL_LINK_EXP, ORTL__BASE_LOG},
    {"count:poisson", ORTL_TASK_REGRESSION, ORTL_LINK_EXP, ORTL__BASE_LOG},
    {"survival:cox", ORTL_TASK_REGRESSION, ORTL_LINK_EXP, ORTL__BASE_LOG},
    {"survival:aft", ORTL_TASK_REGRESSION, ORTL_LINK_EXP, ORTL__BASE_LOG},
    {"binary:logistic", ORTL_TASK_CLASSIFICATION, ORTL_LINK_SIGMOID, ORTL__BASE_LOGIT},
    {"binary:logitraw", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"binary:hinge", ORTL_TASK_CLASS, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"multi:softprob", ORTL_TASK_CLASSIFICATION, ORTL_LINK_SOFTMAX, ORTL__BASE_RAW},
    {"multi:softmax", ORTL_TASK_CLASS, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"rank:pairwise", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"rank:ndcg", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW},
    {"rank:map", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, ORTL__BASE_RAW}};

const ortl__xgboost_objective *ortl__xgboost_find_objective(const char *name) {
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
        if (strcmp(objectives[i].name, name) == 0) return &objectives[i];
    return NULL;
}

/* ---- Base scores ----------------------------------------------------------------------------- */

/* Since 3.2 XGBoost keeps probabilities this far from 0 and 1; before, it refused 0 and 1. */
#define PROBABILITY_MARGIN 1e-6f

static float logit(const ortl__libm *libm, float p, int is_kept_inside) {
    if (is_kept_inside && p >= 0 && p <= 1) {
        if (p < PROBABILITY_MARGIN) p = PROBABILITY_MARGIN;
        if (p > 1.0f - PROBABILITY_MARGIN) p = 1.0f - PROBABILITY_MARGIN;
    }
    return -libm->logf(1.0f / p - 1.0f);
}

/* binary:logitraw has taken base_score for a raw score since 1.4. Since 3.1 a model without any
 * round, whose base score was to be found in the first, starts from its default as it stands. */
static ortl__xgboost_base base_space(const ortl__xgboost *x) {
    int is_logitraw = strcmp(x->objective->name, "binary:logitraw") == 0;
    int is_untrained = x->n_trees == 0 && x->n_rounds == 0;
    if (is_untrained && x->estimates_base && !ortl__xgboost_is_before(x, 3, 1))
        return ORTL__BASE_RAW;
    return is_logitraw && ortl__xgboost_is_before(x, 1, 4) ? ORTL__BASE_LOGIT : x->objective->base;
}

static float raw_score(const ortl__xgboost *x, const ortl__libm *libm, float score) {
    switch (base_space(x)) {
    case ORTL__BASE_LOGIT: return logit(libm, score, !ortl__xgboost_is_before(x, 3, 2));
    case ORTL__BASE_LOG: return libm->logf(score);
    case ORTL__BASE_RAW: break;
    }
    return score;
}

static const char *skip_blanks(const char *text) {
    while (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r') text++;
    return text;
}

/* "5E-1", or since 3.1 "[1E-1,2E-1]". Reads n_scores of n_room and returns how many there are, 0
 * when the text is broken. */
static size_t read_scores(const char *text, double *scores, size_t n_room) {
    size_t n = 0;
    char close = 0;
    text = skip_blanks(text);
    if (*text == '[' || *text == '(') close = *text++ == '[' ? ']' : ')';
    for (;;) {
        float score;
        size_t n_bytes;
        text = skip_blanks(text);
        n_bytes = ortl__number_read_float(text, strlen(text), '.', &score);
        if (n_bytes == 0) return 0;
        if (n < n_room) scores[n] = (double)score;
        n++;
        text = skip_blanks(text + n_bytes);
        if (!close || *text != ',') break;
        text++;
    }
    if (close && *text++ != close) return 0;
    return *skip_blanks(text) == '\0' ? n : 0;
}

ortl_status ortl__xgboost_base_scores(const ortl__xgboost *x, double *base_out, ortl_error *error) {
    ortl__libm libm = {0};
    size_t n = x->base_score ? read_scores(x->base_score, base_out, x->n_targets) : 0;
    if (n == 0)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "base_score \"%s\" is not a number or a list of numbers",
                          x->base_score ? x->base_score : "");
    if (n != 1 && n != x->n_targets)
        return ortl__fail(error, ORTL_BAD_MODEL, "base_score has %llu values for %llu outputs",
                          (unsigned long long)n, (unsigned long long)x->n_targets);
    ortl_status status = ORTL_OK;
    if (base_space(x) != ORTL__BASE_RAW) status = ortl__libm_open(&libm, error);
    for (size_t i = 0; i < n && status == ORTL_OK; i++) {
        base_out[i] = (double)raw_score(x, &libm, (float)base_out[i]);
        if (!isfinite(base_out[i]))
            status = ortl__fail(error, ORTL_BAD_MODEL, "base_score \"%s\" is not possible for %s",
                                x->base_score, x->objective->name);
    }
    for (size_t i = n; i < x->n_targets; i++) base_out[i] = base_out[0];
    ortl__libm_close(&libm);
    return status;
}
