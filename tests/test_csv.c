/*
 * The CSV reader: RFC 4180's cases, each error, and random text against a naive splitter that has
 * the whole text at hand, cut into chunks of every size.
 */
#include "../tools/csv.h"
#include "random_numbers.h"

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Help ------------------------------------------------------------------------------------ */

/* A text that is delivered in chunks. */
typedef struct text_source {
    const char *text;
    size_t n_bytes;
    size_t at;
    size_t chunk_bytes;
    bool fails; /* at the end of the text */
} text_source;

static ptrdiff_t read_text(void *user, char *bytes_out, size_t n_bytes) {
    text_source *source = user;
    size_t n_left = source->n_bytes - source->at;
    size_t n_now = n_bytes < source->chunk_bytes ? n_bytes : source->chunk_bytes;
    if (n_now > n_left) n_now = n_left;
    if (n_left == 0 && source->fails) {
        errno = EIO;
        return -1;
    }
    memcpy(bytes_out, source->text + source->at, n_now);
    source->at += n_now;
    return (ptrdiff_t)n_now;
}

/* What reading gives, as one text: "LINE:field|field;" for each record, '!' and the message for a
 * failure. Grows as needed. */
typedef struct transcript {
    char *text; /* (capacity), n_bytes used */
    size_t n_bytes;
    size_t capacity;
} transcript;

static void append(transcript *out, const void *bytes, size_t n_bytes) {
    if (out->n_bytes + n_bytes + 1 > out->capacity) {
        out->capacity = 2 * (out->n_bytes + n_bytes + 1);
        out->text = realloc(out->text, out->capacity);
        if (out->text == NULL) ck_abort_msg("out of memory");
    }
    memcpy(out->text + out->n_bytes, bytes, n_bytes);
    out->n_bytes += n_bytes;
    out->text[out->n_bytes] = 0;
}

static void append_record(transcript *out, uint64_t line, const csv_field *fields,
                          size_t n_fields) {
    char number[32];
    int n = snprintf(number, sizeof number, "%llu:", (unsigned long long)line);
    append(out, number, (size_t)n);
    for (size_t i = 0; i < n_fields; i++) {
        append(out, fields[i].text, fields[i].n_bytes);
        append(out, i + 1 < n_fields ? "|" : ";", 1);
    }
}

/* Reads everything; ORTL_BAD_INPUT does not end it. */
static void read_all(const char *text, size_t n_bytes, size_t chunk_bytes,
                     const csv_options *options, transcript *out) {
    text_source source = {text, n_bytes, 0, chunk_bytes, false};
    csv_reader *reader;
    ortl_error error;
    csv_record record;
    out->n_bytes = 0;
    append(out, "", 0);
    if (csv_open(read_text, &source, options, &reader, &error) != ORTL_OK) ck_abort_msg("open");
    for (;;) {
        ortl_status status = csv_next(reader, &record, &error);
        if (status != ORTL_OK) {
            if (record.n_fields != 0 || record.fields != NULL) ck_abort_msg("fields of a failure");
            append(out, "!", 1);
            append(out, error.message, strlen(error.message));
            if (status == ORTL_BAD_INPUT) continue;
            if (csv_next(reader, &record, NULL) != status) ck_abort_msg("the failure is forgotten");
            break;
        }
        if (record.n_fields == 0) break;
        append_record(out, record.line, record.fields, record.n_fields);
    }
    csv_close(reader);
}

/* Reads text in chunks of many sizes and compares the transcript. */
static void check_bytes(const char *text, size_t n_bytes, const csv_options *options,
                        const char *expected, size_t n_expected) {
    static const size_t chunks[] = {1, 2, 3, 5, 8, 17, 4096, 1 << 20};
    transcript out = {NULL, 0, 0};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        read_all(text, n_bytes, chunks[i], options, &out);
        if (out.n_bytes != n_expected || memcmp(out.text, expected, n_expected) != 0)
            ck_abort_msg("chunks of %zu: %.300s gives %.300s, not %.300s", chunks[i], text,
                         out.text, expected);
    }
    free(out.text);
}

static void check_text(const char *text, const char *expected) {
    check_bytes(text, strlen(text), NULL, expected, strlen(expected));
}

/* ---- Cases ----------------------------------------------------------------------------------- */

START_TEST(test_records) {
    check_text("", "");
    check_text("a", "1:a;");
    check_text("a,b\nc,d\n", "1:a|b;2:c|d;");
    check_text("a,b\nc,d", "1:a|b;2:c|d;");
    check_text("a,b\r\nc,d\r\n", "1:a|b;2:c|d;");
    check_text("a,b\r\nc,d\r", "1:a|b;2:c|d;");
    check_text("a,\n,b\n,\n,,", "1:a|;2:|b;3:|;4:||;");
    check_text(" a , b ", "1: a | b ;");
    check_text("a\rb,c\n", "1:a\rb|c;");
    check_text("a,b\r\r\n", "1:a|b\r;");
}
END_TEST

START_TEST(test_quotes) {
    check_text("\"a\",\"b\"\n", "1:a|b;");
    check_text("\"a,b\",c\r\n", "1:a,b|c;");
    check_text("\"a\"\"b\",\"\"\"\",\"\"\n", "1:a\"b|\"|;");
    check_text("\"a\nb\r\nc\",d\ne,\"f\"", "1:a\nb\r\nc|d;4:e|f;");
    check_text("x,\"\"\"a\"\"\n\"\"b\"\"\"\ny,z\n", "1:x|\"a\"\n\"b\";3:y|z;");
    check_text("a\"b\"c,5\" pipe\nd,e\n", "1:a\"b\"c|5\" pipe;2:d|e;");
    check_text("a, \"b\nc\",d\n", "1:a| \"b;2:c\"|d;");
    check_text("\"\"\n", "1:;");
    check_text("\"a\"\r\n\"b\"\r", "1:a;2:b;");
}
END_TEST

START_TEST(test_byte_order_mark) {
    check_text("\xef\xbb\xbf"
               "a,b\n1,2\n",
               "1:a|b;2:1|2;");
    check_text("\xef\xbb\xbf\"a,b\"\n", "1:a,b;");
    check_text("\xef\xbb\xbf", "");
    check_text("\xef\xbb"
               "a\n",
               "1:\xef\xbb"
               "a;");
    check_text("a\n\xef\xbb\xbf"
               "b\n",
               "1:a;2:\xef\xbb\xbf"
               "b;");
    check_text("\xef\xbb\xbf\xef\xbb\xbf", "1:\xef\xbb\xbf;");
}
END_TEST

START_TEST(test_blank_lines) {
    check_text("\n", "");
    check_text("\r\n\r\n", "");
    check_text("\n\na,b\n\n1,2\n\r\n\n3,4\n\n", "3:a|b;5:1|2;8:3|4;");
    /* one column: a blank line is a missing value, but not before the first record */
    check_text("\na\n\n1\r\n\r\n2\n\n", "2:a;3:;4:1;5:;6:2;7:;");
    check_text("a\n\n", "1:a;2:;");
    check_text("a\n", "1:a;");
    csv_options one = {.n_columns = 1}, two = {.n_columns = 2};
    check_bytes("\n1\n\n", 4, &one, "1:;2:1;3:;", 10);
    check_bytes("a\n\nb\n", 5, &two, "1:a;3:b;", 8);
}
END_TEST

START_TEST(test_bytes_of_any_value) {
    check_bytes("a\0b,\0\n\"\0\0\",\xff\n", 13, NULL, "1:a\0b|\0;2:\0\0|\xff;", 15);
    char text[256 * 2], expected[600] = "1:";
    size_t n_text = 0, n_expected = 2;
    for (int byte = 0; byte < 256; byte++) {
        if (byte == '\n' || byte == ',') continue;
        text[n_text++] = (char)byte;
        text[n_text++] = ',';
        if (byte == '"') text[n_text - 2] = 'x'; /* alone it would open a quoted field */
        expected[n_expected++] = text[n_text - 2];
        expected[n_expected++] = '|';
    }
    expected[n_expected++] = ';';
    check_bytes(text, n_text, NULL, expected, n_expected);
}
END_TEST

START_TEST(test_delimiters) {
    csv_options options = {.delimiter = ';'};
    check_bytes("1,5;2\n\"a;b\";c\n", 14, &options, "1:1,5|2;2:a;b|c;", 16);
    options.delimiter = '\t';
    check_bytes("1,5\t2\n", 6, &options, "1:1,5|2;", 8);
    options.delimiter = (char)0xa7;
    check_bytes("a\xa7"
                "b\n\"c\"\xa7\n",
                8, &options, "1:a|b;2:c|;", 11);
    static const char refused[] = "\"\r\n";
    for (size_t i = 0; i < 3; i++) {
        csv_reader *reader;
        ortl_error error;
        options.delimiter = refused[i];
        ck_assert_int_eq(csv_open(read_text, NULL, &options, &reader, &error), ORTL_BAD_ARGUMENT);
        ck_assert_ptr_null(reader);
    }
}
END_TEST

/* ---- Errors ---------------------------------------------------------------------------------- */

#define NEVER_CLOSED "the quotation mark is never closed"
#define BEHIND                                                                                     \
    "text behind the closing quotation mark (a mark inside a quoted field must be doubled)"

static const char never_closed[] = NEVER_CLOSED;
static const char text_behind[] = BEHIND;

START_TEST(test_quoting_errors) {
    check_text("a,\"b", "!1: field 2: " NEVER_CLOSED);
    check_text("a\n\"", "1:a;!2: field 1: " NEVER_CLOSED);
    check_text("a,b\n1,\"b\nc,d\n", "1:a|b;!2: field 2: " NEVER_CLOSED);
    check_text("\"a\"\"", "!1: field 1: " NEVER_CLOSED);
    check_text("a,\"b\"c,d\ne,f\n", "!1: field 2: " BEHIND "2:e|f;");
    check_text("\"a\" ,b\n\"c\nd\"e\nf,g\n",
               "!1: field 1: " BEHIND "!2: field 1: " BEHIND "4:f|g;");
    check_text("\"a\"b\"c\nd,e\n", "!1: field 1: " BEHIND "2:d|e;");
}
END_TEST

START_TEST(test_long_lines) {
    csv_options options = {.max_line_bytes = 6};
#define LONG(line) "!" line ": limit csv_line_bytes exceeded: 6 allowed, at least 7 needed"
    check_bytes("abcdef\n", 7, &options, "1:abcdef;", 9);
    check_bytes("abcdef", 6, &options, "1:abcdef;", 9);
    check_bytes("abcd\r\n", 6, &options, "1:abcd;", 7);
    check_bytes("abcdefg\n", 8, &options, LONG("1"), strlen(LONG("1")));
    check_bytes("a\nabcdefg", 9, &options, "1:a;" LONG("2"), 4 + strlen(LONG("2")));
    check_bytes("\"abcd\"\n", 7, &options, "1:abcd;", 7);
    check_bytes("\"a\ncdef\"\n", 9, &options, LONG("1") " (is a quotation mark left open?)",
                strlen(LONG("1")) + 33);
    check_bytes("\"abc\"xyz\n", 9, &options, LONG("1"), strlen(LONG("1")));
    check_bytes("\xef\xbb\xbf"
                "abcdef\n",
                10, &options, "1:abcdef;", 9);
    options.max_line_bytes = SIZE_MAX;
    csv_reader *reader;
    ck_assert_int_eq(csv_open(read_text, NULL, &options, &reader, NULL), ORTL_BAD_ARGUMENT);
}
END_TEST

#define COLUMNS "limit csv_columns exceeded: 3 allowed, at least 4 needed"

START_TEST(test_many_columns) {
    csv_options options = {.max_columns = 3};
    check_bytes("a,b,c\n", 6, &options, "1:a|b|c;", 8);
    check_bytes("a\n\"b\",,,\n", 9, &options, "1:a;!2: " COLUMNS, 8 + strlen(COLUMNS));
    /* more than the reader has room for at first */
    enum { N_COLUMNS = 5000 };
    char text[2 * N_COLUMNS], expected[2 * N_COLUMNS + 3] = "1:";
    for (size_t i = 0; i < N_COLUMNS; i++) {
        text[2 * i] = expected[2 * i + 2] = (char)('a' + i % 26);
        text[2 * i + 1] = ',';
        expected[2 * i + 3] = '|';
    }
    text[2 * N_COLUMNS - 1] = '\n';
    expected[2 * N_COLUMNS + 1] = ';';
    check_bytes(text, sizeof text, NULL, expected, 2 * N_COLUMNS + 2);
}
END_TEST

START_TEST(test_reading_fails) {
    text_source source = {"a,b\n1,", 6, 0, 100, true};
    csv_reader *reader;
    ortl_error error;
    csv_record record;
    ck_assert_int_eq(csv_open(read_text, &source, NULL, &reader, &error), ORTL_OK);
    ck_assert_int_eq(csv_next(reader, &record, &error), ORTL_OK);
    ck_assert_uint_eq(record.n_fields, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(csv_next(reader, &record, &error), ORTL_IO);
        ck_assert_ptr_nonnull(strstr(error.message, "2: reading failed: "));
    }
    csv_close(reader);
    csv_close(NULL);
    int closed = -1;
    ck_assert_int_eq(csv_open(csv_read_descriptor, &closed, NULL, &reader, &error), ORTL_OK);
    ck_assert_int_eq(csv_next(reader, &record, &error), ORTL_IO);
    csv_close(reader);
}
END_TEST

START_TEST(test_descriptor) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "a,b\nc", 5), 5);
    close(ends[1]);
    csv_reader *reader;
    csv_record record;
    ck_assert_int_eq(csv_open(csv_read_descriptor, &ends[0], NULL, &reader, NULL), ORTL_OK);
    ck_assert_int_eq(csv_next(reader, &record, NULL), ORTL_OK);
    ck_assert_uint_eq(record.n_fields, 2);
    ck_assert_int_eq(csv_next(reader, &record, NULL), ORTL_OK);
    ck_assert_uint_eq(record.n_fields, 1);
    ck_assert_int_eq(csv_next(reader, &record, NULL), ORTL_OK);
    ck_assert_uint_eq(record.n_fields, 0);
    ck_assert_int_eq(csv_next(reader, &record, NULL), ORTL_OK); /* the end stays the end */
    ck_assert_uint_eq(record.n_fields, 0);
    csv_close(reader);
    close(ends[0]);
}
END_TEST

/* ---- Random text ----------------------------------------------------------------------------- */

#define NAIVE_FIELDS 64
#define NAIVE_BYTES  64

/* The naive splitter's record: one pass, one character after the other, each field copied. */
typedef struct naive_record {
    char storage[NAIVE_FIELDS][NAIVE_BYTES];
    csv_field fields[NAIVE_FIELDS]; /* (n_fields) into storage */
    size_t n_fields;
    const char *problem; /* NULL: none */
    size_t bad_field;
    enum { AT_START, PLAIN, QUOTED, CLOSED } state;
} naive_record;

static void begin_field(naive_record *record) {
    char *text = record->storage[record->n_fields];
    record->fields[record->n_fields++] = (csv_field){text, 0};
    record->state = AT_START;
}

static void note_problem(naive_record *record, const char *problem) {
    if (record->problem != NULL) return;
    record->problem = problem;
    record->bad_field = record->n_fields;
}

/* One character that does not end the record; is_last says that the record's end follows. */
static void take_character(naive_record *record, char c, bool is_last) {
    csv_field *field = &record->fields[record->n_fields - 1];
    if (c == ',' && record->state != QUOTED) {
        begin_field(record);
    } else if (c == '"' && record->state == AT_START) {
        record->state = QUOTED;
    } else if (c == '"' && record->state == QUOTED) {
        record->state = CLOSED;
    } else if (c == '\r' && is_last && record->state != QUOTED) {
        return;
    } else {
        if (record->state == CLOSED && c != '"') note_problem(record, text_behind);
        record->state =
            record->state == QUOTED || (record->state == CLOSED && c == '"') ? QUOTED : PLAIN;
        field->text[field->n_bytes++] = c;
    }
}

/* Reads the record at `at`; returns where it ends, at its line end or n_bytes. */
static size_t take_record(naive_record *record, const char *text, size_t at, size_t n_bytes) {
    record->n_fields = 0;
    record->problem = NULL;
    begin_field(record);
    for (; at < n_bytes && (text[at] != '\n' || record->state == QUOTED); at++)
        take_character(record, text[at], at + 1 == n_bytes || text[at + 1] == '\n');
    if (record->state == QUOTED) note_problem(record, never_closed);
    return at;
}

static void read_naively(const char *text, size_t n_bytes, transcript *out) {
    size_t n_columns = 0, begin = 0;
    uint64_t line = 1;
    while (begin < n_bytes) {
        naive_record record;
        size_t end = take_record(&record, text, begin, n_bytes);
        bool is_blank = end == begin || (end == begin + 1 && text[begin] == '\r');
        if (is_blank && n_columns != 1) record.n_fields = 0;
        if (record.problem != NULL) {
            char message[256];
            int n = snprintf(message, sizeof message, "!%llu: field %zu: %s",
                             (unsigned long long)line, record.bad_field, record.problem);
            append(out, message, (size_t)n);
        } else if (record.n_fields > 0) {
            append_record(out, line, record.fields, record.n_fields);
            if (n_columns == 0) n_columns = record.n_fields;
        }
        for (line++; begin < end; begin++) line += text[begin] == '\n';
        begin = end + 1;
    }
}

START_TEST(test_random_text) {
    uint64_t state = 1;
    static const char alphabet[] = "aab1,,,\"\"\n\n\r\r.";
    transcript expected = {NULL, 0, 0};
    for (int i = 0; i < 60000; i++) {
        char text[41] = "";
        size_t n_bytes = next_random(&state) % (sizeof text - 1);
        for (size_t j = 0; j < n_bytes; j++)
            text[j] = alphabet[next_random(&state) % (sizeof alphabet - 1)];
        expected.n_bytes = 0;
        append(&expected, "", 0);
        read_naively(text, n_bytes, &expected);
        check_bytes(text, n_bytes, NULL, expected.text, expected.n_bytes);
    }
    free(expected.text);
}
END_TEST

/* Tables much larger than the buffer, with fields of random text, written with correct quoting. */
START_TEST(test_large_table) {
    uint64_t state = 2;
    transcript text = {NULL, 0, 0}, expected = {NULL, 0, 0}, found = {NULL, 0, 0};
    uint64_t line = 1;
    for (int row = 0; row < 6000; row++) {
        static char storage[8][400];
        csv_field fields[8];
        uint64_t first_line = line;
        for (size_t i = 0; i < 8; i++) {
            bool is_quoted = next_random(&state) % 8 == 0;
            size_t length = next_random(&state) % (row % 100 == 0 ? 400 : 12);
            fields[i] = (csv_field){storage[i], length};
            if (is_quoted) append(&text, "\"", 1);
            for (size_t j = 0; j < length; j++) {
                char c = (char)('a' + next_random(&state) % 26);
                if (is_quoted) c = "ab\"\n\r,"[next_random(&state) % 6];
                storage[i][j] = c;
                append(&text, c == '"' ? "\"\"" : &c, c == '"' ? 2 : 1);
                line += c == '\n';
            }
            if (is_quoted) append(&text, "\"", 1);
            append(&text, i < 7 ? "," : row % 2 ? "\n" : "\r\n", i < 7 || row % 2 ? 1 : 2);
        }
        line++;
        append_record(&expected, first_line, fields, 8);
    }
    static const size_t chunks[] = {1, 1000, 4096, 65536, 1 << 24};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        read_all(text.text, text.n_bytes, chunks[i], NULL, &found);
        ck_assert_uint_eq(found.n_bytes, expected.n_bytes);
        ck_assert_mem_eq(found.text, expected.text, expected.n_bytes);
    }
    free(text.text);
    free(expected.text);
    free(found.text);
}
END_TEST

/* A line of 16 MiB with and without quotation marks in small chunks: linear time. */
START_TEST(test_giant_line) {
    const size_t n_bytes = (size_t)16 << 20;
    char *text = malloc(n_bytes + 2);
    ck_assert_ptr_nonnull(text);
    for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
        memset(text, 'x', n_bytes + 1);
        if (is_quoted) text[0] = text[n_bytes - 1] = '"';
        text[n_bytes] = '\n';
        text_source source = {text, n_bytes + 1, 0, 100, false};
        csv_reader *reader;
        csv_record record;
        ck_assert_int_eq(csv_open(read_text, &source, NULL, &reader, NULL), ORTL_OK);
        ck_assert_int_eq(csv_next(reader, &record, NULL), ORTL_OK);
        ck_assert_uint_eq(record.n_fields, 1);
        ck_assert_uint_eq(record.fields[0].n_bytes, is_quoted ? n_bytes - 2 : n_bytes);
        csv_close(reader);
        text[n_bytes] = 'x'; /* one byte too many */
        source = (text_source){text, n_bytes + 1, 0, 65536, false};
        ck_assert_int_eq(csv_open(read_text, &source, NULL, &reader, NULL), ORTL_OK);
        ck_assert_int_eq(csv_next(reader, &record, NULL), ORTL_LIMIT);
        csv_close(reader);
    }
    free(text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("csv");
    TCase *tests = tcase_create("csv");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_records);
    tcase_add_test(tests, test_quotes);
    tcase_add_test(tests, test_byte_order_mark);
    tcase_add_test(tests, test_blank_lines);
    tcase_add_test(tests, test_bytes_of_any_value);
    tcase_add_test(tests, test_delimiters);
    tcase_add_test(tests, test_quoting_errors);
    tcase_add_test(tests, test_long_lines);
    tcase_add_test(tests, test_many_columns);
    tcase_add_test(tests, test_reading_fails);
    tcase_add_test(tests, test_descriptor);
    tcase_add_test(tests, test_random_text);
    tcase_add_test(tests, test_large_table);
    tcase_add_test(tests, test_giant_line);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
