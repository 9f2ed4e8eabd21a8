/*
 * Filling blocks. The loop over float columns is the one that large tables spend their time in.
 */
#include "rows.h"
#include "fields.h"

#include <math.h>
#include <stdlib.h>

uint64_t ortl__rows_bytes(const ortl__model_columns *columns, const ortl__mapping *mapping,
                          size_t capacity) {
    uint64_t row_bytes = (uint64_t)mapping->n_kept * sizeof(ortl_string);
    for (size_t i = 0; i < columns->n_groups; i++)
        row_bytes +=
            (uint64_t)columns->groups[i].n_columns * ortl_type_bytes(columns->groups[i].type);
    if (row_bytes > 0 && capacity > SIZE_MAX / row_bytes) return UINT64_MAX;
    return row_bytes * capacity;
}

ortl_status ortl__rows_reserve(ortl__rows *rows, size_t capacity, ortl_error *error) {
    size_t n_groups = rows->columns->n_groups;
    bool is_complete = ortl__rows_bytes(rows->columns, rows->mapping, capacity) != UINT64_MAX;
    if (is_complete && rows->data == NULL) {
        rows->data = calloc(n_groups, sizeof *rows->data);
        is_complete = rows->data != NULL;
        rows->scan = ortl__scan_choose();
    }
    for (size_t i = 0; i < n_groups && is_complete; i++) {
        const ortl__column_group *group = &rows->columns->groups[i];
        /* One byte more, so that a group without columns has an address too. */
        void *larger =
            realloc(rows->data[i], capacity * group->n_columns * ortl_type_bytes(group->type) + 1);
        if (larger != NULL) rows->data[i] = larger;
        is_complete = larger != NULL;
    }
    if (is_complete && rows->mapping->n_kept > 0) {
        ortl_string *larger =
            realloc(rows->kept, capacity * rows->mapping->n_kept * sizeof *rows->kept);
        if (larger != NULL) rows->kept = larger;
        is_complete = larger != NULL;
    }
    if (!is_complete)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for %llu rows",
                                  (unsigned long long)capacity);
    rows->capacity = capacity;
    return ORTL_OK;
}

/* ---- Adding ---------------------------------------------------------------------------------- */

#define SHOWN_CHARS 40 /* of a name or a field in a message */

static int shown(size_t n_bytes) {
    return (int)(n_bytes < SHOWN_CHARS ? n_bytes : SHOWN_CHARS);
}

/* A record that is too short misses its last fields when that is allowed. */
static csv_field take_field(const csv_record *record, size_t index) {
    return index < record->n_fields ? record->fields[index]
                                    : (csv_field){record->fields[0].text, 0};
}

static ortl_status fail_field(const ortl__rows *rows, const csv_record *record, size_t column,
                              const char *problem, ortl_error *error) {
    size_t index = rows->mapping->fields[column];
    csv_field field = take_field(record, index);
    ortl_string name = {"", 0};
    if (rows->mapping->names != NULL)
        name = rows->mapping->names[index];
    else if (rows->columns->names != NULL)
        name = rows->columns->names[column];
    char text[4 * SHOWN_CHARS + 1]; /* escaped here, where its length is known: it may hold NUL */
    ortl__message_escape(field.text, (size_t)shown(field.n_bytes), text, sizeof text);
    return ortl__message_fail(error, ORTL_BAD_INPUT, "%llu: field %llu%s%.*s%s: \"%s\" %s",
                              (unsigned long long)record->line, (unsigned long long)index + 1,
                              name.n_bytes > 0 ? " (" : "", shown(name.n_bytes), name.data,
                              name.n_bytes > 0 ? ")" : "", text, problem);
}

static ortl_status add_floats(const ortl__rows *rows, const csv_record *record,
                              const ortl__column_group *group, float *cells, ortl_error *error) {
    const size_t *fields = rows->mapping->fields + group->first;
    bool is_whole = record->n_fields == rows->mapping->n_fields;
    for (size_t j = 0; j < group->n_columns; j++) {
        if (is_whole)
            j += rows->scan->read_floats(record->fields, fields + j, group->n_columns - j,
                                         rows->point, cells + j);
        if (j == group->n_columns) break;
        csv_field field = take_field(record, fields[j]);
        if (ortl__field_read_float(&field, rows->point, &cells[j])) continue;
        if (!rows->is_lenient)
            return fail_field(rows, record, group->first + j,
                              "is not a number (--on-error nan makes it NaN)", error);
        cells[j] = NAN;
    }
    return ORTL_OK;
}

static ortl_status add_cell(ortl__rows *rows, const csv_record *record,
                            const ortl__column_group *group, size_t column, void *cell,
                            ortl_error *error) {
    csv_field field = take_field(record, rows->mapping->fields[column]);
    const char *problem;
    ortl_status status =
        ortl__field_read(&field, rows->point, group->type, &rows->texts, cell, &problem, error);
    if (status != ORTL_OK || problem == NULL) return status;
    if (rows->is_lenient && group->type == ORTL_DOUBLE) {
        *(double *)cell = NAN;
        return ORTL_OK;
    }
    return fail_field(rows, record, column, problem, error);
}

static ortl_status add_group(ortl__rows *rows, const csv_record *record, size_t group_index,
                             ortl_error *error) {
    const ortl__column_group *group = &rows->columns->groups[group_index];
    size_t cell_bytes = ortl_type_bytes(group->type);
    char *cells = (char *)rows->data[group_index] + rows->n_rows * group->n_columns * cell_bytes;
    if (group->type == ORTL_FLOAT)
        return add_floats(rows, record, group, (float *)(void *)cells, error);
    ortl_status status = ORTL_OK;
    for (size_t j = 0; j < group->n_columns && status == ORTL_OK; j++)
        status = add_cell(rows, record, group, group->first + j, cells + j * cell_bytes, error);
    return status;
}

static ortl_status add_kept(ortl__rows *rows, const csv_record *record, ortl_error *error) {
    size_t n_kept = rows->mapping->n_kept;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < n_kept && status == ORTL_OK; i++) {
        csv_field field = take_field(record, rows->mapping->kept[i]);
        status =
            ortl__texts_join(&rows->texts, (ortl_string){field.text, field.n_bytes},
                             (ortl_string){NULL, 0}, &rows->kept[rows->n_rows * n_kept + i], error);
    }
    return status;
}

ortl_status ortl__rows_add(ortl__rows *rows, const csv_record *record, ortl_error *error) {
    size_t n_fields = rows->mapping->n_fields;
    if (record->n_fields > n_fields || (record->n_fields < n_fields && !rows->is_lenient))
        return ortl__message_fail(
            error, ORTL_BAD_INPUT, "%llu: %llu field%s, but the first record has %llu",
            (unsigned long long)record->line, (unsigned long long)record->n_fields,
            record->n_fields == 1 ? "" : "s", (unsigned long long)n_fields);
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < rows->columns->n_groups && status == ORTL_OK; i++)
        status = add_group(rows, record, i, error);
    if (status == ORTL_OK) status = add_kept(rows, record, error);
    if (status == ORTL_OK) rows->n_rows++;
    return status;
}

void ortl__rows_clear(ortl__rows *rows) {
    rows->n_rows = 0;
    ortl__texts_clear(&rows->texts);
}

void ortl__rows_free(ortl__rows *rows) {
    for (size_t i = 0; rows->data != NULL && i < rows->columns->n_groups; i++) free(rows->data[i]);
    free(rows->data);
    free(rows->kept);
    ortl__texts_free(&rows->texts);
    *rows = (ortl__rows)ORTL__ROWS_INIT;
}
