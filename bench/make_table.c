/*
 * Writes a table of normal deviates as CSV: the same text on every machine for the same options.
 * One million rows of 28 columns are 295 MB. Numbers have seven decimals, written with integer
 * arithmetic, as long as other tools print float32 normals on average.
 */
#include "options.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct table_shape {
    uint64_t n_rows;
    uint64_t n_columns;
    uint64_t seed;
    uint64_t missing_percent;
} table_shape;

enum { CELL_BYTES = 16 }; /* a sign, 3 digits, a point, 7 decimals, a separator: 13 */

/* Writes value with seven decimals; returns the bytes. */
static size_t write_number(double value, char *text_out) {
    char digits[24];
    uint64_t scaled = (uint64_t)llround(fabs(value) * 1e7);
    size_t n_digits = 0;
    while (scaled != 0 || n_digits < 8) {
        if (n_digits == 7) digits[n_digits++] = '.';
        digits[n_digits++] = (char)('0' + scaled % 10);
        scaled /= 10;
    }
    size_t n_bytes = 0;
    if (value < 0) text_out[n_bytes++] = '-';
    while (n_digits > 0) text_out[n_bytes++] = digits[--n_digits];
    return n_bytes;
}

static void write_header(FILE *file, uint64_t n_columns) {
    for (uint64_t j = 0; j < n_columns; j++) {
        fprintf(file, "%sf%llu", j ? "," : "", (unsigned long long)j);
    }
    fputc('\n', file);
}

/* Writes the rows through line, which has room for one. */
static void write_rows(FILE *file, const table_shape *shape, char *line) {
    bench_random random;
    bench_random_seed(&random, shape->seed);
    for (uint64_t i = 0; i < shape->n_rows; i++) {
        size_t n_bytes = 0;
        for (uint64_t j = 0; j < shape->n_columns; j++) {
            int missing =
                shape->missing_percent && bench_random_below(&random, 100) < shape->missing_percent;
            if (!missing) n_bytes += write_number(bench_random_normal(&random), line + n_bytes);
            line[n_bytes++] = ',';
        }
        line[n_bytes - 1] = '\n';
        fwrite(line, 1, n_bytes, file);
    }
}

/* 0, or -1 after a message. */
static int write_table(const char *path, const table_shape *shape) {
    char *line = malloc((size_t)shape->n_columns * CELL_BYTES);
    FILE *file = fopen(path, "w");
    int failed = !line || !file;
    if (!failed) {
        write_header(file, shape->n_columns);
        write_rows(file, shape, line);
        failed = ferror(file);
    }
    if (file && fclose(file) != 0) failed = 1;
    free(line);
    if (failed) perror(path);
    return failed ? -1 : 0;
}

int main(int argc, char **argv) {
    table_shape shape = {1000000, 28, 7, 0};
    const bench_option options[] = {
        {"--rows", &shape.n_rows, NULL, NULL, "rows below the header"},
        {"--columns", &shape.n_columns, NULL, NULL, "columns, f0 to f<columns - 1>"},
        {"--seed", &shape.seed, NULL, NULL, "seed of the random numbers"},
        {"--missing", &shape.missing_percent, NULL, NULL, "percent of empty cells"},
    };
    const bench_usage usage = {"make_table",
                               "OUT.csv",
                               "Writes a table of normal deviates as CSV.",
                               options,
                               sizeof options / sizeof options[0],
                               1,
                               0};
    int first = bench_options_read(&usage, argc, argv);
    if (first < 0) return 2;
    if (shape.n_columns < 1 || shape.n_columns > 1000000) {
        fprintf(stderr, "make_table: --columns must be 1 to 1000000\n");
        return 2;
    }
    return write_table(argv[first], &shape) < 0 ? 5 : 0;
}
