/*
 * What every operator must refuse in the same way: attributes that it does not know or that are of
 * another kind, inputs left out, and a load without memory.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "operator_harness.h"

#define ML "ai.onnx.ml"

/* A valid node of each operator: its inputs (all of type, [2, 3]), one attribute that it reads, and
 * the kind of that attribute. */
static const struct {
    const char *domain, *name;
    int64_t version;
    uint32_t n_inputs;
    ortl_type type;
    const char *attribute;
    ortl__attribute_kind kind;
} operators[] = {
    {"", "Add", 6, 2, ORTL_FLOAT, "axis", ORTL__ATTRIBUTE_INT},
    {"", "Add", 6, 2, ORTL_FLOAT, "broadcast", ORTL__ATTRIBUTE_INT},
    {"", "ArgMax", 13, 1, ORTL_FLOAT, "axis", ORTL__ATTRIBUTE_INT},
    {"", "ArgMax", 13, 1, ORTL_FLOAT, "keepdims", ORTL__ATTRIBUTE_INT},
    {"", "ArgMax", 13, 1, ORTL_FLOAT, "select_last_index", ORTL__ATTRIBUTE_INT},
    {"", "Cast", 13, 1, ORTL_FLOAT, "to", ORTL__ATTRIBUTE_INT},
    {"", "Cast", 1, 1, ORTL_FLOAT, "to", ORTL__ATTRIBUTE_STRING},
    {"", "Concat", 13, 2, ORTL_FLOAT, "axis", ORTL__ATTRIBUTE_INT},
    {"", "Constant", 13, 0, ORTL_FLOAT, "value", ORTL__ATTRIBUTE_TENSOR},
    {"", "Constant", 13, 0, ORTL_FLOAT, "value_strings", ORTL__ATTRIBUTE_STRINGS},
    {"", "Reshape", 4, 1, ORTL_FLOAT, "shape", ORTL__ATTRIBUTE_INTS},
    {"", "Softmax", 13, 1, ORTL_FLOAT, "axis", ORTL__ATTRIBUTE_INT},
    {ML, "Imputer", 1, 1, ORTL_FLOAT, "imputed_value_floats", ORTL__ATTRIBUTE_FLOATS},
    {ML, "Imputer", 1, 1, ORTL_INT64, "imputed_value_int64s", ORTL__ATTRIBUTE_INTS},
    {ML, "Normalizer", 1, 1, ORTL_FLOAT, "norm", ORTL__ATTRIBUTE_STRING},
    {ML, "Scaler", 1, 1, ORTL_FLOAT, "offset", ORTL__ATTRIBUTE_FLOATS},
    {ML, "Scaler", 1, 1, ORTL_FLOAT, "scale", ORTL__ATTRIBUTE_FLOATS},
    {ML, "ZipMap", 1, 1, ORTL_FLOAT, "classlabels_int64s", ORTL__ATTRIBUTE_INTS},
    {ML, "ZipMap", 1, 1, ORTL_FLOAT, "classlabels_strings", ORTL__ATTRIBUTE_STRINGS},
    {"", "Exp", 13, 1, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Identity", 13, 1, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Reshape", 14, 2, ORTL_INT64, NULL, ORTL__ATTRIBUTE_INT},
    {ML, "ArrayFeatureExtractor", 1, 2, ORTL_INT64, NULL, ORTL__ATTRIBUTE_INT},
    {"", "ArgMin", 13, 1, ORTL_FLOAT, "select_last_index", ORTL__ATTRIBUTE_INT},
    {"", "Clip", 6, 1, ORTL_FLOAT, "min", ORTL__ATTRIBUTE_FLOAT},
    {"", "Compress", 11, 2, ORTL_BOOL, "axis", ORTL__ATTRIBUTE_INT},
    {"", "ConstantOfShape", 9, 1, ORTL_INT64, "value", ORTL__ATTRIBUTE_TENSOR},
    {"", "CumSum", 14, 2, ORTL_INT64, "exclusive", ORTL__ATTRIBUTE_INT},
    {"", "Equal", 13, 2, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Expand", 13, 2, ORTL_INT64, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Flatten", 13, 1, ORTL_FLOAT, "axis", ORTL__ATTRIBUTE_INT},
    {"", "Gather", 13, 2, ORTL_INT64, "axis", ORTL__ATTRIBUTE_INT},
    {"", "GatherElements", 13, 2, ORTL_INT64, "axis", ORTL__ATTRIBUTE_INT},
    {"", "Gemm", 13, 2, ORTL_FLOAT, "alpha", ORTL__ATTRIBUTE_FLOAT},
    {"", "MatMul", 13, 2, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "NonZero", 13, 1, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Pow", 13, 2, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "ReduceSum", 11, 1, ORTL_FLOAT, "axes", ORTL__ATTRIBUTE_INTS},
    {"", "ReduceSum", 13, 1, ORTL_FLOAT, "noop_with_empty_axes", ORTL__ATTRIBUTE_INT},
    {"", "SequenceConstruct", 11, 2, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Shape", 15, 1, ORTL_FLOAT, "start", ORTL__ATTRIBUTE_INT},
    {"", "Slice", 13, 3, ORTL_INT64, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Split", 11, 1, ORTL_FLOAT, "split", ORTL__ATTRIBUTE_INTS},
    {"", "Squeeze", 11, 1, ORTL_FLOAT, "axes", ORTL__ATTRIBUTE_INTS},
    {"", "Sum", 13, 2, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Tile", 13, 2, ORTL_INT64, NULL, ORTL__ATTRIBUTE_INT},
    {"", "TopK", 11, 2, ORTL_INT64, "largest", ORTL__ATTRIBUTE_INT},
    {"", "Transpose", 13, 1, ORTL_FLOAT, NULL, ORTL__ATTRIBUTE_INT},
    {"", "Unsqueeze", 11, 1, ORTL_FLOAT, "axes", ORTL__ATTRIBUTE_INTS},
    {"", "Where", 16, 3, ORTL_BOOL, NULL, ORTL__ATTRIBUTE_INT},
    {ML, "Binarizer", 1, 1, ORTL_FLOAT, "threshold", ORTL__ATTRIBUTE_FLOAT},
    {ML, "FeatureVectorizer", 1, 3, ORTL_FLOAT, "inputdimensions", ORTL__ATTRIBUTE_INTS},
    {ML, "LinearRegressor", 1, 1, ORTL_FLOAT, "coefficients", ORTL__ATTRIBUTE_FLOATS},
};

#define N_OPERATORS (sizeof operators / sizeof operators[0])

static harness h;
static const int64_t words[6]; /* zeros of any type */

static void open_operator(size_t i) {
    harness_open(&h, operators[i].domain, operators[i].name, operators[i].version);
    for (uint32_t k = 0; k < operators[i].n_inputs; k++)
        harness_input(&h, operators[i].type, SHAPE(2, 3), words);
}

static void add_attribute(const char *name, ortl__attribute_kind kind) {
    static int64_t one = 1;
    static const float floats[] = {1, 2, 3};
    static const int64_t ints[] = {1, 2, 3}, axes[] = {0, 1};
    static const char *const texts[] = {"a", "b", "c"};
    static const ortl__constant scalar = {
        .element_type = ORTL_INT64, .n_elements = 1, .data = &one};
    switch (kind) {
    case ORTL__ATTRIBUTE_FLOAT: harness_float(&h, name, 1); break;
    case ORTL__ATTRIBUTE_INT: harness_int(&h, name, 1); break;
    case ORTL__ATTRIBUTE_STRING: harness_string(&h, name, name[0] == 'n' ? "L1" : "DOUBLE"); break;
    case ORTL__ATTRIBUTE_TENSOR: harness_tensor(&h, name, &scalar); break;
    case ORTL__ATTRIBUTE_FLOATS: harness_floats(&h, name, 3, floats); break;
    case ORTL__ATTRIBUTE_INTS:
        if (strcmp(name, "axes") == 0)
            harness_ints(&h, name, 2, axes);
        else
            harness_ints(&h, name, 3, ints);
        break;
    default: harness_strings(&h, name, 3, texts); break;
    }
}

START_TEST(attributes_of_another_kind_are_refused) {
    const ortl__attribute_kind kinds[] = {ORTL__ATTRIBUTE_FLOAT,  ORTL__ATTRIBUTE_INT,
                                          ORTL__ATTRIBUTE_STRING, ORTL__ATTRIBUTE_TENSOR,
                                          ORTL__ATTRIBUTE_FLOATS, ORTL__ATTRIBUTE_INTS,
                                          ORTL__ATTRIBUTE_STRINGS};
    for (size_t i = 0; i < N_OPERATORS; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            if (!operators[i].attribute || kinds[k] == operators[i].kind) continue;
            open_operator(i);
            add_attribute(operators[i].attribute, kinds[k]);
            harness_expect_refused(&h, ORTL_BAD_MODEL, operators[i].attribute);
            harness_close(&h);
        }
}
END_TEST

START_TEST(attributes_of_no_known_kind_are_refused) {
    open_operator(2); /* ArgMax */
    add_attribute("axis", ORTL__ATTRIBUTE_INT);
    h.attributes[0].kind = (ortl__attribute_kind)99;
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"axis\" is of an unknown kind, not an integer");
    harness_close(&h);
}
END_TEST

START_TEST(unknown_attributes_are_refused) {
    for (size_t i = 0; i < N_OPERATORS; i++) {
        open_operator(i);
        if (operators[i].attribute) add_attribute(operators[i].attribute, operators[i].kind);
        harness_int(&h, "axi", 1);
        ortl_status status = harness_prepare(&h);
        ck_assert_msg(status == ORTL_UNSUPPORTED || operators[i].n_inputs == 0, "%s",
                      operators[i].name);
        ck_assert_int_ne(status, ORTL_OK);
        harness_close(&h);
    }
}
END_TEST

START_TEST(one_input_too_many_is_refused) {
    for (size_t i = 0; i < N_OPERATORS; i++) {
        open_operator(i);
        if (operators[i].attribute) add_attribute(operators[i].attribute, operators[i].kind);
        for (uint32_t k = 0; k < 3; k++) harness_input(&h, ORTL_STRING, SHAPE(2, 3), words);
        harness_expect_refused(&h, ORTL_BAD_MODEL, "input");
        harness_close(&h);
    }
}
END_TEST

START_TEST(an_input_left_out_is_refused) {
    for (size_t i = 0; i < N_OPERATORS; i++) {
        if (!operators[i].n_inputs) continue;
        open_operator(i);
        if (operators[i].attribute) add_attribute(operators[i].attribute, operators[i].kind);
        h.value_places[operators[i].n_inputs - 1] = NULL;
        harness_expect_refused(&h, ORTL_BAD_MODEL, "is left out");
        harness_close(&h);
        open_operator(i);
        h.value_places[0] = NULL;
        harness_expect_refused(&h, ORTL_BAD_MODEL, "");
        harness_close(&h);
    }
}
END_TEST

/* Loads the operator with room for n_bytes on the heap; 1: that was enough. */
static int loads_with(size_t i, uint64_t n_bytes) {
    ortl__memory few;
    ortl__arena arena;
    ortl__memory_init(&few, NULL, n_bytes, "memory_bytes");
    ortl__arena_init(&arena, &few);
    open_operator(i);
    if (operators[i].attribute) add_attribute(operators[i].attribute, operators[i].kind);
    if (strcmp(operators[i].name, "Scaler") == 0) /* needs both of its lists */
        add_attribute(operators[i].attribute[0] == 'o' ? "scale" : "offset",
                      ORTL__ATTRIBUTE_FLOATS);
    h.loading.arena = &arena;
    h.loading.memory = &few;
    ortl_status status = harness_prepare(&h);
    ck_assert_msg(status == ORTL_OK || status == ORTL_LIMIT, "%s: %s", operators[i].name,
                  h.error.message);
    harness_close(&h);
    ortl__arena_free(&arena);
    ck_assert_uint_eq(few.used, 0);
    return status == ORTL_OK;
}

START_TEST(every_load_without_memory_says_so_and_leaks_nothing) {
    for (size_t i = 0; i < N_OPERATORS; i++) {
        uint64_t n_bytes = 0;
        while (!loads_with(i, n_bytes) && n_bytes < 65536) n_bytes += 8;
        ck_assert_uint_lt(n_bytes, 65536);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_refusals");
    TCase *tcase = tcase_create("refusals");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, attributes_of_another_kind_are_refused);
    tcase_add_test(tcase, attributes_of_no_known_kind_are_refused);
    tcase_add_test(tcase, unknown_attributes_are_refused);
    tcase_add_test(tcase, one_input_too_many_is_refused);
    tcase_add_test(tcase, an_input_left_out_is_refused);
    tcase_add_test(tcase, every_load_without_memory_says_so_and_leaks_nothing);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
