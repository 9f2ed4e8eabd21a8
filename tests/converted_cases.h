/*
 * The recorded models of trainers in data/convert: a folder for each case with the source file,
 * input_0.npy, and output_<k>.npy for every output of the ONNX file. MANIFEST.tsv lists them:
 *     case    source    precision (float, double)    opset_ml    tolerance (relative above 1)
 */
#ifndef ORTL_CONVERTED_CASES_H
#define ORTL_CONVERTED_CASES_H

#include "built_model.h"
#include "converters/convert.h"

enum { MAX_CONVERTED_CASES = 64 };

typedef struct converted_case {
    char name[64];
    char source[64];
    char precision[8];
    int opset_ml;
    double tolerance;
} converted_case;

/* Reads the manifest into cases (MAX_CONVERTED_CASES); returns how many there are. Ends the program
 * when it cannot. */
int read_converted_cases(converted_case *cases);

/* STEM_<k>.npy of the case; 0 when there is no such file. Release with npy_free. */
int read_converted_array(const converted_case *c, const char *stem, int k, ortl_tensor *tensor_out);

/* Converts the source of the case; walk_out may be NULL. Fails the test when it cannot. */
collected convert_recorded(const converted_case *c, ortl_source_walk **walk_out);

#endif
