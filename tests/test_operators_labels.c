/*
 * LabelEncoder, CategoryMapper and OneHotEncoder: every form and type of their lists, repeated and
 * NaN keys, defaults, and what is refused.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "operator_harness.h"

#define ML "ai.onnx.ml"

static harness h;

static void close_harness(void) {
    harness_close(&h);
}

static void open_labels(int64_t version) {
    harness_open(&h, ML, "LabelEncoder", version);
}

/* ---- LabelEncoder: versions ------------------------------------------------------------------ */

START_TEST(version_1_turns_texts_into_numbers_and_back) {
    open_labels(1);
    harness_strings(&h, "classes_strings", 3, TEXTS("a", "b", "a"));
    harness_int(&h, "default_int64", -7);
    harness_texts(&h, SHAPE(3, 1), TEXTS("a", "b", "z"));
    harness_expect(&h, ORTL_INT64, SHAPE(3, 1), INT64S(2, 1, -7));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_labels(1);
    harness_strings(&h, "classes_strings", 3, TEXTS("a", "b", "c"));
    harness_input(&h, ORTL_INT64, SHAPE(5), INT64S(0, 1, 2, 3, -1));
    harness_expect_texts(&h, SHAPE(5), TEXTS("a", "b", "c", "_Unused", "_Unused"));
    close_harness();
    open_labels(1);
    harness_strings(&h, "classes_strings", 1, TEXTS("a"));
    harness_string(&h, "default_string", "q");
    harness_int(&h, "default_int64", 4);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 9));
    harness_expect_texts(&h, SHAPE(2), TEXTS("a", "q"));
    close_harness();
}
END_TEST

START_TEST(of_equal_keys_the_first_counts) {
    for (int64_t version = 2; version <= 5; version++) {
        open_labels(version);
        harness_strings(&h, "keys_strings", 4, TEXTS("b", "a", "b", "ba"));
        harness_ints(&h, "values_int64s", 4, INT64S(1, 2, 3, 4));
        harness_texts(&h, SHAPE(5), TEXTS("a", "b", "ba", "", "bab"));
        harness_expect(&h, ORTL_INT64, SHAPE(5), INT64S(2, 1, 4, -1, -1));
        close_harness();
    }
}
END_TEST

/* Both zeros are one key; NaN is found since version 4. */
START_TEST(nan_keys) {
    const float quiet[] = {0, NAN, 2.5f}, x[] = {-NAN, -0.0f, 2.5f, NAN, INFINITY};
    const float values[] = {10, 20, 30};
    open_labels(4);
    harness_floats(&h, "keys_floats", 3, quiet);
    harness_floats(&h, "values_floats", 3, values);
    harness_float(&h, "default_float", -5);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), x);
    harness_expect(&h, ORTL_FLOAT, SHAPE(5), FLOATS(20, 10, 30, 20, -5));
    close_harness();
    open_labels(3);
    harness_floats(&h, "keys_floats", 3, quiet);
    harness_floats(&h, "values_floats", 3, values);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), x);
    harness_expect(&h, ORTL_FLOAT, SHAPE(5), FLOATS(-0.0f, 10, 30, -0.0f, -0.0f));
    close_harness();
}
END_TEST

START_TEST(no_keys_and_empty_batches) {
    open_labels(2);
    harness_ints(&h, "keys_int64s", 0, NULL);
    harness_strings(&h, "values_strings", 0, NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_expect_texts(&h, SHAPE(1), TEXTS("_Unused"));
    close_harness();
    open_labels(2);
    harness_ints(&h, "keys_int64s", 1, INT64S(3));
    harness_floats(&h, "values_floats", 1, FLOATS(1));
    harness_input(&h, ORTL_INT64, SHAPE(0, 4), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 4), NULL);
    close_harness();
    open_labels(2);
    harness_ints(&h, "keys_int64s", 1, INT64S(INT64_MIN));
    harness_ints(&h, "values_int64s", 1, INT64S(INT64_MAX));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(INT64_MIN));
    harness_expect(&h, ORTL_INT64, SCALAR, INT64S(INT64_MAX));
    close_harness();
}
END_TEST

/* ---- LabelEncoder: tensors ------------------------------------------------------------------- */

static ortl__constant tensor_of(ortl_type type, int64_t n, const void *data) {
    ortl__constant tensor = {.name = "",
                             .element_type = (int32_t)type,
                             .rank = 1,
                             .shape = {n},
                             .n_elements = (uint64_t)n};
    memcpy(&tensor.data, &data, sizeof data);
    return tensor;
}

static const ortl_string two_texts[] = {{"p", 1}, {"q", 1}};

/* Each type with 1, 2 and 9, of which the first two are keys; as values they stand at 7, 8 and the
 * default. */
static const struct tensor_case {
    ortl_type type;
    const void *keys;   /* 1, 2 */
    const void *x;      /* 1, 2, 9 */
    const void *values; /* 7, 8 */
    const void *wanted; /* 7, 8, default */
} tensor_cases[] = {
    {ORTL_DOUBLE, (const double[]){1, 2}, (const double[]){1, 2, 9}, (const double[]){7, 8},
     (const double[]){7, 8, -0.0}},
    {ORTL_FLOAT, (const float[]){1, 2}, (const float[]){1, 2, 9}, (const float[]){7, 8},
     (const float[]){7, 8, -0.0f}},
    {ORTL_INT64, (const int64_t[]){1, 2}, (const int64_t[]){1, 2, 9}, (const int64_t[]){7, 8},
     (const int64_t[]){7, 8, -1}},
    {ORTL_INT32, (const int32_t[]){1, 2}, (const int32_t[]){1, 2, 9}, (const int32_t[]){7, 8},
     (const int32_t[]){7, 8, -1}},
    {ORTL_INT16, (const int16_t[]){1, 2}, (const int16_t[]){1, 2, 9}, (const int16_t[]){7, 8},
     (const int16_t[]){7, 8, -1}},
};

#define N_TENSOR_CASES ((int)(sizeof tensor_cases / sizeof tensor_cases[0]))

START_TEST(every_pair_of_types) {
    const struct tensor_case *from = &tensor_cases[_i];
    ortl__constant keys = tensor_of(from->type, 2, from->keys);
    for (int i = 0; i < N_TENSOR_CASES; i++) {
        const struct tensor_case *to = &tensor_cases[i];
        ortl__constant values = tensor_of(to->type, 2, to->values);
        open_labels(4);
        harness_tensor(&h, "keys_tensor", &keys);
        harness_tensor(&h, "values_tensor", &values);
        harness_input(&h, from->type, SHAPE(3), from->x);
        harness_expect(&h, to->type, SHAPE(3), to->wanted);
        close_harness();
    }
    ortl__constant texts = tensor_of(ORTL_STRING, 2, two_texts);
    open_labels(4);
    harness_tensor(&h, "keys_tensor", &keys);
    harness_tensor(&h, "values_tensor", &texts);
    harness_input(&h, from->type, SHAPE(3), from->x);
    harness_expect_texts(&h, SHAPE(3), TEXTS("p", "q", "_Unused"));
    close_harness();
}
END_TEST

START_TEST(a_default_tensor_wins) {
    const int16_t values[] = {3}, other[] = {42};
    ortl__constant tensor = tensor_of(ORTL_INT16, 1, values);
    ortl__constant otherwise = tensor_of(ORTL_INT16, 1, other);
    open_labels(4);
    harness_strings(&h, "keys_strings", 1, TEXTS("a"));
    harness_tensor(&h, "values_tensor", &tensor);
    harness_tensor(&h, "default_tensor", &otherwise);
    harness_int(&h, "default_int64", 5);
    harness_texts(&h, SHAPE(2), TEXTS("a", "z"));
    harness_expect(&h, ORTL_INT16, SHAPE(2), ((const int16_t[]){3, 42}));
    close_harness();
}
END_TEST

/* ---- LabelEncoder: refusals ------------------------------------------------------------------ */

START_TEST(lists_that_do_not_fit_are_refused) {
    open_labels(2);
    harness_ints(&h, "keys_int64s", 2, INT64S(1, 2));
    harness_ints(&h, "values_int64s", 1, INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 keys for 1 values");
    close_harness();
    open_labels(4);
    harness_ints(&h, "keys_int64s", 1, INT64S(1));
    harness_strings(&h, "keys_strings", 1, TEXTS("1"));
    harness_ints(&h, "values_int64s", 1, INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 lists of keys, 1 expected");
    close_harness();
    open_labels(2);
    harness_ints(&h, "keys_int64s", 1, INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 lists of values, 1 expected");
    close_harness();
    open_labels(2);
    harness_strings(&h, "keys_strings", 1, TEXTS("1"));
    harness_ints(&h, "values_int64s", 1, INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "the input has type int64, the keys have string");
    close_harness();
    open_labels(1);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"classes_strings\" is missing");
    close_harness();
}
END_TEST

START_TEST(types_and_defaults_that_do_not_fit_are_refused) {
    const int64_t two[] = {1, 2};
    ortl__constant otherwise = tensor_of(ORTL_INT64, 2, two);
    ortl__constant flags = tensor_of(ORTL_BOOL, 2, "\0\1");
    open_labels(4);
    harness_ints(&h, "keys_int64s", 1, INT64S(1));
    harness_ints(&h, "values_int64s", 1, INT64S(1));
    harness_tensor(&h, "default_tensor", &otherwise);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "default_tensor has 2 elements");
    close_harness();
    otherwise.n_elements = 1;
    open_labels(4);
    harness_ints(&h, "keys_int64s", 1, INT64S(1));
    harness_floats(&h, "values_floats", 1, FLOATS(1));
    harness_tensor(&h, "default_tensor", &otherwise);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "default_tensor has type int64, the values have");
    close_harness();
    open_labels(4);
    harness_tensor(&h, "keys_tensor", &flags);
    harness_ints(&h, "values_int64s", 2, INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "\"keys_tensor\" of type bool is not supported");
    close_harness();
    open_labels(4);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type bool");
    close_harness();
    open_labels(2);
    harness_tensor(&h, "keys_tensor", &otherwise);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "attribute \"keys_tensor\" is not supported");
    close_harness();
}
END_TEST

/* ---- CategoryMapper -------------------------------------------------------------------------- */

static void open_mapper(void) {
    static const int64_t numbers[] = {1, 2, 1};
    harness_open(&h, ML, "CategoryMapper", 1);
    harness_strings(&h, "cats_strings", 3, TEXTS("a", "b", "a"));
    harness_ints(&h, "cats_int64s", 3, numbers);
}

START_TEST(categories_are_mapped_both_ways) {
    open_mapper();
    harness_texts(&h, SHAPE(2, 2), TEXTS("a", "b", "z", "A"));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 2), INT64S(1, 2, -1, -1));
    close_harness();
    open_mapper();
    harness_string(&h, "default_string", "other");
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(2, 1, 0));
    harness_expect_texts(&h, SHAPE(3), TEXTS("b", "a", "other"));
    close_harness();
    open_mapper();
    harness_texts(&h, SHAPE(0), NULL);
    harness_expect(&h, ORTL_INT64, SHAPE(0), NULL);
    close_harness();
    open_mapper();
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type float");
    close_harness();
    harness_open(&h, ML, "CategoryMapper", 1);
    harness_strings(&h, "cats_strings", 1, TEXTS("a"));
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"cats_int64s\" is missing");
    close_harness();
}
END_TEST

/* ---- OneHotEncoder --------------------------------------------------------------------------- */

static void open_onehot(void) {
    harness_open(&h, ML, "OneHotEncoder", 1);
}

START_TEST(a_one_stands_at_the_category) {
    open_onehot();
    harness_strings(&h, "cats_strings", 2, TEXTS("f", "m"));
    harness_texts(&h, SHAPE(3, 1), TEXTS("m", "f", "x"));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 1, 2), FLOATS(0, 1, 1, 0, 0, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    ck_assert_int_eq(h.values[HARNESS_MAX].shape[2], 2);
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 3, INT64S(1, 2, 1));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 0, 1, 0, 1, 0));
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 1, INT64S(1));
    harness_input(&h, ORTL_INT32, SCALAR, INT32S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 2, INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3, 2), NULL);
    close_harness();
}
END_TEST

/* NaN and what is too large become the lowest integer, as in Cast. */
START_TEST(reals_are_cut_to_integers) {
    open_onehot();
    harness_ints(&h, "cats_int64s", 2, INT64S(1, INT64_MIN));
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(1.9f, NAN, -1, 0.5f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(4, 2), FLOATS(1, 0, 0, 1, 0, 0, 0, 0));
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 2, INT64S(-1, INT64_MIN));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.9, 1e300, INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 0, 0, 1, 0, 1));
    close_harness();
}
END_TEST

START_TEST(what_is_no_category_is_refused_when_asked_for) {
    open_onehot();
    harness_ints(&h, "cats_int64s", 1, INT64S(1));
    harness_int(&h, "zeros", 0);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 5));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "element 1, 5, is no category");
    close_harness();
    open_onehot();
    harness_strings(&h, "cats_strings", 1, TEXTS("a"));
    harness_int(&h, "zeros", 0);
    harness_texts(&h, SHAPE(1), TEXTS("b"));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "element 0, \"b\", is no category");
    close_harness();
}
END_TEST

START_TEST(categories_that_do_not_fit_are_refused) {
    open_onehot();
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 lists of categories");
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 1, INT64S(1));
    harness_strings(&h, "cats_strings", 1, TEXTS("a"));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 lists of categories");
    close_harness();
    open_onehot();
    harness_strings(&h, "cats_strings", 1, TEXTS("a"));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "type int64, the categories are texts");
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 0, NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "there are no categories");
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 1, INT64S(1));
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type bool");
    close_harness();
    open_onehot();
    harness_ints(&h, "cats_int64s", 1, INT64S(1));
    harness_unknown(&h, ORTL_INT64, SHAPE(1, 1, 1, 1, 1, 1, 1, 1), INT64S(1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 9");
    close_harness();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("labels");
    TCase *tests = tcase_create("labels");
    tcase_add_test(tests, version_1_turns_texts_into_numbers_and_back);
    tcase_add_test(tests, of_equal_keys_the_first_counts);
    tcase_add_test(tests, nan_keys);
    tcase_add_test(tests, no_keys_and_empty_batches);
    tcase_add_loop_test(tests, every_pair_of_types, 0, N_TENSOR_CASES);
    tcase_add_test(tests, a_default_tensor_wins);
    tcase_add_test(tests, lists_that_do_not_fit_are_refused);
    tcase_add_test(tests, types_and_defaults_that_do_not_fit_are_refused);
    tcase_add_test(tests, categories_are_mapped_both_ways);
    tcase_add_test(tests, a_one_stands_at_the_category);
    tcase_add_test(tests, reals_are_cut_to_integers);
    tcase_add_test(tests, what_is_no_category_is_refused_when_asked_for);
    tcase_add_test(tests, categories_that_do_not_fit_are_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
