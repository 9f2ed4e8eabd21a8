/*
 * Thresholds: a rounded test must send every float where the trainer's test in double sends it. The
 * floats are those around each threshold, around 0 and the tiny bound, and the extremes.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../converters/threshold.h"

static const double thresholds[] = {0.0,
                                    -0.0,
                                    0.1,
                                    -0.1,
                                    1.0,
                                    -1.0,
                                    1e-30,
                                    -1e-30,
                                    1e-35,
                                    -1e-35,
                                    9.9e-36,
                                    -9.9e-36,
                                    1.1e-35,
                                    -1.1e-35,
                                    1e-40,
                                    -1e-40,
                                    1e-45,
                                    -1e-45,
                                    1e-46,
                                    -1e-46,
                                    1e-300,
                                    -1e-300,
                                    1.17549435e-38,
                                    3.4028234663852886e+38,
                                    -3.4028234663852886e+38,
                                    3.5e38,
                                    -3.5e38,
                                    1e300,
                                    -1e300,
                                    (double)INFINITY,
                                    -(double)INFINITY,
                                    16777217.0,
                                    -16777217.0,
                                    0.30000001192092896,
                                    1.4e-45,
                                    -1.4e-45,
                                    7e-46,
                                    -7e-46,
                                    2.1e-45,
                                    3.141592653589793,
                                    -2.718281828459045};

static int mode_holds(float x, ortl__rounded_test test) {
    float t = (float)test.threshold;
    ck_assert_msg((double)t == test.threshold, "the threshold is no float");
    switch (test.mode) {
    case ORTL__MODE_LEQ: return x <= t;
    case ORTL__MODE_LT: return x < t;
    case ORTL__MODE_GTE: return x >= t;
    case ORTL__MODE_GT: return x > t;
    default: ck_abort_msg("mode %d", (int)test.mode);
    }
    return 0;
}

static int mode_holds_double(double x, ortl__rounded_test test) {
    switch (test.mode) {
    case ORTL__MODE_LEQ: return x <= test.threshold;
    case ORTL__MODE_LT: return x < test.threshold;
    case ORTL__MODE_GTE: return x >= test.threshold;
    case ORTL__MODE_GT: return x > test.threshold;
    default: ck_abort_msg("mode %d", (int)test.mode);
    }
    return 0;
}

/* What the trainer does, in double. */
static int trainer_holds(double x, ortl_comparison comparison, double t, ortl_tiny_rule tiny) {
    if (tiny == ORTL_TINY_IS_ZERO && fabs(x) <= (double)1e-35f) x = 0;
    return ortl__compare(x, comparison, t);
}

static void check_float(float x, double t) {
    for (int c = 0; c < 4; c++) {
        for (int tiny = 0; tiny < 2; tiny++) {
            ortl__rounded_test test =
                ortl__threshold_round((ortl_comparison)c, t, (ortl_tiny_rule)tiny, 0);
            ck_assert_msg(mode_holds(x, test) ==
                              trainer_holds((double)x, (ortl_comparison)c, t, (ortl_tiny_rule)tiny),
                          "x %a, comparison %d, t %a, tiny %d: mode %d, %a", (double)x, c, t, tiny,
                          (int)test.mode, test.threshold);
        }
    }
}

static void check_around(float x, double t) {
    check_float(x, t);
    check_float(nextafterf(x, INFINITY), t);
    check_float(nextafterf(x, -INFINITY), t);
    check_float(nextafterf(nextafterf(x, INFINITY), INFINITY), t);
    check_float(nextafterf(nextafterf(x, -INFINITY), -INFINITY), t);
}

static void check_threshold(double t) {
    static const float places[] = {0.0f,    -0.0f,    1e-35f, -1e-35f, FLT_MAX,  -FLT_MAX,
                                   FLT_MIN, -FLT_MIN, 1.0f,   -1.0f,   INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) check_around(places[i], t);
    check_around(ortl__float_below(t), t);
    check_around(ortl__float_above(t), t);
}

START_TEST(every_float_goes_where_the_trainer_sends_it) {
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++)
        check_threshold(thresholds[i]);
    for (int i = 0; i < 2000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double mantissa = (double)(int64_t)(state >> 11) / 9007199254740992.0 + 0.5;
        check_threshold(ldexp(i % 2 ? mantissa : -mantissa, (int)(state % 280) - 155));
    }
}
END_TEST

START_TEST(doubles_keep_their_threshold_but_near_zero) {
    const double tiny = (double)1e-35f;
    const double values[] = {
        0,   1e-36, -1e-36, tiny,   -tiny, nextafter(tiny, 1), nextafter(-tiny, -1),
        0.1, -0.1,  1e-300, -1e-300};
    const size_t n = sizeof values / sizeof *values;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (int c = 0; c < 4; c++)
                for (int rule = 0; rule < 2; rule++) {
                    ortl__rounded_test test = ortl__threshold_round((ortl_comparison)c, values[i],
                                                                    (ortl_tiny_rule)rule, 1);
                    ck_assert_int_eq(mode_holds_double(values[k], test),
                                     trainer_holds(values[k], (ortl_comparison)c, values[i],
                                                   (ortl_tiny_rule)rule));
                    if (fabs(values[i]) > 1e-30 || rule == 0)
                        ck_assert_double_eq(test.threshold, values[i]);
                }
}
END_TEST

START_TEST(a_comparison_stays_what_it_is) {
    /* `<` becomes `<=` nowhere but between 0 and its neighbours, and there without denormals. */
    ck_assert_int_eq(ortl__threshold_round(ORTL_LESS, 0.1, ORTL_TINY_PLAIN, 0).mode, ORTL__MODE_LT);
    ck_assert_int_eq(ortl__threshold_round(ORTL_LESS, 0.0, ORTL_TINY_PLAIN, 0).mode, ORTL__MODE_LT);
    ck_assert_int_eq(ortl__threshold_round(ORTL_LESS, 1e-44, ORTL_TINY_PLAIN, 0).mode,
                     ORTL__MODE_LT);
    ortl__rounded_test below = ortl__threshold_round(ORTL_LESS_EQUAL, -1e-60, ORTL_TINY_PLAIN, 0);
    ck_assert_int_eq(below.mode, ORTL__MODE_LT);
    ck_assert_double_eq(below.threshold, 0);
    ortl__rounded_test above = ortl__threshold_round(ORTL_GREATER_EQUAL, 1e-60, ORTL_TINY_PLAIN, 0);
    ck_assert_int_eq(above.mode, ORTL__MODE_GT);
    ck_assert_double_eq(above.threshold, 0);
    ck_assert(!signbit(ortl__threshold_round(ORTL_LESS, -0.0, ORTL_TINY_PLAIN, 0).threshold));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("threshold");
    TCase *tcase = tcase_create("rounding");
    tcase_add_test(tcase, every_float_goes_where_the_trainer_sends_it);
    tcase_add_test(tcase, doubles_keep_their_threshold_but_near_zero);
    tcase_add_test(tcase, a_comparison_stays_what_it_is);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
