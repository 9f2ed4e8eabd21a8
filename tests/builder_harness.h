/*
 * A builder for each test, with the error of its last call: what test_builder.c and
 * test_builder_refusals.c share.
 */
#ifndef BUILDER_HARNESS_H
#define BUILDER_HARNESS_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"

static ortl_error error;
static ortl_builder *builder;

static inline void begin(void) {
    error = (ortl_error){ORTL_OK, ""};
    builder = new_builder(3, ORTL_FLOAT, ORTL_FLOAT);
}

static inline void end(void) {
    ortl_builder_free(builder);
    builder = NULL;
}

/* A stump on feature 0: x <= threshold gives yes, else no. */
static inline void add_stump(ortl_builder *b, size_t target, double threshold, double yes,
                             double no) {
    ortl_split split = {.threshold = threshold, .true_node = 1, .false_node = 2};
    ortl_builder_tree_begin(b, 3, target, &error);
    ortl_builder_split(b, 0, &split, &error);
    ortl_builder_leaf(b, 1, yes, &error);
    ortl_builder_leaf(b, 2, no, &error);
    ck_assert_msg(ortl_builder_tree_end(b, &error) == ORTL_OK, "%s", error.message);
}

static inline void describe(ortl_builder *b, const ortl_model *model) {
    ck_assert_msg(ortl_builder_model(b, model, &error) == ORTL_OK, "%s", error.message);
}

static inline void expect(ortl_status status, const char *words) {
    ck_assert_msg(error.status == status, "status %d: %s", (int)error.status, error.message);
    ck_assert_msg(strstr(error.message, words) != NULL, "\"%s\" lacks \"%s\"", error.message,
                  words);
}

static inline void open_tree(size_t n_nodes) {
    ck_assert_int_eq(ortl_builder_tree_begin(builder, n_nodes, 0, &error), ORTL_OK);
}

#endif
