/*
 * What the program says on stderr: one line per message, all text from files escaped before it
 * reaches a terminal. Also how the files of this room report a failure to each other.
 */
#ifndef ORTL_TOOLS_MESSAGE_H
#define ORTL_TOOLS_MESSAGE_H

#include "../runtime/ortlite.h"

#include <stdbool.h>

#if defined(__GNUC__)
#define ORTL__MESSAGE_FORMAT(format_at, values_at)                                                 \
    __attribute__((format(printf, format_at, values_at)))
#else
#define ORTL__MESSAGE_FORMAT(format_at, values_at)
#endif

#define ORTL__PLACE_BYTES 160

/* Where the program is, and what went wrong there. A verb sets the place before it works on a file,
 * so that a failure inside the library, which knows no file names, is printed with it. */
typedef struct ortl__report {
    char place[ORTL__PLACE_BYTES]; /* ends with NUL, escaped; "": nothing to say */
    ortl_error error;
    bool has_differences; /* the verb succeeded and found differences: exit code 1 */
} ortl__report;

/* Names the file that is worked on from here; the middle of a long path is left out. NULL: none. */
void ortl__report_place(ortl__report *report, const char *path);

/* Prints "ort-lite: PLACE: MESSAGE" on stderr. A message that begins with a line number
 * ("12: field 3 ...") follows its file without a blank. */
void ortl__report_print(const ortl__report *report);

/* Prints "ort-lite: " and the formatted text, escaped to ASCII, on stderr. */
void ortl__message_note(const char *format, ...) ORTL__MESSAGE_FORMAT(1, 2);

/* Stores status and the formatted message, escaped to ASCII and cut to 200 characters, in *error
 * (which may be NULL) and returns status. */
ortl_status ortl__message_fail(ortl_error *error, ortl_status status, const char *format, ...)
    ORTL__MESSAGE_FORMAT(3, 4);

/* The same for a failed system call: "WHAT: <text of errno>", ORTL_IO. */
ortl_status ortl__message_fail_errno(ortl_error *error, const char *what);

/* Copies n_bytes bytes to text_out as printable UTF-8, other bytes as \xNN, ended by NUL, and cut
 * with "..." at the end when they need more than room bytes. Returns the length. */
size_t ortl__message_escape(const char *bytes, size_t n_bytes, char *text_out, size_t room);

/* The exit code that belongs to a status (ORTL_STATUS_MAP). */
int ortl__message_exit_code(ortl_status status);

#endif
