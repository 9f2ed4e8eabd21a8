/*
 * Operators that give the same elements under another name or shape: Identity, Reshape. Their
 * output is an alias, so only shapes are computed here.
 */
#include "../status.h"
#include "families.h"

/* ---- Identity -------------------------------------------------------------------------------- */

ortl_status ortl__identity_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    (void)step;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "", error);
    if (status != ORTL_OK) return status;
    ortl__value_set_like(loading->outputs[0], loading->inputs[0]->type, loading->inputs[0]);
    loading->outputs[0]->is_map = loading->inputs[0]->is_map;
    return ORTL_OK;
}

/* ---- Reshape --------------------------------------------------------------------------------- */

typedef struct reshape_parameters {
    int allows_zero;       /* 0 is an extent, not "as in the input" */
    const int64_t *target; /* (n_target) NULL: input 1 is read at each call */
    uint64_t n_target;
} reshape_parameters;

static ortl_status read_constant_target(const ortl__loading *loading,
                                        reshape_parameters *parameters, ortl_error *error) {
    static const ortl_type int64_only[] = {ORTL_INT64, ORTL_UNDEFINED};
    const ortl__tensor *constant = loading->inputs[1]->constant;
    ortl_status status = ortl__operator_types(loading, 1, int64_only, error);
    if (status != ORTL_OK || !constant) return status;
    if (constant->rank != 1)
        return ortl__fail(error, ORTL_BAD_MODEL, "the shape has rank %lu, 1 expected",
                          (unsigned long)constant->rank);
    parameters->target = constant->data;
    parameters->n_target = constant->n_elements;
    return ORTL_OK;
}

static ortl_status read_attribute_target(const ortl__loading *loading,
                                         reshape_parameters *parameters, ortl_error *error) {
    static const int64_t none[1] = {0};
    const ortl__attribute *shape = NULL;
    ortl_status status = ortl__operator_list(loading, "shape", ORTL__ATTRIBUTE_INTS, &shape, error);
    if (status != ORTL_OK) return status;
    if (!shape) return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"shape\" is missing");
    parameters->target = shape->count ? shape->as.ints : none;
    parameters->n_target = shape->count;
    return ORTL_OK;
}

/* Elements of a row of the shape, axes 1 and up; -1 when an extent is not known. Zeros in a target
 * stand for the extents of `copied`. */
static int64_t row_elements(uint32_t rank, const int64_t *shape, const int64_t *copied,
                            uint32_t n_copied) {
    int64_t n = 1;
    for (uint32_t i = 1; i < rank; i++) {
        int64_t extent = shape[i];
        if (extent == 0 && copied) extent = i < n_copied ? copied[i] : -1;
        if (extent < 0 || (extent > 0 && n > INT64_MAX / extent)) return -1;
        n *= extent;
    }
    return n;
}

/* Rows stay rows when axis 0 is copied, or when it is inferred and a row keeps its size. */
static int keeps_rows(const ortl__loading *loading, const reshape_parameters *parameters) {
    uint32_t rank = 0;
    const int64_t *shape;
    if (!parameters->target || !parameters->n_target || parameters->n_target > ORTL_MAX_RANK)
        return 0;
    if (parameters->target[0] == 0) return !parameters->allows_zero;
    if (parameters->target[0] != -1 || !ortl__value_shape(loading->inputs[0], &rank, &shape))
        return 0;
    int64_t n_before = row_elements(rank, shape, NULL, 0);
    int64_t n_after = row_elements((uint32_t)parameters->n_target, parameters->target,
                                   parameters->allows_zero ? NULL : shape, rank);
    return rank > 0 && n_before > 0 && n_before == n_after;
}

static void derive_reshaped(const ortl__loading *loading, const reshape_parameters *parameters) {
    int64_t derived[ORTL_MAX_RANK];
    const int64_t *shape = NULL;
    uint32_t rank = 0;
    const ortl__value *input = loading->inputs[0];
    int is_known = parameters->target && parameters->n_target <= ORTL_MAX_RANK;
    if (!ortl__value_shape(input, &rank, &shape)) rank = 0;
    for (uint32_t i = 0; is_known && i < parameters->n_target; i++) {
        int64_t extent = parameters->target[i];
        if (extent == 0 && !parameters->allows_zero) extent = i < rank ? shape[i] : -1;
        derived[i] = extent < 0 ? -1 : extent;
    }
    ortl__value_set(loading->outputs[0], input->type, (uint32_t)parameters->n_target,
                    is_known ? derived : NULL);
}

ortl_status ortl__reshape_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    reshape_parameters *parameters = NULL;
    int has_attribute = loading->version < 5;
    uint32_t n_inputs = has_attribute ? 1 : 2;
    int64_t allows_zero = 0;
    const char *attributes = has_attribute            ? "shape consumed_inputs"
                             : loading->version >= 14 ? "allowzero"
                                                      : "";
    ortl_status status = ortl__operator_arity(loading, n_inputs, n_inputs, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "allowzero", 0, &allows_zero, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status != ORTL_OK) return status;
    parameters->allows_zero = allows_zero != 0;
    status = has_attribute ? read_attribute_target(loading, parameters, error)
                           : read_constant_target(loading, parameters, error);
    if (status != ORTL_OK) return status;
    derive_reshaped(loading, parameters);
    if (!keeps_rows(loading, parameters)) step->is_row_wise = 0;
    return ORTL_OK;
}

static ortl_status fail_reshape(const ortl__tensor *input, uint64_t n_target, const int64_t *target,
                                ortl_error *error) {
    char from[64], to[64];
    ortl__tensor wanted = {.rank = (uint32_t)n_target};
    for (uint64_t i = 0; i < n_target; i++) wanted.shape[i] = target[i];
    ortl__tensor_shape_text(input, from);
    ortl__tensor_shape_text(&wanted, to);
    return ortl__fail(error, ORTL_BAD_INPUT, "shape %s cannot become %s", from, to);
}

/* What is left to match once the extents that are copied stand on both sides. */
typedef struct reshape_balance {
    int64_t n_copied; /* product of the copied extents */
    int64_t n_input;  /* of the others of the input */
    int64_t n_target; /* of the given extents of the target */
    int inferred;     /* the axis given as -1; else -1 */
} reshape_balance;

/* Multiplies where the product stays in range. */
static int multiply(int64_t *product, int64_t factor) {
    if (factor > 0 && *product > INT64_MAX / factor) return 0;
    *product *= factor;
    return 1;
}

static int balance_axes(const ortl__tensor *input, uint32_t rank, const int64_t *target,
                        int allows_zero, int64_t *shape_out, reshape_balance *balance) {
    int is_fine = 1;
    for (uint32_t i = 0; i < rank && is_fine; i++) {
        shape_out[i] = target[i];
        if (target[i] == 0 && !allows_zero) {
            is_fine = i < input->rank;
            if (is_fine) shape_out[i] = input->shape[i];
            if (is_fine) balance->n_copied *= shape_out[i];
        } else if (target[i] == -1) {
            is_fine = balance->inferred < 0;
            balance->inferred = (int)i;
        } else {
            is_fine = target[i] >= 0 && multiply(&balance->n_target, target[i]);
        }
    }
    for (uint32_t i = 0; i < input->rank && is_fine; i++)
        if (i >= rank || target[i] != 0 || allows_zero) balance->n_input *= input->shape[i];
    return is_fine;
}

/* An axis given as -1 is the quotient of what is not copied, so that a batch of no rows keeps the
 * shape of its rows. */
ortl_status ortl__reshape_shape(ortl__call *call, ortl_error *error) {
    const reshape_parameters *parameters = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    const int64_t *target = parameters->target ? parameters->target : call->inputs[1]->data;
    uint64_t n = parameters->target ? parameters->n_target : call->inputs[1]->n_elements;
    int64_t shape[ORTL_MAX_RANK];
    reshape_balance balance = {1, 1, 1, -1};
    if (n > ORTL_MAX_RANK)
        return ortl__fail(error, ORTL_UNSUPPORTED, "rank %llu is above %d, the highest supported",
                          (unsigned long long)n, ORTL_MAX_RANK);
    if (!balance_axes(input, (uint32_t)n, target, parameters->allows_zero, shape, &balance))
        return fail_reshape(input, n, target, error);
    if (balance.inferred >= 0) {
        if (balance.n_target == 0 || balance.n_input % balance.n_target != 0)
            return fail_reshape(input, n, target, error);
        shape[balance.inferred] = balance.n_input / balance.n_target;
    } else if (balance.n_input != balance.n_target && balance.n_copied != 0) {
        return fail_reshape(input, n, target, error);
    }
    return ortl__tensor_shape(call->outputs[0], input->type, (size_t)n, shape, error);
}
