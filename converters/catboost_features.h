/*
 * What a CatBoost model says of its features: in which column of a row each of them stands, where
 * missing values go, and which texts are behind the hashes of categories.
 */
#ifndef ORTL_CATBOOST_FEATURES_H
#define ORTL_CATBOOST_FEATURES_H

#include "document.h"

typedef struct ortl__catboost_feature {
    int64_t column;   /* of a row, flat_feature_index */
    int nan_is_true;  /* float features: a missing value is above every border */
    const char *name; /* NULL: it has none */
} ortl__catboost_feature;

typedef struct ortl__catboost_feature_list {
    ortl__catboost_feature *items; /* (n of capacity) */
    uint64_t n;
    uint64_t capacity;
} ortl__catboost_feature_list;

/* The text of a category. */
typedef struct ortl__catboost_text {
    const char *text;
    uint32_t hash;
    int is_number; /* the text is a whole number, as CatBoost writes integers */
    int64_t number;
} ortl__catboost_text;

typedef struct ortl__catboost_features {
    ortl__memory *memory;
    ortl__arena *arena; /* texts */
    ortl__catboost_feature_list floats;
    ortl__catboost_feature_list categorical;
    ortl__catboost_text *texts; /* (n_texts of text_capacity) */
    uint64_t n_texts;
    uint64_t text_capacity;
    int64_t *order;     /* (n_texts) ascending: hash << 31 | index in texts */
    const char **names; /* (n_features) of the columns, NULL: they have none */
    uint64_t n_features;
} ortl__catboost_features;

/* Reads features_info, the value that comes next in the document. memory and arena are set, the
 * rest is zero. Failures go to the document. */
void ortl__catboost_read_features(ortl__document *document, ortl__catboost_features *features);

void ortl__catboost_features_free(ortl__catboost_features *features);

/* Texts with this hash, of which there may be several: how many, and the first index in order. */
uint64_t ortl__catboost_find_texts(const ortl__catboost_features *features, uint32_t hash,
                                   uint64_t *first_out);

/* The text at index of order. */
const ortl__catboost_text *ortl__catboost_text_at(const ortl__catboost_features *features,
                                                  uint64_t index);

#endif
