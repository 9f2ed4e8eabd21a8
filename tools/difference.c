/*
 * The columns of two results side by side.
 */
#include "difference.h"

#include "../runtime/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MATCHED_BY_NAME 4096 /* columns; of more, the order decides */
#define PARTING_BYTES   200
#define SHOWN_BYTES     48 /* of a text cell */

/* ---- Columns --------------------------------------------------------------------------------- */

static ortl__diff_column find_column(const ortl__results *results, size_t number) {
    ortl__diff_column column = {0, number};
    while (column.index >= results->groups[column.group].n_columns) {
        column.index -= results->groups[column.group].n_columns;
        column.group++;
    }
    return column;
}

static bool is_same_text(ortl_string a, ortl_string b) {
    return a.n_bytes == b.n_bytes && (a.n_bytes == 0 || memcmp(a.data, b.data, a.n_bytes) == 0);
}

/* The column of B that is called like column number of A; the one in its place when there is none,
 * or when there are very many. */
static size_t match_column(const ortl__difference *d, size_t number) {
    const ortl__results *a = &d->a.results, *b = &d->b.results;
    for (size_t i = 0; i < b->n_columns && d->n_columns <= MATCHED_BY_NAME; i++)
        if (is_same_text(a->names[number], b->names[i])) return i;
    return number;
}

static ortl_status match_columns(ortl__difference *d) {
    d->n_columns = d->a.results.n_columns;
    d->has_other_form = d->n_columns != d->b.results.n_columns;
    if (d->has_other_form) return ORTL_OK;
    d->columns = calloc(2 * d->n_columns, sizeof *d->columns);
    if (d->columns == NULL)
        return ortl__message_fail(&d->report->error, ORTL_NO_MEMORY, "no memory for the columns");
    for (size_t i = 0; i < d->n_columns; i++) {
        ortl__diff_column *pair = d->columns + 2 * i;
        pair[0] = find_column(&d->a.results, i);
        pair[1] = find_column(&d->b.results, match_column(d, i));
        if (d->a.results.groups[pair[0].group].type != d->b.results.groups[pair[1].group].type)
            d->has_other_form = true;
    }
    return ORTL_OK;
}

/* ---- Cells ----------------------------------------------------------------------------------- */

static const void *find_cell(const ortl__scoring *s, ortl__diff_column column, size_t row,
                             ortl_type *type_out) {
    const ortl__result_group *group = &s->results.groups[column.group];
    *type_out = group->type;
    return (const char *)group->data +
           (row * group->n_columns + column.index) * ortl_type_bytes(group->type);
}

static bool is_number(ortl_type type) {
    return type == ORTL_FLOAT || type == ORTL_DOUBLE;
}

static double read_number(const void *cell, ortl_type type) {
    return type == ORTL_FLOAT ? (double)*(const float *)cell : *(const double *)cell;
}

static size_t write_integer(const void *cell, ortl_type type, char text_out[SHOWN_BYTES]) {
    switch (type) {
    case ORTL_INT64: return ortl__number_write_int64(*(const int64_t *)cell, text_out);
    case ORTL_INT32: return ortl__number_write_int64(*(const int32_t *)cell, text_out);
    case ORTL_INT16: return ortl__number_write_int64(*(const int16_t *)cell, text_out);
    default: return ortl__number_write_int64(*(const unsigned char *)cell, text_out);
    }
}

/* The cell as text, cut to what a line holds. */
static void show_cell(const void *cell, ortl_type type, char text_out[SHOWN_BYTES]) {
    size_t n_bytes;
    if (type == ORTL_STRING) {
        const ortl_string *text = cell;
        n_bytes = text->n_bytes < SHOWN_BYTES - 1 ? text->n_bytes : SHOWN_BYTES - 1;
        if (n_bytes > 0) memcpy(text_out, text->data, n_bytes);
    } else if (type == ORTL_FLOAT) {
        n_bytes = ortl__number_write_float(*(const float *)cell, text_out);
    } else if (type == ORTL_DOUBLE) {
        n_bytes = ortl__number_write_double(*(const double *)cell, text_out);
    } else {
        n_bytes = write_integer(cell, type, text_out);
    }
    text_out[n_bytes] = '\0';
}

/* NaN is what NaN is. */
static bool is_same_number(ortl__difference *d, double a, double b, uint64_t line) {
    if (a == b || (isnan(a) && isnan(b))) return true;
    double distance = fabs(a - b);
    if (!(distance <= d->greatest)) {
        d->greatest = distance;
        d->greatest_line = line;
    }
    return distance <= d->settings->tolerance;
}

static bool is_same_cell(ortl__difference *d, const void *a, const void *b, ortl_type type,
                         uint64_t line) {
    if (is_number(type)) return is_same_number(d, read_number(a, type), read_number(b, type), line);
    if (type == ORTL_STRING) return is_same_text(*(const ortl_string *)a, *(const ortl_string *)b);
    return memcmp(a, b, ortl_type_bytes(type)) == 0;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static ortl_status add_finding(ortl__difference *d, size_t row, size_t column, const void *a,
                               const void *b, ortl_type type) {
    ortl__findings *findings = is_number(type) ? &d->numbers : &d->labels;
    char of_a[SHOWN_BYTES], of_b[SHOWN_BYTES], parting[PARTING_BYTES] = "";
    ortl_string name = d->a.results.names[column];
    ortl_status status = ORTL_OK;
    show_cell(a, type, of_a);
    show_cell(b, type, of_b);
    if (findings->n_found < ORTL__FINDINGS_SHOWN)
        status = ortl__parting_find(&d->a, &d->b, row, parting, sizeof parting, &d->report->error);
    ortl__findings_add(findings, "line %llu: %.*s is %s in A, %s in B%s%s",
                       (unsigned long long)d->a.lines[row],
                       (int)(name.n_bytes < 60 ? name.n_bytes : 60), name.data, of_a, of_b,
                       parting[0] != '\0' ? "; " : "", parting);
    return status;
}

/* One finding of each kind for a row, at its first column that differs. */
static ortl_status compare_row(ortl__difference *d, size_t row) {
    bool has_label = false, has_number = false;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < d->n_columns && status == ORTL_OK; i++) {
        ortl_type type, type_b;
        const void *a = find_cell(&d->a, d->columns[2 * i], row, &type);
        const void *b = find_cell(&d->b, d->columns[2 * i + 1], row, &type_b);
        bool *is_known = is_number(type) ? &has_number : &has_label;
        if (is_same_cell(d, a, b, type, d->a.lines[row]) || *is_known) continue;
        *is_known = true;
        status = add_finding(d, row, i, a, b, type);
    }
    return status;
}

static ortl_status compare_block(ortl__difference *d) {
    ortl_status status = ORTL_OK;
    if (d->a.rows.n_rows != d->b.rows.n_rows)
        return ortl__message_fail(&d->report->error, ORTL_IO,
                                  "the table changed while it was read");
    if (d->columns == NULL && !d->has_other_form) status = match_columns(d);
    for (size_t row = 0; row < d->a.rows.n_rows && status == ORTL_OK && !d->has_other_form; row++)
        status = compare_row(d, row);
    return status;
}

ortl_status ortl__difference_find(ortl__difference *d, const ortl__diff_settings *settings,
                                  ortl__report *report) {
    ortl__scoring_settings of_a = {.table = &settings->table,
                                   .model = settings->model_a,
                                   .input = settings->input,
                                   .keep_forest = true};
    ortl__scoring_settings of_b = of_a;
    of_b.model = settings->model_b;
    of_b.is_silent = true;
    memset(d, 0, sizeof *d);
    d->settings = settings;
    d->report = report;
    ortl_status status = ortl__scoring_open(&d->a, &of_a, report);
    if (status == ORTL_OK) status = ortl__scoring_open(&d->b, &of_b, report);
    while (status == ORTL_OK) {
        status = ortl__scoring_next(&d->a, report);
        if (status == ORTL_OK) status = ortl__scoring_next(&d->b, report);
        if (status != ORTL_OK || (d->a.rows.n_rows == 0 && d->b.rows.n_rows == 0)) break;
        status = compare_block(d);
    }
    if (status == ORTL_OK && d->a.n_rows == 0)
        status = ortl__message_fail(&report->error, ORTL_BAD_INPUT, "the table has no rows");
    report->has_differences =
        status == ORTL_OK && (d->has_other_form || d->labels.n_found + d->numbers.n_found > 0);
    d->a.settings = d->b.settings = NULL; /* they end here */
    return status;
}

void ortl__difference_free(ortl__difference *d) {
    free(d->columns);
    ortl__scoring_close(&d->a);
    ortl__scoring_close(&d->b);
}
