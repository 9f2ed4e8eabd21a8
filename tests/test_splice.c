/*
 * Metadata that is changed on the wire: every cut of a model, memory that runs out and disks that
 * are full end in an error, and the file stays; the limits hold for what is only looked at.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../onnx/splice.h"
#include "../runtime/status.h"
#include "fuzz/door.h"
#include "small_graph.h"

static const ortl__splice_change changes[] = {{{"key", 3}, {"another value", 13}},
                                              {{"empty", 5}, {NULL, 0}},
                                              {{"", 0}, {"no name", 7}},
                                              {{"new", 3}, {"", 0}}};
enum { N_CHANGES = sizeof changes / sizeof *changes };

static char directory[] = "/tmp/ortl_splice_XXXXXX";
static char from[sizeof directory + 8], to[sizeof directory + 8];
static wire_builder model;
static ortl_limits limits;
static ortl_error error;

static void write_file(size_t n_bytes) {
    FILE *file = fopen(from, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(model.bytes, 1, n_bytes, file), n_bytes);
    ck_assert_int_eq(fclose(file), 0);
}

static void begin(void) {
    static const char *const outputs[] = {"Y"};
    wire_builder graph = {0};
    memcpy(directory + sizeof directory - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(from, sizeof from, "%s/from", directory);
    snprintf(to, sizeof to, "%s/to", directory);
    memset(&limits, 0, sizeof limits);
    ortl__limits_fill(&limits);
    put_stump(&graph, "X", "Y", 0, 0.5f, 1, 2);
    model = finish_model(&graph, 3, outputs, 1);
    onnx_metadata(&model, "key", "value");
    onnx_metadata(&model, "empty", "");
    onnx_metadata(&model, "key", "again");
    onnx_metadata(&model, "", "");
    onnx_metadata(&model, "other", "stays");
    write_file(model.n_bytes);
}

static void end(void) {
    wire_free(&model);
    unlink(from);
    unlink(to);
    ck_assert_int_eq(rmdir(directory), 0);
}

static ortl_status splice_with(watched_memory *watched, const char *output) {
    ortl__memory memory;
    ortl_allocator allocator = watched_allocator(watched);
    ortl__memory_init(&memory, &allocator, UINT64_MAX, "memory_bytes");
    ortl_status status =
        ortl__splice_save(from, output, &memory, &limits, changes, N_CHANGES, &error);
    door_judge(status, &error);
    watched_require_empty(watched);
    return status;
}

static ortl_status splice(const char *output) {
    watched_memory plenty = {0};
    return splice_with(&plenty, output);
}

START_TEST(what_was_changed_is_read_again) {
    static const char *const wanted[] = {"key",   "another value", "",    "no name",
                                         "other", "stays",         "new", ""};
    ortl_session *session = NULL;
    ortl_string key, value;
    ck_assert_int_eq(splice(to), ORTL_OK);
    ck_assert_msg(ortl_open(to, NULL, &session, &error) == ORTL_OK, "%s", error.message);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(ortl_metadata(session, i, &key, NULL, &error), ORTL_OK);
        ck_assert_int_eq(ortl_metadata(session, i, NULL, &value, &error), ORTL_OK);
        ck_assert_str_eq(key.data, wanted[2 * i]);
        ck_assert_str_eq(value.data, wanted[2 * i + 1]);
    }
    ck_assert_int_eq(ortl_metadata(session, 4, NULL, NULL, &error), ORTL_BAD_ARGUMENT);
    ortl_close(session);
}
END_TEST

/* A cut between two fields is a model too. */
START_TEST(a_model_that_was_cut_off_is_refused) {
    size_t n_refused = 0;
    for (size_t n = 0; n < model.n_bytes; n++) {
        write_file(n);
        ortl_status status = splice(to);
        ck_assert(status == ORTL_OK || status == ORTL_BAD_MODEL);
        n_refused += status != ORTL_OK;
        ck_assert_int_eq(access(to, F_OK) == 0, status == ORTL_OK);
        unlink(to);
    }
    ck_assert_uint_gt(n_refused, model.n_bytes / 2);
}
END_TEST

START_TEST(memory_that_runs_out_leaves_no_file) {
    watched_memory plenty = {0};
    ck_assert_int_eq(splice_with(&plenty, to), ORTL_OK);
    for (uint64_t n = 1; n <= plenty.n_calls; n++) {
        watched_memory scarce = {.fails_at = n};
        unlink(to);
        ck_assert_int_eq(splice_with(&scarce, to), ORTL_NO_MEMORY);
        ck_assert_int_ne(access(to, F_OK), 0);
    }
}
END_TEST

START_TEST(full_disks_and_limits_are_told) {
    ck_assert_int_eq(splice("/dev/full"), ORTL_IO);
    limits.string_bytes = 4;
    ck_assert_int_eq(splice(to), ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "string_bytes"));
    ck_assert_int_ne(access(to, F_OK), 0);
}
END_TEST

/* Bytes that are no fields where the key should stand. */
START_TEST(a_broken_entry_is_refused) {
    wire_blob(&model, 14,
              "\x0a\x05"
              "abc",
              5);
    write_file(model.n_bytes);
    ck_assert_int_eq(splice(to), ORTL_BAD_MODEL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("splice");
    TCase *tests = tcase_create("files");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, what_was_changed_is_read_again);
    tcase_add_test(tests, a_model_that_was_cut_off_is_refused);
    tcase_add_test(tests, memory_that_runs_out_leaves_no_file);
    tcase_add_test(tests, full_disks_and_limits_are_told);
    tcase_add_test(tests, a_broken_entry_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
