/*
 * The reader of OpenCV's tree models: the same small model in YAML, XML and JSON, its answers
 * worked out by hand from OpenCV's rules, and every refusal with its place and message.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"
#include "converted_model.h"

/* ---- One model in three forms ---------------------------------------------------------------- */

/* Feature 0 is ordered, feature 1 has the categories 3, 5, 9. x <= 0.5 leads to a split by {3, 9},
 * else the leaf 4. A surrogate stands behind the first split. */
static const char yaml_model[] =
    "%YAML:1.0\n---\nopencv_ml_dtree:\n   format: 3 # a comment\n   is_classifier: 0\n"
    "   var_all: 3\n   training_params:\n      use_surrogates: 1\n      name: \"a # b\"\n"
    "      priors: !!opencv-matrix\n         rows: 1\n         data: [ 1., 2. ]\n      nothing:\n"
    "   var_type: [ 0, 1, 0 ]\n   cat_ofs: [ 0, 0, 0, 3, 0,\n       0 ]\n   cat_map: [ 3, 5, 9 ]\n"
    "   nodes:\n      -\n         depth: 0\n         splits:\n"
    "            - { var:0, quality:1.5e+01, le:5.0000000000000000e-01 }\n"
    "            - { var:1, quality:1., not_in:[ 1 ] }\n         value: 0.\n"
    "      - depth: 1\n        value: 1\n        splits:\n        - { var:1, in:[\n 0, 2 ] }\n"
    "      -\n         depth: 2\n         value: 1.\n      -\n         depth: 2\n"
    "         value: 2.\n      -\n         depth: 1\n         value: 4.\n...\n";

static const char xml_model[] =
    "<?xml version=\"1.0\"?>\n<!-- a > b -->\n<opencv_storage>\n<opencv_ml_dtree>\n"
    "<format>3</format><is_classifier>0</is_classifier>\n<var_all>3</var_all>\n"
    "<training_params><name>\"a b\"</name><none/>\n"
    "<priors type_id=\"opencv->matrix\"><rows>1</rows></priors></training_params>\n"
    "<var_type>\n  0 1 0</var_type><cat_ofs>0 0 0 3 0 0</cat_ofs><cat_map>3 5 "
    "9</cat_map>\n<nodes>\n"
    "<_><depth>0</depth><value>0.</value><splits><_><var>0</var><le>0.5</le></_>\n"
    "<_><var>1</var><not_in>1</not_in></_></splits></_>\n"
    "<_><depth>1</depth><value>1</value><splits><_><var>1</var><in>\n0 2</in></_></splits></_>\n"
    "<_><depth>2</depth><value>1.</value></_><_><depth>2</depth><value>2.</value></_>\n"
    "<_><depth>1</depth><value>4.</value></_></nodes>\n</opencv_ml_dtree>\n</opencv_storage>\n";

/* The trees come first, and so does what only OpenCV itself needs. */
static const char json_model[] =
    "{\"opencv_ml_dtree\":{\"nodes\":["
    "{\"depth\":0,\"value\":0.0,\"splits\":[{\"var\":0,\"le\":0.5},{\"var\":1,\"not_in\":[1]}]},"
    "{\"depth\":1,\"value\":1,\"splits\":[{\"var\":1,\"in\":[0,2]}]},"
    "{\"depth\":2,\"value\":1.0},{\"depth\":2,\"value\":2.0},{\"depth\":1,\"value\":4.0}],"
    "\"format\":3,\"is_classifier\":0,\"var_all\":3,\"var_type\":[0,1,0],"
    "\"cat_ofs\":[0,0,0,3,0,0],\"cat_map\":[3,5,9]}}";

static const char *const forms[] = {yaml_model, xml_model, json_model};

static float score(const char *text, float a, float b) {
    float row[] = {a, b}, scores[4];
    source_file f = text_file(NULL, text);
    ask_converted(&f, row, 2, NULL, scores);
    return scores[0];
}

START_TEST(all_forms_mean_the_same) {
    const char *text = forms[_i];
    ck_assert(score(text, 0.5f, 3) == 1);
    ck_assert(score(text, 0.5f, 9) == 1);
    ck_assert(score(text, 0.5f, 5) == 2);
    ck_assert(score(text, 0.5f, 3.5f) == 2);
    ck_assert(score(text, -INFINITY, NAN) == 2);
    ck_assert(score(text, nextafterf(0.5f, 1), 3) == 4);
    ck_assert(score(text, NAN, 3) == 4);
}
END_TEST

START_TEST(all_forms_are_refused_when_cut_off) {
    source_file f = text_file("opencv", forms[_i]);
    /* What may miss: YAML's and XML's line end, YAML's end mark; and a last number may be shorter.
     */
    check_cut_off(&f, _i == 0 ? strlen(" 4.\n...\n") : _i == 1 ? 1 : 0);
}
END_TEST

START_TEST(memory_fails_in_all_forms) {
    source_file f = text_file(NULL, forms[_i]);
    check_failing_memory(&f);
}
END_TEST

/* ---- Kinds of models ------------------------------------------------------------------------- */

#define MODEL(kind, is_classifier, more)                                                           \
    "{\"opencv_ml_" kind "\":{\"format\":3,\"is_classifier\":" is_classifier                       \
    ",\"var_all\":3,\"var_type\":[0,0,0]," more "}}"
#define STUMP(le, left, right)                                                                     \
    "[{\"depth\":0,\"value\":0,\"splits\":[{\"var\":0,\"le\":" le "}]},{\"depth\":1," left         \
    "},{\"depth\":1," right "}]"
#define TREE(nodes)    "{\"nodes\":" nodes "}"
#define SUMS(le, a, b) STUMP(le, "\"value\":" a, "\"value\":" b)
#define VOTES(le, a, b)                                                                            \
    STUMP(le, "\"value\":9,\"norm_class_idx\":" a, "\"value\":9,\"norm_class_idx\":" b)

START_TEST(a_forest_of_values_is_their_mean) {
    static const char text[] = MODEL(
        "rtrees", "0",
        "\"ntrees\":2,\"trees\":[" TREE(SUMS("0", "1", "2")) "," TREE(SUMS("1", "10", "20")) "]");
    ck_assert(score(text, 0, 0) == 5.5f);
    ck_assert(score(text, 1, 0) == 6);
    ck_assert(score(text, 2, 0) == 11);
}
END_TEST

static int64_t label(const char *text, float a) {
    float row[] = {a, 0};
    int64_t found = -99;
    source_file f = text_file(NULL, text);
    ask_converted(&f, row, 2, &found, NULL);
    return found;
}

/* Of classes with equal votes the first one wins. */
START_TEST(a_forest_of_classes_votes) {
    static const char text[] = MODEL("rtrees", "1",
                                     "\"class_labels\":[-4,0,7],\"ntrees\":2,\"trees\":[" TREE(
                                         VOTES("0", "2", "1")) "," TREE(VOTES("1", "2", "0")) "]");
    ck_assert_int_eq(label(text, 0), 7);
    ck_assert_int_eq(label(text, 1), 0);
    ck_assert_int_eq(label(text, 2), -4);
}
END_TEST

START_TEST(a_tree_of_classes_gives_its_class) {
    static const char text[] =
        MODEL("dtree", "1", "\"class_labels\":[4,7],\"nodes\":" VOTES("0", "1", "0"));
    ck_assert_int_eq(label(text, 0), 7);
    ck_assert_int_eq(label(text, 1), 4);
}
END_TEST

/* A sum of 0 is the first class. */
START_TEST(boosted_trees_give_the_sign_of_their_sum) {
    static const char text[] = MODEL("boost", "1",
                                     "\"class_labels\":[3,8],\"ntrees\":2,\"trees\":[" TREE(SUMS(
                                         "0", "-1", "0.5")) "," TREE(SUMS("1", "-0.5", "1")) "]");
    ck_assert_int_eq(label(text, 0), 3);
    ck_assert_int_eq(label(text, 1), 3);
    ck_assert_int_eq(label(text, 2), 8);
}
END_TEST

/* Variable 1 is read from column 0, as OpenCV's predict does. */
START_TEST(a_part_of_the_variables) {
    static const char global[] =
        MODEL("dtree", "0",
              "\"global_var_idx\":1,\"var_idx\":[1],\"nodes\":[{\"value\":0,\"splits\":[{\"var\":1,"
              "\"le\":0}]},{\"value\":1},{\"value\":2}]");
    static const char local[] =
        MODEL("dtree", "0",
              "\"var_idx\":[1],\"nodes\":[{\"value\":0,\"splits\":[{\"var\":0,\"le\":0}]},"
              "{\"value\":1},{\"value\":2}]");
    ck_assert(score(global, 0, 5) == 1 && score(global, 1, -5) == 2);
    ck_assert(score(local, 0, 5) == 1 && score(local, 1, -5) == 2);
}
END_TEST

/* The double is kept as float: 0.1 becomes the float above it. */
START_TEST(thresholds_are_floats) {
    static const char text[] = MODEL("dtree", "0", "\"nodes\":" SUMS("0.1", "1", "2"));
    ck_assert(score(text, 0.1f, 0) == 1);
    ck_assert(score(text, nextafterf(0.1f, 1), 0) == 2);
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

typedef struct refusal {
    const char *text;
    ortl_status status;
    const char *words;
} refusal;

#define DTREE(nodes) MODEL("dtree", "0", "\"nodes\":" nodes)
#define LEAF         "{\"value\":1}"
#define SPLIT(test)  "{\"splits\":[{" test "}]}"

static const refusal refusals[] = {
    {"{\"opencv_ml_svm\":{}}", ORTL_UNSUPPORTED,
     "line 1, column 2: \"opencv_ml_svm\" is no tree model"},
    {"%YAML:1.0\n---\nmy_random_trees: !!opencv-ml-random-trees\n   ntrees: 1\n", ORTL_UNSUPPORTED,
     "line 3, column 1: \"my_random_trees\" is no tree model"},
    {"{}", ORTL_BAD_MODEL, "the file is empty"},
    {"{\"opencv_ml_dtree\":{\"is_classifier\":0}}", ORTL_UNSUPPORTED, "saved by OpenCV 2"},
    {MODEL("dtree", "0", "\"nods\":[]"), ORTL_BAD_MODEL, "the model has no trees"},
    {MODEL("rtrees", "0", "\"trees\":[]"), ORTL_BAD_MODEL, "the model has no trees"},
    {MODEL("rtrees", "0", "\"ntrees\":2,\"trees\":[" TREE("[" LEAF "]") "]"), ORTL_BAD_MODEL,
     "ntrees is 2, there are 1"},
    {MODEL("boost", "1", "\"class_labels\":[1,2,3],\"trees\":[]"), ORTL_BAD_MODEL,
     "a Boost model has two class_labels"},
    {MODEL("dtree", "0", "\"var_type\":[0,0],\"nodes\":[" LEAF "]"), ORTL_BAD_MODEL,
     "var_type has not var_all items"},
    {MODEL("dtree", "0", "\"var_idx\":[3],\"nodes\":[" LEAF "]"), ORTL_BAD_MODEL,
     "var_idx names a variable"},
    {DTREE("[]"), ORTL_BAD_MODEL, "tree 0: its 0 nodes are no whole tree"},
    {DTREE("[" SPLIT("\"var\":0,\"le\":1") "," LEAF "]"), ORTL_BAD_MODEL,
     "tree 0: its 2 nodes are no whole tree"},
    {DTREE("[" LEAF "," LEAF "]"), ORTL_BAD_MODEL, "node 1: the nodes before it are a whole tree"},
    {DTREE("[" SPLIT("\"var\":0,\"le\":1") "," LEAF ",{\"value\":1},{\"value\":2}]"),
     ORTL_BAD_MODEL, "node 3: the nodes before it are a whole tree"},
    {DTREE("[{\"value\":1,\"depth\":1}]"), ORTL_BAD_MODEL,
     "node 0: its depth does not fit the nodes before it"},
    {DTREE("[{}]"), ORTL_BAD_MODEL, "node 0: a leaf without \"value\""},
    {DTREE("[" SPLIT("\"var\":0,\"gt\":1") "]"), ORTL_BAD_MODEL,
     "expected a split with \"le\", \"in\" or \"not_in\""},
    {DTREE("[" SPLIT("\"var\":2,\"le\":1") "," LEAF "," LEAF "]"), ORTL_BAD_MODEL,
     "it splits by a variable that the model does not have"},
    {DTREE("[" SPLIT("\"var\":0,\"in\":[1]") "," LEAF "," LEAF "]"), ORTL_BAD_MODEL,
     "an ordered variable has a set of categories"},
    {MODEL("dtree", "0",
           "\"var_type\":[1,0,0],\"nodes\":[" SPLIT("\"var\":0,\"le\":1") "," LEAF "," LEAF "]"),
     ORTL_BAD_MODEL, "a categorical variable has a threshold"},
    {MODEL("dtree", "0",
           "\"var_type\":[1,0,0],\"cat_ofs\":[0,2,0,0],\"cat_map\":[5,6],\"nodes\":[" SPLIT(
               "\"var\":0,\"in\":[2]") "," LEAF "," LEAF "]"),
     ORTL_BAD_MODEL, "a category of its split is not in cat_map"},
    {MODEL("dtree", "1", "\"class_labels\":[1,2],\"nodes\":[{\"norm_class_idx\":2}]"),
     ORTL_BAD_MODEL, "a leaf whose \"norm_class_idx\" is not in class_labels"},
    {MODEL("dtree", "1", "\"class_labels\":[1],\"nodes\":[{\"norm_class_idx\":0}]"),
     ORTL_UNSUPPORTED, "trained on less than two classes"},
};

START_TEST(models_that_are_broken) {
    const refusal *r = &refusals[_i];
    source_file f = text_file("opencv", r->text);
    check_refused(&f, r->status, r->words);
}
END_TEST

#define YAML "%YAML:1.0\n---\nopencv_ml_dtree:\n"

static const refusal syntax[] = {
    {YAML "   format: 3\n     var_all: 3\n", ORTL_BAD_MODEL,
     "line 5, column 6: expected a key in column 4 or before"},
    {YAML "   format: 3\n   7\n", ORTL_BAD_MODEL,
     "line 5, column 4: expected a key with \":\" behind"},
    {YAML "   format: three\n", ORTL_BAD_MODEL, "line 4, column 12: expected a number"},
    {YAML "   cat_map: [ 1, 2\n", ORTL_BAD_MODEL,
     "expected \",\" or \"]\", but the file ends here"},
    {YAML "   cat_map: [ 1, , 2 ]\n", ORTL_BAD_MODEL, "line 4, column 18: expected a value"},
    {YAML "   cat_map: { a:1 b:2 }\n", ORTL_BAD_MODEL, "expected a number, found an object"},
    {YAML "   name: \"abc\n", ORTL_BAD_MODEL, "expected the end of the text"},
    {YAML "   nodes:\n      -\n         a: 1\n     -\n", ORTL_BAD_MODEL,
     "line 7, column 6: expected a key in column 4 or before"},
    {YAML "   format: 3\n...\nmore: 1\n", ORTL_BAD_MODEL, "the file goes on behind its value"},
    {"<opencv_storage><opencv_ml_dtree><format>3</formal>", ORTL_BAD_MODEL,
     "line 1, column 43: expected </format>"},
    {"<opencv_storage><opencv_ml_dtree><none>3 4", ORTL_BAD_MODEL, "expected a closing tag"},
    {"<opencv_storage><opencv_ml_dtree><nodes><_>1</_><a>2</a></nodes>", ORTL_BAD_MODEL,
     "expected <_>"},
    {"<opencv_storage><opencv_ml_dtree><a b='>", ORTL_BAD_MODEL, "expected \">\""},
    {"<opencv_storage><opencv_ml_dtree>3 4</opencv_ml_dtree>", ORTL_BAD_MODEL,
     "expected an object, found an array"},
    {"<opencv_storage><!-- no end", ORTL_BAD_MODEL, "line 1, column 17: \"-->\" is missing"},
    {"<opencv_storage><opencv_ml_dtree><>", ORTL_BAD_MODEL, "expected the name of an element"},
    {"<opencv_storage><opencv_ml_dtree><a>\"b</a>", ORTL_BAD_MODEL, "\"\"\" is missing"},
};

START_TEST(files_that_are_broken) {
    const refusal *r = &syntax[_i];
    source_file f = text_file("opencv", r->text);
    check_refused(&f, r->status, r->words);
}
END_TEST

START_TEST(nesting_is_bounded) {
    enum { DEPTH = 100000 };
    static const char *const pieces[] = {"[", "- ", "<a>", "["};
    static const char *const starts[] = {YAML "   a: ", YAML "   a: \n    ",
                                         "<opencv_storage><opencv_ml_dtree>",
                                         "{\"opencv_ml_dtree\":{\"a\":"};
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
        size_t n_start = strlen(starts[k]), n_piece = strlen(pieces[k]);
        size_t n_bytes = n_start + DEPTH * n_piece;
        char *text = malloc(n_bytes);
        source_file f = {"opencv", text, n_bytes};
        ck_assert_ptr_nonnull(text);
        memcpy(text, starts[k], n_start);
        for (size_t i = 0; i < DEPTH; i++) memcpy(text + n_start + i * n_piece, pieces[k], n_piece);
        check_refused(&f, ORTL_LIMIT, "more than 256 levels of nesting");
        free(text);
    }
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("opencv");
    int n_forms = (int)(sizeof forms / sizeof *forms);
    tcase_add_loop_test(tests, all_forms_mean_the_same, 0, n_forms);
    tcase_add_loop_test(tests, all_forms_are_refused_when_cut_off, 0, n_forms);
    tcase_add_loop_test(tests, memory_fails_in_all_forms, 0, n_forms);
    tcase_add_test(tests, a_forest_of_values_is_their_mean);
    tcase_add_test(tests, a_forest_of_classes_votes);
    tcase_add_test(tests, a_tree_of_classes_gives_its_class);
    tcase_add_test(tests, boosted_trees_give_the_sign_of_their_sum);
    tcase_add_test(tests, a_part_of_the_variables);
    tcase_add_test(tests, thresholds_are_floats);
    tcase_add_loop_test(tests, models_that_are_broken, 0,
                        (int)(sizeof refusals / sizeof *refusals));
    tcase_add_loop_test(tests, files_that_are_broken, 0, (int)(sizeof syntax / sizeof *syntax));
    tcase_add_test(tests, nesting_is_bounded);
    Suite *suite = suite_create("opencv");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
