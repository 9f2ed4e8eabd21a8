/*
 * Writes down what the builder is told. Nothing is checked here: the builder has accepted every
 * call before it is recorded, and a tree is walked only after the builder has found it to be one.
 */
#include "source_record.h"

#include <string.h>

#include "../runtime/status.h"

ortl_status ortl__source_new(const ortl_allocator *allocator, uint64_t limit, ortl_type data_type,
                             ortl_source_walk **walk_out, ortl_error *error) {
    ortl__memory memory;
    ortl_source_walk *walk = NULL;
    ortl_status status;
    ortl__memory_init(&memory, allocator, limit, "memory_bytes");
    status = ortl__memory_new_zero(&memory, 1, sizeof *walk, &walk, error);
    if (status != ORTL_OK) return status;
    walk->memory = memory;
    walk->data_type = data_type;
    ortl__arena_init(&walk->arena, &walk->memory);
    *walk_out = walk;
    return ORTL_OK;
}

void ortl_source_walk_free(ortl_source_walk *walk) {
    ortl__memory memory;
    if (!walk) return;
    ortl__arena_free(&walk->arena);
    ortl__libm_close(&walk->libm);
    memory = walk->memory;
    ortl__memory_free(&memory, walk->nodes, walk->node_capacity, sizeof *walk->nodes);
    ortl__memory_free(&memory, walk->trees, walk->tree_capacity, sizeof *walk->trees);
    ortl__memory_free(&memory, walk->categories, walk->category_capacity, sizeof(int64_t));
    ortl__memory_free(&memory, walk->words, walk->word_capacity, sizeof(uint32_t));
    ortl__memory_free(&memory, walk->values, walk->value_capacity, sizeof(double));
    ortl__memory_free(&memory, walk->file_trees, walk->file_tree_capacity, sizeof(uint32_t));
    ortl__memory_free(&memory, walk->file_leaves, walk->file_leaf_capacity, sizeof(uint32_t));
    ortl__memory_free(&memory, walk, 1, sizeof *walk);
}

/* ---- Trees ----------------------------------------------------------------------------------- */

ortl_status ortl__source_tree_begin(ortl_source_walk *walk, size_t n_nodes, size_t target,
                                    ortl_error *error) {
    ortl_status status;
    if (!walk) return ORTL_OK;
    status = ortl__memory_grow(&walk->memory, &walk->trees, &walk->tree_capacity, walk->n_trees + 1,
                               sizeof *walk->trees, error);
    if (status == ORTL_OK)
        status = ortl__memory_grow(&walk->memory, &walk->nodes, &walk->node_capacity,
                                   walk->n_nodes + n_nodes, sizeof *walk->nodes, error);
    if (status != ORTL_OK) return status;
    memset(walk->nodes + walk->n_nodes, 0, n_nodes * sizeof *walk->nodes);
    walk->trees[walk->n_trees++] = (ortl__source_tree){walk->n_nodes, n_nodes, target};
    walk->n_nodes += n_nodes;
    return ORTL_OK;
}

/* A node of the newest tree. */
static ortl__source_node *node_of(ortl_source_walk *walk, size_t node) {
    return &walk->nodes[walk->trees[walk->n_trees - 1].begin + node];
}

static ortl__source_node *set_test(ortl_source_walk *walk, size_t node, ortl__source_kind kind,
                                   size_t feature, size_t true_node, size_t false_node) {
    ortl__source_node *n = node_of(walk, node);
    n->kind = (uint8_t)kind;
    n->feature = (uint32_t)feature;
    n->true_node = (uint32_t)true_node;
    n->false_node = (uint32_t)false_node;
    node_of(walk, true_node)->parent = node_of(walk, false_node)->parent = (uint32_t)node;
    if (feature >= walk->n_features) walk->n_features = feature + 1;
    return n;
}

ortl_status ortl__source_split(ortl_source_walk *walk, size_t node, const ortl_split *split,
                               ortl_error *error) {
    ortl__source_node *n;
    (void)error;
    if (!walk) return ORTL_OK;
    n = set_test(walk, node, ORTL__SOURCE_SPLIT, split->feature, split->true_node,
                 split->false_node);
    n->comparison = (uint8_t)split->comparison;
    n->rule = (uint8_t)split->tiny;
    n->nan = (uint8_t)split->nan;
    n->number = split->threshold;
    return ORTL_OK;
}

/* Copies n elements behind the *n_used of *array; *begin_out is where they begin. */
static ortl_status append(ortl_source_walk *walk, void *array, uint64_t *n_used, uint64_t *capacity,
                          const void *elements, uint64_t n, size_t element_bytes,
                          uint64_t *begin_out, ortl_error *error) {
    char *bytes;
    ortl_status status =
        ortl__memory_grow(&walk->memory, array, capacity, *n_used + n, element_bytes, error);
    if (status != ORTL_OK) return status;
    memcpy(&bytes, array, sizeof bytes);
    if (n > 0) memcpy(bytes + *n_used * element_bytes, elements, n * element_bytes);
    *begin_out = *n_used;
    *n_used += n;
    return ORTL_OK;
}

ortl_status ortl__source_category_split(ortl_source_walk *walk, size_t node,
                                        const ortl_category_split *split, ortl_error *error) {
    ortl__source_node *n;
    int has_bits = split->n_words > 0;
    if (!walk) return ORTL_OK;
    n = set_test(walk, node, has_bits ? ORTL__SOURCE_BITS : ORTL__SOURCE_LIST, split->feature,
                 split->member_node, split->other_node);
    n->rule = (uint8_t)split->rule;
    n->nan = (uint8_t)split->nan;
    n->count = has_bits ? split->n_words : split->n_categories;
    if (has_bits)
        return append(walk, &walk->words, &walk->n_words, &walk->word_capacity, split->bits,
                      n->count, sizeof *split->bits, &n->begin, error);
    return append(walk, &walk->categories, &walk->n_categories, &walk->category_capacity,
                  split->categories, n->count, sizeof *split->categories, &n->begin, error);
}

ortl_status ortl__source_leaf(ortl_source_walk *walk, size_t node, double value,
                              ortl_error *error) {
    (void)error;
    if (!walk) return ORTL_OK;
    node_of(walk, node)->kind = ORTL__SOURCE_LEAF;
    node_of(walk, node)->number = value;
    return ORTL_OK;
}

ortl_status ortl__source_leaf_vector(ortl_source_walk *walk, size_t node, const double *values,
                                     size_t n_values, ortl_error *error) {
    ortl__source_node *n;
    if (!walk) return ORTL_OK;
    n = node_of(walk, node);
    n->kind = ORTL__SOURCE_VECTOR;
    n->count = n_values;
    return append(walk, &walk->values, &walk->n_values, &walk->value_capacity, values, n_values,
                  sizeof *values, &n->begin, error);
}

ortl_status ortl__source_leaf_vote(ortl_source_walk *walk, size_t node, size_t target,
                                   ortl_error *error) {
    (void)error;
    if (!walk) return ORTL_OK;
    node_of(walk, node)->kind = ORTL__SOURCE_VOTE;
    node_of(walk, node)->begin = target;
    return ORTL_OK;
}

ortl_status ortl__source_linear(ortl_source_walk *walk, const double *weights, size_t n_features,
                                size_t n_targets, int nan_is_zero, ortl_error *error) {
    ortl_status status;
    uint64_t n = (uint64_t)n_features * n_targets;
    if (!walk) return ORTL_OK;
    status = ortl__arena_new(&walk->arena, n, sizeof *weights, &walk->weights, error);
    if (status != ORTL_OK) return status;
    memcpy(walk->weights, weights, n * sizeof *weights);
    walk->n_weights = n;
    walk->nan_is_zero = nan_is_zero != 0;
    walk->n_features = n_features;
    return ORTL_OK;
}

/* ---- The file -------------------------------------------------------------------------------- */

ortl_status ortl__source_file_tree(ortl_source_walk *walk, ortl_error *error) {
    uint64_t ignored;
    uint32_t tree;
    if (!walk) return ORTL_OK;
    tree = (uint32_t)(walk->n_trees - 1); /* trees are limited to less than 2^32 */
    return append(walk, &walk->file_trees, &walk->n_file_trees, &walk->file_tree_capacity, &tree, 1,
                  sizeof tree, &ignored, error);
}

ortl_status ortl__source_file_leaf(ortl_source_walk *walk, uint64_t place, uint32_t node,
                                   ortl_error *error) {
    ortl_status status;
    if (!walk) return ORTL_OK;
    status = ortl__memory_grow(&walk->memory, &walk->file_leaves, &walk->file_leaf_capacity,
                               place + 1, sizeof node, error);
    if (status != ORTL_OK) return status;
    while (walk->n_file_leaves <= place)
        walk->file_leaves[walk->n_file_leaves++] = ORTL__SOURCE_NO_LEAF;
    walk->file_leaves[place] = node;
    return ORTL_OK;
}

/* Integer classes are 0, 1, 2 ... unless the model says otherwise. */
static ortl_status copy_classes(ortl_source_walk *walk, const ortl_model *model,
                                ortl_error *error) {
    ortl_status status;
    walk->n_classes = model->n_classes;
    if (!model->class_names) {
        status = ortl__arena_new(&walk->arena, model->n_classes, sizeof *walk->class_values,
                                 &walk->class_values, error);
        for (size_t i = 0; i < model->n_classes && status == ORTL_OK; i++)
            walk->class_values[i] = model->class_values ? model->class_values[i] : (int64_t)i;
        return status;
    }
    status = ortl__arena_new(&walk->arena, model->n_classes, sizeof *walk->class_names,
                             &walk->class_names, error);
    for (size_t i = 0; i < model->n_classes && status == ORTL_OK; i++)
        status = ortl__arena_text(&walk->arena, model->class_names[i],
                                  strlen(model->class_names[i]), &walk->class_names[i], error);
    return status;
}

ortl_status ortl__source_finish(ortl_source_walk *walk, const ortl_model *model,
                                uint32_t first_leaf, ortl_error *error) {
    ortl_status status;
    if (!walk) return ORTL_OK;
    if (model->n_features > walk->n_features) walk->n_features = model->n_features;
    if (walk->n_features == 0) walk->n_features = 1; /* a file has a column at least */
    walk->first_leaf = first_leaf;
    walk->task = model->task;
    walk->link = model->link;
    walk->n_targets = model->n_targets;
    walk->scale = model->scale;
    status =
        ortl__arena_new(&walk->arena, model->n_targets, sizeof *walk->base, &walk->base, error);
    if (status == ORTL_OK && model->base)
        memcpy(walk->base, model->base, model->n_targets * sizeof *walk->base);
    return status == ORTL_OK ? copy_classes(walk, model, error) : status;
}
