/*
 * Normal deviates, by the polar method of G. Marsaglia. Apart from the other random numbers because
 * this alone takes libm.
 */
#include "random.h"

#include <math.h>

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
