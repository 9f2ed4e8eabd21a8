/*
 * A model that lleaves, tl2cgen or m2cgen has compiled (compile_model.py): a shared object with
 *
 *     void predict_rows(const float *rows, long n_rows, long n_columns, double *out);
 *     const long n_columns, n_values;
 *
 * which is the "model file". Objects stay open: the threads of some may still end.
 */
#include "../peer.h"

#include <dlfcn.h>
#include <stdlib.h>

struct bench_peer_model {
    void *object;
    void (*predict_rows)(const float *rows, long n_rows, long n_columns, double *out);
    const long *n_columns;
    const long *n_values; /* of a row */
    size_t n_rows;
    double *out; /* (n_rows, n_values) */
};

static int start(void *library, char *error) {
    (void)library, (void)error;
    return 0;
}

static void close_model(bench_peer_model *model) {
    if (model == NULL) return;
    free(model->out);
    free(model);
}

static bench_peer_model *open_model(const char *path, char *error) {
    bench_peer_model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        bench_peer_fail(error, "out of memory");
        return NULL;
    }
    model->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (model->object == NULL) {
        bench_peer_fail(error, dlerror());
    } else if (bench_peer_find(model->object, "predict_rows", &model->predict_rows, error) == 0 &&
               bench_peer_find(model->object, "n_columns", &model->n_columns, error) == 0 &&
               bench_peer_find(model->object, "n_values", &model->n_values, error) == 0) {
        return model;
    }
    close_model(model);
    return NULL;
}

static size_t n_features(const bench_peer_model *model) {
    return (size_t)*model->n_columns;
}

static int prepare(bench_peer_model *model, size_t n_rows, char *error) {
    free(model->out);
    model->n_rows = n_rows;
    model->out = calloc(n_rows * (size_t)*model->n_values + 1, sizeof *model->out);
    return model->out != NULL ? 0 : bench_peer_fail(error, "out of memory");
}

static int predict(bench_peer_model *model, const float *rows, char *error) {
    (void)error;
    model->predict_rows(rows, (long)model->n_rows, *model->n_columns, model->out);
    return 0;
}

const bench_peer bench_peer_compiled = {"compiled", NULL,       "shared object", 0,
                                        start,      open_model, n_features,      prepare,
                                        predict,    close_model};
