/*
 * The door of the forest: limits that hold for every version, then the builder of the version, then
 * the proof. Also what both builders share, and freeing. See forest_classic.c and forest_v5.c for
 * the two ways in, forest_proof.c for the proof.
 */
#include "forest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../status.h"
#include "forest_work.h"

/* X(array, count, bytes of an element): the arrays of a forest, for freeing and counting. */
#define ARRAY_MAP(X)                                                                               \
    X(roots, n_trees, sizeof(uint32_t))                                                            \
    X(true_child, n_nodes, sizeof(uint32_t))                                                       \
    X(false_child, n_nodes, sizeof(uint32_t))                                                      \
    X(feature, n_nodes, sizeof(uint32_t))                                                          \
    X(test, n_nodes, sizeof(uint8_t))                                                              \
    X(value, n_nodes, real_bytes)                                                                  \
    X(weight_target, n_weights, sizeof(uint32_t))                                                  \
    X(weight, n_weights, real_bytes)                                                               \
    X(set_begin, n_sets + (uint64_t)1, sizeof(uint32_t))                                           \
    X(members, n_members, real_bytes)                                                              \
    X(hit_rate, n_nodes, sizeof(float))

void ortl__forest_free(ortl__forest *forest) {
    const size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
#define FREE_ARRAY(array, count, element_bytes)                                                    \
    ortl__memory_free(forest->memory, forest->array, forest->count, element_bytes);
    ARRAY_MAP(FREE_ARRAY)
#undef FREE_ARRAY
    memset(forest, 0, sizeof *forest);
}

uint64_t ortl__forest_bytes(const ortl__forest *forest) {
    const size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
    uint64_t n_bytes = 0;
#define ADD_ARRAY(array, count, element_bytes)                                                     \
    if (forest->array != NULL) n_bytes += (forest->count) * (uint64_t)(element_bytes);
    ARRAY_MAP(ADD_ARRAY)
#undef ADD_ARRAY
    return n_bytes;
}

ortl_status ortl__forest_allocate(ortl__forest *forest, ortl_error *error) {
    const size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
    ortl_status status = ORTL_OK;
#define NEW_ARRAY(array, count, element_bytes)                                                     \
    if (status == ORTL_OK)                                                                         \
        status = ortl__memory_new_zero(forest->memory, forest->count, element_bytes,               \
                                       &forest->array, error);
    ARRAY_MAP(NEW_ARRAY)
#undef NEW_ARRAY
    return status;
}

/* ---- What both builders use ------------------------------------------------------------------ */

ortl_status ortl__forest_check_reals(const ortl__ensemble_columns *columns, ortl__column_name name,
                                     int is_double, ortl_error *error) {
    const ortl__column *column = &columns->columns[name];
    int is_widened = is_double && !column->is_tensor && !column->is_double;
    if (column->count == 0 || is_widened || !column->is_double == !is_double) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "%s is of %s, expected %s as the input is",
                      ortl__column_attribute(columns->kind, name),
                      column->is_double ? "double" : "float", is_double ? "double" : "float");
}

ortl_status ortl__work_same_count(const ortl__forest_work *work, const ortl__column_name *names,
                                  size_t n) {
    uint64_t wanted = ortl__work_column(work, names[0])->count;
    for (size_t i = 1; i < n; i++) {
        uint64_t found = ortl__work_column(work, names[i])->count;
        if (found != wanted)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s has %" PRIu64 " elements but %s has %" PRIu64,
                              ortl__work_attribute(work, names[i]), found,
                              ortl__work_attribute(work, names[0]), wanted);
    }
    return ORTL_OK;
}

ortl_status ortl__work_take(ortl__forest_work *work, ortl__column_name name, uint32_t n_more,
                            size_t element_bytes, void *array_out) {
    ortl__column *column = &work->columns->columns[name];
    ortl_status status = ortl__memory_resize(work->forest->memory, &column->data, column->capacity,
                                             column->count + n_more, element_bytes, work->error);
    if (status != ORTL_OK) return status;
    memcpy(array_out, &column->data, sizeof column->data);
    column->data = NULL;
    column->count = column->n_stored = column->capacity = 0;
    return ORTL_OK;
}

/* The column's floats as doubles, in a new block. */
static ortl_status widen_column(ortl__forest_work *work, ortl__column_name name, uint32_t n_more,
                                void *array_out) {
    const ortl__column *column = ortl__work_column(work, name);
    const float *narrow = column->data;
    double *wide = NULL;
    ortl_status status = ortl__memory_new(work->forest->memory, column->count + n_more,
                                          sizeof(double), &wide, work->error);
    if (status != ORTL_OK) return status;
    for (uint64_t i = 0; i < column->count; i++) wide[i] = (double)narrow[i];
    ortl__column_release(work->columns, name);
    memcpy(array_out, &wide, sizeof wide);
    return ORTL_OK;
}

ortl_status ortl__work_take_reals(ortl__forest_work *work, ortl__column_name name, uint32_t n_more,
                                  void *array_out) {
    int is_double = work->forest->is_double;
    ortl_status status = ortl__forest_check_reals(work->columns, name, is_double, work->error);
    if (status != ORTL_OK) return status;
    if (is_double && !ortl__work_column(work, name)->is_double)
        return widen_column(work, name, n_more, array_out);
    return ortl__work_take(work, name, n_more, ortl__work_real_bytes(work), array_out);
}

/* ORTL_LIMIT when the rows are more than the limit, or than what a row number can hold. */
static ortl_status check_nodes(const ortl__forest_work *work, uint64_t n_nodes) {
    const uint64_t most_rows = UINT32_MAX - 1; /* the last number means "no row" */
    uint64_t limit = work->limits->tree_nodes < most_rows ? work->limits->tree_nodes : most_rows;
    if (n_nodes > limit) return ortl__fail_limit(work->error, "tree_nodes", limit, n_nodes);
    return ORTL_OK;
}

ortl_status ortl__work_take_nodes(ortl__forest_work *work, ortl__column_name values,
                                  uint32_t n_more) {
    ortl__forest *forest = work->forest;
    const struct {
        ortl__column_name name;
        uint32_t **array;
    } ids[] = {{ORTL__COLUMN_NODE_FEATURES, &forest->feature},
               {ORTL__COLUMN_NODE_TRUE, &forest->true_child},
               {ORTL__COLUMN_NODE_FALSE, &forest->false_child}};
    uint64_t n_nodes = ortl__work_column(work, ORTL__COLUMN_NODE_MODES)->count + n_more;
    ortl_status status = check_nodes(work, n_nodes);
    if (status != ORTL_OK) return status;
    forest->n_nodes = (uint32_t)n_nodes;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0] && status == ORTL_OK; i++)
        status = ortl__work_take(work, ids[i].name, n_more, sizeof(uint32_t), ids[i].array);
    if (status == ORTL_OK)
        status = ortl__work_take(work, ORTL__COLUMN_NODE_MODES, n_more, 1, &forest->test);
    if (status == ORTL_OK) status = ortl__work_take_reals(work, values, n_more, &forest->value);
    return status;
}

void ortl__work_mark_missing(ortl__forest_work *work, uint32_t n_tests) {
    const ortl__column *column = ortl__work_column(work, ORTL__COLUMN_NODE_MISSING);
    const uint8_t *flags = column->data;
    uint8_t *test = work->forest->test;
    /* The attribute may be shorter, the rest being 0, or longer, as exporters leave it. */
    uint32_t n = column->count < n_tests ? (uint32_t)column->count : n_tests;
    for (uint32_t i = 0; i < n; i++)
        if (flags[i] == 1 && test[i] != ORTL__MODE_LEAF) test[i] |= ORTL__TEST_MISSING;
    ortl__column_release(work->columns, ORTL__COLUMN_NODE_MISSING);
}

ortl_status ortl__work_check_feature(const ortl__forest_work *work, uint32_t row) {
    uint32_t feature = work->forest->feature[row];
    if (feature == ORTL__ID_NONE)
        return ortl__fail(work->error, ORTL_BAD_MODEL,
                          "%s: the test in row %" PRIu32 " has a feature outside 0 .. 2^32-2",
                          ortl__work_attribute(work, ORTL__COLUMN_NODE_FEATURES), row);
    if (feature >= work->limits->features)
        return ortl__fail_limit(work->error, "features", work->limits->features,
                                (uint64_t)feature + 1);
    return ORTL_OK;
}

/* Exporters record as many hit rates as they like: what is missing is NaN. */
static ortl_status take_hit_rates(ortl__forest_work *work) {
    ortl__forest *forest = work->forest;
    const ortl__column *column = ortl__work_column(work, ORTL__COLUMN_HIT_RATES);
    if (column->count == 0) return ORTL_OK;
    ortl_status status = ortl__memory_new(forest->memory, forest->n_nodes, sizeof(float),
                                          &forest->hit_rate, work->error);
    if (status != ORTL_OK) return status;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (row >= column->count)
            forest->hit_rate[row] = NAN;
        else
            forest->hit_rate[row] = column->is_double ? (float)((const double *)column->data)[row]
                                                      : ((const float *)column->data)[row];
    }
    ortl__column_release(work->columns, ORTL__COLUMN_HIT_RATES);
    return ORTL_OK;
}

/* ---- The door -------------------------------------------------------------------------------- */

/* Counts must fit the 32 bits of row, weight and member numbers. Only a file of many gigabytes has
 * more, and only when the limit on model bytes is raised. */
static ortl_status check_column_counts(const ortl__forest_work *work) {
    for (int name = 0; name < ORTL__N_COLUMNS; name++) {
        uint64_t count = ortl__work_column(work, (ortl__column_name)name)->count;
        if (count >= UINT32_MAX)
            return ortl__fail(work->error, ORTL_UNSUPPORTED,
                              "%s has %" PRIu64 " elements, at most 2^32-2 are supported",
                              ortl__work_attribute(work, (ortl__column_name)name), count);
    }
    return ORTL_OK;
}

static ortl_status check_targets(const ortl__forest_work *work, uint64_t n_targets) {
    uint64_t limit = work->limits->outputs_per_row;
    if (n_targets == 0)
        return ortl__fail(work->error, ORTL_BAD_MODEL, "there must be at least one target");
    if (n_targets > limit)
        return ortl__fail_limit(work->error, "outputs_per_row", limit, n_targets);
    if (n_targets > UINT32_MAX)
        return ortl__fail_limit(work->error, "outputs_per_row", UINT32_MAX, n_targets);
    return ORTL_OK;
}

ortl_status ortl__forest_build(ortl__forest *forest, ortl__memory *memory,
                               ortl__ensemble_columns *columns, uint64_t n_targets,
                               ortl__aggregate aggregate, int is_double, const ortl_limits *limits,
                               ortl_error *error) {
    ortl__forest_work work = {forest, columns, limits, error, NULL};
    memset(forest, 0, sizeof *forest);
    forest->memory = memory;
    forest->is_double = is_double != 0;
    forest->aggregate = aggregate;
    ortl_status status = check_targets(&work, n_targets);
    if (status != ORTL_OK) goto done;
    forest->n_targets = (uint32_t)n_targets;
    status = check_column_counts(&work);
    if (status != ORTL_OK) goto done;
    status = columns->kind == ORTL__ENSEMBLE_V5 ? ortl__forest_build_v5(&work)
                                                : ortl__forest_build_classic(&work);
    if (status == ORTL_OK) status = take_hit_rates(&work);
    if (status != ORTL_OK) goto done;
    status = ortl__forest_prove(&work);
done:
    ortl__memory_free(memory, work.first_rows, forest->n_trees, sizeof(uint32_t));
    if (status != ORTL_OK) ortl__forest_free(forest);
    return status;
}
