/*
 * Malformed and hostile models: each rule of the reader has one that breaks it, with the exact
 * status and the words that name the place; each limit, a model just inside and one just outside.
 */
#include <stdlib.h>

#include "envelope_cases.h"

/* ---- The table ------------------------------------------------------------------------------- */

static const struct {
    void (*build)(wire_builder *model);
    ortl_status status;
    const char *words; /* that the message contains */
} cases[] = {
    {nothing, ORTL_BAD_MODEL, "this is no ONNX model: it has no ir_version"},
    {text_file, ORTL_BAD_MODEL, "this is no ONNX model, or a damaged one: byte 0: a group"},
    {no_graph, ORTL_BAD_MODEL, "the model has 0 graphs instead of one"},
    {two_graphs, ORTL_BAD_MODEL, "the model has 2 graphs instead of one"},
    {no_ir_version, ORTL_BAD_MODEL, "no ir_version"},
    {no_opset, ORTL_BAD_MODEL, "the model imports no operator set"},
    {graph_of_wrong_wire_type, ORTL_BAD_MODEL, "field 7 has wire type 0 instead of 2"},
    {text_of_wrong_wire_type, ORTL_BAD_MODEL, "field 2 has wire type 0 instead of 2"},
    {zero_byte_in_a_name, ORTL_BAD_MODEL, "a text contains a zero byte"},
    {calls_an_empty_function, ORTL_BAD_MODEL,
     "node 0 (Op \"n\"): a call of function \"Op\" has 1 inputs and 1 outputs, it has 0 and 0"},
    {sparse_initializer, ORTL_UNSUPPORTED, "sparse initializer, which is not supported"},
    {input_twice, ORTL_BAD_MODEL, "value \"X\" is made twice"},
    {initializer_twice, ORTL_BAD_MODEL, "initializer 1: value \"S\" is made twice"},
    {node_makes_the_input, ORTL_BAD_MODEL, "node 0 (Op \"n\"): value \"X\" is made twice"},
    {used_before_made, ORTL_BAD_MODEL,
     "node 0 (Op \"n\"): input \"Y\" is made neither by the graph nor by an earlier node"},
    {output_not_made, ORTL_BAD_MODEL, "output \"missing\" of the graph is made by no node"},
    {input_without_name, ORTL_BAD_MODEL, "an input or output of the graph has no name"},
    {opaque_type, ORTL_UNSUPPORTED, "\"Y\" is an opaque type, which is not supported"},
    {sparse_type, ORTL_UNSUPPORTED, "\"Y\" is a sparse tensor, which is not supported"},
    {optional_type, ORTL_UNSUPPORTED, "\"Y\" is an optional type, which is not supported"},
    {bare_map, ORTL_UNSUPPORTED, "\"Y\" is a map outside of a sequence, which is not supported"},
    {two_types, ORTL_BAD_MODEL, "\"Y\" has two types"},
    {empty_sequence, ORTL_UNSUPPORTED, "\"Y\" is a sequence of neither tensors nor maps"},
    {input_sequence, ORTL_UNSUPPORTED, "input \"Y\" is a sequence, which is not supported"},
    {nine_axes, ORTL_UNSUPPORTED, "\"Y\" has 9 axes, at most 8 are supported"},
    {deep_type, ORTL_UNSUPPORTED, "messages nest deeper than in any type that is supported"},
    {deep_groups, ORTL_LIMIT, "limit nesting"},
    {external_data, ORTL_UNSUPPORTED, "initializer 0: tensor \"S\" has its data in another file"},
    {external_entry, ORTL_UNSUPPORTED, "initializer 0: tensor \"S\" has its data in another file"},
    {segment, ORTL_UNSUPPORTED, "tensor \"S\" comes in segments"},
    {negative_extent, ORTL_BAD_MODEL, "tensor \"S\": axis 0 cannot have -1 elements"},
    {extents_overflow, ORTL_BAD_MODEL, "tensor \"S\": axis 1 cannot have 4294967296 elements"},
    {empty_overflow, ORTL_BAD_MODEL, "tensor \"S\": axis 2 cannot have 1099511627776 elements"},
    {empty_overflow_before, ORTL_BAD_MODEL, "\"S\": axis 1 cannot have 1099511627776 elements"},
    {huge_without_data, ORTL_BAD_MODEL, "its shape has 1099511627776 elements, its data have 0"},
    {too_many_axes, ORTL_UNSUPPORTED, "tensor \"S\" has 9 axes, at most 8 are supported"},
    {raw_and_typed, ORTL_BAD_MODEL, "tensor \"S\" has raw data and typed data"},
    {raw_of_wrong_size, ORTL_BAD_MODEL, "its shape has 1 elements, its data have 5 bytes"},
    {raw_texts, ORTL_BAD_MODEL, "tensor \"S\" has raw data for texts"},
    {too_few_elements, ORTL_BAD_MODEL, "its shape has 3 elements, its data have 2"},
    {data_in_another_field, ORTL_BAD_MODEL, "of type 7 has data in field 4 instead of 7"},
    {element_out_of_range, ORTL_BAD_MODEL, "element 1 is 256, which its type cannot hold"},
    {tensor_without_type, ORTL_BAD_MODEL, "element type 0, which is not supported"},
    {complex_numbers, ORTL_UNSUPPORTED, "element type 14, which is not supported"},
    {tensor_without_name, ORTL_BAD_MODEL, "initializer 0: it has no name"},
    {node_without_operator, ORTL_BAD_MODEL, "node 0 ( \"n\"): it names no operator"},
    {subgraph, ORTL_UNSUPPORTED,
     "node 0 (Loop \"x\"): attribute \"body\" is a subgraph, which is not supported"},
    {subgraph_by_type, ORTL_UNSUPPORTED, "attribute \"a\" is a subgraph"},
    {list_of_subgraphs, ORTL_UNSUPPORTED, "attribute \"a\" is a list of subgraphs"},
    {sparse_attribute, ORTL_UNSUPPORTED, "attribute \"a\" is a sparse tensor"},
    {type_attribute, ORTL_UNSUPPORTED, "attribute \"a\" is a type"},
    {list_of_tensors, ORTL_UNSUPPORTED, "attribute \"a\" is a list of tensors"},
    {attribute_twice, ORTL_BAD_MODEL, "attribute \"a\" is there twice"},
    {attribute_without_name, ORTL_BAD_MODEL, "an attribute has no name"},
    {attribute_with_two_names, ORTL_BAD_MODEL, "attribute \"a\" has a second name"},
    {attribute_of_two_kinds, ORTL_BAD_MODEL, "attribute \"a\" is both INT and FLOAT"},
    {attribute_of_another_type, ORTL_BAD_MODEL, "attribute \"a\" is both INTS and FLOATS"},
    {attribute_of_unknown_type, ORTL_BAD_MODEL, "attribute \"a\" has type 77, which is unknown"},
    {attribute_of_nothing, ORTL_BAD_MODEL, "attribute \"a\" has neither type nor value"},
    {attribute_without_tensor, ORTL_BAD_MODEL, "attribute \"a\" has no tensor"},
    {attribute_with_two_tensors, ORTL_BAD_MODEL, "attribute \"a\" has two tensors"},
    {attribute_of_a_function, ORTL_BAD_MODEL, "attribute \"a\" refers to one of a function"},
    {attribute_of_a_number, ORTL_BAD_MODEL, "field 21 has wire type 0 instead of 2"},
    {ints_as_modes, ORTL_BAD_MODEL, "attribute \"nodes_modes\" is INTS instead of STRINGS"},
    {floats_as_ids, ORTL_BAD_MODEL, "attribute \"nodes_nodeids\" is FLOATS instead of INTS"},
    {ids_of_another_type, ORTL_BAD_MODEL, "attribute \"nodes_nodeids\" is FLOATS instead of INTS"},
    {unknown_mode, ORTL_BAD_MODEL,
     "attribute \"nodes_modes\": element 2 is \"BRANCH_XX\", which is no mode"},
    {long_mode, ORTL_BAD_MODEL, "element 0 is \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", which"},
    {empty_mode, ORTL_BAD_MODEL, "element 0 is \"\", which is no mode"},
    {mode_7_of_version_5, ORTL_BAD_MODEL, "element 0 is 7, which is no mode"},
    {int_modes_of_version_5, ORTL_BAD_MODEL, "element type 6 instead of uint8 (2)"},
    {half_floats_of_version_5, ORTL_UNSUPPORTED, "element type 10 instead of float (1)"},
    {ints_as_values, ORTL_BAD_MODEL, "element type 7 instead of float (1) or double (11)"},
    {list_then_tensor, ORTL_BAD_MODEL, "\"base_values\" is given as list and as tensor"},
    {tensor_then_list, ORTL_BAD_MODEL, "\"base_values\" is given as list and as tensor"},
    {column_twice, ORTL_BAD_MODEL, "attribute \"nodes_nodeids\" is there twice"},
    {lists_as_splits, ORTL_BAD_MODEL, "attribute \"nodes_splits\" is FLOATS instead of TENSOR"},
};

static const int n_cases = (int)(sizeof cases / sizeof cases[0]);

static harness h;
static wire_builder model;

static void begin(void) {
    harness_begin(&h);
}

static void end(void) {
    harness_end(&h);
    wire_free(&model);
}

START_TEST(each_broken_rule_has_its_status_and_words) {
    cases[_i].build(&model);
    h.error.message[0] = '\0';
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), cases[_i].status);
    ck_assert_int_eq(h.error.status, cases[_i].status);
    ck_assert_msg(strstr(h.error.message, cases[_i].words) != NULL, "\"%s\" lacks \"%s\"",
                  h.error.message, cases[_i].words);
    ortl__graph_free(&h.graph);
    ck_assert_int_eq(harness_read_file(&h, &model, 32), cases[_i].status);
}
END_TEST

START_TEST(an_error_need_not_be_wanted) {
    for (int i = 0; i < n_cases; i++) {
        cases[i].build(&model);
        ck_assert_int_eq(
            ortl__source_memory(&h.memory, model.bytes, model.n_bytes, &h.limits, &h.source, NULL),
            ORTL_OK);
        ck_assert_int_eq(ortl__envelope_read(h.source, &h.memory, &h.limits, 0, &h.graph, NULL),
                         cases[i].status);
        harness_end(&h);
        wire_free(&model);
    }
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------- */

/* Sets one limit to what the sample just passes, then below. */
static void expect_limit(uint64_t *limit, uint64_t enough, const char *words) {
    onnx_sample(&model, &plain);
    *limit = enough;
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    harness_end(&h);
    *limit = enough - 1;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
    ck_assert_msg(strstr(h.error.message, words) != NULL, "%s", h.error.message);
}

START_TEST(the_number_of_nodes_is_limited) {
    expect_limit(&h.limits.graph_nodes, 2,
                 "limit graph_nodes (operators of the graph) exceeded: 1 allowed, 2 needed");
}
END_TEST

START_TEST(the_bytes_of_the_model_are_limited) {
    onnx_sample(&model, &plain);
    const uint64_t n_bytes = model.n_bytes;
    wire_free(&model);
    expect_limit(&h.limits.model_bytes, n_bytes, "limit model_bytes");
    ck_assert_int_eq(harness_read_file(&h, &model, 64), ORTL_LIMIT);
}
END_TEST

/* The model 1, graph 2, value 3, type 4, tensor 5, shape 6, dimension 7. */
START_TEST(nesting_is_limited) {
    expect_limit(&h.limits.nesting, 7, "limit nesting");
}
END_TEST

START_TEST(the_bytes_of_all_texts_are_limited) {
    char text[64];
    wire_builder node = {0};
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 3; i++) {
        wire_builder data = {0};
        char name[] = {(char)('a' + i), '\0'};
        wire_blob(&data, 4, text, sizeof text);
        onnx_attribute(&node, &plain, name, KIND_STRING, &data);
    }
    finish_node(&model, &node);
    /* maker, two domains, graph, Op, n, and X and Y each twice; three attributes. */
    const uint64_t n_text = 5 + 10 + 5 + 2 + 1 + 4 + 2 * 1 + 3 * (1 + sizeof text);
    h.limits.string_bytes = n_text;
    ck_assert_msg(harness_read_memory(&h, model.bytes, model.n_bytes) == ORTL_OK, "%s",
                  h.error.message);
    harness_end(&h);
    h.limits.string_bytes = n_text - 1;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(h.error.message, "limit string_bytes"));
}
END_TEST

/* A node of a million empty inputs, each 2 bytes in the file and about 100 in protobuf-c. */
START_TEST(memory_stays_in_proportion_to_the_file) {
    wire_builder node = {0};
    for (int i = 0; i < 1000000; i++) wire_text(&node, 1, "");
    finish_node(&model, &node);
    h.memory.limit = ((uint64_t)1 << 20) + 10 * model.n_bytes;
    ck_assert_int_eq(harness_read_memory(&h, model.bytes, model.n_bytes), ORTL_LIMIT);
    ck_assert_uint_le(h.memory.peak, h.memory.limit);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("envelope_hostile");
    TCase *tests = tcase_create("envelope_hostile");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, each_broken_rule_has_its_status_and_words, 0, n_cases);
    tcase_add_test(tests, an_error_need_not_be_wanted);
    tcase_add_test(tests, the_number_of_nodes_is_limited);
    tcase_add_test(tests, the_bytes_of_the_model_are_limited);
    tcase_add_test(tests, nesting_is_limited);
    tcase_add_test(tests, the_bytes_of_all_texts_are_limited);
    tcase_add_test(tests, memory_stays_in_proportion_to_the_file);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
