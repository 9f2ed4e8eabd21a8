/*
 * A sliced kernel out of the loops for each width of slices. Parameters, defined by the file that
 * includes this:
 *   WIDTHS(X)    a list of X(words of a slice, suffix of the names of its loops, vectors of a
 *                slice), ascending
 *   TARGET       as in slices_template.h
 *   add_values   a function (values, n_leaves, leaves, n_rows, sums): sums[i] += values[leaves[i]]
 *   sort_leaves  a function (leaves, n_rows) that puts leaves from the order in which add_values
 *                takes them into the order of the rows
 */
#define X(words, suffix, n)                                                                        \
    TARGET __attribute__((noinline)) static void leaves_of_##words(                                \
        const ortl__slice_trees *trees, uint32_t tree, const ortl__slice_block *block,             \
        uint8_t *leaves) {                                                                         \
        find_leaves##suffix(trees, tree, block, leaves, n);                                        \
    }
WIDTHS(X)
#undef X

TARGET static void make_masks(const ortl__quantiser *quantiser, const ortl__slice_masks *masks,
                              const ortl__slice_block *block) {
#define X(words, suffix, n)                                                                        \
    case words:                                                                                    \
        make_masks##suffix(quantiser, masks, block, n);                                            \
        if (masks->n_masks > masks->n_cuts) make_set_masks##suffix(&masks->sets, block, n);        \
        break;
    switch (block->n_words) { WIDTHS(X) }
#undef X
}

/* The leaves of all rows in one tree, as add_values takes them. */
TARGET static inline void walk_tree(const ortl__slice_trees *trees, uint32_t tree,
                                    const ortl__slice_block *block, uint8_t *leaves) {
#define X(words, suffix, n)                                                                        \
    case words: leaves_of_##words(trees, tree, block, leaves); break;
    switch (block->n_words) { WIDTHS(X) }
#undef X
}

TARGET static void add_trees(const ortl__slice_trees *trees, const ortl__slice_block *block) {
    _Alignas(64) uint8_t leaves[ORTL__SLICE_ROWS * ORTL__SLICE_WORDS];
    for (uint32_t tree = 0; tree < trees->n_trees; tree++) {
        uint32_t leaf = trees->leaf_begin[tree], n_leaves = trees->leaf_begin[tree + 1] - leaf;
        size_t target = trees->targets != NULL ? trees->targets[tree] : 0;
        walk_tree(trees, tree, block, leaves);
        add_values(trees->values + leaf, n_leaves, leaves, block->n_rows,
                   block->sums + target * block->n_words * ORTL__SLICE_ROWS);
    }
}

TARGET static void find_leaves(const ortl__slice_trees *trees, uint32_t tree,
                               const ortl__slice_block *block, uint8_t *leaves) {
    walk_tree(trees, tree, block, leaves);
    sort_leaves(leaves, block->n_rows);
}

#define X(words, suffix, n) words,
#define ALL_WIDTHS                                                                                 \
    { WIDTHS(X) }
