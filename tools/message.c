/*
 * Messages: formatting, escaping, one write for each line. The library has the same rules for its
 * own messages; this room sees only the library's public interface, so it brings its own.
 */
#include "message.h"

#include "../runtime/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_CHARS 200 /* of one message, as in the library */
#define LINE_CHARS    400 /* of one line on stderr */

/* Bytes of the character that stands there, when a terminal can be trusted with it: neither control
 * nor invisible, and nothing that turns the direction of what follows. Else 0. */
static size_t plain_bytes(const char *bytes, size_t n_bytes) {
    static const uint32_t refused[][2] = {
        {0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},     {0x61c, 0x61c},     {0x180e, 0x180e},
        {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},   {0xe000, 0xf8ff},
        {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff0, 0xffff}, {0xe0000, 0x10ffff}};
    uint32_t code = 0;
    size_t n_used = ortl__utf8_read(bytes, n_bytes, &code);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (code >= refused[i][0] && code <= refused[i][1]) return 0;
    return n_used;
}

/* ASCII alone. */
static size_t plain_byte(const char *bytes, size_t n_bytes) {
    return n_bytes > 0 && bytes[0] >= 0x20 && bytes[0] <= 0x7e;
}

/* See ortl__message_escape; count_plain tells how many bytes stay as they are. */
static size_t escape(const char *bytes, size_t n_bytes, char *text_out, size_t room,
                     size_t (*count_plain)(const char *bytes, size_t n_bytes)) {
    static const char digits[] = "0123456789abcdef";
    size_t length = 0;
    size_t length_before_dots = 0; /* where "..." can go if the rest does not fit */
    for (size_t i = 0; i < n_bytes;) {
        unsigned char byte = (unsigned char)bytes[i];
        size_t n_plain = count_plain(bytes + i, n_bytes - i), needed = n_plain > 0 ? n_plain : 4;
        if (length + needed >= room) {
            memcpy(text_out + length_before_dots, "...", 4);
            return length_before_dots + 3;
        }
        if (n_plain > 0) {
            memcpy(text_out + length, bytes + i, n_plain);
        } else {
            text_out[length] = '\\';
            text_out[length + 1] = 'x';
            text_out[length + 2] = digits[byte >> 4];
            text_out[length + 3] = digits[byte & 15];
        }
        i += n_plain > 0 ? n_plain : 1;
        length += needed;
        if (length + 4 <= room) length_before_dots = length;
    }
    text_out[length] = '\0';
    return length;
}

size_t ortl__message_escape(const char *bytes, size_t n_bytes, char *text_out, size_t room) {
    return escape(bytes, n_bytes, text_out, room, plain_bytes);
}

void ortl__report_place(ortl__report *report, const char *path) {
    if (path != NULL && path[0] == '\0') path = "\"\"";
    size_t n_bytes = path == NULL ? 0 : strlen(path);
    char shown[ORTL__PLACE_BYTES];
    const size_t n_end = 60; /* the end of a path tells more than its middle */
    if (n_bytes < 128) {
        memcpy(shown, path == NULL ? "" : path, n_bytes);
    } else {
        memcpy(shown, path, n_end);
        memcpy(shown + n_end, "...", 3);
        memcpy(shown + n_end + 3, path + n_bytes - n_end, n_end);
        n_bytes = 2 * n_end + 3;
    }
    ortl__message_escape(shown, n_bytes, report->place, sizeof report->place);
}

/* One write for each line, so that lines of parallel programs do not mix. Nothing can be done when
 * stderr itself fails. */
static void write_line(const char *text, size_t n_bytes) {
    while (n_bytes > 0) {
        ssize_t n_written = write(STDERR_FILENO, text, n_bytes);
        if (n_written <= 0 && errno != EINTR) return;
        if (n_written > 0) {
            text += n_written;
            n_bytes -= (size_t)n_written;
        }
    }
}

/* Whether the message starts with "LINE:", which belongs to the place. */
static int starts_with_line_number(const char *message) {
    size_t n_digits = strspn(message, "0123456789");
    return n_digits > 0 && message[n_digits] == ':';
}

void ortl__report_print(const ortl__report *report) {
    char line[LINE_CHARS + 2];
    const char *gap = starts_with_line_number(report->error.message) ? ":" : ": ";
    int n = snprintf(line, LINE_CHARS, "ort-lite: %s%s%s", report->place,
                     report->place[0] == '\0' ? "" : gap, report->error.message);
    size_t length = n < 0 ? 0 : (size_t)n < LINE_CHARS ? (size_t)n : LINE_CHARS - 1;
    line[length] = '\n';
    write_line(line, length + 1);
}

/* Formats into text_out, in ASCII as the library's messages are, escaped and cut to room bytes. */
static void format_escaped(char *text_out, size_t room, const char *format, va_list values) {
    char raw[1024];
    int n = vsnprintf(raw, sizeof raw, format, values);
    size_t n_bytes = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    escape(raw, n_bytes, text_out, room, plain_byte);
}

void ortl__message_note(const char *format, ...) {
    char line[LINE_CHARS + 2] = "ort-lite: ";
    const size_t n_name = strlen(line);
    va_list values;
    va_start(values, format);
    format_escaped(line + n_name, LINE_CHARS - n_name, format, values);
    va_end(values);
    size_t length = strlen(line);
    line[length] = '\n';
    write_line(line, length + 1);
}

ortl_status ortl__message_fail(ortl_error *error, ortl_status status, const char *format, ...) {
    if (error == NULL) return status;
    va_list values;
    va_start(values, format);
    format_escaped(error->message, MESSAGE_CHARS + 1, format, values);
    va_end(values);
    error->status = status;
    return status;
}

ortl_status ortl__message_fail_errno(ortl_error *error, const char *what) {
    int number = errno;
    ortl_status status = number == ENOMEM ? ORTL_NO_MEMORY : ORTL_IO;
    return ortl__message_fail(error, status, "%s: %s", what, strerror(number));
}

int ortl__message_exit_code(ortl_status status) {
    switch (status) {
#define STATUS_EXIT_CODE(name, exit_code, sentence)                                                \
    case ORTL_##name: return exit_code;
        ORTL_STATUS_MAP(STATUS_EXIT_CODE)
#undef STATUS_EXIT_CODE
    }
    return 3;
}
