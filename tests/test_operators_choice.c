/*
 * Operators that choose elements by index, value or place, and the like along an axis. Expected
 * tensors are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

#define ML "ai.onnx.ml"

static harness h;

/* ---- By index ----------------------------------------------------------------------------------
 */

START_TEST(gather_takes_slices_by_index) {
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-1, 0));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(2, 0, 5, 3));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Gather", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT32, SHAPE(2, 2), INT32S(1, 0, 0, 0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 3), FLOATS(3, 4, 5, 0, 1, 2, 0, 1, 2, 0, 1, 2));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Gather", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(2));
    harness_int(&h, "axis", -1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(2, 5));
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_int(&h, "axis", 1);
    harness_expect_texts(&h, SHAPE(2, 2), TEXTS("b", "b", "e", "e"));
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(1, 3), DOUBLES(0, 1, 2));
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_INT32, SHAPE(1, 3), INT32S(0, 1, 2));
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 1, 1, 1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_BOOL, SHAPE(1, 3), BOOLS(0, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_constant(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1e+01f, 2e+01f, 3e+01f));
    harness_input(&h, ORTL_INT64, SHAPE(3, 1), INT64S(2, 0, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(3e+01f, 1e+01f, 2e+01f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index number 1 lies outside of extent 2");
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index number 0");
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_int(&h, "axis", 2);
    harness_expect_refused(&h, ORTL_BAD_INPUT, "axis 2");
    harness_close(&h);
    harness_open(&h, "", "Gather", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: int64, int32");
    harness_close(&h);
}
END_TEST

START_TEST(gather_elements_takes_one_by_one) {
    harness_open(&h, "", "GatherElements", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2, 2), INT64S(2, -3, 0, 1));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(2, 0, 3, 4));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "GatherElements", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1, 3), INT64S(1, 0, -1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(3, 1, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "GatherElements", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(0, 1));
    harness_int(&h, "axis", -1);
    harness_expect_texts(&h, SHAPE(2, 1), TEXTS("a", "e"));
    harness_close(&h);
    harness_open(&h, "", "GatherElements", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(0, 1), NULL);
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 1), NULL);
    harness_close(&h);
    harness_open(&h, "", "GatherElements", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(3));
    harness_int(&h, "axis", 1);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index number 0 lies outside of extent 3");
    harness_close(&h);
    harness_open(&h, "", "GatherElements", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "indices of shape [1] into shape [2,3]");
    harness_close(&h);
    harness_open(&h, "", "GatherElements", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(3, 1), INT64S(0, 0, 0));
    harness_int(&h, "axis", 1);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "indices of shape [3,1]");
    harness_close(&h);
}
END_TEST

/* ---- By value ----------------------------------------------------------------------------------
 */

START_TEST(compress_keeps_what_is_true) {
    harness_open(&h, "", "Compress", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_BOOL, SHAPE(3), BOOLS(0, 1, 1));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Compress", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 1));
    harness_int(&h, "axis", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Compress", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_BOOL, SHAPE(4), BOOLS(1, 0, 0, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, 3));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Compress", 11);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_BOOL, SHAPE(3), BOOLS(1, 0, 1));
    harness_int(&h, "axis", -1);
    harness_expect_texts(&h, SHAPE(2, 2), TEXTS("a", "c", "d", "f"));
    harness_close(&h);
    harness_open(&h, "", "Compress", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_BOOL, SHAPE(5), BOOLS(0, 0, 1, 1, 1));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(2, 5));
    harness_close(&h);
    harness_open(&h, "", "Compress", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_input(&h, ORTL_BOOL, SHAPE(3), BOOLS(1, 0, 1));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Compress", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: bool");
    harness_close(&h);
    harness_open(&h, "", "Compress", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_int(&h, "axis", 2);
    harness_expect_refused(&h, ORTL_BAD_INPUT, "axis 2");
    harness_close(&h);
}
END_TEST

START_TEST(nonzero_lists_places) {
    harness_open(&h, "", "NonZero", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(0, NAN, -0.0f, 2));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 2), INT64S(0, 1, 1, 1));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "NonZero", 9);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(0, 5, 0, -1));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 2), INT64S(1, 3));
    harness_close(&h);
    harness_open(&h, "", "NonZero", 13);
    harness_input(&h, ORTL_INT32, SHAPE(1, 2), INT32S(1, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 1), INT64S(0, 0));
    harness_close(&h);
    harness_open(&h, "", "NonZero", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 1));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 1), INT64S(1));
    harness_close(&h);
    harness_open(&h, "", "NonZero", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_INT64, SHAPE(2, 0), NULL);
    harness_close(&h);
    harness_open(&h, "", "NonZero", 13);
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(3));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 1), INT64S(0));
    harness_close(&h);
    harness_open(&h, "", "NonZero", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0, 2));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 1), INT64S(1));
    harness_close(&h);
    harness_open(&h, "", "NonZero", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "type string");
    harness_close(&h);
}
END_TEST

/* ---- Columns -----------------------------------------------------------------------------------
 */

START_TEST(features_are_put_side_by_side) {
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(0, 3));
    harness_ints(&h, "inputdimensions", 2, INT64S(3, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 5), FLOATS(0, 1, 2, 0, 0, 3, 4, 5, 3, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(0, 3));
    harness_ints(&h, "inputdimensions", 2, INT64S(3, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 5), FLOATS(0, 1, 2, 0, 0, 3, 4, 5, 3, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(0, 3));
    harness_ints(&h, "inputdimensions", 2, INT64S(3, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 5), FLOATS(0, 1, 2, 0, 0, 3, 4, 5, 3, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(0, 3));
    harness_ints(&h, "inputdimensions", 2, INT64S(3, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 5), FLOATS(0, 1, 2, 0, 0, 3, 4, 5, 3, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(3));
    harness_ints(&h, "inputdimensions", 2, INT64S(1, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 2), FLOATS(1, 3));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_ints(&h, "inputdimensions", 1, INT64S(2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(0, 1, 2));
    harness_ints(&h, "inputdimensions", 2, INT64S(3, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "input 1 has 1 rows, input 0 has 2");
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_ints(&h, "inputdimensions", 2, INT64S(3, 3));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 inputdimensions for 1 inputs");
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 inputdimensions");
    harness_close(&h);
    harness_open(&h, ML, "FeatureVectorizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_ints(&h, "inputdimensions", 1, INT64S(-1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "inputdimensions has -1");
    harness_close(&h);
}
END_TEST

START_TEST(binarizer_compares_with_its_threshold) {
    harness_open(&h, ML, "Binarizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -INFINITY, INFINITY, 2));
    harness_float(&h, "threshold", 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 0, 1, 0, 1, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "Binarizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(0, -0.0f, 1e-40f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3), FLOATS(0, 0, 1));
    harness_close(&h);
    harness_open(&h, ML, "Binarizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, ML, "Binarizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, NAN));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "element 1 is NaN");
    harness_close(&h);
    harness_open(&h, ML, "Binarizer", 1);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float");
    harness_close(&h);
}
END_TEST

START_TEST(a_sequence_of_matrices_is_one_matrix) {
    harness_open(&h, "", "SequenceConstruct", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(0, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 4), FLOATS(0, 1, 2, 0, 3, 4, 5, 3));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "SequenceConstruct", 11);
    harness_input(&h, ORTL_INT64, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_INT64, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "SequenceConstruct", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(0, 1, 2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "input 1 of shape [1,3] does not go with [2,3]");
    harness_close(&h);
    harness_open(&h, "", "SequenceConstruct", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(0, 1, 2, 3, 4, 5));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 1 has type int64");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_choice");
    TCase *tcase = tcase_create("choice");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, gather_takes_slices_by_index);
    tcase_add_test(tcase, gather_elements_takes_one_by_one);
    tcase_add_test(tcase, compress_keeps_what_is_true);
    tcase_add_test(tcase, nonzero_lists_places);
    tcase_add_test(tcase, features_are_put_side_by_side);
    tcase_add_test(tcase, binarizer_compares_with_its_threshold);
    tcase_add_test(tcase, a_sequence_of_matrices_is_one_matrix);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
