/*
 * Door: the bytes of a model. They are opened, described and run on a few rows, twice: the second
 * time one allocation fails. Demanded: clear messages, heap within 1 MiB + 10 x the file, nothing
 * left behind, no allocation while predicting, the same scores row by row and all at once, and the
 * same everything when memory was short but sufficed.
 */
#include <stdlib.h>
#include <string.h>

#include "../random_numbers.h"
#include "door.h"

#define N_ROWS       3
#define MAX_CELLS    4096 /* of an input that is made up */
#define MAX_VALUES   64   /* inputs of a graph that is run */
#define OUTPUT_SLACK 8

/* What a try came to, for the comparison of two. */
typedef struct try_report {
    ortl_status open, context, predict, run;
    uint64_t figures; /* checksums */
    uint64_t predicted, computed;
} try_report;

static float made_up_float(uint64_t *state) {
    static const uint32_t special[] = {0x7fc00000u, 0x7f800000u, 0xff800000u, 0,
                                       0x80000000u, 1,           0x7f7fffffu, 0x3f800000u};
    uint64_t bits = next_random(state);
    if (bits % 4 == 0) return float_of(special[bits / 4 % 8]);
    return (float)((int64_t)(bits >> 40) - (1 << 23)) / (float)(1 << (bits >> 4) % 24);
}

/* ---- ortl_predict ---------------------------------------------------------------------------- */

/* One NaN is as good as another. */
static int same_floats(const float *a, const float *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (bits_of_float(a[i]) != bits_of_float(b[i]) && !(a[i] != a[i] && b[i] != b[i])) return 0;
    return 1;
}

/* Every row by itself gives what all of them gave. */
static void predict_singly(ortl_context *context, const ortl_description *d, const float *rows,
                           const int64_t *labels, const float *scores, float *scratch) {
    for (size_t i = 0; i < N_ROWS; i++) {
        int64_t label = labels[i];
        ortl_error error;
        ortl_status status =
            ortl_predict(context, rows + i * d->n_features, 1, (ptrdiff_t)d->n_features, 1,
                         d->label_output >= 0 ? &label : NULL, scratch, &error);
        door_judge(status, &error);
        REQUIRE(status == ORTL_OK);
        REQUIRE(label == labels[i]);
        REQUIRE(same_floats(scratch, scores + i * d->n_scores, d->n_scores));
    }
}

static void try_predict(ortl_context *context, const ortl_description *d, uint64_t checksum,
                        const watched_memory *memory, try_report *report) {
    int64_t labels[N_ROWS] = {0};
    uint64_t n_calls = memory->n_calls;
    ortl_error error;
    if (d->n_features == 0 || d->n_features > MAX_CELLS || d->n_scores > MAX_CELLS) return;
    float *rows = malloc((N_ROWS * d->n_features + 1) * sizeof *rows);
    float *scores = calloc(N_ROWS * d->n_scores + 1, sizeof *scores);
    float *scratch = calloc(d->n_scores + 1, sizeof *scratch);
    if (rows == NULL || scores == NULL || scratch == NULL) abort();
    for (size_t i = 0; i < N_ROWS * d->n_features; i++) rows[i] = made_up_float(&checksum);
    report->predict = ortl_predict(context, rows, N_ROWS, (ptrdiff_t)d->n_features, 1,
                                   d->label_output >= 0 ? labels : NULL, scores, &error);
    door_judge(report->predict, &error);
    if (report->predict == ORTL_OK) {
        report->predicted = door_checksum(scores, N_ROWS * d->n_scores * sizeof *scores) ^
                            door_checksum(labels, sizeof labels);
        if (d->is_row_wise) predict_singly(context, d, rows, labels, scores, scratch);
    }
    REQUIRE(memory->n_calls == n_calls);
    free(rows);
    free(scores);
    free(scratch);
}

/* ---- ortl_run -------------------------------------------------------------------------------- */

static void made_up_cell(ortl_tensor *tensor, size_t i, uint64_t *state) {
    static const char *const texts[] = {"",    "a",  "b c", "12", "-1.5", "\xc3\xa9t\xff",
                                        "nan", "A b"};
    float number = made_up_float(state);
    uint64_t bits = next_random(state);
    int64_t whole = bits % 3 == 0 ? (int64_t)next_random(state) : (int64_t)(bits >> 32) % 7 - 2;
    switch (tensor->type) {
    case ORTL_FLOAT: ((float *)tensor->data)[i] = number; break;
    case ORTL_DOUBLE: ((double *)tensor->data)[i] = (double)number; break;
    case ORTL_INT16: ((int16_t *)tensor->data)[i] = (int16_t)(whole & 0x7fff); break;
    case ORTL_INT32: ((int32_t *)tensor->data)[i] = (int32_t)(whole & 0x7fffffff); break;
    case ORTL_INT64: ((int64_t *)tensor->data)[i] = whole; break;
    case ORTL_BOOL: ((uint8_t *)tensor->data)[i] = bits & 1; break;
    case ORTL_STRING:
        ((ortl_string *)tensor->data)[i] = (ortl_string){texts[bits % 8], strlen(texts[bits % 8])};
        break;
    default: break;
    }
}

/* A tensor for the declared input; 0 when it would be too large to be worth the time. */
static int make_up_input(const ortl_value_info *info, size_t n_features, ortl_tensor *tensor_out,
                         uint64_t *state) {
    size_t n_cells = 1;
    memset(tensor_out, 0, sizeof *tensor_out);
    tensor_out->type = info->type;
    tensor_out->rank = info->rank;
    for (size_t i = 0; i < info->rank; i++) {
        int64_t extent = info->shape[i];
        if (extent < 0) extent = i == 0 ? N_ROWS : n_features > 0 ? (int64_t)n_features : 2;
        if (extent > MAX_CELLS || n_cells * (size_t)extent > MAX_CELLS) return 0;
        tensor_out->shape[i] = extent;
        n_cells *= (size_t)extent;
    }
    tensor_out->data = calloc(n_cells + 1, sizeof(ortl_string));
    if (tensor_out->data == NULL) abort();
    for (size_t i = 0; i < n_cells; i++) made_up_cell(tensor_out, i, state);
    return 1;
}

/* Reads every byte of an output, texts included. */
static uint64_t sum_output(const ortl_tensor *tensor) {
    size_t n_cells = 1;
    uint64_t sum = (uint64_t)tensor->type;
    REQUIRE(tensor->rank <= ORTL_MAX_RANK);
    for (size_t i = 0; i < tensor->rank; i++) {
        REQUIRE(tensor->shape[i] >= 0);
        n_cells *= (size_t)tensor->shape[i];
    }
    if (n_cells == 0) return sum;
    REQUIRE(tensor->data != NULL);
    if (tensor->type != ORTL_STRING)
        return sum ^ door_checksum(tensor->data, n_cells * ortl_type_bytes(tensor->type));
    for (size_t i = 0; i < n_cells; i++) {
        const ortl_string *text = (const ortl_string *)tensor->data + i;
        sum = sum * 31 + door_checksum(text->data, text->n_bytes);
    }
    return sum;
}

static void run_tensors(ortl_context *context, const ortl_description *d, const ortl_tensor *inputs,
                        try_report *report) {
    ortl_error error;
    ortl_tensor *outputs = calloc(d->n_outputs + OUTPUT_SLACK, sizeof *outputs);
    if (outputs == NULL) abort();
    report->run = ortl_run(context, inputs, d->n_inputs, outputs, d->n_outputs, &error);
    door_judge(report->run, &error);
    for (size_t i = 0; i < d->n_outputs && report->run == ORTL_OK; i++)
        report->computed = report->computed * 31 + sum_output(&outputs[i]);
    free(outputs);
}

static void try_run(ortl_context *context, const ortl_session *session, const ortl_description *d,
                    uint64_t checksum, try_report *report) {
    ortl_tensor inputs[MAX_VALUES] = {{0}};
    size_t n_made = 0;
    if (d->n_inputs > MAX_VALUES) return;
    for (; n_made < d->n_inputs; n_made++) {
        ortl_value_info info;
        REQUIRE(ortl_input(session, n_made, &info, NULL) == ORTL_OK);
        if (!make_up_input(&info, d->n_features, &inputs[n_made], &checksum)) break;
    }
    if (n_made == d->n_inputs) run_tensors(context, d, inputs, report);
    for (size_t i = 0; i < n_made; i++) free(inputs[i].data);
}

/* ---- A try ----------------------------------------------------------------------------------- */

/* Figures that do not depend on where memory was short. */
static uint64_t sum_figures(const ortl_description *d) {
    const uint64_t figures[] = {d->n_inputs,     d->n_outputs, d->n_metadata, d->n_operators,
                                d->n_features,   d->n_scores,  d->n_classes,  d->n_trees,
                                d->n_nodes,      d->n_leaves,  d->max_depth,  d->steps_per_row,
                                d->context_bytes};
    return door_checksum(figures, sizeof figures);
}

static void try_session(const ortl_session *session, uint64_t checksum,
                        const watched_memory *memory, try_report *report) {
    ortl_description d = {.struct_size = sizeof d};
    ortl_context *context = NULL;
    ortl_error error;
    REQUIRE(ortl_describe(session, &d, &error) == ORTL_OK);
    report->figures = sum_figures(&d);
    report->context = ortl_context_new(session, &context, &error);
    door_judge(report->context, &error);
    REQUIRE((report->context == ORTL_OK) == (context != NULL));
    if (context != NULL) {
        try_predict(context, &d, checksum, memory, report);
        try_run(context, session, &d, checksum, report);
    }
    ortl_context_free(context);
}

static try_report try_model(const uint8_t *bytes, size_t n_bytes, uint64_t checksum,
                            watched_memory *memory) {
    ortl_allocator allocator = watched_allocator(memory);
    ortl_options options = ORTL_OPTIONS_INIT;
    ortl_session *session = NULL;
    ortl_error error;
    try_report report = {.open = ORTL_OK};
    options.allocator = &allocator;
    options.limits.steps_per_row = 1 << 20; /* a longer run is legal, and time lost here */
    options.limits.context_bytes = 1 << 24;
    /* The input is not needed any more once the model is open. */
    uint8_t *copy = malloc(n_bytes > 0 ? n_bytes : 1);
    if (copy == NULL) abort();
    if (n_bytes > 0) memcpy(copy, bytes, n_bytes);
    report.open = ortl_open_memory(copy, n_bytes, &options, &session, &error);
    free(copy);
    door_judge(report.open, &error);
    REQUIRE(memory->peak_bytes <= ((uint64_t)1 << 20) + 10 * (uint64_t)n_bytes);
    REQUIRE((report.open == ORTL_OK) == (session != NULL));
    if (session != NULL) try_session(session, checksum, memory, &report);
    ortl_close(session);
    watched_require_empty(memory);
    return report;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
    uint64_t checksum = door_checksum(bytes, n_bytes);
    watched_memory memory = {0};
    try_report first = try_model(bytes, n_bytes, checksum, &memory);
    watched_memory scarce = watched_failing(&memory, checksum);
    try_report second = try_model(bytes, n_bytes, checksum, &scarce);
    watched_judge(first.open, second.open);
    if (second.open != ORTL_OK) return 0;
    REQUIRE(second.figures == first.figures);
    watched_judge(first.context, second.context);
    if (second.context != ORTL_OK) return 0;
    REQUIRE(second.predict == first.predict && second.predicted == first.predicted);
    watched_judge(first.run, second.run);
    if (second.run == ORTL_OK) REQUIRE(second.computed == first.computed);
    return 0;
}
