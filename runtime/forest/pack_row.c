/*
 * Lays trees out for single rows and runs rows through them; the loops are in row_plain.c, x86/ and
 * arm/.
 */
#include "pack_row.h"

#include <string.h>

enum { ALIGNMENT = 64, MOST_LEAVES = 2 * ORTL__ROW_GROUP * ORTL__ROW_TREES };

/* ---- Choice ---------------------------------------------------------------------------------- */

ortl__row_layout ortl__row_layout_for(const ortl__survey *survey, const ortl__row_kernel *kernel) {
    if (kernel == NULL || survey->votes.shape != ORTL__VOTES_ONE ||
        survey->quantiser.n_columns >= ORTL__ROW_COLUMNS || survey->n_leaves >= INT32_MAX / 2)
        return ORTL__ROW_NONE;
    if (survey->is_oblivious && kernel->walk_levels != NULL) return ORTL__ROW_LEVELS;
    if (survey->max_leaves <= ORTL__ROW_MOST_LEAVES && kernel->walk_leaves != NULL)
        return ORTL__ROW_LEAVES;
    return kernel->walk_steps != NULL ? ORTL__ROW_STEPS : ORTL__ROW_NONE;
}

/* Nanoseconds to begin with a row, and to add what a tree gives. */
#define ROW_COST      30.0
#define ROW_TREE_COST 1.1

double ortl__row_cost(const ortl__survey *survey, const ortl__row_kernel *kernel, size_t n_rows) {
    ortl__row_layout layout = ortl__row_layout_for(survey, kernel);
    double n_trees = survey->forest->n_trees, units = n_trees;
    if (layout == ORTL__ROW_LEAVES) units = n_trees * survey->max_leaves;
    if (layout == ORTL__ROW_STEPS) units = (double)survey->forest->steps_per_row;
    /* Rows of a group share the time that additions wait. */
    double sharing = n_rows < ORTL__ROW_GROUP ? (double)n_rows : ORTL__ROW_GROUP;
    double tree_cost = ROW_TREE_COST * (0.5 + 0.5 / sharing);
    return ROW_COST + kernel->code_cost * survey->quantiser.n_tables + tree_cost * n_trees +
           units * kernel->cost[layout];
}

/* ---- Building -------------------------------------------------------------------------------- */

static uint32_t groups_of(uint32_t n_trees, uint32_t group) {
    return (n_trees + group - 1) / group;
}

/* Bytes of the trees, all groups as large as the largest. */
static uint64_t tree_bytes(ortl__row_trees *row, const ortl__survey *survey) {
    uint64_t n_records = groups_of(survey->max_leaves, ORTL__ROW_LEAF_TESTS);
    switch (row->layout) {
    case ORTL__ROW_LEVELS:
        row->n_groups = groups_of(row->n_trees, ORTL__ROW_LEVEL_TREES);
        return row->n_groups * (uint64_t)sizeof(ortl__row_level_group);
    case ORTL__ROW_LEAVES:
        row->n_groups = groups_of(row->n_trees, ORTL__ROW_LEAF_TREES);
        return row->n_groups * n_records * sizeof(ortl__row_leaf_record);
    default: return (survey->n_tests + survey->n_leaves) * sizeof(uint32_t);
    }
}

/* Spreads the limits of a rank table, which are in level order, in order. */
static void sort_limits(const ortl__quantiser *q, const ortl__rank_table *table,
                        ortl__row_limits *limits) {
    const int32_t *keys = q->keys + table->begin;
    for (uint32_t i = 0; i < 256; i++) {
        int32_t *place = &limits->limits[i / 16][i % 16];
        *place = ORTL__KEY32_HIGH;
        if (i + 1 >= 1u << table->n_levels) continue;
        /* Limit i stands where the number i + 1 has as many zeros below as levels are below. */
        uint32_t n_below = 0;
        while (((i + 1) >> n_below & 1) == 0) n_below++;
        *place = keys[(1u << (table->n_levels - 1 - n_below)) + ((i + 1) >> (n_below + 1))];
    }
    for (uint32_t i = 0; i < 16; i++) limits->last[i] = limits->limits[i][15];
}

/* Where the codes of the columns come from. */
static void fill_columns(ortl__row_trees *row, const ortl__quantiser *q) {
    row->table_of[q->n_columns] = (uint8_t)q->n_tables;
    row->nan_codes[q->n_columns] = UINT8_MAX;
    for (uint32_t j = 0; j < q->n_tables; j++) {
        const ortl__rank_table *table = &q->tables[j];
        row->features[j] = table->feature;
        if (table->low_column != ORTL__NO_COLUMN) {
            row->table_of[table->low_column] = (uint8_t)j;
            row->nan_codes[table->low_column] = 0;
        }
        if (table->high_column != ORTL__NO_COLUMN) {
            row->table_of[table->high_column] = (uint8_t)j;
            row->nan_codes[table->high_column] = (uint8_t)table->n_limits;
        }
    }
}

/* All limits 255: no code is above. */
static void fill_with_no_tests(ortl__row_trees *row, uint32_t n_records) {
    if (row->layout == ORTL__ROW_LEVELS) {
        ortl__row_level_group *groups = row->trees;
        for (uint32_t i = 0; i < row->n_groups; i++)
            memset(groups[i].limit, UINT8_MAX, sizeof groups[i].limit);
    } else if (row->layout == ORTL__ROW_LEAVES) {
        ortl__row_leaf_record *records = row->trees;
        for (uint32_t i = 0; i < row->n_groups * n_records; i++)
            memset(records[i].limit, UINT8_MAX, sizeof records[i].limit);
        for (uint32_t i = 0; i <= row->n_groups; i++) row->record_begin[i] = i * n_records;
    }
}

ortl_status ortl__row_reserve(ortl__row_trees *row, const ortl__survey *survey,
                              const ortl__quantiser *quantiser, const ortl__row_kernel *kernel,
                              ortl_error *error) {
    ortl__memory *memory = survey->forest->memory;
    row->memory = memory;
    row->layout = ortl__row_layout_for(survey, kernel);
    row->kernel = kernel;
    row->n_trees = survey->forest->n_trees;
    row->n_tables = quantiser->n_tables;
    row->n_columns = quantiser->n_columns;
    row->n_bytes = tree_bytes(row, survey) + ALIGNMENT;
    ortl_status status = ortl__memory_new_zero(memory, row->n_bytes, 1, &row->block, error);
    if (status == ORTL_OK)
        status = ortl__memory_new(memory, row->n_tables, sizeof *row->limits, &row->limits, error);
    if (status == ORTL_OK && row->layout == ORTL__ROW_STEPS)
        status = ortl__memory_new_zero(memory, (uint64_t)row->n_trees + 1, sizeof *row->step_begin,
                                       &row->step_begin, error);
    if (status == ORTL_OK && row->layout == ORTL__ROW_LEAVES)
        status = ortl__memory_new(memory, (uint64_t)row->n_groups + 1, sizeof *row->record_begin,
                                  &row->record_begin, error);
    if (status != ORTL_OK) return status;
    row->trees = (char *)row->block + (ALIGNMENT - (uintptr_t)row->block % ALIGNMENT);
    for (uint32_t i = 0; i < row->n_tables; i++)
        sort_limits(quantiser, &quantiser->tables[i], &row->limits[i]);
    fill_columns(row, quantiser);
    fill_with_no_tests(row, groups_of(survey->max_leaves, ORTL__ROW_LEAF_TESTS));
    return ORTL_OK;
}

static void add_levels(ortl__row_trees *row, const ortl__quantiser *q,
                       const ortl__preorder *preorder, uint32_t tree) {
    ortl__row_level_group *group =
        (ortl__row_level_group *)row->trees + tree / ORTL__ROW_LEVEL_TREES;
    uint32_t depth = 0, in_group = tree % ORTL__ROW_LEVEL_TREES, column;
    while (preorder->nodes[depth].high != 0) depth++;
    for (uint32_t i = 0; i < depth; i++) {
        ortl__quantiser_find_test(q, preorder->forest, preorder->nodes[i].row, &column,
                                  &group->limit[in_group][depth - 1 - i]);
        group->column[in_group][depth - 1 - i] = (uint8_t)column;
    }
}

/* The leaves from first on and before end. */
static uint32_t leaf_bits(uint32_t first, uint32_t end) {
    return (uint32_t)(((uint64_t)1 << end) - ((uint64_t)1 << first));
}

static void add_leaves(ortl__row_trees *row, const ortl__quantiser *q,
                       const ortl__preorder *preorder, uint32_t tree) {
    uint32_t group = tree / ORTL__ROW_LEAF_TREES, lane = tree % ORTL__ROW_LEAF_TREES, n = 0;
    ortl__row_leaf_record *records = (ortl__row_leaf_record *)row->trees + row->record_begin[group];
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        if (node->high == 0) continue;
        ortl__row_leaf_record *record = &records[n / ORTL__ROW_LEAF_TESTS];
        uint32_t slot = n++ % ORTL__ROW_LEAF_TESTS, column;
        ortl__quantiser_find_test(q, preorder->forest, node->row, &column,
                                  &record->limit[slot][lane]);
        record->column[slot][lane] = (uint8_t)column;
        record->low_leaves[slot][lane] = leaf_bits(node->leaf, preorder->nodes[node->high].leaf);
    }
}

static void add_steps(ortl__row_trees *row, const ortl__quantiser *q,
                      const ortl__preorder *preorder, uint32_t tree) {
    const uint32_t back_to_itself = 0xFFFF0000u;
    uint32_t *steps = (uint32_t *)row->trees + row->step_begin[tree];
    row->step_begin[tree + 1] = row->step_begin[tree] + preorder->n_nodes;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        uint32_t column;
        uint8_t limit;
        if (node->high == 0) {
            steps[i] = back_to_itself | node->leaf << 8 | q->n_columns;
            continue;
        }
        ortl__quantiser_find_test(q, preorder->forest, node->row, &column, &limit);
        steps[i] = (node->high - (i + 1)) << 16 | (limit + 1u) << 8 | column;
    }
}

void ortl__row_add_tree(ortl__row_trees *row, const ortl__quantiser *quantiser,
                        const ortl__preorder *preorder, uint32_t tree) {
    switch (row->layout) {
    case ORTL__ROW_LEVELS: add_levels(row, quantiser, preorder, tree); break;
    case ORTL__ROW_LEAVES: add_leaves(row, quantiser, preorder, tree); break;
    case ORTL__ROW_STEPS: add_steps(row, quantiser, preorder, tree); break;
    default: break;
    }
}

void ortl__row_free(ortl__row_trees *row) {
    if (row->memory == NULL) return;
    ortl__memory_free(row->memory, row->block, row->n_bytes, 1);
    ortl__memory_free(row->memory, row->limits, row->n_tables, sizeof *row->limits);
    ortl__memory_free(row->memory, row->step_begin, (uint64_t)row->n_trees + 1,
                      sizeof *row->step_begin);
    ortl__memory_free(row->memory, row->record_begin, (uint64_t)row->n_groups + 1,
                      sizeof *row->record_begin);
    memset(row, 0, sizeof *row);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* The codes of a row: codes (ORTL__ROW_COLUMNS). */
static void code_row(const ortl__row_trees *row, const float *data, ptrdiff_t column_stride,
                     uint8_t *codes) {
    int32_t keys[ORTL__ROW_COLUMNS];
    uint8_t ranks[ORTL__ROW_COLUMNS], nan_masks[ORTL__ROW_COLUMNS];
    if (row->kernel->code != NULL && column_stride == 1) {
        row->kernel->code(row, data, codes);
        return;
    }
    for (uint32_t j = 0; j < row->n_tables; j++) {
        uint32_t bits;
        memcpy(&bits, data + (ptrdiff_t)row->features[j] * column_stride, sizeof bits);
        nan_masks[j] = (uint8_t)(0u - (unsigned)ortl__is_nan32(bits));
        keys[j] = ortl__key32(bits);
    }
    row->kernel->rank(row->limits, keys, row->n_tables, ranks);
    ranks[row->n_tables] = UINT8_MAX;
    nan_masks[row->n_tables] = 0;
    for (uint32_t i = 0; i <= row->n_columns; i++) {
        unsigned table = row->table_of[i], is_nan = nan_masks[table];
        codes[i] = (uint8_t)((ranks[table] & ~is_nan) | (row->nan_codes[i] & is_nan));
    }
}

/* How many trees a row goes through before their votes are added. Additions wait for each other, so
 * that walks go on beside them; but those through levels are so short that it is quicker to keep
 * the two apart: by 4 % for one or two rows. */
static uint32_t trees_at_once(const ortl__row_trees *row, size_t n_rows) {
    if (row->layout != ORTL__ROW_LEVELS) return ORTL__ROW_TREES;
    return MOST_LEAVES / (uint32_t)n_rows / ORTL__ROW_TREES * ORTL__ROW_TREES;
}

/* The leaves of n trees, at most trees_at_once(...), from number first on. */
static void find_leaves(const ortl__row_trees *row, uint32_t first, uint32_t n,
                        const uint8_t *codes, uint8_t *leaves) {
    if (row->layout == ORTL__ROW_LEVELS) {
        row->kernel->walk_levels(
            (const ortl__row_level_group *)row->trees + first / ORTL__ROW_LEVEL_TREES,
            groups_of(n, ORTL__ROW_LEVEL_TREES), codes, row->n_columns, leaves);
        return;
    }
    if (row->layout == ORTL__ROW_STEPS) {
        row->kernel->walk_steps(row->trees, row->step_begin + first, n, codes, leaves);
        return;
    }
    for (uint32_t done = 0; done < n; done += ORTL__ROW_LEAF_TREES) {
        const uint32_t *begin = row->record_begin + (first + done) / ORTL__ROW_LEAF_TREES;
        row->kernel->walk_leaves((const ortl__row_leaf_record *)row->trees + begin[0],
                                 begin[1] - begin[0], codes, row->n_columns, leaves + done);
    }
}

/* Adds to the sums of n rows what n_trees trees give, tree after tree. The rows take turns, because
 * each addition waits for the one before: leaves (n, n_leaves). */
static inline __attribute__((always_inline)) void
add_sums(uint32_t n_trees, const uint32_t *leaf_begin, const float *values, const uint8_t *leaves,
         size_t n_leaves, float *sums, const size_t n) {
    float sum[ORTL__ROW_GROUP];
    for (size_t r = 0; r < n; r++) sum[r] = sums[r];
    for (uint32_t i = 0; i < n_trees; i++) {
        const float *of_tree = values + leaf_begin[i];
        _Pragma("GCC unroll 4") for (size_t r = 0; r < n; r++) sum[r] +=
            of_tree[leaves[r * n_leaves + i]];
    }
    for (size_t r = 0; r < n; r++) sums[r] = sum[r];
}

/* Adds what trees from number first on give: sums (n, n_targets). */
static void add_votes(const ortl__votes *votes, uint32_t first, uint32_t n_trees,
                      const uint32_t *leaf_begin, const float *values, const uint8_t *leaves,
                      size_t n_leaves, float *sums, size_t n) {
    leaf_begin += first;
    if (votes->n_targets == 1 && votes->aggregate <= ORTL__AGGREGATE_SUM) {
        switch (n) {
        case 1: add_sums(n_trees, leaf_begin, values, leaves, n_leaves, sums, 1); break;
        case 2: add_sums(n_trees, leaf_begin, values, leaves, n_leaves, sums, 2); break;
        case 3: add_sums(n_trees, leaf_begin, values, leaves, n_leaves, sums, 3); break;
        default: add_sums(n_trees, leaf_begin, values, leaves, n_leaves, sums, 4); break;
        }
        return;
    }
    for (size_t r = 0; r < n; r++) {
        float given[MOST_LEAVES];
        for (uint32_t i = 0; i < n_trees; i++)
            given[i] = values[leaf_begin[i] + leaves[r * n_leaves + i]];
        ortl__votes_add_trees(votes, first, n_trees, given, sums + r * votes->n_targets);
    }
}

/* At most ORTL__ROW_GROUP rows. */
static void run_group(const ortl__row_trees *row, const ortl__votes *votes,
                      const uint32_t *leaf_begin, const float *values, const ortl__rows *rows,
                      float *sums) {
    const uint32_t n_leaves = trees_at_once(row, rows->n_rows);
    uint8_t codes[ORTL__ROW_GROUP][ORTL__ROW_COLUMNS], leaves[MOST_LEAVES];
    for (size_t r = 0; r < rows->n_rows; r++)
        code_row(row, (const float *)rows->data + (ptrdiff_t)r * rows->row_stride,
                 rows->column_stride, codes[r]);
    memset(sums, 0, rows->n_rows * votes->n_targets * sizeof *sums);
    for (uint32_t tree = 0; tree < row->n_trees; tree += n_leaves) {
        uint32_t left = row->n_trees - tree, n = left < n_leaves ? left : n_leaves;
        for (size_t r = 0; r < rows->n_rows; r++)
            find_leaves(row, tree, n, codes[r], leaves + r * n_leaves);
        add_votes(votes, tree, n, leaf_begin, values, leaves, n_leaves, sums, rows->n_rows);
    }
}

void ortl__row_run(const ortl__row_trees *row, const ortl__votes *votes, const uint32_t *leaf_begin,
                   const float *values, const ortl__rows *rows, float *sums) {
    ortl__rows group = *rows;
    for (size_t first = 0; first < rows->n_rows; first += group.n_rows) {
        /* Groups are nearly as large as each other, so that no row stays alone. */
        size_t left = rows->n_rows - first;
        size_t n_groups = (left + ORTL__ROW_GROUP - 1) / ORTL__ROW_GROUP;
        group.data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
        group.n_rows = (left + n_groups - 1) / n_groups;
        run_group(row, votes, leaf_begin, values, &group, sums + first * votes->n_targets);
    }
}
