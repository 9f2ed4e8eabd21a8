/*
 * One walk over all trees that finds out what forms a forest can take.
 */
#include "survey.h"

#include <string.h>

#include "perfect.h"

/* Members of all sets for which the quantiser is built, beside one a node: memory stays bounded by
 * the file. */
enum { MOST_BYTE_LEAVES = 256, MOST_FREE_MEMBERS = 4096 };

static int has_only_cuts(const ortl__forest *forest) {
    for (uint32_t row = 0; row < forest->n_nodes; row++)
        if (forest->test[row] != ORTL__MODE_LEAF && !ortl__is_cut(forest, row)) return 0;
    return 1;
}

/* The depth of a perfect tree with so many leaves; -1 when there is none up to 8. */
static int perfect_depth(uint32_t n_leaves) {
    for (int depth = 0; depth <= 8; depth++)
        if (n_leaves == 1u << depth) return depth;
    return -1;
}

/* Whether two tests of a forest are the same. */
static int is_same_test(const ortl__forest *forest, uint32_t a, uint32_t b) {
    ortl__cut cut_a = {0}, cut_b = {0};
    if (forest->feature[a] != forest->feature[b]) return 0;
    ortl__cut_of(forest, a, &cut_a);
    ortl__cut_of(forest, b, &cut_b);
    return cut_a.limit == cut_b.limit && cut_a.nan_is_low == cut_b.nan_is_low;
}

/* Looks at the tree that was listed. In a perfect tree of depth d the first d nodes are the low
 * side of each level. A node whose high side begins 2^k places on has k levels of tests in its
 * subtree, itself included; the first node with as many is its model. */
static void look_for_levels(ortl__survey *survey, const ortl__preorder *preorder) {
    int depth = perfect_depth(preorder->n_leaves);
    survey->is_oblivious = survey->is_oblivious && depth >= 0;
    for (uint32_t i = 0; i < preorder->n_nodes && survey->is_oblivious; i++) {
        const ortl__preorder_node *node = &preorder->nodes[i];
        if (node->high == 0) continue;
        int level = depth - perfect_depth(node->high - i);
        survey->is_oblivious =
            perfect_depth(node->high - i) > 0 && level >= 0 && level < depth &&
            is_same_test(preorder->forest, node->row, preorder->nodes[level].row);
    }
    survey->n_levels += (uint64_t)(depth < 0 ? 0 : depth);
}

/* Counts the places of the tree that was listed as a perfect one. */
static void look_for_places(ortl__survey *survey, const ortl__preorder *preorder) {
    uint32_t n = ortl__perfect_leaves(preorder);
    if (n > survey->max_places) survey->max_places = n;
    survey->n_places += n;
    survey->is_shallow = survey->is_shallow && n > 0;
}

static ortl_status look_at_trees(ortl__survey *survey, ortl__preorder *preorder,
                                 ortl_error *error) {
    int fits = 1;
    for (uint32_t tree = 0; tree < survey->forest->n_trees && fits; tree++) {
        ortl_status status = ortl__preorder_tree(preorder, tree, &fits, error);
        if (status != ORTL_OK) return status;
        if (!fits) break;
        survey->n_tests += preorder->n_nodes - preorder->n_leaves;
        survey->n_leaves += preorder->n_leaves;
        if (preorder->n_leaves > survey->max_leaves) survey->max_leaves = preorder->n_leaves;
        ortl__votes_look(&survey->votes, tree, preorder);
        look_for_levels(survey, preorder);
        look_for_places(survey, preorder);
    }
    ortl__votes_end(&survey->votes);
    survey->is_packable = fits && survey->votes.shape != ORTL__VOTES_IRREGULAR;
    return ORTL_OK;
}

/* Whether rank codes can be of use. */
static int may_be_coded(const ortl__survey *survey) {
    const ortl__set_tests *sets = &survey->sets;
    uint64_t most_members = (uint64_t)survey->forest->n_nodes + MOST_FREE_MEMBERS;
    return survey->is_packable && !survey->forest->is_double &&
           survey->max_leaves <= MOST_BYTE_LEAVES &&
           (!survey->has_sets || sets->begin[sets->n_features] <= most_members);
}

ortl_status ortl__survey_forest(ortl__survey *survey, const ortl__forest *forest,
                                ortl_error *error) {
    ortl__preorder preorder;
    memset(survey, 0, sizeof *survey);
    survey->forest = forest;
    survey->has_sets = !has_only_cuts(forest);
    survey->is_oblivious = !survey->has_sets;
    survey->is_shallow = 1;
    if (forest->n_trees == 0) return ORTL_OK;
    if (survey->has_sets && forest->is_double) return ORTL_OK;
    ortl_status status = ORTL_OK;
    if (survey->has_sets) status = ortl__set_tests_build(&survey->sets, forest, error);
    if (status == ORTL_OK) status = ortl__votes_begin(&survey->votes, forest, error);
    if (status != ORTL_OK) goto done;
    ortl__preorder_init(&preorder, forest, &survey->sets);
    status = look_at_trees(survey, &preorder, error);
    ortl__preorder_free(&preorder);
    if (status == ORTL_OK && may_be_coded(survey))
        status = ortl__quantiser_build(&survey->quantiser, forest, &survey->sets, error);
done:
    if (status != ORTL_OK) ortl__survey_free(survey);
    return status;
}

void ortl__survey_free(ortl__survey *survey) {
    if (survey->votes.memory != NULL) ortl__votes_free(&survey->votes);
    if (survey->quantiser.memory != NULL) ortl__quantiser_free(&survey->quantiser);
    ortl__set_tests_free(&survey->sets);
    memset(survey, 0, sizeof *survey);
}
