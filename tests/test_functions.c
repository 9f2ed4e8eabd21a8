/*
 * Functions of the model: what the graph looks like when they have taken the place of their calls,
 * and the functions that are refused, first of all those that would grow without end.
 */
#include "inline_harness.h"

/* ---- Building ------------------------------------------------------------------------------- */

/* A function of one node. */
static void add_simple(const char *name, const char *inputs, const char *outputs,
                       const char *op_type, const char *node_inputs, const char *node_outputs) {
    wire_builder function = function_head(name, inputs, outputs);
    put_node(&function, 7, op_type, node_inputs, node_outputs, NULL);
    add_function(&function);
}

/* ---- Inlining -------------------------------------------------------------------------------- */

START_TEST(nodes_take_the_place_of_calls) {
    wire_builder function = function_head("twice", "a", "b");
    put_node(&function, 7, "Add", "a a", "inner", NULL);
    put_node(&function, 7, "Neg", "inner", "b", NULL);
    add_function(&function);
    call("twice", "X", "middle", NULL);
    call("Identity", "middle", "same", NULL);
    call("twice", "same", "Y", NULL);
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 5);
    expect_node(0, "Add", "X X", "inner");
    expect_node(1, "Neg", "inner", "middle");
    expect_node(2, "Identity", "middle", "same");
    expect_node(3, "Add", "same same", "inner");
    expect_node(4, "Neg", "inner", "Y");
    ck_assert_uint_ne(h.graph.nodes[0].outputs[0], h.graph.nodes[3].outputs[0]);
    ck_assert_uint_eq(h.graph.nodes[4].outputs[0], h.graph.outputs[0].value);
    ck_assert_uint_eq(h.graph.n_values, 6); /* X, middle, same, Y and inner twice */
}
END_TEST

START_TEST(functions_call_functions) {
    wire_builder function = function_head("outer", "a", "b");
    put_node(&function, 7, "one", "a", "t", NULL);
    put_node(&function, 7, "one", "t", "b", NULL);
    add_function(&function);
    add_simple("one", "a", "b", "Abs", "a", "b");
    call("outer", "X", "Y", NULL);
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 2);
    expect_node(0, "Abs", "X", "t");
    expect_node(1, "Abs", "t", "Y");
}
END_TEST

START_TEST(inputs_and_outputs_may_be_left_out) {
    wire_builder function = function_head("clip", "a low high", "b c");
    put_node(&function, 7, "Clip", "a low high", "b", NULL);
    put_node(&function, 7, "Neg", "b", "c", NULL);
    add_function(&function);
    call("clip", "X - X", "- Y", NULL);
    call("clip", "X", "other", NULL);
    expect_read();
    expect_node(0, "Clip", "X - X", "b");
    expect_node(1, "Neg", "b", "Y");
    expect_node(2, "Clip", "X - -", "other");
    expect_node(3, "Neg", "other", "c");
}
END_TEST

START_TEST(an_output_that_is_an_input_is_copied) {
    add_simple("both", "a", "a b b", "Neg", "a", "b");
    call("both", "X", "p q Y", NULL);
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 3);
    expect_node(0, "Neg", "X", "q");
    expect_node(1, "Identity", "X", "p");
    expect_node(2, "Identity", "q", "Y");
    ck_assert_int_eq(h.graph.nodes[1].version, 17);
}
END_TEST

START_TEST(a_function_without_nodes_is_its_inputs) {
    wire_builder function = function_head("same", "a", "a");
    add_function(&function);
    call("same", "X", "Y", NULL);
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 1);
    expect_node(0, "Identity", "X", "Y");
}
END_TEST

/* ---- Attributes ------------------------------------------------------------------------------ */

/* A function whose node has an axis from the call, by default 7 when has_default, and a fixed one.
 */
static void add_axis_function(int has_default) {
    wire_builder function = function_head("along", "a", "b"), attributes = {0};
    put_reference(&attributes, "axis", "where", KIND_INT);
    onnx_int(&attributes, &plain, "keepdims", 5);
    put_node(&function, 7, "Op", "a", "b", &attributes);
    if (has_default) {
        wire_builder attribute = {0};
        wire_text(&attribute, 1, "where");
        wire_int(&attribute, 3, 7);
        wire_int(&attribute, 20, KIND_INT);
        wire_message(&function, 11, &attribute);
    } else {
        wire_text(&function, 6, "where");
    }
    add_function(&function);
}

static void call_along(int64_t where) {
    wire_builder attributes = {0};
    onnx_int(&attributes, &plain, "where", where);
    call("along", "X", "Y", &attributes);
}

static void expect_axis(int64_t axis) {
    const ortl__attribute *found = ortl__node_attribute(&h.graph.nodes[0], "axis");
    ck_assert_uint_eq(h.graph.nodes[0].n_attributes, 2);
    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(found->kind, ORTL__ATTRIBUTE_INT);
    ck_assert_int_eq(found->as.ints[0], axis);
    ck_assert_int_eq(ortl__node_attribute(&h.graph.nodes[0], "keepdims")->as.ints[0], 5);
}

START_TEST(a_call_gives_attributes) {
    add_axis_function(_i);
    call_along(3);
    expect_read();
    expect_axis(3);
}
END_TEST

START_TEST(an_attribute_has_a_default) {
    add_axis_function(1);
    call("along", "X", "Y", NULL);
    expect_read();
    expect_axis(7);
}
END_TEST

START_TEST(an_attribute_may_be_left_out) {
    add_axis_function(0);
    call("along", "X", "Y", NULL);
    expect_read();
    ck_assert_uint_eq(h.graph.nodes[0].n_attributes, 1);
    ck_assert_ptr_null(ortl__node_attribute(&h.graph.nodes[0], "axis"));
}
END_TEST

START_TEST(attributes_pass_through_calls) {
    wire_builder function = function_head("outer", "a", "b"), attributes = {0}, given = {0};
    add_axis_function(1);
    put_reference(&attributes, "where", "place", KIND_INT);
    put_node(&function, 7, "along", "a", "b", &attributes);
    wire_text(&function, 6, "place");
    add_function(&function);
    onnx_int(&given, &plain, "place", 11);
    call("outer", "X", "Y", &given);
    expect_read();
    expect_axis(11);
}
END_TEST

/* ---- Versions -------------------------------------------------------------------------------- */

START_TEST(a_function_imports_for_itself) {
    wire_builder function = function_head("old", "a", "b"), opset = {0};
    wire_text(&opset, 1, "");
    wire_int(&opset, 2, 11);
    wire_message(&function, 9, &opset);
    put_node(&function, 7, "Neg", "a", "b", NULL);
    add_function(&function);
    add_simple("free", "a", "b", "Neg", "a", "b");
    call("old", "X", "t", NULL);
    call("free", "t", "u", NULL);
    call("Abs", "u", "Y", NULL);
    expect_read();
    ck_assert_int_eq(h.graph.nodes[0].version, 11);
    ck_assert_int_eq(h.graph.nodes[1].version, 17);
    ck_assert_int_eq(h.graph.nodes[2].version, 17);
}
END_TEST

/* ---- What is refused ------------------------------------------------------------------------- */

START_TEST(recursion_is_refused) {
    add_simple("first", "a", "b", _i == 0 ? "first" : "second", "a", "b");
    add_simple("second", "a", "b", "first", "a", "b");
    call("first", "X", "Y", NULL);
    expect_refused(ORTL_UNSUPPORTED, "node 0 (first \"\"): function \"first\" calls itself");
}
END_TEST

/* f0 is one node, or nothing; each further function calls the one before it n_calls times. */
static void add_chain(int n_functions, int n_calls, int has_node) {
    char name[16], called[16];
    for (int i = 0; i < n_functions; i++) {
        snprintf(name, sizeof name, "f%d", i);
        snprintf(called, sizeof called, "f%d", i - 1);
        wire_builder function = function_head(name, "a", "");
        if (i == 0 && has_node) put_node(&function, 7, "Neg", "a", "b", NULL);
        for (int j = 0; i > 0 && j < n_calls; j++) put_node(&function, 7, called, "a", "", NULL);
        add_function(&function);
    }
    snprintf(name, sizeof name, "f%d", n_functions - 1);
    call(name, "X", "", NULL);
    call("Neg", "X", "Y", NULL);
}

START_TEST(depth_is_limited) {
    add_chain(33, 1, 1);
    expect_refused(ORTL_LIMIT, "limit nesting");
}
END_TEST

START_TEST(thirty_two_levels_are_not_too_deep) {
    add_chain(32, 1, 1);
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 2);
}
END_TEST

/* Two to the 29th copies, of a node (1) or of nothing (0). */
START_TEST(growth_is_limited) {
    add_chain(30, 2, _i);
    expect_refused(ORTL_LIMIT, "limit graph_nodes");
}
END_TEST

START_TEST(growth_is_limited_by_memory_too) {
    add_chain(30, 2, 1);
    h.memory.limit = 1 << 20;
    expect_refused(ORTL_LIMIT, "limit memory_bytes");
}
END_TEST

static void too_many_inputs(void) {
    add_simple("f", "a", "b", "Neg", "a", "b");
    call("f", "X X", "Y", NULL);
}

static void too_many_outputs(void) {
    add_simple("f", "a", "b", "Neg", "a", "b");
    call("f", "X", "Y Z", NULL);
}

static void unknown_attribute(void) {
    wire_builder attributes = {0};
    onnx_int(&attributes, &plain, "there", 3);
    add_axis_function(0);
    call("along", "X", "Y", &attributes);
}

static void output_not_made(void) {
    add_simple("f", "a", "c", "Neg", "a", "b");
    call("f", "X", "Y", NULL);
}

static void input_not_made(void) {
    add_simple("f", "a", "b", "Neg", "X", "b"); /* a value of the graph is unknown inside */
    call("f", "X", "Y", NULL);
}

static void left_out_output(void) {
    wire_builder function = function_head("f", "a", "a");
    add_function(&function);
    call("f", "-", "Y", NULL);
}

static void two_of_one_name(void) {
    add_simple("f", "a", "b", "Neg", "a", "b");
    add_simple("f", "a", "b", "Abs", "a", "b");
    call("f", "X", "Y", NULL);
}

static void two_inputs_of_one_name(void) {
    add_simple("f", "a a", "b", "Neg", "a", "b");
    call("f", "X X", "Y", NULL);
}

static void trees_inside(void) {
    wire_builder function = function_head("f", "a", "b"), node = {0};
    onnx_node_head(&node, "TreeEnsembleRegressor", "ai.onnx.ml", NULL, "a", "b");
    wire_message(&function, 7, &node);
    add_function(&function);
    call("f", "X", "Y", NULL);
}

static void subgraph_inside(void) {
    wire_builder function = function_head("f", "a", "b"), attributes = {0}, data = {0};
    wire_text(&data, 6, "");
    onnx_attribute(&attributes, &plain, "body", KIND_GRAPH, &data);
    put_node(&function, 7, "Loop", "a", "b", &attributes);
    add_function(&function);
    call("f", "X", "Y", NULL);
}

static void value_and_reference(void) {
    wire_builder function = function_head("f", "a", "b"), attributes = {0}, data = {0};
    wire_text(&data, 21, "other");
    wire_int(&data, 3, 4);
    onnx_attribute(&attributes, &plain, "axis", KIND_INT, &data);
    put_node(&function, 7, "Op", "a", "b", &attributes);
    add_function(&function);
    call("f", "X", "Y", NULL);
}

static void reference_as_default(void) {
    wire_builder function = function_head("f", "a", "b");
    put_node(&function, 7, "Op", "a", "b", NULL);
    wire_builder attribute = {0};
    wire_text(&attribute, 1, "axis");
    wire_text(&attribute, 21, "other");
    wire_message(&function, 11, &attribute);
    add_function(&function);
    call("f", "X", "Y", NULL);
}

static void overload(void) {
    wire_builder node = {0};
    onnx_node_head(&node, "f", "local", NULL, "X", "Y");
    wire_text(&node, 8, "second");
    wire_message(&graph, 1, &node);
}

static const struct {
    void (*build)(void);
    ortl_status status;
    const char *message;
} refusals[] = {
    {too_many_inputs, ORTL_BAD_MODEL, "has 2 inputs and 1 outputs, it has 1 and 1"},
    {too_many_outputs, ORTL_BAD_MODEL, "has 1 inputs and 2 outputs, it has 1 and 1"},
    {unknown_attribute, ORTL_BAD_MODEL, "function \"along\" has no attribute \"there\""},
    {output_not_made, ORTL_BAD_MODEL, "function \"f\": its output \"c\" is made by no node"},
    {input_not_made, ORTL_BAD_MODEL, "function \"f\": node 0 (Neg \"\"): input \"X\" is made"},
    {left_out_output, ORTL_BAD_MODEL, "output \"a\" of \"f\" is an input that is left out"},
    {two_of_one_name, ORTL_BAD_MODEL, "function \"f\" is there twice"},
    {two_inputs_of_one_name, ORTL_BAD_MODEL, "function \"f\": value \"a\" is made twice"},
    {trees_inside, ORTL_UNSUPPORTED, "trees in a function are not supported"},
    {subgraph_inside, ORTL_UNSUPPORTED, "\"body\" is a subgraph, which is not supported"},
    {value_and_reference, ORTL_BAD_MODEL, "\"axis\" has a value and a reference"},
    {reference_as_default, ORTL_BAD_MODEL, "\"axis\" refers to one of a function, outside of any"},
    {overload, ORTL_UNSUPPORTED, "overload \"second\" is not supported"},
};

START_TEST(functions_that_are_refused) {
    refusals[_i].build();
    expect_refused(refusals[_i].status, refusals[_i].message);
}
END_TEST

/* ---- Failing memory -------------------------------------------------------------------------- */

START_TEST(every_allocation_may_fail) {
    add_axis_function(1);
    wire_builder function = function_head("outer", "a", "b c");
    put_node(&function, 7, "along", "a", "b", NULL);
    put_node(&function, 7, "Neg", "b", "c", NULL);
    add_function(&function);
    call("outer", "X", "Y", NULL);
    expect_every_allocation_fails(2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("functions");
    TCase *tests = tcase_create("functions");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, nodes_take_the_place_of_calls);
    tcase_add_test(tests, functions_call_functions);
    tcase_add_test(tests, inputs_and_outputs_may_be_left_out);
    tcase_add_test(tests, an_output_that_is_an_input_is_copied);
    tcase_add_test(tests, a_function_without_nodes_is_its_inputs);
    tcase_add_loop_test(tests, a_call_gives_attributes, 0, 2);
    tcase_add_test(tests, an_attribute_has_a_default);
    tcase_add_test(tests, an_attribute_may_be_left_out);
    tcase_add_test(tests, attributes_pass_through_calls);
    tcase_add_test(tests, a_function_imports_for_itself);
    tcase_add_loop_test(tests, recursion_is_refused, 0, 2);
    tcase_add_test(tests, depth_is_limited);
    tcase_add_test(tests, thirty_two_levels_are_not_too_deep);
    tcase_add_loop_test(tests, growth_is_limited, 0, 2);
    tcase_add_test(tests, growth_is_limited_by_memory_too);
    tcase_add_loop_test(tests, functions_that_are_refused, 0,
                        (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(tests, every_allocation_may_fail);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
