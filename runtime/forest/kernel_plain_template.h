/*
 * The text of kernel_plain.c for one type. Parameters, defined by the file that includes this:
 *   REAL      float or double
 *   NAMED(x)  the name of function x for this type
 *   GROUP     rows that walk at once
 * It leaves to kernel_plain.c the choice of the type and the first value of the sums.
 */

/* Whether x is in the set of a MEMBER test: exact equality. NaN is in no set, since every
 * comparison with it is false. */
static int NAMED(is_member)(const ortl__forest *forest, uint32_t row, REAL x) {
    const REAL *members = forest->members;
    uint32_t set;
    memcpy(&set, (const REAL *)forest->value + row, sizeof set);
    uint32_t low = forest->set_begin[set], end = forest->set_begin[set + 1], high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (members[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && members[low] == x;
}

/* Whether x takes the true side. The comparisons are C's: with NaN, as x or as threshold, all are
 * false but NEQ, which is true, as onnxruntime has it. */
static inline int NAMED(passes)(const ortl__forest *forest, uint32_t row, unsigned test, REAL x) {
    REAL threshold = ((const REAL *)forest->value)[row];
    int result;
    switch (test & ORTL__TEST_MODE) {
    case ORTL__MODE_LEQ: result = x <= threshold; break;
    case ORTL__MODE_LT: result = x < threshold; break;
    case ORTL__MODE_GTE: result = x >= threshold; break;
    case ORTL__MODE_GT: result = x > threshold; break;
    case ORTL__MODE_EQ: result = x == threshold; break;
    case ORTL__MODE_NEQ: result = x != threshold; break;
    default: result = NAMED(is_member)(forest, row, x); break;
    }
    return result | (((test & ORTL__TEST_MISSING) != 0) & (x != x));
}

/* Finds the leaves that n rows (1 to GROUP) from data on reach from node row root: each walk makes
 * one test in turn, so that the processor works on all of them while each waits for its next node.
 */
static void NAMED(find_leaves)(const ortl__forest *forest, uint32_t root, const ortl__rows *rows,
                               const REAL *data, size_t n, uint32_t leaves[GROUP]) {
    for (size_t i = 0; i < n; i++) leaves[i] = root;
    for (int has_moved = 1; has_moved;) {
        has_moved = 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t at = leaves[i];
            unsigned test = forest->test[at];
            if (test == ORTL__MODE_LEAF) continue;
            REAL x = data[(ptrdiff_t)i * rows->row_stride +
                          (ptrdiff_t)forest->feature[at] * rows->column_stride];
            uint32_t on_true = forest->true_child[at], on_false = forest->false_child[at];
            leaves[i] = NAMED(passes)(forest, at, test, x) ? on_true : on_false;
            has_moved = 1;
        }
    }
}

/* One vote. is_first: the target had none before. */
static inline REAL NAMED(aggregate)(ortl__aggregate aggregate, REAL so_far, REAL vote,
                                    int is_first) {
    switch (aggregate) {
    case ORTL__AGGREGATE_MIN: return is_first || vote < so_far ? vote : so_far;
    case ORTL__AGGREGATE_MAX: return is_first || vote > so_far ? vote : so_far;
    default: return so_far + vote;
    }
}

/* All votes of a leaf, in the order of the file: sums and voted (n_targets) are those of one row.
 */
static inline void NAMED(add_leaf)(const ortl__forest *forest, uint32_t leaf, REAL *sums,
                                   uint8_t *voted) {
    const REAL *weights = forest->weight;
    uint32_t begin = forest->true_child[leaf], end = begin + forest->false_child[leaf];
    for (uint32_t i = begin; i < end; i++) {
        uint32_t target = forest->weight_target[i];
        sums[target] =
            NAMED(aggregate)(forest->aggregate, sums[target], weights[i], !voted[target]);
        voted[target] = 1;
    }
}

/* Adds the leaves of one tree for n rows: sums and voted are those of the first of them. */
static void NAMED(add_leaves)(const ortl__forest *forest, const uint32_t *leaves, size_t n,
                              int is_first_tree, REAL *sums, uint8_t *voted) {
    const REAL *values = forest->value;
    size_t n_targets = forest->n_targets;
    for (size_t i = 0; i < n; i++) {
        if (n_targets == 1)
            sums[i] =
                NAMED(aggregate)(forest->aggregate, sums[i], values[leaves[i]], is_first_tree);
        else
            NAMED(add_leaf)(forest, leaves[i], sums + i * n_targets, voted + i * n_targets);
    }
}

/* Tree after tree, so that a tree stays in the cache for all rows; each sum still grows in the
 * order of the trees. */
static void NAMED(add_trees)(const ortl__forest *forest, const ortl__rows *rows, REAL *sums,
                             uint8_t *voted) {
    const REAL *data = rows->data;
    size_t n_targets = forest->n_targets;
    for (uint32_t tree = 0; tree < forest->n_trees; tree++) {
        for (size_t first = 0; first < rows->n_rows; first += GROUP) {
            uint32_t leaves[GROUP];
            size_t left = rows->n_rows - first, n = left < GROUP ? left : GROUP;
            size_t at = first * n_targets;
            NAMED(find_leaves)
            (forest, forest->roots[tree], rows, data + (ptrdiff_t)first * rows->row_stride, n,
             leaves);
            NAMED(add_leaves)
            (forest, leaves, n, tree == 0, sums + at, voted == NULL ? NULL : voted + at);
        }
    }
}
