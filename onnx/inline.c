/*
 * Puts the nodes of the model's functions in the place of the nodes that call them, and those of
 * both branches in front of an If, under guards, so that nobody else knows of functions and
 * subgraphs. Calls inside of functions are followed by a stack of frames, whose depth and whose
 * number of nodes and calls have limits; a function that calls itself is refused.
 */
#include <string.h>

#include "../runtime/status.h"
#include "reader.h"

/* A list of nodes that is being copied: the graph's, or those of a function for one call, or those
 * of a branch. */
typedef struct frame {
    ortl__function *function; /* NULL: the graph's */
    const ortl__node *call;   /* NULL: likewise */
    const ortl__node *choice; /* an If to be added behind its last branch, or NULL */
    const uint32_t *outputs;  /* (n_outputs) values of the graph that it makes */
    uint32_t n_outputs;
    uint32_t guard;                    /* under which its nodes are executed */
    const ortl__node *nodes;           /* (n_nodes) */
    uint32_t n_nodes, next;            /* next to be copied */
    uint32_t *numbers;                 /* (function->n_locals) in the graph; NULL: they are them */
    const ortl__attribute *attributes; /* (n_attributes) of the call */
    const ortl__attribute *defaults;   /* (n_defaults) of the function */
    uint32_t n_attributes, n_defaults;
} frame;

typedef struct inliner {
    ortl__reader *reader;
    frame *frames; /* (n_frames of frame_capacity) the last one is being copied */
    uint64_t n_frames, frame_capacity;
    ortl__node *nodes; /* (n_nodes of node_capacity) so far */
    uint64_t n_nodes, node_capacity;
    const char **names; /* (n_names of name_capacity) of new values, behind those of the graph */
    uint64_t n_names, name_capacity;
    ortl__guard *guards; /* (n_guards of guard_capacity) */
    uint64_t n_guards, guard_capacity;
    uint64_t n_calls;
} inliner;

/* ---- Values ---------------------------------------------------------------------------------- */

/* The number in the graph of a value inside a frame. */
static uint32_t number_of(const frame *inside, uint32_t value) {
    return value == ORTL__NO_VALUE || !inside->numbers ? value : inside->numbers[value];
}

static ortl_status new_value(inliner *in, const char *name, uint32_t *number_out,
                             ortl_error *error) {
    const uint64_t number = in->reader->graph->n_values + in->n_names;
    if (number >= ORTL__NO_VALUE)
        return ortl__fail(error, ORTL_LIMIT, "the graph has more than 2^32 values");
    ortl_status status = ortl__memory_grow(in->reader->memory, &in->names, &in->name_capacity,
                                           in->n_names + 1, sizeof *in->names, error);
    if (status != ORTL_OK) return status;
    in->names[in->n_names++] = name;
    *number_out = (uint32_t)number;
    return ORTL_OK;
}

/* Locals that are outputs become the values that the call makes, inputs are what it gives, a branch
 * captures what is around it, and all others are new. */
static ortl_status number_locals(inliner *in, const frame *outer, const frame *opened,
                                 ortl_error *error) {
    const ortl__function *function = opened->function;
    const ortl__node *call = opened->call;
    uint32_t *numbers = opened->numbers;
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < function->n_locals; i++) numbers[i] = ORTL__NO_VALUE;
    for (uint32_t i = 0; i < call->n_inputs && !function->is_branch; i++)
        numbers[i] = number_of(outer, call->inputs[i]);
    for (const ortl__capture *taken = function->captures; taken; taken = taken->next)
        numbers[taken->local] = number_of(outer, taken->outer);
    for (uint32_t i = 0; i < opened->n_outputs; i++) {
        const uint32_t local = function->outputs[i];
        if (local >= function->n_inputs && numbers[local] == ORTL__NO_VALUE)
            numbers[local] = opened->outputs[i];
    }
    for (uint32_t i = function->n_inputs; i < function->n_locals && status == ORTL_OK; i++)
        if (numbers[i] == ORTL__NO_VALUE)
            status = new_value(in, function->local_names[i], &numbers[i], error);
    return status;
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static const ortl__attribute *find_attribute(const ortl__attribute *attributes, uint32_t n,
                                             const char *name) {
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(attributes[i].name, name) == 0) return &attributes[i];
    return NULL;
}

/* What an attribute of a function's node stands for: itself, or one of the call, or a default; NULL
 * when the call leaves it out. */
static const ortl__attribute *resolve(const frame *inside, const ortl__attribute *attribute) {
    if (attribute->kind != ORTL__ATTRIBUTE_REFERENCE) return attribute;
    const char *name = attribute->as.strings[0].data;
    const ortl__attribute *given = find_attribute(inside->attributes, inside->n_attributes, name);
    return given ? given : find_attribute(inside->defaults, inside->n_defaults, name);
}

/* The attributes of a node, those of the call put in. The lists are shared where nothing changes.
 */
static ortl_status resolve_attributes(inliner *in, const frame *inside, const ortl__node *node,
                                      const ortl__attribute **attributes_out, uint32_t *n_out,
                                      ortl_error *error) {
    ortl__attribute *attributes = NULL;
    uint32_t n_references = 0, n = 0;
    for (uint32_t i = 0; i < node->n_attributes; i++)
        n_references += node->attributes[i].kind == ORTL__ATTRIBUTE_REFERENCE;
    *attributes_out = node->attributes;
    *n_out = node->n_attributes;
    if (n_references == 0) return ORTL_OK;
    ortl_status status = ortl__arena_new(&in->reader->graph->arena, node->n_attributes,
                                         sizeof *attributes, &attributes, error);
    for (uint32_t i = 0; i < node->n_attributes && status == ORTL_OK; i++) {
        const ortl__attribute *found = resolve(inside, &node->attributes[i]);
        if (!found) continue;
        attributes[n] = *found;
        attributes[n++].name = node->attributes[i].name;
    }
    *attributes_out = attributes;
    *n_out = n;
    return status;
}

/* Each attribute of a call is one that the function knows. */
static ortl_status check_attributes(const frame *opened, ortl_error *error) {
    const ortl__function *function = opened->function;
    for (uint32_t i = 0; i < opened->n_attributes; i++) {
        const char *name = opened->attributes[i].name;
        uint32_t at = 0;
        while (at < function->n_attributes && strcmp(function->attribute_names[at], name) != 0)
            at++;
        if (at == function->n_attributes &&
            !find_attribute(function->defaults, function->n_defaults, name))
            return ortl__fail(error, ORTL_BAD_MODEL, "function \"%s\" has no attribute \"%s\"",
                              function->name, name);
    }
    return ORTL_OK;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static ortl_status add_node(inliner *in, const ortl__node *node, ortl_error *error) {
    const uint64_t limit = in->reader->limits->graph_nodes;
    if (in->n_nodes >= limit) return ortl__fail_limit(error, "graph_nodes", limit, in->n_nodes + 1);
    ortl_status status = ortl__memory_grow(in->reader->memory, &in->nodes, &in->node_capacity,
                                           in->n_nodes + 1, sizeof *in->nodes, error);
    if (status == ORTL_OK) in->nodes[in->n_nodes++] = *node;
    return status;
}

static ortl_status renumber(inliner *in, const frame *inside, uint32_t n, const uint32_t *values,
                            const uint32_t **numbers_out, ortl_error *error) {
    uint32_t *numbers = NULL;
    ortl_status status =
        ortl__arena_new(&in->reader->graph->arena, n, sizeof *numbers, &numbers, error);
    for (uint32_t i = 0; i < n && status == ORTL_OK; i++) numbers[i] = number_of(inside, values[i]);
    *numbers_out = numbers;
    return status;
}

static ortl_status copy_node(inliner *in, const frame *inside, const ortl__node *node,
                             ortl_error *error) {
    ortl__node copy = *node;
    copy.guard = inside->guard;
    if (!inside->function) return add_node(in, node, error);
    ortl_status status = renumber(in, inside, node->n_inputs, node->inputs, &copy.inputs, error);
    if (status == ORTL_OK)
        status = renumber(in, inside, node->n_outputs, node->outputs, &copy.outputs, error);
    if (status == ORTL_OK)
        status = resolve_attributes(in, inside, node, &copy.attributes, &copy.n_attributes, error);
    if (status == ORTL_OK) status = add_node(in, &copy, error);
    return status;
}

/* An output that is an input as well, or is given twice, is copied by a node of its own. */
static ortl_status copy_output(inliner *in, const frame *closed, uint32_t local, uint32_t number,
                               ortl_error *error) {
    uint32_t *ends = NULL; /* input and output */
    if (closed->numbers[local] == ORTL__NO_VALUE)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "output \"%s\" of \"%s\" is an input that is left out",
                          closed->function->local_names[local], closed->function->name);
    ortl_status status = ortl__arena_new(&in->reader->graph->arena, 2, sizeof *ends, &ends, error);
    if (status != ORTL_OK) return status;
    ends[0] = closed->numbers[local];
    ends[1] = number;
    const ortl__node copy = {.name = closed->call->name,
                             .domain = "",
                             .op_type = "Identity",
                             .version = ortl__graph_opset(in->reader->graph, ""),
                             .n_inputs = 1,
                             .n_outputs = 1,
                             .inputs = &ends[0],
                             .outputs = &ends[1],
                             .guard = closed->guard};
    return add_node(in, &copy, error);
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static ortl_status check_limits(const inliner *in, ortl_error *error) {
    const ortl_limits *limits = in->reader->limits;
    if (in->n_frames > limits->nesting)
        return ortl__fail_limit(error, "nesting", limits->nesting, in->n_frames);
    if (in->n_calls > limits->graph_nodes)
        return ortl__fail_limit(error, "graph_nodes", limits->graph_nodes, in->n_calls);
    return ORTL_OK;
}

static ortl_status check_call(const frame *opened, ortl_error *error) {
    const ortl__function *function = opened->function;
    const ortl__node *call = opened->call;
    if (function->is_open)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "function \"%s\" calls itself, which is not supported", function->name);
    if (call->n_inputs > function->n_inputs || call->n_outputs > function->n_outputs)
        return ortl__fail(error, ORTL_BAD_MODEL,
                          "a call of function \"%s\" has %lu inputs and %lu outputs, it has %lu "
                          "and %lu",
                          function->name, (unsigned long)call->n_inputs,
                          (unsigned long)call->n_outputs, (unsigned long)function->n_inputs,
                          (unsigned long)function->n_outputs);
    return check_attributes(opened, error);
}

/* A frame for opened->function, in what frame number outer is copying. */
static ortl_status push_frame(inliner *in, uint64_t outer, frame *opened, ortl_error *error) {
    ortl__function *function = opened->function;
    in->n_calls++;
    ortl_status status = check_limits(in, error);
    if (status == ORTL_OK)
        status = ortl__memory_grow(in->reader->memory, &in->frames, &in->frame_capacity,
                                   in->n_frames + 1, sizeof *in->frames, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(in->reader->memory, function->n_locals, sizeof *opened->numbers,
                                  &opened->numbers, error);
    if (status != ORTL_OK) return status;
    opened->nodes = function->nodes;
    opened->n_nodes = function->n_nodes;
    function->is_open = 1;
    in->frames[in->n_frames++] = *opened;
    return number_locals(in, &in->frames[outer], opened, error);
}

static ortl_status open_function(inliner *in, const ortl__node *call, ortl__function *function,
                                 ortl_error *error) {
    const uint64_t at = in->n_frames - 1;
    const frame *outer = &in->frames[at];
    ortl_status status = ortl__reader_function_body(in->reader, function, error);
    if (status != ORTL_OK) return status;
    frame opened = {.function = function,
                    .call = call,
                    .guard = outer->guard,
                    .n_outputs = call->n_outputs,
                    .defaults = function->defaults,
                    .n_defaults = function->n_defaults};
    status = resolve_attributes(in, outer, call, &opened.attributes, &opened.n_attributes, error);
    if (status == ORTL_OK) status = check_call(&opened, error);
    if (status == ORTL_OK)
        status = renumber(in, outer, call->n_outputs, call->outputs, &opened.outputs, error);
    if (status == ORTL_OK) status = push_frame(in, at, &opened, error);
    return status;
}

static void free_frame(inliner *in) {
    const frame *closed = &in->frames[--in->n_frames];
    if (!closed->function) return;
    closed->function->is_open = 0;
    ortl__memory_free(in->reader->memory, closed->numbers, closed->function->n_locals,
                      sizeof *closed->numbers);
}

static ortl_status close_frame(inliner *in, ortl_error *error) {
    const frame *closed = &in->frames[in->n_frames - 1];
    const ortl__node *choice = closed->choice;
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < closed->n_outputs && status == ORTL_OK; i++) {
        const uint32_t local = closed->function->outputs[i];
        const uint32_t number = closed->outputs[i];
        if (number != ORTL__NO_VALUE && closed->numbers[local] != number)
            status = copy_output(in, closed, local, number, error);
    }
    free_frame(in);
    if (status == ORTL_OK && choice) status = add_node(in, choice, error);
    return status;
}

/* ---- If -------------------------------------------------------------------------------------- */

static int is_choice(const ortl__node *node) {
    return node->domain[0] == '\0' && strcmp(node->op_type, "If") == 0;
}

static ortl_status find_branch(const ortl__node *node, const char *name,
                               ortl__function **branch_out, ortl_error *error) {
    const ortl__attribute *found = find_attribute(node->attributes, node->n_attributes, name);
    if (!found || found->kind != ORTL__ATTRIBUTE_BRANCH || node->n_attributes != 2)
        return ortl__fail(error, ORTL_BAD_MODEL, "two branches are expected, then and else");
    *branch_out = found->as.branch;
    if (found->as.branch->n_outputs == node->n_outputs) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_MODEL, "branch \"%s\" has %lu outputs, %lu expected", name,
                      (unsigned long)found->as.branch->n_outputs, (unsigned long)node->n_outputs);
}

/* Guards for both branches; the first is that of `then`. */
static ortl_status add_guards(inliner *in, uint32_t condition, uint32_t around, uint32_t *first_out,
                              ortl_error *error) {
    ortl_status status = ortl__memory_grow(in->reader->memory, &in->guards, &in->guard_capacity,
                                           in->n_guards + 3, sizeof *in->guards, error);
    if (status != ORTL_OK) return status;
    if (in->n_guards == 0) in->guards[in->n_guards++] = (ortl__guard){ORTL__NO_VALUE, 0, 0};
    *first_out = (uint32_t)in->n_guards;
    in->guards[in->n_guards++] = (ortl__guard){condition, 1, around};
    in->guards[in->n_guards++] = (ortl__guard){condition, 0, around};
    return ORTL_OK;
}

/* The node that takes the outputs of one branch or the other: an If without attributes, whose
 * inputs are the outputs of `then`, those of `else`, and the condition. */
static ortl_status make_choice(inliner *in, const frame *outer, const ortl__node *node,
                               ortl__function *const branches[2], ortl__node **choice_out,
                               ortl_error *error) {
    const uint32_t n = node->n_outputs;
    uint32_t *inputs = NULL;
    ortl__node *choice = NULL;
    ortl__arena *arena = &in->reader->graph->arena;
    if (node->n_inputs != 1 || node->inputs[0] == ORTL__NO_VALUE)
        return ortl__fail(error, ORTL_BAD_MODEL, "one input is expected, the condition");
    ortl_status status = ortl__arena_new(arena, 1, sizeof *choice, &choice, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, 1 + 2 * (uint64_t)n, sizeof *inputs, &inputs, error);
    if (status != ORTL_OK) return status;
    *choice = *node;
    choice->n_attributes = 0;
    choice->guard = outer->guard;
    choice->inputs = inputs;
    choice->n_inputs = 1 + 2 * n;
    inputs[2 * n] = number_of(outer, node->inputs[0]);
    for (uint32_t i = 0; i < 2 * n && status == ORTL_OK; i++) {
        const ortl__function *branch = branches[i >= n];
        status = new_value(in, branch->local_names[branch->outputs[i % n]], &inputs[i], error);
    }
    *choice_out = choice;
    if (status == ORTL_OK) status = renumber(in, outer, n, node->outputs, &choice->outputs, error);
    return status;
}

/* The frame of `then` is copied first, so that of `else` is opened first. */
static ortl_status open_branches(inliner *in, const ortl__node *node, ortl_error *error) {
    const uint64_t at = in->n_frames - 1;
    const frame outer = in->frames[at];
    const uint32_t n = node->n_outputs;
    ortl__function *branches[2] = {NULL, NULL};
    ortl__node *choice = NULL;
    uint32_t guard = 0;
    ortl_status status = find_branch(node, "then_branch", &branches[0], error);
    if (status == ORTL_OK) status = find_branch(node, "else_branch", &branches[1], error);
    if (status == ORTL_OK) status = make_choice(in, &outer, node, branches, &choice, error);
    if (status == ORTL_OK)
        status = add_guards(in, choice->inputs[2 * n], outer.guard, &guard, error);
    for (uint32_t i = 2; i-- > 0 && status == ORTL_OK;) {
        frame opened = {.function = branches[i],
                        .call = node,
                        .choice = i == 1 ? choice : NULL,
                        .outputs = choice->inputs + i * n,
                        .n_outputs = n,
                        .guard = guard + i,
                        .attributes = outer.attributes,
                        .n_attributes = outer.n_attributes,
                        .defaults = outer.defaults,
                        .n_defaults = outer.n_defaults};
        status = push_frame(in, at, &opened, error);
    }
    return status;
}

/* ---- All nodes ------------------------------------------------------------------------------- */

static ortl_status take_node(inliner *in, ortl_error *error) {
    frame *inside = &in->frames[in->n_frames - 1];
    const ortl__node *node = &inside->nodes[inside->next++];
    ortl__function *function;
    ortl_status status = ortl__reader_find_function(in->reader, node, &function, error);
    if (status != ORTL_OK) return status;
    const uint32_t at = in->frames[0].next - 1; /* `inside` may move */
    if (function)
        status = open_function(in, node, function, error);
    else
        status =
            is_choice(node) ? open_branches(in, node, error) : copy_node(in, inside, node, error);
    if (status != ORTL_OK) {
        const ortl__node *outermost = &in->frames[0].nodes[at];
        ortl__fail_within(error, "node %lu (%s \"%s\"): ", (unsigned long)at, outermost->op_type,
                          outermost->name);
    }
    return status;
}

/* ---- The graph ------------------------------------------------------------------------------- */

/* Puts the copied nodes and all names of values into the graph, which owns the columns of the nodes
 * both before and after. */
static ortl_status replace(inliner *in, ortl_error *error) {
    ortl__graph *graph = in->reader->graph;
    const uint64_t n_values = graph->n_values + in->n_names;
    ortl__node *nodes = NULL;
    const char **names = NULL;
    ortl_status status = ortl__arena_new(&graph->arena, in->n_nodes, sizeof *nodes, &nodes, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(&graph->arena, n_values, sizeof *names, &names, error);
    if (status == ORTL_OK)
        status = ortl__reader_array(in->reader, (uint32_t)in->n_guards, sizeof *graph->guards,
                                    &graph->guards, &graph->n_guards, error);
    if (status != ORTL_OK) return status;
    if (in->n_guards)
        memcpy(graph->guards, in->guards, (size_t)in->n_guards * sizeof *graph->guards);
    if (in->n_nodes) memcpy(nodes, in->nodes, (size_t)in->n_nodes * sizeof *nodes);
    if (graph->n_values) memcpy(names, graph->value_names, graph->n_values * sizeof *names);
    if (in->n_names)
        memcpy(names + graph->n_values, in->names, (size_t)in->n_names * sizeof *names);
    graph->nodes = nodes;
    graph->n_nodes = (uint32_t)in->n_nodes;
    graph->value_names = names;
    graph->n_values = (uint32_t)n_values;
    return ORTL_OK;
}

ortl_status ortl__reader_inline(ortl__reader *reader, ortl_error *error) {
    const ortl__graph *graph = reader->graph;
    inliner in = {.reader = reader};
    if (reader->functions.n_entries == 0 && !reader->has_branches) return ORTL_OK;
    ortl_status status = ortl__memory_grow(reader->memory, &in.frames, &in.frame_capacity, 1,
                                           sizeof *in.frames, error);
    if (status != ORTL_OK) return status;
    in.frames[in.n_frames++] = (frame){.nodes = graph->nodes, .n_nodes = graph->n_nodes};
    while (in.n_frames > 0 && status == ORTL_OK) {
        const frame *inside = &in.frames[in.n_frames - 1];
        status = inside->next < inside->n_nodes ? take_node(&in, error) : close_frame(&in, error);
    }
    if (status == ORTL_OK && in.n_calls > 0) status = replace(&in, error);
    while (in.n_frames > 0) free_frame(&in);
    ortl__memory_free(reader->memory, in.frames, in.frame_capacity, sizeof *in.frames);
    ortl__memory_free(reader->memory, in.nodes, in.node_capacity, sizeof *in.nodes);
    ortl__memory_free(reader->memory, in.guards, in.guard_capacity, sizeof *in.guards);
    ortl__memory_free(reader->memory, in.names, in.name_capacity, sizeof *in.names);
    return status;
}
