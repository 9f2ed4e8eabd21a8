/*
 * ortl_predict: rows of floats through the graph in blocks, labels and scores out.
 */
#include <pthread.h>
#include <string.h>

#include "context.h"
#include "operators/trees.h"
#include "status.h"

static ortl_status bind_rows(ortl_context *context, const float *rows, size_t n_rows,
                             ortl_error *error) {
    const ortl_session *session = context->session;
    int64_t shape[2] = {(int64_t)n_rows, (int64_t)session->form.n_features};
    return ortl__context_bind(context, session->graph.inputs[0].value, ORTL_FLOAT, 2, shape, rows,
                              error);
}

/* Rows as the graph wants them: as they are, or gathered into the staging buffer. */
static const float *gather_rows(ortl_context *context, const float *rows, size_t n_rows,
                                ptrdiff_t row_stride, ptrdiff_t column_stride) {
    size_t n_columns = context->session->form.n_features;
    context->has_strides = 0;
    if (column_stride == 1 && row_stride == (ptrdiff_t)n_columns) return rows;
    if (context->session->form.is_strided) {
        context->has_strides = 1;
        context->row_stride = row_stride;
        context->column_stride = column_stride;
        return rows;
    }
    float *staged = context->staging.data;
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n_columns; j++)
            staged[i * n_columns + j] =
                rows[(ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride];
    return staged;
}

static const ortl__tensor *output_tensor(const ortl_context *context, int output) {
    return &context->tensors[context->session->graph.outputs[output].value];
}

/* The index of a text among the classes; n when it is not one of them. */
static size_t class_index(const ortl__classes *classes, const ortl_string *text) {
    size_t i = 0;
    while (i < classes->n && classes->texts &&
           (classes->texts[i].n_bytes != text->n_bytes ||
            memcmp(classes->texts[i].data, text->data, text->n_bytes) != 0))
        i++;
    return i;
}

static ortl_status copy_labels(const ortl_context *context, const ortl__tensor *tensor,
                               int64_t *labels_out, ortl_error *error) {
    const ortl__classes *classes = &context->session->classes;
    if (tensor->type == ORTL_INT64) {
        memcpy(labels_out, tensor->data, (size_t)tensor->n_elements * sizeof *labels_out);
        return ORTL_OK;
    }
    const ortl_string *texts = tensor->data;
    for (uint64_t i = 0; i < tensor->n_elements; i++) {
        size_t index = class_index(classes, &texts[i]);
        if (index == classes->n)
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "label \"%.*s\" is none of the classes; use ortl_run",
                              (int)texts[i].n_bytes, texts[i].data);
        labels_out[i] = (int64_t)index;
    }
    return ORTL_OK;
}

static ortl_status check_extent(const ortl__tensor *tensor, uint64_t wanted, const char *what,
                                ortl_error *error) {
    if (tensor->n_elements == wanted) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "%s output has %llu elements, %llu were expected",
                      what, (unsigned long long)tensor->n_elements, (unsigned long long)wanted);
}

static ortl_status copy_outputs(const ortl_context *context, size_t n_rows, int64_t *labels_out,
                                float *scores_out, ortl_error *error) {
    const ortl__predict_form *form = &context->session->form;
    ortl_status status = ORTL_OK;
    if (labels_out && form->label_output >= 0) {
        const ortl__tensor *labels = output_tensor(context, form->label_output);
        status = check_extent(labels, n_rows, "label", error);
        if (status == ORTL_OK) status = copy_labels(context, labels, labels_out, error);
    }
    if (status == ORTL_OK && scores_out) {
        const ortl__tensor *scores = output_tensor(context, form->score_output);
        status = check_extent(scores, (uint64_t)n_rows * form->n_scores, "score", error);
        if (status == ORTL_OK)
            memcpy(scores_out, scores->data, n_rows * form->n_scores * sizeof *scores_out);
    }
    return status;
}

static ortl_status check_predict(const ortl_context *context, const float *rows, size_t n_rows,
                                 const int64_t *labels_out, ortl_error *error) {
    if (!context || (!rows && n_rows))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "context and rows must not be NULL");
    const ortl_session *session = context->session;
    if (!session->form.n_features)
        return ortl__fail(
            error, ORTL_UNSUPPORTED,
            "the graph does not map rows of floats to labels and scores; use ortl_run");
    if (labels_out && session->form.label_output < 0)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "the model gives no labels");
    if (n_rows > session->limits.rows)
        return ortl__fail_limit(error, "rows", session->limits.rows, n_rows);
    return ORTL_OK;
}

/* The first row that failed, where threads share the rows. */
typedef struct failure {
    pthread_mutex_t mutex; /* of the fields below */
    size_t row;            /* SIZE_MAX: none */
    ortl_error error;
} failure;

/* A call of ortl_predict. */
typedef struct prediction {
    ortl_context *context;
    const float *rows;
    ptrdiff_t row_stride, column_stride;
    int64_t *labels_out;
    float *scores_out;
    failure *failure; /* NULL: the caller's thread does all */
} prediction;

/* n rows at most as many as the graph takes at once. */
static ortl_status predict_block(const prediction *p, ortl_context *context, size_t first, size_t n,
                                 ortl_error *error) {
    const ortl__predict_form *form = &context->session->form;
    size_t n_scores = form->n_scores;
    int64_t *labels_out = p->labels_out ? p->labels_out + first : NULL;
    float *scores_out =
        p->scores_out && form->score_output >= 0 ? p->scores_out + first * n_scores : NULL;
    if (form->trees) {
        ortl__rows rows = {p->rows + (ptrdiff_t)first * p->row_stride, n, p->row_stride,
                           p->column_stride};
        if (ortl__trees_predict(form->trees, &rows, context->scratch.data, labels_out,
                                scores_out) == ORTL_OK)
            return ORTL_OK; /* else the run of the graph says why not */
    }
    const float *block = gather_rows(context, p->rows + (ptrdiff_t)first * p->row_stride, n,
                                     p->row_stride, p->column_stride);
    ortl_status status = bind_rows(context, block, n, error);
    if (status == ORTL_OK) status = ortl__context_run(context, error);
    if (status == ORTL_OK) status = copy_outputs(context, n, labels_out, scores_out, error);
    return status;
}

/* A chunk for a thread of the pool, whose context has room for one block. */
static void predict_chunk(void *user, size_t worker, size_t first, size_t n_rows) {
    const prediction *p = user;
    ortl_error error = {ORTL_OK, ""};
    ortl_context *context = ortl__context_of_worker(p->context, worker);
    size_t n_block = context->session->form.n_block, end = first + n_rows;
    ortl_status status = ORTL_OK;
    for (size_t at = first; at < end && status == ORTL_OK; at += n_block)
        status = predict_block(p, context, at, end - at < n_block ? end - at : n_block, &error);
    if (status == ORTL_OK) return;
    pthread_mutex_lock(&p->failure->mutex);
    if (first < p->failure->row) {
        p->failure->row = first;
        p->failure->error = error;
    }
    pthread_mutex_unlock(&p->failure->mutex);
}

/* Chunks are whole blocks, and there are several for each thread, which may be slower than others.
 */
static ortl_status predict_shared(prediction *p, size_t n_rows, ortl_error *error) {
    const ortl_session *session = p->context->session;
    failure first_failure = {.row = SIZE_MAX};
    size_t n_block = session->form.n_block;
    size_t n_chunk = n_rows / (16 * ortl__pool_threads(session->pool));
    n_chunk = n_chunk < n_block ? n_block : n_chunk / n_block * n_block;
    pthread_mutex_init(&first_failure.mutex, NULL);
    p->failure = &first_failure;
    ortl__pool_run(session->pool, n_rows, n_chunk, predict_chunk, p);
    pthread_mutex_destroy(&first_failure.mutex);
    if (first_failure.row == SIZE_MAX) return ORTL_OK;
    if (error) *error = first_failure.error;
    return first_failure.error.status;
}

ortl_status ortl_predict(ortl_context *context, const float *rows, size_t n_rows,
                         ptrdiff_t row_stride, ptrdiff_t column_stride, int64_t *labels_out,
                         float *scores_out, ortl_error *error) {
    ortl_status status = check_predict(context, rows, n_rows, labels_out, error);
    if (status != ORTL_OK) return status;
    prediction p = {.context = context,
                    .rows = rows,
                    .row_stride = row_stride,
                    .column_stride = column_stride,
                    .labels_out = labels_out,
                    .scores_out = scores_out};
    if (ortl__context_share(context, n_rows) < n_rows) return predict_shared(&p, n_rows, error);
    const ortl_session *session = context->session;
    size_t n_block = session->plan.is_row_wise ? session->form.n_block : n_rows;
    if (!session->plan.is_row_wise && !session->form.is_strided)
        status =
            ortl__buffer_reserve(context, &context->staging,
                                 (uint64_t)n_rows * session->form.n_features * sizeof *rows, error);
    for (size_t first = 0; first < n_rows && status == ORTL_OK; first += n_block)
        status = predict_block(&p, context, first,
                               n_rows - first < n_block ? n_rows - first : n_block, error);
    return status;
}

/* Runs a row of zeros, to see what shapes it gives. It belongs to loading, so what a model may take
 * while it is loaded is enough for it. */
static ortl_status run_zeros(ortl_context *context, ortl_error *error) {
    const uint64_t n = context->session->form.n_features;
    const uint64_t limit = context->memory.limit;
    float *zeros = NULL;
    if (context->session->memory.limit < limit)
        context->memory.limit = context->session->memory.limit;
    ortl_status status = ortl__memory_new_zero(&context->memory, n, sizeof *zeros, &zeros, error);
    if (status == ORTL_OK) status = bind_rows(context, zeros, 1, error);
    if (status == ORTL_OK) status = ortl__context_run(context, error);
    ortl__memory_free(&context->memory, zeros, n, sizeof *zeros);
    context->memory.limit = limit;
    return status;
}

ortl_status ortl__context_measure(ortl_context *context, size_t *n_scores_out, ortl_error *error) {
    const ortl_session *session = context->session;
    ortl_status status = session->plan.is_shaped_by_data ? run_zeros(context, error)
                                                         : ortl__context_reserve(context, 1, error);
    if (status == ORTL_OK)
        *n_scores_out = (size_t)output_tensor(context, session->form.score_output)->n_elements;
    return status;
}
