/*
 * Streams the columns of a tree operator: ids as packed varints, reals as packed floats or as the
 * raw data of a tensor, node modes as strings (ai.onnx.ml 1 to 4) or bytes (5).
 */
#include "writer_columns.h"

#include <string.h>

/* One column to be written; what the message functions below get. */
typedef struct column_message {
    const ortl__ensemble_columns *columns;
    ortl__column_name name;
} column_message;

static const char *const mode_names[] = {
    [ORTL__MODE_LEQ] = "BRANCH_LEQ",
    [ORTL__MODE_LT] = "BRANCH_LT",
    [ORTL__MODE_GTE] = "BRANCH_GTE",
    [ORTL__MODE_GT] = "BRANCH_GT",
    [ORTL__MODE_EQ] = "BRANCH_EQ",
    [ORTL__MODE_NEQ] = "BRANCH_NEQ",
    [ORTL__MODE_MEMBER] = "BRANCH_MEMBER", /* only TreeEnsemble has it, as a number */
    [ORTL__MODE_LEAF] = "LEAF"};

static const ortl__column *column_of(const column_message *m) {
    return &m->columns->columns[m->name];
}

/* An id that no number stands for is written as -1, which is what exporters give for leaves. */
static void put_id(ortl__wire_out *out, uint32_t id) {
    ortl__wire_put_varint(out, id == ORTL__ID_NONE ? UINT64_MAX : id);
}

static void put_ids(ortl__wire_out *out, const void *what) {
    const ortl__column *column = column_of(what);
    const uint32_t *ids = column->data;
    for (uint64_t i = 0; i < column->count; i++) put_id(out, ids[i]);
}

static void put_runs(ortl__wire_out *out, const void *what) {
    const ortl__column *column = column_of(what);
    const ortl__id_run *runs = column->data;
    for (uint64_t i = 0; i < column->n_stored; i++) {
        uint32_t id = runs[i].first;
        for (uint32_t k = 0; k < runs[i].count; k++, id += runs[i].step) put_id(out, id);
    }
}

static void put_flags(ortl__wire_out *out, const void *what) {
    const ortl__column *column = column_of(what);
    ortl__wire_put_bytes(out, column->data, (size_t)column->count); /* 0 and 1 are one byte each */
}

static void put_mode_names(ortl__wire_out *out, const ortl__column *column) {
    const uint8_t *modes = column->data;
    for (uint64_t i = 0; i < column->count; i++)
        ortl__wire_put_text_field(out, ORTL__ATTRIBUTE_STRING_LIST, mode_names[modes[i]]);
}

/* Elements go out whole: one by one their bytes are put in little-endian order. */
void ortl__writer_put_raw(ortl__wire_out *out, const void *what) {
    const ortl__raw_values *values = what;
    const unsigned char *next = values->data;
    if (!out->sink) { /* a fast way of counting */
        out->n_bytes += values->n_elements * values->element_bytes;
        return;
    }
    for (uint64_t i = 0; i < values->n_elements; i++, next += values->element_bytes) {
        if (values->element_bytes == 8) {
            uint64_t bits;
            memcpy(&bits, next, sizeof bits);
            ortl__wire_put_fixed64(out, bits);
        } else if (values->element_bytes == 4) {
            uint32_t bits;
            memcpy(&bits, next, sizeof bits);
            ortl__wire_put_fixed32(out, bits);
        } else if (values->element_bytes == 2) {
            uint16_t bits;
            memcpy(&bits, next, sizeof bits);
            unsigned char bytes[2] = {(unsigned char)bits, (unsigned char)(bits >> 8)};
            ortl__wire_put_bytes(out, bytes, sizeof bytes);
        } else {
            ortl__wire_put_bytes(out, next, 1);
        }
    }
}

static ortl__raw_values raw_of(const column_message *m) {
    const ortl__column *column = column_of(m);
    int is_real = ortl__column_kind_of(m->name) == ORTL__COLUMN_REALS;
    size_t element_bytes = !is_real ? 1 : column->is_double ? sizeof(double) : sizeof(float);
    return (ortl__raw_values){column->data, column->count, element_bytes};
}

static void put_tensor(ortl__wire_out *out, const void *what) {
    const column_message *m = what;
    ortl__raw_values raw = raw_of(m);
    int element_type = raw.element_bytes == 1   ? ORTL__ELEMENT_UINT8
                       : raw.element_bytes == 8 ? ORTL__ELEMENT_DOUBLE
                                                : ORTL__ELEMENT_FLOAT;
    ortl__wire_put_int_field(out, ORTL__TENSOR_DIMS, (int64_t)raw.n_elements);
    ortl__wire_put_int_field(out, ORTL__TENSOR_DATA_TYPE, element_type);
    ortl__wire_put_text_field(out, ORTL__TENSOR_NAME,
                              ortl__column_attribute(m->columns->kind, m->name));
    ortl__wire_put_message_field(out, ORTL__TENSOR_RAW_DATA, ortl__writer_put_raw, &raw);
}

static void put_reals(ortl__wire_out *out, const void *what) {
    ortl__raw_values raw = raw_of(what);
    ortl__writer_put_raw(out, &raw);
}

/* The reals of TreeEnsemble are always tensors, and so are its modes. */
static int is_tensor(const column_message *m) {
    ortl__column_kind kind = ortl__column_kind_of(m->name);
    int is_v5 = m->columns->kind == ORTL__ENSEMBLE_V5;
    if (kind == ORTL__COLUMN_MODES) return is_v5;
    return kind == ORTL__COLUMN_REALS &&
           (is_v5 || column_of(m)->is_tensor || column_of(m)->is_double);
}

static void put_name(ortl__wire_out *out, const column_message *m, int as_tensor) {
    const char *name = ortl__column_attribute(m->columns->kind, m->name);
    char text[64];
    size_t n = strlen(name);
    static const char suffix[] = "_as_tensor";
    int wants_suffix = as_tensor && m->columns->kind != ORTL__ENSEMBLE_V5;
    if (n + sizeof suffix > sizeof text) n = sizeof text - sizeof suffix; /* never: 31 at most */
    memcpy(text, name, n);
    if (wants_suffix) memcpy(text + n, suffix, sizeof suffix - 1);
    ortl__wire_put_bytes_field(out, ORTL__ATTRIBUTE_NAME, text,
                               n + (wants_suffix ? sizeof suffix - 1 : 0));
}

static void put_column(ortl__wire_out *out, const void *what) {
    const column_message *m = what;
    ortl__column_kind kind = ortl__column_kind_of(m->name);
    int as_tensor = is_tensor(m);
    int64_t type = as_tensor                    ? ORTL__ATTRIBUTE_TENSOR
                   : kind == ORTL__COLUMN_REALS ? ORTL__ATTRIBUTE_FLOATS
                   : kind == ORTL__COLUMN_MODES ? ORTL__ATTRIBUTE_STRINGS
                                                : ORTL__ATTRIBUTE_INTS;
    put_name(out, m, as_tensor);
    if (as_tensor)
        ortl__wire_put_message_field(out, ORTL__ATTRIBUTE_T, put_tensor, m);
    else if (kind == ORTL__COLUMN_REALS)
        ortl__wire_put_message_field(out, ORTL__ATTRIBUTE_FLOAT_LIST, put_reals, m);
    else if (kind == ORTL__COLUMN_MODES)
        put_mode_names(out, column_of(m));
    else
        ortl__wire_put_message_field(out, ORTL__ATTRIBUTE_INT_LIST,
                                     kind == ORTL__COLUMN_IDS    ? put_ids
                                     : kind == ORTL__COLUMN_RUNS ? put_runs
                                                                 : put_flags,
                                     m);
    ortl__wire_put_int_field(out, ORTL__ATTRIBUTE_TYPE, type);
}

void ortl__writer_put_columns(ortl__wire_out *out, const ortl__ensemble_columns *columns) {
    for (int i = 0; i < ORTL__N_COLUMNS; i++) {
        column_message m = {columns, (ortl__column_name)i};
        if (columns->columns[i].is_present)
            ortl__wire_put_message_field(out, ORTL__NODE_ATTRIBUTE, put_column, &m);
    }
}
