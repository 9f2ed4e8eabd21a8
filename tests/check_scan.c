/*
 * Every scan that this processor can run (tools/scan.h) against the plain one: delimiters in random
 * text of every length, and fields that are numbers, nearly numbers and not numbers at all, in
 * blocks of memory with no byte to spare. `check_scan --bench TABLE.csv` instead times the reading
 * of a table of floats, from the file to blocks of rows.
 */
#include "../runtime/number.h"
#include "../tools/rows.h"
#include "../tools/scan.h"
#include "random_numbers.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned n_failed;
static uint64_t random_state = 1;

static size_t random_below(size_t n) {
    return (size_t)(next_random(&random_state) % n);
}

/* A copy of the text with what may be read around it and nothing more; free gets *block_out. */
static char *place(const char *text, size_t n_bytes, char **block_out) {
    char *block = malloc(CSV_BYTES_AHEAD + n_bytes + CSV_BYTES_BEHIND);
    if (block == NULL) abort();
    for (size_t i = 0; i < CSV_BYTES_AHEAD + n_bytes + CSV_BYTES_BEHIND; i++)
        block[i] = "0123456789,.-e\n"[random_below(15)];
    if (n_bytes > 0) memcpy(block + CSV_BYTES_AHEAD, text, n_bytes);
    *block_out = block;
    return block + CSV_BYTES_AHEAD;
}

/* ---- Delimiters ------------------------------------------------------------------------------ */

static void check_find(const ortl__scan *scan, size_t n_bytes, size_t n_letters) {
    char text[ORTL__SCAN_BYTES] = "", *block;
    uint16_t places[ORTL__SCAN_BYTES + ORTL__SCAN_SLACK];
    char delimiter = ",;\t0\xff"[random_below(5)];
    for (size_t i = 0; i < n_bytes; i++)
        text[i] = random_below(n_letters) == 0 ? delimiter : (char)random_below(256);
    size_t n_places = scan->find(place(text, n_bytes, &block), n_bytes, delimiter, places);
    size_t n_wanted = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        if (text[i] != delimiter) continue;
        if (n_wanted >= n_places || places[n_wanted] != i) {
            n_wanted = SIZE_MAX;
            break;
        }
        n_wanted++;
    }
    if (n_wanted != n_places) {
        printf("FAILED %s: %zu bytes, %zu delimiters\n", scan->name, n_bytes, n_places);
        n_failed++;
    }
    free(block);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static size_t random_digits(char *text_out, size_t n) {
    for (size_t i = 0; i < n; i++) text_out[i] = (char)('0' + random_below(10));
    return n;
}

/* A float in its shortest digits, or a middle between two floats with all of its digits. */
static size_t write_some_float(char *text_out) {
    float value = float_of((uint32_t)next_random(&random_state));
    if (random_below(2)) return ortl__number_write_float(value, text_out);
    uint32_t bits = (uint32_t)(127 + random_below(30)) << 23 | (uint32_t)random_below(1 << 23);
    double middle = ((double)float_of(bits) + (double)float_of(bits + 1)) / 2;
    return ortl__number_write_double(middle, text_out);
}

/* A field of at most 60 bytes; most are numbers with a point. */
static size_t write_field(char point, char *text_out) {
    static const char *const odd[] = {"",      "-",
                                      "+",     ".",
                                      "-.",    "nan",
                                      "-inf",  "1.2.3",
                                      "1..",   " 1 ",
                                      "1e-05", "--",
                                      "+5",    "1,2,3",
                                      "0x10",  "1_0",
                                      "-0",    "0",
                                      "/0",    ":1",
                                      "e5",    "9007199254740993"};
    size_t n = 0;
    switch (random_below(8)) {
    case 0: n = strlen(strcpy(text_out, odd[random_below(sizeof odd / sizeof odd[0])])); break;
    case 1: n = write_some_float(text_out); break;
    default:
        if (random_below(2)) text_out[n++] = "+-"[random_below(2)];
        n += random_digits(text_out + n, random_below(random_below(4) ? 4 : 18));
        if (random_below(8)) text_out[n++] = '.';
        n += random_digits(text_out + n, random_below(random_below(4) ? 9 : 37));
    }
    if (n > 0 && random_below(50) == 0) text_out[random_below(n)] = (char)random_below(256);
    for (size_t i = 0; i < n; i++)
        if (text_out[i] == '.') text_out[i] = point;
    return n;
}

/* What is read is what the plain function reads; ordinary numbers are read without help. */
static void check_field(const ortl__scan *scan) {
    char text[64], *block, point = random_below(4) ? '.' : ',';
    const size_t order[1] = {1};
    csv_field fields[2] = {{NULL, 0}, {NULL, 0}};
    float value = 0, wanted = 0;
    size_t n_bytes = write_field(point, text);
    fields[1] = (csv_field){place(text, n_bytes, &block), n_bytes};
    size_t n_used = ortl__number_read_float(text, n_bytes, point, &wanted);
    int is_number = n_used == n_bytes;
    if (n_bytes == 0) wanted = NAN;
    int is_read = scan->read_floats(fields, order, 1, point, &value) == 1;
    if (is_read && (!is_number || bits_of_float(value) != bits_of_float(wanted))) {
        printf("FAILED %s: \"%.*s\"\n", scan->name, (int)n_bytes, text);
        n_failed++;
        if (n_failed > 50) exit(1);
    }
    free(block);
}

/* Rows as tables have them must not fall back on the long way. */
static void check_short_cut(const ortl__scan *scan) {
    static const char text[] = "0.0417415,-12.5,+7,-1234567.250000000000001,-0,,3.";
    const size_t order[7] = {6, 0, 1, 2, 3, 4, 5};
    const float wanted[7] = {3.f, 0.0417415f, -12.5f, 7.f, -1234567.25f, -0.f, NAN};
    float values[7];
    char *block, *at = place(text, sizeof text - 1, &block);
    csv_field fields[7];
    for (size_t i = 0; i < 7; i++) {
        fields[i] = (csv_field){at, i < 6 ? strcspn(at, ",") : 2};
        at += fields[i].n_bytes + 1;
    }
    if (scan->read_floats(fields, order, 7, '.', values) != 7 ||
        memcmp(values, wanted, sizeof wanted) != 0) {
        printf("FAILED %s: an ordinary row\n", scan->name);
        n_failed++;
    }
    free(block);
}

static void check_scan(const ortl__scan *scan) {
    for (size_t n = 0; n <= ORTL__SCAN_BYTES; n++)
        for (size_t n_letters = 1; n_letters < 100; n_letters *= 3) check_find(scan, n, n_letters);
    for (size_t i = 0; i < 1000000; i++) check_field(scan);
    check_short_cut(scan);
}

/* ---- Bench ----------------------------------------------------------------------------------- */

enum { BENCH_ROWS = 512, BENCH_RUNS = 9 };

/* Of this process; reading waits for nothing when the table is in memory. */
static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One group of float columns, one for each field of the first record. */
static ortl_status map_columns(size_t n_columns, ortl__column_group *group,
                               ortl__mapping *mapping) {
    *group = (ortl__column_group){"input", ORTL_FLOAT, 2, 0, n_columns};
    *mapping = (ortl__mapping){.n_fields = n_columns, .n_columns = n_columns};
    mapping->fields = calloc(n_columns, sizeof *mapping->fields);
    if (mapping->fields == NULL) return ORTL_NO_MEMORY;
    for (size_t i = 0; i < n_columns; i++) mapping->fields[i] = i;
    return ORTL_OK;
}

/* Reads the table once into blocks of rows; the first record is its header. */
static ortl_status read_table(const char *path, uint64_t *n_rows_out, ortl_error *error) {
    int descriptor = open(path, O_RDONLY);
    csv_reader *reader = NULL;
    csv_record record = {NULL, 0, 0};
    ortl__column_group group;
    ortl__model_columns columns = {.groups = &group, .n_groups = 1};
    ortl__mapping mapping = {0};
    ortl__rows rows = {.columns = &columns, .mapping = &mapping, .point = '.'};
    ortl_status status = csv_open(csv_read_descriptor, &descriptor, NULL, &reader, error);
    if (status == ORTL_OK) status = csv_next(reader, &record, error);
    if (status == ORTL_OK) status = map_columns(record.n_fields, &group, &mapping);
    if (status == ORTL_OK) status = ortl__rows_reserve(&rows, BENCH_ROWS, error);
    if (status == ORTL_OK) status = csv_next(reader, &record, error);
    for (*n_rows_out = 0; status == ORTL_OK && record.n_fields > 0; ++*n_rows_out) {
        if (rows.n_rows == BENCH_ROWS) ortl__rows_clear(&rows);
        status = ortl__rows_add(&rows, &record, error);
        if (status == ORTL_OK) status = csv_next(reader, &record, error);
    }
    ortl__rows_free(&rows);
    free(mapping.fields);
    csv_close(reader);
    close(descriptor);
    return status;
}

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int bench(const char *path) {
    double times[BENCH_RUNS];
    uint64_t n_rows = 0;
    ortl_error error = {ORTL_OK, ""};
    int descriptor = open(path, O_RDONLY);
    double n_bytes = (double)lseek(descriptor, 0, SEEK_END);
    close(descriptor);
    for (int i = 0; i < BENCH_RUNS; i++) {
        double start = processor_seconds();
        if (read_table(path, &n_rows, &error) != ORTL_OK) {
            printf("%s: %s\n", path, error.message);
            return 1;
        }
        times[i] = processor_seconds() - start;
    }
    qsort(times, BENCH_RUNS, sizeof times[0], compare_doubles);
    printf("%s: %llu rows, median %.3f s, %.0f MB/s; least %.3f s, %.0f MB/s\n",
           ortl__scan_choose()->name, (unsigned long long)n_rows, times[BENCH_RUNS / 2],
           n_bytes / times[BENCH_RUNS / 2] / 1e6, times[0], n_bytes / times[0] / 1e6);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--bench") == 0) return bench(argv[2]);
    size_t n_scans = 0;
    while (ortl__scan_number(n_scans) != NULL) check_scan(ortl__scan_number(n_scans++));
    printf("%zu scans, %u failures\n", n_scans, n_failed);
    return n_failed != 0;
}
