/*
 * Helpers of the builder's tests: a model written to memory, opened by the runtime, and asked.
 */
#ifndef ORTL_BUILT_MODEL_H
#define ORTL_BUILT_MODEL_H

#include "../converters/builder.h"

/* Bytes that a sink has collected; release with free. */
typedef struct collected {
    unsigned char *bytes; /* (n_bytes) */
    size_t n_bytes;
} collected;

/* The sink's function; user is a collected. */
int collect(void *user, const void *bytes, size_t n_bytes);

/* Writes and frees the builder; fails the test when it cannot. */
collected write_builder(ortl_builder *builder);

/* Opens the model with the runtime; fails the test with its message when it cannot. */
ortl_session *open_collected(const collected *model);

/* Labels and scores of rows (n_rows, n_columns); either may be NULL. */
void predict_rows(const ortl_session *session, const float *rows, size_t n_rows, size_t n_columns,
                  int64_t *labels, float *scores);

/* A builder with options, which keeps its source; fails the test when there is none. */
ortl_builder *new_builder(int opset_ml, ortl_type input_type, ortl_type data_type);

/* Metadata of the model, "" when there is none of that key. The text lives in the session. */
const char *metadata_of(const ortl_session *session, const char *key);

#endif
