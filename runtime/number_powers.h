/*
 * What reading and writing of floating-point numbers share: powers of five to 128 bits, the 64 x 64
 * bit product, and logarithms rounded down, all in integer arithmetic, which neither rounding modes
 * nor wide registers nor byte order can change.
 */
#ifndef ORTL_NUMBER_POWERS_H
#define ORTL_NUMBER_POWERS_H

#include <stdint.h>

/* An unsigned integer of 128 bits: high x 2^64 + low. */
typedef struct ortl__wide {
    uint64_t high;
    uint64_t low;
} ortl__wide;

#define ORTL__POWER_FIRST (-315)
#define ORTL__POWER_LAST  324

/* ORTL__POWER_EXACT is the largest q for which 5^q fits in 128 bits. */
#define ORTL__POWER_EXACT 55

/* Entry q - ORTL__POWER_FIRST: the first 128 binary digits of 5^q, the top bit set. */
extern const ortl__wide ortl__number_powers[ORTL__POWER_LAST - ORTL__POWER_FIRST + 1];

static inline ortl__wide ortl__number_power(int q) {
    return ortl__number_powers[q - ORTL__POWER_FIRST];
}

/* The full product. */
static inline ortl__wide ortl__number_product(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide_integer;
    wide_integer product = (wide_integer)a * b;
    return (ortl__wide){(uint64_t)(product >> 64), (uint64_t)product};
#else
    uint64_t a_high = a >> 32, a_low = a & 0xffffffffu;
    uint64_t b_high = b >> 32, b_low = b & 0xffffffffu;
    uint64_t low = a_low * b_low;
    uint64_t middle = a_high * b_low + (low >> 32); /* at most (2^32-1)^2 + 2^32-1 < 2^64 */
    uint64_t other = a_low * b_high + (middle & 0xffffffffu);
    return (ortl__wide){a_high * b_high + (middle >> 32) + (other >> 32),
                        (other << 32) | (low & 0xffffffffu)};
#endif
}

/* Zero bits above the highest set bit; value is not 0. */
static inline int ortl__number_leading_zeros(uint64_t value) {
#if defined(__GNUC__)
    return __builtin_clzll(value);
#else
    int n_zeros = 0;
    while (!(value >> 63)) {
        value <<= 1;
        n_zeros++;
    }
    return n_zeros;
#endif
}

/* floor(value / 2^n_bits) for a negative value too, where C leaves >> to the compiler. */
static inline int ortl__number_shift_down(int64_t value, int n_bits) {
    const int64_t lift = (int64_t)1 << 40;
    return (int)((int64_t)((uint64_t)(value + lift) >> n_bits) - (lift >> n_bits));
}

/* floor(log2(10^q)); checked for -400 <= q <= 400. */
static inline int ortl__number_log2_of_power_of_ten(int q) {
    return ortl__number_shift_down((int64_t)217706 * q, 16);
}

#endif
