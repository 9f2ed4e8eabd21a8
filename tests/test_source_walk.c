/*
 * The source walk beside the file that was made from it: the same leaves and scores for recorded
 * models of every trainer, a wrong file found out, and the refusals of the functions around it.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "converted_cases.h"
#include "tools/npy.h"
#include "walked_model.h"

static converted_case cases[MAX_CONVERTED_CASES];

/* ---- Recorded models ------------------------------------------------------------------------- */

/* What was recorded of a trainer's predictions: scores, or labels where it gives nothing else. */
typedef struct recorded {
    ortl_source_summary summary;
    ortl_tensor values;
    int has_scores;
} recorded;

static void check_scores(const converted_case *c, const recorded *r, size_t i,
                         const double *scores) {
    for (size_t k = 0; k < r->summary.n_scores; k++) {
        double wanted = number_at(&r->values, i * r->summary.n_scores + k);
        ck_assert_msg(wanted == scores[k] || (isnan(wanted) && isnan(scores[k])) ||
                          fabs(wanted - scores[k]) <= c->tolerance * fmax(1, fabs(wanted)),
                      "%s: row %zu, score %zu: %.9g, not %.9g", c->name, i, k, scores[k], wanted);
    }
}

static void check_label(const converted_case *c, const ortl_source_walk *walk, const recorded *r,
                        size_t i, const double *scores) {
    size_t best = 0;
    int64_t value;
    const char *name;
    for (size_t k = 1; k < r->summary.n_classes; k++)
        if (scores[k] > scores[best]) best = k;
    ck_assert_int_eq(ortl_source_walk_class(walk, best, &value, &name, NULL), ORTL_OK);
    ck_assert_msg((double)value == number_at(&r->values, i), "%s: row %zu: label %d", c->name, i,
                  (int)value);
}

/* The scores as the source adds them are what the trainer predicted. */
static void check_predictions(const converted_case *c, const ortl_source_walk *walk,
                              const ortl_tensor *input, recorded *r) {
    double raw[64], scores[64];
    int is_classifier = r->summary.task == ORTL_TASK_CLASSIFICATION;
    size_t n_columns = (size_t)input->shape[1];
    double *row = calloc(n_columns + 1, sizeof *row);
    ck_assert_ptr_nonnull(row);
    ck_assert_uint_le(r->summary.n_scores, 64);
    r->has_scores = read_converted_array(c, "output", is_classifier, &r->values);
    if (!r->has_scores) ck_assert(read_converted_array(c, "output", 0, &r->values));
    for (size_t i = 0; i < (size_t)input->shape[0]; i++) {
        for (size_t j = 0; j < n_columns; j++) row[j] = number_at(input, i * n_columns + j);
        ck_assert_int_eq(ortl_source_walk_row(walk, row, NULL, raw, NULL, NULL), ORTL_OK);
        ck_assert_int_eq(ortl_source_walk_scores(walk, raw, scores, NULL), ORTL_OK);
        if (r->has_scores)
            check_scores(c, r, i, scores);
        else
            check_label(c, walk, r, i, scores);
    }
    free(row);
    npy_free(&r->values);
}

START_TEST(recorded_models_part_nowhere) {
    const converted_case *c = &cases[_i];
    recorded r = {.summary = {.struct_size = sizeof r.summary}};
    ortl_source_walk *walk = NULL;
    ortl_source_fork fork = {0};
    ortl_tensor input;
    collected model = convert_recorded(c, &walk);
    ck_assert_ptr_nonnull(walk);
    ck_assert(read_converted_array(c, "input", 0, &input));
    ck_assert_int_eq(ortl_source_walk_summarize(walk, &r.summary, NULL), ORTL_OK);
    if (r.summary.n_trees > 0) {
        size_t n_parted = count_parted(walk, &model, &input, &fork);
        ck_assert_msg(n_parted == 0, "%s: %zu paths part, the first at node %u", c->name, n_parted,
                      (unsigned)fork.node);
    }
    if (r.summary.n_scores > 0) check_predictions(c, walk, &input, &r);
    npy_free(&input);
    ortl_source_walk_free(walk);
    free(model.bytes);
}
END_TEST

/* ---- A wrong file ---------------------------------------------------------------------------- */

/* x <= threshold ? 1 : (y is in {2, 3} ? 2 : 3), nodes in an order of their own, and a second tree
 * that is a leaf. */
static collected make_pair(double threshold, int64_t category, int opset_ml,
                           ortl_source_walk **walk_out) {
    const int64_t categories[] = {3, category};
    ortl_builder *builder = new_builder(opset_ml, ORTL_FLOAT, ORTL_DOUBLE);
    ortl_model model = ORTL_MODEL_INIT;
    ortl_error error = {ORTL_OK, ""};
    const double base = 10;
    model.n_features = 2;
    model.base = &base;
    ortl_builder_model(builder, &model, &error);
    ortl_builder_tree_begin(builder, 7, 0, &error);
    ortl_builder_leaf(builder, 1, 3.0, &error);
    ortl_builder_category_split(builder, 3,
                                &(ortl_category_split){.feature = 1,
                                                       .categories = categories,
                                                       .n_categories = 2,
                                                       .member_node = 6,
                                                       .other_node = 1,
                                                       .rule = ORTL_CATEGORY_TRUNCATED},
                                &error);
    ortl_builder_leaf(builder, 6, 2.0, &error);
    ortl_builder_leaf(builder, 5, 1.0, &error);
    ortl_builder_split(
        builder, 0,
        &(ortl_split){
            .comparison = ORTL_LESS_EQUAL, .threshold = threshold, .true_node = 5, .false_node = 3},
        &error);
    ortl_builder_tree_end(builder, &error);
    ortl_builder_tree_begin(builder, 1, 0, &error);
    ortl_builder_leaf(builder, 0, 0.25, &error);
    ck_assert_msg(ortl_builder_tree_end(builder, &error) == ORTL_OK, "%s", error.message);
    return write_with_source(builder, walk_out);
}

/* What the usual exporters do: 0.1 becomes the float nearest to it, which is above. */
START_TEST(a_threshold_rounded_to_nearest_is_found) {
    const int opset_ml = _i == 0 ? 3 : 5;
    float rows[] = {0.0f, 0.0f, 0.1f, 2.0f, 0.0999999940395355f, 0.0f, 0.1f, 9.0f};
    ortl_tensor input = {NULL, ORTL_FLOAT, 2, {4, 2}, rows, 0};
    ortl_source_walk *walk, *other_walk;
    ortl_source_fork fork = {.node = 99};
    collected right = make_pair(0.1, 2, opset_ml, &walk);
    collected wrong = make_pair((double)0.1f, 2, opset_ml, &other_walk);
    ck_assert_uint_eq(count_parted(walk, &right, &input, NULL), 0);
    ck_assert_uint_eq(count_parted(walk, &wrong, &input, &fork), 2);
    ck_assert_uint_eq(fork.node, 0);
    ck_assert_uint_eq(fork.feature, 0);
    ck_assert(!fork.is_categorical);
    ck_assert_int_eq(fork.comparison, ORTL_LESS_EQUAL);
    ck_assert(fork.threshold == 0.1);
    ortl_source_walk_free(walk);
    ortl_source_walk_free(other_walk);
    free(right.bytes);
    free(wrong.bytes);
}
END_TEST

START_TEST(a_category_too_many_is_found) {
    const int opset_ml = _i == 0 ? 3 : 5;
    float rows[] = {1.0f, 2.0f, 1.0f, 2.5f, 1.0f, -0.5f, 1.0f, 4.0f, 1.0f, NAN};
    ortl_tensor input = {NULL, ORTL_FLOAT, 2, {5, 2}, rows, 0};
    ortl_source_walk *walk, *other_walk;
    ortl_source_fork fork = {.node = 99};
    collected right = make_pair(0.1, 2, opset_ml, &walk);
    collected wrong = make_pair(0.1, 4, opset_ml, &other_walk);
    ck_assert_uint_eq(count_parted(walk, &right, &input, NULL), 0);
    ck_assert_uint_eq(count_parted(walk, &wrong, &input, &fork), 3); /* rows 0, 1 and 3 */
    ck_assert_uint_eq(fork.node, 3);
    ck_assert_uint_eq(fork.feature, 1);
    ck_assert(fork.is_categorical);
    ortl_source_walk_free(walk);
    ortl_source_walk_free(other_walk);
    free(right.bytes);
    free(wrong.bytes);
}
END_TEST

/* A source of doubles goes its own way where float32 cannot hold the value. */
START_TEST(values_between_floats_part) {
    double row[] = {0.1, 0};
    uint32_t leaves[2];
    ortl_source_walk *walk;
    collected model = make_pair(0.1, 2, 3, &walk);
    ck_assert_int_eq(ortl_source_walk_row(walk, row, leaves, NULL, NULL, NULL), ORTL_OK);
    ck_assert_uint_eq(leaves[0], 5);
    row[0] = (double)0.1f;
    ck_assert_int_eq(ortl_source_walk_row(walk, row, leaves, NULL, NULL, NULL), ORTL_OK);
    ck_assert_uint_eq(leaves[0], 1);
    ck_assert_uint_eq(leaves[1], 0);
    ortl_source_walk_free(walk);
    free(model.bytes);
}
END_TEST

START_TEST(sums_have_scale_base_and_magnitude) {
    const double row[] = {1, 2};
    double raw = 0, magnitude = 0, score = 0;
    ortl_source_summary s = {.struct_size = sizeof s};
    ortl_source_walk *walk;
    collected model = make_pair(0.1, 2, 3, &walk);
    ck_assert_int_eq(ortl_source_walk_row(walk, row, NULL, &raw, &magnitude, NULL), ORTL_OK);
    ck_assert(raw == 12.25);
    ck_assert(magnitude == 12.25);
    ck_assert_int_eq(ortl_source_walk_scores(walk, &raw, &score, NULL), ORTL_OK);
    ck_assert(score == 12.25);
    ck_assert_int_eq(ortl_source_walk_summarize(walk, &s, NULL), ORTL_OK);
    ck_assert_uint_eq(s.n_features, 2);
    ck_assert_uint_eq(s.n_trees, 2);
    ck_assert_uint_eq(s.n_file_trees, 2);
    ck_assert_uint_eq(s.n_scores, 1);
    ck_assert_int_eq(s.data_type, ORTL_DOUBLE);
    ortl_source_walk_free(walk);
    free(model.bytes);
}
END_TEST

/* The trainer's float of a double: the nearest, also at the end of the range. */
START_TEST(rows_are_rounded_to_the_trainers_float) {
    const double thresholds[] = {(double)FLT_MAX, 0.1, -(double)FLT_MAX};
    const double values[] = {(double)FLT_MAX * (1 + 0x1p-26), (double)0.1f - 1e-12, -1e300};
    const uint32_t wanted[] = {1, 2, 1}; /* FLT_MAX; 0.1f > 0.1; -infinity */
    for (int i = 0; i < 3; i++) {
        ortl_builder *builder = new_builder(3, ORTL_DOUBLE, ORTL_FLOAT);
        ortl_model model = ORTL_MODEL_INIT;
        ortl_error error = {ORTL_OK, ""};
        ortl_source_walk *walk;
        uint32_t leaf;
        ortl_builder_model(builder, &model, &error);
        ortl_builder_tree_begin(builder, 3, 0, &error);
        ortl_builder_split(
            builder, 0, &(ortl_split){.threshold = thresholds[i], .true_node = 1, .false_node = 2},
            &error);
        ortl_builder_leaf(builder, 1, 1.0, &error);
        ortl_builder_leaf(builder, 2, 2.0, &error);
        ortl_builder_tree_end(builder, &error);
        collected file = write_with_source(builder, &walk);
        ck_assert_int_eq(ortl_source_walk_row(walk, &values[i], &leaf, NULL, NULL, NULL), ORTL_OK);
        ck_assert_uint_eq(leaf, wanted[i]);
        ortl_source_walk_free(walk);
        free(file.bytes);
    }
}
END_TEST

START_TEST(a_linear_source_has_scores_alone) {
    const double weights[] = {2, -1, 0.5, 4}, row[] = {3, NAN};
    double raw[2], magnitude[2];
    ortl_builder *builder = new_builder(3, ORTL_FLOAT, ORTL_FLOAT);
    ortl_source_walk *walk;
    ortl_model model = ORTL_MODEL_INIT;
    ortl_error error = {ORTL_OK, ""};
    model.n_targets = 2;
    ortl_builder_model(builder, &model, &error);
    ortl_builder_linear(builder, weights, 2, 2, 1, &error);
    collected file = write_with_source(builder, &walk);
    ck_assert_int_eq(ortl_source_walk_row(walk, row, NULL, raw, magnitude, NULL), ORTL_OK);
    ck_assert(raw[0] == 6 && raw[1] == -3);
    ck_assert(magnitude[0] == 6 && magnitude[1] == 3);
    ortl_source_walk_free(walk);
    free(file.bytes);
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

START_TEST(a_source_is_taken_once_and_after_writing) {
    ortl_builder *builder = new_builder(3, ORTL_FLOAT, ORTL_FLOAT);
    ortl_source_walk *walk;
    collected file = {NULL, 0};
    ortl_sink sink = {&file, collect};
    ortl_model model = ORTL_MODEL_INIT;
    ortl_error error = {ORTL_OK, ""};
    ortl_builder_model(builder, &model, &error);
    ck_assert_int_eq(ortl_source_walk_take(builder, &walk, &error), ORTL_BAD_ARGUMENT);
    ck_assert_ptr_null(walk);
    ck_assert_int_eq(ortl_builder_write(builder, &sink, &error), ORTL_OK);
    ck_assert_int_eq(ortl_source_walk_take(builder, &walk, &error), ORTL_OK);
    ortl_source_walk_free(walk);
    ck_assert_int_eq(ortl_source_walk_take(builder, &walk, &error), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_source_walk_take(NULL, &walk, NULL), ORTL_BAD_ARGUMENT);
    ortl_builder_free(builder);
    ortl_source_walk_free(NULL);
    free(file.bytes);
}
END_TEST

START_TEST(leaves_of_other_files_are_refused) {
    ortl_source_walk *walk;
    size_t tree;
    uint32_t leaf;
    ortl_source_fork fork;
    collected model = make_pair(0.1, 2, 5, &walk);
    ck_assert_int_eq(ortl_source_walk_origin(walk, 0, 0, &tree, &leaf, NULL), ORTL_BAD_MODEL);
    ck_assert_int_eq(ortl_source_walk_origin(walk, 0, UINT32_MAX, &tree, &leaf, NULL),
                     ORTL_BAD_MODEL);
    ck_assert_int_eq(ortl_source_walk_origin(walk, 99, 0, &tree, &leaf, NULL), ORTL_OK);
    ck_assert(tree == SIZE_MAX);
    ck_assert_int_eq(ortl_source_walk_fork(walk, 0, 5, 5, &fork, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_source_walk_fork(walk, 2, 5, 6, &fork, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_source_walk_fork(walk, 0, 5, 7, &fork, NULL), ORTL_BAD_ARGUMENT);
    ck_assert_int_eq(ortl_source_walk_fork(walk, 0, 5, 6, &fork, NULL), ORTL_OK);
    ck_assert_uint_eq(fork.node, 0);
    ck_assert_int_eq(ortl_source_walk_fork(walk, 0, 1, 6, &fork, NULL), ORTL_OK);
    ck_assert_uint_eq(fork.node, 3);
    ortl_source_walk_free(walk);
    free(model.bytes);
}
END_TEST

START_TEST(leaves_need_a_forest_and_room) {
    float row[] = {1, 2};
    uint32_t leaves[3];
    ortl_tensor input = {NULL, ORTL_FLOAT, 2, {1, 2}, row, 0};
    ortl_source_walk *walk;
    collected model = make_pair(0.1, 2, 3, &walk);
    for (int keeps = 0; keeps < 2; keeps++) {
        ortl_options options = ORTL_OPTIONS_INIT;
        ortl_session *session = NULL;
        ortl_context *context = NULL;
        ortl_error error = {ORTL_OK, ""};
        options.keep_forest = keeps;
        ck_assert_int_eq(ortl_open_memory(model.bytes, model.n_bytes, &options, &session, &error),
                         ORTL_OK);
        ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
        ck_assert_int_eq(ortl_leaves(context, &input, 1, leaves, 3, &error), ORTL_BAD_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(error.message, keeps ? "room for 3 leaves" : "keep_forest"));
        ck_assert_int_eq(ortl_leaves(context, &input, 1, leaves, 2, &error),
                         keeps ? ORTL_OK : ORTL_BAD_ARGUMENT);
        ortl_context_free(context);
        ortl_close(session);
    }
    ortl_source_walk_free(walk);
    free(model.bytes);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------- */

typedef struct failing {
    long n_left; /* allocations that still succeed */
    long n_open;
} failing;

static void *failing_allocate(void *user, size_t n_bytes) {
    failing *f = user;
    if (f->n_left-- <= 0) return NULL;
    f->n_open++;
    return malloc(n_bytes);
}

static void *failing_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    failing *f = user;
    (void)old_bytes;
    return f->n_left-- <= 0 ? NULL : realloc(block, new_bytes);
}

static void failing_release(void *user, void *block, size_t n_bytes) {
    (void)n_bytes;
    if (block) ((failing *)user)->n_open--;
    free(block);
}

static const char *const lightgbm_model =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=0\n"
    "objective=regression\nfeature_names=a\nfeature_infos=[0:9]\n\nTree=0\nnum_leaves=2\n"
    "num_cat=0\nsplit_feature=0\nsplit_gain=1\nthreshold=0.5\ndecision_type=2\nleft_child=-1\n"
    "right_child=-2\nleaf_value=1 2\nleaf_weight=1 1\nleaf_count=1 1\ninternal_value=0\n"
    "internal_weight=0\ninternal_count=2\nis_linear=0\nshrinkage=1\n\n\nend of trees\n";

/* Every allocation of a conversion with a walk fails once: nothing leaks, the walk is NULL. */
START_TEST(failing_memory_leaves_nothing_behind) {
    ortl_status status = ORTL_NO_MEMORY;
    long n = 0;
    for (; status != ORTL_OK; n++) {
        failing f = {n, 0};
        const ortl_allocator allocator = {&f, failing_allocate, failing_reallocate,
                                          failing_release};
        ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
        ortl_source_walk *walk = NULL;
        collected file = {NULL, 0};
        ortl_sink sink = {&file, collect};
        ortl_error error = {ORTL_OK, ""};
        options.allocator = &allocator;
        options.walk_out = &walk;
        status = ortl_convert_memory(lightgbm_model, strlen(lightgbm_model), &sink, &options, NULL,
                                     &error);
        ck_assert_msg(status == ORTL_OK || status == ORTL_NO_MEMORY, "%s", error.message);
        ck_assert_int_eq(walk != NULL, status == ORTL_OK);
        ortl_source_walk_free(walk);
        ck_assert_int_eq(f.n_open, 0);
        free(file.bytes);
        ck_assert_int_lt(n, 10000);
    }
    ck_assert_int_gt(n, 20);
}
END_TEST

int main(void) {
    int n_cases = read_converted_cases(cases);
    if (n_cases == 0 || n_cases == MAX_CONVERTED_CASES) return 1;
    TCase *tests = tcase_create("source_walk");
    tcase_add_loop_test(tests, recorded_models_part_nowhere, 0, n_cases);
    tcase_add_loop_test(tests, a_threshold_rounded_to_nearest_is_found, 0, 2);
    tcase_add_loop_test(tests, a_category_too_many_is_found, 0, 2);
    tcase_add_test(tests, values_between_floats_part);
    tcase_add_test(tests, sums_have_scale_base_and_magnitude);
    tcase_add_test(tests, rows_are_rounded_to_the_trainers_float);
    tcase_add_test(tests, a_linear_source_has_scores_alone);
    tcase_add_test(tests, a_source_is_taken_once_and_after_writing);
    tcase_add_test(tests, leaves_of_other_files_are_refused);
    tcase_add_test(tests, leaves_need_a_forest_and_room);
    tcase_add_test(tests, failing_memory_leaves_nothing_behind);
    Suite *suite = suite_create("source_walk");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
