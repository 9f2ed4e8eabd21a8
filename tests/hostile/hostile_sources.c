/*
 * The corpus of hostile model files of trainers: good ones with one thing spoiled, and some that
 * are hostile from the ground up. hostile_sources PROGRAM FOLDER STRIDE SOURCE...
 */
#define _DEFAULT_SOURCE
#include "hostile.h"

#include <stdio.h>
#include <sys/stat.h>

/* ---- One thing spoiled ----------------------------------------------------------------------- */

static wire_builder source; /* the good file */

static void read_source(const char *path) {
    char block[65536];
    size_t n;
    FILE *file = fopen(path, "rb");
    wire_free(&source);
    if (file == NULL) exit(99);
    while ((n = fread(block, 1, sizeof block, file)) > 0) wire_bytes(&source, block, n);
    fclose(file);
}

static int is_number_start(size_t i) {
    const unsigned char *b = source.bytes;
    const int is_digit = b[i] >= '0' && b[i] <= '9';
    return is_digit &&
           (i == 0 || strchr("0123456789.eE+-_abcdfghijklmnopqrstuvwxyz", b[i - 1]) == NULL);
}

static size_t count_numbers(void) {
    size_t n = 0;
    for (size_t i = 0; i < source.n_bytes; i++) n += (size_t)is_number_start(i);
    return n;
}

/* Writes the file with its number `index` replaced. */
static void replace_number(wire_builder *file, size_t index, const char *text) {
    size_t start = 0, end;
    for (size_t n = 0; start < source.n_bytes; start++)
        if (is_number_start(start) && n++ == index) break;
    for (end = start; end < source.n_bytes && strchr("0123456789.eE+-", source.bytes[end]) != NULL;)
        end++;
    wire_bytes(file, source.bytes, start);
    wire_bytes(file, text, strlen(text));
    wire_bytes(file, source.bytes + end, source.n_bytes - end);
}

static const char *const odd_numbers[] = {"-1",
                                          "0",
                                          "1",
                                          "2147483647",
                                          "4294967296",
                                          "9223372036854775807",
                                          "-9223372036854775808",
                                          "1e40",
                                          "-1e400",
                                          "nan",
                                          "inf",
                                          "1e-320",
                                          "99999999999999999999999999",
                                          "",
                                          "x",
                                          "[1]",
                                          "\"1\""};
#define N_ODD_NUMBERS 17
#define N_PLACES      12

/* The first numbers of a file are counts and sizes, so half of the places are there. */
static void put_odd_number(wire_builder *file, int variant) {
    const size_t place = (size_t)(variant / N_ODD_NUMBERS), n = count_numbers();
    const size_t index = place < N_PLACES / 2 ? place : n * (place - N_PLACES / 2) / (N_PLACES / 2);
    replace_number(file, n == 0 ? 0 : index % n, odd_numbers[variant % N_ODD_NUMBERS]);
}

static void cut_off(wire_builder *file, int variant) {
    wire_bytes(file, source.bytes, source.n_bytes * (size_t)variant / 40);
}

/* The same bytes again from somewhere, so that counts, keys and ends no longer fit. */
static void repeat_part(wire_builder *file, int variant) {
    const size_t from = source.n_bytes * (size_t)variant / 20;
    wire_bytes(file, source.bytes, from);
    wire_bytes(file, source.bytes + from / 2, source.n_bytes - from / 2);
}

/* Binary formats keep their sizes in bytes. */
static void put_byte(wire_builder *file, int variant) {
    static const unsigned char bytes[] = {0xff, 0x7f, 0x80, 0x00};
    wire_bytes(file, source.bytes, source.n_bytes);
    const size_t at =
        variant < 100 ? (size_t)(variant / 4) : source.n_bytes * (size_t)(variant - 100) / 60;
    if (at < file->n_bytes) file->bytes[at] = bytes[variant % 4];
}

/* A line or a comma more or less. */
static void drop_delimiter(wire_builder *file, int variant) {
    static const char delimiters[] = "\n,:[]{}=\"<>";
    const char wanted = delimiters[variant % 11];
    size_t n_there = 0, n = 0;
    for (size_t i = 0; i < source.n_bytes; i++) n_there += source.bytes[i] == wanted;
    const size_t dropped = n_there * (size_t)(variant / 11) / 4;
    for (size_t i = 0; i < source.n_bytes; i++)
        if (source.bytes[i] != wanted || n++ != dropped) wire_bytes(file, &source.bytes[i], 1);
}

static const hostile_case spoiled[] = {
    {"odd_number", EITHER, put_odd_number, N_PLACES *N_ODD_NUMBERS, 0},
    {"cut_off", EITHER, cut_off, 40, 0},
    {"repeated", EITHER, repeat_part, 20, 0},
    {"odd_byte", EITHER, put_byte, 160, 0},
    {"dropped", EITHER, drop_delimiter, 44, 0},
};

/* ---- Hostile from the ground up -------------------------------------------------------------- */

static void put(wire_builder *file, const char *text, size_t n_times) {
    const size_t n_bytes = strlen(text);
    for (size_t i = 0; i < n_times; i++) wire_bytes(file, text, n_bytes);
}

/* Depth without end, for each format that nests. */
static void put_depth(wire_builder *file, int variant) {
    static const struct {
        const char *start, *again, *end;
    } rows[] = {
        {"", "[", ""},
        {"{\"learner\":", "{\"a\":", ""},
        {"{\"learner\":", "[", "1]"},
        {"{", "L", ""}, /* not a key: */
        {"{i\x01"
         "a",
         "[", ""}, /* UBJSON */
        {"{i\x01"
         "a",
         "{i\x01"
         "a",
         ""},
        {"<?xml version=\"1.0\"?>\n", "<a>", ""},
        {"<?xml version=\"1.0\"?>\n<opencv_storage>", "<a b='", ""},
        {"%YAML:1.0\n---\n", "- ", ""},
        {"%YAML:1.0\n---\na: ", "[", ""},
        {"%YAML:1.0\n---\na: ", "{a: ", ""},
        {"%YAML:1.0\n---\n", "? ", ""},
        {"%YAML:1.0\n---\n", "&a *a ", ""},
        {"{\"oblivious_trees\":[", "{\"splits\":[", ""},
        {"tree\nversion=v4\n", "Tree=0\n", ""},
    };
    put(file, rows[variant % 15].start, 1);
    put(file, rows[variant % 15].again, variant < 15 ? 1000 : 1000000);
    put(file, rows[variant % 15].end, 1);
}

/* References that multiply, entities that do, anchors that do. */
static void put_bomb(wire_builder *file, int variant) {
    char line[200];
    if (variant == 0) {
        put(file, "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY e0 \"xxxxxxxxxx\">\n", 1);
        for (int i = 1; i < 30; i++) {
            snprintf(line, sizeof line, "<!ENTITY e%d \"&e%d;&e%d;&e%d;\">\n", i, i - 1, i - 1,
                     i - 1);
            put(file, line, 1);
        }
        put(file,
            "]>\n<opencv_storage><opencv_ml_rtrees>&e29;</opencv_ml_rtrees></opencv_storage>\n", 1);
    } else if (variant == 1) {
        put(file,
            "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n"
            "<opencv_storage><opencv_ml_rtrees>&e;</opencv_ml_rtrees></opencv_storage>\n",
            1);
    } else if (variant == 2) {
        put(file, "%YAML:1.0\n---\na0: &a0 [x,x,x,x,x,x,x,x,x]\n", 1);
        for (int i = 1; i < 30; i++) {
            snprintf(line, sizeof line, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1, i - 1,
                     i - 1, i - 1);
            put(file, line, 1);
        }
    } else {
        put(file, "{\"learner\":{", 1); /* keys by the hundred thousand, equal or not */
        for (int i = 0; i < 300000; i++) {
            snprintf(line, sizeof line, "\"%d\":0,", variant == 3 ? 7 : i);
            put(file, line, 1);
        }
        put(file, "\"z\":0}}", 1);
    }
}

/* Sizes that a header claims and the file does not have. */
static void put_claim(wire_builder *file, int variant) {
    static const struct {
        const char *bytes;
        size_t n_bytes;
    } rows[] = {
        {"{i\x01"
         "aS"
         "L\x7f\xff\xff\xff\xff\xff\xff\xff",
         14},
        {"{i\x01"
         "a[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff",
         17},
        {"{i\x01"
         "a[#L\x7f\xff\xff\xff\xff\xff\xff\xff",
         15},
        {"{i\x01"
         "a[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff",
         17},
        {"{i\x01"
         "a{$T#L\x7f\xff\xff\xff\xff\xff\xff\xff",
         17},
        {"{#L\x7f\xff\xff\xff\xff\xff\xff\xff", 11},
        {"{i\x01"
         "aSi\xff",
         6},
        {"{i\xff"
         "a",
         4},
        {"{i\x01"
         "a[$d#i\x80",
         9},
        {"{i\x01"
         "aH"
         "i\x05"
         "1e999",
         11},
    };
    wire_bytes(file, rows[variant].bytes, rows[variant].n_bytes);
}

static const hostile_case hostile[] = {
    {"depth", REFUSED, put_depth, 30, 0},
    {"bomb", REFUSED, put_bomb, 5, 0},
    {"claim", REFUSED, put_claim, 10, 0},
};

int main(int argc, char **argv) {
    char output[600];
    if (argc < 5) return 2;
    snprintf(output, sizeof output, "%s/converted.onnx", argv[2]);
    const hostile_verb verbs[] = {{{"convert", "FILE", "-o", output}, 0}};
    hostile_verb named[5] = {{{"convert", "FILE", "-o", output, "--from", "lightgbm"}, 0}};
    static const char *const trainers[] = {"lightgbm", "xgboost", "catboost", "opencv", "ranger"};
    hostile_judge judge = {.program = argv[1],
                           .folder = argv[2],
                           .verbs = verbs,
                           .n_verbs = 1,
                           .stride = atoi(argv[3]),
                           .refusal = 3};
    for (int i = 4; i < argc; i++) {
        read_source(argv[i]);
        printf("%s\n", argv[i]);
        hostile_run(&judge, spoiled, HOSTILE_COUNT(spoiled));
    }
    for (int i = 0; i < 5; i++) {
        named[i] = named[0];
        named[i].arguments[5] = trainers[i];
    }
    judge.verbs = named;
    judge.n_verbs = 5;
    hostile_run(&judge, hostile, HOSTILE_COUNT(hostile));
    return hostile_finish(&judge, 1000);
}
