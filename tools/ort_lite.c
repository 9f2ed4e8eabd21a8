/*
 * ort-lite, the program: finds the verb, runs it, prints its failure and turns its status into the
 * exit code. Everything a verb does is in its cmd_<verb>.c.
 */
#include "output.h"
#include "suggest.h"
#include "verb.h"

#include <signal.h>
#include <string.h>

static const ortl__verb *const verbs[] = {
    &ortl__verb_predict, &ortl__verb_run,   &ortl__verb_inspect, &ortl__verb_check,
    &ortl__verb_convert, &ortl__verb_bench, &ortl__verb_verify,  &ortl__verb_diff,
    &ortl__verb_meta,    &ortl__verb_tree,  &ortl__verb_test,    &ortl__verb_help,
};

static const size_t n_verbs = sizeof verbs / sizeof verbs[0];

const ortl__verb *ortl__verb_at(size_t index) {
    return index < n_verbs ? verbs[index] : NULL;
}

const ortl__verb *ortl__verb_find(const char *name, ortl_error *error) {
    ortl__suggestion nearest = ortl__suggest_begin(name, strlen(name));
    for (size_t i = 0; i < n_verbs; i++) {
        if (strcmp(name, verbs[i]->name) == 0) return verbs[i];
        ortl__suggest_offer(&nearest, i, verbs[i]->name, strlen(verbs[i]->name));
    }
    if (nearest.index == ORTL__SUGGEST_NONE)
        ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                           "unknown verb \"%.64s\" (`ort-lite help` lists them)", name);
    else
        ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                           "unknown verb \"%.64s\"; did you mean %s? (`ort-lite help` lists them)",
                           name, verbs[nearest.index]->name);
    return NULL;
}

static bool is_one_of(const char *text, const char *long_form, const char *short_form) {
    return strcmp(text, long_form) == 0 || strcmp(text, short_form) == 0;
}

static ortl_status print_version(ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK) ortl__output_print(&output, "ort-lite %s\n", ortl_version());
    return ortl__output_close(&output, status, report);
}

static ortl_status run_verb(int argc, char **argv, ortl__report *report) {
    if (argc < 2)
        return ortl__message_fail(&report->error, ORTL_BAD_ARGUMENT,
                                  "no verb given (`ort-lite help` lists them)");
    if (is_one_of(argv[1], "--version", "-V")) return print_version(report);
    const char *name = is_one_of(argv[1], "--help", "-h") ? "help" : argv[1];
    const ortl__verb *verb = ortl__verb_find(name, &report->error);
    return verb == NULL ? ORTL_BAD_ARGUMENT : verb->run(argc - 1, argv + 1, report);
}

int main(int argc, char **argv) {
    /* A closed pipe and a full quota are then failed writes like any other, and no signal ends us
     * halfway. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    ortl__report report = {.place = ""};
    ortl_status status = run_verb(argc, argv, &report);
    if (status == ORTL_OK) return report.has_differences ? 1 : 0;
    if (ortl__output_is_closed_pipe(status, &report.error)) return 0;
    ortl__report_print(&report);
    return ortl__message_exit_code(status);
}
