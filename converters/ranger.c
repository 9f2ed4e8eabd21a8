/*
 * Forests that ranger's program writes (`--write`, OUT.forest): classification, regression,
 * survival and probability. Binary without magic word or version, little-endian with sizes of 8
 * bytes; trees are read where they stand. What is in the file and what each tree type predicts is
 * here; the trees go to the builder.
 */
#include <math.h>
#include <string.h>

#include "../runtime/number.h"
#include "../runtime/status.h"
#include "categories.h"
#include "ranger_bytes.h"
#include "trainer.h"

enum tree_type { TYPE_CLASSES = 1, TYPE_REGRESSION = 3, TYPE_SURVIVAL = 5, TYPE_SHARES = 9 };

typedef struct reading {
    ortl_builder *builder;
    ortl__memory *memory;
    ortl__arena arena;
    ortl__ranger_bytes bytes;
    uint64_t n_trees;
    const unsigned char *is_ordered; /* (n_ordered) 0: an unordered factor */
    uint64_t n_ordered;
    uint64_t n_features;
    int64_t type;                   /* enum tree_type */
    ortl__ranger_vector class_list; /* or points in time; not of regression */
    int64_t *class_values;          /* (class_list.n) ascending, of types with classes */
    uint64_t *class_ranks;          /* (class_list.n) where the file's classes are there */
    double *leaf;                   /* (class_list.n) one leaf's values */
} reading;

static int has_classes(const reading *r) {
    return r->type == TYPE_CLASSES || r->type == TYPE_SHARES;
}

/* ---- What stands before the trees ------------------------------------------------------------ */

/* Names of the columns that were predicted; the others' names are not in the file. */
static ortl_status skip_names(reading *r, ortl_error *error) {
    uint64_t n_names = 0;
    ortl_status status = ortl__ranger_size(&r->bytes, 4, "the number of names", &n_names, error);
    ortl__ranger_vector name;
    for (uint64_t i = 0; i < n_names && status == ORTL_OK; i++)
        status = ortl__ranger_take(&r->bytes, "a name", 1, &name, error);
    return status;
}

static ortl_status read_columns(reading *r, ortl_error *error) {
    ortl__ranger_vector flags;
    size_t at;
    ortl_status status = ortl__ranger_size(&r->bytes, 8, "the number of trees", &r->n_trees, error);
    if (status == ORTL_OK)
        status = ortl__ranger_take(&r->bytes, "is_ordered_variable", 1, &flags, error);
    if (status != ORTL_OK) return status;
    r->is_ordered = flags.items;
    r->n_ordered = flags.n;
    at = r->bytes.at;
    status = ortl__ranger_size(&r->bytes, 8, "num_independent_variables", &r->n_features, error);
    if (status != ORTL_OK || (r->n_features > 0 && r->n_features <= r->n_ordered)) return status;
    return ortl__ranger_fail(at, error, "%llu variables, but is_ordered_variable is for %llu",
                             (unsigned long long)r->n_features, (unsigned long long)r->n_ordered);
}

static ortl_status read_type(reading *r, ortl_error *error) {
    size_t at = r->bytes.at;
    uint64_t type = 0;
    ortl_status status = ortl__ranger_size(&r->bytes, 4, "the tree type", &type, error);
    if (status != ORTL_OK) return status;
    r->type = (int64_t)type;
    if (has_classes(r) || type == TYPE_SURVIVAL)
        return ortl__ranger_take(&r->bytes, has_classes(r) ? "class_values" : "unique_timepoints",
                                 8, &r->class_list, error);
    if (type == TYPE_REGRESSION) return ORTL_OK;
    return ortl__ranger_fail(at, error,
                             "tree type %llu, expected 1 (classification), 3 (regression), 5 "
                             "(survival) or 9 (probability)",
                             (unsigned long long)type);
}

/* ---- Classes, which stand in the order of their first appearance ----------------------------- */

static ortl_status read_class(const reading *r, uint64_t index, int64_t *value_out,
                              ortl_error *error) {
    double value = ortl__ranger_double(&r->class_list, index);
    char text[ORTL__NUMBER_CHARS];
    if (value >= -9007199254740992.0 && value <= 9007199254740992.0 && value == floor(value)) {
        *value_out = (int64_t)value;
        return ORTL_OK;
    }
    return ortl__fail(error, ORTL_UNSUPPORTED,
                      "class %llu has the value %.*s: labels that are no whole numbers cannot be "
                      "written, number the classes from 1",
                      (unsigned long long)index, (int)ortl__number_write_double(value, text), text);
}

/* The rank of value, or n when it is none of the classes. */
static uint64_t find_class(const reading *r, double value) {
    uint64_t low = 0, high = r->class_list.n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        double other = (double)r->class_values[middle];
        if (other == value) return middle;
        if (other < value)
            low = middle + 1;
        else
            high = middle;
    }
    return r->class_list.n;
}

static ortl_status read_classes(reading *r, ortl_error *error) {
    uint64_t n = r->class_list.n;
    ortl_status status = ortl__arena_new(&r->arena, n, sizeof(int64_t), &r->class_values, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&r->arena, n, sizeof(uint64_t), &r->class_ranks, error);
    for (uint64_t i = 0; i < n && status == ORTL_OK; i++)
        status = read_class(r, i, &r->class_values[i], error);
    if (status != ORTL_OK) return status;
    ortl__categories_sort(r->class_values, n);
    for (uint64_t i = 1; i < n; i++)
        if (r->class_values[i] == r->class_values[i - 1])
            return ortl__fail(error, ORTL_BAD_MODEL, "the class %lld stands twice in class_values",
                              (long long)r->class_values[i]);
    for (uint64_t i = 0; i < n; i++)
        r->class_ranks[i] = find_class(r, ortl__ranger_double(&r->class_list, i));
    return status;
}

/* ---- What the forest predicts ---------------------------------------------------------------- */

/* X(TYPE, objective, task, link) */
#define TYPES(X)                                                                                   \
    X(TYPE_CLASSES, "classification", ORTL_TASK_CLASSIFICATION, ORTL_LINK_VOTES)                   \
    X(TYPE_REGRESSION, "regression", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY)                     \
    X(TYPE_SURVIVAL, "survival", ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY)                         \
    X(TYPE_SHARES, "probability", ORTL_TASK_CLASSIFICATION, ORTL_LINK_IDENTITY)

static void set_type(int64_t type, ortl_model *model) {
    switch (type) {
#define CASE(id, text, its_task, its_link)                                                         \
    case id:                                                                                       \
        model->objective = text;                                                                   \
        model->task = its_task;                                                                    \
        model->link = its_link;                                                                    \
        break;
        TYPES(CASE)
#undef CASE
    default: break;
    }
}

static ortl_status check_sizes(const reading *r, const ortl_limits *limits, ortl_error *error) {
    if (r->n_trees == 0) return ortl__fail(error, ORTL_BAD_MODEL, "the forest has no trees");
    if (r->n_trees > limits->trees)
        return ortl__fail_limit(error, "trees", limits->trees, r->n_trees);
    if (r->n_features > limits->features)
        return ortl__fail_limit(error, "features", limits->features, r->n_features);
    if (r->class_list.n > limits->outputs_per_row)
        return ortl__fail_limit(error, "outputs_per_row", limits->outputs_per_row, r->class_list.n);
    if (r->type != TYPE_REGRESSION && r->class_list.n < (has_classes(r) ? 2 : 1))
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "the forest was trained on %llu %s: there is nothing to predict",
                          (unsigned long long)r->class_list.n,
                          has_classes(r) ? "class" : "points in time");
    return ORTL_OK;
}

/* Survival: the cumulative hazard at each of the points in time, as ranger's predict gives it. */
static ortl_status describe(reading *r, ortl_error *error) {
    ortl_model model = ORTL_MODEL_INIT;
    model.trainer = "ranger";
    model.n_features = (size_t)r->n_features;
    set_type(r->type, &model);
    if (r->type != TYPE_REGRESSION) model.n_targets = (size_t)r->class_list.n;
    if (has_classes(r)) model.n_classes = (size_t)r->class_list.n;
    model.class_values = r->class_values;
    if (model.link != ORTL_LINK_VOTES) model.scale = 1.0 / (double)r->n_trees;
    return ortl_builder_model(r->builder, &model, error);
}

/* ---- One tree -------------------------------------------------------------------------------- */

typedef struct tree {
    ortl__ranger_vector children[3]; /* left, right, where NaN goes (n_rows is 3) */
    uint64_t n_rows;
    ortl__ranger_vector variables;
    ortl__ranger_vector values;
    ortl__ranger_vector leaves; /* ascending nodes, of types with a vector for each leaf */
    uint64_t n_leaves_read;
    uint64_t n_nodes;
} tree;

static ortl_status read_children(reading *r, tree *t, ortl_error *error) {
    size_t at = r->bytes.at;
    ortl_status status = ortl__ranger_size(&r->bytes, 8, "child_nodeIDs", &t->n_rows, error);
    if (status != ORTL_OK) return status;
    if (t->n_rows != 2 && t->n_rows != 3)
        return ortl__ranger_fail(at, error, "child_nodeIDs has %llu rows, expected 2 or 3",
                                 (unsigned long long)t->n_rows);
    for (uint64_t i = 0; i < t->n_rows && status == ORTL_OK; i++)
        status = ortl__ranger_take(&r->bytes, "child_nodeIDs", 8, &t->children[i], error);
    t->n_nodes = t->children[0].n;
    return status;
}

static ortl_status check_length(const tree *t, const ortl__ranger_vector *vector, const char *what,
                                ortl_error *error) {
    if (vector->n == t->n_nodes) return ORTL_OK;
    return ortl__ranger_fail(vector->offset, error, "%s has %llu items, expected %llu", what,
                             (unsigned long long)vector->n, (unsigned long long)t->n_nodes);
}

static ortl_status read_vectors(reading *r, tree *t, ortl_error *error) {
    ortl_status status = read_children(r, t, error);
    if (status == ORTL_OK)
        status = ortl__ranger_take(&r->bytes, "split_varIDs", 8, &t->variables, error);
    if (status == ORTL_OK)
        status = ortl__ranger_take(&r->bytes, "split_values", 8, &t->values, error);
    for (uint64_t i = 1; i < t->n_rows && status == ORTL_OK; i++)
        status = check_length(t, &t->children[i], "a row of child_nodeIDs", error);
    if (status == ORTL_OK) status = check_length(t, &t->variables, "split_varIDs", error);
    if (status == ORTL_OK) status = check_length(t, &t->values, "split_values", error);
    return status;
}

/* The program never looks for missing values and sends them right; with a third row it was told
 * where they go, and 0 there means left. */
static ortl_status find_nan_rule(const tree *t, uint64_t node, ortl_nan_rule *rule_out,
                                 ortl_error *error) {
    uint64_t target = t->n_rows == 3 ? ortl__ranger_integer(&t->children[2], node) : 0;
    *rule_out = t->n_rows == 3 ? ORTL_NAN_TRUE : ORTL_NAN_FALSE;
    if (target == 0 || target == ortl__ranger_integer(&t->children[0], node)) return ORTL_OK;
    *rule_out = ORTL_NAN_FALSE;
    if (target == ortl__ranger_integer(&t->children[1], node)) return ORTL_OK;
    return ortl__ranger_fail(t->children[2].offset, error,
                             "node %llu: missing values go to node %llu, which is not its child",
                             (unsigned long long)node, (unsigned long long)target);
}

static ortl_status add_threshold(reading *r, const tree *t, uint64_t node, const ortl_split *split,
                                 ortl_error *error) {
    ortl_split s = *split;
    ortl_status status = find_nan_rule(t, node, &s.nan, error);
    return status == ORTL_OK ? ortl_builder_split(r->builder, (size_t)node, &s, error) : status;
}

/* Category c goes right when bit c - 1 of the whole part of the split value is set. Categories
 * that the set cannot hold, and missing values, go left. */
static ortl_status add_factor(reading *r, const tree *t, uint64_t node, const ortl_split *split,
                              ortl_error *error) {
    double value = split->threshold;
    uint64_t set;
    uint32_t words[2];
    ortl_category_split s = {.feature = split->feature,
                             .bits = words,
                             .n_words = 2,
                             .member_node = split->false_node,
                             .other_node = split->true_node,
                             .rule = ORTL_CATEGORY_FLOORED};
    if (!(value >= 0 && value < 9223372036854775808.0))
        return ortl__ranger_fail(t->values.offset, error,
                                 "node %llu: the set of a factor is no "
                                 "number from 0 to 2^63",
                                 (unsigned long long)node);
    set = (uint64_t)value;
    words[0] = (uint32_t)(set << 1);
    words[1] = (uint32_t)(set >> 31);
    return ortl_builder_category_split(r->builder, (size_t)node, &s, error);
}

static ortl_status add_split(reading *r, const tree *t, uint64_t node, ortl_error *error) {
    uint64_t variable = ortl__ranger_integer(&t->variables, node);
    ortl_split split = {.feature = (size_t)variable,
                        .threshold = ortl__ranger_double(&t->values, node),
                        .true_node = (size_t)ortl__ranger_integer(&t->children[0], node),
                        .false_node = (size_t)ortl__ranger_integer(&t->children[1], node)};
    if (variable >= r->n_features)
        return ortl__ranger_fail(t->variables.offset, error,
                                 "node %llu: variable %llu, there are %llu",
                                 (unsigned long long)node, (unsigned long long)variable,
                                 (unsigned long long)r->n_features);
    return r->is_ordered[variable] ? add_threshold(r, t, node, &split, error)
                                   : add_factor(r, t, node, &split, error);
}

static ortl_status add_vote(reading *r, const tree *t, uint64_t node, ortl_error *error) {
    double value = ortl__ranger_double(&t->values, node);
    uint64_t target = find_class(r, value);
    char text[ORTL__NUMBER_CHARS];
    if (target < r->class_list.n)
        return ortl_builder_leaf_vote(r->builder, (size_t)node, (size_t)target, error);
    return ortl__ranger_fail(
        t->values.offset, error, "node %llu: a leaf votes for %.*s, which is not in class_values",
        (unsigned long long)node, (int)ortl__number_write_double(value, text), text);
}

/* The leaves' vectors follow each other in the order of the nodes. */
static ortl_status add_vector(reading *r, tree *t, uint64_t node, ortl_error *error) {
    size_t at = r->bytes.at;
    ortl__ranger_vector vector;
    ortl_status status;
    if (t->n_leaves_read >= t->leaves.n ||
        ortl__ranger_integer(&t->leaves, t->n_leaves_read) != node)
        return ortl__ranger_fail(t->leaves.offset, error,
                                 "node %llu: is a leaf, but not the next one of the leaf list",
                                 (unsigned long long)node);
    t->n_leaves_read++;
    status = ortl__ranger_take(&r->bytes, "the values of a leaf", 8, &vector, error);
    if (status != ORTL_OK) return status;
    if (vector.n != r->class_list.n)
        return ortl__ranger_fail(at, error, "node %llu: the leaf has %llu values, expected %llu",
                                 (unsigned long long)node, (unsigned long long)vector.n,
                                 (unsigned long long)r->class_list.n);
    for (uint64_t i = 0; i < vector.n; i++)
        r->leaf[r->class_ranks ? r->class_ranks[i] : i] = ortl__ranger_double(&vector, i);
    return ortl_builder_leaf_vector(r->builder, (size_t)node, r->leaf, (size_t)vector.n, error);
}

static ortl_status add_leaf(reading *r, tree *t, uint64_t node, ortl_error *error) {
    if (r->type == TYPE_CLASSES) return add_vote(r, t, node, error);
    if (r->type != TYPE_REGRESSION) return add_vector(r, t, node, error);
    return ortl_builder_leaf(r->builder, (size_t)node, ortl__ranger_double(&t->values, node),
                             error);
}

static ortl_status add_nodes(reading *r, tree *t, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (uint64_t node = 0; node < t->n_nodes && status == ORTL_OK; node++) {
        int is_leaf = ortl__ranger_integer(&t->children[0], node) == 0 &&
                      ortl__ranger_integer(&t->children[1], node) == 0;
        status = is_leaf ? add_leaf(r, t, node, error) : add_split(r, t, node, error);
    }
    return status;
}

/* Types with a vector for each leaf list the leaves, then how many vectors follow. */
static ortl_status read_leaf_list(reading *r, tree *t, ortl_error *error) {
    uint64_t n_vectors = 0;
    size_t at;
    ortl_status status;
    if (r->type == TYPE_CLASSES || r->type == TYPE_REGRESSION) return ORTL_OK;
    status = ortl__ranger_take(&r->bytes, "the list of leaves", 8, &t->leaves, error);
    at = r->bytes.at;
    if (status == ORTL_OK)
        status = ortl__ranger_size(&r->bytes, 8, "the number of leaves", &n_vectors, error);
    if (status != ORTL_OK || n_vectors == t->leaves.n) return status;
    return ortl__ranger_fail(at, error, "%llu leaf values for %llu leaves",
                             (unsigned long long)n_vectors, (unsigned long long)t->leaves.n);
}

static ortl_status read_tree(reading *r, ortl_error *error) {
    tree t = {.n_nodes = 0};
    size_t at = r->bytes.at;
    size_t target = r->type == TYPE_REGRESSION ? 0 : ORTL_ALL_TARGETS;
    ortl_status status = read_vectors(r, &t, error);
    if (status == ORTL_OK) status = read_leaf_list(r, &t, error);
    if (status == ORTL_OK)
        status = ortl_builder_tree_begin(r->builder, (size_t)t.n_nodes, target, error);
    if (status == ORTL_OK) status = add_nodes(r, &t, error);
    if (status == ORTL_OK && t.n_leaves_read != t.leaves.n)
        status =
            ortl__ranger_fail(at, error, "%llu leaves are listed, the tree has %llu",
                              (unsigned long long)t.leaves.n, (unsigned long long)t.n_leaves_read);
    return status == ORTL_OK ? ortl_builder_tree_end(r->builder, error) : status;
}

/* ---- The file -------------------------------------------------------------------------------- */

static ortl_status read_header(reading *r, ortl_error *error) {
    ortl_status status = skip_names(r, error);
    if (status == ORTL_OK) status = read_columns(r, error);
    return status == ORTL_OK ? read_type(r, error) : status;
}

static ortl_status read_trees(reading *r, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (uint64_t i = 0; i < r->n_trees && status == ORTL_OK; i++) {
        size_t at = r->bytes.at;
        status = read_tree(r, error);
        if (status != ORTL_OK)
            ortl__fail_within(error, "tree %llu, from byte %llu: ", (unsigned long long)i,
                              (unsigned long long)at);
    }
    if (status != ORTL_OK || r->bytes.at == r->bytes.n_bytes) return status;
    return ortl__ranger_fail(r->bytes.at, error, "%llu bytes behind the last tree",
                             (unsigned long long)(r->bytes.n_bytes - r->bytes.at));
}

static ortl_status read_model(const ortl__trainer_source *source, ortl_builder *builder,
                              ortl_error *error) {
    reading r = {.builder = builder, .memory = source->memory};
    ortl_status status;
    ortl__arena_init(&r.arena, source->memory);
    r.bytes = (ortl__ranger_bytes){source->bytes, source->n_bytes, 0};
    status = read_header(&r, error);
    if (status == ORTL_OK) status = check_sizes(&r, source->limits, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&r.arena, r.class_list.n, sizeof(double), &r.leaf, error);
    if (status == ORTL_OK && has_classes(&r)) status = read_classes(&r, error);
    if (status == ORTL_OK) status = describe(&r, error);
    if (status == ORTL_OK) status = read_trees(&r, error);
    ortl__arena_free(&r.arena);
    return status;
}

/* ---- Is it one? ------------------------------------------------------------------------------ */

/* No magic word: the sizes must make sense, one after the other, as far as the bytes go. */
static int sniff(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes) {
    enum { MOST_NAMES = 16, LONGEST_NAME = 1024, MOST_COLUMNS = 1 << 20 };
    reading r = {.bytes = {bytes, n_bytes, 0}};
    ortl__ranger_bytes *b = &r.bytes;
    uint64_t n_names = 0, n = 0;
    if (ortl__ranger_size(b, 4, "", &n_names, NULL) != ORTL_OK) return 0;
    if (n_names < 1 || n_names > MOST_NAMES) return 0;
    for (uint64_t i = 0; i < n_names; i++) {
        ortl__ranger_vector name;
        if (ortl__ranger_take(b, "", 1, &name, NULL) != ORTL_OK || name.n < 1 ||
            name.n > LONGEST_NAME)
            return 0;
    }
    if (ortl__ranger_size(b, 8, "", &n, NULL) != ORTL_OK || n < 1 || n > file_bytes) return 0;
    if (ortl__ranger_size(b, 8, "", &n, NULL) != ORTL_OK || n < 1 || n > MOST_COLUMNS) return 0;
    for (; n > 0 && b->at < n_bytes; n--)
        if (bytes[b->at++] > 1) return 0;
    if (n > 0) return n_bytes < file_bytes;
    if (ortl__ranger_size(b, 8, "", &n, NULL) != ORTL_OK || n < 1 || n > MOST_COLUMNS)
        return n_bytes < file_bytes;
    if (ortl__ranger_size(b, 4, "", &n, NULL) != ORTL_OK) return n_bytes < file_bytes;
    return n == TYPE_CLASSES || n == TYPE_REGRESSION || n == TYPE_SURVIVAL || n == TYPE_SHARES;
}

const ortl__trainer ortl__trainer_ranger = {"ranger", ".forest", ORTL_DOUBLE, sniff, read_model};
