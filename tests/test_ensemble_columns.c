/*
 * Columns: names of the attributes, compact ids, growth, and what converters do by hand.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../onnx/ensemble_columns.h"

static ortl__memory memory;
static ortl_error error;
static ortl__ensemble_columns *columns;

static void begin(void) {
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    ck_assert_int_eq(
        ortl__ensemble_columns_new(&memory, ORTL__ENSEMBLE_REGRESSOR, &columns, &error), ORTL_OK);
}

static void end(void) {
    ortl__ensemble_columns_free(columns);
    ortl__ensemble_columns_free(NULL);
    ck_assert_uint_eq(memory.used, 0);
}

static ortl__column_name find(ortl__ensemble_kind kind, const char *attribute, int *as_tensor) {
    *as_tensor = -1;
    return ortl__column_find(kind, attribute, strlen(attribute), as_tensor);
}

START_TEST(attributes_are_found_by_kind_of_operator) {
    static const struct {
        ortl__ensemble_kind kind;
        const char *attribute;
        ortl__column_name name;
        int as_tensor;
    } facts[] = {
        {ORTL__ENSEMBLE_CLASSIFIER, "class_ids", ORTL__COLUMN_WEIGHT_TARGETS, 0},
        {ORTL__ENSEMBLE_CLASSIFIER, "target_ids", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_REGRESSOR, "target_ids", ORTL__COLUMN_WEIGHT_TARGETS, 0},
        {ORTL__ENSEMBLE_REGRESSOR, "class_ids", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_REGRESSOR, "target_weights_as_tensor", ORTL__COLUMN_WEIGHTS, 1},
        {ORTL__ENSEMBLE_CLASSIFIER, "nodes_values", ORTL__COLUMN_NODE_VALUES, 0},
        {ORTL__ENSEMBLE_CLASSIFIER, "nodes_values_as_tensor", ORTL__COLUMN_NODE_VALUES, 1},
        {ORTL__ENSEMBLE_CLASSIFIER, "nodes_values_as_tensors", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_CLASSIFIER, "nodes_value", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_CLASSIFIER, "nodes_treeids_as_tensor", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_CLASSIFIER, "nodes_splits", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_V5, "nodes_splits", ORTL__COLUMN_V5_SPLITS, 0},
        {ORTL__ENSEMBLE_V5, "nodes_splits_as_tensor", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_V5, "nodes_modes", ORTL__COLUMN_NODE_MODES, 0},
        {ORTL__ENSEMBLE_V5, "nodes_values", ORTL__N_COLUMNS, 0},
        {ORTL__ENSEMBLE_V5, "", ORTL__N_COLUMNS, 0},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        int as_tensor;
        ck_assert_int_eq(find(facts[i].kind, facts[i].attribute, &as_tensor), facts[i].name);
        if (facts[i].name != ORTL__N_COLUMNS) ck_assert_int_eq(as_tensor, facts[i].as_tensor);
    }
    ck_assert_str_eq(ortl__column_attribute(ORTL__ENSEMBLE_REGRESSOR, ORTL__COLUMN_WEIGHTS),
                     "target_weights");
    ck_assert_str_eq(ortl__column_attribute(ORTL__ENSEMBLE_CLASSIFIER, ORTL__COLUMN_WEIGHTS),
                     "class_weights");
    ck_assert_int_eq(ortl__column_kind_of(ORTL__COLUMN_WEIGHTS), ORTL__COLUMN_REALS);
}
END_TEST

/* Appends the ids one by one (or together) and reads them back through the cursor. */
static void expect_runs(const int64_t *ids, size_t n, int together, uint64_t n_runs) {
    const ortl__column_name name = ORTL__COLUMN_NODE_IDS;
    ortl__column *column = &columns->columns[name];
    if (together) ck_assert_int_eq(ortl__column_append_ids(columns, name, ids, n, &error), ORTL_OK);
    for (size_t i = 0; !together && i < n; i++)
        ck_assert_int_eq(ortl__column_append_id(columns, name, ids[i], &error), ORTL_OK);
    ck_assert_uint_eq(column->count, n);
    ck_assert_uint_eq(column->n_stored, n_runs);
    ortl__column_trim(columns, name);
    ck_assert_uint_eq(column->capacity, n_runs);
    ortl__id_cursor cursor;
    ortl__id_cursor_init(&cursor, column);
    for (size_t i = 0; i < n; i++) {
        uint32_t id = (uint64_t)ids[i] < ORTL__ID_NONE ? (uint32_t)ids[i] : ORTL__ID_NONE;
        ck_assert_uint_eq(ortl__id_cursor_next(&cursor), id);
    }
    ck_assert_uint_eq(ortl__id_cursor_next(&cursor), ORTL__ID_NONE);
    ortl__column_release(columns, name);
    ck_assert_uint_eq(column->count, 0);
}

#define EXPECT_RUNS(n_runs, ...)                                                                   \
    do {                                                                                           \
        static const int64_t ids[] = {__VA_ARGS__};                                                \
        expect_runs(ids, sizeof ids / sizeof ids[0], 0, n_runs);                                   \
        expect_runs(ids, sizeof ids / sizeof ids[0], 1, n_runs);                                   \
    } while (0)

START_TEST(ids_that_repeat_or_count_up_are_runs) {
    EXPECT_RUNS(1, 7);
    EXPECT_RUNS(1, 0, 0, 0, 0);
    EXPECT_RUNS(1, 3, 4, 5, 6);
    EXPECT_RUNS(2, 0, 1, 2, 0, 1, 2);
    EXPECT_RUNS(3, 0, 0, 1, 1, 2, 2);
    EXPECT_RUNS(3, 5, 3, 9);
    EXPECT_RUNS(2, 1, 2, 3, 3);
    EXPECT_RUNS(2, 4, 4, 5);
}
END_TEST

START_TEST(ids_outside_of_the_range_are_saturated) {
    EXPECT_RUNS(1, -1, INT64_C(1) << 32, INT64_MIN, INT64_MAX, UINT32_MAX);
    EXPECT_RUNS(2, INT64_C(4294967293), INT64_C(4294967294), INT64_C(4294967295));
    EXPECT_RUNS(2, INT64_C(4294967295), INT64_C(4294967296), 0);
    EXPECT_RUNS(2, -1, 0);
}
END_TEST

START_TEST(a_cursor_of_no_ids_is_at_its_end) {
    ortl__id_cursor cursor;
    ortl__id_cursor_init(&cursor, &columns->columns[ORTL__COLUMN_NODE_IDS]);
    ck_assert_uint_eq(ortl__id_cursor_next(&cursor), ORTL__ID_NONE);
}
END_TEST

START_TEST(ids_and_flags_are_kept_one_by_one) {
    static const int64_t ids[] = {0, 1, 2, -1, INT64_C(4294967294), INT64_C(4294967295)};
    static const uint32_t kept[] = {0, 1, 2, ORTL__ID_NONE, 4294967294u, ORTL__ID_NONE};
    ck_assert_int_eq(ortl__column_append_ids(columns, ORTL__COLUMN_NODE_TRUE, ids, 6, &error),
                     ORTL_OK);
    ck_assert_mem_eq(columns->columns[ORTL__COLUMN_NODE_TRUE].data, kept, sizeof kept);
    ck_assert_int_eq(ortl__column_append_ids(columns, ORTL__COLUMN_NODE_MISSING, ids, 6, &error),
                     ORTL_OK);
    ck_assert_mem_eq(columns->columns[ORTL__COLUMN_NODE_MISSING].data, "\0\1\0\0\0\0", 6);
}
END_TEST

START_TEST(reserving_gives_exactly_that_room) {
    ortl__column *column = &columns->columns[ORTL__COLUMN_NODE_VALUES];
    ck_assert_int_eq(ortl__column_reserve(columns, ORTL__COLUMN_NODE_VALUES, 1000, &error),
                     ORTL_OK);
    ck_assert_uint_eq(column->capacity, 1000);
    ck_assert_uint_eq(column->count, 0);
    ck_assert_int_eq(column->is_present, 1);
    for (int i = 0; i < 1001; i++)
        ck_assert_int_eq(
            ortl__column_append_float(columns, ORTL__COLUMN_NODE_VALUES, (float)i, &error),
            ORTL_OK);
    ck_assert_uint_gt(column->capacity, 1001);
    ortl__column_trim(columns, ORTL__COLUMN_NODE_VALUES);
    ck_assert_uint_eq(column->capacity, 1001);
    ck_assert(((float *)column->data)[1000] == 1000);
    ck_assert_int_eq(ortl__column_reserve(columns, ORTL__COLUMN_NODE_IDS, 1000, &error), ORTL_OK);
    ck_assert_uint_eq(columns->columns[ORTL__COLUMN_NODE_IDS].capacity, 0);
    ck_assert_int_eq(ortl__column_reserve(columns, ORTL__COLUMN_NODE_VALUES, UINT64_MAX, &error),
                     ORTL_LIMIT);
}
END_TEST

START_TEST(doubles_turn_an_empty_column_only) {
    const ortl__column_name name = ORTL__COLUMN_NODE_VALUES;
    ck_assert_int_eq(ortl__column_reserve(columns, name, 5, &error), ORTL_OK);
    ck_assert_int_eq(ortl__column_append_double(columns, name, 0.1, &error), ORTL_OK);
    ck_assert_int_eq(ortl__column_append_float(columns, name, 0.5f, &error), ORTL_OK);
    ck_assert_int_eq(columns->columns[name].is_double, 1);
    ck_assert(((double *)columns->columns[name].data)[0] == 0.1);
    ck_assert(((double *)columns->columns[name].data)[1] == 0.5);
    ck_assert_int_eq(ortl__column_append_float(columns, ORTL__COLUMN_BASE_VALUES, 1, &error),
                     ORTL_OK);
    ck_assert_int_eq(ortl__column_append_double(columns, ORTL__COLUMN_BASE_VALUES, 1, &error),
                     ORTL_BAD_ARGUMENT);
}
END_TEST

START_TEST(negative_weights_are_noticed) {
    ck_assert_int_eq(ortl__column_append_float(columns, ORTL__COLUMN_NODE_VALUES, -1, &error),
                     ORTL_OK);
    ck_assert_int_eq(ortl__column_append_float(columns, ORTL__COLUMN_WEIGHTS, -0.0f, &error),
                     ORTL_OK);
    ck_assert_int_eq(columns->values_are_nonnegative, 1);
    if (_i == 0) {
        static const float weights[] = {1, -1, 1};
        ck_assert_int_eq(
            ortl__column_append_floats(columns, ORTL__COLUMN_WEIGHTS, weights, 3, &error), ORTL_OK);
    } else {
        ortl__column_release(columns, ORTL__COLUMN_WEIGHTS);
        ck_assert_int_eq(ortl__column_append_double(columns, ORTL__COLUMN_WEIGHTS, -1e-300, &error),
                         ORTL_OK);
    }
    ck_assert_int_eq(columns->values_are_nonnegative, 0);
}
END_TEST

START_TEST(modes_are_bytes) {
    ck_assert_int_eq(
        ortl__column_append_mode(columns, ORTL__COLUMN_NODE_MODES, ORTL__MODE_LEAF, &error),
        ORTL_OK);
    ck_assert_uint_eq(((uint8_t *)columns->columns[ORTL__COLUMN_NODE_MODES].data)[0],
                      ORTL__MODE_LEAF);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ensemble_columns");
    TCase *tests = tcase_create("ensemble_columns");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, attributes_are_found_by_kind_of_operator);
    tcase_add_test(tests, ids_that_repeat_or_count_up_are_runs);
    tcase_add_test(tests, ids_outside_of_the_range_are_saturated);
    tcase_add_test(tests, a_cursor_of_no_ids_is_at_its_end);
    tcase_add_test(tests, ids_and_flags_are_kept_one_by_one);
    tcase_add_test(tests, reserving_gives_exactly_that_room);
    tcase_add_test(tests, doubles_turn_an_empty_column_only);
    tcase_add_loop_test(tests, negative_weights_are_noticed, 0, 2);
    tcase_add_test(tests, modes_are_bytes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
