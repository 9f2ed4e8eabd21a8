/*
 * Plans the blocks of the sliced form.
 */
#include "slice_plan.h"

#include <math.h>

/* Rows that may go one by one: never all that fill a word. */
enum { MOST_FEW_ROWS = ORTL__SLICE_ROWS - 8 };

/* Masks of cuts that take as long as one of a set. */
enum { SET_MASKS = 16 };

/* Tests of a tree with masks that take as long as a level without. */
enum { LEVEL_TESTS = 2 };

/* Whether blocks of width number i need no masks. */
static int takes_codes(const ortl__pack_kernel *kernel, size_t i) {
    const ortl__slice_kernel *loops = kernel->loops;
    return kernel->form == &ortl__form_levels && loops->add_levels != NULL && i == 0;
}

/* Nanoseconds for the tests of all trees, for a block of width number i. */
static double cost_of_tests(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t i) {
    const ortl__slice_kernel *loops = kernel->loops;
    if (takes_codes(kernel, i))
        return (double)survey->n_levels * LEVEL_TESTS * loops->test_costs[i];
    if (kernel->form == &ortl__form_levels) return 0;
    if (kernel->form == &ortl__form_perfect)
        return (double)survey->n_places * loops->place_costs[i];
    return (double)survey->n_tests * loops->test_costs[i];
}

/* Nanoseconds for a block of width number i, for so many words of rows. */
static double cost_of_block(const ortl__survey *survey, const ortl__pack_kernel *kernel, size_t i,
                            unsigned n_words) {
    const ortl__slice_kernel *loops = kernel->loops;
    double n_rows = n_words * (double)ORTL__SLICE_ROWS;
    double n_masks = survey->quantiser.n_asked + (double)SET_MASKS * survey->sets.n_sets;
    double codes = loops->code_cost * n_rows * survey->forest->n_features_used;
    double leaves = loops->leaf_cost * n_rows * survey->forest->n_trees;
    double cost = cost_of_tests(survey, kernel, i) + codes + leaves;
    if (takes_codes(kernel, i)) return cost;
    return cost + n_masks * loops->mask_costs[i] + survey->forest->n_trees * loops->tree_costs[i];
}

static int is_too_wide(const ortl__survey *survey, const ortl__slice_kernel *loops, size_t i) {
    uint64_t slice_bytes = loops->widths[i] * sizeof(uint64_t);
    uint64_t n_masks = survey->quantiser.n_asked + (uint64_t)survey->sets.n_sets;
    return i > 0 && n_masks * slice_bytes > loops->most_mask_bytes;
}

/* The cheapest blocks for so many words and fewer: costs (ORTL__SLICE_WORDS + 1), nanoseconds. */
static void plan_blocks(const ortl__survey *survey, const ortl__pack_kernel *kernel,
                        ortl__slice_plan *plan, double *costs) {
    const ortl__slice_kernel *loops = kernel->loops;
    plan->next[0] = 0;
    costs[0] = 0;
    for (unsigned n_words = 1; n_words <= ORTL__SLICE_WORDS; n_words++) {
        costs[n_words] = INFINITY;
        for (size_t i = 0; i < ORTL__SLICE_WIDTHS; i++) {
            unsigned width = loops->widths[i];
            if (is_too_wide(survey, loops, i)) break;
            double cost = cost_of_block(survey, kernel, i, width < n_words ? width : n_words);
            if (width < n_words) cost += costs[n_words - width];
            if (cost >= costs[n_words]) continue;
            costs[n_words] = cost;
            plan->next[n_words] = (uint8_t)width;
        }
    }
}

/* Nanoseconds for n_rows rows one by one; infinite where they cannot go that way, or are not
 * expected to. */
static double cost_of_rows(const ortl__survey *survey, const ortl__pack_kernel *kernel,
                           size_t n_rows) {
    const ortl__row_kernel *row = ((const ortl__slice_kernel *)kernel->loops)->row;
    if (survey->has_sets || survey->rows_expected == ORTL_EXPECT_MANY_ROWS) return INFINITY;
    if (ortl__row_layout_for(survey, row) == ORTL__ROW_NONE) return INFINITY;
    return (double)n_rows * ortl__row_cost(survey, row, n_rows);
}

/* costs (ORTL__SLICE_WORDS + 1): of blocks. */
static void make_plan(const ortl__survey *survey, const ortl__pack_kernel *kernel,
                      ortl__slice_plan *plan, double *costs) {
    plan_blocks(survey, kernel, plan, costs);
    for (size_t w = 0; w < ORTL__SLICE_WORDS; w++) {
        size_t n = 0, most = w > 0 ? plan->most_few[0] : MOST_FEW_ROWS;
        while (n < most && cost_of_rows(survey, kernel, n + 1) <= costs[w + 1] - costs[w]) n++;
        plan->most_few[w] = (uint8_t)n;
    }
}

void ortl__slice_plan_make(ortl__slice_plan *plan, const ortl__survey *survey,
                           const ortl__pack_kernel *kernel) {
    double costs[ORTL__SLICE_WORDS + 1];
    make_plan(survey, kernel, plan, costs);
}

double ortl__slice_plan_cost(const ortl__survey *survey, const ortl__pack_kernel *kernel,
                             size_t n_rows) {
    const size_t most_rows = ORTL__SLICE_WORDS * ORTL__SLICE_ROWS;
    ortl__slice_plan plan;
    double costs[ORTL__SLICE_WORDS + 1];
    make_plan(survey, kernel, &plan, costs);
    double cost = (double)(n_rows / most_rows) * costs[ORTL__SLICE_WORDS];
    size_t full = n_rows % most_rows / ORTL__SLICE_ROWS, rest = n_rows % ORTL__SLICE_ROWS;
    if (rest == 0)
        cost += costs[full];
    else if (rest > plan.most_few[full])
        cost += costs[full + 1];
    else
        cost += costs[full] + cost_of_rows(survey, kernel, rest);
    return cost / (double)n_rows;
}

size_t ortl__slice_plan_next(const ortl__slice_plan *plan, size_t n_left, size_t *n_rows_out) {
    size_t full = n_left / ORTL__SLICE_ROWS, few = n_left % ORTL__SLICE_ROWS, n_words;
    if (full >= ORTL__SLICE_WORDS) {
        n_words = plan->next[ORTL__SLICE_WORDS];
    } else if (few > plan->most_few[full]) {
        n_words = plan->next[full + 1];
    } else {
        n_words = plan->next[full];
        if (full > 0) n_left -= few;
    }
    size_t most_rows = n_words * ORTL__SLICE_ROWS;
    *n_rows_out = n_words == 0 || n_left < most_rows ? n_left : most_rows;
    return n_words;
}

size_t ortl__slice_plan_most_words(const ortl__slice_plan *plan, size_t n_rows) {
    size_t most = 0;
    for (size_t w = 0; w <= ORTL__SLICE_WORDS && (w == 0 || (w - 1) * ORTL__SLICE_ROWS < n_rows);
         w++)
        if (plan->next[w] > most) most = plan->next[w];
    return most;
}
