/*
 * Tests of equality and membership as packed forms see them: "x is in the set: inner side, else
 * outer side". A chain of such tests on one feature that all lead to the same place is one test.
 */
#ifndef ORTL_SET_TESTS_H
#define ORTL_SET_TESTS_H

#include "forest.h"

typedef struct ortl__set_test {
    uint32_t inner, outer; /* children */
    int nan_is_inner;
} ortl__set_test;

/* 0 when the row holds a comparison or a leaf. Thresholds that are NaN make an empty set. */
int ortl__set_test_of(const ortl__forest *forest, uint32_t row, ortl__set_test *test_out);

/* The members that all set tests of a forest of floats ask for, and which tests are one. */
typedef struct ortl__set_tests {
    ortl__memory *memory; /* NULL: empty */
    uint32_t n_features;
    uint32_t n_nodes;
    uint64_t n_given;   /* room in keys */
    uint32_t n_sets;    /* heads of chains */
    uint64_t n_words;   /* of 64 bits, for a bit set of every head of a chain */
    uint32_t *begin;    /* (n_features + 1) into keys */
    int32_t *keys;      /* (begin[n_features]) ortl__key32 of members, ascending, distinct */
    uint8_t *is_joined; /* (n_nodes) the test belongs to the chain of the test above it */
} ortl__set_tests;

/* On failure *tests is empty. */
ortl_status ortl__set_tests_build(ortl__set_tests *tests, const ortl__forest *forest,
                                  ortl_error *error);
void ortl__set_tests_free(ortl__set_tests *tests);

/* Whether bit sets take few words for each node of the forest, on average. */
int ortl__set_tests_are_small(const ortl__set_tests *tests);

/* Whether a set begins in this row: its test is one of equality or membership, and the test above
 * it, if any, is another one. */
int ortl__set_tests_is_head(const ortl__set_tests *tests, const ortl__forest *forest, uint32_t row);

/* Where the chain that begins in a row leads to from its outer side, and, stored, from its inner.
 */
uint32_t ortl__set_tests_outer(const ortl__set_tests *tests, const ortl__forest *forest,
                               uint32_t head, uint32_t *inner_out);

/* The place of a number among the keys of a feature; their count when it is none of them. */
static inline uint32_t ortl__set_place(const int32_t *keys, uint32_t n_keys, int32_t key) {
    uint32_t low = 0;
    for (uint32_t left = n_keys; left > 0;) {
        uint32_t half = (left + 1) / 2;
        low += keys[low + half - 1] < key ? half : 0;
        left -= half;
    }
    return low < n_keys && keys[low] == key ? low : n_keys;
}

/* Words of a bit set over the places of a feature, one more for other numbers, one for NaN. */
static inline uint32_t ortl__set_words(const ortl__set_tests *tests, uint32_t feature) {
    return (tests->begin[feature + 1] - tests->begin[feature] + 2 + 63) / 64;
}

/* Sets the bits of a chain in words (ortl__set_words, zero). Where its outer side leads. */
uint32_t ortl__set_tests_fill(const ortl__set_tests *tests, const ortl__forest *forest,
                              uint32_t head, uint64_t *words);

#endif
