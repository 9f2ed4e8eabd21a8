/*
 * Streams the array attributes of the tree operators into columns. Nothing is gathered: elements go
 * from the window through a chunk on the stack into their column.
 */
#include <string.h>

#include "../runtime/status.h"
#include "reader.h"

/* Element types of TensorProto that columns take. */
enum { TYPE_FLOAT = 1, TYPE_UINT8 = 2, TYPE_FLOAT16 = 10, TYPE_DOUBLE = 11 };

/* nodes_modes of ai.onnx.ml 1 to 4. */
#define MODE_TEXT_MAP(X)                                                                           \
    X("LEAF", LEAF)                                                                                \
    X("BRANCH_LEQ", LEQ)                                                                           \
    X("BRANCH_LT", LT)                                                                             \
    X("BRANCH_GTE", GTE)                                                                           \
    X("BRANCH_GT", GT)                                                                             \
    X("BRANCH_EQ", EQ)                                                                             \
    X("BRANCH_NEQ", NEQ)

typedef struct column_sink {
    ortl__element_sink sink;
    ortl__source *source;
    ortl__ensemble_columns *columns;
    ortl__column_name name;
    const char *attribute;
} column_sink;

/* ---- Reserving ------------------------------------------------------------------------------- */

/* The first of the columns that have one element for each of the same things. */
static ortl__column_name group_of(ortl__column_name name) {
    if (name <= ORTL__COLUMN_NODE_MISSING) return ORTL__COLUMN_NODE_TREES;
    if (name <= ORTL__COLUMN_WEIGHTS) return ORTL__COLUMN_WEIGHT_TREES;
    if (name >= ORTL__COLUMN_V5_SPLITS && name <= ORTL__COLUMN_V5_FALSE_LEAFS)
        return ORTL__COLUMN_NODE_TREES;
    if (name == ORTL__COLUMN_V5_LEAF_TARGETS || name == ORTL__COLUMN_V5_LEAF_WEIGHTS)
        return ORTL__COLUMN_V5_LEAF_TARGETS;
    return name;
}

/* The elements of the columns of the same group that were read already, 0 when none was. */
static uint64_t count_of_group(const ortl__ensemble_columns *columns, ortl__column_name name) {
    uint64_t count = 0;
    for (int other = 0; other < ORTL__N_COLUMNS; other++)
        if (group_of((ortl__column_name)other) == group_of(name) &&
            columns->columns[other].count > count)
            count = columns->columns[other].count;
    return count;
}

/* Reserves what the bytes can hold at most, or what the other columns of the group make likely.
 * Memory that stays untouched costs nothing and is given back by the trim. */
static ortl_status expect_elements(ortl__element_sink *sink, uint64_t n_at_most,
                                   ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    uint64_t likely = count_of_group(to->columns, to->name);
    if (to->columns->columns[to->name].capacity > 0) return ORTL_OK;
    if (likely == 0 || likely > n_at_most) likely = n_at_most;
    return ortl__column_reserve(to->columns, to->name, likely, error);
}

/* ---- Taking elements ------------------------------------------------------------------------- */

/* The number in its attribute of the element at index of a chunk. */
static unsigned long long element_number(const column_sink *to, size_t index) {
    return to->columns->columns[to->name].count + index;
}

static ortl_status take_ids(ortl__element_sink *sink, const void *values, size_t n,
                            ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    return ortl__column_append_ids(to->columns, to->name, values, n, error);
}

static ortl_status take_floats(ortl__element_sink *sink, const void *values, size_t n,
                               ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    return ortl__column_append_floats(to->columns, to->name, values, n, error);
}

static ortl_status take_doubles(ortl__element_sink *sink, const void *values, size_t n,
                                ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    return ortl__column_append_doubles(to->columns, to->name, values, n, error);
}

/* The mode's number, or -1. The comparisons have constant lengths, so they are single moves. */
static int find_mode(const unsigned char *text, uint64_t n_bytes) {
#define COMPARE_MODE(spelling, mode)                                                               \
    if (n_bytes == sizeof spelling - 1 && memcmp(text, spelling, sizeof spelling - 1) == 0)        \
        return ORTL__MODE_##mode;
    MODE_TEXT_MAP(COMPARE_MODE)
#undef COMPARE_MODE
    return -1;
}

/* The most bytes of a text that are looked at and shown; longer than any mode. */
#define SHOWN_BYTES ORTL__LOOK_BYTES

static ortl_status take_mode_texts(ortl__element_sink *sink, const void *values, size_t n,
                                   ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    const ortl__element_text *texts = values;
    uint8_t modes[ORTL__CHUNK_ELEMENTS];
    for (size_t i = 0; i < n; i++) {
        const unsigned char *bytes = texts[i].bytes;
        size_t n_there, n_shown = SHOWN_BYTES;
        if (texts[i].n_bytes < SHOWN_BYTES) n_shown = (size_t)texts[i].n_bytes;
        if (bytes == NULL && n_shown > 0) {
            ortl_status status =
                ortl__source_look(to->source, texts[i].offset, n_shown, &bytes, &n_there, error);
            if (status != ORTL_OK) return status;
        }
        int mode = find_mode(bytes, texts[i].n_bytes);
        if (mode < 0)
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "attribute \"%s\": element %llu is \"%.*s\", which is no mode",
                              to->attribute, element_number(to, i), (int)n_shown,
                              n_shown > 0 ? (const char *)bytes : "");
        modes[i] = (uint8_t)mode;
    }
    return ortl__column_append_modes(to->columns, to->name, modes, n, error);
}

/* nodes_modes of TreeEnsemble (5): numbers up to MEMBER. */
static ortl_status take_mode_numbers(ortl__element_sink *sink, const void *values, size_t n,
                                     ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    const int64_t *numbers = values;
    uint8_t modes[ORTL__CHUNK_ELEMENTS];
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] < 0 || numbers[i] > ORTL__MODE_MEMBER)
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "attribute \"%s\": element %llu is %lld, which is no mode",
                              to->attribute, element_number(to, i), (long long)numbers[i]);
        modes[i] = (uint8_t)numbers[i];
    }
    return ortl__column_append_modes(to->columns, to->name, modes, n, error);
}

/* ---- Lists and tensors ----------------------------------------------------------------------- */

/* The float form and the tensor form may both be there as long as one of them is empty. */
static ortl_status check_single_form(const column_sink *to, ortl_error *error) {
    const ortl__column *column = &to->columns->columns[to->name];
    if (column->count == 0) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "attribute \"%s\" is given as list and as tensor",
                      ortl__column_attribute(to->columns->kind, to->name));
}

static ortl_status first_of_second_form(ortl__element_sink *sink, uint64_t n_at_most,
                                        ortl_error *error) {
    column_sink *to = (column_sink *)sink;
    if (n_at_most > 0 && to->columns->columns[to->name].is_tensor) {
        ortl_status status = check_single_form(to, error);
        if (status != ORTL_OK) return status;
    }
    return expect_elements(sink, n_at_most, error);
}

static ortl_status read_list(column_sink *to, ortl__wire wire, ortl__attribute_facts *facts,
                             ortl_error *error) {
    int kind = ORTL__ATTRIBUTE_INTS;
    to->sink.take = take_ids;
    if (ortl__column_kind_of(to->name) == ORTL__COLUMN_REALS) {
        kind = ORTL__ATTRIBUTE_FLOATS;
        to->sink.take = take_floats;
    } else if (ortl__column_kind_of(to->name) == ORTL__COLUMN_MODES) {
        kind = ORTL__ATTRIBUTE_STRINGS;
        to->sink.take = take_mode_texts;
    }
    to->columns->columns[to->name].is_present = 1;
    return ortl__attribute_walk(wire, kind, &to->sink, facts, error);
}

static ortl_status stream_tensor(column_sink *to, ortl__wire wire, ortl__tensor_facts *tensor,
                                 ortl_error *error) {
    ortl__column *column = &to->columns->columns[to->name];
    int is_modes = ortl__column_kind_of(to->name) == ORTL__COLUMN_MODES;
    ortl_status status = ortl__tensor_find_data(wire, tensor, error);
    if (status == ORTL_OK) status = check_single_form(to, error);
    if (status != ORTL_OK) return status;
    if (tensor->element_type == TYPE_UINT8 && is_modes)
        to->sink.take = take_mode_numbers;
    else if (tensor->element_type == TYPE_FLOAT && !is_modes)
        to->sink.take = take_floats;
    else if (tensor->element_type == TYPE_DOUBLE && !is_modes)
        to->sink.take = take_doubles;
    else
        return ortl__fail(
            error, tensor->element_type == TYPE_FLOAT16 ? ORTL_UNSUPPORTED : ORTL_BAD_MODEL,
            "attribute \"%s\" is a tensor of element type %ld instead of %s", to->attribute,
            (long)tensor->element_type, is_modes ? "uint8 (2)" : "float (1) or double (11)");
    ortl__column_release(to->columns, to->name);
    column->is_present = 1;
    column->is_double = tensor->element_type == TYPE_DOUBLE;
    column->is_tensor = !is_modes;
    status = ortl__column_reserve(to->columns, to->name, tensor->n_elements, error);
    if (status == ORTL_OK) status = ortl__tensor_stream(wire, tensor, &to->sink, error);
    if (status == ORTL_OK && column->count != tensor->n_elements)
        status = ortl__source_changed(error);
    return status;
}

/* A tensor without axes or without elements stands for an attribute that is not there. */
static ortl_status read_tensor(column_sink *to, ortl__reader *reader, ortl__wire wire,
                               ortl__attribute_facts *facts, ortl_error *error) {
    ortl__wire inner;
    ortl__tensor_facts tensor;
    to->sink.expect = NULL;
    ortl_status status =
        ortl__attribute_walk(wire, ORTL__ATTRIBUTE_TENSOR, &to->sink, facts, error);
    if (status != ORTL_OK || facts->single.number == 0) return status;
    status = ortl__wire_enter(&wire, &facts->single, &inner, error);
    if (status == ORTL_OK) status = ortl__tensor_header(reader, inner, &tensor, error);
    if (status != ORTL_OK || tensor.rank == 0 || tensor.n_elements == 0) return status;
    return stream_tensor(to, inner, &tensor, error);
}

ortl_status ortl__reader_column(ortl__reader *reader, ortl__wire wire,
                                ortl__ensemble_columns *columns, ortl__attribute_facts *facts,
                                int *is_taken_out, ortl_error *error) {
    int as_tensor = 0;
    ortl__column_name name =
        ortl__column_find(columns->kind, facts->name, strlen(facts->name), &as_tensor);
    *is_taken_out = name != ORTL__N_COLUMNS;
    if (name == ORTL__N_COLUMNS) return ORTL_OK;
    if (name == ORTL__COLUMN_HIT_RATES && !reader->wants_hit_rates) return ORTL_OK;
    ortl__column_kind kind = ortl__column_kind_of(name);
    int is_tensor = as_tensor || (columns->kind == ORTL__ENSEMBLE_V5 &&
                                  (kind == ORTL__COLUMN_REALS || kind == ORTL__COLUMN_MODES));
    column_sink to = {{first_of_second_form, NULL}, reader->source, columns, name, facts->name};
    ortl_status status = is_tensor ? read_tensor(&to, reader, wire, facts, error)
                                   : read_list(&to, wire, facts, error);
    ortl__column_trim(columns, name);
    return status;
}
