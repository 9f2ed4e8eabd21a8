/*
 * A store of copied texts that stay where they are until all are dropped together: the text columns
 * of a block of rows, the names of output columns.
 */
#ifndef ORTL_TOOLS_TEXTS_H
#define ORTL_TOOLS_TEXTS_H

#include "../runtime/ortlite.h"

typedef struct ortl__texts_chunk ortl__texts_chunk;

typedef struct ortl__texts {
    ortl__texts_chunk *newest; /* singly linked, NULL: empty */
    size_t n_bytes;            /* of all texts */
} ortl__texts;

#define ORTL__TEXTS_INIT                                                                           \
    { NULL, 0 }

/* Copies the two parts one behind the other, with a NUL behind them, into *text_out. */
ortl_status ortl__texts_join(ortl__texts *texts, ortl_string first, ortl_string second,
                             ortl_string *text_out, ortl_error *error);

/* Drops all texts; memory for small blocks is kept for the next ones. */
void ortl__texts_clear(ortl__texts *texts);

void ortl__texts_free(ortl__texts *texts);

/* The order of two texts byte by byte, as of strcmp. */
int ortl__texts_compare(ortl_string a, ortl_string b);

/* The text as an ortl_string. */
ortl_string ortl__texts_view(const char *text);

#endif
