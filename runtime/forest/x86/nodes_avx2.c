/*
 * The node form with AVX2: what nodes_vector_template.h wants.
 */
#include "../pack_nodes.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET    __attribute__((target("avx2")))
#define INLINE    TARGET __attribute__((always_inline)) static inline
#define UNROLLED  _Pragma("GCC unroll 8")
#define STEP_LOOP UNROLLED

enum { LANES = 8 };

#define VECTOR __m256i
#define SHIFT  __m128i
#define MASK   __m256i /* all bits of a lane, or none */

INLINE VECTOR v_set(int32_t x) {
    return _mm256_set1_epi32(x);
}

INLINE SHIFT v_shift(unsigned n_bits) {
    return _mm_cvtsi32_si128((int)n_bits);
}

INLINE VECTOR v_load(const void *from) {
    return _mm256_loadu_si256(from);
}

INLINE void v_store(void *to, VECTOR v) {
    _mm256_storeu_si256(to, v);
}

INLINE VECTOR v_and(VECTOR a, VECTOR b) {
    return _mm256_and_si256(a, b);
}

INLINE VECTOR v_add(VECTOR a, VECTOR b) {
    return _mm256_add_epi32(a, b);
}

INLINE VECTOR v_left(VECTOR a, SHIFT n_bits) {
    return _mm256_sll_epi32(a, n_bits);
}

INLINE VECTOR v_right(VECTOR a, SHIFT n_bits) {
    return _mm256_srl_epi32(a, n_bits);
}

INLINE VECTOR v_add_if(MASK mask, VECTOR a, VECTOR b) {
    return _mm256_add_epi32(a, _mm256_and_si256(mask, b));
}

INLINE VECTOR v_pick(MASK mask, VECTOR a, VECTOR b) {
    return _mm256_blendv_epi8(a, b, mask);
}

INLINE MASK v_above(VECTOR a, VECTOR b) {
    const __m256i all = _mm256_set1_epi32(-1);
    return _mm256_xor_si256(_mm256_cmpeq_epi32(_mm256_max_epu32(a, b), b), all);
}

INLINE MASK v_equal(VECTOR a, VECTOR b) {
    return _mm256_cmpeq_epi32(a, b);
}

INLINE MASK m_and(MASK a, MASK b) {
    return _mm256_and_si256(a, b);
}

INLINE unsigned m_bits(MASK mask) {
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(mask));
}

/* set_bits[n]: the numbers of the bits of n that are set, a byte each, the least first. */
#define PUT(n, bit)                                                                                \
    ((uint64_t)((n) >> (bit)&1 ? (bit) : 0) << 8 * __builtin_popcount((n) & ((1 << (bit)) - 1)))
#define SET_1(n)                                                                                   \
    (PUT(n, 0) | PUT(n, 1) | PUT(n, 2) | PUT(n, 3) | PUT(n, 4) | PUT(n, 5) | PUT(n, 6) | PUT(n, 7))
#define SET_4(n)  SET_1(n), SET_1((n) + 1), SET_1((n) + 2), SET_1((n) + 3)
#define SET_16(n) SET_4(n), SET_4((n) + 4), SET_4((n) + 8), SET_4((n) + 12)
#define SET_64(n) SET_16(n), SET_16((n) + 16), SET_16((n) + 32), SET_16((n) + 48)

static const uint64_t set_bits[256] = {SET_64(0), SET_64(64), SET_64(128), SET_64(192)};

INLINE void v_store_some(uint32_t *to, unsigned bits, VECTOR v) {
    __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)set_bits[bits]));
    v_store(to, _mm256_permutevar8x32_epi32(v, order));
}

INLINE VECTOR v_gather(VECTOR at, const void *from) {
    return _mm256_mask_i32gather_epi32(_mm256_setzero_si256(), from, at, _mm256_set1_epi32(-1), 4);
}

INLINE __m256i gather_64(__m128i at, const void *from) {
    return _mm256_mask_i32gather_epi64(_mm256_setzero_si256(), from, at, _mm256_set1_epi64x(-1), 8);
}

INLINE void v_gather_nodes(VECTOR places, const void *nodes, VECTOR *limit, VECTOR *link) {
    __m256i low_nodes = gather_64(_mm256_castsi256_si128(places), nodes);
    __m256i high_nodes = gather_64(_mm256_extracti128_si256(places, 1), nodes);
    __m256 low = _mm256_castsi256_ps(low_nodes), high = _mm256_castsi256_ps(high_nodes);
    /* Nodes 0 1 4 5 2 3 6 7. */
    __m256i bounds = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0x88));
    __m256i links = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0xDD));
    *limit = _mm256_permute4x64_epi64(bounds, 0xD8);
    *link = _mm256_permute4x64_epi64(links, 0xD8);
}

#include "../nodes_vector_template.h"

const ortl__node_loops ortl__node_loops_avx2 = {
    .make_keys = ortl__node_keys_by_column, .walk = walk, .visit_cost = 1.0, .most_walks = 4096};

#else
typedef int ortl__nodes_avx2_is_elsewhere;
#endif
