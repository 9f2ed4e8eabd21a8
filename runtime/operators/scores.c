/*
 * Class labels, score transforms and rows of floats, for the operators that turn rows into scores
 * without trees.
 */
#include "scores.h"

#include <math.h>

#include "../status.h"
#include "elementwise.h"

/* ---- Labels ---------------------------------------------------------------------------------- */

ortl_status ortl__class_labels_read(const ortl__loading *loading, const char *integers,
                                    ortl__class_labels *labels_out, ortl_error *error) {
    const ortl__attribute *values = NULL, *texts = NULL;
    ortl_status status =
        ortl__operator_list(loading, integers, ORTL__ATTRIBUTE_INTS, &values, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "classlabels_strings", ORTL__ATTRIBUTE_STRINGS,
                                     &texts, error);
    if (status != ORTL_OK) return status;
    uint64_t n_values = values ? values->count : 0, n_texts = texts ? texts->count : 0;
    if ((n_values == 0) == (n_texts == 0))
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "%llu integer labels and %llu string labels, one list expected",
                          (unsigned long long)n_values, (unsigned long long)n_texts);
    labels_out->n = n_values + n_texts;
    labels_out->values = n_values ? values->as.ints : NULL;
    labels_out->texts = n_texts ? texts->as.strings : NULL;
    return ORTL_OK;
}

ortl_type ortl__class_labels_type(const ortl__class_labels *labels) {
    return labels->values ? ORTL_INT64 : ORTL_STRING;
}

void ortl__class_labels_write(const ortl__class_labels *labels, uint64_t index,
                              const ortl__tensor *output, uint64_t i) {
    if (labels->values)
        ((int64_t *)output->data)[i] = labels->values[index];
    else
        ((ortl_string *)output->data)[i] = labels->texts[index];
}

/* ---- Scores ---------------------------------------------------------------------------------- */

ortl_status ortl__scores_transform(const ortl__loading *loading, ortl__transform *transform_out,
                                   ortl_error *error) {
    static const char *const names[] = {[ORTL__TRANSFORM_NONE] = "NONE",
                                        [ORTL__TRANSFORM_SOFTMAX] = "SOFTMAX",
                                        [ORTL__TRANSFORM_LOGISTIC] = "LOGISTIC",
                                        [ORTL__TRANSFORM_SOFTMAX_ZERO] = "SOFTMAX_ZERO",
                                        [ORTL__TRANSFORM_PROBIT] = "PROBIT"};
    const char *name = NULL;
    size_t index = 0;
    ortl_status status = ortl__operator_string(loading, "post_transform", "NONE", &name, error);
    if (status == ORTL_OK)
        status = ortl__operator_choice(loading, "post_transform", name, names,
                                       sizeof names / sizeof names[0], &index, error);
    *transform_out = (ortl__transform)index;
    if (status == ORTL_OK && *transform_out == ORTL__TRANSFORM_PROBIT)
        status = ortl__libm_open(loading->libm, error);
    return status;
}

void ortl__scores_finish(ortl__transform transform, const ortl__libm *libm, float *scores,
                         uint32_t n) {
    if (n > 1 || transform == ORTL__TRANSFORM_PROBIT)
        ortl__outcome_transform(transform, libm, scores, n);
}

void ortl__scores_pair(ortl__transform transform, const ortl__libm *libm, float score,
                       float pair_out[2]) {
    pair_out[1] = score;
    if (transform == ORTL__TRANSFORM_LOGISTIC)
        ortl__outcome_transform(transform, libm, &pair_out[1], 1);
    pair_out[0] = 1 - pair_out[1];
}

/* ---- Rows ------------------------------------------------------------------------------------ */

ortl_status ortl__rows_prepare(const ortl__loading *loading, ortl__step *step, uint32_t n_outputs,
                               ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, n_outputs, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK) ortl__step_needs_rows(loading, step);
    return status;
}

ortl_status ortl__rows_count(const ortl__call *call, uint64_t n_columns, uint64_t *n_rows_out,
                             ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    if (input->rank != 1 && input->rank != 2)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank %lu, 1 or 2 expected",
                          (unsigned long)input->rank);
    int64_t found = input->shape[input->rank - 1];
    if ((uint64_t)found != n_columns)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has %lld columns, %llu expected",
                          (long long)found, (unsigned long long)n_columns);
    *n_rows_out = input->rank == 2 ? (uint64_t)input->shape[0] : 1;
    return ORTL_OK;
}

ORTL__UNARY_LOOP(from_double, double, float, (float)a)
ORTL__UNARY_LOOP(from_int64, int64_t, float, (float)a)
ORTL__UNARY_LOOP(from_int32, int32_t, float, (float)a)

const float *ortl__rows_floats(const ortl__tensor *input, float *floats_out) {
    static ortl__loop *const loops[ORTL__TYPE_END] = {
        [ORTL_DOUBLE] = from_double, [ORTL_INT64] = from_int64, [ORTL_INT32] = from_int32};
    ortl__stretch stretch = {.inputs = {input->data}, .output = floats_out};
    if (input->type == ORTL_FLOAT) return input->data;
    stretch.count = input->n_elements;
    loops[input->type](&stretch);
    return floats_out;
}

void ortl__scores_derive(const ortl__loading *loading, const int64_t shape[2]) {
    ortl__value *output = ortl__loading_output(loading, 1);
    if (output) ortl__value_set(output, ORTL_FLOAT, 2, shape);
}

ortl_status ortl__scores_shape(const ortl__call *call, const int64_t shape[2], ortl_error *error) {
    ortl__tensor *output = ortl__call_output(call, 1);
    return output ? ortl__tensor_shape(output, ORTL_FLOAT, 2, shape, error) : ORTL_OK;
}

float *ortl__scores_data(const ortl__call *call) {
    const ortl__tensor *output = ortl__call_output(call, 1);
    return output ? output->data : NULL;
}
