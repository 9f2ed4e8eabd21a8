/*
 * e^x = 2^(k/32) 2^(r/32) with a whole k and |r| <= 1/2, in double: the first factor from a table,
 * the second as a polynomial (P. T. P. Tang, 1989). Its coefficients are those that S. Nagy found
 * for the expf that the common C libraries share, so that results agree; tests/check_exponential.c
 * compares them.
 */
#include "exponential.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* 2^(i/32), nearest double. */
static const double roots[32] = {
    0x1p+0,
    0x1.059b0d3158574p+0,
    0x1.0b5586cf9890fp+0,
    0x1.11301d0125b51p+0,
    0x1.172b83c7d517bp+0,
    0x1.1d4873168b9aap+0,
    0x1.2387a6e756238p+0,
    0x1.29e9df51fdee1p+0,
    0x1.306fe0a31b715p+0,
    0x1.371a7373aa9cbp+0,
    0x1.3dea64c123422p+0,
    0x1.44e086061892dp+0,
    0x1.4bfdad5362a27p+0,
    0x1.5342b569d4f82p+0,
    0x1.5ab07dd485429p+0,
    0x1.6247eb03a5585p+0,
    0x1.6a09e667f3bcdp+0,
    0x1.71f75e8ec5f74p+0,
    0x1.7a11473eb0187p+0,
    0x1.82589994cce13p+0,
    0x1.8ace5422aa0dbp+0,
    0x1.93737b0cdc5e5p+0,
    0x1.9c49182a3f090p+0,
    0x1.a5503b23e255dp+0,
    0x1.ae89f995ad3adp+0,
    0x1.b7f76f2fb5e47p+0,
    0x1.c199bdd85529cp+0,
    0x1.cb720dcef9069p+0,
    0x1.d5818dcfba487p+0,
    0x1.dfc97337b9b5fp+0,
    0x1.ea4afa2a490dap+0,
    0x1.f50765b6e4540p+0,
};

/* 32/ln 2: the first part has so few bits that its product with a float is exact. */
#define INVERSE_HIGH 0x1.7154765p+5
#define INVERSE_LOW  0x1.5c17fp-26

/* Adding it rounds to a whole number, which is then in the low bits of the sum. */
#define ROUNDER 0x1.8p52

float ortl__expf(float x) {
    const double c3 = 0x1.c6af84b912394p-20, c2 = 0x1.ebfce50fac4f3p-13, c1 = 0x1.62e42ff0c52d6p-6;
    if (!(x < 0x1.62e43p6f)) return x > 0 ? INFINITY : x; /* too large, or NaN */
    if (x < -0x1.9fe368p6f) return 0;
    double product = INVERSE_HIGH * (double)x, sum = product + ROUNDER;
    double r = product - (sum - ROUNDER) + INVERSE_LOW * (double)x;
    uint64_t k, scale_bits;
    memcpy(&k, &sum, sizeof k);
    memcpy(&scale_bits, &roots[k % 32], sizeof scale_bits);
    scale_bits += k / 32 << 52; /* what overflows is the rounder's */
    double scale;
    memcpy(&scale, &scale_bits, sizeof scale);
    return (float)(((c3 * r + c2) * (r * r) + (c1 * r + 1)) * scale);
}
