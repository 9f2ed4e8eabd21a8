/*
 * The cursor over wire bytes, the element streams, and the names' trie.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "../onnx/elements.h"
#include "../onnx/names.h"
#include "../onnx/wire.h"
#include "../runtime/status.h"
#include "wire_builder.h"

static ortl__memory memory;
static ortl_limits limits;
static ortl_error error;
static wire_builder bytes;
static ortl__source *source;
static ortl__wire wire;
static ortl__wire_field field;

static void begin(void) {
    memset(&limits, 0, sizeof limits);
    ortl__limits_fill(&limits);
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
}

static void end(void) {
    ortl__source_close(source);
    source = NULL;
    wire_free(&bytes);
    ck_assert_uint_eq(memory.used, 0);
}

/* A cursor over what was built. */
static void start(void) {
    ck_assert_int_eq(
        ortl__source_memory(&memory, bytes.bytes, bytes.n_bytes, &limits, &source, &error),
        ORTL_OK);
    ortl__wire_init(&wire, source, &limits);
}

static ortl_status next(void) {
    return ortl__wire_next(&wire, &field, &error);
}

static void expect_field(uint32_t number, ortl__wire_type type) {
    ck_assert_int_eq(next(), ORTL_OK);
    ck_assert_uint_eq(field.number, number);
    if (number != 0) ck_assert_int_eq(field.type, type);
}

START_TEST(fields_of_all_types) {
    wire_int(&bytes, 1, -1);
    wire_float(&bytes, 2, 1.5f);
    wire_double(&bytes, 3, -2.5);
    wire_text(&bytes, 536870911, "text");
    start();
    expect_field(1, ORTL__WIRE_VARINT);
    ck_assert_uint_eq(field.value, UINT64_MAX);
    expect_field(2, ORTL__WIRE_FIXED32);
    ck_assert_uint_eq(field.value, wire_float_bits(1.5f));
    expect_field(3, ORTL__WIRE_FIXED64);
    ck_assert_uint_eq(field.value, wire_double_bits(-2.5));
    expect_field(536870911, ORTL__WIRE_LENGTH);
    ck_assert_uint_eq(field.n_bytes, 4);
    ck_assert_mem_eq(bytes.bytes + field.begin, "text", 4);
    expect_field(0, ORTL__WIRE_VARINT);
    expect_field(0, ORTL__WIRE_VARINT);
}
END_TEST

START_TEST(varints_of_every_length) {
    for (int shift = 0; shift < 64; shift++) wire_int(&bytes, 1, (int64_t)(UINT64_C(1) << shift));
    start();
    for (int shift = 0; shift < 64; shift++) {
        expect_field(1, ORTL__WIRE_VARINT);
        ck_assert_uint_eq(field.value, UINT64_C(1) << shift);
    }
}
END_TEST

/* Bytes that are no message, and why. */
static const struct {
    const char *bytes;
    size_t n_bytes;
    const char *message;
} bad[] = {
    {"\x08", 1, "byte 0: the message ends inside a field"},
    {"\x08\x80", 2, "byte 0: the message ends inside a field"},
    {"\x80", 1, "byte 0: the message ends inside a field"},
    {"\x08\x01\x0d\x01\x02\x03", 6, "byte 2: the message ends inside a field"},
    {"\x09\x01\x02\x03\x04\x05\x06\x07", 8, "byte 0: the message ends inside a field"},
    {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12,
     "byte 0: a varint is longer than 10 bytes"},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", 12,
     "byte 0: a varint is longer than 10 bytes"},
    {"\x00\x01", 2, "byte 0: field number 0 is not allowed"},
    {"\x80\x80\x80\x80\x10\x01", 6, "byte 0: field number 536870912 is not allowed"},
    {"\x0e\x01", 2, "byte 0: field 1 has wire type 6"},
    {"\x0f\x01", 2, "byte 0: field 1 has wire type 7"},
    {"\x0a\x02\x01", 3, "byte 0: field 1 has 2 bytes, but its message only 1 more"},
    {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
     "byte 0: field 1 has 18446744073709551615 bytes, but its message only 0 more"},
    {"\x0c", 1, "byte 0: a group ends that never began"},
    {"\x0b\x08\x01", 3, "byte 0: the message ends inside a field"},
    {"\x0b\x14", 2, "byte 0: group 1 ends as group 2"},
};

START_TEST(bad_bytes_are_refused) {
    wire_bytes(&bytes, bad[_i].bytes, bad[_i].n_bytes);
    start();
    ortl_status status = ORTL_OK;
    do status = next();
    while (status == ORTL_OK && field.number != 0);
    ck_assert_int_eq(status, ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, bad[_i].message);
}
END_TEST

START_TEST(groups_are_passed_over) {
    wire_tag(&bytes, 9, WIRE_GROUP);
    wire_int(&bytes, 1, 5);
    wire_tag(&bytes, 2, WIRE_GROUP);
    wire_text(&bytes, 3, "inside");
    wire_tag(&bytes, 2, WIRE_GROUP_END);
    wire_tag(&bytes, 9, WIRE_GROUP_END);
    wire_int(&bytes, 4, 7);
    start();
    expect_field(4, ORTL__WIRE_VARINT);
    ck_assert_uint_eq(field.value, 7);
    expect_field(0, ORTL__WIRE_VARINT);
}
END_TEST

/* Reads groups that nest `depth` deep. */
static ortl_status read_groups(uint64_t depth) {
    for (uint64_t i = 0; i < depth; i++) wire_tag(&bytes, 1, WIRE_GROUP);
    for (uint64_t i = 0; i < depth; i++) wire_tag(&bytes, 1, WIRE_GROUP_END);
    start();
    return next();
}

START_TEST(groups_nest_up_to_the_limit) {
    ck_assert_int_eq(read_groups(31), ORTL_OK);
}
END_TEST

START_TEST(groups_beyond_the_limit_are_refused) {
    ck_assert_int_eq(read_groups(32), ORTL_LIMIT);
    ck_assert_str_eq(error.message,
                     "limit nesting (depth of nested messages) exceeded: 32 allowed, 33 needed");
}
END_TEST

START_TEST(messages_nest_up_to_the_limit) {
    ortl__wire inner;
    limits.nesting = 3;
    for (int i = 0; i < 4; i++) {
        wire_builder outer = {0};
        wire_message(&outer, 1, &bytes);
        bytes = outer;
    }
    start();
    for (int i = 0; i < 2; i++) {
        expect_field(1, ORTL__WIRE_LENGTH);
        ck_assert_int_eq(ortl__wire_enter(&wire, &field, &inner, &error), ORTL_OK);
        wire = inner;
    }
    expect_field(1, ORTL__WIRE_LENGTH);
    ck_assert_int_eq(ortl__wire_enter(&wire, &field, &inner, &error), ORTL_LIMIT);
}
END_TEST

START_TEST(a_message_ends_where_its_length_says) {
    ortl__wire inner;
    wire_blob(&bytes, 1, "\x08", 1); /* a tag whose value lies outside */
    wire_varint(&bytes, 5);
    start();
    expect_field(1, ORTL__WIRE_LENGTH);
    ck_assert_int_eq(ortl__wire_enter(&wire, &field, &inner, &error), ORTL_OK);
    ck_assert_int_eq(ortl__wire_next(&inner, &field, &error), ORTL_BAD_MODEL);
}
END_TEST

START_TEST(only_length_fields_are_entered) {
    ortl__wire inner;
    wire_int(&bytes, 1, 5);
    start();
    expect_field(1, ORTL__WIRE_VARINT);
    ck_assert_int_eq(ortl__wire_enter(&wire, &field, &inner, &error), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, "byte 0: field 1 has wire type 0 instead of 2");
}
END_TEST

/* ---- Elements -------------------------------------------------------------------------------- */

#define MOST_VALUES 2000

typedef struct int_list {
    ortl__element_sink sink;
    int64_t values[MOST_VALUES];
    size_t n;
    uint64_t expected; /* what expect said, all calls together */
} int_list;

static ortl_status note_expected(ortl__element_sink *sink, uint64_t n_at_most, ortl_error *e) {
    (void)e;
    ((int_list *)sink)->expected += n_at_most;
    return ORTL_OK;
}

static ortl_status keep_ints(ortl__element_sink *sink, const void *values, size_t n,
                             ortl_error *e) {
    int_list *list = (int_list *)sink;
    (void)e;
    ck_assert_uint_le(n, ORTL__CHUNK_ELEMENTS);
    ck_assert_uint_le(list->n + n, MOST_VALUES);
    memcpy(list->values + list->n, values, n * sizeof *list->values);
    list->n += n;
    return ORTL_OK;
}

/* Reads all ints of field 8 from a file of these bytes through a small window. */
static void read_ints_through(size_t window_bytes, int_list *list) {
    char path[] = "test_wire_XXXXXX";
    int file = mkstemp(path);
    FILE *stream = fdopen(file, "wb");
    ck_assert_uint_eq(fwrite(bytes.bytes, 1, bytes.n_bytes, stream), bytes.n_bytes);
    fclose(stream);
    ortl__source_close(source);
    ck_assert_int_eq(
        ortl__source_open_window(&memory, path, &limits, window_bytes, &source, &error), ORTL_OK);
    remove(path);
    ortl__wire_init(&wire, source, &limits);
    *list = (int_list){.sink = {note_expected, keep_ints}};
    while (next() == ORTL_OK && field.number != 0)
        if (field.number == 8)
            ck_assert_int_eq(
                ortl__elements_read(&wire, &field, ORTL__ELEMENT_INT, &list->sink, &error),
                ORTL_OK);
}

START_TEST(ints_are_the_same_in_every_spelling_and_window) {
    int64_t values[1000];
    int_list list;
    uint64_t state = 1;
    for (size_t i = 0; i < 1000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        values[i] = (int64_t)(state >> (state >> 58)); /* of every length */
    }
    for (int spelling = 0; spelling < WIRE_SPELLINGS; spelling++) {
        wire_free(&bytes);
        wire_text(&bytes, 1, "something else");
        wire_ints(&bytes, 8, values, 1000, spelling);
        wire_text(&bytes, 1, "something else");
        for (size_t window = 32; window < 20000; window = window * 3 / 2 + 1) {
            read_ints_through(window, &list);
            ck_assert_uint_eq(list.n, 1000);
            ck_assert_mem_eq(list.values, values, sizeof values);
            ck_assert_uint_ge(list.expected, 1000);
        }
    }
}
END_TEST

START_TEST(overlong_spellings_of_tags_and_values_count) {
    int_list list;
    wire_bytes(&bytes, "\x40\x05\xc0\x00\x86\x00\x40\x87\x80\x00", 10); /* 5, 6, 7 */
    read_ints_through(32, &list);
    ck_assert_uint_eq(list.n, 3);
    for (int i = 0; i < 3; i++) ck_assert_int_eq(list.values[i], 5 + i);
}
END_TEST

static ortl_status read_bad(ortl__element_kind kind) {
    int_list list = {.sink = {NULL, keep_ints}};
    start();
    ck_assert_int_eq(next(), ORTL_OK);
    return ortl__elements_read(&wire, &field, kind, &list.sink, &error);
}

START_TEST(packed_numbers_that_end_early_are_refused) {
    wire_blob(&bytes, 8, "\x01\x80", 2);
    wire_int(&bytes, 1, 1);
    ck_assert_int_eq(read_bad(ORTL__ELEMENT_INT), ORTL_BAD_MODEL);
}
END_TEST

START_TEST(packed_numbers_that_are_too_long_are_refused) {
    wire_blob(&bytes, 8, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    ck_assert_int_eq(read_bad(ORTL__ELEMENT_INT), ORTL_BAD_MODEL);
}
END_TEST

START_TEST(packed_floats_of_odd_length_are_refused) {
    wire_blob(&bytes, 7, "\x01\x02\x03\x04\x05", 5);
    ck_assert_int_eq(read_bad(ORTL__ELEMENT_FLOAT), ORTL_BAD_MODEL);
}
END_TEST

START_TEST(numbers_of_the_wrong_wire_type_are_refused) {
    wire_float(&bytes, 8, 1);
    ck_assert_int_eq(read_bad(ORTL__ELEMENT_INT), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, "byte 0: field 8 has wire type 5 instead of 0");
}
END_TEST

/* ---- Names ----------------------------------------------------------------------------------- */

START_TEST(names_keep_their_numbers) {
    static const char *texts[] = {"b", "", "a", "ab", "abc", "b\x80", "\xff", "\x01", "aB"};
    const size_t n_texts = sizeof texts / sizeof texts[0];
    ortl__names names;
    uint32_t number;
    int is_new;
    ortl__names_init(&names, &memory);
    ck_assert_uint_eq(ortl__names_find(&names, "a", 1), ORTL__NO_NAME);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < n_texts; i++) {
            ck_assert_int_eq(
                ortl__names_add(&names, texts[i], strlen(texts[i]), &number, &is_new, &error),
                ORTL_OK);
            ck_assert_uint_eq(number, i);
            ck_assert_int_eq(is_new, round == 0);
        }
    for (size_t i = 0; i < n_texts; i++)
        ck_assert_uint_eq(ortl__names_find(&names, texts[i], strlen(texts[i])), i);
    ck_assert_uint_eq(ortl__names_find(&names, "abcd", 4), ORTL__NO_NAME);
    ck_assert_uint_eq(ortl__names_find(&names, "c", 1), ORTL__NO_NAME);
    ortl__names_clear(&names);
    ck_assert_uint_eq(ortl__names_find(&names, "b", 1), ORTL__NO_NAME);
    ortl__names_free(&names);
}
END_TEST

START_TEST(many_names_are_found_again) {
    enum { N_NAMES = 20000 };
    ortl__names names;
    uint32_t number;
    int is_new;
    char(*texts)[8] = calloc(N_NAMES, sizeof *texts);
    ortl__names_init(&names, &memory);
    for (uint32_t i = 0; i < N_NAMES; i++) {
        snprintf(texts[i], sizeof texts[i], "%lx", (unsigned long)((i * 2654435761u) % 0xffffff1));
        ck_assert_int_eq(
            ortl__names_add(&names, texts[i], strlen(texts[i]), &number, &is_new, &error), ORTL_OK);
        ck_assert_int_eq(is_new, number == names.n_entries - 1);
    }
    for (uint32_t i = 0; i < N_NAMES; i++) {
        number = ortl__names_find(&names, texts[i], strlen(texts[i]));
        ck_assert_uint_lt(number, names.n_entries);
        ck_assert_str_eq(names.entries[number].text, texts[i]);
    }
    ck_assert_uint_gt(names.n_entries, N_NAMES / 2);
    ortl__names_free(&names);
    free(texts);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wire");
    TCase *tests = tcase_create("wire");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, fields_of_all_types);
    tcase_add_test(tests, varints_of_every_length);
    tcase_add_loop_test(tests, bad_bytes_are_refused, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tests, groups_are_passed_over);
    tcase_add_test(tests, groups_nest_up_to_the_limit);
    tcase_add_test(tests, groups_beyond_the_limit_are_refused);
    tcase_add_test(tests, messages_nest_up_to_the_limit);
    tcase_add_test(tests, a_message_ends_where_its_length_says);
    tcase_add_test(tests, only_length_fields_are_entered);
    tcase_add_test(tests, ints_are_the_same_in_every_spelling_and_window);
    tcase_add_test(tests, overlong_spellings_of_tags_and_values_count);
    tcase_add_test(tests, packed_numbers_that_end_early_are_refused);
    tcase_add_test(tests, packed_numbers_that_are_too_long_are_refused);
    tcase_add_test(tests, packed_floats_of_odd_length_are_refused);
    tcase_add_test(tests, numbers_of_the_wrong_wire_type_are_refused);
    tcase_add_test(tests, names_keep_their_numbers);
    tcase_add_test(tests, many_names_are_found_again);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
