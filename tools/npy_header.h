/*
 * The header of a .npy file: a Python dict literal with the type, the order of axes and the shape.
 * Only npy.c uses this.
 */
#ifndef ORTL_TOOLS_NPY_HEADER_H
#define ORTL_TOOLS_NPY_HEADER_H

#include "../runtime/ortlite.h"

#include <stdbool.h>
#include <stdint.h>

/* How the data of a file lie. */
typedef struct npy_layout {
    ortl_type type;
    char kind;           /* NumPy's letter: f, i, b, U (4 bytes a character) or S (1 byte) */
    uint64_t item_bytes; /* of one element; less than 2^32 */
    bool is_big_endian;
    bool is_fortran; /* the first axis is fastest, not the last */
    size_t rank;
    int64_t shape[ORTL_MAX_RANK]; /* (rank) */
    uint64_t n_elements;          /* product of shape, at most 2^62 */
} npy_layout;

/* Parses the n_bytes bytes of text behind the length field. */
ortl_status npy_parse_header(const char *text, size_t n_bytes, npy_layout *layout_out,
                             ortl_error *error);

#endif
