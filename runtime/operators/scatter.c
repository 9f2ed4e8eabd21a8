/*
 * ScatterElements and ScatterND: a copy of a tensor in which elements, or the blocks behind an
 * index of several axes, are replaced by updates or combined with them; and GatherND, which reads
 * such blocks. Where several updates meet one element they take turns.
 */
#include <string.h>

#include "../status.h"
#include "elementwise.h"
#include "families.h"
#include "indices.h"

typedef struct scatter_parameters {
    int64_t axis;
    int64_t n_batch;  /* leading axes of GatherND in which each place has indices of its own */
    ortl__loop *loop; /* combines an element with its update; NULL: the update replaces it */
} scatter_parameters;

/* ---- Prepare --------------------------------------------------------------------------------- */

static ortl_status read_reduction(const ortl__loading *loading, scatter_parameters *parameters,
                                  ortl_error *error) {
    static const char *const names[] = {"none", "add", "mul", "max", "min"};
    static const ortl__elementwise *const reductions[] = {
        NULL, &ortl__elementwise_add, &ortl__elementwise_multiply, &ortl__elementwise_max,
        &ortl__elementwise_min};
    const ortl_type type = loading->inputs[0]->type;
    const char *name = NULL;
    size_t choice = 0;
    ortl_status status = ortl__operator_string(loading, "reduction", "none", &name, error);
    if (status == ORTL_OK)
        status = ortl__operator_choice(loading, "reduction", name, names, 5, &choice, error);
    if (status != ORTL_OK || choice == 0) return status;
    parameters->loop = reductions[choice]->loops[type];
    if (parameters->loop) return ORTL_OK;
    return ortl__fail(error, ORTL_UNSUPPORTED, "reduction \"%s\" of %s is not supported", name,
                      ortl_type_name(type));
}

static ortl_status prepare(ortl__loading *loading, ortl__step *step, uint32_t n_inputs,
                           const char *attributes, ortl_error *error) {
    scatter_parameters *parameters = NULL;
    ortl_status status = ortl__operator_arity(loading, n_inputs, n_inputs, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__indices_type(loading, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "axis", 0, &parameters->axis, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "batch_dims", 0, &parameters->n_batch, error);
    if (status == ORTL_OK) status = read_reduction(loading, parameters, error);
    return status;
}

static ortl_status prepare_scatter(ortl__loading *loading, ortl__step *step, const char *attributes,
                                   ortl_error *error) {
    ortl_status status = prepare(loading, step, 3, attributes, error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    if (loading->inputs[2]->type == loading->inputs[0]->type) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "updates of type %s into %s",
                      ortl_type_name(loading->inputs[2]->type),
                      ortl_type_name(loading->inputs[0]->type));
}

ortl_status ortl__scatter_elements_prepare(ortl__loading *loading, ortl__step *step,
                                           ortl_error *error) {
    return prepare_scatter(loading, step, loading->version >= 16 ? "axis reduction" : "axis",
                           error);
}

ortl_status ortl__scatter_nd_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    return prepare_scatter(loading, step, loading->version >= 16 ? "reduction" : "", error);
}

ortl_status ortl__gather_nd_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl_status status =
        prepare(loading, step, 2, loading->version >= 12 ? "batch_dims" : "", error);
    if (status == ORTL_OK) ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    return status;
}

/* ---- Updates --------------------------------------------------------------------------------- */

static void copy_input(const ortl__call *call) {
    if (call->outputs[0]->n_elements)
        memcpy(call->outputs[0]->data, call->inputs[0]->data,
               (size_t)ortl__tensor_bytes(call->inputs[0]));
}

/* The n elements from number `to` of the output on, by as many updates. */
static void update(const ortl__call *call, uint64_t to, uint64_t from, uint64_t n) {
    const scatter_parameters *parameters = call->step->parameters;
    const size_t element_bytes = ortl_type_bytes(call->inputs[0]->type);
    char *element = (char *)call->outputs[0]->data + to * element_bytes;
    const char *given = (const char *)call->inputs[2]->data + from * element_bytes;
    const ortl__stretch stretch = {
        .inputs = {element, given}, .stride = {1, 1}, .output = element, .count = n};
    if (parameters->loop)
        parameters->loop(&stretch);
    else
        memcpy(element, given, (size_t)n * element_bytes);
}

static ortl_status fail_updates(const ortl__call *call, ortl_error *error) {
    char given[64], indices[64], into[64];
    ortl__tensor_shape_text(call->inputs[0], into);
    ortl__tensor_shape_text(call->inputs[1], indices);
    ortl__tensor_shape_text(call->inputs[2], given);
    return ortl__fail(error, ORTL_BAD_INPUT, "updates of shape %s by indices of shape %s into %s",
                      given, indices, into);
}

/* ---- ScatterElements ------------------------------------------------------------------------- */

ortl_status ortl__scatter_elements_shape(ortl__call *call, ortl_error *error) {
    const scatter_parameters *parameters = call->step->parameters;
    const ortl__tensor *indices = call->inputs[1], *updates = call->inputs[2];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, call->inputs[0]->rank, &axis, error);
    if (status == ORTL_OK) status = ortl__indices_fit(call->inputs[0], indices, axis, error);
    if (status != ORTL_OK) return status;
    if (updates->rank != indices->rank ||
        memcmp(updates->shape, indices->shape, indices->rank * sizeof *indices->shape) != 0)
        return fail_updates(call, error);
    return ortl__shape_like_first(call, error);
}

ortl_status ortl__scatter_elements_run(ortl__call *call, ortl_error *error) {
    const scatter_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    uint32_t axis = 0;
    ortl_status status = ortl__operator_axis(parameters->axis, input->rank, &axis, error);
    if (status == ORTL_OK) status = ortl__indices_check(indices, input->shape[axis], error);
    if (status != ORTL_OK) return status;
    copy_input(call);
    for (uint64_t i = 0; i < indices->n_elements; i++)
        update(call, ortl__indices_element(input, indices, axis, i), i, 1);
    return ORTL_OK;
}

/* ---- Indices of several axes ----------------------------------------------------------------- */

/* How the last axis of the indices, n_axes long, names blocks of a tensor behind n_batch axes. */
typedef struct tuples {
    uint32_t n_batch, n_axes;
    uint64_t n_tuples;
    uint64_t n_per_place; /* tuples for each place of the batch */
    uint64_t n_block;     /* elements of a block */
} tuples;

static ortl_status find_tuples(const ortl__call *call, tuples *tuples_out, ortl_error *error) {
    const scatter_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    const int64_t n_batch = parameters->n_batch;
    const int64_t n_axes = indices->rank ? indices->shape[indices->rank - 1] : 0;
    int fits = n_batch >= 0 && n_batch < (int64_t)indices->rank && n_axes > 0 &&
               n_axes <= (int64_t)input->rank - n_batch;
    tuples found = {.n_batch = (uint32_t)n_batch, .n_axes = (uint32_t)n_axes};
    for (uint32_t i = 0; fits && i < found.n_batch; i++)
        fits = indices->shape[i] == input->shape[i];
    if (!fits) {
        char from[64], chosen[64];
        ortl__tensor_shape_text(input, from);
        ortl__tensor_shape_text(indices, chosen);
        return ortl__fail(error, ORTL_BAD_INPUT, "indices of shape %s into shape %s", chosen, from);
    }
    found.n_tuples = indices->n_elements / (uint64_t)n_axes;
    found.n_per_place = ortl__tensor_around(indices, found.n_batch, indices->rank - 1).n_along;
    found.n_block = ortl__tensor_around(input, found.n_batch + found.n_axes, input->rank).n_along;
    *tuples_out = found;
    return ORTL_OK;
}

/* The first element of the block that tuple number i names. */
static ortl_status find_block(const ortl__call *call, const tuples *t, uint64_t i, uint64_t *at_out,
                              ortl_error *error) {
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    uint64_t block = t->n_batch ? i / t->n_per_place : 0;
    for (uint32_t k = 0; k < t->n_axes; k++) {
        const int64_t extent = input->shape[t->n_batch + k];
        const int64_t index = ortl__indices_at(indices, i * t->n_axes + k, extent);
        if (index < 0)
            return ortl__fail(error, ORTL_BAD_INPUT,
                              "index number %llu lies outside of extent %lld",
                              (unsigned long long)(i * t->n_axes + k), (long long)extent);
        block = block * (uint64_t)extent + (uint64_t)index;
    }
    *at_out = block * t->n_block;
    return ORTL_OK;
}

/* The axes of the indices but the last, then those of the blocks; at most 2 * ORTL_MAX_RANK. */
static uint32_t list_extents(const ortl__call *call, const tuples *t,
                             int64_t shape_out[2 * ORTL_MAX_RANK]) {
    const ortl__tensor *input = call->inputs[0], *indices = call->inputs[1];
    uint32_t rank = 0;
    for (uint32_t i = 0; i + 1 < indices->rank; i++) shape_out[rank++] = indices->shape[i];
    for (uint32_t i = t->n_batch + t->n_axes; i < input->rank; i++)
        shape_out[rank++] = input->shape[i];
    return rank;
}

ortl_status ortl__scatter_nd_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *updates = call->inputs[2];
    int64_t wanted[2 * ORTL_MAX_RANK];
    tuples t;
    ortl_status status = find_tuples(call, &t, error);
    if (status != ORTL_OK) return status;
    if (list_extents(call, &t, wanted) != updates->rank ||
        memcmp(wanted, updates->shape, updates->rank * sizeof *wanted) != 0)
        return fail_updates(call, error);
    return ortl__shape_like_first(call, error);
}

ortl_status ortl__scatter_nd_run(ortl__call *call, ortl_error *error) {
    uint64_t at = 0;
    tuples t;
    ortl_status status = find_tuples(call, &t, error);
    if (status != ORTL_OK) return status;
    copy_input(call);
    for (uint64_t i = 0; i < t.n_tuples && status == ORTL_OK; i++) {
        status = find_block(call, &t, i, &at, error);
        if (status == ORTL_OK && t.n_block) update(call, at, i * t.n_block, t.n_block);
    }
    return status;
}

ortl_status ortl__gather_nd_shape(ortl__call *call, ortl_error *error) {
    int64_t shape[2 * ORTL_MAX_RANK];
    tuples t;
    ortl_status status = find_tuples(call, &t, error);
    if (status != ORTL_OK) return status;
    return ortl__tensor_shape(call->outputs[0], call->outputs[0]->type,
                              list_extents(call, &t, shape), shape, error);
}

ortl_status ortl__gather_nd_run(ortl__call *call, ortl_error *error) {
    const size_t element_bytes = ortl_type_bytes(call->inputs[0]->type);
    uint64_t at = 0;
    tuples t;
    ortl_status status = find_tuples(call, &t, error);
    if (status != ORTL_OK) return status;
    const size_t block_bytes = (size_t)t.n_block * element_bytes;
    char *to = call->outputs[0]->data;
    for (uint64_t i = 0; i < t.n_tuples && status == ORTL_OK; i++, to += block_bytes) {
        status = find_block(call, &t, i, &at, error);
        if (status == ORTL_OK && block_bytes)
            memcpy(to, (const char *)call->inputs[0]->data + (size_t)at * element_bytes,
                   block_bytes);
    }
    return status;
}
