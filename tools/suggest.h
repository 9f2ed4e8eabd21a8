/*
 * "Did you mean": the candidate whose name is nearest to a mistyped one.
 */
#ifndef ORTL_TOOLS_SUGGEST_H
#define ORTL_TOOLS_SUGGEST_H

#include <stddef.h>

#define ORTL__SUGGEST_NONE ((size_t)-1)

/* Keeps the best candidate while names are shown to it one by one. */
typedef struct ortl__suggestion {
    const char *wanted; /* (n_wanted) */
    size_t n_wanted;
    size_t index; /* of the best candidate so far, ORTL__SUGGEST_NONE: none is near enough */
    size_t distance;
} ortl__suggestion;

ortl__suggestion ortl__suggest_begin(const char *wanted, size_t n_wanted);

/* Shows the candidate number index. Only the first ones of very many are looked at, so that a table
 * of a million columns costs no more than one of a few thousand. */
void ortl__suggest_offer(ortl__suggestion *suggestion, size_t index, const char *name,
                         size_t n_bytes);

#endif
