/*
 * Rounds a trainer's test `x comparison t` with a double t to a test with a threshold of the input
 * type that sends every value of that type to the same side.
 */
#ifndef ORTL_THRESHOLD_H
#define ORTL_THRESHOLD_H

#include "../onnx/ensemble_columns.h"
#include "builder.h"

typedef struct ortl__rounded_test {
    ortl__mode mode;  /* LEQ, LT, GTE or GT */
    double threshold; /* exact as float unless is_double was given; never -0 */
} ortl__rounded_test;

/* tiny: ORTL_TINY_IS_ZERO moves thresholds near 0 so that a value that counts as 0 goes where 0
 * goes; the others change nothing here. threshold is not NaN. */
ortl__rounded_test ortl__threshold_round(ortl_comparison comparison, double threshold,
                                         ortl_tiny_rule tiny, int is_double);

/* The largest float that is not above, and the smallest that is not below x. */
float ortl__float_below(double x);
float ortl__float_above(double x);

/* Does `x comparison threshold` hold? */
int ortl__compare(double x, ortl_comparison comparison, double threshold);

/* LightGBM's kZeroThreshold. */
#define ORTL__TINY 1e-35f

#endif
