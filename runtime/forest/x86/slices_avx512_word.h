/*
 * Part of slices_avx512_template.h: blocks of one word. A test of a tree is scalar work then, and
 * what comes after the trees is one register for all rows; so ways through memory count.
 */

/* The codes of a column without their bias, in the order of slices. */
INLINE __m512i load_quads(const ortl__slice_block *block, uint32_t column) {
    const int8_t *from = block->codes + column * (size_t)ROWS;
    return _mm512_xor_si512(to_quads(_mm512_loadu_si512((const void *)from)),
                            _mm512_set1_epi8((char)0x80));
}

/* A comparison for each limit: with so few rows there is no quicker way. The limits are taken from
 * a table of four bytes each, because single bytes take a permutation to be spread. */
INLINE void make_masks_word(const ortl__quantiser *quantiser, const ortl__slice_masks *masks,
                            const ortl__slice_block *block, const size_t n) {
    uint32_t four_times[256];
    (void)quantiser;
    (void)n;
    for (uint32_t limit = 0; limit < 256; limit++) four_times[limit] = limit * 0x01010101u;
    for (uint32_t column = 0; column < masks->n_columns; column++) {
        const __m512i codes = load_quads(block, column);
        const uint32_t end = masks->begin[column + 1];
        _Pragma("GCC unroll 2") for (uint32_t i = masks->begin[column]; i < end; i++)
            block->masks[i] =
            _mm512_cmpgt_epu8_mask(codes, _mm512_set1_epi32((int)four_times[masks->limits[i]]));
    }
    block->masks[masks->n_masks] = 0;
}

/* The same for sets: a comparison for each member. */
INLINE void make_set_masks_word(const ortl__slice_sets *sets, const ortl__slice_block *block,
                                const size_t n) {
    uint64_t *choices = block->work;
    (void)n;
    for (uint32_t mask = sets->mask_begin; mask < sets->mask_end; mask++) block->masks[mask] = 0;
    for (uint32_t c = 0; c < sets->n_columns; c++) {
        const ortl__slice_set_column *column = &sets->columns[c];
        const uint8_t *members = sets->members + column->member_begin;
        size_t n_members = column[1].member_begin - column->member_begin;
        const __m512i codes = load_quads(block, column->column);
        for (size_t i = 0; i < n_members; i++)
            choices[SLICE_CHOICE_OF(i)] =
                _mm512_cmpeq_epi8_mask(codes, _mm512_set1_epi8((char)members[i]));
        unite_members_scalar(choices, n_members, 1);
        choose_scalar(sets, c, choices, block->masks, 1);
    }
}

#if HAS_VBMI
/* The numbers of 64 leaves, in quads, out of the words of their bits. */
INLINE __m512i read_bits(__m512i bits) {
    /* Byte 8j + i is byte j of word 7 - i. */
    const __m512i order = _mm512_set_epi64(
        0x070F171F272F373F, 0x060E161E262E363E, 0x050D151D252D353D, 0x040C141C242C343C,
        0x030B131B232B333B, 0x020A121A222A323A, 0x0109111921293139, 0x0008101820283038);
    return transpose_bits(_mm512_permutexvar_epi8(order, bits));
}

/* A byte of eight leaves, of which a row is in one or none, times such a matrix gives bits of the
 * number of its leaf. A row of a matrix is for a bit of the number, the highest byte for the lowest
 * bit. matrices_of_32[g]: the bits but 3 and 4 for leaves from 32g on. */
#define ALL_OF(bit) ((uint64_t)0xFF << (56 - 8 * (bit)))
#define MATRIX(g)                                                                                  \
    (0xAACCF00000000000u | ((g)&1 ? ALL_OF(5) : 0) | ((g)&2 ? ALL_OF(6) : 0) |                     \
     ((g)&4 ? ALL_OF(7) : 0))
static const uint64_t matrices_of_32[ORTL__SLICE_LEAVES / 32] = {
    MATRIX(0), MATRIX(1), MATRIX(2), MATRIX(3), MATRIX(4), MATRIX(5), MATRIX(6), MATRIX(7),
};

INLINE __m512i multiply(__m512i leaves, uint64_t matrix) {
    return _mm512_gf2p8affine_epi64_epi8(read_bits(leaves), _mm512_set1_epi64((long long)matrix),
                                         0);
}

/* The numbers of leaves, in quads, out of the rows of each leaf: reach (n_leaves, and 0 up to a
 * multiple of 32). */
INLINE __m512i number_leaves_word(uint64_t *reach, uint32_t n_leaves) {
    __m512i found = _mm512_setzero_si512(), odd = found, upper = found;
    for (uint32_t g = 0; g < (n_leaves + 31) / 32; g++) {
        const __m512i *x = (const __m512i *)(void *)(reach + 32 * g);
        odd = _mm512_ternarylogic_epi64(odd, x[1], x[3], 0x96); /* exclusive or */
        upper = _mm512_ternarylogic_epi64(upper, x[2], x[3], 0x96);
        __m512i all = _mm512_xor_si512(_mm512_ternarylogic_epi64(x[0], x[1], x[2], 0x96), x[3]);
        found = _mm512_xor_si512(found, multiply(all, matrices_of_32[g]));
    }
    return _mm512_ternarylogic_epi64(found, multiply(odd, ALL_OF(3)), multiply(upper, ALL_OF(4)),
                                     0x96);
}
#else
/* The numbers of 64 leaves, in quads, out of the words of their bits. */
INLINE __m512i read_bits(__m512i bits) {
    _Alignas(64) uint64_t words[ORTL__SLICE_BITS];
    __m512i leaves = _mm512_setzero_si512(), bit = _mm512_set1_epi8(1);
    _mm512_store_si512((void *)words, bits);
    UNROLLED for (int b = 0; b < ORTL__SLICE_BITS; b++) {
        leaves = _mm512_mask_add_epi8(leaves, words[b], leaves, bit);
        bit = _mm512_add_epi8(bit, bit);
    }
    return leaves;
}

/* The numbers of leaves, in quads, out of the rows of each leaf: reach (n_leaves, and 0 up to a
 * multiple of 32). Eight leaves lie in a register, which fold_eight takes for one. */
INLINE __m512i number_leaves_word(uint64_t *reach, uint32_t n_leaves) {
    const __m512i none = _mm512_setzero_si512();
    __m512i x[8] = {none, none, none, none, none, none, none, none}, y[4];
    eight upper[ORTL__SLICE_BITS + 1], *groups = (eight *)(void *)reach;
    unsigned n_upper = number_leaves_eight(groups, (n_leaves + 7) / 8, upper, 1);
    for (unsigned b = 0; b < n_upper && b < 5; b++) x[3 + b] = (__m512i)upper[b];
    const __m512i all = (__m512i)groups[0];
    x[0] = _mm512_maskz_mov_epi64(0xAA, all);
    x[1] = _mm512_maskz_mov_epi64(0xCC, all);
    x[2] = _mm512_maskz_mov_epi64(0xF0, all);
    UNROLLED for (int i = 0; i < 4; i++) y[i] =
        _mm512_or_si512(_mm512_unpacklo_epi64(x[2 * i], x[2 * i + 1]),
                        _mm512_unpackhi_epi64(x[2 * i], x[2 * i + 1]));
    UNROLLED for (int i = 0; i < 2; i++) y[i] =
        _mm512_or_si512(_mm512_shuffle_i64x2(y[2 * i], y[2 * i + 1], 0x88),
                        _mm512_shuffle_i64x2(y[2 * i], y[2 * i + 1], 0xDD));
    return read_bits(_mm512_or_si512(_mm512_shuffle_i64x2(y[0], y[1], 0x88),
                                     _mm512_shuffle_i64x2(y[0], y[1], 0xDD)));
}
#endif

/* Whether a tree is kept such that the bits of the numbers of its leaves are found at once. */
INLINE int has_bits(const ortl__slice_trees *trees) {
    return trees->tests != NULL || trees->levels != NULL;
}

/* The words that number_tree takes: the bits of the numbers of leaves, or the rows of each leaf. */
INLINE void walk_word(const ortl__slice_trees *trees, uint32_t tree, const ortl__slice_block *block,
                      uint64_t *words) {
    uint32_t begin = trees->node_begin[tree], end = trees->node_begin[tree + 1];
    uint32_t n_leaves = trees->leaf_begin[tree + 1] - trees->leaf_begin[tree];
    if (!has_bits(trees)) {
        reach_leaves_scalar(trees->nodes, begin, end, block->masks, words, 1);
        for (; n_leaves % 8 != 0; n_leaves++) words[n_leaves] = 0;
        for (; n_leaves % 32 != 0; n_leaves += 8)
            _mm512_store_si512(words + n_leaves, _mm512_setzero_si512());
        return;
    }
    _mm512_store_si512(words, _mm512_setzero_si512());
    if (trees->tests != NULL)
        walk_perfect_scalar(trees->tests + begin, n_leaves, block->masks, block->work, words, 1);
    else
        for (uint32_t i = end; i-- > begin;) *words++ = block->masks[trees->levels[i].mask];
}

/* The numbers of the leaves in a tree, in quads. */
INLINE __m512i number_tree(const ortl__slice_trees *trees, uint32_t tree, uint64_t *words) {
    if (has_bits(trees)) return read_bits(_mm512_load_si512(words));
    return number_leaves_word(words, trees->leaf_begin[tree + 1] - trees->leaf_begin[tree]);
}

INLINE void find_leaves_word(const ortl__slice_trees *trees, uint32_t tree,
                             const ortl__slice_block *block, uint8_t *leaves, const size_t n) {
    _Alignas(64) uint64_t words[ORTL__SLICE_LEAVES];
    (void)n;
    walk_word(trees, tree, block, words);
    _mm512_storeu_si512((void *)leaves, number_tree(trees, tree, words));
}

INLINE void add_word(const float *values, const int n_registers, __m512i leaves, float *sums) {
    __m512 table[ORTL__SLICE_LEAVES / LANES];
    UNROLLED for (int i = 0; i < n_registers; i++) table[i] = _mm512_loadu_ps(values + i * LANES);
    add_quads(table, n_registers, leaves, sums);
}

INLINE void add_tree_word(const ortl__slice_trees *trees, uint32_t tree,
                          const ortl__slice_block *block, uint64_t *words) {
    uint32_t leaf = trees->leaf_begin[tree], n_leaves = trees->leaf_begin[tree + 1] - leaf;
    size_t target = trees->targets != NULL ? trees->targets[tree] : 0;
    const float *values = trees->values + leaf;
    float *sums = block->sums + target * ROWS;
    __m512i leaves = number_tree(trees, tree, words);
    if (n_leaves <= 16)
        add_word(values, 1, leaves, sums);
    else if (n_leaves <= 32)
        add_word(values, 2, leaves, sums);
    else if (n_leaves <= 64)
        add_word(values, 4, leaves, sums);
    else if (n_leaves <= 128)
        add_word(values, 8, leaves, sums);
    else
        add_word(values, 16, leaves, sums);
}

/* With so few rows, calls and ways through memory would count. The words of a tree are read while
 * those of the next one are written, since a processor waits long for registers out of words that
 * were only just written. */
TARGET static void add_trees_word(const ortl__slice_trees *trees, const ortl__slice_block *block) {
    _Alignas(64) uint64_t words[2][ORTL__SLICE_LEAVES];
    for (uint32_t tree = 0; tree <= trees->n_trees; tree++) {
        if (tree < trees->n_trees) walk_word(trees, tree, block, words[tree % 2]);
        if (tree > 0) add_tree_word(trees, tree - 1, block, words[(tree - 1) % 2]);
    }
}
