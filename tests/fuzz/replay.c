/*
 * Feeds a door with every file of the folders named on the command line, and every beginning of the
 * short ones: the recorded inputs of a fuzz target, without a fuzzer.
 *
 *     replay_<door> FOLDER...
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "door.h"

/* Files up to this size are also cut off behind each byte. */
#define CUT_BYTES 512

/* A copy of exactly this size, so that a sanitizer sees reading past it. */
static void feed(const unsigned char *bytes, size_t n_bytes) {
    unsigned char *copy = malloc(n_bytes > 0 ? n_bytes : 1);
    if (copy == NULL) abort();
    memcpy(copy, bytes, n_bytes);
    (void)LLVMFuzzerTestOneInput(copy, n_bytes);
    free(copy);
}

/* The whole file at path, to be freed; NULL when it cannot be read. */
static unsigned char *read_file(const char *path, size_t *n_bytes_out) {
    struct stat about = {0};
    unsigned char *bytes = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    if (stat(path, &about) == 0 && S_ISREG(about.st_mode)) {
        *n_bytes_out = (size_t)about.st_size;
        bytes = malloc(*n_bytes_out + 1);
        if (bytes != NULL && fread(bytes, 1, *n_bytes_out, file) != *n_bytes_out) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

/* Returns how many inputs the file made. */
static size_t replay_file(const char *path) {
    size_t n_bytes = 0, n_inputs = 1;
    unsigned char *bytes = read_file(path, &n_bytes);
    if (bytes == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    feed(bytes, n_bytes);
    for (size_t n = 0; n < n_bytes && n_bytes <= CUT_BYTES; n++, n_inputs++) feed(bytes, n);
    free(bytes);
    return n_inputs;
}

/* Folders that are not there (a door may have no corpus yet) hold no files. */
static size_t replay_folder(const char *folder, size_t *n_inputs) {
    char path[4096];
    size_t n_files = 0;
    DIR *listing = opendir(folder);
    if (listing == NULL) return 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        *n_inputs += replay_file(path);
        n_files++;
    }
    closedir(listing);
    return n_files;
}

int main(int argc, char **argv) {
    size_t n_files = 0, n_inputs = 0;
    for (int i = 1; i < argc; i++) n_files += replay_folder(argv[i], &n_inputs);
    printf("%zu files, %zu inputs\n", n_files, n_inputs);
    return n_files > 0 ? 0 : 1; /* a replay of nothing proves nothing */
}
