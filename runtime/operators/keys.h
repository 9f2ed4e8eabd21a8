/*
 * Keys of a list and where they stand in it: a table sorted at load and searched by halving, which
 * no choice of keys makes slow. For the operators that look up labels, categories and tokens.
 */
#ifndef ORTL_KEYS_H
#define ORTL_KEYS_H

#include "operator.h"

typedef enum ortl__repeated_key {
    ORTL__FIRST_COUNTS, /* of equal keys, the first is found */
    ORTL__LAST_COUNTS
} ortl__repeated_key;

typedef struct ortl__keys {
    ortl_type type;   /* of the keys: any but bool */
    const void *data; /* (n) of type, as given */
    uint32_t n;
    uint32_t n_distinct; /* different keys */
    uint32_t *sorted;    /* (n_distinct) places in data, by key */
} ortl__keys;

#define ORTL__NO_KEY UINT32_MAX

/* Sorts the n keys at data, fewer than ORTL__NO_KEY, which stay where they are. NaN is one key, the
 * greatest; -0 is 0. Texts are compared byte by byte. */
ortl_status ortl__keys_sort(ortl__keys *keys_out, ortl__arena *arena, ortl_type type, uint64_t n,
                            const void *data, ortl__repeated_key repeated, ortl_error *error);

/* The place in data of the key that equals the one at `key`, or ORTL__NO_KEY. */
uint32_t ortl__keys_find(const ortl__keys *keys, const void *key);

#endif
