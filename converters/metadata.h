/*
 * Changes what a model file records about itself, and nothing else: all other bytes stay as they
 * are. For reading metadata see ortl_metadata in ortlite.h.
 */
#ifndef ORTLITE_METADATA_H
#define ORTLITE_METADATA_H

#include "ortlite.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ortl_metadata_change {
    const char *key;   /* UTF-8 */
    const char *value; /* UTF-8; NULL: the entry is removed, if there is one */
} ortl_metadata_change;

/* Writes the model at model_path with its metadata changed to output_path, which may be the same
 * file and appears complete or not at all. No key may be given twice. The model is not loaded, only
 * its outermost fields are looked at, so its operators need not be supported. Of options, which may
 * be NULL, the limits and the allocator count. */
ORTL_API ortl_status ortl_metadata_write(const char *model_path, const char *output_path,
                                         const ortl_metadata_change *changes, size_t n_changes,
                                         const ortl_options *options, ortl_error *error);

#ifdef __cplusplus
}
#endif

#endif
