/*
 * Shapes and runs of the tree operators: feeds rows in blocks through the kernel, and what it gives
 * through the outcomes.
 */
#include <inttypes.h>
#include <string.h>

#include "../status.h"
#include "families.h"
#include "trees.h"
#include "trees_state.h"

/* The rows and columns of the input: rank 1 is one row, as its length says. */
static void row_counts(const ortl__tensor *input, uint64_t *n_rows_out, uint64_t *n_columns_out) {
    *n_rows_out = input->rank == 2 ? (uint64_t)input->shape[0] : 1;
    *n_columns_out = (uint64_t)input->shape[input->rank - 1];
}

/* Rows of a block, and where the parts of a block's scratch lie, in bytes. */
typedef struct block {
    uint64_t n_rows;
    uint64_t sums;      /* (n_rows, n_targets) Real; labels (n_rows) int64_t lie at 0 */
    uint64_t own_sums;  /* (n_rows, targets of a share) float, when there are several shares */
    uint64_t converted; /* (n_rows, n_columns) float, for integer input */
    uint64_t voted;     /* (n_rows, n_targets) bytes, unless there is one target */
    uint64_t own_voted; /* (n_rows, targets of a share) bytes, when there are several shares */
    uint64_t pack;      /* what the kernel needs */
} block;

/* Targets of the widest of several shares. */
static uint64_t widest_share(const ortl__trees *t) {
    uint64_t widest = 0;
    for (uint32_t i = 0; t->n_shares > 1 && i < t->n_shares; i++)
        if (t->shares[i].outcome.n_targets > widest) widest = t->shares[i].outcome.n_targets;
    return widest;
}

static int has_texts(const ortl__trees *t) {
    for (uint32_t i = 0; i < t->n_shares; i++)
        if (t->shares[i].texts != NULL) return 1;
    return 0;
}

/* Blocks are as large as a first-level cache likes, or one row where rows are very wide. */
static block plan_block(const ortl__trees *t, uint64_t n_rows) {
    const uint64_t most_rows = 512, most_cells = 1 << 17;
    uint64_t n_targets = t->forest.n_targets, n_own = widest_share(t);
    uint64_t n_converted = t->converts ? t->forest.n_columns : 0;
    uint64_t n_voted = n_targets > 1 ? n_targets : 0;
    uint64_t real_bytes = t->forest.is_double ? sizeof(double) : sizeof(float);
    block b = {.n_rows = n_rows < most_rows ? n_rows : most_rows};
    if (b.n_rows * (n_targets + n_converted) > most_cells)
        b.n_rows = most_cells / (n_targets + n_converted);
    if (b.n_rows == 0) b.n_rows = 1;
    b.sums = has_texts(t) ? b.n_rows * sizeof(int64_t) : 0;
    b.own_sums = b.sums + b.n_rows * n_targets * real_bytes;
    b.converted = b.own_sums + b.n_rows * n_own * sizeof(float);
    b.voted = b.converted + b.n_rows * n_converted * sizeof(float);
    b.own_voted = b.voted + b.n_rows * n_voted;
    b.pack = b.own_voted + b.n_rows * n_own;
    return b;
}

/* The shapes of the outputs of one share. */
static ortl_status shape_share(const ortl__call *call, const ortl__share *share, uint64_t n_rows,
                               ortl_error *error) {
    const int64_t shape[2] = {(int64_t)n_rows, share->outcome.n_scores};
    for (uint32_t i = share->first_output; i < share->first_output + share->n_outputs; i++) {
        ortl__tensor *output = call->outputs[i];
        if (output == NULL) continue;
        const size_t rank = i == ortl__share_score_output(share) ? 2 : 1;
        ortl_status status = ortl__tensor_shape(output, output->type, rank, shape, error);
        if (status != ORTL_OK) return status;
    }
    return ORTL_OK;
}

ortl_status ortl__trees_shape(ortl__call *call, ortl_error *error) {
    const ortl__trees *t = call->step->parameters;
    const ortl__tensor *input = call->inputs[0];
    uint32_t n_columns = t->forest.n_columns;
    uint64_t n_rows = 0, n_given = 0;
    if (input->rank != 1 && input->rank != 2)
        return ortl__fail(error, ORTL_BAD_INPUT,
                          "the input has rank %" PRIu32 ", rows and columns expected", input->rank);
    row_counts(input, &n_rows, &n_given);
    if (n_given < n_columns)
        return ortl__fail(error, ORTL_BAD_INPUT,
                          "the input has %" PRIu64 " columns, the trees read %" PRIu32, n_given,
                          n_columns);
    for (uint32_t i = 0; i < t->n_shares; i++) {
        ortl_status status = shape_share(call, &t->shares[i], n_rows, error);
        if (status != ORTL_OK) return status;
    }
    block b = plan_block(t, n_rows);
    call->scratch_bytes = b.pack + ortl__pack_scratch_bytes(t->pack, b.n_rows);
    return ORTL_OK;
}

/* Makes dense float rows of n rows of integers, of the columns that the trees read. Values that
 * float cannot hold are rounded to nearest, as in onnxruntime. */
static void convert_rows(const ortl__call *call, uint64_t first, size_t n, float *floats) {
    const ortl__trees *t = call->step->parameters;
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
    const ortl__trees *t = call->step->parameters;
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

/* The leaves of the rows from first on, into this operator's columns of the table. */
static void write_leaves(const ortl__call *call, const ortl__rows *rows, uint64_t first) {
    const ortl__trees *t = call->step->parameters;
    const ortl__tap *tap = call->tap;
    ptrdiff_t real_bytes = t->forest.is_double ? sizeof(double) : sizeof(float);
    for (size_t i = 0; i < rows->n_rows; i++)
        ortl__leaves_plain(
            &t->forest, (const char *)rows->data + (ptrdiff_t)i * rows->row_stride * real_bytes,
            rows->column_stride, tap->leaves + (first + i) * tap->n_columns + tap->n_before);
}

/* The raw scores of a share for the rows from first on, behind the n_before of other shares. */
static void write_raw(const ortl__tap *tap, const ortl__share *share, const void *sums,
                      const uint8_t *voted, uint64_t first, size_t n, uint64_t n_before) {
    ortl__outcome_raw(&share->outcome, sums, voted, n,
                      tap->raw + first * tap->n_columns + tap->n_before + n_before, tap->n_columns);
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

ortl_status ortl__share_write(const ortl__share *share, void *sums, const uint8_t *voted, size_t n,
                              const ortl__tensor *labels, const ortl__tensor *scores,
                              uint64_t first, int64_t *classes, ortl_error *error) {
    const ortl__outcome *outcome = &share->outcome;
    size_t score_bytes = outcome->writes_double ? sizeof(double) : sizeof(float);
    int64_t *labels_out = NULL;
    void *scores_out = NULL;
    if (labels != NULL)
        labels_out = share->texts != NULL ? classes : (int64_t *)labels->data + first;
    if (scores != NULL) scores_out = (char *)scores->data + first * outcome->n_scores * score_bytes;
    ortl_status status =
        ortl__outcome_write(outcome, sums, voted, n, labels_out, scores_out, error);
    if (status != ORTL_OK || labels == NULL || share->texts == NULL) return status;
    ortl_string *texts_out = (ortl_string *)labels->data + first;
    for (size_t i = 0; i < n; i++) texts_out[i] = share->texts[classes[i]];
    return ORTL_OK;
}

/* The columns of one share, from a matrix of n_bytes for each cell, into a matrix of their own. */
static void cut_share(const void *all, uint32_t n_targets, const ortl__share *share, size_t n,
                      size_t n_bytes, void *cut) {
    const size_t row_bytes = n_targets * n_bytes, own_bytes = share->outcome.n_targets * n_bytes;
    const char *from = (const char *)all + share->first_target * n_bytes;
    for (size_t i = 0; i < n; i++)
        memcpy((char *)cut + i * own_bytes, from + i * row_bytes, own_bytes);
}

/* The outcome of one share, from the sums of all. */
static ortl_status run_share(const ortl__call *call, const block *b, const ortl__share *share,
                             uint64_t first, size_t n, uint64_t n_raw_before, ortl_error *error) {
    const ortl__trees *t = call->step->parameters;
    const uint32_t n_targets = t->forest.n_targets;
    char *scratch = call->scratch;
    void *sums = scratch + b->sums;
    uint8_t *voted = share->outcome.n_targets > 1 ? (uint8_t *)scratch + b->voted : NULL;
    if (t->n_shares > 1) {
        cut_share(sums, n_targets, share, n, sizeof(float), scratch + b->own_sums);
        sums = scratch + b->own_sums;
        if (voted != NULL) cut_share(voted, n_targets, share, n, 1, scratch + b->own_voted);
        if (voted != NULL) voted = (uint8_t *)scratch + b->own_voted;
    }
    if (call->tap != NULL && call->tap->raw != NULL)
        write_raw(call->tap, share, sums, voted, first, n, n_raw_before);
    return ortl__share_write(
        share, sums, voted, n, ortl__call_output(call, ortl__share_label_output(share)),
        ortl__call_output(call, ortl__share_score_output(share)), first, call->scratch, error);
}

static ortl_status run_block(const ortl__call *call, const block *b, uint64_t first, size_t n,
                             ortl_error *error) {
    const ortl__trees *t = call->step->parameters;
    char *scratch = call->scratch;
    uint8_t *voted = t->forest.n_targets > 1 ? (uint8_t *)scratch + b->voted : NULL;
    ortl__rows rows = get_rows(call, b, first, n);
    ortl_status status = ORTL_OK;
    uint64_t n_raw = 0;
    if (call->tap != NULL && call->tap->leaves != NULL) write_leaves(call, &rows, first);
    ortl__pack_run(t->pack, &rows, scratch + b->sums, voted, scratch + b->pack);
    for (uint32_t i = 0; i < t->n_shares && status == ORTL_OK; i++) {
        status = run_share(call, b, &t->shares[i], first, n, n_raw, error);
        n_raw += ortl__outcome_n_raw(&t->shares[i].outcome);
    }
    return status;
}

ortl_status ortl__trees_run(ortl__call *call, ortl_error *error) {
    const ortl__trees *t = call->step->parameters;
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
            call->tap->leaves != NULL ? t->forest.n_trees : ortl__trees_n_raw(call->step);
    return status;
}

/* ---- Predicting without a call ----------------------------------------------------------------
 */

int ortl__trees_give(const ortl__step *step, uint32_t labels, uint32_t scores) {
    if (ortl__trees_forest(step) == NULL) return 0;
    const ortl__trees *t = step->parameters;
    const ortl__share *share = t->shares;
    uint32_t label_output = ortl__share_label_output(share);
    uint32_t score_output = ortl__share_score_output(share);
    int has_scores =
        score_output < step->node->n_outputs && step->node->outputs[score_output] == scores;
    int has_labels =
        label_output < step->node->n_outputs && step->node->outputs[label_output] == labels;
    return t->n_shares == 1 && !t->converts && !t->forest.is_double && share->texts == NULL &&
           (has_scores || scores == ORTL__NO_VALUE) && (has_labels || labels == ORTL__NO_VALUE);
}

ortl_status ortl__trees_predict(const ortl__step *step, const ortl__rows *rows, void *scratch,
                                int64_t *labels_out, float *scores_out) {
    const ortl__trees *t = step->parameters;
    const ortl__outcome *outcome = &t->shares->outcome;
    const block b = plan_block(t, rows->n_rows);
    void *sums = (char *)scratch + b.sums;
    uint8_t *voted = t->forest.n_targets > 1 ? (uint8_t *)scratch + b.voted : NULL;
    ortl_status status = ORTL_OK;
    for (size_t first = 0; first < rows->n_rows && status == ORTL_OK; first += b.n_rows) {
        size_t left = rows->n_rows - first;
        const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
        ortl__rows part = {data, left < b.n_rows ? left : (size_t)b.n_rows, rows->row_stride,
                           rows->column_stride};
        ortl__pack_run(t->pack, &part, sums, voted, (char *)scratch + b.pack);
        status = ortl__outcome_write(
            outcome, sums, voted, part.n_rows, labels_out ? labels_out + first : NULL,
            scores_out ? scores_out + first * outcome->n_scores : NULL, NULL);
    }
    return status;
}
