/*
 * Measures of classifiers and regressors.
 */
#include "measures.h"
#include "message.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *ortl__measure_name(ortl__measure measure) {
    static const char *const names[] = {"accuracy", "log_loss", "auc", "rmse", "mse", "mae", "r2"};
    return names[measure];
}

ortl__measure ortl__measure_find(const char *name, size_t n_bytes) {
    static const struct {
        const char *name;
        ortl__measure measure;
    } known[] = {
        {"accuracy", ORTL__ACCURACY},
        {"acc", ORTL__ACCURACY},
        {"accuracy_score", ORTL__ACCURACY},
        {"log_loss", ORTL__LOG_LOSS},
        {"logloss", ORTL__LOG_LOSS},
        {"binary_logloss", ORTL__LOG_LOSS},
        {"multi_logloss", ORTL__LOG_LOSS},
        {"mlogloss", ORTL__LOG_LOSS},
        {"cross_entropy", ORTL__LOG_LOSS},
        {"auc", ORTL__AUC},
        {"AUC", ORTL__AUC},
        {"roc_auc", ORTL__AUC},
        {"rmse", ORTL__RMSE},
        {"RMSE", ORTL__RMSE},
        {"l2_root", ORTL__RMSE},
        {"root_mean_squared_error", ORTL__RMSE},
        {"mse", ORTL__MSE},
        {"l2", ORTL__MSE},
        {"mean_squared_error", ORTL__MSE},
        {"mae", ORTL__MAE},
        {"MAE", ORTL__MAE},
        {"l1", ORTL__MAE},
        {"mean_absolute_error", ORTL__MAE},
        {"r2", ORTL__R2},
        {"R2", ORTL__R2},
        {"r2_score", ORTL__R2},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == n_bytes && memcmp(known[i].name, name, n_bytes) == 0)
            return known[i].measure;
    return ORTL__N_MEASURES;
}

/* ---- Adding ---------------------------------------------------------------------------------- */

static bool are_probabilities(const float *scores, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(scores[i] >= 0 && scores[i] <= 1)) return false;
        sum += (double)scores[i];
    }
    return fabs(sum - 1) < 1e-3;
}

static ortl_status keep_score(ortl__measures *m, float score, bool is_positive, ortl_error *error) {
    if (m->n_scored == m->capacity) {
        size_t capacity = m->capacity + m->capacity / 2 + 1024;
        ortl__scored_row *moved = capacity > SIZE_MAX / sizeof *moved
                                      ? NULL
                                      : realloc(m->scored, capacity * sizeof *moved);
        if (moved == NULL)
            return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the scores");
        m->scored = moved;
        m->capacity = capacity;
    }
    m->scored[m->n_scored++] = (ortl__scored_row){score, is_positive};
    return ORTL_OK;
}

ortl_status ortl__measures_add_class(ortl__measures *m, size_t truth, size_t label,
                                     const float *scores, size_t n_classes, ortl_error *error) {
    m->n_rows++;
    m->n_labelled += label != SIZE_MAX;
    m->n_right += label == truth;
    if (scores == NULL) return ORTL_OK;
    if (are_probabilities(scores, n_classes)) {
        double probability = (double)scores[truth];
        if (probability < (double)FLT_EPSILON) probability = (double)FLT_EPSILON;
        ortl_status status = ortl__libm_open(&m->libm, error);
        if (status != ORTL_OK) return status;
        m->log_sum -= m->libm.log(probability);
        m->n_probable++;
    }
    return n_classes == 2 ? keep_score(m, scores[1], truth == 1, error) : ORTL_OK;
}

void ortl__measures_add_value(ortl__measures *m, double truth, double value) {
    double difference = value - truth, before = truth - m->mean;
    m->n_values++;
    m->squares += difference * difference;
    m->distances += fabs(difference);
    m->mean += before / (double)m->n_values;
    m->deviation += before * (truth - m->mean);
}

/* ---- What they come to ----------------------------------------------------------------------- */

static int compare_scores(const void *a, const void *b) {
    float x = ((const ortl__scored_row *)a)->score, y = ((const ortl__scored_row *)b)->score;
    return (x > y) - (x < y);
}

/* From the ranks of the positive rows; rows that score alike share the mean of their ranks. */
static bool get_auc(ortl__measures *m, double *value_out) {
    double rank_sum = 0, n_positive = 0, n = (double)m->n_scored;
    for (size_t i = 0; i < m->n_scored; i++)
        if (isnan(m->scored[i].score)) return false;
    if (m->n_scored > 0) qsort(m->scored, m->n_scored, sizeof *m->scored, compare_scores);
    for (size_t first = 0, end; first < m->n_scored; first = end) {
        double n_here = 0;
        for (end = first; end < m->n_scored && m->scored[end].score == m->scored[first].score;
             end++)
            n_here += m->scored[end].is_positive;
        rank_sum += n_here * ((double)first + (double)end + 1) / 2;
        n_positive += n_here;
    }
    if (n_positive == 0 || n_positive == n) return false;
    *value_out = (rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * (n - n_positive));
    return true;
}

bool ortl__measures_get(ortl__measures *m, ortl__measure measure, double *value_out) {
    double n = (double)m->n_values;
    switch (measure) {
    case ORTL__ACCURACY:
        *value_out = (double)m->n_right / (double)m->n_rows;
        return m->n_labelled > 0 && m->n_labelled == m->n_rows;
    case ORTL__LOG_LOSS:
        *value_out = m->log_sum / (double)m->n_rows;
        return m->n_probable > 0 && m->n_probable == m->n_rows;
    case ORTL__AUC: return get_auc(m, value_out);
    case ORTL__RMSE: *value_out = sqrt(m->squares / n); return m->n_values > 0;
    case ORTL__MSE: *value_out = m->squares / n; return m->n_values > 0;
    case ORTL__MAE: *value_out = m->distances / n; return m->n_values > 0;
    case ORTL__R2: *value_out = 1 - m->squares / m->deviation; return m->deviation > 0;
    case ORTL__N_MEASURES: break;
    }
    return false;
}

void ortl__measures_free(ortl__measures *m) {
    ortl__libm_close(&m->libm);
    free(m->scored);
    *m = (ortl__measures)ORTL__MEASURES_INIT;
}
