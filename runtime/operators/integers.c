/*
 * Reads short lists of integers from attributes, constants and computed inputs. Which list means
 * what is left to the operators.
 */
#include "integers.h"

#include "../status.h"

static ortl_status check_count(uint64_t n, ortl_error *error) {
    if (n <= ORTL_MAX_RANK) return ORTL_OK;
    return ortl__fail(error, ORTL_UNSUPPORTED, "a list of %llu integers, %d at most are supported",
                      (unsigned long long)n, ORTL_MAX_RANK);
}

ortl_status ortl__integers_attribute(const ortl__loading *loading, const char *name,
                                     ortl__integers *integers_out, ortl_error *error) {
    const ortl__attribute *list = NULL;
    ortl_status status = ortl__operator_list(loading, name, ORTL__ATTRIBUTE_INTS, &list, error);
    *integers_out = (ortl__integers){.input = ORTL__NO_VALUE};
    if (status == ORTL_OK && list) status = check_count(list->count, error);
    if (status != ORTL_OK || !list) return status;
    integers_out->is_given = 1;
    integers_out->n = (uint32_t)list->count;
    for (uint32_t i = 0; i < integers_out->n; i++) integers_out->values[i] = list->as.ints[i];
    return ORTL_OK;
}

static ortl_status read_tensor(const ortl__tensor *tensor, ortl__integers *integers_out,
                               ortl_error *error) {
    const int64_t *wide = tensor->data;
    const int32_t *narrow = tensor->data;
    if (tensor->rank > 1)
        return ortl__fail(error, ORTL_BAD_INPUT, "a list of integers has rank %lu, 1 expected",
                          (unsigned long)tensor->rank);
    ortl_status status = check_count(tensor->n_elements, error);
    if (status != ORTL_OK) return status;
    integers_out->n = (uint32_t)tensor->n_elements;
    for (uint32_t i = 0; i < integers_out->n; i++)
        integers_out->values[i] = tensor->type == ORTL_INT64 ? wide[i] : narrow[i];
    return ORTL_OK;
}

ortl_status ortl__integers_input(const ortl__loading *loading, uint32_t index,
                                 ortl__integers *integers_out, ortl_error *error) {
    static const ortl_type types[] = {ORTL_INT64, ORTL_INT32, ORTL_UNDEFINED};
    *integers_out = (ortl__integers){.input = ORTL__NO_VALUE};
    if (index >= loading->node->n_inputs || !loading->inputs[index]) return ORTL_OK;
    ortl_status status = ortl__operator_types(loading, index, types, error);
    if (status != ORTL_OK) return status;
    integers_out->is_given = 1;
    if (loading->inputs[index]->constant)
        return read_tensor(loading->inputs[index]->constant, integers_out, error);
    integers_out->input = index;
    return ORTL_OK;
}

ortl_status ortl__integers_read(const ortl__call *call, const ortl__integers *integers,
                                ortl__integers *integers_out, ortl_error *error) {
    *integers_out = *integers;
    if (integers->input == ORTL__NO_VALUE) return ORTL_OK;
    return read_tensor(call->inputs[integers->input], integers_out, error);
}

int ortl__integers_are_known(const ortl__integers *integers) {
    return integers->input == ORTL__NO_VALUE;
}

ortl_status ortl__integers_axes(const ortl__integers *integers, uint32_t rank, uint32_t *axes_out,
                                ortl_error *error) {
    uint32_t axes = 0, axis = 0;
    for (uint32_t i = 0; i < integers->n; i++) {
        ortl_status status = ortl__operator_axis(integers->values[i], rank, &axis, error);
        if (status != ORTL_OK) return status;
        axes |= (uint32_t)1 << axis;
    }
    *axes_out = axes;
    return ORTL_OK;
}
