/*
 * Finds equal nodes by a table of hashes. Only some places of the table are looked at for a node:
 * equal nodes that are missed cost time at run, and no choice of nodes makes the search slow.
 */
#include "same_nodes.h"

#include <string.h>

#define MOST_LOOKS 8

typedef struct merging {
    ortl__graph *graph;
    uint32_t *first;  /* (n_values) the value that stands for it, itself at first */
    uint8_t *is_kept; /* (n_values) 1: an output of the graph, which keeps its name */
    uint32_t *table;  /* (n_places) numbers of nodes, ORTL__NO_VALUE: free */
    uint64_t n_places;
} merging;

/* ---- Equality -------------------------------------------------------------------------------- */

static int is_same_text(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static int is_same_constant(const ortl__constant *a, const ortl__constant *b) {
    const size_t element_bytes = ortl_type_bytes((ortl_type)a->element_type);
    return a->element_type == b->element_type && a->element_type != ORTL_STRING && element_bytes &&
           a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0 &&
           (a->n_elements == 0 ||
            memcmp(a->data, b->data, (size_t)a->n_elements * element_bytes) == 0);
}

static int is_same_attribute(const ortl__attribute *a, const ortl__attribute *b) {
    if (a->kind != b->kind || a->count != b->count || !is_same_text(a->name, b->name)) return 0;
    switch (a->kind) {
    case ORTL__ATTRIBUTE_TENSOR: return is_same_constant(a->as.tensor, b->as.tensor);
    case ORTL__ATTRIBUTE_FLOAT:
    case ORTL__ATTRIBUTE_FLOATS:
        return a->count == 0 || memcmp(a->as.floats, b->as.floats, a->count * sizeof(float)) == 0;
    case ORTL__ATTRIBUTE_INT:
    case ORTL__ATTRIBUTE_INTS:
        return a->count == 0 || memcmp(a->as.ints, b->as.ints, a->count * sizeof(int64_t)) == 0;
    case ORTL__ATTRIBUTE_STRING:
        return a->as.strings[0].n_bytes == b->as.strings[0].n_bytes &&
               is_same_text(a->as.strings[0].data, b->as.strings[0].data);
    default: return 0;
    }
}

/* The inputs were replaced already. */
static int is_same(const ortl__node *a, const ortl__node *b) {
    if (a->n_inputs != b->n_inputs || a->n_outputs != b->n_outputs || a->version != b->version ||
        a->n_attributes != b->n_attributes || !is_same_text(a->op_type, b->op_type) ||
        !is_same_text(a->domain, b->domain))
        return 0;
    for (uint32_t i = 0; i < a->n_inputs; i++)
        if (a->inputs[i] != b->inputs[i]) return 0;
    for (uint32_t i = 0; i < a->n_outputs; i++)
        if ((a->outputs[i] == ORTL__NO_VALUE) != (b->outputs[i] == ORTL__NO_VALUE)) return 0;
    for (uint32_t i = 0; i < a->n_attributes; i++)
        if (!is_same_attribute(&a->attributes[i], &b->attributes[i])) return 0;
    return 1;
}

/* ---- The table ------------------------------------------------------------------------------- */

static uint64_t hash_of(const ortl__node *node) {
    uint64_t hash = node->n_attributes;
    for (const char *letter = node->op_type; *letter; letter++)
        hash = (hash ^ (unsigned char)*letter) * UINT64_C(0x100000001b3);
    for (uint32_t i = 0; i < node->n_inputs; i++)
        hash = (hash ^ node->inputs[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* The earlier node that says the same, or NULL; then the node joins the table where there is room.
 */
static const ortl__node *find_same(merging *m, uint32_t number) {
    const ortl__node *node = &m->graph->nodes[number];
    uint64_t at = hash_of(node);
    for (int i = 0; i < MOST_LOOKS; i++, at++) {
        uint32_t *place = &m->table[at & (m->n_places - 1)];
        if (*place == ORTL__NO_VALUE) {
            *place = number;
            return NULL;
        }
        if (is_same(&m->graph->nodes[*place], node)) return &m->graph->nodes[*place];
    }
    return NULL;
}

/* ---- The pass -------------------------------------------------------------------------------- */

static ortl_status replace_inputs(const merging *m, ortl__node *node, ortl__arena *arena,
                                  ortl_error *error) {
    uint32_t *inputs = NULL;
    int is_changed = 0;
    for (uint32_t i = 0; i < node->n_inputs; i++)
        is_changed |=
            node->inputs[i] != ORTL__NO_VALUE && m->first[node->inputs[i]] != node->inputs[i];
    if (!is_changed) return ORTL_OK;
    ortl_status status = ortl__arena_new(arena, node->n_inputs, sizeof *inputs, &inputs, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < node->n_inputs; i++)
        inputs[i] = node->inputs[i] == ORTL__NO_VALUE ? ORTL__NO_VALUE : m->first[node->inputs[i]];
    node->inputs = inputs;
    return ORTL_OK;
}

/* Trees are left alone, as are nodes under a guard, and those whose outputs keep their names. */
static int may_merge(const merging *m, const ortl__node *node) {
    if (node->columns || node->guard) return 0;
    for (uint32_t i = 0; i < node->n_outputs; i++)
        if (node->outputs[i] != ORTL__NO_VALUE && m->is_kept[node->outputs[i]]) return 0;
    return 1;
}

static ortl_status begin(merging *m, ortl__arena *scratch, ortl_error *error) {
    const ortl__graph *graph = m->graph;
    for (m->n_places = 16; m->n_places < 2 * (uint64_t)graph->n_nodes;) m->n_places *= 2;
    ortl_status status =
        ortl__arena_new(scratch, graph->n_values, sizeof *m->first, &m->first, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, graph->n_values, 1, &m->is_kept, error);
    if (status == ORTL_OK)
        status = ortl__arena_new(scratch, m->n_places, sizeof *m->table, &m->table, error);
    if (status != ORTL_OK) return status;
    for (uint32_t i = 0; i < graph->n_values; i++) m->first[i] = i;
    for (uint32_t i = 0; i < graph->n_outputs; i++)
        if (graph->outputs[i].value != ORTL__NO_VALUE) m->is_kept[graph->outputs[i].value] = 1;
    memset(m->table, 0xff, (size_t)m->n_places * sizeof *m->table);
    return ORTL_OK;
}

ortl_status ortl__merge_same_nodes(ortl__graph *graph, ortl__arena *arena, ortl__arena *scratch,
                                   ortl_error *error) {
    merging m = {.graph = graph};
    ortl_status status = begin(&m, scratch, error);
    for (uint32_t i = 0; i < graph->n_nodes && status == ORTL_OK; i++) {
        ortl__node *node = &graph->nodes[i];
        status = replace_inputs(&m, node, arena, error);
        if (status != ORTL_OK || !may_merge(&m, node)) continue;
        const ortl__node *same = find_same(&m, i);
        for (uint32_t j = 0; same && j < node->n_outputs; j++)
            if (node->outputs[j] != ORTL__NO_VALUE) m.first[node->outputs[j]] = same->outputs[j];
    }
    return status;
}
