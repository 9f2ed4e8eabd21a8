/*
 * Holds onnxruntime_places.h against onnxruntime's own header, at compile time.
 */
#include <onnxruntime_c_api.h>
#include <stddef.h>

#include "onnxruntime_places.h"

#define CHECK_PLACE(function, place)                                                               \
    _Static_assert(offsetof(OrtApi, function) == (place) * sizeof(void (*)(void)), #function);
ORT_PLACE_MAP(CHECK_PLACE)

/* A file must declare something. */
int bench_places_are_checked(void);
int bench_places_are_checked(void) {
    return 1;
}
