/*
 * The walk of the byte form (see pack_byte.h) for one width of vectors, in the vector extension of
 * gcc and clang: the compiler finds the instructions. Parameters, defined by the file that includes
 * this:
 *   NAMED(x)   the name of function x for this width
 *   TARGET     the attribute that allows the instructions, or nothing
 *   WIDTH      bytes of a vector
 *   IN_FLIGHT  vectors whose state stays in registers
 * Rows beyond WIDTH x IN_FLIGHT are walked in further passes over the tree.
 */
typedef int8_t NAMED(signed_bytes) __attribute__((vector_size(WIDTH)));
typedef uint8_t NAMED(bytes) __attribute__((vector_size(WIDTH)));

/* A tree, or the levels of an oblivious one, for n_vectors vectors of rows. n_vectors and
 * has_levels are known to the compiler. */
TARGET __attribute__((always_inline)) static inline void
NAMED(walk_vectors)(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                    size_t stride, uint8_t *leaves, const int n_vectors, const int has_levels) {
    NAMED(bytes) state[IN_FLIGHT];
    const NAMED(bytes) zero = {0};
    const NAMED(signed_bytes) signed_zero = {0};
    UNROLLED for (int i = 0; i < n_vectors; i++) state[i] = zero;
    for (size_t node = 0; node < n_nodes; node++) {
        NAMED(signed_bytes) limit = signed_zero + nodes[node].limit, code;
        NAMED(bytes) first = zero + nodes[node].first, skip = zero + nodes[node].skip;
        const int8_t *code_at = codes + nodes[node].column * stride;
        UNROLLED for (int i = 0; i < n_vectors; i++) {
            memcpy(&code, code_at + i * WIDTH, WIDTH);
            NAMED(bytes) move = (NAMED(bytes))(code > limit) & skip;
            state[i] += has_levels ? move : move & (NAMED(bytes))(state[i] == first);
        }
    }
    UNROLLED for (int i = 0; i < n_vectors; i++) memcpy(leaves + i * WIDTH, &state[i], WIDTH);
}

TARGET __attribute__((always_inline)) static inline void
NAMED(walk_rows)(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes, size_t stride,
                 size_t n_rows, uint8_t *leaves, const int has_levels) {
    const size_t n_pass = IN_FLIGHT * WIDTH;
    size_t done = 0;
    for (; n_rows - done >= n_pass; done += n_pass) NAMED(walk_vectors)
    (nodes, n_nodes, codes + done, stride, leaves + done, IN_FLIGHT, has_levels);
    for (; done < n_rows; done += ORTL__CODE_ROWS) NAMED(walk_vectors)
    (nodes, n_nodes, codes + done, stride, leaves + done, ORTL__CODE_ROWS / WIDTH, has_levels);
}

TARGET static void NAMED(walk)(const ortl__byte_node *nodes, size_t n_nodes, const int8_t *codes,
                               size_t stride, size_t n_rows, uint8_t *leaves) {
    NAMED(walk_rows)(nodes, n_nodes, codes, stride, n_rows, leaves, 0);
}

TARGET static void NAMED(walk_levels)(const ortl__byte_node *nodes, size_t n_nodes,
                                      const int8_t *codes, size_t stride, size_t n_rows,
                                      uint8_t *leaves) {
    NAMED(walk_rows)(nodes, n_nodes, codes, stride, n_rows, leaves, 1);
}
