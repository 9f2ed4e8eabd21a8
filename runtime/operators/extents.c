/*
 * Shape, Size and ConstantOfShape: shapes as tensors, and tensors from shapes.
 */
#include <string.h>

#include "../status.h"
#include "families.h"
#include "integers.h"

/* ---- Shape and Size -------------------------------------------------------------------------- */

typedef struct extents_parameters {
    int64_t start, end; /* axes start .. end - 1; negative: from the last */
} extents_parameters;

static int64_t clamp_axis(int64_t axis, uint32_t rank) {
    if (axis < 0) axis += rank;
    return axis < 0 ? 0 : axis > (int64_t)rank ? (int64_t)rank : axis;
}

/* The first axis that is listed, and how many. */
static int64_t count_axes(const extents_parameters *parameters, uint32_t rank, int64_t *first_out) {
    int64_t first = clamp_axis(parameters->start, rank), end = clamp_axis(parameters->end, rank);
    *first_out = first;
    return end > first ? end - first : 0;
}

/* Their output tells of the batch as a whole, so no row of it belongs to a row. */
ortl_status ortl__extents_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    extents_parameters *parameters = NULL;
    const int64_t *shape;
    uint32_t rank = 0;
    int64_t first = 0, count = -1;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK)
        status =
            ortl__operator_attributes(loading, loading->version >= 15 ? "start end" : "", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "start", 0, &parameters->start, error);
    if (status == ORTL_OK)
        status = ortl__operator_int(loading, "end", INT64_MAX, &parameters->end, error);
    if (status != ORTL_OK) return status;
    if (ortl__value_shape(loading->inputs[0], &rank, &shape))
        count = count_axes(parameters, rank, &first);
    ortl__value_set(loading->outputs[0], ORTL_INT64, 1, &count);
    return ORTL_OK;
}

ortl_status ortl__extents_shape(ortl__call *call, ortl_error *error) {
    int64_t first, count = count_axes(call->step->parameters, call->inputs[0]->rank, &first);
    return ortl__tensor_shape(call->outputs[0], ORTL_INT64, 1, &count, error);
}

ortl_status ortl__extents_run(ortl__call *call, ortl_error *error) {
    int64_t first, count = count_axes(call->step->parameters, call->inputs[0]->rank, &first);
    int64_t *extents = call->outputs[0]->data;
    (void)error;
    for (int64_t i = 0; i < count; i++) extents[i] = call->inputs[0]->shape[first + i];
    return ORTL_OK;
}

ortl_status ortl__size_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    (void)step;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "", error);
    if (status == ORTL_OK) ortl__value_set(loading->outputs[0], ORTL_INT64, 0, (int64_t[1]){0});
    return status;
}

ortl_status ortl__size_shape(ortl__call *call, ortl_error *error) {
    return ortl__tensor_shape(call->outputs[0], ORTL_INT64, 0, NULL, error);
}

ortl_status ortl__size_run(ortl__call *call, ortl_error *error) {
    int64_t *size = call->outputs[0]->data;
    (void)error;
    *size = (int64_t)call->inputs[0]->n_elements;
    return ORTL_OK;
}

/* ---- ConstantOfShape ------------------------------------------------------------------------- */

typedef struct filler_parameters {
    const void *value; /* (1) of the type of the output; NULL: the float 0 */
    ortl__integers shape;
} filler_parameters;

static ortl_status read_value(const ortl__loading *loading, const void **value_out,
                              ortl_type *type_out, ortl_error *error) {
    const ortl__attribute *attribute = NULL;
    ortl_status status =
        ortl__operator_list(loading, "value", ORTL__ATTRIBUTE_TENSOR, &attribute, error);
    if (status != ORTL_OK || !attribute) return status;
    const ortl__constant *constant = attribute->as.tensor;
    *type_out = (ortl_type)constant->element_type;
    *value_out = constant->data;
    if (!ortl_type_bytes(*type_out))
        return ortl__fail(error, ORTL_UNSUPPORTED, "a value of type %s is not supported",
                          ortl__operator_onnx_type(constant->element_type));
    if (constant->n_elements != 1)
        return ortl__fail(error, ORTL_BAD_MODEL, "the value has %llu elements, 1 expected",
                          (unsigned long long)constant->n_elements);
    return ORTL_OK;
}

ortl_status ortl__filler_prepare(ortl__loading *loading, ortl__step *step, ortl_error *error) {
    filler_parameters *parameters = NULL;
    ortl_type type = ORTL_FLOAT;
    ortl_status status = ortl__operator_arity(loading, 1, 1, 1, 1, error);
    (void)step;
    if (status == ORTL_OK) status = ortl__operator_attributes(loading, "value", error);
    if (status == ORTL_OK)
        status = ortl__operator_parameters(loading, step, sizeof *parameters, &parameters, error);
    if (status == ORTL_OK) status = read_value(loading, &parameters->value, &type, error);
    if (status == ORTL_OK) status = ortl__integers_input(loading, 0, &parameters->shape, error);
    if (status != ORTL_OK) return status;
    int is_known = ortl__integers_are_known(&parameters->shape);
    ortl__value_set(loading->outputs[0], type, parameters->shape.n,
                    is_known ? parameters->shape.values : NULL);
    return ORTL_OK;
}

ortl_status ortl__filler_shape(ortl__call *call, ortl_error *error) {
    const filler_parameters *parameters = call->step->parameters;
    ortl__integers shape;
    ortl_status status = ortl__integers_read(call, &parameters->shape, &shape, error);
    if (status != ORTL_OK) return status;
    return ortl__tensor_shape(call->outputs[0], call->outputs[0]->type, shape.n, shape.values,
                              error);
}

ortl_status ortl__filler_run(ortl__call *call, ortl_error *error) {
    const filler_parameters *parameters = call->step->parameters;
    const ortl__tensor *output = call->outputs[0];
    size_t element_bytes = ortl_type_bytes(output->type);
    char *out = output->data;
    (void)error;
    if (output->n_elements && !parameters->value)
        memset(out, 0, (size_t)ortl__tensor_bytes(output));
    for (uint64_t i = 0; i < output->n_elements && parameters->value; i++, out += element_bytes)
        memcpy(out, parameters->value, element_bytes);
    return ORTL_OK;
}
