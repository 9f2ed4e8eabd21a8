/*
 * Counting differences, and telling the first of them.
 */
#include "findings.h"
#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ortl__findings_add(ortl__findings *findings, const char *format, ...) {
    char text[ORTL__FINDING_BYTES];
    va_list values;
    uint64_t index = findings->n_found++;
    if (index >= ORTL__FINDINGS_SHOWN) return;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    ortl__message_escape(text, strlen(text), findings->texts[index], ORTL__FINDING_BYTES);
}

void ortl__findings_print(const ortl__findings *findings, ortl__output *output) {
    for (uint64_t i = 0; i < findings->n_found && i < ORTL__FINDINGS_SHOWN; i++)
        ortl__output_print(output, "           %s\n", findings->texts[i]);
    if (findings->n_found > ORTL__FINDINGS_SHOWN)
        ortl__output_print(output, "           and %llu more\n",
                           (unsigned long long)(findings->n_found - ORTL__FINDINGS_SHOWN));
}

void ortl__findings_json(ortl__json *json, const char *key, const ortl__findings *findings) {
    ortl__json_object(json, key);
    ortl__json_figure(json, "rows", findings->n_found);
    ortl__json_array(json, "first");
    for (uint64_t i = 0; i < findings->n_found && i < ORTL__FINDINGS_SHOWN; i++)
        ortl__json_text(json, NULL, ortl__texts_view(findings->texts[i]));
    ortl__json_array_end(json);
    ortl__json_object_end(json);
}
