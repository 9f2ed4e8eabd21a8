/*
 * Branches of If: their nodes stand in front of it under guards, whatever they see around them, and
 * what is refused.
 */
#include "inline_harness.h"

/* ---- Building -------------------------------------------------------------------------------- */

/* A branch, its nodes, and what it makes. */
static wire_builder branch_of(wire_builder *nodes, const char *outputs) {
    wire_builder branch = {0};
    char name[32];
    wire_bytes(&branch, nodes->bytes, nodes->n_bytes);
    wire_free(nodes);
    for (int n_used; sscanf(outputs, "%31s%n", name, &n_used) == 1; outputs += n_used)
        onnx_value(&branch, 12, name, 1);
    return branch;
}

/* A branch of one node. */
static wire_builder simple_branch(const char *op_type, const char *inputs, const char *output) {
    wire_builder nodes = {0};
    put_node(&nodes, 1, op_type, inputs, output, NULL);
    return branch_of(&nodes, output);
}

static void put_branch(wire_builder *attributes, const char *name, wire_builder *branch) {
    wire_builder data = {0};
    wire_message(&data, 6, branch);
    onnx_attribute(attributes, &plain, name, KIND_GRAPH, &data);
}

/* An If in the nodes with this field number. */
static void put_choice(wire_builder *to, uint32_t number, const char *condition,
                       const char *outputs, wire_builder then_branch, wire_builder else_branch) {
    wire_builder attributes = {0};
    put_branch(&attributes, "else_branch", &else_branch);
    put_branch(&attributes, "then_branch", &then_branch);
    put_node(to, number, "If", condition, outputs, &attributes);
}

static void expect_guard(uint32_t node, const char *condition, int wanted, uint32_t around) {
    const uint32_t number = h.graph.nodes[node].guard;
    ck_assert_uint_gt(number, 0);
    ck_assert_uint_lt(number, h.graph.n_guards);
    const ortl__guard *guard = &h.graph.guards[number];
    ck_assert_str_eq(h.graph.value_names[guard->condition], condition);
    ck_assert_int_eq(guard->wanted, wanted);
    ck_assert_uint_eq(guard->around, around);
}

/* ---- What becomes of them -------------------------------------------------------------------- */

START_TEST(both_branches_stand_in_front) {
    call("Op", "X", "c", NULL);
    put_choice(&graph, 1, "c", "Y", simple_branch("Neg", "X", "A"), simple_branch("Abs", "c", "A"));
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 4);
    expect_node(1, "Neg", "X", "A");
    expect_node(2, "Abs", "c", "A");
    expect_node(3, "If", "A A c", "Y");
    ck_assert_uint_ne(h.graph.nodes[1].outputs[0], h.graph.nodes[2].outputs[0]);
    ck_assert_uint_eq(h.graph.nodes[3].n_attributes, 0);
    ck_assert_uint_eq(h.graph.nodes[0].guard, 0);
    ck_assert_uint_eq(h.graph.nodes[3].guard, 0);
    expect_guard(1, "c", 1, 0);
    expect_guard(2, "c", 0, 0);
}
END_TEST

START_TEST(an_initializer_is_a_constant) {
    wire_builder then_branch = simple_branch("Add", "X k", "A"), tensor = {0};
    onnx_tensor_head(&tensor, "k", TYPE_FLOAT, 1);
    wire_float(&tensor, 4, 2.5f);
    wire_message(&then_branch, 5, &tensor);
    put_choice(&graph, 1, "X", "Y", then_branch, simple_branch("Abs", "X", "A"));
    expect_read();
    expect_node(0, "Constant", "", "k");
    expect_node(1, "Add", "X k", "A");
    expect_guard(0, "X", 1, 0);
    const ortl__attribute *value = ortl__node_attribute(&h.graph.nodes[0], "value");
    ck_assert_ptr_nonnull(value);
    ck_assert_float_eq(*(const float *)value->as.tensor->data, 2.5f);
}
END_TEST

START_TEST(a_value_from_around_may_be_the_output) {
    wire_builder nothing = {0};
    put_choice(&graph, 1, "X", "Y", branch_of(&nothing, "X"), simple_branch("Abs", "X", "A"));
    expect_read();
    expect_node(0, "Identity", "X", "X");
    expect_guard(0, "X", 1, 0);
}
END_TEST

/* The innermost branch sees the values of both branches around it and of the graph. */
START_TEST(branches_inside_of_branches) {
    wire_builder nodes = {0};
    put_node(&nodes, 1, "Neg", "far", "near", NULL);
    put_choice(&nodes, 1, "near", "B", simple_branch("Add", "near far", "A"),
               simple_branch("Mul", "far X", "A"));
    put_node(&nodes, 1, "Op", "B far", "C", NULL);
    call("Op", "X", "far", NULL);
    put_choice(&graph, 1, "X", "Y", branch_of(&nodes, "C"), simple_branch("Abs", "X", "C"));
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 8);
    expect_node(1, "Neg", "far", "near");
    expect_node(2, "Add", "near far", "A");
    expect_node(3, "Mul", "far X", "A");
    expect_node(4, "If", "A A near", "B");
    expect_node(5, "Op", "B far", "C");
    expect_node(6, "Abs", "X", "C");
    expect_node(7, "If", "C C X", "Y");
    const uint32_t outer = h.graph.nodes[1].guard;
    ck_assert_uint_eq(h.graph.nodes[5].guard, outer);
    ck_assert_uint_eq(h.graph.nodes[4].guard, outer);
    expect_guard(2, "near", 1, outer);
    expect_guard(3, "near", 0, outer);
    expect_guard(6, "X", 0, 0);
    ck_assert_uint_eq(h.graph.nodes[2].inputs[1], h.graph.nodes[0].outputs[0]);
}
END_TEST

/* A function with a branch, called twice; the branch calls another function. */
START_TEST(branches_inside_of_functions) {
    wire_builder function = function_head("f", "a b", "c"), inner = function_head("g", "a", "b");
    put_node(&inner, 7, "Neg", "a", "b", NULL);
    add_function(&inner);
    put_choice(&function, 7, "b", "c", simple_branch("g", "a", "A"),
               simple_branch("Abs", "b", "A"));
    add_function(&function);
    call("f", "X X", "t", NULL);
    call("f", "t X", "Y", NULL);
    expect_read();
    ck_assert_uint_eq(h.graph.n_nodes, 6);
    expect_node(0, "Neg", "X", "A");
    expect_node(2, "If", "A A X", "t");
    expect_node(3, "Neg", "t", "A");
    expect_node(5, "If", "A A X", "Y");
    expect_guard(0, "X", 1, 0);
    expect_guard(4, "X", 0, 0);
    ck_assert_uint_ne(h.graph.nodes[0].guard, h.graph.nodes[3].guard);
}
END_TEST

START_TEST(attributes_of_the_call_pass_into_branches) {
    wire_builder function = function_head("f", "a", "c"), attributes = {0}, nodes = {0},
                 given = {0};
    put_reference(&attributes, "axis", "where", KIND_INT);
    put_node(&nodes, 1, "Op", "a", "A", &attributes);
    put_choice(&function, 7, "a", "c", branch_of(&nodes, "A"), simple_branch("Abs", "a", "A"));
    wire_text(&function, 6, "where");
    add_function(&function);
    onnx_int(&given, &plain, "where", 9);
    call("f", "X", "Y", &given);
    expect_read();
    ck_assert_int_eq(ortl__node_attribute(&h.graph.nodes[0], "axis")->as.ints[0], 9);
}
END_TEST

/* ---- What is refused ------------------------------------------------------------------------- */

static void one_branch(void) {
    wire_builder attributes = {0}, branch = simple_branch("Abs", "X", "A");
    put_branch(&attributes, "then_branch", &branch);
    call("If", "X", "Y", &attributes);
}

static void no_branches(void) {
    call("If", "X", "Y", NULL);
    call("If", "X", "Z", NULL);
    put_choice(&graph, 1, "X", "W", simple_branch("Abs", "X", "A"), simple_branch("Abs", "X", "A"));
}

static void branch_without_graph(void) {
    wire_builder attributes = {0}, nothing = {0};
    onnx_attribute(&attributes, &plain, "then_branch", KIND_GRAPH, &nothing);
    call("If", "X", "Y", &attributes);
}

static void two_graphs(void) {
    wire_builder attributes = {0}, data = {0}, one = simple_branch("Abs", "X", "A"),
                 two = simple_branch("Neg", "X", "A");
    wire_message(&data, 6, &one);
    wire_message(&data, 6, &two);
    onnx_attribute(&attributes, &plain, "then_branch", KIND_GRAPH, &data);
    call("If", "X", "Y", &attributes);
}

static void other_outputs(void) {
    put_choice(&graph, 1, "X", "Y Z", simple_branch("Abs", "X", "A"),
               simple_branch("Abs", "X", "A"));
}

static void no_condition(void) {
    put_choice(&graph, 1, "-", "Y", simple_branch("Abs", "X", "A"), simple_branch("Abs", "X", "A"));
}

static void branch_with_input(void) {
    wire_builder branch = simple_branch("Abs", "X", "A");
    onnx_value(&branch, 11, "B", 1);
    put_choice(&graph, 1, "X", "Y", branch, simple_branch("Abs", "X", "A"));
}

static void branch_with_sparse(void) {
    wire_builder branch = simple_branch("Abs", "X", "A");
    wire_text(&branch, 15, "");
    put_choice(&graph, 1, "X", "Y", branch, simple_branch("Abs", "X", "A"));
}

static void output_not_made(void) {
    wire_builder nodes = {0};
    put_node(&nodes, 1, "Abs", "X", "A", NULL);
    put_choice(&graph, 1, "X", "Y", branch_of(&nodes, "B"), simple_branch("Abs", "X", "A"));
}

/* Values that are made behind the If, or in the other branch, are not seen. */
static void value_from_later(void) {
    put_choice(&graph, 1, "X", "Y", simple_branch("Abs", "late", "A"),
               simple_branch("Abs", "X", "A"));
    call("Neg", "X", "late", NULL);
}

static void value_of_other_branch(void) {
    put_choice(&graph, 1, "X", "Y", simple_branch("Abs", "X", "A"), simple_branch("Abs", "A", "B"));
}

static void value_made_twice(void) {
    wire_builder nodes = {0};
    put_node(&nodes, 1, "Abs", "X", "A", NULL);
    put_node(&nodes, 1, "Abs", "A", "X", NULL);
    put_choice(&graph, 1, "X", "Y", branch_of(&nodes, "A"), simple_branch("Abs", "X", "A"));
}

/* The inner branch takes x from the graph, where the branch around it makes another x later on. */
static void value_hidden_later(void) {
    wire_builder nodes = {0};
    put_choice(&nodes, 1, "X", "B", simple_branch("Abs", "x", "A"), simple_branch("Abs", "X", "A"));
    put_node(&nodes, 1, "Neg", "X", "x", NULL);
    call("Neg", "X", "x", NULL);
    put_choice(&graph, 1, "X", "Y", branch_of(&nodes, "x"), simple_branch("Abs", "X", "A"));
}

static void trees_inside(void) {
    wire_builder nodes = {0}, node = {0};
    onnx_node_head(&node, "TreeEnsembleRegressor", "ai.onnx.ml", NULL, "X", "A");
    wire_message(&nodes, 1, &node);
    put_choice(&graph, 1, "X", "Y", branch_of(&nodes, "A"), simple_branch("Abs", "X", "A"));
}

static void function_in_its_own_branch(void) {
    wire_builder function = function_head("f", "a", "c");
    put_choice(&function, 7, "a", "c", simple_branch("f", "a", "A"),
               simple_branch("Abs", "a", "A"));
    add_function(&function);
    call("f", "X", "Y", NULL);
}

/* Depth is bounded like that of functions, and before that by the nesting of messages. */
static void too_deep(void) {
    wire_builder branch = simple_branch("Abs", "X", "A");
    for (int i = 0; i < 12; i++) {
        wire_builder nodes = {0};
        put_choice(&nodes, 1, "X", "A", branch, simple_branch("Abs", "X", "A"));
        branch = branch_of(&nodes, "A");
    }
    put_choice(&graph, 1, "X", "Y", branch, simple_branch("Abs", "X", "A"));
}

static const struct {
    void (*build)(void);
    ortl_status status;
    const char *message;
} refusals[] = {
    {one_branch, ORTL_BAD_MODEL, "node 0 (If \"\"): two branches are expected"},
    {no_branches, ORTL_BAD_MODEL, "node 0 (If \"\"): two branches are expected"},
    {branch_without_graph, ORTL_BAD_MODEL, "attribute \"then_branch\" has no graph"},
    {two_graphs, ORTL_BAD_MODEL, "attribute \"then_branch\" has two graphs"},
    {other_outputs, ORTL_BAD_MODEL, "branch \"then_branch\" has 1 outputs, 2 expected"},
    {no_condition, ORTL_BAD_MODEL, "one input is expected, the condition"},
    {branch_with_input, ORTL_BAD_MODEL, "branch \"then_branch\": it has inputs"},
    {branch_with_sparse, ORTL_UNSUPPORTED, "branch \"then_branch\": it has a sparse initializer"},
    {output_not_made, ORTL_BAD_MODEL, "its output \"B\" is made by no node"},
    {value_from_later, ORTL_BAD_MODEL, "input \"late\" is made neither by the graph nor"},
    {value_of_other_branch, ORTL_BAD_MODEL, "input \"A\" is made neither by the graph nor"},
    {value_made_twice, ORTL_BAD_MODEL, "value \"X\" is made twice"},
    {value_hidden_later, ORTL_BAD_MODEL, "value \"x\" is made twice"},
    {trees_inside, ORTL_UNSUPPORTED, "trees in a branch are not supported"},
    {function_in_its_own_branch, ORTL_UNSUPPORTED, "function \"f\" calls itself"},
    {too_deep, ORTL_LIMIT, "limit nesting"},
};

START_TEST(branches_that_are_refused) {
    refusals[_i].build();
    expect_refused(refusals[_i].status, refusals[_i].message);
}
END_TEST

/* f0 has one If; each further function calls the one before it twice. */
START_TEST(growth_is_limited) {
    char name[16], called[16];
    for (int i = 0; i < 25; i++) {
        snprintf(name, sizeof name, "f%d", i);
        snprintf(called, sizeof called, "f%d", i - 1);
        wire_builder function = function_head(name, "a", "");
        if (i == 0)
            put_choice(&function, 7, "a", "c", simple_branch("Abs", "a", "A"),
                       simple_branch("Abs", "a", "A"));
        for (int j = 0; i > 0 && j < 2; j++) put_node(&function, 7, called, "a", "", NULL);
        add_function(&function);
    }
    call("f24", "X", "", NULL);
    call("Neg", "X", "Y", NULL);
    expect_refused(ORTL_LIMIT, "limit graph_nodes");
}
END_TEST

START_TEST(every_allocation_may_fail) {
    wire_builder nodes = {0}, function = function_head("f", "a", "c");
    put_choice(&function, 7, "a", "c", simple_branch("Neg", "a", "A"),
               simple_branch("Abs", "a", "A"));
    add_function(&function);
    put_node(&nodes, 1, "f", "X", "a", NULL);
    put_choice(&nodes, 1, "a", "B", simple_branch("Add", "X a", "A"),
               simple_branch("Abs", "X", "A"));
    put_choice(&graph, 1, "X", "Y", branch_of(&nodes, "B"), simple_branch("Abs", "X", "A"));
    expect_every_allocation_fails(8);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("branches");
    TCase *tests = tcase_create("branches");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, both_branches_stand_in_front);
    tcase_add_test(tests, an_initializer_is_a_constant);
    tcase_add_test(tests, a_value_from_around_may_be_the_output);
    tcase_add_test(tests, branches_inside_of_branches);
    tcase_add_test(tests, branches_inside_of_functions);
    tcase_add_test(tests, attributes_of_the_call_pass_into_branches);
    tcase_add_loop_test(tests, branches_that_are_refused, 0,
                        (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(tests, growth_is_limited);
    tcase_add_test(tests, every_allocation_may_fail);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
