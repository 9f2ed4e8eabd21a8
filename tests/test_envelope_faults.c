/*
 * Models that are cut, altered or changing, and memory that runs out: the reader fails cleanly,
 * with the right status, and leaks nothing.
 */
#include <limits.h>
#include <stdlib.h>

#include "envelope_harness.h"

static harness h;
static wire_builder model;

static void begin(void) {
    harness_begin(&h);
}

static void end(void) {
    harness_end(&h);
    wire_free(&model);
}

START_TEST(a_model_cut_anywhere_is_refused) {
    const onnx_style style = {.spelling = _i, .opsets_are_last = _i == WIRE_MIXED};
    onnx_sample(&model, &style);
    /* Behind the graph, a cut between two fields leaves a sound model. */
    size_t n_sound = 0;
    for (size_t n_bytes = 0; n_bytes < model.n_bytes; n_bytes++) {
        unsigned char *exact = malloc(n_bytes + 1); /* so that reading past the end is seen */
        memcpy(exact, model.bytes, n_bytes);
        exact = realloc(exact, n_bytes > 0 ? n_bytes : 1);
        ortl_status status = harness_read_memory(&h, exact, n_bytes);
        ck_assert_msg(status == ORTL_OK || status == ORTL_BAD_MODEL, "cut at %lu: %s",
                      (unsigned long)n_bytes, h.error.message);
        n_sound += status == ORTL_OK;
        harness_end(&h);
        free(exact);
    }
    ck_assert_uint_le(n_sound, 2);
}
END_TEST

START_TEST(a_model_with_any_byte_altered_is_read_or_refused) {
    static const unsigned char changes[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
    const onnx_style style = {.spelling = _i, .name_is_last = _i == WIRE_PACKED};
    onnx_sample(&model, &style);
    h.memory.limit = ((uint64_t)1 << 20) + 10 * model.n_bytes;
    for (size_t at = 0; at < model.n_bytes; at++)
        for (size_t i = 0; i < sizeof changes; i++) {
            model.bytes[at] ^= changes[i];
            ortl_status status = harness_read_memory(&h, model.bytes, model.n_bytes);
            ck_assert_int_ne(status, ORTL_IO);
            ck_assert_int_ne(status, ORTL_NO_MEMORY);
            harness_end(&h);
            model.bytes[at] ^= changes[i];
        }
}
END_TEST

/* Sets the heap's limit to every value below what the model needs. */
START_TEST(any_memory_limit_is_kept) {
    const onnx_style style = {.spelling = WIRE_MIXED};
    onnx_sample(&model, &style);
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_OK);
    harness_end(&h);
    const uint64_t peak = h.memory.peak;
    for (uint64_t limit = 0; limit < peak; limit += 3) {
        h.memory.limit = limit;
        ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
        harness_end(&h);
    }
    h.memory.limit = peak;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_OK);
}
END_TEST

/* An allocator whose request number `fails_at` fails, and those behind it when it is for good. */
typedef struct failing {
    int n_requests, fails_at, for_good;
} failing;

static int fails(failing *plan) {
    int n = plan->n_requests++;
    return n == plan->fails_at || (plan->for_good && n > plan->fails_at);
}

static void *failing_allocate(void *user, size_t n_bytes) {
    return fails(user) ? NULL : malloc(n_bytes);
}

static void *failing_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    (void)old_bytes;
    return fails(user) ? NULL : realloc(block, new_bytes);
}

static void failing_release(void *user, void *block, size_t n_bytes) {
    (void)user;
    (void)n_bytes;
    free(block);
}

START_TEST(each_failing_allocation_is_out_of_memory) {
    const onnx_style style = {.spelling = WIRE_UNPACKED};
    failing plan = {0, INT_MAX, _i};
    const ortl_allocator allocator = {&plan, failing_allocate, failing_reallocate, failing_release};
    onnx_sample(&model, &style);
    ortl__memory_init(&h.memory, &allocator, UINT64_MAX, "memory_bytes");
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_OK);
    harness_end(&h);
    const int n_requests = plan.n_requests;
    ck_assert_int_gt(n_requests, 50);
    int n_survived = 0;
    for (int i = 0; i < n_requests; i++) {
        plan = (failing){0, i, _i};
        ortl_status status = harness_read_memory(&h, model.bytes, model.n_bytes);
        /* The blocks that are only to shrink may stay as they are. */
        if (status == ORTL_OK)
            n_survived++;
        else
            ck_assert_int_eq(status, ORTL_NO_MEMORY);
        harness_end(&h);
    }
    ck_assert_int_le(n_survived, 12);
}
END_TEST

/* An allocator that, at one request, alters a byte of the model that is being read. What was
 * counted in one pass may thus be something else in the next. */
typedef struct meddler {
    int n_requests, acts_at;
    unsigned char *place, change;
} meddler;

static void *meddling_allocate(void *user, size_t n_bytes) {
    meddler *plan = user;
    if (plan->n_requests++ == plan->acts_at) *plan->place ^= plan->change;
    return malloc(n_bytes);
}

static void *meddling_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    meddler *plan = user;
    (void)old_bytes;
    if (plan->n_requests++ == plan->acts_at) *plan->place ^= plan->change;
    return realloc(block, new_bytes);
}

/* A model whose counts are easily altered: lists of ints that one bit splits in two or joins, and
 * unknown fields that one bit turns into nodes, texts, opsets. The lists are long enough to have
 * blocks of their own, at whose end a sanitizer sees every byte too many. */
static void build_changeable(const onnx_style *style) {
    enum { N_INTS = 600, N_NODES = 24 };
    wire_builder graph = {0}, data = {0}, last = {0}, tensor = {0};
    int64_t ints[N_INTS];
    for (int i = 0; i < N_INTS; i++) ints[i] = 200;
    for (int i = 0; i < N_NODES; i++) {
        wire_builder node = {0};
        wire_text(&node, 1, "X");
        wire_text(&node, 4, "I");
        wire_message(&graph, 1, &node);
    }
    wire_text(&last, 4, "I");
    wire_message(&graph, 3, &last);
    onnx_ints(&last, style, "ints", ints, N_INTS);
    for (int i = 0; i < 60; i++) wire_text(&data, 9, "t");
    wire_text(&data, 25, "u"); /* unknown; 9 with one bit less */
    onnx_attribute(&last, style, "texts", KIND_STRINGS, &data);
    onnx_tensor_head(&tensor, NULL, TYPE_INT32, N_INTS);
    wire_ints(&tensor, 5, ints, N_INTS, style->spelling);
    onnx_tensor(&last, style, "tensor", &tensor);
    onnx_node_head(&last, "Op", NULL, "n", "X", "Y");
    onnx_graph(&graph, &last);
    onnx_model(&model, style, &graph);
}

/* Whoever gets a graph may look at all of it. */
static void look_at_all(const ortl__graph *graph) {
    size_t n_bytes = strlen(graph->name) + strlen(graph->producer_name);
    for (uint32_t i = 0; i < graph->n_opsets; i++) n_bytes += strlen(graph->opsets[i].domain);
    for (uint32_t i = 0; i < graph->n_values; i++) n_bytes += strlen(graph->value_names[i]);
    for (uint32_t i = 0; i < graph->n_inputs; i++) n_bytes += strlen(graph->inputs[i].name);
    for (uint32_t i = 0; i < graph->n_outputs; i++) n_bytes += strlen(graph->outputs[i].name);
    for (uint32_t i = 0; i < graph->n_nodes; i++) {
        const ortl__node *node = &graph->nodes[i];
        n_bytes += strlen(node->op_type) + strlen(node->name) + strlen(node->domain);
        for (uint32_t j = 0; j < node->n_attributes; j++) {
            const ortl__attribute *attribute = &node->attributes[j];
            n_bytes += strlen(attribute->name);
            if (attribute->kind != ORTL__ATTRIBUTE_STRINGS) continue;
            for (uint64_t k = 0; k < attribute->count; k++)
                n_bytes += strlen(attribute->as.strings[k].data);
        }
    }
    ck_assert_uint_gt(n_bytes, 0);
}

/* Alters each byte, at each request for memory, in one of a few ways. */
static void meddle_everywhere(meddler *plan, int n_requests, size_t step) {
    static const unsigned char changes[] = {0x01, 0x08, 0x10, 0x80};
    int n_changed = 0;
    for (size_t at = 0; at < model.n_bytes; at += step)
        for (int i = 0; i < n_requests; i += 1 + i / 40) {
            const unsigned char before = model.bytes[at];
            *plan = (meddler){0, i, model.bytes + at, changes[(at + (size_t)i) % sizeof changes]};
            ortl_status status = harness_read_memory(&h, model.bytes, model.n_bytes);
            if (status == ORTL_OK) look_at_all(&h.graph);
            n_changed += status == ORTL_IO;
            harness_end(&h);
            model.bytes[at] = before;
        }
    ck_assert_int_gt(n_changed, 0);
}

START_TEST(a_model_that_changes_meanwhile_is_read_or_refused) {
    const onnx_style style = {.spelling = _i / 2};
    meddler plan = {0, INT_MAX, NULL, 0};
    const ortl_allocator allocator = {&plan, meddling_allocate, meddling_reallocate,
                                      failing_release};
    if (_i % 2 == 0)
        onnx_sample(&model, &style);
    else
        build_changeable(&style);
    ortl__memory_init(&h.memory, &allocator, (uint64_t)1 << 24, "memory_bytes");
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    look_at_all(&h.graph);
    harness_end(&h);
    meddle_everywhere(&plan, plan.n_requests, _i % 2 == 0 ? 1 : 5);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("envelope_faults");
    TCase *tests = tcase_create("envelope_faults");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, a_model_cut_anywhere_is_refused, 0, WIRE_SPELLINGS);
    tcase_add_loop_test(tests, a_model_with_any_byte_altered_is_read_or_refused, 0, WIRE_SPELLINGS);
    tcase_add_test(tests, any_memory_limit_is_kept);
    tcase_add_loop_test(tests, each_failing_allocation_is_out_of_memory, 0, 2);
    tcase_add_loop_test(tests, a_model_that_changes_meanwhile_is_read_or_refused, 0,
                        2 * WIRE_SPELLINGS);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
