/*
 * What the files of the builder share: builder.c (the public calls), builder_tree.c (one tree: its
 * nodes, checked and written into columns), builder_sum.c (scale and base), builder_graph.c (the
 * columns and what stands before and behind them as an ONNX graph).
 */
#ifndef ORTL_BUILDER_STATE_H
#define ORTL_BUILDER_STATE_H

#include "../onnx/graph.h"
#include "../runtime/memory.h"
#include "builder.h"
#include "source_record.h"

/* ---- The tree that is being built ------------------------------------------------------------ */

typedef enum ortl__tree_node_kind {
    ORTL__NODE_UNSET,
    ORTL__NODE_SPLIT,
    ORTL__NODE_CATEGORY,
    ORTL__NODE_LEAF,        /* one value for the tree's target */
    ORTL__NODE_LEAF_VECTOR, /* a value for every target */
    ORTL__NODE_LEAF_VOTE    /* 1 for one target */
} ortl__tree_node_kind;

typedef struct ortl__tree_node {
    uint8_t kind;        /* ortl__tree_node_kind */
    uint8_t mode;        /* SPLIT: ortl__mode */
    uint8_t missing;     /* splits: 1 when NaN goes to the true (member) side */
    uint8_t is_whole;    /* CATEGORY: the column holds whole numbers only, or no category */
    uint8_t is_reached;  /* tree_end: the walk from the root has come by */
    uint32_t column;     /* splits: of the ensemble's input, see ortl__feature_columns */
    uint32_t true_node;  /* splits: where the test holds */
    uint32_t false_node; /* splits: where not */
    uint32_t place;      /* tree_end: its first row in the tree (or leaf, TreeEnsemble) */
    uint32_t break_leaf; /* tree_end: leaf of the separator behind a CATEGORY, TreeEnsemble */
    float cover;         /* 0: not given */
    double number;       /* SPLIT: threshold; LEAF: value */
    uint64_t begin;      /* CATEGORY: into categories; LEAF_VECTOR: into values; LEAF_VOTE:
                            the target */
    uint64_t count;      /* CATEGORY: categories */
} ortl__tree_node;

typedef struct ortl__tree_work {
    int is_open;            /* between begin and end */
    uint64_t n_nodes;       /* declared */
    uint64_t n_set;         /* nodes set so far */
    size_t target;          /* or ORTL_ALL_TARGETS */
    int has_covers;         /* of some node */
    ortl__tree_node *nodes; /* (n_nodes of node_capacity) */
    uint64_t node_capacity;
    uint32_t *order; /* (n_reached of order_capacity) node numbers, parents first */
    uint64_t n_reached;
    uint64_t order_capacity;
    uint32_t *stack; /* (stack_capacity) nodes still to visit */
    uint64_t stack_capacity;
    int64_t *categories; /* (n_categories) of all sets, each ascending without repeats */
    uint64_t n_categories;
    uint64_t category_capacity;
    double *values; /* (n_values) of the vector leaves */
    uint64_t n_values;
    uint64_t value_capacity;
} ortl__tree_work;

/* ---- Columns of the ensemble's input --------------------------------------------------------- */

/* How a column of the ensemble's input comes from a feature. One feature may be wanted in several
 * ways: the first takes the feature's own place, others get columns behind the features. */
typedef enum ortl__column_way {
    ORTL__WAY_PLAIN,         /* the feature */
    ORTL__WAY_TINY_IS_NAN,   /* |x| <= 1e-35f becomes NaN */
    ORTL__WAY_TRUNCATED,     /* toward zero; what is <= -1 stays as it is */
    ORTL__WAY_FLOORED,       /* downward; what is < 0 stays as it is */
    ORTL__WAY_WHOLE_OR_NONE, /* fractions become a number that is no category */
    ORTL__N_WAYS
} ortl__column_way;

/* Stands in a column number for "behind the features": bit 31 and the number of the extra. */
#define ORTL__EXTRA_COLUMN 0x80000000u

typedef struct ortl__feature_columns {
    uint32_t column[ORTL__N_WAYS]; /* column number + 1, 0: this way is not used */
} ortl__feature_columns;

typedef struct ortl__extra_column {
    uint32_t feature;
    uint32_t way; /* ortl__column_way */
} ortl__extra_column;

/* ---- Sums ------------------------------------------------------------------------------------ */

/* The weights of the first tree in which every leaf adds to a target: elements begin,
 * begin + stride ... of the weights column. */
typedef struct ortl__first_weights {
    uint64_t begin;
    uint64_t count; /* 0: no such tree */
    uint64_t stride;
} ortl__first_weights;

typedef struct ortl__metadata_entry {
    const char *key; /* in the arena */
    const char *value;
} ortl__metadata_entry;

struct ortl_builder {
    ortl__memory own_memory;
    ortl__memory *memory; /* &own_memory, or the budget of a conversion */
    ortl__arena arena;    /* copies of the model's texts and arrays */
    ortl_error failure;   /* the first; status ORTL_OK: none */
    ortl_limits limits;   /* no zero in it but for memory_bytes */
    int opset_ml;
    int is_double_input;
    int is_double; /* the ensemble compares and adds doubles */
    uint64_t n_string_bytes;

    int has_model;
    ortl_model model;               /* texts and arrays in the arena */
    ortl__metadata_entry *metadata; /* (n_metadata) */
    uint64_t n_metadata;
    uint64_t metadata_capacity;

    ortl__ensemble_columns *columns;
    uint64_t n_trees;   /* in the columns; a tree may take several (TreeEnsemble, vectors) */
    uint64_t n_begun;   /* as the caller counts them */
    uint64_t n_rows;    /* node rows; TreeEnsemble: without leaves */
    uint64_t first_row; /* of the tree that is being appended */
    uint64_t n_leaves;  /* TreeEnsemble only */
    uint64_t n_vector;  /* n_values of the vector leaves, 0: none yet */
    uint64_t n_voted;   /* 1 + the highest target that was voted for, 0: no votes */
    int has_other_leaves;
    float *covers; /* (n_covers) of the node rows; n_covers 0: no cover was given */
    uint64_t n_covers;
    uint64_t cover_capacity;
    ortl__first_weights *first; /* (n_first) by target; targets above have none */
    uint64_t n_first;
    uint64_t first_capacity;
    ortl__feature_columns *features; /* (n_features) up to the highest that a test reads */
    uint64_t n_features;
    uint64_t feature_capacity;
    ortl__extra_column *extras; /* (n_extras) */
    uint64_t n_extras;
    uint64_t extra_capacity;
    ortl__tree_work tree;

    double *linear; /* (n_linear_features, n_linear_targets) in the arena, or NULL */
    uint64_t n_linear_features;
    uint64_t n_linear_targets;
    int linear_nan_is_zero;
    int is_finished; /* sums are final; nothing more may be added */
    uint64_t file_bytes;
    ortl_source_walk *source; /* records every call; NULL: not wanted, or taken */
};

/* As ortl_builder_new, inside the budget of a conversion when memory is not NULL. */
ortl_status ortl__builder_new(const ortl_builder_options *options, ortl__memory *memory,
                              ortl_builder **builder_out, ortl_error *error);

/* ---- builder.c: every public call begins and ends with these --------------------------------- */

/* May the call go on? Not after a failure, after writing, or when a tree is open or not against
 * expectation. */
int ortl__builder_enter(ortl_builder *builder, int wants_open_tree);
/* Keeps the first failure and repeats it to the caller. */
ortl_status ortl__builder_leave(ortl_builder *builder, ortl_status status, ortl_error *error);
/* The failure of a call that got NULL. */
ortl_status ortl__builder_null(ortl_error *error);

/* ---- builder_model.c ------------------------------------------------------------------------- */

ortl_status ortl__model_take(ortl_builder *builder, const ortl_model *model, ortl_error *error);
ortl_status ortl__model_metadata(ortl_builder *builder, const char *key, const char *value,
                                 ortl_error *error);

/* The strings as a JSON array in the arena; values in place of strings when these are NULL. */
ortl_status ortl__model_json(ortl_builder *builder, const char *const *strings,
                             const int64_t *values, size_t n, const char **text_out,
                             ortl_error *error);

/* ---- builder_tree.c -------------------------------------------------------------------------- */

/* Checks the tree and appends it to the columns. */
ortl_status ortl__tree_finish(ortl_builder *builder, ortl_error *error);
void ortl__tree_free(ortl_builder *builder);

/* ---- builder_columns.c ----------------------------------------------------------------------- */

/* The column of the ensemble's input that holds feature in this way. */
ortl_status ortl__builder_column(ortl_builder *builder, size_t feature, ortl__column_way way,
                                 uint32_t *column_out, ortl_error *error);

/* Appends one row (or leaf) to the columns. */
typedef struct ortl__row {
    ortl__mode mode;
    uint32_t column;
    double value;
    uint32_t true_id;
    uint32_t false_id;
    int missing;
    int true_is_leaf; /* TreeEnsemble only, as the next */
    int false_is_leaf;
    float cover;
} ortl__row;

ortl_status ortl__builder_append_row(ortl_builder *builder, const ortl__row *row,
                                     ortl_error *error);
ortl_status ortl__builder_append_weight(ortl_builder *builder, uint32_t node, size_t target,
                                        double value, ortl_error *error);
ortl_status ortl__builder_append_real(ortl_builder *builder, ortl__column_name name, double value,
                                      ortl_error *error);

/* Begins the next tree of the columns. */
ortl_status ortl__builder_open_tree(ortl_builder *builder, ortl_error *error);
/* The row of a leaf; with TreeEnsemble that of a tree which is one leaf, whose weight follows. */
ortl_status ortl__builder_append_leaf_row(ortl_builder *builder, float cover, ortl_error *error);
/* A whole tree that adds value to target in every row. */
ortl_status ortl__builder_append_constant_tree(ortl_builder *builder, size_t target, double value,
                                               ortl_error *error);

/* ---- builder_sum.c --------------------------------------------------------------------------- */

/* Brings scale and base into the weights, and makes every target sure of a vote. */
ortl_status ortl__builder_finish_sums(ortl_builder *builder, ortl_error *error);

/* ---- builder_graph.c ------------------------------------------------------------------------- */

/* The finished builder as a graph in *graph, whose columns it takes over. The caller frees the
 * graph also after a failure. */
ortl_status ortl__builder_graph(ortl_builder *builder, ortl__graph *graph, ortl_error *error);

#endif
