/*
 * LightGBM through its C interface, on its own model file.
 */
#include "../peer.h"

#include <stdint.h>
#include <stdlib.h>

enum { DATA_FLOAT = 0, PREDICT_NORMAL = 0, ROW_MAJOR = 1, ALL_ROUNDS = -1 };

static const char parameters[] = "num_threads=1";

static struct {
    const char *(*last_error)(void);
    int (*create)(const char *path, int *n_rounds_out, void **booster_out);
    int (*free_booster)(void *booster);
    int (*n_features)(void *booster, int *n_out);
    int (*n_predicted)(void *booster, int n_rows, int kind, int first, int n_rounds,
                       int64_t *n_out);
    int (*predict)(void *booster, const void *data, int type, int32_t n_rows, int32_t n_columns,
                   int is_row_major, int kind, int first, int n_rounds, const char *parameters,
                   int64_t *n_out, double *out);
    int (*fast_init)(void *booster, int kind, int first, int n_rounds, int type, int32_t n_columns,
                     const char *parameters, void **fast_out);
    int (*fast_predict)(void *fast, const void *row, int64_t *n_out, double *out);
    int (*fast_free)(void *fast);
} library;

struct bench_peer_model {
    void *booster;
    void *fast; /* for a single row */
    int n_features;
    size_t n_rows;
    double *out; /* (n_rows, values of a row) */
};

static int start(void *handle, char *error) {
    if (bench_peer_find(handle, "LGBM_GetLastError", &library.last_error, error) ||
        bench_peer_find(handle, "LGBM_BoosterCreateFromModelfile", &library.create, error) ||
        bench_peer_find(handle, "LGBM_BoosterFree", &library.free_booster, error) ||
        bench_peer_find(handle, "LGBM_BoosterGetNumFeature", &library.n_features, error) ||
        bench_peer_find(handle, "LGBM_BoosterCalcNumPredict", &library.n_predicted, error) ||
        bench_peer_find(handle, "LGBM_BoosterPredictForMat", &library.predict, error) ||
        bench_peer_find(handle, "LGBM_BoosterPredictForMatSingleRowFastInit", &library.fast_init,
                        error) ||
        bench_peer_find(handle, "LGBM_BoosterPredictForMatSingleRowFast", &library.fast_predict,
                        error) ||
        bench_peer_find(handle, "LGBM_FastConfigFree", &library.fast_free, error))
        return -1;
    return 0;
}

static int check(int code, char *error) {
    return code == 0 ? 0 : bench_peer_fail(error, library.last_error());
}

static void close_model(bench_peer_model *model) {
    if (model == NULL) return;
    if (model->fast != NULL) library.fast_free(model->fast);
    if (model->booster != NULL) library.free_booster(model->booster);
    free(model->out);
    free(model);
}

static bench_peer_model *open_model(const char *path, char *error) {
    int n_rounds;
    bench_peer_model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        bench_peer_fail(error, "out of memory");
        return NULL;
    }
    if (check(library.create(path, &n_rounds, &model->booster), error) == 0 &&
        check(library.n_features(model->booster, &model->n_features), error) == 0 &&
        check(library.fast_init(model->booster, PREDICT_NORMAL, 0, ALL_ROUNDS, DATA_FLOAT,
                                model->n_features, parameters, &model->fast),
              error) == 0)
        return model;
    close_model(model);
    return NULL;
}

static size_t n_features(const bench_peer_model *model) {
    return (size_t)model->n_features;
}

static int prepare(bench_peer_model *model, size_t n_rows, char *error) {
    int64_t n_values = 0;
    if (check(library.n_predicted(model->booster, (int)n_rows, PREDICT_NORMAL, 0, ALL_ROUNDS,
                                  &n_values),
              error))
        return -1;
    free(model->out);
    model->n_rows = n_rows;
    model->out = calloc((size_t)n_values + 1, sizeof *model->out);
    return model->out != NULL ? 0 : bench_peer_fail(error, "out of memory");
}

static int predict(bench_peer_model *model, const float *rows, char *error) {
    int64_t n_values;
    if (model->n_rows == 1)
        return check(library.fast_predict(model->fast, rows, &n_values, model->out), error);
    return check(library.predict(model->booster, rows, DATA_FLOAT, (int32_t)model->n_rows,
                                 model->n_features, ROW_MAJOR, PREDICT_NORMAL, 0, ALL_ROUNDS,
                                 parameters, &n_values, model->out),
                 error);
}

const bench_peer bench_peer_lightgbm = {"lightgbm", "lib_lightgbm.so", "LightGBM text", 0,
                                        start,      open_model,        n_features,      prepare,
                                        predict,    close_model};
