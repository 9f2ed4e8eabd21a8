/*
 * features_info of a CatBoost model. Categories are stored as hashes of their texts; integers are
 * hashed as the text of their digits, so that the text says which number it was.
 */
#include "catboost_features.h"

#include <string.h>

#include "../runtime/number.h"
#include "categories.h"

/* ---- Features -------------------------------------------------------------------------------- */

static int nan_is_true(ortl__document *document) {
    ortl__token token = ortl__document_next(document);
    if (token.kind == ORTL__TOKEN_TEXT && ortl__token_is(&token, "AsTrue")) return 1;
    if (token.kind != ORTL__TOKEN_TEXT ||
        !(ortl__token_is(&token, "AsFalse") || ortl__token_is(&token, "AsIs")))
        ortl__document_fail(document, token.offset, ORTL_BAD_MODEL,
                            "expected \"AsIs\", \"AsFalse\" or \"AsTrue\"");
    return 0;
}

/* feature_id is the name, or empty. The numbers of the features of a kind are their places. */
static void read_feature(ortl__document *document, ortl__catboost_features *features,
                         ortl__catboost_feature *feature, uint64_t place) {
    ortl__token key;
    size_t offset = document->at;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "flat_feature_index")) {
            feature->column = ortl__document_integer(document);
        } else if (ortl__token_is(&key, "nan_value_treatment")) {
            feature->nan_is_true = nan_is_true(document);
        } else if (ortl__token_is(&key, "feature_id")) {
            feature->name = ortl__document_text(document, features->arena);
        } else if (ortl__token_is(&key, "feature_index")) {
            if (ortl__document_integer(document) != (int64_t)place)
                ortl__document_fail(document, key.offset, ORTL_BAD_MODEL,
                                    "expected feature_index %llu", (unsigned long long)place);
        } else {
            ortl__document_skip(document);
        }
    }
    if (feature->column < 0)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "the feature has no valid flat_feature_index");
}

static void read_list(ortl__document *document, ortl__catboost_features *features,
                      ortl__catboost_feature_list *list) {
    ortl__document_enter(document, ORTL__TOKEN_ARRAY);
    while (ortl__document_item(document)) {
        ortl__catboost_feature feature = {.column = -1};
        read_feature(document, features, &feature, list->n);
        if (document->status != ORTL_OK) return;
        document->status = ortl__memory_grow(features->memory, &list->items, &list->capacity,
                                             list->n + 1, sizeof *list->items, document->error);
        if (document->status == ORTL_OK) list->items[list->n++] = feature;
    }
}

/* ---- Columns --------------------------------------------------------------------------------- */

/* Gives each column the name of its feature. *n_named counts those that have one. */
static void place_names(ortl__document *document, ortl__catboost_features *features,
                        const ortl__catboost_feature_list *list, uint8_t *is_taken, size_t offset,
                        uint64_t *n_named) {
    for (uint64_t i = 0; i < list->n; i++) {
        const ortl__catboost_feature *feature = &list->items[i];
        uint64_t column = (uint64_t)feature->column;
        if (column >= features->n_features || is_taken[column]) {
            ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                                "the flat_feature_index %llu of a feature is %s",
                                (unsigned long long)column,
                                column >= features->n_features ? "more than there are features"
                                                               : "that of another feature");
            return;
        }
        is_taken[column] = 1;
        features->names[column] = feature->name;
        *n_named += feature->name && feature->name[0] != '\0';
    }
}

/* Float and categorical features share the columns of a row. Names are all or none. */
static void find_columns(ortl__document *document, ortl__catboost_features *features,
                         size_t offset) {
    uint64_t n_named = 0;
    uint8_t *is_taken = NULL;
    features->n_features = features->floats.n + features->categorical.n;
    document->status = ortl__arena_new(features->arena, features->n_features,
                                       sizeof *features->names, &features->names, document->error);
    if (document->status == ORTL_OK)
        document->status =
            ortl__arena_new(features->arena, features->n_features, 1, &is_taken, document->error);
    if (document->status != ORTL_OK) return;
    place_names(document, features, &features->floats, is_taken, offset, &n_named);
    place_names(document, features, &features->categorical, is_taken, offset, &n_named);
    if (n_named < features->n_features) features->names = NULL;
}

/* ---- Texts of categories --------------------------------------------------------------------- */

/* "-12", but not "012", "+12" or "12.0", which are other categories than the integer. */
static void read_number(ortl__catboost_text *text) {
    char again[ORTL__NUMBER_CHARS];
    size_t n = strlen(text->text), n_again;
    if (ortl__number_read_int64(text->text, n, &text->number) != n || n == 0) return;
    n_again = ortl__number_write_int64(text->number, again);
    text->is_number = n_again == n && memcmp(again, text->text, n) == 0;
}

static void read_text(ortl__document *document, ortl__arena *arena, ortl__catboost_text *text) {
    ortl__token key;
    size_t offset = document->at;
    int64_t hash = -1;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "hash"))
            hash = ortl__document_integer(document);
        else if (ortl__token_is(&key, "value"))
            text->text = ortl__document_text(document, arena);
        else
            ortl__document_skip(document);
    }
    if (hash < 0 || hash > UINT32_MAX || !text->text)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "expected \"hash\", a number of 32 bits, and \"value\", a text");
    if (document->status != ORTL_OK) return;
    text->hash = (uint32_t)hash;
    read_number(text);
}

/* null when the model has no categories. */
static void read_texts(ortl__document *document, ortl__catboost_features *features) {
    ortl__token token = ortl__document_next(document);
    if (token.kind == ORTL__TOKEN_NULL || document->status != ORTL_OK) return;
    if (token.kind != ORTL__TOKEN_ARRAY) {
        ortl__document_fail(document, token.offset, ORTL_BAD_MODEL, "expected an array");
        return;
    }
    while (ortl__document_item(document)) {
        ortl__catboost_text text = {.text = NULL};
        read_text(document, features->arena, &text);
        if (document->status != ORTL_OK) return;
        document->status =
            ortl__memory_grow(features->memory, &features->texts, &features->text_capacity,
                              features->n_texts + 1, sizeof text, document->error);
        if (document->status == ORTL_OK) features->texts[features->n_texts++] = text;
    }
}

static void sort_texts(ortl__document *document, ortl__catboost_features *features) {
    if (document->status == ORTL_OK && features->n_texts > INT32_MAX)
        document->status =
            ortl__fail_limit(document->error, "string_bytes", INT32_MAX, features->n_texts);
    if (document->status != ORTL_OK) return;
    document->status = ortl__arena_new(features->arena, features->n_texts, sizeof *features->order,
                                       &features->order, document->error);
    if (document->status != ORTL_OK) return;
    for (uint64_t i = 0; i < features->n_texts; i++)
        features->order[i] = (int64_t)((uint64_t)features->texts[i].hash << 31 | i);
    ortl__categories_sort(features->order, features->n_texts);
}

uint64_t ortl__catboost_find_texts(const ortl__catboost_features *features, uint32_t hash,
                                   uint64_t *first_out) {
    uint64_t low = 0, high = features->n_texts, end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (features->order[middle] >> 31 < (int64_t)hash)
            low = middle + 1;
        else
            high = middle;
    }
    *first_out = end = low;
    while (end < features->n_texts && features->order[end] >> 31 == (int64_t)hash) end++;
    return end - low;
}

const ortl__catboost_text *ortl__catboost_text_at(const ortl__catboost_features *features,
                                                  uint64_t index) {
    return &features->texts[features->order[index] & INT32_MAX];
}

/* ---- The whole ------------------------------------------------------------------------------- */

void ortl__catboost_read_features(ortl__document *document, ortl__catboost_features *features) {
    ortl__token key;
    size_t offset = document->at;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, "float_features"))
            read_list(document, features, &features->floats);
        else if (ortl__token_is(&key, "categorical_features"))
            read_list(document, features, &features->categorical);
        else if (ortl__token_is(&key, "cat_features_hash"))
            read_texts(document, features);
        else
            ortl__document_skip(document);
    }
    if (document->status == ORTL_OK) find_columns(document, features, offset);
    sort_texts(document, features);
}

void ortl__catboost_features_free(ortl__catboost_features *features) {
    ortl__memory *memory = features->memory;
    ortl__memory_free(memory, features->floats.items, features->floats.capacity,
                      sizeof *features->floats.items);
    ortl__memory_free(memory, features->categorical.items, features->categorical.capacity,
                      sizeof *features->categorical.items);
    ortl__memory_free(memory, features->texts, features->text_capacity, sizeof *features->texts);
}
