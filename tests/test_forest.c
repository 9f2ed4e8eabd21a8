/*
 * Building forests from good ensembles: what stands in the arrays, what the proof counts, and that
 * shapes of any size are built in linear time on a small stack.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forests.h"
#include "small_stack.h"

#define LEAF ORTL__MODE_LEAF
#define LEQ  ORTL__MODE_LEQ

static ortl__memory memory;
static ortl__forest forest;
static ortl_error error;

static void set_up(void) {
    forests_memory(&memory);
    error.message[0] = '\0';
}

/* Everything that was taken must have been given back. */
static void tear_down(void) {
    ortl__forest_free(&forest);
    ck_assert_uint_eq(memory.used, 0);
}

static void build(const ensemble *given) {
    ortl_status status = forests_build(&forest, &memory, given, NULL, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
}

static float value(uint32_t row) {
    return ((const float *)forest.value)[row];
}

/* Two trees; the second has its ids permuted and its first row is the root. */
static const node_row two_trees[] = {
    {3, 0, LEQ, 1, 0.5, 1, 2, 1},    {3, 1, LEAF, -2, 0, -1, -1, 1}, {3, 2, LEAF, 500, 0, 77, 0, 0},
    {9, 12, LEQ, 4, 1.5, 10, 11, 2}, {9, 11, LEAF, 0, 7, 0, 0, 0},   {9, 10, LEAF, 0, 0, 0, 0, 0},
    {9, 13, LEAF, 0, 0, 0, 0, 0}};
static const weight_row two_weights[] = {
    {9, 10, 0, 4}, {3, 2, 0, 2}, {3, 1, 0, 1}, {3, 0, 0, 99}, {9, 10, 0, 5}};

START_TEST(one_target_puts_first_weights_into_leaves) {
    ensemble given = {.kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1};
    /* Ids 10 .. 13 must stay below the number of rows. */
    node_row rows[14];
    memset(rows, 0, sizeof rows);
    memcpy(rows, two_trees, sizeof two_trees);
    for (int i = 7; i < 14; i++) rows[i] = (node_row){10, i, LEAF, 0, 0.25, 0, 0, 0};
    given.nodes = rows;
    given.n_nodes = 14;
    given.weights = two_weights;
    given.n_weights = 5;
    build(&given);
    ck_assert_uint_eq(forest.n_trees, 3);
    ck_assert_uint_eq(forest.roots[1], 3);
    ck_assert_uint_eq(forest.true_child[3], 5);
    ck_assert_uint_eq(forest.false_child[3], 4);
    ck_assert(value(1) == 1 && value(2) == 2 && value(5) == 4);
    ck_assert(value(4) == 7); /* no weight: its nodes_values entry */
    ck_assert(value(0) == 0.5f);
    ck_assert_uint_eq(forest.n_weights, 0);
    ck_assert_ptr_null(forest.weight);
    ck_assert_uint_eq(forest.test[0], LEQ | ORTL__TEST_MISSING);
    ck_assert_uint_eq(forest.test[1], LEAF); /* flags of leaves do not count */
    ck_assert_uint_eq(forest.test[3], LEQ);  /* only a flag of exactly 1 counts */
    ck_assert_uint_eq(forest.n_columns, 5);
    ck_assert_uint_eq(forest.n_features_used, 2);
    ck_assert_uint_eq(forest.n_features_missing, 1);
    ck_assert_uint_eq(forest.n_reachable, 7);
    ck_assert_uint_eq(forest.n_leaves, 5);
    ck_assert_uint_eq(forest.max_depth, 1);
    ck_assert_uint_eq(forest.steps_per_row, 2);
    ck_assert(!forest.has_shared_nodes);
    ck_assert_uint_eq(ortl__forest_bytes(&forest), 14 * 17 + 3 * 4);
    ck_assert_uint_eq(memory.used, ortl__forest_bytes(&forest));
}
END_TEST

START_TEST(several_targets_keep_all_weights_in_file_order) {
    static const node_row rows[] = {
        {0, 0, LEQ, 0, 0, 1, 2, 0}, {0, 1, LEAF, 0, 0, 0, 0, 0}, {0, 2, LEAF, 0, 0, 0, 0, 0}};
    static const weight_row weights[] = {
        {0, 2, 1, 1}, {0, 1, 0, 2}, {0, 2, 0, 3}, {0, 0, 1, 4}, {0, 2, 1, 5}};
    ensemble given = {.kind = ORTL__ENSEMBLE_CLASSIFIER,
                      .n_targets = 2,
                      .nodes = rows,
                      .n_nodes = 3,
                      .weights = weights,
                      .n_weights = 5};
    build(&given);
    const float *weight = forest.weight;
    ck_assert_uint_eq(forest.n_weights, 4);
    ck_assert_uint_eq(forest.true_child[1], 0);
    ck_assert_uint_eq(forest.false_child[1], 1);
    ck_assert_uint_eq(forest.true_child[2], 1);
    ck_assert_uint_eq(forest.false_child[2], 3);
    ck_assert(weight[0] == 2 && weight[1] == 1 && weight[2] == 3 && weight[3] == 5);
    static const uint32_t targets[] = {0, 1, 0, 1};
    ck_assert_mem_eq(forest.weight_target, targets, sizeof targets);
}
END_TEST

START_TEST(ids_may_be_sparse_below_the_number_of_rows) {
    static const node_row rows[] = {{5, 2, LEQ, 0, 0, 4, 0, 0},  {5, 4, LEAF, 0, 1, 0, 0, 0},
                                    {5, 0, LEAF, 0, 2, 0, 0, 0}, {2, 1, LEAF, 0, 3, 0, 0, 0},
                                    {7, 6, LEQ, 0, 0, 1, 3, 0},  {7, 3, LEAF, 0, 4, 0, 0, 0},
                                    {7, 1, LEAF, 0, 5, 0, 0, 0}};
    static const weight_row weights[] = {{7, 1, 0, 50}, {2, 1, 0, 30}, {5, 0, 0, 20}};
    ensemble given = {.kind = ORTL__ENSEMBLE_REGRESSOR,
                      .n_targets = 1,
                      .nodes = rows,
                      .n_nodes = 7,
                      .weights = weights,
                      .n_weights = 3};
    build(&given);
    static const uint32_t roots[] = {0, 3, 4};
    ck_assert_mem_eq(forest.roots, roots, sizeof roots); /* the order of the file */
    ck_assert_uint_eq(forest.true_child[0], 1);
    ck_assert_uint_eq(forest.false_child[0], 2);
    ck_assert_uint_eq(forest.true_child[4], 6);
    ck_assert_uint_eq(forest.false_child[4], 5);
    ck_assert(value(6) == 50 && value(3) == 30 && value(2) == 20 && value(1) == 1);
}
END_TEST

START_TEST(root_that_is_not_first_is_found_by_parentage) {
    static const node_row rows[] = {
        {0, 1, LEAF, 0, 1, 0, 0, 0}, {0, 0, LEQ, 0, 0, 1, 2, 0}, {0, 2, LEAF, 0, 2, 0, 0, 0}};
    ensemble given = {
        .kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1, .nodes = rows, .n_nodes = 3};
    build(&given);
    ck_assert_uint_eq(forest.roots[0], 1);
    ck_assert_uint_eq(forest.n_reachable, 3);
}
END_TEST

START_TEST(first_row_is_root_though_others_have_no_parent) {
    static const node_row rows[] = {{0, 0, LEAF, 0, 1, 0, 0, 0},
                                    {0, 1, LEQ, 900, 5, 2, 3, 1},
                                    {0, 2, LEQ, 3, 0, 1, 3, 0}, /* a cycle that nothing reaches */
                                    {0, 3, LEAF, 0, 2, 0, 0, 0}};
    ensemble given = {
        .kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1, .nodes = rows, .n_nodes = 4};
    build(&given);
    ck_assert_uint_eq(forest.roots[0], 0);
    ck_assert_uint_eq(forest.n_reachable, 1);
    ck_assert_uint_eq(forest.n_columns, 0);
    for (uint32_t row = 1; row < 4; row++) { /* what is never reached is an empty leaf */
        ck_assert_uint_eq(forest.test[row], LEAF);
        ck_assert_uint_eq(forest.feature[row], 0);
        ck_assert(value(row) == 0);
    }
}
END_TEST

START_TEST(double_input_widens_floats) {
    static const node_row rows[] = {{0, 0, LEQ, 0, 0.1f, 1, 1, 0}, {0, 1, LEAF, 0, 0, 0, 0, 0}};
    static const weight_row weights[] = {{0, 1, 0, 0.3f}};
    ensemble given = {.kind = ORTL__ENSEMBLE_REGRESSOR,
                      .n_targets = 1,
                      .nodes = rows,
                      .n_nodes = 2,
                      .weights = weights,
                      .n_weights = 1};
    ortl_limits limits = forests_limits();
    ortl__ensemble_columns *columns = forests_columns(&memory, &given);
    ck_assert_int_eq(
        ortl__forest_build(&forest, &memory, columns, 1, ORTL__AGGREGATE_SUM, 1, &limits, &error),
        ORTL_OK);
    ortl__ensemble_columns_free(columns);
    ck_assert(((double *)forest.value)[0] == (double)0.1f);
    ck_assert(((double *)forest.value)[1] == (double)0.3f);
    ck_assert(forest.has_shared_nodes); /* both sides lead to one leaf */
}
END_TEST

START_TEST(empty_ensemble_has_no_trees) {
    ensemble given = {.kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 3};
    build(&given);
    ck_assert_uint_eq(forest.n_trees, 0);
    ck_assert_uint_eq(forest.n_targets, 3);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* ---- Version 5 ------------------------------------------------------------------------------- */

START_TEST(v5_leaves_follow_the_tests) {
    static const test_row tests[] = {{LEQ, 2, 0.5, 1, 0, 0, 1, 1},
                                     {ORTL__MODE_GT, 0, 1.5, 2, 1, 0, 1, 0},
                                     {LEQ, 800, 0, 1, 1, 1, 1, 0}}; /* stands for leaf 1 */
    static const leaf_row leaves[] = {{1, 10}, {0, 20}, {1, 30}};
    static const int64_t roots[] = {0, 2, 0};
    ensemble given = {.kind = ORTL__ENSEMBLE_V5,
                      .n_targets = 2,
                      .tests = tests,
                      .n_tests = 3,
                      .leaves = leaves,
                      .n_leaves = 3,
                      .roots = roots,
                      .n_roots = 3};
    build(&given);
    static const uint32_t wanted_roots[] = {0, 4, 0};
    ck_assert_mem_eq(forest.roots, wanted_roots, sizeof wanted_roots);
    ck_assert_uint_eq(forest.n_nodes, 6);
    ck_assert_uint_eq(forest.true_child[0], 1);
    ck_assert_uint_eq(forest.false_child[0], 3);
    ck_assert_uint_eq(forest.true_child[1], 5);
    ck_assert_uint_eq(forest.test[0], LEQ | ORTL__TEST_MISSING);
    ck_assert_uint_eq(forest.true_child[5], 2); /* its weight */
    ck_assert_uint_eq(forest.false_child[5], 1);
    ck_assert_uint_eq(forest.weight_target[2], 1);
    ck_assert(((const float *)forest.weight)[2] == 30);
    ck_assert_uint_eq(forest.n_columns, 3); /* feature 800 is never read */
    ck_assert_uint_eq(forest.n_reachable, 5);
    ck_assert_uint_eq(forest.steps_per_row, 4);
    ck_assert(forest.has_shared_nodes);
}
END_TEST

START_TEST(v5_sets_are_cut_and_sorted) {
    static const test_row tests[] = {{ORTL__MODE_MEMBER, 0, 0, 1, 0, 0, 1, 0},
                                     {LEQ, 0, 0, 2, 0, 0, 1, 0},
                                     {ORTL__MODE_MEMBER, 0, 0, 1, 1, 0, 1, 0}};
    static const leaf_row leaves[] = {{0, 10}, {0, 20}};
    static const int64_t roots[] = {0};
    const double members[] = {3, -1, 0.5, NAN, 8, 2, NAN};
    for (int is_double = 0; is_double < 2; is_double++) {
        for (size_t n_members = 6; n_members <= 7; n_members++) { /* the last NaN is optional */
            ensemble given = {.kind = ORTL__ENSEMBLE_V5,
                              .is_double = is_double,
                              .n_targets = 1,
                              .tests = tests,
                              .n_tests = 3,
                              .leaves = leaves,
                              .n_leaves = 2,
                              .roots = roots,
                              .n_roots = 1,
                              .members = members,
                              .n_members = n_members};
            build(&given);
            ck_assert_uint_eq(forest.n_sets, 2);
            ck_assert_uint_eq(forest.n_members, 5);
            static const uint32_t begins[] = {0, 3, 5};
            ck_assert_mem_eq(forest.set_begin, begins, sizeof begins);
            static const double sorted[] = {-1, 0.5, 3, 2, 8};
            for (int i = 0; i < 5; i++)
                ck_assert((is_double ? ((double *)forest.members)[i]
                                     : (double)((float *)forest.members)[i]) == sorted[i]);
            uint32_t set = 9;
            memcpy(&set, (char *)forest.value + (is_double ? 16 : 8), sizeof set);
            ck_assert_uint_eq(set, 1);
            ck_assert_uint_eq(memory.used, ortl__forest_bytes(&forest));
            ortl__forest_free(&forest);
        }
    }
}
END_TEST

START_TEST(v5_without_roots_is_empty) {
    static const test_row tests[] = {{LEQ, 2, 0.5, 0, 1, 0, 1, 1}};
    static const leaf_row leaves[] = {{0, 10}};
    ensemble given = {.kind = ORTL__ENSEMBLE_V5,
                      .n_targets = 1,
                      .tests = tests,
                      .n_tests = 1,
                      .leaves = leaves,
                      .n_leaves = 1};
    build(&given);
    ck_assert_uint_eq(forest.n_trees, 0);
    ck_assert_uint_eq(forest.n_reachable, 0);
}
END_TEST

START_TEST(v5_may_be_empty) {
    for (uint64_t n_targets = 1; n_targets < 3; n_targets++) {
        ensemble given = {.kind = ORTL__ENSEMBLE_V5, .n_targets = n_targets};
        build(&given);
        ck_assert_uint_eq(forest.n_nodes, 0);
        ortl__forest_free(&forest);
    }
}
END_TEST

/* ---- Shapes that break recursion and quadratic loops -------------------------------------------
 */

#define CHAIN ((int64_t)1000000) /* tests */

/* Ids fall from the root to the leaves when is_reversed, so that children come before parents. */
static node_row chain_row(int64_t i, int is_reversed) {
    int64_t n = 2 * CHAIN + 1, id = is_reversed ? n - 1 - i : i;
    int64_t step = is_reversed ? -1 : 1;
    node_row row = {0, id, LEQ, 0, 0, id + step, id + 2 * step, 0};
    if (i % 2 == 1 || i == n - 1) row.mode = LEAF;
    return row;
}

static void *build_chains(void *unused) {
    size_t n = 2 * CHAIN + 1;
    node_row *rows = malloc(n * sizeof *rows);
    ck_assert_ptr_nonnull(rows);
    for (int is_reversed = 0; is_reversed < 2; is_reversed++) {
        for (size_t i = 0; i < n; i++) rows[i] = chain_row((int64_t)i, is_reversed);
        ensemble given = {
            .kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1, .nodes = rows, .n_nodes = n};
        build(&given);
        ck_assert_uint_eq(forest.max_depth, CHAIN);
        ck_assert_uint_eq(forest.n_leaves, CHAIN + 1);
        ck_assert_uint_eq(forest.steps_per_row, CHAIN);
        ck_assert(!forest.has_shared_nodes);
        ortl__forest_free(&forest);
    }
    free(rows);
    return unused;
}

START_TEST(chain_of_a_million_tests) {
    run_on_small_stack(build_chains, NULL);
}
END_TEST

#define LEVELS 100000

/* Level k has the nodes 2k+1 and 2k+2, and both lead to both of level k+1: 2^LEVELS walks. */
static void *build_diamond(void *unused) {
    size_t n = 2 * LEVELS + 1;
    node_row *rows = malloc(n * sizeof *rows);
    ck_assert_ptr_nonnull(rows);
    rows[0] = (node_row){0, 0, LEQ, 0, 0, 1, 2, 0};
    for (int64_t i = 1; i < (int64_t)n; i++) {
        int64_t next = (i + 1) / 2 * 2 + 1;
        rows[i] = (node_row){0, i, LEQ, 0, 0, next, next + 1, 0};
        if (next >= (int64_t)n) rows[i].mode = LEAF;
    }
    ensemble given = {
        .kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1, .nodes = rows, .n_nodes = n};
    build(&given);
    ck_assert_uint_eq(forest.max_depth, LEVELS);
    ck_assert_uint_eq(forest.n_reachable, n);
    ck_assert_uint_eq(forest.n_leaves, 2);
    ck_assert(forest.has_shared_nodes);
    free(rows);
    return unused;
}

START_TEST(diamond_of_a_hundred_thousand_levels) {
    run_on_small_stack(build_diamond, NULL);
}
END_TEST

static void *build_single_leaves(void *unused) {
    enum { N = 100000 };
    node_row *rows = malloc(N * sizeof *rows);
    weight_row *weights = malloc(N * sizeof *weights);
    ck_assert(rows != NULL && weights != NULL);
    for (int order = 0; order < 2; order++) { /* tree ids up, then down; weights against it */
        for (int64_t i = 0; i < N; i++) {
            rows[i] = (node_row){order ? N - i : i, 0, LEAF, 0, 0, 0, 0, 0};
            weights[N - 1 - i] = (weight_row){rows[i].tree, 0, 0, (double)i};
        }
        ensemble given = {.kind = ORTL__ENSEMBLE_REGRESSOR,
                          .n_targets = 1,
                          .nodes = rows,
                          .n_nodes = N,
                          .weights = weights,
                          .n_weights = N};
        build(&given);
        ck_assert_uint_eq(forest.n_trees, N);
        ck_assert_uint_eq(forest.steps_per_row, 0);
        ck_assert(value(N - 1) == N - 1);
        ortl__forest_free(&forest);
    }
    free(rows);
    free(weights);
    return unused;
}

START_TEST(a_hundred_thousand_single_leaves) {
    run_on_small_stack(build_single_leaves, NULL);
}
END_TEST

START_TEST(a_hundred_thousand_equal_roots) {
    enum { N = 100000 };
    test_row *tests = malloc(N * sizeof *tests);
    int64_t *roots = calloc(N, sizeof *roots);
    static const leaf_row leaves[] = {{0, 1}};
    ck_assert(tests != NULL && roots != NULL);
    for (int64_t i = 0; i < N; i++) tests[i] = (test_row){LEQ, 0, 0, i + 1, 0, 0, 1, 0};
    tests[N - 1].true_is_leaf = 1;
    tests[N - 1].on_true = 0;
    ensemble given = {.kind = ORTL__ENSEMBLE_V5,
                      .n_targets = 1,
                      .tests = tests,
                      .n_tests = N,
                      .leaves = leaves,
                      .n_leaves = 1,
                      .roots = roots,
                      .n_roots = N};
    ortl_limits limits = forests_limits();
    limits.steps_per_row = (uint64_t)N * N;
    ck_assert_int_eq(forests_build(&forest, &memory, &given, &limits, &error), ORTL_OK);
    ck_assert_uint_eq(forest.steps_per_row, (uint64_t)N * N);
    ortl__forest_free(&forest);
    limits.steps_per_row--;
    ck_assert_int_eq(forests_build(&forest, &memory, &given, &limits, &error), ORTL_LIMIT);
    free(tests);
    free(roots);
}
END_TEST

/* ---- Suite ----------------------------------------------------------------------------------- */

int main(void) {
    Suite *suite = suite_create("forest");
    TCase *tests = tcase_create("forest");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, one_target_puts_first_weights_into_leaves);
    tcase_add_test(tests, several_targets_keep_all_weights_in_file_order);
    tcase_add_test(tests, ids_may_be_sparse_below_the_number_of_rows);
    tcase_add_test(tests, root_that_is_not_first_is_found_by_parentage);
    tcase_add_test(tests, first_row_is_root_though_others_have_no_parent);
    tcase_add_test(tests, double_input_widens_floats);
    tcase_add_test(tests, empty_ensemble_has_no_trees);
    tcase_add_test(tests, v5_leaves_follow_the_tests);
    tcase_add_test(tests, v5_sets_are_cut_and_sorted);
    tcase_add_test(tests, v5_without_roots_is_empty);
    tcase_add_test(tests, v5_may_be_empty);
    tcase_add_test(tests, chain_of_a_million_tests);
    tcase_add_test(tests, diamond_of_a_hundred_thousand_levels);
    tcase_add_test(tests, a_hundred_thousand_single_leaves);
    tcase_add_test(tests, a_hundred_thousand_equal_roots);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
