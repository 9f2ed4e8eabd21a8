/*
 * What inspect knows about a model, and its two forms: for people and for programs.
 */
#ifndef ORTL_TOOLS_INSPECT_H
#define ORTL_TOOLS_INSPECT_H

#include "model.h"
#include "output.h"

typedef struct ortl__inspection {
    const char *path;
    const ortl__common *common; /* limits of this call */
    ortl__model model;
    ortl__feature_names feature_names;
    uint64_t n_file_bytes;
    bool is_size_known; /* of a regular file only */
} ortl__inspection;

ortl_status ortl__inspect_text(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error);

/* One object, keys always in the same order, so that two reports can be compared as text. */
ortl_status ortl__inspect_json(ortl__output *output, const ortl__inspection *inspection,
                               ortl_error *error);

#endif
