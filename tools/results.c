/*
 * From the outputs of a graph to named columns: a classifier gives label and probability_<class>, a
 * regressor prediction, any other graph its outputs under their own names.
 */
#include "results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ortl_status fail_memory(ortl_error *error) {
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the columns of the output");
}

ortl_status ortl__results_begin(ortl__results *results, const ortl__model *model,
                                ortl__results_kind kind, ortl_error *error) {
    const ortl_description *d = &model->description;
    *results = (ortl__results)ORTL__RESULTS_INIT;
    results->model = model;
    results->kind = kind;
    results->n_groups = kind == ORTL__RESULTS_OUTPUTS ? d->n_outputs : 1;
    if (kind != ORTL__RESULTS_OUTPUTS && d->n_trees == 0)
        return ortl__message_fail(error, ORTL_UNSUPPORTED, "the model has no trees");
    results->inputs = calloc(d->n_inputs + 1, sizeof *results->inputs);
    results->outputs = calloc(d->n_outputs + 1, sizeof *results->outputs);
    results->groups = calloc(d->n_outputs + 1, sizeof *results->groups);
    if (results->inputs == NULL || results->outputs == NULL || results->groups == NULL)
        return fail_memory(error);
    if (kind == ORTL__RESULTS_CONTRIBUTIONS) {
        results->explainer = ortl__explainer_new(model->paths);
        if (results->explainer == NULL) return fail_memory(error);
    }
    return ortl_context_new(model->session, &results->context, error);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static bool is_label(const ortl_description *d, size_t output) {
    return d->n_classes > 0 && d->label_output >= 0 && (size_t)d->label_output == output;
}

static bool is_score(const ortl_description *d, size_t output) {
    return d->score_output >= 0 && (size_t)d->score_output == output;
}

/* What a column of an output that has several is told apart by: its class, or its number. */
static ortl_status name_one(ortl__results *results, const char *stem, bool is_by_class,
                            size_t column, ortl_string *name_out, ortl_error *error) {
    char number[32];
    int64_t value = (int64_t)column;
    ortl_string text = {NULL, 0};
    if (is_by_class) {
        ortl_status status = ortl_class(results->model->session, column, &value, &text, error);
        if (status != ORTL_OK) return status;
    }
    if (text.data == NULL) {
        snprintf(number, sizeof number, "%lld", (long long)value);
        text = ortl__texts_view(number);
    }
    return ortl__texts_join(&results->texts, ortl__texts_view(stem), text, name_out, error);
}

static ortl_status name_group(ortl__results *results, size_t output, ortl_string *names_out,
                              ortl_error *error) {
    const ortl_description *d = &results->model->description;
    size_t n_columns = results->groups[output].n_columns;
    ortl_value_info info;
    ortl_status status = ortl_output(results->model->session, output, &info, error);
    if (status != ORTL_OK) return status;
    bool is_probability = is_score(d, output) && d->n_classes > 0;
    const char *word = info.name;
    if (is_label(d, output)) word = "label";
    if (is_probability) word = "probability";
    if (is_score(d, output) && ortl__model_is_regressor(results->model)) word = "prediction";
    if (n_columns == 1 && !is_probability)
        return ortl__texts_join(&results->texts, ortl__texts_view(word), (ortl_string){NULL, 0},
                                names_out, error);
    ortl_string stem;
    status = ortl__texts_join(&results->texts, ortl__texts_view(word), ortl__texts_view("_"), &stem,
                              error);
    bool is_by_class = is_probability && n_columns == d->n_classes;
    for (size_t i = 0; i < n_columns && status == ORTL_OK; i++)
        status = name_one(results, stem.data, is_by_class, i, &names_out[i], error);
    return status;
}

/* Code points of the longest class name. */
static ortl_status measure_classes(const ortl__model *model, size_t *n_characters_out,
                                   ortl_error *error) {
    *n_characters_out = 1;
    for (size_t i = 0; i < model->description.n_classes; i++) {
        ortl_string text;
        size_t n_characters = 0;
        ortl_status status = ortl_class(model->session, i, NULL, &text, error);
        if (status != ORTL_OK) return status;
        for (size_t j = 0; j < text.n_bytes; j++)
            n_characters += ((unsigned char)text.data[j] & 0xc0) != 0x80;
        if (n_characters > *n_characters_out) *n_characters_out = n_characters;
    }
    return ORTL_OK;
}

static ortl_status name_columns(ortl__results *results, ortl_error *error) {
    const ortl_description *d = &results->model->description;
    size_t n_columns = 0;
    for (size_t i = 0; i < results->n_groups; i++) n_columns += results->groups[i].n_columns;
    if (n_columns == 0)
        return ortl__message_fail(error, ORTL_UNSUPPORTED,
                                  "the model's outputs have no columns (use `ort-lite run`)");
    results->names = calloc(n_columns, sizeof *results->names);
    if (results->names == NULL) return fail_memory(error);
    results->n_columns = 0;
    for (size_t i = 0; i < results->n_groups; i++) {
        ortl__result_group *group = &results->groups[i];
        ortl_status status = name_group(results, i, results->names + results->n_columns, error);
        if (status == ORTL_OK && is_label(d, i) && group->type == ORTL_STRING)
            status = measure_classes(results->model, &group->n_characters, error);
        if (status != ORTL_OK) return status;
        results->n_columns += group->n_columns;
    }
    return ORTL_OK;
}

/* ---- Running --------------------------------------------------------------------------------- */

static void bind_inputs(ortl__results *results, const ortl__rows *rows) {
    for (size_t i = 0; i < rows->columns->n_groups; i++) {
        const ortl__column_group *group = &rows->columns->groups[i];
        results->inputs[i] = (ortl_tensor){
            .type = group->type,
            .rank = group->rank == 1 ? 1 : 2,
            .shape = {(int64_t)rows->n_rows, (int64_t)group->n_columns},
            .data = rows->data[i],
        };
    }
}

/* Columns of an output whose rows are those of the block; false when it has other rows. */
static bool count_columns(const ortl_tensor *tensor, size_t n_rows, size_t *n_columns_out) {
    size_t n_columns = 1;
    for (size_t i = 1; i < tensor->rank; i++) n_columns *= (size_t)tensor->shape[i];
    *n_columns_out = n_columns;
    return tensor->rank >= 1 && tensor->shape[0] == (int64_t)n_rows;
}

static ortl_status fail_shape(const ortl__results *results, size_t output, ortl_error *error) {
    ortl_value_info info;
    ortl_status status = ortl_output(results->model->session, output, &info, error);
    if (status != ORTL_OK) return status;
    return ortl__message_fail(error, ORTL_UNSUPPORTED,
                              "output \"%.60s\" has not one row for each row of the table (use "
                              "`ort-lite run`)",
                              info.name);
}

static ortl_status take_outputs(ortl__results *results, size_t n_rows, ortl_error *error) {
    for (size_t i = 0; i < results->n_groups; i++) {
        ortl__result_group *group = &results->groups[i];
        const ortl_tensor *tensor = &results->outputs[i];
        size_t n_columns;
        if (!count_columns(tensor, n_rows, &n_columns) ||
            (results->names != NULL && n_columns != group->n_columns))
            return fail_shape(results, i, error);
        group->type = tensor->type;
        group->n_columns = n_columns;
        group->data = tensor->data;
    }
    return ORTL_OK;
}

/* Columns as the file declares them; an extent that it leaves open counts as 1. */
static ortl_status take_declarations(ortl__results *results, ortl_error *error) {
    for (size_t i = 0; i < results->n_groups; i++) {
        ortl_value_info info;
        ortl_status status = ortl_output(results->model->session, i, &info, error);
        if (status != ORTL_OK) return status;
        size_t n_columns = 1;
        for (size_t j = 1; j < info.rank; j++)
            if (info.shape[j] > 0 && (uint64_t)info.shape[j] <= SIZE_MAX / n_columns)
                n_columns *= (size_t)info.shape[j];
        if (is_score(&results->model->description, i))
            n_columns = results->model->description.n_scores;
        results->groups[i] = (ortl__result_group){info.type, n_columns, NULL, 0};
    }
    return ORTL_OK;
}

/* ---- Raw scores and leaves ------------------------------------------------------------------- */

static ortl_status name_tap(ortl__results *results, ortl_error *error) {
    const ortl_description *d = &results->model->description;
    size_t n = results->groups[0].n_columns;
    bool is_raw = results->kind == ORTL__RESULTS_RAW;
    bool is_by_class = is_raw && d->n_classes == n;
    ortl_status status = ORTL_OK;
    results->names = calloc(n, sizeof *results->names);
    if (results->names == NULL) return fail_memory(error);
    results->n_columns = n;
    if (is_raw && n == 1)
        return ortl__texts_join(&results->texts, ortl__texts_view("raw"), (ortl_string){NULL, 0},
                                results->names, error);
    for (size_t i = 0; i < n && status == ORTL_OK; i++)
        status =
            name_one(results, is_raw ? "raw_" : "leaf_", is_by_class, i, &results->names[i], error);
    return status;
}

/* contribution_<column> for each column and expected for the score; with several scores each begins
 * with contribution_<class>_ and expected_<class>. */
static ortl_status name_contributions(ortl__results *results, const ortl__model_columns *columns,
                                      ortl_error *error) {
    const ortl_description *d = &results->model->description;
    size_t n = ortl__paths_row_cells(results->model->paths), n_columns = n / d->n_raw_scores - 1;
    bool is_by_class = d->n_classes == d->n_raw_scores;
    ortl_status status = ORTL_OK;
    results->names = calloc(n, sizeof *results->names);
    if (results->names == NULL) return fail_memory(error);
    results->n_columns = n;
    for (size_t i = 0; i < n && status == ORTL_OK; i++) {
        size_t score = i / (n_columns + 1), column = i % (n_columns + 1);
        bool is_expected = column == n_columns;
        char number[32];
        ortl_string name = ortl__texts_view(is_expected ? "expected" : "contribution"), more;
        if (d->n_raw_scores > 1)
            status = name_one(results, is_expected ? "expected_" : "contribution_", is_by_class,
                              score, &name, error);
        snprintf(number, sizeof number, "%zu", column);
        more = columns->names != NULL && !is_expected ? columns->names[column]
                                                      : ortl__texts_view(number);
        if (status == ORTL_OK && !is_expected)
            status = ortl__texts_join(&results->texts, name, ortl__texts_view("_"), &name, error);
        if (status == ORTL_OK && !is_expected)
            status = ortl__texts_join(&results->texts, name, more, &name, error);
        results->names[i] = name;
    }
    return status;
}

/* Leaves are uint32_t at the start of cells; the last one first, each gets its eight bytes. */
static void widen_leaves(void *cells, size_t n) {
    for (size_t i = n; i-- > 0;) {
        uint32_t leaf;
        memcpy(&leaf, (const char *)cells + i * sizeof leaf, sizeof leaf);
        ((int64_t *)cells)[i] = (int64_t)leaf;
    }
}

/* Back to the type in which they were computed, so that the digits are those. */
static void narrow_scores(void *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double score;
        memcpy(&score, (const char *)cells + i * sizeof score, sizeof score);
        float narrow = (float)score;
        memcpy((char *)cells + i * sizeof narrow, &narrow, sizeof narrow);
    }
}

static ortl_status run_tap(ortl__results *results, const ortl__rows *rows, ortl_error *error) {
    const ortl_description *d = &results->model->description;
    bool is_leaf = results->kind == ORTL__RESULTS_LEAVES,
         is_raw = results->kind == ORTL__RESULTS_RAW;
    size_t n_columns = is_raw    ? d->n_raw_scores
                       : is_leaf ? d->n_trees
                                 : ortl__paths_row_cells(results->model->paths);
    size_t n = rows->n_rows * n_columns;
    ortl_status status = ORTL_OK;
    if (n > results->n_cells) {
        free(results->cells);
        results->cells = calloc(n, sizeof(int64_t));
        results->n_cells = results->cells == NULL ? 0 : n;
        if (results->cells == NULL) return fail_memory(error);
    }
    if (n > 0 && is_raw)
        status = ortl_raw_scores(results->context, results->inputs, rows->columns->n_groups,
                                 results->cells, n, error);
    if (n > 0 && is_leaf)
        status = ortl_leaves(results->context, results->inputs, rows->columns->n_groups,
                             results->cells, n, error);
    if (n > 0 && !is_leaf && !is_raw)
        status = ortl__explainer_run(results->explainer, results->context, results->inputs,
                                     rows->columns->n_groups, rows->n_rows, results->cells, error);
    if (status != ORTL_OK) return status;
    if (is_leaf) widen_leaves(results->cells, n);
    if (!is_leaf && !d->has_double_trees) narrow_scores(results->cells, n);
    ortl_type type = is_leaf ? ORTL_INT64 : d->has_double_trees ? ORTL_DOUBLE : ORTL_FLOAT;
    results->groups[0] = (ortl__result_group){type, n_columns, results->cells, 0};
    if (results->names != NULL) return ORTL_OK;
    return is_leaf || is_raw ? name_tap(results, error)
                             : name_contributions(results, rows->columns, error);
}

ortl_status ortl__results_run(ortl__results *results, const ortl__rows *rows, ortl_error *error) {
    bind_inputs(results, rows);
    if (results->kind != ORTL__RESULTS_OUTPUTS) return run_tap(results, rows, error);
    for (size_t i = 0; i < results->n_groups; i++)
        results->outputs[i] = (ortl_tensor){.data = NULL};
    ortl_status status = ortl_run(results->context, results->inputs, rows->columns->n_groups,
                                  results->outputs, results->n_groups, error);
    if (status == ORTL_OK) status = take_outputs(results, rows->n_rows, error);
    if (status != ORTL_OK && rows->n_rows == 0) status = take_declarations(results, error);
    if (status == ORTL_OK && results->names == NULL) status = name_columns(results, error);
    return status;
}

ortl_status ortl__results_compare(const ortl__results *results, const ortl__results *earlier,
                                  ortl_error *error) {
    for (size_t i = 0; i < results->n_groups; i++)
        if (results->groups[i].n_columns != earlier->groups[i].n_columns)
            return fail_shape(results, i, error);
    return ORTL_OK;
}

void ortl__results_free(ortl__results *results) {
    ortl_context_free(results->context);
    free(results->inputs);
    free(results->outputs);
    free(results->groups);
    free(results->names);
    free(results->cells);
    ortl__explainer_free(results->explainer);
    ortl__texts_free(&results->texts);
    *results = (ortl__results)ORTL__RESULTS_INIT;
}
