/*
 * The columns of a tree operator as attributes on the wire.
 */
#ifndef ORTL_WRITER_COLUMNS_H
#define ORTL_WRITER_COLUMNS_H

#include "graph.h"
#include "wire_out.h"

/* All present columns as fields of a NodeProto, in the order of ORTL__COLUMN_MAP. */
void ortl__writer_put_columns(ortl__wire_out *out, const ortl__ensemble_columns *columns);

/* The n_elements at data, of an ONNX element type with fixed size, as the little-endian bytes of a
 * raw_data field. */
typedef struct ortl__raw_values {
    const void *data;
    uint64_t n_elements;
    size_t element_bytes; /* 1, 2, 4 or 8 */
} ortl__raw_values;

ortl__wire_message ortl__writer_put_raw;

/* Field numbers and enumerators of the published ONNX schema. */
enum {
    ORTL__NODE_ATTRIBUTE = 5,
    ORTL__ATTRIBUTE_NAME = 1,
    ORTL__ATTRIBUTE_F = 2,
    ORTL__ATTRIBUTE_I = 3,
    ORTL__ATTRIBUTE_S = 4,
    ORTL__ATTRIBUTE_T = 5,
    ORTL__ATTRIBUTE_FLOAT_LIST = 7,
    ORTL__ATTRIBUTE_INT_LIST = 8,
    ORTL__ATTRIBUTE_STRING_LIST = 9,
    ORTL__ATTRIBUTE_TYPE = 20,
    ORTL__TENSOR_DIMS = 1,
    ORTL__TENSOR_DATA_TYPE = 2,
    ORTL__TENSOR_STRING_DATA = 6,
    ORTL__TENSOR_NAME = 8,
    ORTL__TENSOR_RAW_DATA = 9,
    ORTL__ELEMENT_FLOAT = 1,
    ORTL__ELEMENT_UINT8 = 2,
    ORTL__ELEMENT_STRING = 8,
    ORTL__ELEMENT_DOUBLE = 11
};

#endif
