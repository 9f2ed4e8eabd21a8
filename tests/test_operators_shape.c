/*
 * Operators that move elements: Identity, Reshape, Concat, Constant, ArrayFeatureExtractor; and
 * what the table finds.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operator_harness.h"

static harness h;

static void close_harness(void) {
    harness_close(&h);
}

static const float six[] = {0, 1, 2, 3, 4, 5};

/* ---- The table ------------------------------------------------------------------------------- */

START_TEST(rows_are_in_order_and_ranges_apart) {
    for (size_t i = 0; i + 1 < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i], *next = row + 1;
        int order = strcmp(row->domain, next->domain);
        if (order == 0) order = strcmp(row->name, next->name);
        ck_assert_msg(order <= 0, "%s stands before %s", row->name, next->name);
        if (order == 0) ck_assert_int_lt(row->last_version, next->first_version);
        ck_assert_int_le(row->first_version, row->last_version);
        ck_assert(row->prepare && row->shape && (row->run || row->flags & ORTL__OPERATOR_ALIAS));
    }
}
END_TEST

START_TEST(every_row_is_found_by_its_versions) {
    for (size_t i = 0; i < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i], *other = NULL;
        const int versions[] = {row->first_version, row->last_version};
        for (size_t k = 0; k < 2; k++)
            ck_assert_ptr_eq(ortl__operator_find(row->domain, row->name, versions[k], &other), row);
    }
}
END_TEST

/* The versions of the specification that have a text for the row's operator, from the recorded list
 * of all; 0 ends them. */
static void read_texts(const ortl__operator *row, int versions_out[32]) {
    char line[256], domain[32], name[64], versions[160];
    FILE *file = fopen(ORTL_TEST_DATA "/operator_versions.tsv", "r");
    size_t n = 0;
    ck_assert_ptr_nonnull(file);
    while (n == 0 && fgets(line, sizeof line, file)) {
        ck_assert_int_eq(sscanf(line, "%31s %63s %159s", domain, name, versions), 3);
        if (strcmp(domain, row->domain[0] ? row->domain : "ai.onnx") != 0 ||
            strcmp(name, row->name) != 0)
            continue;
        for (char *at = versions; n < 31; at++) {
            versions_out[n++] = (int)strtol(at, &at, 10);
            if (*at != ',') break;
        }
    }
    fclose(file);
    versions_out[n] = 0;
    ck_assert_msg(n > 0, "%s is in no version of the specification", row->name);
}

START_TEST(every_row_names_the_newest_text) {
    for (size_t i = 0; i < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i];
        int versions[32], newest = 0, has_first = 0;
        read_texts(row, versions);
        for (size_t k = 0; versions[k]; k++) {
            if (versions[k] <= row->last_version) newest = versions[k];
            has_first = has_first || versions[k] == row->first_version;
        }
        ck_assert_msg(newest == row->text_version, "%s from %d on: text %d, newest %d", row->name,
                      row->first_version, row->text_version, newest);
        ck_assert_msg(has_first, "%s has no version %d", row->name, row->first_version);
    }
}
END_TEST

START_TEST(unknown_names_and_versions_are_told_apart) {
    const ortl__operator *other = NULL;
    ck_assert_ptr_null(ortl__operator_find("", "Loop", 13, &other));
    ck_assert_ptr_null(other);
    ck_assert_ptr_null(ortl__operator_find("ai.onnx.ml", "Cast", 1, &other));
    ck_assert_ptr_null(other);
    ck_assert_ptr_null(ortl__operator_find("zzz", "Zzz", 1, &other));
    ck_assert_ptr_null(other);
    ck_assert_ptr_null(ortl__operator_find("ai.onnx.ml", "TreeEnsembleClassifier", 5, &other));
    ck_assert_str_eq(other->name, "TreeEnsembleClassifier");
    ck_assert_ptr_nonnull(ortl__operator_find("ai.onnx", "Cast", 13, &other));
}
END_TEST

START_TEST(inputs_and_outputs_are_counted) {
    harness_open(&h, "", "Identity", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 inputs, 1 expected");
    close_harness();
    harness_open(&h, "", "Identity", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    harness_outputs(&h, 2);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 outputs, 1 expected");
    close_harness();
    harness_open(&h, "", "Identity", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    h.value_places[0] = NULL;
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 0 is left out");
    close_harness();
    harness_open(&h, "", "Identity", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    h.value_places[HARNESS_MAX] = NULL;
    harness_expect_refused(&h, ORTL_BAD_MODEL, "output 0 is left out");
    close_harness();
}
END_TEST

/* ---- Identity -------------------------------------------------------------------------------- */

START_TEST(identity_is_an_alias) {
    harness_open(&h, "", "Identity", 1);
    harness_texts(&h, SHAPE(1, 2), TEXTS("a", "b"));
    harness_expect_texts(&h, SHAPE(1, 2), TEXTS("a", "b"));
    ck_assert(h.step.is_alias && h.step.is_row_wise);
    close_harness();
}
END_TEST

/* ---- Reshape --------------------------------------------------------------------------------- */

/* Reshapes the input to n_target extents, known at load or not. */
static void open_reshape(uint32_t rank, const int64_t *shape, uint32_t n_target,
                         const int64_t *target, int is_constant) {
    int64_t extent = n_target;
    harness_open(&h, "", "Reshape", 14);
    harness_input(&h, ORTL_FLOAT, rank, shape, six);
    (is_constant ? harness_constant : harness_input)(&h, ORTL_INT64, 1, &extent, target);
}

START_TEST(reshape_copies_and_infers_extents) {
    for (int is_constant = 0; is_constant < 2; is_constant++) {
        open_reshape(SHAPE(2, 3), SHAPE(-1, 2), is_constant);
        harness_expect(&h, ORTL_FLOAT, SHAPE(3, 2), six);
        close_harness();
        open_reshape(SHAPE(2, 3), SHAPE(0, 0, -1), is_constant);
        harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3, 1), six);
        close_harness();
        open_reshape(SHAPE(2, 3), SHAPE(-1), is_constant);
        harness_expect(&h, ORTL_FLOAT, SHAPE(6), six);
        close_harness();
        open_reshape(SHAPE(1), 0, NULL, is_constant);
        harness_expect(&h, ORTL_FLOAT, SCALAR, six);
        close_harness();
        open_reshape(SHAPE(0, 3), SHAPE(-1, 3), is_constant);
        harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
        close_harness();
    }
}
END_TEST

START_TEST(an_empty_batch_keeps_the_shape_of_its_rows) {
    open_reshape(SHAPE(0, 2, 3), SHAPE(0, -1), 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 6), NULL);
    close_harness();
}
END_TEST

START_TEST(zero_is_an_extent_where_it_is_allowed) {
    open_reshape(SHAPE(0, 3), SHAPE(3, 0), 1);
    harness_int(&h, "allowzero", 1);
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 0), NULL);
    close_harness();
    open_reshape(SHAPE(2, 3), SHAPE(0, 3), 1);
    harness_int(&h, "allowzero", 1);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[2,3] cannot become [0,3]");
    close_harness();
    open_reshape(SHAPE(0, 3), SHAPE(0, -1), 1);
    harness_int(&h, "allowzero", 1);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[0,3] cannot become [0,-1]");
    close_harness();
}
END_TEST

START_TEST(shapes_that_do_not_fit_are_refused) {
    const struct {
        uint32_t n_target;
        int64_t target[9];
        const char *text;
    } cases[] = {{2, {4, -1}, "[2,3] cannot become [4,-1]"},
                 {1, {7}, "cannot become [7]"},
                 {2, {-1, -1}, "cannot become [-1,-1]"},
                 {2, {-2, 3}, "cannot become [-2,3]"},
                 {3, {0, 3, 0}, "cannot become [0,3,0]"},
                 {2, {3, 0}, "cannot become [3,0]"},
                 {3, {INT64_MAX, INT64_MAX, -1}, "cannot become"},
                 {9, {1, 1, 1, 1, 1, 1, 1, 1, 6}, "rank 9 is above 8"},
                 {0, {0}, "cannot become []"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_reshape(SHAPE(2, 3), cases[i].n_target, cases[i].target, (int)(i % 2));
        ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
        ck_assert_int_ne(harness_run(&h), ORTL_OK);
        ck_assert_msg(strstr(h.error.message, cases[i].text) != NULL, "%s", h.error.message);
        close_harness();
    }
}
END_TEST

START_TEST(versions_1_to_4_have_the_shape_as_an_attribute) {
    harness_open(&h, "", "Reshape", 4);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_ints(&h, "shape", 2, INT64S(3, -1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 2), six);
    close_harness();
    harness_open(&h, "", "Reshape", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 1), six);
    harness_ints(&h, "shape", 0, NULL);
    harness_expect(&h, ORTL_FLOAT, SCALAR, six);
    close_harness();
    harness_open(&h, "", "Reshape", 4);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"shape\" is missing");
    close_harness();
}
END_TEST

START_TEST(a_shape_has_its_type_rank_and_attributes) {
    harness_open(&h, "", "Reshape", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_constant(&h, ORTL_INT32, SHAPE(1), INT32S(6));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "input 1 has type int32; supported: int64");
    close_harness();
    harness_open(&h, "", "Reshape", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_constant(&h, ORTL_INT64, SHAPE(1, 1), INT64S(6));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "the shape has rank 2");
    close_harness();
    open_reshape(SHAPE(2, 3), SHAPE(6), 1);
    h.loading.version = 13;
    harness_int(&h, "allowzero", 0);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "\"allowzero\" is not supported in version 13");
    close_harness();
}
END_TEST

START_TEST(reshape_keeps_rows_only_where_that_is_certain) {
    const struct {
        uint32_t rank;
        int64_t shape[3];
        uint32_t n_target;
        int64_t target[3];
        int is_constant;
        int is_row_wise;
    } cases[] = {
        {2, {2, 3}, 2, {-1, 3}, 1, 1}, {2, {2, 3}, 3, {-1, 1, 3}, 1, 1},
        {2, {2, 3}, 2, {0, -1}, 1, 1}, {2, {2, 1}, 1, {-1}, 1, 1},
        {1, {2}, 2, {-1, 1}, 1, 1},    {3, {2, 3, 1}, 2, {-1, 0}, 1, 1},
        {2, {2, 3}, 2, {-1, 3}, 0, 0}, {2, {2, 3}, 1, {-1}, 1, 0},
        {2, {2, 3}, 2, {-1, 2}, 1, 0}, {2, {2, 3}, 2, {2, 3}, 1, 0},
        {2, {2, 3}, 2, {2, -1}, 1, 0}, {2, {2, 3}, 2, {6, 1}, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_reshape(cases[i].rank, cases[i].shape, cases[i].n_target, cases[i].target,
                     cases[i].is_constant);
        ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
        ck_assert_msg(h.step.is_row_wise == cases[i].is_row_wise, "case %d", (int)i);
        close_harness();
    }
    harness_open(&h, "", "Reshape", 14);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_constant(&h, ORTL_INT64, SHAPE(2), INT64S(-1, 3));
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}
END_TEST

/* ---- Concat ---------------------------------------------------------------------------------- */

static void open_concat(int64_t axis) {
    harness_open(&h, "", "Concat", 13);
    harness_int(&h, "axis", axis);
}

START_TEST(concat_joins_along_any_axis) {
    const int64_t axes[] = {1, -1};
    for (size_t i = 0; i < 2; i++) {
        open_concat(axes[i]);
        harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
        harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(7, 8));
        harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
        harness_expect(&h, ORTL_FLOAT, SHAPE(2, 4), FLOATS(0, 1, 2, 7, 3, 4, 5, 8));
        ck_assert_int_eq(h.step.is_row_wise, 1);
        close_harness();
    }
    open_concat(0);
    harness_input(&h, ORTL_INT64, SHAPE(1, 2), INT64S(1, 2));
    harness_input(&h, ORTL_INT64, SHAPE(2, 2), INT64S(3, 4, 5, 6));
    harness_expect(&h, ORTL_INT64, SHAPE(3, 2), INT64S(1, 2, 3, 4, 5, 6));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
    open_concat(1);
    harness_input(&h, ORTL_BOOL, SHAPE(2, 1, 2), BOOLS(1, 0, 0, 1));
    harness_input(&h, ORTL_BOOL, SHAPE(2, 2, 2), BOOLS(0, 0, 1, 1, 1, 1, 0, 0));
    harness_expect(&h, ORTL_BOOL, SHAPE(2, 3, 2), BOOLS(1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0));
    close_harness();
    open_concat(1);
    harness_texts(&h, SHAPE(2, 1), TEXTS("a", "b"));
    harness_texts(&h, SHAPE(2, 1), TEXTS("c", "d"));
    harness_expect_texts(&h, SHAPE(2, 2), TEXTS("a", "c", "b", "d"));
    close_harness();
    open_concat(1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 2), NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 5), NULL);
    close_harness();
}
END_TEST

START_TEST(concat_refuses_what_does_not_go_together) {
    open_concat(1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 3), six);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "input 1 of shape [1,3] does not go with [2,3]");
    close_harness();
    open_concat(0);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), six);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "[3] does not go with [2,3]");
    close_harness();
    open_concat(2);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_expect_refused(&h, ORTL_BAD_INPUT, "axis 2 of a tensor of rank 2");
    close_harness();
    open_concat(0);
    harness_input(&h, ORTL_FLOAT, SCALAR, six);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 0 of a tensor of rank 0");
    close_harness();
    open_concat(0);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    harness_input(&h, ORTL_INT64, SHAPE(1), INT64S(1));
    harness_expect_refused(&h, ORTL_BAD_MODEL, "input 1 has type int64, input 0 has float");
    close_harness();
    open_concat(0);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 inputs, 1 to");
    close_harness();
    harness_open(&h, "", "Concat", 4);
    harness_input(&h, ORTL_FLOAT, SHAPE(6), six);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"axis\" is missing");
    close_harness();
}
END_TEST

START_TEST(concat_refuses_extents_beyond_int64) {
    for (int is_known = 0; is_known < 2; is_known++) {
        open_concat(1);
        for (int i = 0; i < 2; i++)
            (is_known ? harness_input : harness_unknown)(&h, ORTL_FLOAT, SHAPE(0, (int64_t)1 << 62),
                                                         NULL);
        harness_expect_failure(&h, ORTL_BAD_INPUT, "does not go with");
        close_harness();
    }
}
END_TEST

START_TEST(concat_passes_on_what_is_known) {
    const ortl__value *output = &h.values[HARNESS_MAX];
    open_concat(-1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2), six);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert(output->has_shape && output->rank == 2 && output->shape[1] == 5);
    close_harness();
    open_concat(1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert(output->has_shape && output->rank == 2 && output->shape[1] == -1);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_concat(-1);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(2, 3), six);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert_int_eq(output->has_shape, 0);
    ck_assert_int_eq(h.step.is_row_wise, 0); /* axis -1 of rank 1 would be axis 0 */
    close_harness();
}
END_TEST

START_TEST(concat_1_joins_along_axis_1_by_default) {
    harness_open(&h, "", "Concat", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(1, 2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 1), FLOATS(3, 4));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 2), FLOATS(1, 3, 2, 4));
    close_harness();
}
END_TEST

START_TEST(concat_with_constants_does_not_keep_rows) {
    open_concat(1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 6), six);
    harness_constant(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(9));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 7), FLOATS(0, 1, 2, 3, 4, 5, 9));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}
END_TEST

/* ---- Constant -------------------------------------------------------------------------------- */

START_TEST(constants_come_in_seven_forms) {
    const ortl__constant tensor = {.element_type = ORTL_INT32,
                                   .rank = 2,
                                   .shape = {1, 2},
                                   .n_elements = 2,
                                   .data = (int32_t[]){4, 5}};
    harness_open(&h, "", "Constant", 1);
    harness_tensor(&h, "value", &tensor);
    harness_expect(&h, ORTL_INT32, SHAPE(1, 2), INT32S(4, 5));
    close_harness();
    harness_open(&h, "", "Constant", 12);
    harness_float(&h, "value_float", 1.5f);
    harness_expect(&h, ORTL_FLOAT, SCALAR, FLOATS(1.5f));
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_floats(&h, "value_floats", 2, FLOATS(1, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(1, 2));
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_int(&h, "value_int", 3);
    harness_expect(&h, ORTL_INT64, SCALAR, INT64S(3));
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_ints(&h, "value_ints", 0, NULL);
    harness_expect(&h, ORTL_INT64, SHAPE(0), NULL);
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_string(&h, "value_string", "a");
    harness_expect_texts(&h, SCALAR, TEXTS("a"));
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_strings(&h, "value_strings", 2, TEXTS("a", "b"));
    harness_expect_texts(&h, SHAPE(2), TEXTS("a", "b"));
    close_harness();
}
END_TEST

START_TEST(other_constants_are_refused) {
    const ortl__constant half = {.element_type = 10, .rank = 1, .shape = {1}, .n_elements = 1};
    harness_open(&h, "", "Constant", 13);
    harness_tensor(&h, "value", &half);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "a constant of type float16");
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_tensor(&h, "sparse_value", &half);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "\"sparse_value\" is not supported");
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 attributes");
    close_harness();
    harness_open(&h, "", "Constant", 11);
    harness_int(&h, "value_int", 3);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 attributes, 0 of them with a value");
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_int(&h, "value_int", 3);
    harness_float(&h, "value_float", 3);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 of them with a value, 1 expected");
    close_harness();
    harness_open(&h, "", "Constant", 13);
    harness_float(&h, "value_int", 3);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"value_int\" is a float, not an integer");
    close_harness();
}
END_TEST

/* ---- ArrayFeatureExtractor ------------------------------------------------------------------- */

static void open_extractor(uint32_t rank, const int64_t *shape, uint32_t n_indices,
                           const int64_t *indices) {
    int64_t extent = n_indices;
    harness_open(&h, "ai.onnx.ml", "ArrayFeatureExtractor", 1);
    harness_input(&h, ORTL_FLOAT, rank, shape, six);
    harness_constant(&h, ORTL_INT64, 1, &extent, indices);
}

START_TEST(the_extractor_takes_columns_in_the_order_of_the_indices) {
    open_extractor(SHAPE(2, 3), SHAPE(2, 0, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 0, 2, 5, 3, 5));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_extractor(SHAPE(6), SHAPE(1, 2));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 2), FLOATS(1, 2));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
    open_extractor(SHAPE(1, 2, 3), SHAPE(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 2, 1), FLOATS(1, 4));
    close_harness();
    open_extractor(SHAPE(0, 3), SHAPE(1));
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 1), NULL);
    close_harness();
}
END_TEST

START_TEST(the_extractor_chooses_labels_by_computed_indices) {
    const ortl_string labels[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    harness_open(&h, "ai.onnx.ml", "ArrayFeatureExtractor", 3);
    harness_constant(&h, ORTL_STRING, SHAPE(3), labels);
    harness_input(&h, ORTL_INT64, SHAPE(4, 1), INT64S(2, 1, 0, 0));
    harness_expect_texts(&h, SHAPE(1, 4), TEXTS("c", "b", "a", "a"));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}
END_TEST

START_TEST(the_extractor_refuses_indices_outside) {
    open_extractor(SHAPE(2, 3), SHAPE(0, 3));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index 3 (number 1) of 3 columns");
    close_harness();
    open_extractor(SHAPE(2, 3), SHAPE(-1));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "index -1");
    close_harness();
    open_extractor(SHAPE(2, 3), 0, NULL);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "no indices");
    close_harness();
    open_extractor(SCALAR, SHAPE(0));
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 0");
    close_harness();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_shape");
    TCase *tcase = tcase_create("shape");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, rows_are_in_order_and_ranges_apart);
    tcase_add_test(tcase, every_row_is_found_by_its_versions);
    tcase_add_test(tcase, every_row_names_the_newest_text);
    tcase_add_test(tcase, unknown_names_and_versions_are_told_apart);
    tcase_add_test(tcase, inputs_and_outputs_are_counted);
    tcase_add_test(tcase, identity_is_an_alias);
    tcase_add_test(tcase, reshape_copies_and_infers_extents);
    tcase_add_test(tcase, an_empty_batch_keeps_the_shape_of_its_rows);
    tcase_add_test(tcase, zero_is_an_extent_where_it_is_allowed);
    tcase_add_test(tcase, shapes_that_do_not_fit_are_refused);
    tcase_add_test(tcase, versions_1_to_4_have_the_shape_as_an_attribute);
    tcase_add_test(tcase, a_shape_has_its_type_rank_and_attributes);
    tcase_add_test(tcase, reshape_keeps_rows_only_where_that_is_certain);
    tcase_add_test(tcase, concat_joins_along_any_axis);
    tcase_add_test(tcase, concat_refuses_what_does_not_go_together);
    tcase_add_test(tcase, concat_refuses_extents_beyond_int64);
    tcase_add_test(tcase, concat_passes_on_what_is_known);
    tcase_add_test(tcase, concat_1_joins_along_axis_1_by_default);
    tcase_add_test(tcase, concat_with_constants_does_not_keep_rows);
    tcase_add_test(tcase, constants_come_in_seven_forms);
    tcase_add_test(tcase, other_constants_are_refused);
    tcase_add_test(tcase, the_extractor_takes_columns_in_the_order_of_the_indices);
    tcase_add_test(tcase, the_extractor_chooses_labels_by_computed_indices);
    tcase_add_test(tcase, the_extractor_refuses_indices_outside);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
