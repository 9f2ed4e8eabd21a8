/*
 * Places in onnxruntime's table of functions (struct OrtApi), of those that are called. The table
 * only ever grows at its end.
 */
#ifndef BENCH_ONNXRUNTIME_PLACES_H
#define BENCH_ONNXRUNTIME_PLACES_H

/* X(function, place) */
#define ORT_PLACE_MAP(X)                                                                           \
    X(GetErrorMessage, 2)                                                                          \
    X(CreateEnv, 3)                                                                                \
    X(CreateSession, 7)                                                                            \
    X(Run, 9)                                                                                      \
    X(CreateSessionOptions, 10)                                                                    \
    X(SetIntraOpNumThreads, 24)                                                                    \
    X(SetInterOpNumThreads, 25)                                                                    \
    X(SessionGetOutputCount, 31)                                                                   \
    X(SessionGetInputTypeInfo, 33)                                                                 \
    X(SessionGetInputName, 36)                                                                     \
    X(SessionGetOutputName, 37)                                                                    \
    X(CreateTensorWithDataAsOrtValue, 49)                                                          \
    X(IsTensor, 50)                                                                                \
    X(CastTypeInfoToTensorInfo, 55)                                                                \
    X(GetDimensionsCount, 61)                                                                      \
    X(GetDimensions, 62)                                                                           \
    X(CreateCpuMemoryInfo, 69)                                                                     \
    X(AllocatorFree, 76)                                                                           \
    X(GetAllocatorWithDefaultOptions, 78)                                                          \
    X(ReleaseStatus, 93)                                                                           \
    X(ReleaseSession, 95)                                                                          \
    X(ReleaseValue, 96)                                                                            \
    X(ReleaseTypeInfo, 98)

enum {
#define ORT_PLACE_ENUM(function, place) ORT_##function = place,
    ORT_PLACE_MAP(ORT_PLACE_ENUM)
#undef ORT_PLACE_ENUM
};

#endif
