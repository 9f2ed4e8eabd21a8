/*
 * The declared inputs and outputs of the graph. Their shapes are hints that real files get wrong;
 * what counts is the name and the element type.
 */
#include <string.h>

#include "../runtime/status.h"
#include "onnx_ml.pb-c.h"
#include "reader.h"

static ortl_status read_shape(const Onnx__TensorShapeProto *shape, ortl__graph_value *value,
                              ortl_error *error) {
    if (shape == NULL) return ORTL_OK;
    if (shape->n_dim > ORTL_MAX_RANK)
        return ortl__fail(error, ORTL_UNSUPPORTED, "\"%s\" has %lu axes, at most %d are supported",
                          value->name, (unsigned long)shape->n_dim, ORTL_MAX_RANK);
    value->has_shape = 1;
    value->rank = (uint32_t)shape->n_dim;
    for (size_t i = 0; i < shape->n_dim; i++) {
        const Onnx__TensorShapeProto__Dimension *dim = shape->dim[i];
        value->shape[i] = dim->has_dim_value && dim->dim_value >= 0 ? dim->dim_value : -1;
    }
    return ORTL_OK;
}

static ortl_status read_tensor(const Onnx__TypeProto__Tensor *tensor, ortl__graph_value *value,
                               ortl_error *error) {
    value->element_type = tensor->elem_type;
    return read_shape(tensor->shape, value, error);
}

/* A sequence of maps from classes to scores is what ZipMap makes; one of tensors is what exporters
 * of models with several targets make. */
static ortl_status read_sequence(const Onnx__TypeProto__Sequence *sequence,
                                 ortl__graph_value *value, ortl_error *error) {
    const Onnx__TypeProto *element = sequence->elem_type;
    if (element != NULL && element->map_type != NULL) {
        value->is_map = 1;
        element = element->map_type->value_type;
    } else {
        value->is_sequence = 1;
    }
    if (element == NULL || element->tensor_type == NULL)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "\"%s\" is a sequence of neither tensors nor maps to tensors, which is "
                          "not supported",
                          value->name);
    value->element_type = element->tensor_type->elem_type;
    return ORTL_OK;
}

static ortl_status read_type(const Onnx__TypeProto *type, ortl__graph_value *value,
                             ortl_error *error) {
    const char *refused = NULL;
    int n_given = (type->tensor_type != NULL) + (type->sequence_type != NULL);
    if (type->map_type != NULL) refused = "a map outside of a sequence";
    if (type->has_opaque_type) refused = "an opaque type";
    if (type->has_sparse_tensor_type) refused = "a sparse tensor";
    if (type->has_optional_type) refused = "an optional type";
    if (refused != NULL)
        return ortl__fail(error, ORTL_UNSUPPORTED, "\"%s\" is %s, which is not supported",
                          value->name, refused);
    if (n_given > 1) return ortl__fail(error, ORTL_BAD_MODEL, "\"%s\" has two types", value->name);
    if (type->tensor_type != NULL) return read_tensor(type->tensor_type, value, error);
    if (type->sequence_type != NULL) return read_sequence(type->sequence_type, value, error);
    return ORTL_OK;
}

ortl_status ortl__reader_value_info(ortl__reader *reader, ortl__wire wire,
                                    ortl__graph_value *value_out, ortl_error *error) {
    Onnx__ValueInfoProto *info = NULL;
    ortl_status status = ortl__message_unpack(
        &reader->messages, wire, &onnx__value_info_proto__descriptor, ORTL__WANT_ALL, &info, error);
    if (status != ORTL_OK) return status;
    status = ortl__reader_text(reader, info->name, &value_out->name, error);
    if (status == ORTL_OK && value_out->name[0] == '\0')
        status = ortl__fail(error, ORTL_BAD_MODEL, "an input or output of the graph has no name");
    if (status == ORTL_OK && info->type != NULL) status = read_type(info->type, value_out, error);
    ortl__message_free(&reader->messages, info);
    return status;
}
