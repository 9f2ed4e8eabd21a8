/*
 * Graphs whose names, values, functions or tensors do not fit together, or reach outside.
 */
#include "models.h"

#include "graphs.h"

/* ---- Names and order ------------------------------------------------------------------------- */

static void tangle(wire_builder *file, int variant) {
    wire_builder graph = {0};
    static const struct {
        const char *op, *inputs, *outputs;
    } nodes[][3] = {
        {{"Add", "X b", "a"}, {"Neg", "a", "b"}, {"Neg", "a", "Y"}}, /* a cycle */
        {{"Neg", "Y", "Y"}},                                         /* of one */
        {{"Neg", "nothing", "Y"}},                                   /* undefined */
        {{"Neg", "a", "Y"}, {"Neg", "X", "a"}},                      /* used before */
        {{"Neg", "X", "Y"}, {"Abs", "X", "Y"}},                      /* made twice */
        {{"Neg", "X", "X"}, {"Abs", "X", "Y"}},                      /* an input, made */
        {{"Neg", "X", "a"}},                                         /* Y never made */
        {{"Neg", "", "Y"}},
        {{"Neg", "X", ""}},
        {{"Neg", "-", "Y"}}, /* names left out */
        {{"", "X", "Y"}},
        {{"Nonsense", "X", "Y"}},          /* operators */
        {{"Neg", "X X X X X X X X", "Y"}}, /* too many inputs */
        {{"Neg", "X", "Y a b c"}},         /* and outputs */
        {{"Loop", "X", "Y"}},
        {{"Scan", "X", "Y"}},
        {{"SequenceMap", "X", "Y"}},
        {{"Add", "X", "Y"}},                   /* too few */
        {{"TreeEnsembleRegressor", "X", "Y"}}, /* without its domain */
    };
    for (size_t i = 0; i < 3 && nodes[variant][i].op != NULL; i++)
        put_node(&graph, 1, nodes[variant][i].op, NULL, nodes[variant][i].inputs,
                 nodes[variant][i].outputs, NULL);
    put_model(file, &graph);
}

/* Names that would harm a terminal, a reader of UTF-8, or C strings. */
static void put_name(wire_builder *file, int variant) {
    static const struct {
        const char *bytes;
        size_t n_bytes;
    } names[] = {{"\033]0;title\007\033[2J", 13},
                 {"\xff\xfe\xc0\x80", 4},
                 {"a\0b", 3},
                 {"\0", 1},
                 {"\n\r\t\b", 4},
                 {"\xe2\x80\xae"
                  "evil",
                  7},
                 {"%s%n%n%n", 8},
                 {"../../etc/passwd", 16},
                 {"\xed\xa0\x80", 3},
                 {"\xf4\x90\x80\x80", 4}};
    wire_builder graph = {0}, node = {0};
    wire_blob(&node, 1, names[variant % 10].bytes, names[variant % 10].n_bytes);
    wire_text(&node, 2, "Y");
    wire_text(&node, 4, "Neg");
    if (variant >= 10) { /* the operator instead of its input */
        wire_free(&node);
        wire_text(&node, 1, "X");
        wire_text(&node, 2, "Y");
        wire_blob(&node, 4, names[variant % 10].bytes, names[variant % 10].n_bytes);
    }
    wire_message(&graph, 1, &node);
    put_model(file, &graph);
}

/* Good graphs with texts of that kind where nothing depends on them, and long ones. */
static void put_text(wire_builder *file, int variant) {
    wire_builder graph = {0};
    char *text = calloc(1, 1 << 21);
    memset(text, variant % 2 ? 0x1b : 'x', 1 << 20);
    put_node(&graph, 1, "Neg", NULL, "X", "Y", NULL);
    if (variant / 2 == 0) wire_text(&graph, 10, text); /* doc_string */
    if (variant / 2 == 1) onnx_metadata(file, "feature_names", text);
    if (variant / 2 == 2) onnx_metadata(file, text, "value");
    if (variant / 2 == 3) wire_text(file, 3, text); /* producer_version */
    put_model(file, &graph);
    free(text);
}

static void put_feature_names(wire_builder *file, int variant) {
    static const char *const texts[] = {"",
                                        "[",
                                        "[\"a\"",
                                        "[\"a\",]",
                                        "{}",
                                        "[1,2,3]",
                                        "[null]",
                                        "[\"a\",\"a\",\"a\"]",
                                        "[\"\\u0000\",\"\\ud800\",\"b\"]",
                                        "[\"a\",\"b\"]",
                                        "[\"a\",\"b\",\"c\",\"d\"]",
                                        "[[\"a\"]]",
                                        "\"a\"",
                                        "[\"\xff\",\"b\",\"c\"]",
                                        "[\"\\u001b[31m\",\"b\",\"c\"]",
                                        "[\"\",\"\",\"\"]"};
    wire_builder graph = {0};
    put_node(&graph, 1, "Neg", NULL, "X", "Y", NULL);
    onnx_metadata(file, "feature_names", texts[variant]);
    put_model(file, &graph);
}

/* ---- Declared values ------------------------------------------------------------------------- */

static void declare_input(wire_builder *file, int variant) {
    static const int64_t shapes[][9] = {{-1, 0},
                                        {-1, INT64_MAX},
                                        {-1, INT64_C(1) << 40},
                                        {INT64_MAX, INT64_MAX},
                                        {0, 3},
                                        {-1, 1 << 20},
                                        {-1, (1 << 20) + 1},
                                        {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                        {3},
                                        {0}};
    static const int ranks[] = {2, 2, 2, 2, 2, 2, 2, 9, 1, 0};
    static const int types[] = {TYPE_FLOAT, TYPE_STRING, 0, 99, -1};
    wire_builder graph = {0};
    put_node(&graph, 1, "Identity", NULL, "X", "Y", NULL);
    put_value(&graph, 11, "X", types[variant / 10], shapes[variant % 10], ranks[variant % 10]);
    onnx_value(&graph, 12, "Y", 1);
    onnx_model(file, &packed, &graph);
}

static void declare_oddly(wire_builder *file, int variant) {
    wire_builder graph = {0};
    put_node(&graph, 1, "Neg", NULL, "X", "Y", NULL);
    if (variant != 0) onnx_value(&graph, 11, "X", 3);
    if (variant == 1) onnx_value(&graph, 11, "X", 3); /* twice */
    if (variant != 2) onnx_value(&graph, 12, "Y", 1);
    if (variant == 3) onnx_value(&graph, 12, "Y", 1);
    if (variant == 4) onnx_value(&graph, 12, "nowhere", 1);
    if (variant == 5) wire_message(&graph, 11, &(wire_builder){0}); /* no name, no type */
    if (variant == 6)
        for (int i = 0; i < 20000; i++) {
            char name[16];
            snprintf(name, sizeof name, "in%d", i);
            onnx_value(&graph, 11, name, 1);
        }
    onnx_model(file, &packed, &graph);
}

/* ---- Tensors --------------------------------------------------------------------------------- */

/* An initialiser that is added to X. */
static void put_initialiser(wire_builder *file, int variant) {
    wire_builder graph = {0}, tensor = {0}, entry = {0};
    static const int64_t dims[][3] = {{INT64_MAX, 2, 0},
                                      {INT64_C(1) << 32, INT64_C(1) << 32, 0},
                                      {-1, 0, 0},
                                      {INT64_MIN, 0, 0},
                                      {4, 0, 0},
                                      {2, 0, 0},
                                      {0, 0, 0},
                                      {INT64_C(1) << 60, 0, 0},
                                      {INT64_C(1) << 62, 4, 0}};
    if (variant < 9) {
        for (int i = 0; i < 2 && (i == 0 || dims[variant][i] != 0); i++)
            wire_int(&tensor, 1, dims[variant][i]);
        wire_int(&tensor, 2, TYPE_FLOAT);
        for (int i = 0; i < 3; i++) wire_float(&tensor, 4, 1);
    } else {
        wire_int(&tensor, 1, 3);
        wire_int(&tensor, 2, variant == 9 ? 99 : variant == 10 ? 0 : TYPE_FLOAT);
        if (variant == 11) wire_blob(&tensor, 9, "1234567", 7);           /* raw_data of 7 bytes */
        if (variant == 12) wire_blob(&tensor, 9, "1234567890123456", 16); /* one too many */
        if (variant == 13) wire_int(&tensor, 7, 1);                       /* in the wrong field */
        if (variant >= 14) {                                              /* elsewhere */
            wire_text(&entry, 1, "location");
            wire_text(&entry, 2, variant == 14 ? "/etc/passwd" : "../secret");
            wire_message(&tensor, 13, &entry);
            wire_int(&tensor, 14, 1);
        }
    }
    wire_text(&tensor, 8, "T");
    if (variant == 16) { /* sparse */
        wire_builder sparse = {0};
        wire_message(&sparse, 1, &tensor);
        wire_int(&sparse, 3, INT64_MAX);
        wire_message(&graph, 15, &sparse);
    } else {
        wire_message(&graph, 5, &tensor);
    }
    put_node(&graph, 1, "Add", NULL, "X T", "Y", NULL);
    put_model(file, &graph);
}

/* Seven kinds of elements with as many bytes as each, one fewer and one more. */
static void put_raw(wire_builder *file, int variant) {
    static const struct {
        int type, bytes;
    } kinds[] = {{TYPE_FLOAT, 4}, {TYPE_DOUBLE, 8}, {TYPE_INT64, 8},  {TYPE_INT32, 4},
                 {TYPE_BOOL, 1},  {TYPE_STRING, 1}, {TYPE_FLOAT16, 2}};
    static const char zeros[64] = {0};
    wire_builder graph = {0}, tensor = {0}, attributes = {0};
    const int type = kinds[variant / 2].type, n_bytes = 3 * kinds[variant / 2].bytes;
    onnx_tensor_head(&tensor, NULL, type, 3);
    wire_blob(&tensor, 9, zeros, (size_t)(variant % 2 ? n_bytes + 1 : n_bytes - 1));
    onnx_tensor(&attributes, &packed, "value", &tensor);
    put_node(&graph, 1, "Constant", NULL, "", "Y", &attributes);
    put_model(file, &graph);
}

/* ---- Functions ------------------------------------------------------------------------------- */

static wire_builder begin_function(const char *name) {
    wire_builder function = {0};
    wire_text(&function, 1, name);
    wire_text(&function, 4, "a");
    wire_text(&function, 5, "b");
    wire_text(&function, 10, "f");
    onnx_opset(&function, "", 17);
    return function;
}

/* Functions f0 to f(n - 1); each calls the next `n_calls` times; the last one is Neg, or calls
 * back. */
static void put_tower(wire_builder *file, int n, int n_calls, int is_cyclic) {
    wire_builder graph = {0};
    for (int i = 0; i < n; i++) {
        char name[16], next[16];
        snprintf(name, sizeof name, "f%d", i);
        snprintf(next, sizeof next, "f%d", (i + 1) % n);
        wire_builder function = begin_function(name);
        const int calls = i + 1 < n || is_cyclic;
        for (int j = 0; j < n_calls; j++) {
            char from[16], to[16];
            snprintf(from, sizeof from, j == 0 ? "a" : "t%d", j);
            snprintf(to, sizeof to, j == n_calls - 1 ? "b" : "t%d", j + 1);
            put_node(&function, 7, calls ? next : "Neg", calls ? "f" : NULL, from, to, NULL);
        }
        wire_message(file, 25, &function);
    }
    put_node(&graph, 1, "f0", "f", "X", "Y", NULL);
    put_model(file, &graph);
    onnx_opset(file, "f", 1);
}

static void put_functions(wire_builder *file, int variant) {
    static const struct {
        int n, n_calls, is_cyclic;
    } towers[] = {{1, 1, 1},    {2, 1, 1},     {30, 1, 1}, {30, 2, 0}, {30, 1000, 0},
                  {1000, 1, 0}, {20000, 1, 0}, {3, 60, 0}, {64, 2, 0}, {2000, 1, 1}};
    put_tower(file, towers[variant].n, towers[variant].n_calls, towers[variant].is_cyclic);
}

/* ---- Graphs inside of graphs ----------------------------------------------------------------- */

static void put_branches(wire_builder *file, int variant) {
    static const char *const ops[] = {"If", "Loop", "Scan"};
    wire_builder inner = {0};
    const int depth = variant / 3 == 0 ? 1 : variant / 3 == 1 ? 31 : 600;
    for (int i = 0; i < depth; i++) {
        wire_builder graph = {0}, data = {0}, attributes = {0};
        wire_bytes(&graph, inner.bytes, inner.n_bytes);
        wire_free(&inner);
        wire_text(&graph, 2, "inner");
        onnx_value(&graph, 12, "y", 1);
        wire_message(&data, 6, &graph);
        onnx_attribute(&attributes, &packed, variant % 3 == 0 ? "then_branch" : "body", KIND_GRAPH,
                       &data);
        put_node(&inner, 1, ops[variant % 3], NULL, "X", i == depth - 1 ? "Y" : "y", &attributes);
    }
    put_model(file, &inner);
}

static const hostile_case cases[] = {
    {"tangle", REFUSED, tangle, 19, 0},
    {"odd_name", REFUSED, put_name, 20, 0},
    {"odd_text", EITHER, put_text, 8, 0},
    {"feature_names", ACCEPTED, put_feature_names, 16, 0},
    {"declared_input", EITHER, declare_input, 50, 0},
    {"declared_oddly", EITHER, declare_oddly, 7, 0},
    {"initialiser", REFUSED, put_initialiser, 17, 0},
    {"raw_data", REFUSED, put_raw, 14, 0},
    {"functions", EITHER, put_functions, 10, 0},
    {"branches", REFUSED, put_branches, 9, 0},
};

void models_graph(hostile_judge *judge) {
    hostile_run(judge, cases, HOSTILE_COUNT(cases));
}
