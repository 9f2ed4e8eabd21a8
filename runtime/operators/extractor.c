/*
 * ArrayFeatureExtractor: chosen columns of the last axis, in the order of the indices.
 */
#include <string.h>

#include "../status.h"
#include "families.h"

/* With indices that are known and rows that are not, rows stay apart. Exports also choose labels by
 * computed indices; there the batch lies along the columns. */
static void derive(const ortl__loading *loading, ortl__step *step) {
    const ortl__value *input = loading->inputs[0];
    const ortl__tensor *indices = loading->inputs[1]->constant;
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0;
    ortl__value_set(loading->outputs[0], input->type, 0, NULL);
    ortl__step_needs_rows(loading, step);
    if (!indices) step->is_row_wise = 0;
    if (!ortl__value_shape(input, &rank, &shape) || rank == 0) return;
    for (uint32_t i = 0; i < rank; i++) derived[i] = shape[i];
    if (rank == 1) {
        derived[0] = 1;
        rank = 2;
    }
    derived[rank - 1] = indices ? (int64_t)indices->n_elements : -1;
    ortl__value_set(loading->outputs[0], input->type, rank, derived);
}

ortl_status ortl__extractor_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64,
                                      ORTL_INT32, ORTL_STRING, ORTL_UNDEFINED};
    static const ortl_type index_types[] = {ORTL_INT64, ORTL_UNDEFINED};
    ortl_status status = ortl__operator_arity(loading, 2, 2, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "", error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, types, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 1, index_types, error);
    if (status == ORTL_OK) derive(loading, step);
    return status;
}

/* A tensor of rank 1 is one row, and so is what is chosen of it. */
ortl_status ortl__extractor_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK] = {1};
    uint32_t rank = input->rank == 1 ? 2 : input->rank;
    if (input->rank == 0)
        return ortl__fail(error, ORTL_BAD_INPUT, "the input has rank 0, 1 or more expected");
    if (call->inputs[1]->n_elements == 0)
        return ortl__fail(error, ORTL_BAD_INPUT, "there are no indices");
    for (uint32_t i = 0; i + 1 < input->rank; i++) shape[i] = input->shape[i];
    shape[rank - 1] = (int64_t)call->inputs[1]->n_elements;
    return ortl__tensor_shape(call->outputs[0], input->type, rank, shape, error);
}

static ortl_status check_indices(const ortl__tensor *indices, int64_t n_columns,
                                 ortl_error *error) {
    const int64_t *index = indices->data;
    for (uint64_t i = 0; i < indices->n_elements; i++)
        if (index[i] < 0 || index[i] >= n_columns)
            return ortl__fail(error, ORTL_BAD_INPUT, "index %lld (number %llu) of %lld columns",
                              (long long)index[i], (unsigned long long)i, (long long)n_columns);
    return ORTL_OK;
}

ortl_status ortl__extractor_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    const int64_t *index = indices->data;
    int64_t n_columns = input->shape[input->rank - 1];
    size_t element_bytes = ortl_type_bytes(input->type);
    const char *row = input->data;
    char *out = call->outputs[0]->data;
    ortl_status status = check_indices(indices, n_columns, error);
    if (status != ORTL_OK || call->outputs[0]->n_elements == 0) return status;
    uint64_t n_rows = input->n_elements / (uint64_t)n_columns;
    for (uint64_t i = 0; i < n_rows; i++, row += (size_t)n_columns * element_bytes)
        for (uint64_t j = 0; j < indices->n_elements; j++, out += element_bytes)
            memcpy(out, row + (size_t)index[j] * element_bytes, element_bytes);
    return ORTL_OK;
}
