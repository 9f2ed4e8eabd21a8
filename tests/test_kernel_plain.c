/*
 * The plain kernel against a naive recursive evaluator that shares no code with it, on random small
 * forests of all versions, modes and aggregates, with the numbers at which comparisons go wrong.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/forest/kernel.h"
#include "forests.h"

enum {
    N_FEATURES = 3,
    MAX_NODES = 400,
    MAX_MEMBERS = 800,
    MAX_TREES = 6,
    N_ROWS = 37,
    MAX_TARGETS = 3,
    N_FORESTS = 3000 /* per version */
};

/* ---- Random things --------------------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t random_below(uint32_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}

/* Values that differ in the type of the forest, so that float and double round alike. */
static double random_real(int is_double) {
    const double specials[] = {0.0,         -0.0,         1.0,       0.5,     -2.0,     3.0,
                               16.5,        INFINITY,     -INFINITY, FLT_MAX, -FLT_MAX, FLT_MIN,
                               FLT_MIN / 4, -FLT_MIN / 8, 1e-40,     NAN};
    double value = specials[random_below(sizeof specials / sizeof specials[0])];
    double towards = random_below(2) ? (double)INFINITY : -(double)INFINITY;
    if (random_below(3) != 0) return is_double ? value : (double)(float)value;
    return is_double ? nextafter(value, towards) : (double)nextafterf((float)value, (float)towards);
}

/* ---- A forest as its own evaluator sees it ----------------------------------------------------
 */

typedef struct vote {
    uint32_t target;
    double weight;
} vote;

typedef struct node {
    ortl__mode mode; /* LEAF: only value and votes count */
    uint32_t feature;
    double value; /* of a leaf without votes and one target: what it adds */
    int missing;
    uint32_t on_true, on_false; /* node numbers */
    uint32_t members, n_members;
    uint32_t n_votes;
    vote votes[3];
    uint32_t number; /* among the tests, or among the leaves */
} node;

typedef struct model {
    int is_v5, is_double;
    uint32_t n_targets, n_nodes, n_trees, n_members;
    ortl__aggregate aggregate;
    uint32_t roots[MAX_TREES + 1]; /* (n_trees + 1) the trees' first nodes, and the end */
    node nodes[MAX_NODES];
    double members[MAX_MEMBERS];
} model;

static void make_leaf(model *m, node *leaf) {
    leaf->mode = ORTL__MODE_LEAF;
    leaf->value = m->is_v5 ? 0.0 : random_real(m->is_double);
    leaf->n_votes = m->is_v5 ? 1 : random_below(4);
    for (uint32_t i = 0; i < leaf->n_votes; i++)
        leaf->votes[i] = (vote){random_below(m->n_targets), random_real(m->is_double)};
}

static void make_test(model *m, node *test) {
    test->mode = (ortl__mode)random_below(m->is_v5 ? 7 : 6);
    test->feature = random_below(N_FEATURES);
    test->value = random_real(m->is_double);
    test->missing = random_below(3) == 0;
    test->members = m->n_members;
    if (test->mode != ORTL__MODE_MEMBER) return;
    uint32_t wanted = 1 + random_below(4);
    while (test->n_members < wanted) {
        double member = random_real(m->is_double);
        if (isnan(member)) continue;
        m->members[m->n_members++] = member;
        test->n_members++;
    }
}

/* Makes a random subtree below a fresh node and returns its number. */
static uint32_t make_node(model *m, uint32_t depth) {
    uint32_t number = m->n_nodes++;
    node *made = &m->nodes[number];
    memset(made, 0, sizeof *made);
    if (depth == 0 || random_below(4) == 0) {
        make_leaf(m, made);
        return number;
    }
    make_test(m, made);
    made->on_true = make_node(m, depth - 1);
    /* Now and then both sides are one shared node. */
    made->on_false = random_below(8) == 0 ? made->on_true : make_node(m, depth - 1);
    return number;
}

static void make_model(model *m, int is_v5) {
    memset(m, 0, sizeof *m);
    m->is_v5 = is_v5;
    m->is_double = (int)random_below(2);
    m->n_targets = random_below(2) ? 1 : MAX_TARGETS;
    m->aggregate = (ortl__aggregate)random_below(4);
    m->n_trees = random_below(MAX_TREES + 1);
    for (uint32_t i = 0; i < m->n_trees; i++) {
        m->roots[i] = m->n_nodes;
        make_node(m, random_below(6));
        /* A tree of version 5 begins with a test. */
        if (is_v5 && m->nodes[m->roots[i]].mode == ORTL__MODE_LEAF) {
            node *leaf = &m->nodes[m->roots[i]];
            m->nodes[m->n_nodes] = *leaf;
            memset(leaf, 0, sizeof *leaf);
            leaf->on_true = leaf->on_false = m->n_nodes++;
        }
    }
    m->roots[m->n_trees] = m->n_nodes;
}

/* ---- The naive evaluator --------------------------------------------------------------------- */

static int test_passes(const model *m, const node *test, double x) {
    if (isnan(x) && test->missing) return 1;
    switch (test->mode) {
    case ORTL__MODE_LEQ: return !isnan(x) && !isnan(test->value) && !(x > test->value);
    case ORTL__MODE_LT: return isless(x, test->value);
    case ORTL__MODE_GTE: return !isnan(x) && !isnan(test->value) && !(x < test->value);
    case ORTL__MODE_GT: return isgreater(x, test->value);
    case ORTL__MODE_EQ: return x == test->value;
    case ORTL__MODE_NEQ: return !(x == test->value);
    default: break;
    }
    for (uint32_t i = 0; i < test->n_members; i++)
        if (m->members[test->members + i] == x) return 1;
    return 0;
}

static const node *walk(const model *m, uint32_t number, const double *x) {
    const node *at = &m->nodes[number];
    if (at->mode == ORTL__MODE_LEAF) return at;
    return walk(m, test_passes(m, at, x[at->feature]) ? at->on_true : at->on_false, x);
}

static double narrow(const model *m, double value) {
    return m->is_double ? value : (double)(float)value;
}

static void add_vote(const model *m, double *sum, uint8_t *voted, double weight) {
    if (m->aggregate == ORTL__AGGREGATE_MIN)
        *sum = !*voted || weight < *sum ? weight : *sum;
    else if (m->aggregate == ORTL__AGGREGATE_MAX)
        *sum = !*voted || weight > *sum ? weight : *sum;
    else
        *sum = narrow(m, *sum + weight);
    *voted = 1;
}

static void evaluate(const model *m, const double *x, double *sums, uint8_t *voted) {
    for (uint32_t i = 0; i < m->n_trees; i++) {
        const node *leaf = walk(m, m->roots[i], x);
        if (m->n_targets == 1)
            add_vote(m, sums, voted, leaf->n_votes > 0 ? leaf->votes[0].weight : leaf->value);
        else
            for (uint32_t v = 0; v < leaf->n_votes; v++)
                add_vote(m, &sums[leaf->votes[v].target], &voted[leaf->votes[v].target],
                         leaf->votes[v].weight);
    }
}

/* ---- From the model to rows of an ensemble ----------------------------------------------------
 */

static node_row node_rows[MAX_NODES];
static weight_row weight_rows[3 * MAX_NODES];
static test_row test_rows[MAX_NODES];
static leaf_row leaf_rows[MAX_NODES];
static int64_t root_rows[MAX_TREES];
static double member_list[2 * MAX_MEMBERS];

static void write_classic(const model *m, ensemble *out) {
    for (uint32_t tree = 0; tree < m->n_trees; tree++) {
        uint32_t begin = m->roots[tree];
        for (uint32_t i = begin; i < m->roots[tree + 1]; i++) {
            const node *n = &m->nodes[i];
            node_rows[i] = (node_row){tree,
                                      i - begin,
                                      n->mode,
                                      n->feature,
                                      n->value,
                                      (int64_t)n->on_true - begin,
                                      (int64_t)n->on_false - begin,
                                      n->missing};
            for (uint32_t v = 0; v < n->n_votes; v++)
                weight_rows[out->n_weights++] =
                    (weight_row){tree, i - begin, n->votes[v].target, n->votes[v].weight};
        }
    }
    out->nodes = node_rows;
    out->n_nodes = m->n_nodes;
    out->weights = weight_rows;
}

static void write_v5(model *m, ensemble *out) {
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        node *n = &m->nodes[i];
        n->number = (uint32_t)(n->mode == ORTL__MODE_LEAF ? out->n_leaves++ : out->n_tests++);
    }
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        const node *n = &m->nodes[i], *t = &m->nodes[n->on_true], *f = &m->nodes[n->on_false];
        if (n->mode == ORTL__MODE_LEAF) {
            leaf_rows[n->number] = (leaf_row){n->votes[0].target, n->votes[0].weight};
            continue;
        }
        test_rows[n->number] = (test_row){n->mode,
                                          n->feature,
                                          n->value,
                                          t->number,
                                          t->mode == ORTL__MODE_LEAF,
                                          f->number,
                                          f->mode == ORTL__MODE_LEAF,
                                          n->missing};
        if (n->mode != ORTL__MODE_MEMBER) continue;
        memcpy(&member_list[out->n_members], &m->members[n->members],
               n->n_members * sizeof(double));
        out->n_members += n->n_members;
        member_list[out->n_members++] = (double)NAN;
    }
    for (uint32_t i = 0; i < m->n_trees; i++) root_rows[i] = m->nodes[m->roots[i]].number;
    out->tests = test_rows;
    out->leaves = leaf_rows;
    out->roots = root_rows;
    out->n_roots = m->n_trees;
    out->members = member_list;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* Where feature j of row i lies: three layouts, the last of them backwards. */
typedef struct layout {
    ptrdiff_t row_stride, column_stride, start;
} layout;

static const layout layouts[] = {{N_FEATURES, 1, 0},
                                 {1, N_ROWS, 0},
                                 {-2 * N_FEATURES - 1, 2, (N_ROWS - 1) * (2 * N_FEATURES + 1)}};

enum { N_CELLS = N_ROWS * (2 * N_FEATURES + 1) + 1 };

static void put_real(void *reals, ptrdiff_t at, int is_double, double value) {
    if (is_double)
        ((double *)reals)[at] = value;
    else
        ((float *)reals)[at] = (float)value;
}

/* The same number, or both NaN, with the same sign of zero. */
static int same(double a, double b) {
    return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

static double get_real(const void *reals, size_t at, int is_double) {
    return is_double ? ((const double *)reals)[at] : (double)((const float *)reals)[at];
}

static void check_row(const model *m, const double *x, const void *sums, const uint8_t *voted,
                      size_t row) {
    double wanted[MAX_TARGETS] = {0};
    uint8_t wanted_voted[MAX_TARGETS] = {0};
    evaluate(m, x, wanted, wanted_voted);
    for (uint32_t k = 0; k < m->n_targets; k++) {
        double found = get_real(sums, row * m->n_targets + k, m->is_double);
        if (!same(wanted[k], found))
            ck_abort_msg("row %d target %d: %a found, %a wanted", (int)row, (int)k, found,
                         wanted[k]);
        if (m->n_targets > 1 && voted[row * m->n_targets + k] != wanted_voted[k])
            ck_abort_msg("row %d target %d: wrong vote", (int)row, (int)k);
    }
}

static void check_leaves(const model *m, const ortl__forest *forest, const double *x,
                         const void *row, ptrdiff_t column_stride) {
    uint32_t leaves[MAX_TREES];
    ortl__leaves_plain(forest, row, column_stride, leaves);
    for (uint32_t i = 0; i < m->n_trees; i++) {
        const node *leaf = walk(m, m->roots[i], x);
        uint32_t wanted = (uint32_t)(leaf - m->nodes);
        if (m->is_v5) wanted = leaf->number + (uint32_t)(m->n_nodes - forest->n_leaves);
        if (leaves[i] != wanted) ck_abort_msg("tree %d: wrong leaf", (int)i);
    }
}

static void check_layout(const model *m, const ortl__forest *forest, const layout *l) {
    static double storage[N_CELLS], sums[N_ROWS * MAX_TARGETS];
    static uint8_t voted[N_ROWS * MAX_TARGETS];
    static double x[N_ROWS][N_FEATURES];
    size_t real_bytes = m->is_double ? sizeof(double) : sizeof(float);
    for (ptrdiff_t i = 0; i < N_ROWS; i++)
        for (ptrdiff_t j = 0; j < N_FEATURES; j++) {
            x[i][j] = random_real(m->is_double);
            /* Often just the threshold of some test. */
            if (m->n_nodes > 0 && random_below(2) == 0)
                x[i][j] = m->nodes[random_below(m->n_nodes)].value;
            put_real(storage, l->start + i * l->row_stride + j * l->column_stride, m->is_double,
                     x[i][j]);
        }
    memset(sums, 0xAA, sizeof sums);
    memset(voted, 0xAA, sizeof voted);
    const char *data = (const char *)storage + (size_t)l->start * real_bytes;
    ortl__rows rows = {data, N_ROWS, l->row_stride, l->column_stride};
    ortl__kernel_plain.run(forest, &rows, sums, m->n_targets > 1 ? voted : NULL);
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *row = data + (ptrdiff_t)i * l->row_stride * (ptrdiff_t)real_bytes;
        check_row(m, x[i], sums, voted, i);
        check_leaves(m, forest, x[i], row, l->column_stride);
    }
}

static void check_forests(int is_v5, uint64_t seed) {
    static model m;
    random_state = seed;
    for (int i = 0; i < N_FORESTS; i++) {
        ortl__memory memory;
        ortl__forest forest;
        ortl_error error = {ORTL_OK, ""};
        make_model(&m, is_v5);
        ensemble given = {.kind = is_v5 ? ORTL__ENSEMBLE_V5 : ORTL__ENSEMBLE_REGRESSOR,
                          .is_double = m.is_double,
                          .n_targets = m.n_targets,
                          .aggregate = m.aggregate};
        if (is_v5)
            write_v5(&m, &given);
        else
            write_classic(&m, &given);
        forests_memory(&memory);
        ortl_status status = forests_build(&forest, &memory, &given, NULL, &error);
        if (status != ORTL_OK) ck_abort_msg("forest %d: %s", i, error.message);
        for (size_t l = 0; l < sizeof layouts / sizeof layouts[0]; l++)
            check_layout(&m, &forest, &layouts[l]);
        ortl__forest_free(&forest);
    }
}

START_TEST(classic_forests_equal_the_naive_evaluator) {
    check_forests(0, 1);
}
END_TEST

START_TEST(v5_forests_equal_the_naive_evaluator) {
    check_forests(1, 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("kernel_plain");
    TCase *tests = tcase_create("kernel_plain");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, classic_forests_equal_the_naive_evaluator);
    tcase_add_test(tests, v5_forests_equal_the_naive_evaluator);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
