/*
 * The reader of LightGBM's text: small models written out here, their answers worked out by hand
 * from LightGBM's rules, and every refusal with its place and message.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"
#include "converters/convert.h"

/* A header of two features, to be completed by an objective; a tree with the test on feature 0 and
 * the leaves 1 and 2. */
#define HEADER(classes, objective)                                                                 \
    "tree\nversion=v4\nnum_class=" classes "\nnum_tree_per_iteration=" classes                     \
    "\nlabel_index=0\nmax_feature_idx=1\n" objective                                               \
    "feature_names=a b=\xc3\xa9\nfeature_infos=[0:1] 0:1:3\n\n"
#define STUMP(number, threshold, decision)                                                         \
    "Tree=" number "\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nsplit_gain=9\n"                    \
    "threshold=" threshold "\ndecision_type=" decision "\nleft_child=-1\nright_child=-2\n"         \
    "leaf_value=1 2\nleaf_count=30 10\ninternal_count=40\nis_linear=0\nshrinkage=0.1\n\n\n"
#define LEAF(number, value)                                                                        \
    "Tree=" number "\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\ndecision_type=\n"       \
    "left_child=\nright_child=\nleaf_value=" value "\n\n\n"
#define END "end of trees\n\nfeature_importances:\na=1\n\nparameters:\n[a: b]\nend of parameters\n"

static ortl_error error;

static ortl_status convert(const char *text, size_t n_bytes, const ortl_convert_options *options,
                           collected *model_out) {
    ortl_sink sink = {model_out, collect};
    error = (ortl_error){ORTL_OK, ""};
    *model_out = (collected){NULL, 0};
    return ortl_convert_memory(text, n_bytes, &sink, options, NULL, &error);
}

static ortl_session *open_text(const char *text) {
    collected model;
    ortl_session *session;
    ortl_status status = convert(text, strlen(text), NULL, &model);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    session = open_collected(&model);
    free(model.bytes);
    return session;
}

/* The first score of a row, which is the prediction of a regression. */
static float score_of(const char *text, float a, float b) {
    const float row[] = {a, b};
    float scores[8];
    ortl_session *session = open_text(text);
    predict_rows(session, row, 1, 2, NULL, scores);
    ortl_close(session);
    return scores[0];
}

/* ---- Splits ---------------------------------------------------------------------------------- */

typedef struct split_case {
    const char *threshold;
    const char *decision;
    const char *sides; /* of the probes: l or r */
} split_case;

/* LightGBM's 1e-35f and its float neighbours' sides are part of the rule. */
static const float probes[] = {-1.0f,  -2e-35f, -1e-35f, -0.0f, 0.0f,
                               1e-45f, 1e-35f,  2e-35f,  1.0f,  NAN};

static const split_case split_cases[] = {
    /* missing type none: NaN is 0, default_left has no meaning */
    {"0.5", "0", "llllllllrl"},
    {"0.5", "2", "llllllllrl"},
    {"-0.5", "2", "lrrrrrrrrr"},
    {"0", "0", "lllllllrrl"},
    {"1e-40", "0", "lllllllrrl"},
    {"-1e-40", "0", "llrrrrrrrr"},
    {"-1e-50", "0", "llrrrrrrrr"},
    /* missing type zero: what counts as 0, and NaN, goes to the default side */
    {"0.5", "4", "llrrrrrlrr"},
    {"0.5", "6", "lllllllLrl"},
    {"-0.5", "6", "lrlllllrrl"},
    {"-0.5", "4", "lrrrrrrrrr"},
    /* missing type NaN */
    {"0.5", "8", "llllllllrr"},
    {"0.5", "10", "llllllllrl"},
    {"-0.5", "10", "lrrrrrrrrl"},
    {"0", "8", "lllllllrrr"},
    /* thresholds that float does not have */
    {"0.99999999999", "8", "llllllllrr"},
    {"1.00000000001", "8", "lllllllllr"},
    {"1e300", "8", "lllllllllr"},
    {"-1e300", "8", "rrrrrrrrrr"},
    {"inf", "8", "lllllllllr"},
};

START_TEST(splits_send_rows_where_lightgbm_does) {
    const split_case *c = &split_cases[_i];
    enum { N_PROBES = sizeof probes / sizeof *probes };
    char text[2048], sides[N_PROBES + 1] = "";
    snprintf(text, sizeof text, HEADER("1", "objective=regression\n") "%s%s%s%s%s" END,
             "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=", c->threshold,
             "\ndecision_type=", c->decision,
             "\nleft_child=-1\nright_child=-2\nleaf_value=1 2\n\n\n");
    for (size_t i = 0; i < N_PROBES; i++) sides[i] = score_of(text, probes[i], 0) == 1 ? 'l' : 'r';
    for (size_t i = 0; i < N_PROBES; i++)
        ck_assert_msg(sides[i] == (c->sides[i] | 0x20), "threshold %s, decision %s: %s, not %s",
                      c->threshold, c->decision, sides, c->sides);
}
END_TEST

/* The sets {0, 3, 33} and {} on feature 1; NaN and what is no category go right. */
START_TEST(categories_are_truncated) {
    static const char text[] = HEADER(
        "1", "objective=regression\n") "Tree=0\nnum_leaves=3\n"
                                       "num_cat=2\nsplit_feature=1 1\nthreshold=0 "
                                       "1\ndecision_type=1 9\nleft_child=-1 -2\n"
                                       "right_child=1 -3\nleaf_value=1 2 3\ncat_boundaries=0 2 "
                                       "3\ncat_threshold=9 2 0\n\n\n" END;
    static const float members[] = {0, -0.5f, 0.99f, 3, 3.5f, 33, 33.9f, 1e-36f, -1e-36f};
    static const float others[] = {
        1,     2.9f,          4,   32,       34,       -1, -3, 65, 1e6f, 3e9f, -3e9f,
        1e30f, 4294967296.0f, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        ck_assert_msg(score_of(text, 0, members[i]) == 1, "%g is in the set", (double)members[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(score_of(text, 0, others[i]) == 3, "%g is in no set", (double)others[i]);
}
END_TEST

/* The first set of a builder may be empty: nothing is in it. */
START_TEST(an_empty_set_has_no_members) {
    static const char text[] = HEADER(
        "1",
        "objective=regression\n") "Tree=0\nnum_leaves=2\nnum_cat=1\n"
                                  "split_feature=1\nthreshold=0\ndecision_type=1\nleft_child=-"
                                  "1\nright_child=-2\n"
                                  "leaf_value=1 2\ncat_boundaries=0 0\ncat_threshold=\n\n\n" END;
    ck_assert(score_of(text, 0, 0) == 2.0f);
    ck_assert(score_of(text, 0, -1) == 2.0f);
    ck_assert(score_of(text, 0, NAN) == 2.0f);
}
END_TEST

/* ---- Objectives ------------------------------------------------------------------------------ */

typedef struct objective_case {
    const char *line;
    double expected; /* for the raw score -1.5 */
} objective_case;

/* exp(-1.5) = 0.22313016; 1 / (1 + exp(1.5)) = 0.18242552; log(1 + exp(-1.5)) = 0.20141328 */
static const objective_case objective_cases[] = {
    {"", -1.5},
    {"objective=custom\n", -1.5},
    {"objective=none\n", -1.5},
    {"objective=regression\n", -1.5},
    {"objective=regression sqrt\n", -2.25},
    {"objective=regression_l1\n", -1.5},
    {"objective=regression_l1 sqrt\n", -2.25},
    {"objective=huber\n", -1.5},
    {"objective=huber sqrt\n", -1.5},
    {"objective=fair\n", -1.5},
    {"objective=fair sqrt\n", -2.25},
    {"objective=quantile alpha:0.5\n", -1.5},
    {"objective=quantile alpha:0.5 sqrt\n", -2.25},
    {"objective=mape\n", -1.5},
    {"objective=mape sqrt\n", -2.25},
    {"objective=poisson\n", 0.22313016},
    {"objective=poisson sqrt\n", 0.22313016},
    {"objective=gamma\n", 0.22313016},
    {"objective=tweedie\n", 0.22313016},
    {"objective=cross_entropy\n", 0.18242552},
    {"objective=xentropy\n", 0.18242552},
    {"objective=cross_entropy_lambda\n", 0.20141328},
    {"objective=lambdarank\n", -1.5},
    {"objective=rank_xendcg\n", -1.5},
};

START_TEST(objectives_give_what_predict_gives) {
    const objective_case *c = &objective_cases[_i];
    char text[2048];
    double found;
    snprintf(text, sizeof text, HEADER("1", "%s") LEAF("0", "-1.5") END, c->line);
    found = (double)score_of(text, 0, 0);
    ck_assert_msg(fabs(found - c->expected) < 1e-6, "%s: %.9g", c->line, found);
}
END_TEST

static void check_classes(const char *text, size_t n_classes, int64_t label,
                          const double *expected) {
    const float row[] = {0, 0};
    float scores[8];
    int64_t found_label = -1;
    ortl_session *session = open_text(text);
    predict_rows(session, row, 1, 2, &found_label, scores);
    ck_assert_int_eq(found_label, label);
    for (size_t i = 0; i < n_classes; i++)
        ck_assert_msg(fabs((double)scores[i] - expected[i]) < 1e-6, "class %zu: %.9g", i,
                      (double)scores[i]);
    ortl_close(session);
}

START_TEST(binary_multiplies_by_sigmoid) {
    /* 1 / (1 + exp(-0.5 * 3)) */
    const double expected[] = {0.18242552, 0.81757448};
    check_classes(HEADER("1", "objective=binary sigmoid:0.5\n") LEAF("0", "3") END, 2, 1, expected);
    /* Scores between 0 and one half, no leaf below 0. */
    const double small[] = {0.45016600, 0.54983400};
    check_classes(HEADER("1", "objective=binary sigmoid:1\n") LEAF("0", "0.2") END, 2, 1, small);
}
END_TEST

START_TEST(classes_have_a_tree_each) {
    const double softmax[] = {0.09003057, 0.66524096, 0.24472847};
    const double sigmoids[] = {0.5, 0.73105858, 0.62245933};
    check_classes(HEADER("3", "objective=multiclass num_class:3\n") LEAF("0", "0") LEAF("1", "2")
                      LEAF("2", "1") END,
                  3, 1, softmax);
    check_classes(HEADER("3", "objective=multiclassova num_class:3 sigmoid:0.5\n") LEAF("0", "0")
                      LEAF("1", "2") LEAF("2", "1") END,
                  3, 1, sigmoids);
}
END_TEST

START_TEST(a_custom_objective_has_any_number_of_scores) {
    const float row[] = {0, 0};
    float scores[2];
    ortl_session *session = open_text(HEADER("2", "") LEAF("0", "0.25") LEAF("1", "-4")
                                          LEAF("2", "1") LEAF("3", "2") END);
    predict_rows(session, row, 1, 2, NULL, scores);
    ck_assert(scores[0] == 1.25f && scores[1] == -2.0f);
    ortl_close(session);
}
END_TEST

/* ---- Whole models ---------------------------------------------------------------------------- */

START_TEST(forests_divide_by_iterations) {
    const double expected[] = {0.11920292, 0.88079708}; /* sigmoid of the mean, 2 */
    ck_assert(score_of(HEADER("1", "objective=regression\naverage_output\n") LEAF("0", "1")
                           LEAF("1", "2") LEAF("2", "6") END,
                       0, 0) == 3.0f);
    check_classes(HEADER("1", "objective=binary sigmoid:1\naverage_output\n") LEAF("0", "1")
                      LEAF("1", "3") END,
                  2, 1, expected);
    /* Two trees of one iteration: nothing to divide. */
    ck_assert(score_of(HEADER("2", "average_output\n") LEAF("0", "4") LEAF("1", "3") END, 0, 0) ==
              4.0f);
}
END_TEST

START_TEST(a_model_may_have_no_trees) {
    ck_assert(score_of(HEADER("1", "objective=poisson\ntree_sizes=\n") END, 0, 0) == 1.0f);
}
END_TEST

START_TEST(line_ends_may_be_of_windows) {
    static const char text[] =
        HEADER("1", "objective=regression\ntree_sizes=9999\n") STUMP("0", "0.5", "2") END;
    char windows[2 * sizeof text];
    size_t n = 0;
    for (const char *c = text; *c; c++) {
        /* With \n alone the size would be found wrong below; here it must be in the text. */
        if (*c == '\n') windows[n++] = '\r';
        windows[n++] = *c;
    }
    windows[n] = 0;
    memcpy(strstr(windows, "9999"), "0100", 4);
    ck_assert(score_of(windows, 0.75f, 0) == 2.0f);
}
END_TEST

START_TEST(what_the_text_tells_is_recorded) {
    ortl_session *session = open_text(HEADER("1", "objective=binary sigmoid:1\n") STUMP(
        "0", "0.5", "2") END "\npandas_categorical:[[\"x\", \"y\"]]\n");
    ck_assert_str_eq(metadata_of(session, "objective"), "binary sigmoid:1");
    ck_assert_str_eq(metadata_of(session, "pandas_categorical"), "[[\"x\", \"y\"]]");
    ck_assert_str_eq(metadata_of(session, "feature_names"), "[\"a\",\"b=\xc3\xa9\"]");
    ortl_close(session);
    session = open_text(HEADER("1", "") LEAF("0", "1") END "pandas_categorical:null");
    ck_assert_str_eq(metadata_of(session, "pandas_categorical"), "");
    ortl_close(session);
}
END_TEST

START_TEST(a_file_is_recognised_by_its_start) {
    static const char dump[] = "{\"name\": \"tree\", \"num_tree_per_iteration\": 1}";
    collected model;
    ck_assert_int_eq(convert(dump, sizeof dump - 1, NULL, &model), ORTL_UNSUPPORTED);
    ck_assert_str_eq(error.message, "a JSON dump of LightGBM is for people to read; convert what "
                                    "save_model writes");
    ck_assert_int_eq(convert("trees\n", 6, NULL, &model), ORTL_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "not recognised"));
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

/* Lines are counted here: the header takes 1 to 10, tree 0 11 to 26, tree 1 27 to 41. */
static const char sound[] = HEADER("1", "objective=binary sigmoid:1\n") STUMP(
    "0", "0.5", "2") "Tree=1\nnum_leaves=3\nnum_cat=1\nsplit_feature=0 1\nthreshold=0.25 0\n"
                     "decision_type=2 1\nleft_child=1 -1\nright_child=-2 -3\nleaf_value=1 2 3\n"
                     "leaf_count=1 2 3\ninternal_count=6 4\ncat_boundaries=0 1\ncat_threshold=5\n"
                     "is_linear=0\n\n\n" END;

typedef struct refusal {
    const char *find; /* replaced at its first occurrence in the sound text */
    const char *replacement;
    ortl_status status;
    const char *message;
} refusal;

static const refusal refusals[] = {
    /* the header */
    {"version=v4", "version=v5", ORTL_UNSUPPORTED,
     "line 2: text version \"v5\" is not known; v2, v3 and v4 are"},
    {"version=v4\n", "", ORTL_UNSUPPORTED,
     "the header has no version: load the model with LightGBM 2.1 or newer and save it again"},
    {"version=v4", "version=v4\nversion=v4", ORTL_BAD_MODEL,
     "line 3: version is given twice, first in line 2"},
    {"num_class=1\n", "", ORTL_BAD_MODEL, "line 10: the header ends without num_class"},
    {"num_class=1", "num_class=x", ORTL_BAD_MODEL,
     "line 3, column 11: num_class: a whole number expected, found \"x\""},
    {"num_class=1", "num_class=", ORTL_BAD_MODEL,
     "line 3, column 11: num_class ends after 0 values, more expected"},
    {"num_class=1", "num_class=1 1", ORTL_BAD_MODEL,
     "line 3, column 13: num_class has more than the expected 1 value"},
    {"num_class=1", "num_class=2", ORTL_BAD_MODEL,
     "line 3, column 11: num_class is 2 and num_tree_per_iteration 1, expected the same and above "
     "0"},
    {"num_class=1", "num_class=70000", ORTL_LIMIT, NULL},
    {"num_class=1", "num_class=99999999999999999999", ORTL_BAD_MODEL, NULL},
    {"max_feature_idx=1", "max_feature_idx=-1", ORTL_BAD_MODEL,
     "line 6, column 17: max_feature_idx is -1, expected 0 to 2147483647"},
    {"max_feature_idx=1", "max_feature_idx=2147483647", ORTL_LIMIT, NULL},
    {"max_feature_idx=1", "max_feature_idx=2", ORTL_BAD_MODEL,
     "line 8: words of feature_names: 2, expected 3 (max_feature_idx + 1)"},
    {"feature_infos=[0:1] ", "feature_infos=", ORTL_BAD_MODEL,
     "line 9: words of feature_infos: 1, expected 2 (max_feature_idx + 1)"},
    {"feature_names=a", "feature_names=\xff", ORTL_BAD_MODEL,
     "feature name \"\\xff\" is not valid UTF-8"},
    {"objective=binary", "objective=binery", ORTL_UNSUPPORTED,
     "line 7, column 11: objective \"binery\" is unknown, so what predict makes of the scores is "
     "too (without the objective line the file converts to raw scores)"},
    {"sigmoid:1", "", ORTL_BAD_MODEL, "line 7, column 11: binary needs sigmoid:K"},
    {"sigmoid:1", "sigmoid:-1", ORTL_BAD_MODEL,
     "line 7, column 18: a number above 0 expected in \"sigmoid:-1\""},
    {"sigmoid:1", "sigmoid:nan", ORTL_BAD_MODEL,
     "line 7, column 18: a number above 0 expected in \"sigmoid:nan\""},
    {"binary sigmoid:1", "multiclass num_class:3", ORTL_BAD_MODEL,
     "line 7, column 11: multiclass needs num_class:K, K at least 2 and the same as the header's "
     "num_class, 1"},
    {"num_class=1\nnum_tree_per_iteration=1", "num_class=2\nnum_tree_per_iteration=2",
     ORTL_BAD_MODEL, "line 7, column 11: binary has one score, the header's num_class is 2"},
    {"num_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\nobjective=binary "
     "sigmoid:1",
     "num_class=3\nnum_tree_per_iteration=3\nlabel_index=0\nmax_feature_idx=1\nobjective=none",
     ORTL_BAD_MODEL, "2 trees are no multiple of num_tree_per_iteration, 3"},
    {"label_index=0", "tree_sizes=1 2", ORTL_BAD_MODEL,
     "line 27: tree 1 does not begin where tree_sizes says (the text was altered?)"},
    {"label_index=0", "tree_sizes=5000 9", ORTL_BAD_MODEL,
     "line 11: tree 0 takes 5000 bytes, the text has 492 left (cut off?)"},
    {"label_index=0", "tree_sizes=196", ORTL_BAD_MODEL,
     "line 5, column 15: tree_sizes ends after 1 value, more expected"},
    {"label_index=0", "tree_sizes=196 9 9", ORTL_BAD_MODEL,
     "line 5, column 18: tree_sizes has more than the expected 2 values"},
    /* trees */
    {"Tree=1", "Tree=2", ORTL_BAD_MODEL, "line 27, column 6: Tree is 2, expected 1"},
    {"Tree=1", "tree=1", ORTL_BAD_MODEL, "line 27: \"Tree=1\" or \"end of trees\" expected"},
    {"num_leaves=3\n", "", ORTL_BAD_MODEL, "line 27: tree 1 has no num_leaves"},
    {"num_leaves=3", "num_leaves=0", ORTL_BAD_MODEL,
     "line 28, column 12: num_leaves is 0, expected 1 to 2147483647"},
    {"num_leaves=3", "num_leaves=2000000000", ORTL_BAD_MODEL,
     "line 35: tree 1 needs 2000000000 values in leaf_value, which is too short"},
    {"num_leaves=3", "num_leaves=2", ORTL_BAD_MODEL, NULL},
    {"num_leaves=3", "num_leaves=4", ORTL_BAD_MODEL,
     "line 35: tree 1 needs 4 values in leaf_value, which is too short"},
    {"num_cat=1\n", "", ORTL_BAD_MODEL, "line 27: tree 1 has no num_cat"},
    {"num_cat=1", "num_cat=3", ORTL_BAD_MODEL, "line 29, column 9: num_cat is 3, expected 0 to 2"},
    {"num_cat=1", "num_cat=0", ORTL_BAD_MODEL,
     "line 31: tree 1, node 1: has not the next of the 0 sets of categories"},
    {"split_feature=0 1\n", "", ORTL_BAD_MODEL, "line 27: tree 1 has no split_feature"},
    {"split_feature=0 1", "split_feature=0 2", ORTL_BAD_MODEL,
     "line 30, column 17: split_feature is 2, expected 0 to 1"},
    {"split_feature=0 1", "split_feature=0 1 0", ORTL_BAD_MODEL,
     "line 30, column 19: split_feature has more than the expected 2 values"},
    {"split_feature=0 1", "split_feature=0  ", ORTL_BAD_MODEL,
     "line 30, column 18: split_feature ends after 1 value, more expected"},
    {"threshold=0.25", "threshold=0,25", ORTL_BAD_MODEL,
     "line 31, column 11: threshold: a number expected, found \"0,25\""},
    {"threshold=0.25", "threshold=nan", ORTL_BAD_MODEL,
     "line 31: tree 1, node 0: the threshold is NaN"},
    {"threshold=0.25 0", "threshold=0.25 1", ORTL_BAD_MODEL,
     "line 31: tree 1, node 1: has not the next of the 1 sets of categories"},
    {"decision_type=2 1", "decision_type=3 1", ORTL_BAD_MODEL, NULL},
    {"decision_type=2 1", "decision_type=12 1", ORTL_BAD_MODEL,
     "line 32, column 15: decision_type is 12, expected 0 to 11"},
    {"left_child=1 -1", "left_child=2 -1", ORTL_BAD_MODEL,
     "line 33, column 12: left_child is 2, expected -3 to 1"},
    {"left_child=1 -1", "left_child=1 -4", ORTL_BAD_MODEL,
     "line 33, column 14: left_child is -4, expected -3 to 1"},
    {"left_child=1 -1", "left_child=0 -1", ORTL_BAD_MODEL,
     "line 27: tree 1, node 0: is the child of two nodes"},
    {"right_child=-2 -3", "right_child=-2 -1", ORTL_BAD_MODEL,
     "line 27: tree 1, node 2: is the child of two nodes"},
    {"leaf_value=1 2 3\n", "", ORTL_BAD_MODEL, "line 27: tree 1 has no leaf_value"},
    {"leaf_value=1 2 3", "leaf_value=1 2 3 4", ORTL_BAD_MODEL,
     "line 35, column 18: leaf_value has more than the expected 3 values"},
    {"leaf_value=1 2 3", "leaf_value=1 2 inf", ORTL_BAD_MODEL,
     "line 35: tree 1, node 4: the leaf value is not finite"},
    {"leaf_value=1 2 3", "leaf_value=1 1e39 3", ORTL_BAD_MODEL,
     "line 35: tree 1, node 3: the leaf value is not finite as float"},
    {"leaf_count=1 2 3", "leaf_count=1 -2 3", ORTL_BAD_MODEL, NULL},
    {"internal_count=6 4", "internal_count=6", ORTL_BAD_MODEL,
     "line 37, column 17: internal_count ends after 1 value, more expected"},
    {"cat_boundaries=0 1\n", "", ORTL_BAD_MODEL, "line 27: tree 1 has no cat_boundaries"},
    {"cat_boundaries=0 1", "cat_boundaries=1 1", ORTL_BAD_MODEL,
     "line 38, column 16: cat_boundaries is 1, expected 0"},
    {"cat_boundaries=0 1", "cat_boundaries=0 -1", ORTL_BAD_MODEL,
     "line 38, column 18: cat_boundaries is -1, expected 0 to 2147483647"},
    {"cat_boundaries=0 1", "cat_boundaries=0 2000000000", ORTL_BAD_MODEL,
     "line 39: tree 1 needs 2000000000 values in cat_threshold, which is too short"},
    {"cat_threshold=5", "cat_threshold=4294967296", ORTL_BAD_MODEL,
     "line 39, column 15: cat_threshold is 4294967296, expected 0 to 4294967295"},
    {"cat_threshold=5", "cat_threshold=5 5", ORTL_BAD_MODEL,
     "line 39, column 17: cat_threshold has more than the expected 1 value"},
    {"is_linear=0", "is_linear=1", ORTL_UNSUPPORTED,
     "line 23: tree 0 has linear leaves, which a tree ensemble cannot express (retrain with "
     "linear_tree=false)"},
    {"leaf_count=1", "leaf_value=1", ORTL_BAD_MODEL,
     "line 36: leaf_value is given twice, first in line 35"},
    /* behind them */
    {"end of trees\n\nfeature_importances:", "", ORTL_BAD_MODEL, NULL},
    {"end of parameters", "", ORTL_BAD_MODEL,
     "line 51: the text ends within the parameters (cut off?)"},
};

/* Changes tree 1 where the words stand in both. */
static void change(const refusal *c, char *text_out) {
    const char *tree = strstr(sound, "Tree=1");
    const char *place = strstr(tree, c->find);
    if (!place || strncmp(c->find, "is_linear", 9) == 0) place = strstr(sound, c->find);
    ck_assert_msg(place != NULL, "\"%s\" is not in the text", c->find);
    memcpy(text_out, sound, (size_t)(place - sound));
    strcpy(text_out + (place - sound), c->replacement);
    strcat(text_out, place + strlen(c->find));
}

START_TEST(broken_texts_are_refused) {
    const refusal *c = &refusals[_i];
    char text[4096];
    collected model;
    ortl_status status;
    change(c, text);
    status = convert(text, strlen(text), NULL, &model);
    ck_assert_msg(status == c->status && error.status == status, "\"%s\": status %d, %s",
                  c->replacement, (int)status, error.message);
    if (c->message) ck_assert_str_eq(error.message, c->message);
    ck_assert_ptr_null(model.bytes);
}
END_TEST

/* A sound text is read until "end of trees", and nothing shorter is; the parameters, once begun,
 * must end too. The start of the text stands in a block of its own, for the sanitizer to see
 * reading behind it. */
START_TEST(cut_texts_are_refused) {
    size_t n_needed = (size_t)(strstr(sound, "end of trees") - sound) + strlen("end of trees");
    size_t begin_parameters = (size_t)(strstr(sound, "parameters:") - sound) + 11;
    size_t end_parameters = (size_t)(strstr(sound, "end of parameters") - sound) + 17;
    for (size_t n = 0; n < sizeof sound; n++) {
        int is_enough = n >= n_needed && (n < begin_parameters || n >= end_parameters);
        char *text = malloc(n ? n : 1);
        collected model;
        ortl_status status;
        ck_assert_ptr_nonnull(text);
        memcpy(text, sound, n);
        status = convert(text, n, NULL, &model);
        ck_assert_msg((status == ORTL_OK) == is_enough, "%zu bytes: %s", n, error.message);
        ck_assert(status == ORTL_OK || status == ORTL_BAD_MODEL || status == ORTL_UNSUPPORTED);
        free(model.bytes);
        free(text);
    }
}
END_TEST

START_TEST(limits_hold) {
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    collected model;
    options.limits.trees = 1;
    ck_assert_int_eq(convert(sound, strlen(sound), &options, &model), ORTL_LIMIT);
    options.limits.trees = 0;
    options.limits.tree_nodes = 4;
    ck_assert_int_eq(convert(sound, strlen(sound), &options, &model), ORTL_LIMIT);
    options.limits.tree_nodes = 0;
    options.limits.features = 1;
    ck_assert_int_eq(convert(sound, strlen(sound), &options, &model), ORTL_LIMIT);
    options.limits.features = 0;
    options.limits.memory_bytes = 3000;
    ck_assert_int_eq(convert(sound, strlen(sound), &options, &model), ORTL_LIMIT);
}
END_TEST

/* ---- Memory that fails ----------------------------------------------------------------------- */

typedef struct faulty {
    int n_requests, fail_at;
    int64_t n_out;
} faulty;

static void *faulty_allocate(void *user, size_t n_bytes) {
    faulty *f = user;
    if (f->n_requests++ == f->fail_at) return NULL;
    f->n_out++;
    return malloc(n_bytes);
}

static void *faulty_reallocate(void *user, void *block, size_t old_bytes, size_t new_bytes) {
    faulty *f = user;
    (void)old_bytes;
    return f->n_requests++ == f->fail_at ? NULL : realloc(block, new_bytes);
}

static void faulty_release(void *user, void *block, size_t n_bytes) {
    (void)n_bytes;
    ((faulty *)user)->n_out--;
    free(block);
}

START_TEST(every_allocation_may_fail) {
    ortl_status status = ORTL_NO_MEMORY;
    int n_failures = 0;
    for (; status == ORTL_NO_MEMORY; n_failures++) {
        faulty f = {0, n_failures, 0};
        ortl_allocator allocator = {&f, faulty_allocate, faulty_reallocate, faulty_release};
        ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
        collected model;
        options.allocator = &allocator;
        status = convert(sound, strlen(sound), &options, &model);
        ck_assert_int_eq(f.n_out, 0);
        free(model.bytes);
    }
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_gt(n_failures, 20);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void) {
    TCase *tests = tcase_create("lightgbm");
    tcase_add_loop_test(tests, splits_send_rows_where_lightgbm_does, 0, COUNT(split_cases));
    tcase_add_test(tests, categories_are_truncated);
    tcase_add_test(tests, an_empty_set_has_no_members);
    tcase_add_loop_test(tests, objectives_give_what_predict_gives, 0, COUNT(objective_cases));
    tcase_add_test(tests, binary_multiplies_by_sigmoid);
    tcase_add_test(tests, classes_have_a_tree_each);
    tcase_add_test(tests, a_custom_objective_has_any_number_of_scores);
    tcase_add_test(tests, forests_divide_by_iterations);
    tcase_add_test(tests, a_model_may_have_no_trees);
    tcase_add_test(tests, line_ends_may_be_of_windows);
    tcase_add_test(tests, what_the_text_tells_is_recorded);
    tcase_add_test(tests, a_file_is_recognised_by_its_start);
    tcase_add_loop_test(tests, broken_texts_are_refused, 0, COUNT(refusals));
    tcase_add_test(tests, cut_texts_are_refused);
    tcase_add_test(tests, limits_hold);
    tcase_add_test(tests, every_allocation_may_fail);
    Suite *suite = suite_create("lightgbm");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
