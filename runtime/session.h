/*
 * What a session holds, for session.c that makes it and run.c that uses it.
 */
#ifndef ORTL_SESSION_H
#define ORTL_SESSION_H

#include "../onnx/graph.h"
#include "memory.h"
#include "plan.h"
#include "threads.h"

/* Rows that ortl_predict hands through the graph at once: enough that the cost of a step vanishes,
 * few enough that rows, sums and scores stay in a near cache; fewer where rows are so wide that the
 * scratch of a context would exceed ORTL__PREDICT_BYTES. */
#define ORTL__PREDICT_ROWS  512
#define ORTL__PREDICT_BYTES ((uint64_t)1 << 19)

/* Calls with fewer rows are not shared by threads: to wake one takes as long as some hundred rows
 * of a small model. */
#define ORTL__SHARED_ROWS 512

/* How ortl_predict maps onto the graph. */
typedef struct ortl__predict_form {
    size_t n_block;    /* rows that go through the graph at once */
    size_t n_features; /* columns read of a row; 0: the graph has no such form */
    size_t n_scores;   /* floats of a row, 0: no score output */
    int label_output;  /* index of the output, -1: none */
    int score_output;
    int is_strided; /* every reader of the input takes strides, so that no copy is needed */
    /* The trees that make all of the outputs from the rows as they are; NULL: there is more to do
     */
    const ortl__step *trees;
} ortl__predict_form;

/* The classes of a classifier, in the order of its score columns. */
typedef struct ortl__classes {
    size_t n;
    const int64_t *values;    /* (n) or NULL */
    const ortl_string *texts; /* (n) or NULL */
} ortl__classes;

struct ortl_session {
    ortl__memory memory; /* constant after load, but for ortl_close */
    ortl__arena arena;   /* of the plan */
    ortl__graph graph;
    ortl__plan plan;
    ortl_limits limits;
    int keeps_forest; /* ortl_leaves may be asked */
    ortl__pool *pool; /* NULL: calls have the caller's thread alone */
    ortl__predict_form form;
    ortl__classes classes;
    uint64_t context_bytes;         /* scratch of a new context, measured at load */
    uint64_t context_bytes_per_row; /* likewise, of each row more in a call; 0: unknown */
};

/* The caller's options (NULL: none) in the size that its header had, the rest at defaults. */
ortl_status ortl__options_read(const ortl_options *options, ortl_options *options_out,
                               ortl_error *error);

/* Elements of the score output for one row, found by shaping (or, where shapes depend on data,
 * running) one row of zeros. */
ortl_status ortl__context_measure(ortl_context *context, size_t *n_scores_out, ortl_error *error);

/* Raw scores of a row, see ortl_raw_scores. */
uint64_t ortl__session_n_raw(const ortl_session *session);

/* Heap bytes of a context. */
uint64_t ortl__context_bytes(const ortl_context *context);

#endif
