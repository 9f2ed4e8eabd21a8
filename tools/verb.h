/*
 * A verb of the program: its texts for `help`, its options, its function. ort_lite.c keeps the
 * table of all of them; each cmd_<verb>.c defines one.
 */
#ifndef ORTL_TOOLS_VERB_H
#define ORTL_TOOLS_VERB_H

#include "message.h"
#include "options.h"
#include "output.h"

typedef struct ortl__verb {
    const char *name;
    const char *summary;         /* one line, without a full stop */
    const char *synopsis;        /* what follows the verb */
    const char *text;            /* what it does, with an example; ends with a newline */
    const ortl__option *options; /* (n_options) */
    size_t n_options;
    /* argv[0] is the verb. On failure the report says where and what. */
    ortl_status (*run)(int argc, char **argv, ortl__report *report);
    void (*print_list)(ortl__output *output); /* what help lists behind the text; NULL: nothing */
} ortl__verb;

extern const ortl__verb ortl__verb_predict;
extern const ortl__verb ortl__verb_run;
extern const ortl__verb ortl__verb_inspect;
extern const ortl__verb ortl__verb_check;
extern const ortl__verb ortl__verb_convert;
extern const ortl__verb ortl__verb_bench;
extern const ortl__verb ortl__verb_verify;
extern const ortl__verb ortl__verb_diff;
extern const ortl__verb ortl__verb_meta;
extern const ortl__verb ortl__verb_tree;
extern const ortl__verb ortl__verb_test;
extern const ortl__verb ortl__verb_help;

/* Verb number index of the table, NULL past its end. */
const ortl__verb *ortl__verb_at(size_t index);

/* The verb of that name; NULL with ORTL_BAD_ARGUMENT in *error, naming the nearest one. */
const ortl__verb *ortl__verb_find(const char *name, ortl_error *error);

/* Reads the verb's command line into settings, which begin with an ortl__common. The number of
 * operands, which are argv[1] and on, must be n_min to n_max. When --help is among the options, the
 * verb's text is printed and *is_done_out is true. */
ortl_status ortl__verb_begin(const ortl__verb *verb, int argc, char **argv, void *settings,
                             int n_min, int n_max, int *n_operands_out, bool *is_done_out,
                             ortl__report *report);

/* Prints the text of the verb on stdout. */
ortl_status ortl__verb_print_help(const ortl__verb *verb, ortl__report *report);

#endif
