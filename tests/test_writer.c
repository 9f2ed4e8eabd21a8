/*
 * The writer: a graph that is written and read again is the same graph; a file appears complete or
 * not at all; what cannot be written is refused before the first byte.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../onnx/envelope.h"
#include "../onnx/graph.h"
#include "../onnx/writer.h"
#include "../runtime/status.h"

static ortl__memory memory;
static ortl_error error;
static ortl_limits limits;

static void begin(void) {
    ortl__memory_init(&memory, NULL, UINT64_MAX, "memory_bytes");
    memset(&limits, 0, sizeof limits);
    ortl__limits_fill(&limits);
    error = (ortl_error){ORTL_OK, ""};
}

static void end(void) {
    ck_assert_uint_eq(memory.used, 0);
}

/* ---- A graph with one of everything ---------------------------------------------------------- */

static const float floats[] = {0.5f, -1e-45f, 3e38f};
static const int64_t ints[] = {0, -1, INT64_MAX, INT64_MIN, 127, 128};
static const ortl_string strings[] = {{"", 0}, {"two words", 9}};
static const double doubles[] = {0.1, -1e300};
static ortl__constant tensor = {.name = "t",
                                .element_type = 11,
                                .rank = 2,
                                .shape = {1, 2},
                                .n_elements = 2,
                                .data = (void *)doubles};
static const ortl__attribute attributes[] = {
    {"f", ORTL__ATTRIBUTE_FLOAT, 1, {.floats = floats}},
    {"i", ORTL__ATTRIBUTE_INT, 1, {.ints = ints + 3}},
    {"s", ORTL__ATTRIBUTE_STRING, 1, {.strings = strings + 1}},
    {"t", ORTL__ATTRIBUTE_TENSOR, 1, {.tensor = &tensor}},
    {"fs", ORTL__ATTRIBUTE_FLOATS, 3, {.floats = floats}},
    {"is", ORTL__ATTRIBUTE_INTS, 6, {.ints = ints}},
    {"ss", ORTL__ATTRIBUTE_STRINGS, 2, {.strings = strings}},
};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

/* What the graph below points to. */
typedef struct example {
    ortl__graph graph;
    ortl__node nodes[2];
    ortl__graph_value inputs[1], outputs[1];
    ortl__constant initializers[1];
    uint32_t initializer_values[1], values[4];
    const char *names[4];
    ortl__opset opsets[2];
    ortl_string metadata[2];
    int64_t numbers[2];
} example;

static void fill_example(example *e) {
    memset(e, 0, sizeof *e);
    ortl__arena_init(&e->graph.arena, &memory);
    for (uint32_t i = 0; i < 4; i++) e->values[i] = i;
    e->names[0] = "x";
    e->names[1] = "constant";
    e->names[2] = "middle";
    e->names[3] = "y";
    e->numbers[0] = 5;
    e->numbers[1] = -5;
    e->initializers[0] = (ortl__constant){.name = "constant",
                                          .element_type = 7,
                                          .rank = 1,
                                          .shape = {2},
                                          .n_elements = 2,
                                          .data = e->numbers};
    e->initializer_values[0] = 1;
    e->nodes[0] = (ortl__node){.name = "first",
                               .domain = "",
                               .op_type = "Anything",
                               .n_inputs = 2,
                               .n_outputs = 1,
                               .inputs = e->values,
                               .outputs = e->values + 2,
                               .n_attributes = N_ATTRIBUTES,
                               .attributes = attributes};
    e->nodes[1] = (ortl__node){.name = "trees",
                               .domain = "ai.onnx.ml",
                               .op_type = "TreeEnsembleRegressor",
                               .n_inputs = 1,
                               .n_outputs = 1,
                               .inputs = e->values + 2,
                               .outputs = e->values + 3};
    e->inputs[0] = (ortl__graph_value){
        .name = "x", .value = 0, .element_type = 1, .rank = 2, .has_shape = 1, .shape = {-1, 3}};
    e->outputs[0] = (ortl__graph_value){
        .name = "y", .value = 3, .element_type = 1, .rank = 2, .has_shape = 1, .shape = {-1, 1}};
    e->opsets[0] = (ortl__opset){"", 13};
    e->opsets[1] = (ortl__opset){"ai.onnx.ml", 3};
    e->metadata[0] = (ortl_string){"key", 3};
    e->metadata[1] = (ortl_string){"value", 5};
    e->graph.ir_version = 8;
    e->graph.producer_name = "someone";
    e->graph.producer_version = "2";
    e->graph.domain = "";
    e->graph.doc_string = "text";
    e->graph.name = "graph";
    e->graph.n_opsets = 2;
    e->graph.opsets = e->opsets;
    e->graph.n_metadata = 1;
    e->graph.metadata = e->metadata;
    e->graph.n_inputs = 1;
    e->graph.inputs = e->inputs;
    e->graph.n_outputs = 1;
    e->graph.outputs = e->outputs;
    e->graph.n_initializers = 1;
    e->graph.initializers = e->initializers;
    e->graph.initializer_values = e->initializer_values;
    e->graph.n_nodes = 2;
    e->graph.nodes = e->nodes;
    e->graph.n_values = 4;
    e->graph.value_names = e->names;
}

/* Columns in which ids run, jump and are out of range, with doubles when as_double. */
static ortl__ensemble_columns *make_columns(int as_double) {
    ortl__ensemble_columns *columns = NULL;
    ck_assert_int_eq(
        ortl__ensemble_columns_new(&memory, ORTL__ENSEMBLE_REGRESSOR, &columns, &error), ORTL_OK);
    for (int i = 0; i < 300; i++) {
        ortl__column_append_id(columns, ORTL__COLUMN_NODE_TREES, i / 100, &error);
        ortl__column_append_id(columns, ORTL__COLUMN_NODE_IDS, i % 100, &error);
        ortl__column_append_id(columns, ORTL__COLUMN_NODE_FEATURES, i == 7 ? -1 : i * 977, &error);
        ortl__column_append_id(columns, ORTL__COLUMN_NODE_MISSING, i % 3 == 0, &error);
        ortl__column_append_mode(columns, ORTL__COLUMN_NODE_MODES,
                                 i % 2 ? ORTL__MODE_LEAF : (ortl__mode)(i / 2 % 6), &error);
        if (as_double)
            ortl__column_append_double(columns, ORTL__COLUMN_NODE_VALUES, i * 0.1, &error);
        else
            ortl__column_append_float(columns, ORTL__COLUMN_NODE_VALUES, (float)i * 0.1f, &error);
    }
    for (int i = 0; i < ORTL__N_COLUMNS; i++) {
        columns->columns[i].is_present = columns->columns[i].count > 0;
        columns->columns[i].is_tensor = columns->columns[i].is_double;
    }
    return columns;
}

/* ---- Reading back ---------------------------------------------------------------------------- */

typedef struct collected {
    unsigned char bytes[1 << 16];
    size_t n_bytes;
} collected;

static ortl_status collect(void *user, const void *bytes, size_t n_bytes, ortl_error *failure) {
    collected *model = user;
    if (n_bytes > sizeof model->bytes - model->n_bytes) return ortl__fail(failure, ORTL_IO, "full");
    memcpy(model->bytes + model->n_bytes, bytes, n_bytes);
    model->n_bytes += n_bytes;
    return ORTL_OK;
}

static void read_back(const collected *model, ortl__graph *graph) {
    ortl__source *source = NULL;
    ck_assert_int_eq(
        ortl__source_memory(&memory, model->bytes, model->n_bytes, &limits, &source, &error),
        ORTL_OK);
    ortl_status status = ortl__envelope_read(source, &memory, &limits, 0, graph, &error);
    ck_assert_msg(status == ORTL_OK, "%s", error.message);
    ortl__source_close(source);
}

static void check_attributes(const ortl__node *node) {
    ck_assert_uint_eq(node->n_attributes, N_ATTRIBUTES);
    for (int i = 0; i < N_ATTRIBUTES; i++) {
        const ortl__attribute *wanted = &attributes[i];
        const ortl__attribute *found = ortl__node_attribute(node, wanted->name);
        ck_assert_ptr_nonnull(found);
        ck_assert_int_eq(found->kind, wanted->kind);
        ck_assert_uint_eq(found->count, wanted->count);
    }
    ck_assert_float_eq(ortl__node_attribute(node, "f")->as.floats[0], 0.5f);
    ck_assert_int_eq(ortl__node_attribute(node, "i")->as.ints[0], INT64_MIN);
    ck_assert_str_eq(ortl__node_attribute(node, "s")->as.strings[0].data, "two words");
    ck_assert_mem_eq(ortl__node_attribute(node, "fs")->as.floats, floats, sizeof floats);
    ck_assert_mem_eq(ortl__node_attribute(node, "is")->as.ints, ints, sizeof ints);
    ck_assert_uint_eq(ortl__node_attribute(node, "ss")->as.strings[0].n_bytes, 0);
    const ortl__constant *t = ortl__node_attribute(node, "t")->as.tensor;
    ck_assert_int_eq(t->element_type, 11);
    ck_assert_uint_eq(t->rank, 2);
    ck_assert_mem_eq(t->data, doubles, sizeof doubles);
}

static void check_columns(const ortl__ensemble_columns *found,
                          const ortl__ensemble_columns *wanted) {
    for (int i = 0; i < ORTL__N_COLUMNS; i++) {
        const ortl__column *a = &found->columns[i], *b = &wanted->columns[i];
        ortl__column_kind kind = ortl__column_kind_of((ortl__column_name)i);
        size_t element = kind == ORTL__COLUMN_REALS ? (b->is_double ? 8 : 4)
                         : kind == ORTL__COLUMN_IDS ? 4
                                                    : 1;
        ck_assert_uint_eq(a->is_present, b->is_present);
        ck_assert_uint_eq(a->count, b->count);
        ck_assert_uint_eq(a->is_double, b->is_double);
        if (b->count == 0) continue;
        if (kind != ORTL__COLUMN_RUNS) {
            ck_assert_mem_eq(a->data, b->data, b->count * element);
            continue;
        }
        ortl__id_cursor x, y;
        ortl__id_cursor_init(&x, a);
        ortl__id_cursor_init(&y, b);
        for (uint64_t k = 0; k < b->count; k++)
            ck_assert_uint_eq(ortl__id_cursor_next(&x), ortl__id_cursor_next(&y));
    }
}

START_TEST(a_graph_comes_back_as_it_went) {
    static collected model;
    ortl__byte_sink sink = {&model, collect};
    example e;
    ortl__graph graph = {0};
    uint64_t n_bytes = 0;
    fill_example(&e);
    e.nodes[1].columns = make_columns(_i);
    model.n_bytes = 0;
    ck_assert_int_eq(ortl__writer_write(&e.graph, &memory, &sink, &n_bytes, &error), ORTL_OK);
    ck_assert_uint_eq(n_bytes, model.n_bytes);
    read_back(&model, &graph);
    ck_assert_int_eq(graph.ir_version, 8);
    ck_assert_str_eq(graph.producer_name, "someone");
    ck_assert_str_eq(graph.producer_version, "2");
    ck_assert_str_eq(graph.doc_string, "text");
    ck_assert_str_eq(graph.name, "graph");
    ck_assert_int_eq(ortl__graph_opset(&graph, ""), 13);
    ck_assert_int_eq(ortl__graph_opset(&graph, "ai.onnx.ml"), 3);
    ck_assert_uint_eq(graph.n_metadata, 1);
    ck_assert_str_eq(graph.metadata[1].data, "value");
    ck_assert_int_eq(graph.inputs[0].shape[0], -1);
    ck_assert_int_eq(graph.inputs[0].shape[1], 3);
    ck_assert_str_eq(graph.outputs[0].name, "y");
    ck_assert_uint_eq(graph.n_initializers, 1);
    ck_assert_mem_eq(graph.initializers[0].data, e.numbers, sizeof e.numbers);
    ck_assert_uint_eq(graph.n_nodes, 2);
    ck_assert_str_eq(graph.nodes[0].op_type, "Anything");
    ck_assert_str_eq(graph.value_names[graph.nodes[0].inputs[1]], "constant");
    check_attributes(&graph.nodes[0]);
    check_columns(graph.nodes[1].columns, e.nodes[1].columns);
    ortl__graph_free(&graph);
    ortl__ensemble_columns_free(e.nodes[1].columns);
}
END_TEST

/* Texts as constants, a value that is left out, a type without a shape, axes without a name. */
START_TEST(what_is_rarer_comes_back_too) {
    static collected model;
    ortl__byte_sink sink = {&model, collect};
    example e;
    ortl__graph graph = {0};
    fill_example(&e);
    e.nodes[1].columns = make_columns(0);
    e.initializers[0].element_type = ORTL_STRING;
    e.initializers[0].data = (void *)(uintptr_t)strings;
    e.values[1] = ORTL__NO_VALUE;
    e.inputs[0].shape[1] = -1;
    e.outputs[0].has_shape = 0;
    e.graph.model_version = 7;
    ck_assert_int_eq(ortl__writer_write(&e.graph, &memory, &sink, NULL, &error), ORTL_OK);
    read_back(&model, &graph);
    ck_assert_int_eq(graph.model_version, 7);
    ck_assert_int_eq(graph.inputs[0].shape[1], -1);
    ck_assert_int_eq(graph.outputs[0].has_shape, 0);
    ck_assert_uint_eq(graph.nodes[0].inputs[1], ORTL__NO_VALUE);
    const ortl_string *texts = graph.initializers[0].data;
    ck_assert_int_eq(graph.initializers[0].element_type, ORTL_STRING);
    ck_assert_uint_eq(texts[0].n_bytes, 0);
    ck_assert_str_eq(texts[1].data, strings[1].data);
    ortl__graph_free(&graph);
    ortl__ensemble_columns_free(e.nodes[1].columns);
}
END_TEST

/* ---- Refusals and files ---------------------------------------------------------------------- */

START_TEST(more_than_protobuf_can_hold) {
    static collected model;
    ortl__byte_sink sink = {&model, collect};
    example e;
    ortl__ensemble_columns columns = {.kind = ORTL__ENSEMBLE_REGRESSOR};
    fill_example(&e);
    columns.columns[ORTL__COLUMN_NODE_MISSING] =
        (ortl__column){.count = (uint64_t)1 << 31, .is_present = 1}; /* only counted, never read */
    e.nodes[1].columns = &columns;
    ck_assert_int_eq(ortl__writer_write(&e.graph, &memory, &sink, NULL, &error), ORTL_LIMIT);
    ck_assert_ptr_nonnull(strstr(error.message, "model_bytes"));
    ck_assert_uint_eq(model.n_bytes, 0);
}
END_TEST

START_TEST(maps_are_not_written) {
    static collected model;
    ortl__byte_sink sink = {&model, collect};
    example e;
    fill_example(&e);
    e.outputs[0].is_map = 1;
    ck_assert_int_eq(ortl__writer_write(&e.graph, &memory, &sink, NULL, &error), ORTL_UNSUPPORTED);
    ck_assert_uint_eq(model.n_bytes, 0);
}
END_TEST

START_TEST(unknown_types_are_not_written) {
    static collected model;
    ortl__byte_sink sink = {&model, collect};
    example e;
    fill_example(&e);
    e.initializers[0].element_type = 10; /* float16 */
    ck_assert_int_eq(ortl__writer_write(&e.graph, &memory, &sink, NULL, &error), ORTL_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "\"constant\" has element type 10"));
    ck_assert_uint_eq(model.n_bytes, 0);
}
END_TEST

static int count_entries(const char *directory) {
    DIR *opened = opendir(directory);
    int n = 0;
    ck_assert_ptr_nonnull(opened);
    while (readdir(opened)) n++;
    closedir(opened);
    return n - 2; /* . and .. */
}

static char directory[] = "/tmp/ortl_writer_XXXXXX";
static char path[sizeof directory + 16];

static void make_directory(void) {
    begin();
    memcpy(directory + sizeof directory - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/model.onnx", directory);
}

static void remove_directory(void) {
    unlink(path);
    ck_assert_int_eq(rmdir(directory), 0);
    end();
}

static size_t file_size(void) {
    struct stat about = {0};
    ck_assert_int_eq(stat(path, &about), 0);
    return (size_t)about.st_size;
}

static void write_text(const char *text) {
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

START_TEST(a_file_is_replaced_as_a_whole) {
    example e;
    uint64_t n_bytes = 0;
    fill_example(&e);
    write_text("what was there before");
    ck_assert_int_eq(chmod(path, 0640), 0);
    ck_assert_int_eq(ortl__writer_save(&e.graph, &memory, path, &n_bytes, &error), ORTL_OK);
    ck_assert_uint_eq(file_size(), n_bytes);
    ck_assert_int_eq(count_entries(directory), 1);
    struct stat about = {0};
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0640);
}
END_TEST

START_TEST(a_failure_leaves_everything_as_it_was) {
    example e;
    fill_example(&e);
    e.outputs[0].is_map = 1;
    write_text("before");
    ck_assert_int_eq(ortl__writer_save(&e.graph, &memory, path, NULL, &error), ORTL_UNSUPPORTED);
    ck_assert_uint_eq(file_size(), 6);
    ck_assert_int_eq(count_entries(directory), 1);
}
END_TEST

START_TEST(a_directory_is_no_file) {
    example e;
    fill_example(&e);
    ck_assert_int_eq(ortl__writer_save(&e.graph, &memory, directory, NULL, &error), ORTL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "is a directory"));
}
END_TEST

START_TEST(a_device_is_written_in_place) {
    example e;
    fill_example(&e);
    ck_assert_int_eq(ortl__writer_save(&e.graph, &memory, "/dev/null", NULL, &error), ORTL_OK);
    struct stat about = {0};
    ck_assert_int_eq(stat("/dev/null", &about), 0);
    ck_assert(S_ISCHR(about.st_mode));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("writer");
    TCase *bytes = tcase_create("bytes");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(bytes, begin, end);
    tcase_add_loop_test(bytes, a_graph_comes_back_as_it_went, 0, 2);
    tcase_add_test(bytes, more_than_protobuf_can_hold);
    tcase_add_test(bytes, what_is_rarer_comes_back_too);
    tcase_add_test(bytes, maps_are_not_written);
    tcase_add_test(bytes, unknown_types_are_not_written);
    tcase_add_checked_fixture(files, make_directory, remove_directory);
    tcase_add_test(files, a_file_is_replaced_as_a_whole);
    tcase_add_test(files, a_failure_leaves_everything_as_it_was);
    tcase_add_test(files, a_directory_is_no_file);
    tcase_add_test(files, a_device_is_written_in_place);
    suite_add_tcase(suite, bytes);
    suite_add_tcase(suite, files);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
