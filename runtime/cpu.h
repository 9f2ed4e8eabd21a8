/*
 * What the processor can do, by name. Kernels ask for the features that their code was compiled
 * for; tests take features away to make every kernel run on one machine. No state: the caller keeps
 * the set.
 */
#ifndef ORTL_CPU_H
#define ORTL_CPU_H

#include <stddef.h>
#include <stdint.h>

/* X(NAME, name) */
#define ORTL__CPU_MAP(X)                                                                           \
    X(AVX2, "avx2")                                                                                \
    X(AVX512F, "avx512f")                                                                          \
    X(AVX512BW, "avx512bw")                                                                        \
    X(AVX512DQ, "avx512dq")                                                                        \
    X(AVX512VL, "avx512vl")                                                                        \
    X(AVX512VBMI, "avx512vbmi")                                                                    \
    X(GFNI, "gfni")                                                                                \
    X(NEON, "neon")

enum {
#define ORTL__CPU_BIT_NUMBER(name, text) ORTL__CPU_NUMBER_##name,
    ORTL__CPU_MAP(ORTL__CPU_BIT_NUMBER)
#undef ORTL__CPU_BIT_NUMBER
        ORTL__CPU_N_FEATURES
};

/* A set of features: the bits ORTL__CPU_<NAME>. */
typedef uint32_t ortl__cpu;

enum {
#define ORTL__CPU_BIT(name, text) ORTL__CPU_##name = 1 << ORTL__CPU_NUMBER_##name,
    ORTL__CPU_MAP(ORTL__CPU_BIT)
#undef ORTL__CPU_BIT
};

/* The features of this processor that the operating system lets programs use. */
ortl__cpu ortl__cpu_detect(void);

/* The name of feature number index, NULL past the end. */
const char *ortl__cpu_name(size_t index);

/* The feature with this name, 0 when there is none. */
ortl__cpu ortl__cpu_find(const char *name);

/* The features in a list of names, separated by commas; "all" is every one. -1 when a name is
 * unknown. */
int ortl__cpu_read(const char *list, ortl__cpu *features_out);

#endif
