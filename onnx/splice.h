/*
 * Changes the metadata of a model file on the wire: every other byte is copied as it stands, so
 * that also what this library does not know survives.
 */
#ifndef ORTL_SPLICE_H
#define ORTL_SPLICE_H

#include "../runtime/memory.h"
#include "../runtime/ortlite.h"

typedef struct ortl__splice_change {
    ortl_string key;
    ortl_string value; /* data NULL: the entry is removed */
} ortl__splice_change;

/* Writes the model at model_path with these changes (n_changes, with different keys) to
 * output_path, which may be the same file and appears complete or not at all. The first entry of a
 * key gets its new value where it stands, further ones go, and a new key comes behind the last
 * byte. limits has no zero in it. */
ortl_status ortl__splice_save(const char *model_path, const char *output_path, ortl__memory *memory,
                              const ortl_limits *limits, const ortl__splice_change *changes,
                              size_t n_changes, ortl_error *error);

#endif
