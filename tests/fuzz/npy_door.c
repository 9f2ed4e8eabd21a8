/*
 * Door: a .npy file. An array that is read can be written, read again, and is the same; a file
 * shorter than what is said of it is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/npy.h"
#include "door.h"

static size_t count_cells(const ortl_tensor *tensor) {
    size_t n = 1;
    REQUIRE(tensor->rank <= ORTL_MAX_RANK);
    for (size_t i = 0; i < tensor->rank; i++) n *= (size_t)tensor->shape[i];
    return n;
}

static int same_texts(const ortl_string *a, const ortl_string *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (a[i].n_bytes != b[i].n_bytes || memcmp(a[i].data, b[i].data, a[i].n_bytes) != 0)
            return 0;
    return 1;
}

static void require_same(const ortl_tensor *a, const ortl_tensor *b) {
    size_t n = count_cells(a);
    REQUIRE(a->type == b->type && a->rank == b->rank);
    REQUIRE(memcmp(a->shape, b->shape, a->rank * sizeof a->shape[0]) == 0);
    if (n == 0) return;
    if (a->type == ORTL_STRING)
        REQUIRE(same_texts(a->data, b->data, n));
    else
        REQUIRE(memcmp(a->data, b->data, n * ortl_type_bytes(a->type)) == 0);
}

/* Reads bytes of which n_said are said to be there. */
static ortl_status read_bytes(const void *bytes, size_t n_bytes, uint64_t n_said,
                              ortl_tensor *tensor_out) {
    ortl_error error;
    FILE *stream = fmemopen((void *)(uintptr_t)bytes, n_bytes, "rb");
    if (stream == NULL) abort();
    ortl_status status = npy_read_stream(stream, n_said, tensor_out, &error);
    door_judge(status, &error);
    REQUIRE((status == ORTL_OK) == (tensor_out->data != NULL));
    fclose(stream);
    return status;
}

static void write_and_read(const ortl_tensor *tensor) {
    char *bytes = NULL;
    size_t n_bytes = 0;
    ortl_tensor again = {0};
    ortl_error error;
    FILE *stream = open_memstream(&bytes, &n_bytes);
    if (stream == NULL) abort();
    ortl_status status = npy_write_stream(stream, tensor, &error);
    door_judge(status, &error);
    REQUIRE(status == ORTL_OK);
    if (fclose(stream) != 0) abort();
    REQUIRE(read_bytes(bytes, n_bytes, n_bytes, &again) == ORTL_OK);
    require_same(tensor, &again);
    npy_free(&again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    ortl_tensor tensor = {0};
    if (n_bytes == 0) return 0; /* POSIX leaves open whether a stream of nothing can be had */
    if (read_bytes(bytes, n_bytes, n_bytes, &tensor) == ORTL_OK) write_and_read(&tensor);
    npy_free(&tensor);
    /* A file that shrank after its size was asked for. */
    ortl_tensor shrunk = {0};
    ortl_status status = read_bytes(bytes, n_bytes, n_bytes + 1 + bytes[n_bytes - 1], &shrunk);
    REQUIRE(status != ORTL_OK);
    return 0;
}
