/*
 * See operator_harness.h. Values are numbered: inputs from 0, outputs from HARNESS_MAX.
 */
#include "operator_harness.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/operators/trees.h"
#include "../runtime/status.h"

/* The harness itself has no way to go on without memory. */
static void *reserve(harness *h, uint64_t count, size_t element_bytes) {
    void *block = NULL;
    if (ortl__arena_new(&h->arena, count, element_bytes, &block, NULL) != ORTL_OK) abort();
    return block;
}

void harness_open(harness *h, const char *domain, const char *name, int64_t version) {
    memset(h, 0, sizeof *h);
    ortl__memory_init(&h->memory, NULL, UINT64_MAX, "memory_bytes");
    ortl__arena_init(&h->arena, &h->memory);
    ortl__limits_fill(&h->limits);
    h->node = (ortl__node){.name = "x",
                           .domain = domain,
                           .op_type = name,
                           .inputs = h->numbers,
                           .outputs = h->numbers + HARNESS_MAX,
                           .attributes = h->attributes};
    h->loading = (ortl__loading){.memory = &h->memory,
                                 .arena = &h->arena,
                                 .limits = &h->limits,
                                 .algebra = &h->algebra,
                                 .libm = &h->libm,
                                 .node = &h->node,
                                 .version = version,
                                 .inputs = h->value_places,
                                 .outputs = h->value_places + HARNESS_MAX};
    h->call = (ortl__call){.step = &h->step,
                           .inputs = h->inputs,
                           .outputs = h->outputs,
                           .libm = &h->libm,
                           .texts = &h->arena};
    for (uint32_t i = 0; i < 2 * HARNESS_MAX; i++) {
        h->numbers[i] = i;
        h->values[i].shape = h->shapes[i];
        h->value_places[i] = &h->values[i];
    }
    harness_outputs(h, 1);
}

void harness_close(harness *h) {
    if (h->step.operator&& h->step.operator->forget) h->step.operator->forget(&h->step);
    ortl__algebra_close(&h->algebra);
    ortl__libm_close(&h->libm);
    ortl__arena_free(&h->arena);
}

void harness_outputs(harness *h, uint32_t n_outputs) {
    h->node.n_outputs = n_outputs;
    for (uint32_t i = 0; i < n_outputs; i++)
        h->outputs[i] = h->value_places[HARNESS_MAX + i] ? &h->tensors[HARNESS_MAX + i] : NULL;
}

/* ---- Attributes ------------------------------------------------------------------------------ */

void harness_attribute(harness *h, const char *name, ortl__attribute_kind kind, uint64_t count,
                       const void *values) {
    if (h->node.n_attributes == HARNESS_MAX) abort();
    ortl__attribute *attribute = &h->attributes[h->node.n_attributes++];
    *attribute = (ortl__attribute){.name = name, .kind = kind, .count = count};
    memcpy(&attribute->as, &values, sizeof values);
}

void harness_int(harness *h, const char *name, int64_t value) {
    int64_t *kept = reserve(h, 1, sizeof *kept);
    *kept = value;
    harness_attribute(h, name, ORTL__ATTRIBUTE_INT, 1, kept);
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

static uint32_t add_input(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                          const void *data) {
    if (h->node.n_inputs == HARNESS_MAX) abort();
    uint32_t number = h->node.n_inputs++;
    ortl__tensor *tensor = &h->tensors[number];
    if (ortl__tensor_shape(tensor, type, rank, shape, NULL) != ORTL_OK) abort();
    memcpy(&tensor->data, &data, sizeof data); /* inputs are never written */
    h->inputs[number] = tensor;
    h->values[number] = (ortl__value){.name = "input", .type = type, .shape = h->shapes[number]};
    return number;
}

void harness_unknown(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                     const void *data) {
    add_input(h, type, rank, shape, data);
}

void harness_input(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                   const void *data) {
    ortl__value *value = &h->values[add_input(h, type, rank, shape, data)];
    ortl__value_set(value, type, rank, shape);
    if (rank) value->shape[0] = -1;
}

void harness_constant(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                      const void *data) {
    uint32_t number = add_input(h, type, rank, shape, data);
    h->values[number].constant = &h->tensors[number];
}

void harness_left_out(harness *h) {
    uint32_t number = add_input(h, ORTL_FLOAT, 0, NULL, NULL);
    h->inputs[number] = NULL;
    h->value_places[number] = NULL;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* What loading a model does with the step. */
static ortl_status prepare_step(harness *h) {
    const ortl__operator *other = NULL;
    ortl__step *step = &h->step;
    step->operator=
        ortl__operator_find(h->node.domain, h->node.op_type, h->loading.version, &other);
    if (!step->operator)
        return ortl__fail(&h->error, ORTL_UNSUPPORTED, "%s version %lld is not in the table",
                          h->node.op_type, (long long)h->loading.version);
    step->node = &h->node;
    step->is_row_wise = (step->operator->flags & ORTL__OPERATOR_ROW_WISE) != 0;
    step->is_alias = (step->operator->flags & ORTL__OPERATOR_ALIAS) != 0;
    ortl_status status = h->make_columns ? h->make_columns(h) : ORTL_OK;
    if (status == ORTL_OK) status = step->operator->prepare(&h->loading, step, &h->error);
    ortl__ensemble_columns_free(h->node.columns);
    h->node.columns = NULL;
    if (status == ORTL_OK) status = ortl__trees_finish(&h->loading, step, &h->error);
    for (uint32_t i = 0; i < h->node.n_outputs; i++)
        h->tensors[HARNESS_MAX + i].type = h->values[HARNESS_MAX + i].type;
    return status;
}

/* Memory of which one allocation fails. */
typedef struct scarce_memory {
    uint64_t n_calls, fails_at; /* counted from 1 */
} scarce_memory;

static void *scarce_allocate(void *user, size_t n_bytes) {
    scarce_memory *scarce = user;
    return ++scarce->n_calls == scarce->fails_at ? NULL : malloc(n_bytes);
}

static void *scarce_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    scarce_memory *scarce = user;
    (void)old_bytes;
    return ++scarce->n_calls == scarce->fails_at ? NULL : realloc(block, new_bytes);
}

static void scarce_release(void *user, void *block, size_t n_bytes) {
    (void)user, (void)n_bytes;
    free(block);
}

static void forget_step(harness *h) {
    if (h->step.operator&& h->step.operator->forget) h->step.operator->forget(&h->step);
    memset(&h->step, 0, sizeof h->step);
}

/* Prepares with memory whose allocation number fails_at fails (0: none), and leaves all as it was.
 */
static ortl_status prepare_scarcely(harness *h, uint64_t fails_at) {
    scarce_memory scarce = {0, fails_at};
    const ortl_allocator allocator = {&scarce, scarce_allocate, scarce_reallocate, scarce_release};
    const harness before = *h;
    ortl__memory memory;
    ortl__arena arena;
    ortl__memory_init(&memory, &allocator, UINT64_MAX, "memory_bytes");
    ortl__arena_init(&arena, &memory);
    h->loading.memory = &memory;
    h->loading.arena = &arena;
    ortl_status status = prepare_step(h);
    forget_step(h);
    ortl__arena_free(&arena);
    ck_assert_uint_eq(memory.used, 0);
    const harness after = *h; /* which may have opened OpenBLAS, and read columns */
    *h = before;
    h->algebra = after.algebra;
    h->memory = after.memory;
    h->arena = after.arena;
    return status;
}

/* With each attribute in turn of another kind, which is refused, or ignored as the right one is. */
static void try_other_kinds(harness *h) {
    static float one = 1;
    static const ortl__constant scalar = {
        .element_type = ORTL_FLOAT, .n_elements = 1, .data = &one};
    static const int64_t integer = 1;
    for (uint32_t i = 0; i < h->node.n_attributes; i++) {
        const ortl__attribute right = h->attributes[i];
        ortl__attribute other = {.name = right.name, .count = 1};
        if (right.kind == ORTL__ATTRIBUTE_TENSOR) {
            other.kind = ORTL__ATTRIBUTE_INT;
            other.as.ints = &integer;
        } else {
            other.kind = ORTL__ATTRIBUTE_TENSOR;
            other.as.tensor = &scalar;
        }
        h->attributes[i] = other;
        ck_assert_int_ne(prepare_scarcely(h, 0), ORTL_NO_MEMORY);
        h->attributes[i] = right;
    }
}

ortl_status harness_prepare(harness *h) {
    for (uint64_t n = 1; prepare_scarcely(h, n) == ORTL_NO_MEMORY; n++) continue;
    try_other_kinds(h);
    return prepare_step(h);
}

ortl_status harness_load(harness *h) {
    return prepare_step(h);
}

ortl_status harness_run(harness *h) {
    ortl_status status = h->step.operator? ORTL_OK : prepare_step(h);
    const ortl__tensor *first = h->inputs[0];
    h->call.column_stride = 1;
    if (first && first->rank > 0 && first->shape[0] > 0)
        h->call.row_stride = (ptrdiff_t)(first->n_elements / (uint64_t)first->shape[0]);
    if (status == ORTL_OK) status = h->step.operator->shape(&h->call, &h->error);
    for (uint32_t i = 0; i < h->node.n_outputs && status == ORTL_OK; i++) {
        ortl__tensor *output = h->outputs[i];
        if (!output) continue;
        output->data = i == 0 && h->step.is_alias ? h->inputs[0]->data
                                                  : reserve(h, ortl__tensor_bytes(output), 1);
    }
    if (status == ORTL_OK && h->call.scratch_bytes)
        h->call.scratch = reserve(h, h->call.scratch_bytes, 1);
    if (status == ORTL_OK && h->step.operator->run)
        status = h->step.operator->run(&h->call, &h->error);
    return status;
}

/* ---- What is expected ------------------------------------------------------------------------ */

/* Element i of a tensor of reals. */
static double real_at(const ortl__tensor *tensor, uint64_t i) {
    return tensor->type == ORTL_FLOAT ? (double)((const float *)tensor->data)[i]
                                      : ((const double *)tensor->data)[i];
}

static int is_same(const ortl__tensor *found, const ortl__tensor *wanted, uint64_t i,
                   double tolerance) {
    size_t n_bytes = ortl_type_bytes(found->type);
    if (found->type == ORTL_STRING) {
        const ortl_string *left = (const ortl_string *)found->data + i;
        const ortl_string *right = (const ortl_string *)wanted->data + i;
        return left->n_bytes == right->n_bytes &&
               memcmp(left->data, right->data, left->n_bytes) == 0;
    }
    if (found->type == ORTL_FLOAT || found->type == ORTL_DOUBLE) {
        double x = real_at(found, i), y = real_at(wanted, i);
        if (isnan(y)) return isnan(x);
        if (tolerance > 0) return x == y || fabs(x - y) <= tolerance * fabs(y);
    }
    return memcmp((const char *)found->data + i * n_bytes, (const char *)wanted->data + i * n_bytes,
                  n_bytes) == 0;
}

static void text_of(const ortl__tensor *tensor, uint64_t i, char text_out[64]) {
    switch (tensor->type) {
    case ORTL_FLOAT:
    case ORTL_DOUBLE: snprintf(text_out, 64, "%.17g", real_at(tensor, i)); break;
    case ORTL_STRING:
        snprintf(text_out, 64, "\"%s\"", ((const ortl_string *)tensor->data)[i].data);
        break;
    case ORTL_INT64:
        snprintf(text_out, 64, "%lld", (long long)((const int64_t *)tensor->data)[i]);
        break;
    default: snprintf(text_out, 64, "another"); break;
    }
}

void harness_expect_output(const harness *h, const char *place, uint32_t number,
                           const ortl__tensor *wanted, double tolerance) {
    const ortl__tensor *found = h->outputs[number];
    char left[64], right[64];
    ck_assert_msg(found->type == wanted->type, "%s: output %d is %s", place, (int)number,
                  ortl_type_name(found->type));
    ortl__tensor_shape_text(found, left);
    ortl__tensor_shape_text(wanted, right);
    ck_assert_msg(strcmp(left, right) == 0, "%s: output %d is %s, wanted %s", place, (int)number,
                  left, right);
    for (uint64_t i = 0; i < found->n_elements; i++) {
        if (is_same(found, wanted, i, tolerance)) continue;
        text_of(found, i, left);
        text_of(wanted, i, right);
        ck_abort_msg("%s: element %d of output %d is %s, wanted %s", place, (int)i, (int)number,
                     left, right);
    }
}
