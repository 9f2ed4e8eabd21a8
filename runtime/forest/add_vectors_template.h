/*
 * Adds to the sums of rows the values of their leaves, one for each target. Parameters, defined by
 * the file that includes this and undefined here:
 *   NAMED_VECTORS(x)  the name of function x
 *   REAL              float or double
 *   LEAF              type of the numbers of leaves
 */

/* A row at a time, its targets eight at a time, which compilers turn into vectors. */
static void NAMED_VECTORS(add_many)(const REAL *restrict values, const LEAF *leaves, size_t n_rows,
                                    size_t n_targets, REAL *restrict sums) {
    for (size_t i = 0; i < n_rows; i++, sums += n_targets) {
        const REAL *value = values + (size_t)leaves[i] * n_targets;
        size_t k = 0;
        for (; k + 8 <= n_targets; k += 8)
            for (size_t j = k; j < k + 8; j++) sums[j] += value[j];
        _Pragma("GCC unroll 1") for (; k < n_targets; k++) sums[k] += value[k];
    }
}

/* The same for a number of targets that the compiler knows, which takes a fraction of the time. */
__attribute__((always_inline)) static inline void
NAMED_VECTORS(add_few)(const REAL *restrict values, const LEAF *leaves, size_t n_rows,
                       const size_t n_targets, REAL *restrict sums) {
    _Pragma("GCC unroll 1") for (size_t i = 0; i < n_rows; i++, sums += n_targets) {
        const REAL *value = values + (size_t)leaves[i] * n_targets;
        _Pragma("GCC unroll 8") for (size_t k = 0; k < n_targets; k++) sums[k] += value[k];
    }
}

/* values (leaves, n_targets), leaves (n_rows), sums (n_rows, n_targets). */
static void NAMED_VECTORS(add)(const REAL *values, const LEAF *leaves, size_t n_rows,
                               size_t n_targets, REAL *sums) {
    switch (n_targets) {
    case 2: NAMED_VECTORS(add_few)(values, leaves, n_rows, 2, sums); break;
    case 3: NAMED_VECTORS(add_few)(values, leaves, n_rows, 3, sums); break;
    case 4: NAMED_VECTORS(add_few)(values, leaves, n_rows, 4, sums); break;
    case 5: NAMED_VECTORS(add_few)(values, leaves, n_rows, 5, sums); break;
    case 6: NAMED_VECTORS(add_few)(values, leaves, n_rows, 6, sums); break;
    case 7: NAMED_VECTORS(add_few)(values, leaves, n_rows, 7, sums); break;
    default: NAMED_VECTORS(add_many)(values, leaves, n_rows, n_targets, sums); break;
    }
}

#undef NAMED_VECTORS
#undef LEAF
