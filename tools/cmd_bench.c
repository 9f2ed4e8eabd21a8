/*
 * ort-lite bench: how fast, how much memory, and beside other runtimes.
 */
#include "bench.h"
#include "bench_words.h"
#include "json.h"
#include "suggest.h"
#include "texts.h"
#include "verb.h"

#include "../runtime/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const bench_peer *const peers[] = {&bench_peer_onnxruntime, &bench_peer_lightgbm,
                                          &bench_peer_xgboost};

enum { N_PEERS = sizeof peers / sizeof peers[0] };

typedef struct bench_settings {
    ortl__common common; /* first: the shared options write here */
    ortl__bench bench;
    const char *libraries[N_PEERS]; /* paths of --library, NULL: not given */
    const char *page;
    char *words; /* a copy of the --against list, cut into words */
} bench_settings;

/* ---- Options --------------------------------------------------------------------------------- */

/* The number of the peer of that name; N_PEERS with an error when there is none. */
static size_t find_peer(const char *name, size_t n_bytes, ortl_error *error) {
    ortl__suggestion nearest = ortl__suggest_begin(name, n_bytes);
    for (size_t i = 0; i < N_PEERS; i++) {
        const char *known = peers[i]->name;
        if (strlen(known) == n_bytes && memcmp(known, name, n_bytes) == 0) return i;
        ortl__suggest_offer(&nearest, i, known, strlen(known));
    }
    ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                       "unknown runtime \"%.*s\"; %s%s (onnxruntime, lightgbm, xgboost)",
                       (int)(n_bytes < 40 ? n_bytes : 40), name,
                       nearest.index == ORTL__SUGGEST_NONE ? "these are known" : "did you mean ",
                       nearest.index == ORTL__SUGGEST_NONE ? "" : peers[nearest.index]->name);
    return N_PEERS;
}

static ortl_status add_entry(ortl__bench *bench, char *word, ortl_error *error) {
    char *equals = strchr(word, '=');
    size_t peer = find_peer(word, equals == NULL ? strlen(word) : (size_t)(equals - word), error);
    if (peer == N_PEERS) return ORTL_BAD_ARGUMENT;
    if (!peers[peer]->reads_onnx && equals == NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--against %s needs the model in its own form: %s=FILE (%s)",
                                  peers[peer]->name, peers[peer]->name, peers[peer]->form);
    for (size_t i = 1; i < bench->n_entries; i++)
        if (bench->entries[i].peer == peers[peer])
            return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--against names %s twice",
                                      peers[peer]->name);
    bench->entries[bench->n_entries++] =
        (ortl__bench_entry){.peer = peers[peer],
                            .model = equals == NULL ? NULL : equals + 1,
                            .library = peers[peer]->library};
    return ORTL_OK;
}

static ortl_status set_against(void *settings, const char *text, ortl_error *error) {
    bench_settings *s = settings;
    ortl_status status = ORTL_OK;
    free(s->words);
    s->words = malloc(strlen(text) + 1);
    s->bench.n_entries = 1;
    if (s->words == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the arguments");
    strcpy(s->words, text);
    for (char *word = s->words, *next; word != NULL && status == ORTL_OK; word = next) {
        next = strchr(word, ',');
        if (next != NULL) *next++ = '\0';
        status = add_entry(&s->bench, word, error);
    }
    return status;
}

static ortl_status set_library(void *settings, const char *text, ortl_error *error) {
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--library \"%.60s\" is not NAME=PATH",
                                  text);
    size_t peer = find_peer(text, (size_t)(equals - text), error);
    if (peer == N_PEERS) return ORTL_BAD_ARGUMENT;
    ((bench_settings *)settings)->libraries[peer] = equals + 1;
    return ORTL_OK;
}

static ortl_status set_count(const char *option, const char *text, size_t most, size_t *count_out,
                             ortl_error *error) {
    int64_t count;
    size_t n_bytes = strlen(text);
    if (n_bytes > 0 && ortl__number_read_int64(text, n_bytes, &count) == n_bytes && count > 0 &&
        (uint64_t)count <= most) {
        *count_out = (size_t)count;
        return ORTL_OK;
    }
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--%s \"%.40s\" is not 1 to %lu", option,
                              text, (unsigned long)most);
}

static ortl_status set_rows(void *settings, const char *text, ortl_error *error) {
    return set_count("rows", text, 1 << 20, &((bench_settings *)settings)->bench.n_rows, error);
}

static ortl_status set_runs(void *settings, const char *text, ortl_error *error) {
    return set_count("runs", text, ORTL__BENCH_RUNS, &((bench_settings *)settings)->bench.n_runs,
                     error);
}

static ortl_status set_page(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((bench_settings *)settings)->page = text;
    return ORTL_OK;
}

/* ---- The table ------------------------------------------------------------------------------- */

/* Text in a column of that many letters; a letter may be several bytes. */
static void put_column(ortl__output *output, const char *text, int width) {
    int n_letters = 0;
    for (const char *at = text; *at != '\0'; at++) n_letters += ((unsigned char)*at & 0xc0) != 0x80;
    ortl__output_print(output, "%*s%s", width > n_letters ? width - n_letters : 0, "", text);
}

static void put_entry(const ortl__bench *bench, const ortl__bench_entry *entry,
                      ortl__output *output) {
    const ortl__bench_result *r = &entry->result;
    char text[ORTL__FIGURE_CHARS];
    const double times[] = {r->load_seconds, r->p50, r->p90, r->p99, r->p999};
    ortl__output_print(output, "%-12s", entry->peer->name);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        put_column(output, ortl__word_seconds(times[i], text), 9);
    put_column(output, ortl__word_speed(r->rows_per_second[bench->n_batches - 1], text), 10);
    const bool is_known = r->peak_bytes > 0; /* 0 where /proc is not mounted */
    put_column(output, is_known ? ortl__figure_bytes(ortl__bench_model_bytes(r), text) : "?", 11);
    put_column(output, is_known ? ortl__figure_bytes(r->peak_bytes, text) : "?", 11);
    ortl__output_text(output, "\n");
}

static void print_table(const ortl__bench *bench, ortl__output *output) {
    ortl__output_text(output,
                      "                 load      p50      p90      p99    p99.9      rows      "
                      "model       peak\n");
    for (size_t i = 0; i < bench->n_entries; i++) {
        const ortl__bench_entry *entry = &bench->entries[i];
        if (entry->result.is_measured)
            put_entry(bench, entry, output);
        else
            ortl__output_print(output, "%-12s left out: %s\n", entry->peer->name,
                               entry->is_installed ? entry->result.error
                                                   : "not installed, or --library must say where "
                                                     "(`ort-lite help bench`)");
    }
    ortl__output_print(output,
                       "load to p99.9: a model, one row; rows: in batches of %lu; model: memory "
                       "that it takes\n",
                       (unsigned long)bench->batches[bench->n_batches - 1]);
}

static void put_entry_json(ortl__json *json, const ortl__bench *bench,
                           const ortl__bench_entry *entry) {
    const ortl__bench_result *r = &entry->result;
    ortl__json_object(json, NULL);
    ortl__json_text(json, "runtime", ortl__texts_view(entry->peer->name));
    if (!r->is_measured) {
        ortl__json_text(json, "left_out",
                        ortl__texts_view(entry->is_installed ? r->error : "not installed"));
        ortl__json_object_end(json);
        return;
    }
    ortl__json_double(json, "load_seconds", r->load_seconds);
    ortl__json_double(json, "p50_seconds", r->p50);
    ortl__json_double(json, "p90_seconds", r->p90);
    ortl__json_double(json, "p99_seconds", r->p99);
    ortl__json_double(json, "p99_9_seconds", r->p999);
    ortl__json_figure(json, "model_bytes", ortl__bench_model_bytes(r));
    ortl__json_figure(json, "steady_bytes", r->steady_bytes);
    ortl__json_figure(json, "peak_bytes", r->peak_bytes);
    ortl__json_array(json, "batches");
    for (size_t i = 0; i < bench->n_batches; i++) {
        ortl__json_object(json, NULL);
        ortl__json_figure(json, "rows", bench->batches[i]);
        ortl__json_double(json, "rows_per_second", r->rows_per_second[i]);
        ortl__json_object_end(json);
    }
    ortl__json_array_end(json);
    ortl__json_object_end(json);
}

static void print_json(const ortl__bench *bench, ortl__output *output) {
    ortl__json json;
    ortl__json_begin(&json, output, ORTL__JSON_INDENTED);
    ortl__json_object(&json, NULL);
    ortl__json_text(&json, "model", ortl__texts_view(bench->model));
    ortl__json_figure(&json, "nodes", bench->n_nodes);
    ortl__json_array(&json, "runtimes");
    for (size_t i = 0; i < bench->n_entries; i++) put_entry_json(&json, bench, &bench->entries[i]);
    ortl__json_array_end(&json);
    ortl__json_object_end(&json);
    ortl__json_end(&json);
}

/* ---- The verb -------------------------------------------------------------------------------- */

static void complete_entries(bench_settings *s, const char *model) {
    ortl__bench *bench = &s->bench;
    bench->common = &s->common;
    bench->model = model;
    bench->entries[0] = (ortl__bench_entry){.peer = &bench_peer_ortlite, .model = model};
    for (size_t i = 1; i < bench->n_entries; i++) {
        if (bench->entries[i].model == NULL) bench->entries[i].model = model;
        for (size_t j = 0; j < N_PEERS; j++)
            if (peers[j] == bench->entries[i].peer && s->libraries[j] != NULL)
                bench->entries[i].library = s->libraries[j];
    }
}

static ortl_status bench(bench_settings *s, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ORTL_OK;
    if (strcmp(s->bench.model, "-") == 0)
        return ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                  "bench needs the model as a file");
    if (s->common.sandbox == ORTL__SANDBOX_REQUIRE)
        return ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                  "bench opens what other runtimes need: it has no sandbox");
    if (s->page != NULL)
        status = ortl__output_refuse_input(s->page, s->bench.model, &report->error);
    if (status == ORTL_OK) status = ortl__bench_run(&s->bench, report);
    if (status != ORTL_OK) return status;
    if (!s->common.is_quiet) status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK && !s->common.is_quiet)
        (s->common.is_json ? print_json : print_table)(&s->bench, &output);
    status = ortl__output_close(&output, status, report);
    if (status == ORTL_OK && s->page != NULL)
        status = ortl__libm_open(&s->bench.libm, &report->error);
    if (status == ORTL_OK && s->page != NULL) status = ortl__bench_page(&s->bench, s->page, report);
    return status;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    bench_settings settings = {.bench = {.n_rows = 4096, .n_runs = 3, .n_entries = 1}};
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_bench, argc, argv, &settings, 1, 1,
                                          &n_operands, &is_done, report);
    if (status == ORTL_OK && !is_done) {
        complete_entries(&settings, argv[1]);
        status = bench(&settings, report);
    }
    free(settings.words);
    return status;
}

static const ortl__option options[] = {
    {"against", 0, "NAME[=FILE],...", "measure these runtimes too, on the model in their form",
     set_against},
    {"library", 0, "NAME=PATH", "where the library of a runtime is", set_library},
    {"report", 0, "FILE.html", "write a page with plots that stands alone", set_page},
    {"rows", 0, "N", "rows of the table, and of the largest batch at most (default 4096)",
     set_rows},
    {"runs", 0, "N", "processes for a median, 1 to 9 (default 3)", set_runs},
    ORTL__JSON_OPTION("print one JSON object"),
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_bench = {
    .name = "bench",
    .summary = "latency, throughput and memory, beside other runtimes",
    .synopsis = "MODEL.onnx [--against onnxruntime,...] [--report FILE.html]",
    .text =
        "Loads the model and predicts rows with values near its thresholds, one thread, each\n"
        "runtime in a process of its own: time to load, latency of single rows, rows a second by\n"
        "batch size, memory of the model and of the process.\n"
        "\n"
        "--against names onnxruntime, which reads the same file, and lightgbm and xgboost, which\n"
        "need their own model file. Their C libraries are opened when they are measured, from\n"
        "where the dynamic loader or --library finds them; one that is not installed is left\n"
        "out. Python packages bring them along: onnxruntime/capi/libonnxruntime.so.*,\n"
        "lightgbm/lib/lib_lightgbm.so, xgboost/lib/libxgboost.so, in the folder that\n"
        "`python3 -c 'import onnxruntime as o; print(o.__path__[0])'` prints.\n"
        "\n"
        "Examples\n"
        "  ort-lite bench iris.onnx --against onnxruntime --report iris.html\n"
        "  ort-lite bench iris.onnx --rows 512 --runs 1 --json\n"
        "  ort-lite bench iris.onnx --against onnxruntime --library "
        "onnxruntime=/opt/libonnxruntime.so\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
