/*
 * The index of nodes: cuts the rows into trees, looks how the ids of each tree lie, and makes the
 * smallest table that finds them again. Time is linear, but n log n for trees with sparse ids.
 */
#include "node_index.h"

#include <inttypes.h>
#include <string.h>

#include "../sort.h"
#include "../status.h"

ORTL__SORT_DEFINE(sort_keys, uint64_t, ORTL__IS_LESS)

/* What only building needs. */
typedef struct building {
    ortl__node_index *index;
    const ortl__ensemble_columns *columns;
    uint64_t limit_trees;
    ortl_error *error;
} building;

static uint64_t make_key(uint32_t id, uint32_t number) {
    return (uint64_t)id << 32 | number;
}

static uint32_t key_id(uint64_t key) {
    return (uint32_t)(key >> 32);
}

static const char *attribute_of(const building *work, ortl__column_name name) {
    return ortl__column_attribute(work->columns->kind, name);
}

/* ---- Rows into trees ------------------------------------------------------------------------- */

/* count more rows of the tree called id, behind the rows so far. */
static ortl_status add_rows(building *work, uint32_t id, uint32_t count) {
    ortl__node_index *index = work->index;
    ortl__tree_span *last = index->n_trees > 0 ? &index->trees[index->n_trees - 1] : NULL;
    uint32_t begin = last != NULL ? last->end : 0;
    if (last != NULL && last->id == id) {
        last->end += count;
        return ORTL_OK;
    }
    if (id == ORTL__ID_NONE)
        return ortl__fail(work->error, ORTL_BAD_MODEL,
                          "%s: row %" PRIu32 " has a tree id outside 0 .. 2^32-2",
                          attribute_of(work, ORTL__COLUMN_NODE_TREES), begin);
    if (index->n_trees >= work->limit_trees)
        return ortl__fail_limit(work->error, "trees", work->limit_trees, index->n_trees + 1);
    ortl_status status = ortl__memory_grow(index->memory, &index->trees, &index->capacity,
                                           index->n_trees + 1, sizeof *index->trees, work->error);
    if (status != ORTL_OK) return status;
    index->trees[index->n_trees++] =
        (ortl__tree_span){id, begin, begin + count, 0, ORTL__IDS_COUNT_UP};
    return ORTL_OK;
}

static ortl_status cut_into_trees(building *work) {
    const ortl__column *column = &work->columns->columns[ORTL__COLUMN_NODE_TREES];
    const ortl__id_run *runs = column->data;
    ortl_status status = ORTL_OK;
    for (uint64_t i = 0; i < column->n_stored && status == ORTL_OK; i++) {
        /* Ids that repeat make one tree, ids that count up one tree each. */
        uint32_t n_trees = runs[i].step == 0 ? 1 : runs[i].count;
        uint32_t n_rows = runs[i].step == 0 ? runs[i].count : 1;
        for (uint32_t k = 0; k < n_trees && status == ORTL_OK; k++)
            status = add_rows(work, runs[i].first + k, n_rows);
    }
    return status;
}

/* Makes trees_by_id and refuses a tree id that comes back after another. */
static ortl_status order_trees(building *work) {
    ortl__node_index *index = work->index;
    ortl_status status = ortl__memory_new(index->memory, index->n_trees, sizeof(uint64_t),
                                          &index->trees_by_id, work->error);
    if (status != ORTL_OK) return status;
    uint64_t *keys = index->trees_by_id;
    int ascend = 1;
    for (uint64_t i = 0; i < index->n_trees; i++) {
        keys[i] = make_key(index->trees[i].id, (uint32_t)i);
        if (i > 0 && keys[i - 1] > keys[i]) ascend = 0;
    }
    if (!ascend) sort_keys(keys, (size_t)index->n_trees);
    for (uint64_t i = 1; i < index->n_trees; i++)
        if (key_id(keys[i - 1]) == key_id(keys[i]))
            return ortl__fail(
                work->error, ORTL_BAD_MODEL,
                "%s: the rows of tree %" PRIu32 " are not contiguous: they begin in row %" PRIu32
                " and again in row %" PRIu32,
                attribute_of(work, ORTL__COLUMN_NODE_TREES), key_id(keys[i]),
                index->trees[(uint32_t)keys[i - 1]].begin, index->trees[(uint32_t)keys[i]].begin);
    return ORTL_OK;
}

/* ---- The ids of one tree --------------------------------------------------------------------- */

/* Sets first_id and order of a tree. The cursor stands at its first row and is moved past it. */
static ortl_status classify_ids(building *work, ortl__tree_span *tree, ortl__id_cursor *ids) {
    uint32_t smallest = UINT32_MAX, greatest = 0, n_rows = tree->end - tree->begin, first = 0;
    int counts_up = 1;
    for (uint32_t k = 0; k < n_rows; k++) {
        uint32_t id = ortl__id_cursor_next(ids);
        if (id == ORTL__ID_NONE)
            return ortl__fail(work->error, ORTL_BAD_MODEL,
                              "%s: row %" PRIu32 " has a node id outside 0 .. 2^32-2",
                              attribute_of(work, ORTL__COLUMN_NODE_IDS), tree->begin + k);
        if (k == 0) first = id;
        if (id - first != k) counts_up = 0;
        if (id < smallest) smallest = id;
        if (id > greatest) greatest = id;
    }
    tree->first_id = smallest;
    if (counts_up && first == smallest)
        tree->order = ORTL__IDS_COUNT_UP;
    else
        tree->order = greatest - smallest < n_rows ? ORTL__IDS_PERMUTED : ORTL__IDS_SPARSE;
    return ORTL_OK;
}

static ortl_status fail_duplicate(const building *work, const ortl__tree_span *tree, uint32_t id) {
    return ortl__fail(work->error, ORTL_BAD_MODEL,
                      "%s: tree %" PRIu32 " has two rows for node %" PRIu32,
                      attribute_of(work, ORTL__COLUMN_NODE_IDS), tree->id, id);
}

/* Fills the tree's part of rows. The cursor stands at its first row. */
static ortl_status index_permuted(building *work, const ortl__tree_span *tree,
                                  ortl__id_cursor ids) {
    ortl__node_index *index = work->index;
    if (index->rows == NULL) {
        ortl_status status = ortl__memory_new(index->memory, index->n_rows, sizeof(uint32_t),
                                              &index->rows, work->error);
        if (status != ORTL_OK) return status;
    }
    uint32_t *rows = index->rows + tree->begin;
    memset(rows, 0xFF, (tree->end - tree->begin) * sizeof *rows); /* ORTL__NO_ROW */
    for (uint32_t row = tree->begin; row < tree->end; row++) {
        uint32_t id = ortl__id_cursor_next(&ids);
        if (rows[id - tree->first_id] != ORTL__NO_ROW) return fail_duplicate(work, tree, id);
        rows[id - tree->first_id] = row;
    }
    return ORTL_OK;
}

/* Fills the tree's part of keys. The cursor stands at its first row. */
static ortl_status index_sparse(building *work, const ortl__tree_span *tree, ortl__id_cursor ids) {
    ortl__node_index *index = work->index;
    if (index->keys == NULL) {
        ortl_status status = ortl__memory_new(index->memory, index->n_rows, sizeof(uint64_t),
                                              &index->keys, work->error);
        if (status != ORTL_OK) return status;
    }
    uint64_t *keys = index->keys;
    for (uint32_t row = tree->begin; row < tree->end; row++)
        keys[row] = make_key(ortl__id_cursor_next(&ids), row);
    sort_keys(keys + tree->begin, tree->end - tree->begin);
    for (uint32_t row = tree->begin + 1; row < tree->end; row++)
        if (key_id(keys[row - 1]) == key_id(keys[row]))
            return fail_duplicate(work, tree, key_id(keys[row]));
    return ORTL_OK;
}

static ortl_status index_ids(building *work) {
    ortl__node_index *index = work->index;
    ortl__id_cursor ids;
    ortl__id_cursor_init(&ids, &work->columns->columns[ORTL__COLUMN_NODE_IDS]);
    ortl_status status = ORTL_OK;
    for (uint64_t i = 0; i < index->n_trees && status == ORTL_OK; i++) {
        ortl__tree_span *tree = &index->trees[i];
        ortl__id_cursor start = ids;
        status = classify_ids(work, tree, &ids);
        if (status != ORTL_OK || tree->order == ORTL__IDS_COUNT_UP) continue;
        status = tree->order == ORTL__IDS_PERMUTED ? index_permuted(work, tree, start)
                                                   : index_sparse(work, tree, start);
    }
    return status;
}

ortl_status ortl__node_index_build(ortl__node_index *index, const ortl__ensemble_columns *columns,
                                   uint64_t limit_trees, ortl_error *error) {
    building work = {index, columns, limit_trees, error};
    memset(index, 0, sizeof *index);
    index->memory = columns->memory;
    index->n_rows = columns->columns[ORTL__COLUMN_NODE_TREES].count;
    ortl_status status = cut_into_trees(&work);
    if (status == ORTL_OK) status = order_trees(&work);
    if (status == ORTL_OK) status = index_ids(&work);
    if (status != ORTL_OK) ortl__node_index_free(index);
    return status;
}

void ortl__node_index_free(ortl__node_index *index) {
    ortl__memory_free(index->memory, index->trees, index->capacity, sizeof *index->trees);
    ortl__memory_free(index->memory, index->trees_by_id, index->n_trees, sizeof(uint64_t));
    ortl__memory_free(index->memory, index->rows, index->n_rows, sizeof(uint32_t));
    ortl__memory_free(index->memory, index->keys, index->n_rows, sizeof(uint64_t));
    memset(index, 0, sizeof *index);
}

/* ---- Finding --------------------------------------------------------------------------------- */

/* The first of the ascending keys whose id is at least id, or n. */
static uint64_t lower_bound(const uint64_t *keys, uint64_t n, uint32_t id) {
    uint64_t low = 0;
    while (n > 0) {
        uint64_t half = n / 2;
        if (key_id(keys[low + half]) < id) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

uint32_t ortl__node_index_row(const ortl__node_index *index, const ortl__tree_span *tree,
                              uint32_t id) {
    uint32_t n_rows = tree->end - tree->begin;
    if (tree->order == ORTL__IDS_SPARSE) {
        const uint64_t *keys = index->keys + tree->begin;
        uint64_t at = lower_bound(keys, n_rows, id);
        return at < n_rows && key_id(keys[at]) == id ? (uint32_t)keys[at] : ORTL__NO_ROW;
    }
    if (id < tree->first_id || id - tree->first_id >= n_rows) return ORTL__NO_ROW;
    uint32_t slot = tree->begin + (id - tree->first_id);
    return tree->order == ORTL__IDS_COUNT_UP ? slot : index->rows[slot];
}

const ortl__tree_span *ortl__node_index_tree(const ortl__node_index *index, uint32_t id,
                                             const ortl__tree_span *guess) {
    if (guess != NULL && guess->id == id) return guess;
    if (guess != NULL && guess + 1 < index->trees + index->n_trees && guess[1].id == id)
        return guess + 1;
    uint64_t at = lower_bound(index->trees_by_id, index->n_trees, id);
    if (at >= index->n_trees || key_id(index->trees_by_id[at]) != id) return NULL;
    return &index->trees[(uint32_t)index->trees_by_id[at]];
}

uint32_t ortl__node_index_id(const ortl__ensemble_columns *columns, uint32_t row) {
    ortl__id_cursor ids;
    ortl__id_cursor_init(&ids, &columns->columns[ORTL__COLUMN_NODE_IDS]);
    for (uint32_t i = 0; i < row; i++) ortl__id_cursor_next(&ids);
    return ortl__id_cursor_next(&ids);
}
