/*
 * Averages, base values, labels and post transforms. Transforms are computed in float, whatever the
 * type of the sums: that is what onnxruntime does and what recorded results hold. The text for one
 * row, typed, is in outcome_template.h.
 */
#include "outcome.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "../status.h"

/* ---- The transforms of one number ------------------------------------------------------------ */

static float logistic(float x) {
    float value = 1.0f / (1.0f + expf(-fabsf(x)));
    return x < 0.0f ? 1.0f - value : value;
}

/* sqrt(2) times the inverse error function of 2x-1, by Winitzki's formula with a = 0.147. */
static float probit(float x) {
    const float a = 0.147f, pi = 3.14159265358979323846f, root_of_two = 1.41421356237309504880f;
    float y = 2.0f * x - 1.0f;
    float sign = y < 0.0f ? -1.0f : 1.0f;
    float log_of_rest = logf((1.0f - y) * (1.0f + y));
    float v = 2.0f / (pi * a) + 0.5f * log_of_rest;
    float v2 = 1.0f / a * log_of_rest;
    /* One fused operation in v * v - v2 would change the last places: -ffp-contract=off. */
    return root_of_two * (sign * sqrtf(-v + sqrtf(v * v - v2)));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

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

void ortl__outcome_transform(ortl__transform transform, float *scores, uint32_t n) {
    transform_row_float(transform, scores, n);
}

ortl_status ortl__outcome_write(const ortl__outcome *outcome, void *sums, const uint8_t *voted,
                                size_t n_rows, int64_t *labels_out, void *scores_out,
                                ortl_error *error) {
    if (outcome->is_double)
        return write_rows_double(outcome, sums, voted, n_rows, labels_out, scores_out, error);
    return write_rows_float(outcome, sums, voted, n_rows, labels_out, scores_out, error);
}
