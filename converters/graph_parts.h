/*
 * Puts a neutral graph together part by part: constants and nodes are added, each gives the number
 * of the value it makes. The first failure stays, so that a chain of parts is written without a
 * check after each.
 */
#ifndef ORTL_GRAPH_PARTS_H
#define ORTL_GRAPH_PARTS_H

#include "../onnx/graph.h"

/* Room for the largest graph that the builder makes; more is a mistake in the builder. */
enum { ORTL__PARTS_NODES = 48, ORTL__PARTS_VALUES = 96, ORTL__PARTS_CONSTANTS = 32 };

typedef struct ortl__parts {
    ortl__graph *graph;
    int is_double; /* element type of the reals that ortl__parts_reals makes */
    ortl_status status;
    ortl_error *error;
} ortl__parts;

/* An empty graph with room for all parts. graph->arena must be initialised. */
ortl__parts ortl__parts_init(ortl__graph *graph, int is_double, ortl_error *error);

/* count zeroed elements that live as long as the graph; NULL after a failure. */
void *ortl__parts_take(ortl__parts *parts, uint64_t count, size_t element_bytes);

/* A value with this name, copied; it is made by nothing yet. */
uint32_t ortl__parts_value(ortl__parts *parts, const char *name);

/* Constants. Rank 0 for n_rows 0, else rank 2 [n_rows, n_columns]. */
uint32_t ortl__parts_reals(ortl__parts *parts, const char *name, uint64_t n_rows,
                           uint64_t n_columns, const double *values);
/* [n] */
uint32_t ortl__parts_ints(ortl__parts *parts, const char *name, uint64_t n, const int64_t *values);
/* [1, n] */
uint32_t ortl__parts_bools(ortl__parts *parts, const char *name, uint64_t n, const uint8_t *values);

/* Attributes; strings and arrays are not copied. */
ortl__attribute ortl__parts_int_attribute(ortl__parts *parts, const char *name, int64_t value);
ortl__attribute ortl__parts_text_attribute(ortl__parts *parts, const char *name, const char *text);
ortl__attribute ortl__parts_texts_attribute(ortl__parts *parts, const char *name,
                                            const char *const *texts, uint64_t n);

/* A node of domain ("" or "ai.onnx.ml"). Its first output is returned, its others follow in number.
 * Attributes are copied. */
ortl__node *ortl__parts_node(ortl__parts *parts, const char *domain, const char *op_type,
                             const uint32_t *inputs, uint32_t n_inputs, uint32_t n_outputs,
                             const ortl__attribute *attributes, uint32_t n_attributes);

/* Nodes of the default domain with one output and no attributes. */
uint32_t ortl__parts_unary(ortl__parts *parts, const char *op_type, uint32_t a);
uint32_t ortl__parts_binary(ortl__parts *parts, const char *op_type, uint32_t a, uint32_t b);
uint32_t ortl__parts_where(ortl__parts *parts, uint32_t condition, uint32_t a, uint32_t b);
/* The same with one integer attribute. */
uint32_t ortl__parts_with_int(ortl__parts *parts, const char *op_type, const uint32_t *inputs,
                              uint32_t n_inputs, const char *attribute, int64_t value);

/* Declares a graph output: names the value and gives its type and shape [N] or [N, n_columns]
 * (n_columns 0: rank 1). */
void ortl__parts_output(ortl__parts *parts, uint32_t value, const char *name, ortl_type type,
                        uint64_t n_columns);

#endif
