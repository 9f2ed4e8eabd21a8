/*
 * From sums of leaves to raw scores: the scale goes into the weights, the base into the first tree
 * or behind the sum, and every target gets a tree, so that no operator's rule for targets without a
 * vote applies.
 */
#include <float.h>
#include <math.h>

#include "../runtime/status.h"
#include "builder_state.h"

static ortl__column *weights_of(const ortl_builder *builder) {
    return &builder->columns->columns[builder->opset_ml == 5 ? ORTL__COLUMN_V5_LEAF_WEIGHTS
                                                             : ORTL__COLUMN_WEIGHTS];
}

static double get_weight(const ortl__column *weights, uint64_t i) {
    return weights->is_double ? ((const double *)weights->data)[i]
                              : (double)((const float *)weights->data)[i];
}

static void set_weight(ortl__column *weights, uint64_t i, double value) {
    if (weights->is_double)
        ((double *)weights->data)[i] = value;
    else
        ((float *)weights->data)[i] = (float)value;
}

static ortl_status check_weight(const ortl_builder *builder, double value, const char *what,
                                ortl_error *error) {
    if (isfinite(value) && (builder->is_double || fabs(value) <= (double)FLT_MAX)) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "a leaf value is not finite once %s", what);
}

/* ---- Does what was built fit the description? ------------------------------------------------ */

static ortl_status check_targets(const ortl_builder *builder, ortl_error *error) {
    const ortl_model *m = &builder->model;
    if (builder->n_first > m->n_targets)
        return ortl__fail(error, ORTL_BAD_MODEL, "a tree adds to target %llu, the model has %llu",
                          (unsigned long long)(builder->n_first - 1),
                          (unsigned long long)m->n_targets);
    if (builder->n_vector != 0 && builder->n_vector != m->n_targets)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "the leaves have %llu values, the model %llu targets",
                          (unsigned long long)builder->n_vector, (unsigned long long)m->n_targets);
    if (builder->n_voted > m->n_targets)
        return ortl__fail(error, ORTL_BAD_MODEL, "a leaf votes for class %llu, the model has %llu",
                          (unsigned long long)(builder->n_voted - 1),
                          (unsigned long long)m->n_targets);
    if (builder->linear && builder->n_linear_targets != m->n_targets)
        return ortl__fail(
            error, ORTL_BAD_MODEL, "the weights are for %llu targets, the model has %llu",
            (unsigned long long)builder->n_linear_targets, (unsigned long long)m->n_targets);
    if (builder->linear && m->n_features != 0 && builder->n_linear_features != m->n_features)
        return ortl__fail(
            error, ORTL_BAD_MODEL, "the weights are for %llu features, the model has %llu",
            (unsigned long long)builder->n_linear_features, (unsigned long long)m->n_features);
    return ORTL_OK;
}

static ortl_status check_link(const ortl_builder *builder, ortl_error *error) {
    const ortl_model *m = &builder->model;
    int wants_votes = m->link == ORTL_LINK_VOTES;
    if (builder->linear && (wants_votes || m->scale != 1.0))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "a linear model has no votes and no scale");
    if (!builder->linear && wants_votes && builder->n_begun == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "no tree votes");
    if (!builder->linear && builder->n_begun > 0 && wants_votes != (builder->n_voted > 0))
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          wants_votes ? "the leaves do not vote"
                                      : "leaves vote without such a link");
    return ORTL_OK;
}

/* ---- Scale and base -------------------------------------------------------------------------- */

static ortl_status apply_scale(ortl_builder *builder, ortl_error *error) {
    ortl__column *weights = weights_of(builder);
    double scale = builder->model.scale;
    ortl_status status = ORTL_OK;
    if (scale == 1.0) return ORTL_OK;
    for (uint64_t i = 0; i < weights->count && status == ORTL_OK; i++) {
        double value = get_weight(weights, i) * scale;
        status = check_weight(builder, value, "scaled", error);
        if (status == ORTL_OK) set_weight(weights, i, value);
    }
    return status;
}

/* In the ensemble's own arithmetic: base + first leaf, to which the other trees are added. */
static double add_as_ensemble(const ortl_builder *builder, double base, double weight) {
    float sum;
    if (builder->is_double) return base + weight;
    sum = (float)base + (float)weight;
    return (double)sum;
}

/* Starting from base is the same as having it in every leaf of the first tree. */
static ortl_status add_base_first(ortl_builder *builder, ortl_error *error) {
    ortl__column *weights = weights_of(builder);
    ortl_status status = ORTL_OK;
    for (uint64_t t = 0; t < builder->n_first; t++) {
        ortl__first_weights first = builder->first[t];
        for (uint64_t k = 0; k < first.count && status == ORTL_OK; k++) {
            uint64_t i = first.begin + k * first.stride;
            double sum = add_as_ensemble(builder, builder->model.base[t], get_weight(weights, i));
            status = check_weight(builder, sum, "base is added", error);
            if (status == ORTL_OK) set_weight(weights, i, sum);
        }
    }
    return status;
}

static int has_tree(const ortl_builder *builder, uint64_t target) {
    return target < builder->n_first && builder->first[target].count > 0;
}

/* The base as the operator's base_values, which onnxruntime loses for targets without a vote:
 * append_constants sees to it that there are none. */
static ortl_status add_base_values(ortl_builder *builder, ortl_error *error) {
    size_t n_targets = builder->model.n_targets;
    ortl_status status = ORTL_OK;
    for (size_t t = 0; t < n_targets && status == ORTL_OK; t++)
        status = ortl__builder_append_real(builder, ORTL__COLUMN_BASE_VALUES,
                                           builder->model.base[t], error);
    return status;
}

/* Where the base of the model has gone so far. */
typedef enum base_place { BASE_NOWHERE, BASE_IN_FIRST_TREES, BASE_IN_ATTRIBUTE } base_place;

/* A tree of one leaf for each target that has no tree, or whose base is not in yet. */
static ortl_status append_constants(ortl_builder *builder, base_place place, ortl_error *error) {
    const ortl_model *m = &builder->model;
    ortl_status status = ORTL_OK;
    for (size_t t = 0; t < m->n_targets && status == ORTL_OK; t++) {
        double base = m->base ? m->base[t] : 0.0;
        int is_in = base == 0.0 || place == BASE_IN_ATTRIBUTE ||
                    (place == BASE_IN_FIRST_TREES && has_tree(builder, t));
        if (!has_tree(builder, t) || !is_in)
            status = ortl__builder_append_constant_tree(builder, t, is_in ? 0.0 : base, error);
    }
    return status;
}

static int has_base(const ortl_model *m) {
    for (size_t t = 0; m->base && t < m->n_targets; t++)
        if (m->base[t] != 0) return 1;
    return 0;
}

/* ---- The two-label rule ---------------------------------------------------------------------- */

/* TreeEnsembleClassifier compares the raw score of a two-class model with one half instead of 0
 * when no weight is negative. A last tree that adds a number far below the precision of any score
 * keeps it from that. */
static ortl_status make_sign_mixed(ortl_builder *builder, ortl_error *error) {
    const ortl_model *m = &builder->model;
    const ortl__column *weights = weights_of(builder);
    int has_labels = m->task == ORTL_TASK_CLASSIFICATION || m->task == ORTL_TASK_CLASS;
    if (builder->opset_ml == 5 || !has_labels || m->n_targets != 1) return ORTL_OK;
    if (m->task == ORTL_TASK_CLASSIFICATION && m->link == ORTL_LINK_IDENTITY) return ORTL_OK;
    for (uint64_t i = 0; i < weights->count; i++)
        if (get_weight(weights, i) < 0) return ORTL_OK;
    return ortl__builder_append_constant_tree(builder, 0, -(double)FLT_MIN, error);
}

ortl_status ortl__builder_finish_sums(ortl_builder *builder, ortl_error *error) {
    const ortl_model *m = &builder->model;
    base_place place = BASE_NOWHERE;
    ortl_status status = check_targets(builder, error);
    if (status == ORTL_OK) status = check_link(builder, error);
    if (status != ORTL_OK || builder->linear || m->link == ORTL_LINK_VOTES) return status;
    status = apply_scale(builder, error);
    if (status == ORTL_OK && has_base(m) && m->base_first) {
        place = BASE_IN_FIRST_TREES;
        status = add_base_first(builder, error);
    } else if (status == ORTL_OK && has_base(m) && builder->opset_ml != 5) {
        place = BASE_IN_ATTRIBUTE;
        status = add_base_values(builder, error);
    }
    if (status == ORTL_OK) status = append_constants(builder, place, error);
    if (status == ORTL_OK) status = make_sign_mixed(builder, error);
    return status;
}
