/*
 * Products of matrices: OpenBLAS against the plain loops, and when OpenBLAS is opened at all. What
 * is mapped into the process is read from /proc/self/maps; each test has a process of its own.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/operators/algebra.h"
#include "../runtime/ortlite.h"
#include "onnx_builder.h"

#define WIDE 300 /* columns, enough for OpenBLAS */

/* 1 when a file whose path contains the text is mapped into this process. */
static int is_mapped(const char *text) {
    char line[1024];
    int is_found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof line, maps))
        if (strstr(line, text)) is_found = 1;
    fclose(maps);
    return is_found;
}

/* ---- Sessions -------------------------------------------------------------------------------- */

/* A linear regressor of n columns whose coefficients are 1, 2, 3, ... */
static ortl_session *open_linear(int64_t n, const char *algebra) {
    const onnx_style style = {0};
    float coefficients[WIDE];
    wire_builder model = {0}, graph = {0}, node = {0};
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *session = NULL;
    ortl_error error;
    options.algebra = algebra;
    for (int64_t i = 0; i < n; i++) coefficients[i] = (float)(i + 1);
    onnx_node_head(&node, "LinearRegressor", "ai.onnx.ml", "n", "X", "Y");
    onnx_floats(&node, &style, "coefficients", coefficients, (size_t)n);
    wire_message(&graph, 1, &node);
    wire_text(&graph, 2, "graph");
    onnx_value(&graph, 11, "X", n);
    onnx_value(&graph, 12, "Y", 1);
    onnx_model(&model, &style, &graph);
    ortl_status status = ortl_open_memory(model.bytes, model.n_bytes, &options, &session, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    wire_free(&model);
    return session;
}

static const char *name_of(const ortl_session *session) {
    ortl_description description = {.struct_size = sizeof description};
    ck_assert_int_eq(ortl_describe(session, &description, NULL), ORTL_OK);
    return description.algebra;
}

/* Sums 1 + 2 + ... + WIDE for each of eight rows of ones. */
static void expect_sums(const ortl_session *session) {
    static float rows[8 * WIDE], sums[8];
    ortl_context *context = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) rows[i] = 1;
    ck_assert_int_eq(ortl_context_new(session, &context, NULL), ORTL_OK);
    ck_assert_int_eq(ortl_predict(context, rows, 8, WIDE, 1, NULL, sums, NULL), ORTL_OK);
    for (int i = 0; i < 8; i++) ck_assert_float_eq(sums[i], WIDE * (WIDE + 1) / 2);
    ortl_context_free(context);
}

START_TEST(trees_alone_never_map_openblas) {
    ortl_session *session = NULL;
    ck_assert_int_eq(ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", NULL, &session, NULL), ORTL_OK);
    ck_assert_str_eq(name_of(session), "");
    ck_assert_int_eq(is_mapped("openblas"), 0);
    ortl_close(session);
}
END_TEST

START_TEST(small_products_never_map_openblas) {
    ortl_session *session = open_linear(3, NULL);
    ck_assert_str_eq(name_of(session), "plain");
    ck_assert_int_eq(is_mapped("openblas"), 0);
    ortl_close(session);
}
END_TEST

START_TEST(large_products_map_openblas_where_it_is_installed) {
    ortl_session *session = open_linear(WIDE, NULL);
    int is_library = strcmp(name_of(session), "OpenBLAS") == 0;
    if (!is_library) ck_assert_str_eq(name_of(session), "plain");
    ck_assert_int_eq(is_mapped("openblas"), is_library);
    expect_sums(session);
    ortl_close(session);
}
END_TEST

START_TEST(openblas_may_be_refused) {
    ortl_session *session = open_linear(WIDE, "plain");
    ck_assert_str_eq(name_of(session), "plain");
    ck_assert_int_eq(is_mapped("openblas"), 0);
    expect_sums(session);
    ortl_close(session);
}
END_TEST

/* ---- Products -------------------------------------------------------------------------------- */

#define ROWS    17
#define INNER   33
#define COLUMNS 9

static float floats[2][ROWS * INNER], float_out[2][ROWS * COLUMNS];
static double doubles[2][ROWS * INNER], double_out[2][ROWS * COLUMNS];

static void fill(void) {
    for (int i = 0; i < ROWS * INNER; i++) {
        floats[0][i] = (float)(i * 7 % 23) - 11;
        floats[1][i] = (float)(i * 5 % 19) - 9;
        doubles[0][i] = (double)floats[0][i];
        doubles[1][i] = (double)floats[1][i];
    }
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < ROWS * COLUMNS; i++) {
            float_out[k][i] = (float)i;
            double_out[k][i] = i;
        }
}

/* All elements are small integers, so both ways are exact. */
START_TEST(openblas_and_the_plain_loops_agree) {
    ortl__algebra both[2] = {{0}, {.is_refused = 1}};
    for (int k = 0; k < 2; k++) ortl__algebra_prepare(&both[k], 0);
    for (int form = 0; form < 16; form++) {
        int is_double = form & 1;
        fill();
        for (int k = 0; k < 2; k++) {
            ortl__product product = {.type = is_double ? ORTL_DOUBLE : ORTL_FLOAT,
                                     .n_rows = ROWS,
                                     .n_inner = INNER,
                                     .n_columns = COLUMNS,
                                     .left = is_double ? (const void *)doubles[0] : floats[0],
                                     .right = is_double ? (const void *)doubles[1] : floats[1],
                                     .output = is_double ? (void *)double_out[k] : float_out[k],
                                     .is_left_transposed = form >> 1 & 1,
                                     .is_right_transposed = form >> 2 & 1,
                                     .adds = form >> 3 & 1,
                                     .scale = 2};
            ortl__algebra_multiply(&both[k], &product);
        }
        ck_assert_int_eq(memcmp(float_out[0], float_out[1], sizeof float_out[0]), 0);
        ck_assert_int_eq(memcmp(double_out[0], double_out[1], sizeof double_out[0]), 0);
    }
    for (int k = 0; k < 2; k++) ortl__algebra_close(&both[k]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("algebra");
    TCase *tcase = tcase_create("algebra");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, trees_alone_never_map_openblas);
    tcase_add_test(tcase, small_products_never_map_openblas);
    tcase_add_test(tcase, large_products_map_openblas_where_it_is_installed);
    tcase_add_test(tcase, openblas_may_be_refused);
    tcase_add_test(tcase, openblas_and_the_plain_loops_agree);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
