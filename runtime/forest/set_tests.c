/*
 * Finds the chains of set tests and the members that each feature is asked for.
 */
#include "set_tests.h"

#include <string.h>

#include "../sort.h"
#include "cut.h"

ORTL__SORT_DEFINE(sort_keys, int32_t, ORTL__IS_LESS)

/* ---- Single tests ---------------------------------------------------------------------------- */

/* NEQ is EQ with its sides exchanged; NaN, which is unequal to everything, is outside. */
int ortl__set_test_of(const ortl__forest *forest, uint32_t row, ortl__set_test *test_out) {
    unsigned mode = forest->test[row] & ORTL__TEST_MODE;
    uint32_t on_true = forest->true_child[row], on_false = forest->false_child[row];
    if (mode != ORTL__MODE_EQ && mode != ORTL__MODE_NEQ && mode != ORTL__MODE_MEMBER) return 0;
    if (mode == ORTL__MODE_NEQ)
        *test_out = (ortl__set_test){on_false, on_true, 0};
    else
        *test_out =
            (ortl__set_test){on_true, on_false, (forest->test[row] & ORTL__TEST_MISSING) != 0};
    return 1;
}

/* The members of the set in a row. */
static const float *members_of(const ortl__forest *forest, uint32_t row, uint32_t *n_out) {
    const float *value = (const float *)forest->value + row;
    uint32_t set;
    if ((forest->test[row] & ORTL__TEST_MODE) != ORTL__MODE_MEMBER) {
        *n_out = *value == *value;
        return value;
    }
    memcpy(&set, value, sizeof set);
    *n_out = forest->set_begin[set + 1] - forest->set_begin[set];
    return (const float *)forest->members + forest->set_begin[set];
}

static int32_t key_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return ortl__key32(bits);
}

/* ---- Chains ---------------------------------------------------------------------------------- */

/* Whether it makes no difference which of two nodes a walk comes to: one node, or leaves whose
 * targets and weights are all the same. */
static int is_same_end(const ortl__forest *forest, uint32_t a, uint32_t b) {
    const float *values = forest->value, *weights = forest->weight;
    if (a == b) return 1;
    if (forest->test[a] != ORTL__MODE_LEAF || forest->test[b] != ORTL__MODE_LEAF) return 0;
    if (forest->n_targets == 1) return memcmp(values + a, values + b, sizeof *values) == 0;
    uint32_t at_a = forest->true_child[a], at_b = forest->true_child[b];
    uint32_t n = forest->false_child[a];
    if (n != forest->false_child[b]) return 0;
    return n == 0 || (memcmp(weights + at_a, weights + at_b, n * sizeof *weights) == 0 &&
                      memcmp(forest->weight_target + at_a, forest->weight_target + at_b,
                             n * sizeof *forest->weight_target) == 0);
}

/* What is known of a node while chains are looked for: its parents, then whether it is joined. */
enum { ONE_PARENT = 1, MORE_PARENTS = 2, JOINED = 3 };

static void add_parent(uint8_t *mark) {
    if (*mark < MORE_PARENTS) ++*mark;
}

/* Marks the tests that only the test above leads to, from its outer side, and that lead inside to
 * the same end. NaN then comes there by the flag of either. Roots are reached
 * otherwise too. */
static void mark_chains(ortl__set_tests *tests, const ortl__forest *forest) {
    uint8_t *mark = tests->is_joined;
    ortl__set_test upper, lower;
    for (uint32_t tree = 0; tree < forest->n_trees; tree++)
        mark[forest->roots[tree]] = MORE_PARENTS;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (forest->test[row] == ORTL__MODE_LEAF) continue;
        add_parent(&mark[forest->true_child[row]]);
        add_parent(&mark[forest->false_child[row]]);
    }
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (!ortl__set_test_of(forest, row, &upper) || mark[upper.outer] != ONE_PARENT) continue;
        if (ortl__set_test_of(forest, upper.outer, &lower) &&
            forest->feature[row] == forest->feature[upper.outer] &&
            is_same_end(forest, upper.inner, lower.inner))
            mark[upper.outer] = JOINED;
    }
    for (uint32_t row = 0; row < forest->n_nodes; row++) mark[row] = mark[row] == JOINED;
}

/* ---- Members by feature ---------------------------------------------------------------------- */

#define FOR_EACH_SET(forest, row, test)                                                            \
    for (uint32_t row = 0; row < (forest)->n_nodes; row++)                                         \
        if (ortl__set_test_of(forest, row, &(test)))

/* begin[j + 1] becomes where the members of feature j, repetitions included, will be stored. */
static void count_members(ortl__set_tests *tests, const ortl__forest *forest) {
    ortl__set_test test;
    FOR_EACH_SET(forest, row, test) {
        uint32_t n;
        members_of(forest, row, &n);
        tests->begin[forest->feature[row] + 1] += n;
        tests->n_given += n;
    }
    uint32_t begin = 0;
    for (uint32_t j = 0; j < tests->n_features; j++) {
        uint32_t n = tests->begin[j + 1];
        tests->begin[j + 1] = begin;
        begin += n;
    }
}

static void store_members(ortl__set_tests *tests, const ortl__forest *forest) {
    ortl__set_test test;
    FOR_EACH_SET(forest, row, test) {
        uint32_t n, *at = &tests->begin[forest->feature[row] + 1];
        const float *members = members_of(forest, row, &n);
        for (uint32_t i = 0; i < n; i++) tests->keys[(*at)++] = key_of(members[i]);
    }
}

/* Sorts the members of each feature, drops repetitions and moves the rest together. */
static void sort_members(ortl__set_tests *tests) {
    uint32_t from = 0, n_kept = 0;
    for (uint32_t j = 0; j < tests->n_features; j++) {
        uint32_t end = tests->begin[j + 1], first = n_kept;
        sort_keys(tests->keys + from, end - from);
        for (; from < end; from++)
            if (n_kept == first || tests->keys[n_kept - 1] != tests->keys[from])
                tests->keys[n_kept++] = tests->keys[from];
        tests->begin[j + 1] = n_kept;
    }
}

/* ---- The door -------------------------------------------------------------------------------- */

ortl_status ortl__set_tests_build(ortl__set_tests *tests, const ortl__forest *forest,
                                  ortl_error *error) {
    ortl__memory *memory = forest->memory;
    ortl__set_test test;
    memset(tests, 0, sizeof *tests);
    tests->memory = memory;
    tests->n_features = forest->n_columns;
    tests->n_nodes = forest->n_nodes;
    ortl_status status = ortl__memory_new_zero(memory, (uint64_t)tests->n_features + 1,
                                               sizeof *tests->begin, &tests->begin, error);
    if (status == ORTL_OK)
        status = ortl__memory_new_zero(memory, tests->n_nodes, 1, &tests->is_joined, error);
    if (status != ORTL_OK) goto done;
    mark_chains(tests, forest);
    count_members(tests, forest);
    tests->n_given++; /* a place to point to when no set has a member */
    status = ortl__memory_new(memory, tests->n_given, sizeof *tests->keys, &tests->keys, error);
    if (status != ORTL_OK) goto done;
    store_members(tests, forest);
    sort_members(tests);
    FOR_EACH_SET(forest, row, test) {
        if (tests->is_joined[row]) continue;
        tests->n_words += ortl__set_words(tests, forest->feature[row]);
        tests->n_sets++;
    }
done:
    if (status != ORTL_OK) ortl__set_tests_free(tests);
    return status;
}

void ortl__set_tests_free(ortl__set_tests *tests) {
    if (tests->memory == NULL) return;
    ortl__memory_free(tests->memory, tests->begin, (uint64_t)tests->n_features + 1,
                      sizeof *tests->begin);
    ortl__memory_free(tests->memory, tests->is_joined, tests->n_nodes, 1);
    ortl__memory_free(tests->memory, tests->keys, tests->n_given, sizeof *tests->keys);
    memset(tests, 0, sizeof *tests);
}

int ortl__set_tests_are_small(const ortl__set_tests *tests) {
    enum { MOST_WORDS = 8 };
    return tests->n_words <= MOST_WORDS * (uint64_t)tests->n_nodes;
}

int ortl__set_tests_is_head(const ortl__set_tests *tests, const ortl__forest *forest,
                            uint32_t row) {
    ortl__set_test test;
    return ortl__set_test_of(forest, row, &test) && !tests->is_joined[row];
}

uint32_t ortl__set_tests_outer(const ortl__set_tests *tests, const ortl__forest *forest,
                               uint32_t head, uint32_t *inner_out) {
    ortl__set_test test = {0};
    ortl__set_test_of(forest, head, &test);
    *inner_out = test.inner;
    while (tests->is_joined[test.outer]) ortl__set_test_of(forest, test.outer, &test);
    return test.outer;
}

uint32_t ortl__set_tests_fill(const ortl__set_tests *tests, const ortl__forest *forest,
                              uint32_t head, uint64_t *words) {
    uint32_t feature = forest->feature[head], begin = tests->begin[feature];
    uint32_t n_keys = tests->begin[feature + 1] - begin, row = head;
    ortl__set_test test = {0};
    do {
        uint32_t n;
        const float *members = members_of(forest, row, &n);
        ortl__set_test_of(forest, row, &test);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t place = ortl__set_place(tests->keys + begin, n_keys, key_of(members[i]));
            words[place / 64] |= (uint64_t)1 << place % 64;
        }
        if (test.nan_is_inner) words[(n_keys + 1) / 64] |= (uint64_t)1 << (n_keys + 1) % 64;
        row = test.outer;
    } while (tests->is_joined[row]);
    return row;
}
