/*
 * LinearClassifier and LinearRegressor: a weighted sum of the columns of a row for each target.
 */
#include <string.h>

#include "../status.h"
#include "families.h"
#include "scores.h"

typedef struct linear_parameters {
    const ortl__algebra *algebra;
    ortl__transform transform;
    uint32_t n_targets;
    uint64_t n_features;
    const float *coefficients; /* (n_targets, n_features) */
    const float *intercepts;   /* (n_targets) NULL: 0 */
    ortl__class_labels labels; /* of a classifier: n_targets or more, or 2 for 1 target */
} linear_parameters;

/* ---- Prepare --------------------------------------------------------------------------------- */

/* The coefficients of n_targets targets. */
static ortl_status read_weights(const ortl__loading *loading, int64_t n_targets,
                                const ortl__attribute *intercepts, linear_parameters *parameters,
                                ortl_error *error) {
    const ortl__attribute *coefficients = NULL;
    ortl_status status =
        ortl__operator_list(loading, "coefficients", ORTL__ATTRIBUTE_FLOATS, &coefficients, error);
    if (status != ORTL_OK) return status;
    uint64_t n = coefficients ? coefficients->count : 0;
    if (n_targets < 1 || (uint64_t)n_targets > loading->limits->outputs_per_row ||
        n % (uint64_t)n_targets != 0 || n == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu coefficients for %lld targets",
                          (unsigned long long)n, (long long)n_targets);
    if (intercepts && intercepts->count != (uint64_t)n_targets)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu intercepts for %lld targets",
                          (unsigned long long)intercepts->count, (long long)n_targets);
    parameters->algebra = loading->algebra;
    parameters->n_targets = (uint32_t)n_targets;
    parameters->n_features = n / (uint64_t)n_targets;
    parameters->coefficients = coefficients->as.floats;
    parameters->intercepts = intercepts ? intercepts->as.floats : NULL;
    ortl__algebra_prepare(loading->algebra, n);
    return ortl__scores_transform(loading, &parameters->transform, error);
}

static int has_pairs(const linear_parameters *parameters) {
    return parameters->labels.n == 2 && parameters->n_targets == 1;
}

ortl_status ortl__linear_classifier_prepare(ortl__loading *loading, ortl__step *step,
                                            ortl_error *error) {
    linear_parameters *parameters = NULL;
    const ortl__attribute *intercepts = NULL;
    ortl_status status = ortl__rows_prepare(loading, step, 2, error);
    if (status == ORTL_OK)
        status = ortl__operator_attributes(loading,
                                           "classlabels_ints classlabels_strings coefficients "
                                           "intercepts multi_class post_transform",
                                           error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_list(loading, "intercepts", ORTL__ATTRIBUTE_FLOATS, &intercepts, error);
    if (status == ORTL_OK)
        status = ortl__class_labels_read(loading, "classlabels_ints", &parameters->labels, error);
    if (status == ORTL_OK)
        status = read_weights(loading, intercepts ? (int64_t)intercepts->count : 0, intercepts,
                              parameters, error);
    if (status != ORTL_OK) return status;
    if (parameters->labels.n < parameters->n_targets || parameters->labels.n < 2)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu class labels for %lu intercepts",
                          (unsigned long long)parameters->labels.n,
                          (unsigned long)parameters->n_targets);
    if (has_pairs(parameters) && parameters->transform == ORTL__TRANSFORM_PROBIT)
        return ortl__fail(error, ORTL_UNSUPPORTED, "PROBIT of one score for two classes");
    int64_t shape[2] = {-1, has_pairs(parameters) ? 2 : parameters->n_targets};
    ortl__value_set(loading->outputs[0], ortl__class_labels_type(&parameters->labels), 1, shape);
    ortl__scores_derive(loading, shape);
    return ORTL_OK;
}

ortl_status ortl__linear_regressor_prepare(ortl__loading *loading, ortl__step *step,
                                           ortl_error *error) {
    linear_parameters *parameters = NULL;
    const ortl__attribute *intercepts = NULL;
    int64_t n_targets = 1;
    ortl_status status = ortl__rows_prepare(loading, step, 1, error);
    if (status == ORTL_OK)
        status = ortl__operator_attributes(loading,
                                           "coefficients intercepts post_transform targets", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = ortl__operator_int(loading, "targets", 1, &n_targets, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_list(loading, "intercepts", ORTL__ATTRIBUTE_FLOATS, &intercepts, error);
    if (status == ORTL_OK) status = read_weights(loading, n_targets, intercepts, parameters, error);
    if (status != ORTL_OK) return status;
    int64_t shape[2] = {-1, n_targets};
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, 2, shape);
    return ORTL_OK;
}

/* ---- Shape and run --------------------------------------------------------------------------- */

/* Scratch for rows that are not floats yet, behind n_scores floats for each row. */
static uint64_t scratch_floats(const ortl__call *call, uint64_t n_rows, uint64_t n_scores) {
    const ortl__tensor *input = call->inputs[0];
    return n_rows * n_scores + (input->type == ORTL_FLOAT ? 0 : input->n_elements);
}

ortl_status ortl__linear_classifier_shape(ortl__call *call, ortl_error *error) {
    const linear_parameters *parameters = call->step->parameters;
    ortl__tensor *labels = call->outputs[0];
    uint64_t n_rows = 0;
    ortl_status status = ortl__rows_count(call, parameters->n_features, &n_rows, error);
    if (status != ORTL_OK) return status;
    int64_t shape[2] = {(int64_t)n_rows, has_pairs(parameters) ? 2 : parameters->n_targets};
    status = ortl__tensor_shape(labels, labels->type, 1, shape, error);
    if (status == ORTL_OK) status = ortl__scores_shape(call, shape, error);
    call->scratch_bytes = scratch_floats(call, n_rows, parameters->n_targets) * sizeof(float);
    return status;
}

ortl_status ortl__linear_regressor_shape(ortl__call *call, ortl_error *error) {
    const linear_parameters *parameters = call->step->parameters;
    uint64_t n_rows = 0;
    ortl_status status = ortl__rows_count(call, parameters->n_features, &n_rows, error);
    if (status != ORTL_OK) return status;
    int64_t shape[2] = {(int64_t)n_rows, parameters->n_targets};
    call->scratch_bytes = scratch_floats(call, n_rows, 0) * sizeof(float);
    return ortl__tensor_shape(call->outputs[0], ORTL_FLOAT, 2, shape, error);
}

/* The weighted sums of all rows into scores (n_rows, n_targets). */
static void weigh(const ortl__call *call, uint64_t n_rows, float *floats, float *scores) {
    const linear_parameters *parameters = call->step->parameters;
    uint64_t n = parameters->n_targets;
    for (uint64_t i = 0; i < n_rows && parameters->intercepts; i++)
        memcpy(scores + i * n, parameters->intercepts, n * sizeof *scores);
    ortl__product product = {.type = ORTL_FLOAT,
                             .n_rows = n_rows,
                             .n_inner = parameters->n_features,
                             .n_columns = n,
                             .left = ortl__rows_floats(call->inputs[0], floats),
                             .right = parameters->coefficients,
                             .output = scores,
                             .is_right_transposed = 1,
                             .adds = parameters->intercepts != NULL,
                             .scale = 1};
    ortl__algebra_multiply(parameters->algebra, &product);
}

/* The greatest score wins, the first of equal ones; a single score stands for class 1 when it is
 * above 0. NaN compares false. */
static uint64_t choose_class(const float *scores, uint32_t n) {
    uint64_t best = 0;
    if (n == 1) return scores[0] > 0;
    for (uint32_t j = 1; j < n; j++)
        if (scores[j] > scores[best]) best = j;
    return best;
}

ortl_status ortl__linear_classifier_run(ortl__call *call, ortl_error *error) {
    const linear_parameters *parameters = call->step->parameters;
    const ortl__tensor *labels = call->outputs[0];
    uint32_t n = parameters->n_targets;
    uint64_t n_rows = labels->n_elements;
    float *scores = call->scratch, *row = scores;
    float *out = ortl__scores_data(call);
    (void)error;
    if (n_rows == 0) return ORTL_OK;
    weigh(call, n_rows, scores + n_rows * n, scores);
    for (uint64_t i = 0; i < n_rows; i++, row += n) {
        ortl__class_labels_write(&parameters->labels, choose_class(row, n), labels, i);
        if (!out) continue;
        if (has_pairs(parameters)) {
            ortl__scores_pair(parameters->transform, call->libm, row[0], out);
            out += 2;
        } else {
            memcpy(out, row, n * sizeof *out);
            ortl__scores_finish(parameters->transform, call->libm, out, n);
            out += n;
        }
    }
    return ORTL_OK;
}

ortl_status ortl__linear_regressor_run(ortl__call *call, ortl_error *error) {
    const linear_parameters *parameters = call->step->parameters;
    uint32_t n = parameters->n_targets;
    uint64_t n_rows = (uint64_t)call->outputs[0]->shape[0];
    float *scores = call->outputs[0]->data;
    (void)error;
    if (n_rows == 0) return ORTL_OK;
    weigh(call, n_rows, call->scratch, scores);
    for (uint64_t i = 0; i < n_rows; i++)
        ortl__scores_finish(parameters->transform, call->libm, scores + i * n, n);
    return ORTL_OK;
}
