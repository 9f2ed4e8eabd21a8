/*
 * Walks the recorded trees in double, as the trainer's own predictor would: this text is written
 * from the rules of builder.h alone, so that a mistake in the builder's rounding or encoding cannot
 * hide in it. What was recorded comes from source_record.c.
 */
#include "source_walk.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../runtime/status.h"
#include "builder_state.h"
#include "source_record.h"

static ortl_status fail_null(ortl_error *error) {
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "an argument is NULL");
}

/* ---- Taking the record ----------------------------------------------------------------------- */

ortl_status ortl_source_walk_take(ortl_builder *builder, ortl_source_walk **walk_out,
                                  ortl_error *error) {
    if (walk_out) *walk_out = NULL;
    if (!builder || !walk_out) return fail_null(error);
    if (!builder->source)
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "the builder keeps no source, or it was taken before");
    if (builder->file_bytes == 0)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "the model was not written yet");
    const ortl_link link = builder->source->link;
    if (link != ORTL_LINK_IDENTITY && link != ORTL_LINK_VOTES && link != ORTL_LINK_STEP) {
        ortl_status status = ortl__libm_open(&builder->source->libm, error);
        if (status != ORTL_OK) return status;
    }
    *walk_out = builder->source;
    builder->source = NULL;
    return ORTL_OK;
}

ortl_status ortl_source_walk_summarize(const ortl_source_walk *walk,
                                       ortl_source_summary *summary_out, ortl_error *error) {
    ortl_source_summary s = {0};
    if (!walk || !summary_out) return fail_null(error);
    ortl_status status = ORTL__CHECK_STRUCT(summary_out, error);
    if (status != ORTL_OK) return status;
    s.struct_size = summary_out->struct_size;
    s.n_features = walk->n_features;
    s.n_trees = (size_t)walk->n_trees;
    s.n_file_trees = (size_t)walk->n_file_trees;
    s.n_targets = walk->n_targets;
    s.n_scores = walk->task == ORTL_TASK_CLASSIFICATION ? walk->n_classes
                 : walk->task == ORTL_TASK_CLASS        ? 0
                                                        : walk->n_targets;
    s.n_classes = walk->n_classes;
    s.data_type = walk->data_type;
    s.task = walk->task;
    s.link = walk->link;
    memcpy(summary_out, &s, s.struct_size);
    return ORTL_OK;
}

ortl_status ortl_source_walk_class(const ortl_source_walk *walk, size_t index, int64_t *value_out,
                                   const char **name_out, ortl_error *error) {
    if (!walk || !value_out || !name_out) return fail_null(error);
    if (index >= walk->n_classes)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no class %llu, the model has %llu",
                          (unsigned long long)index, (unsigned long long)walk->n_classes);
    *value_out = walk->class_values ? walk->class_values[index] : 0;
    *name_out = walk->class_names ? walk->class_names[index] : NULL;
    return ORTL_OK;
}

/* ---- One row --------------------------------------------------------------------------------- */

/* The float nearest to x. C leaves conversions beyond FLT_MAX open; IEEE 754 rounds what is nearer
 * to 2^128 than to FLT_MAX to infinity. */
static double nearest_float(double x) {
    const double halfway = (double)FLT_MAX * (1 + 0x1p-25);
    if (fabs(x) <= (double)FLT_MAX || isnan(x)) return (double)(float)x;
    return copysign(fabs(x) < halfway ? (double)FLT_MAX : (double)INFINITY, x);
}

/* LightGBM's kZeroThreshold, a float that it compares doubles with. */
static int is_tiny(double x) {
    return fabs(x) <= (double)1e-35f;
}

static int split_holds(const ortl__source_node *node, double x) {
    if (node->rule == ORTL_TINY_IS_NAN && is_tiny(x)) x = (double)NAN;
    if (isnan(x) && node->nan != ORTL_NAN_AS_ZERO) return node->nan == ORTL_NAN_TRUE;
    if (isnan(x) || (node->rule == ORTL_TINY_IS_ZERO && is_tiny(x))) x = 0;
    switch ((ortl_comparison)node->comparison) {
    case ORTL_LESS_EQUAL: return x <= node->number;
    case ORTL_LESS: return x < node->number;
    case ORTL_GREATER_EQUAL: return x >= node->number;
    case ORTL_GREATER: return x > node->number;
    }
    return 0;
}

/* Is the whole number `category` in the set? */
static int has_category(const ortl_source_walk *walk, const ortl__source_node *node,
                        double category) {
    if (node->kind == ORTL__SOURCE_BITS) {
        uint64_t bit;
        if (category < 0 || category >= 32.0 * (double)node->count) return 0;
        bit = (uint64_t)category;
        return walk->words[node->begin + bit / 32] >> (bit % 32) & 1;
    }
    for (uint64_t i = 0; i < node->count; i++)
        if ((double)walk->categories[node->begin + i] == category) return 1;
    return 0;
}

static int set_holds(const ortl_source_walk *walk, const ortl__source_node *node, double x) {
    if (isnan(x) && node->nan != ORTL_NAN_AS_ZERO) return node->nan == ORTL_NAN_TRUE;
    if (isnan(x)) x = 0;
    switch ((ortl_category_rule)node->rule) {
    case ORTL_CATEGORY_EXACT: break;
    case ORTL_CATEGORY_TRUNCATED:
        if (x <= -1) return 0;
        x = trunc(x);
        break;
    case ORTL_CATEGORY_FLOORED:
        if (x < 0) return 0;
        x = floor(x);
        break;
    }
    return x == floor(x) && has_category(walk, node, x);
}

/* The leaf of one tree. The builder has proved that every path ends. */
static uint32_t find_leaf(const ortl_source_walk *walk, const ortl__source_tree *tree,
                          const double *row) {
    const ortl__source_node *nodes = walk->nodes + tree->begin;
    uint32_t at = 0;
    while (nodes[at].kind < ORTL__SOURCE_LEAF) {
        double x = row[nodes[at].feature];
        int holds;
        if (walk->data_type == ORTL_FLOAT) x = nearest_float(x);
        holds = nodes[at].kind == ORTL__SOURCE_SPLIT ? split_holds(&nodes[at], x)
                                                     : set_holds(walk, &nodes[at], x);
        at = holds ? nodes[at].true_node : nodes[at].false_node;
    }
    return at;
}

/* The sums of one row; either array may be NULL. */
typedef struct row_sums {
    double *raw;       /* (n_targets) */
    double *magnitude; /* (n_targets) */
} row_sums;

static void add_value(const row_sums *sums, size_t target, double value) {
    if (sums->raw) sums->raw[target] += value;
    if (sums->magnitude) sums->magnitude[target] += fabs(value);
}

static void add_leaf(const ortl_source_walk *walk, const ortl__source_tree *tree, uint32_t leaf,
                     const row_sums *sums) {
    const ortl__source_node *node = &walk->nodes[tree->begin + leaf];
    if (node->kind == ORTL__SOURCE_LEAF)
        add_value(sums, tree->target, node->number);
    else if (node->kind == ORTL__SOURCE_VOTE)
        add_value(sums, (size_t)node->begin, 1);
    for (uint64_t i = 0; node->kind == ORTL__SOURCE_VECTOR && i < node->count; i++)
        add_value(sums, (size_t)i, walk->values[node->begin + i]);
}

static void add_linear(const ortl_source_walk *walk, const double *row, const row_sums *sums) {
    for (uint64_t i = 0; i < walk->n_weights; i++) {
        double x = row[i / walk->n_targets];
        if (walk->data_type == ORTL_FLOAT) x = nearest_float(x);
        if (isnan(x) && walk->nan_is_zero) x = 0;
        add_value(sums, (size_t)(i % walk->n_targets), walk->weights[i] * x);
    }
}

ortl_status ortl_source_walk_row(const ortl_source_walk *walk, const double *row,
                                 uint32_t *leaves_out, double *raw_out, double *magnitude_out,
                                 ortl_error *error) {
    row_sums sums = {raw_out, magnitude_out};
    if (!walk || !row) return fail_null(error);
    if (raw_out) memset(raw_out, 0, walk->n_targets * sizeof *raw_out);
    if (magnitude_out) memset(magnitude_out, 0, walk->n_targets * sizeof *magnitude_out);
    for (uint64_t i = 0; i < walk->n_trees; i++) {
        uint32_t leaf = find_leaf(walk, &walk->trees[i], row);
        if (leaves_out) leaves_out[i] = leaf;
        add_leaf(walk, &walk->trees[i], leaf, &sums);
    }
    add_linear(walk, row, &sums);
    for (size_t t = 0; t < walk->n_targets; t++) {
        if (raw_out) raw_out[t] = raw_out[t] * walk->scale + walk->base[t];
        if (magnitude_out)
            magnitude_out[t] = magnitude_out[t] * fabs(walk->scale) + fabs(walk->base[t]);
    }
    return ORTL_OK;
}

/* ---- Scores ---------------------------------------------------------------------------------- */

static void softmax(const ortl__libm *libm, const double *raw, size_t n, double *scores_out) {
    double greatest = raw[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        if (raw[i] > greatest) greatest = raw[i];
    for (size_t i = 0; i < n; i++) sum += scores_out[i] = libm->exp(raw[i] - greatest);
    for (size_t i = 0; i < n; i++) scores_out[i] /= sum;
}

/* The links whose score t comes from raw score t. */
static double link_score(const ortl_source_walk *walk, size_t t, double raw) {
    const ortl__libm *libm = &walk->libm;
    switch (walk->link) {
    case ORTL_LINK_SIGMOID: return 1 / (1 + libm->exp(-raw));
    case ORTL_LINK_EXP: return libm->exp(raw);
    case ORTL_LINK_SIGNED_SQUARE: return raw * fabs(raw);
    case ORTL_LINK_LOG1P_EXP: return (raw > 0 ? raw : 0) + libm->log1p(libm->exp(-fabs(raw)));
    case ORTL_LINK_VOTES: return raw / (double)walk->n_trees;
    case ORTL_LINK_MEAN_VARIANCE: return t == 0 ? raw : libm->exp(2 * raw);
    case ORTL_LINK_STEP: return raw > 0;
    case ORTL_LINK_IDENTITY:
    case ORTL_LINK_SOFTMAX: break;
    }
    return raw;
}

ortl_status ortl_source_walk_scores(const ortl_source_walk *walk, const double *raw,
                                    double *scores_out, ortl_error *error) {
    if (!walk || !raw || !scores_out) return fail_null(error);
    if (walk->task == ORTL_TASK_CLASS) return ORTL_OK;
    if (walk->link == ORTL_LINK_SOFTMAX) {
        softmax(&walk->libm, raw, walk->n_targets, scores_out);
    } else if (walk->task == ORTL_TASK_CLASSIFICATION && walk->n_targets == 1) {
        scores_out[1] = link_score(walk, 0, raw[0]);
        scores_out[0] = 1 - scores_out[1];
    } else {
        for (size_t t = 0; t < walk->n_targets; t++) scores_out[t] = link_score(walk, t, raw[t]);
    }
    return ORTL_OK;
}

/* ---- Leaves of the file ---------------------------------------------------------------------- */

ortl_status ortl_source_walk_origin(const ortl_source_walk *walk, size_t file_tree,
                                    uint32_t file_leaf, size_t *tree_out, uint32_t *leaf_out,
                                    ortl_error *error) {
    const ortl__source_tree *tree;
    uint32_t place, leaf = ORTL__SOURCE_NO_LEAF;
    if (!walk || !tree_out || !leaf_out) return fail_null(error);
    *tree_out = SIZE_MAX;
    *leaf_out = 0;
    if (file_tree >= walk->n_file_trees) return ORTL_OK;
    tree = &walk->trees[walk->file_trees[file_tree]];
    place = file_leaf - walk->first_leaf; /* wraps to a great number when there is none */
    if (place < walk->n_file_leaves) leaf = walk->file_leaves[place];
    if (leaf >= tree->n_nodes || walk->nodes[tree->begin + leaf].kind < ORTL__SOURCE_LEAF)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "tree %llu of the file: row %lu stands for no leaf of the source",
                          (unsigned long long)file_tree, (unsigned long)file_leaf);
    *tree_out = walk->file_trees[file_tree];
    *leaf_out = leaf;
    return ORTL_OK;
}

static uint64_t depth_of(const ortl__source_node *nodes, uint32_t node) {
    uint64_t depth = 0;
    for (; node != 0; node = nodes[node].parent) depth++;
    return depth;
}

ortl_status ortl_source_walk_fork(const ortl_source_walk *walk, size_t tree, uint32_t leaf_a,
                                  uint32_t leaf_b, ortl_source_fork *fork_out, ortl_error *error) {
    const ortl__source_node *nodes;
    uint64_t n_a, n_b;
    if (!walk || !fork_out) return fail_null(error);
    if (tree >= walk->n_trees || leaf_a >= walk->trees[tree].n_nodes ||
        leaf_b >= walk->trees[tree].n_nodes || leaf_a == leaf_b)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "these are no two leaves of a tree");
    nodes = walk->nodes + walk->trees[tree].begin;
    n_a = depth_of(nodes, leaf_a);
    n_b = depth_of(nodes, leaf_b);
    while (leaf_a != leaf_b) { /* the deeper one climbs, at equal depth both */
        int a_climbs = n_a >= n_b, b_climbs = n_b >= n_a;
        if (a_climbs) leaf_a = nodes[leaf_a].parent;
        if (b_climbs) leaf_b = nodes[leaf_b].parent;
        n_a -= (uint64_t)a_climbs;
        n_b -= (uint64_t)b_climbs;
    }
    *fork_out = (ortl_source_fork){.node = leaf_a,
                                   .feature = nodes[leaf_a].feature,
                                   .is_categorical = nodes[leaf_a].kind != ORTL__SOURCE_SPLIT,
                                   .comparison = (ortl_comparison)nodes[leaf_a].comparison,
                                   .threshold = nodes[leaf_a].number};
    return ORTL_OK;
}
