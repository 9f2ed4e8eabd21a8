/*
 * Gathering the paths of all trees. The walk needs no recursion: each node that is still to be
 * visited knows how deep it lies and which test leads to it.
 */
#include "paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Deep trees have many paths of many steps: these are 64 MiB. */
#define MOST_STEPS ((size_t)1 << 23)

/* What a row takes: for each path the square of its elements, which are no more than its steps. */
#define MOST_WORK ((uint64_t)1 << 28)

/* Hit rates are the trainer's counts, or sums in float of its weights. */
#define SUM_TOLERANCE 1e-3

/* A step on the way down to a node. */
typedef struct way {
    uint32_t test; /* within the tree */
    bool holds;
    double share; /* of the rows of the node above */
} way;

typedef struct pending_node {
    size_t number;
    size_t depth; /* steps that lead here */
    way last;     /* of them */
} pending_node;

typedef struct gathering {
    const ortl__model *model;
    ortl__paths *paths;
    size_t tree;
    ortl_tree_info info;
    pending_node *pending; /* (pending_capacity) a stack */
    size_t n_pending, pending_capacity;
    way *ways; /* (way_capacity) down to the node that is visited */
    size_t way_capacity;
} gathering;

/* Room for one more element of an array. */
static bool grow(void *array, size_t *capacity, size_t count, size_t element_bytes) {
    void *block;
    if (count < *capacity) return true;
    size_t wanted = *capacity + *capacity / 2 + 64;
    memcpy(&block, array, sizeof block);
    block = wanted > SIZE_MAX / element_bytes ? NULL : realloc(block, wanted * element_bytes);
    if (block == NULL) return false;
    memcpy(array, &block, sizeof block);
    *capacity = wanted;
    return true;
}

#define GROW(owner, array, capacity, count)                                                        \
    grow(&(owner)->array, &(owner)->capacity, (count), sizeof *(owner)->array)

static ortl_status fail_memory(ortl_error *error) {
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the paths of the trees");
}

static ortl_status read_node(const gathering *g, size_t number, ortl_tree_node *node_out,
                             ortl_error *error) {
    *node_out = (ortl_tree_node){.struct_size = sizeof *node_out};
    return ortl_tree_node_at(g->model->session, g->tree, number, node_out, error);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static bool add_member(ortl__paths *paths, double value) {
    if (paths->n_members == MOST_STEPS || !GROW(paths, members, member_capacity, paths->n_members))
        return false;
    paths->members[paths->n_members++] = value;
    return true;
}

/* Takes up the tests for equality below *node that lead to the same place: together they are one
 * set, and *node goes on where the last one fails. */
static ortl_status join_equalities(const gathering *g, ortl_tree_node *node, ortl_error *error) {
    ortl_tree_node next;
    do {
        if (!add_member(g->paths, node->threshold)) return fail_memory(error);
        ortl_status status = read_node(g, node->false_child, &next, error);
        if (status != ORTL_OK) return status;
        if (next.test != ORTL_TEST_EQ || next.feature != node->feature ||
            next.true_child != node->true_child)
            return ORTL_OK;
        node->threshold = next.threshold;
        node->false_child = next.false_child;
        node->missing_is_true = node->missing_is_true || next.missing_is_true;
    } while (true);
}

static ortl_status read_members(const gathering *g, size_t number, size_t n, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < n && status == ORTL_OK; i++) {
        double value;
        status = ortl_tree_member(g->model->session, g->tree, number, i, &value, error);
        if (status == ORTL_OK && !add_member(g->paths, value)) status = fail_memory(error);
    }
    return status;
}

static ortl_status add_test(const gathering *g, size_t number, ortl_tree_node *node,
                            ortl_error *error) {
    ortl__paths *paths = g->paths;
    ortl_status status = ORTL_OK;
    if (node->feature >= paths->n_columns)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "tree %zu reads a column that is no input", g->tree);
    if (!GROW(paths, tests, test_capacity, paths->n_tests)) return fail_memory(error);
    size_t set_begin = paths->n_members;
    if (node->test == ORTL_TEST_EQ) status = join_equalities(g, node, error);
    if (node->test == ORTL_TEST_MEMBER) status = read_members(g, number, node->n_values, error);
    paths->tests[paths->n_tests++] = (ortl__path_test){node->test,    node->missing_is_true != 0,
                                                       node->feature, node->threshold,
                                                       set_begin,     paths->n_members};
    return status;
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

static ortl_status add_votes(const gathering *g, size_t number, size_t n_votes, double share,
                             ortl_error *error) {
    ortl__paths *paths = g->paths;
    for (size_t i = 0; i < n_votes; i++) {
        size_t target;
        double value;
        ortl_status status =
            ortl_tree_vote(g->model->session, g->tree, number, i, &target, &value, error);
        if (status != ORTL_OK) return status;
        if (!GROW(paths, votes, vote_capacity, paths->n_votes)) return fail_memory(error);
        if (paths->n_scores == 1)
            target = 0; /* a binary classifier has one score for two classes */
        value *= g->info.vote_scale;
        paths->votes[paths->n_votes++] = (ortl__path_vote){target, value};
        paths->expected[target] += share * value;
    }
    return ORTL_OK;
}

/* All steps with one feature, behind those of the features before it. */
static ortl_status add_element(const gathering *g, size_t feature, size_t n_ways,
                               ortl_error *error) {
    ortl__paths *paths = g->paths;
    ortl__path_element element = {feature, 1, paths->n_steps, 0};
    paths->work += n_ways;
    if (paths->work > MOST_WORK)
        return ortl__message_fail(error, ORTL_LIMIT,
                                  "the contributions of a row take more than 2^28 steps");
    for (size_t i = 0; i < n_ways; i++) {
        const way *step = &g->ways[i];
        const ortl__path_tree *tree = &paths->trees[g->tree];
        if (paths->tests[tree->first_test + step->test].feature != feature) continue;
        if (paths->n_steps == MOST_STEPS)
            return ortl__message_fail(error, ORTL_LIMIT,
                                      "the trees have more than %zu tests on all paths together",
                                      MOST_STEPS);
        if (!GROW(paths, steps, step_capacity, paths->n_steps)) return fail_memory(error);
        paths->steps[paths->n_steps++] = (ortl__path_step){step->test, step->holds};
        element.share *= step->share;
    }
    element.end = paths->n_steps;
    if (!GROW(paths, elements, element_capacity, paths->n_elements)) return fail_memory(error);
    paths->elements[paths->n_elements++] = element;
    return ORTL_OK;
}

static bool is_met(const ortl__paths *paths, size_t begin, size_t feature) {
    for (size_t i = begin; i < paths->n_elements; i++)
        if (paths->elements[i].feature == feature) return true;
    return false;
}

static ortl_status add_leaf(const gathering *g, size_t number, const ortl_tree_node *leaf,
                            size_t n_ways, ortl_error *error) {
    ortl__paths *paths = g->paths;
    ortl_status status = ORTL_OK;
    ortl__path path = {(uint32_t)number, paths->n_elements, 0, paths->n_votes, 0};
    double share = 1;
    for (size_t i = 0; i < n_ways && status == ORTL_OK; i++) {
        size_t first_test = paths->trees[g->tree].first_test;
        size_t feature = paths->tests[first_test + g->ways[i].test].feature;
        share *= g->ways[i].share;
        if (!is_met(paths, path.begin, feature)) status = add_element(g, feature, n_ways, error);
    }
    if (status == ORTL_OK) status = add_votes(g, number, leaf->n_values, share, error);
    if (status != ORTL_OK) return status;
    path.end = paths->n_elements;
    path.end_vote = paths->n_votes;
    if (path.end - path.begin > paths->most_elements) paths->most_elements = path.end - path.begin;
    if (!GROW(paths, paths, path_capacity, paths->n_paths)) return fail_memory(error);
    paths->paths[paths->n_paths++] = path;
    return ORTL_OK;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static ortl_status push(gathering *g, size_t number, size_t depth, way last, ortl_error *error) {
    if (!GROW(g, pending, pending_capacity, g->n_pending)) return fail_memory(error);
    g->pending[g->n_pending++] = (pending_node){number, depth, last};
    return ORTL_OK;
}

static ortl_status fail_rates(const gathering *g, ortl_error *error) {
    return ortl__message_fail(
        error, ORTL_UNSUPPORTED,
        "tree %zu does not record how many training rows reached each node (nodes_hitrates), which "
        "contributions rest on; `ort-lite convert --opset-ml 3` records it",
        g->tree);
}

/* The children of a test, each with its share of the rows; that of no rows is even. */
static ortl_status descend(gathering *g, const ortl_tree_node *node, size_t depth,
                           ortl_error *error) {
    ortl_tree_node children[2];
    uint32_t test = (uint32_t)(g->paths->n_tests - 1 - g->paths->trees[g->tree].first_test);
    ortl_status status = read_node(g, node->false_child, &children[0], error);
    if (status == ORTL_OK) status = read_node(g, node->true_child, &children[1], error);
    if (status != ORTL_OK) return status;
    double sum = children[0].hit_rate + children[1].hit_rate;
    if ((depth == 0 && !(sum > 0)) ||
        !(sum >= 0 && fabs(sum - node->hit_rate) <= SUM_TOLERANCE * sum))
        return fail_rates(g, error);
    for (int side = 0; side < 2 && status == ORTL_OK; side++)
        status = push(g, side ? node->true_child : node->false_child, depth + 1,
                      (way){test, side == 1, sum > 0 ? children[side].hit_rate / sum : 0.5}, error);
    return status;
}

static ortl_status visit(gathering *g, ortl_error *error) {
    pending_node at = g->pending[--g->n_pending];
    ortl_tree_node node;
    ortl_status status = read_node(g, at.number, &node, error);
    if (status != ORTL_OK) return status;
    if (at.depth > 0) {
        if (!GROW(g, ways, way_capacity, at.depth - 1)) return fail_memory(error);
        g->ways[at.depth - 1] = at.last;
    }
    if (node.test == ORTL_TEST_LEAF) return add_leaf(g, at.number, &node, at.depth, error);
    status = add_test(g, at.number, &node, error);
    return status == ORTL_OK ? descend(g, &node, at.depth, error) : status;
}

static ortl_status gather_tree(gathering *g, ortl_error *error) {
    ortl__paths *paths = g->paths;
    ortl__path_tree *tree = &paths->trees[g->tree];
    g->info = (ortl_tree_info){.struct_size = sizeof g->info};
    ortl_status status = ortl_tree(g->model->session, g->tree, &g->info, error);
    if (status != ORTL_OK) return status;
    if (!g->info.reads_inputs || g->info.vote_scale == 0)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  g->info.reads_inputs
                                      ? "the least or greatest vote counts, which is no sum"
                                      : "other operators make the columns that the trees see");
    paths->is_double = g->info.type == ORTL_DOUBLE;
    tree->first_test = paths->n_tests;
    tree->first_path = paths->n_paths;
    g->n_pending = 0;
    status = push(g, g->info.root, 0, (way){0, false, 1}, error);
    while (g->n_pending > 0 && status == ORTL_OK) status = visit(g, error);
    tree->end_test = paths->n_tests;
    tree->end_path = paths->n_paths;
    if (tree->end_test - tree->first_test > paths->most_tests)
        paths->most_tests = tree->end_test - tree->first_test;
    return status;
}

static ortl_status gather(gathering *g, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (; g->tree < g->paths->n_trees && status == ORTL_OK; g->tree++)
        status = gather_tree(g, error);
    for (size_t k = 0; k < g->paths->n_scores && status == ORTL_OK; k++) {
        double base;
        status = ortl_tree_base(g->model->session, 0, k, &base, error);
        g->paths->expected[k] += base;
    }
    free(g->pending);
    free(g->ways);
    return status;
}

ortl_status ortl__paths_new(const ortl__model *model, size_t n_columns, ortl__paths **paths_out,
                            ortl_error *error) {
    const ortl_description *d = &model->description;
    *paths_out = NULL;
    if (d->n_trees == 0)
        return ortl__message_fail(error, ORTL_UNSUPPORTED, "the model has no trees");
    if (d->n_ensembles != 1)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "contributions are those of one tree operator, the model has %zu",
                                  d->n_ensembles);
    ortl__paths *paths = calloc(1, sizeof *paths);
    if (paths == NULL) return fail_memory(error);
    paths->n_columns = n_columns;
    paths->n_scores = d->n_raw_scores;
    paths->n_trees = d->n_trees;
    paths->trees = calloc(d->n_trees + 1, sizeof *paths->trees);
    paths->expected = calloc(paths->n_scores + 1, sizeof *paths->expected);
    ortl_status status = ORTL_OK;
    if (paths->trees == NULL || paths->expected == NULL) status = fail_memory(error);
    if (status == ORTL_OK) status = gather(&(gathering){.model = model, .paths = paths}, error);
    if (status == ORTL_OK)
        *paths_out = paths;
    else
        ortl__paths_free(paths);
    return status;
}

void ortl__paths_free(ortl__paths *paths) {
    if (paths == NULL) return;
    free(paths->trees);
    free(paths->tests);
    free(paths->members);
    free(paths->paths);
    free(paths->elements);
    free(paths->steps);
    free(paths->votes);
    free(paths->expected);
    free(paths);
}
