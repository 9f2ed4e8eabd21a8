/*
 * Converts recorded models of trainers and replays the trainers' own predictions on rows at
 * thresholds, near zero, missing, and with unknown categories: see converted_cases.h.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "converted_cases.h"
#include "tools/npy.h"
#include "walked_model.h"

enum { MAX_OUTPUTS = 4 };

static converted_case cases[MAX_CONVERTED_CASES];

static void check_output(const converted_case *c, int k, const ortl_tensor *expected,
                         const ortl_tensor *found) {
    size_t n = 1;
    ck_assert_msg(expected->rank == found->rank, "%s output %d: another rank", c->name, k);
    for (size_t i = 0; i < expected->rank; i++) {
        ck_assert_int_eq(expected->shape[i], found->shape[i]);
        n *= (size_t)expected->shape[i];
    }
    ck_assert_uint_gt(n, 0);
    for (size_t i = 0; i < n; i++) {
        double a = number_at(expected, i), b = number_at(found, i);
        int agrees = a == b || fabs(a - b) <= c->tolerance * fmax(1, fabs(a));
        if (found->type == ORTL_INT64) agrees = a == b;
        ck_assert_msg(agrees, "%s output %d, element %zu: %.9g, not %.9g", c->name, k, i, b, a);
    }
}

START_TEST(replay_converted_case) {
    const converted_case *c = &cases[_i];
    collected model = convert_recorded(c, NULL);
    ortl_session *session = open_collected(&model);
    ortl_context *context = NULL;
    ortl_error error = {ORTL_OK, ""};
    ortl_tensor input, expected[MAX_OUTPUTS], found[MAX_OUTPUTS] = {{0}};
    size_t n_outputs = 0;
    ck_assert(read_converted_array(c, "input", 0, &input));
    while (n_outputs < MAX_OUTPUTS &&
           read_converted_array(c, "output", (int)n_outputs, &expected[n_outputs]))
        n_outputs++;
    ck_assert_uint_gt(n_outputs, 0);
    ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
    ck_assert_msg(ortl_run(context, &input, 1, found, n_outputs, &error) == ORTL_OK, "%s: %s",
                  c->name, error.message);
    for (size_t k = 0; k < n_outputs; k++) check_output(c, (int)k, &expected[k], &found[k]);
    for (size_t k = 0; k < n_outputs; k++) npy_free(&expected[k]);
    npy_free(&input);
    ortl_context_free(context);
    ortl_close(session);
    free(model.bytes);
}
END_TEST

int main(void) {
    int n_cases = read_converted_cases(cases);
    if (n_cases == 0 || n_cases == MAX_CONVERTED_CASES) return 1;
    TCase *tests = tcase_create("converted");
    tcase_add_loop_test(tests, replay_converted_case, 0, n_cases);
    Suite *suite = suite_create("converted");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
