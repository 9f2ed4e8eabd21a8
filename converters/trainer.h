/*
 * What each trainer's reader provides. To add a trainer, write one file with a sniff and a read
 * function, and add its name to ORTL__TRAINERS and its file to CMakeLists.txt (see README.md). A
 * reader only understands its format: all checks of the trees, all rounding and the
 * choice of operators are the builder's.
 */
#ifndef ORTL_TRAINER_H
#define ORTL_TRAINER_H

#include "../runtime/memory.h"
#include "builder.h"

/* A source model, whole in memory, and what the caller wants of it. */
typedef struct ortl__trainer_source {
    const unsigned char *bytes; /* (n_bytes) untrusted, not ended by NUL */
    size_t n_bytes;
    ortl__memory *memory;      /* for the reader's own needs; the builder's is counted in the same
                                  budget */
    const ortl_limits *limits; /* no zero in it, but for memory_bytes */
    int best_rounds_only;      /* leave out the rounds after the best iteration, when recorded */
} ortl__trainer_source;

typedef struct ortl__trainer {
    const char *name;    /* for --from and the metadata: "lightgbm" */
    const char *forms;   /* of its files, for people: "JSON, UBJSON" */
    ortl_type data_type; /* in which the trainer holds a row: ORTL_FLOAT or ORTL_DOUBLE */

    /* Is this such a file? Looks at the n_bytes at the start of the file (the whole file when it is
     * shorter than ORTL__SNIFF_BYTES) and answers 0 (no), 1 (looks like it) or 2 (certain: it has
     * a magic word). The surest row wins, the first among equals. */
    int (*sniff)(const unsigned char *bytes, size_t n_bytes, uint64_t file_bytes);

    /* Reads all of it into the builder: calls ortl_builder_model once and makes the trees. Does
     * not set metadata that ortl_model has fields for. Errors name the line and column, or the
     * byte offset; what the format cannot be converted for is ORTL_UNSUPPORTED with the reason and
     * the way out, what is broken is ORTL_BAD_MODEL. The caller puts the file's name in front. */
    ortl_status (*read)(const ortl__trainer_source *source, ortl_builder *builder,
                        ortl_error *error);
} ortl__trainer;

#define ORTL__SNIFF_BYTES 4096

/* For sniffing: does word stand anywhere in the bytes? */
int ortl__trainer_mentions(const unsigned char *bytes, size_t n_bytes, const char *word);

/* X(name): all trainers. */
#define ORTL__TRAINERS(X)                                                                          \
    X(lightgbm)                                                                                    \
    X(xgboost)                                                                                     \
    X(catboost)                                                                                    \
    X(opencv)                                                                                      \
    X(ranger)

#define ORTL__TRAINER_DECLARE(name) extern const ortl__trainer ortl__trainer_##name;
ORTL__TRAINERS(ORTL__TRAINER_DECLARE)
#undef ORTL__TRAINER_DECLARE

extern const ortl__trainer *const ortl__trainers[]; /* (ortl__n_trainers) */
extern const size_t ortl__n_trainers;

#endif
