/*
 * Scoring a model again: its predictions for a table with the truth in one of the columns, and the
 * score that the model's metadata records.
 */
#ifndef ORTL_TOOLS_VERIFY_H
#define ORTL_TOOLS_VERIFY_H

#include "measures.h"
#include "scoring.h"

#include <sha2.h>

typedef struct ortl__verify_settings {
    ortl__table_settings table; /* first: the shared options write here */
    const char *model, *input;
    double tolerance; /* negative: half a unit of the recorded score's last digit */
} ortl__verify_settings;

/* What the metadata say: score.metric, score.value, score.data_sha256. */
typedef struct ortl__recorded_score {
    bool is_there;
    ortl__measure measure;
    ortl_string metric; /* its name in the file */
    double value;
    double tolerance;
    bool has_digest;
    bool is_same_data;
    bool is_measured; /* the measure exists for these rows */
    double measured;
    bool is_in_range;
} ortl__recorded_score;

typedef struct ortl__verification {
    const ortl__verify_settings *settings;
    ortl__report *report;
    ortl__scoring scoring;
    ortl__measures measures;
    ortl__recorded_score recorded;
    int value_output; /* of a regressor: the output that is compared */
    SHA2_CTX hash;
    char digest[2 * SHA256_DIGEST_LENGTH + 1]; /* of the table, in hexadecimal */
} ortl__verification;

/* Reads the whole table. To be freed by the caller also after a failure. */
ortl_status ortl__verify(ortl__verification *verification, const ortl__verify_settings *settings,
                         ortl__report *report);

void ortl__verification_free(ortl__verification *verification);

#endif
