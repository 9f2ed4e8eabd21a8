/*
 * What the caller says about the model as a whole: checked, copied, and turned into metadata.
 */
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "../runtime/sort.h"
#include "../runtime/status.h"
#include "../runtime/utf8.h"
#include "builder_state.h"
#include "json_room.h"

/* ---- Texts ----------------------------------------------------------------------------------- */

static int is_utf8(const char *text, size_t n_bytes) {
    uint32_t code;
    for (size_t at = 0, n; at < n_bytes; at += n) {
        n = ortl__utf8_read(text + at, n_bytes - at, &code);
        if (n == 0) return 0;
    }
    return 1;
}

/* Copies text; what says which text it is. NULL stays NULL. */
static ortl_status copy_text(ortl_builder *builder, const char *text, const char *what,
                             const char **copy_out, ortl_error *error) {
    size_t n_bytes;
    *copy_out = NULL;
    if (!text) return ORTL_OK;
    n_bytes = strlen(text);
    if (!is_utf8(text, n_bytes))
        return ortl__fail(error, ORTL_BAD_MODEL, "%s \"%s\" is not valid UTF-8", what, text);
    builder->n_string_bytes += n_bytes + 1;
    if (builder->n_string_bytes > builder->limits.string_bytes)
        return ortl__fail_limit(error, "string_bytes", builder->limits.string_bytes,
                                builder->n_string_bytes);
    return ortl__arena_text(&builder->arena, text, n_bytes, copy_out, error);
}

static ortl_status copy_texts(ortl_builder *builder, const char *const *texts, size_t n,
                              const char *what, const char *const **copies_out, ortl_error *error) {
    const char **copies = NULL;
    ortl_status status;
    *copies_out = NULL;
    if (!texts) return ORTL_OK;
    status = ortl__arena_new(&builder->arena, n, sizeof *copies, &copies, error);
    for (size_t i = 0; i < n && status == ORTL_OK; i++)
        status = texts[i] ? copy_text(builder, texts[i], what, &copies[i], error)
                          : ortl__fail(error, ORTL_BAD_ARGUMENT, "a %s is NULL", what);
    *copies_out = copies;
    return status;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* What yajl writes is counted, and copied when there is room. */
typedef struct json_text {
    char *text; /* (n_bytes) or NULL */
    size_t n_bytes;
} json_text;

static void put_json(void *context, const char *text, size_t n_bytes) {
    json_text *json = context;
    if (json->text) memcpy(json->text + json->n_bytes, text, n_bytes);
    json->n_bytes += n_bytes;
}

static void write_json(const char *const *strings, const int64_t *values, size_t n,
                       json_text *json) {
    max_align_t bytes[ORTL__JSON_WRITER_BYTES / sizeof(max_align_t)];
    ortl__json_room room = {(unsigned char *)bytes, sizeof bytes, 0};
    yajl_alloc_funcs functions = ortl__json_room_functions(&room);
    yajl_gen generator = yajl_gen_alloc(&functions);
    yajl_gen_config(generator, yajl_gen_print_callback, put_json, json);
    yajl_gen_array_open(generator);
    for (size_t i = 0; i < n; i++)
        if (strings)
            yajl_gen_string(generator, (const unsigned char *)strings[i], strlen(strings[i]));
        else
            yajl_gen_integer(generator, values ? values[i] : (int64_t)i);
    yajl_gen_array_close(generator);
}

ortl_status ortl__model_json(ortl_builder *builder, const char *const *strings,
                             const int64_t *values, size_t n, const char **text_out,
                             ortl_error *error) {
    json_text counted = {NULL, 0}, written = {NULL, 0};
    write_json(strings, values, n, &counted);
    ortl_status status =
        ortl__arena_new(&builder->arena, counted.n_bytes + 1, 1, &written.text, error);
    *text_out = written.text;
    if (status == ORTL_OK) write_json(strings, values, n, &written);
    return status;
}

/* ---- Metadata -------------------------------------------------------------------------------- */

ortl_status ortl__model_metadata(ortl_builder *builder, const char *key, const char *value,
                                 ortl_error *error) {
    ortl__metadata_entry entry = {NULL, NULL};
    uint64_t i = 0;
    ortl_status status = copy_text(builder, key, "metadata key", &entry.key, error);
    if (status == ORTL_OK)
        status = copy_text(builder, value, "metadata value", &entry.value, error);
    if (status != ORTL_OK) return status;
    while (i < builder->n_metadata && strcmp(builder->metadata[i].key, key) != 0) i++;
    if (i == builder->n_metadata) {
        status = ortl__memory_grow(builder->memory, &builder->metadata, &builder->metadata_capacity,
                                   i + 1, sizeof entry, error);
        if (status != ORTL_OK) return status;
        builder->n_metadata++;
    }
    builder->metadata[i] = entry;
    return ORTL_OK;
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static ortl_status check_sizes(const ortl_builder *builder, const ortl_model *m,
                               ortl_error *error) {
    const ortl_limits *limits = &builder->limits;
    if (m->n_features > limits->features)
        return ortl__fail_limit(error, "features", limits->features, m->n_features);
    if (m->n_targets > limits->outputs_per_row)
        return ortl__fail_limit(error, "outputs_per_row", limits->outputs_per_row, m->n_targets);
    if (m->n_classes > limits->outputs_per_row)
        return ortl__fail_limit(error, "outputs_per_row", limits->outputs_per_row, m->n_classes);
    if (m->n_targets == 0) return ortl__fail(error, ORTL_BAD_MODEL, "the model has no targets");
    if (m->feature_names && m->n_features == 0)
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "feature names without a number of features");
    return ORTL_OK;
}

/* Which links make sense for which task. */
static ortl_status check_link(const ortl_model *m, ortl_error *error) {
    int has_labels = m->task == ORTL_TASK_CLASSIFICATION || m->task == ORTL_TASK_CLASS;
    int needs_all = m->link == ORTL_LINK_SOFTMAX || m->link == ORTL_LINK_VOTES;
    int is_value = m->link == ORTL_LINK_EXP || m->link == ORTL_LINK_SIGNED_SQUARE ||
                   m->link == ORTL_LINK_LOG1P_EXP || m->link == ORTL_LINK_MEAN_VARIANCE ||
                   m->link == ORTL_LINK_STEP;
    const char *problem = NULL;
    if ((unsigned)m->task > ORTL_TASK_CLASS || (unsigned)m->link > ORTL_LINK_STEP)
        problem = "unknown task or link";
    else if (has_labels && is_value)
        problem = "this link is for regression";
    else if (!has_labels && needs_all)
        problem = "this link is for classes";
    else if (needs_all && m->n_targets < 2)
        problem = "this link needs a target for each class";
    else if (m->link == ORTL_LINK_MEAN_VARIANCE && m->n_targets != 2)
        problem = "mean and variance need two targets";
    else if (has_labels && m->n_classes < 2)
        problem = "a model with labels needs two classes or more";
    else if (!has_labels && (m->n_classes != 0 || m->class_values || m->class_names))
        problem = "a model without labels has no classes";
    else if (has_labels && m->n_targets != m->n_classes &&
             !(m->n_targets == 1 && m->n_classes == 2))
        problem = "targets and classes differ in number";
    else if (m->class_values && m->class_names)
        problem = "classes are integers or strings, not both";
    return problem ? ortl__fail(error, ORTL_BAD_ARGUMENT, "%s", problem) : ORTL_OK;
}

static ortl_status check_numbers(const ortl_model *m, ortl_error *error) {
    if (!isfinite(m->scale)) return ortl__fail(error, ORTL_BAD_MODEL, "the scale is not finite");
    if (m->link == ORTL_LINK_VOTES && (m->scale != 1.0 || m->base))
        return ortl__fail(error, ORTL_BAD_ARGUMENT, "votes have no scale and no base");
    for (size_t i = 0; m->base && i < m->n_targets; i++)
        if (!isfinite(m->base[i]) || fabs(m->base[i]) > (double)FLT_MAX)
            return ortl__fail(error, ORTL_BAD_MODEL, "base score %llu is not finite",
                              (unsigned long long)i);
    return ORTL_OK;
}

/* The label of a class: its name or, where classes have none, its value. */
typedef struct class_label {
    const char *name; /* NULL: none */
    int64_t value;
    size_t number; /* of the class */
} class_label;

/* Less than, equal to or greater than zero as label a is before, like or after b. */
static int compare_labels(class_label a, class_label b) {
    return a.name ? strcmp(a.name, b.name) : (a.value > b.value) - (a.value < b.value);
}

#define IS_BEFORE(a, b) (compare_labels((a), (b)) < 0)
ORTL__SORT_DEFINE(sort_labels, class_label, IS_BEFORE)

static ortl_status check_labels(class_label *labels, size_t n, ortl_error *error) {
    sort_labels(labels, n);
    for (size_t i = 1; i < n; i++) {
        size_t a = labels[i - 1].number, b = labels[i].number;
        if (compare_labels(labels[i - 1], labels[i]) == 0)
            return ortl__fail(error, ORTL_BAD_MODEL, "classes %llu and %llu have the same label",
                              (unsigned long long)(a < b ? a : b),
                              (unsigned long long)(a < b ? b : a));
    }
    return ORTL_OK;
}

static ortl_status check_classes(ortl_builder *builder, ortl_error *error) {
    const ortl_model *m = &builder->model;
    class_label *labels = NULL;
    if (!m->class_names && !m->class_values) return ORTL_OK;
    ortl_status status =
        ortl__memory_new(builder->arena.memory, m->n_classes, sizeof *labels, &labels, error);
    if (status != ORTL_OK) return status;
    for (size_t i = 0; i < m->n_classes; i++)
        labels[i] = (class_label){m->class_names ? m->class_names[i] : NULL,
                                  m->class_values ? m->class_values[i] : 0, i};
    status = check_labels(labels, m->n_classes, error);
    ortl__memory_free(builder->arena.memory, labels, m->n_classes, sizeof *labels);
    return status;
}

/* What was built before the description must fit it too. */
static ortl_status check_trees(const ortl_builder *builder, const ortl_model *m,
                               ortl_error *error) {
    if (m->n_features > 0 && builder->n_features > m->n_features)
        return ortl__fail(error, ORTL_BAD_MODEL, "a tree tests feature %llu, the model has %llu",
                          (unsigned long long)(builder->n_features - 1),
                          (unsigned long long)m->n_features);
    return ORTL_OK;
}

/* ---- Taking it ------------------------------------------------------------------------------- */

static ortl_status copy_array(ortl_builder *builder, const void *from, size_t n,
                              size_t element_bytes, void *copy_out, ortl_error *error) {
    void *copy = NULL;
    ortl_status status = ORTL_OK;
    if (from) status = ortl__arena_new(&builder->arena, n, element_bytes, &copy, error);
    if (copy) memcpy(copy, from, n * element_bytes);
    memcpy(copy_out, &copy, sizeof copy);
    return status;
}

static ortl_status copy_model(ortl_builder *builder, const ortl_model *m, ortl_error *error) {
    ortl_model *to = &builder->model;
    ortl_status status;
    *to = *m;
    status = copy_text(builder, m->trainer, "trainer", &to->trainer, error);
    if (status == ORTL_OK)
        status =
            copy_text(builder, m->trainer_version, "trainer version", &to->trainer_version, error);
    if (status == ORTL_OK)
        status = copy_text(builder, m->objective, "objective", &to->objective, error);
    if (status == ORTL_OK)
        status = copy_texts(builder, m->feature_names, m->n_features, "feature name",
                            &to->feature_names, error);
    if (status == ORTL_OK)
        status = copy_texts(builder, m->class_names, m->n_classes, "class name", &to->class_names,
                            error);
    if (status == ORTL_OK)
        status = copy_array(builder, m->class_values, m->n_classes, sizeof *m->class_values,
                            &to->class_values, error);
    if (status == ORTL_OK)
        status = copy_array(builder, m->base, m->n_targets, sizeof *m->base, &to->base, error);
    return status;
}

ortl_status ortl__model_take(ortl_builder *builder, const ortl_model *model, ortl_error *error) {
    ortl_model m = ORTL_MODEL_INIT;
    ortl_status status = ORTL__CHECK_STRUCT(model, error);
    if (status != ORTL_OK) return status;
    memcpy(&m, model, model->struct_size);
    if (m.scale == 0) m.scale = 1.0;
    if (builder->has_model)
        status = ortl__fail(error, ORTL_BAD_ARGUMENT, "the model was described before");
    if (status == ORTL_OK) status = check_sizes(builder, &m, error);
    if (status == ORTL_OK) status = check_link(&m, error);
    if (status == ORTL_OK) status = check_numbers(&m, error);
    if (status == ORTL_OK) status = check_trees(builder, &m, error);
    if (status == ORTL_OK) status = copy_model(builder, &m, error);
    if (status == ORTL_OK) status = check_classes(builder, error);
    if (status == ORTL_OK) builder->has_model = 1;
    return status;
}
