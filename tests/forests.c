/*
 * Rows of a test become columns through the same appending functions that the reader of files uses.
 */
#include "forests.h"

#include <check.h>

#include "../runtime/status.h"

void forests_memory(ortl__memory *memory) {
    ortl__memory_init(memory, NULL, UINT64_MAX, "memory_bytes");
}

ortl_limits forests_limits(void) {
    ortl_limits limits = {0};
    ortl__limits_fill(&limits);
    return limits;
}

/* An assertion for each of millions of elements would take seconds, so it fails by itself here. */
static void expect_ok(ortl_status status) {
    if (status != ORTL_OK) ck_abort_msg("a column could not take an element");
}

static void add_id(ortl__ensemble_columns *columns, ortl__column_name name, int64_t id) {
    expect_ok(ortl__column_append_id(columns, name, id, NULL));
}

static void add_mode(ortl__ensemble_columns *columns, ortl__mode mode) {
    expect_ok(ortl__column_append_mode(columns, ORTL__COLUMN_NODE_MODES, mode, NULL));
}

static void add_real(ortl__ensemble_columns *columns, ortl__column_name name, int is_double,
                     double value) {
    expect_ok(is_double ? ortl__column_append_double(columns, name, value, NULL)
                        : ortl__column_append_float(columns, name, (float)value, NULL));
    columns->columns[name].is_tensor = (uint8_t)(is_double || columns->kind == ORTL__ENSEMBLE_V5);
}

static void add_nodes(ortl__ensemble_columns *columns, const ensemble *given) {
    for (size_t i = 0; i < given->n_nodes; i++) {
        const node_row *row = &given->nodes[i];
        add_id(columns, ORTL__COLUMN_NODE_TREES, row->tree);
        add_id(columns, ORTL__COLUMN_NODE_IDS, row->node);
        add_mode(columns, row->mode);
        add_id(columns, ORTL__COLUMN_NODE_FEATURES, row->feature);
        add_real(columns, ORTL__COLUMN_NODE_VALUES, given->is_double, row->value);
        add_id(columns, ORTL__COLUMN_NODE_TRUE, row->on_true);
        add_id(columns, ORTL__COLUMN_NODE_FALSE, row->on_false);
        add_id(columns, ORTL__COLUMN_NODE_MISSING, row->missing);
    }
    for (size_t i = 0; i < given->n_weights; i++) {
        const weight_row *row = &given->weights[i];
        add_id(columns, ORTL__COLUMN_WEIGHT_TREES, row->tree);
        add_id(columns, ORTL__COLUMN_WEIGHT_NODES, row->node);
        add_id(columns, ORTL__COLUMN_WEIGHT_TARGETS, row->target);
        add_real(columns, ORTL__COLUMN_WEIGHTS, given->is_double, row->weight);
    }
}

static void add_tests(ortl__ensemble_columns *columns, const ensemble *given) {
    for (size_t i = 0; i < given->n_tests; i++) {
        const test_row *row = &given->tests[i];
        add_mode(columns, row->mode);
        add_id(columns, ORTL__COLUMN_NODE_FEATURES, row->feature);
        add_real(columns, ORTL__COLUMN_V5_SPLITS, given->is_double, row->split);
        add_id(columns, ORTL__COLUMN_NODE_TRUE, row->on_true);
        add_id(columns, ORTL__COLUMN_V5_TRUE_LEAFS, row->true_is_leaf);
        add_id(columns, ORTL__COLUMN_NODE_FALSE, row->on_false);
        add_id(columns, ORTL__COLUMN_V5_FALSE_LEAFS, row->false_is_leaf);
        add_id(columns, ORTL__COLUMN_NODE_MISSING, row->missing);
    }
    for (size_t i = 0; i < given->n_leaves; i++) {
        add_id(columns, ORTL__COLUMN_V5_LEAF_TARGETS, given->leaves[i].target);
        add_real(columns, ORTL__COLUMN_V5_LEAF_WEIGHTS, given->is_double, given->leaves[i].weight);
    }
    for (size_t i = 0; i < given->n_roots; i++)
        add_id(columns, ORTL__COLUMN_V5_ROOTS, given->roots[i]);
    for (size_t i = 0; i < given->n_members; i++)
        add_real(columns, ORTL__COLUMN_V5_MEMBERS, given->is_double, given->members[i]);
}

ortl__ensemble_columns *forests_columns(ortl__memory *memory, const ensemble *given) {
    ortl__ensemble_columns *columns = NULL;
    ck_assert_int_eq(ortl__ensemble_columns_new(memory, given->kind, &columns, NULL), ORTL_OK);
    if (given->kind == ORTL__ENSEMBLE_V5)
        add_tests(columns, given);
    else
        add_nodes(columns, given);
    return columns;
}

ortl_status forests_build(ortl__forest *forest, ortl__memory *memory, const ensemble *given,
                          const ortl_limits *limits, ortl_error *error) {
    ortl_limits defaults = forests_limits();
    ortl__ensemble_columns *columns = forests_columns(memory, given);
    ortl_status status =
        ortl__forest_build(forest, memory, columns, given->n_targets, given->aggregate,
                           given->is_double, limits != NULL ? limits : &defaults, error);
    ortl__ensemble_columns_free(columns);
    return status;
}
