/*
 * The corpus of hostile tables, read by `predict` with a good model of three columns:
 * hostile_tables PROGRAM FOLDER STRIDE [CASE].
 */
#define _DEFAULT_SOURCE
#include "models.h"

#include <stdio.h>

/* ---- Short ones ------------------------------------------------------------------------------ */

typedef struct short_table {
    const char *bytes;
    size_t n_bytes;
    hostile_verdict verdict;
    int n_rows; /* of predictions */
} short_table;

#define REFUSE(text)                                                                               \
    { text, sizeof(text) - 1, REFUSED, -1 }
#define ACCEPT(text, n)                                                                            \
    { text, sizeof(text) - 1, ACCEPTED, n }
#define PERHAPS(text)                                                                              \
    { text, sizeof(text) - 1, EITHER, -1 }

static const short_table short_tables[] = {
    /* Ends of lines and of files. */
    ACCEPT("1,2,3\n", 1),
    ACCEPT("1,2,3", 1),
    ACCEPT("1,2,3\r\n4,5,6\r\n", 2),
    ACCEPT("1,2,3\r\n4,5,6", 2),
    ACCEPT("1,2,3\n4,5,6\r\n7,8,9", 3),
    PERHAPS("1,2,3\r4,5,6\r"),
    PERHAPS("1,2,3\n\r4,5,6\n"),
    PERHAPS("1,2,3\r\r\n4,5,6\n"),
    PERHAPS(""),
    PERHAPS("\n"),
    PERHAPS("\n\n\n"),
    PERHAPS("\r\n\r\n"),
    PERHAPS("1,2,3\n\n4,5,6\n"),
    PERHAPS("\n1,2,3\n"),
    PERHAPS("1,2,3\n\n"),
    PERHAPS("1,2,3\n   \n"),
    /* Marks of encodings. */
    ACCEPT("\xef\xbb\xbf"
           "1,2,3\n",
           1),
    ACCEPT("\xef\xbb\xbf\"1\",2,3\n", 1),
    ACCEPT("\xef\xbb\xbf"
           "a,b,c\n1,2,3\n",
           1),
    REFUSE("\xef\xbb\xbf\xef\xbb\xbf"
           "1,2,3\n"),
    PERHAPS("\xef\xbb\xbf"),
    PERHAPS("\xef\xbb"),
    PERHAPS("\xff\xfe"
            "1\0,\0"
            "2\0,\0"
            "3\0\n\0"),
    PERHAPS("\xfe\xff\0"
            "1\0,\0"
            "2\0,\0"
            "3\0\n"),
    REFUSE("1,2,3\n1,\xff,3\n"),
    REFUSE("1,2,3\n1,\xc0\x80,3\n"),
    REFUSE("1,2,3\n1,\xed\xa0\x80,3\n"),
    REFUSE("1,2,3\n1,\xe2\x80\xae,3\n"),
    ACCEPT("\xff,b,c\n1,2,3\n", 1),
    ACCEPT("\033[2J,\007,c\n1,2,3\n", 1),
    /* Zeros and control characters. */
    REFUSE("1,2,3\n1,\0,3\n"),
    REFUSE("1,2,3\n1,2\0,3\n"),
    REFUSE("1,2,3\n1,2,3\0\n"),
    REFUSE("1,2,3\n\0\0\0\0\n"),
    PERHAPS("\0\0\0\0"),
    REFUSE("1,2,3\n1,\033[31m2\033[0m,3\n"),
    REFUSE("1,2,3\n1,\0072,3\n"),
    REFUSE("1,2,3\n1,2\x1a,3\n"),
    PERHAPS("1,2,3\n\x1a"),
    /* Quotes. */
    ACCEPT("\"1\",\"2\",\"3\"\n", 1),
    ACCEPT("\"a\nb\",\"c\"\"d\",\"e,f\"\n1,2,3\n", 1),
    REFUSE("1,2,3\n\"1,2,3\n4,5,6\n"),
    REFUSE("1,2,3\n1,2,\"3\n"),
    REFUSE("1,2,3\n1,2,\""),
    REFUSE("\""),
    REFUSE("1,2,3\n1,2\"x\",3\n"),
    REFUSE("1,2,3\n1,\"2\"x,3\n"),
    REFUSE("1,2,3\n1,\"2\"\"\",3\n"),
    REFUSE("1,2,3\n1,\"2\n\",3\n"),
    PERHAPS("1,2,3\n1,\"\",3\n"),
    REFUSE("1,2,3\n1,\"\"\"\",3\n"),
    REFUSE("1,2,3\n1,'2',3\n"),
    REFUSE("1,2,3\n1,\\\"2\\\",3\n"),
    PERHAPS("\"1\" ,2,3\n"),
    PERHAPS(" \"1\",2,3\n"),
    /* Rows that are too short or too long. */
    REFUSE("1,2,3\n1,2\n"),
    REFUSE("1,2,3\n1,2,3,4\n"),
    REFUSE("1,2,3\n1,2,3,\n"),
    REFUSE("1,2,3\n1\n"),
    REFUSE("1,2\n"),
    REFUSE("1\n"),
    REFUSE("1,2,3,4\n"),
    REFUSE("1;2;3\n"),
    REFUSE("1\t2\t3\n"),
    REFUSE("1 2 3\n"),
    REFUSE("1,2,3\n,\n"),
    ACCEPT("1,2,3\n,,\n", 2),
    ACCEPT(",,\n", 1),
    /* Headers. */
    ACCEPT("a,b,c\n1,2,3\n", 1),
    ACCEPT("a,b,c\n", 0),
    ACCEPT("a,a,a\n1,2,3\n", 1),
    PERHAPS("a,b\n1,2\n"),
    PERHAPS("a,b,c,d\n1,2,3,4\n"),
    PERHAPS("a,b,c\na,b,c\n"),
    PERHAPS("a,1,c\n1,2,3\n"),
    PERHAPS("nan,inf,1\n1,2,3\n"),
    PERHAPS("NA,NA,NA\n1,2,3\n"),
    PERHAPS("1e400,x,y\n1,2,3\n"),
    PERHAPS("a,b,c\n1,2\n"),
    REFUSE("a,b,c\n1,x,3\n"),
    /* Numbers. */
    ACCEPT("1,2,3\n1e38,-1e38,1e-45\n", 2),
    ACCEPT("1,2,3\n1e99999,-1e99999,1e-99999\n", 2),
    ACCEPT("1,2,3\n1e999999999999999999999,0e999999999999999999999,1\n", 2),
    ACCEPT("1,2,3\n1e-999999999999999999999,-0.0,+1\n", 2),
    ACCEPT("1,2,3\nnan,NA,null\n", 2),
    ACCEPT("1,2,3\ninf,-inf,Infinity\n", 2),
    ACCEPT("1,2,3\n.5,5.,5.e1\n", 2),
    ACCEPT("1,2,3\n007,-007,00.00\n", 2),
    ACCEPT("1,2,3\n3.4028236e38,1.17549435e-38,1.4e-45\n", 2),
    ACCEPT("1,2,3\n16777217,9007199254740993,0.1\n", 2),
    PERHAPS("1,2,3\n0x1p3,0x10,1\n"),
    PERHAPS("1,2,3\n 1 , 2,3 \n"),
    PERHAPS("1,2,3\nnan(123),1,1\n"),
    PERHAPS("1,2,3\n-nan,+inf,1\n"),
    PERHAPS("1,2,3\n1_000,1,1\n"),
    REFUSE("1,2,3\n1e,1,1\n"),
    REFUSE("1,2,3\n1e+,1,1\n"),
    REFUSE("1,2,3\n--1,1,1\n"),
    REFUSE("1,2,3\n+-1,1,1\n"),
    REFUSE("1,2,3\n.,1,1\n"),
    REFUSE("1,2,3\n-,1,1\n"),
    REFUSE("1,2,3\n1.2.3,1,1\n"),
    REFUSE("1,2,3\n1e1.5,1,1\n"),
    REFUSE("1,2,3\n1f,1,1\n"),
    REFUSE("1,2,3\n1L,1,1\n"),
    REFUSE("1,2,3\n1e5x,1,1\n"),
    REFUSE("1,2,3\n$1,1,1\n"),
    REFUSE("1,2,3\n1%,1,1\n"),
    REFUSE("1,2,3\n=1+1,1,1\n"),
    REFUSE("1,2,3\n%n%n%n,1,1\n"),
    REFUSE("1,2,3\n../../etc/passwd,1,1\n"),
    REFUSE("1,2,3\n\xe2\x88\x92"
           "1,1,1\n"),                   /* a minus sign of typographers */
    REFUSE("1,2,3\n\xef\xbc\x91,1,1\n"), /* a full-width digit */
    REFUSE("1,2,3\n1\xc2\xa0"
           "000,1,1\n"), /* a blank that does not break */
    REFUSE("1,2,3\ntrue,1,1\n"),
    REFUSE("1,2,3\n2024-01-01,1,1\n"),
    /* Other files. */
    PERHAPS("{\"a\": 1}\n"),
    PERHAPS("<html>\n"),
    PERHAPS("\x93NUMPY\x01\0v\0{'descr': '<f4'}\n"),
    PERHAPS("PK\x03\x04\0\0\0\0"),
    PERHAPS("\x1f\x8b\x08\0\0\0\0\0"),
};

static void put_short(wire_builder *file, int variant) {
    wire_bytes(file, short_tables[variant].bytes, short_tables[variant].n_bytes);
}

/* ---- Large ones ------------------------------------------------------------------------------ */

static void put(wire_builder *file, const char *text, size_t n_times) {
    const size_t n_bytes = strlen(text);
    for (size_t i = 0; i < n_times; i++) wire_bytes(file, text, n_bytes);
}

/* One field, quoted or not, of 1 to 17 MB, in the first line or the second. */
static void put_long_field(wire_builder *file, int variant) {
    const size_t n = (size_t)(variant / 4 == 0 ? 1 : 17) << 20;
    if (variant % 2) put(file, "1,2,3\n", 1);
    put(file, variant / 2 % 2 ? "1,\"" : "1,", 1);
    put(file, "xxxxxxxx", n / 8);
    put(file, variant / 2 % 2 ? "\",3\n" : ",3\n", 1);
}

/* Numbers of a million digits; what they are is known after a few. */
static void put_long_number(wire_builder *file, int variant) {
    static const char *const starts[] = {"0.", "1", "0.0", "1e", "-0.", "9"};
    static const char *const digits[] = {"0", "0", "3", "0", "123456789", "9"};
    put(file, "1,2,3\n1,", 1);
    put(file, starts[variant], 1);
    put(file, digits[variant], 1000000);
    put(file, "1,3\n", 1);
}

/* Quotes that never end, over many lines; quotes of quotes. */
static void put_quotes(wire_builder *file, int variant) {
    static const char *const texts[] = {"1,2,3\n", "\"\"", "\"\n", "\",\"", "\"1\",\"2\",\"3\n"};
    put(file, "1,2,3\n\"", 1);
    put(file, texts[variant], 2000000 / strlen(texts[variant]));
}

/* Lines of very many columns: in the header, in a row, empty ones. */
static void put_columns(wire_builder *file, int variant) {
    static const char *const fields[] = {",", "a,", "1,", "\"\",", "1;"};
    const size_t n = variant / 5 == 0 ? 1000000 : 1100000; /* the limit is 2^20 */
    if (variant % 2) put(file, "1,2,3\n", 1);
    put(file, fields[variant % 5], n);
    put(file, "1\n", 1);
}

/* A header whose names all collide. */
static void put_names(wire_builder *file, int variant) {
    for (int i = 0; i < 100000; i++) {
        char name[32];
        snprintf(name, sizeof name,
                 variant == 0   ? "same,"
                 : variant == 1 ? "%d_name,"
                                : "\"%d\"\"\",",
                 i);
        put(file, name, 1);
    }
    put(file, "last\n1,2,3\n", 1);
}

static void put_many_rows(wire_builder *file, int variant) {
    static const char *const rows[] = {
        "1,2,3\n",
        ",,\n",
        "nan,inf,-inf\n",
        "1e-45,1e38,0.1\r\n",
        "\"1\",\"2\",\"3\"\n",
        "0.1000000000000000055511151231257827,0.3,12345678901234567890\n"};
    put(file, rows[variant], 3000000 / strlen(rows[variant]));
}

/* Only the ends of lines, or only what separates. */
static void put_one_byte(wire_builder *file, int variant) {
    static const char bytes[] = {'\n', '\r', ',', '"', '\0', ' ', '\t', '\xff', ';', '\\'};
    char block[4096];
    memset(block, bytes[variant], sizeof block);
    for (int i = 0; i < 500; i++) wire_bytes(file, block, sizeof block);
}

static void put_noise(wire_builder *file, int variant) {
    static const char alphabet[] = "0123456789,.e-+\"\n\r \tna\0\xff";
    uint32_t state = 977u + (uint32_t)variant;
    for (int i = 0; i < 100000; i++) {
        state = state * 1664525u + 1013904223u;
        wire_bytes(file, &alphabet[(state >> 16) % (sizeof alphabet - 1)], 1);
    }
}

static const hostile_case cases[] = {
    {"long_field", REFUSED, put_long_field, 8, 0}, {"long_number", ACCEPTED, put_long_number, 6, 3},
    {"quotes", REFUSED, put_quotes, 5, 0},         {"columns", EITHER, put_columns, 10, 0},
    {"names", REFUSED, put_names, 3, 0},           {"many_rows", ACCEPTED, put_many_rows, 6, 0},
    {"one_byte", EITHER, put_one_byte, 10, 0},     {"noise", EITHER, put_noise, 20, 0},
};

static void run_short(hostile_judge *judge) {
    for (int i = 0; i < (int)HOSTILE_COUNT(short_tables); i++) {
        const int n_rows = short_tables[i].n_rows;
        const hostile_case test = {"short", short_tables[i].verdict, put_short, 1,
                                   n_rows < 0 ? 0 : (size_t)n_rows + 1};
        hostile_run_variant(judge, &test, i);
    }
}

int main(int argc, char **argv) {
    static const hostile_case model = {"model", ACCEPTED, models_build_good, 1, 0};
    char path[512];
    if (argc < 4) return 2;
    snprintf(path, sizeof path, "%s/good.onnx", argv[2]);
    hostile_build(&model, 0, path);
    const hostile_verb as_it_is[] = {{{"predict", path, "FILE"}, HOSTILE_BAD_NAMES}};
    const hostile_verb otherwise[] = {
        {{"predict", path, "FILE", "--header", "yes"}, HOSTILE_BAD_NAMES},
        {{"predict", path, "FILE", "--header", "no"}, HOSTILE_BAD_NAMES},
        {{"predict", path, "FILE", "--on-error", "nan"}, HOSTILE_BAD_NAMES},
        {{"predict", path, "FILE", "--delimiter", ";", "--decimal", ","}, HOSTILE_BAD_NAMES},
        {{"predict", path, "FILE", "--format", "jsonl", "--keep", "1"}, HOSTILE_BAD_NAMES},
    };
    hostile_judge judge = {.program = argv[1],
                           .folder = argv[2],
                           .stride = atoi(argv[3]),
                           .only = argc > 4 ? argv[4] : NULL,
                           .verbs = as_it_is,
                           .n_verbs = HOSTILE_COUNT(as_it_is),
                           .refusal = 4};
    run_short(&judge);
    hostile_run(&judge, cases, HOSTILE_COUNT(cases));
    judge.verbs = otherwise;
    judge.n_verbs = HOSTILE_COUNT(otherwise);
    judge.is_lenient = 1;
    run_short(&judge);
    hostile_run(&judge, cases, HOSTILE_COUNT(cases));
    return hostile_finish(&judge, 300);
}
