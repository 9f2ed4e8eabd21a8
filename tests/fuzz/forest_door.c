/*
 * Door: structured ensembles. The input is a recipe for a random valid ensemble; as an ONNX file it
 * goes through the runtime with the kernel that it chooses and two that the input chooses, and each
 * row must get what the naive evaluator says, bit for bit.
 */
#include <stdlib.h>
#include <string.h>

#include "../../runtime/forest/pack.h"
#include "../random_numbers.h"
#include "door.h"
#include "ensemble_bytes.h"
#include "naive_forest.h"
#include "random_ensemble.h"

#define MAX_ROWS  140
#define N_KERNELS 2 /* that are tried on each input, besides the one that the library chooses */

/* The rows of a test in the type of the input, and what must come out. */
typedef struct test {
    const naive_forest *forest;
    size_t n_rows;
    double *cells;         /* (n_rows, n_columns) as values */
    void *data;            /* (n_rows, n_columns) as the input has them */
    naive_answer *answers; /* (n_rows) */
    int is_refused;        /* some row gets no vote */
} test;

static void *must_have(size_t n, size_t n_bytes) {
    void *block = calloc(n, n_bytes);
    if (block == NULL) abort();
    return block;
}

static void store_cell(const test *t, size_t i) {
    switch (t->forest->input_type) {
    case ORTL_FLOAT: ((float *)t->data)[i] = (float)t->cells[i]; break;
    case ORTL_DOUBLE: ((double *)t->data)[i] = t->cells[i]; break;
    case ORTL_INT32: ((int32_t *)t->data)[i] = (int32_t)t->cells[i]; break;
    default: ((int64_t *)t->data)[i] = (int64_t)t->cells[i]; break;
    }
}

static test make_test(const naive_forest *forest, door_recipe *recipe) {
    test t = {.forest = forest};
    t.n_rows = 1 + door_below(recipe, door_one_in(recipe, 4) ? MAX_ROWS : 9);
    size_t n_cells = t.n_rows * forest->n_columns;
    t.cells = must_have(n_cells, sizeof *t.cells);
    t.data = must_have(n_cells, sizeof(double));
    t.answers = must_have(t.n_rows, sizeof *t.answers);
    for (size_t i = 0; i < n_cells; i++) {
        t.cells[i] = random_cell(forest, recipe);
        store_cell(&t, i);
    }
    for (size_t i = 0; i < t.n_rows; i++) {
        t.answers[i] = naive_evaluate(forest, t.cells + i * forest->n_columns);
        if (!t.answers[i].has_label) t.is_refused = 1;
    }
    return t;
}

static void free_test(test *t) {
    free(t->cells);
    free(t->data);
    free(t->answers);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* One NaN is as good as another. */
static int is_same(double a, double b) {
    return bits_of_double(a) == bits_of_double(b) || (a != a && b != b);
}

static void compare_scores(const test *t, const void *scores, int is_double, const char *kernel) {
    size_t n = t->forest->n_targets;
    for (size_t i = 0; i < t->n_rows * n; i++) {
        double found = is_double ? ((const double *)scores)[i] : (double)((const float *)scores)[i];
        REQUIRE_SAID(is_same(found, t->answers[i / n].scores[i % n]), kernel);
    }
}

static void compare_labels(const test *t, const ortl_tensor *labels, const char *kernel) {
    for (size_t i = 0; i < t->n_rows; i++) {
        int64_t expected = t->answers[i].label;
        if (labels->type == ORTL_STRING) {
            char text[8];
            const ortl_string *found = (const ortl_string *)labels->data + i;
            ensemble_label_text((uint32_t)expected, text);
            REQUIRE_SAID(found->n_bytes == strlen(text), kernel);
            REQUIRE_SAID(memcmp(found->data, text, found->n_bytes) == 0, kernel);
        } else {
            REQUIRE_SAID(((const int64_t *)labels->data)[i] == expected, kernel);
        }
    }
}

static void run(const test *t, ortl_context *context, const char *kernel) {
    const naive_forest *forest = t->forest;
    int is_classifier = forest->kind == NAIVE_CLASSIFIER;
    size_t n_outputs = is_classifier ? 2 : 1;
    ortl_tensor input = {.type = forest->input_type, .rank = 2, .data = t->data};
    ortl_tensor outputs[2] = {{0}};
    ortl_error error;
    input.shape[0] = (int64_t)t->n_rows;
    input.shape[1] = forest->n_columns;
    ortl_status status = ortl_run(context, &input, 1, outputs, n_outputs, &error);
    door_judge(status, &error);
    REQUIRE_SAID(status == (t->is_refused ? ORTL_BAD_INPUT : ORTL_OK), error.message);
    if (status != ORTL_OK) return;
    const ortl_tensor *scores = &outputs[n_outputs - 1];
    int is_double = forest->kind == NAIVE_V5 && forest->input_type == ORTL_DOUBLE;
    REQUIRE(scores->type == (is_double ? ORTL_DOUBLE : ORTL_FLOAT));
    compare_scores(t, scores->data, is_double, kernel);
    if (is_classifier) compare_labels(t, &outputs[0], kernel);
}

/* The common case, from columns that lie apart. */
static void predict(const test *t, ortl_context *context, const char *kernel) {
    const naive_forest *forest = t->forest;
    ptrdiff_t n_rows = (ptrdiff_t)t->n_rows;
    float *columns = must_have(t->n_rows * forest->n_columns, sizeof *columns);
    float *scores = must_have(t->n_rows * forest->n_targets, sizeof *scores);
    int64_t *labels = must_have(t->n_rows, sizeof *labels);
    ortl_error error;
    for (size_t i = 0; i < t->n_rows * forest->n_columns; i++)
        columns[i % forest->n_columns * t->n_rows + i / forest->n_columns] = (float)t->cells[i];
    ortl_status status =
        ortl_predict(context, columns, t->n_rows, 1, n_rows,
                     forest->kind == NAIVE_CLASSIFIER ? labels : NULL, scores, &error);
    door_judge(status, &error);
    REQUIRE_SAID(status == (t->is_refused ? ORTL_BAD_INPUT : ORTL_OK), error.message);
    if (status == ORTL_OK) {
        compare_scores(t, scores, 0, kernel);
        for (size_t i = 0; i < t->n_rows && forest->kind == NAIVE_CLASSIFIER; i++)
            REQUIRE_SAID(labels[i] == t->answers[i].label, kernel);
    }
    free(columns);
    free(scores);
    free(labels);
}

/* ---- The door -------------------------------------------------------------------------------- */

/* kernel NULL: the library's own choice. A kernel may not be for this forest or this processor. */
static void try_kernel(const test *t, const wire_builder *model, const char *kernel) {
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *session = NULL;
    ortl_context *context = NULL;
    ortl_error error;
    const char *name = kernel != NULL ? kernel : "the chosen kernel";
    options.kernel = kernel;
    ortl_status status = ortl_open_memory(model->bytes, model->n_bytes, &options, &session, &error);
    door_judge(status, &error);
    if (kernel != NULL && status == ORTL_BAD_ARGUMENT) return;
    REQUIRE_SAID(status == ORTL_OK, error.message);
    status = ortl_context_new(session, &context, &error);
    REQUIRE_SAID(status == ORTL_OK, error.message);
    run(t, context, name);
    if (t->forest->input_type == ORTL_FLOAT) predict(t, context, name);
    ortl_context_free(context);
    ortl_close(session);
}

static size_t count_kernels(void) {
    size_t n = 0;
    while (ortl__pack_kernel_name(n) != NULL) n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    door_recipe recipe = door_recipe_of(bytes, n_bytes);
    naive_forest *forest = must_have(1, sizeof *forest);
    wire_builder model = {0};
    random_ensemble(forest, &recipe);
    ensemble_bytes(forest, &recipe, &model);
    test t = make_test(forest, &recipe);
    try_kernel(&t, &model, NULL);
    uint64_t chosen = door_checksum(bytes, n_bytes);
    for (size_t i = 0; i < N_KERNELS; i++)
        try_kernel(&t, &model, ortl__pack_kernel_name((chosen + i) % count_kernels()));
    free_test(&t);
    wire_free(&model);
    free(forest);
    return 0;
}
