/*
 * Listing folders. The order is that of the bytes of their names, whatever the locale.
 */
#include "folders.h"

#include "message.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *ortl__folder_join(const char *folder, const char *name, ortl_error *error) {
    const size_t n_folder = strlen(folder), n_name = strlen(name);
    char *path = malloc(n_folder + n_name + 2);
    if (path == NULL) {
        ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for a path");
        return NULL;
    }
    memcpy(path, folder, n_folder);
    path[n_folder] = '/';
    memcpy(path + n_folder + 1, name, n_name + 1);
    return path;
}

bool ortl__folder_exists(const char *path) {
    struct stat info = {0};
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static ortl_status has_file(const char *folder, const char *file, bool *has_out,
                            ortl_error *error) {
    struct stat info = {0};
    char *path = ortl__folder_join(folder, file, error);
    if (path == NULL) return ORTL_NO_MEMORY;
    *has_out = stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
    free(path);
    return ORTL_OK;
}

/* Takes the path over. */
static ortl_status add(ortl__folders *folders, char *path, ortl_error *error) {
    char **larger = realloc(folders->paths, (folders->n_paths + 1) * sizeof *larger);
    if (larger == NULL) {
        free(path);
        return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for a list of folders");
    }
    folders->paths = larger;
    folders->paths[folders->n_paths++] = path;
    return ORTL_OK;
}

static int compare_paths(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static ortl_status add_inner(ortl__folders *folders, DIR *listing, const char *folder,
                             const char *file, ortl_error *error) {
    const struct dirent *entry;
    ortl_status status = ORTL_OK;
    while (status == ORTL_OK && (entry = readdir(listing)) != NULL) {
        bool has = false;
        if (entry->d_name[0] == '.') continue;
        char *path = ortl__folder_join(folder, entry->d_name, error);
        if (path == NULL) return ORTL_NO_MEMORY;
        status = has_file(path, file, &has, error);
        if (status == ORTL_OK && has)
            status = add(folders, path, error);
        else
            free(path);
    }
    return status;
}

ortl_status ortl__folders_with(ortl__folders *folders, const char *folder, const char *file,
                               ortl_error *error) {
    const size_t n_before = folders->n_paths;
    bool has = false;
    ortl_status status = has_file(folder, file, &has, error);
    if (status != ORTL_OK) return status;
    if (has) {
        char *copy = strdup(folder);
        if (copy == NULL) return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for a path");
        return add(folders, copy, error);
    }
    DIR *listing = opendir(folder);
    if (listing == NULL) return ortl__message_fail_errno(error, "cannot be listed");
    status = add_inner(folders, listing, folder, file, error);
    closedir(listing);
    const size_t n_added = folders->n_paths - n_before;
    if (n_added > 0)
        qsort(folders->paths + n_before, n_added, sizeof *folders->paths, compare_paths);
    if (status == ORTL_OK && n_added == 0)
        status = ortl__message_fail(error, ORTL_IO, "has no %s, nor has a folder in it", file);
    return status;
}

void ortl__folders_free(ortl__folders *folders) {
    for (size_t i = 0; i < folders->n_paths; i++) free(folders->paths[i]);
    free(folders->paths);
    folders->paths = NULL;
    folders->n_paths = 0;
}
