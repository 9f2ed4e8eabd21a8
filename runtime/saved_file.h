/*
 * A file that appears complete or not at all: it is written under a temporary name in the same
 * folder and takes the place of the old one when it is finished. So a full disk, a bad model or a
 * killed process destroys nothing.
 */
#ifndef ORTL_RUNTIME_SAVED_FILE_H
#define ORTL_RUNTIME_SAVED_FILE_H

#include <stddef.h>

/* Bytes that a temporary name needs besides those of the path, with the NUL. */
#define ORTL__SAVED_SUFFIX_BYTES 48

/* Opens a file to be written whose content will be at path, and returns its descriptor, or -1 with
 * a reason in errno. temporary_out (strlen(path) + ORTL__SAVED_SUFFIX_BYTES) gets its name until
 * then;
 * "" for what is written in place, which is emptied at once: a pipe, a device, a symbolic link, a
 * file whose folder takes no new names. */
int ortl__saved_open(const char *path, char *temporary_out);

/* The same, always in place: for output that is read while it is written. */
int ortl__saved_open_in_place(const char *path, char *temporary_out);

/* Closes the descriptor (-1: that is done) and puts the file in its place. Returns 0, or -1 with a
 * reason in errno: then the file is gone and what was at path is untouched. */
int ortl__saved_finish(int descriptor, const char *temporary, const char *path);

/* Closes the descriptor (-1: that is done) and removes the file; what was at path is untouched. */
void ortl__saved_discard(int descriptor, const char *temporary);

#endif
