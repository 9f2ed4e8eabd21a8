/*
 * Looking things up in the neutral graph, and freeing it. Building it is left to the envelope.
 */
#include "graph.h"

#include <string.h>

const ortl__attribute *ortl__node_attribute(const ortl__node *node, const char *name) {
    for (uint32_t i = 0; i < node->n_attributes; i++)
        if (strcmp(node->attributes[i].name, name) == 0) return &node->attributes[i];
    return NULL;
}

const ortl__opset *ortl__opset_find(const ortl__opset *opsets, uint32_t n_opsets,
                                    const char *domain) {
    for (uint32_t i = 0; i < n_opsets; i++)
        if (strcmp(opsets[i].domain, domain) == 0) return &opsets[i];
    return NULL;
}

int64_t ortl__graph_opset(const ortl__graph *graph, const char *domain) {
    if (strcmp(domain, "ai.onnx") == 0) domain = "";
    const ortl__opset *opset = ortl__opset_find(graph->opsets, graph->n_opsets, domain);
    if (opset) return opset->version;
    return domain[0] == '\0' ? ORTL__NEWEST_OPSET : 0;
}

void ortl__graph_free(ortl__graph *graph) {
    if (graph == NULL) return;
    for (uint32_t i = 0; i < graph->n_nodes; i++)
        ortl__ensemble_columns_free(graph->nodes[i].columns);
    ortl__arena_free(&graph->arena);
    memset(graph, 0, sizeof *graph);
}
