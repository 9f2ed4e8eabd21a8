/*
 * Averages, base values, labels and post transforms. Transforms are computed in float, whatever the
 * type of the sums: that is what onnxruntime does and what recorded results hold. The text for one
 * row, typed, is in outcome_template.h.
 */
#include "outcome.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "../exponential.h"
#include "../status.h"

/* ---- The transforms of one number ------------------------------------------------------------ */

static float logistic(float x) {
    float value = 1.0f / (1.0f + ortl__expf(-fabsf(x)));
    return x < 0.0f ? 1.0f - value : value;
}

/* sqrt(2) times the inverse error function of 2x-1, by Winitzki's formula with a = 0.147. */
static float probit(const ortl__libm *libm, float x) {
    const float a = 0.147f, pi = 3.14159265358979323846f, root_of_two = 1.41421356237309504880f;
    float y = 2.0f * x - 1.0f;
    float sign = y < 0.0f ? -1.0f : 1.0f;
    float log_of_rest = libm->logf((1.0f - y) * (1.0f + y));
    float v = 2.0f / (pi * a) + 0.5f * log_of_rest;
    float v2 = 1.0f / a * log_of_rest;
    /* One fused operation in v * v - v2 would change the last places: -ffp-contract=off. */
    return root_of_two * (sign * sqrtf(-v + sqrtf(v * v - v2)));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static int is_average(const ortl__outcome *outcome) {
    return outcome->aggregate == ORTL__AGGREGATE_AVERAGE && outcome->n_trees > 0;
}

#define REAL     float
#define NAMED(x) x##_float
#include "outcome_template.h"
#undef REAL
#undef NAMED

#define REAL     double
#define NAMED(x) x##_double
#include "outcome_template.h"
#undef REAL
#undef NAMED

void ortl__outcome_transform(ortl__transform transform, const ortl__libm *libm, float *scores,
                             uint32_t n) {
    transform_row_float(transform, libm, scores, n);
}

ortl_status ortl__outcome_write(const ortl__outcome *outcome, void *sums, const uint8_t *voted,
                                size_t n_rows, int64_t *labels_out, void *scores_out,
                                ortl_error *error) {
    if (outcome->is_double)
        return write_rows_double(outcome, sums, voted, n_rows, labels_out, scores_out, error);
    return write_rows_float(outcome, sums, voted, n_rows, labels_out, scores_out, error);
}

/* ---- Raw scores ------------------------------------------------------------------------------ */

uint32_t ortl__outcome_n_raw(const ortl__outcome *outcome) {
    return outcome->is_binary_case ? 1 : outcome->n_targets;
}

double ortl__outcome_base(const ortl__outcome *outcome, uint32_t target) {
    return outcome->n_base == outcome->n_targets ? outcome->base[target]
           : outcome->n_base > 0 && target == 0  ? outcome->base[0]
                                                 : 0;
}

double ortl__outcome_scale(const ortl__outcome *outcome) {
    if (is_average(outcome)) return 1.0 / outcome->n_trees;
    return outcome->aggregate == ORTL__AGGREGATE_MIN || outcome->aggregate == ORTL__AGGREGATE_MAX
               ? 0
               : 1;
}

/* The sum of one target in Real arithmetic, as a score of it begins. */
static double raw_score(const ortl__outcome *outcome, double sum, int has_vote, uint32_t target) {
    double base = ortl__outcome_base(outcome, target);
    int averages = is_average(outcome);
    if (!has_vote) sum = 0;
    if (outcome->is_double) return (averages ? sum / outcome->n_trees : sum) + base;
    float value = (float)sum;
    if (averages) value /= (float)outcome->n_trees;
    value += (float)base;
    return (double)value;
}

void ortl__outcome_raw(const ortl__outcome *outcome, const void *sums, const uint8_t *voted,
                       size_t n_rows, double *raw_out, size_t row_stride) {
    uint32_t n = outcome->n_targets, n_raw = ortl__outcome_n_raw(outcome);
    for (size_t i = 0; i < n_rows; i++) {
        const uint8_t *row_voted = voted == NULL ? NULL : voted + i * n;
        /* The only score of a binary classifier is that of the class that has the votes. */
        uint32_t first = n_raw == 1 && n == 2 && row_voted[1];
        for (uint32_t k = 0; k < n_raw; k++) {
            size_t at = i * n + first + k;
            double sum =
                outcome->is_double ? ((const double *)sums)[at] : (double)((const float *)sums)[at];
            raw_out[i * row_stride + k] =
                raw_score(outcome, sum, row_voted == NULL || row_voted[first + k], first + k);
        }
    }
}
