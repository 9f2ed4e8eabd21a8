/*
 * The stream behind `ort-lite predict`: table in, predictions out, in blocks of rows.
 */
#ifndef ORTL_TOOLS_PREDICT_H
#define ORTL_TOOLS_PREDICT_H

#include "columns.h"
#include "format.h"
#include "model.h"
#include "table_options.h"

typedef struct ortl__predict_settings {
    ortl__table_settings table; /* first: the shared options write here */
    const char *model;          /* paths; "-" is stdin */
    const char *input;
    const char *output; /* NULL or "-": stdout */
    const ortl__format *format;
    ortl__results_kind kind;
    bool is_lenient; /* --on-error nan */
    bool is_flushed; /* every row is written before more input is waited for */
} ortl__predict_settings;

ortl_status ortl__predict(const ortl__predict_settings *settings, ortl__report *report);

#endif
