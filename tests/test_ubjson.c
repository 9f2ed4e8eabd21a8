/*
 * UBJSON as a document: every type of number at its limits, counted and uncounted containers,
 * packed arrays, and every refusal with its byte offset.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "converters/document.h"

/* A literal with NUL bytes in it. */
#define BYTES(literal) literal, sizeof literal - 1

static ortl_error error;
static ortl__memory memory;
static ortl__document document;

static void open_bytes(const char *bytes, size_t n_bytes) {
    error = (ortl_error){ORTL_OK, ""};
    ortl__document_ubjson(&document, bytes, n_bytes, &error);
}

static void start(void) {
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
}

typedef struct number_case {
    const char *bytes;
    size_t n_bytes;
    double value;
    int is_integer;
} number_case;

static const number_case number_cases[] = {
    {BYTES("i\x7f"), 127, 1},
    {BYTES("i\x80"), -128, 1},
    {BYTES("U\xff"), 255, 1},
    {BYTES("I\x7f\xff"), 32767, 1},
    {BYTES("I\x80\x00"), -32768, 1},
    {BYTES("l\x7f\xff\xff\xff"), 2147483647, 1},
    {BYTES("l\xff\xff\xff\xfe"), -2, 1},
    {BYTES("L\x00\x00\x00\x01\x00\x00\x00\x00"), 4294967296.0, 1},
    {BYTES("L\x80\x00\x00\x00\x00\x00\x00\x00"), -9223372036854775808.0, 1},
    {BYTES("L\xff\xff\xff\xff\xff\xff\xff\xff"), -1, 1},
    {BYTES("d\x3d\xcc\xcc\xcd"), (double)0.1f, 0},
    {BYTES("d\x80\x00\x00\x01"), -0x1p-149, 0},
    {BYTES("D\x3f\xb9\x99\x99\x99\x99\x99\x9a"), 0.1, 0},
    {BYTES("NNd\x7f\x80\x00\x00"), INFINITY, 0},
    {BYTES("T"), 1, 1},
    {BYTES("F"), 0, 1},
};

START_TEST(numbers_have_their_types) {
    const number_case *c = &number_cases[_i];
    double value;
    open_bytes(c->bytes, c->n_bytes);
    value = c->is_integer ? (double)ortl__document_integer(&document)
                          : ortl__document_double(&document);
    ck_assert_msg(document.status == ORTL_OK, "%s", error.message);
    ck_assert_msg(value == c->value, "%.17g, not %.17g", value, c->value);
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
}
END_TEST

START_TEST(containers_have_counts_or_ends) {
    static const char bytes[] = "{"
                                "i\x01"
                                "a[i\x05NT"
                                "]"
                                "i\x01"
                                "b[#i\x02"
                                "Z{}"
                                "U\x01"
                                "c{#L\0\0\0\0\0\0\0\x01"
                                "i\x01"
                                "xSi\x02hi"
                                "i\x01"
                                "dCq"
                                "}";
    ortl__arena arena;
    ortl__token key;
    open_bytes(bytes, sizeof bytes - 1);
    ortl__arena_init(&arena, &memory);
    ck_assert(ortl__document_enter(&document, ORTL__TOKEN_OBJECT));
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "a"));
    ck_assert_uint_eq(ortl__document_count(&document), 2);
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "b"));
    ck_assert_uint_eq(ortl__document_count(&document), 2);
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "c"));
    ck_assert(ortl__document_enter(&document, ORTL__TOKEN_OBJECT));
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "x"));
    ck_assert_str_eq(ortl__document_text(&document, &arena), "hi");
    ck_assert(!ortl__document_key(&document, &key));
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "d"));
    ck_assert_str_eq(ortl__document_text(&document, &arena), "q");
    ck_assert(!ortl__document_key(&document, &key));
    ck_assert_msg(ortl__document_finish(&document) == ORTL_OK, "%s", error.message);
    ortl__arena_free(&arena);
}
END_TEST

START_TEST(packed_arrays_are_one_token) {
    ortl__floats floats = {NULL, 0, 0};
    ortl__integers integers = {NULL, 0, 0};
    open_bytes(BYTES("[$d#i\x02\x3f\x80\x00\x00\xc0\x00\x00\x00"));
    ortl__document_floats(&document, &memory, &floats);
    ck_assert(floats.n == 2 && floats.items[0] == 1 && floats.items[1] == -2);
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
    open_bytes(BYTES("[$U#i\x03\x01\x00\xff"));
    ortl__document_floats(&document, &memory, &floats);
    ck_assert(floats.n == 3 && floats.items[2] == 255);
    open_bytes(BYTES("[$l#i\x02\xff\xff\xff\xff\x00\x00\x00\x07"));
    ortl__document_integers(&document, &memory, &integers);
    ck_assert(integers.n == 2 && integers.items[0] == -1 && integers.items[1] == 7);
    open_bytes(BYTES("[$L#i\x01\x00\x00\x00\x00\x00\x00\x00\x09"));
    ck_assert_uint_eq(ortl__document_count(&document), 1);
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
    /* An empty one is like any other array. */
    open_bytes(BYTES("[$l#L\0\0\0\0\0\0\0\0"));
    ck_assert(ortl__document_enter(&document, ORTL__TOKEN_ARRAY));
    ck_assert(!ortl__document_item(&document));
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
    ortl__floats_free(&floats, &memory);
    ortl__integers_free(&integers, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

typedef struct refusal {
    const char *bytes;
    size_t n_bytes;
    const char *message;
} refusal;

static const refusal refusals[] = {
    {BYTES(""), "byte 0: the file ends within a value"},
    {BYTES("NN"), "byte 2: the file ends within a value"},
    {BYTES("I\x01"), "byte 1: the file ends within a number"},
    {BYTES("x"), "byte 0: \"x\" is no type of a value"},
    {BYTES("H"), "byte 0: \"H\" is no type of a value"},
    {BYTES("S"), "byte 1: expected a length"},
    {BYTES("Sd\0\0\0\0"), "byte 1: expected a length"},
    {BYTES("SL\0\0"), "byte 2: the file ends within a length"},
    {BYTES("Si\xff"), "byte 1: the length -1 is negative"},
    {BYTES("Si\x05"
           "abc"),
     "byte 0: 5 items do not fit into the 3 bytes that are left"},
    {BYTES("C"), "byte 0: 1 items do not fit into the 0 bytes that are left"},
    {BYTES("["), "byte 1: the file ends within an array"},
    {BYTES("{"), "byte 1: the file ends within an object"},
    {BYTES("{i\x01"
           "a"),
     "byte 4: the file ends within a value"},
    {BYTES("{x"), "byte 1: expected a length"},
    {BYTES("[#i\x03ZZ"), "byte 0: 3 items do not fit into the 2 bytes that are left"},
    {BYTES("{#i\x01"
           "ab"),
     "byte 0: 1 items do not fit into the 2 bytes that are left"},
    {BYTES("[#L\x7f\xff\xff\xff\xff\xff\xff\xffZ"),
     "byte 0: 9223372036854775807 items do not fit into the 1 bytes that are left"},
    {BYTES("[$d#i\x02\0\0\0\0\0\0\0"), "byte 0: 2 items do not fit into the 7 bytes that are left"},
    {BYTES("[$"), "byte 2: the file ends within an array"},
    {BYTES("[$d"), "byte 3: expected \"#\" behind the type of an array"},
    {BYTES("[$di\x01\0\0\0\0"), "byte 3: expected \"#\" behind the type of an array"},
    {BYTES("[$S#i\x01"), "byte 2: an array with items of type \"S\" only"},
    {BYTES("ZZ"), "byte 1: the file goes on behind its value"},
};

START_TEST(broken_bytes_are_refused) {
    const refusal *r = &refusals[_i];
    open_bytes(r->bytes, r->n_bytes);
    ortl__document_skip(&document);
    ck_assert_int_ne(ortl__document_finish(&document), ORTL_OK);
    ck_assert_str_eq(error.message, r->message);
}
END_TEST

START_TEST(depth_is_bounded) {
    char bytes[ORTL__DOCUMENT_DEPTH + 2];
    memset(bytes, '[', sizeof bytes);
    open_bytes(bytes, sizeof bytes);
    ortl__document_skip(&document);
    ck_assert_int_eq(document.status, ORTL_LIMIT);
    ck_assert_str_eq(error.message, "byte 256: more than 256 levels of nesting");
}
END_TEST

START_TEST(a_packed_array_holds_numbers_alone) {
    open_bytes(BYTES("[$i#i\x01\x05"));
    ck_assert(!ortl__document_enter(&document, ORTL__TOKEN_ARRAY));
    ck_assert_str_eq(error.message,
                     "byte 0: expected an array of objects or texts, found one of numbers");
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("ubjson");
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_add_loop_test(tests, numbers_have_their_types, 0,
                        sizeof number_cases / sizeof *number_cases);
    tcase_add_test(tests, containers_have_counts_or_ends);
    tcase_add_test(tests, packed_arrays_are_one_token);
    tcase_add_loop_test(tests, broken_bytes_are_refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, depth_is_bounded);
    tcase_add_test(tests, a_packed_array_holds_numbers_alone);
    Suite *suite = suite_create("ubjson");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
