/*
 * JSON by yajl's generator, which knows the order of values, separators and escapes. It writes
 * texts as they are; what is not UTF-8 in them is replaced on its way to the output.
 */
#include "json.h"

#include "../runtime/number.h"
#include "../runtime/utf8.h"

#include <string.h>
#include <yajl/yajl_gen.h>

static bool is_ascii(const char *text, size_t n_bytes) {
    unsigned char bits = 0;
    for (size_t i = 0; i < n_bytes; i++) bits |= (unsigned char)text[i];
    return bits < 0x80;
}

static void put_repaired(ortl__output *output, const char *text, size_t n_bytes) {
    while (n_bytes > 0) {
        size_t n_used;
        uint32_t code = ortl__utf8_read_any(text, n_bytes, &n_used);
        if (code == ORTL__UTF8_REPLACEMENT)
            ortl__output_text(output, "\xef\xbf\xbd");
        else
            ortl__output_put(output, text, n_used);
        text += n_used;
        n_bytes -= n_used;
    }
}

/* Yajl divides texts only at characters that it escapes, which are ASCII. */
static void put(void *output, const char *text, size_t n_bytes) {
    if (is_ascii(text, n_bytes))
        ortl__output_put(output, text, n_bytes);
    else
        put_repaired(output, text, n_bytes);
}

void ortl__json_begin(ortl__json *json, ortl__output *output, ortl__json_layout layout) {
    ortl__json_room room = {(unsigned char *)json->room, sizeof json->room, 0};
    yajl_alloc_funcs functions = ortl__json_room_functions(&room);
    json->output = output;
    json->layout = layout;
    json->generator = yajl_gen_alloc(&functions);
    yajl_gen_config(json->generator, yajl_gen_print_callback, put, output);
    yajl_gen_config(json->generator, yajl_gen_beautify, layout == ORTL__JSON_INDENTED);
    yajl_gen_config(json->generator, yajl_gen_indent_string, "  ");
}

void ortl__json_end(ortl__json *json) {
    if (json->layout == ORTL__JSON_LINE) ortl__output_text(json->output, "\n");
    yajl_gen_reset(json->generator, NULL);
}

void ortl__json_key(ortl__json *json, ortl_string key) {
    yajl_gen_string(json->generator, (const unsigned char *)key.data, key.n_bytes);
}

static void put_key(ortl__json *json, const char *key) {
    if (key != NULL) ortl__json_key(json, (ortl_string){key, strlen(key)});
}

void ortl__json_object(ortl__json *json, const char *key) {
    put_key(json, key);
    yajl_gen_map_open(json->generator);
}

void ortl__json_object_end(ortl__json *json) {
    yajl_gen_map_close(json->generator);
}

void ortl__json_array(ortl__json *json, const char *key) {
    put_key(json, key);
    yajl_gen_array_open(json->generator);
}

void ortl__json_array_end(ortl__json *json) {
    yajl_gen_array_close(json->generator);
}

void ortl__json_text(ortl__json *json, const char *key, ortl_string text) {
    put_key(json, key);
    ortl__json_key(json, text);
}

void ortl__json_number(ortl__json *json, const char *key, const char *text, size_t n_bytes) {
    char last = text[n_bytes - 1];
    put_key(json, key);
    if (last >= '0' && last <= '9')
        yajl_gen_number(json->generator, text, n_bytes);
    else
        yajl_gen_null(json->generator);
}

void ortl__json_integer(ortl__json *json, const char *key, int64_t value) {
    put_key(json, key);
    yajl_gen_integer(json->generator, value);
}

void ortl__json_figure(ortl__json *json, const char *key, uint64_t value) {
    ortl__json_integer(json, key, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void ortl__json_double(ortl__json *json, const char *key, double value) {
    char text[ORTL__NUMBER_CHARS];
    ortl__json_number(json, key, text, ortl__number_write_double(value, text));
}

void ortl__json_bool(ortl__json *json, const char *key, bool value) {
    put_key(json, key);
    yajl_gen_bool(json->generator, value);
}

void ortl__json_null(ortl__json *json, const char *key) {
    put_key(json, key);
    yajl_gen_null(json->generator);
}
