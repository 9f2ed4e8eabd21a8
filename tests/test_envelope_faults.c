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

/* ---- Changing meanwhile ---------------------------------------------------------------------- */

/* Bytes that stand in a changeable model once each, and the bit that alters a count there. */
static const struct {
    const char *bytes;
    size_t n_bytes;
    unsigned char change; /* of the first byte */
} spots[] = {
    {"\xc9\x01\xc9\x01\xc9", 5, 0x80},      /* an int of two bytes becomes two of one */
    {"\xca\x01\xca\x01\xca", 5, 0x80},      /* the same in a tensor */
    {"\x1a\x05\"\x03new", 7, 0x10},         /* an unknown field of the graph becomes a node */
    {"\x6a\x07\n\x03new\x18\x01", 9, 0x40}, /* an unknown field of a node, an attribute */
    {"\"\x03old", 5, 0x20},                 /* the name of a node's operator, an input */
};

#define N_SPOTS ((int)(sizeof spots / sizeof spots[0]))

/* Many of everything, so that the arrays have blocks of their own, at whose end a sanitizer sees
 * each byte too many. */
static void build_changeable(void) {
    enum { N_INTS = 1500, N_NODES = 60, N_ATTRIBUTES = 100 };
    const onnx_style style = {.spelling = WIRE_PACKED};
    wire_builder graph = {0}, last = {0}, tensor = {0};
    int64_t ints[N_INTS];
    for (int i = 0; i < N_NODES; i++) {
        wire_builder node = {0};
        wire_text(&node, 4, i == 0 ? "old" : "I");
        wire_message(&graph, 1, &node);
    }
    wire_bytes(&graph, spots[2].bytes, spots[2].n_bytes);
    for (int i = 0; i < N_ATTRIBUTES; i++) {
        const char name[] = {'a', (char)('0' + i / 10), (char)('0' + i % 10), '\0'};
        onnx_int(&last, &style, name, i);
    }
    wire_bytes(&last, spots[3].bytes, spots[3].n_bytes);
    for (int i = 0; i < N_INTS; i++) ints[i] = i < 3 ? 0xc9 : 200;
    onnx_ints(&last, &style, "ints", ints, N_INTS);
    for (int i = 0; i < 3; i++) ints[i] = 0xca;
    onnx_tensor_head(&tensor, NULL, TYPE_INT32, N_INTS);
    wire_ints(&tensor, 5, ints, N_INTS, WIRE_PACKED);
    onnx_tensor(&last, &style, "tensor", &tensor);
    onnx_node_head(&last, "Op", NULL, "n", "X", "Y");
    onnx_graph(&graph, &last);
    onnx_model(&model, &style, &graph);
}

static unsigned char *find_spot(int index) {
    unsigned char *found = NULL;
    for (size_t at = 0; at + spots[index].n_bytes <= model.n_bytes; at++) {
        if (memcmp(model.bytes + at, spots[index].bytes, spots[index].n_bytes) != 0) continue;
        ck_assert_ptr_null(found);
        found = model.bytes + at;
    }
    ck_assert_ptr_nonnull(found);
    return found;
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

/* Alters the byte at place at each request for memory in turn; returns how often the reader noticed
 * that what it found was not what it had counted. */
static int meddle(meddler *plan, int n_requests, unsigned char *place, unsigned char change) {
    const unsigned char before = *place;
    int n_noticed = 0;
    for (int i = 0; i < n_requests; i++) {
        *plan = (meddler){0, i, place, change};
        ortl_status status = harness_read_memory(&h, model.bytes, model.n_bytes);
        if (status == ORTL_OK) look_at_all(&h.graph);
        n_noticed += status == ORTL_IO;
        harness_end(&h);
        *place = before;
    }
    return n_noticed;
}

/* Reads the model once, soundly; returns the requests for memory that this takes. */
static int read_soundly(meddler *plan, const ortl_allocator *allocator) {
    *plan = (meddler){0, INT_MAX, NULL, 0};
    ortl__memory_init(&h.memory, allocator, (uint64_t)1 << 24, "memory_bytes");
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    look_at_all(&h.graph);
    harness_end(&h);
    return plan->n_requests;
}

START_TEST(a_count_that_changes_meanwhile_is_noticed) {
    meddler plan;
    const ortl_allocator allocator = {&plan, meddling_allocate, meddling_reallocate,
                                      failing_release};
    build_changeable();
    int n_requests = read_soundly(&plan, &allocator);
    int n_noticed = meddle(&plan, n_requests, find_spot(_i), spots[_i].change);
    if (_i < N_SPOTS - 1) ck_assert_int_gt(n_noticed, 0);
}
END_TEST

START_TEST(a_model_that_changes_meanwhile_is_read_or_refused) {
    static const unsigned char changes[] = {0x01, 0x08, 0x10, 0x80};
    meddler plan;
    const ortl_allocator allocator = {&plan, meddling_allocate, meddling_reallocate,
                                      failing_release};
    onnx_sample(&model, &(onnx_style){.spelling = _i});
    int n_requests = read_soundly(&plan, &allocator), n_noticed = 0;
    for (size_t at = 0; at < model.n_bytes; at++)
        n_noticed += meddle(&plan, n_requests, model.bytes + at, changes[at % sizeof changes]);
    ck_assert_int_gt(n_noticed, 0);
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
                        WIRE_SPELLINGS);
    tcase_add_loop_test(tests, a_count_that_changes_meanwhile_is_noticed, 0, N_SPOTS);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
