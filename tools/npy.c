/*
 * Arrays in .npy files: the data behind the header, in every byte order and order of axes, and
 * NumPy's fixed-width text as UTF-8. The header itself is read and written by npy_header.c.
 */
#include "npy.h"

#include "message.h"
#include "npy_header.h"

#include "../runtime/saved_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_HEADER_BYTES 10000 /* as NumPy's own limit */

/* ---- Byte order and order of axes ------------------------------------------------------------ */

static bool host_is_big_endian(void) {
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

/* Reverses the bytes of each unit. */
static void swap_bytes(unsigned char *bytes, size_t n_bytes, size_t unit_bytes) {
    for (size_t start = 0; start + unit_bytes <= n_bytes; start += unit_bytes) {
        for (size_t i = 0, j = unit_bytes - 1; i < j; i++, j--) {
            unsigned char kept = bytes[start + i];
            bytes[start + i] = bytes[start + j];
            bytes[start + j] = kept;
        }
    }
}

/* Bytes whose order depends on the machine: a number, or one character of a text. */
static size_t unit_bytes(const npy_layout *layout) {
    return layout->kind == 'U' ? 4 : layout->kind == 'S' ? 1 : (size_t)layout->item_bytes;
}

/* Copies elements from Fortran order (first axis fastest) to C order (last axis fastest). */
static void transpose(const npy_layout *layout, const char *from, char *to) {
    const size_t n_bytes = (size_t)layout->item_bytes;
    uint64_t stride[ORTL_MAX_RANK], index[ORTL_MAX_RANK] = {0}, source = 0;
    uint64_t product = 1;
    for (size_t axis = 0; axis < layout->rank; axis++) {
        stride[axis] = product;
        product *= (uint64_t)layout->shape[axis];
    }
    for (uint64_t i = 0; i < layout->n_elements; i++) {
        memcpy(to + i * n_bytes, from + source * n_bytes, n_bytes);
        for (size_t axis = layout->rank; axis-- > 0;) { /* the next index, last axis first */
            source += stride[axis];
            if (++index[axis] < (uint64_t)layout->shape[axis]) break;
            source -= stride[axis] * index[axis];
            index[axis] = 0;
        }
    }
}

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

static bool is_character(uint32_t code) {
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* Writes the character's 1 to 4 bytes. */
static size_t encode(uint32_t code, char bytes_out[4]) {
    if (code < 0x80) {
        bytes_out[0] = (char)code;
        return 1;
    }
    size_t n_bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n_bytes - 1; i > 0; i--, code >>= 6) bytes_out[i] = (char)(0x80 | (code & 63));
    bytes_out[0] = (char)(0xf00u >> n_bytes | code); /* as many ones as bytes, then a zero */
    return n_bytes;
}

/* Reads one character of at most n_bytes bytes; returns the bytes used, 0 when it is not UTF-8. */
static size_t decode(const char *text, size_t n_bytes, uint32_t *code_out) {
    const unsigned char first = (unsigned char)text[0];
    size_t n_used = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (n_used == 0 || n_used > n_bytes || first > 0xf7) return 0;
    uint32_t code = n_used == 1 ? first : first & (0x7fu >> n_used);
    for (size_t i = 1; i < n_used; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80) return 0;
        code = code << 6 | (next & 63);
    }
    char shortest[4];
    if (!is_character(code) || encode(code, shortest) != n_used) return 0;
    *code_out = code;
    return n_used;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static ortl_status allocate(uint64_t n_bytes, void *block_out, ortl_error *error) {
    void *block = n_bytes > PTRDIFF_MAX ? NULL : malloc(n_bytes == 0 ? 1 : (size_t)n_bytes);
    memcpy(block_out, &block, sizeof block);
    if (block != NULL) return ORTL_OK;
    return ortl__message_fail(error, ORTL_NO_MEMORY,
                              "npy: out of memory for %" PRIu64 " bytes of data", n_bytes);
}

static ortl_status read_bytes(FILE *stream, void *bytes_out, size_t n_bytes, ortl_error *error) {
    if (n_bytes == 0 || fread(bytes_out, 1, n_bytes, stream) == n_bytes) return ORTL_OK;
    if (ferror(stream)) return ortl__message_fail_errno(error, "npy: reading failed");
    return ortl__message_fail(error, ORTL_IO, "npy: the file ended while it was read");
}

/* Character number i of a text of the file, in the byte order of the machine. */
static uint32_t character_at(const npy_layout *layout, const char *item, size_t i) {
    if (layout->kind == 'S') return (unsigned char)item[i];
    uint32_t code;
    memcpy(&code, item + 4 * i, 4);
    return code;
}

/* Characters of a text: NumPy fills up with NUL characters, which are no part of it. */
static size_t count_characters(const npy_layout *layout, const char *item) {
    size_t n_characters = (size_t)layout->item_bytes / unit_bytes(layout);
    while (n_characters > 0 && character_at(layout, item, n_characters - 1) == 0) n_characters--;
    return n_characters;
}

/* Adds up the UTF-8 bytes of all texts. */
static ortl_status measure_texts(const npy_layout *layout, const char *raw, uint64_t *n_bytes_out,
                                 ortl_error *error) {
    const uint32_t most = layout->kind == 'S' ? 0x7f : 0x10ffff;
    uint64_t n_bytes = 0;
    for (uint64_t i = 0; i < layout->n_elements; i++, raw += layout->item_bytes) {
        size_t n_characters = count_characters(layout, raw);
        for (size_t j = 0; j < n_characters; j++) {
            char bytes[4];
            uint32_t code = character_at(layout, raw, j);
            if (code > most || !is_character(code))
                return ortl__message_fail(error, ORTL_BAD_INPUT,
                                          "npy: element %" PRIu64 ", character %zu: 0x%" PRIx32
                                          " is no character",
                                          i, j, code);
            n_bytes += encode(code, bytes);
        }
    }
    *n_bytes_out = n_bytes;
    return ORTL_OK;
}

/* Makes one block of the strings and, behind them, their bytes. */
static ortl_status convert_texts(const npy_layout *layout, const char *raw, void **data_out,
                                 ortl_error *error) {
    uint64_t n_text_bytes = 0;
    ortl_string *strings;
    ortl_status status = measure_texts(layout, raw, &n_text_bytes, error);
    if (status != ORTL_OK) return status;
    /* n_elements is at most the bytes of the file and the texts are no longer than it, so this is
     * far from an overflow. */
    status = allocate(layout->n_elements * sizeof *strings + n_text_bytes, &strings, error);
    if (status != ORTL_OK) return status;
    char *text = (char *)(strings + layout->n_elements);
    for (uint64_t i = 0; i < layout->n_elements; i++, raw += layout->item_bytes) {
        strings[i].data = text;
        size_t n_characters = count_characters(layout, raw);
        for (size_t j = 0; j < n_characters; j++) {
            char bytes[4];
            size_t n_bytes = encode(character_at(layout, raw, j), bytes);
            memcpy(text, bytes, n_bytes);
            text += n_bytes;
        }
        strings[i].n_bytes = (size_t)(text - strings[i].data);
    }
    *data_out = strings;
    return ORTL_OK;
}

/* Reads the data as they are, then in the byte order of the machine and in C order. */
static ortl_status read_items(FILE *stream, const npy_layout *layout, char **items_out,
                              ortl_error *error) {
    const size_t n_bytes = (size_t)(layout->n_elements * layout->item_bytes);
    char *items, *ordered = NULL;
    ortl_status status = allocate(n_bytes, &items, error);
    if (status != ORTL_OK) return status;
    status = read_bytes(stream, items, n_bytes, error);
    if (status != ORTL_OK) goto done;
    if (layout->is_big_endian != host_is_big_endian() && unit_bytes(layout) > 1)
        swap_bytes((unsigned char *)items, n_bytes, unit_bytes(layout));
    if (layout->is_fortran && layout->rank > 1) {
        status = allocate(n_bytes, &ordered, error);
        if (status != ORTL_OK) goto done;
        transpose(layout, items, ordered);
        free(items);
        items = ordered;
    }
    *items_out = items;
    return ORTL_OK;

done:
    free(items);
    return status;
}

static ortl_status read_data(FILE *stream, const npy_layout *layout, void **data_out,
                             ortl_error *error) {
    char *items;
    ortl_status status = read_items(stream, layout, &items, error);
    if (status != ORTL_OK) return status;
    if (layout->type == ORTL_STRING) {
        status = convert_texts(layout, items, data_out, error);
        free(items);
        return status;
    }
    if (layout->type == ORTL_BOOL) {
        for (uint64_t i = 0; i < layout->n_elements; i++) items[i] = items[i] != 0;
    }
    *data_out = items;
    return ORTL_OK;
}

/* Reads magic, version, length and text of the header; *n_bytes is lowered to those of the data. */
static ortl_status read_header(FILE *stream, uint64_t *n_bytes, npy_layout *layout_out,
                               ortl_error *error) {
    unsigned char start[12] = {0};
    char text[MAX_HEADER_BYTES];
    if (*n_bytes < 10)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "npy: %" PRIu64 " bytes are too few for a header", *n_bytes);
    ortl_status status = read_bytes(stream, start, 10, error);
    if (status != ORTL_OK) return status;
    *n_bytes -= 10;
    if (memcmp(start, "\x93NUMPY", 6) != 0)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "npy: the file does not begin with \\x93NUMPY");
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        return ortl__message_fail(error, ORTL_BAD_INPUT, "npy: version %d.%d, expected 1.0 to 3.0",
                                  start[6], start[7]);
    if (start[6] > 1) { /* the length has four bytes, not two */
        if (*n_bytes < 2)
            return ortl__message_fail(error, ORTL_BAD_INPUT, "npy: the header's length is cut off");
        status = read_bytes(stream, start + 10, 2, error);
        if (status != ORTL_OK) return status;
        *n_bytes -= 2;
    }
    uint32_t length = (uint32_t)start[8] | (uint32_t)start[9] << 8 | (uint32_t)start[10] << 16 |
                      (uint32_t)start[11] << 24;
    if (length > MAX_HEADER_BYTES || length > *n_bytes)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "npy: a header of %" PRIu32 " bytes, %" PRIu64
                                  " are left and at most %d allowed",
                                  length, *n_bytes, MAX_HEADER_BYTES);
    status = read_bytes(stream, text, length, error);
    if (status != ORTL_OK) return status;
    *n_bytes -= length;
    return npy_parse_header(text, length, layout_out, error);
}

/* The file must be exactly as long as the header says, which also bounds all memory by it. */
static ortl_status check_size(const npy_layout *layout, uint64_t n_bytes, ortl_error *error) {
    /* Texts of width 0 would be elements without end in no bytes at all: they count as 1 here. */
    const uint64_t least_bytes = layout->item_bytes == 0 ? 1 : layout->item_bytes;
    if (layout->n_elements > n_bytes / least_bytes ||
        layout->n_elements * layout->item_bytes != n_bytes)
        return ortl__message_fail(error, ORTL_BAD_INPUT,
                                  "npy: expected %" PRIu64 " elements of %" PRIu64
                                  " bytes behind the header, found %" PRIu64 " bytes",
                                  layout->n_elements, layout->item_bytes, n_bytes);
    return ORTL_OK;
}

ortl_status npy_read_stream(FILE *stream, uint64_t n_bytes, ortl_tensor *tensor_out,
                            ortl_error *error) {
    npy_layout layout;
    void *data = NULL;
    tensor_out->data = NULL;
    ortl_status status = read_header(stream, &n_bytes, &layout, error);
    if (status == ORTL_OK) status = check_size(&layout, n_bytes, error);
    if (status == ORTL_OK) status = read_data(stream, &layout, &data, error);
    if (status != ORTL_OK) return status;
    *tensor_out = (ortl_tensor){.type = layout.type, .rank = layout.rank, .data = data};
    memcpy(tensor_out->shape, layout.shape, sizeof layout.shape);
    return ORTL_OK;
}

ortl_status npy_read(const char *path, ortl_tensor *tensor_out, ortl_error *error) {
    ortl_status status;
    struct stat about = {0};
    tensor_out->data = NULL;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return ortl__message_fail_errno(error, "cannot open");
    if (fstat(fileno(stream), &about) != 0)
        status = ortl__message_fail_errno(error, "cannot look at the file");
    else if (S_ISDIR(about.st_mode))
        status = ortl__message_fail(error, ORTL_IO, "is a directory");
    else if (!S_ISREG(about.st_mode))
        status = ortl__message_fail(error, ORTL_BAD_INPUT, "npy: not a regular file");
    else
        status = npy_read_stream(stream, (uint64_t)about.st_size, tensor_out, error);
    fclose(stream);
    return status;
}

void npy_free(ortl_tensor *tensor) {
    free(tensor->data);
    tensor->data = NULL;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static ortl_status write_bytes(FILE *stream, const void *bytes, size_t n_bytes, ortl_error *error) {
    if (fwrite(bytes, 1, n_bytes, stream) == n_bytes) return ORTL_OK;
    return ortl__message_fail_errno(error, "npy: writing failed");
}

/* Writes n_bytes bytes of numbers little-endian. */
static ortl_status write_numbers(FILE *stream, const char *data, uint64_t n_bytes,
                                 size_t element_bytes, ortl_error *error) {
    unsigned char block[4096];
    ortl_status status = ORTL_OK;
    while (n_bytes > 0 && status == ORTL_OK) {
        size_t n_now = n_bytes < sizeof block ? (size_t)n_bytes : sizeof block;
        memcpy(block, data, n_now);
        if (host_is_big_endian()) swap_bytes(block, n_now, element_bytes);
        status = write_bytes(stream, block, n_now, error);
        data += n_now;
        n_bytes -= n_now;
    }
    return status;
}

/* The characters of the longest text, at least 1. */
static ortl_status measure_width(const ortl_string *strings, uint64_t n_strings,
                                 size_t *n_characters_out, ortl_error *error) {
    size_t longest = 1;
    for (uint64_t i = 0; i < n_strings; i++) {
        size_t n_characters = 0, at = 0;
        for (; at < strings[i].n_bytes; n_characters++) {
            uint32_t code;
            size_t n_used = decode(strings[i].data + at, strings[i].n_bytes - at, &code);
            if (n_used == 0)
                return ortl__message_fail(error, ORTL_BAD_INPUT,
                                          "npy: element %" PRIu64 ", byte %zu is not UTF-8", i, at);
            at += n_used;
        }
        if (n_characters > longest) longest = n_characters;
    }
    *n_characters_out = longest;
    return ORTL_OK;
}

/* Writes one text, which measure_width has seen, filled up with NUL characters. */
static ortl_status write_text(FILE *stream, ortl_string text, size_t n_characters,
                              ortl_error *error) {
    size_t at = 0;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < n_characters && status == ORTL_OK; i++) {
        uint32_t code = 0;
        if (at < text.n_bytes) at += decode(text.data + at, text.n_bytes - at, &code);
        const char bytes[4] = {(char)(code & 0xff), (char)(code >> 8 & 0xff), (char)(code >> 16),
                               0};
        status = write_bytes(stream, bytes, sizeof bytes, error);
    }
    return status;
}

ortl_status npy_write_stream(FILE *stream, const ortl_tensor *tensor, ortl_error *error) {
    char header[NPY_HEADER_BYTES];
    size_t n_header_bytes, n_characters = 0;
    uint64_t n_elements = 1;
    ortl_status status = ORTL_OK;
    for (size_t i = 0; i < tensor->rank && i < ORTL_MAX_RANK; i++)
        n_elements *= (uint64_t)tensor->shape[i]; /* the data exist, so this fits */
    const ortl_string *strings = tensor->data;
    const bool is_text = tensor->type == ORTL_STRING;
    if (is_text) status = measure_width(strings, n_elements, &n_characters, error);
    if (status == ORTL_OK)
        status = npy_header(tensor->type, n_characters, tensor->rank, tensor->shape, header,
                            &n_header_bytes, error);
    if (status == ORTL_OK) status = write_bytes(stream, header, n_header_bytes, error);
    if (!is_text && status == ORTL_OK) {
        const size_t element_bytes = ortl_type_bytes(tensor->type);
        return write_numbers(stream, tensor->data, n_elements * element_bytes, element_bytes,
                             error);
    }
    for (uint64_t i = 0; is_text && i < n_elements && status == ORTL_OK; i++)
        status = write_text(stream, strings[i], n_characters, error);
    return status;
}

ortl_status npy_write(const char *path, const ortl_tensor *tensor, ortl_error *error) {
    ortl_status status = ORTL_OK;
    FILE *stream = NULL;
    char *temporary = malloc(strlen(path) + ORTL__SAVED_SUFFIX_BYTES);
    if (temporary == NULL) return ortl__message_fail(error, ORTL_NO_MEMORY, "no memory for a path");
    int descriptor = ortl__saved_open(path, temporary);
    if (descriptor >= 0) stream = fdopen(descriptor, "wb");
    if (stream == NULL) {
        status = ortl__message_fail_errno(error, "cannot create");
        if (descriptor >= 0) ortl__saved_discard(descriptor, temporary);
        goto done;
    }
    status = npy_write_stream(stream, tensor, error);
    if (fclose(stream) != 0 && status == ORTL_OK)
        status = ortl__message_fail_errno(error, "npy: writing failed");
    if (status != ORTL_OK)
        ortl__saved_discard(-1, temporary);
    else if (ortl__saved_finish(-1, temporary, path) != 0)
        status = ortl__message_fail_errno(error, "cannot create");
done:
    free(temporary);
    return status;
}
