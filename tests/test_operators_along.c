/*
 * TopK, CumSum and ArgMin, which work along an axis, and Shape, Size and ConstantOfShape. Expected
 * tensors are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

/* ---- Along an axis -----------------------------------------------------------------------------
 */

START_TEST(topk_orders_nan_above_all_and_equal_ones_by_place) {
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(9), FLOATS(1, NAN, 3, 3, -INFINITY, 2, NAN, -0.0f, 0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(9));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(9), FLOATS(NAN, NAN, 3, 3, 2, 1, -0.0f, 0, -INFINITY));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(9), INT64S(1, 6, 2, 3, 5, 0, 7, 8, 4));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(9), FLOATS(1, NAN, 3, 3, -INFINITY, 2, NAN, -0.0f, 0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(9));
    harness_int(&h, "largest", 0);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(9), FLOATS(-INFINITY, -0.0f, 0, 1, 2, 3, 3, NAN, NAN));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(9), INT64S(4, 7, 8, 0, 5, 2, 3, 1, 6));
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(9), FLOATS(1, NAN, 3, 3, -INFINITY, 2, NAN, -0.0f, 0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_int(&h, "sorted", 0);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(3), FLOATS(NAN, NAN, 3));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(3), INT64S(1, 6, 2));
    harness_close(&h);
}
END_TEST

START_TEST(topk_of_all_types_and_versions) {
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(3, 1, 2, 5, 5, 4));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(3, 2, 5, 5));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(2, 2), INT64S(0, 2, 0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(3, 1, 2, 5, 5, 4));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(3, 2, 5, 5));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(2, 2), INT64S(0, 2, 0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(3, 1, 2, 5, 5, 4));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(2, 2), INT64S(3, 2, 5, 5));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(2, 2), INT64S(0, 2, 0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(3, 1, 2, 5, 5, 4));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT32, SHAPE(2, 2), INT32S(3, 2, 5, 5));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(2, 2), INT64S(0, 2, 0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "TopK", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(3, 1, 2, 5, 5, 4));
    harness_int(&h, "k", 1);
    harness_int(&h, "axis", 0);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(5, 5, 4));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(1, 3), INT64S(1, 1, 1));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "TopK", 10);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(3, 1, 2, 5, 5, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(3, 2, 5, 5));
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(2, 2), INT64S(0, 2, 0, 1));
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(3, 1, 2, 5, 5, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(2, 0), NULL);
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(2, 0), NULL);
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_INT64, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(0, 1), NULL);
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(0, 1), NULL);
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(3, 1, 2, 5, 5, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(4));
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "k is 4 of 3 elements");
    harness_close(&h);
    harness_open(&h, "", "TopK", 11);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(3, 1, 2, 5, 5, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-1));
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "k is -1");
    harness_close(&h);
    harness_open(&h, "", "TopK", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(9), FLOATS(1, NAN, 3, 3, -INFINITY, 2, NAN, -0.0f, 0));
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"k\" is missing");
    harness_close(&h);
}
END_TEST

START_TEST(cumsum_runs_either_way) {
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SCALAR, INT64S(1));
    harness_int(&h, "exclusive", 0);
    harness_int(&h, "reverse", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 3, 3, 7, 12));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SCALAR, INT64S(1));
    harness_int(&h, "exclusive", 0);
    harness_int(&h, "reverse", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(3, 3, 2, 12, 9, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SCALAR, INT64S(1));
    harness_int(&h, "exclusive", 1);
    harness_int(&h, "reverse", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 0, 1, 0, 3, 7));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SCALAR, INT64S(1));
    harness_int(&h, "exclusive", 1);
    harness_int(&h, "reverse", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(3, 2, 0, 9, 5, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "CumSum", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 5, 7));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MAX, 1));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(-1));
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MAX, INT64_MIN));
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(-2));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(0, 1, 2, 3, 5, 7));
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(-2));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 3), INT64S(0, 1, 2, 3, 5, 7));
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(-2));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 3), INT32S(0, 1, 2, 3, 5, 7));
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SCALAR, INT64S(2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 2");
    harness_close(&h);
    harness_open(&h, "", "CumSum", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "2 axes, 1 expected");
    harness_close(&h);
}
END_TEST

START_TEST(argmin_finds_the_least) {
    harness_open(&h, "", "ArgMin", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(3, 1, 2, 5, 5, 4));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ArgMin", 12);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(3, 1, 2, 5, 5, 4));
    harness_int(&h, "axis", 1);
    harness_int(&h, "keepdims", 0);
    harness_int(&h, "select_last_index", 1);
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(1, 2));
    harness_close(&h);
    harness_open(&h, "", "ArgMin", 1);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(3, 1, 2, 5, 5, 4));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 3), INT64S(0, 0, 0));
    harness_close(&h);
    harness_open(&h, "", "ArgMin", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(9), FLOATS(1, NAN, 3, 3, -INFINITY, 2, NAN, -0.0f, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(4));
    harness_close(&h);
    harness_open(&h, "", "ArgMin", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(9), DOUBLES(0, -0.0, NAN, 2, -INFINITY, 3, 3, NAN, 1));
    harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(4));
    harness_close(&h);
}
END_TEST

/* ---- Shapes as tensors -------------------------------------------------------------------------
 */

START_TEST(shape_and_size_tell_extents) {
    harness_open(&h, "", "Shape", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(2, 3, 2));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Shape", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "start", -1);
    harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_close(&h);
    harness_open(&h, "", "Shape", 21);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "start", 1);
    harness_int(&h, "end", -1);
    harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_close(&h);
    harness_open(&h, "", "Shape", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "start", 2);
    harness_int(&h, "end", 1);
    harness_expect(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_close(&h);
    harness_open(&h, "", "Shape", 15);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "start", -9);
    harness_int(&h, "end", 9);
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(2, 3, 2));
    harness_close(&h);
    harness_open(&h, "", "Shape", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(0, 3));
    harness_close(&h);
    harness_open(&h, "", "Size", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_expect(&h, ORTL_INT64, SCALAR, INT64S(6));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Size", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_INT64, SCALAR, INT64S(0));
    harness_close(&h);
    harness_open(&h, "", "Shape", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "start", 1);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "is not supported in version 13");
    harness_close(&h);
}
END_TEST

START_TEST(constant_of_shape_fills) {
    harness_open(&h, "", "ConstantOfShape", 9);
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(2, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 0, 0, 0, 0, 0));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "ConstantOfShape", 21);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "ConstantOfShape", 9);
    harness_input(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_expect(&h, ORTL_FLOAT, SCALAR, FLOATS(0));
    harness_close(&h);
    int64_t seven = 7, pair[2] = {1, 2};
    uint8_t truth = 1;
    const ortl__constant values[] = {
        {.element_type = ORTL_INT64, .rank = 1, .shape = {1}, .n_elements = 1, .data = &seven},
        {.element_type = ORTL_BOOL, .rank = 1, .shape = {1}, .n_elements = 1, .data = &truth},
        {.element_type = ORTL_INT64, .rank = 1, .shape = {2}, .n_elements = 2, .data = pair},
        {.element_type = 10, .rank = 1, .shape = {1}, .n_elements = 1, .data = pair}};
    for (int i = 0; i < 4; i++) {
        harness_open(&h, "", "ConstantOfShape", 20);
        harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
        harness_tensor(&h, "value", &values[i]);
        if (i == 0) harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(7, 7));
        if (i == 1) harness_expect(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 1));
        if (i == 2) harness_expect_refused(&h, ORTL_BAD_MODEL, "2 elements, 1 expected");
        if (i == 3) harness_expect_refused(&h, ORTL_UNSUPPORTED, "type float16 is not supported");
        harness_close(&h);
    }
    harness_open(&h, "", "ConstantOfShape", 9);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "negative extent -1");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_along");
    TCase *tcase = tcase_create("along");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, topk_orders_nan_above_all_and_equal_ones_by_place);
    tcase_add_test(tcase, topk_of_all_types_and_versions);
    tcase_add_test(tcase, cumsum_runs_either_way);
    tcase_add_test(tcase, argmin_finds_the_least);
    tcase_add_test(tcase, shape_and_size_tell_extents);
    tcase_add_test(tcase, constant_of_shape_fills);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
