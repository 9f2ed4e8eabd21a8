/*
 * Builds the form with sets and walks it.
 */
#include "pack_sets.h"

#include <string.h>

#include "set_tests.h"

/* What the value of a feature becomes. */
typedef enum slot_kind { KEY_NAN_LOW, KEY_NAN_HIGH, PLACE, N_SLOT_KINDS } slot_kind;

typedef struct slot {
    uint32_t feature;
    uint8_t kind;
    uint32_t key_begin, n_keys; /* of a place */
} slot;

typedef struct set_node {
    int32_t limit;
    uint32_t slot;
    uint32_t set;  /* word in bits */
    uint32_t mask; /* of the slot: 0 for comparisons and leaves */
    uint32_t low;  /* of a leaf: itself */
    uint32_t high; /* of a leaf: its number */
} set_node;

typedef struct set_pack {
    ortl__memory *memory;
    ortl__aggregate aggregate;
    uint32_t n_targets, n_trees, n_nodes, n_leaves, n_slots, n_weights;
    uint64_t n_words;       /* in bits */
    ortl__set_tests tests;  /* only keys are left after packing */
    set_node *nodes;        /* (n_nodes) */
    uint32_t *roots;        /* (n_trees) */
    uint64_t *bits;         /* (n_words) */
    slot *slots;            /* (n_slots) */
    uint32_t *weight_begin; /* (n_leaves + 1) */
    uint32_t *target;       /* (n_weights) */
    float *weight;          /* (n_weights) */
} set_pack;

/* Walks that overlap: more wait longer for the deepest leaf among theirs. */
enum { WALKS = 8, BLOCK_ROWS = 64 };

/* ---- Building -------------------------------------------------------------------------------- */

/* X(array, count): the arrays of a pack. */
#define ARRAY_MAP(X)                                                                               \
    X(nodes, n_nodes)                                                                              \
    X(roots, n_trees)                                                                              \
    X(bits, n_words)                                                                               \
    X(slots, n_slots)                                                                              \
    X(weight_begin, n_leaves + (uint64_t)1)                                                        \
    X(target, n_weights)                                                                           \
    X(weight, n_weights)

static int can_hold(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    (void)kernel;
    return survey->sets.memory != NULL && survey->sets.n_given < INT32_MAX - 1 &&
           ortl__set_tests_are_small(&survey->sets);
}

/* A tree takes a step for each level of its leaves, which is no more than a guess here. Where the
 * trees were not counted nothing else can hold the forest. */
static double cost(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t n_rows) {
    uint64_t leaves_of_tree = survey->n_leaves / survey->forest->n_trees;
    double steps = 1;
    (void)kernel;
    (void)n_rows;
    for (; leaves_of_tree > 0; leaves_of_tree /= 2) steps++;
    return survey->forest->n_trees * (5 + 5 * steps);
}

static void pack_free(void *state) {
    set_pack *pack = state;
    ortl__memory *memory = pack->memory;
#define FREE_ARRAY(array, count)                                                                   \
    ortl__memory_free(memory, pack->array, pack->count, sizeof *pack->array);
    ARRAY_MAP(FREE_ARRAY)
#undef FREE_ARRAY
    ortl__set_tests_free(&pack->tests);
    ortl__memory_free(memory, pack, 1, sizeof *pack);
}

static slot_kind kind_of(const ortl__forest *forest, uint32_t row) {
    ortl__cut cut;
    if (!ortl__cut_of(forest, row, &cut)) return PLACE;
    return cut.nan_is_low ? KEY_NAN_LOW : KEY_NAN_HIGH;
}

/* Numbers what is kept: node_of (n_nodes of the forest), slot_of (n_columns, N_SLOT_KINDS), where
 * those that no test reads keep the number UINT32_MAX. */
static void number(set_pack *pack, const ortl__forest *forest, uint32_t *node_of,
                   uint32_t *slot_of) {
    memset(slot_of, 0xFF, (size_t)forest->n_columns * N_SLOT_KINDS * sizeof *slot_of);
    pack->n_slots = 1; /* slot 0 is read by leaves, and serves nobody */
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (pack->tests.is_joined[row]) continue;
        node_of[row] = pack->n_nodes++;
        if (forest->test[row] == ORTL__MODE_LEAF) {
            pack->n_leaves++;
            pack->n_weights += forest->n_targets == 1 ? 1 : forest->false_child[row];
            continue;
        }
        uint32_t *number =
            &slot_of[(size_t)forest->feature[row] * N_SLOT_KINDS + kind_of(forest, row)];
        if (*number == UINT32_MAX) *number = pack->n_slots++;
    }
}

static void pack_slots(set_pack *pack, const ortl__forest *forest, const uint32_t *slot_of) {
    for (uint32_t feature = 0; feature < forest->n_columns; feature++) {
        for (uint8_t kind = 0; kind < N_SLOT_KINDS; kind++) {
            uint32_t at = slot_of[(size_t)feature * N_SLOT_KINDS + kind];
            uint32_t begin = pack->tests.begin[feature];
            if (at != UINT32_MAX)
                pack->slots[at] =
                    (slot){feature, kind, begin, pack->tests.begin[feature + 1] - begin};
        }
    }
}

/* Copies what a leaf adds behind what those before it add. */
static void pack_leaf(set_pack *pack, const ortl__forest *forest, uint32_t row, uint32_t leaf) {
    uint32_t at = pack->weight_begin[leaf], n = 1;
    if (forest->n_targets == 1) {
        pack->weight[at] = ((const float *)forest->value)[row];
        pack->target[at] = 0;
    } else {
        n = forest->false_child[row];
        for (uint32_t i = 0; i < n; i++) {
            pack->weight[at + i] = ((const float *)forest->weight)[forest->true_child[row] + i];
            pack->target[at + i] = forest->weight_target[forest->true_child[row] + i];
        }
    }
    pack->weight_begin[leaf + 1] = at + n;
}

static void pack_nodes(set_pack *pack, const ortl__forest *forest, const uint32_t *node_of,
                       const uint32_t *slot_of) {
    uint32_t n_leaves = 0, n_words = 1;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        set_node *node = &pack->nodes[node_of[row]];
        ortl__set_test test;
        ortl__cut cut;
        if (pack->tests.is_joined[row]) continue;
        if (forest->test[row] == ORTL__MODE_LEAF) {
            *node = (set_node){.limit = INT32_MAX, .low = node_of[row], .high = n_leaves};
            pack_leaf(pack, forest, row, n_leaves++);
            continue;
        }
        uint32_t feature = forest->feature[row];
        node->slot = slot_of[(size_t)feature * N_SLOT_KINDS + kind_of(forest, row)];
        if (ortl__cut_of(forest, row, &cut)) {
            node->limit = (int32_t)cut.limit;
            node->low = node_of[ortl__cut_low(forest, row, &cut)];
            node->high = node_of[ortl__cut_high(forest, row, &cut)];
        } else if (ortl__set_test_of(forest, row, &test)) {
            *node = (set_node){INT32_MIN, node->slot, n_words, UINT32_MAX, node_of[test.inner], 0};
            node->high =
                node_of[ortl__set_tests_fill(&pack->tests, forest, row, pack->bits + n_words)];
            n_words += ortl__set_words(&pack->tests, feature);
        }
    }
}

static ortl_status pack_forest(set_pack *pack, const ortl__forest *forest, uint32_t *node_of,
                               uint32_t *slot_of, ortl_error *error) {
    ortl_status status = ORTL_OK;
    number(pack, forest, node_of, slot_of);
#define NEW_ARRAY(array, count)                                                                    \
    if (status == ORTL_OK)                                                                         \
        status = ortl__memory_new_zero(pack->memory, pack->count, sizeof *pack->array,             \
                                       &pack->array, error);
    ARRAY_MAP(NEW_ARRAY)
#undef NEW_ARRAY
    if (status != ORTL_OK) return status;
    pack_slots(pack, forest, slot_of);
    pack_nodes(pack, forest, node_of, slot_of);
    for (uint32_t tree = 0; tree < pack->n_trees; tree++)
        pack->roots[tree] = node_of[forest->roots[tree]];
    return ORTL_OK;
}

static ortl_status build(ortl__survey *survey, const ortl__forest *forest, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error) {
    ortl__memory *memory = forest->memory;
    uint64_t n_slots = (uint64_t)forest->n_columns * N_SLOT_KINDS;
    uint32_t *node_of = NULL, *slot_of = NULL;
    set_pack *pack = NULL;
    (void)cpu;
    (void)kernel;
    ortl_status status = ortl__memory_new_zero(memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = memory;
    pack->aggregate = forest->aggregate;
    pack->n_targets = forest->n_targets;
    pack->n_trees = forest->n_trees;
    pack->tests = survey->sets;
    pack->n_words = survey->sets.n_words + 1;
    survey->sets = (ortl__set_tests){0};
    status = ortl__memory_new_zero(memory, forest->n_nodes, sizeof *node_of, &node_of, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(memory, n_slots, sizeof *slot_of, &slot_of, error);
    if (status == ORTL_OK) status = pack_forest(pack, forest, node_of, slot_of, error);
    ortl__memory_free(memory, node_of, forest->n_nodes, sizeof *node_of);
    ortl__memory_free(memory, slot_of, n_slots, sizeof *slot_of);
    if (status == ORTL_OK)
        *state_out = pack;
    else
        pack_free(pack);
    return status;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* What a row answers: values (n_slots). */
static void fill_slots(const set_pack *pack, const float *row, ptrdiff_t column_stride,
                       int32_t *values) {
    values[0] = 0;
    for (uint32_t i = 1; i < pack->n_slots; i++) {
        const slot *s = &pack->slots[i];
        uint32_t bits;
        memcpy(&bits, row + (ptrdiff_t)s->feature * column_stride, sizeof bits);
        int is_nan = ortl__is_nan32(bits);
        int32_t key = ortl__key32(bits);
        if (s->kind == PLACE)
            values[i] = (int32_t)(is_nan ? s->n_keys + 1
                                         : ortl__set_place(pack->tests.keys + s->key_begin,
                                                           s->n_keys, key));
        else if (is_nan)
            values[i] = s->kind == KEY_NAN_LOW ? ORTL__KEY32_LOW : ORTL__KEY32_HIGH;
        else
            values[i] = key;
    }
}

/* Moves n walks (1 to WALKS) to their leaves. Values of walk i begin at values + i * stride. */
static void walk(const set_pack *pack, const int32_t *values, size_t stride, size_t n,
                 uint32_t at[WALKS]) {
    const set_node *nodes = pack->nodes;
    const uint64_t *bits = pack->bits;
    for (uint32_t moved = 1; moved != 0;) {
        moved = 0;
        for (size_t i = 0; i < n; i++) {
            const set_node *node = &nodes[at[i]];
            int32_t value = values[i * stride + node->slot];
            uint32_t bit = (uint32_t)value & node->mask;
            uint32_t is_low = (uint32_t)(value <= node->limit) |
                              (uint32_t)(bits[node->set + bit / 64] >> bit % 64 & 1);
            /* No branch, which could not be foretold. */
            uint32_t next = node->high ^ ((node->low ^ node->high) & (0 - is_low));
            moved |= next ^ at[i];
            at[i] = next;
        }
    }
}

/* What a leaf gives to a row: sums, voted (n_targets). */
static inline void add_leaf(const set_pack *pack, uint32_t node, int is_first_tree, float *sums,
                            uint8_t *voted) {
    uint32_t leaf = pack->nodes[node].high;
    for (uint32_t i = pack->weight_begin[leaf]; i < pack->weight_begin[leaf + 1]; i++) {
        uint32_t target = pack->target[i];
        int is_first = voted != NULL ? !voted[target] : is_first_tree;
        sums[target] =
            ortl__votes_combine(pack->aggregate, sums[target], pack->weight[i], is_first);
        if (voted != NULL) voted[target] = 1;
    }
}

/* Few rows: each goes down several trees at once. */
static void run_row(const set_pack *pack, const int32_t *values, float *sums, uint8_t *voted) {
    uint32_t at[WALKS];
    for (uint32_t tree = 0; tree < pack->n_trees; tree += WALKS) {
        uint32_t left = pack->n_trees - tree, n = left < WALKS ? left : WALKS;
        memcpy(at, pack->roots + tree, n * sizeof *at);
        walk(pack, values, 0, n, at);
        for (uint32_t i = 0; i < n; i++) add_leaf(pack, at[i], tree + i == 0, sums, voted);
    }
}

/* Many: several of them go down each tree at once. */
static void run_rows(const set_pack *pack, const int32_t *values, size_t n_rows, float *sums,
                     uint8_t *voted) {
    uint32_t at[WALKS];
    size_t n_targets = pack->n_targets;
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        for (size_t first = 0; first < n_rows; first += WALKS) {
            size_t left = n_rows - first, n = left < WALKS ? left : WALKS;
            for (size_t i = 0; i < n; i++) at[i] = pack->roots[tree];
            walk(pack, values + first * pack->n_slots, pack->n_slots, n, at);
            for (size_t i = 0; i < n; i++)
                add_leaf(pack, at[i], tree == 0, sums + (first + i) * n_targets,
                         voted == NULL ? NULL : voted + (first + i) * n_targets);
        }
    }
}

static void run(const void *state, const ortl__rows *rows, void *sums, uint8_t *voted,
                void *scratch) {
    const set_pack *pack = state;
    size_t n_targets = pack->n_targets, n_cells = rows->n_rows * n_targets;
    int32_t *values = scratch;
    memset(sums, 0, n_cells * sizeof(float));
    if (voted != NULL) memset(voted, 0, n_cells);
    if (n_targets == 1) voted = NULL;
    for (size_t first = 0; first < rows->n_rows; first += BLOCK_ROWS) {
        size_t left = rows->n_rows - first, n = left < BLOCK_ROWS ? left : BLOCK_ROWS;
        const float *data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
        float *block_sums = (float *)sums + first * n_targets;
        uint8_t *block_voted = voted == NULL ? NULL : voted + first * n_targets;
        for (size_t i = 0; i < n; i++)
            fill_slots(pack, data + (ptrdiff_t)i * rows->row_stride, rows->column_stride,
                       values + i * pack->n_slots);
        if (n >= WALKS) {
            run_rows(pack, values, n, block_sums, block_voted);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            run_row(pack, values + i * pack->n_slots, block_sums + i * n_targets,
                    block_voted == NULL ? NULL : block_voted + i * n_targets);
    }
}

static uint64_t scratch_bytes(const void *state, size_t n_rows) {
    const set_pack *pack = state;
    return (n_rows < BLOCK_ROWS ? n_rows : BLOCK_ROWS) * (uint64_t)pack->n_slots * sizeof(int32_t);
}

const ortl__form ortl__form_sets = {can_hold, cost, build, run, scratch_bytes, pack_free};
