/*
 * Command lines: one table of options per verb, from which getopt_long parses and `help` prints.
 * Also the options that all verbs share.
 */
#ifndef ORTL_TOOLS_OPTIONS_H
#define ORTL_TOOLS_OPTIONS_H

#include "message.h"

#include <stdbool.h>

/* Limits of the table reader, in ORTL_LIMIT_MAP's form: X(name, default, sentence). */
#define ORTL__CSV_LIMIT_MAP(X)                                                                     \
    X(csv_line_bytes, (uint64_t)16 << 20, "bytes of one record of a table")                        \
    X(csv_columns, (uint64_t)1 << 20, "columns of a table")

/* Whether the program locks itself in before it reads a model; see sandbox.h. */
typedef enum ortl__sandbox_mode {
    ORTL__SANDBOX_AUTO, /* as far as the kernel can */
    ORTL__SANDBOX_REQUIRE,
    ORTL__SANDBOX_OFF
} ortl__sandbox_mode;

/* The first member of every verb's settings. */
typedef struct ortl__common {
    ortl_options library;
#define ORTL__CSV_LIMIT_FIELD(name, value, sentence) uint64_t name;
    ORTL__CSV_LIMIT_MAP(ORTL__CSV_LIMIT_FIELD)
#undef ORTL__CSV_LIMIT_FIELD
    ortl__sandbox_mode sandbox;
    bool is_quiet;
    bool is_verbose;
    bool is_json;    /* of verbs with ORTL__JSON_OPTION */
    bool wants_help; /* --help: nothing else matters */
} ortl__common;

/* Sets the defaults. */
void ortl__common_init(ortl__common *common);

typedef struct ortl__option {
    const char *name;     /* without the dashes */
    char letter;          /* short form, 0: none */
    const char *argument; /* what help calls its argument; NULL: it has none */
    const char *sentence; /* for help */
    /* Stores text, the argument (NULL without one), in the verb's settings. */
    ortl_status (*set)(void *settings, const char *text, ortl_error *error);
} ortl__option;

/* The rows of a verb's table for the options that all verbs share. */
#define ORTL__COMMON_OPTIONS                                                                       \
    {"limit", 0, "NAME=VALUE", "set a limit (`help limits` lists them)", ortl__set_limit},         \
        {"sandbox", 0, "WHEN", "auto, require or off: open only what is named",                    \
         ortl__set_sandbox},                                                                       \
        {"quiet", 'q', NULL, "no notes on stderr, errors only", ortl__set_quiet},                  \
        {"verbose", 'v', NULL, "say on stderr what is done", ortl__set_verbose}, {                 \
        "help", 'h', NULL, "show this text", ortl__set_help                                        \
    }

/* The row of verbs that can use several threads. */
#define ORTL__THREADS_OPTION                                                                       \
    { "threads", 't', "N", "use N threads, 1 to 256", ortl__set_threads }

/* The row of verbs that can print JSON; sentence says what of. */
#define ORTL__JSON_OPTION(sentence)                                                                \
    { "json", 0, NULL, sentence, ortl__set_json }

ortl_status ortl__set_json(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_threads(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_limit(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_sandbox(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_quiet(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_verbose(void *settings, const char *text, ortl_error *error);
ortl_status ortl__set_help(void *settings, const char *text, ortl_error *error);

/* Reads argv[1] onwards, options and operands in any order, and moves the operands to argv[1] and
 * behind it. ORTL_BAD_ARGUMENT names the nearest option when one is unknown. */
ortl_status ortl__options_parse(int argc, char **argv, const ortl__option *options,
                                size_t n_options, void *settings, int *n_operands_out,
                                ortl_error *error);

/* The index of text among n_choices words; ORTL_BAD_ARGUMENT lists them when it is none of them. */
ortl_status ortl__options_choose(const char *option_name, const char *text,
                                 const char *const *choices, size_t n_choices, size_t *index_out,
                                 ortl_error *error);

/* The argument of an option as a number from 0 on. */
ortl_status ortl__options_real(const char *option_name, const char *text, double *number_out,
                               ortl_error *error);

/* Goes through a list with commas: takes the next word off *list, which is NULL at its end. Returns
 * the word's length, its start in *word_out. */
size_t ortl__options_next_word(const char **list, const char **word_out);

#endif
