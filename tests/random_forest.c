/*
 * See random_forest.h.
 */
#include "random_forest.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- Random numbers -------------------------------------------------------------------------- */

static uint64_t random_bits(random_source *random) {
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return random->state * 0x2545F4914F6CDD1Du;
}

uint32_t random_below(random_source *random, uint32_t end) {
    return (uint32_t)((random_bits(random) >> 32) * end >> 32);
}

float random_float(random_source *random) {
    float sum = 0;
    for (int i = 0; i < 4; i++) sum += (float)random_below(random, 2001) / 1000 - 1;
    return sum;
}

static double special_value(random_source *random) {
    static const double values[] = {0.0,      -0.0,     INFINITY, -INFINITY, NAN,
                                    FLT_MIN,  -FLT_MIN, 0x1p-149, -0x1p-149, FLT_MAX,
                                    -FLT_MAX, 0x1p-140, -0x1p-130};
    return values[random_below(random, sizeof values / sizeof values[0])];
}

/* ---- Reals of a forest ----------------------------------------------------------------------- */

static void set_real(int is_double, void *values, size_t i, double value) {
    if (is_double)
        ((double *)values)[i] = value;
    else
        ((float *)values)[i] = (float)value;
}

static double get_real(int is_double, const void *values, size_t i) {
    return is_double ? ((const double *)values)[i] : (double)((const float *)values)[i];
}

static void *must_new(ortl__memory *memory, uint64_t count, size_t element_bytes) {
    void *block = NULL;
    if (ortl__memory_new_zero(memory, count, element_bytes, &block, NULL) != ORTL_OK) abort();
    return block;
}

/* ---- Trees ----------------------------------------------------------------------------------- */

/* Sets that MEMBER tests share, and their members. */
enum { N_SETS = 24, SET_MEMBERS = 8 };

typedef struct maker {
    ortl__forest *forest;
    const forest_recipe *recipe;
    random_source *random;
    uint32_t next_row;
    uint32_t next_weight;
    uint32_t level_features[32]; /* of an oblivious tree */
    double level_thresholds[32];
    uint8_t level_tests[32];
} maker;

static double threshold(maker *m, uint32_t feature) {
    if (m->recipe->special && random_below(m->random, 12) == 0) return special_value(m->random);
    uint32_t step = random_below(m->random, m->recipe->n_thresholds);
    return (double)((float)step / 64 - 1 + (float)feature / 1024);
}

static uint8_t test_byte(maker *m, uint32_t feature) {
    static const uint8_t modes[] = {ORTL__MODE_LEQ, ORTL__MODE_LT, ORTL__MODE_GTE,
                                    ORTL__MODE_GT,  ORTL__MODE_EQ, ORTL__MODE_NEQ};
    if (m->recipe->one_mode) return feature % 2 ? ORTL__MODE_LEQ : ORTL__TEST_MISSING;
    uint8_t mode = modes[random_below(m->random, m->recipe->equalities ? 6 : 4)];
    return random_below(m->random, 2) ? mode : (uint8_t)(mode | ORTL__TEST_MISSING);
}

/* Makes the test in a row ask for a set. */
static void make_member(maker *m, uint32_t row) {
    ortl__forest *forest = m->forest;
    size_t real_bytes = forest->is_double ? sizeof(double) : sizeof(float);
    uint32_t set = random_below(m->random, forest->n_sets);
    forest->test[row] = (uint8_t)(ORTL__MODE_MEMBER | (forest->test[row] & ORTL__TEST_MISSING));
    memset((char *)forest->value + row * real_bytes, 0, real_bytes);
    memcpy((char *)forest->value + row * real_bytes, &set, sizeof set);
}

static void make_test(maker *m, uint32_t row, uint32_t depth) {
    ortl__forest *forest = m->forest;
    forest->feature[row] = random_below(m->random, m->recipe->n_features);
    forest->test[row] = test_byte(m, forest->feature[row]);
    set_real(forest->is_double, forest->value, row, threshold(m, forest->feature[row]));
    if (forest->n_sets > 0 && random_below(m->random, 4) == 0) make_member(m, row);
    if (m->recipe->shape != SHAPE_OBLIVIOUS) return;
    forest->feature[row] = m->level_features[depth];
    forest->test[row] = m->level_tests[depth];
    set_real(forest->is_double, forest->value, row, m->level_thresholds[depth]);
}

static double vote(maker *m) {
    if (m->recipe->whole) return (double)random_below(m->random, 64) - 20;
    if (m->recipe->special && random_below(m->random, 50) == 0) return special_value(m->random);
    return (double)random_float(m->random);
}

static void make_leaf(maker *m, uint32_t row, uint32_t tree) {
    ortl__forest *forest = m->forest;
    forest->test[row] = ORTL__MODE_LEAF;
    if (forest->n_targets == 1) {
        set_real(forest->is_double, forest->value, row, vote(m));
        return;
    }
    uint32_t n = m->recipe->is_dense ? forest->n_targets : 1;
    forest->true_child[row] = m->next_weight;
    forest->false_child[row] = n;
    for (uint32_t i = 0; i < n; i++) {
        forest->weight_target[m->next_weight] = m->recipe->is_dense ? i : tree % forest->n_targets;
        set_real(forest->is_double, forest->weight, m->next_weight++, vote(m));
    }
}

/* How many of n leaves below a test at this depth go to the true side, such that each side can be
 * as shallow as a perfect tree. */
static uint32_t shallow_share(maker *m, uint32_t n, uint32_t depth) {
    uint32_t room = 1;
    while (room < m->recipe->most_leaves) room *= 2;
    room >>= depth + 1;
    uint32_t least = n > room ? n - room : 1, most = n - 1 < room ? n - 1 : room;
    return least + random_below(m->random, most - least + 1);
}

/* How many of n leaves go to the true side. */
static uint32_t true_share(maker *m, uint32_t n, uint32_t depth) {
    switch (m->recipe->shape) {
    case SHAPE_RANDOM: return 1 + random_below(m->random, n - 1);
    case SHAPE_CHAIN: return random_below(m->random, 2) ? 1 : n - 1;
    case SHAPE_SHALLOW: return shallow_share(m, n, depth);
    default: return n / 2;
    }
}

/* Rows are taken from the pool in the order of make_tree, or scattered over it. */
static uint32_t take_row(maker *m) {
    uint32_t row = m->next_row++;
    if (!m->recipe->shuffled) return row;
    return (uint32_t)((uint64_t)row * 48271 % m->forest->n_nodes);
}

/* The subtrees still to be made: a leaf count and where its row number goes. */
typedef struct pending {
    uint32_t n_leaves, depth;
    uint32_t *link;
} pending;

static void make_tree(maker *m, uint32_t tree, uint32_t n_leaves, pending *stack) {
    ortl__forest *forest = m->forest;
    uint32_t n_pending = 1, last_made = UINT32_MAX;
    stack[0] = (pending){n_leaves, 0, &forest->roots[tree]};
    while (n_pending > 0) {
        pending now = stack[--n_pending];
        if (m->recipe->shared && now.n_leaves == 1 && last_made != UINT32_MAX &&
            random_below(m->random, 8) == 0) {
            *now.link = last_made; /* a second parent for a leaf */
            continue;
        }
        uint32_t row = take_row(m);
        *now.link = row;
        if (now.depth > forest->max_depth) forest->max_depth = now.depth;
        if (now.n_leaves == 1) {
            make_leaf(m, row, tree);
            last_made = row;
            continue;
        }
        uint32_t n_true = true_share(m, now.n_leaves, now.depth);
        make_test(m, row, now.depth);
        stack[n_pending++] =
            (pending){now.n_leaves - n_true, now.depth + 1, &forest->false_child[row]};
        stack[n_pending++] = (pending){n_true, now.depth + 1, &forest->true_child[row]};
    }
}

/* Ascending members for all sets: thresholds of some feature, 0 or infinities now and then. */
static void draw_sets(maker *m) {
    ortl__forest *forest = m->forest;
    for (uint32_t set = 0; set < forest->n_sets; set++) {
        uint32_t feature = random_below(m->random, m->recipe->n_features);
        uint32_t begin = set * SET_MEMBERS, n_steps = m->recipe->n_thresholds / SET_MEMBERS;
        for (uint32_t i = 0; i < SET_MEMBERS; i++) {
            uint32_t step = i * n_steps + random_below(m->random, n_steps);
            set_real(forest->is_double, forest->members, begin + i,
                     (double)((float)step / 64 - 1 + (float)feature / 1024));
        }
        if (random_below(m->random, 4) == 0)
            set_real(forest->is_double, forest->members, begin, -INFINITY);
        forest->set_begin[set + 1] = begin + SET_MEMBERS;
    }
}

static void draw_levels(maker *m) {
    for (uint32_t level = 0; level < 32; level++) {
        m->level_features[level] = random_below(m->random, m->recipe->n_features);
        m->level_tests[level] = test_byte(m, m->level_features[level]);
        m->level_thresholds[level] = threshold(m, m->level_features[level]);
    }
}

static void new_arrays(ortl__forest *forest, ortl__memory *memory, const forest_recipe *recipe) {
    size_t real_bytes = recipe->is_double ? sizeof(double) : sizeof(float);
    forest->roots = must_new(memory, forest->n_trees, sizeof(uint32_t));
    forest->true_child = must_new(memory, forest->n_nodes, sizeof(uint32_t));
    forest->false_child = must_new(memory, forest->n_nodes, sizeof(uint32_t));
    forest->feature = must_new(memory, forest->n_nodes, sizeof(uint32_t));
    forest->test = must_new(memory, forest->n_nodes, 1);
    forest->value = must_new(memory, forest->n_nodes, real_bytes);
    forest->weight_target = must_new(memory, forest->n_weights, sizeof(uint32_t));
    forest->weight = must_new(memory, forest->n_weights, real_bytes);
    forest->set_begin = must_new(memory, forest->n_sets + (uint64_t)1, sizeof(uint32_t));
    forest->members = must_new(memory, forest->n_members, real_bytes);
}

/* Numbers that the proof of a loaded forest finds. Rows that nothing reaches become leaves. */
static void count_nodes(ortl__forest *forest, uint32_t n_made, const uint8_t *is_made) {
    uint8_t is_used[1024] = {0};
    forest->n_reachable = n_made;
    for (uint32_t row = 0; row < forest->n_nodes; row++) {
        if (!is_made[row]) forest->test[row] = ORTL__MODE_LEAF;
        if (forest->test[row] == ORTL__MODE_LEAF) {
            forest->n_leaves += is_made[row];
            continue;
        }
        is_used[forest->feature[row] % sizeof is_used] = 1;
        if (forest->feature[row] >= forest->n_columns) forest->n_columns = forest->feature[row] + 1;
    }
    for (size_t i = 0; i < sizeof is_used; i++) forest->n_features_used += is_used[i];
}

void random_forest(ortl__forest *forest, ortl__memory *memory, const forest_recipe *recipe,
                   random_source *random) {
    uint32_t most = recipe->most_leaves;
    maker m = {.forest = forest, .recipe = recipe, .random = random};
    memset(forest, 0, sizeof *forest);
    forest->memory = memory;
    forest->is_double = recipe->is_double;
    forest->aggregate = recipe->aggregate;
    forest->n_targets = recipe->n_targets;
    forest->n_trees = recipe->n_trees;
    forest->n_nodes = recipe->n_trees * (2 * most - 1);
    while (forest->n_nodes % 48271 == 0) forest->n_nodes++;
    if (recipe->n_targets > 1)
        forest->n_weights = recipe->n_trees * most * (recipe->is_dense ? recipe->n_targets : 1);
    if (recipe->equalities) forest->n_sets = N_SETS;
    forest->n_members = forest->n_sets * SET_MEMBERS;
    new_arrays(forest, memory, recipe);
    draw_sets(&m);
    pending *stack = must_new(memory, 2 * (uint64_t)most, sizeof *stack);
    uint8_t *is_made = must_new(memory, forest->n_nodes, 1);
    for (uint32_t tree = 0; tree < recipe->n_trees; tree++) {
        int is_exact = recipe->shape == SHAPE_PERFECT || recipe->shape == SHAPE_OBLIVIOUS;
        uint32_t n_leaves = is_exact ? most : most - random_below(random, most / 2 + 1);
        if (n_leaves == 0) n_leaves = 1;
        draw_levels(&m);
        make_tree(&m, tree, n_leaves, stack);
    }
    for (uint32_t i = 0; i < m.next_row; i++)
        is_made[recipe->shuffled ? (uint32_t)((uint64_t)i * 48271 % forest->n_nodes) : i] = 1;
    count_nodes(forest, m.next_row, is_made);
    forest->has_shared_nodes = recipe->shared;
    forest->steps_per_row = (uint64_t)forest->max_depth * forest->n_trees;
    ortl__memory_free(memory, is_made, forest->n_nodes, 1);
    ortl__memory_free(memory, stack, 2 * (uint64_t)most, sizeof *stack);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

void random_rows(const ortl__forest *forest, size_t n_rows, size_t n_columns, void *values,
                 random_source *random) {
    int is_double = forest->is_double;
    for (size_t i = 0; i < n_rows * n_columns; i++) {
        double near = get_real(is_double, forest->value, random_below(random, forest->n_nodes));
        double value = (double)random_float(random);
        if (forest->n_members > 0 && random_below(random, 3) == 0)
            near = get_real(is_double, forest->members, random_below(random, forest->n_members));
        switch (random_below(random, 12)) {
        case 0:
        case 4: value = near; break;
        case 1:
            value =
                is_double ? nextafter(near, INFINITY) : (double)nextafterf((float)near, INFINITY);
            break;
        case 2:
            value =
                is_double ? nextafter(near, -INFINITY) : (double)nextafterf((float)near, -INFINITY);
            break;
        case 3: value = special_value(random); break;
        default: break;
        }
        set_real(is_double, values, i, value);
    }
}

/* ---- Guarded memory -------------------------------------------------------------------------- */

guarded guarded_new(size_t n_bytes, int at_end) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t n_inner = (n_bytes + page - 1) / page * page;
    guarded block = {NULL, NULL, n_inner + 2 * page};
    block.pages = mmap(NULL, block.n_page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *inner = (char *)block.pages + page;
    if (block.pages == MAP_FAILED) abort();
    if (n_inner > 0 && mprotect(inner, n_inner, PROT_READ | PROT_WRITE) != 0) abort();
    block.data = at_end ? inner + n_inner - n_bytes : inner;
    return block;
}

void guarded_free(guarded *block) {
    munmap(block->pages, block->n_page_bytes);
}
