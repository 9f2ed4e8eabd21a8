/*
 * Builds the sliced form and runs rows through it; the loops are in slices_plain.c and
 * x86/slices_*.c.
 */
#include "pack_slices.h"

#include <string.h>

#include "slice_plan.h"

typedef struct slice_pack {
    ortl__memory *memory;
    const ortl__slice_kernel *loops;
    ortl__quantise_function *quantise;
    ortl__quantiser quantiser;
    ortl__votes votes;
    ortl__slice_masks masks;
    const uint16_t *set_mask; /* (nodes of the forest) while packing: of sets that begin there */
    uint32_t n_trees;
    uint32_t n_nodes; /* room for so many: at first as many as there are tests */
    uint64_t n_values;
    uint32_t *node_begin;      /* (n_trees + 1) */
    uint32_t *leaf_begin;      /* (n_trees + 1) */
    ortl__slice_node *nodes;   /* (n_nodes) or NULL */
    uint16_t *tests;           /* (n_nodes) or NULL */
    ortl__slice_level *levels; /* (n_nodes) or NULL */
    ortl__slice_plan plan;
    ortl__row_trees row; /* of layout NONE when no rows go one by one */
    float *values;       /* (n_values + ORTL__SLICE_LEAVES) of all trees */
} slice_pack;

enum { MOST_TREE_NODES = 2 * ORTL__SLICE_LEAVES - 1 };

/* ---- Building -------------------------------------------------------------------------------- */

/* Whether perfect trees take no more memory than others may, and the numbers of their leaves go
 * into the layout that single rows have for small trees. */
static int is_nearly_perfect(const ortl__survey *survey) {
    return survey->is_shallow && survey->votes.shape == ORTL__VOTES_ONE &&
           survey->n_places <= 2 * survey->n_leaves && survey->n_places < UINT32_MAX / 2 &&
           (survey->max_leaves > ORTL__ROW_MOST_LEAVES ||
            survey->max_places <= ORTL__ROW_MOST_LEAVES);
}

static int can_hold(const ortl__survey *survey, const ortl__pack_kernel *kernel) {
    uint64_t n_masks = (uint64_t)survey->quantiser.n_asked + survey->sets.n_sets;
    if (kernel->form == &ortl__form_levels && !survey->is_oblivious) return 0;
    if (kernel->form == &ortl__form_perfect && !is_nearly_perfect(survey)) return 0;
    /* The quantiser is built for small trees of floats alone. */
    return survey->quantiser.memory != NULL && ortl__set_tests_are_small(&survey->sets) &&
           survey->n_leaves < UINT32_MAX && n_masks <= UINT16_MAX &&
           survey->quantiser.n_columns <= UINT16_MAX;
}

static void pack_free(void *state) {
    slice_pack *pack = state;
    ortl__memory *memory = pack->memory;
    uint64_t n_begins = (uint64_t)pack->n_trees + 1;
    if (pack->quantiser.memory != NULL) ortl__quantiser_free(&pack->quantiser);
    if (pack->votes.memory != NULL) ortl__votes_free(&pack->votes);
    ortl__slice_masks_free(&pack->masks, memory);
    ortl__memory_free(memory, pack->node_begin, n_begins, sizeof *pack->node_begin);
    ortl__memory_free(memory, pack->leaf_begin, n_begins, sizeof *pack->leaf_begin);
    ortl__row_free(&pack->row);
    ortl__memory_free(memory, pack->nodes, pack->n_nodes, sizeof *pack->nodes);
    ortl__memory_free(memory, pack->tests, pack->n_nodes, sizeof *pack->tests);
    ortl__memory_free(memory, pack->levels, pack->n_nodes, sizeof *pack->levels);
    ortl__memory_free(memory, pack->values, pack->n_values + ORTL__SLICE_LEAVES,
                      sizeof *pack->values);
    ortl__memory_free(memory, pack, 1, sizeof *pack);
}

/* Room for the tests of all trees, as the form has them. */
static ortl_status reserve_tests(slice_pack *pack, const ortl__survey *survey,
                                 const ortl__form *form, ortl_error *error) {
    ortl__memory *memory = pack->memory;
    if (form == &ortl__form_levels) {
        pack->n_nodes = (uint32_t)survey->n_levels;
        return ortl__memory_new(memory, pack->n_nodes, sizeof *pack->levels, &pack->levels, error);
    }
    if (form == &ortl__form_perfect) {
        pack->n_nodes =
            (uint32_t)(survey->n_places + (uint64_t)survey->forest->n_trees * ORTL__PERFECT_TESTS);
        return ortl__memory_new(memory, pack->n_nodes, sizeof *pack->tests, &pack->tests, error);
    }
    pack->n_nodes = (uint32_t)survey->n_tests;
    return ortl__memory_new(memory, pack->n_nodes, sizeof *pack->nodes, &pack->nodes, error);
}

static ortl_status reserve(slice_pack *pack, const ortl__survey *survey, const ortl__form *form,
                           ortl_error *error) {
    ortl__memory *memory = pack->memory;
    uint64_t n_begins = (uint64_t)survey->forest->n_trees + 1;
    pack->n_trees = survey->forest->n_trees;
    pack->n_values = (form == &ortl__form_perfect ? survey->n_places : survey->n_leaves) *
                     ortl__votes_per_leaf(&survey->votes);
    ortl_status status =
        ortl__memory_new(memory, n_begins, sizeof *pack->node_begin, &pack->node_begin, error);
    if (status == ORTL_OK)
        status =
            ortl__memory_new(memory, n_begins, sizeof *pack->leaf_begin, &pack->leaf_begin, error);
    if (status == ORTL_OK && pack->plan.most_few[0] > 0)
        status = ortl__row_reserve(&pack->row, survey, &pack->quantiser, pack->loops->row, error);
    if (status == ORTL_OK) status = reserve_tests(pack, survey, form, error);
    if (status == ORTL_OK)
        status = ortl__memory_new_zero(memory, pack->n_values + ORTL__SLICE_LEAVES,
                                       sizeof *pack->values, &pack->values, error);
    return status;
}

/* The values of the leaves of the tree that was listed. */
static void pack_values(slice_pack *pack, const ortl__preorder *preorder, uint32_t tree) {
    uint32_t per_leaf = ortl__votes_per_leaf(&pack->votes);
    float *values = pack->values + (size_t)pack->leaf_begin[tree] * per_leaf;
    for (uint32_t i = 0; i < preorder->n_nodes; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        if (node->high == 0)
            ortl__votes_copy(&pack->votes, preorder->forest, node->row,
                             values + node->leaf * per_leaf);
    }
}

/* A cut, as a level has it. */
static ortl__slice_level level_at(const slice_pack *pack, const ortl__preorder *preorder,
                                  uint32_t i) {
    uint32_t column;
    uint8_t code;
    ortl__quantiser_find_test(&pack->quantiser, preorder->forest, preorder->nodes[i].row, &column,
                              &code);
    uint16_t mask = ortl__slice_masks_find(&pack->masks, &pack->quantiser, column, code);
    return (ortl__slice_level){mask, (uint16_t)column, code};
}

static uint16_t mask_at(const slice_pack *pack, const ortl__preorder *preorder, uint32_t i) {
    uint32_t row = preorder->nodes[i].row;
    return ortl__is_cut(preorder->forest, row) ? level_at(pack, preorder, i).mask
                                               : pack->set_mask[row];
}

/* The levels of the oblivious tree that was listed, whose low side comes first. */
static uint32_t pack_levels(slice_pack *pack, const ortl__preorder *preorder, uint32_t at) {
    for (uint32_t i = 0; preorder->nodes[i].high != 0; i++)
        pack->levels[at++] = level_at(pack, preorder, i);
    return at;
}

/* For each test of the tree that was listed whether it goes into the node of the test above, such
 * that nodes are few: is_joined (preorder->n_nodes). */
static void join_tests(const ortl__preorder *preorder, uint8_t *is_joined) {
    /* Nodes for a subtree when its test begins one, and when it is in that of the test above. */
    uint16_t apart[MOST_TREE_NODES], joined[MOST_TREE_NODES];
    for (uint32_t i = preorder->n_nodes; i-- > 0;) {
        const uint32_t high = preorder->nodes[i].high;
        apart[i] = joined[i] = is_joined[i] = 0;
        if (high == 0) continue;
        const uint32_t children[2] = {i + 1, high};
        apart[i] = 1;
        for (int side = 0; side < 2; side++) {
            uint32_t child = children[side];
            is_joined[child] = joined[child] <= apart[child];
            apart[i] = (uint16_t)(apart[i] + (is_joined[child] ? joined[child] : apart[child]));
            joined[i] = (uint16_t)(joined[i] + apart[child]);
        }
    }
}

/* A child of the test of a node: its mask where it is joined to the node, and the places in the
 * list that lie further down. Their number, 1 or 2. */
static int look_below(const slice_pack *pack, const ortl__preorder *preorder,
                      const uint8_t *is_joined, uint32_t child, uint16_t *mask_out,
                      uint32_t below[2]) {
    const uint32_t high = preorder->nodes[child].high;
    below[0] = below[1] = child;
    *mask_out = (uint16_t)pack->masks.n_masks;
    if (high == 0 || !is_joined[child]) return 1;
    *mask_out = mask_at(pack, preorder, child);
    below[0] = child + 1;
    below[1] = high;
    return 2;
}

/* The nodes of the tree that was listed, level by level, so that those that follow each other need
 * not wait for each other. */
static uint32_t pack_nodes(slice_pack *pack, const ortl__preorder *preorder, uint32_t at) {
    const ortl__preorder_node *listed = preorder->nodes;
    uint8_t is_joined[MOST_TREE_NODES];
    uint32_t queue[MOST_TREE_NODES], n_queued = listed[0].high != 0;
    queue[0] = 0;
    join_tests(preorder, is_joined);
    for (uint32_t k = 0; k < n_queued; k++) {
        uint32_t i = queue[k], low[2], high[2];
        ortl__slice_node *node = &pack->nodes[at++];
        int n_low = look_below(pack, preorder, is_joined, i + 1, &node->low_mask, low);
        int n_high = look_below(pack, preorder, is_joined, listed[i].high, &node->high_mask, high);
        node->mask = mask_at(pack, preorder, i);
        node->first = (uint8_t)listed[low[0]].leaf;
        node->second = (uint8_t)listed[low[1]].leaf;
        node->third = (uint8_t)listed[high[0]].leaf;
        node->fourth = (uint8_t)listed[high[1]].leaf;
        for (int side = 0; side < n_low; side++)
            if (listed[low[side]].high != 0) queue[n_queued++] = low[side];
        for (int side = 0; side < n_high; side++)
            if (listed[high[side]].high != 0) queue[n_queued++] = high[side];
    }
    return at;
}

/* The tests of the tree that was listed, as a perfect one, whose leaves get other numbers. */
static uint32_t pack_perfect(slice_pack *pack, ortl__preorder *preorder, uint32_t at) {
    uint8_t places[MOST_TREE_NODES];
    const uint32_t n_leaves = ortl__perfect_leaves(preorder);
    const uint32_t n_tests = ortl__perfect_tests(n_leaves);
    for (uint32_t i = 0; i < n_tests; i++) pack->tests[at + i] = (uint16_t)pack->masks.n_masks;
    ortl__perfect_spread(preorder, n_leaves, places);
    for (uint32_t i = 0; i < preorder->n_nodes; i++)
        if (preorder->nodes[i].high != 0) pack->tests[at + places[i]] = mask_at(pack, preorder, i);
    return at + n_tests;
}

static void pack_tests(slice_pack *pack, ortl__preorder *preorder, uint32_t tree) {
    uint32_t at = pack->node_begin[tree];
    if (pack->levels != NULL)
        at = pack_levels(pack, preorder, at);
    else if (pack->tests != NULL)
        at = pack_perfect(pack, preorder, at);
    else
        at = pack_nodes(pack, preorder, at);
    pack->node_begin[tree + 1] = at;
    pack->leaf_begin[tree + 1] = pack->leaf_begin[tree] + preorder->n_leaves;
}

/* Gives back what was reserved for tests and is not needed. */
static ortl_status trim_tests(slice_pack *pack, ortl_error *error) {
    void **tests = pack->nodes != NULL ? (void *)&pack->nodes : (void *)&pack->tests;
    size_t element = pack->nodes != NULL ? sizeof *pack->nodes : sizeof *pack->tests;
    if (pack->levels != NULL) return ORTL_OK;
    ortl_status status = ortl__memory_resize(pack->memory, tests, pack->n_nodes,
                                             pack->node_begin[pack->n_trees], element, error);
    if (status == ORTL_OK) pack->n_nodes = pack->node_begin[pack->n_trees];
    return status;
}

static ortl_status pack_trees(slice_pack *pack, const ortl__forest *forest,
                              const ortl__set_tests *sets, ortl_error *error) {
    ortl__preorder preorder;
    ortl_status status = ORTL_OK;
    ortl__preorder_init(&preorder, forest, sets);
    pack->node_begin[0] = pack->leaf_begin[0] = 0;
    for (uint32_t tree = 0; tree < pack->n_trees && status == ORTL_OK; tree++) {
        int fits;
        status = ortl__preorder_tree(&preorder, tree, &fits, error);
        if (status != ORTL_OK) break;
        pack_tests(pack, &preorder, tree);
        pack_values(pack, &preorder, tree);
        ortl__row_add_tree(&pack->row, &pack->quantiser, &preorder, tree);
    }
    ortl__preorder_free(&preorder);
    return status == ORTL_OK ? trim_tests(pack, error) : status;
}

/* The trees of a forest with tests of equality or membership. */
static ortl_status pack_trees_and_sets(slice_pack *pack, const ortl__forest *forest,
                                       const ortl__set_tests *sets, ortl_error *error) {
    uint16_t *set_mask = NULL;
    ortl__slice_masks *masks = &pack->masks;
    ortl_status status =
        ortl__memory_new_zero(pack->memory, forest->n_nodes, sizeof *set_mask, &set_mask, error);
    if (status == ORTL_OK)
        status = ortl__slice_sets_build(&masks->sets, &pack->quantiser, sets, forest, masks->n_cuts,
                                        set_mask, error);
    if (status == ORTL_OK) {
        masks->n_masks = masks->sets.mask_end;
        pack->set_mask = set_mask;
        status = pack_trees(pack, forest, sets, error);
        pack->set_mask = NULL;
    }
    ortl__memory_free(pack->memory, set_mask, forest->n_nodes, sizeof *set_mask);
    return status;
}

static ortl_status build(ortl__survey *survey, const ortl__forest *forest, ortl__cpu cpu,
                         const ortl__pack_kernel *kernel, void **state_out, ortl_error *error) {
    slice_pack *pack = NULL;
    ortl_status status = ortl__memory_new_zero(forest->memory, 1, sizeof *pack, &pack, error);
    if (status != ORTL_OK) return status;
    pack->memory = forest->memory;
    pack->loops = kernel->loops;
    pack->quantise = ortl__quantise_choose(cpu);
    if (survey->quantiser.memory == NULL) { /* another part of the pack has it */
        status = ortl__quantiser_build(&survey->quantiser, forest, &survey->sets, error);
        if (status != ORTL_OK) goto done;
    }
    ortl__slice_plan_make(&pack->plan, survey, kernel);
    pack->quantiser = survey->quantiser;
    survey->quantiser = (ortl__quantiser){0};
    status = ortl__votes_copy_shape(&pack->votes, &survey->votes, error);
    if (status == ORTL_OK) status = ortl__slice_masks_number(&pack->masks, &pack->quantiser, error);
    if (status == ORTL_OK) status = reserve(pack, survey, kernel->form, error);
    if (status == ORTL_OK)
        status = (survey->has_sets ? pack_trees_and_sets : pack_trees)(pack, forest, &survey->sets,
                                                                       error);
    ortl__quantiser_finish(&pack->quantiser);
done:
    if (status == ORTL_OK)
        *state_out = pack;
    else
        pack_free(pack);
    return status;
}

/* ---- Running --------------------------------------------------------------------------------- */

static uint64_t round_up(uint64_t n_bytes) {
    return (n_bytes + 63) / 64 * 64;
}

/* The scratch of a block of n_words words for n_rows rows, and where its parts lie. */
static uint64_t lay_out_block(const slice_pack *pack, size_t n_words, size_t n_rows, void *scratch,
                              ortl__slice_block *block_out, uint8_t **leaves_out) {
    size_t stride = n_words * ORTL__SLICE_ROWS, slice = n_words * sizeof(uint64_t);
    uint64_t n_sums = pack->votes.shape == ORTL__VOTES_ONE ? pack->votes.n_targets : 0;
    uint64_t codes = n_sums * stride * sizeof(float);
    uint64_t leaves = codes + round_up(stride * pack->quantiser.n_columns);
    uint64_t work = leaves + stride;
    uint64_t masks = work + round_up(ORTL__SLICE_WORK * slice);
    char *base = scratch;
    if (base != NULL) {
        *block_out = (ortl__slice_block){
            .n_words = n_words,
            .n_rows = n_rows,
            .codes = (int8_t *)base + codes,
            .masks = (uint64_t *)(void *)(base + masks),
            .work = (uint64_t *)(void *)(base + work),
            .sums = scratch,
        };
        *leaves_out = (uint8_t *)base + leaves;
    }
    return masks + (pack->masks.n_masks + (uint64_t)1) * slice;
}

static uint64_t scratch_bytes(const void *state, size_t n_rows) {
    const slice_pack *pack = state;
    size_t n_words = ortl__slice_plan_most_words(&pack->plan, n_rows);
    return lay_out_block(pack, n_words, 0, NULL, NULL, NULL);
}

static ortl__slice_trees trees_of(const slice_pack *pack) {
    return (ortl__slice_trees){pack->n_trees, pack->nodes,        pack->tests,
                               pack->levels,  pack->node_begin,   pack->leaf_begin,
                               pack->values,  pack->votes.targets};
}

#define NAMED_VECTORS(x) x##_vectors
#define REAL             float
#define LEAF             uint8_t
#include "add_vectors_template.h"
#undef REAL

/* Each tree votes for all targets: sums (n_rows, n_targets). */
static void run_dense(const slice_pack *pack, const ortl__slice_block *block, uint8_t *leaves,
                      float *sums) {
    const ortl__votes *votes = &pack->votes;
    const ortl__slice_trees trees = trees_of(pack);
    size_t n_targets = votes->n_targets;
    memset(sums, 0, block->n_rows * n_targets * sizeof *sums);
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        const float *values = pack->values + (uint64_t)pack->leaf_begin[tree] * n_targets;
        pack->loops->find_leaves(&trees, tree, block, leaves);
        if (votes->aggregate <= ORTL__AGGREGATE_SUM) {
            add_vectors(values, leaves, block->n_rows, n_targets, sums);
            continue;
        }
        for (size_t i = 0; i < block->n_rows; i++)
            ortl__votes_compare(votes, tree, values + leaves[i] * n_targets, sums + i * n_targets);
    }
}

/* One loop for each aggregate, so that none asks for it row by row. */
static void compare_votes(ortl__aggregate aggregate, int is_first, const float *values,
                          const uint8_t *leaves, size_t n_rows, float *sums) {
    if (is_first) {
        for (size_t i = 0; i < n_rows; i++) sums[i] = values[leaves[i]];
    } else if (aggregate == ORTL__AGGREGATE_MIN) {
        for (size_t i = 0; i < n_rows; i++)
            sums[i] = ortl__votes_combine(ORTL__AGGREGATE_MIN, sums[i], values[leaves[i]], 0);
    } else {
        for (size_t i = 0; i < n_rows; i++)
            sums[i] = ortl__votes_combine(ORTL__AGGREGATE_MAX, sums[i], values[leaves[i]], 0);
    }
}

/* Votes that are not added, but the smallest or the greatest counts. */
static void compare_trees(const slice_pack *pack, const ortl__slice_block *block, uint8_t *leaves) {
    const ortl__votes *votes = &pack->votes;
    const ortl__slice_trees trees = trees_of(pack);
    size_t stride = block->n_words * ORTL__SLICE_ROWS;
    for (uint32_t tree = 0; tree < pack->n_trees; tree++) {
        float *sums = block->sums + ortl__votes_target(votes, tree) * stride;
        pack->loops->find_leaves(&trees, tree, block, leaves);
        compare_votes(votes->aggregate, votes->is_first[tree],
                      pack->values + pack->leaf_begin[tree], leaves, block->n_rows, sums);
    }
}

/* Whether the trees need no masks. */
static int takes_codes(const slice_pack *pack, const ortl__slice_block *block) {
    return pack->levels != NULL && pack->loops->add_levels != NULL && block->n_words == 1 &&
           pack->votes.shape == ORTL__VOTES_ONE && pack->votes.aggregate <= ORTL__AGGREGATE_SUM;
}

/* Each tree votes for one target: sums (n_rows, n_targets). */
static void run_one(const slice_pack *pack, const ortl__slice_block *block, uint8_t *leaves,
                    float *sums) {
    const ortl__slice_trees trees = trees_of(pack);
    size_t n_targets = pack->votes.n_targets, stride = block->n_words * ORTL__SLICE_ROWS;
    memset(block->sums, 0, n_targets * stride * sizeof *sums);
    if (takes_codes(pack, block))
        pack->loops->add_levels(&trees, block);
    else if (pack->votes.aggregate <= ORTL__AGGREGATE_SUM)
        pack->loops->add_trees(&trees, block);
    else
        compare_trees(pack, block, leaves);
    if (n_targets == 1) {
        memcpy(sums, block->sums, block->n_rows * sizeof *sums);
        return;
    }
    for (size_t target = 0; target < n_targets; target++)
        for (size_t i = 0; i < block->n_rows; i++)
            sums[i * n_targets + target] = block->sums[target * stride + i];
}

static void run_block(const slice_pack *pack, const ortl__rows *rows, ortl__slice_block *block,
                      uint8_t *leaves, float *sums) {
    pack->quantise(&pack->quantiser, rows, block->codes, block->n_words * ORTL__SLICE_ROWS);
    if (!takes_codes(pack, block)) pack->loops->make_masks(&pack->quantiser, &pack->masks, block);
    if (pack->votes.shape == ORTL__VOTES_DENSE)
        run_dense(pack, block, leaves, sums);
    else
        run_one(pack, block, leaves, sums);
}

static void run(const void *state, const ortl__rows *rows, void *sums, uint8_t *voted,
                void *scratch) {
    const slice_pack *pack = state;
    ortl__rows part = *rows;
    ortl__votes_mark(&pack->votes, rows->n_rows, voted);
    for (size_t first = 0; first < rows->n_rows; first += part.n_rows) {
        size_t n_left = rows->n_rows - first;
        size_t n_words = ortl__slice_plan_next(&pack->plan, n_left, &part.n_rows);
        float *part_sums = (float *)sums + first * pack->votes.n_targets;
        part.data = (const float *)rows->data + (ptrdiff_t)first * rows->row_stride;
        if (n_words > 0) {
            ortl__slice_block block = {0};
            uint8_t *leaves = NULL;
            lay_out_block(pack, n_words, part.n_rows, scratch, &block, &leaves);
            run_block(pack, &part, &block, leaves, part_sums);
        } else {
            ortl__row_run(&pack->row, &pack->votes, pack->leaf_begin, pack->values, &part,
                          part_sums);
        }
    }
}

/* ---- Figures --------------------------------------------------------------------------------- */

const ortl__form ortl__form_slices = {can_hold, ortl__slice_plan_cost, build,
                                      run,      scratch_bytes,         pack_free};

const ortl__form ortl__form_perfect = {can_hold, ortl__slice_plan_cost, build,
                                       run,      scratch_bytes,         pack_free};

const ortl__form ortl__form_levels = {can_hold, ortl__slice_plan_cost, build,
                                      run,      scratch_bytes,         pack_free};
