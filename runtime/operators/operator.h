/*
 * One table of operators: for each a range of versions and three functions. prepare checks a node
 * at load and remembers what it needs; shape says how large the outputs are; run fills them. To add
 * an operator: write the three in the file of its family, add a row to table.c (see README.md).
 */
#ifndef ORTL_OPERATOR_H
#define ORTL_OPERATOR_H

#include "../../onnx/graph.h"
#include "../cpu.h"
#include "../forest/kernel.h"
#include "../libm.h"
#include "../tensor.h"
#include "algebra.h"

typedef struct ortl__operator ortl__operator;
typedef struct ortl__step ortl__step;

/* What is known of a value while the model is loaded. */
typedef struct ortl__value {
    const char *name;
    ortl_type type;               /* ORTL_UNDEFINED until its maker was prepared */
    uint8_t is_map;               /* made by ZipMap: given as the matrix of its values */
    uint8_t is_of_shapes;         /* computed from shapes and constants, not from data */
    uint8_t has_shape;            /* rank and shape below are known */
    uint8_t rank;                 /* at most ORTL_MAX_RANK */
    const ortl__tensor *constant; /* its value when it is known at load, else NULL */
    int64_t *shape; /* (rank) as declared for a graph input, as derived by the prepare of its maker
                       otherwise; -1: any. While its maker is prepared, room for ORTL_MAX_RANK;
                       then shared by values of one shape */
} ortl__value;

/* What prepare may use. */
typedef struct ortl__loading {
    ortl__memory *memory;      /* of the session */
    ortl__arena *arena;        /* lives as long as the session: parameters of steps */
    const ortl_limits *limits; /* no zero in it */
    const char *kernel;        /* wanted by name for the trees, or NULL */
    ortl__cpu hidden_features; /* that kernels must not use */
    int keeps_forest;          /* the plain form of the trees stays */
    ortl_rows_expected rows_expected;
    ortl__algebra *algebra; /* of the session, for products of matrices */
    ortl__libm *libm;       /* of the session; opened by a prepare whose run uses it */
    ortl__node *node;
    int64_t version;             /* of the node's domain in this file */
    ortl__value *const *inputs;  /* (node->n_inputs) NULL: left out */
    ortl__value *const *outputs; /* (node->n_outputs) NULL: left out; prepare sets type and is_map,
                                    and the shape as far as it is known */
} ortl__loading;

/* One operator of the plan, constant after load. */
struct ortl__step {
    const ortl__operator *operator;
    ortl__node *node;     /* of the graph: its name, the values that it reads and makes */
    uint32_t guard;       /* of the graph, under which the step is executed; 0: always */
    uint8_t is_row_wise;  /* set to the operator's flag before prepare, which may clear it */
    uint8_t is_of_shapes; /* its outputs come from shapes and constants alone: while shaping */
    uint8_t is_alias;     /* output 0 shares the data of input 0; set and cleared likewise */
    void *parameters; /* what prepare remembers, in the session's arena; the operator's own type */
};

/* Where the tree operators of a run write what is otherwise not seen: one table for all of them,
 * row after row. */
typedef struct ortl__tap {
    uint32_t *leaves; /* (n_cells) the leaf that a row reaches in each tree, or NULL */
    double *raw;      /* (n_cells) the scores before the post transform, or NULL */
    uint64_t n_cells;
    uint64_t n_columns; /* trees or scores of all operators together */
    uint64_t n_before;  /* of the operators that ran so far */
} ortl__tap;

/* One execution of a step. */
typedef struct ortl__call {
    const ortl__step *step;
    const ortl__tensor *const *inputs; /* (n_inputs) with data in run and, where it is already
                                          known, in shape; NULL: left out */
    ortl__tensor *const
        *outputs; /* (n_outputs) shape sets type and shape; run finds data; NULL: left out */
    uint64_t scratch_bytes;  /* set by shape: wanted in run */
    void *scratch;           /* (scratch_bytes) for run, aligned for any type */
    ptrdiff_t row_stride;    /* of inputs[0] when the step reads_strided rows, in elements */
    ptrdiff_t column_stride; /* likewise */
    const ortl__libm *libm;  /* of the session, open when prepare opened it */
    ortl__arena *texts;      /* where run makes strings; emptied at the context's next call */
    ortl__tap *tap;          /* NULL: nothing more is wanted than the outputs */
} ortl__call;

enum {
    ORTL__OPERATOR_ROW_WISE = 1, /* row i of each output depends on row i of the inputs alone */
    ORTL__OPERATOR_ALIAS = 2,    /* output 0 is the data of input 0 under another shape or name */
    ORTL__OPERATOR_STRIDED = 4,  /* reads inputs[0] through the strides of the call */
    ORTL__OPERATOR_SIZED_AT_RUN = 8,   /* shape gives an upper bound, run sets the true shape */
    ORTL__OPERATOR_PRODUCT = 64,       /* multiplies the matrices of its first two inputs */
    ORTL__OPERATOR_OF_SHAPES = 32,     /* reads the shape of its input, not its data */
    ORTL__OPERATOR_SHAPED_BY_DATA = 16 /* shape reads the data of the inputs behind the first, or of
                                          the only one */
};

struct ortl__operator {
    const char *domain; /* "" is ai.onnx */
    const char *name;
    int first_version, last_version; /* opset versions of domain in which this row is right */
    int text_version; /* the newest of these for which the specification has a text of its own */
    unsigned flags;
    ortl_status (*prepare)(ortl__loading *loading, ortl__step *step, ortl_error *error);
    ortl_status (*shape)(ortl__call *call, ortl_error *error);
    ortl_status (*run)(ortl__call *call,
                       ortl_error *error); /* NULL for an ALIAS that does nothing */
    void (*forget)(
        ortl__step *step); /* frees what parameters own outside the arena; NULL: nothing */
    uint16_t detail;       /* tells apart rows that share their functions, such as Add and Mul */
};

#define ORTL__ANY_VERSION INT32_MAX

/* The table, in alphabetical order of domain and name. */
extern const ortl__operator ortl__operators[];
extern const size_t ortl__n_operators;

/* The row for an operator in this version. When there is none, NULL, and *other_version_out is a
 * row of that name for other versions, or NULL when the name is unknown. */
const ortl__operator *ortl__operator_find(const char *domain, const char *name, int64_t version,
                                          const ortl__operator **other_version_out);

/* A place in a message: Cast "to_text", or the operator alone when the node has no name. */
#define ORTL__PLACE "%s%s%s%s"
#define ORTL__PLACE_OF(op_type, name)                                                              \
    (op_type), (name)[0] ? " \"" : "", (name), (name)[0] ? "\"" : ""

/* ---- What all families use: reading a node in prepare ---------------------------------------- */

/* ORTL_BAD_MODEL unless the node has between the given numbers of inputs and outputs, and all
 * inputs below min_inputs and outputs below min_outputs are there. */
ortl_status ortl__operator_arity(const ortl__loading *loading, uint32_t min_inputs,
                                 uint32_t max_inputs, uint32_t min_outputs, uint32_t max_outputs,
                                 ortl_error *error);

/* ORTL_UNSUPPORTED when the node has an attribute that is not among names, which are separated by
 * single blanks: what is not understood is not ignored. */
ortl_status ortl__operator_attributes(const ortl__loading *loading, const char *names,
                                      ortl_error *error);

/* Attributes with their default when absent; ORTL_BAD_MODEL when of another kind. */
ortl_status ortl__operator_int(const ortl__loading *loading, const char *name, int64_t fallback,
                               int64_t *value_out, ortl_error *error);
ortl_status ortl__operator_float(const ortl__loading *loading, const char *name, float fallback,
                                 float *value_out, ortl_error *error);
ortl_status ortl__operator_string(const ortl__loading *loading, const char *name,
                                  const char *fallback, const char **value_out, ortl_error *error);
/* The attribute when it is there with this kind, NULL when absent, an error when of another kind.
 */
ortl_status ortl__operator_list(const ortl__loading *loading, const char *name,
                                ortl__attribute_kind kind, const ortl__attribute **attribute_out,
                                ortl_error *error);

/* The elements of an attribute, of the type that its kind, or its tensor, says. */
const void *ortl__operator_elements(const ortl__attribute *attribute);

/* Output number i of the node, or of the step; NULL when it is left out. */
static inline ortl__value *ortl__loading_output(const ortl__loading *loading, uint32_t i) {
    return i < loading->node->n_outputs ? loading->outputs[i] : NULL;
}
static inline ortl__tensor *ortl__call_output(const ortl__call *call, uint32_t i) {
    return i < call->step->node->n_outputs ? call->outputs[i] : NULL;
}

/* The index of text among n names, ORTL_BAD_MODEL naming the attribute and the choices otherwise.
 */
ortl_status ortl__operator_choice(const ortl__loading *loading, const char *attribute,
                                  const char *text, const char *const *names, size_t n_names,
                                  size_t *index_out, ortl_error *error);

/* ORTL_UNSUPPORTED unless the type of input number index is one of types (ended by ORTL_UNDEFINED).
 */
ortl_status ortl__operator_types(const ortl__loading *loading, uint32_t index,
                                 const ortl_type *types, ortl_error *error);

/* ORTL_BAD_MODEL unless inputs first .. end - 1 are there and have one type. */
ortl_status ortl__operator_same_types(const ortl__loading *loading, uint32_t first, uint32_t end,
                                      ortl_error *error);

/* The name of an element type by ONNX's number, also of those that are not supported; never NULL.
 */
const char *ortl__operator_onnx_type(int64_t number);

/* The number of the element type with that name in any case of letters, 0 when there is none. */
int64_t ortl__operator_onnx_type_number(const char *name);

/* Zeroed parameters in the arena, also stored in step->parameters. */
ortl_status ortl__operator_parameters(ortl__loading *loading, ortl__step *step, size_t n_bytes,
                                      void *parameters_out, ortl_error *error);

/* An axis attribute in -rank .. rank-1 made nonnegative; ORTL_BAD_INPUT otherwise. */
ortl_status ortl__operator_axis(int64_t axis, uint32_t rank, uint32_t *axis_out, ortl_error *error);

/* ---- What is known of shapes at load --------------------------------------------------------- */

/* 1 with the rank and extents (-1: any) of a value when they are known, be it a constant or not. */
int ortl__value_shape(const ortl__value *value, uint32_t *rank_out, const int64_t **shape_out);

/* Records the type, and the shape with -1 for what is not known; shape NULL: nothing is known. */
void ortl__value_set(ortl__value *value, ortl_type type, uint32_t rank, const int64_t *shape);

/* Records the type and whatever is known of the shape of like. */
void ortl__value_set_like(ortl__value *value, ortl_type type, const ortl__value *like);

/* Clears step->is_row_wise unless input 0 is known to have rows of its own, that is rank 2 or more:
 * for operators that take a tensor of rank 1 for one row. */
void ortl__step_needs_rows(const ortl__loading *loading, ortl__step *step);

/* Clears step->is_row_wise unless the axis (negative: from the end) of input 0 lies behind axis 0:
 * for operators that mix what lies along it. ORTL_BAD_INPUT when input 0 is known to have no such
 * axis. */
ortl_status ortl__step_works_along(const ortl__loading *loading, ortl__step *step, int64_t axis,
                                   ortl_error *error);

/* A shape function: output 0 has the type of output 0 as prepared and the shape of input 0. */
ortl_status ortl__shape_like_first(ortl__call *call, ortl_error *error);

#endif
