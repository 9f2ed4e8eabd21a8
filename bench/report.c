/*
 * Prints measured figures; see report.h. Bench programs never set a locale, so printf writes a
 * point.
 */
#include "report.h"

#include <stdio.h>
#include <string.h>

/* Copies text into word_out with everything but letters, digits and ".-_/()+" replaced, so that a
 * line splits at blanks and needs no escapes in JSON. "" becomes "-". */
static void copy_word(const char *text, size_t n_chars, char *word_out, size_t word_bytes) {
    static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               ".-_/()+";
    if (n_chars == 0) {
        text = "-";
        n_chars = 1;
    }
    if (n_chars > word_bytes - 1) n_chars = word_bytes - 1;
    for (size_t i = 0; i < n_chars; i++) word_out[i] = strchr(kept, text[i]) ? text[i] : '_';
    word_out[n_chars] = 0;
}

/* "dir/forest.onnx" is reported as "forest". */
static void copy_stem(const char *path, char *word_out, size_t word_bytes) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *point = strrchr(name, '.');
    copy_word(name, point ? (size_t)(point - name) : strlen(name), word_out, word_bytes);
}

void bench_report(const bench_figure *figure, int as_json) {
    char model[128];
    char kernel[64];
    char engine[64];
    copy_stem(figure->model, model, sizeof model);
    copy_word(figure->kernel, strlen(figure->kernel), kernel, sizeof kernel);
    copy_word(figure->engine, strlen(figure->engine), engine, sizeof engine);
    const char *form = as_json ? "{\"engine\": \"%s\", \"model\": \"%s\", \"kernel\": \"%s\", "
                                 "\"measure\": \"%s\", \"value\": %.4f, \"unit\": \"%s\"}\n"
                               : "%-12s %-16s %-10s %-14s %14.4f %s\n";
    printf(form, engine, model, kernel, figure->measure, figure->value, figure->unit);
    fflush(stdout);
}
