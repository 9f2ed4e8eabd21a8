/*
 * Branches of If: graphs without inputs that see the values made around them. They wait until what
 * stands around them was read, and then are read one after the other, so that branches inside of
 * branches need no stack.
 */
#include <string.h>

#include "../runtime/status.h"
#include "onnx_ml.pb-c.h"
#include "reader.h"

ortl_status ortl__reader_branch(ortl__reader *reader, ortl__wire wire, const char *name,
                                ortl__function **branch_out, ortl_error *error) {
    ortl__function *branch = NULL;
    ortl_status status = ortl__arena_new(&reader->graph->arena, 1, sizeof *branch, &branch, error);
    if (status != ORTL_OK) return status;
    branch->wire = wire;
    branch->name = name;
    branch->is_branch = 1;
    branch->around = reader->inside;
    branch->n_visible = (uint32_t)reader->values->n_entries;
    if (reader->branches)
        reader->last_branch->next = branch;
    else
        reader->branches = branch;
    reader->last_branch = branch;
    reader->has_branches = 1;
    *branch_out = branch;
    return ORTL_OK;
}

/* ---- Values from around ---------------------------------------------------------------------- */

static ortl__names *values_of(ortl__reader *reader, ortl__function *body) {
    return body ? &body->values : &reader->graph_values;
}

/* What is found under a name, for as far as a branch sees. */
static uint32_t find_visible(const ortl__names *values, const char *name, uint32_t n_visible) {
    uint32_t found = ortl__names_find(values, name, strlen(name));
    return found < n_visible ? found : ORTL__NO_NAME;
}

/* A local of the branch for value number outer of what is around it. */
static ortl_status capture(ortl__reader *reader, ortl__function *branch, uint32_t outer,
                           uint32_t *local_out, ortl_error *error) {
    const ortl__name_entry *name = &values_of(reader, branch->around)->entries[outer];
    ortl__capture *made = NULL;
    int is_new;
    ortl_status status =
        ortl__names_add(&branch->values, name->text, name->n_bytes, local_out, &is_new, error);
    if (status != ORTL_OK) return status;
    for (const ortl__capture *known = branch->captures; known && !is_new; known = known->next)
        if (known->local == *local_out) return ORTL_OK;
    if (!is_new) return ortl__fail(error, ORTL_BAD_MODEL, "value \"%s\" is made twice", name->text);
    status = ortl__arena_new(&reader->graph->arena, 1, sizeof *made, &made, error);
    if (status != ORTL_OK) return status;
    *made = (ortl__capture){*local_out, outer, branch->captures};
    branch->captures = made;
    return ORTL_OK;
}

/* The branch in which, over as many levels as there are, the reader is. */
static ortl__function *ancestor(const ortl__reader *reader, uint32_t n_levels) {
    ortl__function *body = reader->inside;
    while (n_levels-- > 0) body = body->around;
    return body;
}

/* Looks into what is around, level by level, and hands what it finds back down. */
ortl_status ortl__reader_find_value(ortl__reader *reader, const char *name, uint32_t *value_out,
                                    ortl_error *error) {
    uint32_t n_levels = 0;
    uint32_t found = ortl__names_find(reader->values, name, strlen(name));
    for (ortl__function *body = reader->inside; found == ORTL__NO_NAME && body && body->is_branch;
         body = body->around, n_levels++)
        found = find_visible(values_of(reader, body->around), name, body->n_visible);
    ortl_status status = ORTL_OK;
    while (found != ORTL__NO_NAME && n_levels > 0 && status == ORTL_OK)
        status = capture(reader, ancestor(reader, --n_levels), found, &found, error);
    *value_out = found;
    return status;
}

/* ---- Inside ---------------------------------------------------------------------------------- */

/* An initializer of a branch is a node Constant. */
static ortl_status read_initializer(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                    ortl_error *error) {
    struct {
        ortl__attribute value;
        ortl__constant tensor;
        uint32_t output;
    } *kept = NULL;
    ortl__node *node = &reader->inside->nodes[index];
    ortl_status status = ortl__arena_new(&reader->graph->arena, 1, sizeof *kept, &kept, error);
    if (status == ORTL_OK) status = ortl__reader_constant(reader, wire, &kept->tensor, error);
    if (status == ORTL_OK)
        status = ortl__reader_new_value(reader, kept->tensor.name, &kept->output, error);
    if (status != ORTL_OK) return status;
    kept->value = (ortl__attribute){
        .name = "value", .kind = ORTL__ATTRIBUTE_TENSOR, .count = 1, .as.tensor = &kept->tensor};
    *node = (ortl__node){.name = kept->tensor.name,
                         .domain = "",
                         .op_type = "Constant",
                         .version = ORTL__NEWEST_OPSET,
                         .n_outputs = 1,
                         .outputs = &kept->output,
                         .n_attributes = 1,
                         .attributes = &kept->value};
    reader->inside->n_nodes++;
    return ORTL_OK;
}

static ortl_status read_node(ortl__reader *reader, ortl__wire wire, uint32_t index,
                             ortl_error *error) {
    ortl__function *branch = reader->inside;
    return ortl__reader_node(reader, wire, index, &branch->nodes[branch->n_nodes++], error);
}

static ortl_status read_output(ortl__reader *reader, ortl__wire wire, uint32_t index,
                               ortl_error *error) {
    ortl__graph_value output;
    uint32_t *found = &reader->inside->outputs[index];
    ortl_status status = ortl__reader_value_info(reader, wire, &output, error);
    if (status == ORTL_OK) status = ortl__reader_find_value(reader, output.name, found, error);
    if (status != ORTL_OK || *found != ORTL__NO_NAME) return status;
    return ortl__fail(error, ORTL_BAD_MODEL, "its output \"%s\" is made by no node", output.name);
}

static ortl_status make_arrays(ortl__reader *reader, const uint32_t *counts, ortl_error *error) {
    ortl__function *branch = reader->inside;
    const uint64_t n_nodes = (uint64_t)counts[ORTL__GRAPH_INITIALIZER] + counts[ORTL__GRAPH_NODE];
    if (n_nodes > reader->limits->graph_nodes)
        return ortl__fail_limit(error, "graph_nodes", reader->limits->graph_nodes, n_nodes);
    if (counts[ORTL__GRAPH_INPUT] > 0) return ortl__fail(error, ORTL_BAD_MODEL, "it has inputs");
    if (counts[ORTL__GRAPH_SPARSE_INITIALIZER] > 0)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "it has a sparse initializer, which is not supported");
    ortl_status status = ortl__arena_new(&reader->graph->arena, n_nodes, sizeof *branch->nodes,
                                         &branch->nodes, error); /* n_nodes grows */
    if (status == ORTL_OK)
        status = ortl__reader_array(reader, counts[ORTL__GRAPH_OUTPUT], sizeof *branch->outputs,
                                    &branch->outputs, &branch->n_outputs, error);
    return status;
}

static ortl_status read_body(ortl__reader *reader, ortl_error *error) {
    static const struct {
        uint32_t field;
        ortl__field_reader *read;
    } lists[] = {{ORTL__GRAPH_INITIALIZER, read_initializer},
                 {ORTL__GRAPH_NODE, read_node},
                 {ORTL__GRAPH_OUTPUT, read_output}};
    const ortl__wire wire = reader->inside->wire;
    uint32_t counts[ORTL__COUNTED_FIELDS];
    ortl_status status = ortl__reader_count(wire, counts, 0, NULL, error);
    if (status == ORTL_OK) status = make_arrays(reader, counts, error);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == ORTL_OK; i++)
        status = ortl__reader_each(reader, wire, lists[i].field, counts[lists[i].field],
                                   lists[i].read, error);
    return status;
}

/* Branches that are met on the way join the end of the list. The names of all are kept to its end,
 * as branches inside of branches look into them, and may add to them. */
ortl_status ortl__reader_branches(ortl__reader *reader, ortl_error *error) {
    ortl__function *const inside = reader->inside, *first = reader->branches;
    ortl__names *const values = reader->values;
    ortl_status status = ORTL_OK;
    for (ortl__function *branch = first; branch && status == ORTL_OK; branch = branch->next) {
        ortl__names_init(&branch->values, reader->memory);
        reader->inside = branch;
        reader->values = &branch->values;
        status = read_body(reader, error);
        if (status != ORTL_OK) ortl__fail_within(error, "branch \"%s\": ", branch->name);
    }
    for (ortl__function *branch = first; branch; branch = branch->next) {
        reader->values = &branch->values;
        if (status == ORTL_OK)
            status =
                ortl__reader_list_values(reader, &branch->local_names, &branch->n_locals, error);
        if (branch->values.memory) ortl__names_free(&branch->values);
    }
    reader->branches = NULL;
    reader->inside = inside;
    reader->values = values;
    return status;
}
