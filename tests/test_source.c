/*
 * Where a model's bytes come from: files through a window, FIFOs, and what is refused.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "envelope_harness.h"

static harness h;
static wire_builder content;
static char path[32];

static void begin(void) {
    harness_begin(&h);
    signal(SIGPIPE, SIG_IGN); /* of a FIFO whose reader has gone */
    for (int i = 0; i < 300; i++) wire_varint(&content, (uint64_t)i);
}

static void end(void) {
    harness_end(&h);
    wire_free(&content);
}

static ortl_status open_window(size_t window_bytes) {
    return ortl__source_open_window(&h.memory, path, &h.limits, window_bytes, &h.source, &h.error);
}

START_TEST(bytes_are_the_same_through_every_window) {
    harness_write_file(&content, path);
    for (size_t window = 1; window < 600; window += 13) {
        ck_assert_int_eq(open_window(window), ORTL_OK);
        ck_assert_uint_eq(ortl__source_bytes(h.source), content.n_bytes);
        for (size_t at = 0; at < content.n_bytes; at += 7) {
            size_t wanted = content.n_bytes - at, n_there;
            unsigned char copy[1000];
            const unsigned char *there;
            if (wanted > ORTL__LOOK_BYTES) wanted = ORTL__LOOK_BYTES;
            ck_assert_int_eq(ortl__source_look(h.source, at, wanted, &there, &n_there, &h.error),
                             ORTL_OK);
            ck_assert_uint_ge(n_there, wanted);
            ck_assert_mem_eq(there, content.bytes + at, n_there);
            size_t n_rest = content.n_bytes - at;
            ck_assert_int_eq(ortl__source_read(h.source, at, n_rest, copy, &h.error), ORTL_OK);
            ck_assert_mem_eq(copy, content.bytes + at, n_rest);
        }
        ortl__source_close(h.source);
        h.source = NULL;
    }
    unlink(path);
}
END_TEST

START_TEST(a_file_that_shrinks_is_an_io_error) {
    unsigned char copy[1000];
    harness_write_file(&content, path);
    ck_assert_int_eq(open_window(64), ORTL_OK);
    ck_assert_int_eq(truncate(path, 100), 0);
    ck_assert_int_eq(ortl__source_read(h.source, 0, content.n_bytes, copy, &h.error), ORTL_IO);
    ck_assert_str_eq(h.error.message, "the model became shorter while it was read");
    unlink(path);
}
END_TEST

/* The same in the middle of a model. */
START_TEST(a_model_that_shrinks_is_an_io_error) {
    wire_builder model = {0};
    onnx_sample(&model, &(onnx_style){0});
    for (off_t n_left = (off_t)model.n_bytes - 1; n_left > 0; n_left -= 50) {
        harness_write_file(&model, path);
        ck_assert_int_eq(open_window(32), ORTL_OK);
        ck_assert_int_eq(truncate(path, n_left), 0);
        ck_assert_int_eq(harness_read(&h), ORTL_IO);
        ortl__graph_free(&h.graph);
        unlink(path);
    }
    wire_free(&model);
}
END_TEST

START_TEST(an_empty_file_has_no_bytes) {
    wire_builder nothing = {0};
    ck_assert_int_eq(harness_read_file(&h, &nothing, 64), ORTL_BAD_MODEL);
}
END_TEST

START_TEST(a_missing_file_is_an_io_error) {
    ck_assert_int_eq(
        ortl__source_open(&h.memory, "no/such/file.onnx", &h.limits, &h.source, &h.error), ORTL_IO);
    ck_assert_ptr_null(h.source);
    ck_assert_str_eq(h.error.message, "cannot be opened: no such file");
}
END_TEST

START_TEST(a_directory_is_refused) {
    ck_assert_int_eq(ortl__source_open(&h.memory, ".", &h.limits, &h.source, &h.error), ORTL_IO);
    ck_assert_str_eq(h.error.message, "is a directory, not a file");
}
END_TEST

START_TEST(a_device_is_refused) {
    ck_assert_int_eq(ortl__source_open(&h.memory, "/dev/zero", &h.limits, &h.source, &h.error),
                     ORTL_IO);
    ck_assert_str_eq(h.error.message, "is a device, not a file");
}
END_TEST

START_TEST(a_file_above_the_limit_is_refused_unread) {
    h.limits.model_bytes = content.n_bytes - 1;
    harness_write_file(&content, path);
    ck_assert_int_eq(open_window(64), ORTL_LIMIT);
    ck_assert_ptr_null(h.source);
    unlink(path);
}
END_TEST

/* ---- FIFOs ----------------------------------------------------------------------------------- */

typedef struct feeder {
    const wire_builder *bytes;
    size_t n_times; /* the bytes are written so often */
} feeder;

/* Writes into the FIFO in small pieces; stops quietly when the reader has gone. */
static void *feed(void *user) {
    const feeder *what = user;
    int file = open(path, O_WRONLY);
    for (size_t i = 0; i < what->n_times; i++)
        for (size_t at = 0; at < what->bytes->n_bytes; at += 100) {
            size_t n_bytes = what->bytes->n_bytes - at;
            if (write(file, what->bytes->bytes + at, n_bytes < 100 ? n_bytes : 100) < 0) break;
        }
    close(file);
    return NULL;
}

static ortl_status read_fifo(feeder *what) {
    pthread_t thread;
    strcpy(path, "test_source_fifo");
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, feed, what), 0);
    ortl_status status = ortl__source_open(&h.memory, path, &h.limits, &h.source, &h.error);
    pthread_join(thread, NULL);
    unlink(path);
    return status;
}

START_TEST(a_fifo_is_read_whole) {
    wire_builder model = {0};
    onnx_sample(&model, &(onnx_style){0});
    ck_assert_int_eq(read_fifo(&(feeder){&model, 1}), ORTL_OK);
    ck_assert_uint_eq(ortl__source_bytes(h.source), model.n_bytes);
    ck_assert_int_eq(harness_read(&h), ORTL_OK);
    ck_assert_uint_eq(h.graph.n_nodes, 2);
    wire_free(&model);
}
END_TEST

START_TEST(a_large_fifo_is_read_whole) {
    ck_assert_int_eq(read_fifo(&(feeder){&content, 1000}), ORTL_OK);
    ck_assert_uint_eq(ortl__source_bytes(h.source), 1000 * content.n_bytes);
    const unsigned char *there;
    size_t n_there;
    ck_assert_int_eq(
        ortl__source_look(h.source, 999 * content.n_bytes, 1, &there, &n_there, &h.error), ORTL_OK);
    ck_assert_uint_eq(n_there, content.n_bytes);
    ck_assert_mem_eq(there, content.bytes, content.n_bytes);
}
END_TEST

START_TEST(a_fifo_above_the_limit_is_refused) {
    h.limits.model_bytes = 5000;
    ck_assert_int_eq(read_fifo(&(feeder){&content, 100}), ORTL_LIMIT);
    ck_assert_ptr_null(h.source);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("source");
    TCase *tests = tcase_create("source");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, bytes_are_the_same_through_every_window);
    tcase_add_test(tests, a_file_that_shrinks_is_an_io_error);
    tcase_add_test(tests, a_model_that_shrinks_is_an_io_error);
    tcase_add_test(tests, an_empty_file_has_no_bytes);
    tcase_add_test(tests, a_missing_file_is_an_io_error);
    tcase_add_test(tests, a_directory_is_refused);
    tcase_add_test(tests, a_device_is_refused);
    tcase_add_test(tests, a_file_above_the_limit_is_refused_unread);
    tcase_add_test(tests, a_fifo_is_read_whole);
    tcase_add_test(tests, a_large_fifo_is_read_whole);
    tcase_add_test(tests, a_fifo_above_the_limit_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
