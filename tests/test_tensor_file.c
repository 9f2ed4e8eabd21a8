/*
 * Tensors in files: every type that is supported, and what is refused.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../runtime/ortlite.h"
#include "onnx_builder.h"

static ortl_stored_tensor *stored;
static ortl_tensor tensor;
static ortl_error error;

/* Reads the message from a file, and frees both. */
static ortl_status read_message(wire_builder *message, const ortl_options *options) {
    char path[] = "test_tensor_file_XXXXXX";
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, message->bytes, message->n_bytes), (ssize_t)message->n_bytes);
    close(file);
    wire_free(message);
    ortl_status status = ortl_tensor_read(path, options, &stored, &tensor, &error);
    unlink(path);
    return status;
}

static void expect_tensor(wire_builder *message, ortl_type type, int64_t n) {
    ck_assert_msg(read_message(message, NULL) == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(tensor.type, type);
    ck_assert_uint_eq(tensor.rank, 1);
    ck_assert_int_eq(tensor.shape[0], n);
    ck_assert_uint_eq(tensor.n_bytes, (size_t)n * ortl_type_bytes(type));
}

START_TEST(numbers_of_every_type) {
    const int64_t numbers[] = {-3, 300};
    const struct {
        int type;
        uint32_t field;
        const void *wanted;
    } cases[] = {{TYPE_INT64, 7, (const int64_t[]){-3, 300}},
                 {TYPE_INT32, 5, (const int32_t[]){-3, 300}},
                 {ORTL_INT16, 5, (const int16_t[]){-3, 300}},
                 {TYPE_BOOL, 5, "\1\1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire_builder message = {0};
        onnx_tensor_head(&message, "t", cases[i].type, 2);
        wire_ints_packed(&message, cases[i].field, numbers, 2);
        expect_tensor(&message, (ortl_type)cases[i].type, 2);
        ck_assert_str_eq(tensor.name, "t");
        ck_assert_mem_eq(tensor.data, cases[i].wanted, tensor.n_bytes);
        ortl_tensor_free(stored);
    }
    wire_builder doubles = {0};
    onnx_tensor_head(&doubles, NULL, TYPE_DOUBLE, 1);
    wire_double(&doubles, 10, 0.1);
    expect_tensor(&doubles, ORTL_DOUBLE, 1);
    ck_assert_str_eq(tensor.name, "");
    ck_assert(((const double *)tensor.data)[0] == 0.1);
    ortl_tensor_free(stored);
}
END_TEST

START_TEST(raw_floats_and_texts) {
    wire_builder raw = {0}, texts = {0}, scalar = {0};
    onnx_tensor_head(&raw, "raw", TYPE_FLOAT, 2);
    wire_blob(&raw, 9, "\0\0\200\077\0\0\0\300", 8); /* 1 and -2 */
    expect_tensor(&raw, ORTL_FLOAT, 2);
    ck_assert(((const float *)tensor.data)[0] == 1 && ((const float *)tensor.data)[1] == -2);
    ortl_tensor_free(stored);
    onnx_tensor_head(&texts, "texts", TYPE_STRING, 2);
    wire_text(&texts, 6, "\xc3\xa9");
    wire_blob(&texts, 6, "a\0b", 3);
    expect_tensor(&texts, ORTL_STRING, 2);
    const ortl_string *strings = tensor.data;
    ck_assert_uint_eq(strings[0].n_bytes, 2);
    ck_assert_mem_eq(strings[0].data, "\xc3\xa9", 2);
    ck_assert_uint_eq(strings[1].n_bytes, 3);
    ck_assert_mem_eq(strings[1].data, "a\0b", 3);
    ortl_tensor_free(stored);
    wire_int(&scalar, 2, TYPE_INT64);
    wire_int(&scalar, 7, 5);
    ck_assert_int_eq(read_message(&scalar, NULL), ORTL_OK);
    ck_assert_uint_eq(tensor.rank, 0);
    ck_assert_int_eq(((const int64_t *)tensor.data)[0], 5);
    ortl_tensor_free(stored);
}
END_TEST

/* The default of the memory limit suffices for the shortest elements that there are. */
START_TEST(many_short_texts_fit) {
    enum { N_TEXTS = 200000 };
    wire_builder texts = {0};
    onnx_tensor_head(&texts, "texts", TYPE_STRING, N_TEXTS);
    for (int i = 0; i < N_TEXTS; i++) wire_text(&texts, 6, "x");
    expect_tensor(&texts, ORTL_STRING, N_TEXTS);
    ortl_tensor_free(stored);
}
END_TEST

static void expect_refused(wire_builder *message, const ortl_options *options, ortl_status status,
                           const char *text) {
    stored = (ortl_stored_tensor *)&error;
    ck_assert_int_eq(read_message(message, options), status);
    ck_assert_ptr_null(stored);
    ck_assert_msg(strstr(error.message, text) != NULL, "\"%s\" is not in \"%s\"", text,
                  error.message);
}

START_TEST(what_is_refused) {
    wire_builder halves = {0}, few = {0}, none = {0}, large = {0};
    ortl_options options = ORTL_OPTIONS_INIT;
    onnx_tensor_head(&halves, "t", TYPE_FLOAT16, 1);
    wire_blob(&halves, 9, "\0\0", 2);
    expect_refused(&halves, NULL, ORTL_UNSUPPORTED, "a tensor of type float16 is not supported");
    onnx_tensor_head(&few, "t", TYPE_FLOAT, 3);
    wire_float(&few, 4, 1);
    expect_refused(&few, NULL, ORTL_BAD_MODEL, "its shape has 3 elements, its data have 1");
    wire_text(&none, 8, "t");
    expect_refused(&none, NULL, ORTL_BAD_MODEL, "element type 0");
    onnx_tensor_head(&large, "t", TYPE_FLOAT, 1000);
    for (int i = 0; i < 1000; i++) wire_float(&large, 4, 1);
    options.limits.memory_bytes = 3000;
    expect_refused(&large, &options, ORTL_LIMIT, "memory_bytes");
}
END_TEST

START_TEST(arguments_and_files_that_are_not_there) {
    ck_assert_int_eq(ortl_tensor_read(NULL, NULL, &stored, &tensor, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tensor_read("x", NULL, NULL, &tensor, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tensor_read("x", NULL, &stored, NULL, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_tensor_read("absent", NULL, &stored, &tensor, &error), ORTL_IO);
    ck_assert_ptr_null(stored);
    ortl_tensor_free(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tensor_file");
    TCase *tests = tcase_create("tensor_file");
    tcase_add_test(tests, numbers_of_every_type);
    tcase_add_test(tests, raw_floats_and_texts);
    tcase_add_test(tests, many_short_texts_fit);
    tcase_add_test(tests, what_is_refused);
    tcase_add_test(tests, arguments_and_files_that_are_not_there);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
