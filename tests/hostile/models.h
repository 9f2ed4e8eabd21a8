/*
 * The families of hostile models, each in a file of its own.
 */
#ifndef HOSTILE_MODELS_H
#define HOSTILE_MODELS_H

#include "hostile.h"

/* A regression tree from X [N, 3] to Y [N, 2]: the good model that others are made from. */
void models_put_good(wire_builder *file);
void models_build_good(wire_builder *file, int variant); /* the same as a case */

/* Families that a test of the time to load scales: n tests in a chain, n trees of one leaf, n
 * initialisers that nothing uses, n unknown fields, n keys of an encoder, n Neg in a chain. */
void models_put_chain(wire_builder *file, size_t n);
void models_put_roots(wire_builder *file, size_t n);
void models_put_initialisers(wire_builder *file, size_t n);
void models_put_unknown(wire_builder *file, size_t n);
void models_put_labels(wire_builder *file, size_t n);
void models_put_operators(wire_builder *file, size_t n);

void models_ensemble(hostile_judge *judge);  /* attributes of trees */
void models_wire(hostile_judge *judge);      /* bytes that are no message */
void models_graph(hostile_judge *judge);     /* names, values, functions, tensors */
void models_operators(hostile_judge *judge); /* shapes and attributes of operators */
void models_scale(hostile_judge *judge);     /* large, and made to be slow */

#endif
