/*
 * Differences of one kind between two models: all of them counted, the first few kept as text.
 */
#ifndef ORTL_TOOLS_FINDINGS_H
#define ORTL_TOOLS_FINDINGS_H

#include "json.h"
#include "output.h"

#define ORTL__FINDINGS_SHOWN 10
#define ORTL__FINDING_BYTES  320

typedef struct ortl__findings {
    uint64_t n_found;
    char texts[ORTL__FINDINGS_SHOWN][ORTL__FINDING_BYTES]; /* escaped, ended by NUL */
} ortl__findings;

/* One more; its text is kept when it is among the first. No floats in it: they obey the locale. */
void ortl__findings_add(ortl__findings *findings, const char *format, ...)
    ORTL__MESSAGE_FORMAT(2, 3);

/* An object of that key: how many, and the first texts. */
void ortl__findings_json(ortl__json *json, const char *key, const ortl__findings *findings);

/* The texts, one a line, and how many more there were. */
void ortl__findings_print(const ortl__findings *findings, ortl__output *output);

#endif
