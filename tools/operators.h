/*
 * Which operators a model uses, each once with its number, in the order of their first use.
 */
#ifndef ORTL_TOOLS_OPERATORS_H
#define ORTL_TOOLS_OPERATORS_H

#include "model.h"
#include "output.h"

typedef struct ortl__operator_count {
    const char *domain; /* "" is ai.onnx */
    const char *name;
    size_t n_nodes;
} ortl__operator_count;

typedef struct ortl__operators {
    ortl__operator_count *counts; /* (n_counts) */
    size_t n_counts;
} ortl__operators;

ortl_status ortl__operators_count(const ortl__model *model, ortl__operators *operators_out,
                                  ortl_error *error);

void ortl__operators_free(ortl__operators *operators);

/* Appends "Cast x2, TreeEnsembleClassifier", at most n_max operators and then "...". */
ortl_status ortl__operators_print(ortl__output *output, const ortl__model *model, size_t n_max,
                                  ortl_error *error);

#endif
