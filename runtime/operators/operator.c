/*
 * What the prepare functions of all families share: reading a node's inputs and attributes with
 * messages that name the place, and keeping account of what is known about shapes and rows.
 */
#include "operator.h"

#include <string.h>

#include "../status.h"

/* ---- Inputs and outputs ---------------------------------------------------------------------- */

static ortl_status check_count(const char *what, uint32_t found, uint32_t least, uint32_t most,
                               ortl_error *error) {
    if (found >= least && found <= most) return ORTL_OK;
    if (least == most)
        return ortl__fail(error, ORTL_BAD_MODEL, "%lu %s, %lu expected", (unsigned long)found, what,
                          (unsigned long)least);
    return ortl__fail(error, ORTL_BAD_MODEL, "%lu %s, %lu to %lu expected", (unsigned long)found,
                      what, (unsigned long)least, (unsigned long)most);
}

static ortl_status check_present(const char *what, ortl__value *const *values, uint32_t n_wanted,
                                 ortl_error *error) {
    for (uint32_t i = 0; i < n_wanted; i++)
        if (!values[i])
            return ortl__fail(error, ORTL_BAD_MODEL, "%s %lu is left out", what, (unsigned long)i);
    return ORTL_OK;
}

ortl_status ortl__operator_arity(const ortl__loading *loading, uint32_t min_inputs,
                                 uint32_t max_inputs, uint32_t min_outputs, uint32_t max_outputs,
                                 ortl_error *error) {
    const ortl__node *node = loading->node;
    ortl_status status = check_count("inputs", node->n_inputs, min_inputs, max_inputs, error);
    if (status == ORTL_OK)
        status = check_count("outputs", node->n_outputs, min_outputs, max_outputs, error);
    if (status == ORTL_OK) status = check_present("input", loading->inputs, min_inputs, error);
    if (status == ORTL_OK) status = check_present("output", loading->outputs, min_outputs, error);
    return status;
}

#define LIST_CHARS 100

/* Appends "name" or ", name" where it fits. */
static void append_name(char list[LIST_CHARS], const char *name) {
    size_t length = strlen(list), n_name = strlen(name);
    if (length + n_name + 3 > LIST_CHARS) return;
    if (length) {
        memcpy(list + length, ", ", 2);
        length += 2;
    }
    memcpy(list + length, name, n_name + 1);
}

ortl_status ortl__operator_types(const ortl__loading *loading, uint32_t index,
                                 const ortl_type *types, ortl_error *error) {
    char list[LIST_CHARS] = "";
    ortl_type found = loading->inputs[index]->type;
    for (size_t i = 0; types[i] != ORTL_UNDEFINED; i++) {
        if (types[i] == found) return ORTL_OK;
        append_name(list, ortl_type_name(types[i]));
    }
    return ortl__fail(error, ORTL_UNSUPPORTED, "input %lu has type %s; supported: %s",
                      (unsigned long)index, ortl_type_name(found), list);
}

ortl_status ortl__operator_same_types(const ortl__loading *loading, uint32_t first, uint32_t end,
                                      ortl_error *error) {
    ortl_status status = check_present("input", loading->inputs, end, error);
    for (uint32_t i = first + 1; i < end && status == ORTL_OK; i++)
        if (loading->inputs[i]->type != loading->inputs[first]->type)
            status = ortl__fail(error, ORTL_BAD_MODEL, "input %lu has type %s, input %lu has %s",
                                (unsigned long)i, ortl_type_name(loading->inputs[i]->type),
                                (unsigned long)first, ortl_type_name(loading->inputs[first]->type));
    return status;
}

/* ---- Attributes ------------------------------------------------------------------------------ */

/* 1 when name is one of the words of names. */
static int is_word_of(const char *names, const char *name) {
    size_t n_name = strlen(name);
    for (const char *word = names; *word;) {
        size_t n_word = strcspn(word, " ");
        if (n_word == n_name && memcmp(word, name, n_word) == 0) return 1;
        word += n_word;
        if (*word) word++;
    }
    return 0;
}

ortl_status ortl__operator_attributes(const ortl__loading *loading, const char *names,
                                      ortl_error *error) {
    const ortl__node *node = loading->node;
    for (uint32_t i = 0; i < node->n_attributes; i++)
        if (!is_word_of(names, node->attributes[i].name))
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "attribute \"%s\" is not supported in version %lld",
                              node->attributes[i].name, (long long)loading->version);
    return ORTL_OK;
}

static const char *kind_name(ortl__attribute_kind kind) {
    switch (kind) {
    case ORTL__ATTRIBUTE_FLOAT: return "a float";
    case ORTL__ATTRIBUTE_INT: return "an integer";
    case ORTL__ATTRIBUTE_STRING: return "a string";
    case ORTL__ATTRIBUTE_TENSOR: return "a tensor";
    case ORTL__ATTRIBUTE_FLOATS: return "a list of floats";
    case ORTL__ATTRIBUTE_INTS: return "a list of integers";
    case ORTL__ATTRIBUTE_STRINGS: return "a list of strings";
    default: return "of an unknown kind";
    }
}

ortl_status ortl__operator_list(const ortl__loading *loading, const char *name,
                                ortl__attribute_kind kind, const ortl__attribute **attribute_out,
                                ortl_error *error) {
    const ortl__attribute *attribute = ortl__node_attribute(loading->node, name);
    if (attribute && attribute->kind != kind)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is %s, not %s", name,
                          kind_name(attribute->kind), kind_name(kind));
    *attribute_out = attribute;
    return ORTL_OK;
}

ortl_status ortl__operator_int(const ortl__loading *loading, const char *name, int64_t fallback,
                               int64_t *value_out, ortl_error *error) {
    const ortl__attribute *attribute = NULL;
    ortl_status status = ortl__operator_list(loading, name, ORTL__ATTRIBUTE_INT, &attribute, error);
    if (status == ORTL_OK) *value_out = attribute ? attribute->as.ints[0] : fallback;
    return status;
}

ortl_status ortl__operator_float(const ortl__loading *loading, const char *name, float fallback,
                                 float *value_out, ortl_error *error) {
    const ortl__attribute *attribute = NULL;
    ortl_status status =
        ortl__operator_list(loading, name, ORTL__ATTRIBUTE_FLOAT, &attribute, error);
    if (status == ORTL_OK) *value_out = attribute ? attribute->as.floats[0] : fallback;
    return status;
}

ortl_status ortl__operator_string(const ortl__loading *loading, const char *name,
                                  const char *fallback, const char **value_out, ortl_error *error) {
    const ortl__attribute *attribute = NULL;
    ortl_status status =
        ortl__operator_list(loading, name, ORTL__ATTRIBUTE_STRING, &attribute, error);
    if (status == ORTL_OK) *value_out = attribute ? attribute->as.strings[0].data : fallback;
    return status;
}

ortl_status ortl__operator_choice(const ortl__loading *loading, const char *attribute,
                                  const char *text, const char *const *names, size_t n_names,
                                  size_t *index_out, ortl_error *error) {
    char list[LIST_CHARS] = "";
    (void)loading;
    for (size_t i = 0; i < n_names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *index_out = i;
            return ORTL_OK;
        }
        append_name(list, names[i]);
    }
    return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is \"%s\"; known: %s", attribute,
                      text, list);
}

const void *ortl__operator_elements(const ortl__attribute *attribute) {
    switch (attribute->kind) {
    case ORTL__ATTRIBUTE_FLOAT:
    case ORTL__ATTRIBUTE_FLOATS: return attribute->as.floats;
    case ORTL__ATTRIBUTE_INT:
    case ORTL__ATTRIBUTE_INTS: return attribute->as.ints;
    case ORTL__ATTRIBUTE_STRING:
    case ORTL__ATTRIBUTE_STRINGS: return attribute->as.strings;
    default: return attribute->as.tensor->data;
    }
}

/* By ONNX's number. */
static const char *const onnx_types[] = {
    "undefined",      "float",    "uint8",        "int8",           "uint16",
    "int16",          "int32",    "int64",        "string",         "bool",
    "float16",        "double",   "uint32",       "uint64",         "complex64",
    "complex128",     "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
    "float8e5m2fnuz", "uint4",    "int4",         "float4e2m1",     "float8e8m0",
    "uint2",          "int2"};

#define N_ONNX_TYPES ((int64_t)(sizeof onnx_types / sizeof onnx_types[0]))

const char *ortl__operator_onnx_type(int64_t number) {
    return number > 0 && number < N_ONNX_TYPES ? onnx_types[number] : "an unknown type";
}

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

int64_t ortl__operator_onnx_type_number(const char *name) {
    for (int64_t number = 1; number < N_ONNX_TYPES; number++) {
        size_t i = 0;
        while (name[i] && lower(name[i]) == onnx_types[number][i]) i++;
        if (!name[i] && !onnx_types[number][i]) return number;
    }
    return 0;
}

ortl_status ortl__operator_parameters(ortl__loading *loading, ortl__step *step, size_t n_bytes,
                                      void *parameters_out, ortl_error *error) {
    ortl_status status = ortl__arena_new(loading->arena, 1, n_bytes, &step->parameters, error);
    memcpy(parameters_out, &step->parameters, sizeof step->parameters);
    return status;
}

ortl_status ortl__operator_axis(int64_t axis, uint32_t rank, uint32_t *axis_out,
                                ortl_error *error) {
    if (axis < -(int64_t)rank || axis >= (int64_t)rank)
        return ortl__fail(error, ORTL_BAD_INPUT, "axis %lld of a tensor of rank %lu",
                          (long long)axis, (unsigned long)rank);
    *axis_out = (uint32_t)(axis < 0 ? axis + (int64_t)rank : axis);
    return ORTL_OK;
}

/* ---- Shapes and rows ------------------------------------------------------------------------- */

int ortl__value_shape(const ortl__value *value, uint32_t *rank_out, const int64_t **shape_out) {
    if (!value->constant && !value->has_shape) return 0;
    *rank_out = value->constant ? value->constant->rank : value->rank;
    *shape_out = value->constant ? value->constant->shape : value->shape;
    return 1;
}

void ortl__value_set(ortl__value *value, ortl_type type, uint32_t rank, const int64_t *shape) {
    value->type = type;
    value->has_shape = shape && rank <= ORTL_MAX_RANK;
    value->rank = value->has_shape ? (uint8_t)rank : 0;
    for (uint32_t i = 0; i < value->rank; i++) value->shape[i] = shape[i];
}

void ortl__value_set_like(ortl__value *value, ortl_type type, const ortl__value *like) {
    uint32_t rank = 0;
    const int64_t *shape = NULL;
    if (!ortl__value_shape(like, &rank, &shape)) shape = NULL;
    ortl__value_set(value, type, rank, shape);
}

void ortl__step_needs_rows(const ortl__loading *loading, ortl__step *step) {
    uint32_t rank = 0;
    const int64_t *shape;
    if (!ortl__value_shape(loading->inputs[0], &rank, &shape) || rank < 2) step->is_row_wise = 0;
}

ortl_status ortl__step_works_along(const ortl__loading *loading, ortl__step *step, int64_t axis,
                                   ortl_error *error) {
    uint32_t rank = 0, along = axis > 0;
    const int64_t *shape;
    if (ortl__value_shape(loading->inputs[0], &rank, &shape)) {
        ortl_status status = ortl__operator_axis(axis, rank, &along, error);
        if (status != ORTL_OK) return status;
    }
    if (along == 0) step->is_row_wise = 0;
    return ORTL_OK;
}

ortl_status ortl__shape_like_first(ortl__call *call, ortl_error *error) {
    const ortl__tensor *input = call->inputs[0];
    ortl__tensor *output = call->outputs[0];
    return ortl__tensor_shape(output, output->type, input->rank, input->shape, error);
}
