/*
 * Range, GatherND, ScatterElements and ScatterND. Expected tensors are onnxruntime's.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "operator_harness.h"

static harness h;

/* ---- Range ----------------------------------------------------------------------------------- */

static void give_range(ortl_type type, const void *start, const void *limit, const void *step) {
    harness_open(&h, "", "Range", 11);
    harness_input(&h, type, SCALAR, start);
    harness_constant(&h, type, SCALAR, limit);
    harness_constant(&h, type, SCALAR, step);
}

START_TEST(range_goes_by_steps) {
    static const struct {
        int64_t start, limit, step, n, values[4];
    } cases[] = {
        {0, 3, 1, 3, {0, 1, 2}},
        {5, 0, -2, 3, {5, 3, 1}},
        {4, -1, -5, 1, {4}},
        {0, 0, 1, 0, {0}},
        {3, 0, 1, 0, {0}},
        {0, 3, -1, 0, {0}},
        {-7, 8, 5, 3, {-7, -2, 3}},
        {INT64_MIN, INT64_MAX, INT64_MAX, 3, {INT64_MIN, -1, INT64_MAX - 1}},
        {INT64_MAX, INT64_MIN, INT64_MIN, 2, {INT64_MAX, -1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        give_range(ORTL_INT64, &cases[i].start, &cases[i].limit, &cases[i].step);
        harness_expect(&h, ORTL_INT64, SHAPE(cases[i].n), cases[i].values);
        harness_close(&h);
    }
}
END_TEST

START_TEST(range_has_four_types) {
    give_range(ORTL_FLOAT, FLOATS(0), FLOATS(0.85f), FLOATS(0.1f));
    harness_expect(&h, ORTL_FLOAT, SHAPE(9),
                   FLOATS(0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.70000005f, 0.8000001f));
    harness_close(&h);
    give_range(ORTL_DOUBLE, DOUBLES(5), DOUBLES(0), DOUBLES(-1.5));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(4), DOUBLES(5, 3.5, 2, 0.5));
    harness_close(&h);
    give_range(ORTL_INT32, INT32S(1), INT32S(4), INT32S(2));
    harness_expect(&h, ORTL_INT32, SHAPE(2), INT32S(1, 3));
    harness_close(&h);
    give_range(ORTL_FLOAT, FLOATS(NAN), FLOATS(2), FLOATS(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0), NULL);
    harness_close(&h);
    give_range(ORTL_BOOL, BOOLS(0), BOOLS(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double, int64, int32");
    harness_close(&h);
}
END_TEST

START_TEST(range_is_finite) {
    give_range(ORTL_INT64, INT64S(0), INT64S(3), INT64S(0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "steps of 0");
    harness_close(&h);
    give_range(ORTL_FLOAT, FLOATS(0), FLOATS(INFINITY), FLOATS(1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "more than 2^62 numbers");
    harness_close(&h);
    give_range(ORTL_INT64, INT64S(INT64_MIN), INT64S(INT64_MAX), INT64S(1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "more than 2^62 numbers");
    harness_close(&h);
    harness_open(&h, "", "Range", 11);
    for (int i = 0; i < 3; i++) harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "input 0 has 2 elements, 1 expected");
    harness_close(&h);
}
END_TEST

/* ---- GatherND -------------------------------------------------------------------------------- */

static void give_gather(int64_t n_batch, uint32_t rank, const int64_t *shape,
                        const int64_t *indices) {
    static const float cube[] = {0, 1, 2, 3, 4, 5, 6, 7};
    harness_open(&h, "", "GatherND", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 2), cube);
    harness_input(&h, ORTL_INT64, rank, shape, indices);
    if (n_batch) harness_int(&h, "batch_dims", n_batch);
}

START_TEST(gather_nd_reads_blocks) {
    give_gather(0, SHAPE(2, 2), INT64S(0, 1, -1, 0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(2, 3, 4, 5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    harness_close(&h);
    give_gather(0, SHAPE(2, 1, 3), INT64S(0, 0, 1, 1, 1, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, 6));
    harness_close(&h);
    give_gather(0, SHAPE(1), INT64S(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(4, 5, 6, 7));
    harness_close(&h);
    give_gather(1, SHAPE(2, 1), INT64S(1, 0));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(2, 3, 4, 5));
    harness_close(&h);
    give_gather(2, SHAPE(2, 2, 1), INT64S(1, 0, -1, -2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 2, 5, 6));
    harness_close(&h);
    give_gather(0, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_close(&h);
    harness_open(&h, "", "GatherND", 11);
    harness_texts(&h, SHAPE(2, 2), TEXTS("a", "b", "c", "d"));
    harness_input(&h, ORTL_INT32, SHAPE(1, 2), INT32S(1, 0));
    harness_expect_texts(&h, SHAPE(1), TEXTS("c"));
    harness_close(&h);
}
END_TEST

START_TEST(gather_nd_refuses) {
    give_gather(0, SHAPE(1, 2), INT64S(0, 2));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index number 1 lies outside of extent 2");
    harness_close(&h);
    give_gather(0, SHAPE(1, 4), INT64S(0, 0, 0, 0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "indices of shape [1,4] into shape [2,2,2]");
    harness_close(&h);
    give_gather(1, SHAPE(3, 1), INT64S(0, 0, 0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "indices of shape [3,1] into shape [2,2,2]");
    harness_close(&h);
    give_gather(-1, SHAPE(2, 1), INT64S(0, 0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "indices of shape [2,1]");
    harness_close(&h);
    harness_open(&h, "", "GatherND", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0, 1));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(0));
    harness_int(&h, "batch_dims", 0);
    harness_expect_refused(&h, ORTL_UNSUPPORTED,
                           "attribute \"batch_dims\" is not supported in version 11");
    harness_close(&h);
}
END_TEST

/* ---- ScatterElements and ScatterND ----------------------------------------------------------- */

/* Into 0 1 2 / 3 4 5; two updates meet element 1, 0. */
static void give_elements(const char *reduction) {
    static const float matrix[] = {0, 1, 2, 3, 4, 5}, updates[] = {10, 20, 2, 40};
    static const int64_t indices[] = {2, -3, 0, -3};
    harness_open(&h, "", "ScatterElements", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), matrix);
    harness_input(&h, ORTL_INT64, SHAPE(2, 2), indices);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), updates);
    harness_int(&h, "axis", -1);
    if (reduction) harness_string(&h, "reduction", reduction);
}

START_TEST(scatter_elements_writes_one_by_one) {
    static const struct {
        const char *reduction;
        float wanted[6];
    } cases[] = {{NULL, {20, 1, 10, 40, 4, 5}},  {"none", {20, 1, 10, 40, 4, 5}},
                 {"add", {20, 1, 12, 45, 4, 5}}, {"mul", {0, 1, 20, 240, 4, 5}},
                 {"max", {20, 1, 10, 40, 4, 5}}, {"min", {0, 1, 2, 2, 4, 5}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        give_elements(cases[i].reduction);
        harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), cases[i].wanted);
        harness_close(&h);
    }
    harness_open(&h, "", "ScatterElements", 11);
    harness_texts(&h, SHAPE(2, 2), TEXTS("a", "b", "c", "d"));
    harness_input(&h, ORTL_INT32, SHAPE(1, 2), INT32S(1, 0));
    harness_texts(&h, SHAPE(1, 2), TEXTS("e", "f"));
    harness_expect_texts(&h, SHAPE(2, 2), TEXTS("a", "f", "e", "d"));
    harness_close(&h);
    harness_open(&h, "", "ScatterElements", 13);
    harness_input(&h, ORTL_BOOL, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_INT64, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_BOOL, SHAPE(0, 2), NULL);
    harness_expect(&h, ORTL_BOOL, SHAPE(0, 2), NULL);
    harness_close(&h);
}
END_TEST

static void give_blocks(int64_t version, const char *reduction) {
    static const int64_t matrix[] = {1, 2, 3, 4, 5, 6}, indices[] = {-1, 2};
    static const int64_t updates[] = {10, -20, 30, 2};
    harness_open(&h, "", "ScatterND", version);
    harness_input(&h, ORTL_INT64, SHAPE(3, 2), matrix);
    harness_input(&h, ORTL_INT64, SHAPE(2, 1), indices);
    harness_input(&h, ORTL_INT64, SHAPE(2, 2), updates);
    if (reduction) harness_string(&h, "reduction", reduction);
}

START_TEST(scatter_nd_writes_blocks) {
    static const struct {
        const char *reduction;
        int64_t wanted[6];
    } cases[] = {{NULL, {1, 2, 3, 4, 30, 2}},
                 {"add", {1, 2, 3, 4, 45, -12}},
                 {"mul", {1, 2, 3, 4, 1500, -240}},
                 {"max", {1, 2, 3, 4, 30, 6}},
                 {"min", {1, 2, 3, 4, 5, -20}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        give_blocks(18, cases[i].reduction);
        harness_expect(&h, ORTL_INT64, SHAPE(3, 2), cases[i].wanted);
        harness_close(&h);
    }
    harness_open(&h, "", "ScatterND", 11);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(1, NAN, 3, INFINITY));
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(1, 0));
    harness_input(&h, ORTL_DOUBLE, SCALAR, DOUBLES(-0.0));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(1, NAN, -0.0, INFINITY));
    harness_close(&h);
    harness_open(&h, "", "ScatterND", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(0, 1), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(0), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_close(&h);
}
END_TEST

START_TEST(scatter_refuses) {
    give_blocks(13, "add");
    harness_expect_refused(&h, ORTL_UNSUPPORTED,
                           "attribute \"reduction\" is not supported in version 13");
    harness_close(&h);
    give_elements("mean");
    harness_expect_refused(&h, ORTL_BAD_MODEL, "known: none, add, mul, max, min");
    harness_close(&h);
    harness_open(&h, "", "ScatterND", 18);
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(0));
    harness_texts(&h, SHAPE(1), TEXTS("b"));
    harness_string(&h, "reduction", "add");
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "reduction \"add\" of string is not supported");
    harness_close(&h);
    harness_open(&h, "", "ScatterND", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(0));
    harness_input(&h, ORTL_DOUBLE, SHAPE(1), DOUBLES(3));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "updates of type double into float");
    harness_close(&h);
    harness_open(&h, "", "ScatterND", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(0));
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(3, 4));
    harness_expect_failure(&h, ORTL_BAD_INPUT,
                           "updates of shape [2] by indices of shape [1,1] into [2]");
    harness_close(&h);
    harness_open(&h, "", "ScatterElements", 18);
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(2));
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index number 0 lies outside of extent 2");
    harness_close(&h);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_indexed");
    TCase *tests = tcase_create("operators_indexed");
    tcase_add_test(tests, range_goes_by_steps);
    tcase_add_test(tests, range_has_four_types);
    tcase_add_test(tests, range_is_finite);
    tcase_add_test(tests, gather_nd_reads_blocks);
    tcase_add_test(tests, gather_nd_refuses);
    tcase_add_test(tests, scatter_elements_writes_one_by_one);
    tcase_add_test(tests, scatter_nd_writes_blocks);
    tcase_add_test(tests, scatter_refuses);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
