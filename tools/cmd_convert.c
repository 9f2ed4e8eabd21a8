/*
 * ort-lite convert: a trained model's own file becomes an ONNX file. The work is done by
 * libortlite_convert; this reads the command line, says what was done, and has it compared.
 */
#include "../converters/convert.h"
#include "convert_compare.h"
#include "output.h"
#include "sandbox.h"
#include "verb.h"

#include <stdlib.h>
#include <string.h>

typedef struct convert_settings {
    ortl__common common; /* first: the shared options write here */
    ortl_convert_options options;
    const char *output_path;
    ortl__compare_settings compare; /* table NULL: no comparison */
    char *texts; /* (n_text_bytes) copies of the --meta arguments, their keys ended by NUL */
    size_t n_text_bytes;
    size_t n_text_used;
    const char **pairs; /* (n_pairs, 2) key, value; room for one per argument */
    size_t n_pairs;
} convert_settings;

/* ---- Options --------------------------------------------------------------------------------- */

static ortl_status set_from(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((convert_settings *)settings)->options.from = text;
    return ORTL_OK;
}

static ortl_status set_output(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((convert_settings *)settings)->output_path = text;
    return ORTL_OK;
}

static ortl_status set_precision(void *settings, const char *text, ortl_error *error) {
    static const char *const choices[] = {"float", "double"};
    size_t index = 0;
    ortl_status status = ortl__options_choose("precision", text, choices, 2, &index, error);
    ((convert_settings *)settings)->options.input_type = index == 0 ? ORTL_FLOAT : ORTL_DOUBLE;
    return status;
}

static ortl_status set_opset(void *settings, const char *text, ortl_error *error) {
    static const char *const choices[] = {"3", "5"};
    size_t index = 0;
    ortl_status status = ortl__options_choose("opset-ml", text, choices, 2, &index, error);
    ((convert_settings *)settings)->options.opset_ml = index == 0 ? 3 : 5;
    return status;
}

static ortl_status set_rounds(void *settings, const char *text, ortl_error *error) {
    static const char *const choices[] = {"auto", "all"};
    size_t index = 0;
    ortl_status status = ortl__options_choose("best-iteration", text, choices, 2, &index, error);
    ((convert_settings *)settings)->options.rounds =
        index == 0 ? ORTL_ROUNDS_AUTO : ORTL_ROUNDS_ALL;
    return status;
}

static ortl_status set_compare(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((convert_settings *)settings)->compare.table = text;
    return ORTL_OK;
}

static ortl_status set_expected(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((convert_settings *)settings)->compare.expected = text;
    return ORTL_OK;
}

static ortl_status set_by_position(void *settings, const char *text, ortl_error *error) {
    (void)text, (void)error;
    ((convert_settings *)settings)->compare.is_by_position = true;
    return ORTL_OK;
}

static ortl_status add_rename(void *settings, const char *text, ortl_error *error) {
    ortl__compare_settings *compare = &((convert_settings *)settings)->compare;
    if (strchr(text, '=') == NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--rename \"%.60s\" has no '=' (--rename OLD=NEW)", text);
    compare->renames[compare->n_renames++] = text;
    return ORTL_OK;
}

static ortl_status add_metadata(void *settings, const char *text, ortl_error *error) {
    convert_settings *s = settings;
    size_t n_key = strcspn(text, "=");
    size_t n_bytes = strlen(text) + 1;
    char *copy = s->texts + s->n_text_used;
    if (text[n_key] != '=' || n_key == 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "--meta \"%.60s\" is not KEY=VALUE",
                                  text);
    memcpy(copy, text, n_bytes);
    copy[n_key] = '\0';
    s->n_text_used += n_bytes;
    s->pairs[2 * s->n_pairs] = copy;
    s->pairs[2 * s->n_pairs + 1] = copy + n_key + 1;
    s->n_pairs++;
    return ORTL_OK;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static void say_what_was_done(const ortl_convert_report *done) {
    ortl__message_note("%s: %llu trees, %llu nodes; read %llu bytes, wrote %llu, peak memory %llu",
                       done->trainer, (unsigned long long)done->n_trees,
                       (unsigned long long)done->n_nodes, (unsigned long long)done->source_bytes,
                       (unsigned long long)done->file_bytes, (unsigned long long)done->peak_bytes);
}

static ortl_status check_settings(const char *path, const convert_settings *s, ortl_error *error) {
    if (s->output_path == NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "convert: -o OUT.onnx is missing");
    if (strcmp(path, "-") == 0 || strcmp(s->output_path, "-") == 0)
        return ortl__message_fail(
            error, ORTL_BAD_ARGUMENT,
            "convert needs SOURCE and OUT.onnx by name, not \"-\" (pipes have "
            "names too: /dev/stdin, /dev/stdout)");
    const ortl__compare_settings *compare = &s->compare;
    const char *lonely = compare->expected != NULL ? "--expected"
                         : compare->is_by_position ? "--by-position"
                         : compare->n_renames > 0  ? "--rename"
                                                   : NULL;
    if (compare->table == NULL && lonely != NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "%s is for --compare DATA.csv", lonely);
    return ORTL_OK;
}

static ortl_status print_json(const ortl_convert_report *done, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl__json json;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK) {
        ortl__json_begin(&json, &output, ORTL__JSON_INDENTED);
        ortl__json_object(&json, NULL);
        ortl__convert_json(&json, done);
        ortl__json_object_end(&json);
        ortl__json_end(&json);
    }
    return ortl__output_close(&output, status, report);
}

static ortl_status compare(const char *path, convert_settings *s, const ortl_convert_report *done,
                           const ortl_source_walk *walk, ortl__report *report) {
    s->compare.done = done;
    s->compare.common = &s->common;
    s->compare.source = path;
    s->compare.model = s->output_path;
    return ortl__convert_compare(&s->compare, walk, report);
}

/* With --compare the file that was written is read again. */
static ortl_status enter_sandbox(const char *path, const convert_settings *s, ortl_error *error) {
    ortl__sandbox sandbox;
    ortl__sandbox_begin(&sandbox, &s->common);
    ortl__sandbox_read(&sandbox, path);
    ortl__sandbox_read(&sandbox, s->compare.table);
    ortl__sandbox_write(&sandbox, s->output_path, s->compare.table != NULL);
    return ortl__sandbox_enter(&sandbox, error);
}

static ortl_status convert(const char *path, convert_settings *s, ortl__report *report) {
    ortl_convert_report done = {.struct_size = sizeof done};
    ortl_source_walk *walk = NULL;
    ortl_status status = check_settings(path, s, &report->error);
    if (status != ORTL_OK) return status;
    s->options.metadata = s->pairs;
    s->options.n_metadata = s->n_pairs;
    s->options.limits = s->common.library.limits;
    if (s->compare.table != NULL) s->options.walk_out = &walk;
    status = enter_sandbox(path, s, &report->error);
    if (status != ORTL_OK) return status;
    ortl__report_place(report, path);
    status = ortl__output_refuse_input(s->output_path, path, &report->error);
    if (status == ORTL_OK && s->compare.table != NULL)
        status = ortl__output_refuse_input(s->output_path, s->compare.table, &report->error);
    if (status == ORTL_OK)
        status = ortl_convert(path, s->output_path, &s->options, &done, &report->error);
    if (status == ORTL_OK && s->common.is_verbose) say_what_was_done(&done);
    if (status == ORTL_OK && walk != NULL) status = compare(path, s, &done, walk, report);
    if (status == ORTL_OK && walk == NULL && s->common.is_json) status = print_json(&done, report);
    ortl_source_walk_free(walk);
    return status;
}

/* Room for all arguments, which is enough for those of --meta and --rename. */
static ortl_status reserve_texts(convert_settings *s, int argc, char **argv, ortl_error *error) {
    for (int i = 0; i < argc; i++) s->n_text_bytes += strlen(argv[i]) + 1;
    s->texts = malloc(s->n_text_bytes);
    s->pairs = calloc((size_t)argc, 2 * sizeof *s->pairs);
    s->compare.renames = calloc((size_t)argc, sizeof *s->compare.renames);
    if (s->texts != NULL && s->pairs != NULL && s->compare.renames != NULL) return ORTL_OK;
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the command line");
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    convert_settings settings = {.options = ORTL_CONVERT_OPTIONS_INIT};
    int n_operands;
    bool is_done = false;
    ortl_status status = reserve_texts(&settings, argc, argv, &report->error);
    if (status == ORTL_OK)
        status = ortl__verb_begin(&ortl__verb_convert, argc, argv, &settings, 1, 1, &n_operands,
                                  &is_done, report);
    if (status == ORTL_OK && !is_done) status = convert(argv[1], &settings, report);
    free(settings.texts);
    free(settings.pairs);
    free(settings.compare.renames);
    return status;
}

static void print_trainers(ortl__output *output) {
    const char *trainer, *forms;
    ortl__output_text(output, "\nTrainers\n");
    for (size_t i = 0; (trainer = ortl_convert_trainer(i, &forms)) != NULL; i++)
        ortl__output_print(output, "  %-12s  %s\n", trainer, forms);
}

static const ortl__option options[] = {
    {"output", 'o', "OUT.onnx", "the file to write", set_output},
    {"from", 0, "NAME", "the trainer (default: look at the file)", set_from},
    {"precision", 0, "float|double", "type of the model's input (default float)", set_precision},
    {"opset-ml", 0, "3|5", "version of ai.onnx.ml (default 3, runs everywhere)", set_opset},
    {"best-iteration", 0, "auto|all", "rounds of an early-stopped model (default auto)",
     set_rounds},
    {"compare", 0, "DATA.csv", "walk source and file with these rows: the same leaves?",
     set_compare},
    {"expected", 0, "COLUMN,...", "with --compare: columns of the trainer's own predictions",
     set_expected},
    {"by-position", 0, NULL, "with --compare: ignore the names of the table's header",
     set_by_position},
    {"rename", 0, "OLD=NEW", "with --compare: call a column of the table differently", add_rename},
    {"meta", 0, "KEY=VALUE", "record this in the model's metadata; may be repeated", add_metadata},
    ORTL__JSON_OPTION("print one JSON object: what was converted, and compared"),
    ORTL__COMMON_OPTIONS};

const ortl__verb ortl__verb_convert = {
    .name = "convert",
    .summary = "an ONNX file from a trained model's own file",
    .synopsis = "SOURCE -o OUT.onnx [--compare DATA.csv]",
    .text =
        "Reads the model file of a trainer listed below and writes an ONNX file that predicts\n"
        "the same, here and in onnxruntime. What cannot be expressed exactly is refused with the\n"
        "reason (exit code 3); OUT.onnx then is not written. The same input always gives the\n"
        "same bytes.\n"
        "\n"
        "--precision double is for columns that float32 cannot hold, such as times in seconds.\n"
        "\n"
        "--compare walks every tree of the source in double, as its trainer does, and the file\n"
        "that was written, for every row of the table: the same leaf in every tree, or the rows\n"
        "and nodes where the paths part, and the same values but for float32 rounding. Trees and\n"
        "nodes are numbered from 0, nodes as the source lists them. With --expected the file's\n"
        "predictions are also compared with the trainer's, recorded in the table: one column of\n"
        "labels, of predictions, or of probabilities of the second of two classes, or one column\n"
        "for each value. Numbers are read in the type of the file's input; a note says when a\n"
        "trainer that reads doubles would take other paths. The first ten rows of each kind are\n"
        "shown; the exit code is 1 when anything differs. Columns are matched as in `predict`.\n"
        "\n"
        "Examples\n"
        "  ort-lite convert model.txt -o model.onnx --meta data=2024-05\n"
        "  ort-lite convert model.txt -o model.onnx --compare test.csv --expected prediction\n"
        "  ort-lite convert model.txt -o model.onnx --compare renamed.csv --rename "
        "length=sepal_length\n"
        "  ort-lite convert model.txt -o model.onnx --compare iris.csv --by-position --json\n"
        "  ort-lite convert model.txt -o exact.onnx --precision double --opset-ml 5\n"
        "  ort-lite convert model.txt -o whole.onnx --from lightgbm --best-iteration all\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
    .print_list = print_trainers,
};
