/*
 * A set becomes a chain of tests in ascending order: single members by EQ, runs of three or more
 * by `x < first` (to the other side) and `x <= last` (to the members). Every test's true child is
 * one of two subtrees that the whole chain shares, and the chain goes on at the false child: the
 * only kind of sharing that onnxruntime loads.
 */
#include "categories.h"

#include <math.h>
#include <string.h>

#include "../runtime/sort.h"
#include "../runtime/status.h"

/* Up to here doubles tell whole numbers apart. */
#define GREATEST_CATEGORY ((int64_t)1 << 53)

/* ---- Taking a set ---------------------------------------------------------------------------- */

ORTL__SORT_DEFINE(sort_values, int64_t, ORTL__IS_LESS)

void ortl__categories_sort(int64_t *values, uint64_t n) {
    sort_values(values, (size_t)n);
}

static int is_ascending(const int64_t *values, uint64_t n) {
    for (uint64_t i = 1; i < n; i++)
        if (values[i] <= values[i - 1]) return 0;
    return 1;
}

static uint64_t drop_repeats(int64_t *values, uint64_t n) {
    uint64_t n_kept = 0;
    for (uint64_t i = 0; i < n; i++)
        if (n_kept == 0 || values[i] != values[n_kept - 1]) values[n_kept++] = values[i];
    return n_kept;
}

/* No value of a float column can stand for a category that float has no number for. */
static uint64_t drop_unreachable(int64_t *values, uint64_t n, int is_double) {
    uint64_t n_kept = 0;
    for (uint64_t i = 0; i < n; i++)
        if (is_double || (int64_t)(float)values[i] == values[i]) values[n_kept++] = values[i];
    return n_kept;
}

static ortl_status check_category(const ortl_builder *builder, int64_t category,
                                  ortl_category_rule rule, ortl_error *error) {
    int64_t greatest = builder->opset_ml == 5 ? INT32_MAX : GREATEST_CATEGORY;
    if (category > greatest || category < -greatest)
        return ortl__fail(error, ORTL_BAD_MODEL, "category %lld is beyond %lld",
                          (long long)category, (long long)greatest);
    if (category < 0 && rule != ORTL_CATEGORY_EXACT)
        return ortl__fail(error, ORTL_BAD_MODEL, "category %lld is negative", (long long)category);
    return ORTL_OK;
}

static uint64_t count_bits(const uint32_t *bits, size_t n_words) {
    uint64_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        for (uint32_t word = bits[i]; word; word &= word - 1) n++;
    return n;
}

static void take_bits(const uint32_t *bits, size_t n_words, int64_t *categories) {
    for (size_t i = 0; i < n_words; i++)
        for (unsigned k = 0; k < 32; k++)
            if (bits[i] >> k & 1) *categories++ = (int64_t)i * 32 + k;
}

/* onnxruntime compares exactly in sets of small numbers, and truncates the value in others. */
static int is_small_set(const int64_t *categories, uint64_t n) {
    return n == 0 || (categories[0] >= 0 && categories[n - 1] <= 30 && n < 31);
}

static ortl__column_way choose_way(const ortl_builder *builder, ortl_category_rule rule,
                                   const int64_t *categories, uint64_t n) {
    if (rule == ORTL_CATEGORY_TRUNCATED) return ORTL__WAY_TRUNCATED;
    if (rule == ORTL_CATEGORY_FLOORED) return ORTL__WAY_FLOORED;
    if (builder->opset_ml == 5 && n > 1 && !is_small_set(categories, n))
        return ORTL__WAY_WHOLE_OR_NONE;
    return ORTL__WAY_PLAIN;
}

ortl_status ortl__categories_take(ortl_builder *builder, const ortl_category_split *split,
                                  ortl__tree_node *node, ortl__column_way *way_out,
                                  int *has_zero_out, ortl_error *error) {
    ortl__tree_work *tree = &builder->tree;
    uint64_t n = split->bits ? count_bits(split->bits, split->n_words) : split->n_categories;
    int64_t *categories;
    /* One at least, so that an empty set has an address too. */
    ortl_status status =
        ortl__memory_grow(builder->memory, &tree->categories, &tree->category_capacity,
                          tree->n_categories + (n > 0 ? n : 1), sizeof *tree->categories, error);
    if (status != ORTL_OK) return status;
    categories = tree->categories + tree->n_categories;
    if (split->bits)
        take_bits(split->bits, split->n_words, categories);
    else if (n > 0)
        memcpy(categories, split->categories, n * sizeof *categories);
    for (uint64_t i = 0; i < n && status == ORTL_OK; i++)
        status = check_category(builder, categories[i], split->rule, error);
    if (status != ORTL_OK) return status;
    if (!is_ascending(categories, n)) ortl__categories_sort(categories, n);
    n = drop_unreachable(categories, drop_repeats(categories, n), builder->is_double);
    *has_zero_out = 0;
    for (uint64_t i = 0; i < n && categories[i] <= 0; i++) *has_zero_out |= categories[i] == 0;
    *way_out = choose_way(builder, split->rule, categories, n);
    node->is_whole = *way_out != ORTL__WAY_PLAIN;
    node->begin = tree->n_categories;
    node->count = n;
    tree->n_categories += n;
    return ORTL_OK;
}

/* ---- The chain ------------------------------------------------------------------------------- */

ortl__category_chain ortl__category_chain_init(const int64_t *categories, uint64_t n, int is_whole,
                                               int avoids_last) {
    ortl__category_chain chain = {categories, n, is_whole, avoids_last, 0, 0, {0}};
    if (n == 0) {
        chain.has_pending = 1;
        chain.pending = (ortl__category_test){ORTL__MODE_LT, -INFINITY, 1};
    }
    return chain;
}

/* How many categories from the next on follow each other without a gap. */
static uint64_t run_length(const ortl__category_chain *chain) {
    const int64_t *run = chain->categories + chain->next;
    uint64_t n_left = chain->n - chain->next;
    uint64_t n = 1;
    while (n < n_left && run[n] == run[0] + (int64_t)n) n++;
    return n;
}

int ortl__category_chain_next(ortl__category_chain *chain, ortl__category_test *test_out) {
    enum { SHORTEST_RUN = 3 }; /* two tests for a run, one for a single member */
    uint64_t length;
    int is_last;
    double first;
    if (chain->has_pending) {
        chain->has_pending = 0;
        *test_out = chain->pending;
        return 1;
    }
    if (chain->next >= chain->n) return 0;
    first = (double)chain->categories[chain->next];
    is_last = chain->next + 1 == chain->n;
    length = chain->is_whole ? run_length(chain) : 1;
    if (length < SHORTEST_RUN && !(is_last && chain->avoids_last)) {
        *test_out = (ortl__category_test){ORTL__MODE_EQ, first, 1};
        chain->next++;
        return 1;
    }
    if (length < SHORTEST_RUN) length = 1;
    /* Everything below was tested before, so what is smaller now is no member. */
    *test_out = (ortl__category_test){ORTL__MODE_LT, first, 0};
    chain->next += length;
    chain->pending =
        (ortl__category_test){ORTL__MODE_LEQ, (double)chain->categories[chain->next - 1], 1};
    chain->has_pending = 1;
    return 1;
}
