/*
 * Operators that move elements without looking at them: axes put in, taken out, ordered, repeated,
 * cut. Expected tensors are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

/* ---- Aliases -----------------------------------------------------------------------------------
 */

START_TEST(squeeze_takes_out_axes_of_extent_1) {
    harness_open(&h, "", "Squeeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 2), FLOATS(0, 1, 6, 7));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(0, 1, 6, 7));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 21);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 2), FLOATS(0, 1, 6, 7));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(0, 1, 6, 7));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 2), FLOATS(0, 1, 6, 7));
    harness_ints(&h, "axes", 1, INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(0, 1, 6, 7));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3, 2), FLOATS(0, 1, 2, 3, 4, 5));
    harness_ints(&h, "axes", 1, INT64S(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(0, 1, 2, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 1, 2), FLOATS(0, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, 1));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 1, 2), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 2), FLOATS(0, 1, 6, 7));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 0 has extent 2, 1 expected");
    harness_close(&h);
    harness_open(&h, "", "Squeeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 2), FLOATS(0, 1, 6, 7));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 3 of a tensor of rank 3");
    harness_close(&h);
}
END_TEST

START_TEST(unsqueeze_puts_in_axes) {
    harness_open(&h, "", "Unsqueeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1, 3), FLOATS(0, 1, 2, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(0, -1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 2, 3, 1), FLOATS(0, 1, 2, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_ints(&h, "axes", 1, INT64S(2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3, 1), FLOATS(0, 1, 2, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_expect_texts(&h, SHAPE(2, 3, 1), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 13);
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "an axis is listed twice");
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 3");
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "the axes are missing");
    harness_close(&h);
    harness_open(&h, "", "Unsqueeze", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(7), INT64S(0, 1, 2, 3, 4, 5, 6));
    harness_expect_failure(&h, ORTL_UNSUPPORTED, "rank 9 is above 8");
    harness_close(&h);
}
END_TEST

START_TEST(flatten_makes_a_matrix) {
    harness_open(&h, "", "Flatten", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "axis", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 6), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Flatten", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "axis", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 12), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Flatten", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "axis", 3);
    harness_expect(&h, ORTL_FLOAT, SHAPE(12, 1), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Flatten", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "axis", -1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(6, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Flatten", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3, 2), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 6), NULL);
    harness_close(&h);
    harness_open(&h, "", "Flatten", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_int(&h, "axis", 4);
    harness_expect_refused(&h, ORTL_BAD_INPUT, "axis 4");
    harness_close(&h);
}
END_TEST

/* ---- Copies ------------------------------------------------------------------------------------
 */

START_TEST(transpose_orders_axes) {
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 2), FLOATS(0, 3, 1, 4, 2, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_ints(&h, "perm", 3, INT64S(0, 2, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                   FLOATS(0, 2, 4, 1, 3, 5, 6, 8, 1e+01f, 7, 9, 11));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Transpose", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_ints(&h, "perm", 3, INT64S(2, 0, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                   FLOATS(0, 2, 4, 6, 8, 1e+01f, 1, 3, 5, 7, 9, 11));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(0, 1, 2, 3, 4, 5));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(3, 2), DOUBLES(0, 3, 1, 4, 2, 5));
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(0, 1, 2, 3, 4, 5));
    harness_expect(&h, ORTL_INT64, SHAPE(3, 2), INT64S(0, 3, 1, 4, 2, 5));
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(0, 1, 2, 3, 4, 5));
    harness_expect(&h, ORTL_INT32, SHAPE(3, 2), INT32S(0, 3, 1, 4, 2, 5));
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_expect_texts(&h, SHAPE(3, 2), TEXTS("a", "d", "b", "e", "c", "f"));
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 3), BOOLS(0, 0, 0, 1, 1, 1));
    harness_expect(&h, ORTL_BOOL, SHAPE(3, 2), BOOLS(0, 1, 0, 1, 0, 1));
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_ints(&h, "perm", 2, INT64S(1, 0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 0), NULL);
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_ints(&h, "perm", 2, INT64S(0, 1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "perm is not an order of 3 axes");
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_ints(&h, "perm", 3, INT64S(0, 1, 1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "perm is not");
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3, 2), FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_ints(&h, "perm", 3, INT64S(0, 1, -1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "perm is not");
    harness_close(&h);
    harness_open(&h, "", "Transpose", 13);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(2, 3, 2),
                    FLOATS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1e+01f, 11));
    harness_ints(&h, "perm", 2, INT64S(0, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "perm is not an order of 3 axes");
    harness_close(&h);
}
END_TEST

START_TEST(expand_repeats_axes_of_extent_1) {
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, 2));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(1, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 1, 1, 2, 2, 2));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, 2));
    harness_constant(&h, ORTL_INT64, SHAPE(3), INT64S(2, 1, 3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2, 3), FLOATS(1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Expand", 8);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 1), NULL);
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "do not broadcast");
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(-1, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "negative extent -1");
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(2));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: int64, int32");
    harness_close(&h);
    harness_open(&h, "", "Expand", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "a list of integers has rank 2");
    harness_close(&h);
}
END_TEST

START_TEST(tile_repeats_the_whole) {
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(1, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 6), FLOATS(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Tile", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(2, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(4, 3), FLOATS(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 2));
    harness_expect_texts(&h, SHAPE(2, 6),
                         TEXTS("a", "b", "c", "a", "b", "c", "d", "e", "f", "d", "e", "f"));
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_INT32, SHAPE(1, 3, 2), INT32S(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(2, 1, 2));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 3, 4),
                   INT32S(0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5));
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "1 repeats for rank 2");
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, -1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 1 is repeated -1 times");
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(4611686018427387904, 4611686018427387904));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 0 is repeated");
    harness_close(&h);
    harness_open(&h, "", "Tile", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1152921504606846976, 1152921504606846976));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "2^62");
    harness_close(&h);
}
END_TEST

/* ---- Parts -------------------------------------------------------------------------------------
 */

START_TEST(slice_counts_from_either_end) {
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Slice", 10);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(0, 1, 2));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-2, 0));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MAX, 1));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-1, 0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 2), FLOATS(1, 2));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-100));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3), FLOATS(4, 2, 0));
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(100));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-100));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(5), FLOATS(4, 3, 2, 1, 0));
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(-100));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(100));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, 3));
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0), NULL);
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MAX));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MIN));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MIN));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(4));
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MIN));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MAX));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MAX));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0));
    harness_close(&h);
    harness_open(&h, "", "Slice", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_ints(&h, "starts", 1, INT64S(1));
    harness_ints(&h, "ends", 1, INT64S(100));
    harness_ints(&h, "axes", 1, INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Slice", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_ints(&h, "starts", 2, INT64S(0, 1));
    harness_ints(&h, "ends", 2, INT64S(1, -1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(1));
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_texts(&h, SHAPE(2, 3), TEXTS("a", "b", "c", "d", "e", "f"));
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(1));
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(3));
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(1));
    harness_expect_texts(&h, SHAPE(2, 2), TEXTS("b", "c", "e", "f"));
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
}
END_TEST

START_TEST(slice_refuses_lists_that_do_not_fit) {
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "the step along axis 0 is 0");
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 0));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, -1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 1 is listed twice");
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "1 starts, 2 ends");
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 1 of a tensor of rank 1");
    harness_close(&h);
    harness_open(&h, "", "Slice", 9);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_ints(&h, "starts", 1, INT64S(0));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "the ends are missing");
    harness_close(&h);
    harness_open(&h, "", "Slice", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 1, 2, 3, 4));
    harness_input(&h, ORTL_INT64, SHAPE(9), INT64S(0, 1, 2, 3, 4, 5, 6, 7, 8));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_failure(&h, ORTL_UNSUPPORTED, "a list of 9 integers, 8 at most");
    harness_close(&h);
}
END_TEST

START_TEST(split_gives_all_parts) {
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(1, 2));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(0, 3));
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(0, 1, 2));
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(1, 3), FLOATS(3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "Split", 2);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_int(&h, "axis", -1);
    harness_ints(&h, "split", 2, INT64S(0, 3));
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_close(&h);
    harness_open(&h, "", "Split", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_int(&h, "axis", 1);
    harness_int(&h, "num_outputs", 2);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(0, 1, 3, 4));
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(2, 1), FLOATS(2, 5));
    harness_close(&h);
    harness_open(&h, "", "Split", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 3);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(0, 3));
    harness_expect_also(&h, 1, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, 4));
    harness_expect_also(&h, 2, ORTL_FLOAT, SHAPE(2, 1), FLOATS(2, 5));
    harness_close(&h);
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_INT64, SHAPE(0, 4), NULL);
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect(&h, ORTL_INT64, SHAPE(0, 2), NULL);
    harness_expect_also(&h, 1, ORTL_INT64, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "extent 3 cannot be split into 2 parts");
    harness_close(&h);
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "do not add up to extent 3");
    harness_close(&h);
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(4, -1));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "do not add up");
    harness_close(&h);
    harness_open(&h, "", "Split", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "1 sizes for 2 outputs");
    harness_close(&h);
    harness_open(&h, "", "Split", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_int(&h, "num_outputs", 3);
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "num_outputs is 3 for 2 outputs");
    harness_close(&h);
    harness_open(&h, "", "Split", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_int(&h, "axis", 1);
    harness_outputs(&h, 5);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "extent 3 cannot be split into 5 parts");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_axes");
    TCase *tcase = tcase_create("axes");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, squeeze_takes_out_axes_of_extent_1);
    tcase_add_test(tcase, unsqueeze_puts_in_axes);
    tcase_add_test(tcase, flatten_makes_a_matrix);
    tcase_add_test(tcase, transpose_orders_axes);
    tcase_add_test(tcase, expand_repeats_axes_of_extent_1);
    tcase_add_test(tcase, tile_repeats_the_whole);
    tcase_add_test(tcase, slice_counts_from_either_end);
    tcase_add_test(tcase, slice_refuses_lists_that_do_not_fit);
    tcase_add_test(tcase, split_gives_all_parts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
