/*
 * Nodes that say the same are computed once, and nodes that only look alike are not: in each pair
 * the second one gives what it gives alone.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "runtime/ortlite.h"
#include "small_graph.h"

#define N_ROWS    7
#define N_COLUMNS 4

static const float rows[N_ROWS * N_COLUMNS] = {
    0.2f, -1, 0.3f, 3, 2, -0.4f, 5, 0.4f, 0.1f, 0, 0, 0, 1, -1, -0.0f, 9, 0.7f, -3e8f, 2, 2, 1,
};

/* A node with at most one attribute and two outputs, of which the second may be left out. */
typedef struct recipe {
    const char *op_type, *domain, *attribute;
    const char *also_inputs[2]; /* "": left out */
    int kind;                   /* of the attribute */
    float number;
    int64_t integer;
    const char *text;
    const char *outputs[2];
} recipe;

static void put_tensor(wire_builder *node, const recipe *r) {
    wire_builder tensor = {0};
    wire_int(&tensor, 1, 1);
    wire_int(&tensor, 2, r->integer);
    if (r->integer == TYPE_FLOAT)
        wire_float(&tensor, 4, r->number);
    else
        wire_int(&tensor, 7, (int64_t)r->number);
    onnx_tensor(node, &plain, r->attribute, &tensor);
}

static void put_attribute(wire_builder *node, const recipe *r) {
    switch (r->kind) {
    case KIND_FLOAT: {
        wire_builder data = {0};
        wire_float(&data, 2, r->number);
        onnx_attribute(node, &plain, r->attribute, KIND_FLOAT, &data);
        break;
    }
    case KIND_INT: onnx_int(node, &plain, r->attribute, r->integer); break;
    case KIND_STRING: onnx_string(node, &plain, r->attribute, r->text); break;
    case KIND_TENSOR: put_tensor(node, r); break;
    case KIND_FLOATS: onnx_floats(node, &plain, r->attribute, &r->number, 1); break;
    default: break;
    }
}

/* The node with its values under names of their own, and what keeps it from being an output. */
static void put_recipe(wire_builder *graph, const recipe *r, const char *prefix,
                       const char *output) {
    wire_builder node = {0};
    char name[16];
    wire_text(&node, 1, strcmp(r->op_type, "ConstantOfShape") == 0 ? "shape" : "X");
    for (int i = 0; i < 2 && r->also_inputs[i] != NULL; i++) wire_text(&node, 1, r->also_inputs[i]);
    for (int i = 0; i < 2 && r->outputs[i] != NULL; i++) {
        snprintf(name, sizeof name, "%s%s", r->outputs[i][0] != '\0' ? prefix : "", r->outputs[i]);
        wire_text(&node, 2, name);
    }
    wire_text(&node, 4, r->op_type);
    wire_text(&node, 7, r->domain);
    put_attribute(&node, r);
    wire_message(graph, 1, &node);
    snprintf(name, sizeof name, "%s%s", prefix, r->outputs[r->outputs[0][0] == '\0' ? 1 : 0]);
    PUT(graph, "Identity", output, name);
}

static wire_builder finish(wire_builder *graph, const char *const *outputs, size_t n_outputs) {
    wire_builder k = {0};
    onnx_tensor_head(&k, "k", TYPE_INT64, 1);
    wire_int(&k, 7, 2);
    wire_message(graph, 5, &k);
    put_constant(graph, "low", 0.5f);
    put_constant(graph, "high", 2);
    return finish_model(graph, N_COLUMNS, outputs, n_outputs);
}

/* The last output of the model. */
static ortl_tensor run_model(wire_builder *model, size_t n_outputs, ortl_session **session,
                             ortl_context **context) {
    ortl_error error;
    ortl_tensor outputs[2] = {{.data = NULL}};
    const ortl_tensor input = {.type = ORTL_FLOAT,
                               .rank = 2,
                               .shape = {N_ROWS, N_COLUMNS},
                               .data = (void *)(uintptr_t)rows};
    ortl_status status = ortl_open_memory(model->bytes, model->n_bytes, NULL, session, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ck_assert_int_eq(ortl_context_new(*session, context, &error), ORTL_OK);
    status = ortl_run(*context, &input, 1, outputs, n_outputs, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    wire_free(model);
    return outputs[n_outputs - 1];
}

#define ML(op)               .op_type = op, .domain = "ai.onnx.ml", .outputs = {"y"}
#define AI(op)               .op_type = op, .domain = "", .outputs = {"y"}
#define NUMBER(name, value)  .attribute = name, .kind = KIND_FLOAT, .number = value
#define NUMBERS(name, value) .attribute = name, .kind = KIND_FLOATS, .number = value
#define INTEGER(name, value) .attribute = name, .kind = KIND_INT, .integer = value
#define TEXT(name, value)    .attribute = name, .kind = KIND_STRING, .text = value
#define TENSOR(type, value)                                                                        \
    .attribute = "value", .kind = KIND_TENSOR, .integer = type, .number = value
#define TOPK(first, second)                                                                        \
    .op_type = "TopK", .domain = "", .outputs = {first, second}, .also_inputs = {"k"}

static const recipe pairs[][2] = {
    {{ML("Binarizer"), NUMBER("threshold", 0.5f)}, {ML("Binarizer"), NUMBER("threshold", 0.5f)}},
    {{ML("Binarizer"), NUMBER("threshold", 0.5f)}, {ML("Binarizer"), NUMBER("threshold", 0.25f)}},
    {{ML("Normalizer"), TEXT("norm", "L1")}, {ML("Normalizer"), TEXT("norm", "L1")}},
    {{ML("Normalizer"), TEXT("norm", "L1")}, {ML("Normalizer"), TEXT("norm", "L2")}},
    {{ML("Normalizer"), TEXT("norm", "L1")}, {ML("Normalizer"), TEXT("norm", "MAX")}},
    {{ML("Imputer"), NUMBERS("imputed_value_floats", 2)},
     {ML("Imputer"), NUMBERS("imputed_value_floats", 2)}},
    {{ML("Imputer"), NUMBERS("imputed_value_floats", 2)},
     {ML("Imputer"), NUMBERS("imputed_value_floats", 3)}},
    {{ML("Imputer"), NUMBERS("imputed_value_floats", 2)},
     {ML("Imputer"), NUMBERS("imputed_value_floats", 4)}},
    {{AI("Cast"), INTEGER("to", TYPE_INT64)}, {AI("Cast"), INTEGER("to", TYPE_INT64)}},
    {{AI("Cast"), INTEGER("to", TYPE_INT64)}, {AI("Cast"), INTEGER("to", TYPE_DOUBLE)}},
    {{AI("Cast"), INTEGER("to", TYPE_FLOAT)}, {AI("Neg")}},
    {{AI("ConstantOfShape"), TENSOR(TYPE_FLOAT, 2)},
     {AI("ConstantOfShape"), TENSOR(TYPE_FLOAT, 2)}},
    {{AI("ConstantOfShape"), TENSOR(TYPE_FLOAT, 2)},
     {AI("ConstantOfShape"), TENSOR(TYPE_FLOAT, 3)}},
    {{AI("ConstantOfShape"), TENSOR(TYPE_FLOAT, 2)},
     {AI("ConstantOfShape"), TENSOR(TYPE_INT64, 2)}},
    {{AI("Clip"), .also_inputs = {"", "low"}}, {AI("Clip"), .also_inputs = {"", "low"}}},
    {{AI("Clip"), .also_inputs = {"", "low"}}, {AI("Clip"), .also_inputs = {"", "high"}}},
    {{TOPK("y", "z")}, {TOPK("y", "z")}},
    {{TOPK("y", "z")}, {TOPK("", "z")}},
    {{TOPK("", "z")}, {TOPK("", "z")}},
};

START_TEST(the_second_gives_what_it_gives_alone) {
    static const char *const outputs[] = {"Y1", "Y2"};
    wire_builder both = {0}, alone = {0};
    ortl_session *sessions[2];
    ortl_context *contexts[2];
    PUT(&both, "Shape", "shape", "X");
    PUT(&alone, "Shape", "shape", "X");
    for (int i = 0; i < 2; i++) put_recipe(&both, &pairs[_i][i], outputs[i], outputs[i]);
    put_recipe(&alone, &pairs[_i][1], outputs[1], outputs[1]);
    wire_builder models[] = {finish(&both, outputs, 2), finish(&alone, outputs + 1, 1)};
    ortl_tensor found = run_model(&models[0], 2, &sessions[0], &contexts[0]);
    ortl_tensor wanted = run_model(&models[1], 1, &sessions[1], &contexts[1]);
    ck_assert_int_eq(found.type, wanted.type);
    ck_assert_uint_eq(found.n_bytes, wanted.n_bytes);
    ck_assert_mem_eq(found.data, wanted.data, wanted.n_bytes);
    for (int i = 0; i < 2; i++) {
        ortl_context_free(contexts[i]);
        ortl_close(sessions[i]);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("same_nodes");
    TCase *tests = tcase_create("pairs");
    tcase_add_loop_test(tests, the_second_gives_what_it_gives_alone, 0,
                        (int)(sizeof pairs / sizeof pairs[0]));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
