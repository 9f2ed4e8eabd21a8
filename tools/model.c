/*
 * Opening the model and reading the one piece of metadata that the program acts on.
 */
#include "model.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Opening --------------------------------------------------------------------------------- */

/* Reads stdin to its end, at most limit bytes. */
static ortl_status read_stdin(uint64_t limit, char **bytes_out, size_t *n_bytes_out,
                              ortl_error *error) {
    char *bytes = NULL;
    size_t capacity = 0;
    size_t length = 0;
    ortl_status status = ORTL_OK;
    for (;;) {
        if (length == capacity) {
            capacity = capacity == 0 ? 65536 : capacity + capacity / 2;
            char *larger = realloc(bytes, capacity);
            if (larger == NULL) {
                status = ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the model");
                goto done;
            }
            bytes = larger;
        }
        ssize_t n_read = read(STDIN_FILENO, bytes + length, capacity - length);
        if (n_read < 0 && errno == EINTR) continue;
        if (n_read < 0) {
            status = ortl__message_fail_errno(error, "cannot be read");
            goto done;
        }
        if (n_read == 0) break;
        length += (size_t)n_read;
        if (length > limit) {
            status = ortl__message_fail(error, ORTL_LIMIT,
                                        "the model exceeds the limit model_bytes of %llu",
                                        (unsigned long long)limit);
            goto done;
        }
    }
done:
    if (status != ORTL_OK) {
        free(bytes);
        return status;
    }
    *bytes_out = bytes;
    *n_bytes_out = length;
    return ORTL_OK;
}

static ortl_status open_stdin(const ortl_options *options, ortl_session **session_out,
                              ortl_error *error) {
    uint64_t limit = options->limits.model_bytes;
#define DEFAULT_LIMIT(name, value, sentence)                                                       \
    if (limit == 0 && strcmp(#name, "model_bytes") == 0) limit = (value);
    ORTL_LIMIT_MAP(DEFAULT_LIMIT)
#undef DEFAULT_LIMIT
    char *bytes = NULL;
    size_t n_bytes = 0;
    ortl_status status = read_stdin(limit, &bytes, &n_bytes, error);
    if (status == ORTL_OK) status = ortl_open_memory(bytes, n_bytes, options, session_out, error);
    free(bytes);
    return status;
}

ortl_status ortl__model_open(const char *path, const ortl__common *common, ortl__model *model_out,
                             ortl__report *report) {
    *model_out = (ortl__model)ORTL__MODEL_INIT;
    bool is_stdin = strcmp(path, "-") == 0;
    ortl__report_place(report, is_stdin ? "standard input" : path);
    ortl_status status =
        is_stdin ? open_stdin(&common->library, &model_out->session, &report->error)
                 : ortl_open(path, &common->library, &model_out->session, &report->error);
    if (status != ORTL_OK) return status;
    model_out->description.struct_size = sizeof model_out->description;
    status = ortl_describe(model_out->session, &model_out->description, &report->error);
    if (status != ORTL_OK) ortl__model_close(model_out);
    return status;
}

void ortl__model_close(ortl__model *model) {
    ortl_close(model->session);
    model->session = NULL;
}

bool ortl__model_is_regressor(const ortl__model *model) {
    static const char ending[] = "Regressor";
    const size_t n_ending = sizeof ending - 1;
    const ortl_description *d = &model->description;
    bool is_regressor = d->n_ensembles > 0;
    for (size_t i = 0; i < d->n_operators && !is_regressor; i++) {
        ortl_operator_info info;
        if (ortl_operator(model->session, i, &info, NULL) != ORTL_OK) break;
        size_t n_name = strlen(info.name);
        is_regressor = n_name > n_ending && strcmp(info.name + n_name - n_ending, ending) == 0;
    }
    return is_regressor && d->n_classes == 0 && d->n_outputs == 1 && d->score_output == 0;
}

/* ---- Recorded feature names ------------------------------------------------------------------ */

/* Whether the text is one flat array: '[' once, at the start, and no '{' outside of strings. Only
 * such a text is given to the JSON reader, whose recursion and hash tables a hostile file could
 * otherwise lead deep. */
static bool is_flat_array(ortl_string text) {
    bool is_inside_string = false;
    size_t n_brackets = 0;
    for (size_t i = 0; i < text.n_bytes; i++) {
        char letter = text.data[i];
        if (is_inside_string) {
            if (letter == '\\') i++;
            if (letter == '"') is_inside_string = false;
        } else if (letter == '"') {
            is_inside_string = true;
        } else if (letter == '[') {
            n_brackets++;
        } else if (letter == '{') {
            return false;
        }
    }
    return n_brackets == 1;
}

static ortl_status find_entry(const ortl__model *model, const char *wanted, ortl_string *value_out,
                              ortl_error *error) {
    *value_out = (ortl_string){NULL, 0};
    for (size_t i = 0; i < model->description.n_metadata; i++) {
        ortl_string key;
        ortl_string value;
        ortl_status status = ortl_metadata(model->session, i, &key, &value, error);
        if (status != ORTL_OK) return status;
        if (key.n_bytes == strlen(wanted) && memcmp(key.data, wanted, key.n_bytes) == 0)
            *value_out = value;
    }
    return ORTL_OK;
}

/* Bytes of all texts with a NUL behind each; 0 when one is not a text. */
static size_t measure_texts(const json_t *array) {
    size_t n_bytes = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_string(item)) return 0;
        n_bytes += json_string_length(item) + 1;
    }
    return n_bytes;
}

static ortl_status copy_texts(const json_t *array, ortl__feature_names *names_out,
                              ortl_error *error) {
    size_t n_bytes = measure_texts(array);
    if (n_bytes == 0) return ORTL_OK;
    size_t n_names = json_array_size(array);
    *names_out = (ortl__feature_names){calloc(n_names, sizeof(ortl_string)), n_names,
                                       malloc(n_bytes), n_bytes};
    if (names_out->names == NULL || names_out->text == NULL) {
        ortl__feature_names_free(names_out);
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for %llu feature names",
                                  (unsigned long long)n_names);
    }
    char *end = names_out->text;
    for (size_t i = 0; i < n_names; i++) {
        const json_t *item = json_array_get(array, i);
        size_t length = json_string_length(item);
        memcpy(end, json_string_value(item), length + 1);
        names_out->names[i] = (ortl_string){end, length};
        end += length + 1;
    }
    return ORTL_OK;
}

ortl_status ortl__model_feature_names(const ortl__model *model, ortl__feature_names *names_out,
                                      ortl_error *error) {
    *names_out = (ortl__feature_names){NULL, 0, NULL, 0};
    ortl_string text;
    ortl_status status = find_entry(model, "feature_names", &text, error);
    if (status != ORTL_OK || text.data == NULL || !is_flat_array(text)) return status;
    json_t *array = json_loadb(text.data, text.n_bytes, JSON_ALLOW_NUL, NULL);
    if (json_is_array(array)) status = copy_texts(array, names_out, error);
    json_decref(array);
    return status;
}

void ortl__feature_names_free(ortl__feature_names *names) {
    free(names->names);
    free(names->text);
    *names = (ortl__feature_names){NULL, 0, NULL, 0};
}
