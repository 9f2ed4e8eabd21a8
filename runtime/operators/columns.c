/*
 * Scaler, Imputer and Binarizer: operators with one value for each column, or one for all. Columns
 * are those of a row [C], of rows [N, C], and, as the reference has it for higher ranks, axis 1
 * counted through the elements.
 */
#include <math.h>

#include "../status.h"
#include "elementwise.h"
#include "families.h"

typedef struct column_parameters column_parameters;

/* Runs n_rows rows of n_columns; value j * step belongs to column j. */
typedef void column_loop(const column_parameters *parameters, const void *input, void *output,
                         uint64_t n_rows, uint64_t n_columns, uint64_t step);

struct column_parameters {
    column_loop *loop;
    uint64_t n_values;    /* 1, or the number of columns */
    const float *offsets; /* (n_values) Scaler */
    const float *scales;  /* (n_values) Scaler */
    const float *floats;  /* (n_values) Imputer of float */
    const int64_t *ints;  /* (n_values) Imputer of int64 */
    float threshold;      /* Binarizer */
    float replaced_float; /* Imputer: what is replaced; NaN stands for every NaN */
    int64_t replaced_int64;
};

/* ---- What both share ------------------------------------------------------------------------- */

static uint64_t count_columns(const ortl__tensor *tensor) {
    return (uint64_t)tensor->shape[tensor->rank == 1 ? 0 : 1];
}

ortl_status ortl__columns_shape(ortl__call *call, ortl_error *error) {
    const column_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    if (input->rank == 0)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank 0, 1 or more expected");
    if (parameters->n_values != 1 && parameters->n_values != count_columns(input))
        return ortl__fail(error, ORTL_BAD_INPUT, "%llu values for %llu columns",
                          (unsigned long long)parameters->n_values,
                          (unsigned long long)count_columns(input));
    return ortl__shape_like_first(call, error);
}

static ortl_status run_columns(ortl__call *call) {
    const column_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    void *output = call->outputs[0]->data;
    uint64_t n = parameters->n_values;
    if (input->n_elements == 0) return ORTL_OK;
    if (n == 1)
        parameters->loop(parameters, input->data, output, 1, input->n_elements, 0);
    else
        parameters->loop(parameters, input->data, output, input->n_elements / n, n, 1);
    return ORTL_OK;
}

/* Defines a column_loop; `expression` gives an Out from the In called x and the place `at` of its
 * column's value in the parameters p. */
#define COLUMN_LOOP(name, In, Out, expression)                                                     \
    static void name(const column_parameters *p, const void *input, void *output, uint64_t n_rows, \
                     uint64_t n_columns, uint64_t step) {                                          \
        const In *in = input;                                                                      \
        Out *out = output;                                                                         \
        for (uint64_t i = 0; i < n_rows; i++)                                                      \
            for (uint64_t j = 0; j < n_columns; j++) {                                             \
                const In x = *in++;                                                                \
                const uint64_t at = j * step;                                                      \
                *out++ = (expression);                                                             \
            }                                                                                      \
    }

/* ---- Scaler: (x - offset) * scale ------------------------------------------------------------ */

COLUMN_LOOP(scale_float, float, float, (x - p->offsets[at]) * p->scales[at])
COLUMN_LOOP(scale_double, double, float,
            (float)((x - (double)p->offsets[at]) * (double)p->scales[at]))
COLUMN_LOOP(scale_int64, int64_t, float, ((float)x - p->offsets[at]) * p->scales[at])
COLUMN_LOOP(scale_int32, int32_t, float, ((float)x - p->offsets[at]) * p->scales[at])

static column_loop *const scaler_loops[ORTL__TYPE_END] = {[ORTL_FLOAT] = scale_float,
                                                          [ORTL_DOUBLE] = scale_double,
                                                          [ORTL_INT64] = scale_int64,
                                                          [ORTL_INT32] = scale_int32};

ortl_status ortl__scaler_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    const ortl__attribute *offset = NULL, *scale = NULL;
    column_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "offset scale", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "offset", ORTL__ATTRIBUTE_FLOATS, &offset, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "scale", ORTL__ATTRIBUTE_FLOATS, &scale, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status != ORTL_OK) return status;
    uint64_t n_offsets = offset ? offset->count : 0, n_scales = scale ? scale->count : 0;
    if (n_offsets != n_scales || n_scales == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu values in offset, %llu in scale",
                          (unsigned long long)n_offsets, (unsigned long long)n_scales);
    parameters->loop = scaler_loops[loading->inputs[0]->type];
    parameters->n_values = n_scales;
    parameters->offsets = offset->as.floats;
    parameters->scales = scale->as.floats;
    ortl__value_set_like(loading->outputs[0], ORTL_FLOAT, loading->inputs[0]);
    if (n_scales != 1) ortl__step_needs_rows(loading, step);
    return ORTL_OK;
}

ortl_status ortl__scaler_run(ortl__call *call, ortl_error *error) {
    (void)error;
    return run_columns(call);
}

/* ---- Imputer --------------------------------------------------------------------------------- */

COLUMN_LOOP(impute_nan, float, float, isnan(x) ? p->floats[at] : x)
COLUMN_LOOP(impute_float, float, float, x == p->replaced_float ? p->floats[at] : x)
COLUMN_LOOP(impute_int64, int64_t, int64_t, x == p->replaced_int64 ? p->ints[at] : x)

/* The replacements, of which exactly the list of the input's type is to be there. */
static ortl_status read_replacements(const ortl__loading *loading, column_parameters *parameters,
                                     ortl_error *error) {
    const ortl__attribute *floats = NULL, *ints = NULL;
    int is_float = loading->inputs[0]->type == ORTL_FLOAT;
    ortl_status status = ortl__operator_list(loading, "imputed_value_floats",
                                             ORTL__ATTRIBUTE_FLOATS, &floats, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "imputed_value_int64s", ORTL__ATTRIBUTE_INTS, &ints,
                                     error);
    if (status != ORTL_OK) return status;
    uint64_t n_floats = floats ? floats->count : 0, n_ints = ints ? ints->count : 0;
    parameters->n_values = is_float ? n_floats : n_ints;
    if (parameters->n_values == 0 || (n_floats && n_ints))
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "%llu imputed floats and %llu imputed integers for an input of type %s",
                          (unsigned long long)n_floats, (unsigned long long)n_ints,
                          ortl_type_name(loading->inputs[0]->type));
    parameters->floats = floats ? floats->as.floats : NULL;
    parameters->ints = ints ? ints->as.ints : NULL;
    return ORTL_OK;
}

ortl_status ortl__imputer_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_INT64, ORTL_UNDEFINED};
    static const char attributes[] =
        "imputed_value_floats imputed_value_int64s replaced_value_float replaced_value_int64";
    column_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_replacements(loading, parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_float(loading, "replaced_value_float", 0,
                                      &parameters->replaced_float, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "replaced_value_int64", 0, &parameters->replaced_int64,
                                    error);
    if (status != ORTL_OK) return status;
    int is_nan = isnan(parameters->replaced_float);
    parameters->loop = loading->inputs[0]->type == ORTL_INT64 ? impute_int64
                       : is_nan                               ? impute_nan
                                                              : impute_float;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    if (parameters->n_values != 1) ortl__step_needs_rows(loading, step);
    return ORTL_OK;
}

ortl_status ortl__imputer_run(ortl__call *call, ortl_error *error) {
    (void)error;
    return run_columns(call);
}

/* ---- Binarizer ------------------------------------------------------------------------------- */

/* The threshold serves all columns, so the place of a value is not looked at. */
COLUMN_LOOP(binarize_float, float, float, ((void)at, x > p->threshold ? 1.0f : 0.0f))

ortl_status ortl__binarizer_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type float_only[] = {ORTL_FLOAT, ORTL_UNDEFINED};
    column_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "threshold", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, float_only, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_float(loading, "threshold", 0, &parameters->threshold, error);
    if (status != ORTL_OK) return status;
    parameters->loop = binarize_float;
    parameters->n_values = 1;
    ortl__value_set_like(loading->outputs[0], ORTL_FLOAT, loading->inputs[0]);
    return ORTL_OK;
}

/* NaN is neither above nor below the threshold: refused, as by the reference. */
ortl_status ortl__binarizer_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    const float *elements = input->data;
    for (uint64_t i = 0; i < input->n_elements; i++)
        if (isnan(elements[i]))
            return ortl__fail(error, ORTL_BAD_INPUT, "element %llu is NaN", (unsigned long long)i);
    return run_columns(call);
}
