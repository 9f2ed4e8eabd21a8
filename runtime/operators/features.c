/*
 * FeatureVectorizer: the columns of several inputs side by side, as floats. Each input has as many
 * columns in the result as the attribute says: those that it does not have are 0.
 */
#include "../status.h"
#include "elementwise.h"
#include "families.h"

typedef struct features_parameters {
    const int64_t *n_columns; /* (number of inputs) */
    int64_t n_total;
} features_parameters;

static ortl_status read_columns(const ortl__loading *loading, features_parameters *parameters,
                                ortl_error *error) {
    const ortl__attribute *list = NULL;
    ortl_status status =
        ortl__operator_list(loading, "inputdimensions", ORTL__ATTRIBUTE_INTS, &list, error);
    if (status != ORTL_OK) return status;
    if (!list || list->count != loading->node->n_inputs)
        return ortl__fail(error, ORTL_BAD_MODEL, "%llu inputdimensions for %lu inputs",
                          (unsigned long long)(list ? list->count : 0),
                          (unsigned long)loading->node->n_inputs);
    for (uint64_t i = 0; i < list->count; i++) {
        int64_t n = list->as.ints[i];
        if (n < 0 || n > INT64_MAX - parameters->n_total)
            return ortl__fail(error, ORTL_BAD_MODEL, "inputdimensions has %lld", (long long)n);
        parameters->n_total += n;
    }
    parameters->n_columns = list->as.ints;
    return ORTL_OK;
}

ortl_status ortl__features_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    features_parameters *parameters = NULL;
    int64_t derived[2] = {-1, 0};
    ortl_status status = ortl__operator_arity(loading, 1, UINT32_MAX, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "inputdimensions", error);
    if (status == ORTL_OK)
        status = ortl__operator_same_types(loading, 0, loading->node->n_inputs, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_columns(loading, parameters, error);
    if (status != ORTL_OK) return status;
    derived[1] = parameters->n_total;
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, 2, derived);
    ortl__step_needs_rows(loading, step);
    for (uint32_t i = 0; i < loading->node->n_inputs; i++)
        if (loading->inputs[i]->constant) step->is_row_wise = 0;
    return ORTL_OK;
}

/* A tensor of rank 1 is one row; axes behind axis 1 count as columns. */
static int64_t count_rows(const ortl__tensor *input) {
    return input->rank > 1 ? input->shape[0] : 1;
}

ortl_status ortl__features_shape(ortl__call *call, ortl_error *error) {
    const features_parameters *parameters = call->step->parameters;
    int64_t shape[2] = {count_rows(call->inputs[0]), parameters->n_total};
    for (uint32_t i = 0; i < call->step->node->n_inputs; i++) {
        const ortl__tensor *input = call->inputs[i];
        if (input->rank == 0 || count_rows(input) != shape[0])
            return ortl__fail(error, ORTL_BAD_INPUT, "input %lu has %lld rows, input 0 has %lld",
                              (unsigned long)i, (long long)(input->rank ? count_rows(input) : 0),
                              (long long)shape[0]);
    }
    return ortl__tensor_shape(call->outputs[0], ORTL_FLOAT, 2, shape, error);
}

/* n_given columns of each row are copied, and zeros fill up to n_wanted. */
typedef void place_loop(const void *input, float *output, uint64_t n_rows, uint64_t n_given,
                        uint64_t n_wanted, uint64_t pitch);

#define PLACE_LOOP(name, In)                                                                       \
    static void name(const void *input, float *output, uint64_t n_rows, uint64_t n_given,          \
                     uint64_t n_wanted, uint64_t pitch) {                                          \
        const In *in = input;                                                                      \
        for (uint64_t i = 0; i < n_rows; i++, in += n_given, output += pitch)                      \
            for (uint64_t j = 0; j < n_wanted; j++) output[j] = j < n_given ? (float)in[j] : 0;    \
    }

PLACE_LOOP(place_float, float)
PLACE_LOOP(place_double, double)
PLACE_LOOP(place_int64, int64_t)
PLACE_LOOP(place_int32, int32_t)

static place_loop *const loops[ORTL__TYPE_END] = {[ORTL_FLOAT] = place_float,
                                                  [ORTL_DOUBLE] = place_double,
                                                  [ORTL_INT64] = place_int64,
                                                  [ORTL_INT32] = place_int32};

ortl_status ortl__features_run(ortl__call *call, ortl_error *error) {
    const features_parameters *parameters = call->step->parameters;
    uint64_t n_rows = (uint64_t)call->outputs[0]->shape[0];
    float *output = call->outputs[0]->data;
    (void)error;
    if (n_rows == 0) return ORTL_OK;
    for (uint32_t i = 0; i < call->step->node->n_inputs; i++) {
        const ortl__tensor *input = call->inputs[i];
        uint64_t n_wanted = (uint64_t)parameters->n_columns[i];
        loops[input->type](input->data, output, n_rows, input->n_elements / n_rows, n_wanted,
                           (uint64_t)parameters->n_total);
        output += n_wanted;
    }
    return ORTL_OK;
}
