/*
 * Products of matrices: by OpenBLAS where it is installed and pays, by plain loops otherwise.
 * OpenBLAS is opened when a graph needs it and used with one thread; nothing else of the library
 * knows of it.
 */
#ifndef ORTL_ALGEBRA_H
#define ORTL_ALGEBRA_H

#include "../ortlite.h"

typedef struct ortl__algebra ortl__algebra;

/* Of one session; zeroed at first. */
struct ortl__algebra {
    int is_refused;                       /* OpenBLAS is not wanted */
    int is_needed;                        /* some step multiplies matrices */
    void *library;                        /* OpenBLAS when it is open, else NULL */
    void *float_product, *double_product; /* its functions; see algebra.c */
};

/* Told at load of a product whose constant matrix has n_elements (0: not known): opens OpenBLAS
 * when that is large enough to pay. That it is not installed is no failure. */
void ortl__algebra_prepare(ortl__algebra *algebra, uint64_t n_elements);

void ortl__algebra_close(ortl__algebra *algebra);

/* "OpenBLAS", "plain", or "" when no step multiplies matrices. */
const char *ortl__algebra_name(const ortl__algebra *algebra);

/* output = (adds ? output : 0) + scale * left * right; dense matrices of float, double, int64 or
 * int32, integers wrapping around and taking no scale. */
typedef struct ortl__product {
    ortl_type type;
    uint64_t n_rows, n_inner, n_columns;
    const void *left;  /* (n_rows, n_inner), transposed (n_inner, n_rows) */
    const void *right; /* (n_inner, n_columns), transposed (n_columns, n_inner) */
    void *output;      /* (n_rows, n_columns) */
    int is_left_transposed, is_right_transposed;
    int adds;
    float scale;
} ortl__product;

void ortl__algebra_multiply(const ortl__algebra *algebra, const ortl__product *product);

#endif
