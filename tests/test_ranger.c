/*
 * The reader of ranger's forests: small files put together byte by byte, their answers worked out
 * by hand from ranger's rules, and every refusal with its message.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "converted_model.h"

enum { CLASSES = 1, REGRESSION = 3, SURVIVAL = 5, SHARES = 9 };

/* ---- Putting files together ------------------------------------------------------------------ */

static unsigned char bytes[4096];
static size_t n_bytes;

static void put(uint64_t value, size_t n) {
    for (size_t i = 0; i < n; i++) bytes[n_bytes++] = (unsigned char)(value >> (8 * i));
}

static void put_double(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(bits, 8);
}

static void put_sizes(size_t n, const uint64_t *values) {
    put(n, 8);
    for (size_t i = 0; i < n; i++) put(values[i], 8);
}

static void put_doubles(size_t n, const double *values) {
    put(n, 8);
    for (size_t i = 0; i < n; i++) put_double(values[i]);
}

/* Two variables, of which the second is an unordered factor. */
static void begin(uint64_t n_trees, uint64_t type) {
    n_bytes = 0;
    put(1, 4);
    put(1, 8);
    put('y', 1);
    put(n_trees, 8);
    put(2, 8);
    put(1, 1);
    put(0, 1);
    put(2, 8);
    put(type, 4);
}

/* A root with two leaves. nan_child: NULL, or the third row of child_nodeIDs. */
static void put_stump(uint64_t variable, double value, double left, double right,
                      const uint64_t *nan_child) {
    put(nan_child ? 3 : 2, 8);
    put_sizes(3, (uint64_t[]){1, 0, 0});
    put_sizes(3, (uint64_t[]){2, 0, 0});
    if (nan_child) put_sizes(3, (uint64_t[]){*nan_child, 0, 0});
    put_sizes(3, (uint64_t[]){variable, 0, 0});
    put_doubles(3, (double[]){value, left, right});
}

static source_file file(void) {
    return (source_file){NULL, bytes, n_bytes};
}

static float score(float a, float b, size_t k) {
    float row[] = {a, b}, scores[8];
    source_file f = file();
    ask_converted(&f, row, 2, NULL, scores);
    return scores[k];
}

static void refused(ortl_status status, const char *words) {
    source_file f = file();
    f.from = "ranger";
    check_refused(&f, status, words);
}

/* ---- What it predicts ------------------------------------------------------------------------ */

START_TEST(regression_is_the_mean_of_the_trees) {
    begin(2, REGRESSION);
    put_stump(0, 0.1, 1, 2, NULL); /* 0.1f is above 0.1 */
    put_stump(0, 5, 10, 20, NULL);
    ck_assert(score(0.0f, 1, 0) == 5.5f);
    ck_assert(score(0.1f, 1, 0) == 6.0f);
    ck_assert(score(nextafterf(0.1f, 0), 1, 0) == 5.5f);
    ck_assert(score(7.0f, 1, 0) == 11.0f);
    ck_assert(score(NAN, 1, 0) == 11.0f); /* two rows of children: right */
}
END_TEST

START_TEST(missing_values_go_to_the_third_row) {
    static const struct {
        uint64_t child;
        float expected;
    } cases[] = {{0, 1}, {1, 1}, {2, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(1, REGRESSION);
        put_stump(0, 0.5, 1, 2, &cases[i].child);
        ck_assert(score(NAN, 1, 0) == cases[i].expected);
    }
}
END_TEST

/* The set is bits 0, 2 and 52: categories 1, 3 and 53 go right. */
START_TEST(factors_are_sets_of_bits) {
    static const float right[] = {1, 1.5f, 3, 53, 53.9f};
    static const float left[] = {2, 4, 52, 54, 0, -1, 1e9f, NAN, INFINITY};
    begin(1, REGRESSION);
    put_stump(1, 5 + 4503599627370496.0, 1, 2, NULL);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        ck_assert_msg(score(0, right[i], 0) == 2, "%g goes right", (double)right[i]);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        ck_assert_msg(score(0, left[i], 0) == 1, "%g goes left", (double)left[i]);
}
END_TEST

/* Classes stand in the order of their first appearance; labels are ascending. */
START_TEST(classification_counts_votes) {
    float scores[3];
    int64_t label = -1;
    source_file f;
    begin(3, CLASSES);
    put_doubles(3, (double[]){7, -2, 4});
    put_stump(0, 0, 4, 7, NULL);
    put_stump(0, 1, 4, 7, NULL);
    put_stump(0, 2, -2, -2, NULL);
    f = file();
    ask_converted(&f, (float[]){-1, 1}, 2, &label, scores);
    ck_assert_int_eq(label, 4);
    ck_assert(fabsf(scores[0] - 1.0f / 3) < 1e-6f && fabsf(scores[1] - 2.0f / 3) < 1e-6f);
    ck_assert(scores[2] == 0);
    ask_converted(&f, (float[]){9, 1}, 2, &label, scores);
    ck_assert_int_eq(label, 7);
    ask_converted(&f, (float[]){0.5f, 1}, 2, &label, scores); /* one vote each */
    ck_assert_int_eq(label, -2);
}
END_TEST

static void put_leaf_vectors(void) {
    put_sizes(2, (uint64_t[]){1, 2});
    put(2, 8);
    put_doubles(2, (double[]){0.25, 0.75});
    put_doubles(2, (double[]){1, 0});
}

START_TEST(probability_is_the_mean_of_shares) {
    float scores[2];
    int64_t label = -1;
    source_file f;
    begin(1, SHARES);
    put_doubles(2, (double[]){5, 3});
    put_stump(0, 0, 0, 0, NULL);
    put_leaf_vectors();
    f = file();
    ask_converted(&f, (float[]){-1, 1}, 2, &label, scores);
    ck_assert_int_eq(label, 3);
    ck_assert(scores[0] == 0.75f && scores[1] == 0.25f);
    ask_converted(&f, (float[]){1, 1}, 2, &label, scores);
    ck_assert_int_eq(label, 5);
    ck_assert(scores[0] == 0 && scores[1] == 1);
}
END_TEST

START_TEST(survival_is_the_hazard_at_each_time) {
    begin(1, SURVIVAL);
    put_doubles(2, (double[]){5, 3});
    put_stump(0, 0, 0, 0, NULL);
    put_leaf_vectors();
    ck_assert(score(-1, 1, 0) == 0.25f && score(-1, 1, 1) == 0.75f);
    ck_assert(score(1, 1, 0) == 1 && score(1, 1, 1) == 0);
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

START_TEST(headers_that_are_broken) {
    begin(0, REGRESSION);
    refused(ORTL_BAD_MODEL, "the forest has no trees");
    begin(1, 2);
    refused(ORTL_BAD_MODEL, "byte 39: tree type 2, expected 1 (classification)");
    begin((uint64_t)1 << 40, REGRESSION);
    refused(ORTL_LIMIT, "trees");
    begin(1, CLASSES);
    put_doubles(1, (double[]){1});
    refused(ORTL_UNSUPPORTED, "was trained on 1 class");
    begin(1, CLASSES);
    put_doubles(3, (double[]){1, 2, 1});
    refused(ORTL_BAD_MODEL, "the class 1 stands twice");
    begin(1, CLASSES);
    put_doubles(2, (double[]){1, 1.5});
    refused(ORTL_UNSUPPORTED, "class 1 has the value 1.5");
    begin(1, SURVIVAL);
    put(UINT64_MAX, 8);
    refused(ORTL_BAD_MODEL, "byte 43: unique_timepoints: 18446744073709551615 items");
}
END_TEST

START_TEST(trees_that_are_broken) {
    begin(1, REGRESSION);
    put(4, 8);
    refused(ORTL_BAD_MODEL, "tree 0, from byte 43: byte 43: child_nodeIDs has 4 rows");
    begin(1, REGRESSION);
    put_stump(2, 0, 1, 2, NULL);
    refused(ORTL_BAD_MODEL, "node 0: variable 2, there are 2");
    begin(1, REGRESSION);
    put_stump(0, NAN, 1, 2, NULL);
    refused(ORTL_BAD_MODEL, "tree 0");
    begin(1, REGRESSION);
    put_stump(1, -1, 1, 2, NULL);
    refused(ORTL_BAD_MODEL, "node 0: the set of a factor is no number");
    begin(1, REGRESSION);
    put_stump(0, 0, 1, 2, &(uint64_t){3});
    refused(ORTL_BAD_MODEL, "node 0: missing values go to node 3, which is not its child");
    begin(1, REGRESSION);
    put_stump(0, 0, 1, 2, NULL);
    put(0, 1);
    refused(ORTL_BAD_MODEL, "1 bytes behind the last tree");
    begin(1, CLASSES);
    put_doubles(2, (double[]){1, 2});
    put_stump(0, 0, 1, 3, NULL);
    refused(ORTL_BAD_MODEL, "node 2: a leaf votes for 3, which is not in class_values");
}
END_TEST

START_TEST(vectors_that_do_not_fit) {
    begin(1, REGRESSION);
    put(2, 8);
    put_sizes(1, (uint64_t[]){0});
    put_sizes(1, (uint64_t[]){0});
    put_sizes(2, (uint64_t[]){0, 0});
    put_doubles(1, (double[]){0});
    refused(ORTL_BAD_MODEL, "split_varIDs has 2 items, expected 1");
    begin(1, SHARES);
    put_doubles(2, (double[]){1, 2});
    put_stump(0, 0, 0, 0, NULL);
    put_sizes(1, (uint64_t[]){2});
    put(1, 8);
    put_doubles(2, (double[]){1, 2});
    refused(ORTL_BAD_MODEL, "node 1: is a leaf, but not the next one of the leaf list");
    begin(1, SHARES);
    put_doubles(2, (double[]){1, 2});
    put_stump(0, 0, 0, 0, NULL);
    put_sizes(2, (uint64_t[]){1, 2});
    put(2, 8);
    put_doubles(3, (double[]){1, 2, 3});
    refused(ORTL_BAD_MODEL, "node 1: the leaf has 3 values, expected 2");
    begin(1, SHARES);
    put_doubles(2, (double[]){1, 2});
    put_stump(0, 0, 0, 0, NULL);
    put_sizes(2, (uint64_t[]){1, 2});
    put(1, 8);
    refused(ORTL_BAD_MODEL, "1 leaf values for 2 leaves");
}
END_TEST

START_TEST(files_that_are_cut_off) {
    source_file f;
    begin(1, SHARES);
    put_doubles(2, (double[]){5, 3});
    put_stump(0, 0, 0, 0, NULL);
    put_leaf_vectors();
    f = file();
    check_cut_off(&f, 0);
    f.from = "ranger";
    check_cut_off(&f, 0);
}
END_TEST

START_TEST(memory_that_fails) {
    source_file f;
    begin(1, SHARES);
    put_doubles(2, (double[]){5, 3});
    put_stump(0, 0, 0, 0, NULL);
    put_leaf_vectors();
    f = file();
    check_failing_memory(&f);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("ranger");
    tcase_add_test(tests, regression_is_the_mean_of_the_trees);
    tcase_add_test(tests, missing_values_go_to_the_third_row);
    tcase_add_test(tests, factors_are_sets_of_bits);
    tcase_add_test(tests, classification_counts_votes);
    tcase_add_test(tests, probability_is_the_mean_of_shares);
    tcase_add_test(tests, survival_is_the_hazard_at_each_time);
    tcase_add_test(tests, headers_that_are_broken);
    tcase_add_test(tests, trees_that_are_broken);
    tcase_add_test(tests, vectors_that_do_not_fit);
    tcase_add_test(tests, files_that_are_cut_off);
    tcase_add_test(tests, memory_that_fails);
    Suite *suite = suite_create("ranger");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
