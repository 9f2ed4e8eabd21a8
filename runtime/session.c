/*
 * The life of a session: open, describe, close. The first file to read: a model's bytes go through
 * the envelope into a graph, the graph into a plan, and from then on nothing changes.
 */
#include "session.h"

#include <string.h>

#include "../onnx/envelope.h"
#include "context.h"
#include "operators/trees.h"
#include "operators/zipmap.h"
#include "status.h"

/* ---- What ortl_predict may assume ------------------------------------------------------------ */

/* The index of the first graph output that holds labels (integers or strings) or scores (floats).
 */
static int find_output(const ortl_session *session, int wants_labels) {
    for (uint32_t i = 0; i < session->graph.n_outputs; i++) {
        const ortl__value *value = &session->plan.values[session->graph.outputs[i].value];
        int is_label = value->type == ORTL_INT64 || value->type == ORTL_STRING;
        if (wants_labels ? is_label : value->type == ORTL_FLOAT) return (int)i;
    }
    return -1;
}

/* Columns of the graph's only input: as declared, else as the trees on it need. */
static size_t count_features(const ortl_session *session) {
    const ortl__graph *graph = &session->graph;
    if (graph->n_inputs != 1 || graph->inputs[0].element_type != ORTL_FLOAT) return 0;
    const ortl__graph_value *input = &graph->inputs[0];
    if (input->has_shape && input->rank != 2) return 0;
    if (input->has_shape && input->shape[1] > 0) return (size_t)input->shape[1];
    size_t n_features = 0;
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__step *step = &session->plan.steps[i];
        const ortl__forest *forest = ortl__trees_forest(step);
        if (forest && step->node->inputs[0] == input->value && forest->n_columns > n_features)
            n_features = forest->n_columns;
    }
    return n_features;
}

static int all_readers_take_strides(const ortl_session *session) {
    uint32_t input = session->graph.inputs[0].value;
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__step *step = &session->plan.steps[i];
        for (uint32_t j = 0; j < step->node->n_inputs; j++)
            if (step->node->inputs[j] == input &&
                (j != 0 || !(step->operator->flags & ORTL__OPERATOR_STRIDED)))
                return 0;
    }
    for (uint32_t i = 0; i < session->graph.n_outputs; i++)
        if (session->graph.outputs[i].value == input) return 0;
    return 1;
}

/* The value whose data an output shows, which may be another's; ORTL__NO_VALUE for output -1. */
static uint32_t source_of(const ortl_session *session, int output) {
    if (output < 0) return ORTL__NO_VALUE;
    uint32_t value = session->graph.outputs[output].value;
    for (uint32_t i = session->plan.n_steps; i-- > 0;) {
        const ortl__step *step = &session->plan.steps[i];
        if (step->is_alias && step->node->outputs[0] == value) value = step->node->inputs[0];
    }
    return value;
}

/* The only step that does anything, when it is one of trees that make labels and scores. */
static const ortl__step *find_only_trees(const ortl_session *session) {
    const ortl__predict_form *form = &session->form;
    const ortl__step *trees = NULL;
    if (form->n_features == 0 || session->plan.is_shaped_by_data || !session->plan.is_row_wise)
        return NULL;
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__step *step = &session->plan.steps[i];
        if (step->guard != 0 || (!step->is_alias && trees != NULL)) return NULL;
        if (!step->is_alias) trees = step;
    }
    int makes_all = trees != NULL && trees->node->inputs[0] == session->graph.inputs[0].value &&
                    ortl__trees_give(trees, source_of(session, form->label_output),
                                     source_of(session, form->score_output));
    return makes_all ? trees : NULL;
}

/* Classes: the keys of the ZipMap that makes the scores, else the labels of the last classifier. */
static void find_classes(ortl_session *session) {
    const ortl__plan *plan = &session->plan;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        ortl__classes found = {0};
        if (ortl__trees_classes(&plan->steps[i], &found.n, &found.values, &found.texts) ||
            ortl__zipmap_classes(&plan->steps[i], &found.n, &found.values, &found.texts))
            session->classes = found;
    }
}

/* What a row more takes, and rows of a block that keep a context small, from what one row and two
 * rows take: much of a context does not grow with the rows. */
static ortl_status choose_block(ortl_session *session, ortl_context *context, ortl_error *error) {
    const uint64_t one_row = ortl__context_bytes(context);
    ortl_status status = ortl__context_reserve(context, 2, error);
    const uint64_t row = ortl__context_bytes(context) - one_row;
    const uint64_t n_fit = row ? ORTL__PREDICT_BYTES / row : ORTL__PREDICT_ROWS;
    session->context_bytes_per_row = session->plan.is_row_wise ? row : 0;
    session->form.n_block = n_fit < 1                    ? 1
                            : n_fit < ORTL__PREDICT_ROWS ? (size_t)n_fit
                                                         : ORTL__PREDICT_ROWS;
    return status;
}

/* Sees the shapes of one row, and of a block of rows, in a context that new ones will be like. */
static ortl_status measure(ortl_session *session, ortl_error *error) {
    ortl_context *context = NULL;
    ortl__predict_form *form = &session->form;
    form->n_block = 1;
    form->n_scores = 0;
    ortl_status status = ortl_context_new(session, &context, error);
    if (status != ORTL_OK) return status;
    if (session->plan.is_row_wise) status = ortl__context_reserve(context, 1, error);
    if (status == ORTL_OK && form->n_features && form->score_output >= 0)
        status = ortl__context_measure(context, &form->n_scores, error);
    if (status == ORTL_OK && (form->n_features || session->plan.is_row_wise))
        status = choose_block(session, context, error);
    if (status == ORTL_OK && form->n_features) status = ortl__context_reserve_block(context, error);
    session->context_bytes = ortl__context_bytes(context);
    ortl_context_free(context);
    uint64_t n_bytes = session->memory.used + session->context_bytes;
    if (n_bytes > session->memory.peak)
        session->memory.peak = n_bytes; /* it was there while loading */
    return status;
}

/* Whether the file tells the rank of every input. */
static int knows_ranks(const ortl__graph *graph) {
    for (uint32_t i = 0; i < graph->n_inputs; i++)
        if (!graph->inputs[i].has_shape) return 0;
    return 1;
}

/* Where rows stand apart and one row cannot be shaped, no row ever runs: the model is refused.
 * Otherwise such a graph has no form for ortl_predict; ortl_run may still do. */
static ortl_status find_form(ortl_session *session, ortl_error *error) {
    ortl__predict_form *form = &session->form;
    find_classes(session);
    form->label_output = find_output(session, 1);
    form->score_output = find_output(session, 0);
    form->n_features = count_features(session);
    if (form->n_features > session->limits.features)
        return ortl__fail_limit(error, "features", session->limits.features, form->n_features);
    form->is_strided = form->n_features && all_readers_take_strides(session);
    form->trees = find_only_trees(session);
    ortl_error why;
    ortl_status status = measure(session, &why);
    if (status == ORTL_BAD_INPUT && session->plan.is_row_wise && knows_ranks(&session->graph))
        return ortl__fail(error, ORTL_BAD_MODEL, "no row can run: %s", why.message);
    if (status != ORTL_OK && status != ORTL_NO_MEMORY && form->n_features) {
        form->n_features = 0;
        status = measure(session, &why);
    }
    return status == ORTL_NO_MEMORY ? ortl__fail(error, status, "out of memory") : ORTL_OK;
}

/* ---- Opening --------------------------------------------------------------------------------- */

ortl_status ortl__options_read(const ortl_options *options, ortl_options *options_out,
                               ortl_error *error) {
    ortl_options defaults = ORTL_OPTIONS_INIT;
    ortl_status status = ORTL__CHECK_STRUCT(options, error);
    if (status != ORTL_OK) return status;
    *options_out = defaults;
    if (options) memcpy(options_out, options, options->struct_size);
    if (options_out->n_threads > ORTL__MOST_THREADS)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "options->n_threads is %lu, at most %d",
                          (unsigned long)options_out->n_threads, ORTL__MOST_THREADS);
    if ((unsigned)options_out->rows_expected >= ORTL_ROWS_EXPECTED_COUNT)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "options->rows_expected is %d, at most %d",
                          (int)options_out->rows_expected, ORTL_ROWS_EXPECTED_COUNT - 1);
    ortl__limits_fill(&options_out->limits);
    return ORTL_OK;
}

static ortl_status load(ortl_session *session, ortl__source *source, const ortl_options *options,
                        ortl_error *error) {
    uint64_t n_bytes = ortl__source_bytes(source);
    session->memory.limit = options->limits.memory_bytes ? options->limits.memory_bytes
                                                         : ((uint64_t)1 << 20) + 10 * n_bytes;
    ortl_status status = ortl__envelope_read(source, &session->memory, &session->limits,
                                             session->keeps_forest, &session->graph, error);
    if (status == ORTL_OK)
        status = ortl__plan_build(&session->plan, &session->graph, &session->memory,
                                  &session->arena, options, error);
    if (status == ORTL_OK) status = find_form(session, error);
    /* Contexts were measured as those of one thread. */
    if (status == ORTL_OK && options->n_threads > 1)
        status = ortl__libm_open(&session->plan.libm, error);
    if (status == ORTL_OK && options->n_threads > 1) {
        status = ortl__pool_new(&session->memory, &session->plan.libm, options->n_threads,
                                &session->pool, error);
        session->context_bytes *= options->n_threads;
    }
    return status;
}

/* An empty session whose memory is counted from the session itself on. */
static ortl_status session_new(const ortl_options *options, ortl_session **session_out,
                               ortl_error *error) {
    ortl__memory memory;
    ortl_session *session;
    const uint64_t limit = options->limits.memory_bytes;
    /* What the limit is derived from, the size of a pipe, is known when it was read: see load. */
    ortl__memory_init(&memory, options->allocator, limit ? limit : UINT64_MAX, "memory_bytes");
    ortl_status status = ortl__memory_new_zero(&memory, 1, sizeof *session, &session, error);
    if (status != ORTL_OK) return status;
    session->memory = memory;
    session->limits = options->limits;
    session->keeps_forest = options->keep_forest;
    ortl__arena_init(&session->arena, &session->memory);
    *session_out = session;
    return ORTL_OK;
}

/* path, or NULL for the n_bytes at bytes. */
static ortl_status open_either(const char *path, const void *bytes, size_t n_bytes,
                               const ortl_options *given, ortl_session **session_out,
                               ortl_error *error) {
    ortl_options options;
    ortl_session *session = NULL;
    ortl__source *source = NULL;
    ortl_status status = ortl__options_read(given, &options, error);
    if (status == ORTL_OK) status = session_new(&options, &session, error);
    if (status != ORTL_OK) return status;
    if (path)
        status = ortl__source_open(&session->memory, path, &session->limits, &source, error);
    else
        status =
            ortl__source_memory(&session->memory, bytes, n_bytes, &session->limits, &source, error);
    if (status == ORTL_OK) status = load(session, source, &options, error);
    ortl__source_close(source);
    if (status == ORTL_OK)
        *session_out = session;
    else
        ortl_close(session);
    return status;
}

ortl_status ortl_open(const char *path, const ortl_options *options, ortl_session **session_out,
                      ortl_error *error) {
    if (session_out) *session_out = NULL;
    if (!path || !session_out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "path and session_out must not be NULL");
    return open_either(path, NULL, 0, options, session_out, error);
}

ortl_status ortl_open_memory(const void *bytes, size_t n_bytes, const ortl_options *options,
                             ortl_session **session_out, ortl_error *error) {
    if (session_out) *session_out = NULL;
    if (!bytes || !session_out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "bytes and session_out must not be NULL");
    return open_either(NULL, bytes, n_bytes, options, session_out, error);
}

void ortl_close(ortl_session *session) {
    if (!session) return;
    ortl__pool_free(session->pool);
    ortl__plan_free(&session->plan);
    ortl__graph_free(&session->graph);
    ortl__arena_free(&session->arena);
    ortl__memory memory = session->memory;
    ortl__memory_free(&memory, session, 1, sizeof *session);
}

/* ---- Describing ------------------------------------------------------------------------------ */

/* Adds up the forests of all tree operators. */
static void describe_trees(const ortl_session *session, ortl_description *d) {
    for (uint32_t i = 0; i < session->plan.n_steps; i++) {
        const ortl__forest *forest = ortl__trees_forest(&session->plan.steps[i]);
        if (!forest) continue;
        d->n_ensembles++;
        if (forest->is_double) d->has_double_trees = 1;
        d->n_trees += forest->n_trees;
        d->n_nodes += forest->n_reachable;
        d->n_leaves += forest->n_leaves;
        d->steps_per_row += forest->steps_per_row;
        if (forest->max_depth > d->max_depth) d->max_depth = forest->max_depth;
        if (forest->n_features_used > d->n_features_used)
            d->n_features_used = forest->n_features_used;
        if (forest->n_features_missing > d->n_features_missing)
            d->n_features_missing = forest->n_features_missing;
        d->kernel = ortl__trees_kernel(&session->plan.steps[i]);
    }
}

static void describe_file(const ortl_session *session, ortl_description *d) {
    const ortl__graph *graph = &session->graph;
    d->producer_name = graph->producer_name;
    d->producer_version = graph->producer_version;
    d->graph_name = graph->name;
    d->ir_version = graph->ir_version;
    d->opset = ortl__graph_opset(graph, "");
    d->ml_opset = ortl__graph_opset(graph, "ai.onnx.ml");
    d->n_inputs = graph->n_inputs;
    d->n_outputs = graph->n_outputs;
    d->n_metadata = graph->n_metadata;
    d->n_operators = graph->n_nodes;
}

ortl_status ortl_describe(const ortl_session *session, ortl_description *description_out,
                          ortl_error *error) {
    if (!session || !description_out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "session and description_out must not be NULL");
    size_t n_bytes = description_out->struct_size;
    ortl_status status = ORTL__CHECK_STRUCT(description_out, error);
    if (status != ORTL_OK) return status;
    ortl_description d = {.struct_size = n_bytes, .kernel = ""};
    d.algebra = ortl__algebra_name(&session->plan.algebra);
    describe_file(session, &d);
    describe_trees(session, &d);
    d.n_features = session->form.n_features;
    d.n_scores = session->form.n_scores;
    d.n_raw_scores = (size_t)ortl__session_n_raw(session);
    d.n_classes = session->classes.n;
    d.label_kind = session->classes.values  ? ORTL_LABELS_INT64
                   : session->classes.texts ? ORTL_LABELS_STRING
                                            : ORTL_LABELS_NONE;
    d.label_output = session->form.label_output;
    d.score_output = session->form.score_output;
    d.is_row_wise = session->plan.is_row_wise;
    d.resident_bytes = session->memory.used;
    d.load_peak_bytes = session->memory.peak;
    d.context_bytes = session->context_bytes;
    d.context_bytes_per_row = session->context_bytes_per_row;
    memcpy(description_out, &d, n_bytes);
    return ORTL_OK;
}

static ortl_status check_index(const ortl_session *session, const void *out, size_t index, size_t n,
                               const char *what, ortl_error *error) {
    if (!session || !out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "session and result must not be NULL");
    if (index < n) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no %s %lu, the model has %lu", what,
                      (unsigned long)index, (unsigned long)n);
}

static void describe_value(const ortl_session *session, const ortl__graph_value *declared,
                           ortl_value_info *info_out) {
    const ortl__value *value = &session->plan.values[declared->value];
    memset(info_out, 0, sizeof *info_out);
    info_out->name = declared->name;
    info_out->type = value->type;
    info_out->rank = declared->rank;
    memcpy(info_out->shape, declared->shape, sizeof info_out->shape);
    info_out->is_map = value->is_map;
}

ortl_status ortl_input(const ortl_session *session, size_t index, ortl_value_info *info_out,
                       ortl_error *error) {
    ortl_status status = check_index(session, info_out, index,
                                     session ? session->graph.n_inputs : 0, "input", error);
    if (status == ORTL_OK) describe_value(session, &session->graph.inputs[index], info_out);
    return status;
}

ortl_status ortl_output(const ortl_session *session, size_t index, ortl_value_info *info_out,
                        ortl_error *error) {
    ortl_status status = check_index(session, info_out, index,
                                     session ? session->graph.n_outputs : 0, "output", error);
    if (status == ORTL_OK) describe_value(session, &session->graph.outputs[index], info_out);
    return status;
}

ortl_status ortl_class(const ortl_session *session, size_t index, int64_t *value_out,
                       ortl_string *text_out, ortl_error *error) {
    ortl_status status =
        check_index(session, session, index, session ? session->classes.n : 0, "class", error);
    if (status != ORTL_OK) return status;
    const ortl_string none = {NULL, 0};
    if (value_out) *value_out = session->classes.values ? session->classes.values[index] : 0;
    if (text_out) *text_out = session->classes.texts ? session->classes.texts[index] : none;
    return ORTL_OK;
}

ortl_status ortl_metadata(const ortl_session *session, size_t index, ortl_string *key_out,
                          ortl_string *value_out, ortl_error *error) {
    ortl_status status = check_index(
        session, session, index, session ? session->graph.n_metadata : 0, "metadata entry", error);
    if (status != ORTL_OK) return status;
    if (key_out) *key_out = session->graph.metadata[2 * index];
    if (value_out) *value_out = session->graph.metadata[2 * index + 1];
    return ORTL_OK;
}

static void describe_operator(const ortl__operator *row, const char *node_name,
                              ortl_operator_info *info_out) {
    info_out->domain = row->domain;
    info_out->name = row->name;
    info_out->node_name = node_name;
    info_out->first_version = row->first_version;
    info_out->last_version = row->last_version;
}

ortl_status ortl_operator(const ortl_session *session, size_t index, ortl_operator_info *info_out,
                          ortl_error *error) {
    ortl_status status = check_index(session, info_out, index, session ? session->graph.n_nodes : 0,
                                     "operator", error);
    if (status != ORTL_OK) return status;
    const ortl__node *node = &session->graph.nodes[index];
    const ortl__operator *other;
    const ortl__operator *row =
        ortl__operator_find(node->domain, node->op_type, node->version, &other);
    describe_operator(row, node->name, info_out);
    return ORTL_OK;
}

ortl_status ortl_supported_operator(size_t index, ortl_operator_info *info_out, ortl_error *error) {
    if (!info_out || index >= ortl__n_operators)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "there is no row %lu, the table has %lu",
                          (unsigned long)index, (unsigned long)ortl__n_operators);
    describe_operator(&ortl__operators[index], "", info_out);
    return ORTL_OK;
}
