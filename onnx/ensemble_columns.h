/*
 * The array attributes of TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml 1 to 4) and
 * TreeEnsemble (5) as compact columns. The envelope streams the file into them, the forest takes
 * them over without a copy, the converters fill them, the writer writes them.
 */
#ifndef ORTL_ENSEMBLE_COLUMNS_H
#define ORTL_ENSEMBLE_COLUMNS_H

#include "../runtime/memory.h"
#include "../runtime/ortlite.h"

/* Stands for every id of a file outside 0 .. 2^32-2, so that no id is ever narrowed. Rows of leaves
 * may carry it (their children and features are not looked at), anything else is refused by the
 * forest. */
#define ORTL__ID_NONE UINT32_MAX

typedef enum ortl__ensemble_kind {
    ORTL__ENSEMBLE_CLASSIFIER, /* TreeEnsembleClassifier */
    ORTL__ENSEMBLE_REGRESSOR,  /* TreeEnsembleRegressor */
    ORTL__ENSEMBLE_V5          /* TreeEnsemble */
} ortl__ensemble_kind;

/* Node tests, with the numbers of TreeEnsemble's nodes_modes; LEAF exists in v1 and v3 only. */
typedef enum ortl__mode {
    ORTL__MODE_LEQ = 0,
    ORTL__MODE_LT = 1,
    ORTL__MODE_GTE = 2,
    ORTL__MODE_GT = 3,
    ORTL__MODE_EQ = 4,
    ORTL__MODE_NEQ = 5,
    ORTL__MODE_MEMBER = 6,
    ORTL__MODE_LEAF = 7
} ortl__mode;

/* How a column is kept.
 * IDS    uint32_t, saturated to ORTL__ID_NONE
 * RUNS   ortl__id_run, for ids that repeat or count up
 * FLAGS  uint8_t, 1 only where the file says exactly 1
 * MODES  uint8_t, ortl__mode
 * REALS  float, or double when the file gives a double tensor */
typedef enum ortl__column_kind {
    ORTL__COLUMN_IDS,
    ORTL__COLUMN_RUNS,
    ORTL__COLUMN_FLAGS,
    ORTL__COLUMN_MODES,
    ORTL__COLUMN_REALS
} ortl__column_kind;

/* Consecutive ids: first, first + step, first + 2 step ...; ORTL__ID_NONE has step 0. */
typedef struct ortl__id_run {
    uint32_t first;
    uint32_t count : 31;
    uint32_t step : 1;
} ortl__id_run;

/* X(NAME, attribute, attribute of a regressor or NULL when the same, kind)
 * The REALS of v1 to v4 may also come as <attribute>_as_tensor; those of v5 are tensors. */
#define ORTL__COLUMN_MAP(X)                                                                        \
    X(NODE_TREES, "nodes_treeids", NULL, RUNS)                                                     \
    X(NODE_IDS, "nodes_nodeids", NULL, RUNS)                                                       \
    X(NODE_FEATURES, "nodes_featureids", NULL, IDS)                                                \
    X(NODE_MODES, "nodes_modes", NULL, MODES)                                                      \
    X(NODE_VALUES, "nodes_values", NULL, REALS)                                                    \
    X(NODE_TRUE, "nodes_truenodeids", NULL, IDS)                                                   \
    X(NODE_FALSE, "nodes_falsenodeids", NULL, IDS)                                                 \
    X(NODE_MISSING, "nodes_missing_value_tracks_true", NULL, FLAGS)                                \
    X(WEIGHT_TREES, "class_treeids", "target_treeids", RUNS)                                       \
    X(WEIGHT_NODES, "class_nodeids", "target_nodeids", IDS)                                        \
    X(WEIGHT_TARGETS, "class_ids", "target_ids", RUNS)                                             \
    X(WEIGHTS, "class_weights", "target_weights", REALS)                                           \
    X(BASE_VALUES, "base_values", NULL, REALS)                                                     \
    X(V5_SPLITS, "nodes_splits", NULL, REALS)                                                      \
    X(V5_TRUE_LEAFS, "nodes_trueleafs", NULL, FLAGS)                                               \
    X(V5_FALSE_LEAFS, "nodes_falseleafs", NULL, FLAGS)                                             \
    X(V5_ROOTS, "tree_roots", NULL, IDS)                                                           \
    X(V5_LEAF_TARGETS, "leaf_targetids", NULL, IDS)                                                \
    X(V5_LEAF_WEIGHTS, "leaf_weights", NULL, REALS)                                                \
    X(V5_MEMBERS, "membership_values", NULL, REALS)                                                \
    X(HIT_RATES, "nodes_hitrates", NULL, REALS) /* only when the envelope is asked for them */

typedef enum ortl__column_name {
#define ORTL__COLUMN_ENUM(name, attribute, regressor, kind) ORTL__COLUMN_##name,
    ORTL__COLUMN_MAP(ORTL__COLUMN_ENUM)
#undef ORTL__COLUMN_ENUM
        ORTL__N_COLUMNS
} ortl__column_name;

typedef struct ortl__column {
    uint64_t count;     /* elements, as the file gives them; of a RUNS column: ids, not runs */
    uint64_t n_stored;  /* elements of data: equal to count, or the runs of a RUNS column */
    uint64_t capacity;  /* elements that data has room for */
    void *data;         /* (capacity) of the kind's type, NULL when absent */
    uint8_t is_present; /* the attribute stands in the file, even if empty */
    uint8_t is_double;  /* REALS only: elements are double */
    uint8_t is_tensor;  /* REALS only: came as a tensor */
} ortl__column;

struct ortl__ensemble_columns {
    ortl__memory *memory; /* of the columns' data and of this struct */
    ortl__ensemble_kind kind;
    ortl__column columns[ORTL__N_COLUMNS];
    int values_are_nonnegative; /* no WEIGHTS element as stored is < 0 (the classifier's "allpos")
                                 */
};
typedef struct ortl__ensemble_columns ortl__ensemble_columns;

/* An empty set of columns; frees with ortl__ensemble_columns_free. */
ortl_status ortl__ensemble_columns_new(ortl__memory *memory, ortl__ensemble_kind kind,
                                       ortl__ensemble_columns **columns_out, ortl_error *error);

/* NULL is allowed. */
void ortl__ensemble_columns_free(ortl__ensemble_columns *columns);

/* The column of an attribute of this kind of operator and of these n_bytes, or ORTL__N_COLUMNS when
 * the attribute is not a column ("_as_tensor" names are found too, with *as_tensor_out set). */
ortl__column_name ortl__column_find(ortl__ensemble_kind kind, const char *attribute, size_t n_bytes,
                                    int *as_tensor_out);

/* The attribute's name, for messages and the writer. */
const char *ortl__column_attribute(ortl__ensemble_kind kind, ortl__column_name name);
ortl__column_kind ortl__column_kind_of(ortl__column_name name);

/* Makes room for n_more elements (of a RUNS column: nothing). */
ortl_status ortl__column_reserve(ortl__ensemble_columns *columns, ortl__column_name name,
                                 uint64_t n_more, ortl_error *error);

/* Appends one element and marks the column as present. The reserve above is optional; these grow by
 * half. Floats that come to a column of doubles are widened; doubles that come to a column with
 * floats in it are ORTL_BAD_ARGUMENT. */
ortl_status ortl__column_append_id(ortl__ensemble_columns *columns, ortl__column_name name,
                                   int64_t id, ortl_error *error); /* IDS, RUNS and FLAGS */
ortl_status ortl__column_append_mode(ortl__ensemble_columns *columns, ortl__column_name name,
                                     ortl__mode mode, ortl_error *error);
ortl_status ortl__column_append_float(ortl__ensemble_columns *columns, ortl__column_name name,
                                      float value, ortl_error *error);
ortl_status ortl__column_append_double(ortl__ensemble_columns *columns, ortl__column_name name,
                                       double value, ortl_error *error);

/* The same for n elements at a time. */
ortl_status ortl__column_append_ids(ortl__ensemble_columns *columns, ortl__column_name name,
                                    const int64_t *ids, size_t n, ortl_error *error);
ortl_status ortl__column_append_modes(ortl__ensemble_columns *columns, ortl__column_name name,
                                      const uint8_t *modes, size_t n, ortl_error *error);
ortl_status ortl__column_append_floats(ortl__ensemble_columns *columns, ortl__column_name name,
                                       const float *values, size_t n, ortl_error *error);
ortl_status ortl__column_append_doubles(ortl__ensemble_columns *columns, ortl__column_name name,
                                        const double *values, size_t n, ortl_error *error);

/* Gives back the memory beyond what is used; once after the last element. */
void ortl__column_trim(ortl__ensemble_columns *columns, ortl__column_name name);

/* Frees one column as soon as the forest has read it. */
void ortl__column_release(ortl__ensemble_columns *columns, ortl__column_name name);

/* Walks the ids of a RUNS column one by one, in order. */
typedef struct ortl__id_cursor {
    const ortl__id_run *run; /* the current one */
    uint64_t runs_left;      /* the current one included */
    uint32_t taken;          /* ids taken from it */
} ortl__id_cursor;

void ortl__id_cursor_init(ortl__id_cursor *cursor, const ortl__column *column);

/* The next id, ORTL__ID_NONE past the end. */
uint32_t ortl__id_cursor_next(ortl__id_cursor *cursor);

#endif
