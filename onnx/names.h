/*
 * A set of texts with numbers in the order of adding, for names that come from a file. It is a
 * binary trie, not a hash table: a search looks at each bit of the text at most once whatever the
 * other texts are, so no choice of names makes it slow.
 */
#ifndef ORTL_NAMES_H
#define ORTL_NAMES_H

#include "../runtime/memory.h"

#define ORTL__NO_NAME UINT32_MAX

typedef struct ortl__name_entry {
    const char *text; /* (n_bytes), the caller's */
    size_t n_bytes;
} ortl__name_entry;

typedef struct ortl__name_fork ortl__name_fork;

typedef struct ortl__names {
    ortl__memory *memory;
    ortl__name_entry *entries; /* (n_entries of entry_capacity) by number */
    ortl__name_fork *forks;    /* (n_entries - 1 of fork_capacity) */
    uint64_t n_entries, entry_capacity, fork_capacity;
    uint32_t root; /* branch to start from, when there are entries */
} ortl__names;

void ortl__names_init(ortl__names *names, ortl__memory *memory);
void ortl__names_free(ortl__names *names);

/* Forgets all texts, keeps the memory for the next ones. */
void ortl__names_clear(ortl__names *names);

/* Adds text unless it is there already; *number_out is its number either way, and *is_new_out tells
 * which. The bytes must stay as long as the set is used. Texts that end in zero bytes are not told
 * apart from those without; names have none. */
ortl_status ortl__names_add(ortl__names *names, const char *text, size_t n_bytes,
                            uint32_t *number_out, int *is_new_out, ortl_error *error);

/* The number of text or ORTL__NO_NAME. */
uint32_t ortl__names_find(const ortl__names *names, const char *text, size_t n_bytes);

#endif
