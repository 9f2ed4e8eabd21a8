/*
 * Counting work. Memory alone bounds no time: thousands of operators can go over one large value
 * again and again.
 */
#include "work.h"

#include <math.h>

#include "operators/trees.h"
#include "status.h"

static uint64_t add(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b) {
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* A product of matrices reads each element many times: M x K x N multiplications, of which each of
 * the three matrices misses one factor. */
static uint64_t count_products(const ortl__call *call) {
    if (call->step->node->n_inputs < 2 || !call->inputs[0] || !call->inputs[1] || !call->outputs[0])
        return 0;
    double n = sqrt((double)call->inputs[0]->n_elements) *
               sqrt((double)call->inputs[1]->n_elements) *
               sqrt((double)call->outputs[0]->n_elements);
    return n < 1e18 ? (uint64_t)n : UINT64_MAX;
}

static uint64_t count_tests(const ortl__call *call) {
    const ortl__forest *forest = ortl__trees_forest(call->step);
    if (!forest || !call->inputs[0]) return 0;
    const ortl__tensor *rows = call->inputs[0];
    return multiply(rows->rank == 0 ? 1 : (uint64_t)rows->shape[0], forest->steps_per_row);
}

uint64_t ortl__call_work(const ortl__call *call, const ortl__value *values) {
    const ortl__step *step = call->step;
    uint64_t n_read = 0, n_made = 0;
    if (step->is_alias || !step->operator->run) return 0;
    for (uint32_t i = 0; i < step->node->n_inputs; i++)
        if (call->inputs[i] && !(values && values[step->node->inputs[i]].constant))
            n_read = add(n_read, ortl__tensor_bytes(call->inputs[i]));
    for (uint32_t i = 0; i < step->node->n_outputs; i++)
        if (call->outputs[i]) n_made = add(n_made, ortl__tensor_bytes(call->outputs[i]));
    uint64_t work = add(n_read > n_made ? n_read : n_made, count_tests(call));
    return step->operator->flags & ORTL__OPERATOR_PRODUCT ? add(work, count_products(call)) : work;
}

ortl_status ortl__work_add(uint64_t *work_inout, uint64_t more, uint64_t limit, uint64_t n_rows,
                           ortl_error *error) {
    *work_inout = add(*work_inout, more);
    limit = multiply(limit, n_rows > 0 ? n_rows : 1);
    if (*work_inout <= limit) return ORTL_OK;
    return ortl__fail_limit(error, "steps_per_row", limit, *work_inout);
}
