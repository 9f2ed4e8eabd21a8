/*
 * SplitMix64 and Marsaglia's polar method; see random.h.
 */
#include "random.h"

#include <math.h>

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

/* -1 to 1, on a grid of 2^-52. */
static double symmetric(bench_random *random) {
    return (double)(bench_random_bits(random) >> 11) * 0x1p-52 - 1;
}

double bench_random_normal(bench_random *random) {
    if (random->has_spare) {
        random->has_spare = 0;
        return random->spare;
    }
    double x, y, square;
    do {
        x = symmetric(random);
        y = symmetric(random);
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    random->spare = y * scale;
    random->has_spare = 1;
    return x * scale;
}
