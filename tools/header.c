/*
 * Recognising and reading headers.
 */
#include "header.h"
#include "fields.h"
#include "suggest.h"

#include "../runtime/number.h"

#include <string.h>

#define MAX_NAMES_TRIED 64 /* fields that are compared with every name of the model */

static bool is_name(ortl_string name, const csv_field *field) {
    return name.n_bytes == field->n_bytes && memcmp(name.data, field->text, name.n_bytes) == 0;
}

static bool has_type(const ortl__model_columns *columns, ortl_type type) {
    for (size_t i = 0; i < columns->n_groups; i++)
        if (columns->groups[i].type == type) return true;
    return false;
}

static bool holds_model_name(const csv_record *first, const ortl__model_columns *columns,
                             char point) {
    if (columns->names == NULL) return false;
    for (size_t i = 0; i < first->n_fields && i < MAX_NAMES_TRIED; i++) {
        csv_field field = ortl__field_trim(first->fields[i]);
        if (ortl__field_is_value(&field, point, ORTL_FLOAT)) continue;
        for (size_t j = 0; j < columns->n_columns; j++)
            if (is_name(columns->names[j], &field)) return true;
    }
    return false;
}

/* What the fields are that stand in the places of numbers. */
typedef struct field_tally {
    bool has_numbers; /* missing values aside */
    bool has_texts;
    bool has_nul;      /* a NUL byte in a text: no name has one, so this is no header */
    size_t first_text; /* index of a text, the first one with a NUL byte where there is one */
} field_tally;

static void tally_field(field_tally *tally, const csv_record *first, size_t index, char point,
                        ortl_type type) {
    const csv_field *field = &first->fields[index];
    if (ortl__field_is_value(field, point, type)) {
        tally->has_numbers |= !ortl__field_is_missing(field);
        return;
    }
    bool has_nul = field->n_bytes > 0 && memchr(field->text, 0, field->n_bytes) != NULL;
    if (!tally->has_texts || (has_nul && !tally->has_nul)) tally->first_text = index;
    tally->has_texts = true;
    tally->has_nul |= has_nul;
}

/* Numbers beside texts are a header with numbers among its names, or a row with a bad number. */
static ortl_status decide_by_tally(const field_tally *tally, const csv_record *first,
                                   const ortl__table_choices *choices, bool *has_header_out,
                                   ortl_error *error) {
    enum { SHOWN_BYTES = 40 };
    char text[4 * SHOWN_BYTES + 1];
    *has_header_out = tally->has_texts;
    if (!tally->has_texts || (!tally->has_numbers && !tally->has_nul) || choices->n_renames > 0)
        return ORTL_OK;
    const csv_field *field = &first->fields[tally->first_text];
    ortl__message_escape(field->text, field->n_bytes < SHOWN_BYTES ? field->n_bytes : SHOWN_BYTES,
                         text, sizeof text);
    return ortl__message_fail(
        error, ORTL_BAD_INPUT,
        "%llu: field %llu: \"%s\" is not a number, %s (say --header yes or --header no)",
        (unsigned long long)first->line, (unsigned long long)tally->first_text + 1, text,
        tally->has_nul ? "nor could it be a name" : "but others of this line are");
}

/* For a model that reads text, among other types perhaps. */
static ortl_status decide_among_texts(const csv_record *first, const ortl__model_columns *columns,
                                      const ortl__table_choices *choices, bool *has_header_out,
                                      ortl_error *error) {
    bool is_told = false;
    field_tally tally = {.has_texts = false};
    for (size_t i = 0; i < columns->n_groups && first->n_fields == columns->n_columns; i++) {
        const ortl__column_group *group = &columns->groups[i];
        if (group->type == ORTL_STRING) continue;
        is_told = true;
        for (size_t j = 0; j < group->n_columns; j++)
            tally_field(&tally, first, group->first + j, choices->point, group->type);
    }
    if (is_told) return decide_by_tally(&tally, first, choices, has_header_out, error);
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "the model reads text, so nothing tells whether the first line is a "
                              "header (say --header yes or --header no)");
}

ortl_status ortl__header_decide(const csv_record *first, const ortl__model_columns *columns,
                                const ortl__table_choices *choices, bool *has_header_out,
                                ortl_error *error) {
    *has_header_out = choices->header == ORTL__HEADER_YES;
    if (choices->header != ORTL__HEADER_AUTO) return ORTL_OK;
    *has_header_out = holds_model_name(first, columns, choices->point);
    if (*has_header_out) return ORTL_OK;
    if (has_type(columns, ORTL_STRING))
        return decide_among_texts(first, columns, choices, has_header_out, error);
    ortl_type type = has_type(columns, ORTL_BOOL) ? ORTL_BOOL : ORTL_FLOAT;
    field_tally tally = {.has_texts = false};
    for (size_t i = 0; i < first->n_fields; i++)
        tally_field(&tally, first, i, choices->point, type);
    return decide_by_tally(&tally, first, choices, has_header_out, error);
}

bool ortl__header_is_numbering(const csv_record *first) {
    for (size_t i = 0; i < first->n_fields; i++) {
        csv_field field = ortl__field_trim(first->fields[i]);
        int64_t value;
        if (field.n_bytes == 0 ||
            ortl__number_read_int64(field.text, field.n_bytes, &value) != field.n_bytes ||
            value < 0 || (uint64_t)value != i)
            return false;
    }
    return first->n_fields >= 2;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* The field that the rename "A=B" speaks of. A name may contain '=', so the longest that fits wins.
 * n_fields: none. */
static size_t find_renamed(const csv_record *first, const char *rename, size_t *n_name_out) {
    size_t found = first->n_fields;
    size_t n_rename = strlen(rename);
    *n_name_out = 0;
    for (size_t i = 0; i < first->n_fields; i++) {
        csv_field field = ortl__field_trim(first->fields[i]);
        if (field.n_bytes >= n_rename || rename[field.n_bytes] != '=' ||
            memcmp(rename, field.text, field.n_bytes) != 0 ||
            (found < first->n_fields && field.n_bytes <= *n_name_out))
            continue;
        found = i;
        *n_name_out = field.n_bytes;
    }
    return found;
}

static ortl_status fail_rename(const csv_record *first, const char *rename, ortl_error *error) {
    size_t n_name = strcspn(rename, "=");
    ortl__suggestion nearest = ortl__suggest_begin(rename, n_name);
    for (size_t i = 0; i < first->n_fields; i++)
        ortl__suggest_offer(&nearest, i, first->fields[i].text, first->fields[i].n_bytes);
    int shown = (int)(n_name < 60 ? n_name : 60);
    if (nearest.index == ORTL__SUGGEST_NONE)
        return ortl__message_fail(error, ORTL_BAD_INPUT, "--rename \"%.*s\" is not in the header",
                                  shown, rename);
    csv_field near = first->fields[nearest.index];
    return ortl__message_fail(error, ORTL_BAD_INPUT,
                              "--rename \"%.*s\" is not in the header; nearest: \"%.*s\"", shown,
                              rename, (int)(near.n_bytes < 60 ? near.n_bytes : 60), near.text);
}

ortl_status ortl__header_names(const csv_record *first, const ortl__table_choices *choices,
                               ortl__texts *texts, ortl_string *names_out, ortl_error *error) {
    const ortl_string nothing = {NULL, 0};
    for (size_t i = 0; i < first->n_fields; i++) {
        csv_field field = ortl__field_trim(first->fields[i]);
        ortl_status status = ortl__texts_join(texts, (ortl_string){field.text, field.n_bytes},
                                              nothing, &names_out[i], error);
        if (status != ORTL_OK) return status;
    }
    for (size_t i = 0; i < choices->n_renames; i++) {
        size_t n_name;
        size_t found = find_renamed(first, choices->renames[i], &n_name);
        if (found == first->n_fields) return fail_rename(first, choices->renames[i], error);
        names_out[found] = ortl__texts_view(choices->renames[i] + n_name + 1);
    }
    return ORTL_OK;
}
