/*
 * MatMul and Gemm: products of matrices, of stacks of them, and with a third one added.
 */
#include <string.h>

#include "../status.h"
#include "algebra.h"
#include "elementwise.h"
#include "families.h"
#include "strided.h"

static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                    ORTL_UNDEFINED};

/* Elements of a value when it is a constant, 0 otherwise. */
static uint64_t constant_elements(const ortl__value *value) {
    return value->constant ? value->constant->n_elements : 0;
}

/* ---- MatMul ---------------------------------------------------------------------------------- */

typedef struct matmul_parameters {
    const ortl__algebra *algebra;
} matmul_parameters;

/* Rows of input 0 stay apart when input 1 is the same matrix for all of them. */
ortl_status ortl__matmul_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    const ortl__tensor *right = loading->inputs[1] ? loading->inputs[1]->constant : NULL;
    matmul_parameters *parameters = NULL;
    const int64_t *shape;
    int64_t derived[ORTL_MAX_RANK];
    uint32_t rank = 0;
    ortl_status status = ortl__operator_arity(loading, 2, 2, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "", error);
    if (status == ORTL_OK) status = ortl__operator_same_types(loading, 0, 2, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, numbers, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status != ORTL_OK) return status;
    parameters->algebra = loading->algebra;
    ortl__algebra_prepare(loading->algebra, constant_elements(loading->inputs[1]));
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 0, NULL);
    if (right && right->rank == 2 && ortl__value_shape(loading->inputs[0], &rank, &shape) &&
        rank >= 2) {
        for (uint32_t i = 0; i < rank; i++) derived[i] = shape[i];
        derived[rank - 1] = right->shape[1];
        ortl__value_set(loading->outputs[0], loading->inputs[0]->type, rank, derived);
    }
    ortl__step_needs_rows(loading, step);
    if (!right || right->rank > 2) step->is_row_wise = 0;
    return ORTL_OK;
}

/* Both inputs as stacks of matrices: vectors become a row on the left, a column on the right. */
typedef struct stacks {
    ortl__tensor left, right;            /* the axes before the last two only */
    uint64_t n_rows, n_inner, n_columns; /* of each matrix */
    int is_left_vector, is_right_vector;
} stacks;

static ortl_status fail_product(const ortl__call *call, ortl_error *error) {
    char left[64], right[64];
    ortl__tensor_shape_text(call->inputs[0], left);
    ortl__tensor_shape_text(call->inputs[1], right);
    return ortl__fail(error, ORTL_BAD_INPUT, "shapes %s and %s have no product", left, right);
}

static ortl_status find_stacks(const ortl__call *call, stacks *stacks_out, ortl_error *error) {
    const ortl__tensor *left = call->inputs[0], *right = call->inputs[1];
    stacks *s = stacks_out;
    if (left->rank == 0 || right->rank == 0) return fail_product(call, error);
    s->is_left_vector = left->rank == 1;
    s->is_right_vector = right->rank == 1;
    s->n_inner = (uint64_t)left->shape[left->rank - 1];
    s->n_rows = s->is_left_vector ? 1 : (uint64_t)left->shape[left->rank - 2];
    s->n_columns = s->is_right_vector ? 1 : (uint64_t)right->shape[right->rank - 1];
    uint32_t inner_axis = s->is_right_vector ? 0 : right->rank - 2;
    if ((uint64_t)right->shape[inner_axis] != s->n_inner) return fail_product(call, error);
    ortl_status status = ortl__tensor_shape(
        &s->left, left->type, s->is_left_vector ? 0 : left->rank - 2, left->shape, error);
    if (status == ORTL_OK)
        status = ortl__tensor_shape(&s->right, right->type, inner_axis, right->shape, error);
    return status;
}

ortl_status ortl__matmul_shape(ortl__call *call, ortl_error *error) {
    ortl__tensor stack = {.type = call->inputs[0]->type};
    stacks s;
    ortl_status status = find_stacks(call, &s, error);
    if (status != ORTL_OK) return status;
    const ortl__tensor *const pair[] = {&s.left, &s.right};
    status = ortl__broadcast_shape(pair, 2, &stack, error);
    if (status != ORTL_OK) return status;
    int64_t shape[ORTL_MAX_RANK + 2];
    uint32_t rank = stack.rank;
    for (uint32_t i = 0; i < rank; i++) shape[i] = stack.shape[i];
    if (!s.is_left_vector) shape[rank++] = (int64_t)s.n_rows;
    if (!s.is_right_vector) shape[rank++] = (int64_t)s.n_columns;
    return ortl__tensor_shape(call->outputs[0], stack.type, rank, shape, error);
}

/* Where matrix number i of the broadcast stack lies in stack k, in matrices. */
static uint64_t stack_offset(const ortl__broadcast *plan, size_t k, uint64_t i) {
    int64_t offset = 0;
    for (uint32_t axis = plan->rank; axis-- > 0;) {
        offset += (int64_t)(i % (uint64_t)plan->extent[axis]) * plan->stride[k][axis];
        i /= (uint64_t)plan->extent[axis];
    }
    return (uint64_t)offset;
}

/* Element number i; a tensor without elements may have no data to point into. */
static const void *element_at(const ortl__tensor *tensor, uint64_t i) {
    if (i == 0) return tensor->data;
    return (const char *)tensor->data + (size_t)i * ortl_type_bytes(tensor->type);
}

ortl_status ortl__matmul_run(ortl__call *call, ortl_error *error) {
    const matmul_parameters *parameters = call->step->parameters;
    const ortl__tensor *output = call->outputs[0];
    ortl__tensor stack = {.type = output->type};
    ortl__broadcast plan;
    stacks s;
    ortl_status status = find_stacks(call, &s, error);
    if (status != ORTL_OK || output->n_elements == 0) return status;
    const ortl__tensor *const pair[] = {&s.left, &s.right};
    if (s.right.rank == 0) { /* one matrix on the right: all rows of the left in one product */
        s.n_rows *= s.left.n_elements;
        s.left.rank = 0;
        s.left.n_elements = 1;
    }
    status = ortl__broadcast_shape(pair, 2, &stack, error);
    if (status != ORTL_OK) return status;
    ortl__broadcast_plan(pair, 2, &stack, &plan);
    size_t element_bytes = ortl_type_bytes(output->type);
    for (uint64_t i = 0; i < stack.n_elements; i++) {
        uint64_t left = stack_offset(&plan, 0, i) * s.n_rows * s.n_inner;
        uint64_t right = stack_offset(&plan, 1, i) * s.n_inner * s.n_columns;
        ortl__product product = {.type = output->type,
                                 .n_rows = s.n_rows,
                                 .n_inner = s.n_inner,
                                 .n_columns = s.n_columns,
                                 .left = element_at(call->inputs[0], left),
                                 .right = element_at(call->inputs[1], right),
                                 .output = (char *)output->data +
                                           i * s.n_rows * s.n_columns * element_bytes,
                                 .scale = 1};
        ortl__algebra_multiply(parameters->algebra, &product);
    }
    return ORTL_OK;
}

/* ---- Gemm: alpha * A * B + beta * C ---------------------------------------------------------- */

typedef struct gemm_parameters {
    const ortl__algebra *algebra;
    float alpha, beta;
    int64_t is_left_transposed, is_right_transposed;
} gemm_parameters;

/* The extents of the product; 0 when the inputs have none. */
static int find_extents(const ortl__call *call, uint64_t *n_rows_out, uint64_t *n_inner_out,
                        uint64_t *n_columns_out) {
    const gemm_parameters *parameters = call->step->parameters;
    const ortl__tensor *left = call->inputs[0], *right = call->inputs[1];
    int turns_left = parameters->is_left_transposed != 0;
    int turns_right = parameters->is_right_transposed != 0;
    if (left->rank != 2 || right->rank != 2) return 0;
    *n_rows_out = (uint64_t)left->shape[turns_left];
    *n_inner_out = (uint64_t)left->shape[!turns_left];
    *n_columns_out = (uint64_t)right->shape[!turns_right];
    return left->shape[!turns_left] == right->shape[turns_right];
}

static const ortl__tensor *added_input(const ortl__call *call) {
    return call->step->node->n_inputs > 2 ? call->inputs[2] : NULL;
}

static int keeps_rows(const ortl__loading *loading, const gemm_parameters *parameters) {
    const ortl__value *added = loading->node->n_inputs > 2 ? loading->inputs[2] : NULL;
    if (parameters->is_left_transposed || !loading->inputs[1]->constant) return 0;
    if (!added) return 1;
    return added->constant && (added->constant->rank < 2 || added->constant->shape[0] == 1);
}

static ortl_status read_gemm(const ortl__loading *loading, gemm_parameters *parameters,
                             ortl_error *error) {
    ortl_status status = ortl__operator_float(loading, "alpha", 1, &parameters->alpha, error);
    if (status == ORTL_OK)
        status = ortl__operator_float(loading, "beta", 1, &parameters->beta, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "transA", 0, &parameters->is_left_transposed, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "transB", 0, &parameters->is_right_transposed, error);
    return status;
}

ortl_status ortl__gemm_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    static const ortl_type reals[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_UNDEFINED};
    gemm_parameters *parameters = NULL;
    int64_t derived[2] = {-1, -1};
    const char *attributes =
        loading->version < 7 ? "alpha beta transA transB broadcast" : "alpha beta transA transB";
    ortl_status status =
        ortl__operator_arity(loading, loading->version < 11 ? 3 : 2, 3, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, attributes, error);
    if (status == ORTL_OK) status = ortl__operator_types(loading, 0, reals, error);
    if (status == ORTL_OK)
        status = ortl__operator_same_types(
            loading, 0, loading->node->n_inputs > 2 && loading->inputs[2] ? 3 : 2, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_gemm(loading, parameters, error);
    if (status != ORTL_OK) return status;
    parameters->algebra = loading->algebra;
    ortl__algebra_prepare(loading->algebra, constant_elements(loading->inputs[1]));
    const ortl__tensor *right = loading->inputs[1]->constant;
    if (right && right->rank == 2) derived[1] = right->shape[!parameters->is_right_transposed];
    ortl__value_set(loading->outputs[0], loading->inputs[0]->type, 2, derived);
    if (!keeps_rows(loading, parameters)) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__gemm_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *added = added_input(call);
    uint64_t n_rows = 0, n_inner = 0, n_columns = 0;
    if (!find_extents(call, &n_rows, &n_inner, &n_columns)) return fail_product(call, error);
    int64_t shape[2] = {(int64_t)n_rows, (int64_t)n_columns};
    int is_fine = !added || added->rank <= 2;
    for (uint32_t i = 0; is_fine && added && i < added->rank; i++) {
        int64_t extent = added->shape[added->rank - 1 - i];
        is_fine = extent == 1 || extent == shape[1 - i];
    }
    if (!is_fine) {
        char text[64];
        ortl__tensor_shape_text(added, text);
        return ortl__fail(error, ORTL_BAD_INPUT,
                          "input 2 of shape %s does not repeat to [%lld,%lld]", text,
                          (long long)shape[0], (long long)shape[1]);
    }
    return ortl__tensor_shape(call->outputs[0], call->inputs[0]->type, 2, shape, error);
}

/* The output starts as C, repeated to its shape, times beta. */
static void place_added(const ortl__tensor *added, const ortl__tensor *output, float beta) {
    ortl__strided strided = {.first = added->data, .rank = 2};
    for (uint32_t i = 0; i < 2; i++) {
        int is_there = i + added->rank >= 2;
        int64_t extent = is_there ? added->shape[i + added->rank - 2] : 1;
        strided.extent[i] = output->shape[i];
        strided.stride[i] = extent == 1 ? 0 : i == 1 ? 1 : added->shape[added->rank - 1];
    }
    ortl__strided_copy(&strided, ortl_type_bytes(output->type), output->data);
    float *floats = output->data;
    double *doubles = output->data;
    for (uint64_t i = 0; i < output->n_elements && beta != 1; i++)
        if (output->type == ORTL_FLOAT)
            floats[i] *= beta;
        else
            doubles[i] *= (double)beta;
}

/* As in the reference, a beta of 0 leaves C out, whatever is in it. */
ortl_status ortl__gemm_run(ortl__call *call, ortl_error *error) {
    const gemm_parameters *parameters = call->step->parameters;
    const ortl__tensor *output = call->outputs[0], *added = added_input(call);
    uint64_t n_rows = 0, n_inner = 0, n_columns = 0;
    (void)error;
    find_extents(call, &n_rows, &n_inner, &n_columns);
    if (parameters->beta == 0) added = NULL;
    if (added && output->n_elements) place_added(added, output, parameters->beta);
    ortl__product product = {.type = output->type,
                             .n_rows = n_rows,
                             .n_inner = n_inner,
                             .n_columns = n_columns,
                             .left = call->inputs[0]->data,
                             .right = call->inputs[1]->data,
                             .output = output->data,
                             .is_left_transposed = parameters->is_left_transposed != 0,
                             .is_right_transposed = parameters->is_right_transposed != 0,
                             .adds = added != NULL,
                             .scale = parameters->alpha};
    ortl__algebra_multiply(parameters->algebra, &product);
    return ORTL_OK;
}
