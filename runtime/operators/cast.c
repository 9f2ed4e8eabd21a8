/*
 * Cast between float, double, int64, int32, int16, bool and string. Casts of numbers are typed
 * loops; those from and to strings, which can fail or need memory, stand apart.
 */
#include <math.h>
#include <string.h>

#include "../number.h"
#include "../status.h"
#include "elementwise.h"
#include "families.h"
#include "real_text.h"
#include "truncate.h"

/* ---- Numbers to numbers ---------------------------------------------------------------------- */

static int64_t integer_to_int64(int64_t x) {
    return x;
}

/* The low 32 bits. */
static int32_t integer_to_int32(int64_t x) {
    return (int32_t)(uint32_t)(uint64_t)x;
}

/* The low 16 bits. */
static int16_t integer_to_int16(int64_t x) {
    return (int16_t)(uint16_t)(uint64_t)x;
}

#define TO_float(x)  ((float)(x))
#define TO_double(x) ((double)(x))
#define TO_int64(x)                                                                                \
    _Generic((x), float                                                                            \
             : ortl__real_to_int64, double                                                         \
             : ortl__real_to_int64, default                                                        \
             : integer_to_int64)(x)
#define TO_int32(x)                                                                                \
    _Generic((x), float                                                                            \
             : ortl__real_to_int32, double                                                         \
             : ortl__real_to_int32, default                                                        \
             : integer_to_int32)(x)
#define TO_int16(x) integer_to_int16(TO_int32(x)) /* as the reference has it on x86 */
#define TO_bool(x)  ((uint8_t)((x) != 0))         /* NaN is true */

#define CASTS_FROM(from, In)                                                                       \
    ORTL__UNARY_LOOP(from##_to_float, In, float, TO_float(a))                                      \
    ORTL__UNARY_LOOP(from##_to_double, In, double, TO_double(a))                                   \
    ORTL__UNARY_LOOP(from##_to_int64, In, int64_t, TO_int64(a))                                    \
    ORTL__UNARY_LOOP(from##_to_int32, In, int32_t, TO_int32(a))                                    \
    ORTL__UNARY_LOOP(from##_to_int16, In, int16_t, TO_int16(a))                                    \
    ORTL__UNARY_LOOP(from##_to_bool, In, uint8_t, TO_bool(a))

#define CASTS_OF(from)                                                                             \
    {                                                                                              \
        [ORTL_FLOAT] = from##_to_float, [ORTL_DOUBLE] = from##_to_double,                          \
        [ORTL_INT64] = from##_to_int64, [ORTL_INT32] = from##_to_int32,                            \
        [ORTL_INT16] = from##_to_int16, [ORTL_BOOL] = from##_to_bool                               \
    }

CASTS_FROM(float, float)
CASTS_FROM(double, double)
CASTS_FROM(int64, int64_t)
CASTS_FROM(int32, int32_t)
CASTS_FROM(int16, int16_t)
CASTS_FROM(bool, uint8_t)

/* [from][to] NULL: a string is on one of the sides */
static ortl__loop *const number_casts[ORTL__TYPE_END][ORTL__TYPE_END] = {
    [ORTL_FLOAT] = CASTS_OF(float), [ORTL_DOUBLE] = CASTS_OF(double),
    [ORTL_INT64] = CASTS_OF(int64), [ORTL_INT32] = CASTS_OF(int32),
    [ORTL_INT16] = CASTS_OF(int16), [ORTL_BOOL] = CASTS_OF(bool),
};

/* ---- Numbers to strings ---------------------------------------------------------------------- */

/* The text of element i, without a NUL; returns its bytes. */
static size_t write_element(const ortl__tensor *input, uint64_t i,
                            char text_out[ORTL__NUMBER_CHARS]) {
    switch (input->type) {
    case ORTL_FLOAT: return ortl__real_text((double)((const float *)input->data)[i], text_out);
    case ORTL_DOUBLE: return ortl__real_text(((const double *)input->data)[i], text_out);
    case ORTL_INT64: return ortl__number_write_int64(((const int64_t *)input->data)[i], text_out);
    case ORTL_INT16: return ortl__number_write_int64(((const int16_t *)input->data)[i], text_out);
    case ORTL_INT32: return ortl__number_write_int64(((const int32_t *)input->data)[i], text_out);
    default: text_out[0] = ((const uint8_t *)input->data)[i] ? '1' : '0'; return 1;
    }
}

static ortl_status cast_to_strings(ortl__call *call, ortl_error *error) {
    ortl_string *strings = call->outputs[0]->data;
    ortl_status status = ORTL_OK;
    for (uint64_t i = 0; i < call->outputs[0]->n_elements && status == ORTL_OK; i++) {
        char text[ORTL__NUMBER_CHARS];
        strings[i].n_bytes = write_element(call->inputs[0], i, text);
        status = ortl__arena_text(call->texts, text, strings[i].n_bytes, &strings[i].data, error);
    }
    return status;
}

/* ---- Strings to numbers ---------------------------------------------------------------------- */

static int is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The text without the blanks around it, which are allowed as by the C library's readers. */
static ortl_string trim(ortl_string text) {
    while (text.n_bytes && is_blank(text.data[0])) {
        text.data++;
        text.n_bytes--;
    }
    while (text.n_bytes && is_blank(text.data[text.n_bytes - 1])) text.n_bytes--;
    return text;
}

/* All of the text must be the number. Digits that overflow are refused; "inf" is not. */
static int read_real(ortl_string text, double *value_out) {
    size_t used = ortl__number_read_double(text.data, text.n_bytes, '.', value_out);
    if (used == 0 || used != text.n_bytes) return 0;
    char first = text.data[text.data[0] == '+' || text.data[0] == '-'];
    return !isinf(*value_out) || first == 'i' || first == 'I';
}

/* An integer; a fraction such as the ".0" of "7.0" is cut off. */
static int read_integer(ortl_string text, int64_t *value_out) {
    size_t used = ortl__number_read_int64(text.data, text.n_bytes, value_out);
    if (used == 0) return 0;
    if (used < text.n_bytes && text.data[used] == '.') used++;
    while (used < text.n_bytes && text.data[used] >= '0' && text.data[used] <= '9') used++;
    return used == text.n_bytes;
}

static void store_real(ortl__tensor *output, uint64_t i, double value) {
    if (output->type == ORTL_DOUBLE)
        ((double *)output->data)[i] = value;
    else
        ((float *)output->data)[i] = (float)value;
}

static void store_integer(ortl__tensor *output, uint64_t i, int64_t value) {
    if (output->type == ORTL_INT64)
        ((int64_t *)output->data)[i] = value;
    else if (output->type == ORTL_INT32)
        ((int32_t *)output->data)[i] = integer_to_int32(value);
    else if (output->type == ORTL_INT16)
        ((int16_t *)output->data)[i] = integer_to_int16(value);
    else
        ((uint8_t *)output->data)[i] = value != 0;
}

static ortl_status cast_from_strings(ortl__call *call, ortl_error *error) {
    const ortl_string *strings = call->inputs[0]->data;
    ortl__tensor *output = call->outputs[0];
    int is_real = output->type == ORTL_FLOAT || output->type == ORTL_DOUBLE;
    for (uint64_t i = 0; i < output->n_elements; i++) {
        ortl_string text = trim(strings[i]);
        double real = 0;
        int64_t integer = 0;
        if (!(is_real ? read_real(text, &real) : read_integer(text, &integer)))
            return ortl__fail(error, ORTL_BAD_INPUT, "element %llu: \"%.*s\" is not of type %s",
                              (unsigned long long)i,
                              strings[i].n_bytes < 100 ? (int)strings[i].n_bytes : 100,
                              strings[i].data, ortl_type_name(output->type));
        if (is_real)
            store_real(output, i, real);
        else
            store_integer(output, i, integer);
    }
    return ORTL_OK;
}

/* ---- The operator ---------------------------------------------------------------------------- */

/* Versions 1 to 5 give the type's name in place of its number. */
static ortl_status read_target(const ortl__loading *loading, int64_t *number_out,
                               ortl_error *error) {
    const ortl__attribute *to = ortl__node_attribute(loading->node, "to");
    const char *name = "";
    if (!to) return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"to\" is missing");
    if (loading->version >= 6) return ortl__operator_int(loading, "to", 0, number_out, error);
    ortl_status status = ortl__operator_string(loading, "to", "", &name, error);
    if (status != ORTL_OK) return status;
    *number_out = ortl__operator_onnx_type_number(name);
    if (*number_out) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"to\" is \"%s\", not an element type",
                      name);
}

ortl_status ortl__cast_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    int64_t number = 0;
    /* saturate and round_mode are about float8, which is not supported. */
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK)
        status = ortl__operator_attributes(loading, "to saturate round_mode", error);
    if (status == ORTL_OK) status = read_target(loading, &number, error);
    if (status != ORTL_OK) return status;
    ortl_type type = number > 0 && number < ORTL__TYPE_END ? (ortl_type)number : ORTL_UNDEFINED;
    if (!ortl_type_bytes(type))
        return ortl__fail(error, ORTL_UNSUPPORTED, "Cast to %s is not supported",
                          ortl__operator_onnx_type(number));
    ortl__value_set_like(loading->outputs[0], type, loading->inputs[0]);
    step->is_alias = type == loading->inputs[0]->type;
    return ORTL_OK;
}

ortl_status ortl__cast_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    ortl__tensor *output = call->outputs[0];
    if (call->step->is_alias) return ORTL_OK;
    if (output->type == ORTL_STRING) return cast_to_strings(call, error);
    if (input->type == ORTL_STRING) return cast_from_strings(call, error);
    ortl__loop_run(number_casts[input->type][output->type], NULL, call->inputs, 1, output);
    return ORTL_OK;
}
