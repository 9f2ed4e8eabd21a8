/*
 * Statuses, errors and the defaults of the limits. Every message of the library is formatted here,
 * so that escaping and the bound of 200 characters hold everywhere.
 */
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Most characters of a message, as ortlite.h promises. */
#define MESSAGE_CHARS 200

static const char cut_mark[] = "...";

const char *ortl_status_text(ortl_status status) {
    switch (status) {
#define STATUS_CASE(name, exit_code, sentence)                                                     \
    case ORTL_##name: return sentence;
        ORTL_STATUS_MAP(STATUS_CASE)
#undef STATUS_CASE
    }
    return "unknown status";
}

/* Writes one byte as one printable character or as \xNN; returns the characters, at most 4. */
static size_t escape_byte(unsigned char byte, char text_out[4]) {
    static const char digits[] = "0123456789abcdef";
    if (byte >= 0x20 && byte <= 0x7e) {
        text_out[0] = (char)byte;
        return 1;
    }
    text_out[0] = '\\';
    text_out[1] = 'x';
    text_out[2] = digits[byte >> 4];
    text_out[3] = digits[byte & 15];
    return 4;
}

/* Escapes text into message. The place where the mark would go is remembered at whole characters,
 * so that an escape is never cut in two. */
static void store_message(char message[ORTL_ERROR_BYTES], const char *text) {
    const size_t mark_chars = sizeof cut_mark - 1;
    size_t n_chars = 0, mark_at = 0;
    for (; *text != '\0'; text++) {
        char escaped[4];
        size_t n_escaped = escape_byte((unsigned char)*text, escaped);
        if (n_chars + n_escaped > MESSAGE_CHARS) {
            memcpy(message + mark_at, cut_mark, mark_chars);
            n_chars = mark_at + mark_chars;
            break;
        }
        memcpy(message + n_chars, escaped, n_escaped);
        n_chars += n_escaped;
        if (n_chars + mark_chars <= MESSAGE_CHARS) mark_at = n_chars;
    }
    message[n_chars] = '\0';
}

/* Raw bytes may each become one character, so twice the final length never loses the sign that
 * something was cut. */
#define RAW_BYTES (2 * MESSAGE_CHARS)

ortl_status ortl__fail(ortl_error *error, ortl_status status, const char *format, ...) {
    if (error == NULL) return status;
    char raw[RAW_BYTES] = "";
    va_list values;
    va_start(values, format);
    if (vsnprintf(raw, sizeof raw, format, values) < 0) raw[0] = '\0';
    va_end(values);
    error->status = status;
    store_message(error->message, raw);
    return status;
}

ortl_status ortl__fail_within(ortl_error *error, const char *format, ...) {
    if (error == NULL) return ORTL_BAD_MODEL;
    char raw[RAW_BYTES + ORTL_ERROR_BYTES] = "";
    va_list values;
    va_start(values, format);
    if (vsnprintf(raw, RAW_BYTES, format, values) < 0) raw[0] = '\0';
    va_end(values);
    /* The message was stored by ortl__fail; the bound guards against a caller's own. */
    const char *end = memchr(error->message, '\0', ORTL_ERROR_BYTES);
    size_t n_chars = end == NULL ? ORTL_ERROR_BYTES - 1 : (size_t)(end - error->message);
    size_t n_prefix = strlen(raw);
    memcpy(raw + n_prefix, error->message, n_chars);
    raw[n_prefix + n_chars] = '\0';
    store_message(error->message, raw);
    return error->status;
}

ortl_status ortl__fail_limit(ortl_error *error, const char *limit_name, uint64_t limit,
                             uint64_t found) {
    static const struct {
        const char *name, *sentence;
    } limits[] = {
#define LIMIT_TEXT(name, value, sentence) {#name, sentence},
        ORTL_LIMIT_MAP(LIMIT_TEXT)
#undef LIMIT_TEXT
    };
    const char *sentence = "";
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (strcmp(limit_name, limits[i].name) == 0) sentence = limits[i].sentence;
    return ortl__fail(error, ORTL_LIMIT,
                      "limit %s (%s) exceeded: %" PRIu64 " allowed, %" PRIu64 " needed", limit_name,
                      sentence, limit, found);
}

ortl_status ortl__fail_errno(ortl_error *error, int number, const char *format, ...) {
    static const struct {
        int number;
        const char *text;
    } known[] = {
        {ENOENT, "no such file"},         {EACCES, "permission denied"},
        {EISDIR, "is a directory"},       {ENOTDIR, "a part of the path is no directory"},
        {EMFILE, "too many open files"},  {ENFILE, "too many open files"},
        {ENOSPC, "no space left"},        {EIO, "input/output error"},
        {EROFS, "read-only file system"},
    };
    char what[RAW_BYTES] = "";
    va_list values;
    va_start(values, format);
    if (vsnprintf(what, sizeof what, format, values) < 0) what[0] = '\0';
    va_end(values);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].number == number)
            return ortl__fail(error, ORTL_IO, "%s: %s", what, known[i].text);
    return ortl__fail(error, ORTL_IO, "%s: errno %d", what, number);
}

ortl_status ortl__check_struct(const char *name, size_t n_bytes, size_t known, ortl_error *error) {
    if (n_bytes >= sizeof n_bytes && n_bytes <= known) return ORTL_OK;
    return ortl__fail(error, ORTL_BAD_ARGUMENT, "%s->struct_size is %lu, this library knows %lu",
                      name, (unsigned long)n_bytes, (unsigned long)known);
}

void ortl__limits_fill(ortl_limits *limits) {
#define LIMIT_DEFAULT(name, value, sentence)                                                       \
    if (limits->name == 0) limits->name = (value);
    ORTL_LIMIT_MAP(LIMIT_DEFAULT)
#undef LIMIT_DEFAULT
}

#define TEXT_OF(number)                   #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *ortl_version(void) {
    return VERSION_TEXT(ORTL_VERSION_MAJOR, ORTL_VERSION_MINOR, ORTL_VERSION_PATCH);
}
