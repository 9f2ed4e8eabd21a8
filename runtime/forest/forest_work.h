/*
 * What the files that build a forest share: the work in hand, and taking columns over. Included by
 * forest*.c and by nobody else.
 */
#ifndef ORTL_FOREST_WORK_H
#define ORTL_FOREST_WORK_H

#include "forest.h"

/* One forest under construction. */
typedef struct ortl__forest_work {
    ortl__forest *forest;
    ortl__ensemble_columns *columns;
    const ortl_limits *limits; /* no zero in it */
    ortl_error *error;         /* may be NULL */
    uint32_t *first_rows;      /* (n_trees) rows that the roots must reach, NULL: no such wish */
} ortl__forest_work;

static inline const ortl__column *ortl__work_column(const ortl__forest_work *work,
                                                    ortl__column_name name) {
    return &work->columns->columns[name];
}

static inline const char *ortl__work_attribute(const ortl__forest_work *work,
                                               ortl__column_name name) {
    return ortl__column_attribute(work->columns->kind, name);
}

/* Bytes of a Real. */
static inline size_t ortl__work_real_bytes(const ortl__forest_work *work) {
    return work->forest->is_double ? sizeof(double) : sizeof(float);
}

/* ORTL_BAD_MODEL unless each of the names (n) has as many elements as the first. */
ortl_status ortl__work_same_count(const ortl__forest_work *work, const ortl__column_name *names,
                                  size_t n);

/* Hands the elements of a column over: *array_out is a block of exactly count + n_more elements,
 * the last n_more uninitialised, which the caller now owns, and the column is empty. On failure the
 * column keeps them. */
ortl_status ortl__work_take(ortl__forest_work *work, ortl__column_name name, uint32_t n_more,
                            size_t element_bytes, void *array_out);

/* The same for a column of reals, which become Real. */
ortl_status ortl__work_take_reals(ortl__forest_work *work, ortl__column_name name, uint32_t n_more,
                                  void *array_out);

/* Takes the columns of the node rows over as arrays of the forest with room for n_more rows, and
 * sets n_nodes. values is the column of thresholds. Ids are not translated yet. */
ortl_status ortl__work_take_nodes(ortl__forest_work *work, ortl__column_name values,
                                  uint32_t n_more);

/* Adds the nodes_missing_value_tracks_true flags to the first n_tests test bytes. */
void ortl__work_mark_missing(ortl__forest_work *work, uint32_t n_tests);

/* Checks that the feature of the test in this row is one, and below the limit. */
ortl_status ortl__work_check_feature(const ortl__forest_work *work, uint32_t row);

/* Fill forest from the columns: node arrays, roots, weights, sets; all but the proof. */
ortl_status ortl__forest_build_classic(ortl__forest_work *work); /* ai.onnx.ml 1 to 4 */
ortl_status ortl__forest_build_v5(ortl__forest_work *work);

/* Proves that no node is its own ancestor, makes rows that no root reaches into leaves without
 * weights, and fills in what forest.h says "the proof found out". */
ortl_status ortl__forest_prove(ortl__forest_work *work);

/* Fills in n_features_used and n_features_missing. */
ortl_status ortl__forest_count_features(ortl__forest *forest, ortl_error *error);

/* Room for all arrays, of the counts that are set, with zeros. */
ortl_status ortl__forest_allocate(ortl__forest *forest, ortl_error *error);

#endif
