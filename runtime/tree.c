/*
 * ortl_tree and its companions: the plain forests of a session, read node by node.
 */
#include <math.h>
#include <string.h>

#include "forest/outcome.h"
#include "operators/trees.h"
#include "session.h"
#include "status.h"

/* Where a tree is. */
typedef struct tree_place {
    const ortl__step *step;
    const ortl__forest *forest;
    uint32_t root;
} tree_place;

static ortl_status find_tree(const ortl_session *session, size_t tree, tree_place *place_out,
                             ortl_error *error) {
    if (!session) return ortl__fail(error, ORTL_BAD_ARGUMENT, "session must not be NULL");
    if (!session->keeps_forest)
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "trees can be read in sessions opened with keep_forest");
    size_t left = tree;
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__step *step = &session->plan.steps[i];
        const ortl__forest *forest = ortl__trees_forest(step);
        if (!forest) continue;
        if (left < forest->n_trees) {
            *place_out = (tree_place){step, forest, forest->roots[left]};
            return ORTL_OK;
        }
        left -= forest->n_trees;
    }
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no tree %lu, the model has %lu",
                      (unsigned long)tree, (unsigned long)(tree - left));
}

/* ---- Where the features come from ------------------------------------------------------------ */

static const ortl__step *maker_of(const ortl_session *session, uint32_t value) {
    for (uint32_t i = 0; i < session->plan.n_steps; i++)
        for (uint32_t j = 0; j < session->plan.steps[i].node->n_outputs; j++)
            if (session->plan.steps[i].node->outputs[j] == value) return &session->plan.steps[i];
    return NULL;
}

/* Whether column j of the output is made of column j of the first input and of no other. */
static int keeps_columns(const ortl__step *step) {
    static const char *const names[] = {"Cast", "Identity", "Imputer", "Scaler"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(step->operator->name, names[i]) == 0) return 1;
    return 0;
}

/* Whether the step puts all inputs of the graph side by side in their order. */
static int joins_all_inputs(const ortl_session *session, const ortl__step *step) {
    const ortl__graph *graph = &session->graph;
    if (strcmp(step->operator->name, "Concat") != 0 || step->node->n_inputs != graph->n_inputs)
        return 0;
    for (uint32_t i = 0; i < graph->n_inputs; i++)
        if (step->node->inputs[i] != graph->inputs[i].value) return 0;
    return 1;
}

static int reads_inputs(const ortl_session *session, const ortl__step *trees) {
    const ortl__graph *graph = &session->graph;
    uint32_t value = trees->node->inputs[0];
    /* Each turn goes one step up, so there are no more turns than steps. */
    for (uint32_t turn = 0; turn <= session->plan.n_steps; turn++) {
        if (graph->n_inputs == 1 && value == graph->inputs[0].value) return 1;
        const ortl__step *step = maker_of(session, value);
        if (!step) return 0;
        if (joins_all_inputs(session, step)) return 1;
        if (!keeps_columns(step)) return 0;
        value = step->node->inputs[0];
    }
    return 0;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

ortl_status ortl_tree(const ortl_session *session, size_t tree, ortl_tree_info *info_out,
                      ortl_error *error) {
    tree_place place;
    if (!info_out) return ortl__fail(error, ORTL_BAD_ARGUMENT, "info_out must not be NULL");
    size_t n_bytes = info_out->struct_size;
    ortl_status status = ORTL__CHECK_STRUCT(info_out, error);
    if (status == ORTL_OK) status = find_tree(session, tree, &place, error);
    if (status != ORTL_OK) return status;
    ortl_tree_info info = {
        .struct_size = n_bytes,
        .root = place.root,
        .n_targets = place.forest->n_targets,
        .type = place.forest->is_double ? ORTL_DOUBLE : ORTL_FLOAT,
        .node_name = place.step->node->name,
        .reads_inputs = reads_inputs(session, place.step),
        .vote_scale = ortl__outcome_scale(ortl__trees_outcome(place.step)),
    };
    memcpy(info_out, &info, n_bytes);
    return ORTL_OK;
}

ortl_status ortl_tree_base(const ortl_session *session, size_t tree, size_t score,
                           double *value_out, ortl_error *error) {
    tree_place place;
    if (!value_out) return ortl__fail(error, ORTL_BAD_ARGUMENT, "value_out must not be NULL");
    ortl_status status = find_tree(session, tree, &place, error);
    if (status != ORTL_OK) return status;
    const ortl__outcome *outcome = ortl__trees_outcome(place.step);
    if (score >= ortl__outcome_n_raw(outcome))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no score %lu, the operator has %lu",
                          (unsigned long)score, (unsigned long)ortl__outcome_n_raw(outcome));
    *value_out = ortl__outcome_base(outcome, (uint32_t)score);
    return ORTL_OK;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static double real_at(const ortl__forest *forest, const void *reals, uint32_t index) {
    return forest->is_double ? ((const double *)reals)[index]
                             : (double)((const float *)reals)[index];
}

/* The number of the set of a MEMBER test. */
static uint32_t set_of(const ortl__forest *forest, uint32_t row) {
    uint32_t set;
    size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
    memcpy(&set, (const char *)forest->value + row * real_bytes, sizeof set);
    return set;
}

/* Numbers of a set, or votes of a leaf. */
static uint32_t count_values(const ortl__forest *forest, uint32_t row) {
    unsigned mode = forest->test[row] & ORTL__TEST_MODE;
    if (mode == ORTL__MODE_LEAF) return forest->n_targets == 1 ? 1 : forest->false_child[row];
    if (mode != ORTL__MODE_MEMBER) return 0;
    uint32_t set = set_of(forest, row);
    return forest->set_begin[set + 1] - forest->set_begin[set];
}

static ortl_status find_node(const ortl_session *session, size_t tree, size_t node,
                             const ortl__forest **forest_out, ortl_error *error) {
    tree_place place;
    ortl_status status = find_tree(session, tree, &place, error);
    if (status != ORTL_OK) return status;
    *forest_out = place.forest;
    if (node < place.forest->n_nodes) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no node %lu, the operator has %lu",
                      (unsigned long)node, (unsigned long)place.forest->n_nodes);
}

static void describe_test(const ortl__forest *forest, uint32_t row, ortl_tree_node *node) {
    node->feature = forest->feature[row];
    if (node->test != ORTL_TEST_MEMBER) node->threshold = real_at(forest, forest->value, row);
    /* NaN differs from everything, which is all that holds for it. */
    node->missing_is_true =
        node->test == ORTL_TEST_NEQ || (forest->test[row] & ORTL__TEST_MISSING) != 0;
    node->true_child = forest->true_child[row];
    node->false_child = forest->false_child[row];
}

ortl_status ortl_tree_node_at(const ortl_session *session, size_t tree, size_t node,
                              ortl_tree_node *node_out, ortl_error *error) {
    static const ortl_test tests[] = {
        [ORTL__MODE_LEQ] = ORTL_TEST_LEQ,       [ORTL__MODE_LT] = ORTL_TEST_LT,
        [ORTL__MODE_GTE] = ORTL_TEST_GTE,       [ORTL__MODE_GT] = ORTL_TEST_GT,
        [ORTL__MODE_EQ] = ORTL_TEST_EQ,         [ORTL__MODE_NEQ] = ORTL_TEST_NEQ,
        [ORTL__MODE_MEMBER] = ORTL_TEST_MEMBER, [ORTL__MODE_LEAF] = ORTL_TEST_LEAF};
    const ortl__forest *forest = NULL;
    if (!node_out) return ortl__fail(error, ORTL_BAD_ARGUMENT, "node_out must not be NULL");
    size_t n_bytes = node_out->struct_size;
    ortl_status status = ORTL__CHECK_STRUCT(node_out, error);
    if (status == ORTL_OK) status = find_node(session, tree, node, &forest, error);
    if (status != ORTL_OK) return status;
    uint32_t row = (uint32_t)node;
    ortl_tree_node found = {.struct_size = n_bytes, .n_values = count_values(forest, row)};
    found.test = tests[forest->test[row] & ORTL__TEST_MODE];
    found.hit_rate = forest->hit_rate ? (double)forest->hit_rate[row] : (double)NAN;
    if (found.test != ORTL_TEST_LEAF) describe_test(forest, row, &found);
    memcpy(node_out, &found, n_bytes);
    return ORTL_OK;
}

/* ---- Their values ---------------------------------------------------------------------------- */

/* The forest with that node, which must be of this mode and have a value number index. */
static ortl_status find_value(const ortl_session *session, size_t tree, size_t node, size_t index,
                              ortl__mode mode, const ortl__forest **forest_out, ortl_error *error) {
    ortl_status status = find_node(session, tree, node, forest_out, error);
    if (status != ORTL_OK) return status;
    if (((*forest_out)->test[node] & ORTL__TEST_MODE) == mode &&
        index < count_values(*forest_out, (uint32_t)node))
        return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "node %lu has no %s %lu", (unsigned long)node,
                      mode == ORTL__MODE_LEAF ? "vote" : "member", (unsigned long)index);
}

ortl_status ortl_tree_member(const ortl_session *session, size_t tree, size_t node, size_t index,
                             double *value_out, ortl_error *error) {
    const ortl__forest *forest = NULL;
    if (!value_out) return ortl__fail(error, ORTL_BAD_ARGUMENT, "value_out must not be NULL");
    ortl_status status = find_value(session, tree, node, index, ORTL__MODE_MEMBER, &forest, error);
    if (status != ORTL_OK) return status;
    uint32_t begin = forest->set_begin[set_of(forest, (uint32_t)node)];
    *value_out = real_at(forest, forest->members, begin + (uint32_t)index);
    return ORTL_OK;
}

ortl_status ortl_tree_vote(const ortl_session *session, size_t tree, size_t node, size_t index,
                           size_t *target_out, double *value_out, ortl_error *error) {
    const ortl__forest *forest = NULL;
    if (!target_out || !value_out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "target_out and value_out must not be NULL");
    ortl_status status = find_value(session, tree, node, index, ORTL__MODE_LEAF, &forest, error);
    if (status != ORTL_OK) return status;
    if (forest->n_targets == 1) {
        *target_out = 0;
        *value_out = real_at(forest, forest->value, (uint32_t)node);
        return ORTL_OK;
    }
    uint32_t at = forest->true_child[node] + (uint32_t)index;
    *target_out = forest->weight_target[at];
    *value_out = real_at(forest, forest->weight, at);
    return ORTL_OK;
}
