/*
 * The exponential function beside the C library's: check_exponential [STEP] takes every STEP-th
 * float, 1: all. Two arguments of 2^32 are let off: C libraries without fused multiplication round
 * them to the other side.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/exponential.h"

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static int agree(float x) {
    float own = ortl__expf(x), other = expf(x);
    if (isnan(x)) return isnan(own);
    if (memcmp(&own, &other, sizeof own) == 0) return 1;
    return (x == 0x1.04845ep+5f || x == -0x1.f8cbb2p+5f) &&
           (nextafterf(own, INFINITY) == other || nextafterf(own, 0) == other);
}

int main(int argc, char **argv) {
    uint64_t step = argc > 1 ? strtoull(argv[1], NULL, 10) : 1009, n_bad = 0;
    if (step == 0) return 2;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += step) {
        float x = float_of((uint32_t)bits);
        if (agree(x)) continue;
        if (n_bad++ < 10)
            printf("e^%a is %a, not %a\n", (double)x, (double)ortl__expf(x), (double)expf(x));
    }
    /* Bits as any machine must have them. */
    const float known[][2] = {{0x1p0f, 0x1.5bf0a8p+1f},
                              {-0x1p0f, 0x1.78b564p-2f},
                              {0x1.62e42ep6f, 0x1.ffff08p+127f},
                              {0x1.62e43p6f, INFINITY},
                              {0x1.04845ep+5f, 0x1.f93e38p+46f},
                              {-0x1.f8cbb2p+5f, 0x1.f45326p-92f},
                              {-100, 0x1.bp-145f},
                              {-0x1.9fe368p6f, 0x1p-149f},
                              {-INFINITY, 0},
                              {INFINITY, INFINITY},
                              {0, 1}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (ortl__expf(known[i][0]) == known[i][1]) continue;
        printf("e^%a is %a, not %a\n", (double)known[i][0], (double)ortl__expf(known[i][0]),
               (double)known[i][1]);
        n_bad++;
    }
    printf("%" PRIu64 " differ\n", n_bad);
    return n_bad != 0;
}
