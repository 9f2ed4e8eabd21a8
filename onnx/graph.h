/*
 * The neutral graph: what an ONNX file says, without protobuf. Names are resolved to value numbers
 * and everything small lives in one arena. The runtime plans from it, the writer writes it.
 */
#ifndef ORTL_GRAPH_H
#define ORTL_GRAPH_H

#include "../runtime/memory.h"
#include "../runtime/ortlite.h"
#include "ensemble_columns.h"

#define ORTL__NO_VALUE UINT32_MAX

/* A constant: an initializer or a tensor attribute. Element types are ONNX's numbers (float 1,
 * uint8 2, int8 3, uint16 4, int16 5, int32 6, int64 7, string 8, bool 9, float16 10, double 11,
 * ...), data are in native byte order; strings are ortl_string elements. */
typedef struct ortl__constant {
    const char *name; /* "" for attributes without one */
    int32_t element_type;
    uint32_t rank;
    int64_t shape[ORTL_MAX_RANK]; /* (rank) */
    uint64_t n_elements;
    void *data; /* (n_elements), in the graph's arena */
} ortl__constant;

/* Kinds with the numbers of ONNX's AttributeProto.AttributeType. */
typedef enum ortl__attribute_kind {
    ORTL__ATTRIBUTE_FLOAT = 1,
    ORTL__ATTRIBUTE_INT = 2,
    ORTL__ATTRIBUTE_STRING = 3,
    ORTL__ATTRIBUTE_TENSOR = 4,
    ORTL__ATTRIBUTE_FLOATS = 6,
    ORTL__ATTRIBUTE_INTS = 7,
    ORTL__ATTRIBUTE_STRINGS = 8
} ortl__attribute_kind;

typedef struct ortl__attribute {
    const char *name;
    ortl__attribute_kind kind;
    uint64_t count; /* elements of floats, ints or strings; 1 for the single kinds */
    union {
        const float *floats;           /* (count) FLOAT, FLOATS */
        const int64_t *ints;           /* (count) INT, INTS */
        const ortl_string *strings;    /* (count) STRING, STRINGS; each ended by NUL */
        const ortl__constant *tensor;  /* TENSOR */
        struct ortl__function *branch; /* inside the envelope alone */
    } as;
} ortl__attribute;

/* One input or output of the graph as declared. */
typedef struct ortl__graph_value {
    const char *name;
    uint32_t value;       /* its number */
    int32_t element_type; /* ONNX's number; of a sequence's tensors or map values; 0 unknown */
    int is_map;           /* sequence(map(...)): what ZipMap makes; outputs only */
    int is_sequence;      /* sequence(tensor(...)); outputs only */
    uint32_t rank;        /* 0 also when the shape is not given */
    int has_shape;
    int64_t shape[ORTL_MAX_RANK]; /* (rank) -1: unknown or symbolic */
} ortl__graph_value;

/* A condition under which nodes are executed, and a second one under which the condition itself is
 * known. */
typedef struct ortl__guard {
    uint32_t condition; /* value number: a boolean of one element */
    int wanted;         /* what it must be */
    uint32_t around;    /* guard under which this one counts, always of a lower number; 0: none */
} ortl__guard;

typedef struct ortl__node {
    const char *name;
    const char *domain; /* "" is ai.onnx */
    const char *op_type;
    int64_t version; /* of the operator's domain where the node stands, as by ortl__graph_opset */
    uint32_t n_inputs;
    uint32_t n_outputs;
    const uint32_t *inputs;  /* (n_inputs) value numbers, ORTL__NO_VALUE: left out */
    const uint32_t *outputs; /* (n_outputs) value numbers, ORTL__NO_VALUE: left out */
    uint32_t n_attributes;
    uint32_t guard; /* number of the guard under which it is executed; 0: always */
    const ortl__attribute *attributes; /* (n_attributes) without those in columns */
    ortl__ensemble_columns *columns; /* tree operators only, else NULL; freed with the graph unless
                                        the forest has taken it and set this to NULL */
} ortl__node;

typedef struct ortl__opset {
    const char *domain;
    int64_t version;
} ortl__opset;

typedef struct ortl__graph {
    ortl__arena arena; /* of everything below but the columns */
    int64_t ir_version;
    const char *producer_name, *producer_version, *domain, *doc_string, *name;
    int64_t model_version;
    uint32_t n_opsets, n_metadata, n_inputs, n_outputs, n_initializers, n_nodes, n_values, n_guards;
    ortl__opset *opsets;          /* (n_opsets) */
    ortl_string *metadata;        /* (n_metadata, 2) key, value */
    ortl__graph_value *inputs;    /* (n_inputs) without those that have an initializer */
    ortl__graph_value *outputs;   /* (n_outputs) */
    ortl__constant *initializers; /* (n_initializers) */
    uint32_t *initializer_values; /* (n_initializers) value numbers */
    ortl__node *nodes;   /* (n_nodes) in file order, which is checked to be a topological order */
    ortl__guard *guards; /* (n_guards) number 0 stands for none */
    const char **value_names; /* (n_values) each made exactly once: input, initializer or node */
} ortl__graph;

/* The attribute called name, or NULL. */
const ortl__attribute *ortl__node_attribute(const ortl__node *node, const char *name);

/* The newest version of the default domain that this library knows. */
#define ORTL__NEWEST_OPSET 28

/* The version imported for domain ("" and "ai.onnx" are one). When the file does not import it: 0,
 * except for the default domain, which exporters leave out: its operators are taken as of the
 * newest version that this library knows (see onnx/README.md). */
int64_t ortl__graph_opset(const ortl__graph *graph, const char *domain);

/* The import of domain ("" for ai.onnx) among the opsets, or NULL. */
const ortl__opset *ortl__opset_find(const ortl__opset *opsets, uint32_t n_opsets,
                                    const char *domain);

/* Frees all of it, columns included; the struct itself is the caller's. NULL is allowed. */
void ortl__graph_free(ortl__graph *graph);

#endif
