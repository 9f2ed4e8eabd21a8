/*
 * What a packed forest takes: bytes a node of all that is kept, values of the leaves included, the
 * tables that turn values into codes apart. For batches one form is kept, else perhaps two.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "random_forest.h"
#include "runtime/cpu.h"
#include "runtime/forest/pack.h"
#include "runtime/forest/pack_row.h"

#define R   SHAPE_RANDOM
#define SUM ORTL__AGGREGATE_SUM

/* A shape, and the most bytes a node when many rows are expected, and when any are. */
typedef struct memory_case {
    forest_recipe recipe;
    double of_many, of_any;
} memory_case;

static const memory_case cases[] = {
    {{"31 leaves", 400, 31, 28, 130, 1, R, SUM, .one_mode = 1}, 6, 10},
    {{"31 leaves, both sides of NaN", 400, 31, 28, 130, 1, R, SUM, .special = 1}, 6, 10},
    {{"63 leaves", 400, 63, 28, 254, 1, R, SUM, .one_mode = 1}, 6, 10},
    {{"255 leaves", 200, 255, 28, 254, 1, R, SUM, .one_mode = 1}, 6, 10},
    {{"depth 8", 200, 248, 28, 255, 1, SHAPE_SHALLOW, SUM, .one_mode = 1}, 6, 10},
    {{"perfect", 200, 256, 28, 255, 1, SHAPE_PERFECT, SUM, .one_mode = 1}, 6, 10},
    {{"oblivious", 400, 64, 28, 120, 1, SHAPE_OBLIVIOUS, SUM, .one_mode = 1}, 6, 10},
    {{"deep", 40, 3000, 28, 10000, 1, R, SUM, .one_mode = 1}, 12, 12},
};

enum { N_CASES = sizeof cases / sizeof cases[0] };

/* Nodes that roots reach, and the bytes of tables; those of single rows are not kept for many. */
static double survey_nodes(const ortl__forest *forest, ortl_rows_expected rows,
                           double *table_bytes_out) {
    size_t of_row = rows == ORTL_EXPECT_MANY_ROWS ? 0 : sizeof(ortl__row_limits);
    ortl__survey survey;
    ck_assert_int_eq(ortl__survey_forest(&survey, forest, NULL), ORTL_OK);
    const ortl__quantiser *q = &survey.quantiser;
    *table_bytes_out = (double)(q->n_keys * sizeof *q->keys) +
                       (double)q->n_tables * (double)(sizeof *q->tables + of_row);
    double n_nodes = (double)(survey.n_tests + survey.n_leaves);
    ortl__survey_free(&survey);
    return n_nodes;
}

/* Bytes a node. */
static double pack_forest(const forest_recipe *recipe, ortl_rows_expected rows, ortl__cpu cpu) {
    ortl__memory memory;
    ortl__forest forest;
    random_source random = {5};
    ortl__pack *pack = NULL;
    const ortl__pack_wish wish = {rows, NULL, cpu, 0};
    double table_bytes;
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    random_forest(&forest, &memory, recipe, &random);
    double n_nodes = survey_nodes(&forest, rows, &table_bytes);
    ck_assert_int_eq(ortl__pack_build(&forest, &wish, &pack, NULL), ORTL_OK);
    double bytes = ((double)memory.used - table_bytes) / n_nodes;
    printf("%-30s expects %d: %-30s %5.2f bytes a node\n", recipe->name, (int)rows,
           ortl__pack_name(pack), bytes);
    ortl__pack_free(pack);
    ortl__forest_free(&forest);
    return bytes;
}

START_TEST(packed_forests_are_small) {
    const memory_case *c = &cases[_i];
    const ortl__cpu all = ortl__cpu_detect();
    const ortl__cpu cpus[] = {all, all & ~ortl__cpu_find("avx512f"), 0};
    for (size_t i = 0; i < sizeof cpus / sizeof cpus[0]; i++) {
        ck_assert_double_le(pack_forest(&c->recipe, ORTL_EXPECT_MANY_ROWS, cpus[i]), c->of_many);
        ck_assert_double_le(pack_forest(&c->recipe, ORTL_EXPECT_ANY_ROWS, cpus[i]), c->of_any);
        ck_assert_double_le(pack_forest(&c->recipe, ORTL_EXPECT_FEW_ROWS, cpus[i]), c->of_any);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("packed_memory");
    TCase *tests = tcase_create("memory");
    tcase_add_loop_test(tests, packed_forests_are_small, 0, N_CASES);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
