/*
 * Builds the sets of the sliced form: first the columns with their members, then the choices of
 * all sets in two walks, one that counts and one that stores.
 */
#include "slice_sets.h"

#include <string.h>

typedef struct builder {
    ortl__slice_sets *sets;
    const ortl__quantiser *quantiser;
    const ortl__set_tests *tests;
    const ortl__forest *forest;
    uint32_t *member_begin;  /* (features) in members, of features with sets */
    uint32_t *member_column; /* (n_members) in columns */
    uint32_t *next_part;     /* (n_columns) parts counted, later where the next one goes */
    uint64_t *words;         /* the places of the set in work */
    uint32_t column;         /* where the set in work had its last member; UINT32_MAX: nowhere */
    int is_storing;
} builder;

static uint32_t count_keys(const ortl__set_tests *tests, uint32_t feature) {
    return tests->begin[feature + 1] - tests->begin[feature];
}

/* ---- Members --------------------------------------------------------------------------------- */

/* The table and the code of member number i of a feature; behind all others comes NaN. */
static uint32_t find_member(const builder *b, uint32_t feature, uint32_t i, uint32_t *table_out) {
    uint32_t code, is_nan = i == count_keys(b->tests, feature);
    int32_t key = is_nan ? ORTL__KEY32_INFINITY : b->tests->keys[b->tests->begin[feature] + i];
    ortl__quantiser_find_key(b->quantiser, feature, key, table_out, &code);
    return code + is_nan;
}

/* Adds a member to the newest column, or to a new one where that is another table's or full. */
static void add_member(builder *b, uint32_t *last_table, uint32_t table, uint32_t code) {
    ortl__slice_sets *sets = b->sets;
    const ortl__rank_table *t = &b->quantiser->tables[table];
    ortl__slice_set_column *next = &sets->columns[sets->n_columns];
    if (table != *last_table || sets->n_members - next[-1].member_begin == ORTL__SET_MEMBERS) {
        *next = (ortl__slice_set_column){
            .column = t->high_column, .n_bits = t->n_levels, .member_begin = sets->n_members};
        sets->n_columns++;
    }
    *last_table = table;
    b->member_column[sets->n_members] = sets->n_columns - 1;
    sets->members[sets->n_members++] = (uint8_t)code;
}

static void add_members(builder *b) {
    uint32_t table, last_table = UINT32_MAX;
    for (uint32_t j = 0; j < b->tests->n_features; j++) {
        b->member_begin[j] = b->sets->n_members;
        if (!b->quantiser->features[j].has_sets) continue;
        for (uint32_t i = 0; i <= count_keys(b->tests, j); i++) {
            uint32_t code = find_member(b, j, i, &table);
            add_member(b, &last_table, table, code);
        }
    }
    b->sets->columns[b->sets->n_columns].member_begin = b->sets->n_members;
}

/* ---- Choices --------------------------------------------------------------------------------- */

/* Adds a member, all of which ascend, to the set of a mask. */
static void choose_member(builder *b, uint32_t member, uint32_t mask) {
    ortl__slice_sets *sets = b->sets;
    uint32_t c = b->member_column[member];
    const ortl__slice_set_column *column = &sets->columns[c];
    uint32_t place = member - column->member_begin, four = place / ORTL__SET_FOUR;
    if (c != b->column) {
        if (b->is_storing) sets->parts[b->next_part[c]] = (uint16_t)mask;
        b->next_part[c]++;
    }
    b->column = c;
    if (!b->is_storing) return;
    uint32_t part = b->next_part[c] - 1 - column->part_begin;
    uint8_t *choice =
        &sets->choices[column->choice_begin + part * ortl__slice_set_fours(column) + four];
    *choice = (uint8_t)(*choice | four * ORTL__SET_CHOICES | 1u << place % ORTL__SET_FOUR);
}

/* Counts or stores the choices of the set whose chain begins in a row. */
static void add_set(builder *b, uint32_t row, uint32_t mask) {
    uint32_t feature = b->forest->feature[row], n_keys = count_keys(b->tests, feature);
    uint32_t n_words = ortl__set_words(b->tests, feature);
    memset(b->words, 0, n_words * sizeof *b->words);
    ortl__set_tests_fill(b->tests, b->forest, row, b->words);
    b->column = UINT32_MAX;
    for (uint32_t word = 0; word < n_words; word++) {
        for (uint64_t left = b->words[word]; left != 0; left &= left - 1) {
            uint32_t place = word * 64 + (uint32_t)__builtin_ctzll(left);
            uint32_t i = place < n_keys ? place : n_keys; /* NaN; no set has other numbers */
            choose_member(b, b->member_begin[feature] + i, mask);
        }
    }
}

static void add_sets(builder *b, uint16_t *mask_of) {
    uint32_t mask = b->sets->mask_begin;
    for (uint32_t row = 0; row < b->forest->n_nodes; row++) {
        if (!ortl__set_tests_is_head(b->tests, b->forest, row)) continue;
        mask_of[row] = (uint16_t)mask;
        add_set(b, row, mask++);
    }
    b->sets->mask_end = mask;
}

/* From counts to places. */
static void lay_out(builder *b) {
    ortl__slice_sets *sets = b->sets;
    for (uint32_t c = 0; c < sets->n_columns; c++) {
        ortl__slice_set_column *column = &sets->columns[c];
        uint32_t n_parts = b->next_part[c];
        column->part_begin = b->next_part[c] = sets->n_parts;
        column->choice_begin = sets->n_choices;
        sets->n_parts += n_parts;
        sets->n_choices += n_parts * ortl__slice_set_fours(column);
    }
    sets->columns[sets->n_columns].part_begin = sets->n_parts;
    sets->columns[sets->n_columns].choice_begin = sets->n_choices;
}

/* ---- The door -------------------------------------------------------------------------------- */

static uint64_t most_words(const ortl__set_tests *tests) {
    uint64_t most = 0;
    for (uint32_t j = 0; j < tests->n_features; j++)
        if (ortl__set_words(tests, j) > most) most = ortl__set_words(tests, j);
    return most;
}

/* Room in an arena for so many elements of an array, and one more: a place to point to when there
 * are none. */
#define NEW_ARRAY(arena, count, array)                                                             \
    if (status == ORTL_OK)                                                                         \
        status = ortl__arena_new(arena, (uint64_t)(count) + 1, sizeof *(array), (void *)&(array),  \
                                 error);

static ortl_status build_members(builder *b, ortl__arena *scratch, ortl_error *error) {
    ortl__slice_sets *sets = b->sets;
    uint64_t most_members = (uint64_t)b->tests->begin[b->tests->n_features] + b->tests->n_features;
    uint64_t most_columns = b->quantiser->n_tables + most_members / ORTL__SET_MEMBERS;
    ortl_status status = ORTL_OK;
    NEW_ARRAY(&sets->arena, most_columns, sets->columns)
    NEW_ARRAY(&sets->arena, most_members, sets->members)
    NEW_ARRAY(scratch, b->tests->n_features, b->member_begin)
    NEW_ARRAY(scratch, most_members, b->member_column)
    if (status == ORTL_OK) add_members(b);
    return status;
}

static ortl_status build_choices(builder *b, ortl__arena *scratch, uint16_t *mask_of,
                                 ortl_error *error) {
    ortl__slice_sets *sets = b->sets;
    ortl_status status = ORTL_OK;
    NEW_ARRAY(scratch, most_words(b->tests), b->words)
    NEW_ARRAY(scratch, sets->n_columns, b->next_part)
    if (status != ORTL_OK) return status;
    add_sets(b, mask_of);
    lay_out(b);
    NEW_ARRAY(&sets->arena, sets->n_parts, sets->parts)
    NEW_ARRAY(&sets->arena, sets->n_choices, sets->choices)
    if (status != ORTL_OK) return status;
    b->is_storing = 1;
    add_sets(b, mask_of);
    return ORTL_OK;
}

ortl_status ortl__slice_sets_build(ortl__slice_sets *sets, const ortl__quantiser *quantiser,
                                   const ortl__set_tests *tests, const ortl__forest *forest,
                                   uint32_t first_mask, uint16_t *mask_of, ortl_error *error) {
    builder b = {.sets = sets, .quantiser = quantiser, .tests = tests, .forest = forest};
    ortl__arena scratch;
    memset(sets, 0, sizeof *sets);
    ortl__arena_init(&sets->arena, forest->memory);
    ortl__arena_init(&scratch, forest->memory);
    sets->mask_begin = first_mask;
    ortl_status status = build_members(&b, &scratch, error);
    if (status == ORTL_OK) status = build_choices(&b, &scratch, mask_of, error);
    ortl__arena_free(&scratch);
    if (status != ORTL_OK) ortl__slice_sets_free(sets);
    return status;
}

void ortl__slice_sets_free(ortl__slice_sets *sets) {
    if (sets->arena.memory != NULL) ortl__arena_free(&sets->arena);
    memset(sets, 0, sizeof *sets);
}
