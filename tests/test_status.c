/*
 * Statuses and messages: escaping, the bound of 200 characters, prefixes, limits.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/status.h"

START_TEST(every_status_has_its_sentence) {
    const char *texts[] = {
#define STATUS_SENTENCE(name, exit_code, sentence) sentence,
        ORTL_STATUS_MAP(STATUS_SENTENCE)
#undef STATUS_SENTENCE
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_str_eq(ortl_status_text((ortl_status)i), texts[i]);
    ck_assert_str_eq(ortl_status_text((ortl_status)99), "unknown status");
}
END_TEST

START_TEST(fail_formats_and_returns_the_status) {
    ortl_error error;
    ck_assert_int_eq(ortl__fail(&error, ORTL_BAD_INPUT, "row %d of \"%s\"", 7, "x"),
                     ORTL_BAD_INPUT);
    ck_assert_int_eq(error.status, ORTL_BAD_INPUT);
    ck_assert_str_eq(error.message, "row 7 of \"x\"");
    ck_assert_int_eq(ortl__fail(NULL, ORTL_IO, "unseen"), ORTL_IO);
}
END_TEST

START_TEST(bytes_outside_printable_ascii_are_escaped) {
    ortl_error error;
    ortl__fail(&error, ORTL_BAD_MODEL, "name \"%s\" %.*s", "a\n\x1b[31m\xc3\xa9\x7f~", 2, "bcd");
    ck_assert_str_eq(error.message, "name \"a\\x0a\\x1b[31m\\xc3\\xa9\\x7f~\" bc");
}
END_TEST

START_TEST(a_message_of_200_characters_is_whole) {
    ortl_error error;
    char text[402];
    memset(text, 'a', sizeof text);
    text[200] = '\0';
    ortl__fail(&error, ORTL_BAD_MODEL, "%s", text);
    ck_assert_str_eq(error.message, text);
}
END_TEST

START_TEST(a_longer_message_is_cut_at_200_characters) {
    ortl_error error;
    char text[5000];
    for (size_t n = 201; n < sizeof text; n += 97) {
        memset(text, 'a', n);
        text[n] = '\0';
        ortl__fail(&error, ORTL_BAD_MODEL, "%s", text);
        ck_assert_uint_eq(strlen(error.message), 200);
        ck_assert_str_eq(error.message + 196, "a...");
    }
}
END_TEST

START_TEST(no_escape_is_cut_in_two) {
    ortl_error error;
    char text[101];
    memset(text, 1, 100);
    text[100] = '\0';
    for (size_t n_plain = 0; n_plain < 4; n_plain++) {
        ortl__fail(&error, ORTL_BAD_MODEL, "%.*s%s", (int)n_plain, "xxx", text);
        size_t n_chars = strlen(error.message);
        ck_assert_uint_le(n_chars, 200);
        ck_assert_uint_eq((n_chars - n_plain - 3) % 4, 0);
        ck_assert_str_eq(error.message + n_chars - 7, "\\x01...");
    }
}
END_TEST

START_TEST(a_prefix_goes_in_front) {
    ortl_error error;
    ortl__fail(&error, ORTL_LIMIT, "a\nb");
    ck_assert_int_eq(ortl__fail_within(&error, "node %d (\"%s\"): ", 3, "\t"), ORTL_LIMIT);
    ck_assert_str_eq(error.message, "node 3 (\"\\x09\"): a\\x0ab");
    ck_assert_int_eq(error.status, ORTL_LIMIT);
    ck_assert_int_ne(ortl__fail_within(NULL, "unseen"), ORTL_OK);
}
END_TEST

START_TEST(a_prefix_keeps_the_bound) {
    ortl_error error;
    char text[1001];
    memset(text, 'a', 1000);
    text[1000] = '\0';
    ortl__fail(&error, ORTL_BAD_MODEL, "%s", text);
    for (int i = 0; i < 3; i++) ortl__fail_within(&error, "%s: ", text);
    ck_assert_uint_eq(strlen(error.message), 200);
    /* A message that the library did not store has no NUL for certain. */
    memset(error.message, 'b', sizeof error.message);
    ortl__fail_within(&error, "x: ");
    ck_assert_uint_eq(strlen(error.message), 200);
    ck_assert_int_eq(strncmp(error.message, "x: bbb", 6), 0);
}
END_TEST

START_TEST(a_limit_names_itself_and_both_numbers) {
    ortl_error error;
    ck_assert_int_eq(ortl__fail_limit(&error, "trees", 4, UINT64_MAX), ORTL_LIMIT);
    ck_assert_str_eq(error.message,
                     "limit trees (trees) exceeded: 4 allowed, 18446744073709551615 needed");
}
END_TEST

START_TEST(a_system_call_fails_with_words) {
    ortl_error error;
    ck_assert_int_eq(ortl__fail_errno(&error, ENOENT, "\"%s\" cannot be opened", "x"), ORTL_IO);
    ck_assert_str_eq(error.message, "\"x\" cannot be opened: no such file");
    ortl__fail_errno(&error, EACCES, "opening");
    ck_assert_str_eq(error.message, "opening: permission denied");
    ortl__fail_errno(&error, 9999, "opening");
    ck_assert_str_eq(error.message, "opening: errno 9999");
    ck_assert_int_eq(ortl__fail_errno(NULL, EIO, "unseen"), ORTL_IO);
}
END_TEST

START_TEST(zero_limits_become_defaults) {
    ortl_limits limits = {.trees = 5};
    ortl__limits_fill(&limits);
    ck_assert_uint_eq(limits.trees, 5);
    ck_assert_uint_eq(limits.nesting, 32);
    ck_assert_uint_eq(limits.model_bytes, (uint64_t)1 << 31);
    ck_assert_uint_eq(limits.memory_bytes, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("status");
    TCase *tests = tcase_create("status");
    tcase_add_test(tests, every_status_has_its_sentence);
    tcase_add_test(tests, fail_formats_and_returns_the_status);
    tcase_add_test(tests, bytes_outside_printable_ascii_are_escaped);
    tcase_add_test(tests, a_message_of_200_characters_is_whole);
    tcase_add_test(tests, a_longer_message_is_cut_at_200_characters);
    tcase_add_test(tests, no_escape_is_cut_in_two);
    tcase_add_test(tests, a_prefix_goes_in_front);
    tcase_add_test(tests, a_prefix_keeps_the_bound);
    tcase_add_test(tests, a_limit_names_itself_and_both_numbers);
    tcase_add_test(tests, a_system_call_fails_with_words);
    tcase_add_test(tests, zero_limits_become_defaults);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
