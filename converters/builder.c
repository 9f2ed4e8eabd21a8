/*
 * The life of a builder: made, told what the model means, trees begun and ended, written. Nodes are
 * taken in builder_nodes.c, trees finished in builder_tree.c, sums in builder_sum.c, and the graph
 * is made in builder_graph.c.
 */
#include "builder.h"

#include <math.h>
#include <string.h>

#include "../onnx/graph.h"
#include "../onnx/writer.h"
#include "../runtime/status.h"
#include "builder_state.h"

/* ---- Life ------------------------------------------------------------------------------------ */

static ortl_status check_options(const ortl_builder_options *o, ortl_error *error) {
    if (o->input_type != ORTL_FLOAT && o->input_type != ORTL_DOUBLE)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "the input type is float or double");
    if (o->data_type != ORTL_FLOAT && o->data_type != ORTL_DOUBLE)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "the data type is float or double");
    if (o->opset_ml != 3 && o->opset_ml != 5)
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "ai.onnx.ml opset %d is not offered; choose 3 or 5", o->opset_ml);
    return ORTL_OK;
}

static ortl_builder_options complete_options(const ortl_builder_options *given) {
    ortl_builder_options o = ORTL_BUILDER_OPTIONS_INIT;
    ortl_builder_options defaults = o;
    if (given) memcpy(&o, given, given->struct_size);
    if (o.input_type == ORTL_UNDEFINED) o.input_type = defaults.input_type;
    if (o.data_type == ORTL_UNDEFINED) o.data_type = defaults.data_type;
    if (o.opset_ml == 0) o.opset_ml = defaults.opset_ml;
    ortl__limits_fill(&o.limits);
    return o;
}

static void take_options(ortl_builder *builder, const ortl_builder_options *o) {
    builder->limits = o->limits;
    builder->opset_ml = o->opset_ml;
    builder->is_double_input = o->input_type == ORTL_DOUBLE;
    builder->is_double = o->input_type == ORTL_DOUBLE && o->data_type == ORTL_DOUBLE;
}

/* TreeEnsemble replaces both older operators in version 5. Which of them it will be in version 3 is
 * known at the end; their columns are the same. */
static ortl__ensemble_kind first_kind(const ortl_builder *builder) {
    return builder->opset_ml == 5 ? ORTL__ENSEMBLE_V5 : ORTL__ENSEMBLE_REGRESSOR;
}

ortl_status ortl__builder_new(const ortl_builder_options *options, ortl__memory *memory,
                              ortl_builder **builder_out, ortl_error *error) {
    ortl_builder_options o = complete_options(options);
    uint64_t limit = o.limits.memory_bytes ? o.limits.memory_bytes : UINT64_MAX;
    ortl__memory own;
    ortl_builder *builder = NULL;
    ortl_status status = check_options(&o, error);
    *builder_out = NULL;
    if (status != ORTL_OK) return status;
    ortl__memory_init(&own, o.allocator, limit, "memory_bytes");
    status = ortl__memory_new_zero(memory ? memory : &own, 1, sizeof *builder, &builder, error);
    if (status != ORTL_OK) return status;
    builder->own_memory = own;
    builder->memory = memory ? memory : &builder->own_memory;
    take_options(builder, &o);
    ortl__arena_init(&builder->arena, builder->memory);
    status =
        ortl__ensemble_columns_new(builder->memory, first_kind(builder), &builder->columns, error);
    if (status == ORTL_OK && o.keeps_source)
        status = ortl__source_new(o.allocator, builder->memory->limit, o.data_type,
                                  &builder->source, error);
    if (status == ORTL_OK)
        *builder_out = builder;
    else
        ortl_builder_free(builder);
    return status;
}

ortl_status ortl_builder_new(const ortl_builder_options *options, ortl_builder **builder_out,
                             ortl_error *error) {
    if (!builder_out) return ortl__fail(error, ORTL_BAD_ARGUMENT, "builder_out is NULL");
    *builder_out = NULL;
    ortl_status status = ORTL__CHECK_STRUCT(options, error);
    if (status != ORTL_OK) return status;
    return ortl__builder_new(options, NULL, builder_out, error);
}

void ortl_builder_free(ortl_builder *builder) {
    ortl__memory *memory;
    ortl__memory last;
    if (!builder) return;
    memory = builder->memory;
    ortl_source_walk_free(builder->source);
    ortl__tree_free(builder);
    ortl__ensemble_columns_free(builder->columns);
    ortl__memory_free(memory, builder->metadata, builder->metadata_capacity,
                      sizeof *builder->metadata);
    ortl__memory_free(memory, builder->covers, builder->cover_capacity, sizeof *builder->covers);
    ortl__memory_free(memory, builder->first, builder->first_capacity, sizeof *builder->first);
    ortl__memory_free(memory, builder->features, builder->feature_capacity,
                      sizeof *builder->features);
    ortl__memory_free(memory, builder->extras, builder->extra_capacity, sizeof *builder->extras);
    ortl__arena_free(&builder->arena);
    /* The budget may live inside the block that is freed. */
    last = *memory;
    ortl__memory_free(memory == &builder->own_memory ? &last : memory, builder, 1, sizeof *builder);
}

/* ---- The first failure stays ----------------------------------------------------------------- */

int ortl__builder_enter(ortl_builder *builder, int wants_open_tree) {
    if (builder->failure.status != ORTL_OK) return 0;
    if (builder->is_finished)
        ortl__fail(&builder->failure, ORTL_BAD_ARGUMENT, "the model has been written already");
    else if (wants_open_tree && !builder->tree.is_open)
        ortl__fail(&builder->failure, ORTL_BAD_ARGUMENT, "no tree was begun");
    else if (!wants_open_tree && builder->tree.is_open)
        ortl__fail(&builder->failure, ORTL_BAD_ARGUMENT, "tree %llu was not ended",
                   (unsigned long long)(builder->n_begun - 1));
    return builder->failure.status == ORTL_OK;
}

ortl_status ortl__builder_leave(ortl_builder *builder, ortl_status status, ortl_error *error) {
    if (status != ORTL_OK) builder->failure.status = status;
    if (builder->failure.status != ORTL_OK && error) *error = builder->failure;
    return builder->failure.status;
}

ortl_status ortl__builder_null(ortl_error *error) {
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "an argument is NULL");
}

/* ---- Meaning --------------------------------------------------------------------------------- */

ortl_status ortl_builder_model(ortl_builder *builder, const ortl_model *model, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !model) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 0))
        status = ortl__model_take(builder, model, &builder->failure);
    return ortl__builder_leave(builder, status, error);
}

ortl_status ortl_builder_metadata(ortl_builder *builder, const char *key, const char *value,
                                  ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !key || !value) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 0))
        status = ortl__model_metadata(builder, key, value, &builder->failure);
    return ortl__builder_leave(builder, status, error);
}

/* ---- Trees ----------------------------------------------------------------------------------- */

static ortl_status begin_tree(ortl_builder *builder, size_t n_nodes, size_t target) {
    ortl__tree_work *tree = &builder->tree;
    const ortl_limits *limits = &builder->limits;
    ortl_error *error = &builder->failure;
    ortl_status status;
    if (builder->linear) return ortl__fail(error, ORTL_BAD_ARGUMENT, "a linear model has no trees");
    if (n_nodes == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "tree %llu has no nodes",
                          (unsigned long long)builder->n_begun);
    if (n_nodes > limits->tree_nodes || n_nodes > INT32_MAX)
        return ortl__fail_limit(error, "tree_nodes", limits->tree_nodes, n_nodes);
    if (builder->n_begun >= limits->trees)
        return ortl__fail_limit(error, "trees", limits->trees, builder->n_begun + 1);
    if (target != ORTL_ALL_TARGETS && target >= limits->outputs_per_row)
        return ortl__fail_limit(error, "outputs_per_row", limits->outputs_per_row, target);
    status = ortl__memory_grow(builder->memory, &tree->nodes, &tree->node_capacity, n_nodes,
                               sizeof *tree->nodes, error);
    if (status != ORTL_OK) return status;
    memset(tree->nodes, 0, n_nodes * sizeof *tree->nodes);
    tree->n_nodes = n_nodes;
    tree->n_set = tree->n_reached = tree->n_categories = tree->n_values = 0;
    tree->target = target;
    tree->is_open = 1;
    builder->n_begun++;
    return ortl__source_tree_begin(builder->source, n_nodes, target, error);
}

ortl_status ortl_builder_tree_begin(ortl_builder *builder, size_t n_nodes, size_t target,
                                    ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 0)) status = begin_tree(builder, n_nodes, target);
    return ortl__builder_leave(builder, status, error);
}

ortl_status ortl_builder_tree_end(ortl_builder *builder, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 1)) status = ortl__tree_finish(builder, &builder->failure);
    return ortl__builder_leave(builder, status, error);
}

static ortl_status take_linear(ortl_builder *builder, const double *weights, size_t n_features,
                               size_t n_targets, int nan_is_zero) {
    ortl_error *error = &builder->failure;
    ortl_status status;
    size_t n_weights = 0;
    if (builder->n_begun > 0 || builder->linear)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "a model is linear or has trees, once");
    if (n_features == 0 || n_targets == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "the linear model has no weights");
    if (n_features > builder->limits.features)
        return ortl__fail_limit(error, "features", builder->limits.features, n_features);
    if (n_targets > builder->limits.outputs_per_row)
        return ortl__fail_limit(error, "outputs_per_row", builder->limits.outputs_per_row,
                                n_targets);
    n_weights = n_features * n_targets; /* both are limited to less than 2^32 */
    for (size_t i = 0; i < n_weights; i++)
        if (!isfinite(weights[i]))
            return ortl__fail(error, ORTL_BAD_MODEL, "weight %llu is not finite",
                              (unsigned long long)i);
    status = ortl__arena_new(&builder->arena, n_weights, sizeof *weights, &builder->linear, error);
    if (status != ORTL_OK) return status;
    memcpy(builder->linear, weights, n_weights * sizeof *weights);
    builder->n_linear_features = n_features;
    builder->n_linear_targets = n_targets;
    builder->linear_nan_is_zero = nan_is_zero != 0;
    return ortl__source_linear(builder->source, weights, n_features, n_targets, nan_is_zero, error);
}

ortl_status ortl_builder_linear(ortl_builder *builder, const double *weights, size_t n_features,
                                size_t n_targets, int nan_is_zero, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !weights) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 0))
        status = take_linear(builder, weights, n_features, n_targets, nan_is_zero);
    return ortl__builder_leave(builder, status, error);
}

/* ---- Writing --------------------------------------------------------------------------------- */

typedef struct sink_adapter {
    const ortl_sink *sink;
} sink_adapter;

static ortl_status write_to_sink(void *user, const void *bytes, size_t n_bytes, ortl_error *error) {
    const ortl_sink *sink = ((const sink_adapter *)user)->sink;
    if (sink->write(sink->user, bytes, n_bytes) != 0)
        return ortl__fail(error, ORTL_IO, "the sink did not take %llu bytes",
                          (unsigned long long)n_bytes);
    return ORTL_OK;
}

/* Writes to path, or to sink when path is NULL. */
static ortl_status write_model(ortl_builder *builder, const char *path, const ortl_sink *sink) {
    ortl_error *error = &builder->failure;
    sink_adapter adapter = {sink};
    ortl__byte_sink bytes = {&adapter, write_to_sink};
    ortl__graph graph = {0};
    ortl_status status;
    if (!builder->has_model)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "the model was not described");
    builder->is_finished = 1;
    status = ortl__builder_finish_sums(builder, error);
    if (status == ORTL_OK)
        status = ortl__source_finish(builder->source, &builder->model,
                                     builder->opset_ml == 5 ? (uint32_t)builder->n_rows : 0, error);
    if (status == ORTL_OK) status = ortl__builder_graph(builder, &graph, error);
    if (status == ORTL_OK)
        status =
            path ? ortl__writer_save(&graph, builder->memory, path, &builder->file_bytes, error)
                 : ortl__writer_write(&graph, builder->memory, &bytes, &builder->file_bytes, error);
    ortl__graph_free(&graph);
    return status;
}

ortl_status ortl_builder_write(ortl_builder *builder, const ortl_sink *sink, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !sink || !sink->write) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 0)) status = write_model(builder, NULL, sink);
    return ortl__builder_leave(builder, status, error);
}

ortl_status ortl_builder_save(ortl_builder *builder, const char *path, ortl_error *error) {
    ortl_status status = ORTL_OK;
    if (!builder || !path) return ortl__builder_null(error);
    if (ortl__builder_enter(builder, 0)) status = write_model(builder, path, NULL);
    return ortl__builder_leave(builder, status, error);
}

ortl_status ortl_builder_summarize(const ortl_builder *builder, ortl_builder_summary *summary_out,
                                   ortl_error *error) {
    ortl_builder_summary s = {0};
    if (!builder || !summary_out) return ortl__builder_null(error);
    ortl_status status = ORTL__CHECK_STRUCT(summary_out, error);
    if (status != ORTL_OK) return status;
    s.struct_size = summary_out->struct_size;
    s.n_trees = builder->n_begun;
    s.n_nodes = builder->n_rows + builder->n_leaves;
    s.heap_bytes = builder->memory->used;
    s.peak_bytes = builder->memory->peak;
    s.file_bytes = builder->file_bytes;
    memcpy(summary_out, &s, s.struct_size);
    return ORTL_OK;
}
