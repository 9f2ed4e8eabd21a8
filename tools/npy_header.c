/*
 * Reading and writing the header of a .npy file. Reading takes exactly the dict that NumPy's format
 * asks for: the keys descr, fortran_order and shape, each once, in any order.
 */
#include "npy_header.h"

#include "message.h"
#include "npy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define MAX_EXTENT ((int64_t)1 << 62)

/* The types with a fixed size, and NumPy's names for them. */
static const struct {
    ortl_type type;
    char kind;
    unsigned item_bytes;
    const char *text; /* little-endian */
} fixed_types[] = {
    {ORTL_FLOAT, 'f', 4, "<f4"}, {ORTL_DOUBLE, 'f', 8, "<f8"}, {ORTL_INT32, 'i', 4, "<i4"},
    {ORTL_INT64, 'i', 8, "<i8"}, {ORTL_BOOL, 'b', 1, "|b1"},   {ORTL_INT16, 'i', 2, "<i2"},
};

#define N_FIXED_TYPES (sizeof fixed_types / sizeof *fixed_types)

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct header_cursor {
    const char *begin;
    const char *at;
    const char *end;
    ortl_error *error;
} header_cursor;

static ortl_status fail_expected(const header_cursor *cursor, const char *expected) {
    size_t offset = (size_t)(cursor->at - cursor->begin);
    if (cursor->at == cursor->end)
        return ortl__message_fail(cursor->error, ORTL_BAD_INPUT,
                                  "npy header: expected %s, found its end at byte %zu", expected,
                                  offset);
    return ortl__message_fail(cursor->error, ORTL_BAD_INPUT,
                              "npy header, byte %zu: expected %s, found '%c'", offset, expected,
                              *cursor->at);
}

static void skip_blanks(header_cursor *cursor) {
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\n')) cursor->at++;
}

/* Takes the character behind blanks, when it is the next one. */
static bool take(header_cursor *cursor, char character) {
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != character) return false;
    cursor->at++;
    return true;
}

static ortl_status parse_string(header_cursor *cursor, ortl_string *text_out) {
    skip_blanks(cursor);
    const char *begin = cursor->at;
    if (begin == cursor->end || (*begin != '\'' && *begin != '"'))
        return fail_expected(cursor, "a quoted text");
    const char *end = memchr(begin + 1, *begin, (size_t)(cursor->end - begin - 1));
    if (end == NULL) {
        cursor->at = cursor->end;
        return fail_expected(cursor, "a closing quotation mark");
    }
    *text_out = (ortl_string){begin + 1, (size_t)(end - begin - 1)};
    cursor->at = end + 1;
    return ORTL_OK;
}

static bool is_text(ortl_string text, const char *expected) {
    return text.n_bytes == strlen(expected) && memcmp(text.data, expected, text.n_bytes) == 0;
}

/* A whole number from 0 to most, without sign or leading blanks. */
static bool parse_number(header_cursor *cursor, int64_t most, int64_t *value_out) {
    const char *begin = cursor->at;
    int64_t value = 0;
    for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
        int digit = *cursor->at - '0';
        if (value > (most - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *value_out = value;
    return cursor->at > begin;
}

/* Kind and size of an element, such as f4, when we have such a type. */
static bool find_type(npy_layout *layout, char kind, int64_t size) {
    if (kind == 'U' || kind == 'S') {
        layout->type = ORTL_STRING;
        layout->item_bytes = (uint64_t)size * (kind == 'U' ? 4 : 1);
        return true;
    }
    for (size_t i = 0; i < N_FIXED_TYPES; i++) {
        if (fixed_types[i].kind != kind || fixed_types[i].item_bytes != size) continue;
        layout->type = fixed_types[i].type;
        layout->item_bytes = fixed_types[i].item_bytes;
        return true;
    }
    return false;
}

/* '<f4': byte order, kind, size in bytes (of U in characters). */
static ortl_status parse_type(header_cursor *cursor, npy_layout *layout) {
    ortl_string text;
    skip_blanks(cursor);
    if (cursor->at < cursor->end && *cursor->at == '[')
        return ortl__message_fail(cursor->error, ORTL_BAD_INPUT,
                                  "npy header: structured arrays are not supported");
    ortl_status status = parse_string(cursor, &text);
    if (status != ORTL_OK) return status;
    header_cursor size = {text.data, text.data + 2, text.data + text.n_bytes, NULL};
    int64_t value;
    if (text.n_bytes < 3 || !parse_number(&size, INT32_MAX / 4, &value) || size.at != size.end)
        goto unsupported;
    const bool is_single = text.data[1] == 'b' || text.data[1] == 'S'; /* without byte order */
    if (strchr(is_single ? "|<>" : "<>", text.data[0]) == NULL) goto unsupported;
    if (!find_type(layout, text.data[1], value)) goto unsupported;
    layout->kind = text.data[1];
    layout->is_big_endian = text.data[0] == '>';
    return ORTL_OK;

unsupported:
    return ortl__message_fail(
        cursor->error, ORTL_BAD_INPUT,
        "npy header: type '%.*s' is not supported (f4, f8, i2, i4, i8, b1, U, S "
        "with byte order < or > are)",
        (int)(text.n_bytes < 40 ? text.n_bytes : 40), text.data);
}

static ortl_status parse_order(header_cursor *cursor, npy_layout *layout) {
    skip_blanks(cursor);
    size_t n_left = (size_t)(cursor->end - cursor->at);
    layout->is_fortran = n_left >= 4 && memcmp(cursor->at, "True", 4) == 0;
    if (layout->is_fortran) {
        cursor->at += 4;
        return ORTL_OK;
    }
    if (n_left < 5 || memcmp(cursor->at, "False", 5) != 0)
        return fail_expected(cursor, "True or False");
    cursor->at += 5;
    return ORTL_OK;
}

/* A tuple: (), (3,), (3, 4). */
static ortl_status parse_shape(header_cursor *cursor, npy_layout *layout) {
    if (!take(cursor, '(')) return fail_expected(cursor, "'('");
    layout->rank = 0;
    while (!take(cursor, ')')) {
        if (layout->rank == ORTL_MAX_RANK)
            return ortl__message_fail(cursor->error, ORTL_BAD_INPUT,
                                      "npy header: more than %d axes", ORTL_MAX_RANK);
        if (!parse_number(cursor, MAX_EXTENT, &layout->shape[layout->rank]))
            return fail_expected(cursor, "an extent from 0 to 2^62");
        layout->rank++;
        if (take(cursor, ',')) continue;
        if (layout->rank == 1 || !take(cursor, ')')) return fail_expected(cursor, "','");
        break;
    }
    return ORTL_OK;
}

static const struct {
    const char *name;
    ortl_status (*parse)(header_cursor *cursor, npy_layout *layout);
} keys[] = {{"descr", parse_type}, {"fortran_order", parse_order}, {"shape", parse_shape}};

#define N_KEYS (sizeof keys / sizeof *keys)

/* One "key: value"; seen has a bit for each key. */
static ortl_status parse_entry(header_cursor *cursor, npy_layout *layout, unsigned *seen) {
    ortl_string name;
    ortl_status status = parse_string(cursor, &name);
    if (status != ORTL_OK) return status;
    size_t key = 0;
    while (key < N_KEYS && !is_text(name, keys[key].name)) key++;
    if (key == N_KEYS || (*seen & 1u << key) != 0)
        return ortl__message_fail(cursor->error, ORTL_BAD_INPUT, "npy header: %s key '%.*s'",
                                  key == N_KEYS ? "unknown" : "second",
                                  (int)(name.n_bytes < 40 ? name.n_bytes : 40), name.data);
    *seen |= 1u << key;
    if (!take(cursor, ':')) return fail_expected(cursor, "':'");
    return keys[key].parse(cursor, layout);
}

static ortl_status count_elements(npy_layout *layout, ortl_error *error) {
    layout->n_elements = 1;
    for (size_t i = 0; i < layout->rank; i++) {
        uint64_t extent = (uint64_t)layout->shape[i];
        if (extent != 0 && layout->n_elements > (uint64_t)MAX_EXTENT / extent)
            return ortl__message_fail(error, ORTL_BAD_INPUT,
                                      "npy header: the shape has more than 2^62 elements");
        layout->n_elements *= extent;
    }
    return ORTL_OK;
}

ortl_status npy_parse_header(const char *text, size_t n_bytes, npy_layout *layout_out,
                             ortl_error *error) {
    header_cursor cursor = {text, text, text + n_bytes, error};
    npy_layout layout = {0};
    unsigned seen = 0;
    if (!take(&cursor, '{')) return fail_expected(&cursor, "'{'");
    while (!take(&cursor, '}')) {
        ortl_status status = parse_entry(&cursor, &layout, &seen);
        if (status != ORTL_OK) return status;
        if (take(&cursor, ',')) continue;
        if (!take(&cursor, '}')) return fail_expected(&cursor, "',' or '}'");
        break;
    }
    skip_blanks(&cursor);
    if (cursor.at != cursor.end) return fail_expected(&cursor, "its end");
    for (size_t i = 0; i < N_KEYS; i++) {
        if ((seen & 1u << i) == 0)
            return ortl__message_fail(error, ORTL_BAD_INPUT, "npy header: no key '%s'",
                                      keys[i].name);
    }
    ortl_status status = count_elements(&layout, error);
    if (status == ORTL_OK) *layout_out = layout;
    return status;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* A text that grows in a block which is long enough for each header (see npy_header). */
typedef struct header_text {
    char *text; /* (NPY_HEADER_BYTES) */
    size_t length;
} header_text;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
append(header_text *header, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int n =
        vsnprintf(header->text + header->length, NPY_HEADER_BYTES - header->length, format, values);
    va_end(values);
    if (n > 0) header->length += (size_t)n;
}

static ortl_status append_type(header_text *header, ortl_type type, size_t n_characters,
                               ortl_error *error) {
    if (type == ORTL_STRING) {
        append(header, "'<U%zu'", n_characters);
        return ORTL_OK;
    }
    for (size_t i = 0; i < N_FIXED_TYPES; i++) {
        if (fixed_types[i].type != type) continue;
        append(header, "'%s'", fixed_types[i].text);
        return ORTL_OK;
    }
    return ortl__message_fail(error, ORTL_UNSUPPORTED, "npy: element type %d cannot be written",
                              (int)type);
}

/* The length is at most 10 for magic and length, 55 for the names, 24 for the type, 8 x 21 for the
 * extents, 20 + 64 of filling: below NPY_HEADER_BYTES. */
ortl_status npy_header(ortl_type type, size_t n_characters, size_t rank, const int64_t *shape,
                       char header_out[NPY_HEADER_BYTES], size_t *n_bytes_out, ortl_error *error) {
    const size_t n_before = 10;       /* magic, version, length of the rest */
    const size_t room_for_first = 21; /* digits that NumPy keeps free for the first extent */
    header_text header = {header_out, n_before};
    if (rank > ORTL_MAX_RANK)
        return ortl__message_fail(error, ORTL_BAD_ARGUMENT, "npy: rank %zu, at most %d", rank,
                                  ORTL_MAX_RANK);
    append(&header, "{'descr': ");
    ortl_status status = append_type(&header, type, n_characters, error);
    if (status != ORTL_OK) return status;
    append(&header, ", 'fortran_order': False, 'shape': (");
    size_t n_filling = 0;
    for (size_t i = 0; i < rank; i++) {
        size_t before = header.length;
        append(&header, i == 0 ? "%" PRId64 : ", %" PRId64, shape[i]);
        if (i == 0) n_filling = room_for_first - (header.length - before);
    }
    append(&header, rank == 1 ? ",), }" : "), }");
    /* Up to the next multiple of 64 with the line end; a whole 64 when that is one already. */
    n_filling += 64 - (header.length + n_filling + 1) % 64;
    memset(header_out + header.length, ' ', n_filling);
    header.length += n_filling;
    header_out[header.length++] = '\n';
    const size_t n_behind = header.length - n_before;
    memcpy(header_out, "\x93NUMPY\x01\x00", 8);
    header_out[8] = (char)(n_behind & 0xff);
    header_out[9] = (char)(n_behind >> 8);
    *n_bytes_out = header.length;
    return ORTL_OK;
}
