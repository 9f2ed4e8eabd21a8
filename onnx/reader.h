/*
 * What the files of the envelope share while one model is read. Private to onnx/envelope*.c.
 */
#ifndef ORTL_READER_H
#define ORTL_READER_H

#include "elements.h"
#include "graph.h"
#include "message.h"
#include "names.h"
#include "wire.h"

/* The kind of an attribute inside a function that stands for one of the call, which as.strings
 * names. None is left in the graph. */
#define ORTL__ATTRIBUTE_REFERENCE ((ortl__attribute_kind)0)

/* The kind of an attribute of If that is a branch. None is left in the graph either. */
#define ORTL__ATTRIBUTE_BRANCH ((ortl__attribute_kind)5)

typedef struct ortl__function ortl__function;

/* A value of a branch that is one of the graph or function around it. */
typedef struct ortl__capture {
    uint32_t local, outer; /* its number in the branch, and around it */
    const struct ortl__capture *next;
} ortl__capture;

/* A function of the model, whose inside is read when it is first called; or a branch of an If,
 * which is read once what stands around it was. */
struct ortl__function {
    ortl__wire wire;
    const char *name;
    int is_read;
    int is_open;                   /* some call of it is being replaced */
    int is_branch;                 /* and no function; then there are */
    ortl__function *around;        /* what it is a branch in; NULL: the graph */
    uint32_t n_visible;            /* values of `around` that were made before the If */
    const ortl__capture *captures; /* what it takes from there */
    ortl__function *next;          /* branch that is to be read */
    ortl__names values;            /* the names inside, while these are read */
    uint32_t n_inputs, n_outputs, n_attributes, n_defaults, n_opsets, n_locals, n_nodes;
    const char **local_names;     /* (n_locals) values inside: inputs, then what the nodes make */
    uint32_t *outputs;            /* (n_outputs) among the locals */
    const char **attribute_names; /* (n_attributes) that a call may give */
    ortl__attribute *defaults;    /* (n_defaults) attributes that a call may leave out */
    ortl__opset *opsets;          /* (n_opsets) */
    ortl__node *nodes;            /* (n_nodes) with locals as their values, and no columns */
};

typedef struct ortl__reader {
    ortl__source *source;
    ortl__memory *memory;
    const ortl_limits *limits;
    ortl__graph *graph;
    ortl__names graph_values; /* the names of all values made so far, by their numbers */
    ortl__names *values;      /* those inside of what is being read: the graph, or a function */
    ortl__names functions;    /* of the model, as "domain NUL name" */
    ortl__function *called;   /* (functions.n_entries) by their numbers there */
    ortl__function *inside;   /* the function or branch that is being read, NULL: the graph */
    ortl__function *branches, *last_branch; /* that were met and wait to be read */
    int has_branches;                       /* ever */
    ortl__names attributes;                 /* of the node that is being read */
    ortl__names operators;                  /* names of operators met so far, in the arena */
    ortl__message_room messages;
    int wants_hit_rates;
} ortl__reader;

/* Field numbers that the envelope looks for on the wire; see onnx_ml.proto. */
enum {
    ORTL__MODEL_IR_VERSION = 1,
    ORTL__MODEL_PRODUCER_NAME = 2,
    ORTL__MODEL_PRODUCER_VERSION = 3,
    ORTL__MODEL_DOMAIN = 4,
    ORTL__MODEL_VERSION = 5,
    ORTL__MODEL_DOC = 6,
    ORTL__MODEL_GRAPH = 7,
    ORTL__MODEL_OPSET = 8,
    ORTL__MODEL_METADATA = 14,
    ORTL__MODEL_FUNCTION = 25,
    ORTL__GRAPH_NODE = 1,
    ORTL__GRAPH_NAME = 2,
    ORTL__GRAPH_INITIALIZER = 5,
    ORTL__GRAPH_INPUT = 11,
    ORTL__GRAPH_OUTPUT = 12,
    ORTL__GRAPH_SPARSE_INITIALIZER = 15,
    ORTL__NODE_INPUT = 1,
    ORTL__NODE_OUTPUT = 2,
    ORTL__NODE_NAME = 3,
    ORTL__NODE_OPERATOR = 4,
    ORTL__NODE_ATTRIBUTE = 5,
    ORTL__NODE_DOMAIN = 7,
    ORTL__NODE_OVERLOAD = 8,
    ORTL__FUNCTION_NAME = 1,
    ORTL__FUNCTION_INPUT = 4,
    ORTL__FUNCTION_OUTPUT = 5,
    ORTL__FUNCTION_ATTRIBUTE = 6,
    ORTL__FUNCTION_NODE = 7,
    ORTL__FUNCTION_OPSET = 9,
    ORTL__FUNCTION_DOMAIN = 10,
    ORTL__FUNCTION_DEFAULT = 11,
    ORTL__FUNCTION_OVERLOAD = 13
};

/* A text of the file in the graph's arena; NULL counts as "". */
ortl_status ortl__reader_text(ortl__reader *reader, const char *text, const char **text_out,
                              ortl_error *error);

/* The same for a domain: "ai.onnx" becomes "". */
ortl_status ortl__reader_domain(ortl__reader *reader, const char *domain, const char **text_out,
                                ortl_error *error);

/* The number of the value called name where the reader is, ORTL__NO_NAME when there is none. Inside
 * of a branch it may be a new local that stands for a value around it. */
ortl_status ortl__reader_find_value(ortl__reader *reader, const char *name, uint32_t *value_out,
                                    ortl_error *error);

/* A new value of the graph called name (in the arena), ORTL_BAD_MODEL when there is one already. */
ortl_status ortl__reader_new_value(ortl__reader *reader, const char *name, uint32_t *value_out,
                                   ortl_error *error);

/* One OperatorSetIdProto. */
ortl_status ortl__reader_opset(ortl__reader *reader, ortl__wire wire, ortl__opset *opset_out,
                               ortl_error *error);

/* ---- Passing over a message ------------------------------------------------------------------ */

/* Reads the field's message as element number index of its array. */
typedef ortl_status ortl__field_reader(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                       ortl_error *error);

/* Calls read for each field of this number; there were n_expected when they were counted. */
ortl_status ortl__reader_each(ortl__reader *reader, ortl__wire wire, uint32_t number,
                              uint32_t n_expected, ortl__field_reader *read, ortl_error *error);

#define ORTL__COUNTED_FIELDS 32

/* Counts the fields of each number below ORTL__COUNTED_FIELDS; *last_out is the last of number
 * `kept`. */
ortl_status ortl__reader_count(ortl__wire wire, uint32_t counts_out[ORTL__COUNTED_FIELDS],
                               uint32_t kept, ortl__wire_field *last_out, ortl_error *error);

/* An array of n elements in the arena, its count set once it is there. */
ortl_status ortl__reader_array(ortl__reader *reader, uint32_t n, size_t element_bytes,
                               void *array_out, uint32_t *n_out, ortl_error *error);

/* ---- Texts ----------------------------------------------------------------------------------- */

/* The bytes of one element as a text in the arena, ended by NUL. */
ortl_status ortl__reader_string(ortl__reader *reader, const ortl__element_text *text,
                                ortl_string *string_out, ortl_error *error);

/* envelope_value.c: one ValueInfoProto. The value's number is left to the caller. */
ortl_status ortl__reader_value_info(ortl__reader *reader, ortl__wire wire,
                                    ortl__graph_value *value_out, ortl_error *error);

/* envelope_node.c: one NodeProto, number index of the graph. */
ortl_status ortl__reader_node(ortl__reader *reader, ortl__wire wire, uint32_t index,
                              ortl__node *node_out, ortl_error *error);

/* ---- envelope_function.c: one FunctionProto -------------------------------------------------- */

/* Remembers where the function is, and its name. */
ortl_status ortl__reader_function(ortl__reader *reader, ortl__wire wire, uint32_t index,
                                  ortl_error *error);

/* The function that a node of this domain and type calls, NULL when it is an operator. */
ortl_status ortl__reader_find_function(ortl__reader *reader, const ortl__node *node,
                                       ortl__function **function_out, ortl_error *error);

/* Reads what is inside, unless that was done. */
ortl_status ortl__reader_function_body(ortl__reader *reader, ortl__function *function,
                                       ortl_error *error);

/* An array of n_out names of all values inside of what is being read, by their numbers. */
ortl_status ortl__reader_list_values(ortl__reader *reader, const char ***names_out, uint32_t *n_out,
                                     ortl_error *error);

/* The function in which the reader is, over however many branches; NULL: in none. */
const ortl__function *ortl__reader_function_around(const ortl__reader *reader);

/* ---- envelope_branch.c: the GraphProto of a branch ------------------------------------------- */

/* Remembers where the branch is. */
ortl_status ortl__reader_branch(ortl__reader *reader, ortl__wire wire, const char *name,
                                ortl__function **branch_out, ortl_error *error);

/* Reads the branches that were met, and those inside of them. */
ortl_status ortl__reader_branches(ortl__reader *reader, ortl_error *error);

/* inline.c: puts the nodes of functions and branches in the place of their calls. */
ortl_status ortl__reader_inline(ortl__reader *reader, ortl_error *error);

/* ---- envelope_tensor.c: one TensorProto ------------------------------------------------------ */

typedef struct ortl__tensor_facts {
    const char *name; /* in the arena */
    int32_t element_type;
    uint32_t rank;
    int64_t shape[ORTL_MAX_RANK]; /* (rank) */
    uint64_t n_elements;
    /* Set by ortl__tensor_find_data. */
    ortl__element_kind kind; /* of the typed field; a raw_data of the same type has it too, except
                                for integers */
    uint32_t data_field;     /* number of the typed field of this element type */
    size_t element_bytes;
    int is_raw; /* the data are the raw_data field below, not the typed field */
    ortl__wire_field raw;
} ortl__tensor_facts;

/* All but the data. External data, segments and too many axes are refused. */
ortl_status ortl__tensor_header(ortl__reader *reader, ortl__wire wire,
                                ortl__tensor_facts *facts_out, ortl_error *error);

/* Finds the data and checks that there are as many as the shape says. */
ortl_status ortl__tensor_find_data(ortl__wire wire, ortl__tensor_facts *facts, ortl_error *error);

/* Streams the data as elements of `kind`, or raw bytes of integers as ORTL__ELEMENT_BYTE. */
ortl_status ortl__tensor_stream(ortl__wire wire, const ortl__tensor_facts *facts,
                                ortl__element_sink *sink, ortl_error *error);

/* The whole tensor, its data in the graph's arena. */
ortl_status ortl__reader_constant(ortl__reader *reader, ortl__wire wire,
                                  ortl__constant *constant_out, ortl_error *error);

/* ---- envelope_attribute.c: one AttributeProto ------------------------------------------------ */

typedef struct ortl__attribute_facts {
    const char *name;           /* in the arena */
    uint64_t name_at;           /* offset of its field */
    int kind;                   /* AttributeType by the field that has the data, 0: none has */
    int declared_kind;          /* by the field `type`, 0: not given */
    uint64_t count;             /* elements, when they were counted */
    ortl__wire_field single;    /* the field of FLOAT, INT, STRING and TENSOR */
    int is_in_function;         /* where an attribute may stand for one of the call */
    int is_of_if;               /* where it may be a branch */
    ortl__wire_field reference; /* names that one; number 0: there is none */
} ortl__attribute_facts;

/* Finds the name, wherever in the message it stands. */
ortl_status ortl__attribute_find_name(ortl__reader *reader, ortl__wire wire,
                                      ortl__attribute_facts *facts_out, ortl_error *error);

/* Walks over the attribute once: hands the elements of FLOATS, INTS or STRINGS to sink, finds out
 * everything in facts but the name and count. Kinds that are not supported are refused, and those
 * other than wanted_kind, unless that is 0. */
ortl_status ortl__attribute_walk(ortl__wire wire, int wanted_kind, ortl__element_sink *sink,
                                 ortl__attribute_facts *facts, ortl_error *error);

/* Reads an attribute into the arena. */
ortl_status ortl__reader_attribute(ortl__reader *reader, ortl__wire wire,
                                   ortl__attribute_facts *facts, ortl__attribute *attribute_out,
                                   ortl_error *error);

/* ---- envelope_columns.c ---------------------------------------------------------------------- */

/* Streams a tree attribute into its column. *is_taken_out is 0 when it is none. */
ortl_status ortl__reader_column(ortl__reader *reader, ortl__wire wire,
                                ortl__ensemble_columns *columns, ortl__attribute_facts *facts,
                                int *is_taken_out, ortl_error *error);

#endif
