/*
 * The node form: forests of any size, floats and doubles, for few rows and for many. Eight bytes a
 * test or leaf (sixteen for doubles). The children of a test lie side by side. Below a test comes
 * its larger side, then the other one: most rows go on to what lies next to them.
 *
 *     nodes | none | tree 0 | none | tree 1 | ...        a test: limit | leap | column
 *
 *     place        root    root + 1, + 2    + 3, + 4      ...
 *     tree         root    low, high        the larger's  ...
 *
 * A row is first turned into keys (cut.h), a column for each feature and side that NaN takes. From
 * a test, a row goes to the place that is leap further where key <= limit, else to the one behind
 * that. A leaf has leap 0 and column 0, where all rows have the lowest key, so that a walk that has
 * arrived stays, and its steps need not be counted. The limit of a leaf is the bits of its value,
 * or the number of its values.
 *
 * Many walks are under way at a time, of many rows down one tree, of one row down many trees, or of
 * some rows down some trees, so that the processor overlaps their memory accesses.
 */
#ifndef ORTL_PACK_NODES_H
#define ORTL_PACK_NODES_H

#include "pack_form.h"

/* A test or a leaf. link: leap above column. */
typedef struct ortl__node32 {
    uint32_t limit;
    uint32_t link;
} ortl__node32;

typedef struct ortl__node64 {
    uint64_t limit;
    uint64_t link;
} ortl__node64;

/* Rows of a part, and parts that go down some trees one after the other. */
enum { ORTL__NODE_ROW_BITS = 7, ORTL__NODE_ROWS = 1 << ORTL__NODE_ROW_BITS, ORTL__NODE_PARTS = 4 };

/* Walks of some rows down some trees; walk number t << row_bits | i is that of row i down tree t.
 * n_trees << row_bits is at most most_walks of the loops. */
typedef struct ortl__node_walks {
    const void *nodes;     /* of all trees */
    const uint32_t *roots; /* (n_trees) in nodes */
    const void *keys;      /* of the rows, as make_keys left them */
    uint32_t n_trees;
    uint32_t n_rows;     /* 1 to 1 << row_bits */
    uint32_t key_stride; /* see ortl__node_pack */
    unsigned row_bits;
    unsigned column_bits;
    void *given; /* (n_trees << row_bits) out: limit of the leaf */
} ortl__node_walks;

typedef struct ortl__node_pack ortl__node_pack;

/* Makes the keys of at most 1 << row_bits rows. */
typedef void ortl__node_keys(const ortl__node_pack *pack, const ortl__rows *rows, unsigned row_bits,
                             void *keys);

/* The loops of a kernel, for nodes and rows of float or of double. */
typedef struct ortl__node_loops {
    ortl__node_keys *make_keys;
    void (*walk)(const ortl__node_walks *walks);
    double visit_cost;     /* nanoseconds */
    uint32_t most_walks;   /* of one call */
    uint32_t most_columns; /* 32 or more: keys of a row fill 32, 64, ... up to it; 0: no limit */
    const struct ortl__node_loops *with_more_columns;
} ortl__node_loops;

/* Keys of floats, (1 << row_bits, key_stride), and (n_columns, 1 << row_bits). */
ortl__node_keys ortl__node_keys_by_row, ortl__node_keys_by_column;

extern const ortl__node_loops ortl__node_loops_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__node_loops ortl__node_loops_avx2, ortl__node_loops_avx512,
    ortl__node_loops_avx512_lists;
#endif

struct ortl__node_pack {
    ortl__memory *memory;
    ortl__votes votes;
    const ortl__node_loops *loops;
    int is_double;
    uint32_t n_trees;
    uint32_t n_columns;  /* of keys */
    uint32_t key_stride; /* from the keys of a row to those of the next, n_columns or more */
    uint32_t column_bits;
    uint32_t n_nodes; /* tests, leaves and one for each "none" */
    uint64_t n_values;
    uint32_t *columns; /* (n_columns) ascending from the second on: feature << 1 | 1 where NaN has
                          the lowest key */
    uint32_t *roots;   /* (n_trees) in nodes */
    void *nodes;       /* (n_nodes) ortl__node32, or ortl__node64 when is_double */
    void *values;      /* (n_values) Real: by leaf and target, where leaves have one for each */
};

extern const ortl__form ortl__form_nodes;

#endif
