/*
 * Reads indices and finds the elements that they name. What is done with these is left to the
 * operators.
 */
#include "indices.h"

#include "../status.h"

ortl_status ortl__indices_type(const ortl__loading *loading, ortl_error *error) {
    static const ortl_type types[] = {ORTL_INT64, ORTL_INT32, ORTL_UNDEFINED};
    return ortl__operator_types(loading, 1, types, error);
}

int64_t ortl__indices_at(const ortl__tensor *indices, uint64_t i, int64_t extent) {
    int64_t index = indices->type == ORTL_INT64 ? ((const int64_t *)indices->data)[i]
                                                : ((const int32_t *)indices->data)[i];
    if (index < 0) index = index < -extent ? -1 : index + extent;
    return index < extent ? index : -1;
}

ortl_status ortl__indices_check(const ortl__tensor *indices, int64_t extent, ortl_error *error) {
    for (uint64_t i = 0; i < indices->n_elements; i++)
        if (ortl__indices_at(indices, i, extent) < 0)
            return ortl__fail(error, ORTL_BAD_INPUT,
                              "index number %llu lies outside of extent %lld",
                              (unsigned long long)i, (long long)extent);
    return ORTL_OK;
}

ortl_status ortl__indices_fit(const ortl__tensor *input, const ortl__tensor *indices, uint32_t axis,
                              ortl_error *error) {
    char from[64], chosen[64];
    int is_within = indices->rank == input->rank;
    for (uint32_t i = 0; i < input->rank && is_within; i++)
        is_within = i == axis || indices->shape[i] <= input->shape[i];
    if (is_within) return ORTL_OK;
    ortl__tensor_shape_text(input, from);
    ortl__tensor_shape_text(indices, chosen);
    return ortl__fail(error, ORTL_BAD_INPUT, "indices of shape %s into shape %s", chosen, from);
}

uint64_t ortl__indices_element(const ortl__tensor *input, const ortl__tensor *indices,
                               uint32_t axis, uint64_t i) {
    uint64_t offset = 0, stride = 1, at = i;
    for (uint32_t k = input->rank; k-- > 0;) {
        uint64_t extent = (uint64_t)indices->shape[k];
        uint64_t place =
            k == axis ? (uint64_t)ortl__indices_at(indices, i, input->shape[k]) : at % extent;
        offset += place * stride;
        at /= extent;
        stride *= (uint64_t)input->shape[k];
    }
    return offset;
}
