/*
 * Sizes and vectors of a ranger forest, each checked against the bytes that are left.
 */
#include "ranger_bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

ortl_status ortl__ranger_fail(size_t at, ortl_error *error, const char *format, ...) {
    char message[256];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(message, sizeof message, format, values);
    va_end(values);
    return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: %s", (unsigned long long)at, message);
}

/* Assembled byte by byte, so that the host's order and alignment do not matter. */
static uint64_t little_endian(const unsigned char *bytes, size_t n_bytes) {
    uint64_t value = 0;
    for (size_t i = n_bytes; i > 0; i--) value = value << 8 | bytes[i - 1];
    return value;
}

ortl_status ortl__ranger_size(ortl__ranger_bytes *bytes, size_t n_bytes, const char *what,
                              uint64_t *value_out, ortl_error *error) {
    size_t n_left = bytes->n_bytes - bytes->at;
    if (n_left < n_bytes)
        return ortl__ranger_fail(bytes->at, error,
                                 "%s: %llu bytes expected, the file has %llu more", what,
                                 (unsigned long long)n_bytes, (unsigned long long)n_left);
    *value_out = little_endian(bytes->bytes + bytes->at, n_bytes);
    bytes->at += n_bytes;
    return ORTL_OK;
}

ortl_status ortl__ranger_take(ortl__ranger_bytes *bytes, const char *what, size_t item_bytes,
                              ortl__ranger_vector *vector_out, ortl_error *error) {
    size_t offset = bytes->at, n_left;
    uint64_t n = 0;
    ortl_status status = ortl__ranger_size(bytes, 8, what, &n, error);
    if (status != ORTL_OK) return status;
    n_left = bytes->n_bytes - bytes->at;
    if (n > n_left / item_bytes)
        return ortl__ranger_fail(offset, error,
                                 "%s: %llu items of %llu bytes announced, the file has %llu bytes "
                                 "more",
                                 what, (unsigned long long)n, (unsigned long long)item_bytes,
                                 (unsigned long long)n_left);
    *vector_out = (ortl__ranger_vector){bytes->bytes + bytes->at, n, offset};
    bytes->at += (size_t)n * item_bytes;
    return ORTL_OK;
}

uint64_t ortl__ranger_integer(const ortl__ranger_vector *vector, uint64_t index) {
    return little_endian(vector->items + 8 * (size_t)index, 8);
}

double ortl__ranger_double(const ortl__ranger_vector *vector, uint64_t index) {
    uint64_t bits = ortl__ranger_integer(vector, index);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
