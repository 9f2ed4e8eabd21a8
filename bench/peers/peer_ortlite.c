/*
 * ort-lite itself.
 */
#include "../../runtime/ortlite.h"
#include "../peer.h"

#include <stdlib.h>

struct bench_peer_model {
    ortl_session *session;
    ortl_context *context;
    ortl_description description;
    size_t n_rows;   /* prepared for */
    int64_t *labels; /* (n_rows) NULL without labels */
    float *scores;   /* (n_rows, n_scores) */
};

static int start(void *library, char error[BENCH_PEER_ERROR_BYTES]) {
    (void)library, (void)error;
    return 0;
}

static void close_model(bench_peer_model *model) {
    if (model == NULL) return;
    ortl_context_free(model->context);
    ortl_close(model->session);
    free(model->labels);
    free(model->scores);
    free(model);
}

static bench_peer_model *open_model(const char *path, char error[BENCH_PEER_ERROR_BYTES]) {
    ortl_error failure = {ORTL_NO_MEMORY, "out of memory"};
    bench_peer_model *model = calloc(1, sizeof *model);
    if (model != NULL) {
        model->description.struct_size = sizeof model->description;
        if (ortl_open(path, NULL, &model->session, &failure) == ORTL_OK &&
            ortl_describe(model->session, &model->description, &failure) == ORTL_OK &&
            ortl_context_new(model->session, &model->context, &failure) == ORTL_OK)
            return model;
    }
    bench_peer_fail(error, failure.message);
    close_model(model);
    return NULL;
}

static size_t n_features(const bench_peer_model *model) {
    return model->description.n_features;
}

static int prepare(bench_peer_model *model, size_t n_rows, char error[BENCH_PEER_ERROR_BYTES]) {
    const ortl_description *d = &model->description;
    free(model->labels);
    free(model->scores);
    model->n_rows = n_rows;
    model->labels = d->label_output >= 0 ? calloc(n_rows, sizeof *model->labels) : NULL;
    model->scores = calloc(n_rows * d->n_scores + 1, sizeof *model->scores);
    if (model->scores != NULL && (model->labels != NULL || d->label_output < 0)) return 0;
    return bench_peer_fail(error, "out of memory");
}

static int predict(bench_peer_model *model, const float *rows, char error[BENCH_PEER_ERROR_BYTES]) {
    const ortl_description *d = &model->description;
    ortl_error failure;
    if (ortl_predict(model->context, rows, model->n_rows, (ptrdiff_t)d->n_features, 1,
                     model->labels, d->n_scores > 0 ? model->scores : NULL, &failure) == ORTL_OK)
        return 0;
    return bench_peer_fail(error, failure.message);
}

const bench_peer bench_peer_ortlite = {"ort-lite", NULL,       "ONNX",  1,       start,
                                       open_model, n_features, prepare, predict, close_model};
