/*
 * Random trees through the builder, the file and the runtime, against a walk that follows the
 * trainers' rules word for word: every comparison, every rule for NaN, tiny values and categories,
 * one feature in several ways, in ai.onnx.ml 3 and 5, for inputs at and around everything special.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "walked_model.h"

enum { N_FEATURES = 4, N_ROWS = 400, MAX_NODES = 63, MAX_TREES = 6, MAX_TARGETS = 3, N_BITS = 80 };

typedef struct plan_node {
    int kind; /* 0 numerical, 1 categorical, 2 leaf */
    ortl_split split;
    ortl_category_rule rule;
    uint32_t set[(N_BITS + 31) / 32]; /* categories 0 .. N_BITS - 1 */
    int has_minus_three;              /* category -3, rule EXACT only */
    double values[MAX_TARGETS];
} plan_node;

typedef struct plan_tree {
    int n_nodes;
    size_t target; /* or ORTL_ALL_TARGETS */
    plan_node nodes[MAX_NODES];
} plan_tree;

static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static double draw_real(void) {
    return ((double)draw(2000001) - 1000000.0) / 400000.0;
}

/* ---- The trainers' rules --------------------------------------------------------------------- */

static int in_set(const plan_node *node, double category) {
    if (category == -3) return node->has_minus_three;
    if (!(category >= 0 && category < N_BITS)) return 0;
    int c = (int)category;
    return (int)(node->set[c / 32] >> (c % 32) & 1);
}

static int category_holds(const plan_node *node, double x) {
    if (isnan(x)) {
        if (node->split.nan == ORTL_NAN_AS_ZERO) return in_set(node, 0);
        return node->split.nan == ORTL_NAN_TRUE;
    }
    if (node->rule == ORTL_CATEGORY_EXACT) return x == floor(x) && in_set(node, x);
    if (node->rule == ORTL_CATEGORY_TRUNCATED) return x > -1 && in_set(node, trunc(x) + 0.0);
    return x >= 0 && in_set(node, floor(x));
}

static int compare(double x, ortl_comparison comparison, double t) {
    if (comparison == ORTL_LESS_EQUAL) return x <= t;
    if (comparison == ORTL_LESS) return x < t;
    return comparison == ORTL_GREATER_EQUAL ? x >= t : x > t;
}

static int split_holds(const plan_node *node, double x) {
    const ortl_split *s = &node->split;
    int is_tiny = fabs(x) <= (double)1e-35f;
    if (s->tiny == ORTL_TINY_IS_ZERO && is_tiny) x = 0;
    if (isnan(x) && s->nan == ORTL_NAN_AS_ZERO) x = 0;
    if (isnan(x) || (s->tiny == ORTL_TINY_IS_NAN && is_tiny)) return s->nan == ORTL_NAN_TRUE;
    return compare(x, s->comparison, s->threshold);
}

static const plan_node *walk(const plan_tree *tree, const float *row) {
    const plan_node *node = tree->nodes;
    while (node->kind != 2) {
        double x = (double)row[node->split.feature];
        int holds = node->kind == 0 ? split_holds(node, x) : category_holds(node, x);
        node = &tree->nodes[holds ? node->split.true_node : node->split.false_node];
    }
    return node;
}

/* ---- Random plans ---------------------------------------------------------------------------- */

static double draw_threshold(void) {
    static const double special[] = {0.0,   -0.0,   1e-35,   -1e-35, 1e-50,    -1e-50,
                                     1e-40, 3.5e38, -3.5e38, 0.1,    5e-36,    -5e-36,
                                     1e39,  -1e39,  2.5,     7.0,    INFINITY, -INFINITY};
    uint32_t i = draw(30);
    return i < sizeof special / sizeof *special ? special[i] : draw_real();
}

static void draw_set(plan_node *node) {
    uint32_t density = draw(4);
    memset(node->set, 0, sizeof node->set);
    for (uint32_t c = 0; c < N_BITS; c++)
        if (density < 3 ? draw(10) < 1 + 4 * density : c == 11)
            node->set[c / 32] |= (uint32_t)1 << (c % 32);
    if (density == 2) node->set[1] = node->set[2] = 0; /* small numbers only */
    node->has_minus_three = node->rule == ORTL_CATEGORY_EXACT && draw(4) == 0;
}

static void draw_split(plan_node *node) {
    ortl_split *s = &node->split;
    node->kind = (int)draw(2);
    s->feature = draw(N_FEATURES);
    s->comparison = (ortl_comparison)draw(4);
    s->threshold = draw_threshold();
    s->tiny = (ortl_tiny_rule)draw(3);
    s->nan = (ortl_nan_rule)draw(s->tiny == ORTL_TINY_IS_NAN && node->kind == 0 ? 2 : 3);
    node->rule = (ortl_category_rule)draw(3);
    draw_set(node);
}

/* A tree in breadth-first order: node k's children are the next two that have no parent yet. */
static void draw_tree(plan_tree *tree, uint32_t n_targets) {
    int n_splits = (int)draw(MAX_NODES / 2 + 1);
    memset(tree, 0, sizeof *tree);
    tree->n_nodes = 2 * n_splits + 1;
    tree->target = draw(2) ? ORTL_ALL_TARGETS : draw(n_targets);
    size_t next = 1;
    for (int i = 0; i < tree->n_nodes; i++) {
        plan_node *node = &tree->nodes[i];
        int is_leaf = next >= (size_t)tree->n_nodes || (next > (size_t)i + 1 && draw(4) == 0);
        for (int t = 0; t < MAX_TARGETS; t++) node->values[t] = draw_real();
        node->kind = 2;
        if (is_leaf) continue;
        draw_split(node);
        node->split.true_node = next++;
        node->split.false_node = next++;
    }
    tree->n_nodes = (int)next;
}

/* ---- Through the builder --------------------------------------------------------------------- */

static ortl_status add_category_node(ortl_builder *builder, size_t i, const plan_node *node,
                                     ortl_error *error) {
    int64_t list[N_BITS + 1];
    ortl_category_split s = {.feature = node->split.feature,
                             .member_node = node->split.true_node,
                             .other_node = node->split.false_node,
                             .rule = node->rule,
                             .nan = node->split.nan};
    if (!node->has_minus_three && i % 2) {
        s.bits = node->set;
        s.n_words = sizeof node->set / sizeof *node->set;
        return ortl_builder_category_split(builder, i, &s, error);
    }
    for (int64_t c = N_BITS - 1; c >= -3; c--) /* the builder sorts */
        if (in_set(node, (double)c)) list[s.n_categories++] = c;
    s.categories = list;
    return ortl_builder_category_split(builder, i, &s, error);
}

static void add_tree(ortl_builder *builder, const plan_tree *tree, uint32_t n_targets) {
    ortl_error error = {ORTL_OK, ""};
    ortl_builder_tree_begin(builder, (size_t)tree->n_nodes, tree->target, &error);
    for (size_t i = 0; i < (size_t)tree->n_nodes; i++) {
        const plan_node *node = &tree->nodes[i];
        if (node->kind == 0)
            ortl_builder_split(builder, i, &node->split, &error);
        else if (node->kind == 1)
            add_category_node(builder, i, node, &error);
        else if (tree->target == ORTL_ALL_TARGETS)
            ortl_builder_leaf_vector(builder, i, node->values, n_targets, &error);
        else
            ortl_builder_leaf(builder, i, node->values[0], &error);
    }
    ck_assert_msg(ortl_builder_tree_end(builder, &error) == ORTL_OK, "%s", error.message);
}

static void fill_rows(float *rows) {
    static const float special[] = {
        NAN,       0.0f,  -0.0f, 1e-35f,       -1e-35f, 1e-36f, 1e-45f,        -1e-45f, 3e38f,
        -3e38f,    0.1f,  -0.5f, -0.99999994f, -1.0f,   -1.5f,  -3.0f,         -3.5f,   INFINITY,
        -INFINITY, 1e10f, 3e9f,  11.0f,        11.5f,   2.5f,   -2147483648.0f};
    for (size_t i = 0; i < (size_t)N_ROWS * N_FEATURES; i++) {
        uint32_t pick = draw(60);
        if (pick < sizeof special / sizeof *special)
            rows[i] = special[pick];
        else if (pick < 50)
            rows[i] = (float)draw(N_BITS + 2) - 1 + (draw(4) == 0 ? 0.5f : 0);
        else
            rows[i] = (float)draw_real();
        if (draw(8) == 0) rows[i] = nextafterf(rows[i], draw(2) ? INFINITY : -INFINITY);
    }
}

/* The source that the builder kept walks as the plan does. */
static void check_source(const ortl_source_walk *source, const plan_tree *trees, int n_trees,
                         const float *row) {
    double wide[N_FEATURES];
    uint32_t leaves[MAX_TREES];
    for (int j = 0; j < N_FEATURES; j++) wide[j] = (double)row[j];
    ck_assert_int_eq(ortl_source_walk_row(source, wide, leaves, NULL, NULL, NULL), ORTL_OK);
    for (int t = 0; t < n_trees; t++)
        ck_assert_ptr_eq(&trees[t].nodes[leaves[t]], walk(&trees[t], row));
}

static void check_rows(const collected *model, const ortl_source_walk *source,
                       const plan_tree *trees, int n_trees, uint32_t n_targets, int seed) {
    static float rows[N_ROWS * N_FEATURES];
    static float scores[N_ROWS * MAX_TARGETS];
    ortl_session *session = open_collected(model);
    ortl_tensor input = {NULL, ORTL_FLOAT, 2, {N_ROWS, N_FEATURES}, rows, 0};
    fill_rows(rows);
    ck_assert_uint_eq(count_parted(source, model, &input, NULL), 0);
    predict_rows(session, rows, N_ROWS, N_FEATURES, NULL, scores);
    for (size_t i = 0; i < N_ROWS; i++) {
        double expected[MAX_TARGETS] = {0};
        check_source(source, trees, n_trees, rows + i * N_FEATURES);
        for (int t = 0; t < n_trees; t++) {
            const plan_node *leaf = walk(&trees[t], rows + i * N_FEATURES);
            if (trees[t].target != ORTL_ALL_TARGETS)
                expected[trees[t].target] += leaf->values[0];
            else
                for (uint32_t k = 0; k < n_targets; k++) expected[k] += leaf->values[k];
        }
        for (uint32_t k = 0; k < n_targets; k++)
            ck_assert_msg(fabs(expected[k] - (double)scores[i * n_targets + k]) < 1e-4,
                          "plan %d, row %d, target %d: %g, expected %g", seed, (int)i, (int)k,
                          (double)scores[i * n_targets + k], expected[k]);
    }
    ortl_close(session);
}

static void check_plan(int seed, int opset_ml) {
    static plan_tree trees[MAX_TREES];
    ortl_builder *builder = new_builder(opset_ml, ORTL_FLOAT, ORTL_FLOAT);
    ortl_source_walk *source = NULL;
    ortl_model model = ORTL_MODEL_INIT;
    ortl_error error = {ORTL_OK, ""};
    collected file;
    state = (uint64_t)seed;
    uint32_t n_targets = 1 + draw(MAX_TARGETS);
    int n_trees = (int)draw(MAX_TREES + 1);
    model.n_features = N_FEATURES;
    model.n_targets = n_targets;
    for (int t = 0; t < n_trees; t++) {
        draw_tree(&trees[t], n_targets);
        add_tree(builder, &trees[t], n_targets);
    }
    ck_assert_msg(ortl_builder_model(builder, &model, &error) == ORTL_OK, "%s", error.message);
    file = write_with_source(builder, &source);
    check_rows(&file, source, trees, n_trees, n_targets, seed);
    ortl_source_walk_free(source);
    free(file.bytes);
}

START_TEST(random_trees_take_the_trainers_paths_v3) {
    for (int seed = 1; seed <= 300; seed++) check_plan(seed, 3);
}
END_TEST

START_TEST(random_trees_take_the_trainers_paths_v5) {
    for (int seed = 1; seed <= 300; seed++) check_plan(seed, 5);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("builder_paths");
    TCase *tcase = tcase_create("paths");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, random_trees_take_the_trainers_paths_v3);
    tcase_add_test(tcase, random_trees_take_the_trainers_paths_v5);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
