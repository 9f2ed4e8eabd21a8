/*
 * See operator_harness.h. Values are numbered: inputs from 0, outputs from HARNESS_MAX.
 */
#include "operator_harness.h"

#include <check.h>
#include <math.h>
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
                                 .node = &h->node,
                                 .version = version,
                                 .inputs = h->value_places,
                                 .outputs = h->value_places + HARNESS_MAX};
    h->call = (ortl__call){
        .step = &h->step, .inputs = h->inputs, .outputs = h->outputs, .texts = &h->arena};
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
    ortl__arena_free(&h->arena);
}

void harness_outputs(harness *h, uint32_t n_outputs) {
    h->node.n_outputs = n_outputs;
    for (uint32_t i = 0; i < n_outputs; i++) h->outputs[i] = &h->tensors[HARNESS_MAX + i];
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static ortl__attribute *add_attribute(harness *h, const char *name, ortl__attribute_kind kind,
                                      uint64_t count) {
    if (h->node.n_attributes == HARNESS_MAX) abort();
    ortl__attribute *attribute = &h->attributes[h->node.n_attributes++];
    attribute->name = name;
    attribute->kind = kind;
    attribute->count = count;
    return attribute;
}

void harness_int(harness *h, const char *name, int64_t value) {
    int64_t *kept = reserve(h, 1, sizeof *kept);
    *kept = value;
    add_attribute(h, name, ORTL__ATTRIBUTE_INT, 1)->as.ints = kept;
}

void harness_float(harness *h, const char *name, float value) {
    float *kept = reserve(h, 1, sizeof *kept);
    *kept = value;
    add_attribute(h, name, ORTL__ATTRIBUTE_FLOAT, 1)->as.floats = kept;
}

static ortl_string *keep_strings(harness *h, uint64_t n, const char *const *values) {
    ortl_string *strings = reserve(h, n, sizeof *strings);
    for (uint64_t i = 0; i < n; i++) strings[i] = (ortl_string){values[i], strlen(values[i])};
    return strings;
}

void harness_string(harness *h, const char *name, const char *value) {
    add_attribute(h, name, ORTL__ATTRIBUTE_STRING, 1)->as.strings = keep_strings(h, 1, &value);
}

void harness_ints(harness *h, const char *name, uint64_t n, const int64_t *values) {
    add_attribute(h, name, ORTL__ATTRIBUTE_INTS, n)->as.ints = values;
}

void harness_floats(harness *h, const char *name, uint64_t n, const float *values) {
    add_attribute(h, name, ORTL__ATTRIBUTE_FLOATS, n)->as.floats = values;
}

void harness_strings(harness *h, const char *name, uint64_t n, const char *const *values) {
    add_attribute(h, name, ORTL__ATTRIBUTE_STRINGS, n)->as.strings = keep_strings(h, n, values);
}

void harness_tensor(harness *h, const char *name, const ortl__constant *value) {
    add_attribute(h, name, ORTL__ATTRIBUTE_TENSOR, 1)->as.tensor = value;
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

void harness_texts(harness *h, uint32_t rank, const int64_t *shape, const char *const *texts) {
    uint64_t n = 1;
    for (uint32_t i = 0; i < rank; i++) n *= (uint64_t)shape[i];
    harness_input(h, ORTL_STRING, rank, shape, keep_strings(h, n, texts));
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
    step->node_name = h->node.name;
    step->n_inputs = h->node.n_inputs;
    step->n_outputs = h->node.n_outputs;
    step->inputs = h->node.inputs;
    step->outputs = h->node.outputs;
    step->is_row_wise = (step->operator->flags & ORTL__OPERATOR_ROW_WISE) != 0;
    step->is_alias = (step->operator->flags & ORTL__OPERATOR_ALIAS) != 0;
    ortl_status status = step->operator->prepare(&h->loading, step, &h->error);
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
    ortl__algebra algebra = h->algebra; /* may have been opened meanwhile */
    *h = before;
    h->algebra = algebra;
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

ortl_status harness_run(harness *h) {
    ortl_status status = h->step.operator? ORTL_OK : harness_prepare(h);
    if (status == ORTL_OK) status = h->step.operator->shape(&h->call, &h->error);
    for (uint32_t i = 0; i < h->node.n_outputs && status == ORTL_OK; i++) {
        ortl__tensor *output = h->outputs[i];
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

static void expect_run(harness *h) {
    h->error.message[0] = '\0';
    ck_assert_msg(harness_run(h) == ORTL_OK, "%s", h->error.message);
}

static void expect_shape(const ortl__tensor *output, ortl_type type, uint32_t rank,
                         const int64_t *shape) {
    ck_assert_int_eq(output->type, type);
    ck_assert_uint_eq(output->rank, rank);
    for (uint32_t i = 0; i < rank; i++) ck_assert_int_eq(output->shape[i], shape[i]);
}

/* Element i of a tensor of reals. */
static double real_at(ortl_type type, const void *elements, uint64_t i) {
    return type == ORTL_FLOAT ? (double)((const float *)elements)[i]
                              : ((const double *)elements)[i];
}

static int is_real(ortl_type type) {
    return type == ORTL_FLOAT || type == ORTL_DOUBLE;
}

void harness_expect_also(harness *h, uint32_t number, ortl_type type, uint32_t rank,
                         const int64_t *shape, const void *elements) {
    size_t n_bytes = ortl_type_bytes(type);
    const ortl__tensor *output = h->outputs[number];
    expect_shape(output, type, rank, shape);
    for (uint64_t i = 0; i < output->n_elements; i++) {
        const char *found = (const char *)output->data + i * n_bytes;
        const char *wanted = (const char *)elements + i * n_bytes;
        if (is_real(type) && isnan(real_at(type, elements, i)))
            ck_assert_msg(isnan(real_at(type, output->data, i)), "element %d is no NaN", (int)i);
        else
            ck_assert_msg(memcmp(found, wanted, n_bytes) == 0, "element %d (%.17g, wanted %.17g)",
                          (int)i, is_real(type) ? real_at(type, output->data, i) : 0,
                          is_real(type) ? real_at(type, elements, i) : 0);
    }
}

void harness_expect(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                    const void *elements) {
    expect_run(h);
    harness_expect_also(h, 0, type, rank, shape, elements);
}

void harness_expect_also_near(harness *h, uint32_t number, ortl_type type, uint32_t rank,
                              const int64_t *shape, const void *elements, double tolerance) {
    const ortl__tensor *output = h->outputs[number];
    expect_shape(output, type, rank, shape);
    for (uint64_t i = 0; i < output->n_elements; i++) {
        double found = real_at(type, output->data, i), wanted = real_at(type, elements, i);
        int is_same = isnan(wanted) ? isnan(found) : found == wanted;
        ck_assert_msg(is_same || fabs(found - wanted) <= tolerance * fabs(wanted),
                      "element %d is %.17g, wanted %.17g", (int)i, found, wanted);
    }
}

void harness_expect_near(harness *h, ortl_type type, uint32_t rank, const int64_t *shape,
                         const void *elements, double tolerance) {
    expect_run(h);
    harness_expect_also_near(h, 0, type, rank, shape, elements, tolerance);
}

void harness_expect_texts(harness *h, uint32_t rank, const int64_t *shape,
                          const char *const *texts) {
    expect_run(h);
    expect_shape(h->outputs[0], ORTL_STRING, rank, shape);
    const ortl_string *strings = h->outputs[0]->data;
    for (uint64_t i = 0; i < h->outputs[0]->n_elements; i++) {
        ck_assert_uint_eq(strings[i].n_bytes, strlen(texts[i]));
        ck_assert_int_eq(memcmp(strings[i].data, texts[i], strings[i].n_bytes), 0);
    }
}

static void expect_error(const harness *h, ortl_status found, ortl_status wanted,
                         const char *text) {
    ck_assert_int_eq(found, wanted);
    ck_assert_int_eq(h->error.status, wanted);
    ck_assert_msg(strstr(h->error.message, text) != NULL, "\"%s\" is not in \"%s\"", text,
                  h->error.message);
}

void harness_expect_refused(harness *h, ortl_status status, const char *text) {
    expect_error(h, harness_prepare(h), status, text);
}

void harness_expect_failure(harness *h, ortl_status status, const char *text) {
    ck_assert_msg(harness_prepare(h) == ORTL_OK, "%s", h->error.message);
    expect_error(h, harness_run(h), status, text);
}
