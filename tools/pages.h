/*
 * The texts of `help` in other forms, from the same tables: manual pages, Markdown, and what shells
 * complete. The build installs what these write.
 */
#ifndef ORTL_TOOLS_PAGES_H
#define ORTL_TOOLS_PAGES_H

#include "output.h"
#include "verb.h"

/* A manual page: ort-lite-<verb>.1, or of NULL ort-lite.1. */
void ortl__page_man(const ortl__verb *verb, ortl__output *output);

/* A section of Markdown for a verb, or of NULL the whole command line. */
void ortl__page_markdown(const ortl__verb *verb, ortl__output *output);

/* Completions for a shell, of all verbs; verb is not looked at. */
void ortl__page_bash(const ortl__verb *verb, ortl__output *output);
void ortl__page_zsh(const ortl__verb *verb, ortl__output *output);
void ortl__page_fish(const ortl__verb *verb, ortl__output *output);

/* The exit codes, one a line: "0 ok". */
extern const char *const ortl__exit_codes[];
extern const size_t ortl__n_exit_codes;

/* Where the examples of a verb's text begin, behind the line "Example". */
const char *ortl__page_examples(const ortl__verb *verb);

#endif
