/*
 * From the finished builder to a graph: the input, what prepares it for the trees, the operator
 * with the trees, and the metadata. What stands behind the trees is in builder_outputs.c.
 */
#include "builder_graph.h"

#include <math.h>
#include <string.h>

#include "../runtime/status.h"
#include "categories.h"
#include "graph_parts.h"
#include "threshold.h"

enum { OPSET = 13, IR_VERSION = 8, IR_VERSION_V5 = 10 };

static const char ml[] = "ai.onnx.ml";

/* ---- Sizes ----------------------------------------------------------------------------------- */

/* Columns of a row. An operator needs at least one. */
static uint64_t count_features(const ortl_builder *builder) {
    if (builder->model.n_features > 0) return builder->model.n_features;
    if (builder->linear) return builder->n_linear_features;
    return builder->n_features > 0 ? builder->n_features : 1;
}

static uint64_t count_columns(const ortl_builder *builder) {
    return count_features(builder) + builder->n_extras;
}

/* ---- What stands before the trees ------------------------------------------------------------ */

/* The way in which a column of the ensemble's input comes from its feature. */
static ortl__column_way way_of(const ortl_builder *builder, uint64_t column) {
    uint64_t n_features = count_features(builder);
    if (column >= n_features) return (ortl__column_way)builder->extras[column - n_features].way;
    for (int way = 0; way < ORTL__N_WAYS && column < builder->n_features; way++)
        if (builder->features[column].column[way] == column + 1) return (ortl__column_way)way;
    return ORTL__WAY_PLAIN;
}

static int uses_way(const ortl_builder *builder, ortl__column_way way) {
    for (uint64_t i = 0; i < builder->n_features; i++)
        if (builder->features[i].column[way] != 0) return 1;
    return 0;
}

/* A row [1, n_columns] with a limit for the columns that come in this way and another for the rest;
 * the second way is for truncated and floored columns, which share their operators. */
static uint32_t limits_row(const ortl_builder *builder, ortl__parts *parts, const char *name,
                           const double limit_of[ORTL__N_WAYS]) {
    uint64_t n_columns = count_columns(builder);
    double *limits = NULL;
    uint32_t value;
    if (parts->status == ORTL_OK)
        parts->status =
            ortl__memory_new(builder->memory, n_columns, sizeof *limits, &limits, parts->error);
    if (parts->status != ORTL_OK) return ORTL__NO_VALUE;
    for (uint64_t i = 0; i < n_columns; i++) limits[i] = limit_of[way_of(builder, i)];
    value = ortl__parts_reals(parts, name, 1, n_columns, limits);
    ortl__memory_free(builder->memory, limits, n_columns, sizeof *limits);
    return value;
}

/* A feature that is wanted in several ways gets further columns behind the features. */
static uint32_t append_extras(const ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    int64_t *indices = NULL;
    uint32_t columns[2];
    if (builder->n_extras == 0) return x;
    if (parts->status == ORTL_OK)
        parts->status = ortl__memory_new(builder->memory, builder->n_extras, sizeof *indices,
                                         &indices, parts->error);
    if (parts->status != ORTL_OK) return ORTL__NO_VALUE;
    for (uint64_t i = 0; i < builder->n_extras; i++) indices[i] = builder->extras[i].feature;
    columns[0] = x;
    columns[1] = ortl__parts_ints(parts, "extra_features", builder->n_extras, indices);
    ortl__memory_free(builder->memory, indices, builder->n_extras, sizeof *indices);
    columns[1] = ortl__parts_with_int(parts, "Gather", columns, 2, "axis", 1);
    return ortl__parts_with_int(parts, "Concat", columns, 2, "axis", 1);
}

/* Where(|x| < limit, NaN, x): the limit is just above 1e-35f, or below every magnitude. */
static uint32_t tiny_to_nan(const ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    double limit = builder->is_double ? nextafter((double)ORTL__TINY, INFINITY)
                                      : (double)nextafterf(ORTL__TINY, INFINITY);
    const double limits[ORTL__N_WAYS] = {-1, limit, -1, -1, -1};
    const double nan = (double)NAN;
    uint32_t magnitude = ortl__parts_unary(parts, "Abs", x);
    uint32_t limits_value = limits_row(builder, parts, "tiny_limits", limits);
    uint32_t is_tiny = ortl__parts_binary(parts, "Less", magnitude, limits_value);
    return ortl__parts_where(parts, is_tiny, ortl__parts_reals(parts, "missing", 0, 0, &nan), x);
}

/* Where(x < limit, x, floor(|x|)): truncated columns keep what is <= -1, floored ones what is
 * negative, others everything (infinity and NaN are the same either way). */
static uint32_t to_whole(const ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    double above = builder->is_double ? nextafter(-1.0, 0.0) : (double)nextafterf(-1.0f, 0.0f);
    const double limits[ORTL__N_WAYS] = {INFINITY, INFINITY, above, 0, INFINITY};
    uint32_t whole = ortl__parts_unary(parts, "Floor", ortl__parts_unary(parts, "Abs", x));
    uint32_t limits_value = limits_row(builder, parts, "whole_limits", limits);
    return ortl__parts_where(parts, ortl__parts_binary(parts, "Less", x, limits_value), x, whole);
}

/* Where(limit < x - floor(x), no category, x), for sets in which onnxruntime truncates the value.
 * That also concerns what floored columns keep between -1 and 0. */
static uint32_t fractions_to_none(const ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    const double limits[ORTL__N_WAYS] = {INFINITY, INFINITY, INFINITY, 0, 0};
    const double none = INT32_MIN; /* categories are greater */
    uint32_t fraction = ortl__parts_binary(parts, "Sub", x, ortl__parts_unary(parts, "Floor", x));
    uint32_t limits_value = limits_row(builder, parts, "fraction_limits", limits);
    uint32_t is_fraction = ortl__parts_binary(parts, "Less", limits_value, fraction);
    return ortl__parts_where(parts, is_fraction,
                             ortl__parts_reals(parts, "no_category", 0, 0, &none), x);
}

static uint32_t make_input(const ortl_builder *builder, ortl__parts *parts) {
    uint32_t x = ortl__parts_value(parts, "input");
    ortl_type type = builder->is_double_input ? ORTL_DOUBLE : ORTL_FLOAT;
    if (parts->status != ORTL_OK) return ORTL__NO_VALUE;
    parts->graph->inputs[0] = (ortl__graph_value){.name = "input",
                                                  .value = x,
                                                  .element_type = (int32_t)type,
                                                  .rank = 2,
                                                  .has_shape = 1,
                                                  .shape = {-1, (int64_t)count_features(builder)}};
    parts->graph->n_inputs = 1;
    if (builder->is_double_input && !builder->is_double)
        x = ortl__parts_with_int(parts, "Cast", &x, 1, "to", ORTL_FLOAT);
    return x;
}

static uint32_t prepare_columns(const ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    x = append_extras(builder, parts, x);
    if (uses_way(builder, ORTL__WAY_TINY_IS_NAN)) x = tiny_to_nan(builder, parts, x);
    if (uses_way(builder, ORTL__WAY_TRUNCATED) || uses_way(builder, ORTL__WAY_FLOORED))
        x = to_whole(builder, parts, x);
    if (uses_way(builder, ORTL__WAY_WHOLE_OR_NONE) ||
        (builder->opset_ml == 5 && uses_way(builder, ORTL__WAY_FLOORED)))
        x = fractions_to_none(builder, parts, x);
    return x;
}

/* ---- The trees ------------------------------------------------------------------------------- */

/* Columns behind the features get their numbers now that the number of features is known. */
static void number_extras(const ortl_builder *builder) {
    ortl__column *features = &builder->columns->columns[ORTL__COLUMN_NODE_FEATURES];
    uint32_t n_features = (uint32_t)count_features(builder);
    uint32_t *ids = features->data;
    if (builder->n_extras == 0) return;
    for (uint64_t i = 0; i < features->count; i++)
        if (ids[i] & ORTL__EXTRA_COLUMN) ids[i] = n_features + (ids[i] & ~ORTL__EXTRA_COLUMN);
}

static void finish_columns(const ortl_builder *builder, ortl__ensemble_kind kind) {
    ortl__ensemble_columns *columns = builder->columns;
    columns->kind = kind;
    number_extras(builder);
    for (int i = 0; i < ORTL__N_COLUMNS; i++) {
        int is_real = ortl__column_kind_of((ortl__column_name)i) == ORTL__COLUMN_REALS;
        ortl__column_trim(columns, (ortl__column_name)i);
        columns->columns[i].is_present = columns->columns[i].count > 0;
        columns->columns[i].is_tensor = (uint8_t)(is_real && builder->is_double);
    }
}

/* Covers as nodes_hitrates: the list stays in the builder, which outlives the graph. */
static ortl__attribute covers_attribute(const ortl_builder *builder, ortl__parts *parts) {
    ortl__constant *tensor;
    if (builder->opset_ml != 5)
        return (ortl__attribute){"nodes_hitrates",
                                 ORTL__ATTRIBUTE_FLOATS,
                                 builder->n_covers,
                                 {.floats = builder->covers}};
    tensor = ortl__parts_take(parts, 1, sizeof *tensor);
    if (tensor)
        *tensor = (ortl__constant){.name = "nodes_hitrates",
                                   .element_type = ORTL_FLOAT,
                                   .rank = 1,
                                   .shape = {(int64_t)builder->n_covers},
                                   .n_elements = builder->n_covers,
                                   .data = builder->covers};
    return (ortl__attribute){"nodes_hitrates", ORTL__ATTRIBUTE_TENSOR, 1, {.tensor = tensor}};
}

/* For a double TreeEnsemble the specification wants them as float and onnxruntime as double, so
 * there they are left out. */
static int has_covers(const ortl_builder *builder) {
    return builder->n_covers > 0 && !(builder->opset_ml == 5 && builder->is_double);
}

ortl__attribute ortl__builder_labels(const ortl_builder *builder, ortl__parts *parts,
                                     const char *ints_name, const char *strings_name) {
    const ortl_model *m = &builder->model;
    int64_t *values;
    if (m->class_names)
        return ortl__parts_texts_attribute(parts, strings_name, m->class_names, m->n_classes);
    values = ortl__parts_take(parts, m->n_classes, sizeof *values);
    for (size_t i = 0; values && i < m->n_classes; i++)
        values[i] = m->class_values ? m->class_values[i] : (int64_t)i;
    return (ortl__attribute){ints_name, ORTL__ATTRIBUTE_INTS, m->n_classes, {.ints = values}};
}

/* TreeEnsembleClassifier where its rules for labels and transforms are the model's: three or more
 * classes, or two with one score between them. Otherwise a regressor and elementwise operators. */
int ortl__builder_is_classifier(const ortl_builder *builder) {
    const ortl_model *m = &builder->model;
    int has_labels = m->task == ORTL_TASK_CLASSIFICATION || m->task == ORTL_TASK_CLASS;
    if (builder->opset_ml == 5 || builder->linear || !has_labels) return 0;
    if (m->n_targets == 1) return m->task == ORTL_TASK_CLASS || m->link == ORTL_LINK_SIGMOID;
    return m->n_targets >= 3;
}

/* With one score the label is class 1 above 0 both before and after LOGISTIC, in onnxruntime and in
 * the specification; with NONE they differ. */
static const char *classifier_transform(const ortl_model *m) {
    if (m->n_targets == 1 || m->link == ORTL_LINK_SIGMOID) return "LOGISTIC";
    return m->link == ORTL_LINK_SOFTMAX ? "SOFTMAX" : "NONE";
}

static ortl__node *make_trees(ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    int is_classifier = ortl__builder_is_classifier(builder);
    int is_v5 = builder->opset_ml == 5;
    ortl__attribute attributes[4];
    uint32_t n = 0;
    ortl__node *node;
    if (is_classifier) {
        attributes[n++] =
            ortl__builder_labels(builder, parts, "classlabels_int64s", "classlabels_strings");
        attributes[n++] = ortl__parts_text_attribute(parts, "post_transform",
                                                     classifier_transform(&builder->model));
    } else {
        attributes[n++] =
            ortl__parts_int_attribute(parts, "n_targets", (int64_t)builder->model.n_targets);
        attributes[n++] = is_v5 ? ortl__parts_int_attribute(parts, "aggregate_function", 1)
                                : ortl__parts_text_attribute(parts, "aggregate_function", "SUM");
        attributes[n++] = is_v5 ? ortl__parts_int_attribute(parts, "post_transform", 0)
                                : ortl__parts_text_attribute(parts, "post_transform", "NONE");
    }
    if (has_covers(builder)) attributes[n++] = covers_attribute(builder, parts);
    finish_columns(builder, is_v5           ? ORTL__ENSEMBLE_V5
                            : is_classifier ? ORTL__ENSEMBLE_CLASSIFIER
                                            : ORTL__ENSEMBLE_REGRESSOR);
    node = ortl__parts_node(parts, ml,
                            is_v5           ? "TreeEnsemble"
                            : is_classifier ? "TreeEnsembleClassifier"
                                            : "TreeEnsembleRegressor",
                            &x, 1, is_classifier ? 2 : 1, attributes, n);
    if (!node) return NULL;
    node->columns = builder->columns;
    builder->columns = NULL;
    return node;
}

/* ---- A linear model -------------------------------------------------------------------------- */

static uint32_t make_linear(const ortl_builder *builder, ortl__parts *parts, uint32_t x) {
    const ortl_model *m = &builder->model;
    const double zero = 0;
    uint32_t weights;
    if (builder->linear_nan_is_zero)
        x = ortl__parts_where(parts, ortl__parts_unary(parts, "IsNaN", x),
                              ortl__parts_reals(parts, "zero", 0, 0, &zero), x);
    weights = ortl__parts_reals(parts, "weights", builder->n_linear_features, m->n_targets,
                                builder->linear);
    x = ortl__parts_binary(parts, "MatMul", x, weights);
    if (m->base)
        x = ortl__parts_binary(parts, "Add", x,
                               ortl__parts_reals(parts, "base", 1, m->n_targets, m->base));
    return x;
}

/* ---- Metadata -------------------------------------------------------------------------------- */

static int is_set(const ortl_builder *builder, const char *key) {
    for (uint64_t i = 0; i < builder->n_metadata; i++)
        if (strcmp(builder->metadata[i].key, key) == 0) return 1;
    return 0;
}

static void add_metadata(ortl__graph *graph, const char *key, const char *value) {
    ortl_string *entry = &graph->metadata[(size_t)2 * graph->n_metadata++];
    entry[0] = (ortl_string){key, strlen(key)};
    entry[1] = (ortl_string){value, strlen(value)};
}

/* What the trainer's file tells, then what the caller adds; the caller's word counts. */
static ortl_status make_metadata(ortl_builder *builder, ortl__graph *graph, ortl_error *error) {
    enum { OWN_ENTRIES = 5 };
    const ortl_model *m = &builder->model;
    const char *own[OWN_ENTRIES][2] = {{"trainer", m->trainer},
                                       {"trainer_version", m->trainer_version},
                                       {"objective", m->objective},
                                       {"feature_names", NULL},
                                       {"class_labels", NULL}};
    ortl_status status = ORTL_OK;
    if (m->feature_names)
        status =
            ortl__model_json(builder, m->feature_names, NULL, m->n_features, &own[3][1], error);
    if (m->n_classes > 0 && status == ORTL_OK)
        status = ortl__model_json(builder, m->class_names, m->class_values, m->n_classes,
                                  &own[4][1], error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&graph->arena, 2 * (builder->n_metadata + OWN_ENTRIES),
                                 sizeof *graph->metadata, &graph->metadata, error);
    if (status != ORTL_OK) return status;
    for (int i = 0; i < OWN_ENTRIES; i++)
        if (own[i][1] && !is_set(builder, own[i][0])) add_metadata(graph, own[i][0], own[i][1]);
    for (uint64_t i = 0; i < builder->n_metadata; i++)
        add_metadata(graph, builder->metadata[i].key, builder->metadata[i].value);
    return ORTL_OK;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static ortl_status make_header(const ortl_builder *builder, ortl__graph *graph, ortl_error *error) {
    ortl_status status =
        ortl__arena_new(&graph->arena, 2, sizeof *graph->opsets, &graph->opsets, error);
    if (status != ORTL_OK) return status;
    graph->ir_version = builder->opset_ml == 5 ? IR_VERSION_V5 : IR_VERSION;
    graph->producer_name = "ort-lite";
    graph->producer_version = ortl_version();
    graph->name = builder->model.trainer ? builder->model.trainer : "trees";
    graph->opsets[0] = (ortl__opset){"", OPSET};
    graph->opsets[1] = (ortl__opset){ml, builder->opset_ml};
    graph->n_opsets = 2;
    return ORTL_OK;
}

ortl_status ortl__builder_graph(ortl_builder *builder, ortl__graph *graph, ortl_error *error) {
    ortl__parts parts;
    ortl_status status;
    uint32_t x;
    *graph = (ortl__graph){0};
    ortl__arena_init(&graph->arena, builder->memory);
    status = make_header(builder, graph, error);
    if (status == ORTL_OK) status = make_metadata(builder, graph, error);
    if (status != ORTL_OK) return status;
    parts = ortl__parts_init(graph, builder->is_double, error);
    x = make_input(builder, &parts);
    if (builder->linear) {
        ortl__builder_outputs(builder, &parts, NULL, make_linear(builder, &parts, x));
    } else {
        x = prepare_columns(builder, &parts, x);
        const ortl__node *trees = make_trees(builder, &parts, x);
        ortl__builder_outputs(builder, &parts, trees, trees ? trees->outputs[0] : ORTL__NO_VALUE);
    }
    return parts.status;
}
