/*
 * onnxruntime as an engine of the benchmarks, through its C interface: one thread, input and output
 * tensors bound once for each batch size; see engine.h.
 */
#include "../engine.h"

#include <onnxruntime_c_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OUTPUTS = 2 };

struct bench_engine {
    const OrtApi *api;
    OrtEnv *environment;
    OrtSessionOptions *options;
    OrtSession *session;
    OrtAllocator *allocator; /* owned by onnxruntime */
    OrtMemoryInfo *memory;
    char *input_name;
    size_t n_outputs;
    char *output_names[MAX_OUTPUTS]; /* (n_outputs) */
    size_t n_features;
    size_t n_rows; /* prepared for */
    float *rows;   /* (n_rows, n_features) what input points at */
    OrtValue *input;
    OrtValue *outputs[MAX_OUTPUTS]; /* (n_outputs) */
    int outputs_are_tensors;        /* 1: the same tensors are written by every call */
};

const char *bench_engine_name(void) {
    return "onnxruntime";
}

/* Prints and frees what a call gave back; 0 when that is nothing, else -1. */
static int check(const bench_engine *engine, OrtStatus *status) {
    if (!status) return 0;
    fprintf(stderr, "onnxruntime: %s\n", engine->api->GetErrorMessage(status));
    engine->api->ReleaseStatus(status);
    return -1;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static int open_session(bench_engine *engine, const char *path) {
    const OrtApi *api = engine->api;
    if (check(engine, api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &engine->environment)) ||
        check(engine, api->CreateSessionOptions(&engine->options)) ||
        check(engine, api->SetIntraOpNumThreads(engine->options, 1)) ||
        check(engine, api->SetInterOpNumThreads(engine->options, 1)) ||
        check(engine,
              api->CreateSession(engine->environment, path, engine->options, &engine->session))) {
        return -1;
    }
    if (check(engine, api->GetAllocatorWithDefaultOptions(&engine->allocator))) return -1;
    return check(engine,
                 api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &engine->memory));
}

/* Columns of the input: the last dimension of its declared shape. */
static int read_input_shape(bench_engine *engine) {
    const OrtApi *api = engine->api;
    OrtTypeInfo *type = NULL;
    const OrtTensorTypeAndShapeInfo *tensor = NULL;
    size_t rank = 0;
    int64_t shape[2] = {0, 0};
    int failed = check(engine, api->SessionGetInputTypeInfo(engine->session, 0, &type)) ||
                 check(engine, api->CastTypeInfoToTensorInfo(type, &tensor)) || !tensor ||
                 check(engine, api->GetDimensionsCount(tensor, &rank)) || rank != 2 ||
                 check(engine, api->GetDimensions(tensor, shape, rank)) || shape[1] < 1;
    if (type) api->ReleaseTypeInfo(type);
    if (failed) fprintf(stderr, "onnxruntime: the input is not a matrix of known width\n");
    engine->n_features = (size_t)shape[1];
    return failed ? -1 : 0;
}

static int read_names(bench_engine *engine) {
    const OrtApi *api = engine->api;
    OrtAllocator *allocator = engine->allocator;
    if (check(engine,
              api->SessionGetInputName(engine->session, 0, allocator, &engine->input_name)) ||
        check(engine, api->SessionGetOutputCount(engine->session, &engine->n_outputs))) {
        return -1;
    }
    if (engine->n_outputs > MAX_OUTPUTS) engine->n_outputs = MAX_OUTPUTS;
    for (size_t i = 0; i < engine->n_outputs; i++) {
        if (check(engine, api->SessionGetOutputName(engine->session, i, allocator,
                                                    &engine->output_names[i]))) {
            return -1;
        }
    }
    return 0;
}

bench_engine *bench_engine_open(const char *path, const bench_engine_wish *wish) {
    (void)wish;
    bench_engine *engine = calloc(1, sizeof *engine);
    if (!engine) return NULL;
    engine->api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    if (engine->api && open_session(engine, path) == 0 && read_input_shape(engine) == 0 &&
        read_names(engine) == 0) {
        return engine;
    }
    bench_engine_close(engine);
    return NULL;
}

/* onnxruntime tells neither the number of trees nor its memory. */
void bench_engine_describe(const bench_engine *engine, bench_engine_info *info_out) {
    *info_out = (bench_engine_info){.n_features = engine->n_features, .kernel = ""};
}

/* ---- Predicting ------------------------------------------------------------------------------ */

static void release_outputs(bench_engine *engine) {
    for (size_t i = 0; i < engine->n_outputs; i++) {
        if (engine->outputs[i]) engine->api->ReleaseValue(engine->outputs[i]);
        engine->outputs[i] = NULL;
    }
}

static void release_values(bench_engine *engine) {
    release_outputs(engine);
    if (engine->input) engine->api->ReleaseValue(engine->input);
    engine->input = NULL;
    free(engine->rows);
    engine->rows = NULL;
}

/* The first call lets onnxruntime make the outputs; where they are tensors, later calls write into
 * the same ones. Maps must be made anew by every call. */
static int find_output_kinds(bench_engine *engine) {
    engine->outputs_are_tensors = 0;
    if (bench_engine_predict(engine, NULL) < 0) return -1;
    engine->outputs_are_tensors = 1;
    for (size_t i = 0; i < engine->n_outputs; i++) {
        int is_tensor = 0;
        if (check(engine, engine->api->IsTensor(engine->outputs[i], &is_tensor))) return -1;
        if (!is_tensor) engine->outputs_are_tensors = 0;
    }
    return 0;
}

int bench_engine_prepare(bench_engine *engine, size_t n_rows) {
    size_t n_values = n_rows * engine->n_features;
    int64_t shape[2] = {(int64_t)n_rows, (int64_t)engine->n_features};
    release_values(engine);
    engine->n_rows = n_rows;
    engine->rows = calloc(n_values + 1, sizeof *engine->rows);
    if (!engine->rows) return -1;
    if (check(engine, engine->api->CreateTensorWithDataAsOrtValue(
                          engine->memory, engine->rows, n_values * sizeof *engine->rows, shape, 2,
                          ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &engine->input))) {
        return -1;
    }
    return find_output_kinds(engine);
}

int bench_engine_predict(bench_engine *engine, const float *rows) {
    /* Copying the rows costs less than making an input tensor around them for every call. */
    size_t n_bytes = engine->n_rows * engine->n_features * sizeof *rows;
    if (rows) memcpy(engine->rows, rows, n_bytes);
    if (!engine->outputs_are_tensors) release_outputs(engine);
    const char *input_name = engine->input_name;
    const OrtValue *input = engine->input;
    return check(engine, engine->api->Run(engine->session, NULL, &input_name, &input, 1,
                                          (const char *const *)engine->output_names,
                                          engine->n_outputs, engine->outputs));
}

static void release_names(bench_engine *engine) {
    OrtAllocator *allocator = engine->allocator;
    for (size_t i = 0; i < engine->n_outputs; i++) {
        if (engine->output_names[i]) allocator->Free(allocator, engine->output_names[i]);
    }
    if (engine->input_name) allocator->Free(allocator, engine->input_name);
}

void bench_engine_close(bench_engine *engine) {
    if (!engine) return;
    const OrtApi *api = engine->api;
    if (api) {
        release_values(engine);
        release_names(engine);
        if (engine->memory) api->ReleaseMemoryInfo(engine->memory);
        if (engine->session) api->ReleaseSession(engine->session);
        if (engine->options) api->ReleaseSessionOptions(engine->options);
        if (engine->environment) api->ReleaseEnv(engine->environment);
    }
    free(engine);
}
