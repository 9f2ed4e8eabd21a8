/*
 * JSON as a document: tokens and their places, numbers that keep their text, escapes, depth, and
 * every refusal with its message.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "converters/document.h"

static ortl_error error;
static ortl__memory memory;
static ortl__document document;

/* Closes the document that was open before. */
static void open_text(const char *text) {
    ortl__document_close(&document);
    error = (ortl_error){ORTL_OK, ""};
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    ortl__document_json(&document, &memory, text, strlen(text), &error);
}

START_TEST(tokens_come_in_order) {
    static const ortl__token_kind kinds[] = {
        ORTL__TOKEN_OBJECT, ORTL__TOKEN_KEY,  ORTL__TOKEN_ARRAY, ORTL__TOKEN_TRUE,
        ORTL__TOKEN_FALSE,  ORTL__TOKEN_NULL, ORTL__TOKEN_END,   ORTL__TOKEN_KEY,
        ORTL__TOKEN_OBJECT, ORTL__TOKEN_END,  ORTL__TOKEN_KEY,   ORTL__TOKEN_TEXT,
        ORTL__TOKEN_END,    ORTL__TOKEN_NONE};
    static const size_t offsets[] = {1, 3, 7, 8, 13, 19, 0, 26, 30, 0, 33, 37};
    open_text(" { \"a\":[true,false,null], \"b\":{},\"c\":\"x\"}\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ortl__token token = ortl__document_next(&document);
        ck_assert_msg(token.kind == kinds[i], "token %zu is %d", i, (int)token.kind);
        if (token.kind != ORTL__TOKEN_END && token.kind != ORTL__TOKEN_NONE)
            ck_assert_msg(token.offset == offsets[i], "token %zu at %zu", i, token.offset);
    }
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
    ortl__document_close(&document);
}
END_TEST

START_TEST(values_are_skipped_and_returned_to) {
    ortl__token key;
    ortl__integers numbers = {NULL, 0, 0};
    size_t place;
    open_text(
        "{\"first\":[1,[2,{\"x\":[3]}],\"]}\"] , \"second\":[-7,0,true,9223372036854775807]}");
    ck_assert(ortl__document_enter(&document, ORTL__TOKEN_OBJECT));
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "first"));
    place = document.at;
    ck_assert_uint_eq(ortl__document_count(&document), 3);
    ck_assert(ortl__document_key(&document, &key) && ortl__token_is(&key, "second"));
    ortl__document_integers(&document, &memory, &numbers);
    ck_assert_uint_eq(numbers.n, 4);
    ck_assert(numbers.items[0] == -7 && numbers.items[2] == 1 && numbers.items[3] == INT64_MAX);
    ck_assert(!ortl__document_key(&document, &key));
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
    ortl__document_return(&document, place);
    ck_assert(ortl__document_enter(&document, ORTL__TOKEN_ARRAY));
    ck_assert(ortl__document_item(&document));
    ck_assert_int_eq(ortl__document_integer(&document), 1);
    ortl__integers_free(&numbers, &memory);
    ortl__document_close(&document);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* 1.00000017881393432617187499 lies just below the middle between two floats, and its nearest
 * double is the middle itself: by way of double it would become the float above. */
START_TEST(floats_are_read_from_their_text) {
    ortl__floats numbers = {NULL, 0, 0};
    open_text("[1.00000017881393432617187499, 1e-45, -0, 3E+38, 1e39, NaN, -Infinity, 16777217]");
    ortl__document_floats(&document, &memory, &numbers);
    ck_assert_msg(document.status == ORTL_OK, "%s", error.message);
    ck_assert_uint_eq(numbers.n, 8);
    ck_assert(numbers.items[0] == 0x1.000002p0f);
    ck_assert((float)1.00000017881393432617187499 == 0x1.000004p0f);
    ck_assert(numbers.items[1] == 0x1p-149f);
    ck_assert(numbers.items[2] == 0 && signbit(numbers.items[2]));
    ck_assert(numbers.items[3] == 3e38f && numbers.items[4] == INFINITY);
    ck_assert(isnan(numbers.items[5]) && numbers.items[6] == -INFINITY);
    ck_assert(numbers.items[7] == 16777216.0f);
    ortl__floats_free(&numbers, &memory);
    ortl__document_close(&document);
}
END_TEST

START_TEST(escapes_are_resolved) {
    ortl__arena arena;
    ortl__token key;
    open_text(
        "{\"l\\u0065ft\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\\u0041\"}");
    ortl__arena_init(&arena, &memory);
    ck_assert(ortl__document_enter(&document, ORTL__TOKEN_OBJECT));
    ck_assert(ortl__document_key(&document, &key));
    ck_assert(ortl__token_is(&key, "left") && !ortl__token_is(&key, "lef"));
    ck_assert_str_eq(ortl__document_text(&document, &arena),
                     "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                     "A");
    ortl__arena_free(&arena);
    ortl__document_close(&document);
}
END_TEST

START_TEST(depth_is_bounded) {
    char text[2 * ORTL__DOCUMENT_DEPTH + 3] = "";
    memset(text, '[', ORTL__DOCUMENT_DEPTH);
    memset(text + ORTL__DOCUMENT_DEPTH, ']', ORTL__DOCUMENT_DEPTH);
    open_text(text);
    ortl__document_skip(&document);
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
    memset(text, '[', ORTL__DOCUMENT_DEPTH + 1);
    open_text(text);
    ortl__document_skip(&document);
    ck_assert_int_eq(document.status, ORTL_LIMIT);
    ck_assert_str_eq(error.message, "line 1, column 257: more than 256 levels of nesting");
    ortl__document_close(&document);
}
END_TEST

/* Yajl gets the text in pieces: whatever stands on their borders comes out whole. Item i is i, a
 * word for a number, or a text of i / 4 characters, every other with an escape, in a filling of
 * blanks. */
enum { N_ITEMS = 3000 };

static size_t write_item(char *out, size_t i) {
    static const char *const words[] = {"NaN", "Infinity", "-Infinity", "null"};
    size_t n = 0, n_characters = i / 4;
    if (i % 3 == 0) return (size_t)sprintf(out, "%zu", i);
    if (i % 3 == 1) return (size_t)sprintf(out, "%s", words[i % 4]);
    out[n++] = '"';
    for (size_t j = 0; j < n_characters; j++) out[n++] = (char)('a' + (i + j) % 26);
    n += (size_t)sprintf(out + n, "%s\"", i % 2 ? "\\u0041" : "");
    return n;
}

static void check_item(size_t i, const ortl__token *token) {
    char wanted[2 * N_ITEMS];
    size_t n = write_item(wanted, i);
    if (i % 3 == 1 && i % 4 == 3) {
        ck_assert_int_eq(token->kind, ORTL__TOKEN_NULL);
    } else if (i % 3 < 2) {
        ck_assert_int_eq(token->kind, ORTL__TOKEN_NUMBER);
        ck_assert(token->n_bytes == n && memcmp(token->text, wanted, n) == 0);
        ck_assert(memcmp((const char *)document.bytes + token->offset, wanted, n) == 0);
    } else {
        ck_assert_int_eq(token->kind, ORTL__TOKEN_TEXT);
        if (i % 2) wanted[1 + i / 4] = 'A';
        ck_assert_uint_eq(token->n_bytes, i / 4 + i % 2);
        ck_assert(memcmp(token->text, wanted + 1, token->n_bytes) == 0);
    }
}

START_TEST(pieces_are_joined) {
    static char text[N_ITEMS * N_ITEMS / 4];
    for (size_t n_blanks = 0; n_blanks < 7; n_blanks++) {
        size_t n = 0;
        text[n++] = '[';
        for (size_t i = 0; i < N_ITEMS; i++) {
            if (i > 0) text[n++] = ',';
            for (size_t j = 0; j < n_blanks; j++) text[n++] = j % 2 ? ' ' : '\n';
            n += write_item(text + n, i);
        }
        text[n++] = ']';
        text[n] = '\0';
        open_text(text);
        ck_assert(ortl__document_enter(&document, ORTL__TOKEN_ARRAY));
        for (size_t i = 0; i < N_ITEMS; i++) {
            ck_assert_msg(ortl__document_item(&document), "item %zu: %s", i, error.message);
            ortl__token token = ortl__document_next(&document);
            check_item(i, &token);
        }
        ck_assert(!ortl__document_item(&document));
        ck_assert_int_eq(ortl__document_finish(&document), ORTL_OK);
        ortl__document_close(&document);
        ck_assert_uint_eq(memory.used, 0);
    }
}
END_TEST

/* The memory of the parser is for the longest text that is read, however it came about. */
START_TEST(long_tokens_are_refused) {
    enum { LONGEST = 1 << 20 };
    static char text[LONGEST + 100];
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "[1,\"\\n", 6);
    memcpy(text + LONGEST, "\"]", 3);
    open_text(text);
    ortl__document_skip(&document);
    ck_assert_msg(ortl__document_finish(&document) == ORTL_OK, "%s", error.message);
    ortl__document_close(&document);
    memcpy(text + LONGEST, "yyyyy\"]", 8);
    open_text(text);
    ortl__document_skip(&document);
    ck_assert_str_eq(error.message, "line 1, column 4: a text of more than 1048576 bytes");
    ortl__document_close(&document);
    memset(text, '1', sizeof text - 1);
    open_text(text);
    ortl__document_skip(&document);
    ck_assert_int_eq(document.status, ORTL_LIMIT);
    ck_assert_str_eq(error.message, "line 1, column 1025: a number of more than 1024 bytes");
    ortl__document_close(&document);
}
END_TEST

START_TEST(memory_may_be_short) {
    error = (ortl_error){ORTL_OK, ""};
    ortl__memory_init(&memory, NULL, 1000, "memory_bytes");
    ortl__document_json(&document, &memory, "[]", 2, &error);
    ortl__document_skip(&document);
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_LIMIT);
    ortl__document_close(&document);
    ortl__document_close(&document);
}
END_TEST

typedef struct refusal {
    const char *text;
    const char *message;
} refusal;

static const refusal refusals[] = {
    {"", "line 1, column 1: parse error: premature EOF"},
    {"[1,\n 2", "line 2, column 3: parse error: premature EOF"},
    {"[1 2]", "line 1, column 4: parse error: after array element, I expect ',' or ']'"},
    {"[1,]", "line 1, column 4: parse error: unallowed token at this point in JSON text"},
    {"[,1]", "line 1, column 3: parse error: unallowed token at this point in JSON text"},
    {"{\"a\":1,}", "line 1, column 8: parse error: invalid object key (must be a string)"},
    {"{\"a\" 1}",
     "line 1, column 6: parse error: object key and value must be separated by a colon (':')"},
    {"{\"a\":1]",
     "line 1, column 7: parse error: after key and value, inside map, I expect ',' or '}'"},
    {"{a:1}", "line 1, column 2: lexical error: invalid char in json text."},
    {"{NaN:1}", "line 1, column 2: parse error: invalid object key (must be a string)"},
    {"{\"a\":}", "line 1, column 6: parse error: unallowed token at this point in JSON text"},
    {"\"ab", "line 1, column 1: the text does not end"},
    {"\"a\nb\"", "line 1, column 1: lexical error: invalid character inside string."},
    {"\"a\\x\"", "line 1, column 1: lexical error: inside a string, '\\' occurs before a character "
                 "which it may not."},
    {"\"\\u12g4\"", "line 1, column 1: lexical error: invalid (non-hex) character occurs after "
                    "'\\u' inside string."},
    {"01", "line 1, column 2: parse error: trailing garbage"},
    {"-", "line 1, column 1: lexical error: malformed number, a digit is required after the minus "
          "sign."},
    {"1.",
     "line 1, column 1: lexical error: malformed number, a digit is required after the decimal "
     "point."},
    {"1.e5", "line 1, column 1: lexical error: malformed number, a digit is required after the "
             "decimal point."},
    {"1e+", "line 1, column 1: lexical error: malformed number, a digit is required after the "
            "exponent."},
    {"+1", "line 1, column 1: lexical error: invalid char in json text."},
    {"nul", "line 1, column 1: lexical error: invalid string in json text."},
    {"\xff", "line 1, column 1: lexical error: invalid char in json text."},
    {"[1NaN]", "line 1, column 3: parse error: after array element, I expect ',' or ']'"},
    {"[NaNInfinity]", "line 1, column 5: parse error: after array element, I expect ',' or ']'"},
    {"[-NaN]", "line 1, column 2: lexical error: malformed number, a digit is required after the "
               "minus sign."},
    {"[1]\n\nx", "line 3, column 1: parse error: trailing garbage"},
};

START_TEST(broken_text_is_refused) {
    const refusal *r = &refusals[_i];
    open_text(r->text);
    ortl__document_skip(&document);
    ck_assert_int_eq(ortl__document_finish(&document), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, r->message);
    ortl__document_close(&document);
}
END_TEST

START_TEST(unexpected_values_are_refused) {
    ortl__arena arena;
    open_text("[1]");
    ck_assert(!ortl__document_enter(&document, ORTL__TOKEN_OBJECT));
    ck_assert_str_eq(error.message, "line 1, column 1: expected an object, found an array");
    open_text("1.5");
    ck_assert_int_eq(ortl__document_integer(&document), 0);
    ck_assert_str_eq(error.message, "line 1, column 1: expected a whole number");
    open_text("9223372036854775808");
    ck_assert_int_eq(ortl__document_integer(&document), 0);
    ck_assert_str_eq(error.message, "line 1, column 1: the number does not fit 64 bits");
    open_text("\"1\"");
    ck_assert(ortl__document_float(&document) == 0);
    ck_assert_str_eq(error.message, "line 1, column 1: expected a number, found a text");
    open_text("\"a\\u0000b\"");
    ortl__arena_init(&arena, &memory);
    ck_assert_ptr_null(ortl__document_text(&document, &arena));
    ck_assert_str_eq(error.message, "line 1, column 1: the text has a NUL character");
    ortl__arena_free(&arena);
    /* The first failure stays. */
    ortl__document_fail(&document, 0, ORTL_LIMIT, "another");
    ck_assert_int_eq(document.status, ORTL_BAD_MODEL);
    ortl__document_close(&document);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("json");
    tcase_add_test(tests, tokens_come_in_order);
    tcase_add_test(tests, values_are_skipped_and_returned_to);
    tcase_add_test(tests, floats_are_read_from_their_text);
    tcase_add_test(tests, escapes_are_resolved);
    tcase_add_test(tests, depth_is_bounded);
    tcase_add_test(tests, pieces_are_joined);
    tcase_add_test(tests, long_tokens_are_refused);
    tcase_add_test(tests, memory_may_be_short);
    tcase_add_loop_test(tests, broken_text_is_refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, unexpected_values_are_refused);
    Suite *suite = suite_create("json");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
