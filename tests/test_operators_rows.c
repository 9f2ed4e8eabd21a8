/*
 * Operators on rows and axes: Scaler, Imputer, Normalizer, Softmax, ArgMax, ZipMap. Expected
 * numbers are onnxruntime's, to the bit except for Softmax.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "../runtime/operators/zipmap.h"
#include "operator_harness.h"

#define ML "ai.onnx.ml"

static harness h;

static void close_harness(void) {
    harness_close(&h);
}

static const float rows[] = {0.1f, -2.7f, 3.3f, 1e-3f, 123.456f, -7.77f}; /* (2, 3) */
static const double rows_double[] = {0.1f, -2.7f, 3.3f, 1e-3f, 123.456f, -7.77f};
static const int64_t rows_int64[] = {0, -2, 3, 0, 123, -7};
static const int32_t rows_int32[] = {0, -2, 3, 0, 123, -7};

/* ---- Scaler ---------------------------------------------------------------------------------- */

static void open_scaler(uint64_t n) {
    static const float offsets[] = {0.3f, -1.1f, 2.2f}, scales[] = {0.7f, 1.3f, -0.9f};
    harness_open(&h, ML, "Scaler", 1);
    harness_floats(&h, "offset", n, offsets);
    harness_floats(&h, "scale", n, scales);
}

START_TEST(scaler_rounds_as_recorded_for_every_type) {
    const float of_integers[] = {-0.210000008f, -1.16999996f, -0.719999909f,
                                 -0.210000008f, 161.329987f,  8.27999973f};
    open_scaler(3);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(-0.140000015f, -2.07999992f, -0.98999989f, -0.209300011f, 161.922791f, 8.97299957f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_scaler(3);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), rows_double);
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(-0.140000001f, -2.07999992f, -0.98999989f, -0.209300011f, 161.922791f, 8.97299957f));
    close_harness();
    open_scaler(3);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), rows_int64);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), of_integers);
    close_harness();
    open_scaler(3);
    harness_input(&h, ORTL_INT32, SHAPE(2, 3), rows_int32);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), of_integers);
    close_harness();
}
END_TEST

START_TEST(scaler_takes_one_value_for_all_columns) {
    open_scaler(1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(-0.140000015f, -2.0999999f, 2.0999999f, -0.209300011f, 86.209198f, -5.64899969f));
    close_harness();
    open_scaler(1);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
}
END_TEST

START_TEST(scaler_takes_rank_1_for_a_row) {
    open_scaler(3);
    harness_input(&h, ORTL_FLOAT, SHAPE(3), rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(3), FLOATS(-0.140000015f, -2.07999992f, -0.98999989f));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}
END_TEST

START_TEST(scaler_refuses_lists_that_do_not_fit) {
    open_scaler(2);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "2 values for 3 columns");
    close_harness();
    open_scaler(1);
    harness_input(&h, ORTL_FLOAT, SCALAR, rows);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 0");
    close_harness();
    harness_open(&h, ML, "Scaler", 1);
    harness_floats(&h, "offset", 1, rows);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 values in offset, 0 in scale");
    close_harness();
    harness_open(&h, ML, "Scaler", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 values in offset, 0 in scale");
    close_harness();
    open_scaler(1);
    harness_texts(&h, SHAPE(1), TEXTS("a"));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "type string");
    close_harness();
}
END_TEST

/* ---- Imputer --------------------------------------------------------------------------------- */

static const float gaps[] = {1, NAN, 3, NAN, 0, -1}; /* (2, 3) */

static void open_imputer(uint64_t n, float replaced) {
    static const float values[] = {9, 8, 7};
    harness_open(&h, ML, "Imputer", 1);
    harness_floats(&h, "imputed_value_floats", n, values);
    if (replaced != 0) harness_float(&h, "replaced_value_float", replaced);
}

START_TEST(imputer_replaces_nan_or_a_number) {
    open_imputer(3, NAN);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 8, 3, 9, 0, -1));
    close_harness();
    open_imputer(1, NAN);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, 9, 3, 9, 0, -1));
    close_harness();
    open_imputer(1, 0); /* the default */
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, 3, NAN, 9, -1));
    close_harness();
    open_imputer(3, -1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(1, NAN, 3, NAN, 0, 7));
    close_harness();
}
END_TEST

START_TEST(imputer_of_integers_has_lists_of_its_own) {
    harness_open(&h, ML, "Imputer", 1);
    harness_ints(&h, "imputed_value_int64s", 3, INT64S(9, 8, 7));
    harness_int(&h, "replaced_value_int64", 2);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3), INT64S(1, 2, 3, 2, 2, 0));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 3), INT64S(1, 8, 3, 9, 8, 0));
    close_harness();
    harness_open(&h, ML, "Imputer", 1);
    harness_ints(&h, "imputed_value_int64s", 1, INT64S(9));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "0 imputed floats and 1 imputed integers");
    close_harness();
    open_imputer(1, NAN);
    harness_ints(&h, "imputed_value_int64s", 1, INT64S(9));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "1 imputed floats and 1 imputed integers");
    close_harness();
    open_imputer(1, NAN);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), rows_double);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, int64");
    close_harness();
    open_imputer(2, NAN);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), gaps);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "2 values for 3 columns");
    close_harness();
}
END_TEST

/* ---- Normalizer ------------------------------------------------------------------------------ */

static void open_normalizer(const char *norm, ortl_type type, const void *data) {
    harness_open(&h, ML, "Normalizer", 1);
    if (norm) harness_string(&h, "norm", norm);
    harness_input(&h, type, SHAPE(2, 3), data);
}

START_TEST(norms_round_as_recorded) {
    open_normalizer(NULL, ORTL_FLOAT, rows); /* MAX is the default */
    harness_expect(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(0.0303030312f, -0.818181872f, 1.0f, 8.10005258e-06f, 1.0f, -0.0629374012f));
    close_harness();
    open_normalizer("L1", ORTL_FLOAT, rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0163934436f, -0.44262296f, 0.540983617f, 7.62038326e-06f, 0.940781951f,
                          -0.059210375f));
    close_harness();
    open_normalizer("L2", ORTL_FLOAT, rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0234468039f, -0.633063734f, 0.773744524f, 8.0840573e-06f, 0.998025298f,
                          -0.0628131181f));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_normalizer("L2", ORTL_DOUBLE, rows_double);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0234468039f, -0.633063734f, 0.773744524f, 8.0840573e-06f, 0.998025298f,
                          -0.0628131181f));
    close_harness();
    open_normalizer("MAX", ORTL_INT64, rows_int64);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0f, -0.666666687f, 1.0f, 0.0f, 1.0f, -0.0569105707f));
    close_harness();
    open_normalizer("L1", ORTL_INT32, rows_int32);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0f, -0.400000006f, 0.600000024f, 0.0f, 0.94615382f, -0.0538461544f));
    close_harness();
    open_normalizer("L2", ORTL_INT64, rows_int64);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3),
                   FLOATS(0.0f, -0.554700196f, 0.832050323f, 0.0f, 0.998384535f, -0.0568186305f));
    close_harness();
}
END_TEST

START_TEST(norms_of_odd_rows_are_as_recorded) {
    const float odd[] = {NAN, -5, -7, -INFINITY, -INFINITY, -INFINITY, 0, -4, 0, 0, -0.0f, 0};
    const float of_max[] = {NAN, 1,  1.39999998f, INFINITY, INFINITY, INFINITY,
                            0,   -4, 0,           0,        -0.0f,    0};
    const float of_sums[] = {NAN, NAN, NAN, NAN, NAN, NAN, 0, -1, 0, 0, -0.0f, 0};
    const char *const names[] = {"MAX", "L1", "L2"};
    for (size_t i = 0; i < 3; i++) {
        harness_open(&h, ML, "Normalizer", 1);
        harness_string(&h, "norm", names[i]);
        harness_input(&h, ORTL_FLOAT, SHAPE(4, 3), odd);
        harness_expect(&h, ORTL_FLOAT, SHAPE(4, 3), i == 0 ? of_max : of_sums);
        close_harness();
    }
}
END_TEST

START_TEST(normalizer_takes_ranks_1_and_2) {
    harness_open(&h, ML, "Normalizer", 1);
    harness_string(&h, "norm", "L2");
    harness_input(&h, ORTL_FLOAT, SHAPE(2), FLOATS(3, 4));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2), FLOATS(0.6f, 0.8f));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
    harness_open(&h, ML, "Normalizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 0), NULL);
    close_harness();
    harness_open(&h, ML, "Normalizer", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 2, 3), rows);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 3, 1 or 2 expected");
    close_harness();
    open_normalizer("L3", ORTL_FLOAT, rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"norm\" is \"L3\"; known: MAX, L1, L2");
    close_harness();
}
END_TEST

/* ---- Softmax --------------------------------------------------------------------------------- */

START_TEST(softmax_works_along_one_axis) {
    const float x[] = {1, 2, 3, -1, 0.5f, 100};
    harness_open(&h, "", "Softmax", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), x);
    harness_expect_near(
        &h, ORTL_FLOAT, SHAPE(2, 3),
        FLOATS(0.0900305733f, 0.244728476f, 0.665240943f, 1.40129846e-44f, 6.16571324e-44f, 1.0f),
        1e-6);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    harness_open(&h, "", "Softmax", 17);
    harness_int(&h, "axis", -2);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), DOUBLES(1, 2, 3, -1, 0.5, 100));
    harness_expect_near(&h, ORTL_DOUBLE, SHAPE(2, 3),
                        DOUBLES(0.88079707797788243, 0.81757447619364365, 7.4715e-43,
                                0.11920292202211757, 0.18242552380635635, 1),
                        1e-4);
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}
END_TEST

/* ---- LpNormalization --------------------------------------------------------------------------
 */

START_TEST(lp_normalization_divides_by_the_norm_along_an_axis) {
    static const float x[] = {3, -4, 0, 0, 0, 0, 1, NAN, 2, INFINITY, 1, 2};
    harness_open(&h, "", "LpNormalization", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 3), x);
    harness_expect(&h, ORTL_FLOAT, SHAPE(4, 3),
                   FLOATS(0.6f, -0.8f, 0, 0, 0, 0, NAN, NAN, NAN, NAN, 0, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    harness_open(&h, "", "LpNormalization", 22);
    harness_int(&h, "p", 1);
    harness_int(&h, "axis", -2);
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(3, -1, 1, 1));
    harness_expect(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(0.75, -0.5, 0.25, 0.5));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
    harness_open(&h, "", "LpNormalization", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    close_harness();
}
END_TEST

START_TEST(lp_normalization_refuses) {
    harness_open(&h, "", "LpNormalization", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(1));
    harness_int(&h, "p", 3);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "\"p\" is 3, 1 or 2 expected");
    close_harness();
    harness_open(&h, "", "LpNormalization", 1);
    harness_input(&h, ORTL_INT64, SHAPE(1, 1), INT64S(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float, double");
    close_harness();
    harness_open(&h, "", "LpNormalization", 1);
    harness_unknown(&h, ORTL_FLOAT, SHAPE(1, 1), FLOATS(1));
    harness_int(&h, "axis", 2);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 2 of a tensor of rank 2");
    close_harness();
}
END_TEST

START_TEST(softmax_before_13_flattens) {
    const float x[] = {0, 0.25f, 0.5f, 0.75f, 1, 1.25f, 1.5f, 1.75f};
    const float wanted[] = {0.165296182f, 0.212244496f, 0.272527337f, 0.349932015f,
                            0.165296182f, 0.212244496f, 0.272527337f, 0.349932015f};
    harness_open(&h, "", "Softmax", 11);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 2, 2), x);
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(2, 2, 2), wanted, 1e-6);
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
}
END_TEST

START_TEST(softmax_of_special_rows_is_nan) {
    harness_open(&h, "", "Softmax", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 2),
                  FLOATS(-INFINITY, -INFINITY, NAN, 1, INFINITY, 1, -INFINITY, 0));
    harness_expect_near(&h, ORTL_FLOAT, SHAPE(4, 2), FLOATS(NAN, NAN, NAN, NAN, NAN, NAN, 0, 1), 0);
    close_harness();
    harness_open(&h, "", "Softmax", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(3, 0), NULL);
    harness_expect(&h, ORTL_FLOAT, SHAPE(3, 0), NULL);
    close_harness();
    harness_open(&h, "", "Softmax", 13);
    harness_input(&h, ORTL_FLOAT, SCALAR, rows);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis -1 of a tensor of rank 0");
    close_harness();
}
END_TEST

/* ---- ArgMax ---------------------------------------------------------------------------------- */

static const float ties[] = {1, 3, 3, NAN, NAN, 1, 2, 3, 2, NAN, 9, 9, NAN, NAN, NAN, NAN};

static void open_arg_max(int64_t axis, int64_t keeps, int64_t picks_last) {
    harness_open(&h, "", "ArgMax", 13);
    harness_int(&h, "axis", axis);
    harness_int(&h, "keepdims", keeps);
    harness_int(&h, "select_last_index", picks_last);
}

START_TEST(arg_max_finds_first_or_last_and_skips_nan) {
    open_arg_max(1, 1, 0);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 4), ties);
    harness_expect(&h, ORTL_INT64, SHAPE(4, 1), INT64S(1, 0, 2, 0));
    ck_assert_int_eq(h.step.is_row_wise, 1);
    close_harness();
    open_arg_max(-1, 0, 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 4), ties);
    harness_expect(&h, ORTL_INT64, SHAPE(4), INT64S(2, 0, 3, 0));
    close_harness();
    open_arg_max(0, 1, 0);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 4), ties);
    harness_expect(&h, ORTL_INT64, SHAPE(1, 4), INT64S(2, 0, 2, 0));
    ck_assert_int_eq(h.step.is_row_wise, 0);
    close_harness();
}
END_TEST

START_TEST(arg_max_takes_every_number_type_and_rank) {
    open_arg_max(1, 0, 0);
    harness_input(&h, ORTL_INT64, SHAPE(2, 3, 2),
                  INT64S(0, 9, 5, 1, 4, 2, INT64_MAX, 1, 0, 3, INT64_MIN, 3));
    harness_expect(&h, ORTL_INT64, SHAPE(2, 2), INT64S(1, 0, 0, 1));
    close_harness();
    open_arg_max(0, 0, 0);
    harness_input(&h, ORTL_INT32, SHAPE(3), INT32S(-5, -3, -4));
    harness_expect(&h, ORTL_INT64, SCALAR, INT64S(1));
    close_harness();
    harness_open(&h, "", "ArgMax", 1); /* axis 0 and keepdims 1 are the defaults */
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 2), DOUBLES(1, 4, 2, 3));
    harness_expect(&h, ORTL_INT64, SHAPE(1, 2), INT64S(1, 0));
    close_harness();
}
END_TEST

/* 2, 5, 5, 1 of each type. */
START_TEST(arg_max_breaks_ties_alike_for_every_type) {
    const ortl_type types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32};
    const void *const data[] = {FLOATS(2, 5, 5, 1), DOUBLES(2, 5, 5, 1), INT64S(2, 5, 5, 1),
                                INT32S(2, 5, 5, 1)};
    for (size_t i = 0; i < 4; i++)
        for (int64_t picks_last = 0; picks_last < 2; picks_last++) {
            open_arg_max(0, 1, picks_last);
            harness_input(&h, types[i], SHAPE(4), data[i]);
            harness_expect(&h, ORTL_INT64, SHAPE(1), INT64S(1 + picks_last));
            close_harness();
        }
}
END_TEST

START_TEST(arg_max_refuses_empty_axes) {
    open_arg_max(0, 1, 0);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "axis 0 has no element");
    close_harness();
    open_arg_max(1, 1, 0);
    harness_input(&h, ORTL_FLOAT, SHAPE(0, 3), NULL);
    harness_expect(&h, ORTL_INT64, SHAPE(0, 1), NULL);
    close_harness();
    open_arg_max(2, 1, 0);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 4), ties);
    harness_expect_refused(&h, ORTL_BAD_INPUT, "axis 2 of a tensor of rank 2");
    close_harness();
    harness_open(&h, "", "ArgMax", 11);
    harness_int(&h, "select_last_index", 1);
    harness_input(&h, ORTL_FLOAT, SHAPE(4, 4), ties);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "\"select_last_index\" is not supported in");
    close_harness();
    open_arg_max(0, 1, 0);
    harness_input(&h, ORTL_BOOL, SHAPE(1), BOOLS(1));
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "type bool");
    close_harness();
}
END_TEST

/* ---- ZipMap ---------------------------------------------------------------------------------- */

static void open_zipmap(uint64_t n_keys, const int64_t *keys) {
    harness_open(&h, ML, "ZipMap", 1);
    harness_ints(&h, "classlabels_int64s", n_keys, keys);
}

START_TEST(zipmap_is_an_alias_with_classes) {
    size_t n = 0;
    const int64_t *values = NULL;
    const ortl_string *texts = NULL;
    open_zipmap(3, INT64S(3, 1, 2));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    ck_assert(h.step.is_alias && h.step.is_row_wise && h.values[HARNESS_MAX].is_map);
    ck_assert_int_eq(ortl__zipmap_classes(&h.step, &n, &values, &texts), 1);
    ck_assert(n == 3 && values[0] == 3 && texts == NULL);
    close_harness();
    harness_open(&h, ML, "ZipMap", 1);
    harness_strings(&h, "classlabels_strings", 3, TEXTS("b", "a", "ab"));
    harness_input(&h, ORTL_FLOAT, SHAPE(3), rows);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 3), rows);
    ck_assert_int_eq(ortl__zipmap_classes(&h.step, &n, &values, &texts), 1);
    ck_assert(n == 3 && values == NULL && texts[2].n_bytes == 2);
    close_harness();
    harness_open(&h, "", "Identity", 13);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    ck_assert_int_eq(harness_prepare(&h), ORTL_OK);
    ck_assert_int_eq(ortl__zipmap_classes(&h.step, &n, &values, &texts), 0);
    close_harness();
}
END_TEST

START_TEST(of_equal_keys_the_last_column_wins) {
    open_zipmap(3, INT64S(3, 1, 3));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(0, 1, 2, 3, 4, 5));
    harness_expect(&h, ORTL_FLOAT, SHAPE(2, 3), FLOATS(2, 1, 2, 5, 4, 5));
    ck_assert_int_eq(h.step.is_alias, 0);
    close_harness();
    harness_open(&h, ML, "ZipMap", 1);
    harness_strings(&h, "classlabels_strings", 6, TEXTS("a", "b", "", "a", "", "a"));
    harness_input(&h, ORTL_FLOAT, SHAPE(1, 6), FLOATS(0, 1, 2, 3, 4, 5));
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, 6), FLOATS(5, 1, 4, 5, 4, 5));
    close_harness();
}
END_TEST

START_TEST(many_keys_are_sorted_right) {
    enum { N = 500 };
    int64_t keys[N];
    float row[N], wanted[N];
    for (int i = 0; i < N; i++) {
        keys[i] = (int64_t)i * 7919 % 101 - 50;
        row[i] = (float)i;
        for (int j = i; j >= 0; j--)
            if (keys[j] == keys[i]) wanted[j] = row[i];
    }
    open_zipmap(N, keys);
    harness_input(&h, ORTL_FLOAT, SHAPE(1, N), row);
    harness_expect(&h, ORTL_FLOAT, SHAPE(1, N), wanted);
    close_harness();
}
END_TEST

START_TEST(zipmap_refuses_other_widths_and_lists) {
    open_zipmap(2, INT64S(3, 1));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "2 class labels for 3 columns");
    close_harness();
    open_zipmap(2, INT64S(3, 1));
    harness_unknown(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "2 class labels for 3 columns");
    close_harness();
    open_zipmap(3, INT64S(1, 2, 3));
    harness_unknown(&h, ORTL_FLOAT, SHAPE(1, 2, 3), rows);
    harness_expect_failure(&h, ORTL_BAD_INPUT, "rank 3, 1 or 2 expected");
    close_harness();
    open_zipmap(3, INT64S(1, 2, 3));
    harness_input(&h, ORTL_DOUBLE, SHAPE(2, 3), rows_double);
    harness_expect_refused(&h, ORTL_UNSUPPORTED, "supported: float");
    close_harness();
    open_zipmap(3, INT64S(1, 2, 3));
    harness_strings(&h, "classlabels_strings", 3, TEXTS("b", "a", "c"));
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "3 integer labels and 3 string labels");
    close_harness();
    open_zipmap(0, NULL);
    harness_input(&h, ORTL_FLOAT, SHAPE(2, 3), rows);
    harness_expect_refused(&h, ORTL_BAD_MODEL, "one list expected");
    close_harness();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operators_rows");
    TCase *tcase = tcase_create("rows");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, scaler_rounds_as_recorded_for_every_type);
    tcase_add_test(tcase, scaler_takes_one_value_for_all_columns);
    tcase_add_test(tcase, scaler_takes_rank_1_for_a_row);
    tcase_add_test(tcase, scaler_refuses_lists_that_do_not_fit);
    tcase_add_test(tcase, imputer_replaces_nan_or_a_number);
    tcase_add_test(tcase, imputer_of_integers_has_lists_of_its_own);
    tcase_add_test(tcase, norms_round_as_recorded);
    tcase_add_test(tcase, norms_of_odd_rows_are_as_recorded);
    tcase_add_test(tcase, normalizer_takes_ranks_1_and_2);
    tcase_add_test(tcase, softmax_works_along_one_axis);
    tcase_add_test(tcase, lp_normalization_divides_by_the_norm_along_an_axis);
    tcase_add_test(tcase, lp_normalization_refuses);
    tcase_add_test(tcase, softmax_before_13_flattens);
    tcase_add_test(tcase, softmax_of_special_rows_is_nan);
    tcase_add_test(tcase, arg_max_finds_first_or_last_and_skips_nan);
    tcase_add_test(tcase, arg_max_takes_every_number_type_and_rank);
    tcase_add_test(tcase, arg_max_breaks_ties_alike_for_every_type);
    tcase_add_test(tcase, arg_max_refuses_empty_axes);
    tcase_add_test(tcase, zipmap_is_an_alias_with_classes);
    tcase_add_test(tcase, of_equal_keys_the_last_column_wins);
    tcase_add_test(tcase, many_keys_are_sorted_right);
    tcase_add_test(tcase, zipmap_refuses_other_widths_and_lists);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
