/*
 * The model that a verb works on: opened under the limits of the command line, with its description
 * at hand.
 */
#ifndef ORTL_TOOLS_MODEL_H
#define ORTL_TOOLS_MODEL_H

#include "options.h"

typedef struct ortl__model {
    ortl_session *session;
    ortl_description description;
    const struct ortl__paths *paths; /* for contributions, of whoever wants them; else NULL */
} ortl__model;

#define ORTL__MODEL_INIT                                                                           \
    { .session = NULL }

/* Opens the model at path, "-" is stdin, and describes it. The report's place is path afterwards.
 */
ortl_status ortl__model_open(const char *path, const ortl__common *common, ortl__model *model_out,
                             ortl__report *report);

/* Bounds the scratch of predicting by 48 MiB and 16 times the bytes of the files, so that a small
 * model cannot take much memory for a small table. Nothing changes when --limit says otherwise, or
 * when one of them is no regular file: of a pipe the size is not known. */
void ortl__model_bound_scratch(ortl__common *common, const char *model, const char *const *inputs,
                               size_t n_inputs);

/* Closes the session; one that never opened is left alone. */
void ortl__model_close(ortl__model *model);

/* Whether the only output is what trees or a *Regressor operator predict, with no classes. */
bool ortl__model_is_regressor(const ortl__model *model);

/* The last metadata entry of that key; data is NULL when there is none. */
ortl_status ortl__model_entry(const ortl__model *model, const char *key, ortl_string *value_out,
                              ortl_error *error);

/* The names that the model's metadata entry "feature_names", a JSON array of texts, gives to its
 * columns. */
typedef struct ortl__feature_names {
    ortl_string *names; /* (n_names) each ends with NUL behind its bytes; NULL: none recorded */
    size_t n_names;
    char *text; /* (n_text_bytes) what names points into */
    size_t n_text_bytes;
} ortl__feature_names;

/* *names_out is empty when there is no such entry, or it is no array of texts. */
ortl_status ortl__model_feature_names(const ortl__model *model, ortl__feature_names *names_out,
                                      ortl_error *error);

void ortl__feature_names_free(ortl__feature_names *names);

#endif
