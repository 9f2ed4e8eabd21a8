/*
 * The odometer around the typed loops: the outer axes of a broadcast, one stretch of the innermost
 * axis at a time.
 */
#include "loops.h"

typedef struct odometer {
    ortl__broadcast plan;
    size_t n_inputs;
    int64_t element_bytes[3];     /* (n_inputs) */
    int64_t index[ORTL_MAX_RANK]; /* (plan.rank - 1) of the outer loops */
} odometer;

/* Moves input k by n elements. */
static void move(const odometer *at, ortl__stretch *stretch, size_t k, int64_t n) {
    const char *place = stretch->inputs[k];
    stretch->inputs[k] = place + n * at->element_bytes[k];
}

/* The next position of the outer loops: the last of them turns first, a full one turns back to 0
 * and carries. */
static void advance(odometer *at, ortl__stretch *stretch) {
    for (uint32_t axis = at->plan.rank - 1; axis-- > 0;) {
        for (size_t k = 0; k < at->n_inputs; k++) move(at, stretch, k, at->plan.stride[k][axis]);
        if (++at->index[axis] < at->plan.extent[axis]) return;
        for (size_t k = 0; k < at->n_inputs; k++)
            move(at, stretch, k, -at->plan.stride[k][axis] * at->plan.extent[axis]);
        at->index[axis] = 0;
    }
}

/* One stretch over everything, where each input is one element or has as many as the output, so
 * that nothing is repeated within; 0 when there is more to do. */
static int run_at_once(ortl__loop *loop, const ortl__libm *libm, const ortl__tensor *const *inputs,
                       size_t n_inputs, const ortl__tensor *output) {
    ortl__stretch stretch;
    stretch.libm = libm;
    stretch.output = output->data;
    stretch.count = output->n_elements;
    for (size_t k = 0; k < n_inputs; k++) {
        const uint64_t n = inputs[k]->n_elements;
        if (n != 1 && n != output->n_elements) return 0;
        stretch.inputs[k] = inputs[k]->data;
        stretch.stride[k] = n == output->n_elements;
    }
    loop(&stretch);
    return 1;
}

static void run_stretches(ortl__loop *loop, const ortl__libm *libm,
                          const ortl__tensor *const *inputs, size_t n_inputs,
                          const ortl__tensor *output) {
    odometer at = {.n_inputs = n_inputs};
    ortl__stretch stretch = {.output = output->data, .libm = libm};
    ortl__broadcast_plan(inputs, n_inputs, output, &at.plan);
    uint32_t innermost = at.plan.rank - 1;
    int64_t row_bytes = at.plan.extent[innermost] * (int64_t)ortl_type_bytes(output->type);
    for (size_t k = 0; k < n_inputs; k++) {
        stretch.inputs[k] = inputs[k]->data;
        stretch.stride[k] = at.plan.stride[k][innermost];
        at.element_bytes[k] = (int64_t)ortl_type_bytes(inputs[k]->type);
    }
    stretch.count = (uint64_t)at.plan.extent[innermost];
    for (uint64_t i = 0; i < at.plan.n_outer; i++) {
        loop(&stretch);
        stretch.output = (char *)stretch.output + row_bytes;
        advance(&at, &stretch);
    }
}

void ortl__loop_run(ortl__loop *loop, const ortl__libm *libm, const ortl__tensor *const *inputs,
                    size_t n_inputs, const ortl__tensor *output) {
    if (output->n_elements == 0 || run_at_once(loop, libm, inputs, n_inputs, output)) return;
    run_stretches(loop, libm, inputs, n_inputs, output);
}
