/*
 * Builds the rank tables of a forest; quantise_plain.c and x86/ search in them.
 */
#include "quantise.h"

#include <string.h>

#include "../sort.h"

ORTL__SORT_DEFINE(sort_keys, int32_t, ORTL__IS_LESS)

/* Limits of a table, and of those those that no table before has. */
enum { MOST_LIMITS = 255, NEW_LIMITS = MOST_LIMITS - 1 };

/* ---- Collecting limits ----------------------------------------------------------------------- */

/* Calls for every test of the forest that is a cut: row, cut. */
#define FOR_EACH_CUT(forest, row, cut)                                                             \
    for (uint32_t row = 0; row < (forest)->n_nodes; row++)                                         \
        if ((forest)->test[row] != ORTL__MODE_LEAF && ortl__cut_of(forest, row, &(cut)))

/* The limit of the test in a row: each set asks for one behind all numbers, so that NaN is known.
 */
static int32_t limit_of(const ortl__forest *forest, uint32_t row) {
    ortl__cut cut;
    return ortl__cut_of(forest, row, &cut) ? (int32_t)cut.limit : ORTL__KEY32_INFINITY;
}

static void count_limits(ortl__quantiser *q, const ortl__forest *forest,
                         const ortl__set_tests *sets) {
    uint32_t begin = 0;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (forest->test[row] == ORTL__MODE_LEAF) continue;
        ortl__rank_feature *feature = &q->features[forest->feature[row]];
        feature->limit_end++;
        if (!ortl__is_cut(forest, row)) feature->has_sets = 1;
    }
    for (uint32_t j = 0; j < q->n_features; j++) {
        uint32_t count = q->features[j].limit_end;
        if (q->features[j].has_sets) {
            count += 2 * (sets->begin[j + 1] - sets->begin[j]);
            count += count / NEW_LIMITS; /* see repeat_limits */
        }
        q->features[j].limit_begin = q->features[j].limit_end = begin;
        begin += count;
    }
    q->n_limits = begin;
}

static void store_limits(ortl__quantiser *q, const ortl__forest *forest,
                         const ortl__set_tests *sets) {
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (forest->test[row] == ORTL__MODE_LEAF) continue;
        q->limits[q->features[forest->feature[row]].limit_end++] = limit_of(forest, row);
    }
    for (uint32_t j = 0; j < q->n_features; j++) {
        if (!q->features[j].has_sets) continue;
        for (uint32_t i = sets->begin[j]; i < sets->begin[j + 1]; i++) {
            q->limits[q->features[j].limit_end++] = sets->keys[i] - 1;
            q->limits[q->features[j].limit_end++] = sets->keys[i];
        }
    }
}

/* Sorts the limits of a feature and drops repetitions. */
static void sort_feature(ortl__quantiser *q, ortl__rank_feature *feature) {
    int32_t *limits = q->limits + feature->limit_begin;
    uint32_t n = feature->limit_end - feature->limit_begin, n_kept = 0;
    sort_keys(limits, n);
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || limits[i] != limits[n_kept - 1]) limits[n_kept++] = limits[i];
    feature->limit_end = feature->limit_begin + n_kept;
}

/* Makes each table of a feature with sets, but for the first, begin with the last limit of the
 * table before: so no member is parted from the limit just below it. */
static void repeat_limits(ortl__quantiser *q, ortl__rank_feature *feature) {
    int32_t *limits = q->limits + feature->limit_begin;
    uint32_t n = feature->limit_end - feature->limit_begin;
    if (!feature->has_sets || n <= MOST_LIMITS) return;
    for (uint32_t i = n; i-- > MOST_LIMITS;) {
        uint32_t later = i - MOST_LIMITS, place = i + 1 + later / NEW_LIMITS;
        limits[place] = limits[i];
        if (later % NEW_LIMITS == 0) limits[place - 1] = limits[i - 1];
    }
    feature->limit_end += (n - MOST_LIMITS + NEW_LIMITS - 1) / NEW_LIMITS;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static uint32_t levels_of(uint32_t n_limits) {
    uint32_t n_levels = 1;
    while ((1u << n_levels) <= n_limits) n_levels++;
    return n_levels;
}

/* Plans the tables of a feature; counts them and their keys. */
static void plan_feature(ortl__quantiser *q, ortl__rank_feature *feature) {
    uint32_t n = feature->limit_end - feature->limit_begin;
    uint32_t n_groups = (n + MOST_LIMITS - 1) / MOST_LIMITS;
    feature->table_begin = q->n_tables;
    if (n == 0) return;
    feature->group_limits = feature->has_sets ? MOST_LIMITS : (n + n_groups - 1) / n_groups;
    for (uint32_t done = 0; done < n; done += feature->group_limits) {
        uint32_t left = n - done;
        q->n_tables++;
        q->n_keys += 1u << levels_of(left < feature->group_limits ? left : feature->group_limits);
    }
}

/* Puts sorted limits (n) in level order: level l of a perfect tree holds every 2^(levels-l)-th
 * place. Places without a limit hold the greatest key, which no number exceeds. */
static void fill_keys(int32_t *keys, uint32_t n_levels, const int32_t *limits, uint32_t n) {
    keys[0] = 0;
    for (uint32_t level = 0; level < n_levels; level++) {
        uint32_t step = 1u << (n_levels - level);
        for (uint32_t i = 0; i < 1u << level; i++) {
            uint32_t place = i * step + step / 2 - 1;
            keys[(1u << level) + i] = place < n ? limits[place] : ORTL__KEY32_HIGH;
        }
    }
}

static void fill_tables(ortl__quantiser *q) {
    uint32_t begin = 0, at = 0;
    for (uint32_t j = 0; j < q->n_features; j++) {
        const ortl__rank_feature *feature = &q->features[j];
        for (uint32_t first = feature->limit_begin; first < feature->limit_end;
             first += feature->group_limits) {
            uint32_t left = feature->limit_end - first;
            uint32_t n = left < feature->group_limits ? left : feature->group_limits;
            uint32_t n_levels = levels_of(n);
            q->tables[at++] =
                (ortl__rank_table){j, begin, n_levels, n, ORTL__NO_COLUMN, ORTL__NO_COLUMN};
            fill_keys(q->keys + begin, n_levels, q->limits + first, n);
            begin += 1u << n_levels;
        }
    }
}

/* The rank of a limit among those of its feature. */
static uint32_t rank_of(const ortl__quantiser *q, const ortl__rank_feature *feature,
                        int32_t limit) {
    uint32_t low = feature->limit_begin, high = feature->limit_end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (q->limits[middle] < limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low - feature->limit_begin;
}

/* Gives a number to the columns that some test reads; sets know NaN by its code in high ones. */
static void number_columns(ortl__quantiser *q, const ortl__forest *forest) {
    ortl__cut cut;
    FOR_EACH_CUT(forest, row, cut) {
        uint32_t table, code;
        ortl__quantiser_find_key(q, forest->feature[row], (int32_t)cut.limit, &table, &code);
        uint32_t *column =
            cut.nan_is_low ? &q->tables[table].low_column : &q->tables[table].high_column;
        if (*column == ORTL__NO_COLUMN) *column = q->n_columns++;
    }
    for (uint32_t t = 0; t < q->n_tables; t++) {
        ortl__rank_table *table = &q->tables[t];
        if (q->features[table->feature].has_sets && table->high_column == ORTL__NO_COLUMN)
            table->high_column = q->n_columns++;
    }
}

/* Marks and counts the distinct tests. */
static ortl_status mark_asked(ortl__quantiser *q, const ortl__forest *forest, ortl_error *error) {
    ortl__cut cut;
    ortl_status status =
        ortl__memory_new_zero(q->memory, q->n_columns, sizeof *q->asked, &q->asked, error);
    if (status != ORTL_OK) return status;
    FOR_EACH_CUT(forest, row, cut) {
        uint32_t column;
        uint8_t code;
        ortl__quantiser_find(q, forest->feature[row], &cut, &column, &code);
        uint64_t *word = &q->asked[column].bits[code / 64], bit = (uint64_t)1 << code % 64;
        q->n_asked += (*word & bit) == 0;
        *word |= bit;
    }
    return ORTL_OK;
}

/* ---- The door -------------------------------------------------------------------------------- */

static ortl_status collect(ortl__quantiser *q, const ortl__forest *forest,
                           const ortl__set_tests *sets, ortl_error *error) {
    q->n_features = forest->n_columns;
    ortl_status status =
        ortl__memory_new_zero(q->memory, q->n_features, sizeof *q->features, &q->features, error);
    if (status != ORTL_OK) return status;
    count_limits(q, forest, sets);
    status = ortl__memory_new(q->memory, q->n_limits, sizeof *q->limits, &q->limits, error);
    if (status != ORTL_OK) return status;
    store_limits(q, forest, sets);
    for (uint32_t j = 0; j < q->n_features; j++) {
        sort_feature(q, &q->features[j]);
        repeat_limits(q, &q->features[j]);
    }
    return ORTL_OK;
}

ortl_status ortl__quantiser_build(ortl__quantiser *quantiser, const ortl__forest *forest,
                                  const ortl__set_tests *sets, ortl_error *error) {
    ortl__quantiser *q = quantiser;
    memset(q, 0, sizeof *q);
    q->memory = forest->memory;
    ortl_status status = collect(q, forest, sets, error);
    if (status != ORTL_OK) goto done;
    for (uint32_t j = 0; j < q->n_features; j++) plan_feature(q, &q->features[j]);
    status = ortl__memory_new(q->memory, q->n_tables, sizeof *q->tables, &q->tables, error);
    if (status != ORTL_OK) goto done;
    status = ortl__memory_new(q->memory, q->n_keys, sizeof *q->keys, &q->keys, error);
    if (status != ORTL_OK) goto done;
    fill_tables(q);
    number_columns(q, forest);
    status = mark_asked(q, forest, error);
done:
    if (status != ORTL_OK) ortl__quantiser_free(q);
    return status;
}

void ortl__quantiser_find_key(const ortl__quantiser *quantiser, uint32_t feature, int32_t limit,
                              uint32_t *table_out, uint32_t *code_out) {
    const ortl__rank_feature *f = &quantiser->features[feature];
    uint32_t rank = rank_of(quantiser, f, limit);
    *table_out = f->table_begin + rank / f->group_limits;
    *code_out = rank % f->group_limits;
}

void ortl__quantiser_find(const ortl__quantiser *quantiser, uint32_t feature, const ortl__cut *cut,
                          uint32_t *column_out, uint8_t *code_out) {
    uint32_t table, code;
    ortl__quantiser_find_key(quantiser, feature, (int32_t)cut->limit, &table, &code);
    const ortl__rank_table *t = &quantiser->tables[table];
    *column_out = cut->nan_is_low ? t->low_column : t->high_column;
    *code_out = (uint8_t)code;
}

void ortl__quantiser_find_test(const ortl__quantiser *quantiser, const ortl__forest *forest,
                               uint32_t row, uint32_t *column_out, uint8_t *code_out) {
    ortl__cut cut = {0};
    ortl__cut_of(forest, row, &cut);
    ortl__quantiser_find(quantiser, forest->feature[row], &cut, column_out, code_out);
}

void ortl__quantiser_finish(ortl__quantiser *quantiser) {
    ortl__quantiser *q = quantiser;
    ortl__memory_free(q->memory, q->features, q->n_features, sizeof *q->features);
    ortl__memory_free(q->memory, q->limits, q->n_limits, sizeof *q->limits);
    ortl__memory_free(q->memory, q->asked, q->asked != NULL ? q->n_columns : 0, sizeof *q->asked);
    q->features = NULL;
    q->limits = NULL;
    q->asked = NULL;
    q->n_features = q->n_limits = 0;
}

void ortl__quantiser_free(ortl__quantiser *quantiser) {
    ortl__quantiser *q = quantiser;
    ortl__quantiser_finish(q);
    ortl__memory_free(q->memory, q->tables, q->n_tables, sizeof *q->tables);
    ortl__memory_free(q->memory, q->keys, q->n_keys, sizeof *q->keys);
    memset(q, 0, sizeof *q);
}

void ortl__quantise_all(const ortl__quantiser *quantiser, const ortl__rows *rows, int8_t *codes,
                        size_t stride, ortl__quantise_rows_function *quantise_rows) {
    for (size_t first = 0; first < rows->n_rows; first += ORTL__CODE_ROWS) {
        size_t left = rows->n_rows - first;
        quantise_rows(quantiser, rows, first, left < ORTL__CODE_ROWS ? left : ORTL__CODE_ROWS,
                      codes, stride);
    }
    /* A row is exchanged with others bit by bit, so none may be undefined. */
    size_t n_coded = (rows->n_rows + ORTL__CODE_ROWS - 1) / ORTL__CODE_ROWS * ORTL__CODE_ROWS;
    for (uint32_t j = 0; j < quantiser->n_columns && n_coded < stride; j++)
        memset(codes + j * stride + n_coded, 0, stride - n_coded);
}

ortl__quantise_function *ortl__quantise_choose(ortl__cpu cpu) {
    (void)cpu;
#if defined(__x86_64__) && defined(__GNUC__)
    const ortl__cpu wanted = ORTL__CPU_AVX512F | ORTL__CPU_AVX512BW;
    if ((cpu & wanted) == wanted) return ortl__quantise_avx512;
    if ((cpu & ORTL__CPU_AVX2) != 0) return ortl__quantise_avx2;
#endif
    return ortl__quantise_plain;
}
