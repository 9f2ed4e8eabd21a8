/*
 * The builder: what the tasks and links give, sums and bases to the bit, metadata, the same bytes
 * every time, failing memory and failing sinks.
 */
#include <math.h>
#include <unistd.h>

#include "builder_harness.h"

/* The builder's model, opened; the fixture's builder is used up. */
static ortl_session *finish(void) {
    collected file = write_builder(builder);
    ortl_session *session = open_collected(&file);
    free(file.bytes);
    builder = NULL;
    return session;
}

/* ---- Meaning --------------------------------------------------------------------------------- */

START_TEST(a_base_comes_first_to_the_bit) {
    const double base[] = {1e8};
    const float row[] = {0};
    float score = 0;
    ortl_model model = ORTL_MODEL_INIT;
    model.base = base;
    model.base_first = 1;
    describe(builder, &model);
    for (int i = 0; i < 100; i++) add_stump(builder, 0, 1, 3, 0);
    ortl_session *session = finish();
    predict_rows(session, row, 1, 1, NULL, &score);
    /* 1e8 + 3 is 1e8 in float, a hundred times; 300 + 1e8 would be 100000304. */
    ck_assert_float_eq(score, 1e8f);
    ortl_close(session);
}
END_TEST

START_TEST(a_base_comes_last_to_the_bit) {
    const double base[] = {1e8};
    const float row[] = {0};
    float score = 0;
    ortl_model model = ORTL_MODEL_INIT;
    model.base = base;
    describe(builder, &model);
    for (int i = 0; i < 100; i++) add_stump(builder, 0, 1, 3, 0);
    ortl_session *session = finish();
    predict_rows(session, row, 1, 1, NULL, &score);
    ck_assert_float_eq(score, 1e8f + 300.0f);
    ortl_close(session);
}
END_TEST

START_TEST(targets_without_a_tree_keep_their_base) {
    const double base[] = {0.5, -2, 4};
    const float row[] = {0};
    for (int first = 0; first < 2; first++) {
        float scores[3] = {0};
        ortl_model model = ORTL_MODEL_INIT;
        model.n_targets = 3;
        model.base = base;
        model.base_first = first;
        describe(builder, &model);
        add_stump(builder, 1, 1, 3, 0);
        ortl_session *session = finish();
        predict_rows(session, row, 1, 1, NULL, scores);
        ck_assert_float_eq(scores[0], 0.5f);
        ck_assert_float_eq(scores[1], 1.0f);
        ck_assert_float_eq(scores[2], 4.0f);
        ortl_close(session);
        begin();
    }
}
END_TEST

START_TEST(no_trees_at_all) {
    const double base[] = {0.25};
    const float rows[] = {1, 2, NAN, 4};
    float scores[2] = {0};
    ortl_model model = ORTL_MODEL_INIT;
    model.n_features = 2;
    model.base = base;
    model.base_first = 1;
    describe(builder, &model);
    ortl_session *session = finish();
    predict_rows(session, rows, 2, 2, NULL, scores);
    ck_assert_float_eq(scores[0], 0.25f);
    ck_assert_float_eq(scores[1], 0.25f);
    ortl_close(session);
}
END_TEST

START_TEST(scores_of_one_sign_do_not_move_the_label) {
    /* Raw scores 0.1 and 0.4: both are class 1, whose probabilities are above one half. */
    const float rows[] = {0, 2};
    const int64_t values[] = {-5, 9};
    int64_t labels[2] = {0};
    float scores[4] = {0};
    ortl_model model = ORTL_MODEL_INIT;
    model.task = ORTL_TASK_CLASSIFICATION;
    model.link = ORTL_LINK_SIGMOID;
    model.n_classes = 2;
    model.class_values = values;
    describe(builder, &model);
    add_stump(builder, 0, 1, 0.1, 0.4);
    ortl_session *session = finish();
    predict_rows(session, rows, 2, 1, labels, scores);
    for (int i = 0; i < 2; i++) {
        double p = 1 / (1 + exp(i == 0 ? -0.1 : -0.4));
        ck_assert_int_eq(labels[i], 9);
        ck_assert_float_eq_tol(scores[2 * i + 1], (float)p, 1e-6f);
        ck_assert_float_eq_tol(scores[2 * i], (float)(1 - p), 1e-6f);
    }
    ortl_close(session);
}
END_TEST

START_TEST(three_classes_with_names) {
    static const char *const names[] = {"low", "mid\"dle", "high"};
    const float rows[] = {0, 2};
    int64_t labels[2] = {0};
    float scores[6] = {0};
    ortl_model model = ORTL_MODEL_INIT;
    ortl_string name;
    model.task = ORTL_TASK_CLASSIFICATION;
    model.link = ORTL_LINK_SOFTMAX;
    model.n_targets = model.n_classes = 3;
    model.class_names = names;
    describe(builder, &model);
    for (size_t t = 0; t < 3; t++) add_stump(builder, t, 1, t == 2, t == 1);
    ortl_session *session = finish();
    predict_rows(session, rows, 2, 1, labels, scores);
    ck_assert_int_eq(labels[0], 2);
    ck_assert_int_eq(labels[1], 1);
    ck_assert_float_eq_tol(scores[2], (float)(exp(1) / (exp(1) + 2)), 1e-6f);
    ck_assert_int_eq(ortl_class(session, 1, NULL, &name, &error), ORTL_OK);
    ck_assert_str_eq(name.data, "mid\"dle");
    ck_assert_str_eq(metadata_of(session, "class_labels"), "[\"low\",\"mid\\\"dle\",\"high\"]");
    ortl_close(session);
}
END_TEST

START_TEST(votes_tie_for_the_first_class) {
    const float rows[] = {0, 2};
    int64_t labels[2] = {9, 9};
    float scores[6] = {0};
    ortl_model model = ORTL_MODEL_INIT;
    model.task = ORTL_TASK_CLASSIFICATION;
    model.link = ORTL_LINK_VOTES;
    model.n_targets = model.n_classes = 3;
    describe(builder, &model);
    for (size_t t = 0; t < 6; t++) {
        ortl_builder_tree_begin(builder, 3, ORTL_ALL_TARGETS, &error);
        ortl_builder_split(builder, 0,
                           &(ortl_split){.threshold = 1, .true_node = 1, .false_node = 2}, &error);
        ortl_builder_leaf_vote(builder, 1, t % 3, &error);
        ortl_builder_leaf_vote(builder, 2, t < 2 ? 0 : 2, &error);
        ck_assert_int_eq(ortl_builder_tree_end(builder, &error), ORTL_OK);
    }
    ortl_session *session = finish();
    predict_rows(session, rows, 2, 1, labels, scores);
    ck_assert_int_eq(labels[0], 0);
    ck_assert_int_eq(labels[1], 2);
    ck_assert_float_eq(scores[0], 2.0f / 6.0f);
    ck_assert_float_eq(scores[5], 4.0f / 6.0f);
    ortl_close(session);
}
END_TEST

START_TEST(metadata_tells_where_the_model_is_from) {
    static const char *const names[] = {"age, in years", "tab\there", "h\xc3\xb6he"};
    ortl_model model = ORTL_MODEL_INIT;
    model.trainer = "mine";
    model.trainer_version = "1.2";
    model.objective = "squares";
    model.n_features = 3;
    model.feature_names = names;
    describe(builder, &model);
    ortl_builder_metadata(builder, "objective", "cubes", &error);
    ortl_builder_metadata(builder, "note", "one", &error);
    ortl_builder_metadata(builder, "note", "two", &error);
    add_stump(builder, 0, 1, 0, 1);
    ortl_session *session = finish();
    ck_assert_str_eq(metadata_of(session, "trainer"), "mine");
    ck_assert_str_eq(metadata_of(session, "trainer_version"), "1.2");
    ck_assert_str_eq(metadata_of(session, "objective"), "cubes");
    ck_assert_str_eq(metadata_of(session, "note"), "two");
    ck_assert_str_eq(metadata_of(session, "feature_names"),
                     "[\"age, in years\",\"tab\\there\",\"h\xc3\xb6he\"]");
    ortl_close(session);
}
END_TEST

/* ---- Bytes, files, faults -------------------------------------------------------------------- */

static void build_something(ortl_builder *b) {
    const uint32_t bits[] = {0x0f0f0f0f, 5};
    ortl_model model = ORTL_MODEL_INIT;
    ortl_category_split split = {.feature = 1,
                                 .bits = bits,
                                 .n_words = 2,
                                 .member_node = 1,
                                 .other_node = 2,
                                 .rule = ORTL_CATEGORY_TRUNCATED};
    const double values[] = {1, 2};
    model.n_targets = 2;
    model.trainer = "test";
    ortl_builder_model(b, &model, NULL);
    ortl_builder_metadata(b, "key", "value", NULL);
    ortl_builder_tree_begin(b, 3, ORTL_ALL_TARGETS, NULL);
    ortl_builder_category_split(b, 0, &split, NULL);
    ortl_builder_leaf_vector(b, 1, values, 2, NULL);
    ortl_builder_leaf_vector(b, 2, values, 2, NULL);
    ortl_builder_cover(b, 0, 17, NULL);
    ortl_builder_tree_end(b, NULL);
    ortl_builder_tree_begin(b, 3, 1, NULL);
    ortl_builder_split(b, 0,
                       &(ortl_split){.feature = 1,
                                     .threshold = 0.5,
                                     .true_node = 2,
                                     .false_node = 1,
                                     .tiny = ORTL_TINY_IS_NAN},
                       NULL);
    ortl_builder_leaf(b, 1, 1, NULL);
    ortl_builder_leaf(b, 2, 2, NULL);
    ortl_builder_tree_end(b, NULL);
}

START_TEST(the_same_calls_give_the_same_bytes) {
    for (int opset_ml = 3; opset_ml <= 5; opset_ml += 2) {
        ortl_builder *a = new_builder(opset_ml, ORTL_DOUBLE, ORTL_DOUBLE);
        ortl_builder *b = new_builder(opset_ml, ORTL_DOUBLE, ORTL_DOUBLE);
        build_something(a);
        build_something(b);
        collected first = write_builder(a), second = write_builder(b);
        ck_assert_uint_eq(first.n_bytes, second.n_bytes);
        ck_assert_mem_eq(first.bytes, second.bytes, first.n_bytes);
        free(first.bytes);
        free(second.bytes);
    }
}
END_TEST

static int refuse(void *user, const void *bytes, size_t n_bytes) {
    (void)user;
    (void)bytes;
    return n_bytes > 0;
}

START_TEST(a_sink_that_stops) {
    ortl_sink sink = {NULL, refuse};
    build_something(builder);
    ck_assert_int_eq(ortl_builder_write(builder, &sink, &error), ORTL_IO);
    expect(ORTL_IO, "the sink did not take");
}
END_TEST

START_TEST(only_once) {
    collected file = {NULL, 0};
    ortl_sink sink = {&file, collect};
    build_something(builder);
    ck_assert_int_eq(ortl_builder_write(builder, &sink, &error), ORTL_OK);
    ck_assert_int_eq(ortl_builder_write(builder, &sink, &error), ORTL_BAD_ARGUMENT);
    expect(ORTL_BAD_ARGUMENT, "has been written already");
    free(file.bytes);
}
END_TEST

START_TEST(a_file_that_cannot_be_written) {
    build_something(builder);
    ck_assert_int_eq(ortl_builder_save(builder, "/nonexistent/model.onnx", &error), ORTL_IO);
    expect(ORTL_IO, "/nonexistent/model.onnx cannot be written");
}
END_TEST

/* Fails request number `fail_at`, and all from then on when `for_good`. */
typedef struct faulty {
    int n_requests, fail_at, for_good;
    int64_t n_out;
} faulty;

static int is_failing(faulty *f) {
    int n = f->n_requests++;
    return n == f->fail_at || (f->for_good && n > f->fail_at);
}

static void *faulty_allocate(void *user, size_t n_bytes) {
    faulty *f = user;
    if (is_failing(f)) return NULL;
    f->n_out++;
    return malloc(n_bytes);
}

static void *faulty_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    (void)old_bytes;
    return is_failing(user) ? NULL : realloc(block, new_bytes);
}

static void faulty_release(void *user, void *block, size_t n_bytes) {
    (void)n_bytes;
    ((faulty *)user)->n_out--;
    free(block);
}

START_TEST(every_allocation_may_fail) {
    int n_failures = 0;
    for (int run = 0; run < 2000; run++) {
        faulty f = {0, run / 4, run % 2, 0};
        ortl_allocator allocator = {&f, faulty_allocate, faulty_reallocate, faulty_release};
        ortl_builder_options options = ORTL_BUILDER_OPTIONS_INIT;
        collected file = {NULL, 0};
        ortl_sink sink = {&file, collect};
        ortl_builder *b = NULL;
        options.allocator = &allocator;
        options.opset_ml = run & 2 ? 3 : 5;
        ortl_status status = ortl_builder_new(&options, &b, &error);
        if (status == ORTL_OK) {
            build_something(b);
            status = ortl_builder_write(b, &sink, &error);
        }
        ck_assert(status == ORTL_OK || status == ORTL_NO_MEMORY);
        n_failures += status == ORTL_NO_MEMORY;
        ortl_builder_free(b);
        ck_assert_int_eq(f.n_out, 0);
        free(file.bytes);
        if (status == ORTL_OK && run % 4 == 3) break;
    }
    ck_assert_int_gt(n_failures, 40);
}
END_TEST

START_TEST(a_budget_is_kept) {
    ortl_builder_options options = ORTL_BUILDER_OPTIONS_INIT;
    ortl_builder *b = NULL;
    options.limits.memory_bytes = 20000;
    ck_assert_int_eq(ortl_builder_new(&options, &b, &error), ORTL_OK);
    ortl_builder_tree_begin(b, 10000, 0, &error);
    expect(ORTL_LIMIT, "memory_bytes");
    ortl_builder_free(b);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("builder");
    TCase *meaning = tcase_create("meaning");
    TCase *faults = tcase_create("faults");
    tcase_add_checked_fixture(meaning, begin, end);
    tcase_add_test(meaning, a_base_comes_first_to_the_bit);
    tcase_add_test(meaning, a_base_comes_last_to_the_bit);
    tcase_add_test(meaning, targets_without_a_tree_keep_their_base);
    tcase_add_test(meaning, no_trees_at_all);
    tcase_add_test(meaning, scores_of_one_sign_do_not_move_the_label);
    tcase_add_test(meaning, three_classes_with_names);
    tcase_add_test(meaning, votes_tie_for_the_first_class);
    tcase_add_test(meaning, metadata_tells_where_the_model_is_from);
    tcase_add_checked_fixture(faults, begin, end);
    tcase_add_test(faults, the_same_calls_give_the_same_bytes);
    tcase_add_test(faults, a_sink_that_stops);
    tcase_add_test(faults, only_once);
    tcase_add_test(faults, a_file_that_cannot_be_written);
    tcase_add_test(faults, every_allocation_may_fail);
    tcase_add_test(faults, a_budget_is_kept);
    suite_add_tcase(suite, meaning);
    suite_add_tcase(suite, faults);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
