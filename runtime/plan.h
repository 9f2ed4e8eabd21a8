/*
 * From the graph of a file to ordered steps: operators looked up and prepared, constants folded,
 * what no output needs left out, and each intermediate value given a buffer slot that is reused
 * once the value is dead.
 */
#ifndef ORTL_PLAN_H
#define ORTL_PLAN_H

#include "../onnx/graph.h"
#include "memory.h"
#include "operators/operator.h"

#define ORTL__NO_SLOT UINT32_MAX

typedef struct ortl__plan {
    uint32_t n_values;
    uint32_t n_steps;
    uint32_t n_slots;
    uint32_t n_guards;   /* of the graph */
    uint32_t n_wires;    /* inputs of all steps together */
    ortl__value *values; /* (n_values) numbers as in the graph */
    ortl__step *steps;   /* (n_steps) in the order of execution */
    uint32_t *slots;     /* (n_values) where outputs live; ORTL__NO_SLOT: input, constant, unused */
    const ortl__guard *guards; /* (n_guards) the graph's; number 0 stands for none */
    ortl__algebra algebra;     /* products of matrices, for the steps that need them */
    ortl__libm libm;           /* open when a step needs it */
    uint64_t work, most_work;  /* of folding constants so far, and at most; see work.h */
    int is_row_wise;           /* every step is */
    int is_shaped_by_data;     /* some shape depends on values computed at run */
} ortl__plan;

/* Plans the graph, which stays in use: the plan points to its names and initializers. Steps and
 * what they own are freed by ortl__plan_free, also after a failure; the rest lives in the arena. */
ortl_status ortl__plan_build(ortl__plan *plan, ortl__graph *graph, ortl__memory *memory,
                             ortl__arena *arena, const ortl_options *options, ortl_error *error);

/* 1 when the shapes of a step depend on data that is known at run alone: a shape that depends on
 * data is known at load when that data is constant. */
int ortl__plan_is_shaped_by_data(const ortl__plan *plan, const ortl__step *step);

void ortl__plan_free(ortl__plan *plan);

#endif
