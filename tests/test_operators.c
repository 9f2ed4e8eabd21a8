/*
 * Every case of data/operators, and what holds for whatever operator: a row alone gives what it
 * gives among others where rows are said to be apart, shapes derived at load are the true ones,
 * constants and unknown inputs lead to the same outputs.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "operator_cases.h"

static harness h;

#define CASES_A_TEST 16

/* Calls check for the cases of test number i. */
static void for_cases(int i, void (*check)(const operator_case *c)) {
    const operator_cases *all = operator_cases_read();
    for (size_t n = (size_t)i * CASES_A_TEST;
         n < all->n_cases && n < (size_t)(i + 1) * CASES_A_TEST; n++)
        check(&all->cases[n]);
}

static void expect_case(const operator_case *c) {
    operator_case_open(&h, c, CASE_AS_WRITTEN);
    operator_case_expect(&h, c, -1);
    if (!c->is_refused) operator_case_expect_known(&h, c);
    harness_close(&h);
}

START_TEST(cases_hold) {
    for_cases(_i, expect_case);
}
END_TEST

/* What was known of the outputs before they were computed. */
static void expect_true_shapes(const operator_case *c) {
    for (uint32_t i = 0; i < h.node.n_outputs; i++) {
        const ortl__value *value = &h.values[HARNESS_MAX + i];
        const ortl__tensor *output = h.outputs[i];
        if (!output || !value->has_shape) continue;
        ck_assert_msg(value->rank == output->rank, "%s: output %d: rank", c->place, (int)i);
        for (uint32_t k = 0; k < output->rank; k++)
            ck_assert_msg(value->shape[k] == -1 || value->shape[k] == output->shape[k],
                          "%s: output %d: axis %d", c->place, (int)i, (int)k);
    }
}

/* With less or more known of the inputs, the operator does the same, or refuses while loading. */
static void expect_in_all_forms(const operator_case *c) {
    for (int form = CASE_AS_WRITTEN; !c->is_refused && form <= CASE_UNKNOWN; form++) {
        operator_case_open(&h, c, (case_form)form);
        ortl_status status = harness_load(&h);
        if (status == ORTL_OK) {
            operator_case_expect(&h, c, -1);
            if (c->is_run) expect_true_shapes(c);
        } else {
            ck_assert_msg(form == CASE_UNKNOWN && status == ORTL_UNSUPPORTED, "%s: form %d: %s",
                          c->place, form, h.error.message);
        }
        harness_close(&h);
    }
}

START_TEST(whatever_is_known_of_inputs_outputs_are_the_same) {
    for_cases(_i, expect_in_all_forms);
}
END_TEST

static void expect_rows(const operator_case *c) {
    operator_case_open(&h, c, CASE_AS_WRITTEN);
    int is_row_wise = harness_load(&h) == ORTL_OK && h.step.is_row_wise;
    int64_t n_rows = h.node.n_inputs && h.tensors[0].rank ? h.tensors[0].shape[0] : 0;
    harness_close(&h);
    for (int64_t row = 0; is_row_wise && row < n_rows; row++) {
        if (operator_case_open_row(&h, c, n_rows, row) && !c->is_refused)
            operator_case_expect(&h, c, row);
        harness_close(&h);
    }
}

START_TEST(a_row_alone_gives_what_it_gives_among_others) {
    for_cases(_i, expect_rows);
}
END_TEST

int main(void) {
    const int n_tests = (int)operator_cases_read()->n_cases / CASES_A_TEST + 1;
    Suite *suite = suite_create("operators");
    TCase *cases = tcase_create("cases");
    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, cases_hold, 0, n_tests);
    tcase_add_loop_test(cases, whatever_is_known_of_inputs_outputs_are_the_same, 0, n_tests);
    tcase_add_loop_test(cases, a_row_alone_gives_what_it_gives_among_others, 0, n_tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
