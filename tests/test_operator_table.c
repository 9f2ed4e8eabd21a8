/*
 * The table of operators: its order, its versions, and that data/operators has cases of every kind
 * that data/operators/kinds.tsv says an operator has; then what every operator must refuse.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operator_cases.h"

static harness h;

/* ---- Rows ------------------------------------------------------------------------------------ */

START_TEST(rows_are_in_order_and_ranges_apart) {
    for (size_t i = 0; i + 1 < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i], *next = row + 1;
        int order = strcmp(row->domain, next->domain);
        if (order == 0) order = strcmp(row->name, next->name);
        ck_assert_msg(order <= 0, "%s stands before %s", row->name, next->name);
        if (order == 0) ck_assert_int_lt(row->last_version, next->first_version);
        ck_assert_int_le(row->first_version, row->last_version);
        ck_assert(row->prepare && row->shape && (row->run || row->flags & ORTL__OPERATOR_ALIAS));
    }
}
END_TEST

START_TEST(every_row_is_found_by_its_versions) {
    for (size_t i = 0; i < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i], *other = NULL;
        const int versions[] = {row->first_version, row->last_version};
        for (size_t k = 0; k < 2; k++)
            ck_assert_ptr_eq(ortl__operator_find(row->domain, row->name, versions[k], &other), row);
    }
}
END_TEST

START_TEST(unknown_names_and_versions_are_told_apart) {
    const ortl__operator *other = NULL;
    ck_assert_ptr_null(ortl__operator_find("", "Loop", 13, &other));
    ck_assert_ptr_null(other);
    ck_assert_ptr_null(ortl__operator_find("ai.onnx.ml", "Cast", 1, &other));
    ck_assert_ptr_null(other);
    ck_assert_ptr_null(ortl__operator_find("zzz", "Zzz", 1, &other));
    ck_assert_ptr_null(other);
    ck_assert_ptr_null(ortl__operator_find("ai.onnx.ml", "TreeEnsembleClassifier", 5, &other));
    ck_assert_str_eq(other->name, "TreeEnsembleClassifier");
    ck_assert_ptr_nonnull(ortl__operator_find("ai.onnx", "Cast", 13, &other));
}
END_TEST

/* ---- kinds.tsv ------------------------------------------------------------------------------- */

/* What its columns say of one operator. */
typedef struct kinds {
    int versions[32]; /* ended by 0: those with a text of their own in the specification */
    unsigned types;   /* bit 1 << type: input typed_input may have it */
    uint32_t typed_input;
    char axes[32]; /* the attribute or input that tells axes, or "-" */
    int broadcasts, has_empty, has_special;
} kinds;

static const ortl_type all_types[] = {ORTL_FLOAT, ORTL_DOUBLE, ORTL_INT64, ORTL_INT32,
                                      ORTL_INT16, ORTL_BOOL,   ORTL_STRING};
#define N_TYPES (sizeof all_types / sizeof *all_types)

static void read_versions(const char *text, int versions_out[32]) {
    char *at = NULL;
    size_t n = 0;
    do {
        versions_out[n++] = (int)strtol(text, &at, 10);
        text = at + 1;
    } while (*at == ',' && n < 31);
    versions_out[n] = 0;
}

/* "float,int64", or "1:float,int64" for those of input 1. */
static void read_types(char *text, kinds *out) {
    char *colon = strchr(text, ':');
    out->types = 0;
    out->typed_input = colon ? (uint32_t)strtoul(text, NULL, 10) : 0;
    for (char *name = strtok(colon ? colon + 1 : text, ","); name; name = strtok(NULL, ","))
        out->types |= 1u << ortl__operator_onnx_type_number(name);
    out->types &= ~1u; /* "-" is no type */
}

static kinds kinds_of(const ortl__operator *row) {
    char line[256], domain[32], name[64], versions[96], types[96], yes[3][8];
    const char *wanted = row->domain[0] ? row->domain : "ai.onnx";
    kinds found;
    int is_found = 0;
    FILE *file = fopen(ORTL_TEST_DATA "/operators/kinds.tsv", "r");
    ck_assert_ptr_nonnull(file);
    while (!is_found && fgets(line, sizeof line, file)) {
        ck_assert_int_eq(sscanf(line, "%31s %63s %95s %95s %7s %31s %7s %7s", domain, name,
                                versions, types, yes[0], found.axes, yes[1], yes[2]),
                         8);
        is_found = strcmp(domain, wanted) == 0 && strcmp(name, row->name) == 0;
    }
    fclose(file);
    ck_assert_msg(is_found, "%s is not in kinds.tsv", row->name);
    read_versions(versions, found.versions);
    read_types(types, &found);
    found.broadcasts = yes[0][0] == 'y';
    found.has_empty = yes[1][0] == 'y';
    found.has_special = yes[2][0] == 'y';
    return found;
}

START_TEST(every_row_names_the_newest_text) {
    for (size_t i = 0; i < ortl__n_operators; i++) {
        const ortl__operator *row = &ortl__operators[i];
        const kinds k = kinds_of(row);
        int newest = 0, has_first = 0;
        for (size_t n = 0; k.versions[n]; n++) {
            if (k.versions[n] <= row->last_version) newest = k.versions[n];
            has_first = has_first || k.versions[n] == row->first_version;
        }
        ck_assert_msg(newest == row->text_version, "%s from %d on: text %d, newest %d", row->name,
                      row->first_version, row->text_version, newest);
        ck_assert_msg(has_first, "%s has no version %d", row->name, row->first_version);
    }
}
END_TEST

/* ---- What the cases of an operator show ------------------------------------------------------ */

/* A case of the row with outputs, of float where there is one; NULL: none. */
static const operator_case *case_of(const ortl__operator *row, uint32_t typed_input) {
    const operator_cases *all = operator_cases_read();
    const operator_case *found = NULL;
    for (size_t i = 0; i < all->n_cases; i++) {
        const operator_case *c = &all->cases[i];
        if (!c->is_run || strcmp(c->name, row->name) != 0 || c->version < row->first_version ||
            c->version > row->last_version)
            continue;
        if (!found) found = c;
        operator_case_open(&h, c, CASE_AS_WRITTEN);
        int is_float = h.node.n_inputs > typed_input && h.tensors[typed_input].type == ORTL_FLOAT;
        harness_close(&h);
        if (is_float) return c;
    }
    return found;
}

/* Of the cases with outputs. */
typedef struct shown {
    unsigned types;   /* bit 1 << type */
    unsigned special; /* bits: NaN, infinity, its negative */
    int n_refused, broadcasts, has_axes, has_negative_axes, has_empty;
} shown;

/* Whether input i repeats along an axis of output 0. */
static int is_repeated(uint32_t i) {
    if (!h.outputs[0]) return 0;
    const ortl__tensor *input = &h.tensors[i], *output = h.outputs[0];
    for (uint32_t k = 1; k <= output->rank; k++) {
        int64_t extent = k <= input->rank ? input->shape[input->rank - k] : 1;
        if (extent == 1 && output->shape[output->rank - k] > 1) return 1;
    }
    return 0;
}

static void look_for_special(const ortl__tensor *input, shown *out) {
    if (input->type != ORTL_FLOAT && input->type != ORTL_DOUBLE) return;
    for (uint64_t i = 0; i < input->n_elements; i++) {
        double x = input->type == ORTL_FLOAT ? (double)((const float *)input->data)[i]
                                             : ((const double *)input->data)[i];
        if (isnan(x)) out->special |= 1;
        if (isinf(x)) out->special |= x > 0 ? 2 : 4;
    }
}

static void look_for_axes(const char *place, shown *out) {
    const int64_t *values = NULL;
    uint64_t n = 0;
    for (uint32_t i = 0; i < h.node.n_attributes; i++)
        if (strcmp(h.attributes[i].name, place) == 0) {
            values = h.attributes[i].as.ints;
            n = h.attributes[i].count;
        }
    uint32_t input = strncmp(place, "input", 5) == 0 ? (uint32_t)strtoul(place + 5, NULL, 10) : 99;
    if (input < h.node.n_inputs && h.inputs[input] && h.inputs[input]->type == ORTL_INT64) {
        values = h.inputs[input]->data;
        n = h.inputs[input]->n_elements;
    }
    for (uint64_t i = 0; i < n; i++) {
        out->has_axes = 1;
        out->has_negative_axes = out->has_negative_axes || values[i] < 0;
    }
}

/* Of the case that was run, or that failed for its data. */
static void look_at(const kinds *k, int is_run, shown *out) {
    for (uint32_t i = 0; i < h.node.n_inputs; i++)
        if (h.inputs[i]) look_for_special(h.inputs[i], out);
    if (!is_run) return;
    look_for_axes(k->axes, out);
    for (uint32_t i = 0; i < h.node.n_inputs; i++) {
        if (!h.inputs[i]) continue;
        if (i == k->typed_input) out->types |= 1u << h.tensors[i].type;
        out->has_empty = out->has_empty || h.tensors[i].n_elements == 0;
        out->broadcasts = out->broadcasts || is_repeated(i);
    }
    out->has_empty = out->has_empty || (h.outputs[0] && h.outputs[0]->n_elements == 0);
}

static shown look_at_cases(const char *name, const kinds *k) {
    const operator_cases *all = operator_cases_read();
    shown found = {0};
    for (size_t i = 0; i < all->n_cases; i++) {
        const operator_case *c = &all->cases[i];
        if (strcmp(c->name, name) != 0) continue;
        found.n_refused += c->is_refused;
        operator_case_open(&h, c, CASE_AS_WRITTEN);
        if (harness_load(&h) == ORTL_OK && (c->is_run || c->is_refused))
            look_at(k, harness_run(&h) == ORTL_OK, &found);
        harness_close(&h);
    }
    return found;
}

/* If is made for the envelope, which puts the nodes of its branches in its place. */
static int has_cases(const ortl__operator *row) {
    return strcmp(row->name, "If") != 0;
}

START_TEST(every_kind_has_a_case) {
    const ortl__operator *row = &ortl__operators[_i];
    const kinds k = kinds_of(row);
    if (!has_cases(row)) return;
    const char *name = row->name;
    const shown found = look_at_cases(name, &k);
    ck_assert_msg(case_of(row, 0) != NULL, "%s from %d on: no case", name, row->first_version);
    ck_assert_msg(found.n_refused > 0, "%s: no refusal", name);
    for (size_t i = 0; i < N_TYPES; i++) {
        unsigned bit = 1u << all_types[i];
        ck_assert_msg((found.types & bit) == (k.types & bit), "%s of %s: %s", name,
                      ortl_type_name(all_types[i]),
                      found.types & bit ? "not in kinds.tsv" : "no case");
    }
    ck_assert_msg(found.broadcasts || !k.broadcasts, "%s: no broadcasting", name);
    ck_assert_msg(found.has_negative_axes || k.axes[0] == '-', "%s: no negative axis", name);
    ck_assert_msg(found.has_empty || !k.has_empty, "%s: no empty batch", name);
    ck_assert_msg(found.special == 7 || !k.has_special, "%s: no NaN or infinities", name);
    int is_real = (k.types & (1u << ORTL_FLOAT | 1u << ORTL_DOUBLE)) != 0;
    ck_assert_msg(k.has_special == is_real && k.has_empty == (k.types != 0), "%s: kinds", name);
}
END_TEST

/* ---- What every operator refuses ------------------------------------------------------------- */

/* Loads the case with another type in the place of all inputs of the type of the typed one. */
static ortl_status load_as(const operator_case *c, uint32_t typed_input, ortl_type type) {
    operator_case_open(&h, c, CASE_AS_WRITTEN);
    const ortl_type right = h.tensors[typed_input].type;
    for (uint32_t i = typed_input; i < h.node.n_inputs; i++)
        if (h.tensors[i].type == right) h.tensors[i].type = h.values[i].type = type;
    ortl_status status = harness_load(&h);
    harness_close(&h);
    return status;
}

START_TEST(other_types_are_refused) {
    const kinds k = kinds_of(&ortl__operators[_i]);
    const operator_case *c = case_of(&ortl__operators[_i], k.typed_input);
    char taken[128] = "";
    for (size_t i = 0; c && k.types && i < N_TYPES; i++) {
        if (k.types >> all_types[i] & 1) continue;
        ortl_status status = load_as(c, k.typed_input, all_types[i]);
        if (status == ORTL_UNSUPPORTED || status == ORTL_BAD_MODEL) continue;
        strcat(strcat(taken, " "), ortl_type_name(all_types[i]));
    }
    ck_assert_msg(!taken[0], "%s takes%s", ortl__operators[_i].name, taken);
}
END_TEST

START_TEST(unknown_attributes_are_refused) {
    const operator_case *c = case_of(&ortl__operators[_i], 0);
    if (!c) return;
    operator_case_open(&h, c, CASE_AS_WRITTEN);
    harness_int(&h, "axi", 1);
    ortl_status status = harness_load(&h);
    ck_assert_msg(status == ORTL_UNSUPPORTED || (h.node.n_inputs == 0 && status == ORTL_BAD_MODEL),
                  "%s: %s", c->place, h.error.message);
    harness_close(&h);
}
END_TEST

/* Puts an attribute of that kind in the place of number i, with three values if it is a list. */
static void change_attribute(uint32_t i, ortl__attribute_kind kind) {
    static const float floats[] = {1, 2, 3};
    static const int64_t ints[] = {1, 2, 3};
    static const ortl_string texts[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    static float one = 1;
    static const ortl__constant scalar = {
        .element_type = ORTL_FLOAT, .n_elements = 1, .data = &one};
    ortl__attribute *attribute = &h.attributes[i];
    attribute->kind = kind;
    attribute->count = kind > ORTL__ATTRIBUTE_TENSOR ? 3 : 1;
    switch (kind) {
    case ORTL__ATTRIBUTE_FLOAT:
    case ORTL__ATTRIBUTE_FLOATS: attribute->as.floats = floats; break;
    case ORTL__ATTRIBUTE_STRING:
    case ORTL__ATTRIBUTE_STRINGS: attribute->as.strings = texts; break;
    case ORTL__ATTRIBUTE_TENSOR: attribute->as.tensor = &scalar; break;
    default: attribute->as.ints = ints; break;
    }
}

START_TEST(attributes_of_another_kind_are_refused_by_name) {
    const ortl__attribute_kind others[] = {ORTL__ATTRIBUTE_FLOAT,   ORTL__ATTRIBUTE_INT,
                                           ORTL__ATTRIBUTE_STRING,  ORTL__ATTRIBUTE_TENSOR,
                                           ORTL__ATTRIBUTE_FLOATS,  ORTL__ATTRIBUTE_INTS,
                                           ORTL__ATTRIBUTE_STRINGS, (ortl__attribute_kind)99};
    const operator_case *c = case_of(&ortl__operators[_i], 0);
    for (uint32_t i = 0; c && i < HARNESS_MAX; i++)
        for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
            operator_case_open(&h, c, CASE_AS_WRITTEN);
            if (i < h.node.n_attributes && h.attributes[i].kind != others[k] &&
                strcmp(h.attributes[i].name, "consumed_inputs") != 0 /* a hint without effect */) {
                change_attribute(i, others[k]);
                ck_assert_msg(harness_load(&h) == ORTL_BAD_MODEL &&
                                  strstr(h.error.message, h.attributes[i].name),
                              "%s: %s of kind %d: %s", c->place, h.attributes[i].name,
                              (int)others[k], h.error.message);
            }
            harness_close(&h);
        }
}
END_TEST

START_TEST(inputs_too_many_are_refused) {
    const int64_t none = 0;
    const operator_case *c = case_of(&ortl__operators[_i], 0);
    if (!c) return;
    operator_case_open(&h, c, CASE_AS_WRITTEN);
    for (int i = 0; i < 4; i++) harness_input(&h, ORTL_STRING, 1, &none, NULL);
    ck_assert_msg(harness_load(&h) == ORTL_BAD_MODEL && strstr(h.error.message, "input"), "%s: %s",
                  c->place, h.error.message);
    harness_close(&h);
}
END_TEST

START_TEST(the_first_input_is_not_left_out) {
    const operator_case *c = case_of(&ortl__operators[_i], 0);
    if (!c) return;
    operator_case_open(&h, c, CASE_AS_WRITTEN);
    h.value_places[0] = NULL;
    if (h.node.n_inputs)
        ck_assert_msg(harness_load(&h) == ORTL_BAD_MODEL, "%s: %s", c->place, h.error.message);
    harness_close(&h);
}
END_TEST

int main(void) {
    const int n_rows = (int)ortl__n_operators;
    Suite *suite = suite_create("operator_table");
    TCase *table = tcase_create("table");
    suite_add_tcase(suite, table);
    tcase_add_test(table, rows_are_in_order_and_ranges_apart);
    tcase_add_test(table, every_row_is_found_by_its_versions);
    tcase_add_test(table, unknown_names_and_versions_are_told_apart);
    tcase_add_test(table, every_row_names_the_newest_text);
    TCase *each = tcase_create("each operator");
    suite_add_tcase(suite, each);
    tcase_add_loop_test(each, every_kind_has_a_case, 0, n_rows);
    tcase_add_loop_test(each, other_types_are_refused, 0, n_rows);
    tcase_add_loop_test(each, unknown_attributes_are_refused, 0, n_rows);
    tcase_add_loop_test(each, attributes_of_another_kind_are_refused_by_name, 0, n_rows);
    tcase_add_loop_test(each, inputs_too_many_are_refused, 0, n_rows);
    tcase_add_loop_test(each, the_first_input_is_not_left_out, 0, n_rows);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
