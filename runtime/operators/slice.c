/*
 * Slice and Split: parts of a tensor.
 */
#include "../status.h"
#include "families.h"
#include "integers.h"
#include "strided.h"

/* ---- Slice ----------------------------------------------------------------------------------- */

typedef struct slice_parameters {
    ortl__integers starts, ends;
    ortl__integers axes;  /* not given: 0, 1, ... */
    ortl__integers steps; /* not given: 1 */
} slice_parameters;

/* Attributes before version 10, inputs from then on. */
static ortl_status read_slice(const ortl__loading *loading, slice_parameters *parameters,
                              ortl_error *error) {
    ortl__integers *const lists[] = {&parameters->starts, &parameters->ends, &parameters->axes,
                                     &parameters->steps};
    static const char *const names[] = {"starts", "ends", "axes", "steps"};
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < 4 && status == ORTL_OK; i++) {
        status = loading->version < 10
                     ? ortl__integers_attribute(loading, names[i], lists[i], error)
                     : ortl__integers_input(loading, i + 1, lists[i], error);
        if (status == ORTL_OK && i < 2 && !lists[i]->is_given)
            status = ortl__fail(error, ORTL_BAD_MODEL, "the %s are missing", names[i]);
    }
    return status;
}

/* Along one axis of the output: where it begins in the input, step, and count. */
typedef struct range {
    int64_t first, step, count;
} range;

static int64_t clamp(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

/* start and end count from the last when negative, and are clamped to the extent. */
static range slice_axis(int64_t start, int64_t end, int64_t step, int64_t extent) {
    range along = {0, step, 0};
    if (start < 0) start = start < -extent ? -1 : start + extent;
    if (end < 0) end = end < -extent ? -1 : end + extent;
    if (step > 0) {
        start = clamp(start, 0, extent);
        end = clamp(end, 0, extent);
        if (end > start) along.count = (end - start - 1) / step + 1;
    } else {
        start = clamp(start, -1, extent - 1);
        end = clamp(end, -1, extent - 1);
        /* -(step + 1) does not overflow where -step would. */
        if (start > end) along.count = step == INT64_MIN ? 1 : (start - end - 1) / -step + 1;
    }
    along.first = along.count ? start : 0;
    return along;
}

/* The ranges along all axes. */
static ortl_status find_ranges(const ortl__call *call, range ranges_out[ORTL_MAX_RANK],
                               ortl_error *error) {
    const slice_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    ortl__integers starts, ends, axes, steps;
    uint32_t seen = 0;
    ortl_status status = ortl__integers_read(call, &parameters->starts, &starts, error);
    if (status == ORTL_OK) status = ortl__integers_read(call, &parameters->ends, &ends, error);
    if (status == ORTL_OK) status = ortl__integers_read(call, &parameters->axes, &axes, error);
    if (status == ORTL_OK) status = ortl__integers_read(call, &parameters->steps, &steps, error);
    if (status != ORTL_OK) return status;
    if (ends.n != starts.n || (axes.is_given && axes.n != starts.n) ||
        (steps.is_given && steps.n != starts.n))
        return ortl__fail(error, ORTL_BAD_INPUT, "%lu starts, %lu ends, %lu axes, %lu steps",
                          (unsigned long)starts.n, (unsigned long)ends.n, (unsigned long)axes.n,
                          (unsigned long)steps.n);
    for (uint32_t i = 0; i < input->rank; i++) ranges_out[i] = (range){0, 1, input->shape[i]};
    for (uint32_t i = 0; i < starts.n; i++) {
        uint32_t axis = 0;
        int64_t step = steps.is_given ? steps.values[i] : 1;
        status = ortl__operator_axis(axes.is_given ? axes.values[i] : (int64_t)i, input->rank,
                                     &axis, error);
        if (status != ORTL_OK) return status;
        if (step == 0 || (seen >> axis & 1))
            return ortl__fail(error, ORTL_BAD_INPUT,
                              step == 0 ? "the step along axis %lu is 0"
                                        : "axis %lu is listed twice",
                              (unsigned long)axis);
        seen |= (uint32_t)1 << axis;
        ranges_out[axis] = slice_axis(starts.values[i], ends.values[i], step, input->shape[axis]);
    }
    return ORTL_OK;
}

/* Rows stay whole when no axis that is sliced is axis 0. Extents along sliced axes are left open.
 */
static ortl_status derive_slice(const ortl__loading *loading, ortl__step *step,
                                const slice_parameters *parameters, ortl_error *error) {
    const ortl__value *input = loading->inputs[0];
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0, axes = 1;
    int is_known = ortl__value_shape(input, &rank, &shape) && parameters->axes.is_given &&
                   ortl__integers_are_known(&parameters->axes);
    if (is_known) {
        ortl_status status = ortl__integers_axes(&parameters->axes, rank, &axes, error);
        if (status != ORTL_OK) return status;
    }
    for (uint32_t i = 0; i < rank; i++) derived[i] = axes >> i & 1 ? -1 : shape[i];
    ortl__value_set(loading->outputs[0], input->type, rank, is_known ? derived : NULL);
    if (!is_known || (axes & 1)) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__slice_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    slice_parameters *parameters = NULL;
    int has_attributes = loading->version < 10;
    ortl_status status =
        ortl__operator_arity(loading, has_attributes ? 1 : 3, has_attributes ? 1 : 5, 1, 1, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_attributes(loading, has_attributes ? "starts ends axes" : "", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_slice(loading, parameters, error);
    if (status == ORTL_OK) status = derive_slice(loading, step, parameters, error);
    return status;
}

ortl_status ortl__slice_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    range ranges[ORTL_MAX_RANK];
    int64_t shape[ORTL_MAX_RANK];
    ortl_status status = find_ranges(call, ranges, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < input->rank; i++) shape[i] = ranges[i].count;
    return ortl__tensor_shape(call->outputs[0], input->type, input->rank, shape, error);
}

/* With at most one element along an axis its step does not matter, and may be huge. */
ortl_status ortl__slice_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *output = call->outputs[0];
    size_t element_bytes = ortl_type_bytes(output->type);
    ortl__strided strided = {.rank = output->rank};
    range ranges[ORTL_MAX_RANK];
    int64_t dense[ORTL_MAX_RANK], offset = 0;
    ortl_status status = find_ranges(call, ranges, error);
    if (status != ORTL_OK || output->n_elements == 0) return status;
    ortl__strided_dense(input, dense);
    for (uint32_t i = 0; i < output->rank; i++) {
        offset += ranges[i].first * dense[i];
        strided.extent[i] = ranges[i].count;
        strided.stride[i] = ranges[i].count > 1 ? ranges[i].step * dense[i] : 0;
    }
    strided.first = (const char *)input->data + (size_t)offset * element_bytes;
    ortl__strided_copy(&strided, element_bytes, output->data);
    return ORTL_OK;
}

/* ---- Split ----------------------------------------------------------------------------------- */

typedef struct split_parameters {
    int64_t axis;
    int is_listed;        /* the extents of the parts are given */
    int is_input;         /* by input 1, else here */
    int has_smaller_last; /* version 18: parts that are not listed may have a smaller last one */
    uint64_t n_sizes;
    const int64_t *sizes; /* (n_sizes) when is_listed and not is_input */
} split_parameters;

/* An attribute before version 13, input 1 from then on. */
static ortl_status read_sizes(const ortl__loading *loading, split_parameters *parameters,
                              ortl_error *error) {
    static const ortl_type types[] = {ORTL_INT64, ORTL_UNDEFINED};
    const ortl__attribute *list = NULL;
    if (loading->version < 13) {
        ortl_status status =
            ortl__operator_list(loading, "split", ORTL__ATTRIBUTE_INTS, &list, error);
        parameters->is_listed = list != NULL;
        parameters->n_sizes = list ? list->count : 0;
        parameters->sizes = list ? list->as.ints : NULL;
        return status;
    }
    if (loading->node->n_inputs < 2 || !loading->inputs[1]) return ORTL_OK;
    parameters->is_listed = parameters->is_input = 1;
    return ortl__operator_types(loading, 1, types, error);
}

/* num_outputs says nothing that the node's outputs do not say; it must agree with them. */
static ortl_status check_num_outputs(const ortl__loading *loading, ortl_error *error) {
    int64_t n_outputs = loading->node->n_outputs;
    ortl_status status = ortl__operator_int(loading, "num_outputs", n_outputs, &n_outputs, error);
    if (status != ORTL_OK || n_outputs == (int64_t)loading->node->n_outputs) return status;
    return ortl__fail(error, ORTL_BAD_MODEL, "num_outputs is %lld for %lu outputs",
                      (long long)n_outputs, (unsigned long)loading->node->n_outputs);
}

ortl_status ortl__split_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    split_parameters *parameters = NULL;
    const char *attributes = loading->version < 13   ? "axis split"
                             : loading->version < 18 ? "axis"
                                                     : "axis num_outputs";
    uint32_t most_inputs = loading->version >= 13 ? 2 : 1;
    ortl_status status = ortl__operator_arity(loading, 1, most_inputs, 1, UINT32_MAX, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", 0, &parameters->axis, error);
    if (status == ORTL_OK) status = check_num_outputs(loading, error);
    if (status == ORTL_OK) status = read_sizes(loading, parameters, error);
    if (status != ORTL_OK) return status;
    parameters->has_smaller_last = loading->version >= 18;
    for (uint32_t i = 0; i < loading->node->n_outputs; i++)
        if (loading->outputs[i])
            ortl__value_set(loading->outputs[i], loading->inputs[0]->type, 0, NULL);
    return ortl__step_works_along(loading, step, parameters->axis, error);
}

/* The extent of part number i of an axis that is split without a list. */
static ortl_status even_size(const split_parameters *parameters, uint32_t n_parts, uint32_t i,
                             int64_t extent, int64_t *size_out, ortl_error *error) {
    int64_t n = (int64_t)n_parts;
    int64_t size = extent / n + (extent % n != 0);
    if (extent % n != 0 && (!parameters->has_smaller_last || size * (n - 1) > extent))
        return ortl__fail(error, ORTL_BAD_INPUT, "extent %lld cannot be split into %lu parts",
                          (long long)extent, (unsigned long)n_parts);
    *size_out = i + 1 < n_parts ? size : extent - size * (n - 1);
    return ORTL_OK;
}

/* The list with its count; NULL: parts are even. */
static ortl_status find_sizes(const ortl__call *call, int64_t extent, const int64_t **sizes_out,
                              ortl_error *error) {
    const split_parameters *parameters = call->step->parameters;
    uint64_t n = parameters->is_input ? call->inputs[1]->n_elements : parameters->n_sizes;
    int64_t left = extent;
    *sizes_out = parameters->is_input ? call->inputs[1]->data : parameters->sizes;
    if (!parameters->is_listed) return ORTL_OK;
    if (n != call->step->node->n_outputs)
        return ortl__fail(error, ORTL_BAD_INPUT, "%llu sizes for %lu outputs",
                          (unsigned long long)n, (unsigned long)call->step->node->n_outputs);
    for (uint64_t i = 0; i < n; i++) {
        int64_t size = (*sizes_out)[i];
        left = size < 0 || size > left ? -1 : left - size;
        if (left < 0) break;
    }
    if (left == 0) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_INPUT, "the sizes of the parts do not add up to extent %lld",
                      (long long)extent);
}

ortl_status ortl__split_shape(ortl__call *call, ortl_error *error) {
    const split_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const int64_t *sizes = NULL;
    int64_t shape[ORTL_MAX_RANK], extent = 0;
    uint32_t axis = 0, n_parts = call->step->node->n_outputs;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) extent = input->shape[axis];
    if (status == ORTL_OK) status = find_sizes(call, extent, &sizes, error);
    for (uint32_t i = 0; i < input->rank; i++) shape[i] = input->shape[i];
    for (uint32_t i = 0; i < n_parts && status == ORTL_OK; i++) {
        if (parameters->is_listed)
            shape[axis] = sizes[i];
        else
            status = even_size(parameters, n_parts, i, extent, &shape[axis], error);
        if (status == ORTL_OK && call->outputs[i])
            status = ortl__tensor_shape(call->outputs[i], input->type, input->rank, shape, error);
    }
    return status;
}

ortl_status ortl__split_run(ortl__call *call, ortl_error *error) {
    const split_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    size_t element_bytes = ortl_type_bytes(input->type);
    const int64_t *sizes = NULL;
    int64_t first = 0, size = 0;
    uint32_t axis = 0, n_parts = call->step->node->n_outputs;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) status = find_sizes(call, input->shape[axis], &sizes, error);
    for (uint32_t i = 0; i < n_parts && status == ORTL_OK; i++, first += size) {
        if (parameters->is_listed)
            size = sizes[i];
        else
            status = even_size(parameters, n_parts, i, input->shape[axis], &size, error);
        if (status != ORTL_OK || !call->outputs[i]) continue;
        const ortl__tensor *output = call->outputs[i];
        ortl__strided strided = {.rank = input->rank};
        if (output->n_elements == 0) continue;
        ortl__strided_dense(input, strided.stride);
        for (uint32_t j = 0; j < input->rank; j++) strided.extent[j] = output->shape[j];
        strided.first =
            (const char *)input->data + (size_t)(first * strided.stride[axis]) * element_bytes;
        ortl__strided_copy(&strided, element_bytes, output->data);
    }
    return status;
}
