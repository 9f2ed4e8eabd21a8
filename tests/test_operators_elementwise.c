/*
 * Elementwise operators: types, broadcasting, the versions before 7, special values, division, and
 * which of them keep rows apart. Expected numbers are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

static void open_binary(const char *name, int64_t version) {
    harness_open(&h, "", name, version);
}

static void close_harness(void) {
    harness_close(&h);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static const float rows[] = {0.1f, -2.7f, 3.3f, 1e-3f, 123.456f, -7.77f}; /* (2, 3) */

START_TEST(floats_round_as_recorded) {
    open_binary("Mul", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0100000007f, 7.29000044f, 10.8899994f, 0.000100000005f, -333.331207f,
                          -25.6409988f));
    close_harness();
    open_binary("Div", 7);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.3f));
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(0.333333313f, -9.0f, 10.999999f, 0.00333333341f, 411.519989f, -25.8999996f));
    close_harness();
    open_binary("Sub", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(0.1f, 1e-3f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0f, -2.79999995f, 3.20000005f, 0.0f, 123.455002f, -7.77099991f));
    close_harness();
    open_binary("Add", 22);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), FLOATS(1e-8f, 1.0f, 16777216.0f));
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(0.100000009f, -1.70000005f, 16777220.0f, 0.00100001006f, 124.456001f, 16777208.0f));
    close_harness();
}
END_TEST

START_TEST(either_input_may_be_repeated) {
    open_binary("Sub", 14);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(10, 20, 30));
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), INT64S(1, 2));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 3), INT64S(9, 19, 29, 8, 18, 28));
    close_harness();
    open_binary("Sub", 14);
    harness_input(&h, ORTL_DOUBLE, SCALAR, DOUBLES(1));
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 1, 2), DOUBLES(1, 2, 3, 4));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 1, 2), DOUBLES(0, -1, -2, -3));
    close_harness();
    open_binary("Add", 14);
    harness_input(&h, ORTL_INT32, SHAPE(2, 1, 2, 1), INT32S(1, 2, 3, 4));
    harness_input(&h, ORTL_INT32, SHAPE(2, 1, 2), INT32S(10, 20, 30, 40));
    harness_expect(&h, ORTL_INT32, SHAPE(2, 2, 2, 2),
                   INT32S(11, 21, 12, 22, 31, 41, 32, 42, 13, 23, 14, 24, 33, 43, 34, 44));
    close_harness();
    open_binary("Add", 14);
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(1));
    harness_input(&h, ORTL_FLOAT, SCALAR, FLOATS(2));
    harness_expect(&h, ORTL_FLOAT, SCALAR, FLOATS(3));
    close_harness();
}
END_TEST

/* 6 and 3 under every operation, as any type and with either input repeated. */
START_TEST(every_type_has_every_operation_and_stretch) {
    const char *const names[] = {"Add", "Sub", "Mul", "Div"};
    const int wanted[] = {9, 3, 18, 2};
    const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32};
    const void *const sixes[] = {FLOATS(6, 6), DOUBLES(6, 6), INT64S(6, 6), INT32S(6, 6)};
    const void *const threes[] = {FLOATS(3, 3), DOUBLES(3, 3), INT64S(3, 3), INT32S(3, 3)};
    const int64_t pair = 2;
    for (size_t i = 0; i < 4; i++) {
        int w = wanted[i];
        const void *const results[] = {FLOATS((float)w, (float)w), DOUBLES(w, w), INT64S(w, w),
                                       INT32S(w, w)};
        for (size_t k = 0; k < 4; k++)
            for (uint32_t repeated = 0; repeated < 3; repeated++) { /* none, left, right */
                open_binary(names[i], 14);
                harness_input(&h, types[k], repeated != 1, &pair, sixes[k]);
                harness_input(&h, types[k], repeated != 2, &pair, threes[k]);
                harness_expect(&h, types[k], 1, &pair, results[k]);
                close_harness();
            }
    }
}
END_TEST

START_TEST(batches_may_be_empty) {
    open_binary("Add", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    close_harness();
    open_binary("Div", 14);
    harness_input(&h, ORTL_INT32, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(0, 0));
    harness_expect(&h, ORTL_INT32, SHAPE(0, 2), NULL);
    close_harness();
}
END_TEST

START_TEST(special_values_follow_ieee) {
    open_binary("Div", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(1, -1, 0, INFINITY, NAN));
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(0, 0, 0, INFINITY, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(5), FLOATS(INFINITY, -INFINITY, NAN, NAN, NAN));
    close_harness();
}
END_TEST

START_TEST(integers_wrap_and_divide_towards_zero) {
    open_binary("Add", 14);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MAX, INT64_MIN));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, -1));
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MIN, INT64_MAX));
    close_harness();
    open_binary("Mul", 14);
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(65536, 46341));
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(65536, 46341));
    harness_expect(&h, ORTL_INT32, SHAPE(2), INT32S(0, -2147479015));
    close_harness();
    open_binary("Div", 14);
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(-7, 7, INT64_MIN, 5));
    harness_input(&h, ORTL_INT64, SHAPE(4), INT64S(2, -2, -1, -1));
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(-3, -3, INT64_MIN, -5));
    close_harness();
    open_binary("Div", 14);
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(INT32_MIN, 9));
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(-1, 4));
    harness_expect(&h, ORTL_INT32, SHAPE(2), INT32S(INT32_MIN, 2));
    close_harness();
}
END_TEST

START_TEST(an_integer_divisor_of_zero_is_refused) {
    open_binary("Div", 14);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 2, 3));
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(1, 0, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "integer division by zero (element 1)");
    close_harness();
    open_binary("Div", 14);
    harness_input(&h, ORTL_INT32, SHAPE(1), INT32S(1));
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(0, 1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "(element 0)");
    close_harness();
}
END_TEST

START_TEST(exponentials_are_near) {
    const float x[] = {-2.5f, 0.0f, 1.0f, 3.3f, -1000.0f, 1000.0f, -INFINITY, NAN};
    harness_open(&h, "", "Exp", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 4), x);
    harness_expect_near(
        &h, ORTL_FLOAT, SHAPE(2, 4),
        FLOATS(0.0820849985f, 1.0f, 2.71828175f, 27.1126385f, 0.0f, INFINITY, 0.0f, NAN), 1e-6);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    harness_open(&h, "", "Sigmoid", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(8), x);
    harness_expect_near(
        &h, ORTL_FLOAT, SHAPE(8),
        FLOATS(0.0758581758f, 0.5f, 0.731058598f, 0.964428842f, 0.0f, 1.0f, 0.0f, NAN), 1e-6);
    close_harness();
    harness_open(&h, "", "Sigmoid", 13);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(-2.5, 0, 3.3));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(3),
                        DOUBLES(0.075858180021243449, 0.5, 0.96442881072736386), 1e-14);
    close_harness();
    harness_open(&h, "", "Exp", 6);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(-2.5, 3.3));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0.0820849986238988, 27.112638920657883),
                        1e-14);
    close_harness();
}
END_TEST

/* ---- Versions 1 to 6 ------------------------------------------------------------------------- */

/* left is (2, 3) of 0 .. 5 */
static void open_limited(int64_t is_repeated, uint32_t rank, const int64_t *shape,
                         const float *right) {
    static const float left[] = {0, 1, 2, 3, 4, 5};
    open_binary("Add", 6);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), left);
    harness_input(&h, ORTL_FLOAT, rank, shape, right);
    if (is_repeated) harness_int(&h, "broadcast", is_repeated);
}

START_TEST(old_versions_repeat_input_1_along_given_axes) {
    open_limited(1, SHAPE(3), FLOATS(10, 20, 30));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(10, 21, 32, 13, 24, 35));
    ck_assert_int_eq(h.step.is_row_wise, 0); /* both inputs vary, and their ranks differ */
    close_harness();
    open_limited(1, SHAPE(2), FLOATS(10, 20));
    harness_int(&h, "axis", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(10, 11, 12, 23, 24, 25));
    close_harness();
    open_limited(1, SHAPE(2), FLOATS(10, 20));
    harness_int(&h, "axis", -2);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(10, 11, 12, 23, 24, 25));
    close_harness();
    open_limited(1, SHAPE(1, 1), FLOATS(10));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(10, 11, 12, 13, 14, 15));
    close_harness();
    open_limited(1, SCALAR, FLOATS(10));
    harness_int(&h, "axis", 0);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(10, 11, 12, 13, 14, 15));
    close_harness();
    open_limited(0, SHAPE(2, 3), FLOATS(1, 1, 1, 1, 1, 1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 2, 3, 4, 5, 6));
    close_harness();
}
END_TEST

START_TEST(old_versions_repeat_nothing_else) {
    open_limited(0, SHAPE(3), FLOATS(1, 2, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[3] does not repeat to [2,3]");
    close_harness();
    open_limited(0, SHAPE(1, 3), FLOATS(1, 2, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[1,3] does not repeat");
    close_harness();
    open_limited(1, SHAPE(2), FLOATS(1, 2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[2] does not repeat");
    close_harness();
    open_limited(1, SHAPE(1, 2, 3), FLOATS(1, 2, 3, 4, 5, 6));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[1,2,3] does not repeat");
    close_harness();
    open_limited(1, SHAPE(2, 3), FLOATS(1, 2, 3, 4, 5, 6));
    harness_int(&h, "axis", 1);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[2,3] does not repeat");
    close_harness();
    open_limited(1, SHAPE(2), FLOATS(1, 2));
    harness_int(&h, "axis", 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 2 of a tensor of rank 2");
    close_harness();
}
END_TEST

/* ---- Refusals and rows ----------------------------------------------------------------------- */

START_TEST(types_and_attributes_are_refused_by_name) {
    open_binary("Add", 14);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED,
                           "type bool; supported: float, int32, int64, double");
    close_harness();
    open_binary("Add", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), rows);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 1 has type int64, input 0 has float");
    close_harness();
    harness_open(&h, "", "Exp", 13);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double");
    close_harness();
    open_binary("Add", 7);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), rows);
    harness_int(&h, "broadcast", 1);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "\"broadcast\" is not supported in version 7");
    close_harness();
    open_binary("Add", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 inputs, 2 expected");
    close_harness();
}
END_TEST

START_TEST(version_1_may_list_consumed_inputs) {
    harness_open(&h, "", "Sigmoid", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0));
    harness_ints(&h, "consumed_inputs", 1, INT64S(0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1), FLOATS(0.5f));
    close_harness();
}
END_TEST

/* Whether x (N, 3) - constant keeps rows apart. */
static int is_row_wise_with_constant(uint32_t rank, const int64_t *shape) {
    open_binary("Sub", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_constant(&h, ORTL_FLOAT, rank, shape, rows);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    close_harness();
    return h.step.is_row_wise;
}

START_TEST(rows_stay_apart_where_constants_are_the_same_for_all) {
    ck_assert_int_eq(is_row_wise_with_constant(SCALAR), 1);
    ck_assert_int_eq(is_row_wise_with_constant(SHAPE(3)), 1);
    ck_assert_int_eq(is_row_wise_with_constant(SHAPE(1, 3)), 1);
    ck_assert_int_eq(is_row_wise_with_constant(SHAPE(2, 1)), 0);
    ck_assert_int_eq(is_row_wise_with_constant(SHAPE(1, 1, 3)), 0);
}
END_TEST

START_TEST(rows_of_varying_inputs_must_be_known_to_match) {
    const struct {
        int is_known;
        uint32_t rank;
        int64_t shape[2];
        int is_row_wise;
    } cases[] = {{1, 2, {2, 3}, 1}, {1, 2, {2, 1}, 1}, {1, 1, {3}, 0}, {0, 2, {2, 3}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_binary("Add", 14);
        harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
        (cases[i].is_known ? harness_input : harness_unknown)(&h, ORTL_FLOAT, cases[i].rank,
                                                              cases[i].shape, rows);
        ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
        ck_assert_int_eq(h.step.is_row_wise, cases[i].is_row_wise);
        close_harness();
    }
    open_binary("Mul", 14);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_constant(&h, ORTL_FLOAT, SHAPE(1), rows);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
}
END_TEST

START_TEST(known_shapes_are_passed_on) {
    open_binary("Add", 14);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1, 3), rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 4, 1), rows);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    const ortl__value *output = &h.values[HARNESS_MAX];
    ck_assert(output->has_shape && output->rank == 3);
    ck_assert(output->shape[0] == -1 && output->shape[1] == 4 && output->shape[2] == 3);
    close_harness();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_elementwise");
    TCase *tcase = tcase_create("elementwise");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, floats_round_as_recorded);
    tcase_add_test(tcase, either_input_may_be_repeated);
    tcase_add_test(tcase, every_type_has_every_operation_and_stretch);
    tcase_add_test(tcase, batches_may_be_empty);
    tcase_add_test(tcase, special_values_follow_ieee);
    tcase_add_test(tcase, integers_wrap_and_divide_towards_zero);
    tcase_add_test(tcase, an_integer_divisor_of_zero_is_refused);
    tcase_add_test(tcase, exponentials_are_near);
    tcase_add_test(tcase, old_versions_repeat_input_1_along_given_axes);
    tcase_add_test(tcase, old_versions_repeat_nothing_else);
    tcase_add_test(tcase, types_and_attributes_are_refused_by_name);
    tcase_add_test(tcase, version_1_may_list_consumed_inputs);
    tcase_add_test(tcase, rows_stay_apart_where_constants_are_the_same_for_all);
    tcase_add_test(tcase, rows_of_varying_inputs_must_be_known_to_match);
    tcase_add_test(tcase, known_shapes_are_passed_on);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
