/*
 * Folders of the file system: which of them hold a given file.
 */
#ifndef ORTL_TOOLS_FOLDERS_H
#define ORTL_TOOLS_FOLDERS_H

#include "../runtime/ortlite.h"

#include <stdbool.h>

typedef struct ortl__folders {
    char **paths; /* (n_paths) */
    size_t n_paths;
} ortl__folders;

/* "FOLDER/NAME", to be freed; NULL with ORTL_NO_MEMORY in *error. */
char *ortl__folder_join(const char *folder, const char *name, ortl_error *error);

bool ortl__folder_exists(const char *path);

/* Adds the folder, when it has a file of that name, or else the folders in it that have one, by
 * name. ORTL_IO when there is none. */
ortl_status ortl__folders_with(ortl__folders *folders, const char *folder, const char *file,
                               ortl_error *error);

void ortl__folders_free(ortl__folders *folders);

#endif
