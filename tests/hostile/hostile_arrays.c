/*
 * The corpus of hostile .npy arrays, read by `run` with a good model:
 * hostile_arrays PROGRAM FOLDER STRIDE [CASE].
 */
#define _DEFAULT_SOURCE
#include "models.h"

#include <stdio.h>

/* A header of version 1 around a dictionary, with n_data bytes of data. */
static void put_array(wire_builder *file, const char *dictionary, size_t n_data) {
    static const char start[] = "\x93NUMPY\x01";
    const size_t n_text = strlen(dictionary) + 1;
    const unsigned char size[2] = {(unsigned char)(n_text & 0xff), (unsigned char)(n_text >> 8)};
    wire_bytes(file, start, sizeof start); /* with the minor version, 0 */
    wire_bytes(file, size, 2);
    wire_bytes(file, dictionary, n_text - 1);
    wire_bytes(file, "\n", 1);
    for (size_t i = 0; i < n_data; i++) wire_bytes(file, "\0", 1);
}

#define HEADER(type, shape) "{'descr': '" type "', 'fortran_order': False, 'shape': " shape ", }"

static void put_shape(wire_builder *file, int variant) {
    static const char *const dictionaries[] = {
        HEADER("<f4", "(2, 3)"),
        HEADER("<f4", "(9223372036854775807, 3)"),
        HEADER("<f4", "(4294967296, 4294967296)"),
        HEADER("<f4", "(18446744073709551616,)"),
        HEADER("<f4", "(-1, 3)"),
        HEADER("<f4", "(1000000, 1000000)"),
        HEADER("<f4", "(2, 3, )"),
        HEADER("<f4", "(2 3)"),
        HEADER("<f4", "(2, 3"),
        HEADER("<f4", "2, 3)"),
        HEADER("<f4", "[2, 3]"),
        HEADER("<f4", "(2, x)"),
        HEADER("<f4", "(2.0, 3)"),
        HEADER("<f4", "(0x2, 3)"),
        HEADER("<f4", "(1,1,1,1,1,1,1,1,1,6)"),
        HEADER("<f4", "((2, 3))"),
        HEADER("<f4", "(1, 3)"),
        HEADER("<f4", "(2, 4)"),
        HEADER("<f4", "()"),
        HEADER("<f4", ""),
    };
    put_array(file, dictionaries[variant], 24);
}

static void put_type(wire_builder *file, int variant) {
    static const char *const dictionaries[] = {
        HEADER("|O", "(2, 3)"),
        HEADER("<f16", "(2, 3)"),
        HEADER("<f2", "(2, 3)"),
        HEADER("<c8", "(1, 3)"),
        HEADER("<U999999999999", "(1,)"),
        HEADER("<U2147483648", "(1, 1)"),
        HEADER("<U0", "(2, 3)"),
        HEADER("<U0", "(9223372036854775807,)"),
        HEADER("|V8", "(3,)"),
        HEADER("<M8[s]", "(3,)"),
        HEADER("", "(2, 3)"),
        HEADER("<", "(2, 3)"),
        HEADER("<f", "(2, 3)"),
        HEADER("=f4", "(2, 3)"),
        HEADER("<f-4", "(2, 3)"),
        HEADER("<i3", "(2, 3)"),
        HEADER("\033[31m", "(2, 3)"),
        HEADER("<f4' 'x", "(2, 3)"),
    };
    put_array(file, dictionaries[variant], 24);
}

static void put_dictionary(wire_builder *file, int variant) {
    static const char *const dictionaries[] = {
        "",
        "{",
        "{}",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'shape': (2, 3)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3)}",
        "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} and more",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2, 3)}",
        "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
        "((((((((((((((((((((((((((((((((",
    };
    put_array(file, dictionaries[variant], 24);
}

/* Other versions, sizes of headers that are not there, and bytes cut off. */
static void put_frame(wire_builder *file, int variant) {
    static const struct {
        const char *bytes;
        size_t n_bytes;
    } rows[] = {{"", 0},
                {"\x93", 1},
                {"\x93NUMPY", 6},
                {"\x93NUMPY\x01\x00", 8},
                {"\x93NUMPY\x01\x00\xff\xff", 10},
                {"\x93NUMPY\x02\x00\xff\xff\xff\xff", 12},
                {"\x93NUMPY\x03\x00\xff\xff\xff\x7f{", 13},
                {"\x93NUMPY\x04\x00\x10\x00{}", 12},
                {"\x93NUMPY\xff\xff\x10\x00{}", 12},
                {"\x92NUMPY\x01\x00\x10\x00{}", 12},
                {"PK\x03\x04", 4},
                {"1,2,3\n", 6}};
    wire_bytes(file, rows[variant].bytes, rows[variant].n_bytes);
}

static void cut_off(wire_builder *file, int variant) {
    put_array(file, HEADER("<f4", "(2, 3)"), 24);
    file->n_bytes -= (size_t)variant * 3 + 1;
}

static void put_more(wire_builder *file, int variant) {
    put_array(file, HEADER("<f4", "(2, 3)"), variant == 0 ? 25 : variant == 1 ? 48 : 10000000);
}

static void put_header_of_blanks(wire_builder *file, int variant) {
    char *text = malloc(65535);
    const size_t n = variant == 0 ? 60000 : 9000;
    memset(text, variant == 2 ? '(' : ' ', n);
    text[n] = '\0';
    put_array(file, text, 24);
    free(text);
}

static const hostile_case cases[] = {
    {"shape", EITHER, put_shape, 20, 0},
    {"type", REFUSED, put_type, 18, 0},
    {"dictionary", REFUSED, put_dictionary, 14, 0},
    {"frame", REFUSED, put_frame, 12, 0},
    {"cut_off", REFUSED, cut_off, 30, 0},
    {"more", REFUSED, put_more, 3, 0},
    {"blanks", REFUSED, put_header_of_blanks, 3, 0},
};

int main(int argc, char **argv) {
    static const hostile_case model = {"model", ACCEPTED, models_build_good, 1, 0};
    char path[512];
    if (argc < 4) return 2;
    snprintf(path, sizeof path, "%s/good.onnx", argv[2]);
    hostile_build(&model, 0, path);
    const hostile_verb verbs[] = {{{"run", path, "--input", "X=FILE", "--output-dir", "OUT"}, 0}};
    hostile_judge judge = {.program = argv[1],
                           .folder = argv[2],
                           .stride = atoi(argv[3]),
                           .only = argc > 4 ? argv[4] : NULL,
                           .verbs = verbs,
                           .n_verbs = 1,
                           .refusal = 4};
    hostile_run(&judge, cases, HOSTILE_COUNT(cases));
    return hostile_finish(&judge, 100);
}
