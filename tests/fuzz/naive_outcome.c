/*
 * From sums to scores and labels: see naive_forest.h. The formulas of the transforms are float32
 * ones whatever the sums are, and the order of their operations is part of the answer.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "naive_forest.h"

/* ---- Transforms ------------------------------------------------------------------------------ */

static float logistic(float x) {
    float v = 1.0f / (1.0f + expf(-fabsf(x)));
    return x < 0 ? 1.0f - v : v;
}

static float probit(float x) {
    const float a = 0.147f, pi = 3.14159265358979f, root = 1.41421356f;
    float y = 2.0f * x - 1.0f;
    float sign = y < 0 ? -1.0f : 1.0f;
    float l = logf((1.0f - y) * (1.0f + y));
    float v = 2.0f / (pi * a) + 0.5f * l, v2 = 1.0f / a * l;
    float inner = v * v - v2;
    float inverse = sign * sqrtf(-v + sqrtf(inner));
    return root * inverse;
}

/* Softmax; in the form for zeros, values next to 0 are scaled instead, and count for nothing. The
 * type of the sums shows in that scaling and in the last division. */
static void softmax(const naive_forest *forest, double *scores, int spares_zeros) {
    float greatest = -FLT_MAX, sum = 0;
    for (uint32_t k = 0; k < forest->n_targets; k++)
        if ((float)scores[k] > greatest) greatest = (float)scores[k];
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        float x = (float)scores[k];
        if (spares_zeros && !(fabsf(x) > 1e-7f)) {
            scores[k] = naive_real(forest, scores[k] * (double)expf(-greatest));
        } else {
            float value = expf(x - greatest);
            sum += value;
            scores[k] = (double)value;
        }
    }
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        double quotient = scores[k] / (double)sum;
        scores[k] = spares_zeros ? naive_real(forest, quotient) : (double)(float)quotient;
    }
}

static void transform(const naive_forest *forest, double *scores) {
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        if (forest->transform == NAIVE_LOGISTIC) scores[k] = (double)logistic((float)scores[k]);
        if (forest->transform == NAIVE_PROBIT) scores[k] = (double)probit((float)scores[k]);
    }
    if (forest->transform == NAIVE_SOFTMAX) softmax(forest, scores, 0);
    if (forest->transform == NAIVE_SOFTMAX_ZERO) softmax(forest, scores, 1);
}

/* A single score keeps to itself but for PROBIT. */
static double transform_one(const naive_forest *forest, double score) {
    return forest->transform == NAIVE_PROBIT ? (double)probit((float)score) : score;
}

/* ---- Regressors ------------------------------------------------------------------------------ */

static void finish_regressor(const naive_forest *forest, naive_sums *s) {
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        double sum = s->sums[k];
        if (forest->aggregate == NAIVE_AVERAGE && forest->n_trees > 0)
            sum = naive_real(forest, sum / (double)forest->n_trees);
        if (forest->n_base > 0) sum = naive_real(forest, sum + forest->base[k]);
        if (forest->n_targets == 1) sum += 0.0;             /* no -0 is left of a single target */
        if (forest->n_targets > 1 && !s->voted[k]) sum = 0; /* not even the base value is left */
        s->sums[k] = sum;
    }
    if (forest->n_targets == 1)
        s->sums[0] = transform_one(forest, s->sums[0]);
    else
        transform(forest, s->sums);
}

/* ---- Classifiers ----------------------------------------------------------------------------- */

/* Texts go by their index. */
static int64_t label_called(const naive_forest *forest, uint32_t index) {
    return forest->has_text_labels ? (int64_t)index : forest->labels[index];
}

static int64_t finish_many(const naive_forest *forest, naive_sums *s, int *has_label_out) {
    uint32_t winner = 0;
    int has_winner = 0;
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        if (forest->n_base > 0) {
            s->sums[k] =
                s->voted[k] ? naive_real(forest, s->sums[k] + forest->base[k]) : forest->base[k];
            s->voted[k] = 1;
        }
        if (!s->voted[k]) s->sums[k] = 0;
        if (s->voted[k] && (!has_winner || s->sums[k] > s->sums[winner])) {
            winner = k;
            has_winner = 1;
        }
    }
    *has_label_out = has_winner;
    transform(forest, s->sums);
    return label_called(forest, winner);
}

/* All weights of the file, those that no row ever reaches too. */
static void survey_weights(const naive_forest *forest, int *is_one_class_out,
                           int *is_nonnegative_out) {
    *is_one_class_out = forest->n_votes > 0;
    *is_nonnegative_out = 1;
    for (uint32_t i = 0; i < forest->n_votes; i++) {
        if (forest->votes[i].target != forest->votes[0].target) *is_one_class_out = 0;
        if (forest->votes[i].weight < 0) *is_nonnegative_out = 0;
    }
}

/* The base values of two labels; returns 1 when the row has two scores. */
static int add_bases(const naive_forest *forest, naive_sums *s) {
    const double *base = forest->base;
    if (forest->n_base == 2 && s->voted[1]) {
        s->sums[1] = naive_real(forest, base[1] + s->sums[0]);
        s->sums[0] = -s->sums[1];
    } else if (forest->n_base == 2) {
        s->sums[0] = naive_real(forest, s->sums[0] + base[0]);
        s->sums[1] = naive_real(forest, s->sums[1] + base[1]);
    } else if (forest->n_base == 1) {
        s->sums[0] = naive_real(forest, s->sums[0] + base[0]);
    }
    return forest->n_base == 2 || s->voted[1];
}

/* One score for two columns. complements: 1 - s, s; opposes: -s, s; neither: s and nothing. */
static void spread_score(const naive_forest *forest, naive_sums *s, int complements, int opposes) {
    double score = s->sums[0];
    s->sums[1] = 0;
    if (forest->transform == NAIVE_PROBIT) {
        s->sums[0] = (double)probit((float)score);
        return;
    }
    if (!complements && !opposes) return;
    s->sums[1] = score;
    if (forest->transform == NAIVE_LOGISTIC) {
        s->sums[0] = (double)logistic(-(float)score);
        s->sums[1] = (double)logistic((float)score);
    } else if (complements) {
        s->sums[0] = naive_real(forest, 1.0 - score);
    } else {
        s->sums[0] = s->voted[0] ? -score : 0.0;
    }
}

static int64_t finish_two(const naive_forest *forest, naive_sums *s) {
    int is_one_class, is_nonnegative;
    survey_weights(forest, &is_one_class, &is_nonnegative);
    int has_two = add_bases(forest, s);
    double decisive = s->voted[1] && has_two ? s->sums[1] : s->voted[0] ? s->sums[0] : 0;
    int is_second = decisive > (is_one_class && is_nonnegative ? 0.5 : 0.0);
    for (int k = 0; k < 2; k++)
        if (!s->voted[k]) s->sums[k] = 0;
    if (has_two)
        transform(forest, s->sums);
    else
        spread_score(forest, s, is_one_class && is_nonnegative,
                     is_one_class ? !is_nonnegative : forest->n_base == 0);
    return is_one_class ? label_called(forest, (uint32_t)is_second) : is_second;
}

static int64_t finish_one(const naive_forest *forest, naive_sums *s) {
    if (forest->n_base > 0) s->sums[0] = naive_real(forest, s->sums[0] + forest->base[0]);
    int is_positive = s->sums[0] > 0;
    s->sums[0] = transform_one(forest, s->sums[0]);
    return forest->has_text_labels ? 0 : is_positive;
}

/* ---- All ------------------------------------------------------------------------------------- */

naive_answer naive_outcome(const naive_forest *forest, naive_sums sums) {
    naive_answer answer = {.has_label = 1};
    if (forest->kind != NAIVE_CLASSIFIER)
        finish_regressor(forest, &sums);
    else if (forest->n_targets == 1)
        answer.label = finish_one(forest, &sums);
    else if (forest->n_targets == 2)
        answer.label = finish_two(forest, &sums);
    else
        answer.label = finish_many(forest, &sums, &answer.has_label);
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        int is_double = forest->kind == NAIVE_V5 && naive_is_double(forest);
        answer.scores[k] = is_double ? sums.sums[k] : (double)(float)sums.sums[k];
    }
    return answer;
}
