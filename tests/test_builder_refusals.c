/*
 * What the builder refuses, and how it says so.
 */
#include <math.h>
#include <stdio.h>

#include "builder_harness.h"

START_TEST(a_node_given_twice) {
    open_tree(3);
    ortl_builder_leaf(builder, 1, 0, &error);
    ortl_builder_leaf(builder, 1, 0, &error);
    expect(ORTL_BAD_MODEL, "tree 0, node 1: is given twice");
}
END_TEST

START_TEST(a_child_that_does_not_exist) {
    open_tree(3);
    ortl_builder_split(builder, 0, &(ortl_split){.true_node = 1, .false_node = 3}, &error);
    expect(ORTL_BAD_MODEL, "child 3 does not exist, the tree has 3 nodes");
}
END_TEST

START_TEST(a_child_that_was_not_given) {
    open_tree(3);
    ortl_builder_split(builder, 0, &(ortl_split){.true_node = 1, .false_node = 2}, &error);
    ortl_builder_leaf(builder, 1, 0, &error);
    ortl_builder_tree_end(builder, &error);
    expect(ORTL_BAD_MODEL, "node 2: is a child but was not given");
}
END_TEST

START_TEST(a_cycle) {
    open_tree(3);
    ortl_builder_split(builder, 0, &(ortl_split){.true_node = 1, .false_node = 2}, &error);
    ortl_builder_split(builder, 1, &(ortl_split){.true_node = 0, .false_node = 2}, &error);
    ortl_builder_leaf(builder, 2, 0, &error);
    ortl_builder_tree_end(builder, &error);
    expect(ORTL_BAD_MODEL, "node 0: is the child of two nodes");
}
END_TEST

START_TEST(a_shared_child) {
    open_tree(2);
    ortl_builder_split(builder, 0, &(ortl_split){.true_node = 1, .false_node = 1}, &error);
    ortl_builder_leaf(builder, 1, 0, &error);
    ortl_builder_tree_end(builder, &error);
    expect(ORTL_BAD_MODEL, "node 1: is the child of two nodes");
}
END_TEST

START_TEST(a_node_out_of_reach) {
    open_tree(5);
    ortl_builder_leaf(builder, 0, 0, &error);
    ortl_builder_leaf(builder, 3, 0, &error);
    ortl_builder_tree_end(builder, &error);
    expect(ORTL_BAD_MODEL, "node 3: cannot be reached");
}
END_TEST

START_TEST(numbers_that_are_none) {
    open_tree(1);
    ortl_builder_leaf(builder, 0, 1e39, &error);
    expect(ORTL_BAD_MODEL, "the leaf value is not finite as float");
    end();
    begin();
    open_tree(1);
    ortl_builder_leaf(builder, 0, (double)NAN, &error);
    expect(ORTL_BAD_MODEL, "the leaf value is not finite");
    end();
    begin();
    open_tree(3);
    ortl_builder_split(builder, 0,
                       &(ortl_split){.threshold = (double)NAN, .true_node = 1, .false_node = 2},
                       &error);
    expect(ORTL_BAD_MODEL, "the threshold is NaN");
}
END_TEST

START_TEST(a_feature_that_does_not_exist) {
    ortl_model model = ORTL_MODEL_INIT;
    model.n_features = 2;
    describe(builder, &model);
    open_tree(3);
    ortl_builder_split(builder, 0, &(ortl_split){.feature = 2, .true_node = 1, .false_node = 2},
                       &error);
    expect(ORTL_BAD_MODEL, "tree 0, node 0: feature 2 does not exist, the model has 2");
}
END_TEST

START_TEST(a_description_that_comes_too_late_to_fit) {
    ortl_model model = ORTL_MODEL_INIT;
    open_tree(3);
    ortl_builder_split(builder, 0, &(ortl_split){.feature = 7, .true_node = 1, .false_node = 2},
                       &error);
    ortl_builder_leaf(builder, 1, 0, &error);
    ortl_builder_leaf(builder, 2, 0, &error);
    ortl_builder_tree_end(builder, &error);
    model.n_features = 7;
    ortl_builder_model(builder, &model, &error);
    expect(ORTL_BAD_MODEL, "a tree tests feature 7, the model has 7");
}
END_TEST

START_TEST(categories_beyond_their_range) {
    const int64_t negative[] = {-1}, huge[] = {(int64_t)1 << 54};
    ortl_category_split split = {.categories = negative,
                                 .n_categories = 1,
                                 .member_node = 1,
                                 .other_node = 2,
                                 .rule = ORTL_CATEGORY_TRUNCATED};
    open_tree(3);
    ortl_builder_category_split(builder, 0, &split, &error);
    expect(ORTL_BAD_MODEL, "tree 0, node 0: category -1 is negative");
    end();
    begin();
    open_tree(3);
    split.categories = huge;
    ortl_builder_category_split(builder, 0, &split, &error);
    expect(ORTL_BAD_MODEL, "category 18014398509481984 is beyond 9007199254740992");
}
END_TEST

START_TEST(limits_are_named) {
    ortl_builder_options options = ORTL_BUILDER_OPTIONS_INIT;
    ortl_builder *small = NULL;
    options.limits.tree_nodes = 5;
    options.limits.trees = 1;
    options.limits.features = 10;
    ck_assert_int_eq(ortl_builder_new(&options, &small, &error), ORTL_OK);
    ortl_builder_tree_begin(small, 6, 0, &error);
    expect(ORTL_LIMIT, "tree_nodes");
    ortl_builder_free(small);
    ck_assert_int_eq(ortl_builder_new(&options, &small, &error), ORTL_OK);
    add_stump(small, 0, 1, 0, 1);
    ortl_builder_tree_begin(small, 1, 0, &error);
    expect(ORTL_LIMIT, "trees");
    ortl_builder_free(small);
    ck_assert_int_eq(ortl_builder_new(&options, &small, &error), ORTL_OK);
    ortl_builder_tree_begin(small, 3, 0, &error);
    ortl_builder_split(small, 0, &(ortl_split){.feature = 10, .true_node = 1, .false_node = 2},
                       &error);
    expect(ORTL_LIMIT, "features");
    ortl_builder_free(small);
}
END_TEST

START_TEST(calls_out_of_order) {
    ortl_builder_leaf(builder, 0, 0, &error);
    expect(ORTL_BAD_ARGUMENT, "no tree was begun");
    end();
    begin();
    open_tree(1);
    ortl_builder_tree_begin(builder, 1, 0, &error);
    expect(ORTL_BAD_ARGUMENT, "tree 0 was not ended");
    end();
    begin();
    collected file = {NULL, 0};
    ortl_sink sink = {&file, collect};
    ortl_builder_write(builder, &sink, &error);
    expect(ORTL_BAD_ARGUMENT, "the model was not described");
}
END_TEST

START_TEST(the_first_failure_stays) {
    open_tree(1);
    ortl_builder_leaf(builder, 0, (double)INFINITY, &error);
    error = (ortl_error){ORTL_OK, ""};
    ck_assert_int_eq(ortl_builder_tree_end(builder, &error), ORTL_BAD_MODEL);
    expect(ORTL_BAD_MODEL, "the leaf value is not finite");
    ck_assert_int_eq(ortl_builder_metadata(builder, "a", "b", NULL), ORTL_BAD_MODEL);
}
END_TEST

typedef struct wrong_model {
    ortl_task task;
    ortl_link link;
    size_t n_targets, n_classes;
    const char *words;
} wrong_model;

static const wrong_model wrong_models[] = {
    {ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, 0, 0, "no targets"},
    {ORTL_TASK_REGRESSION, ORTL_LINK_SOFTMAX, 3, 0, "for classes"},
    {ORTL_TASK_REGRESSION, ORTL_LINK_MEAN_VARIANCE, 3, 0, "two targets"},
    {ORTL_TASK_REGRESSION, ORTL_LINK_IDENTITY, 1, 2, "has no classes"},
    {ORTL_TASK_CLASSIFICATION, ORTL_LINK_EXP, 3, 3, "for regression"},
    {ORTL_TASK_CLASSIFICATION, ORTL_LINK_SOFTMAX, 1, 2, "a target for each class"},
    {ORTL_TASK_CLASSIFICATION, ORTL_LINK_SIGMOID, 1, 3, "differ in number"},
    {ORTL_TASK_CLASSIFICATION, ORTL_LINK_SIGMOID, 1, 1, "two classes or more"},
    {(ortl_task)9, ORTL_LINK_SIGMOID, 1, 0, "unknown task"},
};

START_TEST(descriptions_without_sense) {
    const wrong_model *wrong = &wrong_models[_i];
    ortl_model model = ORTL_MODEL_INIT;
    model.task = wrong->task;
    model.link = wrong->link;
    model.n_targets = wrong->n_targets;
    model.n_classes = wrong->n_classes;
    ck_assert_int_ne(ortl_builder_model(builder, &model, &error), ORTL_OK);
    ck_assert_msg(strstr(error.message, wrong->words) != NULL, "%s", error.message);
}
END_TEST

START_TEST(texts_that_are_no_utf8) {
    static const char *const wrong[] = {
        "\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(ortl_builder_metadata(builder, "key", wrong[i], &error), ORTL_BAD_MODEL);
        expect(ORTL_BAD_MODEL, "is not valid UTF-8");
        end();
        begin();
    }
    ck_assert_int_eq(ortl_builder_metadata(builder, "k\xc3\xa9y", "\xf0\x9f\x8c\xb2", &error),
                     ORTL_OK);
}
END_TEST

START_TEST(equal_labels) {
    const int64_t values[] = {4, 7, 4};
    ortl_model model = ORTL_MODEL_INIT;
    model.task = ORTL_TASK_CLASSIFICATION;
    model.link = ORTL_LINK_SOFTMAX;
    model.n_targets = model.n_classes = 3;
    model.class_values = values;
    ortl_builder_model(builder, &model, &error);
    expect(ORTL_BAD_MODEL, "classes 0 and 2 have the same label");
}
END_TEST

START_TEST(equal_labels_among_many) {
    enum { N_CLASSES = 5000, NAME_BYTES = 8 };
    static char text[N_CLASSES][NAME_BYTES];
    static const char *names[N_CLASSES];
    ortl_model model = ORTL_MODEL_INIT;
    model.task = ORTL_TASK_CLASSIFICATION;
    model.link = ORTL_LINK_SOFTMAX;
    model.n_targets = model.n_classes = N_CLASSES;
    model.class_names = names;
    for (unsigned i = 0; i < N_CLASSES; i++) {
        snprintf(text[i], NAME_BYTES, "%u", i * 7919u % N_CLASSES);
        names[i] = text[i];
    }
    describe(builder, &model);
    end();
    begin();
    names[4000] = names[17];
    ortl_builder_model(builder, &model, &error);
    expect(ORTL_BAD_MODEL, "classes 17 and 4000 have the same label");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("builder_refusals");
    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, begin, end);
    tcase_add_test(refusals, a_node_given_twice);
    tcase_add_test(refusals, a_child_that_does_not_exist);
    tcase_add_test(refusals, a_child_that_was_not_given);
    tcase_add_test(refusals, a_cycle);
    tcase_add_test(refusals, a_shared_child);
    tcase_add_test(refusals, a_node_out_of_reach);
    tcase_add_test(refusals, numbers_that_are_none);
    tcase_add_test(refusals, a_feature_that_does_not_exist);
    tcase_add_test(refusals, a_description_that_comes_too_late_to_fit);
    tcase_add_test(refusals, categories_beyond_their_range);
    tcase_add_test(refusals, limits_are_named);
    tcase_add_test(refusals, calls_out_of_order);
    tcase_add_test(refusals, the_first_failure_stays);
    tcase_add_loop_test(refusals, descriptions_without_sense, 0,
                        (int)(sizeof wrong_models / sizeof *wrong_models));
    tcase_add_test(refusals, texts_that_are_no_utf8);
    tcase_add_test(refusals, equal_labels);
    tcase_add_test(refusals, equal_labels_among_many);
    suite_add_tcase(suite, refusals);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
