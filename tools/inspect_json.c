/*
 * inspect for programs: every figure, every name, whole. Metadata is a list of pairs, because a
 * file may hold a key twice.
 */
#include "inspect.h"
#include "operators.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* JSON text is UTF-8; bytes from a file that are not become \xNN. NULL when memory is short. */
static json_t *new_text(const char *bytes, size_t n_bytes) {
    json_t *text = json_stringn(bytes, n_bytes);
    if (text != NULL) return text;
    size_t room = n_bytes > SIZE_MAX / 8 ? 0 : 4 * n_bytes + 1;
    char *escaped = room == 0 ? NULL : malloc(room);
    if (escaped == NULL) return NULL;
    size_t length = ortl__message_escape(bytes, n_bytes, escaped, room);
    text = json_stringn(escaped, length);
    free(escaped);
    return text;
}

static json_t *new_figure(uint64_t figure) {
    return json_integer(figure > INT64_MAX ? INT64_MAX : (json_int_t)figure);
}

/* All of jansson's setters take NULL for a value that could not be made and fail then, which
 * is_complete collects. */
static void set(json_t *object, const char *key, json_t *value, bool *is_complete) {
    if (json_object_set_new(object, key, value) != 0) *is_complete = false;
}

static void append(json_t *array, json_t *value, bool *is_complete) {
    if (json_array_append_new(array, value) != 0) *is_complete = false;
}

static json_t *new_value(const ortl_value_info *info, bool *is_complete) {
    json_t *object = json_object();
    json_t *shape = json_array();
    set(object, "name", new_text(info->name, strlen(info->name)), is_complete);
    set(object, "type", json_string(ortl_type_name(info->type)), is_complete);
    set(object, "is_map", json_boolean(info->is_map), is_complete);
    for (size_t i = 0; i < info->rank; i++)
        append(shape, json_integer(info->shape[i]), is_complete);
    set(object, "shape", shape, is_complete);
    return object;
}

typedef ortl_status (*value_getter)(const ortl_session *session, size_t index,
                                    ortl_value_info *info_out, ortl_error *error);

static json_t *new_values(const ortl__inspection *inspection, value_getter get, size_t n_values,
                          bool *is_complete) {
    json_t *array = json_array();
    for (size_t i = 0; i < n_values; i++) {
        ortl_value_info info;
        if (get(inspection->model.session, i, &info, NULL) != ORTL_OK)
            *is_complete = false;
        else
            append(array, new_value(&info, is_complete), is_complete);
    }
    return array;
}

static json_t *new_operators(const ortl__inspection *inspection, bool *is_complete) {
    json_t *array = json_array();
    ortl__operators operators;
    if (ortl__operators_count(&inspection->model, &operators, NULL) != ORTL_OK)
        *is_complete = false;
    for (size_t i = 0; i < operators.n_counts; i++) {
        const ortl__operator_count *count = &operators.counts[i];
        json_t *object = json_object();
        const char *domain = count->domain[0] == '\0' ? "ai.onnx" : count->domain;
        set(object, "domain", new_text(domain, strlen(domain)), is_complete);
        set(object, "name", new_text(count->name, strlen(count->name)), is_complete);
        set(object, "nodes", new_figure(count->n_nodes), is_complete);
        append(array, object, is_complete);
    }
    ortl__operators_free(&operators);
    return array;
}

static json_t *new_classes(const ortl__inspection *inspection, bool *is_complete) {
    json_t *array = json_array();
    for (size_t i = 0; i < inspection->model.description.n_classes; i++) {
        int64_t value = 0;
        ortl_string text = {NULL, 0};
        if (ortl_class(inspection->model.session, i, &value, &text, NULL) != ORTL_OK)
            *is_complete = false;
        append(array, text.data != NULL ? new_text(text.data, text.n_bytes) : json_integer(value),
               is_complete);
    }
    return array;
}

static json_t *new_metadata(const ortl__inspection *inspection, bool *is_complete) {
    json_t *array = json_array();
    for (size_t i = 0; i < inspection->model.description.n_metadata; i++) {
        ortl_string key = {"", 0};
        ortl_string value = {"", 0};
        if (ortl_metadata(inspection->model.session, i, &key, &value, NULL) != ORTL_OK)
            *is_complete = false;
        json_t *object = json_object();
        set(object, "key", new_text(key.data, key.n_bytes), is_complete);
        set(object, "value", new_text(value.data, value.n_bytes), is_complete);
        set(object, "verified", json_false(), is_complete);
        append(array, object, is_complete);
    }
    return array;
}

static json_t *new_names(const ortl__feature_names *names, bool *is_complete) {
    json_t *array = json_array();
    for (size_t i = 0; i < names->n_names; i++)
        append(array, new_text(names->names[i].data, names->names[i].n_bytes), is_complete);
    return array;
}

/* The limits of this call: what was set, else the default. */
static json_t *new_limits(const ortl__common *common, bool *is_complete) {
    json_t *object = json_object();
    uint64_t given;
#define SET_LIMIT(name, value, sentence)                                                           \
    given = common->library.limits.name;                                                           \
    set(object, #name, new_figure(given != 0 ? given : (value)), is_complete);
    ORTL_LIMIT_MAP(SET_LIMIT)
#undef SET_LIMIT
#define SET_CSV_LIMIT(name, value, sentence)                                                       \
    set(object, #name, new_figure(common->name), is_complete);
    ORTL__CSV_LIMIT_MAP(SET_CSV_LIMIT)
#undef SET_CSV_LIMIT
    return object;
}

/* X(key): the figures of ortl_description, under their own names. */
#define DESCRIPTION_FIGURES(X)                                                                     \
    X(n_inputs)                                                                                    \
    X(n_outputs)                                                                                   \
    X(n_operators)                                                                                 \
    X(n_features)                                                                                  \
    X(n_scores)                                                                                    \
    X(n_classes)                                                                                   \
    X(n_ensembles)                                                                                 \
    X(n_trees)                                                                                     \
    X(n_nodes)                                                                                     \
    X(n_leaves)                                                                                    \
    X(max_depth)                                                                                   \
    X(n_features_used)                                                                             \
    X(n_features_missing)                                                                          \
    X(steps_per_row)                                                                               \
    X(resident_bytes)                                                                              \
    X(load_peak_bytes)                                                                             \
    X(context_bytes)

#define DESCRIPTION_INTEGERS(X)                                                                    \
    X(ir_version)                                                                                  \
    X(opset)                                                                                       \
    X(ml_opset)                                                                                    \
    X(label_output)                                                                                \
    X(score_output)

#define DESCRIPTION_TEXTS(X)                                                                       \
    X(producer_name)                                                                               \
    X(producer_version)                                                                            \
    X(graph_name)                                                                                  \
    X(kernel)

static void set_description(json_t *object, const ortl_description *d, bool *is_complete) {
#define SET_FIGURE(key) set(object, #key, new_figure(d->key), is_complete);
    DESCRIPTION_FIGURES(SET_FIGURE)
#undef SET_FIGURE
#define SET_INTEGER(key) set(object, #key, json_integer(d->key), is_complete);
    DESCRIPTION_INTEGERS(SET_INTEGER)
#undef SET_INTEGER
#define SET_TEXT(key) set(object, #key, new_text(d->key, strlen(d->key)), is_complete);
    DESCRIPTION_TEXTS(SET_TEXT)
#undef SET_TEXT
    set(object, "is_row_wise", json_boolean(d->is_row_wise), is_complete);
}

static json_t *new_report(const ortl__inspection *inspection, bool *is_complete) {
    const ortl_description *d = &inspection->model.description;
    json_t *object = json_object();
    set(object, "file", new_text(inspection->path, strlen(inspection->path)), is_complete);
    set(object, "file_bytes",
        inspection->is_size_known ? new_figure(inspection->n_file_bytes) : json_null(),
        is_complete);
    set_description(object, d, is_complete);
    set(object, "inputs", new_values(inspection, ortl_input, d->n_inputs, is_complete),
        is_complete);
    set(object, "outputs", new_values(inspection, ortl_output, d->n_outputs, is_complete),
        is_complete);
    set(object, "operators", new_operators(inspection, is_complete), is_complete);
    set(object, "classes", new_classes(inspection, is_complete), is_complete);
    set(object, "feature_names", new_names(&inspection->feature_names, is_complete), is_complete);
    set(object, "metadata", new_metadata(inspection, is_complete), is_complete);
    set(object, "limits", new_limits(inspection->common, is_complete), is_complete);
    return object;
}

static int write_chunk(const char *bytes, size_t n_bytes, void *user) {
    ortl__output_put(user, bytes, n_bytes);
    return 0;
}

ortl_status ortl__inspect_json(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error) {
    bool is_complete = true;
    json_t *report = new_report(inspection, &is_complete);
    if (is_complete &&
        json_dump_callback(report, write_chunk, output, JSON_SORT_KEYS | JSON_INDENT(2)) != 0)
        is_complete = false;
    json_decref(report);
    ortl__output_text(output, "\n");
    if (is_complete) return ORTL_OK;
    return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for the report");
}
