/*
 * ort-lite run: the graph as it stands, tensors in, tensors out, as .npy files.
 */
#include "model.h"
#include "npy.h"
#include "output.h"
#include "sandbox.h"
#include "suggest.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct run_settings {
    ortl__common common;   /* first: the shared options write here */
    const char **bindings; /* (n_bindings) "NAME=FILE" as given, room for one per argument */
    size_t n_bindings;
    const char *directory;
} run_settings;

static ortl_status set_input(void *settings, const char *text, ortl_error *error) {
    run_settings *run = settings;
    if (strchr(text, '=') == NULL)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "--input \"%.60s\" has no '=' (--input NAME=FILE.npy)", text);
    run->bindings[run->n_bindings++] = text;
    return ORTL_OK;
}

static ortl_status set_directory(void *settings, const char *text, ortl_error *error) {
    (void)error;
    ((run_settings *)settings)->directory = text;
    return ORTL_OK;
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

typedef struct run_state {
    ortl__model model;
    ortl_context *context;
    ortl_tensor *inputs;  /* (n_inputs) of the graph; data NULL: not read yet */
    const char **files;   /* (n_inputs) where they were read */
    ortl_tensor *outputs; /* (n_outputs) of the graph */
    char *path;           /* (path_bytes) of the output file that is written */
    size_t path_bytes;
} run_state;

static ortl_status fail_unknown_input(const run_state *state, const char *binding,
                                      ortl_error *error) {
    size_t n_name = strcspn(binding, "=");
    ortl__suggestion nearest = ortl__suggest_begin(binding, n_name);
    ortl_value_info info = {.name = ""};
    for (size_t i = 0; i < state->model.description.n_inputs; i++)
        if (ortl_input(state->model.session, i, &info, NULL) == ORTL_OK)
            ortl__suggest_offer(&nearest, i, info.name, strlen(info.name));
    size_t shown = nearest.index == ORTL__SUGGEST_NONE ? 0 : nearest.index;
    if (ortl_input(state->model.session, shown, &info, NULL) != ORTL_OK)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "the model has no inputs");
    return ortl__message_fail(
        error, ORTL_BAD_ARGUMENT,
        "the model has no input \"%.*s\"; %s \"%.60s\" (`ort-lite inspect` "
        "lists the inputs)",
        (int)(n_name < 60 ? n_name : 60), binding,
        nearest.index == ORTL__SUGGEST_NONE ? "its first is" : "nearest:", info.name);
}

/* The input whose name begins the binding. A name may contain '=', so the longest that fits wins.
 */
static ortl_status find_input(const run_state *state, const char *binding, size_t *index_out,
                              ortl_value_info *info_out, ortl_error *error) {
    size_t longest = 0;
    for (size_t i = 0; i < state->model.description.n_inputs; i++) {
        ortl_value_info info;
        ortl_status status = ortl_input(state->model.session, i, &info, error);
        if (status != ORTL_OK) return status;
        size_t n_name = strlen(info.name);
        if (strncmp(binding, info.name, n_name) != 0 || binding[n_name] != '=' ||
            n_name + 1 <= longest)
            continue;
        longest = n_name + 1;
        *index_out = i;
        *info_out = info;
    }
    return longest > 0 ? ORTL_OK : fail_unknown_input(state, binding, error);
}

static ortl_status read_input(run_state *state, const char *binding, ortl__report *report) {
    size_t index = 0;
    ortl_value_info info = {.name = ""};
    ortl_status status = find_input(state, binding, &index, &info, &report->error);
    if (status != ORTL_OK) return status;
    ortl_tensor *tensor = &state->inputs[index];
    if (tensor->name != NULL)
        return ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                  "input \"%.60s\" is given twice", info.name);
    const char *path = binding + strlen(info.name) + 1;
    ortl__report_place(report, path);
    status = npy_read(path, tensor, &report->error);
    if (status != ORTL_OK) return status;
    tensor->name = info.name;
    state->files[index] = path;
    if (tensor->type != info.type)
        return ortl__message_fail(&report->error, ORTL_BAD_INPUT,
                                  "the array is %s, the model's input \"%.60s\" is %s (convert the "
                                  "array)",
                                  ortl_type_name(tensor->type), info.name,
                                  ortl_type_name(info.type));
    return ORTL_OK;
}

static ortl_status read_inputs(run_state *state, const run_settings *settings, const char *path,
                               ortl__report *report) {
    for (size_t i = 0; i < settings->n_bindings; i++) {
        ortl__report_place(report, path);
        ortl_status status = read_input(state, settings->bindings[i], report);
        if (status != ORTL_OK) return status;
    }
    ortl__report_place(report, path);
    for (size_t i = 0; i < state->model.description.n_inputs; i++) {
        ortl_value_info info;
        ortl_status status = ortl_input(state->model.session, i, &info, &report->error);
        if (status != ORTL_OK) return status;
        if (state->inputs[i].name == NULL)
            return ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                      "input \"%.60s\" is not given (--input %.60s=FILE.npy)",
                                      info.name, info.name);
    }
    return ORTL_OK;
}

/* ---- Outputs --------------------------------------------------------------------------------- */

static ortl_status make_directory(const char *directory, ortl__report *report) {
    struct stat info = {0};
    ortl__report_place(report, directory);
    if (mkdir(directory, 0777) == 0) return ORTL_OK;
    if (errno != EEXIST) return ortl__message_fail_errno(&report->error, "cannot be created");
    if (stat(directory, &info) != 0)
        return ortl__message_fail_errno(&report->error, "cannot be used");
    if (S_ISDIR(info.st_mode)) return ORTL_OK;
    return ortl__message_fail(&report->error, ORTL_IO, "is not a directory");
}

/* Where output number index goes, which is the report's place from here. */
static void name_output(run_state *state, const char *directory, size_t index,
                        ortl__report *report) {
    snprintf(state->path, state->path_bytes, "%s/output_%llu.npy", directory,
             (unsigned long long)index);
    ortl__report_place(report, state->path);
}

/* Before the first output is written, so that a refusal leaves all files as they were. */
static ortl_status refuse_inputs(run_state *state, const char *model, const char *directory,
                                 ortl__report *report) {
    const ortl_description *d = &state->model.description;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < d->n_outputs && status == ORTL_OK; i++) {
        name_output(state, directory, i, report);
        status = ortl__output_refuse_input(state->path, model, &report->error);
        for (size_t j = 0; j < d->n_inputs && status == ORTL_OK; j++)
            status = ortl__output_refuse_input(state->path, state->files[j], &report->error);
    }
    return status;
}

static ortl_status write_outputs(run_state *state, const char *model, const char *directory,
                                 ortl__report *report) {
    state->path_bytes = strlen(directory) + 40;
    state->path = malloc(state->path_bytes);
    if (state->path == NULL)
        return ortl__message_fail(&report->error, ORTL_NO_MEMORY, "no memory for a path");
    ortl_status status = refuse_inputs(state, model, directory, report);
    for (size_t i = 0; i < state->model.description.n_outputs && status == ORTL_OK; i++) {
        name_output(state, directory, i, report);
        status = npy_write(state->path, &state->outputs[i], &report->error);
    }
    return status;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static ortl_status new_tensors(run_state *state, ortl_error *error) {
    const ortl_description *d = &state->model.description;
    state->inputs = calloc(d->n_inputs + 1, sizeof *state->inputs);
    state->outputs = calloc(d->n_outputs + 1, sizeof *state->outputs);
    state->files = calloc(d->n_inputs + 1, sizeof *state->files);
    if (state->inputs != NULL && state->outputs != NULL && state->files != NULL) return ORTL_OK;
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for %llu inputs and %llu outputs",
                              (unsigned long long)d->n_inputs, (unsigned long long)d->n_outputs);
}

static void free_state(run_state *state) {
    for (size_t i = 0; state->inputs != NULL && i < state->model.description.n_inputs; i++)
        npy_free(&state->inputs[i]);
    free(state->inputs);
    free(state->outputs);
    free(state->files);
    free(state->path);
    ortl_context_free(state->context);
    ortl__model_close(&state->model);
}

/* The files of the inputs are what follows any '=': which one ends the name, the model tells. */
static ortl_status enter_sandbox(const char *path, const run_settings *settings,
                                 ortl__report *report) {
    ortl__sandbox sandbox;
    ortl_status status = make_directory(settings->directory, report);
    if (status != ORTL_OK) return status;
    ortl__report_place(report, NULL);
    ortl__sandbox_begin(&sandbox, &settings->common);
    ortl__sandbox_read(&sandbox, path);
    for (size_t i = 0; i < settings->n_bindings; i++)
        for (const char *at = settings->bindings[i]; (at = strchr(at, '=')) != NULL;)
            ortl__sandbox_read(&sandbox, ++at);
    ortl__sandbox_write_folder(&sandbox, settings->directory);
    return ortl__sandbox_enter(&sandbox, &report->error);
}

/* Opens the model; an input with "=" in its name counts as one of unknown size. */
static ortl_status open_model(const char *path, const run_settings *settings, run_state *state,
                              ortl__report *report) {
    ortl__common common = settings->common;
    const char **files = calloc(settings->n_bindings + 1, sizeof *files);
    if (files == NULL)
        return ortl__message_fail(&report->error, ORTL_NO_MEMORY, "no memory for the file names");
    for (size_t i = 0; i < settings->n_bindings; i++)
        files[i] = strchr(settings->bindings[i], '=') + 1;
    ortl__model_bound_scratch(&common, path, files, settings->n_bindings);
    free(files);
    return ortl__model_open(path, &common, &state->model, report);
}

static ortl_status run_model(const char *path, const run_settings *settings, ortl__report *report) {
    run_state state = {.context = NULL};
    ortl_status status = enter_sandbox(path, settings, report);
    if (status == ORTL_OK) status = open_model(path, settings, &state, report);
    if (status != ORTL_OK) goto done;
    status = new_tensors(&state, &report->error);
    if (status != ORTL_OK) goto done;
    status = read_inputs(&state, settings, path, report);
    if (status != ORTL_OK) goto done;
    status = ortl_context_new(state.model.session, &state.context, &report->error);
    if (status != ORTL_OK) goto done;
    status = ortl_run(state.context, state.inputs, state.model.description.n_inputs, state.outputs,
                      state.model.description.n_outputs, &report->error);
    if (status == ORTL_OK) status = write_outputs(&state, path, settings->directory, report);
done:
    free_state(&state);
    return status;
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    int n_operands;
    bool is_done;
    run_settings settings = {.bindings = calloc((size_t)argc, sizeof(char *))};
    ortl_status status;
    if (settings.bindings == NULL)
        return ortl__message_fail(&report->error, ORTL_NO_MEMORY, "no memory for the arguments");
    status = ortl__verb_begin(&ortl__verb_run, argc, argv, &settings, 1, 1, &n_operands, &is_done,
                              report);
    if (status != ORTL_OK || is_done) goto done;
    if (settings.directory == NULL)
        status = ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                    "run: --output-dir DIR is missing");
    else
        status = run_model(argv[1], &settings, report);
done:
    free(settings.bindings);
    return status;
}

static const ortl__option options[] = {
    {"input", 'i', "NAME=FILE.npy", "the array for one input; once for each input", set_input},
    {"output-dir", 'o', "DIR", "where output_0.npy, ... go; made when absent", set_directory},
    ORTL__THREADS_OPTION,
    ORTL__COMMON_OPTIONS,
};

const ortl__verb ortl__verb_run = {
    .name = "run",
    .summary = "the graph as it stands, tensors in, tensors out",
    .synopsis = "MODEL.onnx --input NAME=FILE.npy ... --output-dir DIR",
    .text =
        "Reads one NumPy array for each input, runs the graph once, and writes output_0.npy,\n"
        "output_1.npy, ... in the order of the graph's outputs. Types must match exactly. A\n"
        "ZipMap output is its float matrix [N, C] with columns in class order. Texts are\n"
        "NumPy <U arrays both ways, bools |b1.\n"
        "\n"
        "Examples\n"
        "  mkdir -p results && ort-lite run churn.onnx --input X=rows.npy --output-dir results\n"
        "  ort-lite run churn.onnx --input X=rows.npy --output-dir results --threads 2\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
