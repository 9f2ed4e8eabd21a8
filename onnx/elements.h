/*
 * The elements of a repeated field, packed or not, in a stream: they are decoded in small chunks
 * from the window of the source and handed to a sink. Nothing is gathered or allocated here.
 */
#ifndef ORTL_ELEMENTS_H
#define ORTL_ELEMENTS_H

#include "wire.h"

typedef enum ortl__element_kind {
    ORTL__ELEMENT_INT,    /* varints, as int64_t */
    ORTL__ELEMENT_FLOAT,  /* fixed32, as float */
    ORTL__ELEMENT_DOUBLE, /* fixed64, as double */
    ORTL__ELEMENT_BYTE,   /* the bytes of one LENGTH field, as int64_t */
    ORTL__ELEMENT_TEXT    /* LENGTH fields, as ortl__element_text */
} ortl__element_kind;

/* Elements decoded before the sink is called: enough to make the call cheap, few enough for the
 * first level cache and the stack. */
#define ORTL__CHUNK_ELEMENTS 256

typedef struct ortl__element_text {
    const unsigned char *bytes; /* (n_bytes) until the source is read again; NULL when the text does
                                   not lie whole in the window: read it from offset */
    uint64_t offset;
    uint64_t n_bytes;
} ortl__element_text;

/* What becomes of the elements. Embed it as the first member of a struct with what the functions
 * need. */
typedef struct ortl__element_sink ortl__element_sink;
struct ortl__element_sink {
    /* Told before elements come that there will be at most so many; NULL: not wanted. */
    ortl_status (*expect)(ortl__element_sink *sink, uint64_t n_at_most, ortl_error *error);
    /* Gets n elements of the kind's type, at most ORTL__CHUNK_ELEMENTS. */
    ortl_status (*take)(ortl__element_sink *sink, const void *values, size_t n, ortl_error *error);
};

/* A sink that only counts. */
typedef struct ortl__element_counter {
    ortl__element_sink sink;
    uint64_t count;
} ortl__element_counter;

void ortl__element_counter_init(ortl__element_counter *counter);

/* Hands the elements of field to sink: all of them when it is packed, else its own and those of the
 * fields of the same number that follow at once, over which wire moves. field was just returned by
 * ortl__wire_next(wire). */
ortl_status ortl__elements_read(ortl__wire *wire, const ortl__wire_field *field,
                                ortl__element_kind kind, ortl__element_sink *sink,
                                ortl_error *error);

#endif
