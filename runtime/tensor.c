/*
 * Shapes: their checked sizes, their texts, how they broadcast and the loop nests that follow. What
 * is computed inside the loops is left to the operators.
 */
#include "tensor.h"

#include <string.h>

#include "number.h"
#include "status.h"

/* X(type, C type, name) */
#define TYPE_MAP(X)                                                                                \
    X(ORTL_FLOAT, float, "float")                                                                  \
    X(ORTL_INT16, int16_t, "int16")                                                                \
    X(ORTL_INT32, int32_t, "int32")                                                                \
    X(ORTL_INT64, int64_t, "int64")                                                                \
    X(ORTL_STRING, ortl_string, "string")                                                          \
    X(ORTL_BOOL, uint8_t, "bool")                                                                  \
    X(ORTL_DOUBLE, double, "double")

const char *ortl_type_name(ortl_type type) {
    switch (type) {
#define TYPE_NAME(type, c_type, name)                                                              \
    case type: return name;
        TYPE_MAP(TYPE_NAME)
#undef TYPE_NAME
    default: return "undefined";
    }
}

size_t ortl_type_bytes(ortl_type type) {
    switch (type) {
#define TYPE_BYTES(type, c_type, name)                                                             \
    case type: return sizeof(c_type);
        TYPE_MAP(TYPE_BYTES)
#undef TYPE_BYTES
    default: return 0;
    }
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

/* Products stay below this, so that they fit int64_t and bytes of any type fit uint64_t. */
#define MAX_ELEMENTS ((uint64_t)1 << 62)

/* The product of the extents; the extents other than 0 are multiplied first, so that [0, huge,
 * huge] is refused whatever the order. */
static ortl_status count_elements(size_t rank, const int64_t *shape, uint64_t *n_elements_out,
                                  ortl_error *error) {
    uint64_t n_elements = 1;
    int is_empty = 0;
    for (size_t i = 0; i < rank; i++) {
        uint64_t extent = (uint64_t)shape[i];
        if (shape[i] < 0)
            return ortl__fail(error, ORTL_BAD_INPUT, "axis %lu has the negative extent %lld",
                              (unsigned long)i, (long long)shape[i]);
        is_empty |= extent == 0;
        if (extent == 0) continue;
        if (extent > MAX_ELEMENTS / n_elements)
            return ortl__fail(error, ORTL_BAD_INPUT,
                              "a tensor of rank %lu has more than 2^62 elements",
                              (unsigned long)rank);
        n_elements *= extent;
    }
    *n_elements_out = is_empty ? 0 : n_elements;
    return ORTL_OK;
}

ortl_status ortl__tensor_shape(ortl__tensor *tensor, ortl_type type, size_t rank,
                               const int64_t *shape, ortl_error *error) {
    uint64_t n_elements = 0;
    if (rank > ORTL_MAX_RANK)
        return ortl__fail(error, ORTL_BAD_INPUT, "rank %lu is above %d, the highest supported",
                          (unsigned long)rank, ORTL_MAX_RANK);
    ortl_status status = count_elements(rank, shape, &n_elements, error);
    if (status != ORTL_OK) return status;
    tensor->type = type;
    tensor->rank = (uint32_t)rank;
    for (size_t i = 0; i < rank; i++) tensor->shape[i] = shape[i];
    tensor->n_elements = n_elements;
    tensor->data = NULL;
    return ORTL_OK;
}

uint64_t ortl__tensor_bytes(const ortl__tensor *tensor) {
    uint64_t element_bytes = ortl_type_bytes(tensor->type);
    if (element_bytes && tensor->n_elements > UINT64_MAX / element_bytes) return UINT64_MAX;
    return tensor->n_elements * element_bytes;
}

int ortl__tensor_is_true(const ortl__tensor *tensor) {
    return tensor->n_elements == 1 && *(const uint8_t *)tensor->data != 0;
}

void ortl__tensor_shape_text(const ortl__tensor *tensor, char text_out[64]) {
    size_t length = 0;
    text_out[length++] = '[';
    for (uint32_t i = 0; i < tensor->rank; i++) {
        char digits[ORTL__NUMBER_CHARS];
        size_t n_digits = ortl__number_write_int64(tensor->shape[i], digits);
        if (length + n_digits + 6 > 64) { /* room is kept for a comma, "...", "]" and NUL */
            memcpy(text_out + length, "...", 3);
            length += 3;
            break;
        }
        memcpy(text_out + length, digits, n_digits);
        length += n_digits;
        if (i + 1 < tensor->rank) text_out[length++] = ',';
    }
    text_out[length++] = ']';
    text_out[length] = '\0';
}

static uint64_t product(const int64_t *extents, uint32_t first, uint32_t end) {
    uint64_t n = 1;
    for (uint32_t i = first; i < end; i++) n *= (uint64_t)extents[i];
    return n;
}

ortl__axis_view ortl__tensor_around(const ortl__tensor *tensor, uint32_t first_axis,
                                    uint32_t end_axis) {
    ortl__axis_view view = {product(tensor->shape, 0, first_axis),
                            product(tensor->shape, first_axis, end_axis),
                            product(tensor->shape, end_axis, tensor->rank)};
    return view;
}

/* ---- Broadcasting ---------------------------------------------------------------------------- */

/* The extent of an input along an axis of the output: shapes are aligned at their last axes, and
 * missing axes count as 1. */
static int64_t aligned_extent(const ortl__tensor *input, uint32_t out_rank, uint32_t axis) {
    uint32_t n_missing = out_rank - input->rank;
    return axis < n_missing ? 1 : input->shape[axis - n_missing];
}

static ortl_status fail_broadcast(const ortl__tensor *left, const ortl__tensor *right,
                                  ortl_error *error) {
    char left_text[64], right_text[64];
    ortl__tensor_shape_text(left, left_text);
    ortl__tensor_shape_text(right, right_text);
    return ortl__fail(error, ORTL_BAD_INPUT, "shapes %s and %s do not broadcast", left_text,
                      right_text);
}

ortl_status ortl__broadcast_shape(const ortl__tensor *const *inputs, size_t n_inputs,
                                  ortl__tensor *out_shape, ortl_error *error) {
    int64_t shape[ORTL_MAX_RANK];
    uint32_t rank = 0;
    for (size_t k = 0; k < n_inputs; k++)
        if (inputs[k]->rank > rank) rank = inputs[k]->rank;
    for (uint32_t axis = 0; axis < rank; axis++) {
        const ortl__tensor *owner = inputs[0]; /* of the extent that is not 1 */
        shape[axis] = 1;
        for (size_t k = 0; k < n_inputs; k++) {
            int64_t extent = aligned_extent(inputs[k], rank, axis);
            if (extent == 1 || extent == shape[axis]) continue;
            if (shape[axis] != 1) return fail_broadcast(owner, inputs[k], error);
            shape[axis] = extent;
            owner = inputs[k];
        }
    }
    return ortl__tensor_shape(out_shape, out_shape->type, rank, shape, error);
}

/* Puts an axis in front of the loops found so far, or merges it with the outermost of them. The
 * loops are collected innermost first. */
static void add_loop(ortl__broadcast *plan, size_t n_inputs, int64_t extent,
                     const int64_t *strides) {
    int merges = plan->rank > 0;
    uint32_t outermost = plan->rank - 1;
    for (size_t k = 0; k < n_inputs && merges; k++)
        merges = strides[k] == plan->stride[k][outermost] * plan->extent[outermost];
    if (merges) {
        plan->extent[outermost] *= extent;
        return;
    }
    for (size_t k = 0; k < n_inputs; k++) plan->stride[k][plan->rank] = strides[k];
    plan->extent[plan->rank++] = extent;
}

static void swap(int64_t *left, int64_t *right) {
    int64_t kept = *left;
    *left = *right;
    *right = kept;
}

static void reverse_loops(ortl__broadcast *plan, size_t n_inputs) {
    for (uint32_t i = 0, j = plan->rank - 1; i < j; i++, j--) {
        swap(&plan->extent[i], &plan->extent[j]);
        for (size_t k = 0; k < n_inputs; k++) swap(&plan->stride[k][i], &plan->stride[k][j]);
    }
}

void ortl__broadcast_plan(const ortl__tensor *const *inputs, size_t n_inputs,
                          const ortl__tensor *out, ortl__broadcast *plan_out) {
    int64_t dense[3] = {1, 1, 1}; /* elements between neighbours along the axis, were it not 1 */
    plan_out->rank = 0;
    for (uint32_t axis = out->rank; axis-- > 0;) {
        int64_t strides[3];
        if (out->shape[axis] == 1) continue;
        for (size_t k = 0; k < n_inputs; k++) {
            int64_t extent = aligned_extent(inputs[k], out->rank, axis);
            strides[k] = extent == 1 ? 0 : dense[k];
            dense[k] *= extent;
        }
        add_loop(plan_out, n_inputs, out->shape[axis], strides);
    }
    if (plan_out->rank == 0) { /* a single element */
        const int64_t strides[3] = {1, 1, 1};
        add_loop(plan_out, n_inputs, 1, strides);
    }
    reverse_loops(plan_out, n_inputs);
    plan_out->n_outer = product(plan_out->extent, 0, plan_out->rank - 1);
}
