/*
 * A streaming reader of RFC 4180 text: records of fields, in constant memory, from any source that
 * delivers bytes. What a field means is left to the caller.
 *
 * A record ends with LF, CRLF, or the end of the input (there a CR alone is dropped too). A field
 * that begins with a quotation mark ends with one; inside it a doubled mark stands for one, and
 * delimiters and line ends are text. A mark further on in a field is text. A UTF-8 byte order mark
 * at the start is skipped. NUL and all other bytes are text.
 *
 * A blank line (nothing before its end) is skipped, unless the table has a single column: there it
 * is a record with one empty field, a missing value. The number of columns is what the caller says,
 * else that of the first record; blank lines before the first record are then skipped.
 */
#ifndef ORTL_TOOLS_CSV_H
#define ORTL_TOOLS_CSV_H

#include "../runtime/ortlite.h"

#include <stdint.h>

#define CSV_DEFAULT_LINE_BYTES ((size_t)16 << 20)
#define CSV_DEFAULT_COLUMNS    ((size_t)1 << 20)

/* Stores up to n_bytes (at least 1) at bytes_out. Returns how many, 0 at the end, -1 when reading
 * failed; errno says why. */
typedef ptrdiff_t (*csv_source)(void *user, char *bytes_out, size_t n_bytes);

/* A descriptor of the file at path, open for reading, or -1; errno says why. */
int csv_open_file(const char *path);

/* A source that reads a file descriptor; user points to an int. */
ptrdiff_t csv_read_descriptor(void *user, char *bytes_out, size_t n_bytes);

/* Fields that are 0 stand for the default. */
typedef struct csv_options {
    char delimiter;        /* ',' by default; not a quotation mark, CR or LF */
    size_t max_line_bytes; /* of a record in the input, without its LF */
    size_t max_columns;
    size_t n_columns; /* of the table, when the caller knows; decides about blank lines only */
} csv_options;

/* Bytes of any content that may be read in front of and behind the text of each field. */
#define CSV_BYTES_AHEAD  64
#define CSV_BYTES_BEHIND 64

typedef struct csv_field {
    char *text; /* (n_bytes) without quotation marks, in the reader's buffer, where it may be
                   changed; not ended by NUL */
    size_t n_bytes;
} csv_field;

typedef struct csv_record {
    const csv_field *fields; /* (n_fields) valid until the next call */
    size_t n_fields;         /* 0: the input is at its end */
    uint64_t line; /* of the record's first byte, counted from 1; quoted line ends count */
} csv_record;

typedef struct csv_reader csv_reader;

/* options may be NULL. On failure *reader_out is NULL. */
ortl_status csv_open(csv_source source, void *user, const csv_options *options,
                     csv_reader **reader_out, ortl_error *error);

/* The next record. The message of a failure begins with "LINE: " or "LINE: field N: ". After
 * ORTL_BAD_INPUT (a record that is quoted wrongly) the next call goes on behind that record; any
 * other failure is given again by each further call. */
ortl_status csv_next(csv_reader *reader, csv_record *record_out, ortl_error *error);

/* Frees the reader; NULL is allowed. The source is the caller's. */
void csv_close(csv_reader *reader);

#endif
