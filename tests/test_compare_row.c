/*
 * One row of `convert --compare`: what counts as a difference, what does not, and how it is told.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/compare_row.h"
#include "walked_model.h"

/* Three classes. Tree 0, for class 0: age <= 0.5 ? 1 : 2. Tree 1, for class 1: kind in {1} ? 1 : 2.
 * In the file their leaves are rows 1 and 2, and 4 and 5; class 2 gets a tree of the builder's own.
 */
static ortl_source_walk *make_walk(const char *const *class_names, ortl_link link) {
    const int64_t set[] = {1};
    ortl_builder *builder = new_builder(3, ORTL_FLOAT, ORTL_DOUBLE);
    ortl_source_walk *walk = NULL;
    ortl_model model = ORTL_MODEL_INIT;
    ortl_error error = {ORTL_OK, ""};
    model.task = ORTL_TASK_CLASSIFICATION;
    model.link = link;
    model.n_features = 2;
    model.n_targets = model.n_classes = 3;
    model.class_names = class_names;
    ortl_builder_model(builder, &model, &error);
    for (size_t t = 0; t < 2; t++) {
        ortl_builder_tree_begin(builder, 3, t, &error);
        if (t == 0)
            ortl_builder_split(builder, 0,
                               &(ortl_split){.threshold = 0.5, .true_node = 1, .false_node = 2},
                               &error);
        else
            ortl_builder_category_split(builder, 0,
                                        &(ortl_category_split){.feature = 1,
                                                               .categories = set,
                                                               .n_categories = 1,
                                                               .member_node = 1,
                                                               .other_node = 2},
                                        &error);
        ortl_builder_leaf(builder, 1, 1.0, &error);
        ortl_builder_leaf(builder, 2, 2.0, &error);
        ortl_builder_tree_end(builder, &error);
    }
    collected model_file = write_with_source(builder, &walk);
    free(model_file.bytes);
    return walk;
}

static ortl__comparison begin(const ortl_source_walk *walk, size_t n_expected) {
    static const ortl_string names[] = {{"age", 3}, {"ki\x1bnd", 5}};
    ortl__comparison comparison;
    ortl_error error = {ORTL_OK, ""};
    ck_assert_msg(ortl__comparison_begin(&comparison, walk, 3, n_expected, &error) == ORTL_OK, "%s",
                  error.message);
    comparison.names = names;
    return comparison;
}

static void add(ortl__comparison *comparison, const ortl__compared_row *row) {
    ortl_error error = {ORTL_OK, ""};
    ck_assert_msg(ortl__comparison_add(comparison, row, &error) == ORTL_OK, "%s", error.message);
}

/* A row as a right file has it: leaves 1 and 5, scores 1, 2, 0. */
static const double cells[] = {0.25, 7};
static const uint32_t leaves[] = {1, 5, 6};
static const float scores[] = {1, 2, 0};
static const int64_t label = 1;

static ortl__compared_row right_row(void) {
    return (ortl__compared_row){
        .line = 12, .cells = cells, .file_leaves = leaves, .scores = scores, .label = &label};
}

START_TEST(equal_rows_are_no_difference) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 0);
    ortl__compared_row row = right_row();
    const float rounded[] = {0.999999f, 2.000001f, 0};
    add(&comparison, &row);
    row.scores = rounded;
    add(&comparison, &row);
    ck_assert(!ortl__comparison_has_differences(&comparison));
    ck_assert_uint_eq(comparison.n_rows, 2);
    ck_assert_uint_eq(comparison.n_rounded, 0);
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

START_TEST(parted_paths_are_told_with_their_node) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 0);
    ortl__compared_row row = right_row();
    const uint32_t first_wrong[] = {2, 5, 6}, second_wrong[] = {1, 4, 6}, both_wrong[] = {2, 4, 6};
    row.file_leaves = first_wrong;
    add(&comparison, &row);
    row.file_leaves = second_wrong;
    add(&comparison, &row);
    row.file_leaves = both_wrong;
    add(&comparison, &row);
    ck_assert(ortl__comparison_has_differences(&comparison));
    ck_assert_uint_eq(comparison.parted.n_found, 3);
    ck_assert_str_eq(comparison.parted.texts[0],
                     "line 12: tree 0, node 0 (age <= 0.5, it is 0.25): source to leaf 1, file to "
                     "leaf 2");
    ck_assert_str_eq(comparison.parted.texts[1],
                     "line 12: tree 1, node 0 (ki\\x1bnd in a set, it is 7): source to leaf 2, "
                     "file to leaf 1");
    ck_assert_ptr_nonnull(strstr(comparison.parted.texts[2], "; 2 trees part"));
    /* The scores of such a row say nothing new. */
    ck_assert_uint_eq(comparison.scores.n_found, 0);
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

START_TEST(leaves_of_no_source_leaf_are_refused) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 0);
    ortl__compared_row row = right_row();
    ortl_error error = {ORTL_OK, ""};
    const uint32_t inner[] = {0, 5, 6};
    row.file_leaves = inner;
    ck_assert_int_eq(ortl__comparison_add(&comparison, &row, &error), ORTL_BAD_MODEL);
    ck_assert_ptr_nonnull(strstr(error.message, "stands for no leaf"));
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

START_TEST(wrong_scores_are_told) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 0);
    ortl__compared_row row = right_row();
    const float wrong[] = {1, 2.001f, 0}, not_numbers[] = {1, NAN, 0}, endless[] = {1, INFINITY, 0};
    row.scores = wrong;
    add(&comparison, &row);
    row.scores = not_numbers;
    add(&comparison, &row);
    row.scores = endless;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.scores.n_found, 3);
    ck_assert_ptr_nonnull(strstr(comparison.scores.texts[0], "line 12: value 1 is 2.00"));
    ck_assert_ptr_nonnull(strstr(comparison.scores.texts[1], "is nan, the source comes to 2"));
    ck_assert(ortl__comparison_has_differences(&comparison));
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

/* A table's 0.5000000001 is 0.5 as float: told, and no difference. */
START_TEST(rounding_is_a_note) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 0);
    ortl__compared_row row = right_row();
    const double narrow[] = {0.5, 7}, wide[] = {0.5000000001, 7};
    row.cells = narrow;
    row.wide_cells = narrow;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.n_rounded, 0);
    row.wide_cells = wide;
    row.line = 13;
    add(&comparison, &row);
    row.line = 14;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.n_rounded, 2);
    ck_assert_uint_eq(comparison.first_rounded_line, 13);
    ck_assert(!ortl__comparison_has_differences(&comparison));
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

static void expect_label(const char *text, int is_right, const char *const *class_names) {
    ortl_source_walk *walk = make_walk(class_names, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 1);
    ortl__compared_row row = right_row();
    const ortl_string expected = {text, strlen(text)}, found = {"dog", 3};
    row.expected = &expected;
    if (class_names) {
        row.label = NULL;
        row.label_text = &found;
    }
    add(&comparison, &row);
    ck_assert(ortl__comparison_has_labels(&comparison));
    ck_assert_msg(ortl__comparison_has_differences(&comparison) == !is_right, "%s", text);
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}

START_TEST(labels_are_integers_or_names) {
    static const char *const names[] = {"cat", "dog", "1"};
    expect_label("1", 1, NULL);
    expect_label(" 1.0\t", 1, NULL);
    expect_label("0", 0, NULL);
    expect_label("7", 0, NULL);
    expect_label("", 0, NULL);
    expect_label("dog", 1, names);
    expect_label("cat", 0, names);
    expect_label("1", 0, names);
    expect_label("Dog", 0, names);
}
END_TEST

/* Classes 0 and 1 have the score 2: the trainer took the one, the file the other. */
START_TEST(tied_labels_are_counted_apart) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison = begin(walk, 1);
    ortl__compared_row row = right_row();
    const double tied_cells[] = {3, 7};
    const uint32_t tied_leaves[] = {2, 5, 6};
    const float tied_scores[] = {2, 2, 0};
    const ortl_string expected = {"0", 1}, worst = {"2", 1};
    row.cells = tied_cells;
    row.file_leaves = tied_leaves;
    row.scores = tied_scores;
    row.expected = &expected;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.n_ties, 1);
    ck_assert(!ortl__comparison_has_differences(&comparison));
    row.expected = &worst;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.n_ties, 1);
    ck_assert(ortl__comparison_has_differences(&comparison));
    ck_assert_str_eq(comparison.wrong_labels.texts[0], "line 12: label 1, expected 2");
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

START_TEST(all_scores_may_be_expected) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_SOFTMAX);
    ortl__comparison comparison = begin(walk, 3);
    ortl__compared_row row = right_row();
    const float softmax[] = {0.24472848f, 0.66524094f, 0.09003057f};
    const ortl_string right[] = {{"0.2447", 6}, {"0.66524094", 10}, {"0.09003057", 10}};
    const ortl_string words[] = {{"0.24472848", 10}, {"much", 4}, {"0.09003057", 10}};
    ck_assert(!comparison.expects_label);
    row.scores = softmax;
    row.expected = right;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.scores.n_found, 0);
    ck_assert_uint_eq(comparison.wrong_scores.n_found, 1); /* 0.2447 is too coarse */
    row.expected = words;
    add(&comparison, &row);
    ck_assert_uint_eq(comparison.wrong_scores.n_found, 2);
    ck_assert_ptr_nonnull(strstr(comparison.wrong_scores.texts[1], "value 1 is 0.665"));
    ck_assert_ptr_nonnull(strstr(comparison.wrong_scores.texts[1], "expected much"));
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
}
END_TEST

START_TEST(another_number_of_columns_is_refused) {
    ortl_source_walk *walk = make_walk(NULL, ORTL_LINK_IDENTITY);
    ortl__comparison comparison;
    ortl_error error = {ORTL_OK, ""};
    ck_assert_int_eq(ortl__comparison_begin(&comparison, walk, 3, 2, &error), ORTL_BAD_ARGUMENT);
    ck_assert_str_eq(error.message, "--expected names 2 columns, the model gives 3 values a row");
    ortl_source_walk_free(walk);
}
END_TEST

/* A column of 0.75 and 0.25 is no column of labels, though 1 and 0 would be. */
START_TEST(one_column_of_two_classes_is_labels_or_probabilities) {
    ortl_builder *builder = new_builder(3, ORTL_FLOAT, ORTL_FLOAT);
    ortl_source_walk *walk = NULL;
    ortl_model model = ORTL_MODEL_INIT;
    ortl_error error = {ORTL_OK, ""};
    model.task = ORTL_TASK_CLASSIFICATION;
    model.n_classes = 2;
    ortl_builder_model(builder, &model, &error);
    ortl_builder_tree_begin(builder, 1, 0, &error);
    ortl_builder_leaf(builder, 0, 0.75, &error);
    ortl_builder_tree_end(builder, &error);
    collected file = write_with_source(builder, &walk);
    ortl__comparison comparison;
    ck_assert_int_eq(ortl__comparison_begin(&comparison, walk, 1, 1, &error), ORTL_OK);
    const double cell[] = {0};
    const uint32_t leaf[] = {0};
    const float both[] = {0.25f, 0.75f};
    const ortl_string one = {"1", 1}, share = {"0.75", 4}, wrong = {"0.74", 4};
    ortl__compared_row row = {.line = 2,
                              .cells = cell,
                              .file_leaves = leaf,
                              .scores = both,
                              .label = &label,
                              .expected = &one};
    add(&comparison, &row);
    ck_assert(ortl__comparison_has_labels(&comparison));
    ck_assert(!ortl__comparison_has_differences(&comparison));
    ortl__comparison_free(&comparison);
    ck_assert_int_eq(ortl__comparison_begin(&comparison, walk, 1, 1, &error), ORTL_OK);
    row.expected = &share;
    add(&comparison, &row);
    ck_assert(!ortl__comparison_has_labels(&comparison));
    ck_assert(!ortl__comparison_has_differences(&comparison));
    row.expected = &wrong;
    add(&comparison, &row);
    ck_assert(ortl__comparison_has_differences(&comparison));
    ortl__comparison_free(&comparison);
    ortl_source_walk_free(walk);
    free(file.bytes);
}
END_TEST

START_TEST(only_the_first_texts_are_kept) {
    static ortl__findings findings;
    for (int i = 0; i < 25; i++) ortl__findings_add(&findings, "number %d", i);
    ck_assert_uint_eq(findings.n_found, 25);
    ck_assert_str_eq(findings.texts[ORTL__FINDINGS_SHOWN - 1], "number 9");
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("compare_row");
    tcase_add_test(tests, equal_rows_are_no_difference);
    tcase_add_test(tests, parted_paths_are_told_with_their_node);
    tcase_add_test(tests, leaves_of_no_source_leaf_are_refused);
    tcase_add_test(tests, wrong_scores_are_told);
    tcase_add_test(tests, rounding_is_a_note);
    tcase_add_test(tests, labels_are_integers_or_names);
    tcase_add_test(tests, tied_labels_are_counted_apart);
    tcase_add_test(tests, all_scores_may_be_expected);
    tcase_add_test(tests, another_number_of_columns_is_refused);
    tcase_add_test(tests, one_column_of_two_classes_is_labels_or_probabilities);
    tcase_add_test(tests, only_the_first_texts_are_kept);
    Suite *suite = suite_create("compare_row");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
