/*
 * onnxruntime through its C interface, a table of functions that only ever grows: the numbers below
 * are places in it, as onnxruntime_c_api.h lists them; check_places.c holds them against
 * that header. One thread; input and output tensors are bound once for each batch size.
 */
#include "../peer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnxruntime_places.h"

#define OLDEST_VERSION 16 /* of the interface: what is called is older than that */

enum { LOG_ERRORS = 3, ELEMENT_FLOAT = 1, ARENA = 1, MEMORY_DEFAULT = 0, MAX_OUTPUTS = 4 };

typedef struct api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} api_base;

/* Handles are pointers to what only onnxruntime knows; a status is NULL or a failure. */
typedef void *handle;
typedef void (*any_function)(void);

static struct {
    const any_function *api; /* the table */
    handle environment, options, memory, allocator;
} runtime;

struct bench_peer_model {
    handle session;
    char *input_name;
    size_t n_outputs;
    char *output_names[MAX_OUTPUTS]; /* (n_outputs) */
    size_t n_features;
    size_t n_rows; /* prepared for */
    float *rows;   /* (n_rows, n_features) what input points at */
    handle input;
    handle outputs[MAX_OUTPUTS]; /* (n_outputs) */
    int outputs_are_tensors;     /* the same tensors are written by every call */
};

#define CALL(place, type) ((type)runtime.api[ORT_##place])

/* Keeps and frees the message of a status; 0 when there is none. */
static int check(handle status, char *error) {
    if (status == NULL) return 0;
    const char *text = CALL(GetErrorMessage, const char *(*)(handle))(status);
    bench_peer_fail(error, text);
    CALL(ReleaseStatus, void (*)(handle))(status);
    return -1;
}

static void release(int place, handle *object) {
    if (*object != NULL) ((void (*)(handle))runtime.api[place])(*object);
    *object = NULL;
}

/* ---- Starting and opening -------------------------------------------------------------------- */

static int start(void *library, char *error) {
    const api_base *(*get_base)(void) = NULL;
    if (bench_peer_find(library, "OrtGetApiBase", &get_base, error) < 0) return -1;
    runtime.api = get_base()->get_api(OLDEST_VERSION);
    if (runtime.api == NULL) return bench_peer_fail(error, "the library is too old");
    if (check(CALL(CreateEnv, handle(*)(int, const char *, handle *))(LOG_ERRORS, "bench",
                                                                      &runtime.environment),
              error) ||
        check(CALL(CreateSessionOptions, handle(*)(handle *))(&runtime.options), error) ||
        check(CALL(SetIntraOpNumThreads, handle(*)(handle, int))(runtime.options, 1), error) ||
        check(CALL(SetInterOpNumThreads, handle(*)(handle, int))(runtime.options, 1), error) ||
        check(CALL(GetAllocatorWithDefaultOptions, handle(*)(handle *))(&runtime.allocator), error))
        return -1;
    return check(CALL(CreateCpuMemoryInfo, handle(*)(int, int, handle *))(ARENA, MEMORY_DEFAULT,
                                                                          &runtime.memory),
                 error);
}

/* Columns of the input: the last dimension of its declared shape. */
static int read_input_shape(bench_peer_model *model, char *error) {
    handle type = NULL;
    const void *tensor = NULL;
    size_t rank = 0;
    int64_t shape[2] = {0, 0};
    int failed =
        check(CALL(SessionGetInputTypeInfo, handle(*)(handle, size_t, handle *))(model->session, 0,
                                                                                 &type),
              error) ||
        check(CALL(CastTypeInfoToTensorInfo, handle(*)(handle, const void **))(type, &tensor),
              error) ||
        tensor == NULL ||
        check(CALL(GetDimensionsCount, handle(*)(const void *, size_t *))(tensor, &rank), error) ||
        rank != 2 ||
        check(CALL(GetDimensions, handle(*)(const void *, int64_t *, size_t))(tensor, shape, rank),
              error) ||
        shape[1] < 1;
    release(ORT_ReleaseTypeInfo, &type);
    model->n_features = (size_t)shape[1];
    return failed ? bench_peer_fail(error, "the input is not a matrix of known width") : 0;
}

static int read_names(bench_peer_model *model, char *error) {
    typedef handle (*get_name)(handle, size_t, handle, char **);
    if (check(CALL(SessionGetInputName, get_name)(model->session, 0, runtime.allocator,
                                                  &model->input_name),
              error) ||
        check(CALL(SessionGetOutputCount, handle(*)(handle, size_t *))(model->session,
                                                                       &model->n_outputs),
              error))
        return -1;
    if (model->n_outputs > MAX_OUTPUTS) model->n_outputs = MAX_OUTPUTS;
    for (size_t i = 0; i < model->n_outputs; i++)
        if (check(CALL(SessionGetOutputName, get_name)(model->session, i, runtime.allocator,
                                                       &model->output_names[i]),
                  error))
            return -1;
    return 0;
}

static void release_values(bench_peer_model *model) {
    for (size_t i = 0; i < model->n_outputs; i++) release(ORT_ReleaseValue, &model->outputs[i]);
    release(ORT_ReleaseValue, &model->input);
    free(model->rows);
    model->rows = NULL;
}

static void release_name(char *name) {
    if (name != NULL)
        check(CALL(AllocatorFree, handle(*)(handle, void *))(runtime.allocator, name),
              (char[BENCH_PEER_ERROR_BYTES]){0});
}

static void close_model(bench_peer_model *model) {
    if (model == NULL) return;
    release_values(model);
    for (size_t i = 0; i < model->n_outputs; i++) release_name(model->output_names[i]);
    release_name(model->input_name);
    release(ORT_ReleaseSession, &model->session);
    free(model);
}

static bench_peer_model *open_model(const char *path, char *error) {
    typedef handle (*create_session)(handle, const char *, handle, handle *);
    bench_peer_model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        bench_peer_fail(error, "out of memory");
        return NULL;
    }
    if (check(CALL(CreateSession, create_session)(runtime.environment, path, runtime.options,
                                                  &model->session),
              error) == 0 &&
        read_input_shape(model, error) == 0 && read_names(model, error) == 0)
        return model;
    close_model(model);
    return NULL;
}

static size_t n_features(const bench_peer_model *model) {
    return model->n_features;
}

/* ---- Predicting ------------------------------------------------------------------------------ */

static int predict(bench_peer_model *model, const float *rows, char *error) {
    typedef handle (*run)(handle, handle, const char *const *, const handle *, size_t,
                          const char *const *, size_t, handle *);
    const char *input_name = model->input_name;
    /* Copying the rows costs less than making an input tensor around them for every call. */
    if (rows != NULL) memcpy(model->rows, rows, model->n_rows * model->n_features * sizeof *rows);
    for (size_t i = 0; i < model->n_outputs && !model->outputs_are_tensors; i++)
        release(ORT_ReleaseValue, &model->outputs[i]);
    return check(CALL(Run, run)(model->session, NULL, &input_name, &model->input, 1,
                                (const char *const *)model->output_names, model->n_outputs,
                                model->outputs),
                 error);
}

/* The first call lets onnxruntime make the outputs; where they are tensors, later calls write into
 * the same ones. Maps must be made anew by every call. */
static int find_output_kinds(bench_peer_model *model, char *error) {
    int all_are_tensors = 1;
    model->outputs_are_tensors = 0;
    if (predict(model, NULL, error) < 0) return -1;
    for (size_t i = 0; i < model->n_outputs; i++) {
        int is_tensor = 0;
        if (check(CALL(IsTensor, handle(*)(handle, int *))(model->outputs[i], &is_tensor), error))
            return -1;
        if (!is_tensor) all_are_tensors = 0;
    }
    model->outputs_are_tensors = all_are_tensors;
    return 0;
}

static int prepare(bench_peer_model *model, size_t n_rows, char *error) {
    typedef handle (*create)(handle, void *, size_t, const int64_t *, size_t, int, handle *);
    size_t n_values = n_rows * model->n_features;
    int64_t shape[2] = {(int64_t)n_rows, (int64_t)model->n_features};
    release_values(model);
    model->n_rows = n_rows;
    model->rows = calloc(n_values + 1, sizeof *model->rows);
    if (model->rows == NULL) return bench_peer_fail(error, "out of memory");
    if (check(CALL(CreateTensorWithDataAsOrtValue, create)(runtime.memory, model->rows,
                                                           n_values * sizeof *model->rows, shape, 2,
                                                           ELEMENT_FLOAT, &model->input),
              error))
        return -1;
    return find_output_kinds(model, error);
}

const bench_peer bench_peer_onnxruntime = {"onnxruntime", "libonnxruntime.so.1",
                                           "ONNX",        1,
                                           start,         open_model,
                                           n_features,    prepare,
                                           predict,       close_model};
