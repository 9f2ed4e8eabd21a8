/*
 * TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble: reads the small attributes, has
 * the columns built into a forest, and feeds rows in blocks through kernel and outcome. What the
 * trees mean is left to forest/.
 */
#include "trees.h"

#include <inttypes.h>
#include <string.h>

#include "../forest/pack.h"
#include "../status.h"
#include "families.h"

/* What prepare remembers. */
typedef struct trees {
    ortl__forest forest; /* its arrays are outside the arena: freed by forget */
    ortl__pack *pack;    /* likewise; unless it walks the forest itself, the arrays are gone */
    ortl__outcome outcome;
    uint32_t n_classes;       /* 0: not a classifier */
    const ortl_string *texts; /* (n_classes) of a classifier with string labels, else NULL */
    int converts;             /* the input is of integers: blocks of it are made floats first */
} trees;

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

static ortl_status copy_values(ortl__loading *loading, trees *t, const ortl__attribute *attribute,
                               ortl_error *error) {
    int64_t *values = NULL;
    ortl_status status =
        ortl__arena_new(loading->arena, attribute->count, sizeof *values, &values, error);
    if (status != ORTL_OK) return status;
    memcpy(values, attribute->as.ints, attribute->count * sizeof *values);
    t->outcome.labels = values;
    return ORTL_OK;
}

static ortl_status copy_texts(ortl__loading *loading, trees *t, const ortl__attribute *attribute,
                              ortl_error *error) {
    ortl_string *texts = NULL;
    ortl_status status =
        ortl__arena_new(loading->arena, attribute->count, sizeof *texts, &texts, error);
    for (uint64_t i = 0; i < attribute->count && status == ORTL_OK; i++) {
        const ortl_string *text = &attribute->as.strings[i];
        texts[i].n_bytes = text->n_bytes;
        status = ortl__arena_text(loading->arena, text->data, text->n_bytes, &texts[i].data, error);
    }
    t->texts = texts;
    return status;
}

/* The labels of a classifier, integers or strings; their number is that of the targets. */
static ortl_status read_classes(ortl__loading *loading, trees *t, uint64_t *n_targets_out,
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
    t->n_classes = (uint32_t)*n_targets_out;
    return has_values ? copy_values(loading, t, values, error)
                      : copy_texts(loading, t, texts, error);
}

/* ---- What is read from the columns before they become a forest --------------------------------
 */

/* Base values: none, or one for each target; a classifier with two labels may also have one. */
static ortl_status read_base(ortl__loading *loading, ortl__ensemble_columns *columns, trees *t,
                             uint64_t n_targets, ortl_error *error) {
    const ortl__column *column = &columns->columns[ORTL__COLUMN_BASE_VALUES];
    ortl__outcome *outcome = &t->outcome;
    int is_single = column->count == 1 && t->n_classes == 2;
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

static ortl_status build_forest(ortl__loading *loading, trees *t, uint64_t n_targets,
                                ortl_error *error) {
    ortl__ensemble_columns *columns = loading->node->columns;
    ortl__outcome *outcome = &t->outcome;
    outcome->is_binary_case = t->n_classes == 2 && votes_for_one_class(columns);
    outcome->votes_nonnegative = columns->values_are_nonnegative;
    ortl_status status =
        ortl__forest_build(&t->forest, loading->memory, columns, n_targets, outcome->aggregate,
                           outcome->is_double, loading->limits, error);
    if (status != ORTL_OK) return status;
    ortl__ensemble_columns_free(columns);
    loading->node->columns = NULL;
    outcome->n_targets = outcome->n_scores = t->forest.n_targets;
    outcome->n_trees = t->forest.n_trees;
    ortl__pack_wish wish = {.rows = ORTL__ROWS_BOTH,
                            .kernel = loading->kernel,
                            .cpu = ortl__cpu_detect() & ~loading->hidden_features,
                            .keeps_forest = loading->keeps_forest};
    return ortl__pack_build(&t->forest, &wish, &t->pack, error);
}

/* Types and shapes of the outputs, as far as they are known at load. */
static void describe_outputs(ortl__loading *loading, const trees *t) {
    uint32_t rank = 0, score_output = t->n_classes > 0 ? 1 : 0;
    const int64_t *input_shape = NULL;
    int64_t shape[2] = {-1, t->outcome.n_scores};
    if (ortl__value_shape(loading->inputs[0], &rank, &input_shape) && rank == 2)
        shape[0] = input_shape[0];
    if (rank == 1) shape[0] = 1;
    for (uint32_t i = 0; i < loading->node->n_outputs; i++) {
        if (loading->outputs[i] == NULL) continue;
        if (i == score_output)
            ortl__value_set(loading->outputs[i],
                            t->outcome.writes_double ? ORTL_DOUBLE : ORTL_FLOAT, 2, shape);
        else
            ortl__value_set(loading->outputs[i], t->texts != NULL ? ORTL_STRING : ORTL_INT64, 1,
                            shape);
    }
}

ortl_status ortl__trees_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__ensemble_kind kind = kind_of(step);
    uint64_t n_targets = 0;
    trees *t = NULL;
    ortl_status status = check_types(loading, kind, error);
    if (status == ORTL_OK) status = ortl__operator_parameters(loading, step, sizeof *t, &t, error);
    if (status != ORTL_OK) return status;
    ortl_type type = loading->inputs[0]->type;
    t->converts = type == ORTL_INT64 || type == ORTL_INT32;
    t->outcome.is_classifier = kind == ORTL__ENSEMBLE_CLASSIFIER;
    t->outcome.is_double = type == ORTL_DOUBLE;
    t->outcome.writes_double = t->outcome.is_double && kind == ORTL__ENSEMBLE_V5;
    status = read_transform(loading, kind, &t->outcome, error);
    if (status == ORTL_OK) status = read_aggregate(loading, kind, &t->outcome, error);
    if (status == ORTL_OK)
        status = t->outcome.is_classifier ? read_classes(loading, t, &n_targets, error)
                                          : read_n_targets(loading, &n_targets, error);
    if (status == ORTL_OK) status = get_columns(loading, kind, error);
    if (status == ORTL_OK) status = read_base(loading, loading->node->columns, t, n_targets, error);
    if (status == ORTL_OK) status = build_forest(loading, t, n_targets, error);
    if (status != ORTL_OK) return status; /* forget frees what there is of the forest */
    describe_outputs(loading, t);
    ortl__step_needs_rows(loading, step);
    return ORTL_OK;
}

void ortl__trees_forget(ortl__step *step) {
    trees *t = step->parameters;
    if (t == NULL || t->forest.memory == NULL) return;
    ortl__pack_free(t->pack);
    ortl__forest_free(&t->forest);
}

/* ---- Run ------------------------------------------------------------------------------------- */

/* The rows and columns of the input: rank 1 is one row, as its length says. */
static void row_counts(const ortl__tensor *input, uint64_t *n_rows_out, uint64_t *n_columns_out) {
    *n_rows_out = input->rank == 2 ? (uint64_t)input->shape[0] : 1;
    *n_columns_out = (uint64_t)input->shape[input->rank - 1];
}

/* Rows of a block, and where the parts of a block's scratch lie, in bytes. */
typedef struct block {
    uint64_t n_rows;
    uint64_t sums;      /* (n_rows, n_targets) Real; labels (n_rows) int64_t lie at 0 */
    uint64_t converted; /* (n_rows, n_columns) float, for integer input */
    uint64_t voted;     /* (n_rows, n_targets) bytes, unless there is one target */
    uint64_t pack;      /* what the kernel needs */
    uint64_t n_bytes;
} block;

/* Blocks are as large as a first-level cache likes, or one row where rows are very wide. */
static block plan_block(const trees *t, uint64_t n_rows) {
    const uint64_t most_rows = 512, most_cells = 1 << 17;
    uint64_t n_targets = t->forest.n_targets;
    uint64_t n_converted = t->converts ? t->forest.n_columns : 0;
    uint64_t n_voted = n_targets > 1 ? n_targets : 0;
    uint64_t real_bytes = t->forest.is_double ? sizeof(double) : sizeof(float);
    block b = {.n_rows = most_cells / (n_targets + n_converted)};
    if (b.n_rows > most_rows) b.n_rows = most_rows;
    if (b.n_rows > n_rows) b.n_rows = n_rows;
    if (b.n_rows == 0) b.n_rows = 1;
    b.sums = t->texts != NULL ? b.n_rows * sizeof(int64_t) : 0;
    b.converted = b.sums + b.n_rows * n_targets * real_bytes;
    b.voted = b.converted + b.n_rows * n_converted * sizeof(float);
    b.pack = b.voted + b.n_rows * n_voted;
    b.n_bytes = b.pack + ortl__pack_scratch_bytes(t->pack, b.n_rows);
    return b;
}

ortl_status ortl__trees_shape(ortl__call *call, ortl_error *error) {
    const trees *t = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint32_t n_columns = t->forest.n_columns, score_output = t->n_classes > 0 ? 1 : 0;
    uint64_t n_rows = 0, n_given = 0;
    if (input->rank != 1 && input->rank != 2)
        return ortl__fail(error, ORTL_BAD_INPUT,
                          "the input has rank %" PRIu32 ", rows and columns expected", input->rank);
    row_counts(input, &n_rows, &n_given);
    if (n_given < n_columns)
        return ortl__fail(error, ORTL_BAD_INPUT,
                          "the input has %" PRIu64 " columns, the trees read %" PRIu32, n_given,
                          n_columns);
    int64_t shape[2] = {(int64_t)n_rows, t->outcome.n_scores};
    for (uint32_t i = 0; i < call->step->n_outputs; i++) {
        ortl__tensor *output = call->outputs[i];
        if (output == NULL) continue;
        ortl_status status =
            ortl__tensor_shape(output, output->type, i == score_output ? 2 : 1, shape, error);
        if (status != ORTL_OK) return status;
    }
    call->scratch_bytes = plan_block(t, n_rows).n_bytes;
    return ORTL_OK;
}

/* Makes dense float rows of n rows of integers, of the columns that the trees read. Values that
 * float cannot hold are rounded to nearest, as in onnxruntime. */
static void convert_rows(const ortl__call *call, uint64_t first, size_t n, float *floats) {
    const trees *t = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    size_t n_columns = t->forest.n_columns;
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t row = (ptrdiff_t)(first + i) * call->row_stride;
        for (size_t j = 0; j < n_columns; j++) {
            ptrdiff_t at = row + (ptrdiff_t)j * call->column_stride;
            floats[i * n_columns + j] = input->type == ORTL_INT64
                                            ? (float)((const int64_t *)input->data)[at]
                                            : (float)((const int32_t *)input->data)[at];
        }
    }
}

/* The n rows from first on, for the kernel. */
static ortl__rows get_rows(const ortl__call *call, const block *b, uint64_t first, size_t n) {
    const trees *t = call->step->parameters;
    size_t real_bytes = t->forest.is_double ? sizeof(double) : sizeof(float);
    if (t->converts) {
        float *floats = (float *)(void *)((char *)call->scratch + b->converted);
        convert_rows(call, first, n, floats);
        return (ortl__rows){floats, n, (ptrdiff_t)t->forest.n_columns, 1};
    }
    ptrdiff_t offset = (ptrdiff_t)first * call->row_stride * (ptrdiff_t)real_bytes;
    return (ortl__rows){(const char *)call->inputs[0]->data + offset, n, call->row_stride,
                        call->column_stride};
}

static const ortl__tensor *output_of(const ortl__call *call, uint32_t index) {
    return index < call->step->n_outputs ? call->outputs[index] : NULL;
}

/* The leaves of the rows from first on, into this operator's columns of the table. */
static void write_leaves(const ortl__call *call, const ortl__rows *rows, uint64_t first) {
    const trees *t = call->step->parameters;
    const ortl__tap *tap = call->tap;
    ptrdiff_t real_bytes = t->forest.is_double ? sizeof(double) : sizeof(float);
    for (size_t i = 0; i < rows->n_rows; i++)
        ortl__leaves_plain(
            &t->forest, (const char *)rows->data + (ptrdiff_t)i * rows->row_stride * real_bytes,
            rows->column_stride, tap->leaves + (first + i) * tap->n_columns + tap->n_before);
}

/* The raw scores of the rows from first on, likewise. */
static void write_raw(const ortl__call *call, const void *sums, const uint8_t *voted,
                      uint64_t first, size_t n) {
    const trees *t = call->step->parameters;
    const ortl__tap *tap = call->tap;
    ortl__outcome_raw(&t->outcome, sums, voted, n,
                      tap->raw + first * tap->n_columns + tap->n_before, tap->n_columns);
}

/* The table is the caller's, so its size is an argument and not a fact. */
static ortl_status check_tap(const ortl__tap *tap, uint64_t n_rows, ortl_error *error) {
    if (n_rows == tap->n_cells / tap->n_columns && tap->n_cells % tap->n_columns == 0)
        return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_ARGUMENT,
                      "there is room for %" PRIu64 " %s, %" PRIu64 " rows have %" PRIu64 " each",
                      tap->n_cells, tap->leaves != NULL ? "leaves" : "raw scores", n_rows,
                      tap->n_columns);
}

static ortl_status run_block(const ortl__call *call, const block *b, uint64_t first, size_t n,
                             ortl_error *error) {
    const trees *t = call->step->parameters;
    const ortl__tensor *labels = t->n_classes > 0 ? output_of(call, 0) : NULL;
    const ortl__tensor *scores = output_of(call, t->n_classes > 0 ? 1 : 0);
    size_t score_bytes = t->outcome.writes_double ? sizeof(double) : sizeof(float);
    void *sums = (char *)call->scratch + b->sums, *scores_out = NULL;
    uint8_t *voted = t->forest.n_targets > 1 ? (uint8_t *)call->scratch + b->voted : NULL;
    int64_t *labels_out = NULL;
    if (labels != NULL)
        labels_out = t->texts != NULL ? call->scratch : (int64_t *)labels->data + first;
    if (scores != NULL)
        scores_out = (char *)scores->data + first * t->outcome.n_scores * score_bytes;
    ortl__rows rows = get_rows(call, b, first, n);
    if (call->tap != NULL && call->tap->leaves != NULL) write_leaves(call, &rows, first);
    ortl__pack_run(t->pack, &rows, sums, voted, (char *)call->scratch + b->pack);
    if (call->tap != NULL && call->tap->raw != NULL) write_raw(call, sums, voted, first, n);
    ortl_status status =
        ortl__outcome_write(&t->outcome, sums, voted, n, labels_out, scores_out, error);
    if (status != ORTL_OK || labels == NULL || t->texts == NULL) return status;
    ortl_string *texts_out = (ortl_string *)labels->data + first;
    for (size_t i = 0; i < n; i++) texts_out[i] = t->texts[labels_out[i]];
    return ORTL_OK;
}

ortl_status ortl__trees_run(ortl__call *call, ortl_error *error) {
    const trees *t = call->step->parameters;
    uint64_t n_rows = 0, n_given = 0;
    ortl_status status = ORTL_OK;
    row_counts(call->inputs[0], &n_rows, &n_given);
    if (call->tap != NULL) status = check_tap(call->tap, n_rows, error);
    block b = plan_block(t, n_rows);
    for (uint64_t first = 0; first < n_rows && status == ORTL_OK; first += b.n_rows) {
        uint64_t left = n_rows - first;
        size_t n = (size_t)(left < b.n_rows ? left : b.n_rows);
        status = run_block(call, &b, first, n, error);
    }
    if (call->tap != NULL)
        call->tap->n_before +=
            call->tap->leaves != NULL ? t->forest.n_trees : ortl__outcome_n_raw(&t->outcome);
    return status;
}

/* ---- Telling about a step -------------------------------------------------------------------- */

static const trees *trees_of(const ortl__step *step) {
    return step->operator->run == ortl__trees_run ? step->parameters : NULL;
}

const ortl__forest *ortl__trees_forest(const ortl__step *step) {
    const trees *t = trees_of(step);
    return t != NULL ? &t->forest : NULL;
}

const ortl__outcome *ortl__trees_outcome(const ortl__step *step) {
    const trees *t = trees_of(step);
    return t != NULL ? &t->outcome : NULL;
}

const char *ortl__trees_kernel(const ortl__step *step) {
    const trees *t = trees_of(step);
    return t != NULL ? ortl__pack_name(t->pack) : NULL;
}

int ortl__trees_classes(const ortl__step *step, size_t *n_out, const int64_t **values_out,
                        const ortl_string **texts_out) {
    const trees *t = trees_of(step);
    if (t == NULL || t->n_classes == 0) return 0;
    *n_out = t->n_classes;
    *values_out = t->outcome.labels;
    *texts_out = t->texts;
    return 1;
}
