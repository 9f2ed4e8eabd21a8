/*
 * A tree as JSON, for programs: a list of nodes that name their children by number.
 */
#include "drawing.h"
#include "json.h"

#include "../runtime/number.h"

#include <math.h>

static void put_number(ortl__json *json, const ortl__drawing *drawing, const char *key,
                       double value) {
    char text[ORTL__NUMBER_CHARS];
    size_t n_bytes = drawing->info.type == ORTL_DOUBLE
                         ? ortl__number_write_double(value, text)
                         : ortl__number_write_float((float)value, text);
    ortl__json_number(json, key, text, n_bytes);
}

static ortl_status put_set(ortl__json *json, const ortl__drawing *drawing,
                           const ortl__drawn_node *node, ortl_error *error) {
    ortl_status status = ORTL_OK;
    ortl__json_array(json, "values");
    for (size_t i = 0; i < node->facts.n_values && status == ORTL_OK; i++) {
        double value = 0;
        status = ortl_tree_member(drawing->model->session, drawing->tree, node->number, i, &value,
                                  error);
        if (status == ORTL_OK) put_number(json, drawing, NULL, value);
    }
    ortl__json_array_end(json);
    return status;
}

static ortl_status put_test(ortl__json *json, const ortl__drawing *drawing,
                            const ortl__drawn_node *node, ortl_error *error) {
    static const char *const tests[] = {
        [ORTL_TEST_LEQ] = "<=",   [ORTL_TEST_LT] = "<",  [ORTL_TEST_GTE] = ">=",
        [ORTL_TEST_GT] = ">",     [ORTL_TEST_EQ] = "==", [ORTL_TEST_NEQ] = "!=",
        [ORTL_TEST_MEMBER] = "in"};
    const ortl_tree_node *facts = &node->facts;
    ortl_status status = ORTL_OK;
    ortl__json_figure(json, "feature", facts->feature);
    if (drawing->columns.names != NULL && facts->feature < drawing->columns.n_columns)
        ortl__json_text(json, "name", drawing->columns.names[facts->feature]);
    ortl__json_text(json, "test", ortl__texts_view(tests[facts->test]));
    if (facts->test == ORTL_TEST_MEMBER)
        status = put_set(json, drawing, node, error);
    else
        put_number(json, drawing, "threshold", facts->threshold);
    ortl__json_bool(json, "missing", facts->missing_is_true != 0);
    ortl__json_figure(json, "true", facts->true_child);
    ortl__json_figure(json, "false", facts->false_child);
    return status;
}

static ortl_status put_votes(ortl__json *json, const ortl__drawing *drawing,
                             const ortl__drawn_node *node, ortl_error *error) {
    ortl_status status = ORTL_OK;
    ortl__json_array(json, "votes");
    for (size_t i = 0; i < node->facts.n_values && status == ORTL_OK; i++) {
        size_t target = 0;
        double value = 0;
        status = ortl_tree_vote(drawing->model->session, drawing->tree, node->number, i, &target,
                                &value, error);
        ortl__json_object(json, NULL);
        ortl__json_figure(json, "target", target);
        put_number(json, drawing, "value", value);
        ortl__json_object_end(json);
    }
    ortl__json_array_end(json);
    return status;
}

ortl_status ortl__drawing_json(ortl__drawing *drawing, ortl__output *output, ortl_error *error) {
    ortl__json json;
    ortl_status status = ORTL_OK;
    ortl__json_begin(&json, output, ORTL__JSON_INDENTED);
    ortl__json_object(&json, NULL);
    ortl__json_figure(&json, "tree", drawing->tree);
    ortl__json_figure(&json, "root", drawing->info.root);
    ortl__json_array(&json, "nodes");
    for (size_t i = 0; i < drawing->n_nodes && status == ORTL_OK; i++) {
        const ortl__drawn_node *node = &drawing->nodes[i];
        if (node->kind != ORTL__DRAWN_TEST && node->kind != ORTL__DRAWN_LEAF) continue;
        ortl__json_object(&json, NULL);
        ortl__json_figure(&json, "node", node->number);
        if (!isnan(node->facts.hit_rate)) ortl__json_double(&json, "cover", node->facts.hit_rate);
        status =
            (node->kind == ORTL__DRAWN_TEST ? put_test : put_votes)(&json, drawing, node, error);
        ortl__json_object_end(&json);
    }
    ortl__json_array_end(&json);
    ortl__json_object_end(&json);
    ortl__json_end(&json);
    return status;
}
