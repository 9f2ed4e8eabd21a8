/*
 * Attributes of nodes. They are walked on the wire alone: protobuf-c would take an allocation for
 * each string of a list and 32 bytes of scratch for each number.
 */
#include <string.h>

#include "../runtime/status.h"
#include "reader.h"

enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_TYPE = 20, ATTRIBUTE_REFERENCE = 21 };

/* Kinds that are known in order to be refused; numbers of AttributeType. */
enum {
    KIND_TENSORS = 9,
    KIND_GRAPHS = 10,
    KIND_SPARSE_TENSOR = 11,
    KIND_SPARSE_TENSORS = 12,
    KIND_TYPE = 13,
    KIND_TYPES = 14
};

/* What the fields of an attribute carry. */
static const struct field_facts {
    uint8_t number; /* of the field */
    uint8_t kind;
    const char *kind_name;
    ortl__wire_type type; /* of a single value */
    int is_list;
    ortl__element_kind elements;
    const char *refused; /* what it is, when it is not supported */
} fields[] = {
    {2, ORTL__ATTRIBUTE_FLOAT, "FLOAT", ORTL__WIRE_FIXED32, 0, ORTL__ELEMENT_FLOAT, NULL},
    {3, ORTL__ATTRIBUTE_INT, "INT", ORTL__WIRE_VARINT, 0, ORTL__ELEMENT_INT, NULL},
    {4, ORTL__ATTRIBUTE_STRING, "STRING", ORTL__WIRE_LENGTH, 0, ORTL__ELEMENT_TEXT, NULL},
    {5, ORTL__ATTRIBUTE_TENSOR, "TENSOR", ORTL__WIRE_LENGTH, 0, ORTL__ELEMENT_BYTE, NULL},
    {6, ORTL__ATTRIBUTE_BRANCH, "GRAPH", ORTL__WIRE_LENGTH, 0, ORTL__ELEMENT_BYTE, "a subgraph"},
    {7, ORTL__ATTRIBUTE_FLOATS, "FLOATS", ORTL__WIRE_FIXED32, 1, ORTL__ELEMENT_FLOAT, NULL},
    {8, ORTL__ATTRIBUTE_INTS, "INTS", ORTL__WIRE_VARINT, 1, ORTL__ELEMENT_INT, NULL},
    {9, ORTL__ATTRIBUTE_STRINGS, "STRINGS", ORTL__WIRE_LENGTH, 1, ORTL__ELEMENT_TEXT, NULL},
    {10, KIND_TENSORS, "TENSORS", ORTL__WIRE_LENGTH, 1, ORTL__ELEMENT_BYTE, "a list of tensors"},
    {11, KIND_GRAPHS, "GRAPHS", ORTL__WIRE_LENGTH, 1, ORTL__ELEMENT_BYTE, "a list of subgraphs"},
    {14, KIND_TYPE, "TYPE_PROTO", ORTL__WIRE_LENGTH, 0, ORTL__ELEMENT_BYTE, "a type"},
    {15, KIND_TYPES, "TYPE_PROTOS", ORTL__WIRE_LENGTH, 1, ORTL__ELEMENT_BYTE, "a list of types"},
    {22, KIND_SPARSE_TENSOR, "SPARSE_TENSOR", ORTL__WIRE_LENGTH, 0, ORTL__ELEMENT_BYTE,
     "a sparse tensor"},
    {23, KIND_SPARSE_TENSORS, "SPARSE_TENSORS", ORTL__WIRE_LENGTH, 1, ORTL__ELEMENT_BYTE,
     "a list of sparse tensors"},
};

static const size_t n_fields = sizeof fields / sizeof fields[0];

static const struct field_facts *field_of_number(uint32_t number) {
    for (size_t i = 0; i < n_fields; i++)
        if (fields[i].number == number) return &fields[i];
    return NULL;
}

static const struct field_facts *field_of_kind(int kind) {
    for (size_t i = 0; i < n_fields; i++)
        if (fields[i].kind == kind) return &fields[i];
    return NULL;
}

/* "FLOAT", "INTS", ...; for messages. */
static const char *kind_name(int kind) {
    const struct field_facts *known = field_of_kind(kind);
    return known != NULL ? known->kind_name : "of an unknown kind";
}

/* ---- Name ------------------------------------------------------------------------------------ */

ortl_status ortl__attribute_find_name(ortl__reader *reader, ortl__wire wire,
                                      ortl__attribute_facts *facts_out, ortl_error *error) {
    ortl__wire_field field;
    ortl_string name;
    const uint64_t at = wire.at;
    memset(facts_out, 0, sizeof *facts_out);
    facts_out->is_in_function = ortl__reader_function_around(reader) != NULL;
    do {
        ortl_status status = ortl__wire_next(&wire, &field, error);
        if (status != ORTL_OK) return status;
    } while (field.number != 0 && field.number != ATTRIBUTE_NAME);
    if (field.number == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "byte %llu: an attribute has no name",
                          (unsigned long long)at);
    ortl_status status = ortl__wire_expect(&field, ORTL__WIRE_LENGTH, error);
    if (status != ORTL_OK) return status;
    ortl__element_text text = {NULL, field.begin, field.n_bytes};
    status = ortl__reader_string(reader, &text, &name, error);
    if (status != ORTL_OK) return status;
    if (name.n_bytes == 0 || strlen(name.data) != name.n_bytes)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "byte %llu: an attribute's name is empty or contains a zero byte",
                          (unsigned long long)field.at);
    facts_out->name = name.data;
    facts_out->name_at = field.at;
    return ORTL_OK;
}

/* ---- Walking over the fields ----------------------------------------------------------------- */

/* Branches of If are the only subgraphs that are known. */
static int is_refused(const ortl__attribute_facts *facts, const struct field_facts *known) {
    return known->refused != NULL && !(known->kind == ORTL__ATTRIBUTE_BRANCH && facts->is_of_if);
}

static ortl_status refuse(const ortl__attribute_facts *facts, const struct field_facts *known,
                          ortl_error *error) {
    return ortl__fail(error, ORTL_UNSUPPORTED, "attribute \"%s\" is %s, which is not supported",
                      facts->name, known->refused);
}

/* The attribute is of this kind, says a field of it. */
static ortl_status settle_kind(ortl__attribute_facts *facts, int wanted_kind, int kind,
                               ortl_error *error) {
    if (wanted_kind != 0 && kind != wanted_kind)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is %s instead of %s",
                          facts->name, kind_name(kind), kind_name(wanted_kind));
    int settled = facts->kind != 0 ? facts->kind : facts->declared_kind;
    if (settled != 0 && kind != settled)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is both %s and %s", facts->name,
                          kind_name(settled), kind_name(kind));
    return ORTL_OK;
}

static ortl_status walk_type(const ortl__wire_field *field, int wanted_kind,
                             ortl__attribute_facts *facts, ortl_error *error) {
    ortl_status status = ortl__wire_expect(field, ORTL__WIRE_VARINT, error);
    if (status != ORTL_OK || field->value == 0) return status;
    const struct field_facts *known =
        field->value <= UINT8_MAX ? field_of_kind((int)field->value) : NULL;
    if (known == NULL)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has type %llu, which is unknown",
                          facts->name, (unsigned long long)field->value);
    if (is_refused(facts, known)) return refuse(facts, known, error);
    facts->declared_kind = 0; /* of several, the last one counts */
    status = settle_kind(facts, wanted_kind, known->kind, error);
    facts->declared_kind = known->kind;
    return status;
}

static ortl_status walk_data(ortl__wire *wire, const ortl__wire_field *field,
                             const struct field_facts *known, int wanted_kind,
                             ortl__element_sink *sink, ortl__attribute_facts *facts,
                             ortl_error *error) {
    if (is_refused(facts, known)) return refuse(facts, known, error);
    ortl_status status = settle_kind(facts, wanted_kind, known->kind, error);
    if (status != ORTL_OK) return status;
    if (facts->kind != 0 &&
        (known->kind == ORTL__ATTRIBUTE_TENSOR || known->kind == ORTL__ATTRIBUTE_BRANCH))
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has two %s", facts->name,
                          known->kind == ORTL__ATTRIBUTE_TENSOR ? "tensors" : "graphs");
    facts->kind = known->kind;
    if (known->is_list) return ortl__elements_read(wire, field, known->elements, sink, error);
    facts->single = *field;
    return ortl__wire_expect(field, known->type, error);
}

static ortl_status walk_reference(const ortl__wire_field *field, ortl__attribute_facts *facts,
                                  ortl_error *error) {
    ortl_status status = ortl__wire_expect(field, ORTL__WIRE_LENGTH, error);
    if (status != ORTL_OK || field->n_bytes == 0) return status;
    if (!facts->is_in_function)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "attribute \"%s\" refers to one of a function, outside of any",
                          facts->name);
    facts->reference = *field;
    return ORTL_OK;
}

ortl_status ortl__attribute_walk(ortl__wire wire, int wanted_kind, ortl__element_sink *sink,
                                 ortl__attribute_facts *facts, ortl_error *error) {
    ortl__wire_field field;
    ortl_status status;
    while ((status = ortl__wire_next(&wire, &field, error)) == ORTL_OK && field.number != 0) {
        const struct field_facts *known = field_of_number(field.number);
        if (known != NULL)
            status = walk_data(&wire, &field, known, wanted_kind, sink, facts, error);
        else if (field.number == ATTRIBUTE_TYPE)
            status = walk_type(&field, wanted_kind, facts, error);
        else if (field.number == ATTRIBUTE_NAME && field.at != facts->name_at)
            status = ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has a second name",
                                facts->name);
        else if (field.number == ATTRIBUTE_REFERENCE)
            status = walk_reference(&field, facts, error);
        if (status != ORTL_OK) break;
    }
    return status;
}

/* ---- An attribute in the arena --------------------------------------------------------------- */

typedef struct list_sink {
    ortl__element_sink sink;
    ortl__reader *reader;
    const ortl__attribute_facts *facts;
    float *floats; /* the list (facts->count) that belongs to facts->kind, the others NULL */
    int64_t *ints;
    ortl_string *strings;
    uint64_t n_stored;
} list_sink;

static ortl_status store_elements(ortl__element_sink *sink, const void *values, size_t n,
                                  ortl_error *error) {
    list_sink *to = (list_sink *)sink;
    const ortl__element_text *texts = values;
    ortl_status status = ORTL_OK;
    /* They were counted; a file that has more now was changed. */
    if (n > to->facts->count - to->n_stored) return ortl__source_changed(error);
    if (to->floats != NULL) memcpy(to->floats + to->n_stored, values, n * sizeof *to->floats);
    if (to->ints != NULL) memcpy(to->ints + to->n_stored, values, n * sizeof *to->ints);
    if (to->strings != NULL)
        for (size_t i = 0; i < n && status == ORTL_OK; i++)
            status =
                ortl__reader_string(to->reader, &texts[i], &to->strings[to->n_stored + i], error);
    to->n_stored += n;
    return status;
}

/* Room for the list or the single value, into the pointer that belongs to the kind. */
static ortl_status make_list(list_sink *to, ortl__attribute *attribute, ortl_error *error) {
    ortl__arena *arena = &to->reader->graph->arena;
    const uint64_t count = attribute->count;
    ortl_status status = ORTL_OK;
    switch (attribute->kind) {
    case ORTL__ATTRIBUTE_FLOAT:
    case ORTL__ATTRIBUTE_FLOATS:
        status = ortl__arena_new(arena, count, sizeof *to->floats, &to->floats, error);
        attribute->as.floats = to->floats;
        break;
    case ORTL__ATTRIBUTE_INT:
    case ORTL__ATTRIBUTE_INTS:
        status = ortl__arena_new(arena, count, sizeof *to->ints, &to->ints, error);
        attribute->as.ints = to->ints;
        break;
    case ORTL__ATTRIBUTE_STRING:
    case ORTL__ATTRIBUTE_STRINGS:
        status = ortl__arena_new(arena, count, sizeof *to->strings, &to->strings, error);
        attribute->as.strings = to->strings;
        break;
    case ORTL__ATTRIBUTE_TENSOR: break;
    }
    return status;
}

static ortl_status read_list(list_sink *to, ortl__wire wire, ortl_error *error) {
    ortl__attribute_facts again = *to->facts;
    again.kind = 0;
    ortl_status status = ortl__attribute_walk(wire, to->facts->kind, &to->sink, &again, error);
    if (status == ORTL_OK && to->n_stored != to->facts->count) status = ortl__source_changed(error);
    return status;
}

/* A value of 0 need not stand in the file; its type alone does then. */
static ortl_status read_single(list_sink *to, ortl_error *error) {
    const ortl__wire_field *field = &to->facts->single;
    int is_there = field->number != 0;
    uint32_t bits = (uint32_t)field->value;
    ortl__element_text text = {NULL, field->begin, field->n_bytes};
    if (to->strings != NULL && is_there)
        return ortl__reader_string(to->reader, &text, to->strings, error);
    if (to->strings != NULL) *to->strings = (ortl_string){"", 0};
    if (to->ints != NULL && is_there) *to->ints = (int64_t)field->value;
    if (to->floats != NULL && is_there) memcpy(to->floats, &bits, sizeof bits);
    return ORTL_OK;
}

static ortl_status read_tensor(ortl__reader *reader, const ortl__wire *wire,
                               const ortl__attribute_facts *facts, ortl__attribute *attribute,
                               ortl_error *error) {
    ortl__constant *constant;
    ortl__wire inner;
    if (facts->single.number == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has no tensor", facts->name);
    ortl_status status =
        ortl__arena_new(&reader->graph->arena, 1, sizeof *constant, &constant, error);
    if (status != ORTL_OK) return status;
    attribute->as.tensor = constant;
    status = ortl__wire_enter(wire, &facts->single, &inner, error);
    if (status != ORTL_OK) return status;
    return ortl__reader_constant(reader, inner, constant, error);
}

static ortl_status read_branch(ortl__reader *reader, const ortl__wire *wire,
                               const ortl__attribute_facts *facts, ortl__attribute *attribute,
                               ortl_error *error) {
    ortl__wire inner;
    if (facts->single.number == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has no graph", facts->name);
    ortl_status status = ortl__wire_enter(wire, &facts->single, &inner, error);
    if (status != ORTL_OK) return status;
    return ortl__reader_branch(reader, inner, facts->name, &attribute->as.branch, error);
}

/* An attribute whose value the call of the function will give. */
static ortl_status read_reference(ortl__reader *reader, const ortl__attribute_facts *facts,
                                  ortl__attribute *attribute_out, ortl_error *error) {
    const ortl__element_text text = {NULL, facts->reference.begin, facts->reference.n_bytes};
    ortl_string *name = NULL;
    if (facts->kind != 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has a value and a reference",
                          facts->name);
    ortl_status status = ortl__arena_new(&reader->graph->arena, 1, sizeof *name, &name, error);
    if (status == ORTL_OK) status = ortl__reader_string(reader, &text, name, error);
    attribute_out->name = facts->name;
    attribute_out->kind = ORTL__ATTRIBUTE_REFERENCE;
    attribute_out->count = 1;
    attribute_out->as.strings = name;
    return status;
}

ortl_status ortl__reader_attribute(ortl__reader *reader, ortl__wire wire,
                                   ortl__attribute_facts *facts, ortl__attribute *attribute_out,
                                   ortl_error *error) {
    ortl__element_counter counter;
    ortl__element_counter_init(&counter);
    ortl_status status = ortl__attribute_walk(wire, 0, &counter.sink, facts, error);
    if (status != ORTL_OK) return status;
    if (facts->reference.number != 0) return read_reference(reader, facts, attribute_out, error);
    if (facts->kind == 0) facts->kind = facts->declared_kind;
    const struct field_facts *known = field_of_kind(facts->kind);
    if (known == NULL)
        return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" has neither type nor value",
                          facts->name);
    facts->count = known->is_list ? counter.count : 1;
    attribute_out->name = facts->name;
    attribute_out->kind = (ortl__attribute_kind)facts->kind;
    attribute_out->count = facts->count;
    if (facts->kind == ORTL__ATTRIBUTE_TENSOR)
        return read_tensor(reader, &wire, facts, attribute_out, error);
    if (attribute_out->kind == ORTL__ATTRIBUTE_BRANCH)
        return read_branch(reader, &wire, facts, attribute_out, error);
    list_sink to = {{NULL, store_elements}, reader, facts, NULL, NULL, NULL, 0};
    status = make_list(&to, attribute_out, error);
    if (status != ORTL_OK) return status;
    return known->is_list ? read_list(&to, wire, error) : read_single(&to, error);
}
