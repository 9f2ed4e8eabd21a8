/*
 * OneHotEncoder: each element becomes a row of zeros with a one at the place of its category.
 * Numbers of every type are cut to integers first.
 */
#include <string.h>

#include "../status.h"
#include "families.h"
#include "keys.h"
#include "truncate.h"

typedef struct onehot_parameters {
    ortl__keys categories;
    int allows_others; /* what is no category becomes zeros alone */
} onehot_parameters;

/* The one list of categories, of texts for texts and of integers for numbers. */
static ortl_status read_categories(const ortl__loading *loading,
                                   const ortl__attribute **categories_out, ortl_error *error) {
    const ortl__attribute *texts = NULL, *numbers = NULL;
    int is_text = loading->inputs[0]->type == ORTL_STRING;
    ortl_status status =
        ortl__operator_list(loading, "cats_strings", ORTL__ATTRIBUTE_STRINGS, &texts, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "cats_int64s", ORTL__ATTRIBUTE_INTS, &numbers, error);
    if (status != ORTL_OK) return status;
    if (!texts == !numbers)
        return ortl__fail(error, ORTL_BAD_MODEL, "%d lists of categories, 1 expected",
                          texts ? 2 : 0);
    const ortl__attribute *found = is_text ? texts : numbers;
    *categories_out = found;
    if (found && found->count) return ORTL_OK;
    if (found) return ortl__fail(error, ORTL_BAD_MODEL, "there are no categories");
    return ortl__fail(error, ORTL_BAD_MODEL, "the input has type %s, the categories are %s",
                      ortl_type_name(loading->inputs[0]->type), texts ? "texts" : "integers");
}

/* The shape of the input with an axis for the categories behind it. */
static void derive(const ortl__loading *loading, uint64_t n_categories) {
    int64_t derived[ORTL_MAX_RANK];
    const int64_t *shape = NULL;
    uint32_t rank = 0;
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, 0, NULL);
    if (!ortl__value_shape(loading->inputs[0], &rank, &shape) || rank >= ORTL_MAX_RANK) return;
    for (uint32_t i = 0; i < rank; i++) derived[i] = shape[i];
    derived[rank] = (int64_t)n_categories;
    ortl__value_set(loading->outputs[0], ORTL_FLOAT, rank + 1, derived);
}

ortl_status ortl__onehot_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_STRING, ORTL_INT64,  ORTL_INT32,
                                      ORTL_FLOAT,  ORTL_DOUBLE, ORTL_UNDEFINED};
    const ortl__attribute *categories = NULL;
    onehot_parameters *parameters = NULL;
    int64_t zeros = 1;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK)
        status = ortl__operator_attributes(loading, "cats_strings cats_int64s zeros", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK) status = read_categories(loading, &categories, error);
    if (status == ORTL_OK) status = ortl__operator_int(loading, "zeros", 1, &zeros, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status != ORTL_OK) return status;
    derive(loading, categories->count);
    parameters->allows_others = zeros != 0;
    return ortl__keys_sort(&parameters->categories, loading->arena,
                           categories->kind == ORTL__ATTRIBUTE_INTS ? ORTL_INT64 : ORTL_STRING,
                           categories->count, ortl__operator_elements(categories),
                           ORTL__LAST_COUNTS, error);
}

ortl_status ortl__onehot_shape(ortl__call *call, ortl_error *error) {
    const onehot_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK + 1];
    memcpy(shape, input->shape, input->rank * sizeof *shape);
    shape[input->rank] = (int64_t)parameters->categories.n;
    return ortl__tensor_shape(call->outputs[0], ORTL_FLOAT, (size_t)input->rank + 1, shape, error);
}

/* Element i as an integer. */
static int64_t integer_at(const ortl__tensor *input, uint64_t i) {
    switch (input->type) {
    case ORTL_FLOAT: return ortl__real_to_int64((double)((const float *)input->data)[i]);
    case ORTL_DOUBLE: return ortl__real_to_int64(((const double *)input->data)[i]);
    case ORTL_INT32: return ((const int32_t *)input->data)[i];
    default: return ((const int64_t *)input->data)[i];
    }
}

static uint32_t find_category(const onehot_parameters *parameters, const ortl__tensor *input,
                              uint64_t i) {
    if (input->type == ORTL_STRING)
        return ortl__keys_find(&parameters->categories, (const ortl_string *)input->data + i);
    int64_t number = integer_at(input, i);
    return ortl__keys_find(&parameters->categories, &number);
}

static ortl_status fail_unknown(const ortl__tensor *input, uint64_t i, ortl_error *error) {
    if (input->type == ORTL_STRING) {
        const ortl_string *text = (const ortl_string *)input->data + i;
        return ortl__fail(error, ORTL_BAD_INPUT, "element %llu, \"%.*s\", is no category",
                          (unsigned long long)i, text->n_bytes < 100 ? (int)text->n_bytes : 100,
                          text->data);
    }
    return ortl__fail(error, ORTL_BAD_INPUT, "element %llu, %lld, is no category",
                      (unsigned long long)i, (long long)integer_at(input, i));
}

ortl_status ortl__onehot_run(ortl__call *call, ortl_error *error) {
    const onehot_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    float *row = call->outputs[0]->data;
    uint32_t n_categories = parameters->categories.n;
    for (uint64_t i = 0; i < input->n_elements; i++, row += n_categories) {
        uint32_t place = find_category(parameters, input, i);
        for (uint32_t j = 0; j < n_categories; j++) row[j] = 0;
        if (place != ORTL__NO_KEY)
            row[place] = 1;
        else if (!parameters->allows_others)
            return fail_unknown(input, i, error);
    }
    return ORTL_OK;
}
