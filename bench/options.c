/*
 * Reads options by a table; see options.h.
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_usage(const bench_usage *usage) {
    fprintf(stderr, "usage: %s [options] %s\n%s\n", usage->program, usage->arguments,
            usage->purpose);
    for (size_t i = 0; i < usage->n_options; i++) {
        const bench_option *option = &usage->options[i];
        fprintf(stderr, "  %-12s %s", option->name, option->help);
        if (option->number) fprintf(stderr, " (%llu)", (unsigned long long)*option->number);
        if (option->text && *option->text) fprintf(stderr, " (%s)", *option->text);
        fputc('\n', stderr);
    }
}

static const bench_option *find_option(const bench_usage *usage, const char *name) {
    for (size_t i = 0; i < usage->n_options; i++) {
        if (strcmp(usage->options[i].name, name) == 0) return &usage->options[i];
    }
    return NULL;
}

/* Stores value, which is NULL at the end of the command line; 0, or -1 when it does not fit. */
static int store(const bench_option *option, const char *value) {
    if (!value) return -1;
    if (option->text) {
        *option->text = value;
        return 0;
    }
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno || end == value || *end || value[0] == '-') return -1;
    *option->number = number;
    return 0;
}

int bench_options_read(const bench_usage *usage, int argc, char **argv) {
    int i = 1;
    while (i < argc && strncmp(argv[i], "--", 2) == 0) {
        const char *name = argv[i++];
        if (name[2] == 0) break;
        const bench_option *option = find_option(usage, name);
        if (!option) {
            if (strcmp(name, "--help") != 0) fprintf(stderr, "unknown option %s\n", name);
            print_usage(usage);
            return -1;
        }
        if (option->flag) {
            *option->flag = 1;
        } else if (store(option, i < argc ? argv[i++] : NULL) < 0) {
            fprintf(stderr, "%s: option %s needs a value: %s\n", usage->program, name,
                    option->help);
            return -1;
        }
    }
    if (argc - i < usage->n_arguments) {
        print_usage(usage);
        return -1;
    }
    if (argc - i > usage->n_arguments && !usage->ends_in_command) {
        fprintf(stderr, "%s: \"%s\" behind %s is one too many (options come first)\n",
                usage->program, argv[i + usage->n_arguments], usage->arguments);
        return -1;
    }
    return i;
}
