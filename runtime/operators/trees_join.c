/*
 * Trees that are put together while a model is loaded: the values of leaves as tables, and several
 * operators as one.
 */
#include <string.h>

#include "../forest/join.h"
#include "../status.h"
#include "families.h"
#include "trees.h"
#include "trees_state.h"

static const ortl__trees *trees_of(const ortl__step *step) {
    return step->operator->run == ortl__trees_run ? step->parameters : NULL;
}

/* ---- Leaves as tables ------------------------------------------------------------------------ */

uint32_t ortl__trees_tabular_leaves(const ortl__step *step) {
    const ortl__trees *t = trees_of(step);
    uint32_t n_leaves = 0;
    if (t == NULL || t->forest.n_trees != 1 || t->forest.is_double) return 0;
    for (uint32_t row = 0; row < t->forest.n_nodes; row++)
        n_leaves += t->forest.test[row] == ORTL__MODE_LEAF;
    return n_leaves;
}

/* What the kernel gives for a row that reaches each leaf: a forest of that leaf alone says it. */
static void sum_leaves(const ortl__trees *t, float *sums, uint8_t *voted) {
    const ortl__rows row = {NULL, 1, 0, 0};
    ortl__forest leaf = t->forest;
    size_t n_targets = t->forest.n_targets, at = 0;
    for (uint32_t i = 0; i < t->forest.n_nodes; i++) {
        if (t->forest.test[i] != ORTL__MODE_LEAF) continue;
        leaf.roots = &i;
        ortl__kernel_plain.run(&leaf, &row, sums + at, n_targets > 1 ? voted + at : NULL);
        at += n_targets;
    }
}

static const ortl__tensor *wanted(const ortl__tensor *outputs, uint32_t at) {
    return at != UINT32_MAX && outputs[at].data != NULL ? &outputs[at] : NULL;
}

ortl_status ortl__trees_tabulate(const ortl__step *step, ortl__arena *arena,
                                 const ortl__tensor *outputs, ortl_error *error) {
    const ortl__trees *t = step->parameters;
    const uint64_t n_leaves = ortl__trees_tabular_leaves(step), n_targets = t->forest.n_targets;
    float *sums = NULL;
    uint8_t *voted = NULL;
    int64_t *classes = NULL;
    ortl_status status = ortl__arena_new(arena, n_leaves * n_targets, sizeof *sums, &sums, error);
    if (status == ORTL_OK) status = ortl__arena_new(arena, n_leaves * n_targets, 1, &voted, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, n_leaves, sizeof *classes, &classes, error);
    if (status != ORTL_OK) return status;
    sum_leaves(t, sums, voted);
    return ortl__share_write(&t->own, sums, n_targets > 1 ? voted : NULL, n_leaves,
                             wanted(outputs, ortl__share_label_output(&t->own)),
                             wanted(outputs, ortl__share_score_output(&t->own)), 0, classes, error);
}

/* ---- Operators put together ------------------------------------------------------------------ */

/* Every leaf of every tree gives one value to one and the same target. */
static int gives_one_value(const ortl__forest *forest) {
    uint32_t target = UINT32_MAX;
    if (forest->n_targets == 1) return 1;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (forest->test[row] != ORTL__MODE_LEAF) continue;
        if (forest->false_child[row] != 1) return 0;
        uint32_t found = forest->weight_target[forest->true_child[row]];
        if (target != UINT32_MAX && found != target) return 0;
        target = found;
    }
    return 1;
}

int ortl__trees_may_join(const ortl__step *step) {
    const ortl__trees *t = trees_of(step);
    return t != NULL && !t->forest.is_double && t->n_shares == 1 &&
           t->forest.n_trees <= ORTL__MOST_JOINED_TREES &&
           t->forest.aggregate <= ORTL__AGGREGATE_SUM && gives_one_value(&t->forest);
}

uint32_t ortl__trees_targets(const ortl__step *step) {
    return trees_of(step)->forest.n_targets;
}

/* What is remembered of a step that takes the place of these (n_parts), without its shares. */
static ortl_status begin_join(const ortl__loading *loading, const ortl__tree_part *parts,
                              uint32_t n_parts, uint32_t n_targets, ortl__trees **trees_out,
                              ortl_error *error) {
    ortl__forest_part *forests = NULL;
    ortl__trees *t = NULL;
    uint32_t first_target = 0;
    ortl_status status = ortl__arena_new(loading->arena, 1, sizeof *t, &t, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(loading->memory, n_parts, sizeof *forests, &forests, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < n_parts; i++) {
        const ortl__trees *part = parts[i].step->parameters;
        forests[i] = (ortl__forest_part){&part->forest, parts[i].values, first_target};
        if (!parts[i].values) first_target += part->forest.n_targets;
        t->converts = part->converts;
        if (part->told) t->told = part->told;
    }
    status = ortl__forest_join(&t->forest, loading->memory, forests, n_parts, n_targets, error);
    ortl__memory_free(loading->memory, forests, n_parts, sizeof *forests);
    t->n_shares = 1;
    t->shares = &t->own;
    *trees_out = t;
    return status;
}

/* Makes step one of trees. The operator of the file does not matter from here on. */
static void become_trees(ortl__step *step, ortl__trees *t) {
    const ortl__operator *other = NULL;
    step->operator= ortl__operator_find("ai.onnx.ml", "TreeEnsembleRegressor", 3, &other);
    step->parameters = t;
}

ortl_status ortl__trees_join_values(const ortl__loading *loading, const ortl__tree_part *parts,
                                    uint32_t n_parts, uint32_t n_targets, ortl__step *step,
                                    ortl_error *error) {
    ortl__trees *t = NULL;
    ortl_status status = begin_join(loading, parts, n_parts, n_targets, &t, error);
    if (status != ORTL_OK) return status;
    ortl__outcome *outcome = &t->own.outcome;
    outcome->aggregate = ORTL__AGGREGATE_SUM;
    outcome->n_targets = outcome->n_scores = n_targets;
    outcome->n_trees = t->forest.n_trees;
    t->own.n_outputs = 1;
    become_trees(step, t);
    return ORTL_OK;
}

ortl_status ortl__trees_join(const ortl__loading *loading, const ortl__tree_part *parts,
                             uint32_t n_parts, ortl__step *step, ortl_error *error) {
    ortl__trees *t = NULL;
    ortl__share *shares = NULL;
    uint32_t *outputs = NULL, n_targets = 0, n_outputs = 0;
    for (uint32_t i = 0; i < n_parts; i++) {
        n_targets += ortl__trees_targets(parts[i].step);
        n_outputs += parts[i].step->node->n_outputs;
    }
    ortl_status status = ortl__arena_new(loading->arena, n_parts, sizeof *shares, &shares, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(loading->arena, n_outputs, sizeof *outputs, &outputs, error);
    if (status == ORTL_OK) status = begin_join(loading, parts, n_parts, n_targets, &t, error);
    if (status != ORTL_OK) return status;
    n_targets = n_outputs = 0;
    for (uint32_t i = 0; i < n_parts; i++) {
        const ortl__step *part = parts[i].step;
        shares[i] = ((const ortl__trees *)part->parameters)->own;
        shares[i].first_target = n_targets;
        shares[i].first_output = n_outputs;
        for (uint32_t j = 0; j < part->node->n_outputs; j++)
            outputs[n_outputs++] = part->node->outputs[j];
        n_targets += shares[i].outcome.n_targets;
    }
    t->n_shares = n_parts;
    t->shares = shares;
    step->node->outputs = outputs;
    step->node->n_outputs = n_outputs;
    become_trees(step, t);
    return ORTL_OK;
}
