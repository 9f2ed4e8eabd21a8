/*
 * The reader of CatBoost's JSON: small models written out here, their answers worked out by hand
 * from CatBoost's rules, and every refusal with its place and message.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"
#include "converted_model.h"

/* Columns: 0 a float, 1 a category, 2 a float for which NaN is above every border. The hash of "7"
 * and of "seven" is 4000000000, as a signed number -294967296. */
#define FEATURES                                                                                   \
    "\"features_info\":{\"float_features\":[{\"flat_feature_index\":0,\"feature_index\":0,"        \
    "\"feature_id\":\"a\",\"nan_value_treatment\":\"AsIs\"},{\"flat_feature_index\":2,"            \
    "\"feature_index\":1,\"feature_id\":\"\\u00e9\",\"nan_value_treatment\":\"AsTrue\"}],"         \
    "\"categorical_features\":[{\"flat_feature_index\":1,\"feature_index\":0,"                     \
    "\"feature_id\":\"c\"}],\"cat_features_hash\":[{\"hash\":5,\"value\":\"-3\"},"                 \
    "{\"hash\":4000000000,\"value\":\"7\"},{\"hash\":9,\"value\":\"red\"},"                        \
    "{\"hash\":11,\"value\":\"1.0\"},{\"hash\":4000000000,\"value\":\"8\"}]}"
#define LOSS(name)  "\"params\":{\"loss_function\":{\"type\":\"" name "\",\"params\":{}}}"
#define INFO(inner) ",\"model_info\":{" inner "}"
#define ABOVE(feature, border)                                                                     \
    "{\"split_type\":\"FloatFeature\",\"float_feature_index\":" feature ",\"border\":" border "}"
#define EQUALS(hash) "{\"split_type\":\"OneHotFeature\",\"cat_feature_index\":0,\"value\":" hash "}"
#define TREE(splits, values)                                                                       \
    "{\"leaf_weights\":[1,2],\"leaf_values\":[" values "],\"splits\":[" splits "]}"
#define MODEL(info, trees, bias)                                                                   \
    "{" FEATURES info ",\"oblivious_trees\":[" trees "],\"scale_and_bias\":" bias "}"

static void ask(const char *text, const float row[3], int64_t *label, float *scores) {
    source_file f = text_file(NULL, text);
    ask_converted(&f, row, 3, label, scores);
}

static float score(const char *text, float a, float c, float e) {
    float scores[8];
    ask(text, (float[]){a, c, e}, NULL, scores);
    return scores[0];
}

/* ---- Trees ----------------------------------------------------------------------------------- */

/* Split i is bit i of the leaf; a border is passed by what is above it. */
START_TEST(splits_are_the_bits_of_the_leaf) {
    static const char text[] = MODEL(
        INFO(LOSS("RMSE")), TREE(ABOVE("0", "0.1") "," ABOVE("1", "2"), "1,2,3,4"), "[1,[0]]");
    ck_assert(score(text, 0.1f, 0, 2) == 1); /* the border is the float nearest to 0.1 */
    ck_assert(score(text, nextafterf(0.1f, 1), 0, 2) == 2);
    ck_assert(score(text, 0, 0, 3) == 3);
    ck_assert(score(text, 1, 0, 3) == 4);
    ck_assert(score(text, NAN, 0, 2) == 1);
    ck_assert(score(text, NAN, 0, NAN) == 3);
    ck_assert(score(text, INFINITY, 0, -INFINITY) == 2);
}
END_TEST

START_TEST(categories_are_the_numbers_behind_the_hashes) {
    static const char text[] =
        MODEL(INFO(LOSS("RMSE")), TREE(EQUALS("5") "," EQUALS("-294967296"), "1,2,3,4"), "[1,[0]]");
    static const float others[] = {0, 3, -2, 7.5f, 9, 1e9f, NAN, INFINITY};
    ck_assert(score(text, 0, -3, 0) == 2);
    ck_assert(score(text, 0, 7, 0) == 3);
    ck_assert(score(text, 0, 8, 0) == 3);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert(score(text, 0, others[i], 0) == 1);
}
END_TEST

START_TEST(scale_and_bias_apply_to_the_sum) {
    static const char text[] =
        MODEL(INFO(LOSS("RMSE")), TREE("", "1.5") "," TREE("", "2"), "[2,[0.25]]");
    static const char number[] = MODEL("", TREE("", "1.5"), "[0.5,1]");
    static const char neither[] = "{" FEATURES ",\"oblivious_trees\":[" TREE("", "1.5") "]}";
    ck_assert(score(text, 0, 0, 0) == 7.25f);
    ck_assert(score(number, 0, 0, 0) == 1.75f);
    ck_assert(score(neither, 0, 0, 0) == 1.5f);
}
END_TEST

#define NESTED(info, trees, bias)                                                                  \
    "{\"scale_and_bias\":" bias ",\"trees\":[" trees "]" info "," FEATURES "}"
#define LEAF(value)               "{\"value\":" value ",\"weight\":2}"
#define INNER(split, left, right) "{\"left\":" left ",\"right\":" right ",\"split\":" split "}"

/* Parts and keys in another order than CatBoost's. */
START_TEST(nested_trees_go_right_above_the_border) {
    static const char text[] = NESTED(
        INFO(LOSS("RMSE")),
        INNER(ABOVE("0", "0"), INNER(ABOVE("1", "1"), LEAF("1"), LEAF("2")), LEAF("3")), "[1,[0]]");
    ck_assert(score(text, 0, 0, 1) == 1);
    ck_assert(score(text, 0, 0, NAN) == 2);
    ck_assert(score(text, 1e-45f, 0, 0) == 3);
}
END_TEST

START_TEST(nested_leaves_may_be_vectors) {
    static const char text[] = NESTED(
        INFO(LOSS("MultiRMSE")),
        INNER(ABOVE("0", "0"), LEAF("[1,2]"), LEAF("[3,4]")) "," LEAF("[10,20]"), "[1,[0.5,0.25]]");
    float scores[2];
    ask(text, (float[]){0, 0, 0}, NULL, scores);
    ck_assert(scores[0] == 11.5f && scores[1] == 22.25f);
    ask(text, (float[]){1, 0, 0}, NULL, scores);
    ck_assert(scores[0] == 13.5f && scores[1] == 24.25f);
}
END_TEST

/* ---- Loss functions -------------------------------------------------------------------------- */

typedef struct loss_case {
    const char *loss;
    double expected; /* for the raw score -1.5 */
} loss_case;

/* exp(-1.5) = 0.22313016; 1 / (1 + exp(-1.5)) = 0.81757448 is the first of two classes. */
static const loss_case loss_cases[] = {
    {"RMSE", -1.5},          {"Quantile", -1.5},           {"LogLinQuantile", -1.5},
    {"Cox", -1.5},           {"YetiRank", -1.5},           {"Anything", -1.5},
    {"Poisson", 0.22313016}, {"Tweedie", 0.22313016},      {"Logloss", 0.81757448},
    {"Focal", 0.81757448},   {"CrossEntropy", 0.81757448},
};

START_TEST(losses_give_what_predict_gives) {
    const loss_case *c = &loss_cases[_i];
    static const char begin[] = "{" FEATURES ",\"model_info\":{\"params\":{\"loss_function\":"
                                "{\"type\":\"";
    static const char end[] =
        "\"}}},\"oblivious_trees\":[" TREE("", "-1.5") "],"
                                                       "\"scale_and_bias\":[1,[0]]}";
    char text[4096];
    double found;
    text[0] = '\0';
    strcat(strcat(strcat(text, begin), c->loss), end);
    found = (double)score(text, 0, 0, 0);
    ck_assert_msg(fabs(found - c->expected) < 1e-6, "%s: %.9g", c->loss, found);
}
END_TEST

/* The sum of two models keeps its loss function as a text. */
START_TEST(a_loss_within_a_text) {
    static const char text[] =
        MODEL(INFO("\"loss_function\":\"{\\\"type\\\":\\\"Poisson\\\",\\\"params\\\":{}}\""),
              TREE("", "-1.5"), "[1,[0]]");
    ck_assert(fabsf(score(text, 0, 0, 0) - 0.22313016f) < 1e-6f);
}
END_TEST

START_TEST(uncertainty_gives_mean_and_variance) {
    static const char text[] =
        MODEL(INFO(LOSS("RMSEWithUncertainty")), TREE("", "1.5,-0.5"), "[1,[0,0]]");
    float scores[2];
    ask(text, (float[]){0, 0, 0}, NULL, scores);
    ck_assert(scores[0] == 1.5f && fabsf(scores[1] - expf(-1)) < 1e-6f);
}
END_TEST

START_TEST(labels_do_not_exclude_each_other) {
    static const char text[] = MODEL(INFO(LOSS("MultiLogloss")), TREE("", "0,-1.5"), "[1,[0,0]]");
    float scores[2];
    ask(text, (float[]){0, 0, 0}, NULL, scores);
    ck_assert(scores[0] == 0.5f && fabsf(scores[1] - 0.18242552f) < 1e-6f);
}
END_TEST

/* ---- Classes --------------------------------------------------------------------------------- */

#define CLASSES(names, more) "\"class_params\":{\"class_names\":" names more "}"

START_TEST(classes_by_softmax_and_one_by_one) {
    static const char softmax[] = MODEL(INFO(LOSS("MultiClass") "," CLASSES("[20,-5,7]", "")),
                                        TREE("", "0,1,0"), "[1,[0,0,0]]");
    static const char each[] =
        MODEL(INFO(LOSS("MultiClassOneVsAll")), TREE("", "0,1,0"), "[1,[0,0,0]]");
    float scores[3];
    int64_t label = -1;
    ask(softmax, (float[]){0, 0, 0}, &label, scores);
    ck_assert_int_eq(label, -5);
    ck_assert(fabsf(scores[0] - 0.21194156f) < 1e-6f && fabsf(scores[1] - 0.5761169f) < 1e-6f);
    ask(each, (float[]){0, 0, 0}, &label, scores);
    ck_assert_int_eq(label, 1);
    ck_assert(scores[0] == 0.5f && fabsf(scores[1] - 0.73105858f) < 1e-6f);
}
END_TEST

/* Classes 1 and 3 of five had rows. */
START_TEST(classes_without_rows_have_no_probability) {
    static const char text[] = MODEL(
        INFO(LOSS("MultiClass") "," CLASSES("[]", ",\"classes_count\":5,\"class_to_label\":[1,3]")),
        TREE("", "0,1"), "[1,[0,0]]");
    float scores[5];
    int64_t label = -1;
    ask(text, (float[]){0, 0, 0}, &label, scores);
    ck_assert_int_eq(label, 3);
    ck_assert(scores[0] == 0 && scores[2] == 0 && scores[4] == 0);
    ck_assert(fabsf(scores[3] - 0.73105858f) < 1e-6f && fabsf(scores[1] - 0.26894142f) < 1e-6f);
}
END_TEST

START_TEST(two_classes_may_be_texts) {
    static const char text[] =
        MODEL(INFO(LOSS("Logloss") "," CLASSES("[\"no\",\"y\\u0065s\"]",
                                               ",\"class_label_type\":\"String\"")),
              TREE(ABOVE("0", "0"), "-1,1"), "[1,[0]]");
    source_file f = text_file(NULL, text);
    ortl_session *session = open_converted(&f);
    ck_assert_str_eq(metadata_of(session, "class_labels"), "[\"no\",\"yes\"]");
    ortl_close(session);
}
END_TEST

START_TEST(the_model_says_where_it_is_from) {
    static const char text[] = MODEL(
        INFO(LOSS("MAE") ",\"catboost_version_info\":\"Git info:\\n  Summary: CatBoost release "
                         "1.2.10. commit\""),
        TREE("", "1"), "[1,[0]]");
    source_file f = text_file(NULL, text);
    ortl_session *session = open_converted(&f);
    ck_assert_str_eq(metadata_of(session, "trainer"), "catboost");
    ck_assert_str_eq(metadata_of(session, "trainer_version"), "1.2.10");
    ck_assert_str_eq(metadata_of(session, "objective"), "MAE");
    ck_assert_str_eq(metadata_of(session, "feature_names"), "[\"a\",\"c\",\"\xc3\xa9\"]");
    ortl_close(session);
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

typedef struct refusal {
    const char *text;
    ortl_status status;
    const char *words;
} refusal;

#define BROKEN_TREE(tree) MODEL("", tree, "[1,[0]]")
#define BROKEN_FEATURES(inner)                                                                     \
    "{\"features_info\":{" inner "},\"oblivious_trees\":[" TREE("", "1") "]}"

static const refusal refusals[] = {
    {"{\"oblivious_trees\":[]}", ORTL_BAD_MODEL, "the model has no features_info"},
    {"{" FEATURES "}", ORTL_BAD_MODEL, "expected either oblivious_trees or trees"},
    {MODEL("", "", "[1,[]]"), ORTL_BAD_MODEL, "neither trees nor bias tell how many scores"},
    {MODEL("", TREE("", "1"), "[0,[0]]"), ORTL_BAD_MODEL, "the scale of the sum is 0"},
    {MODEL("", TREE("", "1"), "[1,[0],2]"), ORTL_BAD_MODEL, "to have two items"},
    {MODEL("", TREE("", "1,2"), "[1,[0]]"), ORTL_BAD_MODEL,
     "tree 0: its leaves have 2 values, expected 1"},
    {BROKEN_TREE(TREE(ABOVE("0", "0"), "1,2,3")), ORTL_BAD_MODEL,
     "tree 0: 3 leaf values do not fit 1 splits"},
    {BROKEN_TREE(TREE(ABOVE("2", "0"), "1,2")), ORTL_BAD_MODEL,
     "the split tests float feature 2, there are 2"},
    {BROKEN_TREE(TREE("{\"split_type\":\"OnlineCtr\",\"border\":1}", "1,2")), ORTL_UNSUPPORTED,
     "a split tests a CTR"},
    {BROKEN_TREE(TREE("{\"split_type\":\"EstimatedFeature\"}", "1,2")), ORTL_UNSUPPORTED,
     "no float or one-hot feature"},
    {BROKEN_TREE(TREE("{}", "1,2")), ORTL_BAD_MODEL, "a split without split_type"},
    {BROKEN_TREE(TREE(EQUALS("9"), "1,2")), ORTL_UNSUPPORTED,
     "column 1 is compared with the text \"red\""},
    {BROKEN_TREE(TREE(EQUALS("11"), "1,2")), ORTL_UNSUPPORTED,
     "column 1 is compared with the text \"1.0\""},
    {BROKEN_TREE(TREE(EQUALS("6"), "1,2")), ORTL_UNSUPPORTED,
     "cat_features_hash does not tell which category is meant"},
    {BROKEN_TREE(TREE(EQUALS("4294967296"), "1,2")), ORTL_BAD_MODEL, "more than 32 bits"},
    {BROKEN_TREE(TREE("", "1e400")), ORTL_BAD_MODEL, "tree 0"},
    {MODEL("", TREE(ABOVE("0", "0"), "1,\"x\""), "[1,[0]]"), ORTL_BAD_MODEL, "expected a number"},
    {NESTED("", INNER(ABOVE("0", "0"), LEAF("1"), LEAF("[1,2]")), "[1,[0]]"), ORTL_BAD_MODEL,
     "tree 0: its leaves have 2 values, expected 1"},
    {NESTED("", "{\"left\":" LEAF("1") ",\"split\":" ABOVE("0", "0") "}", "[1,[0]]"),
     ORTL_BAD_MODEL, "expected a node with split, left and right, or with value"},
    {NESTED("", "{\"left\":" LEAF("1") ",\"left\":" LEAF("1") "}", "[1,[0]]"), ORTL_BAD_MODEL,
     "a child is given twice"},
    {NESTED("", "{}", "[1,[0]]"), ORTL_BAD_MODEL, "its leaves have 0 values"},
    {MODEL(INFO(LOSS("MultiClass")), TREE("", "1"), "[1,[0]]"), ORTL_BAD_MODEL,
     "the loss function MultiClass with a bias for 1 scores"},
    {MODEL(INFO(LOSS("Logloss")), TREE("", "1,2"), "[1,[0,0]]"), ORTL_BAD_MODEL,
     "the loss function Logloss with a bias for 2 scores"},
    {MODEL(INFO(LOSS("Logloss") ",\"binclass_probability_threshold\":\"0.3\""), TREE("", "1"),
           "[1,[0]]"),
     ORTL_UNSUPPORTED, "the probability threshold is 0.3"},
    {MODEL(INFO(LOSS("Logloss") "," CLASSES("[0.5,1]", "")), TREE("", "1"), "[1,[0]]"),
     ORTL_UNSUPPORTED, "the class label 0.5 is no whole number"},
    {MODEL(INFO(LOSS("Logloss") "," CLASSES("[0,1]", ",\"class_to_label\":[1,0]")), TREE("", "1"),
           "[1,[0]]"),
     ORTL_BAD_MODEL, "class_to_label: 0 is not above the one before"},
    {MODEL(INFO(LOSS("Logloss") "," CLASSES("[0,1]", ",\"class_to_label\":[0]")), TREE("", "1"),
           "[1,[0]]"),
     ORTL_BAD_MODEL, "class_to_label has 1 items, expected 2"},
    {MODEL(INFO(LOSS("MultiClass") "," CLASSES("[]", ",\"classes_count\":100000")), TREE("", "1,2"),
           "[1,[0,0]]"),
     ORTL_LIMIT, "more than 65536 classes"},
    {MODEL(INFO("\"loss_function\":\"{}\""), TREE("", "1"), "[1,[0]]"), ORTL_BAD_MODEL,
     "expected JSON with a \"type\" in the text of loss_function"},
    {MODEL(INFO(LOSS("RMSEWithUncertainty")), TREE("", "1"), "[1,[0]]"), ORTL_BAD_MODEL,
     "RMSEWithUncertainty has two scores, found 1"},
    {BROKEN_FEATURES("\"float_features\":[{\"flat_feature_index\":1}]"), ORTL_BAD_MODEL,
     "the flat_feature_index 1 of a feature is more than there are features"},
    {BROKEN_FEATURES("\"float_features\":[{\"flat_feature_index\":0},{\"flat_feature_index\":0}]"),
     ORTL_BAD_MODEL, "the flat_feature_index 0 of a feature is that of another feature"},
    {BROKEN_FEATURES("\"float_features\":[{}]"), ORTL_BAD_MODEL, "no valid flat_feature_index"},
    {BROKEN_FEATURES("\"float_features\":[{\"flat_feature_index\":0,\"feature_index\":1}]"),
     ORTL_BAD_MODEL, "expected feature_index 0"},
    {BROKEN_FEATURES("\"float_features\":[{\"nan_value_treatment\":\"AsX\"}]"), ORTL_BAD_MODEL,
     "expected \"AsIs\", \"AsFalse\" or \"AsTrue\""},
    {BROKEN_FEATURES("\"cat_features_hash\":[{\"hash\":1}]"), ORTL_BAD_MODEL,
     "expected \"hash\", a number of 32 bits, and \"value\", a text"},
    {BROKEN_FEATURES("\"cat_features_hash\":7"), ORTL_BAD_MODEL, "expected an array"},
};

START_TEST(models_that_are_refused) {
    const refusal *r = &refusals[_i];
    source_file f = text_file("catboost", r->text);
    check_refused(&f, r->status, r->words);
}
END_TEST

static const char sound[] = MODEL(
    INFO(LOSS("MultiClass") "," CLASSES("[\"x\",\"y\",\"z\"]", ",\"class_label_type\":\"String\"")),
    TREE(ABOVE("0", "0") "," EQUALS("5"), "1,2,3,4,5,6,7,8"), "[1,[0,0]]");

START_TEST(files_that_are_cut_off) {
    source_file f = text_file(NULL, sound);
    check_cut_off(&f, 0);
    f.from = "catboost";
    check_cut_off(&f, 0);
}
END_TEST

START_TEST(memory_that_fails) {
    source_file f = text_file(NULL, sound);
    static const char nested[] = NESTED(
        "", INNER(ABOVE("0", "0"), LEAF("1"), INNER(EQUALS("5"), LEAF("2"), LEAF("3"))), "[1,[0]]");
    check_failing_memory(&f);
    f = text_file(NULL, nested);
    check_failing_memory(&f);
}
END_TEST

/* Objects within each other are counted, not recursed. */
START_TEST(depth_is_bounded) {
    enum { DEPTH = 100000 };
    static const char begin[] = "{" FEATURES ",\"trees\":[", piece[] = "{\"left\":";
    size_t n_begin = strlen(begin), n_piece = strlen(piece);
    char *text = malloc(n_begin + DEPTH * n_piece);
    source_file f = {"catboost", text, n_begin + DEPTH * n_piece};
    ck_assert_ptr_nonnull(text);
    memcpy(text, begin, n_begin);
    for (size_t i = 0; i < DEPTH; i++) memcpy(text + n_begin + i * n_piece, piece, n_piece);
    check_refused(&f, ORTL_LIMIT, "more than 256 levels of nesting");
    free(text);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("catboost");
    tcase_add_test(tests, splits_are_the_bits_of_the_leaf);
    tcase_add_test(tests, categories_are_the_numbers_behind_the_hashes);
    tcase_add_test(tests, scale_and_bias_apply_to_the_sum);
    tcase_add_test(tests, nested_trees_go_right_above_the_border);
    tcase_add_test(tests, nested_leaves_may_be_vectors);
    tcase_add_loop_test(tests, losses_give_what_predict_gives, 0,
                        (int)(sizeof loss_cases / sizeof *loss_cases));
    tcase_add_test(tests, a_loss_within_a_text);
    tcase_add_test(tests, uncertainty_gives_mean_and_variance);
    tcase_add_test(tests, labels_do_not_exclude_each_other);
    tcase_add_test(tests, classes_by_softmax_and_one_by_one);
    tcase_add_test(tests, classes_without_rows_have_no_probability);
    tcase_add_test(tests, two_classes_may_be_texts);
    tcase_add_test(tests, the_model_says_where_it_is_from);
    tcase_add_loop_test(tests, models_that_are_refused, 0,
                        (int)(sizeof refusals / sizeof *refusals));
    tcase_add_test(tests, files_that_are_cut_off);
    tcase_add_test(tests, memory_that_fails);
    tcase_add_test(tests, depth_is_bounded);
    Suite *suite = suite_create("catboost");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
