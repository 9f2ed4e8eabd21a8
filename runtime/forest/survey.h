/*
 * What is found out about a forest before a packed form is chosen for it.
 */
#ifndef ORTL_SURVEY_H
#define ORTL_SURVEY_H

#include "quantise.h"
#include "set_tests.h"
#include "votes.h"

typedef struct ortl__survey {
    const ortl__forest *forest;
    int is_packable;     /* all tests are cuts, votes are regular, shared nodes fit the budget */
    ortl__votes votes;   /* of a packable forest */
    int is_oblivious;    /* all tests of one depth of a tree are the same, and all leaves of a tree
                            have one depth, at most 8 */
    uint64_t n_levels;   /* depths of all trees, of an oblivious forest */
    uint64_t n_tests;    /* of all trees, shared ones written out */
    uint64_t n_leaves;   /* likewise */
    uint32_t max_leaves; /* of a tree */
    int is_shallow;      /* all trees can be perfect ones (perfect.h) */
    uint64_t n_places;   /* for the leaves of perfect trees */
    uint32_t max_places; /* of a tree */
    /* Of a packable forest of floats whose trees are small enough for byte numbers of leaves; the
     * form that is built first may take it over. */
    ortl__quantiser quantiser;
    /* Of a forest of floats with tests that are no cuts; else empty. Its form takes it over. */
    ortl__set_tests sets;
    int has_sets;                     /* some tests are no cuts */
    ortl_rows_expected rows_expected; /* by the caller: no finding */
} ortl__survey;

/* On failure *survey is empty. */
ortl_status ortl__survey_forest(ortl__survey *survey, const ortl__forest *forest,
                                ortl_error *error);
void ortl__survey_free(ortl__survey *survey);

#endif
