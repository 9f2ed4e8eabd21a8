/*
 * Random numbers that are the same on every machine for the same seed (integers; the normal
 * deviates agree as far as the logarithm of the C library does).
 */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdint.h>

typedef struct bench_random {
    uint64_t state;
    double spare; /* the second of a pair of normal deviates */
    int has_spare;
} bench_random;

void bench_random_seed(bench_random *random, uint64_t seed);

/* 64 even bits. */
uint64_t bench_random_bits(bench_random *random);

/* 0 to bound - 1; bound is at least 1. */
uint32_t bench_random_below(bench_random *random, uint32_t bound);

/* Mean 0, deviation 1. */
double bench_random_normal(bench_random *random);

#endif
