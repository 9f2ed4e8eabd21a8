/*
 * What the cases of data/operators cannot say of single operators: which outputs are their inputs
 * under another name, the classes of ZipMap, a run without memory; and the reading and writing of
 * numbers and characters that some of them share.
 */
#include <check.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/operators/real_text.h"
#include "../runtime/operators/zipmap.h"
#include "../runtime/utf8.h"
#include "operator_harness.h"

#define ML "ai.onnx.ml"

static harness h;
static const float six[] = {0, 1, 2, 3, 4, 5};
static const int64_t keys[] = {3, 1, 2}, equal_keys[] = {3, 1, 3};
static const ortl_string text_keys[] = {{"b", 1}, {"a", 1}, {"ab", 2}};

/* ---- Aliases -----------------------------------------------------------------------------------
 */

static void open_operator(const char *domain, const char *name, int64_t version) {
    harness_open(&h, domain, name, version);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
}

START_TEST(a_cast_to_the_same_type_is_an_alias) {
    open_operator("", "Cast", 19);
    harness_int(&h, "to", ORTL_FLOAT);
    ck_assert_int_eq(harness_run(&h), ORTL_OK);
    ck_assert_int_eq(h.step.is_alias, 1);
    ck_assert_ptr_eq(h.outputs[0]->data, six);
    harness_close(&h);
    open_operator("", "Cast", 19);
    harness_int(&h, "to", ORTL_DOUBLE);
    ck_assert_int_eq(harness_run(&h), ORTL_OK);
    ck_assert_int_eq(h.step.is_alias, 0);
    harness_close(&h);
}
END_TEST

START_TEST(a_zipmap_is_an_alias_with_classes) {
    size_t n = 0;
    const int64_t *values = NULL;
    const ortl_string *texts = NULL;
    open_operator(ML, "ZipMap", 1);
    harness_attribute(&h, "classlabels_int64s", ORTL__ATTRIBUTE_INTS, 3, keys);
    ck_assert_int_eq(harness_load(&h), ORTL_OK);
    ck_assert(h.step.is_alias && h.step.is_row_wise && h.values[HARNESS_MAX].is_map);
    ck_assert_int_eq(ortl__zipmap_classes(&h.step, &n, &values, &texts), 1);
    ck_assert(n == 3 && values[0] == 3 && texts == NULL);
    harness_close(&h);
    open_operator(ML, "ZipMap", 1);
    harness_attribute(&h, "classlabels_strings", ORTL__ATTRIBUTE_STRINGS, 3, text_keys);
    ck_assert_int_eq(harness_load(&h), ORTL_OK);
    ck_assert_int_eq(ortl__zipmap_classes(&h.step, &n, &values, &texts), 1);
    ck_assert(n == 3 && values == NULL && texts[2].n_bytes == 2);
    harness_close(&h);
}
END_TEST

START_TEST(equal_keys_are_no_alias_and_identity_no_zipmap) {
    size_t n = 0;
    const int64_t *values = NULL;
    const ortl_string *texts = NULL;
    open_operator(ML, "ZipMap", 1);
    harness_attribute(&h, "classlabels_int64s", ORTL__ATTRIBUTE_INTS, 3, equal_keys);
    ck_assert_int_eq(harness_load(&h), ORTL_OK);
    ck_assert_int_eq(h.step.is_alias, 0);
    harness_close(&h);
    open_operator("", "Identity", 13);
    ck_assert_int_eq(harness_load(&h), ORTL_OK);
    ck_assert_int_eq(ortl__zipmap_classes(&h.step, &n, &values, &texts), 0);
    harness_close(&h);
}
END_TEST

/* ---- Texts ----------------------------------------------------------------------------------- */

START_TEST(a_run_out_of_memory_for_texts_says_so) {
    ortl__memory none;
    ortl__arena texts;
    open_operator("", "Cast", 19);
    harness_int(&h, "to", ORTL_STRING);
    ck_assert_int_eq(harness_run(&h), ORTL_OK);
    ortl__memory_init(&none, NULL, 0, "context_bytes");
    ortl__arena_init(&texts, &none);
    h.call.texts = &texts;
    ck_assert_int_eq(h.step.operator->run(&h.call, &h.error), ORTL_LIMIT);
    harness_close(&h);
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

START_TEST(only_well_formed_characters_are_read) {
    static const struct {
        const char *bytes;
        size_t n_bytes, n_used;
        uint32_t code;
    } cases[] = {{"a", 1, 1, 'a'},
                 {"\xc3\xa9", 2, 2, 0xe9},
                 {"\xe2\x82\xac", 3, 3, 0x20ac},
                 {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
                 {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
                 {"", 0, 0, 0},
                 {"\x80", 1, 0, 0},             /* begins in the middle */
                 {"\xc3", 1, 0, 0},             /* cut */
                 {"\xe2\x82", 2, 0, 0},         /* cut */
                 {"\xc3(", 2, 0, 0},            /* does not go on */
                 {"\xc0\x80", 2, 0, 0},         /* longer than needed */
                 {"\xe0\x9f\xbf", 3, 0, 0},     /* likewise */
                 {"\xf0\x8f\xbf\xbf", 4, 0, 0}, /* likewise */
                 {"\xed\xa0\x80", 3, 0, 0},     /* half of a pair of UTF-16 */
                 {"\xf4\x90\x80\x80", 4, 0, 0}, /* above Unicode */
                 {"\xf8\x80\x80\x80\x80", 5, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t code = 0;
        ck_assert_uint_eq(ortl__utf8_read(cases[i].bytes, cases[i].n_bytes, &code),
                          cases[i].n_used);
        ck_assert_uint_eq(code, cases[i].code);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operator_parts");
    TCase *parts = tcase_create("parts");
    suite_add_tcase(suite, parts);
    tcase_add_test(parts, a_cast_to_the_same_type_is_an_alias);
    tcase_add_test(parts, a_zipmap_is_an_alias_with_classes);
    tcase_add_test(parts, equal_keys_are_no_alias_and_identity_no_zipmap);
    tcase_add_test(parts, a_run_out_of_memory_for_texts_says_so);
    tcase_add_test(parts, reals_have_eight_exact_digits);
    tcase_add_test(parts, only_well_formed_characters_are_read);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
