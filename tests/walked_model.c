/*
 * A written model and the source that it was made from, walked side by side.
 */
#include "walked_model.h"

#include <check.h>
#include <stdlib.h>

collected write_with_source(ortl_builder *builder, ortl_source_walk **walk_out) {
    collected model = {NULL, 0};
    ortl_sink sink = {&model, collect};
    ortl_error error = {ORTL_OK, ""};
    ck_assert_msg(ortl_builder_write(builder, &sink, &error) == ORTL_OK, "%s", error.message);
    ck_assert_msg(ortl_source_walk_take(builder, walk_out, &error) == ORTL_OK, "%s", error.message);
    ortl_builder_free(builder);
    return model;
}

double number_at(const ortl_tensor *tensor, size_t i) {
    if (tensor->type == ORTL_FLOAT) return (double)((const float *)tensor->data)[i];
    if (tensor->type == ORTL_DOUBLE) return ((const double *)tensor->data)[i];
    ck_assert_int_eq(tensor->type, ORTL_INT64);
    return (double)((const int64_t *)tensor->data)[i];
}

/* The leaves (n_rows, *n_trees_out) of the file; release with free. */
static uint32_t *leaves_of_file(const collected *model, const ortl_tensor *input,
                                size_t *n_trees_out) {
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_description d = {.struct_size = sizeof d};
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    ortl_error error = {ORTL_OK, ""};
    options.keep_forest = 1;
    ck_assert_msg(ortl_open_memory(model->bytes, model->n_bytes, &options, &session, &error) ==
                      ORTL_OK,
                  "%s", error.message);
    ck_assert_int_eq(ortl_describe(session, &d, &error), ORTL_OK);
    ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
    size_t n_leaves = (size_t)input->shape[0] * d.n_trees;
    uint32_t *leaves = calloc(n_leaves + 1, sizeof *leaves);
    ck_assert_ptr_nonnull(leaves);
    ck_assert_msg(ortl_leaves(context, input, 1, leaves, n_leaves, &error) == ORTL_OK, "%s",
                  error.message);
    ortl_context_free(context);
    ortl_close(session);
    *n_trees_out = d.n_trees;
    return leaves;
}

/* One row: how many of its leaves in the file are not those of the source. */
static size_t count_parted_of_row(const ortl_source_walk *walk, const uint32_t *own,
                                  const uint32_t *of_file, size_t n_trees, size_t n_before,
                                  ortl_source_fork *fork_out) {
    ortl_error error = {ORTL_OK, ""};
    size_t n_parted = 0;
    for (size_t k = 0; k < n_trees; k++) {
        size_t tree;
        uint32_t leaf;
        ck_assert_msg(ortl_source_walk_origin(walk, k, of_file[k], &tree, &leaf, &error) == ORTL_OK,
                      "%s", error.message);
        if (tree == SIZE_MAX || leaf == own[tree]) continue;
        if (n_before + n_parted++ == 0 && fork_out)
            ck_assert_int_eq(ortl_source_walk_fork(walk, tree, own[tree], leaf, fork_out, &error),
                             ORTL_OK);
    }
    return n_parted;
}

size_t count_parted(const ortl_source_walk *walk, const collected *model, const ortl_tensor *input,
                    ortl_source_fork *fork_out) {
    ortl_source_summary s = {.struct_size = sizeof s};
    size_t n_trees, n_columns = (size_t)input->shape[1], n_parted = 0;
    uint32_t *of_file = leaves_of_file(model, input, &n_trees);
    ck_assert_int_eq(ortl_source_walk_summarize(walk, &s, NULL), ORTL_OK);
    ck_assert_uint_le(s.n_features, n_columns);
    ck_assert_uint_le(s.n_file_trees, n_trees);
    uint32_t *own = calloc(s.n_trees + 1, sizeof *own);
    double *row = calloc(n_columns + 1, sizeof *row);
    ck_assert(own && row);
    for (size_t i = 0; i < (size_t)input->shape[0]; i++) {
        for (size_t j = 0; j < n_columns; j++) row[j] = number_at(input, i * n_columns + j);
        ck_assert_int_eq(ortl_source_walk_row(walk, row, own, NULL, NULL, NULL), ORTL_OK);
        n_parted +=
            count_parted_of_row(walk, own, of_file + i * n_trees, n_trees, n_parted, fork_out);
    }
    free(row);
    free(own);
    free(of_file);
    return n_parted;
}
