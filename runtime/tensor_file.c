/*
 * Tensors in files of their own, as ONNX's test cases have them. The reading is the envelope's.
 */
#include <string.h>

#include "../onnx/envelope.h"
#include "operators/operator.h"
#include "session.h"
#include "status.h"

struct ortl_stored_tensor {
    ortl__memory memory;
    ortl__graph graph; /* whose arena has the tensor */
};

static ortl_status give(const ortl__constant *constant, ortl_tensor *tensor_out,
                        ortl_error *error) {
    const ortl_type type = (ortl_type)constant->element_type;
    if (ortl_type_bytes(type) == 0)
        return ortl__fail(error, ORTL_UNSUPPORTED, "a tensor of type %s is not supported",
                          ortl__operator_onnx_type(constant->element_type));
    *tensor_out = (ortl_tensor){
        .name = constant->name, .type = type, .rank = constant->rank, .data = constant->data};
    memcpy(tensor_out->shape, constant->shape, sizeof tensor_out->shape);
    tensor_out->n_bytes = (size_t)constant->n_elements * ortl_type_bytes(type);
    return ORTL_OK;
}

/* Texts take 16 bytes and a NUL more than in the file, small numbers 8 bytes for 1. */
static ortl_status read_file(ortl_stored_tensor *stored, const char *path,
                             const ortl_limits *limits, ortl_tensor *tensor_out,
                             ortl_error *error) {
    ortl__source *source = NULL;
    ortl__constant constant;
    ortl_status status = ortl__source_open(&stored->memory, path, limits, &source, error);
    if (status != ORTL_OK) return status;
    stored->memory.limit = limits->memory_bytes
                               ? limits->memory_bytes
                               : ((uint64_t)1 << 20) + 64 * ortl__source_bytes(source);
    status = ortl__envelope_read_tensor(source, &stored->memory, limits, &stored->graph, &constant,
                                        error);
    ortl__source_close(source);
    return status == ORTL_OK ? give(&constant, tensor_out, error) : status;
}

ortl_status ortl_tensor_read(const char *path, const ortl_options *options,
                             ortl_stored_tensor **stored_out, ortl_tensor *tensor_out,
                             ortl_error *error) {
    ortl_options filled;
    ortl__memory memory;
    ortl_stored_tensor *stored = NULL;
    if (stored_out) *stored_out = NULL;
    if (!path || !stored_out || !tensor_out)
        return ortl__fail(error, ORTL_BAD_ARGUMENT,
                          "path, stored_out and tensor_out must not be NULL");
    ortl_status status = ortl__options_read(options, &filled, error);
    if (status != ORTL_OK) return status;
    ortl__memory_init(&memory, filled.allocator, UINT64_MAX, "memory_bytes");
    status = ortl__memory_new_zero(&memory, 1, sizeof *stored, &stored, error);
    if (status != ORTL_OK) return status;
    stored->memory = memory;
    ortl__arena_init(&stored->graph.arena, &stored->memory);
    status = read_file(stored, path, &filled.limits, tensor_out, error);
    if (status == ORTL_OK)
        *stored_out = stored;
    else
        ortl_tensor_free(stored);
    return status;
}

void ortl_tensor_free(ortl_stored_tensor *stored) {
    if (!stored) return;
    ortl__graph_free(&stored->graph);
    ortl__memory memory = stored->memory;
    ortl__memory_free(&memory, stored, 1, sizeof *stored);
}
