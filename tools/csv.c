/*
 * The CSV reader in two steps: find where the record ends, which may need more input and goes on
 * where it stopped; then, with all of its bytes in the buffer, split it. So a record and its errors
 * are the same however the input is cut. Records without quotation marks, which is nearly all of a
 * numeric table, go through memchr alone.
 */
#include "csv.h"

#include "message.h"
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BUFFER_BYTES ((size_t)128 << 10)
#define FIRST_FIELDS       64

/* Where the search for the end of a record with quotation marks stands. */
typedef enum quote_state { FIELD_START, IN_TEXT, IN_QUOTES, BEHIND_QUOTE } quote_state;

struct csv_reader {
    csv_source source;
    void *user;
    csv_options options;
    char *block;       /* allocated: the buffer and what may be read on both sides of it */
    char *buffer;      /* (capacity) bytes; those from begin to end are not yet handed out */
    size_t capacity;   /* grows up to about twice the longest record */
    size_t begin;      /* the record that is searched for starts here */
    size_t end;        /* end of what was read */
    size_t next_quote; /* the first quotation mark from begin on, end when there is none */
    size_t n_searched; /* bytes from begin on that do not hold the record's end */
    bool has_quotes;   /* of the record: the search looks at each character */
    quote_state state; /* at begin + n_searched, when has_quotes */
    bool has_started;  /* a byte order mark is no longer possible */
    bool is_at_end;    /* the source has no more */
    uint64_t line;     /* of begin */
    csv_field *fields; /* (field_capacity) */
    size_t field_capacity;
    const ortl__scan *scan;
    uint16_t places[ORTL__SCAN_BYTES + ORTL__SCAN_SLACK]; /* delimiters of a piece of a record */
    ortl_error failure; /* ORTL_OK, or what every further call gives */
};

int csv_open_file(const char *path) {
    int descriptor;
    do descriptor = open(path, O_RDONLY | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

ptrdiff_t csv_read_descriptor(void *user, char *bytes_out, size_t n_bytes) {
    ptrdiff_t n_read;
    do {
        n_read = read(*(const int *)user, bytes_out, n_bytes);
    } while (n_read < 0 && errno == EINTR);
    return n_read;
}

/* ---- Opening and closing --------------------------------------------------------------------- */

static ortl_status check_options(csv_options *options, ortl_error *error) {
    if (options->delimiter == '\0') options->delimiter = ',';
    if (options->max_line_bytes == 0) options->max_line_bytes = CSV_DEFAULT_LINE_BYTES;
    if (options->max_columns == 0) options->max_columns = CSV_DEFAULT_COLUMNS;
    if (strchr("\"\r\n", options->delimiter) != NULL)
        return ortl__message_fail(
            error, ORTL_BAD_ARGUMENT,
            "the delimiter must not be a quotation mark or a line end (found byte %d)",
            options->delimiter);
    if (options->max_line_bytes > SIZE_MAX / 8 || options->max_columns > SIZE_MAX / 64)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT,
                                  "the limits for lines and columns are too large");
    return ORTL_OK;
}

/* Gives the buffer that capacity, which is above the one before; what may be read around it is 0.
 */
static bool resize_buffer(csv_reader *reader, size_t capacity) {
    char *block = realloc(reader->block, CSV_BYTES_AHEAD + capacity + CSV_BYTES_BEHIND);
    if (block == NULL) return false;
    reader->block = block;
    reader->buffer = block + CSV_BYTES_AHEAD;
    reader->capacity = capacity;
    memset(block, 0, CSV_BYTES_AHEAD);
    memset(reader->buffer + capacity, 0, CSV_BYTES_BEHIND);
    return true;
}

ortl_status csv_open(csv_source source, void *user, const csv_options *options,
                     csv_reader **reader_out, ortl_error *error) {
    *reader_out = NULL;
    csv_options chosen = {0};
    if (options != NULL) chosen = *options;
    ortl_status status = check_options(&chosen, error);
    if (status != ORTL_OK) return status;
    csv_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) goto no_memory;
    *reader = (csv_reader){.source = source, .user = user, .options = chosen, .line = 1};
    reader->scan = ortl__scan_choose();
    reader->field_capacity = chosen.max_columns < FIRST_FIELDS ? chosen.max_columns : FIRST_FIELDS;
    reader->fields = malloc(reader->field_capacity * sizeof *reader->fields);
    if (!resize_buffer(reader, FIRST_BUFFER_BYTES) || reader->fields == NULL) goto no_memory;
    *reader_out = reader;
    return ORTL_OK;

no_memory:
    csv_close(reader);
    return ortl__message_fail(error, ORTL_NO_MEMORY, "out of memory for reading CSV");
}

void csv_close(csv_reader *reader) {
    if (reader == NULL) return;
    free(reader->block);
    free(reader->fields);
    free(reader);
}

/* ---- Input ----------------------------------------------------------------------------------- */

/* Makes next_quote true again, when everything before `from` is known to hold no quotation mark. */
static void find_quote(csv_reader *reader, size_t from) {
    const char *quote =
        from == reader->end ? NULL : memchr(reader->buffer + from, '"', reader->end - from);
    reader->next_quote = quote == NULL ? reader->end : (size_t)(quote - reader->buffer);
}

/* Makes room behind end: unread bytes move to the front when they fill at most half of the buffer,
 * else the buffer doubles, so that either costs a constant for each byte read. */
static ortl_status make_room(csv_reader *reader, ortl_error *error) {
    size_t n_unread = reader->end - reader->begin;
    if (n_unread <= reader->capacity / 2) {
        memmove(reader->buffer, reader->buffer + reader->begin, n_unread);
        reader->next_quote -= reader->begin;
        reader->end = n_unread;
        reader->begin = 0;
        return ORTL_OK;
    }
    if (!resize_buffer(reader, 2 * reader->capacity))
        return ortl__message_fail(error, ORTL_NO_MEMORY, "%" PRIu64 ": out of memory for a line",
                                  reader->line);
    return ORTL_OK;
}

/* Reads some more bytes, or finds that there are none. */
static ortl_status refill(csv_reader *reader, ortl_error *error) {
    if (reader->end == reader->capacity) {
        ortl_status status = make_room(reader, error);
        if (status != ORTL_OK) return status;
    }
    ptrdiff_t n_read =
        reader->source(reader->user, reader->buffer + reader->end, reader->capacity - reader->end);
    if (n_read < 0)
        return ortl__message_fail(error, ORTL_IO, "%" PRIu64 ": reading failed: %s", reader->line,
                                  strerror(errno));
    bool had_quote = reader->next_quote < reader->end;
    size_t old_end = reader->end;
    reader->end += (size_t)n_read;
    reader->is_at_end = n_read == 0;
    if (reader->is_at_end) reader->buffer[reader->end] = '\0'; /* an empty field is looked at, too */
    if (!had_quote) find_quote(reader, old_end);
    return ORTL_OK;
}

/* Sets begin forward to the start of the next record. */
static void advance(csv_reader *reader, size_t n_bytes) {
    reader->begin += n_bytes;
    if (reader->next_quote < reader->begin) find_quote(reader, reader->begin);
    reader->n_searched = 0;
    reader->has_quotes = false;
    reader->state = FIELD_START;
}

static ortl_status skip_byte_order_mark(csv_reader *reader, ortl_error *error) {
    while (!reader->has_started) {
        if (reader->end - reader->begin < 3 && !reader->is_at_end) {
            ortl_status status = refill(reader, error);
            if (status != ORTL_OK) return status;
            continue;
        }
        reader->has_started = true;
        if (reader->end - reader->begin >= 3 && memcmp(reader->buffer, "\xef\xbb\xbf", 3) == 0)
            advance(reader, 3);
    }
    return ORTL_OK;
}

/* ---- The end of a record --------------------------------------------------------------------- */

/* The state behind `character`, which is not within quotation marks and no line end. */
static quote_state step(const csv_reader *reader, quote_state state, char character) {
    if (character == '"' && (state == FIELD_START || state == BEHIND_QUOTE)) return IN_QUOTES;
    return character == reader->options.delimiter ? FIELD_START : IN_TEXT;
}

/* Searches up to n_bytes bytes of a record with quotation marks; true when its LF is at n_searched.
 * Text behind a closing mark is no matter here; splitting will refuse it. */
static bool search_quoted(csv_reader *reader, size_t n_bytes) {
    const char *text = reader->buffer + reader->begin;
    size_t at = reader->n_searched;
    quote_state state = reader->state;
    while (at < n_bytes) {
        if (state == IN_QUOTES) {
            const char *quote = memchr(text + at, '"', n_bytes - at);
            at = quote == NULL ? n_bytes : (size_t)(quote - text) + 1;
            if (quote != NULL) state = BEHIND_QUOTE;
            continue;
        }
        if (text[at] == '\n') break;
        state = step(reader, state, text[at++]);
    }
    reader->n_searched = at;
    reader->state = state;
    return at < n_bytes;
}

/* The same for any record. */
static bool search_end(csv_reader *reader, size_t n_bytes) {
    if (!reader->has_quotes) {
        const char *text = reader->buffer + reader->begin;
        const char *line_end =
            n_bytes == 0 ? NULL
                         : memchr(text + reader->n_searched, '\n', n_bytes - reader->n_searched);
        size_t n_searched = line_end == NULL ? n_bytes : (size_t)(line_end - text);
        if (reader->next_quote - reader->begin >= n_searched) {
            reader->n_searched = n_searched;
            return line_end != NULL;
        }
        reader->has_quotes = true; /* this line end may be quoted: search again from the start */
        reader->n_searched = 0;
    }
    return search_quoted(reader, n_bytes);
}

/* One more than the limit is needed at least: nothing was read beyond that. */
static ortl_status fail_limit(const csv_reader *reader, const char *name, size_t limit,
                              const char *hint, ortl_error *error) {
    return ortl__message_fail(error, ORTL_LIMIT,
                              "%" PRIu64 ": limit %s exceeded: %zu allowed, at least %zu needed%s",
                              reader->line, name, limit, limit + 1, hint);
}

static ortl_status fail_too_long(const csv_reader *reader, ortl_error *error) {
    return fail_limit(reader, "csv_line_bytes", reader->options.max_line_bytes,
                      reader->state == IN_QUOTES ? " (is a quotation mark left open?)" : "", error);
}

/* Brings the next record into the buffer; n_searched is its length without the LF. When the input
 * is at its end that may be 0. */
static ortl_status find_record(csv_reader *reader, ortl_error *error) {
    for (;;) {
        size_t n_unread = reader->end - reader->begin;
        bool is_over = n_unread > reader->options.max_line_bytes;
        if (search_end(reader, is_over ? reader->options.max_line_bytes + 1 : n_unread))
            return ORTL_OK;
        if (is_over) return fail_too_long(reader, error);
        if (reader->is_at_end) return ORTL_OK;
        ortl_status status = refill(reader, error);
        if (status != ORTL_OK) return status;
    }
}

/* ---- Splitting ------------------------------------------------------------------------------- */

/* Makes room for n_fields fields, more than there is room for. */
static ortl_status grow_fields(csv_reader *reader, size_t n_fields, ortl_error *error) {
    if (n_fields > reader->options.max_columns)
        return fail_limit(reader, "csv_columns", reader->options.max_columns, "", error);
    size_t larger = 2 * n_fields;
    if (larger > reader->options.max_columns) larger = reader->options.max_columns;
    csv_field *fields = realloc(reader->fields, larger * sizeof *fields);
    if (fields == NULL)
        return ortl__message_fail(error, ORTL_NO_MEMORY, "%" PRIu64 ": out of memory for fields",
                                  reader->line);
    reader->fields = fields;
    reader->field_capacity = larger;
    return ORTL_OK;
}

/* Removes the quotation marks of the field that starts with one at text, of at most n_bytes bytes.
 * Returns the bytes used with both marks, 0 when the second one is missing. */
static size_t unquote(char *text, size_t n_bytes, csv_field *field_out) {
    char *from = text + 1, *to = text + 1, *end = text + n_bytes;
    for (;;) {
        char *quote = memchr(from, '"', (size_t)(end - from));
        if (quote == NULL) return 0;
        memmove(to, from, (size_t)(quote - from));
        to += quote - from;
        from = quote + 1;
        if (from == end || *from != '"') break;
        *to++ = '"';
        from++;
    }
    *field_out = (csv_field){text + 1, (size_t)(to - text - 1)};
    return (size_t)(from - text);
}

/* The field at text, of at most n_bytes bytes, when it starts with a quotation mark; stores the
 * bytes used. */
static ortl_status split_quoted(const csv_reader *reader, char *text, size_t n_bytes,
                                size_t n_fields, csv_field *field_out, size_t *n_used_out,
                                ortl_error *error) {
    size_t n_used = unquote(text, n_bytes, field_out);
    if (n_used == 0)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "%" PRIu64 ": field %zu: the quotation mark is never closed",
                                  reader->line, n_fields + 1);
    if (n_used < n_bytes && text[n_used] != reader->options.delimiter)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "%" PRIu64
                                  ": field %zu: text behind the closing quotation mark (a mark "
                                  "inside a quoted field must be doubled)",
                                  reader->line, n_fields + 1);
    *n_used_out = n_used;
    return ORTL_OK;
}

/* Splits the n_bytes bytes at begin into reader->fields. */
static ortl_status split_any(csv_reader *reader, size_t n_bytes, size_t *n_fields_out,
                             ortl_error *error) {
    char *at = reader->buffer + reader->begin, *end = at + n_bytes;
    const int delimiter = (unsigned char)reader->options.delimiter;
    size_t n_fields = 0;
    for (;; at++) {
        ortl_status status = ORTL_OK;
        if (n_fields == reader->field_capacity) status = grow_fields(reader, n_fields + 1, error);
        if (status != ORTL_OK) return status;
        csv_field *field = &reader->fields[n_fields];
        size_t n_left = (size_t)(end - at), n_used = n_left;
        if (n_left > 0 && *at == '"') {
            status = split_quoted(reader, at, n_left, n_fields, field, &n_used, error);
            if (status != ORTL_OK) return status;
        } else {
            char *found = n_left == 0 ? NULL : memchr(at, delimiter, n_left);
            if (found != NULL) n_used = (size_t)(found - at);
            *field = (csv_field){at, n_used};
        }
        n_fields++;
        at += n_used;
        if (at == end) break;
    }
    *n_fields_out = n_fields;
    return ORTL_OK;
}

/* The same for a record without quotation marks. */
static ortl_status split_plain(csv_reader *reader, size_t n_bytes, size_t *n_fields_out,
                               ortl_error *error) {
    char *text = reader->buffer + reader->begin;
    size_t n_fields = 0, start = 0; /* of the field that is searched for its end */
    for (size_t at = 0; at < n_bytes; at += ORTL__SCAN_BYTES) {
        size_t n_piece = n_bytes - at < ORTL__SCAN_BYTES ? n_bytes - at : ORTL__SCAN_BYTES;
        size_t n_found =
            reader->scan->find(text + at, n_piece, reader->options.delimiter, reader->places);
        if (n_fields + n_found >= reader->field_capacity) { /* one more follows the last place */
            ortl_status status = grow_fields(reader, n_fields + n_found + 1, error);
            if (status != ORTL_OK) return status;
        }
        for (size_t i = 0; i < n_found; i++) {
            size_t end = at + reader->places[i];
            reader->fields[n_fields++] = (csv_field){text + start, end - start};
            start = end + 1;
        }
    }
    reader->fields[n_fields++] = (csv_field){text + start, n_bytes - start};
    *n_fields_out = n_fields;
    return ORTL_OK;
}

static ortl_status split(csv_reader *reader, size_t n_bytes, size_t *n_fields_out,
                         ortl_error *error) {
    return reader->has_quotes ? split_any(reader, n_bytes, n_fields_out, error)
                              : split_plain(reader, n_bytes, n_fields_out, error);
}

/* ---- Records --------------------------------------------------------------------------------- */

/* Line ends among n_bytes bytes at text. */
static uint64_t count_lines(const char *text, size_t n_bytes) {
    uint64_t n_lines = 0;
    for (size_t i = 0; i < n_bytes; i++) n_lines += text[i] == '\n';
    return n_lines;
}

/* Splits the record that find_record has found, or skips it when it is a blank line: then n_fields
 * is 0. Either way begin moves behind it. */
static ortl_status take_record(csv_reader *reader, csv_record *record_out, ortl_error *error) {
    const char *text = reader->buffer + reader->begin;
    size_t n_bytes = reader->n_searched;
    size_t n_used = n_bytes + (reader->begin + n_bytes < reader->end); /* with the LF */
    uint64_t n_lines = 1 + (reader->has_quotes ? count_lines(text, n_bytes) : 0);
    if (n_bytes > 0 && text[n_bytes - 1] == '\r') n_bytes--;
    *record_out = (csv_record){NULL, 0, reader->line};
    ortl_status status = ORTL_OK;
    if (n_bytes > 0 || reader->options.n_columns == 1)
        status = split(reader, n_bytes, &record_out->n_fields, error);
    record_out->fields = reader->fields;
    if (reader->options.n_columns == 0) reader->options.n_columns = record_out->n_fields;
    reader->line += n_lines;
    advance(reader, n_used);
    return status;
}

static ortl_status read_record(csv_reader *reader, csv_record *record_out, ortl_error *error) {
    ortl_status status = skip_byte_order_mark(reader, error);
    while (status == ORTL_OK) {
        status = find_record(reader, error);
        if (status != ORTL_OK || reader->begin == reader->end) return status;
        status = take_record(reader, record_out, error);
        if (status != ORTL_OK || record_out->n_fields > 0) return status;
    }
    return status;
}

ortl_status csv_next(csv_reader *reader, csv_record *record_out, ortl_error *error) {
    *record_out = (csv_record){NULL, 0, reader->line};
    ortl_error failure;
    if (reader->failure.status == ORTL_OK) {
        ortl_status status = read_record(reader, record_out, &failure);
        if (status == ORTL_OK) return ORTL_OK;
        *record_out = (csv_record){NULL, 0, record_out->line};
        if (status != ORTL_BAD_INPUT) reader->failure = failure;
    } else {
        failure = reader->failure;
    }
    if (error != NULL) *error = failure;
    return failure.status;
}
