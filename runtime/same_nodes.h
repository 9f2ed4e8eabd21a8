/*
 * Nodes that say the same: exporters write the same Gather or Cast once for each tree. What reads
 * the later ones reads the first instead, so that the plan leaves them out.
 */
#ifndef ORTL_SAME_NODES_H
#define ORTL_SAME_NODES_H

#include "../onnx/graph.h"

/* Changes the inputs of nodes; new lists of them live in the arena. scratch is freed by the caller.
 */
ortl_status ortl__merge_same_nodes(ortl__graph *graph, ortl__arena *arena, ortl__arena *scratch,
                                   ortl_error *error);

#endif
