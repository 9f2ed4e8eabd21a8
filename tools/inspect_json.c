/*
 * inspect for programs: every figure, every name, whole. Metadata is a list of pairs, because a
 * file may hold a key twice.
 */
#include "inspect.h"
#include "json.h"
#include "operators.h"
#include "texts.h"

static void put_word(ortl__json *json, const char *key, const char *text) {
    ortl__json_text(json, key, ortl__texts_view(text));
}

typedef ortl_status (*value_getter)(const ortl_session *session, size_t index,
                                    ortl_value_info *info_out, ortl_error *error);

static ortl_status put_values(ortl__json *json, const char *key, const ortl_session *session,
                              value_getter get, size_t n_values, ortl_error *error) {
    ortl_status status = ORTL_OK;
    ortl__json_array(json, key);
    for (size_t i = 0; i < n_values && status == ORTL_OK; i++) {
        ortl_value_info info;
        status = get(session, i, &info, error);
        if (status != ORTL_OK) break;
        ortl__json_object(json, NULL);
        ortl__json_bool(json, "is_map", info.is_map);
        put_word(json, "name", info.name);
        ortl__json_array(json, "shape");
        for (size_t j = 0; j < info.rank; j++) ortl__json_integer(json, NULL, info.shape[j]);
        ortl__json_array_end(json);
        put_word(json, "type", ortl_type_name(info.type));
        ortl__json_object_end(json);
    }
    ortl__json_array_end(json);
    return status;
}

static ortl_status put_operators(ortl__json *json, const ortl__model *model, ortl_error *error) {
    ortl__operators operators;
    ortl_status status = ortl__operators_count(model, &operators, error);
    ortl__json_array(json, "operators");
    for (size_t i = 0; i < operators.n_counts; i++) {
        const ortl__operator_count *count = &operators.counts[i];
        ortl__json_object(json, NULL);
        put_word(json, "domain", count->domain[0] == '\0' ? "ai.onnx" : count->domain);
        put_word(json, "name", count->name);
        ortl__json_figure(json, "nodes", count->n_nodes);
        ortl__json_object_end(json);
    }
    ortl__json_array_end(json);
    ortl__operators_free(&operators);
    return status;
}

static ortl_status put_classes(ortl__json *json, const ortl__model *model, ortl_error *error) {
    ortl_status status = ORTL_OK;
    ortl__json_array(json, "classes");
    for (size_t i = 0; i < model->description.n_classes && status == ORTL_OK; i++) {
        int64_t value = 0;
        ortl_string text = {NULL, 0};
        status = ortl_class(model->session, i, &value, &text, error);
        if (text.data != NULL)
            ortl__json_text(json, NULL, text);
        else
            ortl__json_integer(json, NULL, value);
    }
    ortl__json_array_end(json);
    return status;
}

static ortl_status put_metadata(ortl__json *json, const ortl__model *model, ortl_error *error) {
    ortl_status status = ORTL_OK;
    ortl__json_array(json, "metadata");
    for (size_t i = 0; i < model->description.n_metadata && status == ORTL_OK; i++) {
        ortl_string key = {"", 0};
        ortl_string value = {"", 0};
        status = ortl_metadata(model->session, i, &key, &value, error);
        ortl__json_object(json, NULL);
        ortl__json_text(json, "key", key);
        ortl__json_text(json, "value", value);
        ortl__json_bool(json, "verified", false);
        ortl__json_object_end(json);
    }
    ortl__json_array_end(json);
    return status;
}

static void put_names(ortl__json *json, const ortl__feature_names *names) {
    ortl__json_array(json, "feature_names");
    for (size_t i = 0; i < names->n_names; i++) ortl__json_text(json, NULL, names->names[i]);
    ortl__json_array_end(json);
}

/* The limits of this call: what was set, else the default. */
static void put_limits(ortl__json *json, const ortl__common *common) {
    uint64_t given;
    ortl__json_object(json, "limits");
#define PUT_LIMIT(name, value, sentence)                                                           \
    given = common->library.limits.name;                                                           \
    ortl__json_figure(json, #name, given != 0 ? given : (value));
    ORTL_LIMIT_MAP(PUT_LIMIT)
#undef PUT_LIMIT
#define PUT_CSV_LIMIT(name, value, sentence) ortl__json_figure(json, #name, common->name);
    ORTL__CSV_LIMIT_MAP(PUT_CSV_LIMIT)
#undef PUT_CSV_LIMIT
    ortl__json_object_end(json);
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
    X(context_bytes)                                                                               \
    X(context_bytes_per_row)

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

static void put_description(ortl__json *json, const ortl_description *d) {
#define PUT_FIGURE(key) ortl__json_figure(json, #key, d->key);
    DESCRIPTION_FIGURES(PUT_FIGURE)
#undef PUT_FIGURE
#define PUT_INTEGER(key) ortl__json_integer(json, #key, d->key);
    DESCRIPTION_INTEGERS(PUT_INTEGER)
#undef PUT_INTEGER
#define PUT_TEXT(key) put_word(json, #key, d->key);
    DESCRIPTION_TEXTS(PUT_TEXT)
#undef PUT_TEXT
    ortl__json_bool(json, "is_row_wise", d->is_row_wise);
}

ortl_status ortl__inspect_json(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error) {
    const ortl__model *model = &inspection->model;
    const ortl_description *d = &model->description;
    ortl__json json;
    ortl__json_begin(&json, output, ORTL__JSON_INDENTED);
    ortl__json_object(&json, NULL);
    put_word(&json, "file", inspection->path);
    if (inspection->is_size_known)
        ortl__json_figure(&json, "file_bytes", inspection->n_file_bytes);
    else
        ortl__json_null(&json, "file_bytes");
    put_description(&json, d);
    ortl_status status =
        put_values(&json, "inputs", model->session, ortl_input, d->n_inputs, error);
    if (status == ORTL_OK)
        status = put_values(&json, "outputs", model->session, ortl_output, d->n_outputs, error);
    if (status == ORTL_OK) status = put_operators(&json, model, error);
    if (status == ORTL_OK) status = put_classes(&json, model, error);
    if (status == ORTL_OK) status = put_metadata(&json, model, error);
    put_names(&json, &inspection->feature_names);
    put_limits(&json, inspection->common);
    ortl__json_object_end(&json);
    ortl__json_end(&json);
    return status;
}
