/*
 * ort-lite help: the verbs, one verb, the operators, the limits.
 */
#include "output.h"
#include "verb.h"

#include <string.h>

static void print_verbs(ortl__output *output) {
    ortl__output_text(output, "ort-lite runs tree models in ONNX files.\n\n");
    const ortl__verb *verb;
    for (size_t i = 0; (verb = ortl__verb_at(i)) != NULL; i++)
        ortl__output_print(output, "  ort-lite %-8s  %s\n", verb->name, verb->summary);
    ortl__output_text(
        output, "\n"
                "  ort-lite help VERB       options and an example\n"
                "  ort-lite help operators  the ONNX operators that models may use\n"
                "  ort-lite help limits     the limits that --limit NAME=VALUE sets\n"
                "  ort-lite --version\n"
                "\n"
                "Exit codes: 0 ok, 1 differences found, 2 usage, 3 model invalid or unsupported,\n"
                "4 bad input data, 5 input/output, 6 limit exceeded or out of memory.\n"
                "\n"
                "Example\n"
                "  ort-lite predict churn.onnx new.csv -o scores.csv\n");
}

static void print_operators(ortl__output *output) {
    ortl_operator_info info;
    ortl__output_text(output,
                      "Operators that models may use, with the versions of their domain's\n"
                      "operator set. A model with any other operator is refused by name.\n\n");
    for (size_t i = 0; ortl_supported_operator(i, &info, NULL) == ORTL_OK; i++) {
        const char *domain = info.domain[0] == '\0' ? "ai.onnx" : info.domain;
        ortl__output_print(output, "%-14s  %-26s  ", domain, info.name);
        if (info.last_version == INT32_MAX)
            ortl__output_print(output, "%d and later\n", info.first_version);
        else if (info.last_version == info.first_version)
            ortl__output_print(output, "%d\n", info.first_version);
        else
            ortl__output_print(output, "%d to %d\n", info.first_version, info.last_version);
    }
}

static void print_limit(ortl__output *output, const char *name, uint64_t value,
                        const char *sentence) {
    ortl__output_print(output, "%-16s  %10llu  %s\n", name, (unsigned long long)value, sentence);
}

static void print_limits(ortl__output *output) {
    ortl__output_text(
        output, "Limits guard against hostile models and tables; all are checked before memory is\n"
                "asked for. --limit NAME=VALUE sets one; K, M and G stand for powers of 1024.\n"
                "memory_bytes 0 is 1 MiB + 10 times the bytes of the model.\n\n");
#define PRINT_LIMIT(name, value, sentence) print_limit(output, #name, value, sentence);
    ORTL_LIMIT_MAP(PRINT_LIMIT)
    ORTL__CSV_LIMIT_MAP(PRINT_LIMIT)
#undef PRINT_LIMIT
}

typedef struct help_page {
    const char *name;
    void (*print)(ortl__output *output);
} help_page;

static const help_page pages[] = {
    {"", print_verbs},
    {"operators", print_operators},
    {"limits", print_limits},
};

static ortl_status print_page(const help_page *page, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK) page->print(&output);
    return ortl__output_close(&output, status, report);
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    ortl__common common;
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_help, argc, argv, &common, 0, 1, &n_operands,
                                          &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    const char *topic = n_operands == 0 ? "" : argv[1];
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (strcmp(topic, pages[i].name) == 0) return print_page(&pages[i], report);
    const ortl__verb *verb = ortl__verb_find(topic, &report->error);
    return verb == NULL ? ORTL_BAD_ARGUMENT : ortl__verb_print_help(verb, report);
}

static const ortl__option options[] = {
    {"help", 'h', NULL, "show this text", ortl__set_help},
};

const ortl__verb ortl__verb_help = {
    .name = "help",
    .summary = "what the program can do",
    .synopsis = "[VERB|operators|limits]",
    .text = "Without an argument: the verbs, one line each.\n"
            "\n"
            "Example\n"
            "  ort-lite help predict\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
