/*
 * The door of the converters: a trained model's own file in, an ONNX file out. Which trainer wrote
 * the file is found out by looking at it.
 */
#ifndef ORTLITE_CONVERT_H
#define ORTLITE_CONVERT_H

#include "builder.h"
#include "ortlite.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which rounds of a model that was stopped early take part. */
typedef enum ortl_rounds {
    ORTL_ROUNDS_AUTO = 0, /* up to the best iteration when the file records one */
    ORTL_ROUNDS_ALL = 1   /* all trees of the file */
} ortl_rounds;

/* Start from ORTL_CONVERT_OPTIONS_INIT; NULL in place of options means all defaults. */
typedef struct ortl_convert_options {
    size_t struct_size; /* sizeof(ortl_convert_options) of the caller's header */
    const char *from;   /* "lightgbm", "xgboost", "catboost", "opencv", "ranger"; NULL: find out */
    ortl_type input_type; /* of the ONNX file's input: ORTL_FLOAT or ORTL_DOUBLE */
    int opset_ml;         /* 3 or 5 */
    ortl_rounds rounds;
    const char *const *metadata; /* (n_metadata, 2) key, value: recorded besides what the source
                                    file tells, which they override */
    size_t n_metadata;
    ortl_limits limits; /* model_bytes: of the source; memory_bytes 0: 64 MiB + 32 x its size */
    const ortl_allocator *allocator; /* NULL: malloc, realloc and free */
    ortl_source_walk **walk_out;     /* NULL, or where the trees of the source go, for comparing the
                                        file with them: see source_walk.h. The caller frees the walk; it
                                        is NULL after a failure */
} ortl_convert_options;

#define ORTL_CONVERT_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(ortl_convert_options), NULL, ORTL_FLOAT, 3, ORTL_ROUNDS_AUTO, NULL, 0, {0}, NULL,   \
            NULL                                                                                   \
    }

/* What was done. */
typedef struct ortl_convert_report {
    size_t struct_size;  /* set by the caller: sizeof(ortl_convert_report) */
    const char *trainer; /* "lightgbm", ...; lives forever */
    uint64_t n_trees;
    uint64_t n_nodes;      /* node rows of the ONNX file */
    uint64_t source_bytes; /* of the source file */
    uint64_t file_bytes;   /* of the ONNX file */
    uint64_t peak_bytes;   /* heap at most, as far as it went through the allocator */
} ortl_convert_report;

/* Converts the file at source_path ("-" is not special) to output_path, which appears complete or
 * not at all. report_out may be NULL. */
ORTL_API ortl_status ortl_convert(const char *source_path, const char *output_path,
                                  const ortl_convert_options *options,
                                  ortl_convert_report *report_out, ortl_error *error);

/* The same from n_bytes at bytes to a sink. */
ORTL_API ortl_status ortl_convert_memory(const void *bytes, size_t n_bytes, const ortl_sink *sink,
                                         const ortl_convert_options *options,
                                         ortl_convert_report *report_out, ortl_error *error);

/* The name of trainer number index, such as "xgboost", and the forms of its files that are read,
 * such as "JSON, UBJSON"; NULL past the end. forms_out may be NULL. Both texts live forever. */
ORTL_API const char *ortl_convert_trainer(size_t index, const char **forms_out);

#ifdef __cplusplus
}
#endif

#endif
