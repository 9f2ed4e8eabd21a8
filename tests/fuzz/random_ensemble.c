/*
 * See random_ensemble.h. Trees grow from their leaves to the root, so that no cycle can come about
 * and a node may get a second parent.
 */
#include "random_ensemble.h"

#include <math.h>

/* ---- Reals ----------------------------------------------------------------------------------- */

static int has_doubles(const naive_forest *forest) {
    return naive_is_double(forest) && forest->has_tensors;
}

static double pick_real(const naive_forest *forest, door_recipe *recipe) {
    double value = (double)door_float(recipe);
    if (has_doubles(forest) && door_one_in(recipe, 3)) value *= 1.0 + 0x1p-40;
    return value;
}

/* Weights are mostly tame, so that sums are not all NaN. */
static double pick_weight(const naive_forest *forest, door_recipe *recipe) {
    if (door_one_in(recipe, 20)) return pick_real(forest, recipe);
    double value = ((double)door_below(recipe, 256) - 60) / 96;
    return has_doubles(forest) ? value : (double)(float)value;
}

/* ---- The head -------------------------------------------------------------------------------- */

static void pick_head(naive_forest *forest, door_recipe *recipe) {
    static const ortl_type types[] = {ORTL_FLOAT, ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32};
    forest->kind = (naive_kind)door_below(recipe, 3);
    forest->opset_ml = forest->kind == NAIVE_V5 ? 5

                                                : 1 + (int64_t)door_below(recipe, 4);
    forest->input_type = types[door_below(recipe, forest->kind == NAIVE_CLASSIFIER ? 5 : 3)];
    forest->has_tensors =
        forest->opset_ml >= 3 && (forest->kind == NAIVE_V5 || door_one_in(recipe, 2));
    forest->n_columns = 1 + door_below(recipe, NAIVE_MAX_COLUMNS);
    forest->n_targets = 1 + door_below(recipe, NAIVE_MAX_TARGETS);
    if (door_one_in(recipe, 3)) forest->n_targets = 1 + door_below(recipe, 2);
    forest->aggregate = NAIVE_SUM;
    if (forest->kind != NAIVE_CLASSIFIER && door_one_in(recipe, 2))
        forest->aggregate = (naive_aggregate)door_below(recipe, 4);
    if (door_one_in(recipe, 2)) forest->transform = (naive_transform)door_below(recipe, 5);
    forest->n_trees = 1 + door_below(recipe, NAIVE_MAX_TREES);
}

static void pick_labels(naive_forest *forest, door_recipe *recipe) {
    forest->has_text_labels = door_one_in(recipe, 3);
    int64_t first = (int64_t)door_below(recipe, 5) - 2;
    int is_huge = door_one_in(recipe, 8);
    for (uint32_t k = 0; k < forest->n_targets; k++)
        forest->labels[k] = is_huge && k == 1 ? INT64_MIN : first + 3 * (int64_t)k;
}

/* None, one for each target, or one of a classifier with two labels. */
static void pick_base(naive_forest *forest, door_recipe *recipe) {
    if (forest->kind == NAIVE_V5 || !door_one_in(recipe, 3)) return;
    forest->n_base = forest->n_targets;
    if (forest->kind == NAIVE_CLASSIFIER && forest->n_targets == 2 && door_one_in(recipe, 2))
        forest->n_base = 1;
    for (uint32_t k = 0; k < forest->n_base; k++)
        forest->base[k] = (double)(float)pick_weight(forest, recipe);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static naive_node *add_node(naive_forest *forest) {
    return &forest->nodes[forest->n_nodes++];
}

static void add_votes(naive_forest *forest, naive_node *node, uint32_t n, uint32_t only_target,
                      door_recipe *recipe) {
    node->first_vote = forest->n_votes;
    if (n > NAIVE_MAX_VOTES - forest->n_votes) n = 0;
    for (uint32_t i = 0; i < n; i++) {
        naive_vote *vote = &forest->votes[forest->n_votes++];
        vote->target =
            only_target < forest->n_targets ? only_target : door_below(recipe, forest->n_targets);
        vote->weight = pick_weight(forest, recipe);
    }
    node->n_votes = n;
}

static void add_leaf(naive_forest *forest, uint32_t only_target, door_recipe *recipe) {
    naive_node *node = add_node(forest);
    uint32_t n = door_one_in(recipe, 4) ? door_below(recipe, 5) : 1;
    node->mode = NAIVE_LEAF;
    /* A TreeEnsemble's leaf has one weight, and no value beside it. */
    if (forest->kind == NAIVE_V5) n = 1;
    if (forest->kind != NAIVE_V5 && door_one_in(recipe, 3))
        node->value = pick_weight(forest, recipe);
    add_votes(forest, node, n, only_target, recipe);
}

static void add_members(naive_forest *forest, naive_node *node, door_recipe *recipe) {
    uint32_t n = 1 + door_below(recipe, 6);
    node->first_member = forest->n_members;
    if (n > NAIVE_MAX_MEMBERS - forest->n_members) {
        node->mode = NAIVE_EQ;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        double member = pick_real(forest, recipe);
        forest->members[forest->n_members++] = isnan(member) ? 3 : member; /* NaN ends a set */
    }
    node->n_members = n;
}

/* How the tests of a forest differ from each other; real ones are mostly of one kind. */
typedef struct habits {
    naive_mode mode;
    int is_mixed, has_missing, has_votes_inside;
    uint32_t only_target; /* n_targets: any */
    uint32_t most_leaves;
} habits;

static void add_test(naive_forest *forest, const habits *h, uint32_t on_true, uint32_t on_false,
                     door_recipe *recipe) {
    naive_node *node = add_node(forest);
    node->mode =
        h->is_mixed ? (naive_mode)door_below(recipe, forest->kind == NAIVE_V5 ? 7 : 6) : h->mode;
    node->feature = door_below(recipe, forest->n_columns);
    node->value = pick_real(forest, recipe);
    node->on_true = on_true;
    node->on_false = on_false;
    node->is_missing_true = h->has_missing && door_one_in(recipe, 2);
    if (node->mode == NAIVE_MEMBER) add_members(forest, node, recipe);
    if (h->has_votes_inside && door_one_in(recipe, 5))
        add_votes(forest, node, 1, h->only_target, recipe);
}

/* Takes a node off the list of those without a parent; rarely, lends one that has one. */
static uint32_t pick_child(naive_forest *forest, uint32_t first, uint32_t *orphans,
                           uint32_t *n_orphans, door_recipe *recipe) {
    if (door_one_in(recipe, 24)) return first + door_below(recipe, forest->n_nodes - first);
    uint32_t pick = door_below(recipe, *n_orphans), node = orphans[pick];
    orphans[pick] = orphans[--*n_orphans];
    return node;
}

static void add_tree(naive_forest *forest, const habits *h, door_recipe *recipe) {
    uint32_t orphans[NAIVE_MAX_NODES], n_orphans = 0, first = forest->n_nodes;
    uint32_t room = (NAIVE_MAX_NODES - first) / 4;
    uint32_t n_leaves = 1 + door_below(recipe, h->most_leaves);
    if (n_leaves > room) n_leaves = room;
    for (uint32_t i = 0; i < n_leaves; i++) {
        orphans[n_orphans++] = forest->n_nodes;
        add_leaf(forest, h->only_target, recipe);
    }
    while (n_orphans > 1 && forest->n_nodes < NAIVE_MAX_NODES) {
        uint32_t on_true = pick_child(forest, first, orphans, &n_orphans, recipe);
        uint32_t on_false = on_true;
        if (n_orphans > 0) on_false = pick_child(forest, first, orphans, &n_orphans, recipe);
        orphans[n_orphans++] = forest->n_nodes;
        add_test(forest, h, on_true, on_false, recipe);
        if (door_one_in(recipe, 60)) break; /* the rest stays without a parent */
    }
    forest->trees[forest->n_trees++] = (naive_tree){first, forest->n_nodes - first};
}

void random_ensemble(naive_forest *forest, door_recipe *recipe) {
    pick_head(forest, recipe);
    if (forest->kind == NAIVE_CLASSIFIER) pick_labels(forest, recipe);
    pick_base(forest, recipe);
    habits h = {(naive_mode)door_below(recipe, 6),
                door_one_in(recipe, 2),
                door_one_in(recipe, 2),
                forest->kind != NAIVE_V5 && door_one_in(recipe, 6),
                forest->n_targets,
                1 + door_below(recipe, 48)};
    if (door_one_in(recipe, 3)) h.only_target = door_below(recipe, forest->n_targets);
    uint32_t n_trees = forest->n_trees;
    forest->n_trees = 0;
    while (forest->n_trees < n_trees && NAIVE_MAX_NODES - forest->n_nodes >= 8)
        add_tree(forest, &h, recipe);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static double as_whole(double value, double limit) {
    return value >= -limit && value <= limit ? trunc(value) : 16777217.0;
}

double random_cell(const naive_forest *forest, door_recipe *recipe) {
    const naive_node *node = &forest->nodes[door_below(recipe, forest->n_nodes)];
    double value = (double)door_float(recipe);
    switch (door_below(recipe, 8)) {
    case 0:
    case 1: value = node->value; break;
    case 2: value = (double)nextafterf((float)node->value, INFINITY); break;
    case 3: value = (double)nextafterf((float)node->value, -INFINITY); break;
    case 4:
        if (forest->n_members > 0) value = forest->members[door_below(recipe, forest->n_members)];
        break;
    case 5:
        if (door_one_in(recipe, 3)) value = NAN;
        break;
    default: break;
    }
    switch (forest->input_type) {
    case ORTL_DOUBLE: return value;
    case ORTL_FLOAT: return (double)(float)value;
    case ORTL_INT32: return as_whole(value, 2147483000.0);
    default: return as_whole(value, 9e15);
    }
}
