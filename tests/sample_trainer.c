/*
 * A reader of a trainer's files that is as short as one can be: converters/README.md, "How to add a
 * trainer", points here. The form is JSON:
 *
 *     {"features": 4, "trees": [[{"x": 2, "t": 1.5, "yes": 1, "no": 2},
 *                                {"leaf": -0.25}, {"leaf": 0.75}], ...]}
 *
 * The root of a tree is its first node; x <= t goes to "yes"; the leaves of all trees are added.
 */
#include <math.h>

#include "converters/document.h"
#include "converters/trainer.h"

extern const ortl__trainer ortl__trainer_sample; /* ORTL__TRAINERS declares real ones */

/* The builder checks what a node says; a failure gets the place in front. */
static void read_node(ortl__document *document, ortl_builder *builder, size_t node) {
    ortl_split split = {.comparison = ORTL_LESS_EQUAL};
    double leaf = NAN;
    ortl__token key;
    size_t at = document->at;
    ortl__document_enter(document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(document, &key))
        if (ortl__token_is(&key, "x"))
            split.feature = (size_t)ortl__document_integer(document);
        else if (ortl__token_is(&key, "t"))
            split.threshold = ortl__document_double(document);
        else if (ortl__token_is(&key, "yes"))
            split.true_node = (size_t)ortl__document_integer(document);
        else if (ortl__token_is(&key, "no"))
            split.false_node = (size_t)ortl__document_integer(document);
        else if (ortl__token_is(&key, "leaf"))
            leaf = ortl__document_double(document);
        else
            ortl__document_skip(document);
    if (document->status != ORTL_OK) return;
    ortl_status status = isnan(leaf) ? ortl_builder_split(builder, node, &split, document->error)
                                     : ortl_builder_leaf(builder, node, leaf, document->error);
    ortl__document_fail_within(document, at, status);
}

static void read_tree(ortl__document *document, ortl_builder *builder) {
    size_t at = document->at, node = 0;
    uint64_t n_nodes = ortl__document_count(document); /* steps over the nodes ... */
    ortl__document again;
    ortl__document_open_again(document, at, &again); /* ... and comes back to them */
    if (again.status == ORTL_OK)
        ortl__document_fail_within(&again, at,
                                   ortl_builder_tree_begin(builder, n_nodes, 0, again.error));
    ortl__document_enter(&again, ORTL__TOKEN_ARRAY);
    while (ortl__document_item(&again)) read_node(&again, builder, node++);
    if (again.status == ORTL_OK)
        ortl__document_fail_within(&again, at, ortl_builder_tree_end(builder, again.error));
    document->status = again.status;
    ortl__document_close(&again);
}

static ortl_status read_model(const ortl__trainer_source *source, ortl_builder *builder,
                              ortl_error *error) {
    ortl_model model = ORTL_MODEL_INIT; /* regression: the sum of the leaves */
    ortl__document document;
    ortl__token key;
    model.trainer = "sample";
    ortl__document_json(&document, source->memory, source->bytes, source->n_bytes, error);
    ortl__document_enter(&document, ORTL__TOKEN_OBJECT);
    while (ortl__document_key(&document, &key))
        if (ortl__token_is(&key, "trees")) {
            ortl__document_enter(&document, ORTL__TOKEN_ARRAY);
            while (ortl__document_item(&document)) read_tree(&document, builder);
        } else if (ortl__token_is(&key, "features")) {
            model.n_features = (size_t)ortl__document_integer(&document);
        } else {
            ortl__document_skip(&document);
        }
    if (ortl__document_finish(&document) == ORTL_OK)
        ortl__document_fail_within(&document, 0, ortl_builder_model(builder, &model, error));
    ortl__document_close(&document);
    return document.status;
}

/* 0: no, 1: looks like it, 2: has a magic word. */
static int sniff(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes) {
    (void)file_bytes;
    return ortl__trainer_mentions(bytes, n_bytes, "\"yes\"");
}

/* Rows are doubles: 1.5 is rounded for float columns by the builder. */
const ortl__trainer ortl__trainer_sample = {"sample", "JSON", ORTL_DOUBLE, sniff, read_model};
