/*
 * The exponential function in float32, by which probabilities are made.
 */
#ifndef ORTL_EXPONENTIAL_H
#define ORTL_EXPONENTIAL_H

/* e to the power of x, off by at most 0.502 units in the last place: for every x the bits of expf
 * of the GNU C library on processors with fused multiplication, which is what onnxruntime calls;
 * here on every machine, and without libm (see libm.h). */
float ortl__expf(float x);

#endif
