/*
 * The class labels of a CatBoost model, and which of them its raw scores are for.
 */
#ifndef ORTL_CATBOOST_LABELS_H
#define ORTL_CATBOOST_LABELS_H

#include "document.h"

typedef struct ortl__catboost_labels {
    ortl__memory *memory;
    ortl__arena *arena;
    int is_text;           /* class_label_type is String */
    ortl__integers values; /* class_names that are numbers, or, when there are none, 0, 1, 2 ... */
    const char **texts;    /* (n_texts of text_capacity) class_names that are texts */
    uint64_t n_texts;
    uint64_t text_capacity;
    uint64_t n;         /* labels */
    uint64_t *targets;  /* (n_targets) the label that each raw score is for */
    uint64_t n_targets; /* raw scores; several */
} ortl__catboost_labels;

/* Where the value of the key `name` stands in the object at offset, 0 when there is none. The
 * document is anywhere afterwards. */
size_t ortl__catboost_find(ortl__document *document, size_t offset, const char *name);

/* Reads class_params, the object at offset (0: the model has none), of a model with n_scores raw
 * scores for each row, 1 with two classes. memory and arena are set, the rest is zero. */
void ortl__catboost_read_labels(ortl__document *document, size_t offset, uint64_t n_scores,
                                ortl__catboost_labels *labels);

void ortl__catboost_labels_free(ortl__catboost_labels *labels);

#endif
