/*
 * One tree. Its lists stand in lines of their own, one value for each inner node or leaf, and are
 * read side by side straight into the builder; only the sets of categories are kept, because nodes
 * refer to them by number. Whether the nodes form a tree is checked by the builder.
 */
#include "lightgbm_tree.h"

#include "../runtime/status.h"

/* X(NAME, key) */
#define TREE_KEYS(X)                                                                               \
    X(NUM_LEAVES, "num_leaves")                                                                    \
    X(NUM_CAT, "num_cat")                                                                          \
    X(SPLIT_FEATURE, "split_feature")                                                              \
    X(THRESHOLD, "threshold")                                                                      \
    X(DECISION_TYPE, "decision_type")                                                              \
    X(LEFT_CHILD, "left_child")                                                                    \
    X(RIGHT_CHILD, "right_child")                                                                  \
    X(LEAF_VALUE, "leaf_value")                                                                    \
    X(LEAF_COUNT, "leaf_count")                                                                    \
    X(INTERNAL_COUNT, "internal_count")                                                            \
    X(CAT_BOUNDARIES, "cat_boundaries")                                                            \
    X(CAT_THRESHOLD, "cat_threshold")                                                              \
    X(IS_LINEAR, "is_linear")

#define ENUM(name, key) KEY_##name,
#define TEXT(name, key) key,
enum tree_key { TREE_KEYS(ENUM) N_KEYS };
static const char *const key_texts[] = {TREE_KEYS(TEXT)};
#undef ENUM
#undef TEXT

/* The bits of decision_type. */
enum { IS_CATEGORICAL = 1, IS_DEFAULT_LEFT = 2, MISSING_SHIFT = 2 };
enum { MISSING_NONE = 0, MISSING_ZERO = 1, MISSING_NAN = 2 };
#define MOST_DECISION (IS_CATEGORICAL | IS_DEFAULT_LEFT | MISSING_NAN << MISSING_SHIFT)

typedef struct tree {
    ortl__lightgbm_trees *all;
    uint64_t line; /* of its first line */
    ortl__lightgbm_field fields[N_KEYS];
    uint64_t n_leaves;
    uint64_t n_sets;      /* of categories */
    uint64_t n_sets_used; /* by the nodes so far */
} tree;

/* ---- The lines ------------------------------------------------------------------------------- */

static ortl_status collect_lines(tree *t, ortl__lightgbm_lines *lines, ortl_error *error) {
    ortl__lightgbm_line line;
    ortl_status status = ORTL_OK;
    while (status == ORTL_OK) {
        if (!ortl__lightgbm_next_line(lines, &line))
            return ortl__fail(error, ORTL_BAD_MODEL,
                              "line %llu: the text ends within tree %llu (cut off?)",
                              (unsigned long long)line.number, (unsigned long long)t->all->n_trees);
        if (line.n_bytes == 0) return ORTL_OK;
        status = ortl__lightgbm_file_line(&line, key_texts, t->fields, N_KEYS, error);
    }
    return status;
}

/* Field `key` of the tree has room for `count` numbers, a character and a blank each. Checked
 * before count asks for memory. */
static ortl_status check_room(const tree *t, enum tree_key key, uint64_t count, ortl_error *error) {
    const ortl__lightgbm_field *field = &t->fields[key];
    unsigned long long number = t->all->n_trees;
    if (!field->key)
        return ortl__fail(error, ORTL_BAD_MODEL, "line %llu: tree %llu has no %s",
                          (unsigned long long)t->line, number, key_texts[key]);
    if (count > field->n_bytes / 2 + 1)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "line %llu: tree %llu needs %llu values in %s, which is too short",
                          (unsigned long long)field->line.number, number, (unsigned long long)count,
                          key_texts[key]);
    return ORTL_OK;
}

static ortl_status read_counts(tree *t, ortl_error *error) {
    static const enum tree_key node_keys[] = {KEY_SPLIT_FEATURE, KEY_THRESHOLD, KEY_DECISION_TYPE,
                                              KEY_LEFT_CHILD, KEY_RIGHT_CHILD};
    int64_t n_leaves = 0, n_sets = 0;
    ortl_status status = check_room(t, KEY_NUM_LEAVES, 1, error);
    if (status == ORTL_OK)
        status =
            ortl__lightgbm_only_integer(&t->fields[KEY_NUM_LEAVES], 1, INT32_MAX, &n_leaves, error);
    if (status == ORTL_OK) status = check_room(t, KEY_LEAF_VALUE, (uint64_t)n_leaves, error);
    for (size_t i = 0; i < sizeof node_keys / sizeof *node_keys && n_leaves > 1; i++)
        if (status == ORTL_OK) status = check_room(t, node_keys[i], (uint64_t)n_leaves - 1, error);
    if (status == ORTL_OK) status = check_room(t, KEY_NUM_CAT, 1, error);
    if (status == ORTL_OK)
        status =
            ortl__lightgbm_only_integer(&t->fields[KEY_NUM_CAT], 0, n_leaves - 1, &n_sets, error);
    t->n_leaves = (uint64_t)n_leaves;
    t->n_sets = (uint64_t)n_sets;
    return status;
}

static ortl_status refuse_linear(const tree *t, ortl_error *error) {
    const ortl__lightgbm_field *field = &t->fields[KEY_IS_LINEAR];
    int64_t is_linear = 0;
    ortl_status status = ORTL_OK;
    if (field->key) status = ortl__lightgbm_only_integer(field, 0, 1, &is_linear, error);
    if (status == ORTL_OK && is_linear)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "line %llu: tree %llu has linear leaves, which a tree ensemble cannot "
                          "express (retrain with linear_tree=false)",
                          (unsigned long long)field->line.number,
                          (unsigned long long)t->all->n_trees);
    return status;
}

/* ---- Categories ------------------------------------------------------------------------------ */

static ortl_status read_bounds(tree *t, ortl_error *error) {
    ortl__lightgbm_trees *all = t->all;
    ortl__lightgbm_values values = ortl__lightgbm_values_of(&t->fields[KEY_CAT_BOUNDARIES]);
    int64_t bound = 0;
    ortl_status status = check_room(t, KEY_CAT_BOUNDARIES, t->n_sets + 1, error);
    if (status == ORTL_OK)
        status = ortl__memory_grow(all->memory, &all->bounds, &all->bound_capacity, t->n_sets + 1,
                                   sizeof *all->bounds, error);
    for (uint64_t k = 0; k <= t->n_sets && status == ORTL_OK; k++) {
        status = ortl__lightgbm_read_integer(&values, bound, k == 0 ? 0 : INT32_MAX, &bound, error);
        all->bounds[k] = (uint64_t)bound;
    }
    return status == ORTL_OK ? ortl__lightgbm_end_values(&values, error) : status;
}

static ortl_status read_words(tree *t, ortl_error *error) {
    ortl__lightgbm_trees *all = t->all;
    ortl__lightgbm_values values = ortl__lightgbm_values_of(&t->fields[KEY_CAT_THRESHOLD]);
    uint64_t n_words = all->bounds[t->n_sets];
    ortl_status status = check_room(t, KEY_CAT_THRESHOLD, n_words, error);
    if (status == ORTL_OK)
        status = ortl__memory_grow(all->memory, &all->words, &all->word_capacity, n_words,
                                   sizeof *all->words, error);
    for (uint64_t i = 0; i < n_words && status == ORTL_OK; i++) {
        int64_t word = 0;
        status = ortl__lightgbm_read_integer(&values, 0, UINT32_MAX, &word, error);
        all->words[i] = (uint32_t)word;
    }
    return status == ORTL_OK ? ortl__lightgbm_end_values(&values, error) : status;
}

static ortl_status read_categories(tree *t, ortl_error *error) {
    ortl_status status;
    if (t->n_sets == 0) return ORTL_OK;
    status = read_bounds(t, error);
    return status == ORTL_OK ? read_words(t, error) : status;
}

/* ---- Splits ---------------------------------------------------------------------------------- */

/* The lists of the inner nodes, side by side. */
typedef struct node_lists {
    ortl__lightgbm_values feature;
    ortl__lightgbm_values threshold;
    ortl__lightgbm_values decision;
    ortl__lightgbm_values left;
    ortl__lightgbm_values right;
} node_lists;

/* One inner node; children are nodes of the builder: inner nodes first, then the leaves. */
typedef struct inner_node {
    size_t feature;
    double threshold;
    int decision;
    size_t left;
    size_t right;
} inner_node;

static ortl_status read_child(const tree *t, ortl__lightgbm_values *values, size_t *node_out,
                              ortl_error *error) {
    int64_t n_leaves = (int64_t)t->n_leaves, child = 0;
    ortl_status status =
        ortl__lightgbm_read_integer(values, -n_leaves, n_leaves - 2, &child, error);
    /* A leaf c is written as -1 - c. */
    *node_out = (size_t)(child >= 0 ? child : n_leaves - 1 + (-1 - child));
    return status;
}

static ortl_status read_node(const tree *t, node_lists *lists, inner_node *node,
                             ortl_error *error) {
    int64_t feature = 0, decision = 0;
    ortl_status status = ortl__lightgbm_read_integer(
        &lists->feature, 0, (int64_t)t->all->n_features - 1, &feature, error);
    if (status == ORTL_OK)
        status = ortl__lightgbm_read_double(&lists->threshold, &node->threshold, error);
    if (status == ORTL_OK)
        status = ortl__lightgbm_read_integer(&lists->decision, 0, MOST_DECISION, &decision, error);
    if (status == ORTL_OK) status = read_child(t, &lists->left, &node->left, error);
    if (status == ORTL_OK) status = read_child(t, &lists->right, &node->right, error);
    node->feature = (size_t)feature;
    node->decision = (int)decision;
    return status;
}

/* A value of magnitude up to 1e-35f is 0 for LightGBM. 0 counts as missing with MISSING_ZERO, where
 * NaN counts as 0 and thus as missing too; NaN counts as 0 with MISSING_NONE. */
static ortl_status add_numerical(const tree *t, size_t number, const inner_node *node,
                                 ortl_error *error) {
    int missing = node->decision >> MISSING_SHIFT;
    ortl_nan_rule side = node->decision & IS_DEFAULT_LEFT ? ORTL_NAN_TRUE : ORTL_NAN_FALSE;
    ortl_split split = {.feature = node->feature,
                        .comparison = ORTL_LESS_EQUAL,
                        .threshold = node->threshold,
                        .true_node = node->left,
                        .false_node = node->right,
                        .nan = missing == MISSING_NONE ? ORTL_NAN_AS_ZERO : side,
                        .tiny = missing == MISSING_ZERO ? ORTL_TINY_IS_NAN : ORTL_TINY_IS_ZERO};
    return ortl_builder_split(t->all->builder, number, &split, error);
}

/* The sets belong to the categorical nodes in order. This is checked because a set that many nodes
 * share would make a short text a long piece of work. */
static ortl_status take_set(tree *t, size_t number, const inner_node *node, size_t *set_out,
                            ortl_error *error) {
    uint64_t next = t->n_sets_used;
    if (next >= t->n_sets || node->threshold != (double)next)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "tree %llu, node %llu: has not the next of the %llu sets of categories",
                          (unsigned long long)t->all->n_trees, (unsigned long long)number,
                          (unsigned long long)t->n_sets);
    *set_out = (size_t)next;
    t->n_sets_used++;
    return ORTL_OK;
}

/* NaN is never in the set, whatever the missing type. */
static ortl_status add_categorical(tree *t, size_t number, const inner_node *node,
                                   ortl_error *error) {
    const ortl__lightgbm_trees *all = t->all;
    ortl_category_split split = {.feature = node->feature,
                                 .member_node = node->left,
                                 .other_node = node->right,
                                 .rule = ORTL_CATEGORY_TRUNCATED,
                                 .nan = ORTL_NAN_FALSE};
    size_t k = 0;
    ortl_status status = take_set(t, number, node, &k, error);
    if (status != ORTL_OK) return status;
    split.n_words = (size_t)(all->bounds[k + 1] - all->bounds[k]);
    if (split.n_words > 0) split.bits = all->words + all->bounds[k];
    return ortl_builder_category_split(all->builder, number, &split, error);
}

static ortl_status add_node(tree *t, size_t number, const inner_node *node, ortl_error *error) {
    ortl_status status = node->decision & IS_CATEGORICAL ? add_categorical(t, number, node, error)
                                                         : add_numerical(t, number, node, error);
    if (status != ORTL_OK)
        ortl__fail_within(error,
                          "line %llu: ", (unsigned long long)t->fields[KEY_THRESHOLD].line.number);
    return status;
}

static ortl_status end_lists(node_lists *lists, ortl_error *error) {
    ortl_status status = ortl__lightgbm_end_values(&lists->feature, error);
    if (status == ORTL_OK) status = ortl__lightgbm_end_values(&lists->threshold, error);
    if (status == ORTL_OK) status = ortl__lightgbm_end_values(&lists->decision, error);
    if (status == ORTL_OK) status = ortl__lightgbm_end_values(&lists->left, error);
    if (status == ORTL_OK) status = ortl__lightgbm_end_values(&lists->right, error);
    return status;
}

static ortl_status add_splits(tree *t, ortl_error *error) {
    node_lists lists;
    ortl_status status = ORTL_OK;
    if (t->n_leaves == 1) return ORTL_OK;
    lists.feature = ortl__lightgbm_values_of(&t->fields[KEY_SPLIT_FEATURE]);
    lists.threshold = ortl__lightgbm_values_of(&t->fields[KEY_THRESHOLD]);
    lists.decision = ortl__lightgbm_values_of(&t->fields[KEY_DECISION_TYPE]);
    lists.left = ortl__lightgbm_values_of(&t->fields[KEY_LEFT_CHILD]);
    lists.right = ortl__lightgbm_values_of(&t->fields[KEY_RIGHT_CHILD]);
    for (size_t i = 0; i + 1 < t->n_leaves && status == ORTL_OK; i++) {
        inner_node node = {0, 0.0, 0, 0, 0};
        status = read_node(t, &lists, &node, error);
        if (status == ORTL_OK) status = add_node(t, i, &node, error);
    }
    return status == ORTL_OK ? end_lists(&lists, error) : status;
}

/* ---- Leaves and covers ----------------------------------------------------------------------- */

static ortl_status add_leaves(const tree *t, ortl_error *error) {
    const ortl__lightgbm_field *field = &t->fields[KEY_LEAF_VALUE];
    ortl__lightgbm_values values = ortl__lightgbm_values_of(field);
    size_t first = (size_t)t->n_leaves - 1;
    for (size_t i = 0; i < t->n_leaves; i++) {
        double value = 0;
        ortl_status status = ortl__lightgbm_read_double(&values, &value, error);
        if (status != ORTL_OK) return status;
        status = ortl_builder_leaf(t->all->builder, first + i, value, error);
        if (status == ORTL_OK) continue;
        ortl__fail_within(error, "line %llu: ", (unsigned long long)field->line.number);
        return status;
    }
    return ortl__lightgbm_end_values(&values, error);
}

/* The counts of a list are the covers of the nodes from first_node on. Other programs leave these
 * lists out or empty. */
static ortl_status add_covers(const tree *t, enum tree_key key, size_t first_node, size_t n,
                              ortl_error *error) {
    const ortl__lightgbm_field *field = &t->fields[key];
    ortl__lightgbm_values values = ortl__lightgbm_values_of(field);
    ortl_status status = ORTL_OK;
    if (!field->key || field->n_bytes == 0) return ORTL_OK;
    for (size_t i = 0; i < n && status == ORTL_OK; i++) {
        int64_t count = 0;
        status = ortl__lightgbm_read_integer(&values, 0, INT64_MAX, &count, error);
        if (status == ORTL_OK)
            status = ortl_builder_cover(t->all->builder, first_node + i, (double)count, error);
    }
    return status == ORTL_OK ? ortl__lightgbm_end_values(&values, error) : status;
}

/* ---- The tree -------------------------------------------------------------------------------- */

static ortl_status build(tree *t, size_t target, ortl_error *error) {
    ortl_builder *builder = t->all->builder;
    size_t n_leaves = (size_t)t->n_leaves;
    ortl_status status = ortl_builder_tree_begin(builder, 2 * n_leaves - 1, target, error);
    if (status == ORTL_OK) status = add_splits(t, error);
    if (status == ORTL_OK) status = add_leaves(t, error);
    if (status == ORTL_OK) status = add_covers(t, KEY_INTERNAL_COUNT, 0, n_leaves - 1, error);
    if (status == ORTL_OK) status = add_covers(t, KEY_LEAF_COUNT, n_leaves - 1, n_leaves, error);
    if (status != ORTL_OK) return status;
    status = ortl_builder_tree_end(builder, error);
    if (status != ORTL_OK) ortl__fail_within(error, "line %llu: ", (unsigned long long)t->line);
    return status;
}

ortl_status ortl__lightgbm_read_tree(ortl__lightgbm_trees *trees, ortl__lightgbm_lines *lines,
                                     size_t target, ortl_error *error) {
    tree t = {.all = trees, .line = lines->n_lines};
    ortl_status status = collect_lines(&t, lines, error);
    if (status == ORTL_OK) status = refuse_linear(&t, error);
    if (status == ORTL_OK) status = read_counts(&t, error);
    if (status == ORTL_OK) status = read_categories(&t, error);
    if (status == ORTL_OK) status = build(&t, target, error);
    if (status == ORTL_OK) trees->n_trees++;
    return status;
}

void ortl__lightgbm_trees_free(ortl__lightgbm_trees *trees) {
    ortl__memory_free(trees->memory, trees->bounds, trees->bound_capacity, sizeof *trees->bounds);
    ortl__memory_free(trees->memory, trees->words, trees->word_capacity, sizeof *trees->words);
}
