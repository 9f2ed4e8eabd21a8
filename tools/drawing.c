/*
 * Gathering a tree and wording its nodes.
 */
#include "drawing.h"

#include "../runtime/number.h"

#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VOTES   6 /* of a leaf that are looked at for its label */
#define MAX_MEMBERS 8 /* of a set, in its label */

/* A node that is still to be drawn. */
typedef struct pending_node {
    size_t number;
    size_t parent;
    size_t depth;
    bool is_true_side;
} pending_node;

/* The walk: no recursion, because a tree of a file may be as deep as the file is long. */
typedef struct tree_walk {
    pending_node *pending; /* (capacity) a stack */
    size_t n_pending;
    size_t capacity;
    void *seen; /* tsearch's tree of numbers + 1, as pointers */
} tree_walk;

static ortl_status fail_memory(ortl_error *error) {
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the drawing");
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static ortl_status append(ortl__drawing *drawing, ortl_string *label, ortl_string more,
                          ortl_error *error) {
    return ortl__texts_join(&drawing->texts, *label, more, label, error);
}

static ortl_status append_text(ortl__drawing *drawing, ortl_string *label, const char *more,
                               ortl_error *error) {
    return append(drawing, label, ortl__texts_view(more), error);
}

/* In the type of the model, so that 0.1f is 0.1. */
static ortl_status append_number(ortl__drawing *drawing, ortl_string *label, double value,
                                 ortl_error *error) {
    char text[ORTL__NUMBER_CHARS];
    size_t n_bytes = drawing->info.type == ORTL_DOUBLE
                         ? ortl__number_write_double(value, text)
                         : ortl__number_write_float((float)value, text);
    return append(drawing, label, (ortl_string){text, n_bytes}, error);
}

ortl_status ortl__drawing_target(ortl__drawing *drawing, size_t target, ortl_string *name_out,
                                 ortl_error *error) {
    char number[40];
    int64_t value = 0;
    *name_out = (ortl_string){"", 0};
    if (drawing->info.n_targets == 1) return ORTL_OK;
    snprintf(number, sizeof number, "target %lu", (unsigned long)target);
    if (drawing->model->description.n_classes == drawing->info.n_targets) {
        ortl_status status = ortl_class(drawing->model->session, target, &value, name_out, error);
        if (status != ORTL_OK || name_out->data != NULL) return status;
        snprintf(number, sizeof number, "class %lld", (long long)value);
    }
    return ortl__texts_join(&drawing->texts, ortl__texts_view(number), (ortl_string){NULL, 0},
                            name_out, error);
}

static ortl_status name_feature(ortl__drawing *drawing, size_t feature, ortl_string *label,
                                ortl_error *error) {
    char number[40];
    if (drawing->columns.names != NULL && feature < drawing->columns.n_columns)
        return append(drawing, label, drawing->columns.names[feature], error);
    snprintf(number, sizeof number, "feature %lu", (unsigned long)feature);
    return append_text(drawing, label, number, error);
}

static ortl_status append_members(ortl__drawing *drawing, ortl__drawn_node *node,
                                  ortl_error *error) {
    size_t n_values = node->facts.n_values;
    ortl_status status = append_text(drawing, &node->label, " in {", error);
    for (size_t i = 0; i < n_values && i < MAX_MEMBERS && status == ORTL_OK; i++) {
        double value;
        if (i > 0) status = append_text(drawing, &node->label, ", ", error);
        if (status == ORTL_OK)
            status = ortl_tree_member(drawing->model->session, drawing->tree, node->number, i,
                                      &value, error);
        if (status == ORTL_OK) status = append_number(drawing, &node->label, value, error);
    }
    if (status != ORTL_OK) return status;
    return append_text(drawing, &node->label, n_values > MAX_MEMBERS ? ", ...}" : "}", error);
}

static ortl_status word_test(ortl__drawing *drawing, ortl__drawn_node *node, ortl_error *error) {
    static const char *const comparisons[] = {
        [ORTL_TEST_LEQ] = " <= ", [ORTL_TEST_LT] = " < ", [ORTL_TEST_GTE] = " >= ",
        [ORTL_TEST_GT] = " > ",   [ORTL_TEST_EQ] = " = ", [ORTL_TEST_NEQ] = " is not "};
    ortl_status status = name_feature(drawing, node->facts.feature, &node->label, error);
    if (status != ORTL_OK) return status;
    if (node->facts.test == ORTL_TEST_MEMBER) return append_members(drawing, node, error);
    status = append_text(drawing, &node->label, comparisons[node->facts.test], error);
    if (status != ORTL_OK) return status;
    return append_number(drawing, &node->label, node->facts.threshold, error);
}

static ortl_status word_vote(ortl__drawing *drawing, ortl__drawn_node *node, size_t index,
                             ortl_error *error) {
    size_t target;
    double value;
    ortl_string name;
    ortl_status status = ortl_tree_vote(drawing->model->session, drawing->tree, node->number, index,
                                        &target, &value, error);
    if (status == ORTL_OK) status = ortl__drawing_target(drawing, target, &name, error);
    if (status != ORTL_OK) return status;
    if (index == 0 || value > node->vote) {
        node->target = target;
        node->vote = value;
    }
    /* A vote of 0 among others says nothing. */
    if (index >= MAX_VOTES || (value == 0 && node->facts.n_values > 1)) return ORTL_OK;
    if (node->label.n_bytes > 0) status = append_text(drawing, &node->label, ", ", error);
    if (status == ORTL_OK && name.n_bytes > 0) status = append(drawing, &node->label, name, error);
    if (status == ORTL_OK && name.n_bytes > 0)
        status = append_text(drawing, &node->label, " ", error);
    return status == ORTL_OK ? append_number(drawing, &node->label, value, error) : status;
}

static ortl_status word_leaf(ortl__drawing *drawing, ortl__drawn_node *node, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < node->facts.n_values && status == ORTL_OK; i++)
        status = word_vote(drawing, node, i, error);
    if (status != ORTL_OK) return status;
    if (drawing->n_leaves == 0) drawing->has_one_target = true;
    if (node->facts.n_values != 1 ||
        (drawing->n_leaves > 0 && node->target != drawing->leaf_target))
        drawing->has_one_target = false;
    drawing->leaf_target = node->target;
    if (node->label.n_bytes == 0)
        return append_text(drawing, &node->label, node->facts.n_values == 0 ? "no vote" : "0",
                           error);
    if (drawing->n_leaves == 0 || node->vote < drawing->min_vote) drawing->min_vote = node->vote;
    if (drawing->n_leaves == 0 || node->vote > drawing->max_vote) drawing->max_vote = node->vote;
    if (node->facts.n_values <= MAX_VOTES) return ORTL_OK;
    return append_text(drawing, &node->label, ", ...", error);
}

static ortl_status word_seen(ortl__drawing *drawing, ortl__drawn_node *node, ortl_error *error) {
    char number[40];
    snprintf(number, sizeof number, "as node %lu", (unsigned long)node->number);
    return append_text(drawing, &node->label, number, error);
}

static ortl_status word_node(ortl__drawing *drawing, ortl__drawn_node *node, ortl_error *error) {
    switch (node->kind) {
    case ORTL__DRAWN_TEST: return word_test(drawing, node, error);
    case ORTL__DRAWN_LEAF: return word_leaf(drawing, node, error);
    case ORTL__DRAWN_SEEN: return word_seen(drawing, node, error);
    case ORTL__DRAWN_CUT: break;
    }
    return append_text(drawing, &node->label, "...", error);
}

/* ---- The walk -------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b) {
    return (a > b) - (a < b);
}

/* The root of tsearch's tree begins with a pointer to its key. */
static void free_seen(tree_walk *walk) {
    while (walk->seen != NULL) tdelete(*(void **)walk->seen, &walk->seen, compare_numbers);
}

/* Remembers the node; *is_new_out says whether it was not there before. */
static ortl_status mark_seen(tree_walk *walk, size_t number, bool *is_new_out, ortl_error *error) {
    const void *key = (const void *)(uintptr_t)(number + 1);
    *is_new_out = tfind(key, &walk->seen, compare_numbers) == NULL;
    if (*is_new_out && tsearch(key, &walk->seen, compare_numbers) == NULL)
        return fail_memory(error);
    return ORTL_OK;
}

/* Room for one more element; what *array points to moves. */
static ortl_status make_room(void *array, size_t count, size_t *capacity, size_t element_bytes,
                             ortl_error *error) {
    void *block;
    if (count < *capacity) return ORTL_OK;
    size_t wanted = 2 * *capacity + 64;
    memcpy(&block, array, sizeof block);
    void *moved = wanted > SIZE_MAX / element_bytes ? NULL : realloc(block, wanted * element_bytes);
    if (moved == NULL) return fail_memory(error);
    memcpy(array, &moved, sizeof moved);
    *capacity = wanted;
    return ORTL_OK;
}

static ortl_status push(tree_walk *walk, pending_node next, ortl_error *error) {
    ortl_status status =
        make_room(&walk->pending, walk->n_pending, &walk->capacity, sizeof *walk->pending, error);
    if (status != ORTL_OK) return status;
    walk->pending[walk->n_pending++] = next;
    return ORTL_OK;
}

static ortl_status add_node(ortl__drawing *drawing, const pending_node *next,
                            ortl__drawn_node **node_out, ortl_error *error) {
    ortl_status status = make_room(&drawing->nodes, drawing->n_nodes, &drawing->capacity,
                                   sizeof *drawing->nodes, error);
    if (status != ORTL_OK) return status;
    size_t index = drawing->n_nodes++;
    *node_out = &drawing->nodes[index];
    **node_out = (ortl__drawn_node){.number = next->number,
                                    .parent = next->parent,
                                    .on_true = ORTL__NOT_DRAWN,
                                    .on_false = ORTL__NOT_DRAWN,
                                    .is_true_side = next->is_true_side,
                                    .depth = next->depth,
                                    .label = {"", 0}};
    if (next->parent != ORTL__NOT_DRAWN) {
        ortl__drawn_node *parent = &drawing->nodes[next->parent];
        *(next->is_true_side ? &parent->on_true : &parent->on_false) = index;
    }
    if (next->depth > drawing->max_depth) drawing->max_depth = next->depth;
    return ORTL_OK;
}

static ortl_status draw_node(ortl__drawing *drawing, tree_walk *walk, const pending_node *next,
                             size_t max_depth, ortl_error *error) {
    ortl__drawn_node *node;
    bool is_new;
    ortl_status status = add_node(drawing, next, &node, error);
    if (status != ORTL_OK) return status;
    node->facts.struct_size = sizeof node->facts;
    status = ortl_tree_node_at(drawing->model->session, drawing->tree, next->number, &node->facts,
                               error);
    if (status == ORTL_OK) status = mark_seen(walk, next->number, &is_new, error);
    if (status != ORTL_OK) return status;
    bool is_leaf = node->facts.test == ORTL_TEST_LEAF;
    if (!is_new && !is_leaf)
        node->kind = ORTL__DRAWN_SEEN;
    else if (is_leaf)
        node->kind = ORTL__DRAWN_LEAF;
    else if (next->depth >= max_depth)
        node->kind = ORTL__DRAWN_CUT;
    status = word_node(drawing, node, error);
    if (node->kind == ORTL__DRAWN_LEAF) drawing->n_leaves++;
    if (node->facts.hit_rate != drawing->nodes[0].facts.hit_rate && !isnan(node->facts.hit_rate) &&
        !isnan(drawing->nodes[0].facts.hit_rate))
        drawing->has_covers = true;
    if (status != ORTL_OK || node->kind != ORTL__DRAWN_TEST) return status;
    size_t index = drawing->n_nodes - 1, depth = next->depth + 1;
    size_t on_true = node->facts.true_child, on_false = node->facts.false_child;
    status = push(walk, (pending_node){on_false, index, depth, false}, error);
    if (status != ORTL_OK) return status;
    return push(walk, (pending_node){on_true, index, depth, true}, error);
}

/* Names are only those of the features when the trees read the inputs themselves; a model whose
 * inputs are no columns of a table has none. */
static ortl_status find_names(ortl__drawing *drawing, ortl_error *error) {
    if (!drawing->info.reads_inputs) return ORTL_OK;
    ortl_status status = ortl__model_feature_names(drawing->model, &drawing->feature_names, error);
    if (status == ORTL_OK)
        status = ortl__model_columns_find(drawing->model, &drawing->feature_names, &drawing->texts,
                                          &drawing->columns, error);
    return status == ORTL_UNSUPPORTED ? ORTL_OK : status;
}

ortl_status ortl__drawing_make(ortl__drawing *drawing, const ortl__model *model, size_t tree,
                               size_t max_depth, ortl_error *error) {
    tree_walk walk = {NULL, 0, 0, NULL};
    *drawing = (ortl__drawing)ORTL__DRAWING_INIT;
    drawing->model = model;
    drawing->tree = tree;
    drawing->info.struct_size = sizeof drawing->info;
    ortl_status status = ortl_tree(model->session, tree, &drawing->info, error);
    if (status == ORTL_OK) status = find_names(drawing, error);
    if (status == ORTL_OK)
        status = push(&walk, (pending_node){drawing->info.root, ORTL__NOT_DRAWN, 0, false}, error);
    while (status == ORTL_OK && walk.n_pending > 0) {
        pending_node next = walk.pending[--walk.n_pending];
        status = draw_node(drawing, &walk, &next, max_depth, error);
    }
    free(walk.pending);
    free_seen(&walk);
    return status;
}

void ortl__drawing_free(ortl__drawing *drawing) {
    free(drawing->nodes);
    ortl__model_columns_free(&drawing->columns);
    ortl__feature_names_free(&drawing->feature_names);
    ortl__texts_free(&drawing->texts);
    *drawing = (ortl__drawing)ORTL__DRAWING_INIT;
}
