/*
 * The reader of XGBoost's model files: small models written out here, their answers worked out by
 * hand from XGBoost's rules, and every refusal with its place and message.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"
#include "converters/convert.h"

static ortl_error error;

static ortl_status convert(const char *text, size_t n_bytes, const ortl_convert_options *options,
                           collected *model_out) {
    ortl_sink sink = {model_out, collect};
    error = (ortl_error){ORTL_OK, ""};
    *model_out = (collected){NULL, 0};
    return ortl_convert_memory(text, n_bytes, &sink, options, NULL, &error);
}

static ortl_session *open_with(const char *text, const ortl_convert_options *options) {
    collected model;
    ortl_session *session;
    ortl_status status = convert(text, strlen(text), options, &model);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    session = open_collected(&model);
    free(model.bytes);
    return session;
}

/* The scores of a row of two features; models without scores give their label. */
static void scores_of(const char *text, float a, float b, float *scores) {
    const float row[] = {a, b};
    ortl_session *session = open_with(text, NULL);
    predict_rows(session, row, 1, 2, NULL, scores);
    ortl_close(session);
}

static float score_of(const char *text, float a, float b) {
    float scores[8];
    scores_of(text, a, b, scores);
    return scores[0];
}

static int64_t label_of(const char *text, float a, float b) {
    const float row[] = {a, b};
    int64_t label = -1;
    ortl_session *session = open_with(text, NULL);
    predict_rows(session, row, 1, 2, &label, NULL);
    ortl_close(session);
    return label;
}

/* ---- Models ---------------------------------------------------------------------------------- */

/* Feature 0 below cond: leaf 1, else leaf 2; a missing value goes left when def is 1. */
#define TREE(number, cond, def, leaf1, leaf2)                                                      \
    "{\"id\":" number ",\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"                 \
    "\"split_indices\":[0,0,0],\"split_conditions\":[" cond "," leaf1 "," leaf2 "],"               \
    "\"default_left\":[" def ",0,0],\"split_type\":[0,0,0],\"sum_hessian\":[9,5,4],"               \
    "\"tree_param\":{\"num_nodes\":\"3\",\"size_leaf_vector\":\"1\"}}"
#define LEAF(number, value)                                                                        \
    "{\"id\":" number ",\"left_children\":[-1],\"right_children\":[-1],\"split_indices\":[0],"     \
    "\"split_conditions\":[" value "],\"default_left\":[0]}"
#define TREES(info, trees) "\"tree_info\":[" info "],\"trees\":[" trees "]"
#define GBTREE(model)      "{\"name\":\"gbtree\",\"model\":{" model "}}"
#define MODEL(version, objective, param, booster)                                                  \
    "{\"learner\":{\"attributes\":{},\"feature_names\":[],\"gradient_booster\":" booster           \
    ",\"learner_model_param\":{\"num_feature\":\"2\"," param                                       \
    "},\"objective\":{\"name\":\"" objective "\"}},\"version\":[" version "]}"
#define BASE(score)       "\"base_score\":\"" score "\",\"num_class\":\"0\",\"num_target\":\"1\""
#define REGRESSION(model) MODEL("3,2,0", "reg:squarederror", BASE("[0E0]"), GBTREE(model))

/* ---- Splits ---------------------------------------------------------------------------------- */

typedef struct split_case {
    const char *threshold;
    const char *default_left;
    const char *sides; /* of the probes: l or r */
} split_case;

static const float probes[] = {-INFINITY, -1.0f, -0.0f, 0.0f, 1e-45f, 0.5f, 1.0f, INFINITY, NAN};

static const split_case split_cases[] = {
    {"5E-1", "0", "lllllrrrr"},    {"5E-1", "1", "lllllrrrl"},      {"0E0", "0", "llrrrrrrr"},
    {"-0.0", "true", "llrrrrrrl"}, {"1E-45", "false", "llllrrrrr"}, {"Infinity", "0", "lllllllrr"},
    {"-1", "0", "lrrrrrrrr"},      {"-Infinity", "1", "rrrrrrrrl"},
};

START_TEST(splits_send_rows_where_xgboost_does) {
    const split_case *c = &split_cases[_i];
    enum { N_PROBES = sizeof probes / sizeof *probes };
    char text[2048], sides[N_PROBES + 1] = "";
    snprintf(text, sizeof text, REGRESSION(TREES("0", TREE("0", "%s", "%s", "1", "2"))),
             c->threshold, c->default_left);
    for (size_t i = 0; i < N_PROBES; i++) sides[i] = score_of(text, probes[i], 0) == 1 ? 'l' : 'r';
    ck_assert_msg(strcmp(sides, c->sides) == 0, "threshold %s: %s, not %s", c->threshold, sides,
                  c->sides);
}
END_TEST

/* The set {0, 3, 33} on feature 1 goes right, to 2; NaN goes left. */
#define CATEGORIES                                                                                 \
    TREES("0", "{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"                        \
               "\"split_indices\":[1,0,0],\"split_conditions\":[1e-45,1,2],"                       \
               "\"default_left\":[1,0,0],\"split_type\":[1,0,0],\"categories\":[0,3,33],"          \
               "\"categories_nodes\":[0],\"categories_segments\":[0],\"categories_sizes\":[3]}")

START_TEST(members_go_right) {
    static const char text[] = REGRESSION(CATEGORIES);
    static const char old[] = MODEL("1,5,2", "reg:squarederror", BASE("0"), GBTREE(CATEGORIES));
    static const float members[] = {0, -0.0f, 0.99f, 3, 3.5f, 33, 33.9f, 1e-45f};
    static const float others[] = {1,  2.9f, 4,     32,    34,       -0.5f,   -1,
                                   65, 3e9f, 1e30f, -3e9f, 16777216, -1e-45f, NAN};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        ck_assert_msg(score_of(text, 0, members[i]) == 2, "%g is in the set", (double)members[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(score_of(text, 0, others[i]) == 1, "%g is in no set", (double)others[i]);
    ck_assert(score_of(old, 0, -0.5f) == 2);
    ck_assert(score_of(old, 0, -1) == 1);
}
END_TEST

/* ---- Objectives and base scores -------------------------------------------------------------- */

typedef struct score_case {
    const char *text;
    double expected;
} score_case;

#define SCORE(version, objective, base, leaf)                                                      \
    MODEL(version, objective, BASE(base), GBTREE(TREES("0", LEAF("0", leaf))))

/* logit(0.2) = -1.3862944, log(2) = 0.6931472; sigmoid(-1.3862944 + 0.5) = 0.29187513,
 * exp(0.6931472 + 0.5) = 3.2974425 */
static const score_case score_cases[] = {
    {SCORE("3,2,0", "reg:squarederror", "[2E-1]", "0.5"), 0.7},
    {SCORE("1,7,6", "reg:squarederror", "2E-1", "0.5"), 0.7},
    {SCORE("1,0,0", "reg:squarederror", "0.200000", "0.5"), 0.7},
    {SCORE("3,2,0", "reg:linear", " ( 0.2 ) ", "0.5"), 0.7},
    {SCORE("3,2,0", "reg:squaredlogerror", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "reg:pseudohubererror", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "reg:absoluteerror", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "reg:quantileerror", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,4,0", "reg:expectileerror", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "rank:pairwise", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "rank:ndcg", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "rank:map", "[2E-1]", "0.5"), 0.7},
    {SCORE("3,2,0", "binary:logitraw", "[2E-1]", "0.5"), 0.7},
    {SCORE("1,4,0", "binary:logitraw", "2E-1", "0.5"), 0.7},
    {SCORE("1,3,3", "binary:logitraw", "2E-1", "0.5"), -0.8862944},
    {SCORE("3,2,0", "reg:logistic", "[2E-1]", "0.5"), 0.29187513},
    {SCORE("3,2,0", "reg:logistic", "[0E0]", "13.8155096"), 0.5},
    {SCORE("3,2,0", "reg:logistic", "[1E0]", "-13.7451601"), 0.5},
    {SCORE("3,1,0", "reg:logistic", "[1E-8]", "18.4206807"), 0.5},
    {SCORE("3,2,0", "count:poisson", "[2E0]", "0.5"), 3.2974425},
    {SCORE("3,2,0", "reg:gamma", "[2E0]", "0.5"), 3.2974425},
    {SCORE("3,2,0", "reg:tweedie", "[2E0]", "0.5"), 3.2974425},
    {SCORE("3,2,0", "survival:cox", "[2E0]", "0.5"), 3.2974425},
    {SCORE("3,2,0", "survival:aft", "[2E0]", "0.5"), 3.2974425},
};

START_TEST(objectives_give_what_predict_gives) {
    const score_case *c = &score_cases[_i];
    double found = (double)score_of(c->text, 0, 0);
    ck_assert_msg(fabs(found - c->expected) < 1e-6 * fmax(1, c->expected), "%s: %.9g", c->text,
                  found);
}
END_TEST

/* Trees are added one after another to the base, in float: 16777216 + 1 + 1 stays where it is,
 * 1 + 1 added first would not. */
START_TEST(the_sum_starts_from_the_base) {
    ck_assert(score_of(MODEL("3,2,0", "reg:squarederror", BASE("[16777216]"),
                             GBTREE(TREES("0,0", LEAF("0", "1") "," LEAF("1", "1")))),
                       0, 0) == 16777216.0f);
}
END_TEST

START_TEST(binary_models_have_two_classes) {
    static const char text[] = SCORE("3,2,0", "binary:logistic", "[2E-1]", "0.5");
    static const char positive[] = SCORE("3,2,0", "binary:logistic", "[5E-1]", "0.25");
    float p[2];
    scores_of(text, 0, 0, p);
    ck_assert(fabs((double)p[1] - 0.29187513) < 1e-6 && fabs((double)p[0] - 0.70812487) < 1e-6);
    ck_assert_int_eq(label_of(text, 0, 0), 0);
    ck_assert_int_eq(label_of(positive, 0, 0), 1);
    ck_assert_int_eq(label_of(SCORE("3,2,0", "binary:hinge", "[1E-1]", "0.25"), 0, 0), 1);
    ck_assert_int_eq(label_of(SCORE("3,2,0", "binary:hinge", "[1E-1]", "-0.25"), 0, 0), 0);
    ck_assert_int_eq(label_of(SCORE("3,2,0", "binary:hinge", "[0E0]", "0"), 0, 0), 0);
}
END_TEST

/* ---- Several outputs ------------------------------------------------------------------------- */

#define THREE(base)  "\"base_score\":\"" base "\",\"num_class\":\"3\",\"num_target\":\"1\""
#define TWO(base)    "\"base_score\":\"" base "\",\"num_class\":\"0\",\"num_target\":\"2\""
#define THREE_LEAVES GBTREE(TREES("2,0,1", LEAF("0", "1") "," LEAF("1", "0") "," LEAF("2", "2")))
#define TWO_LEAVES   GBTREE(TREES("0,1", LEAF("0", "-1") "," LEAF("1", "2")))

/* Raw scores 0, 2, 1, whose softmax is 0.09003057, 0.66524096, 0.24472847. */
START_TEST(trees_belong_to_the_classes_of_tree_info) {
    float p[3];
    scores_of(MODEL("3,2,0", "multi:softprob", THREE("[0,0,0]"), THREE_LEAVES), 0, 0, p);
    ck_assert(fabs((double)p[1] - 0.66524096) < 1e-6 && fabs((double)p[2] - 0.24472847) < 1e-6);
    ck_assert_int_eq(
        label_of(MODEL("3,2,0", "multi:softmax", THREE("[0,0,0]"), THREE_LEAVES), 0, 0), 1);
    ck_assert_int_eq(
        label_of(MODEL("3,2,0", "multi:softmax", THREE("[0,0,1.5]"), THREE_LEAVES), 0, 0), 2);
    ck_assert_int_eq(label_of(MODEL("1,7,6", "multi:softmax", THREE("5E-1"), THREE_LEAVES), 0, 0),
                     1);
}
END_TEST

START_TEST(targets_stand_side_by_side) {
    float p[2];
    scores_of(MODEL("3,2,0", "reg:squarederror", TWO("[1,2]"), TWO_LEAVES), 0, 0, p);
    ck_assert(p[0] == 0 && p[1] == 4);
    scores_of(MODEL("2,0,0", "reg:squarederror", TWO("1"), TWO_LEAVES), 0, 0, p);
    ck_assert(p[0] == 0 && p[1] == 3);
    scores_of(MODEL("3,2,0", "binary:logistic", TWO("[0.5,0.5]"), TWO_LEAVES), 0, 0, p);
    ck_assert(fabs((double)p[0] - 0.26894142) < 1e-6 && fabs((double)p[1] - 0.88079708) < 1e-6);
    scores_of(MODEL("3,2,0", "binary:hinge", TWO("[0,0]"), TWO_LEAVES), 0, 0, p);
    ck_assert(p[0] == 0 && p[1] == 1);
    scores_of(MODEL("3,3,0", "reg:quantileerror", TWO("[0,0]"), TWO_LEAVES), 0, 0, p);
    ck_assert(p[0] == -1 && p[1] == 2);
}
END_TEST

/* A leaf names its row of leaf_weights in right_children; before 3.2 the rows of base_weights
 * belong to the nodes. */
#define VECTORS(rights, weights)                                                                   \
    GBTREE(TREES("0", "{\"tree_param\":{\"num_nodes\":\"3\",\"size_leaf_vector\":\"2\"}," weights  \
                      ",\"left_children\":[1,-1,-1],\"right_children\":[2," rights "],"            \
                      "\"split_indices\":[0,0,0],\"split_conditions\":[0,1e-45,1e-45],"            \
                      "\"default_left\":[0,0,0]}"))

START_TEST(leaves_may_hold_vectors) {
    float p[2];
    scores_of(MODEL("3,2,0", "reg:squarederror", TWO("[0,10]"),
                    VECTORS("1,0", "\"leaf_weights\":[1,2,3,4]")),
              -1, 0, p);
    ck_assert(p[0] == 3 && p[1] == 14);
    scores_of(MODEL("2,1,0", "reg:squarederror", TWO("0"),
                    VECTORS("-1,-1", "\"base_weights\":[9,9,1,2,3,4]")),
              1, 0, p);
    ck_assert(p[0] == 3 && p[1] == 4);
}
END_TEST

/* ---- Boosters -------------------------------------------------------------------------------- */

#define TWO_TREES TREES("0,0", LEAF("0", "2") "," LEAF("1", "3"))

START_TEST(dart_weighs_its_trees) {
    static const char inside[] =
        REGRESSION(TWO_TREES ",\"weight_drop\":[0.5,0.25]"); /* since 3.4 */
    static const char outside[] =
        MODEL("1,7,6", "reg:squarederror", BASE("0"),
              "{\"gbtree\":" GBTREE(TWO_TREES) ",\"name\":\"dart\",\"weight_drop\":[0.5,0.25]}");
    ck_assert(score_of(inside, 0, 0) == 1.75f);
    ck_assert(score_of(outside, 0, 0) == 1.75f);
}
END_TEST

#define GBLINEAR(weights) "{\"name\":\"gblinear\",\"model\":{\"weights\":[" weights "]}}"

START_TEST(linear_models_have_no_trees) {
    float p[2];
    ck_assert(score_of(MODEL("3,2,0", "reg:squarederror", BASE("[10]"), GBLINEAR("2,3,5")), 1, 2) ==
              23.0f);
    ck_assert(score_of(MODEL("3,2,0", "reg:squarederror", BASE("[10]"), GBLINEAR("2,3,5")), NAN,
                       2) == 21.0f);
    ck_assert(score_of(MODEL("3,2,0", "reg:squarederror", BASE("[10]"), GBLINEAR("")), 1, 2) ==
              10.0f);
    /* Every output starts from the first base score. */
    scores_of(MODEL("3,2,0", "reg:squarederror", TWO("[10,20]"), GBLINEAR("1,2,3,4,5,6")), 1, 1, p);
    ck_assert(p[0] == 19 && p[1] == 22);
}
END_TEST

START_TEST(a_model_may_have_no_trees) {
    ck_assert(score_of(MODEL("3,2,0", "count:poisson", BASE("[3E0]"), GBTREE(TREES("", ""))), 0,
                       0) == 3.0f);
}
END_TEST

#define ESTIMATED "\"boost_from_average\":\"1\"," BASE("[5E-1]")
#define ROUNDS(n, weights)                                                                         \
    "{\"name\":\"gblinear\",\"model\":{\"boosted_rounds\":" n ",\"weights\":[" weights "]}}"

/* Of a base score that the first round was to find, XGBoost takes the default as it stands, since
 * 3.1. exp(0.5) = 1.6487213 */
START_TEST(the_base_of_a_model_without_rounds_is_raw) {
    static const score_case cases[] = {
        {MODEL("3,1,0", "count:poisson", ESTIMATED, GBTREE(TREES("", ""))), 1.6487213},
        {MODEL("3,1,0", "count:poisson", ESTIMATED, ROUNDS("0", "")), 1.6487213},
        {MODEL("3,1,0", "count:poisson", ESTIMATED, ROUNDS("1", "0,0,0")), 0.5},
        {MODEL("3,1,0", "count:poisson", ESTIMATED, GBTREE(TREES("0", LEAF("0", "0")))), 0.5},
        {MODEL("3,0,5", "count:poisson", ESTIMATED, GBTREE(TREES("", ""))), 0.5},
        {MODEL("3,1,0", "count:poisson", BASE("[5E-1]"), GBTREE(TREES("", ""))), 0.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(fabs((double)score_of(cases[i].text, 0, 0) - cases[i].expected) < 1e-6,
                      "case %zu", i);
}
END_TEST

/* ---- Rounds ---------------------------------------------------------------------------------- */

#define STOPPED(attributes, rounds)                                                                \
    "{\"learner\":{\"attributes\":{" attributes "},\"gradient_booster\":" GBTREE(                  \
        TREES("0,0,0,0", LEAF("0", "1") "," LEAF("1", "2") "," LEAF("2", "4") "," LEAF("3", "8"))  \
            rounds) ",\"learner_model_param\":{\"num_feature\":"                                   \
                    "\"2\"," BASE("0") "},\"objective\":{\"name\":"                                \
                                       "\"reg:squarederror\"}}}"

static const score_case round_cases[] = {
    {STOPPED("", ""), 15},
    {STOPPED("\"best_iteration\":\"0\"", ",\"iteration_indptr\":[0,2,4]"), 3},
    {STOPPED("\"best_iteration\":\"1\"", ",\"iteration_indptr\":[0,2,4]"), 15},
    {STOPPED("\"best_iteration\":\"9\"", ",\"iteration_indptr\":[0,2,4]"), 15},
    {STOPPED("\"best_iteration\":\"0\"", ",\"gbtree_model_param\":{\"num_parallel_tree\":\"2\"}"),
     3},
    {STOPPED("\"best_iteration\":\"0\",\"best_ntree_limit\":\"3\"", ""), 7},
    {STOPPED("\"best_iteration\":\"0\"", ""), 15},
    {STOPPED("\"best_iteration\":\"none\"", ",\"iteration_indptr\":[0,2,4]"), 15},
    {STOPPED("\"best_iteration\":\"9223372036854775807\"", ",\"iteration_indptr\":[0,2,4]"), 15},
    {STOPPED("\"best_iteration\":\"9223372036854775807\"",
             ",\"gbtree_model_param\":{\"num_parallel_tree\":\"4\"}"),
     15},
};

START_TEST(the_best_rounds_are_taken) {
    const score_case *c = &round_cases[_i];
    const float row[] = {0, 0};
    float score;
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    ortl_session *session;
    ck_assert_msg((double)score_of(c->text, 0, 0) == c->expected, "%s", c->text);
    options.rounds = ORTL_ROUNDS_ALL;
    session = open_with(c->text, &options);
    predict_rows(session, row, 1, 2, NULL, &score);
    ck_assert(score == 15.0f);
    ortl_close(session);
}
END_TEST

/* ---- Files ----------------------------------------------------------------------------------- */

START_TEST(keys_may_stand_in_any_order) {
    ck_assert(
        score_of("{ \"version\" : [3,2,0],\n\"learner\":{\"objective\":{\"other\":{\"a\":[[]]},"
                 "\"name\":\"reg:squarederror\"},\"learner_model_param\":{\"num_target\":1,"
                 "\"num_class\":0,\"num_feature\":2,\"base_score\":\"[1]\"},"
                 "\"gradient_booster\":{\"weight_drop\":[2],\"gbtree\":{\"model\":{\"trees\":"
                 "[" TREE("0", "0", "0", "1", "2") "],\"tree_info\":[0]}},\"name\":\"dart\"}}}",
                 1, 0) == 5.0f);
}
END_TEST

/* Nodes 3 and 4 were deleted; what stands in them has no meaning. */
START_TEST(deleted_nodes_are_passed_over) {
    ck_assert(
        score_of(REGRESSION(TREES(
                     "0", "{\"left_children\":[1,-1,-1,77,-1],\"right_children\":[2,-1,-1,-5,"
                          "-1],\"split_indices\":[0,0,0,2147483647,2147483647],"
                          "\"split_conditions\":[0,1,2,NaN,NaN],\"default_left\":[0,0,0,0,0]}")),
                 1, 0) == 2.0f);
}
END_TEST

START_TEST(what_the_file_tells_is_recorded) {
    static const char text[] =
        "{\"learner\":{\"attributes\":{\"best_iteration\":\"0\",\"best_score\":\"0.5\"},"
        "\"feature_names\":[\"a\",\"b \\u00e9\"],\"gradient_booster\":" GBTREE(TREES(
            "0", TREE("0", "0", "0", "1", "2"))) ",\"learner_model_param\":{\"num_feature\":"
                                                 "\"2\"," BASE(
                                                     "5E-1") "},\"objective\":{\"name\":\"binary:"
                                                             "logistic\"}},\"version\":[1,7,6]}";
    ortl_session *session = open_with(text, NULL);
    ck_assert_str_eq(metadata_of(session, "trainer"), "xgboost");
    ck_assert_str_eq(metadata_of(session, "trainer_version"), "1.7.6");
    ck_assert_str_eq(metadata_of(session, "objective"), "binary:logistic");
    ck_assert_str_eq(metadata_of(session, "feature_names"), "[\"a\",\"b \xc3\xa9\"]");
    ck_assert_str_eq(metadata_of(session, "booster"), "gbtree");
    ck_assert_str_eq(metadata_of(session, "best_iteration"), "0");
    ck_assert_str_eq(metadata_of(session, "best_score"), "0.5");
    ortl_close(session);
}
END_TEST

START_TEST(old_files_are_refused_with_the_way_out) {
    static const char *const starts[] = {"binf\0\0\0\0", "CONFIG-offset:9"};
    collected model;
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(convert(starts[i], 15 - 7 * (i == 0), NULL, &model), ORTL_UNSUPPORTED);
        ck_assert_ptr_nonnull(strstr(error.message, "bst.save_model(\"model.ubj\")"));
    }
}
END_TEST

START_TEST(another_form_is_refused_when_xgboost_is_asked_for) {
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    collected model;
    options.from = "xgboost";
    ck_assert_int_eq(convert("tree\n", 5, &options, &model), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, "byte 0: neither JSON nor UBJSON begins like this");
    ck_assert_int_eq(convert("", 0, &options, &model), ORTL_BAD_MODEL);
    ck_assert_int_eq(convert("{}", 2, &options, &model), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message,
                     "learner.gradient_booster.name is missing: not a model file of XGBoost");
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

static const char sound[] =
    "{\"learner\":{\"feature_names\":[\"a\",\"b\"],\n"
    "\"gradient_booster\":{\"name\":\"gbtree\",\"model\":{\n"
    "\"cats\":{\"enc\":[{\"values\":[]}]},\"weight_drop\":[1],\n"
    "\"tree_info\":[0],\"trees\":[\n"
    "{\"id\":0,\"tree_param\":{\"num_nodes\":\"3\",\"size_leaf_vector\":\"0\"},\n"
    "\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],\n"
    "\"split_indices\":[1,0,0],\"split_conditions\":[0,1,2],\n"
    "\"default_left\":[0,0,0],\"split_type\":[1,0,0],\"sum_hessian\":[3,2,1],\n"
    "\"categories\":[1],\"categories_nodes\":[0],\"categories_segments\":[0],\n"
    "\"categories_sizes\":[1]}]}},\n"
    "\"learner_model_param\":{\"num_feature\":\"2\",\"num_class\":\"0\",\n"
    "\"num_target\":\"1\",\"base_score\":\"[5E-1]\"},\n"
    "\"objective\":{\"name\":\"binary:logistic\"}},\"version\":[3,2,0]}";

typedef struct refusal {
    const char *find; /* replaced at its first occurrence in the sound text */
    const char *replacement;
    ortl_status status;
    const char *message; /* NULL: the builder's own */
} refusal;

#define AT_TREE "line 5, column 1: tree 0"

static const refusal refusals[] = {
    /* what the model means */
    {"binary:logistic", "reg:new", ORTL_UNSUPPORTED, "the objective \"reg:new\" is not known"},
    {"\"name\":\"binary:logistic\"", "", ORTL_BAD_MODEL,
     "learner.objective.name is missing: not a model file of XGBoost"},
    {"gbtree", "forest", ORTL_UNSUPPORTED, "the booster \"forest\" is not known"},
    {"\"num_feature\":\"2\",", "", ORTL_BAD_MODEL,
     "num_feature is missing: the model is not fitted"},
    {"\"num_feature\":\"2\"", "\"num_feature\":\"3\"", ORTL_BAD_MODEL,
     "2 feature_names for 3 features"},
    {"\"num_feature\":\"2\"", "\"num_feature\":\"2x\"", ORTL_BAD_MODEL,
     "line 11, column 38: expected a whole number in quotes"},
    {"\"num_feature\":\"2\"", "\"num_feature\":\"2147483648\"", ORTL_LIMIT, NULL},
    {"\"num_class\":\"0\"", "\"num_class\":\"-1\"", ORTL_BAD_MODEL,
     "num_class or num_target is negative"},
    {"\"num_class\":\"0\",\n\"num_target\":\"1\"", "\"num_class\":\"2\",\n\"num_target\":\"2\"",
     ORTL_BAD_MODEL, "2 classes and 2 targets at once"},
    {"\"num_class\":\"0\"", "\"num_class\":\"99999999\"", ORTL_LIMIT, NULL},
    {"[5E-1]", "[5E-1,5E-1]", ORTL_BAD_MODEL, "base_score has 2 values for 1 outputs"},
    {"[5E-1]", "[5E-1", ORTL_BAD_MODEL,
     "base_score \"[5E-1\" is not a number or a list of numbers"},
    {"[5E-1]", "5E-1]", ORTL_BAD_MODEL, NULL},
    {"[5E-1]", "", ORTL_BAD_MODEL, "base_score \"\" is not a number or a list of numbers"},
    {"[5E-1]", "[1.5]", ORTL_BAD_MODEL, "base_score \"[1.5]\" is not possible for binary:logistic"},
    {"[5E-1]", "[nan]", ORTL_BAD_MODEL, NULL},
    {"[]}]}", "[104,105]}]}", ORTL_UNSUPPORTED,
     "it takes categories by name, which a table of numbers does not hold; to convert it for their "
     "codes, remove \"cats\" from its JSON file"},
    {"\"a\"", "\"\xed\xa0\x80\"", ORTL_BAD_MODEL, NULL},
    {"\"a\"", "1", ORTL_BAD_MODEL, "line 1, column 30: expected a text, found a number"},
    /* trees as a whole */
    {"\"trees\":", "\"treez\":", ORTL_BAD_MODEL, "there is no array of trees"},
    {"\"tree_info\":[0]", "\"tree_info\":[0,0]", ORTL_BAD_MODEL,
     "tree_info has 2 elements for 1 trees"},
    {"\"weight_drop\":[1]", "\"weight_drop\":[1,1]", ORTL_BAD_MODEL,
     "weight_drop has 2 elements for 1 trees"},
    {"\"tree_info\":[0]", "\"tree_info\":[1]", ORTL_BAD_MODEL, AT_TREE " adds to output 1 of 1"},
    {"\"tree_info\":[0]", "\"tree_info\":[-1]", ORTL_BAD_MODEL, AT_TREE " adds to output -1 of 1"},
    {"\"id\":0", "\"id\":1", ORTL_BAD_MODEL, AT_TREE " has id 1"},
    {"\"num_nodes\":\"3\"", "\"num_nodes\":\"4\"", ORTL_BAD_MODEL,
     AT_TREE ": num_nodes has 4 elements, left_children 3"},
    {"\"left_children\":[1,-1,-1]", "\"left_children\":[1,-1]", ORTL_BAD_MODEL,
     AT_TREE ": right_children has 3 elements, left_children 2"},
    {"\"split_conditions\":[0,1,2]", "\"split_conditions\":[0,1]", ORTL_BAD_MODEL,
     AT_TREE ": split_conditions has 2 elements, left_children 3"},
    {"\"sum_hessian\":[3,2,1]", "\"sum_hessian\":[3]", ORTL_BAD_MODEL,
     AT_TREE ": sum_hessian has 1 elements, left_children 3"},
    {"\"size_leaf_vector\":\"0\"", "\"size_leaf_vector\":\"2\"", ORTL_BAD_MODEL,
     AT_TREE ": size_leaf_vector is 2, the model has 1 outputs"},
    {"[1,-1,-1],\"right", "[1,-1,x],\"right", ORTL_BAD_MODEL,
     "line 6, column 23: lexical error: invalid char in json text."},
    {"[1,-1,-1],\"right", "[1,-1,1.5],\"right", ORTL_BAD_MODEL,
     "line 6, column 23: expected a whole number"},
    /* nodes */
    {"\"left_children\":[1,", "\"left_children\":[9,", ORTL_BAD_MODEL,
     AT_TREE ", node 0: children 9 and 2 in a tree of 3 nodes"},
    {"\"left_children\":[1,", "\"left_children\":[-2,", ORTL_BAD_MODEL, NULL},
    {"\"right_children\":[2,", "\"right_children\":[1,", ORTL_BAD_MODEL, NULL},
    {"[1,-1,-1],\"right_children\":[2,-1,", "[1,0,-1],\"right_children\":[2,1,", ORTL_BAD_MODEL,
     AT_TREE ", node 0: is given twice"},
    {"\"split_indices\":[1,", "\"split_indices\":[2,", ORTL_BAD_MODEL,
     AT_TREE ", node 0: feature 2 of a model with 2"},
    {"\"split_indices\":[1,", "\"split_indices\":[-1,", ORTL_BAD_MODEL, NULL},
    {"[0,1,2]", "[0,1,NaN]", ORTL_BAD_MODEL, AT_TREE ", node 2: the leaf value is not finite"},
    {"[0,1,2]", "[0,1e39,2]", ORTL_BAD_MODEL, AT_TREE ", node 1: the leaf value is not finite"},
    {"\"weight_drop\":[1]", "\"weight_drop\":[Infinity]", ORTL_BAD_MODEL, NULL},
    /* categories */
    {"\"categories\":[1]", "\"categories\":[16777216]", ORTL_BAD_MODEL,
     AT_TREE ": the lists of categories do not fit each other"},
    {"\"categories\":[1]", "\"categories\":[-1]", ORTL_BAD_MODEL, NULL},
    {"\"categories_segments\":[0]", "\"categories_segments\":[1]", ORTL_BAD_MODEL, NULL},
    {"\"categories_segments\":[0]", "\"categories_segments\":[-1]", ORTL_BAD_MODEL, NULL},
    {"\"categories_segments\":[0]", "\"categories_segments\":[]", ORTL_BAD_MODEL, NULL},
    {"\"categories_sizes\":[1]", "\"categories_sizes\":[9223372036854775807]", ORTL_BAD_MODEL,
     NULL},
    {"\"categories_nodes\":[0]", "\"categories_nodes\":[0,0]", ORTL_BAD_MODEL, NULL},
    /* the text */
    {"\"version\"", "version", ORTL_BAD_MODEL,
     "line 13, column 41: lexical error: invalid char in json text."},
    {"[3,2,0]}", "[3,2,0]} x", ORTL_BAD_MODEL, "line 13, column 60: parse error: trailing garbage"},
    {"\"version\":[3,2,0]}", "", ORTL_BAD_MODEL, NULL},
};

START_TEST(broken_files_are_refused) {
    const refusal *r = &refusals[_i];
    char text[2 * sizeof sound];
    const char *found = strstr(sound, r->find);
    collected model;
    ck_assert_msg(found != NULL, "\"%s\" is not in the text", r->find);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(found - sound), sound, r->replacement,
             found + strlen(r->find));
    ck_assert_msg(convert(text, strlen(text), NULL, &model) == r->status, "%s -> %s: %s", r->find,
                  r->replacement, error.message);
    ck_assert_ptr_null(model.bytes);
    if (r->message) ck_assert_str_eq(error.message, r->message);
}
END_TEST

START_TEST(outputs_that_depend_on_each_other_are_refused) {
    static const char sorted[] = MODEL("3,4,0", "reg:quantileerror", TWO("[0,0]"), TWO_LEAVES);
    static const char stacked[] = MODEL("3,3,0", "reg:expectileerror", TWO("[0,0]"), TWO_LEAVES);
    static const char one_class[] =
        MODEL("3,2,0", "multi:softmax", "\"base_score\":\"0\",\"num_class\":\"1\"",
              GBTREE(TREES("0", LEAF("0", "1"))));
    collected model;
    ck_assert_int_eq(convert(sorted, strlen(sorted), NULL, &model), ORTL_UNSUPPORTED);
    ck_assert_str_eq(error.message, "reg:quantileerror with 2 outputs, which this version of "
                                    "XGBoost sorts; train one model for each");
    ck_assert_int_eq(convert(stacked, strlen(stacked), NULL, &model), ORTL_UNSUPPORTED);
    ck_assert_int_eq(convert(one_class, strlen(one_class), NULL, &model), ORTL_BAD_MODEL);
    ck_assert_str_eq(error.message, "multi:softmax with num_class 1");
}
END_TEST

START_TEST(the_sound_file_converts) {
    float p[2];
    scores_of(sound, 0, 1, p);
    ck_assert(fabs((double)p[1] - 0.88079708) < 1e-6); /* sigmoid(2) */
    scores_of(sound, 0, 2, p);
    ck_assert(fabs((double)p[1] - 0.73105858) < 1e-6); /* sigmoid(1) */
}
END_TEST

/* Every beginning of a file is refused, none is taken for a whole one. */
START_TEST(files_that_were_cut_off_are_refused) {
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    collected model;
    options.from = "xgboost";
    for (size_t n = 0; n + 1 < sizeof sound; n++)
        ck_assert_msg(convert(sound, n, &options, &model) != ORTL_OK, "%zu bytes", n);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("xgboost");
    tcase_add_loop_test(tests, splits_send_rows_where_xgboost_does, 0,
                        sizeof split_cases / sizeof *split_cases);
    tcase_add_test(tests, members_go_right);
    tcase_add_loop_test(tests, objectives_give_what_predict_gives, 0,
                        sizeof score_cases / sizeof *score_cases);
    tcase_add_test(tests, the_sum_starts_from_the_base);
    tcase_add_test(tests, binary_models_have_two_classes);
    tcase_add_test(tests, trees_belong_to_the_classes_of_tree_info);
    tcase_add_test(tests, targets_stand_side_by_side);
    tcase_add_test(tests, leaves_may_hold_vectors);
    tcase_add_test(tests, dart_weighs_its_trees);
    tcase_add_test(tests, linear_models_have_no_trees);
    tcase_add_test(tests, a_model_may_have_no_trees);
    tcase_add_test(tests, the_base_of_a_model_without_rounds_is_raw);
    tcase_add_loop_test(tests, the_best_rounds_are_taken, 0,
                        sizeof round_cases / sizeof *round_cases);
    tcase_add_test(tests, keys_may_stand_in_any_order);
    tcase_add_test(tests, deleted_nodes_are_passed_over);
    tcase_add_test(tests, what_the_file_tells_is_recorded);
    tcase_add_test(tests, old_files_are_refused_with_the_way_out);
    tcase_add_test(tests, another_form_is_refused_when_xgboost_is_asked_for);
    tcase_add_loop_test(tests, broken_files_are_refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, outputs_that_depend_on_each_other_are_refused);
    tcase_add_test(tests, the_sound_file_converts);
    tcase_add_test(tests, files_that_were_cut_off_are_refused);
    Suite *suite = suite_create("xgboost");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
