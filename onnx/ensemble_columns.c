/*
 * Columns of the tree attributes: a table of their names, and appending in compact form. What the
 * ids mean and whether they fit together is left to the forest.
 */
#include "ensemble_columns.h"

#include <string.h>

#include "../runtime/status.h"

#define AS_TENSOR "_as_tensor"

/* Most ids of one run: what its 31 bits hold. */
#define RUN_IDS ((uint64_t)INT32_MAX)

static const struct {
    const char *attribute;
    const char *of_regressor; /* NULL: the same */
    ortl__column_kind kind;
} facts[ORTL__N_COLUMNS] = {
#define COLUMN_FACTS(name, attribute, regressor, kind) {attribute, regressor, ORTL__COLUMN_##kind},
    ORTL__COLUMN_MAP(COLUMN_FACTS)
#undef COLUMN_FACTS
};

ortl_status ortl__ensemble_columns_new(ortl__memory *memory, ortl__ensemble_kind kind,
                                       ortl__ensemble_columns **columns_out, ortl_error *error) {
    ortl_status status = ortl__memory_new_zero(memory, 1, sizeof **columns_out, columns_out, error);
    if (status != ORTL_OK) return status;
    (*columns_out)->memory = memory;
    (*columns_out)->kind = kind;
    (*columns_out)->values_are_nonnegative = 1;
    return ORTL_OK;
}

void ortl__ensemble_columns_free(ortl__ensemble_columns *columns) {
    if (columns == NULL) return;
    for (int name = 0; name < ORTL__N_COLUMNS; name++)
        ortl__column_release(columns, (ortl__column_name)name);
    ortl__memory_free(columns->memory, columns, 1, sizeof *columns);
}

/* TreeEnsemble (5) shares the tests' columns with the older operators and has the V5 columns. */
static int belongs(ortl__ensemble_kind kind, ortl__column_name name) {
    switch (name) {
    case ORTL__COLUMN_NODE_FEATURES:
    case ORTL__COLUMN_NODE_MODES:
    case ORTL__COLUMN_NODE_TRUE:
    case ORTL__COLUMN_NODE_FALSE:
    case ORTL__COLUMN_NODE_MISSING:
    case ORTL__COLUMN_HIT_RATES: return 1;
    default: return (kind == ORTL__ENSEMBLE_V5) == (name >= ORTL__COLUMN_V5_SPLITS);
    }
}

const char *ortl__column_attribute(ortl__ensemble_kind kind, ortl__column_name name) {
    const char *of_regressor = facts[name].of_regressor;
    if (kind == ORTL__ENSEMBLE_REGRESSOR && of_regressor != NULL) return of_regressor;
    return facts[name].attribute;
}

ortl__column_kind ortl__column_kind_of(ortl__column_name name) {
    return facts[name].kind;
}

ortl__column_name ortl__column_find(ortl__ensemble_kind kind, const char *attribute, size_t n_bytes,
                                    int *as_tensor_out) {
    const size_t suffix_bytes = sizeof AS_TENSOR - 1;
    int name;
    for (name = 0; name < ORTL__N_COLUMNS; name++) {
        const char *own = ortl__column_attribute(kind, (ortl__column_name)name);
        size_t own_bytes = strlen(own);
        if (!belongs(kind, (ortl__column_name)name)) continue;
        if (n_bytes < own_bytes || memcmp(attribute, own, own_bytes) != 0) continue;
        *as_tensor_out = n_bytes != own_bytes;
        if (n_bytes == own_bytes) break;
        if (facts[name].kind == ORTL__COLUMN_REALS && kind != ORTL__ENSEMBLE_V5 &&
            n_bytes == own_bytes + suffix_bytes &&
            memcmp(attribute + own_bytes, AS_TENSOR, suffix_bytes) == 0)
            break;
    }
    return (ortl__column_name)name;
}

static size_t element_bytes(const ortl__column *column, ortl__column_name name) {
    switch (facts[name].kind) {
    case ORTL__COLUMN_IDS: return sizeof(uint32_t);
    case ORTL__COLUMN_RUNS: return sizeof(ortl__id_run);
    case ORTL__COLUMN_FLAGS:
    case ORTL__COLUMN_MODES: return sizeof(uint8_t);
    case ORTL__COLUMN_REALS: break;
    }
    return column->is_double ? sizeof(double) : sizeof(float);
}

/* Room for n_more elements, growing by half or to exactly what is needed. */
static ortl_status make_room(ortl__ensemble_columns *columns, ortl__column_name name,
                             uint64_t n_more, int exactly, ortl_error *error) {
    ortl__column *column = &columns->columns[name];
    size_t n_bytes = element_bytes(column, name);
    uint64_t needed = column->n_stored + n_more;
    column->is_present = 1;
    if (needed < n_more)
        return ortl__fail_limit(error, "memory_bytes", columns->memory->limit, UINT64_MAX);
    if (needed <= column->capacity) return ORTL_OK;
    if (!exactly)
        return ortl__memory_grow(columns->memory, &column->data, &column->capacity, needed, n_bytes,
                                 error);
    ortl_status status = ortl__memory_resize(columns->memory, &column->data, column->capacity,
                                             needed, n_bytes, error);
    if (status == ORTL_OK) column->capacity = needed;
    return status;
}

ortl_status ortl__column_reserve(ortl__ensemble_columns *columns, ortl__column_name name,
                                 uint64_t n_more, ortl_error *error) {
    if (facts[name].kind == ORTL__COLUMN_RUNS) n_more = 0;
    return make_room(columns, name, n_more, 1, error);
}

void ortl__column_trim(ortl__ensemble_columns *columns, ortl__column_name name) {
    ortl__column *column = &columns->columns[name];
    /* An allocator that cannot shrink a block leaves it as it is, which does no harm. */
    if (ortl__memory_resize(columns->memory, &column->data, column->capacity, column->n_stored,
                            element_bytes(column, name), NULL) == ORTL_OK)
        column->capacity = column->n_stored;
}

void ortl__column_release(ortl__ensemble_columns *columns, ortl__column_name name) {
    ortl__column *column = &columns->columns[name];
    ortl__memory_free(columns->memory, column->data, column->capacity, element_bytes(column, name));
    column->data = NULL;
    column->count = column->n_stored = column->capacity = 0;
}

/* ---- Ids ------------------------------------------------------------------------------------- */

static uint32_t saturate(int64_t id) {
    return (uint64_t)id < ORTL__ID_NONE ? (uint32_t)id : ORTL__ID_NONE;
}

/* A run of one id takes its step from the second; id is what follows. */
static void choose_step(ortl__id_run *run, uint32_t id) {
    if (run->count != 1) return;
    run->step = run->first != ORTL__ID_NONE && id != ORTL__ID_NONE && id == run->first + 1;
}

/* Adds as many of the n ids to the run as continue it, and returns their number. */
static size_t extend_run(ortl__id_run *run, const int64_t *ids, size_t n) {
    choose_step(run, saturate(ids[0]));
    const uint32_t step = run->step;
    uint32_t next = run->first + step * run->count;
    uint64_t room = RUN_IDS - run->count;
    if (step == 1 && room > ORTL__ID_NONE - next) room = ORTL__ID_NONE - next;
    if (n > room) n = (size_t)room;
    size_t n_taken = 0;
    for (; n_taken < n && saturate(ids[n_taken]) == next; n_taken++) next += step;
    run->count = (uint32_t)(run->count + n_taken) & INT32_MAX;
    return n_taken;
}

static ortl_status append_runs(ortl__ensemble_columns *columns, ortl__column_name name,
                               const int64_t *ids, size_t n, ortl_error *error) {
    ortl__column *column = &columns->columns[name];
    while (n > 0) {
        size_t n_taken = 0;
        ortl__id_run *runs = column->data;
        if (column->n_stored > 0) n_taken = extend_run(&runs[column->n_stored - 1], ids, n);
        if (n_taken == 0) {
            ortl_status status = make_room(columns, name, 1, 0, error);
            if (status != ORTL_OK) return status;
            runs = column->data;
            runs[column->n_stored++] = (ortl__id_run){saturate(ids[0]), 1, 0};
            n_taken = 1;
        }
        column->count += n_taken;
        ids += n_taken;
        n -= n_taken;
    }
    return ORTL_OK;
}

ortl_status ortl__column_append_ids(ortl__ensemble_columns *columns, ortl__column_name name,
                                    const int64_t *ids, size_t n, ortl_error *error) {
    ortl__column *column = &columns->columns[name];
    ortl_status status = make_room(columns, name, 0, 0, error);
    if (status != ORTL_OK) return status;
    if (facts[name].kind == ORTL__COLUMN_RUNS) return append_runs(columns, name, ids, n, error);
    status = make_room(columns, name, n, 0, error);
    if (status != ORTL_OK) return status;
    if (facts[name].kind == ORTL__COLUMN_FLAGS) {
        uint8_t *flags = (uint8_t *)column->data + column->n_stored;
        for (size_t i = 0; i < n; i++) flags[i] = ids[i] == 1;
    } else {
        uint32_t *kept = (uint32_t *)column->data + column->n_stored;
        for (size_t i = 0; i < n; i++) kept[i] = saturate(ids[i]);
    }
    column->n_stored += n;
    column->count += n;
    return ORTL_OK;
}

ortl_status ortl__column_append_id(ortl__ensemble_columns *columns, ortl__column_name name,
                                   int64_t id, ortl_error *error) {
    return ortl__column_append_ids(columns, name, &id, 1, error);
}

void ortl__id_cursor_init(ortl__id_cursor *cursor, const ortl__column *column) {
    cursor->run = column->data;
    cursor->runs_left = column->n_stored;
    cursor->taken = 0;
}

uint32_t ortl__id_cursor_next(ortl__id_cursor *cursor) {
    if (cursor->runs_left == 0) return ORTL__ID_NONE;
    const ortl__id_run *run = cursor->run;
    uint32_t id = run->first + run->step * cursor->taken;
    if (++cursor->taken == run->count) {
        cursor->run++;
        cursor->runs_left--;
        cursor->taken = 0;
    }
    return id;
}

/* ---- Modes and reals ------------------------------------------------------------------------- */

ortl_status ortl__column_append_modes(ortl__ensemble_columns *columns, ortl__column_name name,
                                      const uint8_t *modes, size_t n, ortl_error *error) {
    ortl__column *column = &columns->columns[name];
    ortl_status status = make_room(columns, name, n, 0, error);
    if (status != ORTL_OK) return status;
    if (n > 0) memcpy((uint8_t *)column->data + column->n_stored, modes, n);
    column->n_stored += n;
    column->count += n;
    return ORTL_OK;
}

ortl_status ortl__column_append_mode(ortl__ensemble_columns *columns, ortl__column_name name,
                                     ortl__mode mode, ortl_error *error) {
    uint8_t byte = (uint8_t)mode;
    return ortl__column_append_modes(columns, name, &byte, 1, error);
}

/* Counts n reals that were just stored; below_zero tells whether one of them is. */
static void count_reals(ortl__ensemble_columns *columns, ortl__column_name name, size_t n,
                        int below_zero) {
    columns->columns[name].n_stored += n;
    columns->columns[name].count += n;
    if (name == ORTL__COLUMN_WEIGHTS && below_zero) columns->values_are_nonnegative = 0;
}

ortl_status ortl__column_append_floats(ortl__ensemble_columns *columns, ortl__column_name name,
                                       const float *values, size_t n, ortl_error *error) {
    int below_zero = 0;
    ortl__column *column = &columns->columns[name];
    ortl_status status = make_room(columns, name, n, 0, error);
    if (status != ORTL_OK || n == 0) return status;
    if (column->is_double) {
        double *kept = (double *)column->data + column->n_stored;
        for (size_t i = 0; i < n; i++) kept[i] = (double)values[i];
    } else {
        memcpy((float *)column->data + column->n_stored, values, n * sizeof *values);
    }
    for (size_t i = 0; i < n; i++) below_zero |= values[i] < 0;
    count_reals(columns, name, n, below_zero);
    return ORTL_OK;
}

ortl_status ortl__column_append_double(ortl__ensemble_columns *columns, ortl__column_name name,
                                       double value, ortl_error *error) {
    return ortl__column_append_doubles(columns, name, &value, 1, error);
}

ortl_status ortl__column_append_doubles(ortl__ensemble_columns *columns, ortl__column_name name,
                                        const double *values, size_t n, ortl_error *error) {
    int below_zero = 0;
    ortl__column *column = &columns->columns[name];
    if (!column->is_double && column->n_stored > 0)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "a column of floats cannot take doubles");
    if (!column->is_double) ortl__column_release(columns, name);
    column->is_double = 1;
    ortl_status status = make_room(columns, name, n, 0, error);
    if (status != ORTL_OK || n == 0) return status;
    memcpy((double *)column->data + column->n_stored, values, n * sizeof *values);
    for (size_t i = 0; i < n; i++) below_zero |= values[i] < 0;
    count_reals(columns, name, n, below_zero);
    return ORTL_OK;
}

ortl_status ortl__column_append_float(ortl__ensemble_columns *columns, ortl__column_name name,
                                      float value, ortl_error *error) {
    return ortl__column_append_floats(columns, name, &value, 1, error);
}
