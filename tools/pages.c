/*
 * Manual pages and Markdown.
 */
#include "pages.h"

#include <string.h>

#define EXAMPLE_LINE "\nExamples\n"

const char *const ortl__exit_codes[] = {
    "0  ok",
    "1  differences found (verify, diff, test, convert --compare)",
    "2  usage",
    "3  model invalid or unsupported",
    "4  bad input data",
    "5  input or output failed",
    "6  a limit exceeded, or out of memory",
};
const size_t ortl__n_exit_codes = sizeof ortl__exit_codes / sizeof ortl__exit_codes[0];

const char *ortl__page_examples(const ortl__verb *verb) {
    const char *line = strstr(verb->text, EXAMPLE_LINE);
    return line == NULL ? "" : line + strlen(EXAMPLE_LINE);
}

/* Bytes of the text before its examples. */
static size_t count_description(const ortl__verb *verb) {
    const char *line = strstr(verb->text, EXAMPLE_LINE);
    return line == NULL ? strlen(verb->text) : (size_t)(line - verb->text);
}

/* ---- man ------------------------------------------------------------------------------------- */

/* A text whose hyphens and backslashes stay what they are, and whose lines are no requests. */
static void put_roff(ortl__output *output, const char *text, size_t n_bytes) {
    for (size_t i = 0; i < n_bytes; i++) {
        bool is_first = i == 0 || text[i - 1] == '\n';
        if (is_first && (text[i] == '.' || text[i] == '\'')) ortl__output_text(output, "\\&");
        if (text[i] == '-')
            ortl__output_text(output, "\\-");
        else if (text[i] == '\\')
            ortl__output_text(output, "\\e");
        else
            ortl__output_put(output, text + i, 1);
    }
}

static void put_roff_text(ortl__output *output, const char *text) {
    put_roff(output, text, strlen(text));
}

/* Blank lines part paragraphs. */
static void put_paragraphs(ortl__output *output, const char *text, size_t n_bytes) {
    size_t begin = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        if (text[i] != '\n' || (i + 1 < n_bytes && text[i + 1] != '\n')) continue;
        put_roff(output, text + begin, i + 1 - begin);
        while (i + 1 < n_bytes && text[i + 1] == '\n') i++;
        begin = i + 1;
        if (begin < n_bytes) ortl__output_text(output, ".PP\n");
    }
    if (begin < n_bytes) {
        put_roff(output, text + begin, n_bytes - begin);
        ortl__output_text(output, "\n");
    }
}

static void put_man_option(ortl__output *output, const ortl__option *option) {
    ortl__output_text(output, ".TP\n\\fB");
    if (option->letter != 0) ortl__output_print(output, "\\-%c\\fR, \\fB", option->letter);
    ortl__output_text(output, "\\-\\-");
    put_roff_text(output, option->name);
    ortl__output_text(output, "\\fR");
    if (option->argument != NULL) {
        ortl__output_text(output, " \\fI");
        put_roff_text(output, option->argument);
        ortl__output_text(output, "\\fR");
    }
    ortl__output_text(output, "\n");
    put_roff_text(output, option->sentence);
    ortl__output_text(output, "\n");
}

static void put_exit_status(ortl__output *output) {
    ortl__output_text(output, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < ortl__n_exit_codes; i++) {
        ortl__output_print(output, ".TP\n%c\n", ortl__exit_codes[i][0]);
        put_roff_text(output, ortl__exit_codes[i] + 3);
        ortl__output_text(output, "\n");
    }
}

static void put_example(ortl__output *output, const char *text) {
    ortl__output_text(output, ".SH EXAMPLES\n.nf\n");
    put_roff_text(output, text);
    ortl__output_text(output, ".fi\n");
}

static void put_man_verb(const ortl__verb *verb, ortl__output *output) {
    ortl__output_print(output, ".TH ORT-LITE-%s 1 \"\" \"ort-lite %s\"\n.SH NAME\n", verb->name,
                       ortl_version());
    ortl__output_print(output, "ort\\-lite\\-%s \\- ", verb->name);
    put_roff_text(output, verb->summary);
    ortl__output_print(output, "\n.SH SYNOPSIS\n\\fBort\\-lite %s\\fR ", verb->name);
    put_roff_text(output, verb->synopsis);
    ortl__output_text(output, "\n.SH DESCRIPTION\n");
    put_paragraphs(output, verb->text, count_description(verb));
    if (verb->print_list != NULL) {
        ortl__output_text(output, ".nf\n");
        verb->print_list(output);
        ortl__output_text(output, ".fi\n");
    }
    ortl__output_text(output, ".SH OPTIONS\n");
    for (size_t i = 0; i < verb->n_options; i++) put_man_option(output, &verb->options[i]);
    put_exit_status(output);
    put_example(output, ortl__page_examples(verb));
    ortl__output_text(output, ".SH SEE ALSO\n.BR ort\\-lite (1)\n");
}

static void put_man_program(ortl__output *output) {
    const ortl__verb *verb;
    ortl__output_print(
        output,
        ".TH ORT-LITE 1 \"\" \"ort-lite %s\"\n.SH NAME\n"
        "ort\\-lite \\- runs tree models in ONNX files\n.SH SYNOPSIS\n"
        "\\fBort\\-lite\\fR \\fIVERB\\fR [\\fIARGUMENT\\fR ...]\n.SH DESCRIPTION\n"
        "Each verb has a page of its own, ort\\-lite\\-VERB(1), and tells about itself "
        "with\n\\fBort\\-lite help\\fR \\fIVERB\\fR.\n",
        ortl_version());
    for (size_t i = 0; (verb = ortl__verb_at(i)) != NULL; i++) {
        ortl__output_print(output, ".TP\n\\fB%s\\fR\n", verb->name);
        put_roff_text(output, verb->summary);
        ortl__output_text(output, "\n");
    }
    ortl__output_text(output, ".PP\nData go to standard output, messages to standard error, one "
                              "line for an error.\nA file named \\fB\\-\\fR is standard input or "
                              "output. Nothing is coloured, so\nNO_COLOR changes nothing.\n");
    put_exit_status(output);
    put_example(output, "  ort-lite predict churn.onnx new.csv -o scores.csv\n");
    ortl__output_text(output, ".SH SEE ALSO\n");
    for (size_t i = 0; (verb = ortl__verb_at(i)) != NULL; i++)
        ortl__output_print(output, ".BR ort\\-lite\\-%s (1)%s\n", verb->name,
                           ortl__verb_at(i + 1) != NULL ? "," : "");
}

void ortl__page_man(const ortl__verb *verb, ortl__output *output) {
    if (verb != NULL)
        put_man_verb(verb, output);
    else
        put_man_program(output);
}

/* ---- Markdown -------------------------------------------------------------------------------- */

static void put_cell(ortl__output *output, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '|') ortl__output_text(output, "\\");
        ortl__output_put(output, text, 1);
    }
}

static void put_markdown_option(ortl__output *output, const ortl__option *option) {
    ortl__output_text(output, "| ");
    if (option->letter != 0) ortl__output_print(output, "`-%c`, ", option->letter);
    ortl__output_print(output, "`--%s", option->name);
    if (option->argument != NULL) {
        ortl__output_text(output, " ");
        put_cell(output, option->argument);
    }
    ortl__output_text(output, "` | ");
    put_cell(output, option->sentence);
    ortl__output_text(output, " |\n");
}

static void put_markdown_verb(const ortl__verb *verb, ortl__output *output) {
    ortl__output_print(output, "## %s: %s\n\n```\nort-lite %s %s\n```\n\n", verb->name,
                       verb->summary, verb->name, verb->synopsis);
    ortl__output_put(output, verb->text, count_description(verb));
    if (verb->print_list != NULL) {
        ortl__output_text(output, "\n```");
        verb->print_list(output);
        ortl__output_text(output, "```\n");
    }
    ortl__output_text(output, "\n| option | what it does |\n|---|---|\n");
    for (size_t i = 0; i < verb->n_options; i++) put_markdown_option(output, &verb->options[i]);
    ortl__output_text(output, "\n```\n");
    for (const char *line = ortl__page_examples(verb); *line != '\0';) {
        size_t n_bytes = strcspn(line, "\n");
        size_t n_blanks = strspn(line, " ");
        ortl__output_put(output, line + n_blanks, n_bytes - n_blanks);
        ortl__output_text(output, "\n");
        line += n_bytes + (line[n_bytes] == '\n');
    }
    ortl__output_text(output, "```\n");
}

void ortl__page_markdown(const ortl__verb *verb, ortl__output *output) {
    const ortl__verb *next;
    if (verb != NULL) {
        put_markdown_verb(verb, output);
        return;
    }
    ortl__output_text(output,
                      "# The command line\n\nWritten by `ort-lite help --format markdown`.\n\n"
                      "| verb | what it does |\n|---|---|\n");
    for (size_t i = 0; (next = ortl__verb_at(i)) != NULL; i++)
        ortl__output_print(output, "| [`%s`](#%s) | %s |\n", next->name, next->name, next->summary);
    ortl__output_text(output, "\nExit codes\n\n```\n");
    for (size_t i = 0; i < ortl__n_exit_codes; i++)
        ortl__output_print(output, "%s\n", ortl__exit_codes[i]);
    ortl__output_text(output, "```\n");
    for (size_t i = 0; (next = ortl__verb_at(i)) != NULL; i++) {
        ortl__output_print(output, "\n<a id=\"%s\"></a>\n\n", next->name);
        put_markdown_verb(next, output);
    }
}
