/*
 * ort-lite meta: what a model records about itself, shown or changed.
 */
#include "../converters/metadata.h"
#include "json.h"
#include "model.h"
#include "sandbox.h"
#include "suggest.h"
#include "texts.h"
#include "verb.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 4096 /* of a value, as text */

typedef struct meta_settings {
    ortl__common common; /* first: the shared options write here */
    const char *output;
} meta_settings;

static ortl_status set_output(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((meta_settings *)settings)->output = text;
    return ORTL_OK;
}

/* ---- Showing --------------------------------------------------------------------------------- */

static void print_text(ortl__output *output, ortl_string key, ortl_string value) {
    char shown[SHOWN_BYTES];
    ortl__message_escape(key.data, key.n_bytes, shown, sizeof shown);
    ortl__output_text(output, shown);
    ortl__output_text(output, "=");
    ortl__message_escape(value.data, value.n_bytes, shown, sizeof shown);
    ortl__output_text(output, shown);
    ortl__output_text(output, "\n");
}

static void print_json(ortl__json *json, ortl_string key, ortl_string value) {
    ortl__json_object(json, NULL);
    ortl__json_text(json, "key", key);
    ortl__json_text(json, "value", value);
    ortl__json_object_end(json);
}

static ortl_status print_entries(const ortl__model *model, bool is_json, ortl__output *output,
                                 ortl_error *error) {
    ortl__json json;
    ortl_status status = ORTL_OK;
    if (is_json) {
        ortl__json_begin(&json, output, ORTL__JSON_INDENTED);
        ortl__json_array(&json, NULL);
    }
    for (size_t i = 0; i < model->description.n_metadata && status == ORTL_OK; i++) {
        ortl_string key, value;
        status = ortl_metadata(model->session, i, &key, &value, error);
        if (status == ORTL_OK && is_json) print_json(&json, key, value);
        if (status == ORTL_OK && !is_json) print_text(output, key, value);
    }
    if (is_json) {
        ortl__json_array_end(&json);
        ortl__json_end(&json);
    }
    return status;
}

static ortl_status show(const char *path, const meta_settings *settings, ortl__report *report) {
    ortl__model model;
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__model_open(path, &settings->common, &model, report);
    if (status == ORTL_OK)
        status = ortl__output_refuse_input(settings->output, path, &report->error);
    if (status == ORTL_OK)
        status = ortl__output_open(&output, settings->output, -1, &report->error);
    if (status == ORTL_OK)
        status = print_entries(&model, settings->common.is_json, &output, &report->error);
    status = ortl__output_close(&output, status, report);
    ortl__model_close(&model);
    return status;
}

/* ---- Changing -------------------------------------------------------------------------------- */

static ortl_status check_key(const ortl__model *model, const char *wanted, ortl_error *error) {
    ortl__suggestion nearest = ortl__suggest_begin(wanted, strlen(wanted));
    ortl_string key = {NULL, 0}, value;
    for (size_t i = 0; i < model->description.n_metadata; i++) {
        ortl_status status = ortl_metadata(model->session, i, &key, &value, error);
        if (status != ORTL_OK) return status;
        if (key.n_bytes == strlen(wanted) && memcmp(key.data, wanted, key.n_bytes) == 0)
            return ORTL_OK;
        ortl__suggest_offer(&nearest, i, key.data, key.n_bytes);
    }
    if (nearest.index == ORTL__SUGGEST_NONE ||
        ortl_metadata(model->session, nearest.index, &key, &value, error) != ORTL_OK)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "there is no entry \"%.60s\"", wanted);
    return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                              "there is no entry \"%.60s\"; did you mean %.*s?", wanted,
                              (int)(key.n_bytes < 60 ? key.n_bytes : 60), key.data);
}

/* Keys that are to be removed must be there: a mistyped one would stay unnoticed. */
static ortl_status check_keys(const char *path, const meta_settings *settings, char **keys,
                              size_t n_keys, ortl__report *report) {
    ortl__model model;
    ortl_status status = ortl__model_open(path, &settings->common, &model, report);
    for (size_t i = 0; i < n_keys && status == ORTL_OK; i++)
        status = check_key(&model, keys[i], &report->error);
    ortl__model_close(&model);
    return status;
}

/* Cuts "KEY=VALUE" in two, in place: the words of a command line are the program's own. */
static ortl_status split_pair(char *word, ortl_metadata_change *change_out, ortl_error *error) {
    char *equals = strchr(word, '=');
    if (equals == NULL || equals == word)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "\"%.60s\" is not KEY=VALUE", word);
    *equals = '\0';
    *change_out = (ortl_metadata_change){word, equals + 1};
    return ORTL_OK;
}

static ortl_status change(const char *path, const meta_settings *settings, bool is_set,
                          char **words, size_t n_words, ortl__report *report) {
    ortl_error *error = &report->error;
    ortl_metadata_change *changes = calloc(n_words, sizeof *changes);
    ortl_status status = ORTL_OK;
    if (changes == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the changes");
    for (size_t i = 0; i < n_words && status == ORTL_OK; i++) {
        changes[i] = (ortl_metadata_change){words[i], NULL};
        if (is_set) status = split_pair(words[i], &changes[i], error);
    }
    if (status == ORTL_OK) status = check_keys(path, settings, words, is_set ? 0 : n_words, report);
    if (status == ORTL_OK)
        status = ortl_metadata_write(path, settings->output, changes, n_words,
                                     &settings->common.library, error);
    free(changes);
    return status;
}

static ortl_status check_command(const char *action, int n_words, const char *path,
                                 const meta_settings *settings, ortl_error *error) {
    if (strcmp(action, "set") != 0 && strcmp(action, "remove") != 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "\"%.40s\" is neither set nor remove",
                                  action);
    if (n_words < 1)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "%s needs %s", action,
                                  action[0] == 's' ? "KEY=VALUE" : "KEY");
    if (settings->output == NULL || strcmp(settings->output, "-") == 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "%s needs -o OUT.onnx (the same file is allowed)", action);
    if (strcmp(path, "-") == 0)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "%s needs the model as a file", action);
    return ORTL_OK;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    meta_settings settings = {.output = NULL};
    int n_operands;
    bool is_done;
    ortl__sandbox sandbox;
    ortl_status status = ortl__verb_begin(&ortl__verb_meta, argc, argv, &settings, 1, argc,
                                          &n_operands, &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    const bool is_shown = n_operands == 1;
    if (!is_shown)
        status = check_command(argv[2], n_operands - 2, argv[1], &settings, &report->error);
    if (status == ORTL_OK)
        status = ortl__sandbox_enter_for(&sandbox, &settings.common, argv[1], settings.output,
                                         &report->error);
    if (status != ORTL_OK) return status;
    if (is_shown) return show(argv[1], &settings, report);
    return change(argv[1], &settings, argv[2][0] == 's', argv + 3, (size_t)n_operands - 2, report);
}

static const ortl__option options[] = {
    {"output", 'o', "FILE", "of set and remove: the model to write; else where to print",
     set_output},
    ORTL__JSON_OPTION("print a list of objects with key and value"),
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_meta = {
    .name = "meta",
    .summary = "read and write what a model records about itself",
    .synopsis = "MODEL.onnx [set KEY=VALUE ... | remove KEY ...] [-o OUT.onnx]",
    .text =
        "Prints the model's metadata, one KEY=VALUE a line, or writes the model with entries set\n"
        "or removed. All other bytes of the file stay as they are. OUT.onnx may be MODEL.onnx; it\n"
        "appears complete or not at all.\n"
        "\n"
        "Keys that ort-lite reads: feature_names (a JSON list of the columns' names), and for\n"
        "`verify` score.metric, score.value and score.data_sha256.\n"
        "\n"
        "Examples\n"
        "  ort-lite meta iris.onnx\n"
        "  ort-lite meta iris.onnx set data=iris.csv licence=BSD -o annotated.onnx\n"
        "  ort-lite meta annotated.onnx remove licence -o annotated.onnx\n"
        "  ort-lite meta annotated.onnx --json\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
