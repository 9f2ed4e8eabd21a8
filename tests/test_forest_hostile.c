/*
 * Ensembles that must be refused: each rule of the loader with its status and message, each limit,
 * each allocation made to fail once. A refused forest is empty and nothing leaks.
 */
#include <check.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "forests.h"

#define LEAF ORTL__MODE_LEAF
#define LEQ  ORTL__MODE_LEQ

static ortl__memory memory;
static ortl_error error;

/* ---- A good ensemble of each kind, copied before it is spoiled ----------------------------------
 */

enum { N_NODES = 8, N_WEIGHTS = 5, N_TESTS = 3, N_LEAVES = 4, N_ROOTS = 2, N_MEMBERS = 6 };

/* Two trees; the second has permuted ids. */
static const node_row good_nodes[N_NODES] = {
    {4, 0, LEQ, 1, 0.5, 1, 2, 1}, {4, 1, LEAF, -1, 0, -1, -1, 0}, {4, 2, LEQ, 0, 1.5, 3, 4, 0},
    {4, 3, LEAF, 0, 0, 0, 0, 0},  {4, 4, LEAF, 0, 0, 0, 0, 0},    {2, 1, LEQ, 3, 2, 2, 0, 0},
    {2, 0, LEAF, 0, 0, 0, 0, 0},  {2, 2, LEAF, 0, 0, 0, 0, 0}};
static const weight_row good_weights[N_WEIGHTS] = {
    {2, 0, 0, 1}, {2, 2, 1, 2}, {4, 1, 0, 3}, {4, 3, 1, -4}, {4, 4, 0, 5}};

static const test_row good_tests[N_TESTS] = {{LEQ, 2, 0.5, 1, 0, 0, 1, 1},
                                             {ORTL__MODE_MEMBER, 0, 0, 1, 1, 2, 1, 0},
                                             {ORTL__MODE_MEMBER, 1, 0, 0, 1, 3, 1, 0}};
static const leaf_row good_leaves[N_LEAVES] = {{0, 1}, {1, 2}, {0, 3}, {1, 4}};
static const int64_t good_roots[N_ROOTS] = {0, 2};

/* The copies that a case may spoil. */
static struct {
    node_row nodes[N_NODES];
    weight_row weights[N_WEIGHTS];
    test_row tests[N_TESTS];
    leaf_row leaves[N_LEAVES];
    int64_t roots[N_ROOTS];
    double members[N_MEMBERS];
} spoiled;

static ensemble classic;
static ensemble v5;

static void set_up(void) {
    const double members[N_MEMBERS] = {1, 2, (double)NAN, 3, 0.5, (double)NAN};
    forests_memory(&memory);
    memset(&error, 0, sizeof error);
    memcpy(spoiled.nodes, good_nodes, sizeof good_nodes);
    memcpy(spoiled.weights, good_weights, sizeof good_weights);
    memcpy(spoiled.tests, good_tests, sizeof good_tests);
    memcpy(spoiled.leaves, good_leaves, sizeof good_leaves);
    memcpy(spoiled.roots, good_roots, sizeof good_roots);
    memcpy(spoiled.members, members, sizeof members);
    classic = (ensemble){.kind = ORTL__ENSEMBLE_CLASSIFIER,
                         .n_targets = 2,
                         .nodes = spoiled.nodes,
                         .n_nodes = N_NODES,
                         .weights = spoiled.weights,
                         .n_weights = N_WEIGHTS};
    v5 = (ensemble){.kind = ORTL__ENSEMBLE_V5,
                    .n_targets = 2,
                    .tests = spoiled.tests,
                    .n_tests = N_TESTS,
                    .leaves = spoiled.leaves,
                    .n_leaves = N_LEAVES,
                    .roots = spoiled.roots,
                    .n_roots = N_ROOTS,
                    .members = spoiled.members,
                    .n_members = N_MEMBERS};
}

static void tear_down(void) {
    ck_assert_uint_eq(memory.used, 0);
}

static void expect(const ensemble *given, const ortl_limits *limits, ortl_status wanted,
                   const char *fragment) {
    ortl__forest forest, empty = {0};
    ortl_status status = forests_build(&forest, &memory, given, limits, &error);
    ck_assert_msg(status == wanted, "status %d, wanted %d: %s", (int)status, (int)wanted,
                  error.message);
    ck_assert_int_eq(error.status, wanted == ORTL_OK ? ORTL_OK : wanted);
    ck_assert_msg(strstr(error.message, fragment) != NULL, "\"%s\" not in \"%s\"", fragment,
                  error.message);
    if (wanted != ORTL_OK) ck_assert_mem_eq(&forest, &empty, sizeof forest);
    ortl__forest_free(&forest);
}

START_TEST(the_ensembles_are_good_before_they_are_spoiled) {
    expect(&classic, NULL, ORTL_OK, "");
    expect(&v5, NULL, ORTL_OK, "");
}
END_TEST

/* ---- One field changed ----------------------------------------------------------------------- */

#define NODE(index, field)   &spoiled.nodes[index].field, NULL
#define WEIGHT(index, field) &spoiled.weights[index].field, NULL
#define TEST(index, field)   &spoiled.tests[index].field, NULL
#define LEAF_ROW(index)      &spoiled.leaves[index].target, NULL
#define ROOT(index)          &spoiled.roots[index], NULL
#define MODE(row)            NULL, &spoiled.row.mode

#define TWO_TO_32 ((int64_t)1 << 32)

typedef struct spoiling {
    int64_t *place;   /* an integer to overwrite, or */
    ortl__mode *mode; /* a mode */
    int64_t value;
    ortl_status status;
    const char *fragment; /* of the message */
} spoiling;

static const spoiling classic_cases[] = {
    {NODE(0, tree), -1, ORTL_BAD_MODEL, "nodes_treeids: row 0 has a tree id outside"},
    {NODE(0, tree), TWO_TO_32, ORTL_BAD_MODEL, "nodes_treeids: row 0 has a tree id outside"},
    {NODE(1, tree), 2, ORTL_BAD_MODEL, "rows of tree 2 are not contiguous"},
    {NODE(0, node), -1, ORTL_BAD_MODEL, "nodes_nodeids: row 0 has a node id outside"},
    {NODE(3, node), TWO_TO_32 + 3, ORTL_BAD_MODEL, "row 3 has a node id outside"},
    {NODE(3, node), 2, ORTL_BAD_MODEL, "tree 4 has two rows for node 2"},
    {NODE(6, node), 2, ORTL_BAD_MODEL, "tree 2 has two rows for node 2"},
    {NODE(4, node), 3, ORTL_BAD_MODEL, "tree 4 has two rows for node 3"},
    {NODE(0, on_true), 5, ORTL_BAD_MODEL, "tree 4, node 0: the tree has no node 5"},
    {NODE(0, on_true), 8, ORTL_BAD_MODEL, "child id 8 must be below the number of node rows, 8"},
    {NODE(0, on_false), -1, ORTL_BAD_MODEL, "nodes_falsenodeids: tree 4, node 0: child id outside"},
    {NODE(5, on_true), TWO_TO_32 + 2, ORTL_BAD_MODEL, "tree 2, node 1: child id outside"},
    {NODE(5, on_true), 3, ORTL_BAD_MODEL, "tree 2, node 1: the tree has no node 3"},
    {NODE(2, on_true), 2, ORTL_BAD_MODEL, "row 2 has its own ancestor, row 2"},
    {NODE(2, on_false), 0, ORTL_BAD_MODEL, "tree number 0: its first row, 0, is not reached"},
    {NODE(5, on_true), 1, ORTL_BAD_MODEL, "tree number 1: its first row, 5, is not reached"},
    {NODE(0, feature), -1, ORTL_BAD_MODEL, "nodes_featureids: the test in row 0"},
    {NODE(0, feature), TWO_TO_32, ORTL_BAD_MODEL, "nodes_featureids: the test in row 0"},
    {NODE(0, feature), 1 << 20, ORTL_LIMIT, "features"},
    {MODE(nodes[2]), ORTL__MODE_MEMBER, ORTL_BAD_MODEL, "nodes_modes: row 2"},
    {WEIGHT(1, tree), 3, ORTL_BAD_MODEL, "class_nodeids: weight 1 is for tree 3, node 2"},
    {WEIGHT(1, tree), -1, ORTL_BAD_MODEL, "class_nodeids: weight 1 is for tree"},
    {WEIGHT(1, node), 3, ORTL_BAD_MODEL, "weight 1 is for tree 2, node 3"},
    {WEIGHT(4, node), TWO_TO_32, ORTL_BAD_MODEL, "weight 4 is for tree 4"},
    {WEIGHT(2, target), 2, ORTL_BAD_MODEL, "class_ids: id 2 found, expected 0 .. 1"},
    {WEIGHT(2, target), -1, ORTL_BAD_MODEL, "class_ids: an id outside"},
    {WEIGHT(2, target), TWO_TO_32, ORTL_BAD_MODEL, "class_ids: an id outside"}};

static const spoiling v5_cases[] = {
    {MODE(tests[0]), LEAF, ORTL_BAD_MODEL, "nodes_modes: node 0 has mode 7"},
    {MODE(tests[1]), LEQ, ORTL_BAD_MODEL, "membership_values has values behind the 1 sets"},
    {MODE(tests[0]), ORTL__MODE_MEMBER, ORTL_BAD_MODEL,
     "membership_values has 2 sets but there are 3 MEMBER tests"},
    {TEST(0, feature), -2, ORTL_BAD_MODEL, "nodes_featureids: the test in row 0"},
    {TEST(0, feature), 1 << 20, ORTL_LIMIT, "features"},
    {TEST(0, on_true), 3, ORTL_BAD_MODEL, "nodes_truenodeids: node 0: node index outside"},
    {TEST(0, on_true), -1, ORTL_BAD_MODEL, "nodes_truenodeids: node 0: node index outside"},
    {TEST(0, on_false), 4, ORTL_BAD_MODEL, "nodes_falsenodeids: node 0: leaf index outside"},
    {TEST(1, on_false), -1, ORTL_BAD_MODEL, "nodes_falsenodeids: node 1: leaf index outside"},
    {TEST(0, on_true), 0, ORTL_BAD_MODEL, "tree number 0: the node in row 0"},
    {LEAF_ROW(1), 2, ORTL_BAD_MODEL, "leaf_targetids: leaf 1: target outside 0 .. 1"},
    {LEAF_ROW(0), -1, ORTL_BAD_MODEL, "leaf_targetids: leaf 0: target outside 0 .. 1"},
    {ROOT(1), 3, ORTL_BAD_MODEL, "tree_roots: root 1: node index outside"},
    {ROOT(0), -1, ORTL_BAD_MODEL, "tree_roots: root 0: node index outside"}};

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static void spoil(const spoiling *c) {
    if (c->mode != NULL)
        *c->mode = (ortl__mode)c->value;
    else
        *c->place = c->value;
}

START_TEST(classic_rules) {
    spoil(&classic_cases[_i]);
    expect(&classic, NULL, classic_cases[_i].status, classic_cases[_i].fragment);
}
END_TEST

START_TEST(v5_rules) {
    spoil(&v5_cases[_i]);
    expect(&v5, NULL, v5_cases[_i].status, v5_cases[_i].fragment);
}
END_TEST

START_TEST(sets_must_not_be_empty) {
    spoiled.members[3] = (double)NAN; /* 1 2 | | 0.5 */
    expect(&v5, NULL, ORTL_BAD_MODEL, "set 1, of the MEMBER test in node 2, is empty");
    v5.n_members = 0;
    expect(&v5, NULL, ORTL_BAD_MODEL, "membership_values has 0 sets");
}
END_TEST

START_TEST(a_root_must_be_found) {
    spoiled.nodes[2].on_true = 4;
    spoiled.nodes[2].on_false = 0;
    expect(&classic, NULL, ORTL_BAD_MODEL, "tree number 0: its first row");
    spoiled.nodes[2].on_true = 0; /* rows 3 and 4 are nobody's children now */
    expect(&classic, NULL, ORTL_BAD_MODEL, "tree 4 has no clear root");
    static const node_row cycle[] = {
        {0, 0, LEQ, 0, 0, 1, 2, 0}, {0, 1, LEQ, 0, 0, 0, 2, 0}, {0, 2, LEAF, 0, 0, 0, 0, 0}};
    ensemble given = {
        .kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1, .nodes = cycle, .n_nodes = 3};
    expect(&given, NULL, ORTL_BAD_MODEL, "tree 0 has no root");
}
END_TEST

START_TEST(long_cycles_are_found) {
    enum { N = 100000 };
    node_row *rows = malloc(N * sizeof *rows);
    ck_assert_ptr_nonnull(rows);
    for (int64_t i = 0; i < N; i++) rows[i] = (node_row){0, i, LEQ, 0, 0, i + 1, i + 1, 0};
    rows[N - 1].on_true = rows[N - 1].on_false = 1;
    ensemble given = {
        .kind = ORTL__ENSEMBLE_REGRESSOR, .n_targets = 1, .nodes = rows, .n_nodes = N};
    expect(&given, NULL, ORTL_BAD_MODEL, "tree number 0: the node in row 99999");
    free(rows);
}
END_TEST

/* ---- Columns that do not fit together ---------------------------------------------------------
 */

static void build_columns(ortl__ensemble_columns *columns, int is_double, ortl_status wanted,
                          const char *fragment) {
    ortl__forest forest;
    ortl_limits limits = forests_limits();
    ortl_status status = ortl__forest_build(&forest, &memory, columns, 2, ORTL__AGGREGATE_SUM,
                                            is_double, &limits, &error);
    ortl__ensemble_columns_free(columns);
    ck_assert_msg(status == wanted, "status %d: %s", (int)status, error.message);
    ck_assert_msg(strstr(error.message, fragment) != NULL, "\"%s\" not in \"%s\"", fragment,
                  error.message);
    ortl__forest_free(&forest);
}

static const ortl__column_name counted[] = {
    ORTL__COLUMN_NODE_TREES,     ORTL__COLUMN_NODE_IDS,       ORTL__COLUMN_NODE_FEATURES,
    ORTL__COLUMN_NODE_VALUES,    ORTL__COLUMN_NODE_TRUE,      ORTL__COLUMN_NODE_FALSE,
    ORTL__COLUMN_WEIGHT_TREES,   ORTL__COLUMN_WEIGHT_TARGETS, ORTL__COLUMN_WEIGHTS,
    ORTL__COLUMN_V5_SPLITS,      ORTL__COLUMN_V5_TRUE_LEAFS,  ORTL__COLUMN_V5_FALSE_LEAFS,
    ORTL__COLUMN_V5_LEAF_TARGETS};

START_TEST(counts_must_agree) {
    ortl__column_name name = counted[_i];
    const ensemble *given = name >= ORTL__COLUMN_V5_SPLITS ? &v5 : &classic;
    const char *attribute = ortl__column_attribute(given->kind, name);
    ortl__ensemble_columns *columns = forests_columns(&memory, given);
    ck_assert_int_eq(ortl__column_kind_of(name) == ORTL__COLUMN_REALS
                         ? ortl__column_append_float(columns, name, 1, NULL)
                         : ortl__column_append_id(columns, name, 1, NULL),
                     ORTL_OK);
    build_columns(columns, 0, ORTL_BAD_MODEL, attribute);
    columns = forests_columns(&memory, given);
    ortl__column_release(columns, name);
    build_columns(columns, 0, ORTL_BAD_MODEL, "has 0 elements");
}
END_TEST

static const ortl__column_name reals[] = {ORTL__COLUMN_NODE_VALUES, ORTL__COLUMN_WEIGHTS,
                                          ORTL__COLUMN_V5_SPLITS, ORTL__COLUMN_V5_LEAF_WEIGHTS,
                                          ORTL__COLUMN_V5_MEMBERS};

START_TEST(tensors_must_have_the_type_of_the_input) {
    const char *attribute;
    ensemble *given = reals[_i] >= ORTL__COLUMN_V5_SPLITS ? &v5 : &classic;
    attribute = ortl__column_attribute(given->kind, reals[_i]);
    for (int is_double = 0; is_double < 2; is_double++) {
        given->is_double = is_double;
        ortl__ensemble_columns *columns = forests_columns(&memory, given);
        ensemble other = *given;
        other.is_double = !is_double;
        ortl__ensemble_columns *others = forests_columns(&memory, &other);
        ortl__column swapped = columns->columns[reals[_i]];
        columns->columns[reals[_i]] = others->columns[reals[_i]];
        columns->columns[reals[_i]].is_tensor = 1;
        others->columns[reals[_i]] = swapped;
        ortl__ensemble_columns_free(others);
        build_columns(columns, is_double, ORTL_BAD_MODEL, attribute);
    }
}
END_TEST

START_TEST(flags_may_be_too_short_or_too_long) {
    ortl__ensemble_columns *columns = forests_columns(&memory, &classic);
    ortl__column_release(columns, ORTL__COLUMN_NODE_MISSING);
    build_columns(columns, 0, ORTL_OK, "");
    columns = forests_columns(&memory, &v5);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(ortl__column_append_id(columns, ORTL__COLUMN_NODE_MISSING, 1, NULL),
                         ORTL_OK);
    build_columns(columns, 0, ORTL_OK, "");
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------- */

typedef struct limit_case {
    size_t offset;      /* of the limit in ortl_limits */
    uint64_t needed[2]; /* by the classic and by the v5 ensemble */
    const char *name;
} limit_case;

#define LIMIT_CASE(name, classic_needs, v5_needs)                                                  \
    { offsetof(ortl_limits, name), {classic_needs, v5_needs}, #name }

static const limit_case limit_cases[] = {
    LIMIT_CASE(tree_nodes, 8, 7), LIMIT_CASE(trees, 2, 2), LIMIT_CASE(features, 4, 3),
    LIMIT_CASE(outputs_per_row, 2, 2), LIMIT_CASE(steps_per_row, 3, 3)};

START_TEST(limits_are_met_exactly) {
    const limit_case *c = &limit_cases[_i];
    for (int i = 0; i < 2; i++) {
        const ensemble *given = i == 0 ? &classic : &v5;
        ortl_limits limits = forests_limits();
        uint64_t *limit = (uint64_t *)(void *)((char *)&limits + c->offset);
        error.status = ORTL_OK;
        error.message[0] = '\0';
        *limit = c->needed[i];
        expect(given, &limits, ORTL_OK, "");
        *limit = c->needed[i] - 1;
        if (*limit > 0) expect(given, &limits, ORTL_LIMIT, c->name);
    }
}
END_TEST

START_TEST(there_must_be_a_target) {
    classic.n_targets = 0;
    expect(&classic, NULL, ORTL_BAD_MODEL, "at least one target");
    classic.n_targets = UINT64_MAX;
    expect(&classic, NULL, ORTL_LIMIT, "outputs_per_row");
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------- */

/* An allocator whose call number `failing` and all after it, or only that one, fail. */
static struct { int n_calls, failing, only_once; } allocations;

static int fails_now(void) {
    int number = allocations.n_calls++;
    return number == allocations.failing ||
           (!allocations.only_once && number > allocations.failing);
}

static void *allocate(void *user, size_t n_bytes) {
    (void)user;
    return fails_now() ? NULL : malloc(n_bytes);
}

static void *reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    (void)user;
    (void)old_bytes;
    return fails_now() ? NULL : realloc(block, new_bytes);
}

static void release(void *user, void *block, size_t n_bytes) {
    (void)user;
    (void)n_bytes;
    free(block);
}

/* Builds with each allocation failing in turn, until one build gets through. */
static void fail_each(const ensemble *given, int is_double) {
    const ortl_allocator allocator = {NULL, allocate, reallocate, release};
    ortl_limits limits = forests_limits();
    int n_refused = 0;
    for (int number = 0;; number++) {
        ortl__forest forest;
        ortl__memory_init(&memory, &allocator, UINT64_MAX, "memory_bytes");
        allocations.failing = -1;
        allocations.only_once = 1;
        ortl__ensemble_columns *columns = forests_columns(&memory, given);
        allocations.n_calls = 0;
        allocations.failing = number;
        allocations.only_once = number % 2;
        ortl_status status = ortl__forest_build(&forest, &memory, columns, given->n_targets,
                                                ORTL__AGGREGATE_SUM, is_double, &limits, &error);
        int n_calls = allocations.n_calls;
        allocations.failing = -1;
        allocations.only_once = 1;
        ortl__ensemble_columns_free(columns);
        ck_assert(status == ORTL_OK || status == ORTL_NO_MEMORY);
        if (status != ORTL_OK) n_refused++;
        ortl__forest_free(&forest);
        ck_assert_uint_eq(memory.used, 0);
        if (n_calls <= number) break;
    }
    ck_assert_int_gt(n_refused, 5);
}

START_TEST(each_allocation_may_fail) {
    fail_each(&classic, 0);
    fail_each(&classic, 1); /* floats are widened */
    fail_each(&v5, 0);
    spoiled.nodes[6].node = 7; /* sparse ids */
    spoiled.nodes[5].on_false = 7;
    spoiled.weights[0].node = 7;
    fail_each(&classic, 0);
    classic.n_targets = 1;
    for (int i = 0; i < N_WEIGHTS; i++) spoiled.weights[i].target = 0;
    fail_each(&classic, 0);
}
END_TEST

START_TEST(the_memory_limit_holds) {
    ortl__forest forest;
    ortl_limits limits = forests_limits();
    ortl__ensemble_columns *columns = forests_columns(&memory, &classic);
    memory.limit = memory.used + 8;
    ck_assert_int_eq(
        ortl__forest_build(&forest, &memory, columns, 2, ORTL__AGGREGATE_SUM, 1, &limits, &error),
        ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "memory_bytes"));
    ortl__ensemble_columns_free(columns);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("forest_hostile");
    TCase *tests = tcase_create("forest_hostile");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_ensembles_are_good_before_they_are_spoiled);
    tcase_add_loop_test(tests, classic_rules, 0, COUNT(classic_cases));
    tcase_add_loop_test(tests, v5_rules, 0, COUNT(v5_cases));
    tcase_add_test(tests, sets_must_not_be_empty);
    tcase_add_test(tests, a_root_must_be_found);
    tcase_add_test(tests, long_cycles_are_found);
    tcase_add_loop_test(tests, counts_must_agree, 0, COUNT(counted));
    tcase_add_loop_test(tests, tensors_must_have_the_type_of_the_input, 0, COUNT(reals));
    tcase_add_test(tests, flags_may_be_too_short_or_too_long);
    tcase_add_loop_test(tests, limits_are_met_exactly, 0, COUNT(limit_cases));
    tcase_add_test(tests, there_must_be_a_target);
    tcase_add_test(tests, each_allocation_may_fail);
    tcase_add_test(tests, the_memory_limit_holds);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
