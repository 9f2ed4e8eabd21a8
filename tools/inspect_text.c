/*
 * inspect for people: one line for each aspect of a model. Everything that comes from the file is
 * escaped, and long lists are cut; --json has them whole.
 */
#include "figures.h"
#include "inspect.h"
#include "operators.h"

#include "../runtime/number.h"

#include <string.h>

#define MAX_LIST    8  /* items of a list that are shown */
#define TEXT_CHARS  48 /* of a name or a recorded value */
#define LINE_CHARS  90 /* of the recorded entries, before a new line is begun */
#define LABEL_CHARS 10

static void print_label(ortl__output *output, const char *label) {
    ortl__output_print(output, "%-*s", LABEL_CHARS, label);
}

/* Returns the length. */
static size_t print_escaped(ortl__output *output, const char *text, size_t n_bytes) {
    char shown[TEXT_CHARS + 1];
    size_t length = ortl__message_escape(text, n_bytes, shown, sizeof shown);
    ortl__output_put(output, shown, length);
    return length;
}

static void print_count(ortl__output *output, uint64_t count, const char *noun) {
    char figure[ORTL__FIGURE_CHARS];
    ortl__output_print(output, "%s %s%s", ortl__figure_count(count, figure), noun,
                       ortl__figure_plural(count));
}

static void print_bytes(ortl__output *output, uint64_t n_bytes, const char *what) {
    char figure[ORTL__FIGURE_CHARS];
    ortl__output_print(output, "%s%s", ortl__figure_bytes(n_bytes, figure), what);
}

/* ---- The file and its graph ------------------------------------------------------------------ */

static void print_file(ortl__output *output, const ortl__inspection *inspection) {
    const ortl_description *d = &inspection->model.description;
    char shown[ORTL__PLACE_BYTES];
    ortl__message_escape(inspection->path, strlen(inspection->path), shown, sizeof shown);
    ortl__output_print(output, "%s   ", shown);
    if (inspection->is_size_known) print_bytes(output, inspection->n_file_bytes, "   ");
    if (d->producer_name[0] != '\0') {
        ortl__output_text(output, "made by ");
        print_escaped(output, d->producer_name, strlen(d->producer_name));
        ortl__output_text(output, " ");
        print_escaped(output, d->producer_version, strlen(d->producer_version));
        ortl__output_text(output, d->producer_version[0] == '\0' ? "  " : "   ");
    }
    ortl__output_print(output, "ir %lld", (long long)d->ir_version);
    if (d->opset != 0) ortl__output_print(output, ", ai.onnx %lld", (long long)d->opset);
    if (d->ml_opset != 0) ortl__output_print(output, ", ai.onnx.ml %lld", (long long)d->ml_opset);
    ortl__output_text(output, "\n");
}

static ortl_status print_graph(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error) {
    const ortl_description *d = &inspection->model.description;
    print_label(output, "graph");
    print_count(output, d->n_inputs, "input");
    ortl__output_text(output, ", ");
    print_count(output, d->n_outputs, "output");
    ortl__output_text(output, ", ");
    print_count(output, d->n_operators, "operator");
    ortl__output_text(output, ": ");
    ortl_status status = ortl__operators_print(output, &inspection->model, MAX_LIST, error);
    ortl__output_text(output, "\n");
    return status;
}

static void print_value(ortl__output *output, const char *label, const ortl_value_info *info) {
    print_label(output, label);
    print_escaped(output, info->name, strlen(info->name));
    ortl__output_print(output, ": %s%s", ortl_type_name(info->type), info->rank == 0 ? "" : " [");
    for (size_t i = 0; i < info->rank; i++) {
        ortl__output_text(output, i == 0 ? "" : ", ");
        if (info->shape[i] < 0)
            ortl__output_text(output, i == 0 ? "N" : "?");
        else
            ortl__output_print(output, "%lld", (long long)info->shape[i]);
    }
    ortl__output_print(output, "%s%s\n", info->rank == 0 ? "" : "]",
                       info->is_map ? ", from a map of classes" : "");
}

typedef ortl_status (*value_getter)(const ortl_session *session, size_t index,
                                    ortl_value_info *info_out, ortl_error *error);

static ortl_status print_values(ortl__output *output, const ortl__inspection *inspection,
                                const char *label, value_getter get, size_t n_values,
                                ortl_error *error) {
    for (size_t i = 0; i < n_values && i < MAX_LIST; i++) {
        ortl_value_info info;
        ortl_status status = get(inspection->model.session, i, &info, error);
        if (status != ORTL_OK) return status;
        print_value(output, i == 0 ? label : "", &info);
    }
    if (n_values > MAX_LIST) {
        print_label(output, "");
        ortl__output_print(output, "... and %llu more (--json lists all)\n",
                           (unsigned long long)(n_values - MAX_LIST));
    }
    return ORTL_OK;
}

/* ---- The model ------------------------------------------------------------------------------- */

static ortl_status print_classes(ortl__output *output, const ortl__inspection *inspection,
                                 ortl_error *error) {
    size_t n_classes = inspection->model.description.n_classes;
    print_count(output, n_classes, n_classes == 1 ? "class" : "classe");
    ortl__output_text(output, " (");
    for (size_t i = 0; i < n_classes && i < MAX_LIST; i++) {
        int64_t value;
        ortl_string text;
        ortl_status status = ortl_class(inspection->model.session, i, &value, &text, error);
        if (status != ORTL_OK) return status;
        ortl__output_text(output, i == 0 ? "" : ", ");
        if (text.data != NULL)
            print_escaped(output, text.data, text.n_bytes);
        else
            ortl__output_print(output, "%lld", (long long)value);
    }
    ortl__output_text(output, n_classes > MAX_LIST ? ", ...)" : ")");
    return ORTL_OK;
}

static ortl_status print_kind(ortl__output *output, const ortl__inspection *inspection,
                              ortl_error *error) {
    const ortl_description *d = &inspection->model.description;
    ortl_status status = ORTL_OK;
    print_label(output, "model");
    if (d->n_classes > 0) {
        status = print_classes(output, inspection, error);
    } else if (ortl__model_is_regressor(&inspection->model)) {
        ortl__output_text(output, "regression");
        if (d->n_scores > 0) {
            ortl__output_text(output, ", ");
            print_count(output, d->n_scores, "prediction");
            ortl__output_text(output, " a row");
        }
    } else {
        ortl__output_text(output, "a graph with outputs of its own kind");
    }
    if (!d->is_row_wise)
        ortl__output_text(output, "; rows depend on each other, so a table is read whole");
    ortl__output_text(output, "\n");
    return status;
}

static void print_trees(ortl__output *output, const ortl_description *d) {
    char trees[ORTL__FIGURE_CHARS];
    char nodes[ORTL__FIGURE_CHARS];
    char leaves[ORTL__FIGURE_CHARS];
    if (d->n_ensembles == 0) return;
    print_label(output, "trees");
    ortl__output_print(output, "%s   nodes %s   leaves %s   depth max %llu",
                       ortl__figure_count(d->n_trees, trees), ortl__figure_count(d->n_nodes, nodes),
                       ortl__figure_count(d->n_leaves, leaves), (unsigned long long)d->max_depth);
    if (d->n_ensembles > 1)
        ortl__output_print(output, "   in %llu ensembles", (unsigned long long)d->n_ensembles);
    ortl__output_print(output, "\n");
}

/* The names that columns go by: recorded ones, else those of the inputs when there are several. */
static ortl_status print_feature_names(ortl__output *output, const ortl__inspection *inspection,
                                       ortl_error *error) {
    const ortl__feature_names *recorded = &inspection->feature_names;
    size_t n_inputs = inspection->model.description.n_inputs;
    size_t n_names = recorded->n_names > 0 ? recorded->n_names : n_inputs > 1 ? n_inputs : 0;
    for (size_t i = 0; i < n_names && i < MAX_LIST; i++) {
        ortl_string name = {NULL, 0};
        if (recorded->n_names > 0) {
            name = recorded->names[i];
        } else {
            ortl_value_info info;
            ortl_status status = ortl_input(inspection->model.session, i, &info, error);
            if (status != ORTL_OK) return status;
            name = (ortl_string){info.name, strlen(info.name)};
        }
        ortl__output_text(output, i == 0 ? ": " : ", ");
        print_escaped(output, name.data, name.n_bytes);
    }
    if (n_names > MAX_LIST) ortl__output_text(output, ", ...");
    return ORTL_OK;
}

static ortl_status print_features(ortl__output *output, const ortl__inspection *inspection,
                                  ortl_error *error) {
    const ortl_description *d = &inspection->model.description;
    print_label(output, "features");
    if (d->n_features > 0)
        print_count(output, d->n_features, "column");
    else
        print_count(output, d->n_inputs, "input");
    if (d->n_ensembles > 0)
        ortl__output_print(output, ", %llu used by trees", (unsigned long long)d->n_features_used);
    ortl_status status = print_feature_names(output, inspection, error);
    ortl__output_text(output, "\n");
    if (d->n_ensembles == 0) return status;
    print_label(output, "missing");
    print_count(output, d->n_features_missing, "feature");
    ortl__output_print(output, " route%s NaN explicitly\n", d->n_features_missing == 1 ? "s" : "");
    return status;
}

/* ---- Cost and trust -------------------------------------------------------------------------- */

static void print_cost(ortl__output *output, const ortl_description *d) {
    char steps[ORTL__FIGURE_CHARS];
    print_label(output, "memory");
    print_bytes(output, d->resident_bytes, " resident, ");
    print_bytes(output, d->context_bytes, " scratch a thread, load peak ");
    print_bytes(output, d->load_peak_bytes, "");
    if (d->n_ensembles > 0)
        ortl__output_print(output, ";  at most %s steps a row",
                           ortl__figure_count(d->steps_per_row, steps));
    ortl__output_text(output, "\n");
    if (d->kernel[0] != '\0') {
        print_label(output, "kernel");
        ortl__output_print(output, "%s\n", d->kernel);
    }
    print_label(output, "trust");
    ortl__output_text(output, "no code, no external data, no loops, no cycles in trees; every "
                              "operator known\n");
}

static ortl_status print_recorded(ortl__output *output, const ortl__inspection *inspection,
                                  ortl_error *error) {
    size_t n_entries = inspection->model.description.n_metadata;
    size_t length = 0; /* of the line so far */
    if (n_entries == 0) return ORTL_OK;
    print_label(output, "recorded");
    for (size_t i = 0; i < n_entries; i++) {
        ortl_string key;
        ortl_string value;
        ortl_status status = ortl_metadata(inspection->model.session, i, &key, &value, error);
        if (status != ORTL_OK) return status;
        bool is_full = length > LINE_CHARS - TEXT_CHARS;
        if (length > 0) ortl__output_text(output, is_full ? ",\n" : ", ");
        if (is_full) {
            print_label(output, "");
            length = 0;
        }
        length += print_escaped(output, key.data, key.n_bytes) + 3;
        ortl__output_text(output, "=");
        length += print_escaped(output, value.data, value.n_bytes);
    }
    ortl__output_text(output, "   (recorded, not verified)\n");
    return ORTL_OK;
}

ortl_status ortl__inspect_text(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error) {
    const ortl_description *d = &inspection->model.description;
    print_file(output, inspection);
    ortl_status status = print_graph(output, inspection, error);
    if (status == ORTL_OK)
        status = print_values(output, inspection, "inputs", ortl_input, d->n_inputs, error);
    if (status == ORTL_OK)
        status = print_values(output, inspection, "outputs", ortl_output, d->n_outputs, error);
    if (status == ORTL_OK) status = print_kind(output, inspection, error);
    print_trees(output, d);
    if (status == ORTL_OK) status = print_features(output, inspection, error);
    print_cost(output, d);
    if (status == ORTL_OK) status = print_recorded(output, inspection, error);
    return status;
}
