/*
 * ort-lite: a small runtime for tree models in ONNX files.
 *
 * Open a model once, make one context for each thread, predict as often as you like:
 *
 *     ortl_session *session;
 *     ortl_context *context;
 *     ortl_error error;
 *     if (ortl_open("iris.onnx", NULL, &session, &error) != ORTL_OK) ... error.message ...
 *     if (ortl_context_new(session, &context, &error) != ORTL_OK) ...
 *     ortl_predict(context, rows, n_rows, n_columns, 1, labels, scores, &error);
 *     ortl_context_free(context);
 *     ortl_close(session);
 *
 * Every function that can fail returns an ortl_status and can say more in an ortl_error that the
 * caller owns; the error pointer may be NULL everywhere. The library prints nothing, never exits,
 * reads no environment variable and no locale, and keeps no global state.
 */
#ifndef ORTLITE_H
#define ORTLITE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ORTL_VERSION_MAJOR 0
#define ORTL_VERSION_MINOR 1
#define ORTL_VERSION_PATCH 0

#if defined(__GNUC__)
#define ORTL_API __attribute__((visibility("default")))
#else
#define ORTL_API
#endif

/* ---- Status and error ------------------------------------------------------------------------ */

/* X(NAME, exit code of the program, sentence) */
#define ORTL_STATUS_MAP(X)                                                                         \
    X(OK, 0, "success")                                                                            \
    X(BAD_ARGUMENT, 2, "the caller passed an argument that is not allowed")                        \
    X(BAD_MODEL, 3, "the model is not valid")                                                      \
    X(UNSUPPORTED, 3, "the model is valid but uses something that is not supported")               \
    X(BAD_INPUT, 4, "the input data do not fit the model")                                         \
    X(IO, 5, "reading or writing failed")                                                          \
    X(LIMIT, 6, "a limit was exceeded")                                                            \
    X(NO_MEMORY, 6, "out of memory")

typedef enum ortl_status {
#define ORTL_STATUS_ENUM(name, exit_code, sentence) ORTL_##name,
    ORTL_STATUS_MAP(ORTL_STATUS_ENUM)
#undef ORTL_STATUS_ENUM
} ortl_status;

#define ORTL_ERROR_BYTES 256

/* What went wrong, in one line of printable ASCII; text that came from a file is escaped. */
typedef struct ortl_error {
    ortl_status status;
    char message[ORTL_ERROR_BYTES]; /* ends with NUL; at most 200 characters are used */
} ortl_error;

/* The sentence that belongs to a status; never NULL. */
ORTL_API const char *ortl_status_text(ortl_status status);

/* "0.1.0", of the library that is linked. */
ORTL_API const char *ortl_version(void);

/* ---- Options --------------------------------------------------------------------------------- */

/* X(name, default, sentence): the limits that guard against hostile models.
 * All are checked before memory is asked for. The default of memory_bytes, 0, stands for
 * 1 MiB + 10 x the bytes of the model. */
#define ORTL_LIMIT_MAP(X)                                                                          \
    X(model_bytes, (uint64_t)1 << 31, "bytes of the model file")                                   \
    X(memory_bytes, 0, "heap bytes while a model is loaded")                                       \
    X(tree_nodes, (uint64_t)1 << 26, "node rows of all trees together")                            \
    X(trees, (uint64_t)1 << 22, "trees")                                                           \
    X(features, (uint64_t)1 << 20, "columns of an input")                                          \
    X(outputs_per_row, (uint64_t)1 << 16, "classes or targets")                                    \
    X(steps_per_row, (uint64_t)1 << 28, "tests of trees, bytes and products for one row")          \
    X(context_bytes, (uint64_t)1 << 30, "scratch bytes of one context")                            \
    X(graph_nodes, 65536, "operators of the graph")                                                \
    X(string_bytes, (uint64_t)16 << 20, "bytes of all names and strings together")                 \
    X(nesting, 32, "depth of nested messages")                                                     \
    X(rows, (uint64_t)1 << 31, "rows of one call")

/* A field that is 0 stands for its default. */
typedef struct ortl_limits {
#define ORTL_LIMIT_FIELD(name, value, sentence) uint64_t name;
    ORTL_LIMIT_MAP(ORTL_LIMIT_FIELD)
#undef ORTL_LIMIT_FIELD
} ortl_limits;

/* Where all memory of sessions and contexts comes from. allocate returns n_bytes aligned for any
 * type, or NULL; reallocate keeps the first min(old, new) bytes and leaves the block untouched when
 * it returns NULL; release gets the size that was asked for. They are called by whichever thread
 * opens, closes, makes a context or grows one, also by several at once and by those of a session
 * with n_threads. */
typedef struct ortl_allocator {
    void *user; /* handed to each function */
    void *(*allocate)(void *user, size_t n_bytes);
    void *(*reallocate)(void *user, void *block, size_t old_bytes, size_t new_bytes);
    void (*release)(void *user, void *block, size_t n_bytes);
} ortl_allocator;

/* How many rows calls will have, which says what the trees are packed for. Every call works and
 * gives the same, but one that was not expected may be much slower: a single row thirty times where
 * many are expected. */
typedef enum ortl_rows_expected {
    ORTL_EXPECT_ANY_ROWS,  /* a row or a few, and many: what is fast for either is kept, sometimes
                              beside each other */
    ORTL_EXPECT_FEW_ROWS,  /* a row or a few; seldom less memory than for any */
    ORTL_EXPECT_MANY_ROWS, /* some hundred rows, or multiples of 64: trees of up to 256 leaves take
                              half the memory, deep ones the same */
    ORTL_ROWS_EXPECTED_COUNT
} ortl_rows_expected;

/* Start from ORTL_OPTIONS_INIT, then set what you need. NULL in place of options means all
 * defaults. Nothing in it needs to outlive the call. */
typedef struct ortl_options {
    size_t struct_size; /* sizeof(ortl_options) of the caller's header */
    ortl_limits limits;
    const ortl_allocator *allocator; /* NULL: malloc, and mappings for large blocks */
    const char *kernel;  /* NULL: the fastest; else the name of one, for tests and bench */
    const char *algebra; /* NULL: OpenBLAS for large products of matrices where it is installed;
                            "plain": never */
    int keep_forest;     /* 1: keep the plain form of the trees beside the fast one, for
                            ortl_leaves and ortl_tree; 0: it is freed */
    const char *hidden_features; /* processor features that kernels must not use, for tests and
                                    bench: names as in "avx512f,avx2", or "all"; NULL: none */
    size_t n_threads;            /* that share the rows of one call, the caller's among them; 0 and
                                    1: that one alone; at most 256. See ortl_session */
    ortl_rows_expected rows_expected;
} ortl_options;

#define ORTL_OPTIONS_INIT                                                                          \
    { sizeof(ortl_options), {0}, NULL, NULL, NULL, 0, NULL, 0, ORTL_EXPECT_ANY_ROWS }

/* ---- Sessions -------------------------------------------------------------------------------- */

/* A loaded model: constant from here on, shared by any number of threads without a lock.
 *
 * A session opened with n_threads above 1 owns n_threads - 1 threads from then until it is closed.
 * ortl_predict and ortl_run share the rows of a call among them and the caller's thread when the
 * model's rows do not depend on each other and there are some hundred of them; results are the same
 * to the bit. Its contexts have n_threads times the scratch. While one call has the threads, calls
 * with other contexts do their rows alone, so that sessions that many threads use at once need
 * none. */
typedef struct ortl_session ortl_session;

/* Reads the model at path. On failure *session_out is NULL. The file is not kept open.
 * The session must be closed by the caller, after all of its contexts are freed. */
ORTL_API ortl_status ortl_open(const char *path, const ortl_options *options,
                               ortl_session **session_out, ortl_error *error);

/* The same from n_bytes at bytes, which are not needed any more afterwards. */
ORTL_API ortl_status ortl_open_memory(const void *bytes, size_t n_bytes,
                                      const ortl_options *options, ortl_session **session_out,
                                      ortl_error *error);

/* Frees the session; NULL is allowed. */
ORTL_API void ortl_close(ortl_session *session);

/* ---- Tensors --------------------------------------------------------------------------------- */

/* Element types, with the numbers that ONNX gives them. */
typedef enum ortl_type {
    ORTL_UNDEFINED = 0,
    ORTL_FLOAT = 1, /* float */
    ORTL_INT16 = 5,
    ORTL_INT32 = 6,
    ORTL_INT64 = 7,
    ORTL_STRING = 8, /* ortl_string */
    ORTL_BOOL = 9,   /* one byte, 0 or 1 */
    ORTL_DOUBLE = 11
} ortl_type;

#define ORTL_MAX_RANK 8

/* UTF-8 text, not necessarily ended by NUL. */
typedef struct ortl_string {
    const char *data; /* (n_bytes) */
    size_t n_bytes;
} ortl_string;

/* A dense array, last axis fastest. */
typedef struct ortl_tensor {
    const char *name; /* of the graph's input or output; NULL: by position */
    ortl_type type;
    size_t rank;                  /* 0 is a single value */
    int64_t shape[ORTL_MAX_RANK]; /* (rank) */
    void *data;                   /* (product of shape) elements of type */
    size_t n_bytes; /* outputs only: at data when the caller owns it; set to the bytes needed */
} ortl_tensor;

/* "float", "int64", ...; never NULL. */
ORTL_API const char *ortl_type_name(ortl_type type);

/* Bytes of one element, 0 for a type that is not supported. */
ORTL_API size_t ortl_type_bytes(ortl_type type);

/* ---- Description ----------------------------------------------------------------------------- */

typedef enum ortl_label_kind {
    ORTL_LABELS_NONE = 0, /* not a classifier, or labels without names */
    ORTL_LABELS_INT64 = 1,
    ORTL_LABELS_STRING = 2
} ortl_label_kind;

/* One input or output of the graph, as the file declares it. Texts live as long as the session. */
typedef struct ortl_value_info {
    const char *name;
    ortl_type type;
    size_t rank;
    int64_t shape[ORTL_MAX_RANK]; /* (rank) -1: any */
    int is_map; /* 1: a ZipMap output, given as its float matrix, one column for each key */
} ortl_value_info;

/* What a model is and what it costs. Texts live as long as the session. */
typedef struct ortl_description {
    size_t struct_size; /* set by the caller: sizeof(ortl_description) */
    const char *producer_name;
    const char *producer_version;
    const char *graph_name;
    int64_t ir_version;
    int64_t opset;    /* of the default domain */
    int64_t ml_opset; /* of ai.onnx.ml; 0: not imported */
    size_t n_inputs;
    size_t n_outputs;
    size_t n_metadata;
    size_t n_operators; /* operators in the file's graph */
    size_t n_features;  /* columns of a row for ortl_predict; 0: the graph has no such form */
    size_t n_scores;    /* floats written for a row by ortl_predict; 0: none */
    size_t n_classes;   /* 0: not a classifier */
    ortl_label_kind label_kind;
    int label_output; /* index of the output that gives labels, -1: none */
    int score_output; /* index of the output that gives scores, -1: none */
    int is_row_wise;  /* 1: a row's result depends on that row alone, so batches may be split */
    size_t n_ensembles;
    size_t n_trees;
    size_t n_nodes; /* reachable, leaves included */
    size_t n_leaves;
    size_t max_depth; /* tests between a root and its deepest leaf */
    size_t n_features_used;
    size_t n_features_missing;      /* features with a test that sends NaN to the true side */
    uint64_t steps_per_row;         /* tests for one row at worst, all trees together */
    uint64_t resident_bytes;        /* heap that the session keeps */
    uint64_t load_peak_bytes;       /* heap at most while loading */
    uint64_t context_bytes;         /* scratch of a new context */
    uint64_t context_bytes_per_row; /* what ortl_run adds to it for each row of a call; 0: unknown,
                                       as where rows depend on each other */
    const char *kernel;             /* name of the tree kernel in use, "" without trees */
    const char *algebra;  /* what multiplies matrices: "OpenBLAS", "plain", "" when nothing does */
    size_t n_raw_scores;  /* doubles of a row for ortl_raw_scores; 0: no trees */
    int has_double_trees; /* 1: some trees compute in double, for double input; else all in float */
} ortl_description;

/* Fills *description_out, whose struct_size the caller has set. */
ORTL_API ortl_status ortl_describe(const ortl_session *session, ortl_description *description_out,
                                   ortl_error *error);

/* Input or output number index; ORTL_BAD_ARGUMENT when there is none. */
ORTL_API ortl_status ortl_input(const ortl_session *session, size_t index,
                                ortl_value_info *info_out, ortl_error *error);
ORTL_API ortl_status ortl_output(const ortl_session *session, size_t index,
                                 ortl_value_info *info_out, ortl_error *error);

/* Class number index of a classifier: its integer in *value_out, or its text in *text_out (data is
 * NULL for an integer class). Either pointer may be NULL. */
ORTL_API ortl_status ortl_class(const ortl_session *session, size_t index, int64_t *value_out,
                                ortl_string *text_out, ortl_error *error);

/* Metadata entry number index of the model, recorded by whoever wrote the file, not verified. */
ORTL_API ortl_status ortl_metadata(const ortl_session *session, size_t index, ortl_string *key_out,
                                   ortl_string *value_out, ortl_error *error);

/* Operator number index of the graph, in file order: name, domain ("" is ai.onnx), node name. */
typedef struct ortl_operator_info {
    const char *domain;
    const char *name;
    const char *node_name; /* "" in ortl_supported_operator */
    int first_version;     /* the range of opset versions that is supported */
    int last_version;      /* INT32_MAX: no upper end */
} ortl_operator_info;

ORTL_API ortl_status ortl_operator(const ortl_session *session, size_t index,
                                   ortl_operator_info *info_out, ortl_error *error);

/* Row number index of the table of operators that this library supports; ORTL_BAD_ARGUMENT past
 * its end. Needs no session. */
ORTL_API ortl_status ortl_supported_operator(size_t index, ortl_operator_info *info_out,
                                             ortl_error *error);

/* ---- Predicting ------------------------------------------------------------------------------ */

/* Scratch memory of one thread. After it is made, ortl_predict allocates nothing. */
typedef struct ortl_context ortl_context;

/* The session must outlive the context. On failure *context_out is NULL. */
ORTL_API ortl_status ortl_context_new(const ortl_session *session, ortl_context **context_out,
                                      ortl_error *error);

/* Sizes the scratch for ortl_run with n_rows rows, so that such a run allocates nothing either.
 * Where a shape depends on data, or an input has an axis of unknown extent besides the first, sizes
 * are only known at run: nothing is reserved, and the first run of a size allocates. */
ORTL_API ortl_status ortl_context_reserve(ortl_context *context, size_t n_rows, ortl_error *error);

/* Frees the context; NULL is allowed. */
ORTL_API void ortl_context_free(ortl_context *context);

/* The common case: rows of float features in, labels and scores out.
 *   rows           feature j of row i is rows[i * row_stride + j * column_stride], strides in
 *                  elements; n_features of ortl_description are read, NaN is a missing value
 *   labels_out     (n_rows) class values, or indices for string classes; NULL: not wanted
 *   scores_out     (n_rows, n_scores) probabilities or predictions, row after row; NULL: not wanted
 * On failure nothing is said about the contents of the output arrays. One context serves one thread
 * at a time. ORTL_UNSUPPORTED when the graph has no such form: use ortl_run. */
ORTL_API ortl_status ortl_predict(ortl_context *context, const float *rows, size_t n_rows,
                                  ptrdiff_t row_stride, ptrdiff_t column_stride,
                                  int64_t *labels_out, float *scores_out, ortl_error *error);

/* The general case: named typed tensors in, tensors out. Inputs are only read. An output whose data
 * is NULL is made to point into the context until its next call; otherwise n_bytes bytes at data
 * are the caller's, and ORTL_BAD_ARGUMENT with the size needed in n_bytes says that they are too
 * few. Type, rank and shape of the outputs are set. Texts of string outputs live in the session or
 * the context until its next call. */
ORTL_API ortl_status ortl_run(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                              ortl_tensor *outputs, size_t n_outputs, ortl_error *error);

/* The leaf that each row reaches in each tree, for comparing and explaining models. Inputs are as
 * for ortl_run; the whole graph is run, so that trees behind other operators see what these make.
 *   leaves_out     (n_rows, n_trees) row after row, trees in the order of the file, n_trees of
 *                  ortl_description; room for exactly n_leaves = n_rows * n_trees numbers
 * A leaf is named by its place, from 0, in the nodes_* lists of its operator; of TreeEnsemble,
 * which lists leaves apart, by the number of tests plus its place in the leaf_* lists.
 * ORTL_BAD_ARGUMENT when the session was not opened with keep_forest, or when there are no trees.
 */
ORTL_API ortl_status ortl_leaves(ortl_context *context, const ortl_tensor *inputs, size_t n_inputs,
                                 uint32_t *leaves_out, size_t n_leaves, ortl_error *error);

/* The scores of the trees as they add up, with averages and base values but before any post
 * transform: log-odds, for example. Inputs are as for ortl_run.
 *   scores_out     (n_rows, n_raw_scores) row after row, the tree operators in the order of the
 *                  file; of each one score for each class or target, of a binary classifier whose
 *                  leaves vote for one class that one alone; room for exactly
 *                  n_scores = n_rows * n_raw_scores numbers
 * They are exact in the type of the trees. Single trees that the graph adds up are one operator
 * from load on, with the sum as its score, unless the session was opened with keep_forest.
 * ORTL_BAD_ARGUMENT when there are no trees. */
ORTL_API ortl_status ortl_raw_scores(ortl_context *context, const ortl_tensor *inputs,
                                     size_t n_inputs, double *scores_out, size_t n_scores,
                                     ortl_error *error);

/* ---- Trees ----------------------------------------------------------------------------------- */

/* The trees of a session that was opened with keep_forest, for drawing, explaining and comparing
 * them. All functions below give ORTL_BAD_ARGUMENT for a session without it, or for a number that
 * there is not. Start at the root of a tree and follow the children; there are no cycles, but a
 * node may have several parents. */

/* One tree, by its number from 0 in the order of the file, as in ortl_leaves. */
typedef struct ortl_tree_info {
    size_t struct_size;    /* set by the caller: sizeof(ortl_tree_info) */
    size_t root;           /* number of the node that every row starts at */
    size_t n_targets;      /* scores that the leaves vote for: classes, or targets */
    ortl_type type;        /* ORTL_FLOAT or ORTL_DOUBLE: thresholds, votes and their sums */
    const char *node_name; /* of the operator in the graph */
    int reads_inputs;      /* 1: feature j is column j of the graph's inputs, side by side, perhaps
                              cast, scaled or imputed; 0: other operators make the features */
    double vote_scale;     /* what a vote counts in the raw score: 1, where scores are averages 1 by
                              the trees; 0: the least or greatest vote alone counts */
} ortl_tree_info;

/* Fills *info_out, whose struct_size the caller has set. */
ORTL_API ortl_status ortl_tree(const ortl_session *session, size_t tree, ortl_tree_info *info_out,
                               ortl_error *error);

/* The base value that the operator of this tree adds to raw score number `score` of its own. */
ORTL_API ortl_status ortl_tree_base(const ortl_session *session, size_t tree, size_t score,
                                    double *value_out, ortl_error *error);

/* What a node asks of x, the row's value of a feature. */
typedef enum ortl_test {
    ORTL_TEST_LEAF = 0, /* nothing: the walk ends here */
    ORTL_TEST_LEQ,      /* x <= threshold */
    ORTL_TEST_LT,
    ORTL_TEST_GTE,
    ORTL_TEST_GT,
    ORTL_TEST_EQ,
    ORTL_TEST_NEQ,
    ORTL_TEST_MEMBER /* x is one of n_values numbers, see ortl_tree_member */
} ortl_test;

typedef struct ortl_tree_node {
    size_t struct_size; /* set by the caller: sizeof(ortl_tree_node) */
    ortl_test test;
    size_t feature;      /* of a test: column that it reads */
    double threshold;    /* of a test other than MEMBER */
    int missing_is_true; /* of a test: 1: NaN goes to true_child */
    size_t true_child;   /* of a test: the next node where it holds */
    size_t false_child;  /* of a test: the next node where it does not */
    size_t n_values;     /* of a MEMBER test: numbers of its set; of a leaf: its votes */
    double hit_rate;     /* nodes_hitrates of the file, often the training rows that came by; NaN:
                            not recorded */
} ortl_tree_node;

/* Fills *node_out, whose struct_size the caller has set, for the node of this number; a leaf has
 * the number that ortl_leaves gives. */
ORTL_API ortl_status ortl_tree_node_at(const ortl_session *session, size_t tree, size_t node,
                                       ortl_tree_node *node_out, ortl_error *error);

/* Number index of the set of a MEMBER test, ascending. */
ORTL_API ortl_status ortl_tree_member(const ortl_session *session, size_t tree, size_t node,
                                      size_t index, double *value_out, ortl_error *error);

/* Vote number index of a leaf: value is given to score `target`. */
ORTL_API ortl_status ortl_tree_vote(const ortl_session *session, size_t tree, size_t node,
                                    size_t index, size_t *target_out, double *value_out,
                                    ortl_error *error);

/* ---- Tensors in files ------------------------------------------------------------------------ */

/* A tensor that was read from a file, with the memory of its data. */
typedef struct ortl_stored_tensor ortl_stored_tensor;

/* Reads a file that holds one TensorProto message: how ONNX's test cases keep inputs and outputs.
 * *tensor_out has the name that the file gives, "" for none, and is valid until the stored tensor
 * is freed. Of options, which may be NULL, the allocator and the limits model_bytes, memory_bytes
 * (0: 1 MiB + 64 x the bytes of the file), string_bytes and nesting count. On failure *stored_out
 * is NULL. ORTL_UNSUPPORTED for an element type that is not among ortl_type. */
ORTL_API ortl_status ortl_tensor_read(const char *path, const ortl_options *options,
                                      ortl_stored_tensor **stored_out, ortl_tensor *tensor_out,
                                      ortl_error *error);

/* Frees the tensor; NULL is allowed. */
ORTL_API void ortl_tensor_free(ortl_stored_tensor *stored);

#ifdef __cplusplus
}
#endif

#endif
