/*
 * Single rows through trees whose tests are rank codes (quantise.h). Vector kernels find the codes
 * of many tests at once by permutations of bytes, in the first two layouts, and AVX-512 VBMI in the
 * last as well. Three layouts:
 *
 *   oblivious trees   groups of 8 trees; a group: 64 columns, 64 limits. The bits that say which
 *                     codes are above their limits are the numbers of the leaves.
 *   up to 32 leaves   groups of 16 trees; for 4 tests of each a record: 64 columns, 64 limits, and
 *                     for each test the leaves on its low side, which a row that goes high cannot
 *                     reach. The first leaf that is left is the row's.
 *   others            a word for each node, 8 to 64 trees are walked at a time:
 *                     a test: column u8 | bound u8       | nodes that the high side skips i16
 *                     a leaf: the last  | number of leaf | -1
 */
#ifndef ORTL_PACK_ROW_H
#define ORTL_PACK_ROW_H

#include "quantise.h"
#include "survey.h"

typedef enum ortl__row_layout {
    ORTL__ROW_NONE, /* single rows go as many do */
    ORTL__ROW_LEVELS,
    ORTL__ROW_LEAVES,
    ORTL__ROW_STEPS,
    ORTL__ROW_LAYOUTS
} ortl__row_layout;

enum {
    ORTL__ROW_GROUP = 4,     /* rows that take turns */
    ORTL__ROW_TREES = 64,    /* that go together, at most where they take steps */
    ORTL__ROW_COLUMNS = 128, /* most columns of codes, the last one of steps included */
    ORTL__ROW_LEVEL_TREES = 8,
    ORTL__ROW_LEAF_TREES = 16,
    ORTL__ROW_LEAF_TESTS = 4,
    ORTL__ROW_MOST_LEAVES = 32
};

/* Level l of a tree of depth d is at [tree][d - 1 - l]. */
typedef struct ortl__row_level_group {
    uint8_t column[ORTL__ROW_LEVEL_TREES][8];
    uint8_t limit[ORTL__ROW_LEVEL_TREES][8]; /* codes above it go high; 255: there is no test */
} ortl__row_level_group;

typedef struct ortl__row_leaf_record {
    uint8_t column[ORTL__ROW_LEAF_TESTS][ORTL__ROW_LEAF_TREES];
    uint8_t limit[ORTL__ROW_LEAF_TESTS][ORTL__ROW_LEAF_TREES];
    uint32_t low_leaves[ORTL__ROW_LEAF_TESTS][ORTL__ROW_LEAF_TREES]; /* bit i: leaf i */
} ortl__row_leaf_record;

/* The limits of a rank table in order, in 16 segments of 16, and the last of each segment before.
 * Places without a limit hold the greatest key. */
typedef struct ortl__row_limits {
    int32_t last[16];
    int32_t limits[16][16];
} ortl__row_limits;

typedef struct ortl__row_trees ortl__row_trees;

/* How a row goes with some instruction set. codes: (ORTL__ROW_COLUMNS) without bias; leaves out:
 * numbers of leaves, with room for a whole last group. A layout without its function is not used.
 */
typedef struct ortl__row_kernel {
    /* How many of the limits of each table are below its key. */
    void (*rank)(const ortl__row_limits *tables, const int32_t *keys, uint32_t n_tables,
                 uint8_t *ranks);
    /* The codes of a row whose values lie side by side, or NULL. */
    void (*code)(const ortl__row_trees *row, const float *data, uint8_t *codes);
    void (*walk_levels)(const ortl__row_level_group *groups, uint32_t n_groups,
                        const uint8_t *codes, uint32_t n_columns, uint8_t *leaves);
    /* One group of n_records. */
    void (*walk_leaves)(const ortl__row_leaf_record *records, uint32_t n_records,
                        const uint8_t *codes, uint32_t n_columns, uint8_t *leaves);
    /* n_trees trees, at most ORTL__ROW_TREES, that begin at these steps. */
    void (*walk_steps)(const uint32_t *steps, const uint32_t *begin, uint32_t n_trees,
                       const uint8_t *codes, uint8_t *leaves);
    double code_cost;               /* nanoseconds for a value that is coded */
    double cost[ORTL__ROW_LAYOUTS]; /* nanoseconds for a tree, a test of the largest tree, a step */
} ortl__row_kernel;

extern const ortl__row_kernel ortl__row_kernel_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ortl__row_kernel ortl__row_kernel_avx2, ortl__row_kernel_vbmi;
#endif
#if defined(__aarch64__)
extern const ortl__row_kernel ortl__row_kernel_neon;
#endif

struct ortl__row_trees {
    ortl__memory *memory;
    const ortl__row_kernel *kernel;
    ortl__row_layout layout;
    uint32_t n_trees;
    uint64_t n_bytes;
    uint32_t n_groups;
    uint32_t n_tables;
    uint32_t n_columns;                   /* of codes */
    uint32_t features[ORTL__ROW_COLUMNS]; /* (n_tables) whose values the tables rank */
    /* (n_columns + 1) whose ranks are the codes. The last column is 255, as table n_tables is. */
    uint8_t table_of[ORTL__ROW_COLUMNS];
    uint8_t nan_codes[ORTL__ROW_COLUMNS]; /* (n_columns + 1) */
    void *block;                          /* (n_bytes) whose part at 64 bytes are the trees */
    void *trees;                          /* level groups, leaf records or steps */
    uint32_t *step_begin;                 /* (n_trees + 1) steps of a tree; else NULL */
    uint32_t *record_begin;               /* (n_groups + 1) leaf records of a group; else NULL */
    ortl__row_limits *limits;             /* (n_tables) */
};

/* walk_steps in plain C. */
void ortl__row_walk_steps(const uint32_t *steps, const uint32_t *begin, uint32_t n_trees,
                          const uint8_t *codes, uint8_t *leaves);

/* The layout that a kernel (NULL is allowed) has for a forest. */
ortl__row_layout ortl__row_layout_for(const ortl__survey *survey, const ortl__row_kernel *kernel);

/* Nanoseconds for a row, by rule of thumb, in a layout but NONE. */
double ortl__row_cost(const ortl__survey *survey, const ortl__row_kernel *kernel, size_t n_rows);

/* Makes room. The trees are then added, each with the test of every listed node. */
ortl_status ortl__row_reserve(ortl__row_trees *row, const ortl__survey *survey,
                              const ortl__quantiser *quantiser, const ortl__row_kernel *kernel,
                              ortl_error *error);
void ortl__row_add_tree(ortl__row_trees *row, const ortl__quantiser *quantiser,
                        const ortl__preorder *preorder, uint32_t tree);
void ortl__row_free(ortl__row_trees *row);

/* Few rows through all trees, whose votes are of shape ONE: sums (n_rows, n_targets). */
void ortl__row_run(const ortl__row_trees *row, const ortl__votes *votes, const uint32_t *leaf_begin,
                   const float *values, const ortl__rows *rows, float *sums);

#endif
