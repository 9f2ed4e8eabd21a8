/*
 * Constant: a tensor that stands in the node, as a tensor attribute or, since version 12, as a
 * plain number, string or list. The plan folds it at load, so that nothing of it is left at run.
 */
#include <string.h>

#include "../status.h"
#include "families.h"

/* The element type and rank of what an attribute kind holds. */
typedef struct value_form {
    const char *attribute;
    ortl__attribute_kind kind;
    ortl_type type; /* ORTL_UNDEFINED: in the tensor */
    uint32_t rank;
} value_form;

static const value_form forms[] = {
    {"value", ORTL__ATTRIBUTE_TENSOR, ORTL_UNDEFINED, 0},
    {"value_float", ORTL__ATTRIBUTE_FLOAT, ORTL_FLOAT, 0},
    {"value_floats", ORTL__ATTRIBUTE_FLOATS, ORTL_FLOAT, 1},
    {"value_int", ORTL__ATTRIBUTE_INT, ORTL_INT64, 0},
    {"value_ints", ORTL__ATTRIBUTE_INTS, ORTL_INT64, 1},
    {"value_string", ORTL__ATTRIBUTE_STRING, ORTL_STRING, 0},
    {"value_strings", ORTL__ATTRIBUTE_STRINGS, ORTL_STRING, 1},
};

#define N_FORMS (sizeof forms / sizeof forms[0])

/* A view of the attribute, whose data stay with the graph. */
static ortl_status view_attribute(const value_form *form, const ortl__attribute *attribute,
                                  ortl__tensor *tensor_out, ortl_error *error) {
    int64_t extent = (int64_t)attribute->count;
    const void *data;
    ortl_status status;
    if (form->type == ORTL_UNDEFINED) {
        const ortl__constant *constant = attribute->as.tensor;
        ortl_type type = (ortl_type)constant->element_type;
        if (!ortl_type_bytes(type))
            return ortl__fail(error, ORTL_UNSUPPORTED, "a constant of type %s is not supported",
                              ortl__operator_onnx_type(constant->element_type));
        data = constant->data;
        status = ortl__tensor_shape(tensor_out, type, constant->rank, constant->shape, error);
    } else {
        data = ortl__operator_elements(attribute);
        status = ortl__tensor_shape(tensor_out, form->type, form->rank, &extent, error);
    }
    if (status == ORTL_OK) memcpy(&tensor_out->data, &data, sizeof data); /* only ever read */
    return status;
}

static ortl_status find_value(const ortl__loading *loading, const value_form **form_out,
                              const ortl__attribute **attribute_out, ortl_error *error) {
    size_t n_known = loading->version >= 12 ? N_FORMS : 1;
    size_t n_found = 0;
    if (ortl__node_attribute(loading->node, "sparse_value"))
        return ortl__fail(error, ORTL_UNSUPPORTED, "attribute \"sparse_value\" is not supported");
    for (size_t i = 0; i < n_known; i++) {
        const ortl__attribute *attribute = NULL;
        ortl_status status =
            ortl__operator_list(loading, forms[i].attribute, forms[i].kind, &attribute, error);
        if (status != ORTL_OK) return status;
        if (!attribute) continue;
        *form_out = &forms[i];
        *attribute_out = attribute;
        n_found++;
    }
    if (n_found == 1 && n_found == loading->node->n_attributes) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "%lu attributes, %lu of them with a value, 1 expected",
                      (unsigned long)loading->node->n_attributes, (unsigned long)n_found);
}

ortl_status ortl__constant_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    ortl__tensor *tensor = NULL;
    const value_form *form = NULL;
    const ortl__attribute *attribute = NULL;
    ortl_status status = ortl__operator_arity(loading, 0, 0, 1, 1, error);
    if (status == ORTL_OK) status = find_value(loading, &form, &attribute, error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *tensor, &tensor, error);
    if (status == ORTL_OK) status = view_attribute(form, attribute, tensor, error);
    if (status == ORTL_OK)
        ortl__value_set(loading->outputs[0], tensor->type, tensor->rank, tensor->shape);
    return status;
}

ortl_status ortl__constant_shape(ortl__call *call, ortl_error *error) {
    const ortl__tensor *tensor = call->step->parameters;
    return ortl__tensor_shape(call->outputs[0], tensor->type, tensor->rank, tensor->shape, error);
}

ortl_status ortl__constant_run(ortl__call *call, ortl_error *error) {
    const ortl__tensor *tensor = call->step->parameters;
    (void)error;
    if (tensor->n_elements)
        memcpy(call->outputs[0]->data, tensor->data, (size_t)ortl__tensor_bytes(tensor));
    return ORTL_OK;
}
