/*
 * See ensemble_bytes.h.
 */
#include "ensemble_bytes.h"

#include <math.h>
#include <stdio.h>

#include "../onnx_builder.h"

/* The attributes of a node while they are collected. */
typedef struct writer {
    const naive_forest *forest;
    door_recipe *recipe;
    onnx_style style;
    wire_builder node;
    uint32_t place[NAIVE_MAX_NODES]; /* (n_nodes) of the forest: id in its tree, or TreeEnsemble's
                                        number of a test or a leaf */
} writer;

/* ---- Lists ----------------------------------------------------------------------------------- */

/* A growing list of numbers, for one attribute. */
typedef struct list {
    int64_t ids[NAIVE_MAX_VOTES]; /* (n) one of the two is used */
    double reals[NAIVE_MAX_VOTES];
    size_t n;
} list;

static list *new_list(void) {
    list *made = calloc(1, sizeof *made);
    if (made == NULL) abort();
    return made;
}

static void put_ids(writer *w, const char *name, list *ids) {
    onnx_ints(&w->node, &w->style, name, ids->ids, ids->n);
    free(ids);
}

static void put_list_of_floats(writer *w, const char *name, const list *reals) {
    float *floats = calloc(reals->n + 1, sizeof *floats);
    if (floats == NULL) abort();
    for (size_t i = 0; i < reals->n; i++) floats[i] = (float)reals->reals[i];
    onnx_floats(&w->node, &w->style, name, floats, reals->n);
    free(floats);
}

/* A tensor's values: raw bytes, or the field of its type, packed. */
static void put_tensor_of_reals(writer *w, const char *name, const list *reals) {
    int is_double = naive_is_double(w->forest), is_raw = door_one_in(w->recipe, 2);
    wire_builder tensor = {0}, values = {0};
    onnx_tensor_head(&tensor, NULL, is_double ? TYPE_DOUBLE : TYPE_FLOAT, (int64_t)reals->n);
    for (size_t i = 0; i < reals->n; i++) {
        if (is_double)
            wire_fixed(&values, wire_double_bits(reals->reals[i]), 8);
        else
            wire_fixed(&values, wire_float_bits((float)reals->reals[i]), 4);
    }
    wire_message(&tensor, is_raw ? 9 : is_double ? 10 : 4, &values);
    onnx_tensor(&w->node, &w->style, name, &tensor);
}

/* Reals under their name, or under the one that tensors have before version 5. */
static void put_reals(writer *w, const char *name, list *reals) {
    char tensor_name[64];
    snprintf(tensor_name, sizeof tensor_name, "%s%s", name,
             w->forest->kind == NAIVE_V5 ? "" : "_as_tensor");
    if (w->forest->has_tensors)
        put_tensor_of_reals(w, tensor_name, reals);
    else
        put_list_of_floats(w, name, reals);
    free(reals);
}

/* ---- Versions 1 to 4 ------------------------------------------------------------------------- */

/* Calls visit for each node in the order of the file's rows: of each tree the root first, then the
 * others downwards or upwards. */
static void visit_rows(writer *w, int is_upwards, list *to,
                       void (*visit)(writer *w, uint32_t tree, uint32_t node, list *to)) {
    for (uint32_t t = 0; t < w->forest->n_trees; t++) {
        const naive_tree *tree = &w->forest->trees[t];
        uint32_t root = tree->first_node + tree->n_nodes - 1;
        visit(w, t, root, to);
        for (uint32_t i = 1; i < tree->n_nodes; i++)
            visit(w, t, is_upwards ? tree->first_node + i - 1 : root - i, to);
    }
}

static void add_id(list *to, int64_t id) {
    to->ids[to->n++] = id;
}

static void add_real(list *to, double value) {
    to->reals[to->n++] = value;
}

static int64_t tree_id(uint32_t tree) {
    return 2 * (int64_t)tree;
}

static void row_tree(writer *w, uint32_t tree, uint32_t node, list *to) {
    (void)w, (void)node;
    add_id(to, tree_id(tree));
}

static void row_id(writer *w, uint32_t tree, uint32_t node, list *to) {
    (void)tree;
    add_id(to, w->place[node]);
}

static void row_feature(writer *w, uint32_t tree, uint32_t node, list *to) {
    const naive_node *n = &w->forest->nodes[node];
    (void)tree;
    add_id(to, n->mode == NAIVE_LEAF ? -2 : (int64_t)n->feature);
}

static void row_value(writer *w, uint32_t tree, uint32_t node, list *to) {
    (void)tree;
    add_real(to, w->forest->nodes[node].value);
}

static void row_true(writer *w, uint32_t tree, uint32_t node, list *to) {
    const naive_node *n = &w->forest->nodes[node];
    (void)tree;
    add_id(to, n->mode == NAIVE_LEAF ? -1 : (int64_t)w->place[n->on_true]);
}

static void row_false(writer *w, uint32_t tree, uint32_t node, list *to) {
    const naive_node *n = &w->forest->nodes[node];
    (void)tree;
    add_id(to, n->mode == NAIVE_LEAF ? 0 : w->place[n->on_false]);
}

static void row_missing(writer *w, uint32_t tree, uint32_t node, list *to) {
    (void)tree;
    add_id(to, w->forest->nodes[node].is_missing_true);
}

static void row_mode(writer *w, uint32_t tree, uint32_t node, list *to) {
    (void)tree;
    add_id(to, w->forest->nodes[node].mode);
}

/* Ids of the nodes within their trees: counted up from the leaves or down from the root. */
static void choose_ids(writer *w) {
    int is_downwards = door_one_in(w->recipe, 2);
    for (uint32_t t = 0; t < w->forest->n_trees; t++) {
        const naive_tree *tree = &w->forest->trees[t];
        for (uint32_t i = 0; i < tree->n_nodes; i++)
            w->place[tree->first_node + i] = is_downwards ? tree->n_nodes - 1 - i : i;
    }
}

static void put_modes(writer *w, const list *modes) {
    static const char *const words[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE", "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "",           "LEAF"};
    const char *texts[NAIVE_MAX_NODES];
    for (size_t i = 0; i < modes->n; i++) texts[i] = words[modes->ids[i]];
    onnx_strings(&w->node, &w->style, "nodes_modes", texts, modes->n);
}

static void put_node_rows(writer *w) {
    static const struct {
        const char *name;
        void (*visit)(writer *w, uint32_t tree, uint32_t node, list *to);
    } ids[] = {{"nodes_treeids", row_tree},       {"nodes_nodeids", row_id},
               {"nodes_featureids", row_feature}, {"nodes_truenodeids", row_true},
               {"nodes_falsenodeids", row_false}, {"nodes_missing_value_tracks_true", row_missing}};
    int is_upwards = door_one_in(w->recipe, 2);
    choose_ids(w);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        list *column = new_list();
        visit_rows(w, is_upwards, column, ids[i].visit);
        put_ids(w, ids[i].name, column);
    }
    list *column = new_list();
    visit_rows(w, is_upwards, column, row_mode);
    put_modes(w, column);
    free(column);
    column = new_list();
    visit_rows(w, is_upwards, column, row_value);
    put_reals(w, "nodes_values", column);
}

/* A leaf's weights keep their order; that of the leaves does not matter. */
static void put_vote_rows(writer *w, const char *prefix) {
    const naive_forest *forest = w->forest;
    list *columns[4]; /* trees, nodes, targets, weights */
    static const char *const names[] = {"treeids", "nodeids", "ids", "weights"};
    int is_upwards = door_one_in(w->recipe, 2);
    for (int i = 0; i < 4; i++) columns[i] = new_list();
    for (uint32_t t = 0; t < forest->n_trees; t++) {
        const naive_tree *tree = &forest->trees[t];
        for (uint32_t i = 0; i < tree->n_nodes; i++) {
            uint32_t row = tree->first_node + (is_upwards ? i : tree->n_nodes - 1 - i);
            const naive_node *node = &forest->nodes[row];
            for (uint32_t v = node->first_vote; v < node->first_vote + node->n_votes; v++) {
                add_id(columns[0], tree_id(t));
                add_id(columns[1], w->place[row]);
                add_id(columns[2], forest->votes[v].target);
                add_real(columns[3], forest->votes[v].weight);
            }
        }
    }
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_%s", prefix, names[i]);
        if (i < 3)
            put_ids(w, name, columns[i]);
        else
            put_reals(w, name, columns[i]);
    }
}

void ensemble_label_text(uint32_t index, char text_out[8]) {
    snprintf(text_out, 8, "c%u", (unsigned)(index & 0xff));
}

static void put_labels(writer *w) {
    const naive_forest *forest = w->forest;
    char texts[NAIVE_MAX_TARGETS][8];
    const char *pointers[NAIVE_MAX_TARGETS];
    for (uint32_t k = 0; k < forest->n_targets; k++) {
        ensemble_label_text(k, texts[k]);
        pointers[k] = texts[k];
    }
    if (forest->has_text_labels)
        onnx_strings(&w->node, &w->style, "classlabels_strings", pointers, forest->n_targets);
    else
        onnx_ints(&w->node, &w->style, "classlabels_int64s", forest->labels, forest->n_targets);
}

static void put_classic(writer *w) {
    static const char *const transforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO",
                                             "PROBIT"};
    static const char *const aggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    const naive_forest *forest = w->forest;
    put_node_rows(w);
    put_vote_rows(w, forest->kind == NAIVE_CLASSIFIER ? "class" : "target");
    if (forest->n_base > 0) {
        list *base = new_list();
        for (uint32_t k = 0; k < forest->n_base; k++) add_real(base, forest->base[k]);
        put_reals(w, "base_values", base);
    }
    if (forest->transform != NAIVE_NONE || door_one_in(w->recipe, 2))
        onnx_string(&w->node, &w->style, "post_transform", transforms[forest->transform]);
    if (forest->kind == NAIVE_CLASSIFIER) {
        put_labels(w);
        return;
    }
    onnx_int(&w->node, &w->style, "n_targets", forest->n_targets);
    if (forest->aggregate != NAIVE_SUM || door_one_in(w->recipe, 2))
        onnx_string(&w->node, &w->style, "aggregate_function", aggregates[forest->aggregate]);
}

/* ---- Version 5 ------------------------------------------------------------------------------- */

static int is_leaf(const writer *w, uint32_t node) {
    return w->forest->nodes[node].mode == NAIVE_LEAF;
}

/* Numbers tests and leaves apart, in the order of the file; a tree that is a leaf has a test whose
 * two ways lead to it. */
static void number_nodes(writer *w, list *roots) {
    uint32_t n_tests = 0, n_leaves = 0;
    for (uint32_t t = 0; t < w->forest->n_trees; t++) {
        const naive_tree *tree = &w->forest->trees[t];
        uint32_t root = tree->first_node + tree->n_nodes - 1;
        add_id(roots, n_tests);
        n_tests += (uint32_t)is_leaf(w, root);
        for (uint32_t i = 0; i < tree->n_nodes; i++)
            w->place[root - i] = is_leaf(w, root - i) ? n_leaves++ : n_tests++;
    }
}

typedef struct v5_columns {
    list *features, *trues, *true_leafs, *falses, *false_leafs, *missing, *modes;
    list *splits, *targets, *weights, *members;
} v5_columns;

static void add_v5_test(writer *w, const v5_columns *c, const naive_node *test, uint32_t on_true,
                        uint32_t on_false) {
    add_id(c->features, test->mode == NAIVE_LEAF ? 0 : test->feature);
    add_id(c->modes, test->mode == NAIVE_LEAF ? NAIVE_LEQ : (int64_t)test->mode);
    add_id(c->missing, test->is_missing_true);
    add_real(c->splits, test->mode == NAIVE_LEAF ? 0 : test->value);
    add_id(c->trues, w->place[on_true]);
    add_id(c->true_leafs, is_leaf(w, on_true));
    add_id(c->falses, w->place[on_false]);
    add_id(c->false_leafs, is_leaf(w, on_false));
    if (test->mode != NAIVE_MEMBER) return;
    for (uint32_t i = 0; i < test->n_members; i++)
        add_real(c->members, w->forest->members[test->first_member + i]);
    add_real(c->members, (double)NAN);
}

static void add_v5_nodes(writer *w, const v5_columns *c) {
    for (uint32_t t = 0; t < w->forest->n_trees; t++) {
        const naive_tree *tree = &w->forest->trees[t];
        uint32_t root = tree->first_node + tree->n_nodes - 1;
        if (is_leaf(w, root)) add_v5_test(w, c, &w->forest->nodes[root], root, root);
        for (uint32_t i = 0; i < tree->n_nodes; i++) {
            const naive_node *node = &w->forest->nodes[root - i];
            if (node->mode != NAIVE_LEAF) {
                add_v5_test(w, c, node, node->on_true, node->on_false);
            } else {
                add_id(c->targets, w->forest->votes[node->first_vote].target);
                add_real(c->weights, w->forest->votes[node->first_vote].weight);
            }
        }
    }
}

static void put_v5_modes(writer *w, list *modes) {
    wire_builder tensor = {0}, raw = {0};
    onnx_tensor_head(&tensor, NULL, TYPE_UINT8, (int64_t)modes->n);
    for (size_t i = 0; i < modes->n; i++) wire_fixed(&raw, (uint64_t)modes->ids[i], 1);
    wire_message(&tensor, 9, &raw);
    onnx_tensor(&w->node, &w->style, "nodes_modes", &tensor);
    free(modes);
}

static void put_v5(writer *w) {
    list *roots = new_list();
    v5_columns c = {new_list(), new_list(), new_list(), new_list(), new_list(), new_list(),
                    new_list(), new_list(), new_list(), new_list(), new_list()};
    number_nodes(w, roots);
    add_v5_nodes(w, &c);
    int has_members = c.members->n > 0;
    put_ids(w, "tree_roots", roots);
    put_ids(w, "nodes_featureids", c.features);
    put_ids(w, "nodes_truenodeids", c.trues);
    put_ids(w, "nodes_trueleafs", c.true_leafs);
    put_ids(w, "nodes_falsenodeids", c.falses);
    put_ids(w, "nodes_falseleafs", c.false_leafs);
    put_ids(w, "nodes_missing_value_tracks_true", c.missing);
    put_v5_modes(w, c.modes);
    put_reals(w, "nodes_splits", c.splits);
    put_ids(w, "leaf_targetids", c.targets);
    put_reals(w, "leaf_weights", c.weights);
    if (has_members)
        put_reals(w, "membership_values", c.members);
    else
        free(c.members);
    onnx_int(&w->node, &w->style, "n_targets", w->forest->n_targets);
    onnx_int(&w->node, &w->style, "aggregate_function", w->forest->aggregate);
    onnx_int(&w->node, &w->style, "post_transform", w->forest->transform);
}

/* ---- The model around it --------------------------------------------------------------------- */

/* A graph's input (number 11) or output (12): of any number of rows, n_columns 0: a vector. */
static void put_value(wire_builder *graph, uint32_t number, const char *name, int type,
                      int64_t n_columns) {
    wire_builder value = {0}, kind = {0}, tensor = {0}, shape = {0}, rows = {0}, columns = {0};
    wire_text(&rows, 2, "N");
    wire_message(&shape, 1, &rows);
    wire_int(&columns, 1, n_columns);
    if (n_columns > 0) wire_message(&shape, 1, &columns);
    wire_free(&columns);
    wire_int(&tensor, 1, type);
    wire_message(&tensor, 2, &shape);
    wire_message(&kind, 1, &tensor);
    wire_text(&value, 1, name);
    wire_message(&value, 2, &kind);
    wire_message(graph, number, &value);
}

static void put_values(const naive_forest *forest, wire_builder *graph) {
    int score_type = forest->kind == NAIVE_V5 ? (int)forest->input_type : TYPE_FLOAT;
    put_value(graph, 11, "X", (int)forest->input_type, forest->n_columns);
    if (forest->kind == NAIVE_CLASSIFIER)
        put_value(graph, 12, "L", forest->has_text_labels ? TYPE_STRING : TYPE_INT64, 0);
    put_value(graph, 12, "Y", score_type, forest->n_targets);
}

void ensemble_bytes(const naive_forest *forest, door_recipe *recipe, wire_builder *model) {
    static const char *const operators[] = {"TreeEnsembleClassifier", "TreeEnsembleRegressor",
                                            "TreeEnsemble"};
    writer *w = calloc(1, sizeof *w);
    wire_builder graph = {0};
    if (w == NULL) abort();
    w->forest = forest;
    w->recipe = recipe;
    w->style.spelling = (int)door_below(recipe, WIRE_SPELLINGS);
    w->style.name_is_last = door_one_in(recipe, 4);
    w->style.head_is_last = door_one_in(recipe, 4);
    if (!w->style.head_is_last)
        onnx_node_head(&w->node, operators[forest->kind], "ai.onnx.ml", "trees", "X", NULL);
    if (forest->kind == NAIVE_V5)
        put_v5(w);
    else
        put_classic(w);
    if (w->style.head_is_last)
        onnx_node_head(&w->node, operators[forest->kind], "ai.onnx.ml", "trees", "X", NULL);
    if (forest->kind == NAIVE_CLASSIFIER) wire_text(&w->node, 2, "L");
    wire_text(&w->node, 2, "Y");
    wire_message(&graph, 1, &w->node);
    wire_text(&graph, 2, "graph");
    put_values(forest, &graph);
    wire_int(model, 1, 8);
    onnx_opset(model, "ai.onnx.ml", forest->opset_ml);
    onnx_opset(model, "", 17);
    wire_message(model, 7, &graph);
    free(w);
}
