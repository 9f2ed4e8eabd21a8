/*
 * Comparisons, logic, Where, Pow and Clip: types, broadcasting, NaN and infinities, empty batches,
 * refusals. Expected numbers are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

/* ---- Comparisons -------------------------------------------------------------------------------
 */

START_TEST(comparisons_with_nan_are_false) {
    harness_open(&h, "", "Equal", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 0, 0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Less", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 0, 1, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "LessOrEqual", 16);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 0, 1, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Greater", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 1, 1, 0, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "GreaterOrEqual", 12);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, -1, INFINITY, 0.25f, -2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(NAN, 2, -3, -INFINITY, 0.5f, -2));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 1, 1, 0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
}
END_TEST

START_TEST(comparisons_have_four_types_and_repeat) {
    harness_open(&h, "", "Equal", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(1, 2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 0, 0, 0, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Equal", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 0, 0, 0, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Equal", 13);
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(1, 2));
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 0, 0, 0, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Less", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(1, 2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 1, 1, 0, 0, 1));
    harness_close(&h);
    harness_open(&h, "", "Less", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 1, 1, 0, 0, 1));
    harness_close(&h);
    harness_open(&h, "", "Less", 13);
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(1, 2));
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 1, 1, 0, 0, 1));
    harness_close(&h);
    harness_open(&h, "", "LessOrEqual", 16);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(1, 2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 1, 1, 0, 1, 1));
    harness_close(&h);
    harness_open(&h, "", "LessOrEqual", 16);
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 1, 1, 0, 1, 1));
    harness_close(&h);
    harness_open(&h, "", "LessOrEqual", 16);
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(1, 2));
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 1, 1, 0, 1, 1));
    harness_close(&h);
    harness_open(&h, "", "Greater", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(1, 2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 1, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "Greater", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 1, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "Greater", 13);
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(1, 2));
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 1, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "GreaterOrEqual", 16);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(1, 2));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 0, 0, 1, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "GreaterOrEqual", 16);
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 0, 0, 1, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "GreaterOrEqual", 16);
    harness_input(&h, ORTL_INT32, SHAPE(2, 1), INT32S(1, 2));
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, 2, 3));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(1, 0, 0, 1, 1, 0));
    harness_close(&h);
}
END_TEST

START_TEST(texts_and_bools_are_equal_when_the_same) {
    harness_open(&h, "", "Equal", 19);
    harness_texts(&h, SHAPE(4), TEXTS("a", "ab", "", "b"));
    harness_texts(&h, SHAPE(4), TEXTS("a", "a", "", "c"));
    harness_expect(&h, ORTL_BOOL, SHAPE(4), BOOLS(1, 0, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Equal", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 1));
    harness_expect(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_close(&h);
}
END_TEST

START_TEST(nan_is_found) {
    harness_open(&h, "", "IsNaN", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(9),
                  FLOATS(-2.5f, -0.5f, -0.0f, 0, 1.5f, 2.5f, NAN, INFINITY, -INFINITY));
    harness_expect(&h, ORTL_BOOL, SHAPE(9), BOOLS(0, 0, 0, 0, 0, 0, 1, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "IsNaN", 20);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(1, NAN));
    harness_expect(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 1));
    harness_close(&h);
    harness_open(&h, "", "IsNaN", 13);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double");
    harness_close(&h);
}
END_TEST

START_TEST(logic_takes_any_byte_for_true) {
    harness_open(&h, "", "And", 7);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 2), BOOLS(1, 0, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "Or", 7);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 2), BOOLS(1, 1, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Xor", 7);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 2), BOOLS(0, 1, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Not", 1);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 1));
    harness_close(&h);
    harness_open(&h, "", "And", 7);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: bool");
    harness_close(&h);
}
END_TEST

START_TEST(where_chooses_every_type) {
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1, 2, 3));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(9));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, 9, 9, 9));
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(1, 2, 3));
    harness_input(&h, ORTL_DOUBLE, SCALAR, DOUBLES(9));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(1, 2, 3, 9, 9, 9));
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(9));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 3), INT64S(1, 2, 3, 9, 9, 9));
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1), BOOLS(1, 0));
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(1, 2, 3));
    harness_input(&h, ORTL_INT32, SCALAR, INT32S(9));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 3), INT32S(1, 2, 3, 9, 9, 9));
    harness_close(&h);
    harness_open(&h, "", "Where", 9);
    harness_input(&h, ORTL_BOOL, SHAPE(3), BOOLS(1, 0, 1));
    harness_texts(&h, SHAPE(3), TEXTS("a", "b", "c"));
    harness_texts(&h, SHAPE(3), TEXTS("x", "y", "z"));
    harness_expect_texts(&h, SHAPE(3), TEXTS("a", "y", "c"));
    harness_close(&h);
    harness_open(&h, "", "Where", 9);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 0));
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 1));
    harness_expect(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 1));
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(NAN, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(2, -0.0f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(NAN, -0.0f));
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(0, 2), NULL);
    harness_constant(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_constant(&h, ORTL_FLOAT, SHAPE(2), FLOATS(3, 4));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type float; supported: bool");
    harness_close(&h);
    harness_open(&h, "", "Where", 16);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 2 has type double, input 1 has float");
    harness_close(&h);
}
END_TEST

/* ---- Pow ---------------------------------------------------------------------------------------
 */

START_TEST(powers_of_every_pair_of_types) {
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, -2, 7));
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(4), FLOATS(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, -2, 7));
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(4), FLOATS(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, -2, 7));
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(4), FLOATS(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, -2, 7));
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(4), FLOATS(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, -2, 7));
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, -2, 7));
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, -2, 7));
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, -2, 7));
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, 1, 0));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(4, 27, -2, 1), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, -2, 7));
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, -2, 7));
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, -2, 7));
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, -2, 7));
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, -2, 7));
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT32, SHAPE(4), INT32S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, -2, 7));
    harness_input(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT32, SHAPE(4), INT32S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, -2, 7));
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT32, SHAPE(4), INT32S(4, 27, -2, 1));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, -2, 7));
    harness_input(&h, ORTL_INT32, SHAPE(4), INT32S(2, 3, 1, 0));
    harness_expect(&h, ORTL_INT32, SHAPE(4), INT32S(4, 27, -2, 1));
    harness_close(&h);
}
END_TEST

START_TEST(squares_and_cubes_are_products) {
    harness_open(&h, "", "Pow", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(1.1f, -2.3f, NAN, 3e+38f));
    harness_constant(&h, ORTL_FLOAT, SCALAR, FLOATS(2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(4), FLOATS(1.21f, 5.29f, NAN, INFINITY));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Pow", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(1.1f, -2.3f, NAN, 3e+38f));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(4), FLOATS(1.3310001f, -12.167f, NAN, INFINITY));
    harness_close(&h);
    harness_open(&h, "", "Pow", 12);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(3037000500, -7));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(-9223372036709301616, 49));
    harness_close(&h);
}
END_TEST

START_TEST(powers_follow_the_c_library) {
    harness_open(&h, "", "Pow", 7);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(4, 2, 0, 0, -8, NAN, INFINITY));
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(0.5f, -1, 0, -1, 0.5f, 0, -1));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(7), FLOATS(2, 0.5f, 1, INFINITY, NAN, 1, 0), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(2, 10));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-1, 1e+01f));
    harness_expect(&h, ORTL_INT32, SHAPE(2), INT32S(0, INT32_MIN));
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 1 has type bool");
    harness_close(&h);
    harness_open(&h, "", "Pow", 15);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 0 has type bool");
    harness_close(&h);
}
END_TEST

/* ---- Clip --------------------------------------------------------------------------------------
 */

START_TEST(clip_holds_between_its_bounds) {
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_constant(&h, ORTL_FLOAT, SCALAR, FLOATS(-1));
    harness_constant(&h, ORTL_FLOAT, SCALAR, FLOATS(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-1, -1, -0.0f, 0.5f, 1, 1, NAN));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Clip", 12);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(2));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(7), FLOATS(1, 1, 1, 1, 1, 1, NAN));
    harness_close(&h);
    harness_open(&h, "", "Clip", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(NAN));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 1, 1, NAN));
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-5, 0, 5));
    harness_input(&h, ORTL_DOUBLE, SCALAR, DOUBLES(-1));
    harness_input(&h, ORTL_DOUBLE, SCALAR, DOUBLES(2));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-1, 0, 2));
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(-5, 0, 5));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(-1));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(2));
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(-1, 0, 2));
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(-5, 0, 5));
    harness_input(&h, ORTL_INT32, SCALAR, INT32S(-1));
    harness_input(&h, ORTL_INT32, SCALAR, INT32S(2));
    harness_expect(&h, ORTL_INT32, SHAPE(3), INT32S(-1, 0, 2));
    harness_close(&h);
    harness_open(&h, "", "Clip", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_float(&h, "min", -1);
    harness_float(&h, "max", 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-1, -1, -0.0f, 0.5f, 2, 2, NAN));
    harness_close(&h);
    harness_open(&h, "", "Clip", 10);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_float(&h, "min", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
}
END_TEST

/* Infinities are cut to it. */
START_TEST(a_bound_that_is_left_out_is_the_greatest_number) {
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_expect(&h, ORTL_FLOAT, SHAPE(7),
                   FLOATS(-3.4028235e+38f, -3, -0.0f, 0.5f, 9, 3.4028235e+38f, NAN));
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(7), FLOATS(0, 0, -0.0f, 0.5f, 9, 3.4028235e+38f, NAN));
    harness_close(&h);
    harness_open(&h, "", "Clip", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_float(&h, "max", 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-3.4028235e+38f, -3, -0.0f, 0.5f, 2, 2, NAN));
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MIN, INT64_MAX));
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MIN, INT64_MAX));
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(-INFINITY, INFINITY));
    harness_left_out(&h);
    harness_constant(&h, ORTL_DOUBLE, SCALAR, DOUBLES(5));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(-1.7976931348623157e+308, 5));
    harness_close(&h);
}
END_TEST

START_TEST(clip_refuses_other_bounds) {
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "a bound has shape [2]");
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(7), FLOATS(-INFINITY, -3, -0.0f, 0.5f, 9, INFINITY, NAN));
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 1 has type double; supported: float");
    harness_close(&h);
    harness_open(&h, "", "Clip", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float");
    harness_close(&h);
    harness_open(&h, "", "Clip", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "type bool");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_truth");
    TCase *tcase = tcase_create("truth");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, comparisons_with_nan_are_false);
    tcase_add_test(tcase, comparisons_have_four_types_and_repeat);
    tcase_add_test(tcase, texts_and_bools_are_equal_when_the_same);
    tcase_add_test(tcase, nan_is_found);
    tcase_add_test(tcase, logic_takes_any_byte_for_true);
    tcase_add_test(tcase, where_chooses_every_type);
    tcase_add_test(tcase, powers_of_every_pair_of_types);
    tcase_add_test(tcase, squares_and_cubes_are_products);
    tcase_add_test(tcase, powers_follow_the_c_library);
    tcase_add_test(tcase, clip_holds_between_its_bounds);
    tcase_add_test(tcase, a_bound_that_is_left_out_is_the_greatest_number);
    tcase_add_test(tcase, clip_refuses_other_bounds);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
