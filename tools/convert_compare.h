/*
 * What `ort-lite convert --compare` does once the file is written: a table through the trainer's
 * own trees and through the file, and a report of where they part.
 */
#ifndef ORTL_TOOLS_CONVERT_COMPARE_H
#define ORTL_TOOLS_CONVERT_COMPARE_H

#include "../converters/convert.h"
#include "../converters/source_walk.h"
#include "json.h"
#include "options.h"

typedef struct ortl__compare_settings {
    const ortl__common *common;
    const ortl_convert_report *done;
    const char *source;   /* path, for the report */
    const char *model;    /* path of the ONNX file */
    const char *table;    /* path, "-" is stdin */
    const char *expected; /* names of columns with the trainer's predictions, NULL: none */
    bool is_by_position;
    const char **renames; /* (n_renames) "OLD=NEW" */
    size_t n_renames;
} ortl__compare_settings;

/* What was converted, as members of the JSON object that is open. */
void ortl__convert_json(ortl__json *json, const ortl_convert_report *done);

/* The report goes to stdout, with --json as one object, what was converted included;
 * report->has_differences says what it came to. */
ortl_status ortl__convert_compare(const ortl__compare_settings *settings,
                                  const ortl_source_walk *walk, ortl__report *report);

#endif
