/*
 * JSON, written straight into an output while it is made, value after value: no tree in memory, and
 * nothing that can fail but the output.
 *
 *     ortl__json json;
 *     ortl__json_begin(&json, &output, ORTL__JSON_INDENTED);
 *     ortl__json_object(&json, NULL);
 *     ortl__json_figure(&json, "rows", n_rows);
 *     ortl__json_array(&json, "names");
 *     ortl__json_text(&json, NULL, name);
 *     ortl__json_array_end(&json);
 *     ortl__json_object_end(&json);
 *     ortl__json_end(&json);
 */
#ifndef ORTL_TOOLS_JSON_H
#define ORTL_TOOLS_JSON_H

#include "output.h"

#include "../converters/json_room.h"

typedef enum ortl__json_layout {
    ORTL__JSON_INDENTED,
    ORTL__JSON_LINE /* no blanks, one line */
} ortl__json_layout;

typedef struct ortl__json {
    struct yajl_gen_t *generator;
    ortl__output *output;
    ortl__json_layout layout;
    max_align_t room[ORTL__JSON_WRITER_BYTES / sizeof(max_align_t)]; /* of the generator */
} ortl__json;

/* output stays open for as long as json is used. */
void ortl__json_begin(ortl__json *json, ortl__output *output, ortl__json_layout layout);

/* Ends the document and its line; another one may follow. There is nothing to free. */
void ortl__json_end(ortl__json *json);

/* In an object every value comes with its key, elsewhere key is NULL. */
void ortl__json_object(ortl__json *json, const char *key);
void ortl__json_object_end(ortl__json *json);
void ortl__json_array(ortl__json *json, const char *key);
void ortl__json_array_end(ortl__json *json);

/* A key that is no constant; the value follows with key NULL. */
void ortl__json_key(ortl__json *json, ortl_string key);

/* Bytes that are not UTF-8 become U+FFFD. */
void ortl__json_text(ortl__json *json, const char *key, ortl_string text);
void ortl__json_integer(ortl__json *json, const char *key, int64_t value);
void ortl__json_figure(ortl__json *json, const char *key, uint64_t value);
/* A number that ortl__number_write_... wrote; null for nan and the infinities. */
void ortl__json_number(ortl__json *json, const char *key, const char *text, size_t n_bytes);
void ortl__json_double(ortl__json *json, const char *key, double value);
void ortl__json_bool(ortl__json *json, const char *key, bool value);
void ortl__json_null(ortl__json *json, const char *key);

#endif
