/*
 * Reductions: the order of sums, types, axes in all their forms, special values, refusals. Expected
 * numbers are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

/* ---- Sums to the bit ---------------------------------------------------------------------------
 */

/* Rows of 13 begin at different places of a 16-byte packet. */
START_TEST(sums_along_the_last_axis_are_those_of_the_reference) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 13),
                  FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.304f, 0.9471f,
                         -0.7037f, -1.2654f, -0.6233f, 0.0413f, -2.325f, -0.2188f, -1.2459f,
                         -0.7323f, -0.5443f, -0.3163f, 0.4116f, 1.0425f, -0.1285f, 1.3665f,
                         -0.6652f, 0.3515f, 0.9035f, 0.094f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(-1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-2.0602f, 0.31830013f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(
        &h, ORTL_DOUBLE, SHAPE(2, 13),
        DOUBLES(0.1256999969482422, -0.13210000097751617, 0.6403999924659729, 0.10490000247955322,
                -0.5357000231742859, 0.36160001158714294, 1.3040000200271606, 0.9470999836921692,
                -0.7037000060081482, -1.2654000520706177, -0.6233000159263611, 0.04129999876022339,
                -2.325000047683716, -0.21879999339580536, -1.24590003490448, -0.7322999835014343,
                -0.5443000197410583, -0.31630000472068787, 0.4115999937057495, 1.0425000190734863,
                -0.12849999964237213, 1.3665000200271606, -0.6651999950408936, 0.351500004529953,
                0.9035000205039978, 0.09399999678134918));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 1), DOUBLES(-2.0602001398801804, 0.3183000236749649));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 13),
                  FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.304f, 0.9471f,
                         -0.7037f, -1.2654f, -0.6233f, 0.0413f, -2.325f, -0.2188f, -1.2459f,
                         -0.7323f, -0.5443f, -0.3163f, 0.4116f, 1.0425f, -0.1285f, 1.3665f,
                         -0.6652f, 0.3515f, 0.9035f, 0.094f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(-1.7419003f));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(0.1257f, -0.1321f, 0.6404f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.634f));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.7389f));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(
        &h, ORTL_FLOAT, SHAPE(9),
        FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.304f, 0.9471f, -0.7037f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(2.1122f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 13),
                  FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.304f, 0.9471f,
                         -0.7037f, -1.2654f, -0.6233f, 0.0413f, -2.325f, -0.2188f, -1.2459f,
                         -0.7323f, -0.5443f, -0.3163f, 0.4116f, 1.0425f, -0.1285f, 1.3665f,
                         -0.6652f, 0.3515f, 0.9035f, 0.094f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(-1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-0.15847692f, 0.024484625f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(
        &h, ORTL_DOUBLE, SHAPE(2, 13),
        DOUBLES(0.1256999969482422, -0.13210000097751617, 0.6403999924659729, 0.10490000247955322,
                -0.5357000231742859, 0.36160001158714294, 1.3040000200271606, 0.9470999836921692,
                -0.7037000060081482, -1.2654000520706177, -0.6233000159263611, 0.04129999876022339,
                -2.325000047683716, -0.21879999339580536, -1.24590003490448, -0.7322999835014343,
                -0.5443000197410583, -0.31630000472068787, 0.4115999937057495, 1.0425000190734863,
                -0.12849999964237213, 1.3665000200271606, -0.6651999950408936, 0.351500004529953,
                0.9035000205039978, 0.09399999678134918));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 1),
                   DOUBLES(-0.15847693383693695, 0.024484617205766532));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 13),
                  FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.304f, 0.9471f,
                         -0.7037f, -1.2654f, -0.6233f, 0.0413f, -2.325f, -0.2188f, -1.2459f,
                         -0.7323f, -0.5443f, -0.3163f, 0.4116f, 1.0425f, -0.1285f, 1.3665f,
                         -0.6652f, 0.3515f, 0.9035f, 0.094f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(-0.066996165f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(0.1257f, -0.1321f, 0.6404f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.21133333f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4), FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.184725f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(
        &h, ORTL_FLOAT, SHAPE(9),
        FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, 0.3616f, 1.304f, 0.9471f, -0.7037f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.2346889f));
    harness_close(&h);
}
END_TEST

START_TEST(sums_along_the_first_axis_are_those_of_the_reference) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 5),
                  FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, -0.2188f, -1.2459f,
                         -0.7323f, -0.5443f, -0.3163f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 5),
                   FLOATS(-0.0931f, -1.378f, -0.09189999f, -0.43940002f, -0.852f));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(-0.523f, -1.9319999f, -0.667f, 0.196f, -0.112999976f, 0.08500001f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 5),
                  FLOATS(0.1257f, -0.1321f, 0.6404f, 0.1049f, -0.5357f, -0.2188f, -1.2459f,
                         -0.7323f, -0.5443f, -0.3163f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 5),
                   FLOATS(-0.04655f, -0.689f, -0.045949996f, -0.21970001f, -0.426f));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(-0.2615f, -0.96599996f, -0.3335f, 0.098f, -0.056499988f, 0.042500004f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
}
END_TEST

/* ---- Every reduction ---------------------------------------------------------------------------
 */

START_TEST(sums_of_reals) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(-0.5f, 5.25f));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(10.75), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(-0.16666667f, 1.75f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(1.7916666666666667), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(2, 4));
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(4), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(-3, 0.25f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(0.25), 1e-14);
    harness_close(&h);
}
END_TEST

START_TEST(products_and_norms_of_reals) {
    harness_open(&h, "", "ReduceProd", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(-3, 1));
    harness_close(&h);
    harness_open(&h, "", "ReduceProd", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(3), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceL1", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(5.5f, 5.25f));
    harness_close(&h);
    harness_open(&h, "", "ReduceL1", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(10.75), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceL2", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(3.640055f, 4.1306777f), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "ReduceL2", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(5.50567888638631), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceSumSquare", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(13.25f, 17.0625f));
    harness_close(&h);
    harness_open(&h, "", "ReduceSumSquare", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(30.3125), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1.704748f, 1.658228f), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSum", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(2.3749057545736716), 1e-14);
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSumExp", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(2.206907f, 4.0707426f), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSumExp", 18);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(2, 3, 0.5, 4, 1, 0.25));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_DOUBLE, SCALAR, DOUBLES(4.474192918192088), 1e-14);
    harness_close(&h);
}
END_TEST

START_TEST(reductions_of_integers) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 1), INT64S(3, -1));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 1), INT32S(1, 0));
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 1), INT64S(4, 1));
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 18);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 1), INT32S(-3, -2));
    harness_close(&h);
    harness_open(&h, "", "ReduceProd", 18);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 1), INT64S(-24, 0));
    harness_close(&h);
    harness_open(&h, "", "ReduceL1", 18);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 1), INT32S(9, 3));
    harness_close(&h);
    harness_open(&h, "", "ReduceL2", 18);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 1), INT64S(5, 2));
    harness_close(&h);
    harness_open(&h, "", "ReduceSumSquare", 18);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), INT32S(2, -3, 4, 1, 0, -2));
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 1), INT32S(29, 5));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MAX, 1));
    harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(INT64_MIN));
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 20);
    harness_input(&h, ORTL_BOOL, SHAPE(3), BOOLS(0, 1, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 20);
    harness_input(&h, ORTL_BOOL, SHAPE(3), BOOLS(0, 1, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(1), BOOLS(0));
    harness_close(&h);
}
END_TEST

START_TEST(several_axes_at_once) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 2));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-1.5259999f, -1.428f), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-1, -2));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 1, 1), FLOATS(-3.1220002f, 0.16800004f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 2));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-0.25433332f, -0.23799999f), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-1, -2));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 1, 1), FLOATS(-0.52033335f, 0.028000006f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(0, 2));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0.541f, 0.355f), 1e-06);
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-1, -2));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 1, 1), FLOATS(0.22f, 0.541f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 3),
                  FLOATS(-0.743f, -0.922f, -0.458f, 0.22f, -1.01f, -0.209f, -0.159f, 0.541f, 0.215f,
                         0.355f, -0.654f, -0.13f));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1, 3),
                   FLOATS(-0.743f, -1.01f, -0.458f, -0.159f, -0.654f, -0.13f));
    harness_close(&h);
}
END_TEST

START_TEST(axes_are_an_attribute_in_old_versions) {
    harness_open(&h, "", "ReduceSum", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 3, 0.5f, 4, 1, 0.25f));
    harness_ints(&h, "axes", 1, INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(5.5f, 5.25f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 3, 0.5f, 4, 1, 0.25f));
    harness_ints(&h, "axes", 1, INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0.5f, 0.25f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceL2", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 3, 0.5f, 4, 1, 0.25f));
    harness_ints(&h, "axes", 1, INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(3.640055f, 4.1306777f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSumExp", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 3, 0.5f, 4, 1, 0.25f));
    harness_ints(&h, "axes", 1, INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2), FLOATS(3.371539f, 4.0707426f), 1e-06);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_ints(&h, "axes", 1, INT64S(-2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), FLOATS(6, -2, 0.75f));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 17);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(0.7916667f));
    harness_close(&h);
}
END_TEST

START_TEST(without_axes_all_or_none_are_reduced) {
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_input(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(4.75f));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_input(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_int(&h, "noop_with_empty_axes", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    harness_open(&h, "", "ReduceL1", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_constant(&h, ORTL_INT64, SHAPE(0), NULL);
    harness_int(&h, "noop_with_empty_axes", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 3, 0.5f, 4, 1, 0.25f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(3));
    harness_expect(&h, ORTL_FLOAT, SCALAR, FLOATS(3));
    harness_close(&h);
}
END_TEST

/* ---- Special values ----------------------------------------------------------------------------
 */

/* NaN is an extreme only as the first element. */
START_TEST(nan_and_infinities) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 3),
                  FLOATS(1, NAN, 2, NAN, 1, 2, INFINITY, -INFINITY, 3, -0.0f, 0, -0.0f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(4), FLOATS(NAN, NAN, NAN, 0));
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 3),
                  FLOATS(1, NAN, 2, NAN, 1, 2, INFINITY, -INFINITY, 3, -0.0f, 0, -0.0f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(4), FLOATS(2, NAN, INFINITY, -0.0f));
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 3),
                  FLOATS(1, NAN, 2, NAN, 1, 2, INFINITY, -INFINITY, 3, -0.0f, 0, -0.0f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(4), FLOATS(1, NAN, -INFINITY, -0.0f));
    harness_close(&h);
    harness_open(&h, "", "ReduceProd", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 3),
                  FLOATS(1, NAN, 2, NAN, 1, 2, INFINITY, -INFINITY, 3, -0.0f, 0, -0.0f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(4), FLOATS(NAN, NAN, -INFINITY, 0));
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSumExp", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 3),
                  FLOATS(1, NAN, 2, NAN, 1, 2, INFINITY, -INFINITY, 3, -0.0f, 0, -0.0f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(4), FLOATS(NAN, NAN, INFINITY, 1.0986123f), 1e-06);
    harness_close(&h);
}
END_TEST

START_TEST(nothing_to_reduce) {
    harness_open(&h, "", "ReduceSum", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, 0));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, 0));
    harness_close(&h);
    harness_open(&h, "", "ReduceMax", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-INFINITY, -INFINITY));
    harness_close(&h);
    harness_open(&h, "", "ReduceMin", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(INFINITY, INFINITY));
    harness_close(&h);
    harness_open(&h, "", "ReduceProd", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 1));
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSumExp", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_int(&h, "keepdims", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(-INFINITY, -INFINITY));
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 18);
    harness_input(&h, ORTL_INT64, SHAPE(1, 0), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 1), INT64S(0));
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_constant(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 1), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    harness_close(&h);
}
END_TEST

START_TEST(reductions_refuse) {
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 2 of a tensor of rank 2");
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double, int64, int32");
    harness_close(&h);
    harness_open(&h, "", "ReduceLogSum", 18);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double");
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_ints(&h, "axes", 1, INT64S(0));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "\"axes\" is not supported in version 13");
    harness_close(&h);
    harness_open(&h, "", "ReduceMean", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(0));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 inputs, 1 expected");
    harness_close(&h);
    harness_open(&h, "", "ReduceSum", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, -3, 0.5f, 4, 1, 0.25f));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: int64, int32");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_reduce");
    TCase *tcase = tcase_create("reduce");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, sums_along_the_last_axis_are_those_of_the_reference);
    tcase_add_test(tcase, sums_along_the_first_axis_are_those_of_the_reference);
    tcase_add_test(tcase, sums_of_reals);
    tcase_add_test(tcase, products_and_norms_of_reals);
    tcase_add_test(tcase, reductions_of_integers);
    tcase_add_test(tcase, several_axes_at_once);
    tcase_add_test(tcase, axes_are_an_attribute_in_old_versions);
    tcase_add_test(tcase, without_axes_all_or_none_are_reduced);
    tcase_add_test(tcase, nan_and_infinities);
    tcase_add_test(tcase, nothing_to_reduce);
    tcase_add_test(tcase, reductions_refuse);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
