/*
 * XGBoost through its C interface, on its own model file.
 */
#include "../peer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARRAY_BYTES = 160 };

static const char config[] = "{\"type\":0,\"training\":false,\"iteration_begin\":0,"
                             "\"iteration_end\":0,\"strict_shape\":false,\"cache_id\":0,"
                             "\"missing\":NaN}";

static struct {
    const char *(*last_error)(void);
    int (*create)(const void *matrices, uint64_t n_matrices, void **booster_out);
    int (*free_booster)(void *booster);
    int (*load)(void *booster, const char *path);
    int (*set)(void *booster, const char *name, const char *value);
    int (*n_features)(const void *booster, uint64_t *n_out);
    int (*predict)(const void *booster, const char *rows, const char *config, const void *matrix,
                   const uint64_t **shape_out, uint64_t *rank_out, const float **out);
} library;

struct bench_peer_model {
    void *booster;
    size_t n_features;
    size_t n_rows;
};

static int start(void *handle, char *error) {
    if (bench_peer_find(handle, "XGBGetLastError", &library.last_error, error) ||
        bench_peer_find(handle, "XGBoosterCreate", &library.create, error) ||
        bench_peer_find(handle, "XGBoosterFree", &library.free_booster, error) ||
        bench_peer_find(handle, "XGBoosterLoadModel", &library.load, error) ||
        bench_peer_find(handle, "XGBoosterSetParam", &library.set, error) ||
        bench_peer_find(handle, "XGBoosterGetNumFeature", &library.n_features, error) ||
        bench_peer_find(handle, "XGBoosterPredictFromDense", &library.predict, error))
        return -1;
    return 0;
}

static int check(int code, char *error) {
    return code == 0 ? 0 : bench_peer_fail(error, library.last_error());
}

static void close_model(bench_peer_model *model) {
    if (model == NULL) return;
    if (model->booster != NULL) library.free_booster(model->booster);
    free(model);
}

static bench_peer_model *open_model(const char *path, char *error) {
    uint64_t n_features = 0;
    bench_peer_model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        bench_peer_fail(error, "out of memory");
        return NULL;
    }
    if (check(library.create(NULL, 0, &model->booster), error) == 0 &&
        check(library.load(model->booster, path), error) == 0 &&
        check(library.set(model->booster, "nthread", "1"), error) == 0 &&
        check(library.n_features(model->booster, &n_features), error) == 0) {
        model->n_features = (size_t)n_features;
        return model;
    }
    close_model(model);
    return NULL;
}

static size_t n_features(const bench_peer_model *model) {
    return model->n_features;
}

static int prepare(bench_peer_model *model, size_t n_rows, char *error) {
    (void)error;
    model->n_rows = n_rows; /* the booster keeps the room for the results */
    return 0;
}

static int predict(bench_peer_model *model, const float *rows, char *error) {
    char array[ARRAY_BYTES];
    const uint64_t *shape;
    uint64_t rank;
    const float *out;
    snprintf(array, sizeof array,
             "{\"data\":[%llu,true],\"shape\":[%llu,%llu],\"typestr\":\"<f4\",\"version\":3}",
             (unsigned long long)(uintptr_t)rows, (unsigned long long)model->n_rows,
             (unsigned long long)model->n_features);
    return check(library.predict(model->booster, array, config, NULL, &shape, &rank, &out), error);
}

const bench_peer bench_peer_xgboost = {
    "xgboost", "libxgboost.so", "XGBoost JSON or UBJSON", 0, start, open_model, n_features, prepare,
    predict,   close_model};
