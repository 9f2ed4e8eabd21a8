/*
 * Where two models part for one row: the first tree whose leaves vote differently, and in it the
 * first test on the way that is another.
 */
#include "difference.h"
#include "drawing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct one_side {
    const ortl__scoring *scoring;
    uint32_t *leaves; /* (n_trees) of the row */
    ortl__drawing drawing;
} one_side;

static ortl_status find_leaves(one_side *side, size_t row, ortl_error *error) {
    const ortl__scoring *s = side->scoring;
    size_t n_trees = s->model.description.n_trees;
    ortl_tensor *inputs = calloc(s->columns.n_groups + 1, sizeof *inputs);
    side->leaves = calloc(n_trees, sizeof *side->leaves);
    ortl_status status = ORTL_OK;
    if (inputs == NULL || side->leaves == NULL)
        status = ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the leaves");
    for (size_t i = 0; i < s->columns.n_groups && status == ORTL_OK; i++) {
        const ortl__column_group *group = &s->columns.groups[i];
        size_t row_bytes = group->n_columns * ortl_type_bytes(group->type);
        inputs[i] = (ortl_tensor){.type = group->type,
                                  .rank = group->rank == 1 ? 1 : 2,
                                  .shape = {1, (int64_t)group->n_columns},
                                  .data = (char *)s->rows.data[i] + row * row_bytes};
    }
    if (status == ORTL_OK)
        status = ortl_leaves(s->results.context, inputs, s->columns.n_groups, side->leaves, n_trees,
                             error);
    free(inputs);
    return status;
}

/* Whether the leaves of a tree vote alike. */
static bool is_same_leaf(const one_side *a, const one_side *b, size_t tree) {
    ortl_tree_node of_a = {.struct_size = sizeof of_a}, of_b = {.struct_size = sizeof of_b};
    const ortl_session *session_a = a->scoring->model.session;
    const ortl_session *session_b = b->scoring->model.session;
    size_t leaf_a = a->leaves[tree], leaf_b = b->leaves[tree];
    if (ortl_tree_node_at(session_a, tree, leaf_a, &of_a, NULL) != ORTL_OK ||
        ortl_tree_node_at(session_b, tree, leaf_b, &of_b, NULL) != ORTL_OK ||
        of_a.n_values != of_b.n_values)
        return false;
    for (size_t i = 0; i < of_a.n_values; i++) {
        size_t target_a = 0, target_b = 0;
        double vote_a = 0, vote_b = 0;
        if (ortl_tree_vote(session_a, tree, leaf_a, i, &target_a, &vote_a, NULL) != ORTL_OK ||
            ortl_tree_vote(session_b, tree, leaf_b, i, &target_b, &vote_b, NULL) != ORTL_OK ||
            target_a != target_b || vote_a != vote_b)
            return false;
    }
    return true;
}

/* The drawn node of the path to the row's leaf that is depth tests below the root. */
static const ortl__drawn_node *step_of(const one_side *side, size_t tree, size_t depth) {
    const ortl__drawing *drawing = &side->drawing;
    size_t at = 0;
    while (at < drawing->n_nodes && drawing->nodes[at].number != side->leaves[tree]) at++;
    if (at == drawing->n_nodes || drawing->nodes[at].depth < depth) return NULL;
    while (drawing->nodes[at].depth > depth) at = drawing->nodes[at].parent;
    return &drawing->nodes[at];
}

static bool is_same_label(const ortl__drawn_node *a, const ortl__drawn_node *b) {
    return a->label.n_bytes == b->label.n_bytes &&
           memcmp(a->label.data, b->label.data, a->label.n_bytes) == 0;
}

static void word_parting(const one_side *a, const one_side *b, size_t tree, char *text_out,
                         size_t room) {
    const ortl__drawn_node *of_a = NULL, *of_b = NULL;
    size_t depth = 0;
    do {
        of_a = step_of(a, tree, depth);
        of_b = step_of(b, tree, depth);
        depth++;
    } while (of_a != NULL && of_b != NULL && is_same_label(of_a, of_b));
    if (of_a == NULL || of_b == NULL) {
        snprintf(text_out, room, "tree %lu parts", (unsigned long)tree);
        return;
    }
    snprintf(text_out, room, "tree %lu: A %.*s, B %.*s", (unsigned long)tree,
             (int)(of_a->label.n_bytes < 70 ? of_a->label.n_bytes : 70), of_a->label.data,
             (int)(of_b->label.n_bytes < 70 ? of_b->label.n_bytes : 70), of_b->label.data);
}

static ortl_status part(one_side *a, one_side *b, size_t n_trees, size_t row, char *text_out,
                        size_t room, ortl_error *error) {
    size_t tree = 0;
    ortl_status status = find_leaves(a, row, error);
    if (status == ORTL_OK) status = find_leaves(b, row, error);
    if (status != ORTL_OK) return status;
    while (tree < n_trees && is_same_leaf(a, b, tree)) tree++;
    if (tree == n_trees) {
        snprintf(text_out, room, "every tree votes alike");
        return ORTL_OK;
    }
    status = ortl__drawing_make(&a->drawing, &a->scoring->model, tree, SIZE_MAX, error);
    if (status == ORTL_OK)
        status = ortl__drawing_make(&b->drawing, &b->scoring->model, tree, SIZE_MAX, error);
    if (status == ORTL_OK) word_parting(a, b, tree, text_out, room);
    return status;
}

ortl_status ortl__parting_find(const ortl__scoring *a, const ortl__scoring *b, size_t row,
                               char *text_out, size_t room, ortl_error *error) {
    size_t n_trees = a->model.description.n_trees, n_trees_b = b->model.description.n_trees;
    one_side of_a = {.scoring = a}, of_b = {.scoring = b};
    text_out[0] = '\0';
    if (n_trees == 0 || n_trees_b == 0) return ORTL_OK;
    if (n_trees != n_trees_b) {
        snprintf(text_out, room, "A has %lu trees, B %lu", (unsigned long)n_trees,
                 (unsigned long)n_trees_b);
        return ORTL_OK;
    }
    ortl_status status = part(&of_a, &of_b, n_trees, row, text_out, room, error);
    ortl__drawing_free(&of_a.drawing);
    ortl__drawing_free(&of_b.drawing);
    free(of_a.leaves);
    free(of_b.leaves);
    return status;
}
