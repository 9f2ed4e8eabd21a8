/*
 * .npy files: those that NumPy wrote (tests/data/npy), round trips of each type, and headers and
 * lengths that lie.
 */
#include "../tools/npy.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ortl_error error;

/* ---- Files that NumPy wrote ------------------------------------------------------------------ */

static ortl_tensor read_recorded(const char *name) {
    char path[1024];
    ortl_tensor tensor;
    snprintf(path, sizeof path, "%s/npy/%s.npy", ORTL_TEST_DATA, name);
    ortl_status status = npy_read(path, &tensor, &error);
    if (status != ORTL_OK) ck_abort_msg("%s: %s", path, error.message);
    return tensor;
}

static void check_shape(const ortl_tensor *tensor, ortl_type type, size_t rank, int64_t first,
                        int64_t last) {
    ck_assert_int_eq(tensor->type, type);
    ck_assert_uint_eq(tensor->rank, rank);
    ck_assert_ptr_nonnull(tensor->data);
    if (rank == 0) return;
    ck_assert_int_eq(tensor->shape[0], first);
    ck_assert_int_eq(tensor->shape[rank - 1], last);
}

START_TEST(test_recorded_numbers) {
    static const double reals[] = {0.5, -1.25, 3, NAN, INFINITY, -0.0};
    static const int64_t small[] = {0, 1, -2, INT32_MAX, INT32_MIN, 77};
    static const int64_t wide[] = {0, 1, -2, INT64_MAX, INT64_MIN, 77};
    for (int is_big = 0; is_big < 2; is_big++) {
        ortl_tensor f4 = read_recorded(is_big ? "f4_big" : "f4");
        ortl_tensor f8 = read_recorded(is_big ? "f8_big" : "f8");
        ortl_tensor i4 = read_recorded(is_big ? "i4_big" : "i4");
        ortl_tensor i8 = read_recorded(is_big ? "i8_big" : "i8");
        check_shape(&f4, ORTL_FLOAT, 2, 2, 3);
        check_shape(&f8, ORTL_DOUBLE, 2, 2, 3);
        check_shape(&i4, ORTL_INT32, 2, 2, 3);
        check_shape(&i8, ORTL_INT64, 2, 2, 3);
        for (size_t i = 0; i < 6; i++) {
            double from_f4 = (double)((float *)f4.data)[i], from_f8 = ((double *)f8.data)[i];
            ck_assert(isnan(reals[i]) ? isnan(from_f4) : from_f4 == reals[i]);
            ck_assert(isnan(reals[i]) ? isnan(from_f8) : from_f8 == reals[i]);
            ck_assert_int_eq(signbit(from_f4) != 0, i == 1 || i == 5);
            ck_assert_int_eq(((int32_t *)i4.data)[i], small[i]);
            ck_assert_int_eq(((int64_t *)i8.data)[i], wide[i]);
        }
        npy_free(&f4);
        npy_free(&f8);
        npy_free(&i4);
        npy_free(&i8);
        ck_assert_ptr_null(f4.data);
        npy_free(&f4); /* once more does no harm */
    }
}
END_TEST

START_TEST(test_recorded_shapes) {
    ortl_tensor tensor = read_recorded("scalar");
    check_shape(&tensor, ORTL_DOUBLE, 0, 0, 0);
    ck_assert(*(double *)tensor.data == 2.5);
    npy_free(&tensor);

    tensor = read_recorded("empty");
    check_shape(&tensor, ORTL_FLOAT, 2, 0, 3);
    npy_free(&tensor);

    tensor = read_recorded("b1");
    check_shape(&tensor, ORTL_BOOL, 1, 3, 3);
    ck_assert_mem_eq(tensor.data, "\1\0\1", 3);
    npy_free(&tensor);

    tensor = read_recorded("fortran");
    check_shape(&tensor, ORTL_FLOAT, 3, 2, 4);
    for (int i = 0; i < 24; i++) ck_assert(((float *)tensor.data)[i] == (float)i);
    npy_free(&tensor);

    tensor = read_recorded("rank8");
    check_shape(&tensor, ORTL_INT32, 8, 2, 2);
    for (int i = 0; i < 256; i++) ck_assert_int_eq(((int32_t *)tensor.data)[i], i);
    npy_free(&tensor);

    for (int version = 2; version <= 3; version++) {
        tensor = read_recorded(version == 2 ? "version2" : "version3");
        check_shape(&tensor, ORTL_INT64, 1, 3, 3);
        for (int i = 0; i < 3; i++) ck_assert_int_eq(((int64_t *)tensor.data)[i], i);
        npy_free(&tensor);
    }
}
END_TEST

static void check_strings(ortl_tensor *tensor, const char *const *expected, size_t n_strings) {
    const ortl_string *strings = tensor->data;
    ck_assert_int_eq(tensor->type, ORTL_STRING);
    for (size_t i = 0; i < n_strings; i++) {
        ck_assert_uint_eq(strings[i].n_bytes, strlen(expected[i]));
        ck_assert_mem_eq(strings[i].data, expected[i], strings[i].n_bytes);
    }
    npy_free(tensor);
}

START_TEST(test_recorded_strings) {
    static const char *const texts[] = {"a", "gr\303\274\303\237e", "",
                                        "\xe6\x97\xa5\xe6\x9c\xac\xf0\x9d\x84\x9e"};
    static const char *const bytes[] = {"ab", "", "c"};
    ortl_tensor tensor = read_recorded("U");
    check_shape(&tensor, ORTL_STRING, 2, 2, 2);
    check_strings(&tensor, texts, 4);
    tensor = read_recorded("U_big");
    check_strings(&tensor, texts, 4);
    tensor = read_recorded("U_fortran");
    check_strings(&tensor, texts, 4);
    tensor = read_recorded("S");
    check_shape(&tensor, ORTL_STRING, 1, 3, 3);
    check_strings(&tensor, bytes, 3);
}
END_TEST

/* What we write again from a recorded file is that file, byte for byte. */
START_TEST(test_written_as_numpy_writes) {
    static const char *const names[] = {"f4", "f8",     "i4",    "i8",   "b1",
                                        "U",  "scalar", "empty", "rank8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024], recorded[4096], written[4096];
        ortl_tensor tensor = read_recorded(names[i]);
        FILE *stream = tmpfile();
        ck_assert_ptr_nonnull(stream);
        ck_assert_int_eq(npy_write_stream(stream, &tensor, &error), ORTL_OK);
        rewind(stream);
        size_t n_written = fread(written, 1, sizeof written, stream);
        fclose(stream);
        snprintf(path, sizeof path, "%s/npy/%s.npy", ORTL_TEST_DATA, names[i]);
        stream = fopen(path, "rb");
        ck_assert_ptr_nonnull(stream);
        size_t n_recorded = fread(recorded, 1, sizeof recorded, stream);
        fclose(stream);
        ck_assert_uint_eq(n_written, n_recorded);
        ck_assert_mem_eq(written, recorded, n_recorded);
        npy_free(&tensor);
    }
}
END_TEST

/* ---- Round trips ----------------------------------------------------------------------------- */

/* More data than one block of the writer. */
START_TEST(test_round_trip) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT32, ORTL_INT64, ORTL_BOOL};
    char path[] = "test_npy_XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    static unsigned char data[9 * 1001 * 8];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * i >> 3 & 0x7f);
    for (size_t i = 0; i < 5; i++) {
        ortl_tensor tensor = {NULL, types[i], 2, {9, 1001}, data, 0}, again;
        for (size_t j = 0; types[i] == ORTL_BOOL && j < sizeof data; j++) data[j] &= 1;
        ck_assert_int_eq(npy_write(path, &tensor, &error), ORTL_OK);
        ck_assert_int_eq(npy_read(path, &again, &error), ORTL_OK);
        check_shape(&again, types[i], 2, 9, 1001);
        ck_assert_mem_eq(again.data, data, 9 * 1001 * ortl_type_bytes(types[i]));
        npy_free(&again);
    }
    unlink(path);
}
END_TEST

/* Characters of each length in UTF-8, at the borders between them. */
START_TEST(test_round_trip_of_strings) {
    static const char *const texts[] = {"\x7f",
                                        "\xc2\x80",
                                        "\xdf\xbf",
                                        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf",
                                        "longest",
                                        "",
                                        "a"};
    enum { N_TEXTS = sizeof texts / sizeof *texts };
    ortl_string strings[N_TEXTS];
    for (size_t i = 0; i < N_TEXTS; i++) strings[i] = (ortl_string){texts[i], strlen(texts[i])};
    ortl_tensor tensor = {NULL, ORTL_STRING, 1, {N_TEXTS}, strings, 0}, again;
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(npy_write_stream(stream, &tensor, &error), ORTL_OK);
    uint64_t n_bytes = (uint64_t)ftell(stream);
    ck_assert_uint_eq(n_bytes, 128 + N_TEXTS * 7 * 4);
    rewind(stream);
    ck_assert_int_eq(npy_read_stream(stream, n_bytes, &again, &error), ORTL_OK);
    check_strings(&again, texts, N_TEXTS);
    fclose(stream);
}
END_TEST

START_TEST(test_strings_that_are_not_utf8) {
    static const char *const texts[] = {"\x80",
                                        "a\xc3",
                                        "\xc0\x80",
                                        "\xe0\x80\x80",
                                        "\xed\xa0\x80",
                                        "\xf4\x90\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xc3(",
                                        "\xff",
                                        "\xf0\x80\x80\x80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ortl_string strings[2] = {{"ok", 2}, {texts[i], strlen(texts[i])}};
        ortl_tensor tensor = {NULL, ORTL_STRING, 1, {2}, strings, 0};
        FILE *stream = tmpfile();
        ck_assert_ptr_nonnull(stream);
        ck_assert_int_eq(npy_write_stream(stream, &tensor, &error), ORTL_BAD_INPUT);
        ck_assert_ptr_nonnull(strstr(error.message, "element 1, byte "));
        fclose(stream);
    }
}
END_TEST

/* ---- Headers --------------------------------------------------------------------------------- */

/* A file of this header text and n_data bytes of data. */
static ortl_status read_made(const char *header, const void *data, size_t n_data,
                             ortl_tensor *tensor_out) {
    char bytes[2048] = "\x93NUMPY\x01\x00";
    size_t n_header = strlen(header);
    ck_assert_uint_le(10 + n_header + n_data, sizeof bytes);
    bytes[8] = (char)(n_header & 0xff);
    bytes[9] = (char)(n_header >> 8);
    memcpy(bytes + 10, header, n_header);
    if (n_data > 0) memcpy(bytes + 10 + n_header, data, n_data);
    FILE *stream = fmemopen(bytes, 10 + n_header + n_data, "rb");
    ck_assert_ptr_nonnull(stream);
    ortl_status status = npy_read_stream(stream, 10 + n_header + n_data, tensor_out, &error);
    fclose(stream);
    return status;
}

START_TEST(test_headers_that_are_right) {
    static const char *const headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}",
        "{'shape':(2,),'descr':'<f4','fortran_order':True,}",
        "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,)}\n",
        " { 'descr' : '<f4' , 'fortran_order' : True , 'shape' : (1,2,) , } \n\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        ortl_tensor tensor;
        ortl_status status = read_made(headers[i], "\0\0\x80?\0\0\0@", 8, &tensor);
        if (status != ORTL_OK) ck_abort_msg("%s: %s", headers[i], error.message);
        ck_assert(((float *)tensor.data)[0] == 1 && ((float *)tensor.data)[1] == 2);
        npy_free(&tensor);
    }
}
END_TEST

START_TEST(test_headers_that_are_wrong) {
#define REST  ", 'fortran_order': False, 'shape': (2,), }"
#define FRONT "{'descr': '<f4', 'fortran_order': False, 'shape': "
    static const struct {
        const char *header;
        ortl_status status;
        const char *message;
    } cases[] = {
        {"", ORTL_BAD_INPUT, "expected '{', found its end at byte 0"},
        {"x", ORTL_BAD_INPUT, "byte 0: expected '{', found 'x'"},
        {"{", ORTL_BAD_INPUT, "expected a quoted text, found its end"},
        {"{}", ORTL_BAD_INPUT, "no key 'descr'"},
        {"{'descr'", ORTL_BAD_INPUT, "expected ':'"},
        {"{'descr", ORTL_BAD_INPUT, "closing quotation mark"},
        {"{'descr': ", ORTL_BAD_INPUT, "a quoted text"},
        {"{'descr': 4" REST, ORTL_BAD_INPUT, "byte 10: expected a quoted text, found '4'"},
        {"{'descr': '<f4' 'shape': (2,)}", ORTL_BAD_INPUT, "expected ',' or '}'"},
        {"{'descr': '<f4', 'descr': '<f4'}", ORTL_BAD_INPUT, "second key 'descr'"},
        {"{'other': '<f4'}", ORTL_BAD_INPUT, "unknown key 'other'"},
        {"{'desc\x01': 1}", ORTL_BAD_INPUT, "unknown key 'desc\\x01'"},
        {"{'descr': '<f4', 'shape': (2,)}", ORTL_BAD_INPUT, "no key 'fortran_order'"},
        {"{'descr': '<f4', 'fortran_order': False}", ORTL_BAD_INPUT, "no key 'shape'"},
        {"{'descr': '<f4', 'fortran_order': 0}", ORTL_BAD_INPUT, "True or False"},
        {"{'descr': '<f4', 'fortran_order': Fals", ORTL_BAD_INPUT, "True or False"},
        {"{'descr': '<f2'" REST, ORTL_BAD_INPUT, "type '<f2' is not supported"},
        {"{'descr': '<c8'" REST, ORTL_BAD_INPUT, "'<c8'"},
        {"{'descr': '|O'" REST, ORTL_BAD_INPUT, "'|O'"},
        {"{'descr': 'f4'" REST, ORTL_BAD_INPUT, "'f4'"},
        {"{'descr': '|f4'" REST, ORTL_BAD_INPUT, "'|f4'"},
        {"{'descr': '<f'" REST, ORTL_BAD_INPUT, "'<f'"},
        {"{'descr': ''" REST, ORTL_BAD_INPUT, "''"},
        {"{'descr': '<f4 '" REST, ORTL_BAD_INPUT, "'<f4 '"},
        {"{'descr': '<U-1'" REST, ORTL_BAD_INPUT, "'<U-1'"},
        {"{'descr': '<U4294967297'" REST, ORTL_BAD_INPUT, "'<U4294967297'"},
        {"{'descr': '\x80"
         "f4'" REST,
         ORTL_BAD_INPUT, "'\\x80f4'"},
        {"{'descr': [('a', '<f4')]" REST, ORTL_BAD_INPUT, "structured arrays"},
        {FRONT "2}", ORTL_BAD_INPUT, "expected '(', found '2'"},
        {FRONT "(2)}", ORTL_BAD_INPUT, "expected ','"},
        {FRONT "(,)}", ORTL_BAD_INPUT, "an extent"},
        {FRONT "(-1,)}", ORTL_BAD_INPUT, "an extent from 0 to 2^62, found '-'"},
        {FRONT "(2L,)}", ORTL_BAD_INPUT, "expected ','"},
        {FRONT "(2, 3 4)}", ORTL_BAD_INPUT, "expected ','"},
        {FRONT "(2,", ORTL_BAD_INPUT, "found its end"},
        {FRONT "(4611686018427387905,)}", ORTL_BAD_INPUT, "an extent"},
        {FRONT "(99999999999999999999,)}", ORTL_BAD_INPUT, "an extent"},
        {FRONT "(4611686018427387904, 2)}", ORTL_BAD_INPUT, "more than 2^62 elements"},
        {FRONT "(4294967296, 4294967296)}", ORTL_BAD_INPUT, "more than 2^62 elements"},
        {FRONT "(1,1,1,1,1,1,1,1,2)}", ORTL_BAD_INPUT, "more than 8 axes"},
        {FRONT "(2,)} x", ORTL_BAD_INPUT, "expected its end, found 'x'"},
        {FRONT "(2,),,}", ORTL_BAD_INPUT, "a quoted text"},
        {FRONT "(3,)}", ORTL_BAD_INPUT,
         "expected 3 elements of 4 bytes behind the header, found 8"},
        {FRONT "(1,)}", ORTL_BAD_INPUT, "expected 1 elements of 4 bytes"},
        {FRONT "(0,)}", ORTL_BAD_INPUT, "expected 0 elements"},
        {FRONT "(4611686018427387904,)}", ORTL_BAD_INPUT, "found 8 bytes"},
        {FRONT "(4611686018427387904, 0)}", ORTL_BAD_INPUT, "expected 0 elements"},
        {"{'descr': '<U0'" REST, ORTL_BAD_INPUT, "elements of 0 bytes"},
        {"{'descr': '<U1', 'fortran_order': True, 'shape': (1, 2), }", ORTL_BAD_INPUT,
         "element 1, character 0: 0xd800 is no character"},
        {"{'descr': '>U2', 'fortran_order': False, 'shape': (1,), }", ORTL_BAD_INPUT,
         "element 0, character 0: 0x1000000 is no character"},
        {"{'descr': '|S4'" REST, ORTL_BAD_INPUT, "element 1, character 1: 0xd8 is no character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ortl_tensor tensor;
        ortl_status status = read_made(cases[i].header, "\1\0\0\0\0\xd8\0\0", 8, &tensor);
        if (status != cases[i].status || strstr(error.message, cases[i].message) == NULL)
            ck_abort_msg("%s: status %d, %s", cases[i].header, (int)status, error.message);
        ck_assert_ptr_null(tensor.data);
        ck_assert_int_eq(error.status, status);
    }
}
END_TEST

/* A shape that would ask for 2^62 texts of width 0 in a file without data. */
START_TEST(test_texts_of_width_zero) {
    ortl_tensor tensor;
    const char *endless =
        "{'descr': '<U0', 'fortran_order': False, 'shape': (4611686018427387904,)}";
    ck_assert_int_eq(read_made(endless, NULL, 0, &tensor), ORTL_BAD_INPUT);
    const char *none = "{'descr': '<U0', 'fortran_order': False, 'shape': (0,)}";
    ck_assert_int_eq(read_made(none, NULL, 0, &tensor), ORTL_OK);
    npy_free(&tensor);
}
END_TEST

/* Every shortened file is refused, in a block of its exact size. */
START_TEST(test_cut_off) {
    for (int version = 1; version <= 2; version++) {
        char path[1024], bytes[4096];
        snprintf(path, sizeof path, "%s/npy/%s.npy", ORTL_TEST_DATA,
                 version == 1 ? "U" : "version2");
        FILE *file = fopen(path, "rb");
        ck_assert_ptr_nonnull(file);
        size_t n_bytes = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        for (size_t n_left = 1; n_left < n_bytes; n_left++) {
            char *block = malloc(n_left);
            ck_assert_ptr_nonnull(block);
            memcpy(block, bytes, n_left);
            FILE *stream = fmemopen(block, n_left, "rb");
            ck_assert_ptr_nonnull(stream);
            ortl_tensor tensor;
            ck_assert_int_eq(npy_read_stream(stream, n_left, &tensor, &error), ORTL_BAD_INPUT);
            rewind(stream); /* a file that shrinks while it is read */
            ck_assert_int_eq(npy_read_stream(stream, n_bytes, &tensor, &error), ORTL_IO);
            fclose(stream);
            free(block);
        }
    }
}
END_TEST

START_TEST(test_starts_that_are_wrong) {
    static const struct {
        const char *bytes; /* (12) */
        ortl_status status;
        const char *message;
    } cases[] = {
        {"\x93NUMPX\x01\x00\x00\x00\x00\x00", ORTL_BAD_INPUT, "does not begin with"},
        {"\x93NUMPY\x00\x00\x00\x00\x00\x00", ORTL_BAD_INPUT, "version 0.0"},
        {"\x93NUMPY\x04\x00\x00\x00\x00\x00", ORTL_BAD_INPUT, "version 4.0"},
        {"\x93NUMPY\x01\x01\x00\x00\x00\x00", ORTL_BAD_INPUT, "version 1.1"},
        {"\x93NUMPY\x01\x00\x03\x00\x00\x00", ORTL_BAD_INPUT, "a header of 3 bytes, 2 are left"},
        {"\x93NUMPY\x01\x00\x00\x00\x00\x00", ORTL_BAD_INPUT, "found its end at byte 0"},
        {"\x93NUMPY\x02\x00\xff\xff\xff\xff", ORTL_BAD_INPUT, "a header of 4294967295 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[12];
        memcpy(bytes, cases[i].bytes, sizeof bytes);
        FILE *stream = fmemopen(bytes, sizeof bytes, "rb");
        ck_assert_ptr_nonnull(stream);
        ortl_tensor tensor;
        ortl_status status = npy_read_stream(stream, sizeof bytes, &tensor, &error);
        fclose(stream);
        ck_assert_int_eq(status, cases[i].status);
        ck_assert_ptr_nonnull(strstr(error.message, cases[i].message));
    }
}
END_TEST

START_TEST(test_files_that_cannot_be_read_or_written) {
    ortl_tensor tensor;
    ck_assert_int_eq(npy_read("does/not/exist.npy", &tensor, &error), ORTL_IO);
    ck_assert_ptr_null(tensor.data);
    ck_assert_int_eq(npy_read("/dev/null", &tensor, NULL), ORTL_BAD_INPUT);
    ck_assert_int_eq(npy_read(".", &tensor, &error), ORTL_IO);
    ck_assert_str_eq(error.message, "is a directory");
    ck_assert_ptr_null(tensor.data);
    float data[2000] = {0};
    tensor = (ortl_tensor){NULL, ORTL_FLOAT, 1, {2000}, data, 0};
    ck_assert_int_eq(npy_write("does/not/exist.npy", &tensor, &error), ORTL_IO);
    if (access("/dev/full", W_OK) == 0)
        ck_assert_int_eq(npy_write("/dev/full", &tensor, &error), ORTL_IO);
    tensor.type = ORTL_UNDEFINED;
    ck_assert_int_eq(npy_write("/dev/null", &tensor, &error), ORTL_UNSUPPORTED);
    tensor.type = ORTL_FLOAT;
    tensor.rank = 9;
    ck_assert_int_eq(npy_write("/dev/null", &tensor, &error), ORTL_BAD_ARGUMENT);
}
END_TEST

/* The longest header there is fits, and a header with another count of rows is as long. */
START_TEST(test_header_lengths) {
    char header[NPY_HEADER_BYTES];
    size_t n_bytes, n_bytes_again;
    int64_t shape[ORTL_MAX_RANK];
    for (size_t i = 0; i < ORTL_MAX_RANK; i++) shape[i] = INT64_MIN;
    ck_assert_int_eq(
        npy_header(ORTL_STRING, SIZE_MAX, ORTL_MAX_RANK, shape, header, &n_bytes, &error), ORTL_OK);
    ck_assert_uint_eq(n_bytes % 64, 0);
    ck_assert_uint_le(n_bytes, sizeof header);
    for (int64_t n_columns = 1; n_columns < INT64_MAX / 10; n_columns *= 10) {
        int64_t few[2] = {0, n_columns}, many[2] = {INT64_MAX, n_columns};
        npy_header(ORTL_FLOAT, 0, 2, few, header, &n_bytes, &error);
        npy_header(ORTL_FLOAT, 0, 2, many, header, &n_bytes_again, &error);
        ck_assert_uint_eq(n_bytes, n_bytes_again);
        ck_assert_int_eq(header[n_bytes - 1], '\n');
        ck_assert_uint_eq(10u + (unsigned char)header[8] + 256u * (unsigned char)header[9],
                          n_bytes);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("npy");
    TCase *tests = tcase_create("npy");
    tcase_add_test(tests, test_recorded_numbers);
    tcase_add_test(tests, test_recorded_shapes);
    tcase_add_test(tests, test_recorded_strings);
    tcase_add_test(tests, test_written_as_numpy_writes);
    tcase_add_test(tests, test_round_trip);
    tcase_add_test(tests, test_round_trip_of_strings);
    tcase_add_test(tests, test_strings_that_are_not_utf8);
    tcase_add_test(tests, test_headers_that_are_right);
    tcase_add_test(tests, test_headers_that_are_wrong);
    tcase_add_test(tests, test_texts_of_width_zero);
    tcase_add_test(tests, test_cut_off);
    tcase_add_test(tests, test_starts_that_are_wrong);
    tcase_add_test(tests, test_files_that_cannot_be_read_or_written);
    tcase_add_test(tests, test_header_lengths);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
