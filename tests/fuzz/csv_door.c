/*
 * Door: a table as text. The first four bytes choose options and how the text is cut into pieces;
 * however it is cut, the same records and messages come out. Every field goes through the reading
 * of numbers, where strtof and strtod have the last word, and through writing and back.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/number.h"
#include "../../tools/csv.h"
#include "../../tools/fields.h"
#include "../../tools/scan.h"
#include "../random_numbers.h"
#include "door.h"
#include "number_judge.h"

#define CONTROL_BYTES 4

/* ---- The source, cut into pieces ------------------------------------------------------------- */

typedef struct pieces {
    const uint8_t *bytes; /* (n_bytes) */
    size_t n_bytes;
    size_t most_bytes; /* of a piece; 0: all at once */
    uint64_t state;
} pieces;

static ptrdiff_t read_piece(void *user, char *bytes_out, size_t n_bytes) {
    pieces *p = user;
    size_t n = p->n_bytes < n_bytes ? p->n_bytes : n_bytes;
    if (p->most_bytes > 0 && n > 0) {
        size_t most = 1 + (size_t)(next_random(&p->state) % p->most_bytes);
        if (n > most) n = most;
    }
    if (n > 0) memcpy(bytes_out, p->bytes, n);
    p->bytes += n;
    p->n_bytes -= n;
    return (ptrdiff_t)n;
}

/* ---- What was read, as one text to compare --------------------------------------------------- */

typedef struct transcript {
    unsigned char *bytes; /* (n_bytes of capacity) */
    size_t n_bytes, capacity;
} transcript;

static void note_bytes(transcript *to, const void *bytes, size_t n_bytes) {
    if (n_bytes > to->capacity - to->n_bytes) {
        to->capacity = 2 * to->capacity + n_bytes + 256;
        to->bytes = realloc(to->bytes, to->capacity);
        if (to->bytes == NULL) abort();
    }
    if (n_bytes > 0) memcpy(to->bytes + to->n_bytes, bytes, n_bytes);
    to->n_bytes += n_bytes;
}

static void note_number(transcript *to, uint64_t number) {
    note_bytes(to, &number, sizeof number);
}

static void note_record(transcript *to, const csv_record *record) {
    note_number(to, record->n_fields);
    note_number(to, record->line);
    for (size_t i = 0; i < record->n_fields; i++) {
        note_number(to, record->fields[i].n_bytes);
        note_bytes(to, record->fields[i].text, record->fields[i].n_bytes);
    }
}

/* ---- Fields --------------------------------------------------------------------------------- */

/* A scan leaves the field alone, or reads what the number is. */
static void judge_scans(const csv_field *field, char point) {
    const size_t first = 0;
    float wanted = 0, value = 0;
    size_t n = ortl__number_read_float(field->text, field->n_bytes, point, &wanted);
    for (size_t i = 0; ortl__scan_number(i) != NULL; i++) {
        if (ortl__scan_number(i)->read_floats(field, &first, 1, point, &value) == 0) continue;
        REQUIRE(n == field->n_bytes);
        REQUIRE(n == 0 ? isnan(value) : bits_of_float(value) == bits_of_float(wanted));
    }
}

/* Every type's reading of the field: a value, a problem with a text, or no memory. */
static void judge_field(const csv_field *field, char point) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64,
                                      ORTL_INT32, ORTL_BOOL,   ORTL_STRING};
    ortl__texts texts = ORTL__TEXTS_INIT;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        union {
            ortl_string text;
            double real;
            int64_t whole;
        } cell = {.text = {NULL, 0}};
        const char *problem = NULL;
        ortl_error error;
        ortl_status status =
            ortl__field_read(field, point, types[i], &texts, &cell, &problem, &error);
        door_judge(status, &error);
        REQUIRE(status == ORTL_OK);
        REQUIRE(problem == NULL || problem[0] != '\0');
        if (types[i] == ORTL_STRING)
            REQUIRE(problem == NULL && cell.text.n_bytes == field->n_bytes);
    }
    ortl__texts_free(&texts);
    number_judge(field->text, field->n_bytes, point);
    judge_scans(field, point);
}

/* ---- The door -------------------------------------------------------------------------------- */

/* Reads the whole table; point 0: the fields are only noted. */
static transcript read_table(pieces source, const csv_options *options, char point) {
    transcript seen = {0};
    csv_reader *reader = NULL;
    csv_record record = {NULL, 1, 0};
    ortl_error error;
    ortl_status status = csv_open(read_piece, &source, options, &reader, &error);
    REQUIRE(status == ORTL_OK);
    while (record.n_fields > 0) {
        status = csv_next(reader, &record, &error);
        door_judge(status, &error);
        note_number(&seen, (uint64_t)status);
        if (status != ORTL_OK) note_bytes(&seen, error.message, strlen(error.message));
        if (status != ORTL_OK && status != ORTL_BAD_INPUT) break;
        if (status == ORTL_BAD_INPUT) {
            record.n_fields = 1;
            continue;
        }
        note_record(&seen, &record);
        for (size_t i = 0; i < record.n_fields && point != 0; i++)
            judge_field(&record.fields[i], point);
    }
    csv_close(reader);
    return seen;
}

static csv_options options_of(const uint8_t *control) {
    static const char delimiters[] = {',', ';', '\t', '|', ' ', 'a', '0', '\0'};
    csv_options options = {.delimiter = delimiters[control[0] % 8]};
    if (control[0] & 8) options.max_line_bytes = 1 + control[1];
    if (control[0] & 16) options.max_columns = 1 + control[1] % 16;
    if (control[0] & 32) options.n_columns = 1 + control[1] % 3;
    return options;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    if (n_bytes < CONTROL_BYTES) return 0;
    csv_options options = options_of(bytes);
    pieces source = {bytes + CONTROL_BYTES, n_bytes - CONTROL_BYTES, 0, bytes[3]};
    transcript whole = read_table(source, &options, bytes[0] & 64 ? ',' : '.');
    const size_t most_bytes[] = {1, 2 + (size_t)bytes[2]};
    for (size_t i = 0; i < 2; i++) {
        source.most_bytes = most_bytes[i];
        transcript cut = read_table(source, &options, 0);
        REQUIRE(cut.n_bytes == whole.n_bytes);
        REQUIRE(cut.n_bytes == 0 || memcmp(cut.bytes, whole.bytes, cut.n_bytes) == 0);
        free(cut.bytes);
    }
    free(whole.bytes);
    return 0;
}
