/*
 * TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble: reads the small attributes, has
 * the columns built into a forest, and tells about it. Running is left to trees_run.c, what the
 * trees mean to forest/.
 */
#include "trees.h"

#include <inttypes.h>
#include <string.h>

#include "../status.h"
#include "families.h"
#include "trees_state.h"

/* ---- Attributes ------------------------------------------------------------------------------ */

static ortl__ensemble_kind kind_of(const ortl__step *step) {
    return (ortl__ensemble_kind)step->operator->detail;
}

static ortl_status check_types(const ortl__loading *loading, ortl__ensemble_kind kind,
                               ortl_error *error) {
    static const ortl_type numbers[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                        ORTL_UNDEFINED};
    static const ortl_type reals[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_UNDEFINED};
    const char *names = "post_transform aggregate_function n_targets nodes_hitrates "
                        "nodes_hitrates_as_tensor";
    if (kind == ORTL__ENSEMBLE_CLASSIFIER)
        names = "post_transform classlabels_int64s classlabels_strings nodes_hitrates "
                "nodes_hitrates_as_tensor";
    uint32_t n_outputs = kind == ORTL__ENSEMBLE_CLASSIFIER ? 2 : 1;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 0, n_outputs, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, names, error);
    if (status != ORTL_OK) return status;
    return ortl__operator_types(loading, 0, kind == ORTL__ENSEMBLE_V5 ? reals : numbers, error);
}

/* An attribute that is a number in version 5 and a word before. words (n) stand in the order of the
 * numbers. */
static ortl_status read_choice(const ortl__loading *loading, ortl__ensemble_kind kind,
                               const char *name, const char *const *words, size_t n,
                               size_t fallback, size_t *choice_out, ortl_error *error) {
    int64_t number = 0;
    const char *word = NULL;
    ortl_status status;
    if (kind != ORTL__ENSEMBLE_V5) {
        status = ortl__operator_string(loading, name, words[fallback], &word, error);
        if (status != ORTL_OK) return status;
        return ortl__operator_choice(loading, name, word, words, n, choice_out, error);
    }
    status = ortl__operator_int(loading, name, (int64_t)fallback, &number, error);
    if (status != ORTL_OK) return status;
    if (number < 0 || number >= (int64_t)n)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "attribute \"%s\" is %" PRId64 ", expected 0 .. %" PRId64, name, number,
                          (int64_t)n - 1);
    *choice_out = (size_t)number;
    return ORTL_OK;
}

static ortl_status read_transform(const ortl__loading *loading, ortl__ensemble_kind kind,
                                  ortl__outcome *outcome, ortl_error *error) {
    static const char *const words[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
    size_t choice = ORTL__TRANSFORM_NONE;
    ortl_status status = read_choice(loading, kind, "post_transform", words, 5,
                                     ORTL__TRANSFORM_NONE, &choice, error);
    outcome->transform = (ortl__transform)choice;
    outcome->libm = loading->libm;
    if (status == ORTL_OK && outcome->transform == ORTL__TRANSFORM_PROBIT)
        status = ortl__libm_open(loading->libm, error);
    return status;
}

static ortl_status read_aggregate(const ortl__loading *loading, ortl__ensemble_kind kind,
                                  ortl__outcome *outcome, ortl_error *error) {
    static const char *const words[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    size_t choice = ORTL__AGGREGATE_SUM;
    ortl_status status = ORTL_OK;
    if (kind != ORTL__ENSEMBLE_CLASSIFIER)
        status = read_choice(loading, kind, "aggregate_function", words, 4, ORTL__AGGREGATE_SUM,
                             &choice, error);
    outcome->aggregate = (ortl__aggregate)choice;
    return status;
}

static ortl_status read_n_targets(const ortl__loading *loading, uint64_t *n_targets_out,
                                  ortl_error *error) {
    int64_t n_targets = 0;
    ortl_status status = ortl__operator_int(loading, "n_targets", 0, &n_targets, error);
    if (status == ORTL_OK && n_targets <= 0)
        status =
            ortl__fail(error, ORTL_BAD_MODEL,
                       "attribute \"n_targets\" is %" PRId64 ", at least 1 expected", n_targets);
    if (status == ORTL_OK) *n_targets_out = (uint64_t)n_targets;
    return status;
}

/* ---- Classes --------------------------------------------------------------------------------- */

static ortl_status copy_values(ortl__loading *loading, ortl__trees *t,
                               const ortl__attribute *attribute, ortl_error *error) {
    int64_t *values = NULL;
    ortl_status status =
        ortl__arena_new(loading->arena, attribute->count, sizeof *values, &values, error);
    if (status != ORTL_OK) return status;
    memcpy(values, attribute->as.ints, attribute->count * sizeof *values);
    t->own.outcome.labels = values;
    return ORTL_OK;
}

static ortl_status copy_texts(ortl__loading *loading, ortl__trees *t,
                              const ortl__attribute *attribute, ortl_error *error) {
    ortl_string *texts = NULL;
    ortl_status status =
        ortl__arena_new(loading->arena, attribute->count, sizeof *texts, &texts, error);
    for (uint64_t i = 0; i < attribute->count && status == ORTL_OK; i++) {
        const ortl_string *text = &attribute->as.strings[i];
        texts[i].n_bytes = text->n_bytes;
        status = ortl__arena_text(loading->arena, text->data, text->n_bytes, &texts[i].data, error);
    }
    t->own.texts = texts;
    return status;
}

/* The labels of a classifier, integers or strings; their number is that of the targets. */
static ortl_status read_classes(ortl__loading *loading, ortl__trees *t, uint64_t *n_targets_out,
                                ortl_error *error) {
    const ortl__attribute *values = NULL, *texts = NULL;
    ortl_status status =
        ortl__operator_list(loading, "classlabels_int64s", ORTL__ATTRIBUTE_INTS, &values, error);
    if (status == ORTL_OK)
        status = ortl__operator_list(loading, "classlabels_strings", ORTL__ATTRIBUTE_STRINGS,
                                     &texts, error);
    if (status != ORTL_OK) return status;
    int has_values = values != NULL && values->count > 0;
    int has_texts = texts != NULL && texts->count > 0;
    if (has_values == has_texts)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "%s of classlabels_int64s and classlabels_strings given, one expected",
                          has_values ? "both" : "none");
    *n_targets_out = has_values ? values->count : texts->count;
    if (*n_targets_out > loading->limits->outputs_per_row || *n_targets_out > UINT32_MAX)
        return ortl__fail_limit(error, "outputs_per_row", loading->limits->outputs_per_row,
                                *n_targets_out);
    t->own.n_classes = (uint32_t)*n_targets_out;
    return has_values ? copy_values(loading, t, values, error)
                      : copy_texts(loading, t, texts, error);
}

/* ---- What is read from the columns before they become a forest --------------------------------
 */

/* Base values: none, or one for each target; a classifier with two labels may also have one. */
static ortl_status read_base(ortl__loading *loading, ortl__ensemble_columns *columns,
                             ortl__trees *t, uint64_t n_targets, ortl_error *error) {
    const ortl__column *column = &columns->columns[ORTL__COLUMN_BASE_VALUES];
    ortl__outcome *outcome = &t->own.outcome;
    int is_single = column->count == 1 && t->own.n_classes == 2;
    if (column->count != 0 && column->count != n_targets && !is_single)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "base_values has %" PRIu64 " elements, expected none or %" PRIu64,
                          column->count, n_targets);
    ortl_status status =
        ortl__forest_check_reals(columns, ORTL__COLUMN_BASE_VALUES, outcome->is_double, error);
    if (status != ORTL_OK) return status;
    double *base = NULL;
    status = ortl__arena_new(loading->arena, column->count, sizeof *base, &base, error);
    if (status != ORTL_OK) return status;
    for (uint64_t i = 0; i < column->count; i++)
        base[i] = column->is_double ? ((const double *)column->data)[i]
                                    : (double)((const float *)column->data)[i];
    outcome->base = base;
    outcome->n_base = (uint32_t)column->count;
    ortl__column_release(columns, ORTL__COLUMN_BASE_VALUES);
    return ORTL_OK;
}

/* Whether there are votes and all name one class. */
static int votes_for_one_class(const ortl__ensemble_columns *columns) {
    const ortl__column *column = &columns->columns[ORTL__COLUMN_WEIGHT_TARGETS];
    const ortl__id_run *runs = column->data;
    for (uint64_t i = 0; i < column->n_stored; i++)
        if (runs[i].first != runs[0].first || (runs[i].step != 0 && runs[i].count > 1)) return 0;
    return column->n_stored > 0;
}

/* ---- Prepare --------------------------------------------------------------------------------- */

/* The columns of the node; a node without any is an empty ensemble. */
static ortl_status get_columns(ortl__loading *loading, ortl__ensemble_kind kind,
                               ortl_error *error) {
    if (loading->node->columns != NULL) return ORTL_OK;
    return ortl__ensemble_columns_new(loading->memory, kind, &loading->node->columns, error);
}

static ortl_status build_forest(ortl__loading *loading, ortl__trees *t, uint64_t n_targets,
                                ortl_error *error) {
    ortl__ensemble_columns *columns = loading->node->columns;
    ortl__outcome *outcome = &t->own.outcome;
    outcome->is_binary_case = t->own.n_classes == 2 && votes_for_one_class(columns);
    outcome->votes_nonnegative = columns->values_are_nonnegative;
    ortl_status status =
        ortl__forest_build(&t->forest, loading->memory, columns, n_targets, outcome->aggregate,
                           outcome->is_double, loading->limits, error);
    if (status != ORTL_OK) return status;
    ortl__ensemble_columns_free(columns);
    loading->node->columns = NULL;
    outcome->n_targets = outcome->n_scores = t->forest.n_targets;
    outcome->n_trees = t->forest.n_trees;
    return ORTL_OK;
}

ortl_status ortl__trees_finish(const ortl__loading *loading, ortl__step *step, ortl_error *error) {
    if (step->operator->run != ortl__trees_run) return ORTL_OK;
    ortl__trees *t = step->parameters;
    ortl__pack_wish wish = {.rows = loading->rows_expected,
                            .kernel = loading->kernel,
                            .cpu = ortl__cpu_detect() & ~loading->hidden_features,
                            .keeps_forest = loading->keeps_forest};
    return ortl__pack_build(&t->forest, &wish, &t->pack, error);
}

/* Types and shapes of the outputs, as far as they are known at load. */
static void describe_outputs(ortl__loading *loading, const ortl__trees *t) {
    uint32_t rank = 0, score_output = t->own.n_classes > 0 ? 1 : 0;
    const int64_t *input_shape = NULL;
    int64_t shape[2] = {-1, t->own.outcome.n_scores};
    if (ortl__value_shape(loading->inputs[0], &rank, &input_shape) && rank == 2)
        shape[0] = input_shape[0];
    if (rank == 1) shape[0] = 1;
    for (uint32_t i = 0; i < loading->node->n_outputs; i++) {
        if (loading->outputs[i] == NULL) continue;
        if (i == score_output)
            ortl__value_set(loading->outputs[i],
                            t->own.outcome.writes_double ? ORTL_DOUBLE : ORTL_FLOAT, 2, shape);
        else
            ortl__value_set(loading->outputs[i], t->own.texts != NULL ? ORTL_STRING : ORTL_INT64, 1,
                            shape);
    }
}

ortl_status ortl__trees_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__ensemble_kind kind = kind_of(step);
    uint64_t n_targets = 0;
    ortl__trees *t = NULL;
    ortl_status status = check_types(loading, kind, error);
    if (status == ORTL_OK) status = ortl__operator_parameters(loading, step, sizeof *t, &t, error);
    if (status != ORTL_OK) return status;
    ortl_type type = loading->inputs[0]->type;
    t->converts = type == ORTL_INT64 || type == ORTL_INT32;
    t->own.outcome.is_classifier = kind == ORTL__ENSEMBLE_CLASSIFIER;
    t->own.outcome.is_double = type == ORTL_DOUBLE;
    t->own.outcome.writes_double = t->own.outcome.is_double && kind == ORTL__ENSEMBLE_V5;
    status = read_transform(loading, kind, &t->own.outcome, error);
    if (status == ORTL_OK) status = read_aggregate(loading, kind, &t->own.outcome, error);
    if (status == ORTL_OK)
        status = t->own.outcome.is_classifier ? read_classes(loading, t, &n_targets, error)
                                              : read_n_targets(loading, &n_targets, error);
    if (status == ORTL_OK) status = get_columns(loading, kind, error);
    if (status == ORTL_OK) status = read_base(loading, loading->node->columns, t, n_targets, error);
    if (status == ORTL_OK) status = build_forest(loading, t, n_targets, error);
    if (status != ORTL_OK) return status; /* forget frees what there is of the forest */
    t->own.n_outputs = step->node->n_outputs;
    t->n_shares = 1;
    t->shares = &t->own;
    t->told = t->own.n_classes > 0 ? &t->own : NULL;
    describe_outputs(loading, t);
    ortl__step_needs_rows(loading, step);
    return ORTL_OK;
}

void ortl__trees_forget(ortl__step *step) {
    ortl__trees *t = step->parameters;
    if (t == NULL || t->forest.memory == NULL) return;
    ortl__pack_free(t->pack);
    ortl__forest_free(&t->forest);
}

/* ---- Telling about a step -------------------------------------------------------------------- */

static const ortl__trees *trees_of(const ortl__step *step) {
    return step->operator->run == ortl__trees_run ? step->parameters : NULL;
}

const ortl__forest *ortl__trees_forest(const ortl__step *step) {
    const ortl__trees *t = trees_of(step);
    return t != NULL ? &t->forest : NULL;
}

uint64_t ortl__trees_n_raw(const ortl__step *step) {
    const ortl__trees *t = trees_of(step);
    uint64_t n_raw = 0;
    for (uint32_t i = 0; t != NULL && i < t->n_shares; i++)
        n_raw += ortl__outcome_n_raw(&t->shares[i].outcome);
    return n_raw;
}

const ortl__outcome *ortl__trees_outcome(const ortl__step *step) {
    const ortl__trees *t = trees_of(step);
    return t != NULL ? &t->shares[0].outcome : NULL;
}

const char *ortl__trees_kernel(const ortl__step *step) {
    const ortl__trees *t = trees_of(step);
    return t != NULL ? ortl__pack_name(t->pack) : NULL;
}

int ortl__trees_classes(const ortl__step *step, size_t *n_out, const int64_t **values_out,
                        const ortl_string **texts_out) {
    const ortl__trees *t = trees_of(step);
    if (t == NULL || t->told == NULL) return 0;
    *n_out = t->told->n_classes;
    *values_out = t->told->outcome.labels;
    *texts_out = t->told->texts;
    return 1;
}
