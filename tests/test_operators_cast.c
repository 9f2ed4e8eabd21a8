/*
 * Cast: every pair of types, the values that do not fit, and texts. Expected values are
 * onnxruntime's on x86, which hold on every machine here.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../runtime/operators/real_text.h"
#include "operator_harness.h"

static harness h;

static void open_cast(ortl_type to) {
    harness_open(&h, "", "Cast", 19);
    harness_int(&h, "to", to);
}

static void close_harness(void) {
    harness_close(&h);
}

static const float reals[] = {NAN, INFINITY, -INFINITY, 1e30f, 2.9f, -2.9f, -0.0f, 2147483648.0f};

START_TEST(floats_become_integers_towards_zero) {
    open_cast(ORTL_INT32);
    harness_input(&h, ORTL_FLOAT, SHAPE(8), reals);
    harness_expect(&h, ORTL_INT32, SHAPE(8),
                   INT32S(INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, 2, -2, 0, INT32_MIN));
    close_harness();
    open_cast(ORTL_INT64);
    harness_input(&h, ORTL_FLOAT, SHAPE(8), reals);
    harness_expect(&h, ORTL_INT64, SHAPE(8),
                   INT64S(INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, 2, -2, 0, 2147483648));
    close_harness();
    open_cast(ORTL_INT32);
    harness_input(&h, ORTL_DOUBLE, SHAPE(4),
                  DOUBLES(2147483647.5, 2147483648.0, -2147483648.5, -2147483649.0));
    harness_expect(&h, ORTL_INT32, SHAPE(4), INT32S(INT32_MAX, INT32_MIN, INT32_MIN, INT32_MIN));
    close_harness();
    open_cast(ORTL_INT64);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(9223372036854774784.0, 0x1p63, -0x1p63));
    harness_expect(&h, ORTL_INT64, SHAPE(3), INT64S(9223372036854774784, INT64_MIN, INT64_MIN));
    close_harness();
}
END_TEST

START_TEST(what_is_not_zero_is_true) {
    open_cast(ORTL_BOOL);
    harness_input(&h, ORTL_FLOAT, SHAPE(8), reals);
    harness_expect(&h, ORTL_BOOL, SHAPE(8), BOOLS(1, 1, 1, 1, 1, 1, 0, 1));
    close_harness();
    open_cast(ORTL_BOOL);
    harness_input(&h, ORTL_INT64, SHAPE(3), INT64S(0, (int64_t)1 << 40, -1));
    harness_expect(&h, ORTL_BOOL, SHAPE(3), BOOLS(0, 1, 1));
    close_harness();
    open_cast(ORTL_DOUBLE);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(0, 1));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0, 1));
    close_harness();
}
END_TEST

START_TEST(integers_round_or_keep_their_low_bits) {
    const int64_t wide[] = {2147483648,       2147483653, -2147483649,
                            9007199254740993, INT64_MAX,  16777217};
    open_cast(ORTL_INT32);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), wide);
    harness_expect(&h, ORTL_INT32, SHAPE(2, 3),
                   INT32S(INT32_MIN, -2147483643, INT32_MAX, 1, -1, 16777217));
    close_harness();
    open_cast(ORTL_FLOAT);
    harness_input(&h, ORTL_INT64, SHAPE(6), wide);
    harness_expect(&h, ORTL_FLOAT, SHAPE(6),
                   FLOATS(2147483648.0f, 2147483648.0f, -2147483648.0f, 9007199254740992.0f,
                          0x1p63f, 16777216.0f));
    close_harness();
    open_cast(ORTL_INT64);
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(-5, INT32_MAX));
    harness_expect(&h, ORTL_INT64, SHAPE(2), INT64S(-5, INT32_MAX));
    close_harness();
    open_cast(ORTL_FLOAT);
    harness_input(&h, ORTL_DOUBLE, SHAPE(3), DOUBLES(0.1, 1e300, 1e-50));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3), FLOATS(0.1f, INFINITY, 0.0f));
    close_harness();
}
END_TEST

START_TEST(int16_goes_to_and_from_every_type) {
    const int16_t wanted[] = {2, -2, 0, 0, -1};
    open_cast(ORTL_INT16);
    harness_input(&h, ORTL_FLOAT, SHAPE(5), FLOATS(2.9f, -2.9f, NAN, 65536.0f, 65535.0f));
    harness_expect(&h, ORTL_INT16, SHAPE(5), wanted);
    close_harness();
    open_cast(ORTL_INT16);
    harness_texts(&h, SHAPE(5), TEXTS("2", "-2.5", "0", "65536", "65535"));
    harness_expect(&h, ORTL_INT16, SHAPE(5), wanted);
    close_harness();
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_INT16, SHAPE(5), wanted);
    harness_expect_texts(&h, SHAPE(5), TEXTS("2", "-2", "0", "0", "-1"));
    close_harness();
    open_cast(ORTL_BOOL);
    harness_input(&h, ORTL_INT16, SHAPE(5), wanted);
    harness_expect(&h, ORTL_BOOL, SHAPE(5), BOOLS(1, 1, 0, 0, 1));
    close_harness();
    open_cast(ORTL_DOUBLE);
    harness_input(&h, ORTL_INT16, SHAPE(5), wanted);
    harness_expect(&h, ORTL_DOUBLE, SHAPE(5), DOUBLES(2, -2, 0, 0, -1));
    close_harness();
}
END_TEST

START_TEST(the_same_type_is_an_alias) {
    open_cast(ORTL_FLOAT);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 4), reals);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 4), reals);
    ck_assert_int_eq(h.step.is_alias, 1);
    ck_assert_ptr_eq(h.outputs[0]->data, reals);
    close_harness();
    open_cast(ORTL_DOUBLE);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 4), NULL);
    harness_expect(&h, ORTL_DOUBLE, SHAPE(0, 4), NULL);
    ck_assert_int_eq(h.step.is_alias, 0);
    close_harness();
}
END_TEST

/* ---- Texts ----------------------------------------------------------------------------------- */

START_TEST(numbers_become_texts) {
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 4), reals);
    harness_expect_texts(
        &h, SHAPE(2, 4),
        TEXTS("NaN", "INF", "-INF", "1e+30", "2.9000001", "-2.9000001", "-0", "2.1474836e+09"));
    close_harness();
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0.1, 1.0 / 3));
    harness_expect_texts(&h, SHAPE(2), TEXTS("0.1", "0.33333333"));
    close_harness();
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_INT64, SHAPE(2), INT64S(INT64_MIN, 7));
    harness_expect_texts(&h, SHAPE(2), TEXTS("-9223372036854775808", "7"));
    close_harness();
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_INT32, SHAPE(2), INT32S(-1, 0));
    harness_expect_texts(&h, SHAPE(2), TEXTS("-1", "0"));
    close_harness();
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_BOOL, SHAPE(2), BOOLS(1, 0));
    harness_expect_texts(&h, SHAPE(2), TEXTS("1", "0"));
    close_harness();
}
END_TEST

START_TEST(reals_have_eight_exact_digits) {
    const struct {
        double value;
        const char *text;
    } cases[] = {{0.0, "0"},
                 {1.0, "1"},
                 {100.0, "100"},
                 {0.0001, "0.0001"},
                 {0.00001, "1e-05"},
                 {12345678.0, "12345678"},
                 {123456789.0, "1.2345679e+08"},
                 {99999999.5, "1e+08"},
                 {99999998.5, "99999998"}, /* half to even */
                 {99999997.5, "99999998"},
                 {1.5e20, "1.5e+20"},
                 {1e22, "1e+22"},
                 {DBL_MAX, "1.7976931e+308"},
                 {DBL_MIN, "2.2250739e-308"},
                 {0x1p-1074, "4.9406565e-324"},
                 {(double)0.4f, "0.40000001"},
                 {(double)1e-5f, "9.9999997e-06"},
                 {(double)FLT_MAX, "3.4028235e+38"},
                 {(double)0x1p-149f, "1.4012985e-45"},
                 {-1234.5, "-1234.5"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[ORTL__REAL_TEXT_CHARS + 1] = "";
        text[ortl__real_text(cases[i].value, text)] = '\0';
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(texts_become_numbers) {
    const char *const texts[] = {"1.5", " -2e3\t", "NaN", "-inf", "1e-50", "+7"};
    open_cast(ORTL_FLOAT);
    harness_texts(&h, SHAPE(2, 3), texts);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1.5f, -2000.0f, NAN, -INFINITY, 0, 7));
    close_harness();
    open_cast(ORTL_DOUBLE);
    harness_texts(&h, SHAPE(2), TEXTS("0.1", "1e-50"));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2), DOUBLES(0.1, 1e-50));
    close_harness();
    open_cast(ORTL_INT64);
    harness_texts(&h, SHAPE(4), TEXTS("7", " -007 ", "1.9", "3000000000"));
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(7, -7, 1, 3000000000));
    close_harness();
    open_cast(ORTL_INT32);
    harness_texts(&h, SHAPE(2), TEXTS("2.0", "3000000000"));
    harness_expect(&h, ORTL_INT32, SHAPE(2), INT32S(2, -1294967296));
    close_harness();
    open_cast(ORTL_BOOL);
    harness_texts(&h, SHAPE(3), TEXTS("0", "1", "-2"));
    harness_expect(&h, ORTL_BOOL, SHAPE(3), BOOLS(0, 1, 1));
    close_harness();
}
END_TEST

START_TEST(texts_that_are_no_numbers_are_refused) {
    const struct {
        ortl_type to;
        const char *text;
    } cases[] = {{ORTL_FLOAT, ""},      {ORTL_FLOAT, "abc"},   {ORTL_FLOAT, "12abc"},
                 {ORTL_FLOAT, "0x10"},  {ORTL_FLOAT, "1e400"}, {ORTL_DOUBLE, "-1e400"},
                 {ORTL_INT64, "nan"},   {ORTL_INT64, "1e3"},   {ORTL_INT64, "9223372036854775808"},
                 {ORTL_INT32, "1.5.2"}, {ORTL_BOOL, "true"},   {ORTL_FLOAT, "   "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_cast(cases[i].to);
        harness_texts(&h, SHAPE(2), TEXTS("1", cases[i].text));
        harness_expect_failure(&h, ORTL_BAD_INPUT, "element 1: \"");
        close_harness();
    }
}
END_TEST

START_TEST(a_run_out_of_memory_for_texts_says_so) {
    open_cast(ORTL_STRING);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(123));
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert_int_eq(harness_run(&h), ORTL_OK);
    ortl__memory none;
    ortl__arena texts;
    ortl__memory_init(&none, NULL, 0, "context_bytes");
    ortl__arena_init(&texts, &none);
    h.call.texts = &texts;
    ck_assert_int_eq(h.step.operator->run(&h.call, &h.error), ORTL_LIMIT);
    close_harness();
}
END_TEST

/* ---- The attribute --------------------------------------------------------------------------- */

START_TEST(versions_1_to_5_name_the_type) {
    harness_open(&h, "", "Cast", 5);
    harness_string(&h, "to", "INT64");
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(3.7f));
    harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(3));
    close_harness();
    harness_open(&h, "", "Cast", 1);
    harness_string(&h, "to", "INTEGER");
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(3.7f));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"INTEGER\", not an element type");
    close_harness();
    harness_open(&h, "", "Cast", 5);
    harness_int(&h, "to", ORTL_INT64);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), FLOATS(3.7f));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "attribute \"to\" is an integer, not a string");
    close_harness();
}
END_TEST

START_TEST(other_types_are_refused_by_name) {
    const struct {
        int64_t to;
        const char *text;
    } cases[] = {{10, "Cast to float16 is not supported"},
                 {2, "Cast to uint8 is"},
                 {16, "Cast to bfloat16 is"},
                 {14, "Cast to complex64 is"},
                 {-1, "Cast to an unknown type"},
                 {0, "Cast to an unknown type"},
                 {999, "Cast to an unknown type"},
                 {(int64_t)1 << 32, "Cast to an unknown"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        harness_open(&h, "", "Cast", 13);
        harness_int(&h, "to", cases[i].to);
        harness_input(&h, ORTL_FLOAT, SHAPE(1), reals);
        harness_expect_refused(&h, ORTL_UNSUPPORTED, cases[i].text);
        close_harness();
    }
    harness_open(&h, "", "Cast", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(1), reals);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"to\" is missing");
    close_harness();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_cast");
    TCase *tcase = tcase_create("cast");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, floats_become_integers_towards_zero);
    tcase_add_test(tcase, what_is_not_zero_is_true);
    tcase_add_test(tcase, integers_round_or_keep_their_low_bits);
    tcase_add_test(tcase, int16_goes_to_and_from_every_type);
    tcase_add_test(tcase, the_same_type_is_an_alias);
    tcase_add_test(tcase, numbers_become_texts);
    tcase_add_test(tcase, reals_have_eight_exact_digits);
    tcase_add_test(tcase, texts_become_numbers);
    tcase_add_test(tcase, texts_that_are_no_numbers_are_refused);
    tcase_add_test(tcase, a_run_out_of_memory_for_texts_says_so);
    tcase_add_test(tcase, versions_1_to_5_name_the_type);
    tcase_add_test(tcase, other_types_are_refused_by_name);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
