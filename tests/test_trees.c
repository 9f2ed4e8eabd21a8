/*
 * The tree operators as the table has them: attributes, input types and shapes, outputs that are
 * left out, rows in blocks. What the trees compute is tested in test_kernel_plain and test_outcome.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/operators/trees.h"
#include "forests.h"

#define LEAF ORTL__MODE_LEAF
#define LEQ  ORTL__MODE_LEQ

static ortl__memory memory;
static ortl__arena arena;
static ortl_limits limits;
static ortl_error error;

/* A node under test: what the loader would have made of a file. */
static struct {
    ortl__attribute attributes[4];
    ortl__node node;
    ortl__value values[3]; /* the input and up to two outputs */
    int64_t shapes[3][ORTL_MAX_RANK];
    ortl__value *inputs[1], *outputs[2];
    ortl__loading loading;
    ortl__step step;
    uint32_t input_numbers[1], output_numbers[2];
} under_test;

static const node_row stump[] = {
    {0, 0, LEQ, 1, 16777216, 1, 2, 0}, {0, 1, LEAF, 0, 0, 0, 0, 0}, {0, 2, LEAF, 0, 0, 0, 0, 0}};
static const weight_row stump_weights[] = {{0, 1, 0, 1}, {0, 2, 0, -2}};
static const weight_row class_weights[] = {{0, 1, 0, 3}, {0, 1, 1, 1}, {0, 2, 1, 2}, {0, 2, 2, 4}};
static const ensemble regressor = {.kind = ORTL__ENSEMBLE_REGRESSOR,
                                   .nodes = stump,
                                   .n_nodes = 3,
                                   .weights = stump_weights,
                                   .n_weights = 2};
static const ensemble classifier = {.kind = ORTL__ENSEMBLE_CLASSIFIER,
                                    .nodes = stump,
                                    .n_nodes = 3,
                                    .weights = class_weights,
                                    .n_weights = 4};
static const test_row test5[] = {{LEQ, 1, 0.5, 0, 1, 1, 1, 0}};
static const leaf_row leaves5[] = {{0, 0.1}, {0, 0.2}};
static const int64_t roots5[] = {0};

static void set_up(void) {
    forests_memory(&memory);
    ortl__arena_init(&arena, &memory);
    limits = forests_limits();
    memset(&error, 0, sizeof error);
    memset(&under_test, 0, sizeof under_test);
    under_test.loading.memory = &memory;
    under_test.loading.arena = &arena;
    under_test.loading.limits = &limits;
    under_test.loading.node = &under_test.node;
    under_test.loading.inputs = under_test.inputs;
    under_test.loading.outputs = under_test.outputs;
    for (int i = 0; i < 3; i++) under_test.values[i].shape = under_test.shapes[i];
    under_test.inputs[0] = &under_test.values[0];
    under_test.outputs[0] = &under_test.values[1];
    under_test.outputs[1] = &under_test.values[2];
    under_test.node.attributes = under_test.attributes;
    under_test.node.n_inputs = 1;
}

static void tear_down(void) {
    if (under_test.step.operator!= NULL) under_test.step.operator->forget(&under_test.step);
    ortl__ensemble_columns_free(under_test.node.columns);
    ortl__arena_free(&arena);
    ck_assert_uint_eq(memory.used, 0);
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static ortl__attribute *add_attribute(const char *name, ortl__attribute_kind kind, uint64_t count) {
    ortl__attribute *attribute = &under_test.attributes[under_test.node.n_attributes++];
    attribute->name = name;
    attribute->kind = kind;
    attribute->count = count;
    return attribute;
}

static void add_int(const char *name, const int64_t *value) {
    add_attribute(name, ORTL__ATTRIBUTE_INT, 1)->as.ints = value;
}

static void add_text(const char *name, const char *text) {
    static ortl_string texts[4];
    ortl_string *kept = &texts[under_test.node.n_attributes];
    *kept = (ortl_string){text, strlen(text)};
    add_attribute(name, ORTL__ATTRIBUTE_STRING, 1)->as.strings = kept;
}

static void add_ints(const char *name, const int64_t *values, uint64_t n) {
    add_attribute(name, ORTL__ATTRIBUTE_INTS, n)->as.ints = values;
}

static void add_texts(const char *name, const ortl_string *texts, uint64_t n) {
    add_attribute(name, ORTL__ATTRIBUTE_STRINGS, n)->as.strings = texts;
}

static const int64_t one = 1;
static const int64_t int_labels[] = {7, 8, 9};
static const ortl_string text_labels[] = {{"ant", 3}, {"bee", 3}, {"cow", 3}};

/* ---- Preparing and running --------------------------------------------------------------------
 */

static ortl_status prepare(const ensemble *given, ortl_type type) {
    static const char *const names[] = {"TreeEnsembleClassifier", "TreeEnsembleRegressor",
                                        "TreeEnsemble"};
    const ortl__operator *other = NULL;
    int version = given->kind == ORTL__ENSEMBLE_V5 ? 5 : 3;
    const ortl__operator *found =
        ortl__operator_find("ai.onnx.ml", names[given->kind], version, &other);
    ck_assert_ptr_nonnull(found);
    under_test.step.operator= found;
    under_test.values[0].type = type;
    under_test.values[0].has_shape = 1;
    under_test.values[0].rank = 2;
    under_test.values[0].shape[0] = -1;
    under_test.values[0].shape[1] = 2;
    under_test.node.columns = forests_columns(&memory, given);
    under_test.node.n_outputs = given->kind == ORTL__ENSEMBLE_CLASSIFIER ? 2 : 1;
    under_test.step.node = &under_test.node;
    under_test.step.is_row_wise = 1;
    ortl_status status = found->prepare(&under_test.loading, &under_test.step, &error);
    if (status == ORTL_OK)
        status = ortl__trees_finish(&under_test.loading, &under_test.step, &error);
    return status;
}

static void prepare_well(const ensemble *given, ortl_type type) {
    ortl_status status = prepare(given, type);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
}

static void refuse(const ensemble *given, ortl_type type, ortl_status wanted,
                   const char *fragment) {
    ck_assert_int_eq(prepare(given, type), wanted);
    ck_assert_msg(strstr(error.message, fragment) != NULL, "%s", error.message);
}

/* One call: tensors over the test's own buffers. */
typedef struct calling {
    ortl__tensor input, outputs[2];
    const ortl__tensor *inputs[1];
    ortl__tensor *output_pointers[2];
    ortl__call call;
} calling;

static ortl_status shape_call(calling *c, uint32_t rank, int64_t n_rows, int64_t n_columns,
                              const void *data) {
    const int64_t shape[] = {n_rows, n_columns, 1};
    memset(c, 0, sizeof *c);
    ck_assert_int_eq(ortl__tensor_shape(&c->input, under_test.values[0].type, rank,
                                        rank == 1 ? shape + 1 : shape, NULL),
                     ORTL_OK);
    memcpy(&c->input.data, &data, sizeof data);
    c->inputs[0] = &c->input;
    for (int i = 0; i < 2; i++) {
        c->outputs[i].type = under_test.values[1 + i].type;
        c->output_pointers[i] = &c->outputs[i];
    }
    c->call = (ortl__call){.step = &under_test.step,
                           .inputs = c->inputs,
                           .outputs = c->output_pointers,
                           .row_stride = n_columns,
                           .column_stride = 1};
    return under_test.step.operator->shape(&c->call, &error);
}

static void run_call(calling *c, void *first_output, void *second_output) {
    void *scratch = malloc(c->call.scratch_bytes + 1);
    ck_assert_ptr_nonnull(scratch);
    c->call.scratch = scratch;
    c->outputs[0].data = first_output;
    c->outputs[1].data = second_output;
    ortl_status status = under_test.step.operator->run(&c->call, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    free(scratch);
}

/* ---- Input types and shapes --------------------------------------------------------------------
 */

START_TEST(integers_are_rounded_to_float) {
    static const int64_t wide[] = {0, 16777217, 0, 16777219};
    static const int32_t narrow[] = {0, 16777217, 0, 16777219};
    float scores[2];
    calling c;
    add_int("n_targets", &one);
    prepare_well(&regressor, _i == 0 ? ORTL_INT64 : ORTL_INT32);
    ck_assert_int_eq(shape_call(&c, 2, 2, 2, _i == 0 ? (const void *)wide : narrow), ORTL_OK);
    run_call(&c, scores, NULL);
    ck_assert(scores[0] == 1.0f); /* 16777217 becomes 16777216, which is the threshold */
    ck_assert(scores[1] == -2.0f);
}
END_TEST

START_TEST(doubles_are_compared_as_doubles) {
    static const double rows[] = {0, 16777216.5, 0, 16777216};
    float scores[2];
    calling c;
    add_int("n_targets", &one);
    prepare_well(&regressor, ORTL_DOUBLE);
    ck_assert_int_eq(under_test.values[1].type, ORTL_FLOAT);
    ck_assert_int_eq(shape_call(&c, 2, 2, 2, rows), ORTL_OK);
    run_call(&c, scores, NULL);
    ck_assert(scores[0] == -2.0f && scores[1] == 1.0f);
}
END_TEST

START_TEST(v5_gives_the_type_of_its_input) {
    ensemble given = {.kind = ORTL__ENSEMBLE_V5,
                      .is_double = 1,
                      .tests = test5,
                      .n_tests = 1,
                      .leaves = leaves5,
                      .n_leaves = 2,
                      .roots = roots5,
                      .n_roots = 1};
    static const double rows[] = {0, 0, 0, 1};
    double scores[2];
    calling c;
    add_int("n_targets", &one);
    prepare_well(&given, ORTL_DOUBLE);
    ck_assert_int_eq(under_test.values[1].type, ORTL_DOUBLE);
    ck_assert_int_eq(shape_call(&c, 2, 2, 2, rows), ORTL_OK);
    run_call(&c, scores, NULL);
    ck_assert(scores[0] == 0.1 && scores[1] == 0.2);
}
END_TEST

START_TEST(v5_takes_no_integers) {
    ensemble given = {.kind = ORTL__ENSEMBLE_V5,
                      .tests = test5,
                      .n_tests = 1,
                      .leaves = leaves5,
                      .n_leaves = 2,
                      .roots = roots5,
                      .n_roots = 1};
    add_int("n_targets", &one);
    refuse(&given, ORTL_INT64, ORTL_UNSUPPORTED, "int64");
}
END_TEST

START_TEST(shapes_are_checked) {
    static const float rows[] = {0, 1, 2, 3, 4, 5};
    float scores[2];
    calling c;
    add_int("n_targets", &one);
    prepare_well(&regressor, ORTL_FLOAT);
    ck_assert_int_eq(shape_call(&c, 0, 0, 0, rows), ORTL_BAD_INPUT);
    ck_assert_int_eq(shape_call(&c, 3, 2, 2, rows), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "rank 3"));
    ck_assert_int_eq(shape_call(&c, 2, 2, 1, rows), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "has 1 columns, the trees read 2"));
    ck_assert_int_eq(shape_call(&c, 2, 2, 3, rows), ORTL_OK); /* more columns do no harm */
    ck_assert_int_eq(c.outputs[0].shape[0], 2);
    ck_assert_int_eq(c.outputs[0].shape[1], 1);
    ck_assert_int_eq(shape_call(&c, 1, 9, 2, rows), ORTL_OK); /* one row */
    ck_assert_uint_eq(c.outputs[0].n_elements, 1);
    run_call(&c, scores, NULL);
    ck_assert(scores[0] == 1.0f);
    ck_assert_int_eq(shape_call(&c, 2, 0, 2, rows), ORTL_OK); /* no row */
    ck_assert_uint_eq(c.outputs[0].n_elements, 0);
    run_call(&c, scores, NULL);
}
END_TEST

START_TEST(rows_may_have_strides_and_any_number) {
    enum { N = 700 }; /* more than two blocks, and a rest */
    float *columns = malloc(2 * N * sizeof *columns), *scores = malloc(N * sizeof *scores);
    calling c;
    ck_assert(columns != NULL && scores != NULL);
    for (int i = 0; i < N; i++) columns[N + i] = i % 3 == 0 ? 2e7f : 1.0f;
    add_int("n_targets", &one);
    prepare_well(&regressor, ORTL_FLOAT);
    ck_assert_int_eq(shape_call(&c, 2, N, 2, columns), ORTL_OK);
    c.call.row_stride = 1;
    c.call.column_stride = N;
    run_call(&c, scores, NULL);
    for (int i = 0; i < N; i++) ck_assert(scores[i] == (i % 3 == 0 ? -2.0f : 1.0f));
    free(columns);
    free(scores);
}
END_TEST

/* ---- Leaves ---------------------------------------------------------------------------------- */

/* Of three trees in the graph this operator's is the second: rows of floats, doubles, and integers,
 * in more than two blocks. */
START_TEST(leaves_go_into_the_operators_columns) {
    enum { N = 700 };
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64};
    static float floats[2 * N], scores[N];
    static double doubles[2 * N];
    static int64_t integers[2 * N];
    static uint32_t leaves[3 * N];
    const void *const rows[] = {floats, doubles, integers};
    ortl__tap tap = {leaves, NULL, (uint64_t)3 * N, 3, 1};
    calling c;
    for (size_t i = 0; i < N; i++) {
        integers[2 * i + 1] = i % 3 == 0 ? 20000000 : 1;
        floats[2 * i + 1] = (float)integers[2 * i + 1];
        doubles[2 * i + 1] = (double)integers[2 * i + 1];
    }
    for (size_t i = 0; i < (size_t)3 * N; i++) leaves[i] = 99;
    add_int("n_targets", &one);
    under_test.loading.keeps_forest = 1;
    prepare_well(&regressor, types[_i]);
    ck_assert_int_eq(shape_call(&c, 2, N, 2, rows[_i]), ORTL_OK);
    c.call.tap = &tap;
    run_call(&c, scores, NULL);
    ck_assert_uint_eq(tap.n_before, 2);
    for (size_t i = 0; i < N; i++) {
        ck_assert_uint_eq(leaves[3 * i], 99);
        ck_assert_uint_eq(leaves[3 * i + 1], i % 3 == 0 ? 2 : 1);
        ck_assert_uint_eq(leaves[3 * i + 2], 99);
    }
}
END_TEST

START_TEST(a_leaf_table_of_another_size_is_refused) {
    static const float rows[] = {0, 1, 0, 2};
    uint32_t leaves[3];
    ortl__tap tap = {leaves, NULL, 3, 1, 0};
    calling c;
    add_int("n_targets", &one);
    under_test.loading.keeps_forest = 1;
    prepare_well(&regressor, ORTL_FLOAT);
    ck_assert_int_eq(shape_call(&c, 2, 2, 2, rows), ORTL_OK);
    c.call.tap = &tap;
    ck_assert_int_eq(under_test.step.operator->run(&c.call, &error), ORTL_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "room for 3 leaves, 2 rows have 1 each"));
}
END_TEST

/* ---- Classes --------------------------------------------------------------------------------- */

START_TEST(labels_are_integers_or_texts) {
    static const float rows[] = {0, 0, 0, 2e7f};
    float scores[6];
    int64_t values_out[2];
    ortl_string texts_out[2];
    calling c;
    size_t n = 0;
    const int64_t *values;
    const ortl_string *texts;
    if (_i == 0)
        add_ints("classlabels_int64s", int_labels, 3);
    else
        add_texts("classlabels_strings", text_labels, 3);
    prepare_well(&classifier, ORTL_FLOAT);
    ck_assert_int_eq(shape_call(&c, 2, 2, 2, rows), ORTL_OK);
    ck_assert_uint_eq(c.outputs[0].rank, 1);
    run_call(&c, _i == 0 ? (void *)values_out : (void *)texts_out, scores);
    static const float wanted[] = {3, 1, 0, 0, 2, 4};
    ck_assert_mem_eq(scores, wanted, sizeof wanted);
    ck_assert(ortl__trees_classes(&under_test.step, &n, &values, &texts));
    ck_assert_uint_eq(n, 3);
    if (_i == 0) {
        ck_assert(values_out[0] == 7 && values_out[1] == 9);
        ck_assert(values[1] == 8 && texts == NULL);
    } else {
        ck_assert_int_eq(memcmp(texts_out[0].data, "ant", 4), 0);
        ck_assert_int_eq(memcmp(texts_out[1].data, "cow", 4), 0);
        ck_assert(values == NULL && texts[1].n_bytes == 3);
    }
}
END_TEST

START_TEST(outputs_may_be_left_out) {
    static const float rows[] = {0, 0, 0, 2e7f};
    float scores[6] = {0};
    ortl_string labels[2];
    calling c;
    add_texts("classlabels_strings", text_labels, 3);
    under_test.outputs[_i] = NULL;
    prepare_well(&classifier, ORTL_FLOAT);
    ck_assert_int_eq(shape_call(&c, 2, 2, 2, rows), ORTL_OK);
    c.output_pointers[_i] = NULL;
    run_call(&c, labels, scores);
    if (_i == 0)
        ck_assert(scores[5] == 4);
    else
        ck_assert_int_eq(memcmp(labels[1].data, "cow", 3), 0);
}
END_TEST

START_TEST(labels_are_given_exactly_once) {
    if (_i == 1) {
        add_ints("classlabels_int64s", int_labels, 3);
        add_texts("classlabels_strings", text_labels, 3);
    }
    refuse(&classifier, ORTL_FLOAT, ORTL_BAD_MODEL, _i == 1 ? "both of" : "none of");
}
END_TEST

START_TEST(labels_obey_the_limit) {
    limits.outputs_per_row = 2;
    add_ints("classlabels_int64s", int_labels, 3);
    refuse(&classifier, ORTL_FLOAT, ORTL_LIMIT, "outputs_per_row");
}
END_TEST

/* ---- Other attributes -------------------------------------------------------------------------
 */

START_TEST(attributes_are_checked) {
    static const struct {
        const char *name, *text;
        int64_t number;
        const char *fragment;
    } cases[] = {{"post_transform", "FOO", 0, "\"post_transform\" is \"FOO\""},
                 {"aggregate_function", "MEAN", 0, "\"aggregate_function\" is \"MEAN\""},
                 {"post_transform", NULL, 1, "post_transform"},
                 {"n_targets", NULL, -3, "\"n_targets\" is -3"},
                 {"n_targets", NULL, 0, "\"n_targets\" is 0"},
                 {"nonsense", NULL, 1, "nonsense"}};
    if (strcmp(cases[_i].name, "n_targets") != 0) add_int("n_targets", &one);
    if (cases[_i].text != NULL)
        add_text(cases[_i].name, cases[_i].text);
    else
        add_int(cases[_i].name, &cases[_i].number);
    ortl_status wanted = _i == 5 ? ORTL_UNSUPPORTED : ORTL_BAD_MODEL;
    refuse(&regressor, ORTL_FLOAT, wanted, cases[_i].fragment);
}
END_TEST

START_TEST(kernels_are_known_by_name) {
    add_int("n_targets", &one);
    under_test.loading.kernel = "warp";
    refuse(&regressor, ORTL_FLOAT, ORTL_BAD_ARGUMENT, "warp");
}
END_TEST

/* The base values are one row of their column more than allowed. */
START_TEST(base_values_are_counted) {
    static const struct {
        int is_classifier;
        uint64_t n_targets, n_base;
        ortl_status status;
    } cases[] = {{0, 1, 1, ORTL_OK},        {0, 1, 2, ORTL_BAD_MODEL}, {0, 3, 1, ORTL_BAD_MODEL},
                 {0, 3, 3, ORTL_OK},        {1, 1, 2, ORTL_BAD_MODEL}, {1, 2, 1, ORTL_OK},
                 {1, 2, 2, ORTL_OK},        {1, 2, 3, ORTL_BAD_MODEL}, {1, 3, 1, ORTL_BAD_MODEL},
                 {1, 3, 2, ORTL_BAD_MODEL}, {1, 3, 3, ORTL_OK},        {1, 3, 4, ORTL_BAD_MODEL}};
    int64_t n_targets = (int64_t)cases[_i].n_targets;
    ensemble given = cases[_i].is_classifier ? classifier : regressor;
    given.n_weights = 1;
    if (cases[_i].is_classifier)
        add_ints("classlabels_int64s", int_labels, cases[_i].n_targets);
    else
        add_int("n_targets", &n_targets);
    /* prepare() makes the columns; a base column is put in by preparing twice. */
    ortl_status status = prepare(&(ensemble){.kind = given.kind}, ORTL_FLOAT);
    ck_assert_int_eq(status, ORTL_OK);
    under_test.step.operator->forget(&under_test.step);
    under_test.node.columns = forests_columns(&memory, &given);
    for (uint64_t i = 0; i < cases[_i].n_base; i++)
        ck_assert_int_eq(ortl__column_append_float(under_test.node.columns,
                                                   ORTL__COLUMN_BASE_VALUES, 0.5f, NULL),
                         ORTL_OK);
    status = under_test.step.operator->prepare(&under_test.loading, &under_test.step, &error);
    ck_assert_msg(status == cases[_i].status, "%s", error.message);
    if (status != ORTL_OK) ck_assert_ptr_nonnull(strstr(error.message, "base_values"));
}
END_TEST

START_TEST(other_steps_have_no_trees) {
    const ortl__operator *other = NULL;
    ortl__step step = {.operator= ortl__operator_find("ai.onnx.ml", "ZipMap", 1, &other)};
    size_t n;
    const int64_t *values;
    const ortl_string *texts;
    ck_assert_ptr_nonnull(step.operator);
    ck_assert_ptr_null(ortl__trees_forest(&step));
    ck_assert_ptr_null(ortl__trees_outcome(&step));
    ck_assert_ptr_null(ortl__trees_kernel(&step));
    ck_assert(!ortl__trees_classes(&step, &n, &values, &texts));
}
END_TEST

START_TEST(an_unknown_rank_is_not_row_wise) {
    add_int("n_targets", &one);
    prepare_well(&regressor, ORTL_FLOAT);
    ck_assert_int_eq(under_test.step.is_row_wise, 1);
    ck_assert_uint_eq(ortl__trees_forest(&under_test.step)->n_trees, 1);
    ck_assert_uint_eq(ortl__trees_outcome(&under_test.step)->n_scores, 1);
    ck_assert_ptr_nonnull(ortl__trees_kernel(&under_test.step));
    ck_assert_ptr_null(under_test.node.columns); /* consumed */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("trees");
    TCase *tests = tcase_create("trees");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, integers_are_rounded_to_float, 0, 2);
    tcase_add_test(tests, doubles_are_compared_as_doubles);
    tcase_add_test(tests, v5_gives_the_type_of_its_input);
    tcase_add_test(tests, v5_takes_no_integers);
    tcase_add_test(tests, shapes_are_checked);
    tcase_add_test(tests, rows_may_have_strides_and_any_number);
    tcase_add_loop_test(tests, leaves_go_into_the_operators_columns, 0, 3);
    tcase_add_test(tests, a_leaf_table_of_another_size_is_refused);
    tcase_add_loop_test(tests, labels_are_integers_or_texts, 0, 2);
    tcase_add_loop_test(tests, outputs_may_be_left_out, 0, 2);
    tcase_add_loop_test(tests, labels_are_given_exactly_once, 0, 2);
    tcase_add_test(tests, labels_obey_the_limit);
    tcase_add_loop_test(tests, attributes_are_checked, 0, 6);
    tcase_add_test(tests, kernels_are_known_by_name);
    tcase_add_loop_test(tests, base_values_are_counted, 0, 12);
    tcase_add_test(tests, other_steps_have_no_trees);
    tcase_add_test(tests, an_unknown_rank_is_not_row_wise);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
