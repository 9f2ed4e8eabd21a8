/*
 * ort-lite help: the verbs, one verb, the operators, the limits.
 */
#include "output.h"
#include "pages.h"
#include "verb.h"

#include <string.h>

static void print_verbs(ortl__output *output) {
    ortl__output_text(output, "ort-lite runs tree models in ONNX files.\n\n");
    const ortl__verb *verb;
    for (size_t i = 0; (verb = ortl__verb_at(i)) != NULL; i++)
        ortl__output_print(output, "  ort-lite %-8s  %s\n", verb->name, verb->summary);
    ortl__output_text(output, "\n"
                              "  ort-lite help VERB       options and an example\n"
                              "  ort-lite help operators  the ONNX operators that models may use\n"
                              "  ort-lite help limits     the limits that --limit NAME=VALUE sets\n"
                              "  ort-lite --version\n"
                              "\n"
                              "Exit codes\n");
    for (size_t i = 0; i < ortl__n_exit_codes; i++)
        ortl__output_print(output, "  %s\n", ortl__exit_codes[i]);
    ortl__output_text(output,
                      "\n"
                      "First steps, with a model that LightGBM saved\n"
                      "  ort-lite convert model.txt -o model.onnx\n"
                      "  ort-lite inspect model.onnx\n"
                      "  ort-lite predict model.onnx table.csv -o predictions.csv\n"
                      "  ort-lite bench model.onnx --against onnxruntime --report model.html\n"
                      "  ort-lite tree model.onnx 0 --format svg -o tree.svg\n"
                      "  ort-lite help convert\n");
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
        output,
        "Limits guard against hostile models and tables; all are checked before memory is\n"
        "asked for. --limit NAME=VALUE sets one; K, M and G stand for powers of 1024, 0 for\n"
        "the default. Of memory_bytes this is 1 MiB + 10 times the bytes of the model, for\n"
        "convert 64 MiB + 32 times. When model and tables are files, of less than 4 GiB\n"
        "together, context_bytes is 48 MiB + 16 times their bytes unless it is set.\n\n");
#define PRINT_LIMIT(name, value, sentence) print_limit(output, #name, value, sentence);
    ORTL_LIMIT_MAP(PRINT_LIMIT)
    ORTL__CSV_LIMIT_MAP(PRINT_LIMIT)
#undef PRINT_LIMIT
}

/* ---- The verb -------------------------------------------------------------------------------- */

typedef struct help_topic {
    const char *name;
    void (*print)(ortl__output *output);
} help_topic;

static const help_topic topics[] = {
    {"", print_verbs},
    {"operators", print_operators},
    {"limits", print_limits},
};

typedef struct help_format {
    const char *name;
    void (*write)(const ortl__verb *verb, ortl__output *output); /* NULL: as text */
} help_format;

static const help_format formats[] = {
    {"text", NULL},
    {"man", ortl__page_man},
    {"markdown", ortl__page_markdown},
    {"bash", ortl__page_bash},
    {"zsh", ortl__page_zsh},
    {"fish", ortl__page_fish},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

typedef struct help_settings {
    ortl__common common; /* first: the shared options write here */
    const help_format *format;
} help_settings;

static ortl_status set_format(void *settings, const char *text, ortl_error *error) {
    const char *names[N_FORMATS];
    size_t index = 0;
    for (size_t i = 0; i < N_FORMATS; i++) names[i] = formats[i].name;
    ortl_status status = ortl__options_choose("format", text, names, N_FORMATS, &index, error);
    ((help_settings *)settings)->format = &formats[index];
    return status;
}

/* The topic as text, or verb (NULL: the whole program) in another form. */
static ortl_status print_page(const help_topic *topic, const help_format *format,
                              const ortl__verb *verb, ortl__report *report) {
    ortl__output output = ORTL__OUTPUT_INIT;
    ortl_status status = ortl__output_open(&output, NULL, -1, &report->error);
    if (status == ORTL_OK && topic != NULL) topic->print(&output);
    if (status == ORTL_OK && topic == NULL) format->write(verb, &output);
    return ortl__output_close(&output, status, report);
}

static ortl_status run(int argc, char **argv, ortl__report *report) {
    help_settings settings = {.format = &formats[0]};
    int n_operands;
    bool is_done;
    ortl_status status = ortl__verb_begin(&ortl__verb_help, argc, argv, &settings, 0, 1,
                                          &n_operands, &is_done, report);
    if (status != ORTL_OK || is_done) return status;
    const char *name = n_operands == 0 ? "" : argv[1];
    bool is_text = settings.format->write == NULL;
    for (size_t i = 0; i < sizeof topics / sizeof topics[0] && is_text; i++)
        if (strcmp(name, topics[i].name) == 0) return print_page(&topics[i], NULL, NULL, report);
    const ortl__verb *verb = NULL;
    if (name[0] != '\0') verb = ortl__verb_find(name, &report->error);
    if (name[0] != '\0' && verb == NULL) return ORTL_BAD_ARGUMENT;
    return is_text ? ortl__verb_print_help(verb, report)
                   : print_page(NULL, settings.format, verb, report);
}

static const ortl__option options[] = {
    {"format", 'f', "FORMAT", "text, man or markdown; bash, zsh or fish: completions", set_format},
    {"help", 'h', NULL, "show this text", ortl__set_help},
};

const ortl__verb ortl__verb_help = {
    .name = "help",
    .summary = "what the program can do",
    .synopsis = "[VERB|operators|limits] [--format FORMAT]",
    .text =
        "Without an argument: the verbs, one line each. With --format the same as a manual page\n"
        "or as Markdown, or what a shell completes.\n"
        "\n"
        "Examples\n"
        "  ort-lite help predict\n"
        "  ort-lite help --format bash > ort-lite.bash\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
