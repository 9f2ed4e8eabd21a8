/*
 * Danger: trees whose depth would overflow a stack or whose paths cannot be counted. A chain of a
 * million nodes and a diamond of a hundred thousand levels load and predict on a thread with a
 * stack of 64 KiB, and messages nested four thousand deep are refused there.
 */
#include <check.h>
#include <limits.h>
#include <string.h>

#include "onnx_builder.h"
#include "runtime/ortlite.h"
#include "small_stack.h"

/* The node rows of a TreeEnsembleRegressor with one tree. */
typedef struct node_rows {
    wire_builder features, modes, values, on_true, on_false, trees, ids;
    wire_builder weight_ids, weights, weight_zeros; /* of the leaves */
} node_rows;

static void add_test(node_rows *rows, int64_t id, float threshold, int64_t on_true,
                     int64_t on_false) {
    wire_varint(&rows->trees, 0);
    wire_varint(&rows->ids, (uint64_t)id);
    wire_varint(&rows->features, 0);
    wire_text(&rows->modes, 9, "BRANCH_LEQ");
    wire_fixed(&rows->values, wire_float_bits(threshold), 4);
    wire_varint(&rows->on_true, (uint64_t)on_true);
    wire_varint(&rows->on_false, (uint64_t)on_false);
}

static void add_leaf(node_rows *rows, int64_t id, float weight) {
    wire_varint(&rows->trees, 0);
    wire_varint(&rows->ids, (uint64_t)id);
    wire_varint(&rows->features, 0);
    wire_text(&rows->modes, 9, "LEAF");
    wire_fixed(&rows->values, 0, 4);
    wire_varint(&rows->on_true, 0);
    wire_varint(&rows->on_false, 0);
    wire_varint(&rows->weight_ids, (uint64_t)id);
    wire_varint(&rows->weight_zeros, 0);
    wire_fixed(&rows->weights, wire_float_bits(weight), 4);
}

/* An attribute of packed numbers: field 7 for floats, 8 for ints. */
static void add_packed(wire_builder *node, const char *name, uint32_t field, wire_builder *packed) {
    static const onnx_style plain = {0};
    wire_builder data = {0};
    wire_message(&data, field, packed);
    onnx_attribute(node, &plain, name, field == 7 ? KIND_FLOATS : KIND_INTS, &data);
}

/* The model around the rows, which are freed. */
static wire_builder make_model(node_rows *rows) {
    static const onnx_style plain = {0};
    wire_builder node = {0}, graph = {0}, model = {0}, trees_again = {0};
    wire_bytes(&trees_again, rows->weight_zeros.bytes, rows->weight_zeros.n_bytes);
    onnx_node_head(&node, "TreeEnsembleRegressor", "ai.onnx.ml", "deep", "X", "Y");
    onnx_int(&node, &plain, "n_targets", 1);
    add_packed(&node, "nodes_treeids", 8, &rows->trees);
    add_packed(&node, "nodes_nodeids", 8, &rows->ids);
    add_packed(&node, "nodes_featureids", 8, &rows->features);
    onnx_attribute(&node, &plain, "nodes_modes", KIND_STRINGS, &rows->modes);
    add_packed(&node, "nodes_values", 7, &rows->values);
    add_packed(&node, "nodes_truenodeids", 8, &rows->on_true);
    add_packed(&node, "nodes_falsenodeids", 8, &rows->on_false);
    add_packed(&node, "target_treeids", 8, &trees_again);
    add_packed(&node, "target_nodeids", 8, &rows->weight_ids);
    add_packed(&node, "target_ids", 8, &rows->weight_zeros);
    add_packed(&node, "target_weights", 7, &rows->weights);
    wire_message(&graph, 1, &node);
    wire_text(&graph, 2, "g");
    onnx_value(&graph, 11, "X", 1);
    onnx_value(&graph, 12, "Y", 1);
    onnx_model(&model, &plain, &graph);
    return model;
}

/* Node i sends 0.5 and less to leaf n + i with weight i, the rest on to node i + 1. */
static wire_builder make_chain(int64_t n) {
    node_rows rows = {0};
    for (int64_t i = 0; i < n; i++) add_test(&rows, i, 0.5f, n + i, i + 1 < n ? i + 1 : 2 * n);
    for (int64_t i = 0; i <= n; i++) add_leaf(&rows, n + i, (float)i);
    return make_model(&rows);
}

/* Levels of two nodes, each with both nodes of the next level as children; two leaves at the end.
 */
static wire_builder make_diamond(int64_t n_levels) {
    node_rows rows = {0};
    add_test(&rows, 0, 0.0f, 1, 2);
    for (int64_t i = 0; i < n_levels; i++) {
        int64_t next = 2 * i + 3;
        add_test(&rows, 2 * i + 1, 0.0f, next, next + 1);
        add_test(&rows, 2 * i + 2, 0.0f, next, next + 1);
    }
    add_leaf(&rows, 2 * n_levels + 1, -1.0f);
    add_leaf(&rows, 2 * n_levels + 2, 1.0f);
    return make_model(&rows);
}

typedef struct trial {
    wire_builder model;
    float rows[3]; /* one feature each */
    float scores[3];
    ortl_status status;
    ortl_description description;
    ortl_error error;
} trial;

static void *try_model(void *user) {
    trial *t = user;
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    t->description.struct_size = sizeof t->description;
    t->status = ortl_open_memory(t->model.bytes, t->model.n_bytes, NULL, &session, &t->error);
    if (t->status == ORTL_OK) t->status = ortl_describe(session, &t->description, &t->error);
    if (t->status == ORTL_OK) t->status = ortl_context_new(session, &context, &t->error);
    if (t->status == ORTL_OK)
        t->status = ortl_predict(context, t->rows, 3, 1, 1, NULL, t->scores, &t->error);
    ortl_context_free(context);
    ortl_close(session);
    return NULL;
}

static void try_on_small_stack(trial *t) {
    run_on_small_stack(try_model, t);
    wire_free(&t->model);
}

START_TEST(a_chain_of_a_million_nodes) {
    const int64_t n = 1000000;
    trial t = {.model = make_chain(n), .rows = {1.0f, 0.5f, 0.0f}};
    try_on_small_stack(&t);
    ck_assert_msg(t.status == ORTL_OK, "%s", t.error.message);
    ck_assert_uint_eq(t.description.max_depth, (size_t)n);
    ck_assert_uint_eq(t.description.steps_per_row, (uint64_t)n);
    ck_assert(t.scores[0] == (float)n && t.scores[1] == 0.0f && t.scores[2] == 0.0f);
}
END_TEST

START_TEST(a_diamond_of_a_hundred_thousand_levels) {
    const int64_t n_levels = 100000;
    trial t = {.model = make_diamond(n_levels), .rows = {-1.0f, 0.0f, 1.0f}};
    try_on_small_stack(&t);
    ck_assert_msg(t.status == ORTL_OK, "%s", t.error.message);
    ck_assert_uint_eq(t.description.max_depth, (size_t)n_levels + 1);
    ck_assert_uint_eq(t.description.n_nodes, 2 * (size_t)n_levels + 3);
    ck_assert(t.scores[0] == -1.0f && t.scores[1] == -1.0f && t.scores[2] == 1.0f);
}
END_TEST

/* Subgraphs of Loop are refused unseen; branches of If are entered as deep as is allowed. */
START_TEST(four_thousand_nested_messages) {
    static const char *const op_types[] = {"Loop", "If"};
    /* graph > node > attribute > graph > node ... */
    static const onnx_style plain = {0};
    trial t = {0};
    wire_builder graph = {0};
    wire_text(&graph, 2, "innermost");
    for (int i = 0; i < 1333; i++) {
        wire_builder data = {0}, node = {0}, outer = {0};
        wire_message(&data, 6, &graph);
        onnx_node_head(&node, op_types[_i], "", "nested", NULL, "Y");
        onnx_attribute(&node, &plain, "then_branch", KIND_GRAPH, &data);
        wire_message(&outer, 1, &node);
        graph = outer;
    }
    onnx_model(&t.model, &plain, &graph);
    try_on_small_stack(&t);
    ck_assert_int_eq(t.status, _i == 0 ? ORTL_UNSUPPORTED : ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(t.error.message, _i == 0 ? "subgraph" : "nesting"));
}
END_TEST

START_TEST(four_thousand_nested_unknown_groups) {
    static const onnx_style plain = {0};
    trial t = {0};
    wire_builder graph = {0};
    for (int i = 0; i < 4000; i++) wire_tag(&graph, 100, WIRE_GROUP);
    for (int i = 0; i < 4000; i++) wire_tag(&graph, 100, WIRE_GROUP_END);
    onnx_model(&t.model, &plain, &graph);
    try_on_small_stack(&t);
    ck_assert_int_eq(t.status, ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(t.error.message, "nesting"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("deep");
    TCase *tests = tcase_create("small stack");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_chain_of_a_million_nodes);
    tcase_add_test(tests, a_diamond_of_a_hundred_thousand_levels);
    tcase_add_loop_test(tests, four_thousand_nested_messages, 0, 2);
    tcase_add_test(tests, four_thousand_nested_unknown_groups);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
