/*
 * One tree, gathered for drawing: its nodes in the order of a walk that looks at the true side
 * first, each with its label. drawing_text.c, drawing_dot.c and drawing_svg.c write it.
 */
#ifndef ORTL_TOOLS_DRAWING_H
#define ORTL_TOOLS_DRAWING_H

#include "columns.h"
#include "model.h"
#include "output.h"
#include "texts.h"

#define ORTL__NOT_DRAWN SIZE_MAX

typedef enum ortl__drawn_kind {
    ORTL__DRAWN_TEST,
    ORTL__DRAWN_LEAF,
    ORTL__DRAWN_SEEN, /* has another parent too, below which it is drawn */
    ORTL__DRAWN_CUT   /* deeper than was asked for */
} ortl__drawn_kind;

typedef struct ortl__drawn_node {
    size_t number; /* of the node in the model */
    ortl__drawn_kind kind;
    ortl_tree_node facts;
    size_t parent;            /* index of a drawn node; ORTL__NOT_DRAWN of the root */
    size_t on_true, on_false; /* of a test: indices of drawn nodes */
    bool is_true_side;        /* of its parent */
    size_t depth;
    ortl_string label; /* UTF-8 or whatever the file has: to be escaped */
    size_t target;     /* of a leaf: the one with the greatest vote */
    double vote;       /* that vote */
} ortl__drawn_node;

typedef struct ortl__drawing {
    const ortl__model *model;
    size_t tree; /* its number */
    ortl_tree_info info;
    ortl__drawn_node *nodes; /* (n_nodes) parents before their children */
    size_t n_nodes;
    size_t capacity;
    size_t n_leaves;
    size_t max_depth;
    bool has_covers;           /* hit rates are recorded and differ */
    size_t leaf_target;        /* what the last leaf votes for most */
    bool has_one_target;       /* every leaf has one vote, all for the same target */
    double min_vote, max_vote; /* of all leaves */
    ortl__feature_names feature_names;
    ortl__model_columns columns;
    ortl__texts texts; /* of the labels */
} ortl__drawing;

#define ORTL__DRAWING_INIT                                                                         \
    { .model = NULL }

/* Gathers tree number `tree` down to max_depth tests below the root. The model, opened with
 * keep_forest, must outlive the drawing. */
ortl_status ortl__drawing_make(ortl__drawing *drawing, const ortl__model *model, size_t tree,
                               size_t max_depth, ortl_error *error);

void ortl__drawing_free(ortl__drawing *drawing);

/* What a target is called: its class, "target 2", or nothing when there is only one. */
ortl_status ortl__drawing_target(ortl__drawing *drawing, size_t target, ortl_string *name_out,
                                 ortl_error *error);

/* The forms. What goes wrong with the output is told by the output. */
ortl_status ortl__drawing_text(ortl__drawing *drawing, ortl__output *output, ortl_error *error);
ortl_status ortl__drawing_dot(ortl__drawing *drawing, ortl__output *output, ortl_error *error);
ortl_status ortl__drawing_svg(ortl__drawing *drawing, ortl__output *output, ortl_error *error);
ortl_status ortl__drawing_json(ortl__drawing *drawing, ortl__output *output, ortl_error *error);

#endif
