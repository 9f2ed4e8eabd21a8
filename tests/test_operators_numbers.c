/*
 * Sum, Max and Min of any number of inputs, and the operators of one input: types, broadcasting,
 * NaN and infinities, empty batches, refusals. Expected numbers are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

/* ---- Any number of inputs ----------------------------------------------------------------------
 */

/* NaN wins on either side. */
START_TEST(extremes_and_sums_fold_all_inputs) {
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, NAN, -1, INFINITY, 0.5f, -2));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, INFINITY));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(0.5f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, INFINITY, INFINITY, INFINITY));
    harness_close(&h);
    harness_open(&h, "", "Max", 8);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, NAN, -3, -INFINITY, 0.25f, -2));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, INFINITY));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(0.5f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f));
    harness_close(&h);
    harness_open(&h, "", "Min", 8);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_close(&h);
    harness_open(&h, "", "Sum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, NAN, -4, NAN, 0.75f, -4));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Sum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, INFINITY));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(0.5f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(2.5f, 3.5f, 4.5f, INFINITY, INFINITY, INFINITY));
    harness_close(&h);
    harness_open(&h, "", "Sum", 8);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_close(&h);
}
END_TEST

START_TEST(extremes_and_sums_have_four_types) {
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, -7, 3));
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(0, 2));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 2, 3, 2, 2, 3));
    harness_close(&h);
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, -7, 3));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(0, 2));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 3), INT64S(2, 2, 3, 2, 2, 3));
    harness_close(&h);
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, -7, 3));
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(2));
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(0, 2));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 3), INT32S(2, 2, 3, 2, 2, 3));
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, -7, 3));
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(0, 2));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(0, -7, 0, 1, -7, 2));
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, -7, 3));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(0, 2));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 3), INT64S(0, -7, 0, 1, -7, 2));
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, -7, 3));
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(2));
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(0, 2));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 3), INT32S(0, -7, 0, 1, -7, 2));
    harness_close(&h);
    harness_open(&h, "", "Sum", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(1, 2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0.1, 0.2));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(1.1, 2.2));
    harness_close(&h);
    harness_open(&h, "", "Sum", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MAX, 1));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MIN, 2));
    harness_close(&h);
}
END_TEST

START_TEST(extremes_and_sums_of_no_rows) {
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Sum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Max", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(0));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type bool");
    harness_close(&h);
    harness_open(&h, "", "Sum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 1 has type double, input 0 has float");
    harness_close(&h);
    harness_open(&h, "", "Min", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "shapes [2] and [3] do not broadcast");
    harness_close(&h);
}
END_TEST

/* ---- One input ---------------------------------------------------------------------------------
 */

START_TEST(unary_operators_of_reals_are_exact) {
    harness_open(&h, "", "Abs", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(2.5f, 0.5f, 0, 0, 1.5f, 2.5f, NAN, INFINITY, INFINITY));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Abs", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1.5, 4, NAN));
    harness_close(&h);
    harness_open(&h, "", "Neg", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(2.5f, 0.5f, 0, -0.0f, -1.5f, -2.5f, NAN, -INFINITY, INFINITY));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Neg", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1.5, -4, NAN));
    harness_close(&h);
    harness_open(&h, "", "Sign", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9), FLOATS(-1, -1, 0, 0, 1, 1, NAN, 1, -1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Sign", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1, 1, NAN));
    harness_close(&h);
    harness_open(&h, "", "Floor", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(-3, -1, -0.0f, 0, 1, 2, NAN, INFINITY, -INFINITY));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Floor", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-2, 4, NAN));
    harness_close(&h);
    harness_open(&h, "", "Ceil", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(-2, -0.0f, -0.0f, 0, 2, 3, NAN, INFINITY, -INFINITY));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Ceil", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1, 4, NAN));
    harness_close(&h);
    harness_open(&h, "", "Round", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(-2, -0.0f, -0.0f, 0, 2, 2, NAN, INFINITY, -INFINITY));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Round", 11);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-2, 4, NAN));
    harness_close(&h);
    harness_open(&h, "", "Sqrt", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(NAN, NAN, -0.0f, 0, 1.2247449f, 1.5811388f, NAN, INFINITY, NAN));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Sqrt", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(NAN, 2, NAN));
    harness_close(&h);
    harness_open(&h, "", "Reciprocal", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(-0.4f, -2, -INFINITY, INFINITY, 0.6666667f, 0.4f, NAN, 0, -0.0f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Reciprocal", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1.5, 4, NAN));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-0.6666666666666666, 0.25, NAN));
    harness_close(&h);
}
END_TEST

START_TEST(relu_keeps_nan_and_negative_zero) {
    harness_open(&h, "", "Relu", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), FLOATS(NAN, -0.0f, -1, 2, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_FLOAT, SHAPE(6), FLOATS(NAN, -0.0f, 0, 2, INFINITY, 0));
    harness_close(&h);
    harness_open(&h, "", "Relu", 14);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(-3, 0, 4));
    harness_expect(&h, ORTL_INT32, SHAPE(3), INT32S(0, 0, 4));
    harness_close(&h);
    harness_open(&h, "", "Relu", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_DOUBLE, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Relu", 14);
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type string");
    harness_close(&h);
}
END_TEST

START_TEST(unary_operators_of_integers_wrap_around) {
    harness_open(&h, "", "Abs", 13);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(-3, 0, INT64_MIN));
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(3, 0, INT64_MIN));
    harness_close(&h);
    harness_open(&h, "", "Neg", 13);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(-3, 0, INT64_MIN));
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(3, 0, INT64_MIN));
    harness_close(&h);
    harness_open(&h, "", "Sign", 13);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(-3, 0, INT64_MIN));
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(-1, 0, -1));
    harness_close(&h);
    harness_open(&h, "", "Abs", 13);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(-3, 0, INT32_MIN));
    harness_expect(&h, ORTL_INT32, SHAPE(3), INT32S(3, 0, INT32_MIN));
    harness_close(&h);
    harness_open(&h, "", "Neg", 13);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(-3, 0, INT32_MIN));
    harness_expect(&h, ORTL_INT32, SHAPE(3), INT32S(3, 0, INT32_MIN));
    harness_close(&h);
    harness_open(&h, "", "Sign", 13);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(-3, 0, INT32_MIN));
    harness_expect(&h, ORTL_INT32, SHAPE(3), INT32S(-1, 0, -1));
    harness_close(&h);
}
END_TEST

START_TEST(logarithms_and_tangents_are_near) {
    harness_open(&h, "", "Log", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect_near(
        &h, ORTL_FLOAT, SHAPE(9),
        FLOATS(NAN, NAN, -INFINITY, -INFINITY, 0.4054651f, 0.91629076f, NAN, INFINITY, NAN), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Log", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(0.5, 1e+01, -1));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(3),
                        DOUBLES(-0.6931471805599453, 2.3025850929940455, NAN), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "Tanh", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect_near(
        &h, ORTL_FLOAT, SHAPE(9),
        FLOATS(-0.98661435f, -0.46211717f, -0.0f, 0, 0.9051482f, 0.98661435f, NAN, 1, -1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Tanh", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0.5, -3));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0.4621171572600098, -0.9950547536867305),
                        1e-14);
    harness_close(&h);
}
END_TEST

START_TEST(unary_operators_of_no_rows) {
    harness_open(&h, "", "Abs", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Log", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "IsNaN", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_BOOL, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Floor", 13);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double");
    harness_close(&h);
    harness_open(&h, "", "Abs", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "type bool");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_numbers");
    TCase *tcase = tcase_create("numbers");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, relu_keeps_nan_and_negative_zero);
    tcase_add_test(tcase, extremes_and_sums_fold_all_inputs);
    tcase_add_test(tcase, extremes_and_sums_have_four_types);
    tcase_add_test(tcase, extremes_and_sums_of_no_rows);
    tcase_add_test(tcase, unary_operators_of_reals_are_exact);
    tcase_add_test(tcase, unary_operators_of_integers_wrap_around);
    tcase_add_test(tcase, logarithms_and_tangents_are_near);
    tcase_add_test(tcase, unary_operators_of_no_rows);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
