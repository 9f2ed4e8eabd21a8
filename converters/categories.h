/*
 * Sets of categories: taken from the caller into a sorted list, and turned into tests for operators
 * that know no sets.
 */
#ifndef ORTL_CATEGORIES_H
#define ORTL_CATEGORIES_H

#include "builder_state.h"

/* Copies the set of split into the open tree, for node, and decides in which way the column must
 * come. *has_zero_out: category 0 is in the set. */
ortl_status ortl__categories_take(ortl_builder *builder, const ortl_category_split *split,
                                  ortl__tree_node *node, ortl__column_way *way_out,
                                  int *has_zero_out, ortl_error *error);

/* Sorts n values, ascending, in n log n whatever their order. */
void ortl__categories_sort(int64_t *values, uint64_t n);

/* One test of a chain: when it holds, the row goes to the members' side or to the other side; else
 * to the next test, after the last one to the other side. */
typedef struct ortl__category_test {
    ortl__mode mode; /* EQ, LEQ or LT */
    double value;
    int to_member;
} ortl__category_test;

/* Walks the tests of one set, in order. */
typedef struct ortl__category_chain {
    const int64_t *categories; /* (n) ascending without repeats */
    uint64_t n;
    int is_whole;    /* the column holds whole numbers only, or no category */
    int avoids_last; /* the last test must not be EQ, see ortl__category_chain_init */
    uint64_t next;   /* first category that is not tested yet */
    int has_pending; /* pending is the second test of a pair */
    ortl__category_test pending;
} ortl__category_chain;

/* avoids_last: the other side begins with a categorical test of the same column. onnxruntime folds
 * neighbouring EQ tests of one column into one and compares only the first weights of the leaves,
 * so such chains must not touch with EQ tests. */
ortl__category_chain ortl__category_chain_init(const int64_t *categories, uint64_t n, int is_whole,
                                               int avoids_last);

/* The next test in *test_out; 0 when there is none. An empty set has one test that never holds. */
int ortl__category_chain_next(ortl__category_chain *chain, ortl__category_test *test_out);

#endif
