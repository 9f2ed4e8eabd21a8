/*
 * The binary trie of names. A fork tells two groups of texts apart by one bit, the first in which
 * they differ; branches lead to forks with later bits or to one text.
 */
#include "names.h"

#include <string.h>

#include "../runtime/status.h"

/* A branch is an entry's number, or a fork's number with this bit. */
#define IS_FORK      0x80000000u
#define MOST_ENTRIES 0x7fffffffu

struct ortl__name_fork {
    uint32_t branches[2]; /* for texts with the bit 0 and 1 */
    uint32_t byte;        /* index of the byte with the bit */
    uint32_t mask;        /* the bit, 0x80 being the first of a byte */
};

void ortl__names_init(ortl__names *names, ortl__memory *memory) {
    memset(names, 0, sizeof *names);
    names->memory = memory;
}

void ortl__names_free(ortl__names *names) {
    ortl__memory_free(names->memory, names->entries, names->entry_capacity, sizeof *names->entries);
    ortl__memory_free(names->memory, names->forks, names->fork_capacity, sizeof *names->forks);
    ortl__names_init(names, names->memory);
}

void ortl__names_clear(ortl__names *names) {
    names->n_entries = 0;
}

/* Behind its end a text is taken to go on with zeros. */
static unsigned byte_at(const char *text, size_t n_bytes, size_t index) {
    return index < n_bytes ? (unsigned char)text[index] : 0;
}

static uint32_t branch_for(const ortl__name_fork *fork, const char *text, size_t n_bytes) {
    return fork->branches[(byte_at(text, n_bytes, fork->byte) & fork->mask) != 0];
}

/* The entry that text must be equal to if it is there at all. */
static uint32_t candidate(const ortl__names *names, const char *text, size_t n_bytes) {
    uint32_t branch = names->root;
    while (branch & IS_FORK) branch = branch_for(&names->forks[branch & ~IS_FORK], text, n_bytes);
    return branch;
}

uint32_t ortl__names_find(const ortl__names *names, const char *text, size_t n_bytes) {
    if (names->n_entries == 0) return ORTL__NO_NAME;
    uint32_t number = candidate(names, text, n_bytes);
    const ortl__name_entry *entry = &names->entries[number];
    if (entry->n_bytes != n_bytes || memcmp(entry->text, text, n_bytes) != 0) return ORTL__NO_NAME;
    return number;
}

/* The first bit in which text and entry differ, as a fork without branches; mask 0: in none. */
static ortl__name_fork first_difference(const ortl__name_entry *entry, const char *text,
                                        size_t n_bytes) {
    ortl__name_fork fork = {{0, 0}, 0, 0};
    size_t longest = entry->n_bytes > n_bytes ? entry->n_bytes : n_bytes;
    for (size_t i = 0; i < longest; i++) {
        unsigned difference = byte_at(entry->text, entry->n_bytes, i) ^ byte_at(text, n_bytes, i);
        if (difference == 0) continue;
        fork.byte = (uint32_t)i;
        for (fork.mask = 0x80; (fork.mask & difference) == 0;) fork.mask >>= 1;
        break;
    }
    return fork;
}

/* Hangs a fork for the new entry above the first branch that tells by a later bit. */
static void insert_fork(ortl__names *names, ortl__name_fork fork, uint32_t number, const char *text,
                        size_t n_bytes) {
    uint32_t *branch = &names->root;
    uint32_t fork_number = (uint32_t)names->n_entries - 1;
    int side = (byte_at(text, n_bytes, fork.byte) & fork.mask) != 0;
    while (*branch & IS_FORK) {
        ortl__name_fork *here = &names->forks[*branch & ~IS_FORK];
        if (here->byte > fork.byte || (here->byte == fork.byte && here->mask < fork.mask)) break;
        branch = &here->branches[(byte_at(text, n_bytes, here->byte) & here->mask) != 0];
    }
    fork.branches[side] = number;
    fork.branches[1 - side] = *branch;
    names->forks[fork_number] = fork;
    *branch = fork_number | IS_FORK;
}

static ortl_status make_room(ortl__names *names, size_t n_bytes, ortl_error *error) {
    if (names->n_entries == MOST_ENTRIES || n_bytes > UINT32_MAX)
        return ortl__fail_limit(error, "string_bytes", UINT32_MAX, n_bytes);
    ortl_status status = ortl__memory_grow(names->memory, &names->entries, &names->entry_capacity,
                                           names->n_entries + 1, sizeof *names->entries, error);
    if (status != ORTL_OK) return status;
    return ortl__memory_grow(names->memory, &names->forks, &names->fork_capacity,
                             names->n_entries + 1, sizeof *names->forks, error);
}

ortl_status ortl__names_add(ortl__names *names, const char *text, size_t n_bytes,
                            uint32_t *number_out, int *is_new_out, ortl_error *error) {
    ortl__name_fork fork = {{0, 0}, 0, 0};
    uint32_t number = (uint32_t)names->n_entries;
    ortl_status status = make_room(names, n_bytes, error);
    if (status != ORTL_OK) return status;
    *is_new_out = 1;
    if (number == 0) {
        names->root = 0;
    } else {
        uint32_t nearest = candidate(names, text, n_bytes);
        fork = first_difference(&names->entries[nearest], text, n_bytes);
        if (fork.mask == 0) {
            *number_out = nearest;
            *is_new_out = 0;
            return ORTL_OK;
        }
        insert_fork(names, fork, number, text, n_bytes);
    }
    names->entries[number] = (ortl__name_entry){text, n_bytes};
    names->n_entries++;
    *number_out = number;
    return ORTL_OK;
}
