/*
 * Opening the model and reading the one piece of metadata that the program acts on.
 */
#include "model.h"

#include "../converters/json_room.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

/* ---- Opening --------------------------------------------------------------------------------- */

typedef struct stdin_limit {
    const char *name;
    uint64_t n_bytes;
} stdin_limit;

/* The least of the limits that bound the bytes of a model, all of which are held in memory. */
static stdin_limit limit_stdin(const ortl_limits *limits) {
    stdin_limit limit = {"model_bytes", limits->model_bytes};
#define DEFAULT_LIMIT(field, value, sentence)                                                      \
    if (limit.n_bytes == 0 && strcmp(#field, "model_bytes") == 0) limit.n_bytes = (value);
    ORTL_LIMIT_MAP(DEFAULT_LIMIT)
#undef DEFAULT_LIMIT
    if (limits->memory_bytes != 0 && limits->memory_bytes < limit.n_bytes)
        limit = (stdin_limit){"memory_bytes", limits->memory_bytes};
    return limit;
}

/* Reads stdin to its end, at most so many bytes and one that shows that there are more. */
static ortl_status read_stdin(stdin_limit limit, char **bytes_out, size_t *n_bytes_out,
                              ortl_error *error) {
    char *bytes = NULL;
    size_t capacity = 0;
    size_t length = 0;
    ortl_status status = ORTL_OK;
    for (;;) {
        if (length == capacity) {
            capacity = capacity == 0 ? 65536 : capacity + capacity / 2;
            if (capacity - 1 > limit.n_bytes) capacity = (size_t)limit.n_bytes + 1;
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
        if (length > limit.n_bytes) {
            status = ortl__message_fail(error, ORTL_LIMIT, "the model exceeds the limit %s of %llu",
                                        limit.name, (unsigned long long)limit.n_bytes);
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
    char *bytes = NULL;
    size_t n_bytes = 0;
    ortl_status status = read_stdin(limit_stdin(&options->limits), &bytes, &n_bytes, error);
    if (status == ORTL_OK) status = ortl_open_memory(bytes, n_bytes, options, session_out, error);
    free(bytes);
    return status;
}

#define SCRATCH_BASE          ((uint64_t)48 << 20)
#define SCRATCH_PER_FILE_BYTE 16

/* Adds the size of a regular file; false for anything else. */
static bool add_file_bytes(const char *path, uint64_t *n_bytes) {
    struct stat about = {0};
    if (path == NULL || stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return false;
    *n_bytes += (uint64_t)about.st_size;
    return true;
}

void ortl__model_bound_scratch(ortl__common *common, const char *model, const char *const *inputs,
                               size_t n_inputs) {
    uint64_t n_bytes = 0, *limit = &common->library.limits.context_bytes;
    if (*limit != 0 || !add_file_bytes(model, &n_bytes)) return;
    for (size_t i = 0; i < n_inputs; i++)
        if (!add_file_bytes(inputs[i], &n_bytes)) return;
    if (n_bytes < UINT32_MAX) *limit = SCRATCH_BASE + SCRATCH_PER_FILE_BYTE * n_bytes;
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

ortl_status ortl__model_entry(const ortl__model *model, const char *wanted, ortl_string *value_out,
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

/* One flat array of texts, read twice: measured, then copied. */
typedef struct names_reader {
    size_t depth;
    size_t n_names;
    size_t n_bytes;             /* of all texts, with a NUL behind each */
    ortl__feature_names *names; /* NULL: measuring */
} names_reader;

static int begin_list(void *context) {
    names_reader *reader = context;
    return reader->depth++ == 0;
}

static int end_list(void *context) {
    (void)context;
    return 1;
}

static int take_name(void *context, const unsigned char *text, size_t n_bytes) {
    names_reader *reader = context;
    if (reader->depth == 0) return 0;
    if (reader->names != NULL) {
        char *place = reader->names->text + reader->n_bytes;
        memcpy(place, text, n_bytes);
        place[n_bytes] = '\0';
        reader->names->names[reader->n_names] = (ortl_string){place, n_bytes};
    }
    reader->n_names++;
    reader->n_bytes += n_bytes + 1;
    return 1;
}

static int refuse_null(void *context) {
    (void)context;
    return 0;
}

static int refuse_bool(void *context, int value) {
    (void)value;
    return refuse_null(context);
}

static int refuse_number(void *context, const char *text, size_t n_bytes) {
    (void)text;
    (void)n_bytes;
    return refuse_null(context);
}

static const yajl_callbacks names_callbacks = {.yajl_null = refuse_null,
                                               .yajl_boolean = refuse_bool,
                                               .yajl_number = refuse_number,
                                               .yajl_start_map = refuse_null,
                                               .yajl_string = take_name,
                                               .yajl_start_array = begin_list,
                                               .yajl_end_array = end_list};

/* Whether the text is an array of texts. */
static bool read_names(ortl_string text, ortl__json_room *room, names_reader *reader) {
    yajl_alloc_funcs functions = ortl__json_room_functions(room);
    room->n_used = 0;
    yajl_handle parser = yajl_alloc(&names_callbacks, &functions, reader);
    return yajl_parse(parser, (const unsigned char *)text.data, text.n_bytes) == yajl_status_ok &&
           yajl_complete_parse(parser) == yajl_status_ok;
}

static ortl_status new_names(const names_reader *measured, ortl__feature_names *names_out,
                             ortl_error *error) {
    *names_out =
        (ortl__feature_names){calloc(measured->n_names, sizeof(ortl_string)), measured->n_names,
                              malloc(measured->n_bytes), measured->n_bytes};
    if (names_out->names != NULL && names_out->text != NULL) return ORTL_OK;
    ortl__feature_names_free(names_out);
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for %llu feature names",
                              (unsigned long long)measured->n_names);
}

static ortl_status copy_names(ortl_string text, ortl__json_room *room,
                              ortl__feature_names *names_out, ortl_error *error) {
    names_reader measured = {0, 0, 0, NULL};
    if (!read_names(text, room, &measured) || measured.n_names == 0) return ORTL_OK;
    ortl_status status = new_names(&measured, names_out, error);
    if (status == ORTL_OK) read_names(text, room, &(names_reader){0, 0, 0, names_out});
    return status;
}

ortl_status ortl__model_feature_names(const ortl__model *model, ortl__feature_names *names_out,
                                      ortl_error *error) {
    *names_out = (ortl__feature_names){NULL, 0, NULL, 0};
    ortl_string text;
    ortl_status status = ortl__model_entry(model, "feature_names", &text, error);
    if (status != ORTL_OK || text.data == NULL || text.n_bytes > SIZE_MAX / 16) return status;
    ortl__json_room room = {.n_bytes = ortl__json_room_bytes(text.n_bytes)};
    room.bytes = malloc(room.n_bytes);
    if (room.bytes == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the feature names");
    status = copy_names(text, &room, names_out, error);
    free(room.bytes);
    return status;
}

void ortl__feature_names_free(ortl__feature_names *names) {
    free(names->names);
    free(names->text);
    *names = (ortl__feature_names){NULL, 0, NULL, 0};
}
