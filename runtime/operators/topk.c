/*
 * TopK: the greatest or smallest elements along an axis and where they stand. Each element is
 * turned into an integer that sorts as it does, so that one heap serves all types.
 */
#include <string.h>

#include "../status.h"
#include "elementwise.h"
#include "families.h"
#include "integers.h"

typedef struct topk_parameters {
    int64_t axis;
    int64_t is_largest;
    ortl__integers k;
} topk_parameters;

/* k is an attribute before version 10, input 1 from then on. */
static ortl_status read_k(const ortl__loading *loading, topk_parameters *parameters,
                          ortl_error *error) {
    parameters->k = (ortl__integers){.is_given = 1, .input = ORTL__NO_VALUE, .n = 1};
    if (loading->version >= 10) return ortl__integers_input(loading, 1, &parameters->k, error);
    if (!ortl__node_attribute(loading->node, "k"))
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"k\" is missing");
    return ortl__operator_int(loading, "k", 0, &parameters->k.values[0], error);
}

/* sorted = 0 leaves the order open, so it is sorted all the same. */
ortl_status ortl__topk_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    topk_parameters *parameters = NULL;
    uint32_t n_inputs = loading->version < 10 ? 1 : 2;
    const char *attributes = loading->version < 10   ? "axis k"
                             : loading->version < 11 ? "axis"
                                                     : "axis largest sorted";
    ortl_status status = ortl__operator_arity(loading, n_inputs, n_inputs, 0, 2, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", -1, &parameters->axis, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "largest", 1, &parameters->is_largest, error);
    if (status == ORTL_OK) status = read_k(loading, parameters, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < loading->node->n_outputs; i++)
        if (loading->outputs[i])
            ortl__value_set(loading->outputs[i], i ? ORTL_INT64 : loading->inputs[0]->type, 0,
                            NULL);
    if (!ortl__integers_are_known(&parameters->k)) step->is_row_wise = 0;
    return ortl__step_works_along(loading, step, parameters->axis, error);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

typedef struct candidate {
    uint64_t key;   /* greater goes first */
    uint64_t index; /* along the axis; among equal keys the lower goes first */
} candidate;

/* Sorts as the integer does. */
static uint64_t integer_key(int64_t value) {
    return (uint64_t)value ^ (uint64_t)1 << 63;
}

/* Sorts as the real does: NaN above all, the zeros alike. */
static uint64_t real_key(double value) {
    uint64_t bits;
    if (value != value) return UINT64_MAX;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static uint64_t key_at(const ortl__tensor *tensor, uint64_t i) {
    switch (tensor->type) {
    case ORTL_FLOAT: return real_key((double)((const float *)tensor->data)[i]);
    case ORTL_DOUBLE: return real_key(((const double *)tensor->data)[i]);
    case ORTL_INT64: return integer_key(((const int64_t *)tensor->data)[i]);
    default: return integer_key(((const int32_t *)tensor->data)[i]);
    }
}

static int goes_before(const candidate *left, const candidate *right) {
    return left->key != right->key ? left->key > right->key : left->index < right->index;
}

/* ---- Selection ------------------------------------------------------------------------------- */

static void swap(candidate *left, candidate *right) {
    candidate kept = *left;
    *left = *right;
    *right = kept;
}

/* Restores the heap, whose top goes last of all, below its top. */
static void sift_down(candidate *heap, uint64_t n) {
    for (uint64_t at = 0; 2 * at + 1 < n;) {
        uint64_t child = 2 * at + 1;
        if (child + 1 < n && goes_before(&heap[child], &heap[child + 1])) child++;
        if (!goes_before(&heap[at], &heap[child])) return;
        swap(&heap[at], &heap[child]);
        at = child;
    }
}

static void sift_up(candidate *heap, uint64_t at) {
    while (at > 0 && goes_before(&heap[(at - 1) / 2], &heap[at])) {
        swap(&heap[(at - 1) / 2], &heap[at]);
        at = (at - 1) / 2;
    }
}

/* The first k of the elements first, first + step, ..., in their order; k is at least 1. */
static void select_first(const ortl__tensor *input, uint64_t first, ortl__axis_view view,
                         int is_largest, candidate *heap, uint64_t k) {
    uint64_t n = 0;
    for (uint64_t j = 0; j < view.n_along; j++) {
        uint64_t key = key_at(input, first + j * view.n_inner);
        candidate next = {is_largest ? key : ~key, j};
        if (n < k) {
            heap[n] = next;
            sift_up(heap, n++);
        } else if (goes_before(&next, &heap[0])) {
            heap[0] = next;
            sift_down(heap, k);
        }
    }
    for (uint64_t last = k; last-- > 1;) {
        swap(&heap[0], &heap[last]);
        sift_down(heap, last);
    }
}

/* ---- Shape and run --------------------------------------------------------------------------- */

ortl_status ortl__topk_shape(ortl__call *call, ortl_error *error) {
    const topk_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    int64_t shape[ORTL_MAX_RANK];
    uint32_t axis = 0;
    ortl__integers k;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) status = ortl__integers_read(call, &parameters->k, &k, error);
    if (status != ORTL_OK) return status;
    if (k.n != 1 || k.values[0] < 0 || k.values[0] > input->shape[axis])
        return ortl__fail(error, ORTL_BAD_INPUT, "k is %lld of %lld elements",
                          (long long)(k.n ? k.values[0] : 0), (long long)input->shape[axis]);
    for (uint32_t i = 0; i < input->rank; i++) shape[i] = input->shape[i];
    shape[axis] = k.values[0];
    for (uint32_t i = 0; i < call->step->node->n_outputs && status == ORTL_OK; i++)
        if (call->outputs[i])
            status = ortl__tensor_shape(call->outputs[i], i ? ORTL_INT64 : input->type, input->rank,
                                        shape, error);
    call->scratch_bytes = (uint64_t)k.values[0] * sizeof(candidate);
    return status;
}

ortl_status ortl__topk_run(ortl__call *call, ortl_error *error) {
    const topk_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const ortl__tensor *values = ortl__call_output(call, 0), *indices = ortl__call_output(call, 1);
    const ortl__tensor *any = values ? values : indices;
    size_t element_bytes = ortl_type_bytes(input->type);
    candidate *heap = call->scratch;
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status != ORTL_OK || !any || any->n_elements == 0) return status;
    ortl__axis_view view = ortl__tensor_around(input, axis, axis + 1);
    uint64_t k = (uint64_t)any->shape[axis];
    for (uint64_t i = 0; i < view.n_outer * view.n_inner; i++) {
        uint64_t outer = i / view.n_inner, inner = i % view.n_inner;
        uint64_t first = outer * view.n_along * view.n_inner + inner;
        select_first(input, first, view, parameters->is_largest != 0, heap, k);
        for (uint64_t j = 0; j < k; j++) {
            uint64_t to = (outer * k + j) * view.n_inner + inner;
            uint64_t from = first + heap[j].index * view.n_inner;
            if (values)
                memcpy((char *)values->data + to * element_bytes,
                       (const char *)input->data + from * element_bytes, element_bytes);
            if (indices) ((int64_t *)indices->data)[to] = (int64_t)heap[j].index;
        }
    }
    return ORTL_OK;
}
