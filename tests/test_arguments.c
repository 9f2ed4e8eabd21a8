/*
 * What a program may get wrong: NULL where something must be, numbers beyond the last, calls out of
 * order, options that contradict each other, limits of the builder. Each is refused with the right
 * status and a message, and outputs are NULL or untouched.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "built_model.h"
#include "converters/convert.h"
#include "converters/source_walk.h"
#include "runtime/ortlite.h"

static ortl_error error;

#define REFUSED(wanted, call)                                                                      \
    do {                                                                                           \
        error = (ortl_error){ORTL_OK, ""};                                                         \
        ck_assert_int_eq((call), (wanted));                                                        \
        ck_assert_int_eq(error.status, (wanted));                                                  \
        ck_assert_uint_gt(strlen(error.message), 5);                                               \
        ck_assert_int_eq((call), (wanted)); /* and again */                                        \
    } while (0)
#define WRONG(call) REFUSED(ORTL_BAD_ARGUMENT, call)

/* ---- The runtime ----------------------------------------------------------------------------- */

static ortl_session *session;
static ortl_context *context;

static void open_iris(void) {
    ck_assert_int_eq(ortl_open(ORTL_EXAMPLES "/iris/iris.onnx", NULL, &session, &error), ORTL_OK);
    ck_assert_int_eq(ortl_context_new(session, &context, &error), ORTL_OK);
}

static void close_iris(void) {
    ortl_context_free(context);
    ortl_close(session);
}

START_TEST(opening_without) {
    ortl_session *other = session;
    WRONG(ortl_open(NULL, NULL, &other, &error));
    ck_assert_ptr_null(other);
    WRONG(ortl_open("x.onnx", NULL, NULL, &error));
    WRONG(ortl_open_memory(NULL, 3, NULL, &other, &error));
    WRONG(ortl_open_memory("abc", 3, NULL, NULL, &error));
    ortl_context *no_context = context;
    WRONG(ortl_context_new(NULL, &no_context, &error));
    ck_assert_ptr_null(no_context);
    WRONG(ortl_context_new(session, NULL, &error));
    WRONG(ortl_context_reserve(NULL, 3, &error));
    ortl_close(NULL);
    ortl_context_free(NULL);
    ck_assert_int_eq(ortl_open(NULL, NULL, &other, NULL), ORTL_BAD_ARGUMENT);
}
END_TEST

START_TEST(describing_without) {
    ortl_description about = {.struct_size = sizeof about};
    ortl_value_info value;
    ortl_operator_info operation;
    ortl_string text;
    int64_t number;
    WRONG(ortl_describe(NULL, &about, &error));
    WRONG(ortl_describe(session, NULL, &error));
    WRONG(ortl_input(NULL, 0, &value, &error));
    WRONG(ortl_input(session, 0, NULL, &error));
    WRONG(ortl_input(session, 9, &value, &error));
    WRONG(ortl_output(NULL, 0, &value, &error));
    WRONG(ortl_output(session, 0, NULL, &error));
    WRONG(ortl_output(session, 9, &value, &error));
    WRONG(ortl_class(NULL, 0, &number, &text, &error));
    WRONG(ortl_class(session, 99, &number, &text, &error));
    ck_assert_int_eq(ortl_class(session, 0, NULL, NULL, &error), ORTL_OK);
    WRONG(ortl_metadata(NULL, 0, &text, &text, &error));
    WRONG(ortl_metadata(session, 99, &text, &text, &error));
    WRONG(ortl_operator(NULL, 0, &operation, &error));
    WRONG(ortl_operator(session, 0, NULL, &error));
    WRONG(ortl_operator(session, 99, &operation, &error));
    WRONG(ortl_supported_operator(0, NULL, &error));
    WRONG(ortl_supported_operator(999, &operation, &error));
}
END_TEST

START_TEST(trees_without) {
    ortl_tree_info tree = {0};
    ortl_tree_node node = {0};
    size_t target;
    double value;
    WRONG(ortl_tree(NULL, 0, &tree, &error));
    WRONG(ortl_tree(session, 0, NULL, &error));
    WRONG(ortl_tree_base(NULL, 0, 0, &value, &error));
    WRONG(ortl_tree_base(session, 0, 0, NULL, &error));
    WRONG(ortl_tree_node_at(NULL, 0, 0, &node, &error));
    WRONG(ortl_tree_node_at(session, 0, 0, NULL, &error));
    WRONG(ortl_tree_member(NULL, 0, 0, 0, &value, &error));
    WRONG(ortl_tree_member(session, 0, 0, 0, NULL, &error));
    WRONG(ortl_tree_vote(NULL, 0, 0, 0, &target, &value, &error));
    WRONG(ortl_tree_vote(session, 0, 0, 0, NULL, &value, &error));
    WRONG(ortl_tree_vote(session, 0, 0, 0, &target, NULL, &error));
}
END_TEST

START_TEST(predicting_without) {
    float row[4] = {0}, scores[3];
    int64_t label;
    uint32_t leaf;
    double score;
    ortl_tensor tensor = {.type = ORTL_FLOAT, .rank = 2, .shape = {1, 4}, .data = row};
    WRONG(ortl_predict(NULL, row, 1, 4, 1, &label, scores, &error));
    WRONG(ortl_predict(context, NULL, 1, 4, 1, &label, scores, &error));
    WRONG(ortl_run(NULL, &tensor, 1, &tensor, 1, &error));
    WRONG(ortl_run(context, NULL, 1, &tensor, 1, &error));
    WRONG(ortl_run(context, &tensor, 1, NULL, 1, &error));
    WRONG(ortl_leaves(NULL, &tensor, 1, &leaf, 1, &error));
    WRONG(ortl_leaves(context, NULL, 1, &leaf, 1, &error));
    WRONG(ortl_leaves(context, &tensor, 1, NULL, 1, &error));
    WRONG(ortl_raw_scores(NULL, &tensor, 1, &score, 1, &error));
    WRONG(ortl_raw_scores(context, NULL, 1, &score, 1, &error));
    WRONG(ortl_raw_scores(context, &tensor, 1, NULL, 1, &error));
    ortl_tensor named = {.name = "nothing"};
    WRONG(ortl_run(context, &tensor, 1, &named, 1, &error));
    ck_assert_int_eq(ortl_predict(context, row, 1, 4, 1, NULL, NULL, &error), ORTL_OK);
}
END_TEST

/* ---- The builder ----------------------------------------------------------------------------- */

static ortl_builder *builder;

static void begin(void) {
    builder = new_builder(3, ORTL_FLOAT, ORTL_FLOAT);
}

static void end(void) {
    ortl_builder_free(builder);
}

/* A builder that failed stays so; each case of a test begins anew. */
#define ANEW(wanted, call)                                                                         \
    do {                                                                                           \
        REFUSED(wanted, call);                                                                     \
        end();                                                                                     \
        begin();                                                                                   \
    } while (0)

static ortl_status refuse_options(ortl_type input, ortl_type data, int opset) {
    ortl_builder_options options = ORTL_BUILDER_OPTIONS_INIT;
    ortl_builder *other = builder;
    options.input_type = input;
    options.data_type = data;
    options.opset_ml = opset;
    ortl_status status = ortl_builder_new(&options, &other, &error);
    ck_assert((status == ORTL_OK) == (other != NULL));
    ortl_builder_free(other);
    return status;
}

START_TEST(builder_options) {
    WRONG(refuse_options(ORTL_INT64, ORTL_FLOAT, 3));
    WRONG(refuse_options(ORTL_FLOAT, ORTL_STRING, 3));
    WRONG(refuse_options(ORTL_FLOAT, ORTL_FLOAT, 4));
    ck_assert_int_eq(refuse_options(ORTL_UNDEFINED, ORTL_UNDEFINED, 0), ORTL_OK);
    WRONG(ortl_builder_new(NULL, NULL, &error));
    ortl_builder *other = builder;
    WRONG(ortl_builder_new(&(ortl_builder_options){0}, &other, &error));
    ck_assert_ptr_null(other);
    ortl_builder_free(NULL);
}
END_TEST

START_TEST(builder_without) {
    ortl_model model = ORTL_MODEL_INIT;
    ortl_split split = {0};
    ortl_category_split categories = {0};
    ortl_builder_summary summary = {.struct_size = sizeof summary};
    ortl_sink no_sink = {NULL, NULL};
    double value = 0;
    WRONG(ortl_builder_model(NULL, &model, &error));
    WRONG(ortl_builder_model(builder, NULL, &error));
    WRONG(ortl_builder_metadata(NULL, "key", "value", &error));
    WRONG(ortl_builder_metadata(builder, NULL, "value", &error));
    WRONG(ortl_builder_metadata(builder, "key", NULL, &error));
    WRONG(ortl_builder_tree_begin(NULL, 1, 0, &error));
    WRONG(ortl_builder_split(NULL, 0, &split, &error));
    WRONG(ortl_builder_split(builder, 0, NULL, &error));
    WRONG(ortl_builder_category_split(NULL, 0, &categories, &error));
    WRONG(ortl_builder_category_split(builder, 0, NULL, &error));
    WRONG(ortl_builder_leaf(NULL, 0, 1, &error));
    WRONG(ortl_builder_leaf_vector(NULL, 0, &value, 1, &error));
    WRONG(ortl_builder_leaf_vector(builder, 0, NULL, 1, &error));
    WRONG(ortl_builder_leaf_vote(NULL, 0, 0, &error));
    WRONG(ortl_builder_cover(NULL, 0, 1, &error));
    WRONG(ortl_builder_tree_end(NULL, &error));
    WRONG(ortl_builder_linear(NULL, &value, 1, 1, 0, &error));
    WRONG(ortl_builder_linear(builder, NULL, 1, 1, 0, &error));
    WRONG(ortl_builder_write(NULL, &no_sink, &error));
    WRONG(ortl_builder_write(builder, NULL, &error));
    WRONG(ortl_builder_write(builder, &no_sink, &error));
    WRONG(ortl_builder_save(NULL, "x", &error));
    WRONG(ortl_builder_save(builder, NULL, &error));
    WRONG(ortl_builder_summarize(NULL, &summary, &error));
    WRONG(ortl_builder_summarize(builder, NULL, &error));
    summary.struct_size = sizeof summary + 1;
    WRONG(ortl_builder_summarize(builder, &summary, &error));
    model.struct_size = 0;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &model, &error));
}
END_TEST

static void begin_tree(size_t n_nodes, size_t target) {
    ck_assert_int_eq(ortl_builder_tree_begin(builder, n_nodes, target, &error), ORTL_OK);
}

START_TEST(builder_splits) {
    const ortl_split good = {.threshold = 1, .true_node = 1, .false_node = 2};
    ortl_split bad = good;
    bad.comparison = (ortl_comparison)9;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_split(builder, 0, &bad, &error));
    bad = good;
    bad.nan = (ortl_nan_rule)9;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_split(builder, 0, &bad, &error));
    bad = good;
    bad.tiny = (ortl_tiny_rule)9;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_split(builder, 0, &bad, &error));
    bad = good;
    bad.nan = ORTL_NAN_AS_ZERO;
    bad.tiny = ORTL_TINY_IS_NAN;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_split(builder, 0, &bad, &error));
    begin_tree(3, 0);
    ANEW(ORTL_BAD_MODEL, ortl_builder_split(builder, 3, &good, &error));
}
END_TEST

START_TEST(builder_category_splits) {
    static const int64_t list[] = {1, 2};
    static const uint32_t bits[] = {6};
    ortl_category_split bad = {.member_node = 1, .other_node = 2};
    bad.rule = (ortl_category_rule)9;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_category_split(builder, 0, &bad, &error));
    bad.rule = ORTL_CATEGORY_EXACT;
    bad.nan = (ortl_nan_rule)9;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_category_split(builder, 0, &bad, &error));
    bad.nan = ORTL_NAN_FALSE;
    bad.n_categories = 2; /* and no list */
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_category_split(builder, 0, &bad, &error));
    bad.categories = list;
    bad.bits = bits;
    bad.n_words = 1; /* both */
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_category_split(builder, 0, &bad, &error));
    bad.n_categories = 0;
    bad.bits = NULL;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_category_split(builder, 0, &bad, &error));
    bad.bits = bits;
    begin_tree(3, 0);
    ANEW(ORTL_BAD_MODEL, ortl_builder_category_split(builder, 7, &bad, &error));
}
END_TEST

START_TEST(builder_leaves) {
    static const double values[] = {1, 2, 3};
    begin_tree(1, ORTL_ALL_TARGETS);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_leaf(builder, 0, 1, &error));
    begin_tree(1, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_leaf_vector(builder, 0, values, 2, &error));
    begin_tree(1, ORTL_ALL_TARGETS);
    ANEW(ORTL_BAD_MODEL, ortl_builder_leaf_vector(builder, 0, values, 0, &error));
    begin_tree(3, ORTL_ALL_TARGETS);
    ck_assert_int_eq(ortl_builder_leaf_vector(builder, 1, values, 2, &error), ORTL_OK);
    ANEW(ORTL_BAD_MODEL, ortl_builder_leaf_vector(builder, 2, values, 3, &error));
    begin_tree(1, ORTL_ALL_TARGETS);
    ANEW(ORTL_LIMIT, ortl_builder_leaf_vector(builder, 0, values, 1 << 20, &error));
    begin_tree(1, ORTL_ALL_TARGETS);
    ANEW(ORTL_BAD_MODEL, ortl_builder_leaf_vector(builder, 4, values, 2, &error));
    begin_tree(1, 0);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_leaf_vote(builder, 0, 1, &error));
    begin_tree(1, ORTL_ALL_TARGETS);
    ANEW(ORTL_LIMIT, ortl_builder_leaf_vote(builder, 0, 1 << 20, &error));
    begin_tree(1, ORTL_ALL_TARGETS);
    ANEW(ORTL_BAD_MODEL, ortl_builder_leaf_vote(builder, 4, 1, &error));
    begin_tree(1, 0);
    ANEW(ORTL_BAD_MODEL, ortl_builder_cover(builder, 4, 1, &error));
    begin_tree(1, 0);
    ANEW(ORTL_BAD_MODEL, ortl_builder_cover(builder, 0, -1, &error));
    ANEW(ORTL_LIMIT, ortl_builder_tree_begin(builder, 1, 1 << 20, &error));
    ANEW(ORTL_LIMIT, ortl_builder_tree_begin(builder, (size_t)1 << 40, 0, &error));
}
END_TEST

START_TEST(builder_linear_models) {
    static const double weights[] = {1, 2, INFINITY};
    ANEW(ORTL_BAD_MODEL, ortl_builder_linear(builder, weights, 0, 1, 0, &error));
    ANEW(ORTL_BAD_MODEL, ortl_builder_linear(builder, weights, 1, 0, 0, &error));
    ANEW(ORTL_LIMIT, ortl_builder_linear(builder, weights, (size_t)1 << 30, 1, 0, &error));
    ANEW(ORTL_LIMIT, ortl_builder_linear(builder, weights, 1, (size_t)1 << 30, 0, &error));
    ANEW(ORTL_BAD_MODEL, ortl_builder_linear(builder, weights, 3, 1, 0, &error));
    ck_assert_int_eq(ortl_builder_linear(builder, weights, 2, 1, 0, &error), ORTL_OK);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_linear(builder, weights, 2, 1, 0, &error));
    ck_assert_int_eq(ortl_builder_linear(builder, weights, 2, 1, 0, &error), ORTL_OK);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_tree_begin(builder, 1, 0, &error));
}
END_TEST

START_TEST(builder_models) {
    static const double bases[] = {INFINITY};
    static const char *const names[] = {"a", "b"};
    static const int64_t values[] = {1, 2};
    const ortl_model good = ORTL_MODEL_INIT;
    ortl_model bad = good;
    bad.n_features = (size_t)1 << 30;
    ANEW(ORTL_LIMIT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.n_targets = (size_t)1 << 30;
    ANEW(ORTL_LIMIT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.n_classes = (size_t)1 << 30;
    ANEW(ORTL_LIMIT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.feature_names = names;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.task = (ortl_task)9;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.link = (ortl_link)99;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.class_names = names; /* of a regression */
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.class_values = values;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.task = ORTL_TASK_CLASSIFICATION;
    bad.n_targets = 3;
    bad.n_classes = 2;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad.n_targets = 2;
    bad.class_values = values;
    bad.class_names = names;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.scale = NAN;
    ANEW(ORTL_BAD_MODEL, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.base = bases;
    ANEW(ORTL_BAD_MODEL, ortl_builder_model(builder, &bad, &error));
    bad = good;
    bad.link = ORTL_LINK_VOTES;
    bad.task = ORTL_TASK_CLASSIFICATION;
    bad.n_targets = bad.n_classes = 2;
    bad.scale = 0.5;
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &bad, &error));
    ck_assert_int_eq(ortl_builder_model(builder, &good, &error), ORTL_OK);
    ANEW(ORTL_BAD_ARGUMENT, ortl_builder_model(builder, &good, &error));
}
END_TEST

/* Writes trees or weights that were given as a model that they do not fit. */
static ortl_status finish(ortl_model model) {
    collected file = {NULL, 0};
    ortl_sink sink = {&file, collect};
    ortl_status status = ortl_builder_model(builder, &model, &error);
    if (status == ORTL_OK) status = ortl_builder_write(builder, &sink, &error);
    free(file.bytes);
    return status;
}

/* The status is told once: afterwards the builder is used up. */
#define UNFIT(wanted, model)                                                                       \
    do {                                                                                           \
        error = (ortl_error){ORTL_OK, ""};                                                         \
        ck_assert_int_eq(finish(model), (wanted));                                                 \
        ck_assert_uint_gt(strlen(error.message), 5);                                               \
        end();                                                                                     \
        begin();                                                                                   \
    } while (0)

static void add_leaf(size_t target, double value) {
    begin_tree(1, target);
    ck_assert_int_eq(ortl_builder_leaf(builder, 0, value, &error), ORTL_OK);
    ck_assert_int_eq(ortl_builder_tree_end(builder, &error), ORTL_OK);
}

static void add_vector(size_t n) {
    static const double values[] = {1, 2, 3};
    begin_tree(1, ORTL_ALL_TARGETS);
    ck_assert_int_eq(ortl_builder_leaf_vector(builder, 0, values, n, &error), ORTL_OK);
    ck_assert_int_eq(ortl_builder_tree_end(builder, &error), ORTL_OK);
}

static void add_vote(size_t target) {
    begin_tree(1, ORTL_ALL_TARGETS);
    ck_assert_int_eq(ortl_builder_leaf_vote(builder, 0, target, &error), ORTL_OK);
    ck_assert_int_eq(ortl_builder_tree_end(builder, &error), ORTL_OK);
}

START_TEST(models_that_do_not_fit) {
    static const double weights[] = {1, 2, 3, 4};
    ortl_model model = ORTL_MODEL_INIT;
    ortl_model voting = ORTL_MODEL_INIT;
    voting.task = ORTL_TASK_CLASSIFICATION;
    voting.link = ORTL_LINK_VOTES;
    voting.n_targets = voting.n_classes = 2;
    add_leaf(1, 1);
    UNFIT(ORTL_BAD_MODEL, model);
    add_vector(2);
    UNFIT(ORTL_BAD_MODEL, model);
    add_vote(5);
    UNFIT(ORTL_BAD_MODEL, voting);
    UNFIT(ORTL_BAD_MODEL, voting); /* no tree votes */
    add_leaf(0, 1);
    UNFIT(ORTL_BAD_ARGUMENT, voting);
    add_vote(0);
    UNFIT(ORTL_BAD_ARGUMENT, model);
    ck_assert_int_eq(ortl_builder_linear(builder, weights, 2, 2, 0, &error), ORTL_OK);
    UNFIT(ORTL_BAD_MODEL, model);
    ck_assert_int_eq(ortl_builder_linear(builder, weights, 2, 1, 0, &error), ORTL_OK);
    model.n_features = 3;
    UNFIT(ORTL_BAD_MODEL, model);
    model.n_features = 2;
    model.scale = 0.5;
    ck_assert_int_eq(ortl_builder_linear(builder, weights, 2, 1, 0, &error), ORTL_OK);
    UNFIT(ORTL_BAD_ARGUMENT, model);
    ck_assert_int_eq(ortl_builder_linear(builder, weights, 2, 2, 0, &error), ORTL_OK);
    UNFIT(ORTL_BAD_ARGUMENT, voting);
    model.scale = 1e38;
    add_leaf(0, 3e38);
    UNFIT(ORTL_BAD_MODEL, model);
}
END_TEST

/* ---- Conversion and comparison --------------------------------------------------------------- */

START_TEST(converting_without) {
    collected file = {NULL, 0};
    ortl_sink sink = {&file, collect};
    ortl_convert_options options = ORTL_CONVERT_OPTIONS_INIT;
    WRONG(ortl_convert(NULL, "x", NULL, NULL, &error));
    WRONG(ortl_convert("x", NULL, NULL, NULL, &error));
    WRONG(ortl_convert_memory(NULL, 3, &sink, NULL, NULL, &error));
    WRONG(ortl_convert_memory("abc", 3, NULL, NULL, NULL, &error));
    options.limits.model_bytes = 2;
    REFUSED(ORTL_LIMIT, ortl_convert_memory("abc", 3, &sink, &options, NULL, &error));
    options = (ortl_convert_options)ORTL_CONVERT_OPTIONS_INIT;
    options.struct_size++;
    WRONG(ortl_convert_memory("abc", 3, &sink, &options, NULL, &error));
    WRONG(ortl_convert("x", "y", &options, NULL, &error));
    options.struct_size = 0;
    WRONG(ortl_convert_memory("abc", 3, &sink, &options, NULL, &error));
    WRONG(ortl_convert_memory("abc", 3, &sink, NULL, &(ortl_convert_report){0}, &error));
    options = (ortl_convert_options)ORTL_CONVERT_OPTIONS_INIT;
    options.from = "nobody";
    WRONG(ortl_convert_memory("abc", 3, &sink, &options, NULL, &error));
    ck_assert_ptr_nonnull(ortl_convert_trainer(0, NULL));
    ck_assert_ptr_null(ortl_convert_trainer(99, NULL));
    ck_assert_ptr_null(file.bytes);
}
END_TEST

START_TEST(walking_without) {
    collected file = {NULL, 0};
    ortl_sink sink = {&file, collect};
    ortl_source_walk *walk = NULL;
    ortl_source_summary summary = {.struct_size = sizeof summary};
    ortl_source_fork fork;
    const char *name;
    int64_t value;
    double real = 0;
    size_t tree;
    uint32_t leaf;
    ortl_model model = ORTL_MODEL_INIT;
    model.n_features = 1;
    WRONG(ortl_source_walk_take(NULL, &walk, &error));
    WRONG(ortl_source_walk_take(builder, NULL, &error));
    ck_assert_int_eq(ortl_builder_model(builder, &model, &error), ORTL_OK);
    add_leaf(0, 1);
    WRONG(ortl_source_walk_take(builder, &walk, &error)); /* not written yet */
    ck_assert_int_eq(ortl_builder_write(builder, &sink, &error), ORTL_OK);
    ck_assert_int_eq(ortl_source_walk_take(builder, &walk, &error), ORTL_OK);
    free(file.bytes);
    WRONG(ortl_source_walk_summarize(NULL, &summary, &error));
    WRONG(ortl_source_walk_summarize(walk, NULL, &error));
    summary.struct_size = sizeof summary + 1;
    WRONG(ortl_source_walk_summarize(walk, &summary, &error));
    WRONG(ortl_source_walk_class(NULL, 0, &value, &name, &error));
    WRONG(ortl_source_walk_class(walk, 0, NULL, &name, &error));
    WRONG(ortl_source_walk_class(walk, 0, &value, NULL, &error));
    WRONG(ortl_source_walk_class(walk, 0, &value, &name, &error));
    WRONG(ortl_source_walk_row(NULL, &real, NULL, NULL, NULL, &error));
    WRONG(ortl_source_walk_row(walk, NULL, NULL, NULL, NULL, &error));
    WRONG(ortl_source_walk_scores(NULL, &real, &real, &error));
    WRONG(ortl_source_walk_scores(walk, NULL, &real, &error));
    WRONG(ortl_source_walk_scores(walk, &real, NULL, &error));
    WRONG(ortl_source_walk_origin(NULL, 0, 0, &tree, &leaf, &error));
    WRONG(ortl_source_walk_origin(walk, 0, 0, NULL, &leaf, &error));
    WRONG(ortl_source_walk_origin(walk, 0, 0, &tree, NULL, &error));
    WRONG(ortl_source_walk_fork(NULL, 0, 0, 0, &fork, &error));
    WRONG(ortl_source_walk_fork(walk, 0, 0, 0, NULL, &error));
    WRONG(ortl_source_walk_fork(walk, 5, 0, 0, &fork, &error));
    WRONG(ortl_source_walk_fork(walk, 0, 5, 0, &fork, &error));
    ortl_source_walk_free(walk);
    ortl_source_walk_free(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("arguments");
    TCase *runtime = tcase_create("runtime");
    tcase_add_checked_fixture(runtime, open_iris, close_iris);
    tcase_add_test(runtime, opening_without);
    tcase_add_test(runtime, describing_without);
    tcase_add_test(runtime, trees_without);
    tcase_add_test(runtime, predicting_without);
    suite_add_tcase(suite, runtime);
    TCase *tests = tcase_create("builder");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, builder_options);
    tcase_add_test(tests, builder_without);
    tcase_add_test(tests, builder_splits);
    tcase_add_test(tests, builder_category_splits);
    tcase_add_test(tests, builder_leaves);
    tcase_add_test(tests, builder_linear_models);
    tcase_add_test(tests, builder_models);
    tcase_add_test(tests, models_that_do_not_fit);
    tcase_add_test(tests, converting_without);
    tcase_add_test(tests, walking_without);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
