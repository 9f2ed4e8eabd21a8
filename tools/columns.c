/*
 * What the model reads, and the matching of a table's fields to it. Names are looked up in sorted
 * order, so that a million columns match in no time either.
 */
#include "columns.h"
#include "fields.h"
#include "header.h"
#include "suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ortl_status fail_memory(ortl_error *error) {
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the columns of the table");
}

/* ---- The model's side ------------------------------------------------------------------------ */

/* Columns of one input, 0 when the file leaves it open. */
static size_t count_group_columns(const ortl_description *d, const ortl_value_info *info) {
    if (d->n_inputs == 1 && d->n_features > 0) return d->n_features;
    if (info->rank == 1) return 1;
    if (info->rank == 2 && info->shape[1] >= 0) return (size_t)info->shape[1];
    return 0;
}

static ortl_status add_group(const ortl__model *model, const ortl_value_info *info,
                             ortl__model_columns *columns, ortl_error *error) {
    ortl__column_group *group = &columns->groups[columns->n_groups];
    *group = (ortl__column_group){info->name, info->type, info->rank, columns->n_columns,
                                  count_group_columns(&model->description, info)};
    if (info->rank > 2)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "input \"%.60s\" has %llu dimensions, a table has two (use "
                                  "`ort-lite run`)",
                                  info->name, (unsigned long long)info->rank);
    if (group->n_columns == 0) {
        if (model->description.n_inputs > 1)
            return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                      "input \"%.60s\" does not say how many columns it has (use "
                                      "`ort-lite run`)",
                                      info->name);
        columns->is_open = true;
    }
    columns->n_groups++;
    columns->n_columns += group->n_columns;
    return ORTL_OK;
}

/* Names of a group after its input: the input's own name, numbered when it has several columns. */
static ortl_status name_group(const ortl__column_group *group, ortl__texts *texts,
                              ortl_string *names_out, ortl_error *error) {
    for (size_t i = 0; i < group->n_columns; i++) {
        char number[32] = "";
        if (group->n_columns > 1) snprintf(number, sizeof number, "_%llu", (unsigned long long)i);
        ortl_status status = ortl__texts_join(texts, ortl__texts_view(group->name),
                                              ortl__texts_view(number), &names_out[i], error);
        if (status != ORTL_OK) return status;
    }
    return ORTL_OK;
}

static ortl_status name_columns(const ortl__feature_names *feature_names, ortl__texts *texts,
                                ortl__model_columns *columns, ortl_error *error) {
    if (columns->is_open) {
        columns->n_columns = feature_names->n_names;
        columns->groups[0].n_columns = feature_names->n_names;
        columns->is_open = feature_names->n_names == 0;
    }
    bool is_recorded = feature_names->n_names > 0 && feature_names->n_names == columns->n_columns;
    if (columns->n_columns == 0) return ORTL_OK;
    if (!is_recorded && columns->n_groups == 1 && columns->n_columns != 1) return ORTL_OK;
    columns->names = calloc(columns->n_columns, sizeof *columns->names);
    if (columns->names == NULL) return fail_memory(error);
    if (is_recorded) {
        memcpy(columns->names, feature_names->names, columns->n_columns * sizeof *columns->names);
        return ORTL_OK;
    }
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < columns->n_groups && status == ORTL_OK; i++)
        status = name_group(&columns->groups[i], texts, columns->names + columns->groups[i].first,
                            error);
    return status;
}

ortl_status ortl__model_columns_find(const ortl__model *model,
                                     const ortl__feature_names *feature_names, ortl__texts *texts,
                                     ortl__model_columns *columns_out, ortl_error *error) {
    size_t n_inputs = model->description.n_inputs;
    *columns_out = (ortl__model_columns){.groups = NULL};
    if (n_inputs == 0)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "the model has no inputs (use `ort-lite run`)");
    columns_out->groups = calloc(n_inputs, sizeof *columns_out->groups);
    ortl_status status = columns_out->groups == NULL ? fail_memory(error) : ORTL_OK;
    for (size_t i = 0; i < n_inputs && status == ORTL_OK; i++) {
        ortl_value_info info;
        status = ortl_input(model->session, i, &info, error);
        if (status == ORTL_OK) status = add_group(model, &info, columns_out, error);
    }
    if (status == ORTL_OK) status = name_columns(feature_names, texts, columns_out, error);
    if (status != ORTL_OK) ortl__model_columns_free(columns_out);
    return status;
}

void ortl__model_columns_note(const ortl__model_columns *columns,
                              const ortl__feature_names *feature_names) {
    if (feature_names->n_names == 0 || feature_names->n_names == columns->n_columns) return;
    ortl__message_note("the recorded feature_names are %zu for %zu columns, so they are not used",
                       feature_names->n_names, columns->n_columns);
}

void ortl__model_columns_free(ortl__model_columns *columns) {
    free(columns->groups);
    free(columns->names);
    *columns = (ortl__model_columns){.groups = NULL};
}

/* ---- By name --------------------------------------------------------------------------------- */

typedef struct named_field {
    ortl_string name;
    size_t field;
} named_field;

static int compare_named_fields(const void *a, const void *b) {
    const named_field *first = a;
    const named_field *second = b;
    int order = ortl__texts_compare(first->name, second->name);
    if (order != 0) return order;
    return (first->field > second->field) - (first->field < second->field);
}

/* The header's names in order. */
typedef struct name_index {
    named_field *fields; /* (n_fields) sorted */
    size_t n_fields;
} name_index;

static ortl_status index_names(const ortl__mapping *mapping, name_index *index_out,
                               ortl_error *error) {
    index_out->n_fields = mapping->n_fields;
    index_out->fields = calloc(mapping->n_fields, sizeof *index_out->fields);
    if (index_out->fields == NULL) return fail_memory(error);
    for (size_t i = 0; i < mapping->n_fields; i++)
        index_out->fields[i] = (named_field){mapping->names[i], i};
    qsort(index_out->fields, index_out->n_fields, sizeof *index_out->fields, compare_named_fields);
    return ORTL_OK;
}

/* The number of fields with that name, the first of them in *field_out. */
static size_t find_name(const name_index *index, ortl_string name, size_t *field_out) {
    size_t low = 0;
    size_t high = index->n_fields;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ortl__texts_compare(index->fields[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t n_found = 0;
    while (low + n_found < index->n_fields &&
           ortl__texts_compare(index->fields[low + n_found].name, name) == 0)
        n_found++;
    if (n_found > 0) *field_out = index->fields[low].field;
    return n_found;
}

#define SHOWN_CHARS 40 /* of a name in a message */

static int shown(ortl_string name) {
    return (int)(name.n_bytes < SHOWN_CHARS ? name.n_bytes : SHOWN_CHARS);
}

/* The field whose name is nearest, ORTL__SUGGEST_NONE when none is near. */
static size_t nearest_field(const ortl__mapping *mapping, ortl_string wanted) {
    ortl__suggestion nearest = ortl__suggest_begin(wanted.data, wanted.n_bytes);
    for (size_t i = 0; i < mapping->n_fields; i++)
        ortl__suggest_offer(&nearest, i, mapping->names[i].data, mapping->names[i].n_bytes);
    return nearest.index;
}

static ortl_status fail_missing(const ortl__mapping *mapping, const ortl__model_columns *columns,
                                const name_index *index, ortl_string wanted, ortl_error *error) {
    size_t n_found = 0;
    size_t field;
    for (size_t i = 0; i < columns->n_columns; i++)
        n_found += find_name(index, columns->names[i], &field) > 0;
    size_t nearest = nearest_field(mapping, wanted);
    if (nearest == ORTL__SUGGEST_NONE)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "column \"%.*s\" is missing; the model needs %llu columns, %llu "
                                  "found (use --rename NAME=%.*s, or --by-position)",
                                  shown(wanted), wanted.data,
                                  (unsigned long long)columns->n_columns,
                                  (unsigned long long)n_found, shown(wanted), wanted.data);
    ortl_string near = mapping->names[nearest];
    return ortl__message_fail(error, ORTL_BAD_INPUT,
                              "column \"%.*s\" is missing; the model needs %llu columns, %llu "
                              "found; nearest: \"%.*s\" (use --rename %.*s=%.*s, or --by-position)",
                              shown(wanted), wanted.data, (unsigned long long)columns->n_columns,
                              (unsigned long long)n_found, shown(near), near.data, shown(near),
                              near.data, shown(wanted), wanted.data);
}

static ortl_status match_names(ortl__mapping *mapping, const ortl__model_columns *columns,
                               const name_index *index, ortl_error *error) {
    for (size_t i = 0; i < columns->n_columns; i++) {
        ortl_string name = columns->names[i];
        size_t n_found = find_name(index, name, &mapping->fields[i]);
        if (n_found == 0) return fail_missing(mapping, columns, index, name, error);
        if (n_found > 1)
            return ortl__message_fail(error, ORTL_BAD_INPUT,
                                      "column \"%.*s\" is in the header %llu times (rename all "
                                      "but one)",
                                      shown(name), name.data, (unsigned long long)n_found);
    }
    mapping->is_by_name = true;
    return ORTL_OK;
}

/* ---- Kept fields ----------------------------------------------------------------------------- */

static bool read_position(ortl_string word, size_t n_fields, size_t *field_out) {
    size_t position = 0;
    for (size_t i = 0; i < word.n_bytes; i++) {
        if (word.data[i] < '0' || word.data[i] > '9' || position > n_fields) return false;
        position = 10 * position + (size_t)(word.data[i] - '0');
    }
    *field_out = position - 1;
    return position >= 1 && position <= n_fields;
}

static ortl_status find_kept(const ortl__mapping *mapping, const name_index *index,
                             const char *option, ortl_string word, size_t *field_out,
                             ortl_error *error) {
    if (mapping->names == NULL) {
        if (read_position(word, mapping->n_fields, field_out)) return ORTL_OK;
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "%s \"%.*s\" is no column: without a header they are "
                                  "numbered 1 to %llu",
                                  option, shown(word), word.data,
                                  (unsigned long long)mapping->n_fields);
    }
    if (find_name(index, word, field_out) > 0) return ORTL_OK;
    size_t nearest = nearest_field(mapping, word);
    if (nearest == ORTL__SUGGEST_NONE)
        return ortl__message_fail(error, ORTL_BAD_INPUT, "%s \"%.*s\" is not in the header", option,
                                  shown(word), word.data);
    ortl_string near = mapping->names[nearest];
    return ortl__message_fail(error, ORTL_BAD_INPUT,
                              "%s \"%.*s\" is not in the header; nearest: \"%.*s\"", option,
                              shown(word), word.data, shown(near), near.data);
}

static size_t count_words(const char *list) {
    size_t n_words = 0;
    const char *word;
    while (list != NULL) {
        ortl__options_next_word(&list, &word);
        n_words++;
    }
    return n_words;
}

static ortl_status find_all_kept(ortl__mapping *mapping, const name_index *index,
                                 const ortl__table_choices *choices, ortl_error *error) {
    const char *list = choices->keep;
    if (list == NULL) return ORTL_OK;
    mapping->kept = calloc(count_words(list), sizeof *mapping->kept);
    if (mapping->kept == NULL) return fail_memory(error);
    while (list != NULL) {
        const char *word;
        size_t n_bytes = ortl__options_next_word(&list, &word);
        ortl_status status =
            find_kept(mapping, index, choices->keep_option, (ortl_string){word, n_bytes},
                      &mapping->kept[mapping->n_kept], error);
        if (status != ORTL_OK) return status;
        mapping->n_kept++;
    }
    return ORTL_OK;
}

/* ---- By position ----------------------------------------------------------------------------- */

static ortl_status fail_count(const ortl__mapping *mapping, const ortl__model_columns *columns,
                              const ortl__table_choices *choices, ortl_error *error) {
    unsigned long long n_table = mapping->n_fields;
    unsigned long long n_model = columns->n_columns;
    if (mapping->n_fields < columns->n_columns)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "the table has %llu column%s, the model needs %llu by position%s",
                                  n_table, n_table == 1 ? "" : "s", n_model,
                                  n_table == 1 ? " (is --delimiter another character?)" : "");
    ortl_string last = {"COLUMN", strlen("COLUMN")};
    if (mapping->names != NULL) last = mapping->names[mapping->n_fields - 1];
    if (!choices->is_carrying) last.n_bytes = 0;
    return ortl__message_fail(error, ORTL_BAD_INPUT,
                              "the table has %llu columns, the model needs %llu by position (cut "
                              "those that are no features, such as a label%s%.*s)",
                              n_table, n_model,
                              choices->is_carrying ? ", or carry them through with --keep " : "",
                              shown(last), last.data);
}

/* All fields in order when there are as many as columns, else those that are not kept. */
static ortl_status match_positions(ortl__mapping *mapping, const ortl__model_columns *columns,
                                   const ortl__table_choices *choices, ortl_error *error) {
    bool takes_all = mapping->n_fields == columns->n_columns;
    bool *is_kept = calloc(mapping->n_fields, sizeof *is_kept);
    if (is_kept == NULL) return fail_memory(error);
    for (size_t i = 0; i < mapping->n_kept; i++) is_kept[mapping->kept[i]] = true;
    size_t n_matched = 0;
    for (size_t i = 0; i < mapping->n_fields; i++) {
        if (is_kept[i] && !takes_all) continue;
        if (n_matched < columns->n_columns) mapping->fields[n_matched] = i;
        n_matched++;
    }
    free(is_kept);
    return n_matched == columns->n_columns ? ORTL_OK : fail_count(mapping, columns, choices, error);
}

/* A model that leaves the number of its columns open gets all that are not kept. */
static void close_columns(ortl__model_columns *columns, const ortl__mapping *mapping) {
    size_t n_columns = mapping->n_fields;
    if (mapping->n_kept < n_columns) n_columns -= mapping->n_kept;
    columns->n_columns = n_columns;
    columns->groups[0].n_columns = n_columns;
    columns->is_open = false;
}

/* ---- Both ------------------------------------------------------------------------------------ */

/* Names are used when both sides have them. A single column that is named only after its input also
 * takes the only column of a table, whatever that is called. */
static bool goes_by_name(const ortl__mapping *mapping, const ortl__model_columns *columns,
                         const ortl__table_choices *choices, const name_index *index) {
    size_t field;
    if (mapping->names == NULL || columns->names == NULL || choices->is_by_position) return false;
    return columns->n_columns > 1 || mapping->n_fields - mapping->n_kept != 1 ||
           find_name(index, columns->names[0], &field) > 0;
}

static ortl_status match(ortl__mapping *mapping, ortl__model_columns *columns,
                         const ortl__table_choices *choices, ortl_error *error) {
    name_index index = {NULL, 0};
    ortl_status status = ORTL_OK;
    if (mapping->names != NULL) status = index_names(mapping, &index, error);
    if (status == ORTL_OK) status = find_all_kept(mapping, &index, choices, error);
    if (status != ORTL_OK) goto done;
    if (columns->is_open) close_columns(columns, mapping);
    mapping->n_columns = columns->n_columns;
    mapping->fields = calloc(columns->n_columns + 1, sizeof *mapping->fields);
    if (mapping->fields == NULL)
        status = fail_memory(error);
    else if (goes_by_name(mapping, columns, choices, &index))
        status = match_names(mapping, columns, &index, error);
    else
        status = match_positions(mapping, columns, choices, error);
done:
    free(index.fields);
    return status;
}

ortl_status ortl__mapping_find(const csv_record *first, ortl__model_columns *columns,
                               const ortl__table_choices *choices, ortl__texts *texts,
                               ortl__mapping *mapping_out, ortl_error *error) {
    bool has_header = false;
    *mapping_out = (ortl__mapping){.n_fields = first->n_fields};
    ortl_status status = ortl__header_decide(first, columns, choices, &has_header, error);
    if (status == ORTL_OK && has_header) {
        mapping_out->names = calloc(first->n_fields, sizeof *mapping_out->names);
        status = mapping_out->names == NULL
                     ? fail_memory(error)
                     : ortl__header_names(first, choices, texts, mapping_out->names, error);
    }
    if (status == ORTL_OK) status = match(mapping_out, columns, choices, error);
    if (status != ORTL_OK) ortl__mapping_free(mapping_out);
    return status;
}

void ortl__mapping_free(ortl__mapping *mapping) {
    free(mapping->fields);
    free(mapping->kept);
    free(mapping->names);
    *mapping = (ortl__mapping){.n_fields = 0};
}
