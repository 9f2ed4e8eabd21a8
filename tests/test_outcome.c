/*
 * From sums to labels and scores: recorded results of onnxruntime, and the places where this
 * library goes its own way.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "../runtime/forest/outcome.h"

#define MOST 3

typedef struct outcome_case {
    int is_classifier, is_double;
    uint32_t n, n_trees;
    int aggregate, transform;
    uint32_t n_base;
    double base[MOST];
    int is_binary_case, votes_nonnegative;
    double sums[MOST];
    uint8_t voted[MOST];
    int64_t label; /* the labels are 10, 20, 30 */
    float scores[MOST];
} outcome_case;

#include "outcome_cases.h"

static ortl_error error;
static const int64_t labels[MOST] = {10, 20, 30};
static ortl__libm libm;

static ortl__outcome outcome_of(const outcome_case *c) {
    ck_assert_int_eq(ortl__libm_open(&libm, &error), ORTL_OK);
    return (ortl__outcome){.is_classifier = c->is_classifier,
                           .is_double = c->is_double,
                           .n_targets = c->n,
                           .n_scores = c->n,
                           .n_trees = c->n_trees,
                           .aggregate = (ortl__aggregate)c->aggregate,
                           .transform = (ortl__transform)c->transform,
                           .n_base = c->n_base,
                           .base = c->base,
                           .is_binary_case = c->is_binary_case,
                           .votes_nonnegative = c->votes_nonnegative,
                           .libm = &libm,
                           .labels = labels};
}

/* The same bits, or both NaN. */
static int same(float a, float b) {
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* Writes rows equal rows of the case; the last one is compared, so that rows do not disturb one
 * another. */
static ortl_status write_case(const ortl__outcome *outcome, const outcome_case *c, int64_t *label,
                              float *scores) {
    enum { N = 2 };
    float floats[N * MOST];
    double doubles[N * MOST];
    uint8_t voted[N * MOST];
    int64_t labels_out[N] = {-1, -1};
    float scores_out[N * MOST] = {0};
    for (uint32_t i = 0; i < N * c->n; i++) {
        floats[i] = (float)c->sums[i % c->n];
        doubles[i] = c->sums[i % c->n];
        voted[i] = c->voted[i % c->n];
    }
    void *sums = c->is_double ? (void *)doubles : (void *)floats;
    ortl_status status =
        ortl__outcome_write(outcome, sums, c->n == 1 ? NULL : voted, N,
                            outcome->is_classifier ? labels_out : NULL, scores_out, &error);
    *label = outcome->is_classifier ? labels_out[N - 1] : 0;
    memcpy(scores, scores_out + (N - 1) * c->n, c->n * sizeof(float));
    return status;
}

START_TEST(recorded_results) {
    const outcome_case *c = &outcome_cases[_i];
    ortl__outcome outcome = outcome_of(c);
    int64_t label = -1;
    float scores[MOST];
    ck_assert_int_eq(write_case(&outcome, c, &label, scores), ORTL_OK);
    for (uint32_t k = 0; k < c->n; k++)
        ck_assert_msg(same(scores[k], c->scores[k]), "score %d: %a found, %a wanted", (int)k,
                      (double)scores[k], (double)c->scores[k]);
    ck_assert_int_eq(label, c->label);
}
END_TEST

/* ---- Labels ---------------------------------------------------------------------------------- */

START_TEST(a_row_without_votes_for_three_labels_is_refused) {
    outcome_case c = {.is_classifier = 1, .n = 3, .n_trees = 1, .aggregate = 1};
    ortl__outcome outcome = outcome_of(&c);
    int64_t label;
    float scores[MOST];
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "no vote"));
    c.n_base = 3; /* with base values every class has a score */
    c.base[2] = 1;
    outcome = outcome_of(&c);
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 30);
}
END_TEST

START_TEST(string_labels_are_given_as_indices) {
    outcome_case c = {
        .is_classifier = 1, .n = 3, .aggregate = 1, .sums = {-3, -2, 0}, .voted = {1, 1, 0}};
    ortl__outcome outcome = outcome_of(&c);
    outcome.labels = NULL;
    int64_t label;
    float scores[MOST];
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 1); /* the class without votes cannot win with its 0 */
    c = (outcome_case){.is_classifier = 1,
                       .n = 2,
                       .aggregate = 1,
                       .is_binary_case = 1,
                       .sums = {2, 0},
                       .voted = {1, 0}};
    outcome = outcome_of(&c);
    outcome.labels = NULL;
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 1);
}
END_TEST

START_TEST(one_string_label_is_the_only_answer) {
    outcome_case c = {.is_classifier = 1, .n = 1, .aggregate = 1, .sums = {5}};
    ortl__outcome outcome = outcome_of(&c);
    int64_t label;
    float scores[MOST];
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 1); /* a number for an integer label, as onnxruntime has it */
    outcome.labels = NULL;
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 0);
}
END_TEST

START_TEST(nan_wins_only_as_the_first_vote) {
    outcome_case c = {.is_classifier = 1,
                      .n = 3,
                      .aggregate = 1,
                      .sums = {(double)NAN, 5, 7},
                      .voted = {1, 1, 1}};
    ortl__outcome outcome = outcome_of(&c);
    int64_t label;
    float scores[MOST];
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 10);
    c.voted[0] = 0;
    c.sums[1] = (double)NAN;
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 20);
    c.sums[1] = 5;
    c.sums[2] = (double)NAN;
    ck_assert_int_eq(write_case(&outcome, &c, &label, scores), ORTL_OK);
    ck_assert_int_eq(label, 20);
}
END_TEST

/* ---- Scores ---------------------------------------------------------------------------------- */

START_TEST(what_is_not_wanted_is_not_written) {
    float sums[] = {1, 2, 3};
    const uint8_t voted[] = {1, 1, 1};
    outcome_case c = {.is_classifier = 1, .n = 3, .aggregate = 1};
    ortl__outcome outcome = outcome_of(&c);
    ck_assert_int_eq(ortl__outcome_write(&outcome, sums, voted, 1, NULL, NULL, NULL), ORTL_OK);
}
END_TEST

START_TEST(double_scores_keep_their_precision) {
    double sums[] = {1.0, 0.1, 1.0 / 3}, scores[3];
    const uint8_t voted[] = {1, 1, 1};
    outcome_case c = {.is_double = 1, .n = 3, .n_trees = 3, .aggregate = 0};
    ortl__outcome outcome = outcome_of(&c);
    outcome.writes_double = 1;
    ck_assert_int_eq(ortl__outcome_write(&outcome, sums, voted, 1, NULL, scores, NULL), ORTL_OK);
    ck_assert(scores[0] == 1.0 / 3 && scores[1] == 0.1 / 3 && scores[2] == 1.0 / 3 / 3);
}
END_TEST

/* Recorded from onnxruntime 1.32: SOFTMAX rounds each quotient to float, SOFTMAX_ZERO does not. */
START_TEST(double_softmax_rounds_as_recorded) {
    static const double wanted[2][4] = {
        {0x1.5ce016p-3, 0x1.61b098p-1, 0x1.027404p-3, 0x1.9e9876p-7},
        {0x1.8f42df375fee1p-3, 0x1.94c5635b4dff1p-1, 0x1.8cfd3ac87e7bcp-30, 0x1.da79161715991p-7}};
    const uint8_t voted[] = {1, 1, 1, 1};
    for (int i = 0; i < 2; i++) {
        double sums[] = {0.3, 1.7, 1e-8, -2.3}, scores[4];
        outcome_case c = {.is_double = 1, .n = 4, .aggregate = 1};
        ortl__outcome outcome = outcome_of(&c);
        outcome.transform = i == 0 ? ORTL__TRANSFORM_SOFTMAX : ORTL__TRANSFORM_SOFTMAX_ZERO;
        outcome.writes_double = 1;
        ck_assert_int_eq(ortl__outcome_write(&outcome, sums, voted, 1, NULL, scores, NULL),
                         ORTL_OK);
        for (int k = 0; k < 4; k++) ck_assert_double_eq(scores[k], wanted[i][k]);
    }
}
END_TEST

START_TEST(an_average_over_no_trees_is_zero) {
    float sums[] = {0}, scores[] = {9};
    outcome_case c = {.n = 1, .aggregate = 0};
    ortl__outcome outcome = outcome_of(&c);
    ck_assert_int_eq(ortl__outcome_write(&outcome, sums, NULL, 1, NULL, scores, NULL), ORTL_OK);
    ck_assert(scores[0] == 0);
}
END_TEST

START_TEST(minus_zero_of_a_single_target_becomes_zero) {
    float sums[] = {-0.0f}, scores[] = {9};
    outcome_case c = {.n = 1, .aggregate = ORTL__AGGREGATE_MIN};
    ortl__outcome outcome = outcome_of(&c);
    ck_assert_int_eq(ortl__outcome_write(&outcome, sums, NULL, 1, NULL, scores, NULL), ORTL_OK);
    ck_assert(same(scores[0], 0.0f));
}
END_TEST

START_TEST(transforms_at_the_edges) {
    float one[] = {-17.5f, 17.5f, NAN, -INFINITY};
    ck_assert_int_eq(ortl__libm_open(&libm, &error), ORTL_OK);
    ortl__outcome_transform(ORTL__TRANSFORM_LOGISTIC, &libm, one, 4);
    ck_assert(same(one[0], 0.0f) && one[1] == 1.0f && isnan(one[2]) && one[3] == 0.0f);
    float two[] = {0.0f, 1.0f, 0.5f, 2.0f};
    ortl__outcome_transform(ORTL__TRANSFORM_PROBIT, &libm, two, 4);
    ck_assert(two[0] == -INFINITY && two[1] == INFINITY && two[2] == 0.0f && isnan(two[3]));
    float three[] = {0.0f, 0.0f};
    ortl__outcome_transform(ORTL__TRANSFORM_SOFTMAX_ZERO, &libm, three, 2);
    ck_assert(isnan(three[0]) && isnan(three[1])); /* nothing was counted: 0 / 0 */
    float four[] = {NAN, 1.0f};
    ortl__outcome_transform(ORTL__TRANSFORM_SOFTMAX, &libm, four, 2);
    ck_assert(isnan(four[0]) && isnan(four[1]));
    float five[] = {1e30f, 1e30f};
    ortl__outcome_transform(ORTL__TRANSFORM_SOFTMAX, &libm, five, 2);
    ck_assert(five[0] == 0.5f && five[1] == 0.5f);
    float six[] = {3.0f, -4.0f};
    ortl__outcome_transform(ORTL__TRANSFORM_NONE, &libm, six, 2);
    ck_assert(six[0] == 3.0f && six[1] == -4.0f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("outcome");
    TCase *tests = tcase_create("outcome");
    int n_cases = (int)(sizeof outcome_cases / sizeof outcome_cases[0]);
    tcase_add_loop_test(tests, recorded_results, 0, n_cases);
    tcase_add_test(tests, a_row_without_votes_for_three_labels_is_refused);
    tcase_add_test(tests, string_labels_are_given_as_indices);
    tcase_add_test(tests, one_string_label_is_the_only_answer);
    tcase_add_test(tests, nan_wins_only_as_the_first_vote);
    tcase_add_test(tests, what_is_not_wanted_is_not_written);
    tcase_add_test(tests, double_scores_keep_their_precision);
    tcase_add_test(tests, double_softmax_rounds_as_recorded);
    tcase_add_test(tests, an_average_over_no_trees_is_zero);
    tcase_add_test(tests, minus_zero_of_a_single_target_becomes_zero);
    tcase_add_test(tests, transforms_at_the_edges);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
