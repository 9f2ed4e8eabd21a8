/*
 * class_params of a CatBoost model: class_names are the labels, or classes_count says that they
 * are 0, 1, 2 ...; class_to_label lists those that the training rows had, one for each raw score.
 */
#include "catboost_labels.h"

size_t ortl__catboost_find(ortl__document *document, size_t offset, const char *name) {
    size_t found = 0;
    ortl__token key;
    ortl__document_return(document, offset);
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key)) {
        if (ortl__token_is(&key, name)) found = document->at;
        ortl__document_skip(document);
    }
    return found;
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void add_text(ortl__document *document, ortl__catboost_labels *labels) {
    const char *text = ortl__document_text(document, labels->arena);
    if (document->status == ORTL_OK)
        document->status =
            ortl__memory_grow(labels->memory, &labels->texts, &labels->text_capacity,
                              labels->n_texts + 1, sizeof *labels->texts, document->error);
    if (document->status == ORTL_OK) labels->texts[labels->n_texts++] = text;
}

static void add_value(ortl__document *document, ortl__catboost_labels *labels, int64_t value) {
    ortl__integers *values = &labels->values;
    if (document->status == ORTL_OK)
        document->status = ortl__memory_grow(labels->memory, &values->items, &values->capacity,
                                             values->n + 1, sizeof value, document->error);
    if (document->status == ORTL_OK) values->items[values->n++] = value;
}

/* Float labels are written like integers when they are whole; false and true are 0 and 1. */
static void add_number(ortl__document *document, ortl__catboost_labels *labels) {
    ortl__token token = ortl__document_next(document);
    if (token.kind == ORTL__TOKEN_NUMBER && !token.is_integer)
        ortl__document_fail(document, token.offset, ORTL_UNSUPPORTED,
                            "the class label %.*s is no whole number: number the classes or name "
                            "them",
                            (int)(token.n_bytes < 40 ? token.n_bytes : 40), token.text);
    else
        add_value(document, labels, ortl__token_integer(document, &token));
}

static void read_names(ortl__document *document, size_t params, ortl__catboost_labels *labels) {
    size_t type = ortl__catboost_find(document, params, "class_label_type");
    size_t names = ortl__catboost_find(document, params, "class_names");
    if (type > 0) {
        ortl__token token;
        ortl__document_return(document, type);
        token = ortl__document_next(document);
        labels->is_text = token.kind == ORTL__TOKEN_TEXT && ortl__token_is(&token, "String");
    }
    if (names == 0 || document->status != ORTL_OK) return;
    ortl__document_return(document, names);
    ortl__document_enter(document, ORTL__TOKEN_ARRAY);
    while (ortl__document_item(document)) {
        if (labels->is_text)
            add_text(document, labels);
        else
            add_number(document, labels);
    }
}

/* How many labels there are when none is named, which are then 0, 1, 2 ... */
static uint64_t count_unnamed(ortl__document *document, size_t params, uint64_t n_scores) {
    size_t offset = params ? ortl__catboost_find(document, params, "classes_count") : 0;
    int64_t count = 0;
    if (offset > 0) {
        ortl__document_return(document, offset);
        count = ortl__document_integer(document);
    }
    if (count > 0) return (uint64_t)count;
    return n_scores > 1 ? n_scores : 2;
}

/* ---- Which label each score is for ----------------------------------------------------------- */

static void read_targets(ortl__document *document, size_t params, ortl__catboost_labels *labels) {
    ortl__integers list = {NULL, 0, 0};
    size_t offset = params ? ortl__catboost_find(document, params, "class_to_label") : 0;
    if (offset > 0) {
        ortl__document_return(document, offset);
        ortl__document_integers(document, labels->memory, &list);
    }
    if (list.n > 0 && list.n != labels->n_targets)
        ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                            "class_to_label has %llu items, expected %llu",
                            (unsigned long long)list.n, (unsigned long long)labels->n_targets);
    for (uint64_t i = 0; i < labels->n_targets && document->status == ORTL_OK; i++) {
        int64_t target = list.n > 0 ? list.items[i] : (int64_t)i;
        int is_repeat = i > 0 && (uint64_t)target <= labels->targets[i - 1];
        if (target < 0 || (uint64_t)target >= labels->n || is_repeat)
            ortl__document_fail(document, offset, ORTL_BAD_MODEL,
                                "class_to_label: %lld is not above the one before and below %llu",
                                (long long)target, (unsigned long long)labels->n);
        else
            labels->targets[i] = (uint64_t)target;
    }
    ortl__integers_free(&list, labels->memory);
}

void ortl__catboost_read_labels(ortl__document *document, size_t offset, uint64_t n_scores,
                                ortl__catboost_labels *labels) {
    enum { MOST_LABELS = 1 << 16 };
    if (offset > 0) read_names(document, offset, labels);
    labels->n = labels->is_text ? labels->n_texts : labels->values.n;
    labels->n_targets = n_scores > 1 ? n_scores : 2;
    if (labels->n == 0) {
        labels->n = count_unnamed(document, offset, n_scores);
        labels->is_text = 0;
        if (labels->n > MOST_LABELS)
            ortl__document_fail(document, offset, ORTL_LIMIT, "more than %d classes", MOST_LABELS);
        for (uint64_t i = 0; i < labels->n && document->status == ORTL_OK; i++)
            add_value(document, labels, (int64_t)i);
    }
    if (document->status == ORTL_OK)
        document->status =
            ortl__arena_new(labels->arena, labels->n_targets, sizeof *labels->targets,
                            &labels->targets, document->error);
    if (document->status == ORTL_OK) read_targets(document, offset, labels);
}

void ortl__catboost_labels_free(ortl__catboost_labels *labels) {
    ortl__memory_free(labels->memory, labels->texts, labels->text_capacity, sizeof *labels->texts);
    ortl__integers_free(&labels->values, labels->memory);
}
