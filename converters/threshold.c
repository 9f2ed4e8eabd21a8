/*
 * The rounding rules for thresholds, with x a float, t a double:
 *     x <= t  is  x <= RD(t)      RD(t): the largest float that is not above t
 *     x <  t  is  x <  RU(t)      RU(t): the smallest float that is not below t
 * and the same for > (RD) and >= (RU). A comparison is not turned into another one by stepping to
 * a neighbour, except between 0 and the smallest denormal, where it keeps denormals out of the
 * file: hosts that flush them to 0 would compare wrongly.
 */
#include "threshold.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* The float before f, which is neither NaN nor -infinity. */
static float next_below(float f) {
    uint32_t bits;
    if (f == 0) return -FLT_TRUE_MIN;
    memcpy(&bits, &f, sizeof bits);
    bits += f < 0 ? 1u : -1u;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* C leaves the conversion of doubles beyond FLT_MAX undefined. */
float ortl__float_below(double x) {
    float f;
    if (x > (double)FLT_MAX) return isinf(x) ? INFINITY : FLT_MAX;
    if (x < -(double)FLT_MAX) return -INFINITY;
    f = (float)x;
    return (double)f > x ? next_below(f) : f;
}

float ortl__float_above(double x) {
    return -ortl__float_below(-x);
}

int ortl__compare(double x, ortl_comparison comparison, double threshold) {
    switch (comparison) {
    case ORTL_LESS_EQUAL: return x <= threshold;
    case ORTL_LESS: return x < threshold;
    case ORTL_GREATER_EQUAL: return x >= threshold;
    case ORTL_GREATER: return x > threshold;
    }
    return 0;
}

/* <= and > cut the numbers between t and what is above it; < and >= below t. */
static int cuts_above(ortl_comparison comparison) {
    return comparison == ORTL_LESS_EQUAL || comparison == ORTL_GREATER;
}

/* When all of [-tiny, tiny] counts as 0, a cut inside it moves to the end that keeps 0 on its
 * side. */
static double move_out_of_tiny(ortl_comparison comparison, double t) {
    const double tiny = (double)ORTL__TINY;
    if (cuts_above(comparison)) {
        if (t >= 0 && t < tiny) return tiny;
        if (t >= -tiny && t < 0) return nextafter(-tiny, -INFINITY);
    } else {
        if (t > -tiny && t <= 0) return -tiny;
        if (t > 0 && t <= tiny) return nextafter(tiny, INFINITY);
    }
    return t;
}

/* The comparison that cuts at the other side of its threshold: <= and <, > and >=. */
static ortl_comparison other_side(ortl_comparison comparison) {
    switch (comparison) {
    case ORTL_LESS_EQUAL: return ORTL_LESS;
    case ORTL_LESS: return ORTL_LESS_EQUAL;
    case ORTL_GREATER_EQUAL: return ORTL_GREATER;
    case ORTL_GREATER: return ORTL_GREATER_EQUAL;
    }
    return comparison;
}

static ortl__mode mode_of(ortl_comparison comparison) {
    switch (comparison) {
    case ORTL_LESS_EQUAL: return ORTL__MODE_LEQ;
    case ORTL_LESS: return ORTL__MODE_LT;
    case ORTL_GREATER_EQUAL: return ORTL__MODE_GTE;
    case ORTL_GREATER: return ORTL__MODE_GT;
    }
    return ORTL__MODE_LEQ;
}

ortl__rounded_test ortl__threshold_round(ortl_comparison comparison, double threshold,
                                         ortl_tiny_rule tiny, int is_double) {
    double t = tiny == ORTL_TINY_IS_ZERO ? move_out_of_tiny(comparison, threshold) : threshold;
    if (!is_double) {
        /* Between 0 and the float next to it: the cut is at 0, before it or behind it. */
        int is_between = t != 0 && fabs(t) < (double)FLT_TRUE_MIN;
        if (is_between && cuts_above(comparison) == (t < 0)) comparison = other_side(comparison);
        if (is_between)
            t = 0;
        else
            t = (double)(cuts_above(comparison) ? ortl__float_below(t) : ortl__float_above(t));
    }
    return (ortl__rounded_test){mode_of(comparison), t + 0.0};
}
