/*
 * Text of any bytes as JSON strings, written straight into an output: a table of a million rows is
 * no tree of objects.
 */
#ifndef ORTL_TOOLS_JSON_TEXT_H
#define ORTL_TOOLS_JSON_TEXT_H

#include "output.h"
#include "texts.h"

/* Appends the text in quotation marks. Bytes that are not UTF-8 become U+FFFD. */
void ortl__json_put_text(ortl__output *output, ortl_string text);

/* Stores '{"name":' for the first key of an object, ',"name":' for a further one. */
ortl_status ortl__json_key(ortl_string name, bool is_first, ortl__texts *texts,
                           ortl_string *key_out, ortl_error *error);

/* The code point at the start of the n_bytes > 0 bytes and its length; U+FFFD and 1 when there is
 * no UTF-8. */
uint32_t ortl__json_code_point(const char *text, size_t n_bytes, size_t *n_used_out);

#endif
