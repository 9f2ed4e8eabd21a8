/*
 * What the two halves of making a graph share: builder_graph.c up to the raw scores,
 * builder_outputs.c from there.
 */
#ifndef ORTL_BUILDER_GRAPH_H
#define ORTL_BUILDER_GRAPH_H

#include "builder_state.h"
#include "graph_parts.h"

/* Is the operator with the trees a TreeEnsembleClassifier, which gives labels itself? */
int ortl__builder_is_classifier(const ortl_builder *builder);

/* The class labels as an attribute of one of two names. */
ortl__attribute ortl__builder_labels(const ortl_builder *builder, ortl__parts *parts,
                                     const char *ints_name, const char *strings_name);

/* Links, labels and the graph's outputs, from the raw scores, or from the node of a classifier. */
void ortl__builder_outputs(const ortl_builder *builder, ortl__parts *parts, const ortl__node *trees,
                           uint32_t raw);

#endif
