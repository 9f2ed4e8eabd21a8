/*
 * Builds the plan in four passes over the nodes: declare the values, prepare (and fold) the steps,
 * drop what no output needs, and assign buffer slots. Each pass is linear in the graph.
 */
#include "plan.h"

#include <string.h>

#include "fold.h"
#include "fuse.h"
#include "operators/trees.h"
#include "same_nodes.h"
#include "status.h"

/* ---- Values ---------------------------------------------------------------------------------- */

/* The type with ONNX's number, or ORTL_UNDEFINED when it is not one that tensors here can have. */
static ortl_type type_of(int32_t element_type) {
    ortl_type type = (ortl_type)element_type;
    return ortl_type_bytes(type) ? type : ORTL_UNDEFINED;
}

static void declare_input(ortl__plan *plan, ortl__graph_value *input) {
    ortl__value *value = &plan->values[input->value];
    value->type = type_of(input->element_type);
    value->has_shape = input->has_shape != 0;
    value->rank = (uint8_t)input->rank;
    value->shape = input->shape;
}

static ortl_status declare_initializer(ortl__plan *plan, ortl__arena *arena,
                                       const ortl__constant *constant, uint32_t number,
                                       ortl_error *error) {
    ortl__tensor *tensor;
    ortl_type type = type_of(constant->element_type);
    if (type == ORTL_UNDEFINED) return ORTL_OK; /* refused by the step that reads it */
    ortl_status status = ortl__arena_new(arena, 1, sizeof *tensor, &tensor, error);
    if (status == ORTL_OK)
        status = ortl__tensor_shape(tensor, type, constant->rank, constant->shape, error);
    if (status == ORTL_BAD_INPUT) {
        ortl__fail_within(error, "initializer \"%s\": ", plan->values[number].name);
        return ORTL_BAD_MODEL;
    }
    if (status != ORTL_OK) return status;
    tensor->data = constant->data;
    plan->values[number].type = type;
    plan->values[number].constant = tensor;
    return ORTL_OK;
}

/* Initializers that nothing reads stay undeclared: files may hold any number of them. */
static ortl_status declare_values(ortl__plan *plan, const ortl__graph *graph,
                                  const uint8_t *is_read, ortl__arena *arena, ortl_error *error) {
    plan->n_values = graph->n_values;
    ortl_status status =
        ortl__arena_new(arena, graph->n_values, sizeof *plan->values, &plan->values, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < graph->n_values; i++) plan->values[i].name = graph->value_names[i];
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        ortl__graph_value *input = &graph->inputs[i];
        if (input->is_map || type_of(input->element_type) == ORTL_UNDEFINED)
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "input \"%s\" has element type %d, which is not supported",
                              input->name, (int)input->element_type);
        declare_input(plan, input);
    }
    for (uint32_t i = 0; i < graph->n_initializers && status == ORTL_OK; i++)
        if (is_read[graph->initializer_values[i]])
            status = declare_initializer(plan, arena, &graph->initializers[i],
                                         graph->initializer_values[i], error);
    return status;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* What one pass over the nodes carries along. */
typedef struct planner {
    ortl__plan *plan;
    ortl__graph *graph;
    ortl__loading loading;
    ortl__value **wires;    /* (n_wires) scratch for loading.inputs and loading.outputs */
    int64_t *shapes;        /* (outputs of one node, ORTL_MAX_RANK) scratch for what prepare says */
    const uint8_t *needed;  /* (n_nodes) 1: some graph output depends on it */
    const uint8_t *is_read; /* (n_values) 1: a needed node reads it, or it is an output */
    uint8_t *never;         /* (n_guards) 1: constants say that the guard never holds */
    uint32_t n_judged;      /* guards for which that was asked */
    uint32_t n_needed;      /* nodes */
} planner;

/* The newest version of a domain that the table was checked against; what comes later may mean
 * something else. */
static int64_t newest_of(const char *domain) {
    if (strcmp(domain, "ai.onnx") == 0) return ORTL__NEWEST_OPSET;
    return strcmp(domain, "ai.onnx.ml") == 0 ? 5 : 1;
}

static ortl_status find_operator(const ortl__node *node, const ortl__operator **operator_out,
                                 ortl_error *error) {
    const ortl__operator *other = NULL;
    const char *domain = node->domain[0] ? node->domain : "ai.onnx";
    int64_t version = node->version;
    const ortl__operator *found = ortl__operator_find(node->domain, node->op_type, version, &other);
    *operator_out = found;
    if (found && version > newest_of(domain))
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "version %lld of %s is newer than this library knows, %lld",
                          (long long)version, domain, (long long)newest_of(domain));
    if (found) return ORTL_OK;
    if (!other)
        return ortl__fail(error, ORTL_UNSUPPORTED,
                          "operator %s of %s is not supported (see: ort-lite help operators)",
                          node->op_type, domain);
    if (version == 0)
        return ortl__fail(error, ORTL_BAD_MODEL, "the model imports no opset of domain %s", domain);
    return ortl__fail(error, ORTL_UNSUPPORTED,
                      "%s of %s version %lld is not supported, versions %d to %lld are (see: "
                      "ort-lite help operators)",
                      node->op_type, domain, (long long)version, other->first_version,
                      other->last_version == ORTL__ANY_VERSION ? (long long)newest_of(domain)
                                                               : (long long)other->last_version);
}

static int is_foldable(const planner *p, const ortl__step *step) {
    if (step->operator->forget) return 0; /* owns a forest: kept as it is, to be described */
    for (uint32_t i = 0; i < step->node->n_inputs; i++)
        if (step->node->inputs[i] != ORTL__NO_VALUE &&
            !p->plan->values[step->node->inputs[i]].constant)
            return 0;
    return 1;
}

/* Every value that a step reads has a type by now: its maker was prepared before. */
static ortl_status bind_values(planner *p, const ortl__node *node, ortl_error *error) {
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        uint32_t number = node->inputs[i];
        p->wires[i] = number == ORTL__NO_VALUE ? NULL : &p->plan->values[number];
        if (p->wires[i] && p->wires[i]->type == ORTL_UNDEFINED)
            return ortl__fail(error, ORTL_UNSUPPORTED,
                              "input \"%s\" has an element type that is not supported",
                              p->wires[i]->name);
    }
    for (uint32_t i = 0; i < node->n_outputs; i++) {
        uint32_t number = node->outputs[i];
        ortl__value *value = number == ORTL__NO_VALUE ? NULL : &p->plan->values[number];
        if (value) value->shape = &p->shapes[(size_t)i * ORTL_MAX_RANK];
        p->wires[node->n_inputs + i] = value;
    }
    p->loading.inputs = p->wires;
    p->loading.outputs = p->wires + node->n_inputs;
    return ORTL_OK;
}

/* Moves what prepare said of an output's shape to a place that lasts: that of the first input when
 * it is the same, as it mostly is. */
static ortl_status keep_shape(const planner *p, ortl__value *value, ortl_error *error) {
    const ortl__value *first = p->loading.node->n_inputs ? p->loading.inputs[0] : NULL;
    const size_t n_bytes = value->rank * sizeof *value->shape;
    const int64_t *said = value->shape;
    if (first && first->has_shape && first->rank == value->rank && n_bytes &&
        memcmp(first->shape, said, n_bytes) == 0) {
        value->shape = first->shape;
        return ORTL_OK;
    }
    ortl_status status =
        ortl__arena_new(p->loading.arena, value->rank, sizeof *value->shape, &value->shape, error);
    if (status == ORTL_OK && n_bytes) memcpy(value->shape, said, n_bytes);
    return status;
}

static ortl_status keep_shapes(const planner *p, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < p->loading.node->n_outputs && status == ORTL_OK; i++)
        if (p->loading.outputs[i]) status = keep_shape(p, p->loading.outputs[i], error);
    return status;
}

/* An If whose condition is constant has the outputs of one branch alone; a single one of them is
 * the output by another name. */
static void settle_choice(const planner *p, ortl__node *node) {
    const uint32_t n = node->n_outputs;
    if (node->domain[0] || strcmp(node->op_type, "If") != 0) return;
    const ortl__tensor *constant = p->plan->values[node->inputs[2 * n]].constant;
    if (!constant) return;
    if (!ortl__tensor_is_true(constant)) node->inputs += n;
    node->n_inputs = n;
    if (n == 1) node->op_type = "Identity";
}

/* Marks what the step makes when it reads shapes, or nothing but what was computed from them. */
static void mark_of_shapes(const planner *p, ortl__step *step) {
    if (step->operator->forget || step->guard) return;
    for (uint32_t i = 0; i < step->node->n_inputs; i++) {
        const ortl__value *value = p->loading.inputs[i];
        if (!(step->operator->flags & ORTL__OPERATOR_OF_SHAPES) && value && !value->constant &&
            !value->is_of_shapes)
            return;
    }
    step->is_of_shapes = 1;
    for (uint32_t i = 0; i < step->node->n_outputs; i++)
        if (p->loading.outputs[i]) p->loading.outputs[i]->is_of_shapes = 1;
}

static ortl_status plan_node(planner *p, ortl__node *node, ortl_error *error) {
    ortl__step *step = &p->plan->steps[p->plan->n_steps];
    settle_choice(p, node);
    ortl_status status = find_operator(node, &step->operator, error);
    if (status == ORTL_OK) status = bind_values(p, node, error);
    if (status != ORTL_OK) return status;
    p->loading.node = node;
    p->loading.version = node->version;
    step->node = node;
    step->guard = node->guard;
    step->is_row_wise = (step->operator->flags & ORTL__OPERATOR_ROW_WISE) != 0;
    step->is_alias = (step->operator->flags & ORTL__OPERATOR_ALIAS) != 0;
    p->plan->n_steps++; /* from here on ortl__plan_free forgets it */
    status = step->operator->prepare(&p->loading, step, error);
    if (status == ORTL_OK) status = keep_shapes(p, error);
    if (status == ORTL_OK) mark_of_shapes(p, step);
    if (status == ORTL_OK && is_foldable(p, step)) {
        status = ortl__fold_step(p->plan, step, p->loading.arena, error);
        memset(step, 0, sizeof *step);
        p->plan->n_steps--;
    }
    if (status == ORTL_BAD_INPUT) { /* nobody has given any: it is the model's own */
        status = ORTL_BAD_MODEL;
        if (error) error->status = status;
    }
    return status;
}

/* Whether constants say that a guard never holds. The conditions of all guards up to this one, and
 * so everything that there is to know, were planned before the first node under it. */
static int is_never(planner *p, uint32_t number) {
    for (; p->n_judged <= number && p->n_judged < p->plan->n_guards; p->n_judged++) {
        const ortl__guard *guard = &p->plan->guards[p->n_judged];
        if (guard->condition == ORTL__NO_VALUE) continue; /* number 0 */
        const ortl__tensor *constant = p->plan->values[guard->condition].constant;
        p->never[p->n_judged] = p->never[guard->around] ||
                                (constant && ortl__tensor_is_true(constant) != guard->wanted);
    }
    return p->n_judged > number && p->never[number];
}

/* Puts the place in front of the message: node 3 (Cast "to_text"). */
static void fail_at_node(uint32_t index, const ortl__node *node, ortl_error *error) {
    ortl__fail_within(error, "node %lu (" ORTL__PLACE "): ", (unsigned long)index,
                      ORTL__PLACE_OF(node->op_type, node->name));
}

/* Packs the trees that are left. */
static ortl_status finish_steps(planner *p, ortl_error *error) {
    ortl_status status = ORTL_OK;
    for (uint32_t i = 0; i < p->plan->n_steps && status == ORTL_OK; i++) {
        ortl__step *step = &p->plan->steps[i];
        status = ortl__trees_finish(&p->loading, step, error);
        if (status != ORTL_OK)
            ortl__fail_within(error, ORTL__PLACE ": ",
                              ORTL__PLACE_OF(step->operator->name, step->node->name));
    }
    return status;
}

static ortl_status plan_nodes(planner *p, ortl_error *error) {
    for (uint32_t i = 0; i < p->graph->n_nodes; i++) {
        ortl__node *node = &p->graph->nodes[i];
        if (!p->needed[i] || is_never(p, node->guard)) continue;
        ortl_status status = plan_node(p, node, error);
        if (status != ORTL_OK) {
            fail_at_node(i, node, error);
            return status;
        }
    }
    return ORTL_OK;
}

/* Refuses operators outside the table even where no output needs them: such a file may be valid,
 * but what it says cannot be checked. */
static ortl_status check_operators(const planner *p, ortl_error *error) {
    for (uint32_t i = 0; i < p->graph->n_nodes; i++) {
        const ortl__operator *found;
        const ortl__node *node = &p->graph->nodes[i];
        ortl_status status = find_operator(node, &found, error);
        if (status != ORTL_OK) {
            fail_at_node(i, node, error);
            return status;
        }
    }
    return ORTL_OK;
}

/* Marks the nodes that the outputs need, walking backwards over the topological order. */
static ortl_status mark_needed(const ortl__graph *graph, ortl__arena *arena, planner *p,
                               ortl_error *error) {
    uint8_t *is_read = NULL, *needed = NULL;
    ortl_status status = ortl__arena_new(arena, graph->n_values, 1, &is_read, error);
    if (status == ORTL_OK) status = ortl__arena_new(arena, graph->n_nodes, 1, &needed, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < graph->n_outputs; i++)
        if (graph->outputs[i].value != ORTL__NO_VALUE) is_read[graph->outputs[i].value] = 1;
    for (uint32_t i = graph->n_nodes; i-- > 0;) {
        const ortl__node *node = &graph->nodes[i];
        for (uint32_t j = 0; j < node->n_outputs; j++)
            if (node->outputs[j] != ORTL__NO_VALUE && is_read[node->outputs[j]]) needed[i] = 1;
        for (uint32_t j = 0; j < node->n_inputs; j++)
            if (needed[i] && node->inputs[j] != ORTL__NO_VALUE) is_read[node->inputs[j]] = 1;
        p->n_needed += needed[i];
    }
    p->needed = needed;
    p->is_read = is_read;
    return ORTL_OK;
}

/* Scratch for the most values that one node reads and makes. */
static ortl_status make_node_room(planner *p, ortl__arena *scratch, ortl_error *error) {
    uint64_t most_wires = 0, most_outputs = 0;
    for (uint32_t i = 0; i < p->graph->n_nodes; i++) {
        const ortl__node *node = &p->graph->nodes[i];
        uint64_t n_wires = (uint64_t)node->n_inputs + node->n_outputs;
        if (n_wires > most_wires) most_wires = n_wires;
        if (node->n_outputs > most_outputs) most_outputs = node->n_outputs;
    }
    ortl_status status = ortl__arena_new(scratch, most_wires, sizeof *p->wires, &p->wires, error);
    if (status != ORTL_OK) return status;
    return ortl__arena_new(scratch, most_outputs, ORTL_MAX_RANK * sizeof *p->shapes, &p->shapes,
                           error);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

/* The liveness scan: a value dies at its last reader, an alias keeps the value that it shares data
 * with alive, and the outputs of the graph never die. */
typedef struct liveness {
    uint32_t *owner;      /* (n_values) whose buffer the value uses: itself, or what it aliases */
    uint32_t *last_use;   /* (n_values) step of an owner's last reader, UINT32_MAX: an output */
    uint32_t *free_slots; /* (n_free) */
    uint32_t n_free;
} liveness;

static void find_last_uses(const ortl__plan *plan, const ortl__graph *graph, liveness *live) {
    for (uint32_t i = 0; i < plan->n_values; i++) live->owner[i] = i;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        const ortl__step *step = &plan->steps[i];
        for (uint32_t j = 0; j < step->node->n_inputs; j++)
            if (step->node->inputs[j] != ORTL__NO_VALUE)
                live->last_use[live->owner[step->node->inputs[j]]] = i;
        if (step->is_alias && step->node->outputs[0] != ORTL__NO_VALUE)
            live->owner[step->node->outputs[0]] = live->owner[step->node->inputs[0]];
    }
    for (uint32_t i = 0; i < graph->n_outputs; i++)
        if (graph->outputs[i].value != ORTL__NO_VALUE)
            live->last_use[live->owner[graph->outputs[i].value]] = UINT32_MAX;
}

/* Slots of this step's outputs first, so that none is shared with an input of the same step. */
static void assign_step(ortl__plan *plan, uint32_t at, liveness *live) {
    const ortl__step *step = &plan->steps[at];
    for (uint32_t j = 0; j < step->node->n_outputs; j++) {
        uint32_t number = step->node->outputs[j];
        if (number == ORTL__NO_VALUE || live->owner[number] != number) continue;
        plan->slots[number] = live->n_free ? live->free_slots[--live->n_free] : plan->n_slots++;
    }
    for (uint32_t j = 0; j < step->node->n_inputs + step->node->n_outputs; j++) {
        uint32_t number = j < step->node->n_inputs ? step->node->inputs[j]
                                                   : step->node->outputs[j - step->node->n_inputs];
        if (number == ORTL__NO_VALUE) continue;
        uint32_t owner = live->owner[number];
        if (plan->slots[owner] == ORTL__NO_SLOT || live->last_use[owner] > at) continue;
        live->free_slots[live->n_free++] = plan->slots[owner];
        live->last_use[owner] = UINT32_MAX; /* freed once, even when read twice by this step */
    }
}

static ortl_status assign_slots(ortl__plan *plan, const ortl__graph *graph, ortl__arena *arena,
                                ortl__arena *scratch, ortl_error *error) {
    liveness live = {0};
    uint32_t n = plan->n_values;
    ortl_status status = ortl__arena_new(arena, n, sizeof *plan->slots, &plan->slots, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, n, sizeof *live.owner, &live.owner, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, n, sizeof *live.last_use, &live.last_use, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, n, sizeof *live.free_slots, &live.free_slots, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < n; i++) plan->slots[i] = ORTL__NO_SLOT;
    find_last_uses(plan, graph, &live);
    for (uint32_t i = 0; i < plan->n_steps; i++) assign_step(plan, i, &live);
    return ORTL_OK;
}

/* ---- All together ---------------------------------------------------------------------------- */

static int is_known_in_shaping(const ortl__plan *plan, uint32_t value) {
    return plan->values[value].constant || plan->values[value].is_of_shapes;
}

int ortl__plan_is_shaped_by_data(const ortl__plan *plan, const ortl__step *step) {
    if (step->operator->flags & ORTL__OPERATOR_SIZED_AT_RUN) return !step->is_of_shapes;
    if (!(step->operator->flags & ORTL__OPERATOR_SHAPED_BY_DATA)) return 0;
    for (uint32_t i = step->node->n_inputs > 1; i < step->node->n_inputs; i++)
        if (step->node->inputs[i] != ORTL__NO_VALUE &&
            !is_known_in_shaping(plan, step->node->inputs[i]))
            return 1;
    return 0;
}

static void summarize(ortl__plan *plan) {
    plan->is_row_wise = 1;
    for (uint32_t i = 0; i < plan->n_steps; i++) {
        plan->n_wires += plan->steps[i].node->n_inputs + plan->steps[i].node->n_outputs;
        plan->is_row_wise &= plan->steps[i].is_row_wise;
        plan->is_shaped_by_data |= ortl__plan_is_shaped_by_data(plan, &plan->steps[i]);
        plan->is_shaped_by_data |= plan->steps[i].guard != 0;
    }
}

ortl_status ortl__plan_build(ortl__plan *plan, ortl__graph *graph, ortl__memory *memory,
                             ortl__arena *arena, const ortl_options *options, ortl_error *error) {
    planner p = {.plan = plan,
                 .graph = graph,
                 .loading = {.memory = memory,
                             .arena = arena,
                             .limits = &options->limits,
                             .kernel = options->kernel,
                             .keeps_forest = options->keep_forest,
                             .rows_expected = options->rows_expected,
                             .algebra = &plan->algebra,
                             .libm = &plan->libm}};
    ortl__arena scratch; /* of the passes, freed at their end */
    ortl__arena_init(&scratch, memory);
    memset(plan, 0, sizeof *plan);
    plan->algebra.is_refused = options->algebra && strcmp(options->algebra, "plain") == 0;
    plan->most_work = options->limits.steps_per_row;
    plan->guards = graph->guards;
    plan->n_guards = graph->n_guards;
    ortl_status status = ORTL_OK;
    if (options->hidden_features &&
        ortl__cpu_read(options->hidden_features, &p.loading.hidden_features) < 0)
        status = ortl__fail(error, ORTL_BAD_ARGUMENT, "\"%s\" are not names of processor features",
                            options->hidden_features);
    if (status == ORTL_OK) status = ortl__merge_same_nodes(graph, arena, &scratch, error);
    ortl__arena_free(&scratch);
    if (status == ORTL_OK) status = mark_needed(graph, &scratch, &p, error);
    if (status == ORTL_OK) status = ortl__arena_new(&scratch, plan->n_guards, 1, &p.never, error);
    if (status == ORTL_OK) status = declare_values(plan, graph, p.is_read, arena, error);
    if (status == ORTL_OK) status = check_operators(&p, error);
    if (status == ORTL_OK) status = make_node_room(&p, &scratch, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(arena, p.n_needed, sizeof *plan->steps, &plan->steps, error);
    if (status == ORTL_OK) status = plan_nodes(&p, error);
    if (status == ORTL_OK) status = ortl__fuse_trees(plan, graph, &p.loading, &scratch, error);
    if (status == ORTL_OK) status = finish_steps(&p, error);
    if (status == ORTL_OK) status = assign_slots(plan, graph, arena, &scratch, error);
    if (status == ORTL_OK) summarize(plan);
    ortl__arena_free(&scratch);
    return status;
}

void ortl__plan_free(ortl__plan *plan) {
    for (uint32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].operator->forget) plan->steps[i].operator->forget(&plan->steps[i]);
    plan->n_steps = 0;
    ortl__algebra_close(&plan->algebra);
    ortl__libm_close(&plan->libm);
}
