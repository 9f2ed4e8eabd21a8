/*
 * Constants: initializers and tensor attributes. protobuf-c reads what stands around the data; the
 * data themselves, in one of six typed fields or in raw_data, are streamed.
 */
#include <string.h>

#include "../runtime/status.h"
#include "onnx_ml.pb-c.h"
#include "reader.h"

enum {
    TENSOR_DIMS = 1,
    TENSOR_TYPE = 2,
    TENSOR_SEGMENT = 3,
    TENSOR_FLOATS = 4,
    TENSOR_INT32S = 5,
    TENSOR_STRINGS = 6,
    TENSOR_INT64S = 7,
    TENSOR_NAME = 8,
    TENSOR_RAW = 9,
    TENSOR_DOUBLES = 10,
    TENSOR_UINT64S = 11,
    TENSOR_EXTERNAL = 13,
    TENSOR_LOCATION = 14
};

#define TYPE_STRING 8
#define TYPE_BOOL   9

/* How ONNX stores the elements of each type; smallest and greatest bound what an integer field may
 * hold. */
static const struct storage {
    int32_t element_type;
    uint8_t element_bytes;
    uint8_t field;
    ortl__element_kind kind;
    int64_t smallest, greatest;
} storages[] = {
    {1, 4, TENSOR_FLOATS, ORTL__ELEMENT_FLOAT, 0, 0},
    {2, 1, TENSOR_INT32S, ORTL__ELEMENT_INT, 0, UINT8_MAX},
    {3, 1, TENSOR_INT32S, ORTL__ELEMENT_INT, INT8_MIN, INT8_MAX},
    {4, 2, TENSOR_INT32S, ORTL__ELEMENT_INT, 0, UINT16_MAX},
    {5, 2, TENSOR_INT32S, ORTL__ELEMENT_INT, INT16_MIN, INT16_MAX},
    {6, 4, TENSOR_INT32S, ORTL__ELEMENT_INT, INT32_MIN, INT32_MAX},
    {7, 8, TENSOR_INT64S, ORTL__ELEMENT_INT, INT64_MIN, INT64_MAX},
    {TYPE_STRING, sizeof(ortl_string), TENSOR_STRINGS, ORTL__ELEMENT_TEXT, 0, 0},
    {TYPE_BOOL, 1, TENSOR_INT32S, ORTL__ELEMENT_INT, INT64_MIN, INT64_MAX},
    {10, 2, TENSOR_INT32S, ORTL__ELEMENT_INT, 0, UINT16_MAX}, /* float16, as bits */
    {11, 8, TENSOR_DOUBLES, ORTL__ELEMENT_DOUBLE, 0, 0},
    {12, 4, TENSOR_UINT64S, ORTL__ELEMENT_INT, 0, UINT32_MAX},
    {13, 8, TENSOR_UINT64S, ORTL__ELEMENT_INT, INT64_MIN, INT64_MAX}, /* uint64, as bits */
    {16, 2, TENSOR_INT32S, ORTL__ELEMENT_INT, 0, UINT16_MAX},         /* bfloat16, as bits */
};

static const struct storage *find_storage(int32_t element_type) {
    for (size_t i = 0; i < sizeof storages / sizeof storages[0]; i++)
        if (storages[i].element_type == element_type) return &storages[i];
    return NULL;
}

/* ---- Around the data ------------------------------------------------------------------------- */

/* The same bound as that of tensors that are computed: what passes here is no surprise there. */
#define MAX_ELEMENTS ((uint64_t)1 << 62)

/* The extents other than 0 are multiplied first, so that [0, huge, huge] is refused whatever the
 * order. */
static ortl_status read_shape(const Onnx__TensorProto *tensor, ortl__tensor_facts *facts,
                              ortl_error *error) {
    if (tensor->n_dims > ORTL_MAX_RANK)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "tensor \"%s\" has %lu axes, at most %d are supported", facts->name,
                          (unsigned long)tensor->n_dims, ORTL_MAX_RANK);
    facts->rank = (uint32_t)tensor->n_dims;
    uint64_t n_elements = 1;
    int is_empty = 0;
    for (uint32_t i = 0; i < facts->rank; i++) {
        uint64_t extent = (uint64_t)tensor->dims[i];
        if (tensor->dims[i] < 0 || (extent != 0 && extent > MAX_ELEMENTS / n_elements))
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "tensor \"%s\": axis %lu cannot have %lld elements", facts->name,
                              (unsigned long)i, (long long)tensor->dims[i]);
        facts->shape[i] = tensor->dims[i];
        is_empty |= extent == 0;
        if (extent != 0) n_elements *= extent;
    }
    facts->n_elements = is_empty ? 0 : n_elements;
    return ORTL_OK;
}

ortl_status ortl__tensor_header(ortl__reader *reader, ortl__wire wire,
                                ortl__tensor_facts *facts_out, ortl_error *error) {
    const uint64_t wanted = ORTL__WANT(TENSOR_DIMS) | ORTL__WANT(TENSOR_TYPE) |
                            ORTL__WANT(TENSOR_SEGMENT) | ORTL__WANT(TENSOR_NAME) |
                            ORTL__WANT(TENSOR_EXTERNAL) | ORTL__WANT(TENSOR_LOCATION);
    Onnx__TensorProto *tensor = NULL;
    memset(facts_out, 0, sizeof *facts_out);
    ortl_status status = ortl__message_unpack(
        &reader->messages, wire, &onnx__tensor_proto__descriptor, wanted, &tensor, error);
    if (status != ORTL_OK) return status;
    facts_out->element_type = tensor->data_type;
    status = ortl__reader_text(reader, tensor->name, &facts_out->name, error);
    if (status != ORTL_OK) goto done;
    if (tensor->data_location != 0 || tensor->n_external_data > 0)
        status = ortl__fail(error, ORTL_UNSUPPORTED,
                            "tensor \"%s\" has its data in another file, which is not supported",
                            facts_out->name);
    else if (tensor->segment != NULL)
        status =
            ortl__fail(error, ORTL_UNSUPPORTED,
                       "tensor \"%s\" comes in segments, which is not supported", facts_out->name);
    else
        status = read_shape(tensor, facts_out, error);
done:
    ortl__message_free(&reader->messages, tensor);
    return status;
}

/* ---- Finding the data ------------------------------------------------------------------------ */

static int is_typed_data(uint32_t number) {
    return number == TENSOR_FLOATS || number == TENSOR_INT32S || number == TENSOR_STRINGS ||
           number == TENSOR_INT64S || number == TENSOR_DOUBLES || number == TENSOR_UINT64S;
}

/* Counts the elements of the typed field and finds raw_data. */
static ortl_status survey_data(ortl__wire wire, ortl__tensor_facts *facts, uint64_t *n_typed_out,
                               ortl_error *error) {
    ortl__element_counter counter;
    ortl__wire_field field;
    ortl_status status;
    ortl__element_counter_init(&counter);
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        if (field.number == TENSOR_RAW) {
            status = ortl__wire_expect(&field, ORTL__WIRE_LENGTH, error);
            facts->raw = field;
            facts->is_raw = 1;
        } else if (field.number == facts->data_field) {
            status = ortl__elements_read(&wire, &field, facts->kind, &counter.sink, error);
        } else if (is_typed_data(field.number) &&
                   !(field.type == ORTL__WIRE_LENGTH && field.n_bytes == 0)) {
            status = ortl__fail(error, ORTL_BAD_MODEL,
                                "tensor \"%s\" of type %ld has data in field %lu instead of %lu",
                                facts->name, (long)facts->element_type, (unsigned long)field.number,
                                (unsigned long)facts->data_field);
        }
        if (status != ORTL_OK) break;
    }
    *n_typed_out = counter.count;
    return status;
}

ortl_status ortl__tensor_find_data(ortl__wire wire, ortl__tensor_facts *facts, ortl_error *error) {
    const struct storage *storage = find_storage(facts->element_type);
    uint64_t n_typed;
    if (storage == NULL)
        return ortl__fail(error, facts->element_type == 0 ? ORTL_BAD_MODEL : ORTL_UNSUPPORTED,
                          "tensor \"%s\" has element type %ld, which is not supported", facts->name,
                          (long)facts->element_type);
    facts->kind = storage->kind;
    facts->data_field = storage->field;
    facts->element_bytes = storage->element_bytes;
    ortl_status status = survey_data(wire, facts, &n_typed, error);
    if (status != ORTL_OK) return status;
    if (facts->is_raw && facts->raw.n_bytes == 0 && facts->n_elements == n_typed) facts->is_raw = 0;
    if (!facts->is_raw && n_typed == facts->n_elements) return ORTL_OK;
    if (facts->is_raw && (n_typed > 0 || facts->kind == ORTL__ELEMENT_TEXT))
        return ortl__fail(error, ORTL_BAD_MODEL, "tensor \"%s\" has raw data %s", facts->name,
                          n_typed > 0 ? "and typed data" : "for texts");
    if (facts->is_raw && facts->raw.n_bytes / facts->element_bytes == facts->n_elements &&
        facts->raw.n_bytes % facts->element_bytes == 0)
        return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL,
                      "tensor \"%s\": its shape has %llu elements, its data have %llu%s",
                      facts->name, (unsigned long long)facts->n_elements,
                      (unsigned long long)(facts->is_raw ? facts->raw.n_bytes : n_typed),
                      facts->is_raw ? " bytes" : "");
}

ortl_status ortl__tensor_stream(ortl__wire wire, const ortl__tensor_facts *facts,
                                ortl__element_sink *sink, ortl_error *error) {
    ortl__wire_field field;
    ortl_status status;
    ortl__element_kind raw_kind =
        facts->kind == ORTL__ELEMENT_INT ? ORTL__ELEMENT_BYTE : facts->kind;
    if (facts->is_raw) return ortl__elements_read(&wire, &facts->raw, raw_kind, sink, error);
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        if (field.number != facts->data_field) continue;
        status = ortl__elements_read(&wire, &field, facts->kind, sink, error);
        if (status != ORTL_OK) break;
    }
    return status;
}

/* ---- A constant in the arena ----------------------------------------------------------------- */

typedef struct constant_sink {
    ortl__element_sink sink;
    ortl__reader *reader;
    ortl__constant *constant;
    const struct storage *storage;
    uint64_t n_stored;
} constant_sink;

/* Stores an integer in the width of its type. */
static ortl_status store_int(const constant_sink *to, uint64_t index, int64_t value,
                             ortl_error *error) {
    unsigned char *place = (unsigned char *)to->constant->data + index * to->storage->element_bytes;
    if (value < to->storage->smallest || value > to->storage->greatest)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "tensor \"%s\": element %llu is %lld, which its type cannot hold",
                          to->constant->name, (unsigned long long)index, (long long)value);
    if (to->storage->element_type == TYPE_BOOL) value = value != 0;
    uint8_t as8 = (uint8_t)value;
    uint16_t as16 = (uint16_t)value;
    uint32_t as32 = (uint32_t)value;
    switch (to->storage->element_bytes) {
    case 1: memcpy(place, &as8, sizeof as8); break;
    case 2: memcpy(place, &as16, sizeof as16); break;
    case 4: memcpy(place, &as32, sizeof as32); break;
    default: memcpy(place, &value, sizeof value); break;
    }
    return ORTL_OK;
}

static ortl_status store_elements(ortl__element_sink *sink, const void *values, size_t n,
                                  ortl_error *error) {
    constant_sink *to = (constant_sink *)sink;
    ortl__constant *constant = to->constant;
    ortl_status status = ORTL_OK;
    /* They were counted; a file that has more now was changed. */
    if (n > constant->n_elements - to->n_stored) return ortl__source_changed(error);
    for (size_t i = 0; i < n && status == ORTL_OK; i++) {
        uint64_t index = to->n_stored + i;
        switch (to->storage->kind) {
        case ORTL__ELEMENT_FLOAT:
            ((float *)constant->data)[index] = ((const float *)values)[i];
            break;
        case ORTL__ELEMENT_DOUBLE:
            ((double *)constant->data)[index] = ((const double *)values)[i];
            break;
        case ORTL__ELEMENT_TEXT:
            status = ortl__reader_string(to->reader, (const ortl__element_text *)values + i,
                                         (ortl_string *)constant->data + index, error);
            break;
        default: status = store_int(to, index, ((const int64_t *)values)[i], error);
        }
    }
    to->n_stored += n;
    return status;
}

static int host_is_little_endian(void) {
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Raw data are little-endian: their bytes are turned round where the machine is not. */
static ortl_status read_raw(ortl__wire wire, const ortl__tensor_facts *facts,
                            ortl__constant *constant, ortl_error *error) {
    unsigned char *data = constant->data;
    const size_t n_bytes = (size_t)facts->raw.n_bytes, width = facts->element_bytes;
    ortl_status status =
        ortl__source_read(wire.source, facts->raw.begin, n_bytes, constant->data, error);
    if (status != ORTL_OK) return status;
    if (facts->element_type == TYPE_BOOL)
        for (size_t i = 0; i < n_bytes; i++) data[i] = data[i] != 0;
    if (host_is_little_endian()) return ORTL_OK;
    for (size_t at = 0; at < n_bytes; at += width)
        for (size_t i = 0; i < width / 2; i++) {
            unsigned char byte = data[at + i];
            data[at + i] = data[at + width - 1 - i];
            data[at + width - 1 - i] = byte;
        }
    return ORTL_OK;
}

ortl_status ortl__reader_constant(ortl__reader *reader, ortl__wire wire,
                                  ortl__constant *constant_out, ortl_error *error) {
    ortl__tensor_facts facts;
    ortl_status status = ortl__tensor_header(reader, wire, &facts, error);
    if (status == ORTL_OK) status = ortl__tensor_find_data(wire, &facts, error);
    if (status != ORTL_OK) return status;
    constant_out->name = facts.name;
    constant_out->element_type = facts.element_type;
    constant_out->rank = facts.rank;
    memcpy(constant_out->shape, facts.shape, sizeof facts.shape);
    constant_out->n_elements = facts.n_elements;
    status = ortl__arena_new(&reader->graph->arena, facts.n_elements, facts.element_bytes,
                             &constant_out->data, error);
    if (status != ORTL_OK) return status;
    if (facts.is_raw) return read_raw(wire, &facts, constant_out, error);
    constant_sink to = {
        {NULL, store_elements}, reader, constant_out, find_storage(facts.element_type), 0};
    status = ortl__tensor_stream(wire, &facts, &to.sink, error);
    if (status == ORTL_OK && to.n_stored != facts.n_elements) status = ortl__source_changed(error);
    return status;
}
