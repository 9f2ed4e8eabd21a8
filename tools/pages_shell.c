/*
 * Completions. Options and verbs come from the tables; everything else is a file.
 */
#include "pages.h"

#include <string.h>

static void put_verb_names(ortl__output *output) {
    const ortl__verb *verb;
    for (size_t i = 0; (verb = ortl__verb_at(i)) != NULL; i++)
        ortl__output_print(output, "%s%s", i == 0 ? "" : " ", verb->name);
}

/* The text inside of single quotation marks; of the letters in special, each gets a backslash. */
static void put_quoted(ortl__output *output, const char *text, const char *special) {
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            ortl__output_text(output, "'\\'");
        else if (strchr(special, *text) != NULL)
            ortl__output_text(output, "\\");
        ortl__output_put(output, text, 1);
    }
}

/* ---- bash ------------------------------------------------------------------------------------ */

void ortl__page_bash(const ortl__verb *verb, ortl__output *output) {
    (void)verb;
    ortl__output_text(output, "# Completion of ort-lite for bash.\n"
                              "_ort_lite() {\n"
                              "    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
                              "    COMPREPLY=()\n"
                              "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                              "        COMPREPLY=($(compgen -W '");
    put_verb_names(output);
    ortl__output_text(output, " --version' -- \"$word\"))\n"
                              "        return\n"
                              "    fi\n"
                              "    case ${COMP_WORDS[1]} in\n");
    const ortl__verb *next;
    for (size_t i = 0; (next = ortl__verb_at(i)) != NULL; i++) {
        ortl__output_print(output, "    %s) options='", next->name);
        for (size_t j = 0; j < next->n_options; j++)
            ortl__output_print(output, "%s--%s", j == 0 ? "" : " ", next->options[j].name);
        ortl__output_text(output, "' ;;\n");
    }
    ortl__output_text(output,
                      "    esac\n"
                      "    if [ \"${COMP_WORDS[1]}\" = help ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n"
                      "        options=\"$options ");
    put_verb_names(output);
    ortl__output_text(output, " operators limits\"\n"
                              "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                              "    elif [ \"${word#-}\" != \"$word\" ]; then\n"
                              "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                              "    fi\n"
                              "}\n"
                              "complete -o default -F _ort_lite ort-lite\n");
}

/* ---- zsh ------------------------------------------------------------------------------------- */

static void put_zsh_option(ortl__output *output, const ortl__option *option) {
    ortl__output_print(output, " \\\n            '--%s[", option->name);
    put_quoted(output, option->sentence, "[]:\\");
    ortl__output_text(output, "]");
    if (option->argument != NULL) {
        ortl__output_text(output, ":");
        put_quoted(output, option->argument, "[]:\\");
        ortl__output_text(output, ":_files");
    }
    ortl__output_text(output, "'");
}

void ortl__page_zsh(const ortl__verb *verb, ortl__output *output) {
    const ortl__verb *next;
    (void)verb;
    ortl__output_text(output, "#compdef ort-lite\n"
                              "# Completion of ort-lite for zsh.\n"
                              "local -a verbs\n"
                              "verbs=(\n");
    for (size_t i = 0; (next = ortl__verb_at(i)) != NULL; i++) {
        ortl__output_print(output, "    '%s:", next->name);
        put_quoted(output, next->summary, ":\\");
        ortl__output_text(output, "'\n");
    }
    ortl__output_text(output, ")\n"
                              "if (( CURRENT == 2 )); then\n"
                              "    _describe verb verbs\n"
                              "else\n"
                              "    case $words[2] in\n");
    for (size_t i = 0; (next = ortl__verb_at(i)) != NULL; i++) {
        ortl__output_print(output,
                           "    %s)\n        shift words; (( CURRENT-- ))\n"
                           "        _arguments",
                           next->name);
        for (size_t j = 0; j < next->n_options; j++) put_zsh_option(output, &next->options[j]);
        ortl__output_text(output, " \\\n            '*:file:_files' ;;\n");
    }
    ortl__output_text(output, "    esac\nfi\n");
}

/* ---- fish ------------------------------------------------------------------------------------ */

static void put_fish_option(ortl__output *output, const char *verb, const ortl__option *option) {
    ortl__output_print(output, "complete -c ort-lite -n '__fish_seen_subcommand_from %s' -l %s",
                       verb, option->name);
    if (option->letter != 0) ortl__output_print(output, " -s %c", option->letter);
    if (option->argument != NULL) ortl__output_text(output, " -r");
    ortl__output_text(output, " -d '");
    for (const char *at = option->sentence; *at != '\0'; at++) {
        if (*at == '\'' || *at == '\\') ortl__output_text(output, "\\");
        ortl__output_put(output, at, 1);
    }
    ortl__output_text(output, "'\n");
}

void ortl__page_fish(const ortl__verb *verb, ortl__output *output) {
    const ortl__verb *next;
    (void)verb;
    ortl__output_text(output, "# Completion of ort-lite for fish.\n");
    for (size_t i = 0; (next = ortl__verb_at(i)) != NULL; i++) {
        ortl__output_print(output, "complete -c ort-lite -n __fish_use_subcommand -f -a %s -d '",
                           next->name);
        for (const char *at = next->summary; *at != '\0'; at++) {
            if (*at == '\'' || *at == '\\') ortl__output_text(output, "\\");
            ortl__output_put(output, at, 1);
        }
        ortl__output_text(output, "'\n");
        for (size_t j = 0; j < next->n_options; j++)
            put_fish_option(output, next->name, &next->options[j]);
    }
}
