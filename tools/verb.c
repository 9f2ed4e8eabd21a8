/*
 * What all verbs do alike: reading their command line and printing their help.
 */
#include "verb.h"
#include "output.h"

#include <string.h>

/* "  -o, --output FILE" */
static void print_option_name(ortl__output *output, const ortl__option *option) {
    const size_t width = 28;
    size_t length = strlen("      --") + strlen(option->name);
    if (option->letter != 0)
        ortl__output_print(output, "  -%c, --%s", option->letter, option->name);
    else
        ortl__output_print(output, "      --%s", option->name);
    if (option->argument != NULL) {
        ortl__output_print(output, " %s", option->argument);
        length += 1 + strlen(option->argument);
    }
    if (length >= width) {
        ortl__output_text(output, "\n");
        length = 0;
    }
    ortl__output_print(output, "%*s", (int)(width - length), "");
}

ortl_status ortl__verb_print_help(const ortl__verb *verb, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status != ORTL_OK) goto done;
    ortl__output_print(&output, "ort-lite %s %s\n%s\n\n", verb->name, verb->synopsis,
                       verb->summary);
    ortl__output_text(&output, verb->text);
    if (verb->print_list != NULL) verb->print_list(&output);
    if (verb->n_options > 0) ortl__output_text(&output, "\nOptions\n");
    for (size_t i = 0; i < verb->n_options; i++) {
        print_option_name(&output, &verb->options[i]);
        ortl__output_print(&output, "%s\n", verb->options[i].sentence);
    }
done:
    return ortl__output_close(&output, status, report);
}

static ortl_status check_operands(const ortl__verb *verb, char **argv, int n_operands, int n_min,
                                  int n_max, ortl_error *error) {
    if (n_operands < n_min)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "%s: an operand is missing: %s %s",
                                  verb->name, verb->name, verb->synopsis);
    if (n_operands > n_max)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "%s: \"%.60s\" is one operand too many: %s %s", verb->name,
                                  argv[n_max + 1], verb->name, verb->synopsis);
    return ORTL_OK;
}

ortl_status ortl__verb_begin(const ortl__verb *verb, int argc, char **argv, void *settings,
                             int n_min, int n_max, int *n_operands_out, bool *is_done_out,
                             ortl__report *report) {
    ortl__common *common = settings;
    ortl__common_init(common);
    *is_done_out = false;
    ortl_status status = ortl__options_parse(argc, argv, verb->options, verb->n_options, settings,
                                             n_operands_out, &report->error);
    if (status != ORTL_OK) return status;
    if (common->wants_help) {
        *is_done_out = true;
        return ortl__verb_print_help(verb, report);
    }
    return check_operands(verb, argv, *n_operands_out, n_min, n_max, &report->error);
}
