/*
 * Prepare, shape and run of every elementwise operator, and the two ways in which ONNX aligns their
 * shapes: multidirectional broadcasting, and the one-sided one of versions 1 to 6.
 */
#include "elementwise.h"

#include <string.h>

#include "../status.h"
#include "families.h"

static const ortl__elementwise *const operations[] = {
#define OPERATION(detail, description) &ortl__elementwise_##description,
    ORTL__ELEMENTWISE_MAP(OPERATION)
#undef OPERATION
};

/* Versions 1 to 6: input 1 is repeated to the shape of input 0, or has it. */
typedef struct one_sided {
    int is_repeated; /* the attribute broadcast */
    int has_axis;
    int64_t axis; /* of input 0, where axis 0 of input 1 lies; else the last axes are aligned */
} one_sided;

typedef struct elementwise_parameters {
    ortl__loop *loop;
    const one_sided *one_sided; /* NULL: of a later version */
} elementwise_parameters;

/* ---- Prepare --------------------------------------------------------------------------------- */

static const ortl_type bool_only[] = {ORTL_BOOL, ORTL_UNDEFINED};

/* ORTL_UNSUPPORTED unless there is a loop for the type of an input. */
static ortl_status check_looped(const ortl__loading *loading, uint32_t index,
                                ortl__loop *const *loops, ortl_error *error) {
    ortl_type supported[ORTL__TYPE_END + 1];
    size_t n_supported = 0;
    for (ortl_type type = ORTL_FLOAT; type < ORTL__TYPE_END; type = (ortl_type)(type + 1))
        if (loops[type]) supported[n_supported++] = type;
    supported[n_supported] = ORTL_UNDEFINED;
    return ortl__operator_types(loading, index, supported, error);
}

/* The loop for the types of the inputs, of which each is checked. */
static ortl_status choose_loop(const ortl__loading *loading, const ortl__elementwise *operation,
                               ortl__loop **loop_out, ortl_error *error) {
    uint32_t first = operation->n_conditions; /* of those that share a type */
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < first && status == ORTL_OK; i++)
        status = ortl__operator_types(loading, i, bool_only, error);
    if (status == ORTL_OK) status = check_looped(loading, first, operation->loops, error);
    if (status != ORTL_OK) return status;
    *loop_out = operation->loops[loading->inputs[first]->type];
    if (!operation->mixed_loops)
        return ortl__operator_same_types(loading, first, loading->node->n_inputs, error);
    ortl__loop *const *loops = operation->mixed_loops[loading->inputs[0]->type];
    status = check_looped(loading, 1, loops, error);
    if (status == ORTL_OK) *loop_out = loops[loading->inputs[1]->type];
    return status;
}

/* The rank that all inputs with rows share; 0 when one is not known, or when they differ, so that
 * the rows of one may lie along the columns of another. */
static uint32_t common_rank(const ortl__loading *loading, uint32_t n_inputs) {
    uint32_t common = 0;
    for (uint32_t i = 0; i < n_inputs; i++) {
        uint32_t rank = 0;
        const int64_t *shape;
        if (loading->inputs[i]->constant) continue;
        if (!ortl__value_shape(loading->inputs[i], &rank, &shape)) return 0;
        if (common && rank != common) return 0;
        common = rank;
    }
    return common;
}

/* A constant leaves rows apart when it is the same for all of them. */
static int is_same_for_rows(const ortl__tensor *constant, uint32_t rank) {
    if (constant->rank <= 1 && constant->n_elements == 1) return 1;
    return constant->rank < rank || (constant->rank == rank && constant->shape[0] == 1);
}

static int keeps_rows_apart(const ortl__loading *loading, uint32_t n_inputs) {
    uint32_t rank = common_rank(loading, n_inputs);
    uint32_t n_varying = 0;
    for (uint32_t i = 0; i < n_inputs; i++) {
        const ortl__tensor *constant = loading->inputs[i]->constant;
        if (!constant)
            n_varying++;
        else if (!is_same_for_rows(constant, rank))
            return 0;
    }
    return n_varying == 1 || rank > 0;
}

/* What broadcasting makes of the shapes that are known: an extent is known where an input has it
 * known and not 1, or where all have 1. */
static void derive_shape(const ortl__loading *loading, uint32_t n_inputs, ortl_type type) {
    int64_t shape[ORTL_MAX_RANK];
    const int64_t *extents;
    uint32_t rank = 0, out_rank = 0;
    int is_known = 1;
    for (uint32_t i = 0; i < n_inputs && is_known; i++) {
        is_known = ortl__value_shape(loading->inputs[i], &rank, &extents);
        if (is_known && rank > out_rank) out_rank = rank;
    }
    for (uint32_t axis = 0; axis < out_rank; axis++) shape[axis] = 1;
    for (uint32_t i = 0; i < n_inputs && is_known; i++) {
        ortl__value_shape(loading->inputs[i], &rank, &extents);
        for (uint32_t axis = 0; axis < rank; axis++) {
            int64_t *extent = &shape[out_rank - rank + axis];
            if (extents[axis] != 1 && *extent <= 1) *extent = extents[axis];
        }
    }
    ortl__value_set(loading->outputs[0], type, out_rank, is_known ? shape : NULL);
}

static ortl_status prepare(ortl__loading *loading, ortl__step *step, const char *attributes,
                           ortl_error *error) {
    elementwise_parameters *parameters = NULL;
    const ortl__elementwise *operation = operations[step->operator->detail];
    uint32_t least = operation->is_variadic ? 1 : operation->n_inputs;
    uint32_t most = operation->is_variadic ? UINT32_MAX : operation->n_inputs;
    ortl_status status = ortl__operator_arity(loading, least, most, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = choose_loop(loading, operation, &parameters->loop, error);
    if (status == ORTL_OK && operation->uses_libm) status = ortl__libm_open(loading->libm, error);
    if (status != ORTL_OK) return status;
    uint32_t n = loading->node->n_inputs;
    ortl_type type = loading->inputs[operation->n_conditions]->type;
    derive_shape(loading, n, operation->output_type ? operation->output_type : type);
    if (!keeps_rows_apart(loading, n)) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__elementwise_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    return prepare(loading, step, "", error);
}

/* Version 1 lists inputs that might be overwritten; nothing here overwrites inputs. */
ortl_status ortl__elementwise_consuming_prepare(ortl__loading *loading, ortl__step *step,
                                                ortl_error *error) {
    return prepare(loading, step, "consumed_inputs", error);
}

ortl_status ortl__elementwise_one_sided_prepare(ortl__loading *loading, ortl__step *step,
                                                ortl_error *error) {
    int64_t is_repeated = 0;
    const ortl__attribute *axis = NULL;
    one_sided *rule = NULL;
    ortl_status status = prepare(loading, step, "consumed_inputs broadcast axis", error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "broadcast", 0, &is_repeated, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "axis", ORTL__ATTRIBUTE_INT, &axis, error);
    if (status != ORTL_OK) return status;
    elementwise_parameters *parameters = step->parameters;
    status = ortl__arena_new(loading->arena, 1, sizeof *rule, &rule, error);
    if (status != ORTL_OK) return status;
    *rule = (one_sided){is_repeated != 0, axis != NULL, axis ? axis->as.ints[0] : 0};
    parameters->one_sided = rule;
    ortl__value_set_like(loading->outputs[0], loading->outputs[0]->type, loading->inputs[0]);
    if (axis) step->is_row_wise = 0; /* rows of input 1 may lie along any axis */
    return ORTL_OK;
}

/* ---- Shape and run --------------------------------------------------------------------------- */

static ortl_status fail_one_sided(const ortl__call *call, ortl_error *error) {
    char left[64], right[64];
    ortl__tensor_shape_text(call->inputs[0], left);
    ortl__tensor_shape_text(call->inputs[1], right);
    return ortl__fail(error, ORTL_BAD_INPUT, "input 1 of shape %s does not repeat to %s", right,
                      left);
}

static const one_sided *one_sided_of(const ortl__call *call) {
    const elementwise_parameters *parameters = call->step->parameters;
    return parameters->one_sided;
}

/* Input 1 with the axes of extent 1 behind it that put it under its place in input 0. */
static ortl_status align_second(const ortl__call *call, ortl__tensor *second_out,
                                ortl_error *error) {
    const one_sided *rule = one_sided_of(call);
    const ortl__tensor *first = call->inputs[0];
    uint32_t axis = 0;
    *second_out = *call->inputs[1];
    if (!rule->has_axis || second_out->rank == 0) return ORTL_OK;
    ortl_status status = ortl__operator_axis(rule->axis, first->rank, &axis, error);
    if (status != ORTL_OK) return status;
    if (axis + second_out->rank > first->rank) return fail_one_sided(call, error);
    while (axis + second_out->rank < first->rank) second_out->shape[second_out->rank++] = 1;
    return ORTL_OK;
}

static ortl_status one_sided_shape(ortl__call *call, ortl_error *error) {
    const one_sided *rule = one_sided_of(call);
    const ortl__tensor *first = call->inputs[0];
    ortl__tensor second, *output = call->outputs[0];
    ortl_status status = align_second(call, &second, error);
    if (status != ORTL_OK) return status;
    if (!rule->is_repeated && second.rank != first->rank) return fail_one_sided(call, error);
    if (second.rank > first->rank) return fail_one_sided(call, error);
    for (uint32_t axis = 0; axis < second.rank; axis++) {
        int64_t wanted = first->shape[first->rank - second.rank + axis];
        int is_single = rule->is_repeated && second.shape[axis] == 1;
        if (second.shape[axis] != wanted && !is_single) return fail_one_sided(call, error);
    }
    return ortl__tensor_shape(output, output->type, first->rank, first->shape, error);
}

ortl_status ortl__elementwise_shape(ortl__call *call, ortl_error *error) {
    if (call->step->node->n_inputs == 1) return ortl__shape_like_first(call, error);
    if (one_sided_of(call)) return one_sided_shape(call, error);
    return ortl__broadcast_shape(call->inputs, call->step->node->n_inputs, call->outputs[0], error);
}

/* Inputs 0 and 1 give the first result, which takes up the others one by one. */
static void fold_inputs(const ortl__call *call, ortl__loop *loop) {
    ortl__tensor *output = call->outputs[0];
    if (call->step->node->n_inputs == 1) {
        if (output->n_elements)
            memcpy(output->data, call->inputs[0]->data, (size_t)ortl__tensor_bytes(output));
        return;
    }
    ortl__loop_run(loop, call->libm, call->inputs, 2, output);
    for (uint32_t i = 2; i < call->step->node->n_inputs; i++) {
        const ortl__tensor *const pair[] = {output, call->inputs[i]};
        ortl__loop_run(loop, call->libm, pair, 2, output);
    }
}

ortl_status ortl__elementwise_run(ortl__call *call, ortl_error *error) {
    const elementwise_parameters *parameters = call->step->parameters;
    const ortl__elementwise *operation = operations[call->step->operator->detail];
    ortl__tensor second;
    const ortl__tensor *aligned[] = {call->inputs[0], &second};
    const ortl__tensor *const *inputs = call->inputs;
    ortl_status status = ORTL_OK;
    if (operation->check) status = operation->check(call, error);
    if (status == ORTL_OK && parameters->one_sided) {
        status = align_second(call, &second, error);
        inputs = aligned;
    }
    if (status != ORTL_OK) return status;
    if (operation->is_variadic)
        fold_inputs(call, parameters->loop);
    else
        ortl__loop_run(parameters->loop, call->libm, inputs, operation->n_inputs, call->outputs[0]);
    return ORTL_OK;
}
