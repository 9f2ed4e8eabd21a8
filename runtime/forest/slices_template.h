/*
 * The loops of the sliced form (see pack_slices.h) for one type of words. A slice is n words of it;
 * n is known to the compiler. Parameters, defined by the file that includes this:
 *   NAMED(x)          the name of function x for this type
 *   TARGET            the attribute that allows the instructions, or nothing
 *   WORD              uint64_t, or a vector of uint64_t in the vector extension of gcc and clang
 *   OR3(a, b, c)      a | b | c
 *   MUX(m, a, b)      b where m, else a
 *   OWN_BYTES         defined: the file has brought its own to_slices, differ and to_leaves
 *   OWN_NUMBERS       defined: its own number_leaves
 */
#define NOT_UNROLLED _Pragma("GCC unroll 1") /* which would take much room for little time */
#define SLICE_INLINE TARGET __attribute__((always_inline)) static inline

/* ---- Bytes and slices ------------------------------------------------------------------------ */

#ifndef OWN_BYTES

/* Exchanges the number of a word with the number of a bit in its byte: bit b of each byte of w[j]
 * becomes bit j of that byte of w[b]. It is its own inverse, so that bytes which became slices come
 * back in their order, and the order of rows in slices need not concern anybody. */
SLICE_INLINE void NAMED(transpose)(WORD w[8]) {
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {
        WORD change = (w[i] >> 4 ^ w[i + 4]) & 0x0F0F0F0F0F0F0F0Fu;
        w[i + 4] ^= change;
        w[i] ^= change << 4;
    }
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {
        int a = (i & 2) << 1 | (i & 1), b = a + 2;
        WORD change = (w[a] >> 2 ^ w[b]) & 0x3333333333333333u;
        w[b] ^= change;
        w[a] ^= change << 2;
    }
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {
        WORD change = (w[2 * i] >> 1 ^ w[2 * i + 1]) & 0x5555555555555555u;
        w[2 * i + 1] ^= change;
        w[2 * i] ^= change << 1;
    }
}

/* The lowest n_bits bits (here all are made) of a column of codes, whose bias goes: bits
 * (ORTL__SLICE_BITS, n). */
SLICE_INLINE void NAMED(to_slices)(const int8_t *codes, WORD *bits, unsigned n_bits,
                                   const size_t n) {
    (void)n_bits;
    for (size_t v = 0; v < n; v++) {
        WORD w[8];
        memcpy(w, codes + v * sizeof w, sizeof w);
        NAMED(transpose)(w);
        w[7] = ~w[7];
        _Pragma("GCC unroll 8") for (size_t b = 0; b < 8; b++) bits[b * n + v] = w[b];
    }
}

/* Rows whose codes in two columns are not the same: out (n). */
SLICE_INLINE void NAMED(differ)(const int8_t *a, const int8_t *b, WORD *out, const size_t n) {
    const uint64_t low_bits = 0x7F7F7F7F7F7F7F7Fu, ones = 0x0101010101010101u;
    for (size_t v = 0; v < n; v++) {
        WORD w[8], u[8];
        WORD found = {0};
        memcpy(w, a + v * sizeof w, sizeof w);
        memcpy(u, b + v * sizeof u, sizeof u);
        _Pragma("GCC unroll 8") for (int j = 0; j < 8; j++) {
            WORD x = w[j] ^ u[j];
            found |= ((((x & low_bits) + low_bits) | x) >> 7 & ones) << j;
        }
        out[v] = found;
    }
}

/* Numbers of leaves out of their bits, (n_bits) slices. */
SLICE_INLINE void NAMED(to_leaves)(const WORD *const *bits, unsigned n_bits, uint8_t *leaves,
                                   const size_t n) {
    for (size_t v = 0; v < n; v++) {
        const WORD none = {0};
        WORD w[8];
        for (unsigned b = 0; b < 8; b++) w[b] = b < n_bits ? bits[b][v] : none;
        NAMED(transpose)(w);
        memcpy(leaves + v * sizeof w, w, sizeof w);
    }
}

#endif

/* ---- Masks ----------------------------------------------------------------------------------- */

/* Of "code > limit" for the lowest bits of both the answer that takes two more bits into account,
 * which in the limit are `quarter`. */
SLICE_INLINE WORD NAMED(refine)(WORD below, WORD upper, WORD lower, const size_t quarter) {
    switch (quarter) {
    case 0: return OR3(upper, lower, below);
    case 1: return upper | (lower & below);
    case 2: return upper & (lower | below);
    default: return upper & lower & below;
    }
}

/* The answers for all limits of n_bits bits, given those of two bits fewer in the first quarter of
 * table (2^n_bits, n). bits (n_bits, n): of the codes. */
SLICE_INLINE void NAMED(refine_all)(WORD *table, const WORD *bits, unsigned n_bits,
                                    const size_t n) {
    size_t n_below = (size_t)1 << (n_bits - 2);
    const WORD *upper = bits + (n_bits - 1) * n, *lower = bits + (n_bits - 2) * n;
    _Pragma("GCC unroll 4") for (size_t quarter = 4; quarter-- > 0;) {
        WORD *part = table + quarter * n_below * n;
        for (size_t i = 0; i < n_below * n; i += n)
            _Pragma("GCC unroll 8") for (size_t v = 0; v < n; v++) part[i + v] =
                NAMED(refine)(table[i + v], upper[v], lower[v], quarter);
    }
}

/* The answers for n_limits ascending limits of n_bits bits: masks (n_limits, n). also: rows that
 * pass all these tests besides, or NULL. */
SLICE_INLINE void NAMED(answer)(const uint8_t *limits, size_t n_limits, const WORD *table,
                                const WORD *bits, unsigned n_bits, const WORD *also, WORD *masks,
                                const size_t n) {
    unsigned n_below = n_bits - 2, place = (1u << n_below) - 1;
    const WORD *upper = bits + (n_bits - 1) * n, *lower = bits + (n_bits - 2) * n;
    size_t i = 0;
    _Pragma("GCC unroll 4") for (size_t quarter = 0; quarter < 4; quarter++) {
        for (; i < n_limits && (size_t)limits[i] >> n_below == quarter; i++) {
            const WORD *below = table + (limits[i] & place) * n;
            _Pragma("GCC unroll 8") for (size_t v = 0; v < n; v++) {
                WORD mask = NAMED(refine)(below[v], upper[v], lower[v], quarter);
                masks[i * n + v] = also != NULL ? mask | also[v] : mask;
            }
        }
    }
}

/* The masks of one column, whose answers are prepared. */
SLICE_INLINE void NAMED(answer_column)(const ortl__slice_masks *masks, uint32_t column,
                                       const WORD *table, const WORD *bits, unsigned n_bits,
                                       const WORD *also, WORD *out, const size_t n) {
    uint32_t begin = masks->begin[column], end = masks->begin[column + 1];
    NAMED(answer)
    (masks->limits + begin, end - begin, table, bits, n_bits, also, out + begin * n, n);
}

/* Both columns of a table have the same codes but for NaN, which is above all limits in the high
 * one. */
SLICE_INLINE void NAMED(make_masks)(const ortl__quantiser *quantiser,
                                    const ortl__slice_masks *masks, const ortl__slice_block *block,
                                    const size_t n) {
    const WORD none = {0};
    const size_t stride = block->n_words * ORTL__SLICE_ROWS;
    WORD *table = (WORD *)(void *)block->work, *out = (WORD *)(void *)block->masks;
    WORD *bits = table + ORTL__SLICE_LEAVES * n, *nan = table + 64 * n;
    for (size_t v = 0; v < n; v++) out[masks->n_masks * n + v] = none;
    for (uint32_t j = 0; j < quantiser->n_tables; j++) {
        const ortl__rank_table *t = &quantiser->tables[j];
        int has_low = t->low_column != ORTL__NO_COLUMN,
            has_high = t->high_column != ORTL__NO_COLUMN;
        unsigned n_bits = t->n_levels < 2 ? 2 : t->n_levels;
        if (!has_low && !has_high) continue;
        const int8_t *codes = block->codes + (has_low ? t->low_column : t->high_column) * stride;
        NAMED(to_slices)(codes, bits, n_bits, n);
        for (size_t v = 0; v < n; v++) {
            table[v] = n_bits & 1 ? bits[v] : none;
            table[n + v] = none;
        }
        for (unsigned b = (n_bits & 1) + 2; b < n_bits; b += 2)
            NAMED(refine_all)(table, bits, b, n);
        if (has_low && has_high)
            NAMED(differ)(codes, block->codes + t->high_column * stride, nan, n);
        if (has_low) NAMED(answer_column)(masks, t->low_column, table, bits, n_bits, NULL, out, n);
        if (has_high) NAMED(answer_column)
        (masks, t->high_column, table, bits, n_bits, has_low ? nan : NULL, out, n);
    }
}

/* ---- Sets ------------------------------------------------------------------------------------ */

/* Rows with one code of n_bits bits: vector v of the slice. bits (n_bits, n): of the codes. */
SLICE_INLINE WORD NAMED(rows_of_code)(const WORD *bits, unsigned n_bits, unsigned code,
                                      const size_t v, const size_t n) {
    const WORD none = {0};
    WORD rows = ~none;
    NOT_UNROLLED for (unsigned b = 0; b < n_bits; b++) {
        rows &= code >> b & 1 ? bits[b * n + v] : ~bits[b * n + v];
    }
    return rows;
}

/* Unions of the members of each four: choices (n_members / 4 x 16, n), of which those with one
 * member are there already. */
SLICE_INLINE void NAMED(unite_members)(WORD *choices, size_t n_members, const size_t n) {
    const WORD none = {0};
    for (size_t first = 0; first < n_members; first += ORTL__SET_FOUR) {
        WORD *of_four = choices + first / ORTL__SET_FOUR * ORTL__SET_CHOICES * n;
        for (size_t v = 0; v < n; v++) of_four[v] = none;
        NOT_UNROLLED for (size_t i = 3; i < ORTL__SET_CHOICES; i++) {
            for (size_t v = 0; v < n && (i & (i - 1)) != 0; v++)
                of_four[i * n + v] = of_four[(i & (i - 1)) * n + v] | of_four[(i & -i) * n + v];
        }
    }
}

/* Adds to the masks of sets what they choose in column c: masks (all, n). */
SLICE_INLINE void NAMED(choose)(const ortl__slice_sets *sets, uint32_t c, const WORD *choices,
                                WORD *masks, const size_t n) {
    const ortl__slice_set_column *column = &sets->columns[c];
    const uint32_t n_fours = ortl__slice_set_fours(column);
    const uint8_t *chosen = sets->choices + column->choice_begin;
    for (uint32_t i = column->part_begin; i < column[1].part_begin; i++, chosen += n_fours) {
        WORD *mask = masks + sets->parts[i] * n;
        for (size_t v = 0; v < n; v++) {
            WORD rows = mask[v];
            NOT_UNROLLED for (uint32_t k = 0; k < n_fours; k++) {
                rows |= choices[chosen[k] * n + v];
            }
            mask[v] = rows;
        }
    }
}

/* Where the member number i of a column stands among the choices. */
#ifndef SLICE_CHOICE_OF
#define SLICE_CHOICE_OF(i)                                                                         \
    ((i) / ORTL__SET_FOUR * ORTL__SET_CHOICES + ((size_t)1 << (i) % ORTL__SET_FOUR))
#endif

/* The masks of sets: rows whose value is a member. */
SLICE_INLINE void NAMED(make_set_masks)(const ortl__slice_sets *sets,
                                        const ortl__slice_block *block, const size_t n) {
    const WORD none = {0};
    const size_t stride = block->n_words * ORTL__SLICE_ROWS;
    WORD *choices = (WORD *)(void *)block->work, *masks = (WORD *)(void *)block->masks;
    WORD *bits = choices + ORTL__SLICE_LEAVES * n;
    for (size_t v = sets->mask_begin * n; v < sets->mask_end * n; v++) masks[v] = none;
    for (uint32_t c = 0; c < sets->n_columns; c++) {
        const ortl__slice_set_column *column = &sets->columns[c];
        const uint8_t *members = sets->members + column->member_begin;
        size_t n_members = column[1].member_begin - column->member_begin;
        NAMED(to_slices)(block->codes + column->column * stride, bits, column->n_bits, n);
        for (size_t i = 0; i < n_members; i++)
            for (size_t v = 0; v < n; v++)
                choices[SLICE_CHOICE_OF(i) * n + v] =
                    NAMED(rows_of_code)(bits, column->n_bits, members[i], v, n);
        NAMED(unite_members)(choices, n_members, n);
        NAMED(choose)(sets, c, choices, masks, n);
    }
}

/* ---- Trees ----------------------------------------------------------------------------------- */

/* Which rows reach which leaf: reach (leaves, n). nodes is NULL when no tree has a test. */
SLICE_INLINE void NAMED(reach_leaves)(const ortl__slice_node *nodes, size_t begin, size_t end,
                                      const WORD *masks, WORD *reach, const size_t n) {
    const WORD none = {0};
    _Pragma("GCC unroll 8") for (size_t v = 0; v < n; v++) reach[v] = ~none;
    _Pragma("GCC unroll 2") for (size_t i = begin; i < end; i++) {
        const ortl__slice_node *node = nodes + i;
        const WORD *mask = masks + node->mask * n;
        const WORD *low_mask = masks + node->low_mask * n, *high_mask = masks + node->high_mask * n;
        WORD *first = reach + node->first * n, *second = reach + node->second * n;
        WORD *third = reach + node->third * n, *fourth = reach + node->fourth * n;
        _Pragma("GCC unroll 8") for (size_t v = 0; v < n; v++) {
            WORD all = first[v], high = all & mask[v], low = all ^ high;
            WORD low_high = low & low_mask[v], high_high = high & high_mask[v];
            second[v] = low_high; /* without a second test this is `first`, and written over */
            fourth[v] = high_high;
            first[v] = low ^ low_high;
            third[v] = high ^ high_high;
        }
    }
}

#ifndef OWN_NUMBERS

/* Three bits of numbers: bit b of bits (3, n) is set where a row is in a slice whose number has it.
 * reach (8 x n_groups, n) becomes (n_groups, n): which rows are in some slice of eight. */
SLICE_INLINE void NAMED(fold)(WORD *reach, size_t n_groups, WORD *bits, const size_t n) {
    for (size_t v = 0; v < n; v++) {
        WORD bit0 = {0}, bit1 = {0}, bit2 = {0};
        for (size_t g = 0; g < n_groups; g++) {
            const WORD *r = reach + g * 8 * n + v;
            WORD odd = OR3(r[1 * n], r[3 * n], r[5 * n]), r7 = r[7 * n];
            WORD twos = r[2 * n] | r[3 * n], sixes = r[6 * n] | r7;
            WORD upper = OR3(r[4 * n], r[5 * n], sixes);
            bit0 = OR3(bit0, odd, r7);
            bit1 = OR3(bit1, twos, sixes);
            bit2 |= upper;
            reach[g * n + v] = OR3(r[0] | r[1 * n], twos, upper);
        }
        bits[v] = bit0;
        bits[n + v] = bit1;
        bits[2 * n + v] = bit2;
    }
}

/* The bits of leaf numbers, as many as numbers below n_leaves have, which is returned: bits
 * (ORTL__SLICE_BITS + 1, n). reach is used up. */
SLICE_INLINE unsigned NAMED(number_leaves)(WORD *reach, uint32_t n_leaves, WORD *bits,
                                           const size_t n) {
    const WORD none = {0};
    unsigned n_bits = 0;
    for (uint32_t count = n_leaves; count > 1; count = (count + 7) / 8, n_bits += 3) {
        for (size_t i = count; i % 8 != 0; i++)
            for (size_t v = 0; v < n; v++) reach[i * n + v] = none;
        NAMED(fold)(reach, (count + 7) / 8, bits + n_bits * n, n);
    }
    return n_bits < ORTL__SLICE_BITS ? n_bits : ORTL__SLICE_BITS;
}

#endif

/* ---- Perfect trees --------------------------------------------------------------------------- */

/* The bits of the leaf numbers in a block of a perfect tree, or of the numbers of its blocks: bit k
 * to bits + k * distance (n). */
SLICE_INLINE void NAMED(walk_block)(const uint16_t *tests, const WORD *masks, WORD *bits,
                                    size_t distance, const size_t n) {
    for (size_t v = 0; v < n; v++) {
        WORD m[ORTL__PERFECT_TESTS], low[4], middle[2], second[2];
        _Pragma("GCC unroll 16") for (int i = 0; i < ORTL__PERFECT_TESTS; i++) m[i] =
            masks[tests[i] * n + v];
        _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) low[i] =
            MUX(m[3 + i], m[7 + 2 * i], m[8 + 2 * i]);
        _Pragma("GCC unroll 2") for (int i = 0; i < 2; i++) {
            middle[i] = MUX(m[1 + i], low[2 * i], low[2 * i + 1]);
            second[i] = MUX(m[1 + i], m[3 + 2 * i], m[4 + 2 * i]);
        }
        bits[v] = MUX(m[0], middle[0], middle[1]);
        bits[distance + v] = MUX(m[0], second[0], second[1]);
        bits[2 * distance + v] = MUX(m[0], m[1], m[2]);
        bits[3 * distance + v] = m[0];
    }
}

/* Of slices for each of n_blocks blocks, (n_blocks, n), the bits of the block that each row goes
 * to: out (n). */
SLICE_INLINE void NAMED(choose_block)(const WORD *of_blocks, const uint16_t *upper,
                                      const WORD *masks, WORD *out, const size_t n_blocks,
                                      const size_t n) {
    for (size_t v = 0; v < n; v++) {
        WORD x[ORTL__PERFECT_LEAVES];
        _Pragma("GCC unroll 16") for (size_t i = 0; i < n_blocks; i++) x[i] = of_blocks[i * n + v];
        _Pragma("GCC unroll 4") for (size_t half = n_blocks / 2, first = 7; half > 0;
                                     half /= 2, first /= 2) {
            _Pragma("GCC unroll 8") for (size_t i = 0; i < half; i++) x[i] =
                MUX(masks[upper[first + i] * n + v], x[2 * i], x[2 * i + 1]);
        }
        out[v] = x[0];
    }
}

/* The bits of the leaf numbers in a perfect tree: bits (ORTL__SLICE_BITS, n). Their number. */
SLICE_INLINE unsigned NAMED(walk_perfect)(const uint16_t *tests, uint32_t n_leaves,
                                          const WORD *masks, WORD *work, WORD *bits,
                                          const size_t n) {
    const size_t n_blocks = n_leaves / ORTL__PERFECT_LEAVES, most = ORTL__PERFECT_LEAVES;
    if (n_blocks == 1) {
        NAMED(walk_block)(tests, masks, bits, n, n);
        return ORTL__PERFECT_BITS;
    }
    for (size_t i = 0; i < n_blocks; i++) NAMED(walk_block)
    (tests + (i + 1) * ORTL__PERFECT_TESTS, masks, work + i * n, most * n, n);
    NAMED(walk_block)(tests, masks, bits + ORTL__PERFECT_BITS * n, n, n);
    for (size_t k = 0; k < ORTL__PERFECT_BITS; k++) {
        const WORD *of_blocks = work + k * most * n;
        switch (n_blocks) {
        case 2: NAMED(choose_block)(of_blocks, tests, masks, bits + k * n, 2, n); break;
        case 4: NAMED(choose_block)(of_blocks, tests, masks, bits + k * n, 4, n); break;
        case 8: NAMED(choose_block)(of_blocks, tests, masks, bits + k * n, 8, n); break;
        default: NAMED(choose_block)(of_blocks, tests, masks, bits + k * n, 16, n); break;
        }
    }
    return ORTL__SLICE_BITS;
}

/* ---- The numbers of leaves ------------------------------------------------------------------- */

/* The bits of the leaf numbers in a tree as slices: slices (ORTL__SLICE_BITS). Their number. */
SLICE_INLINE unsigned NAMED(walk)(const ortl__slice_trees *trees, uint32_t tree,
                                  const ortl__slice_block *block, const WORD **slices,
                                  const size_t n) {
    const WORD *masks = (const WORD *)(const void *)block->masks;
    WORD *reach = (WORD *)(void *)block->work;
    WORD *bits = reach + ORTL__SLICE_LEAVES * n;
    uint32_t begin = trees->node_begin[tree], n_nodes = trees->node_begin[tree + 1] - begin;
    uint32_t n_leaves = trees->leaf_begin[tree + 1] - trees->leaf_begin[tree];
    if (trees->levels != NULL) {
        for (uint32_t b = 0; b < n_nodes; b++)
            slices[b] = masks + trees->levels[begin + n_nodes - 1 - b].mask * (size_t)n;
        return n_nodes;
    }
    unsigned n_bits;
    if (trees->tests != NULL) {
        n_bits = NAMED(walk_perfect)(trees->tests + begin, n_leaves, masks, reach, bits, n);
    } else {
        NAMED(reach_leaves)(trees->nodes, begin, begin + n_nodes, masks, reach, n);
        n_bits = NAMED(number_leaves)(reach, n_leaves, bits, n);
    }
    for (unsigned b = 0; b < n_bits; b++) slices[b] = bits + b * n;
    return n_bits;
}

/* The numbers of the leaves in a tree, in the order of the kernel: leaves (stride). */
SLICE_INLINE void NAMED(find_leaves)(const ortl__slice_trees *trees, uint32_t tree,
                                     const ortl__slice_block *block, uint8_t *leaves,
                                     const size_t n) {
    const WORD *slices[ORTL__SLICE_BITS];
    unsigned n_bits = NAMED(walk)(trees, tree, block, slices, n);
    NAMED(to_leaves)(slices, n_bits, leaves, n);
}

#undef NOT_UNROLLED
#undef SLICE_INLINE
