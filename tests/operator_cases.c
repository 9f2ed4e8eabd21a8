/*
 * See operator_cases.h and data/operators/README.md: builds cases into harnesses, and compares.
 */
#include "operator_cases.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operator_case_text.h"

/* ---- Attributes ------------------------------------------------------------------------------ */

static void add_attribute(case_reader *r, const char *name) {
    char kind[CASE_WORD_BYTES];
    harness *h = r->h;
    uint64_t n = 0;
    char *kept = case_room(r, CASE_WORD_BYTES, 1);
    memcpy(kept, name, CASE_WORD_BYTES);
    case_read_word(r, kind);
    if (strcmp(kind, "tensor") == 0) {
        double tolerance;
        const ortl__tensor tensor = case_read_tensor(r, &tolerance);
        ortl__constant *value = case_room(r, 1, sizeof *value);
        value->name = "";
        value->element_type = (int32_t)tensor.type;
        value->rank = tensor.rank;
        memcpy(value->shape, tensor.shape, sizeof value->shape);
        value->n_elements = tensor.n_elements;
        value->data = tensor.data;
        harness_attribute(h, kept, ORTL__ATTRIBUTE_TENSOR, 1, value);
        return;
    }
    static const struct {
        const char *name;
        ortl__attribute_kind kind;
        ortl_type type;
    } kinds[] = {{"int", ORTL__ATTRIBUTE_INT, ORTL_INT64},
                 {"ints", ORTL__ATTRIBUTE_INTS, ORTL_INT64},
                 {"float", ORTL__ATTRIBUTE_FLOAT, ORTL_FLOAT},
                 {"floats", ORTL__ATTRIBUTE_FLOATS, ORTL_FLOAT},
                 {"string", ORTL__ATTRIBUTE_STRING, ORTL_STRING},
                 {"strings", ORTL__ATTRIBUTE_STRINGS, ORTL_STRING}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i].name) == 0) {
            const void *values = case_read_elements(r, kinds[i].type, 0, &n);
            harness_attribute(h, kept, kinds[i].kind, n, values);
            return;
        }
    case_give_up(r->c->place, "no kind of attribute: %s", kind);
}

/* ---- Columns of the tree operators ----------------------------------------------------------- */

/* The column of an attribute, ORTL__N_COLUMNS when it is none. */
static ortl__column_name column_of(const operator_case *c, const char *attribute,
                                   ortl__ensemble_kind *kind_out) {
    static const char *const names[] = {"TreeEnsembleClassifier", "TreeEnsembleRegressor",
                                        "TreeEnsemble"};
    int is_tensor;
    for (int kind = 0; kind < 3; kind++)
        if (strcmp(c->name, names[kind]) == 0) {
            *kind_out = (ortl__ensemble_kind)kind;
            return ortl__column_find(*kind_out, attribute, strlen(attribute), &is_tensor);
        }
    return ORTL__N_COLUMNS;
}

static ortl__mode mode_of(const operator_case *c, const char *text) {
    static const char *const names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};
    for (int mode = 0; mode < 8; mode++)
        if (strcmp(text, names[mode]) == 0) return (ortl__mode)mode;
    case_give_up(c->place, "no mode: %s", text);
    return ORTL__MODE_LEAF;
}

static ortl_status append(const operator_case *c, ortl__ensemble_columns *columns,
                          ortl__column_name name, const ortl__attribute *from, ortl_type type) {
    ortl_status status = ORTL_OK;
    uint64_t n = from->kind == ORTL__ATTRIBUTE_TENSOR ? from->as.tensor->n_elements : from->count;
    const void *values = ortl__operator_elements(from);
    for (uint64_t i = 0; i < n && status == ORTL_OK; i++) switch ((int)type) {
        case ORTL_FLOAT:
            status = ortl__column_append_float(columns, name, ((const float *)values)[i], NULL);
            break;
        case ORTL_DOUBLE:
            status = ortl__column_append_double(columns, name, ((const double *)values)[i], NULL);
            break;
        case ORTL_INT64:
            status = ortl__column_append_id(columns, name, ((const int64_t *)values)[i], NULL);
            break;
        default:
            status = ortl__column_append_mode(
                columns, name,
                type == ORTL_STRING ? mode_of(c, ((const ortl_string *)values)[i].data)
                                    : (ortl__mode)((const uint8_t *)values)[i],
                NULL);
            break;
        }
    if (from->kind == ORTL__ATTRIBUTE_TENSOR) columns->columns[name].is_tensor = 1;
    return status;
}

static void add_attribute(case_reader *r, const char *name);

/* Each is read as an attribute that is not kept. */
static ortl_status make_columns(harness *h) {
    const operator_case *c = h->columns_source;
    static const ortl_type types[] = {[ORTL__ATTRIBUTE_FLOATS] = ORTL_FLOAT,
                                      [ORTL__ATTRIBUTE_INTS] = ORTL_INT64,
                                      [ORTL__ATTRIBUTE_STRINGS] = ORTL_STRING};
    char word[CASE_WORD_BYTES];
    ortl__ensemble_kind kind = ORTL__ENSEMBLE_V5;
    case_reader r = {h, c, c->lines};
    column_of(c, "", &kind);
    ortl_status status =
        ortl__ensemble_columns_new(h->loading.memory, kind, &h->node.columns, NULL);
    while (status == ORTL_OK && case_next_line(&r, word)) {
        ortl__column_name name = column_of(c, word, &kind);
        if (name == ORTL__N_COLUMNS) continue;
        add_attribute(&r, word);
        const ortl__attribute *read = &h->attributes[--h->node.n_attributes];
        status =
            append(c, h->node.columns, name, read,
                   read->kind == ORTL__ATTRIBUTE_TENSOR ? (ortl_type)read->as.tensor->element_type
                                                        : types[read->kind]);
    }
    return status;
}

/* ---- Building a case --------------------------------------------------------------------------
 */

typedef enum knowledge { CONSTANT, INPUT, UNKNOWN } knowledge;

static void add_input(case_reader *r, knowledge known) {
    double tolerance;
    const ortl__tensor tensor = case_read_tensor(r, &tolerance);
    switch (known) {
    case CONSTANT:
        harness_constant(r->h, tensor.type, tensor.rank, tensor.shape, tensor.data);
        break;
    case INPUT: harness_input(r->h, tensor.type, tensor.rank, tensor.shape, tensor.data); break;
    default: harness_unknown(r->h, tensor.type, tensor.rank, tensor.shape, tensor.data); break;
    }
}

static knowledge known_as(const char *word, case_form form) {
    if (form == CASE_CONSTANT) return CONSTANT;
    if (form == CASE_UNKNOWN) return UNKNOWN;
    return strcmp(word, "constant") == 0 ? CONSTANT : strcmp(word, "input") == 0 ? INPUT : UNKNOWN;
}

/* No two domains of the table have an operator in common. */
static const char *domain_of(const char *name) {
    for (size_t i = 0; i < ortl__n_operators; i++)
        if (strcmp(ortl__operators[i].name, name) == 0) return ortl__operators[i].domain;
    return "";
}

/* Unless it is left out. */
static void add_output(case_reader *r, uint32_t number) {
    case_skip_blanks(r);
    if (strncmp(r->at, "absent", 6) == 0) r->h->value_places[HARNESS_MAX + number] = NULL;
}

/* How many there are, or that the only one is left out. */
static uint32_t read_outputs(case_reader *r) {
    char word[CASE_WORD_BYTES];
    case_read_word(r, word);
    if (strcmp(word, "absent") != 0) return (uint32_t)strtoul(word, NULL, 10);
    r->h->value_places[HARNESS_MAX] = NULL;
    return 1;
}

/* Whether lines with this first word tell what comes out, not what goes in. */
static int is_of_result(const char *word) {
    static const char *const words[] = {"refused", "fails", "rows", "known", "differs", "needs"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0) return 1;
    return 0;
}

void operator_case_open(harness *h, const operator_case *c, case_form form) {
    char word[CASE_WORD_BYTES];
    uint32_t n_outputs = 0;
    ortl__ensemble_kind kind;
    case_reader r = {h, c, c->lines};
    harness_open(h, domain_of(c->name), c->name, c->version);
    h->columns_source = c;
    if (strncmp(c->name, "Tree", 4) == 0) h->make_columns = make_columns;
    while (case_next_line(&r, word)) {
        if (strcmp(word, "output") == 0)
            add_output(&r, n_outputs++);
        else if (strcmp(word, "outputs") == 0)
            n_outputs = read_outputs(&r);
        else if (strcmp(word, "absent") == 0)
            harness_left_out(h);
        else if (strcmp(word, "input") == 0 || strcmp(word, "constant") == 0 ||
                 strcmp(word, "unknown") == 0)
            add_input(&r, known_as(word, form));
        else if (!is_of_result(word) && column_of(c, word, &kind) == ORTL__N_COLUMNS)
            add_attribute(&r, word);
    }
    harness_outputs(h, n_outputs ? n_outputs : 1);
}

int operator_case_open_row(harness *h, const operator_case *c, int64_t n_rows, int64_t row) {
    operator_case_open(h, c, CASE_AS_WRITTEN);
    for (uint32_t i = 0; i < h->node.n_inputs; i++) {
        ortl__tensor *input = &h->tensors[i];
        if (!h->inputs[i] || h->values[i].constant) continue;
        if (input->rank == 0 || input->shape[0] != n_rows) return 0;
        uint64_t row_bytes = ortl__tensor_bytes(input) / (uint64_t)n_rows;
        int64_t shape[ORTL_MAX_RANK];
        char *data = input->data;
        memcpy(shape, input->shape, sizeof shape);
        shape[0] = 1;
        if (ortl__tensor_shape(input, input->type, input->rank, shape, NULL) != ORTL_OK) abort();
        input->data = data + row_bytes * (uint64_t)row;
    }
    return 1;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* Row number row of the tensor. */
static void cut_row(const operator_case *c, ortl__tensor *tensor, int64_t row) {
    int64_t shape[ORTL_MAX_RANK];
    char *data = tensor->data;
    if (tensor->rank == 0) case_give_up(c->place, "an output without rows");
    uint64_t row_bytes = ortl__tensor_bytes(tensor) / (uint64_t)tensor->shape[0];
    memcpy(shape, tensor->shape, sizeof shape);
    shape[0] = 1;
    if (ortl__tensor_shape(tensor, tensor->type, tensor->rank, shape, NULL) != ORTL_OK) abort();
    tensor->data = data + row_bytes * (uint64_t)row;
}

/* How far the outputs of a row alone may be from those that it has among others. */
static double row_tolerance(const operator_case *c) {
    char word[CASE_WORD_BYTES];
    case_reader r = {NULL, c, c->lines};
    while (case_next_line(&r, word))
        if (strcmp(word, "rows") == 0) {
            case_read_word(&r, word);
            return word[0] == '~' ? strtod(word + 1, NULL) : 0;
        }
    return 0;
}

static void expect_outputs(harness *h, const operator_case *c, int64_t row) {
    char word[CASE_WORD_BYTES];
    uint32_t n = 0;
    case_reader r = {h, c, c->lines};
    while (case_next_line(&r, word)) {
        double tolerance = 0;
        if (strcmp(word, "output") != 0) continue;
        if (!h->value_places[HARNESS_MAX + n]) {
            n++;
            continue;
        }
        ortl__tensor wanted = case_read_tensor(&r, &tolerance);
        if (row >= 0) {
            cut_row(c, &wanted, row);
            tolerance = fmax(tolerance, row_tolerance(c));
        }
        harness_expect_output(h, c->place, n++, &wanted, tolerance);
    }
}

void operator_case_expect_known(const harness *h, const operator_case *c) {
    char word[CASE_WORD_BYTES];
    case_reader r = {NULL, c, c->lines};
    const ortl__value *output = &h->values[HARNESS_MAX];
    int has_rows = case_has_line(c, "rows");
    ck_assert_msg(h->step.is_row_wise == has_rows, "%s: rows are %s apart", c->place,
                  has_rows ? "not" : "kept");
    while (case_next_line(&r, word)) {
        int64_t shape[ORTL_MAX_RANK];
        if (strcmp(word, "known") != 0) continue;
        case_skip_blanks(&r);
        ck_assert_msg(output->has_shape == (*r.at == '['), "%s: is the shape known?", c->place);
        if (!output->has_shape) continue;
        ck_assert_msg(output->rank == case_read_shape(&r, shape) &&
                          memcmp(output->shape, shape, output->rank * sizeof *shape) == 0,
                      "%s: another shape is known", c->place);
    }
}

static ortl_status read_status(case_reader *r) {
    char word[CASE_WORD_BYTES];
    case_read_word(r, word);
#define STATUS(name, exit_code, sentence)                                                          \
    if (strcmp(word, #name) == 0) return ORTL_##name;
    ORTL_STATUS_MAP(STATUS)
#undef STATUS
    case_give_up(r->c->place, "no status: %s", word);
    return ORTL_OK;
}

static void expect_refusal(harness *h, const operator_case *c) {
    char word[CASE_WORD_BYTES];
    case_reader r = {h, c, c->lines};
    ortl_status found = harness_prepare(h);
    while (case_next_line(&r, word)) {
        if (strcmp(word, "fails") == 0) {
            ck_assert_msg(found == ORTL_OK, "%s: %s", c->place, h->error.message);
            found = harness_run(h);
        } else if (strcmp(word, "refused") != 0) {
            continue;
        }
        ortl_status wanted = read_status(&r);
        const ortl_string text = case_read_text(&r);
        ck_assert_msg(found == wanted && h->error.status == wanted, "%s: status %d: %s", c->place,
                      (int)found, h->error.message);
        ck_assert_msg(strstr(h->error.message, text.data) != NULL, "%s: \"%s\"", c->place,
                      h->error.message);
    }
}

void operator_case_expect(harness *h, const operator_case *c, int64_t row) {
    if (c->is_refused) {
        expect_refusal(h, c);
        return;
    }
    ortl_status status = h->step.operator? ORTL_OK : harness_prepare(h);
    ck_assert_msg(status == ORTL_OK, "%s: %s", c->place, h->error.message);
    if (!c->is_run) return;
    ck_assert_msg(harness_run(h) == ORTL_OK, "%s: %s", c->place, h->error.message);
    expect_outputs(h, c, row);
}
