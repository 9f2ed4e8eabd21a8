/*
 * Products of matrices, and the linear operators: shapes, types, transforms, refusals. Expected
 * numbers are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

#define ML "ai.onnx.ml"

static harness h;

/* ---- MatMul and Gemm ---------------------------------------------------------------------------
 */

START_TEST(products_of_matrices_and_vectors) {
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(11, 9, -0.75f, 4));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(14, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(11, 9));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SCALAR, FLOATS(14));
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(11, 9, -0.75f, 4));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 4, 6, -2, 1, 0));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3, 2), DOUBLES(2, -4, 1, 8, 6, 2));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(44, 36, -3, 16));
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(2, 4, 6, -2, 1, 0));
    harness_input(&h, ORTL_INT64, SHAPE(3, 2), INT64S(2, -4, 1, 8, 6, 2));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 2), INT64S(44, 36, -3, 16));
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(2, 4, 6, -2, 1, 0));
    harness_input(&h, ORTL_INT32, SHAPE(3, 2), INT32S(2, -4, 1, 8, 6, 2));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 2), INT32S(44, 36, -3, 16));
    harness_close(&h);
}
END_TEST

START_TEST(products_of_stacks) {
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 2), FLOATS(6.5f, 6, 2e+01f, 15, 33.5f, 24, 47, 33));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2, 3, 2),
                     FLOATS(1, -2, 0.5f, 4, 3, 1, 2, -1, 1.5f, 5, 4, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 2), FLOATS(6.5f, 6, 2e+01f, 15, 54.5f, 45, 77, 63));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2),
                  FLOATS(1, -2, 0.5f, 4, 3, 1, 2, -1, 1.5f, 5, 4, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 2), FLOATS(11, 9, -0.75f, 4, 17, 15, -1.25f, 3.5f));
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 2, 3),
                  FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2),
                  FLOATS(1, -2, 0.5f, 4, 3, 1, 2, -1, 1.5f, 5, 4, 2));
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 2, 2, 2),
        FLOATS(6.5f, 6, 2e+01f, 15, 9.5f, 9, 32, 27, 33.5f, 24, 47, 33, 54.5f, 45, 77, 63));
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(8, 26, 44, 62));
    harness_close(&h);
}
END_TEST

START_TEST(products_of_nothing) {
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(0, 0, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 1, 2));
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
}
END_TEST

START_TEST(nan_and_infinities_spread) {
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 0, INFINITY, 1, 1, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(1, 0, 0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(NAN, 1));
    harness_close(&h);
}
END_TEST

START_TEST(gemm_scales_and_adds) {
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1e+01f, 2e+01f));
    harness_int(&h, "transA", 0);
    harness_int(&h, "transB", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(21, 29, 9.25f, 24));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 0.5f, 3, -2, 4, 1));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1e+01f, 2e+01f));
    harness_int(&h, "transA", 0);
    harness_int(&h, "transB", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(21, 29, 9.25f, 24));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -1, 2, 0.5f, 3, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1e+01f, 2e+01f));
    harness_int(&h, "transA", 1);
    harness_int(&h, "transB", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(21, 29, 9.25f, 24));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -1, 2, 0.5f, 3, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 0.5f, 3, -2, 4, 1));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1e+01f, 2e+01f));
    harness_int(&h, "transA", 1);
    harness_int(&h, "transB", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(21, 29, 9.25f, 24));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Gemm", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_float(&h, "alpha", 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(22, 18, -1.5f, 8));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_constant(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, 2));
    harness_float(&h, "beta", -1.5f);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(9.5f, 7.5f, -3.75f, 1));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Gemm", 7);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(1, 2, 3, -1, 0.5, 0));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3, 2), DOUBLES(1, -2, 0.5, 4, 3, 1));
    harness_input(&h, ORTL_DOUBLE, SCALAR, DOUBLES(3));
    harness_float(&h, "alpha", 0.5f);
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(8.5, 7.5, 2.625, 5));
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(NAN, NAN));
    harness_float(&h, "beta", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(11, 9, -0.75f, 4));
    harness_close(&h);
    harness_open(&h, "", "Gemm", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 3, 4));
    harness_int(&h, "broadcast", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(12, 11, 2.25f, 8));
    harness_close(&h);
}
END_TEST

START_TEST(products_that_do_not_exist_are_refused) {
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "shapes [2,3] and [2,3] have no product");
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(1));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "shapes [] and");
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(1, 2, 3, -1, 0.5f, 0, 1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 3, 2),
                  FLOATS(1, -2, 0.5f, 4, 3, 1, 1, -2, 0.5f, 4, 3, 1, 1, -2, 0.5f, 4, 3, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "do not broadcast");
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3, 2), DOUBLES(1, -2, 0.5, 4, 3, 1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 1 has type double");
    harness_close(&h);
    harness_open(&h, "", "MatMul", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 1, 1, 0, 1, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(3, 2), BOOLS(1, 0, 1, 1, 1, 1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "type bool");
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "have no product");
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "input 2 of shape [3] does not repeat to [2,2]");
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "have no product");
    harness_close(&h);
    harness_open(&h, "", "Gemm", 7);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, -1, 0.5f, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, -2, 0.5f, 4, 3, 1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 inputs, 3 expected");
    harness_close(&h);
    harness_open(&h, "", "Gemm", 13);
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double");
    harness_close(&h);
}
END_TEST

/* ---- Linear operators --------------------------------------------------------------------------
 */

START_TEST(a_linear_classifier_of_three_classes) {
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_string(&h, "post_transform", "NONE");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 6, 7), 1e-05);
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 3),
        FLOATS(7.450581e-09f, 1.1f, -0.40000004f, -0.3f, 0.3f, -0.5f, 0.1f, 0.2f, 0.3f), 1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_string(&h, "post_transform", "LOGISTIC");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 6, 7), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(0.5f, 0.7502601f, 0.40131235f, 0.4255575f, 0.5744425f,
                                    0.3775407f, 0.5249792f, 0.549834f, 0.5744425f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_string(&h, "post_transform", "SOFTMAX");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 6, 7), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(0.21392727f, 0.642673f, 0.14339975f, 0.27466115f, 0.5004653f,
                                    0.22487354f, 0.3006096f, 0.332225f, 0.3671654f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_string(&h, "post_transform", "SOFTMAX_ZERO");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 6, 7), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                             FLOATS(2.0276523e-09f, 0.81757444f, 0.18242551f, 0.27466115f,
                                    0.5004653f, 0.22487354f, 0.3006096f, 0.332225f, 0.3671654f),
                             1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
}
END_TEST

START_TEST(rows_of_a_linear_classifier_have_other_types_and_ranks) {
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3, 2), DOUBLES(1, 2, -1, 0.5, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 6, 7), 1e-05);
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 3),
        FLOATS(7.450581e-09f, 1.1f, -0.40000004f, -0.3f, 0.3f, -0.5f, 0.1f, 0.2f, 0.3f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_INT64, SHAPE(3, 2), INT64S(2, 4, -2, 1, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(6, 6, 7));
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(3, 3),
                        FLOATS(-0.09999999f, 2, -1.1000001f, -0.7f, 0.4f, -1.3f, 0.1f, 0.2f, 0.3f));
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_INT32, SHAPE(3, 2), INT32S(2, 4, -2, 1, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_strings(&h, "classlabels_strings", 3, TEXTS("a", "b", "c"));
    harness_outputs(&h, 2);
    harness_expect_texts(&h, SHAPE(3), TEXTS("b", "b", "c"));
    harness_expect_also_near(
        &h, 1, ORTL_FLOAT, SHAPE(3, 3),
        FLOATS(-0.09999999f, 2, -1.1000001f, -0.7f, 0.4f, -1.3f, 0.1f, 0.2f, 0.3f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(1), INT64S(6), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(1, 3),
                             FLOATS(7.450581e-09f, 1.1f, -0.40000004f), 1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(NAN, 1, -INFINITY, 1));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(5, 5));
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(2, 3),
                        FLOATS(NAN, NAN, NAN, -INFINITY, -INFINITY, -INFINITY));
    harness_close(&h);
}
END_TEST

START_TEST(one_score_for_two_classes_is_a_pair) {
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_ints(&h, "classlabels_ints", 2, INT64S(5, 6));
    harness_string(&h, "post_transform", "NONE");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 5, 6), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(1, 7.450581e-09f, 1.3f, -0.3f, 0.9f, 0.1f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_ints(&h, "classlabels_ints", 2, INT64S(5, 6));
    harness_string(&h, "post_transform", "LOGISTIC");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 5, 6), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(0.5f, 0.5f, 0.5744425f, 0.4255575f, 0.47502083f, 0.5249792f),
                             1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_ints(&h, "classlabels_ints", 2, INT64S(5, 6));
    harness_string(&h, "post_transform", "SOFTMAX");
    harness_outputs(&h, 2);
    harness_expect_near(&h, ORTL_INT64, SHAPE(3), INT64S(6, 5, 6), 1e-05);
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(1, 7.450581e-09f, 1.3f, -0.3f, 0.9f, 0.1f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_strings(&h, "classlabels_strings", 2, TEXTS("no", "yes"));
    harness_outputs(&h, 2);
    harness_expect_texts(&h, SHAPE(3), TEXTS("yes", "no", "yes"));
    harness_expect_also_near(&h, 1, ORTL_FLOAT, SHAPE(3, 2),
                             FLOATS(1, 7.450581e-09f, 1.3f, -0.3f, 0.9f, 0.1f), 1e-05);
    harness_close(&h);
}
END_TEST

START_TEST(a_linear_regressor) {
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(7.450581e-09f, -0.3f, 0.1f), 1e-05);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 4, FLOATS(0.3f, -0.2f, 0.1f, 0.4f));
    harness_int(&h, "targets", 2);
    harness_string(&h, "post_transform", "LOGISTIC");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 2),
                        FLOATS(0.47502083f, 0.7109495f, 0.40131235f, 0.5249792f, 0.5f, 0.5f),
                        1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_string(&h, "post_transform", "PROBIT");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(-INFINITY, NAN, -1.2817129f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_string(&h, "post_transform", "SOFTMAX");
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(3, 1), FLOATS(7.450581e-09f, -0.3f, 0.1f), 1e-05);
    harness_close(&h);
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 1), NULL);
    harness_close(&h);
}
END_TEST

START_TEST(linear_operators_refuse) {
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(1, 2, 3));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "the input has 3 columns, 2 expected");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "the input has rank 3");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_ints(&h, "classlabels_ints", 1, INT64S(5));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 class labels for 1 intercepts");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 2, INT64S(5, 6));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 class labels for 3");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 integer labels and 0 string labels");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_ints(&h, "classlabels_ints", 2, INT64S(1, 2));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "6 coefficients for 0 targets");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_ints(&h, "classlabels_ints", 2, INT64S(5, 6));
    harness_string(&h, "post_transform", "PROBIT");
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "PROBIT of one score");
    harness_close(&h);
    harness_open(&h, ML, "LinearClassifier", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 6, FLOATS(0.3f, -0.2f, 0.1f, 0.4f, 0.5f, -0.6f));
    harness_floats(&h, "intercepts", 3, FLOATS(0.1f, 0.2f, 0.3f));
    harness_ints(&h, "classlabels_ints", 3, INT64S(5, 6, 7));
    harness_string(&h, "post_transform", "SQUARE");
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"SQUARE\"; known: NONE");
    harness_close(&h);
}
END_TEST

START_TEST(linear_regressors_refuse) {
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 3, FLOATS(0.3f, -0.2f, 0.1f));
    harness_int(&h, "targets", 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "3 coefficients for 2 targets");
    harness_close(&h);
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 2, FLOATS(0.3f, -0.2f));
    harness_floats(&h, "intercepts", 1, FLOATS(0.1f));
    harness_int(&h, "targets", -1);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "for -1 targets");
    harness_close(&h);
    harness_open(&h, ML, "LinearRegressor", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(1, 2, -1, 0.5f, 0, 0));
    harness_floats(&h, "coefficients", 4, FLOATS(0.3f, -0.2f, 0.1f, 0.4f));
    harness_int(&h, "targets", 2);
    harness_floats(&h, "intercepts", 1, FLOATS(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 intercepts for 2 targets");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_matrix");
    TCase *tcase = tcase_create("matrix");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, products_of_matrices_and_vectors);
    tcase_add_test(tcase, products_of_stacks);
    tcase_add_test(tcase, products_of_nothing);
    tcase_add_test(tcase, nan_and_infinities_spread);
    tcase_add_test(tcase, gemm_scales_and_adds);
    tcase_add_test(tcase, products_that_do_not_exist_are_refused);
    tcase_add_test(tcase, a_linear_classifier_of_three_classes);
    tcase_add_test(tcase, rows_of_a_linear_classifier_have_other_types_and_ranks);
    tcase_add_test(tcase, one_score_for_two_classes_is_a_pair);
    tcase_add_test(tcase, a_linear_regressor);
    tcase_add_test(tcase, linear_operators_refuse);
    tcase_add_test(tcase, linear_regressors_refuse);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
