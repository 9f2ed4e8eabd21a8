/*
 * SplitMix64 and Marsaglia's polar method; see random.h.
 */
#include "random.h"

void bench_random_seed(bench_random *random, uint64_t seed) {
    random->state = seed;
    random->spare = 0;
    random->has_spare = 0;
}

uint64_t bench_random_bits(bench_random *random) {
    uint64_t bits = random->state += 0x9e3779b97f4a7c15U;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31);
}

uint32_t bench_random_below(bench_random *random, uint32_t bound) {
    return (uint32_t)(((bench_random_bits(random) >> 32) * bound) >> 32);
}
