/*
 * Comparing two tensors: type, shape, then element by element.
 */
#include "compare.h"

#include "../runtime/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint64_t count_elements(const ortl_tensor *tensor) {
    uint64_t n = 1;
    for (size_t i = 0; i < tensor->rank; i++) n *= (uint64_t)tensor->shape[i];
    return n;
}

static void shape_text(const ortl_tensor *tensor, char text_out[64]) {
    size_t length = 1;
    text_out[0] = '[';
    for (size_t i = 0; i < tensor->rank && length < 40; i++)
        length += (size_t)snprintf(text_out + length, 64 - length, "%s%lld", i ? "," : "",
                                   (long long)tensor->shape[i]);
    memcpy(text_out + length, "]", 2);
}

static bool have_one_form(const ortl_tensor *found, const ortl_tensor *expected, char *text_out) {
    char shapes[2][64];
    if (found->type != expected->type) {
        snprintf(text_out, ORTL__DIFFERENCE_BYTES, "type %s, expected %s",
                 ortl_type_name(found->type), ortl_type_name(expected->type));
        return false;
    }
    if (found->rank == expected->rank &&
        memcmp(found->shape, expected->shape, found->rank * sizeof *found->shape) == 0)
        return true;
    shape_text(found, shapes[0]);
    shape_text(expected, shapes[1]);
    snprintf(text_out, ORTL__DIFFERENCE_BYTES, "shape %s, expected %s", shapes[0], shapes[1]);
    return false;
}

static bool is_real(ortl_type type) {
    return type == ORTL_FLOAT || type == ORTL_DOUBLE;
}

static double real_at(const ortl_tensor *tensor, uint64_t i) {
    return tensor->type == ORTL_FLOAT ? (double)((const float *)tensor->data)[i]
                                      : ((const double *)tensor->data)[i];
}

static bool reals_agree(double found, double expected, const ortl__tolerance *tolerance) {
    if (isnan(expected) || isnan(found)) return isnan(expected) && isnan(found);
    if (found == expected) return true;
    if (isinf(found) || isinf(expected)) return false;
    return fabs(found - expected) <= tolerance->absolute + tolerance->relative * fabs(expected);
}

static bool elements_agree(const ortl_tensor *found, const ortl_tensor *expected, uint64_t i,
                           const ortl__tolerance *tolerance) {
    const size_t n_bytes = ortl_type_bytes(found->type);
    if (is_real(found->type))
        return reals_agree(real_at(found, i), real_at(expected, i), tolerance);
    if (found->type != ORTL_STRING)
        return memcmp((const char *)found->data + i * n_bytes,
                      (const char *)expected->data + i * n_bytes, n_bytes) == 0;
    const ortl_string *a = (const ortl_string *)found->data + i;
    const ortl_string *b = (const ortl_string *)expected->data + i;
    return a->n_bytes == b->n_bytes &&
           (a->n_bytes == 0 || memcmp(a->data, b->data, a->n_bytes) == 0);
}

#define ELEMENT_BYTES 48

static void element_text(const ortl_tensor *tensor, uint64_t i, char text_out[ELEMENT_BYTES]) {
    const void *data = tensor->data;
    size_t n_bytes = 0;
    switch (tensor->type) {
    case ORTL_FLOAT: n_bytes = ortl__number_write_float(((const float *)data)[i], text_out); break;
    case ORTL_DOUBLE:
        n_bytes = ortl__number_write_double(((const double *)data)[i], text_out);
        break;
    case ORTL_INT64:
        n_bytes = ortl__number_write_int64(((const int64_t *)data)[i], text_out);
        break;
    case ORTL_INT32:
        n_bytes = ortl__number_write_int64(((const int32_t *)data)[i], text_out);
        break;
    case ORTL_INT16:
        n_bytes = ortl__number_write_int64(((const int16_t *)data)[i], text_out);
        break;
    case ORTL_BOOL: n_bytes = ortl__number_write_int64(((const uint8_t *)data)[i], text_out); break;
    case ORTL_STRING: {
        const ortl_string *text = (const ortl_string *)data + i;
        n_bytes = text->n_bytes < ELEMENT_BYTES - 3 ? text->n_bytes : ELEMENT_BYTES - 3;
        text_out[0] = text_out[n_bytes + 1] = '"';
        if (n_bytes > 0) memcpy(text_out + 1, text->data, n_bytes);
        n_bytes += 2;
        break;
    }
    case ORTL_UNDEFINED: break;
    }
    text_out[n_bytes] = '\0';
}

bool ortl__tensors_agree(const ortl_tensor *found, const ortl_tensor *expected,
                         const ortl__tolerance *tolerance, char text_out[ORTL__DIFFERENCE_BYTES]) {
    char elements[2][ELEMENT_BYTES];
    if (!have_one_form(found, expected, text_out)) return false;
    const uint64_t n_elements = count_elements(found);
    for (uint64_t i = 0; i < n_elements; i++) {
        if (elements_agree(found, expected, i, tolerance)) continue;
        element_text(found, i, elements[0]);
        element_text(expected, i, elements[1]);
        snprintf(text_out, ORTL__DIFFERENCE_BYTES, "element %llu is %s, expected %s",
                 (unsigned long long)i, elements[0], elements[1]);
        return false;
    }
    return true;
}
